"""Language models: a typed task in, a validated model out; recorded, within a budget, and never needed."""

from vibetrader.llm.protocol import LLM, LlmReply, LlmRequest, Tool

__all__ = ["LLM", "LlmReply", "LlmRequest", "Tool"]

"""OpenAI's chat completions through its SDK, and every server that speaks the same (Ollama, llama.cpp, vLLM)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from vibetrader.errors import ProviderError
from vibetrader.llm.failures import explained
from vibetrader.llm.protocol import Answer, Call, ToolCall, Turn, Usage, Watcher
from vibetrader.llm.sdk import SdkModel

if TYPE_CHECKING:
    from openai import Stream
    from openai.types.chat import ChatCompletionChunk


class OpenAIModel(SdkModel):
    """A model behind OpenAI's wire format; with a `base_url`, of a server that speaks the same."""

    def __init__(self, name: str, *, api_key: str, base_url: str = "", timeout_s: float, retries: int) -> None:
        super().__init__(name, api_key=api_key, base_url=base_url, timeout_s=timeout_s, retries=retries)
        self.provider = "openai-compatible" if base_url else "openai"

    def _package(self) -> str:
        return "openai"

    def _import(self) -> Callable[..., Any]:
        from openai import OpenAI

        return OpenAI

    def _once(self, call: Call, watch: Watcher) -> Answer:
        client = self._client()
        # `max_completion_tokens` is OpenAI's name; servers that copy the older form know `max_tokens`.
        cap = "max_tokens" if self._base_url else "max_completion_tokens"
        options: dict[str, Any] = {cap: call.max_output_tokens}
        if call.tools:
            options["tools"] = [
                {
                    "type": "function",
                    "function": {
                        "name": tool.name,
                        "description": tool.description,
                        "parameters": tool.parameters,
                        "strict": True,
                    },
                }
                for tool in call.tools
            ]
        if call.effort:
            options["reasoning_effort"] = call.effort
        schema = {"name": call.schema_name, "schema": call.reply_schema, "strict": True}
        text: list[str] = []
        refusal: list[str] = []
        calls: dict[int, dict[str, str]] = {}
        finish = ""
        usage = Usage()
        model = ""
        arrived = 0
        options |= {
            "model": self.name,
            "messages": _messages(call),
            "response_format": {"type": "json_schema", "json_schema": schema},
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        stream: Stream[ChatCompletionChunk] = client.chat.completions.create(**options)
        with stream:
            for chunk in stream:
                model = chunk.model or model
                if chunk.usage is not None:
                    details = chunk.usage.prompt_tokens_details
                    usage = Usage(
                        input_tokens=chunk.usage.prompt_tokens or 0,
                        output_tokens=chunk.usage.completion_tokens or 0,
                        cached_tokens=(details.cached_tokens or 0) if details else 0,
                    )
                for choice in chunk.choices[:1]:
                    delta = choice.delta
                    text.append(delta.content or "")
                    refusal.append(delta.refusal or "")
                    arrived += len(delta.content or "")
                    for part in delta.tool_calls or ():
                        slot = calls.setdefault(part.index, {"id": "", "name": "", "arguments": ""})
                        slot["id"] = part.id or slot["id"]
                        if part.function is not None:
                            slot["name"] = part.function.name or slot["name"]
                            slot["arguments"] += part.function.arguments or ""
                            arrived += len(part.function.arguments or "")
                    finish = choice.finish_reason or finish
                watch(arrived)
        if not finish:
            raise ConnectionError("the answer ended before it was whole")
        if any(refusal) or finish == "content_filter":
            return Answer(text="".join(refusal), stop="refusal", usage=usage, model=model)
        found = tuple(ToolCall(**calls[index]) for index in sorted(calls))
        stop: Literal["length", "tools", "end"] = "length" if finish == "length" else "tools" if found else "end"
        return Answer(text="".join(text), tool_calls=found, stop=stop, usage=usage, model=model)

    def _explain(self, error: Exception) -> ProviderError | None:
        import openai

        return explained(
            error,
            provider="OpenAI" if not self._base_url else f"the server at {self._base_url}",
            key_name="OPENAI_API_KEY",
            model=self.name,
            status_error=openai.APIStatusError,
            connection_error=openai.APIConnectionError,
            timeout_error=openai.APITimeoutError,
            sdk_error=openai.OpenAIError,
            secrets=(self._key,),
        )


def _messages(call: Call) -> Any:
    return [{"role": "system", "content": call.system}, *map(_message, call.turns)]


def _message(turn: Turn) -> dict[str, Any]:
    if turn.role == "tool":
        return {"role": "tool", "tool_call_id": turn.tool_call_id, "content": turn.text}
    message: dict[str, Any] = {"role": turn.role, "content": turn.text}
    if turn.tool_calls:
        message["tool_calls"] = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments}}
            for c in turn.tool_calls
        ]
    return message

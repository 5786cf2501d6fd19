"""One cheap call, to see whether a provider works."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from vibetrader._util.clock import stopwatch
from vibetrader.llm.connect import wire_model
from vibetrader.llm.conversation import Conversation
from vibetrader.llm.prices import price_of
from vibetrader.llm.protocol import Answer, Call, LlmRequest, Model, Watcher
from vibetrader.settings import Settings


class PingReply(BaseModel):
    """The answer to a connection test."""

    model_config = ConfigDict(extra="forbid")

    ok: bool


class _Counted:
    """A model that remembers its last answer, for its price."""

    def __init__(self, model: Model) -> None:
        self.provider = model.provider
        self.name = model.name
        self._model = model
        self.usd = 0.0

    def ask(self, call: Call, watch: Watcher = lambda count: None) -> Answer:
        answer = self._model.ask(call, watch)
        self.usd += price_of(self.provider, self.name).of(answer.usage)
        return answer


def ping(settings: Settings) -> str:
    """Ask the model of the settings for one word; says which model answered, how fast and for how much.

    Raises:
        ProviderError: It does not work, and why.
    """
    model = _Counted(wire_model(settings))
    elapsed = stopwatch()
    reply = Conversation(model, max_output_tokens=200).complete(LlmRequest(task="ping", inputs={}, reply=PingReply))
    return f"{reply.model} answered in {elapsed():.1f} s for ${model.usd:.5f}"

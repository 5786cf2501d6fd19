"""A reply that the rules could not understand, read by a language model."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from vibetrader.errors import SpecError
from vibetrader.llm import LLM, LlmRequest
from vibetrader.llm.guides import spec_guide
from vibetrader.spec import yamlio
from vibetrader.spec.check import check
from vibetrader.spec.diff import diff
from vibetrader.spec.strategy import Origin, StrategySpec


class FeedbackReply(BaseModel):
    """What the reply is taken to mean."""

    model_config = ConfigDict(extra="forbid")

    intent: Literal["modify_spec", "rerun_backtest", "modify_code", "end", "unclear"]
    spec_yaml: str | None
    instruction: str | None
    message: str


def read(llm: LLM, words: str, spec: StrategySpec | None, today: date) -> FeedbackReply:
    """The model's reading of a reply; a changed spec in it is valid, and changes something."""

    def usable(reply: FeedbackReply) -> None:
        if reply.intent in ("modify_spec", "rerun_backtest"):
            if spec is None:
                raise ValueError("intent: this run has no spec; only modify_code, end and unclear are possible")
            changed = _parsed(reply)
            errors = [f"{f.field}: {f.message}" for f in check(changed) if f.severity == "error"]
            if errors:
                raise ValueError("\n".join(errors))
            if not diff(spec, changed):
                raise ValueError("spec_yaml: nothing is changed")
        if reply.intent == "modify_code" and not (reply.instruction or "").strip():
            raise ValueError("instruction: modify_code needs it")

    inputs = {
        "today": today.isoformat(),
        "spec": yamlio.dump(spec.model_copy(update={"provenance": {}})) if spec is not None else "",
        "words": words,
        "spec_guide": spec_guide(),
    }
    return llm.complete(LlmRequest(task="feedback", inputs=inputs, reply=FeedbackReply, check=usable)).value


def changed_spec(reply: FeedbackReply, before: StrategySpec, words: str) -> StrategySpec:
    """The spec of a reply, each field that changed traced to the words."""
    after = _parsed(reply)
    fields = {name for name in StrategySpec.model_fields if getattr(after, name) != getattr(before, name)}
    origins = {name: Origin(source="feedback", words=words) for name in sorted(fields - {"provenance"})}
    return after.model_copy(update={"provenance": {**before.provenance, **origins}})


def _parsed(reply: FeedbackReply) -> StrategySpec:
    try:
        return yamlio.load(reply.spec_yaml or "", file="spec_yaml")
    except SpecError as error:
        raise ValueError(str(error)) from None

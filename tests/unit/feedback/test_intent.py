"""Forced intents and what an intent was read from."""

from __future__ import annotations

from datetime import date

import pytest

from tests.corpus.items import CONTEXTS
from tests.corpus.scoring import spec_of
from vibetrader.feedback.interpret import Intent, interpret_feedback

TODAY = date(2026, 11, 24)
SPEC = spec_of(CONTEXTS["btc"])


@pytest.mark.parametrize(
    ("message", "forced", "intent"),
    [
        ("stop 3%", None, "modify_spec"), ("stop 3%", "rerun_backtest", "rerun_backtest"),
        ("rerun for 2024", None, "rerun_backtest"), ("rerun for 2024", "modify_spec", "modify_spec"),
        ("make it nicer", "modify_code", "modify_code"), ("whatever", "end", "end"), ("whatever", None, "unclear"),
    ],
)  # fmt: skip
def test_an_intent_can_be_forced(message: str, forced: Intent | None, intent: str) -> None:
    result = interpret_feedback(message, SPEC, [SPEC], TODAY, intent=forced)
    assert result.intent == intent
    if intent != "unclear":
        assert result.why

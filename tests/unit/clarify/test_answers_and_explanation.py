"""Answers give the missing rule; an explanation shows what was read and what else was considered."""

from __future__ import annotations

from datetime import date

import pytest

from vibetrader.clarify.answers import answered
from vibetrader.clarify.explain import explanation, explanation_text
from vibetrader.clarify.node import untradable
from vibetrader.clarify.rules import clarify_text
from vibetrader.errors import SpecError

TODAY = date(2026, 11, 24)


def test_an_idea_without_a_rule_keeps_its_symbol_when_answers_give_the_rule() -> None:
    idea = "buy the dip on SOL"
    result = clarify_text(idea, TODAY)
    answers = {"long.entry": "rsi below 25", "long.exit": "when rsi over 60", "idea": "leave it out"}
    spec, left = answered(result, answers, TODAY, idea=idea)
    assert spec is not None and not left
    assert [s.ticker for s in spec.symbols] == ["SOLUSDT"]
    assert (str(spec.sides["long"].entry), str(spec.sides["long"].exit)) == ("rsi(14) < 25", "rsi(14) > 60")
    assert spec.name == idea
    assert spec.provenance["long.entry"].source == "answer"


def test_an_answer_without_meaning_is_an_error_that_says_so() -> None:
    idea = "buy the dip on SOL"
    result = clarify_text(idea, TODAY)
    with pytest.raises(SpecError, match="not understood"):
        answered(result, {"long.entry": "flurb", "long.exit": "never mind", "idea": "leave it out"}, TODAY, idea=idea)


def test_leaving_a_word_out_leaves_its_comparison_out() -> None:
    result = clarify_text("buy SOL when rsi < 30 and the flurbometer is above 7", TODAY)
    assert result.verdict == "needs_answers"
    assert result.spec is not None and str(result.spec.sides["long"].entry) == "rsi(14) < 30"


def test_an_explanation_shows_pieces_and_the_other_readings() -> None:
    result = clarify_text("buy apple when price drops below its 20 day MA, sell when rsi over 70", TODAY)
    data = explanation(result)
    assert {"words": "apple", "meaning": "instrument: AAPL"} in data["readings"]
    others = [c["other"] for c in data["considered"]]
    assert any("crosses_below" in other for other in others) and "opens a short" in others
    assert "Other readings considered" in explanation_text(result)


@pytest.mark.parametrize(("text", "tradable"), [("NIFTY 5m buy when rsi < 30", True), ("ES 5m buy when rsi < 30", False), ("000001.SZ daily buy when rsi < 30", False)])  # fmt: skip
def test_what_cannot_be_traded_is_known_before_any_code(text: str, tradable: bool) -> None:
    spec = clarify_text(text, TODAY).spec
    assert spec is not None
    assert (untradable(spec) == "") is tradable

"""Thresholds: how they are read, judged and refused."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibetrader.metrics.catalog import ALIASES, CATALOG
from vibetrader.metrics.gate import GateError, judge, metric_id, parse

TABLE: dict[str, Any] = {
    "sharpe_ratio": {"value": 0.8, "display": "0.8"},
    "max_drawdown": {"value": 30.0, "display": "30.000%"},
    "total_trades": {"value": 12},
    "win_rate": {"value": None, "reason": "no trade was closed"},
    "end_equity": {"value": 12_500.0},
    "total_return": {"value": 25.0},
    "buy_and_hold_return": {"value": 40.0},
}


def states(text: str) -> list[str]:
    return [judge(node, TABLE).state for node in parse(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sharpe<1", ["missed"]),
        ("sharpe<0.8", ["held"]),
        ("sharpe <= 0.8", ["missed"]),
        ("max_drawdown>25%", ["missed"]),
        ("max_drawdown>25", ["missed"]),
        ("drawdown > 35%", ["held"]),
        ("sharpe<1 or max_drawdown>25%", ["missed", "missed"]),
        ("sharpe<0.5 or max_drawdown>25%, trades<10", ["held", "missed", "held"]),
        ("sharpe<1 and max_drawdown>25%", ["missed"]),
        ("sharpe<1 and max_drawdown>35%", ["held"]),
        ("not sharpe>=1", ["missed"]),
        ("(sharpe<0.5 or trades<20) and max_drawdown>25%", ["missed"]),
        ("return < buy_and_hold_return", ["missed"]),
        ("end_equity < 10k", ["held"]),
        ("1 > sharpe", ["missed"]),
        ("SHARPE<1 OR DRAWDOWN>25%", ["missed", "missed"]),
        ("win_rate<40%", ["unknown"]),
        ("not win_rate>40%", ["unknown"]),
        ("win_rate<40% and sharpe>2", ["held"]),
        ("win_rate<40% and sharpe<2", ["unknown"]),
    ],
)
def test_a_threshold_is_judged(text: str, expected: list[str]) -> None:
    assert states(text) == expected


def test_an_undefined_figure_never_passes_and_says_why() -> None:
    verdict = judge(parse("win_rate<40%")[0], TABLE)
    assert verdict.failed and "no trade was closed" in verdict.reason


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("sharpe", "comparison"),
        ("sharpe<", "too early"),
        ("sharpe<1 sharpe", "too many"),
        ("shrpe<1", "no figure 'shrpe'"),
        ("max_drawdown>0.25", "25 %"),
        ("sharpe<1%", "no percent figure"),
        ("1<2", "two numbers"),
        ("(sharpe<1", "not closed"),
        ("sharpe<1; import os", "no figure"),
        ("sharpe < 1 $", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(text: str, words: str) -> None:
    with pytest.raises(GateError) as error:
        parse(text)
    assert words in str(error.value) and error.value.hint


def test_short_names_lead_to_figures() -> None:
    assert all(target in CATALOG for target in ALIASES.values())
    assert metric_id("DSR") == "deflated_sharpe_ratio"


@given(st.text(string.printable, max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        nodes = parse(text)
    except GateError as error:
        assert str(error)
    else:
        assert all(judge(node, {}).state in ("unknown", "held", "missed") for node in nodes)


def test_a_condition_reads_back() -> None:
    for text in ("sharpe<1 and (trades<10 or max_drawdown>25%)", "not sharpe>=1"):
        node = parse(text)[0]
        assert parse(str(node))[0] == node

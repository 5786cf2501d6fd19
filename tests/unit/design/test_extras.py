"""Log lines, plots and comments on request; the trades stay as they are."""

from __future__ import annotations

import ast

import pytest

from vibetrader.design.emit import design
from vibetrader.design.extras import Extra, requested
from vibetrader.spec.strategy import StrategySpec


def spec_of(**more: object) -> StrategySpec:
    return StrategySpec.model_validate(
        {
            "symbols": ["BTCUSDT"], "timeframe": "1h", "long": {"entry": "rsi(14) < 30", "exit": "rsi(14) > 70"},
            "period": {"start": "2024-01-01", "end": "2024-02-01"}, **more,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("messages", "wanted"),
    [
        (["add logging when it buys"], ("log",)),
        (["print the RSI at every trade", "plot the rsi"], ("log", "plot")),
        (["add comments please", "remove the logging"], ("comments",)),
        (["log each order", "remove the logging"], ()),
        (["send me an email"], ()),
    ],
)
def test_extras_are_read_from_all_feedback_of_a_lineage(messages: list[str], wanted: tuple[Extra, ...]) -> None:
    assert requested(messages) == wanted


@pytest.mark.parametrize("symbols", [["BTCUSDT"], ["BTCUSDT", "ETHUSDT"]])
@pytest.mark.parametrize("stop", [None, {"percent": 2}])
def test_code_with_extras_is_python_and_says_more(symbols: list[str], stop: dict[str, float] | None) -> None:
    side: dict[str, object] = {"entry": "rsi(14) < 30", "exit": "rsi(14) > 70"}
    if stop is not None:
        side["stop_loss"] = stop
    spec = spec_of(symbols=symbols, long=side)
    plain, rich = design(spec).main, design(spec, extras=("log", "plot", "comments")).main
    ast.parse(rich)
    assert "self.log(f" in rich and "self.log(" not in plain
    assert "plot_indicator(" in rich
    assert rich.count("# ") > plain.count("# ")
    assert "on_order_event" in rich

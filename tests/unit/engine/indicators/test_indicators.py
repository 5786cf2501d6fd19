"""Indicators without an engine: values, events, windows, parts, composites."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from vibetrader.engine import clr
from vibetrader.engine.data.bars import IndicatorDataPoint, TradeBar
from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.data.symbol import Market, Symbol
from vibetrader.engine.indicators.base import snapped
from vibetrader.engine.indicators.registry import EXPORTS, INDICATORS, PATTERNS

SPY = Symbol.create("SPY", SecurityType.EQUITY, Market.USA)
START = datetime(2024, 1, 1)


def feed(indicator: Any, *values: float) -> Any:
    for day, value in enumerate(values):
        indicator.update(START + timedelta(days=day), value)
    return indicator


def bar(day: int, o: float, h: float, low: float, c: float, volume: float = 1.0) -> TradeBar:
    return TradeBar(START + timedelta(days=day), SPY, o, h, low, c, volume, timedelta(days=1))


def test_moving_average_and_its_points() -> None:
    sma = feed(EXPORTS["SimpleMovingAverage"](3), 1, 2, 3, 4)
    assert sma.is_ready
    assert sma.samples == 4
    assert sma.current.value == 3
    assert sma.previous.value == 2
    assert sma.current.end_time == START + timedelta(days=3)
    assert sma == 3
    assert sma[1].value == 2


def test_current_points_are_values_of_their_time() -> None:
    sma = feed(EXPORTS["SimpleMovingAverage"](2), 1, 2)
    kept = sma.current
    sma.update(START + timedelta(days=9), 5)
    assert (kept.value, sma.current.value) == (1.5, 3.5)


def test_older_samples_are_refused() -> None:
    sma = feed(EXPORTS["SimpleMovingAverage"](2), 1, 2)
    sma.update(START, 100)
    assert (sma.samples, sma.current.value) == (2, 1.5)


def test_windows_start_when_asked_for() -> None:
    sma = EXPORTS["SimpleMovingAverage"](1)
    sma.window.size = 3
    feed(sma, 1, 2, 3, 4)
    assert [point.value for point in sma.window] == [4, 3, 2]


def test_updated_event() -> None:
    seen: list[float] = []
    sma = EXPORTS["SimpleMovingAverage"](1)

    def handler(sender: Any, point: IndicatorDataPoint) -> None:
        seen.append(point.value)

    sma.updated += handler
    feed(sma, 1, 2)
    sma.updated -= handler
    sma.update(START + timedelta(days=5), 3)
    assert seen == [1, 2]


def test_bands_are_updated_before_their_middle_is_announced() -> None:
    order: list[str] = []
    bands = EXPORTS["BollingerBands"](2, 2)
    for name in ("middle_band", "upper_band"):
        part = getattr(bands, name)
        part.updated += lambda sender, point, name=name: order.append(name)
    feed(bands, 1)
    assert order == ["upper_band", "middle_band"]


def test_parts_and_reset() -> None:
    macd = feed(EXPORTS["MovingAverageConvergenceDivergence"](2, 3, 2), 1, 2, 4, 8, 16)
    assert macd.is_ready
    assert macd.histogram.current.value == pytest.approx(macd.current.value - macd.signal.current.value)
    macd.reset()
    assert (macd.samples, macd.fast.samples, macd.is_ready) == (0, 0, False)


def test_composites() -> None:
    left, right = EXPORTS["SimpleMovingAverage"](1), EXPORTS["SimpleMovingAverage"](2)
    spread = EXPORTS["IndicatorExtensions"].minus(left, right)
    for day, value in enumerate((1.0, 3.0)):
        left.update(START + timedelta(days=day), value)
        right.update(START + timedelta(days=day), value)
    assert spread.current.value == 1
    assert spread.name == "COMPOSE(SMA(1),SMA(2))"


def test_bar_indicators_refuse_numbers() -> None:
    with pytest.raises(clr.NotSupportedException):
        EXPORTS["AverageTrueRange"](3).update(START, 1.0)


def test_average_true_range() -> None:
    atr = EXPORTS["AverageTrueRange"](2, EXPORTS["MovingAverageType"].SIMPLE)
    for k, prices in enumerate(((10, 12, 9, 11), (11, 15, 11, 14))):
        atr.update(bar(k, *prices))
    assert atr.current.value == 3.5


def test_refused_periods() -> None:
    with pytest.raises(clr.ArgumentException):
        EXPORTS["SimpleMovingAverage"](0)


def test_unknown_members_are_named() -> None:
    with pytest.raises(AttributeError, match="'SimpleMovingAverage' object has no attribute 'nothing'"):
        _ = EXPORTS["SimpleMovingAverage"](2).nothing


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_patterns_are_ready_after_their_warm_up(name: str) -> None:
    pattern = PATTERNS[name]()
    for k in range(pattern.warm_up_period + 1):
        pattern.update(bar(k, 10, 12, 9, 11))
    assert pattern.is_ready
    assert pattern.current.value in (-1, 0, 1)


def test_doji() -> None:
    doji = PATTERNS["Doji"]()
    for k in range(10):
        doji.update(bar(k, 10, 12, 9, 11))
    doji.update(bar(11, 10, 12, 9, 10))
    assert doji.current.value == 1


def test_every_class_is_exported_once() -> None:
    assert len(set(INDICATORS)) == len(INDICATORS)
    assert len(PATTERNS) == 61


@pytest.mark.parametrize(
    ("value", "shown"),
    [(73.11000000000058, 73.11), (0.1 + 0.2, 0.3), (1 / 3, 1 / 3), (1.2345678e-5, 1.2345678e-5), (2.0, 2.0)],
)
def test_values_are_shown_without_float_noise(value: float, shown: float) -> None:
    assert snapped(value) == shown

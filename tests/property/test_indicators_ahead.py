"""Indicators that are computed ahead of the cursor give what they give bar by bar."""

from __future__ import annotations

import random
from array import array
from types import SimpleNamespace
from typing import Any

import pytest

from vibetrader.engine import money
from vibetrader.engine.consolidators import IdentityDataConsolidator
from vibetrader.engine.data.bars import TradeBar
from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.data.exact import exact_value
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.feed.columns import TradeColumns
from vibetrader.engine.feed.subscription import Subscription
from vibetrader.engine.indicators.ahead import Feeding, run_ahead
from vibetrader.engine.indicators.base import VALUE, IndicatorBase
from vibetrader.engine.indicators.registry import INDICATORS, PATTERNS
from vibetrader.engine.timekeeping import MINUTE

SYMBOL = Symbol.create("BTCUSDT", SecurityType.CRYPTO, "binance")
ROWS = 400
#: Constructors' arguments, the first that a class takes.
ARGUMENTS: tuple[tuple[Any, ...], ...] = ((5,), (), (3, 8), (3, 8, 4), (5, 2.0), (3, 5, 8, 4), (5, 0.5, 2), (2, 3, 4, 5, 6))
#: Beyond a decimal's range with these arguments.
OVERFLOW = ("MesaAdaptiveMovingAverage", "SwissArmyKnife")
#: Families that hang on more than their own input, and must never run ahead.
LEFT = ("vibetrader.engine.indicators.multi", "vibetrader.engine.indicators.composite")


OWN_ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "ValueAtRisk": (5, 0.95),
    "AutoRegressiveIntegratedMovingAverage": (1, 1, 1, 20, True),
}


def make(kind: Any) -> IndicatorBase | None:
    for arguments in (OWN_ARGUMENTS[kind.__name__],) if kind.__name__ in OWN_ARGUMENTS else ARGUMENTS:
        try:
            found: IndicatorBase = kind(*arguments)
        except Exception:
            continue
        return found
    return None


CLASSES = {
    name: kind
    for name, kind in {**INDICATORS, **PATTERNS}.items()
    if kind.__module__ not in LEFT and name not in OVERFLOW and make(kind) is not None
}


def columns(seed: int) -> TradeColumns:
    dice = random.Random(seed)
    opens, highs, lows, closes, volumes = (array("d") for _ in range(5))
    close = 100.0
    for _ in range(ROWS):
        start = close
        close = max(round(start * (1 + dice.gauss(0, 0.01)), 2), 1.0)
        opens.append(start)
        closes.append(close)
        highs.append(round(max(start, close) * (1 + abs(dice.gauss(0, 0.003))), 2))
        lows.append(round(min(start, close) * (1 - abs(dice.gauss(0, 0.003))), 2))
        volumes.append(float(dice.randrange(1, 1000)))
    starts = array("q", [row * MINUTE for row in range(ROWS)])
    ends = array("q", [(row + 1) * MINUTE for row in range(ROWS)])
    return TradeColumns(
        SYMBOL, ends, starts, ends, bytes(ROWS), array("q", range(ROWS)), None, None,
        open=opens, high=highs, low=lows, close=closes, volume=volumes,
    )  # fmt: skip


class Stream:
    """A subscription whose identity consolidator feeds one indicator."""

    def __init__(self, indicator: IndicatorBase, rows: TradeColumns) -> None:
        config: Any = SimpleNamespace(consolidators=[], is_internal_feed=False, tick_type="TRADE")
        self.subscription = Subscription(config, None, 0, 0)
        self.subscription.load(rows, [])
        self.consolidator = IdentityDataConsolidator[TradeBar]()  # type: ignore[misc]
        self.woken = 0
        config.consolidators.append(self.consolidator)

        def take(sender: Any, bar: TradeBar) -> None:
            indicator.feed(exact_value(bar) if indicator.input_kind == VALUE else bar, bar.end_ns, bar.symbol)

        self.consolidator.emitted += Feeding(indicator, None, take, True)

    def step(self) -> None:
        subscription = self.subscription
        row = subscription.i = subscription.i + 1
        subscription.seen = row
        if self.consolidator.ahead is None:
            self.consolidator.feed(subscription.bar(row))
        if row % 50 == 49:
            run_ahead(subscription, self._wake)

    def _wake(self, consolidator: Any) -> None:
        self.woken += 1


def state(indicator: IndicatorBase) -> tuple[Any, ...]:
    current, previous = indicator.current, indicator.previous
    return (
        indicator.is_ready, indicator.samples, current.value, current.end_ns, str(current.symbol), previous.value, previous.end_ns,
    )  # fmt: skip


def same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return repr(one) == repr(other)  # NaN is itself


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_ahead_is_bar_by_bar(name: str) -> None:
    money.install()
    rows = columns(len(name))
    plain, ahead = make(CLASSES[name]), make(CLASSES[name])
    assert plain is not None
    assert ahead is not None
    stream = Stream(ahead, rows)
    parts = sorted(plain._subs)
    for row in range(ROWS):
        bar = rows.bar(row)
        plain.feed(exact_value(bar) if plain.input_kind == VALUE else bar, bar.end_ns, bar.symbol)
        stream.step()
        if row < 300 or row % 7 == 0:
            assert same(state(plain), state(ahead)), row
        if row > 200 and row % 10 == 0:
            for part in parts:
                assert same(state(getattr(plain, part)), state(getattr(ahead, part))), (row, part)
        if row == 330:
            # needs the state itself: from here on it is told of each bar
            assert [point.value for point in plain.window] == [point.value for point in ahead.window]
            assert ahead._ahead is None
    assert plain.window.samples == ahead.window.samples or plain.window.count == ahead.window.count


def test_most_indicators_run_ahead() -> None:
    money.install()
    rows = columns(1)
    run = []
    for name, kind in CLASSES.items():
        indicator = make(kind)
        assert indicator is not None
        stream = Stream(indicator, rows)
        for _ in range(200):
            stream.step()
        if indicator._ahead is not None:
            run.append(name)
    assert {"RelativeStrengthIndex", "SimpleMovingAverage", "BollingerBands", "AverageTrueRange"} <= set(run)
    assert len(run) > 40


def test_a_handler_hears_of_every_bar_from_then_on() -> None:
    money.install()
    rows = columns(3)
    sma = INDICATORS["SimpleMovingAverage"](10)
    stream = Stream(sma, rows)
    for _ in range(120):
        stream.step()
    assert sma._ahead is not None
    heard: list[int] = []
    sma.updated += lambda sender, point: heard.append(point.end_ns)
    for _ in range(80):
        stream.step()
    assert heard == list(rows.end[120:200])
    assert stream.consolidator.consolidated.end_ns == rows.end[199]
    assert stream.consolidator.window.samples == 200


def test_values_do_not_hang_on_later_rows() -> None:
    money.install()
    rows, cut = columns(5), columns(5)
    for column in (cut.open, cut.high, cut.low, cut.close, cut.volume):
        for row in range(250, ROWS):
            column[row] = 50.0 + row % 7  # type: ignore[index]
    seen = []
    for table in (rows, cut):
        rsi = INDICATORS["RelativeStrengthIndex"](14)
        stream = Stream(rsi, table)
        values = []
        for _ in range(250):
            stream.step()
            values.append(rsi.current.value)
        seen.append(values)
    assert seen[0] == seen[1]

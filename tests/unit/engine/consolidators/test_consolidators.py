"""Consolidators without an engine."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from vibetrader.engine.consolidators import EXPORTS, Calendar
from vibetrader.engine.data.bars import TradeBar
from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.data.symbol import Market, Symbol
from vibetrader.engine.timekeeping import from_datetime

SPY = Symbol.create("SPY", SecurityType.EQUITY, Market.USA)
START = datetime(2024, 1, 1, 9, 30)
MINUTE = timedelta(minutes=1)


def minutes(count: int, first: datetime = START) -> list[TradeBar]:
    return [TradeBar(first + k * MINUTE, SPY, k, k + 2, k - 1, k + 1, 10, MINUTE) for k in range(count)]


def collect(consolidator: Any) -> list[Any]:
    found: list[Any] = []
    consolidator.data_consolidated += lambda sender, bar: found.append(bar)
    return found


def test_periods_of_time() -> None:
    consolidator = EXPORTS["TradeBarConsolidator"](timedelta(minutes=5))
    found = collect(consolidator)
    for one in minutes(6):
        consolidator.update(one)
    assert len(found) == 1
    bar = found[0]
    assert (bar.time, bar.end_time) == (START, START + 5 * MINUTE)
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == (0, 6, -1, 5, 50)
    assert consolidator.working_data.open == 5


def test_the_clock_ends_a_period() -> None:
    consolidator = EXPORTS["TradeBarConsolidator"](timedelta(minutes=5))
    found = collect(consolidator)
    for one in minutes(5):
        consolidator.update(one)
    assert not found
    consolidator.scan(START + 5 * MINUTE)
    assert len(found) == 1


def test_counts() -> None:
    consolidator = EXPORTS["TradeBarConsolidator"](3)
    found = collect(consolidator)
    for one in minutes(7):
        consolidator.update(one)
    assert [bar.close for bar in found] == [3, 6]


def test_calendars() -> None:
    consolidator = EXPORTS["TradeBarConsolidator"](Calendar.WEEKLY)
    found = collect(consolidator)
    for day in range(9):
        consolidator.update(
            TradeBar(datetime(2024, 1, 1) + timedelta(days=day), SPY, day, day, day, day, 1, timedelta(days=1))
        )
    assert len(found) == 1
    assert found[0].time == datetime(2024, 1, 1)
    assert found[0].volume == 7


def test_sequences() -> None:
    first, second = EXPORTS["TradeBarConsolidator"](2), EXPORTS["TradeBarConsolidator"](2)
    both = EXPORTS["SequentialConsolidator"](first, second)
    found = collect(both)
    for one in minutes(4):
        both.update(one)
    assert [bar.close for bar in found] == [4]


def test_renko() -> None:
    consolidator = EXPORTS["ClassicRenkoConsolidator"](1)
    found = collect(consolidator)
    for k, price in enumerate((10.0, 10.5, 12.1, 11.0)):
        at = from_datetime(START) + k * 60_000_000_000
        consolidator.feed(TradeBar.at(SPY, at, at, price, price, price, price, 1))
    # LEAN ends one brick per price at most
    assert [bar.close for bar in found] == [11]


def test_events_are_left() -> None:
    consolidator = EXPORTS["TradeBarConsolidator"](1)
    found: list[Any] = []

    def handler(sender: Any, bar: Any) -> None:
        found.append(bar)

    consolidator.data_consolidated += handler
    consolidator.update(minutes(1)[0])
    consolidator.data_consolidated -= handler
    consolidator.update(minutes(2)[1])
    assert len(found) == 1

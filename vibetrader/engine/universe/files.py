"""Universes that select on data: one file per day, or a class of one's own. LEAN: BaseDataCollectionSubscriptionEnumeratorFactory.cs,
SubscriptionDataReader.cs, ScheduledEnumerator.cs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final

from vibetrader.engine.data.bars import Delisting
from vibetrader.engine.data.enums import DelistingType, Resolution, SecurityType
from vibetrader.engine.data.symbol import Market, Symbol
from vibetrader.engine.feed.config import SubscriptionDataConfig
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import DAY, NEW_YORK, from_date, to_datetime, zone
from vibetrader.engine.universe.base import UNCHANGED, Emission, Universe, symbols_of, universe_hours

_numbers: Final = count(1)

#: End of a collection by the universe's clock, and what gives its points.
Collection = tuple[int, Callable[[], list[Any]]]


def unique_ticker(name: str) -> str:
    """A ticker no other universe has."""
    return f"{name}-{next(_numbers):010d}"


def tradable_days(hours: Any, data_zone: Any, start: int, end: int) -> Iterator[int]:
    """Midnights of the data zone's days in which the market opens. LEAN: Common/Time.cs, EachTradeableDayInTimeZone.

    Args:
        hours: Hours of the exchange.
        data_zone: Zone of the files.
        start: First moment by the exchange's clock.
        end: Last moment by the exchange's clock; its whole day counts.
    """
    clock = hours.time_zone
    moment, last = start, end - end % DAY + DAY
    while moment < last:
        local = data_zone.to_local(clock.to_utc(moment))
        midnight = local - local % DAY
        following = min(clock.to_local(data_zone.to_utc(midnight + DAY)), last)
        if hours.is_open_during(moment, following, True):
            yield midnight
        moment = following


def scheduled(collections: Iterable[Collection], times: Iterable[int], start: int) -> Iterator[Collection]:
    """At each time the last collection known then, an old one again if need be. LEAN: ScheduledEnumerator.cs.

    Args:
        collections: Collections, oldest first.
        times: Scheduled times, oldest first.
        start: Times before it are passed over.
    """
    schedule = (time for time in times if time >= start)
    source = iter(collections)
    time = next(schedule, None)
    newest = next(source, None)
    candidate: Collection | None = None
    while time is not None:
        while newest is not None and newest[0] <= time:
            candidate, newest = newest, next(source, None)
        if candidate is None:
            if newest is None:
                return
            # the first one is younger than the schedule: it waits for the next time
            candidate, newest = newest, next(source, None)
            time = next(schedule, None)
            continue
        yield time, candidate[1]
        time = next(schedule, None)


@lean_names
class DataUniverse(Universe):
    """A universe whose data selects when it is known.

    Args:
        configuration: Configuration of the data.
        settings: How selected securities are subscribed; None takes the algorithm's when it is added.
        selector: `points -> symbols`; None selects every point.
        state: State of the algorithm; None until it is added.
    """

    __clr_name__ = "QuantConnect.Data.UniverseSelection.FuncUniverse"

    def __init__(self, configuration: Any, settings: Any = None, selector: Any = None, state: Any = None) -> None:
        super().__init__(configuration, settings)
        self.state = state
        self._selector = selector

    def collections(self, start: int, end: int) -> Iterator[Collection]:
        """What selects, oldest first; times by the exchange's clock."""
        raise NotImplementedError

    def emissions(self, start: int, end: int) -> Iterator[Emission] | None:
        """UTC times of the collections, on the dates of the schedule if there is one."""
        clock = self.configuration.exchange_time_zone
        first, last = clock.to_local(start), clock.to_local(end)
        found: Iterator[Collection] = self.collections(first, last)
        rule = self.universe_settings.schedule.rule
        if rule is not None:
            found = scheduled(found, rule.dates(first, last), first)
        return ((clock.to_utc(moment), load) for moment, load in found)

    def select(self, utc_ns: int, data: Any) -> Sequence[Symbol]:
        """Symbols the selector chose."""
        if self._selector is None:
            found = [point.symbol for point in data]
            return [] if len(found) == 1 and found[0] == Symbol.NONE else found  # type: ignore[attr-defined]
        return self.chosen(self._selector(data))

    def chosen(self, result: Any) -> Sequence[Symbol]:
        """Symbols of what a selector gave."""
        if result is UNCHANGED:
            return UNCHANGED  # type: ignore[no-any-return]  # mypy widens it by the test above
        if result is None:
            return []
        return symbols_of(result, lambda ticker: self.state.make_symbol(ticker, SecurityType.EQUITY, Market.USA))


@lean_names
class DailyFileUniverse(DataUniverse):
    """A universe with a file per day, known at midnight after that day.

    Args:
        state: State of the algorithm; None until it is added.
        symbol: Symbol of the universe.
        data_type: Class of its points.
        settings: How selected securities are subscribed; None takes the algorithm's when it is added.
        selector: `points -> symbols`; None selects every point.
    """

    #: LEAN emits an empty collection for a day without a file when its own reader makes collections.
    empty_days = False

    def __init__(self, state: Any, symbol: Symbol, data_type: type, settings: Any, selector: Any) -> None:
        clock = zone(NEW_YORK)
        config = SubscriptionDataConfig(
            data_type,
            symbol,
            Resolution.DAILY,
            clock,
            clock,
            fill_forward=False,
            is_internal_feed=True,
            is_filtered_subscription=False,
        )
        super().__init__(config, settings, selector, state)

    def path(self, day: date) -> Path:
        """The file of a day."""
        raise NotImplementedError

    def parse(self, line: str, day: date) -> Any:
        """The point of a line; None when it has none."""
        raise NotImplementedError

    def points_of(self, day: date) -> list[Any]:
        """The points of a day."""
        path = self.path(day)
        if not path.is_file():
            return []
        points = (self.parse(line, day) for line in path.read_text().splitlines() if line)
        return [point for point in points if point is not None]

    def collections(self, start: int, end: int) -> Iterator[Collection]:
        """One collection a tradable day, and the end of the fund the universe is of."""
        delisted = self._delisting()
        hours = universe_hours(self.configuration, self.state.market_hours)
        for midnight in tradable_days(hours, self.configuration.data_zone, start, end):
            if delisted is not None and midnight >= delisted[0]:
                yield delisted
                return
            day = to_datetime(midnight).date()
            if self.empty_days or self.path(day).is_file():
                yield midnight + DAY, partial(self.points_of, day)

    def _delisting(self) -> Collection | None:
        """The end of the fund ends the universe. LEAN: Common/Extensions.cs, ShouldEmitData; SubscriptionSynchronizer.cs, Sync."""
        owner = self.configuration.symbol.underlying
        if owner is None:
            return None
        day = self._map_file(owner).delisting_date + timedelta(days=1)
        point = Delisting(owner, datetime(day.year, day.month, day.day), 0, DelistingType.DELISTED)

        def end_universe() -> list[Any]:
            self.dispose()
            return [point]

        return from_date(day), end_universe

    def _map_file(self, symbol: Symbol) -> Any:
        return self.state.context.map_files.resolve(symbol.market, symbol.id.symbol, symbol.id.date.date())

"""Universes whose data is one file per day. LEAN: FundamentalUniverse.cs, ETFConstituentUniverse.cs, BaseDataCollection.cs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

from vibetrader.engine.data.enums import Resolution, SecurityType
from vibetrader.engine.data.symbol import Market, Symbol
from vibetrader.engine.feed.config import SubscriptionDataConfig
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import DAY, NEW_YORK, from_date, to_datetime, zone
from vibetrader.engine.universe.base import UNCHANGED, Universe, symbols_of

_numbers: Final = count(1)


def unique_ticker(name: str) -> str:
    """A ticker no other universe has."""
    return f"{name}-{next(_numbers):010d}"


@lean_names
class DailyFileUniverse(Universe):
    """A universe that selects when the file of a day is known: at midnight after that day.

    Args:
        state: State of the algorithm; None until it is added.
        symbol: Symbol of the universe.
        data_type: Class of its points.
        settings: How selected securities are subscribed; None takes the algorithm's when it is added.
        selector: `points -> symbols`; None selects every point.
    """

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
        super().__init__(config, settings)
        self.state = state
        self._selector = selector
        self._dates: list[date] = []
        self._next = 0
        self._moments: dict[int, date] = {}

    def folder(self) -> Path:
        """Where its files are."""
        raise NotImplementedError

    def parse(self, line: str, day: date) -> Any:
        """The point of a line; None when it has none."""
        raise NotImplementedError

    def points_of(self, day: date) -> list[Any]:
        """The points of a day."""
        path = self.folder() / f"{day:%Y%m%d}.csv"
        if not path.is_file():
            return []
        points = (self.parse(line, day) for line in path.read_text().splitlines() if line)
        return [point for point in points if point is not None]

    def trigger_times(self, start: int, end: int, market_hours: Any) -> Iterator[int] | None:
        """Midnight after each day with a file, from the trading day before the start on."""
        clock = zone(NEW_YORK)
        folder = self.folder()
        days = sorted(
            date(int(path.stem[:4]), int(path.stem[4:6]), int(path.stem[6:]))
            for path in (folder.glob("*.csv") if folder.is_dir() else ())
            if path.stem.isdigit()
        )
        hours = market_hours.entry(Market.USA, "SPY", SecurityType.EQUITY).exchange_hours
        first = to_datetime(clock.to_local(start)).date() - timedelta(days=1)
        for _ in range(10):
            if hours.is_date_open(datetime.combine(first, time())):
                break
            first -= timedelta(days=1)
        last = to_datetime(clock.to_local(end)).date()
        rule = getattr(getattr(self.universe_settings, "schedule", None), "rule", None)
        wanted: set[date] | None = None
        if rule is not None:
            low, high = clock.to_local(start) // DAY * DAY, clock.to_local(end) // DAY * DAY
            wanted = {to_datetime(moment).date() for moment in rule.dates(low, high)}
        self._moments = {}
        for day in days:
            if not first <= day <= last or not hours.is_date_open(datetime.combine(day, time())):
                continue
            known = day + timedelta(days=1)
            if wanted is not None and known not in wanted:
                continue
            self._moments[max(clock.to_utc(from_date(known)), start)] = day
        return iter(list(self._moments))

    def data_at(self, moment: int) -> list[Any]:
        """The points known at a trigger time."""
        return self.points_of(self._moments[moment])

    def select(self, utc_ns: int, data: Any) -> Sequence[Symbol]:
        """Symbols the selector chose."""
        if self._selector is None:
            return [point.symbol for point in data]
        return self.chosen(self._selector(data))

    def chosen(self, result: Any) -> Sequence[Symbol]:
        """Symbols of what a selector gave."""
        if result is UNCHANGED:
            return UNCHANGED  # type: ignore[no-any-return]  # mypy widens it by the test above
        if result is None:
            return []
        items: Iterable[Any] = result
        return symbols_of(items, lambda ticker: self.state.make_symbol(ticker, SecurityType.EQUITY, Market.USA))

"""Universes of a class of data: the user's own, or one of LEAN's. LEAN: Algorithm/QCAlgorithm.Universe.cs, FuncUniverse.cs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from vibetrader.engine.data.enums import Resolution, SecurityType
from vibetrader.engine.data.symbol import Market, SecurityIdentifier, Symbol
from vibetrader.engine.feed.config import SubscriptionDataConfig
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import NEW_YORK, zone
from vibetrader.engine.universe.base import UNCHANGED, Emission, Universe, symbols_of
from vibetrader.engine.universe.files import scheduled, unique_ticker
from vibetrader.engine.universe.fundamental import Fundamental, FundamentalUniverse, FundamentalUniverseFactory
from vibetrader.marketdata.hours import always_open


@lean_names
class CustomUniverse(Universe):
    """Symbols a function chooses from points of a class of data; without a function those of the points.

    Args:
        configuration: Configuration of the data.
        universe_settings: How selected securities are subscribed; None takes the algorithm's when it is added.
        universe_selector: `points -> symbols or tickers`.
    """

    __clr_name__ = "QuantConnect.Data.UniverseSelection.FuncUniverse"

    def __init__(self, configuration: Any, universe_settings: Any = None, universe_selector: Any = None) -> None:
        super().__init__(configuration, universe_settings)
        self.state: Any = None
        self._selector = universe_selector
        self._tickers_are: tuple[SecurityType, str] = (SecurityType.EQUITY, Market.USA)

    @staticmethod
    def of(
        state: Any,
        kind: type,
        *,
        name: str | None = None,
        resolution: Resolution | None = None,
        market: str = Market.USA,
        security_type: SecurityType = SecurityType.EQUITY,
        settings: Any = None,
        selector: Any = None,
    ) -> Universe:
        """The universe of `add_universe(Class, …)`."""
        if kind in (Fundamental, FundamentalUniverse):
            return FundamentalUniverseFactory.of(state, selector, settings, None, market)
        if name is None:
            name = unique_ticker(f"{kind.__name__}-{market}")
        symbol = Symbol(SecurityIdentifier.generate_base(kind, name, market), name)
        clock = zone(NEW_YORK)
        entry = state.market_hours.find(market, name, SecurityType.BASE)
        if entry is not None:
            clock = entry.exchange_hours.time_zone
        config = SubscriptionDataConfig(
            kind,
            symbol,
            Resolution.DAILY if resolution is None else resolution,
            _data_zone(kind, clock if entry is None else entry.data_time_zone),
            clock,
            fill_forward=False,
            is_internal_feed=True,
            is_custom=True,
            is_filtered_subscription=False,
        )
        universe = CustomUniverse(config, settings, selector)
        universe._tickers_are = (security_type, market)
        return universe

    def emissions(self, start: int, end: int) -> Iterator[Emission] | None:
        """The points of one moment together, on the dates of the schedule if there is one."""
        state, config = self.state, self.configuration
        entry = state.market_hours.find(config.symbol.market, config.symbol.value, config.symbol.security_type)
        hours = always_open(config.exchange_time_zone) if entry is None else entry.exchange_hours
        columns = state.subscriptions.reader.stream(config, hours, start, end, None).columns
        groups: dict[int, list[int]] = {}
        for row in range(len(columns)):
            groups.setdefault(columns.emit[row], []).append(row)

        def load(rows: list[int]) -> list[Any]:
            return [point for row in rows for point in _inner(columns.bar(row))]

        rule = self.universe_settings.schedule.rule
        if rule is None:
            return ((moment, partial(load, rows)) for moment, rows in groups.items())
        clock = config.exchange_time_zone
        first, last = clock.to_local(start), clock.to_local(end)
        found = ((clock.to_local(moment), partial(load, rows)) for moment, rows in groups.items())
        return ((clock.to_utc(moment), give) for moment, give in scheduled(found, rule.dates(first, last), first))

    def select(self, utc_ns: int, data: Any) -> Sequence[Symbol]:
        """The function's symbols."""
        if self._selector is None:
            return [point.symbol for point in data]
        result = self._selector(data)
        if result is UNCHANGED:
            return UNCHANGED  # type: ignore[no-any-return]  # mypy widens it by the test above
        kind, market = self._tickers_are
        return symbols_of(result or [], lambda ticker: self.state.make_symbol(ticker, kind, market))


def _inner(point: Any) -> list[Any]:
    data = getattr(point, "data", None)
    return list(data) if isinstance(data, (list, tuple)) and data else [point]


def _data_zone(kind: type, default: Any) -> Any:
    """The zone a class names for its files. LEAN: MarketHoursDatabase.cs, GetEntry with data types."""
    from vibetrader.engine.scheduling.timerules import to_time_zone

    try:
        named = kind().data_time_zone()
    except Exception:
        return default
    return default if named is None else to_time_zone(named)

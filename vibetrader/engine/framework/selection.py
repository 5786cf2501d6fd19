"""Universe selection models. LEAN: Algorithm/Selection/*.cs, Algorithm.Framework/Selection/*.cs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from vibetrader.engine.clr import ArgumentException, ArgumentNullException
from vibetrader.engine.data import symbolcache
from vibetrader.engine.data.enums import Resolution, SecurityType
from vibetrader.engine.data.symbol import Market, Symbol
from vibetrader.engine.framework.models import UniverseSelectionModel, method
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import DAY, HOUR, MINUTE, SECOND
from vibetrader.engine.universe.base import UNCHANGED, universe_symbol
from vibetrader.engine.universe.userdefined import UserDefinedUniverse

_NAMESPACE: Final = "QuantConnect.Algorithm.Framework.Selection."
_SPANS: Final = {Resolution.TICK: 1, Resolution.SECOND: SECOND, Resolution.MINUTE: MINUTE, Resolution.HOUR: HOUR, Resolution.DAILY: DAY}


@lean_names
class ManualUniverse(UserDefinedUniverse):
    """Symbols that keep their subscriptions if they have some already. LEAN: ManualUniverse.cs, CustomUniverse.cs."""

    __clr_name__ = _NAMESPACE + "ManualUniverse"

    def subscription_configs(self, security: Any, subscriptions: Any) -> list[Any]:
        """The subscriptions there are, else new ones."""
        present: list[Any] = subscriptions.get_configs(security.symbol, False)
        return present or super().subscription_configs(security, subscriptions)


@lean_names
class ManualUniverseSelectionModel(UniverseSelectionModel):
    """Given symbols, one universe per type and market.

    Args:
        symbols: The symbols, or a list of them.
        universe_settings: How they are subscribed; None takes the algorithm's.
    """

    __clr_name__ = _NAMESPACE + "ManualUniverseSelectionModel"

    def __init__(self, *symbols: Any, universe_settings: Any = None) -> None:
        chosen: list[Symbol] = []
        for item in symbols:
            if item is None:
                raise ArgumentNullException("Value cannot be null.", "symbols")
            if isinstance(item, Symbol):
                chosen.append(item)
            elif hasattr(item, "minimum_time_in_universe"):
                universe_settings = item
            elif isinstance(item, str):
                chosen.append(symbolcache.get(item))
            elif hasattr(item, "symbol"):
                chosen.append(item.symbol)
            else:
                chosen += [getattr(entry, "symbol", entry) for entry in item]
        self._symbols = chosen
        self._settings = universe_settings
        for symbol in chosen:
            symbolcache.set_symbol(symbol.value, symbol)

    def create_universes(self, algorithm: Any) -> Iterable[Any]:
        """One universe per type and market."""
        state = algorithm._vt
        settings = self._settings if self._settings is not None else state.universe_settings
        groups: dict[tuple[str, SecurityType], list[Symbol]] = {}
        for symbol in self._symbols:
            groups.setdefault((symbol.market, symbol.security_type), []).append(symbol)
        for (market, kind), members in groups.items():
            name = f"manual-universe-selection-model-{kind.to_string()}-{market}-{'-'.join(str(item.id) for item in members)}"
            config = state.subscriptions.universe_config(universe_symbol(name, kind, market), None, settings.resolution)
            yield ManualUniverse(config, settings, None, members)


@lean_names
class CustomUniverseSelectionModel(UniverseSelectionModel):
    """Tickers of a function of the date. LEAN: CustomUniverseSelectionModel.cs.

    Args:
        arguments: `(name, selector)` or `(security_type, name, market, selector, settings, interval)`.
        keywords: The same by name.
    """

    __clr_name__ = _NAMESPACE + "CustomUniverseSelectionModel"

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        given = list(arguments)
        self._kind = keywords.get("security_type", SecurityType.EQUITY)
        names: tuple[str, ...]
        if given and isinstance(given[0], SecurityType):
            self._kind = given.pop(0)
            names = ("name", "market", "selector", "universe_settings", "interval")
        else:
            names = ("name", "selector")
        values = {**dict(zip(names, given, strict=False)), **keywords}
        self._name: str = values.get("name", "custom")
        self._market: str = values.get("market", Market.USA)
        self._selector: Callable[[datetime], Any] | None = values.get("selector")
        self._settings = values.get("universe_settings")
        self._interval: timedelta = values.get("interval") or timedelta(days=1)

    def select(self, algorithm: Any, date: datetime) -> Any:
        """Tickers of a date."""
        if self._selector is None:
            raise ArgumentNullException("The CustomUniverseSelectionModel needs a selector.", "selector")
        return self._selector(date)

    def create_universes(self, algorithm: Any) -> Iterable[Any]:
        """One universe that asks every interval."""
        state = algorithm._vt
        settings = self._settings if self._settings is not None else state.universe_settings
        choose = method(self, "select", "Select")
        config = state.subscriptions.universe_config(
            universe_symbol(self._name, self._kind, self._market), None, settings.resolution
        ).copy(fill_forward=settings.fill_forward, extended_hours=settings.extended_market_hours)
        yield ManualUniverse(
            config,
            settings,
            int(self._interval.total_seconds() * SECOND),
            selector=lambda moment: choose(algorithm, moment),
            make_symbol=lambda ticker: state.make_symbol(ticker, self._kind, self._market),
        )


@lean_names
class InceptionDateUniverseSelectionModel(CustomUniverseSelectionModel):
    """Tickers from a date on.

    Args:
        name: Name of the universe.
        tickers_by_date: Ticker → first date, in order of the dates.
    """

    __clr_name__ = _NAMESPACE + "InceptionDateUniverseSelectionModel"

    def __init__(self, name: str, tickers_by_date: dict[str, date]) -> None:
        super().__init__(name, None)
        self._queue = [(ticker, _moment(first)) for ticker, first in dict(tickers_by_date).items()]
        self._started: list[str] = []

    def select(self, algorithm: Any, date: datetime) -> Any:
        """Tickers that began."""
        added = []
        while self._queue and self._queue[0][1] <= date:
            added.append(self._queue.pop(0)[0])
        if not added:
            return UNCHANGED
        self._started += added
        return list(self._started)


def _moment(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)


@lean_names
class ScheduledUniverseSelectionModel(UniverseSelectionModel):
    """Symbols of a function at the times of two rules.

    Args:
        arguments: `(date_rule, time_rule, selector, settings)`, with a time zone in front if wanted.
        keywords: The same by name.
    """

    __clr_name__ = _NAMESPACE + "ScheduledUniverseSelectionModel"

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        given = list(arguments)
        self._zone = keywords.get("time_zone")
        if given and not hasattr(given[0], "dates"):
            self._zone = given.pop(0)
        names = ("date_rule", "time_rule", "selector", "settings")
        values = {**dict(zip(names, given, strict=False)), **keywords}
        if not callable(values.get("selector")):
            raise ArgumentException(
                f"Unable to create a scheduled universe selector from {values.get('selector')!r}: it is not a function. "
                "Please provide a function that takes the firing date time and returns the selected symbols."
            )
        self._values = values

    def create_universes(self, algorithm: Any) -> Iterable[Any]:
        """One universe."""
        from vibetrader.engine.universe.scheduled import ScheduledUniverse

        state = algorithm._vt
        settings = self._values.get("settings")
        yield ScheduledUniverse.of(
            state,
            self._zone,
            self._values["date_rule"],
            self._values["time_rule"],
            self._values["selector"],
            settings if settings is not None else state.universe_settings,
        )


@lean_names
class FundamentalUniverseSelectionModel(UniverseSelectionModel):
    """Symbols of a function of company figures.

    Args:
        arguments: `(market, settings)`, `(selector, settings)` or `(date_rule, selector, settings)`.
        keywords: The same by name.
    """

    __clr_name__ = _NAMESPACE + "FundamentalUniverseSelectionModel"

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        given = list(arguments)
        self._market = keywords.get("market", Market.USA)
        self._date_rule = keywords.get("date_rule")
        self._selector = keywords.get("selector")
        self._settings = keywords.get("universe_settings", keywords.get("settings"))
        for value in given:
            if isinstance(value, str):
                self._market = value
            elif hasattr(value, "dates"):
                self._date_rule = value
            elif hasattr(value, "minimum_time_in_universe"):
                self._settings = value
            elif callable(value):
                self._selector = value

    def select(self, algorithm: Any, fundamental: list[Any]) -> Any:
        """Symbols of today's figures."""
        if self._selector is None:
            raise NotImplementedError("If inheriting, please overrride the 'Select' function")
        return self._selector(fundamental)

    def create_universes(self, algorithm: Any) -> Iterable[Any]:
        """One universe of all companies."""
        from vibetrader.engine.universe.fundamental import FundamentalUniverseFactory

        choose = method(self, "select", "Select")
        yield FundamentalUniverseFactory.of(
            algorithm._vt, lambda data: choose(algorithm, data), self._settings, self._date_rule, self._market
        )


@lean_names
class CoarseFundamentalUniverseSelectionModel(UniverseSelectionModel):
    """Symbols of a function of the day's prices and volumes.

    Args:
        coarse_selector: The function.
        universe_settings: How they are subscribed.
    """

    __clr_name__ = _NAMESPACE + "CoarseFundamentalUniverseSelectionModel"

    def __init__(self, coarse_selector: Any, universe_settings: Any = None) -> None:
        self._selector, self._settings = coarse_selector, universe_settings

    def create_universes(self, algorithm: Any) -> Iterable[Any]:
        """One universe."""
        from vibetrader.engine.universe.fundamental import FundamentalUniverseFactory

        yield FundamentalUniverseFactory.of(algorithm._vt, self._selector, self._settings)


@lean_names
class FineFundamentalUniverseSelectionModel(UniverseSelectionModel):
    """Symbols of two functions, the second of company figures.

    Args:
        coarse_selector: First function.
        fine_selector: Second function.
        universe_settings: How they are subscribed.
    """

    __clr_name__ = _NAMESPACE + "FineFundamentalUniverseSelectionModel"

    def __init__(self, coarse_selector: Any, fine_selector: Any, universe_settings: Any = None) -> None:
        self._coarse, self._fine, self._settings = coarse_selector, fine_selector, universe_settings

    def create_universes(self, algorithm: Any) -> Iterable[Any]:
        """One universe."""
        from vibetrader.engine.universe.fundamental import FilteredUniverse, FundamentalUniverseFactory

        state = algorithm._vt
        yield FilteredUniverse(state, FundamentalUniverseFactory.of(state, self._coarse, self._settings), self._fine)


@lean_names
class ETFConstituentsUniverseSelectionModel(UniverseSelectionModel):
    """Holdings of a fund.

    Args:
        etf: Symbol or ticker of the fund.
        arguments: `(settings, filter)` or `(filter,)`.
        keywords: The same by name.
    """

    __clr_name__ = _NAMESPACE + "ETFConstituentsUniverseSelectionModel"

    def __init__(self, etf: Any, *arguments: Any, **keywords: Any) -> None:
        self._etf = etf
        self._settings = keywords.get("universe_settings")
        self._filter = keywords.get("universe_filter_func")
        for value in arguments:
            if hasattr(value, "minimum_time_in_universe"):
                self._settings = value
            elif callable(value):
                self._filter = value
        self._universe: Any = None

    def create_universes(self, algorithm: Any) -> Iterable[Any]:
        """The same universe every time."""
        if self._universe is None:
            state = algorithm._vt
            etf = self._etf
            if isinstance(etf, str):
                known = symbolcache.find(etf)
                equity = known is not None and known.security_type == SecurityType.EQUITY
                etf = known if equity else state.make_symbol(etf, SecurityType.EQUITY, Market.USA)
            self._universe = state.universe_definitions.etf(etf, self._settings, self._filter)
        return [self._universe]

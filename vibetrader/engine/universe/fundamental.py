"""Company universes: prices of a day and the figures a provider knows. LEAN: Common/Data/Fundamental/*."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from math import nan
from pathlib import Path
from typing import Any, Final

from vibetrader.engine.clr import ArgumentException
from vibetrader.engine.data.bars import BaseData
from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.data.symbol import Market, SecurityIdentifier, Symbol
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import DAY, from_datetime
from vibetrader.engine.universe.base import UNCHANGED, Universe, universe_symbol
from vibetrader.engine.universe.figures import FundamentalProvider, group, groups
from vibetrader.engine.universe.files import DailyFileUniverse, unique_ticker

_providers: list[FundamentalProvider] = []


def use_provider(provider: FundamentalProvider) -> None:
    """Take figures from a provider from now on; a run begins so. LEAN: FundamentalService.cs, Initialize."""
    _providers[:] = [provider]


def provider() -> FundamentalProvider:
    """Who knows figures in this run."""
    return _providers[-1]


def asked_in_vain() -> bool:
    """Whether the run read a figure nobody knows."""
    return bool(_providers) and _providers[-1].asked_in_vain


@lean_names
class Fundamental(BaseData):
    """One company on one day.

    Args:
        time: Midnight of the day its prices are of.
        symbol: The company.
        row: Its fields of that day's coarse file, if known.
    """

    __clr_name__ = "QuantConnect.Data.Fundamental.Fundamental"

    def __init__(
        self, time: datetime | None = None, symbol: Symbol | None = None, row: list[str] | None = None
    ) -> None:
        super().__init__()
        self.symbol: Any = symbol
        self._row_given = row
        self._day = (time or datetime(1, 1, 1)).date()
        if time is not None:
            self.start_ns = from_datetime(time)
            self.end_ns = self.start_ns + DAY

    @classmethod
    def for_date(cls, time: datetime, symbol: Symbol) -> Fundamental:
        """What is known at a time: figures of the day before. LEAN: Fundamental.cs, ForDate."""
        return cls(time - timedelta(days=1), symbol)

    def _field(self, place: int) -> str:
        row = self._row_given
        if row is None:
            row = self._row_given = provider().row(self._day, str(self.symbol.id)) or []
        return row[place] if place < len(row) else ""

    @property
    def value(self) -> float:
        """Close of the day, raw; 0 when unknown."""
        text = self._field(0)
        return float(text) if text else 0.0

    @value.setter
    def value(self, value: Any) -> None:
        """Kept by the base class; the price is the file's."""

    @property
    def price(self) -> float:
        """Close of the day, raw."""
        return self.value

    @property
    def volume(self) -> int:
        """Shares traded that day."""
        text = self._field(1)
        return int(text) if text else 0

    @property
    def dollar_volume(self) -> float:
        """Money traded that day; not a number when unknown."""
        text = self._field(2)
        return float(text) if text else nan

    @property
    def has_fundamental_data(self) -> bool:
        """Whether figures are known. LEAN: CoarseFundamentalDataProvider.cs says no for all."""
        return provider().has_figures

    def _factor(self, place: int) -> float:
        text = self._field(place)
        if text:
            return float(text)
        return 1.0 if self._field(0) else 0.0

    @property
    def price_factor(self) -> float:
        """Factor of dividends that day."""
        return self._factor(4)

    @property
    def split_factor(self) -> float:
        """Factor of splits that day."""
        return self._factor(5)

    @property
    def price_scale_factor(self) -> float:
        """Both factors."""
        return self.price_factor * self.split_factor

    @property
    def adjusted_price(self) -> float:
        """Close of the day, adjusted."""
        return self.price * self.price_factor * self.split_factor

    @property
    def market(self) -> str:
        """Market of the company."""
        return str(self.symbol.market)

    @property
    def market_cap(self) -> Any:
        """Worth of the company."""
        return self.figure("company_profile.market_cap", "l")

    def figure(self, path: str, code: str) -> Any:
        """A figure by path; see `figures.FundamentalProvider.figure`."""
        return provider().figure(self._day, str(self.symbol.id), self.symbol.value, path, code)

    def clone(self, fill_forward: bool | None = None) -> Fundamental:
        """A copy."""
        return Fundamental(self.time, self.symbol, self._row_given)

    def __str__(self) -> str:
        return f"{self.symbol}: {self.price}"


def _group(name: str) -> property:
    return property(lambda self: group(self, name), doc=f"Figures of the group {name}.")


for _name in groups():
    if "." not in _name:
        setattr(Fundamental, _name, _group(_name))
        setattr(Fundamental, _name.title().replace("_", ""), _group(_name))

CoarseFundamental = FineFundamental = Fundamental


def fundamentals(state: Any, symbols: Any) -> Any:
    """Company figures known now of one symbol, or of several. LEAN: QCAlgorithm.cs, Fundamentals."""
    from vibetrader.engine.data import symbolcache
    from vibetrader.engine.timekeeping import to_datetime

    now = to_datetime(state.local_ns)
    if isinstance(symbols, (Symbol, str)) or hasattr(symbols, "symbol"):
        return Fundamental.for_date(now, symbolcache.to_symbol(symbols))
    return [Fundamental.for_date(now, symbolcache.to_symbol(symbol)) for symbol in symbols]


@lean_names
class FundamentalUniverse(BaseData):
    """All companies of a day: the type of a company universe's data. LEAN: FundamentalUniverse.cs."""

    __clr_name__ = "QuantConnect.Data.Fundamental.FundamentalUniverse"

    @staticmethod
    def usa(selector: Any, universe_settings: Any = None) -> FundamentalUniverseFactory:
        """A universe of companies of the United States."""
        return FundamentalUniverseFactory(Market.USA, universe_settings, selector)

    USA = usa


Fundamentals = FundamentalUniverse


@lean_names
class FundamentalUniverseFactory(DailyFileUniverse):
    """Companies a function of their prices and figures selects.

    Args:
        market: Market in lower case, or the universe's symbol.
        universe_settings: How they are subscribed; None takes the algorithm's when it is added.
        selector: `companies -> symbols`.
        state: State of the algorithm; None until it is added.
    """

    __clr_name__ = "QuantConnect.Data.UniverseSelection.FundamentalUniverseFactory"
    empty_days = True

    def __init__(self, market: Any, universe_settings: Any, selector: Any, state: Any = None) -> None:
        symbol = market
        if not isinstance(market, Symbol):
            symbol = universe_symbol(unique_ticker(f"FundamentalUniverse-{market}"), SecurityType.EQUITY, market)
        super().__init__(state, symbol, FundamentalUniverse, universe_settings, selector)

    @classmethod
    def of(
        cls, state: Any, selector: Any, settings: Any = None, date_rule: Any = None, market: str = Market.USA
    ) -> FundamentalUniverseFactory:
        """A universe that selects on the dates of a rule, if one is given."""
        if settings is None:
            settings = state.universe_settings
        if date_rule is not None:
            from vibetrader.engine.universe.settings import UniverseSettings

            settings = UniverseSettings(settings)
            settings.schedule.on(date_rule)
        return cls(market, settings, selector, state)

    def path(self, day: date) -> Path:
        """Where LEAN keeps prices of all companies."""
        return provider().path(day)

    def points_of(self, day: date) -> list[Any]:
        """The companies of a day."""
        midnight = datetime(day.year, day.month, day.day)
        found = []
        for fields in provider().lines(day):
            symbol = _company(fields)
            if symbol is not None:
                found.append(Fundamental(midnight, symbol, fields[2:]))
        return found


def _company(fields: list[str]) -> Symbol | None:
    try:
        float(fields[2])
        return Symbol(SecurityIdentifier.parse(fields[0]), fields[1])
    except (ValueError, IndexError):
        return None


_COARSE_NOTE: Final = (
    "Note: Your coarse selection filter was updated to exclude symbols without fine fundamental data. Make sure your coarse "
    "filter excludes symbols where HasFundamental is false."
)


class FilteredUniverse(Universe):
    """A universe whose choice a second function narrows by company figures. LEAN: FineFundamentalFilteredUniverse.cs.

    Both selections run every time, also when the first one's result is the same.

    Args:
        state: State of the algorithm.
        universe: The first universe.
        selector: The second function.
    """

    __clr_name__ = "QuantConnect.Data.UniverseSelection.FineFundamentalFilteredUniverse"

    def __init__(self, state: Any, universe: Universe, selector: Any) -> None:
        settings = universe.universe_settings
        if isinstance(universe, FundamentalUniverseFactory) and settings is not None and settings.asynchronous:
            raise ArgumentException(
                "Asynchronous universe setting is not supported for coarse & fine selections, please use the new Fundamental "
                "single pass selection"
            )
        super().__init__(universe.configuration, settings)
        self.state = state
        self._inner = universe
        self._fine = selector

    def emissions(self, start: int, end: int) -> Any:
        """The first universe's."""
        self._inner.universe_settings = self.universe_settings
        if getattr(self._inner, "state", self) is None:
            self._inner.state = self.state  # type: ignore[attr-defined]
        return self._inner.emissions(start, end)

    def trigger_times(self, start: int, end: int, market_hours: Any) -> Any:
        """The first universe's."""
        return self._inner.trigger_times(start, end, market_hours)

    def dispose(self) -> None:
        """Empty both."""
        super().dispose()
        self._inner.dispose()

    def select(self, utc_ns: int, data: Any) -> Any:
        """The second function's choice of the first one's companies. LEAN: UniverseSelection.cs, ApplyUniverseSelection."""
        first = self._inner.select(utc_ns, data)
        if first is UNCHANGED:
            return first
        # the collection counts as what is left of it
        data[:] = _companies(self.state, utc_ns, list(first), data)
        chosen = self._fine(list(data))
        return chosen if chosen is UNCHANGED else DailyFileUniverse.chosen(self, chosen)  # type: ignore[arg-type]


def _companies(state: Any, utc_ns: int, selected: list[Symbol], data: list[Any]) -> list[Any]:
    if data and isinstance(data[0], Fundamental):
        wanted = set(selected)
        found = []
        lacking = False
        for point in data:
            if point.symbol in wanted:
                wanted.discard(point.symbol)
                if point.has_fundamental_data:
                    found.append(point)
                else:
                    lacking = True
        if lacking and not state.context.extra.get("coarse note"):
            state.context.extra["coarse note"] = True
            state.debug(_COARSE_NOTE)
        return found
    from vibetrader.engine.timekeeping import NEW_YORK, to_datetime, zone

    now = to_datetime(zone(NEW_YORK).to_local(utc_ns))
    return [Fundamental(now, symbol) for symbol in dict.fromkeys(selected)]


def fundamental_history(symbols: Iterable[Symbol], days: Iterable[date]) -> list[Fundamental]:
    """Companies of days, by day and then in the order asked for; a day or company without a line is left out."""
    found = []
    for day in days:
        for symbol in symbols:
            row = provider().row(day, str(symbol.id))
            if row is not None:
                found.append(Fundamental(datetime(day.year, day.month, day.day), symbol, row))
    return found

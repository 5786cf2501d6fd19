"""A universe: who is in it, and how it selects. LEAN: Common/Data/UniverseSelection/Universe.cs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from vibetrader.engine.clr import Event
from vibetrader.engine.data.symbol import SecurityIdentifier, Symbol
from vibetrader.engine.naming import LeanOverrides, lean_names
from vibetrader.engine.timekeeping import DAY, HOUR, MINUTE, SECOND, from_timedelta
from vibetrader.engine.universe.settings import UniverseSettings
from vibetrader.marketdata.hours import always_open

#: UTC time of a selection, and what gives its data.
Emission = tuple[int, Callable[[], list[Any]]]


class SymbolSet(list[Symbol]):
    """Selected symbols, in order: .NET's set as Python sees it."""

    __slots__ = ()
    __clr_name__ = "System.Collections.Generic.HashSet[Symbol]"

    @property
    def count(self) -> Any:  # .NET's, not Python's
        """How many there are."""
        return len(self)

    def contains(self, symbol: Any) -> bool:
        """Whether a symbol is among them."""
        return symbol in self


class _Unchanged(list[Symbol]):
    """Stands for "select what was selected before"."""

    def __init__(self) -> None:
        super().__init__()

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:  # type: ignore[override]  # one object, equal to itself only
        return id(self)


UNCHANGED: Final = _Unchanged()


@dataclass(slots=True, frozen=True)
class Member:
    """A security of a universe.

    Attributes:
        added: When it came in, UTC ns.
        security: The security.
        is_internal: True when only the engine wants its data.
    """

    added: int
    security: Any
    is_internal: bool


def universe_symbol(ticker: str, security_type: Any, market: str) -> Symbol:
    """Symbol of a universe. LEAN: UniverseExtensions.cs, CreateSymbol."""
    return Symbol(SecurityIdentifier(ticker, security_type, market), ticker)


def universe_hours(configuration: Any, market_hours: Any) -> Any:
    """Hours a universe goes by: its symbol's market, always open in its zone when the database has none."""
    symbol = configuration.symbol
    entry = market_hours.find(symbol.market, symbol.value, symbol.security_type)
    return always_open(configuration.exchange_time_zone) if entry is None else entry.exchange_hours


@lean_names
class Universe(LeanOverrides):
    """Base of universes.

    Args:
        configuration: Configuration of its data.
        universe_settings: How selected securities are subscribed; None takes the algorithm's when it is added.
    """

    __clr_name__ = "QuantConnect.Data.UniverseSelection.Universe"
    unchanged = UNCHANGED
    UNCHANGED = UNCHANGED

    def __init__(self, configuration: Any = None, universe_settings: UniverseSettings | None = None) -> None:
        self.configuration = configuration
        self.universe_settings: Any = universe_settings
        self.selected: Sequence[Symbol] = SymbolSet()
        self.members_by_symbol: dict[Symbol, Member] = {}
        self.selection_changed = Event()
        self.dispose_requested = False
        self._previous: frozenset[Symbol] = frozenset()
        self._rounding: int | None = None

    @property
    def symbol(self) -> Symbol:
        """Symbol of the universe."""
        return self.configuration.symbol  # type: ignore[no-any-return]

    @property
    def security_type(self) -> Any:
        """Kind of the universe's symbol."""
        return self.configuration.symbol.security_type

    @property
    def market(self) -> str:
        """Market of the universe's symbol."""
        return self.configuration.symbol.market  # type: ignore[no-any-return]

    @property
    def data_type(self) -> Any:
        """Class of its data."""
        return self.configuration.type

    @property
    def members(self) -> Any:
        """Its securities by symbol."""
        from vibetrader.engine.api.assembly import read_only

        return read_only({symbol: member.security for symbol, member in self.members_by_symbol.items()})

    @property
    def securities(self) -> dict[Symbol, Member]:
        """Its members by symbol."""
        return self.members_by_symbol

    def contains_member(self, symbol: Any) -> bool:
        """Whether a symbol or security is a member."""
        return getattr(symbol, "symbol", symbol) in self.members_by_symbol

    def select_symbols(self, utc_time: Any, data: Any) -> Sequence[Symbol]:
        """The symbols that belong to the universe now."""
        raise NotImplementedError

    def perform_selection(self, utc_ns: int, data: Any) -> Sequence[Symbol]:
        """Select, and say `UNCHANGED` when nothing changed. LEAN: Universe.cs, PerformSelection."""
        if self.dispose_requested:
            self.selection_changed(self, [])
            return []
        result = self.select(utc_ns, data)
        if result is UNCHANGED:
            return UNCHANGED
        selection = list(dict.fromkeys(result))
        chosen = frozenset(selection)
        if chosen == self._previous:
            return UNCHANGED
        self._previous = chosen
        self.selection_changed(self, selection)
        return selection

    def select(self, utc_ns: int, data: Any) -> Sequence[Symbol]:
        """`select_symbols` with the engine's time."""
        from vibetrader.engine.timekeeping import to_datetime

        return self.select_symbols(to_datetime(utc_ns), data)

    def can_remove_member(self, utc_ns: int, security: Any) -> bool:
        """Whether a member may leave: not before its minimum time. LEAN: Universe.cs, CanRemoveMember."""
        if self.dispose_requested or security.is_delisted:
            return True
        member = self.members_by_symbol.get(security.symbol)
        if member is None:
            return False
        minimum = from_timedelta(self.universe_settings.minimum_time_in_universe)
        if self._rounding is None:
            self._rounding = next((unit for unit in (DAY, HOUR, MINUTE, SECOND) if minimum >= unit), minimum)
        time = utc_ns - member.added
        if self._rounding:
            # .NET rounds spans half up to the nearest multiple
            time = (time + self._rounding // 2) // self._rounding * self._rounding
        return time >= minimum

    def add_member(self, utc_ns: int, security: Any, is_internal: bool = False) -> bool:
        """Take a security in; False when it is there, delisted, or the universe is gone."""
        if self.dispose_requested or security.is_delisted or security.symbol in self.members_by_symbol:
            return False
        self.members_by_symbol[security.symbol] = Member(utc_ns, security, is_internal)
        return True

    def remove_member(self, utc_ns: int, security: Any) -> bool:
        """Let a security out; False when it may not leave yet."""
        if self.can_remove_member(utc_ns, security):
            return self.members_by_symbol.pop(security.symbol, None) is not None
        return False

    def subscription_configs(self, security: Any, subscriptions: Any) -> list[Any]:
        """Configurations of a selected security. LEAN: Universe.cs, GetSubscriptionRequests."""
        settings = self.universe_settings
        configs: list[Any] = subscriptions.add(
            security.symbol,
            settings.resolution,
            settings.fill_forward,
            settings.extended_market_hours,
            settings.data_normalization_mode,
        )
        return configs

    def trigger_times(self, start: int, end: int, market_hours: Any) -> Iterator[int] | None:
        """UTC times of selection of a universe that goes by the clock; None for one that goes by its data."""
        return None

    def emissions(self, start: int, end: int) -> Iterator[Emission] | None:
        """UTC times at which a universe's data selects, and that data; None for one that goes by the clock."""
        return None

    def dispose(self) -> None:
        """Empty the universe at its next selection."""
        self.dispose_requested = True

    def __iter__(self) -> Iterator[Any]:
        return iter(self.members)

    def __str__(self) -> str:
        return self.__clr_name__


def symbols_of(result: Iterable[Any], make: Any) -> list[Symbol]:
    """Symbols of what a selector gave: symbols, securities or tickers."""
    found = []
    for item in result:
        if isinstance(item, Symbol):
            found.append(item)
        elif isinstance(item, str):
            found.append(make(item))
        else:
            found.append(item.symbol)
    return found

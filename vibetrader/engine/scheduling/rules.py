"""The two kinds of rules, and what date rules and time rules have in common.

Dates travel as nanoseconds of their midnight, times as UTC nanoseconds; users who ask see datetimes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final, Protocol

from vibetrader.engine.clr import ArgumentException, NoMatch, register_type
from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.data.symbol import Market, Symbol
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import DAY, TimeZone, from_date, from_datetime, to_datetime, zone

#: LEAN: Common/Time.cs, EndOfTime
END_OF_TIME: Final = from_datetime(datetime(2050, 12, 31))


class DateRule(Protocol):
    """What `schedule.on` needs of a date rule."""

    @property
    def name(self) -> str:
        """Name of the rule."""
        ...

    def dates(self, start: int, end: int) -> Iterable[int]:
        """Midnights between two midnights, both included."""
        ...


class TimeRule(Protocol):
    """What `schedule.on` needs of a time rule."""

    @property
    def name(self) -> str:
        """Name of the rule."""
        ...

    def times(self, dates: Iterable[int]) -> Iterator[int]:
        """UTC times of the given midnights."""
        ...


def as_midnight(value: Any) -> int:
    """Midnight of a date or datetime in nanoseconds."""
    if isinstance(value, datetime):
        return from_datetime(value.replace(tzinfo=None)) // DAY * DAY
    if isinstance(value, date):
        return from_date(value)
    return int(value)


@lean_names
class FuncDateRule:
    """A date rule made of a function. LEAN: Common/Scheduling/FuncDateRule.cs.

    Args:
        name: Name of the rule.
        get_dates_function: `(start, end) -> dates`, the user's form with datetimes.
        native: The engine's form with midnights instead.
    """

    __clr_name__ = "QuantConnect.Scheduling.FuncDateRule"

    def __init__(
        self,
        name: str,
        get_dates_function: Callable[[datetime, datetime], Iterable[Any]] | None = None,
        *,
        native: Callable[[int, int], Iterable[int]] | None = None,
    ) -> None:
        if native is None and not callable(get_dates_function):
            raise ArgumentException("Python DateRule provided is not a function")
        self._name = name
        self._function = get_dates_function
        self._native = native

    @property
    def name(self) -> str:
        """Name of the rule."""
        return self._name

    def dates(self, start: int, end: int) -> Iterable[int]:
        """Midnights between two midnights, both included."""
        if self._native is not None:
            return self._native(start, end)
        assert self._function is not None
        return [from_datetime(moment) for moment in map(_moment, self._function(to_datetime(start), to_datetime(end)))]

    def get_dates(self, start: datetime, end: datetime) -> list[datetime]:
        """The dates between two dates."""
        return [to_datetime(day) for day in self.dates(from_datetime(start), from_datetime(end))]

    def __str__(self) -> str:
        return self.__clr_name__


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)


@lean_names
class FuncTimeRule:
    """A time rule made of a function. LEAN: Common/Scheduling/FuncTimeRule.cs.

    Args:
        name: Name of the rule.
        create_utc_event_times_function: `dates -> UTC times`, the user's form with datetimes.
        native: The engine's form with nanoseconds instead.
    """

    __clr_name__ = "QuantConnect.Scheduling.FuncTimeRule"

    def __init__(
        self,
        name: str,
        create_utc_event_times_function: Callable[[list[datetime]], Iterable[datetime]] | None = None,
        *,
        native: Callable[[Iterable[int]], Iterator[int]] | None = None,
    ) -> None:
        if native is None and not callable(create_utc_event_times_function):
            raise ArgumentException("Python TimeRule provided is not a function")
        self._name = name
        self._function = create_utc_event_times_function
        self._native = native

    @property
    def name(self) -> str:
        """Name of the rule."""
        return self._name

    def times(self, dates: Iterable[int]) -> Iterator[int]:
        """UTC times of the given midnights."""
        if self._native is not None:
            return self._native(dates)
        return self._user_times(dates)

    def _user_times(self, dates: Iterable[int]) -> Iterator[int]:
        assert self._function is not None
        for day in dates:
            for moment in self._function([to_datetime(day)]):
                yield from_datetime(moment)

    def create_utc_event_times(self, dates: Iterable[datetime]) -> list[datetime]:
        """The UTC times of the given dates."""
        return [to_datetime(moment) for moment in self.times([from_datetime(day) for day in dates])]

    def __str__(self) -> str:
        return self.__clr_name__


@lean_names
class CompositeTimeRule:
    """Several time rules as one. LEAN: Common/Scheduling/CompositeTimeRule.cs."""

    __clr_name__ = "QuantConnect.Scheduling.CompositeTimeRule"

    def __init__(self, *time_rules: Any) -> None:
        rules = time_rules
        if len(time_rules) == 1 and not hasattr(time_rules[0], "times"):
            rules = tuple(time_rules[0])
        self.rules: list[TimeRule] = list(rules)

    @property
    def name(self) -> str:
        """Names of the rules."""
        return ",".join(rule.name for rule in self.rules)

    def times(self, dates: Iterable[int]) -> Iterator[int]:
        """UTC times of the given midnights, in order and without doubles within a date."""
        for day in dates:
            yield from sorted({moment for rule in self.rules for moment in rule.times([day])})

    def create_utc_event_times(self, dates: Iterable[datetime]) -> list[datetime]:
        """The UTC times of the given dates."""
        return [to_datetime(moment) for moment in self.times([from_datetime(day) for day in dates])]

    def __str__(self) -> str:
        return self.__clr_name__


class _UserDateRule:
    """A user's own class with LEAN's two members."""

    def __init__(self, rule: Any) -> None:
        self._rule = rule
        self.name = str(getattr(rule, "name", None) or getattr(rule, "Name", ""))

    def dates(self, start: int, end: int) -> Iterable[int]:
        get = getattr(self._rule, "get_dates", None) or self._rule.GetDates
        return [from_datetime(_moment(day)) for day in get(to_datetime(start), to_datetime(end))]


class _UserTimeRule:
    """A user's own class with LEAN's two members."""

    def __init__(self, rule: Any) -> None:
        self._rule = rule
        self.name = str(getattr(rule, "name", None) or getattr(rule, "Name", ""))

    def times(self, dates: Iterable[int]) -> Iterator[int]:
        create = getattr(self._rule, "create_utc_event_times", None) or self._rule.CreateUtcEventTimes
        for day in dates:
            for moment in create([to_datetime(day)]):
                yield from_datetime(moment)


def _to_date_rule(value: Any) -> Any:
    if hasattr(value, "dates"):
        return value
    if hasattr(value, "get_dates") or hasattr(value, "GetDates"):
        return _UserDateRule(value)
    raise NoMatch


def _to_time_rule(value: Any) -> Any:
    if hasattr(value, "times"):
        return value
    if hasattr(value, "create_utc_event_times") or hasattr(value, "CreateUtcEventTimes"):
        return _UserTimeRule(value)
    raise NoMatch


register_type("IDateRule", _to_date_rule)
register_type("ITimeRule", _to_time_rule)


class ScheduleRules:
    """What date rules and time rules share. LEAN: Common/Scheduling/BaseScheduleRules.cs.

    Args:
        state: State of the algorithm.
        time_zone: Zone of the rules made here until `set_default_time_zone`.
    """

    def __init__(self, state: Any, time_zone: TimeZone) -> None:
        self._state = state
        self._zone = time_zone
        self._warned = False

    def set_default_time_zone(self, time_zone: Any) -> None:
        """Zone of the rules made from now on."""
        self._zone = time_zone if isinstance(time_zone, TimeZone) else zone(str(time_zone))

    def _hours(self, symbol: Symbol) -> Any:
        return self._state.exchange_hours(symbol)

    def _all_hours(self) -> list[Any]:
        """Hours of SPY and of every security whose market closes, each once."""
        found = [self._state.market_hours.entry(Market.USA, "SPY", SecurityType.EQUITY).exchange_hours]
        for symbol, security in self._state.securities.pairs():
            if symbol.security_type == SecurityType.EQUITY and symbol.market == Market.USA:
                continue
            hours = security.exchange.hours
            if not hours.is_market_always_open and hours not in found:
                found.append(hours)
        return found

    def _symbol(self, symbol: Any) -> Symbol:
        """A symbol, or that of a ticker; an unknown ticker becomes a US equity. LEAN: BaseScheduleRules.cs, GetSymbol."""
        if isinstance(symbol, Symbol):
            return symbol
        if not isinstance(symbol, str):
            return symbol.symbol  # type: ignore[no-any-return]  # a security
        known: Symbol | None = self._state.symbol_cache.find(symbol)
        if known is not None:
            return known
        if not self._warned:
            self._warned = True
            self._state.debug(
                f"Warning: no existing symbol found for ticker {symbol}, it will be created with Equity type."
            )
        created: Symbol = self._state.make_symbol(symbol, SecurityType.EQUITY, Market.USA)
        self._state.symbol_cache.set_symbol(symbol, created)
        return created

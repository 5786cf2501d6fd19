"""`self.date_rules`: on which dates a scheduled event runs. LEAN: Common/Scheduling/DateRules.cs."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final

from vibetrader.engine.clr import ArgumentOutOfRangeException, NoMatch, Overloads, register_type
from vibetrader.engine.data.enums import DayOfWeek
from vibetrader.engine.naming import lean_names
from vibetrader.engine.scheduling.rules import FuncDateRule, ScheduleRules, as_midnight
from vibetrader.engine.timekeeping import DAY, from_date, to_datetime

_ON: Final = Overloads("on", "year: int, month: int, day: int", "dates: List[datetime]")
_EVERY_DAY: Final = Overloads(
    "every_day",
    "",
    "symbol: str, extended_market_hours: bool = False",
    "symbol: Symbol, extended_market_hours: bool = False",
)


def _start_end(name: str) -> Overloads:
    return Overloads(
        name,
        "days_offset: int = 0",
        "symbol: str, days_offset: int = 0, extended_market_hours: bool = True",
        "symbol: Symbol, days_offset: int = 0, extended_market_hours: bool = True",
    )


_EVERY: Final = Overloads("every", "day: DayOfWeek", "days: List[DayOfWeek]")


def _to_dates(value: Any) -> Any:
    if isinstance(value, date):
        return [value]
    if isinstance(value, (list, tuple)) and all(isinstance(day, date) for day in value):
        return list(value)
    raise NoMatch


def _to_days(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_to_day(day) for day in value]
    raise NoMatch


def _to_day(value: Any) -> DayOfWeek:
    if isinstance(value, DayOfWeek):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return DayOfWeek(value)
    raise NoMatch


register_type("List[datetime]", _to_dates)
register_type("List[DayOfWeek]", _to_days)
register_type("DayOfWeek", _to_day)

_MONTH_LIMIT: Final = 30
_QUARTER_LIMIT: Final = 92
_YEAR_LIMIT: Final = 365
_WEEK_LIMIT: Final = 6


@lean_names
class DateRules(ScheduleRules):
    """Makes date rules; a rule keeps the zone it was made in."""

    __clr_name__ = "QuantConnect.Scheduling.DateRules"

    @property
    def today(self) -> FuncDateRule:
        """The algorithm's date when the rule is asked."""
        tz = self._zone
        return FuncDateRule("TodayOnly", native=lambda start, end: [tz.to_local(self._state.utc_ns) // DAY * DAY])

    @property
    def tomorrow(self) -> FuncDateRule:
        """The day after the algorithm's date when the rule is asked."""
        tz = self._zone
        return FuncDateRule(
            "TomorrowOnly", native=lambda start, end: [tz.to_local(self._state.utc_ns) // DAY * DAY + DAY]
        )

    def on(self, *arguments: Any, **keywords: Any) -> FuncDateRule:
        """Given dates."""
        if len(arguments) > 1 and all(isinstance(value, date) for value in arguments):
            arguments = (list(arguments),)
        number, given = _ON.bind(arguments, keywords)
        if number == 0:
            try:
                chosen = [date(given["year"], given["month"], given["day"])]
            except ValueError:
                raise ArgumentOutOfRangeException(
                    "Year, Month, and Day parameters describe an un-representable DateTime."
                ) from None
        else:
            chosen = given["dates"]
        days = [as_midnight(day) for day in chosen]
        name = ",".join(f"{day.month:02d}/{day.day:02d}/{day.year:04d}" for day in chosen)
        return FuncDateRule(name, native=lambda start, end: [day for day in days if start <= day <= end])

    def every(self, *arguments: Any, **keywords: Any) -> FuncDateRule:
        """Days of the week."""
        if arguments and all(isinstance(value, DayOfWeek) for value in arguments):
            arguments = (list(arguments),)
        if not arguments and not keywords:
            arguments = ([],)
        number, given = _EVERY.bind(arguments, keywords)
        days = given["days"] if number == 1 else [given["day"]]
        name = ",".join(day.to_string() for day in days)
        return FuncDateRule(name, native=lambda start, end: (day for day in _each_day(start, end) if _weekday(day) in days))

    def every_day(self, *arguments: Any, **keywords: Any) -> FuncDateRule:
        """Every date, or every date the market of a symbol is open."""
        _, given = _EVERY_DAY.bind(arguments, keywords)
        symbol = given.get("symbol")
        if symbol is None:
            return FuncDateRule("EveryDay", native=_each_day)
        symbol = self._symbol(symbol)
        hours = self._hours(symbol)
        extended = given["extended_market_hours"]
        return FuncDateRule(
            f"{symbol.value}: EveryDay",
            native=lambda start, end: (day for day in _each_day(start, end) if hours.is_date_open(day, extended)),
        )

    def year_start(self, *arguments: Any, **keywords: Any) -> FuncDateRule:
        """First day of the year, or first trading day; the offset counts days after it."""
        return self._period("YearStart", _YEAR_LIMIT, True, arguments, keywords, check_always=True)

    def year_end(self, *arguments: Any, **keywords: Any) -> FuncDateRule:
        """Last day of the year, or last trading day; the offset counts days before it."""
        return self._period("YearEnd", _YEAR_LIMIT, False, arguments, keywords, check_always=True)

    def quarter_start(self, *arguments: Any, **keywords: Any) -> FuncDateRule:
        """First day of the quarter, or first trading day; the offset counts days after it."""
        return self._period("QuarterStart", _QUARTER_LIMIT, True, arguments, keywords, check_always=True)

    def quarter_end(self, *arguments: Any, **keywords: Any) -> FuncDateRule:
        """Last day of the quarter, or last trading day; the offset counts days before it."""
        return self._period("QuarterEnd", _QUARTER_LIMIT, False, arguments, keywords, check_always=True)

    def month_start(self, *arguments: Any, **keywords: Any) -> FuncDateRule:
        """First day of the month, or first trading day; the offset counts days after it."""
        return self._period("MonthStart", _MONTH_LIMIT, True, arguments, keywords)

    def month_end(self, *arguments: Any, **keywords: Any) -> FuncDateRule:
        """Last day of the month, or last trading day; the offset counts days before it."""
        return self._period("MonthEnd", _MONTH_LIMIT, False, arguments, keywords)

    def week_start(self, *arguments: Any, **keywords: Any) -> FuncDateRule:
        """Monday, or the first trading day of the week; the offset counts days after it."""
        return self._week("WeekStart", True, arguments, keywords)

    def week_end(self, *arguments: Any, **keywords: Any) -> FuncDateRule:
        """Friday, or the last trading day of the week; the offset counts days before it."""
        return self._week("WeekEnd", False, arguments, keywords)

    def _period(
        self,
        kind: str,
        limit: int,
        forward: bool,
        arguments: tuple[Any, ...],
        keywords: dict[str, Any],
        check_always: bool = False,
    ) -> FuncDateRule:
        # LEAN: DateRules.cs, MonthStart: without a symbol the offset of months is not checked
        _, given = _PERIODS[kind].bind(arguments, keywords)
        symbol, offset = given.get("symbol"), given["days_offset"]
        if (check_always or symbol is not None) and not 0 <= offset <= limit:
            raise ArgumentOutOfRangeException(f"DateRules.{kind}() : Offset must be between 0 and {limit}", "daysOffset")
        hours = None
        extended = given.get("extended_market_hours", False)
        if symbol is not None:
            symbol = self._symbol(symbol)
            hours = self._hours(symbol)
        bounds = _BOUNDS[kind.removesuffix("Start").removesuffix("End")]

        def dates(start: int, end: int) -> Iterator[int]:
            earliest = as_midnight(to_datetime(start).replace(day=1)) if kind.startswith("Year") else 0
            for first, last in bounds(to_datetime(start), to_datetime(end)):
                base, boundary = (first, last) if forward else (last, first)
                if base < earliest:  # LEAN: DateRules.cs, YearIterator looks from the start's month on
                    continue
                day = _scheduled_day(hours, base, offset, forward, extended, boundary)
                if start <= day <= end:
                    yield day

        return FuncDateRule(_name(symbol, kind, offset if forward else -offset), native=dates)

    def _week(
        self, kind: str, forward: bool, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> FuncDateRule:
        _, given = _PERIODS[kind].bind(arguments, keywords)
        symbol, offset = given.get("symbol"), given["days_offset"]
        extended = given.get("extended_market_hours", False)
        hours = None
        if symbol is None:
            if not 0 <= offset <= _WEEK_LIMIT:
                raise ArgumentOutOfRangeException(f"DateRules.{kind}() : Offset must be between 0 and 6", "daysOffset")
            # LEAN: DateRules.cs, WeekIterator: Monday to Sunday, backwards Friday to the Saturday before
            base, span = (1, 6) if forward else (5, -6)
        else:
            symbol = self._symbol(symbol)
            hours = self._hours(symbol)
            week = hours.open_weekdays()  # Sunday is 0
            if offset > len(week) - 1:
                names = [DayOfWeek(day).to_string() for day in week]
                edge = f"{names[0]}+{offset}" if forward else f"{names[-1]}-{offset}"
                raise ArgumentOutOfRangeException(
                    f"DateRules.{kind}() : {edge} is out of range for {symbol}'s schedule, please use an offset between "
                    f"0 - {len(week) - 1}; Schedule : {', '.join(names)}",
                    "daysOffset",
                )
            base, other = (week[0], week[-1]) if forward else (week[-1], week[0])
            span = other - base

        def dates(start: int, end: int) -> Iterator[int]:
            first = start - (int(_weekday(start)) - 1) * DAY - (7 * DAY if _weekday(start) == 0 else 0)
            last = end + (7 - int(_weekday(end))) * DAY - (7 * DAY if _weekday(end) == 0 else 0)
            for base_day in _each_day(first, last):
                if _weekday(base_day) != base:
                    continue
                day = _scheduled_day(hours, base_day, offset, forward, extended, base_day + span * DAY)
                if start <= day <= end:
                    yield day

        return FuncDateRule(_name(symbol, kind, offset if forward else -offset), native=dates)


_PERIODS: Final = {
    kind: _start_end(name)
    for kind, name in (
        ("YearStart", "year_start"),
        ("YearEnd", "year_end"),
        ("QuarterStart", "quarter_start"),
        ("QuarterEnd", "quarter_end"),
        ("MonthStart", "month_start"),
        ("MonthEnd", "month_end"),
        ("WeekStart", "week_start"),
        ("WeekEnd", "week_end"),
    )
}


def _name(symbol: Any, kind: str, offset: int) -> str:
    text = f"{kind}{offset:+d}" if offset else kind
    return text if symbol is None else f"{symbol.value}: {text}"


def _each_day(start: int, end: int) -> Iterable[int]:
    return range(start // DAY * DAY, end // DAY * DAY + 1, DAY)


def _weekday(day: int) -> int:
    """.NET's day of the week: Sunday is 0; 1970-01-01 was a Thursday."""
    return (day // DAY + 4) % 7


def _last_of_month(year: int, month: int) -> int:
    return from_date(date(year, month, monthrange(year, month)[1]))


def _months(start: datetime, end: datetime) -> Iterator[tuple[int, int]]:
    for index in range(start.year * 12 + start.month - 1, end.year * 12 + end.month):
        year, month = divmod(index, 12)
        yield from_date(date(year, month + 1, 1)), _last_of_month(year, month + 1)


def _quarters(start: datetime, end: datetime) -> Iterator[tuple[int, int]]:
    for index in range(start.year * 4 + (start.month - 1) // 3, end.year * 4 + (end.month - 1) // 3 + 1):
        year, quarter = divmod(index, 4)
        yield from_date(date(year, quarter * 3 + 1, 1)), _last_of_month(year, quarter * 3 + 3)


def _years(start: datetime, end: datetime) -> Iterator[tuple[int, int]]:
    for year in range(start.year, end.year + 1):
        yield from_date(date(year, 1, 1)), from_date(date(year, 12, 31))


_BOUNDS: Final[dict[str, Callable[[datetime, datetime], Iterator[tuple[int, int]]]]] = {
    "Month": _months,
    "Quarter": _quarters,
    "Year": _years,
}


def _scheduled_day(
    hours: Any, base: int, offset: int, forward: bool, extended: bool, boundary: int | None
) -> int:
    """LEAN: DateRules.cs, GetScheduledDay; without hours every day is open."""
    step = DAY if forward else -DAY

    def next_open(day: int) -> int:
        day += step
        while hours is not None and not hours.is_date_open(day, False):
            day += step
        return day

    day = base
    if hours is not None and not hours.is_date_open(day, extended):
        day = next_open(day)
    for _ in range(offset):
        day = next_open(day)
    if boundary is not None and (day > boundary if forward else day < boundary):
        day = _scheduled_day(hours, boundary, 0, not forward, extended, None)
    return day

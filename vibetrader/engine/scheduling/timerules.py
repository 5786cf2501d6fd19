"""`self.time_rules`: at which times a scheduled event runs. LEAN: Common/Scheduling/TimeRules.cs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, Final

from vibetrader.engine.clr import ArgumentException, Overloads
from vibetrader.engine.naming import lean_names
from vibetrader.engine.scheduling.rules import FuncTimeRule, ScheduleRules
from vibetrader.engine.timekeeping import DAY, HOUR, MINUTE, SECOND, TimeZone, from_timedelta, zone

_AT: Final = Overloads(
    "at",
    "time_of_day: timedelta",
    "hour: int, minute: int, second: int = 0",
    "time_of_day: timedelta, time_zone: DateTimeZone",
    "hour: int, minute: int, time_zone: DateTimeZone",
    "hour: int, minute: int, second: int, time_zone: DateTimeZone",
)
_EVERY: Final = Overloads("every", "interval: TimeSpan")


def _open_close(name: str, minutes: str, extended: str) -> Overloads:
    return Overloads(
        name,
        f"{minutes}: float = 0, {extended}: bool = False",
        f"symbol: str, {minutes}: float = 0, {extended}: bool = False",
        f"symbol: Symbol, {minutes}: float = 0, {extended}: bool = False",
    )


_AFTER_OPEN: Final = _open_close("after_market_open", "minutes_after_open", "extended_market_open")
_BEFORE_OPEN: Final = _open_close("before_market_open", "minutes_before_open", "extended_market_open")
_AFTER_CLOSE: Final = _open_close("after_market_close", "minutes_after_close", "extended_market_close")
_BEFORE_CLOSE: Final = _open_close("before_market_close", "minutes_before_close", "extended_market_close")


def _number(value: float) -> str:
    """.NET's `0.##`."""
    text = f"{round(value, 2):.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


@lean_names
class TimeRules(ScheduleRules):
    """Makes time rules; a rule keeps the zone it was made in."""

    __clr_name__ = "QuantConnect.Scheduling.TimeRules"

    @property
    def now(self) -> FuncTimeRule:
        """The algorithm's time when the rule is asked, once per date."""
        return FuncTimeRule("Now", native=lambda dates: (self._state.utc_ns for _ in dates))

    @property
    def midnight(self) -> FuncTimeRule:
        """Midnight."""
        tz = self._zone
        return FuncTimeRule("Midnight", native=lambda dates: (tz.to_later_utc(day) for day in dates))

    @property
    def noon(self) -> FuncTimeRule:
        """Twelve hours after midnight. LEAN adds them in UTC."""
        tz = self._zone
        return FuncTimeRule("Noon", native=lambda dates: (tz.to_later_utc(day) + 12 * HOUR for day in dates))

    def at(self, *arguments: Any, **keywords: Any) -> FuncTimeRule:
        """A time of day."""
        _, given = _AT.bind(arguments, keywords)
        span = given.get("time_of_day")
        if span is not None:
            offset = from_timedelta(span)
        else:
            offset = given["hour"] * HOUR + given["minute"] * MINUTE + given.get("second", 0) * SECOND
        tz = given.get("time_zone") or self._zone
        to_utc = tz.to_later_utc
        return FuncTimeRule(
            _number(offset / HOUR), native=lambda dates: (to_utc(day + offset) for day in dates)
        )

    def every(self, *arguments: Any, **keywords: Any) -> FuncTimeRule:
        """Each interval from midnight on; begins anew every date."""
        interval = from_timedelta(_EVERY.bind(arguments, keywords)[1]["interval"])
        if interval <= 0:
            raise ArgumentException("TimeRules.Every(): time span interval can not be zero or less")
        to_utc = self._zone.to_later_utc

        def times(dates: Iterable[int]) -> Iterator[int]:
            for day in dates:
                for offset in range(0, DAY, interval):
                    yield to_utc(day + offset)

        return FuncTimeRule(f"Every {_number(interval / MINUTE)} min", native=times)

    def before_market_open(self, *arguments: Any, **keywords: Any) -> FuncTimeRule:
        """Minutes before the open of a symbol, or of the first market that opens."""
        _, given = _BEFORE_OPEN.bind(arguments, keywords)
        return self._open(given.get("symbol"), -given["minutes_before_open"], given["extended_market_open"])

    def after_market_open(self, *arguments: Any, **keywords: Any) -> FuncTimeRule:
        """Minutes after the open of a symbol, or of the first market that opens."""
        _, given = _AFTER_OPEN.bind(arguments, keywords)
        return self._open(given.get("symbol"), given["minutes_after_open"], given["extended_market_open"])

    def before_market_close(self, *arguments: Any, **keywords: Any) -> FuncTimeRule:
        """Minutes before the close of a symbol, or of the last market that closes."""
        _, given = _BEFORE_CLOSE.bind(arguments, keywords)
        return self._close(given.get("symbol"), given["minutes_before_close"], given["extended_market_close"])

    def after_market_close(self, *arguments: Any, **keywords: Any) -> FuncTimeRule:
        """Minutes after the close of a symbol, or of the last market that closes."""
        _, given = _AFTER_CLOSE.bind(arguments, keywords)
        return self._close(given.get("symbol"), -given["minutes_after_close"], given["extended_market_close"])

    def _open(self, symbol: Any, minutes: float, extended: bool) -> FuncTimeRule:
        offset = round(minutes * MINUTE)
        kind = "ExtendedMarketOpen" if extended else "MarketOpen"
        name = f"{_number(abs(minutes))} min {'after' if minutes > 0 else 'before'} {kind}"
        if symbol is None:
            return FuncTimeRule(name, native=lambda dates: self._earliest_opens(dates, extended, offset))
        symbol = self._symbol(symbol)
        hours = self._hours(symbol)

        def times(dates: Iterable[int]) -> Iterator[int]:
            for day in dates:
                moment = _open_of(hours, day, extended)
                if moment is not None:
                    yield hours.time_zone.to_later_utc(moment + offset)

        return FuncTimeRule(f"{symbol}: {name}", native=times)

    def _earliest_opens(self, dates: Iterable[int], extended: bool, offset: int) -> Iterator[int]:
        markets = self._all_hours()
        for day in dates:
            opens = [
                hours.time_zone.to_later_utc(moment + offset)
                for hours in markets
                if hours.is_date_open(day, extended) and (moment := _open_of(hours, day, extended)) is not None
            ]
            if opens:
                yield min(opens)

    def _close(self, symbol: Any, minutes: float, extended: bool) -> FuncTimeRule:
        offset = round(minutes * MINUTE)
        kind = "ExtendedMarketClose" if extended else "MarketClose"
        name = f"{_number(abs(minutes))} min {'before' if minutes > 0 else 'after'} {kind}"
        if symbol is None:
            return FuncTimeRule(name, native=lambda dates: self._latest_closes(dates, extended, offset))
        symbol = self._symbol(symbol)
        hours = self._hours(symbol)

        def times(dates: Iterable[int]) -> Iterator[int]:
            for day in dates:
                # LEAN asks for the close first, so a market without one ends the run here
                close = hours.last_daily_close(day, extended)
                if hours.is_date_open(day, extended):
                    yield hours.time_zone.to_later_utc(close - offset)

        return FuncTimeRule(f"{symbol}: {name}", native=times)

    def _latest_closes(self, dates: Iterable[int], extended: bool, offset: int) -> Iterator[int]:
        markets = self._all_hours()
        for day in dates:
            closes = [
                hours.time_zone.to_later_utc(hours.last_daily_close(day, extended) - offset)
                for hours in markets
                if hours.is_date_open(day, extended)
            ]
            if closes:
                yield max(closes)


def _open_of(hours: Any, day: int, extended: bool) -> int | None:
    """First open of a date, None when the market does not open on it. LEAN: TimeRules.cs, AfterMarketOpen."""
    moment: int = hours.first_daily_open(day + DAY - 100, extended)
    if hours.is_date_open(day, extended) and moment // DAY == day // DAY:
        return moment
    return None


def to_time_zone(value: Any) -> TimeZone:
    """A zone of its name, of a `TimeZone` or of a tzinfo."""
    if isinstance(value, TimeZone):
        return value
    return zone(str(getattr(value, "key", None) or getattr(value, "zone", None) or value))


def to_span(value: Any) -> timedelta | None:
    """What .NET takes for a TimeSpan: a timedelta, or a number of days."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return timedelta(days=value)
    return None

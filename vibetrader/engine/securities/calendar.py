"""Hours of a day and the trading calendar as LEAN shows them. LEAN: Common/Securities/LocalMarketHours.cs, Common/TradingCalendar.cs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from vibetrader.engine.clr import ArgumentException
from vibetrader.engine.data.dictionary import KeyValuePair
from vibetrader.engine.naming import LeanEnum, alias_members, lean_names
from vibetrader.engine.timekeeping import DAY, from_timedelta, to_datetime, to_timedelta
from vibetrader.marketdata import hours as market_hours
from vibetrader.marketdata.hours import DayHours

_DAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class MarketHoursState(LeanEnum):
    """LEAN: MarketHoursState."""

    CLOSED = 0
    PRE_MARKET = 1
    MARKET = 2
    POST_MARKET = 3


alias_members(MarketHoursState)


def _span_text(ns: int) -> str:
    """.NET's text of a time span: `09:30:00`, `1.00:00:00`."""
    days, rest = divmod(ns // 1_000_000_000, 86_400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days}.{clock}" if days else clock


@lean_names
class MarketHoursSegment:
    """A stretch of a day in one state."""

    __clr_name__ = "QuantConnect.Securities.MarketHoursSegment"

    def __init__(self, state: MarketHoursState, start: int, end: int) -> None:
        self._text = f"{state.to_string()}: {_span_text(start)}-{_span_text(end)}"
        self.state = state
        self.start, self.end = to_timedelta(start), to_timedelta(end)

    def __str__(self) -> str:
        return self._text


@lean_names
class LocalMarketHours:
    """Sessions of one date."""

    __clr_name__ = "QuantConnect.Securities.LocalMarketHours"

    def __init__(self, day: DayHours, local: int) -> None:
        self._day = day
        name = _DAY_NAMES[(local // DAY + 3) % 7]
        self.day_of_week = name
        self.is_open_all_day, self.is_closed_all_day = day.is_open_all_day, day.is_closed_all_day
        #: Length of the regular sessions.
        self.market_duration = to_timedelta(day.duration)
        first = min((segment.start for segment in day.segments if segment.regular), default=DAY)
        self.segments = [
            MarketHoursSegment(_state_of(segment.regular, segment.start < first), segment.start, segment.end)
            for segment in day.segments
        ]
        if day.is_closed_all_day:
            self._text = "Closed All Day"
        elif day.is_open_all_day:
            self._text = "Open All Day"
        else:
            self._text = f"{name}: {' | '.join(map(str, self.segments))}"

    def is_open(self, time: timedelta, extended_market_hours: bool) -> bool:
        """Whether a time of day lies in a session."""
        return self._day.is_open(from_timedelta(time), extended_market_hours)

    def get_market_open(
        self, time: timedelta, extended_market_hours: bool, previous_day_last_segment: timedelta | None = None
    ) -> timedelta | None:
        """First opening at or after a time of day."""
        before = None if previous_day_last_segment is None else from_timedelta(previous_day_last_segment)
        found = self._day.open_of(from_timedelta(time), extended_market_hours, before)
        return None if found is None else to_timedelta(found)

    def get_market_close(
        self, time: timedelta, extended_market_hours: bool, next_day_first_segment: timedelta | None = None
    ) -> timedelta | None:
        """First closing after a time of day."""
        after = None if next_day_first_segment is None else from_timedelta(next_day_first_segment)
        found = self._day.close_of(from_timedelta(time), extended_market_hours, False, after)
        return None if found is None else to_timedelta(found)

    def __str__(self) -> str:
        return self._text


def _state_of(regular: bool, before: bool) -> MarketHoursState:
    if regular:
        return MarketHoursState.MARKET
    return MarketHoursState.PRE_MARKET if before else MarketHoursState.POST_MARKET


class DayTimes(dict[datetime, timedelta]):
    """Date → time of day; iterates over pairs, as .NET's dictionaries do."""

    def __iter__(self) -> Iterator[Any]:
        return iter([KeyValuePair(key, value) for key, value in self.items()])

    def contains_key(self, key: datetime) -> bool:
        """Whether there is an entry."""
        return key in self

    ContainsKey = contains_key


market_hours.day_view = LocalMarketHours
market_hours.times_view = DayTimes


@lean_names
class TradingDay:
    """What kind of day a date is."""

    __clr_name__ = "QuantConnect.TradingDay"

    def __init__(self, day: datetime, public_holiday: bool) -> None:
        self.date = day
        self.public_holiday = public_holiday
        self.weekend = day.weekday() >= 5
        self.business_day = not self.public_holiday and not self.weekend
        self.option_expirations: list[Any] = []
        self.future_expirations: list[Any] = []


@lean_names
class TradingCalendar:
    """Kinds of days, by the holidays of all securities and of the United States."""

    __clr_name__ = "QuantConnect.TradingCalendar"

    def __init__(self, securities: Callable[[], list[Any]], now: Callable[[], int]) -> None:
        self._securities, self._now = securities, now

    def get_trading_day(self, day: datetime | None = None) -> TradingDay:
        """A date, by default that of UTC now."""
        chosen = to_datetime(self._now()) if day is None else day
        return self.get_trading_days(chosen, chosen)[0]

    def get_trading_days(self, start: datetime, end: datetime) -> list[TradingDay]:
        """All dates from one to another."""
        first, last = _midnight(start), _midnight(end)
        count = (last - first).days + 1
        if count < 0:
            raise ArgumentException(
                f"TradingCalendar.PopulateTradingDays(): Total days is negative ({count}), indicating reverse start and end times."
            )
        holidays = {day for security in self._securities() for day in security.exchange.hours.holidays}
        days = [first + timedelta(days=n) for n in range(count)]
        return [TradingDay(day, day in holidays or not is_us_business_day(day.date())) for day in days]

    def get_days_by_type(self, type: Any, start: datetime, end: datetime) -> list[TradingDay]:
        """Dates of a kind."""
        wanted = _FILTERS.get(str(type))
        return [day for day in self.get_trading_days(start, end) if wanted is not None and getattr(day, wanted)]


_FILTERS: Final = {
    "BUSINESS_DAY": "business_day", "PUBLIC_HOLIDAY": "public_holiday", "WEEKEND": "weekend",
    "OPTION_EXPIRATION": "option_expirations", "FUTURE_EXPIRATION": "future_expirations",
}  # fmt: skip


def _midnight(moment: datetime) -> datetime:
    return datetime(moment.year, moment.month, moment.day)


def is_us_business_day(day: date) -> bool:
    """Whether US payments settle on a date: no weekend, no federal holiday or its substitute (Title 5 U.S.C. § 6103)."""
    weekday, number, month, year = day.weekday(), day.day, day.month, day.year
    if weekday >= 5:
        return False
    if weekday == 0:
        week = (number - 1) // 7 + 1
        if (
            (month == 1 and week == 3 and year >= 1983)
            or (month == 2 and week == 3)
            or (month == 5 and number >= 25)
            or (month == 9 and week == 1)
            or (month == 10 and week == 2 and year >= 1971)
        ):
            return False
    if month == 11 and weekday == 3 and 22 <= number <= 28:
        return False
    fixed = [(1, 1), (7, 4), (11, 11), (12, 25)] + ([(6, 19)] if year >= 2022 else [])
    for shift in (0, 1) if weekday == 4 else (0, -1) if weekday == 0 else (0,):
        other = day + timedelta(days=shift)
        if (other.month, other.day) in fixed:
            return False
    return True

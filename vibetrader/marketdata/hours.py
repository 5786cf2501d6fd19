"""Opening hours of the exchanges, read from LEAN's market hours database.

All times are clock times of the exchange in nanoseconds since 1970. Methods that users call as well also take naive
datetimes and then answer with datetimes. LEAN: Common/Securities/SecurityExchangeHours.cs, LocalMarketHours.cs,
MarketHoursDatabase.cs.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar, cast

from vibetrader.errors import DataError
from vibetrader.marketdata.zones import DAY, TimeZone, from_datetime, to_datetime, to_timedelta, zone

Moment = TypeVar("Moment", int, datetime)

_DAYS: Final = ("thursday", "friday", "saturday", "sunday", "monday", "tuesday", "wednesday")  # 1970-01-01: Thursday
_TICK: Final = 100
_SEARCH_DAYS: Final = 15
_OWN_COPY: Final = Path(__file__).parent / "reference" / "market-hours-database.json"

#: Security type in LEAN's spelling by its name without case and underscores.
LEAN_TYPES: Final = {
    name.lower(): name
    for name in (
        "Base", "Equity", "Option", "Commodity", "Forex", "Future", "Cfd", "Crypto", "FutureOption", "Index",
        "IndexOption", "CryptoFuture",
    )
}  # fmt: skip


class NoSessionError(ValueError):
    """No opening or closing within two weeks."""

    __clr_name__ = "System.ArgumentException"
    #: Where LEAN finds none; its texts name the place when no line of the strategy is at fault.
    clr_site = ""

    def __init__(self, text: str, clr_site: str = "") -> None:
        super().__init__(text)
        self.clr_site = clr_site


#: What strategies see of it is .NET's name.
NoSessionError.__name__ = "ArgumentException"


class Segment(NamedTuple):
    """A stretch of a day: start and end as nanoseconds since midnight, and whether it is a regular session."""

    start: int
    end: int
    regular: bool

    @property
    def state(self) -> str:
        """LEAN's word for it."""
        return "market" if self.regular else "premarket"


class DayHours:
    """Sessions of one weekday or date. LEAN: Common/Securities/LocalMarketHours.cs."""

    __slots__ = ("duration", "is_closed_all_day", "is_open_all_day", "segments")

    def __init__(self, segments: tuple[Segment, ...]) -> None:
        self.segments = segments
        self.is_closed_all_day = not segments
        self.is_open_all_day = len(segments) == 1 and segments[0] == Segment(0, DAY, True)
        self.duration = sum(segment.end - segment.start for segment in segments if segment.regular)

    def open_of(self, time: int, extended: bool, previous_end: int | None) -> int | None:
        """Next opening at or after a time of day; sessions that touch are one."""
        previous, from_day_before = previous_end, True
        for segment in self.segments:
            usable = segment.regular or extended
            if segment.end <= time:
                if usable:
                    previous, from_day_before = segment.end, False
                continue
            if usable:
                if not _continuous(previous, segment.start, from_day_before):
                    return segment.start
                previous, from_day_before = segment.end, False
        return None

    def close_of(self, time: int, extended: bool, last: bool, next_start: int | None) -> int | None:
        """Next (or last) closing after a time of day; sessions that touch are one."""
        found = None
        segments = self.segments
        for place, segment in enumerate(segments):
            if segment.end <= time:
                continue
            next_day = place == len(segments) - 1
            following: int | None
            if next_day:
                following = next_start
            else:
                after = segments[place + 1]
                following = after.start if after.regular or extended else None
            if segment.regular or extended:
                if last:
                    found = segment.end
                elif not _continuous(segment.end, following, next_day):
                    return segment.end
        return found

    def is_open(self, time: int, extended: bool) -> bool:
        """True when a time of day lies in a session."""
        for segment in self.segments:
            if segment.start <= time < segment.end:
                return extended or segment.regular
        return False

    def overlaps(self, start: int, end: int, extended: bool) -> bool:
        """True when a session lies between two times of day."""
        if start == end:
            return self.is_open(start, extended)
        return any(
            segment.start < end and segment.end > start for segment in self.segments if extended or segment.regular
        )


def _continuous(previous_end: int | None, next_start: int | None, across_midnight: bool) -> bool:
    if previous_end is None or next_start is None:
        return False
    if across_midnight:
        return previous_end == DAY and next_start == 0
    return previous_end == next_start


def _ns(moment: Any) -> int:
    if isinstance(moment, datetime):
        return from_datetime(moment.replace(tzinfo=None))
    return from_datetime(datetime(moment.year, moment.month, moment.day)) if isinstance(moment, date) else moment


def _like(moment: Any, ns: int) -> Any:
    return to_datetime(ns) if isinstance(moment, date) else ns


class ExchangeHours:
    """When an exchange is open.

    Args:
        time_zone: Zone of the exchange's clock.
        weekdays: Hours by weekday, Thursday first (1970-01-01 was one).
        holidays: Midnights of days without sessions.
        early_closes: Midnight → closing time of the day.
        late_opens: Midnight → opening time of the day.
        bank_holidays: Midnights of days that only delay settlement.
    """

    def __init__(
        self,
        time_zone: TimeZone,
        weekdays: tuple[DayHours, ...],
        holidays: frozenset[int] = frozenset(),
        early_closes: dict[int, int] | None = None,
        late_opens: dict[int, int] | None = None,
        bank_holidays: frozenset[int] = frozenset(),
    ) -> None:
        self.time_zone = time_zone
        self._weekdays = weekdays
        self._holidays = holidays
        self._early_closes = early_closes or {}
        self._late_opens = late_opens or {}
        self._bank_holidays = bank_holidays
        self._days: dict[int, DayHours] = {}
        self._calendars: dict[int, tuple[int, int]] = {}
        self._exceptions = bool(holidays or self._early_closes or self._late_opens)
        self.is_market_always_open = all(day.is_open_all_day for day in weekdays)
        durations = [day.duration for day in weekdays]
        #: Most common length of a day's sessions, nanoseconds.
        self.regular_market_duration_ns = max(durations, key=lambda length: (durations.count(length), length))

    # -- days ------------------------------------------------------------------------------------------------------

    def day(self, local: int) -> DayHours:
        """Hours of the date of a clock time."""
        midnight = local - local % DAY
        if not self._exceptions:
            return self._weekdays[midnight // DAY % 7]
        hours = self._days.get(midnight)
        if hours is None:
            hours = self._days[midnight] = self._make_day(midnight)
        return hours

    def _make_day(self, midnight: int) -> DayHours:
        if midnight in self._holidays:
            return _CLOSED
        hours = self._weekdays[midnight // DAY % 7]
        close, open_ = self._early_closes.get(midnight), self._late_opens.get(midnight)
        if close is None and open_ is None:
            return hours
        segments = hours.segments
        early: tuple[Segment, ...] | None = None
        if close is not None:
            kept: list[Segment] = []
            for place, segment in enumerate(segments):
                if segment.start <= close <= segment.end:
                    kept = [*segments[:place], Segment(segment.start, close, segment.regular)]
                    break
                if close < segment.start:
                    kept = list(segments[: max(place - 1, 0)])
                    break
            else:
                kept = list(segments)
            early = tuple(kept)
        result = segments
        if early is not None and close is not None and (open_ is None or close >= open_):
            result = early
        if open_ is not None:
            late: list[Segment] = []
            index = 0
            for place, segment in enumerate(result):
                if segment.start <= open_ <= segment.end:
                    late.append(Segment(open_, segment.end, segment.regular))
                    index = place + 1
                    break
                if open_ < segment.start:
                    index = place
                    break
            late += result[index:]
            if early is not None and close is not None and close <= open_:
                late = [*early, *late]
            result = tuple(late)
        return DayHours(tuple(result))

    def is_date_open(self, local_date_time: Any, extended_market_hours: bool = False) -> bool:
        """True when the date of a clock time has a session."""
        hours = self.day(_ns(local_date_time))
        if hours.is_closed_all_day:
            return False
        return extended_market_hours if hours.duration == 0 else True

    def open_weekdays(self) -> list[int]:
        """Weekdays with a session, Sunday is 0."""
        return [(4 + place) % 7 for place, day in sorted(
            enumerate(self._weekdays), key=lambda item: (4 + item[0]) % 7
        ) if not day.is_closed_all_day]  # fmt: skip

    # -- sessions --------------------------------------------------------------------------------------------------

    def is_open(self, *arguments: Any, **keywords: Any) -> bool:
        """`is_open(time, extended)` or `is_open(start, end, extended)`: open then, or at any moment between."""
        given = [*arguments, *keywords.values()]
        extended = given.pop()
        if len(given) == 1:
            return self.is_open_at(_ns(given[0]), extended)
        return self.is_open_during(_ns(given[0]), _ns(given[1]), extended)

    def is_open_at(self, local: int, extended: bool) -> bool:
        """True when a clock time lies in a session."""
        if self.is_market_always_open and not self._exceptions:
            return True
        return self.day(local).is_open(local % DAY, extended)

    def is_open_during(self, start: int, end: int, extended: bool) -> bool:
        """True when any session lies between two clock times. LEAN: SecurityExchangeHours.cs, IsOpen."""
        if start == end:
            return self.is_open_at(start, extended)
        if self.is_market_always_open and not self._exceptions:
            return True
        moment = start
        limit = min(end, start - start % DAY + DAY - _TICK)
        while True:
            if self.day(moment).overlaps(moment % DAY, limit % DAY, extended):
                return True
            moment = moment - moment % DAY + DAY
            limit = min(end, limit + DAY)
            if limit <= moment:
                return False

    is_open_between = is_open_during

    def next_open(self, local: int, extended: bool = False) -> int:
        """First opening after a clock time; `NoSessionError` when there is none in two weeks."""
        moment, last = local, local - local % DAY + _SEARCH_DAYS * DAY
        before = self.day(local - local % DAY - DAY).segments
        previous_end = before[-1].end if before else None
        while moment < last:
            hours = self.day(moment)
            midnight = moment - moment % DAY
            if not hours.is_closed_all_day:
                time = hours.open_of(moment % DAY, extended, previous_end)
                if time is not None and local < midnight + time:
                    return midnight + time
                previous_end = None if midnight in self._early_closes else hours.segments[-1].end
            else:
                previous_end = None
            moment = midnight + DAY
        raise NoSessionError(self._not_found("open", "After"), "SecurityExchangeHours.cs:line 364")

    def next_close(self, local: int, extended: bool = False, last: bool = False) -> int:
        """First closing after a clock time (`last`: the last one of that date)."""
        moment, limit = local, local - local % DAY + _SEARCH_DAYS * DAY
        while moment < limit:
            hours = self.day(moment)
            midnight = moment - moment % DAY
            if not hours.is_closed_all_day:
                following = () if midnight + DAY in self._early_closes else self.day(midnight + DAY).segments
                time = hours.close_of(moment % DAY, extended, last, following[0].start if following else None)
                if time is not None and local < midnight + time:
                    return midnight + time
            moment = midnight + DAY
        raise NoSessionError(self._not_found("close", "Before"), "SecurityExchangeHours.cs:line 425")

    def last_daily_close(self, local: int, extended: bool = False) -> int:
        """Last closing of the date, or of the next date with one."""
        return self.next_close(local, extended, last=True)

    def previous_open(self, local: int, extended: bool = False, first: bool = False) -> int:
        """Last opening at or before a clock time (`first`: the first one of its date)."""
        if self.next_open(local, extended) == local:
            return local
        moment = local
        for _ in range(9):
            midnight = moment - moment % DAY
            found: int | None = None
            for segment in reversed(self.day(moment).segments):
                opening = midnight + segment.start
                if opening <= local and (segment.regular or extended):
                    if first:
                        found = opening
                    elif self.next_open(opening - _TICK, extended) == opening:
                        return opening
            if found is not None:
                return found
            moment -= DAY
        raise NoSessionError(
            f"Did not find last market open for {to_datetime(local)}. IsMarketAlwaysOpen: {self.is_market_always_open}"
        )

    def first_daily_open(self, local: int, extended: bool = False) -> int:
        """First opening of the date of a clock time, or the last one before. LEAN: GetFirstDailyMarketOpen."""
        return self.previous_open(local, extended, first=True)

    def daily_calendar(self, local: int) -> tuple[int, int]:
        """First regular opening and last regular closing of a date. LEAN: Common/Util/LeanData.cs, GetDailyCalendar."""
        found = self._calendars.get(local)
        if found is None:
            start = self.first_daily_open(local, False)
            found = start, self.last_daily_close(start, False)
            if len(self._calendars) > 20_000:
                self._calendars.clear()
            self._calendars[local] = found
        return found

    def _not_found(self, what: str, rule: str) -> str:
        text = f"Unable to locate next market {what} within two weeks."
        if self.is_market_always_open:
            text += (
                f" Market is always open for this asset, this can happen e.g. if using TimeRules {rule}Market{what.title()} "
                "for a crypto asset. An alternative would be TimeRules.At(), TimeRules.Every(), TimeRules.Midnight or "
                "TimeRules.Noon instead"
            )
        return text

    # -- users' names ----------------------------------------------------------------------------------------------

    def get_next_market_open(self, local_date_time: Moment, extended_market_hours: bool) -> Moment:
        """First opening after a clock time."""
        return cast(Moment, _like(local_date_time, self.next_open(_ns(local_date_time), extended_market_hours)))

    def get_next_market_close(self, local_date_time: Moment, extended_market_hours: bool) -> Moment:
        """First closing after a clock time."""
        return cast(Moment, _like(local_date_time, self.next_close(_ns(local_date_time), extended_market_hours)))

    def get_previous_market_open(self, local_date_time: Moment, extended_market_hours: bool) -> Moment:
        """Last opening at or before a clock time."""
        return cast(Moment, _like(local_date_time, self.previous_open(_ns(local_date_time), extended_market_hours)))

    def get_first_daily_market_open(self, local_date_time: Moment, extended_market_hours: bool) -> Moment:
        """First opening of a date."""
        return cast(Moment, _like(local_date_time, self.first_daily_open(_ns(local_date_time), extended_market_hours)))

    def get_last_daily_market_close(self, local_date_time: Moment, extended_market_hours: bool) -> Moment:
        """Last closing of a date."""
        return cast(Moment, _like(local_date_time, self.last_daily_close(_ns(local_date_time), extended_market_hours)))

    def get_previous_trading_day(self, local_date: Moment) -> Moment:
        """The open date before."""
        day = _ns(local_date) - DAY
        while not self.is_date_open(day):
            day -= DAY
        return cast(Moment, _like(local_date, day))

    def get_next_trading_day(self, date: Moment) -> Moment:
        """The open date after."""
        day = _ns(date) + DAY
        while not self.is_date_open(day):
            day += DAY
        return cast(Moment, _like(date, day))

    def get_market_hours(self, local_date_time: Any) -> Any:
        """Hours of a date, as `day_view` shows them."""
        local = _ns(local_date_time)
        return day_view(self.day(local), local)

    @property
    def regular_market_duration(self) -> Any:
        """Most common length of a day's sessions as a timedelta."""
        return to_timedelta(self.regular_market_duration_ns)

    @property
    def holidays(self) -> list[datetime]:
        """Days without sessions."""
        return [to_datetime(day) for day in sorted(self._holidays)]

    @property
    def bank_holidays(self) -> list[datetime]:
        """Days that delay settlement."""
        return [to_datetime(day) for day in sorted(self._bank_holidays)]

    @property
    def early_closes(self) -> Any:
        """Date → closing time of the day, as `times_view` shows it."""
        return times_view({to_datetime(day): to_timedelta(time) for day, time in self._early_closes.items()})

    @property
    def late_opens(self) -> Any:
        """Date → opening time of the day, as `times_view` shows it."""
        return times_view({to_datetime(day): to_timedelta(time) for day, time in self._late_opens.items()})

    def is_bank_holiday(self, local: int) -> bool:
        """True when the date of a clock time is a bank holiday."""
        return local - local % DAY in self._bank_holidays


#: How users see the hours of a day and times by date; the engine shows LEAN's classes.
day_view: Callable[[DayHours, int], Any] = lambda day, local: day  # noqa: E731
times_view: Callable[[dict[datetime, Any]], Any] = lambda times: times  # noqa: E731

_CLOSED: Final = DayHours(())


def always_open(time_zone: TimeZone) -> ExchangeHours:
    """Hours of a market that never closes."""
    return ExchangeHours(time_zone, (DayHours((Segment(0, DAY, True),)),) * 7)


class HoursEntry(NamedTuple):
    """Hours of an exchange and the zone of its data files."""

    exchange_hours: ExchangeHours
    data_time_zone: TimeZone


class MarketHours:
    """LEAN's market hours database.

    Args:
        data_folder: A LEAN data folder; without one, or if it has no such file, the copy that ships with us serves.
    """

    def __init__(self, data_folder: Path | None = None) -> None:
        path = data_folder / "market-hours" / "market-hours-database.json" if data_folder is not None else _OWN_COPY
        if not path.is_file():
            path = _OWN_COPY
        try:
            self._raw: dict[str, Any] = json.loads(path.read_bytes())["entries"]
        except (OSError, ValueError, KeyError) as error:
            raise DataError(f"cannot read the market hours in {path}: {error}", hint="repair or remove that file") from error
        self._keys = {key.lower(): key for key in self._raw}
        self._entries: dict[str, HoursEntry] = {}

    def find(self, market: str, ticker: str | None, security_type: Any) -> HoursEntry | None:
        """Entry of a ticker, else of its market, else None."""
        kind = _type_name(security_type)
        ticker = getattr(ticker, "value", ticker)  # users give symbols
        for name in (ticker or "", "[*]"):
            key = self._keys.get(f"{kind}-{market}-{name}".lower())
            if key is not None:
                return self._entry(key)
        return None

    def entry(self, market: str, ticker: str | None, security_type: Any) -> HoursEntry:
        """Entry of a ticker, else of its market.

        Raises:
            NoSessionError: The database has neither.
        """
        found = self.find(market, ticker, security_type)
        if found is None:
            kind = _type_name(security_type)
            raise NoSessionError(
                f"Unable to locate exchange hours for {kind}-{market}-{ticker}."
                f"Available keys: {', '.join(self._raw)}"
            )
        return found

    get_entry = GetEntry = entry

    def get_exchange_hours(self, market: str, ticker: str | None, security_type: Any) -> ExchangeHours:
        """Hours of a ticker's exchange."""
        return self.entry(market, ticker, security_type).exchange_hours

    GetExchangeHours = get_exchange_hours

    def set_entry(
        self, market: str, symbol: str, security_type: Any, exchange_hours: ExchangeHours, data_time_zone: TimeZone | None = None
    ) -> HoursEntry:
        """Put an entry in, for this run; "" is the whole market. LEAN: MarketHoursDatabase.cs, SetEntry."""
        key = f"{_type_name(security_type)}-{market}-{symbol or '[*]'}"
        self._keys[key.lower()] = key
        entry = self._entries[key] = HoursEntry(exchange_hours, data_time_zone or exchange_hours.time_zone)
        return entry

    SetEntry = set_entry

    def _entry(self, key: str) -> HoursEntry:
        found = self._entries.get(key)
        if found is None:
            raw = self._raw[key]
            common = self._raw.get("-".join(key.split("-")[:2]) + "-[*]", {}) if not key.endswith("-[*]") else {}
            hours = ExchangeHours(
                zone(raw["exchangeTimeZone"]),
                tuple(_day_hours(raw.get(day) or ()) for day in _DAYS),
                frozenset(_dates(raw, "holidays") + _dates(common, "holidays")),
                _times(common, "earlyCloses") | _times(raw, "earlyCloses"),
                _times(common, "lateOpens") | _times(raw, "lateOpens"),
                frozenset(_dates(raw, "bankHolidays") + _dates(common, "bankHolidays")),
            )
            found = self._entries[key] = HoursEntry(hours, zone(raw["dataTimeZone"]))
        return found


def _type_name(security_type: Any) -> str:
    name = getattr(security_type, "name", None) or str(security_type)
    return LEAN_TYPES[name.replace("_", "").lower()]


def _day_hours(segments: Any) -> DayHours:
    return DayHours(
        tuple(
            Segment(_time_of_day(segment["start"]), _time_of_day(segment["end"]), segment["state"] == "market")
            for segment in segments
            if segment["state"] != "closed"
        )
    )


def _time_of_day(text: str) -> int:
    """Nanoseconds of `hh:mm:ss[.fff]` or `d.hh:mm:ss`."""
    days = 0
    head, _, rest = text.partition(".")
    if ":" in rest:
        days, text = int(head), rest
    hours, minutes, seconds = text.split(":")
    return days * DAY + (int(hours) * 3600 + int(minutes) * 60) * 1_000_000_000 + round(float(seconds) * 1e9)


def _date(text: str) -> int:
    month, day, year = text.split("/")
    return from_datetime(datetime(int(year), int(month), int(day)))


def _dates(raw: dict[str, Any], field: str) -> list[int]:
    return [_date(text) for text in raw.get(field) or ()]


def _times(raw: dict[str, Any], field: str) -> dict[int, int]:
    return {_date(day): _time_of_day(time) for day, time in (raw.get(field) or {}).items()}

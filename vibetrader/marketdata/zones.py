"""Time as integers of UTC nanoseconds since 1970, and time zones for whole columns of them.

Zones are `TimeZone` objects that hold the transitions as arrays, so that a conversion is one bisection and whole
columns convert in one numpy call.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import TZPATH, ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

Nanoseconds = int

SECOND: Final = 1_000_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_EPOCH = datetime(1970, 1, 1)
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = -315_619_200  # 1960, in seconds: earlier offsets are of no use to market data
_LAST_YEAR: Final = 2060
_BEFORE_ALL: Final = -(1 << 62)


class TimeZone:
    """A time zone with its offset transitions; make one with `zone(name)`.

    Attributes:
        name: IANA name.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        starts, offsets = _transitions(_read(name))
        self._starts = starts
        self._offsets = offsets
        self._local_starts = [start + max(offsets[max(i - 1, 0)], offsets[i]) for i, start in enumerate(starts)]
        self._fixed = offsets[0] if len(offsets) == 1 else None
        self._arrays: tuple[npt.NDArray[np.int64], ...] | None = None
        self._tz: tzinfo | None = None

    @property
    def tz(self) -> tzinfo:
        """The `tzinfo` users get."""
        if self._tz is None:
            self._tz = ZoneInfo(self.name)
        return self._tz

    @property
    def fixed(self) -> int | None:
        """The offset in nanoseconds of a zone that never changes it, else None."""
        return self._fixed

    def offset(self, utc: Nanoseconds) -> int:
        """Nanoseconds to add to UTC at that instant."""
        if self._fixed is not None:
            return self._fixed
        return self._offsets[bisect_right(self._starts, utc) - 1]

    def next_change(self, utc: Nanoseconds) -> Nanoseconds:
        """First instant after `utc` with another offset; a very large number when there is none."""
        place = bisect_right(self._starts, utc)
        return self._starts[place] if place < len(self._starts) else 1 << 62

    def to_local(self, utc: Nanoseconds) -> Nanoseconds:
        """Clock time of the zone as nanoseconds since 1970-01-01 00:00 of that clock."""
        return utc + self.offset(utc)

    def to_utc(self, local: Nanoseconds) -> Nanoseconds:
        """UTC of a clock time; one that does not exist is the moment of the change, of two it is the earlier."""
        if self._fixed is not None:
            return local - self._fixed
        place = bisect_right(self._local_starts, local)
        utc = local - self._offsets[place - 1]
        return min(utc, self._starts[place]) if place < len(self._starts) else utc

    def to_later_utc(self, local: Nanoseconds) -> Nanoseconds:
        """`to_utc`, but the later of two moments with one clock time. LEAN: Common/Extensions.cs, ConvertToUtc."""
        utc = self.to_utc(local)
        change = self.next_change(utc)
        if change - utc < DAY and self.to_local(later := local - self.offset(change)) == local:
            return later
        return utc

    def to_local_array(self, utc: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """`to_local` of a column."""
        if self._fixed is not None:
            return utc + self._fixed
        starts, offsets, _ = self._columns()
        return utc + offsets[np.searchsorted(starts, utc, side="right") - 1]

    def to_utc_array(self, local: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """`to_utc` of a column."""
        if self._fixed is not None:
            return local - self._fixed
        _, offsets, local_starts = self._columns()
        return local - offsets[np.searchsorted(local_starts, local, side="right") - 1]

    def _columns(self) -> tuple[npt.NDArray[np.int64], ...]:
        if self._arrays is None:
            self._arrays = tuple(
                np.array(column, dtype=np.int64) for column in (self._starts, self._offsets, self._local_starts)
            )
        return self._arrays

    def datetime(self, utc: Nanoseconds) -> datetime:
        """Naive datetime of the zone's clock."""
        return to_datetime(self.to_local(utc))

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"TimeZone({self.name!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TimeZone) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)


def _read(name: str) -> bytes:
    """The TZif file of a zone, from the system or the tzdata package (zoneinfo's own order)."""
    if not name or name.startswith("/") or ".." in name:
        raise ZoneInfoNotFoundError(f"No time zone found with key {name}")
    for folder in TZPATH:
        path = Path(folder, name)
        if path.is_file():
            return path.read_bytes()
    try:
        import tzdata
    except ImportError:
        raise ZoneInfoNotFoundError(f"No time zone found with key {name}") from None
    path = Path(tzdata.__file__).parent / "zoneinfo" / name
    if not path.is_file():
        raise ZoneInfoNotFoundError(f"No time zone found with key {name}")
    return path.read_bytes()


def _transitions(data: bytes) -> tuple[list[int], list[int]]:
    """Start (UTC ns) and offset (ns) of each period of one offset, the first starting before all time.

    Format: RFC 8536; the second block holds 64-bit times, the footer the rule for the years after the last transition.
    """
    header = struct.Struct(">4s c 15x 6I")

    def block_size(counts: tuple[int, ...], width: int) -> int:
        utc_count, std_count, leap_count, time_count, type_count, char_count = counts
        return time_count * (width + 1) + type_count * 6 + char_count + leap_count * (width + 4) + std_count + utc_count

    _, version, *counts = header.unpack_from(data, 0)
    place, width = header.size, 4
    if version >= b"2":
        place += block_size(tuple(counts), 4)
        _, _, *counts = header.unpack_from(data, place)
        place, width = place + header.size, 8
    time_count, type_count = counts[3], counts[4]
    times = struct.unpack_from(f">{time_count}{'q' if width == 8 else 'i'}", data, place)
    kinds = data[place + time_count * width : place + time_count * (width + 1)]
    types = [struct.unpack_from(">i", data, place + time_count * (width + 1) + 6 * i)[0] for i in range(type_count)]
    changes = [(moment, types[kind]) for moment, kind in zip(times, kinds, strict=True)]
    footer = ""
    if version >= b"2":
        footer = data[place + block_size(tuple(counts), 8) :].decode("ascii").strip("\n")
    if footer:
        after = changes[-1][0] if changes else -(1 << 40)
        changes += [change for change in _rule_changes(footer) if change[0] > after]
    starts, offsets = [_BEFORE_ALL], [types[0] if types else 0]
    for moment, offset in changes:
        if moment <= _FIRST:
            offsets[-1] = offset
        elif offset != offsets[-1]:
            starts.append(moment * SECOND)
            offsets.append(offset)
    return starts, [offset * SECOND for offset in offsets]


_FIXED_ZONE: Final = re.compile(r"UTC([+-])(\d\d)")
_RULE = re.compile(
    r"(?:<[^>]+>|[A-Za-z]+)(?P<std>[-+\d:]+)(?:(?:<[^>]+>|[A-Za-z]+)(?P<dst>[-+\d:]+)?"
    r",(?P<start>[^,]+),(?P<end>[^,]+))?"
)


def _rule_changes(rule: str) -> list[tuple[int, int]]:
    """Transitions 1970 … 2059 of a POSIX TZ text such as `EST5EDT,M3.2.0,M11.1.0`, in seconds."""
    match = _RULE.fullmatch(rule)
    if match is None:
        return []
    standard = -_seconds(match["std"])
    if match["start"] is None:
        return [(_FIRST + 1, standard)]
    summer = -_seconds(match["dst"]) if match["dst"] else standard + 3600
    changes: list[tuple[int, int]] = []
    for year in range(1970, _LAST_YEAR):
        changes.append((_rule_moment(match["start"], year) - standard, summer))
        changes.append((_rule_moment(match["end"], year) - summer, standard))
    return sorted(changes)


def _seconds(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    return sign * sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))


def _rule_moment(text: str, year: int) -> int:
    """Clock time in seconds of one transition rule in a year."""
    day_text, _, time_text = text.partition("/")
    seconds = _seconds(time_text) if time_text else 7200
    if day_text.startswith("M"):
        month, week, weekday = (int(part) for part in day_text[1:].split("."))
        first = date(year, month, 1)
        day = first + timedelta(days=(weekday - (first.weekday() + 1)) % 7 + 7 * (week - 1))
        while day.month != month:
            day -= timedelta(days=7)
    elif day_text.startswith("J"):
        number = int(day_text[1:])
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        day = date(year, 1, 1) + timedelta(days=number - 1 + (1 if leap and number >= 60 else 0))
    else:
        day = date(year, 1, 1) + timedelta(days=int(day_text))
    return (day.toordinal() - _EPOCH.toordinal()) * 86_400 + seconds


@cache
def zone(name: str) -> TimeZone:
    """The zone of an IANA name ("UTC", "America/New_York"); `ZoneInfoNotFoundError` for an unknown one."""
    fixed = _FIXED_ZONE.fullmatch(name)
    if fixed is not None:
        # Noda Time's fixed zones; IANA's count the other way round
        name = f"Etc/GMT{'+' if fixed[1] == '-' else '-'}{int(fixed[2])}"
    made = TimeZone(name)
    made.__class__ = CachedDateTimeZone if made.fixed is None else FixedDateTimeZone
    return made


class CachedDateTimeZone(TimeZone):
    """A zone whose offset changes; Noda Time's name, which users see."""


class FixedDateTimeZone(TimeZone):
    """A zone of one offset; Noda Time's name, which users see."""


def to_datetime(ns: Nanoseconds) -> datetime:
    """Naive datetime of a count of nanoseconds, cut to microseconds."""
    return _EPOCH + timedelta(microseconds=ns // 1000)


def from_datetime(moment: datetime) -> Nanoseconds:
    """Nanoseconds of a naive datetime's clock time, or of an aware one's instant."""
    if moment.tzinfo is not None:
        delta = moment - _EPOCH_UTC
    else:
        delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds * 1000


def from_date(day: date) -> Nanoseconds:
    """Nanoseconds of a date's midnight (of whatever clock the date is of)."""
    return (day.toordinal() - _EPOCH.toordinal()) * DAY


def to_timedelta(ns: Nanoseconds) -> timedelta:
    """A span as a timedelta, cut to microseconds."""
    return timedelta(microseconds=ns // 1000)


def from_timedelta(span: timedelta) -> Nanoseconds:
    """A timedelta as nanoseconds."""
    return (span.days * 86_400 + span.seconds) * SECOND + span.microseconds * 1000

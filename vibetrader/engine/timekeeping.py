"""Time inside the engine: integers of UTC nanoseconds since 1970; users see naive datetimes of a zone.

Zones are `TimeZone` objects that hold the transitions as arrays, so that a conversion is one bisection and whole
columns convert in one numpy call.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Nanoseconds = int

SECOND: Final = 1_000_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_EPOCH = datetime(1970, 1, 1)
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 1960, 2060


class TimeZone:
    """A time zone with its offset transitions; make one with `zone(name)`.

    Attributes:
        name: IANA name.
        tz: The `tzinfo` users get.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.tz = ZoneInfo(name)
        starts, offsets = _transitions(self.tz)
        self._starts = starts
        self._offsets = offsets
        self._local_starts = [start + max(offsets[max(i - 1, 0)], offsets[i]) for i, start in enumerate(starts)]
        self._fixed = offsets[0] if len(offsets) == 1 else None
        self._np_starts = np.array(starts, dtype=np.int64)
        self._np_offsets = np.array(offsets, dtype=np.int64)
        self._np_local_starts = np.array(self._local_starts, dtype=np.int64)

    def offset(self, utc: Nanoseconds) -> int:
        """Nanoseconds to add to UTC at that instant."""
        if self._fixed is not None:
            return self._fixed
        return self._offsets[bisect_right(self._starts, utc) - 1]

    def to_local(self, utc: Nanoseconds) -> Nanoseconds:
        """Clock time of the zone as nanoseconds since 1970-01-01 00:00 of that clock."""
        return utc + self.offset(utc)

    def to_utc(self, local: Nanoseconds) -> Nanoseconds:
        """UTC of a clock time; a time that does not exist moves on, of two the later offset's (LEAN: lenient NodaTime)."""
        if self._fixed is not None:
            return local - self._fixed
        return local - self._offsets[bisect_right(self._local_starts, local) - 1]

    def to_local_array(self, utc: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """`to_local` of a column."""
        return utc + self._np_offsets[np.searchsorted(self._np_starts, utc, side="right") - 1]

    def to_utc_array(self, local: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """`to_utc` of a column."""
        return local - self._np_offsets[np.searchsorted(self._np_local_starts, local, side="right") - 1]

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


def _transitions(tz: ZoneInfo) -> tuple[list[int], list[int]]:
    """Start (UTC) and offset of each period of one offset, the first starting at minus infinity."""

    def offset_at(utc: int) -> int:
        moment = _EPOCH_UTC + timedelta(seconds=utc)
        found = moment.astimezone(tz).utcoffset()
        assert found is not None
        return int(found.total_seconds())

    day = 86_400
    first = int((datetime(_FIRST_YEAR, 1, 1) - _EPOCH).total_seconds())
    last = int((datetime(_LAST_YEAR, 1, 1) - _EPOCH).total_seconds())
    starts, offsets = [-(1 << 62)], [offset_at(first) * SECOND]
    step = 7 * day
    previous = first
    while previous < last:
        following = previous + step
        if offset_at(following) != offset_at(previous):
            low, high = previous, following
            while high - low > 1:
                middle = (low + high) // 2
                if offset_at(middle) == offset_at(low):
                    low = middle
                else:
                    high = middle
            starts.append(high * SECOND)
            offsets.append(offset_at(high) * SECOND)
        previous = following
    return starts, offsets


@cache
def zone(name: str) -> TimeZone:
    """The zone of an IANA name ("UTC", "America/New_York"); `ZoneInfoNotFoundError` for an unknown one."""
    return TimeZone(name)


NEW_YORK: Final = "America/New_York"


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

"""Time inside the engine: integers of UTC nanoseconds since 1970; users see naive datetimes of a zone.

The arithmetic lives one floor down, beside the files whose time stamps it reads.
"""

from __future__ import annotations

from typing import Final

from vibetrader.marketdata.zones import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Nanoseconds,
    TimeZone,
    from_date,
    from_datetime,
    from_timedelta,
    to_datetime,
    to_timedelta,
    zone,
)

__all__ = [
    "DAY",
    "HOUR",
    "MINUTE",
    "NEW_YORK",
    "SECOND",
    "Nanoseconds",
    "TimeZone",
    "from_date",
    "from_datetime",
    "from_timedelta",
    "to_datetime",
    "to_timedelta",
    "zone",
]

NEW_YORK: Final = "America/New_York"

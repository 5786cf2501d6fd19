"""The fifteen bar lengths a spec may name."""

from __future__ import annotations

from typing import Final, Literal, get_args

Timeframe = Literal["1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M"]

TIMEFRAMES: Final[tuple[str, ...]] = get_args(Timeframe)

_MINUTES: Final[dict[str, int]] = {
    "1m": 1,
    "3m": 3,
    "5m": 5,
    "15m": 15,
    "30m": 30,
    "1h": 60,
    "2h": 120,
    "4h": 240,
    "6h": 360,
    "8h": 480,
    "12h": 720,
    "1d": 1440,
    "3d": 4320,
    "1w": 10080,
    "1M": 43200,
}


def minutes(timeframe: str) -> int:
    """Length of one bar in minutes; the month counts as 30 days."""
    return _MINUTES[timeframe]

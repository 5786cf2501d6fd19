"""The fifteen bar lengths, which of them are stored, and how the others are built.

LEAN's folders hold minutes, hours and days; so do ours, fetched as the exchange's own 1m, 1h and 1d bars. The rest are
built from the next finer stored one, on the exchange's grid: from midnight UTC, three days counted from 1970-01-01, weeks
from Monday, months from their first day.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from vibetrader._util.suggest import closest
from vibetrader.errors import UsageError
from vibetrader.marketdata.spans import DAY_MS
from vibetrader.spec.timeframes import TIMEFRAMES, minutes

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Resolution → the exchange's interval that is fetched for it.
NATIVE: Final = {"minute": "1m", "hour": "1h", "daily": "1d"}
_FIRST_MONDAY_MS: Final = 4 * DAY_MS  # 1970-01-05


class Source(NamedTuple):
    """How a timeframe comes about.

    Attributes:
        resolution: The stored bars it is made of.
        native: It is stored itself.
    """

    resolution: str
    native: bool


def source_of(timeframe: str) -> Source:
    """The stored bars of a timeframe.

    Raises:
        UsageError: It is none of the fifteen.
    """
    if timeframe in NATIVE:
        return Source(timeframe, True)  # a resolution by LEAN's name
    if timeframe not in TIMEFRAMES:
        near = closest(timeframe, TIMEFRAMES, count=1, cutoff=0.5)
        meant = f"Did you mean {near[0]!r}? " if near else ""
        raise UsageError(f"{timeframe!r} is no timeframe", hint=f"{meant}There are {', '.join(TIMEFRAMES)}.")
    length = minutes(timeframe)
    resolution = "minute" if length < 60 else "hour" if length < 1440 else "daily"
    return Source(resolution, NATIVE[resolution] == timeframe)


def bar_starts(times_ms: Ints, timeframe: str) -> Ints:
    """Start of the bar of a timeframe that each moment lies in."""
    if timeframe == "1M":
        months = times_ms.astype("datetime64[ms]").astype("datetime64[M]")
        return months.astype("datetime64[ms]").astype(np.int64)
    if timeframe == "1w":
        return times_ms - (times_ms - _FIRST_MONDAY_MS) % (7 * DAY_MS)
    length = minutes(timeframe) * 60_000
    return times_ms - times_ms % length


class Bars(NamedTuple):
    """Bars as columns, oldest first; times are starts in milliseconds since 1970."""

    times: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


def build(bars: Bars, timeframe: str) -> Bars:
    """Bars of a coarser timeframe; a bar that the finer ones fill only in part is made of those there are."""
    if not len(bars.times):
        return bars
    starts = bar_starts(bars.times, timeframe)
    edges = np.concatenate(([0], np.flatnonzero(np.diff(starts)) + 1))
    last = np.concatenate((edges[1:], [len(starts)])) - 1
    # decimals come as the sum of decimals: the noise of the float sum goes
    volume: Floats = np.round(np.add.reduceat(bars.volume, edges), 8).astype(np.float64)
    return Bars(
        starts[edges],
        bars.open[edges],
        np.maximum.reduceat(bars.high, edges),
        np.minimum.reduceat(bars.low, edges),
        bars.close[last],
        volume,
    )

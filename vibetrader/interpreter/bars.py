"""Bars as columns: the subscription's, and longer ones built from them as LEAN's consolidators do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from vibetrader.spec.timeframes import minutes

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MINUTE: Final = 60_000_000_000
DAY: Final = 1440 * MINUTE
_MONDAY: Final = 4 * DAY
"""1970-01-05, the first Monday of the epoch."""


@dataclass(frozen=True)
class Bars:
    """Bars of one length, oldest first, holes filled with the last close at volume 0.

    Attributes:
        start, end: Nanoseconds by the exchange's clock, shape (n,).
        open, high, low, close, volume: Shape (n,).
    """

    start: Ints
    end: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __len__(self) -> int:
        return len(self.start)

    def column(self, field: str) -> Floats:
        """A price column by name."""
        values: Floats = getattr(self, field)
        return values

    @cached_property
    def days(self) -> Ints:
        """Day number of each bar's start."""
        return self.start // DAY


def filled(bars: Bars, length: int) -> Bars:
    """Bars without holes: what is missing repeats the last close with no volume; for markets that never close.

    Args:
        length: Nanoseconds of one bar.
    """
    slots = (bars.start - bars.start[0]) // length
    count = int(slots[-1]) + 1
    if count == len(bars):
        return bars
    source = np.searchsorted(slots, np.arange(count), side="right") - 1
    made = slots[source] != np.arange(count)
    start = bars.start[0] + np.arange(count, dtype=np.int64) * length

    def column(field: str) -> Floats:
        return np.where(made, bars.close[source], bars.column(field)[source])

    volume = np.where(made, 0.0, bars.volume[source])
    return Bars(start, start + length, *(column(name) for name in ("open", "high", "low", "close")), volume)


def resampled(bars: Bars, timeframe: str) -> Bars:
    """Longer bars, whole ones only, each from the bars that start inside it.

    Counted from midnight of the exchange's clock; weeks from Monday, months from the first, three days from 1970-01-01.
    """
    begin, finish = _slots(bars.start, timeframe)
    first = np.flatnonzero(np.r_[True, begin[1:] != begin[:-1]])
    last = np.r_[first[1:], len(bars)] - 1
    # The last one is whole once a bar reaches its end.
    keep = finish[last] <= bars.end[-1]
    first, last = first[keep], last[keep]
    edges = np.r_[first, last[-1] + 1] if len(first) else first

    def fold(ufunc: np.ufunc, values: Floats) -> Floats:
        return ufunc.reduceat(values, edges[:-1]) if len(first) else values[:0]

    return Bars(
        begin[first],
        finish[first],
        bars.open[first],
        fold(np.maximum, bars.high[: edges[-1]] if len(first) else bars.high),
        fold(np.minimum, bars.low[: edges[-1]] if len(first) else bars.low),
        bars.close[last],
        fold(np.add, bars.volume[: edges[-1]] if len(first) else bars.volume),
    )


def _slots(start: Ints, timeframe: str) -> tuple[Ints, Ints]:
    """Start and end of the longer bar that each bar falls into."""
    if timeframe == "1M":
        months = start.astype("datetime64[ns]").astype("datetime64[M]")
        return (
            months.astype("datetime64[ns]").astype(np.int64),
            (months + 1).astype("datetime64[ns]").astype(np.int64),
        )
    length = minutes(timeframe) * MINUTE
    origin = _MONDAY if timeframe == "1w" else 0
    begin = (start - origin) // length * length + origin
    return begin, begin + length

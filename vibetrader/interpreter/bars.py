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


@dataclass(frozen=True, eq=False)
class Bars:
    """Bars of one length, oldest first, holes filled with the last bar at volume 0.

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
    stale: npt.NDArray[np.int8]
    """1 where the last bar that the market made ended more than a bar and an hour ago."""

    def __len__(self) -> int:
        return len(self.start)

    def column(self, field: str) -> Floats:
        """A price column by name."""
        values: Floats = getattr(self, field)
        return values

    def part(self, which: slice) -> Bars:
        """Some of the bars."""
        columns = (self.start, self.end, self.open, self.high, self.low, self.close, self.volume, self.stale)
        return Bars(*(column[which] for column in columns))  # type: ignore[arg-type]  # columns of three types

    @cached_property
    def days(self) -> Ints:
        """Day number of each bar's start."""
        return self.start // DAY


def filled(bars: Bars, length: int) -> Bars:
    """Bars without holes: what is missing repeats the last bar with no volume, as LEAN fills forward; for markets that
    never close.

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

    volume = np.where(made, 0.0, bars.volume[source])
    # LEAN: FillModel.cs, MarketFill: a price older than an hour waits for a fresh one.
    stale = start + length - bars.end[source] > 60 * MINUTE
    open_, high, low, close = (bars.column(name)[source] for name in ("open", "high", "low", "close"))
    return Bars(start, start + length, open_, high, low, close, volume, stale.astype(np.int8))


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
        np.zeros(len(first), dtype=np.int8),
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

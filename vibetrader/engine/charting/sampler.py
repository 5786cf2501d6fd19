"""Thinning of candle series to a fixed step. LEAN: Common/SeriesSampler.cs, SampleCandlestickSeries."""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal
from typing import Any, Final

from vibetrader.engine.charting.chart import Row
from vibetrader.engine.money import smart_round
from vibetrader.engine.timekeeping import SECOND, Nanoseconds

_FAR: Final = 1 << 62


def _cut(value: Any, truncate: bool) -> Any:
    if value is None or not truncate:
        return value
    return Decimal(int(value))


def _aggregate(rows: list[Row], time: Nanoseconds, truncate: bool) -> Row:
    """One candle of several: each of their four values in turn moves high and low."""
    first = rows[0][1]
    high, low, close = first, first, first
    for row in rows:
        for value in row[1:]:
            if value > high:
                high = value
            elif value < low:
                low = value
            close = value
    return (time, *(_cut(value, truncate) for value in (first, high, low, close)))


def _between(x0: Nanoseconds, y0: Decimal, x1: Nanoseconds, y1: Decimal, x: Nanoseconds) -> Decimal:
    """Linear interpolation; like LEAN's it is done in seconds and rounded as a chart value."""
    seconds = Decimal(SECOND)
    return smart_round((y1 - y0) * (Decimal(x - x0) / seconds) / (Decimal(x1 - x0) / seconds) + y0)


def sample_candles(
    rows: list[Row], step: Nanoseconds, start: Nanoseconds = -_FAR, stop: Nanoseconds = _FAR, *, truncate: bool = False
) -> list[Row]:
    """Candles every `step` from `start` to `stop`, both inclusive.

    Args:
        rows: Candles in order of time.
        step: Distance of the samples.
        start: First sample; not before the first candle.
        stop: Last possible sample.
        truncate: Cut the values to whole numbers.

    Returns:
        The candles themselves where there are fewer than two or none lies before the first sample.
    """
    if len(rows) < 2:
        return _identity(rows, start, stop, truncate)
    times = [row[0] for row in rows]
    following = max(start, times[0])
    place = bisect_right(times, following)
    if place >= len(rows) or place == 0:
        return _identity(rows, start, stop, truncate)
    first = place - 1
    out: list[Row] = []
    if times[first] == following and following <= stop:
        out.append(rows[first])
        following += step
        first += 1
    for i in range(first, len(rows)):
        if following > stop:
            break
        time = times[i]
        if following > time:
            continue
        candle = _aggregate(rows[first : i + 1], following, truncate)
        aggregated = first != i
        opening = rows[first]
        opened = times[first - 1] if first > 0 else times[0] - (times[first + 1] - times[first])
        previous: Any = None
        while True:
            if opened == time:
                open_, high, low, close = rows[i][1:]
            else:
                open_, high, low = candle[1:4]
                close = _between(opened, opening[1], time, rows[i][4], following)
            if previous is not None:
                open_ = previous
            if not aggregated:
                high, low = max(open_, close), min(open_, close)
            out.append((following, open_, high, low, close))
            previous = close
            following += step
            if not (following <= time and following <= stop):
                break
        first = i + 1
    return out


def _identity(rows: list[Row], start: Nanoseconds, stop: Nanoseconds, truncate: bool) -> list[Row]:
    return [(row[0], *(_cut(value, truncate) for value in row[1:])) for row in rows if start <= row[0] <= stop]

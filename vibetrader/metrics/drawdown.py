"""Falls from running peaks of an account value."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vibetrader.metrics.moments import Array


class Drawdown(NamedTuple):
    """The deepest fall and the slowest completed recovery.

    Attributes:
        depth: Deepest fall as a positive fraction of its peak.
        recovery: Longest time from a peak to regaining it, in the unit of the times; unfinished ones don't count.
    """

    depth: float
    recovery: float


def underwater(equity: Array) -> Array:
    """Fall from the running peak at each point, as a fraction ≤ 0; 0 where the peak is 0."""
    peak = np.maximum.accumulate(equity)
    fall = np.zeros(len(equity))
    np.divide(equity, peak, out=fall, where=peak != 0)
    return np.where(peak != 0, fall - 1.0, 0.0)


def max_drawdown(equity: Array) -> float | None:
    """Deepest fall from a running peak, as a positive fraction of that peak (0.25 is 25 %).

    Args:
        equity: Account value in account currency, shape (n,), oldest first, all > 0.

    Returns:
        None when n < 2.

    Source: Magdon-Ismail & Atiya (2004), "Maximum Drawdown", Risk 17(10).
    """
    if len(equity) < 2:
        return None
    return max(0.0, float(-underwater(equity).min()))


def drawdown(equity: Array, times: Array) -> Drawdown | None:
    """Depth and recovery together; None when n < 2. LEAN: Statistics.CalculateDrawdownMetrics.

    Args:
        equity: Account values.
        times: When they were taken, in any one unit; the recovery has that unit.
    """
    depth = max_drawdown(equity)
    if depth is None:
        return None
    peak = np.maximum.accumulate(equity)
    below = equity < peak
    starts = np.flatnonzero(below[1:] & ~below[:-1]) + 1
    ends = np.flatnonzero(~below[1:] & below[:-1]) + 1
    # A fall begins at the last point of the peak; the one still open at the end has no end and is left out.
    spans = (float(times[end] - times[start - 1]) for start, end in zip(starts, ends, strict=False))
    recovery = max(spans, default=0.0)
    return Drawdown(depth, recovery)


def falls(equity: Array, times: Array) -> list[tuple[float, float]]:
    """Depth (positive fraction) and length of every stay below a running peak, the unfinished one included.

    The length runs from the last point of the peak to the point that regains it, in the unit of the times.
    """
    if len(equity) < 2:
        return []
    below = underwater(equity)
    under = np.concatenate(([False], below < 0, [False]))
    edges = np.flatnonzero(under[1:] != under[:-1])
    last = len(equity) - 1
    return [
        (float(-below[first:end].min()), float(times[min(end, last)] - times[max(first - 1, 0)]))
        for first, end in zip(edges[::2], edges[1::2], strict=True)
    ]

"""Returns and changes of a series of values."""

from __future__ import annotations

import numpy as np

from vibetrader.metrics.moments import Array


def simple_returns(values: Array) -> Array:
    """Relative changes, one fewer than values; 0 where the earlier value is 0 (LEAN's convention for benchmarks)."""
    if len(values) < 2:
        return np.empty(0)
    earlier = values[:-1]
    change = np.zeros(len(earlier))
    np.divide(values[1:] - earlier, earlier, out=change, where=earlier != 0)
    return change


def total_return(values: Array) -> float | None:
    """Last value over first, minus 1; None when n < 1 or the first value is 0."""
    if not len(values) or values[0] == 0:
        return None
    return float(values[-1]) / float(values[0]) - 1.0


def monthly_returns(values: Array, month_of: Array) -> dict[int, float]:
    """Return of each month from the last value of the month before (the first month: from the first value).

    Args:
        values: Account values.
        month_of: A whole number per value that names its month, e.g. 202401; not decreasing.
    """
    out: dict[int, float] = {}
    if not len(values):
        return out
    edges = np.flatnonzero(np.diff(month_of)) + 1
    start = float(values[0])
    for first, last in zip([0, *edges], [*edges, len(values)], strict=True):
        end = float(values[last - 1])
        out[int(month_of[first])] = end / start - 1.0 if start else 0.0
        start = end
    return out

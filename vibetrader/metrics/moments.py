"""Mean, variance, covariance, skewness and kurtosis, all with the sample (n - 1) convention.

The sums run in the order MathNet runs them, so that figures agree with LEAN's to the last digits of a float.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def mean(values: Array) -> float | None:
    """Arithmetic mean; None when there are no values."""
    return float(np.cumsum(values)[-1]) / len(values) if len(values) else None


def variance(values: Array) -> float | None:
    """Sample variance; None when n < 2.

    Source: the updating formula of Youngs & Cramer (1971), as MathNet.Numerics computes it.
    """
    n = len(values)
    if n < 2:
        return None
    totals = np.cumsum(values)[1:]
    counts = np.arange(2.0, n + 1.0)
    difference = counts * values[1:] - totals
    return float(np.cumsum(difference * difference / (counts * (counts - 1.0)))[-1]) / (n - 1)


def standard_deviation(values: Array) -> float | None:
    """Sample standard deviation; None when n < 2."""
    found = variance(values)
    return None if found is None else math.sqrt(found)


def covariance(first: Array, second: Array) -> float | None:
    """Sample covariance of two series of one length; None when n < 2."""
    n = len(first)
    if n < 2 or n != len(second):
        return None
    return float(np.dot(first - first.mean(), second - second.mean())) / (n - 1)


def skewness(values: Array) -> float | None:
    """Bias-corrected sample skewness; None when n < 3 or the values are all equal."""
    n = len(values)
    if n < 3:
        return None
    deviation = values - values.mean()
    second, third = float(np.dot(deviation, deviation)), float(np.sum(deviation**3))
    if second * second == 0.0:  # all equal, or so close that the square vanishes
        return None
    return n * third * math.sqrt(second / (n - 1)) / (second * second * (n - 2)) * (n - 1)


def excess_kurtosis(values: Array) -> float | None:
    """Bias-corrected sample excess kurtosis (0 for a normal law); None when n < 4 or the values are all equal."""
    n = len(values)
    if n < 4:
        return None
    deviation = values - values.mean()
    second, fourth = float(np.dot(deviation, deviation)), float(np.sum(deviation**4))
    if second * second == 0.0:  # all equal, or so close that the square vanishes
        return None
    return (n * n - 1.0) / ((n - 2.0) * (n - 3.0)) * (n * fourth / (second * second) - 3.0 + 6.0 / (n + 1.0))

"""Indicators on columns, with LEAN's formulas and the bar from which LEAN calls them ready.

Not a number before that. Sums are taken about the newest value, so that an average of equal values is exactly that value:
crossings of flat lines must be judged as LEAN's decimals judge them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from vibetrader.interpreter.bars import Bars, Floats
from vibetrader.interpreter.jit import compiled

Outputs = Mapping[str, Floats]


@compiled
def _first_known(values: Floats) -> int:
    for i in range(len(values)):
        if not np.isnan(values[i]):
            return i
    return len(values)


@compiled
def mean(values: Floats, period: int) -> Floats:
    """Simple average. LEAN: SimpleMovingAverage.cs."""
    out = np.full(len(values), np.nan)
    for i in range(_first_known(values) + period - 1, len(values)):
        last = values[i]
        total = 0.0
        for j in range(i - period + 1, i):
            total += values[j] - last
        out[i] = last + total / period
    return out


@compiled
def smoothed(values: Floats, period: int, weight: float) -> Floats:
    """Exponential average, seeded by the plain average of its first values. LEAN: ExponentialMovingAverage.cs."""
    out = np.full(len(values), np.nan)
    first = _first_known(values) + period - 1
    if first >= len(values):
        return out
    last = values[first]
    total = 0.0
    for j in range(first - period + 1, first):
        total += values[j] - last
    value = last + total / period
    out[first] = value
    for i in range(first + 1, len(values)):
        value += weight * (values[i] - value)
        out[i] = value
    return out


@compiled
def deviation(values: Floats, period: int) -> Floats:
    """Standard deviation of the population. LEAN: StandardDeviation.cs."""
    out = np.full(len(values), np.nan)
    for i in range(_first_known(values) + period - 1, len(values)):
        last = values[i]
        total = 0.0
        squares = 0.0
        for j in range(i - period + 1, i + 1):
            difference = values[j] - last
            total += difference
            squares += difference * difference
        variance = squares / period - (total / period) ** 2
        out[i] = np.sqrt(variance) if variance > 0 else 0.0
    return out


@compiled
def highest(values: Floats, period: int) -> Floats:
    """Maximum of a window."""
    out = np.full(len(values), np.nan)
    for i in range(_first_known(values) + period - 1, len(values)):
        best = values[i]
        for j in range(i - period + 1, i):
            if values[j] > best:
                best = values[j]
        out[i] = best
    return out


@compiled
def weighted(values: Floats, period: int) -> Floats:
    """Linearly weighted average, the newest value heaviest. LEAN: LinearWeightedMovingAverage.cs."""
    out = np.full(len(values), np.nan)
    norm = period * (period + 1) / 2
    for i in range(_first_known(values) + period - 1, len(values)):
        last = values[i]
        total = 0.0
        for j in range(period):
            total += (values[i - j] - last) * (period - j)
        out[i] = last + total / norm
    return out


@compiled
def _rsi(values: Floats, period: int) -> Floats:
    out = np.full(len(values), np.nan)
    first = _first_known(values)
    gain = 0.0
    loss = 0.0
    for i in range(first + 1, len(values)):
        change = values[i] - values[i - 1]
        up = change if change > 0 else 0.0
        down = -change if change < 0 else 0.0
        count = i - first
        if count <= period:
            gain += (up - gain) / count
            loss += (down - loss) / count
        else:
            gain += (up - gain) / period
            loss += (down - loss) / period
        if count >= period:
            out[i] = 100.0 if round(loss, 10) == 0 else 100 - 100 / (1 + gain / loss)
    return out


@compiled
def _true_range(high: Floats, low: Floats, close: Floats) -> Floats:
    out = np.empty(len(close))
    for i in range(len(close)):
        # LEAN: TrueRange.cs: the first one has no close before it.
        before = close[i - 1] if i else low[i]
        out[i] = max(high[i] - low[i], abs(high[i] - before), abs(low[i] - before))
    return out


def lagged(values: Floats, bars: int) -> Floats:
    """The values so many bars before."""
    out = np.full(len(values), np.nan)
    if bars < len(values):
        out[bars:] = values[: len(values) - bars]
    return out


def average(kind: str, values: Floats, period: int) -> Floats:
    """A moving average by its word.

    Raises:
        KeyError: A word that has no columns here.
    """
    return _AVERAGES[kind](values, period)


_AVERAGES: Final[Mapping[str, Callable[[Floats, int], Floats]]] = {
    "sma": mean,
    "ema": lambda values, period: smoothed(values, period, 2 / (period + 1)),
    "wilders": lambda values, period: smoothed(values, period, 1 / period),
    "lwma": weighted,
}


def _series(kind: str) -> Callable[[Floats, int], Outputs]:
    return lambda values, period: {"value": average(kind, values, period)}


def _macd(values: Floats, fast: int, slow: int, signal: int, kind: str) -> Outputs:
    """LEAN: MovingAverageConvergenceDivergence.cs."""
    line = average(kind, values, fast) - average(kind, values, slow)
    trigger = average(kind, line, signal)
    return {"line": line, "signal": trigger, "histogram": line - trigger}


def _bands(values: Floats, period: int, width: float, kind: str) -> Outputs:
    """LEAN: BollingerBands.cs."""
    middle = average(kind, values, period)
    reach = deviation(values, period) * width
    upper, lower = middle + reach, middle - reach
    with np.errstate(all="ignore"):
        return {
            "upper": upper,
            "middle": middle,
            "lower": lower,
            "percent_b": (values - lower) / (upper - lower),
            "width": (upper - lower) / middle,
        }


def _rate(values: Floats, period: int) -> Outputs:
    """In percent. LEAN: RateOfChangePercent, times 100 as the spec's unit."""
    with np.errstate(all="ignore"):
        return {"value": (values / lagged(values, period) - 1) * 100}


def _strength(values: Floats, period: int, kind: str) -> Outputs:
    """LEAN: RelativeStrengthIndex.cs; here with Wilder's averages only."""
    if kind != "wilders":
        raise KeyError(kind)
    return {"value": _rsi(values, period)}


# Of a series: values, then the parameters.
SERIES: Final[Mapping[str, Callable[..., Outputs]]] = {
    "sma": _series("sma"),
    "ema": _series("ema"),
    "wwma": _series("wilders"),
    "lwma": _series("lwma"),
    "stdev": lambda values, period: {"value": deviation(values, period)},
    "highest": lambda values, period: {"value": highest(values, period)},
    "lowest": lambda values, period: {"value": -highest(-values, period)},
    "roc": _rate,
    "mom": lambda values, period: {"value": values - lagged(values, period)},
    "macd": _macd,
    "bb": _bands,
    "rsi": _strength,
}


def _atr(bars: Bars, period: int, kind: str) -> Outputs:
    """LEAN: AverageTrueRange.cs."""
    return {"value": average(kind, _true_range(bars.high, bars.low, bars.close), period)}


def _donchian(bars: Bars, period: int) -> Outputs:
    upper, lower = highest(bars.high, period), -highest(-bars.low, period)
    return {"upper": upper, "lower": lower, "middle": (upper + lower) / 2}


# Of bars.
BARS: Final[Mapping[str, Callable[..., Outputs]]] = {"atr": _atr, "donchian": _donchian}

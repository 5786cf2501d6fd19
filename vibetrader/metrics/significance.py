"""Is a figure more than luck: normal and Student laws, value at risk, tests, intervals, deflated Sharpe ratio."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from vibetrader.metrics.moments import Array, excess_kurtosis, mean, skewness, standard_deviation

_EULER_GAMMA: Final = 0.5772156649015329
_SQRT_2: Final = math.sqrt(2.0)


def normal_cdf(x: float) -> float:
    """Probability that a standard normal variable is below x."""
    return 0.5 * math.erfc(-x / _SQRT_2)


# Coefficients, low order first: centre, middle and tail of the distribution.
_CENTRE: Final = (
    (3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
     4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3),
    (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
     2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3),
)  # fmt: skip
_MIDDLE: Final = (
    (1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
     1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9),
)  # fmt: skip
_TAIL: Final = (
    (6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15),
)  # fmt: skip


def _polynomial(coefficients: tuple[float, ...], x: float) -> float:
    total = 0.0
    for coefficient in reversed(coefficients):
        total = total * x + coefficient
    return total


def normal_quantile(probability: float) -> float:
    """Value below which a standard normal variable stays with that probability, in (0, 1).

    Source: Wichura (1988), algorithm AS 241 (PPND16), about 16 digits.
    """
    q = probability - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * _polynomial(_CENTRE[0], r) / _polynomial(_CENTRE[1], r)
    r = math.sqrt(-math.log(probability if q < 0 else 1.0 - probability))
    part, r = (_MIDDLE, r - 1.6) if r <= 5.0 else (_TAIL, r - 5.0)
    value = _polynomial(part[0], r) / _polynomial(part[1], r)
    return -value if q < 0 else value


def value_at_risk(returns: Array, confidence: float, lookback: int) -> float | None:
    """Return that is undercut with probability 1 - confidence, if returns were normal; negative for a loss.

    Args:
        returns: Returns per period.
        confidence: 0.99 or 0.95.
        lookback: Only that many latest returns count. LEAN: a year's trading days.
    """
    recent = returns[-lookback:]
    centre, deviation = mean(recent), standard_deviation(recent)
    if centre is None or deviation is None:
        return None
    return centre + deviation * normal_quantile(1.0 - confidence)


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Regularised incomplete beta function. Source: Lentz's continued fraction, Numerical Recipes 6.4."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _incomplete_beta(b, a, 1.0 - x)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    ) / a  # fmt: skip
    tiny = 1e-300
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > tiny else tiny)
    fraction = d
    for m in range(1, 500):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        step = 1.0
        for term in (even, odd):
            d = 1.0 + term * d
            d = 1.0 / (d if abs(d) > tiny else tiny)
            c = 1.0 + term / c
            c = c if abs(c) > tiny else tiny
            step = d * c
            fraction *= step
        if abs(step - 1.0) < 1e-15:
            break
    return front * fraction


def student_cdf(t: float, freedom: float) -> float:
    """Probability that a Student variable with `freedom` degrees of freedom is below t."""
    tail = 0.5 * _incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t))
    return tail if t <= 0 else 1.0 - tail


def mean_p_value(sample: Array) -> float:
    """Two-sided p-value of Student's test that the mean is 0; 1 when n < 2 or the values don't vary."""
    n = len(sample)
    centre, deviation = mean(sample), standard_deviation(sample)
    if centre is None or not deviation:
        return 1.0
    return 2.0 * student_cdf(-abs(centre / (deviation / math.sqrt(n))), n - 1)


class Interval(NamedTuple):
    """A confidence interval."""

    low: float
    high: float


def expected_maximum_sharpe(trials: int, spread: float) -> float:
    """Sharpe ratio per period that the best of `trials` worthless strategies is expected to show.

    Args:
        trials: Number of strategies tried, ≥ 1.
        spread: Standard deviation of the Sharpe ratios among them, per period.

    Source: Bailey & López de Prado (2014), "The Deflated Sharpe Ratio".
    """
    if trials <= 1:
        return 0.0
    return spread * (
        (1.0 - _EULER_GAMMA) * normal_quantile(1.0 - 1.0 / trials)
        + _EULER_GAMMA * normal_quantile(1.0 - 1.0 / (trials * math.e))
    )


def deflated_sharpe_ratio(returns: Array, trials: int, spread: float | None = None) -> float | None:
    """Probability that the true Sharpe ratio is positive, given that the best of `trials` was picked.

    Args:
        returns: Returns per period of the chosen strategy.
        trials: How many were tried to find it.
        spread: Standard deviation of the tried Sharpe ratios per period; None: that of the estimate itself, 1 / √n.

    Returns:
        None when n < 4 or the returns don't vary.

    Source: Bailey & López de Prado (2014), with the full kurtosis.
    """
    skew, kurtosis = skewness(returns), excess_kurtosis(returns)
    deviation, centre = standard_deviation(returns), mean(returns)
    if skew is None or kurtosis is None or centre is None or not deviation:
        return None
    n = len(returns)
    observed = centre / deviation
    hurdle = expected_maximum_sharpe(trials, spread if spread is not None else 1.0 / math.sqrt(n))
    spread_squared = (1.0 - skew * observed + (kurtosis + 2.0) / 4.0 * observed**2) / (n - 1)
    if spread_squared <= 0.0:
        return None
    return normal_cdf((observed - hurdle) / math.sqrt(spread_squared))


class Resampled(NamedTuple):
    """Intervals of a run's figures from one block bootstrap.

    Attributes:
        mean: Mean return per period.
        total: Total return as a fraction.
        sharpe: Sharpe ratio, annualised as LEAN does, without a risk-free rate; None where the returns hardly vary.
        drawdown: Deepest fall as a positive fraction.
        loss: Share of the draws that lost money.
    """

    mean: Interval
    total: Interval
    sharpe: Interval | None
    drawdown: Interval
    loss: float


def block_bootstrap(
    returns: Array, periods: float, *, confidence: float = 0.95, draws: int = 1000, seed: int = 1
) -> Resampled | None:
    """Intervals from a circular block bootstrap with blocks of about n^(1/3) returns; None when n < 10 or nothing varies.

    Source: Politis & Romano (1992); block length after Hall, Horowitz & Jing (1995).
    """
    n = len(returns)
    if n < 10 or not standard_deviation(returns):
        return None
    draws = max(200, min(draws, 300_000 // n))  # long series vary little from draw to draw
    block = max(2, round(n ** (1.0 / 3.0)))
    dice = np.random.default_rng(seed)
    starts = dice.integers(0, n, size=(draws, -(-n // block)))
    sample = returns[((starts[:, :, None] + np.arange(block)) % n).reshape(draws, -1)[:, :n]]
    means: Array = np.asarray(sample.mean(axis=1), dtype=np.float64)
    deviations = sample.std(axis=1, ddof=1)
    growth = np.cumprod(1.0 + np.maximum(sample, -1.0), axis=1)
    peaks = np.maximum(np.maximum.accumulate(growth, axis=1), 1.0)
    depths = (1.0 - growth / peaks).max(axis=1)
    totals = growth[:, -1] - 1.0
    edges = [(1 - confidence) / 2, (1 + confidence) / 2]

    def interval(values: npt.NDArray[Any]) -> Interval:
        low, high = np.quantile(values, edges)
        return Interval(float(low), float(high))

    moving = deviations > 0
    with np.errstate(over="ignore", invalid="ignore"):
        yearly = ((1.0 + means[moving]) ** periods - 1.0) / (deviations[moving] * math.sqrt(periods))
    finite = yearly[np.isfinite(yearly)]
    sharpe = interval(finite) if len(finite) >= draws * 0.9 else None
    return Resampled(interval(means), interval(totals), sharpe, interval(depths), float(np.mean(totals < 0)))

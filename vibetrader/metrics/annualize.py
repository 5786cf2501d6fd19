"""From per-period figures to yearly ones.

`periods` is the number of periods in a year: 252 for shares, 365 for crypto (LEAN: `settings.trading_days_per_year`).
"""

from __future__ import annotations

import math

from vibetrader.metrics.moments import Array, mean, variance


def annual_return(returns: Array, periods: float) -> float | None:
    """(mean + 1)^periods - 1; None without returns. LEAN: Statistics.AnnualPerformance."""
    average = mean(returns)
    if average is None:
        return None
    try:
        grown = (average + 1.0) ** periods - 1.0
    except OverflowError:
        return None
    return grown if isinstance(grown, float) and math.isfinite(grown) else None


def annual_variance(returns: Array, periods: float) -> float | None:
    """Sample variance × periods; None when n < 2. LEAN: Statistics.AnnualVariance."""
    found = variance(returns)
    return None if found is None else found * periods


def annual_standard_deviation(returns: Array, periods: float) -> float | None:
    """Square root of the annual variance; None when n < 2."""
    found = annual_variance(returns, periods)
    return None if found is None else math.sqrt(found)


def annual_downside_deviation(returns: Array, periods: float, target: float = 0.0) -> float | None:
    """Annual deviation of the returns below `target` around *their own* mean; None when fewer than two are.

    LEAN: Statistics.AnnualDownsideStandardDeviation. Not the textbook semi-deviation, which divides by all n.
    """
    return annual_standard_deviation(returns[returns < target], periods)


def compound_annual_growth(start: float, end: float, years: float) -> float | None:
    """(end / start)^(1 / years) - 1; None when start or years is 0 or the power is not defined.

    LEAN: Statistics.CompoundingAnnualPerformance.
    """
    if years == 0 or start == 0:
        return None
    try:
        grown = (end / start) ** (1.0 / years) - 1.0
    except (OverflowError, ZeroDivisionError):
        return None
    return grown if isinstance(grown, float) and math.isfinite(grown) else None

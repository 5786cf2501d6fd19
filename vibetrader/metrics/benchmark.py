"""How a strategy moves with and against a benchmark; both series have one length and one rhythm."""

from __future__ import annotations

from vibetrader.metrics.annualize import annual_return, annual_standard_deviation
from vibetrader.metrics.moments import Array, covariance, standard_deviation, variance
from vibetrader.metrics.ratios import ratio


def beta(returns: Array, benchmark: Array) -> float | None:
    """Covariance over the benchmark's variance; None when n < 2 or the benchmark does not move."""
    return ratio(covariance(returns, benchmark), variance(benchmark))


def alpha(returns: Array, benchmark: Array, periods: float, risk_free: float = 0.0) -> float | None:
    """Annual return beyond what beta explains (Jensen's alpha); None where beta is None."""
    slope = beta(returns, benchmark)
    own, market = annual_return(returns, periods), annual_return(benchmark, periods)
    if slope is None or own is None or market is None:
        return None
    return own - (risk_free + slope * (market - risk_free))


def tracking_error(returns: Array, benchmark: Array, periods: float) -> float | None:
    """Annual deviation of the difference; None when n < 2 or the lengths differ."""
    if len(returns) != len(benchmark):
        return None
    return annual_standard_deviation(returns - benchmark, periods)


def information_ratio(returns: Array, benchmark: Array, periods: float) -> float | None:
    """Annual return beyond the benchmark's over the tracking error; None when that is 0."""
    own, market = annual_return(returns, periods), annual_return(benchmark, periods)
    if own is None or market is None:
        return None
    return ratio(own - market, tracking_error(returns, benchmark, periods))


def treynor_ratio(returns: Array, benchmark: Array, periods: float, risk_free: float = 0.0) -> float | None:
    """Annual return beyond the risk-free rate over beta; None when beta is None or 0."""
    own = annual_return(returns, periods)
    return None if own is None else ratio(own - risk_free, beta(returns, benchmark))


def correlation(returns: Array, benchmark: Array) -> float | None:
    """Pearson correlation in -1…1; None when either series does not move."""
    first, second = standard_deviation(returns), standard_deviation(benchmark)
    both = covariance(returns, benchmark)
    return None if both is None or not first or not second else both / (first * second)

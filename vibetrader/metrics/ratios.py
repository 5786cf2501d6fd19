"""Return per unit of risk."""

from __future__ import annotations

import math

from vibetrader.metrics.annualize import annual_downside_deviation, annual_return, annual_standard_deviation
from vibetrader.metrics.moments import Array, excess_kurtosis, mean, skewness, standard_deviation
from vibetrader.metrics.significance import normal_cdf


def ratio(excess: float | None, risk: float | None) -> float | None:
    """`excess / risk`; None when either is missing or the risk is 0."""
    return None if excess is None or not risk else excess / risk


def sharpe_ratio(returns: Array, periods: float, risk_free: float = 0.0) -> float | None:
    """(annual return - risk-free rate) / annual deviation; None when n < 2 or the deviation is 0.

    Source: Sharpe (1994), "The Sharpe Ratio"; LEAN annualises by compounding the mean, not by √periods.
    """
    annual = annual_return(returns, periods)
    return None if annual is None else ratio(annual - risk_free, annual_standard_deviation(returns, periods))


def sortino_ratio(returns: Array, periods: float, risk_free: float = 0.0, target: float = 0.0) -> float | None:
    """Sharpe ratio over the downside deviation; None with fewer than two losing periods."""
    annual = annual_return(returns, periods)
    return None if annual is None else ratio(annual - risk_free, annual_downside_deviation(returns, periods, target))


def calmar_ratio(growth: float | None, depth: float | None) -> float | None:
    """Compound annual growth over the deepest drawdown; None when there was none."""
    return ratio(growth, depth)


def observed_sharpe_ratio(returns: Array, risk_free_per_period: float = 0.0) -> float:
    """Sharpe ratio per period, not annualised; 0 where the deviation is 0 or missing (LEAN's convention)."""
    deviation = standard_deviation(returns)
    average = mean(returns)
    if average is None or not deviation:
        return 0.0
    return (average - risk_free_per_period) / deviation


def probabilistic_sharpe_ratio(
    returns: Array, benchmark_sharpe: float, risk_free_per_period: float = 0.0
) -> float | None:
    """Probability that the true Sharpe ratio is above `benchmark_sharpe`.

    Args:
        returns: Returns per period.
        benchmark_sharpe: Sharpe ratio per period to beat; LEAN asks for a yearly 1, which is 1 / √periods.
        risk_free_per_period: Risk-free rate per period.

    Returns:
        None when n < 4 or the estimate's deviation is not real.

    Source: Bailey & López de Prado (2012), "The Sharpe Ratio Efficient Frontier"; LEAN (Statistics.cs,
    ProbabilisticSharpeRatio) puts the *excess* kurtosis where the paper has the full one.
    """
    skew, kurtosis = skewness(returns), excess_kurtosis(returns)
    if skew is None or kurtosis is None:
        return None
    observed = observed_sharpe_ratio(returns, risk_free_per_period)
    spread = (1.0 - skew * observed + (kurtosis - 1.0) / 4.0 * observed**2) / (len(returns) - 1)
    if spread < 0.0:
        return None
    deviation = math.sqrt(spread)
    return normal_cdf((observed - benchmark_sharpe) / deviation if deviation else 0.0)

"""Figures of the account value. LEAN: Common/Statistics/PortfolioStatistics.cs.

Formulas come from `vibetrader.metrics`; here they are fed and turned into decimals at the places where LEAN does it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vibetrader.engine.money import ZERO, round_to
from vibetrader.engine.naming import lean_names
from vibetrader.engine.statistics.dotnet import cast, safe_cast
from vibetrader.engine.statistics.interestrates import InterestRateProvider
from vibetrader.engine.statistics.tradestatistics import four_digits
from vibetrader.engine.timekeeping import DAY, Nanoseconds
from vibetrader.metrics import annualize, benchmark, moments, ratios, significance
from vibetrader.metrics.moments import Array

Point = tuple[Nanoseconds, Decimal]


class Samples(NamedTuple):
    """A column of chart values.

    Attributes:
        times: UTC ns, increasing.
        values: The values as decimals.
        floats: The same as floats.
    """

    times: npt.NDArray[np.int64]
    values: Sequence[Decimal]
    floats: Array

    @staticmethod
    def of(points: Sequence[Point]) -> Samples:
        """Column of points in order of time."""
        values = [value for _, value in points]
        return Samples(
            np.array([time for time, _ in points], dtype=np.int64), values, np.array([float(value) for value in values])
        )

    def between(self, first: int, last: int) -> Samples:
        """Rows first … last - 1."""
        return Samples(self.times[first:last], self.values[first:last], self.floats[first:last])

    def __len__(self) -> int:
        return len(self.values)


class Period(NamedTuple):
    """What the figures of one period are computed from.

    Attributes:
        profit_loss: Profits of closing fills in order of time, one per time.
        equity: Account values at the samples.
        turnover: Daily turnover.
        returns: Daily returns as fractions, without the first two samples.
        benchmark: Daily benchmark returns, without the first.
        start: Capital at the beginning.
        wins: Closing fills that won.
        losses: Closing fills that lost.
    """

    profit_loss: Sequence[Point]
    equity: Samples
    turnover: Sequence[Decimal]
    returns: Array
    benchmark: Array
    start: Decimal
    wins: int
    losses: int


#: snake_case → name in the result file, in its order.
_FIELDS: dict[str, str] = {
    "average_win_rate": "averageWinRate",
    "average_loss_rate": "averageLossRate",
    "profit_loss_ratio": "profitLossRatio",
    "win_rate": "winRate",
    "loss_rate": "lossRate",
    "expectancy": "expectancy",
    "start_equity": "startEquity",
    "end_equity": "endEquity",
    "compounding_annual_return": "compoundingAnnualReturn",
    "drawdown": "drawdown",
    "total_net_profit": "totalNetProfit",
    "sharpe_ratio": "sharpeRatio",
    "probabilistic_sharpe_ratio": "probabilisticSharpeRatio",
    "sortino_ratio": "sortinoRatio",
    "alpha": "alpha",
    "beta": "beta",
    "annual_standard_deviation": "annualStandardDeviation",
    "annual_variance": "annualVariance",
    "information_ratio": "informationRatio",
    "tracking_error": "trackingError",
    "treynor_ratio": "treynorRatio",
    "portfolio_turnover": "portfolioTurnover",
    "value_at_risk_99": "valueAtRisk99",
    "value_at_risk_95": "valueAtRisk95",
    "drawdown_recovery": "drawdownRecovery",
}
_ATTRIBUTES = {
    spelling: name for name, json in _FIELDS.items() for spelling in (name, json, json[0].upper() + json[1:])
}


@lean_names
class PortfolioStatistics:
    """Figures of a period; all 0 for an empty one. Users see floats."""

    def __init__(
        self, period: Period | None = None, rates: InterestRateProvider | None = None, days: int = 252
    ) -> None:
        """Compute the figures.

        Args:
            period: Inputs; None for the empty statistics.
            rates: Risk-free rates.
            days: Trading days per year.

        Raises:
            OverflowError: A figure has no decimal value; LEAN then has no statistics at all.
            ValueError: Same, for a value that is not finite.
        """
        self.values: dict[str, Decimal] = dict.fromkeys(_FIELDS, ZERO)
        if period is not None and rates is not None:
            _compute(self.values, period, rates, days)

    def __getattr__(self, name: str) -> Any:
        known = _ATTRIBUTES.get(name)
        if known is None:
            raise AttributeError(f"'PortfolioStatistics' object has no attribute '{name}'")
        value = self.values[known]
        return int(value) if known == "drawdown_recovery" else float(value)

    def to_json(self) -> dict[str, str]:
        """The object of LEAN's result file."""
        return {json: four_digits(self.values[name]) for name, json in _FIELDS.items()}


def _compute(v: dict[str, Decimal], period: Period, rates: InterestRateProvider, days: int) -> None:
    start, equity = period.start, period.equity
    returns, market = period.returns, period.benchmark
    end = equity.values[-1] if len(equity) else ZERO
    v["start_equity"], v["end_equity"] = start, end
    if period.turnover:
        v["portfolio_turnover"] = sum(period.turnover, ZERO) / len(period.turnover)
    if start == 0 or len(market) < 2 or len(returns) < 2:
        return
    _trades(v, period)
    v["total_net_profit"] = end / start - 1
    years = cast(int(equity.times[-1] - equity.times[0]) / DAY) / 365
    v["compounding_annual_return"] = _or_zero(annualize.compound_annual_growth(float(start), float(end), float(years)))
    v["annual_variance"] = _or_zero(annualize.annual_variance(returns, days))
    v["annual_standard_deviation"] = deviation = cast(math.sqrt(v["annual_variance"]))
    own = _required(annualize.annual_return(returns, days))
    other = _required(annualize.annual_return(market, days))
    risk_free = rates.average(equity.times)
    excess = float(own) - float(risk_free)
    v["sharpe_ratio"] = safe_cast(excess / float(deviation)) if deviation else ZERO
    downside = _or_zero(annualize.annual_downside_deviation(returns, days))
    v["sortino_ratio"] = safe_cast(excess / float(downside)) if downside else ZERO
    v["beta"] = beta = _beta(returns, market)
    v["alpha"] = own - (risk_free + beta * (other - risk_free)) if beta else ZERO
    v["tracking_error"] = error = (
        cast(benchmark.tracking_error(returns, market, days) or 0.0) if len(returns) == len(market) else ZERO
    )
    v["information_ratio"] = _divide(safe_cast(float(own) - float(other)), error)
    v["treynor_ratio"] = _divide(safe_cast(excess), beta)
    psr = ratios.probabilistic_sharpe_ratio(returns, 1.0 / math.sqrt(days), float(risk_free) / days)
    v["probabilistic_sharpe_ratio"] = _or_zero(psr)
    for name, confidence in (("value_at_risk_99", 0.99), ("value_at_risk_95", 0.95)):
        v[name] = round_to(cast(significance.value_at_risk(returns, confidence, days) or 0.0), 3)
    v["drawdown"], v["drawdown_recovery"] = _drawdown(equity)


def _trades(v: dict[str, Decimal], period: Period) -> None:
    """Averages are relative to the capital that earlier closing fills left; rates count the fills' win flags."""
    capital = period.start
    gain = loss = ZERO
    wins = losses = 0
    for _, profit in period.profit_loss:
        if profit > 0:
            gain += profit / capital
            wins += 1
        else:
            loss += profit / capital
            losses += 1
        capital += profit
    v["average_win_rate"] = gain / wins if wins else ZERO
    v["average_loss_rate"] = loss / losses if losses else ZERO
    if v["average_loss_rate"]:
        v["profit_loss_ratio"] = v["average_win_rate"] / abs(v["average_loss_rate"])
    total = period.wins + period.losses
    if total:
        v["win_rate"] = Decimal(period.wins) / total
        v["loss_rate"] = Decimal(period.losses) / total
    v["expectancy"] = v["win_rate"] * v["profit_loss_ratio"] - v["loss_rate"]


def _or_zero(value: float | None) -> Decimal:
    return ZERO if value is None else safe_cast(value)


def _required(value: float | None) -> Decimal:
    if value is None:
        raise ValueError("the annual return is not a finite number")
    return safe_cast(value)


def _divide(value: Decimal, by: Decimal) -> Decimal:
    """LEAN's SafeDivision: 0 where the quotient has no decimal value."""
    if not by:
        return ZERO
    quotient = value / by
    return quotient if abs(quotient) < Decimal(2**96) else ZERO


def _beta(returns: Array, market: Array) -> Decimal:
    spread = moments.variance(market)
    if not spread:
        return ZERO
    both = moments.covariance(returns, market)
    if both is None:
        raise ValueError("the returns and the benchmark have different lengths")
    return cast(both / spread)


def _drawdown(equity: Samples) -> tuple[Decimal, Decimal]:
    """Depth rounded to three decimals and the longest recovery in whole days. LEAN: CalculateDrawdownMetrics."""
    if len(equity) < 2:
        return ZERO, ZERO
    values, decimals, times = equity.floats, equity.values, equity.times
    if values.min() <= 0:
        return _exact_drawdown(equity)
    # Floats find the candidates, decimals decide: chart values have few digits.
    peaks = np.maximum.accumulate(values)
    falls = values / peaks
    worst = ZERO
    for place in np.flatnonzero(falls <= falls.min() + 1e-12)[:8]:
        peak = decimals[int(np.argmax(values[: place + 1]))]
        worst = min(worst, decimals[int(place)] / peak - 1)
    below = values < peaks
    starts = np.flatnonzero(below[1:] & ~below[:-1])
    ends = np.flatnonzero(~below[1:] & below[:-1]) + 1
    longest = int((times[ends] - times[starts[: len(ends)]]).max()) if len(ends) else 0
    return round_to(abs(worst), 3), Decimal(longest // DAY)


def _exact_drawdown(equity: Samples) -> tuple[Decimal, Decimal]:
    """The same point by point, for accounts that reached zero."""
    peak, peak_time = equity.values[0], int(equity.times[0])
    worst, longest = ZERO, 0
    since: int | None = None
    for time, value in zip(equity.times.tolist(), equity.values, strict=True):
        if value >= peak:
            if since is not None:
                longest, since = max(longest, time - since), None
            peak, peak_time = value, time
        if not peak:
            return ZERO, ZERO
        fall = value / peak - 1
        if fall < 0:
            worst = min(worst, fall)
            since = peak_time if since is None else since
    return round_to(abs(worst), 3), Decimal(longest // DAY)

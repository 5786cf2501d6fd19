"""All figures of a run as one flat table of snake_case ids; an undefined figure is None with the reason in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from vibetrader.metrics import annualize, benchmark, drawdown, moments, ratios, returns, significance, trades
from vibetrader.metrics.moments import Array


class Metric(NamedTuple):
    """One figure.

    Attributes:
        value: The figure, or None when it is not defined for this run.
        unit: "fraction", "ratio", "currency", "days" or "count".
        reason: Why the value is None; "" otherwise.
    """

    value: float | None
    unit: str
    reason: str = ""


class RunSeries(NamedTuple):
    """What the figures are computed from.

    Attributes:
        equity: Account values, oldest first.
        times_days: When they were taken, in days from any origin.
        returns: Daily returns as fractions.
        benchmark: Daily benchmark returns, as many as `returns`, or empty.
        profits: Profits of closed trades after fees.
        periods: Trading days per year.
        risk_free: Yearly rate as a fraction.
        trials: How many variants were tried to find this one, at least 1.
    """

    equity: Array
    times_days: Array
    returns: Array
    benchmark: Array
    profits: Array
    periods: float
    risk_free: float = 0.0
    trials: int = 1


_FEW: Final = "fewer than two daily returns"
_STILL: Final = "the daily returns don't vary"
_NO_BENCHMARK: Final = "no benchmark with as many days"
_NO_TRADES: Final = "no closed trades"


def summarize(run: RunSeries) -> dict[str, Metric]:
    """Every figure of a run by id."""
    daily, market, profits = run.returns, run.benchmark, run.profits
    few = _FEW if len(daily) < 2 else _STILL
    unmatched = _NO_BENCHMARK if len(market) != len(daily) or not len(market) else "the benchmark doesn't move"
    years = float(run.times_days[-1] - run.times_days[0]) / 365.0 if len(run.times_days) else 0.0
    start, end = (float(run.equity[0]), float(run.equity[-1])) if len(run.equity) else (0.0, 0.0)
    growth = annualize.compound_annual_growth(start, end, years)
    fall = drawdown.drawdown(run.equity, run.times_days)
    depth = fall.depth if fall else None
    rate = run.risk_free

    def against(formula: Callable[[], float | None]) -> float | None:
        return formula() if len(market) == len(daily) and len(market) else None

    hurdle = 1.0 / run.periods**0.5 if run.periods else 0.0
    table: dict[str, tuple[float | None, str, str]] = {
        "net_profit": (returns.total_return(run.equity), "fraction", "no account value"),
        "compound_annual_growth": (growth, "fraction", "the run has no length"),
        "annual_return": (annualize.annual_return(daily, run.periods), "fraction", "no daily returns"),
        "annual_deviation": (annualize.annual_standard_deviation(daily, run.periods), "fraction", few),
        "max_drawdown": (depth, "fraction", "fewer than two account values"),
        "drawdown_recovery": (fall.recovery if fall else None, "days", "fewer than two account values"),
        "sharpe_ratio": (ratios.sharpe_ratio(daily, run.periods, rate), "ratio", few),
        "sortino_ratio": (ratios.sortino_ratio(daily, run.periods, rate), "ratio", "fewer than two losing days"),
        "calmar_ratio": (ratios.calmar_ratio(growth, depth), "ratio", "no drawdown"),
        "probabilistic_sharpe_ratio": (
            ratios.probabilistic_sharpe_ratio(daily, hurdle, rate / run.periods if run.periods else 0.0),
            "fraction",
            "fewer than four daily returns" if len(daily) < 4 else few,
        ),
        "deflated_sharpe_ratio": (
            significance.deflated_sharpe_ratio(daily, run.trials),
            "fraction",
            "fewer than four daily returns" if len(daily) < 4 else few,
        ),
        "skewness": (moments.skewness(daily), "ratio", few),
        "excess_kurtosis": (moments.excess_kurtosis(daily), "ratio", few),
        "value_at_risk_95": (significance.value_at_risk(daily, 0.95, int(run.periods)), "fraction", few),
        "value_at_risk_99": (significance.value_at_risk(daily, 0.99, int(run.periods)), "fraction", few),
        "beta": (against(lambda: benchmark.beta(daily, market)), "ratio", unmatched),
        "alpha": (against(lambda: benchmark.alpha(daily, market, run.periods, rate)), "fraction", unmatched),
        "tracking_error": (
            against(lambda: benchmark.tracking_error(daily, market, run.periods)),
            "fraction",
            unmatched,
        ),
        "information_ratio": (
            against(lambda: benchmark.information_ratio(daily, market, run.periods)),
            "ratio",
            unmatched,
        ),
        "correlation": (against(lambda: benchmark.correlation(daily, market)), "ratio", unmatched),
        "trades": (float(len(profits)), "count", ""),
        "win_rate": (trades.win_rate(profits), "fraction", _NO_TRADES),
        "average_win": (trades.average_win(profits), "currency", "no winning trades"),
        "average_loss": (trades.average_loss(profits), "currency", "no losing trades"),
        "profit_factor": (trades.profit_factor(profits), "ratio", "no losing trades" if len(profits) else _NO_TRADES),
        "payoff_ratio": (trades.payoff_ratio(profits), "ratio", "needs winning and losing trades"),
        "expectancy": (trades.expectancy(profits), "ratio", "needs winning and losing trades"),
        "mean_return_p_value": (
            significance.mean_p_value(daily) if len(daily) > 1 else None,
            "fraction",
            few,
        ),
    }
    return {
        name: Metric(value, unit, "" if value is not None else reason) for name, (value, unit, reason) in table.items()
    }


def as_array(values: list[float]) -> Array:
    """A float64 array of a list."""
    return np.array(values, dtype=np.float64)

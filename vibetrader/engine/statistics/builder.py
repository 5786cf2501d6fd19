"""From chart samples to LEAN's statistics: whole run, rolling windows and the summary of strings.

LEAN: Common/Statistics/StatisticsBuilder.cs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np

from vibetrader.engine.money import ZERO, round_significant, round_to, text
from vibetrader.engine.statistics.dotnet import (
    divide,
    double_text,
    fixed,
    iso_time,
    round_double,
    timespan,
    to_double,
)
from vibetrader.engine.statistics.interestrates import InterestRateProvider
from vibetrader.engine.statistics.portfoliostatistics import Period, Point, PortfolioStatistics, Samples
from vibetrader.engine.statistics.trades import Trade
from vibetrader.engine.statistics.tradestatistics import TradeStatistics
from vibetrader.engine.timekeeping import DAY, Nanoseconds, from_date, to_datetime

_MONTHS: Final = (1, 3, 6, 12)


class RunRecord(NamedTuple):
    """What a run left behind for its statistics.

    Attributes:
        trades: Closed trades.
        profit_loss: Profit of each closing fill, in order of time.
        equity: Equity chart (closes).
        returns: Daily returns in percent.
        benchmark: Daily benchmark values.
        turnover: Daily turnover.
        starting_capital: Account value at the start.
        total_fees: Fees in account currency.
        total_orders: Accepted order requests.
        currency_symbol: Of the account.
        wins: Times of winning closing fills, increasing.
        losses: Times of the others.
        trading_days: Per year.
        capacity: Estimated capacity, rounded to 1000.
        lowest_capacity_asset: Security identifier or "".
    """

    trades: Sequence[Trade]
    profit_loss: Sequence[Point]
    equity: Sequence[Point]
    returns: Sequence[Point]
    benchmark: Sequence[Point]
    turnover: Sequence[Point]
    starting_capital: Decimal
    total_fees: Decimal
    total_orders: int
    currency_symbol: str
    wins: Sequence[Nanoseconds]
    losses: Sequence[Nanoseconds]
    trading_days: int
    capacity: Decimal = ZERO
    lowest_capacity_asset: str = ""


class Performance(NamedTuple):
    """Statistics of one period."""

    trade_statistics: TradeStatistics
    portfolio_statistics: PortfolioStatistics
    closed_trades: Sequence[Trade]

    def to_json(self, with_trades: bool = True) -> dict[str, Any]:
        """The object of LEAN's result file."""
        return {
            "tradeStatistics": self.trade_statistics.to_json(),
            "portfolioStatistics": self.portfolio_statistics.to_json(),
            "closedTrades": [trade_json(trade) for trade in self.closed_trades] if with_trades else [],
        }


class Results(NamedTuple):
    """All statistics of a run: the whole, the rolling windows by name, the summary by LEAN's titles."""

    total: Performance
    rolling: dict[str, Performance]
    summary: dict[str, str]


def empty_performance(trades: Sequence[Trade] = ()) -> Performance:
    """Statistics of nothing, all 0."""
    return Performance(TradeStatistics(), PortfolioStatistics(), trades)


class _Record:
    """A run's samples as sorted columns, so that a window is a pair of bisections."""

    def __init__(self, run: RunRecord, rates: InterestRateProvider) -> None:
        if len(run.returns) != len(run.benchmark):
            raise ValueError(f"{len(run.returns)} returns but {len(run.benchmark)} benchmark values were sampled")
        self.run = run
        self.rates = rates
        self.equity = Samples.of(run.equity)
        self.return_times = [time for time, _ in run.returns]
        self.returns = np.array([to_double(divide(value, 100)) for _, value in run.returns])
        self.benchmark_times = [time for time, _ in run.benchmark]
        self.changes = np.array(_changes([value for _, value in run.benchmark]))
        self.turnover_times = [time for time, _ in run.turnover]
        self.turnover = [value for _, value in run.turnover]
        self.profit_times = [time for time, _ in run.profit_loss]
        self.trades = sorted(range(len(run.trades)), key=lambda place: run.trades[place]._exit_ns)
        self.exit_times = [run.trades[place]._exit_ns for place in self.trades]

    def performance(self, first: date, last: date) -> Performance:
        """Statistics of the days first … last, in UTC. LEAN: GetAlgorithmPerformance."""
        run = self.run
        low, high = from_date(first), from_date(last) + DAY
        start, stop = np.searchsorted(self.equity.times, (low, high)).tolist()
        if start == stop:
            return empty_performance()
        equity = self.equity.between(start, stop)
        trades = [run.trades[place] for place in sorted(self.trades[slice(*_rows(self.exit_times, low, high))])]
        returns = self.returns[slice(*_rows(self.return_times, low, high))][2:]
        first_row, stop_row = _rows(self.benchmark_times, low, high)
        market = self.changes[first_row:stop_row][2:]  # a change needs an earlier value, and the first is skipped
        whole = len(equity) == len(self.equity)
        period = Period(
            profit_loss=run.profit_loss[slice(*_rows(self.profit_times, low, high))],
            equity=equity,
            turnover=self.turnover[slice(*_rows(self.turnover_times, low, high))],
            returns=returns,
            benchmark=market,
            start=run.starting_capital if whole else equity.values[0],
            wins=_count(run.wins, low, high),
            losses=_count(run.losses, low, high),
        )
        return Performance(TradeStatistics(trades), PortfolioStatistics(period, self.rates, run.trading_days), trades)


def _rows(times: Sequence[Nanoseconds], low: Nanoseconds, high: Nanoseconds) -> tuple[int, int]:
    return bisect_left(times, low), bisect_left(times, high)


def _changes(values: list[Decimal]) -> list[float]:
    """Change of each value to the one before, 0 for the first and where that is 0. LEAN: CreateBenchmarkDifferences."""
    changes = [0.0]
    for before, value in pairwise(values):
        changes.append(to_double(divide(value - before, before)) if before and value != before else 0.0)
    return changes


def _count(times: Sequence[Nanoseconds], low: Nanoseconds, high: Nanoseconds) -> int:
    first, last = _rows(times, low, high)
    return last - first


def build(run: RunRecord, rates: InterestRateProvider) -> Results:
    """Statistics of a run.

    Raises:
        ValueError: A figure has no finite value; LEAN then writes no statistics.
        OverflowError: Same, beyond a decimal's range.
    """
    record = _Record(run, rates)
    first = to_datetime(run.equity[0][0]).date()
    last = to_datetime(run.equity[-1][0]).date()
    total = record.performance(first, last)
    rolling: dict[str, Performance] = {}
    for months in _MONTHS:
        for start, end in period_ranges(months, first, last):
            rolling[f"M{months}_{end:%Y%m%d}"] = record.performance(start, end)
    return Results(total, rolling, summary(total.portfolio_statistics, run))


def period_ranges(months: int, first: date, last: date) -> list[tuple[date, date]]:
    """Windows of that many months, one ending with each month of the run. LEAN: GetPeriodRanges."""
    ends = [last]
    day = last.replace(day=1) - timedelta(days=1)
    while day >= first:
        ends.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    ranges = [(first, ends[-1])]
    for end in reversed(ends[:-1]):
        following = ranges[-1][1] + timedelta(days=1)
        month = following.year * 12 + following.month - 1 + 1 - months
        start = date(month // 12, month % 12 + 1, following.day)
        ranges.append((max(start, first), end))
    return ranges


def summary(statistics: PortfolioStatistics, run: RunRecord) -> dict[str, str]:
    """LEAN's 27 titles and texts, in its order. LEAN: StatisticsBuilder.GetSummary."""
    v = statistics.values

    def percent(name: str, digits: int) -> str:
        return text(round_to(v[name] * 100, digits)) + "%"

    def decimal(name: str, digits: int) -> str:
        return text(round_to(v[name], digits))

    def double(name: str) -> str:
        return double_text(round_double(float(v[name]), 3))

    sign = run.currency_symbol
    return {
        "Total Orders": str(run.total_orders),
        "Average Win": percent("average_win_rate", 2),
        "Average Loss": percent("average_loss_rate", 2),
        "Compounding Annual Return": percent("compounding_annual_return", 3),
        "Drawdown": percent("drawdown", 3),
        "Expectancy": decimal("expectancy", 3),
        "Start Equity": decimal("start_equity", 2),
        "End Equity": decimal("end_equity", 2),
        "Net Profit": percent("total_net_profit", 3),
        "Sharpe Ratio": double("sharpe_ratio"),
        "Sortino Ratio": double("sortino_ratio"),
        "Probabilistic Sharpe Ratio": percent("probabilistic_sharpe_ratio", 3),
        "Loss Rate": percent("loss_rate", 0),
        "Win Rate": percent("win_rate", 0),
        "Profit-Loss Ratio": decimal("profit_loss_ratio", 2),
        "Alpha": double("alpha"),
        "Beta": double("beta"),
        "Annual Standard Deviation": double("annual_standard_deviation"),
        "Annual Variance": double("annual_variance"),
        "Information Ratio": double("information_ratio"),
        "Tracking Error": double("tracking_error"),
        "Treynor Ratio": double("treynor_ratio"),
        "Total Fees": sign + fixed(run.total_fees, 2),
        "Estimated Strategy Capacity": sign + text(_significant(run.capacity)),
        "Lowest Capacity Asset": run.lowest_capacity_asset,
        "Portfolio Turnover": percent("portfolio_turnover", 2),
        "Drawdown Recovery": text(v["drawdown_recovery"]),
    }


def _significant(value: Decimal) -> Decimal:
    """Two significant digits, in the scale LEAN leaves. LEAN: Common/Extensions.cs, RoundToSignificantDigits."""
    if not value:
        return ZERO
    scale = Decimal(10) ** (value.adjusted() + 1)
    rounded = scale * round_to(value / scale, 2)
    return rounded if scale >= 1 else round_significant(value, 2)


def trade_json(trade: Trade) -> dict[str, Any]:
    """A closed trade as LEAN's result file has it; numbers are `Decimal`."""
    return {
        "id": trade._id,
        "symbols": [symbol_json(symbol) for symbol in trade.symbols],
        "entryTime": iso_time(trade._entry_ns),
        "entryPrice": trade._entry_price,
        "direction": int(trade.direction),
        "quantity": trade._quantity,
        "exitTime": iso_time(trade._exit_ns),
        "exitPrice": trade._exit_price,
        "profitLoss": trade._profit_loss,
        "totalFees": trade._total_fees,
        "mae": trade._mae,
        "mfe": trade._mfe,
        "duration": timespan(trade._exit_ns - trade._entry_ns),
        "endTradeDrawdown": trade._end_drawdown,
        "isWin": trade.is_win,
        "orderIds": list(trade.order_ids),
    }


def symbol_json(symbol: Any) -> dict[str, Any]:
    """A symbol as LEAN writes it."""
    out: dict[str, Any] = {"value": symbol.value, "id": str(symbol.id), "permtick": symbol.value}
    if symbol.underlying is not None:
        out["underlying"] = symbol_json(symbol.underlying)
    return out

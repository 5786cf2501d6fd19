"""Every figure of `metrics.json`: id, name, unit, formula, source. One row each; the values are computed elsewhere.

Units: percent (12.5 is 12.5 %), money (account currency), ratio, count, days, hours, score (1 to 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Unit = Literal["percent", "money", "ratio", "count", "days", "hours", "score"]
Better = Literal["more", "less", ""]


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure.

    Attributes:
        id: Its key in the file and in gates.
        name: As people see it; LEAN's name where LEAN has the figure.
        unit: See the module.
        formula: How it is computed, in words and signs.
        source: The literature, or the member of LEAN.
        better: Which direction is the good one, "" when neither is.
        lean: Title in LEAN's statistics, "" when LEAN has no such line.
        group: Heading it stands under.
    """

    id: str
    name: str
    unit: Unit
    formula: str
    source: str
    better: Better = ""
    lean: str = ""
    group: str = "Return"


_ROWS: list[Definition] = []
_group = ""


def _row(id_: str, name: str, unit: Unit, formula: str, source: str, better: Better = "", *, lean: str = "") -> None:
    _ROWS.append(Definition(id_, name, unit, formula, source, better, lean, _group))


_PORTFOLIO: Final = "LEAN Common/Statistics/PortfolioStatistics.cs"
_TRADES: Final = "LEAN Common/Statistics/TradeStatistics.cs"
_OWN: Final = "VibeTrader"

# fmt: off
_group = "Return"
_row("total_return", "Net Profit", "percent", "end equity / start equity - 1", _PORTFOLIO, "more", lean="Net Profit")
_row("compounding_annual_return", "Compounding Annual Return", "percent", "(end / start)^(365 / days) - 1", _PORTFOLIO, "more", lean="Compounding Annual Return")
_row("start_equity", "Start Equity", "money", "account value at the start", _PORTFOLIO, lean="Start Equity")
_row("end_equity", "End Equity", "money", "account value at the end", _PORTFOLIO, "more", lean="End Equity")
_row("benchmark_return", "Benchmark Return", "percent", "last benchmark value / first - 1", "the run's benchmark series")
_row("buy_and_hold_return", "Buy and Hold Return", "percent", "mean over the traded symbols of last close / first close - 1, without costs", "bars of the data folder, else the benchmark")
_row("buy_and_hold_max_drawdown", "Buy and Hold Drawdown", "percent", "deepest fall of that position from a running peak", "Magdon-Ismail & Atiya (2004)")
_row("excess_return", "Return over Buy and Hold", "percent", "net profit - buy and hold return", _OWN, "more")
_row("best_month", "Best Month", "percent", "largest monthly change of equity", _OWN, "more")
_row("worst_month", "Worst Month", "percent", "smallest monthly change of equity", _OWN, "more")
_row("positive_months", "Positive Months", "percent", "months that gained / months", _OWN, "more")

_group = "Risk"
_row("max_drawdown", "Drawdown", "percent", "deepest fall of equity from a running peak, as LEAN rounds it", "Magdon-Ismail & Atiya (2004); " + _PORTFOLIO, "less", lean="Drawdown")
_row("average_drawdown", "Average Drawdown", "percent", "mean over all falls from a peak of their depth", _OWN, "less")
_row("max_drawdown_duration", "Longest Drawdown", "days", "longest time below a peak, an unfinished one included", _OWN, "less")
_row("drawdown_recovery", "Drawdown Recovery", "days", "longest time from a peak to regaining it; unfinished ones don't count", _PORTFOLIO, "less", lean="Drawdown Recovery")
_row("annual_standard_deviation", "Annual Standard Deviation", "ratio", "sample deviation of daily returns x sqrt(trading days)", _PORTFOLIO, "less", lean="Annual Standard Deviation")
_row("annual_variance", "Annual Variance", "ratio", "sample variance of daily returns x trading days", _PORTFOLIO, "less", lean="Annual Variance")
_row("daily_volatility", "Daily Volatility", "percent", "sample deviation of daily returns", _OWN, "less")
_row("value_at_risk_95", "Value at Risk 95 %", "percent", "mean + deviation x normal quantile(5 %) of the last year's daily returns", _PORTFOLIO, "more")
_row("value_at_risk_99", "Value at Risk 99 %", "percent", "mean + deviation x normal quantile(1 %) of the last year's daily returns", _PORTFOLIO, "more")
_row("skewness", "Skewness", "ratio", "bias-corrected third moment of daily returns", "Joanes & Gill (1998)", "more")
_row("excess_kurtosis", "Excess Kurtosis", "ratio", "bias-corrected fourth moment of daily returns, 0 for a normal law", "Joanes & Gill (1998)", "less")
_row("best_day", "Best Day", "percent", "largest daily return", _OWN, "more")
_row("worst_day", "Worst Day", "percent", "smallest daily return", _OWN, "more")

_group = "Return per risk"
_row("sharpe_ratio", "Sharpe Ratio", "ratio", "(annual return - risk-free rate) / annual deviation, daily returns", "Sharpe (1994); " + _PORTFOLIO, "more", lean="Sharpe Ratio")
_row("sortino_ratio", "Sortino Ratio", "ratio", "(annual return - risk-free rate) / annual deviation of losing days", "Sortino & Price (1994); " + _PORTFOLIO, "more", lean="Sortino Ratio")
_row("calmar_ratio", "Calmar Ratio", "ratio", "compounding annual return / drawdown", "Young (1991)", "more")
_row("information_ratio", "Information Ratio", "ratio", "(annual return - benchmark's) / tracking error", _PORTFOLIO, "more", lean="Information Ratio")
_row("treynor_ratio", "Treynor Ratio", "ratio", "(annual return - risk-free rate) / beta", _PORTFOLIO, "more", lean="Treynor Ratio")
_row("alpha", "Alpha", "ratio", "annual return - (risk-free + beta x (benchmark - risk-free))", "Jensen (1968); " + _PORTFOLIO, "more", lean="Alpha")
_row("beta", "Beta", "ratio", "covariance with the benchmark / its variance", _PORTFOLIO, lean="Beta")
_row("tracking_error", "Tracking Error", "ratio", "annual deviation of the difference to the benchmark", _PORTFOLIO, "less", lean="Tracking Error")
_row("correlation", "Correlation", "ratio", "Pearson correlation of daily returns with the benchmark's", "Pearson (1895)")
_row("return_to_drawdown", "Profit to Drawdown", "ratio", "profit of closed trades / deepest fall of their running sum", _TRADES, "more")

_group = "Is it luck"
_row("probabilistic_sharpe_ratio", "Probabilistic Sharpe Ratio", "percent", "probability that the true yearly Sharpe ratio is above 1", "Bailey & Lopez de Prado (2012); " + _PORTFOLIO, "more", lean="Probabilistic Sharpe Ratio")
_row("deflated_sharpe_ratio", "Deflated Sharpe Ratio", "percent", "probability that the true Sharpe ratio is above 0, given that the best of all trials was picked", "Bailey & Lopez de Prado (2014)", "more")
_row("luck_probability", "Probability of Luck", "percent", "100 - deflated Sharpe ratio", "Bailey & Lopez de Prado (2014)", "less")
_row("trials", "Trials", "count", "runs in the lineage up to this one", "the run's manifest", "less")
_row("sharpe_of_trials", "Expected Best Sharpe", "ratio", "yearly Sharpe ratio that the best of so many worthless trials shows", "Bailey & Lopez de Prado (2014)")
_row("mean_return_p_value", "p-Value of the Mean", "ratio", "two-sided Student test that the mean daily return is 0", "Student (1908)", "less")
_row("mean_daily_return", "Mean Daily Return", "percent", "arithmetic mean; interval by circular block bootstrap", "Politis & Romano (1992)", "more")

_group = "Trades"
_row("total_orders", "Total Orders", "count", "order requests that LEAN accepted", "LEAN Common/Statistics/StatisticsBuilder.cs", lean="Total Orders")
_row("total_trades", "Closed Trades", "count", "round trips of LEAN's trade builder", "LEAN Common/Statistics/TradeBuilder.cs")
_row("round_trips", "Round Trips", "count", "per symbol the smaller of filled buy and filled sell orders, summed", "the run's order events")
_row("dust_trades", "Dust Trades", "count", "closed trades of less than 2 % of the usual order's value: what fees in the bought coin leave over", _OWN)
_row("winning_trades", "Winning Trades", "count", "closed trades that LEAN counts as won", _TRADES, "more")
_row("losing_trades", "Losing Trades", "count", "the others", _TRADES, "less")
_row("win_rate", "Win Rate", "percent", "closing fills that won / closing fills, rounded by LEAN", _PORTFOLIO, "more", lean="Win Rate")
_row("loss_rate", "Loss Rate", "percent", "closing fills that lost / closing fills, rounded by LEAN", _PORTFOLIO, "less", lean="Loss Rate")
_row("average_win", "Average Win", "percent", "mean of winning fills' profit / capital at the time", _PORTFOLIO, "more", lean="Average Win")
_row("average_loss", "Average Loss", "percent", "mean of losing fills' profit / capital at the time", _PORTFOLIO, "more", lean="Average Loss")
_row("profit_loss_ratio", "Profit-Loss Ratio", "ratio", "average win / |average loss|", _PORTFOLIO, "more", lean="Profit-Loss Ratio")
_row("expectancy", "Expectancy", "ratio", "win rate x profit-loss ratio - loss rate", "Van K. Tharp; " + _PORTFOLIO, "more", lean="Expectancy")
_row("profit_factor", "Profit Factor", "ratio", "gross profit / |gross loss|", _TRADES, "more")
_row("trade_profit", "Profit of Closed Trades", "money", "sum of profits of closed trades, before fees as LEAN counts them", _TRADES, "more")
_row("gross_profit", "Gross Profit", "money", "sum of the winning trades' profits", _TRADES, "more")
_row("gross_loss", "Gross Loss", "money", "sum of the losing trades' profits", _TRADES, "more")
_row("largest_win", "Largest Win", "money", "largest profit of a trade, at least 0", _TRADES, "more")
_row("largest_loss", "Largest Loss", "money", "smallest profit of a trade, at most 0", _TRADES, "more")
_row("average_trade", "Average Trade", "money", "mean profit of a closed trade", _TRADES, "more")
_row("average_winning_trade", "Average Winning Trade", "money", "mean profit of the winning trades", _TRADES, "more")
_row("average_losing_trade", "Average Losing Trade", "money", "mean profit of the losing trades", _TRADES, "more")
_row("max_consecutive_wins", "Longest Winning Streak", "count", "longest run of winning trades", _TRADES, "more")
_row("max_consecutive_losses", "Longest Losing Streak", "count", "longest run of losing trades", _TRADES, "less")
_row("average_trade_duration", "Average Duration", "hours", "mean time from entry to exit", _TRADES)
_row("median_trade_duration", "Median Duration", "hours", "median time from entry to exit, the upper of two middle ones", _TRADES)
_row("average_mae", "Average MAE", "money", "mean of the trades' largest adverse excursions", "Sweeney (1996); " + _TRADES, "more")
_row("average_mfe", "Average MFE", "money", "mean of the trades' largest favourable excursions", "Sweeney (1996); " + _TRADES, "more")
_row("largest_mae", "Largest MAE", "money", "the largest adverse excursion of all trades", _TRADES, "more")
_row("largest_mfe", "Largest MFE", "money", "the largest favourable excursion of all trades", _TRADES, "more")
_row("top_trades_share", "Share of the Best Trades", "percent", "profit of the best 5 % of trades (at least one) / gross profit", _OWN, "less")

_group = "Costs and exposure"
_row("total_fees", "Total Fees", "money", "all fees in account currency", "LEAN Common/Statistics/StatisticsBuilder.cs", "less", lean="Total Fees")
_row("fees_to_gross_profit", "Fees of Gross Profit", "percent", "total fees / gross profit of closed trades", _OWN, "less")
_row("slippage_cost", "Slippage", "money", "sum over market fills of (fill price - last price at submission) x quantity", "orderSubmissionData of LEAN's orders", "less")
_row("portfolio_turnover", "Portfolio Turnover", "percent", "mean of the daily traded value / account value", _PORTFOLIO, lean="Portfolio Turnover")
_row("time_in_market", "Time in Market", "percent", "union of the trades' times / length of the run", _OWN)
_row("refused_orders", "Refused Orders", "count", "orders with an event of status invalid", _OWN, "less")

_group = "Rating"
_row("score_performance", "Performance", "score", "3 when return > 20 % and Sharpe > 1.5; 2 when > 5 % and > 0.5; else 1", _OWN, "more")
_row("score_risk", "Risk", "score", "3 when drawdown < 10 %; 2 when < 25 %; else 1", _OWN, "more")
_row("score_consistency", "Consistency", "score", "3 when win rate > 55 % and profit factor > 1.5; 2 when > 45 % and > 1; else 1", _OWN, "more")
_row("score_overall", "Overall", "score", "mean of the three, one decimal", _OWN, "more")
# fmt: on

CATALOG: Final[Mapping[str, Definition]] = MappingProxyType({row.id: row for row in _ROWS})
"""Every figure by its id, in reading order."""

ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sharpe": "sharpe_ratio",
        "sortino": "sortino_ratio",
        "calmar": "calmar_ratio",
        "return": "total_return",
        "net_profit": "total_return",
        "profit": "total_return",
        "cagr": "compounding_annual_return",
        "annual_return": "compounding_annual_return",
        "drawdown": "max_drawdown",
        "dd": "max_drawdown",
        "max_dd": "max_drawdown",
        "mdd": "max_drawdown",
        "trades": "total_trades",
        "closed_trades": "total_trades",
        "orders": "total_orders",
        "fees": "total_fees",
        "psr": "probabilistic_sharpe_ratio",
        "probabilistic_sharpe": "probabilistic_sharpe_ratio",
        "dsr": "deflated_sharpe_ratio",
        "deflated_sharpe": "deflated_sharpe_ratio",
        "luck": "luck_probability",
        "pf": "profit_factor",
        "winrate": "win_rate",
        "payoff_ratio": "profit_loss_ratio",
        "var_95": "value_at_risk_95",
        "var_99": "value_at_risk_99",
        "volatility": "annual_standard_deviation",
        "p_value": "mean_return_p_value",
        "turnover": "portfolio_turnover",
        "exposure": "time_in_market",
        "equity": "end_equity",
        "final_equity": "end_equity",
    }
)
"""Short names people use, for gates and comparisons."""

"""A result's figures under snake_case ids: LEAN's numbers and words, and what LEAN leaves out, in one flat table."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from vibetrader.metrics import benchmark, drawdown, moments, returns, significance, trades
from vibetrader.metrics.catalog import CATALOG
from vibetrader.metrics.moments import Array
from vibetrader.results.backtest import BacktestResult, ClosedTrade

_NO_TRADES = "no trade was closed"
_NO_SERIES = "the result holds no daily returns"
_STILL = "the daily returns do not vary"
# Where LEAN writes 0 because nothing can be divided, the figure is not defined.
_FROM_FILLS = ("win_rate", "loss_rate", "average_win", "average_loss", "profit_loss_ratio", "expectancy")
_FROM_RETURNS = ("sharpe_ratio", "sortino_ratio", "probabilistic_sharpe_ratio", "information_ratio")
_ALWAYS = ("start_equity", "end_equity", "portfolio_turnover")
_FROM_BENCHMARK = ("alpha", "beta", "treynor_ratio", "correlation")

Table = dict[str, dict[str, Any]]


def flat_metrics(
    result: BacktestResult,
    *,
    trials: int = 1,
    hold: Sequence[tuple[float, float]] = (),
    spread: float | None = None,
) -> Table:
    """The content of `metrics.json`: id → value, unit, name, formula, source, sample, display; None has its reason.

    Args:
        result: A finished run.
        trials: Runs in its lineage, this one included.
        hold: Value of one unit of cash held in the traded symbols, (UTC seconds, value) from the first bar on.
        spread: Deviation of the daily Sharpe ratios among the trials; None lets the estimate's own stand in.
    """
    return _Figures(result, trials, hold, spread).table()


def dust(result: BacktestResult) -> frozenset[int]:
    """Places of closed trades that are leftovers: fees taken in the bought coin leave crumbs that LEAN pairs like trades."""
    values: dict[str, list[float]] = {}
    for event in result.order_events:
        if event.fill_quantity:
            values.setdefault(event.symbol, []).append(abs(event.fill_quantity * event.fill_price))
    usual = {symbol: float(np.median(sizes)) for symbol, sizes in values.items()}
    return frozenset(
        place
        for place, trade in enumerate(result.closed_trades)
        if abs(trade.quantity * trade.entry_price) < 0.02 * usual.get(", ".join(trade.symbols), 0.0)
    )


def daily_returns(result: BacktestResult) -> Array:
    """Daily returns as fractions, those that LEAN's statistics are made of (it skips the first two samples)."""
    points = result.charts.get("Strategy Equity", {}).get("Return", ())
    return np.array([(point[-1] or 0.0) / 100.0 for point in points[2:]], dtype=np.float64)


def benchmark_returns(result: BacktestResult) -> Array:
    """Daily changes of the benchmark on the same days."""
    values = np.array([value for _, value in result.benchmark], dtype=np.float64)
    return returns.simple_returns(values)[1:]


def monthly_returns(result: BacktestResult) -> dict[int, float]:
    """Change of equity by month (202401 → 0.05)."""
    equity = np.array([point[4] for point in result.equity], dtype=np.float64)
    # The sample at midnight closes the day before it; the very first one opens its own.
    times = np.array([point[0] - bool(place) for place, point in enumerate(result.equity)])
    months = times.astype("datetime64[s]").astype("datetime64[M]")
    numbers = months.astype(np.int64)
    names = ((numbers // 12 + 1970) * 100 + numbers % 12 + 1).astype(np.float64)
    return returns.monthly_returns(equity, names)


def seconds(stamp: str) -> float:
    """UTC seconds of an ISO 8601 time of LEAN's."""
    return datetime.fromisoformat(stamp[:19] + "+00:00").timestamp()


class _Figures:
    """Fills the table, one family of figures per method."""

    def __init__(
        self, result: BacktestResult, trials: int, hold: Sequence[tuple[float, float]], spread: float | None
    ) -> None:
        self._result, self._trials, self._hold, self._spread = result, trials, hold, spread
        self._daily = daily_returns(result)
        self._profits = np.array([trade.profit_loss for trade in result.closed_trades], dtype=np.float64)
        self._crumbs = dust(result)
        self._table: Table = {}

    def table(self) -> Table:
        """All rows, in the catalogue's order."""
        self._from_lean()
        self._from_equity()
        self._from_trades()
        self._costs()
        self._luck()
        self._comparison()
        self._scores()
        return {key: self._table[key] for key in CATALOG if key in self._table}

    # -- rows ---------------------------------------------------------------------------------------------------------

    def _put(
        self,
        key: str,
        value: float | None,
        sample: int | None,
        *,
        reason: str = "",
        display: str | None = None,
        interval: tuple[float, float] | None = None,
    ) -> None:
        row = CATALOG[key]
        defined = value is not None and math.isfinite(value)
        if defined and row.unit == "money":
            value = round(value or 0.0, 8)  # sums of decimals without the floats' dust
        entry: dict[str, Any] = {
            "value": value if defined else None,
            "unit": row.unit,
            "display": display if display is not None or not defined else shown(value or 0.0, row.unit),
            "name": row.name,
            "formula": row.formula,
            "source": row.source,
            "sample": sample,
        }
        if defined and interval is not None and all(math.isfinite(edge) for edge in interval):
            entry["interval_95"] = list(interval)
        if not defined:
            entry["reason"] = reason or "not defined for this run"
        self._table[key] = entry

    def _number(self, key: str) -> float | None:
        value = self._table.get(key, {}).get("value")
        return float(value) if value is not None else None

    # -- families -----------------------------------------------------------------------------------------------------

    def _from_lean(self) -> None:
        fills = sum(1 for event in self._result.order_events if event.fill_quantity)
        sizes = {"Trades": len(self._result.closed_trades), "Costs and exposure": fills}
        for key, row in CATALOG.items():
            if not row.lean:
                continue
            text = self._result.statistics.get(row.lean)
            value, reason = parse_number(text), self._why_undefined(key)
            if text is None:
                reason = "LEAN gave no such statistic"
            elif value is None:
                reason = reason or f"LEAN shows {text!r}"
            elif reason and value == 0:
                value = None
            sample = len(self._result.orders) if key == "total_orders" else sizes.get(row.group, len(self._daily))
            self._put(key, value, sample, reason=reason, display=text)

    def _why_undefined(self, key: str) -> str:
        """Why LEAN's 0 is no figure here; "" where it is one."""
        if key not in _ALWAYS and len(self._daily) < 2 and "PortfolioStatistics" in CATALOG[key].source:
            return "LEAN works it out from two full days on; the run is shorter"
        if key in _FROM_FILLS and not self._result.closed_trades:
            return _NO_TRADES
        if key in ("profit_loss_ratio", "average_loss") and not (self._profits <= 0).any():
            return "no trade lost"
        if key in ("profit_loss_ratio", "average_win") and not (self._profits > 0).any():
            return "no trade won"
        if key in _FROM_RETURNS and len(self._daily) and not moments.standard_deviation(self._daily):
            return _STILL
        if key == "sortino_ratio" and np.count_nonzero(self._daily < 0) < 2:
            return "fewer than two losing days"
        if key in _FROM_BENCHMARK and not moments.standard_deviation(benchmark_returns(self._result)):
            return "there is no benchmark series that moves"
        return ""

    def _from_equity(self) -> None:
        result, daily = self._result, self._daily
        days, reason = len(daily), _STILL if len(daily) > 3 else _NO_SERIES
        equity = np.array([point[4] for point in result.equity], dtype=np.float64)
        times = np.array([point[0] / 86400.0 for point in result.equity], dtype=np.float64)
        falls = drawdown.falls(equity, times)
        no_fall = "equity never fell below a peak" if len(equity) > 1 else "the result holds no equity curve"
        depth = sum(fall for fall, _ in falls) / len(falls) * 100 if falls else None
        self._put("average_drawdown", depth, len(falls), reason=no_fall)
        self._put("max_drawdown_duration", max((span for _, span in falls), default=None), len(falls), reason=no_fall)
        deviation = moments.standard_deviation(daily)
        self._put("daily_volatility", None if deviation is None else deviation * 100, days, reason=_NO_SERIES)
        for confidence in (95, 99):
            risk = significance.value_at_risk(daily, confidence / 100, result.trading_days)
            self._put(
                f"value_at_risk_{confidence}",
                None if risk is None else risk * 100,
                min(days, result.trading_days),
                reason=_NO_SERIES,
            )
        self._put("skewness", moments.skewness(daily), days, reason=reason)
        self._put("excess_kurtosis", moments.excess_kurtosis(daily), days, reason=reason)
        for key, extreme in (("best_day", max), ("worst_day", min)):
            self._put(key, extreme(daily.tolist()) * 100 if days else None, days, reason=_NO_SERIES)
        months = list(monthly_returns(result).values())
        none = "the result holds no equity curve"
        self._put("best_month", max(months) * 100 if months else None, len(months), reason=none)
        self._put("worst_month", min(months) * 100 if months else None, len(months), reason=none)
        gained = sum(change > 0 for change in months) / len(months) * 100 if months else None
        self._put("positive_months", gained, len(months), reason=none)
        annual, fall = self._number("compounding_annual_return"), self._number("max_drawdown")
        calmar = annual / fall if annual is not None and fall else None
        self._put("calmar_ratio", calmar, days, reason="there was no drawdown to divide by")

    def _from_trades(self) -> None:
        closed, profits = self._result.closed_trades, self._profits
        count = len(closed)
        wins, losses = profits[profits > 0], profits[profits <= 0]
        self._put("total_trades", count, count)
        won = len(wins) + sum(trade.is_win and trade.profit_loss <= 0 for trade in closed)
        self._put("round_trips", *self._round_trips())
        self._put("dust_trades", len(self._crumbs), count)
        self._put("winning_trades", won, count)
        self._put("losing_trades", count - won, count)
        self._put("trade_profit", float(profits.sum()), count)
        self._put("gross_profit", float(wins.sum()), len(wins))
        self._put("gross_loss", float(losses.sum()), len(losses))
        self._put("largest_win", max([0.0, *wins]) if count else None, count, reason=_NO_TRADES)
        self._put("largest_loss", min([0.0, *losses]) if count else None, count, reason=_NO_TRADES)
        self._put("average_trade", moments.mean(profits), count, reason=_NO_TRADES)
        self._put("average_winning_trade", trades.average_win(profits), len(wins), reason="no trade won")
        self._put("average_losing_trade", trades.average_loss(profits), len(losses), reason="no trade lost")
        nothing_lost = "nothing was lost" if count else _NO_TRADES
        self._put("profit_factor", trades.profit_factor(profits), count, reason=nothing_lost)
        flags = np.array([1.0 if trade.is_win or trade.profit_loss > 0 else -1.0 for trade in closed])
        self._put("max_consecutive_wins", trades.longest_streak(flags), count)
        self._put("max_consecutive_losses", trades.longest_streak(flags, winning=False), count)
        hours = sorted((seconds(t.exit_time) - seconds(t.entry_time)) / 3600 for t in closed)
        self._put("average_trade_duration", sum(hours) / count if count else None, count, reason=_NO_TRADES)
        self._put("median_trade_duration", hours[count // 2] if count else None, count, reason=_NO_TRADES)
        for kind, extreme in (("mae", min), ("mfe", max)):
            values = [getattr(trade, kind) for trade in closed]
            mean = sum(values) / count if count else None
            self._put(f"average_{kind}", mean, count, reason=_NO_TRADES)
            self._put(f"largest_{kind}", extreme([0.0, *values]) if count else None, count, reason=_NO_TRADES)
        running = np.concatenate(([0.0], np.cumsum(profits)))
        deepest = float((running - np.maximum.accumulate(running)).min())
        ratio = float(profits.sum()) / -deepest if deepest < 0 else None
        self._put("return_to_drawdown", ratio, count, reason=nothing_lost)
        whole = count - len(self._crumbs)
        best = np.sort(wins)[::-1][: max(1, whole // 20)]
        share = float(best.sum() / wins.sum()) * 100 if len(wins) else None
        self._put("top_trades_share", share, len(best), reason="no trade won")

    def _round_trips(self) -> tuple[int, int]:
        sides: dict[str, tuple[set[int], set[int]]] = {}
        for event in self._result.order_events:
            if event.fill_quantity:
                sides.setdefault(event.symbol, (set(), set()))[event.fill_quantity < 0].add(event.order_id)
        orders = sum(len(bought) + len(sold) for bought, sold in sides.values())
        return sum(min(len(bought), len(sold)) for bought, sold in sides.values()), orders

    def _costs(self) -> None:
        result = self._result
        fees, gross = self._number("total_fees"), self._number("gross_profit")
        part = fees / gross * 100 if fees is not None and gross else None
        self._put("fees_to_gross_profit", part, len(result.closed_trades), reason="there is no gross profit")
        prices = {o.id: o.last_price for o in result.orders if o.type == 0 and o.last_price}
        slips = [
            (event.fill_price - prices[event.order_id]) * event.fill_quantity
            for event in result.order_events
            if event.fill_quantity and event.order_id in prices
        ]
        none = "no market order was filled whose price at submission is known"
        self._put("slippage_cost", sum(slips) if slips else None, len(slips), reason=none)
        self._put("time_in_market", *self._time_in_market())
        refused = {event.order_id for event in result.order_events if event.status == "invalid"}
        self._put("refused_orders", len(refused), len(result.orders))

    def _time_in_market(self) -> tuple[float | None, int]:
        crumbs = self._crumbs
        closed = [trade for place, trade in enumerate(self._result.closed_trades) if place not in crumbs]
        if len(self._result.equity) < 2:
            return None, 0
        first, last = self._result.equity[0][0], self._result.equity[-1][0]
        return held_seconds(closed) / (last - first) * 100 if last > first else None, len(closed)

    def _luck(self) -> None:
        daily, days = self._daily, len(self._daily)
        reason = _STILL if days > 3 else "fewer than four daily returns"
        deflated = significance.deflated_sharpe_ratio(daily, self._trials, self._spread)
        self._put("deflated_sharpe_ratio", None if deflated is None else deflated * 100, days, reason=reason)
        self._put("luck_probability", None if deflated is None else (1 - deflated) * 100, days, reason=reason)
        self._put("trials", self._trials, self._trials)
        spread = self._spread if self._spread is not None else 1 / math.sqrt(days) if days else None
        hurdle = (
            None
            if spread is None
            else significance.expected_maximum_sharpe(self._trials, spread) * math.sqrt(self._result.trading_days)
        )
        self._put("sharpe_of_trials", hurdle, self._trials, reason=_NO_SERIES)
        varied = bool(moments.standard_deviation(daily))
        self._put("mean_return_p_value", significance.mean_p_value(daily) if varied else None, days, reason=reason)
        drawn = significance.block_bootstrap(daily, self._result.trading_days)
        mean = moments.mean(daily)
        self._put(
            "mean_daily_return",
            None if mean is None else mean * 100,
            days,
            reason=_NO_SERIES,
            interval=(drawn.mean.low * 100, drawn.mean.high * 100) if drawn else None,
        )
        if drawn:
            scaled: list[tuple[str, significance.Interval | None, int]] = [
                ("total_return", drawn.total, 100),
                ("sharpe_ratio", drawn.sharpe, 1),
                ("max_drawdown", drawn.drawdown, 100),
            ]
            for key, edges, scale in scaled:
                if edges is not None and self._number(key) is not None:
                    self._table[key]["interval_95"] = [edges.low * scale, edges.high * scale]

    def _comparison(self) -> None:
        market = [value for _, value in self._result.benchmark if value]
        change = returns.total_return(np.array(market)) if len(market) > 1 else None
        self._put("benchmark_return", None if change is None else change * 100, len(market), reason="no benchmark")
        other = benchmark_returns(self._result)
        matched = len(other) == len(self._daily)
        self._put(
            "correlation",
            benchmark.correlation(self._daily, other) if matched else None,
            len(other),
            reason=self._why_undefined("correlation") or _STILL if matched else "the benchmark has other days",
        )
        held = np.array([value for _, value in self._hold]) if self._hold else np.array(market)
        none = "there are neither bars of the traded symbols nor a benchmark"
        gain = returns.total_return(held) if len(held) > 1 else None
        fall = drawdown.max_drawdown(held)
        self._put("buy_and_hold_return", None if gain is None else gain * 100, len(held), reason=none)
        self._put("buy_and_hold_max_drawdown", None if fall is None else fall * 100, len(held), reason=none)
        own = self._number("total_return")
        excess = own - gain * 100 if own is not None and gain is not None else None
        self._put("excess_return", excess, len(held), reason=none)

    def _scores(self) -> None:
        number, count = self._number, len(self._result.closed_trades)
        gain, sharpe, fall = number("total_return"), number("sharpe_ratio") or 0.0, number("max_drawdown")
        if not self._result.completed or gain is None or fall is None or not count:
            for key in ("performance", "risk", "consistency", "overall"):
                self._put(f"score_{key}", None, count, reason=_NO_TRADES)
            return
        factor = number("profit_factor")
        factor = math.inf if factor is None else factor  # nothing was lost
        rate = number("win_rate") or 0.0
        scores = {
            "performance": 3 if gain > 20 and sharpe > 1.5 else 2 if gain > 5 and sharpe > 0.5 else 1,
            "risk": 3 if fall < 10 else 2 if fall < 25 else 1,
            "consistency": 3 if rate > 55 and factor > 1.5 else 2 if rate > 45 and factor > 1 else 1,
        }
        for key, score in scores.items():
            self._put(f"score_{key}", score, count)
        self._put("score_overall", round(sum(scores.values()) / 3, 1), count)


def held_seconds(closed: Sequence[ClosedTrade]) -> float:
    """Length of the union of the trades' times."""
    spans = sorted((seconds(t.entry_time), seconds(t.exit_time)) for t in closed)
    total, reached = 0.0, -math.inf
    for start, end in spans:
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def lineage_spread(tables: Sequence[Mapping[str, Any]], trading_days: int) -> float | None:
    """Deviation of the daily Sharpe ratios among runs, from their metrics tables; None with fewer than three."""
    found = [(table.get("sharpe_ratio") or {}).get("value") for table in tables]
    values = np.array([value for value in found if value is not None], dtype=np.float64)
    spread = moments.standard_deviation(values) if len(values) > 2 else None
    return spread / math.sqrt(trading_days) if spread else None


def shown(value: float, unit: str) -> str:
    """A figure as people read it."""
    match unit:
        case "percent":
            return f"{value:.2f}%"
        case "money":
            return f"{value:,.2f}"
        case "count":
            return f"{value:,.0f}"
        case "days":
            return f"{value:.0f} d"
        case "hours":
            return f"{value / 24:.1f} d" if value >= 48 else f"{value:.1f} h"
        case "score":
            return f"{value:g} of 3"
        case _:
            return f"{value:.3f}"


def parse_number(shown: str | None) -> float | None:
    """The number in LEAN's display text: `-1.25%`, `$1,234.50`, `0.12`; None when there is none."""
    if shown is None:
        return None
    match = re.search(r"-?\d[\d,]*(\.\d+)?(E[+-]?\d+)?", shown)
    if match is None:
        return None
    value = float(match[0].replace(",", ""))
    if shown.strip().startswith("-") and value > 0:  # -$12.00
        value = -value
    return value if math.isfinite(value) else None

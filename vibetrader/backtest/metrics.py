"""A result's figures under snake_case ids: LEAN's numbers, LEAN's words beside them."""

from __future__ import annotations

import math
import re
from typing import Any

from vibetrader.results.backtest import BacktestResult

# id → (LEAN's display name, unit). Units: percent (12.5 is 12.5 %), money (account currency), count, ratio.
LEAN_STATISTICS: dict[str, tuple[str, str]] = {
    "total_return": ("Net Profit", "percent"),
    "compounding_annual_return": ("Compounding Annual Return", "percent"),
    "max_drawdown": ("Drawdown", "percent"),
    "sharpe_ratio": ("Sharpe Ratio", "ratio"),
    "sortino_ratio": ("Sortino Ratio", "ratio"),
    "probabilistic_sharpe_ratio": ("Probabilistic Sharpe Ratio", "percent"),
    "win_rate": ("Win Rate", "percent"),
    "loss_rate": ("Loss Rate", "percent"),
    "profit_loss_ratio": ("Profit-Loss Ratio", "ratio"),
    "expectancy": ("Expectancy", "ratio"),
    "average_win": ("Average Win", "percent"),
    "average_loss": ("Average Loss", "percent"),
    "total_orders": ("Total Orders", "count"),
    "start_equity": ("Start Equity", "money"),
    "end_equity": ("End Equity", "money"),
    "alpha": ("Alpha", "ratio"),
    "beta": ("Beta", "ratio"),
    "annual_standard_deviation": ("Annual Standard Deviation", "ratio"),
    "annual_variance": ("Annual Variance", "ratio"),
    "information_ratio": ("Information Ratio", "ratio"),
    "tracking_error": ("Tracking Error", "ratio"),
    "treynor_ratio": ("Treynor Ratio", "ratio"),
    "total_fees": ("Total Fees", "money"),
    "portfolio_turnover": ("Portfolio Turnover", "percent"),
    "drawdown_recovery": ("Drawdown Recovery", "days"),
}


def flat_metrics(result: BacktestResult) -> dict[str, Any]:
    """The content of `metrics.json`: id → {value, unit, display[, reason]}; undefined is None with its reason."""
    table: dict[str, Any] = {}
    for key, (name, unit) in LEAN_STATISTICS.items():
        shown = result.statistics.get(name)
        value = parse_number(shown)
        table[key] = {"value": value, "unit": unit, "display": shown, "name": name}
        if value is None:
            table[key]["reason"] = "LEAN gave no such statistic" if shown is None else f"LEAN shows {shown!r}"
    trades = len(result.closed_trades)
    table["total_trades"] = {"value": trades, "unit": "count", "display": str(trades), "name": "Closed Trades"}
    annual, fall = table["compounding_annual_return"]["value"], table["max_drawdown"]["value"]
    calmar = annual / fall if annual is not None and fall else None
    table["calmar_ratio"] = {
        "value": calmar,
        "unit": "ratio",
        "display": None if calmar is None else f"{calmar:.3f}",
        "name": "Calmar Ratio",
    }
    if calmar is None:
        table["calmar_ratio"]["reason"] = "there was no drawdown to divide by"
    return table


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

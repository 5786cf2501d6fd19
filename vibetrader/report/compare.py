"""Runs beside each other: spec, figures, trades, and whether the difference is more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vibetrader.backtest.leanfiles import read_results
from vibetrader.backtest.metrics import dust
from vibetrader.errors import NoResultError
from vibetrader.metrics import significance
from vibetrader.metrics.catalog import CATALOG
from vibetrader.metrics.moments import Array, mean
from vibetrader.results.backtest import BacktestResult, ClosedTrade
from vibetrader.rundir import RunDir
from vibetrader.rundir.changes import spec_changes
from vibetrader.rundir.layout import BACKTEST_DIR, METRICS

_MOST_TRADES = 200


def compare(runs: Sequence[RunDir]) -> dict[str, Any]:
    """Everything that differs, each run against the first.

    Raises:
        NoResultError: A run has no figures.
    """
    tables = [_table(run) for run in runs]
    results = [read_results(run.path / BACKTEST_DIR) for run in runs]
    first = results[0]
    return {
        "schema_version": 1,
        "runs": [str(run.path) for run in runs],
        "best": _best(runs, tables),
        "metrics": _metrics(tables),
        "against_first": [
            {
                "run": str(run.path),
                "spec": [
                    {"name": change.name, "old": _plain(change.old), "new": _plain(change.new)}
                    for change in spec_changes(runs[0], run)
                ],
                "trades": trade_difference(first, result),
                "significance": difference(first, result),
            }
            for run, result in zip(runs[1:], results[1:], strict=True)
        ],
    }


def _table(run: RunDir) -> dict[str, Any]:
    if not run.has(METRICS):
        raise NoResultError(
            f"{str(run.path)!r} has no figures to compare", hint=f"`vibetrader run {run.path}` goes on with it."
        )
    return run.read(METRICS)


def _best(runs: Sequence[RunDir], tables: Sequence[Mapping[str, Any]]) -> dict[str, str | None]:
    def pick(key: str, *, largest: bool) -> str | None:
        known = [(value, n) for n, table in enumerate(tables) if (value := _value(table, key)) is not None]
        if not known:
            return None
        return str(runs[(max if largest else min)(known, key=lambda pair: pair[0])[1]].path)

    return {
        "return": pick("total_return", largest=True),
        "sharpe": pick("sharpe_ratio", largest=True),
        "lowest_drawdown": pick("max_drawdown", largest=False),
    }


def _value(table: Mapping[str, Any], key: str) -> float | None:
    found = (table.get(key) or {}).get("value")
    return None if found is None else float(found)


def _metrics(tables: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for key, definition in CATALOG.items():
        values = [_value(table, key) for table in tables]
        if all(value is None for value in values):
            continue
        shown = [
            str((table.get(key) or {}).get("display") or "–") if value is not None else "–"
            for table, value in zip(tables, values, strict=True)
        ]
        better = [_verdict(definition.better, values[0], value) for value in values]
        rows.append({"id": key, "name": definition.name, "values": values, "display": shown, "against_first": better})
    return rows


def _verdict(good: str, first: float | None, value: float | None) -> str:
    if first is None or value is None or first == value:
        return "same" if first == value else ""
    if not good:
        return "other"
    return "better" if (value > first) == (good == "more") else "worse"


def trade_difference(first: BacktestResult, other: BacktestResult) -> dict[str, Any]:
    """Which trades both runs made, and which only one did; a trade is told by symbol, side and entry time."""
    a, b = _by_entry(first), _by_entry(other)
    both = [key for key in a if key in b]
    changed = [key for key in both if _leaving(a[key]) != _leaving(b[key])]
    only_first = [a[key] for key in a if key not in b]
    only_other = [b[key] for key in b if key not in a]
    return {
        "same": len(both) - len(changed),
        "other_exit": len(changed),
        "only_first": len(only_first),
        "only_this": len(only_other),
        "examples": {
            "other_exit": [
                {**_short(a[key]), "exit_now": b[key].exit_time, "profit_now": b[key].profit_loss}
                for key in changed[:_MOST_TRADES]
            ],
            "only_first": [_short(trade) for trade in only_first[:_MOST_TRADES]],
            "only_this": [_short(trade) for trade in only_other[:_MOST_TRADES]],
        },
    }


def _by_entry(result: BacktestResult) -> dict[tuple[str, str, str], ClosedTrade]:
    crumbs = dust(result)
    return {
        (", ".join(trade.symbols), trade.direction, trade.entry_time): trade
        for place, trade in enumerate(result.closed_trades)
        if place not in crumbs
    }


def _leaving(trade: ClosedTrade) -> tuple[str, float]:
    return trade.exit_time, trade.exit_price


def _short(trade: ClosedTrade) -> dict[str, Any]:
    return {
        "symbol": ", ".join(trade.symbols),
        "direction": trade.direction,
        "entry": trade.entry_time,
        "exit": trade.exit_time,
        "profit": trade.profit_loss,
    }


def difference(first: BacktestResult, other: BacktestResult, *, draws: int = 1000) -> dict[str, Any]:
    """Whether the daily returns of two runs differ by more than chance, on the days that both have.

    A paired Student test on the daily differences, and how often the other run has the higher Sharpe ratio when blocks
    of days are drawn again (the same days for both).
    """
    a, b = _aligned(first, other)
    days = len(a)
    if days < 20:
        return {"days": days, "p_value": None, "words": f"{days} common days are too few to compare."}
    delta = b - a
    if not delta.any():
        return {"days": days, "p_value": 1.0, "words": "Both runs have the same daily returns."}
    p = significance.mean_p_value(delta)
    wins = _wins(a, b, draws)
    yearly = float(mean(delta) or 0.0) * first.trading_days * 100
    sure = "more than chance" if p < 0.05 else "not more than chance"
    return {
        "days": days,
        "p_value": p,
        "mean_difference_pct_per_year": yearly,
        "higher_sharpe_share_pct": wins * 100,
        "words": f"The difference of {yearly:+.1f} % a year is {sure} (p = {p:.3f}, {days} days); "
        f"this run has the higher Sharpe ratio in {wins:.0%} of the redraws.",
    }


def _aligned(first: BacktestResult, other: BacktestResult) -> tuple[Array, Array]:
    columns = [_returns(result) for result in (first, other)]
    days = [day for day in columns[0] if day in columns[1]]
    return tuple(np.array([column[day] for day in days]) for column in columns)  # type: ignore[return-value]  # two columns


def _returns(result: BacktestResult) -> dict[int, float]:
    points = result.charts.get("Strategy Equity", {}).get("Return", ())[2:]
    return {int((point[0] or 0) // 86400): (point[-1] or 0.0) / 100 for point in points}


def _wins(a: Array, b: Array, draws: int) -> float:
    n = len(a)
    block = max(2, round(n ** (1 / 3)))
    dice = np.random.default_rng(1)
    draws = max(200, min(draws, 300_000 // n))
    starts = dice.integers(0, n, size=(draws, -(-n // block)))
    places = ((starts[:, :, None] + np.arange(block)) % n).reshape(draws, -1)[:, :n]

    def ratio(values: Array) -> Array:
        drawn = values[places]
        spread = drawn.std(axis=1)
        return np.asarray(np.divide(drawn.mean(axis=1), spread, out=np.zeros(draws), where=spread > 0))

    return float(np.mean(ratio(b) > ratio(a)))


def _plain(value: object) -> Any:
    return value if value is None or isinstance(value, (str, int, float, bool, list)) else str(value)

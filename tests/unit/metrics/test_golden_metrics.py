"""The metrics table against LEAN's own figures in every recording that has them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import shared_dir
from vibetrader.backtest.leanfiles import read_results
from vibetrader.backtest.metrics import flat_metrics, parse_number
from vibetrader.metrics import annualize, returns, significance
from vibetrader.metrics.catalog import CATALOG
from vibetrader.results.backtest import BacktestResult

# id → LEAN's field of tradeStatistics, which we compute from the closed trades ourselves.
TRADE_STATISTICS = {
    "total_trades": "totalNumberOfTrades",
    "winning_trades": "numberOfWinningTrades",
    "losing_trades": "numberOfLosingTrades",
    "trade_profit": "totalProfitLoss",
    "gross_profit": "totalProfit",
    "gross_loss": "totalLoss",
    "largest_win": "largestProfit",
    "largest_loss": "largestLoss",
    "average_trade": "averageProfitLoss",
    "average_winning_trade": "averageProfit",
    "average_losing_trade": "averageLoss",
    "max_consecutive_wins": "maxConsecutiveWinningTrades",
    "max_consecutive_losses": "maxConsecutiveLosingTrades",
    "average_mae": "averageMAE",
    "average_mfe": "averageMFE",
    "largest_mae": "largestMAE",
    "largest_mfe": "largestMFE",
    "profit_factor": "profitFactor",
    "return_to_drawdown": "profitToMaxDrawdownRatio",
}
DURATIONS = {"average_trade_duration": "averageTradeDuration", "median_trade_duration": "medianTradeDuration"}


@cache
def recordings() -> tuple[Path, ...]:
    folder = shared_dir()
    if folder is None:
        return ()
    golden = folder / "lean" / "golden"
    topics = ("strategies", "programs", "fuzz", "orders", "time", "lean_algorithms")
    return tuple(path for topic in topics for path in sorted((golden / topic).glob("**/golden.json")))


def result_of(path: Path, tmp_path: Path) -> BacktestResult | None:
    """A recording in LEAN's layout, read the way result files are."""
    raw = json.loads(path.read_text())
    if not raw.get("statistics") or not raw.get("trade_statistics"):
        return None
    if "closed_trades" not in raw and raw["trade_statistics"]["totalNumberOfTrades"]:
        return None  # the recording leaves its trades out, so there is nothing to compute them from
    chart = {
        "Strategy Equity": {
            "series": {
                "Equity": {"values": raw.get("equity_daily", [])},
                "Return": {"values": raw.get("returns_daily", [])},
            }
        },
        "Benchmark": {"series": {"Benchmark": {"values": raw.get("benchmark_daily", [])}}},
    }
    document = {
        "statistics": raw["statistics"],
        "runtimeStatistics": raw.get("runtime_statistics", {}),
        "charts": chart,
        "orders": {str(order["id"]): order for order in raw.get("orders", ())},
        "algorithmConfiguration": raw["algorithm_configuration"],
        "totalPerformance": {
            "tradeStatistics": raw["trade_statistics"],
            "portfolioStatistics": raw["portfolio_statistics"],
            "closedTrades": raw.get("closed_trades", []),
        },
        "state": {"Status": raw["status"]},
        "analysis": raw.get("analysis", []),
    }
    folder = tmp_path / path.parent.name
    folder.mkdir(exist_ok=True)
    (folder / "run.json").write_text(json.dumps(document))
    (folder / "run-order-events.json").write_text(json.dumps(raw.get("order_events", [])))
    return read_results(folder)


def hours(text: str) -> float:
    days, _, rest = text.partition(".") if text.count(":") == 2 and "." in text.split(":")[0] else ("0", "", text)
    h, m, s = rest.split(":")
    return int(days) * 24 + int(h) + int(m) / 60 + float(s) / 3600


def differences(result: BacktestResult) -> list[str]:
    found: list[str] = []
    table = flat_metrics(result)

    def compare(key: str, ours: float | None, lean: float, places: float) -> None:
        if ours is None:
            # Where LEAN writes 0 (or 10) because there is nothing to divide, we say why.
            if lean not in (0, 10) or not table[key].get("reason"):
                found.append(f"{key}: null, LEAN has {lean}")
        elif abs(ours - lean) > places * max(1.0, abs(lean) * 1e-9):
            found.append(f"{key}: {ours} against LEAN's {lean}")

    for key, row in CATALOG.items():
        if row.lean and row.lean in result.statistics:
            assert table[key]["display"] == result.statistics[row.lean]
            lean = parse_number(result.statistics[row.lean])
            if lean is not None:
                compare(key, table[key]["value"], lean, 0)
    trades = result.trade_statistics
    for key, name in TRADE_STATISTICS.items():
        compare(key, table[key]["value"], float(trades[name]), 0.51e-4)
    for key, name in DURATIONS.items():
        compare(key, table[key]["value"], hours(trades[name]), 1e-3)
    portfolio = result.portfolio_statistics
    if any(float(value) for value in portfolio.values()):
        for confidence in (95, 99):
            key = f"value_at_risk_{confidence}"
            lean = float(portfolio[f"valueAtRisk{confidence}"])
            if table[key]["value"] is not None and abs(table[key]["value"] / 100 - lean) > 0.00051:
                found.append(f"{key}: {table[key]['value']} against LEAN's {lean}")
    return found


def test_every_figure_of_every_recording_is_leans(tmp_path: Path) -> None:
    if not recordings():
        pytest.skip("needs LEAN's recordings: set VIBETRADER_SHARED, or put them beside the checkout as ../shared")
    wrong: dict[str, list[str]] = {}
    seen = 0
    for path in recordings():
        result = result_of(path, tmp_path)
        if result is not None:
            seen += 1
            found = differences(result)
            if found:
                wrong[f"{path.parent.parent.name}/{path.parent.name}"] = found
    assert seen > 200
    assert not wrong, f"{len(wrong)} of {seen} differ: {json.dumps(wrong, indent=1)[:6000]}"


def test_formulas_give_leans_figures_from_the_recorded_series(tmp_path: Path) -> None:
    """Deviation, drawdown and return worked out here from LEAN's series, not read off its summary."""
    folder = shared_dir()
    if folder is None:
        pytest.skip("needs LEAN's recordings")
    for name in ("03_ema_cross", "33_spy_daily_sma200"):
        result = read_results(folder / "lean" / "golden" / "raw" / name)
        table: dict[str, Any] = flat_metrics(result)
        daily = np.array([(p[-1] or 0) / 100 for p in result.charts["Strategy Equity"]["Return"][2:]])
        equity = np.array([p[4] for p in result.equity])
        statistics = result.portfolio_statistics
        deviation = annualize.annual_standard_deviation(daily, result.trading_days)
        assert deviation == pytest.approx(float(statistics["annualStandardDeviation"]), abs=5e-5)
        assert returns.total_return(equity) == pytest.approx(table["total_return"]["value"] / 100, abs=1e-5)
        assert significance.value_at_risk(daily, 0.95, result.trading_days) == pytest.approx(
            float(statistics["valueAtRisk95"]), abs=5.1e-4
        )
        assert table["max_drawdown"]["value"] / 100 == pytest.approx(float(statistics["drawdown"]), abs=5e-4)


def test_each_row_has_all_columns_and_a_reason_where_it_has_no_value(tmp_path: Path) -> None:
    empty = flat_metrics(BacktestResult(status="Completed"))
    assert list(empty) == list(CATALOG)
    for key, entry in empty.items():
        assert {"value", "unit", "display", "name", "formula", "source", "sample"} <= set(entry), key
        assert (entry["value"] is None) == ("reason" in entry), key
    json.dumps(empty, allow_nan=False)

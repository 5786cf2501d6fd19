"""LEAN's analyses of whole recorded runs, from their result files."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.engine.statistics.recordings import lean_dir, ns, raw
from vibetrader.engine.analysis import Inputs, analyze
from vibetrader.engine.analysis.curves import read_curves
from vibetrader.engine.analysis.finding import Curve
from vibetrader.engine.analysis.messages import LOG_PHRASES, SUBMIT_PHRASES
from vibetrader.engine.statistics.interestrates import InterestRateProvider
from vibetrader.engine.timekeeping import DAY, NEW_YORK, SECOND, zone
from vibetrader.marketdata.hours import MarketHours


def inputs(**changes: Any) -> Inputs:
    """A run that gives no findings but the significance of nothing."""
    values: dict[str, Any] = {
        "state": {},
        "logs": [],
        "order_events": [],
        "orders": [],
        "end_equity": Decimal(1),
        "margin": [],
        "parameters": 0,
        "equity": Curve(),
        "benchmark": Curve(),
        "rates": InterestRateProvider(lean_dir() / "Data"),
        "fills_outside_hours": [],
        "event_json": str,
        "order_json": str,
    }
    return Inputs(**{**values, **changes})


@pytest.mark.parametrize("name", ["03_ema_cross", "33_spy_daily_sma200"])
def test_findings_of_a_recorded_run_are_lean_s(name: str) -> None:
    run, data = raw(name), lean_dir() / "Data"
    rows: list[tuple[Any, ...]] = [
        (int(row[0]) * SECOND, *(Decimal(value) for value in row[1:]))
        for row in run["charts"]["Strategy Equity"]["series"]["Equity"]["values"]
    ]
    new_york = zone(NEW_YORK)
    start, end = (ns(run["algorithmConfiguration"][key]) for key in ("startDate", "endDate"))
    equity, benchmark = read_curves(
        rows, data, MarketHours(data), new_york.to_utc(start - 3 * DAY), min(new_york.to_utc(end + DAY), rows[-1][0])
    )
    margin = [
        {int(time) * SECOND: None if value is None else Decimal(value) for time, value in series["values"]}
        for series in run["charts"]["Portfolio Margin"]["series"].values()
    ]
    found = [finding.to_json() for finding in analyze(inputs(equity=equity, benchmark=benchmark, margin=margin))]
    wanted = [finding for finding in run["analysis"] if "MonteCarlo" not in finding["name"]]
    assert [(f["name"], f.get("count")) for f in found] == [(f["name"], f.get("count")) for f in wanted]
    for ours, theirs in zip(found, wanted, strict=True):
        if isinstance(theirs["sample"], dict):
            assert {k: v if isinstance(v, str) else pytest.approx(v, rel=1e-6) for k, v in ours["sample"].items()} == {
                k: v if isinstance(v, str) else float(v) for k, v in theirs["sample"].items()
            }
        else:
            assert ours["sample"] == theirs["sample"]


def test_a_refused_order_is_named_after_its_reason() -> None:
    message = (
        "BrokerageModel declared unable to submit order: [4] Warning - Code: NotSupported - "
        "The minimum order size (in quote currency) for BTCUSDT is 5. Order size was 0.0010000."
    )
    found = [phrase.name for phrase in SUBMIT_PHRASES if phrase.find([message])]
    assert found == ["InvalidOrderSizeAnalysis"]


def test_a_phrase_counts_its_lines_in_any_case() -> None:
    margin_call = next(phrase for _, phrase in LOG_PHRASES if phrase.name == "MarginCallsAnalysis")
    one = margin_call.find(["2019-01-31 19:00:00 executed margincallorder: ETHUSDT"])
    two = margin_call.find(["Executed MarginCallOrder: A", "x", "Executed MarginCallOrder: B"])
    assert one is not None and one.count is None
    assert two is not None and two.count == 2 and two.sample == "Executed MarginCallOrder: A"


def test_a_run_that_never_was_valued_is_reported() -> None:
    names = [finding.name for finding in analyze(inputs(end_equity=Decimal(0)))]
    assert names == ["PortfolioValueIsNotPositiveAnalysis", "StatisticalSignificanceOfDailyReturnsAnalysis"]

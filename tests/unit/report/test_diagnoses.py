"""What the report doubts, each on a run made to deserve it; and luck in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from vibetrader.backtest.metrics import dust, flat_metrics
from vibetrader.marketdata.view import Bars, consolidated, merged
from vibetrader.report.diagnoses import Case, diagnoses
from vibetrader.report.luck import luck
from vibetrader.report.signals import Signals
from vibetrader.report.signals import Test as RuleTest
from vibetrader.results.backtest import BacktestResult, ClosedTrade, OrderEvent, OrderRecord
from vibetrader.spec.parser import parse

START = datetime(2024, 1, 1, tzinfo=UTC)


def stamp(day: float) -> str:
    return (START + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ")


def run_with(
    profits: Sequence[float], *, fees: float = 1.0, days: int = 360, start: float = 10_000.0
) -> BacktestResult:
    """A trade every few days with these profits before fees."""
    step = days / len(profits)
    trades, events, orders = [], [], []
    equity = [[START.timestamp(), *[start] * 4]]
    money = start
    for n, profit in enumerate(profits):
        first, last = n * step, (n + 0.5) * step
        trades.append(
            ClosedTrade(
                ("X",), stamp(first), stamp(last), "long", 100.0, 100.0 + profit / 10, 10.0, profit, fees,
                min(profit, -5.0), max(profit, 5.0), profit > 0, (2 * n + 1, 2 * n + 2), "1.00:00:00",
            )
        )  # fmt: skip
        for k, (day, quantity) in enumerate(((first, 10.0), (last, -10.0))):
            number = 2 * n + 1 + k
            moment = (START + timedelta(days=day)).timestamp()
            orders.append(
                OrderRecord(number, "X", 0, 3, k, quantity, 100.0, stamp(day), stamp(day), "", last_price=100.0)
            )
            events.append(
                OrderEvent(number, 1, "X", moment, "filled", "buy", 100.0, quantity, quantity, fees / 2, "USD", "")
            )
        money += profit - fees
        equity.append([(START + timedelta(days=last)).timestamp(), *[money] * 4])
    values = np.interp(
        np.arange(days + 1), [(p[0] - START.timestamp()) / 86400 for p in equity], [p[4] for p in equity]
    )
    returns = [[START.timestamp() + 86400 * d, (values[d] / values[max(d - 1, 0)] - 1) * 100] for d in range(days + 1)]
    change = (money / start - 1) * 100
    return BacktestResult(
        status="Completed",
        start=stamp(0),
        end=stamp(days),
        account_currency="USD",
        statistics={
            "Net Profit": f"{change:.3f}%", "Total Fees": f"${fees * len(profits):.2f}", "Start Equity": f"{start}",
            "End Equity": f"{money}", "Drawdown": "5%", "Sharpe Ratio": "1", "Win Rate": "50%",
        },
        orders=tuple(orders),
        order_events=tuple(events),
        closed_trades=tuple(trades),
        equity=tuple((p[0], p[1], p[2], p[3], p[4]) for p in equity),
        charts={"Strategy Equity": {"Return": returns}},
    )  # fmt: skip


def found(result: BacktestResult, **more: Any) -> dict[str, dict[str, Any]]:
    given: dict[str, Any] = {"signals": [], "code": "", "ledger": [], "synthetic": False} | more
    case = Case(
        result, flat_metrics(result), given["signals"], given["code"], given["ledger"], given["synthetic"], dust(result)
    )
    return {entry["name"]: entry for entry in diagnoses(case)}


STEADY = [30.0, -10.0] * 20


def test_a_steady_run_is_not_doubted() -> None:
    names = found(run_with(STEADY))
    assert not {"Cost drag", "Concentration in few trades", "Dependence on one month", "Look-ahead suspected"} & set(
        names
    )


def test_costs_that_eat_the_gain() -> None:
    entry = found(run_with(STEADY, fees=11.0))["Cost drag"]
    assert entry["severity"] == "high" and "440.00" in entry["evidence"] and entry["try"]
    assert found(run_with(STEADY, fees=5.0))["Cost drag"]["severity"] == "medium"


def test_a_gain_of_one_trade() -> None:
    entry = found(run_with([500.0] + [-8.0] * 30))["Concentration in few trades"]
    assert entry["severity"] == "high" and "1 of 31 trades made 500.00" in entry["evidence"]


def test_a_gain_of_one_month() -> None:
    profits = [-1.0] * 20 + [600.0] + [-1.0] * 20
    entry = found(run_with(profits))["Dependence on one month"]
    assert "2024-0" in entry["evidence"]


def test_results_too_good_to_be_true() -> None:
    result = run_with([10.0] * 40)
    result = replace(result, statistics={**result.statistics, "Win Rate": "100%"})
    assert "Too good to be true" in found(result)


@pytest.mark.parametrize("line", ["x = df.close.shift(-1)", "df.rolling(5, center=True)", "df.bfill()"])
def test_code_that_reads_the_future(line: str) -> None:
    entry = found(run_with(STEADY), code=f"import pandas\n{line}\n")["Look-ahead suspected"]
    assert entry["data"]["line"] == 2 and entry["severity"] == "high"
    assert "Look-ahead suspected" not in found(run_with(STEADY), code="x = df.close.shift(1)\n")


def bars(count: int = 400, seconds: int = 86_400) -> Bars:
    start = START.timestamp() + np.arange(count) * float(seconds)
    close = 100 + np.sin(np.arange(count) / 5)
    return Bars(start, start + seconds, close, close + 1, close - 1, close, np.ones(count), seconds)


def test_fills_at_the_best_price_of_their_bar() -> None:
    result = run_with(STEADY)
    made = bars()
    low = replace(made, low=np.full(400, 100.0), high=np.full(400, 110.0))
    sells = tuple(replace(e, fill_price=110.0) if e.fill_quantity < 0 else e for e in result.order_events)
    entry = found(replace(result, order_events=sells), signals=[Signals("X", low)])["Look-ahead suspected"]
    assert "0%" in entry["evidence"]


def test_conditions_that_never_or_always_hold() -> None:
    made = bars()
    signals = Signals("X", made)
    for text, truth in (
        ("rsi(14) < 2", np.zeros(400)),
        ("close > 1", np.ones(400)),
        ("close > open", np.arange(400) % 2),
    ):
        signals.tests.append(RuleTest("long", "entry", parse(text)))
        signals.truths[text] = truth.astype(np.float64)
    names = found(run_with(STEADY), signals=[signals])
    assert names["Dead condition"]["data"] == {"condition": "rsi(14) < 2", "held": 0, "bars": 400}
    assert names["Condition without effect"]["data"]["condition"] == "close > 1"


def test_holes_in_a_market_that_never_closes() -> None:
    made = bars(400, 3600)
    keep = np.r_[0:100, 105:400]
    holed = Bars(
        *(column[keep] for column in (made.start, made.end, made.open, made.high, made.low, made.close, made.volume)),
        3600,
    )
    entry = found(run_with(STEADY), signals=[Signals("X", holed)])["Data doubt"]
    assert "1 hole" in entry["issue"] and "5.0 hours" in entry["evidence"]


def test_made_up_data_and_refused_orders_are_doubts() -> None:
    result = run_with(STEADY)
    refused = replace(result.order_events[0], status="invalid", fill_quantity=0.0, message="Insufficient buying power")
    names = found(replace(result, order_events=(*result.order_events, refused)), synthetic=True)
    assert "Insufficient" in names["Refused orders"]["evidence"] and names["Made-up market"]["severity"] == "high"


def test_leans_findings_keep_their_names_and_advice() -> None:
    finding = {
        "name": "FlatEquityCurveAnalysis",
        "issue": "It is flat.",
        "sample": [{"a": 1}],
        "count": 3,
        "solutions": ["Do."],
    }
    entry = found(replace(run_with(STEADY), analysis=(finding,)))["Flat Equity Curve"]
    assert entry["source"] == "LEAN" and entry["evidence"].startswith("3 times") and entry["try"] == ["Do."]


@pytest.mark.parametrize(
    ("percent", "words"),
    [
        (0.01, "less than 1 of 1,000"),
        (0.4, "4 of 1,000"),
        (3.0, "luck is unlikely"),
        (12.0, "possible"),
        (99.5, "more than 99 of 100"),
    ],
)
def test_luck_is_said_in_words(percent: float, words: str) -> None:
    table = {"luck_probability": {"value": percent}, "trials": {"value": 4}, "total_trades": {"value": 100}}
    told = luck(table, synthetic=False)
    assert words in told["words"] and "4 trials" in told["words"] and told["limits"] == []


def test_luck_names_its_limits() -> None:
    told = luck(
        {"luck_probability": {"value": None, "reason": "no returns"}, "total_trades": {"value": 3}}, synthetic=True
    )
    assert told["probability_pct"] is None and "no returns" in told["words"] and len(told["limits"]) == 2


def test_more_trials_make_luck_likelier() -> None:
    result = run_with([14.0, -10.0] * 40)
    chances = [flat_metrics(result, trials=n)["luck_probability"]["value"] for n in (1, 10, 1000)]
    assert chances == sorted(chances) and chances[0] < chances[-1]


def test_crumbs_of_fees_are_no_trades() -> None:
    result = run_with(STEADY)
    crumb = replace(result.closed_trades[0], quantity=0.01, profit_loss=0.0)
    both = replace(result, closed_trades=(*result.closed_trades, crumb))
    table = flat_metrics(both)
    assert dust(both) == {40} and table["dust_trades"]["value"] == 1 and table["total_trades"]["value"] == 41
    assert table["round_trips"]["value"] == 40


def test_bars_are_consolidated_and_merged() -> None:
    made = bars(100, 3600)
    four = consolidated(made, 14_400)
    assert len(four) == 25 and four.open[1] == made.open[4] and four.close[1] == made.close[7]
    assert four.high[1] == made.high[4:8].max() and four.volume[1] == 4 and four.end[0] == made.end[3]
    week = consolidated(bars(21), 604_800)
    assert len(week) == 3 and week.end[0] - week.start[0] == 7 * 86_400  # 2024-01-01 was a Monday
    assert len(merged(made, 30)) == 25 and merged(made, 200) is made

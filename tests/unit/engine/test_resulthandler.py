"""The result handler on a scripted account: sampling, log order, statistics and files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from vibetrader._util.clock import fixed
from vibetrader.engine import money
from vibetrader.engine.charting.chart import Chart, Series
from vibetrader.engine.data.enums import AlgorithmStatus
from vibetrader.engine.resulthandler import ResultHandler
from vibetrader.engine.timekeeping import DAY, HOUR, MINUTE, from_datetime, zone
from vibetrader.marketdata.hours import MarketHours

money.install()
START = from_datetime(datetime(2024, 1, 1))
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def account(days: int = 3) -> Any:
    """A stand-in for an algorithm without securities."""
    portfolio = SimpleNamespace(
        total_portfolio_value_decimal=Decimal("100000"),
        total_unrealized_profit_decimal=Decimal(0),
        total_fees_decimal=Decimal("1.50"),
        total_net_profit_decimal=Decimal(0),
        total_holdings_value_decimal=Decimal(0),
        total_sale_volume_decimal=Decimal(0),
        cash_book=SimpleNamespace(account_currency="USD"),
    )
    transactions = SimpleNamespace(orders={}, order_events=[], orders_count=0, records={})
    state = SimpleNamespace(
        portfolio=portfolio,
        transactions=transactions,
        securities={},
        trade_builder=None,
        start_ns=START,
        end_ns=START + days * DAY - 100,
        utc_ns=START,
        local_ns=START,
        time_zone=zone("UTC"),
        is_warming_up=False,
        benchmark=SimpleNamespace(evaluate_decimal=lambda time: Decimal(100) + (time - START) // DAY),
        brokerage_model=SimpleNamespace(brokerage_name=0, account_type=0),
        settings=SimpleNamespace(trading_days_per_year=252, daily_precise_end_time=True),
        charts={},
        runtime_statistics={},
        summary_statistics={},
        parameters={},
        tag_set=[],
        framework=None,
        name="run",
        status=AlgorithmStatus.COMPLETED,
        current_slice=None,
        market_hours=MarketHours(),
    )
    return SimpleNamespace(_vt=state)


@pytest.fixture
def handler(tmp_path: Path) -> ResultHandler:
    return ResultHandler(tmp_path / "out", "run", tmp_path, clock=fixed(NOW))


def at(algorithm: Any, time: int) -> None:
    algorithm._vt.utc_ns = algorithm._vt.local_ns = time


def document(handler: ResultHandler) -> Any:
    return json.loads((handler.output / "run.json").read_text())


def test_lines_are_flushed_with_each_sample_debug_before_errors_before_logs(handler: ResultHandler) -> None:
    algorithm = account()
    handler.set_algorithm(algorithm, Decimal(100000))
    for text in ("a", "a", "b", "a"):
        handler.debug(text)
    handler.log("l")
    handler.log("l")
    handler.error("e")
    handler.error("e")
    handler.debug_message("engine")
    handler.process_synchronous_events()
    stamp = "2024-01-01 00:00:00 "
    assert [line.removeprefix(stamp) for line in handler.log_lines] == ["engine", "a", "b", "a", "e", "l", "l"]


def test_lines_wait_for_the_next_sample(handler: ResultHandler) -> None:
    algorithm = account()
    handler.set_algorithm(algorithm, Decimal(100000))
    handler.process_synchronous_events()
    at(algorithm, START + 4 * MINUTE)
    handler.debug("waits")
    handler.process_synchronous_events()
    assert handler.log_lines == []
    at(algorithm, START + 5 * MINUTE)
    handler.process_synchronous_events()
    assert handler.log_lines == ["2024-01-01 00:04:00 waits"]


def test_lines_after_the_last_sample_are_not_in_the_file(handler: ResultHandler) -> None:
    algorithm = account()
    handler.set_algorithm(algorithm, Decimal(100000))
    handler.debug("lost")
    handler.finish(1234, 2.0)
    lines = (handler.output / "run-log.txt").read_text().splitlines()
    assert lines == [
        "2024-01-01 00:00:00 Algorithm Id:(run) completed in 2.00 seconds at 1k data points per second. "
        "Processing total of 1,234 data points."
    ]
    assert document(handler)["state"]["LogCount"] == "3"


def test_a_run_leaves_lean_s_statistics_and_charts(handler: ResultHandler) -> None:
    algorithm = account()
    state = algorithm._vt
    chart = state.charts["mine"] = Chart("mine")
    chart.add_series(Series("x"))
    handler.set_algorithm(algorithm, Decimal("100000"))
    for day, value in enumerate(("100000", "101000", "100500.5", "102000")):
        at(algorithm, START + day * DAY)
        state.portfolio.total_portfolio_value_decimal = Decimal(value)
        chart.series["x"].add_point(state.utc_ns, day)
        handler.sample(state.utc_ns)
        at(algorithm, START + day * DAY + HOUR)
        handler.process_synchronous_events()
    handler.process_synchronous_events(force=True)
    handler.sample(state.utc_ns)
    handler.finish(10, 1.0)
    result = document(handler)
    assert result["statistics"]["End Equity"] == "102000"
    assert result["statistics"]["Net Profit"] == "2.00%"
    assert result["statistics"]["Drawdown"] == "0.500%"
    assert result["runtimeStatistics"]["Return"] == "2.00 %"
    assert result["charts"]["mine"]["series"]["x"]["values"] == [
        [(START + day * DAY) // 10**9, float(day)] for day in range(4)
    ]
    returns = result["charts"]["Strategy Equity"]["series"]["Return"]["values"]
    assert [value for _, value in returns] == [0.0, 1.0, -0.4945545, 1.492032, 0.0]
    assert "STATISTICS:: OrderListHash d41d8cd98f00b204e9800998ecf8427e" in (handler.output / "log.txt").read_text()
    assert set(result) >= {"rollingWindow", "charts", "orders", "profitLoss", "state", "totalPerformance", "analysis"}


def test_nothing_is_sampled_while_warming_up_and_the_start_is_taken_again(handler: ResultHandler) -> None:
    algorithm = account()
    state = algorithm._vt
    handler.set_algorithm(algorithm, Decimal("100000"))
    state.is_warming_up = True
    handler.process_synchronous_events()
    handler.sample(state.utc_ns)
    assert handler.charts["Strategy Equity"].series["Equity"].rows == []
    state.is_warming_up = False
    state.portfolio.total_portfolio_value_decimal = Decimal("100100.0")
    handler.on_warmup_finished()
    at(algorithm, START + HOUR)
    handler.process_synchronous_events(force=True)
    handler.sample(state.utc_ns)
    handler.finish()
    assert document(handler)["statistics"]["Start Equity"] == "100100.0"


def test_an_algorithm_that_could_not_be_made_leaves_an_empty_result(handler: ResultHandler) -> None:
    handler.runtime_error("no module", "trace")
    handler.finish(0, -1.0)
    result = document(handler)
    assert result["state"]["Status"] == "RuntimeError"
    assert result["state"]["RuntimeError"] == "no module"
    assert result["statistics"] == {} and result["analysis"] == []


def test_series_beyond_the_limit_are_dropped_with_one_line(handler: ResultHandler) -> None:
    algorithm = account()
    chart = algorithm._vt.charts["many"] = Chart("many")
    for number in range(33):
        series = Series(f"s{number}")
        series.add_point(START, 1)
        chart.add_series(series)
    handler.set_algorithm(algorithm, Decimal("100000"))
    handler.process_synchronous_events()
    assert len(handler.charts["many"].series) == 30
    assert sum("Exceeded maximum chart series count" in line for line in handler.log_lines) == 1

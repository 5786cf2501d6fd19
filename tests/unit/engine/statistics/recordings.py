"""LEAN's result files of complete runs, as inputs of our statistics."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import shared_dir
from vibetrader.engine import money
from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.statistics.builder import RunRecord
from vibetrader.engine.statistics.trades import Trade
from vibetrader.engine.timekeeping import SECOND, from_datetime

money.install()


def lean_dir() -> Path:
    """The yardstick, or a skip."""
    shared = shared_dir()
    if shared is None or not (shared / "lean" / "golden" / "raw").is_dir():
        pytest.skip("LEAN's recordings are not here (VIBETRADER_SHARED)")
    return shared / "lean"


@cache
def raw(name: str) -> Any:
    """LEAN's result file of a recorded run, with numbers as decimals."""
    path = lean_dir() / "golden" / "raw" / name / f"{name}.json"
    return json.loads(path.read_text(), parse_float=Decimal)


def ns(text: str) -> int:
    """UTC ns of an ISO time."""
    return from_datetime(datetime.fromisoformat(text.replace("Z", "+00:00")))


def points(document: Any, chart: str, series: str) -> list[tuple[int, Decimal]]:
    """Times and last values of a series."""
    values = document["charts"][chart]["series"][series]["values"]
    return [(int(row[0]) * SECOND, Decimal(row[-1])) for row in values if row[-1] is not None]


def trade(row: Any) -> Trade:
    """A closed trade of a result file."""
    symbol = Symbol.create(row["symbols"][0]["value"], SecurityType.CRYPTO, "binance")
    quantity = Decimal(row["quantity"])
    entry = Decimal(row["entryPrice"])
    made = Trade(
        symbol, list(row["orderIds"]), ns(row["entryTime"]), entry, -quantity if row["direction"] else quantity
    )
    made._exit_ns = ns(row["exitTime"])
    made._exit_price = Decimal(row["exitPrice"])
    made._profit_loss = Decimal(row["profitLoss"])
    made._total_fees = Decimal(row["totalFees"])
    made._mae, made._mfe = Decimal(row["mae"]), Decimal(row["mfe"])
    made._end_drawdown = Decimal(row["endTradeDrawdown"])
    made.is_win = row["isWin"]
    return made


def record(document: Any) -> RunRecord:
    """Inputs of our statistics from LEAN's charts, trades and profits."""
    profits = sorted((ns(time), Decimal(profit)) for time, profit in document["profitLoss"].items())
    return RunRecord(
        trades=[trade(row) for row in document["totalPerformance"]["closedTrades"]],
        profit_loss=profits,
        equity=points(document, "Strategy Equity", "Equity"),
        returns=points(document, "Strategy Equity", "Return"),
        benchmark=points(document, "Benchmark", "Benchmark"),
        turnover=points(document, "Portfolio Turnover", "Portfolio Turnover"),
        starting_capital=Decimal(document["statistics"]["Start Equity"]),
        total_fees=Decimal(document["statistics"]["Total Fees"].lstrip("$")),
        total_orders=int(document["statistics"]["Total Orders"]),
        currency_symbol="$",
        wins=[time for time, profit in profits if profit > 0],
        losses=[time for time, profit in profits if profit <= 0],
        trading_days=document["algorithmConfiguration"]["tradingDaysPerYear"],
        capacity=points(document, "Capacity", "Strategy Capacity")[-1][1].quantize(Decimal("1.00")),
        lowest_capacity_asset=document["statistics"]["Lowest Capacity Asset"],
    )

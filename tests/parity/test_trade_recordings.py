"""Trades and their statistics of LEAN's recordings, from recorded fills and trades: no engine runs."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import shared_dir
from tests.unit.engine.statistics.recordings import trade
from vibetrader.engine import money
from vibetrader.engine.data.enums import FillGroupingMethod, FillMatchingMethod, SecurityType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.statistics.builder import trade_json
from vibetrader.engine.statistics.trades import Fill, TradeBuilder
from vibetrader.engine.statistics.tradestatistics import TradeStatistics
from vibetrader.engine.timekeeping import SECOND

money.install()
ONE = Decimal(1)
COMPARED = (
    "entryTime", "entryPrice", "direction", "quantity", "exitTime", "exitPrice", "profitLoss", "duration", "isWin", "orderIds",
)  # fmt: skip


def recordings() -> list[Path]:
    """Recorded cases with trades that take no longer than a few milliseconds each to read."""
    shared = shared_dir()
    golden = shared / "lean" / "golden" if shared else None
    if golden is None or not golden.is_dir():
        return []
    found = [
        path.parent for topic in ("strategies", "fuzz", "orders") for path in golden.glob(f"{topic}/*/golden.json")
    ]
    return [case for case in sorted(found) if '"closed_trades": [' in (case / "golden.json").read_text()]


def read(case: Path) -> Any:
    return json.loads((case / "golden.json").read_text(), parse_float=Decimal)


def methods(case: Path) -> TradeBuilder:
    """The trade builder that the case sets."""
    source = (case / "main.py").read_text() if (case / "main.py").exists() else ""
    grouping = next(
        (g for g in FillGroupingMethod if f"FillGroupingMethod.{g._name_}" in source), FillGroupingMethod(0)
    )
    return TradeBuilder(
        grouping, FillMatchingMethod.LIFO if "FillMatchingMethod.LIFO" in source else FillMatchingMethod(0)
    )


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, Decimal):
        return float(ours) == pytest.approx(float(theirs), rel=1e-9, abs=1e-9)
    return bool(ours == theirs)


@pytest.mark.skipif(not recordings(), reason="LEAN's recordings are not here (VIBETRADER_SHARED)")
def test_recorded_fills_make_the_recorded_trades() -> None:
    wrong, compared = [], 0
    for case in recordings():
        run = read(case)
        currency = run["algorithm_configuration"]["accountCurrency"]
        fills = [event for event in run["order_events"] if event["status"] in ("filled", "partiallyFilled")]
        futures = any(" 5" in event["symbol"] and event["symbol"].endswith("7") for event in fills)
        # Conversion rates and multipliers are not recorded.
        if not run["closed_trades"] or "futures" in case.name or futures:
            continue
        if any(event["fillPriceCurrency"] != currency for event in fills):
            continue
        builder = methods(case)
        symbols: dict[str, Symbol] = {}
        for event in fills:
            symbol = symbols.setdefault(
                event["symbol"], Symbol.create(event["symbolValue"], SecurityType.CRYPTO, "binance")
            )
            price, quantity = Decimal(event["fillPrice"]), Decimal(event["fillQuantity"])
            time = int(Decimal(event["time"]) * SECOND)
            builder.process(Fill(symbol, event["orderId"], time, price, quantity), ONE, Decimal(0))
        ours = [trade_json(each) for each in builder.closed_trades]
        compared += 1
        rows = [{key: row[key] for key in COMPARED} for row in run["closed_trades"]]
        if len(ours) != len(rows) or not all(
            same(mine[key], row[key]) for mine, row in zip(ours, rows, strict=True) for key in COMPARED
        ):
            wrong.append(case.name)
    assert not wrong
    assert compared > 50


@pytest.mark.skipif(not recordings(), reason="LEAN's recordings are not here (VIBETRADER_SHARED)")
def test_recorded_trades_have_the_recorded_statistics() -> None:
    wrong: dict[tuple[str, str], Any] = {}
    for case in recordings():
        run = read(case)
        wanted = run["trade_statistics"]
        ours = TradeStatistics([trade(row) for row in run["closed_trades"]]).to_json()
        for key, value in ours.items():
            mine, theirs = value, wanted[key]
            if isinstance(mine, str) and ":" not in mine:
                mine, theirs = Decimal(mine), Decimal(theirs)
            if not same(mine, theirs):
                wrong[case.name, key] = (mine, theirs)
    assert not wrong

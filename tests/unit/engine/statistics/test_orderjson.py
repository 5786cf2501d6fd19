"""LEAN's order hashes, from orders built of the vectors' texts."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.engine.statistics.recordings import lean_dir, ns
from vibetrader.engine.data.enums import DataNormalizationMode, OrderStatus, OrderType, SecurityType
from vibetrader.engine.data.symbol import SecurityIdentifier, Symbol
from vibetrader.engine.orders.order import (
    LimitOrder,
    MarketOnOpenOrder,
    MarketOrder,
    Order,
    OrderSubmissionData,
    TrailingStopOrder,
)
from vibetrader.engine.statistics.jsonwriter import compact
from vibetrader.engine.statistics.orderjson import order_json, order_list_hash

CASES = (
    "BasicTemplateAlgorithm",
    "BasicTemplateDailyAlgorithm",
    "CompleteOrderTagUpdateAlgorithm",
    "TrailingStopOrderRegressionAlgorithm",
    "StableCoinsRegressionAlgorithm",
    "MACDTrendAlgorithm",
)


def order(row: dict[str, Any]) -> Order:
    """An order of a vector's JSON."""
    kind = SecurityType(row["securityType"])
    equity = kind == SecurityType.EQUITY
    sid = SecurityIdentifier(
        row["symbol"]["permtick"], kind, "usa" if equity else "binance", date(1998, 1, 2) if equity else None
    )
    symbol, quantity, time, tag = Symbol(sid, row["symbol"]["value"]), row["quantity"], ns(row["time"]), row["tag"]
    made: Order
    match OrderType(row["type"]):
        case OrderType.MARKET:
            made = MarketOrder(symbol, quantity, time, tag)
        case OrderType.MARKET_ON_OPEN:
            made = MarketOnOpenOrder(symbol, quantity, time, tag)
        case OrderType.LIMIT:
            made = LimitOrder(symbol, quantity, row["limitPrice"], time, tag)
        case _:
            made = TrailingStopOrder(
                symbol, quantity, row["stopPrice"], row["trailingAmount"], row["trailingAsPercentage"], time, tag
            )
    made.id, made.broker_id, made.status = row["id"], row["brokerId"], OrderStatus(row["status"])
    made.price_decimal, made.price_currency = row["price"], row["priceCurrency"]
    made.last_fill_ns = ns(row["lastFillTime"]) if "lastFillTime" in row else None
    made.canceled_ns = ns(row["canceledTime"]) if "canceledTime" in row else None
    data = row["orderSubmissionData"]
    made.order_submission_data = OrderSubmissionData(data["bidPrice"], data["askPrice"], data["lastPrice"])
    made.price_adjustment_mode = DataNormalizationMode(row["priceAdjustmentMode"])
    return made


@pytest.mark.parametrize("name", CASES)
def test_the_hash_of_a_vector_is_lean_s(name: str) -> None:
    vector = json.loads((lean_dir() / "order_hash_vectors.json").read_text())[name]
    rows = json.loads(f"[{vector['orders_text']}]", parse_float=Decimal)
    orders = [order(row) for row in rows]
    assert ",".join(compact(order_json(each, rounded=True)) for each in orders) == vector["orders_text"]
    assert order_list_hash(orders) == vector["order_list_hash"]


def test_no_orders_hash_the_empty_text() -> None:
    assert order_list_hash([]) == "d41d8cd98f00b204e9800998ecf8427e"

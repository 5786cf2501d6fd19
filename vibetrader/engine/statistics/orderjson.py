"""Orders and order events as LEAN's JSON, and the hash over all orders.

LEAN: Common/Orders/*.cs (property attributes), Common/Orders/Serialization/SerializedOrderEvent.cs,
Common/Extensions.cs, GetHash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from vibetrader.engine.currencies import NULL_CURRENCY
from vibetrader.engine.data.enums import OrderDirection, OrderStatus, OrderType
from vibetrader.engine.data.exchange import Exchange
from vibetrader.engine.money import ZERO, normalize, smart_round
from vibetrader.engine.statistics.builder import symbol_json
from vibetrader.engine.statistics.dotnet import iso_time
from vibetrader.engine.statistics.jsonwriter import compact
from vibetrader.engine.timekeeping import SECOND

#: The order classes' own properties, which Newtonsoft writes before the base class's: JSON name → attribute.
_OWN: Final[dict[OrderType, tuple[tuple[str, str], ...]]] = {
    OrderType.LIMIT: (("limitPrice", "limit_price_decimal"), ("type", "")),
    OrderType.STOP_MARKET: (("stopPrice", "stop_price_decimal"), ("type", "")),
    OrderType.STOP_LIMIT: (
        ("stopPrice", "stop_price_decimal"),
        ("stopTriggered", "stop_triggered"),
        ("limitPrice", "limit_price_decimal"),
        ("type", ""),
    ),
    OrderType.TRAILING_STOP: (
        ("trailingAmount", "trailing_amount_decimal"),
        ("trailingAsPercentage", "trailing_as_percentage"),
        ("type", ""),
        ("stopPrice", "stop_price_decimal"),
    ),
    OrderType.LIMIT_IF_TOUCHED: (
        ("type", ""),
        ("triggerPrice", "trigger_price_decimal"),
        ("limitPrice", "limit_price_decimal"),
        ("triggerTouched", "trigger_touched"),
    ),
    OrderType.COMBO_MARKET: (("type", ""), ("quantity", "quantity_decimal")),
    OrderType.COMBO_LIMIT: (("type", ""), ("quantity", "quantity_decimal")),
    OrderType.COMBO_LEG_LIMIT: (("type", ""), ("limitPrice", "limit_price_decimal"), ("quantity", "quantity_decimal")),
}
_JUST_TYPE: Final = (("type", ""),)
#: Prices the hash rounds, by order type. LEAN rounds no combo prices.
_ROUNDED: Final[dict[OrderType, frozenset[str]]] = {
    OrderType.LIMIT: frozenset({"limitPrice"}),
    OrderType.STOP_MARKET: frozenset({"stopPrice"}),
    OrderType.STOP_LIMIT: frozenset({"limitPrice", "stopPrice"}),
    OrderType.TRAILING_STOP: frozenset({"trailingAmount", "stopPrice"}),
    OrderType.LIMIT_IF_TOUCHED: frozenset({"limitPrice", "triggerPrice"}),
}


def order_json(order: Any, *, rounded: bool = False) -> dict[str, Any]:
    """An order as LEAN writes it.

    Args:
        order: The engine's order.
        rounded: Round prices for the hash, as LEAN does before it computes one.
    """
    kind = order.type
    rounding = _ROUNDED.get(kind, frozenset()) if rounded else frozenset()
    out: dict[str, Any] = {}
    for name, attribute in _OWN.get(kind, _JUST_TYPE):
        value: Any = getattr(order, attribute) if attribute else int(kind)
        out[name] = smart_round(value) if name in rounding else value
    price = normalize(smart_round(order.price_decimal)) if rounded else order.price_decimal
    quantity = order.quantity_decimal
    out |= {
        "id": order.id,
        "contingentId": order.contingent_id,
        "brokerId": list(order.broker_id),
        "symbol": symbol_json(order.symbol),
        "price": price,
        "priceCurrency": order.price_currency,
        "time": iso_time(order.time_ns),
        "createdTime": iso_time(order.time_ns),
    }
    for name, moment in (
        ("lastFillTime", order.last_fill_ns),
        ("lastUpdateTime", order.last_update_ns),
        ("canceledTime", order.canceled_ns),
    ):
        if moment is not None:
            out[name] = iso_time(moment)
    if "quantity" not in out:
        out["quantity"] = quantity
    out["status"] = int(order.status)
    if order.tag is not None:
        out["tag"] = order.tag
    out |= {
        "properties": _properties_json(order.properties),
        "securityType": int(order.security_type),
        "direction": int(order.direction),
        "value": quantity * price,
        "orderSubmissionData": _submission_json(order.order_submission_data),
        # LEAN works it out when asked, for the hash after the limit was rounded
        "isMarketable": order.is_marketable_at(out["limitPrice"]) if kind == OrderType.LIMIT else order.is_marketable,
    }
    if order.group_order_manager is not None:
        out["groupOrderManager"] = _group_json(order.group_order_manager)
    out["priceAdjustmentMode"] = int(order.price_adjustment_mode)
    return out


def order_list_hash(orders: Iterable[Any]) -> str:
    """MD5 over the orders by id, in lower-case hex; that of "" without orders. LEAN: Extensions.GetHash."""
    texts = [compact(order_json(order, rounded=True)) for order in sorted(orders, key=lambda order: order.id)]
    return hashlib.md5(",".join(texts).encode(), usedforsecurity=False).hexdigest()


def event_json(event: Any, algorithm_id: str) -> dict[str, Any]:
    """An order event as LEAN writes it. LEAN: SerializedOrderEvent."""
    symbol = event.symbol
    out: dict[str, Any] = {
        "id": f"{algorithm_id}-{event.order_id}-{event.id}",
        "algorithmId": algorithm_id,
        "orderId": event.order_id,
        "orderEventId": event.id,
        "symbol": str(symbol.id),
        "symbolValue": symbol.value,
        "symbolPermtick": symbol.id.symbol,
        "time": event.utc_ns / SECOND,
        "status": _camel(OrderStatus(event.status)),
    }
    fee = event.order_fee.value
    if fee.currency != NULL_CURRENCY:
        out["orderFeeAmount"] = fee.amount_decimal
        out["orderFeeCurrency"] = fee.currency
    out |= {
        "fillPrice": event.fill_price_decimal,
        "fillPriceCurrency": event.fill_price_currency,
        "fillQuantity": event.fill_quantity_decimal,
        "direction": _camel(OrderDirection(event.direction)),
    }
    if event.message:
        out["message"] = event.message
    out["isAssignment"] = event.is_assignment
    out["quantity"] = event.quantity_decimal
    if event.stop_price_decimal is not None:
        out["stopPrice"] = event.stop_price_decimal
    if event.limit_price_decimal is not None:
        out["limitPrice"] = event.limit_price_decimal
    if event.is_in_the_money:
        out["isInTheMoney"] = True
    return out


def _camel(member: OrderStatus | OrderDirection) -> str:
    text = member.to_string()
    return text[0].lower() + text[1:]


def _submission_json(data: Any) -> dict[str, Decimal] | None:
    if data is None:
        return None
    return {
        "bidPrice": data.bid_price_decimal,
        "askPrice": data.ask_price_decimal,
        "lastPrice": data.last_price_decimal,
    }


def _group_json(group: Any) -> dict[str, Any]:
    quantity = group.quantity_decimal
    return {
        "id": group.id,
        "quantity": quantity,
        "count": group.count,
        "limitPrice": group.limit_price_decimal,
        "orderIds": list(group.order_ids),
        "direction": int(_side(quantity)),
    }


def _properties_json(properties: Any) -> dict[str, Any]:
    """A brokerage's own properties first, then the time in force. LEAN: Common/Orders/OrderProperties.cs."""
    out: dict[str, Any] = {}
    for name, value in vars(properties).items():
        if name not in ("time_in_force", "exchange") and not name.startswith("_"):
            head, *rest = name.split("_")
            out[head + "".join(word.capitalize() for word in rest)] = value
    out["timeInForce"] = _time_in_force_json(properties.time_in_force)
    exchange = properties.exchange
    if isinstance(exchange, Exchange):
        kinds = [int(kind) for kind in exchange.security_types]
        out["exchange"] = {"code": exchange.code, "name": exchange.name, "market": exchange.market, "securityTypes": kinds}
    elif exchange is not None:
        out["exchange"] = str(exchange)
    return out


def _time_in_force_json(time_in_force: Any) -> dict[str, Any]:
    """Empty for good-til-cancelled, else the .NET type and its date. LEAN: TimeInForceJsonConverter."""
    kind = type(time_in_force).__clr_name__
    if kind.endswith("GoodTilCanceledTimeInForce"):
        return {}
    out = {"$type": kind}
    expiry = getattr(time_in_force, "expiry_ns", None)
    if expiry is not None:
        out["Expiry"] = iso_time(expiry).removesuffix("Z")
    return out


def _side(quantity: Decimal) -> OrderDirection:
    if not quantity:
        return OrderDirection.HOLD
    return OrderDirection.BUY if quantity > ZERO else OrderDirection.SELL

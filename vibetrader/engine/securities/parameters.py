"""What LEAN hands to fee models: security and order. LEAN: Common/Orders/Fees/OrderFeeParameters.cs."""

from __future__ import annotations

from typing import Any

from vibetrader.engine.naming import lean_names
from vibetrader.engine.orders.order import Order


@lean_names
class OrderFeeParameters:
    """Argument of `get_order_fee`."""

    __slots__ = ("order", "security")
    __clr_name__ = "QuantConnect.Orders.Fees.OrderFeeParameters"

    def __init__(self, security: Any, order: Order) -> None:
        self.security = security
        self.order = order

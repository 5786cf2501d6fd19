"""What LEAN hands to fee models: security and order. LEAN: Common/Orders/Fees/OrderFeeParameters.cs."""

from __future__ import annotations

from typing import Any

from vibetrader.engine.naming import lean_names
from vibetrader.engine.orders.fees import OrderFee, as_fee
from vibetrader.engine.orders.order import Order


@lean_names
class OrderFeeParameters:
    """Argument of `get_order_fee`."""

    __slots__ = ("order", "security")
    __clr_name__ = "QuantConnect.Orders.Fees.OrderFeeParameters"

    def __init__(self, security: Any, order: Order) -> None:
        self.security = security
        self.order = order


def fee_of(security: Any, order: Order) -> OrderFee:
    """Fee by a security's model.

    A user's model that fails once is from then on called as old models were, with security and order.
    LEAN: Common/Orders/Fees/FeeModelPythonWrapper.cs.
    """
    model = security.fee_model
    if type(model).__module__.startswith("vibetrader."):
        return as_fee(model.get_order_fee(OrderFeeParameters(security, order)))
    results = getattr(getattr(security, "_state", None), "results", None)
    if results is not None:
        results.has_user_fee_model = True
    if not getattr(model, "_vt_plain_fee", False):
        try:
            return as_fee(model.get_order_fee(OrderFeeParameters(security, order)))
        except Exception:
            model._vt_plain_fee = True
    return as_fee(model.get_order_fee(security, order))

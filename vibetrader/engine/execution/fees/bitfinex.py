"""Fees of Bitfinex. LEAN: Common/Orders/Fees/BitfinexFeeModel.cs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from vibetrader.engine.data.enums import OrderDirection
from vibetrader.engine.execution.fees.base import FeeModel, base_and_quote, fee_of, is_maker, side_price


class BitfinexFeeModel(FeeModel):
    """0.1 % for makers, 0.2 % for takers; hidden orders take."""

    __clr_name__ = "QuantConnect.Orders.Fees.BitfinexFeeModel"

    def get_order_fee(self, parameters: Any) -> Any:
        """Fee of an order."""
        security, order = parameters.security, parameters.order
        making = is_maker(order) and not getattr(order.properties, "hidden", False)
        rate = Decimal("0.001") if making else Decimal("0.002")
        quantity = abs(order.quantity_decimal)
        if order.direction == OrderDirection.BUY:
            return fee_of(quantity * rate, base_and_quote(security)[0])
        return fee_of(side_price(security, order) * quantity * rate, security.quote_currency.symbol)

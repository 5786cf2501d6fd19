"""Fees of Kraken. LEAN: Common/Orders/Fees/KrakenFeeModel.cs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from vibetrader.engine.data.enums import OrderDirection
from vibetrader.engine.execution.fees.base import FeeModel, base_and_quote, fee_of, is_maker, side_price

_FX: Final = ("CAD", "EUR", "GBP", "JPY", "USD", "USDT", "DAI", "USDC")


class KrakenFeeModel(FeeModel):
    """0.16 % for makers, 0.26 % for takers, 0.2 % for currencies; purchases pay in the quote, sales in the base."""

    __clr_name__ = "QuantConnect.Orders.Fees.KrakenFeeModel"

    def get_order_fee(self, parameters: Any) -> Any:
        """Fee of an order."""
        security, order = parameters.security, parameters.order
        price = side_price(security, order)
        rate = Decimal("0.0016") if is_maker(order) else Decimal("0.0026")
        in_quote = order.direction == OrderDirection.BUY
        if in_quote and getattr(order.properties, "fee_in_base", False):
            in_quote = False
        if not in_quote and getattr(order.properties, "fee_in_quote", False):
            in_quote = True
        if security.symbol.value.startswith(_FX):
            rate = Decimal("0.002")
        base, quote = base_and_quote(security)
        quantity = abs(order.quantity_decimal)
        return fee_of(price * quantity * rate, quote) if in_quote else fee_of(quantity * rate, base)

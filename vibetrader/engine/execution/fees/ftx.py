"""Fees of FTX. LEAN: Common/Orders/Fees/FTXFeeModel.cs, FTXUSFeeModel.cs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from vibetrader.engine.clr import InvalidCastException
from vibetrader.engine.data.enums import OrderDirection, OrderType
from vibetrader.engine.execution.fees.base import FeeModel, fee_of, is_maker


class FTXFeeModel(FeeModel):
    """0.02 % for makers, 0.07 % for takers."""

    __clr_name__ = "QuantConnect.Orders.Fees.FTXFeeModel"
    maker: ClassVar[Decimal] = Decimal("0.0002")
    taker: ClassVar[Decimal] = Decimal("0.0007")

    def get_order_fee(self, parameters: Any) -> Any:
        """Fee of an order."""
        security, order = parameters.security, parameters.order
        rate = self.taker
        buying = order.direction == OrderDirection.BUY
        price = security.ask_price_decimal if buying else security.bid_price_decimal
        price *= security.symbol_properties.contract_multiplier_decimal
        currency = security.quote_currency.symbol
        if order.type == OrderType.LIMIT and is_maker(order):
            rate = self.maker
            if buying:
                if security.base_currency is None:
                    raise InvalidCastException(
                        f"Unable to cast object of type '{security.__clr_name__}' to type "
                        "'QuantConnect.Securities.IBaseCurrencySymbol'."
                    )
                price, currency = Decimal(1), security.base_currency.symbol
        return fee_of(price * abs(order.quantity_decimal) * rate, currency)


class FTXUSFeeModel(FTXFeeModel):
    """0.1 % for makers, 0.4 % for takers."""

    __clr_name__ = "QuantConnect.Orders.Fees.FTXUSFeeModel"
    maker = Decimal("0.001")
    taker = Decimal("0.004")

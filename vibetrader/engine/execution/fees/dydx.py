"""Fees of dYdX. LEAN: Common/Orders/Fees/dYdXFeeModel.cs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from vibetrader.engine.execution.fees.base import PairFeeModel, fee_of


class DYDXFeeModel(PairFeeModel):
    """0.01 % for makers, 0.05 % for takers, on the worth of the contracts."""

    __clr_name__ = "QuantConnect.Orders.Fees.dYdXFeeModel"

    def __init__(self, m_fee: Any = Decimal("0.0001"), t_fee: Any = Decimal("0.0005")) -> None:
        super().__init__(m_fee, t_fee)

    def get_order_fee(self, parameters: Any) -> Any:
        """Fee of an order."""
        security, order = parameters.security, parameters.order
        worth, cash = security.holdings.quantity_value(abs(order.quantity_decimal), security.price_decimal)
        return fee_of(worth * self._rate(security, order), cash.symbol)

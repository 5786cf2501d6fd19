"""Fees of Bybit. LEAN: Common/Orders/Fees/Bybit*FeeModel.cs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from vibetrader.engine.execution.fees.base import PairFeeModel


class BybitFeeModel(PairFeeModel):
    """A thousandth, makers and takers alike."""

    __clr_name__ = "QuantConnect.Orders.Fees.BybitFeeModel"

    def __init__(self, m_fee: Any = Decimal("0.001"), t_fee: Any = Decimal("0.001")) -> None:
        super().__init__(m_fee, t_fee)


class BybitFuturesFeeModel(BybitFeeModel):
    """Perpetuals."""

    __clr_name__ = "QuantConnect.Orders.Fees.BybitFuturesFeeModel"

    def __init__(self, maker_fee: Any = Decimal("0.0002"), taker_fee: Any = Decimal("0.00055")) -> None:
        super().__init__(maker_fee, taker_fee)

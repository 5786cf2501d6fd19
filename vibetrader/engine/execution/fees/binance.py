"""Fees of Binance. LEAN: Common/Orders/Fees/Binance*FeeModel.cs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from vibetrader.engine import money
from vibetrader.engine.execution.fees.base import PairFeeModel, base_and_quote, is_maker


class BinanceFeeModel(PairFeeModel):
    """A thousandth, makers and takers alike."""

    __clr_name__ = "QuantConnect.Orders.Fees.BinanceFeeModel"

    def __init__(self, m_fee: Any = Decimal("0.001"), t_fee: Any = Decimal("0.001")) -> None:
        super().__init__(m_fee, t_fee)


class BinanceFuturesFeeModel(BinanceFeeModel):
    """Perpetuals settled in dollar coins."""

    __clr_name__ = "QuantConnect.Orders.Fees.BinanceFuturesFeeModel"

    def __init__(
        self,
        m_usdt_fee: Any = Decimal("0.0002"),
        t_usdt_fee: Any = Decimal("0.0004"),
        m_busd_fee: Any = Decimal("0.00012"),
        t_busd_fee: Any = Decimal("0.00036"),
    ) -> None:
        super().__init__(m_usdt_fee, t_usdt_fee)
        self._busd = (money.dec(m_busd_fee), money.dec(t_busd_fee))

    def _rate(self, security: Any, order: Any) -> Decimal:
        if base_and_quote(security)[1] == "BUSD":
            return self._busd[0] if is_maker(order) else self._busd[1]
        return super()._rate(security, order)


class BinanceCoinFuturesFeeModel(BinanceFeeModel):
    """Perpetuals settled in coins."""

    __clr_name__ = "QuantConnect.Orders.Fees.BinanceCoinFuturesFeeModel"

    def __init__(self, m_fee: Any = Decimal("0.0001"), t_fee: Any = Decimal("0.0005")) -> None:
        super().__init__(m_fee, t_fee)

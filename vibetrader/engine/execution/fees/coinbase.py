"""Fees of Coinbase. LEAN: Common/Orders/Fees/CoinbaseFeeModel.cs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from vibetrader.engine import money
from vibetrader.engine.currencies import STABLE_PAIRS_COINBASE
from vibetrader.engine.data.enums import OrderDirection
from vibetrader.engine.execution.fees.base import FeeModel, fee_of, is_maker
from vibetrader.engine.timekeeping import from_datetime

#: Until when, maker, taker.
_SCHEDULE: Final = (
    (from_datetime(datetime(2019, 3, 23, 1, 30)), Decimal(0), Decimal("0.003")),
    (from_datetime(datetime(2019, 10, 8, 0, 30)), Decimal("0.0015"), Decimal("0.0025")),
)
_STABLE_CHANGE: Final = from_datetime(datetime(2022, 6, 1))


class CoinbaseFeeModel(FeeModel):
    """Fees by date, in the quote currency; stable pairs have their own."""

    __clr_name__ = "QuantConnect.Orders.Fees.CoinbaseFeeModel"

    def __init__(self, maker_fee: Any = Decimal("0.006"), taker_fee: Any = Decimal("0.008")) -> None:
        self._maker = money.dec(maker_fee)
        self._taker = money.dec(taker_fee)

    def get_order_fee(self, parameters: Any) -> Any:
        """Fee of an order."""
        security, order = parameters.security, parameters.order
        price = security.ask_price_decimal if order.direction == OrderDirection.BUY else security.bid_price_decimal
        price *= security.symbol_properties.contract_multiplier_decimal
        stable = security.symbol.value in STABLE_PAIRS_COINBASE
        rate = self._rate(order.time_ns, is_maker(order), stable)
        return fee_of(price * abs(order.quantity_decimal) * rate, security.quote_currency.symbol)

    def _rate(self, utc: int, maker: bool, stable: bool) -> Decimal:
        if stable:
            taker = Decimal("0.001") if utc < _STABLE_CHANGE else Decimal("0.00001")
            return Decimal(0) if maker else taker
        for until, making, taking in _SCHEDULE:
            if utc < until:
                return making if maker else taking
        return self._maker if maker else self._taker


class GDAXFeeModel(CoinbaseFeeModel):
    """The old name."""

    __clr_name__ = "QuantConnect.Orders.Fees.GDAXFeeModel"

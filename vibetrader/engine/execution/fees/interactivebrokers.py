"""Fees of Interactive Brokers. LEAN: Common/Orders/Fees/InteractiveBrokersFeeModel.cs, AlphaStreamsFeeModel.cs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from vibetrader.engine import money
from vibetrader.engine.data.enums import OrderDirection, OrderType, SecurityType
from vibetrader.engine.data.symbolcache import KeyNotFoundException
from vibetrader.engine.execution.fees.base import FeeModel, fee_of, is_maker, unsupported

#: Market → currency, fee per share, least fee, largest part of the value.
_EQUITY: Final[dict[str, tuple[str, Decimal, Decimal, Decimal]]] = {
    "usa": ("USD", Decimal("0.005"), Decimal(1), Decimal("0.005")),
    "india": ("INR", Decimal("0.01"), Decimal(6), Decimal(20)),
}
#: Monthly turnover in dollars up to which rate and least fee hold.
_FOREX: Final = (
    (Decimal(1_000_000_000), Decimal("0.000020"), Decimal("2.00")),
    (Decimal(2_000_000_000), Decimal("0.000015"), Decimal("1.50")),
    (Decimal(5_000_000_000), Decimal("0.000010"), Decimal("1.25")),
)
_CFD_MINIMUM: Final = {"JPY": Decimal("40.0"), "HKD": Decimal("10.0")}


def equity_fee(security: Any, order: Any, known: Any = _EQUITY, model: str = "InteractiveBrokersFeeModel") -> tuple[Decimal, str]:
    """Fee per share with a least fee; the cap holds only above the least fee."""
    market = security.symbol.market
    if market not in known:
        raise KeyNotFoundException(f"{model}(): unexpected equity Market {market}")
    currency, per_share, least, part = known[market]
    fee = per_share * abs(order.quantity_decimal)
    most = part * abs(order.get_value_decimal(security))
    if fee < least:
        fee = least
    elif fee > most:
        fee = most
    return abs(fee), currency


class InteractiveBrokersFeeModel(FeeModel):
    """Stocks per share, currencies and CFD by value.

    Args:
        monthly_forex_trade_amount_in_us_dollars: Decides the rate of currencies.
        monthly_options_trade_amount_in_contracts: Unused: no options here.
    """

    __clr_name__ = "QuantConnect.Orders.Fees.InteractiveBrokersFeeModel"

    def __init__(
        self,
        monthly_forex_trade_amount_in_us_dollars: Any = 0,
        monthly_options_trade_amount_in_contracts: Any = 0,
    ) -> None:
        amount = money.dec(monthly_forex_trade_amount_in_us_dollars)
        self._rate, self._least = Decimal("0.000008"), Decimal("1.00")
        for limit, rate, least in _FOREX:
            if amount <= limit:
                self._rate, self._least = rate, least
                break

    def get_order_fee(self, parameters: Any) -> Any:
        """Fee of an order."""
        security, order = parameters.security, parameters.order
        kind = security.type
        if kind == SecurityType.EQUITY:
            return fee_of(*equity_fee(security, order))
        if kind == SecurityType.FOREX:
            return fee_of(max(self._least, abs(self._rate * order.get_value_decimal(security))), "USD")
        if kind == SecurityType.CFD:
            currency = security.quote_currency.symbol
            fee = Decimal("0.00002") * abs(order.get_value_decimal(security))
            return fee_of(max(fee, _CFD_MINIMUM.get(currency, Decimal("1.0"))), currency)
        raise unsupported(security)


class AlphaStreamsFeeModel(FeeModel):
    """LEAN: AlphaStreamsFeeModel.cs."""

    __clr_name__ = "QuantConnect.Orders.Fees.AlphaStreamsFeeModel"

    def get_order_fee(self, parameters: Any) -> Any:
        """Fee of an order."""
        security, order = parameters.security, parameters.order
        kind, quantity = security.type, abs(order.quantity_decimal)
        if kind == SecurityType.EQUITY:
            known = {"usa": _EQUITY["usa"]}
            return fee_of(*equity_fee(security, order, known, "AlphaStreamsFeeModel"))
        if kind == SecurityType.FOREX:
            return fee_of(Decimal("0.000002") * abs(order.get_value_decimal(security)), "USD")
        if kind == SecurityType.CFD:
            return fee_of(Decimal(0), "USD")
        if kind == SecurityType.CRYPTO:
            buying = order.direction == OrderDirection.BUY
            price = security.ask_price_decimal if buying else security.bid_price_decimal
            if order.type == OrderType.LIMIT:
                price = order.limit_price_decimal
            price *= security.symbol_properties.contract_multiplier_decimal
            rate = Decimal("0.001") if is_maker(order) else Decimal("0.002")
            return fee_of(price * quantity * rate, security.quote_currency.symbol)
        raise unsupported(security)



"""Base of fee models, and the plain ones. LEAN: Common/Orders/Fees/FeeModel.cs, ConstantFeeModel.cs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from vibetrader.engine import money
from vibetrader.engine.clr import ArgumentException
from vibetrader.engine.data.enums import OrderDirection, OrderType, SecurityType
from vibetrader.engine.money import ZERO
from vibetrader.engine.naming import LeanOverrides, lean_names
from vibetrader.engine.orders.fees import CashAmount, OrderFee


@lean_names
class FeeModel(LeanOverrides):
    """No fee; base of the users' own models."""

    __clr_name__ = "QuantConnect.Orders.Fees.FeeModel"

    def get_order_fee(self, parameters: Any) -> Any:
        """Fee of an order."""
        return OrderFee(CashAmount(ZERO, "USD"))

    def __str__(self) -> str:
        return self.__clr_name__


class ConstantFeeModel(FeeModel):
    """The same fee for every order.

    Args:
        fee: Amount.
        currency: Its currency; dollars unless told otherwise, whatever the account's.
    """

    __clr_name__ = "QuantConnect.Orders.Fees.ConstantFeeModel"

    def __init__(self, fee: Any, currency: str = "USD") -> None:
        self._fee = abs(money.dec(fee))
        self._currency = currency

    def get_order_fee(self, parameters: Any) -> Any:
        """The amount."""
        return OrderFee(CashAmount(self._fee, self._currency))


def fee_of(amount: Decimal, currency: str) -> OrderFee:
    """A fee."""
    return OrderFee(CashAmount(amount, currency))


def base_and_quote(security: Any) -> tuple[str, str]:
    """Currencies of a pair. LEAN: CurrencyPairUtil.cs, DecomposeCurrencyPair.

    Raises:
        ArgumentException: The security is no pair.
    """
    ticker, kind = security.symbol.value, security.type
    if kind == SecurityType.FOREX:
        return ticker[:3], ticker[3:]
    if kind in (SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE, SecurityType.CFD):
        quote = security.symbol_properties.quote_currency
        if ticker.endswith(quote):
            return ticker[: len(ticker) - len(quote)], quote
    raise ArgumentException(f"Unsupported security type: {kind.to_string()}")


def side_price(security: Any, order: Any) -> Decimal:
    """Ask for purchases, bid for sales, the limit for limit orders; times the multiplier."""
    price = security.ask_price_decimal if order.direction == OrderDirection.BUY else security.bid_price_decimal
    if order.type == OrderType.LIMIT:
        price = order.limit_price_decimal
    return price * security.symbol_properties.contract_multiplier_decimal  # type: ignore[no-any-return]


def is_maker(order: Any) -> bool:
    """A limit order that rests in the book."""
    return order.type == OrderType.LIMIT and (
        bool(getattr(order.properties, "post_only", False)) or not order.is_marketable
    )


class PairFeeModel(FeeModel):
    """Fees as parts of the value; purchases pay in the coin that is bought.

    Args:
        maker: Part for orders that rest in the book.
        taker: Part for the others.
    """

    def __init__(self, maker: Any, taker: Any) -> None:
        self._maker = money.dec(maker)
        self._taker = money.dec(taker)

    def _rate(self, security: Any, order: Any) -> Decimal:
        return self._maker if is_maker(order) else self._taker

    def get_order_fee(self, parameters: Any) -> Any:
        """Fee of an order."""
        security, order = parameters.security, parameters.order
        rate = self._rate(security, order)
        quantity = abs(order.quantity_decimal)
        if security.type == SecurityType.CRYPTO_FUTURE:
            worth, cash = security.holdings.quantity_value(quantity, security.price_decimal)
            return fee_of(worth * rate, cash.symbol)
        if order.direction == OrderDirection.BUY:
            return fee_of(quantity * rate, base_and_quote(security)[0])
        return fee_of(side_price(security, order) * quantity * rate, security.quote_currency.symbol)


def unsupported(security: Any) -> ArgumentException:
    """LEAN: Messages.Orders.Fees.cs, FeeModel.UnsupportedSecurityType."""
    return ArgumentException(f"Unsupported security type: {security.type.to_string()}")

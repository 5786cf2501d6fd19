"""Amounts of a currency and order fees. LEAN: Common/Securities/CashAmount.cs, Common/Orders/Fees/OrderFee.cs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from vibetrader.engine import money
from vibetrader.engine.currencies import NULL_CURRENCY
from vibetrader.engine.naming import lean_names

if TYPE_CHECKING:
    from vibetrader.engine.orders.event import OrderEvent


@lean_names
class CashAmount:
    """An amount of a currency.

    Attributes:
        amount_decimal: Exact amount; `amount` is what users see.
        currency: Its code.
    """

    __slots__ = ("amount_decimal", "currency")
    __clr_name__ = "QuantConnect.Securities.CashAmount"

    def __init__(self, amount: object = 0, currency: str = "") -> None:
        self.amount_decimal = money.dec(amount)
        self.currency = currency

    @property
    def amount(self) -> float:
        """The amount."""
        return money.double(self.amount_decimal)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, CashAmount)
            and other.amount_decimal == self.amount_decimal
            and other.currency == self.currency
        )

    def __hash__(self) -> int:
        return hash((self.amount_decimal, self.currency))

    def __str__(self) -> str:
        return f"{money.text(self.amount_decimal)} {self.currency}"


@lean_names
class ConvertibleCashAmount:
    """An amount and the cash it is in. LEAN: Common/Securities/ConvertibleCashAmount.cs.

    Attributes:
        amount_decimal: Exact amount; `amount` is what users see.
        cash: Entry of the cash book.
    """

    __slots__ = ("amount_decimal", "cash")
    __clr_name__ = "QuantConnect.Securities.ConvertibleCashAmount"

    def __init__(self, amount: object, cash: Any) -> None:
        self.amount_decimal = money.dec(amount)
        self.cash = cash

    @property
    def amount(self) -> float:
        """The amount."""
        return money.double(self.amount_decimal)

    @property
    def in_account_currency(self) -> float:
        """Its worth in account currency."""
        return money.double(self.amount_decimal * self.cash.conversion_rate_decimal)

    def __float__(self) -> float:
        return self.in_account_currency


@lean_names
class OrderFee:
    """Fee of an order.

    Attributes:
        value: Amount and currency.
    """

    __slots__ = ("value",)
    __clr_name__ = "QuantConnect.Orders.Fees.OrderFee"
    ZERO: ClassVar[OrderFee]
    Zero: ClassVar[OrderFee]

    def __init__(self, order_fee: CashAmount) -> None:
        self.value = CashAmount(money.normalize(order_fee.amount_decimal), order_fee.currency)

    def apply_to_portfolio(self, portfolio: Any, fill: OrderEvent) -> None:
        """Take the fee out of the cash book."""
        portfolio.cash_book[self.value.currency].add_amount_decimal(-self.value.amount_decimal)

    def __float__(self) -> float:
        return self.value.amount

    def __str__(self) -> str:
        return str(self.value)


OrderFee.ZERO = OrderFee.Zero = OrderFee(CashAmount(0, NULL_CURRENCY))


class ModifiedFillQuantityOrderFee(OrderFee):
    """A fee that was taken from the bought coins; its worth leaves the quote currency.

    LEAN: Common/Orders/Fees/ModifiedFillQuantityOrderFee.cs.
    """

    __slots__ = ("_multiplier", "_quote_currency")

    def __init__(self, order_fee: CashAmount, quote_currency: str, contract_multiplier: Decimal) -> None:
        super().__init__(order_fee)
        self._quote_currency = quote_currency
        self._multiplier = contract_multiplier

    def apply_to_portfolio(self, portfolio: Any, fill: OrderEvent) -> None:
        """Take the worth of the fee at the fill price."""
        portfolio.cash_book[self._quote_currency].add_amount_decimal(
            -self.value.amount_decimal * fill.fill_price_decimal * self._multiplier
        )


def as_fee(result: Any) -> OrderFee:
    """Fee that a model returned, which may be a plain number in USD (old Python models)."""
    if isinstance(result, OrderFee):
        return result
    if isinstance(result, CashAmount):
        return OrderFee(result)
    return OrderFee(CashAmount(result, "USD"))

"""Order events. LEAN: Common/Orders/OrderEvent.cs."""

from __future__ import annotations

from copy import copy
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from vibetrader.engine import currencies, money
from vibetrader.engine.data.enums import OrderDirection, OrderStatus
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.money import ZERO, normalize
from vibetrader.engine.naming import lean_names
from vibetrader.engine.orders.fees import OrderFee, as_fee
from vibetrader.engine.orders.order import Order, trailing_text, utc_text
from vibetrader.engine.timekeeping import Nanoseconds, from_datetime, to_datetime

if TYPE_CHECKING:
    from vibetrader.engine.orders.ticket import OrderTicket


@lean_names
class OrderEvent:
    """A change of an order: its new status, and what was filled.

    `OrderEvent(order, utc_time, order_fee, message)` starts from an order; the long form names every figure.

    Attributes:
        order_id: The order.
        id: Number of the event within the order.
        utc_ns: When, UTC.
        status: New status.
        direction: Side.
        message: The engine's or the model's note.
        ticket: The order's ticket.
    """

    __slots__ = (
        "_fee", "_fill_price", "_fill_quantity", "_quantity", "direction", "fill_price_currency", "id", "is_assignment",
        "is_in_the_money", "limit_price_decimal", "message", "order_id", "status", "stop_price_decimal", "symbol", "ticket",
        "trailing_amount_decimal", "trailing_as_percentage", "trigger_price_decimal", "utc_ns",
    )  # fmt: skip
    __clr_name__ = "QuantConnect.Orders.OrderEvent"

    def __init__(self, *arguments: Any, message: str = "") -> None:
        self.id = 0
        self.is_assignment = False
        self.is_in_the_money = False
        self.ticket: OrderTicket | None = None
        self.limit_price_decimal: Decimal | None = None
        self.stop_price_decimal: Decimal | None = None
        self.trigger_price_decimal: Decimal | None = None
        self.trailing_amount_decimal: Decimal | None = None
        self.trailing_as_percentage: bool | None = None
        self._quantity = ZERO
        self._fill_price = ZERO
        self._fill_quantity = ZERO
        self.symbol: Symbol
        self.direction = OrderDirection.BUY
        self.message = message
        if arguments and isinstance(arguments[0], Order):
            order, time, fee, *rest = arguments
            self.order_id: int = order.id
            self.symbol = order.symbol
            self.status: OrderStatus = order.status
            self._quantity = order.quantity_decimal
            self.direction = order.direction
            self.fill_price_currency: str = order.price_currency
            self.utc_ns: Nanoseconds = time if isinstance(time, int) else from_datetime(time)
            self._fee: OrderFee = fee
            if rest:
                self.message = rest[0]
        elif arguments:
            order_id, symbol, time, status, direction, fill_price, fill_quantity, fee, *rest = arguments
            self.order_id = order_id
            self.symbol = symbol
            self.utc_ns = time if isinstance(time, int) else from_datetime(time)
            self.status = status
            self.direction = direction
            self.fill_price_currency = ""
            self.fill_price = fill_price
            self.fill_quantity = fill_quantity
            self._fee = fee
            if rest:
                self.message = rest[0]
        else:
            self.order_id = 0
            self.status = OrderStatus.NEW
            self.fill_price_currency = ""
            self.utc_ns = 0
            self._fee = OrderFee.ZERO

    # --- exact figures --------------------------------------------------------------------------------------------

    @property
    def fill_price_decimal(self) -> Decimal:
        """Fill price, exact."""
        return self._fill_price

    @fill_price_decimal.setter
    def fill_price_decimal(self, price: Decimal) -> None:
        self._fill_price = normalize(price)

    @property
    def fill_quantity_decimal(self) -> Decimal:
        """Signed filled quantity of this event, exact."""
        return self._fill_quantity

    @fill_quantity_decimal.setter
    def fill_quantity_decimal(self, quantity: Decimal) -> None:
        self._fill_quantity = normalize(quantity)

    @property
    def quantity_decimal(self) -> Decimal:
        """Signed quantity of the order, exact."""
        return self._quantity

    @quantity_decimal.setter
    def quantity_decimal(self, quantity: Decimal) -> None:
        self._quantity = normalize(quantity)

    # --- what users see -------------------------------------------------------------------------------------------

    @property
    def order_fee(self) -> OrderFee:
        """Fee of the order, on its last fill."""
        return self._fee

    @order_fee.setter
    def order_fee(self, fee: Any) -> None:
        self._fee = as_fee(fee)

    @property
    def utc_time(self) -> datetime:
        """When, UTC."""
        return to_datetime(self.utc_ns).replace(tzinfo=UTC)

    @utc_time.setter
    def utc_time(self, moment: datetime) -> None:
        self.utc_ns = from_datetime(moment)

    @property
    def fill_price(self) -> float:
        """Fill price, 0 without a fill."""
        return money.double(self._fill_price)

    @fill_price.setter
    def fill_price(self, price: object) -> None:
        self._fill_price = normalize(money.dec(price))

    @property
    def fill_quantity(self) -> float:
        """Signed quantity filled by this event."""
        return money.double(self._fill_quantity)

    @fill_quantity.setter
    def fill_quantity(self, quantity: object) -> None:
        self._fill_quantity = normalize(money.dec(quantity))

    @property
    def absolute_fill_quantity(self) -> float:
        """Unsigned quantity filled by this event."""
        return money.double(abs(self._fill_quantity))

    @property
    def quantity(self) -> float:
        """Signed quantity of the order."""
        return money.double(self._quantity)

    @property
    def limit_price(self) -> float | None:
        """The order's limit; None without."""
        return None if self.limit_price_decimal is None else money.double(self.limit_price_decimal)

    @property
    def stop_price(self) -> float | None:
        """The order's stop; None without."""
        return None if self.stop_price_decimal is None else money.double(self.stop_price_decimal)

    @property
    def trigger_price(self) -> float | None:
        """The order's trigger; None without."""
        return None if self.trigger_price_decimal is None else money.double(self.trigger_price_decimal)

    @property
    def trailing_amount(self) -> float | None:
        """The order's trailing distance; None without."""
        return None if self.trailing_amount_decimal is None else money.double(self.trailing_amount_decimal)

    def clone(self) -> OrderEvent:
        """A copy."""
        return copy(self)

    def __str__(self) -> str:
        sign = currencies.sign(self.fill_price_currency)
        text = (
            f"Time: {utc_text(self.utc_ns)} OrderID: {self.order_id} EventID: {self.id} Symbol: {self.symbol.value} "
            f"Status: {self.status.to_string()} Quantity: {money.text(self._quantity)}"
        )
        if self._fill_quantity:
            text += (
                f" FillQuantity: {money.text(self._fill_quantity)}"
                f" FillPrice: {sign}{money.text(money.smart_round(self._fill_price))}"
            )
        if self.limit_price_decimal is not None:
            text += f" LimitPrice: {sign}{money.text(money.smart_round(self.limit_price_decimal))}"
        if self.stop_price_decimal is not None:
            text += f" StopPrice: {sign}{money.text(money.smart_round(self.stop_price_decimal))}"
        if self.trailing_amount_decimal is not None:
            distance = trailing_text(self.trailing_amount_decimal, bool(self.trailing_as_percentage), sign)
            text += f" TrailingAmount: {distance}"
        if self.trigger_price_decimal is not None:
            text += f" TriggerPrice: {sign}{money.text(money.smart_round(self.trigger_price_decimal))}"
        if self._fee.value.amount_decimal:
            text += f" OrderFee: {self._fee}"
        if self.message:
            text += f" Message: {self.message}"
        return text

    def short_to_string(self) -> str:
        """The same, shorter."""
        sign = currencies.sign(self.fill_price_currency)
        text = (
            f"{utc_text(self.utc_ns)} OID:{self.order_id} {self.symbol.value} {self.status.to_string()} "
            f"Q:{money.text(self._quantity)}"
        )
        if self._fill_quantity:
            text += f" FQ:{money.text(self._fill_quantity)} FP:{sign}{money.text(money.smart_round(self._fill_price))}"
        if self.limit_price_decimal is not None:
            text += f" LP:{sign}{money.text(money.smart_round(self.limit_price_decimal))}"
        if self.stop_price_decimal is not None:
            text += f" SP:{sign}{money.text(money.smart_round(self.stop_price_decimal))}"
        if self.trailing_amount_decimal is not None:
            distance = trailing_text(self.trailing_amount_decimal, bool(self.trailing_as_percentage), sign)
            text += f" TA: {distance}"
        if self.trigger_price_decimal is not None:
            text += f" TP:{sign}{money.text(money.smart_round(self.trigger_price_decimal))}"
        if self._fee.value.amount_decimal:
            text += f" OF:{sign}{self._fee}"
        if self.message:
            text += f" M:{self.message}"
        return text

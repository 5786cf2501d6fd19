"""Order tickets. LEAN: Common/Orders/OrderTicket.cs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from vibetrader.engine import money
from vibetrader.engine.clr import ArgumentException, InvalidCastException
from vibetrader.engine.data.enums import (
    OrderField,
    OrderRequestStatus,
    OrderResponseErrorCode,
    OrderStatus,
    OrderType,
    SecurityType,
)
from vibetrader.engine.data.symbol import SecurityIdentifier, Symbol
from vibetrader.engine.money import ZERO
from vibetrader.engine.naming import generic, lean_names
from vibetrader.engine.orders.event import OrderEvent
from vibetrader.engine.orders.order import Order, is_fill
from vibetrader.engine.orders.requests import (
    CancelOrderRequest,
    OrderRequest,
    OrderResponse,
    SubmitOrderRequest,
    UpdateOrderFields,
    UpdateOrderRequest,
)

#: Field → order types that carry it; the rest of a type's fields is refused with other words.
_LIMITS = (OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED, OrderType.COMBO_LEG_LIMIT)
_STOPS = (OrderType.STOP_MARKET, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP)

_NO_SYMBOL = Symbol(SecurityIdentifier("", SecurityType.BASE, "empty"), "")


@lean_names
class OrderTicket:
    """The user's handle of an order.

    Attributes:
        submit_request: The request that made it.
        update_requests: Requests to change it, oldest first.
        cancel_request: Request to cancel it.
        order_events: Its events so far.
    """

    __slots__ = (
        "_average", "_filled", "_order", "_override", "_transactions", "cancel_request", "order_events", "submit_request",
        "update_requests",
    )  # fmt: skip
    __clr_name__ = "QuantConnect.Orders.OrderTicket"

    def __init__(self, transactions: Any, submit_request: SubmitOrderRequest) -> None:
        self._transactions = transactions
        self.submit_request = submit_request
        self.update_requests: list[UpdateOrderRequest] = []
        self.cancel_request: CancelOrderRequest | None = None
        self.order_events: list[OrderEvent] = []
        self._order: Order | None = None
        self._override: OrderStatus | None = None
        self._filled = ZERO
        self._average = ZERO

    @classmethod
    def invalid(cls, transactions: Any, request: SubmitOrderRequest, response: OrderResponse) -> OrderTicket:
        """Ticket of a request refused before it became an order. LEAN: OrderTicket.cs, InvalidSubmitRequest."""
        request.set_response(response)
        ticket = cls(transactions, request)
        ticket._override = OrderStatus.INVALID
        return ticket

    @classmethod
    def unknown(cls, transactions: Any, request: UpdateOrderRequest | CancelOrderRequest) -> OrderTicket:
        """Ticket for an id that does not exist. LEAN: OrderTicket.cs, InvalidCancelOrderId, InvalidUpdateOrderId."""
        submit = SubmitOrderRequest(OrderType.MARKET, SecurityType.BASE, _NO_SYMBOL, ZERO, tag=request.tag)
        submit.set_response(OrderResponse.unable_to_find_order(request))
        submit.order_id = request.order_id
        ticket = cls(transactions, submit)
        request.set_response(OrderResponse.unable_to_find_order(request))
        if isinstance(request, UpdateOrderRequest):
            ticket.update_requests.append(request)
        else:
            ticket.cancel_request = request
        ticket._override = OrderStatus.INVALID
        return ticket

    # --- state ----------------------------------------------------------------------------------------------------

    @property
    def order_id(self) -> int:
        """Number of the order; negative when it was refused before it became one."""
        return self.submit_request.order_id

    @property
    def status(self) -> OrderStatus:
        """Where the order stands."""
        if self._override is not None:
            return self._override
        return OrderStatus.NEW if self._order is None else self._order.status

    @property
    def symbol(self) -> Symbol:
        """What is traded."""
        return self.submit_request.symbol

    @property
    def security_type(self) -> SecurityType:
        """Kind of the security."""
        return self.submit_request.security_type

    @property
    def order_type(self) -> OrderType:
        """Kind of the order."""
        return self.submit_request.order_type

    @property
    def quantity_decimal(self) -> Decimal:
        """Signed quantity, exact."""
        return self.submit_request.quantity_decimal if self._order is None else self._order.quantity_decimal

    @property
    def quantity(self) -> float:
        """Signed quantity."""
        return money.double(self.quantity_decimal)

    @property
    def quantity_filled_decimal(self) -> Decimal:
        """Signed quantity filled so far, exact."""
        return self._filled

    @property
    def quantity_filled(self) -> float:
        """Signed quantity filled so far."""
        return money.double(self._filled)

    @property
    def quantity_remaining_decimal(self) -> Decimal:
        """Signed quantity not filled yet, exact."""
        return self.quantity_decimal - self._filled

    @property
    def quantity_remaining(self) -> float:
        """Signed quantity not filled yet."""
        return money.double(self.quantity_remaining_decimal)

    @property
    def average_fill_price(self) -> float:
        """Average price of the fills, 0 before."""
        return money.double(self._average)

    @property
    def tag(self) -> str | None:
        """The user's note."""
        return self.submit_request.tag if self._order is None else self._order.tag

    @property
    def time(self) -> datetime:
        """Time of the latest request, UTC."""
        return self.get_most_recent_order_request().time

    @property
    def has_order(self) -> bool:
        """True once the request became an order."""
        return self._order is not None

    @property
    def order(self) -> Order | None:
        """The order itself; the engine's own."""
        return self._order

    # --- fields ---------------------------------------------------------------------------------------------------

    @generic
    def get(self, field: OrderField) -> Any:
        """Value of a field, e.g. `ticket.get(OrderField.LIMIT_PRICE)`.

        Raises:
            ArgumentException: The order has no such field.
        """
        kind = self.submit_request.order_type
        source: Any = self._order if self._order is not None else self.submit_request
        if field == OrderField.LIMIT_PRICE:
            if kind == OrderType.COMBO_LIMIT and self._order is not None:
                assert self._order.group_order_manager is not None
                return self._order.group_order_manager.limit_price
            if kind in _LIMITS or kind == OrderType.COMBO_LIMIT:
                return source.limit_price
        elif field == OrderField.STOP_PRICE:
            if kind in _STOPS:
                return source.stop_price
        elif field == OrderField.TRIGGER_PRICE:
            if kind == OrderType.LIMIT_IF_TOUCHED or self._order is None:
                return source.trigger_price
            raise self._no_access(field)
        else:
            if kind == OrderType.TRAILING_STOP or self._order is None:
                if field == OrderField.TRAILING_AS_PERCENTAGE:
                    # LEAN's `get` without a type argument casts to decimal
                    raise InvalidCastException("Unable to cast object of type 'System.Boolean' to type 'System.Decimal'.")
                return source.trailing_amount
            raise self._no_access(field)
        raise ArgumentException(
            f"Unable to get field {OrderField(field).to_string()} on order of type {kind.to_string()}"
        )

    def _no_access(self, field: OrderField) -> ArgumentException:
        return ArgumentException(
            f"Unable to access property {OrderField(field).to_string()} on order of type {self.order_type.to_string()}"
        )

    # --- requests -------------------------------------------------------------------------------------------------

    def update(self, fields: UpdateOrderFields) -> OrderResponse:
        """Ask for a change; it happens at the engine's next pass."""
        request = UpdateOrderRequest(self._transactions.utc_ns, self.order_id, fields)
        ticket: OrderTicket = self._transactions.update_order(request)
        return ticket.update_requests[-1].response

    def update_tag(self, tag: str) -> OrderResponse:
        """Change the tag; also of a closed order."""
        return self.update(UpdateOrderFields(tag=tag))

    def update_quantity(self, quantity: float, tag: str | None = None) -> OrderResponse:
        """Change the signed quantity."""
        return self.update(UpdateOrderFields(quantity=quantity, tag=tag))

    def update_limit_price(self, limit_price: float, tag: str | None = None) -> OrderResponse:
        """Change the limit."""
        return self.update(UpdateOrderFields(limit_price=limit_price, tag=tag))

    def update_stop_price(self, stop_price: float, tag: str | None = None) -> OrderResponse:
        """Change the stop."""
        return self.update(UpdateOrderFields(stop_price=stop_price, tag=tag))

    def update_trigger_price(self, trigger_price: float, tag: str | None = None) -> OrderResponse:
        """Change the trigger."""
        return self.update(UpdateOrderFields(trigger_price=trigger_price, tag=tag))

    def update_stop_trailing_amount(self, trailing_amount: float, tag: str | None = None) -> OrderResponse:
        """Change the trailing distance."""
        return self.update(UpdateOrderFields(trailing_amount=trailing_amount, tag=tag))

    def cancel(self, tag: str | None = None) -> OrderResponse:
        """Ask to cancel the order; LEAN refuses a second request."""
        request = CancelOrderRequest(self._transactions.utc_ns, self.order_id, tag)
        previous = self.cancel_request
        if previous is not None and previous.status != OrderRequestStatus.ERROR:
            return OrderResponse.error(
                request,
                OrderResponseErrorCode.REQUEST_CANCELED,
                f"Order {self.order_id} has already received a cancellation request.",
            )
        ticket: OrderTicket = self._transactions.process_request(request)
        assert ticket.cancel_request is not None
        return ticket.cancel_request.response

    def get_most_recent_order_response(self) -> OrderResponse:
        """Answer to the latest request."""
        return self.get_most_recent_order_request().response

    def get_most_recent_order_request(self) -> OrderRequest:
        """The latest request: the cancellation, else the last update, else the submission."""
        if self.cancel_request is not None:
            return self.cancel_request
        return self.update_requests[-1] if self.update_requests else self.submit_request

    # --- used by the engine ---------------------------------------------------------------------------------------

    def set_order(self, order: Order) -> None:
        """Bind the order."""
        self._order = order

    def try_set_cancel_request(self, request: CancelOrderRequest) -> bool:
        """Note the request unless one is already in progress."""
        if self.cancel_request is not None and self.cancel_request.status != OrderRequestStatus.ERROR:
            return False
        self.cancel_request = request
        return True

    def add_order_event(self, event: OrderEvent) -> None:
        """Take an event into the totals. LEAN: OrderTicket.cs, AddOrderEvent."""
        self.order_events.append(event)
        if event.fill_quantity_decimal:
            self._filled += event.fill_quantity_decimal
            worth = ZERO
            for earlier in self.order_events:
                if is_fill(earlier.status):
                    worth += abs(earlier.fill_quantity_decimal) * earlier.fill_price_decimal
            self._average = worth / abs(self._filled)
            assert self._order is not None
            self._order.price_decimal = self._average

    def __int__(self) -> int:
        response = self.get_most_recent_order_response()
        return int(response.error_code) if response.is_error else self.order_id

    def __str__(self) -> str:
        requests: list[OrderRequest] = [self.submit_request, *self.update_requests]
        if self.cancel_request is not None:
            requests.append(self.cancel_request)
        answered = sum(request.response.is_processed for request in requests)
        counts = f"Request Count: {len(requests)} Response Count: {answered}"
        if self._order is not None:
            return f"{self.order_id}: {self._order} {counts}"
        return f"{self.order_id}: {counts}"

    def __repr__(self) -> str:
        return "<QuantConnect.Orders.OrderTicket object>"

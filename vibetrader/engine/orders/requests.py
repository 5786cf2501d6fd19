"""Requests to the transaction handler and its answers. LEAN: Common/Orders/*OrderRequest.cs, OrderResponse.cs."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar, Final

from vibetrader.engine import money
from vibetrader.engine.data import symbolcache
from vibetrader.engine.data.enums import (
    OrderRequestStatus,
    OrderRequestType,
    OrderResponseErrorCode,
    OrderType,
    SecurityType,
)
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.money import ZERO
from vibetrader.engine.naming import lean_names, to_snake
from vibetrader.engine.orders.order import GroupOrderManager, create_order, utc_text
from vibetrader.engine.orders.properties import OrderProperties
from vibetrader.engine.timekeeping import Nanoseconds, from_datetime, to_datetime


@lean_names
class OrderResponse:
    """Answer to a request.

    Attributes:
        order_id: The order.
        error_code: Why it was refused, NONE otherwise.
        error_message: The same in words; None for a success.
    """

    __slots__ = ("_processed", "error_code", "error_message", "order_id")
    __clr_name__ = "QuantConnect.Orders.OrderResponse"
    UNPROCESSED: ClassVar[OrderResponse]
    Unprocessed: ClassVar[OrderResponse]

    def __init__(
        self, order_id: int, error_code: OrderResponseErrorCode, error_message: str | None, *, processed: bool = True
    ) -> None:
        self.order_id = order_id
        self.error_code = error_code
        self.error_message = (
            None if error_code == OrderResponseErrorCode.NONE else error_message or "An unexpected error occurred."
        )
        self._processed = processed

    @property
    def is_processed(self) -> bool:
        """False while the request waits."""
        return self._processed

    @property
    def is_success(self) -> bool:
        """Processed without an error."""
        return self._processed and self.error_code == OrderResponseErrorCode.NONE

    @property
    def is_error(self) -> bool:
        """Refused."""
        return self._processed and self.error_code != OrderResponseErrorCode.NONE

    @staticmethod
    def success(request: OrderRequest) -> OrderResponse:
        """Accepted."""
        return OrderResponse(request.order_id, OrderResponseErrorCode.NONE, None)

    @staticmethod
    def error(request: OrderRequest, error_code: OrderResponseErrorCode, error_message: str | None) -> OrderResponse:
        """Refused."""
        return OrderResponse(request.order_id, error_code, error_message)

    @staticmethod
    def invalid_status(request: OrderRequest, order: Any) -> OrderResponse:
        """The order is closed."""
        return OrderResponse.error(
            request,
            OrderResponseErrorCode.INVALID_ORDER_STATUS,
            f"Unable to update order with id {request.order_id} because it already has {order.status.to_string()} status.",
        )

    @staticmethod
    def invalid_new_status(request: OrderRequest, order: Any) -> OrderResponse:
        """The order was never submitted."""
        return OrderResponse.error(
            request,
            OrderResponseErrorCode.INVALID_NEW_ORDER_STATUS,
            f"Unable to update or cancel order with id {request.order_id} and status {order.status.to_string()} "
            "because the submit confirmation has not been received yet.",
        )

    @staticmethod
    def unable_to_find_order(request: OrderRequest) -> OrderResponse:
        """No such order."""
        return OrderResponse.error(
            request,
            OrderResponseErrorCode.UNABLE_TO_FIND_ORDER,
            f"Unable to locate order with id {request.order_id}.",
        )

    @staticmethod
    def zero_quantity(request: OrderRequest) -> OrderResponse:
        """Quantity zero."""
        return OrderResponse.error(
            request,
            OrderResponseErrorCode.ORDER_QUANTITY_ZERO,
            f"Unable to {to_snake(request.order_request_type.to_string())} order with id {request.order_id} "
            "that has zero quantity.",
        )

    @staticmethod
    def missing_security(request: Any) -> OrderResponse:
        """The security was never added."""
        return OrderResponse.error(
            request,
            OrderResponseErrorCode.MISSING_SECURITY,
            f"You haven't requested {request.symbol} data. Add this with add_security() in the initialize() method.",
        )

    @staticmethod
    def warming_up(request: OrderRequest) -> OrderResponse:
        """The algorithm is warming up."""
        kind = to_snake(request.order_request_type.to_string())
        return OrderResponse.error(
            request,
            OrderResponseErrorCode.ALGORITHM_WARMING_UP,
            f"This operation is not allowed in initialize or during warm up: OrderRequest.{kind}. "
            "Please move this code to the on_warmup_finished() method.",
        )

    def __str__(self) -> str:
        if not self._processed:
            return "Unprocessed"
        if self.is_error:
            return f"Error: {self.error_code.to_string()} - {self.error_message}"
        return "Success"


OrderResponse.UNPROCESSED = OrderResponse.Unprocessed = OrderResponse(
    -(2**31), OrderResponseErrorCode.NONE, None, processed=False
)


@lean_names
class OrderRequest:
    """Base of the requests.

    Attributes:
        time_ns: When it was made, UTC.
        order_id: The order; -10 before it has one.
        tag: The user's note.
        status: Where the request stands.
        response: The answer.
    """

    __slots__ = ("order_id", "response", "status", "tag", "time_ns")
    #: Kind of the request.
    order_request_type: ClassVar[OrderRequestType] = OrderRequestType.SUBMIT

    def __init__(self, time: datetime | Nanoseconds, order_id: int, tag: str | None) -> None:
        self.time_ns: Nanoseconds = time if isinstance(time, int) else from_datetime(time)
        self.order_id = order_id
        self.tag = tag
        self.status = OrderRequestStatus.UNPROCESSED
        self.response = OrderResponse.UNPROCESSED

    @property
    def time(self) -> datetime:
        """When it was made, UTC."""
        return to_datetime(self.time_ns).replace(tzinfo=UTC)

    def set_response(
        self, response: OrderResponse, status: OrderRequestStatus = OrderRequestStatus.ERROR
    ) -> None:
        """Note the answer. LEAN: OrderRequest.cs, SetResponse: an error is an error whatever the status says."""
        self.response = response
        self.status = OrderRequestStatus.ERROR if response.is_error else status

    def __str__(self) -> str:
        return f"{utc_text(self.time_ns)} UTC: Order: ({self.order_id}) - {self.tag or ''} Status: {self.status.to_string()}"


_PRICES: Final = ("trigger_price", "trailing_amount", "trailing_as_percentage")
_REST: Final = ("time", "tag", "properties", "group_order_manager", "asynchronous")
_DEFAULTS: Final[dict[str, Any]] = {
    "trigger_price": ZERO,
    "trailing_amount": ZERO,
    "trailing_as_percentage": False,
    "time": 0,
    "tag": "",
    "properties": None,
    "group_order_manager": None,
    "asynchronous": False,
}


@lean_names
class SubmitOrderRequest(OrderRequest):
    """Asks for a new order."""

    __slots__ = (
        "asynchronous", "group_order_manager", "limit_price_decimal", "order_properties", "order_type",
        "quantity_decimal", "security_type", "stop_price_decimal", "symbol", "trailing_amount_decimal",
        "trailing_as_percentage", "trigger_price_decimal",
    )  # fmt: skip
    __clr_name__ = "QuantConnect.Orders.SubmitOrderRequest"

    def __init__(
        self,
        order_type: OrderType,
        security_type: SecurityType,
        symbol: Symbol | str,
        quantity: object,
        stop_price: object = ZERO,
        limit_price: object = ZERO,
        *arguments: Any,
        **keywords: Any,
    ) -> None:
        """Three forms, which differ in what stands between the limit and the time.

        Args:
            order_type: Kind of the order.
            security_type: Kind of the security.
            symbol: Symbol, or a ticker that was added.
            quantity: Signed size.
            stop_price: Stop, 0 without.
            limit_price: Limit, 0 without.
            arguments: [trigger_price, [trailing_amount, trailing_as_percentage]], time, tag, properties,
                group_order_manager, asynchronous.
            keywords: The same by name.
        """
        before = next((i for i, value in enumerate(arguments) if isinstance(value, datetime)), len(arguments))
        names = (*_PRICES[: before if before < len(_PRICES) else len(_PRICES)], *_REST)
        given = _DEFAULTS | dict(zip(names, arguments, strict=False)) | keywords
        super().__init__(given["time"], int(OrderResponseErrorCode.UNABLE_TO_FIND_ORDER), given["tag"])
        self.order_type = order_type
        self.security_type = security_type
        self.symbol = symbol if isinstance(symbol, Symbol) else symbolcache.to_symbol(symbol)
        self.quantity_decimal = money.dec(quantity)
        self.stop_price_decimal = money.dec(stop_price)
        self.limit_price_decimal = money.dec(limit_price)
        self.trigger_price_decimal = money.dec(given["trigger_price"])
        self.trailing_amount_decimal = money.dec(given["trailing_amount"])
        self.trailing_as_percentage: bool = given["trailing_as_percentage"]
        self.order_properties: OrderProperties | None = given["properties"]
        self.group_order_manager: GroupOrderManager | None = given["group_order_manager"]
        self.asynchronous: bool = given["asynchronous"]

    @property
    def quantity(self) -> float:
        """Wanted quantity, before rounding to lots."""
        return money.double(self.quantity_decimal)

    @property
    def limit_price(self) -> float:
        """Wanted limit."""
        return money.double(self.limit_price_decimal)

    @property
    def stop_price(self) -> float:
        """Wanted stop."""
        return money.double(self.stop_price_decimal)

    @property
    def trigger_price(self) -> float:
        """Wanted trigger."""
        return money.double(self.trigger_price_decimal)

    @property
    def trailing_amount(self) -> float:
        """Wanted trailing distance."""
        return money.double(self.trailing_amount_decimal)

    def __str__(self) -> str:
        proxy = create_order(self)
        return (
            f"{utc_text(self.time_ns)} UTC: Submit Order: ({self.order_id}) - {proxy} {self.tag or ''} "
            f"Status: {self.status.to_string()} Async: {self.asynchronous}"
        )


def _number(value: object) -> Decimal | None:
    # a nullable decimal takes a Python float by its text, ".0" included
    return None if value is None else Decimal(repr(value)) if type(value) is float else money.dec(value)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else money.double(value)


@lean_names
class UpdateOrderFields:
    """What an update changes; None leaves a field as it is. LEAN: Common/Orders/UpdateOrderFields.cs."""

    __slots__ = ("limit_price", "quantity", "stop_price", "tag", "trailing_amount", "trigger_price")
    __clr_name__ = "QuantConnect.Orders.UpdateOrderFields"

    def __init__(
        self,
        quantity: Any = None,
        limit_price: Any = None,
        stop_price: Any = None,
        trigger_price: Any = None,
        trailing_amount: Any = None,
        tag: str | None = None,
    ) -> None:
        self.quantity = quantity
        self.limit_price = limit_price
        self.stop_price = stop_price
        self.trigger_price = trigger_price
        self.trailing_amount = trailing_amount
        self.tag = tag


@lean_names
class UpdateOrderRequest(OrderRequest):
    """Asks to change an order."""

    __slots__ = (
        "limit_price_decimal", "quantity_decimal", "stop_price_decimal", "trailing_amount_decimal", "trigger_price_decimal",
    )  # fmt: skip
    __clr_name__ = "QuantConnect.Orders.UpdateOrderRequest"
    order_request_type = OrderRequestType.UPDATE

    def __init__(self, time: datetime | Nanoseconds, order_id: int, fields: UpdateOrderFields) -> None:
        super().__init__(time, order_id, fields.tag)
        self.quantity_decimal = _number(fields.quantity)
        self.limit_price_decimal = _number(fields.limit_price)
        self.stop_price_decimal = _number(fields.stop_price)
        self.trigger_price_decimal = _number(fields.trigger_price)
        self.trailing_amount_decimal = _number(fields.trailing_amount)

    @property
    def quantity(self) -> float | None:
        """New quantity."""
        return _float(self.quantity_decimal)

    @property
    def limit_price(self) -> float | None:
        """New limit."""
        return _float(self.limit_price_decimal)

    @property
    def stop_price(self) -> float | None:
        """New stop."""
        return _float(self.stop_price_decimal)

    @property
    def trigger_price(self) -> float | None:
        """New trigger."""
        return _float(self.trigger_price_decimal)

    @property
    def trailing_amount(self) -> float | None:
        """New trailing distance."""
        return _float(self.trailing_amount_decimal)

    @property
    def is_allowed_for_closed_order(self) -> bool:
        """Only the tag changes. LEAN: UpdateOrderRequest.cs, IsAllowedForClosedOrder."""
        return (
            self.quantity_decimal is None
            and self.limit_price_decimal is None
            and self.stop_price_decimal is None
            and self.trigger_price_decimal is None
            and self.trailing_amount_decimal is None
        )

    def __str__(self) -> str:
        updates = []
        if self.quantity_decimal is not None:
            updates.append(f"Quantity: {money.text(self.quantity_decimal)}")
        for label, value in (
            ("LimitPrice", self.limit_price_decimal),
            ("StopPrice", self.stop_price_decimal),
            ("TrailingAmount", self.trailing_amount_decimal),
            ("TriggerPrice", self.trigger_price_decimal),
        ):
            if value is not None:
                updates.append(f"{label}: {money.text(money.smart_round(value))}")
        return (
            f"{utc_text(self.time_ns)} UTC: Update Order: ({self.order_id}) - {', '.join(updates)} {self.tag or ''} "
            f"Status: {self.status.to_string()}"
        )


class CancelOrderRequest(OrderRequest):
    """Asks to cancel an order."""

    __slots__ = ()
    __clr_name__ = "QuantConnect.Orders.CancelOrderRequest"
    order_request_type = OrderRequestType.CANCEL

    def __str__(self) -> str:
        return (
            f"{utc_text(self.time_ns)} UTC: Cancel Order: ({self.order_id}) - {self.tag or ''} "
            f"Status: {self.status.to_string()}"
        )

"""Orders. LEAN: Common/Orders/Order.cs and one class per type.

An order belongs to the transaction handler; users get clones. Exact figures are the attributes named `…_decimal`, users
read the same names without the ending.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar, Final, Self

from vibetrader.engine import currencies, money
from vibetrader.engine.clr import ArgumentException
from vibetrader.engine.data.enums import DataNormalizationMode, OrderDirection, OrderStatus, OrderType, SecurityType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.money import ZERO, normalize
from vibetrader.engine.naming import lean_names
from vibetrader.engine.orders.properties import OrderProperties
from vibetrader.engine.orders.timeinforce import TimeInForce
from vibetrader.engine.timekeeping import MINUTE, SECOND, Nanoseconds, from_datetime, to_datetime, to_timedelta

CLOSED: Final = frozenset({OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.INVALID})


def is_closed(status: OrderStatus) -> bool:
    """Nothing more can happen to such an order. LEAN: Common/Orders/OrderExtensions.cs."""
    return status in CLOSED


def is_open(status: OrderStatus) -> bool:
    """The order may still fill."""
    return status not in CLOSED and status != OrderStatus.NONE


def is_fill(status: OrderStatus) -> bool:
    """Filled, wholly or in part."""
    return status in (OrderStatus.FILLED, OrderStatus.PARTIALLY_FILLED)


def utc_datetime(ns: Nanoseconds | None) -> datetime | None:
    """A moment as users see UTC times: with a zone."""
    return None if ns is None else to_datetime(ns).replace(tzinfo=UTC)


def utc_text(ns: Nanoseconds) -> str:
    """.NET's invariant text of a time: 06/01/2023 01:00:00."""
    return to_datetime(ns).strftime("%m/%d/%Y %H:%M:%S")


def direction_of(quantity: Decimal) -> OrderDirection:
    """Side of a signed quantity."""
    if quantity > 0:
        return OrderDirection.BUY
    return OrderDirection.SELL if quantity < 0 else OrderDirection.HOLD


@lean_names
class OrderSubmissionData:
    """Prices at the moment of submission. LEAN: Common/Orders/OrderSubmissionData.cs."""

    __slots__ = ("ask_price_decimal", "bid_price_decimal", "last_price_decimal")
    __clr_name__ = "QuantConnect.Orders.OrderSubmissionData"

    def __init__(self, bid_price: Decimal, ask_price: Decimal, last_price: Decimal) -> None:
        self.bid_price_decimal = bid_price
        self.ask_price_decimal = ask_price
        self.last_price_decimal = last_price

    @property
    def bid_price(self) -> float:
        """Bid."""
        return money.double(self.bid_price_decimal)

    @property
    def ask_price(self) -> float:
        """Ask."""
        return money.double(self.ask_price_decimal)

    @property
    def last_price(self) -> float:
        """Last price."""
        return money.double(self.last_price_decimal)


@lean_names
class GroupOrderManager:
    """What the legs of a combo share. LEAN: Common/Orders/GroupOrderManager.cs.

    Attributes:
        id: Number of the combo.
        count: Number of legs.
        order_ids: Their orders, in order of submission.
        quantity_decimal: Signed size of the whole combo.
        limit_price_decimal: Limit of the whole combo, 0 without.
    """

    __slots__ = ("count", "id", "limit_price_decimal", "order_ids", "quantity_decimal")
    __clr_name__ = "QuantConnect.Orders.GroupOrderManager"

    def __init__(self, id: int, leg_count: int, quantity: Decimal, limit_price: Decimal = ZERO) -> None:
        self.id = id
        self.count = leg_count
        self.quantity_decimal = quantity
        self.limit_price_decimal = limit_price
        self.order_ids: list[int] = []

    @property
    def quantity(self) -> float:
        """Signed size of the combo."""
        return money.double(self.quantity_decimal)

    @property
    def limit_price(self) -> float:
        """Limit of the combo."""
        return money.double(self.limit_price_decimal)

    @property
    def direction(self) -> OrderDirection:
        """Side of the combo."""
        return direction_of(self.quantity_decimal)


def leg_quantity(ratio: Decimal, manager: GroupOrderManager | None) -> Decimal:
    """Quantity of a leg of a combo. LEAN: GroupOrderExtensions.cs, GetOrderLegGroupQuantity."""
    return ratio if manager is None else ratio * manager.quantity_decimal


def leg_ratio(quantity: Decimal, manager: GroupOrderManager | None) -> Decimal:
    """Share of a leg in one combo. LEAN: GroupOrderExtensions.cs, GetOrderLegRatio."""
    return quantity if manager is None else quantity / manager.quantity_decimal


@lean_names
class Order:
    """Base of the orders.

    Attributes:
        id: Number; 0 before it is known.
        symbol: What is traded.
        status: Where it stands.
        tag: The user's note.
        properties: Time in force and the like.
        time_ns: Creation, UTC nanoseconds.
        quantity_decimal: Signed quantity.
        price_decimal: Average fill price, 0 before fills.
        order_submission_data: Prices when it was submitted.
        group_order_manager: Set for legs of a combo.
    """

    __slots__ = (
        "_events", "_price", "_quantity", "broker_id", "canceled_ns", "contingent_id", "group_order_manager", "id",
        "last_fill_ns", "last_update_ns", "order_submission_data", "price_adjustment_mode", "price_currency", "properties",
        "status", "symbol", "tag", "time_ns",
    )  # fmt: skip
    __clr_name__ = "QuantConnect.Orders.Order"
    #: Kind of the order.
    type: ClassVar[OrderType] = OrderType.MARKET

    def __init__(
        self,
        symbol: Symbol,
        quantity: object,
        time: datetime | Nanoseconds,
        tag: str | None = "",
        properties: OrderProperties | None = None,
        *,
        group_order_manager: GroupOrderManager | None = None,
    ) -> None:
        self.id = 0
        self.contingent_id = 0
        self.broker_id: list[str] = []
        self.symbol = symbol
        self.status = OrderStatus.NONE
        self.tag = tag
        self.properties = properties or OrderProperties()
        self.time_ns: Nanoseconds = time if isinstance(time, int) else from_datetime(time)
        self.last_fill_ns: Nanoseconds | None = None
        self.last_update_ns: Nanoseconds | None = None
        self.canceled_ns: Nanoseconds | None = None
        self.price_currency = ""
        self.order_submission_data: OrderSubmissionData | None = None
        self.group_order_manager = group_order_manager
        self.price_adjustment_mode = DataNormalizationMode.RAW
        self._price = ZERO
        self._events = 0
        self.quantity_decimal = money.dec(quantity)

    # --- exact figures --------------------------------------------------------------------------------------------

    @property
    def quantity_decimal(self) -> Decimal:
        """Signed quantity, exact."""
        return self._quantity

    @quantity_decimal.setter
    def quantity_decimal(self, quantity: Decimal) -> None:
        self._quantity = normalize(quantity)

    @property
    def price_decimal(self) -> Decimal:
        """Average fill price, exact."""
        return self._price

    @price_decimal.setter
    def price_decimal(self, price: Decimal) -> None:
        self._price = normalize(price)

    @property
    def value_decimal(self) -> Decimal:
        """Quantity × average fill price, exact."""
        return self.quantity_decimal * self._price

    @property
    def absolute_quantity_decimal(self) -> Decimal:
        """Unsigned quantity, exact."""
        return abs(self.quantity_decimal)

    # --- what users see -------------------------------------------------------------------------------------------

    @property
    def quantity(self) -> float:
        """Signed quantity."""
        return money.double(self.quantity_decimal)

    @property
    def absolute_quantity(self) -> float:
        """Unsigned quantity."""
        return money.double(abs(self.quantity_decimal))

    @property
    def price(self) -> float:
        """Average fill price, 0 before fills."""
        return money.double(self._price)

    @property
    def value(self) -> float:
        """Quantity × average fill price."""
        return money.double(self.value_decimal)

    @property
    def direction(self) -> OrderDirection:
        """Side."""
        return direction_of(self.quantity_decimal)

    @property
    def security_type(self) -> SecurityType:
        """Kind of the security."""
        return self.symbol.security_type

    @property
    def time(self) -> datetime:
        """Creation, UTC."""
        return to_datetime(self.time_ns).replace(tzinfo=UTC)

    @property
    def created_time(self) -> datetime:
        """Creation, UTC."""
        return self.time

    @property
    def last_fill_time(self) -> datetime | None:
        """Last fill, UTC."""
        return utc_datetime(self.last_fill_ns)

    @property
    def last_update_time(self) -> datetime | None:
        """Last update, UTC."""
        return utc_datetime(self.last_update_ns)

    @property
    def canceled_time(self) -> datetime | None:
        """Cancellation, UTC."""
        return utc_datetime(self.canceled_ns)

    @property
    def time_in_force(self) -> TimeInForce:
        """How long the order lives."""
        return self.properties.time_in_force

    @property
    def is_marketable(self) -> bool:
        """True for market orders and for limits that could fill at once. LEAN: Order.cs, IsMarketable."""
        return self.type in (OrderType.MARKET, OrderType.COMBO_MARKET)

    # --- used by the engine ---------------------------------------------------------------------------------------

    def get_value(self, security: Any) -> float:
        """Value in account currency at the price the order would have."""
        return money.double(self.get_value_decimal(security))

    def get_value_decimal(self, security: Any) -> Decimal:
        """Exact value in account currency. LEAN: Order.cs, GetValue."""
        value: Decimal = self._value_at(security.price_decimal)
        rate: Decimal = security.quote_currency.conversion_rate_decimal
        multiplier: Decimal = security.symbol_properties.contract_multiplier_decimal
        return value * rate * multiplier

    def _value_at(self, price: Decimal) -> Decimal:
        return self.quantity_decimal * price

    def next_event_id(self) -> int:
        """Number of the order's next event."""
        self._events += 1
        return self._events

    def default_tag(self) -> str:
        """Tag of an order without one."""
        return ""

    def apply_update(self, request: Any) -> None:
        """Take over what an update request sets. LEAN: Order.cs, ApplyUpdateOrderRequest."""
        if request.quantity_decimal is not None:
            self.quantity_decimal = request.quantity_decimal
        if request.tag is not None:
            self.tag = request.tag

    def clone(self) -> Self:
        """A copy."""
        other = copy(self)
        other.broker_id = list(self.broker_id)
        other.properties = self.properties.clone()
        return other

    def prices_to_round(self) -> tuple[str, ...]:
        """Names of the prices that must be multiples of the tick, in LEAN's order of rounding."""
        return ()

    def __str__(self) -> str:
        tag = f": {self.tag}" if self.tag else ""
        quantity = self.quantity_decimal
        unit = "unit" if quantity == 1 else "units"
        return (
            f"OrderId: {self.id} (BrokerId: {','.join(self.broker_id)}) {self.status.to_string()} {self.type.to_string()} "
            f"order for {money.text(quantity)} {unit} of {self.symbol}{tag}{self._terms()}"
        )

    def _terms(self) -> str:
        return ""

    def _shown(self, price: Decimal) -> str:
        return currencies.sign(self.price_currency) + money.text(money.smart_round(price))


def _worse_for_buyer(quantity: Decimal, own: Decimal, price: Decimal) -> Decimal:
    """Value of a sale at the higher, of a purchase at the lower price. LEAN: LimitOrder.cs, CalculateOrderValue."""
    if quantity < 0:
        return quantity * max(own, price)
    return quantity * min(own, price) if quantity > 0 else ZERO


class MarketOrder(Order):
    """Fills at once at the market."""

    __slots__ = ()
    __clr_name__ = "QuantConnect.Orders.MarketOrder"
    type = OrderType.MARKET


class MarketOnOpenOrder(Order):
    """Fills at the next open."""

    __slots__ = ()
    __clr_name__ = "QuantConnect.Orders.MarketOnOpenOrder"
    type = OrderType.MARKET_ON_OPEN


class _SubmissionBuffer:
    """`MarketOnCloseOrder.submission_time_buffer`, settable on the class in both spellings, and its default."""

    def __init__(self, attribute: str) -> None:
        self._attribute = attribute

    def __get__(self, instance: object, owner: Any = None) -> Any:
        return to_timedelta(getattr(MarketOnCloseOrder, self._attribute))


class _MarketOnCloseMeta(type):
    """Lets users set the buffer on the class."""

    def __setattr__(cls, name: str, value: Any) -> None:
        if name in ("submission_time_buffer", "SubmissionTimeBuffer", "SUBMISSION_TIME_BUFFER"):
            cls.buffer_ns = int(value.total_seconds() * SECOND)
        else:
            type.__setattr__(cls, name, value)


class MarketOnCloseOrder(Order, metaclass=_MarketOnCloseMeta):
    """Fills at the next close; must be sent 15.5 minutes before. LEAN: Common/Orders/MarketOnCloseOrder.cs."""

    __slots__ = ()
    __clr_name__ = "QuantConnect.Orders.MarketOnCloseOrder"
    type = OrderType.MARKET_ON_CLOSE
    default_buffer_ns: ClassVar[int] = 15 * MINUTE + 30 * SECOND
    buffer_ns: ClassVar[int] = 15 * MINUTE + 30 * SECOND


for _name in ("submission_time_buffer", "SubmissionTimeBuffer", "SUBMISSION_TIME_BUFFER"):
    type.__setattr__(MarketOnCloseOrder, _name, _SubmissionBuffer("buffer_ns"))
for _name in ("DEFAULT_SUBMISSION_TIME_BUFFER", "DefaultSubmissionTimeBuffer"):
    type.__setattr__(MarketOnCloseOrder, _name, _SubmissionBuffer("default_buffer_ns"))


@lean_names
class LimitOrder(Order):
    """Fills at its limit or better."""

    __slots__ = ("limit_price_decimal",)
    __clr_name__ = "QuantConnect.Orders.LimitOrder"
    type = OrderType.LIMIT

    def __init__(
        self,
        symbol: Symbol,
        quantity: object,
        limit_price: object,
        time: datetime | Nanoseconds,
        tag: str | None = "",
        properties: OrderProperties | None = None,
    ) -> None:
        super().__init__(symbol, quantity, time, tag, properties)
        self.limit_price_decimal = money.dec(limit_price)

    @property
    def limit_price(self) -> float:
        """The limit."""
        return money.double(self.limit_price_decimal)

    @property
    def is_marketable(self) -> bool:
        """True when the limit crossed the market on submission."""
        return self.is_marketable_at(self.limit_price_decimal)

    def is_marketable_at(self, limit: Decimal) -> bool:
        """`is_marketable` with another limit. LEAN: Common/Orders/Order.cs, IsMarketable."""
        data = self.order_submission_data
        if data is None:
            return False
        quantity = self.quantity_decimal
        return (quantity > 0 and limit >= data.ask_price_decimal) or (quantity < 0 and limit <= data.bid_price_decimal)

    def _value_at(self, price: Decimal) -> Decimal:
        return _worse_for_buyer(self.quantity_decimal, self.limit_price_decimal, price)

    def apply_update(self, request: Any) -> None:
        """Take over quantity, tag and limit."""
        super().apply_update(request)
        if request.limit_price_decimal is not None:
            self.limit_price_decimal = request.limit_price_decimal

    def prices_to_round(self) -> tuple[str, ...]:
        """The limit."""
        return ("limit_price_decimal",)

    def _terms(self) -> str:
        return f" at limit {self._shown(self.limit_price_decimal)}"


@lean_names
class StopMarketOrder(Order):
    """Becomes a market order at its stop."""

    __slots__ = ("stop_price_decimal",)
    __clr_name__ = "QuantConnect.Orders.StopMarketOrder"
    type = OrderType.STOP_MARKET

    def __init__(
        self,
        symbol: Symbol,
        quantity: object,
        stop_price: object,
        time: datetime | Nanoseconds,
        tag: str | None = "",
        properties: OrderProperties | None = None,
    ) -> None:
        super().__init__(symbol, quantity, time, tag, properties)
        self.stop_price_decimal = money.dec(stop_price)

    @property
    def stop_price(self) -> float:
        """The stop."""
        return money.double(self.stop_price_decimal)

    @stop_price.setter
    def stop_price(self, price: float) -> None:
        self.stop_price_decimal = money.dec(price)

    def _value_at(self, price: Decimal) -> Decimal:
        return _worse_for_buyer(self.quantity_decimal, self.stop_price_decimal, price)

    def apply_update(self, request: Any) -> None:
        """Take over quantity, tag and stop."""
        super().apply_update(request)
        if request.stop_price_decimal is not None:
            self.stop_price_decimal = request.stop_price_decimal

    def prices_to_round(self) -> tuple[str, ...]:
        """The stop."""
        return ("stop_price_decimal",)

    def _terms(self) -> str:
        return f" at stop {self._shown(self.stop_price_decimal)}"


@lean_names
class StopLimitOrder(Order):
    """Becomes a limit order at its stop."""

    __slots__ = ("limit_price_decimal", "stop_price_decimal", "stop_triggered")
    __clr_name__ = "QuantConnect.Orders.StopLimitOrder"
    type = OrderType.STOP_LIMIT

    def __init__(
        self,
        symbol: Symbol,
        quantity: object,
        stop_price: object,
        limit_price: object,
        time: datetime | Nanoseconds,
        tag: str | None = "",
        properties: OrderProperties | None = None,
    ) -> None:
        super().__init__(symbol, quantity, time, tag, properties)
        self.stop_price_decimal = money.dec(stop_price)
        self.limit_price_decimal = money.dec(limit_price)
        self.stop_triggered = False

    @property
    def stop_price(self) -> float:
        """The stop."""
        return money.double(self.stop_price_decimal)

    @property
    def limit_price(self) -> float:
        """The limit."""
        return money.double(self.limit_price_decimal)

    def _value_at(self, price: Decimal) -> Decimal:
        return _worse_for_buyer(self.quantity_decimal, self.limit_price_decimal, price)

    def apply_update(self, request: Any) -> None:
        """Take over quantity, tag, stop and limit."""
        super().apply_update(request)
        if request.stop_price_decimal is not None:
            self.stop_price_decimal = request.stop_price_decimal
        if request.limit_price_decimal is not None:
            self.limit_price_decimal = request.limit_price_decimal

    def prices_to_round(self) -> tuple[str, ...]:
        """Limit, then stop."""
        return ("limit_price_decimal", "stop_price_decimal")

    def _terms(self) -> str:
        return f" at stop {self._shown(self.stop_price_decimal)} limit {self._shown(self.limit_price_decimal)}"


@lean_names
class LimitIfTouchedOrder(Order):
    """Becomes a limit order when its trigger is touched."""

    __slots__ = ("limit_price_decimal", "trigger_price_decimal", "trigger_touched")
    __clr_name__ = "QuantConnect.Orders.LimitIfTouchedOrder"
    type = OrderType.LIMIT_IF_TOUCHED

    def __init__(
        self,
        symbol: Symbol,
        quantity: object,
        trigger_price: object,
        limit_price: object,
        time: datetime | Nanoseconds,
        tag: str | None = "",
        properties: OrderProperties | None = None,
    ) -> None:
        super().__init__(symbol, quantity, time, tag, properties)
        self.trigger_price_decimal = money.dec(trigger_price)
        self.limit_price_decimal = money.dec(limit_price)
        self.trigger_touched = False

    @property
    def trigger_price(self) -> float:
        """The trigger."""
        return money.double(self.trigger_price_decimal)

    @property
    def limit_price(self) -> float:
        """The limit."""
        return money.double(self.limit_price_decimal)

    def _value_at(self, price: Decimal) -> Decimal:
        return _worse_for_buyer(self.quantity_decimal, self.limit_price_decimal, price)

    def apply_update(self, request: Any) -> None:
        """Take over quantity, tag, trigger and limit."""
        super().apply_update(request)
        if request.trigger_price_decimal is not None:
            self.trigger_price_decimal = request.trigger_price_decimal
        if request.limit_price_decimal is not None:
            self.limit_price_decimal = request.limit_price_decimal

    def prices_to_round(self) -> tuple[str, ...]:
        """Limit, then trigger."""
        return ("limit_price_decimal", "trigger_price_decimal")

    def _terms(self) -> str:
        return f" at trigger {self._shown(self.trigger_price_decimal)} limit {self._shown(self.limit_price_decimal)}"


def trailing_text(amount: Decimal, as_percentage: bool, currency_sign: str) -> str:
    """A trailing distance: `5.00%` or `$2`. LEAN: Messages.Orders.cs, TrailingStopOrder.TrailingAmount."""
    return f"{money.text(amount * 100)}%" if as_percentage else f"{currency_sign}{money.text(amount)}"


@lean_names
class TrailingStopOrder(StopMarketOrder):
    """A stop that follows the market at a distance."""

    __slots__ = ("trailing_amount_decimal", "trailing_as_percentage")
    __clr_name__ = "QuantConnect.Orders.TrailingStopOrder"
    type = OrderType.TRAILING_STOP

    def __init__(
        self,
        symbol: Symbol,
        quantity: object,
        stop_price: object,
        trailing_amount: object,
        trailing_as_percentage: bool,
        time: datetime | Nanoseconds,
        tag: str | None = "",
        properties: OrderProperties | None = None,
    ) -> None:
        super().__init__(symbol, quantity, stop_price, time, tag, properties)
        self.trailing_amount_decimal = money.dec(trailing_amount)
        self.trailing_as_percentage = bool(trailing_as_percentage)

    @property
    def trailing_amount(self) -> float:
        """The distance, a price difference or a fraction."""
        return money.double(self.trailing_amount_decimal)

    def default_tag(self) -> str:
        """Names the distance."""
        return "Trailing Amount: " + self._distance()

    def _distance(self) -> str:
        return trailing_text(
            self.trailing_amount_decimal, self.trailing_as_percentage, currencies.sign(self.price_currency)
        )

    def apply_update(self, request: Any) -> None:
        """Take over quantity, tag, stop and distance."""
        super().apply_update(request)
        if request.trailing_amount_decimal is not None:
            self.trailing_amount_decimal = request.trailing_amount_decimal

    def prices_to_round(self) -> tuple[str, ...]:
        """The stop, and the distance where it is a price difference."""
        if self.trailing_as_percentage:
            return ("stop_price_decimal",)
        return ("stop_price_decimal", "trailing_amount_decimal")

    def _terms(self) -> str:
        return f"{super()._terms()}. Trailing amount: {self._distance()}"

    @staticmethod
    def stop_for(market: Decimal, amount: Decimal, as_percentage: bool, direction: OrderDirection) -> Decimal:
        """The stop at the distance from a market price. LEAN: TrailingStopOrder.cs, CalculateStopPrice."""
        if as_percentage:
            return market * (1 + amount) if direction == OrderDirection.BUY else market * (1 - amount)
        return market + amount if direction == OrderDirection.BUY else market - amount

    def moved_stop(self, market: Decimal) -> Decimal | None:
        """The stop that follows a market price; None when it stays. LEAN: TrailingStopOrder.cs, TryUpdateStopPrice."""
        direction = self.direction
        stop, amount = self.stop_price_decimal, self.trailing_amount_decimal
        distance = market - stop if direction == OrderDirection.SELL else stop - market
        allowed = market * amount if self.trailing_as_percentage else amount
        if distance <= allowed:
            return None
        return self.stop_for(market, amount, self.trailing_as_percentage, direction)


class ComboOrder(Order):
    """A leg of a combo; its quantity follows the combo's. LEAN: Common/Orders/ComboOrder.cs."""

    __slots__ = ("_ratio",)

    @property
    def quantity_decimal(self) -> Decimal:
        """Signed quantity, exact."""
        return normalize(leg_quantity(self._ratio, self.group_order_manager))

    @quantity_decimal.setter
    def quantity_decimal(self, quantity: Decimal) -> None:
        self._ratio = leg_ratio(quantity, self.group_order_manager)

    def apply_update(self, request: Any) -> None:
        """A new quantity is the whole combo's."""
        if request.tag is not None:
            self.tag = request.tag
        if request.quantity_decimal is not None and self.group_order_manager is not None:
            self.group_order_manager.quantity_decimal = request.quantity_decimal


class ComboMarketOrder(ComboOrder):
    """Market order of several legs."""

    __slots__ = ()
    __clr_name__ = "QuantConnect.Orders.ComboMarketOrder"
    type = OrderType.COMBO_MARKET


class ComboLimitOrder(ComboOrder):
    """One limit for all legs together."""

    __slots__ = ()
    __clr_name__ = "QuantConnect.Orders.ComboLimitOrder"
    type = OrderType.COMBO_LIMIT

    def _value_at(self, price: Decimal) -> Decimal:
        manager = self.group_order_manager
        assert manager is not None
        return _worse_for_buyer(self.quantity_decimal, manager.limit_price_decimal, price)

    def apply_update(self, request: Any) -> None:
        """A new limit is the whole combo's."""
        super().apply_update(request)
        if request.limit_price_decimal is not None and self.group_order_manager is not None:
            self.group_order_manager.limit_price_decimal = request.limit_price_decimal


@lean_names
class ComboLegLimitOrder(ComboOrder):
    """A limit for each leg."""

    __slots__ = ("limit_price_decimal",)
    __clr_name__ = "QuantConnect.Orders.ComboLegLimitOrder"
    type = OrderType.COMBO_LEG_LIMIT

    @property
    def limit_price(self) -> float:
        """Limit of the leg."""
        return money.double(self.limit_price_decimal)

    def _value_at(self, price: Decimal) -> Decimal:
        return _worse_for_buyer(self.quantity_decimal, self.limit_price_decimal, price)

    def apply_update(self, request: Any) -> None:
        """Take over the leg's limit too."""
        super().apply_update(request)
        if request.limit_price_decimal is not None:
            self.limit_price_decimal = request.limit_price_decimal

    def prices_to_round(self) -> tuple[str, ...]:
        """The leg's limit."""
        return ("limit_price_decimal",)


@lean_names
class Leg:
    """A leg as users name it. LEAN: Common/Orders/Leg.cs.

    Attributes:
        symbol: What is traded.
        quantity: Ratio within the combo, signed.
        order_price: Limit of the leg; None without.
    """

    __slots__ = ("order_price", "quantity", "symbol")
    __clr_name__ = "QuantConnect.Orders.Leg"

    def __init__(self, symbol: Any = None, quantity: int = 0, order_price: float | None = None) -> None:
        self.symbol = symbol
        self.quantity = quantity
        self.order_price = order_price

    @classmethod
    def create(cls, symbol: Any, quantity: int, limit_price: float | None = None) -> Leg:
        """A leg."""
        return cls(symbol, quantity, limit_price)


def _combo(kind: type[ComboOrder]) -> Callable[[Any], Order]:
    def make(request: Any) -> Order:
        order = kind(
            request.symbol,
            request.quantity_decimal,
            request.time_ns,
            request.tag,
            request.order_properties,
            group_order_manager=request.group_order_manager,
        )
        if isinstance(order, ComboLegLimitOrder):
            order.limit_price_decimal = request.limit_price_decimal
        elif isinstance(order, ComboLimitOrder):
            request.group_order_manager.limit_price_decimal = request.limit_price_decimal
        return order

    return make


def _plain(kind: type[Order]) -> Callable[[Any], Order]:
    return lambda r: kind(r.symbol, r.quantity_decimal, r.time_ns, r.tag, r.order_properties)


_MAKERS: Final[dict[OrderType, Callable[[Any], Order]]] = {
    OrderType.MARKET: _plain(MarketOrder),
    OrderType.MARKET_ON_OPEN: _plain(MarketOnOpenOrder),
    OrderType.MARKET_ON_CLOSE: _plain(MarketOnCloseOrder),
    OrderType.LIMIT: lambda r: LimitOrder(
        r.symbol, r.quantity_decimal, r.limit_price_decimal, r.time_ns, r.tag, r.order_properties
    ),
    OrderType.STOP_MARKET: lambda r: StopMarketOrder(
        r.symbol, r.quantity_decimal, r.stop_price_decimal, r.time_ns, r.tag, r.order_properties
    ),
    OrderType.STOP_LIMIT: lambda r: StopLimitOrder(
        r.symbol, r.quantity_decimal, r.stop_price_decimal, r.limit_price_decimal, r.time_ns, r.tag, r.order_properties
    ),
    OrderType.LIMIT_IF_TOUCHED: lambda r: LimitIfTouchedOrder(
        r.symbol, r.quantity_decimal, r.trigger_price_decimal, r.limit_price_decimal, r.time_ns, r.tag, r.order_properties
    ),
    OrderType.TRAILING_STOP: lambda r: TrailingStopOrder(
        r.symbol,
        r.quantity_decimal,
        r.stop_price_decimal,
        r.trailing_amount_decimal,
        r.trailing_as_percentage,
        r.time_ns,
        r.tag,
        r.order_properties,
    ),
    OrderType.COMBO_MARKET: _combo(ComboMarketOrder),
    OrderType.COMBO_LIMIT: _combo(ComboLimitOrder),
    OrderType.COMBO_LEG_LIMIT: _combo(ComboLegLimitOrder),
}


def create_order(request: Any) -> Order:
    """The order a submit request asks for. LEAN: Order.cs, CreateOrder."""
    make = _MAKERS.get(request.order_type)
    if make is None:
        raise ArgumentException(f"order type {request.order_type} is not supported")
    order = make(request)
    order.status = OrderStatus.NEW
    order.id = request.order_id
    manager = order.group_order_manager
    if manager is not None and order.id > 0 and order.id not in manager.order_ids:
        manager.order_ids.append(order.id)
    return order

"""`algorithm.transactions`: takes requests, keeps orders, fills them.

LEAN: Common/Securities/SecurityTransactionManager.cs, Engine/TransactionHandlers/BrokerageTransactionHandler.cs,
BacktestingTransactionHandler.cs, Brokerages/Backtesting/BacktestingBrokerage.cs; here one object.

A submission is worked on at once, together with everything that waits; updates and cancellations wait for the next
submission or time step.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from vibetrader.engine import currencies, money
from vibetrader.engine.clr import InvalidOperationException
from vibetrader.engine.data import symbolcache
from vibetrader.engine.data.enums import (
    AlgorithmStatus,
    DataNormalizationMode,
    OrderDirection,
    OrderRequestStatus,
    OrderRequestType,
    OrderResponseErrorCode,
    OrderStatus,
    OrderType,
    SecurityType,
)
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.execution.brokerages.base import BrokerageMessageEvent, verdict
from vibetrader.engine.execution.concurrent import ConcurrentDictionary
from vibetrader.engine.execution.fees.base import base_and_quote
from vibetrader.engine.execution.fills import FillModelParameters
from vibetrader.engine.money import ZERO
from vibetrader.engine.naming import lean_names
from vibetrader.engine.orders.event import OrderEvent
from vibetrader.engine.orders.fees import ModifiedFillQuantityOrderFee, OrderFee
from vibetrader.engine.orders.order import (
    MarketOrder,
    Order,
    OrderSubmissionData,
    TrailingStopOrder,
    create_order,
    is_closed,
    is_fill,
    utc_datetime,
)
from vibetrader.engine.orders.requests import (
    CancelOrderRequest,
    OrderRequest,
    OrderResponse,
    SubmitOrderRequest,
    UpdateOrderRequest,
)
from vibetrader.engine.orders.ticket import OrderTicket
from vibetrader.engine.securities.parameters import fee_of
from vibetrader.engine.securities.pricevariation import GetMinimumPriceVariationParameters
from vibetrader.engine.timekeeping import Nanoseconds, from_timedelta, to_datetime

_WAITS_FOR_NEXT_STEP: Final = (OrderType.MARKET, OrderType.COMBO_MARKET)
_PRICE_LABELS: Final = {
    "limit_price_decimal": "LimitPrice",
    "stop_price_decimal": "StopPrice",
    "trigger_price_decimal": "TriggerPrice",
    "trailing_amount_decimal": "TrailingAmount",
}
_MILLISECOND: Final = 1_000_000


@lean_names
class ProjectedHoldings:
    """Position after all open orders. LEAN: Common/Orders/ProjectedHoldings.cs."""

    __slots__ = ("holdings_quantity_decimal", "open_orders_quantity_decimal")

    def __init__(self, holdings: Decimal, open_orders: Decimal) -> None:
        self.holdings_quantity_decimal = holdings
        self.open_orders_quantity_decimal = open_orders

    @property
    def projected_quantity_decimal(self) -> Decimal:
        """Sum, exact."""
        return self.holdings_quantity_decimal + self.open_orders_quantity_decimal

    @property
    def holdings_quantity(self) -> float:
        """Position now."""
        return money.double(self.holdings_quantity_decimal)

    @property
    def open_orders_quantity(self) -> float:
        """What open orders add."""
        return money.double(self.open_orders_quantity_decimal)

    @property
    def projected_quantity(self) -> float:
        """Sum."""
        return money.double(self.projected_quantity_decimal)


class _Open:
    """An order that is not closed, with what belongs to it."""

    __slots__ = ("order", "security", "ticket")

    def __init__(self, order: Order, ticket: OrderTicket, security: Any) -> None:
        self.order = order
        self.ticket = ticket
        self.security = security


@lean_names
class TransactionHandler:
    """Orders of an algorithm.

    Attributes:
        has_work: Something may happen at the next time step: requests wait or orders are pending.
        orders: All orders by id, in the order of submission.
        tickets: All tickets by id.
        order_events: All events so far.
        orders_count: Number of accepted submissions.
        transaction_record: Closed profits as (UTC ns, profit, won).
    """

    __clr_name__ = "QuantConnect.Securities.SecurityTransactionManager"

    def __init__(self, algorithm: Any) -> None:
        self._state = algorithm._vt
        self.has_work = False
        self.orders: ConcurrentDictionary[Order] = ConcurrentDictionary()
        self.tickets: ConcurrentDictionary[OrderTicket] = ConcurrentDictionary()
        self.order_events: list[OrderEvent] = []
        self.orders_count = 0
        self.records: dict[Nanoseconds, tuple[Decimal, bool]] = {}
        self.market_order_fill_timeout = timedelta(0)
        self._open: ConcurrentDictionary[_Open] = ConcurrentDictionary()
        self._pending: dict[int, Order] = {}
        self._queue: deque[OrderRequest] = deque()
        self._last_id = 0
        self._last_group = 0
        self._cancel_fallback: dict[int, OrderStatus] = {}
        self._modes: dict[Symbol, DataNormalizationMode] = {}
        self._warned_lot = False
        self._warned_price = False
        self._warned_fee = False

    # --- requests ---------------------------------------------------------------------------------------------------

    def process_request(self, request: OrderRequest) -> OrderTicket:
        """Take a request. LEAN: SecurityTransactionManager.cs, ProcessRequest.

        Raises:
            Exception: The algorithm is warming up.
        """
        self._state.disturb()
        if self._state.is_warming_up:
            raise Exception(str(OrderResponse.warming_up(request)))
        if isinstance(request, SubmitOrderRequest):
            if request.order_id < 1:
                request.order_id = self.get_increment_order_id()
            return self._add(request)
        if isinstance(request, UpdateOrderRequest):
            return self._update(request)
        assert isinstance(request, CancelOrderRequest)
        return self._cancel(request)

    process = process_request

    def add_order(self, request: SubmitOrderRequest) -> OrderTicket:
        """Submit."""
        return self.process_request(request)

    def update_order(self, request: UpdateOrderRequest) -> OrderTicket:
        """Update."""
        return self.process_request(request)

    def cancel_order(self, order_id: int, order_tag: str | None = None) -> OrderTicket:
        """Cancel an order by its id."""
        return self.process_request(CancelOrderRequest(self.utc_ns, int(order_id), order_tag or ""))

    def remove_order(self, order_id: int, tag: str | None = None) -> OrderTicket:
        """The same as `cancel_order`."""
        return self.cancel_order(order_id, tag)

    def cancel_open_orders(self, symbol: Any = None, tag: str | None = None) -> list[OrderTicket]:
        """Cancel all open orders, or those of a symbol."""
        if self._state.is_warming_up:
            raise InvalidOperationException(
                "This operation is not allowed in initialize or during warm up: cancel_open_orders. Please move this code to "
                "the on_warmup_finished() method."
            )
        if symbol is None:
            moment = to_datetime(self.utc_ns).strftime("%Y-%m-%dT%H:%M:%S")
            tag = f"Canceled by CancelOpenOrders() at {moment}.{self.utc_ns % 10**9 // 100:07d}Z"
            tickets = [entry.ticket for entry in self._open.net_values()]
        else:
            wanted = symbolcache.to_symbol(symbol)
            tickets = [entry.ticket for entry in self._open.net_values() if entry.ticket.symbol == wanted]
        for ticket in tickets:
            ticket.cancel(tag)
        return tickets

    def wait_for_order(self, order_id: int) -> bool:
        """Whether the order is closed: a backtest never waits."""
        ticket = self.tickets.get(order_id)
        return ticket is not None and is_closed(ticket.status)

    # --- queries ----------------------------------------------------------------------------------------------------

    @property
    def utc_ns(self) -> Nanoseconds:
        """The frontier, UTC."""
        return self._state.utc_ns  # type: ignore[no-any-return]

    @property
    def utc_time(self) -> datetime | None:
        """The frontier, UTC."""
        return utc_datetime(self.utc_ns)

    @property
    def last_order_id(self) -> int:
        """Id given last."""
        return self._last_id

    def get_increment_order_id(self) -> int:
        """The next id."""
        self._last_id += 1
        return self._last_id

    def get_increment_group_order_manager_id(self) -> int:
        """The next id of a combo."""
        self._last_group += 1
        return self._last_group

    def get_order_by_id(self, order_id: int) -> Order | None:
        """A copy of an order; None when there is none."""
        order = self.orders.get(order_id)
        return None if order is None else order.clone()

    def get_orders_by_brokerage_id(self, brokerage_id: str) -> list[Order]:
        """Copies of the orders with a brokerage id."""
        return [order.clone() for order in self.orders.net_values() if str(brokerage_id) in order.broker_id]

    def get_orders(self, filter: Callable[[Order], Any] | None = None) -> list[Order]:
        """Copies of all orders, or of those a function wants."""
        return [order.clone() for order in self.orders.net_values() if filter is None or filter(order)]

    def get_open_orders(self, filter: Any = None) -> list[Order]:
        """Copies of open orders: all, those of a symbol, or those a function wants."""
        wanted = _condition(filter)
        return [entry.order.clone() for entry in self._open.net_values() if wanted(entry.order)]

    def pending_orders(self) -> list[Order]:
        """Open orders themselves."""
        return [entry.order for entry in self._open.net_values()]

    def get_order_ticket(self, order_id: int) -> OrderTicket | None:
        """Ticket of an id; None when there is none."""
        return self.tickets.get(order_id)

    def get_order_tickets(self, filter: Callable[[OrderTicket], Any] | None = None) -> list[OrderTicket]:
        """All tickets, or those a function wants."""
        return [ticket for ticket in self.tickets.net_values() if filter is None or filter(ticket)]

    def get_open_order_tickets(self, filter: Any = None) -> list[OrderTicket]:
        """Tickets of open orders: all, those of a symbol, or those a function wants."""
        wanted = _condition(filter)
        return [entry.ticket for entry in self._open.net_values() if wanted(entry.ticket)]

    def open_quantity(self, filter: Any = None) -> Decimal:
        """What open orders have left to fill, exact."""
        return sum((ticket.quantity_remaining_decimal for ticket in self.get_open_order_tickets(filter)), ZERO)

    def get_open_orders_remaining_quantity(self, filter: Any = None) -> float:
        """What open orders have left to fill."""
        return money.double(self.open_quantity(filter))

    def get_projected_holdings(self, security: Any) -> ProjectedHoldings:
        """Position of a security after all its open orders."""
        return ProjectedHoldings(security.holdings.quantity_decimal, self.open_quantity(security.symbol))

    @property
    def open_orders(self) -> list[Order]:
        """Open orders themselves."""
        return self.pending_orders()

    # --- records of closed profit -----------------------------------------------------------------------------------

    def add_transaction_record(self, utc: Nanoseconds, profit: Decimal, is_win: bool) -> None:
        """Note a closed profit; a second one of the same moment goes a millisecond later."""
        while utc in self.records:
            utc += _MILLISECOND
        self.records[utc] = (profit, is_win)

    @property
    def transaction_record(self) -> dict[datetime, float]:
        """Closed profits by time."""
        return {to_datetime(utc): float(profit) for utc, (profit, _) in self.records.items()}

    @property
    def winning_transactions(self) -> dict[datetime, float]:
        """Gains by time."""
        return {to_datetime(utc): float(profit) for utc, (profit, win) in self.records.items() if win}

    @property
    def losing_transactions(self) -> dict[datetime, float]:
        """Losses by time."""
        return {to_datetime(utc): float(profit) for utc, (profit, win) in self.records.items() if not win}

    @property
    def win_count(self) -> int:
        """Number of gains."""
        return sum(win for _, win in self.records.values())

    @property
    def loss_count(self) -> int:
        """Number of losses."""
        return len(self.records) - self.win_count

    # --- taking requests --------------------------------------------------------------------------------------------

    def _add(self, request: SubmitOrderRequest) -> OrderTicket:
        """LEAN: BrokerageTransactionHandler.cs, AddOrder."""
        state = self._state
        security = state.securities[request.symbol]
        response = OrderResponse.success(request)
        if request.quantity_decimal < 0 and not self._shortable(security, request.quantity_decimal):
            response = self._not_shortable(request, security, request.quantity_decimal)
        request.set_response(response)
        ticket = OrderTicket(self, request)
        order = create_order(request)
        self.orders_count += 1
        self.tickets[order.id] = ticket
        if response.is_success:
            order.order_submission_data = OrderSubmissionData(
                security.bid_price_decimal, security.ask_price_decimal, security.cache.price_decimal
            )
            self._open[order.id] = _Open(order, ticket, security)
            self._dispatch(request)
            self.process_pending_requests()
            if not ticket.has_order:
                self._log_error(
                    "BacktestingTransactionHandler.WaitForOrderSubmission(): The order request (Id="
                    f"{ticket.order_id}) was not submitted. See the OrderRequest.Response for more information"
                )
        else:
            order.price_currency = security.symbol_properties.quote_currency
            order.status = OrderStatus.INVALID
            order.tag = response.error_message
            ticket.set_order(order)
            self.orders[order.id] = order
            self._handle_event(OrderEvent(order, self.utc_ns, OrderFee.ZERO, response.error_message))
        return ticket

    def _shortable(self, security: Any, quantity: Decimal, updated_order: int | None = None) -> bool:
        """LEAN: QCAlgorithm.cs, Shortable."""
        limit = security.shortable_provider.shortable_quantity(security.symbol, security.local_time)
        if limit is None:
            return True
        open_quantity = sum(
            (
                entry.ticket.quantity_remaining_decimal
                for entry in self._open.values()
                if entry.order.symbol == security.symbol and entry.order.id != updated_order
            ),
            ZERO,
        )
        held = security.holdings.quantity_decimal + open_quantity
        if held <= -limit:
            return False
        return bool(held - abs(quantity) >= -limit)

    def _not_shortable(self, request: OrderRequest, security: Any, quantity: Decimal) -> OrderResponse:
        limit = security.shortable_provider.shortable_quantity(security.symbol, security.local_time)
        return OrderResponse.error(
            request,
            OrderResponseErrorCode.EXCEEDS_SHORTABLE_QUANTITY,
            f"Order exceeds shortable quantity {limit} for Symbol {security.symbol} requested {money.text(quantity)})",
        )

    def _update(self, request: UpdateOrderRequest) -> OrderTicket:
        """LEAN: BrokerageTransactionHandler.cs, UpdateOrder."""
        order, ticket = self.orders.get(request.order_id), self.tickets.get(request.order_id)
        if order is None or ticket is None:
            entry = self._open.get(request.order_id)
            if entry is None:
                return OrderTicket.unknown(self, request)
            order, ticket = entry.order, entry.ticket
        ticket.update_requests.append(request)
        security = self._state.securities[order.symbol]
        quantity = ticket.quantity_decimal if request.quantity_decimal is None else request.quantity_decimal
        if order.status == OrderStatus.NEW:
            self._log_error("BrokerageTransactionHandler.Update(): Cannot update a pending submit order with status New")
            request.set_response(OrderResponse.invalid_new_status(request, order))
        elif is_closed(order.status) and not request.is_allowed_for_closed_order:
            self._log_error(
                f"BrokerageTransactionHandler.Update(): Cannot update closed order with status {order.status.to_string()}"
            )
            request.set_response(OrderResponse.invalid_status(request, order))
        elif request.quantity_decimal is not None and not request.quantity_decimal:
            request.set_response(OrderResponse.zero_quantity(request))
        elif (order.direction == OrderDirection.SELL or quantity < 0) and not self._shortable(
            security, quantity, order.id
        ):
            request.set_response(self._not_shortable(request, security, ticket.quantity_decimal))
        else:
            request.set_response(OrderResponse.success(request), OrderRequestStatus.PROCESSING)
            self._dispatch(request)
        return ticket

    def _cancel(self, request: CancelOrderRequest) -> OrderTicket:
        """LEAN: BrokerageTransactionHandler.cs, CancelOrder."""
        order, ticket = self.orders.get(request.order_id), self.tickets.get(request.order_id)
        if order is None or ticket is None:
            self._log_error("BrokerageTransactionHandler.CancelOrder(): Unable to locate ticket for order.")
            return OrderTicket.unknown(self, request)
        if not ticket.try_set_cancel_request(request):
            request.set_response(
                OrderResponse.error(
                    request, OrderResponseErrorCode.INVALID_REQUEST, "Cancellation is already in progress."
                )
            )
            return ticket
        if request.tag is not None:
            order.tag = request.tag
        if order.status == OrderStatus.NEW:
            self._log_error("BrokerageTransactionHandler.CancelOrder(): Cannot cancel order with status: New")
            request.set_response(OrderResponse.invalid_new_status(request, order))
        elif is_closed(order.status):
            self._log_error(
                f"BrokerageTransactionHandler.CancelOrder(): Cannot cancel order already {order.status.to_string()}"
            )
            request.set_response(OrderResponse.invalid_status(request, order))
        else:
            self._cancel_fallback[order.id] = order.status
            order.status = OrderStatus.CANCEL_PENDING
            self._handle_event(OrderEvent(order, self.utc_ns, OrderFee.ZERO))
            request.set_response(OrderResponse.success(request), OrderRequestStatus.PROCESSING)
            self._dispatch(request)
        return ticket

    def _dispatch(self, request: OrderRequest) -> None:
        self._queue.append(request)
        self.has_work = True

    # --- working on requests ----------------------------------------------------------------------------------------

    def process_pending_requests(self) -> None:
        """Work on everything that waits; fills are looked for after each request."""
        queue = self._queue
        while queue:
            request = queue.popleft()
            try:
                if request.order_request_type == OrderRequestType.SUBMIT:
                    response = self._submit(request)  # type: ignore[arg-type]
                elif request.order_request_type == OrderRequestType.UPDATE:
                    response = self._apply_update(request)  # type: ignore[arg-type]
                else:
                    response = self._apply_cancel(request)  # type: ignore[arg-type]
                request.set_response(response, OrderRequestStatus.PROCESSED)
                self._look_for_fills()
            except RecursionError:
                raise  # handled here, every level above would go on calling
            except Exception as error:  # LEAN: OrderRequestProcessingPool.cs, onError: the run stops at the next check
                self._runtime_error(error)

    def scan(self) -> None:
        """The pass of a time step: requests, then fills. LEAN: BacktestingTransactionHandler.cs, ProcessSynchronousEvents."""
        if self._queue:
            self.process_pending_requests()
        if self._pending:
            self._look_for_fills()
        self.has_work = bool(self._queue or self._pending)

    def _group(self, order: Order) -> list[Order] | None:
        """All legs of an order's combo; None while some are missing."""
        manager = order.group_order_manager
        if manager is None:
            return [order]
        if len(manager.order_ids) < manager.count:
            return None
        legs = [self.orders.get(order_id) for order_id in manager.order_ids]
        return None if any(leg is None for leg in legs) else [leg for leg in legs if leg is not None]

    def _submit(self, request: SubmitOrderRequest) -> OrderResponse:
        """LEAN: BrokerageTransactionHandler.cs, HandleSubmitOrderRequest."""
        state = self._state
        entry = self._open.get(request.order_id)
        if entry is None or request.order_id in self.orders:
            self._log_error(
                "BrokerageTransactionHandler.HandleSubmitOrderRequest(): Unable to add new order, order not processed."
            )
            return OrderResponse.error(
                request,
                OrderResponseErrorCode.ORDER_ALREADY_EXISTS,
                "Cannot process submit request because order with id {0} already exists",
            )
        order, security = entry.order, entry.security
        self.orders[order.id] = order
        order.price_currency = security.symbol_properties.quote_currency
        if not order.tag:
            order.tag = order.default_tag()
        self._round_quantity(order, security)
        orders = self._group(order)
        self._round_prices(order, security, orders)
        self._set_mode(order)
        entry.ticket.set_order(order)
        if orders is None:
            return OrderResponse.success(request)
        if any(not leg.quantity_decimal for leg in orders):
            response = OrderResponse.zero_quantity(request)
            state.error(response.error_message)
            self._invalidate(orders, response.error_message)
            return response
        refusal = self._check_buying_power(order, request, orders, group=True)
        if refusal is not None:
            return refusal
        for leg in orders:
            accepted, message = verdict(
                state.brokerage_model.can_submit_order(state.securities[leg.symbol], leg, None)
            )
            if not accepted:
                if message is None:
                    message = BrokerageMessageEvent.warning("InvalidOrder", "")
                ids = ",".join(str(item.id) for item in orders)
                text = f"BrokerageModel declared unable to submit order: [{ids}] {message}"
                response = OrderResponse.error(
                    request, OrderResponseErrorCode.BROKERAGE_MODEL_REFUSED_TO_SUBMIT_ORDER, text
                )
                self._invalidate(orders, text)
                state.error(text)
                return response
        for leg in orders:
            self._place(leg)
        return OrderResponse.success(request)

    def _place(self, order: Order) -> None:
        """LEAN: BacktestingBrokerage.cs, PlaceOrder."""
        if order.status == OrderStatus.NEW:
            self._pending[order.id] = order
            self.has_work = True
            self._add_broker_id(order)
            event = OrderEvent(order, self.utc_ns, OrderFee.ZERO)
            event.status = OrderStatus.SUBMITTED
            self._handle_event(event)

    def _apply_update(self, request: UpdateOrderRequest) -> OrderResponse:
        """LEAN: BrokerageTransactionHandler.cs, HandleUpdateOrderRequest."""
        state = self._state
        order, ticket = self.orders.get(request.order_id), self.tickets.get(request.order_id)
        if order is None or ticket is None:
            self._log_error(
                "BrokerageTransactionHandler.HandleUpdateOrderRequest(): Unable to update order with ID "
                f"{request.order_id}"
            )
            return OrderResponse.unable_to_find_order(request)
        if order.status == OrderStatus.NEW:
            return OrderResponse.invalid_new_status(request, order)
        closed = is_closed(order.status)
        if closed and not request.is_allowed_for_closed_order:
            return OrderResponse.invalid_status(request, order)
        security = state.securities[order.symbol]
        self._round_quantity(order, security)
        accepted, message = verdict(state.brokerage_model.can_update_order(security, order, request, None))
        if not accepted:
            if message is None:
                message = BrokerageMessageEvent.warning(
                    "InvalidRequest", f"BrokerageModel declared unable to update order: {order.id}"
                )
            text = f"OrderID: {order.id} {message}"
            state.error(text)
            self._handle_event(
                OrderEvent(order, self.utc_ns, OrderFee.ZERO, "BrokerageModel declared unable to update order")
            )
            return OrderResponse.error(
                request, OrderResponseErrorCode.BROKERAGE_MODEL_REFUSED_TO_UPDATE_ORDER, text
            )
        if order.group_order_manager is None:
            changed = order.clone()
            changed.apply_update(request)
            refusal = self._check_buying_power(changed, request, [changed], group=False)
            if refusal is not None:
                return refusal
        order.apply_update(request)
        self._round_prices(order, security, self._group(order))
        ticket.set_order(order)
        if closed:
            return OrderResponse.success(request)
        if order.id not in self._pending:
            text = f"Brokerage failed to update order with id {request.order_id}"
            state.error(text)
            self._handle_event(OrderEvent(order, self.utc_ns, OrderFee.ZERO, "Brokerage failed to update order"))
            return OrderResponse.error(request, OrderResponseErrorCode.BROKERAGE_FAILED_TO_UPDATE_ORDER, text)
        self._add_broker_id(order)
        event = OrderEvent(order, self.utc_ns, OrderFee.ZERO)
        event.status = OrderStatus.UPDATE_SUBMITTED
        self._handle_event(event)
        return OrderResponse.success(request)

    def _apply_cancel(self, request: CancelOrderRequest) -> OrderResponse:
        """LEAN: BrokerageTransactionHandler.cs, HandleCancelOrderRequest; BacktestingBrokerage.cs, CancelOrder."""
        order, ticket = self.orders.get(request.order_id), self.tickets.get(request.order_id)
        if order is None or ticket is None:
            self._log_error(
                "BrokerageTransactionHandler.HandleCancelOrderRequest(): Unable to cancel order with ID "
                f"{request.order_id}."
            )
            return OrderResponse.unable_to_find_order(request)
        if order.status == OrderStatus.NEW or is_closed(order.status):
            new = order.status == OrderStatus.NEW
            self._fall_back(order)
            return (
                OrderResponse.invalid_new_status(request, order) if new else OrderResponse.invalid_status(request, order)
            )
        ticket.set_order(order)
        orders = self._pending_group(order)
        cancelled = orders is not None
        for leg in orders or []:
            if self._pending.pop(leg.id, None) is None:
                cancelled = False
                continue
            self._add_broker_id(leg)
            event = OrderEvent(leg, self.utc_ns, OrderFee.ZERO)
            event.status = OrderStatus.CANCELED
            self._handle_event(event)
        if not cancelled:
            text = f"Brokerage failed to cancel order with id {order.id}"
            self._state.error(text)
            self._fall_back(order)
            return OrderResponse.error(request, OrderResponseErrorCode.BROKERAGE_FAILED_TO_CANCEL_ORDER, text)
        if request.tag is not None:
            order.tag = request.tag
        return OrderResponse.success(request)

    def _pending_group(self, order: Order) -> list[Order] | None:
        manager = order.group_order_manager
        if manager is None:
            return [order]
        if len(manager.order_ids) < manager.count:
            return None
        legs = [self._pending.get(order_id) for order_id in manager.order_ids]
        return None if any(leg is None for leg in legs) else [leg for leg in legs if leg is not None]

    def _fall_back(self, order: Order) -> None:
        """LEAN: CancelPendingOrders.cs, RemoveAndFallback."""
        status = self._cancel_fallback.pop(order.id, None)
        if status is not None:
            order.status = status

    def _check_buying_power(
        self, order: Order, request: OrderRequest, orders: list[Order], *, group: bool
    ) -> OrderResponse | None:
        """A refusal, or None. LEAN: BrokerageTransactionHandler.cs, HasSufficientBuyingPowerForOrders."""
        state = self._state
        try:
            result = state.portfolio.has_sufficient_buying_power(orders)
        except RecursionError:
            raise  # handled here, every level above would go on calling
        except Exception as error:
            self._log_error(str(error))
            state.error(f"Order Error: id: {order.id}, Error executing margin models: {_first_line(error)}")
            self._handle_event(OrderEvent(order, self.utc_ns, OrderFee.ZERO, "Error executing margin models"))
            return OrderResponse.error(
                request,
                OrderResponseErrorCode.PROCESSING_ERROR,
                "An error occurred while checking sufficient buying power for the orders.",
            )
        if result.is_sufficient:
            return None
        if group:
            text = self._insufficient_text(orders, result)
        else:
            text = (
                f"Brokerage failed to update order with id: {order.id}, Symbol: {order.symbol.value}, Insufficient buying "
                f"power to complete order, Reason: {result.reason}."
            )
        state.error(text)
        if isinstance(request, UpdateOrderRequest):
            self._handle_event(OrderEvent(order, self.utc_ns, OrderFee.ZERO, text))
            return OrderResponse.error(request, OrderResponseErrorCode.BROKERAGE_FAILED_TO_UPDATE_ORDER, text)
        self._invalidate(orders, text)
        return OrderResponse.error(request, OrderResponseErrorCode.INSUFFICIENT_BUYING_POWER, text)

    def _insufficient_text(self, orders: list[Order], result: Any) -> str:
        """LEAN: Messages.Orders.cs, GroupOrderExtensions.InsufficientBuyingPowerForOrders."""
        securities = self._state.securities
        ids = ",".join(str(order.id) for order in orders)
        values = ",".join(
            money.text(money.smart_round(order.get_value_decimal(securities[order.symbol]))) for order in orders
        )
        return (
            f"Order Error: ids: [{ids}], Insufficient buying power to complete orders (Value:[{values}]), Reason: "
            f"{result.reason}."
        )

    def _invalidate(self, orders: list[Order], message: str | None) -> None:
        for order in orders:
            if not is_closed(order.status):
                order.status = OrderStatus.INVALID
            self._handle_event(OrderEvent(order, self.utc_ns, OrderFee.ZERO, message))

    def _round_quantity(self, order: Order, security: Any) -> None:
        """Whole lots, towards zero. LEAN: BrokerageTransactionHandler.cs, RoundOffOrder."""
        lot = security.symbol_properties.lot_size_decimal
        rest = money.remainder(order.quantity_decimal, lot)
        if rest:
            order.quantity_decimal = order.quantity_decimal - rest
            if not self._warned_lot:
                self._warned_lot = True
                self._state.error(
                    "Warning: Due to brokerage limitations, orders will be rounded to the nearest lot size of "
                    f"{money.text(lot)}"
                )

    def _round_prices(self, order: Order, security: Any, orders: list[Order] | None) -> None:
        """Whole ticks. LEAN: BrokerageTransactionHandler.cs, RoundOrderPrices."""
        if order.type == OrderType.COMBO_LIMIT:
            manager = order.group_order_manager
            if orders is None or manager is None:
                return
            steps = []
            for leg in orders:
                leg_security = self._state.securities[leg.symbol]
                step = self._tick(leg_security, leg.price_decimal)
                if step > 0:
                    steps.append(step)
            if steps:
                original = manager.limit_price_decimal
                manager.limit_price_decimal = money.to_multiple(original, min(steps))
                self._warn_of_price("LimitPrice", manager.limit_price_decimal, original)
            return
        for name in order.prices_to_round():
            price: Decimal = getattr(order, name)
            step = self._tick(security, price)
            if step > 0:
                rounded = money.to_multiple(price, step)
                setattr(order, name, rounded)
                self._warn_of_price(_PRICE_LABELS[name], rounded, price)

    def _tick(self, security: Any, price: Decimal) -> Decimal:
        step = security.price_variation_model.get_minimum_price_variation(
            GetMinimumPriceVariationParameters(security, price)
        )
        return step if isinstance(step, Decimal) else money.dec(step)

    def _warn_of_price(self, label: str, rounded: Decimal, original: Decimal) -> None:
        if rounded != original and not self._warned_price:
            self._warned_price = True
            self._state.error(
                f"Warning: To meet brokerage precision requirements, order {label} was rounded to {money.text(rounded)} from "
                f"{money.text(original)}"
            )

    def _set_mode(self, order: Order) -> None:
        mode = self._modes.get(order.symbol)
        if mode is None:
            configs = self._state.securities[order.symbol].subscriptions
            if not configs:
                raise InvalidOperationException(f"Unable to locate subscription data config for {order.symbol}")
            mode = self._modes[order.symbol] = DataNormalizationMode(configs[0].data_normalization_mode)
        order.price_adjustment_mode = mode

    def _add_broker_id(self, order: Order) -> None:
        text = str(order.id)
        if text not in order.broker_id:
            order.broker_id.append(text)

    # --- fills ------------------------------------------------------------------------------------------------------

    def _look_for_fills(self) -> None:
        """Look for fills of pending orders. LEAN: BacktestingBrokerage.cs, Scan."""
        if not self._pending:
            return
        for order_id in sorted(self._pending):
            order = self._pending.get(order_id)
            if order is not None:
                self._scan_order(order)

    def _scan_order(self, order: Order) -> None:
        state = self._state
        if is_closed(order.status):
            self._pending.pop(order.id, None)
            return
        if order.time_ns == state.utc_ns and order.type not in _WAITS_FOR_NEXT_STEP:
            return
        orders = self._pending_group(order)
        if orders is None:
            return
        securities: dict[Order, Any] = {}
        for leg in orders:
            security = state.securities.find(leg.symbol)
            if security is None:
                self._remove(orders, OrderStatus.INVALID, "")
                return
            securities[leg] = security
        if not self._may_fill(securities):
            return
        try:
            result = state.portfolio.has_sufficient_buying_power(orders)
        except RecursionError:
            raise  # handled here, every level above would go on calling
        except Exception as error:
            ids = ",".join(str(leg.id) for leg in orders)
            self._remove(orders, OrderStatus.INVALID, _first_line(error))
            self._log_error(str(error))
            state.error(f"Order Error: ids: [{ids}], Error executing margin models: {_first_line(error)}")
            return
        if not result.is_sufficient:
            if order.status == OrderStatus.CANCEL_PENDING:
                return
            text = self._insufficient_text(orders, result)
            self._remove(orders, OrderStatus.INVALID, text)
            state.error(text)
            return
        fills = self._fills(order, securities)
        if not fills:
            return
        events = []
        for leg in orders:
            for fill in fills:
                if fill.order_id == leg.id and (leg.status != fill.status or fill.fill_quantity_decimal):
                    leg.status = fill.status
                    events.append(fill)
        self._handle_events(events)
        if all(is_closed(fill.status) for fill in fills):
            for leg in orders:
                self._pending.pop(leg.id, None)

    def _may_fill(self, securities: dict[Order, Any]) -> bool:
        """LEAN: BacktestingBrokerage.cs, TryOrderPreChecks."""
        for order, security in securities.items():
            if order.type == OrderType.MARKET_ON_OPEN:
                columns, i = security.cache.last()
                zone = security.exchange.hours.time_zone
                if columns is None or zone.to_local(order.time_ns) >= columns.end[i]:
                    return False
            if order.time_in_force.is_order_expired(security, order):
                self._remove(list(securities), OrderStatus.CANCELED, "The order has expired.")
                return False
            if not self._state.brokerage_model.can_execute_order(security, order):
                return False
        return True

    def _fills(self, order: Order, securities: dict[Order, Any]) -> list[OrderEvent]:
        """What the fill model makes of an order; an error of the model is said and leaves the order as it is."""
        security = securities[order]
        fills: list[OrderEvent] = []
        try:
            parameters = FillModelParameters(
                security,
                order,
                from_timedelta(self._state.settings.stale_price_time_span),
                securities,
                self._order_updated,
            )
            found = security.fill_model.fill(parameters)
            events = [found] if isinstance(found, OrderEvent) else list(found)
            if all(order.time_in_force.is_fill_valid(security, order, event) for event in events):
                fills = events
            by_id = {leg.id: (leg, leg_security) for leg, leg_security in securities.items()}
            for fill in fills:
                if fill.status == OrderStatus.FILLED and not fill.order_fee.value.amount_decimal:
                    leg, leg_security = by_id[fill.order_id]
                    fill.order_fee = fee_of(leg_security, leg)
        except RecursionError:
            raise  # handled here, every level above would go on calling
        except Exception as error:
            self._log_error(str(error))
            self._state.error(
                f"Order Error: id: {order.id}, Transaction model failed to fill for order type: {order.type.to_string()} with "
                f"error: {_first_line(error)}"
            )
        return fills

    def _order_updated(self, order: Order) -> None:
        """A fill model changed an order: order and pending order are the same object here."""

    def _remove(self, orders: list[Order], status: OrderStatus, message: str) -> None:
        """LEAN: BacktestingBrokerage.cs, RemoveOrders."""
        events = []
        for order in orders:
            event = OrderEvent(order, self.utc_ns, OrderFee.ZERO, message)
            event.status = status
            events.append(event)
            self._pending.pop(order.id, None)
        self._handle_events(events)

    # --- events -----------------------------------------------------------------------------------------------------

    def _handle_event(self, event: OrderEvent) -> None:
        self._handle_events([event])

    def _handle_events(self, events: list[OrderEvent]) -> None:
        """LEAN: BrokerageTransactionHandler.cs, HandleOrderEvents."""
        state = self._state
        entries: list[_Open] = []
        for event in events:
            entry = self._open.pop(event.order_id, None) if is_closed(event.status) else self._open.get(event.order_id)
            if entry is not None and is_closed(event.status):
                self.orders[event.order_id] = entry.order
            if entry is None:
                order, ticket = self.orders.get(event.order_id), self.tickets.get(event.order_id)
                if order is None or ticket is None:
                    self._log_error(
                        "BrokerageTransactionHandler.HandleOrderEvents(): Unable to locate order or ticket for order ID "
                        f"{event.order_id}"
                    )
                    return
                entry = _Open(order, ticket, state.securities[event.symbol])
            entries.append(entry)
            event.ticket = entry.ticket
        fills = []
        for event, entry in zip(events, entries, strict=True):
            self._apply(event, entry)
            if is_fill(event.status):
                fills.append(event)
                self._take_fee_from_coins(event, entry)
        if fills:
            try:
                state.portfolio.process_fills(fills)
            except RecursionError:
                raise  # handled here, every level above would go on calling
            except Exception as error:
                self._log_error(str(error))
                state.error(f"Fill error: error in TradeBuilder.ProcessFill: {_first_line(error)}")
        for event, entry in zip(events, entries, strict=True):
            if is_fill(event.status):
                self._build_trade(event, entry)
            entry.ticket.add_order_event(event)
        for event in events:
            if event.status == OrderStatus.NONE:
                continue
            self.order_events.append(event)
            if state.results is not None:
                state.results.order_event(event)
            if state.framework is not None:
                state.framework.on_order_event(event)
            try:
                state.algorithm.on_order_event(event)
            except RecursionError:
                raise  # handled here, every level above would go on calling
            except Exception as error:
                self._runtime_error(error)

    def _apply(self, event: OrderEvent, entry: _Open) -> None:
        """Take an event's status and time into the order, and the order's prices into the event."""
        order, status = entry.order, event.status
        if order.id in self._cancel_fallback:
            if is_closed(status):
                del self._cancel_fallback[order.id]
            elif status != OrderStatus.CANCEL_PENDING:
                self._cancel_fallback[order.id] = status
        if order.status not in (OrderStatus.FILLED, OrderStatus.CANCELED) or status != OrderStatus.INVALID:
            order.status = status
        event.id = order.next_event_id()
        if status == OrderStatus.CANCELED:
            order.canceled_ns = event.utc_ns
        elif is_fill(status):
            order.last_fill_ns = event.utc_ns
        elif status in (OrderStatus.UPDATE_SUBMITTED, OrderStatus.SUBMITTED) and entry.ticket.update_requests:
            order.last_update_ns = event.utc_ns
        event.quantity_decimal = order.quantity_decimal
        for name in ("limit_price_decimal", "stop_price_decimal", "trigger_price_decimal"):
            price = getattr(order, name, None)
            if price is not None:
                setattr(event, name, money.normalize(price))
        if isinstance(order, TrailingStopOrder):
            event.trailing_amount_decimal = money.normalize(order.trailing_amount_decimal)

    def _take_fee_from_coins(self, event: OrderEvent, entry: _Open) -> None:
        """A fee in the coin that was bought makes the fill smaller."""
        if event.symbol.security_type != SecurityType.CRYPTO or entry.order.direction != OrderDirection.BUY:
            return
        security = entry.security
        base, quote = base_and_quote(security)
        fee = event.order_fee.value
        if fee.currency != base:
            return
        event.fill_quantity_decimal = event.fill_quantity_decimal - fee.amount_decimal
        event.order_fee = ModifiedFillQuantityOrderFee(
            fee, quote, security.symbol_properties.contract_multiplier_decimal
        )
        if not self._warned_fee:
            self._warned_fee = True
            self._state.debug(
                "When buying currency pairs, using Cash account types, fees in base currency will be deducted from the filled "
                "quantity so virtual positions reflect actual holdings."
            )

    def _build_trade(self, event: OrderEvent, entry: _Open) -> None:
        state, security = self._state, entry.security
        builder = state.trade_builder
        if builder is None:
            return
        fee = event.order_fee.value
        try:
            cost = ZERO if fee.currency == currencies.NULL_CURRENCY else state.portfolio.cash_book.convert_amount(fee)
            builder.process_fill(
                event.symbol,
                event.order_id,
                event.utc_ns,
                event.fill_price_decimal,
                event.fill_quantity_decimal,
                conversion_rate=security.quote_currency.conversion_rate_decimal,
                fee=cost,
                multiplier=security.symbol_properties.contract_multiplier_decimal,
            )
        except ArithmeticError as error:
            self._log_error(str(error))

    # --- delistings and splits --------------------------------------------------------------------------------------

    def close_delisted(self, symbol: Symbol) -> None:
        """Close the position at the last price, without fee. LEAN: HandleDelistingNotification."""
        state = self._state
        security = state.securities.find(symbol)
        if security is None:
            return
        quantity = -security.holdings.quantity_decimal
        if quantity:
            tag = "Liquidate from delisting"
            order = MarketOrder(security.symbol, quantity, self.utc_ns, tag)
            order.status = OrderStatus.SUBMITTED
            order.id = self.get_increment_order_id()
            request = SubmitOrderRequest(
                OrderType.MARKET, security.type, security.symbol, quantity, time=self.utc_ns, tag=tag
            )
            request.order_id = order.id
            ticket = OrderTicket(self, request)
            ticket.set_order(order)
            self._set_mode(order)
            self._open[order.id] = _Open(order, ticket, security)
            self.orders[order.id] = order
            self.tickets[order.id] = ticket
            self.orders_count += 1
            fill = OrderEvent(order, self.utc_ns, OrderFee.ZERO)
            fill.fill_price_decimal = security.price_decimal
            fill.status = OrderStatus.FILLED
            fill.fill_quantity_decimal = order.quantity_decimal
            fill.message = tag
            self._handle_event(fill)

    # --- errors -----------------------------------------------------------------------------------------------------

    def _runtime_error(self, error: BaseException) -> None:
        """The run stops at the engine's next check. LEAN: Common/Extensions.cs, SetRuntimeError."""
        self._state.run_time_error = error
        self._state.status = AlgorithmStatus.RUNTIME_ERROR

    def _log_error(self, text: str) -> None:
        """A line of the engine's own log."""
        log = getattr(self._state.results, "engine_error", None)
        if log is not None:
            log(text)

    def __str__(self) -> str:
        return self.__clr_name__


def _first_line(error: BaseException) -> str:
    return str(error)


def _condition(filter: Any) -> Callable[[Any], Any]:
    """A condition on orders or tickets: none, a symbol, or a function."""
    if filter is None:
        return lambda item: True
    if callable(filter) and not isinstance(filter, Symbol):
        return filter  # type: ignore[no-any-return]
    symbol = symbolcache.to_symbol(filter)
    return lambda item: item.symbol == symbol


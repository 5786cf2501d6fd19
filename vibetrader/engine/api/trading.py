"""Mixin: orders, liquidation, targets. LEAN: Algorithm/QCAlgorithm.Trading.cs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import wraps
from math import gcd
from typing import Any, Final

from vibetrader.engine import money
from vibetrader.engine.clr import (
    ArgumentException,
    InvalidOperationException,
    NoMatch,
    NullReferenceException,
    Overloads,
    register_type,
)
from vibetrader.engine.data.enums import (
    AlgorithmStatus,
    OrderDirection,
    OrderResponseErrorCode,
    OrderType,
    Resolution,
    SecurityType,
)
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.money import ZERO
from vibetrader.engine.orders.order import (
    GroupOrderManager,
    Leg,
    MarketOnCloseOrder,
    TrailingStopOrder,
    leg_quantity,
)
from vibetrader.engine.orders.properties import OrderProperties
from vibetrader.engine.orders.requests import OrderResponse, SubmitOrderRequest
from vibetrader.engine.orders.ticket import OrderTicket
from vibetrader.engine.orders.timeinforce import GoodTilDateTimeInForce, TimeInForce
from vibetrader.engine.portfolio.conversion import seed_prices
from vibetrader.engine.portfolio.messages import zero_price_text
from vibetrader.engine.portfolio.target import PortfolioTarget, target_quantity
from vibetrader.engine.timekeeping import MINUTE, SECOND

_LARGEST: Final = Decimal(2**96 - 1)
#: Digits that .NET keeps when it makes a decimal of a double.
_DOUBLE_DIGITS: Final = 15


def quantity_of(value: Any) -> Decimal:
    """Decimal of a quantity a user gives; doubles keep fifteen digits. LEAN: Common/Extensions.cs, SafeDecimalCast.

    Raises:
        ArgumentException: The value is not finite.
    """
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        return Decimal(int(value))
    if isinstance(value, str):
        return Decimal(value)
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):
        shown = "NaN" if number != number else "Infinity" if number > 0 else "-Infinity"
        raise ArgumentException(
            f"It is not possible to cast a non-finite floating-point value ({shown}) as decimal. Please review math operations "
            "and verify the result is valid.",
            "input",
        )
    if abs(number) >= _LARGEST:
        return _LARGEST if number > 0 else -_LARGEST
    exact = money.dec(number)
    return money.plain(Decimal(f"{number:.{_DOUBLE_DIGITS}g}")) if len(exact.as_tuple().digits) > _DOUBLE_DIGITS else exact


def price_of(value: Any) -> Decimal:
    """Decimal of a price a user gives, all its digits."""
    if isinstance(value, str):
        return Decimal(value)
    return money.dec(value)


def _to_number(value: Any) -> Any:
    """Numbers, also as text; whether they are finite is asked later."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float, Decimal)):
        return value
    if isinstance(value, str):
        try:
            float(value)
        except ValueError:
            raise NoMatch from None
        return value
    if hasattr(value, "dtype") and getattr(value, "ndim", 1) == 0:
        return value.item()
    raise NoMatch


def _to_properties(value: Any) -> Any:
    if value is None or isinstance(value, OrderProperties):
        return value
    raise NoMatch


def _to_legs(value: Any) -> list[Leg]:
    legs = _to_list(value, Leg)
    return legs


def _to_list(value: Any, kind: type) -> list[Any]:
    if isinstance(value, (str, dict)) or not isinstance(value, Iterable):
        raise NoMatch
    items = list(value)
    if not all(isinstance(item, kind) or hasattr(item, "symbol") for item in items):
        raise NoMatch
    return items


def _to_symbols(value: Any) -> list[Symbol]:
    if isinstance(value, (str, dict, Symbol)) or not isinstance(value, Iterable):
        raise NoMatch
    return [_known_symbol(item) for item in value]


def _known_symbol(value: Any) -> Symbol:
    from vibetrader.engine.clr import CONVERTERS

    return CONVERTERS["Symbol"](value)  # type: ignore[no-any-return]


register_type("Number", _to_number)
register_type("IOrderProperties", _to_properties)
register_type("List[Leg]", _to_legs)
register_type("List[PortfolioTarget]", lambda value: _to_list(value, PortfolioTarget))
register_type("List[Symbol]", _to_symbols)

_TAIL: Final = "asynchronous: bool = False, tag: str = {tag}, order_properties: IOrderProperties = None"
_ORDER_TAIL: Final = _TAIL.format(tag='""')
_LIST_TAIL: Final = _TAIL.format(tag="None")


def _numeric(signature: str) -> str:
    """Figures are taken as they come; what is shown stays LEAN's spelling."""
    return signature.replace(": int", ": Number").replace(": float", ": Number")


def order_method(*signatures: str) -> Callable[[Any], Any]:
    """Decorator of order methods: binds like Python.NET, refuses in its words.

    Args:
        signatures: C#'s overloads in their order, for refusals; the call is bound to any of them.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        shown = Overloads(function.__name__, *signatures)
        binding = Overloads(function.__name__, *dict.fromkeys(_numeric(signature) for signature in signatures))

        @wraps(function)
        def call(self: Any, *arguments: Any, **keywords: Any) -> Any:
            if arguments and arguments[0] is None and function.__name__ != "liquidate":
                raise NullReferenceException
            try:
                _, bound = binding.bind(arguments, keywords)
            except TypeError:
                shown.bind(arguments, keywords)
                raise
            return function(self, **bound)

        call.overloads = shown  # type: ignore[attr-defined]
        return call

    return decorate


def _three(head: str, tail: str = _ORDER_TAIL) -> tuple[str, str, str]:
    """Overloads for int, double and decimal quantities."""
    return (
        f"symbol: Symbol, quantity: int{head}, {tail}",
        f"symbol: Symbol, quantity: float{head}, {tail}",
        f"symbol: Symbol, quantity: float{head}, {tail}",
    )


class TradingState:
    """What trading remembers of an algorithm: warnings said once, and the limit of orders."""

    __slots__ = (
        "good_til_date_warned", "liquidate_warned", "market_on_close_warned", "market_on_open_warned", "max_orders",
    )  # fmt: skip

    def __init__(self) -> None:
        self.max_orders = 2**31 - 1
        self.market_on_open_warned = False
        self.market_on_close_warned = False
        self.good_til_date_warned = False
        self.liquidate_warned = False


def _memory(state: Any) -> TradingState:
    found = state.context.extra.get("trading")
    if found is None or found[0] is not state:
        found = state.context.extra["trading"] = (state, TradingState())
    return found[1]  # type: ignore[no-any-return]


class TradingMixin:
    """`self.market_order` and its relatives."""

    _vt: Any

    # --- market orders ----------------------------------------------------------------------------------------------

    @order_method("symbol: Symbol, quantity: int", "symbol: Symbol, quantity: float", "symbol: Symbol, quantity: float",
                  "symbol: Symbol, quantity: float")  # fmt: skip
    def buy(self, symbol: Symbol, quantity: Any) -> OrderTicket:
        """Market order for the unsigned quantity."""
        return _market(self, symbol, abs(quantity_of(quantity)))

    @order_method("symbol: Symbol, quantity: int", "symbol: Symbol, quantity: float", "symbol: Symbol, quantity: float",
                  "symbol: Symbol, quantity: float")  # fmt: skip
    def sell(self, symbol: Symbol, quantity: Any) -> OrderTicket:
        """Market order for minus the unsigned quantity."""
        return _market(self, symbol, -abs(quantity_of(quantity)))

    @order_method("symbol: Symbol, quantity: float", "symbol: Symbol, quantity: int", "symbol: Symbol, quantity: float",
                  f"symbol: Symbol, quantity: float, {_ORDER_TAIL}")  # fmt: skip
    def order(self, symbol: Symbol, quantity: Any, asynchronous: bool = False, tag: Any = "",
              order_properties: Any = None) -> OrderTicket:  # fmt: skip
        """The same as `market_order`."""
        return _market(self, symbol, quantity_of(quantity), tag, order_properties, asynchronous)

    @order_method(*_three(""))
    def market_order(self, symbol: Symbol, quantity: Any, asynchronous: bool, tag: Any, order_properties: Any) -> OrderTicket:
        """Trade at the market.

        While the market is closed it becomes a market-on-open order; on daily data of a market that closes, while it is
        open, a market-on-close order.

        Args:
            symbol: What to trade.
            quantity: Signed quantity.
            asynchronous: Changes nothing in a backtest.
            tag: Note on the order.
            order_properties: Time in force and the like.

        Returns:
            The ticket; its id is negative when the order was refused before it was sent.
        """
        return _market(self, symbol, quantity_of(quantity), tag, order_properties, asynchronous)

    @order_method(*(_three("")[i] for i in (1, 0, 2)))
    def market_on_open_order(self, symbol: Symbol, quantity: Any, asynchronous: bool, tag: Any,
                             order_properties: Any) -> OrderTicket:  # fmt: skip
        """Trade at the next open."""
        return _market_on_open(self, symbol, quantity_of(quantity), tag, order_properties, asynchronous)

    @order_method(*_three(""))
    def market_on_close_order(self, symbol: Symbol, quantity: Any, asynchronous: bool, tag: Any,
                              order_properties: Any) -> OrderTicket:  # fmt: skip
        """Trade at the next close."""
        return _market_on_close(self, symbol, quantity_of(quantity), tag, order_properties, asynchronous)

    # --- orders with prices -----------------------------------------------------------------------------------------

    @order_method(*_three(", limit_price: float"))
    def limit_order(self, symbol: Symbol, quantity: Any, limit_price: Any, asynchronous: bool, tag: Any,
                    order_properties: Any) -> OrderTicket:  # fmt: skip
        """Trade at a price or better."""
        return _send(self, OrderType.LIMIT, symbol, quantity_of(quantity), tag, order_properties, asynchronous,
                     limit_price=price_of(limit_price))  # fmt: skip

    @order_method(*_three(", stop_price: float"))
    def stop_market_order(self, symbol: Symbol, quantity: Any, stop_price: Any, asynchronous: bool, tag: Any,
                          order_properties: Any) -> OrderTicket:  # fmt: skip
        """Trade at the market once a price is reached."""
        return _send(self, OrderType.STOP_MARKET, symbol, quantity_of(quantity), tag, order_properties, asynchronous,
                     stop_price=price_of(stop_price))  # fmt: skip

    @order_method(
        *_three(", trailing_amount: float, trailing_as_percentage: bool"),
        *_three(", stop_price: float, trailing_amount: float, trailing_as_percentage: bool"),
    )
    def trailing_stop_order(self, symbol: Symbol, quantity: Any, trailing_amount: Any, trailing_as_percentage: bool,
                            asynchronous: bool, tag: Any, order_properties: Any, stop_price: Any = None) -> OrderTicket:  # fmt: skip
        """A stop that follows the market at a distance, a price difference or a fraction."""
        size = quantity_of(quantity)
        amount = price_of(trailing_amount)
        if stop_price is None:
            security = _security_for_order(self, symbol)
            side = OrderDirection.BUY if size > 0 else OrderDirection.SELL
            stop = TrailingStopOrder.stop_for(security.price_decimal, amount, trailing_as_percentage, side)
        else:
            stop = price_of(stop_price)
        return _send(self, OrderType.TRAILING_STOP, symbol, size, tag, order_properties, asynchronous, stop_price=stop,
                     trailing_amount=amount, trailing_as_percentage=trailing_as_percentage)  # fmt: skip

    @order_method(*_three(", stop_price: float, limit_price: float"))
    def stop_limit_order(self, symbol: Symbol, quantity: Any, stop_price: Any, limit_price: Any, asynchronous: bool, tag: Any,
                         order_properties: Any) -> OrderTicket:  # fmt: skip
        """A limit order once a price is reached."""
        return _send(self, OrderType.STOP_LIMIT, symbol, quantity_of(quantity), tag, order_properties, asynchronous,
                     stop_price=price_of(stop_price), limit_price=price_of(limit_price))  # fmt: skip

    @order_method(*_three(", trigger_price: float, limit_price: float"))
    def limit_if_touched_order(self, symbol: Symbol, quantity: Any, trigger_price: Any, limit_price: Any, asynchronous: bool,
                               tag: Any, order_properties: Any) -> OrderTicket:  # fmt: skip
        """A limit order once a better price is touched."""
        return _send(self, OrderType.LIMIT_IF_TOUCHED, symbol, quantity_of(quantity), tag, order_properties, asynchronous,
                     trigger_price=price_of(trigger_price), limit_price=price_of(limit_price))  # fmt: skip

    # --- combos -----------------------------------------------------------------------------------------------------

    @order_method(f"legs: List[Leg], quantity: int, {_ORDER_TAIL}")
    def combo_market_order(self, legs: list[Leg], quantity: Any, asynchronous: bool, tag: Any,
                           order_properties: Any) -> list[OrderTicket]:  # fmt: skip
        """Several legs at the market, all or none."""
        return _combo(self, legs, quantity_of(quantity), ZERO, tag, order_properties, asynchronous)

    @order_method(f"legs: List[Leg], quantity: int, {_ORDER_TAIL}")
    def combo_leg_limit_order(self, legs: list[Leg], quantity: Any, asynchronous: bool, tag: Any,
                              order_properties: Any) -> list[OrderTicket]:  # fmt: skip
        """Several legs at a limit each, all or none."""
        if any(not leg.order_price for leg in legs):
            raise ArgumentException("ComboLegLimitOrder requires a limit price for each leg")
        return _combo(self, legs, quantity_of(quantity), ZERO, tag, order_properties, asynchronous)

    @order_method(f"legs: List[Leg], quantity: int, limit_price: float, {_ORDER_TAIL}")
    def combo_limit_order(self, legs: list[Leg], quantity: Any, limit_price: Any, asynchronous: bool, tag: Any,
                          order_properties: Any) -> list[OrderTicket]:  # fmt: skip
        """Several legs at one limit for all, all or none."""
        if not limit_price:
            raise ArgumentException("ComboLimitOrder requires a limit price")
        if any(leg.order_price for leg in legs):
            raise ArgumentException("ComboLimitOrder does not support limit prices for individual legs")
        return _combo(self, legs, quantity_of(quantity), price_of(limit_price), tag, order_properties, asynchronous)

    # --- liquidation and targets ------------------------------------------------------------------------------------

    @order_method(
        f"symbol: Symbol = None, {_LIST_TAIL}",
        f"symbols: List[Symbol], {_LIST_TAIL}",
        "symbol_to_liquidate: Symbol, tag: str",
    )
    def liquidate(self, symbol: Any = None, asynchronous: bool = False, tag: Any = None, order_properties: Any = None,
                  symbols: Any = None, symbol_to_liquidate: Any = None) -> list[Any]:  # fmt: skip
        """Close positions and cancel open orders: of a symbol, of several, or all.

        Returns:
            Tickets of the closing orders.
        """
        if symbol_to_liquidate is not None:
            return [ticket.order_id for ticket in _liquidate(self, [symbol_to_liquidate], tag, None, False)]
        if symbols is None:
            if symbol is not None:
                symbols = [symbol]
            else:
                symbols = sorted(self._vt.securities.keys(), key=lambda item: item.value)
        return _liquidate(self, symbols, tag, order_properties, asynchronous)

    @order_method(
        f"targets: List[PortfolioTarget], liquidate_existing_holdings: bool = False, {_LIST_TAIL}",
        f"symbol: Symbol, percentage: float, liquidate_existing_holdings: bool = False, {_LIST_TAIL}",
        f"symbol: Symbol, percentage: int, liquidate_existing_holdings: bool = False, {_LIST_TAIL}",
    )
    def set_holdings(self, symbol: Any = None, percentage: Any = 0, liquidate_existing_holdings: bool = False,
                     asynchronous: bool = False, tag: Any = None, order_properties: Any = None,
                     targets: Any = None) -> list[OrderTicket]:  # fmt: skip
        """Bring positions to parts of the portfolio value.

        Args:
            symbol: What to hold.
            percentage: Part of the portfolio value, 1 for all of it, negative for a short position.
            liquidate_existing_holdings: Close all other positions first.
            asynchronous: Changes nothing in a backtest.
            tag: Note on the orders.
            order_properties: Time in force and the like.
            targets: List of `PortfolioTarget` instead of symbol and percentage.

        Returns:
            Tickets of the orders; empty when nothing had to be done.
        """
        if targets is not None:
            return _set_targets(self, targets, liquidate_existing_holdings, asynchronous, tag, order_properties)
        quantity = _order_quantity(self, symbol, quantity_of(percentage))
        return _set_holdings(self, symbol, quantity, liquidate_existing_holdings, asynchronous, tag, order_properties)

    @order_method("symbol: Symbol, target: float", "symbol: Symbol, target: float")
    def calculate_order_quantity(self, symbol: Symbol, target: Any) -> float:
        """The order that would bring a position to a part of the portfolio value."""
        return float(_order_quantity(self, symbol, quantity_of(target)))

    def set_maximum_orders(self, max: int) -> None:
        """Without effect: after `initialize` a backtest sets the limit of its job, which has none."""

    def submit_order_request(self, request: SubmitOrderRequest) -> OrderTicket:
        """Check and send a request."""
        return _submit(self, request)


# --- sending ----------------------------------------------------------------------------------------------------------


def _clone_properties(state: Any, properties: Any) -> Any:
    if properties is not None:
        return properties
    default = state.default_order_properties
    return default.clone() if default is not None else None


def _security_for_order(algorithm: Any, symbol: Symbol) -> Any:
    """The security; one that was never added is added now. LEAN: QCAlgorithm.Trading.cs, GetSecurityForOrder."""
    state = algorithm._vt
    security = state.securities.find(symbol)
    if security is not None and (security.is_tradable or security.is_delisted):
        return security
    if symbol.security_type != SecurityType.INDEX:
        security = type(algorithm).add_security(algorithm, symbol)
        if not state.settings.seed_initial_prices:
            seed_prices(state, [security])
        return security
    raise InvalidOperationException(
        f"The symbol {symbol} is not found in the algorithm's securities collection and cannot be re-added due to it being "
        "delisted or no longer tradable."
    )


def _send(algorithm: Any, kind: OrderType, symbol: Symbol, quantity: Decimal, tag: Any, properties: Any,
          asynchronous: bool, **prices: Any) -> OrderTicket:  # fmt: skip
    state = algorithm._vt
    security = _security_for_order(algorithm, symbol)
    return _submit(
        algorithm,
        SubmitOrderRequest(
            kind,
            security.type,
            security.symbol,
            quantity,
            time=state.utc_ns,
            tag=tag,
            properties=_clone_properties(state, properties),
            asynchronous=asynchronous,
            **prices,
        ),
    )


def _submit(algorithm: Any, request: SubmitOrderRequest) -> OrderTicket:
    state = algorithm._vt
    response = _check(state, request)
    if response.is_error:
        return OrderTicket.invalid(state.transactions, request, response)
    ticket: OrderTicket = state.transactions.add_order(request)
    return ticket


def _market(algorithm: Any, symbol: Symbol, quantity: Decimal, tag: Any = "", properties: Any = None,
            asynchronous: bool = False) -> OrderTicket:  # fmt: skip
    """LEAN: QCAlgorithm.Trading.cs, MarketOrder."""
    state = algorithm._vt
    security = _security_for_order(algorithm, symbol)
    memory = _memory(state)
    if not security.exchange.exchange_open:
        ticket = _market_on_open(algorithm, security.symbol, quantity, tag, properties, asynchronous)
        if not memory.market_on_open_warned and ticket.submit_request.response.is_success:
            memory.market_on_open_warned = True
            state.debug(
                "Warning: market orders submitted while the market is closed are automatically converted into MarketOnOpen "
                "orders to fill at the next market open."
            )
        return ticket
    if not security.exchange.hours.is_market_always_open and _daily_only(state, security.symbol):
        convert = _market_on_open if _too_late_for_close(state, security) else _market_on_close
        ticket = convert(algorithm, security.symbol, quantity, tag, properties, asynchronous)
        if not memory.market_on_close_warned and ticket.submit_request.response.is_success:
            memory.market_on_close_warned = True
            state.debug(
                "Warning: market orders on daily resolution data sent during market hours are automatically converted into "
                "MarketOnClose orders (or MarketOnOpen near the close) to avoid filling at the stale previous close. Note: in "
                "live trading this conversion is not applied, as the order fills at the current market price."
            )
        return ticket
    return _send(algorithm, OrderType.MARKET, symbol, quantity, tag, properties, asynchronous)


def _market_on_open(algorithm: Any, symbol: Symbol, quantity: Decimal, tag: Any, properties: Any,
                    asynchronous: bool) -> OrderTicket:  # fmt: skip
    properties = _without_date(algorithm._vt, _clone_properties(algorithm._vt, properties))
    return _send(algorithm, OrderType.MARKET_ON_OPEN, symbol, quantity, tag, properties, asynchronous)


def _market_on_close(algorithm: Any, symbol: Symbol, quantity: Decimal, tag: Any, properties: Any,
                     asynchronous: bool) -> OrderTicket:  # fmt: skip
    properties = _without_date(algorithm._vt, _clone_properties(algorithm._vt, properties))
    return _send(algorithm, OrderType.MARKET_ON_CLOSE, symbol, quantity, tag, properties, asynchronous)


def _without_date(state: Any, properties: Any) -> Any:
    """LEAN: QCAlgorithm.Trading.cs, InvalidateGoodTilDateTimeInForce."""
    if properties is not None and isinstance(properties.time_in_force, GoodTilDateTimeInForce):
        properties.time_in_force = TimeInForce.GOOD_TIL_CANCELED
        memory = _memory(state)
        if not memory.good_til_date_warned:
            memory.good_til_date_warned = True
            state.debug(
                "Warning: Good-Til-Date Time-In-Force is not supported for MOO and MOC orders. The time-in-force will be reset "
                "to Good-Til-Canceled (GTC)."
            )
    return properties


def _daily_only(state: Any, symbol: Symbol) -> bool:
    security = state.securities.find(symbol)
    configs = [config for config in security.subscriptions if not config.is_internal_feed]
    return bool(configs) and all(config.resolution == Resolution.DAILY for config in configs)


def _too_late_for_close(state: Any, security: Any) -> bool:
    """LEAN: QCAlgorithm.Trading.cs, IsWithinMarketOnCloseSubmissionBuffer."""
    hours = security.exchange.hours
    if hours.is_market_always_open:
        return False
    close = hours.next_close(security.local_ns, False)
    return bool(state.utc_ns > hours.time_zone.to_utc(close) - MarketOnCloseOrder.buffer_ns)


def _check(state: Any, request: SubmitOrderRequest) -> OrderResponse:
    """Checks before an order gets an id; refusals are said. LEAN: QCAlgorithm.Trading.cs, PreOrderChecks."""
    response = _check_silently(state, request)
    if response.is_error:
        state.error(response.error_message)
    return response


def _check_silently(state: Any, request: SubmitOrderRequest) -> OrderResponse:
    """LEAN: QCAlgorithm.Trading.cs, PreOrderChecksImpl."""
    error = OrderResponse.error
    codes = OrderResponseErrorCode
    if state.is_warming_up:
        return OrderResponse.warming_up(request)
    security = state.securities.find(request.symbol)
    if security is None:
        return OrderResponse.missing_security(request)
    size = abs(request.quantity_decimal)
    if not size:
        return OrderResponse.zero_quantity(request)
    lot = security.symbol_properties.lot_size_decimal
    if size < lot:
        return error(
            request,
            codes.ORDER_QUANTITY_LESS_THAN_LOT_SIZE,
            f"Unable to submit order with id {request.order_id} which quantity ({money.text(size)}) is less than lot size "
            f"({money.text(lot)}).",
        )
    if not security.is_tradable:
        return error(
            request,
            codes.NON_TRADABLE_SECURITY,
            f"The security with symbol '{request.symbol}' is marked as non-tradable.",
        )
    if not security.price_decimal:
        return error(request, codes.SECURITY_PRICE_ZERO, zero_price_text(request.symbol))
    ticker, quote = request.symbol.value, security.quote_currency.symbol
    if quote not in state.portfolio.cash_book:
        return error(
            request, codes.QUOTE_CURRENCY_REQUIRED, f"{ticker}: requires {quote} in the cashbook to trade."
        )
    if not security.quote_currency.conversion_rate_decimal:
        return error(
            request,
            codes.CONVERSION_RATE_ZERO,
            f"{ticker}: requires {quote} to have a non-zero conversion rate. This can be caused by lack of data.",
        )
    if security.type in (SecurityType.FOREX, SecurityType.CRYPTO):
        base = security.base_currency.symbol
        cash = state.portfolio.cash_book.get(base)
        if cash is None:
            return error(
                request,
                codes.FOREX_BASE_AND_QUOTE_CURRENCIES_REQUIRED,
                f"{ticker}: requires {base} and {quote} in the cashbook to trade.",
            )
        if not cash.conversion_rate_decimal:
            return error(
                request,
                codes.FOREX_CONVERSION_RATE_ZERO,
                f"{ticker}: requires {base} and {quote} to have non-zero conversion rates. This can be caused by lack of data.",
            )
    if not security.has_data:
        return error(
            request,
            codes.SECURITY_HAS_NO_DATA,
            "There is no data for this symbol yet, please check the security.HasData flag to ensure there is at least one data "
            "point.",
        )
    most = _memory(state).max_orders
    if state.transactions.orders_count > most:
        state.status = AlgorithmStatus.STOPPED
        return error(
            request,
            codes.EXCEEDED_MAXIMUM_ORDERS,
            f"You have exceeded maximum number of orders ({most}), for unlimited orders upgrade your account.",
        )
    return _check_auction(state, request, security)


def _check_auction(state: Any, request: SubmitOrderRequest, security: Any) -> OrderResponse:
    """Orders for open and close, and combos."""
    hours = security.exchange.hours
    kind = request.order_type
    if kind in (OrderType.MARKET_ON_OPEN, OrderType.MARKET_ON_CLOSE) and hours.is_market_always_open:
        raise InvalidOperationException(
            f"Market never closes for this symbol {security.symbol}, can no submit a {kind.to_string()} order."
        )
    if kind == OrderType.MARKET_ON_OPEN:
        if hours.is_open_at(security.local_ns, False) and not _daily_only(state, security.symbol):
            return OrderResponse.error(
                request,
                OrderResponseErrorCode.MARKET_ON_OPEN_NOT_ALLOWED_DURING_REGULAR_HOURS,
                "Cannot submit a MarketOnOpen order while the market is open.",
            )
    elif kind == OrderType.MARKET_ON_CLOSE and _too_late_for_close(state, security):
        return OrderResponse.error(
            request,
            OrderResponseErrorCode.MARKET_ON_CLOSE_ORDER_TOO_LATE,
            f"MarketOnClose orders must be placed within {_span_text(MarketOnCloseOrder.buffer_ns)} before market close. "
            "Override this TimeSpan buffer by setting Orders.MarketOnCloseOrder.SubmissionTimeBuffer in "
            "QCAlgorithm.Initialize().",
        )
    if kind == OrderType.COMBO_MARKET and request.limit_price_decimal:
        raise ArgumentException("Can not set a limit price using market combo orders")
    return OrderResponse.success(request)


def _span_text(ns: int) -> str:
    """.NET's text of a time span."""
    minutes, rest = divmod(ns, MINUTE)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // SECOND:02d}"


# --- combos -----------------------------------------------------------------------------------------------------------


def _combo(algorithm: Any, legs: list[Leg], quantity: Decimal, limit: Decimal, tag: Any, properties: Any,
           asynchronous: bool) -> list[OrderTicket]:  # fmt: skip
    """LEAN: QCAlgorithm.Trading.cs, SubmitComboOrder."""
    state = algorithm._vt
    _check_leg_sizes(legs, quantity)
    kind = OrderType.COMBO_LIMIT if limit else OrderType.COMBO_MARKET
    manager = GroupOrderManager(
        state.transactions.get_increment_group_order_manager_id(), len(legs), quantity, limit
    )
    tickets: list[OrderTicket] = []
    requests = []
    for leg in legs:
        security = _security_for_order(algorithm, _known_symbol(leg.symbol))
        if leg.order_price is not None:
            limit = price_of(leg.order_price)
            kind = OrderType.COMBO_LEG_LIMIT
        request = SubmitOrderRequest(
            kind,
            security.type,
            security.symbol,
            leg_quantity(Decimal(int(leg.quantity)), manager),
            limit_price=limit,
            time=state.utc_ns,
            tag=tag,
            properties=_clone_properties(state, properties),
            group_order_manager=manager,
            asynchronous=asynchronous,
        )
        response = _check(state, request)
        if response.is_error:
            tickets.append(OrderTicket.invalid(state.transactions, request, response))
            return tickets
        requests.append(request)
    for request in requests:
        tickets.append(state.transactions.add_order(request))
    return tickets


def _check_leg_sizes(legs: list[Leg], quantity: Decimal) -> None:
    """LEAN: QCAlgorithm.Trading.cs, CheckComboOrderSizing."""
    divisor = gcd(*(abs(int(leg.quantity)) for leg in legs))
    if divisor == 1:
        return
    shown = money.text(quantity)
    present = ", ".join(f"{leg.quantity} {leg.symbol}" for leg in legs)
    reduced = ", ".join(f"{int(leg.quantity) // divisor} {leg.symbol}" for leg in legs)
    raise ArgumentException(
        "The global combo quantity should be used to increase or reduce the size of the order, while the leg quantities should "
        "be used to specify the ratio of the order. The combo order quantities should be reduced from "
        f"{shown}x({present}) to {money.text(quantity * divisor)}x({reduced})."
    )


# --- liquidation and targets --------------------------------------------------------------------------------------------


def _liquidate(algorithm: Any, symbols: Iterable[Any], tag: Any, properties: Any, asynchronous: bool) -> list[OrderTicket]:
    """LEAN: QCAlgorithm.Trading.cs, Liquidate."""
    state = algorithm._vt
    if not state.settings.liquidate_enabled:
        state.debug(
            "Liquidate() is currently disabled by settings. To re-enable please set 'Settings.LiquidateEnabled' to true"
        )
        return []
    tag = "Liquidated" if tag is None else tag
    tickets: list[OrderTicket] = []
    transactions = state.transactions
    for item in symbols:
        symbol = _known_symbol(item)
        security = state.securities.find(symbol)
        if security is None:
            memory = _memory(state)
            if not memory.liquidate_warned:
                memory.liquidate_warned = True
                state.debug(
                    f"Warning: liquidate ignored symbol '{symbol}' because it has not been added to the algorithm. Add the "
                    "security before liquidating it."
                )
            continue
        orders = [order for order in transactions.pending_orders() if order.symbol == security.symbol]
        holdings = security.holdings
        quantity = holdings.quantity_decimal if holdings.invested else ZERO
        if (
            len(orders) == 1
            and quantity
            and orders[0].quantity_decimal == -quantity
            and orders[0].type == OrderType.MARKET
        ):
            continue
        waiting = ZERO
        for order in orders:
            if order.type == OrderType.MARKET:
                waiting += transactions.get_order_ticket(order.id).quantity_remaining_decimal
            else:
                transactions.cancel_order(order.id, tag)
        if quantity:
            tickets.append(_market(algorithm, security.symbol, -quantity - waiting, tag, properties, asynchronous))
    return tickets


def _others(state: Any, symbols: list[Symbol]) -> list[Symbol]:
    """Symbols to liquidate beside targets. LEAN: QCAlgorithm.Trading.cs, GetSymbolsToLiquidate."""
    return sorted(
        (symbol for symbol in state.portfolio.keys() if symbol not in symbols),  # noqa: SIM118 (not a dict)
        key=lambda item: item.value
    )


def _order_quantity(algorithm: Any, symbol: Symbol, target: Decimal) -> Decimal:
    """LEAN: QCAlgorithm.Trading.cs, CalculateOrderQuantity."""
    return target_quantity(algorithm._vt, symbol, target, True) or ZERO


def _set_holdings(algorithm: Any, symbol: Symbol, quantity: Decimal, liquidate: bool, asynchronous: bool, tag: Any,
                  properties: Any) -> list[OrderTicket]:  # fmt: skip
    """LEAN: QCAlgorithm.Trading.cs, SetHoldingsImpl."""
    state = algorithm._vt
    tickets: list[OrderTicket] = []
    if liquidate:
        tickets = _liquidate(algorithm, _others(state, [symbol]), tag, properties, False)
    tag = "" if tag is None else tag
    waiting = state.transactions.open_quantity(
        lambda ticket: ticket.symbol == symbol
        and ticket.order_type in (OrderType.MARKET, OrderType.MARKET_ON_OPEN)
    )
    size = quantity - waiting
    if size:
        security = state.securities.find(symbol)
        if security is None:
            state.error(f"{symbol} not found in portfolio. Request this data when initializing the algorithm.")
            return tickets
        if security.exchange.exchange_open:
            tickets.append(_market(algorithm, symbol, size, tag, properties, asynchronous))
        else:
            tickets.append(_market_on_open(algorithm, symbol, size, tag, properties, asynchronous))
    return tickets


def _set_targets(algorithm: Any, targets: list[Any], liquidate: bool, asynchronous: bool, tag: Any,
                 properties: Any) -> list[OrderTicket]:  # fmt: skip
    """Reducing orders first, then the largest. LEAN: QCAlgorithm.Trading.cs, SetHoldings(List<PortfolioTarget>)."""
    state = algorithm._vt
    tickets: list[OrderTicket] = []
    if liquidate:
        tickets = _liquidate(algorithm, _others(state, [target.symbol for target in targets]), tag, properties, False)
    orders = [
        PortfolioTarget(target.symbol, _order_quantity(algorithm, target.symbol, target.quantity_decimal))
        for target in targets
    ]
    for target in by_margin_impact(state, orders, is_delta=True):
        tickets += _set_holdings(
            algorithm, target.symbol, target.quantity_decimal, False, asynchronous, tag, properties
        )
    return tickets


def by_margin_impact(state: Any, targets: list[PortfolioTarget], is_delta: bool = False) -> list[PortfolioTarget]:
    """Targets worth an order: those that reduce a position first, then by value.

    LEAN: Common/Extensions.cs, OrderTargetsByMarginImpact.
    """
    if state.is_warming_up:
        return []
    ranked: list[Any] = []
    for target in targets:
        security = state.securities[target.symbol]
        lot = security.symbol_properties.lot_size_decimal
        wanted = adjust_by_lot_size(lot, target.quantity_decimal)
        held = state.transactions.get_projected_holdings(security).projected_quantity_decimal
        change = wanted if is_delta else wanted - held
        if not security.has_data or not security.is_tradable or abs(change) < lot:
            continue
        after = wanted + held if is_delta else wanted
        reducing = bool(held) and abs(after) < abs(held)
        ranked.append((not reducing, -abs(change * security.price_decimal), len(ranked), target))
    return [entry[-1] for entry in sorted(ranked, key=lambda entry: entry[:3])]


def adjust_by_lot_size(lot: Decimal, quantity: Decimal) -> Decimal:
    """Whole lots towards zero, forgiving a millionth of a lot. LEAN: Common/Orders/OrderSizing.cs, AdjustByLotSize."""
    size = abs(quantity)
    rest = size % lot
    if lot - rest < lot / 1_000_000:
        rest -= lot
    size -= rest
    return size if quantity >= 0 else -size


"""Fill models. LEAN: Common/Orders/Fills/FillModel.cs, EquityFillModel.cs, ImmediateFillModel.cs.

Bars are rows of columns: the last real trade and quote bar of the security. Times of bars are clock times of the exchange.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from vibetrader.engine import money
from vibetrader.engine.clr import InvalidOperationException
from vibetrader.engine.data.dictionary import LeanDictionary
from vibetrader.engine.data.enums import OrderDirection, OrderStatus, OrderType, Resolution, SecurityType
from vibetrader.engine.money import ZERO
from vibetrader.engine.naming import LeanOverrides, lean_names
from vibetrader.engine.orders.event import OrderEvent
from vibetrader.engine.orders.fees import OrderFee
from vibetrader.engine.orders.order import Order, TrailingStopOrder, leg_ratio
from vibetrader.engine.timekeeping import DAY, HOUR, Nanoseconds, from_datetime, from_timedelta, to_datetime

_BUY: Final = OrderDirection.BUY
_SELL: Final = OrderDirection.SELL


def clock_text(local: Nanoseconds) -> str:
    """.NET's invariant text of a clock time."""
    return to_datetime(local).strftime("%m/%d/%Y %H:%M:%S")


@lean_names
class Prices:
    """Prices that a fill looks at. LEAN: Common/Orders/Fills/Prices (in Common/Securities/Prices.cs).

    Users may build one: `Prices(end_time, current, open, high, low, close)`, with or without a start time before.
    """

    __slots__ = ("_close", "_current", "_high", "_low", "_open", "end_ns", "start_ns")

    def __init__(self, *values: Any) -> None:
        if len(values) == 6:
            values = (values[0], *values)
        start, end, current, open_, high, low, close = values
        self.start_ns: Nanoseconds = start if isinstance(start, int) else from_datetime(start)
        self.end_ns: Nanoseconds = end if isinstance(end, int) else from_datetime(end)
        self._current = money.dec(current)
        self._open = money.dec(open_)
        self._high = money.dec(high)
        self._low = money.dec(low)
        self._close = money.dec(close)

    @property
    def current_decimal(self) -> Decimal:
        """Present price, exact."""
        return self._current

    @property
    def open_decimal(self) -> Decimal:
        """Open, exact."""
        return self._open

    @property
    def high_decimal(self) -> Decimal:
        """High, exact."""
        return self._high

    @property
    def low_decimal(self) -> Decimal:
        """Low, exact."""
        return self._low

    @property
    def close_decimal(self) -> Decimal:
        """Close, exact."""
        return self._close

    @property
    def time(self) -> datetime:
        """Start by the exchange's clock."""
        return to_datetime(self.start_ns)

    @property
    def end_time(self) -> datetime:
        """End by the exchange's clock."""
        return to_datetime(self.end_ns)

    @property
    def current(self) -> float:
        """Present price."""
        return money.double(self._current)

    @property
    def open(self) -> float:
        """Open."""
        return money.double(self._open)

    @property
    def high(self) -> float:
        """High."""
        return money.double(self._high)

    @property
    def low(self) -> float:
        """Low."""
        return money.double(self._low)

    @property
    def close(self) -> float:
        """Close."""
        return money.double(self._close)


class _Row:
    """One bar, read field by field."""

    __slots__ = ("columns", "end_ns", "i", "start_ns")

    def __init__(self, sub: Any, i: int) -> None:
        self.columns = sub.columns
        self.i = i
        self.start_ns: Nanoseconds = self.columns.start[i]
        self.end_ns: Nanoseconds = self.columns.end[i]

    def __getattr__(self, field: str) -> Decimal:
        return self.columns.decimal(field, self.i)  # type: ignore[no-any-return]


def trade_row(security: Any) -> _Row | None:
    """The last real trade bar."""
    cache = security.cache
    return None if cache.trade_sub is None else _Row(cache.trade_sub, cache.trade_i)


def quote_row(security: Any) -> _Row | None:
    """The last real quote bar."""
    cache = security.cache
    return None if cache.quote_sub is None else _Row(cache.quote_sub, cache.quote_i)


def last_times(security: Any) -> tuple[Nanoseconds, Nanoseconds] | None:
    """Start and end of the bar that set the price."""
    columns, i = security.cache.last()
    return None if columns is None else (columns.start[i], columns.end[i])


def slippage(security: Any, order: Order) -> Decimal:
    """Slippage of an order, whatever the model returns."""
    value = security.slippage_model.get_slippage_approximation(security, order)
    return value if isinstance(value, Decimal) else money.dec(value)


class _SecuritiesForOrders(LeanDictionary[Order, Any]):
    """Legs of a combo, or the one order, with their securities; iterating gives entries as in .NET."""

    def __init__(self, entries: Any) -> None:
        self._entries: dict[Order, Any] = dict(entries.items())

    def _find(self, key: Any) -> Any:
        return self._entries.get(key)

    def _get(self, key: Any) -> Any:
        return self._entries[key]

    def _pairs(self) -> list[tuple[Order, Any]]:
        return list(self._entries.items())


@lean_names
class FillModelParameters:
    """Argument of `fill`."""

    __slots__ = ("_on_order_updated", "configs", "order", "securities_for_orders", "security", "stale_span_ns")
    __clr_name__ = "QuantConnect.Orders.Fills.FillModelParameters"

    def __init__(
        self,
        security: Any,
        order: Order,
        stale_price_time_span: timedelta | Nanoseconds,
        securities_for_orders: dict[Order, Any],
        on_order_updated: Callable[[Order], None],
    ) -> None:
        self.security = security
        self.order = order
        self.stale_span_ns = (
            stale_price_time_span if isinstance(stale_price_time_span, int) else from_timedelta(stale_price_time_span)
        )
        self.securities_for_orders = _SecuritiesForOrders(securities_for_orders)
        self._on_order_updated = on_order_updated

    def on_order_updated(self, order: Order) -> None:
        """A model changed the order (a trailing stop moved)."""
        self._on_order_updated(order)


@lean_names
class Fill(LeanOverrides):
    """Order events of one fill. LEAN: Common/Orders/Fills/Fill.cs."""

    def __init__(self, order_events: Any) -> None:
        self.events: list[OrderEvent] = list(order_events) if isinstance(order_events, (list, tuple)) else [order_events]

    def __iter__(self) -> Any:
        return iter(self.events)


_METHODS: Final = {
    OrderType.MARKET: "market_fill",
    OrderType.LIMIT: "limit_fill",
    OrderType.STOP_MARKET: "stop_market_fill",
    OrderType.STOP_LIMIT: "stop_limit_fill",
    OrderType.LIMIT_IF_TOUCHED: "limit_if_touched_fill",
    OrderType.TRAILING_STOP: "trailing_stop_fill",
    OrderType.MARKET_ON_OPEN: "market_on_open_fill",
    OrderType.MARKET_ON_CLOSE: "market_on_close_fill",
}
_COMBOS: Final = {
    OrderType.COMBO_MARKET: "combo_market_fill",
    OrderType.COMBO_LIMIT: "combo_limit_fill",
    OrderType.COMBO_LEG_LIMIT: "combo_leg_limit_fill",
}


@lean_names
class FillModel(LeanOverrides):
    """Fills of everything but stocks; base of the users' own models."""

    __clr_name__ = "QuantConnect.Orders.Fills.FillModel"
    parameters: Any = None

    def fill(self, parameters: Any) -> Any:
        """Events of an order, filled or not."""
        self.parameters = parameters
        order = parameters.order
        method = _METHODS.get(order.type)
        if method is not None:
            return Fill([getattr(self, method)(parameters.security, order)])
        return Fill(getattr(self, _COMBOS[order.type])(order, parameters))

    # --- one method per order type ----------------------------------------------------------------------------------

    def market_fill(self, asset: Any, order: Any) -> OrderEvent:
        """At the present price, or at the open of a bar that began later. LEAN: FillModel.cs, InternalMarketFill."""
        fill = self._event(asset, order)
        if order.status == OrderStatus.CANCELED or not self._is_open(asset, False):
            return fill
        prices = self._prices(asset, order.direction)
        end_utc = asset.exchange.hours.time_zone.to_utc(prices.end_ns)
        if end_utc + self.parameters.stale_span_ns < order.time_ns:
            if self._waits_for_fresh_data(asset, end_utc, order.time_ns):
                return fill
            fill.message = (
                f"Warning: fill at stale price ({clock_text(prices.end_ns)} {asset.exchange.time_zone})"
            )
        fill.fill_price_decimal = self._market_price(asset, order, prices)
        fill.status = OrderStatus.FILLED
        self._slip(fill, asset, order)
        fill.fill_quantity_decimal = order.quantity_decimal
        return fill

    def limit_fill(self, asset: Any, order: Any) -> OrderEvent:
        """At the limit, or at the bar's far end when the whole bar is better. LEAN: FillModel.cs, InternalLimitFill."""
        return self._limit(asset, order, order.limit_price_decimal)

    def stop_market_fill(self, asset: Any, order: Any) -> OrderEvent:
        """At the worse of stop and close. LEAN: FillModel.cs, StopMarketFill."""
        fill = self._event(asset, order)
        if order.status == OrderStatus.CANCELED or not self._is_open(asset, False):
            return fill
        prices = self._prices(asset, order.direction)
        if self._is_stale(asset, prices.end_ns, order):
            return fill
        slip = slippage(asset, order)
        stop = order.stop_price_decimal
        if order.direction == _SELL and prices.low_decimal < stop:
            self._take(fill, order, min(stop, prices.current_decimal - slip))
        elif order.direction == _BUY and prices.high_decimal > stop:
            self._take(fill, order, max(stop, prices.current_decimal + slip))
        return fill

    def trailing_stop_fill(self, asset: Any, order: Any) -> OrderEvent:
        """As a stop; only without a fill does the stop then follow the bar. LEAN: FillModel.cs, TrailingStopFill."""
        fill = self._event(asset, order)
        if order.status == OrderStatus.CANCELED or not self._is_open(asset, False):
            return fill
        prices = self._prices(asset, order.direction)
        if self._is_stale(asset, prices.end_ns, order):
            return fill
        slip = slippage(asset, order)
        stop = order.stop_price_decimal
        if order.direction == _SELL and prices.low_decimal <= stop:
            self._take(fill, order, min(stop, prices.current_decimal - slip))
        elif order.direction == _BUY and prices.high_decimal >= stop:
            self._take(fill, order, max(stop, prices.current_decimal + slip))
        if fill.status != OrderStatus.FILLED:
            assert isinstance(order, TrailingStopOrder)
            moved = order.moved_stop(prices.high_decimal if order.direction == _SELL else prices.low_decimal)
            if moved is not None:
                order.stop_price_decimal = moved
                self.parameters.on_order_updated(order)
        return fill

    def stop_limit_fill(self, asset: Any, order: Any) -> OrderEvent:
        """Triggered inside the bar, then judged by its close. LEAN: FillModel.cs, StopLimitFill."""
        fill = self._event(asset, order)
        if order.status == OrderStatus.CANCELED or not self._is_open_extended(asset):
            return fill
        prices = self._prices(asset, order.direction)
        if self._is_stale(asset, prices.end_ns, order):
            return fill
        limit, current = order.limit_price_decimal, prices.current_decimal
        if order.direction == _BUY and (order.stop_triggered or prices.high_decimal > order.stop_price_decimal):
            self._trigger(order)
            if current < limit:
                self._take(fill, order, min(prices.high_decimal, limit))
        elif order.direction == _SELL and (order.stop_triggered or prices.low_decimal < order.stop_price_decimal):
            self._trigger(order)
            if current > limit:
                self._take(fill, order, max(prices.low_decimal, limit))
        return fill

    def limit_if_touched_fill(self, asset: Any, order: Any) -> OrderEvent:
        """Touched by trades, filled at the limit. LEAN: FillModel.cs, LimitIfTouchedFill: without trades it never fills."""
        fill = self._event(asset, order)
        if order.status == OrderStatus.CANCELED or not self._is_open_extended(asset):
            return fill
        bar = trade_row(asset) if self._subscribes(asset, "TradeBar") else None
        if bar is None or self._is_stale(asset, bar.end_ns, order):
            return fill
        if order.direction == _SELL and (order.trigger_touched or bar.high >= order.trigger_price_decimal):
            order.trigger_touched = True
            if self._side(asset, "ask_close") >= order.limit_price_decimal:
                self._take(fill, order, order.limit_price_decimal)
        elif order.direction == _BUY and (order.trigger_touched or bar.low <= order.trigger_price_decimal):
            order.trigger_touched = True
            if self._side(asset, "bid_close") <= order.limit_price_decimal:
                self._take(fill, order, order.limit_price_decimal)
        return fill

    def market_on_open_fill(self, asset: Any, order: Any) -> OrderEvent:
        """At the next open. LEAN: FillModel.cs, MarketOnOpenFill."""
        hours = asset.exchange.hours
        if hours.is_market_always_open:
            raise InvalidOperationException(_never_closes(asset, "orderType"))
        fill = self._event(asset, order)
        if order.status == OrderStatus.CANCELED:
            return fill
        ordered = hours.time_zone.to_local(order.time_ns)
        times = last_times(asset)
        if times is None or ordered >= times[1]:
            return fill
        if hours.is_open_at(ordered, False) and ordered // DAY == asset.local_ns // DAY:
            return fill
        if not self._is_open(asset, False):
            return fill
        self._take(fill, order, self._prices(asset, order.direction).open_decimal)
        self._slip(fill, asset, order)
        return fill

    def market_on_close_fill(self, asset: Any, order: Any) -> OrderEvent:
        """At the next close. LEAN: FillModel.cs, MarketOnCloseFill."""
        hours = asset.exchange.hours
        if hours.is_market_always_open:
            raise InvalidOperationException(_never_closes(asset, "orderType"))
        fill = self._event(asset, order)
        if order.status == OrderStatus.CANCELED:
            return fill
        if asset.local_ns < hours.next_close(hours.time_zone.to_local(order.time_ns), False):
            return fill
        self._take(fill, order, self._prices(asset, order.direction).close_decimal)
        self._slip(fill, asset, order)
        return fill

    def combo_market_fill(self, order: Any, parameters: Any) -> list[OrderEvent]:
        """All legs at the market or none. LEAN: FillModel.cs, ComboMarketFill."""
        fills = []
        for leg, security in _legs(parameters):
            fill = FillModel.market_fill(self, security, leg)
            if fill.status != OrderStatus.FILLED:
                return []
            fills.append(fill)
        return fills

    def combo_limit_fill(self, order: Any, parameters: Any) -> list[OrderEvent]:
        """All legs when together they are better than the limit. LEAN: FillModel.cs, ComboLimitFill."""
        manager = order.group_order_manager
        buying = manager.direction == _BUY
        legs = []
        total = ZERO
        for leg, security in _legs(parameters):
            prices = self._prices(security, leg.direction)
            if security.exchange.hours.time_zone.to_utc(prices.end_ns) < leg.time_ns:
                return []
            price = prices.low_decimal if buying else prices.high_decimal
            ratio = leg_ratio(leg.quantity_decimal, manager)
            # LEAN: shares count as hundredths, as brokers quote combos with options
            total += price * (ratio / 100 if security.type == SecurityType.EQUITY else ratio)
            legs.append((leg, security, price))
        limit = manager.limit_price_decimal
        if not ((buying and total < limit) or (manager.direction == _SELL and total > limit)):
            return []
        fills = []
        for leg, security, price in legs:
            fill = self._event(security, leg)
            self._take(fill, leg, price)
            fills.append(fill)
        return fills

    def combo_leg_limit_fill(self, order: Any, parameters: Any) -> list[OrderEvent]:
        """All legs at their limits or none. LEAN: FillModel.cs, ComboLegLimitFill."""
        fills = []
        for leg, security in _legs(parameters):
            fill = FillModel._limit(self, security, leg, leg.limit_price_decimal)
            if fill.status != OrderStatus.FILLED:
                return []
            fills.append(fill)
        return fills

    # --- pieces -----------------------------------------------------------------------------------------------------

    def _event(self, asset: Any, order: Any) -> OrderEvent:
        return OrderEvent(order, asset.utc_ns, OrderFee.ZERO)

    def _take(self, fill: OrderEvent, order: Any, price: Decimal) -> None:
        fill.status = OrderStatus.FILLED
        fill.fill_price_decimal = price
        fill.fill_quantity_decimal = order.quantity_decimal

    def _slip(self, fill: OrderEvent, asset: Any, order: Any) -> None:
        slip = slippage(asset, order)
        if order.direction == _BUY:
            fill.fill_price_decimal = fill.fill_price_decimal + slip
        elif order.direction == _SELL:
            fill.fill_price_decimal = fill.fill_price_decimal - slip

    def _trigger(self, order: Any) -> None:
        if not order.stop_triggered:
            order.stop_triggered = True
            self.parameters.on_order_updated(order)

    def _limit(self, asset: Any, order: Any, limit: Decimal) -> OrderEvent:
        fill = self._event(asset, order)
        if order.status == OrderStatus.CANCELED or not self._is_open_extended(asset):
            return fill
        prices = self._prices(asset, order.direction)
        if self._is_stale(asset, prices.end_ns, order):
            return fill
        if order.direction == _BUY and prices.low_decimal < limit:
            self._take(fill, order, min(prices.high_decimal, limit))
        elif order.direction == _SELL and prices.high_decimal > limit:
            self._take(fill, order, max(prices.low_decimal, limit))
        return fill

    def _is_stale(self, asset: Any, end_local: Nanoseconds, order: Any) -> bool:
        return bool(asset.exchange.hours.time_zone.to_utc(end_local) <= order.time_ns)

    def _subscribes(self, asset: Any, kind: str) -> bool:
        """Whether the security has data of a class; internal feeds count. LEAN: FillModel.cs, GetSubscribedTypes."""
        configs = asset.subscriptions
        if not configs:
            raise InvalidOperationException(
                f"Cannot perform fill for {asset.symbol} because no data subscription were found."
            )
        return any(config.type.__name__ == kind for config in configs)

    def _side(self, asset: Any, field: str) -> Decimal:
        """Ask or bid of the last quotes, else the last trade. LEAN: FillModel.cs, GetAskPrice, GetBidPrice."""
        if self._subscribes(asset, "QuoteBar"):
            quote = quote_row(asset)
            if quote is not None:
                return getattr(quote, field) or quote.close
        if self._subscribes(asset, "TradeBar"):
            trade = trade_row(asset)
            if trade is not None:
                return trade.close
        side = "ask" if field.startswith("ask") else "bid"
        raise InvalidOperationException(
            f"Cannot get {side} price to perform fill for {asset.symbol} because no market data was found."
        )

    def get_prices(self, asset: Any, direction: OrderDirection) -> Any:
        """Prices an order of that side meets; users may override it."""
        return self._default_prices(asset, direction)

    def get_prices_checking_python_wrapper(self, asset: Any, direction: OrderDirection) -> Any:
        """The same through an override."""
        return self._prices(asset, direction)

    def _prices(self, asset: Any, direction: OrderDirection) -> Prices:
        if (type(self).get_prices is not FillModel.get_prices and not isinstance(self, EquityFillModel)) or (isinstance(self, EquityFillModel) and type(self).get_prices is not EquityFillModel.get_prices):
            prices = self.get_prices(asset, direction)
        else:
            return self._default_prices(asset, direction)
        if isinstance(prices, Prices):
            return prices
        return Prices(
            prices.time, prices.end_time, prices.current, prices.open, prices.high, prices.low, prices.close
        )

    def _default_prices(self, asset: Any, direction: OrderDirection) -> Prices:
        """Quotes of the side, else trades. LEAN: FillModel.cs, GetPrices."""
        if direction != OrderDirection.HOLD:
            if self._subscribes(asset, "Tick"):
                columns, i = asset.cache.last()
                if columns is not None and hasattr(columns.bar(i), "tick_type"):
                    price = columns.decimal("bid_close" if direction == _SELL else "ask_close", i) or columns.price_decimal(i)
                    return Prices(columns.start[i], columns.end[i], price, ZERO, ZERO, ZERO, ZERO)
            if self._subscribes(asset, "QuoteBar"):
                quote = quote_row(asset)
                if quote is not None:
                    side = "bid" if direction == _SELL else "ask"
                    close = getattr(quote, f"{side}_close")
                    if close:
                        return Prices(
                            quote.start_ns,
                            quote.end_ns,
                            close,
                            getattr(quote, f"{side}_open"),
                            getattr(quote, f"{side}_high"),
                            getattr(quote, f"{side}_low"),
                            close,
                        )
            if self._subscribes(asset, "TradeBar"):
                trade = trade_row(asset)
                if trade is not None:
                    close = trade.close
                    return Prices(trade.start_ns, trade.end_ns, close, trade.open, trade.high, trade.low, close)
        cache = asset.cache
        times = last_times(asset) or (0, 0)
        current = asset.price_decimal
        return Prices(
            times[0],
            times[1],
            current,
            cache.field_decimal("open") or current,
            cache.field_decimal("high") or current,
            cache.field_decimal("low") or current,
            asset.close_decimal,
        )

    def _visible(self, asset: Any) -> list[Any]:
        return [config for config in asset.subscriptions if not config.is_internal_feed]

    def _only_coarse(self, asset: Any) -> bool:
        """All visible subscriptions are hours or days. LEAN: FillModel.cs, ShouldWaitForFreshData."""
        visible = self._visible(asset)
        return bool(visible) and all(
            config.resolution in (Resolution.HOUR, Resolution.DAILY) for config in visible
        )

    def _waits_for_fresh_data(self, asset: Any, end_utc: Nanoseconds, order_utc: Nanoseconds) -> bool:
        """LEAN: FillModel.cs, ShouldWaitForFreshDataOnStale."""
        if self._only_coarse(asset):
            return True
        span: int = min((config.increment_ns for config in asset.subscriptions), default=0)
        return bool(span) and order_utc - end_utc > span

    def _market_price(self, asset: Any, order: Any, prices: Prices) -> Decimal:
        """LEAN: FillModel.cs, GetMarketFillPrice: an order that waited for a coarse bar gets its open."""
        if (
            prices.open_decimal
            and self._only_coarse(asset)
            and order.time_ns <= asset.exchange.hours.time_zone.to_utc(prices.start_ns)
        ):
            return prices.open_decimal
        return prices.current_decimal

    def _is_open_extended(self, asset: Any) -> bool:
        """Open in the hours the data covers. LEAN: FillModel.cs, IsExchangeOpen(Security)."""
        configs = asset.subscriptions
        if not configs:
            raise InvalidOperationException(
                f"Cannot perform fill for {asset.symbol} because no data subscription were found."
            )
        visible = self._visible(asset) or configs
        return self._is_open(asset, any(config.extended_market_hours for config in visible))

    def _is_open(self, asset: Any, extended: bool) -> bool:
        """Open now, or the last bar overlaps open hours. LEAN: FillModel.cs, IsExchangeOpen."""
        hours, local = asset.exchange.hours, asset.local_ns
        if hours.is_open_at(local, extended):
            return True
        times = last_times(asset)
        if times is None:
            return False
        start, end = times
        on_bar = local // DAY == end // DAY if end - start > HOUR else local <= end
        return on_bar and bool(hours.is_open_during(start, end, extended))

    def is_exchange_open(self, asset: Any, is_extended_market_hours: bool) -> bool:
        """Open now, or the last bar overlaps open hours."""
        return self._is_open(asset, is_extended_market_hours)

    def __str__(self) -> str:
        return self.__clr_name__


class ImmediateFillModel(FillModel):
    """The same under the name brokerage models use."""

    __clr_name__ = "QuantConnect.Orders.Fills.ImmediateFillModel"


class LatestPriceFillModel(ImmediateFillModel):
    """Fills at the latest price. LEAN: Common/Orders/Fills/LatestPriceFillModel.cs."""

    __clr_name__ = "QuantConnect.Orders.Fills.LatestPriceFillModel"


def _legs(parameters: Any) -> list[tuple[Any, Any]]:
    return sorted(parameters.securities_for_orders.items(), key=lambda item: item[0].id)


def _never_closes(asset: Any, name: str) -> str:
    # LEAN: Messages.Orders.Fills.cs, MarketNeverCloses: the text names the parameter
    return f"Market never closes for this symbol {asset.symbol}, can no submit a {name} order."


class EquityFillModel(FillModel):
    """Fills of stocks: trades decide, gaps fill at the open. LEAN: Common/Orders/Fills/EquityFillModel.cs."""

    __clr_name__ = "QuantConnect.Orders.Fills.EquityFillModel"

    def get_prices(self, asset: Any, direction: OrderDirection) -> Any:
        """Prices an order of that side meets; users may override it."""
        return self._default_prices(asset, direction)

    def _subscribes(self, asset: Any, kind: str) -> bool:
        visible = self._visible(asset)
        if not visible:
            raise InvalidOperationException(
                f"Cannot perform fill for {asset.symbol} because no data subscription were found."
            )
        return any(config.type.__name__ == kind for config in visible)

    def _is_open_extended(self, asset: Any) -> bool:
        return self._is_open(asset, any(config.extended_market_hours for config in self._visible(asset)))

    def market_fill(self, asset: Any, order: Any) -> OrderEvent:
        """At ask or bid, else at the last trade. LEAN: EquityFillModel.cs, MarketFill."""
        fill = self._event(asset, order)
        if order.status == OrderStatus.CANCELED or not self._is_open(asset, False):
            return fill
        slip = slippage(asset, order)
        buying = order.direction == _BUY
        price, message, stale_end = self._best_effort(asset, order.time_ns, "ask" if buying else "bid")
        if stale_end is not None and self._waits_for_fresh_data(asset, stale_end, order.time_ns):
            return fill
        self._take(fill, order, price + slip if buying else price - slip)
        fill.message = message
        return fill

    def limit_fill(self, asset: Any, order: Any) -> OrderEvent:
        """At the limit, or at the open of a bar that opens better. LEAN: EquityFillModel.cs, LimitFill."""
        fill = self._event(asset, order)
        if order.status == OrderStatus.CANCELED or not self._is_open_extended(asset):
            return fill
        bar = self._fresh_trade(asset, order)
        if bar is None:
            return fill
        limit, open_ = order.limit_price_decimal, bar.open
        if order.direction == _BUY and bar.low < limit:
            self._take_gap(fill, asset, order, bar, open_ if open_ < limit else None, limit, "a favorable")
        elif order.direction == _SELL and bar.high > limit:
            self._take_gap(fill, asset, order, bar, open_ if open_ > limit else None, limit, "a favorable")
        return fill

    def stop_market_fill(self, asset: Any, order: Any) -> OrderEvent:
        """At the stop, or at the open of a bar that opens worse. LEAN: EquityFillModel.cs, StopMarketFill."""
        fill = self._event(asset, order)
        if order.status == OrderStatus.CANCELED or not self._is_open(asset, False):
            return fill
        bar = self._fresh_trade(asset, order)
        if bar is None:
            return fill
        stop, open_ = order.stop_price_decimal, bar.open
        if order.direction == _SELL and bar.low <= stop:
            self._take_gap(fill, asset, order, bar, open_ if open_ <= stop else None, stop, "an unfavorable")
            self._slip(fill, asset, order)
        elif order.direction == _BUY and bar.high >= stop:
            self._take_gap(fill, asset, order, bar, open_ if open_ >= stop else None, stop, "an unfavorable")
            self._slip(fill, asset, order)
        return fill

    def limit_if_touched_fill(self, asset: Any, order: Any) -> OrderEvent:
        """Touched by trades, filled at ask or bid. LEAN: EquityFillModel.cs, LimitIfTouchedFill."""
        fill = self._event(asset, order)
        if order.status == OrderStatus.CANCELED or not self._is_open_extended(asset):
            return fill
        bar = self._fresh_trade(asset, order)
        if bar is None:
            return fill
        limit = order.limit_price_decimal
        if order.direction == _BUY and (order.trigger_touched or bar.low <= order.trigger_price_decimal):
            order.trigger_touched = True
            price, message, _ = self._best_effort(asset, order.time_ns, "ask")
            if price <= limit:
                self._take(fill, order, min(price, limit))
                fill.message = message
        elif order.direction == _SELL and (order.trigger_touched or bar.high >= order.trigger_price_decimal):
            order.trigger_touched = True
            price, message, _ = self._best_effort(asset, order.time_ns, "bid")
            if price >= limit:
                self._take(fill, order, max(price, limit))
                fill.message = message
        return fill

    def market_on_open_fill(self, asset: Any, order: Any) -> OrderEvent:
        """At the open of the first bar that starts after the order. LEAN: EquityFillModel.cs, MarketOnOpenFill."""
        fill = self._event(asset, order)
        if order.status == OrderStatus.CANCELED:
            return fill
        hours = asset.exchange.hours
        ordered = hours.time_zone.to_local(order.time_ns)
        end: Nanoseconds | None = None
        price = ZERO
        if self._subscribes(asset, "TradeBar"):
            bar = trade_row(asset)
            if bar is not None:
                if bar.start_ns < ordered:
                    return fill
                if bar.end_ns - bar.start_ns < HOUR and not hours.is_open_at(bar.start_ns, False):
                    return fill
                end, price = bar.end_ns, bar.open
        elif self._subscribes(asset, "Tick"):
            times = last_times(asset)
            if times is not None:
                end, price = times[1], asset.cache.price_decimal
        else:
            fill.message = self._quotes_used(asset)
        if end is None or ordered >= end:
            return fill
        if hours.is_open_at(ordered, False) and ordered // DAY == end // DAY:
            return fill
        if not self._is_open(asset, False):
            return fill
        self._finish_auction(fill, asset, order, price)
        return fill

    def market_on_close_fill(self, asset: Any, order: Any) -> OrderEvent:
        """At the close. LEAN: EquityFillModel.cs, MarketOnCloseFill."""
        fill = self._event(asset, order)
        if order.status == OrderStatus.CANCELED:
            return fill
        hours = asset.exchange.hours
        if asset.local_ns < hours.next_close(hours.time_zone.to_local(order.time_ns), False):
            return fill
        price = ZERO
        if self._subscribes(asset, "TradeBar"):
            bar = trade_row(asset)
            price = ZERO if bar is None else bar.close
        elif self._subscribes(asset, "Tick"):
            price = asset.cache.price_decimal
        else:
            fill.message = self._quotes_used(asset)
        self._finish_auction(fill, asset, order, price)
        return fill

    def _finish_auction(self, fill: OrderEvent, asset: Any, order: Any, price: Decimal) -> None:
        if not price:
            side = "ask" if order.direction == _BUY else "bid"
            price, message, _ = self._best_effort(asset, order.time_ns, side)
            fill.message += message
        self._take(fill, order, price)
        self._slip(fill, asset, order)

    def _quotes_used(self, asset: Any) -> str:
        return (
            f"Warning: No trade information available at {clock_text(asset.local_ns)} {asset.exchange.time_zone}, "
            "order filled using Quote data"
        )

    def _fresh_trade(self, asset: Any, order: Any) -> _Row | None:
        """The last trade bar when it ends after the order. LEAN: EquityFillModel.cs, GetBestEffortTradeBar."""
        if not self._subscribes(asset, "TradeBar"):
            return None
        bar = trade_row(asset)
        return None if bar is None or self._is_stale(asset, bar.end_ns, order) else bar

    def _take_gap(
        self, fill: OrderEvent, asset: Any, order: Any, bar: _Row, gap: Decimal | None, price: Decimal, kind: str
    ) -> None:
        self._take(fill, order, price if gap is None else gap)
        if gap is not None:
            fill.message = (
                f"Due to {kind} gap at {clock_text(bar.end_ns)} {asset.exchange.time_zone}, order filled using the open "
                f"price ({money.text(gap)})"
            )

    def _best_effort(self, asset: Any, order_utc: Nanoseconds, side: str) -> tuple[Decimal, str, Nanoseconds | None]:
        """Price of a side, a message, and the end of the data when it is stale.

        LEAN: EquityFillModel.cs, GetBestEffortAskPrice: fresh quotes, else the latest of quotes and trades.
        """
        zone = asset.exchange.hours.time_zone
        cut_off = zone.to_local(order_utc) - self.parameters.stale_span_ns
        found: tuple[Decimal, str, Nanoseconds] | None = None
        if self._subscribes(asset, "QuoteBar"):
            quote = quote_row(asset)
            if quote is not None:
                price = getattr(quote, f"{side}_close") or quote.close
                if quote.end_ns >= cut_off:
                    return price, "", None
                message = f"Warning: fill at stale price ({clock_text(quote.end_ns)} {zone}), using QuoteBar data."
                found = (price, message, quote.end_ns)
        if self._subscribes(asset, "TradeBar"):
            trade = trade_row(asset)
            if trade is not None and (found is None or trade.end_ns > found[2]):
                message = (
                    f"Warning: No quote information available at {clock_text(trade.end_ns)} {zone}, order filled using "
                    "TradeBar data"
                )
                if trade.end_ns >= cut_off:
                    return trade.close, message, None
                found = (trade.close, message, trade.end_ns)
        if self._subscribes(asset, "Tick") and found is None:
            times = last_times(asset)
            if times is not None:
                price = asset.ask_price_decimal if side == "ask" else asset.bid_price_decimal
                return price, "", None if times[1] >= cut_off else zone.to_utc(times[1])
        if found is None:
            kinds = ",".join(config.type.__name__ for config in self._visible(asset))
            raise InvalidOperationException(
                f"Cannot get {side} price to perform fill for {asset.symbol} because no market data was found. "
                f"SubscribedTypes: [{kinds}]"
            )
        return found[0], found[1], zone.to_utc(found[2])

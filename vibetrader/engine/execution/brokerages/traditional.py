"""Brokers of stocks, currencies and CFD. LEAN: Common/Brokerages/*BrokerageModel.cs of the same names."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Final

from vibetrader.engine import money
from vibetrader.engine.clr import ArgumentException, InvalidOperationException, NotSupportedException
from vibetrader.engine.data.enums import AccountType, OrderDirection, OrderType, SecurityType
from vibetrader.engine.execution.benchmarks import FuncBenchmark
from vibetrader.engine.execution.brokerages.base import (
    ACCEPTED,
    NO_UPDATES,
    DefaultBrokerageModel,
    check_cross_zero,
    check_market_on_open,
    check_size,
    crosses_zero,
    order_refused,
    refused,
    time_refused,
    type_refused,
    with_market,
)
from vibetrader.engine.execution.fees.base import ConstantFeeModel
from vibetrader.engine.execution.fees.interactivebrokers import AlphaStreamsFeeModel, InteractiveBrokersFeeModel
from vibetrader.engine.execution.fees.stockbrokers import (
    AlpacaFeeModel,
    AxosFeeModel,
    CharlesSchwabFeeModel,
    ExanteFeeModel,
    EzeFeeModel,
    FxcmFeeModel,
    PublicFeeModel,
    RBIFeeModel,
    SamcoFeeModel,
    TastytradeFeeModel,
    TDAmeritradeFeeModel,
    TradeStationFeeModel,
    WebullFeeModel,
    WolverineFeeModel,
    ZerodhaFeeModel,
)
from vibetrader.engine.execution.slippage import AlphaStreamsSlippageModel
from vibetrader.engine.orders.order import LimitOrder, StopMarketOrder
from vibetrader.engine.orders.timeinforce import (
    DayTimeInForce,
    GoodTilCanceledTimeInForce,
    GoodTilDateTimeInForce,
    TimeInForce,
)
from vibetrader.engine.portfolio.settlement import AccountCurrencyImmediateSettlementModel, ImmediateSettlementModel
from vibetrader.engine.timekeeping import DAY, HOUR, MINUTE

_O: Final = OrderType
_S: Final = SecurityType
_STOCKS: Final = (_S.EQUITY, _S.OPTION, _S.INDEX_OPTION)
_FOUR: Final = (_O.MARKET, _O.LIMIT, _O.STOP_MARKET, _O.STOP_LIMIT)


def _no_benchmark() -> FuncBenchmark:
    return FuncBenchmark(lambda time: 0)


class _Listed(DefaultBrokerageModel):
    """Brokers that list the securities and orders they take."""

    securities: ClassVar[tuple[SecurityType, ...]] = _STOCKS
    orders: ClassVar[tuple[OrderType, ...]] = _FOUR

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """What is listed."""
        if security.type not in self.securities:
            return type_refused(self, security)
        if order.type not in self.orders:
            return order_refused(self, order, self.orders)
        return ACCEPTED


class InteractiveBrokersBrokerageModel(DefaultBrokerageModel):
    """LEAN: InteractiveBrokersBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.InteractiveBrokersBrokerageModel"
    markets: ClassVar = {
        _S.BASE: "usa", _S.EQUITY: "usa", _S.INDEX: "usa", _S.OPTION: "usa", _S.INDEX_OPTION: "usa", _S.FUTURE: "cme",
        _S.FUTURE_OPTION: "cme", _S.FOREX: "oanda", _S.CFD: "interactivebrokers",
    }  # fmt: skip
    orders: ClassVar[tuple[OrderType, ...]] = (
        _O.MARKET, _O.MARKET_ON_OPEN, _O.MARKET_ON_CLOSE, _O.LIMIT, _O.STOP_MARKET, _O.STOP_LIMIT, _O.TRAILING_STOP,
        _O.LIMIT_IF_TOUCHED, _O.COMBO_MARKET, _O.COMBO_LIMIT, _O.COMBO_LEG_LIMIT, _O.OPTION_EXERCISE,
    )  # fmt: skip
    times: ClassVar = (GoodTilCanceledTimeInForce, DayTimeInForce, GoodTilDateTimeInForce)
    _SECURITIES: ClassVar = (
        _S.EQUITY, _S.FOREX, _S.OPTION, _S.FUTURE, _S.FUTURE_OPTION, _S.INDEX, _S.INDEX_OPTION, _S.CFD,
    )  # fmt: skip
    #: Currency → least and largest order; 0, 0 where LEAN would need a market price.
    _LIMITS: ClassVar = {
        "USD": (25000, 7000000), "AUD": (25000, 6000000), "CAD": (25000, 6000000), "CHF": (25000, 6000000),
        "CNH": (150000, 40000000), "CZK": (0, 0), "DKK": (150000, 35000000), "EUR": (20000, 6000000),
        "GBP": (20000, 5000000), "HKD": (200000, 50000000), "HUF": (0, 0), "ILS": (0, 0), "KRW": (0, 200000000),
        "JPY": (2500000, 550000000), "MXN": (300000, 70000000), "NOK": (150000, 35000000), "NZD": (35000, 8000000),
        "PLN": (0, 0), "RUB": (750000, 30000000), "SEK": (175000, 40000000), "SGD": (35000, 8000000),
        "ZAR": (350000, 100000000),
    }  # fmt: skip

    def get_benchmark(self, securities: Any) -> Any:
        """None."""
        return _no_benchmark()

    def get_fee_model(self, security: Any) -> Any:
        """IB's fees."""
        return InteractiveBrokersFeeModel()

    def get_leverage(self, security: Any) -> Any:
        """10 for CFD, else the default's."""
        if self.account_type == AccountType.CASH:
            return 1
        return 10 if security.type == _S.CFD else super().get_leverage(security)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """LEAN: InteractiveBrokersBrokerageModel.cs, CanSubmitOrder."""
        if order.type not in self.orders:
            return order_refused(self, order, self.orders)
        kind = security.type
        if order.type == _O.MARKET_ON_CLOSE and kind not in (_S.FUTURE, _S.EQUITY, _S.CFD):
            return refused(
                "InteractiveBrokers does not support Market-on-Close orders for other security types different than Future "
                "and Equity.",
                f"Unsupported order type for {kind.to_string()} security type",
            )
        checked = check_market_on_open(
            security,
            order,
            lambda start, end: (end, start - 2 * MINUTE),
            (_S.CFD, _S.EQUITY, _S.OPTION, _S.FUTURE_OPTION, _S.INDEX_OPTION),
        )
        if not checked[0]:
            return checked
        manager = order.group_order_manager
        if order.type == _O.COMBO_LEG_LIMIT and manager is not None and manager.count >= 4:
            return refused(
                f"The {type(self).__name__} does not support four-leg ComboLegLimit orders. Use ComboLimit orders for four-leg "
                "combinations or more."
            )
        if kind not in self._SECURITIES:
            return type_refused(self, security)
        if kind == _S.FOREX:
            sized = self._forex_size(order.symbol.value, order.quantity_decimal)
            if not sized[0]:
                return sized
        if not isinstance(order.time_in_force, self.times):
            return time_refused(self, order)
        return ACCEPTED

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Currencies within the size limits."""
        if order.security_type == _S.FOREX and request.quantity_decimal is not None:
            return self._forex_size(order.symbol.value, request.quantity_decimal)
        return ACCEPTED

    def can_execute_order(self, security: Any, order: Any) -> bool:
        """Everything but custom data."""
        return bool(order.security_type != _S.BASE)

    def _forex_size(self, pair: str, quantity: Decimal) -> Any:
        base = pair[:3]
        least, most = self._LIMITS.get(base, (0, 0))
        size = abs(quantity)
        inside = (size > least if least == 0 else size >= least) and size <= most
        if inside:
            return ACCEPTED
        return refused(
            f"The minimum and maximum limits for the allowable order size are ({least}, {most}){base}.", "OrderSizeLimit"
        )


class InteractiveBrokersFixModel(InteractiveBrokersBrokerageModel):
    """LEAN: InteractiveBrokersFixModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.InteractiveBrokersFixModel"
    orders = (
        _O.MARKET, _O.MARKET_ON_OPEN, _O.MARKET_ON_CLOSE, _O.LIMIT, _O.STOP_MARKET, _O.STOP_LIMIT, _O.TRAILING_STOP,
        _O.COMBO_MARKET, _O.COMBO_LIMIT,
    )  # fmt: skip


class TradierBrokerageModel(DefaultBrokerageModel):
    """LEAN: TradierBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.TradierBrokerageModel"
    _ORDERS: ClassVar = (_O.LIMIT, _O.MARKET, _O.STOP_MARKET, _O.STOP_LIMIT)
    #: Sessions in which limit orders outside regular hours are taken.
    _EXTENDED: ClassVar = ((4 * HOUR, 9 * HOUR + 24 * MINUTE), (16 * HOUR, 19 * HOUR + 55 * MINUTE))

    def get_fee_model(self, security: Any) -> Any:
        """Free."""
        return ConstantFeeModel(0)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """LEAN: TradierBrokerageModel.cs, CanSubmitOrder."""
        if order.type not in self._ORDERS:
            return order_refused(self, order, self._ORDERS)
        if order.security_type not in _STOCKS:
            return refused("This model only supports equities and options.")
        if not isinstance(order.time_in_force, (GoodTilCanceledTimeInForce, DayTimeInForce)):
            return refused(
                "This model only supports orders with the following time in force types: "
                f"{DayTimeInForce.__clr_name__} and {GoodTilCanceledTimeInForce.__clr_name__}"
            )
        if security.holdings.quantity_decimal + order.quantity_decimal < 0:
            if isinstance(order.time_in_force, GoodTilCanceledTimeInForce):
                return refused(
                    "You cannot place short stock orders with GTC, only day orders are allowed", "ShortOrderIsGtc"
                )
            if security.price_decimal < 5:
                return refused(
                    "Sell Short order cannot be placed for stock priced below $5", "SellShortOrderLastPriceBelow5"
                )
        if not 1 <= abs(order.quantity_decimal) <= 10_000_000:
            return refused("Quantity should be between 1 and 10,000,000", "IncorrectOrderQuantity")
        executable, submittable = self._now(security, order)
        if not executable and not submittable:
            return refused(
                "Tradier does not support explicitly placing out-of-regular-hours orders if not currently during the pre or "
                "post market session. PreMarket: 04:00:00-09:24:00. PostMarket: 16:00:00-19:55:00. Only equity limit orders are "
                "allowed during extended market hours.",
                "ExtendedMarket",
            )
        return check_cross_zero(self, security, order)

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Everything but the quantity."""
        quantity = request.quantity_decimal
        if quantity is not None and quantity != order.quantity_decimal:
            return refused("Tradier does not support updating order quantities.", "UpdateRejected")
        return ACCEPTED

    def can_execute_order(self, security: Any, order: Any) -> bool:
        """In regular hours, or as the order asks for."""
        return self._now(security, order)[0]

    def _now(self, security: Any, order: Any) -> tuple[bool, bool]:
        if security.exchange.exchange_open:
            return True, True
        outside = bool(getattr(order.properties, "outside_regular_trading_hours", False))
        time = security.local_ns % DAY
        extended = any(start <= time < end for start, end in self._EXTENDED)
        if not outside or order.type != _O.LIMIT or order.security_type != _S.EQUITY or not extended:
            return False, not outside
        return True, True

    def apply_split(self, tickets: list[Any], split: Any) -> None:
        """Reverse splits cancel open orders."""
        if split.split_factor > 1:
            for ticket in tickets:
                ticket.cancel("Tradier Brokerage cancels open orders on reverse split symbols")
        else:
            super().apply_split(tickets, split)


class AlpacaBrokerageModel(DefaultBrokerageModel):
    """LEAN: AlpacaBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.AlpacaBrokerageModel"
    _ORDERS: ClassVar[dict[SecurityType, tuple[OrderType, ...]]] = {
        _S.EQUITY: (*_FOUR, _O.TRAILING_STOP, _O.MARKET_ON_OPEN, _O.MARKET_ON_CLOSE),
        _S.OPTION: (_O.MARKET, _O.LIMIT),
        _S.CRYPTO: (_O.MARKET, _O.LIMIT, _O.STOP_LIMIT),
    }

    def __init__(self, *_: Any) -> None:
        super().__init__(AccountType.MARGIN)

    def get_fee_model(self, security: Any) -> Any:
        """Alpaca's fees."""
        return AlpacaFeeModel()

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """LEAN: AlpacaBrokerageModel.cs, CanSubmitOrder."""
        supported = self._ORDERS.get(security.type)
        if supported is None:
            return type_refused(self, security)
        if order.type not in supported:
            return order_refused(self, order, supported)
        outside = bool(getattr(order.properties, "outside_regular_trading_hours", False))
        if outside and (order.type != _O.LIMIT or not isinstance(order.time_in_force, DayTimeInForce)):
            return refused(
                f"The {type(self).__name__} does not support {order.type.to_string()} orders with {order.time_in_force} TIF "
                f"outside regular hours. Only Limit orders with {TimeInForce.DAY} TIF are supported outside regular trading "
                "hours."
            )
        crossing = check_cross_zero(self, security, order)
        if not crossing[0]:
            return crossing
        # LEAN writes the window's start by a clock of twelve hours
        return check_market_on_open(security, order, lambda start, end: (19 * HOUR, start - 2 * MINUTE), (_S.EQUITY,))


class OandaBrokerageModel(DefaultBrokerageModel):
    """LEAN: OandaBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.OandaBrokerageModel"
    markets: ClassVar = {_S.BASE: "usa", _S.EQUITY: "usa", _S.OPTION: "usa", _S.FOREX: "oanda", _S.CFD: "oanda"}
    _ORDERS: ClassVar = (_O.LIMIT, _O.MARKET, _O.STOP_MARKET, _O.STOP_LIMIT)

    def __init__(self, account_type: AccountType = AccountType.MARGIN) -> None:
        super().__init__(account_type)
        if self.account_type == AccountType.CASH:
            raise InvalidOperationException("Oanda brokerage can only be used with a Margin account type")

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Currencies and CFD, good till cancelled."""
        if security.type not in (_S.FOREX, _S.CFD):
            return type_refused(self, security)
        if order.type not in self._ORDERS:
            return order_refused(self, order, self._ORDERS)
        if order.time_in_force is not TimeInForce.GOOD_TIL_CANCELED:
            return time_refused(self, order)
        return ACCEPTED

    def get_benchmark(self, securities: Any) -> Any:
        """EURUSD."""
        return self._benchmark(securities, "EURUSD", _S.FOREX, "oanda")

    def get_fee_model(self, security: Any) -> Any:
        """Free."""
        return ConstantFeeModel(0)

    def get_settlement_model(self, security: Any) -> Any:
        """CFD settle in account currency."""
        return AccountCurrencyImmediateSettlementModel() if security.type == _S.CFD else ImmediateSettlementModel()


class FxcmBrokerageModel(DefaultBrokerageModel):
    """LEAN: FxcmBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.FxcmBrokerageModel"
    markets: ClassVar = {_S.BASE: "usa", _S.EQUITY: "usa", _S.OPTION: "usa", _S.FOREX: "fxcm", _S.CFD: "fxcm"}
    _ORDERS: ClassVar = (_O.LIMIT, _O.MARKET, _O.STOP_MARKET)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Currencies and CFD in whole lots, at prices on the right side of the market and not too far."""
        if security.type not in (_S.FOREX, _S.CFD):
            return type_refused(self, security)
        if order.type not in self._ORDERS:
            return order_refused(self, order, self._ORDERS)
        lot = security.symbol_properties.lot_size_decimal
        if order.quantity_decimal % lot:
            return refused(f"The order quantity must be a multiple of lot_size: [{money.text(lot)}].")
        price = security.price_decimal
        if isinstance(order, LimitOrder):
            return self._prices(security, _O.LIMIT, order.direction, price, order.limit_price_decimal)
        if isinstance(order, StopMarketOrder):
            return self._prices(security, _O.STOP_MARKET, order.direction, order.stop_price_decimal, price)
        if order.time_in_force is not TimeInForce.GOOD_TIL_CANCELED:
            return time_refused(self, order)
        return ACCEPTED

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """The same checks on the new figures."""
        lot = security.symbol_properties.lot_size_decimal
        if request.quantity_decimal is not None and request.quantity_decimal % lot:
            return refused(f"The order quantity must be a multiple of lot_size: [{money.text(lot)}].")
        quantity = order.quantity_decimal if request.quantity_decimal is None else request.quantity_decimal
        direction = OrderDirection.BUY if quantity > 0 else OrderDirection.SELL
        price = security.price_decimal
        stop = price if request.stop_price_decimal is None else request.stop_price_decimal
        limit = price if request.limit_price_decimal is None else request.limit_price_decimal
        return self._prices(security, order.type, direction, stop, limit)

    def _prices(self, security: Any, kind: OrderType, direction: OrderDirection, stop: Decimal, limit: Decimal) -> Any:
        """LEAN: FxcmBrokerageModel.cs, IsValidOrderPrices."""
        price = security.price_decimal
        buying, selling = direction == OrderDirection.BUY, direction == OrderDirection.SELL
        is_limit, is_stop = kind == _O.LIMIT, kind == _O.STOP_MARKET
        if (
            (is_limit and buying and limit > price)
            or (is_limit and selling and limit < price)
            or (is_stop and buying and stop < price)
            or (is_stop and selling and stop > price)
        ):
            return refused(
                "Limit Buy orders and Stop Sell orders must be below market, Limit Sell orders and Stop Buy orders must be "
                "above market."
            )
        distance = min(security.symbol_properties.minimum_price_variation_decimal * 10 * 15000, price / 2)
        low, high = price - distance, price + distance
        if (
            (is_limit and buying and limit < low)
            or (is_limit and selling and limit > high)
            or (is_stop and buying and stop > high)
            or (is_stop and selling and stop < low)
        ):
            wanted = limit if is_limit else stop
            return refused(
                f"The {kind.to_string()} {direction.to_string()} order price ({money.text(wanted)}) is too far from the current "
                f"market price ({money.text(price)})."
            )
        return ACCEPTED

    def get_benchmark(self, securities: Any) -> Any:
        """EURUSD."""
        return self._benchmark(securities, "EURUSD", _S.FOREX, "fxcm")

    def get_fee_model(self, security: Any) -> Any:
        """FXCM's fees."""
        return FxcmFeeModel()

    def get_settlement_model(self, security: Any) -> Any:
        """CFD settle in account currency."""
        return AccountCurrencyImmediateSettlementModel() if security.type == _S.CFD else ImmediateSettlementModel()


class RBIBrokerageModel(DefaultBrokerageModel):
    """LEAN: RBIBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.RBIBrokerageModel"

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Stocks in four order types."""
        sized = check_size(security, order.quantity_decimal)
        if not sized[0]:
            return sized
        if security.type != _S.EQUITY:
            return type_refused(self, security)
        if order.type not in _FOUR:
            return refused(
                f"{order.type.to_string()} order is not supported by RBI. Currently, only Market Order, Limit Order, StopMarket "
                "Order and StopLimit Order are supported."
            )
        return ACCEPTED

    def get_fee_model(self, security: Any) -> Any:
        """RBI's fees."""
        return RBIFeeModel()


class TDAmeritradeBrokerageModel(_Listed):
    """LEAN: TDAmeritradeBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.TDAmeritradeBrokerageModel"
    securities = (_S.EQUITY,)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Stocks in four order types."""
        sized = check_size(security, order.quantity_decimal)
        return sized if not sized[0] else super().can_submit_order(security, order, message)

    def get_fee_model(self, security: Any) -> Any:
        """Free."""
        return TDAmeritradeFeeModel()


class WolverineBrokerageModel(_Listed):
    """LEAN: WolverineBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.WolverineBrokerageModel"
    securities = (_S.EQUITY, _S.OPTION)
    orders = (_O.MARKET, _O.MARKET_ON_CLOSE, _O.LIMIT, _O.STOP_MARKET, _O.STOP_LIMIT)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Stocks in five order types."""
        sized = check_size(security, order.quantity_decimal)
        return sized if not sized[0] else super().can_submit_order(security, order, message)

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Never."""
        return refused(NO_UPDATES, 0)

    def get_fee_model(self, security: Any) -> Any:
        """Wolverine's fees."""
        return WolverineFeeModel()


class TastytradeBrokerageModel(_Listed):
    """LEAN: TastytradeBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.TastytradeBrokerageModel"
    securities = (_S.EQUITY, _S.OPTION, _S.INDEX_OPTION, _S.FUTURE, _S.FUTURE_OPTION)
    orders = (*_FOUR, _O.COMBO_LIMIT)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """What is listed; combos may not turn a position around."""
        listed = super().can_submit_order(security, order, message)
        return listed if not listed[0] else check_cross_zero(self, security, order, (_O.COMBO_LIMIT,))

    def get_fee_model(self, security: Any) -> Any:
        """Free for stocks."""
        return TastytradeFeeModel()


class WebullBrokerageModel(DefaultBrokerageModel):
    """LEAN: WebullBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.WebullBrokerageModel"
    _ORDERS: ClassVar[dict[SecurityType, tuple[OrderType, ...]]] = {
        _S.EQUITY: (*_FOUR, _O.TRAILING_STOP),
        _S.OPTION: _FOUR,
        _S.INDEX_OPTION: _FOUR,
    }

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Stocks in five order types."""
        supported = self._ORDERS.get(security.type)
        if supported is None:
            return type_refused(self, security)
        if order.type not in supported:
            return order_refused(self, order, supported)
        if getattr(order.properties, "outside_regular_trading_hours", False) and order.type == _O.MARKET:
            return refused("Market orders are not supported outside regular trading hours.")
        return ACCEPTED

    def get_fee_model(self, security: Any) -> Any:
        """Free for stocks."""
        return WebullFeeModel()


class PublicBrokerageModel(_Listed):
    """LEAN: PublicBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.PublicBrokerageModel"
    securities = (_S.EQUITY, _S.OPTION, _S.INDEX_OPTION, _S.CRYPTO)
    orders = (*_FOUR, _O.COMBO_LIMIT)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """What is listed; outside regular hours limits only."""
        listed = super().can_submit_order(security, order, message)
        if not listed[0]:
            return listed
        if getattr(order.properties, "outside_regular_trading_hours", False) and order.type != _O.LIMIT:
            return refused(
                "Orders for extended market must be of type 'Limit' and with 'DAY' time-in-force, but "
                f"{order.type.to_string()} was specified."
            )
        return ACCEPTED

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Everything but combos."""
        if order.group_order_manager is not None:
            return refused("Public.com does not support updating combo (multi-leg) orders.")
        return ACCEPTED

    def get_fee_model(self, security: Any) -> Any:
        """Public's fees."""
        return PublicFeeModel()


class ExanteBrokerageModel(DefaultBrokerageModel):
    """LEAN: ExanteBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.ExanteBrokerageModel"

    def __init__(self, account_type: AccountType = AccountType.CASH) -> None:
        super().__init__(account_type)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """LEAN asks for the fill price before there is one, so that every order is refused."""
        if not order.price_decimal:
            return refused("Price is not set.")
        kinds = (_S.FOREX, _S.EQUITY, _S.INDEX, _S.OPTION, _S.FUTURE, _S.CFD, _S.CRYPTO)
        return ACCEPTED if security.type in kinds else type_refused(self, security)

    def get_fee_model(self, security: Any) -> Any:
        """Exante's fees."""
        return ExanteFeeModel()

    def get_leverage(self, security: Any) -> Any:
        """A little."""
        if self.account_type == AccountType.CASH or security.is_internal or security.type == _S.BASE:
            return 1
        return {_S.FOREX: Decimal("1.05"), _S.EQUITY: Decimal("1.2")}.get(security.type, Decimal("1.0"))


class AxosClearingBrokerageModel(DefaultBrokerageModel):
    """LEAN: AxosClearingBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.AxosClearingBrokerageModel"
    markets: ClassVar = {_S.EQUITY: "usa"}
    _ORDERS: ClassVar = (_O.LIMIT, _O.MARKET, _O.MARKET_ON_CLOSE)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Whole stocks in three order types."""
        if security.type not in self.markets:
            return type_refused(self, security)
        if order.type not in self._ORDERS:
            return order_refused(self, order, self._ORDERS)
        if order.quantity_decimal % 1:
            return refused(f"Order Quantity must be Integer, but provided {money.text(order.quantity_decimal)}.")
        return ACCEPTED

    def get_benchmark(self, securities: Any) -> Any:
        """None."""
        return _no_benchmark()

    def get_fee_model(self, security: Any) -> Any:
        """Axos's fees."""
        return AxosFeeModel()


class CharlesSchwabBrokerageModel(_Listed):
    """LEAN: CharlesSchwabBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.CharlesSchwabBrokerageModel"
    orders = (
        _O.MARKET, _O.LIMIT, _O.STOP_MARKET, _O.COMBO_MARKET, _O.COMBO_LIMIT, _O.MARKET_ON_CLOSE, _O.MARKET_ON_OPEN,
        _O.STOP_LIMIT,
    )  # fmt: skip

    def get_fee_model(self, security: Any) -> Any:
        """Free for stocks."""
        return CharlesSchwabFeeModel()


class EzeBrokerageModel(_Listed):
    """LEAN: EzeBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.EzeBrokerageModel"
    securities = (_S.EQUITY, _S.OPTION, _S.FUTURE, _S.FUTURE_OPTION, _S.INDEX, _S.INDEX_OPTION)
    orders = (*_FOUR, _O.MARKET_ON_OPEN, _O.MARKET_ON_CLOSE)

    def __init__(self, account_type: AccountType = AccountType.MARGIN) -> None:
        super().__init__(account_type)
        if self.account_type == AccountType.CASH:
            raise NotSupportedException("Eze brokerage can only be used with a Margin account type")

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """What is listed, in whole numbers."""
        listed = super().can_submit_order(security, order, message)
        if not listed[0]:
            return listed
        if order.quantity_decimal % 1:
            quantity = money.text(abs(order.quantity_decimal))
            return refused(f"Order Quantity must be Integer, but provided {quantity}.")
        return ACCEPTED

    def get_fee_model(self, security: Any) -> Any:
        """Free."""
        return EzeFeeModel()


class TradeStationBrokerageModel(_Listed):
    """LEAN: TradeStationBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.TradeStationBrokerageModel"
    securities = (_S.EQUITY, _S.OPTION, _S.FUTURE, _S.INDEX_OPTION)
    orders = (
        *_FOUR, _O.COMBO_MARKET, _O.COMBO_LIMIT, _O.MARKET_ON_OPEN, _O.MARKET_ON_CLOSE, _O.TRAILING_STOP,
    )  # fmt: skip
    _NOT_ACROSS_ZERO: ClassVar = (_O.COMBO_MARKET, _O.COMBO_LIMIT, _O.MARKET_ON_OPEN, _O.MARKET_ON_CLOSE)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """LEAN: TradeStationBrokerageModel.cs, CanSubmitOrder."""
        outside = getattr(order.properties, "outside_regular_trading_hours", False)
        if outside and (order.type != _O.LIMIT or order.security_type != _S.EQUITY):
            return refused(
                "To place an order outside regular trading hours, please use a limit order and ensure the security is an equity.",
                "NotSupportedOutsideRegularMarketHours",
            )
        listed = super().can_submit_order(security, order, message)
        if not listed[0]:
            return listed
        crossing = check_cross_zero(self, security, order, self._NOT_ACROSS_ZERO)
        if not crossing[0]:
            return crossing
        return check_market_on_open(security, order, lambda start, end: (6 * HOUR, start - MINUTE), _STOCKS)

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """No new quantity for combos and orders that turn a position around."""
        quantity = request.quantity_decimal
        changes = quantity is not None and quantity != order.quantity_decimal
        if changes and crosses_zero(security.holdings.quantity_decimal, order.quantity_decimal):
            return refused(
                f"Unfortunately, the {type(self).__name__} brokerage model does not support updating the quantity of Cross Zero "
                "Orders.",
                "UpdateRejected",
            )
        if changes and order.type in (_O.COMBO_MARKET, _O.COMBO_LIMIT):
            return refused(
                f"Order type '{order.type.to_string()}' is not supported to update quantity in the {type(self).__name__}."
            )
        return ACCEPTED

    def get_fee_model(self, security: Any) -> Any:
        """Free for US residents."""
        return TradeStationFeeModel()


class TerminalLinkBrokerageModel(_Listed):
    """LEAN: TerminalLinkBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.TerminalLinkBrokerageModel"
    securities = (_S.EQUITY, _S.OPTION, _S.INDEX_OPTION, _S.FUTURE)
    orders = (_O.MARKET, _O.MARKET_ON_OPEN, _O.LIMIT, _O.STOP_MARKET, _O.STOP_LIMIT)

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Never."""
        return refused(NO_UPDATES)


class BloombergFixBrokerageModel(_Listed):
    """LEAN: BloombergFixBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.BloombergFixBrokerageModel"
    securities = (_S.EQUITY, _S.OPTION, _S.INDEX_OPTION, _S.FUTURE)
    orders = (_O.MARKET, _O.MARKET_ON_OPEN, _O.MARKET_ON_CLOSE, _O.LIMIT, _O.STOP_MARKET, _O.STOP_LIMIT)

    def __init__(self, account_type: AccountType = AccountType.MARGIN) -> None:
        super().__init__(account_type)
        if self.account_type == AccountType.CASH:
            raise NotSupportedException("Bloomberg FIX brokerage can only be used with a Margin account type")


class TradingTechnologiesBrokerageModel(DefaultBrokerageModel):
    """Futures only. LEAN: TradingTechnologiesBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.TradingTechnologiesBrokerageModel"
    markets: ClassVar = {_S.FUTURE: "cme"}

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Futures, which the engine does not hold."""
        return ACCEPTED if security.type == _S.FUTURE else type_refused(self, security)

    def can_execute_order(self, security: Any, order: Any) -> bool:
        """Futures only."""
        return bool(order.security_type == _S.FUTURE)

    def get_benchmark(self, securities: Any) -> Any:
        """None."""
        return _no_benchmark()

    def get_fee_model(self, security: Any) -> Any:
        """Free."""
        return ConstantFeeModel(0)


class AlphaStreamsBrokerageModel(DefaultBrokerageModel):
    """LEAN: AlphaStreamsBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.AlphaStreamsBrokerageModel"

    def __init__(self, account_type: AccountType = AccountType.MARGIN) -> None:
        super().__init__(account_type)
        if self.account_type == AccountType.CASH:
            raise ArgumentException("The Alpha Streams brokerage does not currently support Cash trading.", "accountType")

    def get_fee_model(self, security: Any) -> Any:
        """Fees close to IB's."""
        return AlphaStreamsFeeModel()

    def get_slippage_model(self, security: Any) -> Any:
        """A hundredth of a percent."""
        return AlphaStreamsSlippageModel()

    def get_leverage(self, security: Any) -> Any:
        """10 for currencies and CFD."""
        return 10 if security.type in (_S.FOREX, _S.CFD) else 1

    def get_settlement_model(self, security: Any) -> Any:
        """At once."""
        return ImmediateSettlementModel()


class _IndiaBrokerageModel(DefaultBrokerageModel):
    """Indian brokers."""

    markets = with_market(equity="india")
    orders: ClassVar[tuple[OrderType, ...]] = ()
    times: ClassVar = (GoodTilCanceledTimeInForce, DayTimeInForce, GoodTilDateTimeInForce)
    kinds: ClassVar[tuple[SecurityType, ...]] = (_S.EQUITY,)

    def can_execute_order(self, security: Any, order: Any) -> bool:
        """Stocks with a known time in force."""
        return security.type in self.kinds and isinstance(order.time_in_force, self.times)

    def get_leverage(self, security: Any) -> Any:
        """5."""
        if self.account_type == AccountType.CASH or security.is_internal or security.type == _S.BASE:
            return 1
        if security.type in (_S.EQUITY, _S.FUTURE, _S.OPTION, _S.INDEX):
            return 5
        raise ArgumentException(f"Invalid security type: {security.type.to_string()}", "security")


class ZerodhaBrokerageModel(_IndiaBrokerageModel):
    """LEAN: ZerodhaBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.ZerodhaBrokerageModel"
    orders = (_O.LIMIT, _O.MARKET, _O.STOP_MARKET, _O.STOP_LIMIT)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Stocks in four order types."""
        if security.type not in self.kinds:
            return type_refused(self, security)
        if order.type not in self.orders:
            return order_refused(self, order, self.orders)
        return ACCEPTED if isinstance(order.time_in_force, self.times) else time_refused(self, order)

    def get_fee_model(self, security: Any) -> Any:
        """Zerodha's fees."""
        return ZerodhaFeeModel()


class SamcoBrokerageModel(_IndiaBrokerageModel):
    """LEAN: SamcoBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.SamcoBrokerageModel"
    orders = (_O.LIMIT, _O.MARKET, _O.STOP_MARKET)
    kinds = (_S.EQUITY, _S.OPTION, _S.FUTURE)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Stocks in three order types."""
        if security.type not in self.kinds:
            return type_refused(self, security)
        if not isinstance(order.time_in_force, self.times):
            return time_refused(self, order)
        return ACCEPTED if order.type in self.orders else order_refused(self, order, self.orders)

    def get_benchmark(self, securities: Any) -> Any:
        """NIFTYBEES."""
        return self._benchmark(securities, "NIFTYBEES", _S.EQUITY, "india")

    def get_fee_model(self, security: Any) -> Any:
        """Samco's fees."""
        return SamcoFeeModel()



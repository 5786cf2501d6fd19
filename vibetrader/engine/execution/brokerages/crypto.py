"""Crypto exchanges. LEAN: Common/Brokerages/*BrokerageModel.cs of the same names."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Final

from vibetrader.engine import money
from vibetrader.engine.clr import ArgumentException, ArgumentOutOfRangeException, InvalidOperationException
from vibetrader.engine.data.enums import AccountType, OrderDirection, OrderStatus, OrderType, SecurityType
from vibetrader.engine.execution.brokerages.base import (
    ACCEPTED,
    NO_UPDATES,
    DefaultBrokerageModel,
    check_size,
    order_refused,
    quantity_text,
    refused,
    type_refused,
    with_market,
)
from vibetrader.engine.execution.fees.binance import BinanceCoinFuturesFeeModel, BinanceFeeModel, BinanceFuturesFeeModel
from vibetrader.engine.execution.fees.bitfinex import BitfinexFeeModel
from vibetrader.engine.execution.fees.bybit import BybitFeeModel, BybitFuturesFeeModel
from vibetrader.engine.execution.fees.coinbase import CoinbaseFeeModel
from vibetrader.engine.execution.fees.dydx import DYDXFeeModel
from vibetrader.engine.execution.fees.ftx import FTXFeeModel, FTXUSFeeModel
from vibetrader.engine.execution.fees.kraken import KrakenFeeModel
from vibetrader.engine.orders.order import LimitOrder, MarketOrder, StopLimitOrder, StopMarketOrder
from vibetrader.engine.orders.timeinforce import TimeInForce
from vibetrader.engine.portfolio.buyingpower import (
    BinanceCryptoFutureMarginModel,
    CashBuyingPowerModel,
    CryptoFutureMarginModel,
    SecurityMarginModel,
)
from vibetrader.engine.portfolio.interest import (
    BinanceFutureMarginInterestRateModel,
    BybitFutureMarginInterestRateModel,
    DYDXFutureMarginInterestRateModel,
)
from vibetrader.engine.timekeeping import from_datetime

_UPDATABLE: Final = (
    OrderStatus.NEW,
    OrderStatus.PARTIALLY_FILLED,
    OrderStatus.SUBMITTED,
    OrderStatus.UPDATE_SUBMITTED,
)
_STOP_STOP_LIMIT_MARKET_LIMIT: Final = (
    OrderType.STOP_MARKET,
    OrderType.STOP_LIMIT,
    OrderType.MARKET,
    OrderType.LIMIT,
)


def _is_plain(model: DefaultBrokerageModel, security: Any) -> bool:
    """Cash accounts, internal feeds and custom data have no leverage."""
    return (
        model.account_type == AccountType.CASH or security.is_internal or security.type == SecurityType.BASE
    )


class BinanceBrokerageModel(DefaultBrokerageModel):
    """LEAN: BinanceBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.BinanceBrokerageModel"
    markets = with_market(crypto="binance")
    market: ClassVar[str] = "binance"
    endpoint: ClassVar[str] = "https://api.binance.com/api/v3"

    def __init__(self, account_type: AccountType = AccountType.CASH) -> None:
        super().__init__(account_type)

    def get_leverage(self, security: Any) -> Any:
        """3 on margin, 25 for perpetuals."""
        if _is_plain(self, security):
            return 1
        return 25 if security.type == SecurityType.CRYPTO_FUTURE else 3

    def get_benchmark(self, securities: Any) -> Any:
        """BTCUSDC."""
        return self._benchmark(securities, "BTCUSDC", SecurityType.CRYPTO, self.market)

    def get_fee_model(self, security: Any) -> Any:
        """A thousandth."""
        return BinanceFeeModel()

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Never."""
        return refused(NO_UPDATES, 0)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Market, limit and stop-limit orders above the minimum size; stops of perpetuals only."""
        quantity = abs(order.quantity_decimal)
        least = security.symbol_properties.minimum_order_size_decimal

        def large(price: Decimal) -> bool:
            return least is None or quantity * price > least

        if isinstance(order, LimitOrder):
            price = order.limit_price_decimal
            valid = large(price)
        elif isinstance(order, MarketOrder):
            if not security.has_data:
                return refused(
                    "There is no data for this symbol yet, please check the security.HasData flag to ensure there is at least "
                    "one data point."
                )
            buying = order.direction == OrderDirection.BUY
            price = security.ask_price_decimal if buying else security.bid_price_decimal
            valid = large(price)
        elif isinstance(order, StopLimitOrder):
            price = order.limit_price_decimal
            valid = large(price)
            if valid:
                price = order.stop_price_decimal
                valid = large(price)
        elif isinstance(order, StopMarketOrder):
            if security.type != SecurityType.CRYPTO_FUTURE:
                return refused(
                    f"{order.type.to_string()} orders are not supported for this symbol. Please check "
                    f"'{self.endpoint}/exchangeInfo?symbol={security.symbol_properties.market_ticker}' to see supported order "
                    "types."
                )
            price = order.stop_price_decimal
            valid = large(price)
        else:
            return order_refused(self, order, _STOP_STOP_LIMIT_MARKET_LIMIT)
        if not valid:
            assert least is not None
            size = money.text(order.quantity_decimal * price)
            return refused(
                f"The minimum order size (in quote currency) for {security.symbol.value} is {money.text(least)}. "
                f"Order size was {size}."
            )
        if security.type not in (SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE):
            return type_refused(self, security)
        return super().can_submit_order(security, order, message)


class BinanceUSBrokerageModel(BinanceBrokerageModel):
    """LEAN: BinanceUSBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.BinanceUSBrokerageModel"
    markets = with_market(crypto="binanceus")
    market = "binanceus"
    endpoint = "https://api.binance.us/api/v3"

    def __init__(self, account_type: AccountType = AccountType.CASH) -> None:
        super().__init__(account_type)
        if self.account_type == AccountType.MARGIN:
            raise ArgumentException("The Binance.US brokerage does not currently support Margin trading.")

    def get_leverage(self, security: Any) -> Any:
        """None."""
        return 1


class BinanceFuturesBrokerageModel(BinanceBrokerageModel):
    """LEAN: BinanceFuturesBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.BinanceFuturesBrokerageModel"

    def __init__(self, account_type: AccountType = AccountType.MARGIN) -> None:
        super().__init__(account_type)
        if self.account_type == AccountType.CASH:
            raise InvalidOperationException("CryptoFuture can only be traded using a Margin account type")

    def get_benchmark(self, securities: Any) -> Any:
        """The BTCUSDT perpetual."""
        return self._benchmark(securities, "BTCUSDT", SecurityType.CRYPTO_FUTURE, self.market)

    def get_fee_model(self, security: Any) -> Any:
        """Fees of perpetuals."""
        return BinanceFuturesFeeModel()

    def get_margin_interest_rate_model(self, security: Any) -> Any:
        """Funding of perpetuals."""
        if security.type == SecurityType.CRYPTO_FUTURE:
            return BinanceFutureMarginInterestRateModel()
        return super().get_margin_interest_rate_model(security)

    def get_buying_power_model(self, security: Any) -> Any:
        """Margin of perpetuals."""
        if security.type == SecurityType.CRYPTO_FUTURE:
            return self._futures_margin(security)
        return super().get_buying_power_model(security)

    def _futures_margin(self, security: Any) -> Any:
        return BinanceCryptoFutureMarginModel(self.get_leverage(security))


class BinanceCoinFuturesBrokerageModel(BinanceFuturesBrokerageModel):
    """LEAN: BinanceCoinFuturesBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.BinanceCoinFuturesBrokerageModel"

    def get_benchmark(self, securities: Any) -> Any:
        """The BTCUSD perpetual."""
        return self._benchmark(securities, "BTCUSD", SecurityType.CRYPTO_FUTURE, self.market)

    def get_fee_model(self, security: Any) -> Any:
        """Fees of coin-margined perpetuals."""
        return BinanceCoinFuturesFeeModel()

    def _futures_margin(self, security: Any) -> Any:
        return CryptoFutureMarginModel(self.get_leverage(security))


class CoinbaseBrokerageModel(DefaultBrokerageModel):
    """LEAN: CoinbaseBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.CoinbaseBrokerageModel"
    markets = with_market(crypto="coinbase")
    _SUPPORTED: ClassVar = (OrderType.LIMIT, OrderType.MARKET, OrderType.STOP_LIMIT, OrderType.STOP_MARKET)
    _STOPS_END: ClassVar = from_datetime(datetime(2019, 3, 23, 1))

    def __init__(self, account_type: AccountType = AccountType.CASH) -> None:
        super().__init__(account_type)
        if self.account_type == AccountType.MARGIN:
            raise ArgumentException(
                "The Coinbase brokerage does not currently support Margin trading.", "accountType"
            )

    def get_leverage(self, security: Any) -> Any:
        """None."""
        return 1

    def get_benchmark(self, securities: Any) -> Any:
        """BTCUSD."""
        return self._benchmark(securities, "BTCUSD", SecurityType.CRYPTO, "coinbase")

    def get_fee_model(self, security: Any) -> Any:
        """Fees by date."""
        return CoinbaseFeeModel()

    def get_buying_power_model(self, security: Any) -> Any:
        """Cash."""
        return CashBuyingPowerModel()

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Limit orders good till cancelled."""
        if order.type != OrderType.LIMIT:
            return refused(f"Order with type {order.type.to_string()} can't be modified, only LIMIT.")
        if order.time_in_force is not TimeInForce.GOOD_TIL_CANCELED:
            return refused("Order's parameter 'TimeInForce' is not instance of Good Til Cancelled class.")
        if order.status not in _UPDATABLE:
            return refused(f"Order with status {order.status.to_string()} can't be modified")
        quantity = request.quantity_decimal
        if quantity is not None and not check_size(security, quantity)[0]:
            return refused(quantity_text(security, quantity))
        return ACCEPTED

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Crypto in four order types; stops only in the past."""
        if order.broker_id:
            return refused(NO_UPDATES, 0)
        sized = check_size(security, order.quantity_decimal)
        if not sized[0]:
            return sized
        if security.type != SecurityType.CRYPTO:
            return type_refused(self, security)
        if order.type not in self._SUPPORTED:
            return order_refused(self, order, self._SUPPORTED)
        if order.type == OrderType.STOP_MARKET and order.time_ns >= self._STOPS_END:
            return refused("Stop Market orders are no longer supported since 03/23/2019 01:00:00.")
        return super().can_submit_order(security, order, message)


class GDAXBrokerageModel(CoinbaseBrokerageModel):
    """The old name."""

    __clr_name__ = "QuantConnect.Brokerages.GDAXBrokerageModel"


class KrakenBrokerageModel(DefaultBrokerageModel):
    """LEAN: KrakenBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.KrakenBrokerageModel"
    markets = with_market(crypto="kraken")
    _SUPPORTED: ClassVar = (
        OrderType.LIMIT,
        OrderType.MARKET,
        OrderType.STOP_MARKET,
        OrderType.STOP_LIMIT,
        OrderType.LIMIT_IF_TOUCHED,
    )
    _LEVERAGE: ClassVar = {
        "BTC": 5, "ETH": 5, "USDT": 2, "XMR": 2, "REP": 2, "XRP": 3, "BCH": 2, "XTZ": 2, "LTC": 3, "ADA": 3, "EOS": 3,
        "DASH": 3, "TRX": 3, "LINK": 3, "USDC": 3,
    }  # fmt: skip
    _FIATS: ClassVar = ("USD", "EUR")

    def __init__(self, account_type: AccountType = AccountType.CASH) -> None:
        super().__init__(account_type)

    @property
    def coin_leverage(self) -> dict[str, float]:
        """Leverage by coin."""
        return dict(self._LEVERAGE)

    def get_leverage(self, security: Any) -> Any:
        """By coin and by what it is quoted in."""
        if self.account_type == AccountType.CASH:
            return 1
        first, ticker = security.symbol.id.symbol, security.symbol.value
        for coins, quotes in (
            (("BTC", "USDT", "USDC"), self._FIATS),
            (("REP", "XTZ", "ADA", "EOS", "TRX", "LINK"), ("BTC", "ETH", *self._FIATS)),
            (tuple(self._LEVERAGE), ("BTC", *self._FIATS)),
        ):
            for coin in coins:
                if first.startswith(coin) and ticker.endswith(quotes):
                    return self._LEVERAGE[coin]
        return 1

    def get_benchmark(self, securities: Any) -> Any:
        """BTCUSD."""
        return self._benchmark(securities, "BTCUSD", SecurityType.CRYPTO, "kraken")

    def get_fee_model(self, security: Any) -> Any:
        """Kraken's fees."""
        return KrakenFeeModel()

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Never."""
        return refused(NO_UPDATES, 0)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Crypto in five order types."""
        sized = check_size(security, order.quantity_decimal)
        if not sized[0]:
            return sized
        if security.type != SecurityType.CRYPTO:
            return type_refused(self, security)
        if order.type not in self._SUPPORTED:
            return order_refused(self, order, self._SUPPORTED)
        return super().can_submit_order(security, order, message)


class BitfinexBrokerageModel(DefaultBrokerageModel):
    """LEAN: BitfinexBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.BitfinexBrokerageModel"
    markets = with_market(crypto="bitfinex")
    _SUPPORTED: ClassVar = (OrderType.MARKET, OrderType.LIMIT, OrderType.STOP_MARKET, OrderType.STOP_LIMIT)

    def get_leverage(self, security: Any) -> Any:
        """3.3 for crypto."""
        if _is_plain(self, security):
            return 1
        if security.type == SecurityType.CRYPTO:
            return Decimal("3.3")
        raise ArgumentException(f"Invalid security type: {security.type.to_string()}", "security")

    def get_benchmark(self, securities: Any) -> Any:
        """BTCUSD."""
        return self._benchmark(securities, "BTCUSD", SecurityType.CRYPTO, "bitfinex")

    def get_fee_model(self, security: Any) -> Any:
        """Bitfinex's fees."""
        return BitfinexFeeModel()

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Within the minimum size."""
        quantity = request.quantity_decimal
        return ACCEPTED if quantity is None else check_size(security, quantity)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Crypto in four order types."""
        sized = check_size(security, order.quantity_decimal)
        if not sized[0]:
            return sized
        if security.type != SecurityType.CRYPTO:
            return type_refused(self, security)
        if order.type not in self._SUPPORTED:
            return order_refused(self, order, self._SUPPORTED)
        return super().can_submit_order(security, order, message)


class BybitBrokerageModel(DefaultBrokerageModel):
    """LEAN: BybitBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.BybitBrokerageModel"
    markets = with_market(crypto="bybit", crypto_future="bybit")

    def __init__(self, account_type: AccountType = AccountType.CASH) -> None:
        super().__init__(account_type)

    def get_leverage(self, security: Any) -> Any:
        """10."""
        return 1 if _is_plain(self, security) else 10

    def get_benchmark(self, securities: Any) -> Any:
        """BTCUSDC."""
        return self._benchmark(securities, "BTCUSDC", SecurityType.CRYPTO, "bybit")

    def get_fee_model(self, security: Any) -> Any:
        """Bybit's fees; other kinds of securities are refused."""
        if security.type == SecurityType.CRYPTO:
            return BybitFeeModel()
        if security.type == SecurityType.CRYPTO_FUTURE:
            return BybitFuturesFeeModel()
        if security.type == SecurityType.BASE:
            return super().get_fee_model(security)
        raise ArgumentOutOfRangeException(
            f"Not supported security type {security.type.to_string()}", "security", security
        )

    def get_margin_interest_rate_model(self, security: Any) -> Any:
        """Funding of perpetuals."""
        if security.type == SecurityType.CRYPTO_FUTURE:
            return BybitFutureMarginInterestRateModel()
        return super().get_margin_interest_rate_model(security)

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Perpetuals only."""
        if security.type != SecurityType.CRYPTO_FUTURE:
            return refused(NO_UPDATES)
        if order.status not in _UPDATABLE:
            return refused(f"Order with status {order.status.to_string()} can't be modified")
        quantity = request.quantity_decimal
        if quantity is not None and not check_size(security, quantity)[0]:
            return refused(quantity_text(security, quantity))
        return ACCEPTED

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Market, limit, stop and stop-limit orders above the minimum size."""
        if security.type not in (SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE, SecurityType.BASE):
            return type_refused(self, security)
        if not isinstance(order, (StopLimitOrder, StopMarketOrder, LimitOrder, MarketOrder)):
            return order_refused(self, order, _STOP_STOP_LIMIT_MARKET_LIMIT)
        sized = check_size(security, order.quantity_decimal)
        return sized if not sized[0] else super().can_submit_order(security, order, message)


class FTXBrokerageModel(DefaultBrokerageModel):
    """LEAN: FTXBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.FTXBrokerageModel"
    markets = with_market(crypto="ftx")
    market: ClassVar[str] = "ftx"
    _SUPPORTED: ClassVar = (OrderType.MARKET, OrderType.LIMIT, OrderType.STOP_MARKET, OrderType.STOP_LIMIT)

    def get_leverage(self, security: Any) -> Any:
        """3."""
        return 1 if self.account_type == AccountType.CASH else 3

    def get_benchmark(self, securities: Any) -> Any:
        """BTCUSD."""
        return self._benchmark(securities, "BTCUSD", SecurityType.CRYPTO, self.market)

    def get_fee_model(self, security: Any) -> Any:
        """FTX's fees."""
        return FTXFeeModel()

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Never."""
        return refused(NO_UPDATES, 0)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Four order types; stops on the right side of the market."""
        sized = check_size(security, order.quantity_decimal)
        if not sized[0]:
            return sized
        if order.type not in self._SUPPORTED:
            return order_refused(self, order, self._SUPPORTED)
        if order.type in (OrderType.STOP_MARKET, OrderType.STOP_LIMIT):
            if not security.has_data:
                return refused(
                    "There is no data for this symbol yet, please check the security.HasData flag to ensure there is at least "
                    "one data point."
                )
            stop = order.stop_price_decimal
            if order.direction == OrderDirection.SELL and stop > security.bid_price_decimal:
                return refused("Trigger price too high: must be below current market price.")
            if order.direction == OrderDirection.BUY and stop < security.ask_price_decimal:
                return refused("Trigger price too low: must be above current market price.")
        if security.type != SecurityType.CRYPTO:
            return type_refused(self, security)
        return super().can_submit_order(security, order, message)


class FTXUSBrokerageModel(FTXBrokerageModel):
    """LEAN: FTXUSBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.FTXUSBrokerageModel"
    markets = with_market(crypto="ftxus")
    market = "ftxus"

    def get_fee_model(self, security: Any) -> Any:
        """FTX.US's fees."""
        return FTXUSFeeModel()


class dYdXBrokerageModel(DefaultBrokerageModel):
    """LEAN: dYdXBrokerageModel.cs."""

    __clr_name__ = "QuantConnect.Brokerages.dYdXBrokerageModel"
    markets = with_market(crypto_future="dydx")

    def __init__(self, account_type: AccountType = AccountType.MARGIN) -> None:
        super().__init__(account_type)
        if self.account_type != AccountType.MARGIN:
            raise ArgumentException("dYdXBrokerageModel only supports margin accounts", "accountType")

    def get_buying_power_model(self, security: Any) -> Any:
        """Margin."""
        if security.type == SecurityType.CRYPTO_FUTURE:
            return SecurityMarginModel(self.get_leverage(security))
        return super().get_buying_power_model(security)

    def get_fee_model(self, security: Any) -> Any:
        """dYdX's fees."""
        return DYDXFeeModel() if security.type == SecurityType.CRYPTO_FUTURE else super().get_fee_model(security)

    def get_margin_interest_rate_model(self, security: Any) -> Any:
        """Funding."""
        if security.type == SecurityType.CRYPTO_FUTURE:
            return DYDXFutureMarginInterestRateModel()
        return super().get_margin_interest_rate_model(security)

    def get_benchmark(self, securities: Any) -> Any:
        """The BTCUSD perpetual."""
        return self._benchmark(securities, "BTCUSD", SecurityType.CRYPTO_FUTURE, "dydx")

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Never."""
        return refused(NO_UPDATES)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Perpetuals in four order types."""
        if security.type != SecurityType.CRYPTO_FUTURE:
            return type_refused(self, security)
        if not isinstance(order, (StopLimitOrder, StopMarketOrder, LimitOrder, MarketOrder)):
            return order_refused(self, order, _STOP_STOP_LIMIT_MARKET_LIMIT)
        return check_size(security, order.quantity_decimal)

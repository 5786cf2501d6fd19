"""Securities. LEAN: Common/Securities/Security.cs and one class per kind."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from vibetrader.engine import money
from vibetrader.engine.clr import KeyNotFoundException
from vibetrader.engine.data.enums import DataNormalizationMode, Resolution, SecurityType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.naming import find_name, generic, lean_names, to_snake
from vibetrader.engine.securities.cache import SecurityCache
from vibetrader.engine.securities.exchange import SecurityExchange
from vibetrader.engine.securities.holding import (
    CfdHolding,
    CryptoFutureHolding,
    CryptoHolding,
    EquityHolding,
    ForexHolding,
    SecurityHolding,
)
from vibetrader.engine.securities.pricevariation import AdjustedPriceVariationModel, SecurityPriceVariationModel
from vibetrader.engine.securities.session import Session
from vibetrader.engine.securities.shortable import LocalDiskShortableProvider, NullShortableProvider
from vibetrader.engine.securities.symbolproperties import SymbolProperties
from vibetrader.engine.timekeeping import Nanoseconds, to_datetime


class _Null:
    """A model that does nothing."""

    def update(self, *arguments: Any) -> None:
        """Nothing."""

    def apply_margin_interest_rate(self, parameters: Any) -> None:
        """Nothing."""


def spell(model: Any, *names: str) -> Any:
    """A user's model whose methods may be named in PascalCase; gives it the snake_case names too."""
    from vibetrader.engine.naming import to_pascal

    for name in names:
        if not hasattr(model, name):
            method = getattr(model, to_pascal(name), None)
            if method is not None:
                setattr(model, name, method)
    return model


@lean_names
class Security:
    """A tradable: prices, position, models.

    Attributes:
        symbol: Its symbol.
        quote_currency: Cash its prices are in.
        base_currency: Cash that is bought with it; pairs only.
        symbol_properties: Lot, tick, multiplier.
        exchange: Hours.
        holdings: Position.
        cache: Last prices.
        subscriptions: Data configurations.
        is_tradable: False for internal feeds and after a delisting.
        is_delisted: True after a delisting.
        is_initialized: True once the initializer ran.
    """

    __clr_name__ = "QuantConnect.Securities.Security"
    holding_type: ClassVar[type[SecurityHolding]] = SecurityHolding
    #: LEAN: SubscriptionManager.cs, IsDefaultDataType: quotes do not set an equity's price
    quotes_set_price: ClassVar[bool] = True

    symbol: Symbol
    _state: Any

    def __init__(
        self,
        symbol: Symbol,
        hours: Any,
        quote_currency: Any,
        symbol_properties: SymbolProperties,
        state: Any,
        cash_book: Any,
        base_currency: Any = None,
    ) -> None:
        set_ = object.__setattr__
        set_(self, "symbol", symbol)
        set_(self, "_state", state)
        self.quote_currency = quote_currency
        self.base_currency = base_currency
        self.symbol_properties = symbol_properties
        self.cash_book = cash_book
        self.exchange = SecurityExchange(hours, state)
        self.cache = SecurityCache(self.quotes_set_price)
        self.is_tradable = symbol.security_type != SecurityType.INDEX
        self.is_delisted = False
        self.is_initialized = False
        self.subscriptions: list[Any] = []
        self.fee_model: Any = None
        self.fill_model: Any = None
        self.slippage_model: Any = None
        self.portfolio_model: Any = None
        self.settlement_model: Any = None
        self.buying_power_model: Any = None
        self.margin_interest_rate_model: Any = _Null()
        self.volatility_model: Any = _Null()
        self.data_filter: Any = None
        self.shortable_provider: Any = NullShortableProvider()
        self.price_variation_model: Any = SecurityPriceVariationModel()
        self.holdings: SecurityHolding = self.holding_type(self)
        self.data: Any = None

    def __getattr__(self, name: str) -> Any:
        # LEAN: DynamicSecurityData and Security.cs, properties of the user read as attributes, however they were set
        cache = self.__dict__.get("cache")
        if cache is not None and name in cache.properties:
            return cache.properties[name]
        return find_name(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, to_snake(name) if name[:1].isupper() else name, value)

    # --- time -----------------------------------------------------------------------------------------------------

    @property
    def utc_ns(self) -> Nanoseconds:
        """The frontier, UTC."""
        return self._state.utc_ns  # type: ignore[no-any-return]

    @property
    def local_ns(self) -> Nanoseconds:
        """Clock time of the exchange."""
        return self.exchange.local_ns

    @property
    def local_time(self) -> datetime:
        """Clock time of the exchange."""
        return to_datetime(self.exchange.local_ns)

    # --- prices ---------------------------------------------------------------------------------------------------

    @property
    def price(self) -> float:
        """Last price; 0 before the first bar."""
        return self.cache.price

    @property
    def price_decimal(self) -> Decimal:
        """Last price, exact."""
        return self.cache.price_decimal

    @property
    def close(self) -> float:
        """Close of the last bar."""
        return self.cache.price

    @property
    def close_decimal(self) -> Decimal:
        """Close of the last bar, exact."""
        return self.cache.price_decimal

    @property
    def open(self) -> float:
        """Open of the last bar."""
        return money.double(self.cache.field_decimal("open")) or self.price

    @property
    def high(self) -> float:
        """High of the last bar."""
        return money.double(self.cache.field_decimal("high")) or self.price

    @property
    def low(self) -> float:
        """Low of the last bar."""
        return money.double(self.cache.field_decimal("low")) or self.price

    @property
    def volume(self) -> float:
        """Volume of the last trade bar."""
        return self.cache.volume

    @property
    def bid_price_decimal(self) -> Decimal:
        """Last bid, the price where there are no quotes, exact."""
        return self.cache.side_decimal("bid_close") or self.price_decimal

    @property
    def ask_price_decimal(self) -> Decimal:
        """Last ask, the price where there are no quotes, exact."""
        return self.cache.side_decimal("ask_close") or self.price_decimal

    @property
    def bid_price(self) -> float:
        """Last bid, the price where there are no quotes."""
        return money.double(self.bid_price_decimal)

    @property
    def ask_price(self) -> float:
        """Last ask, the price where there are no quotes."""
        return money.double(self.ask_price_decimal)

    @property
    def bid_size(self) -> float:
        """Size of the last bid."""
        return money.double(self.cache.side_decimal("bid_size"))

    @property
    def ask_size(self) -> float:
        """Size of the last ask."""
        return money.double(self.cache.side_decimal("ask_size"))

    @property
    def open_interest(self) -> int:
        """Always 0."""
        return 0

    @property
    def has_data(self) -> bool:
        """Whether a bar has come."""
        return self.cache.last()[0] is not None

    def get_last_data(self) -> Any:
        """The last data point; None before the first."""
        return self.cache.get_data()

    def set_market_price(self, data: Any) -> None:
        """Take a data point as the last price."""
        if data is not None:
            self.cache.add_data(data)
            self._state.portfolio.invalidate()

    # --- state ----------------------------------------------------------------------------------------------------

    @property
    def type(self) -> SecurityType:
        """Kind."""
        return self.symbol.security_type

    @property
    def invested(self) -> bool:
        """Whether a position of at least one lot is held."""
        return self.holdings.invested

    @property
    def hold_stock(self) -> bool:
        """The same as `invested`."""
        return self.holdings.invested

    @property
    def leverage_decimal(self) -> Decimal:
        """Leverage, exact."""
        found = self.buying_power_model.get_leverage(self)
        exact: Decimal | None = getattr(found, "value_decimal", None)
        return money.dec(found) if exact is None else exact

    @property
    def leverage(self) -> float:
        """Leverage."""
        return money.double(self.leverage_decimal)

    @property
    def margin_model(self) -> Any:
        """The same as `buying_power_model`."""
        return self.buying_power_model

    @margin_model.setter
    def margin_model(self, model: Any) -> None:
        self.set_buying_power_model(model)

    @property
    def session(self) -> Any:
        """The day so far and days before; off until its size is set."""
        if self.cache.session is None:
            by_quotes = self.type in (SecurityType.FOREX, SecurityType.CFD)
            self.cache.session = Session(
                self.symbol, self.exchange.hours, by_quotes, lambda _: self._state.sessions.append(self)
            )
        return self.cache.session

    @property
    def resolution(self) -> Resolution:
        """Finest subscribed resolution."""
        return min((config.resolution for config in self.subscriptions), default=Resolution.DAILY)

    @property
    def is_fill_data_forward(self) -> bool:
        """Whether some subscription repeats missing bars."""
        return any(config.fill_data_forward for config in self.subscriptions)

    @property
    def is_extended_market_hours(self) -> bool:
        """Whether some subscription covers extended hours."""
        return any(config.extended_market_hours for config in self.subscriptions)

    @property
    def data_normalization_mode(self) -> DataNormalizationMode:
        """Adjustment of the first subscription's prices."""
        for config in self.subscriptions:
            return DataNormalizationMode(config.data_normalization_mode)
        return DataNormalizationMode.ADJUSTED

    @property
    def subscription_data_config(self) -> Any:
        """The first subscription; None without."""
        return self.subscriptions[0] if self.subscriptions else None

    @property
    def fundamentals(self) -> Any:
        """Company figures of today."""
        from vibetrader.engine.timekeeping import to_datetime
        from vibetrader.engine.universe.fundamental import Fundamental

        return Fundamental.for_date(to_datetime(self.local_ns), self.symbol)

    def is_market_open(self, extended_market_hours: bool = False) -> bool:
        """Whether the market is open now."""
        return bool(self.exchange.hours.is_open_at(self.local_ns, extended_market_hours))

    def is_custom_data(self) -> bool:
        """Whether some subscription is of custom data."""
        return any(config.is_custom_data for config in self.subscriptions)

    @property
    def is_internal(self) -> bool:
        """Whether all subscriptions serve the engine only. LEAN: Common/Extensions.cs, IsInternalFeed."""
        return all(config.is_internal_feed for config in self.subscriptions)

    def add_subscriptions(self, configs: Any) -> None:
        """Note data configurations."""
        for config in configs:
            if config not in self.subscriptions:
                self.subscriptions.append(config)

    def reset(self) -> None:
        """No data, no trading: the security was removed. LEAN: Security.cs, Reset."""
        self.is_initialized = False
        self.is_tradable = False
        self.subscriptions = []

    # --- models ---------------------------------------------------------------------------------------------------

    def set_leverage(self, leverage: float) -> None:
        """Set the leverage of the buying power model."""
        self._state.attention = True
        self.buying_power_model.set_leverage(self, leverage)

    def set_fee_model(self, model: Any) -> None:
        """Fees."""
        self.fee_model = spell(model, "get_order_fee")

    def set_fill_model(self, model: Any) -> None:
        """Fills."""
        self.fill_model = model

    def set_slippage_model(self, model: Any) -> None:
        """Slippage."""
        self.slippage_model = spell(model, "get_slippage_approximation")

    def set_settlement_model(self, model: Any) -> None:
        """Settlement."""
        self.settlement_model = spell(model, "apply_funds", "scan", "get_unsettled_cash")

    def set_buying_power_model(self, model: Any) -> None:
        """Buying power."""
        self.buying_power_model = spell(
            model,
            "get_leverage",
            "set_leverage",
            "get_maintenance_margin",
            "get_initial_margin_requirement",
            "get_initial_margin_required_for_order",
            "has_sufficient_buying_power_for_order",
            "get_maximum_order_quantity_for_target_buying_power",
            "get_maximum_order_quantity_for_delta_buying_power",
            "get_reserved_buying_power_for_position",
            "get_buying_power",
        )

    def set_margin_model(self, model: Any) -> None:
        """The same as `set_buying_power_model`."""
        self.set_buying_power_model(model)

    def set_margin_interest_rate_model(self, model: Any) -> None:
        """Funding."""
        self.margin_interest_rate_model = spell(model, "apply_margin_interest_rate")

    def set_volatility_model(self, model: Any) -> None:
        """Volatility."""
        self.volatility_model = spell(model, "update", "get_history_requirements")
        if self not in self._state.volatile:
            self._state.volatile.append(self)

    def set_shortable_provider(self, provider: Any) -> None:
        """Limits of short selling."""
        if isinstance(provider, LocalDiskShortableProvider):
            provider.data_folder = self._state.context.data_folder
        self.shortable_provider = spell(provider, "shortable_quantity", "fee_rate", "rebate_rate")

    def set_data_filter(self, data_filter: Any) -> None:
        """Filter of incoming data."""
        self.data_filter = spell(data_filter, "filter")

    def set_data_normalization_mode(self, mode: DataNormalizationMode) -> None:
        """Adjustment of prices."""
        for config in self.subscriptions:
            config.data_normalization_mode = mode

    # --- the user's own properties --------------------------------------------------------------------------------

    def set(self, key: str, value: Any) -> None:
        """Store a value under a name."""
        self.cache.properties[key] = value

    add = set

    @generic
    def get(self, key: str) -> Any:
        """A stored value, also one that was set as an attribute.

        Raises:
            KeyNotFoundException: There is none.
        """
        found, value = self.try_get(key)
        if not found:
            raise KeyNotFoundException(f"The given key '{key}' was not present in the dictionary.")
        return value

    @generic
    def try_get(self, key: str, value: Any = None) -> tuple[bool, Any]:
        """Whether there is a stored value, and the value."""
        for store in (self.cache.properties, vars(self)):
            if key in store:
                return True, store[key]
        return False, None

    def remove(self, key: str) -> bool:
        """Forget a stored value; whether there was one."""
        stores = [store for store in (self.cache.properties, vars(self)) if key in store]
        for store in stores:
            del store[key]
        return bool(stores)

    def clear(self) -> None:
        """Forget all stored values."""
        self.cache.properties.clear()

    def __getitem__(self, key: str) -> Any:
        return self.get(key)

    def __setitem__(self, key: str, value: Any) -> None:
        self.cache.properties[key] = value

    def __str__(self) -> str:
        return str(self.symbol)


class Equity(Security):
    """A stock or fund."""

    __clr_name__ = "QuantConnect.Securities.Equity.Equity"
    holding_type = EquityHolding
    quotes_set_price = False

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.price_variation_model = AdjustedPriceVariationModel()
        self.primary_exchange: Any = None

    def set_data_normalization_mode(self, mode: DataNormalizationMode) -> None:
        """Raw prices have ticks, adjusted ones have none. LEAN: Equity.cs, SetDataNormalizationMode."""
        from vibetrader.engine.securities.pricevariation import EquityPriceVariationModel

        super().set_data_normalization_mode(mode)
        adjusted = mode == DataNormalizationMode.ADJUSTED
        self.price_variation_model = AdjustedPriceVariationModel() if adjusted else EquityPriceVariationModel()

    @property
    def shortable_quantity(self) -> int | None:
        """How much may be sold short; None without a limit."""
        return self.shortable_provider.shortable_quantity(self.symbol, self.local_time)  # type: ignore[no-any-return]


class Forex(Security):
    """A currency pair."""

    __clr_name__ = "QuantConnect.Securities.Forex.Forex"
    holding_type = ForexHolding


class Crypto(Security):
    """A crypto pair."""

    __clr_name__ = "QuantConnect.Securities.Crypto.Crypto"
    holding_type = CryptoHolding

    # LEAN: Crypto.cs, Price: the last trade, also where quotes are later; `close` is still the cache's.
    @property
    def price(self) -> float:
        """Last traded price, before the first trade that of the quotes."""
        return self.cache.trade_price

    @property
    def price_decimal(self) -> Decimal:
        """`price`, exact."""
        return self.cache.trade_price_decimal


class Cfd(Security):
    """A contract for difference."""

    __clr_name__ = "QuantConnect.Securities.Cfd.Cfd"
    holding_type = CfdHolding


class Index(Security):
    """An index; not tradable."""

    __clr_name__ = "QuantConnect.Securities.Index.Index"


class CryptoFuture(Security):
    """A crypto perpetual."""

    __clr_name__ = "QuantConnect.Securities.CryptoFuture.CryptoFuture"
    holding_type = CryptoFutureHolding

    @property
    def is_crypto_coin_future(self) -> bool:
        """Settled in coins. LEAN: CryptoFuture.cs, IsCryptoCoinFuture."""
        return self.quote_currency.symbol not in ("USDT", "BUSD", "USDC")


KINDS: dict[SecurityType, type[Security]] = {
    SecurityType.EQUITY: Equity,
    SecurityType.FOREX: Forex,
    SecurityType.CRYPTO: Crypto,
    SecurityType.CFD: Cfd,
    SecurityType.INDEX: Index,
    SecurityType.CRYPTO_FUTURE: CryptoFuture,
}

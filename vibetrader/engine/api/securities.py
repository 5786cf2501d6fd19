"""Mixin: adding and removing securities and custom data. LEAN: Algorithm/QCAlgorithm.cs, AddSecurity and relatives."""

from __future__ import annotations

from typing import Any, Final

from vibetrader.engine.api.properties import overloaded
from vibetrader.engine.api.support import refuse
from vibetrader.engine.clr import ArgumentNullException, DotNetException, NoMatch, register_type
from vibetrader.engine.data import symbolcache
from vibetrader.engine.data.enums import DataMappingMode, DataNormalizationMode, Resolution, SecurityType
from vibetrader.engine.data.symbol import SecurityIdentifier, Symbol
from vibetrader.engine.data.symbolcache import KeyNotFoundException

_USUAL: Final = "ticker: str, resolution: Optional[Resolution] = None, market: str = None, fill_forward: bool = True"
_WITH_LEVERAGE: Final = f"{_USUAL}, leverage: float = 0"

#: Kinds of securities the engine cannot hold → the method that would add them.
_REFUSED: Final = {
    SecurityType.OPTION: "add_option",
    SecurityType.FUTURE: "add_future",
    SecurityType.FUTURE_OPTION: "add_future_option",
    SecurityType.INDEX_OPTION: "add_index_option",
}

#: LEAN: Common/IndexSymbol.cs, _indexMarket
_INDEX_MARKETS: Final = {
    "SPX": "usa", "NDX": "usa", "VIX": "usa", "SPXW": "usa", "NQX": "usa", "VIXW": "usa", "RUT": "usa", "RUTW": "usa",
    "HSI": "hkfe", "N225": "ose", "SX5E": "eurex",
}  # fmt: skip


def _to_symbol(value: Any) -> Any:
    if isinstance(value, Symbol):
        return value
    if isinstance(value, str):
        found = symbolcache.find(value)
        return found if found is not None else unknown_symbol(value)
    inner = getattr(value, "symbol", None)
    if isinstance(inner, Symbol):
        return inner
    raise NoMatch


def unknown_symbol(ticker: str) -> Symbol:
    """What .NET makes of a ticker nobody added: a symbol without type and market."""
    return Symbol(SecurityIdentifier(ticker, SecurityType.BASE, "empty"), ticker)


register_type("Symbol", _to_symbol)


class SecuritiesMixin:
    """`self.add_equity` and its relatives."""

    _vt: Any

    @overloaded(_WITH_LEVERAGE + ", extended_market_hours: bool = False, data_normalization_mode: Optional[DataNormalizationMode] = None")
    def add_equity(self, ticker: str, resolution: Any, market: Any, fill_forward: bool, leverage: Any,
                   extended_market_hours: bool, data_normalization_mode: Any) -> Any:  # fmt: skip
        """Subscribe to a stock or fund.

        Args:
            ticker: Ticker of today, or of the start of the run.
            resolution: Size of the bars; None takes the universe settings' (minute).
            market: Market; None takes the brokerage's.
            fill_forward: Repeat the last bar where one is missing.
            leverage: 0 takes the brokerage's.
            extended_market_hours: Data before and after regular hours too.
            data_normalization_mode: Adjustment of prices; None takes the universe settings' (adjusted).

        Returns:
            The security; `.symbol` is what most other calls want.
        """
        return self._vt_add(SecurityType.EQUITY, ticker, resolution, market, fill_forward=fill_forward, leverage=leverage,
                         extended=extended_market_hours, normalization=data_normalization_mode)  # fmt: skip

    @overloaded(_WITH_LEVERAGE)
    def add_forex(self, ticker: str, resolution: Any, market: Any, fill_forward: bool, leverage: Any) -> Any:
        """Subscribe to a currency pair."""
        return self._vt_add(SecurityType.FOREX, ticker, resolution, market, fill_forward=fill_forward, leverage=leverage)

    @overloaded(_WITH_LEVERAGE)
    def add_cfd(self, ticker: str, resolution: Any, market: Any, fill_forward: bool, leverage: Any) -> Any:
        """Subscribe to a CFD."""
        return self._vt_add(SecurityType.CFD, ticker, resolution, market, fill_forward=fill_forward, leverage=leverage)

    @overloaded(_WITH_LEVERAGE)
    def add_crypto(self, ticker: str, resolution: Any, market: Any, fill_forward: bool, leverage: Any) -> Any:
        """Subscribe to a crypto pair."""
        return self._vt_add(SecurityType.CRYPTO, ticker, resolution, market, fill_forward=fill_forward, leverage=leverage)

    @overloaded(_WITH_LEVERAGE)
    def add_crypto_future(self, ticker: str, resolution: Any, market: Any, fill_forward: bool, leverage: Any) -> Any:
        """Subscribe to a crypto perpetual."""
        return self._vt_add(SecurityType.CRYPTO_FUTURE, ticker, resolution, market, fill_forward=fill_forward,
                         leverage=leverage)  # fmt: skip

    @overloaded(_USUAL)
    def add_index(self, ticker: str, resolution: Any, market: Any, fill_forward: bool) -> Any:
        """Subscribe to an index."""
        return self._vt_add(SecurityType.INDEX, ticker, resolution, market, fill_forward=fill_forward, leverage=1)

    @overloaded(
        "symbol: Symbol, resolution: Optional[Resolution] = None, fill_forward: Optional[bool] = None, leverage: float = 0, "
        "extended_market_hours: Optional[bool] = None, data_mapping_mode: Optional[DataMappingMode] = None, "
        "data_normalization_mode: Optional[DataNormalizationMode] = None, contract_depth_offset: int = 0",
        "security_type: SecurityType, ticker: str, resolution: Optional[Resolution] = None, fill_forward: Optional[bool] = None, "
        "extended_market_hours: Optional[bool] = None, data_mapping_mode: Optional[DataMappingMode] = None, "
        "data_normalization_mode: Optional[DataNormalizationMode] = None",
        "security_type: SecurityType, ticker: str, resolution: Optional[Resolution], fill_forward: Optional[bool], "
        "leverage: float, extended_market_hours: Optional[bool], data_mapping_mode: Optional[DataMappingMode] = None, "
        "data_normalization_mode: Optional[DataNormalizationMode] = None",
        "security_type: SecurityType, ticker: str, resolution: Optional[Resolution], market: str, "
        "fill_forward: Optional[bool], leverage: float, extended_market_hours: Optional[bool], "
        "data_mapping_mode: Optional[DataMappingMode] = None, "
        "data_normalization_mode: Optional[DataNormalizationMode] = None",
    )
    def add_security(self, symbol: Any = None, security_type: Any = None, ticker: str = "", market: Any = None,
                     resolution: Any = None, fill_forward: Any = None, leverage: Any = 0,
                     extended_market_hours: Any = None, data_mapping_mode: Any = None,
                     data_normalization_mode: Any = None, contract_depth_offset: int = 0) -> Any:  # fmt: skip
        """Subscribe to a symbol, or to a ticker of a kind of security."""
        settings = self._vt.universe_settings
        flags = {
            "fill_forward": settings.fill_forward if fill_forward is None else fill_forward,
            "leverage": leverage,
            "extended": settings.extended_market_hours if extended_market_hours is None else extended_market_hours,
        }
        if symbol is not None:
            self._vt.require_services()
            _refuse_type(symbol.security_type)
            # LEAN: QCAlgorithm.cs, AddSecurity(Symbol): without a mode the service's own default (adjusted) holds
            mode = DataNormalizationMode.ADJUSTED if data_normalization_mode is None else data_normalization_mode
            return self._vt_subscribe(symbol, resolution, mode, data_mapping_mode, **flags)
        _refuse_type(security_type)
        try:
            mode = DataNormalizationMode.ADJUSTED if data_normalization_mode is None else data_normalization_mode
            return self._vt_add(security_type, ticker, resolution, market, normalization=mode, **flags)
        except DotNetException as failure:
            self._vt.error(f"Algorithm.AddSecurity(): {failure}")
            return None

    def _vt_add(self, security_type: SecurityType, ticker: str, resolution: Any, market: str | None, *,
             fill_forward: bool = True, leverage: Any = 0, extended: bool = False, normalization: Any = None) -> Any:  # fmt: skip
        """LEAN: QCAlgorithm.cs, AddSecurity<T>."""
        state = self._vt
        state.require_services()
        market = self._vt_market(market, ticker, security_type)
        if ticker is None:
            raise ArgumentNullException("Value cannot be null.", "key")
        symbol = symbolcache.find(ticker)
        if symbol is None or symbol.market != market or symbol.security_type != security_type:
            if not ticker:
                raise ArgumentNullException("Provided ticker is null or empty", "permtick")
            symbol = state.make_symbol(ticker, security_type, market)
        mode = state.universe_settings.data_normalization_mode if normalization is None else normalization
        return self._vt_subscribe(symbol, resolution, mode, None, fill_forward=fill_forward, leverage=leverage,
                               extended=extended)  # fmt: skip

    def _vt_subscribe(self, symbol: Symbol, resolution: Resolution | None, normalization: DataNormalizationMode,
                   mapping: DataMappingMode | None, *, fill_forward: bool, leverage: Any, extended: bool) -> Any:  # fmt: skip
        state = self._vt
        if resolution is None:
            resolution = state.universe_settings.resolution
        configs = state.subscriptions.add(symbol, resolution, fill_forward, extended, normalization)
        security = state.securities.create_security(symbol, configs, leverage)
        return state.universes.add_manually(security, configs)

    def _vt_market(self, market: str | None, ticker: str, security_type: SecurityType) -> str:
        return market.lower() if market else self._vt_default_market(security_type, None, ticker)

    def _vt_default_market(self, security_type: SecurityType, fallback: str | None = None, ticker: str = "") -> str:
        """LEAN: QCAlgorithm.cs, GetMarket."""
        if security_type == SecurityType.INDEX and ticker and ticker.upper() in _INDEX_MARKETS:
            return _INDEX_MARKETS[ticker.upper()]
        market: str | None = self._vt.brokerage_model.default_markets.get(security_type)
        if market is None:
            market = fallback
        if market is None:
            raise KeyNotFoundException(f"No default market set for security type: {security_type.to_string()}")
        return market

    @overloaded("symbol: Symbol, tag: str = None")
    def remove_security(self, symbol: Any, tag: str | None) -> bool:
        """Unsubscribe: cancels orders, liquidates, and drops the data at the end of this time step.

        Returns:
            False when the symbol was never added.
        """
        state = self._vt
        security = state.securities.find(symbol)
        if security is None:
            return False
        tag = "Removed" if tag is None else tag
        if not state.is_warming_up:
            state.transactions.cancel_open_orders(security.symbol, tag)
        if security.invested:
            type(self).liquidate(self, security.symbol, tag=tag)  # type: ignore[attr-defined]
        security.reset()
        state.universes.remove_manually(security)
        return True

    def remove_option_contract(self, symbol: Any, tag: str | None = None) -> bool:
        """The same as `remove_security`."""
        return self.remove_security(symbol, tag)  # type: ignore[no-any-return]

    def add_data(self, type: Any, ticker: Any, resolution: Any = None, *arguments: Any, **keywords: Any) -> Any:
        """Subscribe to custom data: a class derived from `PythonData`.

        Args:
            type: The class.
            ticker: Name of the series, or a symbol it belongs to.
            resolution: How often there is a point; None takes the class's.
            arguments: `time_zone, fill_forward, leverage`, or `symbol_properties, exchange_hours`.
            keywords: The same by name.
        """
        from vibetrader.engine.api import customdata

        self._vt.require_services()
        return customdata.add_data(self, type, ticker, resolution, arguments, keywords)

    # --- looking up ---------------------------------------------------------------------------------------------

    @overloaded("ticker: str")
    def symbol(self, ticker: str) -> Symbol:
        """Symbol of a ticker that was added."""
        return symbolcache.get(ticker)

    @overloaded("symbol: Symbol")
    def ticker(self, symbol: Symbol) -> str:
        """Ticker of a symbol at the algorithm's time."""
        return symbol.value

    @overloaded("symbol: Symbol")
    def is_market_open(self, symbol: Symbol) -> bool:
        """Whether the regular market of a symbol is open now. LEAN: QCAlgorithm.Trading.cs, IsMarketOpen."""
        hours = self._vt.exchange_hours(symbol)
        return hours.is_open(hours.time_zone.to_local(self._vt.utc_ns), False)  # type: ignore[no-any-return]

    @overloaded("symbol: Symbol", "symbol: Symbol, short_quantity: float, update_order_id: Optional[int] = None")
    def shortable(self, symbol: Symbol, short_quantity: float = 0, update_order_id: int | None = None) -> bool:
        """Whether that much may be sold short. LEAN: QCAlgorithm.cs, Shortable."""
        state = self._vt
        security = state.securities[symbol]
        limit = security.shortable_provider.shortable_quantity(symbol, security.local_time)
        if limit is None:
            return True
        open_quantity = sum(
            float(ticket.quantity - ticket.quantity_filled)
            for ticket in state.transactions.get_open_order_tickets(symbol)
            if update_order_id is None or ticket.order_id != update_order_id
        )
        held = float(security.holdings.quantity) + open_quantity
        if held <= -limit:
            return False
        return bool(held - abs(short_quantity) >= -limit)

    @overloaded("symbol: Symbol")
    def shortable_quantity(self, symbol: Symbol) -> int:
        """How much may be sold short; the largest number where there is no limit."""
        security = self._vt.securities[symbol]
        limit = security.shortable_provider.shortable_quantity(symbol, security.local_time)
        return 2**63 - 1 if limit is None else int(limit)

    def fundamentals(self, symbols: Any) -> Any:
        """Company figures of today of one symbol or of several."""
        from vibetrader.engine.universe.fundamental import fundamentals

        return fundamentals(self._vt, symbols)


def _refuse_type(security_type: SecurityType) -> None:
    if security_type in _REFUSED:
        refuse(_REFUSED[security_type])


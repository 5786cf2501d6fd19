"""Makes securities with their models. LEAN: Common/Securities/SecurityService.cs."""

from __future__ import annotations

from typing import Any

from vibetrader.engine import money
from vibetrader.engine.clr import ArgumentException
from vibetrader.engine.data import symbolcache
from vibetrader.engine.data.enums import DataNormalizationMode, SecurityType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.execution.fees.base import ConstantFeeModel
from vibetrader.engine.execution.fees.binance import BinanceCoinFuturesFeeModel, BinanceFuturesFeeModel
from vibetrader.engine.execution.fees.coinbase import GDAXFeeModel
from vibetrader.engine.execution.fees.interactivebrokers import InteractiveBrokersFeeModel
from vibetrader.engine.execution.fills import EquityFillModel, ImmediateFillModel
from vibetrader.engine.execution.slippage import NullSlippageModel
from vibetrader.engine.money import ZERO
from vibetrader.engine.portfolio.buyingpower import CashBuyingPowerModel, CryptoFutureMarginModel, SecurityMarginModel
from vibetrader.engine.portfolio.cash import Cash
from vibetrader.engine.portfolio.conversion import decompose, seed_prices
from vibetrader.engine.portfolio.fills import SecurityPortfolioModel
from vibetrader.engine.portfolio.interest import BinanceFutureMarginInterestRateModel
from vibetrader.engine.portfolio.settlement import ImmediateSettlementModel
from vibetrader.engine.securities.pricevariation import EquityPriceVariationModel
from vibetrader.engine.securities.security import KINDS, CryptoFuture, Security
from vibetrader.engine.securities.symbolproperties import SymbolProperties


class SecurityService:
    """Makes securities of an algorithm.

    Args:
        state: The algorithm's state.
    """

    def __init__(self, state: Any) -> None:
        self._state = state

    def create_security(
        self,
        symbol: Symbol,
        configs: Any,
        leverage: Any = 0,
        *,
        add_to_symbol_cache: bool = True,
        symbol_properties: SymbolProperties | None = None,
        hours: Any = None,
        underlying: Any = None,
    ) -> Security:
        """A security with models; one that exists already gets the new subscriptions.

        Args:
            symbol: Its symbol.
            configs: Its data configurations.
            leverage: 0 leaves the model's.
            add_to_symbol_cache: Whether its ticker becomes known.
            symbol_properties: Given for custom data.
            hours: Given for custom data.
            underlying: Unused.
        """
        state = self._state
        configs = list(configs)
        security: Security | None = state.securities.find(symbol)
        if security is None:
            security = self._make(symbol, symbol_properties, hours)
        if add_to_symbol_cache:
            symbolcache.set_symbol(symbol.value, symbol)
        internal = bool(configs) and all(config.is_internal_feed for config in configs)
        # LEAN: SecurityService.cs: a security with internal feeds only may not be traded, until the user asks for it
        if not internal:
            if symbol.security_type != SecurityType.INDEX:
                security.is_tradable = True
        elif not security.subscriptions:
            security.is_tradable = False
        security.add_subscriptions(configs)
        if not security.is_initialized:
            if state.settings.seed_initial_prices:
                seed_prices(state, [security])
            state.security_initializer.initialize(security)
            security.is_initialized = True
        if leverage:
            security.set_leverage(money.dec(leverage))  # type: ignore[arg-type]  # models take decimals too
        if security.type == SecurityType.EQUITY and any(
            config.data_normalization_mode == DataNormalizationMode.RAW for config in configs
        ):
            security.price_variation_model = EquityPriceVariationModel()
        return security

    def create_benchmark_security(self, symbol: Symbol) -> Security:
        """A security of its own, without initializer. LEAN: SecurityService.cs, CreateBenchmarkSecurity."""
        security = self._make(symbol, None, None)
        security.is_tradable = False
        if security.type != SecurityType.CRYPTO:
            security.set_leverage(1)
        return security

    def _make(self, symbol: Symbol, properties: SymbolProperties | None, hours: Any) -> Security:
        state = self._state
        kind = symbol.security_type
        if hours is None:
            hours = state.market_hours.entry(symbol.market, symbol.value, kind).exchange_hours
        book = state.portfolio.cash_book
        if properties is None:
            properties = self._properties(symbol, book.account_currency)
        quote = self._cash(properties.quote_currency)
        base = None
        if kind != SecurityType.CFD:
            pair = decompose(symbol, state.symbol_properties)
            if pair is not None:
                base = self._cash(pair[0])
            elif kind in (SecurityType.FOREX, SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE):
                raise ArgumentException(
                    f"Failed to resolve base currency for '{symbol.id.symbol}', it might be missing from the Symbol database "
                    f"or market '{symbol.market}' could be wrong"
                )
        security = KINDS.get(kind, Security)(symbol, hours, quote, properties, state, book, base)
        self._default_models(security)
        return security

    def _properties(self, symbol: Symbol, account_currency: str) -> SymbolProperties:
        """LEAN: SecurityService.cs, CreateSecurity: pairs must be in the database."""
        state, kind = self._state, symbol.security_type
        row = state.symbol_properties.find(symbol.market, symbol.value, kind)
        if kind in (SecurityType.FOREX, SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE, SecurityType.CFD):
            known = state.symbol_properties.find_exact(symbol.market, symbol.value, kind) is not None
            if not known and not state.symbol_properties.is_set(symbol.market, kind):
                raise ArgumentException(
                    f"{kind.to_string()} '{symbol.value}' symbol could not be found in the database for {symbol.market} market"
                )
        if row is None:
            return SymbolProperties.get_default(account_currency)
        return SymbolProperties.of_row(row)

    def _cash(self, currency: str) -> Cash:
        book = self._state.portfolio.cash_book
        cash: Cash | None = book.get(currency)
        return cash if cash is not None else book.put(Cash(currency, ZERO, ZERO))

    def _default_models(self, security: Security) -> None:
        """Models of a kind of security, before any initializer. LEAN: Equity.cs, Crypto.cs, … constructors."""
        kind = security.type
        security.portfolio_model = SecurityPortfolioModel()
        security.slippage_model = NullSlippageModel.INSTANCE
        security.settlement_model = ImmediateSettlementModel()
        security.fill_model = EquityFillModel() if kind == SecurityType.EQUITY else ImmediateFillModel()
        if kind == SecurityType.CRYPTO:
            security.fee_model = GDAXFeeModel()
            security.buying_power_model = CashBuyingPowerModel()
        elif kind == SecurityType.CRYPTO_FUTURE:
            assert isinstance(security, CryptoFuture)
            coins = security.is_crypto_coin_future
            security.fee_model = BinanceCoinFuturesFeeModel() if coins else BinanceFuturesFeeModel()
            security.buying_power_model = CryptoFutureMarginModel()
            security.margin_interest_rate_model = BinanceFutureMarginInterestRateModel()
        elif kind in (SecurityType.CFD, SecurityType.INDEX):
            security.fee_model = ConstantFeeModel(0)
            security.buying_power_model = SecurityMarginModel(50 if kind == SecurityType.CFD else 1)
        else:
            security.fee_model = InteractiveBrokersFeeModel()
            leverage = {SecurityType.EQUITY: 2, SecurityType.FOREX: 50}.get(kind, 1)
            security.buying_power_model = SecurityMarginModel(leverage)

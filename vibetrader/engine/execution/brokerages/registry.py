"""Brokerage models by name. LEAN: Common/Brokerages/IBrokerageModel.cs, BrokerageModel.Create."""

from __future__ import annotations

from typing import Any, Final

from vibetrader.engine.clr import ArgumentOutOfRangeException
from vibetrader.engine.data.enums import AccountType, BrokerageName
from vibetrader.engine.execution.brokerages import crypto, traditional
from vibetrader.engine.execution.brokerages.base import DefaultBrokerageModel

MODELS: Final[dict[BrokerageName, type[DefaultBrokerageModel]]] = {
    BrokerageName.DEFAULT: DefaultBrokerageModel,
    BrokerageName.INTERACTIVE_BROKERS_BROKERAGE: traditional.InteractiveBrokersBrokerageModel,
    BrokerageName.INTERACTIVE_BROKERS_FIX: traditional.InteractiveBrokersFixModel,
    BrokerageName.TRADIER_BROKERAGE: traditional.TradierBrokerageModel,
    BrokerageName.OANDA_BROKERAGE: traditional.OandaBrokerageModel,
    BrokerageName.FXCM_BROKERAGE: traditional.FxcmBrokerageModel,
    BrokerageName.BITFINEX: crypto.BitfinexBrokerageModel,
    BrokerageName.BINANCE: crypto.BinanceBrokerageModel,
    BrokerageName.BINANCE_US: crypto.BinanceUSBrokerageModel,
    BrokerageName.BINANCE_FUTURES: crypto.BinanceFuturesBrokerageModel,
    BrokerageName.BINANCE_COIN_FUTURES: crypto.BinanceCoinFuturesBrokerageModel,
    BrokerageName.GDAX: crypto.GDAXBrokerageModel,
    BrokerageName.COINBASE: crypto.CoinbaseBrokerageModel,
    BrokerageName.KRAKEN: crypto.KrakenBrokerageModel,
    BrokerageName.BYBIT: crypto.BybitBrokerageModel,
    BrokerageName.FTX: crypto.FTXBrokerageModel,
    BrokerageName.FTXUS: crypto.FTXUSBrokerageModel,
    BrokerageName.DYDX: crypto.dYdXBrokerageModel,
    BrokerageName.ALPACA: traditional.AlpacaBrokerageModel,
    BrokerageName.ALPHA_STREAMS: traditional.AlphaStreamsBrokerageModel,
    BrokerageName.ZERODHA: traditional.ZerodhaBrokerageModel,
    BrokerageName.SAMCO: traditional.SamcoBrokerageModel,
    BrokerageName.AXOS: traditional.AxosClearingBrokerageModel,
    BrokerageName.TRADING_TECHNOLOGIES: traditional.TradingTechnologiesBrokerageModel,
    BrokerageName.EXANTE: traditional.ExanteBrokerageModel,
    BrokerageName.WOLVERINE: traditional.WolverineBrokerageModel,
    BrokerageName.TD_AMERITRADE: traditional.TDAmeritradeBrokerageModel,
    BrokerageName.RBI: traditional.RBIBrokerageModel,
    BrokerageName.EZE: traditional.EzeBrokerageModel,
    BrokerageName.TRADE_STATION: traditional.TradeStationBrokerageModel,
    BrokerageName.TERMINAL_LINK: traditional.TerminalLinkBrokerageModel,
    BrokerageName.CHARLES_SCHWAB: traditional.CharlesSchwabBrokerageModel,
    BrokerageName.TASTYTRADE: traditional.TastytradeBrokerageModel,
    BrokerageName.WEBULL: traditional.WebullBrokerageModel,
    BrokerageName.PUBLIC: traditional.PublicBrokerageModel,
    BrokerageName.BLOOMBERG_FIX: traditional.BloombergFixBrokerageModel,
}


def create_brokerage_model(name: Any, account_type: Any = AccountType.MARGIN, algorithm: Any = None) -> DefaultBrokerageModel:
    """The model of a brokerage.

    Raises:
        ArgumentOutOfRangeException: LEAN knows no such model.
    """
    kind = MODELS.get(name)
    if kind is None:
        raise ArgumentOutOfRangeException(
            "Exception of type 'System.ArgumentOutOfRangeException' was thrown.", "brokerage", name
        )
    return kind(AccountType(account_type))


def name_of(model: Any) -> BrokerageName:
    """Name of a model's brokerage; DEFAULT for the users' own. LEAN: BrokerageModel.GetBrokerageName."""
    for name, kind in MODELS.items():
        if type(model) is kind:
            return name
    return BrokerageName.DEFAULT

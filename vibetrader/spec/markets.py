"""Which instruments an algorithm can trade: LEAN must know the hours of their market."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from vibetrader.spec.strategy import Instrument

MARKETS: Final[dict[str, dict[str, str]]] = {
    "equity": {"usa": "USA", "india": "INDIA"},
    "index": {
        "usa": "USA", "india": "INDIA", "cboe": "CBOE", "eurex": "EUREX", "hkfe": "HKFE", "krx": "KRX", "ose": "OSE",
    },
    "crypto": {
        "binance": "BINANCE", "binanceus": "BINANCE_US", "binance_us": "BINANCE_US", "bitfinex": "BITFINEX",
        "bybit": "BYBIT", "coinbase": "COINBASE", "gdax": "COINBASE", "kraken": "KRAKEN",
    },
    "crypto_future": {"binance": "BINANCE", "bybit": "BYBIT", "dydx": "DYDX"},
    "forex": {"oanda": "OANDA", "fxcm": "FXCM", "interactivebrokers": "INTERACTIVE_BROKERS"},
    "cfd": {"oanda": "OANDA", "fxcm": "FXCM", "interactivebrokers": "INTERACTIVE_BROKERS"},
}  # fmt: skip
"""Markets whose trading hours LEAN knows, by security type, with LEAN's name of each."""


def why_untradable(symbols: Sequence[Instrument]) -> tuple[str, str] | None:
    """Why no algorithm can trade these instruments, and what to do instead; None when one can."""
    for symbol in symbols:
        known = MARKETS.get(symbol.type)
        if known is None:
            return (
                f"{symbol.ticker} is a {symbol.type}: its contracts expire and must be rolled, which no spec says",
                "use an index fund, a CFD or a perpetual on the same market",
            )
        if symbol.market not in known:
            return (
                f"LEAN knows no trading hours of {symbol.type} on market {symbol.market!r} ({symbol.ticker})",
                f"markets of that type: {', '.join(known)}; or trade a fund or CFD on it",
            )
    if len({symbol.type in ("forex", "cfd") for symbol in symbols}) > 1:
        return (
            "markets with trades and markets with quotes under one rule",
            "run forex and CFDs apart from stocks and coins",
        )
    return None

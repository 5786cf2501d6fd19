"""Currencies: their signs, and the stable coins that count as the currency they follow. LEAN: Common/Currencies.cs."""

from __future__ import annotations

from typing import Final

#: Currency of an amount that is none.
NULL_CURRENCY: Final = "QCC"
USD: Final = "USD"

_SIGNS: Final[dict[str, str]] = {
    "USD": "$", "GBP": "₤", "JPY": "¥", "KRW": "₩", "EUR": "€", "NZD": "$", "AUD": "$", "CAD": "$", "CHF": "Fr",
    "HKD": "$", "SGD": "$", "XAG": "Ag", "XAU": "Au", "CNH": "¥", "CNY": "¥", "CZK": "Kč", "DKK": "kr", "HUF": "Ft",
    "INR": "₹", "MXN": "$", "NOK": "kr", "PLN": "zł", "SAR": "﷼", "SEK": "kr", "THB": "฿", "TRY": "₺", "TWD": "NT$",
    "ZAR": "R", "RUB": "₽", "BRL": "R$", "GNF": "Fr", "IDR": "Rp",
    "BTC": "₿", "BCH": "Ƀ", "BSV": "Ɓ", "LTC": "Ł", "ETH": "Ξ", "EOS": "ε", "XRP": "✕", "XLM": "*", "ETC": "ξ",
    "ZRX": "ZRX", "USDT": "₮", "ADA": "₳", "SOL": "◎", "DOT": "●", "DOGE": "Ð", "DAI": "◈", "ALGO": "Ⱥ", "ICP": "∞",
    "XMR": "ɱ", "XTZ": "ꜩ", "IOTA": "ɨ", "MIOTA": "ɨ", "MKR": "Μ", "ZEC": "ⓩ", "DASH": "Đ", "XNO": "Ӿ", "REP": "Ɍ",
    "STEEM": "ȿ", "THETA": "ϑ", "FIL": "⨎", "BAT": "⟁", "LSK": "Ⱡ", "NAV": "Ꞥ",
}  # fmt: skip

_DOLLARS: Final = ("USDT", "USDC", "USD")

_STABLE_WITHOUT_PAIR: Final[dict[str, frozenset[str]]] = {
    "coinbase": frozenset({"USDCUSD"}),
    "binance": frozenset(
        {
            "USDCUSD", "USDTUSD", "USDPUSD", "SUSDUSD", "BUSDUSD", "USTUSD", "TUSDUSD", "FDUSDUSD", "DAIUSD", "IDRTIDR",
            "BNFCRUSD",
        }
    ),
    "bitfinex": frozenset({"EURSEUR", "XCHFCHF"}),
    "bybit": frozenset({"USDCUSD", "USDTUSD", "USDPUSD", "SUSDUSD", "BUSDUSD", "USTUSD", "TUSDUSD", "DAIUSD"}),
    "dydx": frozenset({"USDCUSD"}),
}  # fmt: skip

#: Pairs of coins with one price, for Coinbase's fees.
STABLE_PAIRS_COINBASE: Final = frozenset(
    {
        "DAIUSDC", "DAIUSD", "GYENUSD", "PAXUSD", "PAXUSDT", "MUSDUSD", "USDCEUR", "USDCGBP", "USDTEUR", "USDTGBP",
        "USDTUSD", "USDTUSDC", "USTEUR", "USTUSD", "USTUSDT", "WBTCBTC",
    }
)  # fmt: skip


def sign(currency: str) -> str:
    """Sign of a currency, its code when it has none; "" for none."""
    return _SIGNS.get(currency, currency) if currency else ""


def is_stable_without_pair(account_currency: str, currency: str, market: str) -> bool:
    """True when the market treats the two as one to one without trading the pair.

    LEAN: Common/Currencies.cs, IsStableCoinWithoutPair: the dollar and its two large coins stand for one another.
    """
    known = _STABLE_WITHOUT_PAIR.get(market)
    if known is None:
        return False
    if account_currency in _DOLLARS:
        others = [other for other in _DOLLARS if other != currency]
    else:
        others = [account_currency]
    return any(other + currency in known or currency + other in known for other in others)


def is_stable_pair(pair: str, market: str) -> bool:
    """True when the market has the stable coin without a pair of its own. LEAN: Currencies.cs, IsStableCoinWithoutPair."""
    known = _STABLE_WITHOUT_PAIR.get(market)
    return known is not None and pair in known

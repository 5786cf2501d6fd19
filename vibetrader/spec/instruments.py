"""What kind of security a ticker is, where it trades, and what a pip of it is."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

SECURITY_TYPES: Final = ("equity", "crypto", "forex", "cfd", "index", "future", "crypto_future")

CURRENCIES: Final = frozenset(
    [
        "USD",
        "EUR",
        "GBP",
        "JPY",
        "CHF",
        "AUD",
        "CAD",
        "NZD",
        "SEK",
        "NOK",
        "DKK",
        "SGD",
        "HKD",
        "CNH",
        "CNY",
        "MXN",
        "ZAR",
        "TRY",
        "PLN",
        "CZK",
        "HUF",
        "INR",
        "BRL",
    ]
)
COIN_QUOTES: Final = (
    "USDT",
    "USDC",
    "FDUSD",
    "BUSD",
    "TUSD",
    "DAI",
    "EUR",
    "GBP",
    "TRY",
    "BRL",
    "BTC",
    "ETH",
    "BNB",
    "USD",
)
COINS: Final = frozenset(
    [
        "BTC",
        "ETH",
        "SOL",
        "BNB",
        "XRP",
        "ADA",
        "DOGE",
        "AVAX",
        "DOT",
        "MATIC",
        "POL",
        "LTC",
        "LINK",
        "UNI",
        "ATOM",
        "TRX",
        "XLM",
        "BCH",
        "ETC",
        "FIL",
        "NEAR",
        "APT",
        "ARB",
        "OP",
        "SUI",
        "SEI",
        "INJ",
        "TIA",
        "PEPE",
        "SHIB",
        "WIF",
        "BONK",
        "FLOKI",
        "AAVE",
        "MKR",
        "LDO",
        "SAND",
        "MANA",
        "AXS",
        "GALA",
        "APE",
        "FTM",
        "ALGO",
        "ICP",
        "HBAR",
        "VET",
        "EGLD",
        "XTZ",
        "EOS",
        "THETA",
        "XMR",
        "ZEC",
        "DASH",
        "NEO",
        "IOTA",
        "KAVA",
        "RUNE",
        "CRV",
        "COMP",
        "SNX",
        "SUSHI",
        "YFI",
        "GRT",
        "ENJ",
        "CHZ",
        "BAT",
        "ZIL",
        "KSM",
        "TON",
        "RNDR",
        "RENDER",
        "IMX",
        "STX",
        "ORDI",
        "JUP",
        "PYTH",
        "ENA",
        "WLD",
        "STRK",
        "DYDX",
        "GMX",
        "CAKE",
        "TWT",
        "ROSE",
        "ONE",
        "QTUM",
        "ZRX",
        "FET",
        "AGIX",
        "OCEAN",
        "JASMY",
        "MINA",
        "FLOW",
        "KLAY",
        "CELO",
        "ANKR",
        "HOT",
    ]
)
METALS: Final = frozenset(["XAU", "XAG", "XPT", "XPD"])
INDEXES: Final = {
    "SPX": "usa", "NDX": "usa", "RUT": "usa", "VIX": "usa", "DJI": "usa", "NIFTY": "india", "BANKNIFTY": "india",
    "FINNIFTY": "india", "SENSEX": "india", "N225": "japan", "HSI": "hkfe", "DAX": "eurex", "STOXX50E": "eurex",
    "FTSE": "uk", "CAC40": "france", "IBEX35": "spain", "IBOV": "brazil", "CSI300": "china", "XJO": "australia",
}  # fmt: skip
CFDS: Final = frozenset(
    [
        "SPX500USD",
        "NAS100USD",
        "US30USD",
        "DE30EUR",
        "GER40",
        "UK100GBP",
        "JP225USD",
        "AU200AUD",
        "BCOUSD",
        "WTICOUSD",
        "NATGASUSD",
    ]
)
FUTURES: Final = {
    "ES": "cme", "NQ": "cme", "YM": "cbot", "RTY": "cme", "GC": "comex", "SI": "comex", "CL": "nymex", "NG": "nymex",
    "ZB": "cbot", "ZN": "cbot", "WIN": "brazil", "WDO": "brazil", "MES": "cme", "MNQ": "cme", "ZC": "cbot",
    "ZS": "cbot",
    "ZW": "cbot", "HG": "comex",
}  # fmt: skip
_SUFFIX_MARKETS: Final = {
    "SZ": "china", "SS": "china", "SH": "china", "HK": "hkex", "NS": "india", "BO": "india", "L": "uk", "DE": "germany",
    "PA": "france", "MI": "italy", "MC": "spain", "SA": "brazil", "TO": "canada", "AX": "australia", "T": "japan",
    "AS": "netherlands", "SW": "switzerland", "KS": "korea", "TW": "taiwan",
}  # fmt: skip
_INDIAN: Final = frozenset(
    [
        "RELIANCE",
        "TCS",
        "INFY",
        "HDFCBANK",
        "ICICIBANK",
        "SBIN",
        "BANKBARODA",
        "JMFINANCIL",
        "TATAMOTORS",
        "TATASTEEL",
        "ITC",
        "WIPRO",
        "HINDUNILVR",
        "BHARTIARTL",
        "KOTAKBANK",
        "AXISBANK",
        "MARUTI",
        "BAJFINANCE",
        "ADANIENT",
        "ONGC",
        "NTPC",
        "COALINDIA",
        "SUNPHARMA",
        "YESBANK",
        "PNB",
    ]
)


class Kind(NamedTuple):
    """Type and market of a ticker."""

    type: str
    market: str


def kind_of(ticker: str) -> Kind:
    """Type and market by the ticker's shape; an unknown word is a US stock."""
    if ticker in INDEXES:
        return Kind("index", INDEXES[ticker])
    if ticker in CFDS:
        return Kind("cfd", "oanda")
    head, tail = ticker[:3], ticker[3:]
    if len(ticker) == 6 and head in METALS and tail in CURRENCIES:
        return Kind("cfd", "oanda")
    if len(ticker) == 6 and head in CURRENCIES and tail in CURRENCIES:
        return Kind("forex", "oanda")
    if coin_and_quote(ticker) is not None:
        return Kind("crypto", "binance" if not ticker.endswith("USD") else "coinbase")
    if ticker in FUTURES:
        return Kind("future", FUTURES[ticker])
    suffix = ticker.rpartition(".")[2] if "." in ticker else ""
    if suffix in _SUFFIX_MARKETS:
        return Kind("equity", _SUFFIX_MARKETS[suffix])
    return Kind("equity", "india" if ticker in _INDIAN else "usa")


def coin_and_quote(ticker: str) -> tuple[str, str] | None:
    """Base and quote of a crypto pair, None when it is none."""
    for quote in COIN_QUOTES:
        base = ticker.removesuffix(quote)
        if base and base != ticker and (base in COINS or quote in ("USDT", "USDC", "FDUSD", "BUSD")):
            if re.fullmatch(r"[A-Z0-9]{1,12}", base):
                return base, quote
    return None


def quote_currency(ticker: str, type_: str, market: str) -> str:
    """Currency its price is in."""
    if type_ in ("crypto", "crypto_future"):
        pair = coin_and_quote(ticker)
        return pair[1] if pair else "USDT"
    if type_ in ("forex", "cfd") and ticker[-3:] in CURRENCIES:
        return ticker[-3:]
    return {
        "india": "INR", "china": "CNY", "hkex": "HKD", "hkfe": "HKD", "japan": "JPY", "brazil": "BRL", "uk": "GBP",
        "germany": "EUR", "france": "EUR", "spain": "EUR", "italy": "EUR", "eurex": "EUR", "netherlands": "EUR",
        "canada": "CAD", "australia": "AUD", "switzerland": "CHF", "korea": "KRW", "taiwan": "TWD",
    }.get(market, "USD")  # fmt: skip


def pip_size(ticker: str, type_: str) -> float | None:
    """One pip in price units; None where the word has no meaning."""
    if type_ == "forex":
        return 0.01 if ticker.endswith("JPY") else 0.0001
    if type_ == "cfd":
        return 0.1 if ticker.startswith("XAU") else 0.01
    if type_ == "equity":
        return 0.01
    return None

"""Common names of instruments in several languages, and tickers typed in lower case."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from vibetrader.spec.instruments import COINS, CURRENCIES, METALS, coin_and_quote

NAMES: Final[dict[str, str]] = {
    "BTCUSDT": "bitcoin|btc|xbt|比特币|bitcoins",
    "ETHUSDT": "ethereum|eth|ether|以太坊|以太币",
    "SOLUSDT": "solana",
    "XRPUSDT": "ripple|xrp",
    "ADAUSDT": "cardano",
    "DOGEUSDT": "dogecoin|doge",
    "LTCUSDT": "litecoin|ltc",
    "BNBUSDT": "bnb|binance coin",
    "AVAXUSDT": "avalanche|avax",
    "DOTUSDT": "polkadot",
    "MATICUSDT": "polygon|matic",
    "LINKUSDT": "chainlink",
    "SHIBUSDT": "shiba|shib|shiba inu",
    "TRXUSDT": "tron|trx",
    "UNIUSDT": "uniswap",
    "PEPEUSDT": "pepe",
    "XAUUSD": "gold|xau|oro|ouro|l'or|d'or|or spot|gold spot|spot gold|xau usd|xau/usd|黄金|xauusd",
    "XAGUSD": "silver|xag|plata|prata|silber|白银",
    "EURUSD": "euro dollar|euro-dollar|eur usd|eur/usd|euro/dollar|eurodollar|euro dolar|欧元美元|euro",
    "GBPUSD": "cable|pound dollar|gbp usd|gbp/usd",
    "USDJPY": "dollar yen|usd jpy|usd/jpy",
    "AAPL": "apple|apple stock|苹果|aapl",
    "TSLA": "tesla|特斯拉|tsla",
    "GOOG": "google|goog|谷歌",
    "GOOGL": "googl|alphabet",
    "MSFT": "microsoft|微软|msft",
    "AMZN": "amazon|亚马逊|amzn",
    "NVDA": "nvidia|英伟达|nvda",
    "META": "facebook|meta platforms",
    "NFLX": "netflix|nflx",
    "AMD": "amd",
    "INTC": "intel|intc",
    "KO": "coca cola|coca-cola",
    "JPM": "jp morgan|jpmorgan",
    "DIS": "disney",
    "BABA": "alibaba|baba",
    "SPY": "spy|the s&p 500|the s&p500|标普500指数|s&p 500 etf|s&p etf|s&p 500|s&p500|sp500|s&p|sp 500|标普500|标普|s and p 500|spx500|the s&p",
    "SPX": "spx|spx index",
    "QQQ": "qqq|纳斯达克100|纳指100|纳指|nasdaq 100 etf|nasdaq etf|nasdaq|nasdaq 100|nasdaq100|ndx|纳斯达克|nasdaq-100",
    "DIA": "dia|dow jones|the dow|dow",
    "IWM": "iwm|russell 2000",
    "TLT": "tlt",
    "GLD": "gld",
    "VTI": "vti",
    "VOO": "voo",
    "DAX": "dax|dax40|dax 40|ger40|germany 40",
    "NIFTY": "nifty|nifty50|nifty 50|nifty index|^nsei",
    "BANKNIFTY": "banknifty|bank nifty|nifty bank|banknifty index",
    "FTSE": "ftse|ftse 100",
    "CAC40": "cac|cac40|cac 40",
    "IBEX35": "ibex|ibex35|ibex 35",
    "N225": "nikkei|nikkei 225",
    "HSI": "hang seng|恒生",
    "IBOV": "ibovespa|ibov|bovespa",
    "WIN": "mini indice|mini-indice|winfut|mini índice|win fut",
    "WDO": "mini dolar|mini-dolar|wdofut",
    "ES": "e-mini|emini|es futures|es mini|e-mini s&p",
    "NQ": "nq futures|mini nasdaq",
    "CL": "crude|crude oil|wti crude|crude futures|oil futures|wti|petroleo|原油|oil",
    "GC": "gold futures|gold future",
    "SI": "silver futures",
    "NG": "natural gas|natgas",
}  # fmt: skip

# Coins whose ticker is no everyday word, so that lower case is safe.
_SAFE_COINS: Final = frozenset(c.lower() for c in COINS) - frozenset(
    [
        "one",
        "algo",
        "near",
        "hot",
        "cake",
        "flow",
        "sand",
        "link",
        "atom",
        "sol",
        "dash",
        "fet",
        "mask",
        "op",
        "imx",
        "dot",
        "uni",
        "ape",
        "sui",
        "sei",
        "gala",
        "bat",
        "celo",
        "rose",
        "comp",
        "rune",
        "jup",
        "ar",
        "dai",
        "pol",
        "ton",
        "stx",
        "inj",
        "mana",
        "cro",
        "hot",
        "vet",
    ]
)
_INDIAN: Final = frozenset(
    [
        "reliance",
        "tcs",
        "infy",
        "hdfcbank",
        "icicibank",
        "sbin",
        "bankbaroda",
        "jmfinancil",
        "tatamotors",
        "tatasteel",
        "wipro",
        "kotakbank",
        "axisbank",
        "bajfinance",
        "adanient",
        "yesbank",
    ]
)


@cache
def phrases() -> dict[str, str]:
    """Name → ticker."""
    return {phrase: ticker for ticker, names in NAMES.items() for phrase in names.split("|")}


def from_word(text: str) -> str | None:
    """The ticker a single word stands for when its form says so: pairs, cashtags, coins in lower case."""
    upper = text.upper().lstrip("$")
    lowered = text.lower()
    if re.fullmatch(r"[A-Z0-9]{5,15}", upper):
        pair = coin_and_quote(upper)
        if pair is not None and pair[1] in (
            "USDT",
            "USDC",
            "BUSD",
            "FDUSD",
            "USD",
            "EUR",
            "BTC",
            "ETH",
            "BNB",
            "TRY",
            "BRL",
        ):
            return upper
    if len(upper) == 6 and upper[3:] in CURRENCIES and (upper[:3] in CURRENCIES or upper[:3] in METALS):
        return upper if upper[:3] != upper[3:] else None
    if lowered in _SAFE_COINS:
        return f"{upper}USDT"
    if lowered in _INDIAN:
        return upper
    return None


def from_capitals(text: str) -> str | None:
    """The ticker a word in capitals stands for: a coin, or a stock of one to five letters."""
    if text in COINS:
        return f"{text}USDT"
    return text if re.fullmatch(r"[A-Z]{2,5}|[A-Z]{6,10}", text) else None


def from_pair(text: str) -> str:
    """`BTC-USDT`, `EUR/USD`, `BTC/USD` as one ticker."""
    return re.sub(r"[/\-\s]", "", text).upper()

"""Symbols, their security identifiers and the markets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.naming import lean_names

# LEAN: Common/Market.cs, HardcodedMarkets
MARKET_CODES: Final[dict[str, int]] = {
    "empty": 0, "usa": 1, "fxcm": 2, "oanda": 3, "dukascopy": 4, "bitfinex": 5, "globex": 6, "nymex": 7, "cbot": 8,
    "ice": 9, "cboe": 10, "india": 11, "gdax": 12, "kraken": 13, "bittrex": 14, "bithumb": 15, "binance": 16,
    "poloniex": 17, "coinone": 18, "hitbtc": 19, "okcoin": 20, "bitstamp": 21, "comex": 22, "cme": 23, "sgx": 24,
    "hkfe": 25, "nyseliffe": 26, "cfe": 33, "ftx": 34, "ftxus": 35, "binanceus": 36, "bybit": 37, "coinbase": 38,
    "interactivebrokers": 39, "eurex": 40, "ose": 41, "dydx": 42, "krx": 43,
}  # fmt: skip

_OLE_EPOCH = date(1899, 12, 30)
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Market:
    """Names of the markets. LEAN: Common/Market.cs."""

    USA = "usa"
    OANDA = "oanda"
    FXCM = "fxcm"
    DUKASCOPY = "dukascopy"
    BITFINEX = "bitfinex"
    GLOBEX = "globex"
    NYMEX = "nymex"
    CBOT = "cbot"
    ICE = "ice"
    CBOE = "cboe"
    CFE = "cfe"
    INDIA = "india"
    GDAX = "gdax"
    KRAKEN = "kraken"
    BITTREX = "bittrex"
    BITHUMB = "bithumb"
    BINANCE = "binance"
    POLONIEX = "poloniex"
    COINONE = "coinone"
    HIT_BTC = "hitbtc"
    OK_COIN = "okcoin"
    BITSTAMP = "bitstamp"
    COMEX = "comex"
    CME = "cme"
    SGX = "sgx"
    HKFE = "hkfe"
    NYSELIFFE = "nyseliffe"
    EUREX = "eurex"
    FTX = "ftx"
    FTXUS = "ftxus"
    BINANCE_US = "binanceus"
    BYBIT = "bybit"
    COINBASE = "coinbase"
    INTERACTIVE_BROKERS = "interactivebrokers"
    DYDX = "dydx"
    OSE = "ose"
    KRX = "krx"
    Oanda, Fxcm, FXCM_, Binance, BinanceUS, Coinbase, Kraken, Bitfinex, Bybit = (
        OANDA, FXCM, FXCM, BINANCE, BINANCE_US, COINBASE, KRAKEN, BITFINEX, BYBIT,
    )  # fmt: skip
    India, Globex, Dukascopy, Bittrex, Bitstamp, Poloniex = INDIA, GLOBEX, DUKASCOPY, BITTREX, BITSTAMP, POLONIEX
    InteractiveBrokers = INTERACTIVE_BROKERS


def base36(number: int) -> str:
    """Upper-case base 36 of a number ≥ 0; "" for 0."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _BASE36[digit] + digits
    return digits


@lean_names
class SecurityIdentifier:
    """Identity of a security that survives ticker changes. LEAN: Common/SecurityIdentifier.cs.

    Args:
        symbol: First ticker (equities) or ticker.
        security_type: Kind of the security.
        market: Market name in lower case.
        date: First day in the map file for equities, None where the type has none.
    """

    __slots__ = ("_text", "date", "market", "security_type", "symbol")

    def __init__(self, symbol: str, security_type: SecurityType, market: str, date: date | None = None) -> None:
        self.symbol = symbol
        self.security_type = security_type
        self.market = market
        self.date = datetime(date.year, date.month, date.day) if date is not None else datetime(1899, 12, 30)
        days = (self.date.date() - _OLE_EPOCH).days
        # LEAN: SecurityIdentifier.cs: the low digits hold the type, then the market, then (here empty) option fields, then days
        code = days * 10**14 + MARKET_CODES.get(market, 0) * 100 + int(security_type)
        self._text = f"{symbol} {base36(code)}" if code else symbol

    def __str__(self) -> str:
        return self._text

    __repr__ = __str__

    def to_string(self) -> str:
        """Text form, e.g. `SPY R735QTJ8XC9X`."""
        return self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecurityIdentifier) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


@lean_names
class Symbol:
    """A security's name for users: an identifier and the ticker it has at present.

    Equal to another symbol of the same identifier and, as in LEAN, to its ticker text in any case. As a dictionary key
    it equals other symbols only.
    """

    __slots__ = ("_hash", "_text", "id", "underlying", "value")

    def __init__(self, sid: SecurityIdentifier, value: str, underlying: Symbol | None = None) -> None:
        self.id = sid
        self.value = value
        self.underlying = underlying
        self._hash = hash(sid)
        # custom data prints its full name, `OSLO.Weather`
        self._text = sid.symbol if sid.security_type == SecurityType.BASE and "." in sid.symbol else value

    @staticmethod
    def create(ticker: str, security_type: SecurityType, market: str, alias: str | None = None) -> Symbol:
        """Symbol without a map file look-up. LEAN: Common/Symbol.cs, Create."""
        ticker = ticker.upper()
        first = date(1998, 1, 2) if security_type == SecurityType.EQUITY else None
        return Symbol(SecurityIdentifier(ticker, security_type, market.lower(), first), alias or ticker)

    @property
    def security_type(self) -> SecurityType:
        """Kind of the security."""
        return self.id.security_type

    @property
    def market(self) -> str:
        """Market name."""
        return self.id.market

    @property
    def has_underlying(self) -> bool:
        """True for derivatives."""
        return self.underlying is not None

    @property
    def canonical(self) -> Symbol:
        """The symbol of the chain; itself outside derivatives."""
        return self

    def is_canonical(self) -> bool:
        """True for the symbol of a chain."""
        return False

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if isinstance(other, Symbol):
            return self.id == other.id
        if isinstance(other, str):
            return other.upper() == self.value.upper() or other == str(self.id)
        return False

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: object) -> bool:
        return self.value < str(other)

    def __gt__(self, other: object) -> bool:
        return self.value > str(other)

    def __hash__(self) -> int:
        return self._hash

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<QuantConnect.Symbol object at 0x{id(self):012x}>"

    def to_string(self) -> str:
        """The ticker."""
        return self._text


def _special(text: str, value: str) -> Symbol:
    symbol = Symbol(SecurityIdentifier("", SecurityType.BASE, "empty"), value)
    symbol._text = text
    return symbol


#: LEAN: Common/Symbol.cs, Empty and None.
Symbol.EMPTY = Symbol.Empty = _special(" 0", "")  # type: ignore[attr-defined]
Symbol.NONE = _special("NONE 0", "NONE")  # type: ignore[attr-defined]

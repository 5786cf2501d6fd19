"""Symbols, their security identifiers and the markets."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

from vibetrader.engine.data import definitions
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
    GDAX = "coinbase"  # LEAN: the old name of Coinbase
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


_MARKETS: Final = {code: market for market, code in MARKET_CODES.items()}
_map_files: list[Any] = []


def use_map_files(files: Any) -> None:
    """Resolve tickers of equities through these map files from now on; None ends it. A run begins so."""
    _map_files[:] = [] if files is None else [files]


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

    @staticmethod
    def parse(value: str) -> SecurityIdentifier:
        """Identifier of its text form. LEAN: SecurityIdentifier.cs, Parse.

        Raises:
            ValueError: The text is none.
        """
        first, _, digits = value.strip().partition(" ")
        code = int(digits, 36)
        kind, market = SecurityType(code % 100), _MARKETS.get(code // 100 % 1000)
        if market is None:
            raise ValueError(f"{value!r} is of an unknown market")
        return SecurityIdentifier(first, kind, market, _OLE_EPOCH + timedelta(days=code // 10**14))

    @staticmethod
    def generate_equity(*arguments: Any, **keywords: Any) -> SecurityIdentifier:
        """Identifier of a share: `(ticker, market, map_symbol=True, provider, day)` or `(first_date, ticker, market)`."""
        if arguments and isinstance(arguments[0], date):
            return SecurityIdentifier(arguments[1].upper(), SecurityType.EQUITY, arguments[2].lower(), arguments[0])
        names = ("symbol", "market", "map_symbol", "map_file_provider", "mapping_resolve_date")
        given = {**dict(zip(names, arguments, strict=False)), **keywords}
        ticker, market = given["symbol"].upper(), given["market"].lower()
        first: date | None = None
        if _map_files and given.get("map_symbol", True):
            day = given.get("mapping_resolve_date")
            day = day.date() if isinstance(day, datetime) else day
            known = _map_files[-1].first_date_and_ticker(ticker, market, day)
            if known is not None:
                ticker, first = known[0].upper(), known[1]
        return SecurityIdentifier(ticker, SecurityType.EQUITY, market, first)

    @staticmethod
    def generate_base(data_type: Any, symbol: str, market: str, map_symbol: bool = False, date: Any = None) -> SecurityIdentifier:
        """Identifier of custom data."""
        name = symbol if data_type is None else f"{symbol}.{data_type.__name__}"
        return SecurityIdentifier(name, SecurityType.BASE, market.lower(), date)

    @staticmethod
    def generate_constituent_identifier(symbol: str, security_type: SecurityType, market: str) -> SecurityIdentifier:
        """Identifier of a universe."""
        return SecurityIdentifier(symbol, security_type, market.lower())

    @staticmethod
    def generate_forex(symbol: str, market: str) -> SecurityIdentifier:
        """Identifier of a currency pair."""
        return SecurityIdentifier(symbol.upper(), SecurityType.FOREX, market.lower())

    @staticmethod
    def generate_crypto(symbol: str, market: str) -> SecurityIdentifier:
        """Identifier of a crypto pair."""
        return SecurityIdentifier(symbol.upper(), SecurityType.CRYPTO, market.lower())

    @staticmethod
    def generate_cfd(symbol: str, market: str) -> SecurityIdentifier:
        """Identifier of a CFD."""
        return SecurityIdentifier(symbol.upper(), SecurityType.CFD, market.lower())

    @staticmethod
    def generate_index(symbol: str, market: str) -> SecurityIdentifier:
        """Identifier of an index."""
        return SecurityIdentifier(symbol.upper(), SecurityType.INDEX, market.lower())

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


@lean_names(cusip="CUSIP", composite_figi="CompositeFIGI", sedol="SEDOL", isin="ISIN", cik="CIK")
class Symbol:
    """A security's name for users: an identifier and the ticker it has at present.

    Equal to another symbol of the same identifier and, as in LEAN, to its ticker text in any case. As a dictionary key
    it equals other symbols only.
    """

    __slots__ = ("_hash", "id", "underlying", "value")
    #: .NET converts a symbol to its text where a call takes a text.
    is_implicit_text = True

    def __init__(self, sid: SecurityIdentifier, value: str, underlying: Symbol | None = None) -> None:
        self.id = sid
        self.value = value
        self.underlying = underlying
        self._hash = hash(sid)

    @staticmethod
    def create(
        ticker: str,
        security_type: SecurityType,
        market: str,
        alias: str | None = None,
        base_data_type: type | None = None,
        *,
        mapping_date: date | None = None,
    ) -> Symbol:
        """Symbol of a ticker; equities take their first ticker and date from the map files. LEAN: Common/Symbol.cs, Create.

        Args:
            ticker: Ticker in any case.
            security_type: Kind of the security.
            market: Market name in any case.
            alias: Ticker to show, None for the same.
            base_data_type: Class of custom data.
            mapping_date: Day the ticker is of; None is today.
        """
        if security_type == SecurityType.BASE and base_data_type is not None:
            return Symbol(SecurityIdentifier.generate_base(base_data_type, ticker, market), alias or ticker)
        ticker = ticker.upper()
        market = market.lower()
        if security_type == SecurityType.EQUITY:
            sid = SecurityIdentifier.generate_equity(ticker, market, mapping_resolve_date=mapping_date)
        else:
            sid = SecurityIdentifier(ticker, security_type, market)
        return Symbol(sid, alias or ticker)

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

    # LEAN: Symbol.cs, CUSIP and the others: from the data folder's table of identifiers
    @property
    def cusip(self) -> str | None:
        """CUSIP; None when the table has none."""
        return definitions.of(str(self.id)).cusip

    @property
    def composite_figi(self) -> str | None:
        """Composite FIGI; None when the table has none."""
        return definitions.of(str(self.id)).composite_figi

    @property
    def sedol(self) -> str | None:
        """SEDOL; None when the table has none."""
        return definitions.of(str(self.id)).sedol

    @property
    def isin(self) -> str | None:
        """ISIN; None when the table has none."""
        return definitions.of(str(self.id)).isin

    @property
    def cik(self) -> int | None:
        """Central index key; None when the table has none."""
        return definitions.of(str(self.id)).cik

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
        # LEAN: Common/Symbol.cs, ToString: the ticker it was added under, else the identifier
        return TICKERS.get(self) or str(self.id)

    def __repr__(self) -> str:
        return f"<QuantConnect.Symbol object at 0x{id(self):012x}>"

    def to_string(self) -> str:
        """The ticker it was added under, else the identifier."""
        return str(self)


#: Tickers symbols were added under in this run; `symbolcache` keeps it.
TICKERS: Final[dict[Symbol, str]] = {}


def _special(text: str, value: str) -> Symbol:
    sid = SecurityIdentifier("", SecurityType.BASE, "empty")
    sid._text = text
    return Symbol(sid, value)


#: LEAN: Common/Symbol.cs, Empty and None.
Symbol.EMPTY = Symbol.Empty = _special(" 0", "")  # type: ignore[attr-defined]
Symbol.NONE = _special("NONE 0", "NONE")  # type: ignore[attr-defined]

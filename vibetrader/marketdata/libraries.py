"""Stocks, forex and other exchanges through libraries that are well kept: yfinance and ccxt, both optional.

What these sources are known to get wrong is written into the receipt, and from there into ledgers and reports.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from vibetrader._util.suggest import did_you_mean
from vibetrader.errors import NetworkError, ProviderError, UsageError
from vibetrader.marketdata.importing import line_of
from vibetrader.marketdata.klines import Rows
from vibetrader.marketdata.spans import day_start
from vibetrader.marketdata.store import SeriesKey
from vibetrader.marketdata.tables import plain_decimal
from vibetrader.marketdata.timeframes import NATIVE

YFINANCE_DEFECTS: Final = (
    "prices are adjusted for splits backwards in time: an old price is not the one that was traded, and it changes with the next split",
    "dividends are not in the prices and there is no factor file: returns lack them",
    "only tickers that are listed today: what was delisted is missing (survivorship)",
    "unofficial source: minutes reach back some 30 days, hours some 730 days; values may be revised without notice",
)
YFINANCE_FOREX_DEFECTS: Final = (
    "one price, not bid and ask: the spread is taken as 0",
    "indicative quotes of one provider, without volumes",
    "unofficial source: values may be revised without notice",
)
CCXT_DEFECTS: Final = (
    "bars as the exchange's interface gives them, without checksums; some exchanges leave out bars without trades",
    "only pairs that are listed today: what was delisted is missing (survivorship)",
)
#: LEAN's market names by ccxt's exchange ids.
MARKETS: Final = {
    "kraken": "kraken", "coinbase": "coinbase", "bitfinex": "bitfinex", "bybit": "bybit", "binance": "binance",
    "binanceus": "binanceus",
}  # fmt: skip

Progress = Callable[[str, int, int], None]


class LibraryBars(NamedTuple):
    """Bars that a library gave, in LEAN's lines."""

    key: SeriesKey
    rows: Rows
    known_defects: tuple[str, ...]


def from_yfinance(ticker: str, resolution: str, start: date, end: date) -> LibraryBars:
    """Bars of a stock, or of a currency pair such as EURUSD, from Yahoo's finance pages.

    Raises:
        UsageError: yfinance is not installed.
        ProviderError: It gave no bars.
    """
    yfinance = _load("yfinance", "stocks")
    forex = len(ticker) == 6 and ticker.isalpha() and ticker[3:] in ("USD", "EUR", "JPY", "GBP", "CHF", "AUD", "CAD", "NZD")
    key = SeriesKey("forex", "oanda", ticker, resolution, "quote") if forex else SeriesKey("equity", "usa", ticker, resolution)
    name = f"{ticker}=X" if forex else ticker
    try:
        frame = yfinance.Ticker(name).history(
            start=start.isoformat(), end=(end + timedelta(days=1)).isoformat(), interval=NATIVE[resolution], auto_adjust=False, actions=False
        )
    except Exception as error:
        raise NetworkError(f"yfinance could not bring {name}: {error}", hint="Is this machine online?", kind="library") from error
    if frame is None or not len(frame):
        raise ProviderError(
            f"yfinance has no {NATIVE[resolution]} bars of {name!r} from {start} to {end}",
            hint="Check the ticker; minutes reach back some 30 days, hours some 730.",
        )
    zone = "UTC" if forex else "America/New_York"
    index = frame.index.tz_localize(zone) if frame.index.tz is None else frame.index.tz_convert(zone)
    rows: Rows = {}
    columns = [frame[column].tolist() for column in ("Open", "High", "Low", "Close", "Volume")]
    for moment, *values in zip(index, *columns):
        if any(value != value for value in values[:4]):
            continue  # a day without trades
        texts = [plain_decimal(str(round(Decimal(repr(float(value))), 6))) for value in values]
        clock = ((moment.hour * 60 + moment.minute) * 60) * 1000 if resolution != "daily" else 0
        rows[day_start(moment.date()) + clock] = line_of(key, *texts)
    return LibraryBars(key, rows, YFINANCE_FOREX_DEFECTS if forex else YFINANCE_DEFECTS)


def from_ccxt(
    exchange: str,
    symbol: str,
    resolution: str,
    start: int,
    end: int,
    *,
    progress: Progress = lambda text, done, total: None,
) -> LibraryBars:
    """Bars of another exchange through ccxt; times in milliseconds, [start, end).

    Raises:
        UsageError: ccxt is not installed, or knows no such exchange or pair.
        ProviderError: The exchange failed.
    """
    ccxt = _load("ccxt", "exchanges")
    if exchange not in getattr(ccxt, "exchanges", ()):
        raise UsageError(f"ccxt has no exchange {exchange!r}", hint=did_you_mean(exchange, getattr(ccxt, "exchanges", ())))
    client: Any = getattr(ccxt, exchange)({"enableRateLimit": True})
    key = SeriesKey("crypto", MARKETS.get(exchange, exchange), symbol, resolution)
    try:
        markets = client.load_markets()
        pair = next((name for name in markets if name.replace("/", "") == symbol), None)
        if pair is None:
            near = did_you_mean(symbol, [name.replace("/", "") for name in markets])
            raise UsageError(f"{exchange} has no pair {symbol!r}", hint=near)
        rows: Rows = {}
        at = start
        closed = min(end, int(client.milliseconds()) // key.step_ms * key.step_ms)
        while at < closed:
            progress(f"{symbol} {NATIVE[resolution]}", at - start, closed - start)
            found = client.fetch_ohlcv(pair, NATIVE[resolution], since=at, limit=500)
            new = [row for row in found if at <= row[0] < closed and None not in row[:5]]
            if not new:
                break
            for moment, *values in new:
                texts = [plain_decimal(repr(value if value is not None else 0)) for value in values[:5]]
                rows[int(moment)] = line_of(key, *texts)
            at = int(new[-1][0]) + key.step_ms
    except (UsageError, ProviderError):
        raise
    except Exception as error:
        raise NetworkError(f"{exchange} (ccxt) failed: {error}", hint="Try again later: nothing was stored.", kind="library") from error
    return LibraryBars(key, rows, CCXT_DEFECTS)


def _load(package: str, extra: str) -> Any:
    try:
        return importlib.import_module(package)
    except ImportError:
        raise UsageError(
            f"this source needs the package {package}, which is not installed", hint=f"pip install 'vibetrader[{extra}]'"
        ) from None

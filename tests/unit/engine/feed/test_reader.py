"""Rows of subscriptions: how many LEAN delivers is the cheapest check of the whole path."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.conftest import shared_dir
from vibetrader.engine.data.bars import QuoteBar, TradeBar
from vibetrader.engine.data.enums import Resolution, SecurityType, TickType
from vibetrader.engine.data.symbol import SecurityIdentifier, Symbol
from vibetrader.engine.feed.config import SubscriptionDataConfig
from vibetrader.engine.feed.reader import DataReader, Stream
from vibetrader.engine.timekeeping import DAY, HOUR, MINUTE, from_datetime, zone
from vibetrader.marketdata.factorfiles import FactorFiles
from vibetrader.marketdata.hours import MarketHours
from vibetrader.marketdata.mapfiles import MapFiles


@pytest.fixture(scope="module")
def data() -> Path:
    folder = shared_dir() / "lean" / "Data"
    if not folder.is_dir():
        pytest.skip("LEAN's sample data is not beside the checkout")
    return folder


def read(
    data: Path, ticker: str, kind: SecurityType, market: str, resolution: Resolution, first: datetime, last: datetime,
    step: int, *, quotes: bool = False, zone_name: str = "America/New_York", **options: bool,
) -> Stream:  # fmt: skip
    maps = MapFiles(data)
    reader = DataReader(data, maps, FactorFiles(data))
    symbol = Symbol.create(ticker, kind, market)
    if kind == SecurityType.EQUITY:
        found = maps.first_date_and_ticker(ticker, market)
        assert found is not None
        symbol = Symbol(SecurityIdentifier(found[0], kind, market, found[1]), ticker)
    entry = MarketHours(data).entry(market, ticker, str(kind))
    config = SubscriptionDataConfig(
        QuoteBar if quotes else TradeBar, symbol, resolution, entry.data_time_zone, entry.exchange_hours.time_zone,
        tick_type=TickType.QUOTE if quotes else TickType.TRADE, **options,
    )  # fmt: skip
    clock = zone(zone_name)
    start, end = clock.to_utc(from_datetime(first)), clock.to_utc(from_datetime(last) + DAY - 100)
    return reader.stream(config, entry.exchange_hours, start, end, step)


WEEK = (datetime(2013, 10, 7), datetime(2013, 10, 11))
SPRING = (datetime(2018, 4, 4), datetime(2018, 4, 4))


def test_equity_minutes_of_a_week_are_1950(data: Path) -> None:
    stream = read(data, "SPY", SecurityType.EQUITY, "usa", Resolution.MINUTE, *WEEK, MINUTE)
    assert len(stream.columns) == 1950
    assert stream.columns.price_decimal(0) == Decimal("144.77307790400")
    assert str(stream.columns.price_decimal(0)) == "144.77307790400"
    assert stream.columns.bar(0).end_time == datetime(2013, 10, 7, 9, 31)


def test_extended_hours_are_filled(data: Path) -> None:
    stream = read(data, "SPY", SecurityType.EQUITY, "usa", Resolution.MINUTE, *WEEK, MINUTE, extended_hours=True)
    assert len(stream.columns) == 5 * 960


def test_hours_without_fill_forward_begin_at_nine(data: Path) -> None:
    stream = read(
        data, "SPY", SecurityType.EQUITY, "usa", Resolution.HOUR, datetime(2013, 10, 4), WEEK[1], HOUR, fill_forward=False
    )
    assert len(stream.columns) == 42
    assert stream.columns.bar(0).time == datetime(2013, 10, 4, 9)


def test_daily_bars_run_from_open_to_close_and_dividends_come_at_midnight(data: Path) -> None:
    stream = read(
        data, "SPY", SecurityType.EQUITY, "usa", Resolution.DAILY, datetime(2004, 1, 1), datetime(2015, 1, 1), DAY
    )
    assert (len(stream.columns), len(stream.events)) == (2769, 45)
    bar = stream.columns.bar(0)
    assert (bar.time.hour, bar.time.minute, bar.end_time.hour) == (9, 30, 16)
    assert stream.events[0][1].time.hour == 0


@pytest.mark.parametrize("quotes", [False, True])
def test_crypto_day_crosses_two_utc_dates_and_fills_the_missing_file(data: Path, quotes: bool) -> None:
    stream = read(
        data, "BTCUSD", SecurityType.CRYPTO, "coinbase", Resolution.MINUTE, *SPRING, MINUTE, quotes=quotes
    )
    assert len(stream.columns) == 1441


def test_forex_has_a_gap_of_five_minutes_a_day(data: Path) -> None:
    stream = read(data, "EURUSD", SecurityType.FOREX, "oanda", Resolution.MINUTE, *SPRING, MINUTE, quotes=True)
    assert len(stream.columns) == 1436


def test_daily_bars_are_repeated_at_the_pace_of_minutes(data: Path) -> None:
    stream = read(data, "SPY", SecurityType.EQUITY, "usa", Resolution.DAILY, *WEEK, MINUTE)
    columns = stream.columns
    assert sum(not filled for filled in columns.filled) == 5
    assert sum(columns.filled) == 4 * 389
    assert all(columns.bar(row).volume == 0 for row in range(len(columns)) if columns.filled[row])

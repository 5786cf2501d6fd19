"""Sessions, holidays and zones from the copy that ships with the package."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from vibetrader.marketdata.hours import ExchangeHours, MarketHours, NoSessionError
from vibetrader.marketdata.symbolproperties import SymbolPropertiesDatabase
from vibetrader.marketdata.zones import HOUR, from_datetime, zone


@pytest.fixture(scope="module")
def new_york() -> ExchangeHours:
    return MarketHours().entry("usa", "SPY", "equity").exchange_hours


def test_a_half_day_closes_at_one(new_york: ExchangeHours) -> None:
    assert new_york.get_next_market_close(datetime(2013, 11, 29, 9), False) == datetime(2013, 11, 29, 13)
    assert new_york.get_next_market_open(datetime(2013, 11, 28, 12), False) == datetime(2013, 11, 29, 9, 30)


def test_calendar_of_a_closed_day_is_that_of_the_last_open_one(new_york: ExchangeHours) -> None:
    start, end = new_york.daily_calendar(from_datetime(datetime(2013, 11, 30)))
    assert (start, end) == (from_datetime(datetime(2013, 11, 29, 9, 30)), from_datetime(datetime(2013, 11, 29, 13)))


def test_an_hour_bar_before_the_open_counts_as_open(new_york: ExchangeHours) -> None:
    nine = from_datetime(datetime(2013, 10, 7, 9))
    assert new_york.is_open_during(nine, nine + HOUR, False)
    assert not new_york.is_open_at(nine, False)
    assert new_york.is_open(datetime(2013, 10, 7, 9), True)


def test_a_market_that_never_closes_has_no_next_open() -> None:
    hours = MarketHours().entry("binance", "BTCUSDT", "crypto").exchange_hours
    assert hours.is_market_always_open
    with pytest.raises(NoSessionError, match="Unable to locate next market open within two weeks"):
        hours.next_open(0)


@pytest.mark.parametrize("name", ["America/New_York", "Europe/London", "Australia/Sydney", "Asia/Kolkata", "UTC"])
def test_zones_agree_with_zoneinfo(name: str) -> None:
    ours, theirs = zone(name), ZoneInfo(name)
    for year in range(1998, 2050, 3):
        for month in range(1, 13):
            moment = datetime(year, month, 9, 5, tzinfo=ZoneInfo("UTC"))
            offset = moment.astimezone(theirs).utcoffset()
            assert offset is not None
            assert ours.offset(from_datetime(moment)) == int(offset.total_seconds()) * 10**9


def test_symbol_properties_fall_back_to_the_wildcard() -> None:
    properties = SymbolPropertiesDatabase()
    bitcoin = properties.find("binance", "BTCUSDT", "crypto")
    assert bitcoin is not None
    assert str(bitcoin.lot_size) == "0.00001"
    share = properties.find("usa", "ANY", "equity")
    assert share is not None
    assert share.ticker == "[*]"

"""Universes read from files, and the figures of companies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from math import isnan
from pathlib import Path

import pytest

from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.data.symbol import SecurityIdentifier, Symbol, base36
from vibetrader.engine.timekeeping import DAY, HOUR, from_datetime, zone
from vibetrader.engine.universe.figures import FundamentalProvider, groups
from vibetrader.engine.universe.files import scheduled, tradable_days
from vibetrader.engine.universe.fundamental import Fundamental, asked_in_vain, fundamental_history, use_provider
from vibetrader.engine.universe.selection import SecurityChanges
from vibetrader.errors import DataError
from vibetrader.marketdata.hours import MarketHours

LINES = (
    "AAPL R735QTJ8XC9X,AAPL,540.65,9000000,4865850000,True,0.9,0.1428\n"
    "SPY R735QTJ8XC9X,SPY,185.5,1000,185500,False\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    coarse = tmp_path / "equity" / "usa" / "fundamental" / "coarse"
    coarse.mkdir(parents=True)
    (coarse / "20140324.csv").write_text(LINES)
    use_provider(FundamentalProvider(tmp_path))
    yield tmp_path
    use_provider(FundamentalProvider(Path("nowhere")))


def _company(identifier: str, ticker: str, day: datetime = datetime(2014, 3, 24)) -> Fundamental:
    return Fundamental(day, Symbol(SecurityIdentifier.parse(identifier), ticker))


def _figures(folder: Path, **content: object) -> None:
    (folder / "equity" / "usa" / "fundamental" / "figures.json").write_text(json.dumps(content))
    use_provider(FundamentalProvider(folder))


def test_identifier_of_a_coarse_line_is_read_back() -> None:
    for text in ("AAPL R735QTJ8XC9X", "GOOCV VP83T1ZUHROL", "BTCUSDT 18N", "EURUSD 8G"):
        assert str(SecurityIdentifier.parse(text)) == text


def test_identifier_of_an_unknown_market_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown market"):
        SecurityIdentifier.parse(f"AAPL {base36(99901)}")


def test_prices_of_a_company_come_from_the_file_of_its_day(folder: Path) -> None:
    company = _company("AAPL R735QTJ8XC9X", "AAPL")
    assert (company.price, company.volume, company.dollar_volume) == (540.65, 9000000, 4865850000.0)
    assert company.adjusted_price == pytest.approx(540.65 * 0.9 * 0.1428)
    assert company.end_time == datetime(2014, 3, 25)


def test_a_company_without_a_line_has_leans_defaults(folder: Path) -> None:
    company = _company("IBM R735QTJ8XC9X", "IBM")
    assert (company.price, company.volume, company.price_factor) == (0.0, 0, 0.0)
    assert isnan(company.dollar_volume)


def test_figures_nobody_knows_are_leans_defaults_of_their_type(folder: Path) -> None:
    company = _company("AAPL R735QTJ8XC9X", "AAPL")
    assert not company.has_fundamental_data
    assert isnan(company.valuation_ratios.pe_ratio)
    assert company.company_profile.headquarter_city is None
    assert company.market_cap == company.asset_classification.morningstar_sector_code == 0
    assert not company.earning_reports.basic_eps.has_value
    assert not company.earning_reports.basic_eps.three_months > 0


def test_a_misspelt_figure_is_an_error(folder: Path) -> None:
    with pytest.raises(AttributeError, match=r"'ValuationRatios' object has no attribute 'p_e_ratio'"):
        _ = _company("AAPL R735QTJ8XC9X", "AAPL").valuation_ratios.p_e_ratio


def test_figures_of_the_data_folder_by_identifier_ticker_and_day(folder: Path) -> None:
    _figures(
        folder,
        has_fundamental_data=True,
        tables={
            "valuation_ratios.pe_ratio": {"default": 0, "values": {"AAPL R735QTJ8XC9X": 13.0}},
            "earning_ratios.equity_per_share_growth.one_year": {
                "values": {"SPY": [["2014-01-01", 0.1], ["2014-03-25", 0.2]]}
            },
        },
    )
    apple = _company("AAPL R735QTJ8XC9X", "AAPL")
    assert apple.has_fundamental_data
    assert apple.ValuationRatios.PERatio == 13.0
    growth = _company("SPY R735QTJ8XC9X", "SPY").earning_ratios.equity_per_share_growth
    assert (growth.value, growth.one_year, growth.get_period_values()) == (0.1, 0.1, {"1Y": 0.1})
    assert growth + 1 == 1.1
    later = _company("SPY R735QTJ8XC9X", "SPY", datetime(2014, 3, 25))
    assert later.earning_ratios.equity_per_share_growth.value == 0.2
    assert _company("SPY R735QTJ8XC9X", "SPY").valuation_ratios.pe_ratio == 0


def test_a_broken_file_of_figures_is_named(folder: Path) -> None:
    (folder / "equity" / "usa" / "fundamental" / "figures.json").write_text("{")
    use_provider(FundamentalProvider(folder))
    with pytest.raises(DataError, match=r"figures\.json is no JSON"):
        _ = _company("AAPL R735QTJ8XC9X", "AAPL").market_cap


def test_history_of_companies_leaves_out_days_and_companies_without_a_line(folder: Path) -> None:
    symbols = [Symbol(SecurityIdentifier.parse(f"{ticker} R735QTJ8XC9X"), ticker) for ticker in ("SPY", "IBM", "AAPL")]
    found = fundamental_history(symbols, [date(2014, 3, 23), date(2014, 3, 24)])
    assert [point.symbol.value for point in found] == ["SPY", "AAPL"]


def test_every_group_of_figures_is_there() -> None:
    assert {"valuation_ratios", "financial_statements.balance_sheet", "asset_classification"} <= set(groups())
    assert groups()["operation_ratios"]["revenue_growth"].periods.startswith("g")


def test_tradable_days_skip_weekends_and_count_the_whole_last_day() -> None:
    hours = MarketHours(None).entry("usa", "SPY", SecurityType.EQUITY).exchange_hours
    start, end = from_datetime(datetime(2014, 3, 21)), from_datetime(datetime(2014, 3, 24, 9))
    days = list(tradable_days(hours, hours.time_zone, start, end))
    assert days == [from_datetime(datetime(2014, 3, 21)), from_datetime(datetime(2014, 3, 24))]


def test_tradable_days_of_another_zone_of_the_data() -> None:
    hours = MarketHours(None).entry("usa", "SPY", SecurityType.EQUITY).exchange_hours
    start, end = from_datetime(datetime(2014, 3, 21)), from_datetime(datetime(2014, 3, 21, 23))
    days = list(tradable_days(hours, zone("UTC"), start, end))
    assert from_datetime(datetime(2014, 3, 21)) in days


def _run(collections: list[int], times: list[int], start: int = 0) -> list[tuple[int, int]]:
    found = [(end, lambda end=end: [end]) for end in collections]
    return [(moment, load()[0]) for moment, load in scheduled(found, times, start)]


def test_a_schedule_takes_the_last_collection_known() -> None:
    assert _run([1, 2, 3], [2, 3]) == [(2, 2), (3, 3)]


def test_a_schedule_repeats_an_old_collection() -> None:
    assert _run([1], [1, 5, 9]) == [(1, 1), (5, 1), (9, 1)]


def test_a_first_collection_younger_than_the_schedule_waits_for_the_next_time() -> None:
    assert _run([5, 6], [2, 8]) == [(8, 6)]


def test_times_before_the_start_are_passed_over() -> None:
    assert _run([1, 2], [1, 2], start=2) == [(2, 2)]
    assert DAY > HOUR


def test_changes_of_a_step_forget_a_removal_that_is_taken_back() -> None:
    one, two = object(), object()
    both = SecurityChanges([], [one, two]) + SecurityChanges([one], [])
    assert (both.all_added, both.all_removed) == ([one], [two])


def test_reading_a_figure_nobody_knows_is_noted(folder: Path) -> None:
    assert not asked_in_vain()
    _ = _company("AAPL R735QTJ8XC9X", "AAPL").valuation_ratios.pe_ratio
    assert asked_in_vain()


def test_a_figure_of_the_file_is_not_noted(folder: Path) -> None:
    _figures(folder, tables={"company_profile.market_cap": {"values": {"AAPL": 5}}})
    assert _company("AAPL R735QTJ8XC9X", "AAPL").market_cap == 5
    assert not asked_in_vain()

"""Universes read from files."""

from __future__ import annotations

from datetime import datetime

from vibetrader.engine.universe.fundamental import Fundamental, parse_identifier


def test_identifier_of_a_coarse_line_is_read_back() -> None:
    for text in ("AAPL R735QTJ8XC9X", "GOOCV VP83T1ZUHROL", "SPY R735QTJ8XC9X"):
        assert str(parse_identifier(text, text.split()[0]).id) == text


def test_prices_and_figures_of_a_company() -> None:
    line = "AAPL R735QTJ8XC9X,AAPL,540.65,9000000,4865850000,True,0.9,0.1428".split(",")
    company = Fundamental(parse_identifier(line[0], line[1]), datetime(2014, 3, 24), line[2:])
    assert (company.price, company.volume, company.dollar_volume) == (540.65, 9000000, 4865850000.0)
    assert company.has_fundamental_data
    assert company.valuation_ratios.pe_ratio == company.ValuationRatios.PERatio == 13.012856
    assert company.end_time == datetime(2014, 3, 25)


def test_a_figure_nobody_knows_is_not_a_number() -> None:
    company = Fundamental(parse_identifier("SPY R735QTJ8XC9X", "SPY"), datetime(2014, 3, 24), ["1", "1", "1", "False"])
    assert not company.earning_reports.basic_eps.three_months > 0

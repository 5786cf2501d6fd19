"""Numbers and times as .NET writes them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibetrader.engine.statistics import dotnet
from vibetrader.engine.statistics.jsonwriter import Compact, compact, indented
from vibetrader.engine.timekeeping import DAY, HOUR, SECOND


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.06, "0.06"),
        (2.0, "2"),
        (-0.0, "-0"),
        (1e-5, "1E-05"),
        (0.0001, "0.0001"),
        (1e16, "1E+16"),
        (123456789012345.0, "123456789012345"),
        (2.3798e26, "2.3798E+26"),
        (float("nan"), "NaN"),
    ],
)
def test_doubles_print_their_shortest_text(value: float, text: str) -> None:
    assert dotnet.double_text(value) == text


def test_rounding_a_double_scales_and_takes_the_even_neighbour() -> None:
    assert dotnet.round_double(0.0005, 3) == 0.0
    assert dotnet.round_double(0.0015, 3) == 0.002
    assert str(dotnet.round_double(-0.0001, 3)) == "-0.0"


def test_groups_percent_and_fixed_round_half_away_and_drop_the_sign_of_zero() -> None:
    assert dotnet.grouped(Decimal("1234567.885")) == "1,234,567.89"
    assert dotnet.grouped(Decimal("-0.001")) == "0.00"
    assert dotnet.percent(Decimal("9.68242")) == "968.24 %"
    assert dotnet.percent(Decimal("-0.05")) == "-5.00 %"
    assert dotnet.fixed(Decimal("3463.755"), 2) == "3463.76"


def test_a_cast_keeps_fifteen_digits() -> None:
    assert dotnet.cast(0.1 + 0.2) == Decimal("0.3")
    assert dotnet.cast(1 / 3) == Decimal("0.333333333333333")
    with pytest.raises(OverflowError):
        dotnet.cast(float("inf"))


def test_quotients_have_net_s_twenty_nine_digits_where_they_fit() -> None:
    assert dotnet.divide(Decimal(10), 3) == Decimal("3.3333333333333333333333333333")
    assert dotnet.divide(Decimal(90), 11) == Decimal("8.181818181818181818181818182")
    assert dotnet.divide(Decimal(1), 3000) == Decimal("0.0003333333333333333333333333")


@given(st.decimals(-(10**12), 10**12, allow_nan=False, places=8))
def test_doubles_of_short_decimals_are_the_nearest(value: Decimal) -> None:
    assert dotnet.to_double(value) == pytest.approx(float(value), rel=3e-16, abs=0)


def test_times_and_spans() -> None:
    assert dotnet.iso_time(0) == "1970-01-01T00:00:00Z"
    assert dotnet.iso_time(SECOND + 1_500_000) == "1970-01-01T00:00:01.0015Z"
    assert dotnet.timespan(26 * DAY) == "26.00:00:00"
    assert dotnet.timespan(HOUR + 100) == "01:00:00.0000001"
    assert dotnet.timespan(-HOUR) == "-01:00:00"


def test_json_keeps_scales_and_marks_whole_numbers() -> None:
    document = {"a": Decimal("2.200"), "b": Decimal(5), "c": [1, None, True, "ü\u2028"], "d": 0.5, "e": {}}
    assert compact(document) == '{"a":2.200,"b":5.0,"c":[1,null,true,"ü\\u2028"],"d":0.5,"e":{}}'
    assert indented({"x": [1], "y": Compact({"z": [2]})}) == '{\n  "x": [\n    1\n  ],\n  "y": {"z":[2]}\n}'

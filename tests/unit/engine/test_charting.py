"""Series, their JSON, and thinning."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from vibetrader.engine.charting.chart import Candlestick, CandlestickSeries, Chart, ChartPoint, Series
from vibetrader.engine.charting.sampler import sample_candles
from vibetrader.engine.clr import ArgumentException
from vibetrader.engine.data.enums import ScatterMarkerSymbol, SeriesType
from vibetrader.engine.statistics.jsonwriter import compact
from vibetrader.engine.timekeeping import DAY, SECOND

NOON = datetime(2024, 1, 1, 12)


def test_a_point_of_the_last_time_replaces_it_but_is_not_sent_again() -> None:
    series = Series("x")
    series.add_point(NOON, 1)
    assert len(series.take_updates()) == 1
    series.add_point(NOON, 2)
    assert series.take_updates() == []
    assert [point.y for point in series.values] == [2]


def test_values_are_rounded_as_lean_rounds_chart_values() -> None:
    series = Series("x")
    series.add_point(NOON, 1234.56789)
    series.add_point(ChartPoint(datetime(2024, 1, 2), 0.123456789))
    assert [row[1] for row in series.rows] == [Decimal("1234.5679"), Decimal("0.1234568")]


def test_constructors_take_unit_and_pane_in_either_order() -> None:
    first = Series("x", SeriesType.BAR, 2, "%")
    second = Series("x", SeriesType.BAR, "%", None, ScatterMarkerSymbol.TRIANGLE_DOWN)
    assert (first.index, first.unit) == (2, "%")
    assert second.unit == "%" and second.to_json()["scatterMarkerSymbol"] == "triangle-down"


def test_a_chart_writes_its_series_by_pane_length_and_sum() -> None:
    chart = Chart("c")
    for name, values, index in (("late", [1], 1), ("long", [1, 2], 0), ("small", [1], 0)):
        series = Series(name, SeriesType.LINE, index)
        for number, value in enumerate(values):
            series.add_point(number, value)
        chart.add_series(series)
    assert list(chart.to_json()["series"]) == ["small", "long", "late"]
    assert compact(chart.to_json()["series"]["small"]["values"]) == "[[0,1.0]]"
    with pytest.raises(Exception, match="already exists"):
        chart.add_series(Series("late"))


def test_wrong_points_are_refused_in_lean_s_words() -> None:
    with pytest.raises(ArgumentException, match="requires a ChartPoint"):
        Series("x").add_point(5)
    with pytest.raises(ArgumentException, match="requires 4 values"):
        CandlestickSeries("x").add_point(NOON, 1, 2)
    assert Candlestick(NOON, 1, 2, 0.5, 1.5).close == 1.5


def test_pascal_names_are_the_same_members() -> None:
    chart: Any = Chart("c")
    chart.AddSeries(Series("x"))
    assert list(chart.series) == ["x"]


def test_thinned_candles_keep_first_extremes_and_interpolate_closes() -> None:
    rows = [(day * DAY, *(Decimal(value) for value in (day, day + 2, day - 1, day + 1))) for day in range(10)]
    thin = sample_candles(rows, 3 * DAY)
    assert [row[0] // DAY for row in thin] == [0, 3, 6, 9]
    assert thin[0] == rows[0]
    assert thin[1][2] == 5 and thin[1][3] == 0


def test_one_candle_is_itself() -> None:
    rows = [(5 * SECOND, *(Decimal(1),) * 4)]
    assert sample_candles(rows, DAY) == rows

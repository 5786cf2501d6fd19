"""Known values, edges and properties of the formulas."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibetrader.metrics import annualize, benchmark, drawdown, moments, ratios, returns, significance, trades

NONE = np.empty(0)


def as_array(values: list[float]) -> moments.Array:
    return np.array(values, dtype=np.float64)


SERIES = as_array([0.01, -0.02, 0.015, 0.003, -0.007])

lists = st.lists(st.floats(-0.2, 0.2, allow_subnormal=False), min_size=2, max_size=60)


def test_moments_of_a_known_sample() -> None:
    sample = as_array([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0])
    assert moments.mean(sample) == 5
    assert moments.variance(sample) == pytest.approx(32 / 7)
    assert moments.skewness(sample) == pytest.approx(0.8184875533567997)
    assert moments.excess_kurtosis(sample) == pytest.approx(0.940625)


@given(lists)
def test_variance_agrees_with_numpy(values: list[float]) -> None:
    assert moments.variance(as_array(values)) == pytest.approx(float(np.var(values, ddof=1)), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize(
    "value",
    [
        moments.mean(NONE),
        moments.variance(SERIES[:1]),
        moments.skewness(SERIES[:2]),
        moments.excess_kurtosis(np.zeros(9)),
        annualize.annual_return(NONE, 252),
        annualize.compound_annual_growth(0.0, 5.0, 1.0),
        annualize.compound_annual_growth(1.0, -5.0, 0.3),
        drawdown.max_drawdown(SERIES[:1]),
        ratios.sharpe_ratio(np.zeros(5), 252),
        ratios.sortino_ratio(np.ones(5), 252),
        ratios.probabilistic_sharpe_ratio(SERIES[:3], 0.0),
        benchmark.beta(SERIES, np.zeros(5)),
        benchmark.tracking_error(SERIES, SERIES[:3], 252),
        trades.win_rate(NONE),
        trades.profit_factor(as_array([1.0, 2.0])),
        trades.expectancy(as_array([1.0])),
        significance.value_at_risk(NONE, 0.99, 252),
        significance.deflated_sharpe_ratio(np.zeros(9), 3),
        returns.total_return(NONE),
    ],
)
def test_what_is_not_defined_is_none(value: Any) -> None:
    assert value is None


def test_annual_figures_compound_the_mean_and_scale_the_variance() -> None:
    assert annualize.annual_return(as_array([0.01, 0.03]), 2) == pytest.approx(1.02**2 - 1)
    assert annualize.annual_variance(as_array([0.01, 0.03]), 252) == pytest.approx(0.0002 * 252)
    assert annualize.compound_annual_growth(100.0, 121.0, 2.0) == pytest.approx(0.1)


def test_downside_deviation_is_around_the_losses_own_mean() -> None:
    assert annualize.annual_downside_deviation(as_array([0.5, -0.01, -0.03]), 1) == pytest.approx(math.sqrt(0.0002))


def test_drawdown_and_the_longest_completed_recovery() -> None:
    found = drawdown.drawdown(as_array([100, 120, 90, 110, 120, 60, 80]), as_array([0, 1, 2, 3, 7, 8, 9]))
    assert found is not None
    assert found.depth == pytest.approx(0.5)
    assert found.recovery == 6


@given(st.lists(st.floats(1, 1e6), min_size=2, max_size=50))
def test_drawdown_is_a_fraction_and_none_on_the_way_up(equity: list[float]) -> None:
    depth = drawdown.max_drawdown(as_array(equity))
    assert depth is not None and 0 <= depth < 1
    assert drawdown.max_drawdown(as_array(sorted(equity))) == 0


def test_a_series_against_itself_has_beta_one_and_no_tracking_error() -> None:
    assert benchmark.beta(SERIES, SERIES) == pytest.approx(1)
    assert benchmark.alpha(SERIES, SERIES, 252, 0.02) == pytest.approx(0, abs=1e-12)
    assert benchmark.tracking_error(SERIES, SERIES, 252) == 0
    assert benchmark.information_ratio(SERIES, SERIES, 252) is None
    assert benchmark.correlation(SERIES, -SERIES) == pytest.approx(-1)


def test_trade_figures() -> None:
    profits = as_array([10.0, -5.0, 20.0, 30.0, -10.0, 0.0])
    assert trades.win_rate(profits) == 0.5
    assert trades.profit_factor(profits) == 4
    assert trades.payoff_ratio(profits) == pytest.approx(4)
    assert trades.expectancy(profits) == pytest.approx(1.5)
    assert (trades.longest_streak(profits), trades.longest_streak(profits, winning=False)) == (2, 2)


@pytest.mark.parametrize(
    ("p", "x"), [(0.5, 0.0), (0.975, 1.959963984540054), (0.01, -2.326347874040841), (1e-9, -5.997807015007774)]
)
def test_normal_quantiles(p: float, x: float) -> None:
    assert significance.normal_quantile(p) == pytest.approx(x, abs=1e-12)
    assert significance.normal_cdf(x) == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize(
    ("t", "n", "p"), [(-2.0, 10, 0.03669401738537023), (0.0, 5, 0.5), (1.0, 1, 0.75), (2.228138852, 10, 0.975)]
)
def test_student_probabilities(t: float, n: float, p: float) -> None:
    assert significance.student_cdf(t, n) == pytest.approx(p, rel=1e-8)


def test_more_trials_deflate_a_sharpe_ratio() -> None:
    series = as_array([0.01, 0.02, -0.005, 0.015, 0.0, 0.012] * 20)
    few, many = (significance.deflated_sharpe_ratio(series, n) for n in (1, 1000))
    assert few is not None and many is not None and many < few


def test_a_bootstrap_is_the_same_each_time_and_holds_the_mean() -> None:
    series = np.tile(SERIES, 8) + np.linspace(-0.01, 0.01, 40)
    first = significance.block_bootstrap(series, 252)
    assert first == significance.block_bootstrap(series, 252)
    assert first is not None and first.sharpe is not None
    assert first.mean.low < float(series.mean()) < first.mean.high
    assert first.total.low < float(np.prod(1 + series)) - 1 < first.total.high
    assert 0 <= first.drawdown.low <= first.drawdown.high <= 1 and 0 <= first.loss <= 1
    assert (
        significance.block_bootstrap(series[:9], 252) is None
        and significance.block_bootstrap(np.zeros(50), 252) is None
    )


def test_every_fall_from_a_peak_is_listed_with_its_length() -> None:
    equity, times = as_array([100, 120, 90, 110, 120, 60, 80]), as_array([0, 1, 2, 3, 7, 8, 9])
    assert drawdown.falls(equity, times) == [(pytest.approx(0.25), 6.0), (pytest.approx(0.5), 2.0)]
    assert drawdown.falls(as_array([1, 2, 3]), as_array([0, 1, 2])) == []


def test_months_start_from_the_value_before() -> None:
    months = as_array([202401, 202401, 202402, 202402])
    assert returns.monthly_returns(as_array([100, 110, 121, 99]), months) == pytest.approx({202401: 0.1, 202402: -0.1})


def test_returns_after_zero_are_zero() -> None:
    assert returns.simple_returns(as_array([0.0, 5.0, 10.0])).tolist() == [0.0, 1.0]

"""Statistics recomputed from LEAN's own charts, trades and profits of whole runs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.engine.statistics.recordings import lean_dir, raw, record
from vibetrader.engine.statistics.builder import build, period_ranges
from vibetrader.engine.statistics.interestrates import InterestRateProvider

RUNS = ["03_ema_cross", "33_spy_daily_sma200"]


@pytest.fixture(params=RUNS)
def run(request: pytest.FixtureRequest) -> Any:
    return raw(request.param)


def close(ours: str, theirs: str) -> bool:
    """Equal as numbers: a recording that went through a JSON reader lost its trailing zeros."""
    try:
        return float(ours) == pytest.approx(float(theirs), rel=1e-9, abs=1e-9)
    except ValueError:
        return ours == theirs


def test_the_summary_of_a_recorded_run_is_lean_s_to_the_digit(run: Any) -> None:
    results = build(record(run), InterestRateProvider(lean_dir() / "Data"))
    # The capacity is taken once more after its last sample; the recording's JSON reader cut "25000.0" to "25000".
    ours = results.summary
    loose = ("Start Equity", "Estimated Strategy Capacity")
    assert ours == {**run["statistics"], **{name: ours[name] for name in loose}}


def test_every_rolling_window_agrees_with_lean(run: Any) -> None:
    results = build(record(run), InterestRateProvider(lean_dir() / "Data"))
    assert list(results.rolling) == list(run["rollingWindow"])
    for name, window in results.rolling.items():
        for part, ours in (
            ("portfolioStatistics", window.portfolio_statistics.to_json()),
            ("tradeStatistics", window.trade_statistics.to_json()),
        ):
            theirs = run["rollingWindow"][name][part]
            assert list(ours) == list(theirs)
            different = {
                k: (v, theirs[k]) for k, v in ours.items() if v is not None and not close(str(v), str(theirs[k]))
            }
            assert not different, (name, different)


def test_windows_end_with_each_month_and_reach_back() -> None:
    ranges = period_ranges(3, date(2020, 1, 15), date(2020, 5, 10))
    assert ranges == [
        (date(2020, 1, 15), date(2020, 1, 31)),
        (date(2020, 1, 15), date(2020, 2, 29)),
        (date(2020, 1, 15), date(2020, 3, 31)),
        (date(2020, 2, 1), date(2020, 4, 30)),
        (date(2020, 3, 1), date(2020, 5, 10)),
    ]

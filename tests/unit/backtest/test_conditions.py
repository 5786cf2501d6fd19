"""Expressions as columns: what they mean, and that they are what the program saw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.integration.conftest import Cli, cache_dir, cli  # noqa: F401  (fixtures)
from vibetrader.backtest.conditions import NotComputable, SeriesOf, leaves, operands
from vibetrader.marketdata.view import Bars
from vibetrader.spec.parser import parse

COUNT = 200
CLOSE = 100 + 10 * np.sin(np.arange(COUNT) / 9.0) + np.arange(COUNT) * 0.05


@pytest.fixture(scope="module")
def series() -> SeriesOf:
    start = 1_704_067_200 + np.arange(COUNT) * 3600.0
    opened = np.concatenate(([100.0], CLOSE[:-1]))
    high, low = np.maximum(opened, CLOSE) + 1, np.minimum(opened, CLOSE) - 1
    return SeriesOf(Bars(start, start + 3600, opened, high, low, CLOSE, np.full(COUNT, 5.0), 3600), parameters={"n": 5})


def test_values(series: SeriesOf) -> None:
    assert series.of(parse("close[2]"))[2:].tolist() == CLOSE[:-2].tolist()
    assert series.of(parse("sma(5)"))[10] == pytest.approx(CLOSE[6:11].mean())
    assert series.of(parse("sma(n)"))[10] == pytest.approx(CLOSE[6:11].mean())
    assert series.of(parse("highest(close,3)"))[5] == pytest.approx(CLOSE[3:6].max())
    assert series.of(parse("(high + low) / 2 - close"))[0] == pytest.approx((100 + CLOSE[0]) / 2 - CLOSE[0])
    assert series.of(parse("max(open, close)"))[7] == max(CLOSE[6], CLOSE[7])
    assert np.isnan(series.of(parse("sma(50)"))[:49]).all() and not np.isnan(series.of(parse("sma(50)"))[49])


def test_truths(series: SeriesOf) -> None:
    up = np.diff(CLOSE) > 0
    assert (series.of(parse("close > close[1]"))[1:] == up).all()
    crossed = series.of(parse("close crosses_above sma(20)"))
    mean = series.of(parse("sma(20)"))
    expected = (CLOSE[20:] > mean[20:]) & (CLOSE[19:-1] <= mean[19:-1])
    assert (crossed[20:] == expected).all() and crossed[20:].sum() > 2
    assert (
        series.of(parse("all(close > close[1], 3)"))[5:] == np.array([up[i - 3 : i].all() for i in range(5, COUNT)])
    ).all()
    # False beats unknown, as the program stops at the first part that does not hold.
    assert series.of(parse("close < 0 and sma(100) > 0"))[5] == 0
    assert np.isnan(series.of(parse("close > 0 and sma(100) > 0"))[5])
    assert series.of(parse("close > 0 or sma(100) > 0"))[5] == 1


def test_another_timeframe_is_known_once_its_bar_is_finished(series: SeriesOf) -> None:
    found = series.of(parse("close@4h"))
    assert np.isnan(found[:3]).all()
    assert found[3:7].tolist() == [CLOSE[3]] * 4 and found[7] == CLOSE[7]


def test_what_bars_do_not_give_is_said(series: SeriesOf) -> None:
    with pytest.raises(NotComputable):
        series.of(parse("weekday == 1"))


def test_the_parts_of_a_condition() -> None:
    node = parse("rsi(14) < 30 and (close > sma(50) or not volume > 5)")
    assert [str(leaf) for leaf in leaves(node)] == ["rsi(14) < 30", "close > sma(50)", "volume > 5"]
    assert [str(side) for side in operands(parse("ema(9) crosses_above ema(21)"))] == ["ema(9)", "ema(21)"]


def test_conditions_worked_out_again_held_at_every_entry_of_a_run(cli: Cli, tmp_path: Path) -> None:  # noqa: F811
    told = cli(
        "run", "buy BTCUSDT 4h when RSI(14) < 35 and close > SMA(30) * 0.9, sell when RSI(14) > 60, 2023", "--json"
    )
    assert told.code == 0, told.err
    report = cli("report", tmp_path / told.json["run"], "--format", "json").json
    assert report["conditions_note"] == "" and len(report["trades"]) > 10
    for trade in report["trades"]:
        if trade["exit_reason"] == "exit":
            assert trade["at_entry"]["values"]["rsi(14)"] < 35 and trade["at_exit"]["values"]["rsi(14)"] > 60
    assert {c["text"]: c["bars"] > 2000 for c in report["conditions"]} == {
        "rsi(14) < 35": True, "close > sma(30) * 0.9": True, "rsi(14) > 60": True,
    }  # fmt: skip

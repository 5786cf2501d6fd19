"""Results that contradict themselves, seals, and what containment costs."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import needs_shared
from vibetrader.backtest import sandbox
from vibetrader.backtest.audit import contradictions
from vibetrader.backtest.crosscheck import differences, summary
from vibetrader.backtest.guard import seal_of
from vibetrader.backtest.leanfiles import read_results
from vibetrader.results.backtest import BacktestResult


@pytest.fixture(scope="module")
def result() -> BacktestResult:
    return read_results(needs_shared("lean/golden/raw/03_ema_cross"))


def test_real_leans_results_have_no_contradictions() -> None:
    for name in ("03_ema_cross",):
        assert contradictions(read_results(needs_shared(f"lean/golden/raw/{name}"))) == []


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("End Equity", "9999999.00", "net profit shown"),
        ("Net Profit", "5000%", "net profit shown"),
    ],
)
def test_a_faked_statistic_contradicts_the_rest(result: BacktestResult, name: str, value: str, words: str) -> None:
    faked = dataclasses.replace(result, statistics={**result.statistics, name: value})
    assert any(words in text for text in contradictions(faked))


def test_a_faked_fill_contradicts_its_order(result: BacktestResult) -> None:
    events = list(result.order_events)
    place = next(i for i, event in enumerate(events) if event.fill_quantity)
    events[place] = dataclasses.replace(events[place], fill_quantity=events[place].fill_quantity * 10)
    assert any(
        "was filled with" in text for text in contradictions(dataclasses.replace(result, order_events=tuple(events)))
    )


def test_a_seal_hangs_on_secret_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    seal = seal_of("secret", tmp_path)
    assert seal == seal_of("secret", tmp_path) and seal != seal_of("other", tmp_path)
    (tmp_path / "a").write_text("y")
    assert seal != seal_of("secret", tmp_path)


@pytest.mark.skipif(bool(sandbox.missing()), reason="this platform lacks protections")
def test_containment_costs_less_than_sixty_milliseconds(tmp_path: Path) -> None:
    code = (
        "import importlib, sys, time\nfrom pathlib import Path\n"
        "from vibetrader.backtest.contained import _LOADED_EARLY\n"
        "for name in _LOADED_EARLY: importlib.import_module(name)\n"
        "from vibetrader.backtest import guard, sandbox\n"
        "begun = time.process_time()\n"
        f"sandbox.contain(sandbox.Policy(read=(), write=({str(tmp_path)!r},)))\n"
        "guard.arm('secret', project='/nowhere', give=lambda text: None)\n"
        f"sys.audit(guard.SEAL, Path({str(tmp_path)!r}))\n"
        "sys.stdout.write(str(time.process_time() - begun))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.06


def test_two_equal_results_do_not_differ(result: BacktestResult) -> None:
    assert differences(result, result) == []


def test_each_difference_has_its_kind(result: BacktestResult) -> None:
    events = list(result.order_events)
    place = next(i for i, event in enumerate(events) if event.fill_quantity)
    events[place] = dataclasses.replace(
        events[place], fill_price=events[place].fill_price * 1.01, time=events[place].time + 60
    )
    statistics = {**result.statistics, "Net Profit": "1%"}
    other = dataclasses.replace(result, order_events=tuple(events[:-1]), statistics=statistics)
    told = summary(differences(result, other), ("embedded", "lean"))
    assert told["counts"] == {"time": 1, "price": 1, "missing order": 1, "follows": 1}
    only = dataclasses.replace(result, statistics={**result.statistics, "Net Profit": "968.243%"})
    assert [d.kind for d in differences(result, only)] == ["rounding"]
    far = dataclasses.replace(result, statistics={**result.statistics, "Net Profit": "12%"})
    assert [d.kind for d in differences(result, far)] == ["statistic"]

"""The node: spec.yaml in, main.py and config.json out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from vibetrader.design.node import node
from vibetrader.errors import SpecError
from vibetrader.results import Status
from vibetrader.results.findings import ErrorClass, Finding
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import CONFIG, ERRORS, MAIN, SPEC
from vibetrader.settings import Settings

TEXT = """schema: 1
name: Dip
symbols: [SPY]
long: {entry: rsi(2) < 10, exit: rsi(n) > 60}
period: {start: 2020-01-01}
parameters: {n: 2}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(today=date(2024, 5, 1), runs_dir=tmp_path)


def _run(settings: Settings, text: str = TEXT) -> RunDir:
    run = RunDir.create("buy the dip", settings, clock=lambda: datetime(2024, 5, 1, tzinfo=UTC))
    run.write(SPEC, text)
    return run


def test_node_writes_a_lean_project(settings: Settings) -> None:
    run = _run(settings)
    outcome = node(run, settings)
    assert outcome.status is Status.OK
    assert "class DipStrategy(QCAlgorithm):" in run.read(MAIN)
    assert run.read(CONFIG)["parameters"] == {"n": "2"}


def test_open_period_ends_on_the_day_of_the_run(settings: Settings) -> None:
    run = _run(settings)
    node(run, settings)
    assert "self.set_end_date(2024, 5, 1)" in run.read(MAIN)


def test_spec_that_lean_cannot_trade_is_an_error_with_its_place(settings: Settings) -> None:
    run = _run(settings, TEXT.replace("SPY", "000001.SZ"))
    with pytest.raises(SpecError, match=r"spec\.yaml: symbols: .*'china'") as told:
        node(run, settings)
    assert "usa" in told.value.hint


def test_code_that_failed_is_not_written_again(settings: Settings) -> None:
    run = _run(settings)
    node(run, settings)
    run.write_lines(ERRORS, [Finding(error_class=ErrorClass.RUNTIME, stage="execution", raw="it broke", line=3)])
    outcome = node(run, settings)
    assert outcome.status is Status.NO_CODE
    assert "line 3: it broke" in outcome.message
    run.write(SPEC, TEXT.replace("60", "70"))
    assert node(run, settings).status is Status.OK


def test_missing_data_is_no_fault_of_the_code(settings: Settings) -> None:
    run = _run(settings)
    node(run, settings)
    run.write_lines(ERRORS, [Finding(error_class=ErrorClass.DATA, stage="execution", raw="no bars")])
    assert node(run, settings).status is Status.OK

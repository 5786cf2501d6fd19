"""The report of 5,000 trades and 10,000 orders on 17,544 bars, from LEAN's files to the three forms."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.browser.made import many_trades
from vibetrader.report.node import node
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import REPORT_HTML, REPORT_JSON
from vibetrader.settings import load_settings


@pytest.mark.slow
def test_a_report_of_5000_trades_takes_less_than_a_second(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    settings = load_settings({"runs_dir": tmp_path, "data_folder": tmp_path / "data"}, environ={}, folder=tmp_path)
    run = RunDir.create("many", settings)
    many_trades(run.path / "backtest", tmp_path / "data", trades=5000)
    took = []
    for _ in range(3):
        # Processor time: what other programs of the machine do is not the report's.
        begin = time.process_time()
        run.visit("report", node, settings)
        took.append(time.process_time() - begin)
    print(f"report of 5,000 trades: {min(took):.3f} s of processor time")
    assert min(took) < 1.0
    assert len(run.read(REPORT_JSON)["trades"]) == 5000
    assert run.file(REPORT_HTML).stat().st_size < 2_000_000

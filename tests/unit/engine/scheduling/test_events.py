"""Scheduled events and history within a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import shared_dir
from vibetrader.engine.runner import EngineRun, run_project

PROGRAM = '''
from AlgorithmImports import *

class Asker(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2013, 10, 8)
        self.set_end_date(2013, 10, 9)
        self.spy = self.add_equity("SPY", Resolution.MINUTE).symbol
        self.schedule.on(self.date_rules.every_day("SPY"), self.time_rules.after_market_open("SPY", 30), self.first)
        self.Schedule.On(self.DateRules.EveryDay(self.spy), self.TimeRules.At(12, 0), lambda: self.log("noon"))

    def first(self):
        frame = self.history(self.spy, 3, Resolution.MINUTE)
        self.log(f"{self.time:%d %H:%M} {list(frame.index.names)} {len(frame)} {'close' in frame.columns}")
'''


def test_rules_fire_and_history_is_a_frame(tmp_path: Path) -> None:
    data = shared_dir() / "lean" / "Data"
    if not data.is_dir():
        pytest.skip("LEAN's sample data is not beside the checkout")
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "main.py").write_text(PROGRAM)
    run_project(EngineRun(tmp_path / "p", data, tmp_path / "o", "case"))
    text = (tmp_path / "o" / "case-log.txt").read_text()
    assert "08 10:00 ['symbol', 'time'] 3 True" in text
    assert "09 10:00 ['symbol', 'time'] 3 True" in text
    assert text.count("noon") == 2

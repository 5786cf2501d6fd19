"""A whole run on LEAN's sample data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import shared_dir
from vibetrader.engine.runner import EngineRun, run_project
from vibetrader.errors import UsageError

BUY_AND_HOLD = """
from AlgorithmImports import *

class Holder(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2013, 10, 7)
        self.set_end_date(2013, 10, 11)
        self.set_cash(100000)
        self.add_equity("SPY", Resolution.MINUTE)

    def on_data(self, data):
        if not self.portfolio.invested:
            self.set_holdings("SPY", 1)
"""


@pytest.fixture(scope="module")
def data() -> Path:
    folder = shared_dir() / "lean" / "Data"
    if not folder.is_dir():
        pytest.skip("LEAN's sample data is not beside the checkout")
    return folder


def project(tmp_path: Path, text: str) -> Path:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "main.py").write_text(text)
    return tmp_path / "p"


def test_a_run_has_leans_points_orders_and_hash(tmp_path: Path, data: Path) -> None:
    outcome = run_project(EngineRun(project(tmp_path, BUY_AND_HOLD), data, tmp_path / "out", "holder"))
    assert outcome.status == "Completed"
    assert outcome.points == 3943
    assert outcome.statistics["Total Orders"] == "1"
    assert outcome.order_list_hash == "3da9fa60bf95b9ed148b95e02e0cfc9e"
    result = json.loads((tmp_path / "out" / "holder.json").read_text())
    assert result["statistics"]["Total Fees"] == "$3.44"


def test_an_error_in_on_data_ends_the_run_in_leans_words(tmp_path: Path, data: Path) -> None:
    broken = BUY_AND_HOLD.replace('self.set_holdings("SPY", 1)', "1 / 0")
    outcome = run_project(EngineRun(project(tmp_path, broken), data, tmp_path / "out", "broken"))
    assert outcome.status == "RuntimeError"
    assert "division by zero" in outcome.runtime_error
    assert "in main.py: line" in outcome.runtime_error


def test_quit_in_initialize_processes_nothing(tmp_path: Path, data: Path) -> None:
    quitting = BUY_AND_HOLD.replace("self.set_cash(100000)", "self.quit()")
    assert run_project(EngineRun(project(tmp_path, quitting), data, tmp_path / "out", "quit")).points == 0


def test_a_missing_project_is_named(tmp_path: Path, data: Path) -> None:
    with pytest.raises(UsageError, match=r"main\.py"):
        run_project(EngineRun(tmp_path, data, tmp_path / "out", "none"))

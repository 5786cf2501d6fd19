"""Whole runs against the real LEAN's: a small sample always, everything on request."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import needs_shared
from tests.parity.measure import checker, measure
from vibetrader.engine.runner import EngineRun, run_project

ROOT = Path(__file__).parents[2]
#: Fast cases of several kinds that need LEAN's own data alone.
SAMPLE = (
    "orders/026_fills_spy_hour",
    "orders/032_fills_eurusd_hour",
    "orders/066_tif_spy_daily",
    "orders/076_combo_orders",
    "orders/091_sizing_equities_margin",
    "orders/205_money_spy_ib",
    "orders/226_margin_call_spy",
    "time/226_slice_delisting_aaa",
    "strategies/35_aapl_raw_split_dividend",
)


def _differences(case: Path, data: Path, scratch: Path) -> dict[str, list[str]]:
    project = scratch / case.name
    project.mkdir()
    shutil.copy2(case / "main.py", project)
    parameters = json.loads((case / "strategy.json").read_text()).get("parameters") or {}
    given = {name: str(value) for name, value in parameters.items()}
    run_project(EngineRun(project, data, project / "backtest", case.name, given))
    check = checker()
    result: dict[str, list[str]] = check.compare(check.recorded(case), check.extract(project / "backtest"))
    return {aspect: lines for aspect, lines in result.items() if lines}


@pytest.mark.parametrize("name", SAMPLE)
def test_a_recorded_run_is_equal_in_every_aspect(name: str, tmp_path: Path) -> None:
    assert _differences(needs_shared(f"lean/golden/{name}"), needs_shared("lean/Data"), tmp_path) == {}


def _listed() -> list[str]:
    """Algorithms that docs/parity.md says are equal in all published numbers."""
    page = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8")
    return re.findall(r"^\| (\w+) \| equal \(", page, re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("name", _listed())
def test_what_the_parity_page_calls_equal_is_equal(name: str, tmp_path: Path) -> None:
    lean = os.environ.get("VIBETRADER_LEAN_REPO")
    if not lean:
        pytest.skip("needs a checkout of LEAN: set VIBETRADER_LEAN_REPO")
    result = measure(name, Path(lean), needs_shared("lean/Data"), tmp_path)
    assert result.published_equal, (result.points, result.different, result.error)

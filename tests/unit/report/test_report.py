"""The report of a real LEAN run, a failed one, and hostile text in it."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from tests.conftest import needs_shared
from vibetrader.report.model import thin
from vibetrader.report.node import node
from vibetrader.report.schema import SCHEMA_VERSION, Report, json_schema
from vibetrader.report.summary import sparkline, terminal_summary
from vibetrader.results import Status
from vibetrader.results.findings import ErrorClass, Finding
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import ERRORS, IDEA, MAIN, REPORT_HTML, REPORT_JSON, REPORT_MD, SPEC
from vibetrader.settings import Settings, load_settings

HOSTILE = "</script><script>alert(1)</script> | `x` <img src=x onerror=alert(1)>"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"runs_dir": tmp_path / "runs"}, environ={}, folder=tmp_path)


@pytest.fixture
def run(settings: Settings) -> RunDir:
    return RunDir.create(HOSTILE, settings)


def with_result(run: RunDir, name: str) -> None:
    shutil.copytree(needs_shared(f"lean/golden/raw/{name}"), run.path / "backtest")


def test_a_finished_run_has_all_three_forms(run: RunDir, settings: Settings) -> None:
    with_result(run, "03_ema_cross")
    run.write(SPEC, "symbols: [ETHUSDT]\nprovenance:\n  symbols: {source: default, reason: nothing was named}\n")
    run.write(MAIN, f"# {HOSTILE}\n")
    run.amend_manifest(label="SYNTHETIC DATA: a made-up market, not real prices")
    assert run.visit("report", node, settings).status is Status.OK
    report, page, text = run.read(REPORT_JSON), run.read(REPORT_HTML), run.read(REPORT_MD)
    assert Report.model_validate(report).schema_version == SCHEMA_VERSION == 2
    assert json_schema()["properties"].keys() == report.keys()
    assert report["completed"] and report["synthetic"] and len(report["trades"]) == 25
    assert report["assumptions"] == [
        {"field": "symbols", "value": "ETHUSDT", "source": "default", "reason": "nothing was named"}
    ]
    for form in (page, text, terminal_summary(report, color=False)):
        assert "SYNTHETIC" in form and "968.242%" in form
    assert len(page) < 2_000_000


def test_hostile_text_stays_text(run: RunDir, settings: Settings) -> None:
    with_result(run, "03_ema_cross")
    run.write(MAIN, f"# {HOSTILE}\n")
    run.visit("report", node, settings)
    page = run.read(REPORT_HTML)
    assert "<script>alert" not in page and "<img src=x" not in page
    library = (files("vibetrader.report") / "vendor/lightweight-charts.standalone.production.js").read_text()
    for outside in ('src="', "src='", "@import", "url(", "<link", "fetch(", "XMLHttpRequest"):
        assert outside not in page.replace(library, ""), outside
    assert "default-src 'none'" in page
    assert "<img" not in run.read(REPORT_MD).replace("&lt;img", "")


def test_a_failed_run_is_reported_with_its_errors(run: RunDir, settings: Settings) -> None:
    with_result(run, "93_fail_unknown_attribute")
    finding = Finding(
        error_class=ErrorClass.ATTRIBUTE, stage="execution", raw="'X' object has no attribute 'y'", line=7, fix="Use z."
    )
    run.write_lines(ERRORS, [finding])
    run.visit("report", node, settings)
    report = run.read(REPORT_JSON)
    assert not report["completed"] and "attribute in line 7" in report["headline"]
    assert report["metrics"] == {}
    assert "Use z." in run.read(REPORT_HTML) and "Use z." in run.read(REPORT_MD)


def test_a_run_without_any_result_is_still_reported(run: RunDir, settings: Settings) -> None:
    assert run.visit("report", node, settings).status is Status.OK
    assert "No result" in run.read(REPORT_JSON)["headline"]
    assert run.read(IDEA).text == HOSTILE


def test_thinning_keeps_ends_and_extremes() -> None:
    points = [[float(i), float(i % 7)] for i in range(10_000)]
    points[5000][1] = 99.0
    kept = thin(points, 200)
    assert len(kept) <= 200 and kept[0] == points[0] and kept[-1] == points[-1] and [5000.0, 99.0] in kept
    assert thin(points[:50], 200) == points[:50]


def test_a_sparkline_has_a_block_per_stretch() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8) == "▁▂▃▄▅▆▇█"
    assert len(sparkline(list(range(1000)), 48)) == 48
    assert set(sparkline([5, 5, 5], 8)) == {"▁"}

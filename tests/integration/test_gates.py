"""Gates by their exit codes, and the files CI reads."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.conftest import needs_shared
from tests.integration.conftest import Cli

LEAN = "lean/golden/raw/33_spy_daily_sma200"


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Path:
    """A run on the synthetic market."""
    told = cli("run", "buy BTCUSDT daily when RSI(14) < 40, sell when RSI > 60, 2023", "--json")
    assert told.code == 0, told.err
    return tmp_path / told.json["run"]


def test_exit_codes_of_gates_on_a_synthetic_run(cli: Cli, made: Path) -> None:
    assert cli("report", made).code == 0
    refused = cli("report", made, "--fail-if", "total_orders<0")
    assert refused.code == 10 and "synthetic data" in refused.out and "1 of 2 gates missed" in refused.err
    assert cli("report", made, "--fail-if", "total_orders<0", "--allow-synthetic").code == 0
    missed = cli("report", made, "--fail-if", "sharpe<99 or max_drawdown>0.01%", "--allow-synthetic")
    assert missed.code == 10 and missed.out.count("MISSED") == 2
    body = cli("report", made, "--fail-if", "sharpe<99", "--allow-synthetic", "--json")
    assert body.code == 10 and body.json["exit_code"] == 10 and not body.json["gates"]["passed"]
    assert json.loads((made / "gates.json").read_text())["gates"][0]["condition"] == "sharpe_ratio < 99"


def test_unreadable_gates_are_told_before_anything_runs(cli: Cli, tmp_path: Path) -> None:
    for arguments in (("--fail-if", "shrpe<1"), ("--fail-if-file", "absent.txt"), ("--no-worse-than", "nowhere")):
        told = cli("run", "RSI <30 buy", *arguments)
        assert told.code == 2, arguments
    assert not (tmp_path / "runs").exists()


def test_gates_of_a_file_and_of_another_run(cli: Cli, made: Path, tmp_path: Path) -> None:
    rules = tmp_path / "gates.txt"
    rules.write_text("# what we ask for\nsharpe < -99\nmax_drawdown > 99.9%  # nearly all\n")
    told = cli("report", made, "--fail-if-file", rules, "--allow-synthetic")
    assert told.code == 0 and told.out.count("  ok ") == 2
    rules.write_text("- sharpe < 99\n- total_orders < 0\n")
    assert cli("report", made, "--fail-if-file", rules, "--allow-synthetic").code == 10
    assert cli("report", made, "--no-worse-than", made, "--allow-synthetic").code == 0
    better = tmp_path / "better"
    shutil.copytree(made, better)
    table = json.loads((better / "metrics.json").read_text())
    table["total_return"]["value"] += 1
    (better / "metrics.json").write_text(json.dumps(table))
    worse = cli("report", made, "--no-worse-than", better, "--allow-synthetic")
    assert worse.code == 10 and worse.out.count("MISSED") == 1 and "total_return" in worse.out


def test_files_for_ci(cli: Cli, made: Path, tmp_path: Path) -> None:
    junit, sarif, summary = tmp_path / "out/junit.xml", tmp_path / "out/gates.sarif", tmp_path / "summary.md"
    summary.write_text("before\n")
    told = cli(
        "report",
        made,
        "--fail-if",
        "sharpe<99 or trades<0",
        "--junit",
        junit,
        "--sarif",
        sarif,
        "--step-summary",
        summary,
    )
    assert told.code == 10
    suite = ElementTree.parse(junit).getroot().find("testsuite")
    assert suite is not None and (suite.get("tests"), suite.get("failures")) == ("4", "2")
    document = json.loads(sarif.read_text())
    assert document["version"] == "2.1.0"
    run = document["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert "gate/fail-if" in rules and "gate/synthetic-data" in rules
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"] and result["message"]["text"]
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1
    text = summary.read_text()
    assert text.startswith("before\n## Gates: 2 of 3 missed") and "# Return" in text


def test_a_run_that_fails_keeps_its_own_exit_code(cli: Cli, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "main.py").write_text(
        "from AlgorithmImports import *\nclass A(QCAlgorithm):\n    def initialize(self) -> None:\n        self.nothing()\n"
    )
    told = cli(
        "compile",
        project,
        "--no-repair",
        "--fail-if",
        "sharpe<1",
        "--junit",
        tmp_path / "j.xml",
        "--sarif",
        tmp_path / "s.sarif",
    )
    assert told.code == 5
    suite = ElementTree.parse(tmp_path / "j.xml").getroot()
    assert suite.get("failures") == "1"
    results = json.loads((tmp_path / "s.sarif").read_text())["runs"][0]["results"]
    assert results[0]["level"] == "error" and results[0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 4


def test_leans_own_result_files_are_reported_and_judged(cli: Cli, tmp_path: Path) -> None:
    source = needs_shared(LEAN) / "33_spy_daily_sma200.json"
    told = cli("report", "--lean-result", source, "-o", tmp_path / "of-lean")
    assert told.code == 0 and "115.073%" in told.out
    assert {p.name for p in (tmp_path / "of-lean").iterdir()} == {
        "report.html",
        "report.md",
        "report.json",
        "metrics.json",
    }
    assert cli("report", "--lean-result", source, "-o", tmp_path / "of-lean", "--fail-if", "sharpe<1").code == 10
    assert cli("report", "--lean-result", source, "-o", tmp_path / "of-lean", "--fail-if", "sharpe<0.1").code == 0
    failed = cli(
        "report", "--lean-result", needs_shared("lean/golden/raw/93_fail_unknown_attribute"), "-o", tmp_path / "f"
    )
    assert failed.code == 6 and "object has no attribut" in (tmp_path / "f/report.md").read_text()
    assert cli("report", "--lean-result", tmp_path / "absent.json").code == 2
    empty = tmp_path / "x.json"
    empty.write_text('{"a": 1}')
    assert cli("report", "--lean-result", empty).code == 6
    assert cli("report").code == 2


def test_the_forms_of_a_report(cli: Cli, made: Path) -> None:
    assert cli("report", made, "--format", "md").out.startswith("# Return")
    assert cli("report", made, "--format", "json").json["schema_version"] == 2
    assert cli("report", made, "--format", "html").out.startswith("<!doctype html>")
    assert cli("report", made, "--format", "pdf").code == 2
    assert len((made / "report.md").read_text()) < 65_536


def test_runs_are_compared_and_drawn_as_a_tree(cli: Cli, made: Path) -> None:
    cli("iterate", made, "-f", "RSI below 35", "-f", "stop 5%")
    tree = cli("runs", "log", made, "--graph").out.splitlines()
    assert [line.split()[0] for line in tree] == ["●", "└─●", "└─●"] and tree[2].startswith("  ")
    told = cli("compare", made, made / "iterations/01", "--json").json
    (against,) = told["against_first"]
    assert against["spec"] == [{"name": "parameters.oversold", "old": 40, "new": 35}]
    trades = against["trades"]
    assert trades["same"] + trades["other_exit"] + trades["only_first"] > 0
    assert 0 <= against["significance"]["p_value"] <= 1
    text = cli("compare", made, made / "iterations/01", made / "iterations/02").out
    assert "parameters.oversold: 40 → 35" in text and "best:" in text
    same = cli("compare", made, made, "--json").json["against_first"][0]
    assert same["spec"] == [] and same["significance"]["words"] == "Both runs have the same daily returns."
    assert cli("compare", made).code == 2
    trials = json.loads((made / "iterations/02/metrics.json").read_text())["trials"]["value"]
    assert trials == 3
    listed = cli("runs", "list", "--json").json
    assert listed[0]["iterations"] == 2 and listed[0]["synthetic"]
    assert cli("runs", "gc", "--keep", "0", "--json").json["would_remove"] == [listed[0]["run"]]
    assert cli("runs", "gc", "--keep", "0", "--yes").code == 0 and not made.exists()

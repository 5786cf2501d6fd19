"""Whole runs, offline, through every room."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import needs_shared
from tests.integration.conftest import Cli
from vibetrader._util.files import sha256_file
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import JOURNAL, MESSAGES

ROOT = Path(__file__).resolve().parents[2]
FILES = ["manifest.json", "journal.jsonl", "messages.jsonl", "idea.md", "spec.yaml", "main.py", "config.json", "metrics.json", "report.json", "report.md", "report.html"]


def test_the_first_idea_gives_a_complete_run_directory(cli: Cli) -> None:
    told = cli("run", "RSI <30 buy", "--json")
    assert told.code == 0, told
    run = Path(told.json["run"])
    for name in FILES:
        assert (run / name).is_file(), name
    stems = {path.name for path in (run / "backtest").iterdir()}
    assert {f"{run.name}.json", f"{run.name}-summary.json", f"{run.name}-order-events.json", "log.txt"} <= stems
    assert "STATISTICS:: OrderListHash" in (run / "backtest" / "log.txt").read_text()
    assert told.json["synthetic"] is True and any("SYNTHETIC" in text for text in told.json["warnings"])
    assert told.json["metrics"]["total_orders"] > 0
    assert told.json["assumptions"], "what nobody said is listed"
    for name in ("report.md", "report.html"):
        assert "SYNTHETIC" in (run / name).read_text()
    assert "SYNTHETIC" in cli("runs", "show", run).out


def test_the_manifest_tells_inputs_outputs_and_versions_and_no_local_path(cli: Cli, tmp_path: Path) -> None:
    run = Path(cli("run", "RSI <30 buy", "--json").json["run"])
    manifest = json.loads((run / "manifest.json").read_text())
    assert set(manifest["nodes"]) == {"clarify", "design", "compile", "report"}
    for record in manifest["nodes"].values():
        for name, digest in record["outputs"].items():
            assert sha256_file(run / name) == digest, name
    assert manifest["data_receipt"]["source"] == "synthetic" and manifest["packages"]["numpy"]
    assert str(tmp_path) not in (run / "report.json").read_text()


def test_the_same_idea_gives_the_same_bytes(cli: Cli) -> None:
    first, second = (Path(cli("run", "RSI <30 buy", "--json").json["run"]) for _ in range(2))
    for name in ("spec.yaml", "main.py", "config.json", "metrics.json"):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_each_node_works_alone_on_a_run_directory(cli: Cli) -> None:
    run = Path(cli("clarify", "buy BTC 1h when RSI < 30, sell when RSI > 70", "--json").json["run"])
    assert not (run / "main.py").exists()
    assert cli("design", run, "--json").code == 0
    assert cli("compile", run, "--json").code == 0
    assert cli("report", run, "--json").code == 0
    again = cli("run", run)
    assert again.code == 0
    skipped = [line.node for line in RunDir(run).lines(JOURNAL) if line.event == "skip"]
    assert "design" in skipped


def test_a_spec_changed_by_hand_is_never_written_over(cli: Cli) -> None:
    run = Path(cli("clarify", "buy BTC 1h when RSI < 30, sell when RSI > 70", "--json").json["run"])
    text = "# mine\n" + (run / "spec.yaml").read_text().replace("30", "25")
    (run / "spec.yaml").write_text(text)
    for seed in ("1", "2"):
        assert cli("run", run, "--seed", seed).code == 0
        assert (run / "spec.yaml").read_text() == text


def test_iterate_gives_a_child_run_with_diffs_for_each_feedback(cli: Cli) -> None:
    run = Path(cli("run", "buy BTC 1h when RSI < 30, sell when RSI > 70", "--json").json["run"])
    told = cli("iterate", run, "--json", stdin="rerun for 2020\nstop 3%\ndone\n")
    assert told.code == 0, told
    steps = told.json["steps"]
    assert [step["intent"] for step in steps] == ["rerun_backtest", "modify_spec", "end"]
    first, second = RunDir(run).iterations()
    assert any("2020" in str(change["new"]) for change in steps[0]["spec_diff"])
    assert any(str(change["new"]) in ("3", "3.0") for change in steps[1]["spec_diff"])
    assert any(change["metric"] == "total_return" for change in steps[1]["metric_diff"])
    assert second.parent is not None and second.parent.path == first.path
    assert "2020" in (first.path / "main.py").read_text()
    shown = cli("iterate", run, "-f", "use 4h").out
    assert "1h → 4h" in shown and "before" in shown and "after" in shown
    assert cli("runs", "log", run, "--graph").out.count("└─") == 3


def test_feedback_from_a_file(cli: Cli, tmp_path: Path) -> None:
    run = Path(cli("run", "buy BTC 1h when RSI < 30, sell when RSI > 70", "--json").json["run"])
    (tmp_path / "words.txt").write_text("stop 3%\nthanks, that's it\n")
    told = cli("iterate", run, "--feedback-file", tmp_path / "words.txt", "--json")
    assert told.code == 0 and [step["intent"] for step in told.json["steps"]] == ["modify_spec", "end"]


def test_any_lean_project_compiles_without_spec_and_manifest(cli: Cli, tmp_path: Path) -> None:
    case = needs_shared("lean/golden/strategies/03_ema_cross")
    project = tmp_path / "mine"
    project.mkdir()
    (project / "main.py").write_bytes((case / "main.py").read_bytes())
    (project / "config.json").write_text(json.dumps({"parameters": {"fast": "20", "slow": "50"}}))
    told = cli("compile", project, "-p", "slow=60", "--json")
    assert told.code == 0, told
    result = json.loads((project / "backtest" / "mine.json").read_text())
    assert result["algorithmConfiguration"]["parameters"] == {"fast": "20", "slow": "60"}


def command(tmp_path: Path, cache_dir: Path, *arguments: str) -> subprocess.Popen[str]:
    environ = {**os.environ, "VIBETRADER_CACHE_DIR": str(cache_dir), "VIBETRADER_TODAY": "2026-11-24"}
    environ["VIBETRADER_LOCK_WAIT_S"] = "60"
    return subprocess.Popen(
        [sys.executable, "-m", "vibetrader", *arguments],
        cwd=tmp_path,
        env={**environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )


@pytest.mark.parametrize("delay", [0.25, 0.45, 0.7, 1.0])
def test_a_run_killed_at_any_moment_goes_on_to_the_same_bytes(
    cli: Cli, tmp_path: Path, cache_dir: Path, delay: float
) -> None:
    whole = Path(cli("run", "RSI <30 buy", "--json").json["run"])
    child = command(tmp_path, cache_dir, "run", "RSI <30 buy", "--runs-dir", "killed", "--json")
    time.sleep(delay)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    runs = list((tmp_path / "killed").glob("*")) if (tmp_path / "killed").is_dir() else []
    for run in runs:
        if not (run / "idea.md").is_file():
            continue  # killed before there was anything to go on with
        told = cli("run", run, "--json")
        assert told.code == 0, told
        for name in ("spec.yaml", "main.py", "config.json", "metrics.json"):
            assert (run / name).read_bytes() == (whole / name).read_bytes(), name
        assert not list(run.rglob("*.tmp")) or all(p.name.startswith(".") for p in run.rglob("*.tmp"))
        assert RunDir(run).lines(MESSAGES)


def test_two_processes_on_one_run_directory_do_not_interleave(cli: Cli, tmp_path: Path, cache_dir: Path) -> None:
    run = Path(cli("clarify", "RSI <30 buy", "--json").json["run"]).resolve()
    children = [command(tmp_path, cache_dir, "run", str(run), "--json") for _ in range(2)]
    codes = [child.wait(60) for child in children]
    for child in children:
        child.communicate()
    assert codes == [0, 0]
    events = [(line.event, line.node) for line in RunDir(run).lines(JOURNAL) if line.event in ("start", "end")]
    # Each start is followed by its own end.
    assert all(events[i][1] == events[i + 1][1] for i in range(0, len(events), 2)), events


def test_results_go_to_stdout_and_nothing_else_does(cli: Cli) -> None:
    told = cli("run", "RSI <30 buy")
    assert told.code == 0 and told.err == ""
    assert "run directory: " in told.out and "\x1b[" not in told.out

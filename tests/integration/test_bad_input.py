"""Ten kinds of bad input and more: one clear message, the right exit code, no traceback, nothing half done."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.integration.conftest import Cli, Told

SPEC = """schema: 1
symbols: [BTCUSDT]
timeframe: 1h
long:
  entry: rsi(14) < 30
  exit: rsi(14) > 70
period: {start: 2024-01-01, end: 2024-03-31}
"""


def clear(told: Told, code: int, *words: str) -> None:
    """The answer is an error as it should be."""
    assert told.code == code, told
    assert told.err.startswith("vibetrader: "), told
    assert "Traceback" not in told.err + told.out and "internal error" not in told.err, told
    assert 1 <= len(told.err.splitlines()) <= 6 and len(told.err) < 1500, told
    for word in words:
        assert word in told.err, (word, told)


@pytest.fixture
def run_with(cli: Cli, tmp_path: Path) -> object:
    """A run directory with a spec written by hand."""

    def make(spec: str) -> Path:
        told = cli("clarify", "buy BTC when RSI < 30, sell when RSI > 70", "--json")
        run = Path(told.json["run"])
        (run / "spec.yaml").write_text(spec)
        return run

    return make


@pytest.mark.parametrize("command", ["run", "clarify"])
@pytest.mark.parametrize("idea", ["", "   ", "\n\t\n"])
def test_an_empty_idea(cli: Cli, tmp_path: Path, command: str, idea: str) -> None:
    clear(cli(command, idea), 4, "the idea is empty", "For example")
    clear(cli(command, "-", stdin=idea), 4, "the idea is empty")
    assert not (tmp_path / "runs").exists()


def test_ten_kilobytes_of_noise(cli: Cli, tmp_path: Path) -> None:
    dice = random.Random(7)
    noise = "".join(chr(dice.choice([*range(1, 127), 0x202E, 0x4E2D, 0x1F600])) for _ in range(10_000))
    clear(cli("run", noise), 4)
    assert not list((tmp_path / "runs").glob("*")), "a refused idea leaves nothing behind"


def test_a_text_that_is_no_strategy(cli: Cli, tmp_path: Path) -> None:
    clear(cli("run", "what a lovely day for a picnic by the lake"), 4)
    assert not list((tmp_path / "runs").glob("*"))


def test_an_unknown_symbol(cli: Cli) -> None:
    told = cli("run", "buy when RSI < 30, sell when RSI > 70", "--symbol", "N0T-A-SYMB0L!!")
    assert told.code in (4, 9), told
    clear(told, told.code, "N0T-A-SYMB0L!!")


def test_broken_yaml(cli: Cli, run_with: object) -> None:
    run = run_with(SPEC.replace("long:\n", "long: [\n"))  # type: ignore[operator]  # a fixture that makes
    for command in (("run", run), ("clarify", run), ("design", run)):
        clear(cli(*command), 4, "spec.yaml:", "broken YAML")


def test_an_unknown_field_is_named_with_line_and_suggestion(cli: Cli, run_with: object) -> None:
    run = run_with(SPEC.replace("timeframe:", "timefrme:"))  # type: ignore[operator]  # a fixture that makes
    for command in (("run", run), ("clarify", run), ("design", run)):
        clear(cli(*command), 4, "spec.yaml:3", "timefrme", "timeframe")


def test_an_unknown_indicator_is_named_with_line_and_suggestion(cli: Cli, run_with: object) -> None:
    run = run_with(SPEC.replace("entry: rsi(14)", "entry: rsii(14)"))  # type: ignore[operator]  # a fixture that makes
    clear(cli("run", run), 4, "spec.yaml:5", "rsii", "long.entry")


def test_an_impossible_condition(cli: Cli, run_with: object) -> None:
    run = run_with(SPEC.replace("rsi(14) < 30", "rsi(14) > 120"))  # type: ignore[operator]  # a fixture that makes
    clear(cli("run", run), 4, "rsi(14) > 120")
    clear(cli("run", "buy BTC when RSI is above 120, sell when RSI < 50"), 4, "120")


def test_a_missing_run_directory(cli: Cli, tmp_path: Path) -> None:
    for command in ("design", "compile", "report", "iterate"):
        clear(cli(command, tmp_path / "runs" / "nothing"), 3, "does not exist")
    clear(cli("runs", "show", tmp_path / "nothing"), 3, "does not exist")


def test_a_folder_that_is_no_run(cli: Cli, tmp_path: Path) -> None:
    clear(cli("design", tmp_path), 3, "spec.yaml")
    clear(cli("compile", tmp_path), 3, "main.py")
    clear(cli("run", tmp_path), 2, "no run directory")
    (tmp_path / "main.py").write_text("")
    clear(cli("compile", tmp_path / "main.py"), 3, "is a file")


@pytest.mark.parametrize("name", ["manifest.json", "metrics.json", "idea.md"])
def test_a_torn_file(cli: Cli, run_with: object, name: str) -> None:
    run = run_with(SPEC)  # type: ignore[operator]  # a fixture that makes
    (run / name).write_bytes(b'{"format_version": 1, "cre\xff')
    told = cli("report", run)
    clear(told, 3, name, "torn or not valid")


def test_a_folder_that_cannot_be_written(cli: Cli, tmp_path: Path) -> None:
    # Tests may run as root, whom no permission bit stops: the kernel's own folder does.
    clear(cli("run", "RSI <30 buy", "--runs-dir", "/proc/nowhere"), 3, "/proc/nowhere", "--runs-dir")
    (tmp_path / "file").write_text("")
    clear(cli("run", "RSI <30 buy", "--runs-dir", tmp_path / "file"), 3, "is a file", "--runs-dir")


def test_an_unknown_option_command_or_value(cli: Cli) -> None:
    clear(cli("run", "--symbl", "BTC", "RSI <30 buy"), 2, "--symbl", "--symbol")
    clear(cli("rnu"), 2, "rnu", "run")
    clear(cli("run", "RSI <30 buy", "--engine", "quantum"), 2, "quantum", "embedded")
    clear(cli("run", "RSI <30 buy", "--data-folder", "/no/such/folder"), 6, "/no/such/folder")
    clear(cli("compile", ".", "-p", "fast"), 2, "fast", "name=value")
    clear(cli("run", "RSI <30 buy", "--answers", "none.yaml"), 2, "none.yaml")


def test_a_wrong_setting_in_file_or_environment(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vibetrader.toml").write_text("sed = 1\n")
    clear(cli("run", "RSI <30 buy"), 2, "vibetrader.toml", "sed", "seed")
    (tmp_path / "vibetrader.toml").unlink()
    monkeypatch.setenv("VIBETRADER_SEED", "lots")
    clear(cli("run", "RSI <30 buy"), 2, "VIBETRADER_SEED", "lots")


def test_an_impossible_period(cli: Cli) -> None:
    told = cli("run", "buy BTC when RSI < 30, sell when RSI > 70", "--start", "2024-06-01", "--end", "2024-01-01")
    clear(told, 4, "2024-06-01")


def test_errors_come_as_json_too(cli: Cli) -> None:
    told = cli("run", "", "--json")
    assert told.code == 4 and told.json["exit_code"] == 4 and "empty" in told.json["error"]["message"]

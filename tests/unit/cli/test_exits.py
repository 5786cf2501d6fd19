"""Errors become exits in one place: codes, words, JSON, tracebacks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from vibetrader.cli.app import app
from vibetrader.cli.exits import journal_to, run_app
from vibetrader.errors import (
    ExitCode,
    NeedsInputError,
    NoCodeError,
    NoResultError,
    ProviderError,
    RunDirError,
    SpecError,
    ThresholdError,
    UnsupportedLeanFeature,
    UsageError,
    VibeTraderError,
)
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import JOURNAL
from vibetrader.settings import load_settings


def app_that_raises(error: BaseException) -> typer.Typer:
    app = typer.Typer()

    @app.command()
    def fail(as_json: bool = typer.Option(False, "--json")) -> None:
        raise error

    return app


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), 2),
        (RunDirError("x"), 3),
        (SpecError("x"), 4),
        (NoCodeError("x"), 5),
        (NoResultError("x"), 6),
        (ProviderError("x"), 7),
        (UnsupportedLeanFeature("x"), 8),
        (NeedsInputError("x"), 9),
        (ThresholdError("x"), 10),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("bug"), 1),
        (typer.Exit(5), 5),
    ],
)
def test_each_error_has_its_code(error: BaseException, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_app(app_that_raises(error), []) == code
    assert "Traceback" not in capsys.readouterr().err


def test_every_exit_code_but_success_and_threshold_has_an_error() -> None:
    def below(cls: type[VibeTraderError]) -> set[ExitCode]:
        return {cls.exit_code}.union(*(below(sub) for sub in cls.__subclasses__()))

    assert below(VibeTraderError) == set(ExitCode) - {ExitCode.DONE, ExitCode.INTERRUPTED}


def test_message_and_hint_go_to_stderr_and_json_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    error = SpecError(
        "unknown indicator 'rsx'", file="spec.yaml", line=4, column=9, field="long.entry", hint="Use rsi."
    )
    run_app(app_that_raises(error), ["--json"])
    told = capsys.readouterr()
    assert told.err == "vibetrader: spec.yaml:4:9: long.entry: unknown indicator 'rsx'\n  Use rsi.\n"
    body = json.loads(told.out)
    assert body["exit_code"] == 4 and body["error"]["line"] == 4 and body["error"]["field"] == "long.entry"


def test_a_bugs_traceback_goes_to_the_journal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = RunDir.create("x", load_settings({"runs_dir": tmp_path}, environ={}, folder=tmp_path))
    journal_to(run)
    assert run_app(app_that_raises(ZeroDivisionError("a bug")), []) == 1
    line = run.lines(JOURNAL)[-1]
    assert "ZeroDivisionError: a bug" in line.message and "Traceback" in line.traceback
    assert capsys.readouterr().err.startswith("vibetrader: internal error: ZeroDivisionError: a bug\n")


def test_wrong_commands_and_options_get_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_app(app, ["rnu"]) == 2
    assert "run" in capsys.readouterr().err
    assert run_app(app, ["run", "--symbl", "BTC", "x"]) == 2
    assert "--symbol" in capsys.readouterr().err


def test_every_command_has_help_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for command in typer.main.get_command(app).commands.values():  # type: ignore[attr-defined]  # it is a group
        subs = getattr(command, "commands", None) or {"": command}
        for name, one in subs.items():
            words = one.help or ""
            waits = "not in this version" in words
            assert waits or "Example: vibetrader" in words or "printf" in words, f"{command.name} {name}"
            options = {opt for parameter in one.params for opt in parameter.opts}
            assert waits or "--json" in options, f"{command.name} {name}"

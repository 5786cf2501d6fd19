"""The only place that turns an error into an exit."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from vibetrader.errors import ExitCode, SpecError, VibeTraderError

if TYPE_CHECKING:
    from vibetrader.rundir import RunDir

# Typer carries a click of its own in some versions and the real one in others; either way this is its ClickException.
_ClickException = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")


class _Current:
    """The run directory whose journal takes a bug's traceback."""

    run: RunDir | None = None


def journal_to(run: RunDir) -> None:
    """From here on a bug is written to this run's journal."""
    _Current.run = run


def run_app(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Run a command line and give its exit code; nothing escapes but the interpreter's own end."""
    as_json = "--json" in arguments
    try:
        result = typer.main.get_command(app).main(args=list(arguments), prog_name="vibetrader", standalone_mode=False)
        sys.stdout.flush()
        return int(result) if isinstance(result, int) else ExitCode.DONE
    except VibeTraderError as error:
        return _fail(error.exit_code, str(error), error.hint, as_json=as_json, error=error)
    except typer.Exit as stop:
        return int(stop.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return _fail(ExitCode.INTERRUPTED, "interrupted", "The next call goes on from here.", as_json=as_json)
    except BrokenPipeError:
        # The reader has what it wanted (`| head`); Python's flush at exit must not complain about it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except Exception as error:
        if isinstance(error, _ClickException):
            message = error.format_message()  # type: ignore[attr-defined]  # ClickException has it
            if type(error).__name__ == "NoArgsIsHelpError":
                sys.stdout.write(message + "\n")
                return ExitCode.USAGE
            hint = _usage_hint(error)
            return _fail(ExitCode.USAGE, message, hint, as_json=as_json)
        return _bug(error, as_json=as_json)


def _fail(code: ExitCode, message: str, hint: str = "", *, as_json: bool, error: VibeTraderError | None = None) -> int:
    if as_json:
        from vibetrader._util import jsonio

        body: dict[str, object] = {"message": message, "hint": hint}
        if error is not None:
            body = {"kind": type(error).__name__, **body}
        if isinstance(error, SpecError):
            places = {name: getattr(error, name) for name in ("file", "line", "column", "field", "suggestion")}
            body |= {"message": error.message, **{k: v for k, v in places.items() if v not in ("", None)}}
        sys.stdout.write(jsonio.dumps({"status": "error", "exit_code": int(code), "error": body}, indent=1) + "\n")
    sys.stderr.write(f"vibetrader: {message}\n")
    if hint:
        sys.stderr.write(f"  {hint}\n")
    return code


def _bug(error: Exception, *, as_json: bool) -> int:
    trace = traceback.format_exc()
    summary = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    place = ""
    try:
        if _Current.run is not None:
            _Current.run.note_error(summary, trace)
            place = str(_Current.run.path / "journal.jsonl")
    except VibeTraderError:
        pass  # the journal cannot be written: the traceback goes beside it
    if not place:
        with tempfile.NamedTemporaryFile("w", prefix="vibetrader-", suffix=".txt", delete=False) as file:
            file.write(trace)
            place = file.name
    return _fail(ExitCode.BUG, f"internal error: {summary}", f"The traceback is in {place}.", as_json=as_json)


def _usage_hint(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "vibetrader"
    return f"`{path} --help` shows what it takes."

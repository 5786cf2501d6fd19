"""How a run's command ends: what is printed, what CI reads, and with which exit code."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vibetrader.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from vibetrader.report.gates import Gates, Wanted
    from vibetrader.results import Outcome
    from vibetrader.rundir import RunDir
    from vibetrader.settings import Settings

_STYLE = {"missed": "\x1b[31m", "unknown": "\x1b[33m", "held": "\x1b[32m"}
_WORDS = {"missed": "MISSED", "unknown": "UNKNOWN", "held": "ok"}


@dataclass(frozen=True, slots=True)
class Ending:
    """What the user wants of the end of a command: gates and files for CI."""

    wanted: Wanted
    junit: Path | None = None
    sarif: Path | None = None
    step_summary: Path | None = None

    @staticmethod
    def of(
        fail_if: list[str] | None,
        fail_if_file: Path | None,
        no_worse_than: Path | None,
        junit: Path | None,
        sarif: Path | None,
        step_summary: Path | None = None,
    ) -> Ending | None:
        """From options; None where nothing was asked.

        Raises:
            UsageError: A threshold that cannot be read: better said before the run than after it.
        """
        if not any((fail_if, fail_if_file, no_worse_than, junit, sarif, step_summary)):
            return None
        from vibetrader.report.gates import Wanted

        wanted = Wanted(fail_if=tuple(fail_if or ()), fail_if_file=fail_if_file, no_worse_than=no_worse_than)
        wanted.check()
        return Ending(wanted, junit, sarif, step_summary)


def finish(
    run: RunDir,
    outcome: Outcome,
    settings: Settings,
    ending: Ending | None,
    *,
    as_json: bool,
    summary: bool = True,
    quiet: bool = False,
) -> int:
    """Print how a command ended, judge its gates, write the files for CI; gives the exit code."""
    from vibetrader.cli import render
    from vibetrader.results import Status
    from vibetrader.rundir.layout import REPORT_MD

    gates: Gates | None = None
    if ending is not None and ending.wanted and outcome.status is Status.OK:
        from vibetrader.report.gates import judge_run

        gates = judge_run(run, ending.wanted, allow_synthetic=settings.allow_synthetic)
    failed = gates is not None and not gates.passed
    extra: dict[str, Any] = {}
    if gates is not None:
        extra["gates"] = gates.model_dump(mode="json")
        if failed:
            extra["exit_code"] = int(ExitCode.THRESHOLD)
    if quiet:
        code = int(outcome.status.exit_code)
    else:
        code = render.show_outcome(run, outcome, as_json=as_json, summary=summary, extra=extra)
    if gates is not None and not as_json:
        show_gates(gates, on_stdout=not quiet)
    if ending is not None:
        text = run.read(REPORT_MD) if run.has(REPORT_MD) else f"# {outcome.message}\n"
        _files(_report(run, outcome), text, gates, ending)
    return int(ExitCode.THRESHOLD) if failed and code == 0 else code


def judge_and_write(report: Mapping[str, Any], ending: Ending | None, *, quiet: bool) -> bool:
    """Gates and files for CI of a report without a run directory; True when a gate was missed."""
    from vibetrader.report.gates import judge_table
    from vibetrader.report.markdown import markdown

    if ending is None:
        return False
    gates = judge_table(report["metrics"], ending.wanted, synthetic=False) if ending.wanted else None
    if gates is not None:
        show_gates(gates, on_stdout=not quiet)
    _files(report, markdown(report), gates, ending)
    return gates is not None and not gates.passed


def show_gates(gates: Gates, *, on_stdout: bool = True) -> None:
    """The table of gates, and in one line on stderr how many were missed."""
    from vibetrader.cli import render
    from vibetrader.report.gates import table

    rows = table(gates.gates)
    wide = max((len(condition) for _, condition, _ in rows), default=0)
    color = render.colored(sys.stdout if on_stdout else sys.stderr)
    out = render.out if on_stdout else render.note
    out("gates: the run fails if")
    for state, condition, found in rows:
        word = f"{_WORDS[state]:8}"
        out(f"  {_STYLE[state] + word + chr(27) + '[0m' if color else word}{condition:{wide}}  {found}".rstrip())
    if not gates.passed:
        render.note(f"vibetrader: {len(gates.missed)} of {len(gates.gates)} gates missed")


def _files(report: Mapping[str, Any], text: str, gates: Gates | None, ending: Ending) -> None:
    from vibetrader.report import ci

    if ending.junit is not None:
        write_file(ending.junit, ci.junit("vibetrader", ci.gate_cases(gates, report)))
    if ending.sarif is not None:
        write_file(ending.sarif, ci.sarif(gates, report))
    if ending.step_summary is not None:
        try:
            with ending.step_summary.open("a", encoding="utf-8") as file:
                file.write(ci.step_summary(gates, text) + "\n")
        except OSError as error:
            raise UsageError(f"{str(ending.step_summary)!r} cannot be written: {error.strerror}") from error


def _report(run: RunDir, outcome: Outcome) -> Mapping[str, Any]:
    """The run's report, or what stands for it where a command makes none."""
    from vibetrader.results import Status
    from vibetrader.rundir.layout import ERRORS, REPORT_JSON

    if run.has(REPORT_JSON) and outcome.status is Status.OK:
        return run.read(REPORT_JSON)
    errors = [f.model_dump(mode="json", by_alias=True) for f in run.lines(ERRORS) if f.severity == "error"]
    return {
        "completed": outcome.status is Status.OK,
        "headline": outcome.message,
        "errors": errors,
        "diagnoses": [],
    }


def write_file(path: Path, text: str) -> None:
    """Write a file that the user named."""
    from vibetrader._util.files import atomic_write

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path, text.encode())
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be written: {error.strerror or error}") from error

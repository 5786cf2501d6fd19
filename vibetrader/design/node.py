"""The graph node: spec → LEAN project."""

from __future__ import annotations

from typing import Final

from vibetrader.design.emit import Project, design
from vibetrader.errors import SpecError
from vibetrader.results import Outcome, Status
from vibetrader.results.findings import ErrorClass, Finding
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import ATTEMPTS_DIR, CONFIG, ERRORS, MAIN, SPEC
from vibetrader.settings import Settings
from vibetrader.spec import yamlio

# Errors that other code would not mend.
_NOT_THE_CODE: Final = frozenset(
    {
        ErrorClass.DATA,
        ErrorClass.ENVIRONMENT,
        ErrorClass.INFRASTRUCTURE,
        ErrorClass.MEMORY,
        ErrorClass.SYMBOL,
        ErrorClass.TIMEFRAME,
        ErrorClass.TIMEOUT,
        ErrorClass.UNSUPPORTED,
    }
)


def node(run: RunDir, settings: Settings) -> Outcome:
    """Write the LEAN project of the spec."""
    spec = yamlio.load(run.read(SPEC), file=SPEC.path)
    run.progress("designing", f"Writing {spec.name} as a LEAN algorithm")
    dated = spec.period.end is not None or spec.period.as_of is not None
    try:
        project = design(spec, today=None if dated else run.today())
    except SpecError as error:
        error.file = error.file or SPEC.path
        raise
    failed = _failed_before(run, project)
    if failed is not None:
        place = f" in line {failed.line}" if failed.line else ""
        return Outcome(Status.NO_CODE, f"the code of this spec fails{place}: {failed.raw.splitlines()[0]}", failed.fix)
    run.write(MAIN, project.main)
    run.write(CONFIG, project.config)
    for note in project.notes:
        run.progress("designing", f"Note: {note}")
    lines = len(project.main.splitlines())
    tickers = ", ".join(symbol.ticker for symbol in spec.symbols[:5])
    message = f"{spec.name} for {tickers} as LEAN code of {lines} lines"
    return Outcome(Status.OK, f"{message}; {'; '.join(project.notes)}" if project.notes else message)


def _failed_before(run: RunDir, project: Project) -> Finding | None:
    """The error that this very code ended with: writing it once more would bring nothing new."""
    errors = [f for f in run.lines(ERRORS) if f.severity == "error" and f.error_class not in _NOT_THE_CODE]
    if not errors:
        return None
    tried = [run.file(MAIN), *sorted((run.path / ATTEMPTS_DIR).glob("*/main.py"))]
    known = any(path.is_file() and path.read_text(encoding="utf-8") == project.main for path in tried)
    return errors[0] if known else None

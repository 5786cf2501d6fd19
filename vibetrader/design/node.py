"""The graph node: spec → LEAN project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from vibetrader.design.emit import Project, design
from vibetrader.design.extras import requested
from vibetrader.errors import SpecError
from vibetrader.results import Outcome, Status
from vibetrader.results.findings import ErrorClass, Finding
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import ATTEMPTS_DIR, AUTHOR, BRIEF, CONFIG, ERRORS, IDEA, INSTRUCTION, MAIN, SPEC
from vibetrader.settings import Settings
from vibetrader.spec import yamlio

if TYPE_CHECKING:
    from vibetrader.llm import Tool

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


_TELLS: Final = {"log": "a log line for each fill", "plot": "its indicators plotted", "comments": "comments"}


def node(run: RunDir, settings: Settings, tools: Sequence[Tool] = ()) -> Outcome:
    """Write the LEAN project: by the template where a spec says it all, by a model where none can.

    Args:
        tools: What a model may look up while it writes.
    """
    if settings.llm != "none":
        written = _by_model(run, settings, tools)
        if written is not None:
            return written
    elif run.has(BRIEF) and not run.has(SPEC):
        return Outcome(
            Status.NO_CODE, "brief.yaml goes beyond a spec: a model has to write its code", "name one with --llm"
        )
    return _by_template(run)


def _by_model(run: RunDir, settings: Settings, tools: Sequence[Tool]) -> Outcome | None:
    """What is a model's to do: repair, change on request, write for a brief; None when the template can do it."""
    errors = _code_errors(run)
    asked = run.has(INSTRUCTION) and not run.has(AUTHOR)
    if not (errors and run.has(MAIN)) and not asked and not (run.has(BRIEF) and not run.has(SPEC)):
        return None
    from vibetrader.design import author
    from vibetrader.llm.connect import connect

    llm = connect(run, settings)
    assert llm is not None
    if errors and run.has(MAIN):
        return author.mend(run, llm, tools, errors, settings)
    return author.modify(run, llm, tools) if asked else author.write(run, llm, tools)


def _code_errors(run: RunDir) -> list[Finding]:
    return [f for f in run.lines(ERRORS) if f.severity == "error" and f.error_class not in _NOT_THE_CODE]


def _by_template(run: RunDir) -> Outcome:
    spec = yamlio.load(run.read(SPEC), file=SPEC.path)
    run.progress("designing", f"Writing {spec.name} as a LEAN algorithm")
    dated = spec.period.end is not None or spec.period.as_of is not None
    extras = requested(run.read(IDEA).feedback) if run.has(IDEA) else ()
    if run.has(INSTRUCTION) and not requested([run.read(INSTRUCTION)]) and not _removes(run):
        return Outcome(
            Status.NO_CODE,
            f"without a model the template can add log lines, plots and comments, not {run.read(INSTRUCTION).strip()[:120]!r}",
            "name a model with --llm, or edit main.py",
        )
    try:
        project = design(spec, today=None if dated else run.today(), extras=extras)
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
    if extras:
        message += f", with {' and '.join(_TELLS[name] for name in extras)}"
    return Outcome(Status.OK, f"{message}; {'; '.join(project.notes)}" if project.notes else message)


def _removes(run: RunDir) -> bool:
    """The instruction takes an extra away again."""
    before = requested(run.read(IDEA).feedback[:-1])
    return bool(before) and requested(run.read(IDEA).feedback) != before


def _failed_before(run: RunDir, project: Project) -> Finding | None:
    """The error that this very code ended with: writing it once more would bring nothing new."""
    errors = _code_errors(run)
    if not errors:
        return None
    tried = [run.file(MAIN), *sorted((run.path / ATTEMPTS_DIR).glob("*/main.py"))]
    known = any(path.is_file() and path.read_text(encoding="utf-8") == project.main for path in tried)
    return errors[0] if known else None

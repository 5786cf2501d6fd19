"""`vibetrader report`: what a run gave, in the form that is asked for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from vibetrader.cli import options as o
from vibetrader.cli.exits import journal_to
from vibetrader.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from vibetrader.rundir.artifact import Artifact
    from vibetrader.settings import Settings

Form = Literal["terminal", "md", "json", "html"]

Run = Annotated[Path | None, typer.Argument(metavar="[RUN]", help="A run directory.")]
Format = Annotated[Form, typer.Option("--format", help="What is printed: terminal, md, json or html.")]
Open = Annotated[bool, typer.Option("--open", help="Open report.html in the browser.")]
LeanResult = Annotated[
    Path | None, typer.Option("--lean-result", help="A result file of LEAN (<id>.json), or the folder it lies in.")
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="With --lean-result: folder of the report files.")]


def report(
    run: Run = None,
    form: Format = "terminal",
    open_: Open = False,
    lean_result: LeanResult = None,
    output: Output = None,
    data_folder: o.DataFolder = None,
    allow_synthetic: o.AllowSynthetic = None,
    fail_if: o.FailIf = None,
    fail_if_file: o.FailIfFile = None,
    no_worse_than: o.NoWorseThan = None,
    junit: o.Junit = None,
    sarif: o.Sarif = None,
    step_summary: o.StepSummary = None,
    as_json: o.Json = False,
) -> None:
    """Write report.md, report.json and report.html of a run, or of a result file of LEAN.

    Example: vibetrader report RUN --open

    Example: vibetrader report --lean-result backtests/123.json -o report --fail-if 'sharpe<1'
    """
    from vibetrader.cli import render
    from vibetrader.cli.gating import Ending, finish

    ending = Ending.of(fail_if, fail_if_file, no_worse_than, junit, sarif, step_summary)
    settings = o.settings_from(data_folder=data_folder, allow_synthetic=allow_synthetic)
    if (run is None) == (lean_result is None):
        raise UsageError(
            "give a run directory or --lean-result FILE" + (", not both" if run else ""),
            hint="`vibetrader runs list` shows the runs.",
        )
    if lean_result is not None:
        raise typer.Exit(_of_lean(lean_result, output, settings, ending, form="json" if as_json else form, open_=open_))
    assert run is not None
    from vibetrader.graph.nodes import NODES
    from vibetrader.rundir import RunDir
    from vibetrader.rundir.layout import REPORT_HTML, REPORT_JSON, REPORT_MD

    directory = RunDir.open(run)
    journal_to(directory)
    with directory.lock(settings.lock_wait_s), render.progress(directory):
        outcome = directory.visit("report", NODES["report"], settings)
    if as_json or form == "terminal":
        code = finish(directory, outcome, settings, ending, as_json=as_json)
    else:
        artifacts: dict[str, Artifact[Any]] = {"md": REPORT_MD, "json": REPORT_JSON, "html": REPORT_HTML}
        render.out(directory.file(artifacts[form]).read_text(encoding="utf-8"))
        code = finish(directory, outcome, settings, ending, as_json=False, quiet=True)
    if open_:
        _open(directory.file(REPORT_HTML))
    raise typer.Exit(code)


def _of_lean(source: Path, output: Path | None, settings: Settings, ending: Any, *, form: Form, open_: bool) -> int:
    """The report of a result file of LEAN, in a folder of its own."""
    from vibetrader._util import jsonio
    from vibetrader._util.files import atomic_write
    from vibetrader.cli import render
    from vibetrader.cli.gating import judge_and_write
    from vibetrader.report.markdown import markdown
    from vibetrader.report.model import from_lean_result
    from vibetrader.report.page import page
    from vibetrader.report.summary import terminal_summary

    if not source.exists():
        raise UsageError(f"--lean-result {str(source)!r} does not exist", hint="Give LEAN's <id>.json or its folder.")
    content = from_lean_result(source, settings)
    found = content.report
    folder = output or Path(f"{content.result.id or 'lean'}-report")
    texts = {"report.json": jsonio.lines(found), "report.md": markdown(found)}
    texts |= {"report.html": page(content), "metrics.json": jsonio.dumps(found["metrics"], indent=1) + "\n"}
    try:
        for name, text in texts.items():
            atomic_write(folder / name, text, durable=False)
    except OSError as error:
        raise UsageError(f"{str(folder)!r} cannot be written: {error.strerror or error}", hint="Choose -o.") from error
    if form == "terminal":
        render.out(terminal_summary(found, color=render.colored(sys.stdout)))
        render.out(f"report: {folder / 'report.html'}")
    else:
        render.out(texts[f"report.{form}"])
    if open_:
        _open(folder / "report.html")
    failed = judge_and_write(found, ending, quiet=form != "terminal")
    if failed:
        return int(ExitCode.THRESHOLD)
    return int(ExitCode.DONE if found["completed"] else ExitCode.NO_RESULT)


def _open(path: Path) -> None:
    import webbrowser

    from vibetrader.cli import render

    if not webbrowser.open(path.resolve().as_uri()):
        render.note(f"no browser could be started; the report is {path}")

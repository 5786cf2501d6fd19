"""What a person sees: results on stdout, progress on stderr and only on a terminal. The only place that uses rich."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from vibetrader.results.messages import Message

if TYPE_CHECKING:
    from vibetrader.graph.iteration import Step
    from vibetrader.results import Outcome
    from vibetrader.results.ideas import Questions
    from vibetrader.rundir import RunDir


def can_ask() -> bool:
    """A person sits at both ends of the terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def out(text: str) -> None:
    """A result, on stdout."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def out_json(value: object) -> None:
    """A result as JSON, on stdout."""
    from vibetrader._util import jsonio

    out(jsonio.dumps(value, indent=1))


def note(text: str) -> None:
    """A word beside the result, on stderr."""
    sys.stderr.write(text if text.endswith("\n") else text + "\n")


@contextlib.contextmanager
def progress(run: RunDir) -> Iterator[None]:
    """Show the run's progress messages as they come, with a bar where the work has a length."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("starting", total=None)

        def show(message: Message) -> None:
            if message.message_type == "progress":
                metadata = message.metadata or {}
                bars.update(
                    task, description=message.content, total=metadata.get("total"), completed=metadata.get("done", 0)
                )

        run.listeners.append(show)
        try:
            yield
        finally:
            run.listeners.remove(show)


@contextlib.contextmanager
def steps() -> Iterator[Callable[[str, int, int], None]]:
    """A function that shows (text, done, total) as a bar while something is done; silent where nobody looks on."""
    if not sys.stderr.isatty():
        yield lambda text, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("starting", total=None)
        yield lambda text, done, total: bars.update(task, description=text, completed=done, total=total or None)


def ask(questions: Questions) -> Mapping[str, str] | None:
    """Put open questions to the person at the terminal; Enter takes the default, ^D ends the asking."""
    answers: dict[str, str] = {}
    for question in questions.items:
        note(f"\n{question.text}")
        for number, choice in enumerate(question.choices, 1):
            mark = "  (default)" if choice.value == question.default else ""
            note(f"  {number}. {choice.label or choice.value}{mark}")
        sys.stderr.write("> ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            return answers or None
        answer = line.strip()
        if answer.isdigit() and 1 <= int(answer) <= len(question.choices):
            answer = question.choices[int(answer) - 1].value
        if answer or question.default:
            answers[question.id] = answer or str(question.default)
    return answers or None


def outcome_json(run: RunDir, outcome: Outcome) -> dict[str, Any]:
    """How a run ended, for machines."""
    from vibetrader.rundir.layout import METRICS, QUESTIONS, REPORT_JSON

    body: dict[str, Any] = {
        "run": str(run.path),
        "status": outcome.status.value,
        "exit_code": int(outcome.status.exit_code),
        "message": outcome.message,
    }
    if outcome.hint:
        body["hint"] = outcome.hint
    if run.has(REPORT_JSON):
        report = run.read(REPORT_JSON)
        body |= {name: report[name] for name in ("synthetic", "warnings", "assumptions") if name in report}
    if run.has(METRICS):
        table = run.read(METRICS)
        body["metrics"] = {k: v.get("value") if isinstance(v, dict) else v for k, v in table.items()}
    if outcome.status.value == "needs_answers" and run.has(QUESTIONS):
        body["questions"] = run.read(QUESTIONS).model_dump(mode="json")["items"]
    return body


def colored(stream: TextIO) -> bool:
    """Colours may be used: a terminal, and nobody asked for none (rich knows NO_COLOR and its kin)."""
    if not stream.isatty():
        return False
    from rich.console import Console

    console = Console(file=stream)
    return console.color_system is not None and not console.no_color


def show_outcome(
    run: RunDir,
    outcome: Outcome,
    *,
    as_json: bool,
    summary: bool = True,
    extra: Mapping[str, Any] | None = None,
) -> int:
    """Print how a run or node ended; gives the exit code. `extra` goes into the JSON."""
    from vibetrader.results import Status
    from vibetrader.rundir.layout import REPORT_JSON

    if as_json:
        out_json(outcome_json(run, outcome) | dict(extra or {}))
    elif summary and run.has(REPORT_JSON) and outcome.status is Status.OK:
        from vibetrader.report.summary import terminal_summary

        report = run.read(REPORT_JSON)
        out(terminal_summary(report, color=colored(sys.stdout)))
        out(f"run directory: {run.path}")
    elif outcome.status is Status.OK:
        out(outcome.message or "done")
        out(f"run directory: {run.path}")
    if outcome.status is not Status.OK:
        note(f"vibetrader: {outcome.message}")
        if outcome.hint:
            note(f"  {outcome.hint}")
        if run.path.is_dir():
            note(f"  run directory: {run.path}")
    return int(outcome.status.exit_code)


def step_json(step: Step) -> dict[str, Any]:
    """What one feedback led to, for machines."""
    body: dict[str, Any] = {"feedback": step.words, "intent": step.intent.status.value, "message": step.intent.message}
    if step.child is not None:
        body |= outcome_json(step.child, step.outcome)
        body["spec_diff"] = [{"field": c.name, "old": c.old, "new": c.new} for c in step.spec]
        body["metric_diff"] = [{"metric": c.name, "old": c.old, "new": c.new} for c in step.metrics]
    return body


# The figures of a comparison, in reading order; the whole table is in --json.
_HEADLINE = (
    "total_return",
    "compounding_annual_return",
    "max_drawdown",
    "sharpe_ratio",
    "win_rate",
    "total_trades",
    "total_orders",
    "end_equity",
)


def show_step(step: Step) -> None:
    """Print what one feedback led to: the child run, what changed in the spec, what changed in the figures."""
    from vibetrader.results import Status

    out(f"» {step.words}")
    out(f"  {step.intent.status.value}{f': {step.intent.message}' if step.intent.message else ''}")
    if step.child is None:
        if step.intent.hint:
            out(f"  {step.intent.hint}")
        return
    out(f"  run: {step.child.path}")
    if step.spec:
        out("  spec")
        for change in step.spec:
            out(f"    {change}")
    if step.outcome.status is not Status.OK:
        note(f"vibetrader: {step.outcome.message}")
        if step.outcome.hint:
            note(f"  {step.outcome.hint}")
        return
    shown = {change.name: change for change in step.metrics}
    out(f"  {'':26}{'before':>14}{'after':>14}")
    for name in _HEADLINE:
        if name in shown:
            old, new = (("–" if v is None else str(v)) for v in (shown[name].old, shown[name].new))
            out(f"  {name:26}{old:>14}{new:>14}")


@contextlib.contextmanager
def counting(total: int, what: str) -> Iterator[Callable[[int], None]]:
    """A bar with a forecast while work of known length is done; nothing where nobody looks."""
    if not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(bar_width=32), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(what, total=total)
        yield lambda count: bars.update(task, completed=count)


def show_sweep(answer: Mapping[str, Any], lines: list[str], folder: Path) -> None:
    """The sweep's answer: what choosing cost, the pick, the best cells."""
    if answer.get("synthetic"):
        out("! SYNTHETIC DATA: a made-up market, not real prices")
    for line in lines:
        out(line)
    if answer.get("best") is not None:
        out(f"pick (best plateau): {_cell(answer['pick'])}")
        out(f"best cell:           {_cell(answer['best'])}")
        names = list(answer["axes"])
        out("".join(f"{name:>14}" for name in [*names, "return", "drawdown", "Sharpe", "trades"]))
        for row in answer["top"]:
            figures = row["figures"]
            shown = [f"{value:g}" if isinstance(value, float) else str(value) for value in row["values"].values()]
            sharpe = "-" if figures["sharpe_ratio"] is None else f"{figures['sharpe_ratio']:.2f}"
            shown += [f"{figures['total_return']:.1%}", f"{figures['max_drawdown']:.1%}", sharpe, f"{figures['trades']:.0f}"]
            out("".join(f"{text:>14}" for text in shown))
    if answer["failed"]:
        out(f"{answer['failed']} of {answer['cells']} cells failed: {'; '.join(answer['errors'][:3])}")
    out(f"all {answer['cells']} cells: {folder / 'table.csv'}")


def _cell(row: Mapping[str, Any]) -> str:
    values = ", ".join(f"{k} {v:g}" if isinstance(v, float) else f"{k} {v}" for k, v in row["values"].items())
    sharpe = row["figures"]["sharpe_ratio"]
    return f"{values}: return {row['figures']['total_return']:.1%}, Sharpe {'-' if sharpe is None else f'{sharpe:.2f}'}"

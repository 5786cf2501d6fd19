"""`vibetrader iterate`: feedback in, child runs out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vibetrader.cli import options as o
from vibetrader.cli.exits import journal_to
from vibetrader.errors import UsageError

if TYPE_CHECKING:
    from vibetrader.rundir import RunDir

Feedback = Annotated[list[str] | None, typer.Option("--feedback", "-f", help="A feedback; may be given several times.")]
FeedbackFile = Annotated[Path | None, typer.Option("--feedback-file", help="Feedback from a file, a line each.")]
Intent = Annotated[
    str | None,
    typer.Option("--intent", help="Read each feedback as modify_spec, rerun_backtest, modify_code or end."),
]
ExplainIntent = Annotated[
    bool, typer.Option("--explain-intent", help="Show how each feedback is understood and what it would change; run nothing.")
]
_INTENTS = ("modify_spec", "rerun_backtest", "modify_code", "end")


def iterate(
    run: o.RunPath,
    feedback: Feedback = None,
    feedback_file: FeedbackFile = None,
    data: o.Data = None,
    data_folder: o.DataFolder = None,
    data_policy: o.DataPolicy = None,
    seed: o.Seed = None,
    assume_defaults: o.Assume = None,
    max_repairs: o.MaxRepairs = None,
    engine: o.Engine = None,
    sandbox: o.Sandbox = None,
    backtest_timeout_s: o.Timeout = None,
    llm: o.Llm = None,
    llm_base_url: o.LlmBaseUrl = None,
    offline: o.Offline = None,
    budget_usd: o.Budget = None,
    intent: Intent = None,
    explain_intent: ExplainIntent = False,
    as_json: o.Json = False,
) -> None:
    """Change a run by feedback, a line each, until "done" or the end of input.

    Example: printf 'rerun for 2020\\nstop 3%\\ndone\\n' | vibetrader iterate RUN
    """
    from functools import partial

    from vibetrader.cli import render
    from vibetrader.feedback.node import apply
    from vibetrader.graph.iteration import Step
    from vibetrader.graph.iteration import iterate as work_off
    from vibetrader.rundir import RunDir

    settings = o.settings_from(
        data=data,
        data_folder=data_folder,
        data_policy=data_policy,
        seed=seed,
        assume_defaults=assume_defaults,
        max_repairs=max_repairs,
        engine=engine,
        sandbox=sandbox,
        backtest_timeout_s=backtest_timeout_s,
        llm=llm,
        llm_base_url=llm_base_url,
        offline=offline,
        budget_usd=budget_usd,
        interactive=render.can_ask(),
    )
    if intent is not None and intent not in _INTENTS:
        raise UsageError(f"--intent {intent!r} is none of {', '.join(_INTENTS)}")
    directory = RunDir.open(run)
    directory.manifest()  # a folder without one is no run
    if explain_intent:
        _explain(directory, _words(feedback, feedback_file), intent, as_json=as_json)
        return
    journal_to(directory)
    steps: list[Step] = []

    def on_step(step: Step) -> None:
        steps.append(step)
        if not as_json:
            render.show_step(step)

    with render.progress(directory):
        outcome = work_off(
            directory,
            settings,
            _words(feedback, feedback_file),
            ask=render.ask if settings.interactive else None,
            on_step=on_step,
            interpret=partial(apply, intent=intent) if intent is not None else None,  # type: ignore[arg-type]  # checked above
        )
    if as_json:
        render.out_json({"status": outcome.status.value, "steps": [render.step_json(step) for step in steps]})
    raise typer.Exit(int(outcome.status.exit_code))


def _explain(run: RunDir, words: Iterator[str], intent: str | None, *, as_json: bool) -> None:
    """The reading of each feedback: intent, evidence, changes."""
    from vibetrader.cli import render
    from vibetrader.feedback.node import explained
    from vibetrader.graph.iteration import latest

    base = latest(run)
    found = []
    for line in words:
        if not line.strip():
            continue
        result = explained(base, line.strip(), intent=intent)  # type: ignore[arg-type]  # checked by the caller
        found.append(
            {
                "feedback": line.strip(),
                "intent": result.intent,
                "because": list(result.why),
                "changes": [str(change) for change in result.changes],
                "message": result.message,
            }
        )
        if not as_json:
            render.out(f"{line.strip()!r}: {result.intent}")
            for reason in result.why:
                render.out(f"  because: {reason}")
            for change in result.changes:
                render.out(f"  {change}")
            if result.intent in ("unclear", "end"):
                render.out(f"  {result.message}")
    if as_json:
        render.out_json(found)


def _words(feedback: list[str] | None, file: Path | None) -> Iterator[str]:
    if feedback:
        yield from feedback
    if file is not None:
        try:
            yield from file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"feedback file {str(file)!r} cannot be read: {error}") from error
    if feedback or file is not None:
        return
    while True:
        if sys.stdin.isatty():
            sys.stderr.write("feedback> ")
            sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            return
        yield line

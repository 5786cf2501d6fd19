"""`vibetrader iterate`: feedback in, child runs out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from vibetrader.cli import options as o
from vibetrader.cli.exits import journal_to
from vibetrader.errors import UsageError

Feedback = Annotated[list[str] | None, typer.Option("--feedback", "-f", help="A feedback; may be given several times.")]
FeedbackFile = Annotated[Path | None, typer.Option("--feedback-file", help="Feedback from a file, a line each.")]


def iterate(
    run: o.RunPath,
    feedback: Feedback = None,
    feedback_file: FeedbackFile = None,
    data: o.Data = None,
    data_folder: o.DataFolder = None,
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
    as_json: o.Json = False,
) -> None:
    """Change a run by feedback, a line each, until "done" or the end of input.

    Example: printf 'rerun for 2020\\nstop 3%\\ndone\\n' | vibetrader iterate RUN
    """
    from vibetrader.cli import render
    from vibetrader.graph.iteration import Step
    from vibetrader.graph.iteration import iterate as work_off
    from vibetrader.rundir import RunDir

    settings = o.settings_from(
        data=data,
        data_folder=data_folder,
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
    directory = RunDir.open(run)
    directory.manifest()  # a folder without one is no run
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
        )
    if as_json:
        render.out_json({"status": outcome.status.value, "steps": [render.step_json(step) for step in steps]})
    raise typer.Exit(int(outcome.status.exit_code))


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

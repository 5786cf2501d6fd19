"""`vibetrader run`: idea → report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vibetrader.cli import options as o
from vibetrader.cli.exits import journal_to

if TYPE_CHECKING:
    from vibetrader.rundir import RunDir
    from vibetrader.settings import Settings

Idea = Annotated[str | None, typer.Argument(help="The idea in words, - for stdin, or a run directory to go on with.")]


def run(
    idea: Idea = None,
    symbol: o.Symbol = None,
    timeframe: o.Timeframe = None,
    start: o.Start = None,
    end: o.End = None,
    cash: o.Cash = None,
    assume_defaults: o.Assume = None,
    answers: o.Answers = None,
    strict: o.Strict = None,
    data: o.Data = None,
    data_folder: o.DataFolder = None,
    data_policy: o.DataPolicy = None,
    allow_synthetic: o.AllowSynthetic = None,
    seed: o.Seed = None,
    parameter: o.Parameter = None,
    no_repair: o.NoRepair = False,
    max_repairs: o.MaxRepairs = None,
    engine: o.Engine = None,
    sandbox: o.Sandbox = None,
    backtest_timeout_s: o.Timeout = None,
    llm: o.Llm = None,
    llm_base_url: o.LlmBaseUrl = None,
    offline: o.Offline = None,
    budget_usd: o.Budget = None,
    runs_dir: o.RunsDir = None,
    fail_if: o.FailIf = None,
    fail_if_file: o.FailIfFile = None,
    no_worse_than: o.NoWorseThan = None,
    junit: o.Junit = None,
    sarif: o.Sarif = None,
    step_summary: o.StepSummary = None,
    as_json: o.Json = False,
) -> None:
    """Clarify, design, compile and report an idea.

    Example: vibetrader run "buy ETHUSDT 4h when EMA 9 crosses above EMA 21, sell on the opposite, 2% stop, 2023"
    """
    from vibetrader.cli import render
    from vibetrader.cli.gating import Ending, finish
    from vibetrader.graph.runner import walk

    ending = Ending.of(fail_if, fail_if_file, no_worse_than, junit, sarif, step_summary)
    settings = o.settings_from(
        symbol=symbol,
        timeframe=timeframe,
        start=start,
        end=end,
        cash=cash,
        answers=answers,
        parameter=parameter,
        no_repair=no_repair,
        assume_defaults=assume_defaults,
        strict=strict,
        data=data,
        data_folder=data_folder,
        data_policy=data_policy,
        allow_synthetic=allow_synthetic,
        seed=seed,
        max_repairs=max_repairs,
        engine=engine,
        sandbox=sandbox,
        backtest_timeout_s=backtest_timeout_s,
        llm=llm,
        llm_base_url=llm_base_url,
        offline=offline,
        budget_usd=budget_usd,
        runs_dir=runs_dir,
        interactive=render.can_ask(),
    )
    directory = _directory(idea, settings)
    journal_to(directory)
    with directory.lock(settings.lock_wait_s), render.progress(directory):
        outcome = walk(directory, settings, ask=render.ask if settings.interactive else None)
    _sweep_up(directory)
    raise typer.Exit(finish(directory, outcome, settings, ending, as_json=as_json))


def _directory(idea: str | None, settings: Settings) -> RunDir:
    """The run directory to go on with, or a new one for the idea."""
    from vibetrader.errors import SpecError, UsageError
    from vibetrader.rundir import RunDir
    from vibetrader.rundir.layout import MANIFEST

    if idea is None and sys.stdin.isatty():
        raise UsageError("no idea was given", hint='For example: vibetrader run "RSI <30 buy"')
    if idea is None or idea == "-":
        try:
            idea = sys.stdin.read()
            idea.encode("utf-8")
        except UnicodeError:
            raise UsageError("the idea is not UTF-8 text", hint='For example: vibetrader run "RSI <30 buy"') from None
    if not idea.strip():
        raise SpecError("the idea is empty", hint='For example: vibetrader run "RSI <30 buy"')
    if "\n" not in idea and len(idea) < 1000 and "\0" not in idea and Path(idea).is_dir():
        if not (Path(idea) / MANIFEST.path).is_file():
            raise UsageError(
                f"{idea!r} is a folder, but no run directory",
                hint=f"`vibetrader compile {idea}` runs a LEAN project.",
            )
        return RunDir.open(Path(idea))
    return RunDir.create(idea.strip(), settings)


def _sweep_up(directory: RunDir) -> None:
    """Take away a run that was refused before it had a spec: it holds nothing but the words just typed."""
    import shutil

    from vibetrader.results import Status
    from vibetrader.rundir.layout import SPEC

    record = directory.manifest().nodes.get("clarify")
    if record is not None and record.status == Status.REFUSED and not directory.has(SPEC):
        shutil.rmtree(directory.path)

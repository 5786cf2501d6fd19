"""`clarify`, `design`, `compile`: one node alone on a run directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vibetrader.cli import options as o
from vibetrader.cli.exits import journal_to

if TYPE_CHECKING:
    from vibetrader.cli.gating import Ending
    from vibetrader.rundir import RunDir
    from vibetrader.settings import Settings

Project = Annotated[Path, typer.Argument(metavar="DIR", help="A run directory, or any folder with a LEAN main.py.")]
IdeaOrRun = Annotated[
    str, typer.Argument(metavar="IDEA|RUN", help="The idea in words, - for stdin, or a run directory.")
]
Explain = Annotated[
    bool, typer.Option("--explain", help="Show how each piece of the text is read, and the other readings considered.")
]


def clarify(
    idea: IdeaOrRun,
    symbol: o.Symbol = None,
    timeframe: o.Timeframe = None,
    start: o.Start = None,
    end: o.End = None,
    cash: o.Cash = None,
    assume_defaults: o.Assume = None,
    answers: o.Answers = None,
    strict: o.Strict = None,
    llm: o.Llm = None,
    llm_base_url: o.LlmBaseUrl = None,
    offline: o.Offline = None,
    budget_usd: o.Budget = None,
    runs_dir: o.RunsDir = None,
    explain: Explain = False,
    as_json: o.Json = False,
) -> None:
    """Turn an idea into spec.yaml, or into questions.

    Example: vibetrader clarify "RSI <30 buy" --explain
    """
    from vibetrader.cli import render
    from vibetrader.cli.commands.run import _directory, _sweep_up

    settings = o.settings_from(
        symbol=symbol,
        timeframe=timeframe,
        start=start,
        end=end,
        cash=cash,
        answers=answers,
        assume_defaults=assume_defaults,
        strict=strict,
        llm=llm,
        llm_base_url=llm_base_url,
        offline=offline,
        budget_usd=budget_usd,
        runs_dir=runs_dir,
        interactive=render.can_ask(),
    )
    directory = _directory(idea, settings)
    if explain:
        _explain(directory, as_json=as_json)
        as_json = False
    code = _visit("clarify", directory, settings, as_json=as_json, shown="" if explain else "spec.yaml")
    _sweep_up(directory)
    raise typer.Exit(code)


def design(
    run: o.RunPath,
    llm: o.Llm = None,
    llm_base_url: o.LlmBaseUrl = None,
    offline: o.Offline = None,
    budget_usd: o.Budget = None,
    as_json: o.Json = False,
) -> None:
    """Write main.py and config.json from spec.yaml.

    Example: vibetrader design runs/20261124T164218Z-rsi-30-buy-1a2b3c
    """
    from vibetrader.rundir import RunDir

    settings = o.settings_from(llm=llm, llm_base_url=llm_base_url, offline=offline, budget_usd=budget_usd)
    raise typer.Exit(_visit("design", RunDir.open_spec(run, settings), settings, as_json=as_json, shown="main.py"))


def compile_(
    project: Project,
    data: o.Data = None,
    data_folder: o.DataFolder = None,
    data_policy: o.DataPolicy = None,
    seed: o.Seed = None,
    parameter: o.Parameter = None,
    no_repair: o.NoRepair = False,
    max_repairs: o.MaxRepairs = None,
    engine: o.Engine = None,
    cross_check: o.CrossCheck = None,
    sandbox: o.Sandbox = None,
    backtest_timeout_s: o.Timeout = None,
    allow_synthetic: o.AllowSynthetic = None,
    fail_if: o.FailIf = None,
    fail_if_file: o.FailIfFile = None,
    no_worse_than: o.NoWorseThan = None,
    junit: o.Junit = None,
    sarif: o.Sarif = None,
    as_json: o.Json = False,
) -> None:
    """Check a LEAN project, run its backtest, explain its errors.

    LEAN's files go to DIR/backtest. Example: vibetrader compile my-project --data-folder data -p fast=10
    """
    from vibetrader.cli.gating import Ending
    from vibetrader.rundir import RunDir

    ending = Ending.of(fail_if, fail_if_file, no_worse_than, junit, sarif)
    settings = o.settings_from(
        data=data,
        data_folder=data_folder,
        data_policy=data_policy,
        seed=seed,
        parameter=parameter,
        no_repair=no_repair,
        max_repairs=max_repairs,
        engine=engine,
        cross_check=cross_check,
        sandbox=sandbox,
        backtest_timeout_s=backtest_timeout_s,
        allow_synthetic=allow_synthetic,
    )
    run = RunDir.open_project(project, settings)
    raise typer.Exit(_visit("compile", run, settings, as_json=as_json, ending=ending))


backtest = compile_


def _explain(run: RunDir, *, as_json: bool) -> None:
    """How the words of the idea are read."""
    from vibetrader.clarify.explain import explanation, explanation_text
    from vibetrader.clarify.rules import clarify_text
    from vibetrader.cli import render
    from vibetrader.rundir.layout import IDEA

    result = clarify_text(run.read(IDEA).text, run.today())
    if as_json:
        render.out_json(explanation(result))
    else:
        render.out(explanation_text(result))


def _visit(
    name: str, run: RunDir, settings: Settings, *, as_json: bool, shown: str = "", ending: Ending | None = None
) -> int:
    """Run one node and print how it ended."""
    from vibetrader.cli import render
    from vibetrader.cli.gating import finish
    from vibetrader.graph.nodes import NODES
    from vibetrader.graph.runner import MAX_ROUNDS_OF_QUESTIONS, with_answers
    from vibetrader.results import Status
    from vibetrader.rundir.layout import QUESTIONS

    journal_to(run)
    with run.lock(settings.lock_wait_s):
        with render.progress(run):
            outcome = run.visit(name, NODES[name], settings)
        for _ in range(MAX_ROUNDS_OF_QUESTIONS):
            if outcome.status is not Status.NEEDS_ANSWERS or not settings.interactive:
                break
            answers = render.ask(run.read(QUESTIONS))
            if not answers:
                break
            settings = with_answers(run, settings, answers)
            outcome = run.visit(name, NODES[name], settings)
    if shown and not as_json and outcome.status is Status.OK:
        render.note(f"{outcome.message}\nrun directory: {run.path}")
        render.out((run.path / shown).read_text(encoding="utf-8"))
        return 0
    return finish(run, outcome, settings, ending, as_json=as_json, summary=False)

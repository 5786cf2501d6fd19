"""Walks a run along the routes."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Mapping

from vibetrader.graph import routes, wiring
from vibetrader.graph.nodes import NODES, Node
from vibetrader.results import Outcome, Status
from vibetrader.results.ideas import Questions
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import ANSWERS, ERRORS, QUESTIONS
from vibetrader.settings import Settings

# Asks a person; None when they would rather not answer.
Asker = Callable[[Questions], Mapping[str, str] | None]

# A person may be asked this often before the idea is called unusable.
MAX_ROUNDS_OF_QUESTIONS = 5


def walk(
    run: RunDir,
    settings: Settings,
    *,
    start: str = routes.CLARIFY,
    ask: Asker | None = None,
    nodes: Mapping[str, Node] = NODES,
) -> Outcome:
    """Follow the routes from `start` until the run waits for feedback or stops.

    Nodes whose inputs, settings and outputs are as their record says are skipped, up to the first that is not: so a
    run that was killed goes on where it was.

    Returns:
        The outcome that decides the exit code: the last failure that nothing later made good, else the last outcome.
    """
    with contextlib.ExitStack() as helpers:
        return _walk(run, settings, start, ask, nodes, helpers)


def _walk(
    run: RunDir,
    settings: Settings,
    start: str,
    ask: Asker | None,
    nodes: Mapping[str, Node],
    helpers: contextlib.ExitStack,
) -> Outcome:
    name = start
    visits: Counter[str] = Counter()
    rounds = 0
    skipping = True
    failure: Outcome | None = None
    while True:
        limit = settings.max_repairs + 2
        if visits[name] >= limit:
            return _stuck(run, name, visits[name], failure)
        record = run.fresh(name, settings) if skipping else None
        if record is not None and record.status == Status.OK:
            run.note_skip(name, record)
            outcome = Outcome(Status.OK, record.message)
        else:
            if skipping and name != routes.REPORT:
                run.remove(ERRORS)  # of an earlier attempt: this one is made because something is different
                if nodes is NODES and name != routes.COMPILE:
                    helpers.enter_context(wiring.engine_ahead(settings))
            skipping = False
            visits[name] += 1
            outcome = run.visit(name, nodes[name], settings)
        target = routes.ROUTES[name, outcome.status]
        if outcome.status is Status.NEEDS_ANSWERS and ask is not None and rounds < MAX_ROUNDS_OF_QUESTIONS:
            rounds += 1
            answers = ask(run.read(QUESTIONS))
            if answers:
                settings = with_answers(run, settings, answers)
                visits[name] -= 1  # an answered question is progress, not a loop
                target = name
        run.note_route(name, outcome.status.value, target)
        if outcome.status is not Status.OK:
            failure = outcome
        elif name in (routes.CLARIFY, routes.COMPILE):
            failure = None
        if target in (routes.STOP, routes.AWAIT_FEEDBACK):
            return failure or outcome
        name = target


def with_answers(run: RunDir, settings: Settings, answers: Mapping[str, str]) -> Settings:
    """The settings with answers to the open questions, kept in the run directory."""
    import yaml

    known = yaml.safe_load(run.read(ANSWERS)) if run.has(ANSWERS) else None
    merged = {**(known if isinstance(known, dict) else {}), **answers}
    text = yaml.safe_dump(merged, sort_keys=False, allow_unicode=True)
    run.write(ANSWERS, text)
    return settings.model_copy(update={"answers_file": run.file(ANSWERS)})


def _stuck(run: RunDir, name: str, count: int, failure: Outcome | None) -> Outcome:
    run.note_route(name, Status.GIVE_UP.value, routes.STOP)
    reason = f": {failure.message}" if failure and failure.message else ""
    status = failure.status if failure else Status.GIVE_UP
    return Outcome(status, f"gave up after {count} visits to {name}{reason}", failure.hint if failure else "")

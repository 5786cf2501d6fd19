"""Feedback on a run: each makes a child run."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from vibetrader.graph import routes
from vibetrader.graph.nodes import NODES, Node
from vibetrader.graph.runner import Asker, walk
from vibetrader.results import Outcome, Status
from vibetrader.results.ideas import Idea
from vibetrader.rundir import RunDir
from vibetrader.rundir.changes import Change, metric_changes, spec_changes
from vibetrader.rundir.layout import IDEA, MAIN
from vibetrader.settings import Settings

# (parent, child, words, settings) → intent; writes the changed spec into the child.
Interpreter = Callable[[RunDir, RunDir, str, Settings], Outcome]


@dataclass(frozen=True, slots=True)
class Step:
    """What one feedback led to.

    Attributes:
        intent: How the words were understood.
        child: The run they made, None when they made none.
        outcome: How that run ended.
    """

    words: str
    intent: Outcome
    child: RunDir | None
    outcome: Outcome
    spec: list[Change]
    metrics: list[Change]


def iterate(
    run: RunDir,
    settings: Settings,
    feedback: Iterable[str],
    *,
    ask: Asker | None = None,
    on_step: Callable[[Step], None] = lambda step: None,
    interpret: Interpreter | None = None,
    nodes: Mapping[str, Node] = NODES,
) -> Outcome:
    """Work off feedback in order until one says "end" or there is no more.

    Each feedback is a change of the last run that gave a result; a child that failed stays where it is to be looked at,
    and the next feedback starts from the run before it.

    Returns:
        The outcome of the last feedback that asked for something.
    """
    interpret = interpret or interpret_reply
    base = latest(run)
    last = Outcome(Status.OK, "no feedback")
    for words in feedback:
        if not words.strip():
            continue
        step = take(base, words.strip(), settings, ask=ask, interpret=interpret, nodes=nodes)
        on_step(step)
        if step.intent.status is Status.END:
            break
        last = step.outcome
        if step.child is not None and step.outcome.status is Status.OK:
            base = step.child
    return last


def take(
    base: RunDir,
    words: str,
    settings: Settings,
    *,
    ask: Asker | None,
    interpret: Interpreter,
    nodes: Mapping[str, Node],
) -> Step:
    """One feedback: understand it, make the child run, walk it."""
    with base.lock(settings.lock_wait_s):
        child = base.child(settings)
        try:
            intent = interpret(base, child, words, settings)
        except BaseException:
            shutil.rmtree(child.path)
            raise
        target = routes.ROUTES[routes.AWAIT_FEEDBACK, intent.status]
        base.note_route(routes.AWAIT_FEEDBACK, intent.status.value, target)
        if target in (routes.STOP, routes.AWAIT_FEEDBACK):
            shutil.rmtree(child.path)
            return Step(words, intent, None, intent, [], [])
        idea = child.read(IDEA) if child.has(IDEA) else Idea(text="")
        child.write(IDEA, idea.model_copy(update={"feedback": (*idea.feedback, words)}))
        child.say("system", f"{intent.status.value}: {intent.message}", metadata={"intent": intent.status.value})
    with child.lock(settings.lock_wait_s):
        if intent.status is Status.RERUN_BACKTEST:
            if _written_by_design(base):
                # Period, cash and costs stand in the code: the same design with the new ones is the same code.
                child.visit(routes.DESIGN, nodes[routes.DESIGN], settings)
            else:
                _carry(child)
        outcome = walk(child, settings, start=target, ask=ask, nodes=nodes)
    return Step(words, intent, child, outcome, spec_changes(base, child), metric_changes(base, child))


def latest(run: RunDir) -> RunDir:
    """The last run of a lineage that gave a result: where feedback on a first run goes on."""
    if run.root.path != run.path:
        return run
    for child in reversed(run.iterations()):
        if finished(child):
            return child
    return run


def finished(run: RunDir) -> bool:
    """The run went through compile and report well."""
    from vibetrader.rundir.layout import MANIFEST

    nodes = run.manifest().nodes if run.has(MANIFEST) else {}
    return all(name in nodes and nodes[name].status == Status.OK for name in (routes.COMPILE, routes.REPORT))


def _carry(run: RunDir) -> None:
    """The new dates and cash of the spec in code that was repaired or written by hand."""
    from vibetrader.compile.carry import carried
    from vibetrader.design.emit import design
    from vibetrader.rundir.layout import SPEC
    from vibetrader.spec import yamlio

    if not run.has(SPEC):
        return
    spec = yamlio.load(run.read(SPEC), file=SPEC.path)
    dated = spec.period.end is not None or spec.period.as_of is not None
    like = design(spec, today=None if dated else run.today()).main
    old = run.read(MAIN)
    new = carried(old, like)
    if new != old:
        run.write(MAIN, new)
        run.progress("designing", "Dates and cash of the new spec put into the code that was changed by hand")


def _written_by_design(run: RunDir) -> bool:
    from vibetrader._util.files import sha256_file

    record = run.manifest().nodes.get(routes.DESIGN)
    return record is not None and record.outputs.get(MAIN.path) == sha256_file(run.file(MAIN))


def interpret_reply(parent: RunDir, child: RunDir, words: str, settings: Settings) -> Outcome:
    """What a reply means, by the feedback room."""
    from vibetrader.feedback.node import apply

    return apply(parent, child, words, settings)

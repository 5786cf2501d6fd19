"""Feedback on a run: the intent, and the changed spec written into the child run."""

from __future__ import annotations

from vibetrader.errors import UsageError
from vibetrader.feedback.interpret import FeedbackResult, Intent, interpret_feedback
from vibetrader.results import Outcome, Status
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import INSTRUCTION, SPEC
from vibetrader.settings import Settings
from vibetrader.spec import yamlio
from vibetrader.spec.diff import diff
from vibetrader.spec.strategy import StrategySpec

_STATUS = {
    "modify_spec": Status.MODIFY_SPEC,
    "rerun_backtest": Status.RERUN_BACKTEST,
    "modify_code": Status.MODIFY_CODE,
    "end": Status.END,
    "unclear": Status.UNCLEAR,
}


def apply(
    parent: RunDir, child: RunDir, words: str, settings: Settings, *, intent: Intent | None = None
) -> Outcome:
    """Understand a reply to `parent`'s result and write the changed spec into `child`.

    Args:
        intent: The intent the user forced, when they did.
    """
    if not parent.has(SPEC):
        outcome = _without_spec(words)
        if outcome.status is Status.UNCLEAR and settings.llm != "none":
            return _by_model(parent, child, words, None, settings)
        if outcome.status is Status.MODIFY_CODE and settings.llm != "none":
            child.write(INSTRUCTION, words)
        return outcome
    spec = yamlio.load(parent.read(SPEC), file=SPEC.path)
    result = interpret_feedback(words, spec, _lineage(parent), parent.today(), intent=intent)
    if result.intent == "unclear" and settings.llm != "none":
        return _by_model(parent, child, words, spec, settings)
    if result.intent == "modify_code":
        child.write(INSTRUCTION, words)
    if result.spec is not None:
        child.write(SPEC, yamlio.dump(result.spec))
        listed = "\n".join(f"    {change}" for change in result.changes)
        child.say("text", f"Changes to the spec:\n{listed}" if listed else "No field of the spec changes.")
    return Outcome(
        _STATUS[result.intent], result.message, "" if result.intent != "unclear" else "say what to change, or done"
    )


def explained(run: RunDir, words: str, *, intent: Intent | None = None) -> FeedbackResult:
    """How a reply to a run's result is understood, without doing it."""
    if not run.has(SPEC):
        raise UsageError(f"{run.path.name} has no spec.yaml: only a model reads feedback on a hand-written project")
    spec = yamlio.load(run.read(SPEC), file=SPEC.path)
    return interpret_feedback(words, spec, _lineage(run), run.today(), intent=intent)


def _by_model(parent: RunDir, child: RunDir, words: str, spec: StrategySpec | None, settings: Settings) -> Outcome:
    """The reply as a model reads it; its call is kept with the run whose result was talked about."""
    from vibetrader.feedback.by_model import changed_spec, read
    from vibetrader.llm.connect import connect

    llm = connect(parent, settings)
    assert llm is not None
    reply = read(llm, words, spec, parent.today())
    if reply.intent in ("modify_spec", "rerun_backtest"):
        assert spec is not None
        changed = changed_spec(reply, spec, words)
        child.write(SPEC, yamlio.dump(changed))
        child.say("text", "Changes to the spec:\n" + "\n".join(f"    {change}" for change in diff(spec, changed)))
    if reply.intent == "modify_code":
        child.write(INSTRUCTION, (reply.instruction or words).strip())
    return Outcome(
        _STATUS[reply.intent], reply.message, "" if reply.intent != "unclear" else "say what to change, or done"
    )


def _lineage(run: RunDir) -> list[StrategySpec]:
    """The specs of a run's ancestors, oldest first."""
    found: list[StrategySpec] = []
    before = run.parent
    while before is not None and len(found) < 1000:
        if before.has(SPEC):
            found.append(yamlio.load(before.read(SPEC), file=SPEC.path))
        before = before.parent
    return found[::-1]


def _without_spec(words: str) -> Outcome:
    """A run of a hand-written project has no spec to change; only its code can."""
    from datetime import date

    blank = StrategySpec.model_validate({"symbols": "SPY", "long": {"entry": True}})
    result: FeedbackResult = interpret_feedback(words, blank, [], date(2000, 1, 1))
    if result.intent in ("end", "modify_code"):
        return Outcome(_STATUS[result.intent], result.message)
    return Outcome(
        Status.UNCLEAR, "this run has no spec.yaml to change", "describe the strategy in words with `vibetrader run`"
    )

"""The clarify node: idea.md to spec.yaml, or to questions.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from vibetrader.clarify import answers as replies
from vibetrader.clarify.describe import describe
from vibetrader.clarify.rules import clarify_text
from vibetrader.errors import SpecError, UsageError
from vibetrader.results import Outcome, Status
from vibetrader.results.ideas import Brief, Choice, Question, Questions
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import ANSWERS, BRIEF, ERRORS, IDEA, QUESTIONS, SPEC
from vibetrader.settings import Settings
from vibetrader.spec import yamlio
from vibetrader.spec.check import check
from vibetrader.spec.markets import why_untradable
from vibetrader.spec.parameters import parameterized
from vibetrader.spec.strategy import StrategySpec
from vibetrader.spec.words.result import ClarifyResult


def node(run: RunDir, settings: Settings) -> Outcome:
    """Read the idea, or check the spec that feedback changed."""
    idea = run.read(IDEA)
    asked = _refused_by_compile(run)
    if asked is not None and not settings.overrides and settings.answers_file is None:
        return _ask(run, (asked,), asked.text)
    # A spec that somebody else wrote, by hand or by feedback, is checked and never written over.
    if run.has(SPEC) and (idea.feedback or not run.is_own(SPEC)):
        return _changed(run, settings)
    result = clarify_text(idea.text, run.today())
    if settings.llm != "none":
        from vibetrader.clarify.by_model import worth_asking

        if worth_asking(result):
            return _by_model(run, settings, idea.text, result)
    return _outcome(run, settings, result)


def _outcome(run: RunDir, settings: Settings, result: ClarifyResult) -> Outcome:
    today = run.today()
    if result.verdict == "unsupported":
        what = "; ".join(f"{u.what} ({u.words!r}): {u.reason}" for u in result.unsupported)
        if result.spec is not None:
            run.write(SPEC, yamlio.dump(result.spec))
        return Outcome(
            Status.REFUSED, f"the idea asks for what a spec cannot hold: {what}", "leave that part out, or use --llm"
        )
    if result.verdict == "refused":
        return Outcome(Status.REFUSED, result.message, 'describe a rule, for example "RSI <30 buy, RSI >70 sell"')
    given = _given_answers(run, settings)
    if settings.assume_defaults:
        given = {**replies.defaults(result.questions), **given}
    spec, open_questions = replies.answered(result, given, today, idea=run.read(IDEA).text)
    field_of = {"symbol": "symbols", "start": "period.start", "end": "period.end"}
    flagged = {field_of.get(name, name) for name in settings.overrides}
    open_questions = [q for q in open_questions if q.field not in flagged]
    if open_questions or spec is None:
        questions = tuple(open_questions) or result.questions
        if spec is not None:
            run.write(SPEC, yamlio.dump(spec))
        return _ask(run, questions, "; ".join(q.text for q in questions[:3]))
    spec = replies.overridden(spec, settings.overrides, today)
    refused = _refused(spec, settings)
    if refused is not None:
        return refused
    run.remove(QUESTIONS)
    run.write(SPEC, yamlio.dump(parameterized(spec)))
    _tell(run, result, spec)
    return Outcome(
        Status.OK, f"{_sentence(spec)}; {len(result.assumptions)} assumption{'s' * (len(result.assumptions) != 1)}"
    )


def _by_model(run: RunDir, settings: Settings, idea: str, result: ClarifyResult) -> Outcome:
    """The idea as a model reads it."""
    from vibetrader.clarify.by_model import ask
    from vibetrader.llm.connect import connect

    llm = connect(run, settings)
    assert llm is not None
    asked = run.read(QUESTIONS).items if run.has(QUESTIONS) else ()
    given = _given_answers(run, settings)
    if settings.assume_defaults:
        given = {**replies.defaults(asked), **given}
    read = ask(llm, idea, result, run.today(), given, asked)
    if isinstance(read, str):
        return Outcome(Status.REFUSED, read, 'describe a rule, for example "RSI <30 buy, RSI >70 sell"')
    if isinstance(read, tuple):
        if settings.assume_defaults and not asked:
            # The questions are new to us: put them once more with their own defaults as the answers.
            run.write(QUESTIONS, Questions(items=read))
            return _by_model(run, settings, idea, result)
        return _ask(run, read, "; ".join(q.text for q in read))
    run.remove(QUESTIONS)
    if isinstance(read, Brief):
        brief = _flagged(read, settings.overrides)
        run.remove(SPEC)
        run.write(BRIEF, brief)
        run.say("text", f"Beyond a spec, so the code is written by {brief.by}:\n\n{brief.requirements}")
        return Outcome(Status.OK, f"{', '.join(brief.symbols)} {brief.timeframe}: {brief.title}")
    spec = replies.overridden(read, settings.overrides, run.today())
    refused = _refused(spec, settings)
    if refused is not None:
        return refused
    run.write(SPEC, yamlio.dump(parameterized(spec)))
    run.say("system", describe(spec))
    return Outcome(Status.OK, _sentence(spec))


def _flagged(brief: Brief, flags: Mapping[str, str]) -> Brief:
    """The brief with fields given as flags."""
    given: dict[str, object] = {name: flags[name] for name in ("timeframe", "start", "end", "cash") if name in flags}
    if "symbol" in flags:
        given["symbols"] = tuple(flags["symbol"].split(","))
    return Brief.model_validate({**brief.model_dump(), **given})


def untradable(spec: StrategySpec) -> str:
    """Why the spec's instruments cannot be traded, "" when they can."""
    reason = why_untradable(spec.symbols)
    return reason[0] if reason is not None else ""


def _refused(spec: StrategySpec, settings: Settings) -> Outcome | None:
    reason = why_untradable(spec.symbols)
    if reason is not None:
        return Outcome(Status.REFUSED, reason[0], reason[1])
    errors = [finding for finding in check(spec) if finding.severity == "error"]
    if errors:
        return Outcome(Status.REFUSED, f"{errors[0].field}: {errors[0].message}", errors[0].hint)
    if settings.strict:
        inferred = [(field, origin) for field, origin in spec.provenance.items() if origin.source == "inferred"]
        if inferred:
            listed = "; ".join(f"{field}: {origin.reason}" for field, origin in inferred)
            return Outcome(Status.REFUSED, f"--strict refuses what was inferred: {listed}", "say it in the idea")
    return None


def _ask(run: RunDir, questions: tuple[Question, ...], message: str) -> Outcome:
    run.write(QUESTIONS, Questions(items=questions))
    return Outcome(Status.NEEDS_ANSWERS, message, "answer questions.yaml with --answers FILE, or use --assume-defaults")


def _tell(run: RunDir, result: ClarifyResult, spec: StrategySpec) -> None:
    """The assumptions, for whoever watches."""
    lines = [f"- {a.text} ({a.source})" for a in result.assumptions]
    lines += [f"- not used: {words!r}" for words in result.ignored]
    if lines:
        run.say("text", "Assumptions:\n" + "\n".join(lines))
    # What each piece of the text was read as, for --explain.
    readings = [{"words": words, "meaning": meaning} for words, meaning in result.readings]
    run.say("system", describe(spec), metadata={"readings": readings})


def _changed(run: RunDir, settings: Settings) -> Outcome:
    """A spec that feedback wrote: checked, overridden by flags, passed on."""
    spec = yamlio.load(run.read(SPEC), file=SPEC.path)
    changed = replies.overridden(spec, settings.overrides, run.today())
    refused = _refused(changed, settings.model_copy(update={"strict": False}))
    if refused is not None:
        return refused
    if changed != spec:
        run.write(SPEC, yamlio.dump(changed))
    return Outcome(Status.OK, _sentence(changed))


def _refused_by_compile(run: RunDir) -> Question | None:
    """The question that a symbol or timeframe error of an earlier compile opens."""
    if not (run.has(ERRORS) and run.has(SPEC)):
        return None
    for finding in run.lines(ERRORS):
        if finding.error_class in ("symbol", "timeframe"):
            field = "symbols" if finding.error_class == "symbol" else "timeframe"
            choices = ("BTCUSDT", "ETHUSDT", "SOLUSDT") if field == "symbols" else ("1m", "1h", "1d")
            return Question(
                id="q1", field=field, text=f"{finding.raw.splitlines()[0][:200]}: which {finding.error_class} is meant?",
                choices=tuple(Choice(value=c) for c in choices), reason=finding.cause,
            )  # fmt: skip
    return None


def _given_answers(run: RunDir, settings: Settings) -> dict[str, str]:
    """The answers of the settings' file, kept in the run so that it can be made again."""
    if settings.answers_file is None:
        return {}
    given = _read_answers(settings.answers_file)
    if settings.answers_file != run.file(ANSWERS):
        run.write(ANSWERS, yaml.safe_dump(given, sort_keys=False, allow_unicode=True))
    return given


def _read_answers(path: Path) -> dict[str, str]:
    """`question id or field: answer`; a filled-in questions.yaml (items with `answer`) is read as well."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"answers file {str(path)!r} cannot be read: {error}") from None
    except yaml.YAMLError as error:
        raise SpecError(f"answers file is broken YAML: {str(error).splitlines()[0]}", file=str(path)) from None
    if isinstance(data, dict) and isinstance(data.get("items"), list):
        items = [item for item in data["items"] if isinstance(item, dict)]
        return {
            str(item["id"]): str(item["answer"]) for item in items if "id" in item and item.get("answer") is not None
        }
    if not isinstance(data, dict):
        raise SpecError("answers are a mapping: question id or field, then the answer", file=str(path), line=1)
    return {str(key): str(value) for key, value in data.items() if value is not None}


def _sentence(spec: StrategySpec) -> str:
    tickers = ", ".join(s.ticker for s in spec.symbols)
    rules = "; ".join(f"{name} when {side.entry}" for name, side in spec.sides.items())
    return f"{tickers} {spec.timeframe}: {rules}"

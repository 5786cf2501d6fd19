"""An idea that the rules could not finish, worked out with a language model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from vibetrader.errors import SpecError
from vibetrader.llm import LLM, LlmRequest
from vibetrader.llm.guides import spec_guide
from vibetrader.results.ideas import Brief, Choice, Question
from vibetrader.spec import yamlio
from vibetrader.spec.check import check
from vibetrader.spec.strategy import Origin, StrategySpec
from vibetrader.spec.words.result import ClarifyResult

# Readings that a text about a strategy has; a stray "and" or "with" is none.
_OF_RULES: Final = frozenset({"act", "cond", "slot", "symbol", "decl", "idea", "mirror", "unsupported"})
# Words of the trade that no rule is made of, but that tell that a text is about it.
_OF_MARKETS: Final = frozenset(
    "arbitrage asset assets carry crypto dip drawdown earnings equity forex fund futures gap hedge invest momentum news "
    "overnight portfolio premium price profit profits rebalance return returns risk seasonality sector sentiment spread "
    "stock stocks strategy trade trader trades trading trend volatility yield".split()
)


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AskedQuestion(_Reply):
    """A question of the model's."""

    text: str
    choices: list[str]
    default: str | None


class BriefReply(_Reply):
    """What a program must do; null where the user did not say."""

    title: str
    requirements: str
    symbols: list[str]
    timeframe: str | None
    start: str | None
    end: str | None
    cash: float | None


class ClarifyReply(_Reply):
    """The model's reading of an idea."""

    outcome: Literal["spec", "code", "questions", "no_strategy"]
    spec_yaml: str | None
    brief: BriefReply | None
    questions: list[AskedQuestion]
    message: str


def worth_asking(result: ClarifyResult) -> bool:
    """The rules met something about trading that they could not finish; a question they can put themselves is theirs.

    What does not speak of trading never reaches a model, whoever it is addressed to.
    """
    match result.verdict:
        case "unsupported":
            return True
        case "needs_answers":
            return bool(result.not_understood)
        case "refused":
            known = any(meaning.partition(":")[0] in _OF_RULES for _, meaning in result.readings)
            return known or any(words.lower() in _OF_MARKETS for words, _ in result.readings)
    return False


def ask(
    llm: LLM, idea: str, result: ClarifyResult, today: date, answers: Mapping[str, str], asked: tuple[Question, ...]
) -> StrategySpec | Brief | tuple[Question, ...] | str:
    """The model's reading: a spec, a brief for code, questions, or why it is no strategy."""
    told = [f"{q.text} — {answers[q.id]}" for q in asked if q.id in answers]
    reply = llm.complete(
        LlmRequest(
            task="clarify",
            inputs={
                "today": today.isoformat(),
                "idea": idea,
                "rules": _verdict(result),
                "draft": yamlio.dump(result.spec) if result.spec is not None else "",
                "answers": "\n".join(told),
                "spec_guide": spec_guide(),
            },
            reply=ClarifyReply,
            check=_usable,
        )
    )
    value = reply.value
    match value.outcome:
        case "spec":
            return _traced(yamlio.load(value.spec_yaml or "", file="the model's spec"), reply.model)
        case "code":
            assert value.brief is not None
            return _brief(value.brief, result, today, reply.model)
        case "questions":
            return tuple(
                Question(
                    id=f"m{number}",
                    field="idea",
                    text=question.text,
                    choices=tuple(Choice(value=c) for c in question.choices),
                    default=question.default,
                    reason=f"asked by {reply.model}",
                )
                for number, question in enumerate(value.questions, 1)
            )
    return value.message


def _usable(reply: ClarifyReply) -> None:
    if reply.outcome == "spec":
        try:
            spec = yamlio.load(reply.spec_yaml or "", file="spec_yaml")
        except SpecError as error:
            raise ValueError(str(error)) from None
        if spec.unsupported:
            raise ValueError("spec_yaml: a spec with `unsupported` is none; use the outcome code")
        errors = [f"{f.field}: {f.message}" for f in check(spec) if f.severity == "error"]
        if errors:
            raise ValueError("\n".join(errors))
    if reply.outcome == "code":
        if reply.brief is None or not reply.brief.requirements.strip():
            raise ValueError("brief: the outcome code needs it")
        for name in ("start", "end"):
            text = getattr(reply.brief, name)
            if text is not None:
                try:
                    date.fromisoformat(text)
                except ValueError:
                    raise ValueError(f"brief.{name}: {text!r} is no date of the form YYYY-MM-DD") from None
    if reply.outcome == "questions" and not reply.questions:
        raise ValueError("questions: the outcome questions needs one")


def _verdict(result: ClarifyResult) -> str:
    lines = [result.message] if result.message else []
    lines += [f"a spec cannot hold {u.what}: {u.reason} ({u.words!r})" for u in result.unsupported]
    lines += [f"not understood: {words!r}" for words in result.not_understood]
    return "\n".join(lines) or "it has open questions"


def _traced(spec: StrategySpec, model: str) -> StrategySpec:
    """The spec with the model named as the origin of every field that it set."""
    names = [name for name in spec.model_fields_set if name not in ("schema_version", "provenance")]
    origins = {name: Origin(source="inferred", reason=f"read by {model}") for name in sorted(names)}
    return spec.model_copy(update={"provenance": origins})


def _brief(given: BriefReply, result: ClarifyResult, today: date, model: str) -> Brief:
    """The model's brief; what the user left open is filled in as the rules would."""
    last_year = today.year - 1
    end = given.end or min(date(last_year, 12, 31), today - timedelta(days=1)).isoformat()
    draft = result.spec
    symbols = tuple(given.symbols) or (tuple(s.ticker for s in draft.symbols) if draft else ("BTCUSDT",))
    return Brief(
        title=given.title.strip() or "Strategy",
        requirements=given.requirements.strip(),
        symbols=symbols,
        timeframe=given.timeframe or "1d",
        start=given.start or date(last_year - 1, 1, 1).isoformat(),
        end=end,
        cash=given.cash if given.cash is not None else 10_000.0,
        beyond=tuple(u.what for u in result.unsupported),
        by=model,
    )

"""Answers and flags put into a reading: they win over the words, and the spec says where each came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from pydantic import ValidationError

from vibetrader.clarify.rules import clarify_text
from vibetrader.errors import SpecError
from vibetrader.results.ideas import Question
from vibetrader.spec.parser import parse
from vibetrader.spec.strategy import Origin, Source, StrategySpec
from vibetrader.spec.words.result import ClarifyResult

_LEAVE = ("leave it out", "ignore", "skip", "leave out")


def answered(
    result: ClarifyResult, answers: Mapping[str, str], today: date, *, idea: str = ""
) -> tuple[StrategySpec | None, list[Question]]:
    """The spec with the answers in it, and the questions still open.

    Answers are found by a question's id or field.

    Args:
        idea: The words that were read: where no rule was found in them, they are read once more with the answers.

    Raises:
        SpecError: An answer that cannot be read, naming the question.
    """
    spec = result.spec
    if spec is None and idea:
        return _read_again(idea, result, answers, today)
    left: list[Question] = []
    for question in result.questions:
        answer = answers.get(question.id, answers.get(question.field))
        if answer is None or not answer.strip():
            left.append(question)
            continue
        spec = _apply(spec, question.field, answer.strip(), today, "answer", question)
    return spec, left


_QUOTED: Final = re.compile(r"What does (['\"])(.+)\1 mean here")
_OPENING: Final = {"long.entry": "buy when", "short.entry": "short when", "long.exit": "exit when", "short.exit": "cover when"}


def _read_again(
    idea: str, result: ClarifyResult, answers: Mapping[str, str], today: date
) -> tuple[StrategySpec | None, list[Question]]:
    """An idea without a rule of its own, read with the answers that give one."""
    text, left, rules = idea, [], []
    given: dict[str, str] = {}
    for question in result.questions:
        answer = answers.get(question.id, answers.get(question.field, "")).strip()
        quoted = _QUOTED.search(question.text)
        if not answer:
            left.append(question)
        elif question.field == "idea" and quoted and answer.lower() in _LEAVE:
            text = text.replace(quoted[2], " ", 1)
        elif question.field in _OPENING:
            opening = "" if answer.lower().startswith(("buy", "sell", "short", "long", "exit", "cover", "close")) else _OPENING[question.field]
            rules.append(f"{opening} {answer.removeprefix('when ').removeprefix('if ')}".strip())
            given[question.field] = answer
        else:
            rules.append(answer)
    if left:
        return None, left
    again = clarify_text(". ".join([text.strip().rstrip("."), *rules]), today)
    if again.spec is None or again.verdict != "ok":
        open_ = "; ".join(q.text for q in again.questions) or again.message
        raise SpecError(f"the idea with the answers is not understood: {open_}", field="idea",
                        hint="answer with conditions such as: rsi below 30")  # fmt: skip
    origins = {field: Origin(source="answer", words=words) for field, words in given.items() if field in again.spec.provenance}
    provenance = {**again.spec.provenance, **origins}
    return again.spec.model_copy(update={"provenance": provenance, "name": " ".join(idea.split())[:78]}), []


def defaults(questions: tuple[Question, ...]) -> dict[str, str]:
    """The default answer of each question that has one."""
    return {q.id: q.default for q in questions if q.default is not None}


def overridden(spec: StrategySpec, flags: Mapping[str, str], today: date) -> StrategySpec:
    """The spec with fields given as flags."""
    for field, value in flags.items():
        spec = _apply(spec, field, value, today, "flag", None) or spec
    return spec


def _apply(
    spec: StrategySpec | None, field: str, answer: str, today: date, source: Source, question: Question | None
) -> StrategySpec | None:
    if field == "idea":
        return spec if answer.lower() in _LEAVE else _from_words(spec, answer, today, question)
    if (
        field in ("long.entry", "short.entry", "long.exit", "short.exit", "long.stop_loss", "short.stop_loss")
        or spec is None
    ):
        return _from_words(spec, answer, today, question, field)
    update = _simple(spec, field, answer)
    if update is None:
        return _from_words(spec, answer, today, question, field)
    origin = {key: Origin(source=source, words=answer) for key in update}
    try:
        data = {**_fields(spec), **update, "provenance": {**spec.provenance, **origin}}
        return StrategySpec.model_validate(data)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise SpecError(f"{problem['msg']}, not {answer!r}", field=field) from None


def _fields(spec: StrategySpec) -> dict[str, Any]:
    return {name: getattr(spec, name) for name in StrategySpec.model_fields}


def _simple(spec: StrategySpec, field: str, answer: str) -> dict[str, Any] | None:
    name = field.replace("-", "_")
    if name in ("symbol", "symbols"):
        return {"symbols": [part.strip() for part in answer.split(",") if part.strip()]}
    if name in ("start", "end", "period.start", "period.end"):
        part = name.removeprefix("period.")
        period = spec.period
        other: dict[str, Any] = {"start": period.start, "end": period.end}
        if period.last is not None:
            other = dict(zip(("start", "end"), period.dates(period.as_of or date.min)))
        try:
            other[part] = date.fromisoformat(answer)
        except ValueError:
            raise SpecError(f"{answer!r} is no date", field=field, hint="write it as 2024-01-31") from None
        if other["start"] is not None and other["end"] is not None and other["start"] > other["end"]:
            if part == "start":
                other["end"] = None
        return {"period": other}
    if name in ("timeframe", "timezone", "brokerage", "account", "currency", "benchmark", "name"):
        return {name: answer}
    if name in ("cash", "leverage", "slippage_percent", "max_entries", "warmup_bars"):
        try:
            number = float(answer.replace(",", "").replace("_", "").removesuffix("k").removesuffix("K"))
        except ValueError:
            raise SpecError(f"{answer!r} is no number", field=field) from None
        if answer.lower().endswith("k"):
            number *= 1000
        return {name: int(number) if name in ("max_entries", "warmup_bars") else number}
    if name == "size" and answer not in ("percent", "money", "units"):
        return {"size": answer}
    return None


def _from_words(
    spec: StrategySpec | None, answer: str, today: date, question: Question | None, field: str = ""
) -> StrategySpec | None:
    """An answer in words: an expression, or a piece of an idea."""
    side_name, _, part = field.partition(".")
    label = question.text if question is not None else field
    if spec is not None and side_name in ("long", "short") and part in ("entry", "exit", "stop_loss", "take_profit"):
        if part == "exit" and answer.lower() in ("hold to the end", "never", "hold"):
            return spec
        side = getattr(spec, side_name)
        if side is not None:
            value = _piece(part, answer, today)
            if value is None:
                raise SpecError(f"the answer {answer!r} to {label!r} is not understood", field=field,
                                hint="answer with a condition such as rsi(14) > 70, or a distance such as 2%")  # fmt: skip
            changed = side.model_copy(update=value.get("side", {}))
            provenance = {**spec.provenance, field: Origin(source="answer", words=answer)}
            update: dict[str, Any] = {side_name: changed, "provenance": provenance}
            if value.get("limits"):
                update["limits"] = spec.limits.model_copy(update=value["limits"])
            return spec.model_copy(update=update)
    again = clarify_text(answer, today)
    if again.spec is not None and again.verdict == "ok" and again.spec.sides and spec is None:
        return again.spec
    raise SpecError(f"the answer {answer!r} to {label!r} is not understood", field=field or "idea",
                    hint="rephrase the idea with that part spelled out")  # fmt: skip


def _piece(part: str, answer: str, today: date) -> dict[str, Any] | None:
    try:
        node = parse(answer)
        from vibetrader.spec.expressions import is_condition

        if part in ("entry", "exit") and is_condition(node):
            return {"side": {part: node}}
    except SpecError:
        pass
    words = {
        "entry": f"buy when {answer}",
        "exit": f"buy when close > open, exit {answer if answer.startswith(('after', 'when', 'if', 'at')) else 'when ' + answer}",
        "stop_loss": f"buy when close > open, stop loss {answer}",
        "take_profit": f"buy when close > open, take profit {answer}",
    }[part]
    for text in (words, f"buy when close > open, {answer}") if part == "exit" else (words,):
        result = clarify_text(text, today)
        if result.spec is None or result.spec.long is None or result.not_understood:
            continue
        side = result.spec.long
        found: dict[str, Any] = {}
        if getattr(side, part) is not None and not (
            part == "exit" and result.spec.provenance.get("long.exit", Origin(source="said")).source == "inferred"
        ):
            found["side"] = {part: getattr(side, part)}
        limits = {k: v for k, v in result.spec.limits.model_dump().items() if v is not None}
        if part == "exit" and side.stop_loss is not None and "side" not in found:
            found["side"] = {"stop_loss": side.stop_loss}
        if limits:
            found["limits"] = limits
        if found:
            return found
    return None

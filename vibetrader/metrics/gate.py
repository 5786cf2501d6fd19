"""Thresholds on figures: `sharpe<1 or max_drawdown>25%`, parsed and judged against a metrics table.

A percent figure is compared with percent: `25%` and `25` are the same. A bare number between -1 and 1 against a percent
figure is refused, because nobody can tell 0.25 (a quarter) from 0.25 %.
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from vibetrader.metrics.catalog import ALIASES, CATALOG

_OPERATORS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>[-+]?\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*(?P<unit>%|k\b|m\b|days?\b|d\b|hours?\b|h\b)?"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<op><=|>=|==|!=|<|>|=)|(?P<mark>[(),;]))"
)

State = Literal["missed", "held", "unknown"]


class GateError(ValueError):
    """A threshold that cannot be read; the message names the text, `hint` the next step."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Operand:
    """A figure by id, or a number."""

    metric: str = ""
    number: float = 0.0
    percent: bool = False

    def __str__(self) -> str:
        return self.metric or f"{self.number:g}{'%' if self.percent else ''}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One test."""

    left: Operand
    op: str
    right: Operand

    def __str__(self) -> str:
        return f"{self.left} {self.op} {self.right}"


@dataclass(frozen=True, slots=True)
class Both:
    """All parts."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " and ".join(f"({p})" if isinstance(p, Either) else str(p) for p in self.parts)


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " or ".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class No:
    """Not the part."""

    part: Node

    def __str__(self) -> str:
        return f"not ({self.part})"


Node = Comparison | Both | Either | No


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one condition turned out.

    Attributes:
        condition: What was asked.
        state: missed: the condition to fail on is true; unknown: a figure is not defined, which counts as missed.
        found: The figures it speaks of with their values.
        reason: Why it is unknown.
    """

    condition: str
    state: State
    found: str
    reason: str = ""

    @property
    def failed(self) -> bool:
        """It stops the build."""
        return self.state != "held"


def parse(text: str) -> list[Node]:
    """The conditions of a text; those joined by `or`, `,` or `;` at the top stand alone.

    Raises:
        GateError: It cannot be read, or names no figure that there is.
    """
    node = _Parser(text).whole()
    return list(node.parts) if isinstance(node, Either) else [node]


def judge(node: Node, table: Mapping[str, Any]) -> Verdict:
    """Whether a condition to fail on is true of a metrics table."""
    truth = _truth(node, table)
    names = list(dict.fromkeys(_metrics(node)))
    found = ", ".join(f"{name} = {_shown(name, table)}" for name in names)
    if truth is None:
        why = "; ".join(
            f"{name} is not defined: {(table.get(name) or {}).get('reason', 'the run has no such figure')}"
            for name in names
            if (table.get(name) or {}).get("value") is None
        )
        return Verdict(str(node), "unknown", found, why)
    return Verdict(str(node), "missed" if truth else "held", found)


def metric_id(name: str) -> str:
    """The id of a figure by id or short name.

    Raises:
        GateError: There is none; names the nearest.
    """
    key = ALIASES.get(name.lower(), name.lower())
    if key in CATALOG:
        return key
    near = difflib.get_close_matches(name.lower(), [*CATALOG, *ALIASES], n=3)
    hint = f"Did you mean {', '.join(near)}?" if near else "docs/reference/metrics.md lists them."
    raise GateError(f"there is no figure {name!r}", hint)


def _truth(node: Node, table: Mapping[str, Any]) -> bool | None:
    match node:
        case Comparison(left=left, op=op, right=right):
            a, b = _value(left, table), _value(right, table)
            return None if a is None or b is None else _OPERATORS[op](a, b)
        case Both(parts=parts):
            known = [_truth(part, table) for part in parts]
            return False if False in known else None if None in known else True
        case Either(parts=parts):
            known = [_truth(part, table) for part in parts]
            return True if True in known else None if None in known else False
        case No(part=part):
            inner = _truth(part, table)
            return None if inner is None else not inner


def _value(operand: Operand, table: Mapping[str, Any]) -> float | None:
    if not operand.metric:
        return operand.number
    found = (table.get(operand.metric) or {}).get("value")
    return None if found is None else float(found)


def _metrics(node: Node) -> list[str]:
    match node:
        case Comparison(left=left, right=right):
            return [side.metric for side in (left, right) if side.metric]
        case Both(parts=parts) | Either(parts=parts):
            return [name for part in parts for name in _metrics(part)]
        case No(part=part):
            return _metrics(part)


def _shown(name: str, table: Mapping[str, Any]) -> str:
    entry = table.get(name) or {}
    return str(entry.get("display") or entry.get("value")) if entry.get("value") is not None else "–"


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str, str]] = []
        place = 0
        while text[place:].strip():
            found = _TOKEN.match(text, place)
            if found is None:
                raise GateError(f"{text!r} cannot be read at {text[place:].strip()[:20]!r}", _EXAMPLE)
            kind = found.lastgroup if found.lastgroup != "unit" else "number"
            assert kind is not None
            self._tokens.append((kind, found[kind], found["unit"] or ""))
            place = found.end()
        if not self._tokens:
            raise GateError("a threshold is empty", _EXAMPLE)
        self._next = 0

    def whole(self) -> Node:
        node = self._either()
        if self._next < len(self._tokens):
            raise GateError(f"{self._text!r}: {self._peek()!r} is one word too many", _EXAMPLE)
        return node

    def _peek(self) -> str:
        return self._tokens[self._next][1].lower() if self._next < len(self._tokens) else ""

    def _take(self, *words: str) -> bool:
        if self._peek() in words:
            self._next += 1
            return True
        return False

    def _either(self) -> Node:
        parts = [self._both()]
        while self._take("or", ",", ";"):
            if self._next == len(self._tokens):
                break
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self) -> Node:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _one(self) -> Node:
        if self._take("not"):
            return No(self._one())
        if self._take("("):
            node = self._either()
            if not self._take(")"):
                raise GateError(f"{self._text!r}: a bracket is not closed", _EXAMPLE)
            return node
        left = self._operand()
        kind, op, _ = self._tokens[self._next] if self._next < len(self._tokens) else ("", "", "")
        if kind != "op":
            raise GateError(
                f"{self._text!r}: a comparison (<, <=, >, >=, ==, !=) is missing after {str(left)!r}", _EXAMPLE
            )
        self._next += 1
        right = self._operand()
        if not left.metric and not right.metric:
            raise GateError(f"{self._text!r} compares two numbers", _EXAMPLE)
        _refuse_doubt(left, right, self._text)
        return Comparison(left, "==" if op == "=" else op, right)

    def _operand(self) -> Operand:
        if self._next >= len(self._tokens):
            raise GateError(f"{self._text!r} ends too early", _EXAMPLE)
        kind, text, unit = self._tokens[self._next]
        self._next += 1
        if kind == "name" and text.lower() not in ("and", "or", "not"):
            return Operand(metric=metric_id(text))
        if kind == "number":
            scale = {"k": 1e3, "m": 1e6}.get(unit, 1.0)
            return Operand(number=float(text.replace("_", "")) * scale, percent=unit == "%")
        raise GateError(f"{self._text!r}: a figure or a number is expected, found {text!r}", _EXAMPLE)


_EXAMPLE: Final = "For example: --fail-if 'sharpe<1 or max_drawdown>25%'"


def _refuse_doubt(left: Operand, right: Operand, text: str) -> None:
    for figure, number in ((left, right), (right, left)):
        if not figure.metric or number.metric:
            continue
        unit = CATALOG[figure.metric].unit
        if unit == "percent" and not number.percent and 0 < abs(number.number) <= 1:
            raise GateError(
                f"{text!r}: {figure.metric} is in percent; {number.number:g} could mean {number.number:g} % or "
                f"{number.number * 100:g} %",
                f"Write {number.number * 100:g}% or {number.number:g}%.",
            )
        if unit != "percent" and number.percent:
            raise GateError(
                f"{text!r}: {figure.metric} is no percent figure ({unit})", f"Leave the % away: {figure.metric} …"
            )

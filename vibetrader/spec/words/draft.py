"""What was read from a text, before it becomes a spec."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from vibetrader.spec import expressions as ex


class Span(NamedTuple):
    """Characters of the text, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A value said outside the rules: a stop, a size, a date."""

    value: tuple[object, ...]
    span: Span


@dataclass(slots=True)
class Rule:
    """Conditions gathered for one target."""

    parts: list[tuple[str, ex.Expression]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    any_cross: bool = False


@dataclass(slots=True)
class Unit:
    """One piece of a sentence, in order."""

    kind: str
    value: object
    start: int
    end: int
    any_cross: bool = False
    opens: bool = False
    """The words of an action end with when or if: its conditions follow."""


@dataclass(slots=True)
class Draft:
    """Everything read."""

    symbols: list[str] = field(default_factory=list)
    symbol_spans: list[Span] = field(default_factory=list)
    timeframe: str | None = None
    timeframe_span: Span | None = None
    odd_timeframe: tuple[str, Span] | None = None
    rules: dict[str, Rule] = field(default_factory=dict)
    """By target: long, short, exit_long, exit_short, exit (of whichever is open)."""
    slots: dict[str, Slot] = field(default_factory=dict)
    conflicts: list[tuple[str, str, str]] = field(default_factory=list)
    """(slot, first words, second words)."""
    flags: dict[str, Span] = field(default_factory=dict)
    unsupported: list[tuple[str, Span]] = field(default_factory=list)
    unknown: list[Span] = field(default_factory=list)
    ignored: list[Span] = field(default_factory=list)
    unused: list[Span] = field(default_factory=list)
    """Plain words inside a clause that is read without them."""
    assumed: dict[str, str] = field(default_factory=dict)
    inferred: dict[str, str] = field(default_factory=dict)
    questions: list[tuple[str, str]] = field(default_factory=list)
    session: list[ex.Expression] = field(default_factory=list)
    """Conditions on the clock that hold for every entry."""
    mirrors: set[str] = field(default_factory=set)
    """Targets that are the opposite of the other side."""

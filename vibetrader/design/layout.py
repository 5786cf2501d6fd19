"""Python source as data, and its layout: classes, methods, and lines that are broken where a person would break them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH = 100
"""Longest line that is written when there is a place to break it."""


@dataclass(slots=True)
class Method:
    """A method: `lines` are its body, indented relative to it."""

    name: str
    parameters: str = ""
    returns: str = "None"
    doc: str = ""
    lines: list[str] = field(default_factory=list)

    @property
    def signature(self) -> str:
        """`def name(self, …) -> …:`."""
        arguments = f"self, {self.parameters}" if self.parameters else "self"
        return f"def {self.name}({arguments}) -> {self.returns}:"


@dataclass(slots=True)
class Class:
    """A class with its methods."""

    name: str
    base: str
    doc: Sequence[str]
    methods: list[Method] = field(default_factory=list)


def indented(lines: Sequence[str], levels: int = 1) -> list[str]:
    """The lines further right."""
    return ["    " * levels + line if line else "" for line in lines]


def statement(prefix: str, text: str, suffix: str = "", *, room: int = WIDTH - 8) -> list[str]:
    """A statement `prefix text suffix` (`if … :`, `return …`), broken in brackets when it is too long.

    Args:
        room: Width left for the statement, its indentation inside the file taken off.
    """
    whole = f"{prefix}{text}{suffix}"
    if len(whole) <= room:
        return [whole]
    return [f"{prefix}(", *indented(broken(text, room - 4)), f"){suffix}"]


def broken(text: str, room: int) -> list[str]:
    """A condition or value over several lines that are to stand inside brackets."""
    if len(text) <= room:
        return [text]
    for operator in (" or ", " and "):
        parts = _split(text, operator)
        if len(parts) > 1:
            lines = _part(parts[0], room)
            for part in parts[1:]:
                rest = _part(part, room - 4)
                lines += [f"{operator.strip()} {rest[0]}", *rest[1:]]
            return lines
    return _part(text, room)


def _part(text: str, room: int) -> list[str]:
    if len(text) <= room:
        return [text]
    start = text.find("(")
    if start < 0 or not text.endswith(")") or _close(text, start) != len(text) - 1:
        return [text]
    inner = text[start + 1 : -1]
    loop = _split(inner, " for ")
    if start == 0:
        body = broken(inner, room - 4)
    elif len(loop) == 2:
        body = [*broken(loop[0], room - 4), f"for {loop[1]}"]
    else:
        arguments = _split(inner, ", ")
        body = [line for argument in arguments for line in _with_comma(_part(argument, room - 4))]
    return [text[: start + 1], *indented(body), ")"]


def _with_comma(lines: list[str]) -> list[str]:
    return [*lines[:-1], lines[-1] + ","]


def _close(text: str, start: int) -> int:
    depth = 0
    for index in range(start, len(text)):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(text[index], 0)
        if depth == 0:
            return index
    return -1


def _split(text: str, operator: str) -> list[str]:
    """The parts between an operator at the outermost level."""
    parts, depth, begin, index = [], 0, 0, 0
    while index < len(text):
        character = text[index]
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if depth == 0 and text.startswith(operator, index):
            parts.append(text[begin:index])
            index += len(operator)
            begin = index
            continue
        index += 1
    return [*parts, text[begin:]]

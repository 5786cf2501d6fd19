"""Python source as data, and its layout: classes, methods, lines broken where a person would break them."""

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


def fitted(line: str, room: int) -> list[str]:
    """A line of the form `… name(arguments)`, its arguments on lines of their own when it is too long."""
    tail = "," if line.endswith(",") else ""
    line = line.removesuffix(",")
    if len(line) + len(tail) <= room or not line.endswith(")") or "#" in line:
        return [line + tail]
    margin = line[: len(line) - len(line.lstrip())]
    start = next((i for i, c in enumerate(line) if c == "(" and _close(line, i) == len(line) - 1), -1)
    if start < 0:
        return [line + tail]
    parts = _split(line[start + 1 : -1], ", ")
    one = f"{margin}    {', '.join(parts)}"
    if len(one) <= room or len(parts) == 1:
        inside = fitted(one, room)
    else:
        inside = [piece for part in parts for piece in fitted(f"{margin}    {part},", room)]
    return [line[: start + 1], *inside, f"{margin}){tail}"]


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
    if any(len(_split(text, operator)) > 1 for operator in (" or ", " and ")):
        return ["(", *indented(broken(text, room - 4)), ")"]
    for operator in (" > ", " < ", " >= ", " <= ", " == ", " != "):
        sides = _split(text, operator)
        if len(sides) == 2:
            return [sides[0], f"{operator.strip()} {sides[1]}"]
    start = text.find("(")
    if start < 0 or _close(text, start) != len(text) - 1:
        return [text]
    inner, called = text[start + 1 : -1], text[:start]
    loop = _split(inner, " for ")
    if not called or called.endswith(" "):
        body = broken(inner, room - 4)
    elif len(loop) == 2:
        body = [*broken(loop[0], room - 4), f"for {loop[1]}"]
    else:
        body = [line for argument in _split(inner, ", ") for line in _with_comma(_part(argument, room - 4))]
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

"""LEAN's Python interface as an index: classes, members, signatures; made by `build_index`, loaded when asked for."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any, NamedTuple

from vibetrader._util.suggest import closest


class Parameter(NamedTuple):
    """A parameter of a signature."""

    name: str
    type: str
    optional: bool


class Signature(NamedTuple):
    """One form of a method."""

    parameters: tuple[Parameter, ...]
    returns: str

    @property
    def required(self) -> int:
        """Parameters without a default."""
        return sum(not p.optional for p in self.parameters)

    @property
    def is_open(self) -> bool:
        """It takes any number of arguments."""
        return any(p.name.startswith("*") for p in self.parameters)

    def __str__(self) -> str:
        return ", ".join(f"{p.name}: {p.type}" + (" = ..." if p.optional else "") for p in self.parameters)


@dataclass(frozen=True)
class Member:
    """A member of a class: a property (or field, or enum member) with its type, or a method with its forms."""

    name: str
    type: str = ""
    forms: tuple[Signature, ...] = ()

    @property
    def is_method(self) -> bool:
        """It is called."""
        return bool(self.forms)


class LeanIndex:
    """Answers what LEAN has under a name."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self._classes: dict[str, dict[str, Any]] = raw["classes"]
        self.exports = frozenset(raw["exports"])
        self.modules: dict[str, list[str]] = raw["modules"]
        self.origin: str = raw["origin"]
        self._members: dict[str, dict[str, Member]] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._classes

    def class_names(self) -> Iterable[str]:
        """All classes."""
        return self._classes.keys()

    def is_enum(self, name: str) -> bool:
        """The class is an enumeration."""
        return any("Enum" in base for base in self._classes.get(name, {}).get("bases", ()))

    def bases(self, name: str) -> Iterator[str]:
        """The class and all its bases."""
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            current = re.sub(r"\[.*", "", waiting.pop(0))
            if current in seen or current not in self._classes:
                continue
            seen.add(current)
            yield current
            waiting += self._classes[current]["bases"]

    def members(self, name: str) -> dict[str, Member]:
        """Members of a class by their snake_case names, inherited ones included."""
        if name not in self._members:
            found: dict[str, Member] = {}
            for owner in self.bases(name):
                for member, what in self._classes[owner]["members"].items():
                    if member not in found:
                        found[member] = _member(member, what)
            self._members[name] = found
        return self._members[name]

    def member(self, name: str, attribute: str) -> Member | None:
        """A member under either spelling; None when the class has none of that name."""
        members = self.members(name)
        if attribute in members:
            return members[attribute]
        if attribute[:1].isupper():
            for spelling in (_snake(attribute), attribute.lower(), _snake(attribute).upper()):
                if spelling in members:
                    return members[spelling]
        return None

    def suggest(self, name: str, attribute: str) -> str:
        """The member that was most likely meant, or ""."""
        members = self.members(name)
        snake = _snake(attribute)
        for spelling in (snake, snake.upper(), attribute.lower()):
            if spelling in members:
                return spelling
        found = closest(snake, (m for m in members if not m.startswith("_")), count=1, cutoff=0.7)
        if found:
            return found[0]
        parts = snake.split("_")
        ends = [m for m in members if m.startswith(f"{snake}_") or m.endswith(f"_{snake}")]
        ends = ends or [m for m in members if len(parts) > 1 and m in parts]
        return min(ends, key=len) if ends else ""

    @cached_property
    def algorithm_members(self) -> frozenset[str]:
        """Names that QCAlgorithm uses."""
        return frozenset(self.members("QCAlgorithm"))


def _member(name: str, what: Any) -> Member:
    if isinstance(what, str):
        return Member(name, what)
    forms = tuple(Signature(tuple(Parameter(n, t, bool(o)) for n, t, o in ps), returns) for ps, returns in what)
    return Member(name, forms=forms)


_WORD_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def _snake(name: str) -> str:
    return _WORD_BREAK.sub("_", name).lower()


@cache
def lean_index() -> LeanIndex:
    """The shipped index."""
    packed = resources.files("vibetrader.compile").joinpath("lean_index.json.gz").read_bytes()
    return LeanIndex(json.loads(gzip.decompress(packed)))

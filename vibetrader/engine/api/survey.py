"""What the engine has of LEAN, counted: LEAN's names and members against the engine's own classes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from vibetrader.engine import leanmembers
from vibetrader.engine.api import exports
from vibetrader.engine.api.support import FEATURES, Level, Support


@dataclass(frozen=True, slots=True)
class ClassSurvey:
    """Members of one class.

    Attributes:
        name: LEAN's name of the class.
        members: How many public members LEAN's class has.
        lacking: Those the engine refuses.
    """

    name: str
    members: int
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """Counts.

    Attributes:
        names: How many names `from AlgorithmImports import *` brings in LEAN.
        refused: Those the engine refuses to use.
        classes: The engine's classes, the most incomplete first.
    """

    names: int
    refused: tuple[str, ...]
    classes: tuple[ClassSurvey, ...]


@cache
def survey() -> Survey:
    """Compare everything; takes a second or two, since it loads every class."""
    wanted = sorted(exports.star_names())
    refused, classes = [], []
    for name in wanted:
        found: Any = exports.find(name)
        if type(found).__name__ == "_UnsupportedMeta":
            refused.append(name)
        elif isinstance(found, type):
            total = len(leanmembers.table().get(name, ()))
            if total:
                classes.append(ClassSurvey(name, total, leanmembers.lacks(found)))
    classes.sort(key=lambda row: (-len(row.lacking), row.name))
    return Survey(len(wanted), tuple(refused), tuple(classes))


def has_member(member: str) -> bool:
    """Whether the engine has a member that a feature names: of the algorithm, or a name of LEAN, or `Class.MEMBER`."""
    owner, _, name = member.rpartition(".")
    if owner or member[:1].isupper():
        found = exports.find(owner or member)
        refused = type(found).__name__ == "_UnsupportedMeta"
        return not refused and (not owner or hasattr(found, name))
    algorithm = exports.find("QCAlgorithm")
    return member not in leanmembers.lacks(algorithm) and any(member in vars(base) for base in algorithm.__mro__)


def measured(feature: Support) -> tuple[Level, int]:
    """Level of a feature and how many of its members are there: what claims more than it has is partial or none."""
    if feature.level == "none":
        return "none", 0
    found = sum(has_member(member) for member in feature.members)
    if not found:
        return "none", 0
    return ("partial" if found < len(feature.members) and feature.level == "full" else feature.level), found


def rows(word: str | None = None) -> list[dict[str, Any]]:
    """The features as `lean-support` prints them, measured."""
    made = []
    for feature in FEATURES:
        if word is None or word.lower() in " ".join((feature.feature, feature.note, *feature.members)).lower():
            level, found = measured(feature)
            made.append(
                {
                    "feature": feature.feature,
                    "level": level,
                    "members": list(feature.members),
                    "found": found,
                    "note": feature.note,
                }
            )
    return made

"""\"Did you mean …?\""""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def closest(word: str, options: Iterable[str], *, count: int = 3, cutoff: float = 0.6) -> list[str]:
    """The options most like `word`, best first, upper and lower case taken as equal."""
    by_fold: dict[str, str] = {}
    for option in options:
        by_fold.setdefault(option.casefold(), option)
    found = difflib.get_close_matches(word.casefold(), by_fold, n=count, cutoff=cutoff)
    return [by_fold[name] for name in found]


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """A hint such as `did you mean 'spec.yaml'?`, or "" when nothing is close."""
    found = closest(word, options, count=1)
    return f"did you mean {found[0]!r}?" if found else ""

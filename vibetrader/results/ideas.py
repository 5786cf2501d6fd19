"""The user's words, and the questions they leave open."""

from __future__ import annotations

import re

from vibetrader.results.model import FileModel

_MARK = re.compile(r"^<!-- feedback (\d+) -->$", re.MULTILINE)


class Idea(FileModel):
    """The idea and each feedback, in order, in the user's own words."""

    text: str
    feedback: tuple[str, ...] = ()

    def to_markdown(self) -> str:
        """As `idea.md` keeps it: the idea, then each feedback under a comment with its number."""
        parts = [self.text, *(f"<!-- feedback {i} -->\n{words}" for i, words in enumerate(self.feedback, 1))]
        return "\n\n".join(parts) + "\n"

    @classmethod
    def from_markdown(cls, text: str) -> Idea:
        """Read `idea.md`; only marks that count up from 1 separate, so another mark in the words stays words."""
        pieces: list[str] = []
        start = 0
        for mark in _MARK.finditer(text):
            if int(mark[1]) == len(pieces) + 1:
                pieces.append(text[start : mark.start()])
                start = mark.end()
        pieces.append(text[start:])
        words = [piece.strip("\n") for piece in pieces]
        return cls(text=words[0], feedback=tuple(words[1:]))


class Choice(FileModel):
    """One possible answer."""

    value: str
    label: str = ""


class Question(FileModel):
    """One open question; `field` is the spec field that the answer fills."""

    id: str
    field: str
    text: str
    choices: tuple[Choice, ...] = ()
    default: str | None = None
    reason: str = ""


class Questions(FileModel):
    """`questions.yaml`."""

    schema_version: int = 1
    items: tuple[Question, ...] = ()


class Brief(FileModel):
    """`brief.yaml`: what a program must do, for an idea that is clear but beyond a spec."""

    schema_version: int = 1
    title: str
    requirements: str
    symbols: tuple[str, ...]
    timeframe: str
    start: str
    end: str
    cash: float
    beyond: tuple[str, ...] = ()
    by: str = ""
    """The model that wrote it."""

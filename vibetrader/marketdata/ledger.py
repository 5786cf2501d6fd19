"""`data_ledger.json`: which bars a run used, where they came from, what is doubtful about them, which trades they touch.

The file's form is described in docs/data.md; the report shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from vibetrader.marketdata.audit import SeriesAudit
from vibetrader.marketdata.quality import KINDS, Finding, Policy
from vibetrader.marketdata.spans import Span

SCHEMA: Final = 1
#: Doubts that say nothing about the price a trade was made at.
_HARMLESS: Final = frozenset(
    {"late_start", "early_end", "no_receipt", "leftover", "misnamed_file", "changed_file", "missing_file", "closed_market", "replaced_archive"}
)


def ledger(
    audits: Iterable[SeriesAudit],
    *,
    policy: Mapping[str, Policy],
    source: str,
    label: str,
    changed: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The ledger of a run's data, without its trades.

    Args:
        source: folder, binance or synthetic.
        label: What every output must say about the data, "" when nothing.
        changed: What `fill` and `mask` did, by series.
    """
    audits = list(audits)
    findings = [finding for one in audits for finding in one.findings]
    totals: dict[str, int] = {}
    for finding in findings:
        totals[finding.kind] = totals.get(finding.kind, 0) + finding.count
    return {
        "schema": SCHEMA,
        "source": source,
        "label": label,
        "series": [one.to_json() for one in audits],
        "findings": [{**finding.to_json(), "policy": policy[finding.kind]} for finding in findings],
        "totals": {kind: totals[kind] for kind in KINDS if kind in totals},
        "meanings": {kind: KINDS[kind].meaning for kind in KINDS if kind in totals},
        "changed": dict(changed or {}),
        "trades": [],
    }


def doubtful_trades(
    trades: Iterable[Mapping[str, Any]], audits: Iterable[SeriesAudit]
) -> list[dict[str, Any]]:
    """Trades whose entry or exit lies on doubtful bars, or that a gap runs through.

    Args:
        trades: `symbol`, `entry_time`, `exit_time` (ISO 8601, UTC) of each, in order.
    """
    audits = list(audits)
    marked: list[dict[str, Any]] = []
    for number, trade in enumerate(trades):
        entry, exit_ = (_moment(str(trade[name])) for name in ("entry_time", "exit_time"))
        touched: dict[str, str] = {}
        for one in audits:
            if one.key.ticker != str(trade["symbol"]).upper():
                continue
            step = one.key.step_ms
            # a bar that ends at the moment of the fill is the one whose price was taken
            near = [(moment - step, moment + step) for moment in (entry, exit_)]
            for finding in one.findings:
                if finding.kind in _HARMLESS:
                    continue
                if _meet(finding.bars, near):
                    touched.setdefault(finding.kind, finding.detail)
                elif finding.kind == "gap" and _meet(finding.bars, [(entry, exit_)]):
                    touched.setdefault("gap", f"held through: {finding.detail}")
        if touched:
            marked.append(
                {
                    "trade": number, "symbol": trade["symbol"], "entry_time": trade["entry_time"],
                    "exit_time": trade["exit_time"], "kinds": list(touched), "details": list(touched.values()),
                }
            )  # fmt: skip
    return marked


def _meet(spans: Iterable[Span], others: list[Span]) -> bool:
    return any(low < stop and start < high for low, high in spans for start, stop in others)


def grave(findings: Iterable[Finding], policy: Mapping[str, Policy]) -> list[Finding]:
    """Findings whose policy is to refuse the run."""
    return [finding for finding in findings if policy[finding.kind] == "fail"]


def _moment(text: str) -> int:
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)

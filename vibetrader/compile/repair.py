"""Repairs of known mistakes without a model: the edits that the checks propose, applied one mistake at a time.

An edit replaces a span of the source: everything else of a person's file stays as it was, comments and layout too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vibetrader.compile.checks.program import Edit, Mistake
from vibetrader.compile.hindsight import edits_for
from vibetrader.results.findings import Finding


def repair(source: str, findings: Sequence[Finding], mistakes: Sequence[Mistake]) -> str | None:
    """The program with one mistake mended, or None when no rule knows how.

    What the checks saw before the run comes first; then what only the run's words tell.

    Args:
        source: The program.
        findings: What checks and run found; of the mistakes that a rule can mend, one that fits the first error wins.
        mistakes: What the checks found in this source.
    """
    mendable = [mistake for mistake in mistakes if mistake.edits]
    errors = [finding for finding in findings if finding.severity == "error"]
    chosen = _best(mendable, errors)
    edits = chosen.edits if chosen is not None else next(filter(None, (edits_for(source, e) for e in errors)), ())
    return _applied(source, edits)


#: Rules whose mistake explains that a program never trades.
_SILENCING = frozenset(
    [
        "account_currency", "adder", "brokerage_model", "fill_forward", "fraction_of_coin", "identity", "indicator_value",
        "keep_symbol", "member", "property", "rename_method", "resolution", "stop_limit", "symbol", "trade_bars",
        "trade_consolidator", "weight",
    ]
)  # fmt: skip
#: Rules that mend what LEAN refuses without stopping the run.
_REFUSED = frozenset(
    [
        "account_currency", "drop_order", "fraction_of_coin", "market_order", "stop_limit", "symbol", "warm_up_guard",
        "weight",
    ]
)  # fmt: skip
#: Rules whose mistake changes what a program trades, and that are sure of what was meant.
_SURE = frozenset(["field", "warm_up"])


def repair_silence(source: str, mistakes: Sequence[Mistake]) -> str | None:
    """The program with a mistake mended that explains why it sent orders in vain or never got to one; None without."""
    found = [mistake for mistake in mistakes if mistake.edits and mistake.finding.repair in _SILENCING]
    if not found or not any(f"self.{order}(" in source for order in _ORDERS):
        return None
    return _applied(source, found[0].edits)


def repair_doubtful(source: str, findings: Sequence[Finding], mistakes: Sequence[Mistake]) -> str | None:
    """The program that trades with a mistake mended whose orders LEAN refused, or that is surely not meant; None without."""
    refused = {f.error_class for f in findings if f.stage == "execution"}
    for mistake in mistakes:
        rule = mistake.finding.repair
        if mistake.edits and (rule in _SURE or (rule in _REFUSED and mistake.finding.error_class in refused)):
            return _applied(source, mistake.edits)
    return None


_ORDERS = ("market_order", "limit_order", "set_holdings", "buy", "sell", "stop_market_order", "stop_limit_order",
           "SetHoldings",
           "MarketOrder", "LimitOrder", "Buy", "Sell", "order")  # fmt: skip


def _best(mendable: Sequence[Mistake], errors: Sequence[Finding]) -> Mistake | None:
    for error in errors:
        same = [m for m in mendable if m.finding.error_class == error.error_class]
        on_line = [m for m in mendable if error.line is not None and m.finding.line == error.line]
        for choice in ([m for m in same if m in on_line], [m for m in same if _is_error(m)], on_line):
            if choice:
                return choice[0]
        if same:
            return same[0]
    certain = [m for m in mendable if _is_error(m)]
    return certain[0] if certain and errors else None


def _is_error(mistake: Mistake) -> bool:
    return mistake.finding.severity == "error"


def apply(source: str, edits: Iterable[Edit]) -> str:
    """The source with the edits made; of edits that overlap the first wins."""
    end_of_last = len(source) + 1
    for edit in sorted(edits, key=lambda e: (e.start, e.end), reverse=True):
        if edit.end <= end_of_last:
            source = source[: edit.start] + edit.text + source[edit.end :]
            end_of_last = edit.start
    return source


def _applied(source: str, edits: Iterable[Edit]) -> str | None:
    mended = apply(source, edits)
    return mended if mended != source and _reads(mended) else None


def _reads(source: str) -> bool:
    try:
        compile(source, "main.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True

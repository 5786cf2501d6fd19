"""The page of a measured run: docs/parity.md."""

from __future__ import annotations

from collections.abc import Sequence

from tests.parity.measure import Measured

_HEAD = """# LEAN's own algorithms, measured

Written by `python -m tests.parity --lean-repo DIR --json FILE --table docs/parity.md`; not edited by hand. LEAN publishes for each of its
regression algorithms the data points, a hash of all orders and 27 statistics; LEAN itself was also run on the data here and
recorded (order events, trades, statistics, daily equity and benchmark, log). "Published" below means: points, history points, hash and every
statistic are equal to LEAN's. "Recording" names the aspects that differ from the recorded run, or says that none does.
"""


#: Why an algorithm that LEAN reproduces here is not equal, where the run itself does not say.
REASONS = {
    "BasicTemplateIndiaAlgorithm": "orders, fills and statistics are equal; the text of the order's exchange within the hash is not known",
    "CustomModelsAlgorithm": "numpy's log10 gives another last digit on the recording's processor; the model logs it",
    "IndicatorHistoryAlgorithm": "indicators are floats here and decimals in LEAN: the last digit of a mean in a log line",
    "IndicatorHistoryRegressionAlgorithm": "indicators are floats here and decimals in LEAN: their trailing zeros show in log lines",
    "HistoricalReturnsAlphaModelFrameworkRegressionAlgorithm": "one trade's drawdown follows the order of a hash table of LEAN's that changes from process to process",
    "RawPricesUniverseRegressionAlgorithm": "one trade's drawdown follows the order of a hash table of LEAN's that changes from process to process",
    "BasicTemplateCryptoFutureAlgorithm": "the 29th digit of a margin in a message",
    "BybitCryptoFuturesRegressionAlgorithm": "the 29th digit of a margin in a message",
    "Collective2PortfolioSignalExportDemonstrationAlgorithm": "adds a future and an option",
    "Collective2SignalExportDemonstrationAlgorithm": "adds a future and an option",
}


def page(results: Sequence[Measured]) -> str:
    """Markdown with one table a tier and a summary."""
    tiers: dict[str, list[Measured]] = {}
    for result in sorted(results, key=lambda one: (one.tier, one.name)):
        tiers.setdefault(result.tier, []).append(result)
    lines = [
        _HEAD,
        "| tier | algorithms | LEAN reproduces here | equal in all published numbers | equal in the whole recording |",
    ]
    lines.append("|---|---|---|---|---|")
    for tier, members in tiers.items():
        good = [one for one in members if one.reproducible]
        lines.append(
            f"| {tier} | {len(members)} | {len(good)} | {sum(one.published_equal for one in good)} | {sum(one.recorded_equal for one in good)} |"
        )
    for tier, members in tiers.items():
        lines += ["", f"## Tier {tier}", "", "| algorithm | published | recording | remark |", "|---|---|---|---|"]
        lines += [_row(one) for one in members]
    return "\n".join(lines) + "\n"


def _row(one: Measured) -> str:
    if one.published_equal:
        published = f"equal ({one.total} statistics)"
    else:
        bad = [*([] if one.points_equal else ["points"]), *([] if one.history_equal else ["history points"])]
        bad += [] if one.hash_equal else ["hash"]
        published = f"{one.equal} of {one.total} statistics" + (f", not {', '.join(bad)}" if bad else "")
    aspects = [aspect for aspect, lines in one.recorded.items() if lines]
    recording = ", ".join(aspects) or ("equal" if one.recorded else "none")
    remark = "" if one.reproducible else f"LEAN does not reach them here: {one.why}"
    if one.name in REASONS and not (one.published_equal and one.recorded_equal):
        remark = "; ".join(filter(None, (remark, REASONS[one.name])))
    elif one.error and not (one.published_equal and one.recorded_equal):
        remark = "; ".join(filter(None, (remark, one.error.splitlines()[0][:160])))
    return f"| {one.name} | {published} | {recording} | {remark.replace('|', '/')} |"

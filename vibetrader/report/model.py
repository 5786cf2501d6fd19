"""The content of a report: plain data, the same for Markdown, HTML, JSON and the terminal."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from vibetrader._util import jsonio
from vibetrader.backtest.figures import data_folder, figures, receipt_symbols
from vibetrader.backtest.holding import held, traded_symbols
from vibetrader.backtest.leanfiles import read_results
from vibetrader.backtest.metrics import dust, monthly_returns, seconds
from vibetrader.errors import NoResultError, RunDirError, SpecError, VibeTraderError
from vibetrader.marketdata.zones import zone
from vibetrader.report.diagnoses import Case, diagnoses
from vibetrader.report.ledger import Ledger, read_ledger
from vibetrader.report.luck import luck
from vibetrader.report.schema import SCHEMA_VERSION, Report
from vibetrader.report.signals import Signals, add_plots, signals_of
from vibetrader.results.backtest import BacktestResult, ClosedTrade
from vibetrader.results.findings import Finding
from vibetrader.rundir import RunDir
from vibetrader.rundir.changes import Change, metric_changes, spec_changes
from vibetrader.rundir.layout import BACKTEST_DIR, ERRORS, IDEA, MAIN, METRICS, SPEC
from vibetrader.settings import Settings
from vibetrader.spec import yamlio
from vibetrader.spec.strategy import StrategySpec

# A chart has no more pixels than this; more points only make the file large.
MOST_POINTS = 4000
MOST_TRADES = 5000
_MOST_SYMBOLS = 6
_LAUNCHED = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) Launching analysis")
_ZONE = re.compile(r"set_time_zone\(\s*[\"']([A-Za-z_/+-]+)[\"']", re.IGNORECASE)


@dataclass(slots=True)
class Content:
    """A report and what only its page shows.

    Attributes:
        report: The content of report.json.
        signals: Bars and conditions per charted symbol.
        hold: Account value of buying and holding.
        crumbs: Places of closed trades that are leftovers of fees.
    """

    report: dict[str, Any]
    result: BacktestResult
    spec: StrategySpec | None = None
    signals: list[Signals] = field(default_factory=list)
    hold: list[tuple[float, float]] = field(default_factory=list)
    hold_name: str = ""
    code: str = ""
    spec_text: str = ""
    ledger: Ledger = field(default_factory=Ledger)
    crumbs: frozenset[int] = frozenset()


def build(run: RunDir, settings: Settings) -> Content:
    """Everything there is to say about a run, a failed one included."""
    result = _result(run)
    findings = run.lines(ERRORS)
    metrics: dict[str, Any] = run.read(METRICS) if run.has(METRICS) else {}
    if result.completed and not metrics:
        metrics = figures(run, settings, result)
        run.write(METRICS, metrics)
    manifest = run.manifest()
    receipt = manifest.data_receipt or {}
    label = manifest.label or str(receipt.get("label") or "")
    spec_text = run.read(SPEC) if run.has(SPEC) else ""
    content = Content(
        report={},
        result=result,
        spec=_spec(spec_text),
        code=run.read(MAIN) if run.has(MAIN) else "",
        spec_text=spec_text,
        ledger=read_ledger(run),
        crumbs=dust(result),
    )
    symbols = traded_symbols(result) or _spec_symbols(content.spec) or receipt_symbols(run)
    folder = data_folder(run, settings)
    content.signals = _signals(content, symbols, folder)
    content.hold, content.hold_name = _hold(result, folder, symbols)
    errors = [finding for finding in findings if finding.severity == "error"]
    content.report = _report(
        content,
        run,
        metrics,
        findings,
        symbols=symbols,
        label=label,
        synthetic=bool(label) or receipt.get("source") == "synthetic",
        completed=result.completed and not errors,
    )
    return content


def from_lean_result(path: Path, settings: Settings) -> Content:
    """The report of a result file of LEAN's, without a run directory.

    Raises:
        NoResultError: The file is not LEAN's.
    """
    from vibetrader.backtest.metrics import flat_metrics

    result = read_results(path)
    if result.status == "NoResult":
        raise NoResultError(
            f"{str(path)!r} holds no result of LEAN", hint="Give LEAN's <id>.json, or the folder it lies in."
        )
    symbols = traded_symbols(result)
    folder = settings.data_folder
    content = Content(report={}, result=result, crumbs=dust(result))
    content.signals = _signals(content, symbols, folder)
    content.hold, content.hold_name = _hold(result, folder, symbols)
    metrics = flat_metrics(result, hold=held(result, folder, symbols)) if result.completed else {}
    content.report = _report(
        content, None, metrics, [], symbols=symbols, label="", synthetic=False, completed=result.completed
    )
    return content


def thin(points: list[list[float]], most: int) -> list[list[float]]:
    """Of a line the first, the last, and in between the lowest and highest of each stretch, in order."""
    if len(points) <= most:
        return points
    stretch = len(points) * 2 / (most - 2)
    kept = {0, len(points) - 1}
    for number in range((most - 2) // 2):
        low, high = int(number * stretch), min(int((number + 1) * stretch), len(points))
        if low < high:
            values = [points[i][-1] for i in range(low, high)]
            kept |= {low + values.index(min(values)), low + values.index(max(values))}
    return [points[i] for i in sorted(kept)]


# -- parts ------------------------------------------------------------------------------------------------------------


def _report(
    content: Content,
    run: RunDir | None,
    metrics: Mapping[str, Any],
    findings: Sequence[Finding],
    *,
    symbols: list[str],
    label: str,
    synthetic: bool,
    completed: bool,
) -> dict[str, Any]:
    result = content.result
    manifest = run.manifest() if run is not None else None
    errors = [finding for finding in findings if finding.severity == "error"]
    if result.error and not errors and not result.completed:
        errors = [_lean_error(result)]
    closed = result.closed_trades
    trades, agreement = _trades(content)
    case = Case(result, metrics, content.signals, content.code, content.ledger.doubts, synthetic, content.crumbs)
    start = result.equity[0][4] if result.equity else 0.0
    doubtful = sum(trade["doubtful"] for trade in trades)
    body: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "headline": _headline(metrics, errors, content, completed),
        "name": _name(content, run),
        "completed": completed,
        "idea": run.read(IDEA).model_dump(mode="json") if run is not None and run.has(IDEA) else _NO_IDEA,
        "symbols": symbols,
        "timeframe": content.spec.timeframe if content.spec else "",
        "synthetic": synthetic,
        "label": label,
        "warnings": _warnings(label, findings, content, completed, doubtful),
        "assumptions": _assumptions(content.spec_text),
        "errors": [finding.model_dump(mode="json", by_alias=True) for finding in errors],
        "period": {"start": _day(result.start), "end": _day(result.end)},
        "account_currency": result.account_currency,
        "engine": result.engine if run is not None else "LEAN",
        "trial": manifest.trial if manifest else 1,
        "data": (manifest.data_receipt if manifest else None) or {},
        "ledger": content.ledger.doubts,
        "protections": list(manifest.protections) if manifest else [],
        "luck": luck(metrics, synthetic=synthetic),
        "rating": rating(metrics),
        "metrics": dict(metrics),
        "lean_statistics": {key: str(value) for key, value in result.statistics.items()},
        "lean_runtime_statistics": {key: str(value) for key, value in result.runtime_statistics.items()},
        "order_list_hash": result.order_list_hash,
        "data_points": result.data_points,
        "diagnoses": diagnoses(case),
        "conditions": _conditions(content.signals),
        "conditions_note": _conditions_note(content, agreement),
        "monthly_returns": {
            f"{month // 100}-{month % 100:02d}": round(change * 100, 4)
            for month, change in monthly_returns(result).items()
        },
        "trade_count": len(closed),
        "dust_count": len(content.crumbs),
        "trades": trades,
        "order_count": len(result.orders),
        "equity": thin([[point[0], point[4]] for point in result.equity], 400),
        "buy_and_hold": thin([[time, value * start] for time, value in content.hold], 400),
        "parent": _parent(run) if run is not None else None,
    }
    return Report.model_validate(body).model_dump(mode="json", by_alias=True, exclude_defaults=False)


_NO_IDEA: dict[str, Any] = {"text": "", "feedback": []}


def _signals(content: Content, symbols: Sequence[str], folder: Path | None) -> list[Signals]:
    result = content.result
    if not result.start or not result.end:
        return []
    first, last = (date.fromisoformat(stamp[:10]) for stamp in (result.start, result.end))
    parameters: dict[str, float] = {}
    for name, text in result.parameters.items():
        try:
            parameters[name] = float(text)
        except ValueError:
            continue
    began = _began(result, content.code)
    # The program of a run may be another than the spec's; then the spec's conditions are not what it asked.
    found = (
        signals_of(content.spec, symbol, folder, first, last, parameters=parameters, began=began)
        for symbol in symbols[:_MOST_SYMBOLS]
    )
    charted = [signals for signals in found if signals is not None]
    if charted:
        add_plots(charted[0], result.charts)
    return charted


def _began(result: BacktestResult, code: str) -> float | None:
    """UTC seconds of the program's first moment, from the first line of its log; None where it does not tell."""
    found = _LAUNCHED.match(result.log[0]) if result.log else None
    if found is None:
        return None
    local = int(datetime.fromisoformat(f"{found[1]}+00:00").timestamp()) * 1_000_000_000
    said = _ZONE.search(code)
    try:
        return zone(said[1] if said else "America/New_York").to_utc(local) / 1e9
    except (VibeTraderError, KeyError, ValueError, OSError):
        return None


def _hold(result: BacktestResult, folder: Path | None, symbols: Sequence[str]) -> tuple[list[tuple[float, float]], str]:
    """Value of 1 in the traded symbols, else in the benchmark, and which of them it is."""
    curve = held(result, folder, symbols)
    if curve:
        return curve, "buy and hold"
    first = next((value for _, value in result.benchmark if value > 0), 0.0)
    if not first:
        return [], ""
    return [(time, value / first) for time, value in result.benchmark if value > 0], "benchmark"


def _trades(content: Content) -> tuple[list[dict[str, Any]], tuple[int, int]]:
    """Rows of the trade list, and at how many entries of how many the entry conditions held as worked out here."""
    result = content.result
    orders = {order.id: order for order in result.orders}
    slips: dict[int, float] = {}
    for event in result.order_events:
        order = orders.get(event.order_id)
        if event.fill_quantity and order is not None and order.type == 0 and order.last_price:
            slip = (event.fill_price - order.last_price) * event.fill_quantity
            slips[event.order_id] = slips.get(event.order_id, 0.0) + slip
    by_symbol = {signals.symbol: signals for signals in content.signals}
    crumbs = content.crumbs
    rows: list[dict[str, Any]] = []
    agreed = judged = 0
    for number, trade in enumerate(result.closed_trades[:MOST_TRADES], 1):
        first, last = _ends(trade)
        entry, exit_ = orders.get(first), orders.get(last)
        symbol = ", ".join(trade.symbols)
        value = abs(trade.entry_price * trade.quantity)
        signals = by_symbol.get(symbol)
        at_entry = at_exit = None
        if signals is not None and signals.tests:
            at_entry = signals.at(_sent(entry, trade.entry_time), trade.direction) or None
            at_exit = signals.at(_sent(exit_, trade.exit_time), trade.direction) or None
            if at_entry is not None and trade.direction in signals.entries:
                holds = signals.entry_held(signals.entries[trade.direction], at_entry)
                judged += holds is not None
                agreed += holds is True
        signed = trade.quantity if trade.direction == "long" else -trade.quantity
        mae = mfe = None
        if signals is not None:
            mae, mfe = signals.excursions(
                seconds(trade.entry_time), seconds(trade.exit_time), trade.entry_price, signed
            )
        own = [slips[order] for order in trade.order_ids if order in slips]
        begin, end = seconds(trade.entry_time), seconds(trade.exit_time)
        rows.append(
            {
                "number": number,
                "symbol": symbol,
                "direction": trade.direction,
                "entry_time": trade.entry_time,
                "entry_price": trade.entry_price,
                "exit_time": trade.exit_time,
                "exit_price": trade.exit_price,
                "quantity": trade.quantity,
                "profit_loss": trade.profit_loss,
                "return_pct": round(trade.profit_loss / value * 100, 6) if value else None,
                "fees": trade.total_fees,
                "slippage": round(sum(own), 8) if own else None,
                "mae": trade.mae,
                "mfe": trade.mfe,
                "mae_bars": None if mae is None else round(min(mae, trade.profit_loss), 8),
                "mfe_bars": None if mfe is None else round(max(mfe, trade.profit_loss), 8),
                "duration": trade.duration,
                "duration_hours": round((end - begin) / 3600, 6),
                "entry_reason": entry.tag if entry else "",
                "exit_reason": exit_.tag if exit_ else "",
                "order_ids": list(trade.order_ids),
                "at_entry": at_entry,
                "at_exit": at_exit,
                "dust": number - 1 in crumbs,
                "doubtful": content.ledger.touches(trade.symbols, begin, end),
            }
        )
    return rows, (agreed, judged)


def _ends(trade: ClosedTrade) -> tuple[int, int]:
    return (trade.order_ids[0], trade.order_ids[-1]) if trade.order_ids else (-1, -1)


def _sent(order: Any, filled: str) -> float:
    return seconds(order.created or order.time or filled) if order is not None else seconds(filled)


def _conditions(found: Sequence[Signals]) -> list[dict[str, Any]]:
    rows = []
    for signals in found:
        for test in signals.tests:
            truth = signals.truths.get(test.text)
            rows.append(
                {
                    "symbol": signals.symbol,
                    "side": test.side,
                    "role": test.role,
                    "text": test.text,
                    "held": None if truth is None else int((truth == 1).sum()),
                    "bars": 0 if truth is None else int(np.isfinite(truth).sum()),
                }
            )
    return rows


def _conditions_note(content: Content, agreement: tuple[int, int]) -> str:
    if content.spec is None:
        return "There is no spec: only the program knows its conditions."
    if not content.signals:
        return "The bars of the run are no longer to be found, so its conditions cannot be worked out again."
    reasons = list(dict.fromkeys(reason for signals in content.signals for reason in signals.reasons))
    agreed, judged = agreement
    if judged and agreed < judged:
        reasons.append(
            f"the entry conditions, worked out again from the bars, held at {agreed} of {judged} entries; "
            "where they did not, the program knew other values (warm-up, an order sent later, a change of the code)"
        )
    return "; ".join(reasons)


def _parent(run: RunDir) -> dict[str, Any] | None:
    parent = run.parent
    if parent is None or not parent.path.is_dir():
        return None
    try:
        before = parent.read(MAIN) if parent.has(MAIN) else ""
        spec, metrics = spec_changes(parent, run), metric_changes(parent, run)
    except (RunDirError, yaml.YAMLError):
        return None
    after = run.read(MAIN) if run.has(MAIN) else ""
    diff = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), "main.py of the parent", "main.py", n=3
    )
    link = run.manifest().parent
    return {
        "path": link.path if link else "",
        "spec": [_change(change) for change in spec],
        "metrics": [_change(change) for change in metrics if change.old != change.new],
        "code": "".join(diff),
    }


def _change(change: Change) -> dict[str, Any]:
    old, new = (jsonio.loads(jsonio.dumps(value)) for value in (change.old, change.new))
    return {"name": change.name, "old": old, "new": new}


def _result(run: RunDir) -> BacktestResult:
    try:
        return read_results(run.path / BACKTEST_DIR)
    except NoResultError:
        return BacktestResult(status="NoResult")


def _lean_error(result: BacktestResult) -> Finding:
    from vibetrader.results.findings import ErrorClass

    return Finding(
        error_class=ErrorClass.RUNTIME,
        stage="execution",
        raw=result.error,
        cause="The program stopped with this error.",
    )


def _spec(text: str) -> StrategySpec | None:
    try:
        return yamlio.load(text) if text else None
    except SpecError:
        return None


def _spec_symbols(spec: StrategySpec | None) -> list[str]:
    return [instrument.ticker for instrument in spec.symbols] if spec else []


def _name(content: Content, run: RunDir | None) -> str:
    if content.spec is not None and content.spec.name:
        return content.spec.name
    if run is not None and run.has(IDEA) and run.read(IDEA).text:
        return " ".join(run.read(IDEA).text.split())[:120]
    return content.result.id or (run.path.name if run is not None else "run")


def _headline(metrics: Mapping[str, Any], errors: Sequence[Finding], content: Content, completed: bool) -> str:
    if completed:
        shown = {
            key: "–" if (metrics.get(key) or {}).get("value") is None else str(metrics[key]["display"])
            for key in ("total_return", "max_drawdown", "sharpe_ratio")
        }
        trades = len(content.result.closed_trades) - len(content.crumbs)
        return (
            f"Return {shown['total_return']}, drawdown {shown['max_drawdown']}, Sharpe {shown['sharpe_ratio']}, "
            f"{trades} closed trade{'' if trades == 1 else 's'}"
        )
    if errors:
        first = errors[0]
        place = f" in line {first.line}" if first.line else ""
        return f"No result: {first.error_class}{place}: {first.raw.splitlines()[0][:200] if first.raw else first.cause}"
    return "No result: the run has no finished backtest"


def _warnings(label: str, findings: Sequence[Finding], content: Content, completed: bool, doubtful: int) -> list[str]:
    result = content.result
    warnings = [label] if label else []
    warnings += [
        f"{f'line {f.line}: ' if f.line else ''}{f.cause or f.raw}" for f in findings if f.severity == "warning"
    ]
    if completed:
        refused = sum(event.status == "invalid" for event in result.order_events)
        if refused:
            warnings.append(f"{refused} order{' was' if refused == 1 else 's were'} refused; the log says why")
        if not result.orders:
            warnings.append("no order was placed: the entry condition never held, or data ended before it could")
        elif not result.closed_trades:
            warnings.append("no trade was closed: win rate and trade figures mean nothing here")
        elif (whole := len(result.closed_trades) - len(content.crumbs)) < 30:
            warnings.append(f"{whole} closed trade{' is' if whole == 1 else 's are'} too few to tell skill from luck")
        crumbs = len(content.crumbs)
        if crumbs:
            warnings.append(
                f"LEAN counts {len(result.closed_trades)} closed trades; {crumbs} of them are crumbs that fees in the "
                "bought coin left over. LEAN's own trade figures include them"
            )
    warnings += content.ledger.warnings
    if doubtful:
        warnings.append(
            f"{doubtful} trade{' touches' if doubtful == 1 else 's touch'} bars that the data ledger doubts"
        )
    return list(dict.fromkeys(warnings))


def _assumptions(spec_text: str) -> list[dict[str, str]]:
    """What nobody said: fields of the spec by default or inference, with their value and the reason."""
    try:
        spec = yaml.safe_load(spec_text) if spec_text else {}
    except yaml.YAMLError:
        return []
    origins = spec.get("provenance") if isinstance(spec, dict) else None
    found = []
    for field_name, origin in (origins or {}).items():
        if isinstance(origin, dict) and origin.get("source") in ("default", "inferred"):
            value = _lookup(spec, str(field_name).partition(":")[0])
            found.append(
                {
                    "field": str(field_name),
                    "value": "" if value is None else _plain(value),
                    "source": str(origin["source"]),
                    "reason": str(origin.get("reason") or ""),
                }
            )
    return found


def _lookup(spec: Mapping[str, Any], path: str) -> Any:
    value: Any = spec
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(below)}" for key, below in value.items())
    if isinstance(value, list):
        return ", ".join(_plain(item.get("ticker") if isinstance(item, dict) else item) for item in value)
    return str(value)


_RATING = {
    "score_performance": ("Weak performance", "Fair performance", "Strong performance"),
    "score_risk": ("High risk", "Moderate risk", "Low risk"),
    "score_consistency": ("Inconsistent trades", "Fairly consistent trades", "Consistent trades"),
}


def rating(metrics: Mapping[str, Any]) -> list[str]:
    """The three scores in a sentence each; empty where there is nothing to rate."""
    found = []
    for key, words in _RATING.items():
        score = (metrics.get(key) or {}).get("value")
        if score is not None:
            found.append(f"{words[int(score) - 1]} ({int(score)} of 3)")
    return found


def equity_at(equity: Sequence[Sequence[float]], moment: float) -> float | None:
    """The account value known at a moment."""
    place = bisect_right(equity, moment, key=lambda point: point[0]) - 1
    return equity[place][-1] if place >= 0 else None


def _day(stamp: str | None) -> str | None:
    return stamp[:10] if stamp else None

"""The content of a report: plain data, the same for Markdown, HTML and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from vibetrader.backtest.leanfiles import read_results
from vibetrader.backtest.metrics import flat_metrics
from vibetrader.errors import NoResultError
from vibetrader.report.prices import bars_around
from vibetrader.results.backtest import BacktestResult
from vibetrader.results.findings import Finding
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import BACKTEST_DIR, ERRORS, IDEA, MAIN, METRICS, SPEC
from vibetrader.settings import Settings

SCHEMA_VERSION = 1
# A chart has no more pixels than this; more points only make the file large.
_MOST_POINTS = 2000
_MOST_TRADES_IN_JSON = 5000


def build(run: RunDir, settings: Settings) -> tuple[dict[str, Any], dict[str, Any]]:
    """The report and the series that its charts draw."""
    result = _result(run)
    findings = run.lines(ERRORS)
    metrics: dict[str, Any] = run.read(METRICS) if run.has(METRICS) else {}
    if result.completed and not metrics:
        metrics = flat_metrics(result)
        run.write(METRICS, metrics)
    manifest = run.manifest()
    spec_text = run.read(SPEC) if run.has(SPEC) else ""
    receipt = manifest.data_receipt or {}
    label = manifest.label or str(receipt.get("label") or "")
    errors = [f for f in findings if f.severity == "error"]
    completed = result.completed and not errors
    report: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "headline": _headline(metrics, errors, result, completed),
        "completed": completed,
        "idea": _idea(run),
        "synthetic": bool(label) or receipt.get("source") == "synthetic",
        "label": label,
        "warnings": _warnings(label, findings, result, completed),
        "assumptions": _assumptions(spec_text),
        "errors": [f.model_dump(mode="json", by_alias=True) for f in errors],
        "period": {"start": _day(result.start), "end": _day(result.end)},
        "account_currency": result.account_currency,
        "engine": result.engine,
        "trial": manifest.trial,
        "data": receipt,
        "protections": list(manifest.protections),
        "metrics": metrics,
        "lean_statistics": dict(result.statistics),
        "lean_runtime_statistics": dict(result.runtime_statistics),
        "order_list_hash": result.order_list_hash,
        "data_points": result.data_points,
        "diagnoses": [dict(entry) for entry in result.analysis],
        "trades": [_trade(trade) for trade in result.closed_trades[:_MOST_TRADES_IN_JSON]],
        "equity": thin([[point[0], point[4]] for point in result.equity], 400),
    }
    return report, _series(run, settings, result, spec_text)


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


def _series(run: RunDir, settings: Settings, result: BacktestResult, spec_text: str) -> dict[str, Any]:
    fills = [e for e in result.order_events if e.fill_quantity and e.status in ("filled", "partiallyFilled")]
    symbol = fills[0].symbol if fills else _first_symbol(spec_text)
    manifest = run.manifest()
    prices = bars_around(
        symbol, _data_folder(settings, manifest.data_receipt or {}), result.start, result.end, most=_MOST_POINTS
    )
    return {
        "symbol": symbol,
        "price": prices or thin([list(point) for point in result.benchmark], _MOST_POINTS),
        "fills": [[e.time, e.fill_price, e.fill_quantity, e.symbol] for e in fills if e.symbol == symbol][:4000],
        "equity": thin([[p[0], p[4]] for p in result.equity], _MOST_POINTS),
        "benchmark": thin(_like_equity(result), _MOST_POINTS),
        "drawdown": thin([list(point) for point in result.drawdown], _MOST_POINTS),
        "orders": [
            [o.id, o.time, o.symbol, o.type, o.quantity, o.price, o.status, o.tag] for o in result.orders[:5000]
        ],
        "code": run.read(MAIN) if run.has(MAIN) else "",
        "spec": spec_text,
        "log": list(result.log[-500:]),
    }


def _like_equity(result: BacktestResult) -> list[list[float]]:
    """The benchmark scaled so that it starts where equity starts: what buying and holding it would have shown."""
    first = next((value for _, value in result.benchmark if value > 0), 0.0)
    if not first or not result.equity:
        return []
    start = result.equity[0][4]
    return [[time, value / first * start] for time, value in result.benchmark if value > 0]


def _data_folder(settings: Settings, receipt: Mapping[str, Any]) -> Path | None:
    if receipt.get("source") == "synthetic":
        # Where `marketdata.provide` keeps it.
        return settings.cache_dir / f"synthetic-{receipt.get('seed', settings.seed)}"
    return settings.data_folder


def _result(run: RunDir) -> BacktestResult:
    try:
        return read_results(run.path / BACKTEST_DIR)
    except NoResultError:
        return BacktestResult(status="NoResult")


def _headline(metrics: Mapping[str, Any], errors: list[Finding], result: BacktestResult, completed: bool) -> str:
    if completed:
        shown = {key: (metrics.get(key) or {}).get("display") or "–" for key in ("total_return", "max_drawdown")}
        trades = len(result.closed_trades)
        sharpe = (metrics.get("sharpe_ratio") or {}).get("display") or "–"
        return (
            f"Return {shown['total_return']}, drawdown {shown['max_drawdown']}, Sharpe {sharpe}, "
            f"{trades} closed trade{'' if trades == 1 else 's'}"
        )
    if errors:
        first = errors[0]
        place = f" in line {first.line}" if first.line else ""
        return f"No result: {first.error_class}{place}: {first.raw.splitlines()[0][:200] if first.raw else first.cause}"
    return "No result: the run has no finished backtest"


def _warnings(label: str, findings: list[Finding], result: BacktestResult, completed: bool) -> list[str]:
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
        elif len(result.closed_trades) < 30:
            warnings.append(f"{len(result.closed_trades)} closed trades are too few to tell skill from luck")
    return list(dict.fromkeys(warnings))


def _assumptions(spec_text: str) -> list[dict[str, str]]:
    """What nobody said: fields of the spec by default or inference, with their value and the reason."""
    try:
        spec = yaml.safe_load(spec_text) if spec_text else {}
    except yaml.YAMLError:
        return []
    origins = spec.get("provenance") if isinstance(spec, dict) else None
    found = []
    for field, origin in (origins or {}).items():
        if isinstance(origin, dict) and origin.get("source") in ("default", "inferred"):
            value = _lookup(spec, str(field).partition(":")[0])
            found.append(
                {
                    "field": str(field),
                    "value": "" if value is None else _plain(value),
                    "source": str(origin["source"]),
                    "reason": str(origin.get("reason") or ""),
                }
            )
    return found


def _lookup(spec: Mapping[str, Any], field: str) -> Any:
    value: Any = spec
    for part in field.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(below)}" for key, below in value.items())
    if isinstance(value, list):
        return ", ".join(_plain(item.get("ticker") if isinstance(item, dict) else item) for item in value)
    return str(value)


def _first_symbol(spec_text: str) -> str:
    try:
        spec = yaml.safe_load(spec_text) or {}
        first = spec["symbols"][0]
    except (yaml.YAMLError, KeyError, IndexError, TypeError):
        return ""
    return str(first.get("ticker") if isinstance(first, dict) else first)


def _idea(run: RunDir) -> dict[str, Any]:
    return run.read(IDEA).model_dump(mode="json") if run.has(IDEA) else {"text": "", "feedback": []}


def _trade(trade: Any) -> dict[str, Any]:
    return {
        "symbol": ", ".join(trade.symbols),
        "direction": trade.direction,
        "entry_time": trade.entry_time,
        "entry_price": trade.entry_price,
        "exit_time": trade.exit_time,
        "exit_price": trade.exit_price,
        "quantity": trade.quantity,
        "profit_loss": trade.profit_loss,
        "fees": trade.total_fees,
        "mae": trade.mae,
        "mfe": trade.mfe,
        "duration": trade.duration,
    }


def _day(stamp: str | None) -> str | None:
    return stamp[:10] if stamp else None

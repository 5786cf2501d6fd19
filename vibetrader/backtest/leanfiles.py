"""LEAN's result files, ours or those of a real LEAN, as a `BacktestResult`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vibetrader._util import jsonio
from vibetrader.errors import NoResultError
from vibetrader.results.backtest import BacktestResult, ClosedTrade, OrderEvent, OrderRecord

_OTHER_FILES = re.compile(r"(-order-events|-summary|data-monitor.*|failed-data.*|config)\.json$")
_POINTS = re.compile(r"Processing total of ([\d,]+) data points")
_HASH = re.compile(r"OrderListHash (\w+)")


def read_results(source: Path) -> BacktestResult:
    """The result in a folder of LEAN's files, or of one `<id>.json` with its neighbours.

    A folder without a result file gives a result with status NoResult and whatever log there is.

    Raises:
        NoResultError: A file is there but cannot be read as LEAN's.
    """
    folder = source if source.is_dir() else source.parent
    main, short = (source, None) if source.is_file() else _result_files(folder)
    path = main or short
    document = _Document(_load(path) if path else {})
    identity = path.name.removesuffix(".json").removesuffix("-summary") if path else ""
    algorithm_log = _lines(folder, f"{identity}-log.txt", "*-log.txt")
    system_log = "\n".join(_lines(folder, "log.txt", "log.txt"))
    statistics = document.table("statistics")
    charts = _charts(document.table("charts"))
    configuration = _Document(document.table("algorithmConfiguration"))
    performance = _Document(document.table("totalPerformance"))
    state = _Document(document.table("state"))
    closing = _HASH.search("\n".join(algorithm_log) + "\n" + system_log)
    points = _POINTS.search("\n".join(algorithm_log))
    try:
        return BacktestResult(
            status=str(state.get("Status") or ("Completed" if statistics else "NoResult")),
            error="\n".join(str(state.get(name)) for name in ("RuntimeError", "StackTrace") if state.get(name)),
            folder=folder.as_posix(),
            id=identity,
            start=configuration.get("startDate"),
            end=configuration.get("endDate"),
            account_currency=str(configuration.get("accountCurrency") or ""),
            statistics=statistics,
            runtime_statistics=document.table("runtimeStatistics"),
            trade_statistics=performance.table("tradeStatistics"),
            portfolio_statistics=performance.table("portfolioStatistics"),
            orders=tuple(_order(raw) for raw in _by_number(document.table("orders"))),
            order_events=tuple(_event(raw) for raw in _events(folder, identity)),
            closed_trades=tuple(_trade(raw) for raw in performance.get("closedTrades") or ()),
            equity=tuple(_candle(point) for point in charts.get("Strategy Equity", {}).get("Equity", ())),
            benchmark=tuple((p[0] or 0.0, p[-1] or 0.0) for p in charts.get("Benchmark", {}).get("Benchmark", ())),
            drawdown=tuple((p[0] or 0.0, p[-1] or 0.0) for p in charts.get("Drawdown", {}).get("Equity Drawdown", ())),
            charts=charts,
            analysis=tuple(document.get("analysis") or ()),
            log=tuple(algorithm_log),
            trading_days=int(configuration.get("tradingDaysPerYear") or 252),
            data_points=int(points[1].replace(",", "")) if points else None,
            order_list_hash=closing[1] if closing else statistics.get("OrderListHash"),
            parameters={str(k): str(v) for k, v in configuration.table("parameters").items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NoResultError(f"{str(path)!r} is not a result file of LEAN: {error!r}") from error


def main_result_file(folder: Path) -> Path | None:
    """`<id>.json` of a folder of LEAN's files."""
    return _result_files(folder)[0]


def _result_files(folder: Path) -> tuple[Path | None, Path | None]:
    if not folder.is_dir():
        return None, None
    names = sorted(folder.glob("*.json"))
    full = [path for path in names if not _OTHER_FILES.search(path.name)]
    short = [path for path in names if path.name.endswith("-summary.json")]
    # An object store or a strategy may leave JSON of its own: LEAN's is the one that has its keys.
    for path in full:
        keys = {key.lower() for key in _load(path)}
        if keys & {"statistics", "state"}:
            return path, short[0] if short else None
    return None, short[0] if short else None


def _load(path: Path) -> dict[str, Any]:
    try:
        value = jsonio.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise NoResultError(f"{str(path)!r} is torn or no JSON: {error}") from error
    return value if isinstance(value, dict) else {}


def _events(folder: Path, identity: str) -> list[dict[str, Any]]:
    path = folder / f"{identity}-order-events.json"
    if not path.is_file():
        return []
    try:
        return list(jsonio.loads(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise NoResultError(f"{str(path)!r} is torn or no JSON: {error}") from error


def _lines(folder: Path, name: str, pattern: str) -> list[str]:
    paths = [folder / name] if (folder / name).is_file() else sorted(folder.glob(pattern)) if folder.is_dir() else []
    return paths[0].read_text(encoding="utf-8-sig", errors="replace").splitlines() if paths else []


_MISSING: Any = object()


class _Document:
    """A JSON object whose keys LEAN's versions write in different case."""

    __slots__ = ("_lower", "_raw")

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self._lower: dict[str, Any] | None = None

    def get(self, name: str) -> Any:
        found = self._raw.get(name, _MISSING)
        if found is not _MISSING:
            return found
        if self._lower is None:
            self._lower = {key.lower(): value for key, value in self._raw.items()}
        return self._lower.get(name.lower())

    def table(self, name: str) -> dict[str, Any]:
        value = self.get(name)
        return value if isinstance(value, dict) else {}


def _charts(raw: Mapping[str, Any]) -> dict[str, dict[str, list[list[float | None]]]]:
    found: dict[str, dict[str, list[list[float | None]]]] = {}
    for name, chart in raw.items():
        series = _Document(chart).table("series")
        found[name] = {key: [_point(v) for v in _Document(one).get("values") or ()] for key, one in series.items()}
    return found


def _point(value: Any) -> list[float | None]:
    if isinstance(value, dict):  # older LEAN
        document = _Document(value)
        return [document.get("x"), document.get("y")]
    return list(value)


def _candle(point: list[float | None]) -> tuple[float, float, float, float, float]:
    numbers = [float(value or 0.0) for value in point]
    if len(numbers) == 2:  # a line where other versions draw candles
        numbers += [numbers[1]] * 3
    return numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]


def _by_number(orders: Mapping[str, Any]) -> list[Any]:
    return [orders[key] for key in sorted(orders, key=int)]


def _order(raw: Mapping[str, Any]) -> OrderRecord:
    field = _Document(raw)
    symbol = _Document(field.table("symbol"))
    return OrderRecord(
        id=int(field.get("id")),
        symbol=str(symbol.get("value") or ""),
        type=int(field.get("type")),
        status=int(field.get("status")),
        direction=int(field.get("direction")),
        quantity=float(field.get("quantity")),
        price=float(field.get("price") or 0.0),
        time=str(field.get("time")),
        last_fill_time=field.get("lastFillTime"),
        tag=str(field.get("tag") or ""),
        limit_price=_number(field.get("limitPrice")),
        stop_price=_number(field.get("stopPrice")),
        created=field.get("createdTime"),
        last_price=_number(_Document(field.table("orderSubmissionData")).get("lastPrice")),
    )


def _event(raw: Mapping[str, Any]) -> OrderEvent:
    field = _Document(raw)
    return OrderEvent(
        order_id=int(field.get("orderId")),
        event_id=int(field.get("orderEventId")),
        symbol=str(field.get("symbolValue") or field.get("symbol") or ""),
        time=float(field.get("time")),
        status=str(field.get("status")),
        direction=str(field.get("direction")),
        fill_price=float(field.get("fillPrice") or 0.0),
        fill_quantity=float(field.get("fillQuantity") or 0.0),
        quantity=float(field.get("quantity") or 0.0),
        fee=float(field.get("orderFeeAmount") or 0.0),
        fee_currency=str(field.get("orderFeeCurrency") or ""),
        message=str(field.get("message") or ""),
    )


def _trade(raw: Mapping[str, Any]) -> ClosedTrade:
    field = _Document(raw)
    symbols = field.get("symbols") or [field.get("symbol")]
    direction = field.get("direction")
    return ClosedTrade(
        symbols=tuple(str(_Document(s).get("value")) if isinstance(s, dict) else str(s) for s in symbols),
        entry_time=str(field.get("entryTime")),
        exit_time=str(field.get("exitTime")),
        direction="short" if direction in (1, "short", "Short") else "long",
        entry_price=float(field.get("entryPrice")),
        exit_price=float(field.get("exitPrice")),
        quantity=float(field.get("quantity")),
        profit_loss=float(field.get("profitLoss")),
        total_fees=float(field.get("totalFees") or 0.0),
        mae=float(field.get("mae") or 0.0),
        mfe=float(field.get("mfe") or 0.0),
        is_win=bool(field.get("isWin")),
        order_ids=tuple(int(number) for number in field.get("orderIds") or ()),
        duration=str(field.get("duration") or ""),
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)

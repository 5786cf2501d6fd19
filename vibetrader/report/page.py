"""The report as one HTML file that opens offline."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from vibetrader._util import jsonio
from vibetrader.backtest.metrics import daily_returns, seconds
from vibetrader.metrics.catalog import CATALOG
from vibetrader.report import pictures
from vibetrader.report.model import MOST_POINTS, Content, thin
from vibetrader.report.signals import Signals

ORDER_TYPES = {
    0: "market",
    1: "limit",
    2: "stop market",
    3: "stop limit",
    4: "market on open",
    5: "market on close",
    6: "option exercise",
    7: "limit if touched",
    11: "trailing stop",
}
ORDER_STATES = {0: "new", 1: "submitted", 2: "part filled", 3: "filled", 5: "cancelled", 7: "refused", 8: "cancelling"}
KEY_FIGURES = ("total_return", "buy_and_hold_return", "max_drawdown", "sharpe_ratio", "win_rate", "profit_factor")
_MOST_CANDLES = 40_000
_MOST_LOG_LINES = 500
_SCRIPTS = ("report.js", "charts.js", "replay.js", "tables.js")


def page(content: Content) -> str:
    """The whole file: style, scripts and data inside."""
    templates = files("vibetrader.report") / "templates"
    library = files("vibetrader.report") / "vendor" / "lightweight-charts.standalone.production.js"
    has_data = bool(content.result.equity or content.signals or content.result.orders)
    return _template().render(
        report=content.report,
        content=content,
        groups=_groups(content.report["metrics"]),
        key_figures=[
            content.report["metrics"][key] | {"id": key} for key in KEY_FIGURES if key in content.report["metrics"]
        ],
        months=pictures.month_table(content.report["monthly_returns"]),
        pictures=pictures.pictures(content.result, content.report["trades"]),
        code=Markup(highlighted(content.code, "python")),
        spec=Markup(highlighted(content.spec_text, "yaml")),
        diff=Markup(highlighted((content.report["parent"] or {}).get("code", ""), "diff")),
        log=content.result.log[-_MOST_LOG_LINES:],
        log_lines=len(content.result.log),
        has_data=has_data,
        style=Markup((templates / "report.css").read_text(encoding="utf-8")),
        library=Markup(library.read_text(encoding="utf-8")) if has_data else "",
        script=Markup("\n".join((templates / name).read_text(encoding="utf-8") for name in _SCRIPTS)),
        data=packed(data_of(content)) if has_data else "",
    )


def packed(value: object) -> str:
    """JSON, compressed, as text: nothing in it can end the script it stands in."""
    raw = jsonio.dumps(value).encode()
    return base64.b64encode(gzip.compress(raw, compresslevel=6, mtime=0)).decode()


def data_of(content: Content) -> dict[str, Any]:
    """What the page's charts, replay and tables draw."""
    result, report = content.result, content.report
    excursions = pictures.excursions(report["trades"])
    equity = [[point[0], point[4]] for point in result.equity]
    start = equity[0][1] if equity else 0.0
    tickers = list(dict.fromkeys([s.symbol for s in content.signals] + [e.symbol for e in result.order_events]))
    number = {ticker: place for place, ticker in enumerate(tickers)}
    return {
        "currency": report["account_currency"],
        "name": report["name"],
        "tickers": tickers,
        "symbols": [_symbol(signals, _MOST_CANDLES // len(content.signals)) for signals in content.signals],
        "fills": [
            [event.time, number[event.symbol], event.fill_price, event.fill_quantity, event.order_id]
            for event in result.order_events
            if event.fill_quantity
        ],
        "trades": _columns(
            report["trades"],
            ("number", "symbol", "direction", "entry_price", "exit_price", "quantity", "profit_loss", "return_pct",
             "fees", "slippage", "duration_hours", "entry_reason", "exit_reason", "doubtful", "dust"),
        )
        | {
            "entry": [seconds(trade["entry_time"]) for trade in report["trades"]],
            "exit": [seconds(trade["exit_time"]) for trade in report["trades"]],
            "mae": [mae for mae, _ in excursions],
            "mfe": [mfe for _, mfe in excursions],
            "at": _moments(report["trades"]),
        },
        "orders": [
            [
                order.id,
                seconds(order.time),
                order.symbol,
                ORDER_TYPES.get(order.type, f"type {order.type}"),
                order.quantity,
                order.price,
                order.limit_price if order.limit_price is not None else order.stop_price,
                ORDER_STATES.get(order.status, f"state {order.status}"),
                order.tag,
            ]
            for order in result.orders
        ],
        "equity": _line(thin(equity, MOST_POINTS)),
        "hold": _line(thin([[time, value * start] for time, value in content.hold], MOST_POINTS))
        | {"name": content.hold_name},
        "drawdown": _line(thin(_underwater(equity), MOST_POINTS)),
        "sharpe": _line(thin(_rolling_sharpe(content), MOST_POINTS)) | {"window": _window(content)},
        "exposure": _line(thin(_exposure(content), MOST_POINTS)),
    }  # fmt: skip


def _columns(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}


def _moments(trades: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Value name → its numbers at entry and at exit, one per trade."""
    names = dict.fromkeys(
        name for trade in trades for key in ("at_entry", "at_exit") for name in ((trade[key] or {}).get("values") or ())
    )
    return {
        name: [
            [((trade[key] or {}).get("values") or {}).get(name) for trade in trades] for key in ("at_entry", "at_exit")
        ]
        for name in names
    }


def _symbol(signals: Signals, most: int) -> dict[str, Any]:
    from vibetrader.marketdata.view import merged

    bars = merged(signals.bars, most)
    step = -(-len(signals.bars) // max(1, most)) if len(signals.bars) > most else 1
    digits = _digits(bars.close)
    rows = np.minimum(np.arange(len(bars)) * step + step - 1, len(signals.bars) - 1)

    def line(name: str, values: Any) -> dict[str, Any]:
        picked = np.asarray(values)[rows]
        return {"name": name, **_pack(picked, _digits(picked))}

    return {
        "symbol": signals.symbol,
        "digits": digits,
        "bar": bars.seconds,
        "merged": step,
        "t": _pack(bars.start, 0),
        "o": _pack(bars.open, digits),
        "h": _pack(bars.high, digits),
        "l": _pack(bars.low, digits),
        "c": _pack(bars.close, digits),
        "v": _pack(bars.volume, _digits(bars.volume, 4)) if bars.volume.any() else None,
        "overlays": [line(name, values) for name, values in signals.overlays.items()],
        "panes": [
            {"lines": [line(name, values) for name, values in pane.lines.items()], "levels": pane.levels}
            for pane in signals.panes
        ],
    }


def _line(points: list[list[float]]) -> dict[str, Any]:
    if not points:
        return {"t": None, "v": None}
    times, values = np.array(points, dtype=np.float64).T
    return {"t": _pack(times, 0), "v": _pack(values, _digits(values))}


def _digits(values: Any, significant: int = 7) -> int:
    """Decimals that keep so many digits of a column's usual size."""
    known = np.abs(np.asarray(values)[np.isfinite(values)])
    size = float(np.median(known[known > 0])) if (known > 0).any() else 1.0
    return int(np.clip(significant - 1 - np.floor(np.log10(size)), 0, 10))


def _pack(values: Any, digits: int) -> dict[str, Any]:
    """A column as whole numbers, each the difference to the one before; null where there is no value."""
    column = np.asarray(values, dtype=np.float64)
    known = np.isfinite(column)
    whole = np.round(np.where(known, column, 0.0) * 10.0**digits).astype(np.int64)
    if known.all():
        return {"k": digits, "d": np.diff(whole, prepend=0).tolist()}
    picked = whole[known]
    steps = iter(np.diff(picked, prepend=0).tolist())
    return {"k": digits, "d": [next(steps) if here else None for here in known.tolist()]}


def _underwater(equity: list[list[float]]) -> list[list[float]]:
    from vibetrader.metrics.drawdown import underwater

    if not equity:
        return []
    falls = underwater(np.array([value for _, value in equity])) * 100
    return [[time, round(fall, 4)] for (time, _), fall in zip(equity, falls.tolist(), strict=True)]


def _window(content: Content) -> int:
    """Trading days of a quarter."""
    return max(20, round(content.result.trading_days / 4))


def _rolling_sharpe(content: Content) -> list[list[float]]:
    """Yearly Sharpe ratio of the last quarter's daily returns, without a risk-free rate."""
    daily, size = daily_returns(content.result), _window(content)
    points = content.result.charts.get("Strategy Equity", {}).get("Return", ())[2:]
    if len(daily) <= size:
        return []
    windows = np.lib.stride_tricks.sliding_window_view(daily, size)
    deviation = windows.std(axis=1, ddof=1)
    scale = content.result.trading_days**0.5
    ratios = np.divide(windows.mean(axis=1) * scale, deviation, out=np.zeros(len(windows)), where=deviation > 1e-12)
    return [
        [float(point[0] or 0), round(value, 4)]
        for point, value in zip(points[size - 1 :], ratios.tolist(), strict=True)
    ]


def _exposure(content: Content) -> list[list[float]]:
    """Net exposure in percent of equity, by LEAN's Exposure chart."""
    total: dict[float, float] = {}
    for series in content.result.charts.get("Exposure", {}).values():
        for point in series:
            total[point[0] or 0.0] = total.get(point[0] or 0.0, 0.0) + (point[-1] or 0.0) * 100
    return [[time, round(total[time], 3)] for time in sorted(total)]


def _groups(metrics: Mapping[str, Any]) -> dict[str, list[tuple[str, Any]]]:
    found: dict[str, list[tuple[str, Any]]] = {}
    for key, entry in metrics.items():
        row = CATALOG.get(key)
        found.setdefault(row.group if row else "Other", []).append((key, entry))
    return found


def highlighted(text: str, language: str) -> str:
    """Source text as HTML with a class per kind of word."""
    if not text:
        return ""
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import get_lexer_by_name

    lexer = get_lexer_by_name(language, stripnl=False)
    return str(highlight(text, lexer, HtmlFormatter(nowrap=True)))


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("vibetrader.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["percent"] = lambda value: f"{value:+.1f}"
    return environment.get_template("report.html.j2")

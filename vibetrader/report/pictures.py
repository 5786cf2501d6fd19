"""Still pictures of the page: drawn here as SVG, so that they print and need no script."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup, escape

from vibetrader.backtest.metrics import daily_returns
from vibetrader.results.backtest import BacktestResult

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WIDTH, _HEIGHT = 480, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 10, 10, 34


def month_table(months: Mapping[str, float]) -> list[dict[str, Any]]:
    """Rows of the heat map: year, twelve cells of (percent or None, strength 0…100), the year's total."""
    years = sorted({month[:4] for month in months})
    largest = max((abs(value) for value in months.values()), default=0.0) or 1.0
    rows = []
    for year in years:
        cells: list[dict[str, Any]] = []
        growth = 1.0
        for place, name in enumerate(_MONTHS, 1):
            value = months.get(f"{year}-{place:02d}")
            if value is not None:
                growth *= 1 + value / 100
            cells.append(
                {
                    "month": name,
                    "value": value,
                    "strength": 0 if value is None else round(12 + 68 * math.sqrt(abs(value) / largest)),
                    "sign": "none"
                    if value is None
                    else "flat"
                    if abs(value) < 0.005
                    else "up"
                    if value > 0
                    else "down",
                }
            )
        rows.append({"year": year, "cells": cells, "total": (growth - 1) * 100})
    return rows


def excursions(trades: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """MAE and MFE per trade: LEAN's, but by the bars where crumbs keep positions open, for which LEAN's know no end."""
    crumbs = any(trade["dust"] for trade in trades)
    return [
        (trade["mae_bars"], trade["mfe_bars"])
        if crumbs and trade["mae_bars"] is not None
        else (trade["mae"], trade["mfe"])
        for trade in trades
    ]


def pictures(result: BacktestResult, trades: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Title, explanation and SVG of each picture there is something to draw for."""
    found: list[dict[str, Any]] = []
    daily = daily_returns(result) * 100
    moved = daily[daily != 0]
    if len(moved) > 10:
        still = len(daily) - len(moved)
        found.append(
            {
                "title": "Daily returns",
                "note": f"{len(moved):,} days that moved"
                + (f"; {still:,} days without change are left out" if still else "")
                + f". Median {np.median(moved):+.2f} %.",
                "svg": histogram(moved, "%", f"Histogram of {len(moved)} daily returns in percent"),
            }
        )
    closed = [trade for trade in trades if not trade["dust"]]
    if len(closed) > 1:
        profits = np.array([trade["profit_loss"] for trade in closed])
        found.append(
            {
                "title": "Profit per trade",
                "note": f"{len(closed):,} closed trades in {result.account_currency or 'account currency'}. "
                f"Median {np.median(profits):+,.2f}, mean {profits.mean():+,.2f}.",
                "svg": histogram(profits, "", f"Histogram of the profits of {len(closed)} trades"),
            }
        )
        pairs = [
            (-mae, mfe, trade["profit_loss"] > 0)
            for (mae, mfe), trade in zip(excursions(trades), trades, strict=True)
            if not trade["dust"]
        ]
        found.append(
            {
                "title": "How far against, how far in favour",
                "note": "Each dot is a trade: right its largest loss while open (MAE), up its largest profit (MFE). "
                "Winners that lie far right came close to a stop; losers high up gave back a profit.",
                "svg": _scatter(pairs),
            }
        )
    return found


def histogram(values: Any, unit: str, label: str) -> Markup:
    """Bars left and right of zero, outermost values gathered at the ends."""
    low, high = np.quantile(values, [0.005, 0.995])
    low, high = min(float(low), 0.0), max(float(high), 0.0)
    if high <= low:
        high = low + 1
    step = _nice((high - low) / min(40, max(8, math.sqrt(len(values)) * 2)))
    edges = np.arange(math.floor(low / step), math.ceil(high / step) + 1) * step
    if len(edges) < 2:
        edges = np.array([edges[0], edges[0] + step])
    counts, _ = np.histogram(np.clip(values, edges[0], np.nextafter(edges[-1], edges[0])), edges)
    top = int(counts.max())
    x = _scale(float(edges[0]), float(edges[-1]), _LEFT, _WIDTH - _RIGHT)
    y = _scale(0, top, _HEIGHT - _BOTTOM, _TOP)
    parts = _grid_y(0, top, y, lambda v: f"{v:,.0f}")
    for count, first, last in zip(counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if count:
            kind = "up" if first >= -1e-12 else "down"
            tip = f"{_short(first)} to {_short(last)}{unit}: {count}"
            parts.append(
                f'<rect class="{kind}" x="{x(first) + 0.5:.1f}" y="{y(count):.1f}" width="{max(1.0, x(last) - x(first) - 1):.1f}" '
                f'height="{y(0) - y(count):.1f}"><title>{tip}</title></rect>'
            )
    parts += _axis_x(float(edges[0]), float(edges[-1]), x, unit)
    return _svg(parts, label)


def _scatter(pairs: Sequence[tuple[float, float, bool]]) -> Markup:
    against = np.array([pair[0] for pair in pairs])
    favour = np.array([pair[1] for pair in pairs])
    right = float(np.quantile(against, 0.99)) or 1.0
    top = float(np.quantile(favour, 0.99)) or 1.0
    x = _scale(0, right, _LEFT, _WIDTH - _RIGHT)
    y = _scale(0, top, _HEIGHT - _BOTTOM, _TOP)
    parts = [*_grid_y(0, top, y, _short), *_axis_x(0, right, x, "")]
    for won, kind in ((True, "up"), (False, "down")):
        # One path of dots: a line of no length with round ends.
        dots = "".join(
            f"M{x(min(max(a, 0.0), right)):.1f} {y(min(max(f, 0.0), top)):.1f}h0"
            for a, f, gained in pairs
            if gained == won
        )
        if dots:
            parts.append(f'<path class="dots {kind}" d="{dots}"/>')
    parts.append(
        f'<text class="axis" x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 2}" text-anchor="end">largest loss while open</text>'
    )
    parts.append(f'<text class="axis" x="{_LEFT + 4}" y="{_TOP + 8}">largest profit while open</text>')
    return _svg(parts, f"Adverse against favourable excursion of {len(pairs)} trades")


def _svg(parts: Sequence[str], label: str) -> Markup:
    return Markup(
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}">' + "".join(parts) + "</svg>"
    )


def _scale(low: float, high: float, first: float, last: float) -> Any:
    span = (high - low) or 1.0
    return lambda value: first + (value - low) / span * (last - first)


def _ticks(low: float, high: float, most: int) -> list[float]:
    step = _nice((high - low) / most)
    return [n * step for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _nice(step: float) -> float:
    """1, 2 or 5 times a power of ten, not below the step."""
    if step <= 0 or not math.isfinite(step):
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(step))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= step * 0.999)


def _grid_y(low: float, high: float, y: Any, text: Any) -> list[str]:
    return [
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(v):.1f}" y2="{y(v):.1f}"/>'
        f'<text class="tick" x="{_LEFT - 5}" y="{y(v) + 3:.1f}" text-anchor="end">{text(v)}</text>'
        for v in _ticks(low, high, 4)
    ]


def _axis_x(low: float, high: float, x: Any, unit: str) -> list[str]:
    parts = [
        f'<text class="tick" x="{x(v):.1f}" y="{_HEIGHT - _BOTTOM + 14}" text-anchor="middle">{_short(v)}{unit}</text>'
        for v in _ticks(low, high, 6)
    ]
    if low < 0 < high:
        parts.append(f'<line class="zero" x1="{x(0):.1f}" x2="{x(0):.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>')
    return parts


def _short(value: float) -> str:
    size = abs(value)
    if size >= 1e6:
        return f"{value / 1e6:g}M" if value % 1e5 == 0 else f"{value / 1e6:.2f}M"
    if size >= 1e4:
        return f"{value / 1e3:.0f}k"
    return f"{float(f'{value:.3g}'):g}" if size >= 1e-9 else "0"

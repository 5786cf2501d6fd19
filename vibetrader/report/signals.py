"""What the strategy's conditions were: on every bar for the chart, at each order for the trade list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from vibetrader.backtest.conditions import Floats, NotComputable, SeriesOf, leaves, operands
from vibetrader.errors import VibeTraderError
from vibetrader.marketdata.view import Bars, Place, consolidated, data_zone_of, filled_forward, find_place, read_bars
from vibetrader.spec import expressions as ex
from vibetrader.spec.check import warmup_by_timeframe
from vibetrader.spec.indicators import INDICATORS
from vibetrader.spec.parameters import resolved
from vibetrader.spec.strategy import StrategySpec
from vibetrader.spec.timeframes import minutes

#: More bars than this are not worth the time of a report.
_MOST_BARS: Final = 60_000
_MOST_PANES: Final = 4
_MOST_OVERLAYS: Final = 6


@dataclass(frozen=True, slots=True)
class Test:
    """One condition of the spec.

    Attributes:
        side: long or short.
        role: entry or exit.
        node: The test, with parameters replaced by their numbers.
    """

    side: str
    role: str
    node: ex.Expression

    @property
    def text(self) -> str:
        """As the spec language writes it."""
        return str(self.node)


@dataclass(slots=True)
class Pane:
    """Lines that share one part of the chart.

    Attributes:
        lines: Name → values on the bars of the period.
        levels: Constants they are compared with.
    """

    lines: dict[str, Floats] = field(default_factory=dict)
    levels: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Signals:
    """A symbol's bars in the period with everything that was computed on them.

    Attributes:
        bars: Own timeframe, the period only.
        overlays: Lines on the price.
        panes: Lines below it.
        entries: Whole entry condition per side.
        tests: Each single test of the spec.
        truths: Test text → 1, 0 or NaN per bar.
        values: Operand text → value per bar.
        reasons: What could not be computed, and why.
    """

    symbol: str
    bars: Bars
    overlays: dict[str, Floats] = field(default_factory=dict)
    panes: list[Pane] = field(default_factory=list)
    entries: dict[str, ex.Expression] = field(default_factory=dict)
    tests: list[Test] = field(default_factory=list)
    truths: dict[str, Floats] = field(default_factory=dict)
    values: dict[str, Floats] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    def row_at(self, moment: float) -> int | None:
        """The bar whose close was the newest at a moment (UTC seconds)."""
        row = int(np.searchsorted(self.bars.end, moment + 0.5, side="right")) - 1
        return row if 0 <= row < len(self.bars) else None

    def at(self, moment: float, side: str) -> dict[str, Any]:
        """The tests of a side and the values behind them at a moment; {} before the first bar."""
        row = self.row_at(moment)
        if row is None:
            return {}
        held = {
            test.text: bool(self.truths[test.text][row] == 1)
            for test in self.tests
            if test.side == side and test.text in self.truths
        }
        values = {name: _short(column[row]) for name, column in self.values.items() if np.isfinite(column[row])}
        return {"values": values, "held": held}

    def excursions(self, entry: float, exit_: float, price: float, quantity: float) -> tuple[float, float]:
        """Largest loss (≤ 0) and profit (≥ 0) of a position by the bars between two moments; a short's quantity is < 0."""
        first = int(np.searchsorted(self.bars.start, entry - 0.5))
        last = int(np.searchsorted(self.bars.end, exit_ + 0.5, side="right"))
        if last <= first:
            return 0.0, 0.0
        ends = (
            (self.bars.low[first:last].min() - price) * quantity,
            (self.bars.high[first:last].max() - price) * quantity,
        )
        return min(0.0, *map(float, ends)), max(0.0, *map(float, ends))

    def entry_held(self, node: ex.Expression, moment: Mapping[str, Any]) -> bool | None:
        """Whether a whole condition held at a moment of `at`; None where a part of it is not known."""
        match node:
            case ex.And(parts=parts):
                known = [self.entry_held(part, moment) for part in parts]
                return False if False in known else None if None in known else True
            case ex.Or(parts=parts):
                known = [self.entry_held(part, moment) for part in parts]
                return True if True in known else None if None in known else False
            case ex.Not(operand=operand):
                inner = self.entry_held(operand, moment)
                return None if inner is None else not inner
            case _:
                held: bool | None = moment["held"].get(str(node))
                return held


def signals_of(
    spec: StrategySpec | None,
    symbol: str,
    folder: Path | None,
    first: date,
    last: date,
    *,
    parameters: Mapping[str, float],
    began: float | None = None,
) -> Signals | None:
    """Bars of a symbol over the period with the spec's conditions; None when there are no bars.

    Args:
        began: UTC seconds of the program's first moment, its warm-up included: its averages began there.
    """
    if folder is None:
        return None
    try:
        place = _place(folder, symbol, spec)
        if place is None:
            return None
        bars, base, warm = _bars(folder, place, spec, first, last, began)
    except (VibeTraderError, ValueError, ArithmeticError, OSError):
        return None  # the chart is a view; the run itself has said what is wrong with its data
    if bars is None or not len(bars):
        return None
    low = _utc(first)
    # A bar belongs to the period from the moment it can be acted on.
    start = int(np.searchsorted(bars.end, low)) if warm else 0
    period = bars.rows(start)
    found = Signals(symbol, period)
    if spec is None:
        return found
    if len(bars) > _MOST_BARS:
        found.reasons.append(f"{len(bars):,} bars are too many to work the conditions out again for a report")
        return found
    try:
        spec = resolved(spec, {k: v for k, v in parameters.items() if k in spec.parameters})
    except VibeTraderError as error:
        found.reasons.append(str(error))
        return found
    series = SeriesOf(bars, parameters={}, base=base, data_zone=data_zone_of(folder, place))
    _compute(found, spec, series, start)
    return found


def _place(folder: Path, symbol: str, spec: StrategySpec | None) -> Place | None:
    for instrument in spec.symbols if spec is not None else ():
        if instrument.ticker == symbol:
            place = Place(instrument.type.replace("_", ""), instrument.market, symbol)
            if (folder / place.type / place.market).is_dir():
                return place
    return find_place(folder, symbol)


def _bars(
    folder: Path, place: Place, spec: StrategySpec | None, first: date, last: date, began: float | None
) -> tuple[Bars | None, Bars | None, bool]:
    """Bars of the own timeframe with warm-up in front, and the bars they are built of."""
    if spec is None:
        span = (last - first).days
        for length in (3600, 86400) if span < 1500 else (86400, 3600):
            bars = read_bars(folder, place, first, last, timeframe_s=length, minutes=span < 60)
            if bars is not None:
                return bars, None, False
        return read_bars(folder, place, first, last, timeframe_s=60), None, False
    own = minutes(spec.timeframe) * 60
    finest = min([own, *(minutes(t) * 60 for t in _timeframes(spec))])
    needed = max((count * minutes(t) for t, count in warmup_by_timeframe(spec).items()), default=0) / 1440
    weekends = 1.0 if place.type.startswith("crypto") else 5.0 if place.type == "equity" and own < 86400 else 1.6
    begin = first - timedelta(days=int(needed * weekends) + 3)
    if began is not None:
        begin = datetime.fromtimestamp(began - 86400, UTC).date() if began < _utc(first) else first
    base = read_bars(folder, place, begin, last, timeframe_s=finest, minutes=finest < 3600)
    if base is None:
        return None, None, False
    if place.type.startswith("crypto"):
        base = filled_forward(base)
    if began is not None:
        # LEAN also delivers the bar that ends when the warm-up begins.
        base = base.rows(int(np.searchsorted(base.end, began - 0.5)))
        return consolidated(base, own, data_zone_of(folder, place)), base, True
    bars = consolidated(base, own, data_zone_of(folder, place))
    if finest == own:
        # The program's averages begin with its warm-up: so do these.
        start = int(np.searchsorted(bars.end, _utc(first), side="right"))
        bars = base = bars.rows(max(0, start - warmup_by_timeframe(spec)[spec.timeframe] - 1))
    return bars, base, True


def _utc(day: date) -> float:
    return (day - date(1970, 1, 1)).days * 86400.0


def _timeframes(spec: StrategySpec) -> list[str]:
    nodes = [node for side in spec.sides.values() for node in (side.entry, side.exit) if node is not None]
    return [timeframe for node in nodes for timeframe in ex.timeframes(node)]


def _compute(found: Signals, spec: StrategySpec, series: SeriesOf, start: int) -> None:
    for side, rules in spec.sides.items():
        found.entries[side] = rules.entry
        for role, node in (("entry", rules.entry), ("exit", rules.exit)):
            for leaf in leaves(node) if node is not None else ():
                test = Test(side, role, leaf)
                if any(test.text == t.text and (side, role) == (t.side, t.role) for t in found.tests):
                    continue
                found.tests.append(test)
                try:
                    found.truths[test.text] = series.of(leaf)[start:]
                    for operand in operands(leaf):
                        found.values[str(operand)] = series.of(operand)[start:]
                except NotComputable as error:
                    found.reasons.append(str(error))
    for test in found.tests:
        _draw(found, test.node)
    found.reasons[:] = dict.fromkeys(found.reasons)


def _draw(found: Signals, leaf: ex.Expression) -> None:
    """Put the sides of a test where they can be read: on the price, or in a pane of their own."""
    below: list[tuple[str, Floats]] = []
    for operand in operands(leaf):
        name = str(operand)
        column = found.values.get(name)
        if column is None or isinstance(operand, ex.Price) or name in found.overlays:
            continue
        if _on_price(operand, column, found.bars):
            if len(found.overlays) < _MOST_OVERLAYS:
                found.overlays[name] = column
        else:
            below.append((name, column))
    if not below:
        return
    pane = next((p for p in found.panes if any(name in p.lines for name, _ in below)), None)
    if pane is None:
        if len(found.panes) >= _MOST_PANES:
            return
        pane = Pane()
        found.panes.append(pane)
    pane.lines.update(below)
    for level in _levels(leaf):
        if level not in pane.levels:
            pane.levels.append(level)


def _levels(leaf: ex.Expression) -> list[float]:
    if isinstance(leaf, ex.At):
        return _levels(leaf.operand)
    if isinstance(leaf, ex.Compare | ex.Cross):
        return [side.value for side in (leaf.left, leaf.right) if isinstance(side, ex.Number)]
    return []


def _on_price(operand: ex.Expression, column: Floats, bars: Bars) -> bool:
    calls = [node for node in ex.walk(operand) if isinstance(node, ex.Call)]
    if any(INDICATORS[node.indicator].nature.value == "oscillator" for node in calls):
        return False
    known = np.isfinite(column)
    if not known.any():
        return False
    ratio = np.median(column[known]) / np.median(bars.close)
    return bool(0.5 < ratio < 2)


def _short(value: float) -> float:
    return float(f"{value:.7g}")


#: Charts that LEAN draws of every run.
_LEAN_CHARTS: Final = frozenset(
    {
        "Strategy Equity", "Drawdown", "Benchmark", "Exposure", "Capacity", "Portfolio Turnover", "Portfolio Margin",
        "Assets Sales Volume",
    }
)  # fmt: skip


def add_plots(found: Signals, charts: Mapping[str, Mapping[str, list[list[float | None]]]]) -> None:
    """Put what the program plotted itself on the chart: on the price where it has its size, else in a pane per chart."""
    for chart, lines in charts.items():
        if chart in _LEAN_CHARTS or not len(found.bars):
            continue
        pane = Pane()
        for name, points in lines.items():
            known = [
                (point[0], point[-1]) for point in points if point and point[0] is not None and point[-1] is not None
            ]
            if len(known) < 2:
                continue
            times, values = np.array(known, dtype=np.float64).T
            rows = np.searchsorted(times, found.bars.end, side="right") - 1
            column = np.where(rows >= 0, values[np.maximum(rows, 0)], np.nan)
            ratio = np.median(values) / np.median(found.bars.close)
            if 0.5 < ratio < 2 and len(found.overlays) < _MOST_OVERLAYS:
                found.overlays[f"{chart}: {name}"] = column
            else:
                pane.lines[f"{chart}: {name}"] = column
        if pane.lines and len(found.panes) < _MOST_PANES:
            found.panes.append(pane)

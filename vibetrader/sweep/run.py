"""Runs the cells of a sweep: those that are not on disk yet, on all cores, each kept as it is done."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np

from vibetrader._util import jsonio
from vibetrader._util.files import atomic_write, sha256_bytes
from vibetrader.errors import CannotInterpret, DataError
from vibetrader.interpreter.bars import MINUTE, Bars, Floats, filled
from vibetrader.interpreter.interpret import Interpreter, Market, native_timeframe, refuse
from vibetrader.marketdata import leanformat
from vibetrader.marketdata.provide import Provided, provide
from vibetrader.marketdata.symbolproperties import SymbolPropertiesDatabase
from vibetrader.settings import Settings
from vibetrader.spec import yamlio
from vibetrader.spec.strategy import StrategySpec
from vibetrader.spec.timeframes import minutes
from vibetrader.sweep.axes import Axis, Cell, variant
from vibetrader.sweep.outcome import equity, figures

VERSION: Final = 1
"""Changes when the same cell would be computed otherwise; it is part of each cell's name."""
CHUNK: Final = 32
_FOLDERS: Final = {"1m": "minute", "1h": "hour", "1d": "daily"}


@dataclass(frozen=True, slots=True)
class Result:
    """One cell: its figures and daily returns, or why it has none."""

    cell: Cell
    figures: dict[str, float | None]
    returns: Floats
    error: str = ""


@dataclass
class Sweep:
    """A spec, what varies, and where the cells are kept.

    Attributes:
        folder: Cells as `cells/<hash>.json`, named by what they are made from; the same cell is never run twice.
    """

    spec: StrategySpec
    axes: Sequence[Axis]
    folder: Path
    settings: Settings
    today: date
    _interpreters: dict[tuple[str, str], Interpreter] = field(default_factory=dict)
    _provided: Provided | None = None

    def name(self, cell: Cell) -> str:
        """The cell's file name, from everything that its outcome depends on."""
        made_from = [VERSION, yamlio.dump(self._bare), [a.name for a in self.axes], list(cell), self.data.receipt]
        return sha256_bytes(jsonio.canonical(made_from).encode())[:32] + ".json"

    @property
    def _bare(self) -> StrategySpec:
        return self.spec.model_copy(update={"provenance": {}, "name": "", "description": ""})

    @property
    def data(self) -> Provided:
        """Bars of every symbol and resolution of the sweep."""
        if self._provided is None:
            start, end = self.spec.period.dates(self.today)
            wanted = {
                (s.type, s.market, s.ticker, _FOLDERS[native_timeframe(one)])
                for one in self._corners()
                for s in one.symbols
            }
            end = min(end, self.today - timedelta(days=1))
            self._provided = provide(sorted(wanted), start=start, end=end, settings=self.settings)
        return self._provided

    def _corners(self) -> Iterator[StrategySpec]:
        """A variant for each symbol and timeframe."""
        from itertools import product

        kept = [
            item if item.name in ("symbol", "timeframe") else Axis(item.name, item.values[:1]) for item in self.axes
        ]
        for cell in product(*(item.values for item in kept)):
            yield variant(self.spec, kept, cell)

    def prepare(self) -> None:
        """Load the bars of every corner, so that worker processes share them.

        Raises:
            CannotInterpret: The spec needs the engine.
            DataError: There are no bars.
        """
        for one in self._corners():
            refuse(one)
            self._interpreter(one)

    def one(self, cell: Cell) -> Result:
        """Run one cell."""
        spec = variant(self.spec, self.axes, cell)
        interpreter = self._interpreter(spec)
        try:
            fills, bars, first = interpreter.fills(spec, today=self.today)
        except CannotInterpret as error:
            return Result(cell, {}, np.empty(0), f"needs the engine: {error.message}")
        curve = equity(fills, bars, float(spec.number(spec.cash)), first)
        return Result(cell, figures(fills, curve), curve[1:] / curve[:-1] - 1)

    def _interpreter(self, spec: StrategySpec) -> Interpreter:
        symbol = spec.symbols[0]
        native = native_timeframe(spec)
        key = (symbol.ticker, native)
        if key not in self._interpreters:
            bars = read_bars(self.data.folder, symbol.type, symbol.market, symbol.ticker, native)
            row = SymbolPropertiesDatabase(self.data.folder).get(
                symbol.market, symbol.ticker, symbol.type, symbol.currency
            )
            market = Market(float(row.lot_size), float(row.minimum_price_variation), float(row.minimum_order_size or 0))
            self._interpreters[key] = Interpreter(bars, market, native)
        return self._interpreters[key]

    # ------------------------------------------------------------------ cells on disk

    def load(self, cell: Cell) -> Result | None:
        """The cell as it was run before; None when it was not, or its file is torn."""
        path = self.folder / "cells" / self.name(cell)
        try:
            raw = jsonio.loads(path.read_text(encoding="utf-8"))
            return Result(cell, raw["figures"], np.array(raw["returns"], dtype=np.float64), raw["error"])
        except (OSError, ValueError, KeyError):
            return None

    def save(self, result: Result) -> None:
        """Keep a cell."""
        body: dict[str, Any] = {
            "cell": list(result.cell),
            "figures": result.figures,
            "returns": [round(float(value), 12) for value in result.returns],
            "error": result.error,
        }
        atomic_write(self.folder / "cells" / self.name(result.cell), jsonio.dumps(body).encode(), durable=False)


def run(
    sweep: Sweep, cells: Iterable[Cell], *, jobs: int = 0, on_done: Callable[[int], None] = lambda count: None
) -> list[Result]:
    """The results of all cells in their order; what is on disk is read, the rest is run and kept.

    Args:
        jobs: Processes; 0 is one for each core.
        on_done: Told how many cells are done.
    """
    wanted = list(cells)
    found: dict[Cell, Result] = {}
    missing: list[Cell] = []
    for cell in wanted:
        known = sweep.load(cell)
        if known is None or known.error:
            missing.append(cell)
        else:
            found[cell] = known
    on_done(len(found))
    if missing:
        sweep.prepare()
        for result in _run_all(sweep, missing, jobs or os.cpu_count() or 1):
            found[result.cell] = result
            on_done(len(found))
    return [found[cell] for cell in wanted]


def _run_all(sweep: Sweep, cells: list[Cell], jobs: int) -> Iterator[Result]:
    chunks = [cells[start : start + CHUNK] for start in range(0, len(cells), CHUNK)]
    if jobs == 1 or len(chunks) == 1:
        for cell in cells:
            result = sweep.one(cell)
            sweep.save(result)
            yield result
        return
    # Forked, so that the bars are shared and not copied.
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork"), initializer=_adopt, initargs=(sweep,)) as pool:
        for done in as_completed([pool.submit(_chunk, chunk) for chunk in chunks]):
            yield from done.result()


_ADOPTED: list[Sweep] = []


def _adopt(sweep: Sweep) -> None:
    _ADOPTED[:] = [sweep]


def _chunk(cells: list[Cell]) -> list[Result]:
    sweep = _ADOPTED[0]
    results = []
    for cell in cells:
        result = sweep.one(cell)
        sweep.save(result)
        results.append(result)
    return results


def read_bars(folder: Path, security_type: str, market: str, ticker: str, native: str) -> Bars:
    """All bars of a ticker that trades around the clock.

    Raises:
        DataError: There are none.
    """
    resolution = _FOLDERS[native]
    names = leanformat.TRADE_FIELDS
    if resolution == "minute":
        path, _ = leanformat.data_path(folder, security_type, market, resolution, ticker, "trade", "00000000")
        days = sorted(file.name[:8] for file in path.parent.glob("*_trade.zip")) if path.parent.is_dir() else []
        parts = []
        for day in days:
            file, entry = leanformat.data_path(folder, security_type, market, resolution, ticker, "trade", day)
            part = leanformat.read_day(file, entry, day, names, False)
            if part is not None:
                parts.append(part)
        raw = leanformat.concatenate(parts, names, False) if parts else None
    else:
        path, entry = leanformat.data_path(folder, security_type, market, resolution, ticker, "trade")
        raw = leanformat.read_all(path, entry, names, False)
    if raw is None or not len(raw.times):
        raise DataError(
            f"no {native} bars of {ticker} in {str(folder)!r}", hint="`vibetrader data list` shows what is there."
        )
    length = minutes(native) * MINUTE
    open_, high, low, close, volume = (np.ascontiguousarray(raw.columns[name]) for name in names)
    return filled(
        Bars(raw.times, raw.times + length, open_, high, low, close, volume, np.zeros(len(raw.times), dtype=np.int8)),
        length,
    )

"""A model's change of code that was to leave the trades alone is held to it."""

from __future__ import annotations

from itertools import zip_longest

from vibetrader.backtest.leanfiles import read_results
from vibetrader.errors import VibeTraderError
from vibetrader.results.backtest import BacktestResult, OrderEvent
from vibetrader.results.findings import ErrorClass, Finding
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import AUTHOR, BACKTEST_DIR


def changed_trades(run: RunDir, result: BacktestResult) -> Finding | None:
    """The first order event that differs from the parent run's, where none may; None when all is as it was."""
    if not run.has(AUTHOR) or not run.read(AUTHOR).keeps_trades or run.parent is None:
        return None
    try:
        before = read_results(run.parent.path / BACKTEST_DIR)
    except VibeTraderError:
        return None  # the parent has no result to compare with
    for old, new in zip_longest(before.order_events, result.order_events):
        if _essence(old) != _essence(new):
            return Finding(
                error_class=ErrorClass.ORDER,
                stage="result",
                raw=f"the change was to leave the trades as they were; before: {_said(old)}, now: {_said(new)}",
                cause="The program was changed for something else than its trades, and trades otherwise than before.",
                fix="Make the change without touching signals, sizes, orders or their times.",
            )
    return None


def _essence(event: OrderEvent | None) -> object:
    return None if event is None else (event.time, event.symbol, event.status, event.fill_quantity, event.fill_price)


def _said(event: OrderEvent | None) -> str:
    if event is None:
        return "no further order event"
    return f"{event.symbol} {event.status} {event.fill_quantity:g} at {event.fill_price:g} ({event.time})"

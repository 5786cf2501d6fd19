"""What buying the traded symbols at the start and doing nothing would have given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from vibetrader.errors import VibeTraderError
from vibetrader.marketdata.view import find_place, read_bars
from vibetrader.results.backtest import BacktestResult


def traded_symbols(result: BacktestResult) -> list[str]:
    """Tickers with fills, in order of their first fill; those with orders only when nothing was filled."""
    filled = dict.fromkeys(event.symbol for event in result.order_events if event.fill_quantity)
    return list(filled or dict.fromkeys(order.symbol for order in result.orders))


def held(result: BacktestResult, folder: Path | None, symbols: Sequence[str] = ()) -> list[tuple[float, float]]:
    """(UTC seconds, value) of 1 put into the traded symbols in equal parts, daily, without costs.

    Args:
        result: Gives the period, and the symbols where none are named.
        folder: A LEAN data folder; its minute files are left alone.

    Returns:
        Empty when bars of a symbol are missing.
    """
    symbols = symbols or traded_symbols(result)
    if folder is None or not symbols or not result.start or not result.end:
        return []
    first, last = (date.fromisoformat(stamp[:10]) for stamp in (result.start, result.end))
    closes: list[dict[float, float]] = []
    for symbol in symbols[:20]:
        place = find_place(folder, symbol)
        try:
            bars = place and read_bars(folder, place, first, last, timeframe_s=86400, minutes=False)
        except (VibeTraderError, ValueError, ArithmeticError):
            return []  # the run itself has said what is wrong with its data
        if not bars:
            return []
        days = (bars.end // 86400).tolist()
        closes.append(dict(zip(days, (bars.close / bars.open[0]).tolist(), strict=True)))
    days = sorted(set().union(*closes))
    values = np.ones((len(closes), len(days)))
    for row, series in enumerate(closes):
        latest = 1.0
        for column, day in enumerate(days):
            latest = values[row, column] = series.get(day, latest)
    return list(zip((day * 86400.0 for day in days), values.mean(axis=0).tolist(), strict=True))

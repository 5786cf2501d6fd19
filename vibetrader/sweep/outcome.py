"""What a variant earned, from its fills."""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from vibetrader.interpreter.bars import DAY, Bars, Floats, Ints
from vibetrader.interpreter.machine import Fills

PERIODS: Final = 365
"""Days in a year of a market that never closes."""

_DAY_ENDS: WeakKeyDictionary[Bars, tuple[int, Ints]] = WeakKeyDictionary()
"""Variants of one sweep share their bars."""

FIGURES: Final = (
    "total_return", "annual_return", "max_drawdown", "sharpe_ratio", "trades", "win_rate", "profit_factor", "fees",
)  # fmt: skip


def equity(fills: Fills, bars: Bars, cash: float, first: int) -> Floats:
    """Account value at the end of each day from the first bar after the warm-up on, that bar's before anything first."""
    money = np.r_[cash, cash - np.cumsum(_paid(fills))]
    held = np.r_[0.0, fills.position]
    last = day_ends(bars, first)
    done = np.searchsorted(fills.bar, last, side="right")
    curve: Floats = np.r_[cash, money[done] + held[done] * bars.close[last]]
    return curve


def day_ends(bars: Bars, first: int) -> Ints:
    """The last bar of each day from a bar on."""
    if bars not in _DAY_ENDS or _DAY_ENDS[bars][0] != first:
        days = (bars.end[first:] - 1) // DAY
        _DAY_ENDS[bars] = first, np.flatnonzero(np.r_[days[1:] != days[:-1], True]) + first
    return _DAY_ENDS[bars][1]


def _paid(fills: Fills) -> Floats:
    """What each fill took from the money: its worth, and the fee, which for coins bought is their worth."""
    paid: Floats = fills.quantity * fills.price + np.where(fills.quantity > 0, fills.fee * fills.price, fills.fee)
    return paid


def figures(fills: Fills, curve: Floats) -> dict[str, float | None]:
    """The figures of one variant; ratios of daily returns, annualised over 365 days, without a risk-free rate."""
    returns = curve[1:] / curve[:-1] - 1
    years = max(len(returns), 1) / PERIODS
    spread = float(returns.std(ddof=1)) if len(returns) > 1 else 0.0
    peak = np.maximum.accumulate(curve)
    profits = round_trips(fills)
    won, lost = profits[profits > 0].sum(), -profits[profits < 0].sum()
    total = float(curve[-1] / curve[0] - 1)
    return {
        "total_return": total,
        "annual_return": float((1 + total) ** (1 / years) - 1) if total > -1 else -1.0,
        "max_drawdown": float((1 - curve / peak).max()),
        "sharpe_ratio": float(returns.mean() / spread * PERIODS**0.5) if spread > 0 else None,
        "trades": float(len(profits)),
        "win_rate": float((profits > 0).mean()) if len(profits) else None,
        "profit_factor": float(won / lost) if lost > 0 else None,
        "fees": float(np.where(fills.quantity > 0, fills.fee * fills.price, fills.fee).sum()),
    }


def round_trips(fills: Fills) -> Floats:
    """Profit of each closed position after fees, in the price's currency."""
    flow = -_paid(fills)
    profits: list[float] = []
    running = 0.0
    for tag, amount, price, position in zip(fills.tag, flow, fills.price, fills.position, strict=True):
        if tag <= 1 and running:
            # A turn closes one position and opens the next: split at flat.
            opened = -position * price
            profits.append(running + amount - opened)
            running = opened
            continue
        running += amount
        if tag > 1:
            profits.append(running)
            running = 0.0
    return np.array(profits)

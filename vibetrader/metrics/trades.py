"""Figures of a list of closed trades, from their profits in account currency."""

from __future__ import annotations

import numpy as np

from vibetrader.metrics.moments import Array
from vibetrader.metrics.ratios import ratio


def win_rate(profits: Array) -> float | None:
    """Share of trades with a profit > 0; None without trades."""
    return float(np.count_nonzero(profits > 0)) / len(profits) if len(profits) else None


def average_win(profits: Array) -> float | None:
    """Mean of the profits > 0; None when there is none."""
    wins = profits[profits > 0]
    return float(wins.mean()) if len(wins) else None


def average_loss(profits: Array) -> float | None:
    """Mean of the profits ≤ 0 (itself ≤ 0); None when there is none."""
    losses = profits[profits <= 0]
    return float(losses.mean()) if len(losses) else None


def profit_factor(profits: Array) -> float | None:
    """Sum of wins over the absolute sum of losses; None when nothing was lost."""
    return ratio(float(profits[profits > 0].sum()), abs(float(profits[profits <= 0].sum())))


def payoff_ratio(profits: Array) -> float | None:
    """Average win over the absolute average loss; None when either is missing or the loss is 0."""
    won, lost = average_win(profits), average_loss(profits)
    return None if won is None or not lost else won / abs(lost)


def expectancy(profits: Array) -> float | None:
    """Expected profit per unit risked: win rate × payoff ratio - loss rate; None where the payoff ratio is.

    Source: Van K. Tharp, as LEAN's PortfolioStatistics.Expectancy.
    """
    rate, payoff = win_rate(profits), payoff_ratio(profits)
    return None if rate is None or payoff is None else rate * payoff - (1.0 - rate)


def longest_streak(profits: Array, winning: bool = True) -> int:
    """Length of the longest run of winning (or losing) trades."""
    hits = profits > 0 if winning else profits <= 0
    best = run = 0
    for hit in hits:
        run = run + 1 if hit else 0
        best = max(best, run)
    return best

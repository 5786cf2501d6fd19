"""What picking the best of many cost: overfitting, plateaus, luck."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from vibetrader.interpreter.bars import Floats
from vibetrader.metrics.significance import deflated_sharpe_ratio
from vibetrader.sweep.axes import Axis, Cell

BLOCKS: Final = 10
"""Pieces of the period for the cross-validation: 252 ways to take half of them."""


def overfitting(returns: Floats, blocks: int = BLOCKS) -> float | None:
    """Probability that the variant that was best in one half of the period is below the median in the other.

    Args:
        returns: Daily returns, shape (days, variants).

    Returns:
        None with fewer than two variants or fewer than four days a block.

    Source: Bailey, Borwein, López de Prado & Zhu (2017), "The Probability of Backtest Overfitting" (CSCV).
    """
    days, variants = returns.shape
    if variants < 2 or days < 4 * blocks:
        return None
    pieces = np.array_split(np.arange(days), blocks)
    sums = np.array([returns[piece].sum(axis=0) for piece in pieces])
    squares = np.array([(returns[piece] ** 2).sum(axis=0) for piece in pieces])
    counts = np.array([len(piece) for piece in pieces])
    below = total = 0
    for chosen in itertools.combinations(range(blocks), blocks // 2):
        inside = np.zeros(blocks, dtype=bool)
        inside[list(chosen)] = True
        best = int(np.argmax(_sharpes(sums[inside], squares[inside], counts[inside])))
        outside = _sharpes(sums[~inside], squares[~inside], counts[~inside])
        rank = float((outside < outside[best]).sum() + 0.5 * ((outside == outside[best]).sum() - 1) + 1)
        below += rank / (variants + 1) < 0.5
        total += 1
    return below / total


def _sharpes(sums: Floats, squares: Floats, counts: Floats) -> Floats:
    n = counts.sum()
    mean = sums.sum(axis=0) / n
    variance = squares.sum(axis=0) / n - mean**2
    found: Floats = np.where(variance > 1e-18, mean / np.sqrt(np.maximum(variance, 1e-18)), 0.0)
    return found


def deflated(returns: Floats, chosen: int) -> float | None:
    """Deflated Sharpe ratio of one variant, all variants counted as trials; the spread is that of their ratios."""
    deviation = returns.std(axis=0, ddof=1)
    ratios = returns.mean(axis=0)[deviation > 0] / deviation[deviation > 0]
    spread = float(ratios.std(ddof=1)) if len(ratios) > 1 else None
    return deflated_sharpe_ratio(returns[:, chosen], returns.shape[1], spread)


def neighbours(axes: Sequence[Axis], scores: Mapping[Cell, float | None]) -> dict[Cell, float]:
    """The mean score of each cell and the cells one step away on each axis: a plateau beats a peak."""
    found: dict[Cell, float] = {}
    places = [{value: index for index, value in enumerate(item.values)} for item in axes]
    for cell, own in scores.items():
        if own is None:
            continue
        around = [own]
        for number, item in enumerate(axes):
            index = places[number][cell[number]]
            for step in (index - 1, index + 1):
                if 0 <= step < len(item.values):
                    other = scores.get((*cell[:number], item.values[step], *cell[number + 1 :]))
                    if other is not None:
                        around.append(other)
        found[cell] = float(np.mean(around))
    return found


def walk_forward(
    returns: Floats, windows: int, *, anchored: bool = False, embargo: int = 1
) -> dict[str, object] | None:
    """Choose on the past, earn on what follows: daily returns of the stitched out-of-sample days.

    Args:
        returns: Daily returns, shape (days, variants).
        windows: Stretches that are traded; the first stretch is only learned from.
        anchored: Learn from everything before, not only from the stretch before.
        embargo: Days left out between learning and earning.
    """
    days = returns.shape[0]
    if windows < 1 or days < (windows + 1) * 20:
        return None
    pieces = np.array_split(np.arange(days), windows + 1)
    chosen: list[int] = []
    inside: list[float] = []
    earned: list[Floats] = []
    for number in range(1, windows + 1):
        past = np.concatenate(pieces[:number]) if anchored else pieces[number - 1]
        past = past[: len(past) - embargo] if embargo else past
        sums, squares = returns[past].sum(axis=0), (returns[past] ** 2).sum(axis=0)
        scores = _sharpes(sums[None], squares[None], np.array([len(past)], dtype=np.float64))
        best = int(np.argmax(scores))
        chosen.append(best)
        inside.append(float(scores[best]))
        earned.append(returns[pieces[number], best])
    stitched = np.concatenate(earned)
    spread = float(stitched.std(ddof=1))
    return {
        "windows": windows,
        "anchored": anchored,
        "chosen": chosen,
        "in_sample_sharpe": float(np.mean(inside)) * 365**0.5,
        "out_of_sample_sharpe": float(stitched.mean()) / spread * 365**0.5 if spread > 0 else None,
        "out_of_sample_return": float(np.prod(1 + stitched) - 1),
    }

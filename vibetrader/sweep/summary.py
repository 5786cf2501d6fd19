"""A sweep's answer: the table of all cells, the pick, and what picking cost."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from vibetrader.interpreter.bars import Floats
from vibetrader.sweep import honesty
from vibetrader.sweep.axes import Axis, Cell
from vibetrader.sweep.outcome import FIGURES
from vibetrader.sweep.run import Result

SIGNIFICANT: Final = 0.95
"""Probability that the true Sharpe ratio is above 0 from which a pick is called significant."""


def table(axes: Sequence[Axis], results: Sequence[Result]) -> str:
    """All cells as CSV, in the order of the grid."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*(item.name for item in axes), *FIGURES, "error"])
    for result in results:
        writer.writerow(
            [*map(_plain, result.cell), *(_plain(result.figures.get(name)) for name in FIGURES), result.error]
        )
    return text.getvalue()


def summary(
    axes: Sequence[Axis], results: Sequence[Result], objective: str, *, windows: int, anchored: bool, trials: int = 0
) -> dict[str, Any]:
    """The answer as data.

    Args:
        objective: The figure that is to be large (`max_drawdown` and `fees`: small).
        windows: Stretches of the walk-forward, 0 for none.
        trials: Cells that were tried in all, this sweep's own when 0.
    """
    good = [result for result in results if not result.error]
    sign = -1.0 if objective in ("max_drawdown", "fees") else 1.0
    scores: dict[Cell, float | None] = {}
    for result in good:
        value = result.figures.get(objective)
        scores[result.cell] = None if value is None else sign * value
    answer: dict[str, Any] = {
        "objective": objective,
        "axes": {item.name: list(item.values) for item in axes},
        "cells": len(results),
        "failed": len(results) - len(good),
        "errors": sorted({result.error for result in results if result.error}),
    }
    ranked = sorted((cell for cell, score in scores.items() if score is not None), key=lambda c: -(scores[c] or 0.0))
    if not ranked:
        return {**answer, "best": None}
    around = honesty.neighbours(axes, scores)
    plateau = max(around, key=lambda cell: around[cell])
    order = {result.cell: number for number, result in enumerate(good)}
    returns = _matrix([result.returns for result in good])
    chosen = order[plateau]
    deflated = honesty.deflated(returns, chosen)
    answer |= {
        "best": _shown(axes, good[order[ranked[0]]]),
        "pick": {**_shown(axes, good[chosen]), "neighbours": sign * around[plateau]},
        "top": [_shown(axes, good[order[cell]]) for cell in ranked[:10]],
        "overfitting_probability": honesty.overfitting(returns),
        "deflated_sharpe_ratio": deflated,
        "significant": deflated is not None and deflated >= SIGNIFICANT,
        "trials": trials or len(good),
    }
    forward = honesty.walk_forward(returns, windows, anchored=anchored) if windows else None
    if forward is not None:
        inside, outside = forward["in_sample_sharpe"], forward["out_of_sample_sharpe"]
        chosen_cells = [dict(zip((a.name for a in axes), good[n].cell, strict=True)) for n in forward.pop("chosen")]  # type: ignore[attr-defined]  # a list of numbers
        answer["walk_forward"] = {
            **forward,
            "chosen": chosen_cells,
            "cost_of_choosing": inside - outside if isinstance(inside, float) and isinstance(outside, float) else None,
        }
    return answer


def words(answer: dict[str, Any]) -> list[str]:
    """The answer in sentences, what it cost first."""
    if answer.get("best") is None:
        return [f"none of {answer['cells']} cells gave a result", *answer["errors"]]
    lines = []
    forward = answer.get("walk_forward")
    if forward and forward["cost_of_choosing"] is not None:
        lines.append(
            f"choosing cost {forward['cost_of_choosing']:.2f} of Sharpe ratio: {forward['in_sample_sharpe']:.2f} where it was "
            f"chosen, {forward['out_of_sample_sharpe']:.2f} in the {forward['windows']} stretches that followed"
        )
    if answer["overfitting_probability"] is not None:
        lines.append(f"probability of overfitting {answer['overfitting_probability']:.0%} (50% is what chance gives)")
    deflated = answer["deflated_sharpe_ratio"]
    if deflated is None:
        lines.append("too little data to tell luck from skill")
    else:
        verdict = "significant" if answer["significant"] else "not significant"
        lines.append(f"{verdict}: {deflated:.0%} sure that it earns anything, {answer['trials']} trials counted")
    return lines


def _matrix(columns: Sequence[Floats]) -> Floats:
    """Daily returns side by side; symbols of different length share their last days."""
    days = min(len(column) for column in columns)
    matrix: Floats = np.stack([column[len(column) - days :] for column in columns], axis=1)
    return matrix


def _shown(axes: Sequence[Axis], result: Result) -> dict[str, Any]:
    return {"values": dict(zip((a.name for a in axes), result.cell, strict=True)), "figures": result.figures}


def _plain(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, float):
        return int(value) if value == int(value) and abs(value) < 1e15 else repr(value)
    return value

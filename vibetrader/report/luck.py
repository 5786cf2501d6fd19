"""How likely the result is luck, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_GRADES = (
    (1.0, "luck is very unlikely", "very unlikely"),
    (5.0, "luck is unlikely", "unlikely"),
    (20.0, "luck is possible", "possible"),
    (50.0, "luck is likely", "likely"),
    (101.0, "it cannot be told from luck", "not told from luck"),
)
_FEW_TRADES = 30


def luck(metrics: Mapping[str, Any], *, synthetic: bool) -> dict[str, Any]:
    """Probability that a strategy without an edge would look as good, with a grade, a sentence and its limits."""
    entry = metrics.get("luck_probability") or {}
    probability = entry.get("value")
    trials = int(_value(metrics, "trials") or 1)
    trades = int(_value(metrics, "total_trades") or 0) - int(_value(metrics, "dust_trades") or 0)
    limits: list[str] = []
    if synthetic:
        limits.append("the market is made up, so the figure says nothing about real ones")
    if trades < _FEW_TRADES:
        limits.append(f"{trades} closed trade{'' if trades == 1 else 's'}: below {_FEW_TRADES} no figure is firm")
    interval = (metrics.get("sharpe_ratio") or {}).get("interval_95")
    if interval and interval[0] < 0 < interval[1]:
        limits.append(
            f"the Sharpe ratio lies between {interval[0]:.2f} and {interval[1]:.2f} (95 %), on both sides of 0"
        )
    if probability is None:
        why = entry.get("reason") or "there is no result"
        return {
            "probability_pct": None,
            "grade": "unknown",
            "trials": trials,
            "words": f"Whether this is luck cannot be said: {why}.",
            "limits": limits,
        }
    words, grade = next((words, grade) for edge, words, grade in _GRADES if probability < edge)
    counted = "this was the only trial" if trials == 1 else f"the best of {trials} trials counted as such"
    return {
        "probability_pct": probability,
        "grade": grade,
        "trials": trials,
        "words": f"A strategy without any edge would look this good {_chance(probability)}, {counted}: {words}.",
        "limits": limits,
    }


def _chance(percent: float) -> str:
    if percent < 0.1:
        return "in less than 1 of 1,000 cases"
    if percent < 1:
        return f"in {max(1, round(percent * 10))} of 1,000 cases"
    if percent > 99:
        return "in more than 99 of 100 cases"
    return f"in {round(percent)} of 100 cases"


def _value(metrics: Mapping[str, Any], key: str) -> Any:
    return (metrics.get(key) or {}).get("value")

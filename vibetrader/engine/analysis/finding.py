"""A finding, and what the analyses read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from vibetrader.engine.statistics.interestrates import InterestRateProvider
from vibetrader.engine.timekeeping import Nanoseconds


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at.

    Attributes:
        name: LEAN's name of the analysis.
        issue: What is the matter.
        sample: First or only instance, as JSON.
        count: How many there are; None for one.
        solutions: What to do about it.
    """

    name: str
    issue: str
    sample: Any
    count: int | None
    solutions: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The object of LEAN's result file."""
        out: dict[str, Any] = {"name": self.name, "issue": self.issue, "sample": self.sample}
        if self.count is not None:
            out["count"] = self.count
        return out | {"solutions": list(self.solutions)}


@dataclass(frozen=True, slots=True)
class Curve:
    """Daily values on common days.

    Attributes:
        times: UTC midnights of New York.
        values: Value at each.
        marked: The first time came with its zone (LEAN then writes a "Z" behind it).
    """

    times: Sequence[Nanoseconds] = ()
    values: Sequence[Decimal] = ()
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Inputs:
    """A finished run.

    Attributes:
        state: LEAN's state dictionary.
        logs: Lines of the algorithm's log.
        order_events: All order events.
        orders: All orders.
        end_equity: Last account value, 0 when none was sampled.
        margin: Used margin in percent by time, one mapping per asset.
        parameters: Number of parameters.
        equity: Account values on common days.
        benchmark: SPY on the same days.
        rates: Risk-free rates.
        fills_outside_hours: Filled events outside regular hours.
        event_json: Writes an order event.
        order_json: Writes an order.
    """

    state: Mapping[str, str]
    logs: Sequence[str]
    order_events: Sequence[Any]
    orders: Sequence[Any]
    end_equity: Decimal
    margin: Sequence[Mapping[Nanoseconds, Decimal | None]]
    parameters: int
    equity: Curve
    benchmark: Curve
    rates: InterestRateProvider
    fills_outside_hours: Sequence[Any]
    event_json: Callable[[Any], Any]
    order_json: Callable[[Any], Any]


def several(items: Sequence[Any]) -> int | None:
    """LEAN's count: only when there is more than one."""
    return len(items) if len(items) > 1 else None

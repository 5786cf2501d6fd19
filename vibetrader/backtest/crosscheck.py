"""Two engines' results of one program, difference by difference, each with what kind of difference it is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import zip_longest
from typing import Any, Literal

from vibetrader.backtest.metrics import parse_number
from vibetrader.results.backtest import BacktestResult, OrderEvent

Kind = Literal[
    "status", "missing order", "order status", "time", "quantity", "price", "fee", "text", "equity", "statistic", "rounding",
    "follows", "data points",
]  # fmt: skip
#: Beyond this many of a kind the rest is only counted.
_SHOWN = 20
#: Statistics that hang on the machine rather than on the run.
_OF_THE_MACHINE = ("speed",)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something in which two results differ.

    Attributes:
        kind: `follows` is a statistic or equity value that differs because orders do; `rounding` a last digit.
        where: Order and event, statistic, or moment.
        first, second: The two values.
    """

    kind: Kind
    where: str
    first: Any
    second: Any


def differences(first: BacktestResult, second: BacktestResult) -> list[Difference]:
    """Every difference of two results, causes before what follows from them."""
    found: list[Difference] = []
    if first.status != second.status:
        found.append(Difference("status", "run", first.status, second.status))
    for one, other in zip_longest(first.order_events, second.order_events):
        found += _of_event(one, other)
    by_orders = any(difference.kind not in ("text", "rounding") for difference in found)
    found += _of_table(first.statistics, second.statistics, follows=by_orders)
    found += _of_equity(first, second, follows=by_orders)
    if None not in (first.data_points, second.data_points) and first.data_points != second.data_points:
        found.append(Difference("data points", "run", first.data_points, second.data_points))
    return found


def summary(found: list[Difference], names: tuple[str, str]) -> dict[str, Any]:
    """The differences for a file: how many of each kind, the first of each in full."""
    counts: dict[str, int] = {}
    shown = []
    for difference in found:
        counts[difference.kind] = counts.get(difference.kind, 0) + 1
        if counts[difference.kind] <= _SHOWN:
            shown.append(asdict(difference))
    return {"engines": list(names), "equal": not found, "counts": counts, "differences": shown}


def _of_event(one: OrderEvent | None, other: OrderEvent | None) -> Iterator[Difference]:
    if one is None or other is None:
        event = one or other
        assert event is not None
        where = f"order {event.order_id}, event {event.event_id}"
        told = f"{event.status} {event.fill_quantity:g} {event.symbol}"
        yield Difference("missing order", where, told if one else None, told if other else None)
        return
    where = f"order {one.order_id}, event {one.event_id}"
    if (one.order_id, one.symbol) != (other.order_id, other.symbol):
        yield Difference("missing order", where, f"{one.order_id} {one.symbol}", f"{other.order_id} {other.symbol}")
        return
    if one.status != other.status:
        yield Difference("order status", where, one.status, other.status)
    for kind, a, b in (
        ("time", one.time, other.time),
        ("quantity", one.fill_quantity, other.fill_quantity),
        ("price", one.fill_price, other.fill_price),
        ("fee", one.fee, other.fee),
    ):
        if a != b:
            close = math.isclose(a or 0.0, b or 0.0, rel_tol=1e-9, abs_tol=1e-9)
            yield Difference("rounding" if close else kind, f"{where}, {kind}", a, b)  # type: ignore[arg-type]  # one of them
    if one.message != other.message:
        yield Difference("text", where, one.message, other.message)


def _of_table(first: Mapping[str, str], second: Mapping[str, str], *, follows: bool) -> Iterator[Difference]:
    for name in dict.fromkeys([*first, *second]):
        one, other = first.get(name), second.get(name)
        if one == other or any(word in name.lower() for word in _OF_THE_MACHINE):
            continue
        a, b = parse_number(one), parse_number(other)
        digit = a is not None and b is not None and abs(a - b) <= 1.5 * 10.0 ** -_decimals(one or "")
        kind: Kind = "follows" if follows else "rounding" if digit else "statistic"
        yield Difference(kind, name, one, other)


def _decimals(shown: str) -> int:
    digits = shown.rstrip("%").partition(".")[2]
    return sum(character.isdigit() for character in digits)


def _of_equity(first: BacktestResult, second: BacktestResult, *, follows: bool) -> Iterator[Difference]:
    curves = [{round(point[0]): point[4] for point in result.equity} for result in (first, second)]
    for moment in sorted(curves[0].keys() & curves[1].keys()):
        one, other = curves[0][moment], curves[1][moment]
        if not math.isclose(one, other, rel_tol=1e-9, abs_tol=0.011):
            yield Difference("follows" if follows else "equity", f"equity at {moment}", one, other)

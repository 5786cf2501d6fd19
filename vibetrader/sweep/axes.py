"""What a sweep varies: numbers of the spec, symbols, timeframes."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from vibetrader._util.suggest import did_you_mean
from vibetrader.errors import SpecError, UsageError
from vibetrader.spec import expressions as ex
from vibetrader.spec.parser import parse
from vibetrader.spec.strategy import Instrument, StrategySpec
from vibetrader.spec.timeframes import TIMEFRAMES

Value = float | str
Cell = tuple[Value, ...]

SYMBOL: Final = "symbol"
TIMEFRAME: Final = "timeframe"
MOST_CELLS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Axis:
    """One thing that varies, with its values in order."""

    name: str
    values: tuple[Value, ...]


def axis(text: str, spec: StrategySpec) -> Axis:
    """`name=from:to:step` (both ends included), `name=a,b,c`, `symbol=BTCUSDT,ETHUSDT` or `timeframe=1h,4h`.

    Raises:
        UsageError: Not of that form, or nothing of the spec has that name.
    """
    name, equals, said = text.partition("=")
    name = name.strip()
    if not equals or not said.strip():
        raise UsageError(
            f"-p {text!r} is not name=values", hint="For example: -p rsi_period=7:21:1 or -p oversold=25,30"
        )
    if name == SYMBOL:
        return Axis(name, tuple(Instrument.model_validate(part.strip()).ticker for part in said.split(",")))
    if name == TIMEFRAME:
        for part in said.split(","):
            if part.strip() not in TIMEFRAMES:
                raise UsageError(f"-p timeframe: {part.strip()!r} is none", hint=f"One of {', '.join(TIMEFRAMES)}.")
        return Axis(name, tuple(part.strip() for part in said.split(",")))
    if name not in spec.parameters:
        hint = did_you_mean(name, spec.parameters) or f"there are: {', '.join(spec.parameters) or 'none'}"
        raise UsageError(f"the spec has no parameter {name!r}", hint=hint[:1].upper() + hint[1:])
    return Axis(name, tuple(_numbers(text, said)))


def cells(axes: Sequence[Axis], where: Sequence[str] = ()) -> Iterator[Cell]:
    """The grid in order, the last axis fastest; only cells for which every condition holds.

    Args:
        where: Conditions on the axes' names, such as `fast < slow`.
    """
    conditions = [_condition(text, axes) for text in where]
    for cell in itertools.product(*(item.values for item in axes)):
        values = {item.name: value for item, value in zip(axes, cell, strict=True)}
        if all(_holds(condition, values) for condition in conditions):
            yield cell


def size(axes: Sequence[Axis]) -> int:
    """Cells of the whole grid."""
    count = 1
    for item in axes:
        count *= len(item.values)
    return count


def sample(axes: Sequence[Axis], where: Sequence[str], count: int, seed: int) -> list[Cell]:
    """Some cells of the grid, each at most once, drawn with a seed."""
    everything = list(cells(axes, where))
    if count >= len(everything):
        return everything
    chosen = random.Random(seed).sample(range(len(everything)), count)
    return [everything[index] for index in sorted(chosen)]


def variant(spec: StrategySpec, axes: Sequence[Axis], cell: Cell) -> StrategySpec:
    """The spec of a cell."""
    changes: dict[str, object] = {}
    numbers: dict[str, float] = {}
    for item, value in zip(axes, cell, strict=True):
        if item.name == SYMBOL:
            changes["symbols"] = (Instrument.model_validate(value),)
        elif item.name == TIMEFRAME:
            changes["timeframe"] = value
        else:
            numbers[item.name] = float(value)
    if numbers:
        changes["parameters"] = {**spec.parameters, **numbers}
    return spec.model_copy(update=changes)


def _numbers(text: str, said: str) -> Iterator[float]:
    try:
        if ":" not in said:
            yield from dict.fromkeys(float(part) for part in said.split(","))
            return
        first, last, step = (float(part) for part in [*said.split(":"), "1"][:3])
    except ValueError:
        raise UsageError(f"-p {text!r}: not a number", hint="Write from:to:step or a,b,c.") from None
    if said.count(":") > 2 or step <= 0 or last < first:
        raise UsageError(f"-p {text!r}: not a range", hint="Write from:to:step with from ≤ to and step above 0.")
    count = int((last - first) / step + 1e-9) + 1
    if count > MOST_CELLS:
        raise UsageError(f"-p {text!r} has {count:,} values; at most {MOST_CELLS:,}")
    for index in range(count):
        yield round(first + index * step, 12)


def _condition(text: str, axes: Sequence[Axis]) -> ex.Expression:
    try:
        node = parse(text)
    except SpecError as error:
        raise UsageError(f"--where {text!r}: {error.message}", hint='For example: --where "fast < slow"') from None
    known = {item.name for item in axes}
    for part in ex.walk(node):
        if isinstance(part, ex.Named) and part.name not in known:
            raise UsageError(
                f"--where {text!r}: {part.name!r} is no axis", hint=f"There are: {', '.join(sorted(known))}."
            )
    if not ex.is_condition(node):
        raise UsageError(f"--where {text!r} is no condition", hint='For example: --where "fast < slow"')
    return node


def _holds(node: ex.Expression, values: Mapping[str, Value]) -> bool:
    return bool(_computed(node, values))


def _computed(node: ex.Expression, values: Mapping[str, Value]) -> float:
    match node:
        case ex.Number(value=value):
            return value
        case ex.Named(name=name):
            return float(values[name])
        case ex.Negative(operand=operand):
            return -_computed(operand, values)
        case ex.Not(operand=operand):
            return float(not _computed(operand, values))
        case ex.And(parts=parts):
            return float(all(_computed(part, values) for part in parts))
        case ex.Or(parts=parts):
            return float(any(_computed(part, values) for part in parts))
        case ex.Arithmetic(operator=operator, left=left, right=right):
            a, b = _computed(left, values), _computed(right, values)
            if operator == "/":
                return a / b if b else float("nan")
            return {"+": a + b, "-": a - b, "*": a * b}[operator]
        case ex.Compare(operator=operator, left=left, right=right):
            a, b = _computed(left, values), _computed(right, values)
            return float({"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}[operator])
    raise UsageError(f"--where: {node} is more than numbers of axes")

"""The opposite of a rule: what a short does when the long's rule is turned upside down."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from vibetrader.spec.expressions import (
    And,
    Arithmetic,
    At,
    Call,
    Clock,
    Compare,
    Cross,
    EntryPrice,
    Expression,
    Function,
    Lag,
    Named,
    Negative,
    Not,
    Number,
    Or,
    Price,
    Truth,
)
from vibetrader.spec.indicators import CANDLE_PATTERNS, INDICATORS, Nature

_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def nature(node: Expression) -> tuple[Nature, float]:
    """How a value behaves upside down, and its centre when it swings."""
    match node:
        case Price(field=name):
            return (Nature.NEUTRAL if name == "volume" else Nature.PRICE, 0.0)
        case Call(indicator=name, output=output, series=series):
            row = INDICATORS[name]
            if output == "percent_b":
                return Nature.OSCILLATOR, 0.5
            if output == "width" or (name == "ha" and output == "volume"):
                return Nature.NEUTRAL, 0.0
            if series is not None and row.nature is Nature.PRICE:
                return nature(series)
            return row.nature, row.centre
        case Lag(operand=operand) | At(operand=operand):
            return nature(operand)
        case EntryPrice():
            return Nature.PRICE, 0.0
        case Negative(operand=operand):
            kind, centre = nature(operand)
            return kind, -centre
        case Function(name="max" | "min", arguments=arguments):
            return next((n for n in map(nature, arguments) if n[0] is not Nature.NEUTRAL), (Nature.NEUTRAL, 0.0))
        case Arithmetic(operator=operator, left=left, right=right):
            return _combined(operator, left, right)
        case _:
            return Nature.NEUTRAL, 0.0


def _combined(operator: str, left: Expression, right: Expression) -> tuple[Nature, float]:
    (first, a), (second, b) = nature(left), nature(right)
    price, neutral, swings = Nature.PRICE, Nature.NEUTRAL, Nature.OSCILLATOR
    match operator, first, second:
        case "-", Nature.PRICE, Nature.PRICE:
            return swings, 0.0
        case "/", Nature.PRICE, Nature.PRICE:
            return swings, 1.0
        case _, Nature.NEUTRAL, Nature.NEUTRAL:
            return neutral, 0.0
        case "+", Nature.OSCILLATOR, Nature.OSCILLATOR:
            return swings, a + b
        case "-", Nature.OSCILLATOR, Nature.OSCILLATOR:
            return swings, a - b
        case "+" | "-", Nature.OSCILLATOR, Nature.NEUTRAL if isinstance(right, Number):
            return swings, a + right.value if operator == "+" else a - right.value
        case "*", Nature.OSCILLATOR, Nature.NEUTRAL if isinstance(right, Number):
            return swings, a * right.value
        case "*", Nature.NEUTRAL, Nature.OSCILLATOR if isinstance(left, Number):
            return swings, b * left.value
        case "/", Nature.OSCILLATOR, Nature.NEUTRAL if isinstance(right, Number) and right.value:
            return swings, a / right.value
        case "*" | "/", Nature.OSCILLATOR, Nature.NEUTRAL if a == 0:
            return swings, 0.0
        case "/", Nature.OSCILLATOR, Nature.PRICE if a == 0:
            return swings, 0.0
        case _, Nature.PRICE, Nature.PRICE:
            return price, 0.0  # a sum of prices (a midpoint) stays on the scale
        case "*" | "/" | "+" | "-", Nature.PRICE, Nature.NEUTRAL:
            return price, 0.0
        case "*" | "+", Nature.NEUTRAL, Nature.PRICE:
            return price, 0.0
        case _:
            return neutral, 0.0


def mirrored(node: Expression) -> Expression:
    """The rule for the opposite side: above and below trade places, levels are reflected at the centre.

    `rsi(14) < 30` becomes `rsi(14) > 70`, `close > highest(high,20)[1]` becomes `close < lowest(low,20)[1]`; volume,
    volatility and the clock stay as they are.
    """
    match node:
        case And(parts=parts) | Or(parts=parts):
            return replace(node, parts=tuple(mirrored(p) for p in parts))
        case Not(operand=operand):
            return Not(mirrored(operand))
        case Function(name="any" | "all" | "count", arguments=(condition, bars)):
            return replace(node, arguments=(mirrored(condition), bars))
        case At(operand=operand, timeframe=timeframe):
            return At(mirrored(operand), timeframe)
        case Lag(operand=operand, bars=bars):
            return Lag(mirrored(operand), bars)
        case Compare(operator=operator, left=left, right=right):
            if _two_headed(left) or _two_headed(right):
                return Compare(operator, mirrored_value(left), mirrored_value(right))
            sides = _sides(left, right)
            return node if sides is None else Compare(_FLIPPED[operator], *sides)
        case Cross(above=above, left=left, right=right):
            if _two_headed(left) or _two_headed(right):
                return Cross(above, mirrored_value(left), mirrored_value(right))
            sides = _sides(left, right)
            return node if sides is None else Cross(not above, *sides)
        case Truth() | Clock():
            return node
        case _:
            return mirrored_value(node)


def _two_headed(node: Expression) -> bool:
    """A measure with one output per direction (+DI and -DI): the outputs trade places and the comparison stays."""
    match node:
        case Call(indicator="dmi" | "vortex", output=output) | Call(indicator="aroon", output="up" | "down" as output):
            return bool(output)
        case Lag(operand=operand) | At(operand=operand):
            return _two_headed(operand)
        case Arithmetic(left=left, right=right):
            return _two_headed(left) or _two_headed(right)
        case _:
            return False


def _sides(left: Expression, right: Expression) -> tuple[Expression, Expression] | None:
    """Both sides of a comparison upside down; None when it has no direction."""
    (first, a), (second, b) = nature(left), nature(right)
    if first is Nature.NEUTRAL and second is Nature.NEUTRAL:
        return None
    if isinstance(left, Call) and left.indicator in CANDLE_PATTERNS and INDICATORS[left.indicator].counterpart:
        return mirrored_value(left), _reflected(right, 0.0)
    if first is Nature.OSCILLATOR and isinstance(right, Number | Named | Negative):
        return mirrored_value(left), _reflected(right, a)
    if second is Nature.OSCILLATOR and isinstance(left, Number | Named | Negative):
        return _reflected(left, b), mirrored_value(right)
    return mirrored_value(left), mirrored_value(right)


def _reflected(level: Expression, centre: float) -> Expression:
    if isinstance(level, Number):
        return Number(round(2 * centre - level.value, 10))
    if centre == 0:
        return level.operand if isinstance(level, Negative) else Negative(level)
    return Arithmetic("-", Number(2 * centre), level)


def mirrored_value(node: Expression) -> Expression:
    """A price or oscillator upside down: high and low, upper and lower, highest and lowest trade places."""
    match node:
        case Price(field="high"):
            return Price("low")
        case Price(field="low"):
            return Price("high")
        case Call(indicator=name, output=output, series=series):
            row = INDICATORS[name]
            swapped = row.swaps.get(output, output)
            # %K, %D, RSI … swing: their value is reflected by the level, not by renaming; dmi.plus and dmi.minus swap.
            other = None if series is None else mirrored_value(series)
            counterpart = row.counterpart or name
            if (row.counterpart and INDICATORS[counterpart].default_series == str(other)) or (
                row.counterpart and series is None
            ):
                other = None
            return replace(node, indicator=counterpart, output=swapped, series=other)
        case Lag(operand=operand, bars=bars):
            return Lag(mirrored_value(operand), bars)
        case At(operand=operand, timeframe=timeframe):
            return At(mirrored_value(operand), timeframe)
        case Negative(operand=operand):
            return Negative(mirrored_value(operand))
        case Function(name="max" | "min", arguments=arguments):
            swapped = "min" if node.name == "max" else "max"
            return Function(swapped, tuple(mirrored_value(a) for a in arguments))
        case Arithmetic(operator=operator, left=left, right=right):
            return _mirrored_arithmetic(operator, left, right)
        case _:
            return node


def _mirrored_arithmetic(operator: str, left: Expression, right: Expression) -> Expression:
    first, second = nature(left)[0], nature(right)[0]
    if first is Nature.PRICE and second is Nature.NEUTRAL:
        if operator in "+-":
            return Arithmetic("-" if operator == "+" else "+", mirrored_value(left), right)
        if operator == "*" and isinstance(right, Number):
            return Arithmetic("*", mirrored_value(left), Number(round(2 - right.value, 10)))
    if first is Nature.NEUTRAL and second is Nature.PRICE:
        if operator == "+":
            return Arithmetic("-", mirrored_value(right), left)
        if operator == "*" and isinstance(left, Number):
            return Arithmetic("*", Number(round(2 - left.value, 10)), mirrored_value(right))
        if operator == "*" and isinstance(left, Arithmetic) and isinstance(left.left, Number):
            # (1 - x) * price
            turned = {"+": "-", "-": "+"}.get(left.operator)
            if turned:
                return Arithmetic("*", Arithmetic(turned, left.left, left.right), mirrored_value(right))
    return Arithmetic(operator, mirrored_value(left), mirrored_value(right))

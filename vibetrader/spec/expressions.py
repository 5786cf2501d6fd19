"""Conditions and values of a strategy as a typed, frozen tree, and its canonical text.

A tree is made by `parser.parse`, or built directly; `str(node)` is its canonical text, and `parse(str(node)) == node`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from vibetrader.spec.indicators import INDICATORS

PriceField = Literal["open", "high", "low", "close", "volume"]
ClockField = Literal["weekday", "hour", "minute", "time", "day", "month", "trading_day"]
FunctionName = Literal["abs", "max", "min", "any", "all", "count"]

PRICE_FIELDS: Final[tuple[str, ...]] = ("open", "high", "low", "close", "volume")
CLOCK_FIELDS: Final[tuple[str, ...]] = ("weekday", "hour", "minute", "time", "day", "month", "trading_day")
FUNCTIONS: Final[dict[str, str]] = {
    "abs": "abs(x): the size of x",
    "max": "max(a, b, …): the largest",
    "min": "min(a, b, …): the smallest",
    "any": "any(condition, n): true on at least one of the last n bars",
    "all": "all(condition, n): true on each of the last n bars",
    "count": "count(condition, n): on how many of the last n bars it was true",
}


class Node:
    """Base of every node."""

    __slots__ = ()

    def __str__(self) -> str:
        return _text(self, 0)


@dataclass(frozen=True, slots=True, repr=False)
class Number(Node):
    """A literal number."""

    value: float

    def __repr__(self) -> str:
        return f"Number({number_text(self.value)})"


@dataclass(frozen=True, slots=True)
class Named(Node):
    """A named parameter of the strategy, usable wherever a number is."""

    name: str
    __str__ = Node.__str__


@dataclass(frozen=True, slots=True)
class Truth(Node):
    """`true` or `false`."""

    value: bool
    __str__ = Node.__str__


@dataclass(frozen=True, slots=True)
class Price(Node):
    """A field of the bar: open, high, low, close, volume."""

    field: str
    __str__ = Node.__str__


@dataclass(frozen=True, slots=True)
class Clock(Node):
    """The time of the bar: weekday (0 = Monday), hour, minute, time (HHMM), day, month, trading_day."""

    field: str
    __str__ = Node.__str__


@dataclass(frozen=True, slots=True)
class EntryPrice(Node):
    """The fill price of the open position; only in stops and targets."""

    __str__ = Node.__str__


Scalar: TypeAlias = "Number | Named"


@dataclass(frozen=True, slots=True)
class Call(Node):
    """An indicator: `bb(close,20,2).upper`.

    `arguments` are complete (defaults filled in); a moving average word is a plain str. `series` is None when the
    indicator reads its usual input. `output` is always named, "value" for a plain indicator.
    """

    indicator: str
    arguments: tuple[Scalar | str, ...]
    output: str
    series: Expression | None = None
    __str__ = Node.__str__


@dataclass(frozen=True, slots=True)
class Function(Node):
    """abs, max, min, any, all, count."""

    name: str
    arguments: tuple[Expression, ...]
    __str__ = Node.__str__


@dataclass(frozen=True, slots=True)
class Lag(Node):
    """The value `bars` bars ago."""

    operand: Expression
    bars: Scalar
    __str__ = Node.__str__


@dataclass(frozen=True, slots=True)
class At(Node):
    """The operand computed on another timeframe's bars, as of that timeframe's last finished bar."""

    operand: Expression
    timeframe: str
    __str__ = Node.__str__


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """Minus the operand."""

    operand: Expression
    __str__ = Node.__str__


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """left + - * / right."""

    operator: str
    left: Expression
    right: Expression
    __str__ = Node.__str__


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """left < <= > >= == != right."""

    operator: str
    left: Expression
    right: Expression
    __str__ = Node.__str__


@dataclass(frozen=True, slots=True)
class Cross(Node):
    """left crosses right between the previous bar and this one."""

    above: bool
    left: Expression
    right: Expression
    __str__ = Node.__str__


@dataclass(frozen=True, slots=True)
class Not(Node):
    """True when the operand is not."""

    operand: Expression
    __str__ = Node.__str__


@dataclass(frozen=True, slots=True)
class And(Node):
    """All parts hold; never nested directly."""

    parts: tuple[Expression, ...]
    __str__ = Node.__str__


@dataclass(frozen=True, slots=True)
class Or(Node):
    """At least one part holds; never nested directly."""

    parts: tuple[Expression, ...]
    __str__ = Node.__str__


Expression: TypeAlias = (
    Number
    | Named
    | Truth
    | Price
    | Clock
    | EntryPrice
    | Call
    | Function
    | Lag
    | At
    | Negative
    | Arithmetic
    | Compare
    | Cross
    | Not
    | And
    | Or
)

CLOSE: Final = Price("close")


def conjunction(*parts: Expression) -> Expression:
    """All of them, flattened, doubles removed; a lone part stays itself."""
    flat: list[Expression] = []
    for part in parts:
        for piece in part.parts if isinstance(part, And) else (part,):
            if piece not in flat and piece != Truth(True):
                flat.append(piece)
    if not flat:
        return Truth(True)
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def disjunction(*parts: Expression) -> Expression:
    """At least one of them, flattened, doubles removed; a lone part stays itself."""
    flat: list[Expression] = []
    for part in parts:
        for piece in part.parts if isinstance(part, Or) else (part,):
            if piece not in flat:
                flat.append(piece)
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def lagged(operand: Expression, bars: Scalar) -> Expression:
    """The operand `bars` bars ago, normalised: a lag stands inside a timeframe, lags of lags add up, 0 vanishes."""
    if bars == Number(0):
        return operand
    if isinstance(operand, At):
        return At(lagged(operand.operand, bars), operand.timeframe)
    if isinstance(operand, Lag) and isinstance(operand.bars, Number) and isinstance(bars, Number):
        return Lag(operand.operand, Number(operand.bars.value + bars.value))
    return Lag(operand, bars)


def call(indicator: str, *arguments: float | Scalar | str, series: Expression | None = None, output: str = "") -> Call:
    """An indicator call with defaults filled in, for code that builds trees."""
    row = INDICATORS[indicator]
    given: list[Scalar | str] = [Number(float(a)) if isinstance(a, int | float) else a for a in arguments]
    for parameter in row.parameters[len(given) :]:
        default = parameter.default
        if default is None:
            raise ValueError(f"{indicator} needs {parameter.name}")
        given.append(default if isinstance(default, str) else Number(float(default)))
    if series is not None and str(series) == row.default_series:
        series = None
    return Call(indicator, tuple(given), output or row.default_output, series)


# -- walking ----------------------------------------------------------------------------------------------------------


def children(node: Expression) -> tuple[Expression, ...]:
    """The nodes directly below, left to right."""
    match node:
        case Call(arguments=arguments, series=series):
            scalars = tuple(a for a in arguments if not isinstance(a, str))
            return (series, *scalars) if series is not None else scalars
        case Function(arguments=arguments):
            return arguments
        case Lag(operand=operand, bars=bars):
            return (operand, bars)
        case At(operand=operand) | Negative(operand=operand) | Not(operand=operand):
            return (operand,)
        case Arithmetic(left=left, right=right) | Compare(left=left, right=right) | Cross(left=left, right=right):
            return (left, right)
        case And(parts=parts) | Or(parts=parts):
            return parts
        case _:
            return ()


def walk(node: Expression) -> Iterator[Expression]:
    """The node and everything below it, parents first."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(children(current)))


def rewrite(node: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The tree with `change` applied to every node, children first."""

    def scalar(value: Scalar) -> Scalar:
        new = change(value)
        if not isinstance(new, Number | Named):
            raise TypeError(f"{value} must stay a number or a name, not {new}")
        return new

    rebuilt: Expression
    match node:
        case Call():
            rebuilt = replace(
                node,
                arguments=tuple(a if isinstance(a, str) else scalar(a) for a in node.arguments),
                series=None if node.series is None else rewrite(node.series, change),
            )
        case Function():
            rebuilt = replace(node, arguments=tuple(rewrite(a, change) for a in node.arguments))
        case Lag():
            rebuilt = lagged(rewrite(node.operand, change), scalar(node.bars))
        case At() | Negative() | Not():
            rebuilt = replace(node, operand=rewrite(node.operand, change))
        case Arithmetic() | Compare() | Cross():
            rebuilt = replace(node, left=rewrite(node.left, change), right=rewrite(node.right, change))
        case And():
            rebuilt = conjunction(*(rewrite(p, change) for p in node.parts))
        case Or():
            rebuilt = disjunction(*(rewrite(p, change) for p in node.parts))
        case _:
            rebuilt = node
    return change(rebuilt)


def substitute(node: Expression, values: dict[str, float]) -> Expression:
    """Named parameters replaced by their numbers; unknown names stay."""
    if not values:
        return node

    def change(part: Expression) -> Expression:
        if isinstance(part, Named) and part.name in values:
            return Number(float(values[part.name]))
        return part

    return rewrite(node, change)


def names(node: Expression) -> list[str]:
    """Named parameters used, in order of first use."""
    return list(dict.fromkeys(part.name for part in walk(node) if isinstance(part, Named)))


def calls(node: Expression) -> list[Call]:
    """Indicator calls used, each once, in order of first use."""
    return list(dict.fromkeys(part for part in walk(node) if isinstance(part, Call)))


def timeframes(node: Expression) -> list[str]:
    """Other timeframes used, in order of first use."""
    return list(dict.fromkeys(part.timeframe for part in walk(node) if isinstance(part, At)))


def is_condition(node: Expression) -> bool:
    """True when the node is true or false rather than a number."""
    match node:
        case Compare() | Cross() | Not() | And() | Or() | Truth():
            return True
        case Function(name="any" | "all"):
            return True
        case At(operand=operand) | Lag(operand=operand):
            return is_condition(operand)
        case _:
            return False


def depth(node: Expression) -> int:
    """How many levels the tree has."""
    deepest, stack = 0, [(node, 1)]
    while stack:
        current, level = stack.pop()
        deepest = max(deepest, level)
        stack.extend((child, level + 1) for child in children(current))
    return deepest


# -- text -------------------------------------------------------------------------------------------------------------


def number_text(value: float) -> str:
    """Shortest text that reads back as the same number, without an exponent where that is short."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(float(value))


_LEVEL: Final = {"or": 1, "and": 2, "not": 3, "compare": 4, "+": 5, "-": 5, "*": 6, "/": 6, "negative": 7, "postfix": 8}


def _wrap(text: str, level: int, outer: int) -> str:
    return f"({text})" if level < outer else text


def _text(node: Node, outer: int) -> str:
    match node:
        case Number(value=value):
            text = number_text(value)
            return _wrap(text, _LEVEL["negative"], outer) if value < 0 else text
        case Named(name=name):
            return name
        case Truth(value=value):
            return "true" if value else "false"
        case Price(field=name) | Clock(field=name):
            return name
        case EntryPrice():
            return "entry"
        case Call():
            return _call_text(node)
        case Function(name=name, arguments=arguments):
            return f"{name}({','.join(_text(a, 0) for a in arguments)})"
        case Lag(operand=operand, bars=bars):
            return f"{_text(operand, _LEVEL['postfix'])}[{_text(bars, 0)}]"
        case At(operand=Lag(operand=operand, bars=bars), timeframe=timeframe):
            return f"{_text(operand, _LEVEL['postfix'])}@{timeframe}[{_text(bars, 0)}]"
        case At(operand=operand, timeframe=timeframe):
            return f"{_text(operand, _LEVEL['postfix'])}@{timeframe}"
        case Negative(operand=operand):
            return _wrap(f"-{_text(operand, _LEVEL['postfix'])}", _LEVEL["negative"], outer)
        case Arithmetic(operator=operator, left=left, right=right):
            level = _LEVEL[operator]
            return _wrap(f"{_text(left, level)} {operator} {_text(right, level + 1)}", level, outer)
        case Compare(operator=operator, left=left, right=right):
            return _wrap(f"{_text(left, 5)} {operator} {_text(right, 5)}", 4, outer)
        case Cross(above=above, left=left, right=right):
            word = "crosses_above" if above else "crosses_below"
            return _wrap(f"{_text(left, 5)} {word} {_text(right, 5)}", 4, outer)
        case Not(operand=operand):
            return _wrap(f"not {_text(operand, 3)}", 3, outer)
        case And(parts=parts):
            return _wrap(" and ".join(_text(p, 3) for p in parts), 2, outer)
        case Or(parts=parts):
            return _wrap(" or ".join(_text(p, 2) for p in parts), 1, outer)
        case _:
            raise TypeError(type(node).__name__)


def _call_text(node: Call) -> str:
    row = INDICATORS[node.indicator]
    arguments = [a if isinstance(a, str) else _text(a, 0) for a in node.arguments]
    # A trailing parameter at its default is left out when it is a word or "off"; numbers stay visible.
    while arguments and len(arguments) > row.required:
        parameter = row.parameters[len(arguments) - 1]
        if not (parameter.choices or parameter.default == 0):
            break
        default = (
            parameter.default if isinstance(parameter.default, str) else number_text(float(parameter.default or 0))
        )
        if arguments[-1] != default:
            break
        arguments.pop()
    if node.series is not None:
        arguments.insert(0, _text(node.series, 0))
    elif row.name in ("highest", "lowest", "stdev", "variance", "sum"):
        arguments.insert(0, row.default_series)
    text = row.name + (f"({','.join(arguments)})" if arguments else "")
    return text if row.outputs == ("value",) or node.output == "value" else f"{text}.{node.output}"

"""Expressions of a spec as columns over bars: values, truth, what each part of a condition was at a moment.

Indicators are the engine's own classes fed bar by bar, so a value here is the value the program saw. A truth is 1.0 or
0.0; what cannot be said on a bar yet is NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vibetrader.marketdata.view import Bars, consolidated
from vibetrader.marketdata.zones import TimeZone
from vibetrader.spec import expressions as ex
from vibetrader.spec.indicators import CANDLE_PATTERNS, INDICATORS
from vibetrader.spec.lean import MOVING_AVERAGE_TYPES, recipe
from vibetrader.spec.timeframes import minutes

Floats = npt.NDArray[np.float64]

_ARITHMETIC: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}
_COMPARE: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


class NotComputable(Exception):  # noqa: N818 (it is an answer, not a failure)
    """A part of an expression that bars alone do not give; the message says which."""


class SeriesOf:
    """Columns of expressions over one symbol's bars; each is computed once.

    Args:
        bars: Bars of the strategy's own timeframe, warm-up included.
        base: Bars to build other timeframes from; None: from `bars`.
        parameters: Values of named parameters.
        data_zone: Zone of the data, by which longer bars are aligned.
    """

    def __init__(
        self,
        bars: Bars,
        *,
        parameters: Mapping[str, float],
        base: Bars | None = None,
        data_zone: TimeZone | None = None,
    ) -> None:
        self.bars = bars
        self._base = bars if base is None else base
        self._parameters = parameters
        self._zone = data_zone
        self._known: dict[str, Floats] = {}
        self._objects: dict[tuple[str, tuple[Any, ...], str], dict[str, Floats]] = {}
        self._others: dict[str, SeriesOf] = {}

    def of(self, node: ex.Expression) -> Floats:
        """The expression on every bar.

        Raises:
            NotComputable: Some part of it is not a matter of bars.
        """
        key = str(node)
        found = self._known.get(key)
        if found is None:
            with np.errstate(divide="ignore", invalid="ignore"):
                found = self._known[key] = np.asarray(self._compute(node), dtype=np.float64)
        return found

    def _compute(self, node: ex.Expression) -> Floats:
        size = len(self.bars)
        match node:
            case ex.Number(value=value):
                return np.full(size, value)
            case ex.Named(name=name):
                return np.full(size, self._scalar(node))
            case ex.Truth(value=truth):
                return np.full(size, float(truth))
            case ex.Price(field=name):
                return np.asarray(getattr(self.bars, name), dtype=np.float64)
            case ex.Call():
                return self._call(node)
            case ex.Function(name=name, arguments=arguments):
                return self._function(name, arguments)
            case ex.Lag(operand=operand, bars=bars):
                return _shifted(self.of(operand), int(self._scalar(bars)))
            case ex.At(operand=operand, timeframe=timeframe):
                return self._at(operand, timeframe)
            case ex.Negative(operand=operand):
                return -self.of(operand)
            case ex.Arithmetic(operator=operator, left=left, right=right):
                result = _ARITHMETIC[operator](self.of(left), self.of(right))
                return np.where(np.isfinite(result), result, np.nan)
            case ex.Compare(operator=operator, left=left, right=right):
                a, b = self.of(left), self.of(right)
                return _truth(_COMPARE[operator](a, b), a, b)
            case ex.Cross(above=above, left=left, right=right):
                a, b = self.of(left), self.of(right)
                a1, b1 = _shifted(a, 1), _shifted(b, 1)
                held = (a > b) & (a1 <= b1) if above else (a < b) & (a1 >= b1)
                return _truth(held, a, b, a1, b1)
            case ex.Not(operand=operand):
                return 1.0 - self.of(operand)
            case ex.And(parts=parts):
                # False beats unknown, as the program stops at the first part that does not hold.
                stack = np.array([self.of(part) for part in parts])
                unknown = np.isnan(stack).any(axis=0) & ~(stack == 0).any(axis=0)
                return np.where(unknown, np.nan, (stack == 1).all(axis=0).astype(np.float64))
            case ex.Or(parts=parts):
                stack = np.array([self.of(part) for part in parts])
                unknown = np.isnan(stack).any(axis=0) & ~(stack == 1).any(axis=0)
                return np.where(unknown, np.nan, (stack == 1).any(axis=0).astype(np.float64))
            case _:
                raise NotComputable(f"{node} is not a matter of bars")

    def _scalar(self, node: ex.Expression) -> float:
        if isinstance(node, ex.Number):
            return node.value
        if isinstance(node, ex.Named) and node.name in self._parameters:
            return float(self._parameters[node.name])
        raise NotComputable(f"{node} has no value")

    def _function(self, name: str, arguments: tuple[ex.Expression, ...]) -> Floats:
        if name in ("any", "all", "count"):
            values, width = self.of(arguments[0]), int(self._scalar(arguments[1]))
            if width < 1 or width > len(values):
                return np.full(len(values), np.nan)
            windows = np.lib.stride_tricks.sliding_window_view(values, width)
            held = (windows == 1).sum(axis=1).astype(np.float64)
            held[np.isnan(windows).any(axis=1)] = np.nan
            whole = np.concatenate((np.full(width - 1, np.nan), held))
            if name == "count":
                return whole
            return np.where(np.isnan(whole), np.nan, (whole > 0 if name == "any" else whole == width) * 1.0)
        columns = [self.of(argument) for argument in arguments]
        if name == "abs":
            return np.abs(columns[0])
        extreme = np.max(columns, axis=0) if name == "max" else np.min(columns, axis=0)
        return np.asarray(extreme, dtype=np.float64)

    def _at(self, operand: ex.Expression, timeframe: str) -> Floats:
        other = self._others.get(timeframe)
        if other is None:
            bars = consolidated(self._base, minutes(timeframe) * 60, self._zone)
            other = self._others[timeframe] = SeriesOf(bars, parameters=self._parameters, data_zone=self._zone)
        values = other.of(operand)
        rows = np.searchsorted(other.bars.end, self.bars.end, side="right") - 1
        return np.where(rows >= 0, values[np.maximum(rows, 0)], np.nan) if len(values) else np.full(len(rows), np.nan)

    def _call(self, node: ex.Call) -> Floats:
        arguments = tuple(a if isinstance(a, str) else self._scalar(a) for a in node.arguments)
        kind = recipe(node.indicator, rolling_vwap=_is_rolling(arguments)).kind
        key = (kind, arguments, "" if node.series is None else str(node.series))
        columns = self._objects.get(key)
        if columns is None:
            columns = self._objects[key] = self._run(node, arguments)
        if node.output not in columns:
            raise NotComputable(f"{node} has no such value")
        return columns[node.output]

    def _run(self, node: ex.Call, arguments: tuple[float | str, ...]) -> dict[str, Floats]:
        """Feed the engine's class with every bar."""
        from vibetrader.engine.indicators.base import VALUE

        row = INDICATORS[node.indicator]
        indicator, outputs = _made(node.indicator, arguments)
        bars, size = self.bars, len(self.bars)
        series = node.series if node.series is not None else _default_series(row.default_series)
        ends = (bars.end * 1e9).astype(np.int64).tolist()
        inputs: list[Any]
        if indicator.input_kind == VALUE:
            values = self.of(series)
            inputs = values.tolist()
            first = int(np.argmax(~np.isnan(values))) if np.isnan(values).any() else 0
            if size and np.isnan(values).all():
                first = size
        else:
            inputs, first = _trade_bars(bars), 0
        readers = {name: _reader(indicator, path) for name, path in outputs.items()}
        columns = {name: np.full(size, np.nan) for name in readers}
        symbol = _nobody()
        for place in range(first, size):
            value = inputs[place]
            if value != value:
                continue
            indicator.feed(value, ends[place], symbol)
            if indicator.is_ready:
                for name, read in readers.items():
                    columns[name][place] = read()
        return columns


def leaves(node: ex.Expression) -> list[ex.Expression]:
    """The single tests of a condition: what stands between and, or, not."""
    match node:
        case ex.And(parts=parts) | ex.Or(parts=parts):
            return [leaf for part in parts for leaf in leaves(part)]
        case ex.Not(operand=operand):
            return leaves(operand)
        case _:
            return [node]


def operands(node: ex.Expression) -> list[ex.Expression]:
    """The two sides of a test that are worth showing: everything but plain numbers."""
    match node:
        case ex.Compare(left=left, right=right) | ex.Cross(left=left, right=right):
            return [side for side in (left, right) if not isinstance(side, ex.Number | ex.Named)]
        case ex.At(operand=operand, timeframe=timeframe):
            return [ex.At(side, timeframe) for side in operands(operand)]
        case _:
            return []


def _shifted(values: Floats, bars: int) -> Floats:
    if bars <= 0:
        return values
    return np.concatenate((np.full(min(bars, len(values)), np.nan), values[:-bars]))


def _truth(held: Any, *sides: Floats) -> Floats:
    unknown = np.isnan(sides[0])
    for side in sides[1:]:
        unknown = unknown | np.isnan(side)
    return np.where(unknown, np.nan, held.astype(np.float64))


def _default_series(text: str) -> ex.Expression:
    return ex.Price(text) if text in ex.PRICE_FIELDS else ex.CLOSE


def _is_rolling(arguments: tuple[float | str, ...]) -> bool:
    """`vwap(n)` rather than the session's."""
    return bool(arguments) and arguments[0] != 0


def _made(name: str, arguments: tuple[float | str, ...]) -> tuple[Any, Mapping[str, str]]:
    from vibetrader.engine.indicators import kinds
    from vibetrader.engine.indicators.registry import INDICATORS as CLASSES
    from vibetrader.engine.indicators.registry import PATTERNS

    row, how = INDICATORS[name], recipe(name, rolling_vwap=_is_rolling(arguments))
    if name in CANDLE_PATTERNS:
        return PATTERNS[row.lean](), {"value": ""}
    if how.lean not in CLASSES:
        raise NotComputable(f"{name} is no single indicator of LEAN's")
    texts = [argument if isinstance(argument, str) else ex.number_text(argument) for argument in arguments]
    given: list[Any] = []
    for text in how.arguments(texts):
        if text in MOVING_AVERAGE_TYPES:
            given.append(getattr(kinds.MovingAverageType, MOVING_AVERAGE_TYPES[text]))
            continue
        try:
            number = float(text)
        except ValueError:
            raise NotComputable(f"{name} takes {text!r}, which only LEAN's own program can say") from None
        given.append(int(number) if number == int(number) else number)
    try:
        return CLASSES[how.lean](*given), how.outputs or {"value": ""}
    except Exception as error:  # whatever the class says of its arguments
        raise NotComputable(f"{name} cannot be made: {error}") from error


def _reader(indicator: Any, path: str) -> Callable[[], float]:
    part = getattr(indicator, path) if path else indicator
    return lambda: float(part.current.value)


def _trade_bars(bars: Bars) -> list[Any]:
    from vibetrader.engine.data.bars import TradeBar

    symbol = _nobody()
    columns = [column.tolist() for column in (bars.open, bars.high, bars.low, bars.close, bars.volume)]
    starts = (bars.start * 1e9).astype(np.int64).tolist()
    ends = (bars.end * 1e9).astype(np.int64).tolist()
    return [
        TradeBar.at(symbol, start, end, o, h, low, c, v)
        for start, end, o, h, low, c, v in zip(starts, ends, *columns, strict=True)
    ]


def _nobody() -> Any:
    from vibetrader.engine.data.bars import EMPTY_SYMBOL

    return EMPTY_SYMBOL

"""Expressions of a spec as columns over its bars."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from vibetrader.errors import CannotInterpret
from vibetrader.interpreter import indicators
from vibetrader.interpreter.bars import MINUTE, Bars, Floats, Ints, resampled
from vibetrader.spec import expressions as ex
from vibetrader.spec.indicators import INDICATORS

_ARITHMETIC: Final = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}
_COMPARE: Final = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
}  # fmt: skip


class Columns:
    """Values of expressions on bars; the same expression is computed once, for whoever asks.

    Args:
        bars: Bars of the subscription, from the first bar of the warm-up.
        own: The timeframe on which the strategy decides.
        native: The timeframe of `bars`.
    """

    def __init__(self, bars: Bars, own: str, native: str) -> None:
        self.own = own
        self._frames: dict[str, Bars] = {native: bars}
        self._native = native
        self._known: dict[tuple[str, ex.Expression, int], Floats] = {}

    @cached_property
    def index(self) -> Ints:
        """For each bar of the subscription the strategy's bar that ends with it, or -1."""
        bars, own = self._frames[self._native], self.frame(self.own)
        found = np.full(len(bars), -1, dtype=np.int64)
        found[np.searchsorted(bars.end, own.end)] = np.arange(len(own))
        return found

    def frame(self, timeframe: str) -> Bars:
        """The bars of a timeframe."""
        if timeframe not in self._frames:
            self._frames[timeframe] = resampled(self._frames[self._native], timeframe)
        return self._frames[timeframe]

    def value(self, node: ex.Expression, frame: str = "", back: int = 0) -> Floats:
        """The value at each bar, or so many bars before it; not a number where there is none yet; conditions are 0 and 1.

        Raises:
            CannotInterpret: The expression has a part that has no columns.
        """
        frame = frame or self.own
        # Comparisons are cheaper than keeping them: a sweep has thousands of them on a few indicators.
        if not isinstance(node, ex.Call | ex.At | ex.Function):
            with np.errstate(all="ignore"):
                return self._computed(node, frame, back)
        key = (frame, node, back)
        found = self._known.get(key)
        if found is None:
            with np.errstate(all="ignore"):
                found = self._computed(node, frame, back)
            self._known[key] = found
        return found

    def _computed(self, node: ex.Expression, frame: str, back: int) -> Floats:
        bars = self.frame(frame)
        match node:
            case ex.Number(value=number):
                return np.full(len(bars), float(number))
            case ex.Truth(value=truth):
                return np.full(len(bars), float(truth))
            case ex.Price(field=name):
                return indicators.lagged(bars.column(name), back)
            case ex.Clock(field=name):
                return indicators.lagged(_clock(name, bars), back)
            case ex.Call():
                return indicators.lagged(self.value(node, frame), back) if back else self._call(node, frame)
            case ex.Lag(operand=operand, bars=ex.Number(value=count)):
                return self.value(operand, frame, back + int(count))
            case ex.At(operand=operand, timeframe=other):
                if back:
                    raise CannotInterpret(f"bars back of {node}")
                return self._from(other, self.value(operand, other), bars)
            case ex.Negative(operand=operand):
                return -self.value(operand, frame, back)
            case ex.Arithmetic(operator=operator, left=left, right=right):
                a, b = self.value(left, frame, back), self.value(right, frame, back)
                found: Floats = np.where(b == 0, np.nan, a / b) if operator == "/" else _ARITHMETIC[operator](a, b)
                return found
            case ex.Compare(operator=operator, left=left, right=right):
                if any(isinstance(part, ex.Clock) and part.field == "trading_day" for part in (left, right)):
                    raise CannotInterpret("trading_day")
                a, b = self.value(left, frame, back), self.value(right, frame, back)
                return _judged(_COMPARE[operator](a, b), a, b)
            case ex.Cross(above=above, left=left, right=right):
                a, b = self.value(left, frame, back), self.value(right, frame, back)
                was_a, was_b = self.value(left, frame, back + 1), self.value(right, frame, back + 1)
                crossed = (a > b) & (was_a <= was_b) if above else (a < b) & (was_a >= was_b)
                return _judged(crossed, a, b, was_a, was_b)
            case ex.Not(operand=operand):
                return 1.0 - self.value(operand, frame, back)
            case ex.And(parts=parts):
                return _folded(np.minimum, [self.value(part, frame, back) for part in parts])
            case ex.Or(parts=parts):
                return _folded(np.maximum, [self.value(part, frame, back) for part in parts])
            case ex.Function():
                return self._function(node, frame, back)
        raise CannotInterpret(str(node))

    def _function(self, node: ex.Function, frame: str, back: int) -> Floats:
        if node.name in ("any", "all", "count"):
            condition, count = node.arguments
            if not isinstance(count, ex.Number):
                raise CannotInterpret(str(node))
            each = [self.value(condition, frame, back + ago) for ago in range(int(count.value))]
            fold = {"any": np.maximum, "all": np.minimum, "count": np.add}[node.name]
            return _folded(fold, each)
        parts = [self.value(argument, frame, back) for argument in node.arguments]
        if node.name == "abs":
            return np.abs(parts[0])
        return _folded(np.maximum if node.name == "max" else np.minimum, parts)

    def _call(self, node: ex.Call, frame: str) -> Floats:
        numbers: list[int | float | str] = []
        for parameter, argument in zip(INDICATORS[node.indicator].parameters, node.arguments, strict=True):
            if isinstance(argument, ex.Named):
                raise CannotInterpret(str(node))
            value = argument if isinstance(argument, str) else argument.value
            numbers.append(int(value) if parameter.whole and not isinstance(value, str) else value)
        try:
            if node.indicator in indicators.SERIES:
                default = INDICATORS[node.indicator].default_series
                source = node.series if node.series is not None else ex.Price(default)
                return indicators.SERIES[node.indicator](self.value(source, frame), *numbers)[node.output]
            if node.indicator in indicators.BARS and node.series is None:
                return indicators.BARS[node.indicator](self.frame(frame), *numbers)[node.output]
        except KeyError:
            pass  # another average than those that have columns
        raise CannotInterpret(str(node))

    def _from(self, other: str, values: Floats, bars: Bars) -> Floats:
        """Values of another timeframe as of its last finished bar."""
        last = np.searchsorted(self.frame(other).end, bars.end, side="right") - 1
        padded = np.r_[values, np.nan]
        found: Floats = padded[last]  # -1, before the first one, is not a number
        return found


def _clock(name: str, bars: Bars) -> Floats:
    minute_of_day = bars.start // MINUTE % 1440
    match name:
        case "weekday":
            return ((bars.days + 3) % 7).astype(np.float64)  # 1970-01-01 was a Thursday
        case "hour":
            return (minute_of_day // 60).astype(np.float64)
        case "minute":
            return (minute_of_day % 60).astype(np.float64)
        case "time":
            return (minute_of_day // 60 * 100 + minute_of_day % 60).astype(np.float64)
    dates = bars.start.astype("datetime64[ns]")
    months = dates.astype("datetime64[M]")
    if name == "month":
        return (months.astype(np.int64) % 12 + 1).astype(np.float64)
    if name == "day":
        passed: Floats = (dates.astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.float64)
        return passed + 1
    raise CannotInterpret(name)


def _folded(ufunc: np.ufunc, parts: list[Floats]) -> Floats:
    found: Floats = ufunc.reduce(parts)
    return found


def _judged(test: npt.NDArray[np.bool_], *values: Floats) -> Floats:
    """A condition where all its values exist."""
    unknown = np.zeros(len(test), dtype=bool)
    for column in values:
        unknown |= np.isnan(column)
    return np.where(unknown, np.nan, test.astype(np.float64))

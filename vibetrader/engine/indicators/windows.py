"""Indicators over the last `period` values: sums, extremes, dispersion, changes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from math import inf, log, sqrt
from typing import Any

from vibetrader.engine import clr
from vibetrader.engine.data.bars import EMPTY_SYMBOL
from vibetrader.engine.indicators.base import BarIndicator, Indicator, Output, WindowIndicator, check_period
from vibetrader.engine.netdecimal import ZERO, NetDecimal


def plain_sum(values: Iterable[float]) -> float:
    """Doubles added one after the other, as .NET does it; Python's `sum` may compensate."""
    total = 0.0
    for value in values:
        total += value
    return total


class RollingSum:
    """Sum of the last n decimals. LEAN: Indicators/Sum.cs: the new one is added before the old one leaves."""

    __slots__ = ("items", "size", "total")

    def __init__(self, size: int) -> None:
        self.size = size
        self.items: deque[Any] = deque()
        self.total: Any = ZERO

    def add(self, x: Any) -> Any:
        """Add a value; gives the new sum."""
        items = self.items
        items.append(x)
        total = self.total + x
        if len(items) > self.size:
            total -= items.popleft()
        self.total = total
        return total


class Sum(WindowIndicator):
    """Sum of the last values. LEAN: Indicators/Sum.cs."""

    default_name = "SUM({period})"

    def _clear(self) -> None:
        self._sum = RollingSum(self.period)

    def _compute(self, x: Any, end: int) -> Any:
        return self._sum.add(x)


class SimpleMovingAverage(WindowIndicator):
    """Mean of the last values. LEAN: Indicators/SimpleMovingAverage.cs."""

    default_name = "SMA({period})"

    _rolling: Output | None = None

    def _clear(self) -> None:
        self._sum = RollingSum(self.period)

    def _compute(self, x: Any, end: int) -> Any:
        total = self._sum.add(x)
        if self._rolling is not None:
            self._rolling._accept(total, end, EMPTY_SYMBOL)
        return total / len(self._sum.items)

    @property
    def rolling_sum(self) -> Output:
        """The sum as an indicator of its own."""
        self._sync()
        if self._rolling is None:
            rolling = self._sub("", Output(self.name + "_Sum", lambda: self._samples >= self.period))
            rolling._samples = rolling._updates = self._samples
            rolling._value, rolling._end = self._sum.total, self._end
            self._rolling = rolling
        return self._rolling

    lazy_subs = ("rolling_sum",)


class Maximum(WindowIndicator):
    """Largest of the last values. LEAN: Indicators/Maximum.cs; of equal ones the newest counts."""

    default_name = "MAX({period})"
    figures = ("periods_since_maximum",)

    def _clear(self) -> None:
        self._since = 0
        self._items: deque[float] = deque(maxlen=self.period)

    def _compute(self, x: Any, end: int) -> Any:
        self._items.append(x)
        if self._samples == 1 or x >= self._value:
            self._since = 0
            return x
        if self._since >= self.period - 1:
            items = self._items
            best, place = -inf, 0
            for i, item in enumerate(reversed(items)):
                if item > best:
                    best, place = item, i
            self._since = place
            return best
        self._since += 1
        return self._value

    @property
    def periods_since_maximum(self) -> int:
        """How many samples ago it was."""
        self._sync()
        return self._since


class Minimum(WindowIndicator):
    """Smallest of the last values. LEAN: Indicators/Minimum.cs; of equal ones the newest counts."""

    default_name = "MIN({period})"
    figures = ("periods_since_minimum",)

    def _clear(self) -> None:
        self._since = 0
        self._items: deque[float] = deque(maxlen=self.period)

    def _compute(self, x: Any, end: int) -> Any:
        self._items.append(x)
        if self._samples == 1 or x <= self._value:
            self._since = 0
            return x
        if self._since >= self.period - 1:
            best, place = inf, 0
            for i, item in enumerate(reversed(self._items)):
                if item < best:
                    best, place = item, i
            self._since = place
            return best
        self._since += 1
        return self._value

    @property
    def periods_since_minimum(self) -> int:
        """How many samples ago it was."""
        self._sync()
        return self._since


class MidPoint(WindowIndicator):
    """Middle of the last values' extremes. LEAN: Indicators/MidPoint.cs."""

    default_name = "MIDPOINT({period})"

    def _setup(self, period: int) -> None:
        super()._setup(period=period)
        self._maximum, self._minimum = self._part(Maximum(period)), self._part(Minimum(period))

    def _compute(self, x: Any, end: int) -> Any:
        return (self._maximum.step(x, end) + self._minimum.step(x, end)) / 2


class MidPrice(BarIndicator):
    """Middle of the highest high and the lowest low. LEAN: Indicators/MidPrice.cs."""

    signatures = ("period: int",)
    default_name = "MIDPRICE({period})"

    def _setup(self, period: int) -> None:
        self.warm_up_period = self._period = period
        self._maximum, self._minimum = self._part(Maximum(period)), self._part(Minimum(period))

    def _ready(self) -> bool:
        return self._samples >= self._period

    def _compute(self, x: Any, end: int) -> Any:
        return (self._maximum.step(x.high, end) + self._minimum.step(x.low, end)) / 2


class Identity(Indicator):
    """The value itself. LEAN: Indicators/Identity.cs."""

    constructors = ('name: str = ""',)
    warm_up_period = 1

    def _ready(self) -> bool:
        return self._samples > 0

    def _compute(self, x: Any, end: int) -> Any:
        return x


class WindowIdentity(WindowIndicator):
    """The value itself, ready after a period. LEAN: Indicators/WindowIdentity.cs."""

    default_name = "WIN-ID{period}"

    def _compute(self, x: Any, end: int) -> Any:
        return x


class _Lagged(WindowIndicator):
    """An indicator that looks `period` values back; while filling, at the first value."""

    def _setup(self, period: int) -> None:
        super()._setup(period=period)
        self.warm_up_period = period + 1

    def _clear(self) -> None:
        self._items: deque[float] = deque()

    def _ready(self) -> bool:
        return self._samples > self.period

    def _lag(self, x: float) -> float:
        items = self._items
        items.append(x)
        # LEAN: Indicators/RateOfChange.cs: the value that just fell out of the window, else the oldest in it
        return items.popleft() if len(items) > self.period else items[0]


class Delay(_Lagged):
    """The value `period` samples ago. LEAN: Indicators/Delay.cs."""

    default_name = "DELAY({period})"

    def _compute(self, x: Any, end: int) -> Any:
        return self._lag(x)


class Momentum(_Lagged):
    """Change over the period. LEAN: Indicators/Momentum.cs."""

    default_name = "MOM({period})"

    def _compute(self, x: Any, end: int) -> Any:
        return x - self._lag(x)


class RateOfChange(_Lagged):
    """Change over the period as a fraction. LEAN: Indicators/RateOfChange.cs."""

    default_name = "ROC({period})"

    def _compute(self, x: Any, end: int) -> Any:
        old = self._lag(x)
        return (x - old) / old if old else 0.0


class RateOfChangePercent(RateOfChange):
    """Change over the period in percent. LEAN: Indicators/RateOfChangePercent.cs."""

    signatures = ("period: int",)
    default_name = "ROCP({period})"

    def _compute(self, x: Any, end: int) -> Any:
        return 100 * super()._compute(x, end)


class MomentumPercent(RateOfChangePercent):
    """Change over the period in percent. LEAN: Indicators/MomentumPercent.cs."""

    signatures = ("period: int",)
    default_name = "MOMP({period})"


class RateOfChangeRatio(RateOfChange):
    """Value divided by that of a period ago; 0 without a change. LEAN: Indicators/RateOfChangeRatio.cs."""

    constructors = ("period: int", "name: str, period: int")
    default_name = "ROCR({period})"

    def _compute(self, x: Any, end: int) -> Any:
        change = super()._compute(x, end)
        return change + 1 if change else 0.0


class LogReturn(_Lagged):
    """Logarithm of the ratio to the value a period ago. LEAN: Indicators/LogReturn.cs."""

    default_name = "LOGR({period})"

    def _setup(self, period: int) -> None:
        super()._setup(period=period)
        self.warm_up_period = period

    def _ready(self) -> bool:
        return self._samples >= self.period

    def _compute(self, x: Any, end: int) -> Any:
        old = self._lag(x)
        ratio = float(x / old) if old else 0.0
        if ratio < 0:
            raise clr.OverflowException("Value was either too large or too small for a Decimal.")
        return log(ratio) if ratio else 0.0


class Variance(WindowIndicator):
    """Population variance of the last values. LEAN: Indicators/Variance.cs."""

    default_name = "VAR({period})"

    def _clear(self) -> None:
        self._items: deque[Any] = deque()
        self._sum: Any = ZERO
        self._squares: Any = ZERO

    def _compute(self, x: Any, end: int) -> Any:
        items, period = self._items, self.period
        items.append(x)
        self._sum += x
        self._squares += x * x
        if self._samples < 2:
            if len(items) == period:  # a period of one never drops what it took first
                items.clear()
            return ZERO
        count = min(period, self._samples)
        mean, mean_square = self._sum / count, self._squares / count
        if len(items) == period:
            old = items.popleft()
            self._sum -= old
            self._squares -= old * old
        return max(ZERO, mean_square - mean * mean)


class StandardDeviation(Variance):
    """Population standard deviation of the last values. LEAN: Indicators/StandardDeviation.cs."""

    signatures = ("period: int",)
    default_name = "STD({period})"

    def _compute(self, x: Any, end: int) -> Any:
        return sqrt(super()._compute(x, end))


class MeanAbsoluteDeviation(WindowIndicator):
    """Mean distance of the last values from their mean. LEAN: Indicators/MeanAbsoluteDeviation.cs."""

    default_name = "MAD({period})"

    def _setup(self, period: int) -> None:
        super()._setup(period=period)
        self.mean: Any = self._sub("mean", SimpleMovingAverage(self.name + "_Mean", period))

    def _compute(self, x: Any, end: int) -> Any:
        mean = self.mean.step(x, end)
        if self._samples < 2:
            return ZERO
        items = self.mean._sum.items
        total: Any = ZERO
        for item in reversed(items):
            total += abs(item - mean)
        return total / len(items)


class Momersion(Indicator):
    """Share of steps that continued the last one, in percent. LEAN: Indicators/Momersion.cs."""

    constructors = (
        "full_period: int",
        "min_period: Optional[int], full_period: int",
        "name: str, min_period: Optional[int], full_period: int",
    )
    default_name = "Momersion({min_period},{full_period})"

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        number, bound = self._overloads.bind(arguments, keywords)
        low = bound.get("min_period")
        self.name = bound["name"] if number == 2 else f"Momersion({'' if low is None else low},{bound['full_period']})"
        self._setup(low, bound["full_period"])
        self._clear()

    def _setup(self, min_period: int | None, full_period: int) -> None:
        self.period = check_period(full_period)
        if min_period is not None and min_period < 4:
            raise clr.ArgumentException("The minimum period should be 4.", "minPeriod")
        self._minimum = min_period
        self.warm_up_period = full_period + 3 if min_period is None else min_period + 2

    def _clear(self) -> None:
        self._last: list[float] = []
        self._products: deque[float] = deque(maxlen=self.period)
        self._count = 0

    def _ready(self) -> bool:
        if self._minimum is not None:
            return len(self._products) >= self._minimum
        return self._count > self.period

    def _compute(self, x: Any, end: int) -> Any:
        last = self._last
        last.append(x)
        # LEAN counts the values its window holds; a period below 3 never has three
        if len(last) >= 3 and self.period >= 3:
            self._products.append((last[-1] - last[-2]) * (last[-2] - last[-3]))
            self._count += 1
        del last[:-3]
        if self._ready():
            up = sum(1 for item in self._products if item > 0)
            down = sum(1 for item in self._products if item < 0)
            if len(self._products) - up - down < 0.5 * len(self._products):
                return NetDecimal.of(100 * up) / (up + down)
        return 50.0


class MomersionIndicator(Momersion):
    """LEAN: Indicators/MomersionIndicator.cs."""


class AverageRange(BarIndicator):
    """Mean of the bars' ranges. LEAN: Indicators/AverageRange.cs."""

    signatures = ("period: int",)
    default_name = "AR({period})"

    def _setup(self, period: int) -> None:
        self._average = self._part(SimpleMovingAverage(self.name + "_SMA", period))
        self.warm_up_period = period

    def _ready(self) -> bool:
        return bool(self._average._ready())

    def _compute(self, x: Any, end: int) -> Any:
        return self._average.step(x.high - x.low, end)

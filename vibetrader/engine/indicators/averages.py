"""Moving averages. Each is seeded as LEAN seeds it: exponential ones by the simple average of the first period."""

from __future__ import annotations

from collections import deque
from math import atan, cos, exp, floor, log, pi, sin, sqrt
from typing import Any

from vibetrader.engine import clr
from vibetrader.engine.data.bars import EMPTY_SYMBOL
from vibetrader.engine.indicators.base import BarIndicator, Indicator, Output, WindowIndicator, check_period
from vibetrader.engine.indicators.kinds import MovingAverageType, SwissArmyKnifeTool
from vibetrader.engine.indicators.windows import Delay, SimpleMovingAverage, plain_sum
from vibetrader.engine.naming import lean_names
from vibetrader.engine.netdecimal import ONE, ZERO, NetDecimal


def half_even(x: float) -> int:
    """.NET's Math.Round to an integer."""
    return round(x)


@lean_names
class ExponentialMovingAverage(Indicator):
    """Exponential average, 0 before its seed. LEAN: Indicators/ExponentialMovingAverage.cs."""

    constructors = (
        "period: int",
        "period: int, smoothing_factor: float",
        "name: str, period: int",
        "name: str, period: int, smoothing_factor: float",
    )

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        number, bound = self._overloads.bind(arguments, keywords)
        period, factor = bound["period"], bound.get("smoothing_factor")
        if number < 2:
            from vibetrader.engine.indicators.base import number_text

            self.name = f"EMA({period},{number_text(factor)})" if number else f"EMA({period})"
        else:
            self.name = bound["name"]
        if factor is None:
            if period == -1:
                raise clr.DivideByZeroException
            factor = NetDecimal.of(2) / (1 + period)
        self.warm_up_period = self._period = check_period(period)
        self._k: Any = NetDecimal.of(factor)
        self._clear()

    @staticmethod
    def smoothing_factor_default(period: int) -> float:
        """2 / (1 + period)."""
        return float(NetDecimal.of(2) / (1 + period))

    def _clear(self) -> None:
        self._seed: Any = ZERO

    def _ready(self) -> bool:
        return self._samples >= self._period

    def _compute(self, x: Any, end: int) -> Any:
        samples, period = self._samples, self._period
        if samples > period:
            k = self._k
            return x * k + self._value * (1 - k)
        self._seed += x
        return self._seed / period if samples == period else ZERO



class WilderMovingAverage(WindowIndicator):
    """Average with factor 1 / period; the running mean until seeded. LEAN: Indicators/WilderMovingAverage.cs."""

    default_name = "WWMA{period}"

    def _setup(self, period: int) -> None:
        if period == 0:
            raise clr.DivideByZeroException
        super()._setup(period=period)
        self._k: Any = NetDecimal.of(1) / period

    def _clear(self) -> None:
        self._seed: Any = ZERO

    def _compute(self, x: Any, end: int) -> Any:
        samples = self._samples
        if samples < self.period:
            self._seed += x
            return self._seed / samples
        return x * self._k + self._value * (1 - self._k)


class DoubleExponentialMovingAverage(Indicator):
    """LEAN: Indicators/DoubleExponentialMovingAverage.cs."""

    signatures = ("period: int, volume_factor: float = 1",)
    default_name = "DEMA({period})"

    def _setup(self, period: int, volume_factor: float) -> None:
        self._period, self._factor = period, NetDecimal.of(volume_factor)
        self._first = self._part(ExponentialMovingAverage(self.name + "_1", period))
        self._second = self._part(ExponentialMovingAverage(self.name + "_2", period))
        self.warm_up_period = 1 + 2 * (period - 1)

    def _ready(self) -> bool:
        return self._samples > 2 * (self._period - 1)

    def _compute(self, x: Any, end: int) -> Any:
        first = self._first.step(x, end)
        if not self._first._ready():
            return first
        return (self._factor + 1) * first - self._factor * self._second.step(first, end)


class TripleExponentialMovingAverage(Indicator):
    """LEAN: Indicators/TripleExponentialMovingAverage.cs."""

    signatures = ("period: int",)
    default_name = "TEMA({period})"

    def _setup(self, period: int) -> None:
        self.warm_up_period = 3 * (period - 1) + 1
        self._averages = [self._part(ExponentialMovingAverage(f"{self.name}_{number}", period)) for number in (1, 2, 3)]

    def _ready(self) -> bool:
        return bool(self._averages[2]._ready())

    def _compute(self, x: Any, end: int) -> Any:
        first, second, third = self._averages
        first.step(x, end)
        if first._ready():
            second.step(first._value, end)
        if second._ready():
            third.step(second._value, end)
        return 3 * first._value - 3 * second._value + third._value if third._ready() else 0.0


class T3MovingAverage(Indicator):
    """Tillson's average. LEAN: Indicators/T3MovingAverage.cs."""

    signatures = ("period: int, volume_factor: float = 0.7",)
    default_name = "T3({period},{volume_factor})"

    def _setup(self, period: int, volume_factor: float) -> None:
        self._period = period
        self.warm_up_period = 1 + 6 * (period - 1)
        self._averages = [
            self._part(DoubleExponentialMovingAverage(f"{self.name}_{number}", period, volume_factor))
            for number in (1, 2, 3)
        ]

    def _ready(self) -> bool:
        return self._samples > 6 * (self._period - 1)

    def _compute(self, x: Any, end: int) -> Any:
        for average in self._averages:
            x = average.step(x, end)
            if not average._ready():
                return x
        return x


class TriangularMovingAverage(Indicator):
    """LEAN: Indicators/TriangularMovingAverage.cs."""

    signatures = ("period: int",)
    default_name = "TRIMA({period})"

    def _setup(self, period: int) -> None:
        self.warm_up_period = self._period = period
        even = period % 2 == 0
        half = period // 2 if even else (period + 1) // 2
        self._first = self._part(SimpleMovingAverage(self.name + "_1", half))
        self._second = self._part(SimpleMovingAverage(self.name + "_2", half + 1 if even else half))

    def _ready(self) -> bool:
        return self._samples >= self._period

    def _compute(self, x: Any, end: int) -> Any:
        return self._second.step(self._first.step(x, end), end)


class LinearWeightedMovingAverage(WindowIndicator):
    """LEAN: Indicators/LinearWeightedMovingAverage.cs."""

    default_name = "LWMA({period})"

    def _clear(self) -> None:
        self._items: deque[float] = deque(maxlen=self.period)
        self._denominator = self.period * (self.period + 1) // 2
        self._weights = range(self.period, 0, -1)

    def _compute(self, x: Any, end: int) -> Any:
        self._items.append(x)
        if self._samples < self.period:
            return 0.0
        total: Any = ZERO
        for weight, item in zip(self._weights, reversed(self._items), strict=True):
            total += weight * item
        return total / self._denominator


class HullMovingAverage(Indicator):
    """LEAN: Indicators/HullMovingAverage.cs."""

    signatures = ("period: int",)
    default_name = "HMA({period})"

    def _setup(self, period: int) -> None:
        if period < 2:
            raise clr.ArgumentException("The Hull Moving Average period should be greater or equal to 2", "period")
        k = half_even(sqrt(period))
        self._slow = self._part(LinearWeightedMovingAverage(period))
        self._fast = self._part(LinearWeightedMovingAverage(half_even(period / 2)))
        self._hull = self._part(LinearWeightedMovingAverage(k))
        self.warm_up_period = period + k - 1

    def _ready(self) -> bool:
        return bool(self._hull._ready())

    def _compute(self, x: Any, end: int) -> Any:
        fast, slow = self._fast.step(x, end), self._slow.step(x, end)
        if self._fast._ready() and self._slow._ready():
            self._hull.step(2 * fast - slow, end)
        return self._hull._value


class ArnaudLegouxMovingAverage(WindowIndicator):
    """LEAN: Indicators/ArnaudLegouxMovingAverage.cs."""

    constructors = (
        "period: int",
        "period: int, sigma: int, offset: float = 0.85",
        "name: str, period: int",
        "name: str, period: int, sigma: int = 6, offset: float = 0.85",
    )
    default_name = "ALMA({period},{sigma},{offset})"

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        from vibetrader.engine.indicators.base import number_text

        _, bound = self._overloads.bind(arguments, keywords)
        period, sigma, offset = bound["period"], bound.get("sigma", 6), bound.get("offset", 0.85)
        self.name = bound.get("name", f"ALMA({period},{sigma},{number_text(offset)})")
        self.period = self.warm_up_period = check_period(period)
        if not 0 <= offset <= 1:
            raise clr.ArgumentException(f"Offset parameter range is [0,1]. Value: {number_text(offset)}", "offset")
        middle = floor(NetDecimal.of(offset) * (period - 1))
        spread = NetDecimal.of(period) / sigma
        weights = [exp(float(-(i - middle) * (i - middle) / (2 * spread * spread))) for i in range(period)]
        # LEAN reverses the weights and its window is newest first
        self._weights = [NetDecimal.cast(weight / plain_sum(weights)) for weight in reversed(weights)]
        self._clear()

    def _clear(self) -> None:
        self._items: deque[float] = deque(maxlen=self.period)

    def _compute(self, x: Any, end: int) -> Any:
        self._items.append(x)
        if self._samples < self.period:
            return x
        total: Any = ZERO
        for weight, item in zip(self._weights, reversed(self._items), strict=True):
            total += item * weight
        return total


class ZeroLagExponentialMovingAverage(Indicator):
    """LEAN: Indicators/ZeroLagExponentialMovingAverage.cs."""

    signatures = ("period: int",)
    default_name = "ZLEMA({period})"

    def _setup(self, period: int) -> None:
        self.period = check_period(period)
        self.warm_up_period = period + period // 2
        self._average = self._part(ExponentialMovingAverage(self.name + "_EMA", period))
        self._delayed = self._part(Delay(half_even((period - 1) / 2)))

    def _ready(self) -> bool:
        return bool(self._delayed._ready() and self._average._ready())

    def _compute(self, x: Any, end: int) -> Any:
        old = self._delayed.step(x, end)
        if self._delayed._ready():
            return self._average.step(x + (x - old), end)
        return 0.0


class KaufmanEfficiencyRatio(Indicator):
    """LEAN: Indicators/KaufmanEfficiencyRatio.cs; its window is one longer than its period."""

    signatures = ("period: int",)
    default_name = "KER({period})"

    def _setup(self, period: int) -> None:
        self.period = self.warm_up_period = check_period(period + 1)

    def _clear(self) -> None:
        self._items: deque[Any] = deque(maxlen=self.period)
        self._path: Any = ZERO
        self._trailing: Any = ZERO

    def _ready(self) -> bool:
        return self._samples >= self.period

    def _ratio(self, x: Any) -> Any:
        items = self._items
        items.append(x)
        if self._samples < self.period:
            if len(items) > 1:
                self._path += abs(x - items[-2])
            return x
        if self._samples == self.period and self.period > 1:
            self._path += abs(x - items[-2])
        oldest = items[0]
        change = x - oldest
        if self._samples > self.period:
            self._path -= abs(self._trailing - oldest)
            if len(items) > 1:
                self._path += abs(x - items[-2])
        self._trailing = oldest
        path = self._path
        return ONE if path <= change or not path else abs(change / path)

    def _compute(self, x: Any, end: int) -> Any:
        return self._ratio(x)


class KaufmanAdaptiveMovingAverage(KaufmanEfficiencyRatio):
    """LEAN: Indicators/KaufmanAdaptiveMovingAverage.cs."""

    signatures = ("period: int, fast_ema_period: int = 2, slow_ema_period: int = 30",)
    default_name = "KAMA({period},{fast_ema_period},{slow_ema_period})"

    def _setup(self, period: int, fast_ema_period: int = 2, slow_ema_period: int = 30) -> None:
        super()._setup(period)
        two = NetDecimal.of(2)
        self._slow = two / (slow_ema_period + 1)
        self._span = two / (fast_ema_period + 1) - self._slow

    def _clear(self) -> None:
        super()._clear()
        self._kama: Any = ZERO

    def _compute(self, x: Any, end: int) -> Any:
        ratio = self._ratio(x)
        if self._samples < self.period:
            return x
        if self._samples == self.period:
            self._kama = self._items[-2]
        constant = ratio * self._span + self._slow
        constant *= constant
        self._kama = (x - self._kama) * constant + self._kama
        return self._kama


class McGinleyDynamic(WindowIndicator):
    """LEAN: Indicators/McGinleyDynamic.cs."""

    default_name = "MGD({period})"

    def _clear(self) -> None:
        self._seed: Any = ZERO

    def _compute(self, x: Any, end: int) -> Any:
        if self._samples <= self.period:
            self._seed += x
            return self._seed / self.period if self._samples == self.period else ZERO
        value = self._value
        if not value or not x:
            return value
        divisor = self.period * NetDecimal.cast(float(x / value) ** 4.0)
        return value + ((x - value) / divisor if divisor else ZERO)


class ChandeMomentumOscillator(WindowIndicator):
    """LEAN: Indicators/ChandeMomentumOscillator.cs."""

    default_name = "CMO({period})"

    def _setup(self, period: int) -> None:
        super()._setup(period=period)
        self.warm_up_period = period + 1

    def _clear(self) -> None:
        self._last: Any = ZERO
        self._gain: Any = ZERO
        self._loss: Any = ZERO

    def _ready(self) -> bool:
        return self._samples > self.period

    def _compute(self, x: Any, end: int) -> Any:
        period = self.period
        if self._samples == 1:
            self._last = x
            return 0.0
        change = x - self._last
        self._last = x
        if self._samples > period + 1:
            self._loss *= period - 1
            self._gain *= period - 1
        if change < 0:
            self._loss -= change
        else:
            self._gain += change
        if self._samples <= period:
            return 0.0
        self._loss /= period
        self._gain /= period
        total = self._gain + self._loss
        return 100 * ((self._gain - self._loss) / total) if total else ZERO


class VariableIndexDynamicAverage(WindowIndicator):
    """LEAN: Indicators/VariableIndexDynamicAverage.cs."""

    default_name = "VIDYA({period})"

    def _setup(self, period: int) -> None:
        super()._setup(period=period)
        self.warm_up_period = period + 1
        self._oscillator = self._part(ChandeMomentumOscillator(period))
        self._factor = NetDecimal.of(2) / (period + 1)

    def _clear(self) -> None:
        self._vidya: Any = ZERO

    def _ready(self) -> bool:
        return self._samples > self.period

    def _compute(self, x: Any, end: int) -> Any:
        strength = abs(self._oscillator.step(x, end) / 100)
        if self._samples <= self.period:
            self._vidya = x
            return ZERO
        factor = self._factor
        self._vidya = (x * factor * strength) + (self._vidya * (1 - factor * strength))
        return self._vidya


class RelativeMovingAverage(Indicator):
    """LEAN: Indicators/RelativeMovingAverage.cs."""

    signatures = ("period: int",)
    default_name = "RMA({period})"

    def _setup(self, period: int) -> None:
        self._sub("short_average", SimpleMovingAverage(self.name + "_Short", period))
        self._sub("medium_average", SimpleMovingAverage(self.name + "_Medium", period * 2))
        self._sub("long_average", SimpleMovingAverage(self.name + "_Long", period * 3))
        self.warm_up_period = period * 3

    def _ready(self) -> bool:
        return bool(self.long_average._ready())

    def _compute(self, x: Any, end: int) -> Any:
        short, medium = self.short_average.step(x, end), self.medium_average.step(x, end)
        return self.long_average.step(x, end) - medium + short


def line_fit(ys: list[float]) -> tuple[float, float]:
    """Intercept and slope of least squares over x = 1 … n; around the means, as the raw sums cancel badly."""
    count = len(ys)
    mean_x, mean_y = (count + 1) / 2, plain_sum(ys) / count
    sxy = sxx = 0.0
    for i, y in enumerate(ys, 1):
        dx = i - mean_x
        sxy += dx * (y - mean_y)
        sxx += dx * dx
    slope = sxy / sxx if sxx else float("nan")
    return mean_y - slope * mean_x, slope


class LeastSquaresMovingAverage(WindowIndicator):
    """End of the regression line. LEAN: Indicators/LeastSquaresMovingAverage.cs."""

    default_name = "LSMA({period})"

    def _setup(self, period: int) -> None:
        super()._setup(period=period)
        self._sub("intercept", Output(self.name + "_Intercept"))
        self._sub("slope", Output(self.name + "_Slope"))

    def _clear(self) -> None:
        self._items: deque[float] = deque(maxlen=self.period)

    def _compute(self, x: Any, end: int) -> Any:
        self._items.append(x)
        if self._samples < self.period:
            return x
        intercept, slope = line_fit([float(item) for item in self._items])
        if slope != slope:
            raise clr.OverflowException
        start = self.intercept.step(NetDecimal.cast(intercept), end)
        return start + self.slope.step(NetDecimal.cast(slope), end) * self.period


class TimeSeriesForecast(WindowIndicator):
    """Next point of the regression line. LEAN: Indicators/TimeSeriesForecast.cs."""

    # LEAN's default name lacks the opening bracket
    default_name = "TSF{period})"

    def _setup(self, period: int) -> None:
        super()._setup(period=period)
        if period < 2:
            raise clr.ArgumentException("RollingWindow must have size of at least 2.", "period")

    def _clear(self) -> None:
        self._items: deque[float] = deque(maxlen=self.period)

    def _compute(self, x: Any, end: int) -> Any:
        self._items.append(x)
        if self._samples < self.period:
            return 0.0
        period = self.period
        x1 = period * (period + 1) // 2
        x2 = period * (period + 1) * (2 * period + 1) // 6
        xy: Any = ZERO
        y: Any = ZERO
        for i, item in enumerate(self._items, 1):
            xy += item * i
            y += item
        slope = (period * xy - x1 * y) * (NetDecimal.of(1) / (period * x2 - x1 * x1))
        intercept = (y - slope * x1) * (NetDecimal.of(1) / period)
        return intercept + slope * (period + 1)


class FractalAdaptiveMovingAverage(BarIndicator):
    """LEAN: Indicators/FractalAdaptiveMovingAverage.cs."""

    constructors = ("n: int", "n: int, long_period: int", "name: str, n: int, long_period: int")
    default_name = "FRAMA({n},{long_period})"

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        _, bound = self._overloads.bind(arguments, keywords)
        n, long_period = bound["n"], bound.get("long_period", 198)
        self.name = bound.get("name", f"FRAMA({n},{long_period})")
        if n % 2 > 0:
            raise clr.ArgumentException(f"{self.name}: N must be even, N = {n}", "n")
        if n < 0:
            raise clr.ArgumentException("RollingWindow must have size of at least 0.", "size")
        self._n, self._w = n, log(2 / (1 + long_period))
        self.warm_up_period = n
        self._clear()

    def _clear(self) -> None:
        self._highs: deque[float] = deque(maxlen=self._n)
        self._lows: deque[float] = deque(maxlen=self._n)

    def _ready(self) -> bool:
        return bool(self._samples >= self._n)

    def _compute(self, x: Any, end: int) -> Any:
        price = (x.high + x.low) / 2
        self._highs.appendleft(float(x.high))
        self._lows.appendleft(float(x.low))
        if self._samples <= self._n:
            return price
        half = self._n // 2
        highs, lows = list(self._highs), list(self._lows)
        newer = (max(highs[:half]) - min(lows[:half])) / half
        older = (max(highs[half:]) - min(lows[half:])) / half
        whole = (max(highs) - min(lows)) / self._n
        dimension = log((newer + older) / whole) / log(2) if newer + older > 0 and whole > 0 else 0.0
        alpha = NetDecimal.cast(min(max(exp(self._w * (dimension - 1)), 0.01), 1.0))
        return alpha * price + (1 - alpha) * self._value


class MesaAdaptiveMovingAverage(BarIndicator):
    """LEAN: Indicators/MesaAdaptiveMovingAverage.cs."""

    signatures = ("fast_limit: float = 0.5, slow_limit: float = 0.05",)
    default_name = "MAMA"
    warm_up_period = 33

    def _setup(self, fast_limit: float, slow_limit: float) -> None:
        self._fast, self._slow = NetDecimal.of(fast_limit), NetDecimal.of(slow_limit)
        self._degrees = NetDecimal.of(180) / (4 * NetDecimal.cast(atan(1.0)))
        self._sub("fama", Output(self.name + "_Fama"))

    def _clear(self) -> None:
        self._prices: deque[Any] = deque(maxlen=13)
        # newest first; LEAN's empty windows read 0
        self._smooth, self._detrend, self._in_phase, self._quadrature = ([ZERO] * 6 for _ in range(4))
        self._period: Any = ZERO
        self._in_phase2: Any = ZERO
        self._quadrature2: Any = ZERO
        self._real: Any = ZERO
        self._imaginary: Any = ZERO
        self._phase: Any = ZERO
        self._mama: Any = ZERO

    def _ready(self) -> bool:
        return self._samples >= 33

    def _compute(self, x: Any, end: int) -> Any:
        self._prices.append((x.high + x.low) / 2)
        if len(self._prices) < 13:
            return 0.0
        prices = self._prices
        adjust = 0.075 * self._period + 0.54

        def filtered(value: Any, history: list[Any]) -> Any:
            return (0.0962 * value + 0.5769 * history[1] - 0.5769 * history[3] - 0.0962 * history[5]) * adjust

        smooth = (4 * prices[-1] + 3 * prices[-2] + 2 * prices[-3] + prices[-4]) / 10
        detrender = filtered(smooth, self._smooth)
        quadrature1 = filtered(detrender, self._detrend)
        in_phase1 = self._detrend[2]
        in_phase2 = in_phase1 - filtered(quadrature1, self._quadrature)
        quadrature2 = quadrature1 + filtered(in_phase1, self._in_phase)
        in_phase2 = 0.2 * in_phase2 + 0.8 * self._in_phase2
        quadrature2 = 0.2 * quadrature2 + 0.8 * self._quadrature2
        alpha = self._alpha(in_phase1, quadrature1, in_phase2, quadrature2)
        self._mama = alpha * prices[-1] + (1 - alpha) * self._mama
        self.fama.step(0.5 * alpha * self._mama + (1 - 0.5 * alpha) * self.fama._value, end)
        for history, value in (
            (self._smooth, smooth),
            (self._detrend, detrender),
            (self._in_phase, in_phase1),
            (self._quadrature, quadrature1),
        ):
            history.insert(0, value)
            history.pop()
        return self._mama if self._samples >= 33 else 0.0

    def _alpha(self, in_phase1: Any, quadrature1: Any, in_phase2: Any, quadrature2: Any) -> Any:
        degrees = self._degrees
        period: Any
        real = 0.2 * (in_phase2 * self._in_phase2 + quadrature2 * self._quadrature2) + 0.8 * self._real
        imaginary = 0.2 * (in_phase2 * self._quadrature2 - quadrature2 * self._in_phase2) + 0.8 * self._imaginary
        period = ZERO
        if imaginary and real:
            angle = NetDecimal.cast(atan(imaginary / real)) * degrees
            period = 360 / angle if angle > 0 else ZERO
        period = min(period, 1.5 * self._period)
        period = max(period, 0.67 * self._period)
        period = min(max(period, NetDecimal.of(6)), NetDecimal.of(50))
        period = 0.2 * period + 0.8 * self._period
        phase = NetDecimal.cast(atan(quadrature1 / in_phase1)) * degrees if in_phase1 else ZERO
        alpha = max(self._fast / max(self._phase - phase, ONE), self._slow)
        self._in_phase2, self._quadrature2 = in_phase2, quadrature2
        self._real, self._imaginary, self._period, self._phase = real, imaginary, period, phase
        return alpha


class _Filter(Indicator):
    """One of Ehlers' filters; c0, a1, a2 and b0, b1, b2 are its coefficients."""

    def __init__(self, name: str, period: int, delta: float, tool: SwissArmyKnifeTool) -> None:
        self.name, self._period = name, period
        angle = 2 * pi / period
        beta = 2.415 * (1 - cos(angle))
        alpha = -beta + sqrt(beta * beta + 2 * beta)
        c0, a1, a2, b0, b1, b2 = 1.0, 0.0, 0.0, 1.0, 0.0, 0.0
        if tool is SwissArmyKnifeTool.HIGH_PASS:
            alpha = (cos(angle) + sin(angle) - 1) / cos(angle)
            c0, b1, a1 = (1 + alpha) / 2, -1.0, 1 - alpha
        elif tool is SwissArmyKnifeTool.BAND_PASS:
            beta = cos(angle)
            gamma = 1 / cos(4 * pi * delta / period)
            alpha = gamma - sqrt(gamma * gamma - 1)
            c0, b2, a1, a2 = (1 - alpha) / 2, -1.0, -beta * (1 - alpha), alpha
        else:
            a1, a2 = 2 * (1 - alpha), -(1 - alpha) * (1 - alpha)
            if tool is SwissArmyKnifeTool.GAUSS:
                c0 = alpha * alpha
            elif tool is SwissArmyKnifeTool.BUTTER:
                c0, b1, b2 = alpha * alpha / 4, 2.0, 1.0
            else:
                c0, b1, b2 = (1 + alpha) * (1 + alpha) / 4, -2.0, 1.0
        self._coefficients = (c0, a1, a2, b0, b1, b2)
        self._clear()

    def _clear(self) -> None:
        self._prices: list[float] = []
        self._out = [0.0, 0.0]

    def _ready(self) -> bool:
        return self._samples >= self._period

    def _compute(self, x: Any, end: int) -> Any:
        price = float(x)
        self._prices = [price, *self._prices[:2]] if self._prices else [price] * 3
        p0, p1, p2 = self._prices
        c0, a1, a2, b0, b1, b2 = self._coefficients
        signal = c0 * (b0 * p0 + b1 * p1 + b2 * p2) + (a1 * self._out[0] + a2 * self._out[1])
        self._out = [signal, self._out[0]]
        return signal


class SwissArmyKnife(Indicator):
    """Ehlers' five filters. LEAN: Indicators/SwissArmyKnife.cs."""

    signatures = ("period: int, delta: float, tool: SwissArmyKnifeTool",)
    default_name = "Swiss({period},{delta:double},{tool})"

    def _setup(self, period: int, delta: float, tool: SwissArmyKnifeTool) -> None:
        self.warm_up_period = self._period = period
        for kind, name, ending in (
            (SwissArmyKnifeTool.GAUSS, "gauss", "Gauss"),
            (SwissArmyKnifeTool.BUTTER, "butter", "Butter"),
            (SwissArmyKnifeTool.HIGH_PASS, "high_pass", "HP"),
            (SwissArmyKnifeTool.TWO_POLE_HIGH_PASS, "two_pole_high_pass", "2PHP"),
            (SwissArmyKnifeTool.BAND_PASS, "band_pass", "BP"),
        ):
            part = self._sub(name, _Filter(f"{self.name}_{ending}", period, delta, kind))
            if kind == tool:
                self._chosen = part

    def _ready(self) -> bool:
        return self._samples >= self._period

    def _compute(self, x: Any, end: int) -> Any:
        for part in self._parts:
            part._accept(x, end, EMPTY_SYMBOL)
        return self._chosen._value


_BY_TYPE: dict[MovingAverageType, type] = {
    MovingAverageType.SIMPLE: SimpleMovingAverage,
    MovingAverageType.EXPONENTIAL: ExponentialMovingAverage,
    MovingAverageType.WILDERS: WilderMovingAverage,
    MovingAverageType.LINEAR_WEIGHTED_MOVING_AVERAGE: LinearWeightedMovingAverage,
    MovingAverageType.DOUBLE_EXPONENTIAL: DoubleExponentialMovingAverage,
    MovingAverageType.TRIPLE_EXPONENTIAL: TripleExponentialMovingAverage,
    MovingAverageType.TRIANGULAR: TriangularMovingAverage,
    MovingAverageType.T3: T3MovingAverage,
    MovingAverageType.KAMA: KaufmanAdaptiveMovingAverage,
    MovingAverageType.HULL: HullMovingAverage,
    MovingAverageType.ALMA: ArnaudLegouxMovingAverage,
    MovingAverageType.ZLEMA: ZeroLagExponentialMovingAverage,
    MovingAverageType.MGD: McGinleyDynamic,
}

_AS_INDICATOR = clr.Overloads(
    "as_indicator",
    "moving_average_type: MovingAverageType, period: int",
    "moving_average_type: MovingAverageType, name: str, period: int",
)


def as_indicator(*arguments: Any, **keywords: Any) -> Any:
    """The average of a type: `(type, period)` or `(type, name, period)`. LEAN: MovingAverageTypeExtensions.cs."""
    _, bound = _AS_INDICATOR.bind(arguments, keywords)
    kind = _BY_TYPE.get(bound["moving_average_type"])
    if kind is None:
        raise clr.ArgumentOutOfRangeException(
            "Specified argument was out of the range of valid values.", "movingAverageType"
        )
    return kind(bound["name"], bound["period"]) if "name" in bound else kind(bound["period"])


@lean_names
class MovingAverageTypeExtensions:
    """LEAN's name for `as_indicator`."""

    as_indicator = staticmethod(as_indicator)

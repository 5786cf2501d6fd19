"""Direction and turns: ADX, Aroon, parabolic SAR, super trend, Ichimoku, pivots and others."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from vibetrader.engine import clr
from vibetrader.engine.data.bars import EMPTY_SYMBOL, BaseData
from vibetrader.engine.indicators.averages import WilderMovingAverage
from vibetrader.engine.indicators.base import TRADE_BAR, BarIndicator, Indicator, Output
from vibetrader.engine.indicators.kinds import MovingAverageType, PivotPointType
from vibetrader.engine.indicators.kinds import TomDemarkSequentialPhase as Phase
from vibetrader.engine.indicators.volatility import AverageTrueRange, TrueRange
from vibetrader.engine.indicators.windows import Delay, Identity, Maximum, Minimum, Sum
from vibetrader.engine.naming import lean_names
from vibetrader.engine.netdecimal import ZERO, NetDecimal
from vibetrader.engine.rolling import RollingWindow


class AverageDirectionalIndex(BarIndicator):
    """LEAN: Indicators/AverageDirectionalIndex.cs."""

    signatures = ("period: int",)
    default_name = "ADX({period})"

    def _setup(self, period: int) -> None:
        self._period = period
        self.warm_up_period = period * 2
        ready: Callable[[], bool] = lambda: self._samples > period  # noqa: E731
        self._sub("positive_directional_index", Output(self.name + "_PositiveDirectionalIndex", ready))
        self._sub("negative_directional_index", Output(self.name + "_NegativeDirectionalIndex", ready))
        self._average = self._part(WilderMovingAverage(period))

    def _clear(self) -> None:
        self._last: Any = None
        self._range: Any = ZERO
        self._plus: Any = ZERO
        self._minus: Any = ZERO

    def _ready(self) -> bool:
        return bool(self._average._ready())

    def _compute(self, x: Any, end: int) -> Any:
        last, self._last = self._last, x
        period, samples = self._period, self._samples
        if last is not None:
            high, low, close = last.high, last.low, last.close
            up, down = x.high - high, low - x.low
            span = max(x.high - x.low, abs(x.high - close), abs(x.low - close))
            plus = up if x.high > high and up >= down else ZERO
            minus = down if low > x.low and down > up else ZERO
            if samples > period + 1:
                self._range = self._range + span - self._range / period
                self._plus = self._plus + plus - self._plus / period
                self._minus = self._minus + minus - self._minus / period
            else:
                self._range, self._plus, self._minus = self._range + span, self._plus + plus, self._minus + minus
        plus = minus = ZERO
        if samples > period and self._range:
            plus, minus = 100 * self._plus / self._range, 100 * self._minus / self._range
        # LEAN hands these its own last point, so they carry the time of the bar before
        self.positive_directional_index._accept(plus, self._end, EMPTY_SYMBOL)
        self.negative_directional_index._accept(minus, self._end, EMPTY_SYMBOL)
        total = plus + minus
        if not total:
            return 50.0
        return self._average.step(100 * abs(plus - minus) / total, end)


class AverageDirectionalMovementIndexRating(BarIndicator):
    """LEAN: Indicators/AverageDirectionalMovementIndexRating.cs."""

    signatures = ("period: int",)
    default_name = "ADXR({period})"

    def _setup(self, period: int) -> None:
        self._period = period
        self.warm_up_period = period * 3 - 1
        self._sub("adx", AverageDirectionalIndex(self.name + "_ADX", period))

    def _clear(self) -> None:
        self._history: deque[Any] = deque(maxlen=self._period)

    def _ready(self) -> bool:
        return len(self._history) >= self._period

    def _compute(self, x: Any, end: int) -> Any:
        value = self.adx.step(x, end)
        if self.adx._ready():
            self._history.append(value)
        return (value + self._history[0]) / 2 if self._ready() else 50.0


class AroonOscillator(BarIndicator):
    """LEAN: Indicators/AroonOscillator.cs."""

    signatures = ("up_period: int, down_period: int",)
    default_name = "AROON({up_period},{down_period})"

    def _setup(self, up_period: int, down_period: int) -> None:
        self._up, self._down = up_period, down_period
        high = self._high = self._part(Maximum(self.name + "_Max", up_period + 1))
        low = self._low = self._part(Minimum(self.name + "_Min", down_period + 1))
        self._sub("aroon_up", Output(self.name + "_AroonUp", lambda: high._ready()))
        self._sub("aroon_down", Output(self.name + "_AroonDown", lambda: low._ready()))
        self.warm_up_period = 1 + max(up_period, down_period)

    def _ready(self) -> bool:
        return bool(self._high._ready() and self._low._ready())

    def _compute(self, x: Any, end: int) -> Any:
        self._high.step(x.high, end)
        self._low.step(x.low, end)
        up = self.aroon_up.step(NetDecimal.of(100 * (self._up - self._high._since)) / self._up, end)
        down = NetDecimal.of(100 * (self._down - self._low._since)) / self._down
        return up - self.aroon_down.step(down, end)


class Vortex(BarIndicator):
    """LEAN: Indicators/Vortex.cs."""

    signatures = ("period: int",)
    default_name = "VTX({period})"

    def _setup(self, period: int) -> None:
        self.warm_up_period = self._period = period
        self._range = self._part(TrueRange())
        self._ranges, self._pluses, self._minuses = (self._part(Sum(period)) for _ in range(3))
        for side, total in (("plus", self._pluses), ("minus", self._minuses)):
            ready: Callable[[], bool] = lambda total=total: total._ready() and self._ranges._ready()  # type: ignore[misc]  # noqa: E731
            self._sub(f"{side}_vortex", Output(f"COMPOSE({side.capitalize()}VM_Sum,ATR_Sum)", ready))

    def _clear(self) -> None:
        self._last: Any = None

    def _ready(self) -> bool:
        return self._samples >= self._period

    def _compute(self, x: Any, end: int) -> Any:
        span = self._ranges.step(self._range.step(x, end), end)
        last, self._last = self._last, x
        if last is not None:
            plus = self._pluses.step(abs(x.high - last.low), end)
            self.plus_vortex.set(plus / span if span else None, end, EMPTY_SYMBOL)
            minus = self._minuses.step(abs(x.low - last.high), end)
            self.minus_vortex.set(minus / span if span else None, end, EMPTY_SYMBOL)
        return (self.plus_vortex._value + self.minus_vortex._value) / 2 if self._ready() else 0.0


class ParabolicStopAndReverseExtended(BarIndicator):
    """Parabolic SAR, negative while short. LEAN: Indicators/ParabolicStopAndReverseExtended.cs."""

    signatures = (
        "sar_start: float = 0.0, offset_on_reverse: float = 0.0, af_start_short: float = 0.02, "
        "af_increment_short: float = 0.02, af_max_short: float = 0.2, af_start_long: float = 0.02, "
        "af_increment_long: float = 0.02, af_max_long: float = 0.2",
    )
    default_name = (
        "SAREXT({sar_start},{offset_on_reverse},{af_start_short},{af_increment_short},{af_max_short},"
        "{af_start_long},{af_increment_long},{af_max_long})"
    )
    warm_up_period = 2

    def _setup(
        self,
        sar_start: float,
        offset_on_reverse: float,
        af_start_short: float,
        af_increment_short: float,
        af_max_short: float,
        af_start_long: float,
        af_increment_long: float,
        af_max_long: float,
    ) -> None:
        of = NetDecimal.of
        self._start, self._offset = of(sar_start), of(offset_on_reverse)
        self._short_factors = (of(af_start_short), of(af_increment_short), of(af_max_short))
        self._long_factors = (of(af_start_long), of(af_increment_long), of(af_max_long))

    def _clear(self) -> None:
        self._last: Any = None
        self._long = False
        self._sar: Any = ZERO
        self._extreme: Any = ZERO
        self._af_short: Any = self._short_factors[0]
        self._af_long: Any = self._long_factors[0]

    def _ready(self) -> bool:
        return self._samples >= 2

    def _compute(self, x: Any, end: int) -> Any:
        last, self._last = self._last, x
        if self._samples == 1:
            return self._start or x.close
        if self._samples == 2:
            self._begin_trend(x, last)
            # LEAN takes the bar itself for the one before when it starts
            last = x
        return self._trend(x, last)

    def _begin_trend(self, x: Any, last: Any) -> None:
        if self._start:
            self._long, self._sar = self._start > 0, abs(self._start)
        else:
            falling = x.low < last.low and x.high - last.high < last.low - x.low
            self._long = not falling
            self._sar = last.low if self._long else last.high
        self._extreme = x.high if self._long else x.low

    def _trend(self, x: Any, last: Any) -> Any:
        if self._long:
            if x.low <= self._sar:
                self._long = False
                self._sar = max(self._extreme, last.high, x.high)
                if self._offset:
                    self._sar += self._sar * self._offset
                out = -self._sar
                self._af_short, self._extreme = self._short_factors[0], x.low
                self._sar = max(self._sar + self._af_short * (self._extreme - self._sar), last.high, x.high)
                return out
            out = self._sar
            if x.high > self._extreme:
                self._extreme = x.high
                self._af_long = min(self._af_long + self._long_factors[1], self._long_factors[2])
            self._sar = min(self._sar + self._af_long * (self._extreme - self._sar), last.low, x.low)
            return out
        if x.high >= self._sar:
            self._long = True
            self._sar = min(self._extreme, last.low, x.low)
            if self._offset:
                self._sar -= self._sar * self._offset
            out = self._sar
            self._af_long, self._extreme = self._long_factors[0], x.high
            self._sar = min(self._sar + self._af_long * (self._extreme - self._sar), last.low, x.low)
            return out
        out = -self._sar
        if x.low < self._extreme:
            self._extreme = x.low
            self._af_short = min(self._af_short + self._short_factors[1], self._short_factors[2])
        self._sar = max(self._sar + self._af_short * (self._extreme - self._sar), last.high, x.high)
        return out


class ParabolicStopAndReverse(ParabolicStopAndReverseExtended):
    """Parabolic SAR. LEAN: Indicators/ParabolicStopAndReverse.cs."""

    signatures = ("af_start: float = 0.02, af_increment: float = 0.02, af_max: float = 0.2",)
    default_name = "PSAR({af_start},{af_increment},{af_max})"

    def _setup(self, af_start: float, af_increment: float, af_max: float) -> None:  # type: ignore[override]  # LEAN's constructor differs
        super()._setup(0.0, 0.0, af_start, af_increment, af_max, af_start, af_increment, af_max)

    def _compute(self, x: Any, end: int) -> Any:
        return abs(super()._compute(x, end))


class SuperTrend(BarIndicator):
    """LEAN: Indicators/SuperTrend.cs."""

    signatures = ("period: int, multiplier: float, moving_average_type: MovingAverageType = MovingAverageType.WILDERS",)
    default_name = "SuperTrend({period},{multiplier})"
    figures = (
        "basic_upper_band",
        "basic_lower_band",
        "current_trailing_upper_band",
        "current_trailing_lower_band",
    )

    def _setup(self, period: int, multiplier: float, moving_average_type: MovingAverageType) -> None:
        self.warm_up_period = period
        self._multiplier = NetDecimal.of(multiplier)
        self._range = self._part(AverageTrueRange(period, moving_average_type))
        self._bands: tuple[Any, ...] = (ZERO, ZERO, ZERO, ZERO)

    def _clear(self) -> None:
        self._upper: Any = ZERO
        self._lower: Any = ZERO
        self._close: Any = ZERO
        self._last: Any = NetDecimal.of(-1)
        self._trend: Any = ZERO

    def _ready(self) -> bool:
        return bool(self._range._ready())

    def _compute(self, x: Any, end: int) -> Any:
        distance = self._multiplier * self._range.step(x, end)
        if not self._range._ready():
            self._close = x.close
            return 0.0
        middle = (x.high + x.low) / 2
        basic_lower, basic_upper = middle - distance, middle + distance
        lower = basic_lower if basic_lower > self._lower or self._close < self._lower else self._lower
        upper = basic_upper if basic_upper < self._upper or self._close > self._upper else self._upper
        if self._last in (-1, self._upper):
            self._trend = upper if x.close <= upper else lower
        elif self._last == self._lower:
            self._trend = lower if x.close >= lower else upper
        self._bands = (basic_upper, basic_lower, upper, lower)
        self._close, self._last, self._lower, self._upper = x.close, self._trend, lower, upper
        return self._trend

    @property
    def basic_upper_band(self) -> float:
        """Middle of the bar plus the distance."""
        self._sync()
        return float(self._bands[0])

    @property
    def basic_lower_band(self) -> float:
        """Middle of the bar minus the distance."""
        self._sync()
        return float(self._bands[1])

    @property
    def current_trailing_upper_band(self) -> float:
        """The band that trails a falling price."""
        self._sync()
        return float(self._bands[2])

    @property
    def current_trailing_lower_band(self) -> float:
        """The band that trails a rising price."""
        self._sync()
        return float(self._bands[3])


class IchimokuKinkoHyo(BarIndicator):
    """LEAN: Indicators/IchimokuKinkoHyo.cs; its own value is the close."""

    signatures = (
        "tenkan_period: int = 9, kijun_period: int = 26, senkou_a_period: int = 26, senkou_b_period: int = 52, "
        "senkou_a_delay_period: int = 26, senkou_b_delay_period: int = 26",
    )
    default_name = (
        "ICHIMOKU({tenkan_period},{kijun_period},{senkou_a_period},{senkou_b_period},"
        "{senkou_a_delay_period},{senkou_b_delay_period})"
    )

    def _setup(
        self,
        tenkan_period: int,
        kijun_period: int,
        senkou_a_period: int,
        senkou_b_period: int,
        senkou_a_delay_period: int,
        senkou_b_delay_period: int,
    ) -> None:
        name, a, b = self.name, senkou_a_delay_period, senkou_b_delay_period
        self.warm_up_period = max(tenkan_period + a, kijun_period + a, senkou_b_period + b)

        def line(key: str, ready: Callable[[], bool]) -> None:
            self._sub(key, Output(f"{name}_{key}", ready))

        line("tenkan", lambda: self.tenkan_maximum._ready() and self.tenkan_minimum._ready())
        line("kijun", lambda: self.kijun_maximum._ready() and self.kijun_minimum._ready())
        line("senkou_a", lambda: self.delayed_tenkan_senkou_a._ready() and self.delayed_kijun_senkou_a._ready())
        line("senkou_b", lambda: self.delayed_maximum_senkou_b._ready() and self.delayed_minimum_senkou_b._ready())
        self._sub("chikou", Delay(name + "_Chikou", a))
        self._sub("tenkan_maximum", Maximum(name + "_TenkanMax", tenkan_period))
        self._sub("tenkan_minimum", Minimum(name + "_TenkanMin", tenkan_period))
        self._sub("kijun_maximum", Maximum(name + "_KijunMax", kijun_period))
        self._sub("kijun_minimum", Minimum(name + "_KijunMin", kijun_period))
        self._sub("senkou_b_maximum", Maximum(name + "_SenkouBMaximum", senkou_b_period))
        self._sub("senkou_b_minimum", Minimum(name + "_SenkouBMinimum", senkou_b_period))
        self._sub("delayed_tenkan_senkou_a", Delay(name + "DelayedTenkan", a))
        self._sub("delayed_kijun_senkou_a", Delay(name + "DelayedKijun", a))
        self._sub("delayed_maximum_senkou_b", Delay(name + "DelayedMax", b))
        self._sub("delayed_minimum_senkou_b", Delay(name + "DelayedMin", b))

    def _ready(self) -> bool:
        return bool(self.tenkan._ready() and self.kijun._ready() and self.senkou_a._ready() and self.senkou_b._ready())

    def _compute(self, x: Any, end: int) -> Any:
        high, low = self.tenkan_maximum.step(x.high, end), self.tenkan_minimum.step(x.low, end)
        tenkan = self.tenkan.step((high + low) / 2, end)
        tenkan_ready = self.tenkan_minimum._ready()
        if tenkan_ready:
            self.delayed_tenkan_senkou_a.step(tenkan, end)
        high, low = self.kijun_maximum.step(x.high, end), self.kijun_minimum.step(x.low, end)
        kijun = self.kijun.step((high + low) / 2, end)
        kijun_ready = self.kijun_minimum._ready()
        if kijun_ready:
            self.delayed_kijun_senkou_a.step(kijun, end)
        if tenkan_ready and kijun_ready:
            self.senkou_a.step((self.delayed_tenkan_senkou_a._value + self.delayed_kijun_senkou_a._value) / 2, end)
        high, low = self.senkou_b_maximum.step(x.high, end), self.senkou_b_minimum.step(x.low, end)
        if self.senkou_b_minimum._ready():
            high, low = self.delayed_maximum_senkou_b.step(high, end), self.delayed_minimum_senkou_b.step(low, end)
            self.senkou_b.step((high + low) / 2, end)
        self.chikou.step(x.close, end)
        return x.close


class HeikinAshi(BarIndicator):
    """LEAN: Indicators/HeikinAshi.cs; its own value is the close."""

    signatures = ("",)
    default_name = "HA"
    warm_up_period = 2

    def _setup(self) -> None:
        for field in ("Open", "High", "Low", "Close", "Volume"):
            self._sub(field.lower(), Identity(f"{self.name}_{field}"))

    def _ready(self) -> bool:
        return self._samples > 1

    def _compute(self, x: Any, end: int) -> Any:
        middle = (x.open + x.high + x.low + x.close) / 4
        if self._samples == 1:
            opening = self.open.step((x.open + x.close) / 2, end)
            close = self.close.step(middle, end)
            self.high.step(x.high, end)
            self.low.step(x.low, end)
        else:
            opening = self.open.step((self.open._value + self.close._value) / 2, end)
            close = self.close.step(middle, end)
            self.high.step(max(x.high, opening, close), end)
            self.low.step(min(x.low, opening, close), end)
        self.volume.step(x.volume, end)
        return close


class HilbertTransform(Indicator):
    """LEAN: Indicators/HilbertTransform.cs; its own value is the input."""

    constructors = (
        "length: int = 7, in_phase_multiplication_factor: float = 0.635, "
        "quadrature_multiplication_factor: float = 0.338",
        "name: str, length: int, in_phase_multiplication_factor: float, quadrature_multiplication_factor: float",
    )
    default_name = "Hilbert({length}, {in_phase_multiplication_factor}, {quadrature_multiplication_factor})"

    def _setup(
        self,
        length: int,
        in_phase_multiplication_factor: float,
        quadrature_multiplication_factor: float,
    ) -> None:
        self.warm_up_period = length + 2
        self._length = length
        self._factors = (
            NetDecimal.of(in_phase_multiplication_factor),
            NetDecimal.of(quadrature_multiplication_factor),
        )
        self._lag = self._part(Delay(length))
        self._delay2, self._delay4 = self._part(Delay(1)), self._part(Delay(3))
        self._in_phase3, self._quadrature2 = self._part(Delay(2)), self._part(Delay(1))
        self._sub("in_phase", Output(self.name + "_inPhase", lambda: self._samples > length + 2))
        self._sub("quadrature", Output(self.name + "_quad", lambda: self._samples > length))

    def _clear(self) -> None:
        self._detrend: Any = ZERO
        self._pending = False

    def _ready(self) -> bool:
        return bool(self._samples >= self.warm_up_period)

    def _compute(self, x: Any, end: int) -> Any:
        old = self._lag.step(x, end)
        # a composite of the input and its delay, updated each time; LEAN updates it once more by hand when ready
        self._detrend = x - old
        detrended = self._samples > self._length
        if detrended:
            self._delay2.step(self._detrend, end)
            self._delay4.step(self._detrend, end)
        in_phase_factor, quadrature_factor = self._factors
        v1 = self._detrend if detrended else ZERO
        v2, v4, third, second = (
            part._value if part._ready() else ZERO
            for part in (self._delay2, self._delay4, self._in_phase3, self._quadrature2)
        )
        in_phase: Any = ZERO
        if self.in_phase._ready():
            in_phase = 1.25 * (v4 - v2 * in_phase_factor) + third * in_phase_factor
        self.in_phase.step(in_phase, end)
        if self.in_phase._ready():
            self._in_phase3.step(in_phase, end)
        quadrature: Any = ZERO
        if self.quadrature._ready():
            quadrature = v2 - v1 * quadrature_factor + second * quadrature_factor
        self.quadrature.step(quadrature, end)
        if self.quadrature._ready():
            self._quadrature2.step(quadrature, end)
        return x


class WilderSwingIndex(BarIndicator):
    """LEAN: Indicators/WilderSwingIndex.cs."""

    input_kind = TRADE_BAR
    signatures = ("limit_move: float",)
    default_name = "SI"
    warm_up_period = 2

    def _setup(self, limit_move: float) -> None:
        self._limit = abs(NetDecimal.of(limit_move))

    def _clear(self) -> None:
        self._last: Any = None

    def _ready(self) -> bool:
        return self._samples > 1

    def _compute(self, x: Any, end: int) -> Any:
        last, self._last = self._last, x
        if self._samples < 2:
            return 0.0
        body = last.close - last.open
        n = (x.close - last.close) + (0.5 * (x.close - x.open)) + (0.25 * body)
        up, down, span = abs(x.high - last.close), abs(x.low - last.close), abs(x.high - x.low)
        largest = max(up, down, span)
        if largest == up:
            r = up - abs(0.5 * (x.low - last.close)) + abs(0.25 * body)
        elif largest == down:
            r = down - abs(0.5 * (x.high - last.close)) + abs(0.25 * body)
        else:
            r = span + abs(0.25 * body)
        if not r or not self._limit:
            return 0.0
        return 50 * (n / r) * (max(up, down) / self._limit)


class WilderAccumulativeSwingIndex(BarIndicator):
    """LEAN: Indicators/WilderAccumulativeSwingIndex.cs."""

    input_kind = TRADE_BAR
    signatures = ("limit_move: float",)
    default_name = "ASI"
    warm_up_period = 2

    def _setup(self, limit_move: float) -> None:
        self._swing = self._part(WilderSwingIndex(limit_move))

    def _ready(self) -> bool:
        return self._samples > 1

    def _compute(self, x: Any, end: int) -> Any:
        value = self._swing.step(x, end)
        return self._value + value if self._ready() else 0.0


class ZigZag(BarIndicator):
    """LEAN: Indicators/ZigZag.cs."""

    signatures = ("sensitivity: float = 0.05, min_trend_length: int = 1",)
    default_name = "ZZ({sensitivity},{min_trend_length})"
    figures = ("pivot_type",)

    def _setup(self, sensitivity: float, min_trend_length: int) -> None:
        if not 0 < sensitivity < 1:
            raise clr.ArgumentException("Sensitivity must be between 0 and 1.", "sensitivity")
        if min_trend_length < 1:
            raise clr.ArgumentException("Minimum trend length must be greater than 0.", "minTrendLength")
        self._sensitivity, self._length = NetDecimal.of(sensitivity), min_trend_length
        self._sub("high_pivot", Identity(self.name + "_HighPivot"))
        self._sub("low_pivot", Identity(self.name + "_LowPivot"))
        self.warm_up_period = min_trend_length + 1
        self._count = 0
        self._was_low = False

    def _clear(self) -> None:
        self._last: Any = None
        self._pivot_type = PivotPointType.LOW

    def _ready(self) -> bool:
        return self._samples > self._length

    @property
    def pivot_type(self) -> PivotPointType:
        """Kind of the last pivot."""
        self._sync()
        return self._pivot_type

    def _compute(self, x: Any, end: int) -> Any:
        last = self._last
        if last is None:
            self._turn(x, end, True)
            return 0.0
        value = last.low if self._was_low else last.high
        if self._was_low:
            if x.high >= last.low * (1 + self._sensitivity) and self._count >= self._length:
                self._turn(x, end, False)
                value = self.high_pivot._value
            elif x.low <= last.low:
                self._turn(x, end, True)
                value = self.low_pivot._value
        elif x.low <= last.high * (1 - self._sensitivity) and self._count >= self._length:
            self._turn(x, end, True)
            value = self.low_pivot._value
        elif x.high >= last.high:
            self._turn(x, end, False)
            value = self.high_pivot._value
        self._count += 1
        return value

    def _turn(self, x: Any, end: int, low: bool) -> None:
        self._last = x
        self._count = 0
        if self._was_low == low:
            if low:
                self.low_pivot.step(x.low, end)
            else:
                self.high_pivot.step(x.high, end)
        elif self._was_low:
            self.high_pivot.step(x.high, end)
            self._pivot_type = PivotPointType.HIGH
        else:
            self.low_pivot.step(x.low, end)
            self._pivot_type = PivotPointType.LOW
        self._was_low = low


@lean_names
class PivotPoint(BaseData):
    """A high or low among its neighbours. LEAN: Indicators/PivotPointsHighLow.cs."""

    def __init__(self, type: PivotPointType, price: float, time_ns: int) -> None:
        super().__init__()
        self.pivot_point_type = type
        self.value = price
        self.start_ns = self.end_ns = time_ns
        self.PivotPointType = type


@lean_names
class PivotPointsEventArgs:
    """What `new_pivot_point_formed` hands over."""

    def __init__(self, pivot_point: PivotPoint) -> None:
        self.pivot_point = self.PivotPoint = pivot_point


class PivotPointsHighLow(BarIndicator):
    """Highs and lows among their neighbours. LEAN: Indicators/PivotPointsHighLow.cs."""

    constructors = (
        "surrounding_bars_count: int, last_stored_values: int = 100",
        "surrounding_bars_count_for_high_point: int, surrounding_bars_count_for_low_point: int, "
        "last_stored_values: int = 100, strict: bool = True",
        "name: str, surrounding_bars_count_for_high_point: int, surrounding_bars_count_for_low_point: int, "
        "last_stored_values: int = 100, strict: bool = True",
    )

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        number, bound = self._overloads.bind(arguments, keywords)
        if number == 0:
            self._high = self._low = bound["surrounding_bars_count"]
            default = f"PivotPointsHighLow({self._high})"
        else:
            self._high = bound["surrounding_bars_count_for_high_point"]
            self._low = bound["surrounding_bars_count_for_low_point"]
            default = f"PivotPointsHighLow({self._high},{self._low})"
        self.name = bound.get("name", default)
        self._strict = bound.get("strict", True)
        #: Event `(sender, arguments)` for each pivot.
        self.new_pivot_point_formed = clr.Event(self._listened)
        self._points: RollingWindow[PivotPoint] = RollingWindow(bound["last_stored_values"])
        self.warm_up_period = 2 * max(self._high, self._low) + 1
        self._clear()

    def _is_listened_to(self) -> bool:
        return bool(self.new_pivot_point_formed) or super()._is_listened_to()

    def _clear(self) -> None:
        self._highs: deque[Any] = deque(maxlen=2 * self._high + 1)
        self._lows: deque[Any] = deque(maxlen=2 * self._low + 1)
        self._points.reset()

    def _ready(self) -> bool:
        return len(self._highs) == self._highs.maxlen and len(self._lows) == self._lows.maxlen

    def _compute(self, x: Any, end: int) -> Any:
        self._highs.append((x, end))
        self._lows.append((x, end))
        high = self._find(self._highs, self._high, PivotPointType.HIGH)
        low = self._find(self._lows, self._low, PivotPointType.LOW)
        for point in (high, low):
            if point is not None:
                self._points.add(point)
                self.new_pivot_point_formed(self, PivotPointsEventArgs(point))
        if high is not None:
            return int(PivotPointType.BOTH if low is not None else PivotPointType.HIGH)
        return int(PivotPointType.LOW if low is not None else PivotPointType.NONE)

    def _find(self, window: deque[Any], middle: int, kind: PivotPointType) -> PivotPoint | None:
        if len(window) < (window.maxlen or 0):
            return None
        heights = [bar.high if kind is PivotPointType.HIGH else -bar.low for bar, _ in window]
        height, end = heights[middle], window[middle][1]
        for place, other in enumerate(heights):
            if place != middle and (other >= height if self._strict else other > height):
                return None
        return PivotPoint(kind, float(height if kind is PivotPointType.HIGH else -height), end)

    def get_high_pivot_points_array(self) -> list[PivotPoint]:
        """The stored highs, newest first."""
        return [point for point in self.get_all_pivot_points_array() if point.pivot_point_type == PivotPointType.HIGH]

    def get_low_pivot_points_array(self) -> list[PivotPoint]:
        """The stored lows, newest first."""
        return [point for point in self.get_all_pivot_points_array() if point.pivot_point_type == PivotPointType.LOW]

    def get_all_pivot_points_array(self) -> list[PivotPoint]:
        """All stored pivots, newest first."""
        self._sync()
        return list(self._points)


class TomDemarkSequential(BarIndicator):
    """LEAN: Indicators/TomDemarkSequential.cs."""

    constructors = ('name: str = "TomDemarkSequential"',)
    warm_up_period = 6
    figures = ("resistance_price", "support_price", "setup_phase_step_count", "countdown_phase_step_count")
    period = 10

    def _clear(self) -> None:
        self._bars: list[Any] = []  # newest first
        self._phase = Phase.NONE
        self._support: Any = ZERO
        self._resistance: Any = ZERO
        self._setup_steps = self._countdown_steps = 0

    def _ready(self) -> bool:
        return self._samples >= 6

    @property
    def resistance_price(self) -> float:
        """Highest high of a buy setup."""
        self._sync()
        return float(self._resistance)

    @property
    def support_price(self) -> float:
        """Lowest low of a sell setup."""
        self._sync()
        return float(self._support)

    @property
    def setup_phase_step_count(self) -> int:
        """Steps of the setup, up to 9."""
        self._sync()
        return self._setup_steps

    @property
    def countdown_phase_step_count(self) -> int:
        """Steps of the countdown, up to 13."""
        self._sync()
        return self._countdown_steps

    def _compute(self, x: Any, end: int) -> Any:
        bars = self._bars = [x, *self._bars[:9]]
        if self._samples < 6:
            return 0.0
        match self._phase:
            case Phase.NONE:
                return int(self._begin_setup(bars))
            case Phase.BUY_SETUP:
                return int(self._go_on(bars, buy=True))
            case Phase.SELL_SETUP:
                return int(self._go_on(bars, buy=False))
            case _:
                return int(self._count_down(bars, buy=self._phase is Phase.BUY_COUNTDOWN))

    def _begin_setup(self, bars: list[Any]) -> Phase:
        if bars[1].close > bars[5].close and bars[0].close < bars[4].close:
            self._phase = Phase.BUY_SETUP
        elif bars[1].close < bars[5].close and bars[0].close > bars[4].close:
            self._phase = Phase.SELL_SETUP
        else:
            return Phase.NONE
        self._setup_steps = 1
        return self._phase

    def _go_on(self, bars: list[Any], *, buy: bool) -> Phase:
        now, then = bars[0].close, bars[4].close
        if not (now < then if buy else now > then):
            self._phase = Phase.NONE
            return Phase.NONE
        self._setup_steps += 1
        if self._setup_steps != 9:
            return Phase.BUY_SETUP if buy else Phase.SELL_SETUP
        # LEAN takes the nine oldest bars of its window of ten
        nine = bars[len(bars) - 9 :]
        if buy:
            perfect = _breaks([bar.low for bar in bars[:4]])
            self._phase, self._resistance = Phase.BUY_COUNTDOWN, max(bar.high for bar in nine)
            if now < bars[2].low:
                self._countdown_steps = 1
            return Phase.BUY_SETUP_PERFECT if perfect else Phase.BUY_SETUP
        perfect = _breaks([-bar.high for bar in bars[:4]])
        self._phase, self._support = Phase.SELL_COUNTDOWN, min(bar.low for bar in nine)
        if now > bars[2].high:
            self._countdown_steps = 1
        return Phase.SELL_SETUP_PERFECT if perfect else Phase.SELL_SETUP

    def _count_down(self, bars: list[Any], *, buy: bool) -> Phase:
        now = bars[0].close
        if now <= bars[2].low if buy else now >= bars[2].high:
            self._countdown_steps += 1
            phase = self._phase
            if self._countdown_steps == 13:
                self._phase = Phase.NONE
            return phase
        if now > self._resistance if buy else now < self._support:
            self._phase = Phase.NONE
        return Phase.NONE


def _breaks(lows: list[float]) -> bool:
    """Bar 8 or 9 goes below bars 6 and 7; newest first."""
    nine, eight, seven, six = lows
    return (eight < six and eight < seven) or (nine < six and nine < seven)

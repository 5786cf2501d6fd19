"""Oscillators on values and bars: RSI, MACD, stochastics and their relatives."""

from __future__ import annotations

from collections import deque
from math import exp, log
from typing import Any

from vibetrader.engine import clr
from vibetrader.engine.data.bars import EMPTY_SYMBOL
from vibetrader.engine.indicators.averages import (
    ExponentialMovingAverage,
    LinearWeightedMovingAverage,
    as_indicator,
)
from vibetrader.engine.indicators.base import BAR, BarIndicator, Indicator, Output
from vibetrader.engine.indicators.kinds import MovingAverageType
from vibetrader.engine.indicators.volatility import TrueRange
from vibetrader.engine.indicators.windows import (
    Delay,
    Maximum,
    MeanAbsoluteDeviation,
    Minimum,
    RateOfChange,
    RateOfChangePercent,
    RollingSum,
    SimpleMovingAverage,
    Sum,
)
from vibetrader.engine.netdecimal import ZERO, NetDecimal

_HUNDRED = NetDecimal.of(100)
#: Below it ten places are all zero.
_TINY = NetDecimal.of("0.00000000001")


class RelativeStrengthIndex(Indicator):
    """Relative strength of gains, 0 … 100. LEAN: Indicators/RelativeStrengthIndex.cs."""

    signatures = ("period: int, moving_average_type: MovingAverageType = MovingAverageType.WILDERS",)
    default_name = "RSI({period})"
    figures = ("moving_average_type",)

    def _setup(self, period: int, moving_average_type: MovingAverageType) -> None:
        self.moving_average_type = moving_average_type
        self._sub("average_loss", as_indicator(moving_average_type, self.name + "Down", period))
        self._sub("average_gain", as_indicator(moving_average_type, self.name + "Up", period))
        self.warm_up_period = period + 1

    def _clear(self) -> None:
        self._last: Any = None

    def _ready(self) -> bool:
        return bool(self.average_gain._ready() and self.average_loss._ready())

    def _compute(self, x: Any, end: int) -> Any:
        last = self._last
        self._last = x
        if last is not None:
            change = x - last
            if change >= 0:
                self.average_gain._accept(change, end, EMPTY_SYMBOL)
                self.average_loss._accept(ZERO, end, EMPTY_SYMBOL)
            else:
                self.average_gain._accept(ZERO, end, EMPTY_SYMBOL)
                self.average_loss._accept(last - x, end, EMPTY_SYMBOL)
        loss, gain = self.average_loss._value, self.average_gain._value
        if loss < _TINY or not round(loss, 10):
            return _HUNDRED
        if gain < ZERO:
            gain = ZERO
        return _HUNDRED - _HUNDRED / (1 + gain / loss)


class MovingAverageConvergenceDivergence(Indicator):
    """Fast minus slow average, with signal. LEAN: Indicators/MovingAverageConvergenceDivergence.cs."""

    signatures = (
        "fast_period: int, slow_period: int, signal_period: int, "
        "type: MovingAverageType = MovingAverageType.EXPONENTIAL",
    )
    default_name = "MACD({fast_period},{slow_period},{signal_period})"

    def _setup(self, fast_period: int, slow_period: int, signal_period: int, type: MovingAverageType) -> None:
        if fast_period >= slow_period:
            raise clr.ArgumentException(
                "MovingAverageConvergenceDivergence: fastPeriod must be less than slowPeriod", "fastPeriod, slowPeriod"
            )
        self._sub("fast", as_indicator(type, self.name + "_Fast", fast_period))
        self._sub("slow", as_indicator(type, self.name + "_Slow", slow_period))
        self._sub("signal", as_indicator(type, self.name + "_Signal", signal_period))
        self._sub("histogram", Output(self.name + "_Histogram"))
        self.warm_up_period = slow_period + signal_period - 1

    def _ready(self) -> bool:
        return bool(self.signal._ready())

    def _compute(self, x: Any, end: int) -> Any:
        fast, slow, signal = self.fast, self.slow, self.signal
        fast._accept(x, end, EMPTY_SYMBOL)
        slow._accept(x, end, EMPTY_SYMBOL)
        value = fast._value - slow._value
        if fast._ready() and slow._ready():
            signal._accept(value, end, EMPTY_SYMBOL)
            if signal._ready():
                self.histogram._accept(value - signal._value, end, EMPTY_SYMBOL)
        return value


class AbsolutePriceOscillator(MovingAverageConvergenceDivergence):
    """LEAN: Indicators/AbsolutePriceOscillator.cs."""

    signatures = (
        "fast_period: int, slow_period: int, moving_average_type: MovingAverageType = MovingAverageType.SIMPLE",
    )
    default_name = "APO({fast_period},{slow_period})"

    def _setup(self, fast_period: int, slow_period: int, moving_average_type: MovingAverageType) -> None:  # type: ignore[override]  # LEAN's constructor differs
        super()._setup(fast_period, slow_period, slow_period, moving_average_type)


class PercentagePriceOscillator(AbsolutePriceOscillator):
    """LEAN: Indicators/PercentagePriceOscillator.cs."""

    constructors = (
        "fast_period: int, slow_period: int, moving_average_type: MovingAverageType = MovingAverageType.SIMPLE",
        "name: str, fast_period: int, slow_period: int, "
        "moving_average_type: MovingAverageType = MovingAverageType.SIMPLE",
    )
    default_name = "PPO({fast_period},{slow_period})"

    def _compute(self, x: Any, end: int) -> Any:
        value = super()._compute(x, end)
        slow = self.slow._value
        return 100 * value / slow if slow else 0.0


class CoppockCurve(Indicator):
    """LEAN: Indicators/CoppockCurve.cs."""

    constructors = (
        "",
        "short_roc_period: int, long_roc_period: int, lwma_period: int",
        "name: str, short_roc_period: int, long_roc_period: int, lwma_period: int",
    )

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        _, bound = self._overloads.bind(arguments, keywords)
        short, long = bound.get("short_roc_period", 11), bound.get("long_roc_period", 14)
        weighted = bound.get("lwma_period", 10)
        self.name = bound.get("name", f"CC({short},{long},{weighted})")
        self._short = self._part(RateOfChangePercent(short))
        self._long = self._part(RateOfChangePercent(long))
        self._average = self._part(LinearWeightedMovingAverage(weighted))
        self.warm_up_period = max(short, long) + 1 + weighted - 1

    def _ready(self) -> bool:
        return bool(self._average._ready())

    def _compute(self, x: Any, end: int) -> Any:
        short, long = self._short.step(x, end), self._long.step(x, end)
        if not self._long._ready() or not self._short._ready():
            return 0.0
        return self._average.step(short + long, end)


class ConnorsRelativeStrengthIndex(Indicator):
    """LEAN: Indicators/ConnorsRelativeStrengthIndex.cs."""

    constructors = (
        "rsi_period: int, rsi_period_streak: int, roc_period: int",
        "name: str, rsi_period: int, rsi_period_streak: int, look_back_period: int",
    )
    default_name = "CRSI({rsi_period},{rsi_period_streak},{roc_period})"

    def _setup(self, rsi_period: int, rsi_period_streak: int, roc_period: int = 0, look_back_period: int = 0) -> None:
        self._look_back = roc_period or look_back_period
        self._rsi = self._part(RelativeStrengthIndex(rsi_period))
        self._streak_rsi = self._part(RelativeStrengthIndex(rsi_period_streak))
        self.warm_up_period = max(self._look_back, rsi_period + 1, rsi_period_streak + 1)

    def _clear(self) -> None:
        self._ratios: deque[Any] = deque(maxlen=self._look_back)
        self._streak = 0
        self._last: Any = None

    def _ready(self) -> bool:
        return bool(self._rsi._ready() and self._streak_rsi._ready() and len(self._ratios) == self._look_back)

    def _compute(self, x: Any, end: int) -> Any:
        strength = self._rsi.step(x, end)
        last = self._last
        if last is not None:
            change = x - last
            if (self._streak > 0 > change) or (self._streak < 0 < change):
                self._streak = 0
            self._streak += (change > 0) - (change < 0)
        streak = self._streak_rsi.step(NetDecimal.of(self._streak), end)
        self._last = x
        if not last:
            self._ratios.append(ZERO)
            return ZERO
        ratio, magnitude = (x - last) / last, ZERO
        if len(self._ratios) == self._look_back:
            magnitude = NetDecimal.of(100 * sum(1 for item in self._ratios if item < ratio)) / len(self._ratios)
        self._ratios.append(ratio)
        return (strength + streak + magnitude) / 3 if self._ready() else 0.0


class DerivativeOscillator(Indicator):
    """LEAN: Indicators/DerivativeOscillator.cs."""

    signatures = (
        "rsi_period: int, smoothing_rsi_period: int, double_smoothing_rsi_period: int, signal_line_period: int",
    )
    default_name = "DO({rsi_period},{smoothing_rsi_period},{double_smoothing_rsi_period},{signal_line_period})"

    def _setup(
        self,
        rsi_period: int,
        smoothing_rsi_period: int,
        double_smoothing_rsi_period: int,
        signal_line_period: int,
    ) -> None:
        self._chain = [
            self._part(RelativeStrengthIndex(self.name + "_RSI", rsi_period)),
            self._part(ExponentialMovingAverage(self.name + "_SmoothedRSI", smoothing_rsi_period)),
            self._part(ExponentialMovingAverage(self.name + "_DoubleSmoothedRSI", double_smoothing_rsi_period)),
            self._part(SimpleMovingAverage(self.name + "_SignalLine", signal_line_period)),
        ]
        self.warm_up_period = (
            rsi_period + smoothing_rsi_period + double_smoothing_rsi_period + signal_line_period - 3 + 1
        )

    def _ready(self) -> bool:
        return bool(self._chain[3]._ready())

    def _compute(self, x: Any, end: int) -> Any:
        for link in self._chain:
            x = link.step(x, end)
            if not link._ready():
                return 0.0
        return self._chain[2]._value - self._chain[3]._value


class DetrendedPriceOscillator(Indicator):
    """LEAN: Indicators/DetrendedPriceOscillator.cs."""

    signatures = ("period: int",)
    default_name = "DPO({period})"

    def _setup(self, period: int) -> None:
        self._lag = self._part(Delay(period // 2 + 1))
        self._average = self._part(SimpleMovingAverage(period))
        self.warm_up_period = period

    def _ready(self) -> bool:
        return bool(self._average._ready() and self._lag._ready())

    def _compute(self, x: Any, end: int) -> Any:
        return self._lag.step(x, end) - self._average.step(x, end)


class KnowSureThing(Indicator):
    """LEAN: Indicators/KnowSureThing.cs."""

    signatures = (
        "roc_1_period: int, roc_1_ma_period: int, roc_2_period: int, roc_2_ma_period: int, roc_3_period: int, "
        "roc_3_ma_period: int, roc_4_period: int, roc_4_ma_period: int, signal_period: int, "
        "moving_average_type: MovingAverageType = MovingAverageType.SIMPLE",
    )
    default_name = (
        "KST({roc_1_period},{roc_1_ma_period},{roc_2_period},{roc_2_ma_period},{roc_3_period},{roc_3_ma_period},"
        "{roc_4_period},{roc_4_ma_period},{signal_period},{moving_average_type})"
    )
    figures = ("moving_average_type",)

    def _setup(self, signal_period: int, moving_average_type: MovingAverageType, **periods: int) -> None:
        self.moving_average_type = moving_average_type
        spans = []
        self._rates, self._averages = [], []
        for i in (1, 2, 3, 4):
            roc, average = periods[f"roc_{i}_period"], periods[f"roc_{i}_ma_period"]
            spans.append(roc + average)
            self._rates.append(self._sub(f"roc_{i}", RateOfChange(roc)))
            name = f"{self.name}_ROC{i}MA"
            self._averages.append(self._sub(f"roc_{i}_ma", as_indicator(moving_average_type, name, average)))
        self._sub("signal_line", as_indicator(moving_average_type, self.name + "_SignalLine", signal_period))
        self.warm_up_period = max(spans)

    def _ready(self) -> bool:
        return all(average._ready() for average in self._averages) and bool(self.signal_line._ready())

    def _compute(self, x: Any, end: int) -> Any:
        for rate, average in zip(self._rates, self._averages, strict=True):
            value = rate.step(x, end)
            if rate._ready():
                average.step(100 * value, end)
        one, two, three, four = (average._value for average in self._averages)
        total = one + 2 * two + 3 * three + 4 * four
        self.signal_line.step(total, end)
        return total if self.signal_line._ready() else 0.0


class TrueStrengthIndex(Indicator):
    """LEAN: Indicators/TrueStrengthIndex.cs."""

    signatures = (
        "long_term_period: int = 25, short_term_period: int = 13, signal_period: int = 7, "
        "signal_type: MovingAverageType = MovingAverageType.EXPONENTIAL",
    )
    default_name = "TSI({long_term_period},{short_term_period},{signal_period})"

    def _setup(
        self, long_term_period: int, short_term_period: int, signal_period: int, signal_type: MovingAverageType
    ) -> None:
        average = ExponentialMovingAverage
        self._change = self._part(average(self.name + "_PC_EMA", long_term_period))
        self._distance = self._part(average(self.name + "_APC_EMA", long_term_period))
        self._change2 = self._part(average(self.name + "_PC_EMA_EMA", short_term_period))
        self._distance2 = self._part(average(self.name + "_APC_EMA_EMA", short_term_period))
        self._sub("signal", as_indicator(signal_type, self.name + "_Signal", signal_period))
        self.warm_up_period = long_term_period + short_term_period

    def _clear(self) -> None:
        self._last: Any = ZERO
        self._tsi: Any = ZERO

    def _ready(self) -> bool:
        return bool(self._samples >= self.warm_up_period)

    def _compute(self, x: Any, end: int) -> Any:
        if self._samples == 1:
            self._last = x
            return 0.0
        change = x - self._last
        self._last = x
        first, second = self._change.step(change, end), self._distance.step(abs(change), end)
        if self._change._ready():
            first, second = self._change2.step(first, end), self._distance2.step(second, end)
            if second:  # LEAN divides composites: a zero keeps the value and feeds nothing on
                self._tsi = first / second * 100
                if self._change2._ready():
                    self.signal.step(self._tsi, end)
        return self._tsi


class Trix(Indicator):
    """LEAN: Indicators/Trix.cs."""

    signatures = ("period: int",)
    default_name = "TRIX({period})"

    def _setup(self, period: int) -> None:
        self._chain = [self._part(ExponentialMovingAverage(f"{self.name}_{number}", period)) for number in (1, 2, 3)]
        self._rate = self._part(RateOfChangePercent(self.name + "_ROCP1", 1))
        self.warm_up_period = 3 * (period - 1) + 2

    def _ready(self) -> bool:
        return bool(self._rate._ready())

    def _compute(self, x: Any, end: int) -> Any:
        for link in self._chain:
            x = link.step(x, end)
            if not link._ready():
                return self._rate._value
        return self._rate.step(x, end)


class StochasticRelativeStrengthIndex(Indicator):
    """LEAN: Indicators/StochasticRelativeStrengthIndex.cs; its own value is the price."""

    signatures = (
        "rsi_period: int, stoch_period: int, k_smoothing_period: int, d_smoothing_period: int, "
        "moving_average_type: MovingAverageType = MovingAverageType.SIMPLE",
    )
    default_name = "SRSI({rsi_period},{stoch_period},{k_smoothing_period},{d_smoothing_period},{moving_average_type})"

    def _setup(
        self,
        rsi_period: int,
        stoch_period: int,
        k_smoothing_period: int,
        d_smoothing_period: int,
        moving_average_type: MovingAverageType,
    ) -> None:
        self._rsi = self._part(RelativeStrengthIndex(rsi_period))
        self._stoch_period = stoch_period
        kind = moving_average_type.to_string()
        self._sub("k", as_indicator(moving_average_type, f"{self.name}_K_{kind}", k_smoothing_period))
        self._sub("d", as_indicator(moving_average_type, f"{self.name}_D_{kind}", d_smoothing_period))
        self.warm_up_period = rsi_period + stoch_period + max(k_smoothing_period, d_smoothing_period)

    def _clear(self) -> None:
        self._recent: deque[Any] = deque(maxlen=self._stoch_period)

    def _ready(self) -> bool:
        return bool(self._samples >= self.warm_up_period)

    def _compute(self, x: Any, end: int) -> Any:
        strength = self._rsi.step(x, end)
        self._recent.append(strength)
        if len(self._recent) < self._stoch_period:
            return 0.0
        high, low = max(self._recent), min(self._recent)
        k = 100 * (strength - low) / (high - low) if high != low else _HUNDRED
        self.d.step(self.k.step(k, end), end)
        return x


class SchaffTrendCycle(Indicator):
    """LEAN: Indicators/SchaffTrendCycle.cs."""

    constructors = (
        "cycle_period: int = 10, fast_period: int = 23, slow_period: int = 50, "
        "type: MovingAverageType = MovingAverageType.EXPONENTIAL",
        "name: str, cycle_period: int, fast_period: int, slow_period: int, type: MovingAverageType",
    )
    default_name = "SchaffTrendCycle({cycle_period},{fast_period},{slow_period})"

    def _setup(self, cycle_period: int, fast_period: int, slow_period: int, type: MovingAverageType) -> None:
        self._macd = self._part(MovingAverageConvergenceDivergence(fast_period, slow_period, cycle_period, type))
        self._high, self._low = self._part(Maximum(cycle_period)), self._part(Minimum(cycle_period))
        self._high_d, self._low_d = self._part(Maximum(cycle_period)), self._part(Minimum(cycle_period))
        self._d, self._pff = self._part(as_indicator(type, 3)), self._part(as_indicator(type, 3))
        self.warm_up_period = self._macd.warm_up_period

    def _ready(self) -> bool:
        return bool(self._macd._ready())

    def _compute(self, x: Any, end: int) -> Any:
        value = self._macd.step(x, end)
        d = self._d.step(_place(value, self._high.step(value, end), self._low.step(value, end)), end)
        return self._pff.step(_place(d, self._high_d.step(d, end), self._low_d.step(d, end)), end)


def _place(value: Any, high: Any, low: Any) -> Any:
    return (value - low) / (high - low) * 100 if high > low else ZERO


class Stochastic(BarIndicator):
    """LEAN: Indicators/Stochastic.cs; its own value is the fast line."""

    signatures = ("period: int, k_period: int, d_period: int",)
    default_name = "STO({period},{k_period},{d_period})"

    def _setup(self, period: int, k_period: int, d_period: int) -> None:
        self._high, self._low = self._part(Maximum(period)), self._part(Minimum(period))
        self._sum_k, self._sum_d = self._part(Sum(k_period)), self._part(Sum(d_period))
        self._k_period, self._d_period = k_period, d_period
        self._sub("fast_stoch", Output(self.name + "_FastStoch", lambda: self._high._ready(), BAR))
        self._sub("stoch_k", Output(self.name + "_StochK", lambda: self._sum_k._ready(), BAR))
        self._sub("stoch_d", Output(self.name + "_StochD", lambda: self._sum_d._ready(), BAR))
        self.warm_up_period = period + k_period + d_period - 2

    def _ready(self) -> bool:
        return bool(self._high._ready() and self._sum_k._ready() and self._sum_d._ready())

    def _compute(self, x: Any, end: int) -> Any:
        high, low = self._high.step(x.high, end), self._low.step(x.low, end)
        fast = k = d = ZERO
        if self._high._ready() and high != low:
            fast = (x.close - low) / (high - low)
            self._sum_k.step(fast, end)
        self.fast_stoch.step(fast * 100, end)
        if self._sum_k._ready():
            k = self._sum_k._value / self._k_period
            self._sum_d.step(k, end)
        self.stoch_k.step(k * 100, end)
        if self._sum_d._ready():
            d = self._sum_d._value / self._d_period
        self.stoch_d.step(d * 100, end)
        return fast * 100


class PremierStochasticOscillator(BarIndicator):
    """LEAN: Indicators/PremierStochasticOscillator.cs."""

    signatures = ("period: int, ema_period: int",)
    default_name = "PSO({period},{ema_period})"

    def _setup(self, period: int, ema_period: int) -> None:
        self._stochastic = self._part(Stochastic(self.name, period, period, period))
        self._first = self._part(ExponentialMovingAverage(ema_period))
        self._second = self._part(ExponentialMovingAverage(ema_period))
        self.warm_up_period = period + 2 * (ema_period - 1)

    def _ready(self) -> bool:
        return bool(self._second._ready())

    def _compute(self, x: Any, end: int) -> Any:
        fast = self._stochastic.step(x, end)
        if not self._stochastic.fast_stoch._ready():
            return 0.0
        smooth = self._first.step(0.1 * (fast - 50), end)
        if not self._first._ready():
            return 0.0
        smooth = self._second.step(smooth, end)
        if not self._second._ready():
            return 0.0
        power = NetDecimal.cast(exp(smooth))
        return (power - 1) / (power + 1)


class WilliamsPercentR(BarIndicator):
    """LEAN: Indicators/WilliamsPercentR.cs."""

    signatures = ("period: int",)
    default_name = "WILR({period})"

    def _setup(self, period: int) -> None:
        self._sub("maximum", Maximum(self.name + "_Max", period))
        self._sub("minimum", Minimum(self.name + "_Min", period))
        self.warm_up_period = period

    def _ready(self) -> bool:
        return bool(self.maximum._ready())

    def _compute(self, x: Any, end: int) -> Any:
        low, high = self.minimum.step(x.low, end), self.maximum.step(x.high, end)
        if not self._ready() or high == low:
            return 0.0
        return -100 * (high - x.close) / (high - low)


class CommodityChannelIndex(BarIndicator):
    """LEAN: Indicators/CommodityChannelIndex.cs."""

    signatures = ("period: int, moving_average_type: MovingAverageType = MovingAverageType.SIMPLE",)
    default_name = "CCI({period})"
    figures = ("moving_average_type",)

    def _setup(self, period: int, moving_average_type: MovingAverageType) -> None:
        self.moving_average_type = moving_average_type
        self._sub("typical_price_average", as_indicator(moving_average_type, self.name + "_TypicalPriceAvg", period))
        self._sub("typical_price_mean_deviation", MeanAbsoluteDeviation(self.name + "_TypicalPriceMAD", period))
        self.warm_up_period = period

    def _ready(self) -> bool:
        return bool(self.typical_price_average._ready() and self.typical_price_mean_deviation._ready())

    def _compute(self, x: Any, end: int) -> Any:
        typical = (x.high + x.low + x.close) / 3
        average = self.typical_price_average.step(typical, end)
        deviation = 0.015 * self.typical_price_mean_deviation.step(typical, end)
        return (typical - average) / deviation if deviation else ZERO


class FisherTransform(BarIndicator):
    """LEAN: Indicators/FisherTransform.cs."""

    signatures = ("period: int",)
    default_name = "FISH({period})"

    def _setup(self, period: int) -> None:
        self._high, self._low = self._part(Maximum(period)), self._part(Minimum(period))
        self.warm_up_period = period

    def _clear(self) -> None:
        self._last = 0.0

    def _ready(self) -> bool:
        return bool(self._high._ready())

    def _compute(self, x: Any, end: int) -> Any:
        price = (x.low + x.high) / 2
        low, high = self._low.step(price, end), self._high.step(price, end)
        if not self._ready():
            return 0.0
        inner = y = 0.0
        if low != high:
            inner = 0.33 * 2 * (float((price - low) / (high - low)) - 0.5) + (1 - 0.33) * self._last
            cut = min(max(inner, -0.999), 0.999)
            y = 0.5 * log((1 + cut) / (1 - cut))
        self._last = inner
        return NetDecimal.cast(y) + 0.5 * self._value


class AwesomeOscillator(BarIndicator):
    """LEAN: Indicators/AwesomeOscillator.cs."""

    signatures = ("fast_period: int, slow_period: int, type: MovingAverageType = MovingAverageType.SIMPLE",)
    default_name = "AO({fast_period},{slow_period},{type})"

    def _setup(self, fast_period: int, slow_period: int, type: MovingAverageType) -> None:
        self._sub("slow_ao", as_indicator(type, slow_period))
        self._sub("fast_ao", as_indicator(type, fast_period))
        self.warm_up_period = max(slow_period, fast_period)

    def _ready(self) -> bool:
        return bool(self.slow_ao._ready() and self.fast_ao._ready())

    def _compute(self, x: Any, end: int) -> Any:
        middle = (x.high + x.low) / 2
        slow, fast = self.slow_ao.step(middle, end), self.fast_ao.step(middle, end)
        return fast - slow if self._ready() else 0.0


class UltimateOscillator(BarIndicator):
    """LEAN: Indicators/UltimateOscillator.cs."""

    signatures = ("period_1: int, period_2: int, period_3: int",)
    default_name = "ULTOSC({period_1},{period_2},{period_3})"

    def _setup(self, period_1: int, period_2: int, period_3: int) -> None:
        self._period = max(period_1, period_2, period_3)
        self._periods = (period_1, period_2, period_3)
        self._range = self._part(TrueRange(self.name + "_TR"))
        for period in self._periods:
            Sum(period)  # refuses a bad one as LEAN does
        self.warm_up_period = self._period + 1

    def _clear(self) -> None:
        self._last: Any = ZERO
        self._pressures = [RollingSum(period) for period in self._periods]
        self._ranges = [RollingSum(period) for period in self._periods]

    def _ready(self) -> bool:
        return self._samples > self._period

    def _compute(self, x: Any, end: int) -> Any:
        span = self._range.step(x, end)
        last, self._last = self._last, x
        if self._samples == 1:
            return 50.0
        pressure = x.close - min(x.low, last.close)
        pressures = [window.add(pressure) for window in self._pressures]
        ranges = [window.add(span) for window in self._ranges]
        if not self._ready():
            return 50.0
        if 0 in ranges:
            return self._value
        first, second, third = (a / b for a, b in zip(pressures, ranges, strict=True))
        return 100 * (4 * first + 2 * second + third) / 7


class RelativeVigorIndexSignal(Indicator):
    """LEAN: Indicators/RelativeVigorIndexSignal.cs."""

    constructors = ("name: str",)
    warm_up_period = 3

    def _clear(self) -> None:
        self._last: list[Any] = []

    def _ready(self) -> bool:
        return len(self._last) >= 3

    def _compute(self, x: Any, end: int) -> Any:
        last = self._last
        if len(last) < 3:
            last.insert(0, x)
            return 0.0
        value = (x + 2 * (last[0] + last[1]) + last[2]) / 6
        self._last = [x, *last[:2]]
        return value


class RelativeVigorIndex(BarIndicator):
    """LEAN: Indicators/RelativeVigorIndex.cs."""

    constructors = (
        "period: int, type: MovingAverageType",
        "name: str, period: int, type: MovingAverageType = MovingAverageType.SIMPLE",
    )
    default_name = "RVI({period},{type})"

    def _setup(self, period: int, type: MovingAverageType) -> None:
        self.warm_up_period = period + 3
        self._closes, self._ranges = self._part(as_indicator(type, period)), self._part(as_indicator(type, period))
        self._sub("signal", RelativeVigorIndexSignal(self.name + "_S"))

    def _clear(self) -> None:
        self._last: list[Any] = []

    def _ready(self) -> bool:
        return bool(self._closes._ready() and self._ranges._ready())

    def _compute(self, x: Any, end: int) -> Any:
        now, last = (x.close - x.open, x.high - x.low), [(bar.close - bar.open, bar.high - bar.low) for bar in self._last]
        value: Any = ZERO
        if len(last) == 3:
            (b, f), (c, g), (d, h) = last
            close = self._closes.step((now[0] + 2 * (b + c) + d) / 6, end)
            span = self._ranges.step((now[1] + 2 * (f + g) + h) / 6, end)
            if self._ready():
                value = close / span if span else ZERO
                self.signal.step(value, end)
        self._last = [x, *self._last[:2]]
        return value


class WaveTrendOscillator(BarIndicator):
    """LEAN: Indicators/WaveTrendOscillator.cs."""

    signatures = ("channel_period: int, average_period: int, signal_period: int",)
    default_name = "WTO({channel_period},{average_period},{signal_period})"

    def _setup(self, channel_period: int, average_period: int, signal_period: int) -> None:
        if min(channel_period, average_period, signal_period) < 1:
            raise clr.ArgumentException("WaveTrendOscillator: all periods must be greater than zero.")
        average = ExponentialMovingAverage
        self._sub("channel_average", average(self.name + "_ChannelAverage", channel_period))
        self._sub("channel_deviation", average(self.name + "_ChannelDeviation", channel_period))
        self._sub("channel_index_average", average(self.name + "_ChannelIndexAverage", average_period))
        self._sub("signal", SimpleMovingAverage(self.name + "_Signal", signal_period))
        self.warm_up_period = 2 * channel_period + average_period + signal_period - 3

    def _ready(self) -> bool:
        return bool(self.signal._ready())

    def _compute(self, x: Any, end: int) -> Any:
        typical = (x.high + x.low + x.close) / 3
        average = self.channel_average.step(typical, end)
        if not self.channel_average._ready():
            return 0.0
        deviation = self.channel_deviation.step(abs(typical - average), end)
        if not self.channel_deviation._ready():
            return ZERO
        weighted = 0.015 * deviation
        if not weighted:
            return self._value
        index = self.channel_index_average.step((typical - average) / weighted, end)
        if self.channel_index_average._ready():
            self.signal.step(index, end)
        return index


class BalanceOfPower(BarIndicator):
    """LEAN: Indicators/BalanceOfPower.cs."""

    signatures = ("",)
    default_name = "BOP"
    warm_up_period = 1

    def _ready(self) -> bool:
        return self._samples > 0

    def _compute(self, x: Any, end: int) -> Any:
        span = x.high - x.low
        return (x.close - x.open) / span if span > 0 else 0.0


class InternalBarStrength(BarIndicator):
    """LEAN: Indicators/InternalBarStrength.cs."""

    signatures = ("",)
    default_name = "IBS()"
    warm_up_period = 1

    def _ready(self) -> bool:
        return self._samples > 0

    def _compute(self, x: Any, end: int) -> Any:
        return 0.5 if x.high == x.low else (x.close - x.low) / (x.high - x.low)


class DeMarkerIndicator(BarIndicator):
    """LEAN: Indicators/DeMarkerIndicator.cs."""

    signatures = ("period: int, type: MovingAverageType = MovingAverageType.SIMPLE",)
    default_name = "DEM({period},{type})"

    def _setup(self, period: int, type: MovingAverageType) -> None:
        self._up, self._down = self._part(as_indicator(type, period)), self._part(as_indicator(type, period))
        self.warm_up_period = period

    def _clear(self) -> None:
        self._high: Any = ZERO
        self._low: Any = ZERO

    def _ready(self) -> bool:
        return bool(self._up._ready() and self._down._ready())

    def _compute(self, x: Any, end: int) -> Any:
        first = self._samples == 1
        up = self._up.step(ZERO if first else max(x.high - self._high, ZERO), end)
        down = self._down.step(ZERO if first else max(self._low - x.low, ZERO), end)
        self._high, self._low = x.high, x.low
        total = up + down
        return up / total if self._ready() and total > 0 else 0.0

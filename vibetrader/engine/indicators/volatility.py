"""Ranges, bands and channels."""

from __future__ import annotations

from collections import deque
from math import log, log10, sqrt
from typing import Any

from vibetrader.engine import clr
from vibetrader.engine.data.bars import EMPTY_SYMBOL
from vibetrader.engine.indicators.averages import (
    ExponentialMovingAverage,
    LeastSquaresMovingAverage,
    as_indicator,
)
from vibetrader.engine.indicators.base import BAR, TRADE_BAR, BarIndicator, Indicator, Output
from vibetrader.engine.indicators.kinds import MovingAverageType
from vibetrader.engine.indicators.windows import Maximum, Minimum, RollingSum, StandardDeviation, Sum
from vibetrader.engine.netdecimal import ZERO, NetDecimal


class TrueRange(BarIndicator):
    """Range that includes the gap to the last close. LEAN: Indicators/TrueRange.cs."""

    signatures = ("",)
    default_name = "TR"
    warm_up_period = 2

    def _clear(self) -> None:
        self._last: Any = None

    def _ready(self) -> bool:
        return self._samples > 1

    def _compute(self, x: Any, end: int) -> Any:
        last, self._last = self._last, x
        span = x.high - x.low
        if last is not None:
            close = last.close
            span = max(span, abs(close - x.high), abs(close - x.low))
        return span


class AverageTrueRange(BarIndicator):
    """Average of the true range. LEAN: Indicators/AverageTrueRange.cs."""

    signatures = ("period: int, moving_average_type: MovingAverageType = MovingAverageType.WILDERS",)
    default_name = "ATR({period})"

    def _setup(self, period: int, moving_average_type: MovingAverageType) -> None:
        self.warm_up_period = period
        self._sub("true_range", TrueRange(self.name))
        given: Any = moving_average_type
        kind = given.to_string() if isinstance(given, MovingAverageType) else ""
        self._smoother = self._part(as_indicator(moving_average_type, f"{self.name}_{kind}", period))

    def _ready(self) -> bool:
        return bool(self._smoother._ready())

    def _compute(self, x: Any, end: int) -> Any:
        return self._smoother.step(self.true_range.step(x, end), end)


class NormalizedAverageTrueRange(BarIndicator):
    """LEAN: Indicators/NormalizedAverageTrueRange.cs."""

    signatures = ("period: int",)
    default_name = "NATR({period})"

    def _setup(self, period: int) -> None:
        self._period = period
        self.warm_up_period = period + 1
        self._range = self._part(TrueRange(self.name + "_TR"))
        self._average = self._part(AverageTrueRange(self.name + "_ATR", period, MovingAverageType.SIMPLE))

    def _clear(self) -> None:
        self._last: Any = ZERO

    def _ready(self) -> bool:
        return self._samples > self._period

    def _compute(self, x: Any, end: int) -> Any:
        span = self._range.step(x, end)
        if self._samples <= self._period + 1:
            self._last = self._average.step(x, end)
        else:
            self._last = (self._last * (self._period - 1) + span) / self._period
        return self._last / x.close * 100 if x.close else 0.0


class BollingerBands(Indicator):
    """Average ± k standard deviations; its own value is the price. LEAN: Indicators/BollingerBands.cs."""

    signatures = ("period: int, k: float, moving_average_type: MovingAverageType = MovingAverageType.SIMPLE",)
    default_name = "BB({period},{k})"
    figures = ("moving_average_type",)

    def _setup(self, period: int, k: float, moving_average_type: MovingAverageType) -> None:
        self.warm_up_period = period
        self.moving_average_type = moving_average_type
        self._k = NetDecimal.of(k)
        self._sub("standard_deviation", StandardDeviation(self.name + "_StandardDeviation", period))
        self._sub("middle_band", as_indicator(moving_average_type, self.name + "_MiddleBand", period))

        def ready() -> bool:
            return bool(self.middle_band._ready() and self.standard_deviation._ready())

        self._sub("upper_band", Output(self.name + "_UpperBand", ready))
        self._sub("lower_band", Output(self.name + "_LowerBand", ready))
        self._sub("band_width", Output(self.name + "_BandWidth", ready))
        self._sub("percent_b", Output(self.name + "_%B", ready))
        self._sub("price", Output(self.name + "_Close"))

    def _ready(self) -> bool:
        return bool(self.middle_band._ready() and self.standard_deviation._ready())

    def _compute(self, x: Any, end: int) -> Any:
        # LEAN: the bands listen to the middle band and were there first
        deviation, middle = self.standard_deviation.step(x, end), self.middle_band.step_quietly(x, end)
        width = deviation * self._k
        lower, upper = middle - width, middle + width
        self.lower_band._accept(lower, end, EMPTY_SYMBOL)
        self.upper_band._accept(upper, end, EMPTY_SYMBOL)
        # LEAN divides with composites: a zero divisor counts a sample and keeps the value
        if middle:
            self.band_width._accept((upper - lower) / middle * 100, end, EMPTY_SYMBOL)
        self.middle_band.announce()
        self.price._accept(x, end, EMPTY_SYMBOL)
        self.percent_b.set((x - lower) / (upper - lower) if upper != lower else None, end, EMPTY_SYMBOL)
        return None if not deviation and self._ready() else x


class KeltnerChannels(BarIndicator):
    """LEAN: Indicators/KeltnerChannels.cs; its own value is the middle band."""

    signatures = ("period: int, k: float, moving_average_type: MovingAverageType = MovingAverageType.SIMPLE",)
    default_name = "KC({period},{k})"

    def _setup(self, period: int, k: float, moving_average_type: MovingAverageType) -> None:
        self.warm_up_period = period
        self._k = NetDecimal.of(k)
        name = self.name + "_AverageTrueRange"
        self._sub("average_true_range", AverageTrueRange(name, period, MovingAverageType.SIMPLE))
        self._sub("middle_band", as_indicator(moving_average_type, self.name + "_MiddleBand", period))
        self._sub("lower_band", Output(self.name + "_LowerBand", lambda: self.middle_band._ready(), BAR))
        self._sub("upper_band", Output(self.name + "_UpperBand", lambda: self.middle_band._ready(), BAR))

    def _ready(self) -> bool:
        return bool(self.middle_band._ready() and self.average_true_range._ready())

    def _compute(self, x: Any, end: int) -> Any:
        width = self.average_true_range.step(x, end) * self._k
        middle = self.middle_band.step((x.high + x.low + x.close) / 3, end)
        ready = self.middle_band._ready()
        self.lower_band.step(middle - width if ready else ZERO, end)
        self.upper_band.step(middle + width if ready else ZERO, end)
        return middle


class DonchianChannel(BarIndicator):
    """LEAN: Indicators/DonchianChannel.cs; its own value is the middle."""

    constructors = (
        "period: int",
        "upper_period: int, lower_period: int",
        "name: str, period: int",
        "name: str, upper_period: int, lower_period: int",
    )

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        _, bound = self._overloads.bind(arguments, keywords)
        upper: Any
        lower: Any
        upper, lower = bound.get("upper_period", bound.get("period")), bound.get("lower_period", bound.get("period"))
        # LEAN's default name holds the lower period twice
        self.name = bound.get("name", f"DCH({lower},{lower})")
        self.warm_up_period = max(upper, lower)
        self._sub("upper_band", Maximum(self.name + "_UpperBand", upper))
        self._sub("lower_band", Minimum(self.name + "_LowerBand", lower))

    def _ready(self) -> bool:
        return bool(self.upper_band._ready() and self.lower_band._ready())

    def _compute(self, x: Any, end: int) -> Any:
        return (self.upper_band.step(x.high, end) + self.lower_band.step(x.low, end)) / 2


class AccelerationBands(BarIndicator):
    """LEAN: Indicators/AccelerationBands.cs; its own value is the middle band."""

    constructors = (
        "period: int",
        "period: int, width: float, moving_average_type: MovingAverageType = MovingAverageType.SIMPLE",
        "name: str, period: int, width: float, moving_average_type: MovingAverageType = MovingAverageType.SIMPLE",
    )
    figures = ("moving_average_type",)

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        from vibetrader.engine.indicators.base import number_text

        _, bound = self._overloads.bind(arguments, keywords)
        period, width = bound["period"], bound.get("width", 4)
        kind = bound.get("moving_average_type", MovingAverageType.SIMPLE)
        self.name = bound.get("name", f"ABANDS({period},{number_text(width)},{number_text(kind)})")
        self.warm_up_period, self._width, self.moving_average_type = period, NetDecimal.of(width), kind
        for band in ("Middle", "Upper", "Lower"):
            self._sub(f"{band.lower()}_band", as_indicator(kind, f"{self.name}_{band}Band", period))

    def _ready(self) -> bool:
        return bool(self.middle_band._ready() and self.lower_band._ready() and self.upper_band._ready())

    def _compute(self, x: Any, end: int) -> Any:
        total = x.high + x.low
        factor = self._width * ((x.high - x.low) / total if total else ZERO)
        self.lower_band.step(x.low * (1 - factor), end)
        self.upper_band.step(x.high * (1 + factor), end)
        return self.middle_band.step(x.close, end)


class RegressionChannel(Indicator):
    """LEAN: Indicators/RegressionChannel.cs."""

    signatures = ("period: int, k: float",)
    default_name = "RC({period},{k})"

    def _setup(self, period: int, k: float) -> None:
        self.warm_up_period = period
        self._k = NetDecimal.of(k)
        self._deviation = self._part(StandardDeviation(period))
        line = self._sub("linear_regression", LeastSquaresMovingAverage(self.name + "_LinearRegression", period))
        for side in ("Upper", "Lower"):
            self._sub(f"{side.lower()}_channel", Output(f"{self.name}_{side}Channel", lambda: self._ready()))
        self.intercept, self.slope = line.intercept, line.slope
        self._subs.update(intercept=line.intercept, slope=line.slope)

    def _ready(self) -> bool:
        return bool(self._deviation._ready() and self.linear_regression._ready())

    def _compute(self, x: Any, end: int) -> Any:
        width, line = self._deviation.step(x, end) * self._k, self.linear_regression.step(x, end)
        self.lower_channel.step(line - width, end)
        self.upper_channel.step(line + width, end)
        return line


class ChandeKrollStop(BarIndicator):
    """LEAN: Indicators/ChandeKrollStop.cs; its own value is the price."""

    signatures = (
        "atr_period: int, atr_mult: float, period: int, "
        "moving_average_type: MovingAverageType = MovingAverageType.WILDERS",
    )
    default_name = "CKS({atr_period},{atr_mult},{period})"

    def _setup(self, atr_period: int, atr_mult: float, period: int, moving_average_type: MovingAverageType) -> None:
        self.warm_up_period = atr_period + period - 1
        self._range = self._part(AverageTrueRange(atr_period, moving_average_type))
        self._multiple = NetDecimal.of(atr_mult)
        self._high, self._low = self._part(Maximum(atr_period)), self._part(Minimum(atr_period))
        self._sub("short_stop", Maximum(self.name + "_Short", period))
        self._sub("long_stop", Minimum(self.name + "_Long", period))

    def _ready(self) -> bool:
        return bool(self._samples >= self.warm_up_period)

    def _compute(self, x: Any, end: int) -> Any:
        distance = self._range.step(x, end) * self._multiple
        high, low = self._high.step(x.high, end) - distance, self._low.step(x.low, end) + distance
        self.short_stop.step(high, end)
        self.long_stop.step(low, end)
        return x.close


class ChoppinessIndex(BarIndicator):
    """LEAN: Indicators/ChoppinessIndex.cs."""

    signatures = ("period: int",)
    default_name = "CHOP({period})"

    def _setup(self, period: int) -> None:
        self.warm_up_period = self._period = period
        self._range = self._part(TrueRange())

    def _clear(self) -> None:
        self._highs: deque[Any] = deque(maxlen=max(self._period, 0))
        self._lows: deque[Any] = deque(maxlen=max(self._period, 0))
        self._ranges = RollingSum(self._period)

    def _ready(self) -> bool:
        return self._samples >= self._period

    def _compute(self, x: Any, end: int) -> Any:
        self._highs.append(x.high)
        self._lows.append(x.low)
        total = self._ranges.add(self._range.step(x, end))
        if not self._ready():
            return 0.0
        span = max(self._highs) - min(self._lows)
        if not span:
            return 100.0
        return 100.0 * log10(float(total) / float(span)) / log10(self._period)


class RogersSatchellVolatility(BarIndicator):
    """LEAN: Indicators/RogersSatchellVolatility.cs."""

    signatures = ("period: int",)
    default_name = "RSV({period})"

    def _setup(self, period: int) -> None:
        self.warm_up_period = self._period = period
        self._sum = self._part(Sum(self.name + "_Sum", period))

    def _ready(self) -> bool:
        return self._samples >= self._period

    def _compute(self, x: Any, end: int) -> Any:
        if not (x.open and x.high and x.low and x.close):
            return 0.0
        opened, high, low, close = float(x.open), float(x.high), float(x.low), float(x.close)
        step = log(high / close) * log(high / opened) + log(low / close) * log(low / opened)
        total = float(self._sum.step(NetDecimal.cast(step), end))
        return sqrt(max(total, 0.0) / self._period) if self._ready() else 0.0


class SqueezeMomentum(BarIndicator):
    """1 while Bollinger's bands lie inside Keltner's channel, else -1. LEAN: Indicators/SqueezeMomentum.cs."""

    signatures = ("bollinger_period: int, bollinger_multiplier: float, keltner_period: int, keltner_multiplier: float",)
    default_name = "SM({bollinger_period},{bollinger_multiplier},{keltner_period},{keltner_multiplier})"

    def _setup(
        self,
        bollinger_period: int,
        bollinger_multiplier: float,
        keltner_period: int,
        keltner_multiplier: float,
    ) -> None:
        self._sub("bollinger_bands", BollingerBands(bollinger_period, bollinger_multiplier))
        channels = KeltnerChannels(keltner_period, keltner_multiplier, MovingAverageType.EXPONENTIAL)
        self._sub("keltner_channels", channels)
        self.warm_up_period = max(bollinger_period, keltner_period)

    def _ready(self) -> bool:
        return bool(self.bollinger_bands._ready() and self.keltner_channels._ready())

    def _compute(self, x: Any, end: int) -> Any:
        bands, channels = self.bollinger_bands, self.keltner_channels
        bands.step(x.close, end)
        channels.step(x, end)
        if not self._ready():
            return 0.0
        inside = (
            channels.upper_band._value > bands.upper_band._value
            and channels.lower_band._value < bands.lower_band._value
        )
        return 1.0 if inside else -1.0


class MassIndex(BarIndicator):
    """LEAN: Indicators/MassIndex.cs."""

    input_kind = TRADE_BAR
    signatures = ("ema_period: int = 9, sum_period: int = 25",)
    constructors = (
        "ema_period: int = 9, sum_period: int = 25",
        "name: str, ema_period: int, sum_period: int",
    )
    default_name = "MASS({ema_period},{sum_period})"

    def _setup(self, ema_period: int, sum_period: int) -> None:
        self._first = self._part(ExponentialMovingAverage(ema_period))
        self._second = self._part(ExponentialMovingAverage(ema_period))
        self._sum = self._part(Sum(sum_period))
        self._sum_period = sum_period
        self.warm_up_period = 2 * (ema_period - 1) + sum_period

    def _ready(self) -> bool:
        return bool(self._sum._ready())

    def _compute(self, x: Any, end: int) -> Any:
        first = self._first.step(x.high - x.low, end)
        if self._first._ready():
            second = self._second.step(first, end)
            if self._second._ready():
                self._sum.step(first / second if second else ZERO, end)
        return self._sum._value if self._sum._ready() else self._sum_period


class AugenPriceSpike(Indicator):
    """LEAN: Indicators/AugenPriceSpike.cs."""

    constructors = ("period: int = 3", "name: str, period: int")
    default_name = "APS({period})"

    def _setup(self, period: int) -> None:
        if period < 3:
            raise clr.ArgumentException("AugenPriceSpike Indicator must have a period of at least 3", "period")
        self._deviation = self._part(StandardDeviation(period))
        self.warm_up_period = period + 2

    def _clear(self) -> None:
        self._last: list[Any] = []

    def _ready(self) -> bool:
        return len(self._last) == 3 and bool(self._deviation._ready())

    def _compute(self, x: Any, end: int) -> Any:
        self._last = [x, *self._last[:2]]
        if len(self._last) < 3:
            return 0.0
        _, last, before = self._last
        change = log(float(last) / float(before)) if last and before else 0.0
        scale = self._deviation.step(NetDecimal.cast(change), end) * last
        if not self._deviation._ready() or not scale:
            return 0.0
        return (x - last) / scale

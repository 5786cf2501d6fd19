"""Indicators that need volume."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterator
from math import ceil
from typing import Any, ClassVar

from vibetrader.engine import clr
from vibetrader.engine.data.bars import Tick, TradeBar
from vibetrader.engine.data.dictionary import KeyValuePair
from vibetrader.engine.data.enums import TickType
from vibetrader.engine.data.exact import exact_value, net_bar
from vibetrader.engine.indicators.averages import ExponentialMovingAverage, as_indicator
from vibetrader.engine.indicators.base import BAR, DATA, IndicatorBase, Output, TradeBarIndicator
from vibetrader.engine.indicators.kinds import MovingAverageType
from vibetrader.engine.indicators.windows import RollingSum, SimpleMovingAverage, Sum
from vibetrader.engine.netdecimal import ONE, ZERO, NetDecimal
from vibetrader.engine.timekeeping import DAY


class AccumulationDistribution(TradeBarIndicator):
    """LEAN: Indicators/AccumulationDistribution.cs."""

    signatures = ("",)
    default_name = "AD"
    warm_up_period = 1

    def _ready(self) -> bool:
        return self._samples > 0

    def _compute(self, x: Any, end: int) -> Any:
        span = x.high - x.low
        if span <= 0:
            return self._value
        return self._value + ((x.close - x.low) - (x.high - x.close)) / span * x.volume


class AccumulationDistributionOscillator(TradeBarIndicator):
    """LEAN: Indicators/AccumulationDistributionOscillator.cs."""

    signatures = ("fast_period: int, slow_period: int",)
    default_name = "ADOSC({fast_period},{slow_period})"

    def _setup(self, fast_period: int, slow_period: int) -> None:
        self.warm_up_period = self._period = max(fast_period, slow_period)
        self._line = self._part(AccumulationDistribution(self.name + "_AD"))
        self._fast = self._part(ExponentialMovingAverage(self.name + "_Fast", fast_period))
        self._slow = self._part(ExponentialMovingAverage(self.name + "_Slow", slow_period))

    def _ready(self) -> bool:
        return self._samples >= self._period

    def _compute(self, x: Any, end: int) -> Any:
        value = self._line.step(x, end)
        fast, slow = self._fast.step(value, end), self._slow.step(value, end)
        return fast - slow if self._ready() else 0.0


class ChaikinOscillator(AccumulationDistributionOscillator):
    """LEAN: Indicators/ChaikinOscillator.cs."""

    signatures = ("fast_period: int, slow_period: int",)
    default_name = "ChaikinOscillator({fast_period},{slow_period})"


class ChaikinMoneyFlow(TradeBarIndicator):
    """LEAN: Indicators/ChaikinMoneyFlow.cs."""

    constructors = ("period: int", "name: str, period: int")
    default_name = "CMF({period})"

    def _setup(self, period: int) -> None:
        self.warm_up_period = period
        self._flow, self._volume = self._part(Sum(period)), self._part(Sum(period))

    def _ready(self) -> bool:
        return bool(self._flow._ready())

    def _compute(self, x: Any, end: int) -> Any:
        span = x.high - x.low
        ratio = x.volume * (x.close - x.low - (x.high - x.close)) / span if span > 0 else 0.0
        flow, volume = self._flow.step(ratio, end), self._volume.step(x.volume, end)
        return flow / volume if self._ready() and volume else 0.0


class OnBalanceVolume(TradeBarIndicator):
    """LEAN: Indicators/OnBalanceVolume.cs."""

    signatures = ("",)
    default_name = "OBV"
    warm_up_period = 1

    def _clear(self) -> None:
        self._last: Any = None

    def _ready(self) -> bool:
        return self._last is not None

    def _compute(self, x: Any, end: int) -> Any:
        before, self._last = self._last, x
        last = None if before is None else before.close
        if last is None:
            return x.volume
        if x.value > last:
            return self._value + x.volume
        return self._value - x.volume if x.value < last else self._value


class SmoothedOnBalanceVolume(TradeBarIndicator):
    """LEAN: Indicators/SmoothedOnBalanceVolume.cs."""

    input_kind = BAR
    signatures = ("period: int, moving_average_type: MovingAverageType = MovingAverageType.SIMPLE",)
    default_name = "SOBV({period})"

    def _setup(self, period: int, moving_average_type: MovingAverageType) -> None:
        self.warm_up_period = period
        self._sub("on_balance_volume", OnBalanceVolume())
        name = f"{self.name}_{moving_average_type.to_string()}"
        self._smoother = self._part(as_indicator(moving_average_type, name, period))

    def _ready(self) -> bool:
        return bool(self._smoother._ready())

    def _compute(self, x: Any, end: int) -> Any:
        if not isinstance(x.bar, TradeBar):
            self.on_balance_volume.take(x.bar)  # refuses it with LEAN's text
        value = self._smoother.step(self.on_balance_volume.step(x, end), end)
        return value if self._smoother._ready() else 0.0


class MoneyFlowIndex(TradeBarIndicator):
    """LEAN: Indicators/MoneyFlowIndex.cs."""

    signatures = ("period: int",)
    default_name = "MFI({period})"
    figures = ("previous_typical_price",)

    def _setup(self, period: int) -> None:
        self.warm_up_period = period
        self._sub("positive_money_flow", Sum(self.name + "_PositiveMoneyFlow", period))
        self._sub("negative_money_flow", Sum(self.name + "_NegativeMoneyFlow", period))

    def _clear(self) -> None:
        self._last: Any = ZERO

    @property
    def previous_typical_price(self) -> float:
        """(high + low + close) / 3 of the last bar."""
        self._sync()
        return float(self._last)

    def _ready(self) -> bool:
        return bool(self.positive_money_flow._ready())

    def _compute(self, x: Any, end: int) -> Any:
        typical = (x.high + x.low + x.close) / 3
        flow = typical * x.volume
        positive = self.positive_money_flow.step(flow if typical > self._last else ZERO, end)
        negative = self.negative_money_flow.step(flow if typical < self._last else ZERO, end)
        self._last = typical
        total = positive + negative
        return 100 * positive / total if total else 100.0


class EaseOfMovementValue(TradeBarIndicator):
    """LEAN: Indicators/EaseOfMovementValue.cs."""

    constructors = ("period: int = 1, scale: int = 10000", "name: str, period: int, scale: int")
    default_name = "EMV({period}, {scale})"

    def _setup(self, period: int, scale: int) -> None:
        self._average = self._part(SimpleMovingAverage(period))
        self._scale = scale
        self.warm_up_period = period

    def _clear(self) -> None:
        self._high: Any = ZERO
        self._low: Any = ZERO

    def _ready(self) -> bool:
        return bool(self._average._ready())

    def _compute(self, x: Any, end: int) -> Any:
        if not self._high and not self._low:
            self._high, self._low = x.high, x.low
        if not x.volume or x.high == x.low:
            return self._average.step(ZERO, end)
        middle = (x.high + x.low) / 2 - (self._high + self._low) / 2
        self._high, self._low = x.high, x.low
        return self._average.step(middle / ((x.volume / self._scale) / (x.high - x.low)), end)


class ForceIndex(TradeBarIndicator):
    """LEAN: Indicators/ForceIndex.cs."""

    signatures = ("period: int, moving_average_type: MovingAverageType = MovingAverageType.EXPONENTIAL",)
    default_name = "FI({period})"

    def _setup(self, period: int, moving_average_type: MovingAverageType) -> None:
        name = f"{self.name}_{moving_average_type.to_string()}"
        self._smoother = self._part(as_indicator(moving_average_type, name, period))
        self.warm_up_period = period + 1

    def _clear(self) -> None:
        self._last: Any = None

    def _ready(self) -> bool:
        return bool(self._smoother._ready())

    def _compute(self, x: Any, end: int) -> Any:
        last, self._last = self._last, x
        return ZERO if last is None else self._smoother.step((x.close - last.close) * x.volume, end)


#: What LEAN divides by where a movement is smaller.
_LEAST = NetDecimal.of("0.00000001")


class KlingerVolumeOscillator(TradeBarIndicator):
    """LEAN: Indicators/KlingerVolumeOscillator.cs."""

    constructors = (
        "fast_period: int, slow_period: int, signal_period: int = 13",
        "name: str, fast_period: int, slow_period: int, signal_period: int",
    )
    default_name = "KVO({fast_period},{slow_period},{signal_period})"

    def _setup(self, fast_period: int, slow_period: int, signal_period: int) -> None:
        self._fast = self._part(ExponentialMovingAverage(self.name + "_FastEma", fast_period))
        self._slow = self._part(ExponentialMovingAverage(self.name + "_SlowEma", slow_period))
        self._sub("signal", ExponentialMovingAverage(self.name + "_Signal", signal_period))
        self.warm_up_period = max(fast_period, slow_period, signal_period) + 2

    def _clear(self) -> None:
        self._price: Any = None
        self._range: Any = ZERO
        self._movement: Any = ZERO
        self._trend = 0

    def _ready(self) -> bool:
        return bool(self._fast._ready() and self._slow._ready() and self.signal._ready())

    def _compute(self, x: Any, end: int) -> Any:
        span, yesterday = x.high - x.low, self._range
        price, last = x.high + x.low + x.close, self._price
        self._range, self._price = span, price
        if last is None:
            return 0.0
        trend, before = (1 if price > last else -1), self._trend
        self._trend = trend
        if not before:
            return 0.0
        if not self._movement or trend != before:
            self._movement = span + yesterday
        else:
            self._movement += span
        divisor = _LEAST if abs(self._movement) < _LEAST else self._movement
        force = x.volume * abs(2 * (span / divisor - 1)) * trend * 100
        fast, slow = self._fast.step(force, end), self._slow.step(force, end)
        value = fast - slow if self._fast._ready() and self._slow._ready() else ZERO
        self.signal.step(value, end)
        return value


class VolumeWeightedAveragePriceIndicator(TradeBarIndicator):
    """Volume-weighted price of the last bars. LEAN: Indicators/VolumeWeightedAveragePriceIndicator.cs."""

    signatures = ("period: int",)
    default_name = "VWAP({period})"

    def _setup(self, period: int) -> None:
        self._period = self.warm_up_period = period
        Sum(period)  # refuses a bad period as LEAN does
        self.price, self.volume = self._part(Output("Price")), self._part(Output("Volume"))
        self.vwap = self._part(Output("COMPOSE(Sum_xy,Sum_y)", self._ready))

    def _clear(self) -> None:
        self._products, self._volumes = RollingSum(self._period), RollingSum(self._period)

    def _ready(self) -> bool:
        return self._samples >= self._period

    def _compute(self, x: Any, end: int) -> Any:
        price = (x.open + x.high + x.low + x.value) / 4
        product, volume = self._products.add(price * x.volume), self._volumes.add(x.volume)
        symbol = self._in_symbol
        self.price.set(price, end, symbol)
        self.volume.set(x.volume, end, symbol)
        self.vwap.set(product / volume if volume else None, end, symbol)
        return self.vwap._value


class VolumeWeightedMovingAverage(TradeBarIndicator):
    """LEAN: Indicators/VolumeWeightedMovingAverage.cs."""

    signatures = ("period: int",)
    default_name = "VWMA({period})"

    def _setup(self, period: int) -> None:
        self.warm_up_period = period
        self._products, self._volumes = self._part(Sum(period)), self._part(Sum(period))

    def _ready(self) -> bool:
        return bool(self._products._ready())

    def _compute(self, x: Any, end: int) -> Any:
        product, volume = self._products.step(x.close * x.volume, end), self._volumes.step(x.volume, end)
        return product / volume if volume else x.close


class IntradayVwap(IndicatorBase):
    """Volume-weighted price since midnight. LEAN: Indicators/IntradayVwap.cs."""

    input_kind = DATA
    constructors = ('name: str = "VWAP"',)
    has_warm_up_period = False

    def _clear(self) -> None:
        self._day = -(1 << 62)
        self._volume: Any = ZERO
        self._product: Any = ZERO

    def _ready(self) -> bool:
        return bool(self._volume > 0)

    def _compute(self, x: Any, end: int) -> Any:
        if isinstance(x, Tick) and x.tick_type == TickType.TRADE:
            volume, price = NetDecimal.of(x.quantity), exact_value(x)
        elif isinstance(x, TradeBar) and not x.is_fill_forward:
            bar = net_bar(x)
            volume, price = bar.volume, (bar.high + bar.low + bar.close) / 3
        else:
            return None
        day = end // DAY
        if day != self._day:
            self._day, self._volume, self._product = day, ZERO, ZERO
        self._volume += volume
        self._product += price * volume
        return self._product / self._volume if self._volume else exact_value(x)


class RelativeDailyVolume(TradeBarIndicator):
    """Volume of the day so far against that of the days before. LEAN: Indicators/RelativeDailyVolume.cs."""

    constructors = ("period: int = 2", "name: str, period: int")
    default_name = "RDV({period})"
    has_warm_up_period = False

    def _setup(self, period: int) -> None:
        self._period = period

    def _clear(self) -> None:
        self._averages: dict[int, Any] = {}
        self._today: dict[int, Any] = {}
        self._previous_day = self._days = -1

    def _ready(self) -> bool:
        return self._days >= self._period

    def _compute(self, x: Any, end: int) -> Any:
        start = x.start_ns
        day = x.time.day
        if day != self._previous_day:
            total: Any = ZERO
            for moment, volume in self._today.items():
                total += volume
                clock = moment % DAY
                if clock not in self._averages:
                    self._averages[clock] = SimpleMovingAverage(self._period)
                self._averages[clock].step(total, moment)
            self._today.clear()
            self._previous_day = day
            self._days += 1
        self._today[start] = x.volume
        if not self._ready():
            return 0.0
        clock = start % DAY
        average = self._averages.get(clock)
        if average is None:
            clocks = sorted(self._averages)
            place = bisect_left(clocks, clock)
            average = self._averages[clocks[place - 1]] if 0 < place < len(clocks) else None
        if average is None or not average._value:
            return 0.0
        return sum(self._today.values(), ZERO) / average._value


class MarketProfile(TradeBarIndicator):
    """Volume, or time, per price level of the last bars. LEAN: Indicators/MarketProfile.cs."""

    constructors: ClassVar[tuple[str, ...]] = ()
    figures = (
        "volume_per_price",
        "profile_high",
        "profile_low",
        "poc_price",
        "poc_volume",
        "value_area_volume",
        "value_area_high",
        "value_area_low",
    )

    def _setup(self, period: int, value_area_volume_percentage: Any, price_range_round_off: Any) -> None:
        if price_range_round_off <= 0:
            raise clr.ArgumentException("Must be strictly bigger than zero.", "priceRangeRoundOff")
        self._period = self.warm_up_period = period
        self._share = NetDecimal.of(value_area_volume_percentage)
        self._steps = NetDecimal.of(1) / NetDecimal.of(price_range_round_off)
        self._total = self._part(Sum(self.name + "_Sum", period))

    def _clear(self) -> None:
        self._old: deque[tuple[Any, Any]] = deque()
        self._levels: list[Any] = []  # sorted
        self._volumes: dict[Any, Any] = {}
        self._figures: dict[str, Any] = dict.fromkeys(self.figures, ZERO)

    def _volume_of(self, x: Any) -> Any:
        raise NotImplementedError

    def _level(self, price: Any) -> Any:
        return NetDecimal.of(ceil(price * self._steps)) / self._steps

    def _ready(self) -> bool:
        return bool(self._total._ready())

    def _compute(self, x: Any, end: int) -> Any:
        volume = self._volume_of(x)
        full = len(self._old) == self._period
        level = self._level(x.close)
        self._old.append((level, volume))
        if level in self._volumes:
            self._volumes[level] += volume
        else:
            insort(self._levels, level)
            self._volumes[level] = volume
        self._total.step(volume, x.start_ns)
        if full:
            old, left = self._old.popleft()
            if old in self._volumes:
                self._volumes[old] -= left
                if not self._volumes[old]:
                    del self._volumes[old]
                    self._levels.remove(old)
        return self._profile()

    def _profile(self) -> Any:
        levels = self._levels
        volumes = [self._volumes[level] for level in levels]
        point = 0
        half = (len(levels) - 1) // 2
        for place, volume in enumerate(volumes):
            if volume > volumes[point] or (volume == volumes[point] and abs(half - place) < abs(half - point)):
                point = place
        figures = self._figures
        figures["poc_price"] = levels[point] if levels else ZERO
        figures["poc_volume"] = volumes[point] if levels else ZERO
        figures["profile_high"] = levels[-1] if levels else ZERO
        figures["profile_low"] = levels[0] if levels else ZERO
        target = figures["value_area_volume"] = self._total._value * self._share
        low = high = point
        covered = figures["poc_volume"]
        while covered <= target and target:
            lower, upper = max(low - 1, 0), min(high + 1, len(levels) - 1)
            below = volumes[lower] if lower != low else ZERO
            above = volumes[upper] if upper != high else ZERO
            if not above and not below:
                break
            if not above or (below and below > above):
                covered, low = covered + below, lower
            else:
                covered, high = covered + above, upper
        figures["value_area_high"] = levels[high] if levels else ZERO
        figures["value_area_low"] = levels[low] if levels else ZERO
        return figures["poc_price"]

    def __getattr__(self, name: str) -> Any:
        if name in MarketProfile.figures:
            self._sync()
            return float(self._figures[name])
        return super().__getattr__(name)

    @property
    def volume_per_price(self) -> PriceLevels:
        """Volume per price level, ascending."""
        self._sync()
        return PriceLevels((float(level), float(self._volumes[level])) for level in self._levels)


class PriceLevels(dict[float, float]):
    """Volume per price; iterates over pairs, as .NET's lists do."""

    def __iter__(self) -> Iterator[Any]:
        return iter([KeyValuePair(level, volume) for level, volume in self.items()])


_PROFILE = (
    "period: int = 2, value_area_volume_percentage: float = 0.70, price_range_round_off: float = 0.05",
    "name: str, period: int = 2, value_area_volume_percentage: float = 0.70, price_range_round_off: float = 0.05",
)


class _Profile(MarketProfile):
    _prefix = ""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        from vibetrader.engine.indicators.base import number_text

        _, bound = self._overloads.bind(arguments, keywords)
        # 0.70 is LEAN's default and its name keeps the zero
        share = "0.70" if bound["value_area_volume_percentage"] == 0.7 else None
        share = share or number_text(bound["value_area_volume_percentage"])
        default = f"{self._prefix}({bound['period']},{share},{number_text(bound['price_range_round_off'])})"
        self.name = bound.pop("name", None) or default
        self._setup(**bound)
        self._clear()


class VolumeProfile(_Profile):
    """Volume per price level. LEAN: Indicators/VolumeProfile.cs."""

    constructors = _PROFILE
    _prefix = "VP"

    def _volume_of(self, x: Any) -> Any:
        return x.volume


class TimeProfile(_Profile):
    """Bars per price level. LEAN: Indicators/TimeProfile.cs."""

    constructors = _PROFILE
    _prefix = "TP"

    def _volume_of(self, x: Any) -> Any:
        return ONE

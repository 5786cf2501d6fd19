"""Indicators over several symbols. Each symbol's bars are fed to the same indicator."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import isnan, nan, sqrt
from typing import Any, ClassVar

from vibetrader.engine import clr
from vibetrader.engine.data.bars import EMPTY_SYMBOL
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.indicators.averages import ExponentialMovingAverage
from vibetrader.engine.indicators.base import BAR, BarIndicator, Output, TradeBarIndicator, number_text
from vibetrader.engine.indicators.kinds import CorrelationType
from vibetrader.engine.indicators.statistical import as_rate_model, rate_on, sample_variance
from vibetrader.engine.indicators.windows import Maximum, Minimum, RateOfChange
from vibetrader.engine.netdecimal import ZERO, NetDecimal
from vibetrader.engine.timekeeping import DAY, HOUR, MINUTE, SECOND, TimeZone, zone

#: Zone of a symbol's exchange; the engine sets it, so that bars of different zones meet.
exchange_zone: Callable[[Symbol], TimeZone] = lambda symbol: zone("UTC")  # noqa: E731


class _Series:
    """One symbol of an indicator: its last bars and the bar that waits for the other symbol."""

    def __init__(self, symbol: Symbol, period: int) -> None:
        self.zone = exchange_zone(symbol)
        self.period = period
        self.closes: deque[Any] = deque(maxlen=period)
        self.current: Any = None
        self.end = 0

    def reset(self) -> None:
        self.closes.clear()
        self.current, self.end = None, 0

    def full(self) -> bool:
        return len(self.closes) == self.period


class DualSymbolIndicator(BarIndicator):
    """Computed when both symbols have a bar of the same time. LEAN: Indicators/DualSymbolIndicator.cs."""

    def _pair(self, target: Symbol, reference: Symbol, period: int) -> None:
        if target == reference:
            raise clr.ArgumentException(f"An item with the same key has already been added. Key: {reference}")
        self._target, self._reference = _Series(target, period), _Series(reference, period)
        self._series = {target: self._target, reference: self._reference}
        different = self._target.zone != self._reference.zone
        self.warm_up_period = period + (1 if different else 0)

    def _clear(self) -> None:
        self._last: Any = ZERO
        self._unit = 1
        for series in self._series.values():
            series.reset()

    def _compute(self, x: Any, end: int) -> Any:
        series = self._series.get(x.symbol)
        if series is None:
            names = ", ".join(str(symbol) for symbol in self._series)
            raise clr.ArgumentException(
                f"Input symbol {x.symbol} does not correspond to any of the symbols this indicator works on ({names})"
            )
        if self._samples == 1:
            # LEAN: MultiSymbolIndicator.cs, SetResolution: the first bar tells how exactly times must agree
            span = x.end_ns - x.start_ns
            self._unit = DAY if span > HOUR else next((u for u in (HOUR, MINUTE, SECOND) if span >= u), 1)
        series.current = x.close
        # whole hours and days are those of UTC
        series.end = series.zone.to_utc(end) // self._unit
        if self._samples == 1:
            return 0.0
        target, reference = self._target, self._reference
        if target.current is not None and reference.current is not None and target.end == reference.end:
            target.closes.append(target.current)
            reference.closes.append(reference.current)
            self._last = self._join()
        return self._last

    def _join(self) -> Any:
        raise NotImplementedError


def _covariance(xs: deque[float], ys: deque[float]) -> float:
    count = len(xs)
    if count < 2:
        return nan
    # Math.NET: one pass with running means, over windows that are newest first
    mean_x = mean_y = comoment = 0.0
    for n, (x, y) in enumerate(zip(reversed(xs), reversed(ys), strict=True), 1):
        mean_y_before = mean_y
        mean_x += (x - mean_x) / n
        mean_y += (y - mean_y) / n
        comoment += (x - mean_x) * (y - mean_y_before)
    return comoment / (count - 1)


class _Returns(DualSymbolIndicator):
    """Keeps the returns of both symbols."""

    _title = ""

    def _begin_returns(self, target: Symbol, reference: Symbol, period: int) -> None:
        self._pair(target, reference, 2)
        if period < 2:
            raise clr.ArgumentException(
                f"Period parameter for {self._title} indicator must be greater than 2 but was {period}."
            )
        self._length = period
        self.warm_up_period += period - 2 + 1

    def _clear(self) -> None:
        super()._clear()
        self._target_returns: deque[float] = deque(maxlen=self._length)
        self._reference_returns: deque[float] = deque(maxlen=self._length)

    def _ready(self) -> bool:
        return len(self._target_returns) == self._length and len(self._reference_returns) == self._length

    def _join(self) -> Any:
        for series, returns in ((self._target, self._target_returns), (self._reference, self._reference_returns)):
            if series.full():
                old, new = series.closes
                returns.append(float((new / old if old else ZERO) - 1))
        return self._from_returns()

    def _from_returns(self) -> Any:
        raise NotImplementedError


class Beta(_Returns):
    """LEAN: Indicators/Beta.cs."""

    constructors = (
        "target_symbol: Symbol, reference_symbol: Symbol, period: int",
        "name: str, target_symbol: Symbol, reference_symbol: Symbol, period: int",
        "name: str, period: int, target_symbol: Symbol, reference_symbol: Symbol",
    )
    default_name = "B({period})"
    _title = "Beta"

    def _setup(self, target_symbol: Symbol, reference_symbol: Symbol, period: int) -> None:
        self._begin_returns(target_symbol, reference_symbol, period)

    def _from_returns(self) -> Any:
        variance = sample_variance(list(reversed(self._reference_returns)))
        covariance = _covariance(self._target_returns, self._reference_returns)
        return (0.0 if isnan(covariance) else covariance) / (1.0 if isnan(variance) or not variance else variance)


class Covariance(_Returns):
    """LEAN: Indicators/Covariance.cs."""

    constructors = (
        "target_symbol: Symbol, reference_symbol: Symbol, period: int",
        "name: str, target_symbol: Symbol, reference_symbol: Symbol, period: int",
        "name: str, period: int, target_symbol: Symbol, reference_symbol: Symbol",
    )
    default_name = "COV({period})"
    _title = "Covariance"

    def _setup(self, target_symbol: Symbol, reference_symbol: Symbol, period: int) -> None:
        self._begin_returns(target_symbol, reference_symbol, period)

    def _from_returns(self) -> Any:
        covariance = _covariance(self._target_returns, self._reference_returns)
        return 0.0 if isnan(covariance) else covariance


class Correlation(DualSymbolIndicator):
    """LEAN: Indicators/Correlation.cs."""

    constructors = (
        "target_symbol: Symbol, reference_symbol: Symbol, period: int, "
        "correlation_type: CorrelationType = CorrelationType.PEARSON",
        "name: str, target_symbol: Symbol, reference_symbol: Symbol, period: int, "
        "correlation_type: CorrelationType = CorrelationType.PEARSON",
    )
    default_name = "Correlation({period})"

    def _setup(
        self, target_symbol: Symbol, reference_symbol: Symbol, period: int, correlation_type: CorrelationType
    ) -> None:
        self._pair(target_symbol, reference_symbol, period)
        if period < 2:
            raise clr.ArgumentException(
                f"Period parameter for Correlation indicator must be greater than 2 but was {period}"
            )
        self._type = correlation_type

    def _ready(self) -> bool:
        return self._target.full() and self._reference.full()

    def _join(self) -> Any:
        xs = [float(close) for close in reversed(self._target.closes)]
        ys = [float(close) for close in reversed(self._reference.closes)]
        if self._type == CorrelationType.SPEARMAN:
            xs, ys = _ranks(xs), _ranks(ys)
        # Math.NET: one pass with running means
        mean_x = mean_y = sxy = sxx = syy = 0.0
        for n, (x, y) in enumerate(zip(xs, ys, strict=True), 1):
            dx, dy = x - mean_x, y - mean_y
            step_x, step_y = dx / n, dy / n
            mean_x += step_x
            mean_y += step_y
            sxx += step_x * dx * (n - 1)
            syy += step_y * dy * (n - 1)
            sxy += (dx * dy * (n - 1)) / n
        return sxy / sqrt(sxx * syy) if sxx and syy else ZERO


def _ranks(values: list[float]) -> list[float]:
    """Rank of each value; equal ones share the mean of their ranks."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        stop = start
        while stop + 1 < len(order) and values[order[stop + 1]] == values[order[start]]:
            stop += 1
        for place in order[start : stop + 1]:
            ranks[place] = (start + stop) / 2 + 1
        start = stop + 1
    return ranks


class Alpha(BarIndicator):
    """LEAN: Indicators/Alpha.cs."""

    constructors = (
        "target_symbol: Symbol, reference_symbol: Symbol, alpha_period: int, beta_period: int, "
        "risk_free_rate: Optional[float] = None",
        "target_symbol: Symbol, reference_symbol: Symbol, period: int, risk_free_rate: Optional[float] = None",
        "name: str, target_symbol: Symbol, reference_symbol: Symbol, alpha_period: int, beta_period: int, "
        "risk_free_rate: Optional[float] = None",
        "name: str, target_symbol: Symbol, reference_symbol: Symbol, period: int, "
        "risk_free_rate: Optional[float] = None",
        "target_symbol: Symbol, reference_symbol: Symbol, alpha_period: int, beta_period: int, "
        "risk_free_rate_model: PyObject",
        "target_symbol: Symbol, reference_symbol: Symbol, period: int, risk_free_rate_model: PyObject",
        "name: str, target_symbol: Symbol, reference_symbol: Symbol, alpha_period: int, beta_period: int, "
        "risk_free_rate_model: PyObject",
        "name: str, target_symbol: Symbol, reference_symbol: Symbol, period: int, risk_free_rate_model: PyObject",
    )

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        _, bound = self._overloads.bind(arguments, keywords)
        target, reference = bound["target_symbol"], bound["reference_symbol"]
        short: Any
        long: Any
        short, long = bound.get("alpha_period", bound.get("period")), bound.get("beta_period", bound.get("period"))
        periods = f"{short},{long}" if "alpha_period" in bound else str(short)
        rate = f",{number_text(bound['risk_free_rate'])}" if "risk_free_rate" in bound else ""
        self.name = bound.get("name", f"ALPHA({target},{reference},{periods}{rate})")
        if target == reference:
            raise clr.ArgumentException("The target and reference symbols cannot be the same.")
        if short < 1:
            raise clr.ArgumentException("The period must be equal or greater than 1.")
        if long < 2:
            raise clr.ArgumentException("The beta period must be equal or greater than 2.")
        self._period = short
        self._model = as_rate_model(bound.get("risk_free_rate_model", bound.get("risk_free_rate")))
        self._changes = {
            target: self._part(RateOfChange(f"{self.name}_TargetROC", short)),
            reference: self._part(RateOfChange(f"{self.name}_ReferenceROC", short)),
        }
        self._beta = self._part(Beta(f"{self.name}_Beta", target, reference, long))
        self.warm_up_period = max(short, long) + 1
        self._clear()

    def _clear(self) -> None:
        self._alpha: Any = ZERO

    def _ready(self) -> bool:
        return bool(self._beta._ready() and all(change._ready() for change in self._changes.values()))

    def _compute(self, x: Any, end: int) -> Any:
        change = self._changes.get(x.symbol)
        if change is None:
            raise clr.ArgumentException(f"The input symbol {x.symbol} is not the target or reference symbol.")
        change.step(x.close, end)
        self._beta._accept(x, end, x.symbol)
        target, reference = self._changes.values()
        if target._samples == reference._samples > 0:
            self._alpha = ZERO
            if self._ready():
                mean, market = target._value / self._period, reference._value / self._period
                rate = NetDecimal.of(rate_on(self._model, target._end))
                self._alpha = mean - (rate + self._beta._value * (market - rate))
        return self._alpha


class AdvanceDeclineIndicator(TradeBarIndicator):
    """Compares each asset's close with that of the period before. LEAN: Indicators/AdvanceDeclineIndicator.cs."""

    constructors: ClassVar[tuple[str, ...]] = ()
    warm_up_period = 2

    def _begin(self) -> None:
        super()._begin()
        self._now: dict[Symbol, Any] = {}
        self._before: dict[Symbol, Any] = {}
        self._time: int | None = None

    def _clear(self) -> None:
        self._before.clear()
        self._now = dict.fromkeys(self._now)
        self._time = None

    def add(self, asset: Symbol) -> None:
        """Take an asset in."""
        self._now.setdefault(asset, None)

    add_stock = add

    def remove(self, asset: Symbol) -> None:
        """Leave an asset out from now on."""
        self._now.pop(asset, None)

    remove_stock = remove

    def _ready(self) -> bool:
        return bool(self._before)

    def _compute(self, x: Any, end: int) -> Any:
        self._enqueue(x)
        if not self._before or any(bar is None for bar in self._now.values()):
            return None
        up, down = [], []
        for symbol, bar in self._now.items():
            old = self._before.get(symbol)
            if old is None:
                continue
            if bar.close < old.close:
                down.append(bar)
            elif bar.close > old.close:
                up.append(bar)
        return self._main(self._sub_value(up), self._sub_value(down))

    def _enqueue(self, x: Any) -> None:
        if x.end_ns == self._time:
            self._before[x.symbol] = x
            return
        if self._time is not None and x.start_ns > self._time:
            self._before = dict(self._now)
            self._now = dict.fromkeys(self._now)
            self._time = x.start_ns
        if x.symbol in self._now and (self._time is None or x.start_ns == self._time):
            self._now[x.symbol] = x
            self._time = x.start_ns

    def _sub_value(self, bars: list[Any]) -> Any:
        return NetDecimal.of(len(bars))

    def _main(self, advance: Any, decline: Any) -> Any:
        return advance / decline if decline else advance


class AdvanceDeclineDifference(AdvanceDeclineIndicator):
    """LEAN: Indicators/AdvanceDeclineDifference.cs."""

    constructors = ('name: str = "A/D Difference"',)

    def _main(self, advance: Any, decline: Any) -> Any:
        return advance - decline


class AdvanceDeclineRatio(AdvanceDeclineIndicator):
    """LEAN: Indicators/AdvanceDeclineRatio.cs."""

    constructors = ('name: str = "A/D Ratio"',)


class AdvanceDeclineVolumeRatio(AdvanceDeclineIndicator):
    """LEAN: Indicators/AdvanceDeclineVolumeRatio.cs."""

    constructors = ('name: str = "A/D Volume Rate"',)

    def _sub_value(self, bars: list[Any]) -> Any:
        return sum((bar.volume for bar in bars), ZERO)


class ArmsIndex(TradeBarIndicator):
    """LEAN: Indicators/ArmsIndex.cs."""

    constructors = ('name: str = "TRIN"',)
    warm_up_period = 2

    def _setup(self) -> None:
        self._sub("ad_ratio", AdvanceDeclineRatio(self.name + "_A/D Ratio"))
        self._sub("adv_ratio", AdvanceDeclineVolumeRatio(self.name + "_A/D Volume Ratio"))

    def _clear(self) -> None:
        self._arms: Any = ZERO

    def _ready(self) -> bool:
        return bool(self.ad_ratio._ready() and self.adv_ratio._ready())

    def _compute(self, x: Any, end: int) -> Any:
        updates = self.ad_ratio._updates, self.adv_ratio._updates
        ratio, volumes = self.ad_ratio.step(x, end), self.adv_ratio.step(x, end)
        both = self.ad_ratio._updates > updates[0] and self.adv_ratio._updates > updates[1]
        if both and volumes:
            self._arms = ratio / volumes
        return self._arms if volumes else 0.0

    def add(self, asset: Symbol) -> None:
        """Take an asset in."""
        self.ad_ratio.add(asset)
        self.adv_ratio.add(asset)

    add_stock = add

    def remove(self, asset: Symbol) -> None:
        """Leave an asset out from now on."""
        self.ad_ratio.remove(asset)
        self.adv_ratio.remove(asset)

    remove_stock = remove


class McClellanOscillator(TradeBarIndicator):
    """LEAN: Indicators/McClellanOscillator.cs."""

    signatures = ("fast_period: int = 19, slow_period: int = 39",)
    default_name = "McClellanOscillator"

    def _setup(self, fast_period: int, slow_period: int) -> None:
        if fast_period > slow_period:
            raise clr.ArgumentException("fastPeriod must be less than slowPeriod.")
        self._sub("ema_fast", ExponentialMovingAverage(f"EMA{fast_period}_Of_ADD", fast_period))
        self._sub("ema_slow", ExponentialMovingAverage(f"EMA{slow_period}_Of_ADD", slow_period))
        self._sub("ad_difference", AdvanceDeclineDifference("ADD"))
        self.warm_up_period = slow_period + 2

    def _clear(self) -> None:
        self._delta: Any = ZERO

    def _ready(self) -> bool:
        return bool(self.ema_slow._ready())

    def _compute(self, x: Any, end: int) -> Any:
        before = self.ad_difference._updates
        difference = self.ad_difference.step(x, end)
        if self.ad_difference._updates > before and self.ad_difference._ready():
            self._delta = self.ema_fast.step(difference, end) - self.ema_slow.step(difference, end)
        return self._delta

    def add(self, asset: Symbol) -> None:
        """Take an asset in."""
        self.ad_difference.add(asset)

    def remove(self, asset: Symbol) -> None:
        """Leave an asset out from now on."""
        self.ad_difference.remove(asset)


class McClellanSummationIndex(TradeBarIndicator):
    """LEAN: Indicators/McClellanSummationIndex.cs."""

    signatures = ("fast_period: int = 19, slow_period: int = 39",)
    default_name = "McClellanSummationIndex"

    def _setup(self, fast_period: int, slow_period: int) -> None:
        # LEAN gives the oscillator no name of its own
        self._sub("mc_clellan_oscillator", McClellanOscillator(fast_period, slow_period))
        self.warm_up_period = self.mc_clellan_oscillator.warm_up_period
        self._sum: Any = ZERO
        self._sum_end = self._end

    def _ready(self) -> bool:
        return bool(self.mc_clellan_oscillator._ready())

    def _compute(self, x: Any, end: int) -> Any:
        value = self.mc_clellan_oscillator.step(x, end)
        if end != self._sum_end:
            self._sum_end = end
            self._sum += value
        return self._sum + value

    def add(self, asset: Symbol) -> None:
        """Take an asset in."""
        self.mc_clellan_oscillator.add(asset)

    def remove(self, asset: Symbol) -> None:
        """Leave an asset out from now on."""
        self.mc_clellan_oscillator.remove(asset)


class _Tracked:
    def __init__(self, period: int) -> None:
        self.bar: Any = None
        self.high, self.low = Maximum(period), Minimum(period)

    def reset(self) -> None:
        self.bar = None
        self.high.reset()
        self.low.reset()

    def remember(self, bar: Any, time: int) -> None:
        if bar is not None:
            self.high.step(bar.high, time)
            self.low.step(bar.low, time)


class NewHighsNewLows(BarIndicator):
    """How many assets make new highs, minus new lows. LEAN: Indicators/NewHighsNewLows.cs."""

    constructors = ("name: str, period: int",)

    def _setup(self, period: int) -> None:
        self._period = period
        self.warm_up_period = period + 1
        self._assets: dict[Symbol, _Tracked] = {}
        self._highs: list[Any] = []
        self._lows: list[Any] = []
        self._sub("difference", Output(self.name + "_Difference", self._ready, BAR))
        self._sub("ratio", Output(self.name + "_Ratio", self._ready, BAR))

    def _clear(self) -> None:
        self._time: int | None = None
        for asset in self._assets.values():
            asset.reset()

    def add(self, asset: Symbol) -> None:
        """Take an asset in."""
        if asset not in self._assets:
            self._assets[asset] = _Tracked(self._period)

    def remove(self, asset: Symbol) -> None:
        """Leave an asset out from now on."""
        self._assets.pop(asset, None)

    def _ready(self) -> bool:
        return bool(self._assets) and all(asset.high._ready() for asset in self._assets.values())

    def _compute(self, x: Any, end: int) -> Any:
        self._enqueue(x)
        if any(asset.bar is None for asset in self._assets.values()) or not self._ready():
            return None
        assets = self._assets.values()
        self._highs = [asset.bar for asset in assets if asset.bar.high > asset.high._value]
        self._lows = [asset.bar for asset in assets if asset.bar.low < asset.low._value]
        highs, lows = NetDecimal.of(len(self._highs)), NetDecimal.of(len(self._lows))
        self.difference._accept(highs - lows, end, EMPTY_SYMBOL)
        self.ratio._accept(highs / lows if lows else highs, end, EMPTY_SYMBOL)
        return self._main(end)

    def _main(self, end: int) -> Any:
        return self.difference._value

    def _enqueue(self, x: Any) -> None:
        asset = self._assets.get(x.symbol)
        if x.end_ns == self._time:
            if asset is not None:
                asset.remember(x, x.end_ns)
            return
        if self._time is not None and x.start_ns > self._time:
            for other in self._assets.values():
                other.remember(other.bar, self._time)
                other.bar = None
            self._time = x.start_ns
        if asset is not None and (self._time is None or x.start_ns == self._time):
            asset.bar = x
            self._time = x.start_ns


class NewHighsNewLowsVolume(NewHighsNewLows):
    """Volume of new highs against that of new lows. LEAN: Indicators/NewHighsNewLowsVolume.cs."""

    input_kind = "TradeBar"
    constructors = ("name: str, period: int",)

    def _setup(self, period: int) -> None:
        super()._setup(period)
        self._sub("volume_ratio", Output(self.name + "_VolumeRatio", self._ready, BAR))

    def _main(self, end: int) -> Any:
        highs = sum((bar.volume for bar in self._highs), ZERO)
        lows = sum((bar.volume for bar in self._lows), ZERO)
        return self.volume_ratio.step(highs / lows if lows else highs, end)

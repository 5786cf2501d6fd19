"""Bars without a clock: Renko, volume and range. LEAN: RenkoConsolidator.cs, BaseTimelessConsolidator.cs and others.

Levels are compared exactly, as decimals: prices that touch a brick's edge decide whether it closes.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from vibetrader.engine import clr
from vibetrader.engine.consolidators.base import ConsolidatorBase, IBaseData, Surroundings
from vibetrader.engine.data.bars import (
    BarDirection,
    BaseData,
    RangeBar,
    RenkoBar,
    RenkoType,
    Tick,
    TradeBar,
    VolumeRenkoBar,
)
from vibetrader.engine.data.enums import TickType
from vibetrader.engine.money import dec, round_to
from vibetrader.engine.naming import lean_names

Selector = Callable[[Any], Any]

_FIELDS = ("open", "high", "low", "close", "volume", "brick_size", "range_size")


def _as_floats(bar: Any) -> Any:
    """The bar users see: floats instead of the decimals it grew with."""
    for field in _FIELDS:
        value = getattr(bar, field, None)
        if isinstance(value, Decimal):
            setattr(bar, field, float(value))
    return bar


def _copy(bar: Any) -> Any:
    return None if bar is None else _as_floats(bar.clone())


def _value_of(data: Any) -> Any:
    return data.value


def _volume_of(data: Any) -> Any:
    if isinstance(data, TradeBar):
        return data.volume
    return data.quantity if isinstance(data, Tick) else 0


def _to_selector(value: Any) -> Any:
    if value is None or (callable(value) and not isinstance(value, type)):
        return value
    raise clr.NoMatch


clr.register_type("Callable[[IBaseData], float]", _to_selector)


def _ceiling(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).to_integral_value(ROUND_CEILING) * step


class _Timeless(ConsolidatorBase):
    """Base: a bar that grows by a value and a volume."""

    input_type = IBaseData

    user_event = "before"

    def _begin(self, selector: Selector | None, volume_selector: Selector | None) -> None:
        self._selector = selector or _value_of
        self._volume_selector = volume_selector or _volume_of
        self._bar: Any = None

    @property
    def working_data(self) -> Any:
        """A copy of the unfinished bar."""
        return _copy(self._bar)

    def feed(self, data: Any) -> None:
        """Take data."""
        value, volume = dec(self._selector(data)), dec(self._volume_selector(data))
        if self._bar is not None:
            self._grow(data.start_ns, value, volume)
        if self._bar is None:
            self._open(data, value, volume)

    def _grow(self, time: int, value: Decimal, volume: Decimal) -> None:
        raise NotImplementedError

    def _open(self, data: Any, value: Decimal, volume: Decimal) -> None:
        raise NotImplementedError

    def reset(self) -> None:
        """Forget everything but the listeners."""
        self._bar = None
        super().reset()


@lean_names
class ClassicRenkoConsolidator(_Timeless):
    """Bricks of a size. LEAN: ClassicRenkoConsolidator.cs."""

    output_type = RenkoBar
    type = RenkoType.CLASSIC
    _overloads = clr.Overloads(
        ".ctor",
        "bar_size: float, even_bars: bool = True",
        "bar_size: float, selector: Callable[[IBaseData], float], "
        "volume_selector: Callable[[IBaseData], float] = None, even_bars: bool = True",
    )

    def __class_getitem__(cls, kind: Any) -> Any:
        return cls

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        _, bound = self._overloads.bind(arguments, keywords)
        size = dec(bound["bar_size"])
        if size <= 0:
            raise clr.ArgumentOutOfRangeException(
                "RenkoConsolidator bar size must be positve and greater than 1e-28", "barSize"
            )
        self._size, self._even = size, bound["even_bars"]
        self._last_close: Decimal | None = None
        self._begin(bound.get("selector"), bound.get("volume_selector"))

    def _grow(self, time: int, value: Decimal, volume: Decimal) -> None:
        bar = self._bar
        bar.grow(time, value, volume)
        if bar.is_closed:
            self._last_close = bar.close
            self.emit(_as_floats(bar))
            self._bar = None

    def _open(self, data: Any, value: Decimal, volume: Decimal) -> None:
        start = value if self._last_close is None else self._last_close
        if self._even and self._last_close is None:
            start = _ceiling(start, self._size)
        bar: Any = RenkoBar
        self._bar = bar.classic(data.symbol, data.start_ns, brick_size=self._size, open=start, volume=volume)

    def reset(self) -> None:
        """Forget everything but the listeners."""
        super().reset()
        self._last_close = None


@lean_names
class RangeConsolidator(_Timeless):
    """Bars of a price range, in ticks. LEAN: RangeConsolidator.cs."""

    output_type = RangeBar
    _overloads = clr.Overloads(
        ".ctor",
        "range: int, selector: Callable[[IBaseData], float] = None, "
        "volume_selector: Callable[[IBaseData], float] = None",
    )

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        _, bound = self._overloads.bind(arguments, keywords)
        #: Range in ticks.
        self.range: int = bound["range"]
        self._begin(bound["selector"], bound["volume_selector"])
        self._first = True
        self._tick = self._range_size = Decimal(0)

    @property
    def range_size(self) -> float:
        """Range as a price; 0 before the first data."""
        return float(self._range_size)

    def _grow(self, time: int, value: Decimal, volume: Decimal) -> None:
        bar: Any = self._bar
        rising = value > bar.high
        bar.grow(time, value, volume)
        while bar.is_closed:
            start = bar.high + self._tick if rising else bar.low - self._tick
            self.emit(_as_floats(bar))
            following: Any = RangeBar
            self._bar = bar = following.starting(
                bar.symbol, bar.end_ns, self._range_size, open=start, volume=Decimal(0)
            )
            bar.grow(time, value, Decimal(0) if abs(bar.low - value) > self._range_size else volume)

    def _open(self, data: Any, value: Decimal, volume: Decimal) -> None:
        if self._first:
            self._tick = dec(Surroundings.minimum_price_variation(data.symbol))
            self._range_size = self._tick * self.range
            value = _ceiling(value, self._range_size)
            self._first = False
        bar: Any = RangeBar
        self._bar = bar.starting(data.symbol, data.start_ns, self._range_size, open=value, volume=volume)

    def reset(self) -> None:
        """Forget everything but the listeners."""
        super().reset()
        self._first = True
        self._tick = self._range_size = Decimal(0)


@lean_names
class ClassicRangeConsolidator(RangeConsolidator):
    """Range bars that start at the next value. LEAN: ClassicRangeConsolidator.cs."""

    def _grow(self, time: int, value: Decimal, volume: Decimal) -> None:
        self._bar.grow(time, value, volume)
        if self._bar.is_closed:
            self.emit(_as_floats(self._bar))
            self._bar = None


@lean_names
class RenkoConsolidator(ConsolidatorBase):
    """Bricks with wicks; a turn needs two sizes. LEAN: RenkoConsolidator.cs."""

    input_type = IBaseData

    user_event = "before"
    output_type = RenkoBar
    type = RenkoType.WICKED
    _overloads = clr.Overloads(".ctor", "bar_size: float")

    def __class_getitem__(cls, kind: Any) -> Any:
        return cls

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        _, bound = self._overloads.bind(arguments, keywords)
        self._size = dec(bound["bar_size"])
        if self._size <= 0:
            raise clr.ArgumentException("Renko consolidator BarSize must be strictly greater than zero")
        self._start_over()

    def _start_over(self) -> None:
        self._first = True
        self._last: RenkoBar | None = None
        self._last_open = Decimal(0)
        self._open_rate = self._high = self._low = self._close = Decimal(0)
        self._open_on = self._close_on = 0

    @property
    def working_data(self) -> Any:
        """A copy of the last brick."""
        return None if self.consolidated is None else self.consolidated.clone()

    @staticmethod
    def get_closest_multiple(price: float, bar_size: float) -> float:
        """The multiple of a size next to a price."""
        if bar_size <= 0:
            raise clr.ArgumentException("BarSize must be strictly greater than zero")
        return float(_closest(dec(price), dec(bar_size)))

    def feed(self, data: Any) -> None:
        """Take data."""
        rate = dec(data.price)
        if self._first:
            self._first = False
            self._open_rate = self._high = self._low = self._close = _closest(rate, self._size)
            self._open_on = self._close_on = data.start_ns
            return
        self._close_on = data.start_ns
        self._high, self._low, self._close = max(self._high, rate), min(self._low, rate), rate
        if rate > self._open_rate:
            if self._last is None or self._last.direction == BarDirection.RISING:
                self._go(data.symbol, up=True)
                return
            limit = self._last_open + self._size
            if rate > limit:
                self._brick(data.symbol, self._last_open, limit, low=self._low, high=limit)
                self._low = limit
                self._go(data.symbol, up=True)
        elif rate < self._open_rate:
            if self._last is None or self._last.direction == BarDirection.FALLING:
                self._go(data.symbol, up=False)
                return
            limit = self._last_open - self._size
            if rate < limit:
                self._brick(data.symbol, self._last_open, limit, low=limit, high=self._high)
                self._high = limit
                self._go(data.symbol, up=False)

    def _go(self, symbol: Any, *, up: bool) -> None:
        step = self._size if up else -self._size
        while (self._close > self._open_rate + step) if up else (self._close < self._open_rate + step):
            limit = self._open_rate + step
            if up:
                self._brick(symbol, self._open_rate, limit, low=self._low, high=limit)
                self._low = limit
            else:
                self._brick(symbol, self._open_rate, limit, low=limit, high=self._high)
                self._high = limit

    def _brick(self, symbol: Any, start: Decimal, limit: Decimal, *, low: Decimal, high: Decimal) -> None:
        bar = RenkoBar.wicked(
            symbol,
            self._open_on,
            self._close_on,
            brick_size=float(self._size),
            open=float(start),
            high=float(high),
            low=float(low),
            close=float(limit),
        )
        self._last, self._last_open = bar, start
        self.emit(bar)
        self._open_on, self._open_rate = self._close_on, limit

    def reset(self) -> None:
        """Forget everything but the listeners."""
        self._start_over()
        super().reset()


@lean_names
class WickedRenkoConsolidator(RenkoConsolidator):
    """LEAN's other name of the Renko consolidator."""


def _closest(price: Decimal, size: Decimal) -> Decimal:
    whole = (price / size).to_integral_value(ROUND_FLOOR)
    return size * (whole + round_to((price - size * whole) / size, 0))


@lean_names
class VolumeRenkoConsolidator(ConsolidatorBase):
    """Bars of a volume. LEAN: VolumeRenkoConsolidator.cs."""

    user_event = "after"
    output_type = VolumeRenkoBar
    input_type = BaseData
    _overloads = clr.Overloads(".ctor", "bar_size: float")

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        _, bound = self._overloads.bind(arguments, keywords)
        self._size = dec(bound["bar_size"])
        self._bar: Any = None

    @property
    def working_data(self) -> Any:
        """The unfinished bar."""
        return _copy(self._bar)

    def _adjusted(self, volume: Decimal, price: Decimal) -> Decimal:
        return volume

    def feed(self, data: Any) -> None:
        """Take a trade bar or trade tick."""
        close = dec(data.price)
        if type(data) is TradeBar:
            volume, opening, high, low = dec(data.volume), dec(data.open), dec(data.high), dec(data.low)
        elif type(data) is Tick:
            if data.tick_type != TickType.TRADE:
                return
            volume, opening, high, low = dec(data.quantity), close, close, close
        else:
            raise clr.ArgumentException(f"{type(self).__name__} must be used with TradeBar or Tick data.")
        volume = self._adjusted(volume, close)
        if self._bar is None:
            kind: Any = VolumeRenkoBar
            self._bar = kind.at(data.symbol, data.start_ns, data.end_ns, opening, high, low, close, Decimal(0))
            self._bar.type, self._bar.brick_size = RenkoType.CLASSIC, self._size
        left = self._bar.grow(data.end_ns, high=high, low=low, close=close, volume=volume)
        while left >= 0:
            following = self._bar.rollover()
            following.volume = Decimal(0)
            self.emit(_as_floats(self._bar))
            self._bar = following
            left = following.grow(data.end_ns, high=high, low=low, close=close, volume=left)

    def reset(self) -> None:
        """Forget everything but the listeners."""
        super().reset()
        self._bar = None


@lean_names
class DollarVolumeRenkoConsolidator(VolumeRenkoConsolidator):
    """Bars of a traded value. LEAN: DollarVolumeRenkoConsolidator.cs."""

    def _adjusted(self, volume: Decimal, price: Decimal) -> Decimal:
        return volume * price

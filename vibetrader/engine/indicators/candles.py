"""What the candlestick patterns share. LEAN: Indicators/CandlestickPatterns/CandlestickPattern.cs.

A pattern looks at the last candles (`w[0]` the newest) and compares parts of them with averages of the candles before.
LEAN keeps those averages as running totals, and some patterns add or drop another candle than they should; since totals
never forget, such patterns are told how by `Average`.
"""

from __future__ import annotations

from collections import deque
from typing import Any, ClassVar, NamedTuple

from vibetrader.engine.indicators.base import BarIndicator, number_text
from vibetrader.engine.indicators.kinds import CandleRangeType, CandleSettingType
from vibetrader.engine.naming import lean_names
from vibetrader.engine.netdecimal import ZERO, NetDecimal

BODY_LONG = CandleSettingType.BODY_LONG
BODY_SHORT = CandleSettingType.BODY_SHORT
BODY_DOJI = CandleSettingType.BODY_DOJI
SHADOW_LONG = CandleSettingType.SHADOW_LONG
SHADOW_VERY_LONG = CandleSettingType.SHADOW_VERY_LONG
SHADOW_SHORT = CandleSettingType.SHADOW_SHORT
SHADOW_VERY_SHORT = CandleSettingType.SHADOW_VERY_SHORT
NEAR, FAR, EQUAL = CandleSettingType.NEAR, CandleSettingType.FAR, CandleSettingType.EQUAL


class CandleSetting:
    """How a measure is averaged: which part, over how many candles, times which factor."""

    def __init__(self, range_type: CandleRangeType, average_period: int, factor: float) -> None:
        self.range_type = self.RangeType = range_type
        self.average_period = self.AveragePeriod = average_period
        self.factor = self.Factor = float(factor)
        self.exact_factor = NetDecimal.of(factor)


_BODY, _HIGH_LOW, _SHADOWS = CandleRangeType.REAL_BODY, CandleRangeType.HIGH_LOW, CandleRangeType.SHADOWS


@lean_names
class CandleSettings:
    """The settings of all patterns; `set` changes one for patterns made afterwards."""

    _settings: ClassVar[dict[CandleSettingType, CandleSetting]] = {
        BODY_LONG: CandleSetting(_BODY, 10, 1),
        CandleSettingType.BODY_VERY_LONG: CandleSetting(_BODY, 10, 3),
        BODY_SHORT: CandleSetting(_BODY, 10, 1),
        BODY_DOJI: CandleSetting(_HIGH_LOW, 10, 0.1),
        SHADOW_LONG: CandleSetting(_BODY, 0, 1),
        SHADOW_VERY_LONG: CandleSetting(_BODY, 0, 2),
        SHADOW_SHORT: CandleSetting(_SHADOWS, 10, 1),
        SHADOW_VERY_SHORT: CandleSetting(_HIGH_LOW, 10, 0.1),
        NEAR: CandleSetting(_HIGH_LOW, 5, 0.2),
        FAR: CandleSetting(_HIGH_LOW, 5, 0.6),
        EQUAL: CandleSetting(_HIGH_LOW, 5, 0.05),
    }

    @classmethod
    def get(cls, type: CandleSettingType) -> CandleSetting:
        """The setting of a measure."""
        return cls._settings[type]

    @classmethod
    def set(cls, type: CandleSettingType, setting: CandleSetting) -> None:
        """Replace the setting of a measure."""
        cls._settings[type] = setting


class Candle:
    """A bar with the parts patterns compare."""

    __slots__ = ("body", "bottom", "close", "color", "high", "low", "lower", "open", "span", "top", "upper")

    def __init__(self, bar: Any) -> None:
        self.open, self.high, self.low, self.close = bar.open, bar.high, bar.low, bar.close
        self.color = 1 if self.close >= self.open else -1
        self.top, self.bottom = max(self.open, self.close), min(self.open, self.close)
        self.body = self.top - self.bottom
        self.upper, self.lower, self.span = self.high - self.top, self.bottom - self.low, self.high - self.low

    @property
    def white(self) -> bool:
        """Rising or unchanged."""
        return self.color > 0

    @property
    def black(self) -> bool:
        """Falling."""
        return self.color < 0

    def part(self, kind: CandleRangeType) -> Any:
        """The part a setting measures."""
        if kind is _BODY:
            return self.body
        return self.span if kind is _HIGH_LOW else self.upper + self.lower


class Average(NamedTuple):
    """An average a pattern keeps: of `kind`, over the candles before `w[place]`.

    The other fields describe LEAN's slips: which candle an update adds and drops, and how the total is first filled.
    """

    kind: CandleSettingType
    place: int
    add: int | None = None
    drop: int | None = None
    fill_kind: CandleSettingType | None = None
    fill_place: int | None = None
    fill_early: int = 0


class CandlestickPattern(BarIndicator):
    """Base of the patterns: 1 bullish, -1 bearish, 0 nothing."""

    signatures = ("",)
    #: Candles beyond the averages' own that the pattern needs.
    bars: ClassVar[int] = 1
    averages: ClassVar[tuple[Average | tuple[CandleSettingType, int], ...]] = ()
    #: True where LEAN wants one sample more than the warm-up period.
    one_more: ClassVar[bool] = False

    def __init_subclass__(cls, **keywords: Any) -> None:
        if "default_name" not in vars(cls):
            cls.default_name = cls.__name__.upper()
        super().__init_subclass__(**keywords)

    def _setup(self, **parameters: Any) -> None:
        self._averages = [Average(*average) for average in self.averages]
        self._settings = {average.kind: CandleSettings.get(average.kind) for average in self._averages}
        longest = max((setting.average_period for setting in self._settings.values()), default=0)
        self.period = self.warm_up_period = longest + self.bars
        self._first = self.period + 1 if self.one_more else self.period

    def _clear(self) -> None:
        self._candles: deque[Candle] = deque(maxlen=self.period)
        self._totals: dict[Any, Any] = {(average.kind, average.place): ZERO for average in self._averages}

    def _ready(self) -> bool:
        return self._samples >= self._first

    def _compute(self, x: Any, end: int) -> Any:
        if x.candle is None:
            x.candle = Candle(x)
        self._candles.appendleft(x.candle)
        w = self._candles
        if self._samples < self._first:
            self._fill(w)
            return 0.0
        value = float(self._match(w))
        self._roll(w)
        return value

    def _fill(self, w: deque[Candle]) -> None:
        samples = self._samples
        for average in self._averages:
            length = self._settings[average.kind].average_period
            early = average.fill_early
            if self._first - length - early <= samples < self._first - early:
                place = average.place if average.fill_place is None else average.fill_place
                kind = average.fill_kind or average.kind
                self._totals[average.kind, average.place] += w[place].part(CandleSettings.get(kind).range_type)

    def _roll(self, w: deque[Candle]) -> None:
        for average in self._averages:
            setting = self._settings[average.kind]
            if setting.average_period:
                add = average.place if average.add is None else average.add
                drop = average.place + setting.average_period if average.drop is None else average.drop
                part = setting.range_type
                self._totals[average.kind, average.place] += w[add].part(part) - w[drop].part(part)

    def _match(self, w: deque[Candle]) -> float:
        raise NotImplementedError

    def avg(self, kind: CandleSettingType, place: int) -> Any:
        """Average of a measure before `w[place]`, times its factor; measures without a period take the candle's own."""
        setting = self._settings[kind]
        if setting.average_period:
            value = self._totals[kind, place] / setting.average_period
        else:
            value = self._candles[place].part(setting.range_type)
        return setting.exact_factor * value / (2 if setting.range_type is _SHADOWS else 1)

    def gt(self, a: Any, b: Any) -> bool:
        """a > b."""
        return bool(a > b)

    def le(self, a: Any, b: Any) -> bool:
        """a ≤ b."""
        return bool(a <= b)

    def lt(self, a: Any, b: Any) -> bool:
        """a < b."""
        return bool(a < b)

    def ge(self, a: Any, b: Any) -> bool:
        """a ≥ b."""
        return bool(a >= b)

    def near(self, a: Any, b: Any, distance: Any) -> bool:
        """|a - b| ≤ distance."""
        return self.le(a, b + distance) and self.ge(a, b - distance)

    def long(self, place: int) -> bool:
        """A long body."""
        return self.gt(self._candles[place].body, self.avg(BODY_LONG, place))

    def short(self, place: int) -> bool:
        """A short body."""
        return self.lt(self._candles[place].body, self.avg(BODY_SHORT, place))

    def doji(self, place: int) -> bool:
        """Hardly a body."""
        return self.le(self._candles[place].body, self.avg(BODY_DOJI, place))

    def tiny_upper(self, place: int) -> bool:
        """Hardly a shadow above."""
        return self.lt(self._candles[place].upper, self.avg(SHADOW_VERY_SHORT, place))

    def tiny_lower(self, place: int) -> bool:
        """Hardly a shadow below."""
        return self.lt(self._candles[place].lower, self.avg(SHADOW_VERY_SHORT, place))


class PenetrationPattern(CandlestickPattern):
    """A pattern whose last candle must reach into an earlier one by a share of its body."""

    constructors = ("", "penetration: float", "name: str, penetration: float = 0.3")
    default_penetration: ClassVar[float] = 0.3

    def __init_subclass__(cls, **keywords: Any) -> None:
        if "default_penetration" in vars(cls):
            last = f"name: str, penetration: float = {number_text(cls.default_penetration)}"
            cls.constructors = ("", "penetration: float", last)
        super().__init_subclass__(**keywords)

    def _setup(self, **parameters: Any) -> None:
        self._penetration = NetDecimal.of(parameters.get("penetration", self.default_penetration))
        super()._setup()


def gap_up(candle: Candle, before: Candle) -> bool:
    """The bodies leave a gap upwards."""
    return bool(candle.bottom > before.top)


def gap_down(candle: Candle, before: Candle) -> bool:
    """The bodies leave a gap downwards."""
    return bool(candle.top < before.bottom)

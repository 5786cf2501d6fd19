"""Enumerations of the indicators. LEAN: Indicators/MovingAverageType.cs and others."""

from __future__ import annotations

from typing import Any

from vibetrader.engine import clr
from vibetrader.engine.naming import LeanEnum, alias_members


class MovingAverageType(LeanEnum):
    """Which average an indicator smooths with."""

    SIMPLE = 0
    EXPONENTIAL = 1
    WILDERS = 2
    LINEAR_WEIGHTED_MOVING_AVERAGE = 3
    DOUBLE_EXPONENTIAL = 4
    TRIPLE_EXPONENTIAL = 5
    TRIANGULAR = 6
    T_3 = 7
    T3 = 7
    KAMA = 8
    HULL = 9
    ALMA = 10
    ZLEMA = 11
    MGD = 12

    def to_string(self) -> str:
        """C# spelling, as names of indicators show it."""
        return "MGD" if self is MovingAverageType.MGD else super().to_string()

    def as_indicator(self, *arguments: Any) -> Any:
        """The average of this type: `as_indicator(period)` or `as_indicator(name, period)`."""
        from vibetrader.engine.indicators.averages import as_indicator

        return as_indicator(self, *arguments)

    ToString = to_string  # type: ignore[misc]  # an enumeration's alias of the method above
    AsIndicator = as_indicator


class IndicatorStatus(LeanEnum):
    """Whether a computation gave a value."""

    SUCCESS = 0
    INVALID_INPUT = 1
    MATH_ERROR = 2
    VALUE_NOT_READY = 3


class CorrelationType(LeanEnum):
    """Which correlation coefficient."""

    PEARSON = 0
    SPEARMAN = 1


class SwissArmyKnifeTool(LeanEnum):
    """Which filter of the Swiss army knife."""

    GAUSS = 0
    BUTTER = 1
    HIGH_PASS = 2
    TWO_POLE_HIGH_PASS = 3
    BAND_PASS = 4


class PivotPointType(LeanEnum):
    """Kind of a pivot point."""

    LOW = -1
    NONE = 0
    HIGH = 1
    BOTH = 2


class TomDemarkSequentialPhase(LeanEnum):
    """Phase of the sequence; the value of the indicator."""

    NONE = 0
    BUY_SETUP = 1
    SELL_SETUP = 2
    BUY_COUNTDOWN = 3
    SELL_COUNTDOWN = 4
    BUY_SETUP_PERFECT = 5
    SELL_SETUP_PERFECT = 6


class CandleSettingType(LeanEnum):
    """Which measure of a candle."""

    BODY_LONG = 0
    BODY_VERY_LONG = 1
    BODY_SHORT = 2
    BODY_DOJI = 3
    SHADOW_LONG = 4
    SHADOW_VERY_LONG = 5
    SHADOW_SHORT = 6
    SHADOW_VERY_SHORT = 7
    NEAR = 8
    FAR = 9
    EQUAL = 10


class CandleRangeType(LeanEnum):
    """Which part of a candle a setting measures."""

    REAL_BODY = 0
    HIGH_LOW = 1
    SHADOWS = 2


class CandleColor(LeanEnum):
    """White is rising."""

    BLACK = -1
    WHITE = 1


_ALL: tuple[type[LeanEnum], ...] = (
    MovingAverageType,
    IndicatorStatus,
    CorrelationType,
    SwissArmyKnifeTool,
    PivotPointType,
    TomDemarkSequentialPhase,
    CandleSettingType,
    CandleRangeType,
    CandleColor,
)
alias_members(*_ALL)
for _kind in _ALL:
    clr.register_type(_kind.__name__, clr.enumeration(_kind))

#: What default values in signatures may name.
NAMES: dict[str, object] = {kind.__name__: kind for kind in _ALL}

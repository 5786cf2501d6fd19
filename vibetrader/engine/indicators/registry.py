"""Every indicator class by its LEAN name: what `AlgorithmImports` offers and how to look one up."""

from __future__ import annotations

from types import ModuleType

from vibetrader.engine.indicators import (
    averages,
    base,
    candles,
    candlesticks,
    composite,
    kinds,
    multi,
    oscillators,
    statistical,
    trend,
    volatility,
    volume,
    windows,
)
from vibetrader.engine.indicators.base import IndicatorBase, Output
from vibetrader.engine.naming import LeanEnum

_MODULES: tuple[ModuleType, ...] = (
    windows,
    averages,
    oscillators,
    volatility,
    trend,
    volume,
    statistical,
    multi,
    composite,
)


def _indicators() -> dict[str, type[IndicatorBase]]:
    found: dict[str, type[IndicatorBase]] = {}
    for module in _MODULES:
        for name, value in vars(module).items():
            if isinstance(value, type) and issubclass(value, IndicatorBase) and value.__module__ == module.__name__:
                found[name] = value
    return {name: kind for name, kind in found.items() if not name.startswith("_") and kind is not Output}


#: Indicator classes by name, patterns not included.
INDICATORS: dict[str, type[IndicatorBase]] = _indicators()

#: Candlestick patterns by name (LEAN's QuantConnect.Indicators.CandlestickPatterns).
PATTERNS = candlesticks.PATTERNS

#: Everything of QuantConnect.Indicators that users may name.
EXPORTS: dict[str, object] = {
    **INDICATORS,
    **{name: value for name, value in vars(kinds).items() if isinstance(value, type) and issubclass(value, LeanEnum)},
    "IndicatorBase": base.IndicatorBase,
    "Indicator": base.Indicator,
    "BarIndicator": base.BarIndicator,
    "TradeBarIndicator": base.TradeBarIndicator,
    "WindowIndicator": base.WindowIndicator,
    "IndicatorResult": base.IndicatorResult,
    "IndicatorExtensions": composite.IndicatorExtensions,
    "MovingAverageTypeExtensions": averages.MovingAverageTypeExtensions,
    "PivotPoint": trend.PivotPoint,
    "PivotPointsEventArgs": trend.PivotPointsEventArgs,
    "CandleSettings": candles.CandleSettings,
    "CandleSetting": candles.CandleSetting,
    "CandlestickPattern": candles.CandlestickPattern,
}
EXPORTS.pop("LeanEnum", None)

"""How each indicator of a spec is written with LEAN: class, helper, arguments and where its values are found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from vibetrader.spec.indicators import CANDLE_PATTERNS, INDICATORS

Arguments = Callable[[list[str]], list[str]]

MOVING_AVERAGE_TYPES: Final[Mapping[str, str]] = {
    "sma": "SIMPLE",
    "ema": "EXPONENTIAL",
    "wilders": "WILDERS",
    "lwma": "LINEAR_WEIGHTED_MOVING_AVERAGE",
    "dema": "DOUBLE_EXPONENTIAL",
    "tema": "TRIPLE_EXPONENTIAL",
    "trima": "TRIANGULAR",
    "hma": "HULL",
    "kama": "KAMA",
}

# Words that the indicator takes beside moving averages.
_TOOLS: Final[Mapping[str, str]] = {
    "gauss": "GAUSS",
    "butter": "BUTTER",
    "highpass": "HIGH_PASS",
    "twopolehighpass": "TWO_POLE_HIGH_PASS",
    "bandpass": "BAND_PASS",
}


def word(text: str, parameter: str) -> str:
    """The LEAN enumeration member for a word argument."""
    if parameter == "tool":
        return f"SwissArmyKnifeTool.{_TOOLS[text]}"
    return f"MovingAverageType.{MOVING_AVERAGE_TYPES[text]}"


def _same(arguments: list[str]) -> list[str]:
    return arguments


@dataclass(frozen=True, slots=True)
class Recipe:
    """LEAN's way to one indicator.

    Attributes:
        lean: Class.
        helper: Method of the algorithm that makes and feeds one.
        kind: Indicators of one kind share an object when their arguments are equal (`adx` and `dmi`).
        arguments: Spec arguments to LEAN's, the same for class and helper.
        outputs: Output to attribute; "" is the indicator's own value.
        omitted: A last argument with this text is LEAN's default, in helper and class, and may be left out.
        has_warm_up: The class declares `warm_up_period`.
    """

    lean: str
    helper: str
    kind: str
    arguments: Arguments = _same
    outputs: Mapping[str, str] = field(default_factory=dict)
    omitted: str = ""
    has_warm_up: bool = True


_BANDS: Final = {"upper": "upper_band", "middle": "middle_band", "lower": "lower_band"}
_DIRECTIONS: Final = {"plus": "positive_directional_index", "minus": "negative_directional_index"}

# Only what differs from "the spec's arguments in their order, one value".
_OUTPUTS: Final[Mapping[str, Mapping[str, str]]] = {
    "bb": {**_BANDS, "percent_b": "percent_b", "width": "band_width"},
    "kc": _BANDS,
    "accbands": _BANDS,
    "donchian": {"upper": "upper_band", "middle": "", "lower": "lower_band"},
    "regression": {"upper": "upper_channel", "middle": "linear_regression", "lower": "lower_channel"},
    "ichimoku": {
        "tenkan": "tenkan",
        "kijun": "kijun",
        "senkou_a": "senkou_a",
        "senkou_b": "senkou_b",
        "chikou": "chikou",
    },
    "zigzag": {"value": "", "high": "high_pivot", "low": "low_pivot"},
    "ha": {"open": "open", "high": "high", "low": "low", "close": "close", "volume": "volume"},
    "stoch": {"k": "stoch_k", "d": "stoch_d"},
    "stochrsi": {"k": "k", "d": "d"},
    "macd": {"line": "", "signal": "signal", "histogram": "histogram"},
    "aroon": {"value": "", "up": "aroon_up", "down": "aroon_down"},
    "kst": {"value": "", "signal": "signal_line"},
    "rvi": {"value": "", "signal": "signal"},
    "tsi": {"value": "", "signal": "signal"},
    "wto": {"value": "", "signal": "signal"},
    "kvo": {"value": "", "signal": "signal"},
    "vortex": {"plus": "plus_vortex", "minus": "minus_vortex"},
    "mama": {"mama": "", "fama": "fama"},
    "ht": {"in_phase": "in_phase", "quadrature": "quadrature"},
    "dmi": _DIRECTIONS,
}

_ARGUMENTS: Final[Mapping[str, Arguments]] = {
    # LEAN names start, increment and maximum; charts know the first two as one.
    "psar": lambda a: [a[0], a[0], a[1]],
    # The cloud is drawn `kijun` bars ahead.
    "ichimoku": lambda a: [a[0], a[1], a[1], a[2], a[1], a[1]],
    "aroon": lambda a: [a[0], a[0]],
    "kst": lambda a: ["10", "10", "15", "10", "20", "10", "30", "15", "9"],
}

# Helpers whose names differ from the table's, or whose default argument may be left out in helper and class alike.
_HELPERS: Final[Mapping[str, str]] = {"t3": "t_3", "variance": "v"}
_OMITTED: Final[Mapping[str, str]] = {
    "bb": "MovingAverageType.SIMPLE",
    "rsi": "MovingAverageType.WILDERS",
    "macd": "MovingAverageType.EXPONENTIAL",
    "force": "MovingAverageType.EXPONENTIAL",
    "sobv": "MovingAverageType.SIMPLE",
    "accbands": "MovingAverageType.SIMPLE",
}
# LEAN's average true range helper takes the simple average by default, its class Wilder's: the type is always written.
_UNDECLARED: Final = frozenset({"vwap_session", "rdv"})


def recipe(name: str, *, rolling_vwap: bool = False) -> Recipe:
    """LEAN's way to an indicator of the spec's table.

    Args:
        name: Name in `INDICATORS`; it must have a class in LEAN.
        rolling_vwap: `vwap(n)` rather than the session's.
    """
    row = INDICATORS[name]
    if name == "vwap":
        if rolling_vwap:
            return Recipe("VolumeWeightedAveragePriceIndicator", "vwap", "vwap")
        return Recipe("IntradayVwap", "vwap", "vwap_session", lambda a: [], has_warm_up=False)
    helper = row.helper
    if name in CANDLE_PATTERNS:
        helper = f"candlestick_patterns.{name}"
    return Recipe(
        lean=row.lean,
        helper=_HELPERS.get(name, helper),
        kind="adx" if name == "dmi" else name,
        arguments=_ARGUMENTS.get(name, _same),
        outputs=_OUTPUTS.get(name, {}),
        omitted=_OMITTED.get(name, ""),
        has_warm_up=name not in _UNDECLARED,
    )

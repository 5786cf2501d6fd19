"""The table of indicators: what a spec may call, with which parameters, ranges and warm-up.

The expression parser, the checker, `design` (LEAN code) and `interpreter` (arrays) read this one table, so a name means
the same everywhere. `lean` is the class in LEAN's `Indicators` project, `helper` the `QCAlgorithm` method, if any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from types import MappingProxyType
from typing import Final

Range = tuple[float, float]
"""Lowest and highest value an output can take."""

ANY: Final[Range] = (-inf, inf)
POSITIVE: Final[Range] = (0.0, inf)
PERCENT: Final[Range] = (0.0, 100.0)

MOVING_AVERAGES: Final[tuple[str, ...]] = ("sma", "ema", "wilders", "lwma", "dema", "tema", "trima", "hma", "kama")


class Nature(StrEnum):
    """How a value behaves when the market is turned upside down; decides what "the opposite" of a rule is."""

    PRICE = "price"
    """Lives on the price scale: above becomes below."""
    OSCILLATOR = "oscillator"
    """Swings about `centre`: a level is reflected at it (RSI 30 becomes 70)."""
    NEUTRAL = "neutral"
    """Has no direction (volume, volatility, trend strength, clock): stays as it is."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number (or moving average name) an indicator takes."""

    name: str
    default: float | str | None
    """None when the parameter must be written."""
    whole: bool = True
    """True for a count of bars, which must be a whole number of at least `least`."""
    least: float = 1
    choices: tuple[str, ...] = ()
    """Not empty when the parameter is a word, not a number."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the table."""

    name: str
    title: str
    lean: str
    helper: str
    parameters: tuple[Parameter, ...]
    outputs: tuple[str, ...]
    """Names of its values; `("value",)` for a plain indicator, which is written without an output."""
    default_output: str
    """What a bare call means; "" when an output must be named."""
    takes_series: bool
    """True when a series may stand first (`sma(volume,20)`); the close otherwise."""
    default_series: str
    inputs: str
    """`series`, `bar` (needs high and low), or `volume` (needs volume as well)."""
    ranges: Mapping[str, Range]
    warmup: Callable[..., int]
    """Bars needed before the first value, from the parameters in order."""
    nature: Nature
    centre: float
    swaps: Mapping[str, str]
    """Outputs that trade places when mirrored (upper and lower)."""
    counterpart: str = ""
    """Indicator that takes its place when mirrored (highest and lowest)."""
    aliases: tuple[str, ...] = field(default=())

    @property
    def required(self) -> int:
        """How many parameters have no default."""
        return sum(parameter.default is None for parameter in self.parameters)


def _int(name: str, default: int | None, least: float = 1) -> Parameter:
    return Parameter(name, default, True, least)


def _real(name: str, default: float | None, least: float = 0.0) -> Parameter:
    return Parameter(name, default, False, least)


def _average(default: str = "sma", name: str = "average") -> Parameter:
    return Parameter(name, default, choices=MOVING_AVERAGES)


_P = "period"
_ROWS: list[Indicator] = []


def _row(
    name: str,
    title: str,
    lean: str,
    helper: str = "",
    parameters: tuple[Parameter, ...] = (),
    *,
    outputs: tuple[str, ...] = ("value",),
    default_output: str | None = None,
    series: str = "",
    inputs: str = "",
    range_: Range = ANY,
    ranges: Mapping[str, Range] | None = None,
    warmup: Callable[..., int] = lambda *_: 1,
    nature: Nature = Nature.PRICE,
    centre: float = 0.0,
    swaps: Mapping[str, str] | None = None,
    counterpart: str = "",
    aliases: tuple[str, ...] = (),
) -> None:
    if default_output is None:
        default_output = "value" if outputs == ("value",) else ""
    known = dict.fromkeys(outputs, range_) | dict(ranges or {})
    both = dict(swaps or {})
    both |= {right: left for left, right in both.items()}
    _ROWS.append(
        Indicator(
            name,
            title,
            lean,
            helper,
            parameters,
            outputs,
            default_output,
            bool(series),
            series or "close",
            inputs or ("series" if series else "bar"),
            MappingProxyType(known),
            warmup,
            nature,
            centre,
            MappingProxyType(both),
            counterpart,
            aliases,
        )
    )


def _period(p: float, *_: object) -> int:
    return int(p)


def _next(p: float, *_: object) -> int:
    return int(p) + 1


_osc = Nature.OSCILLATOR
_neutral = Nature.NEUTRAL

# -- moving averages ------------------------------------------------------------------------------------------------
for _name, _title, _lean, _helper, _warm, _alias in (
    ("sma", "Simple Moving Average", "SimpleMovingAverage", "sma", _period, ("ma", "average", "mean")),
    ("ema", "Exponential Moving Average", "ExponentialMovingAverage", "ema", _period, ("exponential_moving_average",)),
    ("wwma", "Wilder Moving Average", "WilderMovingAverage", "wwma", _period, ("wilder", "smma")),
    ("rma", "Relative Moving Average", "RelativeMovingAverage", "rma", lambda p: 3 * int(p), ()),
    ("lwma", "Linear Weighted Moving Average", "LinearWeightedMovingAverage", "lwma", _period, ("wma",)),
    ("dema", "Double Exponential Moving Average", "DoubleExponentialMovingAverage", "dema",
     lambda p: 2 * int(p) - 1, ()),
    ("tema", "Triple Exponential Moving Average", "TripleExponentialMovingAverage", "tema",
     lambda p: 3 * int(p) - 2, ()),
    ("trima", "Triangular Moving Average", "TriangularMovingAverage", "trima", _period, ("tma",)),
    ("hma", "Hull Moving Average", "HullMovingAverage", "hma", lambda p: int(p) + int(float(p) ** 0.5) - 1, ("hull",)),
    ("kama", "Kaufman Adaptive Moving Average", "KaufmanAdaptiveMovingAverage", "kama", _next, ()),
    ("zlema", "Zero Lag Exponential Moving Average", "ZeroLagExponentialMovingAverage", "zlema",
     lambda p: int(p) + (int(p) - 1) // 2, ()),
    ("vidya", "Variable Index Dynamic Average", "VariableIndexDynamicAverage", "vidya", _next, ()),
    ("lsma", "Least Squares Moving Average", "LeastSquaresMovingAverage", "lsma", _period, ("linreg",)),
    ("mgd", "McGinley Dynamic", "McGinleyDynamic", "mgd", _period, ("mcginley",)),
    ("tsf", "Time Series Forecast", "TimeSeriesForecast", "tsf", _period, ()),
    ("midpoint", "Mid Point", "MidPoint", "midpoint", _period, ()),
):  # fmt: skip
    _row(_name, _title, _lean, _helper, (_int(_P, None),), series="close", warmup=_warm, aliases=_alias)
_row("alma", "Arnaud Legoux Moving Average", "ArnaudLegouxMovingAverage", "alma",
     (_int(_P, None), _real("sigma", 6), _real("offset", 0.85)), series="close", warmup=_period)  # fmt: skip
_row("t3", "T3 Moving Average", "T3MovingAverage", "t3", (_int(_P, None), _real("volume_factor", 0.7)), series="close",
     warmup=lambda p, v: 6 * (int(p) - 1) + 1)  # fmt: skip
_row("frama", "Fractal Adaptive Moving Average", "FractalAdaptiveMovingAverage", "frama",
     (_int(_P, 16), _int("long_period", 198)), warmup=_period)  # fmt: skip
_row("mama", "Mesa Adaptive Moving Average", "MesaAdaptiveMovingAverage", "mama",
     (_real("fast_limit", 0.5), _real("slow_limit", 0.05)), outputs=("mama", "fama"), default_output="mama",
     warmup=lambda *_: 33)  # fmt: skip
_row("vwma", "Volume Weighted Moving Average", "VolumeWeightedMovingAverage", "vwma", (_int(_P, None),),
     inputs="volume", warmup=_period)  # fmt: skip
_row("swiss", "Swiss Army Knife", "SwissArmyKnife", "swiss",
     (_int(_P, 20), _real("delta", 0.1), Parameter("tool", "gauss", choices=("gauss", "butter", "highpass",
                                                                          "twopolehighpass", "bandpass"))),
     series="close", warmup=_period, aliases=("swiss_army_knife",))  # fmt: skip
_row("midprice", "Mid Price", "MidPrice", "midprice", (_int(_P, None),), warmup=_period)
_row("ht", "Hilbert Transform", "HilbertTransform", "ht",
     (_int("length", 7), _real("in_phase", 0.635), _real("quadrature", 0.338)), outputs=("in_phase", "quadrature"),
     series="close", nature=_osc, warmup=lambda length, *_: int(length) + 1, aliases=("hilbert",))  # fmt: skip

# -- channels and stops ---------------------------------------------------------------------------------------------
_bands = {"upper": "lower"}
_row("bb", "Bollinger Bands", "BollingerBands", "bb", (_int(_P, 20), _real("width", 2), _average()),
     outputs=("upper", "middle", "lower", "percent_b", "width"), series="close", warmup=_period, swaps=_bands,
     ranges={"width": POSITIVE}, aliases=("bollinger", "bbands", "bollinger_bands"))  # fmt: skip
_row("kc", "Keltner Channels", "KeltnerChannels", "kch", (_int(_P, 20), _real("width", 1.5), _average("ema")),
     outputs=("upper", "middle", "lower"), warmup=_period, swaps=_bands, aliases=("kch", "keltner"))  # fmt: skip
_row("donchian", "Donchian Channel", "DonchianChannel", "dch", (_int(_P, 20),),
     outputs=("upper", "middle", "lower"), warmup=_period, swaps=_bands, aliases=("dch",))  # fmt: skip
_row("accbands", "Acceleration Bands", "AccelerationBands", "abands",
     (_int(_P, 20), _real("width", 4), _average()), outputs=("upper", "middle", "lower"), warmup=_period, swaps=_bands,
     aliases=("abands", "acceleration_bands"))  # fmt: skip
_row("regression", "Regression Channel", "RegressionChannel", "rc", (_int(_P, 20), _real("width", 2)),
     outputs=("upper", "middle", "lower"), series="close", warmup=_period, swaps=_bands,
     aliases=("rc", "regression_channel"))  # fmt: skip
_row("supertrend", "Super Trend", "SuperTrend", "str", (_int(_P, 10), _real("factor", 3)), warmup=_next)
_row("psar", "Parabolic Stop And Reverse", "ParabolicStopAndReverse", "psar",
     (_real("increment", 0.02), _real("maximum", 0.2)), warmup=lambda *_: 2,
     aliases=("sar", "parabolic_sar"))  # fmt: skip
_row("ichimoku", "Ichimoku Kinko Hyo", "IchimokuKinkoHyo", "ichimoku",
     (_int("tenkan", 9), _int("kijun", 26), _int("senkou", 52)),
     outputs=("tenkan", "kijun", "senkou_a", "senkou_b", "cloud_top", "cloud_bottom", "chikou"),
     warmup=lambda tenkan, kijun, senkou: int(senkou) + int(kijun),
     swaps={"cloud_top": "cloud_bottom"})  # fmt: skip
_row("pivots", "Pivot Points High Low", "PivotPointsHighLow", "pphl", (_int("high", 5), _int("low", 5)),
     outputs=("high", "low"), warmup=lambda high, low: 2 * int(max(high, low)) + 1, swaps={"high": "low"},
     aliases=("pphl", "pivot_points_high_low"))  # fmt: skip
_row("zigzag", "Zig Zag", "ZigZag", "zz", (_real("sensitivity", 0.05), _int("min_trend", 1)),
     outputs=("value", "high", "low"), default_output="value", warmup=lambda s, m: int(m) + 1, swaps={"high": "low"},
     aliases=("zz",))  # fmt: skip
_row("vwap", "Volume Weighted Average Price (session, or rolling with a period)", "IntradayVwap", "vwap",
     (_int(_P, 0, 0),), inputs="volume", warmup=lambda p: max(1, int(p)))  # fmt: skip
_row("opening_range", "Range of the session's first minutes", "", "", (_int("minutes", 30),), outputs=("high", "low"),
     warmup=lambda m: 1, swaps={"high": "low"})  # fmt: skip
_row("ha", "Heikin Ashi", "HeikinAshi", "heikin_ashi", (), outputs=("open", "high", "low", "close", "volume"),
     warmup=lambda: 2, swaps={"high": "low"}, aliases=("heikin_ashi", "heikinashi"))  # fmt: skip
_row("highest", "Maximum", "Maximum", "max", (_int(_P, None),), series="high", warmup=_period, counterpart="lowest",
     aliases=("hhv", "maximum"))  # fmt: skip
_row("lowest", "Minimum", "Minimum", "min", (_int(_P, None),), series="low", warmup=_period, counterpart="highest",
     aliases=("llv", "minimum"))  # fmt: skip

# -- oscillators ----------------------------------------------------------------------------------------------------
_row("rsi", "Relative Strength Index", "RelativeStrengthIndex", "rsi", (_int(_P, 14, 2), _average("wilders")),
     series="close", range_=PERCENT, warmup=_next, nature=_osc, centre=50,
     aliases=("relative_strength_index",))  # fmt: skip
_row("stoch", "Stochastic", "Stochastic", "sto", (_int("length", 14), _int("k_smoothing", 3), _int("d", 3)),
     outputs=("k", "d"), range_=PERCENT, warmup=lambda length, k, d: int(length + k + d) - 2, nature=_osc, centre=50,
     aliases=("sto", "stochastic"))  # fmt: skip
_row("stochrsi", "Stochastic RSI", "StochasticRelativeStrengthIndex", "srsi",
     (_int("rsi", 14), _int("length", 14), _int("k_smoothing", 3), _int("d", 3)), outputs=("k", "d"), series="close",
     range_=PERCENT, warmup=lambda r, length, k, d: int(r + length + max(k, d)) + 1, nature=_osc, centre=50,
     aliases=("srsi", "stoch_rsi"))  # fmt: skip
_row("macd", "Moving Average Convergence Divergence", "MovingAverageConvergenceDivergence", "macd",
     (_int("fast", 12), _int("slow", 26), _int("signal", 9), _average("ema")),
     outputs=("line", "signal", "histogram"), series="close", nature=_osc,
     warmup=lambda fast, slow, signal, *_: int(max(fast, slow) + signal) - 1)  # fmt: skip
_row("ppo", "Percentage Price Oscillator", "PercentagePriceOscillator", "ppo",
     (_int("fast", 12), _int("slow", 26), _average("ema")), series="close", nature=_osc,
     warmup=lambda fast, slow, *_: int(max(fast, slow)))  # fmt: skip
_row("apo", "Absolute Price Oscillator", "AbsolutePriceOscillator", "apo",
     (_int("fast", 12), _int("slow", 26), _average("ema")), series="close", nature=_osc,
     warmup=lambda fast, slow, *_: int(max(fast, slow)))  # fmt: skip
_row("cci", "Commodity Channel Index", "CommodityChannelIndex", "cci", (_int(_P, 20),), warmup=_period, nature=_osc)
_row("roc", "Rate Of Change, percent", "RateOfChangePercent", "rocp", (_int(_P, None),), series="close",
     range_=(-100, inf), warmup=_next, nature=_osc, aliases=("rocp", "momp", "momentum_percent", "rate_of_change",
                                                            "rate_of_change_percent"))  # fmt: skip
_row("mom", "Momentum, a difference", "Momentum", "mom", (_int(_P, 10),), series="close", warmup=_next, nature=_osc,
     aliases=("momentum",))  # fmt: skip
_row("logr", "Log Return", "LogReturn", "logr", (_int(_P, 1),), series="close", warmup=_next, nature=_osc,
     aliases=("log_return",))  # fmt: skip
_row("williams_r", "Williams Percent R", "WilliamsPercentR", "wilr", (_int(_P, 14),), range_=(-100, 0), warmup=_period,
     nature=_osc, centre=-50, aliases=("wilr", "willr", "williams"))  # fmt: skip
_row("mfi", "Money Flow Index", "MoneyFlowIndex", "mfi", (_int(_P, 14),), inputs="volume", range_=PERCENT,
     warmup=_next, nature=_osc, centre=50)  # fmt: skip
_row("cmo", "Chande Momentum Oscillator", "ChandeMomentumOscillator", "cmo", (_int(_P, 14),), series="close",
     range_=(-100, 100), warmup=_next, nature=_osc)  # fmt: skip
_row("aroon", "Aroon Oscillator", "AroonOscillator", "aroon", (_int(_P, 25),), outputs=("value", "up", "down"),
     default_output="value", range_=(-100, 100), ranges={"up": PERCENT, "down": PERCENT}, warmup=_next, nature=_osc,
     swaps={"up": "down"})  # fmt: skip
_row("ao", "Awesome Oscillator", "AwesomeOscillator", "ao", (_int("fast", 5), _int("slow", 34), _average()),
     warmup=lambda fast, slow, *_: int(max(fast, slow)), nature=_osc, aliases=("awesome",))  # fmt: skip
_row("bop", "Balance Of Power", "BalanceOfPower", "bop", (), range_=(-1, 1), nature=_osc, warmup=lambda: 1)
_row("crsi", "Connors RSI", "ConnorsRelativeStrengthIndex", "crsi",
     (_int("rsi", 3), _int("streak", 2), _int("rank", 100)), series="close", range_=PERCENT, nature=_osc, centre=50,
     warmup=lambda r, s, k: int(max(r + s, k)) + 1, aliases=("connors_rsi",))  # fmt: skip
_row("coppock", "Coppock Curve", "CoppockCurve", "cc", (_int("short", 11), _int("long", 14), _int("lwma", 10)),
     series="close", nature=_osc, warmup=lambda s, lo, w: int(max(s, lo) + w), aliases=("cc",))  # fmt: skip
_row("demarker", "DeMarker Indicator", "DeMarkerIndicator", "dem", (_int(_P, 14), _average()), range_=(0, 1),
     nature=_osc, centre=0.5, warmup=_next, aliases=("dem",))  # fmt: skip
_row("derivative", "Derivative Oscillator", "DerivativeOscillator", "do",
     (_int("rsi", 14), _int("smoothing", 5), _int("double_smoothing", 3), _int("signal", 9)), series="close",
     nature=_osc, warmup=lambda r, s, d, g: int(r + s + d + g) - 2, aliases=("derivative_oscillator",))  # fmt: skip
_row("dpo", "Detrended Price Oscillator", "DetrendedPriceOscillator", "dpo", (_int(_P, 20),), series="close",
     nature=_osc, warmup=lambda p: int(p) + int(p) // 2 + 1)  # fmt: skip
_row("fisher", "Fisher Transform", "FisherTransform", "fish", (_int(_P, 10),), nature=_osc, warmup=_period,
     aliases=("fish", "fisher_transform"))  # fmt: skip
_row("ker", "Kaufman Efficiency Ratio", "KaufmanEfficiencyRatio", "ker", (_int(_P, 10),), series="close", range_=(0, 1),
     nature=_neutral, warmup=_next)  # fmt: skip
_row("kst", "Know Sure Thing", "KnowSureThing", "kst", (), outputs=("value", "signal"), default_output="value",
     series="close", nature=_osc, warmup=lambda: 53)  # fmt: skip
_row("pso", "Premier Stochastic Oscillator", "PremierStochasticOscillator", "pso", (_int(_P, 8), _int("ema", 5)),
     range_=(-1, 1), nature=_osc, warmup=lambda p, e: int(p + 2 * (e - 1)),
     aliases=("premier_stochastic",))  # fmt: skip
_row("rvi", "Relative Vigor Index", "RelativeVigorIndex", "rvi", (_int(_P, 10), _average()),
     outputs=("value", "signal"), default_output="value", nature=_osc, warmup=lambda p, *_: int(p) + 6)  # fmt: skip
_row("stc", "Schaff Trend Cycle", "SchaffTrendCycle", "stc",
     (_int("cycle", 10), _int("fast", 23), _int("slow", 50)), series="close", range_=PERCENT, nature=_osc, centre=50,
     warmup=lambda c, f, s: int(c + max(f, s)), aliases=("schaff",))  # fmt: skip
_row("squeeze", "Squeeze Momentum (1 when squeezed)", "SqueezeMomentum", "sm",
     (_int("bb_period", 20), _real("bb_width", 2), _int("kc_period", 20), _real("kc_width", 1.5)), nature=_neutral,
     range_=(-1, 1), warmup=lambda b, bw, k, kw: int(max(b, k)), aliases=("squeeze_momentum",))  # fmt: skip
_row("trix", "TRIX", "Trix", "trix", (_int(_P, 15),), series="close", nature=_osc,
     warmup=lambda p: 3 * (int(p) - 1) + 2)  # fmt: skip
_row("tsi", "True Strength Index", "TrueStrengthIndex", "tsi",
     (_int("long", 25), _int("short", 13), _int("signal", 7)), outputs=("value", "signal"), default_output="value",
     series="close", range_=(-100, 100), nature=_osc, warmup=lambda lo, s, g: int(lo + s + g))  # fmt: skip
_row("ultosc", "Ultimate Oscillator", "UltimateOscillator", "ultosc",
     (_int("short", 7), _int("middle", 14), _int("long", 28)), range_=PERCENT, nature=_osc, centre=50,
     warmup=lambda a, b, c: int(max(a, b, c)) + 1, aliases=("uo", "ultimate_oscillator"))  # fmt: skip
_row("vortex", "Vortex", "Vortex", "vtx", (_int(_P, 14),), outputs=("plus", "minus"), range_=POSITIVE, nature=_osc,
     centre=1, warmup=_next, swaps={"plus": "minus"}, aliases=("vtx",))  # fmt: skip
_row("wto", "Wave Trend Oscillator", "WaveTrendOscillator", "wto",
     (_int("channel", 10), _int("average", 21), _int("signal", 4)), outputs=("value", "signal"), default_output="value",
     nature=_osc, warmup=lambda c, a, s: int(2 * c + a + s), aliases=("wavetrend",))  # fmt: skip
_row("ibs", "Internal Bar Strength", "InternalBarStrength", "ibs", (), range_=(0, 1), nature=_osc, centre=0.5,
     warmup=lambda: 1)  # fmt: skip
_row("zscore", "Distance from the average in standard deviations", "", "", (_int(_P, 20),), series="close", nature=_osc,
     warmup=_period, aliases=("z_score",))  # fmt: skip

# -- trend strength and direction -----------------------------------------------------------------------------------
_row("adx", "Average Directional Index", "AverageDirectionalIndex", "adx", (_int(_P, 14),), range_=PERCENT,
     nature=_neutral, warmup=lambda p: 2 * int(p))  # fmt: skip
_row("dmi", "Directional Movement (+DI, -DI)", "AverageDirectionalIndex", "adx", (_int(_P, 14),),
     outputs=("plus", "minus"), range_=PERCENT, nature=_osc, centre=50, warmup=lambda p: 2 * int(p),
     swaps={"plus": "minus"}, aliases=("di",))  # fmt: skip
_row("adxr", "Average Directional Movement Index Rating", "AverageDirectionalMovementIndexRating", "adxr",
     (_int(_P, 14),), range_=PERCENT, nature=_neutral, warmup=lambda p: 3 * int(p))  # fmt: skip
_row("mass", "Mass Index", "MassIndex", "mass", (_int("ema", 9), _int("sum", 25)), range_=POSITIVE, nature=_neutral,
     warmup=lambda e, s: 2 * (int(e) - 1) + int(s))  # fmt: skip
_row("chop", "Choppiness Index", "ChoppinessIndex", "chop", (_int(_P, 14),), range_=PERCENT, nature=_neutral,
     warmup=_next)  # fmt: skip
_row("hurst", "Hurst Exponent", "HurstExponent", "he", (_int(_P, 100), _int("max_lag", 20)), series="close",
     nature=_neutral, warmup=lambda p, m: int(max(p, m + 1)))  # fmt: skip
_row("td", "Tom Demark Sequential", "TomDemarkSequential", "tds", (), nature=_neutral, warmup=lambda: 6,
     aliases=("tds", "tom_demark", "td_sequential"))  # fmt: skip
_row("si", "Wilder Swing Index", "WilderSwingIndex", "si", (_real("limit_move", 20000),), nature=_osc,
     warmup=lambda m: 3)  # fmt: skip
_row("asi", "Wilder Accumulative Swing Index", "WilderAccumulativeSwingIndex", "asi", (_real("limit_move", 20000),),
     nature=_osc, warmup=lambda m: 3)  # fmt: skip

# -- volatility -----------------------------------------------------------------------------------------------------
_row("atr", "Average True Range", "AverageTrueRange", "atr", (_int(_P, 14), _average("wilders")), range_=POSITIVE,
     nature=_neutral, warmup=_next)  # fmt: skip
_row("natr", "Normalized Average True Range, percent", "NormalizedAverageTrueRange", "natr", (_int(_P, 14),),
     range_=POSITIVE, nature=_neutral, warmup=_next)  # fmt: skip
_row("tr", "True Range", "TrueRange", "tr", (), range_=POSITIVE, nature=_neutral, warmup=lambda: 2,
     aliases=("true_range",))  # fmt: skip
for _name, _title, _lean, _helper, _alias in (
    ("stdev", "Standard Deviation", "StandardDeviation", "std", ("std", "stddev", "standard_deviation")),
    ("variance", "Variance", "Variance", "v", ("var",)),
    ("mad", "Mean Absolute Deviation", "MeanAbsoluteDeviation", "mad", ()),
):
    _row(_name, _title, _lean, _helper, (_int(_P, 20),), series="close", range_=POSITIVE, nature=_neutral,
         warmup=_period, aliases=_alias)  # fmt: skip
_row("rsv", "Rogers Satchell Volatility", "RogersSatchellVolatility", "rsv", (_int(_P, 20),), range_=POSITIVE,
     nature=_neutral, warmup=_period)  # fmt: skip
_row("tdd", "Target Downside Deviation", "TargetDownsideDeviation", "tdd", (_int(_P, 20), _real("target", 0)),
     series="close", range_=POSITIVE, nature=_neutral, warmup=_next)  # fmt: skip
_row("sharpe", "Sharpe Ratio", "SharpeRatio", "sr", (_int(_P, 20), _real("risk_free", 0)), series="close", nature=_osc,
     warmup=_next)  # fmt: skip
_row("sortino", "Sortino Ratio", "SortinoRatio", "sortino", (_int(_P, 20), _real("target", 0)), series="close",
     nature=_osc, warmup=_next)  # fmt: skip
_row("value_at_risk", "Value At Risk", "ValueAtRisk", "var", (_int(_P, 252, 3), _real("confidence", 0.95)),
     series="close", nature=_neutral, warmup=_next)  # fmt: skip

# -- volume ---------------------------------------------------------------------------------------------------------
_row("obv", "On Balance Volume", "OnBalanceVolume", "obv", (), inputs="volume", nature=Nature.PRICE, warmup=lambda: 1)
_row("sobv", "Smoothed On Balance Volume", "SmoothedOnBalanceVolume", "sobv", (_int(_P, 20), _average()),
     inputs="volume", warmup=_next)  # fmt: skip
_row("ad", "Accumulation Distribution", "AccumulationDistribution", "ad", (), inputs="volume", warmup=lambda: 1,
     aliases=("accumulation_distribution", "adl"))  # fmt: skip
_row("adosc", "Accumulation Distribution Oscillator", "AccumulationDistributionOscillator", "adosc",
     (_int("fast", 3), _int("slow", 10)), inputs="volume", nature=_osc,
     warmup=lambda f, s: int(max(f, s)))  # fmt: skip
_row("chaikin", "Chaikin Oscillator", "ChaikinOscillator", "co", (_int("fast", 3), _int("slow", 10)), inputs="volume",
     nature=_osc, warmup=lambda f, s: int(max(f, s)), aliases=("chaikin_oscillator",))  # fmt: skip
_row("cmf", "Chaikin Money Flow", "ChaikinMoneyFlow", "cmf", (_int(_P, 20),), inputs="volume", range_=(-1, 1),
     nature=_osc, warmup=_period, aliases=("chaikin_money_flow",))  # fmt: skip
_row("emv", "Ease Of Movement", "EaseOfMovementValue", "emv", (_int(_P, 14), _int("scale", 10000)), inputs="volume",
     nature=_osc, warmup=_next, aliases=("ease_of_movement", "eom"))  # fmt: skip
_row("force", "Force Index", "ForceIndex", "fi", (_int(_P, 13), _average("ema")), inputs="volume", nature=_osc,
     warmup=_next, aliases=("fi", "force_index"))  # fmt: skip
_row("kvo", "Klinger Volume Oscillator", "KlingerVolumeOscillator", "kvo",
     (_int("fast", 34), _int("slow", 55), _int("signal", 13)), outputs=("value", "signal"), default_output="value",
     inputs="volume", nature=_osc, warmup=lambda f, s, g: int(max(f, s) + g), aliases=("klinger",))  # fmt: skip
_row("rdv", "Relative Daily Volume", "RelativeDailyVolume", "rdv", (_int("days", 2),), inputs="volume", range_=POSITIVE,
     nature=_neutral, warmup=_next)  # fmt: skip
_row("sum", "Sum", "Sum", "sum", (_int(_P, None),), series="close", warmup=_period)

# -- candle patterns (1 bullish, -1 bearish, 0 none) -------------------------------------------------------------------
_PATTERNS: Final[dict[str, int]] = {
    "AbandonedBaby": 3, "AdvanceBlock": 3, "BeltHold": 1, "Breakaway": 5, "ClosingMarubozu": 1,
    "ConcealedBabySwallow": 4, "Counterattack": 2, "DarkCloudCover": 2, "Doji": 1, "DojiStar": 2, "DragonflyDoji": 1,
    "Engulfing": 2, "EveningDojiStar": 3, "EveningStar": 3, "GapSideBySideWhite": 3, "GravestoneDoji": 1, "Hammer": 2,
    "HangingMan": 2, "Harami": 2, "HaramiCross": 2, "HighWaveCandle": 1, "Hikkake": 3, "HikkakeModified": 4,
    "HomingPigeon": 2, "IdenticalThreeCrows": 3, "InNeck": 2, "InvertedHammer": 2, "Kicking": 2, "KickingByLength": 2,
    "LadderBottom": 5, "LongLeggedDoji": 1, "LongLineCandle": 1, "Marubozu": 1, "MatHold": 5, "MatchingLow": 2,
    "MorningDojiStar": 3, "MorningStar": 3, "OnNeck": 2, "Piercing": 2, "RickshawMan": 1, "RiseFallThreeMethods": 5,
    "SeparatingLines": 2, "ShootingStar": 2, "ShortLineCandle": 1, "SpinningTop": 1, "StalledPattern": 3,
    "StickSandwich": 3, "Takuri": 1, "TasukiGap": 3, "ThreeBlackCrows": 4, "ThreeInside": 3, "ThreeLineStrike": 4,
    "ThreeOutside": 3, "ThreeStarsInSouth": 3, "ThreeWhiteSoldiers": 3, "Thrusting": 2, "Tristar": 3, "TwoCrows": 3,
    "UniqueThreeRiver": 3, "UpDownGapThreeMethods": 3, "UpsideGapTwoCrows": 3,
}  # fmt: skip

_ONE_SIDED: Final = {
    "hammer": "shooting_star", "morning_star": "evening_star", "morning_doji_star": "evening_doji_star",
    "three_white_soldiers": "three_black_crows", "piercing": "dark_cloud_cover", "inverted_hammer": "hanging_man",
    "dragonfly_doji": "gravestone_doji",
}  # fmt: skip
_MIRRORED_PATTERNS: Final = _ONE_SIDED | {bear: bull for bull, bear in _ONE_SIDED.items()}


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


for _pattern, _bars in _PATTERNS.items():
    _name = _snake(_pattern)
    _row(_name, f"Candle pattern {_name.replace('_', ' ')}", _pattern, f"candlestick_patterns.{_name}", (),
         range_=(-1, 1), nature=_osc, warmup=lambda bars=_bars: bars + 10,
         counterpart=_MIRRORED_PATTERNS.get(_name, ""))  # fmt: skip

CANDLE_PATTERNS: Final[frozenset[str]] = frozenset(_snake(name) for name in _PATTERNS)

INDICATORS: Final[Mapping[str, Indicator]] = MappingProxyType({row.name: row for row in _ROWS})
"""Every indicator by its spec name."""

ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {alias: row.name for row in _ROWS for alias in row.aliases if alias not in INDICATORS}
)

REFUSED: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("advance_decline_difference", "addiff", "advance_decline_ratio", "adr", "mcclellan_oscillator",
             "mosc", "mcclellan_summation_index", "msi", "arms_index", "trin", "nhnl"),
            "needs the breadth of a whole market (rising and falling stocks), which one symbol's bars do not give",
        ),
        **dict.fromkeys(
            ("beta", "alpha", "correlation", "covariance", "corr"),
            "compares two securities; a rule here sees one symbol's bars",
        ),
        **dict.fromkeys(
            ("implied_volatility", "iv", "delta", "gamma", "theta", "vega", "rho"),
            "needs option prices, which bars do not give",
        ),
        **dict.fromkeys(
            ("volume_profile", "time_profile"), "gives a distribution, not one value per bar"
        ),
    }
)  # fmt: skip
"""Names people know that bars of one symbol cannot feed, with the reason."""


def find_indicator(name: str) -> Indicator | None:
    """The row for a spec name or alias, any case; None when unknown."""
    lowered = name.lower()
    return INDICATORS.get(ALIASES.get(lowered, lowered))

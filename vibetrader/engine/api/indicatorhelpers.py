"""The table behind `self.sma`, `self.rsi` and the other helpers. LEAN: Algorithm/QCAlgorithm.Indicators.cs.

A helper is a row: Python name, class, parameters after the symbol, name template, and what its indicator takes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from vibetrader.engine.indicators.base import BAR, TRADE_BAR, VALUE
from vibetrader.engine.indicators.kinds import NAMES
from vibetrader.engine.indicators.registry import INDICATORS, PATTERNS

_MA = "moving_average_type: MovingAverageType"
_SIMPLE = f"{_MA} = MovingAverageType.SIMPLE"
_PERIOD = "period: int"

#: How the selector of an indicator prints.
SELECTORS = {
    VALUE: "Callable[[IBaseData], float]",
    BAR: "Callable[[IBaseData], IBaseDataBar]",
    TRADE_BAR: "Callable[[IBaseData], TradeBar]",
}


class Helper(NamedTuple):
    """One helper.

    Attributes:
        name: Python name.
        kind: Class name of the indicator.
        parameters: Signatures between the symbol and the resolution; the first is the one the class takes.
        template: Name of the indicator, parameters in braces.
        takes: VALUE, BAR or TRADE_BAR.
        several: True for helpers over a list of symbols.
        nameless: True where LEAN does not hand the name to the class.
        resolution: Default of the resolution.
    """

    name: str
    kind: str
    parameters: tuple[str, ...]
    template: str
    takes: str = VALUE
    several: bool = False
    nameless: bool = False
    resolution: str = "Optional[Resolution] = None"

    def signatures(self) -> list[str]:
        """All signatures with symbol, resolution and selector."""
        subject = "symbols: List[Symbol]" if self.several else "symbol: Symbol"
        tail = f"resolution: {self.resolution}, selector: {SELECTORS[self.takes]} = None"
        return [f"{subject}, {middle}, {tail}" if middle else f"{subject}, {tail}" for middle in self.parameters]


def _p(name: str, kind: str, takes: str = VALUE, title: str = "") -> Helper:
    """A helper with a period alone."""
    return Helper(name, kind, (_PERIOD,), f"{title or name.upper()}({{period}})", takes)


def _n(name: str, kind: str, takes: str, title: str = "") -> Helper:
    """A helper without parameters."""
    return Helper(name, kind, ("",), title or name.upper(), takes)


_FAST_SLOW = "fast_period: int, slow_period: int"
_PROFILE = ("period: int = 2, value_area_volume_percentage: float = 0.70, price_range_round_off: float = 0.05",)
_DAILY = "Resolution = Resolution.DAILY"
_NULLABLE_DAILY = "Optional[Resolution] = Resolution.DAILY"

HELPERS: tuple[Helper, ...] = (
    Helper("abands", "AccelerationBands", (f"{_PERIOD}, width: float = 4, {_SIMPLE}",), "ABANDS({period},{width})",
           TRADE_BAR),
    _n("ad", "AccumulationDistribution", TRADE_BAR),
    Helper("adosc", "AccumulationDistributionOscillator", (_FAST_SLOW,), "ADOSC({fast_period},{slow_period})",
           TRADE_BAR),
    _p("ar", "AverageRange", BAR),
    _p("adx", "AverageDirectionalIndex", BAR),
    Helper("ao", "AwesomeOscillator", (f"{_FAST_SLOW}, type: MovingAverageType",),
           "AO({fast_period},{slow_period},{type})", BAR),
    _p("adxr", "AverageDirectionalMovementIndexRating", BAR),
    Helper("alma", "ArnaudLegouxMovingAverage", (f"{_PERIOD}, sigma: int = 6, offset: float = 0.85",),
           "ALMA({period},{sigma},{offset})"),
    Helper("apo", "AbsolutePriceOscillator", (f"{_FAST_SLOW}, {_MA}",), "APO({fast_period},{slow_period})"),
    Helper("aroon", "AroonOscillator", ("up_period: int, down_period: int", _PERIOD),
           "AROON({up_period},{down_period})", BAR),
    Helper("atr", "AverageTrueRange", (f"{_PERIOD}, type: MovingAverageType = MovingAverageType.SIMPLE",),
           "ATR({period})", BAR),
    Helper("aps", "AugenPriceSpike", ("period: int = 3",), "APS({period})"),
    Helper("bb", "BollingerBands", (f"{_PERIOD}, k: float, {_SIMPLE}",), "BB({period},{k})"),
    _n("bop", "BalanceOfPower", BAR),
    Helper("cc", "CoppockCurve", ("short_roc_period: int = 11, long_roc_period: int = 14, lwma_period: int = 10",),
           "CC({short_roc_period},{long_roc_period},{lwma_period})"),
    Helper("cci", "CommodityChannelIndex", (f"{_PERIOD}, {_SIMPLE}",), "CCI({period})", BAR),
    _p("chop", "ChoppinessIndex", BAR),
    Helper("cks", "ChandeKrollStop",
           (f"atr_period: int, atr_mult: float, period: int, {_MA} = MovingAverageType.WILDERS",),
           "CKS({atr_period},{atr_mult},{period})", BAR),
    _p("cmf", "ChaikinMoneyFlow", TRADE_BAR),
    Helper("co", "ChaikinOscillator", (_FAST_SLOW,), "CO({fast_period},{slow_period})", TRADE_BAR),
    _p("cmo", "ChandeMomentumOscillator"),
    Helper("crsi", "ConnorsRelativeStrengthIndex",
           ("rsi_period: int, rsi_period_streak: int, look_back_period: int",),
           "CRSI({rsi_period},{rsi_period_streak},{look_back_period})"),
    Helper("dem", "DeMarkerIndicator", (f"{_PERIOD}, type: MovingAverageType",), "DEM({period},{type})", TRADE_BAR),
    Helper("dch", "DonchianChannel", ("upper_period: int, lower_period: int", _PERIOD),
           "DCH({upper_period},{lower_period})", BAR),
    _p("dema", "DoubleExponentialMovingAverage"),
    Helper("do", "DerivativeOscillator",
           ("rsi_period: int, smoothing_rsi_period: int, double_smoothing_rsi_period: int, signal_line_period: int",),
           "DO({rsi_period},{smoothing_rsi_period},{double_smoothing_rsi_period},{signal_line_period})"),
    _p("dpo", "DetrendedPriceOscillator"),
    Helper("emv", "EaseOfMovementValue", ("period: int = 1, scale: int = 10000",), "EMV({period}, {scale})", TRADE_BAR),
    Helper("fi", "ForceIndex", (f"{_PERIOD}, type: MovingAverageType = MovingAverageType.EXPONENTIAL",),
           "FI({period})", TRADE_BAR),
    _p("fish", "FisherTransform", TRADE_BAR),
    Helper("frama", "FractalAdaptiveMovingAverage", (f"{_PERIOD}, long_period: int = 198",),
           "FRAMA({period},{long_period})", BAR),
    _n("heikin_ashi", "HeikinAshi", TRADE_BAR, "HA"),
    Helper("he", "HurstExponent", (f"{_PERIOD}, max_lag: int = 20",), "HE({period},{max_lag})"),
    Helper("ht", "HilbertTransform",
           ("length: int, in_phase_multiplication_factor: float, quadrature_multiplication_factor: float",),
           "HT({length}, {in_phase_multiplication_factor}, {quadrature_multiplication_factor})", nameless=True),
    _p("hma", "HullMovingAverage"),
    _n("ibs", "InternalBarStrength", TRADE_BAR),
    Helper("ichimoku", "IchimokuKinkoHyo",
           ("tenkan_period: int, kijun_period: int, senkou_a_period: int, senkou_b_period: int, "
            "senkou_a_delay_period: int, senkou_b_delay_period: int",),
           "ICHIMOKU({tenkan_period},{kijun_period},{senkou_a_period},{senkou_b_period},"
           "{senkou_a_delay_period},{senkou_b_delay_period})", TRADE_BAR),
    Helper("kama", "KaufmanAdaptiveMovingAverage",
           (_PERIOD, f"{_PERIOD}, fast_ema_period: int, slow_ema_period: int"),
           "KAMA({period},{fast_ema_period},{slow_ema_period})"),
    Helper("ker", "KaufmanEfficiencyRatio", ("period: int = 2",), "KER({period})"),
    Helper("kch", "KeltnerChannels", (f"{_PERIOD}, k: float, {_SIMPLE}",), "KCH({period},{k})", BAR),
    Helper("kst", "KnowSureThing",
           ("roc_1_period: int = 10, roc_1_ma_period: int = 10, roc_2_period: int = 15, roc_2_ma_period: int = 10, "
            "roc_3_period: int = 20, roc_3_ma_period: int = 10, roc_4_period: int = 30, roc_4_ma_period: int = 15, "
            f"signal_period: int = 9, {_SIMPLE}",),
           "KST({roc_1_period},{roc_1_ma_period},{roc_2_period},{roc_2_ma_period},{roc_3_period},{roc_3_ma_period},"
           "{roc_4_period},{roc_4_ma_period},{signal_period},{moving_average_type})"),
    Helper("kvo", "KlingerVolumeOscillator", (f"{_FAST_SLOW}, signal_period: int = 13",),
           "KVO({fast_period},{slow_period},{signal_period})", TRADE_BAR),
    _p("logr", "LogReturn"),
    _p("lsma", "LeastSquaresMovingAverage"),
    _p("lwma", "LinearWeightedMovingAverage"),
    Helper("macd", "MovingAverageConvergenceDivergence",
           (f"{_FAST_SLOW}, signal_period: int, type: MovingAverageType = MovingAverageType.EXPONENTIAL",),
           "MACD({fast_period},{slow_period},{signal_period})"),
    _p("mad", "MeanAbsoluteDeviation"),
    Helper("mama", "MesaAdaptiveMovingAverage", ("fast_limit: float = 0.5, slow_limit: float = 0.05",),
           "MAMA({fast_limit},{slow_limit})", BAR),
    Helper("vp", "VolumeProfile", _PROFILE,
           "VP({period},{value_area_volume_percentage},{price_range_round_off})", TRADE_BAR, resolution=_DAILY),
    Helper("tp", "TimeProfile", _PROFILE,
           "TP({period},{value_area_volume_percentage},{price_range_round_off})", TRADE_BAR, resolution=_DAILY),
    _p("tsf", "TimeSeriesForecast"),
    _p("max", "Maximum"),
    _p("mfi", "MoneyFlowIndex", TRADE_BAR),
    Helper("mass", "MassIndex", ("ema_period: int = 9, sum_period: int = 25",), "MASS({ema_period},{sum_period})",
           TRADE_BAR),
    _p("midpoint", "MidPoint"),
    _p("midprice", "MidPrice", BAR),
    _p("min", "Minimum"),
    _p("mom", "Momentum"),
    Helper("momersion", "Momersion", ("min_period: Optional[int], full_period: int",),
           "MOMERSION({min_period},{full_period})"),
    _p("momp", "MomentumPercent"),
    _p("natr", "NormalizedAverageTrueRange", BAR),
    Helper("nhnl", "NewHighsNewLows", (_PERIOD,), "NH/NL({period})", BAR, several=True),
    Helper("nhnlv", "NewHighsNewLowsVolume", (_PERIOD,), "NH/NL Volume({period})", TRADE_BAR, several=True),
    _n("obv", "OnBalanceVolume", TRADE_BAR),
    Helper("pphl", "PivotPointsHighLow",
           ("length_high: int, length_low: int, last_stored_values: int = 100, strict: bool = True",),
           "PPHL({length_high},{length_low})", BAR),
    Helper("ppo", "PercentagePriceOscillator", (f"{_FAST_SLOW}, {_MA}",), "PPO({fast_period},{slow_period})"),
    Helper("psar", "ParabolicStopAndReverse",
           ("af_start: float = 0.02, af_increment: float = 0.02, af_max: float = 0.2",),
           "PSAR({af_start},{af_increment},{af_max})", BAR),
    Helper("rc", "RegressionChannel", (f"{_PERIOD}, k: float",), "RC({period},{k})"),
    _p("rma", "RelativeMovingAverage"),
    _p("roc", "RateOfChange"),
    _p("rocp", "RateOfChangePercent"),
    _p("rocr", "RateOfChangeRatio"),
    Helper("rsi", "RelativeStrengthIndex", (f"{_PERIOD}, {_MA} = MovingAverageType.WILDERS",),
           "RSI({period},{moving_average_type})"),
    Helper("rvi", "RelativeVigorIndex", (f"{_PERIOD}, {_SIMPLE}",), "RVI({period},{moving_average_type})", TRADE_BAR),
    Helper("rdv", "RelativeDailyVolume", ("period: int = 2",), "RDV({period})", TRADE_BAR, resolution=_DAILY),
    Helper("srsi", "StochasticRelativeStrengthIndex",
           (f"rsi_period: int, stoch_period: int, k_smoothing_period: int, d_smoothing_period: int, {_SIMPLE}",),
           "SRSI({rsi_period},{stoch_period},{k_smoothing_period},{d_smoothing_period})"),
    Helper("str", "SuperTrend", (f"{_PERIOD}, multiplier: float, {_MA} = MovingAverageType.WILDERS",),
           "STR({period},{multiplier})", BAR),
    Helper("sortino", "SortinoRatio", ("sortino_period: int, minimum_acceptable_return: float = 0.0",),
           "SORTINO({sortino_period},{minimum_acceptable_return:double})"),
    Helper("sarext", "ParabolicStopAndReverseExtended",
           ("sar_start: float = 0.0, offset_on_reverse: float = 0.0, af_start_short: float = 0.02, "
            "af_increment_short: float = 0.02, af_max_short: float = 0.2, af_start_long: float = 0.02, "
            "af_increment_long: float = 0.02, af_max_long: float = 0.2",),
           "SAREXT({sar_start},{offset_on_reverse},{af_start_short},{af_increment_short},{af_max_short},"
           "{af_start_long},{af_increment_long},{af_max_long})", BAR),
    Helper("sm", "SqueezeMomentum",
           ("bollinger_period: int = 20, bollinger_multiplier: float = 2, keltner_period: int = 20, "
            "keltner_multiplier: float = 1.5",),
           "SM({bollinger_period}, {bollinger_multiplier}, {keltner_period}, {keltner_multiplier})", BAR),
    _p("sma", "SimpleMovingAverage"),
    Helper("stc", "SchaffTrendCycle",
           (f"cycle_period: int, {_FAST_SLOW}, {_MA} = MovingAverageType.EXPONENTIAL",),
           "STC({cycle_period},{fast_period},{slow_period})"),
    Helper("sobv", "SmoothedOnBalanceVolume", (f"{_PERIOD}, type: MovingAverageType = MovingAverageType.SIMPLE",),
           "SOBV({period})", BAR),
    _p("std", "StandardDeviation"),
    Helper("tdd", "TargetDownsideDeviation", (f"{_PERIOD}, minimum_acceptable_return: float = 0",),
           "TDD({period},{minimum_acceptable_return:double})"),
    _n("tds", "TomDemarkSequential", BAR),
    Helper("sto", "Stochastic", (_PERIOD, "period: int, k_period: int, d_period: int"),
           "STO({period},{k_period},{d_period})", TRADE_BAR),
    Helper("pso", "PremierStochasticOscillator", (f"{_PERIOD}, ema_period: int",), "PSO({period},{ema_period})",
           TRADE_BAR),
    _p("sum", "Sum"),
    Helper("swiss", "SwissArmyKnife", (f"{_PERIOD}, delta: float, tool: SwissArmyKnifeTool",),
           "SWISS({period},{delta:double},{tool})"),
    Helper("t_3", "T3MovingAverage", (f"{_PERIOD}, volume_factor: float = 0.7",), "T3({period},{volume_factor})"),
    _p("tema", "TripleExponentialMovingAverage"),
    Helper("tsi", "TrueStrengthIndex",
           ("long_term_period: int = 25, short_term_period: int = 13, signal_period: int = 7, "
            "signal_type: MovingAverageType = MovingAverageType.EXPONENTIAL",),
           "TSI({long_term_period},{short_term_period},{signal_period})"),
    _n("tr", "TrueRange", BAR),
    _p("trima", "TriangularMovingAverage"),
    _p("trix", "Trix"),
    Helper("ultosc", "UltimateOscillator", ("period_1: int, period_2: int, period_3: int",),
           "ULTOSC({period_1},{period_2},{period_3})", BAR),
    _p("vidya", "VariableIndexDynamicAverage"),
    _p("vwma", "VolumeWeightedMovingAverage", TRADE_BAR),
    _p("vtx", "Vortex", BAR),
    _p("wilr", "WilliamsPercentR", BAR),
    _p("wwma", "WilderMovingAverage"),
    Helper("si", "WilderSwingIndex", ("limit_move: float",), "SI", TRADE_BAR, resolution=_NULLABLE_DAILY),
    Helper("asi", "WilderAccumulativeSwingIndex", ("limit_move: float",), "ASI", TRADE_BAR,
           resolution=_NULLABLE_DAILY),
    Helper("wto", "WaveTrendOscillator", ("channel_period: int, average_period: int, signal_period: int",),
           "WTO({channel_period},{average_period},{signal_period})", BAR),
    Helper("trin", "ArmsIndex", ("",), "TRIN", TRADE_BAR, several=True),
    Helper("adr", "AdvanceDeclineRatio", ("",), "A/D Ratio", TRADE_BAR, several=True),
    Helper("advr", "AdvanceDeclineVolumeRatio", ("",), "A/D Volume Rate", TRADE_BAR, several=True),
    Helper("addiff", "AdvanceDeclineDifference", ("",), "A/D Difference", TRADE_BAR, several=True),
    _p("mgd", "McGinleyDynamic"),
    Helper("mosc", "McClellanOscillator", ("fast_period: int = 19, slow_period: int = 39",),
           "MO({fast_period},{slow_period})", TRADE_BAR, several=True),
    Helper("msi", "McClellanSummationIndex", ("fast_period: int = 19, slow_period: int = 39",),
           "MSI({fast_period},{slow_period})", TRADE_BAR, several=True),
    _p("rsv", "RogersSatchellVolatility", BAR),
    _p("zlema", "ZeroLagExponentialMovingAverage"),
    Helper("zz", "ZigZag", ("sensitivity: float = 0.05, min_trend_length: int = 1",),
           "ZZ({sensitivity},{min_trend_length})", BAR),
)  # fmt: skip

#: What default values may name.
DEFAULTS: dict[str, Any] = dict(NAMES)


def fill(helper: Helper, bound: dict[str, Any]) -> dict[str, Any]:
    """The class's parameters from a call's; shorter signatures leave some to LEAN's own defaults."""
    values = {key: value for key, value in bound.items() if key not in ("symbol", "symbols", "resolution", "selector")}
    if helper.name in ("aroon", "dch") and "period" in values:
        first, second = ("up_period", "down_period") if helper.name == "aroon" else ("upper_period", "lower_period")
        period = values["period"]
        return {first: period, second: period}
    if helper.name == "kama":
        values.setdefault("fast_ema_period", 2)
        values.setdefault("slow_ema_period", 30)
    if helper.name == "sto" and "k_period" not in values:
        return {**values, "k_period": values["period"], "d_period": 3}
    return values


def class_of(helper: Helper) -> type:
    """The indicator class of a helper."""
    return INDICATORS[helper.kind]


__all__ = ["DEFAULTS", "HELPERS", "PATTERNS", "Helper", "class_of", "fill"]

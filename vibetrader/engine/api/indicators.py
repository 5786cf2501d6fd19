"""Mixin: `self.rsi` and the other helpers, registration, warm-up, history of indicators, consolidators.

LEAN: Algorithm/QCAlgorithm.Indicators.cs, QCAlgorithm.Python.cs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from vibetrader.engine import clr
from vibetrader.engine.api import context
from vibetrader.engine.api.indicatorhelpers import HELPERS, SELECTORS, Helper, class_of, fill
from vibetrader.engine.api.indicatorhistory import HistoryRecorder, IndicatorHistory
from vibetrader.engine.consolidators import (
    BaseDataConsolidator,
    DynamicDataConsolidator,
    IdentityDataConsolidator,
    MarketHourAwareConsolidator,
    OpenInterestConsolidator,
    QuoteBarConsolidator,
    RangeConsolidator,
    RenkoConsolidator,
    Surroundings,
    TickConsolidator,
    TickQuoteBarConsolidator,
    TradeBarConsolidator,
    VolumeRenkoConsolidator,
)
from vibetrader.engine.consolidators.periods import span_text
from vibetrader.engine.data import symbolcache
from vibetrader.engine.data.bars import (
    BaseData,
    DynamicData,
    IBaseDataBar,
    IndicatorDataPoint,
    QuoteBar,
    RangeBar,
    RenkoBar,
    Tick,
    TradeBar,
    VolumeRenkoBar,
)
from vibetrader.engine.data.enums import RESOLUTION_SPAN, Resolution, SecurityType, TickType
from vibetrader.engine.data.exact import exact_value
from vibetrader.engine.data.symbol import SecurityIdentifier, Symbol
from vibetrader.engine.indicators import multi
from vibetrader.engine.indicators.ahead import Feeding
from vibetrader.engine.indicators.averages import ExponentialMovingAverage
from vibetrader.engine.indicators.base import BAR, DATA, TRADE_BAR, VALUE, IndicatorBase, format_name, number_text
from vibetrader.engine.indicators.candles import PenetrationPattern
from vibetrader.engine.indicators.candlesticks import PATTERNS
from vibetrader.engine.indicators.composite import (
    FilteredIdentity,
    PythonAdapter,
    PythonIndicator,
    check_python_indicator,
)
from vibetrader.engine.indicators.fields import FieldSelector, selected
from vibetrader.engine.indicators.kinds import NAMES
from vibetrader.engine.indicators.multi import Alpha, Beta, Correlation, Covariance
from vibetrader.engine.indicators.statistical import (
    AutoRegressiveIntegratedMovingAverage,
    ConstantRate,
    SharpeRatio,
    ValueAtRisk,
)
from vibetrader.engine.indicators.trend import PivotPointsHighLow
from vibetrader.engine.indicators.volume import IntradayVwap, VolumeWeightedAveragePriceIndicator
from vibetrader.engine.indicators.windows import Identity, Variance
from vibetrader.engine.naming import lean_names, to_snake
from vibetrader.engine.timekeeping import TimeZone, from_datetime, from_timedelta

_NAMES = {**NAMES, "Resolution": Resolution}
_RESOLUTION = "resolution: Optional[Resolution] = None"
_VALUE, _BAR, _TRADE = (f"selector: {SELECTORS[kind]} = None" for kind in (VALUE, BAR, TRADE_BAR))
_SUFFIX = {
    Resolution.TICK: "tick",
    Resolution.SECOND: "sec",
    Resolution.MINUTE: "min",
    Resolution.HOUR: "hr",
    Resolution.DAILY: "day",
}
_COMMON = (TradeBar, QuoteBar, Tick)
_TYPES: dict[str, type] = {TRADE_BAR: TradeBar, BAR: IBaseDataBar, DATA: BaseData, VALUE: IndicatorDataPoint}


def _exchange_hours(symbol: Symbol) -> Any:
    return context.current().market_hours.entry(symbol.market, symbol.value, symbol.security_type).exchange_hours


def _exchange_zone(symbol: Symbol) -> TimeZone:
    zone: TimeZone = _exchange_hours(symbol).time_zone
    return zone


def _price_step(symbol: Symbol) -> Any:
    properties = context.current().symbol_properties
    return properties.get(symbol.market, symbol.value, symbol.security_type, "USD").minimum_price_variation


Surroundings.exchange_hours = staticmethod(_exchange_hours)
Surroundings.minimum_price_variation = staticmethod(_price_step)
multi.exchange_zone = _exchange_zone


# --- what Python.NET accepts ---------------------------------------------------------------------------------------


def _symbol(value: Any) -> Any:
    """A symbol of a symbol, a ticker or a security; None passes and fails later, as a .NET null does."""
    if value is None or isinstance(value, Symbol):
        return value
    if isinstance(value, str):
        found = symbolcache.find(value)
        return found if found is not None else Symbol(SecurityIdentifier(value, SecurityType.BASE, "empty"), value)
    inner = getattr(value, "symbol", None)
    if isinstance(inner, Symbol):
        return inner
    raise clr.NoMatch


def _symbols(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_symbol(item) for item in value]
    raise clr.NoMatch


def _symbol_or_symbols(value: Any) -> Any:
    return _symbols(value) if isinstance(value, (list, tuple)) else [_symbol(value)]


def _selector(value: Any) -> Any:
    if value is None or (callable(value) and not isinstance(value, type)):
        return value
    raise clr.NoMatch


def _consolidator(value: Any) -> Any:
    if hasattr(value, "data_consolidated") or hasattr(value, "DataConsolidated"):
        return value
    raise clr.NoMatch


def _indicator(value: Any) -> Any:
    if isinstance(value, (int, float, str, bool)):
        raise clr.NoMatch
    return value


_resolution = clr.enumeration(Resolution)


def _known_resolution(value: Any) -> Any:
    if not isinstance(_resolution(value), Resolution):
        raise clr.NoMatch
    return value


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "Symbol": _symbol,
    "List[Symbol]": _symbols,
    "IDataConsolidator": _consolidator,
    "IndicatorBase": _indicator,
    "IndicatorBase[T]": _indicator,
    "IndicatorBase[IndicatorDataPoint]": _indicator,
    "TickType": clr.enumeration(TickType),
    "Optional[TickType]": clr.nullable(clr.enumeration(TickType)),
    "Resolution": _known_resolution,
    "Optional[Resolution]": clr.nullable(clr.enumeration(Resolution)),
}


def _bindings(name: str, *signatures: str) -> clr.Overloads:
    """Overloads that convert as this room wants."""
    overloads = clr.Overloads(name, *signatures, names=_NAMES)
    for parameters in overloads.overloads:
        for parameter in parameters:
            if parameter.kind in _CONVERTERS:
                parameter.convert = _CONVERTERS[parameter.kind]
            elif parameter.kind.startswith(("Callable[[IBaseData]", "Func[IBaseData")):
                parameter.convert = _selector
    return overloads


def _required(symbol: Symbol | None) -> Symbol:
    if symbol is None:
        raise clr.NullReferenceException
    return symbol


class _State:
    """What this room remembers of an algorithm."""

    def __init__(self) -> None:
        self.adapters: dict[int, tuple[Any, IndicatorBase]] = {}
        self.warned_of_warm_up = False
        self.warned_of_daily = False


def _state_of(algorithm: Any) -> _State:
    state = algorithm._vt
    if state.indicators is None:
        state.indicators = _State()
    return state.indicators  # type: ignore[no-any-return]


# --- subscriptions and consolidators -------------------------------------------------------------------------------


def get_subscription(algorithm: Any, symbol: Symbol, tick_type: TickType | None = None) -> Any:
    """Configuration a helper works on; a symbol nobody added is added. LEAN: GetSubscription."""
    subscriptions = algorithm._vt.subscriptions
    for attempt in (1, 2):
        configs = sorted(
            subscriptions.get_configs(symbol), key=lambda config: (config.type not in _COMMON, int(config.tick_type))
        )
        for config in configs:
            if tick_type is None or config.tick_type == tick_type:
                return config
        if configs:
            return configs[0]
        if attempt == 1:
            from vibetrader.engine.api.securities import SecuritiesMixin

            SecuritiesMixin.add_security(algorithm, symbol)
    raise clr.DotNetException(
        f"Please register to receive data for symbol '{symbol}' using the AddSecurity() function."
    )


def _tick_type_of(kind: type | None, symbol: Symbol) -> TickType | None:
    """LEAN: Common/Util/LeanData.cs, GetCommonTickTypeForCommonDataTypes."""
    if kind is None:
        return None
    if kind is QuoteBar:
        return TickType.QUOTE
    if kind is Tick and symbol.security_type in (SecurityType.FOREX, SecurityType.CFD, SecurityType.CRYPTO):
        return TickType.QUOTE
    return TickType.TRADE


def _identity(kind: type) -> Any:
    for common in _COMMON:
        if issubclass(kind, common):
            return IdentityDataConsolidator[common]()  # type: ignore[misc]  # as in .NET
    if issubclass(kind, DynamicData):
        # LEAN consolidates single points here; they pass as they are for value indicators
        return DynamicDataConsolidator(1)
    return IdentityDataConsolidator[BaseData]()  # type: ignore[misc]  # as in .NET


def _by_type(specification: Any, kind: type, tick_type: TickType | None) -> Any:
    """LEAN: QCAlgorithm.Indicators.cs, CreateConsolidator(TimeSpan, Type, TickType?)."""
    if issubclass(kind, TradeBar):
        return TradeBarConsolidator(specification)
    if issubclass(kind, QuoteBar):
        return QuoteBarConsolidator(specification)
    if issubclass(kind, Tick):
        if tick_type == TickType.OPEN_INTEREST:
            return OpenInterestConsolidator(specification)
        return (
            TickQuoteBarConsolidator(specification) if tick_type == TickType.QUOTE else TickConsolidator(specification)
        )
    if issubclass(kind, DynamicData):
        return DynamicDataConsolidator(specification)
    return BaseDataConsolidator(specification)


def create_for(
    algorithm: Any,
    symbol: Symbol,
    *,
    tick_type: TickType | None = None,
    calendar: Any = None,
    period: timedelta | None = None,
    resolution: Resolution | None = None,
    output: type | None = None,
) -> Any:
    """The consolidator of a symbol's data to a resolution, span or calendar. LEAN: CreateConsolidator."""
    config = get_subscription(algorithm, symbol, tick_type)
    increment = config.increment
    if (period is not None and period < increment) or (resolution is not None and resolution < config.resolution):
        raise clr.ArgumentException(
            f"Unable to create {symbol} consolidator because {symbol} is registered for {config.resolution.to_string()} "
            "data. Consolidators require higher resolution data to produce lower resolution data."
        )
    made: Any = None
    if calendar is not None:
        made = _by_type(calendar, config.type, config.tick_type)
    else:
        if period is None and resolution is None:
            period = increment
        if period == increment or (resolution is not None and resolution == config.resolution):
            made = _identity(config.type)
        else:
            if resolution is not None:
                if resolution == Resolution.DAILY:
                    made = _daily(algorithm, symbol, config)
                period = RESOLUTION_SPAN[resolution]
            if made is None:
                made = _by_type(period, config.type, config.tick_type)
    if output is not None and not issubclass(made.output_type, output):
        raise clr.ArgumentException(
            "Unable to consolidate with the specified handler because the consolidator's output type is "
            f"{made.output_type.__name__} but the handler's input type is {config.type.__name__}."
        )
    return made


def _daily(algorithm: Any, symbol: Symbol, config: Any) -> Any:
    settings = algorithm._vt.settings
    extended = settings.daily_consolidation_use_extended_market_hours
    if config.extended_market_hours and not extended:
        mine = _state_of(algorithm)
        if not mine.warned_of_daily:
            mine.warned_of_daily = True
            algorithm._vt.debug(
                f"Warning: The subscription for {symbol} has ExtendedMarketHours=true, but "
                "Settings.DailyConsolidationUseExtendedMarketHours=false. Daily consolidations will exclude extended "
                "market hours. Enable algorithm.Settings.DailyConsolidationUseExtendedMarketHours to include them."
            )
    return MarketHourAwareConsolidator(
        settings.daily_precise_end_time,
        Resolution.DAILY,
        config.type,
        config.tick_type,
        extended and config.extended_market_hours,
    )


def _resolve(algorithm: Any, symbol: Symbol, how: Any, kind: type | None = None) -> Any:
    tick_type = _tick_type_of(kind, symbol)
    if isinstance(how, timedelta):
        return create_for(algorithm, symbol, tick_type=tick_type, period=how)
    return create_for(algorithm, symbol, tick_type=tick_type, resolution=how)


# --- registration --------------------------------------------------------------------------------------------------


def managed(algorithm: Any, indicator: Any) -> IndicatorBase:
    """LEAN's view of an indicator: Python ones are checked, those without LEAN's base are wrapped."""
    if isinstance(indicator, PythonIndicator):
        check_python_indicator(indicator)
        return indicator
    if isinstance(indicator, IndicatorBase):
        return indicator
    adapters = _state_of(algorithm).adapters
    found = adapters.get(id(indicator))
    if found is None:
        check_python_indicator(indicator)
        found = adapters[id(indicator)] = (indicator, PythonAdapter(indicator))
    return found[1]


def register(
    algorithm: Any, symbol: Symbol, indicator: IndicatorBase, consolidator: Any, selector: Any, is_own: bool = False
) -> None:
    """Feed an indicator with what a consolidator emits. LEAN: RegisterIndicator.

    Args:
        algorithm: The algorithm.
        symbol: Whose data.
        indicator: What to feed.
        consolidator: What emits.
        selector: What of a bar the indicator takes; None for the value, or for the bar itself.
        is_own: The user does not know the consolidator.
    """
    indicator.consolidators.append(consolidator)
    algorithm._vt.subscriptions.add_consolidator(symbol, consolidator, None)
    kind = indicator.input_kind
    if kind == VALUE:
        if selector is None:

            def take(sender: Any, data: Any) -> None:
                indicator.feed(exact_value(data), data.end_ns, data.symbol)
        else:

            def take(sender: Any, data: Any) -> None:
                indicator.feed(selected(selector, data), data.end_ns, data.symbol)
    else:
        wanted = _TYPES[kind]
        if not issubclass(consolidator.output_type, wanted):
            raise clr.ArgumentException(
                f"Type mismatch found between consolidator and indicator for symbol: {symbol}."
                f"Consolidator outputs type {consolidator.output_type.__name__} but indicator expects input type "
                f"{wanted.__name__}"
            )
        if selector is None:

            def take(sender: Any, data: Any) -> None:
                indicator.feed(data, data.end_ns, data.symbol)
        else:

            def take(sender: Any, data: Any) -> None:
                bar = selector(data)
                if not isinstance(bar, wanted):
                    raise clr.InvalidCastException(
                        f"cannot convert object to target type\n ---> Python.Runtime.PythonException: "
                        f"'{type(bar).__name__}' value cannot be converted to {clr.clr_name(wanted)}"
                    )
                indicator.take(bar)

    event = getattr(consolidator, "emitted", None)
    if event is None:
        consolidator.data_consolidated += take
    else:
        consolidator.emitted += Feeding(indicator, selector, take, is_own)


def _type_of_indicator(indicator: IndicatorBase) -> type | None:
    """Data type LEAN's generic registration asks for; None for value and Python indicators."""
    if indicator.input_kind == VALUE or isinstance(indicator, PythonIndicator):
        return None
    return _TYPES[indicator.input_kind]


def initialize(
    algorithm: Any, indicator: IndicatorBase, symbols: list[Symbol], resolution: Resolution | None, selector: Any
) -> IndicatorBase:
    """Register a helper's indicator and warm it up when the settings say so. LEAN: InitializeIndicator."""
    if indicator.input_kind == VALUE:
        kind = selector.wants if isinstance(selector, FieldSelector) else None
    else:
        kind = _TYPES[indicator.input_kind]
    for symbol in symbols:
        register(algorithm, symbol, indicator, _resolve(algorithm, symbol, resolution, kind), selector, is_own=True)
    if algorithm._vt.settings.automatic_indicator_warm_up:
        warm_up(algorithm, symbols, indicator, resolution, selector)
    return indicator


# --- warm-up and history -------------------------------------------------------------------------------------------


def _points(algorithm: Any, symbols: list[Symbol], periods: int, resolution: Resolution | None) -> list[list[Any]]:
    if periods <= 0:
        return []
    history = algorithm._vt.history
    requests = history.factory.of_bars(symbols, None, periods, resolution, {})
    return [points for _, points in history.moments(requests)]


def _pushed(moments: Iterable[list[Any]], kind: type | None) -> Iterable[Any]:
    """Data of each moment, one point per symbol. LEAN: Common/Data/SliceExtensions.cs, PushThrough."""
    for points in moments:
        if kind is not None:
            yield from (point for point in points if isinstance(point, kind))
            continue
        chosen: dict[Symbol, Any] = {}
        for point in points:
            if point.symbol not in chosen or isinstance(point, TradeBar):
                chosen[point.symbol] = point
        yield from chosen.values()


def feed_history(indicator: IndicatorBase, moments: Iterable[list[Any]], selector: Any) -> IndicatorHistory:
    """Reset an indicator, feed it and record it. LEAN: QCAlgorithm.Indicators.cs, IndicatorHistory."""
    indicator.reset()
    recorder = HistoryRecorder(indicator)
    kind = indicator.input_kind
    if kind == VALUE:
        wants = selector.wants if isinstance(selector, FieldSelector) else None
        for point in _pushed(moments, wants):
            value = selected(selector, point)
            indicator._remember(value, point.end_ns, point.symbol)
            indicator.feed(value, point.end_ns, point.symbol)
    else:
        for point in _pushed(moments, TradeBar if kind == TRADE_BAR else None):
            indicator.take(point if selector is None else selector(point))
    return recorder.finish()


def _warm_up_period(indicator: IndicatorBase) -> int:
    return int(getattr(indicator, "warm_up_period", 0) or 0) if indicator.has_warm_up_period else 0


def _has_warm_up_period(algorithm: Any, indicator: IndicatorBase) -> bool:
    if indicator.has_warm_up_period:
        return True
    mine = _state_of(algorithm)
    if not mine.warned_of_warm_up:
        mine.warned_of_warm_up = True
        algorithm._vt.debug(
            "Warning: the 'WarmUpIndicator' feature only works with indicators which inherit from "
            "'IIndicatorWarmUpPeriodProvider' and define a warm up period, setting property 'WarmUpPeriod' with a value "
            f"> 0. The provided indicator of type '{type(indicator).__name__}' will not be warmed up."
        )
    return False


def warm_up(algorithm: Any, symbols: list[Symbol], indicator: IndicatorBase, how: Any, selector: Any) -> None:
    """Feed an indicator the history it needs. LEAN: WarmUpIndicator."""
    if not _has_warm_up_period(algorithm, indicator):
        return
    periods = _warm_up_period(indicator)
    if not isinstance(how, timedelta):
        feed_history(indicator, _points(algorithm, symbols, periods, how), selector)
        return
    if not periods:
        return
    resolution = higher_resolution(how)
    span = RESOLUTION_SPAN[resolution]
    if span:
        periods *= int(how / span)
    moments = _points(algorithm, symbols, periods, resolution)
    _through_consolidators(algorithm, symbols, indicator, how, selector, moments)


def _through_consolidators(
    algorithm: Any, symbols: list[Symbol], indicator: IndicatorBase, span: timedelta, selector: Any, moments: Any
) -> None:
    state = algorithm._vt
    for symbol in symbols:
        kind = _type_of_indicator(indicator)
        if state.subscriptions.get_configs(symbol):
            consolidator = create_for(algorithm, symbol, tick_type=_tick_type_of(kind, symbol), period=span)
        else:
            consolidator = _by_type(span, kind if kind in _COMMON else TradeBar, None)

        def take(sender: Any, bar: Any) -> None:
            if indicator.input_kind == VALUE:
                indicator.feed(selected(selector, bar), bar.end_ns, bar.symbol)
            else:
                indicator.take(bar if selector is None else selector(bar))

        consolidator.emitted += take
        for points in moments:
            for point in points:
                if point.symbol == symbol and isinstance(point, consolidator.input_type):
                    consolidator.update(point)
        if consolidator.working_data is not None:
            consolidator.scan_ns(_exchange_zone(symbol).to_local(state.utc_ns))
        consolidator.dispose()


def higher_resolution(span: timedelta) -> Resolution:
    """The coarsest resolution that is not longer than a span. LEAN: Extensions.cs, ToHigherResolutionEquivalent."""
    for resolution in (Resolution.DAILY, Resolution.HOUR, Resolution.MINUTE, Resolution.SECOND):
        if span >= RESOLUTION_SPAN[resolution]:
            return resolution
    return Resolution.TICK


# --- helpers -------------------------------------------------------------------------------------------------------


def name_of(algorithm: Any, symbol: Symbol | None, title: str, resolution: Resolution | None) -> str:
    """LEAN: CreateIndicatorName."""
    shown = symbol is not None and str(symbol.value) != "" and symbol.market != "empty"
    if resolution is None and shown:
        assert symbol is not None
        resolution = get_subscription(algorithm, symbol).resolution
    suffix = ""
    if resolution is not None:
        if resolution not in _SUFFIX:
            raise clr.ArgumentOutOfRangeException(
                "resolution parameter is out of range.", "resolution", int(resolution)
            )
        suffix = _SUFFIX[resolution]
    parts = [str(symbol), suffix] if shown else [suffix]
    return f"{title}({'_'.join(parts)})".replace(")(", ",")


def _make(helper: Helper) -> Any:
    overloads = _bindings(helper.name, *helper.signatures())
    if helper.name == "dch":
        # Python.NET tries them in another order than it lists them
        overloads.signatures = overloads.signatures[::-1]
    # LEAN's default of a nullable enumeration cannot be filled in by Python.NET
    broken_default = helper.resolution == "Optional[Resolution] = Resolution.DAILY"

    def method(self: Any, *arguments: Any, **keywords: Any) -> Any:
        _, bound = overloads.bind(arguments, keywords)
        if broken_default and len(arguments) + len(keywords) < 3:
            raise clr.ArgumentException(
                "Object of type 'System.Int32' cannot be converted to type "
                "'System.Nullable`1[QuantConnect.Resolution]'."
            )
        resolution, selector = bound["resolution"], bound["selector"]
        values = fill(helper, bound)
        title = format_name(helper.template, values)
        named_share = "value_area_volume_percentage" in keywords or len(arguments) > 2
        if helper.name in ("vp", "tp") and not named_share:
            title = title.replace(",0.7,", ",0.70,")
        if helper.several:
            symbols = bound["symbols"]
            if resolution is None:
                if not symbols:
                    raise clr.InvalidOperationException("Sequence contains no elements")
                named = get_subscription(self, symbols[0]).resolution
            else:
                named = resolution
            name = name_of(self, None, title, named)
        else:
            symbols = [_required(bound["symbol"])]
            name = name_of(self, symbols[0], title, resolution)
        parameters = list(values.values())
        kind = class_of(helper)
        indicator: Any = kind(*parameters) if helper.nameless else kind(name, *parameters)
        if helper.several:
            for symbol in symbols:
                indicator.add(symbol)
        if helper.name in ("max", "min") and selector is None:
            # LEAN: MAX and MIN take highs and lows of trade bars
            if issubclass(get_subscription(self, symbols[0]).type, TradeBar):
                field = "high" if helper.name == "max" else "low"
                selector = _part(field)
        if helper.name == "rdv":
            register(self, symbols[0], indicator, _resolve(self, symbols[0], resolution, TradeBar), selector)
            return indicator
        return initialize(self, indicator, symbols, resolution, selector)

    method.__name__ = helper.name
    method.__doc__ = f"{helper.kind} of a symbol, registered: `{helper.name}({helper.signatures()[0]})`."
    return method


def _part(field: str) -> Callable[[Any], float]:
    return lambda data: float(getattr(data, field))


class _Rates:
    """The algorithm's interest rates, whatever model it has at that time."""

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm

    def get_interest_rate(self, date: datetime) -> float:
        """Annual rate as a fraction."""
        model = self._algorithm._vt.risk_free_interest_rate_model
        if model is None:
            return 0.0
        ask = getattr(model, "get_interest_rate", None) or model.GetInterestRate
        return float(ask(date))


def _rate_model(algorithm: Any, rate: float | None) -> Any:
    return _Rates(algorithm) if rate is None else ConstantRate(rate)


def _overloaded(*signatures: str, name: str = "") -> Callable[[Any], Any]:
    """Decorator: the function gets the algorithm, the overload's number and the bound arguments."""

    def decorate(function: Callable[..., Any]) -> Any:
        overloads = _bindings(name or function.__name__, *signatures)

        def method(self: Any, *arguments: Any, **keywords: Any) -> Any:
            number, bound = overloads.bind(arguments, keywords)
            return function(self, number, bound)

        method.__name__ = name or function.__name__
        method.__doc__ = function.__doc__
        return method

    return decorate


_TWO = "target: Symbol, reference: Symbol, "
_GREEK = (
    "symbol: Symbol, mirror_option: Symbol = None, risk_free_rate: Optional[float] = None, "
    "dividend_yield: Optional[float] = None, option_model: Any = None, iv_model: Any = None, " + _RESOLUTION
)
_NO_STYLE = (
    "OptionStyle is only defined for SecurityType.Option, SecurityType.FutureOption, and SecurityType.IndexOption"
)
_CANDLE_TAIL = f"{_RESOLUTION}, {_BAR}"


class CandlestickPatterns:
    """`self.candlestick_patterns`: a method per pattern. LEAN: Algorithm/CandlestickPatterns.cs."""

    __clr_name__ = "QuantConnect.Algorithm.CandlestickPatterns"

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm


def _make_pattern(key: str, kind: type) -> Any:
    own = "symbol: Symbol, "
    if issubclass(kind, PenetrationPattern):
        own += f"penetration: float = {number_text(kind.default_penetration)}, "
    overloads = _bindings(key, own + _CANDLE_TAIL)

    def method(self: Any, *arguments: Any, **keywords: Any) -> Any:
        _, bound = overloads.bind(arguments, keywords)
        algorithm = self._algorithm
        symbol = _required(bound["symbol"])
        name = name_of(algorithm, symbol, kind.__name__.upper(), bound["resolution"])
        indicator = kind(name, bound["penetration"]) if "penetration" in bound else kind(name)
        consolidator = _resolve(algorithm, symbol, bound["resolution"], IBaseDataBar)
        register(algorithm, symbol, indicator, consolidator, bound["selector"])
        return indicator

    method.__name__ = key
    method.__doc__ = f"{kind.__name__} of a symbol, registered."
    return method


for _name, _kind in PATTERNS.items():
    _method = _make_pattern(to_snake(_name), _kind)
    setattr(CandlestickPatterns, to_snake(_name), _method)
    setattr(CandlestickPatterns, _name, _method)


class HelpersMixin:
    """The helpers that do not fit the table."""

    _vt: Any

    @_overloaded(
        f"symbol: Symbol, ar_order: int, diff_order: int, ma_order: int, period: int, {_RESOLUTION}, {_VALUE}",
        "symbol: Symbol, ar_order: int, diff_order: int, ma_order: int, period: int, intercept: bool, "
        f"{_RESOLUTION}, {_VALUE}",
    )
    def arima(self: Any, number: int, bound: dict[str, Any]) -> Any:
        """AutoRegressiveIntegratedMovingAverage of a symbol, registered."""
        symbol = _required(bound["symbol"])
        orders = [bound["ar_order"], bound["diff_order"], bound["ma_order"], bound["period"]]
        title = f"ARIMA({','.join(map(str, orders))})"
        name = name_of(self, symbol, title, bound["resolution"])
        made = AutoRegressiveIntegratedMovingAverage(name, *orders, bound.get("intercept", True))
        return initialize(self, made, [symbol], bound["resolution"], bound["selector"])

    @_overloaded(
        f"symbol: Symbol, period: int, {_RESOLUTION}, {_VALUE}",
        f"symbol: Symbol, period: int, smoothing_factor: float, {_RESOLUTION}, {_VALUE}",
    )
    def ema(self: Any, number: int, bound: dict[str, Any]) -> Any:
        """ExponentialMovingAverage of a symbol, registered."""
        symbol, period = _required(bound["symbol"]), bound["period"]
        if number == 0 and period == -1:
            raise clr.DivideByZeroException
        factor = [bound["smoothing_factor"]] if "smoothing_factor" in bound else []
        name = name_of(self, symbol, f"EMA({period})", bound["resolution"])
        made = ExponentialMovingAverage(name, period, *factor)
        return initialize(self, made, [symbol], bound["resolution"], bound["selector"])

    @_overloaded(
        f"{_TWO}alpha_period: int = 1, beta_period: int = 252, {_RESOLUTION}, "
        f"risk_free_rate: Optional[float] = None, {_BAR}"
    )
    def a(self: Any, number: int, bound: dict[str, Any]) -> Any:
        """Alpha of two symbols, registered."""
        target, reference = _required(bound["target"]), _required(bound["reference"])
        rate = bound["risk_free_rate"]
        title = f"A({bound['alpha_period']},{bound['beta_period']}" + (
            ")" if rate is None else f",{number_text(rate)})"
        )
        name = name_of(self, target, title, bound["resolution"])
        model = _rate_model(self, rate)
        made = Alpha(name, target, reference, bound["alpha_period"], bound["beta_period"], risk_free_rate_model=model)
        return initialize(self, made, [target, reference], bound["resolution"], bound["selector"])

    @_overloaded(f"{_TWO}period: int, {_RESOLUTION}, {_BAR}")
    def b(self: Any, number: int, bound: dict[str, Any]) -> Any:
        """Beta of two symbols, registered."""
        return _pair(self, Beta, "B", bound)

    @_overloaded(f"{_TWO}period: int, {_RESOLUTION}, {_BAR}")
    def cov(self: Any, number: int, bound: dict[str, Any]) -> Any:
        """Covariance of two symbols, registered."""
        return _pair(self, Covariance, "COV", bound)

    @_overloaded(
        f"{_TWO}period: int, correlation_type: CorrelationType = CorrelationType.PEARSON, {_RESOLUTION}, {_BAR}"
    )
    def c(self: Any, number: int, bound: dict[str, Any]) -> Any:
        """Correlation of two symbols, registered."""
        return _pair(self, Correlation, "C", bound)

    @_overloaded(f"symbol: Symbol, sharpe_period: int, risk_free_rate: Optional[float] = None, {_RESOLUTION}, {_VALUE}")
    def sr(self: Any, number: int, bound: dict[str, Any]) -> Any:
        """SharpeRatio of a symbol, registered; the interest rates are those of the algorithm."""
        symbol, period, rate = _required(bound["symbol"]), bound["sharpe_period"], bound["risk_free_rate"]
        title = f"SR({period})" if rate is None else f"SR({period},{number_text(rate)})"
        name = name_of(self, symbol, title, bound["resolution"])
        made = SharpeRatio(name, period, risk_free_rate_model=_rate_model(self, rate))
        return initialize(self, made, [symbol], bound["resolution"], bound["selector"])

    @_overloaded(
        f"symbol: Symbol, period: int, {_RESOLUTION}, {_VALUE}",
        f"symbol: Symbol, period: int, confidence_level: float, {_RESOLUTION}, {_VALUE}",
    )
    def var(self: Any, number: int, bound: dict[str, Any]) -> Any:
        """Variance, or ValueAtRisk with a confidence level, of a symbol, registered."""
        symbol, period = _required(bound["symbol"]), bound["period"]
        if number == 0:
            made: Any = Variance(name_of(self, symbol, f"V({period})", bound["resolution"]), period)
        else:
            level = bound["confidence_level"]
            title = format_name("VAR({period},{confidence_level:double})", bound)
            made = ValueAtRisk(name_of(self, symbol, title, bound["resolution"]), period, level)
        return initialize(self, made, [symbol], bound["resolution"], bound["selector"])

    @_overloaded(f"symbol: Symbol, period: int, {_RESOLUTION}, {_VALUE}", _GREEK)
    def v(self: Any, number: int, bound: dict[str, Any]) -> Any:
        """Variance of a symbol, registered."""
        if number:
            raise clr.InvalidOperationException(_NO_STYLE)
        symbol, period = _required(bound["symbol"]), bound["period"]
        made = Variance(name_of(self, symbol, f"V({period})", bound["resolution"]), period)
        return initialize(self, made, [symbol], bound["resolution"], bound["selector"])

    @_overloaded("symbol: Symbol", f"symbol: Symbol, period: int, {_RESOLUTION}, {_TRADE}")
    def vwap(self: Any, number: int, bound: dict[str, Any]) -> Any:
        """IntradayVwap, or a VWAP over a period, of a symbol, registered."""
        symbol = _required(bound["symbol"])
        if number == 0:
            made: Any = IntradayVwap(name_of(self, symbol, "VWAP", None))
            register(self, symbol, made, _resolve(self, symbol, None, BaseData), None)
            return made
        name = name_of(self, symbol, f"VWAP({bound['period']})", bound["resolution"])
        made = VolumeWeightedAveragePriceIndicator(name, bound["period"])
        return initialize(self, made, [symbol], bound["resolution"], bound["selector"])

    @_overloaded(
        "symbol: Symbol, length_high: int, length_low: int, last_stored_values: int, "
        f"resolution: Optional[Resolution], {_BAR}",
        "symbol: Symbol, length_high: int, length_low: int, last_stored_values: int = 100, strict: bool = True, "
        f"{_RESOLUTION}, {_BAR}",
    )
    def pphl(self: Any, number: int, bound: dict[str, Any]) -> Any:
        """PivotPointsHighLow of a symbol, registered."""
        symbol = _required(bound["symbol"])
        high, low = bound["length_high"], bound["length_low"]
        name = name_of(self, symbol, f"PPHL({high},{low})", bound["resolution"])
        made = PivotPointsHighLow(name, high, low, bound["last_stored_values"], bound.get("strict", True))
        return initialize(self, made, [symbol], bound["resolution"], bound["selector"])

    @_overloaded(
        f"symbol: Symbol, {_VALUE}, field_name: str = None",
        f"symbol: Symbol, resolution: Resolution, {_VALUE}, field_name: str = None",
        f"symbol: Symbol, resolution: timedelta, {_VALUE}, field_name: str = None",
    )
    def identity(self: Any, number: int, bound: dict[str, Any]) -> Any:
        """The value itself as an indicator, registered."""
        symbol, field = _required(bound["symbol"]), bound["field_name"] or "close"
        how = bound.get("resolution")
        if isinstance(how, timedelta):
            made = Identity(f"{symbol}({field},{span_text(from_timedelta(how))})")
            register(self, symbol, made, _resolve(self, symbol, how), bound["selector"])
            return made
        how = get_subscription(self, symbol).resolution if how is None else how
        return initialize(self, Identity(name_of(self, symbol, field, how)), [symbol], how, bound["selector"])

    @_overloaded(
        f"symbol: Symbol, {_BAR}, filter: Callable[[IBaseData], bool] = None, field_name: str = None",
        f"symbol: Symbol, resolution: Resolution, {_BAR}, filter: Callable[[IBaseData], bool] = None, "
        "field_name: str = None",
        f"symbol: Symbol, resolution: timedelta, {_BAR}, filter: Callable[[IBaseData], bool] = None, "
        "field_name: str = None",
    )
    def filtered_identity(self: Any, number: int, bound: dict[str, Any]) -> Any:
        """The last value that passed a filter as an indicator, registered."""
        symbol, field = _required(bound["symbol"]), bound["field_name"] or "close"
        how = bound.get("resolution")
        if bound["filter"] is None:
            raise clr.NullReferenceException
        if isinstance(how, timedelta):
            name = f"{symbol}({field}_{span_text(from_timedelta(how))})"
        else:
            how = get_subscription(self, symbol).resolution if how is None else how
            name = name_of(self, symbol, field, how)
        made = FilteredIdentity(name, bound["filter"])
        kind = None if isinstance(how, timedelta) else BaseData
        register(self, symbol, made, _resolve(self, symbol, how, kind), bound["selector"])
        return made


def _pair(algorithm: Any, kind: Any, title: str, bound: dict[str, Any]) -> Any:
    target, reference = _required(bound["target"]), _required(bound["reference"])
    name = name_of(algorithm, None, f"{title}({bound['period']})", bound["resolution"])
    more = [bound["correlation_type"]] if "correlation_type" in bound else []
    made = kind(name, target, reference, bound["period"], *more)
    return initialize(algorithm, made, [target, reference], bound["resolution"], bound["selector"])


def _greek(key: str) -> Any:
    def method(self: Any, number: int, bound: dict[str, Any]) -> Any:
        raise clr.InvalidOperationException(_NO_STYLE)

    method.__doc__ = "An option greek; the embedded engine has no options."
    return _overloaded(_GREEK, name=key)(method)


for _helper in HELPERS:
    if not hasattr(HelpersMixin, _helper.name):
        setattr(HelpersMixin, _helper.name, _make(_helper))
for _key in ("iv", "d", "g", "r", "t"):
    setattr(HelpersMixin, _key, _greek(_key))
#: The helpers' C# names are here already.
HelpersMixin._spelled = True  # type: ignore[attr-defined]
_PASCAL = {"filtered_identity": "FilteredIdentity", "heikin_ashi": "HeikinAshi", "identity": "Identity", "t_3": "T3"}
for _key, _value in list(vars(HelpersMixin).items()):
    if not _key.startswith("_") and callable(_value):
        setattr(HelpersMixin, _PASCAL.get(_key, _key.upper()), _value)


_ANY_T = "IndicatorBase[T]"
_POINTS = "IndicatorBase[IndicatorDataPoint]"
_FUNC_T = "selector: Func[IBaseData, T]"
_NUMBER = "selector: Callable[[IBaseData], float] = None"
_REGISTER = _bindings(
    "register_indicator",
    f"symbol: Symbol, indicator: {_ANY_T}, {_RESOLUTION}",
    f"symbol: Symbol, indicator: {_POINTS}, {_RESOLUTION}, {_NUMBER}",
    f"symbol: Symbol, indicator: {_ANY_T}, resolution: Optional[Resolution], {_FUNC_T}",
    f"symbol: Symbol, indicator: {_POINTS}, resolution: Optional[timedelta] = None, {_NUMBER}",
    f"symbol: Symbol, indicator: {_POINTS}, consolidator: IDataConsolidator, {_NUMBER}",
    f"symbol: Symbol, indicator: {_ANY_T}, resolution: Optional[timedelta], {_FUNC_T} = None",
    f"symbol: Symbol, indicator: {_ANY_T}, consolidator: IDataConsolidator, {_FUNC_T} = None",
)
for _parameters in _REGISTER.overloads:
    for _parameter in _parameters:
        if _parameter.kind == "Optional[Resolution]":
            _parameter.convert = clr.nullable(_known_resolution)
_HISTORY = _bindings(
    "indicator_history",
    f"indicator: {_POINTS}, history: List[Slice], {_NUMBER}",
    f"indicator: {_ANY_T}, history: List[Slice], {_FUNC_T} = None",
    *(
        f"indicator: {kind}, {subject}, {span}, {_RESOLUTION}, {tail}"
        for span in ("period: int", "span: timedelta", "start: datetime, end: datetime")
        for kind, subject, tail in (
            (_POINTS, "symbols: List[Symbol]" if span == "span: timedelta" else "symbol: Symbol", _NUMBER),
            (_POINTS, "symbol: Symbol" if span == "span: timedelta" else "symbols: List[Symbol]", _NUMBER),
            (_ANY_T, "symbols: List[Symbol]", f"{_FUNC_T} = None"),
            (_ANY_T, "symbol: Symbol", f"{_FUNC_T} = None"),
        )
    ),
)
_WARM_UP = _bindings(
    "warm_up_indicator",
    *(
        f"{subject}, indicator: {kind}, {span}, {tail}"
        for kind, tail in ((_POINTS, _NUMBER), (_ANY_T, f"{_FUNC_T} = None"))
        for subject in ("symbol: Symbol", "symbols: List[Symbol]")
        for span in (_RESOLUTION, "period: timedelta")
    ),
)


def _to_slices(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        if value and not hasattr(value[0], "bars"):
            raise clr.NoMatch
        return list(value)
    raise clr.NoMatch


for _parameters in _HISTORY.overloads:
    for _parameter in _parameters:
        if _parameter.kind == "List[Slice]":
            _parameter.convert = _to_slices


@lean_names
class IndicatorsMixin(HelpersMixin):
    """Helpers, registration, warm-up and history of indicators; consolidators."""

    @property
    def candlestick_patterns(self: Any) -> CandlestickPatterns:
        """The candlestick patterns' helpers."""
        return CandlestickPatterns(self)

    def create_indicator_name(self: Any, symbol: Any, type: str, resolution: Any = None) -> str:
        """Name of an indicator of a symbol: `SMA(5,SPY_day)`."""
        return name_of(self, _symbol(symbol), type, None if resolution is None else Resolution(resolution))

    def register_indicator(self: Any, *arguments: Any, **keywords: Any) -> None:
        """Feed an indicator at a resolution, a span or by a consolidator: `(symbol, indicator, how, selector)`."""
        _, bound = _REGISTER.bind(arguments, keywords)
        symbol, given = _required(bound["symbol"]), bound["indicator"]
        how = bound.get("consolidator", bound.get("resolution"))
        indicator = managed(self, given)
        selector = bound.get("selector")
        if isinstance(how, timedelta):
            _refuse_field_for_bars(indicator, selector)
            try:
                consolidator = _resolve(self, symbol, how, _type_of_indicator(indicator))
            except clr.ArgumentException as failure:
                raise clr.ArgumentException(_THIRD + f"\n ---> System.ArgumentException: {failure}") from failure
        elif how is None or isinstance(how, Resolution):
            consolidator = _resolve(self, symbol, how, _type_of_indicator(indicator))
        else:
            consolidator = how
        register(self, symbol, indicator, consolidator, selector, is_own=consolidator is not how)

    def deregister_indicator(self: Any, indicator: Any) -> None:
        """Stop feeding an indicator."""
        if indicator is None:
            raise clr.NullReferenceException
        found = managed(self, indicator)
        for consolidator in found.consolidators:
            self._vt.subscriptions.remove_consolidator(None, consolidator)
        found.consolidators.clear()

    def unregister_indicator(self: Any, indicator: Any) -> None:
        """The same as `deregister_indicator`."""
        IndicatorsMixin.deregister_indicator(self, indicator)

    def warm_up_indicator(self: Any, *arguments: Any, **keywords: Any) -> None:
        """Reset an indicator and feed it its warm-up period: `(symbol or symbols, indicator, how, selector)`."""
        _, bound = _WARM_UP.bind(arguments, keywords)
        symbols = bound["symbols"] if "symbols" in bound else [_required(bound["symbol"])]
        how = bound.get("period", bound.get("resolution"))
        warm_up(self, symbols, managed(self, bound["indicator"]), how, bound["selector"])

    def indicator_history(self: Any, *arguments: Any, **keywords: Any) -> IndicatorHistory:
        """Values of an indicator over a history: bars, a span, two times, or slices."""
        _, bound = _HISTORY.bind(arguments, keywords)
        indicator = managed(self, bound["indicator"])
        selector = bound["selector"]
        if "history" in bound:
            moments = [list(item.all_data) for item in bound["history"]]
            return feed_history(indicator, moments, selector)
        symbols = bound["symbols"] if "symbols" in bound else [_required(bound["symbol"])]
        resolution = bound["resolution"]
        warm = _warm_up_period(indicator)
        if "period" in bound:
            period = bound["period"]
            if warm > 0 and period > 0:
                warm -= 1
            return feed_history(indicator, _points(self, symbols, period + warm, resolution), selector)
        state = self._vt
        now = state.local_ns
        if "span" in bound:
            start, end = now - from_timedelta(bound["span"]), now
        else:
            start, end = from_datetime(bound["start"]), from_datetime(bound["end"])
        factory = state.history.factory
        if warm > 1:
            start = min([start, *_earlier(self, symbols, start, end, warm - 1, resolution)])
        requests = factory.of_dates(symbols, None, start, end, resolution, {})
        return feed_history(indicator, (points for _, points in state.history.moments(requests)), selector)

    # --- consolidators -----------------------------------------------------------------------------------------

    def resolve_consolidator(self: Any, symbol: Any, resolution: Any, data_type: Any = None) -> Any:
        """The consolidator of a symbol's data to a resolution or span; not registered."""
        return _resolve(self, _required(_symbol(symbol)), _how(resolution), data_type)

    @staticmethod
    def create_consolidator(period: timedelta, consolidator_input_type: Any, tick_type: Any = None) -> Any:
        """The consolidator of a type of data to a span; not registered."""
        if not period:
            return _identity(consolidator_input_type)
        return _by_type(period, consolidator_input_type, tick_type)

    @_overloaded(
        "symbol: Symbol, period: Resolution, handler: PyObject",
        "symbol: Symbol, period: Resolution, tick_type: Optional[TickType], handler: PyObject",
        "symbol: Symbol, period: timedelta, handler: PyObject",
        "symbol: Symbol, period: timedelta, tick_type: Optional[TickType], handler: PyObject",
        "symbol: Symbol, calendar: Callable[[datetime], CalendarInfo], handler: PyObject",
        "symbol: Symbol, calendar: Callable[[datetime], CalendarInfo], tick_type: Optional[TickType], handler: PyObject",
        "type: Any, symbol: Symbol, size: float, tick_type: Optional[TickType], handler: PyObject",
    )
    def consolidate(self: Any, number: int, bound: dict[str, Any]) -> Any:
        """Call a handler with each larger bar: `(symbol, resolution, span or calendar, [tick_type,] handler)`."""
        symbol, handler, tick_type = _required(bound["symbol"]), bound["handler"], bound.get("tick_type")
        if number == 6:
            made = _sized(bound["type"], bound["size"], self, symbol, tick_type)
        else:
            kind = get_subscription(self, symbol, tick_type).type
            output = kind if kind in (TradeBar, QuoteBar) else BaseData
            period = bound.get("period")
            made = create_for(
                self,
                symbol,
                tick_type=tick_type,
                calendar=bound.get("calendar"),
                period=period if isinstance(period, timedelta) else None,
                resolution=period if isinstance(period, Resolution) else None,
                output=output,
            )
        if handler is not None:
            made.emitted += lambda sender, data: handler(data)
            self._vt.subscriptions.add_consolidator(symbol, made, tick_type)
        return made


_THIRD = (
    "Invalid third argument, should be either a valid consolidator or timedelta object. "
    "The following exception was thrown: "
)


def _refuse_field_for_bars(indicator: IndicatorBase, selector: Any) -> None:
    """A selector of numbers cannot feed an indicator of bars."""
    if isinstance(selector, FieldSelector) and indicator.input_kind != VALUE:
        wanted = clr.clr_name(_TYPES[indicator.input_kind]) or _TYPES[indicator.input_kind].__name__
        raise clr.ArgumentException(
            f"{_THIRD}\n ---> System.InvalidCastException: cannot convert object to target type\n"
            " ---> Python.Runtime.PythonException: System.Func`2[QuantConnect.Data.IBaseData,System.Decimal] value cannot "
            f"be converted to System.Func`2[QuantConnect.Data.IBaseData,{wanted}]\n"
            "   --- End of inner exception stack trace ---"
        )


def _how(value: Any) -> Any:
    if value is None or isinstance(value, timedelta):
        return value
    return Resolution(value)


def _sized(kind: Any, size: float, algorithm: Any, symbol: Symbol, tick_type: TickType | None) -> Any:
    """LEAN: QCAlgorithm.Indicators.cs, CreateConsolidator(Symbol, decimal, Type, TickType?)."""
    config = get_subscription(algorithm, symbol)
    if kind is VolumeRenkoBar:
        return VolumeRenkoConsolidator(size)
    if kind is RenkoBar:
        return RenkoConsolidator(size)
    if kind is RangeBar:
        return RangeConsolidator(int(size))
    count = int(size)
    if config.resolution == Resolution.TICK:
        return _by_type(count, Tick, tick_type)
    if kind is TradeBar:
        return TradeBarConsolidator(count)
    return QuoteBarConsolidator(count) if kind is QuoteBar else BaseDataConsolidator(count)


def _earlier(
    algorithm: Any, symbols: list[Symbol], start: int, end: int, bars: int, resolution: Resolution | None
) -> list[int]:
    """Starts, by the algorithm's clock, that many bars before. LEAN: GetIndicatorAdjustedHistoryStart."""
    state = algorithm._vt
    factory = state.history.factory
    found = []
    now = state.utc_ns
    try:
        for request in factory.of_dates(symbols, None, start, end, resolution, {}):
            config = request.config
            state.utc_ns = request.start
            utc = factory.start_of_bars(config.symbol, bars, config.resolution, config.data_zone, config.type, None)
            found.append(state.time_zone.to_local(utc))
    finally:
        state.utc_ns = now
    return found

"""`QCAlgorithm`: the class every strategy derives from. LEAN: Algorithm/QCAlgorithm*.cs.

The façade converts and delegates; what an algorithm is and has lives in `AlgorithmState` and in the rooms below.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final
from zoneinfo import ZoneInfoNotFoundError

from vibetrader.engine.api import assembly
from vibetrader.engine.api.context import current
from vibetrader.engine.api.framework import FrameworkMixin
from vibetrader.engine.api.history import HistoryMixin
from vibetrader.engine.api.identifiers import IdentifierMixin
from vibetrader.engine.api.indicators import IndicatorsMixin
from vibetrader.engine.api.plotting import PlottingMixin
from vibetrader.engine.api.properties import LeanProperty, overloaded
from vibetrader.engine.api.scheduling import SchedulingMixin
from vibetrader.engine.api.securities import SecuritiesMixin
from vibetrader.engine.api.state import AlgorithmState, base_virtual, date_ns
from vibetrader.engine.api.support import refuse
from vibetrader.engine.api.trading import TradingMixin
from vibetrader.engine.api.universes import UniversesMixin
from vibetrader.engine.clr import (
    ArgumentException,
    ArgumentOutOfRangeException,
    DotNetException,
    NoMatch,
    NotImplementedException,
    enumeration,
    nullable,
    register_type,
)
from vibetrader.engine.data import symbolcache
from vibetrader.engine.data.enums import (
    AccountType,
    AlgorithmMode,
    AlgorithmStatus,
    BrokerageName,
    DataMappingMode,
    DataNormalizationMode,
    DeploymentTarget,
    Resolution,
    SecurityType,
    TickType,
)
from vibetrader.engine.data.symbol import Market, Symbol
from vibetrader.engine.naming import LeanOverrides, add_aliases, raise_missing
from vibetrader.engine.scheduling.timerules import to_span, to_time_zone
from vibetrader.engine.securities.calendar import TradingCalendar
from vibetrader.engine.timekeeping import from_date, to_datetime, zone

_MAX_TAGS: Final = 100
_MAX_TEXT: Final = 200
_FIRST_DATE: Final = from_date(date(1900, 1, 1))


def _to_span(value: Any) -> timedelta:
    span = to_span(value)
    if span is None:
        raise NoMatch
    return span


def _to_zone(value: Any) -> Any:
    if value is None or isinstance(value, (int, float, str)):
        raise NoMatch
    return to_time_zone(value)


for _name, _kind in (
    ("Resolution", Resolution),
    ("SecurityType", SecurityType),
    ("TickType", TickType),
    ("BrokerageName", BrokerageName),
    ("AccountType", AccountType),
    ("DataNormalizationMode", DataNormalizationMode),
    ("DataMappingMode", DataMappingMode),
    ("AlgorithmStatus", AlgorithmStatus),
):
    register_type(_name, enumeration(_kind))
register_type("TimeSpan", _to_span)
register_type("DateTimeZone", _to_zone)
register_type("Optional[bool]", nullable(lambda value: _to_flag(value)))


def _to_flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return bool(value)
    raise NoMatch


def text_of(value: Any) -> str:
    """What LEAN writes for a message that is no text. LEAN: QCAlgorithm.Python.cs, Debug: ToSafeString."""
    if value is None:
        return ""
    if value.__class__ is float:
        return number_text(value)
    # LEAN: Common/Extensions.cs, ToSafeString: what prints itself (a .NET object, a frame) begins on a line of its own
    if not isinstance(value, str) and callable(getattr(value, "to_string", None)):
        return f"\n{value.to_string()}"
    return str(value)


def number_text(value: float) -> str:
    """.NET's invariant text of a double."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    text = repr(value)
    if text.endswith(".0"):
        return text[:-2]
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text
    number = int(exponent)
    if 0 < number < 15:
        return format(Decimal(text), "f")
    return f"{mantissa.removesuffix('.0')}E{'+' if number > 0 else '-'}{abs(number):02d}"


def _state(name: str) -> Callable[[Any], Any]:
    return attrgetter(f"_vt.{name}")


def _store(name: str) -> Callable[[Any, Any], None]:
    return lambda algorithm, value: setattr(algorithm._vt, name, value)


def _is(*names: str) -> Callable[[Any], bool]:
    """Whether a value's class, or a base of it, has one of these names; own Python classes pass for interfaces."""
    return lambda value: any(base.__name__ in names for base in type(value).__mro__)


def _model(value: Any) -> bool:
    """Models may be Python classes of the user's own, but not plain values."""
    return not isinstance(value, (bool, int, float, str, bytes, list, tuple, dict, set, Decimal, datetime, date, Symbol))


def _utc_time(algorithm: Any) -> datetime:
    moment = to_datetime(algorithm._vt.utc_ns)
    return moment.replace(tzinfo=UTC) if algorithm._vt.is_clock_set else moment


def _clock(name: str) -> Callable[[Any], datetime]:
    return lambda algorithm: to_datetime(getattr(algorithm._vt, name))


_FRAMEWORK: Final = "QuantConnect.Algorithm.Framework."


class QCAlgorithm(
    TradingMixin,
    IndicatorsMixin,
    SecuritiesMixin,
    HistoryMixin,
    SchedulingMixin,
    PlottingMixin,
    UniversesMixin,
    FrameworkMixin,
    IdentifierMixin,
    LeanOverrides,
):
    """Base class of strategies.

    A strategy overrides `initialize` and `on_data`, and may override the other `on_…` methods; every name may also be
    written in PascalCase.
    """

    __clr_name__ = "QuantConnect.Algorithm.QCAlgorithm"

    def __new__(cls, *arguments: Any, **keywords: Any) -> QCAlgorithm:
        """Made complete here: strategies may forget `super().__init__()`."""
        algorithm = super().__new__(cls)
        object.__setattr__(algorithm, "_vt", AlgorithmState(algorithm, current()))
        assembly.assemble(algorithm)
        return algorithm

    def __init__(self) -> None:
        """Nothing is left to do."""

    def __init_subclass__(cls, **keywords: Any) -> None:
        foreign = [base.__name__ for base in cls.__bases__ if not issubclass(base, QCAlgorithm)]
        if foreign and cls.__module__ != __name__:
            raise TypeError("cannot use multiple inheritance with managed classes")
        super().__init_subclass__(**keywords)

    def __getattr__(self, name: str) -> Any:
        return raise_missing(type(self), name)

    # --- properties ---------------------------------------------------------------------------------------------

    time = LeanProperty(_state("time"), doc="Time of the algorithm's clock, naive.")
    utc_time = LeanProperty(_utc_time, doc="Time in UTC, aware.")
    time_zone = LeanProperty(_state("time_zone"), doc="Zone of the algorithm's clock.")
    start_date = LeanProperty(_clock("start_ns"), doc="First date of the run.")
    end_date = LeanProperty(_clock("end_ns"), doc="Last moment of the run.")
    live_mode = LeanProperty(lambda algorithm: False, doc="Always False.")
    algorithm_mode = LeanProperty(lambda algorithm: AlgorithmMode.BACKTESTING, doc="Always a backtest.")
    deployment_target = LeanProperty(lambda algorithm: DeploymentTarget.LOCAL_PLATFORM, doc="Always the local machine.")
    algorithm_id = LeanProperty(lambda algorithm: algorithm._vt.context.algorithm_id, doc="Name of the run.")
    account_currency = LeanProperty(
        lambda algorithm: algorithm._vt.portfolio.cash_book.account_currency, doc="Currency of the account."
    )
    date_rules = LeanProperty(lambda algorithm: algorithm._vt.schedule.date_rules, doc="Makes date rules.")
    time_rules = LeanProperty(lambda algorithm: algorithm._vt.schedule.time_rules, doc="Makes time rules.")
    active_securities = LeanProperty(
        lambda algorithm: algorithm._vt.universes.active_securities, doc="Securities some universe holds."
    )
    statistics = LeanProperty(
        lambda algorithm: algorithm._vt.results.statistics_results(), doc="Statistics of the run so far."
    )
    name = LeanProperty(
        _state("name"), "System.String", _store("name"), accepts=lambda value: isinstance(value, str), doc="Name."
    )
    status = LeanProperty(
        _state("status"), "", _store("status"), convert=lambda value: AlgorithmStatus(int(value)), doc="Status."
    )
    project_id = LeanProperty(_state("project_id"), "", _store("project_id"), convert=int, doc="Project number.")
    is_warming_up = LeanProperty(
        _state("is_warming_up"),
        "System.Boolean",
        _store("is_warming_up"),
        accepts=lambda value: isinstance(value, bool),
        none=False,
        doc="True in initialize and until the start date is reached.",
    )
    tags = LeanProperty(
        _state("tag_set"),
        "System.Collections.Generic.HashSet`1[System.String]",
        _store("tag_set"),
        accepts=_is("HashSet"),
        doc="Tags of the run.",
    )
    settings = LeanProperty(
        _state("settings"),
        "QuantConnect.Interfaces.IAlgorithmSettings",
        _store("settings"),
        accepts=_is("AlgorithmSettings"),
        doc="Settings of the algorithm.",
    )
    universe_settings = LeanProperty(
        _state("universe_settings"),
        "QuantConnect.Data.UniverseSelection.UniverseSettings",
        _store("universe_settings"),
        accepts=_is("UniverseSettings"),
        doc="Settings of securities that universes select.",
    )
    portfolio = LeanProperty(
        _state("portfolio"),
        "QuantConnect.Securities.SecurityPortfolioManager",
        _store("portfolio"),
        accepts=_is("SecurityPortfolioManager"),
        doc="Holdings and cash.",
    )
    securities = LeanProperty(
        _state("securities"),
        "QuantConnect.Securities.SecurityManager",
        _store("securities"),
        accepts=_is("SecurityManager"),
        doc="Securities by symbol or ticker.",
    )
    transactions = LeanProperty(
        _state("transactions"),
        "QuantConnect.Securities.SecurityTransactionManager",
        _store("transactions"),
        accepts=_is("SecurityTransactionManager", "TransactionHandler"),
        doc="Orders.",
    )
    subscription_manager = LeanProperty(
        _state("subscriptions"),
        "QuantConnect.Data.SubscriptionManager",
        _store("subscriptions"),
        accepts=_is("SubscriptionManager"),
        doc="Subscriptions and consolidators.",
    )
    schedule = LeanProperty(
        _state("schedule"),
        "QuantConnect.Scheduling.ScheduleManager",
        _store("schedule"),
        accepts=_is("ScheduleManager"),
        doc="Scheduled events.",
    )
    universe_manager = LeanProperty(
        _state("universe_manager"),
        "QuantConnect.Securities.UniverseManager",
        _store("universe_manager"),
        accepts=_is("UniverseManager"),
        doc="Universes by symbol.",
    )
    universe = LeanProperty(
        _state("universe_definitions"),
        "QuantConnect.Algorithm.UniverseDefinitions",
        _store("universe_definitions"),
        accepts=_is("UniverseDefinitions"),
        doc="Ready-made universes.",
    )
    object_store = LeanProperty(
        _state("object_store"),
        "QuantConnect.Storage.ObjectStore",
        _store("object_store"),
        accepts=_is("ObjectStore"),
        doc="Files of the algorithm.",
    )
    benchmark = LeanProperty(
        _state("benchmark"),
        "QuantConnect.Benchmarks.IBenchmark",
        _store("benchmark"),
        accepts=_is("SecurityBenchmark", "FuncBenchmark"),
        doc="The benchmark, None before set-up is over.",
    )
    brokerage_model = LeanProperty(
        _state("brokerage_model"),
        "QuantConnect.Brokerages.IBrokerageModel",
        _store("brokerage_model"),
        accepts=_model,
        doc="The brokerage model.",
    )
    brokerage_message_handler = LeanProperty(
        _state("brokerage_message_handler"),
        "QuantConnect.Brokerages.IBrokerageMessageHandler",
        _store("brokerage_message_handler"),
        accepts=_model,
        doc="The handler of brokerage messages.",
    )
    risk_free_interest_rate_model = LeanProperty(
        _state("risk_free_interest_rate_model"),
        "QuantConnect.Data.IRiskFreeInterestRateModel",
        _store("risk_free_interest_rate_model"),
        accepts=_model,
        doc="Risk-free interest rates.",
    )
    security_initializer = LeanProperty(
        _state("security_initializer"),
        "QuantConnect.Securities.ISecurityInitializer",
        _store("security_initializer"),
        accepts=_model,
        doc="What sets up new securities.",
    )
    default_order_properties = LeanProperty(
        _state("default_order_properties"),
        "QuantConnect.Interfaces.IOrderProperties",
        _store("default_order_properties"),
        accepts=lambda value: any(base.__name__.endswith("OrderProperties") for base in type(value).__mro__),
        doc="Properties of orders that name none.",
    )
    trade_builder = LeanProperty(
        _state("trade_builder"),
        "QuantConnect.Interfaces.ITradeBuilder",
        _store("trade_builder"),
        accepts=_is("TradeBuilder"),
        doc="What makes trades of fills.",
    )
    run_time_error = LeanProperty(
        _state("run_time_error"),
        "System.Exception",
        _store("run_time_error"),
        accepts=lambda value: isinstance(value, BaseException),
        doc="The exception that ended the run.",
    )
    notify = LeanProperty(
        _state("notify"),
        "QuantConnect.Notifications.NotificationManager",
        _store("notify"),
        accepts=_is("NotificationManager"),
        doc="Notifications; a backtest sends none.",
    )
    signal_export = LeanProperty(_state("signal_export"), doc="Export of signals; a backtest exports none.")
    market_hours_database = LeanProperty(_state("market_hours"), doc="Market hours.")
    symbol_properties_database = LeanProperty(_state("symbol_properties"), doc="Lot sizes, tick sizes.")
    trading_calendar = LeanProperty(
        lambda algorithm: TradingCalendar(
            lambda: [security for _, security in algorithm._vt.securities.pairs()], lambda: algorithm._vt.utc_ns
        ),
        doc="Kinds of days.",
    )
    pandas_converter = LeanProperty(
        _state("pandas_converter"),
        "QuantConnect.Python.PandasConverter",
        _store("pandas_converter"),
        accepts=_is("PandasConverter"),
        doc="Makes DataFrames of slices.",
    )
    current_slice = LeanProperty(_state("current_slice"), doc="The slice of this time step.")
    history_provider = LeanProperty(_state("history"), doc="Gives history.")
    runtime_statistics = LeanProperty(_state("runtime_statistics"), doc="Runtime statistics that were set.")
    time_keeper = LeanProperty(_state("time_keeper"), doc="Clock of the algorithm.")
    enable_automatic_indicator_warm_up = LeanProperty(
        lambda algorithm: algorithm._vt.settings.automatic_indicator_warm_up,
        "System.Boolean",
        lambda algorithm, value: setattr(algorithm._vt.settings, "automatic_indicator_warm_up", value),
        accepts=lambda value: isinstance(value, bool),
        none=False,
        doc="Warm indicators up when they are made.",
    )
    debug_mode = LeanProperty(
        _state("debug_mode"), "System.Boolean", _store("debug_mode"), accepts=lambda value: isinstance(value, bool)
    )
    insights = LeanProperty(
        lambda algorithm: algorithm._vt.framework.insights,
        _FRAMEWORK + "Alphas.Analysis.InsightManager",
        lambda algorithm, value: setattr(algorithm._vt.framework, "insights", value),
        accepts=_is("InsightManager"),
        doc="Insights of the framework.",
    )
    alpha = LeanProperty(
        lambda algorithm: algorithm._vt.framework.alpha,
        _FRAMEWORK + "Alphas.IAlphaModel",
        lambda algorithm, value: setattr(algorithm._vt.framework, "alpha", value),
        accepts=_model,
        doc="The alpha model.",
    )
    portfolio_construction = LeanProperty(
        lambda algorithm: algorithm._vt.framework.portfolio_construction,
        _FRAMEWORK + "Portfolio.IPortfolioConstructionModel",
        lambda algorithm, value: setattr(algorithm._vt.framework, "portfolio_construction", value),
        accepts=_model,
        doc="The portfolio construction model.",
    )
    execution = LeanProperty(
        lambda algorithm: algorithm._vt.framework.execution,
        _FRAMEWORK + "Execution.IExecutionModel",
        lambda algorithm, value: setattr(algorithm._vt.framework, "execution", value),
        accepts=_model,
        doc="The execution model.",
    )
    risk_management = LeanProperty(
        lambda algorithm: algorithm._vt.framework.risk_management,
        _FRAMEWORK + "Risk.IRiskManagementModel",
        lambda algorithm, value: setattr(algorithm._vt.framework, "risk_management", value),
        accepts=_model,
        doc="The risk management model.",
    )
    universe_selection = LeanProperty(
        lambda algorithm: algorithm._vt.framework.universe_selection,
        _FRAMEWORK + "Selection.IUniverseSelectionModel",
        lambda algorithm, value: setattr(algorithm._vt.framework, "universe_selection", value),
        accepts=_model,
        doc="The universe selection model.",
    )
    insights_generated = LeanProperty(
        lambda algorithm: algorithm._vt.framework.insights_generated,
        "",
        lambda algorithm, value: setattr(algorithm._vt.framework, "insights_generated", value),
        doc="Event: insights were emitted.",
    )

    # --- set-up -------------------------------------------------------------------------------------------------

    @base_virtual
    def initialize(self) -> None:
        """Set dates, cash and data; every strategy overrides this."""
        raise NotImplementedException("Please override the Initialize() method")

    @overloaded("year: int, month: int, day: int", "start: datetime")
    def set_start_date(
        self, year: int = 0, month: int = 0, day: int = 0, start: datetime | None = None
    ) -> None:
        """First date of the run."""
        if start is None:
            try:
                moment = _date_of(year, month, day)
                self._vt_set_start(moment)
            except Exception as error:
                raise ArgumentException(f"Date Invalid: {error}") from None
            return
        self._vt_set_start(date_ns(start))

    def _vt_set_start(self, start: int) -> None:
        state = self._vt
        if start < _FIRST_DATE:
            raise ArgumentOutOfRangeException("Please select a start date after January 1st, 1900.", "start")
        if start > state.today_ns:
            raise ArgumentOutOfRangeException("Please select start date less than today", "start")
        state.check_unlocked("self.set_start_date(): Cannot change start date after algorithm initialized.")
        state.set_start(start)

    @overloaded("year: int, month: int, day: int", "end: datetime")
    def set_end_date(self, year: int = 0, month: int = 0, day: int = 0, end: datetime | None = None) -> None:
        """Last date of the run, included; at most yesterday."""
        if end is None:
            try:
                self._vt_set_end(_date_of(year, month, day))
            except Exception as error:
                raise ArgumentException(f"Date Invalid: {error}") from None
            return
        self._vt_set_end(date_ns(end))

    def _vt_set_end(self, end: int) -> None:
        self._vt.check_unlocked("self.set_end_date(): Cannot change end date after algorithm initialized.")
        self._vt.set_end(end)

    @overloaded("starting_cash: float", "starting_cash: int", "symbol: str, starting_cash: float, conversion_rate: float = 0")
    def set_cash(self, starting_cash: Any = 0, symbol: str | None = None, conversion_rate: Any = 0) -> None:
        """Cash at the start, of the account currency or of a named one."""
        self._vt.check_unlocked("self.set_cash(): Cannot change cash available after algorithm initialized.")
        if symbol is None:
            self._vt.portfolio.set_cash(starting_cash)
        else:
            self._vt.portfolio.set_cash(symbol, starting_cash, conversion_rate)

    @overloaded("account_currency: str, starting_cash: Optional[float] = None")
    def set_account_currency(self, account_currency: str, starting_cash: Any = None) -> None:
        """Currency of the account, before any security is added."""
        state = self._vt
        state.check_unlocked("self.set_account_currency(): Cannot change AccountCurrency after algorithm initialized.")
        change = f"Changing account currency from {state.portfolio.cash_book.account_currency} to {account_currency}"
        if starting_cash is None:
            state.debug(f"{change}...")
        else:
            state.debug(f"{change}, with a starting cash of {number_text(float(starting_cash))}...")
        state.portfolio.set_account_currency(account_currency, starting_cash)

    @overloaded("time_zone: str", "time_zone: DateTimeZone")
    def set_time_zone(self, time_zone: Any) -> None:
        """Zone of the algorithm's clock; the start keeps its clock time."""
        state = self._vt
        by_name = isinstance(time_zone, str)
        if isinstance(time_zone, str):
            try:
                time_zone = zone(time_zone)
            except (ZoneInfoNotFoundError, ValueError):
                raise ArgumentException(
                    f"TimeZone with id '{time_zone}' was not found. For a complete list of time zones please visit: "
                    "http://en.wikipedia.org/wiki/List_of_tz_database_time_zones"
                ) from None
        state.check_unlocked("self.set_time_zone(): Cannot change time zone after algorithm running.")
        state.set_time_zone(time_zone)
        state.time_zone_by_name = by_name

    @overloaded("brokerage: BrokerageName, account_type: AccountType = AccountType.MARGIN", "model: IBrokerageModel",
                names={"AccountType": AccountType})  # fmt: skip
    def set_brokerage_model(self, brokerage: Any = None, account_type: Any = None, model: Any = None) -> None:
        """Fees, fills, leverage and refusals of a brokerage."""
        if model is None:
            model = assembly.make_brokerage_model(self, brokerage, account_type)
        assembly.use_brokerage_model(self, model)

    def set_brokerage_message_handler(self, handler: Any) -> None:
        """The handler of brokerage messages."""
        self._vt.brokerage_message_handler = handler

    def set_risk_free_interest_rate_model(self, model: Any) -> None:
        """Risk-free interest rates."""
        self._vt.risk_free_interest_rate_model = assembly.wrap_interest_rate_model(model)

    @overloaded(
        "ticker: str", "symbol: Symbol", "benchmark: Callable[[datetime], float]", "security_type: SecurityType, symbol: str"
    )
    def set_benchmark(
        self, ticker: str | None = None, symbol: Any = None, benchmark: Any = None, security_type: Any = None
    ) -> None:
        """What the run is compared with: a symbol, or a function of the time."""
        state = self._vt
        refusal = "self.set_benchmark(): Cannot change Benchmark after algorithm initialized."
        if security_type is not None:
            state.check_unlocked(refusal)
            symbol = state.make_symbol(symbol, security_type, self._vt_default_market(security_type, Market.USA))
        elif ticker is not None:
            symbol = symbolcache.find(ticker)
            if symbol is None:
                symbol = next((known for known, _ in state.securities.pairs() if known.value == ticker), None)
            if symbol is None:
                state.debug(
                    f"Warning: SetBenchmark({ticker}): no existing symbol found, benchmark security will be added with "
                    "Equity type."
                )
                symbol = state.make_symbol(ticker, SecurityType.EQUITY, Market.USA)
        state.check_unlocked(refusal)
        if symbol is not None:
            state.benchmark = assembly.security_benchmark(self, symbol)
        else:
            state.benchmark = assembly.function_benchmark(benchmark)

    def set_security_initializer(self, security_initializer: Any) -> None:
        """A function or object that sets up every security that is added from now on."""
        state = self._vt
        if isinstance(security_initializer, (int, float, str)) or security_initializer is None:
            raise TypeError(
                "No method matches given arguments for set_security_initializer: "
                f"({type(security_initializer)}). The following overloads are available:\n"
                "  set_security_initializer(security_initializer: ISecurityInitializer)\n"
                "  set_security_initializer(security_initializer: Callable[[Security], None])"
            )
        if state.locked:
            raise DotNetException(
                "SetSecurityInitializer() cannot be called after algorithm initialization. When you use the "
                "SetSecurityInitializer() method it will apply to all universes and manually added securities."
            )
        if state.user_set_security_initializer:
            state.debug(
                "Warning: SetSecurityInitializer() has already been called, existing security initializers in all "
                "universes will be overwritten."
            )
        state.user_set_security_initializer = True
        state.security_initializer = assembly.wrap_security_initializer(security_initializer)

    def add_security_initializer(self, security_initializer: Any) -> None:
        """One more function or object that sets up securities."""
        state = self._vt
        state.check_unlocked(
            "AddSecurityInitializer() cannot be called after algorithm initialization. When you use the "
            "AddSecurityInitializer() method it will apply to all universes and manually added securities."
        )
        state.security_initializer = assembly.compose_initializers(
            state.security_initializer, assembly.wrap_security_initializer(security_initializer)
        )

    def set_trade_builder(self, trade_builder: Any) -> None:
        """What makes trades of fills."""
        self._vt.trade_builder = trade_builder

    def set_name(self, name: str) -> None:
        """Name of the run."""
        self._vt.name = name[:_MAX_TEXT]

    def add_tag(self, tag: str) -> None:
        """Add a tag; at most 100."""
        if tag and tag.strip() and len(self._vt.tag_set) < _MAX_TAGS:
            self._vt.tag_set.add(tag[:_MAX_TEXT])

    def set_tags(self, tags: Any) -> None:
        """Replace the tags."""
        self._vt.tag_set = tags

    def set_quit(self, quit: bool) -> None:
        """Stop the run at the end of this time step."""
        if quit:
            self._vt.status = AlgorithmStatus.STOPPED

    def set_status(self, status: Any) -> None:
        """Set the status."""
        self._vt.status = AlgorithmStatus(int(status))

    def set_run_time_error(self, exception: BaseException) -> None:
        """End the run with an error."""
        self._vt.run_time_error = exception

    def set_algorithm_id(self, algorithm_id: str) -> None:
        """Name of the run."""
        self._vt.context.algorithm_id = algorithm_id

    def get_locked(self) -> bool:
        """True once set-up is over."""
        return self._vt.locked  # type: ignore[no-any-return]

    @overloaded(
        "bar_count: int",
        "time_span: TimeSpan",
        "bar_count: int, resolution: Optional[Resolution]",
        "time_span: TimeSpan, resolution: Optional[Resolution]",
    )
    def set_warm_up(self, bar_count: int | None = None, time_span: Any = None, resolution: Any = None) -> None:
        """Run on earlier data first: a number of bars or a time span before the start."""
        self._vt_set_warm_up(bar_count, time_span, resolution)

    @overloaded(
        "bar_count: int",
        "time_span: TimeSpan",
        "bar_count: int, resolution: Optional[Resolution]",
        "time_span: TimeSpan, resolution: Optional[Resolution]",
    )
    def set_warmup(self, bar_count: int | None = None, time_span: Any = None, resolution: Any = None) -> None:
        """The same as `set_warm_up`."""
        self._vt_set_warm_up(bar_count, time_span, resolution)

    def _vt_set_warm_up(self, bar_count: int | None, time_span: Any, resolution: Any) -> None:
        state = self._vt
        state.check_unlocked("self.set_warmup(): This method cannot be used after algorithm initialized")
        state.warmup_bars = bar_count
        state.warmup_span = time_span
        state.settings.warmup_resolution = resolution

    def set_finished_warming_up(self) -> None:
        """End warm-up."""
        self._vt.is_warming_up = False

    # --- parameters ---------------------------------------------------------------------------------------------

    def get_parameter(self, name: str, default_value: Any = None) -> Any:
        """A parameter; the default's type decides what becomes of its text. LEAN: QCAlgorithm.cs, GetParameter.

        Args:
            name: Name of the parameter.
            default_value: Given when there is no such parameter, or its text is no number where a number is wanted.

        Returns:
            Text without a default or with a text; an integer or float with a number.
        """
        if not isinstance(name, str) or isinstance(default_value, (list, dict, tuple, set)):  # type: ignore[redundant-expr]
            raise TypeError(
                f"No method matches given arguments for get_parameter: ({type(name)}, {type(default_value)}). The "
                "following overloads are available:\n  get_parameter(name: str, default_value: str = None)\n"
                "  get_parameter(name: str, default_value: int)\n  get_parameter(name: str, default_value: float)"
            )
        text = self._vt.parameters.get(name)
        if isinstance(default_value, bool) or default_value is None or isinstance(default_value, str):
            return text if text is not None else default_value
        if isinstance(default_value, int):
            return _parse_int(text, int(default_value))
        return _parse_float(text, float(default_value))

    def get_parameters(self) -> Any:
        """All parameters, a read-only dictionary."""
        return assembly.read_only(self._vt.parameters)

    @overloaded("parameters: Dictionary[str, str]")
    def set_parameters(self, parameters: Any) -> None:
        """Replace the parameters."""
        self._vt.parameters = dict(parameters.items())

    # --- messages -----------------------------------------------------------------------------------------------

    def debug(self, message: Any) -> None:
        """A line for the console and the log; the same line twice in a row is written once."""
        self._vt.debug(text_of(message))

    def log(self, message: Any) -> None:
        """A line for the log."""
        self._vt.log(text_of(message))

    def error(self, message: Any) -> None:
        """An error line; the run goes on."""
        self._vt.error(text_of(message))

    def quit(self, message: Any = "") -> None:
        """Stop the run at the end of this time step."""
        self._vt.debug("Quit(): " + text_of(message))
        self._vt.status = AlgorithmStatus.STOPPED

    # --- what users override ------------------------------------------------------------------------------------

    @base_virtual
    def post_initialize(self) -> None:
        """Called after `initialize`."""

    @base_virtual
    def on_warmup_finished(self) -> None:
        """Warm-up is over; called without warm-up too."""

    @base_virtual
    def on_data(self, slice: Any) -> None:
        """New data."""

    @base_virtual
    def on_securities_changed(self, changes: Any) -> None:
        """Universes added or removed securities."""

    @base_virtual
    def on_splits(self, splits: Any) -> None:
        """Splits and their warnings."""

    @base_virtual
    def on_dividends(self, dividends: Any) -> None:
        """Dividends."""

    @base_virtual
    def on_delistings(self, delistings: Any) -> None:
        """Delistings and their warnings."""

    @base_virtual
    def on_symbol_changed_events(self, symbols_changed: Any) -> None:
        """Ticker changes."""

    @base_virtual
    def on_order_event(self, order_event: Any) -> None:
        """An order changed its state."""

    @base_virtual
    def on_assignment_order_event(self, assignment_event: Any) -> None:
        """Options only; never called."""

    @base_virtual
    def on_margin_call(self, requests: Any) -> Any:
        """Orders of a margin call; the list may be changed."""
        return requests

    @base_virtual
    def on_margin_call_warning(self) -> None:
        """Less than 5 % of the margin is left."""

    @base_virtual
    def on_end_of_day(self, symbol: Any = None) -> None:
        """Ten minutes before a market closes."""

    @base_virtual
    def on_end_of_algorithm(self) -> None:
        """The run is over."""

    @base_virtual
    def on_brokerage_message(self, message_event: Any) -> None:
        """A message of the brokerage."""

    @base_virtual
    def on_brokerage_disconnect(self) -> None:
        """Live trading only; never called."""

    @base_virtual
    def on_brokerage_reconnect(self) -> None:
        """Live trading only; never called."""

    @base_virtual
    def on_command(self, data: Any) -> Any:
        """Live trading only; never called."""
        return True

    # --- what a backtest does not do ----------------------------------------------------------------------------

    def add_command(self, type: Any) -> None:
        """Commands reach live algorithms only."""
        refuse("add_command")

    def broadcast_command(self, command: Any) -> None:
        """Commands reach live algorithms only; LEAN warns and goes on."""
        if not self._vt.warned_of_broadcast:
            self._vt.warned_of_broadcast = True
            self._vt.debug("Warning: sending broadcast commands is disabled in backtesting")

    def link(self, command: Any) -> str:
        """Commands reach live algorithms only."""
        return refuse("link")

    def run_command(self, command: Any) -> Any:
        """Commands reach live algorithms only."""
        return refuse("run_command")

    def download(self, *arguments: Any, **keywords: Any) -> str:
        """The engine has no network."""
        return refuse("download")


def _date_of(year: int, month: int, day: int) -> int:
    try:
        return from_date(date(year, month, day))
    except (ValueError, OverflowError):
        raise ArgumentOutOfRangeException(
            "Year, Month, and Day parameters describe an un-representable DateTime."
        ) from None


def _parse_int(text: str | None, default: int) -> int:
    """.NET's `int.TryParse`: digits with blanks and sign only, 32 bits."""
    if text is None:
        return default
    stripped = text.strip()
    digits = stripped[1:] if stripped[:1] in ("+", "-") else stripped
    if not (digits.isascii() and digits.isdigit()):
        return default
    number = int(stripped)
    return number if -(2**31) <= number < 2**31 else default


def _parse_float(text: str | None, default: float) -> float:
    """.NET's `double.TryParse` with any style: thousands separators pass."""
    if text is None:
        return default
    try:
        return float(text.strip().replace(",", ""))
    except ValueError:
        return default


for _base in QCAlgorithm.__mro__:
    if _base.__module__.startswith("vibetrader.") and "_spelled" not in vars(_base):
        add_aliases(_base, {"isin": "ISIN", "cusip": "CUSIP", "sedol": "SEDOL", "cik": "CIK", "composite_figi": "CompositeFIGI"})

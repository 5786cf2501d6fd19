"""State of an algorithm, apart from its object.

A strategy may assign to any name of the algorithm (`self.log = []`), so the engine keeps nothing there: the algorithm
has one attribute, `_vt`, and this is what it holds. Rooms call the members here, never the algorithm's own methods.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

from vibetrader.engine.api.context import EngineContext
from vibetrader.engine.api.objectstore import ObjectStore
from vibetrader.engine.api.settings import AlgorithmSettings
from vibetrader.engine.clr import ArgumentException, InvalidOperationException, NullReferenceException
from vibetrader.engine.data import symbolcache
from vibetrader.engine.data.enums import AlgorithmStatus, Resolution, SecurityType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.scheduling import ScheduleManager
from vibetrader.engine.timekeeping import (
    DAY,
    NEW_YORK,
    TimeZone,
    from_date,
    from_datetime,
    from_timedelta,
    zone,
)
from vibetrader.engine.universe.settings import UniverseSettings

#: LEAN: Algorithm/QCAlgorithm.cs, constructor
_FIRST_START: Final = from_date(date(1998, 1, 1))
#: One .NET tick.
TICK: Final = 100


class AlgorithmTime(datetime):
    """What `self.time` gives: a datetime that, as LEAN's does, also compares with a date."""

    @classmethod
    def of(cls, moment: datetime) -> AlgorithmTime:
        """The same moment."""
        return cls(*moment.timetuple()[:6], moment.microsecond, moment.tzinfo, fold=moment.fold)

    def __lt__(self, other: Any) -> bool:
        return super().__lt__(_midnight(other))

    def __le__(self, other: Any) -> bool:
        return super().__le__(_midnight(other))

    def __gt__(self, other: Any) -> bool:
        return super().__gt__(_midnight(other))

    def __ge__(self, other: Any) -> bool:
        return super().__ge__(_midnight(other))


# Texts show the class under the name that it has in LEAN.
AlgorithmTime.__name__ = AlgorithmTime.__qualname__ = "datetime"
AlgorithmTime.__module__ = "datetime"


def _midnight(value: Any) -> Any:
    return datetime(value.year, value.month, value.day) if type(value) is date else value


class AlgorithmState:
    """Everything the engine knows about an algorithm.

    Attributes:
        utc_ns: The frontier, UTC nanoseconds.
        time_zone: The algorithm's zone.
        start_ns: First moment of the run, by the algorithm's clock.
        end_ns: Last moment of the run, by the algorithm's clock.
        locked: True once set-up is over.
        is_warming_up: True until the start date; also in `initialize`.
        run_time_error: The exception that ended the run.
        current_slice: The slice of this time step.
    """

    def __init__(self, algorithm: Any, context: EngineContext) -> None:
        self.algorithm = algorithm
        self.context = context
        self.market_hours = context.market_hours
        self.symbol_properties = context.symbol_properties
        self.symbol_cache = symbolcache
        self.results = context.results
        self.name = type(algorithm).__name__
        self.tag_set: Any = set()
        #: The next time step is no plain one: orders, events, universes or the algorithm's status changed.
        self.attention = False
        #: Called before money or positions change, so that what steps leave for later is done by then.
        self.catch_up: Callable[[], None] = self.nothing
        self._status = AlgorithmStatus.RUNNING
        self.is_warming_up = True
        self.locked = False
        self.project_id = 0
        self._run_time_error: BaseException | None = None
        self.current_slice: Any = None
        self.time_zone: TimeZone = zone(NEW_YORK)
        self.time_zone_by_name = False
        self.start_ns = _FIRST_START
        self.end_ns = 0
        self.today_ns = from_date(_today())
        self.set_end(self.today_ns)
        # LEAN: the clock stands at 1998-01-01 UTC until a date is set, and its UTC time has no zone so far
        self.utc_ns = self.start_ns
        self.is_clock_set = False
        self._shown: tuple[int, datetime] | None = None
        self.warmup_bars: int | None = None
        self.warmup_span: timedelta | None = None
        self.settings = AlgorithmSettings()
        self.universe_settings: Any = UniverseSettings(Resolution.MINUTE, 0.0, True, False, timedelta(days=1))
        self.object_store = ObjectStore(context.object_store_folder)
        self.parameters = context.parameters
        self.benchmark: Any = None
        self.brokerage_model: Any = None
        self.brokerage_message_handler: Any = None
        self.security_initializer: Any = None
        self.user_set_security_initializer = False
        self.risk_free_interest_rate_model: Any = None
        self.default_order_properties: Any = None
        self.charts: dict[str, Any] = {}
        self.runtime_statistics: dict[str, str] = {}
        self.summary_statistics: dict[str, str] = {}
        self.subscriptions: Any = None
        self.securities: Any = None
        self.transactions: Any = None
        self.portfolio: Any = None
        self.universe_manager: Any = None
        self.trade_builder: Any = None
        self.framework: Any = None
        self.universes: Any = None
        self.indicators: Any = None
        self.history: Any = None
        self._universe_definitions: Any = None
        self.notify: Any = None
        self.signal_export: Any = None
        self.pandas_converter: Any = None
        self.time_keeper: Any = None
        self.debug_mode = False
        #: Securities whose trading days are collected (`security.session.size` was set).
        self.sessions: list[Any] = []
        #: Securities with a volatility model.
        self.volatile: list[Any] = []
        self.warned_of_broadcast = False
        self.schedule = ScheduleManager(self, self.time_zone)
        self._end_of_day_arguments: int | None = None

    @staticmethod
    def nothing() -> None:
        """Nothing to catch up with."""

    def raise_attention(self) -> None:
        """The next time step is no plain one."""
        self.attention = True

    def disturb(self) -> None:
        """Money or positions are about to change."""
        self.catch_up()
        self.attention = True

    @property
    def status(self) -> AlgorithmStatus:
        """Running, stopped, …"""
        return self._status

    @status.setter
    def status(self, status: AlgorithmStatus) -> None:
        self._status = status
        self.attention = True

    @property
    def run_time_error(self) -> BaseException | None:
        """The exception that ended the run."""
        return self._run_time_error

    @run_time_error.setter
    def run_time_error(self, error: BaseException | None) -> None:
        self._run_time_error = error
        self.attention = True

    # --- time ---------------------------------------------------------------------------------------------------

    @property
    def local_ns(self) -> int:
        """The frontier by the algorithm's clock."""
        return self.time_zone.to_local(self.utc_ns)

    @property
    def time(self) -> datetime:
        """The frontier by the algorithm's clock, as users see it."""
        shown = self._shown
        if shown is None or shown[0] != self.utc_ns:
            shown = self._shown = (self.utc_ns, AlgorithmTime.of(self.time_zone.datetime(self.utc_ns)))
        return shown[1]

    def set_date_time(self, utc: int) -> None:
        """Move the frontier; warm-up ends when it reaches the start. LEAN: QCAlgorithm.cs, SetDateTime."""
        self.utc_ns = utc
        self.is_clock_set = True
        for security in self.sessions:
            security.session.scan(security.exchange.local_ns)
        if self.is_warming_up and self.locked and self.time_zone.to_local(utc) >= self.start_ns:
            self.is_warming_up = False

    def set_start(self, start: int) -> None:
        """Start date by the algorithm's clock; moves the frontier there."""
        self.start_ns = start
        self.set_date_time(self.time_zone.to_utc(start))

    def set_end(self, end: int) -> None:
        """End date by the algorithm's clock, at most yesterday; lasts to the end of that date."""
        end = min(end, self.today_ns - DAY)
        self.end_ns = end // DAY * DAY + DAY - TICK

    def set_time_zone(self, time_zone: TimeZone) -> None:
        """LEAN: QCAlgorithm.cs, SetTimeZone: the start keeps its clock time."""
        self.time_zone = time_zone
        self._shown = None
        self.schedule.date_rules.set_default_time_zone(time_zone)
        self.schedule.time_rules.set_default_time_zone(time_zone)
        self.set_date_time(time_zone.to_utc(self.start_ns))

    # --- messages (the result handler stamps them and drops repetitions) -------------------------------------------

    def debug(self, text: str) -> None:
        """A line for the user."""
        if text and self.results is not None:
            self.results.debug(text)

    def log(self, text: str) -> None:
        """A line for the log."""
        if text and self.results is not None:
            self.results.log(text)

    def error(self, text: str) -> None:
        """An error line."""
        if text and self.results is not None:
            self.results.error(text)

    # --- look-ups -----------------------------------------------------------------------------------------------

    @property
    def universe_definitions(self) -> Any:
        """`self.universe`: ready-made universes."""
        if self._universe_definitions is None:
            from vibetrader.engine.universe.etf import UniverseDefinitions

            self._universe_definitions = UniverseDefinitions(self)
        return self._universe_definitions

    @universe_definitions.setter
    def universe_definitions(self, definitions: Any) -> None:
        self._universe_definitions = definitions

    def exchange_hours(self, symbol: Symbol) -> Any:
        """Hours of a symbol's exchange: those of its security, else the database's."""
        security = self.securities.find(symbol) if self.securities is not None else None
        if security is not None:
            return security.exchange.hours
        return self.market_hours.entry(symbol.market, symbol.value, symbol.security_type).exchange_hours

    def data_time_zone(self, symbol: Symbol) -> TimeZone:
        """Zone of the data files of a symbol."""
        found: TimeZone = self.market_hours.entry(symbol.market, symbol.value, symbol.security_type).data_time_zone
        return found

    def hours_entry(self, symbol: Symbol) -> Any:
        """Hours of a symbol's exchange and the zone of its data files."""
        return self.market_hours.entry(symbol.market, symbol.value, symbol.security_type)

    def knows_market(self, symbol: Symbol) -> bool:
        """Whether the hours database has the market of a symbol."""
        return self.market_hours.find(symbol.market, symbol.value, symbol.security_type) is not None

    def make_symbol(self, ticker: str, security_type: SecurityType, market: str) -> Symbol:
        """A new symbol; equities take their first date from the map files. LEAN: Common/Symbol.cs, Create."""
        return Symbol.create(ticker, security_type, market)

    def require_services(self) -> None:
        """Refuse data requests of an algorithm that was made while its module is imported."""
        if not self.context.ready or self.subscriptions is None:
            raise NullReferenceException()

    def check_unlocked(self, message: str) -> None:
        """Refuse a call that belongs into `initialize`."""
        if self.locked:
            raise InvalidOperationException(message)

    # --- set-up -------------------------------------------------------------------------------------------------

    def lock(self) -> None:
        """Set-up is over. LEAN: QCAlgorithm.cs, SetLocked."""
        self.locked = True

    def post_initialize(self) -> None:
        """What LEAN does after `initialize`. LEAN: QCAlgorithm.cs, PostInitialize.

        Raises:
            ArgumentException: The end lies before the start.
        """
        if self.end_ns < self.start_ns:
            raise ArgumentException("Please select an algorithm end date greater than start date.")
        self.framework.post_initialize()
        if self.benchmark is None:
            self.benchmark = self.brokerage_model.get_benchmark(self.securities)
        self._warn_of_benchmark_zone()
        start = self.warmup_start()
        if start is None:
            self.is_warming_up = False
        else:
            self.set_date_time(self.time_zone.to_utc(start))
        self.end_of_time_step()

    def _warn_of_benchmark_zone(self) -> None:
        security = getattr(self.benchmark, "security", None)
        if security is None:
            return
        resolutions = [config.resolution for config in self.subscriptions.all_configs()]
        coarsest = max(resolutions, default=None)
        benchmark_zone = self.data_time_zone(security.symbol)
        settings_resolution = getattr(self.universe_settings, "resolution", None)
        daily = coarsest == Resolution.DAILY or settings_resolution == Resolution.DAILY
        # LEAN compares objects, and the database's "UTC" is another object than `TimeZones.Utc`; a text gives the database's.
        other_utc = self.time_zone.name == "UTC" and not self.time_zone_by_name
        if daily and (benchmark_zone != self.time_zone or other_utc):
            self.log(
                f"QCAlgorithm.PostInitialize(): Warning: Using a security benchmark of a different timezone ({benchmark_zone})"
                f" than the algorithm TimeZone ({self.time_zone}) may lead to skewed and incorrect statistics. "
                "Use a higher resolution than daily to minimize."
            )

    def warmup_start(self) -> int | None:
        """Start of warm-up by the algorithm's clock, None without. LEAN: QCAlgorithm.History.cs, TryGetWarmupHistoryStartTime."""
        if self.warmup_bars is not None:
            start: int = self.history.warmup_start(self.warmup_bars, self.settings.warmup_resolution)
            return start
        if self.warmup_span is not None:
            return self.local_ns - from_timedelta(self.warmup_span)
        return None

    def end_of_time_step(self) -> None:
        """Hand pending universe changes to the feed. LEAN: QCAlgorithm.Universe.cs, OnEndOfTimeStep."""
        if self.universes is not None:
            self.universes.end_of_time_step()

    # --- the user's callbacks -----------------------------------------------------------------------------------

    @property
    def has_end_of_day(self) -> bool:
        """True when the user defines `on_end_of_day(self)`."""
        return self._arguments_of_end_of_day() == 0

    @property
    def has_security_end_of_day(self) -> bool:
        """True when the user defines `on_end_of_day(self, symbol)`."""
        return self._arguments_of_end_of_day() == 1

    def _arguments_of_end_of_day(self) -> int:
        if self._end_of_day_arguments is None:
            method: Any = getattr(type(self.algorithm), "on_end_of_day", None)
            own = method is not None and not getattr(method, "__lean_base__", False)
            count = -1
            if own:
                parameters = list(inspect.signature(method).parameters.values())
                count = len([item for item in parameters if item.kind is not inspect.Parameter.KEYWORD_ONLY]) - 1
            self._end_of_day_arguments = count
        return self._end_of_day_arguments

    def on_end_of_day(self, *arguments: Any) -> None:
        """Call the user's `on_end_of_day`."""
        self.algorithm.on_end_of_day(*arguments)

def _today() -> date:
    """Today; only limits how late an end date may be."""
    return datetime.now().date()

def base_virtual(method: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a callback of the base class, so that one can tell whether the user overrides it."""
    method.__lean_base__ = True  # type: ignore[attr-defined]
    return method

def date_ns(moment: date) -> int:
    """Midnight of a date or datetime."""
    if isinstance(moment, datetime):
        return from_datetime(moment.replace(tzinfo=None)) // DAY * DAY
    return from_date(moment)


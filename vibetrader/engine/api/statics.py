"""LEAN's static classes as strategies use them: zones, extensions of dates and symbols, currencies, databases."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from vibetrader.engine import currencies, money
from vibetrader.engine.api.context import current
from vibetrader.engine.clr import DotNetException, Event, InvalidOperationException
from vibetrader.engine.data.enums import (
    RESOLUTION_SPAN,
    DataNormalizationMode,
    OrderDirection,
    Resolution,
    SecurityType,
    TickType,
)
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.naming import LeanEnum, LeanOverrides, alias_members, lean_names
from vibetrader.engine.scheduling.timerules import to_time_zone
from vibetrader.engine.timekeeping import from_datetime, to_datetime, zone


class RegressionTestException(DotNetException):
    """What LEAN's own test strategies raise."""


_ZONES: Final = {
    "UTC": "UTC", "NEW_YORK": "America/New_York", "EASTERN_STANDARD": "Etc/GMT+5", "LONDON": "Europe/London",
    "HONG_KONG": "Asia/Hong_Kong", "TOKYO": "Asia/Tokyo", "ROME": "Europe/Rome", "SYDNEY": "Australia/Sydney",
    "VANCOUVER": "America/Vancouver", "TORONTO": "America/Toronto", "CHICAGO": "America/Chicago",
    "LOS_ANGELES": "America/Los_Angeles", "PHOENIX": "America/Phoenix", "AUCKLAND": "Pacific/Auckland",
    "MOSCOW": "Europe/Moscow", "MADRID": "Europe/Madrid", "BUENOS_AIRES": "America/Argentina/Buenos_Aires",
    "BRISBANE": "Australia/Brisbane", "SAO_PAULO": "America/Sao_Paulo", "CAIRO": "Africa/Cairo",
    "JOHANNESBURG": "Africa/Johannesburg", "ANCHORAGE": "America/Anchorage", "DENVER": "America/Denver",
    "DETROIT": "America/Detroit", "MEXICO_CITY": "America/Mexico_City", "JERUSALEM": "Asia/Jerusalem",
    "SHANGHAI": "Asia/Shanghai", "MELBOURNE": "Australia/Melbourne", "AMSTERDAM": "Europe/Amsterdam",
    "ATHENS": "Europe/Athens", "BERLIN": "Europe/Berlin", "BUCHAREST": "Europe/Bucharest", "DUBLIN": "Europe/Dublin",
    "HELSINKI": "Europe/Helsinki", "ISTANBUL": "Europe/Istanbul", "MINSK": "Europe/Minsk", "PARIS": "Europe/Paris",
    "ZURICH": "Europe/Zurich", "HONOLULU": "Pacific/Honolulu", "KOLKATA": "Asia/Kolkata",
}  # fmt: skip


class _Zones(type):
    """`TimeZones.NEW_YORK` and `TimeZones.NewYork`, read when wanted."""

    def __getattr__(cls, name: str) -> Any:
        from vibetrader.engine.naming import to_upper_snake

        found = _ZONES.get(name) or _ZONES.get(to_upper_snake(name))
        if found is None:
            raise AttributeError(f"type object 'TimeZones' has no attribute '{name}'")
        return zone(found)


class TimeZones(metaclass=_Zones):
    """Zones by name. LEAN: Common/TimeZones.cs."""


class _Codes(type):
    """Any three-letter code is a currency's name."""

    def __getattr__(cls, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        return name


@lean_names
class Currencies(metaclass=_Codes):
    """Names and signs of currencies. LEAN: Common/Currencies.cs."""

    NULL_CURRENCY = currencies.NULL_CURRENCY

    @staticmethod
    def get_currency_symbol(currency: str) -> str:
        """Sign of a currency."""
        return currencies.sign(currency)


def _month_later(moment: datetime, months: int) -> datetime:
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def _end_of_week(moment: datetime) -> datetime:
    sunday_first = (moment.weekday() + 1) % 7
    days = 8 - sunday_first
    return _midnight(moment + timedelta(days=1 if days == 8 else days))


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _end_of_quarter(moment: datetime) -> datetime:
    return _month_later(datetime(moment.year, (moment.month - 1) // 3 * 3 + 1, 1), 3)


class Expiry:
    """Functions from a time to the end of an insight. LEAN: Common/Expiry.cs."""

    ONE_MONTH: Callable[[datetime], datetime] = staticmethod(lambda moment: _month_later(moment, 1))
    ONE_QUARTER: Callable[[datetime], datetime] = staticmethod(lambda moment: _month_later(moment, 3))
    ONE_YEAR: Callable[[datetime], datetime] = staticmethod(lambda moment: _month_later(moment, 12))
    END_OF_DAY: Callable[[datetime], datetime] = staticmethod(lambda moment: _midnight(moment + timedelta(days=1)))
    END_OF_WEEK: Callable[[datetime], datetime] = staticmethod(_end_of_week)
    END_OF_MONTH: Callable[[datetime], datetime] = staticmethod(
        lambda moment: _month_later(moment, 1).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    )
    END_OF_QUARTER: Callable[[datetime], datetime] = staticmethod(_end_of_quarter)
    END_OF_YEAR: Callable[[datetime], datetime] = staticmethod(lambda moment: datetime(moment.year + 1, 1, 1))


for _name in [name for name in vars(Expiry) if name.isupper()]:
    setattr(Expiry, "".join(part.title() for part in _name.split("_")), vars(Expiry)[_name])
    setattr(Expiry, _name.lower(), vars(Expiry)[_name])


@lean_names
class Time:
    """Spans. LEAN: Common/Time.cs."""

    ONE_DAY = timedelta(days=1)
    ONE_HOUR = timedelta(hours=1)
    ONE_MINUTE = timedelta(minutes=1)
    ONE_SECOND = timedelta(seconds=1)
    ONE_MILLISECOND = timedelta(milliseconds=1)
    ONE_YEAR = timedelta(days=365)
    MAX_TIME_SPAN = timedelta(days=36500)
    END_OF_TIME = datetime(2050, 12, 31)
    OneDay, OneHour, OneMinute, OneSecond, OneYear = ONE_DAY, ONE_HOUR, ONE_MINUTE, ONE_SECOND, ONE_YEAR
    EndOfTime, MaxTimeSpan = END_OF_TIME, MAX_TIME_SPAN

    @staticmethod
    def get_start_time_for_trade_bars(
        exchange_hours: Any, end: datetime, bar_size: timedelta, bar_count: int, extended_market_hours: bool,
        data_time_zone: Any, daily_precise_end_time: bool = False,
    ) -> datetime:  # fmt: skip
        """Local time from which there are that many bars."""
        from vibetrader.engine.history.requests import start_time_for_bars
        from vibetrader.engine.timekeeping import from_timedelta

        return to_datetime(
            start_time_for_bars(
                exchange_hours,
                from_datetime(end),
                from_timedelta(bar_size),
                bar_count,
                extended_market_hours,
                to_time_zone(data_time_zone),
                daily_precise_end_time,
            )
        )

    @staticmethod
    def each_day(start: datetime, thru: datetime) -> list[datetime]:
        """Midnights between two times."""
        first = _midnight(start)
        return [first + timedelta(days=day) for day in range((_midnight(thru) - first).days + 1)]


Time.__module__ = "QuantConnect"  # strategies print the class


class Globals:
    """Folders. LEAN: Common/Globals.cs."""

    class _Folder:
        def __get__(self, instance: Any, owner: Any = None) -> str:
            return str(current().data_folder)

    data_folder = DataFolder = _Folder()
    cache_data_folder = CacheDataFolder = _Folder()


@lean_names
class OrderSizing:
    """Sizes of orders. LEAN: Common/Orders/OrderSizing.cs."""

    @staticmethod
    def get_unordered_quantity(
        algorithm: Any, target: Any, security: Any = None, account_for_fees: bool = False
    ) -> float:
        """What is still to be ordered for a target."""
        from vibetrader.engine.framework.targets import unordered_quantity

        if security is None:
            security = algorithm._vt.securities[target.symbol]
        return money.double(unordered_quantity(algorithm, target, security, account_for_fees))

    @staticmethod
    def adjust_by_lot_size(security: Any, quantity: Any) -> float:
        """Cut to whole lots."""
        from vibetrader.engine.framework.targets import adjust_by_lot_size

        return money.double(adjust_by_lot_size(security, money.dec(quantity)))

    @staticmethod
    def get_order_size_for_percent_volume(security: Any, maximum_percent_current_volume: Any, desired_order_size: Any) -> float:
        """At most a share of the volume."""
        most = money.dec(maximum_percent_current_volume) * money.dec(security.volume)
        return _limited(security, most, money.dec(desired_order_size))

    @staticmethod
    def get_order_size_for_maximum_value(
        security: Any, maximum_order_value_in_account_currency: Any, desired_order_size: Any
    ) -> float:
        """At most a value."""
        rate = security.quote_currency.conversion_rate_decimal
        price = security.price_decimal * rate * money.dec(security.symbol_properties.contract_multiplier)
        if not price:
            return 0.0
        most = money.dec(maximum_order_value_in_account_currency) / price
        return _limited(security, most, money.dec(desired_order_size))


def _limited(security: Any, most: Decimal, wanted: Decimal) -> float:
    size = OrderSizing.adjust_by_lot_size(security, min(most, abs(wanted)))
    return size if wanted > 0 else -size


@lean_names
class Extensions:
    """LEAN's helpers of other types. LEAN: Common/Extensions.cs."""

    @staticmethod
    def read_lines(data_provider: Any, file: str) -> list[str]:
        """Lines of a file of the data folder; none when there is no such file."""
        path = Path(file)
        return path.read_text(encoding="utf-8-sig").splitlines() if path.is_file() else []

    @staticmethod
    def to_time_span(resolution: Resolution) -> timedelta:
        """Length of a bar."""
        return RESOLUTION_SPAN[Resolution(resolution)]

    @staticmethod
    def to_higher_resolution_equivalent(time_span: timedelta, require_exact_match: bool = False) -> Resolution:
        """Coarsest resolution that is not longer."""
        for resolution in (Resolution.DAILY, Resolution.HOUR, Resolution.MINUTE, Resolution.SECOND):
            if time_span >= RESOLUTION_SPAN[resolution]:
                return resolution
        return Resolution.TICK

    @staticmethod
    def convert_to_utc(time: datetime, from_time_zone: Any, strict: bool = False) -> datetime:
        """UTC of a clock time."""
        return to_datetime(to_time_zone(from_time_zone).to_utc(from_datetime(time.replace(tzinfo=None))))

    @staticmethod
    def convert_from_utc(time: datetime, to_zone: Any, strict: bool = False) -> datetime:
        """Clock time of a UTC time."""
        return to_datetime(to_time_zone(to_zone).to_local(from_datetime(time.replace(tzinfo=None))))

    @staticmethod
    def convert_to(time: datetime, from_zone: Any, to_zone: Any, strict: bool = False) -> datetime:
        """Clock time of another zone."""
        return Extensions.convert_from_utc(Extensions.convert_to_utc(time, from_zone), to_zone)

    @staticmethod
    def round_down(time: datetime, interval: timedelta) -> datetime:
        """Start of the interval."""
        from vibetrader.engine.timekeeping import from_timedelta

        ns = from_datetime(time)
        return to_datetime(ns - ns % from_timedelta(interval))

    @staticmethod
    def round_to_significant_digits(value: Any, digits: int) -> float:
        """Rounded to a number of significant digits."""
        return money.double(money.round_significant(money.dec(value), digits))

    @staticmethod
    def normalize(value: Any) -> float:
        """Without trailing zeros."""
        return money.double(money.normalize(money.dec(value)))

    @staticmethod
    def smart_rounding(value: Any) -> float:
        """Rounded for display."""
        return money.double(money.smart_round(money.dec(value)))

    @staticmethod
    def is_option(security_type: SecurityType) -> bool:
        """Whether a kind of security is an option."""
        return security_type in (SecurityType.OPTION, SecurityType.FUTURE_OPTION, SecurityType.INDEX_OPTION)

    @staticmethod
    def tick_type_to_lower(tick_type: TickType) -> str:
        """`trade`, `quote`."""
        return TickType(tick_type).to_string().lower()

    @staticmethod
    def security_type_to_lower(security_type: SecurityType) -> str:
        """`equity`, `crypto`."""
        return SecurityType(security_type).to_string().lower()

    @staticmethod
    def resolution_to_lower(resolution: Resolution) -> str:
        """`daily`, `hour`."""
        return Resolution(resolution).to_string().lower()

    @staticmethod
    def get_order_direction(quantity: Any) -> OrderDirection:
        """Direction of a quantity."""
        return OrderDirection.BUY if quantity > 0 else OrderDirection.SELL if quantity < 0 else OrderDirection.HOLD

    @staticmethod
    def is_custom_data_type(symbol: Symbol, type: Any = None) -> bool:
        """Whether a symbol is a user's own data."""
        return symbol.security_type == SecurityType.BASE


class TradingDayType(LeanEnum):
    """LEAN: TradingDayType."""

    BUSINESS_DAY = 0
    PUBLIC_HOLIDAY = 1
    WEEKEND = 2
    OPTION_EXPIRATION = 3
    FUTURE_EXPIRATION = 4
    FUTURE_ROLL = 5
    SYMBOL_DELISTING = 6
    EQUITY_DIVIDENDS = 7
    ECONOMIC_EVENT = 8


class SubscriptionTransportMedium(LeanEnum):
    """LEAN: SubscriptionTransportMedium."""

    LOCAL_FILE = 0
    REMOTE_FILE = 1
    REST = 2
    STREAMING = 3
    OBJECT_STORE = 4


class InsightScoreType(LeanEnum):
    """LEAN: InsightScoreType."""

    DIRECTION = 0
    MAGNITUDE = 1


class PositionSide(LeanEnum):
    """LEAN: PositionSide."""

    SHORT = -1
    NONE = 0
    LONG = 1


alias_members(TradingDayType, SubscriptionTransportMedium, InsightScoreType, PositionSide)


@lean_names
class SubscriptionDataSource:
    """Where custom data lies. LEAN: Common/Data/SubscriptionDataSource.cs.

    Args:
        source: Path below the data folder, key of the object store, or address.
        transport_medium: What kind of place it is.
        format: How the file is built.
        headers: Of remote files.
    """

    __clr_name__ = "QuantConnect.Data.SubscriptionDataSource"

    def __init__(
        self,
        source: str,
        transport_medium: Any = SubscriptionTransportMedium.LOCAL_FILE,
        format: Any = 0,
        headers: Any = None,
    ) -> None:
        self.source = str(source)
        self.transport_medium = SubscriptionTransportMedium(int(transport_medium))
        self.format = format
        self.headers = headers
        self.sort = False


@lean_names
class ConstantRiskFreeRateInterestRateModel(LeanOverrides):
    """The same interest rate always."""

    __clr_name__ = "QuantConnect.Data.ConstantRiskFreeRateInterestRateModel"

    def __init__(self, risk_free_rate: float) -> None:
        self._rate = float(risk_free_rate)

    def get_interest_rate(self, date: datetime) -> float:
        """The rate."""
        return self._rate


@lean_names
class FuncRiskFreeRateInterestRateModel(LeanOverrides):
    """Interest rates of a function of the date."""

    __clr_name__ = "QuantConnect.Data.FuncRiskFreeRateInterestRateModel"

    def __init__(self, get_interest_rate_func: Callable[[datetime], float]) -> None:
        self._function = get_interest_rate_func

    def get_interest_rate(self, date: datetime) -> float:
        """The rate of a date."""
        return float(self._function(date))


@lean_names
class CircularQueue:
    """A queue that begins anew at its end. LEAN: Common/Util/CircularQueue.cs."""

    def __class_getitem__(cls, kind: Any) -> Any:
        return cls

    def __init__(self, *items: Any) -> None:
        self._items = list(items[0]) if len(items) == 1 and isinstance(items[0], (list, tuple)) else list(items)
        self._head = self._items[0] if self._items else None
        self.circle_completed = self.CircleCompleted = Event()

    def dequeue(self) -> Any:
        """The next item. LEAN: CircularQueue.cs, Dequeue: the event belongs to the head, so it fires at the first call too."""
        if not self._items:
            raise InvalidOperationException("Queue empty.")
        item = self._items.pop(0)
        if item == self._head:
            self.circle_completed(self, None)
        self._items.append(item)
        return item

    Dequeue = dequeue


class PerformanceMetrics:
    """Names of the statistics. LEAN: Common/Statistics/PerformanceMetrics.cs."""

    ALPHA = "Alpha"
    ANNUAL_STANDARD_DEVIATION = "Annual Standard Deviation"
    ANNUAL_VARIANCE = "Annual Variance"
    AVERAGE_LOSS = "Average Loss"
    AVERAGE_WIN = "Average Win"
    BETA = "Beta"
    COMPOUNDING_ANNUAL_RETURN = "Compounding Annual Return"
    DRAWDOWN = "Drawdown"
    ESTIMATED_STRATEGY_CAPACITY = "Estimated Strategy Capacity"
    EXPECTANCY = "Expectancy"
    START_EQUITY = "Start Equity"
    END_EQUITY = "End Equity"
    INFORMATION_RATIO = "Information Ratio"
    LOSS_RATE = "Loss Rate"
    NET_PROFIT = "Net Profit"
    PROBABILISTIC_SHARPE_RATIO = "Probabilistic Sharpe Ratio"
    PROFIT_LOSS_RATIO = "Profit-Loss Ratio"
    SHARPE_RATIO = "Sharpe Ratio"
    SORTINO_RATIO = "Sortino Ratio"
    TOTAL_FEES = "Total Fees"
    TOTAL_ORDERS = "Total Orders"
    TRACKING_ERROR = "Tracking Error"
    TREYNOR_RATIO = "Treynor Ratio"
    WIN_RATE = "Win Rate"
    LOWEST_CAPACITY_ASSET = "Lowest Capacity Asset"
    PORTFOLIO_TURNOVER = "Portfolio Turnover"
    DRAWDOWN_RECOVERY = "Drawdown Recovery"


@lean_names
class MarketHoursDatabase:
    """The run's market hours database under LEAN's static names."""

    @staticmethod
    def from_data_folder(*arguments: Any) -> Any:
        """The run's database."""
        return current().market_hours


@lean_names
class SymbolPropertiesDatabase:
    """The run's symbol properties database under LEAN's static names."""

    @staticmethod
    def from_data_folder(*arguments: Any) -> Any:
        """The run's database."""
        return current().symbol_properties


class _Export:
    """A provider of signal exports: taken, never used in a backtest."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        self.arguments = arguments


class Collective2SignalExport(_Export):
    """LEAN's Collective2SignalExport."""


class CrunchDAOSignalExport(_Export):
    """LEAN's CrunchDAOSignalExport."""


class NumeraiSignalExport(_Export):
    """LEAN's NumeraiSignalExport."""


class VBaseSignalExport(_Export):
    """LEAN's VBaseSignalExport."""


# --- the data folder's own providers ---------------------------------------------------------------------------------


class DefaultDataProvider:
    """Reads the run's data folder; only handed to other providers."""


class LocalDiskMapFileProvider(LeanOverrides):
    """The run's map files. LEAN: Common/Data/Auxiliary/LocalDiskMapFileProvider.cs."""

    def initialize(self, data_provider: Any = None) -> None:
        """Nothing: the files are the run's."""

    Initialize = initialize


class LocalDiskFactorFileProvider(LeanOverrides):
    """The run's factor files. LEAN: Common/Data/Auxiliary/LocalDiskFactorFileProvider.cs."""

    def initialize(self, map_file_provider: Any = None, data_provider: Any = None) -> None:
        """Nothing: the files are the run's."""

    def get(self, symbol: Symbol) -> CorporateFactorProvider:
        """Factors of a symbol."""
        context = current()
        mapping = context.map_files.resolve(symbol.market, symbol.id.symbol, symbol.id.date.date())
        return CorporateFactorProvider(context.factor_files.get(symbol.market, mapping.permtick))

    Initialize, Get = initialize, get


@lean_names
class CorporateFactorProvider:
    """Price factors of a share. LEAN: Common/Data/Auxiliary/CorporateFactorProvider.cs."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def get_price_factor(self, search_date: datetime, data_normalization_mode: Any = None, *others: Any) -> float:
        """Factor of a date: prices times it are adjusted; 1 for raw prices."""
        if data_normalization_mode == DataNormalizationMode.RAW:
            return 1.0
        splits_only = data_normalization_mode in (DataNormalizationMode.SPLIT_ADJUSTED, DataNormalizationMode.TOTAL_RETURN)
        return float(self._file.factor(search_date.date(), splits_only=splits_only))

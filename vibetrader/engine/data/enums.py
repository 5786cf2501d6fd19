"""LEAN's enumerations, with LEAN's numbers. Both `Resolution.DAILY` and `Resolution.Daily` work."""

from __future__ import annotations

from datetime import timedelta

from vibetrader.engine.naming import LeanEnum, alias_members


class Resolution(LeanEnum):
    """Size of the time step of data."""

    TICK = 0
    SECOND = 1
    MINUTE = 2
    HOUR = 3
    DAILY = 4


class SecurityType(LeanEnum):
    """Kind of a security."""

    BASE = 0
    EQUITY = 1
    OPTION = 2
    COMMODITY = 3
    FOREX = 4
    FUTURE = 5
    CFD = 6
    CRYPTO = 7
    FUTURE_OPTION = 8
    INDEX = 9
    INDEX_OPTION = 10
    CRYPTO_FUTURE = 11


class TickType(LeanEnum):
    """What a subscription carries."""

    TRADE = 0
    QUOTE = 1
    OPEN_INTEREST = 2


class DataNormalizationMode(LeanEnum):
    """How prices are adjusted for splits and dividends."""

    RAW = 0
    ADJUSTED = 1
    SPLIT_ADJUSTED = 2
    TOTAL_RETURN = 3
    FORWARD_PANAMA_CANAL = 4
    BACKWARDS_PANAMA_CANAL = 5
    BACKWARDS_RATIO = 6
    SCALED_RAW = 7


class OrderType(LeanEnum):
    """LEAN: OrderType."""

    MARKET = 0
    LIMIT = 1
    STOP_MARKET = 2
    STOP_LIMIT = 3
    MARKET_ON_OPEN = 4
    MARKET_ON_CLOSE = 5
    OPTION_EXERCISE = 6
    LIMIT_IF_TOUCHED = 7
    COMBO_MARKET = 8
    COMBO_LIMIT = 9
    COMBO_LEG_LIMIT = 10
    TRAILING_STOP = 11


class OrderStatus(LeanEnum):
    """LEAN: OrderStatus."""

    NEW = 0
    SUBMITTED = 1
    PARTIALLY_FILLED = 2
    FILLED = 3
    CANCELED = 5
    NONE = 6
    INVALID = 7
    CANCEL_PENDING = 8
    UPDATE_SUBMITTED = 9


class OrderDirection(LeanEnum):
    """LEAN: OrderDirection."""

    BUY = 0
    SELL = 1
    HOLD = 2


class AccountType(LeanEnum):
    """LEAN: AccountType."""

    MARGIN = 0
    CASH = 1


class BrokerageName(LeanEnum):
    """LEAN: BrokerageName."""

    DEFAULT = 0
    QUANT_CONNECT_BROKERAGE = 0
    INTERACTIVE_BROKERS_BROKERAGE = 1
    TRADIER_BROKERAGE = 2
    OANDA_BROKERAGE = 3
    FXCM_BROKERAGE = 4
    BITFINEX = 5
    BINANCE = 6
    GDAX = 12
    ALPACA = 13
    ALPHA_STREAMS = 14
    ZERODHA = 15
    SAMCO = 16
    ATREYU = 17
    TRADING_TECHNOLOGIES = 18
    KRAKEN = 19
    FTX = 20
    FTXUS = 21
    EXANTE = 22
    BINANCE_US = 23
    WOLVERINE = 24
    TD_AMERITRADE = 25
    BINANCE_FUTURES = 26
    BINANCE_COIN_FUTURES = 27
    RBI = 28
    BYBIT = 29
    EZE = 30
    AXOS = 31
    COINBASE = 32
    TRADE_STATION = 33
    TERMINAL_LINK = 34
    CHARLES_SCHWAB = 35
    TASTYTRADE = 36
    INTERACTIVE_BROKERS_FIX = 37
    DYDX = 38
    WEBULL = 39
    PUBLIC = 40
    BLOOMBERG_FIX = 41


class MarketDataType(LeanEnum):
    """LEAN: MarketDataType."""

    BASE = 0
    TRADE_BAR = 1
    TICK = 2
    AUXILIARY = 3
    QUOTE_BAR = 4
    OPTION_CHAIN = 5
    FUTURES_CHAIN = 6


class InsightType(LeanEnum):
    """LEAN: InsightType."""

    PRICE = 0
    VOLATILITY = 1


class InsightDirection(LeanEnum):
    """LEAN: InsightDirection."""

    DOWN = -1
    FLAT = 0
    UP = 1


class DelistingType(LeanEnum):
    """LEAN: DelistingType."""

    WARNING = 0
    DELISTED = 1


class SplitType(LeanEnum):
    """LEAN: SplitType."""

    WARNING = 0
    SPLIT_OCCURRED = 1


class OrderField(LeanEnum):
    """LEAN: OrderField."""

    LIMIT_PRICE = 0
    STOP_PRICE = 1
    TRIGGER_PRICE = 2
    TRAILING_AMOUNT = 3
    TRAILING_AS_PERCENTAGE = 4


class OrderRequestStatus(LeanEnum):
    """LEAN: OrderRequestStatus."""

    UNPROCESSED = 0
    PROCESSING = 1
    PROCESSED = 2
    ERROR = 3


class OrderRequestType(LeanEnum):
    """LEAN: OrderRequestType."""

    SUBMIT = 0
    UPDATE = 1
    CANCEL = 2


class OrderResponseErrorCode(LeanEnum):
    """LEAN: OrderResponseErrorCode."""

    NONE = 0
    PROCESSING_ERROR = -1
    ORDER_ALREADY_EXISTS = -2
    INSUFFICIENT_BUYING_POWER = -3
    BROKERAGE_MODEL_REFUSED_TO_SUBMIT_ORDER = -4
    BROKERAGE_FAILED_TO_SUBMIT_ORDER = -5
    BROKERAGE_FAILED_TO_UPDATE_ORDER = -6
    BROKERAGE_HANDLER_REFUSED_TO_UPDATE_ORDER = -7
    BROKERAGE_FAILED_TO_CANCEL_ORDER = -8
    INVALID_ORDER_STATUS = -9
    UNABLE_TO_FIND_ORDER = -10
    ORDER_QUANTITY_ZERO = -11
    UNSUPPORTED_REQUEST_TYPE = -12
    PRE_ORDER_CHECKS_ERROR = -13
    MISSING_SECURITY = -14
    EXCHANGE_NOT_OPEN = -15
    SECURITY_PRICE_ZERO = -16
    FOREX_BASE_AND_QUOTE_CURRENCIES_REQUIRED = -17
    FOREX_CONVERSION_RATE_ZERO = -18
    SECURITY_HAS_NO_DATA = -19
    EXCEEDED_MAXIMUM_ORDERS = -20
    MARKET_ON_CLOSE_ORDER_TOO_LATE = -21
    INVALID_REQUEST = -22
    REQUEST_CANCELED = -23
    ALGORITHM_WARMING_UP = -24
    BROKERAGE_MODEL_REFUSED_TO_UPDATE_ORDER = -25
    QUOTE_CURRENCY_REQUIRED = -26
    CONVERSION_RATE_ZERO = -27
    NON_TRADABLE_SECURITY = -28
    NON_EXERCISABLE_SECURITY = -29
    ORDER_QUANTITY_LESS_THAN_LOT_SIZE = -30
    EXCEEDS_SHORTABLE_QUANTITY = -31
    INVALID_NEW_ORDER_STATUS = -32
    EUROPEAN_OPTION_NOT_EXPIRED_ON_EXERCISE = -33
    OPTION_ORDER_ON_STOCK_SPLIT = -34
    MARKET_ON_OPEN_NOT_ALLOWED_DURING_REGULAR_HOURS = -35


class FillGroupingMethod(LeanEnum):
    """LEAN: FillGroupingMethod."""

    FILL_TO_FILL = 0
    FLAT_TO_FLAT = 1
    FLAT_TO_REDUCED = 2


class FillMatchingMethod(LeanEnum):
    """LEAN: FillMatchingMethod."""

    FIFO = 0
    LIFO = 1


class AlgorithmStatus(LeanEnum):
    """LEAN: AlgorithmStatus."""

    DEPLOY_ERROR = 0
    IN_QUEUE = 1
    RUNNING = 2
    STOPPED = 3
    LIQUIDATED = 4
    DELETED = 5
    COMPLETED = 6
    RUNTIME_ERROR = 7
    INVALID = 8
    LOGGING_IN = 9
    INITIALIZING = 10
    HISTORY = 11
    PENDING_INPUT = 12
    IDLE = 13


class SeriesType(LeanEnum):
    """LEAN: SeriesType."""

    LINE = 0
    SCATTER = 1
    CANDLE = 2
    BAR = 3
    FLAG = 4
    STACKED_AREA = 5
    PIE = 6
    TREEMAP = 7
    HEATMAP = 9
    SCATTER_3D = 10


class ScatterMarkerSymbol(LeanEnum):
    """LEAN: ScatterMarkerSymbol."""

    NONE = 0
    CIRCLE = 1
    SQUARE = 2
    DIAMOND = 3
    TRIANGLE = 4
    TRIANGLE_DOWN = 5


class DataMappingMode(LeanEnum):
    """LEAN: DataMappingMode."""

    LAST_TRADING_DAY = 0
    FIRST_DAY_MONTH = 1
    OPEN_INTEREST = 2
    OPEN_INTEREST_ANNUAL = 3


class ChartType(LeanEnum):
    """LEAN: ChartType."""

    OVERLAY = 0
    STACKED = 1


class OptionRight(LeanEnum):
    """LEAN: OptionRight."""

    CALL = 0
    PUT = 1


class OptionStyle(LeanEnum):
    """LEAN: OptionStyle."""

    AMERICAN = 0
    EUROPEAN = 1


class SettlementType(LeanEnum):
    """LEAN: SettlementType."""

    PHYSICAL_DELIVERY = 0
    CASH = 1


class FileFormat(LeanEnum):
    """LEAN: FileFormat."""

    CSV = 0
    BINARY = 1
    ZIP_ENTRY_NAME = 2
    UNFOLDING_COLLECTION = 3
    INDEX = 4
    FOLDING_COLLECTION = 5


class DayOfWeek(LeanEnum):
    """.NET: System.DayOfWeek."""

    SUNDAY = 0
    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6


class BrokerageMessageType(LeanEnum):
    """LEAN: BrokerageMessageType."""

    INFORMATION = 0
    WARNING = 1
    ERROR = 2
    RECONNECT = 3
    DISCONNECT = 4
    ACTION_REQUIRED = 5


class AlgorithmMode(LeanEnum):
    """LEAN: AlgorithmMode."""

    LIVE = 0
    OPTIMIZATION = 1
    BACKTESTING = 2
    RESEARCH = 3


class DeploymentTarget(LeanEnum):
    """LEAN: DeploymentTarget."""

    CLOUD_PLATFORM = 0
    LOCAL_PLATFORM = 1
    PRIVATE_CLOUD_PLATFORM = 2


class PortfolioBias(LeanEnum):
    """LEAN: PortfolioBias."""

    SHORT = -1
    LONG_SHORT = 0
    LONG = 1


#: Length of one bar; ticks have none. LEAN: Common/Extensions.cs, ToTimeSpan
RESOLUTION_SPAN: dict[Resolution, timedelta] = {
    Resolution.TICK: timedelta(0),
    Resolution.SECOND: timedelta(seconds=1),
    Resolution.MINUTE: timedelta(minutes=1),
    Resolution.HOUR: timedelta(hours=1),
    Resolution.DAILY: timedelta(days=1),
}

alias_members(
    Resolution,
    SecurityType,
    TickType,
    DataNormalizationMode,
    OrderType,
    OrderStatus,
    OrderDirection,
    AccountType,
    BrokerageName,
    MarketDataType,
    InsightType,
    InsightDirection,
    DelistingType,
    SplitType,
    OrderField,
    OrderRequestStatus,
    OrderRequestType,
    OrderResponseErrorCode,
    FillGroupingMethod,
    FillMatchingMethod,
    AlgorithmStatus,
    SeriesType,
    ScatterMarkerSymbol,
    DataMappingMode,
    ChartType,
    OptionRight,
    OptionStyle,
    SettlementType,
    FileFormat,
    DayOfWeek,
    BrokerageMessageType,
    AlgorithmMode,
    DeploymentTarget,
    PortfolioBias,
)

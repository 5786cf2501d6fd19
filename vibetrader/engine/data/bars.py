"""Data points: bars, ticks and corporate actions. LEAN: Common/Data/BaseData.cs, Common/Data/Market/*.cs.

Times are clock times of the exchange: `start_ns` and `end_ns` as integers for the engine (nanoseconds since 1970 of
that clock), `time` and `end_time` as naive datetimes for users. Prices are floats.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Self

from vibetrader.engine import clr, money
from vibetrader.engine.data.enums import DelistingType, MarketDataType, Resolution, SecurityType, SplitType, TickType
from vibetrader.engine.data.symbol import SecurityIdentifier, Symbol
from vibetrader.engine.naming import LeanEnum, LeanOverrides, alias_members, find_name, lean_names, to_snake
from vibetrader.engine.netdecimal import NetDecimal
from vibetrader.engine.timekeeping import MINUTE, from_datetime, from_timedelta, to_datetime, to_timedelta

#: .NET's DateTime.MinValue, 0001-01-01, in the engine's nanoseconds.
MIN_NS = from_datetime(datetime(1, 1, 1))

#: What LEAN shows for "no symbol"; falls back to our own until `Symbol` has one.
EMPTY_SYMBOL: Symbol = getattr(Symbol, "EMPTY", None) or Symbol(SecurityIdentifier("", SecurityType.BASE, "empty"), "")


class RenkoType(LeanEnum):
    """LEAN: RenkoType."""

    CLASSIC = 0
    WICKED = 1


class BarDirection(LeanEnum):
    """LEAN: BarDirection."""

    RISING = 0
    NO_DELTA = 1
    FALLING = 2


alias_members(RenkoType, BarDirection)


def _price(value: float) -> str:
    return money.text(money.smart_round(money.dec(value)))


class _DataClass(type):
    """Data classes are .NET types to users: `config.type.name`."""

    @property
    def name(cls) -> str:
        """Name without namespace."""
        return cls.__name__

    @property
    def full_name(cls) -> str:
        """Name with namespace."""
        return clr.clr_name(cls) or cls.__name__

    Name = name
    FullName = full_name


@lean_names
class BaseData(LeanOverrides, metaclass=_DataClass):
    """A data point of a symbol at a time; base of all others and of users' own data."""

    __slots__ = ("end_ns", "is_fill_forward", "start_ns", "symbol", "value")

    #: Kind of the point, MarketDataType.
    data_type = MarketDataType.BASE
    symbol: Symbol
    value: float
    start_ns: int
    end_ns: int
    is_fill_forward: bool
    #: The point in decimals, once an indicator has asked for them (`data/exact.py`).
    net: Any = None
    #: Columns and row it was read from, where its digits are known.
    _rows: Any = None
    _row: int = -1

    def __init__(self) -> None:
        self.symbol = EMPTY_SYMBOL
        self.value = 0.0
        self.start_ns = self.end_ns = MIN_NS
        self.is_fill_forward = False

    @property
    def time(self) -> datetime:
        """Start of the point, clock time of the exchange; may be set."""
        return to_datetime(self.start_ns)

    @time.setter
    def time(self, moment: datetime) -> None:
        ns = from_datetime(moment)
        self.end_ns += ns - self.start_ns
        self.start_ns = ns

    @property
    def end_time(self) -> datetime:
        """End of the point: when it becomes known; may be set."""
        return to_datetime(self.end_ns)

    @end_time.setter
    def end_time(self, moment: datetime) -> None:
        self.end_ns = self.start_ns = from_datetime(moment)

    @property
    def price(self) -> float:
        """The point's value."""
        return self.value

    def clone(self, fill_forward: bool | None = None) -> Self:
        """A copy, marked as filled forward or not when told so."""
        copy = type(self).__new__(type(self))
        for base in type(self).__mro__:
            for slot in base.__dict__.get("__slots__", ()):
                try:
                    setattr(copy, slot, getattr(self, slot))
                except AttributeError:
                    continue
        copy.__dict__.update(self.__dict__)
        copy.__dict__.pop("net", None)
        if fill_forward is not None:
            copy.is_fill_forward = fill_forward
        return copy

    def get_source(self, config: Any, date: datetime, is_live_mode: bool) -> Any:
        """Where the data of a date lies; users' data classes override it."""
        raise clr.NotImplementedException(f"{type(self).__name__}.get_source is not implemented.")

    def reader(self, config: Any, line: str, date: datetime, is_live_mode: bool) -> Any:
        """A data point from a line; users' data classes override it."""
        raise clr.NotImplementedException(f"{type(self).__name__}.reader is not implemented.")

    def requires_mapping(self) -> bool:
        """True when the data follows ticker changes."""
        return False

    def is_sparse_data(self) -> bool:
        """True when missing files are no news."""
        return False

    def should_cache_to_security(self) -> bool:
        """True when the point sets its security's price."""
        return True

    def default_resolution(self) -> Resolution:
        """Resolution of a subscription made without one."""
        return Resolution.MINUTE

    def supported_resolutions(self) -> list[Resolution]:
        """Resolutions a subscription may ask for."""
        return list(Resolution)

    def to_string(self) -> str:
        """Text of the point."""
        return str(self)

    def __str__(self) -> str:
        return f"{self.symbol}: {money.text(money.dec(self.value))}"


@lean_names
class IndicatorDataPoint(BaseData):
    """A value at a time: what indicators take and give. LEAN: Common/Indicators/IndicatorDataPoint.cs.

    `IndicatorDataPoint()`, `(time, value)` or `(symbol, time, value)`.
    """

    __slots__ = ("_row", "_track", "exact")

    #: The value with all digits, as long as nobody sets another.
    exact: NetDecimal | None
    #: Track and row of a point that was made of them.
    _track: Any
    _row: int

    _constructor = clr.Overloads(
        ".ctor", "", "time: datetime, value: float", "symbol: Symbol, time: datetime, value: float"
    )

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        bound = self._constructor.bind(arguments, keywords)[1]
        self.symbol = bound.get("symbol") or EMPTY_SYMBOL
        self.start_ns = self.end_ns = from_datetime(bound["time"]) if bound else MIN_NS
        self.value = float(bound["value"]) if bound else 0.0
        self.exact = None
        self.is_fill_forward = False

    @classmethod
    def at(cls, symbol: Symbol, time_ns: int, value: NetDecimal) -> IndicatorDataPoint:
        """The engine's constructor."""
        point = cls.__new__(cls)
        point.symbol = symbol
        point.start_ns = point.end_ns = time_ns
        point.exact = value
        point.value = float(value)
        point.is_fill_forward = False
        return point

    def __getattr__(self, name: str) -> Any:
        # only called for what a point made of a row has not looked up yet
        if name in ("symbol", "start_ns", "end_ns", "is_fill_forward", "exact"):
            track, row = self._track, self._row
            self.symbol = track.symbol
            self.start_ns = self.end_ns = track.ends[row]
            self.exact = track.digits[row - track.start]
            self.is_fill_forward = False
            return getattr(self, name)
        return find_name(self, name)

    def compare_to(self, other: object) -> int:
        """-1, 0 or 1 by value."""
        if not isinstance(other, IndicatorDataPoint):
            raise TypeError("Object must be of type IndicatorDataPoint")
        return (self.value > other.value) - (self.value < other.value)

    def __lt__(self, other: object) -> bool:
        return self.compare_to(other) < 0

    def __le__(self, other: object) -> bool:
        return self.compare_to(other) <= 0

    def __gt__(self, other: object) -> bool:
        return self.compare_to(other) > 0

    def __ge__(self, other: object) -> bool:
        return self.compare_to(other) >= 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IndicatorDataPoint) and other.end_ns == self.end_ns and other.value == self.value

    def __hash__(self) -> int:
        return hash((self.value, self.end_ns))

    def __str__(self) -> str:
        exact = self.exact
        shown = money.text(money.dec(self.value)) if exact is None or float(exact) != self.value else str(exact)
        return f"{self.time:%Y-%m-%dT%H:%M:%S} - {shown}"


class IBaseDataBar:
    """What bar indicators take: anything with open, high, low and close."""

    __slots__ = ()


@lean_names
class Bar:
    """Open, high, low and close of one side of a quote. LEAN: Common/Data/Market/Bar.cs."""

    __slots__ = ("close", "high", "low", "open")

    def __init__(self, open: float = 0.0, high: float = 0.0, low: float = 0.0, close: float = 0.0) -> None:
        self.open = float(open)
        self.high = float(high)
        self.low = float(low)
        self.close = float(close)

    def update(self, value: float) -> None:
        """Add a price; the first one that is not 0 sets the open."""
        if value == 0:
            return
        if self.open == 0:
            self.open = self.high = self.low = value
        elif value > self.high:
            self.high = value
        elif value < self.low:
            self.low = value
        self.close = value

    def clone(self) -> Bar:
        """A copy."""
        return Bar(self.open, self.high, self.low, self.close)

    def __str__(self) -> str:
        return f"O: {_price(self.open)} H: {_price(self.high)} L: {_price(self.low)} C: {_price(self.close)}"


@lean_names
class _SpanData(BaseData, IBaseDataBar):
    """A point with a length: moving its start moves its end."""

    __slots__ = ()

    @property
    def end_time(self) -> datetime:
        """End of the bar; setting it changes the period."""
        return to_datetime(self.end_ns)

    @end_time.setter
    def end_time(self, moment: datetime) -> None:
        self.end_ns = from_datetime(moment)

    @property
    def period(self) -> timedelta:
        """Length of the bar; may be set."""
        return to_timedelta(self.end_ns - self.start_ns)

    @period.setter
    def period(self, span: timedelta) -> None:
        self.end_ns = self.start_ns + from_timedelta(span)


@lean_names
class TradeBar(_SpanData):
    """Prices and volume of trades in a period. LEAN: Common/Data/Market/TradeBar.cs.

    `TradeBar()`, `TradeBar(other)` or `TradeBar(time, symbol, open, high, low, close, volume, period=1 minute)`.
    """

    __slots__ = ("_row", "_rows", "close", "high", "low", "open", "volume")

    data_type = MarketDataType.TRADE_BAR
    _constructor = clr.Overloads(
        ".ctor",
        "",
        "original: TradeBar",
        "time: datetime, symbol: Symbol, open: float, high: float, low: float, close: float, volume: float, "
        "period: Optional[timedelta] = None",
    )

    open: float
    high: float
    low: float
    close: float
    volume: float
    #: Columns and row of a bar that was made of them.
    _rows: Any
    _row: int

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        number, bound = TradeBar._constructor.bind(arguments, keywords)
        self.is_fill_forward = False
        if number == 2:
            self.symbol = bound["symbol"]
            self.open, self.high = float(bound["open"]), float(bound["high"])
            self.low, self.close = float(bound["low"]), float(bound["close"])
            self.volume = float(bound["volume"])
            self.start_ns = from_datetime(bound["time"])
            period = bound["period"]
            self.end_ns = self.start_ns + (MINUTE if period is None else from_timedelta(period))
        elif number == 1:
            other = bound["original"]
            self.symbol, self.volume = other.symbol, other.volume
            self.open, self.high, self.low, self.close = other.open, other.high, other.low, other.close
            self.start_ns, self.end_ns = other.start_ns, other.end_ns
        else:
            self.symbol = EMPTY_SYMBOL
            self.open = self.high = self.low = self.close = self.volume = 0.0
            self.start_ns, self.end_ns = MIN_NS, MIN_NS + MINUTE

    @classmethod
    def at(
        cls,
        symbol: Symbol,
        start_ns: int,
        end_ns: int,
        open: float,
        high: float,
        low: float,
        close: float,
        volume: float,
        is_fill_forward: bool = False,
    ) -> Self:
        """The engine's constructor."""
        bar = cls.__new__(cls)
        bar.symbol = symbol
        bar.start_ns = start_ns
        bar.end_ns = end_ns
        bar.open = open
        bar.high = high
        bar.low = low
        bar.close = close
        bar.volume = volume
        bar.is_fill_forward = is_fill_forward
        return bar

    def __getattr__(self, name: str) -> Any:
        # only called for what a bar made of a row has not looked up yet
        if name in ("symbol", "start_ns", "end_ns", "is_fill_forward"):
            rows, row = self._rows, self._row
            value: Any
            if name == "symbol":
                value = rows.symbol if rows.symbols is None else rows.symbols[row]
            elif name == "start_ns":
                value = rows.start[row]
            elif name == "end_ns":
                value = rows.end[row]
            else:
                value = bool(rows.filled[row])
            setattr(self, name, value)
            return value
        return None if name == "_rows" else find_name(self, name)

    @property
    def value(self) -> float:
        """The close; may be set."""
        return self.close

    @value.setter
    def value(self, value: float) -> None:
        self.close = value

    price = value

    def update(
        self,
        last_trade: float,
        bid_price: float = 0,
        ask_price: float = 0,
        volume: float = 0,
        bid_size: float = 0,
        ask_size: float = 0,
    ) -> None:
        """Add a trade."""
        if self.open == 0:
            self.open = self.high = self.low = last_trade
        self.high = max(self.high, last_trade)
        self.low = min(self.low, last_trade)
        self.close = last_trade
        self.volume += volume

    def __str__(self) -> str:
        return (
            f"{self.symbol}: O: {_price(self.open)} H: {_price(self.high)} L: {_price(self.low)} "
            f"C: {_price(self.close)} V: {_price(self.volume)}"
        )


@lean_names
class QuoteBar(_SpanData):
    """Bid and ask prices in a period; prices are the middle. LEAN: Common/Data/Market/QuoteBar.cs.

    `QuoteBar()` or `QuoteBar(time, symbol, bid, last_bid_size, ask, last_ask_size, period=1 minute)`.
    """

    __slots__ = ("ask", "bid", "last_ask_size", "last_bid_size")

    data_type = MarketDataType.QUOTE_BAR
    _constructor = clr.Overloads(
        ".ctor",
        "",
        "time: datetime, symbol: Symbol, bid: IBar, last_bid_size: float, ask: IBar, last_ask_size: float, "
        "period: Optional[timedelta] = None",
    )

    bid: Bar | None
    ask: Bar | None
    last_bid_size: float
    last_ask_size: float

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        number, bound = QuoteBar._constructor.bind(arguments, keywords)
        self.is_fill_forward = False
        self.last_bid_size = self.last_ask_size = 0.0
        if number == 0:
            self.symbol = EMPTY_SYMBOL
            self.start_ns, self.end_ns = MIN_NS, MIN_NS + MINUTE
            self.bid, self.ask = Bar(), Bar()
            return
        self.symbol = bound["symbol"]
        self.start_ns = from_datetime(bound["time"])
        period = bound["period"]
        self.end_ns = self.start_ns + (MINUTE if period is None else from_timedelta(period))
        self.bid = None if bound["bid"] is None else bound["bid"].clone()
        self.ask = None if bound["ask"] is None else bound["ask"].clone()
        if self.bid is not None:
            self.last_bid_size = float(bound["last_bid_size"])
        if self.ask is not None:
            self.last_ask_size = float(bound["last_ask_size"])

    @classmethod
    def at(
        cls,
        symbol: Symbol,
        start_ns: int,
        end_ns: int,
        bid: Bar | None,
        last_bid_size: float,
        ask: Bar | None,
        last_ask_size: float,
        is_fill_forward: bool = False,
    ) -> Self:
        """The engine's constructor; takes the bars without copying."""
        bar = cls.__new__(cls)
        bar.symbol = symbol
        bar.start_ns = start_ns
        bar.end_ns = end_ns
        bar.bid = bid
        bar.ask = ask
        bar.last_bid_size = last_bid_size
        bar.last_ask_size = last_ask_size
        bar.is_fill_forward = is_fill_forward
        return bar

    @property
    def open(self) -> float:
        """Middle of the opens, or the one there is."""
        return _middle(self.bid and self.bid.open, self.ask and self.ask.open)

    @property
    def high(self) -> float:
        """Middle of the highs, or the one there is."""
        return _middle(self.bid and self.bid.high, self.ask and self.ask.high)

    @property
    def low(self) -> float:
        """Middle of the lows, or the one there is."""
        return _middle(self.bid and self.bid.low, self.ask and self.ask.low)

    @property
    def close(self) -> float:
        """Middle of the closes, or the one there is."""
        return _middle(self.bid and self.bid.close, self.ask and self.ask.close)

    value = close
    price = close

    def update(
        self,
        last_trade: float,
        bid_price: float,
        ask_price: float,
        volume: float,
        bid_size: float,
        ask_size: float,
    ) -> None:
        """Add a quote; sides and sizes of 0 are left alone."""
        if self.bid is None:
            if bid_price != 0:
                self.bid = Bar(bid_price, bid_price, bid_price, bid_price)
        else:
            self.bid.update(bid_price)
        if self.ask is None:
            if ask_price != 0:
                self.ask = Bar(ask_price, ask_price, ask_price, ask_price)
        else:
            self.ask.update(ask_price)
        if bid_size > 0:
            self.last_bid_size = bid_size
        if ask_size > 0:
            self.last_ask_size = ask_size

    def clone(self, fill_forward: bool | None = None) -> Self:
        """A copy with bars of its own."""
        return type(self).at(
            self.symbol,
            self.start_ns,
            self.end_ns,
            self.bid and self.bid.clone(),
            self.last_bid_size,
            self.ask and self.ask.clone(),
            self.last_ask_size,
            self.is_fill_forward if fill_forward is None else fill_forward,
        )

    def collapse(self) -> TradeBar:
        """Trade bar of the middle prices, volume 0."""
        return TradeBar.at(self.symbol, self.start_ns, self.end_ns, self.open, self.high, self.low, self.close, 0.0)

    def __str__(self) -> str:
        sides = []
        for name, bar in (("Bid", self.bid), ("Ask", self.ask)):
            for letter, field in (("O", "open"), ("H", "high"), ("L", "low"), ("C", "close")):
                number = "" if bar is None else _price(getattr(bar, field))
                sides.append(f"{name}: {letter}: {number} ")
        return f"{self.symbol}: {''.join(sides)}"


def _middle(bid: Any, ask: Any) -> float:
    if bid and ask:
        # decimal halves exactly; the float sum may not, e.g. 1.08355 + 1.08375
        return float(f"{(bid + ask) / 2:.15g}")
    return float(bid or ask or 0.0)


@lean_names
class Tick(BaseData):
    """A trade, a quote or an open interest. LEAN: Common/Data/Market/Tick.cs.

    `Tick()`, `Tick(other)`, `(time, symbol, bid, ask)`, `(time, symbol, last, bid, ask)`,
    `(time, symbol, open_interest)`, `(time, symbol, sale_condition, exchange, quantity, price)` or
    `(time, symbol, sale_condition, exchange, bid_size, bid_price, ask_size, ask_price)`.
    """

    __slots__ = (
        "ask_price",
        "ask_size",
        "bid_price",
        "bid_size",
        "exchange",
        "quantity",
        "sale_condition",
        "suspicious",
        "tick_type",
    )

    data_type = MarketDataType.TICK
    _constructor = clr.Overloads(
        ".ctor",
        "",
        "original: Tick",
        "time: datetime, symbol: Symbol, open_interest: float",
        "time: datetime, symbol: Symbol, bid: float, ask: float",
        "time: datetime, symbol: Symbol, last: float, bid: float, ask: float",
        "time: datetime, symbol: Symbol, bid_size: float, bid_price: float, ask_size: float, ask_price: float",
        "time: datetime, symbol: Symbol, sale_condition: str, exchange: str, quantity: float, price: float",
        "time: datetime, symbol: Symbol, sale_condition: str, exchange: str, bid_size: float, bid_price: float, "
        "ask_size: float, ask_price: float",
    )

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        number, bound = Tick._constructor.bind(arguments, keywords)
        super().__init__()
        self.tick_type = TickType.TRADE
        self.quantity = self.bid_price = self.ask_price = self.bid_size = self.ask_size = 0.0
        self.exchange = self.sale_condition = ""
        self.suspicious = False
        if number == 1:
            original = bound["original"]
            for slot in (*Tick.__slots__, "symbol", "value", "start_ns", "end_ns"):
                setattr(self, slot, getattr(original, slot))
            return
        if number == 0:
            return
        self.symbol = bound["symbol"]
        self.start_ns = self.end_ns = from_datetime(bound["time"])
        if number == 2:
            self.tick_type, self.value = TickType.OPEN_INTEREST, float(bound["open_interest"])
        elif number in (3, 4):
            self.tick_type = TickType.QUOTE
            self.bid_price, self.ask_price = float(bound["bid"]), float(bound["ask"])
            self.value = float(bound["last"]) if number == 4 else (self.bid_price + self.ask_price) / 2
        elif number == 6:
            self.sale_condition, self.exchange = bound["sale_condition"] or "", bound["exchange"] or ""
            self.quantity, self.value = float(bound["quantity"]), float(bound["price"])
        else:
            self.tick_type = TickType.QUOTE
            self.sale_condition, self.exchange = bound.get("sale_condition") or "", bound.get("exchange") or ""
            self.bid_size, self.bid_price = float(bound["bid_size"]), float(bound["bid_price"])
            self.ask_size, self.ask_price = float(bound["ask_size"]), float(bound["ask_price"])
            self.set_value()

    @property
    def last_price(self) -> float:
        """The value: price of a trade, middle of a quote."""
        return self.value

    def set_value(self) -> None:
        """Value of a quote from its sides."""
        self.value = self.bid_price + self.ask_price
        if self.bid_price * self.ask_price != 0:
            self.value /= 2

    def is_valid(self) -> bool:
        """True for a trade with price and quantity, a quote with a side, an open interest ≥ 0."""
        if self.tick_type == TickType.TRADE:
            return self.value > 0 and self.quantity > 0
        if self.tick_type == TickType.QUOTE:
            return (self.ask_price > 0 and self.ask_size > 0) or (self.bid_price > 0 and self.bid_size > 0)
        return self.value > 0

    def __str__(self) -> str:
        if self.tick_type == TickType.TRADE:
            return f"{self.symbol}: Price: {_price(self.value)} Quantity: {_price(self.quantity)}"
        if self.tick_type == TickType.QUOTE:
            return (
                f"{self.symbol}: Bid: {_price(self.bid_size)}@{_price(self.bid_price)} "
                f"Ask: {_price(self.ask_size)}@{_price(self.ask_price)}"
            )
        return f"{self.symbol}: OpenInterest: {_price(self.value)}"


@lean_names
class OpenInterest(Tick):
    """Open interest of a contract. LEAN: Common/Data/Market/OpenInterest.cs."""

    __slots__ = ()

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.tick_type = TickType.OPEN_INTEREST


@lean_names
class _RenkoBase(TradeBar):
    __slots__ = ("brick_size", "is_closed", "type")

    brick_size: float
    is_closed: bool
    type: RenkoType

    @property
    def start(self) -> datetime:
        """Start of the bar."""
        return to_datetime(self.start_ns)

    @property
    def end(self) -> datetime:
        """End of the bar."""
        return to_datetime(self.end_ns)


@lean_names
class RenkoBar(_RenkoBase):
    """A brick. LEAN: Common/Data/Market/RenkoBar.cs."""

    __slots__ = ()

    @classmethod
    def classic(cls, symbol: Symbol, time_ns: int, *, brick_size: float, open: float, volume: float) -> RenkoBar:
        """An open bar that `grow` fills."""
        bar = cls.at(symbol, time_ns, time_ns, open, open, open, open, volume)
        bar.type, bar.brick_size, bar.is_closed = RenkoType.CLASSIC, brick_size, False
        return bar

    @classmethod
    def wicked(
        cls,
        symbol: Symbol,
        start_ns: int,
        end_ns: int,
        *,
        brick_size: float,
        open: float,
        high: float,
        low: float,
        close: float,
    ) -> RenkoBar:
        """A finished bar."""
        bar = cls.at(symbol, start_ns, end_ns, open, high, low, close, 0.0)
        bar.type, bar.brick_size, bar.is_closed = RenkoType.WICKED, brick_size, False
        return bar

    @property
    def direction(self) -> BarDirection:
        """Rising, falling or neither."""
        if self.open < self.close:
            return BarDirection.RISING
        return BarDirection.FALLING if self.open > self.close else BarDirection.NO_DELTA

    @property
    def spread(self) -> float:
        """Distance from open to close, ≥ 0."""
        return abs(self.close - self.open)

    def grow(self, time_ns: int, value: float, volume: float) -> bool:
        """Add a value; True once the brick is complete."""
        if self.is_closed:
            return True
        if self.start_ns == MIN_NS:
            self.start_ns = time_ns
        self.end_ns = time_ns
        low_close, high_close = self.open - self.brick_size, self.open + self.brick_size
        self.close = min(high_close, max(low_close, value))
        self.volume += volume
        if value <= low_close or value >= high_close:
            self.is_closed = True
        self.high = max(self.high, self.close)
        self.low = min(self.low, self.close)
        return self.is_closed


@lean_names
class VolumeRenkoBar(_RenkoBase):
    """A bar of a fixed volume. LEAN: Common/Data/Market/VolumeRenkoBar.cs."""

    __slots__ = ()

    @property
    def is_closed(self) -> bool:  # type: ignore[override]  # follows from the volume
        """True once the volume is full."""
        return self.volume >= self.brick_size

    def grow(self, time_ns: int, *, high: float, low: float, close: float, volume: float) -> float:
        """Add a bar; gives the volume beyond this one, negative while it is not full."""
        if self.is_closed:
            return 0.0
        self.end_ns = time_ns
        excess = self.volume + volume - self.brick_size
        if excess > 0:
            self.volume = self.brick_size
        else:
            self.volume += volume
        self.close = close
        self.high = max(self.high, high)
        self.low = min(self.low, low)
        return excess

    def rollover(self) -> VolumeRenkoBar:
        """The next, empty bar."""
        bar = type(self).at(self.symbol, self.end_ns, self.end_ns, self.close, self.close, self.close, self.close, 0.0)
        bar.type, bar.brick_size = self.type, self.brick_size
        return bar


@lean_names
class RangeBar(TradeBar):
    """A bar of a fixed price range. LEAN: Common/Data/Market/RangeBar.cs."""

    __slots__ = ("is_closed", "range_size")

    is_closed: bool
    range_size: float

    @classmethod
    def starting(cls, symbol: Symbol, end_ns: int, range_size: float, *, open: float, volume: float = 0.0) -> RangeBar:
        """An open bar; LEAN leaves its start at 0001-01-01."""
        bar = cls.at(symbol, MIN_NS, end_ns, open, open, open, open, volume)
        bar.range_size, bar.is_closed = range_size, False
        return bar

    def grow(self, time_ns: int, value: float, volume: float) -> None:
        """Add a value; closes the bar when the range is exceeded."""
        self.end_ns = time_ns
        if value < self.low:
            if self.high - value > self.range_size:
                self.is_closed = True
                self.low = self.close = self.high - self.range_size
                return
            self.low = value
        elif value > self.high:
            if value - self.low > self.range_size:
                self.is_closed = True
                self.high = self.close = self.low + self.range_size
                return
            self.high = value
        self.volume += volume


def _auxiliary(point: BaseData, symbol: Symbol | None, date: datetime | None, value: float) -> None:
    BaseData.__init__(point)
    if symbol is not None:
        point.symbol = symbol
    if date is not None:
        point.start_ns = point.end_ns = from_datetime(date)
    point.value = float(value)


@lean_names
class Dividend(BaseData):
    """A cash distribution per share. LEAN: Common/Data/Market/Dividend.cs."""

    __slots__ = ("reference_price",)

    data_type = MarketDataType.AUXILIARY

    def __init__(
        self,
        symbol: Symbol | None = None,
        date: datetime | None = None,
        distribution: float = 0.0,
        reference_price: float = 0.0,
    ) -> None:
        _auxiliary(self, symbol, date, distribution)
        self.reference_price = reference_price

    @property
    def distribution(self) -> float:
        """Cash per share, quote currency."""
        return self.value

    @distribution.setter
    def distribution(self, amount: float) -> None:
        self.value = amount

    def __str__(self) -> str:
        amount, reference = money.text(money.dec(self.value)), money.text(money.dec(self.reference_price))
        return f"Dividend: {self.symbol}: {amount} | {reference}"


@lean_names
class Split(BaseData):
    """A split, or its warning the trading day before. LEAN: Common/Data/Market/Split.cs."""

    __slots__ = ("reference_price", "split_factor", "type")

    data_type = MarketDataType.AUXILIARY

    def __init__(
        self,
        symbol: Symbol | None = None,
        date: datetime | None = None,
        price: float = 0.0,
        split_factor: float = 0.0,
        type: SplitType = SplitType.WARNING,
    ) -> None:
        _auxiliary(self, symbol, date, price)
        self.reference_price = float(price)
        self.split_factor = split_factor
        self.type = type

    def __str__(self) -> str:
        kind = "Split Warning" if self.type == SplitType.WARNING else "Split"
        factor, price = money.text(money.dec(self.split_factor)), money.text(money.dec(self.reference_price))
        return f"{kind}: {self.symbol}: {factor} | {price}"


@lean_names
class Delisting(BaseData):
    """A delisting, or its warning. LEAN: Common/Data/Market/Delisting.cs."""

    __slots__ = ("ticket", "type")

    data_type = MarketDataType.AUXILIARY

    def __init__(
        self,
        symbol: Symbol | None = None,
        date: datetime | None = None,
        price: float = 0.0,
        type: DelistingType = DelistingType.DELISTED,
    ) -> None:
        _auxiliary(self, symbol, date, price)
        self.type = type
        self.ticket: Any = None

    def set_order_ticket(self, ticket: Any) -> None:
        """Remember the order that closed the holding."""
        self.ticket = ticket

    def __str__(self) -> str:
        kind = "Delisting Warning" if self.type == DelistingType.WARNING else "Delisted"
        return f"{kind}: {self.symbol} {self.end_time}"


@lean_names
class SymbolChangedEvent(BaseData):
    """A change of ticker. LEAN: Common/Data/Market/SymbolChangedEvent.cs."""

    __slots__ = ("new_symbol", "old_symbol")

    data_type = MarketDataType.AUXILIARY

    def __init__(
        self,
        requested_symbol: Symbol | None = None,
        date: datetime | None = None,
        old_symbol: str = "",
        new_symbol: str = "",
    ) -> None:
        _auxiliary(self, requested_symbol, date, 0.0)
        self.old_symbol = old_symbol
        self.new_symbol = new_symbol

    def __str__(self) -> str:
        return f"{self.old_symbol}->{self.new_symbol}"


@lean_names
class MarginInterestRate(BaseData):
    """Funding rate of a perpetual contract. LEAN: Common/Data/Market/MarginInterestRate.cs."""

    __slots__ = ("interest_rate",)

    data_type = MarketDataType.AUXILIARY

    def __init__(self, symbol: Symbol | None = None, date: datetime | None = None, interest_rate: float = 0.0) -> None:
        _auxiliary(self, symbol, date, interest_rate)
        self.interest_rate = interest_rate

    def __str__(self) -> str:
        return f"{self.symbol}: Rate {money.text(money.dec(self.interest_rate))}"


@lean_names
class DynamicData(BaseData):
    """Data with properties of its own. LEAN: Common/Data/DynamicData.cs."""

    __slots__ = ()

    def set_property(self, name: str, value: Any) -> Any:
        """Set a property; `time`, `end_time`, `value` and `symbol` are the point's own."""
        lower = name.lower()
        if lower in ("time", "value", "symbol"):
            setattr(self, lower, value)
        elif lower in ("endtime", "end_time"):
            self.end_time = value
        storage = self.get_storage_dictionary()
        storage[lower] = value
        snake = to_snake(name)
        if snake != lower:
            self.__dict__.setdefault("_snake_names", {})[snake] = value
        return value

    def get_property(self, name: str) -> Any:
        """A property by its name in any case."""
        lower = name.lower()
        if lower in ("time", "value", "symbol", "price"):
            return getattr(self, lower)
        if lower == "endtime":
            return self.end_time
        storage = self.get_storage_dictionary()
        if lower in storage:
            return storage[lower]
        snake = self.__dict__.get("_snake_names", {})
        if lower in snake:
            return snake[lower]
        raise clr.KeyNotFoundException(
            f"Property with name '{lower}' does not exist. Properties: Time, Symbol, Value {', '.join(storage)}"
        )

    def has_property(self, name: str) -> bool:
        """True when it has that property."""
        return name.lower() in self.get_storage_dictionary()

    def get_storage_dictionary(self) -> dict[str, Any]:
        """All properties by lower-case name."""
        return self.__dict__.setdefault("_storage", {})  # type: ignore[no-any-return]


_OWN = frozenset(("time", "end_time", "value", "symbol", "start_ns", "end_ns", "is_fill_forward", "data_type"))


@lean_names
class PythonData(DynamicData):
    """Base of users' data classes: they override `get_source` and `reader`. LEAN: Common/Python/PythonData.cs."""

    __slots__ = ("_end_is_set",)

    def __init__(self) -> None:
        super().__init__()
        self._end_is_set = False

    @property
    def end_time(self) -> datetime:
        """End of the point, its time unless set; setting it first also sets the time."""
        return to_datetime(self.end_ns)

    @end_time.setter
    def end_time(self, moment: datetime) -> None:
        self.end_ns = from_datetime(moment)
        self._end_is_set = True
        if self.start_ns == MIN_NS:
            self.start_ns = self.end_ns

    @property
    def time(self) -> datetime:
        """Start of the point; may be set."""
        return to_datetime(self.start_ns)

    @time.setter
    def time(self, moment: datetime) -> None:
        self.start_ns = from_datetime(moment)
        if not getattr(self, "_end_is_set", False):
            self.end_ns = self.start_ns

    def __getitem__(self, name: str) -> Any:
        return self.get_property(name)

    def __setitem__(self, name: str, value: Any) -> None:
        self.set_property(name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        # LEAN keeps what a reader sets as an attribute among the dynamic properties
        if name in _OWN or name.startswith("_"):
            object.__setattr__(self, name, value)
            return
        snake = to_snake(name)
        if snake in _OWN:
            object.__setattr__(self, snake, value)
            return
        self.get_storage_dictionary()[name.lower()] = value
        object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_"):
            storage = self.__dict__.get("_storage", {})
            lower = name.lower()
            if lower in storage:
                return storage[lower]
            snake = self.__dict__.get("_snake_names", {})
            if lower in snake:
                return snake[lower]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")


def _to_symbol(value: Any) -> Any:
    if value is None or isinstance(value, (Symbol, str)):
        return value
    if isinstance(getattr(value, "symbol", None), Symbol):  # a security
        return value
    raise clr.NoMatch


def _instance_of(kind: type) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if value is None or isinstance(value, kind):
            return value
        raise clr.NoMatch

    return convert


clr.register_type("Symbol", _to_symbol)
clr.register_type("IBaseData", _instance_of(BaseData))
clr.register_type("TradeBar", _instance_of(TradeBar))
clr.register_type("Tick", _instance_of(Tick))
clr.register_type("Resolution", clr.enumeration(Resolution))
clr.register_type("TickType", clr.enumeration(TickType))

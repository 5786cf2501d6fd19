"""What every indicator is: name, samples, current value, window, events. LEAN: Indicators/IndicatorBase.cs.

Kernels work on .NET decimals (`NetDecimal`), in LEAN's order of operations, since the last digits show in texts; where LEAN
computes in doubles, they do so too, and the result is cast back. A subclass gives

* `signatures` and `default_name`: its constructors, bound by `clr.Overloads`,
* `_setup(**parameters)`: constants and sub-indicators (`self._sub("signal", …)`),
* `_clear()`: the state that `reset` restores,
* `_compute(x, end)`: the next value from a decimal (value indicators) or a `NetBar`; None keeps the old one,
* `_ready()`.

Data points and windows are made when read. `feed` is the engine's entry, `update` the user's. An indicator that is fed
by a subscription's own bars may be computed ahead of them (`ahead.py`): its values are then read from a track.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import inf, ulp
from string import Formatter
from typing import Any, ClassVar

from vibetrader.engine import clr, money
from vibetrader.engine.data.bars import (
    EMPTY_SYMBOL,
    MIN_NS,
    BaseData,
    IBaseDataBar,
    IndicatorDataPoint,
    TradeBar,
)
from vibetrader.engine.data.exact import exact_value, net_bar
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.indicators.kinds import NAMES, IndicatorStatus
from vibetrader.engine.naming import LeanEnum, LeanOverrides, lean_names, raise_missing, to_snake
from vibetrader.engine.netdecimal import ZERO, NetDecimal
from vibetrader.engine.rolling import RollingWindow
from vibetrader.engine.timekeeping import from_datetime, to_datetime

#: Receives LEAN's "forward only" complaints; the engine may replace it.
log_error: Callable[[str], None] = lambda text: None  # noqa: E731

#: Inputs by hand that are remembered.
_REMEMBERED = 5000
_new = object.__new__
_UPDATE = clr.Overloads("update", "input: IBaseData", "time: datetime, value: float")
_GET_ITEM = clr.Overloads("get_item", "i: int")

#: `input_kind` of an indicator → what it accepts and what LEAN calls it.
VALUE, BAR, TRADE_BAR, DATA = "IndicatorDataPoint", "IBaseDataBar", "TradeBar", "IBaseData"
_ACCEPTS: dict[str, tuple[type, str]] = {
    VALUE: (IndicatorDataPoint, "QuantConnect.Indicators.IndicatorDataPoint"),
    BAR: (IBaseDataBar, "QuantConnect.Data.Market.IBaseDataBar"),
    TRADE_BAR: (TradeBar, "QuantConnect.Data.Market.TradeBar"),
    DATA: (BaseData, "QuantConnect.Data.IBaseData"),
}


_FIVE_PLACES = Decimal("0.00001")
def number_text(value: object) -> str:
    """A constructor's parameter as it stands in a name: 2 → "2", 2.0 → "2.0", an enumeration in C# spelling."""
    if value is None:
        return ""
    if isinstance(value, LeanEnum):
        return value.to_string()
    if isinstance(value, (bool, str)):
        return str(value)
    if isinstance(value, float) and value == value and abs(value) != inf:
        return money.text(Decimal(repr(value)))
    return money.text(money.dec(value))


def snapped(value: float) -> float:
    """The short decimal a value is but for float noise, as LEAN's decimals show it; else the value."""
    near = round(value, 8)
    if near != value:
        if abs(value - near) <= max(8 * ulp(value), min(1e-12, abs(value) * 2e-14)):
            return near
        near = round(value, 11)
        if abs(value - near) <= 3 * ulp(value) <= 1e-12:
            return near
    return value


def double_text(value: float) -> str:
    """A C# double in a name: 2.0 → "2"."""
    return repr(float(value)).removesuffix(".0")


class _Names(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        return double_text(value) if format_spec == "double" else number_text(value)


_names = _Names()


def format_name(template: str, values: dict[str, Any]) -> str:
    """A name with its parameters filled in."""
    return _names.vformat(template, (), values)


class IndicatorResult:
    """A value and its status. LEAN: Indicators/IndicatorResult.cs."""

    def __init__(self, value: Any, status: IndicatorStatus = IndicatorStatus.SUCCESS) -> None:
        #: The value with all digits.
        self.exact = NetDecimal.of(value)
        self.value = float(self.exact)
        self.status = status

    @property
    def Value(self) -> float:
        """The value."""
        return self.value

    @property
    def Status(self) -> IndicatorStatus:
        """The status."""
        return self.status


@lean_names
class Consolidators(list[Any]):
    """Consolidators that feed an indicator, with .NET's `count`."""

    @property
    def count(self) -> int:  # type: ignore[override]  # a property in .NET
        """How many there are."""
        return len(self)

    @property
    def Count(self) -> int:
        """How many there are."""
        return len(self)


class IndicatorBase(LeanOverrides):
    """Base of all indicators."""

    #: Constructors without the name; each is also offered with `name: str` in front.
    signatures: ClassVar[tuple[str, ...]] = ()
    #: All constructors, where the rule above does not hold.
    constructors: ClassVar[tuple[str, ...]] = ()
    #: Name of an indicator made without one; `{period}` stands for a parameter, `{delta:double}` for a C# double.
    default_name: ClassVar[str] = ""
    #: What it takes: VALUE, BAR, TRADE_BAR or DATA.
    input_kind: ClassVar[str] = VALUE
    #: Public properties that are no indicators, for `indicator_history`.
    figures: ClassVar[tuple[str, ...]] = ()
    #: False for classes that declare no warm-up period.
    has_warm_up_period: ClassVar[bool] = True

    DEFAULT_WINDOW_SIZE: ClassVar[int] = 2

    _overloads: ClassVar[clr.Overloads]
    name: str
    warm_up_period: Any

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "constructors" in vars(cls) or "signatures" in vars(cls):
            lists = cls.constructors
            if "constructors" not in vars(cls):
                named = [f"name: str, {signature}" if signature else "name: str" for signature in cls.signatures]
                lists = (*cls.signatures, *named)
            cls._overloads = clr.Overloads(".ctor", *lists, names=NAMES)

    def __new__(cls, *arguments: Any, **keywords: Any) -> IndicatorBase:
        self = object.__new__(cls)
        self._begin()
        return self

    def _begin(self) -> None:
        self._samples = 0
        self._updates = 0  # successful ones
        self._value: Any = ZERO
        self._end = MIN_NS
        self._symbol = EMPTY_SYMBOL
        self._previous_value: Any = ZERO
        self._previous_end = MIN_NS
        self._previous_symbol = EMPTY_SYMBOL
        self._point: IndicatorDataPoint | None = None
        self._window: RollingWindow[IndicatorDataPoint] | None = None
        self._updated: clr.Event | None = None
        self._in_symbol: Symbol | None = None
        self._in_end = MIN_NS
        self._in_object: object = None
        self._inputs: dict[Symbol, tuple[int, object]] = {}
        self._logged_late = False
        self._owner: IndicatorBase | None = None
        self._subs: dict[str, IndicatorBase] = {}
        self._parts: list[IndicatorBase] = []
        #: Values computed ahead of time, of this one and of what feeds its owner.
        self._track: Any = None
        self._ahead: Any = None
        self._parts_read: list[IndicatorBase] = []
        #: All inputs it had by hand or from history, None once that is no longer known.
        self._inputs_so_far: list[tuple[Any, int, Symbol]] | None = []
        self.name = ""
        self._consolidators = Consolidators()

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        _, bound = self._overloads.bind(arguments, keywords)
        name = bound.pop("name", None)
        self.name = _names.vformat(self.default_name, (), bound) if name is None else name
        self._setup(**bound)
        self._clear()

    # -- what subclasses give --------------------------------------------------------------------------------------

    def _setup(self, *arguments: Any, **parameters: Any) -> None:
        """Take the constructor's parameters."""

    def _clear(self) -> None:
        """Set the state to that before the first sample."""

    def _ready(self) -> bool:
        raise NotImplementedError

    def _compute(self, x: Any, end: int) -> Any:
        raise NotImplementedError

    def _sub(self, name: str, indicator: Any) -> Any:
        """Make an indicator a public property of this one; None for a private part."""
        if name:
            setattr(self, name, indicator)
            self._subs[name] = indicator
        self._parts.append(indicator)
        indicator._owner = self
        return indicator

    def _part(self, indicator: Any) -> Any:
        """A private sub-indicator."""
        return self._sub("", indicator)

    # -- the engine's side ------------------------------------------------------------------------------------------

    def feed(self, x: Any, end: int, symbol: Symbol) -> None:
        """Take the next input: a number or a bar that ended at `end` (clock ns). Older ones are ignored."""
        if symbol is not self._in_symbol:
            self._switch(symbol)
        if end < self._in_end:
            self._late(end)
            return
        self._in_end = end
        self._accept(self._taken(x), end, symbol)

    def _taken(self, x: Any) -> Any:
        """An input as kernels want it: in decimals."""
        kind = self.input_kind
        if kind == VALUE:
            return x if x.__class__ is NetDecimal else NetDecimal.of(x)
        return x if kind == DATA else net_bar(x)

    def _accept(self, x: Any, end: int, symbol: Symbol) -> None:
        """One sample, without asking for its time."""
        self._samples += 1
        y = self._compute(x, end)
        if y is not None:
            if y.__class__ is not NetDecimal:
                y = NetDecimal.cast(y)
            self._previous_value = self._value
            self._previous_end = self._end
            self._previous_symbol = self._symbol
            self._value = y
            self._end = end
            self._symbol = symbol
            self._updates += 1
            self._point = None
            if self._window is not None:
                self._window.add(self._make_point())
            if self._updated is not None and self._updated:
                self._updated(self, self._make_point())

    def step(self, x: Any, end: int) -> Any:
        """One sample as a part of another indicator; gives the value."""
        self._accept(x, end, EMPTY_SYMBOL)
        return self._value

    def step_quietly(self, x: Any, end: int) -> Any:
        """`step` whose `updated` event waits for `announce`."""
        event, self._updated = self._updated, None
        try:
            self._accept(x, end, EMPTY_SYMBOL)
        finally:
            self._updated = event
        return self._value

    def announce(self) -> None:
        """Tell the handlers of `updated` of the last sample."""
        if self._updated is not None and self._updated:
            self._updated(self, self._make_point())

    def series(self, values: Sequence[Any], ends: Sequence[int], symbol: Symbol) -> list[Any]:
        """Take many inputs; gives the value after each. The state is then that after the last."""
        accept, taken = self._accept, self._taken
        found: list[Any] = []
        append = found.append
        for x, end in zip(values, ends, strict=True):
            accept(taken(x), end, symbol)
            append(self._value)
        return found

    def _is_listened_to(self) -> bool:
        return bool(self._updated) or any(part._is_listened_to() for part in self._parts)

    def _top(self) -> IndicatorBase:
        top = self
        while top._owner is not None:
            top = top._owner
        return top

    def _sync(self) -> None:
        """Have the state at the cursor, not that of bars to come."""
        ahead = self._top()._ahead
        if ahead is not None:
            ahead.restore()

    def _listened(self) -> None:
        """Somebody subscribed: be fed at each bar."""
        self._sync()

    def _look(self) -> Any:
        """The track with the value at the cursor; None when the state itself has it."""
        track = self._track
        if track is None:
            ahead = self._top()._ahead
            if ahead is None:
                return None
            ahead.watch(self)
            track = self._track
            if track is None:
                return None
        if track.source.seen >= track.stop:
            track.ahead.extend()
            track = self._track
        return track

    @property
    def consolidators(self) -> Consolidators:
        """Consolidators that feed it; `deregister_indicator` removes them."""
        self._sync()
        return self._consolidators

    def _switch(self, symbol: Symbol) -> None:
        if self._in_symbol is not None:
            self._inputs[self._in_symbol] = (self._in_end, self._in_object)
        self._in_symbol = symbol
        self._in_end, self._in_object = self._inputs.get(symbol, (MIN_NS, None))

    def _late(self, end: int) -> None:
        if not self._logged_late:
            self._logged_late = True
            given, last = (f"{to_datetime(ns):%Y-%m-%d %H:%M:%SZ}" for ns in (end, self._in_end))
            # LEAN: Indicators/IndicatorBase.cs, Update: logged once
            log_error(
                f"IndicatorBase.Update(): This is a forward only indicator: {self.name} "
                f"Input: {given} Previous: {last}. "
                "It will not be updated with this input."
            )

    # -- the user's side --------------------------------------------------------------------------------------------

    def update(self, *arguments: Any, **keywords: Any) -> bool:
        """Take an input by hand: `update(bar)`, `update(point)` or `update(time, value)`; gives `is_ready`."""
        self._sync()
        number, bound = _UPDATE.bind(arguments, keywords)
        if number == 1:
            if self.input_kind != VALUE:
                others = "Update(TradeBar), Update(QuoteBar)" + (", Update(Tick)" if self.input_kind == DATA else "")
                raise clr.NotSupportedException(
                    f"{type(self).__name__} does not support the `Update(DateTime, decimal)` method. "
                    f"Use one of the following methods instead: {others}"
                )
            x, end = NetDecimal.of(bound["value"]), from_datetime(bound["time"])
            self._remember(x, end, EMPTY_SYMBOL)
            self.feed(x, end, EMPTY_SYMBOL)
            return self._ready()
        data = bound["input"]
        if data is None:
            raise clr.NullReferenceException
        self.take(data)
        return self._ready()

    def _remember(self, x: Any, end: int, symbol: Symbol) -> None:
        inputs = self._inputs_so_far
        if inputs is not None:
            inputs.append((x, end, symbol))
            if len(inputs) > _REMEMBERED:
                self._inputs_so_far = None

    def take(self, data: Any) -> None:
        """`update` with a data point of any kind, LEAN's rules on types and repeated inputs."""
        symbol, end = data.symbol, data.end_ns
        if symbol is not self._in_symbol:
            self._switch(symbol)
        if end < self._in_end:
            self._late(end)
            return
        if data is self._in_object:
            return
        accepted, full_name = _ACCEPTS[self.input_kind]
        if not isinstance(data, accepted) and self.input_kind != VALUE:
            self._samples += 1
            raise clr.ArgumentException(
                f"IndicatorBase.Update() 'input' expected to be of type {full_name} "
                f"but is of type {clr.clr_name(type(data)) or type(data).__name__}"
            )
        self._in_end, self._in_object = end, data
        x = exact_value(data) if self.input_kind == VALUE else data
        self._remember(x, end, symbol)
        self._accept(self._taken(x), end, symbol)

    def reset(self) -> None:
        """Back to the state before the first sample."""
        self._sync()
        self._inputs_so_far = []
        self._samples = self._updates = 0
        self._value = self._previous_value = ZERO
        self._end = self._previous_end = MIN_NS
        self._symbol = self._previous_symbol = EMPTY_SYMBOL
        self._point = None
        self._in_symbol, self._in_end, self._in_object = None, MIN_NS, None
        self._inputs.clear()
        if self._window is not None:
            self._window.reset()
            self._window.add(self._make_point())
        for part in self._parts:
            part.reset()
        self._clear()

    @property
    def is_ready(self) -> bool:
        """True once the value is meaningful."""
        track = self._track
        if track is not None and track.source.seen < track.stop:
            return True
        return self._look() is not None or self._ready()

    @is_ready.setter
    def is_ready(self, value: Any) -> None:
        raise TypeError("property is read-only")

    @property
    def samples(self) -> int:
        """How many inputs it has taken."""
        track = self._look()
        return self._samples if track is None else track.samples + track.source.seen

    @samples.setter
    def samples(self, count: int) -> None:
        self._samples = count

    def _make_point(self) -> IndicatorDataPoint:
        point = self._point
        if point is None:
            point = self._point = IndicatorDataPoint.at(self._symbol, self._end, self._value)
        return point

    @property
    def current(self) -> IndicatorDataPoint:
        """The newest value with its time; 0 at 0001-01-01 before the first."""
        track = self._track
        if track is None or track.source.seen >= track.stop:
            track = self._look()
        if track is not None:
            row = track.source.seen
            point = _new(IndicatorDataPoint)
            point.value = track.shown[row - track.start]
            point._track = track
            point._row = row
            return point
        return self._make_point() if self._window is None else self.window[0]

    @property
    def previous(self) -> IndicatorDataPoint:
        """The value before the current one; 0 at 0001-01-01 where there is none."""
        track = self._look()
        if track is not None:
            return track.point(track.source.seen - 1)  # type: ignore[no-any-return]
        if self._window is not None:
            if self._window.count > 1:
                return self._window[1]
        elif self._updates > 0:
            return IndicatorDataPoint.at(self._previous_symbol, self._previous_end, self._previous_value)
        return IndicatorDataPoint.at(EMPTY_SYMBOL, MIN_NS, ZERO)

    @property
    def window(self) -> RollingWindow[IndicatorDataPoint]:
        """The last values, newest first; its size may be set."""
        self._sync()
        if self._window is None:
            window: RollingWindow[IndicatorDataPoint] = RollingWindow(self.DEFAULT_WINDOW_SIZE)
            if self._updates > 0:
                window.add(self.previous)
            window.add(self._make_point())
            window.resume(self._updates + 1)
            self._window = window
        return self._window

    @property
    def updated(self) -> clr.Event:
        """Event `(sender, point)` after each new value; `+=` and `-=`."""
        if self._updated is None:
            self._updated = clr.Event(self._listened)
        return self._updated

    @updated.setter
    def updated(self, event: clr.Event) -> None:
        if event is not self._updated:
            raise AttributeError("subscribe to the event with +=")

    def __getitem__(self, i: Any) -> Any:
        if i.__class__ is not int:
            i = _GET_ITEM.bind((i,), {})[1]["i"]
        return self.window[i]

    def __iter__(self) -> Iterator[IndicatorDataPoint]:
        return iter(self.window)

    def __getattr__(self, name: str) -> Any:
        if name[:1].isupper():
            snake = to_snake(name)
            for candidate in (snake, name.lower(), snake.replace("_", "")):
                if candidate != name and (candidate in self.__dict__ or hasattr(type(self), candidate)):
                    return getattr(self, candidate)
        if name == "default_window_size":
            raise AttributeError(
                f"'{type(self).__name__}' object has no attribute '{name}' Did you mean: 'DEFAULT_WINDOW_SIZE'?"
            )
        return raise_missing(type(self), name)

    def to_string(self) -> str:
        """The value with one to five decimals."""
        return str(self)

    def to_detailed_string(self) -> str:
        """Name and value."""
        return f"{self.name} - {self}"

    def __str__(self) -> str:
        self._sync()
        value = Decimal(str(exact_value(self.current))).quantize(_FIVE_PLACES, ROUND_HALF_UP)
        whole, _, decimals = f"{value:f}".partition(".")
        shown = f"{whole}.{decimals.rstrip('0') or '0'}"
        return "0.0" if shown == "-0.0" else shown

    def __format__(self, spec: str) -> str:
        if spec:
            raise TypeError(f"unsupported format string passed to {type(self).__name__}.__format__")
        return str(self)

    def compare_to(self, other: object) -> int:
        """-1, 0 or 1 by current value; with another indicator only."""
        if other is None:
            return 1
        if not isinstance(other, IndicatorBase):
            raise TypeError(f"Object must be of type {type(self).__name__}")
        mine, theirs = exact_value(self.current), exact_value(other.current)
        return int(mine > theirs) - int(mine < theirs)

    def equals(self, other: object) -> bool:
        """True for itself and for its value as a number."""
        return self == other

    def __lt__(self, other: object) -> bool:
        return self.compare_to(other) < 0

    def __le__(self, other: object) -> bool:
        return self.compare_to(other) <= 0

    def __gt__(self, other: object) -> bool:
        return self.compare_to(other) > 0

    def __ge__(self, other: object) -> bool:
        return self.compare_to(other) >= 0

    def __eq__(self, other: object) -> bool:
        if isinstance(other, IndicatorBase):
            return self is other
        if isinstance(other, (int, float)) and not isinstance(other, bool):
            # LEAN: IndicatorBase.cs, Equals: the number becomes a decimal, of a double the first fifteen digits
            return bool(exact_value(self.current) == other)
        return False

    def __hash__(self) -> int:
        return id(self)


class Indicator(IndicatorBase):
    """Takes values."""


class BarIndicator(IndicatorBase):
    """Takes bars with open, high, low and close."""

    input_kind = BAR


class TradeBarIndicator(IndicatorBase):
    """Takes trade bars, since it needs their volume."""

    input_kind = TRADE_BAR


def check_period(period: int, parameter: str = "period") -> int:
    """The period of a window, refused below 1 as LEAN does."""
    if period < 1:
        raise clr.ArgumentException("RollingWindow must have size of at least 1.", parameter)
    return period


class Output(Indicator):
    """A sub-indicator whose values its owner computes."""

    def __init__(self, name: str, ready: Callable[[], bool] | None = None, kind: str = VALUE) -> None:
        self.name = name
        self._is_ready = ready
        self.kind = kind

    def _ready(self) -> bool:
        return self._samples > 0 if self._is_ready is None else self._is_ready()

    def _compute(self, x: Any, end: int) -> Any:
        return x

    def set(self, value: Any, end: int, symbol: Symbol) -> None:
        """Take a value; None counts a sample and keeps the old one."""
        if value is None:
            self._samples += 1
        else:
            self._accept(value, end, symbol)


class WindowIndicator(Indicator):
    """An indicator with a period."""

    signatures = ("period: int",)
    period: int

    def _setup(self, *arguments: Any, **parameters: Any) -> None:
        self.period = self.warm_up_period = check_period(parameters["period"])

    def _ready(self) -> bool:
        return self._samples >= self.period

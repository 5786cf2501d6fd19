"""Consolidation by time span, count or calendar. LEAN: PeriodCountConsolidatorBase.cs and its subclasses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from vibetrader.engine import clr
from vibetrader.engine.consolidators.base import ConsolidatorBase
from vibetrader.engine.data.bars import (
    MIN_NS,
    Bar,
    BaseData,
    DynamicData,
    OpenInterest,
    QuoteBar,
    Tick,
    TradeBar,
)
from vibetrader.engine.data.enums import RESOLUTION_SPAN, Resolution, TickType
from vibetrader.engine.indicators.base import snapped
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import (
    DAY,
    HOUR,
    SECOND,
    from_datetime,
    from_timedelta,
    to_datetime,
    to_timedelta,
)


@lean_names
class CalendarInfo:
    """Start and length of a calendar bar. LEAN: Calendar.cs, CalendarInfo."""

    def __init__(self, start: datetime, period: timedelta) -> None:
        self.start = self.Start = start
        self.period = self.Period = period

    @property
    def end(self) -> datetime:
        """Start plus period."""
        return self.start + self.period

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CalendarInfo) and (other.start, other.period) == (self.start, self.period)

    def __hash__(self) -> int:
        return hash((self.start, self.period))

    def __str__(self) -> str:
        return f"{self.start} {self.period}"


def _weekly(moment: datetime) -> CalendarInfo:
    # LEAN: Expiry.EndOfWeek, the next Monday
    start = datetime(moment.year, moment.month, moment.day) - timedelta(days=moment.weekday())
    return CalendarInfo(start, timedelta(days=7))


def _months(moment: datetime, length: int) -> CalendarInfo:
    first = (moment.month - 1) // length * length
    start = datetime(moment.year, first + 1, 1)
    end = datetime(moment.year + (first + length) // 12, (first + length) % 12 + 1, 1)
    return CalendarInfo(start, end - start)


class Calendar:
    """Calendar periods as functions of a time. LEAN: Calendar.cs."""

    WEEKLY = Weekly = staticmethod(_weekly)
    MONTHLY = Monthly = staticmethod(lambda moment: _months(moment, 1))
    QUARTERLY = Quarterly = staticmethod(lambda moment: _months(moment, 3))
    YEARLY = Yearly = staticmethod(lambda moment: _months(moment, 12))


class CalendarType:
    """LEAN's older name. LEAN: CalendarType.cs."""

    WEEKLY, MONTHLY = Calendar.WEEKLY, Calendar.MONTHLY
    Weekly, Monthly = WEEKLY, MONTHLY


class Spans:
    """Bars of a time span: they start at its multiples up to a day, beyond that at the first data."""

    def __init__(self, period: int, start: int | None = None) -> None:
        self.period: int | None = period
        self._start = start

    def start_of(self, time: int) -> int:
        """Start of the bar of a time."""
        period = self.period or 0
        if self._start is not None:
            # LEAN: LeanData.cs, GetConsolidatorStartTime: aligned to a time of day
            day = time // DAY * DAY
            origin = day + self._start
            if origin > time:
                origin -= (origin - time + period - 1) // period * period
            return origin + (time - origin) // period * period
        if period > DAY or period == 0:
            return time
        return (time - MIN_NS) // period * period + MIN_NS


class Counts:
    """Bars of a number of inputs, in mixed mode with a period for their end."""

    def __init__(self, period: int | None = None) -> None:
        self.period = period

    def start_of(self, time: int) -> int:
        """Start of the bar of a time."""
        return time


class Calendars:
    """Bars of a calendar function."""

    def __init__(self, function: Callable[[datetime], Any]) -> None:
        check = datetime(2022, 1, 3, 10, 10, 10)
        if function(check).start > check:
            raise clr.ArgumentException(
                "FuncPeriodSpecification: Please use a function that computes the start of the bar associated with the "
                "given date time. Should never return a time later than the one passed in."
            )
        self._function = function
        self.period: int | None = None

    def start_of(self, time: int) -> int:
        """Start of the bar of a time; sets its period."""
        info = self._function(to_datetime(time))
        self.period = from_timedelta(info.period)
        return from_datetime(info.start)


class NsCalendars:
    """The engine's calendars: a function from clock ns to (start, period)."""

    def __init__(self, function: Callable[[int], tuple[int, int]]) -> None:
        self._function = function
        self.period: int | None = None

    def start_of(self, time: int) -> int:
        """Start of the bar of a time; sets its period."""
        start, self.period = self._function(time)
        return start


def _to_function(value: Any) -> Any:
    if callable(value) and not isinstance(value, type):
        return value
    raise clr.NoMatch


clr.register_type("Callable[[datetime], CalendarInfo]", _to_function)

_PERIODS = (
    "period: timedelta",
    "max_count: int",
    "max_count: int, period: timedelta",
    "func: Callable[[datetime], CalendarInfo]",
)
_PERIODS_WITH_START = ("period: timedelta, start_time: Optional[timedelta] = None", *_PERIODS[1:])


@lean_names
class PeriodCountConsolidator(ConsolidatorBase):
    """Base of these consolidators."""

    user_event = "after"
    signatures: ClassVar[tuple[str, ...]] = _PERIODS
    _overloads: ClassVar[clr.Overloads]

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        cls._overloads = clr.Overloads(".ctor", *cls.signatures)

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        specification: Any = arguments[0] if len(arguments) == 1 else None
        count: int | None = None
        if not isinstance(specification, (NsCalendars, Spans)):
            if len(arguments) == 1 and not keywords and not _fits(specification):
                raise clr.ArgumentException(
                    f"Unable to create a consolidator period from {display(specification)}: it is not a supported "
                    f"period type. {self._listing()}"
                )
            _, bound = self._overloads.bind(arguments, keywords)
            count = bound.get("max_count")
            period = bound.get("period")
            span = None if period is None else from_timedelta(period)
            if "func" in bound:
                specification = Calendars(bound["func"])
            elif count is not None:
                specification = Counts(span)
            else:
                start = bound.get("start_time")
                specification = Spans(span or 0, None if start is None else from_timedelta(start))
        self._specification = specification
        self._max_count = count
        self._period: int | None = specification.period
        if isinstance(specification, (Calendars, NsCalendars)):
            self._period = SECOND
        self._working: Any = None
        self._symbol: Any = None
        self._count = 0
        self._last_emit: int | None = None
        self._checked = not isinstance(specification, Spans)

    @classmethod
    def _listing(cls) -> str:
        lines = "\n".join(f"  {cls.__name__}({signature})" for signature in cls.signatures)
        return f"The following overloads are available:\n{lines}"

    @classmethod
    def from_resolution(cls, resolution: Resolution) -> Any:
        """The consolidator to a resolution."""
        return cls(RESOLUTION_SPAN[Resolution(resolution)])

    @property
    def working_data(self) -> Any:
        """A copy of the unfinished bar, None when there is none."""
        return None if self._working is None else self._working.clone()

    @property
    def working_bar(self) -> Any:
        """The same under its older name."""
        return self.working_data

    @property
    def _time_based(self) -> bool:
        return self._max_count is None

    def _aggregate(self, working: Any, data: Any) -> Any:
        raise NotImplementedError

    def _wanted(self, data: Any) -> bool:
        return True

    def feed(self, data: Any) -> None:
        """Take data. LEAN: PeriodCountConsolidatorBase.cs, Update."""
        symbol = data.symbol
        if symbol is not self._symbol:
            if self._symbol is None:
                self._symbol = symbol
            elif symbol.id != self._symbol.id:
                raise clr.InvalidOperationException(
                    "Consolidators can only be used with a single symbol. The previous consolidated SecurityIdentifier "
                    f"({self._symbol.id}) is not the same as in the current data ({symbol.id})."
                )
        if not self._wanted(data):
            return
        start = data.start_ns
        if not self._checked:
            self._checked = True
            if data.end_ns - start > (self._period or 0):
                raise clr.ArgumentException(
                    f"For Symbol {symbol} can not consolidate bars of period: {span_text(self._period or 0)}, using data "
                    f"of the same or higher period: {span_text(data.end_ns - start)}"
                )
        fire = False
        first = self._max_count is not None
        if self._max_count is not None:
            self._count += 1
            if self._count >= self._max_count:
                self._count, fire = 0, True
        if self._last_emit is None:
            self._last_emit = MIN_NS if self._time_based else start
        period = self._period
        if period is not None:
            working = self._working
            if working is not None and start - working.start_ns >= period and self._rounded(data) > self._last_emit:
                fire = True
            if period == 0:
                fire = first = True
        if first and start >= self._last_emit:
            self._working = self._aggregate(self._working, data)
            if self._max_count is not None:
                self._working.end_ns = data.end_ns
        if fire:
            working = self._working
            if isinstance(working, TradeBar) and self._period is not None:
                working.end_ns = working.start_ns + self._period
            self._last_emit = working.end_ns if self._time_based and working is not None else start
            self._emit_working(working)
        if not first and start >= self._last_emit:
            self._working = self._aggregate(self._working, data)

    def scan_ns(self, local_ns: int) -> None:
        """Emit the bar once its time is over."""
        working, period = self._working, self._period
        if (
            working is not None
            and period
            and local_ns - working.start_ns >= period
            and self._start_of(local_ns) > (self._last_emit or MIN_NS)
        ):
            self._last_emit = working.end_ns
            self._emit_working(working)

    def _emit_working(self, working: Any) -> None:
        self.emit(working)
        self._working = None

    def _start_of(self, time: int) -> int:
        start: int = self._specification.start_of(time)
        if self._working is None:
            self._period = self._specification.period
        return start

    def _rounded(self, data: Any) -> int:
        """Start of the bar of a data point; hour bars may begin before the session does."""
        start = self._start_of(data.start_ns)
        if self._period is not None and start + self._period < data.end_ns:
            # LEAN: PeriodCountConsolidatorBase.cs, GetRoundedBarTime
            if data.end_ns - data.start_ns == HOUR and start // DAY < data.start_ns // DAY:
                return self._start_of(data.end_ns)
            return int(data.start_ns)
        return start

    def _length(self, data: Any) -> int:
        if self._time_based and self._period is not None:
            return self._period
        return int(data.end_ns - data.start_ns)

    def reset(self) -> None:
        """Forget everything but the listeners."""
        super().reset()
        self._symbol = None
        self._count = 0
        self._working = None
        self._last_emit = None
        self._checked = not isinstance(self._specification, Spans)


def _fits(value: Any) -> bool:
    return isinstance(value, (timedelta, int, float)) or (callable(value) and not isinstance(value, type))


def display(value: Any) -> str:
    """A Python object in a refusal."""
    return f"'{value}'" if isinstance(value, str) else str(value)


def span_text(ns: int) -> str:
    """.NET's text of a TimeSpan: `1.00:00:00`, `00:05:00`."""
    span = to_timedelta(abs(ns))
    hours, rest = divmod(span.seconds, 3600)
    text = f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
    if span.microseconds:
        text += f".{span.microseconds:06}0"
    return ("-" if ns < 0 else "") + (f"{span.days}.{text}" if span.days else text)


def _extend(working: TradeBar, high: float, low: float, close: float, volume: float) -> TradeBar:
    working.close = close
    working.volume = snapped(working.volume + volume)
    if low < working.low:
        working.low = low
    if high > working.high:
        working.high = high
    return working


@lean_names
class TradeBarConsolidator(PeriodCountConsolidator):
    """Trade bars to larger ones. LEAN: TradeBarConsolidator.cs."""

    signatures = _PERIODS_WITH_START
    input_type = output_type = TradeBar

    def _aggregate(self, working: Any, data: Any) -> Any:
        if working is None:
            start = self._rounded(data)
            return TradeBar.at(
                data.symbol, start, start + self._length(data), data.open, data.high, data.low, data.close, data.volume
            )
        return _extend(working, data.high, data.low, data.close, data.volume)


@lean_names
class BaseDataConsolidator(PeriodCountConsolidator):
    """Any data to trade bars of its values. LEAN: BaseDataConsolidator.cs."""

    input_type, output_type = BaseData, TradeBar

    def _aggregate(self, working: Any, data: Any) -> Any:
        value = float(data.value)
        if working is None:
            start = self._start_of(data.start_ns)
            # LEAN leaves the period of the new bar at one minute
            return TradeBar.at(data.symbol, start, start + 60 * SECOND, value, value, value, value, 0.0)
        return _extend(working, value, value, value, 0.0)


@lean_names
class TickConsolidator(PeriodCountConsolidator):
    """Trade ticks to trade bars. LEAN: TickConsolidator.cs."""

    input_type, output_type = Tick, TradeBar

    def _wanted(self, data: Any) -> bool:
        return bool(data.tick_type == TickType.TRADE)

    def _aggregate(self, working: Any, data: Any) -> Any:
        value = data.value
        if working is None:
            start = self._rounded(data)
            end = start + (60 * SECOND if self._period is None else self._period)
            return TradeBar.at(data.symbol, start, end, value, value, value, value, data.quantity)
        return _extend(working, value, value, value, data.quantity)


@lean_names
class DynamicDataConsolidator(PeriodCountConsolidator):
    """Users' data to trade bars of its open, high, low, close and volume. LEAN: DynamicDataConsolidator.cs."""

    input_type, output_type = DynamicData, TradeBar

    def _aggregate(self, working: Any, data: Any) -> Any:
        o, h, low, c = (
            float(data.get_property(name) if data.has_property(name) else data.value)
            for name in ("open", "high", "low", "close")
        )
        volume = float(int(data.get_property("volume"))) if data.has_property("volume") else 0.0
        if working is None:
            start = self._rounded(data)
            return TradeBar.at(data.symbol, start, start + 60 * SECOND, o, h, low, c, volume)
        return _extend(working, h, low, c, volume)


def _carry_on(working: QuoteBar, previous: Any) -> None:
    if isinstance(previous, QuoteBar):
        working.update(
            0,
            previous.bid.close if previous.bid is not None else 0,
            previous.ask.close if previous.ask is not None else 0,
            0,
            previous.last_bid_size,
            previous.last_ask_size,
        )


def _merge(mine: Bar | None, theirs: Bar) -> Bar:
    if mine is None:
        return theirs.clone()
    mine.close = theirs.close
    mine.high = max(mine.high, theirs.high)
    mine.low = min(mine.low, theirs.low)
    return mine


@lean_names
class QuoteBarConsolidator(PeriodCountConsolidator):
    """Quote bars to larger ones; they open at the last close. LEAN: QuoteBarConsolidator.cs."""

    signatures = _PERIODS_WITH_START
    input_type = output_type = QuoteBar

    def _aggregate(self, working: Any, data: Any) -> Any:
        if working is None:
            start = self._rounded(data)
            working = QuoteBar.at(data.symbol, start, start + self._length(data), None, 0.0, None, 0.0)
            _carry_on(working, self.consolidated)
        if data.bid is not None:
            working.last_bid_size = data.last_bid_size
            working.bid = _merge(working.bid, data.bid)
        if data.ask is not None:
            working.last_ask_size = data.last_ask_size
            working.ask = _merge(working.ask, data.ask)
        return working


@lean_names
class TickQuoteBarConsolidator(PeriodCountConsolidator):
    """Quote ticks to quote bars. LEAN: TickQuoteBarConsolidator.cs."""

    signatures = _PERIODS_WITH_START
    input_type, output_type = Tick, QuoteBar

    def _wanted(self, data: Any) -> bool:
        return bool(data.tick_type == TickType.QUOTE)

    def _aggregate(self, working: Any, data: Any) -> Any:
        if working is None:
            start = self._rounded(data)
            end = start + (60 * SECOND if self._period is None else self._period)
            working = QuoteBar.at(data.symbol, start, end, None, 0.0, None, 0.0)
            _carry_on(working, self.consolidated)
        working.update(0, data.bid_price, data.ask_price, 0, data.bid_size, data.ask_size)
        if self._period is None:
            working.end_ns = self._start_of(data.end_ns)
        return working


@lean_names
class OpenInterestConsolidator(PeriodCountConsolidator):
    """Open interest ticks to fewer ones. LEAN: OpenInterestConsolidator.cs."""

    signatures = _PERIODS_WITH_START
    input_type, output_type = Tick, OpenInterest

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._coarse = isinstance(self._specification, Spans) and (self._period or 0) >= HOUR
        self._last_input: Any = None

    def _wanted(self, data: Any) -> bool:
        return bool(data.tick_type == TickType.OPEN_INTEREST)

    def _aggregate(self, working: Any, data: Any) -> Any:
        if working is None:
            working = OpenInterest()
            working.symbol = data.symbol
            working.start_ns = working.end_ns = data.end_ns if self._coarse else self._rounded(data)
        elif self._coarse:
            working.start_ns = working.end_ns = data.end_ns
        working.value = data.value
        return working

    def feed(self, data: Any) -> None:
        """Take data; a new hour or day ends the bar before."""
        last = self._last_input
        if last is not None and self._coarse and self._period in (HOUR, DAY):
            if data.end_ns // self._period != last.end_ns // self._period:
                self.scan_ns(last.end_ns + self._period + SECOND)
        super().feed(data)
        self._last_input = data

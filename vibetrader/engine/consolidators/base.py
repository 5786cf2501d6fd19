"""What every consolidator is: takes data, emits larger data. LEAN: Common/Data/Consolidators/ConsolidatorBase.cs.

The engine calls `feed(data)` with a new point and `scan_ns(local_ns)` with the exchange's clock; users call `update` and
`scan`. The engine's own listeners subscribe to `emitted`; LEAN tells them before the users' `data_consolidated` where a
class has an event of its own type, and together with them elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, ClassVar

from vibetrader.engine import clr
from vibetrader.engine.data.bars import BaseData, QuoteBar, Tick, TradeBar
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.naming import LeanOverrides, lean_names
from vibetrader.engine.rolling import RollingWindow
from vibetrader.engine.timekeeping import from_datetime


class Surroundings:
    """What some consolidators must ask the run: hours and tick sizes. The algorithm's room sets the functions."""

    #: Exchange hours of a symbol.
    exchange_hours: Callable[[Symbol], Any]
    #: Smallest price step of a symbol.
    minimum_price_variation: Callable[[Symbol], Any]


class _AnyData(type(BaseData)):  # type: ignore[misc]  # a metaclass by expression
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, BaseData)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, BaseData)


class IBaseData(BaseData, metaclass=_AnyData):
    """What consolidators without a clock say they take: any data."""


@lean_names
class ConsolidatorBase(LeanOverrides):
    """Base of all consolidators."""

    #: Where users' handlers hang: "shared" with the engine's, "before" or "after" them.
    user_event: ClassVar[str] = "shared"
    #: What computes its indicator ahead of time; None where it is fed.
    ahead: Any = None
    #: Class of data it takes.
    input_type: type = BaseData
    #: Class of data it emits.
    output_type: type = BaseData

    emitted: clr.Event
    consolidated: Any
    _user_event: clr.Event
    _window: RollingWindow[Any]

    def __new__(cls, *arguments: Any, **keywords: Any) -> ConsolidatorBase:
        self = object.__new__(cls)
        self.emitted = clr.Event()
        self._user_event = self.emitted if cls.user_event == "shared" else clr.Event()
        #: The last emitted data.
        self.consolidated = None
        self._window = RollingWindow(2)
        return self

    @property
    def data_consolidated(self) -> clr.Event:
        """Event `(sender, data)` for each emitted bar; `+=` and `-=`."""
        return self._user_event

    @data_consolidated.setter
    def data_consolidated(self, event: clr.Event) -> None:
        if event is not self._user_event:
            raise AttributeError("subscribe to the event with +=")

    @property
    def working_data(self) -> Any:
        """The unfinished data, None before the first."""
        return None

    @property
    def window(self) -> RollingWindow[Any]:
        """The last emitted data, newest first."""
        return self._window

    @property
    def current(self) -> Any:
        """The last emitted data."""
        return self._window[0]

    @property
    def previous(self) -> Any:
        """The one before, None where there is none."""
        return self._window[1] if self._window.count > 1 else None

    def __getitem__(self, i: int) -> Any:
        return self._window[i]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._window)

    def update(self, data: Any) -> None:
        """Take data by hand."""
        if data is None:
            raise clr.NullReferenceException
        self.check_input(data)
        self.feed(data)

    def check_input(self, data: Any) -> None:
        """Refuse data of another class. LEAN: DataConsolidator.cs, Update."""
        if not isinstance(data, self.input_type):
            raise clr.ArgumentNullException(
                f"Received type of {type(data).__name__} but expected {self.input_type.__name__}", "data"
            )

    def feed(self, data: Any) -> None:
        """Take data."""
        raise NotImplementedError

    def scan(self, current_local_time: datetime) -> None:
        """See the exchange's clock: emit what is due."""
        self.scan_ns(from_datetime(current_local_time))

    def scan_ns(self, local_ns: int) -> None:
        """`scan` with a clock time in nanoseconds."""

    def emit(self, data: Any) -> None:
        """Hand data to all listeners. LEAN: ConsolidatorBase.cs, OnDataConsolidated."""
        if data is not None:
            self._window.add(data)
        if self.user_event == "before":
            self._user_event(self, data)
        self.emitted(self, data)
        self.consolidated = data
        if self.user_event == "after":
            self._user_event(self, data)

    def reset(self) -> None:
        """Forget everything but the listeners."""
        self.consolidated = None
        self._window.reset()

    def dispose(self) -> None:
        """Forget the listeners."""
        self.emitted._handlers = []
        self._user_event._handlers = []


@lean_names
class IdentityDataConsolidator(ConsolidatorBase):
    """Emits what it takes, one bar per end time. LEAN: IdentityDataConsolidator.cs."""

    _typed: ClassVar[dict[type, type]] = {}

    def __class_getitem__(cls, kind: type) -> type:
        found = cls._typed.get((cls, kind))  # type: ignore[call-overload]
        if found is None:
            found = type(f"{cls.__name__}[{kind.__name__}]", (cls,), {"input_type": kind, "output_type": kind})
            cls._typed[cls, kind] = found  # type: ignore[index]
        return found  # type: ignore[no-any-return]

    def __init__(self) -> None:
        self._last: Any = None
        self._last_end = -(1 << 62)

    @property
    def working_data(self) -> Any:
        """A copy of the last data."""
        return None if self._last is None else self._last.clone()

    def feed(self, data: Any) -> None:
        """Take data."""
        if data.end_ns != self._last_end or self._last is None or self.input_type is Tick:
            self.emit(data)
            self._last = data
            self._last_end = data.end_ns

    def reset(self) -> None:
        """Forget the last data."""
        super().reset()
        self._last = None


@lean_names
class FilteredIdentityDataConsolidator(IdentityDataConsolidator):
    """Emits what passes a filter. LEAN: FilteredIdentityDataConsolidator.cs."""

    def __init__(self, predicate: Callable[[Any], bool]) -> None:
        super().__init__()
        self._predicate = predicate

    @staticmethod
    def for_tick_type(tick_type: Any) -> Any:
        """Ticks of a kind."""
        kind = FilteredIdentityDataConsolidator[Tick]  # type: ignore[type-arg]  # .NET's generic
        return kind(lambda tick: tick.tick_type == tick_type)

    def feed(self, data: Any) -> None:
        """Take data."""
        if self._predicate(data):
            super().feed(data)


@lean_names
class SequentialConsolidator(ConsolidatorBase):
    """One consolidator feeds another. LEAN: SequentialConsolidator.cs."""

    def __init__(self, first: Any, second: Any) -> None:
        if not issubclass(first.output_type, second.input_type):
            raise clr.ArgumentException("first.OutputType must equal second.OutputType!")
        self.first, self.second = first, second
        self.input_type, self.output_type = first.input_type, second.output_type
        first.emitted += lambda sender, data: second.update(data)
        second.emitted += lambda sender, data: self.emit(data)

    @property
    def working_data(self) -> Any:
        """The unfinished data of the second."""
        return self.second.working_data

    def check_input(self, data: Any) -> None:
        """The first one decides."""

    def feed(self, data: Any) -> None:
        """Take data."""
        self.first.update(data)

    def scan_ns(self, local_ns: int) -> None:
        """Only the first sees the clock."""
        self.first.scan_ns(local_ns)

    def reset(self) -> None:
        """Reset both."""
        self.first.reset()
        self.second.reset()
        super().reset()

    def dispose(self) -> None:
        """Forget the listeners of both."""
        self.first.dispose()
        self.second.dispose()
        super().dispose()


#: Types whose data LEAN calls common.
COMMON_TYPES = (TradeBar, QuoteBar, Tick)

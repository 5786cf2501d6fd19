"""One scheduled event. LEAN: Common/Scheduling/ScheduledEvent.cs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from vibetrader.engine.clr import Event
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import from_datetime, to_datetime

#: Next time of an event that has none any more.
NEVER: Final = 1 << 62


@lean_names
class ScheduledEvent:
    """A callback and the ordered UTC times it runs at; times are computed when they are needed.

    Args:
        name: Name; need not be unique.
        ordered_event_utc_times: One time or several in order: datetimes of users, nanoseconds of the engine.
        callback: `(name, time)`; None runs nothing.
    """

    __slots__ = ("_callback", "_current", "_ended", "_name", "_pending", "_times", "enabled", "event_fired")
    __clr_name__ = "QuantConnect.Scheduling.ScheduledEvent"

    def __init__(
        self,
        name: str,
        ordered_event_utc_times: datetime | Iterable[int] | Iterable[datetime],
        callback: Callable[[str, Any], Any] | None = None,
    ) -> None:
        self._name = name
        self.enabled = True
        self.event_fired = Event()
        self._callback = callback
        if isinstance(ordered_event_utc_times, datetime):
            ordered_event_utc_times = [ordered_event_utc_times]
        self._times: Iterator[Any] = iter(ordered_event_utc_times)
        self._current = 0
        self._pending = True
        self._ended = False

    @property
    def name(self) -> str:
        """Name of the event."""
        return self._name

    @property
    def next_ns(self) -> int:
        """Next time, `NEVER` when there is none."""
        if self._ended:
            return NEVER
        if self._pending:
            self._pending = False
            self._advance()
            return NEVER if self._ended else self._current  # type: ignore[redundant-expr]  # `_advance` sets it
        return self._current

    @property
    def next_event_utc_time(self) -> datetime:
        """Next time; the last moment of .NET when there is none."""
        moment = self.next_ns
        return datetime.max if moment == NEVER else to_datetime(moment)

    def _advance(self) -> bool:
        try:
            moment = next(self._times)
        except StopIteration:
            self._ended = True
            return False
        self._current = moment if moment.__class__ is int else from_datetime(moment)
        return True

    def skip_until(self, utc: int) -> None:
        """Drop times before a moment. LEAN: ScheduledEvent.cs, SkipEventsUntil."""
        while not self._ended:
            if utc <= self.next_ns:
                return
            if not self._advance():
                return

    def scan(self, utc: int) -> None:
        """Run for every time up to a moment. LEAN: ScheduledEvent.cs, Scan."""
        while not self._ended:
            if self._pending and not self._advance():
                return
            if utc < self._current:
                self._pending = False
                return
            self._fire()
            self._pending = True

    def _fire(self) -> None:
        if not self.enabled:
            return
        if self._callback is not None:
            self._callback(self._name, self._current)
        if self.event_fired:
            self.event_fired(self._name, to_datetime(self._current))

    def __str__(self) -> str:
        return self._name

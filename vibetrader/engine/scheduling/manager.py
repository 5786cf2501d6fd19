"""`self.schedule` and the calendar behind it. LEAN: Common/Scheduling/ScheduleManager.cs, Engine/RealTime/BacktestingRealTimeHandler.cs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from vibetrader.engine.clr import Overloads
from vibetrader.engine.naming import lean_names
from vibetrader.engine.scheduling.daterules import DateRules
from vibetrader.engine.scheduling.event import NEVER, ScheduledEvent
from vibetrader.engine.scheduling.rules import END_OF_TIME, DateRule
from vibetrader.engine.scheduling.timerules import TimeRules
from vibetrader.engine.timekeeping import DAY, MINUTE, TimeZone, to_datetime

_ON: Final = Overloads(
    "on",
    "date_rule: IDateRule, time_rule: ITimeRule, callback: Callable[[], None]",
    "name: str, date_rule: IDateRule, time_rule: ITimeRule, callback: Callable[[], None]",
)
_TRAINING: Final = Overloads(
    "training", "date_rule: IDateRule, time_rule: ITimeRule, training_code: Callable[[], None]"
)
_TRAINING_NOW: Final = Overloads("training_now", "training_code: Callable[[], None]")

#: LEAN: Common/Scheduling/ScheduledEvent.cs, SecurityEndOfDayDelta and AlgorithmEndOfDayDelta
_SECURITY_END_OF_DAY: Final = 10 * MINUTE
_ALGORITHM_END_OF_DAY: Final = 2 * MINUTE


class FluentScheduledEventBuilder:
    """What `schedule.event()` gives: in Python it has no usable member."""

    __clr_name__ = "QuantConnect.Scheduling.IFluentSchedulingDateSpecifier"


@lean_names
class ScheduleManager:
    """Keeps the scheduled events and runs those that are due.

    Args:
        state: State of the algorithm.
        time_zone: The algorithm's zone.

    Attributes:
        next_due: UTC time of the next event, at the latest; `NEVER` when there is none.
        running: Name of the event that runs, for error texts.
    """

    __clr_name__ = "QuantConnect.Scheduling.ScheduleManager"

    def __init__(self, state: Any, time_zone: TimeZone) -> None:
        self._state = state
        self._date_rules = DateRules(state, time_zone)
        self._time_rules = TimeRules(state, time_zone)
        self._ids: dict[ScheduledEvent, int] = {}
        self._counter = 0
        self._sorted: list[ScheduledEvent] = []
        self._dirty = False
        self._started = False
        self._end_of_day: ScheduledEvent | None = None
        self._security_end_of_day: dict[Any, ScheduledEvent] = {}
        self.next_due = NEVER
        self.running = ""

    @property
    def date_rules(self) -> DateRules:
        """Makes date rules."""
        return self._date_rules

    @property
    def time_rules(self) -> TimeRules:
        """Makes time rules."""
        return self._time_rules

    def event(self, name: str | None = None) -> FluentScheduledEventBuilder:
        """LEAN's fluent form, which Python cannot use."""
        return FluentScheduledEventBuilder()

    def on(self, *arguments: Any, **keywords: Any) -> ScheduledEvent:
        """Run a callback on the dates and times of two rules.

        Args:
            arguments: `(date_rule, time_rule, callback)` or `(name, date_rule, time_rule, callback)`.
            keywords: The same by name.

        Returns:
            The event; `enabled = False` silences it, `schedule.remove(event)` drops it.
        """
        _, given = _ON.bind(arguments, keywords)
        return self._on(given.get("name"), given["date_rule"], given["time_rule"], given["callback"])

    def training(self, *arguments: Any, **keywords: Any) -> ScheduledEvent:
        """Run training code on the dates and times of two rules."""
        _, given = _TRAINING.bind(arguments, keywords)
        return self._on(None, given["date_rule"], given["time_rule"], given["training_code"])

    def training_now(self, *arguments: Any, **keywords: Any) -> ScheduledEvent:
        """Run training code at once, that is at the end of this time step."""
        _, given = _TRAINING_NOW.bind(arguments, keywords)
        name = f"Training: Now: {to_datetime(self._state.utc_ns):%Y-%m-%dT%H:%M:%S.%f}0Z"
        return self._on(name, self._date_rules.today, self._time_rules.now, given["training_code"])

    def _on(self, name: str | None, date_rule: Any, time_rule: Any, callback: Callable[[], Any] | None) -> ScheduledEvent:
        def run(event_name: str, moment: int) -> None:
            callback()  # type: ignore[misc]  # None fails here, at the first event, as in LEAN

        event = ScheduledEvent(
            name if name is not None else f"{date_rule.name}: {time_rule.name}",
            time_rule.times(self._deferred_dates(date_rule)),
            run,
        )
        self.add(event)
        return event

    def _deferred_dates(self, date_rule: DateRule) -> Iterator[int]:
        """Dates from the day before now on, asked for when the first is needed (warm-up moves the clock)."""
        yield from date_rule.dates(self._state.utc_ns // DAY * DAY - DAY, END_OF_TIME)

    def add(self, scheduled_event: ScheduledEvent) -> None:
        """Add an event."""
        if self._started:
            scheduled_event.skip_until(self._state.utc_ns)
            self.next_due = min(self.next_due, scheduled_event.next_ns)
        self._state.attention = True
        self._counter += 1
        self._ids.setdefault(scheduled_event, self._counter)
        self._dirty = True

    def remove(self, scheduled_event: ScheduledEvent) -> None:
        """Drop an event."""
        self._state.attention = True
        self._ids.pop(scheduled_event, None)
        self._dirty = True
        self.next_due = min(self.next_due, 0)

    def start(self) -> None:
        """Called once set-up is done: drops the times that have passed. LEAN: BacktestingRealTimeHandler.cs, Setup."""
        self._started = True
        self._add_algorithm_end_of_day(self._state.local_ns)
        for event in self._in_order():
            event.skip_until(self._state.utc_ns)
        self._dirty = True
        self._note_next(self._in_order())

    def run_exactly(self, utc: int) -> None:
        """Run what is due up to the frontier, this moment included. LEAN: BacktestingRealTimeHandler.cs, SetTime."""
        events = self._in_order()
        while events and events[0].next_ns <= utc:
            self.running = events[0].name
            events[0].scan(utc)
            self._sink_first(events)
        self.running = ""
        self._note_next(events)

    def run_past(self, utc: int) -> None:
        """Run what lies before a moment, each at its own time. LEAN: BacktestingRealTimeHandler.cs, ScanPastEvents."""
        events = self._in_order()
        while events and events[0].next_ns < utc:
            event = events[0]
            moment = event.next_ns
            self._state.set_date_time(moment)
            self.running = event.name
            event.scan(moment)
            self._sink_first(events)
        self.running = ""
        self._note_next(events)

    def _note_next(self, events: list[ScheduledEvent]) -> None:
        # events that were added meanwhile are not in the list before the next sort
        self.next_due = min((event.next_ns for event in self._ids), default=NEVER) if self._dirty else (
            events[0].next_ns if events else NEVER
        )

    def _in_order(self) -> list[ScheduledEvent]:
        if self._dirty:
            self._dirty = False
            self._sorted = sorted(self._ids, key=lambda event: (event.next_ns, self._ids[event]))
        return self._sorted

    @staticmethod
    def _sink_first(events: list[ScheduledEvent]) -> None:
        """Put the first event where its next time belongs.

        LEAN: BacktestingRealTimeHandler.cs, SortFirstElement: one bisection, behind the element of equal time it happens
        to hit, which is what decides the order of ties.
        """
        moment = events[0].next_ns
        if len(events) < 2 or moment <= events[1].next_ns:
            return
        event = events.pop(0)
        low, high = 0, len(events) - 1
        while low <= high:
            middle = low + (high - low) // 2
            other = events[middle].next_ns
            if moment < other:
                high = middle - 1
            elif moment > other:
                low = middle + 1
            else:
                low = middle + 1
                break
        events.insert(low, event)

    # --- end of day ---------------------------------------------------------------------------------------------

    def on_securities_changed(self, added: Iterable[Any], removed: Iterable[Any]) -> None:
        """Keep the end-of-day events of the securities. LEAN: BaseRealTimeHandler.cs, OnSecuritiesChanged."""
        if self._state.has_security_end_of_day:
            for security in added:
                if security.is_internal:
                    continue
                event = self._security_event(security)
                self._security_end_of_day[security.symbol] = event
                self.add(event)
            for security in removed:
                old = self._security_end_of_day.pop(security.symbol, None)
                if old is not None:
                    self.remove(old)
        self._add_algorithm_end_of_day(self._state.utc_ns)

    def _security_event(self, security: Any) -> ScheduledEvent:
        state = self._state
        hours, symbol, now = security.exchange.hours, security.symbol, state.utc_ns
        always, extended = hours.is_market_always_open, security.is_extended_market_hours
        end = state.end_ns

        def times() -> Iterator[int]:
            for day in range(now // DAY * DAY, end // DAY * DAY + 1, DAY):
                if not hours.is_date_open(day, False):
                    continue
                close = day + DAY if always else hours.last_daily_close(day, extended) - _SECURITY_END_OF_DAY
                moment = hours.time_zone.to_utc(close)
                if moment > now:
                    yield moment

        return ScheduledEvent(f"{symbol}.EndOfDay", times(), lambda name, moment: state.on_end_of_day(symbol))

    def _add_algorithm_end_of_day(self, start: int) -> None:
        state = self._state
        if not state.has_end_of_day:
            return
        if self._end_of_day is not None:
            self.remove(self._end_of_day)
        now, end = state.utc_ns, state.end_ns

        def times() -> Iterator[int]:
            for day in range(start // DAY * DAY, end // DAY * DAY + 1, DAY):
                # LEAN: Common/Time.cs, TradableDate: any exchange of the algorithm is open on that date
                if any(security.exchange.hours.is_date_open(day, False) for _, security in state.securities.pairs()):
                    moment = state.time_zone.to_utc(day + DAY - _ALGORITHM_END_OF_DAY)
                    if moment > now:
                        yield moment

        state.debug(
            "Usage of QCAlgorithm.OnEndOfDay() without a symbol will be deprecated August 2021. "
            "Always use a symbol when overriding this method: OnEndOfDay(symbol)"
        )
        self._end_of_day = ScheduledEvent("Algorithm.EndOfDay", times(), lambda name, moment: state.on_end_of_day())
        self.add(self._end_of_day)

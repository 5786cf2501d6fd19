"""Repeats of the last bar where data is missing. LEAN: Engine/DataFeeds/Enumerators/FillForwardEnumerator.cs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vibetrader.engine.timekeeping import DAY, HOUR, TimeZone
from vibetrader.marketdata.hours import ExchangeHours


class Fill(NamedTuple):
    """A repeat: when it ends (which is when it arrives) and when it starts, by the exchange's clock."""

    start: int
    end: int


class FillForward:
    """Finds the repeats between two bars.

    Args:
        hours: Sessions of the exchange.
        data_zone: Zone in which bars are rounded.
        data_span: Length of the data's bars.
        step: Fill-forward resolution: the finest one of the algorithm.
        extended: Repeats also outside the regular session.
        strict: Daily bars run from the open to the close.
        end: Last moment of the subscription, by the exchange's clock.
    """

    def __init__(
        self,
        hours: ExchangeHours,
        data_zone: TimeZone,
        data_span: int,
        step: int,
        extended: bool,
        strict: bool,
        end: int,
    ) -> None:
        self._hours = hours
        self._zone = hours.time_zone
        self._data_zone = data_zone
        self._span = data_span
        self._step = step
        self._small = min(step, data_span)
        self._large = max(step, data_span)
        self._extended = extended
        self._strict = strict
        self._end = end
        self._simple = hours.is_market_always_open and hours.time_zone.fixed is not None and data_zone.fixed is not None

    def round_down(self, local: int, span: int) -> int:
        """Start of the span that holds a clock time, counted by the data's clock."""
        if self._data_zone is self._zone or self._data_zone == self._zone:
            return local - local % span
        rounded = self._data_zone.to_local(self._zone.to_utc(local))
        rounded -= rounded % span
        return self._zone.to_local(self._data_zone.to_utc(rounded))

    def _requires(self, earlier: int, later: int) -> bool:
        return later - earlier > self._small

    def between(
        self, start: int, end: int, filled: bool, next_start: int, next_end: int, *, daily_period: bool = False
    ) -> Iterator[Fill]:
        """Repeats of the bar `start`-`end` that end before the next one does."""
        if self._simple:
            yield from self._between_simple(start, end, filled, next_start, next_end)
            return
        while end < self._end:
            fill = self._next(start, end, filled, next_start, next_end)
            if fill is None:
                return
            yield fill
            start, end, filled = fill.start, fill.end, True
            for fill in self._within_session(end, next_start, next_end):
                yield fill
                start, end = fill.start, fill.end

    def ends_within(self, last: Fill, next_start: int, next_end: int) -> bool:
        """True when the subscription ends while repeats are still due: the next bar never comes.

        LEAN: FillForwardEnumerator.cs, MoveNext: a repeat that is required after the end stops the enumerator.
        """
        if last.end < self._end:
            return False
        own_end, self._end = self._end, last.end + 1
        try:
            if self._simple:
                return next(self._between_simple(last.start, last.end, True, next_start, next_end), None) is not None
            return self._next(last.start, last.end, True, next_start, next_end) is not None
        finally:
            self._end = own_end

    def _within_session(self, end: int, next_start: int, next_end: int) -> Iterator[Fill]:
        """The repeats that follow one at `end` up to the close: one each step, nothing else comes first."""
        small, zone = self._small, self._zone
        if self._data_zone != zone or end % small:
            return
        midnight = end - end % DAY
        time, close = end - midnight, 0
        for segment in self._hours.day(end).segments:
            if not segment.regular and not self._extended:
                continue
            if close and segment.start != close:
                break
            if segment.end > time and (close or segment.start <= time):
                close = segment.end
        if not close or zone.offset(zone.to_utc(midnight)) != zone.offset(zone.to_utc(midnight + close)):
            return
        last = min(midnight + close, self._end + small - 1)
        if self._strict:
            duration = self._hours.day(end).duration
            last = min(last, next_end - 1, next_start + duration - 1)
        else:
            duration = self._span
            next_period = next_end - next_start
            limit = next_start + (duration if next_period else 0)
            rounded = next_start - next_start % next_period if next_period else next_start
            last = min(last, limit - 1, rounded + duration - 1)
        for moment in range(end + small, last + 1, small):
            yield Fill(moment - duration, moment)

    def _between_simple(self, start: int, end: int, filled: bool, next_start: int, next_end: int) -> Iterator[Fill]:
        """The same for a market that never closes, in zones without clock changes."""
        span, step = self._span, self._small
        period = 0 if next_start == next_end else span
        limit = next_start + period
        next_period = next_end - next_start
        rounded = next_start if not next_period else self.round_down(next_start, next_period)
        while end < self._end and self._requires(start, next_start):
            if filled and not self._requires(start, rounded):
                return
            following = self.round_down(end, step) + step
            if following >= limit:
                return
            start, end, filled = following - span, following, True
            yield Fill(start, end)

    def _next(self, start: int, end: int, filled: bool, next_start: int, next_end: int) -> Fill | None:
        to_utc = self._zone.to_utc
        start_utc, next_start_utc, next_end_utc = to_utc(start), to_utc(next_start), to_utc(next_end)
        if next_end_utc < start_utc or not self._requires(start_utc, next_start_utc):
            return None
        next_period = next_end_utc - next_start_utc
        if filled and (not self._strict or next_period <= HOUR) and next_period:
            rounded = to_utc(self.round_down(next_start, next_period))
            if not self._requires(start_utc, rounded):
                return None
        period = self._span
        if self._strict:
            period = next_end - next_start
        elif next_start == next_end:
            period = 0
        limit = next_start_utc + period
        hours, zone, extended = self._hours, self._zone, self._extended
        for reference, length in self._candidates(end):
            begin = reference if self._strict and length > HOUR else self.round_down(reference, length)
            bar_end_utc = to_utc(begin) + length
            if bar_end_utc >= limit:
                return None
            bar_end = zone.to_local(bar_end_utc)
            if hours.is_open_during(bar_end - length, bar_end, extended):
                expected = self._span
                if self._strict:
                    moment = max(bar_end - hours.regular_market_duration_ns, reference)
                    expected = hours.day(moment).duration
                return Fill(zone.to_local(bar_end_utc - expected), bar_end)
        return None

    def _candidates(self, end: int) -> Iterator[tuple[int, int]]:
        hours, extended, strict = self._hours, self._extended, self._strict
        small, large = self._small, self._large
        if small == large:
            if not strict and hours.is_open_during(end, end + small, extended):
                yield end, small
            if strict:
                yield self._calendar(hours.next_open(end, False))
            else:
                yield hours.next_open(end, extended), small
            return
        found: list[tuple[int, int]] = []
        if hours.is_open_during(end, end + small, extended):
            if strict:
                found.append((end, small))
            else:
                yield end, small
        if strict:
            start, length = self._calendar(end)
            if end < start + length:
                found.append((start, length))
        else:
            start = self.round_down(end, large)
            if hours.is_open_during(start, start + large, extended):
                found.append((start, large))
        found.append((hours.next_open(end, extended), small))
        if strict:
            found.append(self._calendar(hours.next_open(end, False)))
        yield from sorted(found, key=lambda item: item[0] + item[1])

    def _calendar(self, local: int) -> tuple[int, int]:
        start, end = self._hours.daily_calendar(local)
        return start, end - start

    def last_bar(self) -> Fill:
        """The bar that would end the subscription. LEAN: FillForwardEnumerator.cs, constructor."""
        if self._strict:
            start, end = self._hours.daily_calendar(self._end)
            while end > self._end:
                start, end = self._hours.daily_calendar(start - DAY)
            return Fill(start, end)
        start = self.round_down(self._end, self._span)
        return Fill(start, start + self._span)

    def after(self, start: int, end: int, filled: bool) -> Iterator[Fill]:
        """Repeats after the last bar, to the end of the subscription."""
        last = self.last_bar()
        while end < self._end:
            fill: Fill | None
            if self._simple:
                fill = next(self._between_simple(start, end, filled, last.start, last.end), None)
            else:
                fill = self._next(start, end, filled, last.start, last.end)
            if fill is None:
                if end == last.end or not self._hours.is_open_during(last.start, last.end, self._extended):
                    return
                fill = last
            yield fill
            start, end, filled = fill.start, fill.end, True

"""Which moments are to come and which subscriptions have a row at each, worked out for thousands of moments at once."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vibetrader.engine.data.bars import MarginInterestRate
from vibetrader.engine.data.slice import Layout
from vibetrader.engine.feed.subscription import Subscription

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

#: How far a first table looks; tables that are used up are followed by longer ones.
_FIRST: Final = 128
_LONGEST: Final = 1 << 17
_BITS: Final = 30


def view(column: Sequence[Any]) -> npt.NDArray[Any]:
    """An array of Python's as numpy sees it, without a copy."""
    return np.frombuffer(column, np.int64 if column.typecode == "q" else np.float64)  # type: ignore[attr-defined, call-overload, no-any-return]


class Pattern:
    """The subscriptions that have a row at a moment.

    Attributes:
        movers: All of them, in order.
        layout: What their slices look like.
        has_data: Whether the user gets a slice at all.
    """

    __slots__ = ("has_data", "layout", "movers")

    def __init__(self, movers: tuple[Subscription, ...], clock: Any, zone: Any) -> None:
        self.movers = movers
        shown = [subscription for subscription in movers if not subscription.is_internal]
        self.has_data = bool(shown)
        self.layout = Layout(clock, zone, shown)


class Timetable:
    """Moments at which subscriptions have exactly one new row and nothing else.

    Args:
        subscriptions: All subscriptions in order.
        length: Rows to look ahead.
        clock: The algorithm's state.

    Attributes:
        subscriptions: The list it was made of; it holds as long as the feed gives this very list.
        moments: UTC times, ascending. What happens later, or at other times, it does not know.
        marks: Pattern of each moment, None where all have the same.
        patterns: Patterns by mark.
        points: Rows that arrive before each moment, None where each has the same number.
        k: The next moment.
        sources: Security (by id) → the subscription that sets its price; None where several do.
    """

    __slots__ = ("k", "length", "limit", "marks", "moments", "patterns", "points", "sources", "subscriptions")

    def __init__(self, subscriptions: list[Subscription], length: int, clock: Any) -> None:
        self.subscriptions = subscriptions
        self.length = length
        self.k = 0
        self.marks: Sequence[int] | None = None
        self.points: Ints | None = None
        self.sources: dict[int, Subscription | None] = {}
        for subscription in subscriptions:
            security = subscription.security
            if subscription.is_universe or not subscription.columns.kind:
                continue
            if not subscription.is_quote or security.cache.quotes_count:
                self.sources[id(security)] = None if id(security) in self.sources else subscription
        columns, limit = self._columns(subscriptions, length)
        self.limit = limit
        cut = [column[: np.searchsorted(column, limit)] for column in columns]
        movers = [s for s in subscriptions if not s.is_universe and s.config.type is not MarginInterestRate]
        first = cut[0] if cut else np.empty(0, np.int64)
        if all(len(other) == len(first) and (other is first or np.array_equal(other, first)) for other in cut):
            moments = first
            self.patterns = [Pattern(tuple(movers), clock, clock.time_zone)]
        else:
            moments = np.unique(np.concatenate(cut))
            codes = np.zeros(len(moments), np.int64)
            keys: list[tuple[int, ...]] = [()]
            for start in range(0, len(cut), _BITS):
                bits = np.zeros(len(moments), np.int64)
                for place, column in enumerate(cut[start : start + _BITS]):
                    bits[np.searchsorted(moments, column)] |= 1 << place
                pairs, codes = np.unique(codes << _BITS | bits, return_inverse=True)
                keys = [
                    (*keys[pair >> _BITS], *(start + i for i in range(_BITS) if pair >> i & 1)) for pair in pairs.tolist()
                ]
            self.patterns = [Pattern(tuple(movers[i] for i in key), clock, clock.time_zone) for key in keys]
            self.marks = codes.tolist()
            counts = np.array([len(pattern.movers) for pattern in self.patterns], np.int64)
            self.points = np.concatenate([[0], np.cumsum(counts[codes])])
        self.moments: Sequence[int] = array("q", moments.tobytes())

    @staticmethod
    def _columns(subscriptions: list[Subscription], length: int) -> tuple[list[Ints], int]:
        """Arrivals of the coming rows, and the moment from which on things are less simple."""
        limit = 1 << 62
        columns: list[Ints] = []
        for subscription in subscriptions:
            if subscription.is_universe or subscription.config.type is MarginInterestRate:
                limit = min(limit, subscription.next_emit)
                continue
            start = subscription.i + 1
            times = subscription.times
            # the last row of all is a full step's: the subscription ends with it
            arrivals = view(times)[start : min(start + length, len(times) - 1)]
            limit = min(limit, int(arrivals[-1]) if len(arrivals) else 0, subscription.next_event)
            steps = arrivals[1:] - arrivals[:-1]
            if len(steps) and steps.min() <= 0:
                limit = min(limit, int(arrivals[int(np.argmax(steps <= 0))]) if steps.min() == 0 else 0)
            columns.append(arrivals)
        return columns, limit if columns else 0

    def count(self, low: int, high: int) -> int:
        """Rows that arrive at moments low … high - 1."""
        if self.points is None:
            return (high - low) * len(self.patterns[0].movers)
        return int(self.points[high] - self.points[low])


def next_table(table: Timetable | None, subscriptions: list[Subscription], clock: Any) -> Timetable:
    """The table that follows another one."""
    if table is None or table.subscriptions is not subscriptions:
        length = _FIRST
    else:
        length = min(table.length * 4, _LONGEST)
    return Timetable(subscriptions, length, clock)

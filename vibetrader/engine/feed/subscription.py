"""A subscription: columns, events and a cursor. LEAN: Engine/DataFeeds/Subscription.cs."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, Final

from vibetrader.engine.feed.columns import Columns
from vibetrader.engine.feed.config import SubscriptionDataConfig

#: Later than everything.
NEVER: Final = 1 << 62


class Subscription:
    """Delivers the rows of a configuration in time.

    Attributes:
        config: What is delivered.
        security: Whose prices it sets.
        columns: Its rows.
        times: UTC arrival of each row, then `NEVER`.
        i: Row of the last delivered point, -1 before the first.
        events: Auxiliary points with their UTC arrival.
        seen: Row of the last bar that its consolidators have had.
        next_emit: UTC arrival of the next row or event; `NEVER` at the end.
        removed: True once it is no longer wanted: what it has delivered in this step is dropped.
        universes: Universes that want it; the engine's own feeds have none.
    """

    __slots__ = (
        "_event", "_load", "_made", "_made_row", "columns", "config", "end", "events", "i", "is_internal", "is_quote",
        "is_universe", "next_emit", "next_event", "removed", "security", "seen",
        "start", "times", "triggers", "universes",
    )  # fmt: skip

    def __init__(
        self,
        config: SubscriptionDataConfig,
        security: Any,
        start: int,
        end: int,
        universe: Any = None,
        is_universe: bool = False,
    ) -> None:
        self.config = config
        self.security = security
        self.start = start
        self.end = end
        self.universes: list[Any] = [] if universe is None else [universe]
        self.is_universe = is_universe
        self.is_internal = config.is_internal_feed
        #: UTC arrival of the next event.
        self.next_event = NEVER
        self.is_quote = str(config.tick_type) == "QUOTE"
        self.removed = False
        self.i = -1
        self.seen = -1
        self.columns: Columns = None  # type: ignore[assignment]
        self.times = array("q", (NEVER,))
        self.events: list[tuple[int, Any]] = []
        self._event = 0
        self._made: Any = None
        self._made_row = -1
        self.triggers: Iterator[tuple[int, Callable[[], list[Any]]]] | None = None
        self._load: Callable[[], list[Any]] | None = None
        self.next_emit = NEVER

    def load(self, columns: Columns, events: list[tuple[int, Any]]) -> None:
        """Take the rows to deliver."""
        self.columns = columns
        self._made_row = -1
        self.times = array("q", columns.emit)
        self.times.append(NEVER)
        self.events = events
        self._event = 0
        self.i = -1
        self.note_next()

    def load_triggers(self, triggers: Iterator[tuple[int, Callable[[], list[Any]]]]) -> None:
        """Take the times at which a universe selects, and what gives the data of each."""
        self.triggers = triggers
        self._advance()

    def _advance(self) -> None:
        assert self.triggers is not None
        self.next_emit, self._load = next(self.triggers, (NEVER, None))

    def take_triggers(self, frontier: int) -> list[Any]:
        """Data of the selections that are due."""
        found: list[Any] = []
        while self.next_emit <= frontier:
            assert self._load is not None
            found += self._load()
            self._advance()
        return found

    def note_next(self) -> None:
        """Find out what arrives next."""
        following = self.times[self.i + 1]
        self.next_event = self.events[self._event][0] if self._event < len(self.events) else NEVER
        self.next_emit = min(following, self.next_event)

    def bar(self, row: int) -> Any:
        """The data point of a row, one object for all who ask for the newest."""
        if self._made_row != row:
            self._made = self.columns.bar(row)
            self._made_row = row
        return self._made

    def row_at(self, utc: int) -> int:
        """The last row that has arrived by a moment, -1 before the first."""
        return bisect_right(self.times, utc) - 1

    @property
    def is_finished(self) -> bool:
        """True when nothing is left."""
        return self.next_emit == NEVER

    def take(self, frontier: int) -> tuple[Subscription, int, int, list[Any] | None] | None:
        """What arrives up to the frontier: this, first row, row after the last, events."""
        times, i = self.times, self.i
        low = high = i + 1
        while times[high] <= frontier:
            high += 1
        found: list[Any] | None = None
        if self.events:
            while self._event < len(self.events) and self.events[self._event][0] <= frontier:
                if found is None:
                    found = []
                found.append(self.events[self._event][1])
                self._event += 1
        self.i = high - 1
        self.note_next()
        if low == high and found is None:
            return None
        return self, low, high, found

    def __str__(self) -> str:
        return str(self.config)

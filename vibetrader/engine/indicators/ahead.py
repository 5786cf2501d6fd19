"""Registered indicators worked out ahead of time, for thousands of bars at once.

An indicator that is fed with every bar of a subscription, and that nobody watches, need not be told of each bar: its
values for the coming rows are computed in one go (`IndicatorBase.series`) and read through the subscription's cursor. Bar
by bar they would be the same floats, since the same operations run in the same order.

The indicator's own state is then that of the end of the computed rows. Whatever needs the state at the cursor (a handler
of `updated`, `reset`, an update by hand, the window, …) first has it restored: the indicator starts anew and takes all
its inputs up to the cursor, and from then on each bar as it comes. The consolidator in between is made up for too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final, Protocol

import numpy as np

from vibetrader.engine.consolidators.base import IdentityDataConsolidator
from vibetrader.engine.data.bars import IndicatorDataPoint
from vibetrader.engine.data.exact import exact_value
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.indicators.base import VALUE, IndicatorBase
from vibetrader.engine.indicators.fields import FieldSelector, selected

#: Rows computed at a time, at first and at most.
_FIRST: Final = 1024
_LONGEST: Final = 1 << 16
#: Families all of whose public values are indicators or constants; others show figures of their present state.
_FAMILIES: Final = ("averages", "oscillators", "volatility", "windows")
_CONSTANTS: Final = frozenset({"moving_average_type"})
_new = object.__new__


class Rows(Protocol):
    """A subscription as it is read here.

    Attributes:
        seen: Row of the last bar that its consolidators have had, or would have had.
    """

    seen: int
    columns: Any

    def bar(self, row: int) -> Any:
        """The bar of a row."""


class Track:
    """Values of one indicator at rows start … stop - 1, as points show them.

    Attributes:
        ahead: What it belongs to.
        source: Its `seen` is the row that may be read.
        samples: Samples at a row, less the row.
        symbol: Symbol of the points.
        digits: The values with all digits.
        shown: The values as floats.
    """

    __slots__ = ("ahead", "digits", "ends", "samples", "shown", "source", "start", "stop", "symbol")

    def __init__(self, ahead: Ahead, start: int, digits: list[Any], samples: int, symbol: Symbol) -> None:
        self.ahead = ahead
        self.source = ahead.source
        self.ends = ahead.source.columns.end
        self.start = start
        self.stop = start + len(digits)
        self.digits = digits
        self.shown = list(map(float, digits))
        self.samples = samples
        self.symbol = symbol

    def point(self, row: int) -> IndicatorDataPoint:
        """The point of a row; its times are looked up when somebody reads them."""
        point = _new(IndicatorDataPoint)
        point.value = self.shown[row - self.start]
        point._track = self
        point._row = row
        return point


class Unfit(Exception):
    """The indicator must be told of each bar."""


class Ahead:
    """Computes an indicator ahead of its subscription's cursor.

    Args:
        indicator: The indicator, ready.
        consolidator: The identity consolidator that feeds it, and nothing else.
        source: The subscription.
        selector: What of a bar it takes; None for the value, or for the bar itself.
        wake: Called when the consolidator is fed again.

    Raises:
        Unfit: It cannot be done (yet).
    """

    def __init__(
        self, indicator: IndicatorBase, consolidator: Any, source: Rows, selector: Any, wake: Callable[[], None]
    ) -> None:
        self.indicator = indicator
        self.consolidator = consolidator
        self.source = source
        self._selector = selector
        self._wake = wake
        self._bound = source.seen
        self._first = source.seen + 1 - consolidator.window.samples
        self._inputs = indicator._inputs_so_far
        self._symbol: Symbol = source.columns.symbol
        self._length = _FIRST
        self._done = self._bound + 1
        self._watched = [indicator, *indicator._parts_read]
        if not self._is_fit():
            raise Unfit
        for node in self._watched:
            node._track = Track(
                self,
                self._bound - 1,
                [node._previous_value, node._value],
                node._samples - self._bound,
                node._symbol,
            )
        consolidator.ahead = self
        indicator._ahead = self
        self.extend()

    def _is_fit(self) -> bool:
        indicator, source, row = self.indicator, self.source, self._bound
        module = type(indicator).__module__
        ends = source.columns.end
        return (
            module.startswith("vibetrader.engine.indicators.")
            and module.endswith(_FAMILIES)
            and _CONSTANTS.issuperset(indicator.figures)
            and self._inputs is not None
            and self._first >= 0
            and row >= 1
            and source.columns.symbols is None
            and indicator._samples == len(self._inputs) + row + 1 - self._first
            and not indicator._is_listened_to()
            and all(
                node._window is None
                and node._ready()
                and node._updates > 1
                and (node._previous_end, node._end) == (ends[row - 1], ends[row])
                for node in self._watched
            )
        )

    # -- running ahead --------------------------------------------------------------------------------------------------

    def extend(self) -> bool:
        """Compute the next rows; False (and all as if never done ahead) where that fails."""
        low = self._done
        high = min(low + self._length, len(self.source.columns.end))
        self._length = min(self._length * 4, _LONGEST)
        try:
            self._compute(low, high)
        except Exception:  # whatever it raises bar by bar, it shall raise at that bar
            self.restore()
            return False
        self._done = high
        return True

    def _compute(self, low: int, high: int) -> None:
        watched, indicator = self._watched, self.indicator
        ends = self.source.columns.end[low:high]
        times = np.frombuffer(ends, np.int64)
        if low < high and (ends[0] <= self.source.columns.end[low - 1] or (times[1:] <= times[:-1]).any()):
            raise Unfit
        values = self._values(low, high)
        before = [(node._samples, node._updates) for node in watched]
        if len(watched) == 1:
            found = [indicator.series(values, ends, self._symbol)]
        else:
            found = [[] for _ in watched]
            accept, taken, symbol = indicator._accept, indicator._taken, self._symbol
            pairs = list(zip(watched, found, strict=True))
            for x, end in zip(values, ends, strict=True):
                accept(taken(x), end, symbol)
                for node, out in pairs:
                    out.append(node._value)
        for node, (samples, updates), out in zip(watched, before, found, strict=True):
            if node._samples - samples != high - low or node._updates - updates != high - low or not node._ready():
                raise Unfit
            track: Any = node._track
            last = track.digits[-2:]
            node._track = Track(self, low - len(last), last + out, track.samples, node._symbol)

    def _values(self, low: int, high: int) -> Sequence[Any]:
        """What the indicator takes of rows low … high - 1."""
        columns, selector = self.source.columns, self._selector
        bars = [columns.bar(row) for row in range(low, high)]
        if self.indicator.input_kind != VALUE:
            return bars
        return [exact_value(bar) if selector is None else selected(selector, bar) for bar in bars]

    # -- back to bar by bar ---------------------------------------------------------------------------------------------

    def watch(self, node: IndicatorBase) -> None:
        """Somebody reads a part of the indicator: from now on its values are kept too."""
        indicator = self.indicator
        indicator._parts_read.append(node)
        self._rewind()
        with suppress(Unfit):
            Ahead(indicator, self.consolidator, self.source, self._selector, self._wake)
            return
        self._wake()

    def restore(self) -> None:
        """Bring indicator and consolidator to the state at the cursor; from now on each bar is told."""
        self._rewind()
        self.indicator._inputs_so_far = None
        self._wake()

    def _rewind(self) -> None:
        indicator, consolidator, columns = self.indicator, self.consolidator, self.source.columns
        consolidator.ahead = None
        indicator._ahead = None
        for node in self._watched:
            node._track = None
        # the past has been heard
        handlers = [(node, node._updated) for node in _tree(indicator)]
        for node, _ in handlers:
            node._updated = None
        IndicatorBase.reset(indicator)
        for x, end, symbol in self._inputs or ():
            indicator.feed(x, end, symbol)
        low, high = self._first, self._bound + 1
        for row, x in zip(range(low, high), self._values(low, high), strict=True):
            indicator.feed(x, columns.end[row], self._symbol)
        indicator._inputs_so_far = self._inputs
        for row in range(high, self.source.seen + 1):
            consolidator.feed(columns.bar(row))
        for node, event in handlers:
            node._updated = event


def _tree(indicator: IndicatorBase) -> Iterator[IndicatorBase]:
    """An indicator and all its parts."""
    yield indicator
    for part in indicator._parts:
        yield from _tree(part)


class Feeding:
    """Feeds an indicator with what a consolidator emits: a handler of its event.

    Attributes:
        indicator: The indicator.
        selector: What of a bar it takes; None for the value, or for the bar itself.
        take: Does it.
        is_own: The engine made the consolidator, so that nobody else knows it.
    """

    __slots__ = ("indicator", "is_own", "selector", "take")

    def __init__(self, indicator: IndicatorBase, selector: Any, take: Callable[[Any, Any], None], is_own: bool) -> None:
        self.indicator = indicator
        self.selector = selector
        self.take = take
        self.is_own = is_own

    def __call__(self, sender: Any, data: Any) -> None:
        self.take(sender, data)

    def can_run_ahead(self, consolidator: Any) -> bool:
        """Whether the consolidator passes bars as they are, and what is taken of them is known."""
        return (
            self.is_own
            and isinstance(consolidator, IdentityDataConsolidator)
            and (
                self.selector is None
                or (isinstance(self.selector, FieldSelector) and self.indicator.input_kind == VALUE)
            )
        )


def run_ahead(source: Any, wake: Callable[[Any], None]) -> None:
    """Run the indicators of a subscription ahead that can be.

    Indicators behind a consolidator that runs users' code are left: that code must see them one bar behind.

    Args:
        source: The subscription, after a step.
        wake: Called with a consolidator that is fed again.
    """
    for consolidator in source.config.consolidators:
        ahead = consolidator.ahead
        if ahead is not None:
            if ahead.source is source and not ahead.indicator._is_listened_to():
                continue
            ahead.restore()
        handlers = [handler for handler in _handlers(consolidator) if not _is_bookkeeping(handler)]
        feeding = handlers[0] if len(handlers) == 1 else None
        if isinstance(feeding, Feeding) and feeding.can_run_ahead(consolidator):
            source.seen = source.i
            with suppress(Unfit):
                Ahead(feeding.indicator, consolidator, source, feeding.selector, partial(wake, consolidator))
        elif any(not isinstance(handler, Feeding) or handler.indicator._is_listened_to() for handler in handlers):
            return


def _is_bookkeeping(handler: Any) -> bool:
    """Whether it only notes when to scan next."""
    return getattr(getattr(handler, "__self__", None), "is_bookkeeping", False) is True


def _handlers(consolidator: Any) -> list[Any]:
    """Everybody who hears of its bars; the consolidator itself stands for those that cannot be known."""
    emitted = getattr(consolidator, "emitted", None)
    if emitted is None:
        return [consolidator]
    user = consolidator.data_consolidated
    return [*emitted, *(() if user is emitted else user)]

"""A universe that selects at the times of two rules. LEAN: Common/Data/UniverseSelection/ScheduledUniverse.cs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from vibetrader.engine.data.bars import Tick
from vibetrader.engine.data.enums import Resolution, SecurityType
from vibetrader.engine.data.symbol import Market, Symbol
from vibetrader.engine.feed.config import SubscriptionDataConfig
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import DAY, to_datetime, zone
from vibetrader.engine.universe.base import UNCHANGED, Universe, symbols_of, universe_symbol


@lean_names
class ScheduledUniverse(Universe):
    """Symbols of a function at the times of two rules.

    Args:
        arguments: `(date_rule, time_rule, selector, settings)`, with a time zone in front if wanted.
    """

    __clr_name__ = "QuantConnect.Data.UniverseSelection.ScheduledUniverse"

    def __init__(self, *arguments: Any) -> None:
        given = list(arguments)
        clock: Any = zone("UTC")
        if given and not hasattr(given[0], "dates"):
            first = given.pop(0)
            clock = first if first is not None else clock
        date_rule, time_rule, selector = given[:3]
        name = f"{date_rule.name}_{time_rule.name}"
        for character in ' |_"':
            name = name.replace(character, "_")
        config = SubscriptionDataConfig(
            Tick,
            universe_symbol(name, SecurityType.BASE, Market.USA),
            Resolution.DAILY,
            clock,
            clock,
            fill_forward=False,
            is_internal_feed=True,
            is_filtered_subscription=False,
        )
        super().__init__(config, given[3] if len(given) > 3 else None)
        self._date_rule, self._time_rule, self._selector = date_rule, time_rule, selector

    @classmethod
    def of(
        cls, state: Any, clock: Any, date_rule: Any, time_rule: Any, selector: Any, settings: Any
    ) -> ScheduledUniverse:
        """A scheduled universe of a model."""
        return cls(clock, date_rule, time_rule, selector, settings)

    def trigger_times(self, start: int, end: int, market_hours: Any) -> Iterator[int] | None:
        """The rules' times between the start and the end."""
        clock = self.configuration.exchange_time_zone
        first, last = clock.to_local(start), clock.to_local(end)
        times = self._time_rule.times(self._date_rule.dates(first // DAY * DAY, last // DAY * DAY))
        return (moment for moment in times if start <= moment <= end)

    def select(self, utc_ns: int, data: Any) -> Sequence[Symbol]:
        """The selector's symbols."""
        result = self._selector(to_datetime(utc_ns))
        if result is UNCHANGED:
            return UNCHANGED  # type: ignore[no-any-return]  # mypy widens it by the test above
        from vibetrader.engine.data import symbolcache

        return symbols_of(result, symbolcache.get)

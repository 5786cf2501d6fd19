"""The running subscriptions and their common clock. LEAN: Engine/DataFeeds/DataManager.cs, SubscriptionCollection.cs."""

from __future__ import annotations

from functools import partial
from typing import Any

from vibetrader.engine.data.bars import Tick
from vibetrader.engine.data.enums import DataNormalizationMode, Resolution
from vibetrader.engine.feed.config import SubscriptionDataConfig
from vibetrader.engine.feed.reader import DataReader, LastPoint, Stream, concatenate, keep, until, use_strict_end_times
from vibetrader.engine.feed.subscription import NEVER, Subscription
from vibetrader.engine.timekeeping import DAY, MINUTE

#: One .NET tick.
TICK = 100


class DataFeed:
    """Subscriptions by configuration.

    Args:
        state: State of the algorithm.
        reader: Reads their rows.
    """

    def __init__(self, state: Any, reader: DataReader) -> None:
        self._state = state
        self.reader = reader
        self._subscriptions: dict[tuple[Any, ...], Subscription] = {}
        self._sorted: list[Subscription] | None = None
        self._frozen = False
        #: Fill-forward resolution, nanoseconds. LEAN: SubscriptionCollection.cs, constructor: a minute at first
        self.step = MINUTE

    # -- collection -----------------------------------------------------------------------------------------------

    def in_order(self) -> list[Subscription]:
        """Subscriptions by security type, tick type and symbol. LEAN: SubscriptionCollection.cs, SortSubscriptions."""
        if self._sorted is None:
            self._sorted = sorted(
                self._subscriptions.values(),
                key=lambda s: (int(s.config.security_type), int(s.config.tick_type), s.config.symbol.value),
            )
        return self._sorted

    def find(self, config: SubscriptionDataConfig) -> Subscription | None:
        """The running subscription of a configuration."""
        return self._subscriptions.get(config.key)

    def add(
        self,
        config: SubscriptionDataConfig,
        security: Any,
        start: int,
        end: int,
        universe: Any = None,
        is_universe: bool = False,
    ) -> bool:
        """Start a subscription; True when it is new (or an internal one is wanted once more).

        LEAN: DataManager.cs, AddSubscription.
        """
        self._state.subscriptions.register(config)
        present = self._subscriptions.get(config.key)
        if present is not None:
            if not present.is_finished:
                if not is_universe and universe is not None and universe not in present.universes:
                    present.universes.append(universe)
                return present.config.is_internal_feed
            self._drop(present)
        from vibetrader.engine.clr import InvalidOperationException

        if config.data_normalization_mode == DataNormalizationMode.SCALED_RAW:
            raise InvalidOperationException("ScaledRaw normalization mode only intended for history requests.")
        subscription = Subscription(config, security, start, end, universe, is_universe)
        if is_universe:
            self._load_universe(subscription, universe)
        else:
            if config.fill_data_forward:
                self._update_step(config, adding=True)
            self._load(subscription)
        self._subscriptions[config.key] = subscription
        self._sorted = None
        self._update_step(config, adding=True)
        return True

    def remove(self, config: SubscriptionDataConfig, universe: Any = None, *, force: bool = False) -> bool:
        """End a subscription unless another universe wants it. LEAN: DataManager.cs, RemoveSubscription."""
        present = self._subscriptions.get(config.key)
        if present is None:
            if universe is not None:
                self._state.subscriptions.forget(config)
                return True
            return False
        if universe is None:
            left: list[Any] = []
        else:
            left = [other for other in present.universes if other is not universe]
        removed = [other for other in present.universes if other not in left]
        present.universes = left
        if left:
            return False
        still_member = any(present.config.symbol in other.members_by_symbol for other in removed)
        finished = present.is_finished
        self._drop(present)
        if force or not still_member:
            present.removed = True
            self._state.subscriptions.forget(config)
        present.next_emit = NEVER
        if not finished:
            self._update_step(config, adding=False)
        return True

    def finish(self, subscription: Subscription) -> None:
        """Let a subscription go that has nothing left."""
        if self._subscriptions.get(subscription.config.key) is subscription:
            self._drop(subscription)
            if not subscription.universes and not subscription.is_universe:
                self._state.subscriptions.forget(subscription.config)

    def _drop(self, subscription: Subscription) -> None:
        self._subscriptions.pop(subscription.config.key, None)
        self._sorted = None

    # -- fill-forward resolution ------------------------------------------------------------------------------------

    def _update_step(self, config: SubscriptionDataConfig, *, adding: bool) -> None:
        """LEAN: SubscriptionCollection.cs, UpdateFillForwardResolution."""
        if self._frozen or config.is_internal_feed or config.resolution == Resolution.TICK:
            return
        counted = [
            other.config
            for other in self._subscriptions.values()
            if not other.config.is_internal_feed and other.config.resolution != Resolution.TICK
        ]
        if adding:
            if config.increment_ns == self.step:
                return
            counted.append(config)
        elif config.increment_ns != self.step or any(other.resolution == config.resolution for other in counted):
            return
        step = min((other.increment_ns for other in counted), default=MINUTE)
        if step != self.step:
            self.step = step
            self._restart()

    def _restart(self) -> None:
        """Start the filled subscriptions anew from now. LEAN: DataManager.cs, FillForwardResolutionChanged."""
        concerned = [
            subscription
            for subscription in self.in_order()
            if subscription.config.fill_data_forward
            and subscription.config.resolution != Resolution.TICK
            and not subscription.removed
        ]
        if not concerned:
            return
        self._frozen = True
        for old in concerned:
            self._drop(old)
            old.removed = True
        now = self._state.utc_ns
        for old in concerned:
            start = now
            if not self._state.locked and old.start < start:
                start = old.start
            fresh = Subscription(old.config, old.security, start + TICK, old.end, is_universe=old.is_universe)
            fresh.universes = old.universes
            if fresh.is_universe:
                # a universe that fills forward selects anew, and from now on a tick late
                self._load_universe(fresh, fresh.universes[0])
            else:
                self._load(fresh)
            self._subscriptions[old.config.key] = fresh
            old.next_emit = NEVER
        self._sorted = None
        self._frozen = False

    # -- rows -------------------------------------------------------------------------------------------------------

    def _load_universe(self, subscription: Subscription, universe: Any) -> None:
        """LEAN: FileSystemDataFeed.cs, CreateUniverseEnumerator."""
        times = universe.trigger_times(subscription.start, subscription.end, self._state.market_hours)
        if times is not None:
            subscription.load_triggers((moment, partial(list, (moment,))) for moment in times)
            return
        emissions = universe.emissions(subscription.start, subscription.end)
        subscription.load_triggers(iter(()) if emissions is None else emissions)

    def _load(self, subscription: Subscription) -> None:
        """Read the rows; during warm-up those before the start at the warm-up's resolution.

        LEAN: Engine/DataFeeds/FileSystemDataFeed.cs, CreateSubscription.
        """
        state, config = self._state, subscription.config
        security = subscription.security
        hours = security.exchange.hours
        step = self.step if config.fill_data_forward else None
        if not config.is_internal_feed or config.fill_data_forward:
            step = self.step
        data_filter = _filter_of(security) if config.is_filtered_subscription else None
        if not state.is_warming_up:
            stream = self.reader.stream(config, hours, subscription.start, subscription.end, step, data_filter=data_filter)
            subscription.load(stream.columns, stream.events)
            return
        stream = self._load_with_warmup(subscription, hours, step, data_filter)
        subscription.load(stream.columns, stream.events)

    def _load_with_warmup(self, subscription: Subscription, hours: Any, step: int | None, data_filter: Any) -> Stream:
        state, config = self._state, subscription.config
        zone = hours.time_zone
        start, end = subscription.start, subscription.end
        pivot = state.time_zone.to_utc(state.start_ns)
        warm_resolution = state.settings.warmup_resolution
        warm_config = config if warm_resolution is None else config.copy(resolution=warm_resolution)
        if warm_config is not config and warm_config.resolution == Resolution.TICK != config.resolution:
            warm_config.type = Tick
        pivot_local = zone.to_local(pivot)
        warm: Stream | None = None
        last: LastPoint | None = None
        normal_start = pivot
        if start < pivot and _is_any_open(hours, zone.to_local(start), pivot_local, warm_config):
            from vibetrader.engine.feed.config import SPAN, is_valid_configuration

            if is_valid_configuration(config.security_type, warm_config.resolution, config.tick_type):
                from vibetrader.engine.history.requests import start_time_for_bars

                strict = use_strict_end_times(self.reader.precise_daily_end, config.symbol, DAY, hours)
                normal_start = zone.to_utc(
                    start_time_for_bars(hours, pivot_local, DAY, 1, False, config.data_zone, strict)
                )
                normal_start = max(normal_start, start)
                warm_step = step if warm_resolution is None else SPAN[warm_resolution]
                whole = self.reader.stream(warm_config, hours, start, pivot, warm_step, data_filter=data_filter)
                if len(whole.columns):
                    # LEAN tracks the last point before it drops those of the future
                    last = LastPoint(whole.columns, len(whole.columns) - 1)
                warm = until(whole, pivot)
        normal = self.reader.stream(
            config, hours, normal_start, end, step, since=pivot, last=last, data_filter=data_filter
        )
        if warm is None:
            return normal
        # LEAN: Enumerators/ConcatEnumerator.cs: what ends no later than the last of the first part is skipped
        columns, events = normal.columns, normal.events
        arrivals = [*warm.columns.emit[-1:], *(moment for moment, _ in warm.events[-1:])]
        if arrivals:
            latest = max(arrivals)
            columns = keep(columns, [row for row in range(len(columns)) if columns.emit[row] > latest])
            events = [item for item in events if item[0] > latest]
        parts = [part for part in (warm.columns, columns) if len(part)]
        joined = concatenate(parts) if parts else columns
        return Stream(joined, warm.events + events)


def _filter_of(security: Any) -> Any:
    """The user's data filter, None for LEAN's own that keeps everything."""
    found = getattr(security, "data_filter", None)
    if found is None or getattr(found, "__lean_default__", False):
        return None
    method = getattr(found, "filter", None)
    if method is None:
        return None
    return lambda point: method(security, point)


def _is_any_open(hours: Any, start: int, end: int, config: SubscriptionDataConfig) -> bool:
    """LEAN: FileSystemDataFeed.cs, CreateSubscription: any tradable day in the warm-up."""
    return bool(hours.is_open_during(start, end - end % DAY + DAY, config.extended_market_hours))

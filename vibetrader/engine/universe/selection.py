"""Who enters and leaves universes, and the data that follows. LEAN: Engine/DataFeeds/UniverseSelection.cs."""

from __future__ import annotations

from typing import Any, Final

from vibetrader.engine.data.bars import QuoteBar, TradeBar
from vibetrader.engine.data.enums import Resolution, SecurityType
from vibetrader.engine.feed.config import data_types
from vibetrader.engine.feed.reader import use_strict_end_times
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import DAY
from vibetrader.engine.universe.base import UNCHANGED, SymbolSet, universe_hours

#: Days a schedule is looked back for its last date.
_LONGEST_LOOKBACK: Final = 365


@lean_names
class SecurityChanges:
    """Securities that came and went in a step. LEAN: Common/Data/UniverseSelection/SecurityChanges.cs."""

    __clr_name__ = "QuantConnect.Data.UniverseSelection.SecurityChanges"
    __slots__ = ("all_added", "all_removed")

    def __init__(self, added: list[Any] | None = None, removed: list[Any] | None = None) -> None:
        self.all_added = added or []
        self.all_removed = removed or []

    @property
    def added_securities(self) -> list[Any]:
        """Securities that came, without the engine's own and custom data, by symbol."""
        return _for_users(self.all_added)

    @property
    def removed_securities(self) -> list[Any]:
        """Securities that went."""
        return _for_users(self.all_removed)

    @property
    def count(self) -> int:
        """How many changes there are."""
        return len(self.added_securities) + len(self.removed_securities)

    def __add__(self, other: SecurityChanges) -> SecurityChanges:
        """Both, one after the other: what is added again does not count as removed."""
        if not self:
            return other
        if not other:
            return self
        added = list(dict.fromkeys([*self.all_added, *other.all_added]))
        removed = dict.fromkeys([*self.all_removed, *other.all_removed])
        return SecurityChanges(added, [security for security in removed if security not in added])

    def __str__(self) -> str:
        if not self:
            return "SecurityChanges: None"
        text = "SecurityChanges: "
        for label, securities in (("Added", self.added_securities), ("Removed", self.removed_securities)):
            if securities:
                text += f" {label}: " + ",".join(str(security.symbol.id) for security in securities)
        return text

    def __bool__(self) -> bool:
        return bool(self.all_added or self.all_removed)


#: LEAN: SecurityChanges.cs, None
SecurityChanges.NONE = SecurityChanges()  # type: ignore[attr-defined]


def _for_users(securities: list[Any]) -> list[Any]:
    # a security that has just left has no subscriptions any more
    found = [
        s for s in securities if s.symbol.security_type != SecurityType.BASE and not (s.subscriptions and s.is_internal)
    ]
    return sorted(found, key=lambda security: security.symbol.value)


class UniverseSelection:
    """Applies selections.

    Args:
        state: State of the algorithm.
        feed: The data feed.
    """

    def __init__(self, state: Any, feed: Any) -> None:
        self._state = state
        self._feed = feed
        self._pending_removals: dict[Any, list[Any]] = {}
        self._benchmark_done = False
        self._currency_configs: list[Any] = []
        self._currency_added: dict[Any, Any] = {}
        self._currencies_seen = 0

    @property
    def end_utc(self) -> int:
        """Last moment of the run."""
        return self._state.time_zone.to_utc(self._state.end_ns)  # type: ignore[no-any-return]

    # -- changes of universes ---------------------------------------------------------------------------------------

    def take_changes(self) -> bool:
        """Start the subscriptions of new and changed universes. LEAN: DataManager.cs, CollectionChanged."""
        changes = self._state.universe_manager.take_changes()
        for action, universe in changes:
            if action == "remove":
                if not universe.dispose_requested:
                    universe.dispose()
                continue
            self._subscribe(universe, action)
        return bool(changes)

    def _subscribe(self, universe: Any, action: str) -> None:
        state = self._state
        start = state.utc_ns
        from vibetrader.engine.universe.userdefined import UserDefinedUniverse

        manual = isinstance(universe, UserDefinedUniverse)
        if state.locked and manual:
            start += 100
        security = _UniverseSecurity(universe, state)
        from vibetrader.engine.universe.scheduled import ScheduledUniverse

        if not manual and type(universe) is not ScheduledUniverse:
            start = self._first_selection(universe, security, start)
        self._feed.add(universe.configuration, security, start, self.end_utc, universe, is_universe=True)

    def _first_selection(self, universe: Any, security: Any, start: int) -> int:
        """The tradable day before the start, or before the last scheduled day: its data selects at once.

        LEAN: DataManager.cs, CollectionChanged.
        """
        state = self._state
        from vibetrader.engine.history.requests import start_time_for_bars

        hours, config = security.exchange.hours, universe.configuration
        zone = hours.time_zone
        local = zone.to_local(start)
        rule = universe.universe_settings.schedule.rule
        if rule is not None:
            for back in range(_LONGEST_LOOKBACK):
                day = (local - local % DAY) - back * DAY
                if any(True for _ in rule.dates(day, day)):
                    local -= back * DAY
                    break
            else:
                state.debug("Warning: Found no valid start time for scheduled universe, will use default")
        strict = config.type in (TradeBar, QuoteBar) and use_strict_end_times(
            state.settings.daily_precise_end_time, config.symbol, DAY, hours
        )
        return zone.to_utc(start_time_for_bars(hours, local, DAY, 1, False, config.data_zone, strict))  # type: ignore[no-any-return]

    # -- selection ----------------------------------------------------------------------------------------------------

    def apply(self, universe: Any, utc: int, data: Any) -> SecurityChanges:
        """Select and subscribe. LEAN: UniverseSelection.cs, ApplyUniverseSelection."""
        if utc > self.end_utc:
            return SecurityChanges()
        result = universe.perform_selection(utc, data)
        if result is not UNCHANGED:
            universe.selected = SymbolSet(result)
        removed: list[Any] = []
        self._leave(self._check_pending(universe), utc)
        if result is UNCHANGED:
            return SecurityChanges()
        chosen = set(universe.selected)
        members = sorted(
            universe.members_by_symbol.values(),
            key=lambda member: (int(member.security.symbol.security_type), str(member.security.symbol.id)),
        )
        for member in members:
            security = member.security
            if security.symbol in chosen or not universe.can_remove_member(utc, security):
                continue
            if not security.is_delisted and not self._is_pending(security):
                removed.append(security)
            if self._is_safe(member, universe):
                self._leave([(universe, security)], utc)
            else:
                waiting = self._pending_removals.setdefault(universe, [])
                if member not in waiting:
                    waiting.append(member)
        added = self._enter(universe, utc)
        changes = SecurityChanges(added, removed)
        if added:
            self._ensure_currency_feeds(added, seed=True)
        if self._state.settings.seed_initial_prices if hasattr(self._state.settings, "seed_initial_prices") else False:
            self.seed(added)
        return changes

    def _enter(self, universe: Any, utc: int) -> list[Any]:
        state = self._state
        added: list[Any] = []
        for symbol in universe.selected:
            if symbol in universe.members_by_symbol:
                continue
            security = state.securities.find(symbol)
            if security is None or symbol not in state.securities.active:
                fresh = state.securities.create_security(
                    symbol, [], universe.universe_settings.leverage, add_to_symbol_cache=False
                )
                security = fresh if security is None or fresh is not None else security
                state.securities.put(symbol, security)
            subscribed = new = False
            internal = True
            for config in universe.subscription_configs(security, state.subscriptions):
                hours = security.exchange.hours
                if not _has_tradable_day(hours, utc, self.end_utc, config):
                    self._feed.remove(config, universe)
                    continue
                security.add_subscriptions([config])
                currency = self._currency_added.pop(symbol, None)
                if currency is not None:
                    self._feed.remove(currency)
                new = self._feed.add(config, security, utc, self.end_utc, universe)
                subscribed = True
                internal = internal and config.is_internal_feed
            if subscribed and universe.add_member(utc, security, internal) and new:
                added.append(security)
        return added

    def _leave(self, members: list[tuple[Any, Any]], utc: int) -> None:
        """LEAN: UniverseSelection.cs, RemoveSecurityFromUniverse."""
        state = self._state
        for universe, security in members:
            configs = universe.subscription_configs(security, state.subscriptions)
            universe.remove_member(utc, security)
            active = security.symbol in state.universe_manager.active_securities
            for config in configs:
                if self._feed.remove(config, universe) and not active:
                    security.reset()
                    security.cache.reset()
                    state.securities.remove(security.symbol)

    def _is_safe(self, member: Any, universe: Any) -> bool:
        """Nothing is held or ordered. LEAN: PendingRemovalsManager.cs, IsSafeToRemove."""
        security = member.security
        if security.invested or self._state.transactions.get_open_orders(security.symbol):
            return False
        target = getattr(security.holdings, "target", None)
        if target is not None and target.quantity != 0:
            return False
        unsettled = security.settlement_model.get_unsettled_cash()
        return not (unsettled is not None and getattr(unsettled, "amount", 0) > 0)

    def _is_pending(self, security: Any) -> bool:
        return any(member.security is security for members in self._pending_removals.values() for member in members)

    def _check_pending(self, universe: Any) -> list[tuple[Any, Any]]:
        """LEAN: PendingRemovalsManager.cs, CheckPendingRemovals."""
        result: list[tuple[Any, Any]] = []
        selected = set(universe.selected)
        for owner, members in list(self._pending_removals.items()):
            for member in list(members):
                safe = self._is_safe(member, owner)
                if safe or (owner is universe and member.security.symbol in selected):
                    if safe:
                        result.append((owner, member.security))
                    members.remove(member)
            if not members:
                del self._pending_removals[owner]
        return result

    def handle_delisting(self, symbol: Any) -> SecurityChanges:
        """A delisted security is taken out at once. LEAN: UniverseSelection.cs, HandleDelisting."""
        state = self._state
        security = state.securities.find(symbol)
        if security is None or symbol not in state.securities.active:
            return SecurityChanges()
        pending = self._is_pending(security)
        internal = security.is_internal
        security.is_delisted = True
        security.reset()
        state.securities.remove(symbol)
        if pending or internal:
            return SecurityChanges()
        return SecurityChanges([], [security])

    # -- the engine's own feeds ---------------------------------------------------------------------------------------

    def add_internal_feeds(self, utc: int) -> bool:
        """Benchmark and currency feeds. LEAN: UniverseSelection.cs, AddPendingInternalDataFeeds."""
        added = False
        if not self._benchmark_done:
            self._benchmark_done = True
            added = self._add_benchmark(utc)
        if len(self._state.portfolio.cash_book.cashes) != self._currencies_seen:
            self._ensure_currency_feeds([], seed=False)
        pending, self._currency_configs = self._currency_configs, []
        for config in pending:
            security = self._state.securities.find(config.symbol)
            self._currency_added[config.symbol] = config
            added |= self._feed.add(config, security, utc, self.end_utc)
        return added

    def _add_benchmark(self, utc: int) -> bool:
        state = self._state
        security = getattr(state.benchmark, "security", None)
        if security is None:
            return False
        symbol = security.symbol
        resolution = Resolution.HOUR
        wanted = data_types(symbol.security_type, resolution)[:1]
        custom = False
        if symbol.security_type == SecurityType.BASE:
            present = state.subscriptions.get_configs(symbol)
            if present:
                wanted, custom = [(present[0].type, present[0].tick_type)], True
        config = state.subscriptions.add(
            symbol, resolution, False, False, is_internal=True, is_custom=custom, data_types_wanted=wanted
        )[0]
        from vibetrader.engine.history.requests import start_time_for_bars

        hours = security.exchange.hours
        zone = hours.time_zone
        strict = use_strict_end_times(state.settings.daily_precise_end_time, symbol, DAY, hours)
        local = start_time_for_bars(hours, zone.to_local(utc), DAY, 1, False, config.data_zone, strict)
        return bool(self._feed.add(config, security, zone.to_utc(local), self.end_utc))

    def _ensure_currency_feeds(self, added: list[Any], *, seed: bool) -> None:
        """LEAN: CurrencySubscriptionDataConfigManager.cs, EnsureCurrencySubscriptionDataConfigs."""
        count = len(self._state.portfolio.cash_book.cashes)
        new_cash, self._currencies_seen = count != self._currencies_seen, count
        symbols = {security.symbol for security in added}
        self._currency_configs = [config for config in self._currency_configs if config.symbol not in symbols]
        from vibetrader.engine.portfolio.conversion import ConversionFinder

        configs = ConversionFinder(self._state).ensure_feeds(added)
        self._currency_configs += [config for config in configs if config not in self._currency_configs]
        if seed and (configs or new_cash):
            self.seed_currencies()

    def set_up_currencies(self) -> None:
        """LEAN: BaseSetupHandler.cs, SetupCurrencyConversions."""
        self._ensure_currency_feeds([], seed=False)
        self.seed_currencies()

    def seed_currencies(self) -> None:
        """Conversion rates from history. LEAN: Common/AlgorithmUtils.cs, SeedCurrencyConversionRates."""
        from vibetrader.engine.portfolio.conversion import seed_rates

        seed_rates(self._state, self.seed)

    def seed(self, securities: list[Any]) -> None:
        """Last known prices of securities without one. LEAN: Common/AlgorithmUtils.cs, SeedSecurities."""
        wanted = [security for security in securities if not security.price]
        if not wanted:
            return
        known = self._state.history.last_known([security.symbol for security in wanted])
        for security in wanted:
            for point in known.get(security.symbol, []):
                security.set_market_price(point)


class _UniverseSecurity:
    """What a universe's subscription needs of a security."""

    class _Exchange:
        def __init__(self, hours: Any) -> None:
            self.hours = hours

    def __init__(self, universe: Any, state: Any) -> None:
        config = universe.configuration
        self.symbol = config.symbol
        self.exchange = self._Exchange(universe_hours(config, state.market_hours))


def _has_tradable_day(hours: Any, start: int, end: int, config: Any) -> bool:
    """LEAN: UniverseSelection.cs, ApplyUniverseSelection: a request without tradable days is no subscription."""
    zone = hours.time_zone
    low, high = zone.to_local(start), zone.to_local(end)
    return bool(hours.is_open_during(low, high - high % DAY + DAY, config.extended_market_hours))

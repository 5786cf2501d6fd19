"""Mixin: universes, and the queue of securities added by hand. LEAN: Algorithm/QCAlgorithm.Universe.cs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetrader.engine.api.support import refuse
from vibetrader.engine.clr import ArgumentException, NullReferenceException
from vibetrader.engine.data.enums import Resolution, SecurityType
from vibetrader.engine.data.symbol import Market, Symbol
from vibetrader.engine.timekeeping import HOUR, MINUTE, SECOND
from vibetrader.engine.universe import UniverseSettings, UserDefinedUniverse, user_defined_symbol
from vibetrader.engine.universe.base import Universe, universe_symbol

_INTERVALS = {
    Resolution.TICK: 1,
    Resolution.SECOND: SECOND,
    Resolution.MINUTE: MINUTE,
    Resolution.HOUR: HOUR,
    Resolution.DAILY: 24 * HOUR,
}


class ManualUniverses:
    """Securities added by hand, until the end of the time step hands them to their universes.

    Args:
        state: State of the algorithm.
    """

    def __init__(self, state: Any) -> None:
        self._state = state
        self._pending: list[tuple[UserDefinedUniverse, list[Any] | None, Any]] = []
        self._pending_universes = False

    @property
    def has_pending(self) -> bool:
        """Whether `end_of_time_step` has something to do."""
        return bool(self._pending) or self._pending_universes

    @property
    def active_securities(self) -> dict[Symbol, Any]:
        """Securities that some universe holds."""
        from vibetrader.engine.api.assembly import read_only

        return read_only(self._state.universe_manager.active_securities)  # type: ignore[no-any-return]

    def add_manually(self, security: Any, configs: list[Any]) -> Any:
        """LEAN: QCAlgorithm.Universe.cs, AddToUserDefinedUniverse."""
        state = self._state
        subscription = configs[0]
        existing = state.securities.find(security.symbol)
        if existing is None:
            state.securities.add(security)
        elif not subscription.is_internal_feed and existing.is_internal:
            for universe in state.universe_manager.values():
                if isinstance(universe, UserDefinedUniverse) and security.symbol in universe.members_by_symbol:
                    universe.remove(security.symbol)
                    break
            state.securities.remove(security.symbol)
            state.securities.add(security)
        symbol = user_defined_symbol(security.type, security.symbol.market)
        universe = state.universe_manager.get(symbol)
        if universe is None:
            settings = UniverseSettings(
                subscription.resolution,
                security.leverage,
                subscription.fill_data_forward,
                subscription.extended_market_hours,
            )
            universe = UserDefinedUniverse(state.subscriptions.universe_config(symbol, subscription), settings, None)
            from datetime import timedelta

            settings.minimum_time_in_universe = timedelta(0)
            self.add(universe)
        self._pending.append((universe, configs, security))
        state.attention = True
        return security

    def remove_manually(self, security: Any) -> None:
        """LEAN: QCAlgorithm.cs, RemoveSecurity: universes that hold it drop it at the end of the time step."""
        self._state.attention = True
        self._pending = [entry for entry in self._pending if entry[2].symbol != security.symbol]
        for universe in self._state.universe_manager.values():
            if isinstance(universe, UserDefinedUniverse) and universe.contains_member(security):
                self._pending.append((universe, None, security))

    def add(self, universe: Any) -> Any:
        """Add a universe. LEAN: QCAlgorithm.Universe.cs, AddUniverse."""
        if universe is None:
            raise NullReferenceException()
        if getattr(universe, "state", self) is None:
            universe.state = self._state
        if universe.universe_settings is None:
            universe.universe_settings = self._state.universe_settings
        self._pending_universes = True
        self._state.attention = True
        self._state.universe_manager.add(universe.symbol, universe)
        return universe

    def end_of_time_step(self) -> None:
        """LEAN: QCAlgorithm.Universe.cs, OnEndOfTimeStep."""
        if not self._pending and not self._pending_universes:
            return
        pending, self._pending = self._pending, []
        for universe, configs, security in pending:
            if configs is not None:
                changed = [universe.add_config(config) for config in configs]
                if any(changed):
                    self._state.universe_manager.update(universe.symbol, universe)
            elif universe.remove(security):
                self._state.universe_manager.update(universe.symbol, universe)
        self._pending_universes = False


class UniversesMixin:
    """`self.add_universe` and its relatives."""

    _vt: Any

    def add_universe(self, *arguments: Any, **keywords: Any) -> Any:
        """Add a universe.

        Args:
            arguments: A `Universe`; a selector of fundamentals (and one of fine fundamentals); `name, selector`;
                `name, resolution, selector`; `security_type, name, resolution, market, settings, selector`; a data class
                with `name`, `resolution`, `settings` and `selector`.
            keywords: The same by name.

        Returns:
            The universe.
        """
        from vibetrader.engine.universe.build import build_universe

        self._vt.require_services()
        universe = build_universe(self, self._vt, list(arguments), dict(keywords))
        return self._vt.universes.add(universe)

    def add_universe_options(self, *arguments: Any, **keywords: Any) -> None:
        """Options: not in the engine."""
        refuse("add_universe_options")


def named_universe(
    state: Any,
    name: str,
    selector: Callable[[Any], Any],
    *,
    resolution: Resolution | None = None,
    security_type: SecurityType = SecurityType.EQUITY,
    market: str = Market.USA,
    settings: UniverseSettings | None = None,
) -> Universe:
    """A universe of a selector that runs at an interval. LEAN: QCAlgorithm.Universe.cs, AddUniverse(name, …)."""
    if not callable(selector):
        raise ArgumentException(f"the selector of universe {name!r} is not a function: {selector!r}")
    resolution = Resolution.DAILY if resolution is None else resolution
    symbol = universe_symbol(name, security_type, market)
    return UserDefinedUniverse(
        state.subscriptions.universe_config(symbol, None, resolution),
        settings if settings is not None else state.universe_settings,
        _INTERVALS[resolution],
        selector=selector,
        make_symbol=lambda ticker: state.make_symbol(ticker, security_type, market),
    )



"""Universes of securities added by hand, and of a user's function that runs at an interval. LEAN: UserDefinedUniverse.cs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import to_datetime
from vibetrader.engine.universe.base import UNCHANGED, Universe, symbols_of, universe_hours, universe_symbol
from vibetrader.engine.universe.settings import UniverseSettings


def user_defined_symbol(security_type: Any, market: str) -> Symbol:
    """Symbol of the universe of securities of one type and market that are added by hand."""
    return universe_symbol(
        f"qc-universe-userdefined-{market.lower()}-{security_type.to_string()}", security_type, market
    )


@lean_names
class UserDefinedUniverse(Universe):
    """Securities added by hand, or those a selector names at an interval.

    Args:
        configuration: Configuration of the universe's symbol.
        universe_settings: How selected securities are subscribed.
        interval: Nanoseconds between selections; None selects only when something is added or removed.
        symbols: Symbols to begin with.
        selector: `local time -> symbols or tickers`, instead of symbols.
        make_symbol: Symbol of a ticker the selector names.
    """

    __clr_name__ = "QuantConnect.Data.UniverseSelection.UserDefinedUniverse"

    def __init__(
        self,
        configuration: Any,
        universe_settings: UniverseSettings,
        interval: int | None,
        symbols: Iterable[Symbol] = (),
        selector: Callable[[Any], Iterable[Any]] | None = None,
        make_symbol: Callable[[str], Symbol] | None = None,
    ) -> None:
        super().__init__(configuration, universe_settings)
        self.interval = interval
        self._symbols: dict[Symbol, None] = dict.fromkeys(symbols)
        self._configs: list[Any] = []
        self._removed_configs: list[Any] = []
        self._selector = selector
        self._make_symbol = make_symbol

    def add_config(self, config: Any) -> bool:
        """Take a subscription in; True when it is new."""
        if config in self._configs:
            return False
        self._configs.append(config)
        return True

    def add(self, symbol: Symbol) -> bool:
        """Take a symbol in; True when it is new."""
        if symbol in self._symbols:
            return False
        self._symbols[symbol] = None
        return True

    def remove(self, symbol: Any) -> bool:
        """Drop a symbol or security; True when it was there."""
        return self._forget(getattr(symbol, "symbol", symbol))

    def _forget(self, symbol: Symbol) -> bool:
        gone = [config for config in self._configs if config.symbol == symbol]
        known = symbol in self._symbols
        if not gone and not known:
            return False
        self._configs = [config for config in self._configs if config.symbol != symbol]
        self._removed_configs += gone
        self._symbols.pop(symbol, None)
        return True

    def select(self, utc_ns: int, data: Any) -> Sequence[Symbol]:
        """The symbols in order of their addition, or the selector's."""
        if self._selector is None:
            return list(dict.fromkeys([*(config.symbol for config in self._configs), *self._symbols]))
        zone = self.configuration.exchange_time_zone
        result = self._selector(to_datetime(zone.to_local(utc_ns)))
        if result is UNCHANGED:
            return UNCHANGED
        assert self._make_symbol is not None
        return symbols_of(result, self._make_symbol)

    def trigger_times(self, start: int, end: int, market_hours: Any) -> Iterator[int] | None:
        """The start, and each interval the market is open in. LEAN: UserDefinedUniverse.cs, GetTriggerTimes."""
        if self.interval is None:
            return iter([start])
        return self._times(start, end, market_hours, self.interval)

    def _times(self, start: int, end: int, market_hours: Any, interval: int) -> Iterator[int]:
        hours = universe_hours(self.configuration, market_hours)
        zone = hours.time_zone
        local, last = zone.to_local(start), zone.to_local(end)
        yield start
        local += interval
        while local < last:
            if hours.is_open_during(local, local + interval, self.configuration.extended_market_hours):
                yield zone.to_utc(local)
            local += interval

    def subscription_configs(self, security: Any, subscriptions: Any) -> list[Any]:
        """Those it was added with, also once more after it was removed; else the settings'."""
        found = [config for config in self._configs if config.symbol == security.symbol]
        if found:
            return found
        found = [config for config in self._removed_configs if config.symbol == security.symbol]
        if found:
            self._removed_configs = [config for config in self._removed_configs if config.symbol != security.symbol]
            return found
        found = super().subscription_configs(security, subscriptions)
        self._configs += found
        return found

    def remove_member(self, utc_ns: int, security: Any) -> bool:
        """Let a security out and forget its subscriptions."""
        if super().remove_member(utc_ns, security):
            self._forget(security.symbol)
            return True
        return False

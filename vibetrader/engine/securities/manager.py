"""`algorithm.securities`. LEAN: Common/Securities/SecurityManager.cs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from vibetrader.engine.clr import ArgumentException
from vibetrader.engine.data import symbolcache
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.data.symbolcache import KeyNotFoundException
from vibetrader.engine.naming import lean_names
from vibetrader.engine.orders.order import utc_datetime
from vibetrader.engine.securities.dictionary import LeanDictionary, pair_type
from vibetrader.engine.securities.security import Security


@lean_names
class SecurityManager(LeanDictionary[Symbol, Security]):
    """Securities by symbol or ticker, in the order they were added.

    A removed security leaves the iteration, yet its position and totals are kept and it is still found by its symbol.

    Attributes:
        active: Securities that were not removed.
        total: All securities ever added.
        on_change: Called when one is added or removed.
    """

    __clr_name__ = "QuantConnect.Securities.SecurityManager"
    _pair = pair_type("Symbol,Security")

    def __init__(self, algorithm: Any) -> None:
        self._state = algorithm._vt
        self.active: dict[Symbol, Security] = {}
        self.all: dict[Symbol, Security] = {}
        self.service: Any = None
        self.on_change: list[Callable[[], None]] = []

    def find(self, key: Any) -> Security | None:
        """The security, also a removed one; None when it was never added."""
        if key.__class__ is not Symbol:
            key = symbolcache.try_symbol(key)
            if key is None:
                return None
        return self.all.get(key)

    _find = find

    def _get(self, key: Any) -> Security:
        security = self.all.get(key if key.__class__ is Symbol else symbolcache.to_symbol(key))
        if security is None:
            raise KeyNotFoundException(
                f"This asset symbol ({key}) was not found in your security list. Please add this security before using it. "
                "To prevent the exception, use self.securities.get(symbol), which returns None when the symbol is not found, "
                "or guard the access with 'if symbol in self.securities:'."
            )
        return security

    def __getitem__(self, key: Any) -> Security:
        security = self.all.get(key) if key.__class__ is Symbol else None
        return security if security is not None else self._get(key)

    def __setitem__(self, key: Any, security: Security) -> None:
        existing = self.active.get(key)
        if existing is not None and existing is not security:
            raise ArgumentException(f"Unable to overwrite existing Security: {key}")
        self.put(key, security)

    def _pairs(self) -> list[tuple[Symbol, Security]]:
        return list(self.active.items())

    def pairs(self) -> list[tuple[Symbol, Security]]:
        """Symbols and securities that were not removed."""
        return list(self.active.items())

    def put(self, symbol: Symbol, security: Security) -> None:
        """Add a security, or bring back a removed one. LEAN: SecurityManager.cs, Add."""
        if symbol not in self.active:
            self.active[symbol] = security
            self.all[symbol] = security
            self._changed()

    def add(self, *arguments: Any) -> None:
        """Add a security, with or without its symbol."""
        security = arguments[-1]
        self.put(security.symbol, security)

    def remove(self, symbol: Any) -> bool:
        """Take a security out of the iteration."""
        removed = self.active.pop(symbolcache.to_symbol(symbol), None)
        if removed is not None:
            self._changed()
        return removed is not None

    def _changed(self) -> None:
        for listener in self.on_change:
            listener()

    @property
    def total(self) -> list[Security]:
        """All securities ever added."""
        return list(self.all.values())

    @property
    def utc_time(self) -> datetime | None:
        """The frontier, UTC."""
        return utc_datetime(self._state.utc_ns)

    def create_security(self, symbol: Symbol, configs: Any, leverage: Any = 0, **keywords: Any) -> Security:
        """A security with its models, made by the service; not yet in this collection."""
        return self.service.create_security(symbol, configs, leverage, **keywords)  # type: ignore[no-any-return]

    def make_symbol(self, ticker: str, security_type: Any, market: str) -> Symbol:
        """A symbol with the first date of its map file."""
        return self._state.make_symbol(ticker, security_type, market)  # type: ignore[no-any-return]

    def create_benchmark_security(self, symbol: Symbol) -> Security:
        """A security of its own for a benchmark."""
        return self.service.create_benchmark_security(symbol)  # type: ignore[no-any-return]

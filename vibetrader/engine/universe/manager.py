"""`self.universe_manager`: all universes by symbol. LEAN: Common/Securities/UniverseManager.cs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

from vibetrader.engine.clr import ArgumentException
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.data.symbolcache import KeyNotFoundException, ticker_of
from vibetrader.engine.naming import lean_names
from vibetrader.engine.universe.base import Universe

Action = Literal["add", "update", "remove"]


class _Pair:
    """What iteration gives: `.key` and `.value`, and unpacks."""

    def __init__(self, key: Symbol, value: Universe) -> None:
        self.key = self.Key = key
        self.value = self.Value = value

    def __iter__(self) -> Iterator[Any]:
        return iter((self.key, self.value))


@lean_names
class UniverseManager:
    """Universes, and the changes the feed has not seen yet."""

    __clr_name__ = "QuantConnect.Securities.UniverseManager"

    def __init__(self) -> None:
        self._universes: dict[Symbol, Universe] = {}
        self._pending: list[tuple[Action, Universe]] = []
        #: Called when there is a change.
        self.on_pending: Callable[[], None] | None = None

    def _note(self, action: Action, universe: Universe) -> None:
        self._pending.append((action, universe))
        if self.on_pending is not None:
            self.on_pending()

    def add(self, key: Symbol, value: Universe) -> None:
        """Add a universe; one of the same symbol stays."""
        if key not in self._universes:
            self._universes[key] = value
            self._note("add", value)

    def update(self, key: Symbol, value: Universe) -> None:
        """A universe must select again."""
        if key in self._universes and not any(universe is value for _, universe in self._pending):
            self._note("update", value)

    def remove(self, key: Symbol) -> bool:
        """Drop a universe; False when there is none."""
        universe = self._universes.pop(key, None)
        if universe is None:
            return False
        universe.dispose()
        self._note("remove", universe)
        return True

    @property
    def has_pending(self) -> bool:
        """Whether there are changes."""
        return bool(self._pending)

    def take_changes(self) -> list[tuple[Action, Universe]]:
        """Changes since the last call, in order."""
        changes, self._pending = self._pending, []
        return changes

    @property
    def active_securities(self) -> Any:
        """Securities of all universes, each once."""
        from vibetrader.engine.api.assembly import read_only

        found: dict[Symbol, Any] = {}
        for universe in self._universes.values():
            for symbol, member in universe.members_by_symbol.items():
                found.setdefault(symbol, member.security)
        return read_only(found)

    def contains_key(self, key: Symbol) -> bool:
        """Whether there is a universe of that symbol."""
        return key in self._universes

    __contains__ = contains_key

    def get(self, key: Symbol, default: Any = None) -> Any:
        """The universe of a symbol, or the default."""
        return self._universes.get(key, default)

    def try_get_value(self, key: Symbol, value: Any = None) -> tuple[bool, Universe | None]:
        """Whether there is a universe of that symbol, and it."""
        return key in self._universes, self._universes.get(key)

    def __getitem__(self, key: Symbol) -> Universe:
        if key not in self._universes:
            raise KeyNotFoundException(
                f"This universe symbol ({key}) was not found in your universe list. Please add this security or check it "
                f"exists before using it with 'Universes.ContainsKey(\"{ticker_of(key)}\")'"
            )
        return self._universes[key]

    def __setitem__(self, key: Symbol, value: Universe) -> None:
        existing = self._universes.get(key)
        if existing is not None and existing is not value:
            raise ArgumentException(f"Unable to over write existing Universe: {key.value}")
        self.add(key, value)

    def keys(self) -> list[Symbol]:
        """Symbols of the universes."""
        return list(self._universes)

    def values(self) -> list[Universe]:
        """The universes."""
        return list(self._universes.values())

    def items(self) -> list[tuple[Symbol, Universe]]:
        """Symbols and universes."""
        return list(self._universes.items())

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._universes)

    def __len__(self) -> int:
        return len(self._universes)

    def __iter__(self) -> Iterator[_Pair]:
        return iter([_Pair(key, value) for key, value in self._universes.items()])

    def __str__(self) -> str:
        return self.__clr_name__

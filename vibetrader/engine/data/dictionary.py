"""Dictionaries as LEAN shows them to Python: .NET's members and Python's. LEAN: Common/ExtendedDictionary.cs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from vibetrader.engine.clr import InvalidOperationException, NotSupportedException
from vibetrader.engine.data.symbolcache import KeyNotFoundException
from vibetrader.engine.naming import lean_names

K = TypeVar("K")
V = TypeVar("V")


@lean_names
class KeyValuePair:
    """One entry; also unpacks into key and value."""

    __slots__ = ("key", "value")

    def __init__(self, key: Any, value: Any) -> None:
        self.key = key
        self.value = value

    def __iter__(self) -> Iterator[Any]:
        return iter((self.key, self.value))

    def __str__(self) -> str:
        return f"[{self.key}, {self.value}]"


def pair_type(text: str) -> type[KeyValuePair]:
    """A pair class that prints as .NET names it, e.g. `KeyValuePair[Symbol,Security]`."""
    name = f"KeyValuePair[{text}]"
    return type(name, (KeyValuePair,), {"__slots__": (), "__clr_name__": f"System.Collections.Generic.{name}"})


class LeanDictionary(Generic[K, V]):
    """Base of the dictionaries; a subclass gives `_find` (None when absent), `_get` (raises) and `_pairs`."""

    _pair: type[KeyValuePair] = KeyValuePair

    def _find(self, key: Any) -> V | None:
        raise NotImplementedError

    def _get(self, key: Any) -> V:
        raise NotImplementedError

    def _pairs(self) -> list[tuple[K, V]]:
        raise NotImplementedError

    def __getitem__(self, key: Any) -> V:
        return self._get(key)

    def __contains__(self, key: Any) -> bool:
        return self._find(key) is not None

    def __len__(self) -> int:
        return len(self._pairs())

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[KeyValuePair]:
        pair = self._pair
        return iter([pair(key, value) for key, value in self._pairs()])

    def contains_key(self, key: Any) -> bool:
        """Whether there is an entry."""
        return self._find(key) is not None

    def contains(self, key: Any) -> bool:
        """Whether there is an entry."""
        return self._find(getattr(key, "key", key)) is not None

    def try_get_value(self, key: Any, value: Any = None) -> tuple[bool, V | None]:
        """Whether there is an entry, and its value."""
        found = self._find(key)
        return found is not None, found

    def get(self, key: Any, default_value: Any = None) -> Any:
        """Value of a key, or the default."""
        found = self._find(key)
        return default_value if found is None else found

    def keys(self) -> list[K]:
        """Keys."""
        return [key for key, _ in self._pairs()]

    def values(self) -> list[V]:
        """Values."""
        return [value for _, value in self._pairs()]

    def items(self) -> list[tuple[K, V]]:
        """Keys and values."""
        return self._pairs()

    def get_items(self) -> list[KeyValuePair]:
        """Entries."""
        return list(self)

    @property
    def count(self) -> int:
        """Number of entries."""
        return len(self)

    @property
    def is_read_only(self) -> bool:
        """False: LEAN's dictionaries of securities take entries through their own methods."""
        return False

    def pop(self, key: Any, *default: Any) -> Any:
        """Remove an entry and give its value."""
        found = self._find(key)
        if found is None:
            if default:
                return default[0]
            raise KeyNotFoundException(str(key))
        self.remove(key)
        return found

    def remove(self, key: Any) -> bool:
        """Remove an entry; most dictionaries refuse."""
        raise InvalidOperationException(
            f"Remove/pop method call is an invalid operation. {type(self).__name__} is a read-only collection."
        )

    def clear(self) -> None:
        """Remove everything; most dictionaries refuse."""
        raise InvalidOperationException(
            f"Clear/clear method call is an invalid operation. {type(self).__name__} is a read-only collection."
        )

    def popitem(self) -> Any:
        """Always refused."""
        raise NotSupportedException(f"popitem method is not supported for {type(self).__name__}")

    def setdefault(self, key: Any, default_value: Any = None) -> Any:
        """Value of a key; the default without storing it where there is none."""
        return self.get(key, default_value)

    def copy(self) -> dict[K, V]:
        """A Python dictionary of the entries."""
        return dict(self._pairs())

    ContainsKey = contains_key
    Contains = contains
    TryGetValue = try_get_value
    Count = count
    IsReadOnly = is_read_only
    Remove = remove
    Clear = clear

    @property
    def Keys(self) -> list[K]:
        """Keys."""
        return self.keys()

    @property
    def Values(self) -> list[V]:
        """Values."""
        return self.values()

"""A dictionary that can also be walked as .NET walks its concurrent one.

LEAN keeps orders and tickets in concurrent dictionaries and shows them to users, and cancels them, in their order:
by bucket, which for small ids is the id modulo the number of buckets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeVar

V = TypeVar("V")

#: .NET: HashHelpers.cs, the primes tables grow through.
_PRIMES: Final = (
    37, 89, 197, 431, 919, 1931, 4049, 8419, 17519, 36353, 75431, 156437, 324449, 672827, 1395263, 2893249, 5999471,
)  # fmt: skip
#: Locks at first, as many as processors; the recordings were made with four.
_LOCKS: Final = 4
_MOST_LOCKS: Final = 1024


class ConcurrentDictionary(dict[int, V]):
    """Values by id. .NET: ConcurrentDictionary.cs.

    Iterating goes by insertion as usual; `net_values` goes as .NET would.
    """

    __slots__ = ("_budget", "_chains", "_counts", "_locks", "_size")

    def __init__(self) -> None:
        super().__init__()
        self._size = 0
        self._locks = _LOCKS
        self._reset()

    def _reset(self) -> None:
        length = _PRIMES[self._size]
        self._chains: list[list[int]] = [[] for _ in range(length)]
        self._counts = [0] * self._locks
        self._budget = max(1, length // self._locks)

    def __setitem__(self, key: int, value: V) -> None:
        if key not in self:
            self._link(key)
        super().__setitem__(key, value)

    def __delitem__(self, key: int) -> None:
        super().__delitem__(key)
        self._unlink(key)

    def pop(self, key: int, *default: Any) -> Any:
        """Take a value out."""
        if key in self:
            self._unlink(key)
        return super().pop(key, *default)

    def _unlink(self, key: int) -> None:
        bucket = key % len(self._chains)
        self._chains[bucket].remove(key)
        self._counts[bucket % self._locks] -= 1

    def _link(self, key: int) -> None:
        bucket = key % len(self._chains)
        self._chains[bucket].append(key)
        lock = bucket % self._locks
        self._counts[lock] += 1
        if self._counts[lock] > self._budget:
            self._grow()

    def _grow(self) -> None:
        if sum(self._counts) < len(self._chains) // 4:
            self._budget *= 2
            return
        chains = self._chains
        self._size = min(self._size + 1, len(_PRIMES) - 1)
        if self._locks < _MOST_LOCKS:
            self._locks *= 2
        self._reset()
        for chain in chains:
            for key in reversed(chain):
                bucket = key % len(self._chains)
                self._chains[bucket].append(key)
                self._counts[bucket % self._locks] += 1

    def net_values(self) -> Iterator[V]:
        """Values as .NET would walk them: by bucket, the newest first."""
        for chain in list(self._chains):
            for key in reversed(chain):
                yield self[key]

"""RollingWindow: the last values of a series, newest first. LEAN: Common/Indicators/RollingWindow.cs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar, cast

from vibetrader.engine.clr import (
    ArgumentException,
    ArgumentOutOfRangeException,
    InvalidOperationException,
    Overloads,
    clr_name,
)
from vibetrader.engine.naming import lean_names

T = TypeVar("T")

_CONSTRUCTOR = Overloads(".ctor", "size: int")
_GET_ITEM = Overloads("get_item", "i: int")
_SET_ITEM = Overloads("set_item", "i: int, value: Any")

#: Types whose empty places read as a value in .NET, not as None.
_EMPTY: dict[object, object] = {float: 0.0, int: 0, bool: False}
#: Python's types that .NET has, in its names.
_CLR_TYPES: dict[object, str] = {float: "System.Double", int: "System.Int32", bool: "System.Boolean", str: "System.String"}


@lean_names
class RollingWindow(Generic[T]):
    """The last `size` values, index 0 the newest. Reading past the size enlarges the window, as LEAN does.

    `RollingWindow[float](4)` reads 0.0 where it has no value yet, other types read None.
    """

    _empty: Any = None
    #: Converts what is added, where the kind of items is a .NET number.
    _taken: Any = None
    _typed: dict[object, type[RollingWindow[Any]]] = {}  # noqa: RUF012 (a cache shared on purpose)

    def __class_getitem__(cls, kind: Any) -> Any:
        if isinstance(kind, type) and kind.__module__ in ("builtins", "datetime") and kind not in _CLR_TYPES:
            raise TypeError("type(s) expected")
        if isinstance(kind, TypeVar):
            return cls
        try:
            found = cls._typed.get(kind)
        except TypeError:  # an unhashable hint
            return cls
        if found is None:
            members: dict[str, Any] = {"_empty": _EMPTY.get(kind)}
            full = _CLR_TYPES.get(kind) or (clr_name(kind) if isinstance(kind, type) else "")
            title = f"RollingWindow[{full.rpartition('.')[2]}]" if full else "RollingWindow"
            if full:
                members["__clr_name__"] = f"QuantConnect.Indicators.{title}"
                members["__str__"] = lambda self: f"QuantConnect.Indicators.RollingWindow`1[{full}]"
            if kind in _EMPTY:
                members["_taken"] = staticmethod(Overloads("add", f"item: {kind.__name__}").bind)
            found = type(title, (cls,), members)
            cls._typed[kind] = found
        return found

    __clr_name__ = "QuantConnect.Indicators.RollingWindow"

    def __str__(self) -> str:
        return str(type(self).__clr_name__)

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        size = _CONSTRUCTOR.bind(arguments, keywords)[1]["size"]
        if size < 0:
            raise ArgumentException("RollingWindow must have size of at least 0.", "size")
        # As LEAN keeps it: a list with a moving tail. Growing a full window does not turn the list, so its order
        # then differs from the order of the additions, and users see that.
        self._items: list[T] = []
        self._tail = 0
        self._size: int = size
        self._samples = 0
        self._removed: Any = None

    @property
    def size(self) -> int:
        """How many values the window keeps; may be set."""
        return self._size

    @size.setter
    def size(self, value: int) -> None:
        items = self._items
        if value < len(items):
            if self._tail:
                items[:] = items[self._tail :] + items[: self._tail]
                self._tail = 0
            del items[: len(items) - value]
        self._size = value

    @property
    def count(self) -> int:
        """How many values it has."""
        return len(self._items)

    @property
    def samples(self) -> int:
        """How many values were ever added."""
        return self._samples

    @property
    def is_ready(self) -> bool:
        """True once as many values were added as the window keeps."""
        return self._samples >= self._size

    @property
    def most_recently_removed(self) -> T:
        """The value that fell out last."""
        if self._samples <= self._size:
            raise InvalidOperationException("No items have been removed yet!")
        return cast(T, self._removed)

    def add(self, item: T) -> None:
        """Add a value in front."""
        if self._taken is not None:
            item = type(self._empty)(self._taken((item,), {})[1]["item"])
        self._samples += 1
        items = self._items
        size = self._size
        if len(items) == size:
            if not size:
                raise ArgumentOutOfRangeException(
                    "Index was out of range. Must be non-negative and less than the size of the collection.", "index"
                )
            tail = self._tail
            self._removed = items[tail]
            items[tail] = item
            self._tail = (tail + 1) % size
        else:
            items.append(item)

    def resume(self, samples: int) -> None:
        """Pretend that `samples` values were added, of which it holds the last."""
        self._samples = samples
        count = len(self._items)
        if samples > count == self._size:
            turn = (samples - count) % count
            self._items[:] = self._items[count - turn :] + self._items[: count - turn]
            self._tail = turn

    def reset(self) -> None:
        """Forget all values; the size stays."""
        self._samples = 0
        self._tail = 0
        self._items.clear()

    def __getitem__(self, i: Any) -> T:
        if i.__class__ is not int:
            i = _GET_ITEM.bind((i,), {})[1]["i"]
        count = len(self._items)
        if i < 0:
            self._check_negative(i)
            i += count
            if i < 0:
                return cast(T, self._empty)
        if i >= count:
            if i >= self._size:
                self._size = i + 1
            return cast(T, self._empty)
        return cast(T, self._items[(count + self._tail - i - 1) % count])

    def __setitem__(self, i: Any, value: T) -> None:
        if i.__class__ is not int:
            i = _SET_ITEM.bind((i, value), {})[1]["i"]
        if i < 0:
            self._check_negative(i)
            i += self._size
        count = len(self._items)
        if i >= count:
            if i >= self._size:
                self._size = i + 1
            for _ in range(i - count + 1):
                self.add(cast(T, self._empty))
        count = len(self._items)
        self._items[(count + self._tail - i - 1) % count] = value

    def _check_negative(self, i: int) -> None:
        if self._size + i < 0:
            raise ArgumentOutOfRangeException("Index must be a non-negative integer", "i", i)

    def __iter__(self) -> Iterator[T]:
        items, tail = self._items, self._tail
        return iter(items[:tail][::-1] + items[tail:][::-1])

    def __reversed__(self) -> Iterator[T]:
        items, tail = self._items, self._tail
        return iter(items[tail:] + items[:tail])

    def __len__(self) -> int:
        return len(self._items)

    def __bool__(self) -> bool:
        return True

"""Names of .NET's System namespaces that strategies use: spans, dates, collections, exceptions, random numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from vibetrader.engine.clr import (  # noqa: F401 (NAMESPACES gives them by name)
    ArgumentException,
    ArgumentNullException,
    ArgumentOutOfRangeException,
    DivideByZeroException,
    DotNetException,
    IndexOutOfRangeException,
    InvalidCastException,
    InvalidOperationException,
    NotImplementedException,
    NotSupportedException,
    NullReferenceException,
    OverflowException,
)
from vibetrader.engine.data.dictionary import KeyValuePair
from vibetrader.engine.data.enums import DayOfWeek  # noqa: F401 (NAMESPACES gives it by name)
from vibetrader.engine.data.symbolcache import KeyNotFoundException
from vibetrader.engine.naming import lean_names

Exception = DotNetException


@lean_names
class TimeSpan:
    """.NET's span: its makers give timedeltas."""

    zero = timedelta(0)
    ZERO = timedelta(0)
    MAX_VALUE = timedelta.max
    MIN_VALUE = timedelta.min

    def __new__(cls, *parts: int) -> timedelta:  # type: ignore[misc]  # users see timedeltas
        """`(ticks)`, `(hours, minutes, seconds)`, `(days, hours, minutes, seconds)`, and milliseconds."""
        if len(parts) == 1:
            return timedelta(microseconds=parts[0] / 10)
        if len(parts) == 3:
            return timedelta(hours=parts[0], minutes=parts[1], seconds=parts[2])
        days, hours, minutes, seconds, *rest = parts
        return timedelta(days, seconds, 0, rest[0] if rest else 0, minutes, hours)

    @staticmethod
    def from_days(value: float) -> timedelta:
        """Days."""
        return timedelta(days=value)

    @staticmethod
    def from_hours(value: float) -> timedelta:
        """Hours."""
        return timedelta(hours=value)

    @staticmethod
    def from_minutes(value: float) -> timedelta:
        """Minutes."""
        return timedelta(minutes=value)

    @staticmethod
    def from_seconds(value: float) -> timedelta:
        """Seconds."""
        return timedelta(seconds=value)

    @staticmethod
    def from_milliseconds(value: float) -> timedelta:
        """Thousandths of a second."""
        return timedelta(milliseconds=value)

    @staticmethod
    def from_ticks(value: int) -> timedelta:
        """Ticks of 100 ns."""
        return timedelta(microseconds=value / 10)


@lean_names
class DateTime:
    """.NET's moment: its makers give datetimes."""

    MIN_VALUE = datetime.min
    MAX_VALUE = datetime.max
    min_value = datetime.min
    max_value = datetime.max

    def __new__(cls, *parts: int) -> datetime:  # type: ignore[misc]  # users see datetimes
        """`(year, month, day, hour, minute, second)`."""
        try:
            return datetime(*parts)  # type: ignore[arg-type]
        except ValueError:
            raise ArgumentOutOfRangeException(
                "Year, Month, and Day parameters describe an un-representable DateTime."
            ) from None

    @staticmethod
    def parse(text: str) -> datetime:
        """A moment from text."""
        return datetime.fromisoformat(text)


@lean_names
class Math:
    """.NET's functions of numbers."""

    PI = math.pi
    E = math.e
    abs = staticmethod(abs)
    max = staticmethod(max)
    min = staticmethod(min)
    pow = staticmethod(math.pow)
    sqrt = staticmethod(math.sqrt)
    exp = staticmethod(math.exp)
    log10 = staticmethod(math.log10)
    floor = staticmethod(math.floor)
    ceiling = staticmethod(math.ceil)
    sin = staticmethod(math.sin)
    cos = staticmethod(math.cos)
    tan = staticmethod(math.tan)
    atan = staticmethod(math.atan)

    @staticmethod
    def log(value: float, base: float = math.e) -> float:
        """Logarithm."""
        return math.log(value) if base == math.e else math.log(value, base)

    @staticmethod
    def round(value: float, digits: int = 0) -> float:
        """Rounded half to even."""
        return float(round(value, digits))

    @staticmethod
    def sign(value: float) -> int:
        """1, 0 or -1."""
        return (value > 0) - (value < 0)


_BIG: Final = 2**31 - 1
_SEED: Final = 161803398


@lean_names
class Random:
    """.NET's random numbers of a seed: Knuth's subtractive generator.

    Source: D. Knuth, The Art of Computer Programming, volume 2, section 3.2.2; .NET keeps its table order since 1.0.

    Args:
        seed: Start of the sequence; 0 without one, so that runs repeat.
    """

    def __init__(self, seed: int = 0) -> None:
        table = [0] * 56
        start = _SEED - (_BIG if seed == -(2**31) else abs(int(seed)))
        table[55] = start
        value = 1
        for place in range(1, 55):
            index = 21 * place % 55
            table[index] = value
            value = start - value
            if value < 0:
                value += _BIG
            start = table[index]
        for _ in range(4):
            for place in range(1, 56):
                other = place + 30
                if other >= 55:
                    other -= 55
                table[place] -= table[1 + other]
                # .NET subtracts in 32 bits
                table[place] = (table[place] + 2**31) % 2**32 - 2**31
                if table[place] < 0:
                    table[place] += _BIG
        self._table = table
        self._next = 0
        self._other = 21

    def _sample(self) -> int:
        self._next = 1 if self._next + 1 >= 56 else self._next + 1
        self._other = 1 if self._other + 1 >= 56 else self._other + 1
        value = self._table[self._next] - self._table[self._other]
        if value == _BIG:
            value -= 1
        if value < 0:
            value += _BIG
        self._table[self._next] = value
        return value

    def next_double(self) -> float:
        """A number in [0, 1)."""
        return self._sample() * (1.0 / _BIG)

    def next(self, *bounds: int) -> int:
        """A whole number: below 2³¹-1, below one bound, or within two."""
        if not bounds:
            return self._sample()
        low, high = (0, bounds[0]) if len(bounds) == 1 else bounds
        if low > high:
            raise ArgumentOutOfRangeException("'minValue' cannot be greater than maxValue.", "minValue")
        return int(self.next_double() * (high - low)) + low


class _GenericMeta(type):
    """`List[Symbol]`, `Dictionary[str, float]`: the types are taken and forgotten."""

    def __getitem__(cls, kinds: Any) -> Any:
        return cls


@lean_names
class List(list[Any], metaclass=_GenericMeta):
    """.NET's list: Python's with .NET's members."""

    __clr_name__ = "System.Collections.Generic.List`1"

    @property
    def length(self) -> int:
        """How many there are."""
        return len(self)

    def add(self, item: Any) -> None:
        """Add at the end."""
        self.append(item)

    def add_range(self, items: Iterable[Any]) -> None:
        """Add several at the end."""
        self.extend(items)

    def contains(self, item: Any) -> bool:
        """Whether it is in the list."""
        return item in self

    def index_of(self, item: Any) -> int:
        """Place of an item, -1 without."""
        return self.index(item) if item in self else -1

    def remove_at(self, index: int) -> None:
        """Drop the item of a place."""
        del self[index]

    def to_array(self) -> list[Any]:
        """A copy."""
        return list(self)

    def first_or_default(self) -> Any:
        """The first, or None."""
        return self[0] if self else None

    @property
    def Count(self) -> int:
        """How many there are."""
        return len(self)

    def __str__(self) -> str:
        return self.__clr_name__


class _ArrayMaker(_GenericMeta):
    """`Array[Symbol]([...])` and `Array[int](5)`."""

    def __getitem__(cls, kinds: Any) -> Any:
        def make(items: Any = ()) -> list[Any]:
            if isinstance(items, int):
                empty = {int: 0, float: 0.0, bool: False}.get(kinds)
                return [empty] * items
            return list(items)

        return make


class Array(list[Any], metaclass=_ArrayMaker):
    """.NET's array."""


@lean_names
class Dictionary(dict[Any, Any], metaclass=_GenericMeta):
    """.NET's dictionary: iteration gives entries."""

    __clr_name__ = "System.Collections.Generic.Dictionary`2"

    def add(self, key: Any, value: Any) -> None:
        """Add an entry; a key that is there is refused."""
        if key in self:
            raise ArgumentException(f"An item with the same key has already been added. Key: {key}")
        self[key] = value

    def contains_key(self, key: Any) -> bool:
        """Whether there is such a key."""
        return key in self

    def remove(self, key: Any) -> bool:
        """Drop an entry; False when there is none."""
        return self.pop(key, _ABSENT) is not _ABSENT

    def try_get_value(self, key: Any, value: Any = None) -> tuple[bool, Any]:
        """Whether there is such a key, and its value."""
        return key in self, self.get(key)

    @property
    def count(self) -> int:
        """How many entries there are."""
        return len(self)

    def __missing__(self, key: Any) -> Any:
        raise KeyNotFoundException(f"The given key '{key}' was not present in the dictionary.")

    def __iter__(self) -> Iterator[Any]:
        return iter([KeyValuePair(key, value) for key, value in self.items()])

    def __str__(self) -> str:
        return self.__clr_name__


_ABSENT: Final = object()


@lean_names
class HashSet(set[Any], metaclass=_GenericMeta):
    """.NET's set."""

    __clr_name__ = "System.Collections.Generic.HashSet`1[System.String]"

    def contains(self, item: Any) -> bool:
        """Whether it is in the set."""
        return item in self

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self)

    def __str__(self) -> str:
        return self.__clr_name__


@lean_names
class Queue(List):
    """.NET's queue."""

    __clr_name__ = "System.Collections.Generic.Queue`1"

    def enqueue(self, item: Any) -> None:
        """Add at the end."""
        self.append(item)

    def dequeue(self) -> Any:
        """Take from the front."""
        return self.pop(0)

    def peek(self) -> Any:
        """The front."""
        return self[0]


@lean_names
class Stack(List):
    """.NET's stack."""

    __clr_name__ = "System.Collections.Generic.Stack`1"

    def push(self, item: Any) -> None:
        """Add on top."""
        self.append(item)

    def peek(self) -> Any:
        """The top."""
        return self[-1]


@lean_names
class SortedDictionary(Dictionary):
    """.NET's sorted dictionary."""

    def __iter__(self) -> Iterator[Any]:
        return iter([KeyValuePair(key, self[key]) for key in sorted(self.keys())])


class _Function(metaclass=_GenericMeta):
    """.NET's delegates: the function itself."""

    def __new__(cls, function: Callable[..., Any]) -> Any:
        return function


class Action(_Function):
    """A function without a result."""


class Func(_Function):
    """A function with a result."""


class Nullable(_Function):
    """A value that may be None."""


class Predicate(_Function):
    """A function that answers yes or no."""


class EventHandler(_Function):
    """A handler of an event."""


@lean_names
class Console:
    """.NET's console: standard output."""

    @staticmethod
    def write_line(text: object = "") -> None:
        """A line to standard output."""
        print(text)  # noqa: T201 (the strategy asked for it)

    @staticmethod
    def write(text: object = "") -> None:
        """Text to standard output."""
        print(text, end="")  # noqa: T201 (the strategy asked for it)


@lean_names
class Guid:
    """.NET's identifiers."""

    @staticmethod
    def new_guid() -> UUID:
        """A new one."""
        return uuid4()


@lean_names
class Convert:
    """.NET's conversions."""

    to_int32 = staticmethod(int)
    to_int64 = staticmethod(int)
    to_double = staticmethod(float)
    to_decimal = staticmethod(float)
    to_string = staticmethod(str)
    to_boolean = staticmethod(bool)


@lean_names
class String(str):
    """.NET's text."""

    EMPTY = ""
    Empty = ""

    @staticmethod
    def is_null_or_empty(value: str | None) -> bool:
        """True without text."""
        return not value

    @staticmethod
    def is_null_or_white_space(value: str | None) -> bool:
        """True without letters."""
        return not value or not value.strip()


@lean_names
class Environment:
    """.NET's surroundings."""

    NEW_LINE = "\n"
    NewLine = "\n"


@lean_names
class Object:
    """.NET's root class."""

    @staticmethod
    def reference_equals(first: object, second: object) -> bool:
        """Whether both are one object."""
        return first is second


class Type:
    """.NET's classes."""


class Enum:
    """.NET's enumerations."""


class Activator:
    """.NET's maker of objects."""

    @staticmethod
    def CreateInstance(kind: type, *arguments: Any) -> Any:
        """An object of a class."""
        return kind(*arguments)


Decimal = float
Double = float
Single = float
Int32 = int
Int64 = int
Int16 = int
UInt32 = int
Byte = int
Boolean = bool
Tuple: Any = tuple
Lazy = _Function
IDisposable = object
IEnumerable = _GenericMeta("IEnumerable", (), {})
IList = _GenericMeta("IList", (), {})
IDictionary = _GenericMeta("IDictionary", (), {})
DateTimeKind = type("DateTimeKind", (), {"UTC": 1, "Utc": 1, "LOCAL": 2, "Local": 2, "UNSPECIFIED": 0, "Unspecified": 0})


@lean_names
class Color:
    """.NET's colours: the names a chart understands."""

    def __init__(self, name: str) -> None:
        self.name = name

    @staticmethod
    def from_argb(*parts: int) -> Color:
        """A colour of its red, green and blue."""
        red, green, blue = parts[-3:]
        return Color(f"#{red:02x}{green:02x}{blue:02x}")

    def __str__(self) -> str:
        return self.name


for _name, _value in (
    ("BLACK", "#000000"), ("WHITE", "#ffffff"), ("RED", "#ff0000"), ("GREEN", "#008000"), ("BLUE", "#0000ff"),
    ("ORANGE", "#ffa500"), ("PURPLE", "#800080"), ("YELLOW", "#ffff00"), ("GRAY", "#808080"), ("BROWN", "#a52a2a"),
    ("PINK", "#ffc0cb"), ("CYAN", "#00ffff"), ("MAGENTA", "#ff00ff"), ("LIME", "#00ff00"), ("NAVY", "#000080"),
    ("DARK_GREEN", "#006400"), ("DARK_RED", "#8b0000"), ("DARK_BLUE", "#00008b"), ("LIGHT_GREEN", "#90ee90"),
    ("LIGHT_BLUE", "#add8e6"), ("GOLD", "#ffd700"), ("SILVER", "#c0c0c0"), ("DARK_ORANGE", "#ff8c00"),
    ("LIGHT_GRAY", "#d3d3d3"), ("DARK_GRAY", "#a9a9a9"), ("CRIMSON", "#dc143c"), ("TEAL", "#008080"),
):  # fmt: skip
    _color = Color(_value)
    setattr(Color, _name, _color)
    setattr(Color, "".join(part.title() for part in _name.split("_")), _color)

_EXCEPTIONS: Final = (
    "ArgumentException", "ArgumentNullException", "ArgumentOutOfRangeException", "DivideByZeroException", "Exception",
    "IndexOutOfRangeException", "InvalidCastException", "InvalidOperationException", "NotImplementedException",
    "NotSupportedException", "NullReferenceException", "OverflowException",
)  # fmt: skip

#: Names of each namespace.
class JsonConvert:
    """Newtonsoft's converter, as far as strategies use it: objects as JSON of their public attributes."""

    @staticmethod
    def serialize_object(value: Any, *settings: Any) -> str:
        """JSON of an object."""
        return json.dumps(value, default=_attributes, sort_keys=False)

    @staticmethod
    def deserialize_object(text: str, *settings: Any) -> Any:
        """Object of JSON."""
        return json.loads(text)

    SerializeObject, DeserializeObject = serialize_object, deserialize_object


def _attributes(value: Any) -> Any:
    named = getattr(value, "__dict__", None)
    if not named:
        return str(value)
    return {str(name): str(item) if name.startswith("_") else item for name, item in named.items()}


NAMESPACES: Final[dict[str, tuple[str, ...]]] = {
    "Newtonsoft.Json": ("JsonConvert",),
    "System": (
        *_EXCEPTIONS, "Action", "Activator", "Array", "Boolean", "Byte", "Console", "Convert", "DateTime", "DateTimeKind",
        "DayOfWeek", "Decimal", "Double", "Enum", "Environment", "EventHandler", "Func", "Guid", "IDisposable", "Int16",
        "Int32", "Int64", "Lazy", "Math", "Nullable", "Object", "Predicate", "Random", "Single", "String", "TimeSpan",
        "Tuple", "Type", "UInt32",
    ),
    "System.Collections": (),
    "System.Collections.Generic": (
        "Dictionary", "HashSet", "IDictionary", "IEnumerable", "IList", "KeyNotFoundException", "KeyValuePair", "List",
        "Queue", "SortedDictionary", "Stack",
    ),
    "System.Drawing": ("Color",),
    "System.Globalization": (),
    "System.IO": (),
    "System.Linq": (),
    "System.Text": (),
    "System.Threading": (),
    "System.Threading.Tasks": (),
    "Python.Runtime": (),
}  # fmt: skip


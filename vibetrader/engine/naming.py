"""Both spellings of LEAN's names: code is written in snake_case, users may write PascalCase.

`lean_names` gives a class a PascalCase alias for each of its public snake_case members (the same descriptor, so an
alias costs nothing at run time). `LeanOverrides` is the other direction: a user's subclass that defines `OnData`
overrides `on_data`.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from enum import Enum, EnumMeta
from functools import lru_cache
from typing import Any, NoReturn, TypeVar

T = TypeVar("T", bound=type)

#: snake_case word → its C# spelling where that is not simply capitalised.
_WORDS = {
    "id": "Id",
    "utc": "Utc",
    "ohlc": "Ohlc",
}

_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=[0-9])")


def to_pascal(snake: str) -> str:
    """PascalCase spelling of a snake_case name: `on_data` → `OnData`."""
    return "".join(_WORDS.get(word, word[:1].upper() + word[1:]) for word in snake.split("_") if word)


def to_snake(pascal: str) -> str:
    """snake_case spelling of a PascalCase name as Python.NET derives it: `UtcTime` → `utc_time`, `T3` → `t_3`."""
    return _BREAK.sub("_", pascal).lower()


def to_upper_snake(pascal: str) -> str:
    """Spelling of an enum member or constant: `StopLimit` → `STOP_LIMIT`."""
    return to_snake(pascal).upper()


def add_aliases(cls: type, special: dict[str, str] | None = None) -> None:
    """Give `cls` PascalCase aliases of the public members it defines itself.

    Args:
        cls: The class to extend.
        special: snake_case name → C# name where the rule does not hold, e.g. `{"rsi": "RSI"}`.
    """
    special = special or {}
    for name, member in list(vars(cls).items()):
        if name.startswith("_") or name != name.lower():
            continue
        alias = special.get(name) or to_pascal(name)
        if alias != name and alias not in vars(cls):
            setattr(cls, alias, member)
    if "__str__" in vars(cls) and not hasattr(cls, "to_string"):
        cls.to_string = cls.ToString = _to_string  # type: ignore[attr-defined]


def _to_string(self: object) -> str:
    """The object as text: .NET objects all have this."""
    return str(self)


def lean_names(cls: T | None = None, /, **special: str) -> Any:
    """Class decorator for `add_aliases`; `@lean_names` or `@lean_names(mae="MAE")`.

    A name the class does not have is refused in Python.NET's words (`missing_attribute`).
    """

    def decorate(target: T) -> T:
        add_aliases(target, special)
        if getattr(target, "__getattr__", None) is None:
            target.__getattr__ = find_name  # type: ignore[attr-defined]  # only called for missing names
        plain: Any = object.__repr__
        if target.__repr__ is plain:
            setattr(target, "__repr__", clr_repr)  # noqa: B010 (a method of the class)
        return target

    return decorate(cls) if cls is not None else decorate


def clr_repr(self: object) -> str:
    """`<QuantConnect.Data.Market.TradeBar object at 0x…>`, as Python.NET shows an object without a text of its own."""
    from vibetrader.engine.clr import clr_name

    kind = type(self)
    name = clr_name(kind)
    return f"<{name} object at {id(self):#x}>" if name else object.__repr__(self)


class generic:  # used as a decorator
    """A .NET method with a type argument: `ticket.get(field)` and `ticket.get[bool](field)`. The type is not checked."""

    def __init__(self, function: Any) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else _BoundGeneric(self._function.__get__(instance, owner))


class _BoundGeneric:
    def __init__(self, call: Any) -> None:
        self._call = call

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self._call(*arguments, **keywords)

    def __getitem__(self, kind: Any) -> Any:
        return self._call


def find_name(self: object, name: str) -> Any:
    if name[:1].isupper():
        # attributes that live in the object have no alias on its class
        own = getattr(self, "__dict__", {})
        for candidate in (to_snake(name), name.lower()):
            if candidate in own:
                return own[candidate]
    return raise_missing(type(self), name)


def raise_missing(cls: type, name: str) -> NoReturn:
    """Refuse a missing name: what LEAN has and the engine lacks by name, the rest in Python.NET's words.

    Raises:
        UnsupportedLeanMember: LEAN's class has it.
        AttributeError: LEAN's class has no such member either.
    """
    from vibetrader.engine import leanmembers

    snake = to_snake(name) if name[:1].isupper() else name
    if not name.startswith("_") and leanmembers.has(cls, snake):
        leanmembers.refuse(cls, snake)
    raise AttributeError(missing_attribute(cls, name))


def missing_attribute(cls: type, name: str) -> str:
    """Python.NET's text for a missing name, with the members that look like it."""
    return _missing_attribute(cls, name)


@lru_cache(maxsize=1024)
def _missing_attribute(cls: type, name: str) -> str:
    text = f"'{cls.__name__}' object has no attribute '{name}'"
    similar = _similar_members(cls, name)
    if similar:
        text += " Did you mean: " + ", ".join(f"'{member}'" for member in similar) + "?"
    return text


def _similar_members(cls: type, name: str) -> list[str]:
    """Members that contain the name, begin it, or are spelled almost like it."""
    if name.startswith("_") or len(name) < 3:
        return []
    members = sorted(member for member in dir(cls) if not member.startswith("_") and member == member.lower())
    snake = to_snake(name)
    bare = snake.replace("_", "")
    exact = [member for member in members if member.replace("_", "") == bare]
    if exact:
        return exact[:1]
    found = [
        member
        for member in members
        if snake in member.split("_") or f"_{snake}" in member or f"{snake}_" in member or snake.startswith(f"{member}_")
    ]
    return found[:3] or get_close_matches(snake, members, n=2, cutoff=0.84)


class LeanOverrides:
    """Base of classes that users subclass: PascalCase methods they define override the snake_case ones.

    A method counts when a base class knows its snake_case name; the other way round an override of the snake_case
    name also replaces the PascalCase alias, so `self.OnData` and `self.on_data` are always the same thing.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name, member in list(vars(cls).items()):
            if name.startswith("_"):
                continue
            if name[:1].isupper():
                snake = _known_snake(cls, name)
                if snake and snake not in vars(cls):
                    setattr(cls, snake, member)
            elif callable(member) or isinstance(member, property):
                pascal = to_pascal(name)
                if pascal not in vars(cls) and any(pascal in vars(base) for base in cls.__mro__[1:]):
                    setattr(cls, pascal, member)


def _known_snake(cls: type, pascal: str) -> str | None:
    for candidate in (to_snake(pascal), pascal.lower()):
        if any(candidate in vars(base) for base in cls.__mro__[1:]):
            return candidate
    return None


class _LeanEnumType(EnumMeta):
    def __getattr__(cls, name: str) -> Any:
        raise AttributeError(f"type object '{cls.__name__}' has no attribute '{name}'")

    def __dir__(cls) -> list[str]:
        return sorted({*super().__dir__(), *cls.__members__})


class LeanEnum(Enum, metaclass=_LeanEnumType):
    """An enumeration as LEAN shows it to Python: no int, yet equal to its number and its C# name; prints UPPER_CASE.

    Members are declared UPPER_CASE; `alias_members` adds the C# spelling (`Resolution.Daily`). Members have no `.name`.
    """

    @property
    def name(self) -> str:  # .NET's enumerations have none
        """Refused as in .NET; use `to_string()`."""
        raise AttributeError(
            f"'{type(self).__name__}' object has no attribute 'name' Did you mean: 'get_name', 'get_names'?"
        )

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if isinstance(other, LeanEnum):
            return type(self) is type(other) and self._value_ == other._value_
        if isinstance(other, str):
            return self.to_string() == other
        if isinstance(other, (int, float)):
            return bool(self._value_ == other)
        return NotImplemented

    def __ne__(self, other: object) -> bool:
        equal = self.__eq__(other)
        return NotImplemented if equal is NotImplemented else not equal

    def __lt__(self, other: Any) -> bool:
        return bool(self._value_ < int(other))

    def __le__(self, other: Any) -> bool:
        return bool(self._value_ <= int(other))

    def __gt__(self, other: Any) -> bool:
        return bool(self._value_ > int(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self._value_ >= int(other))

    def __int__(self) -> int:
        return int(self._value_)

    def __index__(self) -> int:
        return int(self._value_)

    def __float__(self) -> float:
        raise TypeError(f"float() argument must be a string or a real number, not '{type(self).__name__}'")

    def __neg__(self) -> int:
        return -int(self._value_)

    def __mul__(self, other: Any) -> Any:
        return int(self._value_) * other

    __rmul__ = __mul__

    def __hash__(self) -> int:
        return hash(self._value_)

    def __repr__(self) -> str:
        return f"<QuantConnect.{type(self).__name__} object at 0x{id(self):012x}>"

    def __str__(self) -> str:
        return self._name_

    def __format__(self, spec: str) -> str:
        return format(self._name_, spec)

    def to_string(self) -> str:
        """C# spelling of the member, as LEAN's own texts use it: `StopLimit`."""
        return to_pascal(self._name_.lower())

    ToString = to_string


def alias_members(*enums: type[Enum]) -> None:
    """Add the C# spelling of each member: `Resolution.DAILY` is also `Resolution.Daily`."""
    for enum in enums:
        for name, member in enum.__members__.items():
            alias = to_pascal(name.lower())
            if alias not in enum.__members__:
                type.__setattr__(enum, alias, member)

"""Members that LEAN's classes have and the engine's lack: using one is refused by name, with a way out, never silently.

`leanmembers.txt` lists the members of LEAN's classes (made by `vibetrader.compile.build_index`); what is lacking is found
by comparing it with the engine's classes, so the list needs no upkeep.
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any, NoReturn

from vibetrader.errors import UnsupportedLeanMember


@cache
def table() -> dict[str, frozenset[str]]:
    """Members of LEAN's classes, by the class's name."""
    text = (files(__package__) / "leanmembers.txt").read_text(encoding="utf-8")
    rows = (line.partition(": ") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: frozenset(members.split()) for name, _, members in rows}


def lean_name(cls: type) -> str:
    """LEAN's name of a class of the engine."""
    full = vars(cls).get("__clr_name__")
    return full.rpartition(".")[2] if isinstance(full, str) else cls.__name__


def has(cls: type, member: str) -> bool:
    """Whether LEAN's class, or a base of it, has a public member of this snake_case name."""
    known = table()
    return any(
        member in known.get(name, ())
        for base in cls.__mro__
        if base.__module__.startswith("vibetrader.")
        for name in {lean_name(base), base.__name__}
    )


@cache
def lacking(cls: type) -> tuple[str, ...]:
    """Members of LEAN's class that the engine's class lacks."""
    known = table()
    wanted = known.get(lean_name(cls)) or known.get(cls.__name__) or frozenset()
    slots = {slot for base in cls.__mro__ for slot in getattr(base, "__slots__", ())}
    return tuple(
        member
        for member in sorted(wanted)
        if member not in slots and not any(member in vars(base) for base in cls.__mro__)
    )


def refuse(cls: type, member: str) -> NoReturn:
    """Refuse a member.

    Raises:
        UnsupportedLeanMember: Always.
    """
    from vibetrader.engine.api.support import hint_for

    owner = next((base for base in cls.__mro__ if base.__module__.startswith("vibetrader.")), cls)
    raise UnsupportedLeanMember(
        f"LEAN's '{lean_name(owner)}.{member}' is not in the embedded engine", hint=hint_for(member)
    )


def lacks(cls: type) -> tuple[str, ...]:
    """`lacking`, less what objects get when they are made."""
    assigned = _assigned(cls)
    return tuple(
        member
        for member in lacking(cls)
        if member not in assigned or isinstance(vars(cls).get(member), _Refused)
    )


class _Refused:
    """Stands in a class for a static member it lacks; setting an attribute of the name is free."""

    def __init__(self, owner: type, name: str) -> None:
        self._owner = owner
        self._name = name

    def __get__(self, instance: object, owner: Any = None) -> Any:
        refuse(self._owner, self._name)


def guard(found: Any) -> Any:
    """Refuse what a class lacks also where it is read from the class itself (`Symbol.create_option`)."""
    if isinstance(found, type) and not issubclass(found, Enum) and type(found) is type and "__getattr__" in dir(found):
        try:
            for member in lacks(found):
                setattr(found, member, _Refused(found, member))
        except TypeError:  # sealed against the strategy: `guard_statics` came before
            pass
    return found


def guard_statics() -> None:
    """`guard` the classes whose members strategies read from the class itself, before they are sealed."""
    from vibetrader.engine.data.symbol import SecurityIdentifier, Symbol

    for cls in (Symbol, SecurityIdentifier):
        guard(cls)


@cache
def _assigned(cls: type) -> frozenset[str]:
    """Names that the class's own code mentions: attributes that objects get when they are made."""
    names: set[str] = set()
    for base in cls.__mro__:
        if base.__module__.startswith("vibetrader."):
            for value in vars(base).values():
                code = getattr(getattr(value, "__func__", value), "__code__", None)
                if code is not None:
                    names.update(code.co_names)
    return frozenset(names)

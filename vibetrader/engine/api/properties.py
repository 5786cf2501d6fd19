"""LEAN's properties and overloaded methods as Python.NET shows them, refusals included."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from vibetrader.engine.clr import Overloads, clr_name


class LeanProperty(property):
    """A property that refuses what .NET's type would refuse; reading one is as fast as its `read`.

    Args:
        read: Gives the value.
        clr_type: .NET name of its type; "" for a property that cannot be written.
        write: Stores a value that was accepted.
        accepts: Whether a value has the type; None is always taken unless `none` is False.
        none: Whether None can be stored.
        convert: Used instead of `accepts` where Python.NET converts (numbers, enumerations).
        doc: Docstring.
    """

    def __init__(
        self,
        read: Callable[[Any], Any],
        clr_type: str = "",
        write: Callable[[Any, Any], None] | None = None,
        *,
        accepts: Callable[[Any], bool] | None = None,
        none: bool = True,
        convert: Callable[[Any], Any] | None = None,
        doc: str = "",
    ) -> None:
        super().__init__(read, self._set, self._delete, doc)
        self._clr_type = clr_type
        self._write = write
        self._accepts = accepts
        self._none = none
        self._convert = convert

    def _set(self, instance: Any, value: Any) -> None:
        if self._write is None:
            raise TypeError("property is read-only")
        if self._convert is not None:
            self._write(instance, self._convert(value))
            return
        if value is None:
            fits = self._none
        else:
            fits = self._accepts is None or self._accepts(value)
        if not fits:
            name = clr_name(type(value))
            shown = name or f"'{type(value).__name__}'"
            raise TypeError(f"{shown} value cannot be converted to {self._clr_type}")
        self._write(instance, value)

    def _delete(self, instance: Any) -> None:
        raise TypeError("cannot delete property")


def overloaded(*signatures: str, names: Mapping[str, object] | None = None) -> Callable[[Any], Any]:
    """Decorator: bind calls as Python.NET would, to one of these signatures, and call with keyword arguments.

    The function gets `_overload`, the number of the signature, when it has a parameter of that name.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        overloads = Overloads(function.__name__, *signatures, names=names)
        bind = overloads.bind
        wants_number = "_overload" in function.__code__.co_varnames[: function.__code__.co_argcount + function.__code__.co_kwonlyargcount]

        @wraps(function)
        def call(self: Any, *arguments: Any, **keywords: Any) -> Any:
            number, bound = bind(arguments, keywords)
            if wants_number:
                bound["_overload"] = number
            return function(self, **bound)

        call.overloads = overloads  # type: ignore[attr-defined]
        return call

    return decorate

"""JSON as Newtonsoft writes LEAN's files: decimals keep their scale, whole ones end in ".0"."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from vibetrader.engine.statistics.dotnet import json_double, json_number


class Compact:
    """A value written without line breaks inside an indented document (LEAN does so for chart series)."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def text_json(value: str) -> str:
    """A JSON string; non-ASCII characters stay, the three line separators are escaped."""
    out = json.dumps(value, ensure_ascii=False)
    if not out.isascii():
        for character in ("\u0085", "\u2028", "\u2029"):
            out = out.replace(character, f"\\u{ord(character):04x}")
    return out


def compact(value: Any) -> str:
    """One line of JSON.

    Raises:
        TypeError: A value of a kind that JSON lacks.
    """
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    kind = type(value)
    if kind is str:
        return text_json(value)
    if kind is Decimal:
        return json_number(value)
    if kind is int:
        return str(value)
    if kind is list or kind is tuple:
        return "[" + ",".join([compact(item) for item in value]) + "]"
    if kind is dict:
        return "{" + ",".join([f"{text_json(str(key))}:{compact(item)}" for key, item in value.items()]) + "}"
    if kind is Compact:
        return compact(value.value)
    if isinstance(value, float):
        return json_double(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, str):
        return text_json(value)
    raise TypeError(f"{value!r} of type {kind.__name__} has no JSON form")


def indented(value: Any, margin: str = "") -> str:
    """JSON with two blanks per level."""
    inner = margin + "  "
    if isinstance(value, dict) and value:
        items = [f"{inner}{text_json(str(key))}: {indented(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(items) + f"\n{margin}}}"
    if isinstance(value, (list, tuple)) and value:
        return "[\n" + ",\n".join(inner + indented(item, inner) for item in value) + f"\n{margin}]"
    return compact(value)

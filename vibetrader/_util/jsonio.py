"""JSON without NaN: what we write, any parser reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any


def dumps(value: object, *, indent: int | None = None) -> str:
    """JSON text with keys in insertion order.

    Raises:
        ValueError: The value holds NaN or infinity; an undefined number is None, with its reason beside it.
    """
    return json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False, default=_plain)


def lines(value: Mapping[str, object]) -> str:
    """JSON text of an object with a line per entry, and per item of a list of objects: readable, and quick to write."""
    parts = []
    for key, below in value.items():
        if isinstance(below, list) and below and isinstance(below[0], Mapping):
            text = "[\n  " + ",\n  ".join(dumps(item) for item in below) + "\n ]"
        else:
            text = dumps(below)
        parts.append(f" {dumps(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def loads(text: str | bytes) -> Any:
    """Parse JSON; a byte-order mark is accepted (LEAN writes one), NaN and infinity are not.

    Raises:
        ValueError: Not JSON.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig")
    return json.loads(text, parse_constant=_refuse)


def canonical(value: object) -> str:
    """JSON for hashing: sorted keys, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain)


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not a JSON number")


def _plain(value: object) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return value.as_posix()
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True)
    raise TypeError(f"{type(value).__name__} has no JSON form: {value!r}")

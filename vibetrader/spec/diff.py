"""What changed between two specs, field by field."""

from __future__ import annotations

from typing import Any, NamedTuple

from vibetrader.spec.parameters import resolved
from vibetrader.spec.strategy import StrategySpec


class Change(NamedTuple):
    """One field before and after; None is absent."""

    field: str
    before: Any
    after: Any

    def __str__(self) -> str:
        if self.before is None:
            return f"+ {self.field}: {self.after}"
        if self.after is None:
            return f"- {self.field}: {self.before}"
        return f"~ {self.field}: {self.before} → {self.after}"


def diff(before: StrategySpec, after: StrategySpec, *, names: bool = False) -> list[Change]:
    """Fields that differ, in the order of the spec file; origins are not compared.

    Args:
        names: True compares the files as written; False puts the numbers in place of parameter names first.
    """
    left, right = (before, after) if names else (resolved(before), resolved(after))
    old, new = _flat(left), _flat(right)
    keys = list(dict.fromkeys([*old, *new]))
    return [Change(key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)]


def _flat(spec: StrategySpec) -> dict[str, Any]:
    data = spec.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"provenance", "name", "description"})
    found: dict[str, Any] = {}

    def put(prefix: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                put(f"{prefix}.{key}" if prefix else key, item)
        elif isinstance(value, list) and prefix == "symbols":
            found[prefix] = [item["ticker"] for item in value]
            kinds = [f"{item['type']}/{item['market']}" for item in value]
            found["symbols.type"] = kinds if len(set(kinds)) > 1 else kinds[0]
        elif value not in ([], ""):
            found[prefix] = value

    put("", data)
    return found

"""What changed between two runs: fields of the spec, figures of the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from vibetrader.rundir.layout import METRICS, SPEC
from vibetrader.rundir.rundir import RunDir

# Where a field came from is not what it says.
_NOT_MEANING = {"provenance", "schema", "idea", "source"}


@dataclass(frozen=True, slots=True)
class Change:
    """A field or figure with its old and new value; None is "not there"."""

    name: str
    old: object
    new: object

    def __str__(self) -> str:
        return f"{self.name}: {_shown(self.old)} → {_shown(self.new)}"


def spec_changes(old: RunDir, new: RunDir) -> list[Change]:
    """The spec fields that differ, in the order of the new spec."""
    before, after = (dict(_leaves(_spec(run))) for run in (old, new))
    names = [*after, *(name for name in before if name not in after)]
    return [Change(n, before.get(n), after.get(n)) for n in names if before.get(n) != after.get(n)]


def metric_changes(old: RunDir, new: RunDir) -> list[Change]:
    """The figures of both runs side by side as LEAN shows them, in the order of the metrics file."""
    before, after = (run.read(METRICS) if run.has(METRICS) else {} for run in (old, new))
    names = [*after, *(name for name in before if name not in after)]
    return [Change(n, _display(before.get(n)), _display(after.get(n))) for n in names]


def _spec(run: RunDir) -> Any:
    return yaml.safe_load(run.read(SPEC)) if run.has(SPEC) else {}


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for key, below in value.items():
            if path or str(key) not in _NOT_MEANING:
                yield from _leaves(below, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and any(isinstance(item, (Mapping, list)) for item in value):
        for number, item in enumerate(value):
            yield from _leaves(item, f"{path}[{number}]")
    else:
        yield path, value


def _display(entry: object) -> object:
    if isinstance(entry, Mapping):
        shown = entry.get("display")
        return shown if shown is not None else entry.get("value")
    return entry


def _shown(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "–"
    return str(value)

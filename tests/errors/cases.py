"""A broken program with what is known about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: Classes of the recordings that DESIGN has no word for, and what `compile` may call them.
_CALLED = {
    "warmup": {"warm-up"},
    "structure": {"runtime"},
    "python": {"runtime"},
    "silent": {"runtime", "data"},
}


@dataclass(frozen=True)
class Case:
    """One program with one mistake.

    Attributes:
        name: Where it comes from and which mistake it has.
        source: The broken program.
        kind: What the mistake is called in the recordings' classes.
        line: 1-based line of the mistake.
        repairable: A rule can mend it.
        accepted: LEAN runs it all the same; it may be warned of, not refused.
        events: Order events of the sound program, as LEAN recorded them; None when they are not known.
        parameters: Of the project.
        data: `golden` or `lean`: which data folder.
    """

    name: str
    source: str
    kind: str
    line: int
    repairable: bool = False
    accepted: bool = False
    events: tuple[Any, ...] | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    data: str = "golden"

    @property
    def classes(self) -> set[str]:
        """What `compile` may call it."""
        return _CALLED.get(self.kind, {self.kind})


def parameters_of(meta: dict[str, Any]) -> dict[str, str]:
    """Parameters of a recording, as texts."""
    return {name: str(value) for name, value in (meta.get("parameters") or {}).items()}


def recorded(golden: Path) -> Iterator[Case]:
    """The broken programs of the recordings."""
    for path in sorted((golden / "errors").glob("*/strategy.json")):
        meta = json.loads(path.read_text())
        folder = path.parent
        sound = json.loads((folder / "fixed" / "golden.json").read_text())
        yield Case(
            folder.name,
            (folder / "main.py").read_text(),
            meta["class"],
            meta["line"],
            bool(meta["repairable_by_rule"]),
            bool(meta.get("accepted_by_lean")),
            tuple(sound.get("order_events") or ()),
            parameters_of(meta),
            meta.get("data", "golden"),
        )

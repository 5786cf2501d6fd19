"""Sound programs with LEAN's recorded orders: what mutations are made from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tests.errors.cases import Case, parameters_of

TOPICS = ("errors", "strategies", "programs", "fuzz")


def bases(golden: Path) -> Iterator[Case]:
    """Every recorded program that runs to its end and trades, as a case without a mistake."""
    for topic in TOPICS:
        for path in sorted((golden / topic).glob("*/strategy.json")):
            folder = path.parent
            main, result = (folder / "main.py", folder / "golden.json")
            if topic == "errors":
                main, result = folder / "fixed.py", folder / "fixed" / "golden.json"
            meta, doc = json.loads(path.read_text()), json.loads(result.read_text())
            events = doc.get("order_events") or []
            if doc.get("status") != "Completed" or not events or any(str(e) == "... " for e in events):
                continue
            if len(events) > 3000:
                continue
            yield Case(
                f"{topic}/{folder.name}",
                main.read_text(),
                "",
                0,
                events=tuple(events),
                parameters=parameters_of(meta),
                data=meta.get("data", "golden"),
            )

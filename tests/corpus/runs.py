"""`python -m tests.corpus.runs [FILE]`: every compiled spec of a corpus designs, compiles and runs in the embedded engine."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from tests.corpus.__main__ import default_file
from tests.corpus.items import Item, read_items, spec_of_item
from vibetrader.spec.strategy import StrategySpec
from vibetrader.spec.timeframes import minutes

_DAYS = 3
"""Sessions of minute bars that are enough to see a program run."""


def compiled(items: list[Item]) -> Iterator[tuple[str, StrategySpec]]:
    """The specs that texts without open questions compile to, over a short period."""
    for item in items:
        spec = spec_of_item(item)
        if spec is not None:
            yield item["id"], shortened(spec)


def shortened(spec: StrategySpec) -> StrategySpec:
    """The spec over a few days, or longer for long bars."""
    length = minutes(spec.timeframe)
    days = _DAYS if length <= 5 else 10 if length <= 60 else 40 if length < 1440 else 300
    start = date(2024, 1, 8)
    data = {name: getattr(spec, name) for name in StrategySpec.model_fields}
    data["period"] = {"start": start, "end": start + timedelta(days=days)}
    return StrategySpec.model_validate(data)


def ran(name: str, spec: StrategySpec, folder: Path) -> str:
    """How the spec's run ended: "" for well, "refused: …" for a clear no before any code, else the trouble."""
    from vibetrader.clarify.node import untradable
    from vibetrader.graph.nodes import NODES
    from vibetrader.rundir import RunDir
    from vibetrader.rundir.layout import SPEC
    from vibetrader.settings import Settings
    from vibetrader.spec import yamlio

    reason = untradable(spec)
    if reason:
        return f"refused: {reason}"
    settings = Settings.model_validate({"runs_dir": folder, "data": "synthetic", "today": date(2026, 11, 24)})
    run = RunDir.create(name, settings)
    run.write(SPEC, yamlio.dump(spec))
    for node in ("design", "compile"):
        outcome = run.visit(node, NODES[node], settings)
        if outcome.status.value != "ok":
            return f"{node}: {outcome.status.value}: {outcome.message}"
    return ""


def main(argv: list[str] | None = None) -> int:
    """Runs them all; exit code 1 when one does not run."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus.runs", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--part", default="1/1", help="2/4: the second of four parts")
    arguments = parser.parse_args(argv)
    part, parts = (int(p) for p in arguments.part.split("/"))
    specs = list(compiled(read_items(arguments.file or default_file())))[part - 1 :: parts]
    bad = refused = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, spec in specs:
            trouble = ran(name, spec, Path(folder))
            if trouble.startswith("refused"):
                refused += 1
            elif trouble:
                bad += 1
            if trouble:
                print(f"{name}: {trouble}", flush=True)
    print(f"{len(specs)} specs: {len(specs) - bad - refused} ran, {refused} refused before any code, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

"""`vibetrader lean-support`: what the embedded engine has of LEAN."""

from __future__ import annotations

from typing import Annotated

import typer

from vibetrader.cli import options as o

Word = Annotated[str | None, typer.Argument(help="Only rows with this word.")]
Lacking = Annotated[bool, typer.Option("--lacking", help="Also name every class and member that is refused.")]


def lean_support(word: Word = None, lacking: Lacking = False, as_json: o.Json = False) -> None:
    """List what the embedded engine supports of LEAN, counted in its classes, and the nearest way for the rest.

    Example: vibetrader lean-support options
    """
    from vibetrader.cli import render
    from vibetrader.engine.api import survey

    rows = survey.rows(word)
    found = survey.survey()
    wanted = (word or "").lower()
    classes = [row for row in found.classes if row.lacking and wanted in " ".join((row.name, *row.lacking)).lower()]
    if as_json:
        render.out_json(
            {
                "features": rows,
                "names": {"lean": found.names, "refused": list(found.refused)},
                "classes": [{"name": c.name, "members": c.members, "lacking": list(c.lacking)} for c in found.classes],
            }
        )
        return
    for row in rows:
        count = f"{row['found']}/{len(row['members'])}"
        render.out(f"{row['feature']:28} {row['level']:8} {count:6} {row['note'] or ', '.join(row['members'])}")
    if word is None:
        members = sum(row.members for row in found.classes)
        lack = sum(len(row.lacking) for row in found.classes)
        render.out(
            f"\n{found.names - len(found.refused)} of {found.names} names of AlgorithmImports; {members - lack} of {members} "
            f"members of {len(found.classes)} classes. Using any other is refused by name (UnsupportedLeanFeature, exit code 8)."
        )
    if lacking or (word is not None and not rows):
        for entry in classes:
            render.out(f"{entry.name}: {', '.join(entry.lacking)}")
        names = [name for name in found.refused if wanted in name.lower()]
        if names:
            render.out(f"names: {', '.join(names)}")

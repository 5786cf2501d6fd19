"""`vibetrader lean-support`: what the embedded engine has of LEAN."""

from __future__ import annotations

from typing import Annotated

import typer

from vibetrader.cli import options as o

Word = Annotated[str | None, typer.Argument(help="Only rows with this word.")]


def lean_support(word: Word = None, as_json: o.Json = False) -> None:
    """List what the embedded engine supports of LEAN, and the nearest way for the rest.

    Example: vibetrader lean-support options
    """
    from vibetrader.cli import render
    from vibetrader.engine.api.support import FEATURES

    rows = [
        {"feature": f.feature, "level": f.level, "members": list(f.members), "note": f.note}
        for f in FEATURES
        if word is None or word.lower() in " ".join((f.feature, f.note, *f.members)).lower()
    ]
    if as_json:
        render.out_json(rows)
        return
    for row in rows:
        render.out(f"{row['feature']:28} {row['level']:8} {row['note'] or ', '.join(row['members'])}")

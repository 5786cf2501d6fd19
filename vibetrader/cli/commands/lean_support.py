"""`vibetrader lean-support`: what the embedded engine has of LEAN."""

from __future__ import annotations

from typing import Annotated

import typer

from vibetrader.cli import options as o

Word = Annotated[str | None, typer.Argument(help="Only rows with this word.")]


def lean_support(word: Word = None, as_json: o.Json = False) -> None:
    """List the LEAN members that the embedded engine lacks, with the nearest way.

    Example: vibetrader lean-support options
    """
    from vibetrader.cli import render
    from vibetrader.engine.api.support import table

    rows = [row for row in table() if word is None or word.lower() in f"{row['member']} {row['hint']}".lower()]
    if as_json:
        render.out_json(rows)
        return
    for row in rows:
        render.out(f"{row['member']:40} {row['status']:12} {row['hint']}")

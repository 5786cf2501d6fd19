"""`vibetrader indicators`: what conditions may name."""

from __future__ import annotations

from typing import Annotated

import typer

from vibetrader.cli import options as o
from vibetrader.errors import UsageError

Name = Annotated[str | None, typer.Argument(help="Show this one only.")]


def indicators(name: Name = None, as_json: o.Json = False) -> None:
    """List the indicators of the spec language with their parameters.

    Example: vibetrader indicators rsi
    """
    from vibetrader._util.suggest import did_you_mean
    from vibetrader.cli import render
    from vibetrader.spec import indicator_table

    rows = indicator_table()
    if name is not None:
        known = [row["name"] for row in rows]
        rows = [row for row in rows if row["name"] == name.lower()]
        if not rows:
            raise UsageError(f"no indicator is called {name!r}", hint=did_you_mean(name, known).capitalize())
    if as_json:
        render.out_json(rows)
        return
    for row in rows:
        render.out(f"{row['form']:44} {row['title']}")

"""`vibetrader sweep`."""

from __future__ import annotations

import typer

from vibetrader.errors import UsageError


def sweep(context: typer.Context) -> None:
    """Run many variants of a spec (not in this version yet)."""
    raise UsageError(
        "sweep is not in this version yet",
        hint="Until then: a loop over `vibetrader compile RUN -p name=value --json`.",
    )

"""`vibetrader replay`."""

from __future__ import annotations

from vibetrader.cli import options as o
from vibetrader.errors import UsageError


def replay(run: o.RunPath, as_json: o.Json = False) -> None:
    """Repeat a run from what its directory holds (not in this version yet)."""
    raise UsageError(
        "replay is not in this version yet",
        hint=f"`vibetrader run {run}` goes on with a run.",
    )

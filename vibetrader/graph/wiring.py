"""Settings → collaborators: what the graph itself needs beside the nodes."""

from __future__ import annotations

import contextlib

from vibetrader.settings import Settings


def engine_ahead(settings: Settings) -> contextlib.AbstractContextManager[None]:
    """Has the embedded engine load while the first nodes think; it runs in a process of its own anyway."""
    if settings.engine != "embedded":
        return contextlib.nullcontext()
    from vibetrader.backtest.embedded import ready

    return ready()

"""Settings → collaborators: what the graph itself needs beside the nodes."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vibetrader.settings import Settings

if TYPE_CHECKING:
    from vibetrader.llm import Tool


def engine_ahead(settings: Settings) -> contextlib.AbstractContextManager[None]:
    """Has the embedded engine load while the first nodes think; it runs in a process of its own anyway."""
    if settings.engine != "embedded":
        return contextlib.nullcontext()
    from vibetrader.backtest.embedded import ready

    return ready()


def author_tools(settings: Settings) -> Sequence[Tool]:
    """What a model that writes code may look up; the rooms do not know each other, so it is handed over here."""
    if settings.llm == "none":
        return ()
    from vibetrader.compile.tools import LEAN_TOOLS

    return LEAN_TOOLS

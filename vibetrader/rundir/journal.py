"""`journal.jsonl`: one line per node start and end, route and error."""

from __future__ import annotations

from typing import Literal

from vibetrader.results.model import FileModel


class JournalLine(FileModel):
    """One event of a run.

    Attributes:
        time: UTC, ISO 8601 with milliseconds.
        event: `start` and `end` of a node, `skip` of a fresh one, `route` taken, `error` with its traceback.
        duration_s: Wall time of the node, on `end`.
    """

    time: str
    event: Literal["start", "end", "skip", "route", "error"]
    node: str = ""
    status: str = ""
    to: str = ""
    message: str = ""
    duration_s: float | None = None
    traceback: str = ""

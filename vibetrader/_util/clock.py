"""The only place that asks the machine for the time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def fixed(moment: datetime) -> Clock:
    """A clock that always shows `moment`; for tests and replays."""
    if moment.tzinfo is None:
        raise ValueError(f"a clock needs an aware time, got {moment!r}")
    return lambda: moment.astimezone(UTC)


def stopwatch() -> Callable[[], float]:
    """A function that gives the seconds since this call, from a clock that never runs backwards."""
    started = time.perf_counter()
    return lambda: time.perf_counter() - started


def compact(moment: datetime) -> str:
    """`20261124T164218Z`: sortable and legal in file names everywhere."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def iso(moment: datetime) -> str:
    """`2026-11-24T16:42:18.123Z`, in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""Sets of moments as sorted lists of half-open spans, in milliseconds since 1970."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final

Span = tuple[int, int]

DAY_MS: Final = 86_400_000
#: Length of a bar of each resolution of LEAN's folders.
STEP_MS: Final = {"minute": 60_000, "hour": 3_600_000, "daily": DAY_MS}
_EPOCH: Final = date(1970, 1, 1)


def union(spans: Iterable[Span]) -> list[Span]:
    """The moments in any of the spans, as few spans as can be."""
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """The moments in the first spans and in none of the second."""
    left = union(spans)
    for low, high in union(taken):
        cut: list[Span] = []
        for start, end in left:
            cut += [(start, min(end, low)), (max(start, high), end)]
        left = [span for span in cut if span[0] < span[1]]
    return sorted(left)


def common(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The moments in both."""
    theirs = union(others)
    return union((max(a, c), min(b, d)) for a, b in spans for c, d in theirs)


def day_start(day: date) -> int:
    """Midnight of a day."""
    return (day - _EPOCH).days * DAY_MS


def day_of(moment: int) -> date:
    """The day that a moment lies in."""
    return _EPOCH + timedelta(days=moment // DAY_MS)


def stamp(moment: int) -> str:
    """`2024-01-31T13:00Z`; seconds only where there are some."""
    text = datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="seconds").removesuffix("+00:00")
    return f"{text.removesuffix(':00') if text.endswith(':00') else text}Z"


def moment_of(text: str) -> int:
    """What `stamp` wrote."""
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)

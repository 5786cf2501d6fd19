"""Bars of the traded symbol for the price chart, from the data folder the run used."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

_HOUR_AND_DAILY = ("hour", "daily")


def bars_around(
    symbol: str, folder: Path | None, start: str | None, end: str | None, *, most: int
) -> list[list[float]]:
    """[time, open, high, low, close] between two days, merged so that no more than `most` are left.

    Hours are preferred to days; minutes are left to the engine. No bars are an empty list: the chart then draws the
    benchmark's line.
    """
    if not symbol or folder is None or not start or not end:
        return []
    low, high = start[:10].replace("-", ""), end[:10].replace("-", "")
    for resolution in _HOUR_AND_DAILY:
        for path in sorted(folder.glob(f"*/*/{resolution}/{symbol.lower()}*.zip")):
            if path.stem not in (symbol.lower(), f"{symbol.lower()}_trade"):
                continue
            bars = _read(path, low, high)
            if bars:
                return _merged(bars, most)
    return []


def _read(path: Path, low: str, high: str) -> list[list[float]]:
    scale = 1e-4 if "equity" in path.parts else 1.0
    try:
        with zipfile.ZipFile(path) as archive:
            text = archive.read(archive.namelist()[0]).decode()
    except (OSError, zipfile.BadZipFile, IndexError, UnicodeDecodeError):
        return []  # the chart is a view; the run itself has said what is wrong with its data
    bars = []
    for line in text.splitlines():
        if low <= line[:8] <= high:
            stamp, *rest = line.split(",")
            try:
                bars.append([_seconds(stamp), *(float(cell) * scale for cell in rest[:4])])
            except ValueError:
                continue
    return bars


@lru_cache(maxsize=64)
def _midnight(day: str) -> float:
    return datetime(int(day[:4]), int(day[4:6]), int(day[6:8]), tzinfo=UTC).timestamp()


def _seconds(stamp: str) -> float:
    """UTC seconds of LEAN's `yyyyMMdd HH:mm`."""
    return _midnight(stamp[:8]) + int(stamp[9:11]) * 3600 + int(stamp[12:14]) * 60


def _merged(bars: list[list[float]], most: int) -> list[list[float]]:
    size = -(-len(bars) // most)
    if size <= 1:
        return bars
    groups = [bars[i : i + size] for i in range(0, len(bars), size)]
    return [[g[0][0], g[0][1], max(b[2] for b in g), min(b[3] for b in g), g[-1][4]] for g in groups]

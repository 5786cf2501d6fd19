"""A data folder made of candles that somebody wrote down: what a strategy's tests run on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from vibetrader._util.files import atomic_write
from vibetrader.errors import DataError
from vibetrader.marketdata.hours import MarketHours
from vibetrader.marketdata.leanformat import SCALED_TYPES, data_path, zip_of

Candle = tuple[float, float, float, float, float]
"""Open, high, low, close, volume."""

_SECOND: Final = 1_000_000_000
_DAY_S: Final = 86_400
_STEP: Final = re.compile(
    r"(?:(?P<flat>flat)|(?P<sign>[+-])?(?P<number>\d+(?:\.\d+)?)(?P<percent>%)?)(?:\s+(?:in|for)\s+(?P<bars>\d+))?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Slot:
    """When a candle is: UTC seconds."""

    start: int
    end: int


def path_closes(text: str) -> list[float]:
    """Closes along a path: `100, 80 in 20, flat in 5, +10% in 10, 120` (a number alone is one bar).

    Raises:
        DataError: A step that cannot be read.
    """
    closes: list[float] = []
    for step in re.split(r"[,;\n]|->|→", text):
        words = step.strip().removeprefix("to ").strip()
        if not words:
            continue
        found = _STEP.fullmatch(words)
        if found is None or (found["flat"] and not closes):
            raise DataError(
                f"step {words!r} of a path cannot be read", hint="For example: 100, 80 in 20, flat in 5, +10% in 10"
            )
        bars = int(found["bars"] or 1)
        last = closes[-1] if closes else None
        if found["flat"]:
            target = last or 0.0
        elif found["percent"] or found["sign"]:
            if last is None:
                raise DataError(f"a path cannot begin with {words!r}", hint="Begin with a price: 100, …")
            change = float(found["number"]) * (-1 if found["sign"] == "-" else 1)
            target = last * (1 + change / 100) if found["percent"] else last + change
        else:
            target = float(found["number"])
        first = target if last is None else last
        closes += [first + (target - first) * n / bars for n in range(1, bars + 1)]
    if not closes:
        raise DataError("a path has no step", hint="For example: 100, 80 in 20")
    return closes


def from_closes(closes: Sequence[float]) -> list[Candle]:
    """Candles that open where the one before closed."""
    opens = [closes[0], *closes[:-1]]
    return [(o, max(o, c), min(o, c), c, 1000.0) for o, c in zip(opens, closes, strict=True)]


def slots(kind: str, market: str, ticker: str, first: date, seconds: int, count: int) -> list[Slot]:
    """The times of so many bars from a day on, in the market's sessions."""
    entry = MarketHours().entry(market, ticker, kind)
    data_zone, hours = entry.data_time_zone, entry.exchange_hours
    found: list[Slot] = []
    local = (first - date(1970, 1, 1)).days * _DAY_S
    tries = 0
    while len(found) < count:
        tries += 1
        if tries > count * 20 + 100_000:
            raise DataError(f"{ticker} has no {count} bars from {first} on")
        start, end = (data_zone.to_utc(moment * _SECOND) for moment in (local, local + seconds))
        there = hours.time_zone
        if hours.is_open_during(there.to_local(start), there.to_local(end) - 1, False):
            if seconds >= _DAY_S and kind in ("equity", "index"):
                end = min(end, there.to_utc(hours.next_close(there.to_local(start))))
            found.append(Slot(start // _SECOND, end // _SECOND))
        local += seconds
    return found


def write_folder(
    folder: Path, kind: str, market: str, ticker: str, candles: Sequence[Candle], first: date, *, seconds: int
) -> list[Slot]:
    """Write candles of one symbol in LEAN's layout; gives the time of each.

    Candles longer than LEAN's resolutions are written as finer bars that add up to them: the first carries the whole
    candle, the others stay at its close.
    """
    base = 60 if seconds < 3600 else 3600 if seconds < _DAY_S else _DAY_S
    parts = seconds // base
    fine = slots(kind, market, ticker, first, base, len(candles) * parts)
    rows: list[Candle] = []
    for o, h, low, c, v in candles:
        rows.append((o, h, low, c, v))
        rows += [(c, c, c, c, 0.0)] * (parts - 1)
    name = {60: "minute", 3600: "hour", _DAY_S: "daily"}[base]
    _write(folder, kind, market, ticker, name, fine, rows)
    if base != 3600:  # LEAN reads a benchmark by the hour
        _write(folder, kind, market, ticker, "hour", *_hours(fine, rows, base))
    return [Slot(fine[n * parts].start, fine[n * parts + parts - 1].end) for n in range(len(candles))]


def _hours(fine: Sequence[Slot], rows: Sequence[Candle], base: int) -> tuple[list[Slot], list[Candle]]:
    if base > 3600:
        return [Slot(slot.start, slot.start + 3600) for slot in fine], list(rows)
    grouped: dict[int, list[Candle]] = {}
    for slot, row in zip(fine, rows, strict=True):
        grouped.setdefault(slot.start // 3600 * 3600, []).append(row)
    merged = [
        (g[0][0], max(r[1] for r in g), min(r[2] for r in g), g[-1][3], sum(r[4] for r in g)) for g in grouped.values()
    ]
    return [Slot(start, start + 3600) for start in grouped], merged


def _write(
    folder: Path, kind: str, market: str, ticker: str, resolution: str, times: Sequence[Slot], rows: Sequence[Candle]
) -> None:
    quotes = kind in ("forex", "cfd")
    side = "quote" if quotes else "trade"
    data_zone = MarketHours().entry(market, ticker, kind).data_time_zone
    by_day: dict[str, list[str]] = {}
    for slot, row in zip(times, rows, strict=True):
        local = datetime.fromtimestamp(data_zone.to_local(slot.start * _SECOND) / _SECOND, UTC)
        stamp = f"{local:%Y%m%d}"
        if resolution == "minute":
            moment = str((local.hour * 3600 + local.minute * 60) * 1000)
        else:
            moment = f"{stamp} {local:%H:%M}"
        by_day.setdefault(stamp, []).append(f"{moment},{_cells(kind, row, quotes)}")
    if resolution == "minute":
        for stamp, lines in by_day.items():
            path, entry = data_path(folder, kind, market, resolution, ticker, side, stamp)
            atomic_write(path, zip_of(entry, lines), durable=False)
        return
    path, entry = data_path(folder, kind, market, resolution, ticker, side)
    atomic_write(path, zip_of(entry, [line for lines in by_day.values() for line in lines]), durable=False)


def _cells(kind: str, row: Candle, quotes: bool) -> str:
    prices, volume = row[:4], row[4]
    if quotes:
        shown = ",".join(f"{price:.10g}" for price in prices)
        return f"{shown},0,{shown},0"
    if kind in SCALED_TYPES:
        return ",".join(str(round(price * 10_000)) for price in prices) + f",{volume:.0f}"
    return ",".join(f"{price:.10g}" for price in prices) + f",{volume:.10g}"

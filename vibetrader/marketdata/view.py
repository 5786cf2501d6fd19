"""Bars of a symbol as arrays at any timeframe, read from a LEAN data folder: for charts and second opinions, not for the engine.

Prices of shares are adjusted by the folder's factor files, as LEAN adjusts them by default.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from vibetrader.errors import DataError
from vibetrader.marketdata.factorfiles import FactorFiles
from vibetrader.marketdata.hours import MarketHours
from vibetrader.marketdata.leanformat import (
    QUOTE_FIELDS,
    SCALED_TYPES,
    TRADE_FIELDS,
    RawBars,
    concatenate,
    data_path,
    read_all,
    read_day,
)
from vibetrader.marketdata.zones import TimeZone, zone

Floats = npt.NDArray[np.float64]
_SECOND: Final = 1_000_000_000
_DAY_S: Final = 86_400
_RESOLUTION_S: Final = {"minute": 60, "hour": 3600, "daily": _DAY_S}
#: No chart and no second opinion is worth more files than this.
_MOST_DAYS: Final = 800


class Place(NamedTuple):
    """Where a symbol's files lie."""

    type: str
    market: str
    ticker: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Columns of bars, oldest first.

    Attributes:
        start: UTC seconds of each bar's start.
        end: UTC seconds of its end.
        seconds: Nominal length of a bar.
    """

    start: Floats
    end: Floats
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    seconds: int

    def __len__(self) -> int:
        return len(self.start)

    def between(self, first: float, last: float) -> Bars:
        """The bars that end after `first` and start before `last` (UTC seconds)."""
        return self.rows(int(np.searchsorted(self.end, first, "right")), int(np.searchsorted(self.start, last)))

    def rows(self, first: int, last: int | None = None) -> Bars:
        """Bars first … last - 1."""
        keep = slice(first, last)
        return Bars(
            self.start[keep],
            self.end[keep],
            self.open[keep],
            self.high[keep],
            self.low[keep],
            self.close[keep],
            self.volume[keep],
            self.seconds,
        )


def find_place(folder: Path, ticker: str) -> Place | None:
    """The first market of the folder with files of this ticker."""
    for resolution in ("hour", "daily", "minute"):
        for path in sorted(folder.glob(f"*/*/{resolution}/{ticker.lower()}*")):
            name = path.stem.removesuffix("_trade").removesuffix("_quote")
            if name == ticker.lower():
                return Place(path.parts[-4], path.parts[-3], ticker)
    return None


def read_bars(
    folder: Path, place: Place, first: date, last: date, *, timeframe_s: int, minutes: bool = True
) -> Bars | None:
    """Bars of `timeframe_s` seconds between two days, both inclusive, from the coarsest files that can give them.

    Args:
        minutes: Files of minutes may be read, one a day.

    Returns:
        None when the folder has none; weeks and months are asked for as 604800 and 2592000.
    """
    wanted = [name for name, length in _RESOLUTION_S.items() if length <= timeframe_s and (minutes or name != "minute")]
    for resolution in reversed(wanted):
        raw = _raw(folder, place, resolution, first, last)
        if raw is not None and len(raw[0].times):
            bars = _as_bars(folder, place, *raw, seconds=_RESOLUTION_S[resolution])
            data_zone = data_zone_of(folder, place)
            low, high = (
                data_zone.to_utc(int(_utc(day)) * _SECOND) / _SECOND for day in (first, last + timedelta(days=1))
            )
            days = bars.between(low, high)
            return consolidated(days, timeframe_s, data_zone) if len(days) else None
    return None


def consolidated(bars: Bars, seconds: int, data_zone: TimeZone | None = None) -> Bars:
    """Bars merged to a longer length, aligned in the data's zone as LEAN's consolidators align them."""
    if seconds <= bars.seconds or not len(bars):
        return bars
    local = bars.start.astype(np.int64)
    if data_zone is not None:
        local = data_zone.to_local_array(local * _SECOND) // _SECOND
    if seconds == 30 * _DAY_S:
        keys = local.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    elif seconds == 7 * _DAY_S:
        keys = (local // _DAY_S + 3) // 7  # 1970-01-01 was a Thursday
    else:
        # .NET counts from the year 1; only lengths that do not divide a day show the difference.
        keys = (local + 719_162 * _DAY_S) // seconds
    edges = np.concatenate(([0], np.flatnonzero(np.diff(keys)) + 1))
    ends = np.concatenate((edges[1:], [len(bars)])) - 1
    return Bars(
        bars.start[edges],
        bars.end[ends] if seconds >= _DAY_S else bars.start[edges] - (local[edges] % seconds) + seconds,
        bars.open[edges],
        np.maximum.reduceat(bars.high, edges),
        np.minimum.reduceat(bars.low, edges),
        bars.close[ends],
        np.add.reduceat(bars.volume, edges),
        seconds,
    )


def filled_forward(bars: Bars) -> Bars:
    """Bars of a market that never closes with its holes filled as LEAN fills them: still, at the last close."""
    steps = np.diff(bars.start)
    if not len(steps) or not (steps > bars.seconds * 1.5).any():
        return bars
    rows = np.repeat(np.arange(len(bars)), np.append(np.maximum(1, np.round(steps / bars.seconds)).astype(np.int64), 1))
    first = np.concatenate(([True], rows[1:] != rows[:-1]))
    place = np.arange(len(rows)) - np.flatnonzero(first)[np.cumsum(first) - 1]
    start = bars.start[rows] + place * bars.seconds

    def still(column: Floats) -> Floats:
        return np.where(first, column[rows], bars.close[rows])

    return Bars(
        start,
        start + bars.seconds,
        still(bars.open),
        still(bars.high),
        still(bars.low),
        bars.close[rows],
        np.where(first, bars.volume[rows], 0.0),
        bars.seconds,
    )


def merged(bars: Bars, most: int) -> Bars:
    """Neighbours merged until no more than `most` are left."""
    size = -(-len(bars) // most)
    if size <= 1:
        return bars
    edges = np.arange(0, len(bars), size)
    ends = np.minimum(edges + size, len(bars)) - 1
    return Bars(
        bars.start[edges],
        bars.end[ends],
        bars.open[edges],
        np.maximum.reduceat(bars.high, edges),
        np.minimum.reduceat(bars.low, edges),
        bars.close[ends],
        np.add.reduceat(bars.volume, edges),
        bars.seconds * size,
    )


def _utc(day: date) -> float:
    return float((day - date(1970, 1, 1)).days * _DAY_S)


def _raw(folder: Path, place: Place, resolution: str, first: date, last: date) -> tuple[RawBars, bool] | None:
    scaled = place.type in SCALED_TYPES
    for name in ("trade", "quote"):
        fields = TRADE_FIELDS if name == "trade" else QUOTE_FIELDS
        if resolution in ("hour", "daily"):
            path, entry = data_path(folder, place.type, place.market, resolution, place.ticker, name)
            quotes = place.type in ("forex", "cfd")
            raw = read_all(path, entry, QUOTE_FIELDS if quotes else fields, scaled)
            if raw is not None:
                return raw, quotes or name == "quote"
            continue
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        if len(days) > _MOST_DAYS:
            return None
        parts: list[RawBars] = []
        for day in days:
            stamp = f"{day:%Y%m%d}"
            path, entry = data_path(folder, place.type, place.market, resolution, place.ticker, name, stamp)
            part = read_day(path, entry, stamp, fields, scaled)
            if part is not None:
                parts.append(part)
        if parts:
            return concatenate(parts, fields, scaled), name == "quote"
    return None


def _as_bars(folder: Path, place: Place, raw: RawBars, quotes: bool, *, seconds: int) -> Bars:
    c = raw.columns
    if quotes:
        opened, high, low, close = (
            (c[f"bid_{name}"] + c[f"ask_{name}"]) / 2 for name in ("open", "high", "low", "close")
        )
        volume = np.zeros(len(raw.times))
    else:
        opened, high, low, close, volume = (c[name] for name in ("open", "high", "low", "close", "volume"))
    if place.type == "equity":
        factors = _factors(folder, place, raw)
        opened, high, low, close = (column * factors for column in (opened, high, low, close))
    data_zone = data_zone_of(folder, place)
    start = data_zone.to_utc_array(raw.times) / _SECOND
    end = start + seconds
    if seconds == _DAY_S and place.type in ("equity", "index"):
        end = _closes(folder, place, start, end)
    return Bars(start, end, opened, high, low, close, volume, seconds)


def _closes(folder: Path, place: Place, start: Floats, end: Floats) -> Floats:
    """A session's bar is finished when the session is, and LEAN delivers it then."""
    entry = _hours(folder).find(place.market, place.ticker, place.type)
    if entry is None:
        return end
    hours, tz = entry.exchange_hours, entry.exchange_hours.time_zone
    found = []
    for first, last in zip(start.tolist(), end.tolist(), strict=True):
        local = tz.to_local(int(first) * _SECOND)
        try:
            close = tz.to_utc(hours.next_close(local)) / _SECOND
        except ValueError:
            close = last
        found.append(min(close, last))
    return np.array(found)


def _factors(folder: Path, place: Place, raw: RawBars) -> Floats:
    file = FactorFiles(folder).get(place.market, place.ticker)
    if not file.rows:
        return np.ones(len(raw.times))
    days = raw.times // (_DAY_S * _SECOND)
    edges = np.array([(row.day - date(1970, 1, 1)).days for row in file.rows])
    scales = np.array([*(float(row.scale) for row in file.rows), 1.0])
    return scales[np.searchsorted(edges, days)]


@cache
def _hours(folder: Path) -> MarketHours:
    return MarketHours(folder)


def data_zone_of(folder: Path, place: Place) -> TimeZone:
    """Zone of a market's data files; UTC where the hours of the folder do not say."""
    try:
        found = _hours(folder).find(place.market, place.ticker, place.type)
    except (DataError, KeyError):
        found = None
    return found.data_time_zone if found is not None else zone("UTC")

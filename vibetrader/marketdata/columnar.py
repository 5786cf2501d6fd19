"""Files of one day each, read by the month, and the columns of a month kept for the next time.

An entry of the cache is named by the hash of the files it was made from, so it is never stale: a changed file has another
name. It is written whole (a reader sees all of it or nothing), never changed, and mapped into memory: processes that run
at the same time share it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from vibetrader._util.files import atomic_write
from vibetrader.marketdata import leanformat
from vibetrader.marketdata.leanformat import QUOTE_FIELDS, SCALED_TYPES, TRADE_FIELDS, RawBars

#: Changes with the layout of an entry or the meaning of its numbers.
VERSION: Final = 1
_MAGIC: Final = b"VTC1"
_SUFFIX: Final = ".columns"
#: Fewer days than this of a month are read without the cache: hashing the month would cost more.
_WORTH_A_MONTH: Final = 4


@dataclass(frozen=True, slots=True)
class Series:
    """A kind of bars in files of one day: one folder of a data folder.

    Attributes:
        kind: trade or quote.
    """

    data_folder: Path
    security_type: str
    market: str
    resolution: str
    kind: str

    @property
    def fields(self) -> tuple[str, ...]:
        """Columns of its files, without the time."""
        return QUOTE_FIELDS if self.kind == "quote" else TRADE_FIELDS

    @property
    def scaled(self) -> bool:
        """Prices are stored × 10000."""
        return self.security_type.replace("_", "").lower() in SCALED_TYPES

    def path(self, ticker: str, day: str) -> tuple[Path, str]:
        """File and zip entry of a day."""
        return leanformat.data_path(
            self.data_folder, self.security_type, self.market, self.resolution, ticker, self.kind, day
        )


class _Key(NamedTuple):
    series: Series
    ticker: str
    day: str


class DayFiles:
    """Reads files of one day and keeps what it read.

    Args:
        cache: Folder of the columnar cache; None reads the zips each time.
        may_write: Entries that are missing are made; False only reads them.
    """

    def __init__(self, cache: Path | None = None, *, may_write: bool = False) -> None:
        self._cache, self._may_write = cache, may_write
        self._held: dict[_Key, RawBars | None] = {}
        self._listings: dict[tuple[Path, str], dict[str, list[str]]] = {}

    def read(self, series: Series, days: Iterable[tuple[str, str]]) -> list[RawBars]:
        """Rows of the days that have any, in the order given.

        Args:
            days: (ticker of the time, `yyyyMMdd`).
        """
        keys = [_Key(series, ticker.lower(), day) for ticker, day in days]
        months: dict[tuple[str, str], list[_Key]] = {}
        for key in keys:
            if key not in self._held:
                months.setdefault((key.ticker, key.day[:6]), []).append(key)
        for (ticker, month), wanted in months.items():
            self._load(series, ticker, month, wanted)
        found = [self._held[key] for key in keys]
        return [bars for bars in found if bars is not None and len(bars.times)]

    def warm(self, series: Series, ticker: str, first_month: str, last_month: str) -> int:
        """Make the entries of the months from one to another (`yyyyMM`); how many were made."""
        made = 0
        for month, files in self._listing(series, ticker.lower()).items():
            if first_month <= month <= last_month and len(files) >= _WORTH_A_MONTH:
                contents = self._contents(series, ticker.lower(), files)
                if not self._entry(series, contents).is_file():
                    self._keep(series, contents, self._parsed(series, contents))
                    made += 1
        return made

    def _load(self, series: Series, ticker: str, month: str, wanted: list[_Key]) -> None:
        there = self._listing(series, ticker).get(month, [])
        days = set(there)
        for key in wanted:
            if key.day not in days:
                self._held[key] = None
        wanted = [key for key in wanted if key.day in days]
        if self._cache is None or len(wanted) < _WORTH_A_MONTH or len(there) < _WORTH_A_MONTH:
            for key in wanted:
                path, entry = series.path(ticker, key.day)
                self._held[key] = leanformat.read_day(path, entry, key.day, series.fields, series.scaled)
            return
        contents = self._contents(series, ticker, there)
        kept = _open(self._entry(series, contents), series, contents)
        if kept is None:
            if not self._may_write:
                chosen = {key.day for key in wanted}
                contents = [item for item in contents if item.day in chosen]
            kept = self._parsed(series, contents)
            if self._may_write:
                self._keep(series, contents, kept)
        for item, bars in zip(contents, kept, strict=True):
            self._held[_Key(series, ticker, item.day)] = bars

    def _listing(self, series: Series, ticker: str) -> dict[str, list[str]]:
        """Month → days that have a file."""
        folder = series.path(ticker, "20000101")[0].parent
        found = self._listings.get((folder, series.kind))
        if found is None:
            ending = f"_{series.kind}.zip"
            names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
            found = self._listings[folder, series.kind] = {}
            for name in names:
                if name.endswith(ending) and name[:8].isdigit():
                    found.setdefault(name[:6], []).append(name[:8])
        return found

    def _contents(self, series: Series, ticker: str, days: list[str]) -> list[_File]:
        found = []
        for day in days:
            path, entry = series.path(ticker, day)
            found.append(_File(day, path, entry, path.read_bytes()))
        return found

    def _parsed(self, series: Series, contents: list[_File]) -> list[RawBars]:
        return [
            leanformat.parse_day(
                leanformat.unzip(item.data, item.path, item.entry), item.path, item.entry, item.day, series.fields, series.scaled
            )
            for item in contents
        ]

    def _entry(self, series: Series, contents: list[_File]) -> Path:
        assert self._cache is not None
        digest = hashlib.blake2b(f"{VERSION}/{series.kind}/{series.scaled}".encode(), digest_size=20)
        for item in contents:
            digest.update(f"/{item.day}/{len(item.data)}/".encode())
            digest.update(item.data)
        name = digest.hexdigest()
        return self._cache / name[:2] / f"{name}{_SUFFIX}"

    def _keep(self, series: Series, contents: list[_File], bars: list[RawBars]) -> None:
        whole = leanformat.concatenate(bars, series.fields, series.scaled)
        header = {"rows": len(whole.times), "fields": list(series.fields), "counts": [len(day.times) for day in bars]}
        head = _MAGIC + json.dumps(header, separators=(",", ":")).encode()
        head = head.ljust(-(-(len(head) + 1) // 64) * 64 - 1) + b"\n"
        body = [whole.times.tobytes(), *(whole.columns[name].tobytes() for name in series.fields)]
        try:
            atomic_write(self._entry(series, contents), b"".join([head, *body]))
        except OSError:
            self._may_write = False  # a full or read-only disk: everything works without the cache


class _File(NamedTuple):
    day: str
    path: Path
    entry: str
    data: bytes


def _open(path: Path, series: Series, contents: list[_File]) -> list[RawBars] | None:
    """An entry's days, their columns mapped; None when there is no whole entry."""
    try:
        mapped = np.memmap(path, dtype=np.uint8, mode="r")
        end = int(np.flatnonzero(mapped[: 1 << 16] == ord("\n"))[0]) + 1
        head = bytes(mapped[:end])
        header = json.loads(head[len(_MAGIC) :])
        rows, counts = header["rows"], header["counts"]
        if head[: len(_MAGIC)] != _MAGIC or header["fields"] != list(series.fields) or len(counts) != len(contents):
            return None
        if len(mapped) != end + 8 * rows * (1 + len(series.fields)):
            return None
    except (OSError, ValueError, KeyError, IndexError):
        return None
    times = mapped[end : end + 8 * rows].view(np.int64)
    columns = {
        name: mapped[end + 8 * rows * (i + 1) : end + 8 * rows * (i + 2)].view(np.float64)
        for i, name in enumerate(series.fields)
    }
    found, row = [], 0
    for item, count in zip(contents, counts, strict=True):
        day = {name: column[row : row + count] for name, column in columns.items()}
        found.append(RawBars(times[row : row + count], day, ((0, item.path, item.entry),), series.scaled))
        row += count
    return found


@dataclass(frozen=True, slots=True)
class CacheSize:
    """What a cache folder takes."""

    entries: int
    bytes: int


def cache_size(cache: Path) -> CacheSize:
    """Entries and bytes of a cache folder."""
    sizes = [path.stat().st_size for path in _entries(cache)]
    return CacheSize(len(sizes), sum(sizes))


def clear_cache(cache: Path, *, keep_bytes: int = 0, when_used: Callable[[Path], float] | None = None) -> CacheSize:
    """Remove entries, those not used for longest first, until what is left fits; what was removed.

    Processes that have one mapped keep it: a removed file lives until its last reader closes it.
    """
    used = when_used or (lambda path: path.stat().st_atime)
    left = cache_size(cache).bytes
    count = freed = 0
    for path in sorted(_entries(cache), key=lambda entry: (used(entry), entry.name)):
        if left <= keep_bytes:
            break
        size = path.stat().st_size
        path.unlink(missing_ok=True)
        left, count, freed = left - size, count + 1, freed + size
    return CacheSize(count, freed)


def _entries(cache: Path) -> list[Path]:
    return sorted(cache.glob(f"??/*{_SUFFIX}")) if cache.is_dir() else []

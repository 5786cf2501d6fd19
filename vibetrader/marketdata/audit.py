"""Auditing a data folder: every file opened, every row read, every receipt compared.

Nothing is trusted: a file that cannot be read is a finding, not an error, and the rest is audited all the same.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vibetrader._util.files import sha256_bytes
from vibetrader.errors import DataError
from vibetrader.marketdata import digits
from vibetrader.marketdata.columnar import DayFiles, Series
from vibetrader.marketdata.fetch import ARCHIVE
from vibetrader.marketdata.leanformat import QUOTE_FIELDS, SCALED_TYPES, TRADE_FIELDS
from vibetrader.marketdata.quality import (
    Columns,
    Finding,
    check_bars,
    check_gaps,
    check_times,
    spans_of,
    summed,
    worst_first,
)
from vibetrader.marketdata.sessions import Sessions
from vibetrader.marketdata.spans import DAY_MS, Span, day_start, stamp
from vibetrader.marketdata.store import Receipt, SeriesKey, Store

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Findings of one kind and series that are told one by one.
_AT_MOST: Final = 20
_CLOCK_TO_COMMAS: Final = bytes.maketrans(b" :", b",,")
#: Prices of a coarse bar and of the finer bars it spans may differ by this much before it is said.
_AGREEMENT: Final = 1e-9

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class SeriesAudit:
    """What an audit of a series saw.

    Attributes:
        columns: Its bars as LEAN would read them, those of the span that was asked for.
        expected: How many bars should be there.
    """

    key: SeriesKey
    findings: list[Finding]
    columns: Columns | None
    expected: int = 0
    origin: list[dict[str, Any]] = field(default_factory=list)
    known_defects: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As ledgers and `--json` show it."""
        times = self.columns.times if self.columns is not None else np.empty(0, np.int64)
        body: dict[str, Any] = {"series": str(self.key), "bars": len(times), "expected": self.expected}
        body["first"] = stamp(int(times[0])) if len(times) else None
        body["last"] = stamp(int(times[-1])) if len(times) else None
        body["origin"] = self.origin
        return body | ({"known_defects": self.known_defects} if self.known_defects else {})


class Auditor:
    """Audits series of a data folder.

    Args:
        now: The present, milliseconds: a bar that ends later had not closed.
        progress: Told of each series.
        columns: Cache of columns; with it files of one day that can be read at all are not looked at one by one.
    """

    def __init__(
        self,
        store: Store,
        *,
        now: int,
        progress: Progress = lambda text, done, total: None,
        columns: Path | None = None,
    ) -> None:
        self._store, self._now, self._progress = store, now, progress
        self._days = DayFiles(columns, may_write=True) if columns is not None else None
        self._sessions = Sessions(store.folder)

    def audit(self, keys: Iterable[SeriesKey] | None = None, *, start: int | None = None, end: int | None = None) -> list[SeriesAudit]:
        """Audit series, all of the folder by default.

        Args:
            start, end: Only bars that begin in [start, end), by the clock of the data; they should fill it.
        """
        chosen = list(self._store.series() if keys is None else keys)
        receipts = {receipt.key: receipt for receipt in self._store.receipts()}
        found: list[SeriesAudit] = []
        for number, key in enumerate(chosen):
            self._progress(str(key), number, len(chosen))
            found.append(self._series(key, receipts.get(key), start, end))
        self._compare_resolutions(found)
        for one in found:
            one.findings = worst_first(summed(one.findings, at_most=_AT_MOST))
        return found

    def leftovers(self) -> list[Finding]:
        """Doubts about the folder as such: temporary files, names that LEAN does not find."""
        found: list[Finding] = []
        folder = self._store.folder
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.name.startswith(".") and path.name.endswith(".tmp"):
                found.append(Finding("leftover", "", None, 1, "left by a writer that was killed; the next fetch removes it", name))
            elif path.suffix.lower() == ".zip" and not name.startswith(".") and len(path.relative_to(folder).parts) >= 4:
                if name != name.lower():
                    found.append(Finding("misnamed_file", "", None, 1, "LEAN's names are lower case", name))
                elif path.parent.parent.name in ("minute", "second", "tick") and not path.name[:8].isdigit():
                    found.append(Finding("misnamed_file", "", None, 1, "LEAN looks for yyyymmdd_trade.zip", name))
        return found

    # ------------------------------------------------------------------ one series

    def _series(self, key: SeriesKey, receipt: Receipt | None, start: int | None, end: int | None) -> SeriesAudit:
        files = self._files(key, start, end)
        found: list[Finding] = []
        parts: list[tuple[Ints, Floats]] = []
        if not self._quickly(key, files, parts):
            for path, entry in files:
                self._file(key, receipt, path, entry, found, parts)
        self._missing_files(key, receipt, start, end, found)
        result = SeriesAudit(key, found, None)
        if receipt is not None:
            result.origin = origin(receipt)
            result.known_defects = receipt.known_defects
            found += [
                Finding("replaced_archive", str(key), piece.span, 1, f"{piece.name}: {note}")
                for piece in receipt.pieces
                for note in piece.notes
                if note.startswith("replaced")
            ]
        if not parts:
            return result
        times = np.concatenate([part[0] for part in parts])
        table = np.concatenate([part[1] for part in parts])
        order, newer = check_times(times, key.step_ms, str(key))
        found += order
        inside = newer.copy()
        if start is not None:
            inside &= times >= start
        if end is not None:
            inside &= times < end
        bars = _columns(key, times, table).only(inside)
        result.columns = bars
        quotes = key.kind == "quote"
        found += check_bars(bars, key.step_ms, str(key), volumes=not quotes and key.security_type not in ("forex", "cfd"))
        self._calendar(result, receipt, start, end)
        return result

    def _files(self, key: SeriesKey, start: int | None, end: int | None) -> list[tuple[Path, str]]:
        path, entry = self._store.file(key, 0)
        if key.resolution != "minute":
            return [(path, entry)] if path.is_file() else []
        first = "00000000" if start is None else _day_name(start)
        last = "99999999" if end is None else _day_name(end - 1)
        found = []
        for file in sorted(path.parent.glob(f"*_{key.kind}.zip")):
            day = file.name[:8]
            if day.isdigit() and first <= day <= last:
                found.append((file, entry.replace(entry[:8], day, 1)))
        return found

    def _quickly(self, key: SeriesKey, files: list[tuple[Path, str]], parts: list[tuple[Ints, Floats]]) -> bool:
        """Read files of one day through the cache; False where something in them wants a closer look."""
        if self._days is None or key.resolution != "minute" or not files:
            return False
        series = Series(self._store.folder, key.security_type, key.market, key.resolution, key.kind)
        try:
            bars = self._days.read(series, [(key.ticker, path.name[:8]) for path, _ in files])
        except DataError:
            return False
        if len(bars) != len(files):
            return False
        scale = 10_000.0 if series.scaled else 1.0
        found: list[tuple[Ints, Floats]] = []
        for day, (path, _) in zip(bars, files):
            midnight = day_start(date(int(path.name[:4]), int(path.name[4:6]), int(path.name[6:8])))
            times = np.asarray(day.times) // 1_000_000
            if len(times) and (int(times[0]) < midnight or int(times[-1]) >= midnight + DAY_MS):
                return False
            sizes = ("volume", "bid_size", "ask_size")
            found.append((times, np.stack([day.columns[n] * (1.0 if n in sizes else scale) for n in series.fields], axis=1)))
        parts += found
        return True

    def _file(
        self,
        key: SeriesKey,
        receipt: Receipt | None,
        path: Path,
        entry: str,
        found: list[Finding],
        parts: list[tuple[Ints, Floats]],
    ) -> None:
        """Read a file; what is doubtful about it goes to `found`, what can be read of it to `parts`."""
        series, name = str(key), path.relative_to(self._store.folder).as_posix()

        def doubt(kind: str, detail: str, count: int = 1, span: Span | None = None) -> None:
            found.append(Finding(kind, series, span, count, detail, name))

        try:
            data = path.read_bytes()
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                names = archive.namelist()
                if entry not in names:
                    doubt("wrong_entry", f"holds {', '.join(map(repr, names[:3])) or 'nothing'}, LEAN looks for {entry!r}")
                if not names:
                    return
                text = archive.read(entry if entry in names else names[0])
        except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            doubt("unreadable_file", f"no readable zip: {error}")
            return
        if receipt is not None and path.name in receipt.files and receipt.files[path.name][1] != sha256_bytes(data):
            doubt("changed_file", "changed by something else since it was written")
        if not text.strip():
            doubt("empty_file", "holds no row")
            return
        rows = self._rows(key, path, text, doubt)
        if rows is None:
            return
        times, table = rows
        if key.resolution == "minute":
            times, table = _within_day(path, times, table, doubt)
        parts.append((times, table))

    def _rows(self, key: SeriesKey, path: Path, text: bytes, doubt: Callable[..., None]) -> tuple[Ints, Floats] | None:
        """Times and fields of a text; rows that cannot be read are left out, with a doubt."""
        fields = len(QUOTE_FIELDS if key.kind == "quote" else TRADE_FIELDS)
        allowed = {fields, 8} if key.kind == "quote" else {fields}
        coarse = key.resolution != "minute"
        whole = None if coarse else _regular(text, allowed)
        if whole is not None:
            return whole[:, 0].astype(np.int64), whole[:, 1:]
        lines = [line for line in text.replace(b"\r", b"").split(b"\n") if line.strip()]
        good: list[bytes] = []
        wrong: list[bytes] = []
        bad: list[bytes] = []
        for line in lines:
            # the row's own time has no comma
            (good if line.count(b",") in allowed else wrong).append(line)
        if wrong:
            doubt("wrong_columns", f"{len(wrong)} rows, the first {wrong[0][:50].decode('utf-8', 'replace')!r}", len(wrong))
        if not good:
            return None
        width = max(set(counts := [line.count(b",") for line in good]), key=counts.count) + 1
        good = [line for line in good if line.count(b",") == width - 1]
        body = b"\n".join(good)
        values = digits.parse(body.translate(_CLOCK_TO_COMMAS) if coarse else body)
        extra = 2 if coarse else 0
        if values is None or values.size != len(good) * (width + extra):
            kept: list[bytes] = []
            for line in good:
                one = digits.parse(line.translate(_CLOCK_TO_COMMAS) if coarse else line)
                (kept if one is not None and one.size == width + extra else bad).append(line)
            values = digits.parse(b"\n".join(kept).translate(_CLOCK_TO_COMMAS) if coarse else b"\n".join(kept))
            good = kept
        if bad:
            doubt("bad_text", f"{len(bad)} rows, the first {bad[0][:50].decode('utf-8', 'replace')!r}", len(bad))
        if values is None or not good:
            return None
        table = values.reshape(len(good), width + extra)
        if coarse:
            times, readable = _clock_times(table[:, :3])
            if not readable.all():
                doubt("bad_text", f"{int((~readable).sum())} rows whose time is no yyyyMMdd HH:mm", int((~readable).sum()))
            times, table = times[readable], table[readable, 2:]
        else:
            finite = np.isfinite(table[:, 0])
            table = table[finite]
            times = table[:, 0].astype(np.int64)
        empty = np.isnan(table[:, 1:]).any(axis=1)
        if empty.any() and key.kind == "trade":
            doubt("empty_field", f"{int(empty.sum())} rows with an empty field", int(empty.sum()))
        if key.security_type in SCALED_TYPES and key.kind == "trade":
            prices = table[:, 1:5]
            if (np.abs(prices - np.rint(prices)) > 1e-9).any():
                doubt("price_unit", "prices with decimals: LEAN's equity files hold whole numbers of 1/10000", len(table))
        return times, table[:, 1:]

    def _missing_files(
        self, key: SeriesKey, receipt: Receipt | None, start: int | None, end: int | None, found: list[Finding]
    ) -> None:
        if receipt is None:
            return
        first = "" if start is None else _day_name(start)
        last = "99999999" if end is None else _day_name(end - 1)
        for name in sorted(receipt.files):
            if key.resolution == "minute" and not first <= name[:8] <= last:
                continue
            path = self._store.path_of(key, name)
            if not path.is_file():
                file = path.relative_to(self._store.folder).as_posix()
                found.append(Finding("missing_file", str(key), None, 1, "was written and is not there any more", file))

    # ------------------------------------------------------------------ the calendar

    def _calendar(self, result: SeriesAudit, receipt: Receipt | None, start: int | None, end: int | None) -> None:
        """Gaps, late start, early end, bars that had not closed, bars outside the hours, bars without a receipt."""
        key, bars, found = result.key, result.columns, result.findings
        assert bars is not None
        series, step = str(key), key.step_ms
        times = bars.times
        if not len(times):
            return
        covered = receipt.covered if receipt is not None else []
        wanted_start = start if start is not None else (covered[0][0] if covered else int(times[0]))
        wanted_end = end if end is not None else (covered[-1][1] if covered else int(times[-1]) + step)
        expected = self._sessions.expected(key, wanted_start, min(wanted_end, self._now))
        result.expected = len(expected)
        on_grid = times[times % step == 0]
        found += check_gaps(on_grid, expected, step, series)
        before, after = expected[expected < times[0]], expected[expected > times[-1]]
        if len(before):
            since = ""
            if receipt is not None and receipt.first_bar is not None and receipt.first_bar >= wanted_start:
                since = f"; listed since {stamp(receipt.first_bar)}"
            detail = f"the first bar is of {stamp(int(times[0]))}, {len(before)} bars after the start{since}"
            found.append(Finding("late_start", series, (wanted_start, int(times[0])), len(before), detail))
        if len(after):
            detail = f"the last bar is of {stamp(int(times[-1]))}, {len(after)} bars before the end"
            found.append(Finding("early_end", series, (int(times[-1]) + step, int(after[-1]) + step), len(after), detail))
        late = times + step > self._now
        if late.any():
            count = int(late.sum())
            first = int(times[late][0])
            detail = f"{count} bars end after the present, the first begins {stamp(first)}"
            found.append(Finding("open_bar", series, (first, int(times[-1]) + step), count, detail))
        if not self._sessions.always_open(key) and key.resolution == "minute":
            outside = ~np.isin(times, self._sessions.expected(key, int(times[0]), int(times[-1]) + step))
            if outside.any():
                count = int(outside.sum())
                span = (int(times[outside][0]), int(times[outside][-1]) + step)
                detail = f"{count} bars outside the regular hours, the first {stamp(span[0])}"
                found.append(Finding("closed_market", series, span, count, detail))
        if receipt is not None:
            self._without_receipt(key, receipt, times, found)

    def _without_receipt(self, key: SeriesKey, receipt: Receipt, times: Ints, found: list[Finding]) -> None:
        known = [piece.span for piece in receipt.pieces]
        strange = np.ones(len(times), dtype=bool)
        for low, high in known:
            strange &= (times < low) | (times >= high)
        if strange.any():
            spans = spans_of(times, strange, key.step_ms)
            detail = f"{int(strange.sum())} bars that no receipt speaks of, the first {stamp(spans[0][0])}"
            found.append(Finding("no_receipt", str(key), (spans[0][0], spans[-1][1]), int(strange.sum()), detail))

    # ------------------------------------------------------------------ resolutions against each other

    def _compare_resolutions(self, audits: list[SeriesAudit]) -> None:
        """Hours against the minutes they span, days against the hours."""
        by_key = {one.key: one for one in audits}
        for one in audits:
            for finer in {"hour": ("minute",), "daily": ("hour", "minute")}.get(one.key.resolution, ()):
                key = one.key
                other = by_key.get(SeriesKey(key.security_type, key.market, key.ticker, finer, key.kind))
                if other is not None and one.columns is not None and other.columns is not None:
                    if self._sessions.always_open(key):
                        one.findings += _disagreements(one, one.columns, other.columns, other.key)
                        break


def _regular(text: bytes, allowed: set[int]) -> Floats | None:
    """The numbers of a text in which nothing is amiss, at once; None where rows must be looked at one by one."""
    text = text.rstrip(b"\n")
    letters = np.frombuffer(text, dtype=np.uint8)
    commas, ends = np.flatnonzero(letters == ord(",")), np.flatnonzero(letters == ord("\n"))
    rows = len(ends) + 1
    width = len(commas) // rows
    if width not in allowed or len(commas) != rows * width:
        return None
    if not (np.searchsorted(commas, ends) == np.arange(1, rows) * width).all():
        return None
    values = digits.parse(text)
    if values is None or values.size != rows * (width + 1) or not np.isfinite(values).all():
        return None
    table: Floats = values.reshape(rows, width + 1)
    return table


def _disagreements(one: SeriesAudit, coarse: Columns, fine: Columns, fine_key: SeriesKey) -> list[Finding]:
    step = one.key.step_ms
    if not len(fine) or not len(coarse):
        return []
    starts = fine.times // step * step
    edges = np.concatenate(([0], np.flatnonzero(np.diff(starts)) + 1))
    counts = np.diff(np.concatenate((edges, [len(starts)])))
    whole = counts == step // fine_key.step_ms
    at, last = edges[whole], (edges + counts - 1)[whole]
    times = starts[at]
    place = np.searchsorted(coarse.times, times)
    both = (place < len(coarse)) & (coarse.times[np.minimum(place, len(coarse) - 1)] == times)
    if not both.any():
        return []
    highs, lows = np.maximum.reduceat(fine.high, edges)[whole], np.minimum.reduceat(fine.low, edges)[whole]
    different = np.zeros(int(both.sum()), dtype=bool)
    for built, stored in (
        (fine.open[at], coarse.open), (highs, coarse.high), (lows, coarse.low), (fine.close[last], coarse.close),
    ):  # fmt: skip
        a, b = built[both], stored[place[both]]
        different |= np.abs(a - b) > _AGREEMENT * np.maximum(np.abs(a), 1e-12)
    if not different.any():
        return []
    chosen = times[both][different]
    span = (int(chosen[0]), int(chosen[-1]) + step)
    detail = f"{len(chosen)} bars whose prices are not those of their {fine_key.resolution} bars, the first {stamp(span[0])}"
    return [Finding("disagreement", str(one.key), span, len(chosen), detail)]


def _within_day(path: Path, times: Ints, table: Floats, doubt: Callable[..., None]) -> tuple[Ints, Floats]:
    """Times of a day's file since 1970; what lies outside the day is left out."""
    midnight = day_start(date(int(path.name[:4]), int(path.name[4:6]), int(path.name[6:8])))
    if len(times) > 1:
        step, largest = int(np.median(np.diff(times))), int(times.max())
        unit = ""
        if 0 < step < 1000 and largest <= DAY_MS // 1000:
            unit = "seconds"
        elif largest >= 10**17:
            unit = "nanoseconds since 1970"
        elif largest >= 10**14:
            unit = "microseconds since 1970"
        elif largest >= 10**11:
            unit = "milliseconds since 1970"
        elif largest >= DAY_MS and step >= 10_000_000:
            unit = "microseconds"
        if unit:
            doubt("time_unit", f"times look like {unit}: {int(times[0])}, {int(times[1])} …", len(times))
            return times[:0], table[:0]
    outside = (times < 0) | (times >= DAY_MS)
    if outside.any():
        doubt("time_outside", f"{int(outside.sum())} rows outside the day, the first at {int(times[outside][0])} ms", int(outside.sum()))
        times, table = times[~outside], table[~outside]
    return times + midnight, table


def _clock_times(table: Floats) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Milliseconds of (yyyyMMdd, hour, minute) rows, and which of them are times."""
    whole = np.nan_to_num(table, nan=-1.0).astype(np.int64)
    number, hour, minute = whole[:, 0], whole[:, 1], whole[:, 2]
    year, month, day = number // 10000, number // 100 % 100, number % 100
    good = (year > 1900) & (year < 2200) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    good &= (hour >= 0) & (hour < 24) & (minute >= 0) & (minute < 60)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0)
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1
    return days * DAY_MS + hour * 3_600_000 + minute * 60_000, good


def _columns(key: SeriesKey, times: Ints, table: Floats) -> Columns:
    scale = 10000.0 if key.security_type in SCALED_TYPES else 1.0
    o, h, low, c = (table[:, i] / scale for i in range(4))
    if key.kind != "quote":
        return Columns(times, o, h, low, c, table[:, 4])
    second = 5 if table.shape[1] == 10 else 4
    size = table[:, 4] if second == 5 else np.zeros(len(table))
    ask = (table[:, second] / scale, table[:, second + 1] / scale, table[:, second + 2] / scale, table[:, second + 3] / scale)
    return Columns(times, o, h, low, c, size, ask)


def origin(receipt: Receipt) -> list[dict[str, Any]]:
    """Where the bars came from, one line per source."""
    by_source: dict[str, list[Any]] = {}
    for piece in receipt.pieces:
        by_source.setdefault(piece.source, []).append(piece)
    return [
        {
            "source": source, "pieces": len(pieces), "from": stamp(pieces[0].span[0]), "to": stamp(pieces[-1].span[1]),
            "verified": source == ARCHIVE,
        }
        for source, pieces in by_source.items()
    ]  # fmt: skip


def _day_name(moment: int) -> str:
    return f"{np.datetime64(moment // DAY_MS, 'D')}".replace("-", "")



"""Bars of the user's own files into a data folder: read, checked, shown, stored with a receipt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from vibetrader._util.files import sha256_bytes, sha256_file
from vibetrader.errors import DataError
from vibetrader.marketdata.klines import Rows
from vibetrader.marketdata.leanformat import SCALED_TYPES
from vibetrader.marketdata.quality import Columns, Finding, check_bars, check_gaps, check_times, summed, worst_first
from vibetrader.marketdata.sessions import Sessions
from vibetrader.marketdata.spans import DAY_MS, STEP_MS, stamp
from vibetrader.marketdata.store import Piece, SeriesKey, Store
from vibetrader.marketdata.tables import FIELDS, Layout, Table, decimals, plain_decimal, times_utc
from vibetrader.marketdata.timeframes import Bars, build, source_of

_NS: Final = 1_000_000
_ZONES_TO_TRY: Final = ("UTC", "America/New_York", "Europe/London", "Europe/Berlin", "Asia/Tokyo", "Asia/Kolkata")
#: Where fewer of the bars than this share lie within the market's hours, their zone is in doubt.
_WITHIN_HOURS: Final = 0.6


@dataclass(frozen=True, slots=True)
class Imported:
    """Bars read from a file, ready to be stored.

    Attributes:
        rows: Time (by the clock of the data) → line of LEAN's file.
        step_ms: Length of the file's bars.
        findings: What is doubtful about them.
        notes: What was taken for what.
    """

    key: SeriesKey
    rows: Rows
    step_ms: int
    findings: list[Finding]
    notes: list[str]

    @property
    def grave(self) -> list[Finding]:
        """What makes the bars wrong, not merely odd."""
        return [finding for finding in self.findings if finding.grave]

    def to_json(self) -> dict[str, Any]:
        """As `--json` shows it."""
        times = list(self.rows)
        return {
            "series": str(self.key), "bars": len(times), "bar_minutes": self.step_ms / 60_000,
            "first": stamp(times[0]) if times else None, "last": stamp(times[-1]) if times else None,
            "notes": self.notes, "findings": [finding.to_json() for finding in self.findings],
        }  # fmt: skip


def read_bars(
    table: Table,
    layout: Layout,
    *,
    security_type: str,
    market: str,
    ticker: str,
    resolution: str | None,
    data_folder: Path,
) -> Imported:
    """The bars of a table as LEAN stores them.

    Args:
        resolution: Bars to store: those of the file, or coarser ones built of them; None takes those of the file.

    Raises:
        DataError: The bars cannot be stored: too few, of a length that LEAN's folders do not hold, or unreadable.
    """
    notes = list(layout.notes)
    raw = np.array(times_utc(table, layout), dtype=np.int64)
    if len(raw) < 2:
        raise DataError("one bar is too few to tell how long a bar is", hint="Import a file with more rows.")
    texts = {what: decimals(table, layout, what) for what in FIELDS}
    backwards = bool((np.diff(raw) < 0).sum() > len(raw) / 2)
    if backwards:
        notes.append("the newest row came first: turned around")
        raw = raw[::-1]
        texts = {what: column[::-1] for what, column in texts.items()}
    step = _step(raw)
    if layout.at_close:
        # a last moment within the bar (…59.999) or the very end of it
        raw = -(-raw // 1000) * 1000 - step
    coarser = resolution is not None and STEP_MS[resolution] > step
    if not coarser and step not in STEP_MS.values():
        below = [name for name, length in STEP_MS.items() if length > step and length % step == 0]
        raise DataError(
            f"the bars are {step / 60_000:g} minutes long; LEAN's folders hold minutes, hours and days",
            hint=f"Say --timeframe {'1h' if below[0] == 'hour' else '1d'} to build {below[0]} bars of them."
            if below
            else "Import finer bars.",
        )
    native = next((name for name, length in STEP_MS.items() if length == step), "minute")
    stored = str(resolution) if coarser else native
    if resolution is not None and STEP_MS[resolution] < step:
        raise DataError(f"the file has {native} bars, from which no {resolution} bars can be made", hint="Leave --timeframe away.")
    quote_only = security_type in ("forex", "cfd")
    key = SeriesKey(security_type, market, ticker, stored, "quote" if quote_only else "trade")
    sessions = Sessions(data_folder)
    times = _by_data_clock(sessions, key, raw, step)
    o, h, low, c, v = (np.array([float(text) for text in texts[what]]) for what in FIELDS)
    columns = Columns(times, o, h, low, c, v)
    findings, newer = check_times(times, step, str(key))
    columns = columns.only(newer)
    findings += check_bars(columns, step, str(key), volumes=not quote_only)
    findings += _calendar(sessions, SeriesKey(security_type, market, ticker, native, key.kind), columns, step, str(key))
    findings += _zone_doubt(sessions, key, raw, layout, step)
    kept = np.flatnonzero(newer).tolist()
    if coarser:
        rows = _built(columns, stored, key)
        notes.append(f"{stored} bars built of {step / 60_000:g}-minute ones")
    else:
        rows = {int(times[i]): line_of(key, *(texts[what][i] for what in FIELDS)) for i in kept}
    if quote_only:
        notes.append("LEAN reads quotes here: bid and ask are taken as equal to the prices of the file, a spread of 0")
    return Imported(key, rows, step, worst_first(summed(findings, at_most=5)), notes)


def store_bars(store: Store, imported: Imported, file: Path, today: str) -> tuple[int, int]:
    """Put bars into a store that the caller holds alone; how many, and how many of them were not there before."""
    receipt = store.receipt(imported.key)
    times = list(imported.rows)
    span = (times[0], times[-1] + imported.key.step_ms)
    before = store.rows(imported.key, *span)
    store.merge(receipt, imported.rows)
    notes = tuple(imported.notes) + tuple(f"{f.kind}: {f.detail}" for f in imported.findings if f.grave)
    receipt.add(Piece(span, "import", file.name, sha256_file(file), len(times), today, notes))
    store.save(receipt)
    return len(times), len(imported.rows.keys() - before.keys())


def store_rows(
    store: Store, key: SeriesKey, rows: Rows, *, source: str, name: str, today: str, known_defects: tuple[str, ...]
) -> None:
    """Put bars of a library into a store that the caller holds alone."""
    receipt = store.receipt(key)
    if not rows:
        return
    times = sorted(rows)
    store.merge(receipt, dict(sorted(rows.items())))
    digest = sha256_bytes("".join(f"{moment},{rows[moment]}\n" for moment in times).encode())
    receipt.add(Piece((times[0], times[-1] + key.step_ms), source, name, digest, len(times), today))
    receipt.known_defects = sorted({*receipt.known_defects, *known_defects})
    store.save(receipt)


def line_of(key: SeriesKey, o: str, h: str, low: str, c: str, v: str) -> str:
    """A bar as the line of LEAN's file, without the time."""
    if key.kind == "quote":
        return ",".join((o, h, low, c, "0", o, h, low, c, "0"))
    if key.security_type in SCALED_TYPES:
        return ",".join((*(_ten_thousandths(price) for price in (o, h, low, c)), plain_decimal(v).split(".")[0]))
    return ",".join((o, h, low, c, v))


def _ten_thousandths(price: str) -> str:
    from decimal import ROUND_HALF_EVEN, Decimal

    return str(int((Decimal(price) * 10_000).quantize(Decimal(1), ROUND_HALF_EVEN)))


def _step(times: Any) -> int:
    """Usual distance of the bars, the smallest where days are left out."""
    distances = np.diff(np.unique(times))
    if not len(distances):
        raise DataError("all rows have the same time", hint="Is the right column taken for the time? --column time=NAME")
    values, counts = np.unique(distances, return_counts=True)
    usual = int(values[counts.argmax()])
    return usual if usual < DAY_MS - 2 * 3_600_000 else round(usual / DAY_MS) * DAY_MS  # summer time shifts local days


def _by_data_clock(sessions: Sessions, key: SeriesKey, utc: Any, step: int) -> Any:
    entry = sessions.entry(key)
    if entry is None:
        return utc
    local = entry.data_time_zone.to_local_array(utc * _NS) // _NS
    return local - local % DAY_MS if step == DAY_MS and (local % DAY_MS != 0).all() else local


def _calendar(sessions: Sessions, key: SeriesKey, columns: Columns, step: int, series: str) -> list[Finding]:
    if not len(columns) or step not in STEP_MS.values():
        return []
    times = columns.times
    return check_gaps(times, sessions.expected(key, int(times[0]), int(times[-1]) + step), step, series)


def _zone_doubt(sessions: Sessions, key: SeriesKey, utc: Any, layout: Layout, step: int) -> list[Finding]:
    """Bars of a market with hours, most of which lie outside them: the zone is likely another."""
    if sessions.always_open(key) or step >= DAY_MS:
        if sessions.always_open(key) and step == DAY_MS and (utc % DAY_MS != 0).all():
            hours = int(utc[0] % DAY_MS) / 3_600_000
            detail = f"the days begin at {hours:g} h UTC and not at midnight: is the zone {layout.zone} right?"
            return [Finding("off_grid", str(key), (int(utc[0]), int(utc[-1]) + step), len(utc), detail)]
        return []
    entry = sessions.entry(key)
    assert entry is not None
    minute = SeriesKey(key.security_type, key.market, key.ticker, "minute", key.kind)
    sample = utc[: 20_000]

    def share(shift_ms: Any) -> float:
        local = entry.data_time_zone.to_local_array((sample + shift_ms) * _NS) // _NS
        expected = sessions.expected(minute, int(local.min()) - DAY_MS, int(local.max()) + DAY_MS)
        return float(np.isin(local, expected).mean())

    inside = share(0)
    if inside >= _WITHIN_HOURS:
        return []
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    moment = datetime.fromtimestamp(int(sample[0]) / 1000, UTC)
    here = moment.astimezone(ZoneInfo(layout.zone)).utcoffset()
    best, name = inside, ""
    for zone in _ZONES_TO_TRY:
        there = moment.astimezone(ZoneInfo(zone)).utcoffset()
        if here is None or there is None:
            continue
        found = share(round((here - there).total_seconds() * 1000))
        if found > best + 0.2:
            best, name = found, zone
    hint = f"; as {name} {best:.0%} would (--tz {name})" if name else ""
    detail = f"only {inside:.0%} of the bars lie within the market's hours with the zone {layout.zone}{hint}"
    return [Finding("closed_market", str(key), (int(utc[0]), int(utc[-1]) + step), len(utc), detail)]


def _built(columns: Columns, resolution: str, key: SeriesKey) -> Rows:
    timeframe = {"minute": "1m", "hour": "1h", "daily": "1d"}[resolution]
    assert source_of(timeframe).native
    bars = Bars(columns.times, columns.open, columns.high, columns.low, columns.close, columns.volume)
    built = build(bars, timeframe)
    fields = [[plain_decimal(repr(value)) for value in column.tolist()] for column in built[1:]]
    return {time: line_of(key, *values) for time, *values in zip(built.times.tolist(), *fields)}



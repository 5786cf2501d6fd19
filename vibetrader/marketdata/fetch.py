"""Bringing what is missing of Binance's bars into a data folder.

What is asked for less what the receipts cover is cut into pieces (archives of a month, archives of a day, pages of the
REST interface) whose edges depend on the calendar alone: a fetch that is killed and run again asks for the same pieces
and leaves the same bytes. A piece's bars are written before its receipt, a bar that is still open is never asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, NamedTuple

from vibetrader._util.files import sha256_bytes
from vibetrader.errors import NetworkError
from vibetrader.marketdata import klines
from vibetrader.marketdata.binance import PAGE, Binance, archive_path
from vibetrader.marketdata.spans import DAY_MS, Span, day_of, day_start, stamp, union, without
from vibetrader.marketdata.store import Piece, Receipt, SeriesKey, Store
from vibetrader.marketdata.timeframes import NATIVE

#: Text, pieces done, pieces in all.
Progress = Callable[[str, int, int], None]

ARCHIVE: Final = "binance archive"
REST: Final = "binance rest"
#: The archive of a day may come this many days after it; until then the REST interface has it.
_ARCHIVES_LAG_DAYS: Final = 2
#: From this many days on a month's archive is one download rather than many.
_WORTH_A_MONTH: Final = 8
#: A checksum is looked at again after this many days: archives are replaced now and then.
RECHECK_DAYS: Final = 30
#: Hours and days lie in one file: so many pieces go into it at a time.
_BATCH: Final = 6


class Want(NamedTuple):
    """Bars to bring.

    Attributes:
        start: First day, UTC.
        end: Last day, UTC, inclusive; None is up to the last bar that has closed.
    """

    symbol: str
    resolution: str
    start: date
    end: date | None


@dataclass(slots=True)
class Fetched:
    """What a fetch of one series did.

    Attributes:
        new_bars: Bars that the pieces brought.
        pieces: Pieces brought, by source.
        replaced: Archives that had changed since they were fetched.
        notes: What the user should know.
        first_bar: The first bar the exchange has, where it lies after the start that was asked for.
        bars: Bars in the folder within what was asked for.
    """

    key: SeriesKey
    start: int
    end: int
    new_bars: int = 0
    pieces: dict[str, int] = field(default_factory=dict)
    replaced: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    first_bar: int | None = None
    bars: int = 0


class _Planned(NamedTuple):
    """A piece to bring: source (`month`, `day`, `page`) and the bars wanted of it."""

    kind: str
    span: Span


class Fetcher:
    """Brings bars of Binance into a store that the caller holds alone.

    Args:
        today: Noted as the day on which checksums were looked at.
        progress: Told of each piece.
    """

    def __init__(
        self, store: Store, binance: Binance, *, today: date, progress: Progress = lambda text, done, total: None
    ) -> None:
        self._store, self._binance, self._today, self._progress = store, binance, today, progress
        self._archives_down = ""

    def fetch(self, want: Want, *, recheck: bool = False) -> Fetched:
        """Bring what is missing of a series.

        Args:
            recheck: Compare the checksums of all archives with those on record, not only of those long not looked at.

        Raises:
            UsageError: No such pair.
            ProviderError: The exchange cannot be reached, refuses, or sends what does not fit. What came before is kept.
            DataError: The folder cannot be written.
        """
        key = SeriesKey("crypto", "binance", want.symbol, want.resolution)
        receipt = self._store.unharmed(self._store.receipt(key))
        start = day_start(want.start)
        known_end = None if want.end is None else day_start(want.end) + DAY_MS
        missing = [(start, start + 1)] if known_end is None else without([(start, known_end)], receipt.covered)
        result = Fetched(key, start, start if known_end is None else known_end)
        self._recheck(receipt, result, everything=recheck)
        if missing:
            self._bring(want, receipt, result, known_end)
        result.bars = len(self._store.rows(key, start, result.end)) if result.pieces or result.replaced else -1
        return result

    # ------------------------------------------------------------------ planning

    def _bring(self, want: Want, receipt: Receipt, result: Fetched, known_end: int | None) -> None:
        key = receipt.key
        if not receipt.pieces:
            listing = self._binance.listing(want.symbol)
            if listing.status != "TRADING":
                result.notes.append(f"{want.symbol} is not traded at present ({listing.status})")
        now = self._binance.server_time()
        closed = now - now % key.step_ms
        result.end = min(known_end if known_end is not None else closed, closed)
        if receipt.first_bar is None:
            receipt.first_bar = self._binance.first_bar(want.symbol, NATIVE[key.resolution])
        first = receipt.first_bar
        if first is None:
            result.notes.append(f"Binance has no bars of {want.symbol} at all")
            return
        if first > result.start:
            result.first_bar = first
            result.notes.append(f"{want.symbol} is listed since {stamp(first)}: there are no bars before")
            receipt.covered = union([*receipt.covered, (result.start, min(first, result.end))])
        missing = without([(result.start, result.end)], receipt.covered)
        self._carry_out(want, receipt, result, self._plan(missing, now))

    def _plan(self, missing: list[Span], now: int) -> list[_Planned]:
        """The pieces of what is missing, oldest first."""
        today = day_of(now)
        horizon = day_start(today - timedelta(days=_ARCHIVES_LAG_DAYS))
        planned: list[_Planned] = []
        for start, end in missing:
            at = start
            while at < min(end, horizon):
                month = day_of(at).replace(day=1)
                following = (month + timedelta(days=32)).replace(day=1)
                stop = min(end, horizon, day_start(following))
                long = -(-(stop - at) // DAY_MS) >= _WORTH_A_MONTH
                if long and today > _first_monday(following):
                    planned.append(_Planned("month", (at, stop)))
                else:
                    planned += _by_day(at, stop)
                at = stop
            if end > at:
                planned.append(_Planned("page", (at, end)))
        return planned

    # ------------------------------------------------------------------ carrying out

    def _carry_out(self, want: Want, receipt: Receipt, result: Fetched, planned: list[_Planned]) -> None:
        """Bring the pieces; on a failure what came before is kept, with its receipt."""
        waiting: list[tuple[Piece, klines.Rows]] = []
        queue = list(reversed(planned))
        done, total = 0, len(planned)
        what = f"{want.symbol} {NATIVE[want.resolution]}"
        try:
            while queue:
                item = queue.pop()
                self._progress(f"{what} {stamp(item.span[0])[:10]}", done, total)
                got = self._page(want, receipt.key, item) if item.kind == "page" else self._archive(want, receipt.key, item)
                if isinstance(got, list):
                    queue += reversed(got)
                    total += len(got) - 1
                    continue
                waiting.append(got)
                done += 1
                if receipt.key.resolution == "minute" or len(waiting) >= _BATCH:
                    self._commit(receipt, result, waiting)
                    waiting = []
        finally:
            self._commit(receipt, result, waiting)
        if self._archives_down and any(piece.source == REST for piece in receipt.pieces):
            result.notes.append(f"taken from the REST interface, which has no checksums: {self._archives_down}")

    def _archive(self, want: Want, key: SeriesKey, item: _Planned) -> tuple[Piece, klines.Rows] | list[_Planned]:
        """A piece from an archive, or the finer pieces to bring in its stead."""
        finer = _by_day(*item.span) if item.kind == "month" else [_Planned("page", item.span)]
        if self._archives_down:
            return [_Planned("page", item.span)]
        day = day_of(item.span[0])
        path = archive_path(want.symbol, NATIVE[want.resolution], day, monthly=item.kind == "month")
        try:
            sha256 = self._binance.checksum(path)
            if sha256 is None:
                return finer
            data = self._binance.archive(path, sha256)
        except NetworkError as error:
            if error.kind in ("418", "429", "offline"):
                raise
            self._archives_down = error.message
            return [_Planned("page", item.span)]
        rows, notes = klines.from_archive(data, path, step_ms=key.step_ms, start=item.span[0], end=item.span[1])
        piece = Piece(item.span, ARCHIVE, path, sha256_bytes(data), len(rows), self._today.isoformat(), tuple(notes))
        return piece, rows

    def _page(self, want: Want, key: SeriesKey, item: _Planned) -> tuple[Piece, klines.Rows] | list[_Planned]:
        length = PAGE * key.step_ms
        start, end = item.span
        stop = min(end, start - start % length + length)
        if stop < end:
            return [_Planned("page", (at, min(at - at % length + length, end))) for at in _page_starts(start, end, length)]
        interval = NATIVE[want.resolution]
        body = self._binance.klines(want.symbol, interval, start, end)
        where = f"/api/v3/klines?symbol={want.symbol}&interval={interval}&startTime={start}&endTime={end - 1}"
        rows, notes = klines.from_rest(body, where, step_ms=key.step_ms, start=start, end=end)
        # The answer's own hash would change with the bar that is still open; that of the bars does not.
        digest = sha256_bytes("".join(f"{moment},{line}\n" for moment, line in rows.items()).encode())
        return Piece(item.span, REST, where, digest, len(rows), notes=tuple(notes)), rows

    def _commit(self, receipt: Receipt, result: Fetched, waiting: list[tuple[Piece, klines.Rows]]) -> None:
        """Write bars, then the receipt that speaks of them."""
        together: klines.Rows = {}
        for piece, rows in waiting:
            together |= rows
            result.new_bars += len(rows)
            result.pieces[piece.source] = result.pieces.get(piece.source, 0) + 1
        self._store.merge(receipt, together)
        for piece, _ in waiting:
            receipt.add(piece)
        self._store.save(receipt)

    # ------------------------------------------------------------------ archives that change

    def _recheck(self, receipt: Receipt, result: Fetched, *, everything: bool) -> None:
        """Compare checksums on record with those of today; what has changed is brought again."""
        aged = (self._today - timedelta(days=RECHECK_DAYS)).isoformat()
        old = [
            piece for piece in receipt.pieces if piece.source == ARCHIVE and (everything or piece.checked <= aged)
        ]
        by_name: dict[str, list[Piece]] = {}
        for piece in old:
            by_name.setdefault(piece.name, []).append(piece)
        for number, (name, pieces) in enumerate(by_name.items()):
            self._progress(f"checking {name.rpartition('/')[2]}", number, len(by_name))
            sha256 = self._binance.checksum(name)
            if sha256 is None or sha256 == pieces[0].sha256:
                same = [_seen(piece, self._today) for piece in pieces]
                for piece in same:
                    receipt.add(piece)
                continue
            data = self._binance.archive(name, sha256)
            result.replaced.append(name)
            for piece in pieces:
                start, end = piece.span
                rows, notes = klines.from_archive(data, name, step_ms=receipt.key.step_ms, start=start, end=end)
                note = f"replaced by the exchange; before it was {piece.sha256}"
                self._store.merge(receipt, rows, replaced=[piece.span])
                receipt.add(
                    Piece(
                        piece.span, ARCHIVE, name, sha256_bytes(data), len(rows), self._today.isoformat(), (*notes, note)
                    )
                )  # fmt: skip
                self._store.save(receipt)
        if by_name:
            self._store.save(receipt)
        if result.replaced:
            result.notes.append(
                f"{len(result.replaced)} archives had been replaced since they were fetched, the first of them"
                f" {result.replaced[0]}: their bars were brought again"
            )


def _by_day(start: int, end: int) -> list[_Planned]:
    found = []
    while start < end:
        stop = min(end, start - start % DAY_MS + DAY_MS)
        found.append(_Planned("day", (start, stop)))
        start = stop
    return found


def _page_starts(start: int, end: int, length: int) -> list[int]:
    return [start, *range(start - start % length + length, end, length)]


def _first_monday(month: date) -> date:
    """Archives of a month appear on the first Monday of the next."""
    return month + timedelta(days=(7 - month.weekday()) % 7)


def _seen(piece: Piece, today: date) -> Piece:
    return Piece(piece.span, piece.source, piece.name, piece.sha256, piece.rows, today.isoformat(), piece.notes)

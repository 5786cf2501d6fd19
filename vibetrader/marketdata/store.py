"""A LEAN data folder as a store: bars are merged into its zips, and every bar has a receipt.

What is ours in the folder lies in `.vibetrader/`: the lock and a receipt per series. LEAN does not look there. Files are
written whole, bars before their receipt: a fetch that is killed leaves either no trace of a piece, or its bars without a
receipt, and the next call brings the same bars again.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from vibetrader._util import jsonio
from vibetrader._util.files import InUseError, atomic_write, locked, sha256_bytes
from vibetrader.errors import DataError
from vibetrader.marketdata import leanformat
from vibetrader.marketdata.klines import Rows
from vibetrader.marketdata.spans import DAY_MS, STEP_MS, Span, day_of, day_start, moment_of, stamp, union, without

OWN_FOLDER: Final = ".vibetrader"
SCHEMA: Final = 1


@dataclass(frozen=True, slots=True, order=True)
class SeriesKey:
    """One kind of bars of one ticker: what a receipt is about.

    Attributes:
        security_type, market, resolution: LEAN's folder names.
        ticker: Upper case.
        kind: trade or quote.
    """

    security_type: str
    market: str
    ticker: str
    resolution: str
    kind: str = "trade"

    @property
    def step_ms(self) -> int:
        """Length of a bar."""
        return STEP_MS[self.resolution]

    def __str__(self) -> str:
        return f"{self.security_type}/{self.market}/{self.ticker.lower()}/{self.resolution}/{self.kind}"


@dataclass(frozen=True, slots=True)
class Piece:
    """Where the bars of a span came from.

    Attributes:
        span: The bars that begin in it; by the clock of the data's zone (UTC for crypto).
        source: For example `binance archive`, `binance rest`, `import`, `synthetic`.
        name: The archive, request or file.
        sha256: Of what was read.
        rows: Bars that it brought.
        checked: Day on which the source was last known to say the same.
        notes: What was odd about it.
    """

    span: Span
    source: str
    name: str
    sha256: str
    rows: int
    checked: str = ""
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As the receipt keeps it."""
        body: dict[str, Any] = {"from": stamp(self.span[0]), "to": stamp(self.span[1]), "source": self.source}
        body |= {"name": self.name, "sha256": self.sha256, "rows": self.rows}
        if self.checked:
            body["checked"] = self.checked
        return body | ({"notes": list(self.notes)} if self.notes else {})


@dataclass(slots=True)
class Receipt:
    """What is known about the bars of a series.

    Attributes:
        pieces: By span; they do not overlap.
        covered: Spans that were asked for and answered, also where there are no bars.
        first_bar: Start of the first bar the source ever had, None when not known.
        files: File name → size and sha256 when we last wrote it.
        known_defects: What the source is known to get wrong.
    """

    key: SeriesKey
    pieces: list[Piece] = field(default_factory=list)
    covered: list[Span] = field(default_factory=list)
    first_bar: int | None = None
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    known_defects: list[str] = field(default_factory=list)

    def add(self, piece: Piece) -> None:
        """Note a piece; it takes the place of what was there about its span."""
        kept: list[Piece] = []
        for old in self.pieces:
            kept += [replace(old, span=span) for span in without([old.span], [piece.span])]
        self.pieces = sorted([*kept, piece], key=lambda one: one.span)
        self.covered = union([*self.covered, piece.span])

    def forget(self, span: Span) -> None:
        """The bars of a span are not there any more: they are to be brought again."""
        self.covered = without(self.covered, [span])
        self.pieces = [
            replace(piece, span=part) for piece in self.pieces for part in without([piece.span], [span])
        ]

    def to_json(self) -> dict[str, Any]:
        """As the file holds it."""
        key = self.key
        body: dict[str, Any] = {"schema": SCHEMA, "security_type": key.security_type, "market": key.market}
        body |= {"ticker": key.ticker, "resolution": key.resolution, "kind": key.kind}
        body["first_bar"] = None if self.first_bar is None else stamp(self.first_bar)
        if self.known_defects:
            body["known_defects"] = self.known_defects
        body["covered"] = [[stamp(start), stamp(end)] for start, end in self.covered]
        body["pieces"] = [piece.to_json() for piece in self.pieces]
        body["files"] = {name: list(told) for name, told in sorted(self.files.items())}
        return body


class Store:
    """Bars of a LEAN data folder, with receipts.

    Args:
        folder: The data folder; made when something is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._own = folder / OWN_FOLDER

    @contextlib.contextmanager
    def alone(self, wait_s: float) -> Iterator[None]:
        """Hold the folder for writing; what a killed writer left half done is swept away.

        Raises:
            DataError: Another process is writing to it, or it cannot be written.
        """
        with contextlib.ExitStack() as held:
            try:
                self._own.mkdir(parents=True, exist_ok=True)
                held.enter_context(locked(self._own / "lock", wait_s, note="writes market data"))
            except InUseError as error:
                raise DataError(
                    f"another process writes to {str(self.folder)!r} ({error.holder or 'it does not say which'})",
                    hint="Run the same command when it has ended, or raise VIBETRADER_LOCK_WAIT_S.",
                ) from None
            except OSError as error:
                raise self._explained(error) from error
            self._sweep()
            yield

    def series(self) -> list[SeriesKey]:
        """All series of the folder, those without a receipt too."""
        found: dict[SeriesKey, None] = {}
        for path in sorted(self.folder.glob("*/*/minute/*/*_*.zip")):
            kind, market, _, ticker = path.relative_to(self.folder).parts[:4]
            found[SeriesKey(kind, market, ticker.upper(), "minute", path.stem.partition("_")[2])] = None
        for resolution in ("hour", "daily"):
            for path in sorted(self.folder.glob(f"*/*/{resolution}/*.zip")):
                kind, market = path.relative_to(self.folder).parts[:2]
                ticker, _, side = path.stem.partition("_")
                side = side or ("quote" if kind in ("forex", "cfd") else "trade")
                found[SeriesKey(kind, market, ticker.upper(), resolution, side)] = None
        for receipt in self.receipts():
            found[receipt.key] = None
        return sorted(key for key in found if key.kind in ("trade", "quote"))

    # ------------------------------------------------------------------ receipts

    def receipt(self, key: SeriesKey) -> Receipt:
        """The receipt of a series; an empty one when there is none or it cannot be read."""
        return self._read_receipt(self._receipt_path(key)) or Receipt(key)

    def receipts(self) -> list[Receipt]:
        """All receipts of the folder."""
        paths = sorted((self._own / "receipts").glob("*.json"))
        return [receipt for path in paths if (receipt := self._read_receipt(path)) is not None]

    def save(self, receipt: Receipt) -> None:
        """Write a receipt."""
        text = jsonio.dumps(receipt.to_json(), indent=1) + "\n"
        try:
            atomic_write(self._receipt_path(receipt.key), text)
        except OSError as error:
            raise self._explained(error) from error

    def unharmed(self, receipt: Receipt) -> Receipt:
        """The receipt less what its files no longer hold: files that went, or have another size than we gave them."""
        for name, (size, _) in list(receipt.files.items()):
            path = self.path_of(receipt.key, name)
            if path.is_file() and path.stat().st_size == size:
                continue
            del receipt.files[name]
            if receipt.key.resolution == "minute":
                start = day_start(datetime.strptime(name[:8], "%Y%m%d").date())
                receipt.forget((start, start + DAY_MS))
            else:
                receipt.covered, receipt.pieces = [], []
        return receipt

    def _receipt_path(self, key: SeriesKey) -> Path:
        name = f"{key.security_type}-{key.market}-{key.ticker.lower()}-{key.resolution}-{key.kind}.json"
        return self._own / "receipts" / name

    def _read_receipt(self, path: Path) -> Receipt | None:
        try:
            body = json.loads(path.read_text())
            if body["schema"] != SCHEMA:
                return None
            key = SeriesKey(*(body[name] for name in ("security_type", "market", "ticker", "resolution", "kind")))
            first = body["first_bar"]
            return Receipt(
                key,
                [
                    Piece(
                        (moment_of(item["from"]), moment_of(item["to"])), item["source"], item["name"], item["sha256"],
                        item["rows"], item.get("checked", ""), tuple(item.get("notes", ())),
                    )
                    for item in body["pieces"]
                ],
                [(moment_of(start), moment_of(end)) for start, end in body["covered"]],
                None if first is None else moment_of(first),
                {name: (int(size), str(digest)) for name, (size, digest) in body["files"].items()},
                list(body.get("known_defects", ())),
            )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError):
            return None

    # ------------------------------------------------------------------ bars

    def path_of(self, key: SeriesKey, name: str) -> Path:
        """A file of a series."""
        return self.file(key, 0)[0].parent / name

    def file(self, key: SeriesKey, moment: int) -> tuple[Path, str]:
        """File and zip entry that hold the bar of a moment."""
        return leanformat.data_path(
            self.folder, key.security_type, key.market, key.resolution, key.ticker, key.kind, f"{day_of(moment):%Y%m%d}"
        )

    def rows(self, key: SeriesKey, start: int, end: int) -> Rows:
        """Lines of the bars that begin in [start, end), as the files hold them."""
        found: Rows = {}
        if key.resolution == "minute":
            for day in self.days(key):
                if start - DAY_MS < day < end:
                    found |= self._lines(key, day)
        else:
            found = self._lines(key, 0)
        return {moment: line for moment, line in found.items() if start <= moment < end}

    def days(self, key: SeriesKey) -> list[int]:
        """Midnights of the days that a series of minutes has a file for."""
        folder = self.file(key, 0)[0].parent
        names = sorted(path.name for path in folder.glob(f"*_{key.kind}.zip")) if folder.is_dir() else []
        found = []
        for name in names:
            with contextlib.suppress(ValueError):  # a name of another make is no day of ours
                found.append(day_start(datetime.strptime(name[:8], "%Y%m%d").date()))
        return found

    def merge(self, receipt: Receipt, rows: Rows, *, replaced: list[Span] | None = None) -> None:
        """Put bars into the files; a new bar takes the place of an old one of its time.

        Args:
            replaced: Spans whose old bars go, whether or not a new one comes.
        """
        key = receipt.key
        gone = union(replaced or [])
        by_file: dict[int, Rows] = {}
        if key.resolution == "minute":
            for start, end in gone:
                for day in range(start - start % DAY_MS, end, DAY_MS):
                    by_file.setdefault(day, {})
            for moment, line in rows.items():
                by_file.setdefault(moment - moment % DAY_MS, {})[moment] = line
        elif rows or gone:
            by_file[0] = rows
        for day, new in sorted(by_file.items()):
            try:
                held = self._lines(key, day)
            except DataError:
                held = {}  # damaged: what can be had again takes its place
            if gone:
                held = {moment: line for moment, line in held.items() if not any(a <= moment < b for a, b in gone)}
            whole = dict(sorted((held | new).items()))
            self._write(receipt, day, whole)

    def _lines(self, key: SeriesKey, day: int) -> Rows:
        path, entry = self.file(key, day)
        if not path.is_file():
            return {}
        text = leanformat.read_zip(path, entry).decode("ascii", "replace")
        found: Rows = {}
        days: dict[str, int] = {}
        for line in text.splitlines():
            time, _, rest = line.partition(",")
            try:
                if key.resolution == "minute":
                    found[day + int(time)] = rest
                else:
                    midnight = days.get(time[:8])
                    if midnight is None:
                        midnight = days[time[:8]] = day_start(date(int(time[:4]), int(time[4:6]), int(time[6:8])))
                    found[midnight + int(time[9:11]) * 3_600_000 + int(time[12:14]) * 60_000] = rest
            except ValueError as error:
                raise DataError(
                    f"{path} holds the line {line[:60]!r}, which is no bar", hint="Remove the file and fetch it again."
                ) from error
        return found

    def _write(self, receipt: Receipt, day: int, rows: Rows) -> None:
        key = receipt.key
        path, entry = self.file(key, day)
        if not rows:
            path.unlink(missing_ok=True)
            receipt.files.pop(path.name, None)
            return
        if key.resolution == "minute":
            lines = [f"{moment - day},{line}" for moment, line in rows.items()]
        else:
            days = {moment // DAY_MS for moment in rows}
            stamps = {number: f"{date(1970, 1, 1) + timedelta(days=number):%Y%m%d}" for number in days}
            lines = [
                f"{stamps[moment // DAY_MS]} {moment % DAY_MS // 3_600_000:02d}:{moment % 3_600_000 // 60_000:02d},{line}"
                for moment, line in rows.items()
            ]
        data = leanformat.zip_of(entry, lines)
        try:
            if not (path.is_file() and path.read_bytes() == data):
                atomic_write(path, data)
        except OSError as error:
            raise self._explained(error) from error
        receipt.files[path.name] = (len(data), sha256_bytes(data))

    # ------------------------------------------------------------------ inside

    def _sweep(self) -> None:
        """Take away temporary files of writers that were killed: the lock says that none is at work."""
        patterns = (f"{OWN_FOLDER}/receipts/.*.tmp", "*/*/*/.*.tmp", "*/*/*/*/.*.tmp")
        for pattern in patterns:
            for path in self.folder.glob(pattern):
                path.unlink(missing_ok=True)

    def _explained(self, error: OSError) -> DataError:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            what, hint = "the disk is full", "Free some space and run the same command: it goes on from here."
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            what, hint = "it may not be written", "Choose another folder with --data-folder."
        else:
            what, hint = error.strerror or str(error), "Choose another folder with --data-folder."
        return DataError(f"cannot write to the data folder {os.fspath(self.folder)!r}: {what}", hint=hint)

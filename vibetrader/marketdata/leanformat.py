"""Bars and ticks in LEAN's zip files, read as numpy columns. LEAN: Common/Util/LeanData.cs, Common/Data/Market/*.cs.

A file holds one CSV without a header: either one day (times in milliseconds since midnight) or all of a ticker (times as
`yyyyMMdd HH:mm`). Prices come as floats; `exact` gives the digits of a single row when money depends on them.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from vibetrader.errors import DataError
from vibetrader.marketdata import digits
from vibetrader.marketdata.zones import DAY

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Columns of trade files and of quote files, without the time.
TRADE_FIELDS: Final = ("open", "high", "low", "close", "volume")
QUOTE_FIELDS: Final = (
    "bid_open", "bid_high", "bid_low", "bid_close", "bid_size",
    "ask_open", "ask_high", "ask_low", "ask_close", "ask_size",
)  # fmt: skip

#: Security types whose prices are stored as integers of 1/10000.
SCALED_TYPES: Final = frozenset({"equity", "option"})
_SCALE: Final = Decimal("0.0001")
_SIZES: Final = frozenset({"volume", "bid_size", "ask_size"})
_CLOCK_TO_COMMAS: Final = bytes.maketrans(b" :", b",,")


@dataclass(frozen=True, slots=True)
class RawBars:
    """Rows of one or several files, oldest first.

    Attributes:
        times: Start of each row by the clock of the data's zone, nanoseconds.
        columns: Field → floats, unadjusted; NaN where the file has an empty field.
        files: File of each stretch of rows, with the first row's number.
        scaled: Prices are stored × 10000.
    """

    times: Ints
    columns: dict[str, Floats]
    files: tuple[tuple[int, Path, str], ...]
    scaled: bool

    def place(self, row: int) -> tuple[RawBars, int]:
        """The rows a row is among, and its number there."""
        return self, row

    def exact(self, field: str, row: int) -> Decimal:
        """The number of a row with all digits and the scale LEAN gives it."""
        place = len(self.files) - 1
        while place > 0 and self.files[place][0] > row:
            place -= 1
        first, path, entry = self.files[place]
        names = TRADE_FIELDS if "open" in self.columns else QUOTE_FIELDS
        parts = _lines(path, entry)[row - first].split(b",")
        names_in_file = _fields_present(names, len(parts) - 1)
        text = parts[1 + names_in_file.index(field)].decode()
        value = Decimal(text) if text.strip() else Decimal(0)
        if "E" in text or "e" in text:
            value = Decimal(format(value, "f"))
        return value * _SCALE if self.scaled and field not in _SIZES else value


def _fields_present(names: tuple[str, ...], count: int) -> tuple[str, ...]:
    """Quote files of old forex data have no sizes."""
    if names is QUOTE_FIELDS and count == 8:
        return tuple(name for name in names if name not in _SIZES)
    return names


def market_folder(data_folder: Path, security_type: str, market: str) -> Path:
    """Folder of a market's data."""
    return data_folder / security_type.replace("_", "").lower() / market.lower()


def data_path(
    data_folder: Path, security_type: str, market: str, resolution: str, ticker: str, kind: str, day: str = ""
) -> tuple[Path, str]:
    """Zip file and entry of a ticker's data. LEAN: Common/Util/LeanData.cs, GenerateZipFileName, GenerateZipEntryName.

    Args:
        data_folder: LEAN data folder.
        security_type: Its name in any spelling ("crypto_future").
        market: Market name.
        resolution: "tick", "second", "minute", "hour" or "daily".
        ticker: Ticker of the time.
        kind: "trade", "quote" or "openinterest".
        day: `yyyyMMdd` for files of one day.
    """
    folder = market_folder(data_folder, security_type, market) / resolution
    ticker = ticker.lower()
    type_name = security_type.replace("_", "").lower()
    if resolution in ("hour", "daily"):
        if type_name in ("equity", "forex", "cfd", "index"):
            return folder / f"{ticker}.zip", f"{ticker}.csv"
        suffix = "_perp" if type_name == "cryptofuture" else ""
        return folder / f"{ticker}_{kind}.zip", f"{ticker}{suffix}.csv"
    suffix = "_perp" if type_name == "cryptofuture" else ""
    entry = f"{day}_{ticker}_{resolution}_{kind}{suffix}.csv"
    return folder / ticker / f"{day}_{kind}.zip", entry


def read_zip(path: Path, entry: str = "") -> bytes:
    """Content of a zip's entry; its first one when the name is not there.

    Raises:
        DataError: The file is damaged.
    """
    return unzip(path.read_bytes(), path, entry)


def unzip(data: bytes, path: Path, entry: str = "") -> bytes:
    """`read_zip` of a file's content; the path is for the message.

    Raises:
        DataError: The content is damaged.
    """
    try:
        # the common case, one deflated entry, without the cost of zipfile
        signature, _, _, method, _, _, _, size, _, name_length, extra_length = struct.unpack_from("<4s5HI2I2H", data)
        if signature == b"PK\x03\x04" and method == 8 and data.count(b"PK\x01\x02") == 1:
            start = 30 + name_length + extra_length
            text = zlib.decompressobj(-15).decompress(data[start : start + size] if size else data[start:])
            (checksum,) = struct.unpack_from("<I", data, data.index(b"PK\x01\x02") + 16)
            if zlib.crc32(text) != checksum:
                raise zlib.error("its content does not fit its checksum")
            return text
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            return archive.read(entry if entry in names else names[0])
    except (struct.error, zlib.error, zipfile.BadZipFile, IndexError, NotImplementedError, RuntimeError) as error:
        raise DataError(f"{path} is no readable zip file: {error}", hint="download it again or remove it") from error


_line_cache: OrderedDict[Path, list[bytes]] = OrderedDict()


def _lines(path: Path, entry: str) -> list[bytes]:
    """Lines of a file; the last ones asked for are kept, since orders come in clusters."""
    found = _line_cache.get(path)
    if found is None:
        found = _line_cache[path] = [line for line in read_zip(path, entry).split(b"\n") if line.strip()]
        if len(_line_cache) > 16:
            _line_cache.popitem(last=False)
    else:
        _line_cache.move_to_end(path)
    return found


def _numbers(text: bytes, path: Path) -> tuple[Floats, int]:
    """All numbers of a CSV text and the number of columns; empty fields become NaN."""
    text = text.strip()
    if b"\r" in text:
        text = text.replace(b"\r", b"")
    if not text:
        return np.empty(0), 1
    count = text.split(b"\n", 1)[0].count(b",") + 1
    values = digits.parse(text)
    if values is None:
        raise DataError(
            f"{path} holds something that is no number: {first_bad_line(text)!r}", hint="`vibetrader data check` tells more"
        )
    if values.size % count:
        raise DataError(f"{path}: {values.size} numbers do not fill rows of {count}", hint="download it again")
    return values, count


def first_bad_line(text: bytes) -> str:
    """The first line of a CSV text with a field that is no number, "" when there is none."""
    for line in text.split(b"\n"):
        if digits.parse(line) is None:
            return line[:80].decode("utf-8", "replace")
    return ""


def _split_columns(values: Floats, count: int, names: tuple[str, ...], scaled: bool) -> dict[str, Floats]:
    table = values.reshape(-1, count)
    present = _fields_present(names, count - 1)
    columns: dict[str, Floats] = {}
    for name in names:
        if name in present and 1 + present.index(name) < count:
            column = table[:, 1 + present.index(name)]
            columns[name] = column / 10000.0 if scaled and name not in _SIZES else column.copy()
        else:
            columns[name] = np.zeros(len(table))
    return columns


def _day_ns(day: str) -> int:
    return int(np.datetime64(f"{day[:4]}-{day[4:6]}-{day[6:8]}", "D").astype(np.int64)) * DAY


def parse_day(text: bytes, path: Path, entry: str, day: str, names: tuple[str, ...], scaled: bool) -> RawBars:
    """Rows of the text of a file of one day."""
    values, count = _numbers(text, path)
    columns = _split_columns(values, count, names, scaled)
    times = values.reshape(-1, count)[:, 0]
    return RawBars((times * 1e6).astype(np.int64) + _day_ns(day), columns, ((0, path, entry),), scaled)


def read_day(path: Path, entry: str, day: str, names: tuple[str, ...], scaled: bool) -> RawBars | None:
    """Rows of a file of one day; None when it does not exist."""
    if not path.is_file():
        return None
    return parse_day(read_zip(path, entry), path, entry, day, names, scaled)


@lru_cache(maxsize=64)
def read_all(path: Path, entry: str, names: tuple[str, ...], scaled: bool) -> RawBars | None:
    """Rows of a file that holds all of a ticker; None when it does not exist."""
    if not path.is_file():
        return None
    text = read_zip(path, entry).strip()
    if not text:
        return RawBars(np.empty(0, np.int64), {name: np.empty(0) for name in names}, ((0, path, entry),), scaled)
    first = text.split(b"\n", 1)[0]
    if b":" not in first:
        raise DataError(f"{path}: {first[:40]!r} does not begin with yyyyMMdd HH:mm")
    # `yyyyMMdd HH:mm` → three numbers
    values, count = _numbers(text.translate(_CLOCK_TO_COMMAS), path)
    table = values.reshape(-1, count)
    date_numbers = table[:, 0].astype(np.int64)
    years, months, days = date_numbers // 10000, date_numbers // 100 % 100, date_numbers % 100
    months_since = (years - 1970) * 12 + months - 1
    day_numbers = months_since.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + days - 1
    minutes = table[:, 1].astype(np.int64) * 60 + table[:, 2].astype(np.int64)
    times = day_numbers * DAY + minutes * 60_000_000_000
    columns = _split_columns(table[:, 2:].reshape(-1), count - 2, names, scaled)
    return RawBars(times, columns, ((0, path, entry),), scaled)


def concatenate(parts: list[RawBars], names: tuple[str, ...], scaled: bool) -> RawBars:
    """Rows of several files as one."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return RawBars(np.empty(0, np.int64), {name: np.empty(0) for name in names}, (), scaled)
    files: list[tuple[int, Path, str]] = []
    row = 0
    for part in parts:
        files += [(row + first, path, entry) for first, path, entry in part.files]
        row += len(part.times)
    return RawBars(
        np.concatenate([part.times for part in parts]),
        {name: np.concatenate([part.columns[name] for part in parts]) for name in names},
        tuple(files),
        scaled,
    )


def zip_of(entry: str, lines: list[str]) -> bytes:
    """A LEAN zip of one CSV: the same bytes for the same lines."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        info = zipfile.ZipInfo(entry, date_time=(1980, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, "\n".join(lines) + "\n")
    return buffer.getvalue()

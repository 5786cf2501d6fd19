"""Rows of Binance's klines, from archives and from the REST interface, as the lines of LEAN's files.

A price stays the decimal it was: digits are moved, never computed, only zeros at its end go (as LEAN writes decimals).
"""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from typing import Final

from vibetrader.errors import DataError, ProviderError

#: Time in milliseconds → open, high, low, close, volume as LEAN writes them.
Rows = dict[int, str]

#: From 2025 on, spot archives count microseconds; anything above this is no millisecond of our time.
_MICROSECONDS_ABOVE: Final = 10**14
_NUMBER: Final = re.compile(r"\d+(\.\d+)?", re.ASCII)
_FIELDS: Final = 12


def from_archive(data: bytes, where: str, *, step_ms: int, start: int, end: int) -> tuple[Rows, list[str]]:
    """Rows of an archive that lie in [start, end), and what was noted on the way.

    Args:
        data: The zip.
        where: Its name, for messages.
        step_ms: Length of a bar.
        start, end: Milliseconds since 1970, UTC.

    Raises:
        ProviderError: It is no zip of one CSV of klines.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            text = archive.read(archive.namelist()[0]).decode("ascii")
    except (zipfile.BadZipFile, zlib.error, IndexError, UnicodeDecodeError, NotImplementedError, EOFError) as error:
        raise ProviderError(f"{where} is no readable zip file: {error}", hint="Try again; nothing was stored.") from error
    lines = text.splitlines()
    if lines and not lines[0][:1].isdigit():
        lines = lines[1:]  # futures archives begin with the names of the columns
    split = (line.split(",") for line in lines if line)
    return _rows(split, where, step_ms=step_ms, start=start, end=end)


def from_rest(body: bytes, where: str, *, step_ms: int, start: int, end: int) -> tuple[Rows, list[str]]:
    """Rows of an answer of `/api/v3/klines` that lie in [start, end); the bar that is still open lies beyond the end.

    Raises:
        ProviderError: It is no such answer.
    """
    try:
        found = json.loads(body)
        if not isinstance(found, list):
            raise ValueError("no list")
        split = [[str(field) for field in row] for row in found]
    except (ValueError, TypeError) as error:
        raise ProviderError(f"{where} answered with no klines: {error}", hint="Try again; nothing was stored.") from error
    return _rows(split, where, step_ms=step_ms, start=start, end=end)


def _rows(
    split: Iterable[Sequence[str]], where: str, *, step_ms: int, start: int, end: int
) -> tuple[Rows, list[str]]:
    rows: Rows = {}
    duplicates = unsorted = off_grid = 0
    last = -1
    for fields in split:
        if len(fields) != _FIELDS or not (fields[0].isascii() and fields[0].isdigit()):
            raise ProviderError(
                f"{where} holds a row that is no kline: {','.join(fields)[:80]!r}", hint="Nothing was stored of it."
            )
        moment = int(fields[0])
        if moment > _MICROSECONDS_ABOVE:
            moment //= 1000
        if moment < start or moment >= end:
            continue
        if moment % step_ms:
            off_grid += 1
            continue
        unsorted += moment < last
        last = moment
        values = ",".join(map(_decimal, fields[1:6]))
        if moment in rows:
            if rows[moment] != values:
                raise ProviderError(
                    f"{where} holds two different bars of {moment} ms: {rows[moment]} and {values}",
                    hint="Nothing was stored of it.",
                )
            duplicates += 1
        rows[moment] = values
    told = [
        f"{count} {what}"
        for count, what in (
            (duplicates, "rows twice, kept once"),
            (unsorted, "rows out of order, sorted"),
            (off_grid, "rows between the bars, left out"),
        )
        if count
    ]
    return (dict(sorted(rows.items())) if unsorted else rows), told


def _decimal(text: str) -> str:
    """A decimal without zeros at its end: 42283.58000000 → 42283.58."""
    if _NUMBER.fullmatch(text) is None:
        raise ProviderError(f"{text!r} is no price or volume", hint="Nothing was stored of it.")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text


def clip(rows: Rows, start: int, end: int) -> Rows:
    """The rows in [start, end)."""
    return {moment: line for moment, line in rows.items() if start <= moment < end}


def check_line(line: str) -> None:
    """Refuse a line that LEAN could not read.

    Raises:
        DataError: It is not five decimals.
    """
    if len(line.split(",")) != 5:
        raise DataError(f"{line!r} is no open, high, low, close, volume")

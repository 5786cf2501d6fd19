"""Which ticker a share had when. LEAN: Common/Data/Auxiliary/MapFile.cs, MapFileResolver.cs."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from vibetrader.errors import DataError


class MapRow(NamedTuple):
    """From the day after the row before until `day`, the share is called `ticker`."""

    day: date
    ticker: str


class MapFile:
    """Tickers of one share, oldest first.

    Args:
        permtick: Name of the file: the ticker, with a number where several shares had it.
        rows: Rows by date.
    """

    def __init__(self, permtick: str, rows: list[MapRow]) -> None:
        self.permtick = permtick.upper()
        self.rows = sorted(rows)
        first = self.rows[0].ticker if self.rows else self.permtick
        head, _, tail = first.rpartition(".")
        self.first_ticker = head if head and tail.isdigit() else first

    @property
    def first_date(self) -> date:
        """Date of the first row; year 1 when there is none."""
        return self.rows[0].day if self.rows else date.min

    @property
    def delisting_date(self) -> date:
        """Date of the last row; the year 2050 when there is none (LEAN: Time.EndOfTime)."""
        return self.rows[-1].day if self.rows else date(2050, 12, 31)

    def has_data(self, day: date) -> bool:
        """True within the life of the share, always without rows."""
        return not self.rows or self.first_date <= day <= self.delisting_date

    def ticker_at(self, day: date, default: str) -> str:
        """Ticker on a date; `default` after the last row."""
        for row in self.rows:
            if row.day >= day:
                return row.ticker
        return default


class MapFiles:
    """The map files of the equity markets of a data folder."""

    def __init__(self, data_folder: Path) -> None:
        self._folder = data_folder / "equity"
        self._markets: dict[str, _Resolver] = {}

    def _resolver(self, market: str) -> _Resolver:
        found = self._markets.get(market)
        if found is None:
            found = self._markets[market] = _Resolver(self._folder / market.lower() / "map_files")
        return found

    def resolve(self, market: str, ticker: str, day: date | None) -> MapFile:
        """Map file of the share that had this ticker on a date; an empty one when there is none."""
        return self._resolver(market).resolve(ticker.upper(), day)

    def first_date_and_ticker(self, ticker: str, market: str, day: date | None = None) -> tuple[str, date] | None:
        """First ticker and date of the share that has this ticker on a day, at present without; None when there is none.

        LEAN: Common/SecurityIdentifier.cs, GenerateEquity with today's mapping date.
        """
        found = self.resolve(market, ticker, day or _TODAY_AND_LATER)
        return (found.first_ticker, found.first_date) if found.rows else None


#: Any date after the last change of a ticker.
_TODAY_AND_LATER = date(2026, 1, 1)


class _Resolver:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, MapFile] = {}
        self._names = {path.stem.upper(): path for path in sorted(folder.glob("*.csv"))} if folder.is_dir() else {}

    def _file(self, permtick: str) -> MapFile | None:
        found = self._files.get(permtick)
        if found is None and permtick in self._names:
            found = self._files[permtick] = MapFile(permtick, _read(self._names[permtick]))
        return found

    @cached_property
    def _by_ticker(self) -> dict[str, list[tuple[date, str]]]:
        """Ticker → (last date, permtick) of the shares that had it, by date."""
        entries: dict[str, dict[date, str]] = {}
        for permtick in self._names:
            file = self._file(permtick)
            assert file is not None
            for row in file.rows:
                entries.setdefault(row.ticker, {}).setdefault(row.day, permtick)
        return {ticker: sorted(days.items()) for ticker, days in entries.items()}

    def resolve(self, ticker: str, day: date | None) -> MapFile:
        entries = self._by_ticker.get(ticker)
        permtick = ticker
        if entries and day is not None:
            place = min(bisect_left([entry[0] for entry in entries], day), len(entries) - 1)
            permtick = entries[place][1]
        found = self._file(permtick)
        if found is None or (day is not None and found.first_date > day):
            return MapFile(ticker, [])
        return found


def _read(path: Path) -> list[MapRow]:
    rows = []
    try:
        for line in path.read_text(encoding="utf-8-sig").splitlines():
            if line.strip():
                parts = line.split(",")
                text = parts[0]
                rows.append(MapRow(date(int(text[:4]), int(text[4:6]), int(text[6:8])), parts[1].upper()))
    except (OSError, ValueError, IndexError) as error:
        raise DataError(f"cannot read the map file {path}: {error}", hint="each line is yyyyMMdd,ticker,exchange") from error
    return rows

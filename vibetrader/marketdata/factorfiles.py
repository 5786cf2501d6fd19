"""Price and split factors of shares. LEAN: Common/Data/Auxiliary/CorporateFactorProvider.cs, CorporateFactorRow.cs."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from vibetrader.errors import DataError

ONE = Decimal(1)


class FactorRow(NamedTuple):
    """Factors that hold up to and including `day`, and the close of that day."""

    day: date
    price_factor: Decimal
    split_factor: Decimal
    reference_price: Decimal

    @property
    def scale(self) -> Decimal:
        """What adjusted prices are multiplied by."""
        return self.price_factor * self.split_factor


class FactorFile:
    """Factors of one share, oldest first."""

    def __init__(self, rows: list[FactorRow], minimum_date: date | None = None) -> None:
        self.rows = sorted(rows)
        #: The day before the first row, None without rows: earlier data is not delivered.
        self.minimum_date = minimum_date
        self._days = [row.day for row in self.rows]

    def factor(self, day: date, *, splits_only: bool = False) -> Decimal:
        """Multiplier of the raw prices of a date."""
        place = bisect_left(self._days, day)
        if place == len(self.rows):
            return ONE
        row = self.rows[place]
        return row.split_factor if splits_only else row.scale

    def dividend_after(self, day: date) -> tuple[Decimal, Decimal] | None:
        """Ratio of the price factors and reference price, when the trading day after `day` is an ex-date."""
        return self._change(day, 1)

    def split_after(self, day: date) -> tuple[Decimal, Decimal] | None:
        """Split factor and reference price, when the trading day after `day` is a split's."""
        return self._change(day, 2)

    def _change(self, day: date, field: int) -> tuple[Decimal, Decimal] | None:
        place = bisect_left(self._days, day)
        if place >= len(self.rows) - 1 or self._days[place] != day:
            return None
        this, following = self.rows[place], self.rows[place + 1]
        if this[field] == following[field]:
            return None
        now, then = this[field], following[field]
        assert isinstance(now, Decimal) and isinstance(then, Decimal)
        return now / then, this.reference_price


class FactorFiles:
    """The factor files of the equity markets of a data folder."""

    def __init__(self, data_folder: Path) -> None:
        self._folder = data_folder / "equity"
        self._files: dict[tuple[str, str], FactorFile] = {}

    def get(self, market: str, permtick: str) -> FactorFile:
        """Factors of a share by the name of its map file; an empty one when there is no file."""
        key = (market.lower(), permtick.lower())
        found = self._files.get(key)
        if found is None:
            path = self._folder / key[0] / "factor_files" / f"{key[1]}.csv"
            found = self._files[key] = _read(path) if path.is_file() else FactorFile([])
        return found


def _read(path: Path) -> FactorFile:
    rows: dict[date, FactorRow] = {}
    try:
        for line in path.read_text(encoding="utf-8-sig").splitlines():
            if not line.strip() or "inf" in line or "e+" in line:
                continue
            parts = line.split(",")
            text = parts[0]
            day = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
            reference = Decimal(parts[3]) if len(parts) > 3 else Decimal(0)
            row = FactorRow(day, Decimal(parts[1]), Decimal(parts[2]), reference)
            if row.scale > 0:
                rows.setdefault(day, row)
    except (OSError, ValueError, IndexError, ArithmeticError) as error:
        raise DataError(
            f"cannot read the factor file {path}: {error}",
            hint="each line is yyyyMMdd,price factor,split factor,reference price",
        ) from error
    minimum = min(rows) - timedelta(days=1) if rows else None
    return FactorFile(list(rows.values()), minimum)

"""Risk-free rates of the data folder. LEAN: Common/Data/InterestRateProvider.cs."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vibetrader.engine.money import ZERO, dec
from vibetrader.engine.timekeeping import DAY, Nanoseconds, from_date, to_datetime

_DEFAULT: Final = Decimal("0.01")


class InterestRateProvider:
    """Primary credit rate of the Federal Reserve by day, as a fraction; the first row's before it begins.

    Args:
        data_folder: LEAN data folder; a missing file gives 1 % always.
    """

    def __init__(self, data_folder: Path) -> None:
        rows: dict[int, Decimal] = {}
        path = data_folder / "alternative" / "interest-rate" / "usa" / "interest-rate.csv"
        if path.is_file():
            for line in path.read_text().splitlines()[1:]:
                row = _parse(line)
                if row is not None:
                    rows[row[0]] = row[1]
        self._days = sorted(rows)
        self._rates = [rows[day] for day in self._days]

    def rate(self, utc: Nanoseconds) -> Decimal:
        """Rate valid at a time; only its date counts."""
        if not self._days:
            return _DEFAULT
        return self._rates[max(bisect_right(self._days, utc // DAY) - 1, 0)]

    def average(self, times: npt.NDArray[np.int64]) -> Decimal:
        """Mean over times, one term per time; 0 without any. LEAN: GetAverageRiskFreeRate."""
        if not len(times):
            return ZERO
        if not self._days:
            return _DEFAULT
        # Rates are few and times many: count, then weight; the decimal sum is the same as term by term.
        places = np.maximum(np.searchsorted(self._days, times // DAY, side="right") - 1, 0)
        found, counts = np.unique(places, return_counts=True)
        total = sum((self._rates[place] * count for place, count in zip(found.tolist(), counts.tolist())), ZERO)
        return total / len(times)


class ModelRates(InterestRateProvider):
    """Rates of a model that the strategy set.

    Args:
        model: Has `get_interest_rate(date)`.
    """

    def __init__(self, model: Any) -> None:
        self._ask = getattr(model, "get_interest_rate", None) or model.GetInterestRate

    def rate(self, utc: Nanoseconds) -> Decimal:
        """The model's rate at a time."""
        return dec(self._ask(to_datetime(utc)))

    def average(self, times: npt.NDArray[np.int64]) -> Decimal:
        """Mean over times, one question per time."""
        return sum((self.rate(time) for time in times.tolist()), ZERO) / len(times) if len(times) else ZERO


def _parse(line: str) -> tuple[int, Decimal] | None:
    cells = line.split(",")
    try:
        return from_date(date.fromisoformat(cells[0])) // DAY, Decimal(cells[1]) / 100
    except (ValueError, IndexError, ArithmeticError):
        return None

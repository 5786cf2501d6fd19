"""When bars are to be expected: the moments of a market's regular sessions, by the clock of its data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from vibetrader.marketdata.hours import HoursEntry, MarketHours
from vibetrader.marketdata.spans import DAY_MS
from vibetrader.marketdata.store import SeriesKey

Ints = npt.NDArray[np.int64]
_MS = 1_000_000


class Sessions:
    """Expected bars of series; the hours are those of the data folder, else our own.

    Args:
        data_folder: A LEAN data folder.
    """

    def __init__(self, data_folder: Path) -> None:
        self._hours = MarketHours(data_folder)

    def entry(self, key: SeriesKey) -> HoursEntry | None:
        """Hours of a series' market; None for a market that the database does not know."""
        try:
            return self._hours.find(key.market, key.ticker, key.security_type)
        except KeyError:
            return None

    def always_open(self, key: SeriesKey) -> bool:
        """The market never closes, as far as is known."""
        entry = self.entry(key)
        return entry is None or entry.exchange_hours.is_market_always_open

    def expected(self, key: SeriesKey, start: int, end: int) -> Ints:
        """Starts of the bars that should be there in [start, end), by the clock of the data."""
        step = key.step_ms
        if self.always_open(key):
            first = -(-start // step) * step
            return np.arange(first, end, step, dtype=np.int64)
        entry = self.entry(key)
        assert entry is not None
        hours, zone, data_zone = entry.exchange_hours, entry.exchange_hours.time_zone, entry.data_time_zone
        parts: list[Ints] = []
        for midnight in range(start - start % DAY_MS - DAY_MS, end + DAY_MS, DAY_MS):
            segments = [s for s in hours.day(midnight * _MS).segments if s.regular]
            if not segments:
                continue
            if key.resolution == "daily":
                parts.append(np.array([midnight], dtype=np.int64))
                continue
            for segment in segments:
                low = midnight + segment.start // _MS
                first = low - low % step
                parts.append(np.arange(first, midnight + segment.end // _MS, step, dtype=np.int64))
        if not parts:
            return np.empty(0, np.int64)
        times = np.unique(np.concatenate(parts))
        if zone != data_zone and key.resolution != "daily":
            times = data_zone.to_local_array(zone.to_utc_array(times * _MS)) // _MS
        times = np.unique(times)
        return times[(times >= start) & (times < end)]

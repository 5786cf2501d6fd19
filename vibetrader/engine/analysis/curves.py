"""The account and SPY on common days. LEAN: ResultsAnalyzer.ReadEquityCurve."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np

from vibetrader.engine.analysis.finding import Curve
from vibetrader.engine.charting.chart import Row
from vibetrader.engine.charting.sampler import sample_candles
from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.timekeeping import DAY, NEW_YORK, Nanoseconds, to_datetime, zone
from vibetrader.marketdata.factorfiles import FactorFiles
from vibetrader.marketdata.leanformat import TRADE_FIELDS, data_path, read_all

_TICKER: Final = "SPY"


def read_curves(
    rows: list[Row], data_folder: Path, market_hours: Any, start: Nanoseconds, end: Nanoseconds
) -> tuple[Curve, Curve]:
    """Account and benchmark on the days that both have; empty without SPY data before the end.

    Args:
        rows: Candles of the equity chart.
        data_folder: LEAN data folder.
        market_hours: Market hours database.
        start: Begin of SPY's history, UTC.
        end: Its end, UTC.
    """
    market = _spy(data_folder, market_hours, start, end) if rows else {}
    if not market:
        return Curve(), Curve()
    days = list(market)
    first, last = max(rows[0][0], days[0]), min(rows[-1][0], days[-1])
    sampled = sample_candles(rows, DAY, first, last)
    own = {row[0]: row[4] for row in sampled}
    common = [time for time in own if time in market]
    # LEAN copies the first candle when one lies exactly at the start; only copies keep the zone of their time.
    copied = bool(sampled) and any(row is sampled[0] for row in rows)
    marked = copied and bool(common) and common[0] == sampled[0][0]
    return (
        Curve(common, [own[time] for time in common], marked),
        Curve(common, [market[time] for time in common]),
    )


def _spy(data_folder: Path, market_hours: Any, start: Nanoseconds, end: Nanoseconds) -> dict[Nanoseconds, Decimal]:
    """Adjusted daily closes by the midnight (New York, in UTC) after them; days without a bar carry the last close."""
    path, entry = data_path(data_folder, "equity", "usa", "daily", _TICKER, "trade")
    raw = read_all(path, entry, TRADE_FIELDS, True)
    if raw is None or not len(raw.times):
        return {}
    new_york = zone(NEW_YORK)
    hours = market_hours.entry("usa", _TICKER, SecurityType.EQUITY).exchange_hours
    factors = FactorFiles(data_folder).get("usa", _TICKER)
    local_start, local_end = new_york.to_local(start), new_york.to_local(end)
    closes = raw.columns["close"]
    first = int(np.searchsorted(raw.times, local_start))
    if first == len(raw.times):
        return {}
    out: dict[Nanoseconds, Decimal] = {}
    day, row, price = int(raw.times[first]), first, Decimal(0)
    while day < local_end:
        if row < len(raw.times) and int(raw.times[row]) <= day:
            date = to_datetime(int(raw.times[row])).date()
            price = Decimal(repr(round(float(closes[row]) * 10000))) * Decimal("0.0001") * factors.factor(date)
            row += 1
        elif not hours.is_date_open(day):
            day += DAY
            continue
        if _closes_by(hours, day, local_end):
            out[new_york.to_utc(day + DAY)] = price
        day += DAY
    return out


def _closes_by(hours: Any, day: Nanoseconds, limit: Nanoseconds) -> bool:
    """Has the session of that day ended by the limit."""
    return bool(hours.last_daily_close(day) <= limit) if day + DAY > limit else True

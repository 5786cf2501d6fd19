"""Bars of a data folder as CSV or Parquet, in any of the fifteen timeframes, month by month: memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from vibetrader.errors import DataError, UsageError
from vibetrader.marketdata.klines import Rows
from vibetrader.marketdata.leanformat import SCALED_TYPES
from vibetrader.marketdata.spans import DAY_MS, day_start, stamp
from vibetrader.marketdata.store import SeriesKey, Store
from vibetrader.marketdata.tables import plain_decimal
from vibetrader.marketdata.timeframes import Bars, bar_starts, build, source_of

_HEADER: Final = ("time", "open", "high", "low", "close", "volume")


def bars_of(store: Store, key: SeriesKey, start: int, end: int, timeframe: str) -> Iterator[Bars]:
    """Bars of a timeframe that begin in [start, end), a month of stored ones at a time."""
    carried: Bars | None = None
    # hours and days lie in one file: cutting them would read it over and over
    for low, high in _months(start, end) if key.resolution == "minute" else [(start, end)]:
        part = columns(key, store.rows(key, low, high))
        if not len(part.times):
            continue
        if carried is not None:
            part = Bars(*(np.concatenate(pair) for pair in zip(carried, part)))
        # the last bar may go on in the next month
        starts = bar_starts(part.times, timeframe)
        whole = starts < starts[-1]
        carried = Bars(*(column[~whole] for column in part))
        if whole.any():
            yield build(Bars(*(column[whole] for column in part)), timeframe)
    if carried is not None:
        yield build(carried, timeframe)


def columns(key: SeriesKey, rows: Rows) -> Bars:
    """Lines of a trade or quote file as bars; of quotes the middle."""
    scale = 10_000.0 if key.security_type in SCALED_TYPES else 1.0
    times = np.fromiter(rows, dtype=np.int64, count=len(rows))
    if not len(rows):
        none = np.empty(0)
        return Bars(times, none, none, none, none, none)
    table = np.array([[float(text or "nan") for text in line.split(",")] for line in rows.values()])
    if key.kind == "quote":
        second = 5 if table.shape[1] == 10 else 4
        o, h, low, c = (np.round((table[:, i] + table[:, second + i]) / 2, 10) for i in range(4))
        return Bars(times, o, h, low, c, np.zeros(len(rows)))
    o, h, low, c = (table[:, i] / scale for i in range(4))
    return Bars(times, o, h, low, c, table[:, 4])


def export(store: Store, key: SeriesKey, target: Path, *, timeframe: str, start: int, end: int) -> int:
    """Write bars to a CSV or Parquet file, whole or not at all; how many.

    Raises:
        UsageError: Another ending than .csv or .parquet, or Parquet without pyarrow.
        DataError: No bars there, or the file cannot be written.
    """
    source_of(timeframe)
    ending = target.suffix.lower()
    if ending not in (".csv", ".parquet", ".pq"):
        raise UsageError(f"{target.name!r}: only .csv and .parquet are written", hint="For example --to btc-4h.csv")
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        batches = bars_of(store, key, start, end, timeframe)
        count = _csv(part, batches) if ending == ".csv" else _parquet(part, batches)
        if not count:
            raise DataError(
                f"the data folder has no {key.resolution} bars of {key.ticker} from {stamp(start)} to {stamp(end)}",
                hint="`vibetrader data list` shows what there is.",
            )
        part.replace(target)
    except OSError as error:
        raise DataError(f"cannot write {str(target)!r}: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
    return count


def _csv(path: Path, batches: Iterator[Bars]) -> int:
    count = 0
    with path.open("w", encoding="ascii", newline="") as file:
        file.write(",".join(_HEADER) + "\n")
        for bars in batches:
            fields = [[plain_decimal(repr(value)) for value in column.tolist()] for column in bars[1:]]
            for time, *values in zip(bars.times.tolist(), *fields):
                file.write(f"{stamp(time)},{','.join(values)}\n")
            count += len(bars.times)
    return count


def _parquet(path: Path, batches: Iterator[Bars]) -> int:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError(
            "Parquet needs the package pyarrow, which is not installed", hint="pip install 'vibetrader[parquet]'"
        ) from None
    kinds: list[tuple[str, Any]] = [("time", pyarrow.timestamp("ms", tz="UTC"))]
    schema = pyarrow.schema(kinds + [(name, pyarrow.float64()) for name in _HEADER[1:]])
    count = 0
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        for bars in batches:
            arrays = [pyarrow.array(column, type=kind.type) for column, kind in zip(bars, schema)]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
            count += len(bars.times)
    return count


def _months(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of at most a month, cut where months begin."""
    while start < end:
        day = date(1970, 1, 1) + timedelta(days=start // DAY_MS)
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        stop = min(end, day_start(following))
        yield start, stop
        start = stop

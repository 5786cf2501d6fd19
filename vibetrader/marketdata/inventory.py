"""What a data folder holds, told from names and receipts without reading a bar."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from vibetrader.marketdata.audit import origin
from vibetrader.marketdata.spans import DAY_MS, Span, day_start, stamp
from vibetrader.marketdata.store import SeriesKey, Store


def inventory(store: Store) -> list[dict[str, Any]]:
    """A row per series: span, files, origin."""
    made_up = synthetic_series(store.folder)
    receipts = {receipt.key: receipt for receipt in store.receipts()}
    rows: list[dict[str, Any]] = []
    for key in store.series():
        span = span_of(store, key)
        if span is None:
            continue
        receipt = receipts.get(key)
        rows.append(
            {
                "series": str(key), "first": stamp(span[0]), "last": stamp(span[1]), "files": len(_files(store, key)),
                "bytes": sum(path.stat().st_size for path in _files(store, key)),
                "origin": origin(receipt) if receipt is not None else [],
                "known_defects": receipt.known_defects if receipt is not None else [],
                "synthetic": _name(key) in made_up,
            }
        )  # fmt: skip
    return rows


def synthetic_series(folder: Path) -> set[str]:
    """`type/market/TICKER/resolution` of the series that the synthetic market made in a folder."""
    try:
        bars = json.loads((folder / "synthetic.json").read_text())["bars"]
        return {str(name).partition(" ")[0] for name in bars}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def span_of(store: Store, key: SeriesKey) -> Span | None:
    """From the first bar (or day) of a series to the end of the last; None when it has no file."""
    files = _files(store, key)
    if not files:
        return None
    if key.resolution == "minute":
        days = [path.name[:8] for path in files]
        first, last = (day_start(date(int(d[:4]), int(d[4:6]), int(d[6:8]))) for d in (days[0], days[-1]))
        return first, last + DAY_MS
    rows = store.rows(key, -(1 << 62), 1 << 62)
    return (min(rows), max(rows) + key.step_ms) if rows else None


def _files(store: Store, key: SeriesKey) -> list[Path]:
    path, _ = store.file(key, 0)
    if key.resolution != "minute":
        return [path] if path.is_file() else []
    return sorted(file for file in path.parent.glob(f"*_{key.kind}.zip") if file.name[:8].isdigit())


def _name(key: SeriesKey) -> str:
    return f"{key.security_type}/{key.market}/{key.ticker}/{key.resolution}"

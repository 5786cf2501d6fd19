"""Which data folder a run uses, and where its bars come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from vibetrader.errors import DataError
from vibetrader.marketdata.synthetic import FIRST_DAY, LABEL, SyntheticNeed, ensure_synthetic

#: Bars before the start that indicators and history may look back on.
_LOOKBACK: Final = {"minute": 21, "hour": 120, "daily": 500}


@dataclass(frozen=True, slots=True)
class Provided:
    """A data folder ready for a run.

    Attributes:
        folder: A LEAN data folder.
        receipt: Origin of the bars, for the manifest.
        synthetic: The bars are made up.
    """

    folder: Path
    receipt: dict[str, Any]
    synthetic: bool


def provide(
    bars: Iterable[tuple[str, str, str, str]],
    *,
    start: date,
    end: date,
    data_folder: Path | None,
    source: str,
    cache_dir: Path,
    seed: int,
) -> Provided:
    """The folder to run on.

    Args:
        bars: (security type, market, ticker, resolution) wanted.
        start, end: Period of the run, inclusive.
        data_folder: A folder that the user named, used as it is.
        source: `auto`, `folder`, `binance` or `synthetic`.
        seed: Of the synthetic market.

    Raises:
        DataError: The named folder is not there, or the source has no such bars.
    """
    if data_folder is not None and source != "synthetic":
        if not data_folder.is_dir():
            raise DataError(
                f"the data folder {str(data_folder)!r} is not there",
                hint="Name an existing LEAN data folder, or leave --data-folder away for the synthetic market.",
            )
        return Provided(data_folder, {"source": "folder", "folder": data_folder.name}, synthetic=False)
    if source == "folder":
        raise DataError("--data folder needs a folder", hint="Add --data-folder DIR.")
    folder = cache_dir / f"synthetic-{seed}"
    receipt = ensure_synthetic(folder, _with_benchmark_bars(bars, start, end), seed=seed)
    return Provided(folder, {"source": "synthetic", **receipt}, synthetic=True)


def _with_benchmark_bars(bars: Iterable[tuple[str, str, str, str]], start: date, end: date) -> list[SyntheticNeed]:
    """The bars wanted, and hours of the same symbols: LEAN reads a benchmark by the hour."""
    needs: dict[SyntheticNeed, None] = {}
    for kind, market, ticker, resolution in bars:
        for size in dict.fromkeys((resolution, "hour")):
            first = max(start - timedelta(days=_LOOKBACK.get(size, 30)), FIRST_DAY + timedelta(days=1))
            needs[SyntheticNeed(kind, market, ticker, size, first, end + timedelta(days=1))] = None
    return list(needs)


__all__ = ["LABEL", "Provided", "provide"]

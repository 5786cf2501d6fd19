"""The figures of a run in its run directory: with its lineage, and against holding what it traded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vibetrader.backtest.holding import held, traded_symbols
from vibetrader.backtest.metrics import flat_metrics, lineage_spread
from vibetrader.errors import RunDirError
from vibetrader.results.backtest import BacktestResult
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import MANIFEST, METRICS
from vibetrader.settings import Settings


def figures(run: RunDir, settings: Settings, result: BacktestResult) -> dict[str, dict[str, Any]]:
    """The content of `metrics.json`."""
    hold = held(result, data_folder(run, settings), traded_symbols(result) or receipt_symbols(run))
    others = [table for table in (_table(other) for other in lineage(run) if other.path != run.path) if table]
    return flat_metrics(
        result,
        trials=run.manifest().trial if run.has(MANIFEST) else 1,
        hold=hold,
        spread=lineage_spread(others, result.trading_days),
    )


def lineage(run: RunDir) -> list[RunDir]:
    """The first run and all that came of it, in order, up to this one."""
    root = run.root
    found: list[RunDir] = []
    for one in [root, *root.iterations()]:
        found.append(one)
        if one.path == run.path:
            break
    return found


def data_folder(run: RunDir, settings: Settings) -> Path | None:
    """The LEAN data folder the run was fed from, as far as it is still to be found."""
    manifest = run.manifest() if run.has(MANIFEST) else None
    receipt = (manifest.data_receipt if manifest else None) or {}
    if receipt.get("source") == "synthetic":
        # Where `marketdata.provide` keeps it.
        return settings.cache_dir / f"synthetic-{receipt.get('seed', settings.seed)}"
    if receipt.get("source") == "binance" and settings.data_folder is None:
        return settings.cache_dir / "data"
    said = (manifest.settings if manifest else {}).get("data_folder")
    for folder in (settings.data_folder, Path(str(said)) if said else None):
        if folder is not None and folder.is_dir():
            return folder
    return None


def receipt_symbols(run: RunDir) -> list[str]:
    """Tickers of the data receipt: what a run without a trade would have traded."""
    receipt = (run.manifest().data_receipt if run.has(MANIFEST) else None) or {}
    bars = receipt.get("bars")
    keys = bars if isinstance(bars, dict) else {}
    return list(dict.fromkeys(parts[2] for parts in (str(key).split("/") for key in keys) if len(parts) > 3))


def _table(run: RunDir) -> dict[str, Any]:
    try:
        return run.read(METRICS) if run.has(METRICS) else {}
    except RunDirError:
        return {}

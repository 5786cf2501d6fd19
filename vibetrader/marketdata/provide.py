"""Which data folder a run uses, where its bars come from, and what is doubtful about them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from vibetrader._util.files import sha256_bytes
from vibetrader._util.jsonio import canonical
from vibetrader.errors import DataError, NetworkError, UsageError
from vibetrader.marketdata.synthetic import FIRST_DAY, LABEL, SyntheticNeed, ensure_synthetic
from vibetrader.settings import Settings

#: (security type, market, ticker, resolution) of LEAN's folders.
Need = tuple[str, str, str, str]
Say = Callable[[str], None]

#: Days before the start that indicators and history may look back on.
_LOOKBACK: Final = {"minute": 21, "hour": 120, "daily": 500}
#: What a run may need besides its bars, relative to a data folder.
_BESIDE: Final = ("market-hours", "symbol-properties", "alternative/interest-rate")


@dataclass(frozen=True, slots=True)
class Provided:
    """A data folder ready for a run.

    Attributes:
        folder: A LEAN data folder.
        receipt: Origin of the bars, for the manifest.
        synthetic: The bars are made up.
        ledger: What is known and doubtful about the bars (docs/data.md); its trades are filled in after the run.
        columns: Cache of columns that the engine may read.
    """

    folder: Path
    receipt: dict[str, Any]
    synthetic: bool
    ledger: dict[str, Any] = field(default_factory=dict)
    columns: Path | None = None
    audits: tuple[Any, ...] = ()


def provide(bars: Iterable[Need], *, start: date, end: date, settings: Settings, say: Say = lambda text: None) -> Provided:
    """The folder to run on.

    `folder` uses the named folder as it is. `binance` fills it from the exchange, or fails. `auto` takes what is in the
    folder, then Binance, then, where the exchange cannot be reached, the synthetic market.

    Args:
        bars: Bars wanted.
        start, end: Period of the run, inclusive.
        say: Told what takes time.

    Raises:
        DataError: The named folder is not there, or the source has no such bars.
        NetworkError: `binance` was asked for and cannot be reached.
    """
    wanted = list(dict.fromkeys(bars))
    source, named = settings.data, settings.data_folder
    if source == "synthetic":
        return _synthetic(wanted, start, end, settings, "")
    if source == "folder" and named is None:
        raise DataError("--data folder needs a folder", hint="Add --data-folder DIR.")
    if named is not None and source != "binance":
        if not named.is_dir():
            raise DataError(
                f"the data folder {str(named)!r} is not there",
                hint="Name an existing LEAN data folder, or leave --data-folder away for the synthetic market.",
            )
        if source == "folder" or not wanted:
            return _named(named, wanted)
    return _fetched(wanted, start, end, settings, say)


def _named(folder: Path, wanted: list[Need]) -> Provided:
    from vibetrader.marketdata.inventory import synthetic_series

    made_up = synthetic_series(folder)
    if any("/".join(need) in made_up for need in wanted):
        return Provided(folder, {"source": "synthetic", "label": LABEL, "folder": folder.name}, synthetic=True)
    return Provided(folder, {"source": "folder", "folder": folder.name}, synthetic=False)


def _synthetic(wanted: list[Need], start: date, end: date, settings: Settings, reason: str) -> Provided:
    folder = settings.cache_dir / f"synthetic-{settings.seed}"
    needs = []
    for kind, market, ticker, resolution, first, last in _with_benchmark_bars(wanted, start, end):
        needs.append(SyntheticNeed(kind, market, ticker, resolution, max(first, FIRST_DAY + timedelta(days=1)), last))
    receipt = {"source": "synthetic", **ensure_synthetic(folder, needs, seed=settings.seed)}
    if reason:
        receipt["reason"] = reason
    return Provided(folder, receipt, synthetic=True)


def _with_benchmark_bars(bars: Iterable[Need], start: date, end: date) -> list[tuple[str, str, str, str, date, date]]:
    """The bars wanted with their look-back, and hours of the same symbols: LEAN reads a benchmark by the hour."""
    needs: dict[tuple[str, str, str, str, date, date], None] = {}
    for kind, market, ticker, resolution in bars:
        for size in dict.fromkeys((resolution, "hour")):
            first = start - timedelta(days=_LOOKBACK.get(size, 30))
            needs[kind, market, ticker, size, first, end + timedelta(days=1)] = None
    return list(needs)


# --------------------------------------------------------------------------------------------- fetching


def _fetched(wanted: list[Need], start: date, end: date, settings: Settings, say: Say) -> Provided:
    """Bars of the store, with what is missing fetched; `auto` falls back on the synthetic market."""
    from vibetrader.marketdata import sources
    from vibetrader.marketdata.store import SeriesKey
    from vibetrader.marketdata.timeframes import NATIVE

    store = sources.store(settings)
    auto = settings.data == "auto"
    needs = _with_benchmark_bars(wanted, start, end)
    own, missing, foreign = [], [], []
    for kind, market, ticker, resolution, first, last in needs:
        key = SeriesKey(kind, market, ticker, resolution, "quote" if kind in ("forex", "cfd") else "trade")
        receipt = store.receipt(key)
        if not receipt.pieces and _has_files(store.file(key, 0)[0], resolution):
            own.append(key)  # the user's own bars are left as they are
        elif kind == "crypto" and market == "binance" and resolution in NATIVE:
            missing.append((key, first, min(last, settings.today - timedelta(days=1))))
        else:
            foreign.append(key)
    essential = [key for key in foreign if (key.security_type, key.market, key.ticker, key.resolution) in set(wanted)]
    if essential and not auto:
        raise DataError(
            f"Binance has no bars of {essential[0]}", hint="Use --data folder with --data-folder DIR, or --data synthetic."
        )
    if auto and not wanted:
        return _synthetic(wanted, start, end, settings, "the program names no bars that could be fetched")
    if essential:
        if settings.data_folder is not None:
            return _named(settings.data_folder, wanted)
        return _synthetic(wanted, start, end, settings, f"there is no source of {essential[0]} but a data folder")
    failed = _bring(missing, settings, say) if missing else None
    if failed is not None:
        if not auto:
            raise failed
        if settings.data_folder is not None:
            return _named(settings.data_folder, wanted)
        say("Binance could not be asked: using the synthetic market")
        # The receipt says the same whether the network was down or not wanted: a replay needs none.
        return _synthetic(wanted, start, end, settings, "Binance could not be asked")
    receipt_body: dict[str, Any] = {"source": "binance" if missing else "folder", "folder": store.folder.name}
    receipt_body["bars"] = {str(key): f"{first} to {last}" for key, first, last in missing}
    # What the receipts say is part of what a run was made from: other bars, another hash.
    receipt_body["receipts"] = {
        str(key): sha256_bytes(canonical(store.receipt(key).to_json()["files"]).encode()) for key, _, _ in missing
    }
    return Provided(store.folder, receipt_body, synthetic=False)


def _bring(missing: list[tuple[Any, date, date]], settings: Settings, say: Say) -> NetworkError | None:
    """Fetch what the receipts do not cover; the error when the exchange cannot be reached."""
    from vibetrader.marketdata import sources
    from vibetrader.marketdata.fetch import Fetcher, Want
    from vibetrader.marketdata.spans import DAY_MS, day_start, without

    store = sources.store(settings)
    open_ = [
        (key, first, last)
        for key, first, last in missing
        if first <= last
        and without([(day_start(first), day_start(last) + DAY_MS)], store.unharmed(store.receipt(key)).covered)
    ]
    if not open_:
        return None
    unreachable = sources.is_reachable(settings)
    if unreachable is not None:
        return unreachable
    client = sources.binance(settings, say=say)
    try:
        with store.alone(settings.lock_wait_s):
            fetcher = Fetcher(store, client, today=settings.today, progress=lambda text, done, total: say(f"Fetching {text}"))
            for key, first, last in open_:
                fetcher.fetch(Want(key.ticker, key.resolution, first, last))
    except NetworkError as error:
        return error
    except UsageError as error:
        raise DataError(error.message, hint=error.hint) from error
    finally:
        client.close()
    return None


def _has_files(path: Path, resolution: str) -> bool:
    return path.is_file() if resolution != "minute" else path.parent.is_dir() and any(path.parent.glob("*.zip"))


# --------------------------------------------------------------------------------------------- auditing


def audited(provided: Provided, bars: Iterable[Need], *, start: date, end: date, settings: Settings, now_ms: int) -> Provided:
    """The folder with its ledger; bars that a policy refuses stop the run, those it changes are changed in a copy.

    Raises:
        DataError: A doubt whose policy is `fail`.
        UsageError: A policy that is none.
    """
    from vibetrader.marketdata import sources
    from vibetrader.marketdata.audit import Auditor
    from vibetrader.marketdata.ledger import grave, ledger
    from vibetrader.marketdata.quality import policies
    from vibetrader.marketdata.spans import DAY_MS, day_start
    from vibetrader.marketdata.store import SeriesKey, Store

    chosen = policies(settings.data_policy)
    store = Store(provided.folder)
    keys = [
        SeriesKey(kind, market, ticker, resolution, side)
        for kind, market, ticker, resolution in dict.fromkeys(bars)
        for side in (("quote",) if kind in ("forex", "cfd") else ("trade", "quote") if kind == "crypto" else ("trade",))
        if resolution in ("minute", "hour", "daily")
    ]
    columns = sources.columns_folder(settings)
    there = [key for key in keys if _has_files(store.file(key, 0)[0], key.resolution)]
    there = [key for key in there if key.kind == "trade" or key.security_type != "crypto" or _has_kind(store.file(key, 0)[0], key)]
    auditor = Auditor(store, now=now_ms, columns=columns)
    audits = auditor.audit(there, start=day_start(start), end=day_start(end) + DAY_MS)
    findings = [finding for one in audits for finding in one.findings]
    refused = grave(findings, chosen)
    if refused:
        first = refused[0]
        place = f" in {first.file}" if first.file else ""
        raise DataError(
            f"the bars of {first.series} are not fit for a run: {first.kind}: {first.detail}{place}",
            hint=f"`vibetrader data check` lists everything; --data-policy {first.kind}=keep runs all the same.",
        )
    folder, changed = _changed(store, audits, chosen, keys, settings)
    body = ledger(
        audits, policy=chosen, source=str(provided.receipt.get("source", "")), label=LABEL if provided.synthetic else "",
        changed=changed,
    )  # fmt: skip
    columns.mkdir(parents=True, exist_ok=True)
    return Provided(folder, provided.receipt, provided.synthetic, body, columns, tuple(audits))


def _has_kind(path: Path, key: Any) -> bool:
    if key.resolution != "minute":
        return path.is_file()
    return path.parent.is_dir() and any(path.parent.glob(f"*_{key.kind}.zip"))


def _changed(store: Any, audits: Any, chosen: Any, keys: Any, settings: Settings) -> tuple[Path, dict[str, Any]]:
    """The folder itself, or one beside it in which doubtful bars are masked or filled as the policies say."""
    from vibetrader.marketdata.klines import Rows
    from vibetrader.marketdata.store import Receipt, Store

    work: list[tuple[Any, list[Any], list[Any]]] = []
    for one in audits:
        masked = [span for f in one.findings if chosen[f.kind] == "mask" for span in f.bars]
        filled = [span for f in one.findings if chosen[f.kind] == "fill" and f.kind != "gap" for span in f.bars]
        if masked or filled:
            work.append((one.key, masked, filled))
    if not work:
        return store.folder, {}
    contents = {str(key): [masked, filled, _fingerprint(store, key)] for key, masked, filled in work}
    target = settings.cache_dir / "prepared" / sha256_bytes(canonical([str(store.folder.resolve()), contents]).encode())[:16]
    changed: dict[str, Any] = {}
    copy = Store(target)
    with copy.alone(settings.lock_wait_s):
        for relative in _BESIDE:
            _link(store.folder / relative, target / relative)
        for kind, market in {(key.security_type, key.market): None for key in keys}:
            for name in ("map_files", "factor_files"):
                _link(store.folder / kind / market / name, target / kind / market / name)
        for key in keys:
            for size in dict.fromkeys((key.resolution, "hour", "daily")):
                place = store.file(key, 0)[0] if key.resolution == "minute" else None
                if size == "minute" and place is not None:
                    _link(place.parent, target / place.parent.relative_to(store.folder))
                else:
                    other = type(key)(key.security_type, key.market, key.ticker, size, key.kind)
                    file = store.file(other, 0)[0]
                    _link(file, target / file.relative_to(store.folder))
        for key, masked, filled in work:
            low, high = min(s[0] for s in (*masked, *filled)), max(s[1] for s in (*masked, *filled))
            old: Rows = store.rows(key, low - 7 * 86_400_000, high)
            flat: Rows = {}
            before = ""
            for moment, line in old.items():
                if any(a <= moment < b for a, b in filled):
                    if before:
                        flat[moment] = _flat(key, before)
                elif not any(a <= moment < b for a, b in masked):
                    before = line
            gone = sum(any(a <= moment < b for a, b in masked) for moment in old)
            copy.merge(Receipt(key), flat, replaced=[*masked, *filled])
            changed[str(key)] = {"masked_bars": gone, "filled_bars": len(flat)}
    return target, changed


def _flat(key: Any, line: str) -> str:
    """A bar that stands where the one before it closed."""
    fields = line.split(",")
    if key.kind == "quote":
        half = len(fields) // 2
        bid, ask = fields[3], fields[half + 3]
        return ",".join([bid] * 4 + ["0"] * (half - 4) + [ask] * 4 + ["0"] * (half - 4))
    return ",".join([fields[3]] * 4 + ["0"])


def _fingerprint(store: Any, key: Any) -> list[Any]:
    path = store.file(key, 0)[0]
    files = [path] if key.resolution != "minute" else sorted(path.parent.glob(f"*_{key.kind}.zip"))
    return [[file.name, file.stat().st_size, file.stat().st_mtime_ns] for file in files]


def _link(source: Path, target: Path) -> None:
    """A file or folder under a second name; copied where the disks differ. Files are replaced, never written into."""
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            if path.is_file():
                _link(path, target / path.relative_to(source))
    elif source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)


__all__ = ["LABEL", "Provided", "audited", "provide"]

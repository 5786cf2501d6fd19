"""Damage of every kind, injected into a sound folder, is surfaced by the audit; a sound folder raises nothing."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.binance_server import BinanceServer, ms
from vibetrader.marketdata.audit import Auditor
from vibetrader.marketdata.binance import Binance
from vibetrader.marketdata.fetch import Fetcher, Want
from vibetrader.marketdata.leanformat import zip_of
from vibetrader.marketdata.quality import KINDS, Finding
from vibetrader.marketdata.store import Store
from vibetrader.marketdata.web import Web

NOW = ms("2026-11-24T12:00")
MINUTE_FILE = "crypto/binance/minute/btcusdt/20240103_trade.zip"
HOUR_FILE = "crypto/binance/hour/btcusdt_trade.zip"
Lines = list[list[str]]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five days of minutes and forty of hours, as fetched."""
    folder = tmp_path_factory.mktemp("sound")
    with BinanceServer() as server:
        web = Web(timeout_s=20)
        client = Binance(web, rest_urls=(server.url,), archive_urls=(server.url,))
        store = Store(folder)
        with store.alone(1):
            fetcher = Fetcher(store, client, today=date(2026, 11, 24))
            fetcher.fetch(Want("BTCUSDT", "minute", date(2024, 1, 1), date(2024, 1, 5)))
            fetcher.fetch(Want("BTCUSDT", "hour", date(2024, 1, 1), date(2024, 2, 9)))
        client.close()
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(sound, tmp_path / "data"))


def findings(folder: Path) -> list[Finding]:
    auditor = Auditor(Store(folder), now=NOW)
    return [finding for one in auditor.audit() for finding in one.findings] + auditor.leftovers()


def rewrite(path: Path, change: Callable[[Lines], Lines]) -> None:
    with zipfile.ZipFile(path) as archive:
        entry = archive.namelist()[0]
        lines = [line.split(",") for line in archive.read(entry).decode().splitlines()]
    path.write_bytes(zip_of(entry, [",".join(fields) for fields in change(lines)]))


def cell(row: int, column: int, change: Callable[[float], float]) -> Callable[[Lines], Lines]:
    def apply(lines: Lines) -> Lines:
        lines[row][column] = f"{change(float(lines[row][column])):.8g}"
        return lines

    return apply


def scaled(columns: list[int], since: int, by: float) -> Callable[[Lines], Lines]:
    def apply(lines: Lines) -> Lines:
        for fields in lines[since:]:
            for column in columns:
                fields[column] = f"{float(fields[column]) * by:.8f}"
        return lines

    return apply


def times(change: Callable[[int], str]) -> Callable[[Lines], Lines]:
    return lambda lines: [[change(int(fields[0])), *fields[1:]] for fields in lines]


def spike(lines: Lines) -> Lines:
    for column in (2, 4):
        lines[700][column] = f"{float(lines[700][column]) * 1.3:.2f}"
    lines[701][1] = lines[700][4]
    lines[701][2] = lines[700][4]
    return lines


def no_volume(lines: Lines) -> Lines:
    for fields in lines[100:110]:
        fields[5] = "0"
    return lines


def move(path: Path, to: str) -> None:
    path.rename(path.with_name(to))


def foreign_entry(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        text = archive.read(archive.namelist()[0]).decode().splitlines()
    path.write_bytes(zip_of("data.csv", text))


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))


def on(name: str, change: Callable[[Lines], Lines]) -> Callable[[Path], None]:
    return lambda folder: rewrite(folder / name, change)


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a truncated zip": (lambda f: (f / MINUTE_FILE).write_bytes((f / MINUTE_FILE).read_bytes()[:9000]), "unreadable_file"),
    "a flipped bit": (lambda f: flipped(f / MINUTE_FILE), "unreadable_file"),
    "a zip with another entry": (lambda f: foreign_entry(f / MINUTE_FILE), "wrong_entry"),
    "an empty file in the zip": (on(MINUTE_FILE, lambda lines: []), "empty_file"),
    "a file under another name": (lambda f: move(f / MINUTE_FILE, "2024-01-03_trade.zip"), "misnamed_file"),
    "a name in capitals": (lambda f: move(f / HOUR_FILE, "BTCUSDT_trade.zip"), "misnamed_file"),
    "a file that is gone": (lambda f: (f / MINUTE_FILE).unlink(), "missing_file"),
    "a missing day": (lambda f: (f / MINUTE_FILE).unlink(), "gap"),
    "missing minutes": (on(MINUTE_FILE, lambda lines: lines[:300] + lines[360:]), "gap"),
    "missing hours": (on(HOUR_FILE, lambda lines: lines[:500] + lines[503:]), "gap"),
    "a row twice": (on(MINUTE_FILE, lambda lines: lines[:50] + lines[49:]), "duplicate"),
    "rows out of order": (on(MINUTE_FILE, lambda lines: [*lines[:10], lines[11], lines[10], *lines[12:]]), "out_of_order"),
    "a price of zero": (on(MINUTE_FILE, cell(33, 4, lambda x: 0.0)), "nonpositive_price"),
    "a negative price": (on(MINUTE_FILE, cell(33, 3, lambda x: -x)), "nonpositive_price"),
    "a high below the close": (on(MINUTE_FILE, cell(44, 2, lambda x: x * 0.99)), "ohlc"),
    "a low above the open": (on(HOUR_FILE, cell(44, 3, lambda x: x * 1.05)), "ohlc"),
    "a negative volume": (on(MINUTE_FILE, cell(55, 5, lambda x: -x)), "negative_volume"),
    "bars without volume": (on(MINUTE_FILE, no_volume), "zero_volume"),
    "a spike": (on(MINUTE_FILE, spike), "outlier"),
    "a wick": (on(HOUR_FILE, cell(400, 2, lambda x: x * 1.5)), "outlier"),
    "prices in another unit": (on(HOUR_FILE, scaled([1, 2, 3, 4], 600, 100.0)), "price_unit"),
    "volumes in another unit": (on(MINUTE_FILE, scaled([5], 500, 42_000.0)), "volume_unit"),
    "times in seconds": (on(MINUTE_FILE, times(lambda t: str(t // 1000))), "time_unit"),
    "times in microseconds since 1970": (on(MINUTE_FILE, times(lambda t: str((ms("2024-01-03") + t) * 1000))), "time_unit"),
    "times since 1970": (on(MINUTE_FILE, times(lambda t: str(ms("2024-01-03") + t))), "time_unit"),
    "times of the next day": (on(MINUTE_FILE, times(lambda t: str(t + 3_600_000))), "time_outside"),
    "times between the minutes": (on(MINUTE_FILE, times(lambda t: str(t + 1000 * (t == 600_000)))), "off_grid"),
    "a word for a number": (on(MINUTE_FILE, lambda lines: [[*lines[0][:4], "none", "1"], *lines[1:]]), "bad_text"),
    "a header": (on(MINUTE_FILE, lambda lines: [["time", "o", "h", "l", "c", "v"], *lines]), "bad_text"),
    "a missing column": (on(MINUTE_FILE, lambda lines: [fields[:5] for fields in lines]), "wrong_columns"),
    "a row cut short": (on(MINUTE_FILE, lambda lines: [*lines[:-1], lines[-1][:3]]), "wrong_columns"),
    "an empty field": (on(MINUTE_FILE, lambda lines: [*lines[:7], [*lines[7][:4], "", "1"], *lines[8:]]), "empty_field"),
    "the same bar for an hour": (on(MINUTE_FILE, lambda lines: [[f[0], *lines[200][1:]] if 200 < i < 260 else f for i, f in enumerate(lines)]), "frozen"),
    "a last bar that is open": (on(HOUR_FILE, lambda lines: [*lines, ["20261124 12:00", *lines[-1][1:]]]), "open_bar"),
    "bars that no receipt speaks of": (on(HOUR_FILE, lambda lines: [*lines, ["20240210 00:00", *lines[-1][1:]]]), "no_receipt"),
    "a start that is missing": (on(HOUR_FILE, lambda lines: lines[48:]), "late_start"),
    "an end that is missing": (on(HOUR_FILE, lambda lines: lines[:-48]), "early_end"),
    "hours that are not the minutes'": (on(HOUR_FILE, cell(30, 4, lambda x: x * 1.0005)), "disagreement"),
    "a partial last hour": (on(HOUR_FILE, cell(119, 4, lambda x: x * 0.9999)), "disagreement"),
    "an edit": (on(MINUTE_FILE, cell(100, 5, lambda x: x + 1)), "changed_file"),
    "what a killed writer left": (lambda f: (f / "crypto/binance/hour/.btcusdt_trade.zip.x1.tmp").write_bytes(b"PK"), "leftover"),
}  # fmt: skip


def test_a_sound_folder_raises_nothing(folder: Path) -> None:
    assert findings(folder) == []


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_surfaced(folder: Path, name: str) -> None:
    inject, kind = DAMAGE[name]
    inject(folder)
    found = findings(folder)
    told = [finding for finding in found if finding.kind == kind]
    assert told, f"{name}: {[finding.kind for finding in found]}"
    assert all(finding.detail and finding.count >= 1 for finding in told)
    # the rest of the folder is audited all the same
    assert any(one.columns is not None for one in Auditor(Store(folder), now=NOW).audit())


def test_the_damages_cover_the_kinds() -> None:
    assert len(DAMAGE) >= 20
    elsewhere = {"crossed_quote", "closed_market", "replaced_archive"}
    assert {kind for _, kind in DAMAGE.values()} | elsewhere == set(KINDS)


def test_a_crossed_quote_and_a_closed_market_are_surfaced(tmp_path: Path) -> None:
    from vibetrader.marketdata.synthetic import SyntheticNeed, ensure_synthetic

    need = SyntheticNeed("forex", "oanda", "EURUSD", "minute", date(2024, 1, 8), date(2024, 1, 9))
    ensure_synthetic(tmp_path, [need], seed=1)
    path = tmp_path / "forex/oanda/minute/eurusd/20240108_quote.zip"
    rewrite(path, lambda lines: [[*f[:4], f[9], f[5], *f[6:9], f[4], f[10]] if i == 5 else f for i, f in enumerate(lines)])
    assert "crossed_quote" in {finding.kind for finding in findings(tmp_path)}
    move(path, "20240106_quote.zip")  # a Saturday
    assert "closed_market" in {finding.kind for finding in findings(tmp_path)}


@pytest.mark.parametrize(("policy", "left"), [("mask", 39 * 24 + 23), ("fill", 40 * 24)])
def test_masking_and_filling_make_another_folder_and_leave_this_one(folder: Path, tmp_path: Path, policy: str, left: int) -> None:
    from vibetrader.marketdata.provide import Provided, audited
    from vibetrader.marketdata.store import SeriesKey
    from vibetrader.settings import load_settings

    rewrite(folder / HOUR_FILE, cell(400, 2, lambda x: x * 1.5))
    before = (folder / HOUR_FILE).read_bytes()
    settings = load_settings({"cache_dir": tmp_path / "cache", "data_policy": f"outlier={policy}"}, folder=tmp_path, environ={})
    need = ("crypto", "binance", "BTCUSDT", "hour")
    given = Provided(folder, {"source": "folder"}, synthetic=False)
    made = audited(given, [need], start=date(2024, 1, 1), end=date(2024, 2, 9), settings=settings, now_ms=NOW)
    assert made.folder != folder and (folder / HOUR_FILE).read_bytes() == before
    rows = Store(made.folder).rows(SeriesKey("crypto", "binance", "BTCUSDT", "hour"), 0, 1 << 50)
    assert len(rows) == left
    moment = ms("2024-01-01") + 400 * 3_600_000
    if policy == "fill":
        close = rows[moment - 3_600_000].split(",")[3]
        assert rows[moment] == f"{close},{close},{close},{close},0"
    else:
        assert moment not in rows
    assert made.ledger["changed"] == {
        "crypto/binance/btcusdt/hour/trade": {"masked_bars": int(policy == "mask"), "filled_bars": int(policy == "fill")}
    }
    assert audited(given, [need], start=date(2024, 1, 1), end=date(2024, 2, 9), settings=settings, now_ms=NOW).folder == made.folder


def test_the_quick_audit_of_a_run_sees_what_the_slow_one_sees(folder: Path, tmp_path: Path) -> None:
    rewrite(folder / MINUTE_FILE, spike)
    rewrite(folder / MINUTE_FILE, lambda lines: lines[:100] + lines[110:])
    slow = Auditor(Store(folder), now=NOW).audit()
    quick = Auditor(Store(folder), now=NOW, columns=tmp_path / "columns").audit()

    def told(audits: object) -> list[tuple[str, object, str]]:
        return [(f.kind, f.span, f.detail) for one in audits for f in one.findings if f.kind != "changed_file"]  # type: ignore[attr-defined]

    assert told(quick) == told(slow) and len(told(slow)) >= 2

"""Columns of minute files: the same with and without the cache, never stale, shared by processes."""

from __future__ import annotations

import multiprocessing
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from vibetrader.errors import DataError
from vibetrader.marketdata import leanformat
from vibetrader.marketdata.columnar import DayFiles, Series, cache_size, clear_cache
from vibetrader.marketdata.leanformat import zip_of
from vibetrader.marketdata.synthetic import SyntheticNeed, ensure_synthetic


def days(first: date, count: int) -> list[tuple[str, str]]:
    return [("BTCUSDT", f"{first + timedelta(i):%Y%m%d}") for i in range(count)]


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Series:
    folder = tmp_path_factory.mktemp("minutes")
    need = SyntheticNeed("crypto", "binance", "BTCUSDT", "minute", date(2024, 1, 1), date(2024, 2, 10))
    ensure_synthetic(folder, [need], seed=3)
    return Series(folder, "crypto", "binance", "minute", "trade")


def total(series: Series, cache: Path | None, count: int = 41, *, may_write: bool = True) -> tuple[int, float, int]:
    parts = DayFiles(cache, may_write=may_write).read(series, days(date(2024, 1, 1), count))
    whole = leanformat.concatenate(parts, series.fields, series.scaled)
    return len(whole.times), float(whole.columns["close"].sum()), int(whole.times.sum() % 2**40)


def test_the_cache_gives_the_same_columns_as_the_zips(series: Series, tmp_path: Path) -> None:
    plain = total(series, None)
    assert plain[0] == 41 * 1440
    assert total(series, tmp_path) == plain  # makes the entries
    assert cache_size(tmp_path).entries == 2
    assert total(series, tmp_path, may_write=False) == plain  # reads them
    exact = DayFiles(tmp_path).read(series, days(date(2024, 1, 1), 41))[7]
    text = leanformat.read_zip(exact.files[0][1]).split(b"\n")[5].split(b",")[4].decode()
    assert str(exact.exact("close", 5)) == text


def test_a_changed_file_is_read_anew(series: Series, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "copy"
    shutil.copytree(series.data_folder, folder)
    mine = Series(folder, "crypto", "binance", "minute", "trade")
    before = total(mine, tmp_path / "cache")
    path, entry = mine.path("BTCUSDT", "20240105")
    path.write_bytes(zip_of(entry, ["0,1,1,1,1,1"]))
    after = total(mine, tmp_path / "cache")
    assert after[0] == before[0] - 1439 and after == total(mine, None)


def test_a_torn_entry_is_not_believed(series: Series, tmp_path: Path) -> None:
    plain = total(series, tmp_path)
    for entry in tmp_path.glob("??/*.columns"):
        entry.write_bytes(entry.read_bytes()[:-1000])
    assert total(series, tmp_path) == plain


def test_a_folder_that_cannot_be_written_is_no_problem(series: Series, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert total(series, blocked / "cache") == total(series, None)


def test_clearing_keeps_what_was_used_last(series: Series, tmp_path: Path) -> None:
    total(series, tmp_path)
    size = cache_size(tmp_path)
    gone = clear_cache(tmp_path, keep_bytes=size.bytes - 1)
    assert gone.entries == 1 and cache_size(tmp_path).entries == 1
    clear_cache(tmp_path)
    assert cache_size(tmp_path).entries == 0


def test_a_damaged_zip_is_named(tmp_path: Path) -> None:
    mine = Series(tmp_path, "crypto", "binance", "minute", "trade")
    path, _ = mine.path("BTCUSDT", "20240101")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PK\x03\x04 but no more")
    with pytest.raises(DataError, match=r"20240101_trade\.zip is no readable zip"):
        DayFiles().read(mine, days(date(2024, 1, 1), 1))


def _worker(arguments: tuple[Series, Path]) -> tuple[int, float, int]:
    return total(*arguments)


def test_processes_that_fill_one_cache_at_once_see_the_same(series: Series, tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        found = pool.map(_worker, [(series, tmp_path)] * 6)
    assert set(found) == {total(series, None)}


@pytest.mark.slow
def test_a_year_of_minutes_loads_in_a_third_of_a_second(tmp_path: Path) -> None:
    need = SyntheticNeed("crypto", "binance", "BTCUSDT", "minute", date(2023, 1, 1), date(2023, 12, 31))
    ensure_synthetic(tmp_path / "data", [need], seed=1)
    mine = Series(tmp_path / "data", "crypto", "binance", "minute", "trade")
    wanted = days(date(2023, 1, 1), 365)

    def seconds(cache: Path | None) -> float:
        best = 9.0
        for _ in range(5):
            # processor time: other processes on the machine are not the subject
            started = time.process_time()
            parts = DayFiles(cache, may_write=True).read(mine, wanted)
            whole = leanformat.concatenate(parts, mine.fields, mine.scaled)
            best = min(best, time.process_time() - started)
            assert len(whole.times) == 525_600 and np.isfinite(whole.columns["close"]).all()
        return best

    from_zips, from_cache = seconds(None), seconds(tmp_path / "cache")
    print(f"from zips {from_zips:.3f} s, from the cache {from_cache:.3f} s")
    assert from_zips < 0.3 and from_cache < 0.1

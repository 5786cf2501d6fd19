"""`vibetrader data` as a user meets it: a whole fetch, kills at any moment, damage, and a run on what was fetched."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.binance_server import Answer, BinanceServer, ms
from tests.integration.conftest import Cli
from tests.unit.marketdata.test_fetch import contents
from vibetrader.marketdata import leanformat

YEARS = ("data", "fetch", "BTCUSDT", "-t", "1h", "--start", "2023-01-01", "--end", "2024-12-31")
MONTH = ("data", "fetch", "BTCUSDT", "-t", "1m", "--start", "2024-12-15", "--end", "2025-01-14")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BinanceServer]:
    with BinanceServer() as running:
        for name, value in running.settings.items():
            monkeypatch.setenv(name, value)
        yield running


STRATEGY = """
from AlgorithmImports import *

class Bought(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2024, 1, 1)
        self.set_end_date(2024, 2, 28)
        self.set_time_zone("UTC")
        self.set_account_currency("USDT")
        self.set_cash(100000)
        self.set_brokerage_model(BrokerageName.BINANCE, AccountType.CASH)
        self.btc = self.add_crypto("BTCUSDT", Resolution.HOUR, Market.BINANCE).symbol
        self.set_benchmark(self.btc)

    def on_data(self, data):
        if self.time.hour == 12 and self.time.day % 7 == 0:
            self.set_holdings(self.btc, 0 if self.portfolio.invested else 0.5)
"""


@pytest.mark.slow
def test_two_years_of_hours_and_a_month_of_minutes(server: BinanceServer, cli: Cli, tmp_path: Path) -> None:
    first = cli(*YEARS, "--data-folder", "d", "--json").json["series"][0]
    assert first["new_bars"] == 731 * 24 and first["pieces"] == {"binance archive": 24}
    assert cli(*MONTH, "--data-folder", "d", "--json").json["series"][0]["new_bars"] == 31 * 1440
    before, asked = contents(tmp_path / "d"), len(server.requests)
    for command in (YEARS, MONTH):
        again = cli(*command, "--data-folder", "d", "--json").json["series"][0]
        assert again["new_bars"] == 0 and again["data_requests"] == 0
    assert len(server.requests) == asked and contents(tmp_path / "d") == before
    # made anew, in another order: the same bytes
    for command in (MONTH, YEARS):
        assert cli(*command, "--data-folder", "e").code == 0
    assert contents(tmp_path / "e") == before
    # what was written is what the exchange has
    rows = server.rows("BTCUSDT", "1h", ms("2023-01-01"), ms("2025-01-01"))
    path = tmp_path / "d/crypto/binance/hour/btcusdt_trade.zip"
    found = leanformat.read_all(path, "btcusdt.csv", leanformat.TRADE_FIELDS, False)
    assert found is not None
    assert (found.times // 1_000_000).tolist() == [row[0] for row in rows]
    for place, name in enumerate(leanformat.TRADE_FIELDS, 1):
        np.testing.assert_array_equal(found.columns[name], [float(row[place]) for row in rows])
    checked = cli("data", "check", "--data-folder", "d", "--json")
    assert checked.code == 0 and checked.json["findings"] == []


def test_the_folder_has_the_layout_of_leans_own(server: BinanceServer, cli: Cli, tmp_path: Path) -> None:
    """Names, entries and columns against a sample as LEAN ships it."""
    cli(*YEARS[:4], "1h", "--start", "2024-01-01", "--end", "2024-01-31", "--data-folder", "d")
    cli(*YEARS[:4], "1m", "--start", "2024-01-01", "--end", "2024-01-01", "--data-folder", "d")
    cli(*YEARS[:4], "1d", "--start", "2024-01-01", "--end", "2024-01-31", "--data-folder", "d")
    found = {}
    for path in sorted((tmp_path / "d").rglob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            name = archive.namelist()[0]
            found[path.relative_to(tmp_path / "d").as_posix()] = (archive.namelist(), archive.read(name).decode().splitlines()[1])
    shapes = {name: (entries, line.split(",")[0], line.count(",")) for name, (entries, line) in found.items()}
    assert shapes == {
        "crypto/binance/daily/btcusdt_trade.zip": (["btcusdt.csv"], "20240102 00:00", 5),
        "crypto/binance/hour/btcusdt_trade.zip": (["btcusdt.csv"], "20240101 01:00", 5),
        "crypto/binance/minute/btcusdt/20240101_trade.zip": (["20240101_btcusdt_minute_trade.csv"], "60000", 5),
    }


def test_the_fetched_folder_runs_in_the_engine(server: BinanceServer, cli: Cli, tmp_path: Path) -> None:
    cli(*YEARS[:4], "1h", "--start", "2023-12-01", "--end", "2024-03-01", "--data-folder", "d")
    (tmp_path / "p").mkdir()
    (tmp_path / "p/main.py").write_text(STRATEGY)
    told = cli("compile", "p", "--data-folder", "d", "--json")
    assert told.code == 0, told.out
    assert told.json["metrics"]["total_orders"] >= 4


    ledger = json.loads((tmp_path / "p/data_ledger.json").read_text())
    assert ledger["source"] == "folder" and ledger["series"][0]["bars"] == ledger["series"][0]["expected"] == 59 * 24
    assert ledger["series"][0]["origin"][0]["source"] == "binance archive"


def test_auto_fetches_what_a_run_needs_and_marks_trades_on_doubtful_bars(
    server: BinanceServer, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:


    monkeypatch.setenv("VIBETRADER_CACHE_DIR", str(tmp_path / "cache"))
    server.holes.append((ms("2024-01-14T06:00"), ms("2024-01-14T12:00")))
    (tmp_path / "p").mkdir()
    (tmp_path / "p/main.py").write_text(STRATEGY)
    told = cli("compile", "p", "--json")
    assert told.code == 0, told.out
    ledger = json.loads((tmp_path / "p/data_ledger.json").read_text())
    assert ledger["source"] == "binance" and ledger["totals"] == {"gap": 6}
    assert ledger["trades"][0]["kinds"] == ["gap"]
    assert (tmp_path / "cache/data/crypto/binance/hour/btcusdt_trade.zip").is_file()
    asked = len(server.requests)
    assert cli("compile", "p").code == 0 and len(server.requests) == asked
    strict = cli("compile", "p", "--data-policy", "gap=fail")
    assert strict.code == 6 and "gap: 6 bars missing" in strict.err


@pytest.mark.parametrize(
    ("pattern", "answer", "code", "words"),
    [
        ("/api/", Answer(451), 7, "does not serve this country"),
        ("/api/", Answer(403), 7, "its firewall"),
        ("/api/", Answer(418, b"{}", {"Retry-After": "9000"}), 7, "banned"),
        ("/api/", Answer(429, b"{}", {"Retry-After": "9000"}), 7, "asks for fewer requests"),
        ("/api/", Answer(200, b"<html>"), 7, "answered with no JSON"),
        (r"01\.zip$", Answer(200, b"PK damaged"), 7, "as its checksum says"),
        (r"CHECKSUM", Answer(200, b"<html>"), 7, "holds no sha256"),
        (r"exchangeInfo\?symbol", Answer(400, b'{"code":-1121,"msg":"Invalid symbol."}'), 2, "no pair 'BTCUSDT'"),
    ],
)
def test_each_failure_has_its_words_and_exit_code_and_the_next_call_goes_on(
    server: BinanceServer, cli: Cli, tmp_path: Path, pattern: str, answer: Answer, code: int, words: str
) -> None:
    command = (*YEARS[:4], "1h", "--start", "2024-01-01", "--end", "2024-01-31", "--data-folder", "d")
    server.always(pattern, answer)
    told = cli(*command, "--json")
    assert told.code == code and words in told.err
    assert told.json["exit_code"] == code and words in told.json["error"]["message"] and told.json["error"]["hint"]
    assert not list((tmp_path / "d").rglob("*.zip"))
    server.rules.clear()
    assert cli(*command, "--json").json["series"][0]["new_bars"] == 744


def test_a_full_disk_is_told_and_leaves_nothing_torn(server: BinanceServer, tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000));"
        "from vibetrader.cli.app import main; main()"
    )
    command = [sys.executable, "-c", code, *YEARS[:4], "1h", "--start", "2024-01-01", "--end", "2024-03-31", "--data-folder", "d"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.returncode == 6 and "the disk is full" in told.stderr and "goes on from here" in told.stderr
    left = [path.name for path in (tmp_path / "d").rglob("*") if path.is_file()]
    assert set(left) <= {"lock"}, left


def test_a_folder_that_may_not_be_written_is_told(server: BinanceServer, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "d").write_text("a file where a folder should be")
    told = cli(*YEARS, "--data-folder", "d")
    assert told.code == 6 and "cannot write to the data folder" in told.err


def test_two_fetches_at_once_take_turns(server: BinanceServer, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "vibetrader", *YEARS[:4], "1h", "--start", "2024-01-01", "--end", "2024-06-30", "--data-folder", "d"]
    environment = {**os.environ, "VIBETRADER_LOCK_WAIT_S": "60"}
    both = [subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE) for _ in range(2)]
    answers = [process.communicate()[0].decode() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("4,368 bars" in answer for answer in answers) == 1
    assert sum("nothing was missing" in answer for answer in answers) == 1


@pytest.mark.slow
def test_a_hundred_kills_leave_what_an_undisturbed_fetch_leaves(server: BinanceServer, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "vibetrader", "data", "fetch", "BTCUSDT", "-t", "1h", "-t", "1m", "--start", "2024-12-25"]
    command += ["--end", "2025-01-06", "--data-folder"]

    def started(folder: str) -> subprocess.Popen[bytes]:
        with (tmp_path / "said.txt").open("w") as said:
            return subprocess.Popen([*command, folder], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=said)

    for _ in range(2):  # the server makes its archives once
        shutil.rmtree(tmp_path / "whole", ignore_errors=True)
        begun = time.perf_counter()
        assert started("whole").wait() == 0
        length = time.perf_counter() - begun
    wanted = contents(tmp_path / "whole")
    assert len(wanted) == 16
    dice = random.Random(8)
    states: set[int] = set()
    for number in range(100):
        shutil.rmtree(tmp_path / "killed", ignore_errors=True)
        process = started("killed")
        time.sleep(dice.uniform(0.25, 1.0) * length)
        process.send_signal(signal.SIGKILL)
        process.wait()
        states.add(len(contents(tmp_path / "killed")))
        assert started("killed").wait() == 0, (tmp_path / "said.txt").read_text()
        assert contents(tmp_path / "killed") == wanted, f"after kill {number}"
    print(f"{len(states)} different states were met, from {min(states)} to {max(states)} files")
    assert len(states) > 5, "the kills came at all stages"

"""Bars of the exchange come into the folder once, whole, with a receipt, whatever happens on the way."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from tests.binance_server import DAY, MINUTE, Answer, BinanceServer, ms
from vibetrader.errors import DataError, NetworkError, ProviderError, UsageError
from vibetrader.marketdata.binance import Binance, archive_path
from vibetrader.marketdata.fetch import Fetched
from vibetrader.marketdata.spans import stamp
from vibetrader.marketdata.store import SeriesKey, Store
from vibetrader.marketdata.web import Web

Fetch = Callable[..., Fetched]
HOURS = SeriesKey("crypto", "binance", "BTCUSDT", "hour")
MINUTES = SeriesKey("crypto", "binance", "BTCUSDT", "minute")


def contents(folder: Path) -> dict[str, str]:
    """Hash of every file but the lock."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


def expected(server: BinanceServer, symbol: str, interval: str, start: str, end: str) -> dict[int, str]:
    """Lines as LEAN has them, from the server's own rows."""

    def plain(text: str) -> str:
        return text.rstrip("0").rstrip(".")

    return {row[0]: ",".join(plain(x) for x in row[1:]) for row in server.rows(symbol, interval, ms(start), ms(end))}


def test_bars_are_those_of_the_exchange_and_lie_where_lean_looks(server: BinanceServer, store: Store, fetch: Fetch) -> None:
    fetch("BTCUSDT", "hour", "2024-01-01", "2024-03-31")
    fetch("BTCUSDT", "minute", "2024-12-30", "2025-01-02")
    assert store.rows(HOURS, 0, 1 << 50) == expected(server, "BTCUSDT", "1h", "2024-01-01", "2024-04-01")
    assert store.rows(MINUTES, 0, 1 << 50) == expected(server, "BTCUSDT", "1m", "2024-12-30", "2025-01-03")
    with zipfile.ZipFile(store.folder / "crypto/binance/hour/btcusdt_trade.zip") as archive:
        assert archive.namelist() == ["btcusdt.csv"]
        line = archive.read("btcusdt.csv").decode().splitlines()[0]
        assert line.startswith("20240101 00:00,") and line.count(",") == 5
    with zipfile.ZipFile(store.folder / "crypto/binance/minute/btcusdt/20250101_trade.zip") as archive:
        assert archive.namelist() == ["20250101_btcusdt_minute_trade.csv"]
        lines = archive.read(archive.namelist()[0]).decode().splitlines()
        # archives of 2025 count microseconds; the files count milliseconds since midnight
        assert [line.split(",")[0] for line in lines[:2]] == ["0", "60000"] and len(lines) == 1440


def test_the_second_fetch_asks_for_nothing(server: BinanceServer, store: Store, fetch: Fetch) -> None:
    fetch("BTCUSDT", "hour", "2024-01-01", "2024-03-31")
    before, asked = contents(store.folder), len(server.requests)
    result = fetch("BTCUSDT", "hour", "2024-01-15", "2024-03-31")
    assert len(server.requests) == asked and not result.pieces
    assert contents(store.folder) == before


def test_fetches_add_up_to_their_union(server: BinanceServer, tmp_path: Path, client: Binance, store: Store, fetch: Fetch) -> None:
    for start, end in (("2024-02-05", "2024-02-06"), ("2024-01-30", "2024-02-05"), ("2024-02-08", "2024-02-10"), ("2024-01-30", "2024-02-10")):
        fetch("BTCUSDT", "minute", start, end)
    assert store.rows(MINUTES, 0, 1 << 50) == expected(server, "BTCUSDT", "1m", "2024-01-30", "2024-02-11")
    receipt = store.receipt(MINUTES)
    assert [tuple(map(stamp, span)) for span in receipt.covered] == [("2024-01-30T00:00Z", "2024-02-11T00:00Z")]
    edges = [piece.span for piece in receipt.pieces]
    assert all(a[1] == b[0] for a, b in pairwise(edges)), "a receipt for every bar, none twice"


def test_the_bar_that_is_open_is_never_stored(server: BinanceServer, store: Store, fetch: Fetch) -> None:
    fetch("BTCUSDT", "hour", "2026-11-20", None)
    assert stamp(max(store.rows(HOURS, 0, 1 << 50))) == "2026-11-24T11:00Z"  # it is 12:34
    server.now += 60 * MINUTE
    fetch("BTCUSDT", "hour", "2026-11-20", None)
    rows = store.rows(HOURS, 0, 1 << 50)
    assert stamp(max(rows)) == "2026-11-24T12:00Z"
    assert rows == {k: v for k, v in expected(server, "BTCUSDT", "1h", "2026-11-20", "2026-11-25").items() if k in rows}
    sources = {piece.source for piece in store.receipt(HOURS).pieces}
    assert sources == {"binance archive", "binance rest"}


def test_a_late_listing_is_said_and_not_asked_for_again(server: BinanceServer, fetch: Fetch) -> None:
    result = fetch("NEWUSDT", "minute", "2023-12-01", "2024-01-12")
    assert result.notes == ["NEWUSDT is listed since 2024-01-10T12:00Z: there are no bars before"]
    assert result.new_bars == 2 * 1440 + 720
    assert not [path for path in server.requests if "2023" in path]
    asked = len(server.requests)
    fetch("NEWUSDT", "minute", "2023-12-01", "2024-01-12")
    assert len(server.requests) == asked


def test_months_without_their_archive_come_by_days_and_days_by_rest(server: BinanceServer, store: Store, fetch: Fetch) -> None:
    server.always(r"monthly", Answer(404))
    server.always(r"2024-01-07", Answer(404))
    result = fetch("BTCUSDT", "hour", "2024-01-01", "2024-01-15")
    assert result.pieces == {"binance archive": 14, "binance rest": 1}
    assert store.rows(HOURS, 0, 1 << 50) == expected(server, "BTCUSDT", "1h", "2024-01-01", "2024-01-16")


def test_without_archives_everything_comes_by_rest_and_that_is_said(server: BinanceServer, store: Store, fetch: Fetch) -> None:
    server.always(r"/data/spot", Answer(403))
    result = fetch("BTCUSDT", "minute", "2024-01-01", "2024-01-09")
    assert result.pieces == {"binance rest": 14} and "no checksums" in result.notes[0]
    assert store.rows(MINUTES, 0, 1 << 50) == expected(server, "BTCUSDT", "1m", "2024-01-01", "2024-01-10")


def test_a_replaced_archive_is_noticed_and_brought_again(server: BinanceServer, store: Store, fetch: Fetch) -> None:
    fetch("BTCUSDT", "hour", "2024-01-01", "2024-02-29")
    old = store.rows(HOURS, 0, 1 << 50)
    server.revision = "second"
    fetch("BTCUSDT", "hour", "2024-01-01", "2024-02-29")
    assert store.rows(HOURS, 0, 1 << 50) == old, "checksums were looked at today"
    result = fetch("BTCUSDT", "hour", "2024-01-01", "2024-02-29", today=date(2026, 12, 30))
    assert len(result.replaced) == 2 and "had been replaced" in result.notes[0]
    new = store.rows(HOURS, 0, 1 << 50)
    assert new == expected(server, "BTCUSDT", "1h", "2024-01-01", "2024-03-01") != old
    assert any(note.startswith("replaced by the exchange") for piece in store.receipt(HOURS).pieces for note in piece.notes)
    assert not fetch("BTCUSDT", "hour", "2024-01-01", "2024-02-29", recheck=True).replaced


def test_a_file_that_went_or_was_cut_is_brought_again(server: BinanceServer, store: Store, fetch: Fetch) -> None:
    fetch("BTCUSDT", "minute", "2024-01-01", "2024-01-08")
    before = contents(store.folder)
    folder = store.folder / "crypto/binance/minute/btcusdt"
    (folder / "20240103_trade.zip").unlink()
    (folder / "20240107_trade.zip").write_bytes(b"PK")
    result = fetch("BTCUSDT", "minute", "2024-01-01", "2024-01-08")
    assert result.new_bars == 2 * 1440
    after = contents(store.folder)
    receipts = [name for name in before if name.endswith(".json")]
    assert {k: v for k, v in after.items() if k not in receipts} == {k: v for k, v in before.items() if k not in receipts}


def test_an_unknown_pair_gets_suggestions(server: BinanceServer, fetch: Fetch) -> None:
    with pytest.raises(UsageError, match="no pair 'BTCUSDC'") as told:
        fetch("BTCUSDC", "hour", "2024-01-01", "2024-01-02")
    assert "BTCUSDT" in told.value.hint


def test_a_pair_that_is_halted_is_fetched_and_said_to_be(server: BinanceServer, fetch: Fetch) -> None:
    server.status["ETHUSDT"] = "BREAK"
    assert "not traded at present (BREAK)" in fetch("ETHUSDT", "hour", "2024-01-01", "2024-01-02").notes[0]


def test_gaps_of_the_exchange_stay_gaps(server: BinanceServer, store: Store, fetch: Fetch) -> None:
    server.holes.append((ms("2024-01-02T03:00"), ms("2024-01-02T05:00")))
    assert fetch("BTCUSDT", "minute", "2024-01-02", "2024-01-02").new_bars == 1440 - 120
    asked = len(server.requests)
    fetch("BTCUSDT", "minute", "2024-01-02", "2024-01-02")
    assert len(server.requests) == asked


# --------------------------------------------------------------------------------------------- failures


def test_a_wrong_checksum_stores_nothing_and_the_next_call_goes_on(server: BinanceServer, store: Store, fetch: Fetch) -> None:
    server.fail(r"2024-02\.zip$", Answer(200, b"PK something else"), Answer(200, b"PK something else"))
    with pytest.raises(ProviderError, match=r"BTCUSDT-1h-2024-02.zip has the sha256 .* as its checksum says"):
        fetch("BTCUSDT", "hour", "2024-01-01", "2024-03-31")
    kept = store.rows(HOURS, 0, 1 << 50)
    assert len(kept) == 31 * 24, "January came before and is kept"
    server.requests.clear()
    fetch("BTCUSDT", "hour", "2024-01-01", "2024-03-31")
    assert not [path for path in server.requests if "2024-01.zip" in path]
    assert store.rows(HOURS, 0, 1 << 50) == expected(server, "BTCUSDT", "1h", "2024-01-01", "2024-04-01")


def test_a_download_damaged_once_is_made_again(server: BinanceServer, fetch: Fetch) -> None:
    server.fail(r"2024-01\.zip$", Answer(200, b"PK something else"))
    assert fetch("BTCUSDT", "hour", "2024-01-01", "2024-01-31").new_bars == 744


def test_a_truncated_zip_with_a_fitting_checksum_is_refused(server: BinanceServer, store: Store, fetch: Fetch) -> None:
    whole = server._make_archive(archive_path("BTCUSDT", "1h", date(2024, 1, 1), monthly=True)) or b""
    half = whole[: len(whole) // 2]
    server.always(r"2024-01\.zip$", Answer(200, half))
    server.always(r"2024-01\.zip\.CHECKSUM$", Answer(200, f"{hashlib.sha256(half).hexdigest()}  x.zip".encode()))
    with pytest.raises(ProviderError, match="is no readable zip file"):
        fetch("BTCUSDT", "hour", "2024-01-01", "2024-01-31")
    assert store.rows(HOURS, 0, 1 << 50) == {}


def test_an_answer_cut_short_is_asked_for_again(server: BinanceServer, waits: list[float], fetch: Fetch) -> None:
    server.fail(r"2024-01\.zip$", Answer(200, b"PK\x03\x04", cut=True), Answer(200, b"", cut=True))
    assert fetch("BTCUSDT", "hour", "2024-01-01", "2024-01-31").new_bars == 744
    assert waits == [0.5, 1.0]


@pytest.mark.parametrize(
    ("status", "words"),
    [(451, "does not serve this country"), (403, "its firewall"), (500, "failed 4 times (500"), (503, "failed 4 times (503")],
)
def test_refusals_of_the_server_say_what_and_what_next(server: BinanceServer, fetch: Fetch, status: int, words: str) -> None:
    server.always(r"/api/", Answer(status, b'{"code":-1000,"msg":"no"}'))
    with pytest.raises(NetworkError) as told:
        fetch("BTCUSDT", "hour", "2024-01-01", "2024-01-31")
    assert words in told.value.message and told.value.hint and told.value.kind == str(status)


def test_a_server_that_fails_once_is_asked_again(server: BinanceServer, fetch: Fetch) -> None:
    server.fail(r"exchangeInfo", Answer(502), Answer(504))
    server.fail(r"2024-01\.zip$", Answer(503))
    assert fetch("BTCUSDT", "hour", "2024-01-01", "2024-01-31").new_bars == 744


def test_429_waits_as_told_and_goes_on(server: BinanceServer, waits: list[float], fetch: Fetch) -> None:
    server.fail(r"klines", Answer(429, b"{}", {"Retry-After": "7"}))
    fetch("BTCUSDT", "hour", "2026-11-23", "2026-11-23")
    assert 7.0 in waits


def test_a_ban_is_not_waited_out_when_it_is_long(server: BinanceServer, store: Store, fetch: Fetch, waits: list[float]) -> None:
    server.fail(r"startTime=17", Answer(418, b"{}", {"Retry-After": "7200"}))
    with pytest.raises(NetworkError, match=r"banned .* 7200 s"):
        fetch("BTCUSDT", "hour", "2026-11-23", "2026-11-23")
    assert 7200.0 not in waits
    assert fetch("BTCUSDT", "hour", "2026-11-23", "2026-11-23").new_bars == 24


def test_a_spent_budget_waits_for_the_next_minute(server: BinanceServer, waits: list[float], fetch: Fetch) -> None:
    server.used_weight = 5500
    fetch("BTCUSDT", "hour", "2026-11-23", "2026-11-23")
    assert waits and all(0 < wait <= 60 for wait in waits)


def test_a_mirror_stands_in_for_a_host_that_refuses(server: BinanceServer, store: Store, waits: list[float]) -> None:
    with BinanceServer() as blocked:
        blocked.always(r".", Answer(451))
        urls = (blocked.url, "http://127.0.0.1:9", server.url)
        web = Web(timeout_s=10, sleep=waits.append)
        client = Binance(web, rest_urls=urls, archive_urls=urls, sleep=waits.append)
        assert client.server_time() == server.now
        assert len(client.archive(*_named(client, "2024-01"))) > 1000
        asked = len(blocked.requests)
        client.server_time()
        client.close()
        assert len(blocked.requests) == asked, "the host that works is asked first from then on"


def _named(client: Binance, month: str) -> tuple[str, str]:
    path = archive_path("BTCUSDT", "1h", date.fromisoformat(f"{month}-01"), monthly=True)
    return path, client.checksum(path) or ""


def test_a_proxy_is_used_for_hosts_that_are_not_this_machine(server: BinanceServer) -> None:
    web = Web(timeout_s=10, proxy=server.url.replace("http://", "http://user:secret@"))
    client = Binance(web, rest_urls=("http://data.example.test",), archive_urls=())
    assert client.server_time() == server.now
    client.close()


def test_no_network_is_told_by_its_kind(waits: list[float]) -> None:
    refused = Web(timeout_s=1, sleep=waits.append)
    with pytest.raises(NetworkError, match=r"no connection to 127\.0\.0\.1") as told:
        refused.get("http://127.0.0.1:9/x")
    assert told.value.kind == "refused" and "synthetic" in told.value.hint
    with pytest.raises(NetworkError, match="could not be resolved") as named:
        refused.get("http://no-such-host.invalid/x")
    assert named.value.kind == "dns"
    with pytest.raises(NetworkError, match="--offline"):
        Web(offline=True).get("http://127.0.0.1:9/x")
    with pytest.raises(UsageError, match="no http"):
        refused.get("ftp://127.0.0.1/x")


def test_a_server_that_is_not_trusted_or_speaks_no_tls_is_told(server: BinanceServer, waits: list[float]) -> None:
    with pytest.raises(NetworkError, match="no trusted TLS connection") as told:
        Web(timeout_s=10, sleep=waits.append).get(server.url.replace("http://", "https://") + "/api/v3/time")
    assert told.value.kind == "tls"


def test_silence_ends_in_a_timeout(waits: list[float]) -> None:
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)
        with pytest.raises(NetworkError, match=r"did not answer within 0\.1 s") as told:
            Web(timeout_s=0.1, sleep=waits.append).get(f"http://127.0.0.1:{silent.getsockname()[1]}/")
    assert told.value.kind == "timeout" and waits == [0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>captive portal</html>", "answered with no"),
        (b'[[1704067200000,"1","2"]]', "a row that is no kline"),
        (b'[[1795392000000,"1","2","1","abc","5",0,"0",0,"0","0","0"]]', "is no price"),
    ],
)
def test_answers_of_another_shape_are_refused(server: BinanceServer, store: Store, fetch: Fetch, body: bytes, words: str) -> None:
    server.always(r"startTime=17", Answer(200, body))
    with pytest.raises(ProviderError, match=words):
        fetch("BTCUSDT", "hour", "2026-11-23", "2026-11-23")
    assert store.rows(HOURS, 0, 1 << 50) == {}


def test_two_writers_do_not_mix(store: Store) -> None:
    other = Store(store.folder)
    with store.alone(1), pytest.raises(DataError, match="another process writes to") as told, other.alone(0.1):
        pass
    assert "process" in told.value.message
    with store.alone(0):
        pass


def test_what_a_killed_writer_left_is_swept_away(store: Store, fetch: Fetch) -> None:
    folder = store.folder / "crypto/binance/minute/btcusdt"
    folder.mkdir(parents=True)
    (folder / ".20240101_trade.zip.abc.tmp").write_bytes(b"half")
    fetch("BTCUSDT", "minute", "2024-01-01", "2024-01-01")
    assert [path.name for path in folder.iterdir()] == ["20240101_trade.zip"]


def test_receipts_name_archive_checksum_and_span(server: BinanceServer, store: Store, fetch: Fetch) -> None:
    fetch("BTCUSDT", "hour", "2024-01-01", "2024-01-31")
    body = json.loads((store.folder / ".vibetrader/receipts/crypto-binance-btcusdt-hour-trade.json").read_text())
    path = archive_path("BTCUSDT", "1h", date(2024, 1, 1), monthly=True)
    archive = server._make_archive(path) or b""
    assert body["pieces"] == [
        {
            "from": "2024-01-01T00:00Z", "to": "2024-02-01T00:00Z", "source": "binance archive", "name": path,
            "sha256": hashlib.sha256(archive).hexdigest(), "rows": 744, "checked": "2026-11-24",
        }
    ]  # fmt: skip
    assert body["first_bar"] == "2017-08-17T00:00Z"


def test_a_year_of_minutes_takes_few_requests(server: BinanceServer) -> None:
    from vibetrader.marketdata.fetch import Fetcher

    planned = Fetcher(Store(Path("x")), None, today=date(2026, 11, 24))._plan(  # type: ignore[arg-type]  # plans only
        [(ms("2023-01-01"), ms("2024-01-01"))], server.now
    )
    assert [item.kind for item in planned] == ["month"] * 12
    assert all(item.span[0] % DAY == 0 for item in planned)

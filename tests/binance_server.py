"""A server on this machine that speaks Binance's REST and archive layout, with all that can go wrong.

`python -m tests.binance_server` runs one for trying things by hand.
"""

from __future__ import annotations

import hashlib
import http.server
import io
import itertools
import json
import re
import threading
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

MINUTE, DAY = 60_000, 86_400_000
LENGTHS = {
    "1m": 1, "3m": 3, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "2h": 120, "4h": 240, "6h": 360, "8h": 480, "12h": 720,
    "1d": 1440, "3d": 4320, "1w": 10080, "1M": 0,
}  # fmt: skip
Row = tuple[int, str, str, str, str, str]


def ms(text: str) -> int:
    """Milliseconds of an ISO time in UTC."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@dataclass
class Answer:
    """An answer in place of the real one."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False  # promise more bytes than are sent, and hang up


Rule = Callable[[str], Answer | None]


class BinanceServer:
    """Two hosts in one: `/api/v3/…` and `/data/spot/…`.

    Attributes:
        now: Its clock, milliseconds.
        listed: Symbol → first bar.
        requests: Paths asked for, in order.
        rules: Asked in order; the first answer that is not None stands.
        holes: Spans without bars.
        lag_days: Days until the archive of a day is there.
    """

    def __init__(self, now: str = "2026-11-24T12:34:56") -> None:
        self.now = ms(now)
        self.listed = {"BTCUSDT": ms("2017-08-17"), "ETHUSDT": ms("2017-08-17"), "NEWUSDT": ms("2024-01-10T12:00")}
        self.status = dict.fromkeys(self.listed, "TRADING")
        self.requests: list[str] = []
        self.rules: list[Rule] = []
        self.holes: list[tuple[int, int]] = []
        self.lag_days = 1
        self.used_weight = 2
        self.revision = ""  # names archives that were replaced: "2024-01" changes what they hold
        self._archives: dict[str, bytes] = {}
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server._handle(self)

            def log_message(self, *args: object) -> None:
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                pass  # a client that was killed is what tests do

        self._http = Quiet(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def __enter__(self) -> BinanceServer:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def settings(self) -> dict[str, str]:
        """Environment that points VibeTrader here."""
        return {"VIBETRADER_BINANCE_REST_URL": self.url, "VIBETRADER_BINANCE_ARCHIVE_URL": self.url}

    def data_requests(self) -> list[str]:
        """Requests for bars."""
        return [path for path in self.requests if "klines" in path and not path.endswith(".CHECKSUM")]

    def fail(self, pattern: str, *answers: Answer) -> None:
        """Give these answers, one each, to the next requests that match; then it is well again."""
        left = list(answers)

        def rule(path: str) -> Answer | None:
            return left.pop(0) if left and re.search(pattern, path) else None

        self.rules.append(rule)

    def always(self, pattern: str, answer: Answer) -> None:
        """Give this answer to every request that matches."""
        self.rules.append(lambda path: answer if re.search(pattern, path) else None)

    # ------------------------------------------------------------------ the market

    def rows(self, symbol: str, interval: str, start: int, end: int, *, until: int | None = None) -> list[Row]:
        """Bars that begin in [start, end), of the minutes up to `until`."""
        start = max(start, self.listed[symbol])
        until = self.now if until is None else until
        end = min(end, until)
        if start >= end:
            return []
        first = _bar_start(start, interval)
        if first < start:
            first = _bar_end(first, interval)
        if first >= end:
            return []
        last = _bar_end(_bar_start(end - 1, interval), interval)
        minutes = np.arange(first // MINUTE, min(last, until - until % MINUTE + MINUTE) // MINUTE, dtype=np.int64)
        for low, high in self.holes:
            minutes = minutes[(minutes * MINUTE < low) | (minutes * MINUTE >= high)]
        price = self._price(symbol, np.arange(minutes[0], minutes[-1] + 2)) if len(minutes) else np.empty(0)
        at = minutes - (minutes[0] if len(minutes) else 0)
        noise = _noise(minutes, 3)
        opens, closes = price[at], price[at + 1]
        highs = np.round(np.maximum(opens, closes) * (1 + 0.0004 * noise), 2)
        lows = np.round(np.minimum(opens, closes) * (1 - 0.0004 * _noise(minutes, 5)), 2)
        volumes = np.round(3 + 40 * _noise(minutes, 7), 5)
        found: list[Row] = []
        bar_of = np.array([_bar_start(int(m) * MINUTE, interval) for m in minutes]) if interval == "1M" else None
        if bar_of is None:
            length = LENGTHS[interval]
            shift = 4 * 1440 if interval == "1w" else 0
            bar_of = ((minutes - shift) // length * length + shift) * MINUTE
        edges = [*np.flatnonzero(np.diff(bar_of, prepend=-1)).tolist(), len(minutes)]
        for low_edge, high_edge in itertools.pairwise(edges):
            part = slice(low_edge, high_edge)
            numbers = (opens[low_edge], highs[part].max(), lows[part].min(), closes[high_edge - 1], volumes[part].sum())
            o, h, low, c, v = (f"{number:.8f}" for number in numbers)
            found.append((int(bar_of[low_edge]), o, h, low, c, v))
        return found

    def _price(self, symbol: str, minutes: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        base = {"BTCUSDT": 42000.0, "ETHUSDT": 2300.0}.get(symbol, 15.0)
        days = minutes / 1440.0
        wave = 0.25 * np.sin(days / 90) + 0.06 * np.sin(days / 7) + 0.02 * np.sin(days * 5) + 0.002 * _noise(minutes, 11)
        if self.revision and symbol == "BTCUSDT":
            wave = wave + 0.001
        return np.round(base * np.exp(wave), 2)

    # ------------------------------------------------------------------ answers

    def _handle(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        path = handler.path
        if path.startswith("http://"):  # asked as a proxy
            path = "/" + path.split("/", 3)[3]
        self.requests.append(path)
        answer = next((found for rule in self.rules if (found := rule(path)) is not None), None)
        if answer is None:
            try:
                answer = self._rest(path) if path.startswith("/api/") else self._archive(path)
            except KeyError:
                answer = _error(-1121, "Invalid symbol.")
        headers = {"X-MBX-USED-WEIGHT-1M": str(self.used_weight), **answer.headers}
        handler.send_response(answer.status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer.body) + (1000 if answer.cut else 0)))
        handler.end_headers()
        handler.wfile.write(answer.body)
        if answer.cut:
            handler.close_connection = True
            handler.connection.close()

    def _rest(self, path: str) -> Answer:
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/api/v3/time":
            return _json({"serverTime": self.now})
        if parts.path == "/api/v3/ping":
            return _json({})
        if parts.path == "/api/v3/exchangeInfo":
            names = [query["symbol"]] if "symbol" in query else sorted(self.listed)
            if any(name not in self.listed for name in names):
                return _error(-1121, "Invalid symbol.")
            return _json({"timezone": "UTC", "serverTime": self.now, "symbols": [self._symbol(name) for name in names]})
        if parts.path == "/api/v3/klines":
            if "symbol" not in query:
                return _error(-1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.")
            if query.get("interval") not in LENGTHS:
                return _error(-1120, "Invalid interval.")
            limit = min(int(query.get("limit", "500")), 1000)
            interval = query["interval"]
            start = int(query["startTime"])
            reach = max(start, self.listed[query["symbol"]]) + (limit + 1) * max(LENGTHS[interval], 1) * MINUTE
            end = min(int(query.get("endTime", self.now)) + 1, max(reach, start + 1) if LENGTHS[interval] else self.now)
            rows = self.rows(query["symbol"], interval, start, end)[:limit]
            return _json([_kline(row, interval) for row in rows])
        return Answer(404, b"not found")

    def _symbol(self, name: str) -> dict[str, Any]:
        return {
            "symbol": name, "status": self.status[name], "baseAsset": name.removesuffix("USDT"), "quoteAsset": "USDT",
            "filters": [{"filterType": "PRICE_FILTER", "tickSize": "0.01000000"}],
        }  # fmt: skip

    def _archive(self, path: str) -> Answer:
        wanted = path.removesuffix(".CHECKSUM").lstrip("/")
        data = self._archives.get(wanted + self.revision)
        if data is None:
            made = self._make_archive(wanted)
            if made is None:
                return Answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            data = self._archives[wanted + self.revision] = made
        if path.endswith(".CHECKSUM"):
            return Answer(200, f"{hashlib.sha256(data).hexdigest()}  {wanted.rpartition('/')[2]}\n".encode())
        return Answer(200, data, {"Content-Type": "application/zip"})

    def _make_archive(self, path: str) -> bytes | None:
        found = re.fullmatch(r"data/spot/(monthly|daily)/klines/(\w+)/(\w+)/\2-\3-(\d{4}-\d\d(?:-\d\d)?)\.zip", path)
        if found is None or found[2] not in self.listed:
            return None
        kind, symbol, interval, stamp = found.groups()
        interval = "1M" if interval == "1mo" else interval
        if interval not in LENGTHS or (kind == "daily" and interval in ("3d", "1w", "1M")):
            return None
        first = date.fromisoformat(stamp if kind == "daily" else f"{stamp}-01")
        last = first + timedelta(days=1) if kind == "daily" else (first + timedelta(days=32)).replace(day=1)
        there = last + timedelta(days=self.lag_days - 1)
        if kind == "monthly":
            there = last + timedelta(days=(7 - last.weekday()) % 7)
        if self.now < ms(there.isoformat()):
            return None
        rows = self.rows(symbol, interval, ms(first.isoformat()), ms(last.isoformat()))
        if not rows:
            return None
        scale = 1000 if first >= date(2025, 1, 1) else 1
        text = "".join(",".join(map(str, _kline(row, interval, scale=scale))) + "\n" for row in rows)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            name = path.rpartition("/")[2].replace(".zip", ".csv")
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
        return buffer.getvalue()


def _kline(row: Row, interval: str, *, scale: int = 1) -> list[Any]:
    close = _bar_end(row[0], interval) * scale - 1
    return [row[0] * scale, *row[1:], close, "1000.00000000", 42, "1.00000000", "500.00000000", "0"]


def _bar_start(moment: int, interval: str) -> int:
    if interval == "1M":
        day = datetime.fromtimestamp(moment / 1000, UTC).date().replace(day=1)
        return ms(day.isoformat())
    length = LENGTHS[interval] * MINUTE
    shift = 4 * DAY if interval == "1w" else 0
    return (moment - shift) // length * length + shift


def _bar_end(start: int, interval: str) -> int:
    if interval == "1M":
        day = datetime.fromtimestamp(start / 1000, UTC).date()
        return ms((day + timedelta(days=32)).replace(day=1).isoformat())
    return start + LENGTHS[interval] * MINUTE


def _noise(minutes: np.ndarray[Any, Any], salt: int) -> np.ndarray[Any, Any]:
    """Numbers from 0 to 1 that depend on the minute alone."""
    mixed = (minutes.astype(np.uint64) + np.uint64(salt * 7919)) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(11)).astype(np.float64) / 2.0**53


def _json(value: object) -> Answer:
    return Answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})


def _error(code: int, text: str) -> Answer:
    return Answer(400, json.dumps({"code": code, "msg": text}).encode(), {"Content-Type": "application/json"})


if __name__ == "__main__":
    with BinanceServer() as running:
        for name, value in running.settings.items():
            print(f"export {name}={value}")
        threading.Event().wait()

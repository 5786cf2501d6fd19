"""A server that speaks Binance's layout, and clients of it that do not wait."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.binance_server import BinanceServer
from vibetrader.marketdata.binance import Binance
from vibetrader.marketdata.fetch import Fetched, Fetcher, Want
from vibetrader.marketdata.store import Store
from vibetrader.marketdata.web import Web

TODAY = date(2026, 11, 24)


@pytest.fixture
def server() -> Iterator[BinanceServer]:
    with BinanceServer() as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data")


@pytest.fixture
def waits() -> list[float]:
    """Seconds that were slept."""
    return []


@pytest.fixture
def client(server: BinanceServer, waits: list[float]) -> Iterator[Binance]:
    web = Web(timeout_s=10.0, sleep=waits.append)
    with contextlib.closing(Binance(web, rest_urls=(server.url,), archive_urls=(server.url,), sleep=waits.append)) as one:
        yield one


@pytest.fixture
def fetch(store: Store, client: Binance) -> Callable[..., Fetched]:
    def bring(
        symbol: str, resolution: str, start: str, end: str | None, *, recheck: bool = False, today: date = TODAY
    ) -> Fetched:
        want = Want(symbol, resolution, date.fromisoformat(start), None if end is None else date.fromisoformat(end))
        with store.alone(5):
            return Fetcher(store, client, today=today).fetch(want, recheck=recheck)

    return bring

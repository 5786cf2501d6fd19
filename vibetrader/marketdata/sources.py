"""From settings to the store and the exchange's client: the one place that names them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vibetrader.marketdata.binance import Binance
from vibetrader.marketdata.store import Store
from vibetrader.marketdata.web import Web
from vibetrader.settings import Settings


def data_folder(settings: Settings) -> Path:
    """The data folder that is filled: the one that was named, else one of our own."""
    return settings.data_folder or settings.cache_dir / "data"


def store(settings: Settings) -> Store:
    """The store in that folder."""
    return Store(data_folder(settings))


def columns_folder(settings: Settings) -> Path:
    """The columnar cache."""
    return settings.cache_dir / "columns"


def binance(settings: Settings, *, say: Callable[[str], None] = lambda text: None) -> Binance:
    """A client of Binance; `say` is told of its longer pauses."""
    web = Web(timeout_s=settings.http_timeout_s, proxy=settings.proxy, offline=settings.offline)
    return Binance(
        web,
        rest_urls=_listed(settings.binance_rest_url),
        archive_urls=_listed(settings.binance_archive_url),
        max_wait_s=settings.max_wait_s,
        say=say,
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())

"""From settings to the store and the exchange's client: the one place that names them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from vibetrader.errors import NetworkError, ProviderError
from vibetrader.marketdata.binance import Binance
from vibetrader.marketdata.store import Store
from vibetrader.marketdata.web import Web
from vibetrader.settings import Settings

#: A run that may fall back on the synthetic market does not wait longer for an answer.
_QUICK_S: Final = 3.0


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


def is_reachable(settings: Settings) -> NetworkError | None:
    """Why Binance cannot be asked from here, found out quickly; None when it can."""
    web = Web(
        timeout_s=min(settings.http_timeout_s, _QUICK_S), proxy=settings.proxy, offline=settings.offline, attempts=1
    )
    client = Binance(
        web, rest_urls=_listed(settings.binance_rest_url), archive_urls=_listed(settings.binance_archive_url), max_wait_s=0
    )
    try:
        client.server_time()
    except NetworkError as error:
        return error
    except ProviderError as error:
        return NetworkError(error.message, hint=error.hint)
    finally:
        client.close()
    return None


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())

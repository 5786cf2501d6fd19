"""Binance's public market data: archives with checksums, the REST interface, symbols. No key is needed.

One client talks to both, keeps to the weight budget that the answers' headers report, waits when told to, and says in
words why it cannot go on. Facts: https://developers.binance.com/docs/binance-spot-api-docs/rest-api and
https://github.com/binance/binance-public-data.
"""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode

from vibetrader._util.files import sha256_bytes
from vibetrader._util.suggest import closest
from vibetrader.errors import NetworkError, ProviderError, UsageError
from vibetrader.marketdata.web import Reply, Web

#: Rows that one request for klines may ask for.
PAGE: Final = 1000
_BUDGET: Final = 6000
#: Share of the budget after which requests wait for the next minute: other programs share the address.
_CAUTION: Final = 0.8
_SERVER_TRIES: Final = 4


@dataclass(frozen=True, slots=True)
class Listing:
    """What the exchange says about a pair."""

    symbol: str
    status: str
    base: str
    quote: str


class Binance:
    """A client of Binance's public data.

    Args:
        rest_urls: Hosts of the REST interface, tried in order when one refuses or fails.
        archive_urls: Hosts of the archives, likewise.
        max_wait_s: Longest pause that a rate limit may ask for before it becomes an error.
        say: Told of every longer pause.
    """

    def __init__(
        self,
        web: Web,
        *,
        rest_urls: tuple[str, ...],
        archive_urls: tuple[str, ...],
        max_wait_s: float = 120.0,
        sleep: Callable[[float], None] = time.sleep,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._web, self._max_wait_s, self._sleep, self._say = web, max_wait_s, sleep, say
        self._rest_urls = [url.rstrip("/") for url in rest_urls]
        self._archive_urls = [url.rstrip("/") for url in archive_urls]
        #: Requests for klines and archives that were made.
        self.data_requests = 0

    def close(self) -> None:
        """Let go of the connections."""
        self._web.close()

    # ------------------------------------------------------------------ REST

    def server_time(self) -> int:
        """The exchange's clock, milliseconds since 1970."""
        body = _object(self._rest("/api/v3/time", {}))
        try:
            return int(body["serverTime"])
        except (KeyError, TypeError, ValueError):
            raise ProviderError(f"/api/v3/time answered {body!r}", hint="Is the base URL one of Binance's?") from None

    def listing(self, symbol: str) -> Listing:
        """What the exchange says about a pair.

        Raises:
            UsageError: It has no such pair; names the nearest ones.
        """
        reply = self._rest("/api/v3/exchangeInfo", {"symbol": symbol}, accept_errors=True)
        if reply.status == 200:
            found = _object(reply).get("symbols") or []
            if found:
                first = found[0]
                return Listing(symbol, str(first.get("status")), str(first.get("baseAsset")), str(first.get("quoteAsset")))
        elif _code(reply) not in (-1121, -1100):
            raise _refused(reply)
        near = closest(symbol, self._all_symbols, count=3)
        raise UsageError(
            f"Binance has no pair {symbol!r}",
            hint=f"Did you mean {', '.join(near)}?" if near else "Pairs are written base then quote, for example BTCUSDT.",
        )

    @cached_property
    def _all_symbols(self) -> list[str]:
        found = _object(self._rest("/api/v3/exchangeInfo", {})).get("symbols") or []
        return [str(item.get("symbol")) for item in found]

    def first_bar(self, symbol: str, interval: str) -> int | None:
        """Start of the first bar there ever was, milliseconds; None when there is none."""
        self.data_requests += 1
        reply = self._rest("/api/v3/klines", {"symbol": symbol, "interval": interval, "startTime": 0, "limit": 1})
        rows = _json(reply)
        return int(rows[0][0]) if isinstance(rows, list) and rows else None

    def klines(self, symbol: str, interval: str, start: int, end: int) -> bytes:
        """Answer with the bars that begin in [start, end), at most `PAGE`; milliseconds."""
        self.data_requests += 1
        query = {"symbol": symbol, "interval": interval, "startTime": start, "endTime": end - 1, "limit": PAGE}
        return self._rest("/api/v3/klines", query).body

    def _rest(self, path: str, query: dict[str, Any], *, accept_errors: bool = False) -> Reply:
        """An answer of the first host that gives one."""
        last: NetworkError | None = None
        for url in list(self._rest_urls):
            try:
                reply = self._paced(f"{url}{path}" + (f"?{urlencode(query)}" if query else ""))
            except NetworkError as error:
                if error.kind in ("418", "429"):
                    raise
                last = last or error
                self._rest_urls.remove(url)
                self._rest_urls.append(url)  # the next request begins with a host that may work
                continue
            if reply.status == 200 or accept_errors:
                return reply
            raise _refused(reply)
        assert last is not None
        raise last

    def _paced(self, url: str) -> Reply:
        """An answer that is no failure of the server's; waits for the budget before and when told to."""
        for attempt in range(_SERVER_TRIES):
            reply = self._web.get(url)
            if reply.status in (418, 429):
                wait = _seconds(reply.headers.get("retry-after"), 2.0**attempt)
                last = attempt == _SERVER_TRIES - 1
                if wait > self._max_wait_s or last:
                    raise _limited(reply, wait)
                self._wait(wait, f"Binance asks for a pause ({reply.status})")
                continue
            if reply.status >= 500:
                if attempt == _SERVER_TRIES - 1:
                    raise _refused(reply)
                self._sleep(0.5 * 2**attempt)
                continue
            if reply.status in (403, 451):
                raise _refused(reply)
            self._spare(reply)
            return reply
        raise AssertionError("unreachable")

    def _spare(self, reply: Reply) -> None:
        """Wait for the next minute when the budget of this one is nearly spent."""
        used = _seconds(reply.headers.get("x-mbx-used-weight-1m"), 0.0)
        if used < _BUDGET * _CAUTION:
            return
        moment = email.utils.parsedate_to_datetime(reply.headers["date"]) if "date" in reply.headers else None
        wait = 60.0 - moment.second if moment is not None else 30.0
        self._wait(wait, f"{used:.0f} of {_BUDGET} weight used this minute")

    def _wait(self, seconds: float, why: str) -> None:
        self._say(f"{why}: waiting {seconds:.0f} s")
        self._sleep(seconds)

    # ------------------------------------------------------------------ archives

    def checksum(self, path: str) -> str | None:
        """sha256 that the archive should have; None when it is not there (yet)."""
        reply = self._archive(f"{path}.CHECKSUM")
        if reply is None:
            return None
        told = reply.body.decode("ascii", "replace").split()
        if not told or len(told[0]) != 64 or any(letter not in "0123456789abcdef" for letter in told[0].lower()):
            raise ProviderError(f"{path}.CHECKSUM holds no sha256: {reply.body[:80]!r}", hint="Try again later.")
        return told[0].lower()

    def archive(self, path: str, sha256: str) -> bytes:
        """An archive, as its checksum says it is.

        Raises:
            ProviderError: What came is not what the checksum names, twice.
        """
        got = ""
        for _ in range(2):
            self.data_requests += 1
            reply = self._archive(path)
            if reply is None:
                raise ProviderError(f"{path} is not there though its checksum is", hint="Try again later.")
            got = sha256_bytes(reply.body)
            if got == sha256:
                return reply.body
            # It may have been replaced between the two requests: then the new checksum fits.
            sha256 = self.checksum(path) or sha256
            if got == sha256:
                return reply.body
        raise ProviderError(
            f"{path} has the sha256 {got[:12]}… and not {sha256[:12]}… as its checksum says",
            hint="The download or the mirror is damaged; nothing was stored. Try again, or another binance_archive_url.",
        )

    def _archive(self, path: str) -> Reply | None:
        last: NetworkError | None = None
        for url in list(self._archive_urls):
            try:
                reply = self._paced(f"{url}/{path}")
            except NetworkError as error:
                last = last or error
                self._archive_urls.remove(url)
                self._archive_urls.append(url)
                continue
            if reply.status == 404:
                return None
            if reply.status != 200:
                raise _refused(reply)
            return reply
        assert last is not None
        raise last


def archive_path(symbol: str, interval: str, day: date, *, monthly: bool) -> str:
    """Path of the archive of a day's month, or of the day, on the archive host."""
    kind, stamp = ("monthly", f"{day:%Y-%m}") if monthly else ("daily", f"{day:%Y-%m-%d}")
    # A month as an interval is spelled 1mo there: file systems do not always tell 1M from 1m.
    name = "1mo" if interval == "1M" else interval
    return f"data/spot/{kind}/klines/{symbol}/{name}/{symbol}-{name}-{stamp}.zip"


# ---------------------------------------------------------------------- answers


def _json(reply: Reply) -> Any:
    try:
        return json.loads(reply.body)
    except ValueError as error:
        raise ProviderError(f"{reply.url} answered with no JSON: {reply.body[:60]!r}", hint="Is it one of Binance's hosts?") from error


def _object(reply: Reply) -> dict[str, Any]:
    found = _json(reply)
    if not isinstance(found, dict):
        raise ProviderError(f"{reply.url} answered {reply.body[:60]!r}", hint="Is it one of Binance's hosts?")
    return found


def _code(reply: Reply) -> int | None:
    try:
        return int(json.loads(reply.body)["code"])
    except (ValueError, KeyError, TypeError):
        return None


def _seconds(text: str | None, otherwise: float) -> float:
    try:
        return max(float(text or ""), 0.0)
    except ValueError:
        return otherwise


def _limited(reply: Reply, wait: float) -> NetworkError:
    what = "has banned this address for a while (418)" if reply.status == 418 else "asks for fewer requests (429)"
    return NetworkError(
        f"Binance {what}: it may be asked again in {wait:.0f} s",
        hint="Run the same command then: it goes on from here. VIBETRADER_MAX_WAIT_S lets it wait by itself.",
        kind=str(reply.status),
    )


def _refused(reply: Reply) -> ProviderError:
    host = reply.url.split("/")[2]
    said = ""
    try:
        said = str(json.loads(reply.body)["msg"])
    except (ValueError, KeyError, TypeError):
        said = reply.body[:120].decode("utf-8", "replace").strip()
    if reply.status == 403:
        return NetworkError(
            f"{host} refused this address (403, its firewall)",
            hint="Wait some minutes, or set another host, for example VIBETRADER_BINANCE_REST_URL=https://data-api.binance.vision.",
            kind="403",
        )
    if reply.status == 451:
        return NetworkError(
            f"{host} does not serve this country (451)",
            hint="Set VIBETRADER_BINANCE_REST_URL=https://data-api.binance.vision, or import files (`vibetrader data import`).",
            kind="451",
        )
    if reply.status >= 500:
        return NetworkError(
            f"{host} failed {_SERVER_TRIES} times ({reply.status}{f': {said}' if said else ''})",
            hint="Run the same command later: it goes on from here.",
            kind=str(reply.status),
        )
    return ProviderError(f"{host} answered {reply.status}{f': {said}' if said else ''}", hint=f"The request was {reply.url}")

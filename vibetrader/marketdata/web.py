"""GET requests that end: one kept connection per host, a time limit, retries where they help, a proxy where one is set.

The standard library does it (docs/decisions/0006): the few hundred requests of a fetch need no more, and the package of
an HTTP library costs every start of the program.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from vibetrader.errors import NetworkError, UsageError

_ATTEMPTS: Final = 4
_FIRST_PAUSE_S: Final = 0.5
_AGENT: Final = "vibetrader (market data)"
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of a server.

    Attributes:
        headers: Names in lower case.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class Web:
    """Makes GET requests.

    Not to be shared by threads: a connection answers one request at a time.

    Args:
        timeout_s: Longest silence of a server.
        proxy: `http://[user:password@]host:port`; "" goes directly. Servers on this machine are always reached directly.
        offline: Every request is an error.
        attempts: How often a request that broke off is made.
        sleep: Waits between attempts.
    """

    def __init__(
        self,
        *,
        timeout_s: float = 20.0,
        proxy: str = "",
        offline: bool = False,
        attempts: int = _ATTEMPTS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._timeout_s, self._offline, self._attempts, self._sleep = timeout_s, offline, attempts, sleep
        self._proxy = urlsplit(proxy if "://" in proxy else f"http://{proxy}") if proxy else None
        if self._proxy is not None and (self._proxy.scheme != "http" or not self._proxy.hostname):
            raise UsageError(f"the proxy {proxy!r} is no http://host:port", hint="For example: http://proxy.example:3128")
        self._connections: dict[tuple[str, str], http.client.HTTPConnection] = {}
        #: Requests that were answered, whatever the answer.
        self.answered = 0

    def close(self) -> None:
        """Let go of the connections."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def get(self, url: str) -> Reply:
        """The answer to a GET, of whatever status.

        Raises:
            NetworkError: There was no whole answer, after as many attempts as could help.
        """
        parts = urlsplit(url)
        if self._offline:
            raise NetworkError(
                f"{parts.hostname} was not asked: --offline forbids the network",
                hint="Leave --offline away, or use --data folder or --data synthetic.",
                kind="offline",
            )
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"{url!r} is no http or https address", hint="Mend the base URL in the settings.")
        for attempt in range(self._attempts):
            try:
                return self._once(url, parts)
            except (OSError, http.client.HTTPException) as error:
                self._drop(parts)
                told, again = _explain(error, parts, self._through(parts), self._timeout_s)
                if not again or attempt == self._attempts - 1:
                    raise told from error
                self._sleep(_FIRST_PAUSE_S * 2**attempt)
        raise AssertionError("unreachable")

    def _once(self, url: str, parts: SplitResult) -> Reply:
        connection = self._connection(parts)
        target = parts.path or "/"
        if parts.query:
            target += f"?{parts.query}"
        headers = {"User-Agent": _AGENT, "Accept-Encoding": "identity"}
        proxy = self._through(parts)
        if proxy is not None and parts.scheme == "http":
            target = url
            headers |= _credentials(proxy)
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        self.answered += 1
        return Reply(url, answer.status, {k.lower(): v for k, v in answer.getheaders()}, body)

    def _through(self, parts: SplitResult) -> SplitResult | None:
        return None if parts.hostname in _LOCAL else self._proxy

    def _connection(self, parts: SplitResult) -> http.client.HTTPConnection:
        key = (parts.scheme, parts.netloc)
        found = self._connections.get(key)
        if found is not None:
            return found
        host, port = str(parts.hostname), parts.port
        proxy = self._through(parts)
        if proxy is not None and parts.scheme == "http":
            host, port = str(proxy.hostname), proxy.port or 3128
        if parts.scheme == "http":
            made = http.client.HTTPConnection(host, port, timeout=self._timeout_s)
        elif proxy is None:
            made = http.client.HTTPSConnection(host, port, timeout=self._timeout_s)
        else:
            made = http.client.HTTPSConnection(str(proxy.hostname), proxy.port or 3128, timeout=self._timeout_s)
            made.set_tunnel(host, port or 443, headers=_credentials(proxy))
        self._connections[key] = made
        return made

    def _drop(self, parts: SplitResult) -> None:
        connection = self._connections.pop((parts.scheme, parts.netloc), None)
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.close()


def _credentials(proxy: SplitResult) -> dict[str, str]:
    if not proxy.username:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def _explain(error: Exception, parts: SplitResult, proxy: SplitResult | None, timeout_s: float) -> tuple[NetworkError, bool]:
    """What went wrong, in words, and whether another attempt could help."""
    host = parts.hostname
    via = f" through the proxy {proxy.hostname}" if proxy is not None else ""
    if isinstance(error, socket.gaierror):
        name = proxy.hostname if proxy is not None else host
        told = NetworkError(
            f"the name {name!r} could not be resolved", hint="Is this machine online? --data synthetic needs no network.", kind="dns"
        )
        return told, error.errno == socket.EAI_AGAIN
    if isinstance(error, ssl.SSLError):
        reason = getattr(error, "verify_message", "") or error.reason or str(error)
        told = NetworkError(
            f"no trusted TLS connection to {host}{via}: {reason}",
            hint="A proxy that opens TLS needs its certificate in SSL_CERT_FILE; check this machine's clock too.",
            kind="tls",
        )
        return told, not isinstance(error, ssl.SSLCertVerificationError)
    if isinstance(error, TimeoutError):
        told = NetworkError(
            f"{host}{via} did not answer within {timeout_s:g} s", hint="Try again, or set another host or a mirror.", kind="timeout"
        )
        return told, True
    if isinstance(error, http.client.HTTPException | ConnectionResetError | BrokenPipeError):
        what = str(error) or type(error).__name__
        told = NetworkError(f"{host}{via} broke the answer off: {what}", hint="Try again: it goes on from here.", kind="cut")
        return told, True
    if isinstance(error, OSError) and "Tunnel connection failed" in str(error):
        return NetworkError(f"the proxy refused {host}: {error}", hint="Check the proxy's address and login.", kind="proxy"), False
    reason = getattr(error, "strerror", None) or str(error)
    told = NetworkError(
        f"no connection to {host}{via}: {reason}", hint="Is this machine online? --data synthetic needs no network.", kind="refused"
    )
    return told, False

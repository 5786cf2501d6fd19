"""What can go wrong with a provider, in words a person can act on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from vibetrader.errors import ProviderError
from vibetrader.llm.protocol import Answer
from vibetrader.llm.redact import redacted

_FIRST_WAIT_S = 0.5


def asked(once: Callable[[], Answer], *, retries: int, explain: Callable[[Exception], ProviderError | None]) -> Answer:
    """The answer, trying again where a stream broke off; the SDKs themselves retry what fails before a stream starts."""
    for attempt in range(retries + 1):
        try:
            return once()
        except ProviderError:
            raise
        except Exception as error:
            if attempt < retries and _cut(error):
                time.sleep(_FIRST_WAIT_S * 2**attempt)
                continue
            told = explain(error)
            if told is None:
                raise
            raise told from None
    raise AssertionError("unreachable")  # pragma: no cover


def explained(
    error: Exception,
    *,
    provider: str,
    key_name: str,
    model: str,
    status_error: type[Exception],
    connection_error: type[Exception],
    timeout_error: type[Exception],
    sdk_error: type[Exception],
    secrets: Iterable[str],
) -> ProviderError | None:
    """The SDK's error as ours; None when it is none of the SDK's."""
    if isinstance(error, status_error):
        status = int(getattr(error, "status_code", 0))
        said = redacted(_said(error), secrets)
        return ProviderError(f"{provider} answered {status}: {said}", hint=_hint(status, provider, key_name, model))
    if isinstance(error, timeout_error):
        return ProviderError(f"{provider} did not answer in time", hint="Try again, or raise VIBETRADER_LLM_TIMEOUT_S.")
    if isinstance(error, connection_error):
        cause = redacted(str(error.__cause__ or error), secrets)
        return ProviderError(
            f"{provider} cannot be reached: {cause}", hint="Check the network and the address, or use --llm none."
        )
    if _cut(error):
        return ProviderError(f"{provider}'s answer broke off: {redacted(str(error), secrets)}", hint="Try again later.")
    if isinstance(error, sdk_error):
        return ProviderError(f"{provider}: {redacted(str(error), secrets)}", hint=f"Is {key_name} set?")
    return None


def _cut(error: Exception) -> bool:
    """A connection that broke while the answer came: the SDKs pass the transport's own error on."""
    return isinstance(error, ConnectionError) or type(error).__name__ in {
        "RemoteProtocolError", "ReadError", "ReadTimeout", "APIResponseValidationError", "JSONDecodeError",
    }  # fmt: skip


def _said(error: Exception) -> str:
    body: Any = getattr(error, "body", None)
    if isinstance(body, dict):
        inner = body.get("error", body)
        message = inner.get("message") if isinstance(inner, dict) else inner
        if isinstance(message, str) and message:
            return message[:500]
    return str(error).splitlines()[0][:500] if str(error) else type(error).__name__


def _hint(status: int, provider: str, key_name: str, model: str) -> str:
    match status:
        case 401 | 403:
            return f"Check {key_name}; `vibetrader doctor --llm` tries it."
        case 402:
            return "The account has no credit left."
        case 404:
            return f"Is {model!r} a model of {provider}? --llm takes a model's name."
        case 413:
            return "The request is too long for this model."
        case 429:
            return "The limit of requests is reached; wait, or use another key or model."
        case _ if status >= 500:
            return "The provider has a problem of its own; try again later."
    return "The request was not accepted; another model may take it (--llm NAME)."

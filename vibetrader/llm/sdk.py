"""What both providers have in common: an SDK's client, made when it is first needed, and retries of cut streams."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from vibetrader.errors import ProviderError
from vibetrader.llm.failures import asked
from vibetrader.llm.protocol import Answer, Call, Watcher


class SdkModel(ABC):
    """A model behind an SDK.

    Args:
        name: The model.
        api_key: Its key; a server of one's own may need none.
        base_url: Empty for the provider itself.
        timeout_s: Longest silence of the server.
        retries: How often 408, 409, 429, 5xx, broken connections and cut streams are tried again.
    """

    provider = ""

    def __init__(self, name: str, *, api_key: str, base_url: str = "", timeout_s: float, retries: int) -> None:
        self.name = name
        self._key = api_key
        self._base_url = base_url
        self._timeout_s = timeout_s
        self._retries = retries
        self._made: Any = None

    def ask(self, call: Call, watch: Watcher = lambda count: None) -> Answer:
        """See `Model.ask`."""
        return asked(lambda: self._once(call, watch), retries=self._retries, explain=self._explain)

    def _client(self) -> Any:
        if self._made is None:
            package = self._package()
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    make = self._import()
            except ImportError:
                raise ProviderError(
                    f"the {package} package is not installed", hint="pip install 'vibetrader[llm]' brings it."
                ) from None
            self._made = make(
                api_key=self._key or "none",
                base_url=self._base_url or None,
                timeout=self._timeout_s,
                max_retries=self._retries,
            )
        return self._made

    @abstractmethod
    def _package(self) -> str:
        """The SDK's package."""

    @abstractmethod
    def _import(self) -> Callable[..., Any]:
        """The SDK's client class; importing it is what a run without a model never does."""

    @abstractmethod
    def _once(self, call: Call, watch: Watcher) -> Answer:
        """One try."""

    @abstractmethod
    def _explain(self, error: Exception) -> ProviderError | None:
        """The SDK's error as ours; None when it is none of the SDK's."""

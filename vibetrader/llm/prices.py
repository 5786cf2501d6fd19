"""What calls cost, from a table that is data with a date (`prices.json`)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from vibetrader.llm.protocol import Usage

_DATED = re.compile(r"-20\d\d-?\d\d-?\d\d$")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens; `listed` is False for a model that is priced like its maker's dearest."""

    input: float
    cached: float
    output: float
    listed: bool = True

    def of(self, usage: Usage) -> float:
        """Dollars of a call."""
        fresh = usage.input_tokens - usage.cached_tokens
        total = fresh * self.input + usage.cached_tokens * self.cached + usage.output_tokens * self.output
        return round(total / 1e6, 8)


FREE = Price(0.0, 0.0, 0.0, listed=False)


def price_of(provider: str, model: str) -> Price:
    """The price of a model; a dated name is the model without its date, a server of one's own is free."""
    table = _table()
    found = table.get(model) or table.get(_DATED.sub("", model))
    if found is not None:
        return found
    if provider == "openai-compatible":
        return FREE
    family = [p for name, p in table.items() if name.startswith("claude") == (provider == "anthropic")]
    dearest = max(family, key=lambda p: p.output)
    return Price(dearest.input, dearest.input, dearest.output, listed=False)


def as_of() -> str:
    """The day of the table."""
    return str(_file()["as_of"])


@cache
def _table() -> dict[str, Price]:
    return {name: Price(**row) for name, row in _file()["models"].items()}


def _file() -> dict[str, Any]:
    text = resources.files("vibetrader.llm").joinpath("prices.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    return table

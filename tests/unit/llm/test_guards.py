"""Prices, secrets, schemas and the settings' way to a provider."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel, Field

from vibetrader.errors import BudgetError, ProviderError
from vibetrader.llm.connect import wire_model
from vibetrader.llm.guarded import Guarded, Ledger, Limits, Spent
from vibetrader.llm.prices import as_of, price_of
from vibetrader.llm.protocol import Answer, Call, Usage, Watcher
from vibetrader.llm.redact import redacted
from vibetrader.llm.schema import strict_schema
from vibetrader.settings import Settings

DAY = date(2026, 11, 24)
CALL = Call(task="ping", system="s", turns=(), schema_name="x", reply_schema={}, max_output_tokens=1000)


class Fixed:
    """A model whose answer costs what it is told."""

    provider = "openai"
    name = "gpt-5.1"

    def ask(self, call: Call, watch: Watcher = lambda count: None) -> Answer:
        return Answer(usage=Usage(input_tokens=100, output_tokens=1000))


def guarded(tmp_path: Path, **limits: float) -> Guarded:
    room = {"run_usd": 1.0, "day_usd": 1.0, "run_tokens": 10**6, "day_tokens": 10**6, "run_calls": 100, **limits}
    return Guarded(
        Fixed(),
        price_of("openai", "gpt-5.1"),
        Limits(**room),
        Spent(),
        Ledger(tmp_path, DAY),  # type: ignore[arg-type]
    )


def test_price_by_name_and_by_date() -> None:
    usage = Usage(input_tokens=1_000_000, cached_tokens=500_000, output_tokens=100_000)
    assert price_of("openai", "gpt-5.1").of(usage) == pytest.approx(0.5 * 1.25 + 0.5 * 0.125 + 0.1 * 10)
    assert price_of("openai", "gpt-5.1-2025-11-13") == price_of("openai", "gpt-5.1")
    assert date.fromisoformat(as_of()) <= DAY


def test_an_unlisted_model_is_priced_like_the_dearest_and_ones_own_is_free() -> None:
    unknown = price_of("openai", "gpt-99-ultra")
    assert not unknown.listed and unknown.output >= price_of("openai", "gpt-5-pro").output
    assert price_of("anthropic", "claude-unheard-of").output >= price_of("anthropic", "claude-opus-4-5").output
    assert price_of("openai-compatible", "gemma3").output == 0


def test_money_is_refused_before_it_is_spent(tmp_path: Path) -> None:
    model = guarded(tmp_path, run_usd=0.025)
    model.ask(CALL)
    model.ask(CALL)
    with pytest.raises(BudgetError, match=r"of this run's \$0\.025"):
        model.ask(CALL)


def test_the_day_is_shared_by_runs(tmp_path: Path) -> None:
    guarded(tmp_path, day_usd=0.015).ask(CALL)
    with pytest.raises(BudgetError, match="this day's"):
        guarded(tmp_path, day_usd=0.015).ask(CALL)
    Guarded(
        Fixed(),
        price_of("openai", "gpt-5.1"),
        Limits(1.0, 0.015, 10**6, 10**6, 9),
        Spent(),
        Ledger(tmp_path, date(2026, 11, 25)),
    ).ask(CALL)


def test_calls_and_tokens(tmp_path: Path) -> None:
    with pytest.raises(BudgetError, match="0 calls"):
        guarded(tmp_path, run_calls=0).ask(CALL)
    with pytest.raises(BudgetError, match="tokens"):
        guarded(tmp_path, run_tokens=900).ask(CALL)


def test_secrets_do_not_show() -> None:
    text = redacted(
        "key sk-abcdef123456 at https://me:pass@host/v1 and TOPSECRET and sk-proj-****wxyz", ["TOPSECRET", "", "ab"]
    )
    assert text == "key ••• at https://•••@host/v1 and ••• and •••"


class Inner(BaseModel):
    """A part."""

    title: str = "untitled"
    count: int = Field(ge=0, le=5)


class Outer(BaseModel):
    """A reply with everything that strict modes do not take."""

    default: str = Field("x", min_length=1, pattern="x+")
    inner: list[Inner]
    maybe: float | None = None


def test_strict_schema() -> None:
    schema = strict_schema(Outer)
    text = json.dumps(schema)
    assert schema["required"] == ["default", "inner", "maybe"] and schema["additionalProperties"] is False
    inner = schema["$defs"]["Inner"]
    assert inner["required"] == ["title", "count"] and inner["properties"]["title"] == {"type": "string"}
    assert not any(word in text for word in ("minLength", "pattern", "minimum", "maximum"))


def settings(**fields: object) -> Settings:
    return Settings.model_validate({"today": DAY, **fields})


@pytest.mark.parametrize(
    ("llm", "provider", "name"),
    [
        ("openai", "openai", "gpt-5.1"),
        ("anthropic", "anthropic", "claude-sonnet-4-6"),
        ("gpt-5-mini", "openai", "gpt-5-mini"),
        ("claude-haiku-4-5", "anthropic", "claude-haiku-4-5"),
    ],
)
def test_models_by_name(llm: str, provider: str, name: str) -> None:
    model = wire_model(settings(llm=llm, openai_api_key="k", anthropic_api_key="k"))
    assert (model.provider, model.name) == (provider, name)


def test_a_server_of_ones_own_needs_no_key() -> None:
    model = wire_model(settings(llm="gemma3", llm_base_url="http://127.0.0.1:8000/v1"))
    assert (model.provider, model.name) == ("openai-compatible", "gemma3")
    with pytest.raises(ProviderError, match="OPENAI_API_KEY"):
        wire_model(settings(llm="gemma3"))


def test_an_address_with_a_password_is_not_kept() -> None:
    assert settings(llm_base_url="http://me:pass@host/v1").public()["llm_base_url"] == "http://host/v1"

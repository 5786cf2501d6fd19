"""The one frozen model of everything a user can set."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

# A name and password in an address are a secret.
_USERINFO = re.compile(r"(?<=://)[^/@\s]+@")


class Settings(BaseModel):
    """What a command works with; made once by `load_settings`, handed down, never changed.

    A field is set by flag, by `VIBETRADER_<FIELD>`, by `vibetrader.toml`, or by its default, the first of these that
    speaks. Secrets are `SecretStr`: no dump of the settings shows them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    # Places
    runs_dir: Path = Field(Path("runs"), description="Folder of run directories.")
    cache_dir: Path = Field(Path("~/.cache/vibetrader"), description="Market data and what else can be made again.")
    data_folder: Path | None = Field(None, description="A LEAN data folder; None lets `data` decide.")

    # Market data
    data: Literal["auto", "folder", "binance", "synthetic"] = Field("auto", description="Where bars come from.")
    binance_rest_url: str = Field(
        "https://data-api.binance.vision,https://api.binance.com",
        description="Hosts of Binance's REST interface, comma-separated, tried in order.",
    )
    binance_archive_url: str = Field(
        "https://data.binance.vision", description="Hosts of Binance's archives, comma-separated, tried in order."
    )
    proxy: str = Field("", description="HTTP proxy for market data, http://[user:password@]host:port.")
    http_timeout_s: float = Field(20.0, gt=0, description="Longest silence of a market data server.")
    max_wait_s: float = Field(120.0, ge=0, description="Longest pause that a rate limit may ask for.")
    data_policy: str = Field(
        "", description="What happens to doubtful bars: kind=keep|fail|fill|mask, comma-separated; `all` is a kind."
    )
    allow_synthetic: bool = Field(False, description="Gates accept results on synthetic data.")
    seed: int = Field(1, description="Seed of the synthetic market and of every draw.")

    # The idea and its spec
    today: date = Field(..., description="The day that relative dates count from.")
    interactive: bool = Field(False, description="A person can be asked.")
    assume_defaults: bool = Field(False, description="Answer open questions with their defaults.")
    strict: bool = Field(False, description="Refuse whatever was inferred rather than said.")
    answers_file: Path | None = Field(None, description="Answers to questions.yaml.")
    overrides: dict[str, str] = Field(
        default_factory=dict,
        description="Spec fields given as flags (symbol, timeframe, start, end, cash …); they win over the words.",
    )

    # Code and backtest
    engine: Literal["embedded", "lean", "launcher"] = Field("embedded", description="The backtest engine.")
    parameters: dict[str, str] = Field(default_factory=dict, description="LEAN parameters (`-p name=value`).")
    repair: bool = Field(True, description="Repair code that does not run.")
    max_repairs: int = Field(5, ge=0, description="Repairs before giving up.")
    cross_check: Literal["", "embedded", "lean", "launcher"] = Field(
        "", description="A second engine that runs the same program; differences go to cross-check.json."
    )
    sandbox: Literal["auto", "strict", "off"] = Field("auto", description="Containment of the strategy's process.")
    backtest_timeout_s: float = Field(300.0, gt=0, description="Wall time of one backtest.")
    backtest_memory_mb: int = Field(4096, gt=0, description="Memory of one backtest.")
    launcher_dir: Path | None = Field(None, description="Folder of a built LEAN launcher.")
    lean_image: str = Field("", description="Docker image for the lean CLI; empty for its own.")

    # Language models
    llm: str = Field("none", description="none, openai, anthropic, or a model's name.")
    llm_model: str = Field("", description="The model; empty for the provider's default.")
    llm_base_url: str = Field("", description="A server that speaks the chosen provider's form (Ollama, vLLM …).")
    openai_base_url: str = Field("", description="Where OpenAI is reached; empty for OpenAI itself.")
    anthropic_base_url: str = Field("", description="Where Anthropic is reached; empty for Anthropic itself.")
    llm_effort: str = Field("", description="Reasoning effort to ask for; empty leaves it to the provider.")
    llm_max_output_tokens: int = Field(8000, gt=0, description="Cap of one answer.")
    llm_max_calls: int = Field(40, ge=0, description="Calls that one run may make.")
    llm_timeout_s: float = Field(120.0, gt=0, description="Longest silence of a provider.")
    llm_retries: int = Field(3, ge=0, description="Tries again after 429, 5xx and broken connections.")
    llm_cache: bool = Field(True, description="Give an earlier answer to the same question.")
    offline: bool = Field(False, description="Any call to a model or the network is an error.")
    budget_usd: float = Field(1.0, ge=0, description="Money that one run may spend on models.")
    budget_usd_per_day: float = Field(10.0, ge=0, description="Money that all runs of a day may spend.")
    budget_tokens: int = Field(400_000, ge=0, description="Tokens that one run may spend.")
    budget_tokens_per_day: int = Field(4_000_000, ge=0, description="Tokens that all runs of a day may spend.")
    cassettes: Path | None = Field(None, description="A run whose recorded calls are answered from; `replay` sets it.")
    openai_api_key: SecretStr | None = None
    anthropic_api_key: SecretStr | None = None

    # Run directories
    lock_wait_s: float = Field(10.0, ge=0, description="How long a second process waits for a run directory.")

    @field_validator("runs_dir", "cache_dir", "data_folder", "answers_file", "launcher_dir", "cassettes")
    @classmethod
    def _expand_home(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser()

    def public(self) -> dict[str, object]:
        """The settings without secrets, as the manifest keeps them; unset and empty ones are left out."""
        dumped = self.model_dump(mode="json", exclude={"openai_api_key", "anthropic_api_key"})
        for name in ("llm_base_url", "openai_base_url", "anthropic_base_url", "proxy"):
            dumped[name] = _USERINFO.sub("", dumped[name])
        return {name: value for name, value in dumped.items() if value not in (None, "", {}, [])}

"""Settings → a language model, or None; the only place where providers are named."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vibetrader.errors import ProviderError, UsageError
from vibetrader.llm.anthropic_api import AnthropicModel
from vibetrader.llm.conversation import Conversation
from vibetrader.llm.guarded import Guarded, Ledger, Limits, Spent
from vibetrader.llm.openai_api import OpenAIModel
from vibetrader.llm.prices import price_of
from vibetrader.llm.protocol import LLM, Answer, Call, Model, Watcher
from vibetrader.llm.recorded import AnswerCache, Recorded, read_cassettes
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import LLM_DIR
from vibetrader.settings import Settings

DEFAULT_MODELS: Final = {"openai": "gpt-5.1", "anthropic": "claude-sonnet-4-6"}
NONE: Final = "none"


def connect(run: RunDir, settings: Settings) -> LLM | None:
    """The model that the settings ask for, recording into `run`; None when they ask for none."""
    if settings.llm == NONE:
        return None
    model = wire_model(settings)
    price = price_of(model.provider, model.name)
    cassettes = read_cassettes(run.path / LLM_DIR).values()
    spent = Spent()
    for cassette in cassettes:
        if cassette.answer is not None and not cassette.from_cache:
            usage = cassette.answer.usage
            spent.add(cassette.price_usd, usage.input_tokens + usage.output_tokens)
    limits = Limits(
        run_usd=settings.budget_usd,
        day_usd=settings.budget_usd_per_day,
        run_tokens=settings.budget_tokens,
        day_tokens=settings.budget_tokens_per_day,
        run_calls=settings.llm_max_calls,
    )
    folder = settings.cache_dir / "llm"
    recorded = Recorded(
        Guarded(model, price, limits, spent, Ledger(folder, settings.today)),
        run,
        price,
        cached=AnswerCache(folder / "answers") if settings.llm_cache else None,
        source=_recorded_for(run, settings),
    )
    return Conversation(
        recorded,
        max_output_tokens=settings.llm_max_output_tokens,
        effort=settings.llm_effort,
        tell=lambda line: run.progress("model", line),
        whisper=run.whisper,
    )


def _recorded_for(run: RunDir, settings: Settings) -> Path | None:
    """The recorded calls of the run that this one repeats: it lies in the same place of its own lineage."""
    if settings.cassettes is None:
        return None
    return settings.cassettes / run.path.relative_to(run.root.path) / LLM_DIR


def wire_model(settings: Settings) -> Model:
    """The provider and model by name: `openai`, `anthropic`, or a model (`claude…` is Anthropic's)."""
    name = settings.llm.strip()
    maker = name if name in DEFAULT_MODELS else "anthropic" if name.startswith("claude") else "openai"
    model = settings.llm_model or DEFAULT_MODELS[maker] if name == maker else name
    if not model:
        raise UsageError("--llm names no model", hint="none, openai, anthropic, or a model's name.")
    base_url = settings.llm_base_url or getattr(settings, f"{maker}_base_url")
    secret = getattr(settings, f"{maker}_api_key")
    key = secret.get_secret_value() if secret is not None else ""
    kind = AnthropicModel if maker == "anthropic" else OpenAIModel
    made = kind(model, api_key=key, base_url=base_url, timeout_s=settings.llm_timeout_s, retries=settings.llm_retries)
    if settings.cassettes is not None:
        return made  # replayed: nothing is asked, so no key is needed
    if settings.offline:
        return _Offline(made)
    if not key and not (maker == "openai" and base_url):
        raise ProviderError(
            f"no key for {maker}: {maker.upper()}_API_KEY is not set",
            hint="Put it into the environment or into .env, name a server with --llm-base-url, or use --llm none.",
        )
    return made


class _Offline:
    """A model that may not be asked."""

    def __init__(self, model: Model) -> None:
        self.provider = model.provider
        self.name = model.name

    def ask(self, call: Call, watch: Watcher = lambda count: None) -> Answer:
        raise ProviderError(
            f"{self.name} would have to be asked to {call.task.replace('_', ' ')}, and --offline forbids it",
            hint="Leave --offline out, or use --llm none.",
        )

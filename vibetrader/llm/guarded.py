"""Limits of money, tokens and calls around a model: what might not fit is not asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from vibetrader._util import jsonio
from vibetrader._util.files import append_line
from vibetrader.errors import BudgetError
from vibetrader.llm.prices import Price
from vibetrader.llm.protocol import Answer, Call, Model, Watcher

CHARACTERS_PER_TOKEN: Final = 3
"""On the careful side: English has four, code and Chinese fewer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be spent."""

    run_usd: float
    day_usd: float
    run_tokens: int
    day_tokens: int
    run_calls: int


@dataclass(slots=True)
class Spent:
    """What has been spent in one span of time."""

    usd: float = 0.0
    tokens: int = 0
    calls: int = 0

    def add(self, usd: float, tokens: int) -> None:
        """Count one call."""
        self.usd += usd
        self.tokens += tokens
        self.calls += 1


class Ledger:
    """What all runs of one day spent: a file of lines, appended to by every process.

    Args:
        folder: Where the days' files lie.
    """

    def __init__(self, folder: Path, day: date) -> None:
        self._path = folder / f"spent-{day.isoformat()}.jsonl"

    def read(self) -> Spent:
        """The day so far."""
        spent = Spent()
        if self._path.is_file():
            for line in self._path.read_text(encoding="utf-8").splitlines():
                if line.endswith("}"):
                    entry = jsonio.loads(line)
                    spent.add(float(entry["usd"]), int(entry["tokens"]))
        return spent

    def add(self, usd: float, tokens: int) -> None:
        """Note a call."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        append_line(self._path, jsonio.dumps({"usd": usd, "tokens": tokens}))


class Guarded:
    """A model that is not asked when its answer might go beyond a limit.

    Args:
        spent: What this run has spent already; counted up here.
    """

    def __init__(self, model: Model, price: Price, limits: Limits, spent: Spent, ledger: Ledger) -> None:
        self.provider = model.provider
        self.name = model.name
        self._model = model
        self._price = price
        self._limits = limits
        self._spent = spent
        self._ledger = ledger

    def ask(self, call: Call, watch: Watcher = lambda count: None) -> Answer:
        """See `Model.ask`."""
        self._require(call)
        answer = self._model.ask(call, watch)
        usd = self._price.of(answer.usage)
        tokens = answer.usage.input_tokens + answer.usage.output_tokens
        self._spent.add(usd, tokens)
        self._ledger.add(usd, tokens)
        return answer

    def _require(self, call: Call) -> None:
        sent = -(-len(jsonio.dumps(call.model_dump(mode="json"))) // CHARACTERS_PER_TOKEN)
        tokens = sent + call.max_output_tokens
        usd = (sent * self._price.input + call.max_output_tokens * self._price.output) / 1e6
        run, day, limits = self._spent, self._ledger.read(), self._limits
        if run.calls >= limits.run_calls:
            raise BudgetError(
                f"this run has made its {limits.run_calls} calls to a model",
                hint="Raise VIBETRADER_LLM_MAX_CALLS; the run goes on from here.",
            )
        for spent, usd_limit, token_limit, span, flag in (
            (run, limits.run_usd, limits.run_tokens, "run", "BUDGET_{}"),
            (day, limits.day_usd, limits.day_tokens, "day", "BUDGET_{}_PER_DAY"),
        ):
            if spent.usd + usd > usd_limit:
                raise BudgetError(
                    f"the next answer of {self.name} may cost ${usd:.4f}; "
                    f"of this {span}'s ${usd_limit:g} ${max(usd_limit - spent.usd, 0):.4f} are left",
                    hint=f"Raise {'--budget-usd or ' if span == 'run' else ''}VIBETRADER_{flag.format('USD')}; "
                    "the run goes on from here.",
                )
            if spent.tokens + tokens > token_limit:
                raise BudgetError(
                    f"the next answer of {self.name} may take {tokens:,} tokens; "
                    f"of this {span}'s {token_limit:,} {max(token_limit - spent.tokens, 0):,} are left",
                    hint=f"Raise VIBETRADER_{flag.format('TOKENS')}; the run goes on from here.",
                )

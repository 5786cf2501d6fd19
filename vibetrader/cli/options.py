"""The options that several commands share, each written once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vibetrader.errors import UsageError

if TYPE_CHECKING:
    from vibetrader.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="A run directory.")]
RunsDir = Annotated[Path | None, typer.Option("--runs-dir", help="Folder of run directories (runs).")]

# The idea and its spec
Symbol = Annotated[list[str] | None, typer.Option("--symbol", "-s", help="Symbol; may be given several times.")]
Timeframe = Annotated[str | None, typer.Option("--timeframe", "-t", help="1m 3m 5m 15m 30m 1h 2h 4h … 1d 3d 1w 1M.")]
Start = Annotated[str | None, typer.Option("--start", help="First day, YYYY-MM-DD.")]
End = Annotated[str | None, typer.Option("--end", help="Last day, YYYY-MM-DD.")]
Cash = Annotated[str | None, typer.Option("--cash", "-c", help="Starting cash.")]
Assume = Annotated[bool | None, typer.Option("--assume-defaults", help="Answer open questions with their defaults.")]
Answers = Annotated[Path | None, typer.Option("--answers", help="Answers to questions.yaml, as YAML.")]
Strict = Annotated[bool | None, typer.Option("--strict", help="Refuse what was inferred rather than said.")]

# Data
DataFolder = Annotated[Path | None, typer.Option("--data-folder", help="A LEAN data folder.")]
Data = Annotated[str | None, typer.Option("--data", help="auto, folder, binance or synthetic.")]
AllowSynthetic = Annotated[bool | None, typer.Option("--allow-synthetic", help="Gates accept synthetic data.")]
DataPolicy = Annotated[
    str | None, typer.Option("--data-policy", help="Doubtful bars: kind=keep|fail|fill|mask, comma-separated.")
]
Seed = Annotated[int | None, typer.Option("--seed", help="Seed of the synthetic market.")]

# Gates and CI
FailIf = Annotated[
    list[str] | None, typer.Option("--fail-if", help="Exit 10 if this holds: 'sharpe<1 or max_drawdown>25%'.")
]
FailIfFile = Annotated[Path | None, typer.Option("--fail-if-file", help="Such conditions from a file, a line each.")]
NoWorseThan = Annotated[
    Path | None, typer.Option("--no-worse-than", help="Exit 10 if the figures are worse than this run's.")
]
Junit = Annotated[Path | None, typer.Option("--junit", help="Write a JUnit XML file of the gates.")]
Sarif = Annotated[Path | None, typer.Option("--sarif", help="Write errors, missed gates and diagnoses as SARIF.")]
StepSummary = Annotated[
    Path | None,
    typer.Option("--step-summary", envvar="GITHUB_STEP_SUMMARY", help="Append the report to this Markdown file."),
]

# Code and backtest
Parameter = Annotated[list[str] | None, typer.Option("-p", "--parameter", help="LEAN parameter, name=value.")]
NoRepair = Annotated[bool, typer.Option("--no-repair", help="Only diagnose code that does not run.")]
MaxRepairs = Annotated[int | None, typer.Option("--max-repairs", help="Repairs before giving up (5).")]
Engine = Annotated[str | None, typer.Option("--engine", help="embedded, lean or launcher.")]
CrossCheck = Annotated[
    str | None, typer.Option("--cross-check", metavar="ENGINE", help="Run a second engine too and name each difference.")
]
Sandbox = Annotated[str | None, typer.Option("--sandbox", help="auto, strict or off.")]
Timeout = Annotated[float | None, typer.Option("--backtest-timeout-s", help="Wall time of one backtest (300).")]

# Language models
Llm = Annotated[str | None, typer.Option("--llm", help="none, openai, anthropic, or a model's name.")]
LlmBaseUrl = Annotated[
    str | None, typer.Option("--llm-base-url", help="A server that speaks OpenAI's form (Ollama, vLLM, llama.cpp).")
]
Offline = Annotated[bool | None, typer.Option("--offline", help="No network: a call is an error.")]
Budget = Annotated[float | None, typer.Option("--budget-usd", help="Money one run may spend on models.")]


def settings_from(
    *,
    symbol: list[str] | None = None,
    timeframe: str | None = None,
    start: str | None = None,
    end: str | None = None,
    cash: str | None = None,
    answers: Path | None = None,
    parameter: list[str] | None = None,
    no_repair: bool = False,
    **fields: Any,
) -> Settings:
    """Settings from a command's options; None is "not given"."""
    from vibetrader.settings import load_settings

    said = {"symbol": ",".join(symbol or []), "timeframe": timeframe, "start": start, "end": end, "cash": cash}
    overrides = {name: value for name, value in said.items() if value}
    if answers is not None and not answers.is_file():
        raise UsageError(f"answers file {str(answers)!r} does not exist")
    return load_settings(
        {
            **fields,
            "answers_file": answers,
            "overrides": overrides or None,
            "parameters": _parameters(parameter) or None,
            "repair": False if no_repair else None,
            # A folder that was named is meant.
            "data": fields.get("data") or ("folder" if fields.get("data_folder") else None),
        }
    )


def _parameters(pairs: list[str] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"-p {pair!r} is not name=value", hint="For example: -p rsi_period=21")
        found[name.strip()] = value
    return found

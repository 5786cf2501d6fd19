"""The boundary to a backtest engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from vibetrader.results.backtest import BacktestResult

Progress = Callable[[float, float], None]


@dataclass(frozen=True, slots=True)
class BacktestRequest:
    """One run of one LEAN project.

    Attributes:
        project: Folder with `main.py` and, if there is one, `config.json`.
        data_folder: A LEAN data folder.
        output: Where LEAN's result files go; what an earlier run left there is taken away.
        id: The algorithm id: the stem of the result files.
        parameters: Win over those of `config.json`.
        timeout_s: Wall time.
        memory_mb: Memory of the strategy's process.
        now: The moment that the result files tell as the run's; None is the machine's clock.
        columns: Cache of market data columns read before; an engine need not use it.
        sandbox: `auto` uses what the platform has, `strict` refuses to run with less than everything, `off` is bare.
    """

    project: Path
    data_folder: Path
    output: Path
    id: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = 300.0
    memory_mb: int = 4096
    sandbox: str = "auto"
    now: datetime | None = None
    columns: Path | None = None


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Why an engine cannot be used here, and how to get it."""

    reason: str
    hint: str = ""


class Backtester(Protocol):
    """An engine that runs LEAN projects.

    `run` leaves LEAN's files in `request.output` and returns their content; a strategy that fails is a result with
    status RuntimeError, not an exception. It holds no state: one backtester may be used by several threads.
    """

    name: str

    def available(self) -> Unavailable | None:
        """None when it can run here; cheap, starts nothing that lasts."""
        ...

    def run(self, request: BacktestRequest) -> BacktestResult:
        """Run a project to its end.

        Raises:
            NoResultError: The engine could not be started or left no result file.
            UnsupportedLeanFeature: The strategy uses what this engine lacks.
        """
        ...

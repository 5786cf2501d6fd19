"""How a node ended: the only thing the graph knows about it.

A node is a function `(RunDir, Settings) -> Outcome`. Each room offers its own as `vibetrader.<room>.node.node`; it
reads and writes artefacts of the run directory, does not print, and reads no clock, environment or global.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vibetrader.errors import ExitCode


class Status(StrEnum):
    """The outcomes that routes are written for. A normal refusal is a status; an error is an exception."""

    OK = "ok"
    NEEDS_ANSWERS = "needs_answers"  # clarify: questions are open
    REFUSED = "refused"  # clarify: the idea or spec cannot be used
    NO_CODE = "no_code"  # design: no acceptable code
    SYMBOL_ERROR = "symbol_error"  # compile, from here on
    TIMEFRAME_ERROR = "timeframe_error"
    CODE_ERROR = "code_error"
    GIVE_UP = "give_up"  # no repairs left, repairs switched off, or no progress
    UNSUPPORTED = "unsupported"  # a LEAN feature the engine lacks
    ENVIRONMENT_ERROR = "environment_error"  # no engine, no Docker
    INFRASTRUCTURE_ERROR = "infrastructure_error"  # network, rate limit, provider
    DATA_ERROR = "data_error"  # no bars in the period
    NO_RESULT = "no_result"  # time or memory spent, or no result file
    MODIFY_SPEC = "modify_spec"  # feedback, from here on
    RERUN_BACKTEST = "rerun_backtest"
    MODIFY_CODE = "modify_code"
    UNCLEAR = "unclear"
    END = "end"

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of a run that ends with this status."""
        return _EXIT_CODES.get(self, ExitCode.DONE)


_EXIT_CODES = {
    Status.NEEDS_ANSWERS: ExitCode.NEEDS_INPUT,
    Status.REFUSED: ExitCode.SPEC,
    Status.NO_CODE: ExitCode.NO_CODE,
    Status.SYMBOL_ERROR: ExitCode.SPEC,
    Status.TIMEFRAME_ERROR: ExitCode.SPEC,
    Status.CODE_ERROR: ExitCode.NO_CODE,
    Status.GIVE_UP: ExitCode.NO_CODE,
    Status.UNSUPPORTED: ExitCode.UNSUPPORTED_LEAN,
    Status.ENVIRONMENT_ERROR: ExitCode.NO_RESULT,
    Status.INFRASTRUCTURE_ERROR: ExitCode.PROVIDER,
    Status.DATA_ERROR: ExitCode.NO_RESULT,
    Status.NO_RESULT: ExitCode.NO_RESULT,
    Status.UNCLEAR: ExitCode.NEEDS_INPUT,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A node's answer to the graph.

    Attributes:
        status: What the route is chosen by.
        message: One line for the user: what was done, or what is wrong with the value.
        hint: The next thing to type, "" when there is none.
    """

    status: Status
    message: str = ""
    hint: str = ""

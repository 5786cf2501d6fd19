"""Where a run goes next: the only control flow of the graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vibetrader.results import Status

CLARIFY: Final = "clarify"
DESIGN: Final = "design"
COMPILE: Final = "compile"
REPORT: Final = "report"
AWAIT_FEEDBACK: Final = "await_feedback"
STOP: Final = "stop"

NODES: Final = (CLARIFY, DESIGN, COMPILE, REPORT, AWAIT_FEEDBACK)

# Which node may end how; a test holds ROUTES to be total over it.
STATUSES: Final[Mapping[str, tuple[Status, ...]]] = {
    CLARIFY: (Status.OK, Status.NEEDS_ANSWERS, Status.REFUSED),
    DESIGN: (Status.OK, Status.NO_CODE, Status.INFRASTRUCTURE_ERROR),
    COMPILE: (
        Status.OK,
        Status.SYMBOL_ERROR,
        Status.TIMEFRAME_ERROR,
        Status.CODE_ERROR,
        Status.GIVE_UP,
        Status.UNSUPPORTED,
        Status.ENVIRONMENT_ERROR,
        Status.INFRASTRUCTURE_ERROR,
        Status.DATA_ERROR,
        Status.NO_RESULT,
    ),
    REPORT: (Status.OK,),
    AWAIT_FEEDBACK: (
        Status.MODIFY_SPEC,
        Status.RERUN_BACKTEST,
        Status.MODIFY_CODE,
        Status.UNCLEAR,
        Status.INFRASTRUCTURE_ERROR,
        Status.END,
    ),
}

ROUTES: Final[Mapping[tuple[str, Status], str]] = {
    (CLARIFY, Status.OK): DESIGN,
    (CLARIFY, Status.NEEDS_ANSWERS): STOP,  # the runner asks first where a person can be asked
    (CLARIFY, Status.REFUSED): STOP,
    (DESIGN, Status.OK): COMPILE,
    (DESIGN, Status.NO_CODE): REPORT,
    (DESIGN, Status.INFRASTRUCTURE_ERROR): STOP,
    (COMPILE, Status.OK): REPORT,
    (COMPILE, Status.SYMBOL_ERROR): CLARIFY,
    (COMPILE, Status.TIMEFRAME_ERROR): CLARIFY,
    (COMPILE, Status.CODE_ERROR): DESIGN,
    (COMPILE, Status.GIVE_UP): REPORT,
    # Not the code's fault: never sent to repair.
    (COMPILE, Status.UNSUPPORTED): REPORT,
    (COMPILE, Status.ENVIRONMENT_ERROR): STOP,
    (COMPILE, Status.INFRASTRUCTURE_ERROR): STOP,
    (COMPILE, Status.DATA_ERROR): REPORT,
    (COMPILE, Status.NO_RESULT): REPORT,
    (REPORT, Status.OK): AWAIT_FEEDBACK,
    (AWAIT_FEEDBACK, Status.MODIFY_SPEC): CLARIFY,
    (AWAIT_FEEDBACK, Status.RERUN_BACKTEST): COMPILE,
    (AWAIT_FEEDBACK, Status.MODIFY_CODE): DESIGN,
    (AWAIT_FEEDBACK, Status.UNCLEAR): AWAIT_FEEDBACK,
    (AWAIT_FEEDBACK, Status.INFRASTRUCTURE_ERROR): STOP,
    (AWAIT_FEEDBACK, Status.END): STOP,
}

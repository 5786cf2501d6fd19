"""The routing table, and the reference system's routing tests in our terms."""

from __future__ import annotations

from vibetrader.graph.nodes import NODES
from vibetrader.graph.routes import (
    AWAIT_FEEDBACK,
    CLARIFY,
    COMPILE,
    DESIGN,
    REPORT,
    ROUTES,
    STATUSES,
    STOP,
)
from vibetrader.graph.routes import NODES as NAMES
from vibetrader.results import Status


def test_the_table_is_total_and_holds_nothing_else() -> None:
    assert set(ROUTES) == {(node, status) for node, statuses in STATUSES.items() for status in statuses}
    assert set(STATUSES) == set(NAMES)


def test_every_target_exists() -> None:
    assert set(ROUTES.values()) <= {*NAMES, STOP}
    assert set(NODES) == set(NAMES) - {AWAIT_FEEDBACK}


def test_stop_is_reachable_from_everywhere() -> None:
    reaches = {STOP}
    while True:
        more = {node for (node, _), target in ROUTES.items() if target in reaches} - reaches
        if not more:
            break
        reaches |= more
    assert reaches == {*NAMES, STOP}


def test_every_status_is_somebodys_and_has_an_exit_code() -> None:
    assert {status for statuses in STATUSES.values() for status in statuses} == set(Status)
    for status in Status:
        assert 0 <= int(status.exit_code) <= 10


def test_routes_of_the_reference_system() -> None:
    assert ROUTES[CLARIFY, Status.OK] == DESIGN
    assert ROUTES[DESIGN, Status.OK] == COMPILE
    assert ROUTES[COMPILE, Status.OK] == REPORT
    # A symbol or timeframe that does not exist is the user's to settle, at any count.
    assert ROUTES[COMPILE, Status.SYMBOL_ERROR] == CLARIFY
    assert ROUTES[COMPILE, Status.TIMEFRAME_ERROR] == CLARIFY
    assert ROUTES[COMPILE, Status.CODE_ERROR] == DESIGN
    # Given up: said in the report. Not the code's fault: never sent to repair.
    assert ROUTES[COMPILE, Status.GIVE_UP] == REPORT
    for status in (Status.DATA_ERROR, Status.ENVIRONMENT_ERROR, Status.INFRASTRUCTURE_ERROR, Status.UNSUPPORTED):
        assert ROUTES[COMPILE, status] not in (DESIGN, CLARIFY)
    assert ROUTES[AWAIT_FEEDBACK, Status.MODIFY_SPEC] == CLARIFY
    assert ROUTES[AWAIT_FEEDBACK, Status.RERUN_BACKTEST] == COMPILE
    assert ROUTES[AWAIT_FEEDBACK, Status.MODIFY_CODE] == DESIGN
    assert ROUTES[AWAIT_FEEDBACK, Status.END] == STOP

"""The nodes by name; each room is imported when it is entered, so that no command pays for another's imports."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vibetrader.results import Outcome
from vibetrader.rundir import RunDir
from vibetrader.settings import Settings

Node = Callable[[RunDir, Settings], Outcome]


def clarify(run: RunDir, settings: Settings) -> Outcome:
    """Idea → spec, or questions."""
    from vibetrader.clarify.node import node

    return node(run, settings)


def design(run: RunDir, settings: Settings) -> Outcome:
    """Spec → LEAN project."""
    from vibetrader.design.node import node
    from vibetrader.graph.wiring import author_tools

    return node(run, settings, author_tools(settings))


def compile(run: RunDir, settings: Settings) -> Outcome:
    """Project → result, or errors explained."""
    from vibetrader.compile.node import node

    return node(run, settings)


def report(run: RunDir, settings: Settings) -> Outcome:
    """Result → figures for people and machines."""
    from vibetrader.report.node import node

    return node(run, settings)


NODES: Mapping[str, Node] = {"clarify": clarify, "design": design, "compile": compile, "report": report}

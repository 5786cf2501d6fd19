"""Static checks of a LEAN program: what can be known to be wrong before anything runs."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from vibetrader.compile.checks import calls, flow, imports, market, names, structure
from vibetrader.compile.checks.program import Mistake, Program
from vibetrader.compile.checks.syntax import syntax_mistake
from vibetrader.results.findings import Finding

_CHECKS: Sequence[Callable[[Program], Iterator[Mistake]]] = (
    imports.check,
    structure.check,
    market.check,
    calls.check,
    names.check,
    flow.check,
)


def mistakes(source: str) -> list[Mistake]:
    """Every mistake found, errors before warnings, each in order of its line; a file Python cannot read has one."""
    try:
        tree = ast.parse(source)
        compile(source, "main.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        return [syntax_mistake(source, error)]
    program = Program(source, tree)
    found = [mistake for check in _CHECKS for mistake in check(program)]
    found.sort(key=lambda m: (m.finding.severity != "error", m.finding.line or 0))
    return found


def check(source: str) -> list[Finding]:
    """The findings alone."""
    return [mistake.finding for mistake in mistakes(source)]


__all__ = ["Mistake", "check", "mistakes"]

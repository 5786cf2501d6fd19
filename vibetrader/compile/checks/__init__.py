"""Static checks of a LEAN program: what can be known to be wrong before anything runs."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from vibetrader.compile.checks import calls, flow, forbidden, imports, market, names, structure
from vibetrader.compile.checks.program import Mistake, Program
from vibetrader.compile.checks.syntax import syntax_mistake
from vibetrader.results.findings import Finding

_CHECKS: Sequence[Callable[[Program], Iterator[Mistake]]] = (
    forbidden.check,
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
    quiet = flow.quiet_spans(program)
    found = [_hushed(mistake) if _is_within(mistake, quiet) else mistake for mistake in found]
    found.sort(key=lambda m: (m.finding.severity != "error", m.finding.line or 0))
    return found


def _is_within(mistake: Mistake, spans: Sequence[tuple[int, int]]) -> bool:
    line = mistake.finding.line
    return line is not None and any(first < line <= last for first, last in spans)


def _hushed(mistake: Mistake) -> Mistake:
    """An error inside a `try` that swallows it never stops the run: a warning."""
    return Mistake(mistake.finding.model_copy(update={"severity": "warning"}), mistake.edits)


def check(source: str) -> list[Finding]:
    """The findings alone."""
    return [mistake.finding for mistake in mistakes(source)]


__all__ = ["Mistake", "check", "mistakes"]

"""New dates and cash for code that somebody has written or changed by hand."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from vibetrader.compile.checks.program import Edit, Program
from vibetrader.compile.repair import apply

_CARRIED = ("set_start_date", "set_end_date", "set_cash")


def carried(source: str, like: str) -> str:
    """A program with the dates and the cash of another one; the rest stays as it is.

    What the other one does not set is left alone; a date that this one does not set is set at the start of initialize.
    A program that Python cannot read is given back unchanged.
    """
    try:
        program, model = (Program(text, ast.parse(text)) for text in (source, like))
    except (SyntaxError, ValueError):
        return source
    return apply(source, _edits(program, model))


def _edits(program: Program, model: Program) -> Iterator[Edit]:
    for name in _CARRIED:
        wanted = model.calls_of(name)
        if not wanted or not wanted[0].args:
            continue
        text = ", ".join(ast.unparse(node) for node in wanted[0].args)
        calls = program.calls_of(name)
        if calls and calls[0].args:
            call = calls[0]
            last = call.keywords[-1].value if call.keywords else call.args[-1]
            yield Edit(program.span(call.args[0])[0], program.span(last)[1], text)
        elif not calls and program.initialize is not None and name != "set_cash":
            first = program.initialize.body[0]
            indent = " " * first.col_offset
            yield program.insert_before(first.lineno, f"{indent}self.{name}({text})\n")

"""Repairs that need the run's words: the line where it failed, and on what."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import Final

from vibetrader.compile.checks.program import Edit, Program
from vibetrader.results.findings import Finding

_NO_ATTRIBUTE: Final = re.compile(r"'(\w+)' object has no attribute '(\w+)'(?:\.? Did you mean: '(\w+)')?")


def edits_for(source: str, error: Finding) -> tuple[Edit, ...]:
    """The edits that mend what the run failed on; empty when no rule knows."""
    try:
        program = Program(source, ast.parse(source))
    except (SyntaxError, ValueError):
        return ()
    for rule in _RULES:
        edits = rule(program, error)
        if edits:
            return tuple(edits)
    return ()


def loop_line(source: str) -> int | None:
    """The line of the first `while`: where a program that does not come back most likely waits."""
    try:
        loops = [node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.While)]
    except (SyntaxError, ValueError):
        return None
    return min(loops, default=None)


_SENDS: Final = frozenset(
    {"market_order", "limit_order", "stop_market_order", "stop_limit_order", "buy", "sell", "order", "set_holdings"}
)


def order_line(source: str) -> int | None:
    """Where the only order of a program gets its quantity; None when there are several orders or none."""
    try:
        program = Program(source, ast.parse(source))
    except (SyntaxError, ValueError):
        return None
    sent = program.calls_of(*_SENDS)
    if len(sent) != 1:
        return None
    call = sent[0]
    function = program.function_of(call)
    if len(call.args) > 1 and isinstance(call.args[1], ast.Name) and function is not None:
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == call.args[1].id:
                return node.lineno
    return call.lineno


def _missing_field(program: Program, error: Finding) -> Sequence[Edit]:
    """A field read before it is assigned starts as what its use suggests."""
    match = _NO_ATTRIBUTE.search(error.raw)
    if not match or program.algorithm is None or match[1] != program.algorithm.name or program.initialize is None:
        return ()
    name = match[2]
    if not name.startswith("_") or program.member_of_self(name) is not None:
        return ()
    if name not in program.fields and f"self.{name}.append" not in program.source:
        return ()
    last = program.initialize.body[-1]
    line = (last.end_lineno or last.lineno) + 1
    value = _start_value(program, name)
    return [program.insert_before(line, f"{' ' * last.col_offset}self.{name} = {value}\n")]


def _start_value(program: Program, name: str) -> str:
    for node in ast.walk(program.tree):
        if isinstance(node, ast.Attribute) and node.attr == "append" and ast.unparse(node.value) == f"self.{name}":
            return "[]"
        if isinstance(node, ast.AugAssign) and ast.unparse(node.target) == f"self.{name}":
            return "0"
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == f"self.{name}":
            if isinstance(node.ctx, ast.Store):
                return "{}"
    return "None"


def _meant(program: Program, error: Finding) -> Sequence[Edit]:
    """`Did you mean: 'y'?`: the attribute on the line of the failure."""
    match = _NO_ATTRIBUTE.search(error.raw)
    if not match or error.line is None:
        return ()
    owner, wrong, meant = match[1], match[2], match[3] or ""
    if owner in program.index:
        if owner in ("TradeBar", "QuoteBar") and wrong in ("ask", "bid", "volume"):
            return ()
        meant = program.index.suggest(owner, wrong) or meant
        if "IndicatorBase" in set(program.index.bases(owner)) and wrong in ("value", "price"):
            meant = "current.value"
    if not meant:
        return ()
    found = [
        node
        for node in ast.walk(program.tree)
        if isinstance(node, ast.Attribute) and node.attr == wrong and node.end_lineno == error.line
    ]
    return [Edit(program.span(node)[1] - len(wrong), program.span(node)[1], meant) for node in found]


def _no_bar(program: Program, error: Finding) -> Sequence[Edit]:
    """A bar that was not in the slice: the method goes on without it."""
    if error.line is None or not re.search(r"NoneType' object has no attribute|wasn't found in the Slice", error.raw):
        return ()
    for function in program.methods.values():
        if not function.lineno <= error.line <= (function.end_lineno or 0):
            continue
        keys = dict.fromkeys(
            f"{ast.unparse(node.value)}.bars.contains_key({ast.unparse(node.slice)})"
            for node in ast.walk(function)
            if isinstance(node, ast.Subscript) and program.type_of(node.value, function) == "Slice"
        )
        first = function.body[0]
        if keys and all("self." in key for key in keys):
            indent = " " * first.col_offset
            test = " or ".join(f"not {key}" for key in keys)
            return [program.insert_before(first.lineno, f"{indent}if {test}:\n{indent}    return\n")]
    return ()


def _too_short(program: Program, error: Finding) -> Sequence[Edit]:
    """`xs[-3]` of a list that is still filling: the method waits until it is long enough."""
    if error.line is None or "list index out of range" not in error.raw:
        return ()
    for node in ast.walk(program.tree):
        if (
            isinstance(node, ast.stmt)
            and node.lineno == error.line
            and not isinstance(node, ast.FunctionDef | ast.ClassDef)
        ):
            wanted: dict[str, int] = {}
            for leaf in ast.walk(node):
                if isinstance(leaf, ast.Subscript):
                    try:
                        place = int(ast.literal_eval(leaf.slice))
                    except (ValueError, TypeError, SyntaxError):
                        continue
                    name = ast.unparse(leaf.value)
                    wanted[name] = max(wanted.get(name, 0), -place if place < 0 else place + 1)
            if wanted:
                indent = " " * node.col_offset
                test = " or ".join(f"len({name}) < {size}" for name, size in wanted.items())
                return [program.insert_before(node.lineno, f"{indent}if {test}:\n{indent}    return\n")]
    return ()


_RULES: Final[tuple[Callable[[Program, Finding], Sequence[Edit]], ...]] = (
    _missing_field,
    _meant,
    _no_bar,
    _too_short,
)

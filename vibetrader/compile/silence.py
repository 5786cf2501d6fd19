"""Why a program never traded: every condition of its `if`s, counted over one more run.

The program is rewritten so that each comparison and each test tells a recorder what it saw; the run itself does not change.
Works on any program, written by a template, a model or a person.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vibetrader.results.findings import ErrorClass, Finding

RECORD: Final = "conditions.json"
_ORDERS: Final = frozenset(
    "market_order limit_order stop_market_order stop_limit_order limit_if_touched_order trailing_stop_order buy sell order "
    "set_holdings market_on_open_order market_on_close_order MarketOrder LimitOrder SetHoldings Buy Sell".split()
)
_OPERATORS: Final = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}

_RECORDER: Final = """
class _VtRecorder:
    def __init__(self, path):
        import atexit
        self._path, self._seen = path, {}
        atexit.register(self.write)

    def truth(self, key, owner, value):
        seen = self._seen.setdefault(key, [0, 0, None, None, None, None])
        seen[0] += 1
        if value:
            seen[1] += 1
        return value

    def compare(self, key, owner, left, name, right, held):
        seen = self._seen.setdefault(key, [0, 0, None, None, None, None])
        seen[0] += 1
        if held:
            seen[1] += 1
        else:
            try:
                gap = abs(float(left) - float(right))
            except (TypeError, ValueError):
                return held
            if gap == gap and (seen[2] is None or gap < seen[2]):
                seen[2:] = [gap, float(left), float(right), str(getattr(owner, "time", ""))]
        return held

    def write(self):
        import json
        with open(self._path, "w") as file:
            json.dump({str(key): value for key, value in self._seen.items()}, file)


_vt_recorder = _VtRecorder({path!r})
"""


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of the program.

    Attributes:
        line: Where it stands.
        text: Its source.
        evaluated: How often it was looked at; held: how often it was true.
        nearest: Smallest distance of a comparison's two sides while it did not hold, with both values and the time.
    """

    line: int
    text: str
    guards_order: bool
    evaluated: int = 0
    held: int = 0
    nearest: tuple[float, float, float, str] | None = None


def instrument(source: str, record: Path) -> tuple[str, list[Condition]]:
    """The program with a recorder in its conditions, and the conditions in order of their lines."""
    tree = ast.parse(source)
    marked = _Marker(tree)
    rewritten = ast.fix_missing_locations(marked.visit(tree))
    text = ast.unparse(rewritten)
    return text + "\n" + _RECORDER.replace("{path!r}", repr(str(record))), marked.conditions


def read(record: Path, conditions: Sequence[Condition]) -> list[Condition]:
    """The conditions with what the recorder saw; one that was never reached keeps its zeros."""
    try:
        seen: Mapping[str, Any] = json.loads(record.read_text())
    except (OSError, ValueError):
        return list(conditions)
    counted = []
    for number, condition in enumerate(conditions):
        row = seen.get(str(number))
        if row is None:
            counted.append(condition)
            continue
        near = None if row[2] is None else (float(row[2]), float(row[3]), float(row[4]), str(row[5]))
        counted.append(
            Condition(condition.line, condition.text, condition.guards_order, int(row[0]), int(row[1]), near)
        )
    return counted


def explain_silence(conditions: Sequence[Condition], source: str) -> list[Finding]:
    """What kept the program from trading, the first condition that never held before the rest.

    Returns:
        One finding per condition in front of an order that never held or was never looked at; a summary when each held
        alone but never together.
    """
    lines = source.splitlines()
    guards = [c for c in conditions if c.guards_order]
    never = [c for c in guards if c.evaluated and not c.held]
    unreached = [c for c in guards if not c.evaluated]
    if never:
        return [_never(c, lines) for c in never[:3]]
    if unreached and len(unreached) == len(guards):
        before = [c for c in conditions if not c.guards_order and c.evaluated and c.held == c.evaluated]
        what = f": `{before[0].text}` on line {before[0].line} held every time" if before else ""
        first = unreached[0]
        return [
            Finding(
                error_class=ErrorClass.RUNTIME,
                stage="result",
                severity="warning",
                raw=f"no trades: `{first.text}` was never reached{what}",
                line=first.line,
                source=lines[first.line - 1].rstrip(),
                cause="An earlier test of the method returned every time, or the method was never called.",
                fix="Look at the tests before it, at the warm-up and at whether there is data in the period.",
            )
        ]
    if not guards:
        return []
    table = "; ".join(f"`{c.text}` {c.held} of {c.evaluated}" for c in guards[:5])
    return [
        Finding(
            error_class=ErrorClass.RUNTIME,
            stage="result",
            severity="warning",
            raw=f"no trades: each condition held at times, never together: {table}",
            line=guards[0].line,
            source=lines[guards[0].line - 1].rstrip(),
            cause="The conditions exclude each other in this period.",
            fix="Loosen the one that holds least often, or drop it.",
        )
    ]


def no_bars(source: str) -> Finding:
    """The run saw no data at all."""
    lines = source.splitlines()
    line = next((i for i, text in enumerate(lines, 1) if "set_start_date" in text or "SetStartDate" in text), None)
    return Finding(
        error_class=ErrorClass.DATA,
        stage="result",
        severity="warning",
        raw="no data: the run saw not a single bar",
        line=line,
        source=lines[line - 1].rstrip() if line else "",
        cause="The data folder has no bars of these symbols in this period and resolution; LEAN ends such a run at once and "
        "says nothing.",
        fix="Check symbol, market, resolution and dates against the data folder, or leave --data-folder away.",
    )


def _never(condition: Condition, lines: Sequence[str]) -> Finding:
    nearest = condition.nearest
    near = f"; nearest: {nearest[1]:g} against {nearest[2]:g} at {nearest[3]}" if nearest is not None else ""
    fix = "Loosen the condition, or run a period in which it can hold."
    if nearest is not None:
        fix = f"A threshold of {nearest[1]:g} would have been met once; " + fix[0].lower() + fix[1:]
    return Finding(
        error_class=ErrorClass.RUNTIME,
        stage="result",
        severity="warning",
        raw=f"no trades: `{condition.text}` never held in {condition.evaluated} looks{near}",
        line=condition.line,
        source=lines[condition.line - 1].rstrip(),
        cause=f"The order waits for `{condition.text}`, which was looked at {condition.evaluated} times and was never true.",
        fix=fix,
    )


class _Marker(ast.NodeTransformer):
    """Wraps the leaves of every `if` test."""

    def __init__(self, tree: ast.Module) -> None:
        self.conditions: list[Condition] = []
        self._has_self = False
        self._orders_below = {
            id(node): any(
                isinstance(leaf, ast.Call) and isinstance(leaf.func, ast.Attribute) and leaf.func.attr in _ORDERS
                for statement in node.body
                for leaf in ast.walk(statement)
            )
            for node in ast.walk(tree)
            if isinstance(node, ast.If)
        }

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        before = self._has_self
        self._has_self = bool(node.args.args) and node.args.args[0].arg == "self"
        self.generic_visit(node)
        self._has_self = before
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        node.test = self._mark(node.test, guards=self._orders_below[id(node)])
        self.generic_visit(node)
        return node

    def _mark(self, test: ast.expr, *, guards: bool) -> ast.expr:
        if isinstance(test, ast.BoolOp):
            test.values = [self._mark(value, guards=guards) for value in test.values]
            return test
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and isinstance(test.operand, ast.BoolOp):
            test.operand = self._mark(test.operand, guards=guards)
            return test
        key = len(self.conditions)
        self.conditions.append(Condition(test.lineno, ast.unparse(test), guards))
        owner: ast.expr = ast.Name("self" if self._has_self else "None", ast.Load())
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in _OPERATORS:
            # Both sides are worked out once, then compared and told: a lambda keeps their names to itself.
            inner: ast.expr = ast.parse(
                f"(lambda _vt_a, _vt_b: _vt_recorder.compare({key}, _vt_o, _vt_a, '', _vt_b, "
                f"_vt_a {_OPERATORS[type(test.ops[0])]} _vt_b))(_vt_left, _vt_right)",
                mode="eval",
            ).body
            return _fill(inner, {"_vt_left": test.left, "_vt_right": test.comparators[0], "_vt_o": owner})
        call = ast.parse(f"_vt_recorder.truth({key}, _vt_o, _vt_left)", mode="eval").body
        return _fill(call, {"_vt_left": test, "_vt_o": owner})


def _fill(node: ast.expr, parts: Mapping[str, ast.expr]) -> ast.expr:
    filled = _Fill(parts).visit(node)
    assert isinstance(filled, ast.expr)
    return filled


class _Fill(ast.NodeTransformer):
    def __init__(self, parts: Mapping[str, ast.expr]) -> None:
        self._parts = parts

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._parts.get(node.id, node)

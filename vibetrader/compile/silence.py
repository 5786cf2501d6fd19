"""Why a program never traded: every condition of its `if`s, counted over one more run.

The program is rewritten so that each comparison and each test tells a recorder what it saw; the run itself does not change.
Works on any program, written by a template, a model or a person.
"""

from __future__ import annotations

import ast
import json
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from vibetrader.compile.checks.program import Program, snake
from vibetrader.compile.checks.structure import HANDLERS
from vibetrader.results.backtest import BacktestResult
from vibetrader.results.findings import ErrorClass, Finding

#: Key in the object store of what the recorder saw.
RECORD: Final = "vibetrader-conditions.json"
_ORDERS: Final = frozenset(
    "market_order limit_order stop_market_order stop_limit_order limit_if_touched_order trailing_stop_order buy sell order "
    "set_holdings market_on_open_order market_on_close_order MarketOrder LimitOrder SetHoldings Buy Sell".split()
)
_OPERATORS: Final = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}

_RECORDER: Final = """
class _VtRecorder:
    def __init__(self, key, since):
        self._key, self._since, self._seen = key, since, {}

    def _row(self, key, owner):
        if self._since and str(getattr(owner, "time", "")) <= self._since:
            return None
        return self._seen.setdefault(key, [0, 0, None, None, None, None])

    def truth(self, key, owner, value):
        seen = self._row(key, owner)
        if seen is not None:
            seen[0] += 1
            if value:
                seen[1] += 1
        return value

    def compare(self, key, owner, left, name, right, held):
        seen = self._row(key, owner)
        if seen is None:
            return held
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

    def all(self, *parts):
        # Each part of an `and` is counted, also behind one that failed; that part was not meant to run, so it may fail.
        result = True
        for index, (is_plain, part) in enumerate(parts):
            if result:
                result = part()
            elif is_plain:
                try:
                    part()
                except Exception:
                    pass
        return result

    def attach(self, kind):
        name = "OnEndOfAlgorithm" if "OnEndOfAlgorithm" in vars(kind) else "on_end_of_algorithm"
        before = getattr(kind, name)

        def ended(algorithm):
            try:
                before(algorithm)
            finally:
                import json
                seen = {str(key): value for key, value in self._seen.items()}
                algorithm.object_store.save(self._key, json.dumps(seen))

        setattr(kind, name, ended)


_vt_recorder = _VtRecorder({key!r}, {since!r})
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


def why(
    source: str, result: BacktestResult, findings: Sequence[Finding], again: Callable[[str, Path], Path | None]
) -> list[Finding]:
    """What kept a program that ran to its end from trading, or from going on with it.

    Args:
        findings: What the run said, refused orders among it.
        again: Runs another text of the program in a folder; gives the folder of its results, None when it cannot.
    """
    since = ""
    if any(event.fill_quantity for event in result.order_events):
        since = stopped_at(result)
        if not since:
            return []
    elif not result.statistics:
        return [no_bars(source)]
    refused = [f for f in findings if f.stage == "execution" and f.error_class is not ErrorClass.RUNTIME]
    if not since:
        after_warm_up = [f for f in refused if f.error_class is not ErrorClass.WARM_UP]
        if after_warm_up:
            return all_refused(after_warm_up)
        idle = never_sends(source)
        if idle:
            return idle
    text, conditions = instrument(source, since=since)
    with tempfile.TemporaryDirectory(prefix="vibetrader-") as folder:
        output = again(text, Path(folder))
        if output is None:
            return []
        told = explain_silence(read(output / "storage" / RECORD, conditions), source, since=since)
        return told if told or since else all_refused(refused)


def instrument(source: str, *, since: str = "") -> tuple[str, list[Condition]]:
    """The program with a recorder in its conditions, and the conditions in order of their lines.

    Args:
        since: Only what is looked at after this moment, by the algorithm's clock, is counted.
    """
    tree = ast.parse(source)
    marked = _Marker(tree)
    rewritten = ast.fix_missing_locations(marked.visit(tree))
    text = ast.unparse(rewritten)
    recorder = _RECORDER.replace("{key!r}", repr(RECORD)).replace("{since!r}", repr(since))
    kind = Program(source, ast.parse(source)).algorithm
    attach = f"\n_vt_recorder.attach({kind.name})\n" if kind is not None else ""
    return text + "\n" + recorder + attach, marked.conditions


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


def explain_silence(conditions: Sequence[Condition], source: str, *, since: str = "") -> list[Finding]:
    """What kept the program from trading, the first condition that never held before the rest.

    Args:
        since: The last trade, when the question is why there was none after it.

    Returns:
        One finding per condition in front of an order that never held or was never looked at; a summary when each held
        alone but never together.
    """
    told = f"no trades after {since}" if since else "no trades"
    guards = [c for c in conditions if c.guards_order]
    table = _table(guards)
    # A comparison says more than a name or a call that stands for it.
    never = sorted((c for c in guards if c.evaluated and not c.held), key=lambda c: c.nearest is None)
    unreached = [c for c in guards if not c.evaluated]
    if unreached and len(unreached) == len(guards):
        return [_unreached(unreached[0], conditions, source, told)]
    if never:
        return [_never(c, source, told, table) for c in never[:3]]
    if not guards:
        return []
    rarest = min((c for c in guards if c.evaluated), key=lambda c: (c.held / c.evaluated, c.line))
    return [
        _told(
            rarest, source, f"{told}: each condition held at times, never together: {table}",
            f"The conditions exclude each other in this period; `{rarest.text}` holds least often. {table}",
            "Loosen the one that holds least often, or drop it.",
        )
    ]  # fmt: skip


def stopped_at(result: BacktestResult) -> str:
    """The last trade, by UTC, of a run that has no position then and goes on for longer than it traded; "" for others."""
    fills = [event for event in result.order_events if event.fill_quantity]
    if not fills or not result.equity:
        return ""
    held: dict[str, float] = {}
    for event in fills:
        held[event.symbol] = held.get(event.symbol, 0.0) + event.fill_quantity
    # Fees taken in coins leave dust.
    dust = max(abs(event.fill_quantity) for event in fills) * 0.002
    begun, ended, last = result.equity[0][0], result.equity[-1][0], fills[-1].time
    if any(abs(quantity) > dust for quantity in held.values()) or last - begun > 0.5 * (ended - begun):
        return ""
    return datetime.fromtimestamp(last, UTC).strftime("%Y-%m-%d %H:%M:%S")


def all_refused(refusals: Sequence[Finding]) -> list[Finding]:
    """Orders were sent, and LEAN refused every one."""
    return [
        finding.model_copy(update={"stage": "result", "raw": f"no trades: every order was refused: {finding.raw}"})
        for finding in refusals[:1]
    ]


def never_sends(source: str) -> list[Finding]:
    """The program has no line that sends an order, or only in methods that nobody calls; empty when it has."""
    tree = ast.parse(source)
    if re.search(r"\.(?:set_portfolio_construction|SetPortfolioConstruction)\(", source):
        return []
    sending = _sending_methods(tree)
    called = {
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    if any(name in called or snake(name) in HANDLERS or name.startswith("__") for name in sending):
        return []
    methods = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name in sending]
    program = Program(source, tree)
    if methods:
        line = methods[0].lineno
        raw = f"no trades: the orders are in {methods[0].name}, which nothing calls"
        cause = f"LEAN does not know {methods[0].name}, and no method of the class calls or schedules it."
    else:
        line = program.algorithm.lineno if program.algorithm is not None else 1
        raw = "no trades: nothing in the program sends an order"
        cause = "No method of the class calls an order method, and no framework model is set that would."
    return [
        Finding(
            error_class=ErrorClass.RUNTIME, stage="result", severity="warning", raw=raw, line=line,
            source=source.splitlines()[line - 1].rstrip(), cause=cause,
            fix="Send an order where the signal is found.", example="self.set_holdings(self._symbol, 0.9)",
        )
    ]  # fmt: skip


def _unreached(first: Condition, conditions: Sequence[Condition], source: str, told: str) -> Finding:
    before = [
        c for c in conditions if not c.guards_order and c.evaluated and c.held == c.evaluated and c.line < first.line
    ]
    what = f": `{before[-1].text}` on line {before[-1].line} held every time" if before else ""
    place = before[-1] if before else first
    method = _method_of(source, first.line)
    cause = (
        f"`{place.text}` was true each of {place.evaluated} times, and the method returned there."
        if before
        else f"{method} was never called, or returned before that line each time."
    )
    return _told(
        place, source, f"{told}: `{first.text}` was never reached{what}", cause,
        "Look at the tests before it, at the warm-up and at whether there is data in the period.",
    )  # fmt: skip


def _method_of(source: str, line: int) -> str:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or node.lineno):
            return node.name
    return "The method"


def _table(conditions: Sequence[Condition]) -> str:
    return "; ".join(f"`{c.text}` {c.held} of {c.evaluated}" for c in conditions[:8])


def _told(condition: Condition, source: str, raw: str, cause: str, fix: str) -> Finding:
    return Finding(
        error_class=ErrorClass.RUNTIME, stage="result", severity="warning", raw=raw, line=condition.line,
        source=source.splitlines()[condition.line - 1].rstrip(), cause=cause, fix=fix,
    )  # fmt: skip


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


def _never(condition: Condition, source: str, told: str, table: str) -> Finding:
    nearest = condition.nearest
    near = f"; nearest: {nearest[1]:g} against {nearest[2]:g} at {nearest[3]}" if nearest is not None else ""
    fix = "Loosen the condition, or run a period in which it can hold."
    if nearest is not None:
        fix = f"A threshold of {nearest[1]:g} would have been met once; " + fix[0].lower() + fix[1:]
    return _told(
        condition, source, f"{told}: `{condition.text}` never held in {condition.evaluated} looks{near}",
        f"The order waits for `{condition.text}`, which was looked at {condition.evaluated} times and was never true. {table}",
        fix,
    )  # fmt: skip


class _Marker(ast.NodeTransformer):
    """Wraps the leaves of every `if` test."""

    def __init__(self, tree: ast.Module) -> None:
        self.conditions: list[Condition] = []
        self._has_self = False
        sending = _sending_methods(tree)
        self._orders_below = {
            id(node): any(_sends(leaf, sending) for statement in node.body for leaf in ast.walk(statement))
            for node in ast.walk(tree)
            if isinstance(node, ast.If)
        }
        tests = [node.test for node in ast.walk(tree) if isinstance(node, ast.If) and self._orders_below[id(node)]]
        leaves = [leaf for test in tests for leaf in ast.walk(test)]
        # A test may only name what was worked out before it, in a variable or in a method.
        self._named = {leaf.id for leaf in leaves if isinstance(leaf, ast.Name)}
        self._asked = {leaf.attr for leaf in leaves if isinstance(leaf, ast.Attribute)}
        self._method = ""

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        target = node.targets[0]
        if (
            isinstance(target, ast.Name)
            and target.id in self._named
            and isinstance(node.value, ast.BoolOp | ast.Compare)
        ):
            node.value = self._mark(node.value, guards=True)
        else:
            self.generic_visit(node)
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        if self._method in self._asked and isinstance(node.value, ast.BoolOp | ast.Compare):
            node.value = self._mark(node.value, guards=True)
        else:
            self.generic_visit(node)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        before = self._has_self, self._method
        self._has_self = bool(node.args.args) and node.args.args[0].arg == "self"
        self._method = node.name
        self.generic_visit(node)
        self._has_self, self._method = before
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        node.test = self._mark(node.test, guards=self._orders_below[id(node)])
        self.generic_visit(node)
        return node

    def _mark(self, test: ast.expr, *, guards: bool) -> ast.expr:
        if isinstance(test, ast.BoolOp):
            plain = [not any(isinstance(n, ast.Call | ast.NamedExpr) for n in ast.walk(v)) for v in test.values]
            named = any(isinstance(n, ast.NamedExpr) for n in ast.walk(test))
            test.values = [self._mark(value, guards=guards) for value in test.values]
            if isinstance(test.op, ast.Or) or named:
                return test
            parts = ", ".join(f"({is_plain}, lambda: _vt_part_{i})" for i, is_plain in enumerate(plain))
            call = ast.parse(f"_vt_recorder.all({parts})", mode="eval").body
            return _fill(call, {f"_vt_part_{i}": value for i, value in enumerate(test.values)})
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


def _sending_methods(tree: ast.Module) -> set[str]:
    """Methods that send an order, by themselves or through another."""
    methods = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    sending: set[str] = set()
    while True:
        more = {m.name for m in methods if any(_sends(leaf, sending) for leaf in ast.walk(m))} - sending
        if not more:
            return sending
        sending |= more


def _sends(node: ast.AST, sending: set[str]) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (node.func.attr in _ORDERS or node.func.attr in sending)
    )


def _fill(node: ast.expr, parts: Mapping[str, ast.expr]) -> ast.expr:
    filled = _Fill(parts).visit(node)
    assert isinstance(filled, ast.expr)
    return filled


class _Fill(ast.NodeTransformer):
    def __init__(self, parts: Mapping[str, ast.expr]) -> None:
        self._parts = parts

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._parts.get(node.id, node)

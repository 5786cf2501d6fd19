"""Repairs that need the run's words: the line where it failed, and on what."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from vibetrader.compile.checks.program import Edit, Program
from vibetrader.results.findings import ErrorClass, Finding

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
    return _assignment_line(program, call) or call.lineno


def relocated(told: Finding, source: str) -> Finding:
    """An error of the run with the line of the mistake, where that is another than the one it showed on."""
    try:
        program = Program(source, ast.parse(source))
    except (SyntaxError, ValueError):
        return told
    for rule in (_of_field, _of_recursion, _of_quantity, _of_local, _of_history):
        change = rule(program, told)
        if change:
            line = change.get("line", told.line)
            text = program.lines[line - 1].rstrip() if isinstance(line, int) and 0 < line <= len(program.lines) else ""
            return told.model_copy(update={**change, "source": text})
    return told


def told_by_program(log: Iterable[str], source: str) -> list[Finding]:
    """Warnings where the program itself ended the run or logged an error."""
    try:
        program = Program(source, ast.parse(source))
    except (SyntaxError, ValueError):
        return []
    said = list(log)
    found = []
    for name, mark, raw, cause in (
        (
            "quit",
            "Quit(): ",
            "the algorithm ended the run itself",
            "self.quit stops the run; nothing is traded after it.",
        ),
        ("error", "", "the algorithm logged an error itself", "self.error only logs: the run goes on as before."),
    ):
        for call in program.calls_of(name):
            text = ast.literal_eval(call.args[0]) if call.args and isinstance(call.args[0], ast.Constant) else ""
            if not any(mark + str(text) in line for line in said if mark or text):
                continue
            line = _condition_of(program, call) or call.lineno
            found.append(
                program.mistake(
                    ErrorClass.RUNTIME, line, raw, severity="warning", cause=cause,
                    fix="Leave it away, or look at why its condition holds.", example=ast.unparse(call),
                ).finding.model_copy(update={"stage": "execution"})
            )  # fmt: skip
    return found


def _condition_of(program: Program, node: ast.AST) -> int | None:
    """The line of the innermost `if` whose body a node stands in."""
    found = None
    for outer in ast.walk(program.tree):
        if isinstance(outer, ast.If) and any(leaf is node for item in outer.body for leaf in ast.walk(item)):
            if found is None or outer.lineno > found:
                found = outer.lineno
    return found


def _of_field(program: Program, told: Finding) -> dict[str, object]:
    """A field that other methods set is missing in initialize; one that nothing sets is a slip where it is read."""
    match = _NO_ATTRIBUTE.search(told.raw)
    if not match or program.algorithm is None or match[1] != program.algorithm.name or not match[2].startswith("_"):
        return {}
    if any(value is not None for value in program.fields.get(match[2], ())):
        return {"error_class": ErrorClass.ATTRIBUTE, "line": program.field_home()}
    line = told.line
    if line is None:
        uses = [n.lineno for n in ast.walk(program.algorithm) if isinstance(n, ast.Attribute) and n.attr == match[2]]
        line = min(uses, default=None)
    return {"error_class": ErrorClass.RUNTIME, "line": line}


def _of_recursion(program: Program, told: Finding) -> dict[str, object]:
    if "maximum recursion depth exceeded" not in told.raw:
        return {}
    again = [call.lineno for method in program.methods.values() for call in _own_calls(method)]
    frames = [int(number) for number in re.findall(r"in main\.py: line (\d+)", told.raw)]
    repeated = [line for line in frames if frames.count(line) > 1 and line in again]
    return {"line": repeated[0] if repeated else frames[0]} if frames else {"line": min(again, default=None)}


def _own_calls(method: ast.FunctionDef) -> list[ast.Call]:
    return [n for n in ast.walk(method) if isinstance(n, ast.Call) and ast.unparse(n.func) == f"self.{method.name}"]


def _of_quantity(program: Program, told: Finding) -> dict[str, object]:
    """The quantity is not a number where it is computed, not where it is sent."""
    if told.line is None or "non-finite floating-point value" not in told.raw:
        return {}
    calls = [call for call in program.calls_of(*_SENDS) if call.lineno <= told.line <= (call.end_lineno or call.lineno)]
    for call in calls:
        line = _assignment_line(program, call)
        if line is not None:
            return {"line": line}
    return {}


def _assignment_line(program: Program, call: ast.Call) -> int | None:
    """Where the local that an order takes as its quantity is assigned, when that happens once."""
    function = program.function_of(call)
    if len(call.args) < 2 or not isinstance(call.args[1], ast.Name) or function is None:
        return None
    name = call.args[1].id
    lines = [n.lineno for n in ast.walk(function) if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == name]
    return lines[0] if len(lines) == 1 else None


def _of_local(program: Program, told: Finding) -> dict[str, object]:
    """A local that only one branch assigns: the branch is the mistake."""
    match = re.search(r"cannot access local variable '(\w+)'", told.raw)
    if not match or told.line is None:
        return {}
    for method in program.methods.values():
        if method.lineno <= told.line <= (method.end_lineno or 0):
            for node in ast.walk(method):
                if (
                    isinstance(node, ast.Assign)
                    and ast.unparse(node.targets[0]) == match[1]
                    and node.lineno < told.line
                ):
                    line = _condition_of(program, node)
                    return {"line": line} if line is not None else {}
    return {}


def _of_history(program: Program, told: Finding) -> dict[str, object]:
    """A column that is not there because the frame is empty: the request found no data."""
    if told.line is None or not re.search(r"['\[](?:close|open|high|low|volume)'", told.raw):
        return {}
    if "was not found in the collection" not in told.raw and "KeyError" not in told.raw:
        return {}
    for call in sorted(program.calls_of("history"), key=lambda call: call.lineno, reverse=True):
        if call.lineno < told.line and program.function_of(call) is not None:
            return {
                "line": call.lineno,
                "cause": "The history request found no data, so the frame is empty and has no columns.",
                "fix": "Ask for a resolution and a span for which there is data, and test `history.empty`.",
            }
    return {}


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
    value = _start_value(program, name)
    indent = " " * program.initialize.body[-1].col_offset
    return [program.insert_before(program.field_home(), f"{indent}self.{name} = {value}\n")]


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


def _no_volume(program: Program, error: Finding) -> Sequence[Edit]:
    """A test of a quote bar's volume: quotes have none, so the test goes."""
    if error.line is None or not re.search(r"'QuoteBar' object has no attribute '[Vv]olume'", error.raw):
        return ()
    for node in ast.walk(program.tree):
        if not (isinstance(node, ast.If) and node.lineno == error.line):
            continue
        if isinstance(node.test, ast.BoolOp):
            kept = [v for v in node.test.values if ".volume" not in ast.unparse(v).lower()]
            if kept and len(kept) < len(node.test.values):
                word = " and " if isinstance(node.test.op, ast.And) else " or "
                return [program.replace(node.test, word.join(program.source[slice(*program.span(v))] for v in kept))]
        elif all(isinstance(item, ast.Return | ast.Continue | ast.Pass) for item in node.body) and not node.orelse:
            return [program.drop_lines(node)]
    return ()


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
    _no_volume,
    _meant,
    _no_bar,
    _too_short,
)

"""Attributes against LEAN's classes, names against what the file binds."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from typing import Final

from vibetrader._util.suggest import closest
from vibetrader.compile.checks.imports import HEADER_NAMES, bound_names
from vibetrader.compile.checks.program import Edit, Mistake, Program, literal, snake
from vibetrader.results.findings import ErrorClass

#: Classes whose members the index knows whole, so that a missing one is a mistake.
_CLOSED: Final = frozenset(
    [
        "TradeBar",
        "QuoteBar",
        "Slice",
        "OrderTicket",
        "OrderEvent",
        "Security",
        "Crypto",
        "Equity",
        "Forex",
        "Cfd",
        "SecurityHolding",
        "IndicatorDataPoint",
        "TradeBars",
        "QuoteBars",
        "Bar",
        "Symbol",
        "SecurityPortfolioManager",
    ]
)
#: What people write → what LEAN calls it, where spelling alone does not lead there.
_MEANT: Final = {
    ("InsightDirection", "LONG"): "UP", ("InsightDirection", "BUY"): "UP", ("InsightDirection", "SHORT"): "DOWN",
    ("InsightDirection", "SELL"): "DOWN", ("OrderTicket", "price"): "average_fill_price",
    ("SecurityHolding", "avg_price"): "average_price", ("SecurityHolding", "size"): "quantity",
    ("Slice", "get_bar"): "bars.get", ("Slice", "get_bars"): "bars.get", ("Slice", "get_trade_bar"): "bars.get",
    ("Slice", "has_key"): "contains_key", ("Slice", "has_data_for"): "contains_key",
}  # fmt: skip


def check(program: Program) -> Iterator[Mistake]:
    """Unknown attributes and names."""
    for node in ast.walk(program.tree):
        if isinstance(node, ast.Attribute):
            yield from _attribute(program, node)
        elif isinstance(node, ast.Call):
            yield from _called_property(program, node)
    yield from _indicators_as_numbers(program)
    yield from _unknown_names(program)
    yield from _columns(program)
    yield from _plain_python(program)


def _attribute(program: Program, node: ast.Attribute) -> Iterator[Mistake]:
    index = program.index
    if isinstance(node.value, ast.Name) and index.is_enum(node.value.id) and node.value.id != "Resolution":
        if index.member(node.value.id, node.attr) is None:
            yield _unknown(
                program, node, node.value.id, f"type object '{node.value.id}' has no attribute '{node.attr}'"
            )
        return
    if not isinstance(node.ctx, ast.Load):
        return
    scope = program.function_of(node)
    owner = program.type_of(node.value, scope)
    if owner == "QCAlgorithm" and isinstance(node.value, ast.Name):
        yield from _of_self(program, node)
    elif owner in _CLOSED or (owner and _is_indicator(program, owner)):
        if index.member(owner, node.attr) is None and not node.attr.startswith("__"):
            yield _unknown(program, node, owner, f"'{owner}' object has no attribute '{node.attr}'")


def _is_indicator(program: Program, owner: str) -> bool:
    return "IndicatorBase" in set(program.index.bases(owner))


def _of_self(program: Program, node: ast.Attribute) -> Iterator[Mistake]:
    name = node.attr
    if program.algorithm is None or name.startswith("__") or "setattr" in program.source:
        return
    known = set(program.fields) | set(program.methods) | _class_level(program.algorithm)
    if name in known or program.member_of_self(name) is not None:
        return
    if any(isinstance(b, ast.Name) and b.id in program.classes for b in program.algorithm.bases):
        return
    label = f"'{program.algorithm.name}' object has no attribute '{name}'"
    own = closest(name, known, count=1, cutoff=0.8 if len(name) > 4 else 0.9)
    meant = own[0] if own else ("" if name.startswith("_") else program.index.suggest("QCAlgorithm", name))
    if name.startswith("_") and not meant:
        yield from _never_set(program, node, label)
        return
    _, end = program.span(node)
    yield program.mistake(
        ErrorClass.ATTRIBUTE, node.lineno, label + (f" Did you mean: '{meant}'?" if meant else ""),
        cause=f"Neither QCAlgorithm nor the class has a member {name}" + ("; LEAN's Python names are snake_case." if
              snake(name) != name else "."),
        fix=f"Write self.{meant}." if meant else "Assign it in initialize, or take it out.",
        example=f"self.{meant}" if meant else "", repair="member",
        edits=[Edit(end - len(name), end, meant)] if meant else [],
    )  # fmt: skip


def _class_level(node: ast.ClassDef) -> set[str]:
    found: set[str] = set()
    for item in node.body:
        if isinstance(item, ast.Assign):
            found |= {t.id for t in item.targets if isinstance(t, ast.Name)}
        elif isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            found.add(item.target.id)
        elif isinstance(item, ast.ClassDef | ast.AsyncFunctionDef):
            found.add(item.name)
    return found


def _never_set(program: Program, node: ast.Attribute, label: str) -> Iterator[Mistake]:
    init = program.initialize
    line = (init.end_lineno or init.lineno) + 1 if init is not None else node.lineno
    indent = " " * (init.body[-1].col_offset if init is not None else 8)
    at = min(line, len(program.lines) + 1)
    edits = [program.insert_before(at, f"{indent}self.{node.attr} = None\n")] if init is not None else []
    yield program.mistake(
        ErrorClass.RUNTIME, node.lineno, label,
        cause=f"self.{node.attr} is read, and nothing is ever assigned to it.",
        fix="Assign it in initialize.", example=f"self.{node.attr} = None", repair="initialise", edits=edits,
    )  # fmt: skip


def _unknown(program: Program, node: ast.Attribute, owner: str, raw: str) -> Mistake:
    meant = _MEANT.get((owner, node.attr), "") or program.index.suggest(owner, node.attr)
    _, end = program.span(node)
    if _is_indicator(program, owner) and node.attr in ("value", "Value", "values", "price", "result", "last"):
        meant = "current.value"
    extra = ""
    if owner == "QuoteBar" and node.attr.lower() == "volume":
        extra, meant = " A quote bar has no volume; trade bars (data.bars) have one.", ""
    if owner == "TradeBar" and node.attr.lower() in ("ask", "bid"):
        extra, meant = " A trade bar has no quotes; quote bars (data.quote_bars) have bid and ask.", ""
    return program.mistake(
        ErrorClass.ATTRIBUTE, node.lineno, raw + (f" Did you mean: '{meant}'?" if meant else ""),
        cause=f"LEAN's {owner} has no member {node.attr}." + extra,
        fix=f"Write .{meant}." if meant else "Look the member up in LEAN's reference.",
        example=f"{ast.unparse(node.value)}.{meant}" if meant else "", repair="member",
        edits=[Edit(end - len(node.attr), end, meant)] if meant else [],
    )  # fmt: skip


def _called_property(program: Program, node: ast.Call) -> Iterator[Mistake]:
    """`indicator.is_ready()`, `self.time()`: a property with brackets."""
    if not isinstance(node.func, ast.Attribute) or node.args or node.keywords:
        return
    owner = program.type_of(node.func.value, program.function_of(node))
    if not owner or (owner == "QCAlgorithm" and node.func.attr in program.methods):
        return
    member = program.index.member(owner, node.func.attr)
    if member is None or member.is_method:
        return
    if program.index.member(owner, node.func.attr) is not None and member.type in ("", "T"):
        return
    if "Callable" in member.type or "Func" in member.type:
        return
    start = program.span(node.func)[1]
    yield program.mistake(
        ErrorClass.ATTRIBUTE, node.lineno, f"'{member.type}' object is not callable",
        cause=f"{node.func.attr} is a property of {owner}, read without brackets.",
        fix="Leave the brackets away.", example=ast.unparse(node.func), repair="property",
        edits=[Edit(start, program.span(node)[1], "")],
    )  # fmt: skip


def _indicators_as_numbers(program: Program) -> Iterator[Mistake]:
    """An indicator, or its current point, where a number is needed."""
    for node in ast.walk(program.algorithm or program.tree):
        scope = program.function_of(node)
        if isinstance(node, ast.Compare) and all(
            isinstance(op, ast.Lt | ast.Gt | ast.LtE | ast.GtE) for op in node.ops
        ):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Mod):
            sides = [node.left, node.right]
        elif isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            sides = [node.value]
        else:
            continue
        kinds = [program.type_of(side, scope) for side in sides]
        number = [k == "IndicatorDataPoint" or bool(k and _is_indicator(program, k)) for k in kinds]
        if isinstance(node, ast.Compare) and all(number):
            continue  # two indicators compare by their values
        for side, kind, bad in zip(sides, kinds, number):
            if bad:
                yield _as_number(program, side, kind, scope)


def _as_number(program: Program, side: ast.expr, kind: str, scope: ast.FunctionDef | None) -> Mistake:
    suffix = ".value" if kind == "IndicatorDataPoint" else ".current.value"
    target = side
    if isinstance(side, ast.Name) and scope is not None:
        source = [
            item.value
            for item in ast.walk(scope)
            if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name) and item.targets[0].id == side.id
        ]
        if len(source) == 1:
            target = source[0]
    end = program.span(target)[1]
    return program.mistake(
        ErrorClass.ATTRIBUTE, target.lineno, f"Object must be of type {kind}",
        cause="An indicator is an object, not a number: it cannot be compared with one, calculated with or formatted.",
        fix=f"Read its value: {ast.unparse(target)}{suffix}.", example=f"{ast.unparse(target)}{suffix}",
        repair="indicator_value", edits=[Edit(end, end, suffix)],
    )  # fmt: skip


def _unknown_names(program: Program) -> Iterator[Mistake]:
    if not any(isinstance(n, ast.ImportFrom) and n.module == "AlgorithmImports" for n in program.tree.body):
        return
    bound = bound_names(program) | program.index.exports | HEADER_NAMES | set(dir(builtins)) | {"__file__", "__name__"}
    seen: set[str] = set()
    for node in ast.walk(program.tree):
        if not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)) or node.id in bound or node.id in seen:
            continue
        seen.add(node.id)
        field = next((f for f in (f"_{node.id}", node.id) if f in program.fields), "")
        method = node.id if node.id in program.methods or program.member_of_self(node.id) else ""
        meant = f"self.{field or method}" if (field or method) and program.in_algorithm(node) else ""
        # A small letter names a value: `bar` is not meant to be LEAN's class Bar.
        names = [n for n in bound if n[:1].isupper() == node.id[:1].isupper()]
        near = closest(node.id, names, count=1, cutoff=0.85) if not meant else []
        text = meant or (near[0] if near else "")
        yield program.mistake(
            ErrorClass.RUNTIME if not node.id[:1].isupper() else ErrorClass.IMPORT, node.lineno,
            f"name '{node.id}' is not defined" + (f" Did you mean: '{text}'?" if text else ""),
            cause=f"Nothing in the file gives {node.id} a value" + ("; the attribute of the object is meant." if meant else "."),
            fix=f"Write {text}." if text else "Assign it first, or import it.", example=text, repair="name",
            edits=[program.replace(node, text)] if text else [],
        )  # fmt: skip


def _columns(program: Program) -> Iterator[Mistake]:
    """`history["Close"]`: the columns of LEAN's frames are lower case."""
    lower = {"close", "open", "high", "low", "volume"}
    for node in ast.walk(program.tree):
        if isinstance(node, ast.Subscript):
            key = literal(node.slice)
            if isinstance(key, str) and key not in lower and key.lower() in lower and "history" in program.source:
                yield program.mistake(
                    ErrorClass.ATTRIBUTE, node.lineno, f"The key {key!r} was not found in the collection",
                    cause="The columns of a history frame are lower case: open, high, low, close, volume.",
                    fix=f"Write {key.lower()!r}.", example=f'["{key.lower()}"]', repair="column",
                    edits=[program.replace(node.slice, f'"{key.lower()}"')],
                )  # fmt: skip


def _plain_python(program: Program) -> Iterator[Mistake]:
    """Slips of Python itself that show late: identity with a number, decimals with floats, numbers glued to texts."""
    for node in ast.walk(program.tree):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
            right = node.comparators[0]
            if isinstance(right, ast.Constant) and isinstance(right.value, int | float | str) and not isinstance(
                right.value, bool
            ):  # fmt: skip
                start, end = program.span(node.left)[1], program.span(right)[0]
                # `if price is not 0: return` lets nothing through: what is meant is a guard against zero.
                guard = right.value == 0 and isinstance(node.ops[0], ast.IsNot) and _guards(program, node)
                same = " == " if isinstance(node.ops[0], ast.Is) or guard else " != "
                yield program.mistake(
                    ErrorClass.RUNTIME, node.lineno, "`is` compares identity, not value", severity="warning",
                    cause="Two equal numbers need not be the same object, so the test is as good as random.",
                    fix="Use == or !=.", example=ast.unparse(node.left) + same + ast.unparse(right), repair="identity",
                    edits=[Edit(start, end, same)],
                )  # fmt: skip
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Add | ast.Sub | ast.Div):
            for side, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(side, ast.Call) and isinstance(side.func, ast.Name) and side.func.id == "Decimal":
                    inner = literal(side.args[0]) if side.args else None
                    is_float = program.type_of(other, program.function_of(node)) == "float" or _reads_number(other)
                    if is_float and isinstance(inner, str):
                        yield program.mistake(
                            ErrorClass.RUNTIME, node.lineno, "unsupported operand types: 'float' and 'decimal.Decimal'",
                            cause="LEAN's numbers are floats in Python, and Python does not mix floats with Decimal.",
                            fix=f"Write {inner}.", example=inner, repair="decimal", edits=[program.replace(side, inner)],
                        )  # fmt: skip
            if isinstance(node.op, ast.Add):
                yield from _glued(program, node)


def _guards(program: Program, test: ast.Compare) -> bool:
    """The test is the whole condition of an early return."""
    return any(
        isinstance(node, ast.If)
        and node.test is test
        and len(node.body) == 1
        and isinstance(node.body[0], ast.Return | ast.Continue)
        for node in ast.walk(program.tree)
    )


def _reads_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in (
        "total_portfolio_value", "price", "close", "open", "high", "low", "value", "cash", "quantity", "margin_remaining",
    )  # fmt: skip


def _glued(program: Program, node: ast.BinOp) -> Iterator[Mistake]:
    left, right = node.left, node.right
    is_text = isinstance(left, ast.Constant) and isinstance(left.value, str)
    if not is_text or not isinstance(right, ast.Name):
        return
    scope = program.function_of(node)
    values = [
        item.value
        for item in ast.walk(scope or program.tree)
        if isinstance(item, ast.Assign) and any(isinstance(t, ast.Name) and t.id == right.id for t in item.targets)
    ]
    if len(values) == 1 and _reads_number(values[0]):
        yield program.mistake(
            ErrorClass.RUNTIME, node.lineno, 'can only concatenate str (not "float") to str',
            cause=f"{right.id} is a number; Python glues texts to texts only.",
            fix=f"Write str({right.id}) or an f-string.", example=f"str({right.id})", repair="text",
            edits=[program.replace(right, f"str({right.id})")],
        )  # fmt: skip

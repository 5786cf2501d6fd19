"""The form of the algorithm class: one class, initialize, handlers with the arguments LEAN passes, no clash of names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from vibetrader._util.suggest import closest
from vibetrader.compile.checks.program import Edit, Mistake, Program, snake
from vibetrader.results.findings import ErrorClass

#: Handlers that LEAN calls, with their arguments after self.
HANDLERS: Final = {
    "initialize": (), "on_data": ("data: Slice",), "on_order_event": ("order_event: OrderEvent",),
    "on_end_of_algorithm": (), "on_warmup_finished": (), "on_securities_changed": ("changes: SecurityChanges",),
    "on_margin_call_warning": (), "on_splits": ("splits",), "on_dividends": ("dividends",),
    "on_delistings": ("delistings",), "on_symbol_changed_events": ("symbols_changed",),
}  # fmt: skip
#: Names people give to what LEAN calls on_data.
_MEANT_ON_DATA: Final = frozenset(
    {"on_bar", "on_tick", "on_candle", "ondata", "next", "on_update", "handle_data", "on_bars"}
)


def check(program: Program) -> Iterator[Mistake]:
    """Mistakes of the class and its methods."""
    if program.algorithm is None:
        yield from _no_algorithm(program)
        return
    yield from _several(program)
    yield from _bases(program, program.algorithm)
    yield from _instances(program)
    yield from _initialize(program, program.algorithm)
    yield from _on_data(program, program.algorithm)
    yield from _constructor(program)
    yield from _arguments(program)
    yield from _clashes(program)


def _no_algorithm(program: Program) -> Iterator[Mistake]:
    likely = [
        node
        for node in program.classes.values()
        if any(isinstance(item, ast.FunctionDef) and snake(item.name) == "initialize" for item in node.body)
    ]
    if not likely:
        yield program.mistake(
            ErrorClass.RUNTIME,
            1,
            "Please ensure that one class inherits from QCAlgorithm.",
            cause="LEAN looks for a class that derives from QCAlgorithm, and the file has none.",
            fix="Put the strategy into such a class.",
            example="class Strategy(QCAlgorithm):\n    def initialize(self): ...",
        )
        return
    node = likely[0]
    header = program.lines[node.lineno - 1]
    edits = []
    if not node.bases and ":" in header:
        start = program.offset(node.lineno, 0)
        name_end = header.index(node.name) + len(node.name)
        edits.append(Edit(start + name_end, start + header.index(":", name_end), "(QCAlgorithm)"))
    yield program.mistake(
        ErrorClass.RUNTIME,
        node.lineno,
        "Please ensure that one class inherits from QCAlgorithm.",
        cause=f"{node.name} has an initialize but does not derive from QCAlgorithm, so LEAN does not see it.",
        fix="Derive it from QCAlgorithm.",
        example=f"class {node.name}(QCAlgorithm):",
        repair="derive",
        edits=edits,
    )


def _several(program: Program) -> Iterator[Mistake]:
    if len(program.algorithms) < 2 or program.algorithm is None:
        return
    other = next(node for node in program.algorithms if node is not program.algorithm)
    names = ", ".join(node.name for node in program.algorithms)
    yield program.mistake(
        ErrorClass.RUNTIME,
        min(node.lineno for node in program.algorithms),
        f"several classes derive from QCAlgorithm: {names}",
        severity="warning",
        cause=f"LEAN makes one of each in alphabetical order and keeps the last, {program.algorithm.name}.",
        fix=f"Keep one algorithm class; take {other.name} out or let it derive from nothing.",
    )


def _bases(program: Program, node: ast.ClassDef) -> Iterator[Mistake]:
    if len(node.bases) < 2:
        return
    others = [base for base in node.bases if not (isinstance(base, ast.Name) and base.id == "QCAlgorithm")]
    own = [base for base in others if isinstance(base, ast.Name) and base.id in program.classes]
    edits = []
    if not own:
        first, last = program.span(node.bases[0])[0], program.span(node.bases[-1])[1]
        edits.append(Edit(first, last, "QCAlgorithm"))
    yield program.mistake(
        ErrorClass.RUNTIME,
        node.lineno,
        "A Python class cannot inherit from multiple classes when one of them is a C# class, like QCAlgorithm.",
        cause="QCAlgorithm is a .NET class; Python lets it be the only base.",
        fix="Keep QCAlgorithm as the only base and hold the other object in an attribute.",
        example=f"class {node.name}(QCAlgorithm):",
        repair="single_base",
        edits=edits,
    )


def _instances(program: Program) -> Iterator[Mistake]:
    names = {node.name for node in program.algorithms}
    made: dict[str, ast.stmt] = {}
    for node in program.tree.body:
        value = node.value if isinstance(node, ast.Assign | ast.Expr) else None
        if value is not None and any(
            isinstance(leaf, ast.Call) and isinstance(leaf.func, ast.Name) and leaf.func.id in names
            for leaf in ast.walk(value)
        ):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                made[node.targets[0].id] = node
            yield _instance(program, node, [node, *_uses(program, made)])
            return
        if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
            calls = {c.func.id for c in ast.walk(node) if isinstance(c, ast.Call) and isinstance(c.func, ast.Name)}
            if calls & names:
                yield program.mistake(
                    ErrorClass.RUNTIME,
                    node.lineno,
                    "the file makes the algorithm itself when run as a program",
                    severity="warning",
                    cause="LEAN makes the algorithm; this block is never reached there.",
                    fix="Take the block out.",
                )


def _uses(program: Program, made: dict[str, ast.stmt]) -> list[ast.stmt]:
    return [
        node
        for node in program.tree.body
        if isinstance(node, ast.Expr) and any(isinstance(leaf, ast.Name) and leaf.id in made for leaf in ast.walk(node))
    ]


def _instance(program: Program, node: ast.stmt, lines: list[ast.stmt]) -> Mistake:
    return program.mistake(
        ErrorClass.RUNTIME,
        node.lineno,
        "Object reference not set to an instance of an object.",
        cause="The file makes an algorithm object of its own; LEAN makes it, and without LEAN it has no engine behind it.",
        fix="Take these lines out.",
        repair="drop_instance",
        edits=[program.drop_lines(line) for line in lines],
    )


def _initialize(program: Program, node: ast.ClassDef) -> Iterator[Mistake]:
    if program.initialize is not None or any(
        isinstance(base, ast.Name) and base.id in program.classes for base in node.bases
    ):
        return
    near = [name for name in program.methods if closest(snake(name), ["initialize"], count=1, cutoff=0.75)]
    near = near or [name for name in program.methods if snake(name) in ("init", "setup", "on_start", "start")]
    if not near:
        yield program.mistake(
            ErrorClass.RUNTIME,
            node.lineno,
            "Please override the Initialize() method",
            cause=f"{node.name} has no initialize, which is where LEAN learns of dates, cash and securities.",
            fix="Write one.",
            example="def initialize(self):\n    self.set_start_date(2023, 1, 1)",
        )
        return
    method = program.methods[near[0]]
    yield program.mistake(
        ErrorClass.RUNTIME,
        method.lineno,
        "Please override the Initialize() method",
        cause=f"LEAN calls initialize; {method.name} is a method it does not know.",
        fix=f"Rename {method.name} to initialize.",
        example="def initialize(self):",
        repair="rename_method",
        edits=_rename(program, method, "initialize"),
    )


def _rename(program: Program, method: ast.FunctionDef, name: str) -> list[Edit]:
    line = program.lines[method.lineno - 1]
    column = line.index(method.name, line.index("def"))
    start = program.offset(method.lineno, 0) + column
    return [Edit(start, start + len(method.name), name)]


def _on_data(program: Program, node: ast.ClassDef) -> Iterator[Mistake]:
    if program.on_data is not None or node.name not in {n.name for n in program.algorithms}:
        return
    driven = {"on", "consolidate", "train", "add_alpha", "set_alpha", "add_universe", "add_universe_selection"}
    text = ast.unparse(node)
    for method in program.methods.values():
        name = snake(method.name)
        referred = f"self.{method.name}" in text
        if referred or method.name in HANDLERS or len(method.args.args) != 2:
            continue
        near = closest(name, ["on_data"], count=1, cutoff=0.8)
        if (
            near
            or method.name in ("onData", "OnDATA", "on_Data", "Ondata")
            or name in _MEANT_ON_DATA
            or name == "on_data"
        ):
            yield program.mistake(
                ErrorClass.RUNTIME,
                method.lineno,
                f"{method.name} is never called",
                severity="warning",
                cause=f"LEAN calls on_data with each slice; {method.name} is a method it does not know, so nothing is traded.",
                fix=f"Rename {method.name} to on_data.",
                example="def on_data(self, data: Slice):",
                repair="rename_method",
                edits=_rename(program, method, "on_data"),
            )
            return
    if not any(name in driven for name, _ in program.calls) and "schedule" not in text and "consolidat" not in text:
        yield program.mistake(
            ErrorClass.RUNTIME,
            node.lineno,
            "the algorithm has no on_data",
            severity="warning",
            cause="Nothing in the class is called when data arrives.",
            fix="Write on_data, or schedule a method.",
            example="def on_data(self, data: Slice): ...",
        )


def _constructor(program: Program) -> Iterator[Mistake]:
    method = program.methods.get("__init__")
    if method is not None and program.algorithm is not None and program.algorithm in program.algorithms:
        yield program.mistake(
            ErrorClass.RUNTIME, method.lineno, "the algorithm has a constructor", severity="warning",
            cause="LEAN makes the object before it is connected to the engine; nothing of QCAlgorithm may be used there.",
            fix="Set the attributes in initialize.", example="def initialize(self): ...",
        )  # fmt: skip


def _arguments(program: Program) -> Iterator[Mistake]:
    for method in program.methods.values():
        if any(isinstance(d, ast.Name) and d.id in ("staticmethod", "classmethod") for d in method.decorator_list):
            continue
        name = snake(method.name)
        arguments = [a.arg for a in method.args.args]
        is_called = f"self.{method.name}" in program.source
        if not arguments and method.args.vararg is None and (name in HANDLERS or is_called):
            wanted = ", ".join(("self", *HANDLERS.get(name, ())))
            yield _signature(
                program, method, wanted, f"{method.name}() takes 0 positional arguments but 1 was given",
                "A method of a class gets the object itself as its first argument.",
            )  # fmt: skip
        elif name in HANDLERS and name != "on_data" and 0 < len(arguments) < 1 + len(HANDLERS[name]):
            if method.args.vararg is None:
                yield _signature(
                    program, method, ", ".join((arguments[0], *HANDLERS[name])),
                    f"{method.name}() takes {len(arguments)} positional argument but 2 were given",
                    f"LEAN passes {HANDLERS[name][0].split(':')[0]} to {name}.",
                )  # fmt: skip
        elif name == "on_data" and len(arguments) == 1 and method.args.vararg is None:
            yield _signature(
                program, method, f"{arguments[0]}, data: Slice",
                f"{program.algorithm.name if program.algorithm else ''}.{method.name}() takes 1 positional argument but 2 "
                "were given",
                "LEAN passes the slice to on_data.",
            )  # fmt: skip


def _signature(program: Program, method: ast.FunctionDef, wanted: str, raw: str, cause: str) -> Mistake:
    line = program.lines[method.lineno - 1]
    start = program.offset(method.lineno, 0)
    edits = []
    if "(" in line and ")" in line:
        opening = line.index("(")
        edits.append(Edit(start + opening + 1, start + line.index(")", opening), wanted))
    return program.mistake(
        ErrorClass.RUNTIME,
        method.lineno,
        raw,
        cause=cause,
        fix=f"Write `def {method.name}({wanted}):`.",
        example=f"def {method.name}({wanted}):",
        repair="signature",
        edits=edits,
    )


#: Properties of QCAlgorithm that LEAN refuses to have assigned, or that break the run when they are.
_PROPERTIES: Final = frozenset(
    [
        "time",
        "utc_time",
        "portfolio",
        "securities",
        "transactions",
        "schedule",
        "date_rules",
        "time_rules",
        "settings",
        "benchmark",
        "alpha",
        "insights",
        "universe",
        "tags",
        "notify",
        "object_store",
        "subscription_manager",
        "brokerage_model",
        "start_date",
        "end_date",
        "is_warming_up",
        "signal_export",
        "trade_builder",
        "candlestick_patterns",
        "live_mode",
        "universe_manager",
        "universe_settings",
        "time_zone",
        "status",
        "option_chain_provider",
        "future_chain_provider",
        "current_slice",
    ]
)


def _clashes(program: Program) -> Iterator[Mistake]:
    if program.algorithm is None:
        return
    for name, values in program.fields.items():
        member = program.member_of_self(name)
        if member is None or name.startswith("_") or name == "name":
            continue
        stores = [
            leaf
            for leaf in ast.walk(program.algorithm)
            if isinstance(leaf, ast.Attribute)
            and leaf.attr == name
            and isinstance(leaf.value, ast.Name)
            and leaf.value.id == "self"
            and isinstance(leaf.ctx, ast.Store)
        ]
        first = min(stores, key=lambda leaf: leaf.lineno)
        if not member.is_method and name in _PROPERTIES:
            made = any(v is not None and not _is_lean_object(program, v) for v in values)
            if made:
                yield _clash(program, name, first, "error", "property is read-only or of another type")
        elif member.is_method:
            stored = {id(leaf) for leaf in stores}
            called = [
                call
                for call in ast.walk(program.algorithm)
                if isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and isinstance(call.func.value, ast.Name)
                and call.func.value.id == "self"
                and call.func.attr == name
                and id(call.func) not in stored
            ]
            after = [call for call in called if call.lineno > first.lineno]
            many = [call for call in called if call.lineno <= first.lineno]
            if after:
                yield _clash(program, name, first, "error", f"{name!r} object is not callable", keep=[*after, *many])
            else:
                yield _clash(program, name, first, "warning", f"{name} hides a method of QCAlgorithm", keep=many)


def _reads_member(program: Program, name: str, kind: str) -> bool:
    """Elsewhere the program reads what LEAN keeps under that name: `self.portfolio[...].invested`, `self.time.hour`."""
    text = ast.unparse(program.algorithm) if program.algorithm is not None else ""
    owner = re.sub(r".*\.|\[.*", "", kind)
    names = [m for m in program.index.members(owner) if not m.startswith("_")] + ["weekday", "hour", "invested", "year"]
    return any(f"self.{name}.{member}" in text for member in names) or (
        f"self.{name}[" in text and "].invested" in text
    )


def _is_lean_object(program: Program, value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and program.type_of(value) != ""


def _clash(
    program: Program,
    name: str,
    first: ast.Attribute,
    severity: str,
    raw: str,
    *,
    keep: list[ast.Call] | None = None,
) -> Mistake:
    kept = {id(call.func) for call in keep or []}
    assert program.algorithm is not None
    new = f"_{name}" if f"_{name}" not in program.fields else f"_own_{name}"
    edits = []
    member = program.member_of_self(name)
    reads_leans = member is not None and not member.is_method and _reads_member(program, name, member.type)
    for leaf in ast.walk(program.algorithm):
        if (
            isinstance(leaf, ast.Attribute)
            and leaf.attr == name
            and not (reads_leans and isinstance(leaf.ctx, ast.Load))
            and isinstance(leaf.value, ast.Name)
            and leaf.value.id == "self"
            and id(leaf) not in kept
        ):
            _, end = program.span(leaf)
            edits.append(Edit(end - len(name), end, new))
    return program.mistake(
        ErrorClass.RUNTIME,
        first.lineno,
        raw,
        severity="error" if severity == "error" else "warning",
        cause=f"`{name}` is a member of QCAlgorithm; assigning to it hides or breaks LEAN's own.",
        fix=f"Give the attribute a name of its own, e.g. self.{new}.",
        example=f"self.{new} = ...",
        repair="rename_attribute",
        edits=edits,
    )

"""Imports: LEAN's header, modules that are not there, names that are not exported, what the sandbox refuses."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator
from typing import Final

from vibetrader._util.suggest import closest
from vibetrader.compile.checks.program import Edit, Mistake, Program
from vibetrader.results.findings import ErrorClass

HEADER: Final = "from AlgorithmImports import *"

#: Libraries that LEAN's image ships and strategies use; others are refused with a hint.
LIBRARIES: Final = frozenset(
    [
        "numpy",
        "pandas",
        "scipy",
        "sklearn",
        "statsmodels",
        "matplotlib",
        "pytz",
        "dateutil",
        "talib",
        "torch",
        "tensorflow",
        "keras",
        "xgboost",
        "lightgbm",
        "hmmlearn",
        "arch",
        "pykalman",
        "cvxpy",
        "requests",
        "nltk",
        "networkx",
        "numba",
        "joblib",
        "typing_extensions",
        "clr",
        "System",
        "QuantConnect",
        "AlgorithmImports",
    ]
)
#: Modules whose only use in a strategy is what the sandbox forbids.
FORBIDDEN: Final = frozenset(
    [
        "subprocess",
        "socket",
        "ctypes",
        "multiprocessing",
        "requests",
        "urllib",
        "http",
        "ftplib",
        "smtplib",
        "telnetlib",
        "asyncio",
        "ssl",
        "pty",
        "signal",
        "webbrowser",
        "importlib",
    ]
)
#: Names that LEAN's header brings besides LEAN's own.
HEADER_NAMES: Final = frozenset(
    [
        "datetime",
        "timedelta",
        "date",
        "time",
        "np",
        "pd",
        "math",
        "json",
        "sys",
        "os",
        "Decimal",
        "List",
        "Dict",
        "Tuple",
        "Any",
        "Union",
        "Optional",
        "plt",
        "scipy",
        "random",
        "re",
        "deque",
        "pytz",
        "matplotlib",
        "clr",
        "copy",
        "traceback",
        "statistics",
        "Enum",
        "abstractmethod",
        "inspect",
        "functools",
        "warnings",
        "overload",
        "Callable",
        "DateTime",
        "Math",
        "String",
        "Action",
        "Func",
        "Array",
        "Guid",
        "TimeSpan",
        "DayOfWeek",
        "Color",
        "Random",
        "Console",
        "Exception",
        "Object",
        "Type",
        "Environment",
    ]
)


def check(program: Program) -> Iterator[Mistake]:
    """Mistakes of the import lines."""
    star = False
    for line in program.tree.body:
        if isinstance(line, ast.ImportFrom):
            star |= line.module == "AlgorithmImports" and line.names[0].name == "*"
    for node in ast.walk(program.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _module(program, node, alias.name)
            yield from _hides_datetime(program, node, star)
        elif isinstance(node, ast.ImportFrom):
            yield from _import_from(program, node, star)
    if not star:
        yield from _header_missing(program)


def _module(program: Program, node: ast.Import | ast.ImportFrom, name: str) -> Iterator[Mistake]:
    top = name.split(".")[0]
    if top in FORBIDDEN:
        yield program.mistake(
            ErrorClass.IMPORT,
            node.lineno,
            f"'{top}' is of no use to a strategy",
            severity="warning",
            cause=f"A strategy runs contained: what {top} is for (processes, network, foreign memory) is refused there.",
            fix="Take the import out; market data comes from LEAN's history and subscriptions.",
        )
        return
    if top == "QuantConnect" and name not in program.index.modules:
        near = closest(name, program.index.modules, count=1)
        yield program.mistake(
            ErrorClass.IMPORT,
            node.lineno,
            f"No module named {name!r}",
            cause=f"LEAN has no namespace {name}" + (f"; the nearest is {near[0]}." if near else "."),
            fix="LEAN's header brings every name of LEAN; this line can go.",
            example=HEADER,
            repair="drop_import",
            edits=[program.drop_lines(node)],
        )
        return
    if top in LIBRARIES or top in sys.stdlib_module_names:
        return
    near = closest(top, ["AlgorithmImports"], count=1, cutoff=0.75)
    if near:
        yield program.mistake(
            ErrorClass.IMPORT,
            node.lineno,
            f"No module named {name!r}",
            cause="LEAN's header module is called AlgorithmImports.",
            fix=f"Write `{HEADER}`.",
            example=HEADER,
            repair="header",
            edits=[program.replace(node, HEADER)],
        )
        return
    unused = not _is_used(program, node)
    yield program.mistake(
        ErrorClass.IMPORT,
        node.lineno,
        f"No module named {name!r}",
        cause=f"LEAN's Python has no package {top}: only LEAN, the standard library and the usual scientific packages.",
        fix="Use LEAN's built-in indicators" + (", and take the unused import out." if unused else " instead."),
        example="self._rsi = self.rsi(self._symbol, 14)",
        repair="drop_import" if unused else None,
        edits=[program.drop_lines(node)] if unused else [],
    )


def _is_used(program: Program, node: ast.Import | ast.ImportFrom) -> bool:
    bound = {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return any(isinstance(leaf, ast.Name) and leaf.id in bound for leaf in ast.walk(program.tree))


def _hides_datetime(program: Program, node: ast.Import, star: bool) -> Iterator[Mistake]:
    if not star or not any(alias.name == "datetime" and alias.asname in (None, "datetime") for alias in node.names):
        return
    called = [
        leaf
        for leaf in ast.walk(program.tree)
        if isinstance(leaf, ast.Call) and isinstance(leaf.func, ast.Name) and leaf.func.id == "datetime"
    ]
    dotted = [
        leaf
        for leaf in ast.walk(program.tree)
        if isinstance(leaf, ast.Attribute)
        and isinstance(leaf.value, ast.Name)
        and leaf.value.id == "datetime"
        and leaf.attr in ("datetime", "timedelta", "date", "time")
    ]
    if called and not dotted:
        yield program.mistake(
            ErrorClass.IMPORT,
            node.lineno,
            "'module' object is not callable",
            cause="`import datetime` hides the class datetime that LEAN's header brings; calling it then calls the module.",
            fix="Take the line out: the header already brings datetime and timedelta.",
            repair="drop_import",
            edits=[program.drop_lines(node)],
        )


def _import_from(program: Program, node: ast.ImportFrom, star: bool) -> Iterator[Mistake]:
    if node.level:
        yield program.mistake(
            ErrorClass.IMPORT,
            node.lineno,
            "attempted relative import with no known parent package",
            cause="LEAN loads main.py on its own, not as a part of a package.",
            fix="Name the module without the leading dot; it must lie beside main.py.",
            example=f"from {node.module} import {', '.join(a.name for a in node.names)}",
        )
        return
    name = node.module or ""
    if name == "AlgorithmImports":
        for alias in node.names:
            if alias.name != "*" and alias.name not in program.index.exports and alias.name not in HEADER_NAMES:
                near = closest(alias.name, program.index.exports, count=1)
                used = _is_used(program, node)
                line = HEADER if star is False else ""
                edits = [] if used else [program.replace(node, line) if line else program.drop_lines(node)]
                yield program.mistake(
                    ErrorClass.IMPORT,
                    node.lineno,
                    f"cannot import name {alias.name!r} from 'AlgorithmImports' (AlgorithmImports.py)",
                    cause=f"LEAN has no {alias.name}" + (f"; did you mean {near[0]}?" if near else "."),
                    fix="Import everything with the star; correct the name where it is used.",
                    example=HEADER,
                    repair="header",
                    edits=edits,
                )
        return
    yield from _module(program, node, name)


def _header_missing(program: Program) -> Iterator[Mistake]:
    bound = bound_names(program)
    lean_names = program.index.exports | HEADER_NAMES
    missing = [
        node
        for node in ast.walk(program.tree)
        if isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Load)
        and node.id not in bound
        and node.id in lean_names
        and not hasattr(builtins, node.id)
    ]
    if not missing:
        return
    first = min(missing, key=lambda node: (node.lineno, node.col_offset))
    imports = [
        node
        for node in program.tree.body
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("QuantConnect", "System"))
        or (isinstance(node, ast.Import) and node.names[0].name == "clr")
        or (isinstance(node, ast.Expr) and ast.unparse(node).startswith("clr.AddReference"))
    ]
    line = imports[0].lineno if imports else 1
    edits = [program.drop_lines(node) for node in imports[1:]]
    edits.append(program.replace(imports[0], HEADER) if imports else program.insert_before(1, HEADER + "\n\n"))
    yield program.mistake(
        ErrorClass.IMPORT,
        line,
        f"name {first.id!r} is not defined",
        cause=f"{first.id} is one of LEAN's names, used on line {first.lineno}, and nothing in the file imports it.",
        fix="Begin the file with LEAN's header.",
        example=HEADER,
        repair="header",
        edits=edits,
    )


def bound_names(program: Program) -> set[str]:
    """Every name that the file binds anywhere."""
    found: set[str] = set()
    for node in ast.walk(program.tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                found |= set(program.index.modules.get(node.module or "", ()))
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add(node.name)
            if isinstance(node, ast.FunctionDef):
                found |= {a.arg for a in (*node.args.args, *node.args.kwonlyargs, *node.args.posonlyargs)}
                found |= {a.arg for a in (node.args.vararg, node.args.kwarg) if a is not None}
        elif isinstance(node, ast.Lambda):
            found |= {a.arg for a in node.args.args}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
    return found


__all__ = ["HEADER", "HEADER_NAMES", "Edit", "bound_names", "check"]

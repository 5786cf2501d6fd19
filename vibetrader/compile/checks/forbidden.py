"""What no strategy has a use for but to change the engine that judges it, or to leave the sandbox: refused unread.

LEAN's own programs never need these. What a program may import and the sandbox then refuses at run time (sockets, other
processes) is only warned of, in `imports`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from vibetrader.compile.checks.program import FORBIDDEN, Mistake, Program
from vibetrader.results.findings import ErrorClass

#: Modules that reach past Python, or into the engine.
MODULES: Final = frozenset(
    [
        "vibetrader",
        "ctypes",
        "_ctypes",
        "cffi",
        "_cffi_backend",
        "_testcapi",
        "_xxsubinterpreters",
        "mmap",
        "fcntl",
        "resource",
    ]
)
#: Attributes that lead from an object to the code and memory around it.
ATTRIBUTES: Final = frozenset(
    [
        "__globals__", "__builtins__", "__closure__", "__code__", "__subclasses__", "__func__", "__wrapped__", "__bases__",
        "__base__", "__mro__", "f_back", "f_globals", "f_locals", "f_builtins", "tb_frame", "gi_frame", "cr_frame",
        "ag_frame", "_getframe", "_current_frames", "settrace", "setprofile", "addaudithook", "__loader__",
        "get_objects", "get_referrers", "get_referents", "ctypeslib",
    ]
)  # fmt: skip
#: Beginnings of the engine's own attributes.
_INNER: Final = "_vt"


def check(program: Program) -> Iterator[Mistake]:
    """Lines that reach for the engine or out of the sandbox."""
    for node in ast.walk(program.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] in MODULES:
                    yield _module(program, node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom):
            if (node.module or "").split(".")[0] in MODULES and not node.level:
                yield _module(program, node.lineno, node.module or "")
            for alias in node.names:
                if alias.name in ATTRIBUTES:
                    yield _reaching(program, node.lineno, alias.name)
        elif isinstance(node, ast.Attribute):
            if node.attr in ATTRIBUTES or node.attr.startswith(_INNER) or _is_swap(node) or _is_exit(node):
                yield _reaching(program, node.lineno, node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
            if text in ATTRIBUTES or text == _INNER or text.startswith(("_vt_", "vibetrader.")) or text == "vibetrader":
                yield _reaching(program, node.lineno, text)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "__import__":
            name = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
            if isinstance(name, str) and name.split(".")[0] in MODULES:
                yield _module(program, node.lineno, name)


def _is_exit(node: ast.Attribute) -> bool:
    """`os._exit`: the end of the process with the engine still in it."""
    return node.attr == "_exit" and isinstance(node.value, ast.Name) and node.value.id in ("os", "posix")


def _is_swap(node: ast.Attribute) -> bool:
    """`anything.__class__ = …`, `builtins.sum = …`: another's type or a builtin exchanged."""
    if not isinstance(node.ctx, ast.Store | ast.Del):
        return False
    return node.attr == "__class__" or (isinstance(node.value, ast.Name) and node.value.id == "builtins")


def _module(program: Program, line: int, name: str) -> Mistake:
    return program.mistake(
        ErrorClass.IMPORT, line, f"a strategy may not import {name!r}",
        cause=f"{name} reaches past LEAN's API, into the engine or out of the sandbox; a result made so proves nothing.",
        fix="Use LEAN's own API.", example="from AlgorithmImports import *", repair=FORBIDDEN,
    )  # fmt: skip


def _reaching(program: Program, line: int, name: str) -> Mistake:
    return program.mistake(
        ErrorClass.RUNTIME, line, f"a strategy may not use {name!r}",
        cause=f"{name} leads to the engine's inside; a result made with it proves nothing.",
        fix="Use LEAN's own API.", example="self.portfolio[self._symbol].invested", repair=FORBIDDEN,
    )  # fmt: skip

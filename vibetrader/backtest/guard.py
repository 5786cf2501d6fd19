"""What keeps a strategy from changing the engine that judges it, inside their common process.

Python cannot wall off code from code in one process, so this is one of three layers. Here: the engine's classes become
immutable, looking into other code's frames and memory is refused, and the result files are sealed at the end with a
secret that no Python object of the strategy can reach, only if no engine function was exchanged on the way. `sandbox`
keeps the process from everything outside; `audit` checks, in the parent, that the result agrees with itself and the data.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType, FunctionType, ModuleType
from typing import Any, Final

#: Event with which the engine's process asks for the seal.
SEAL: Final = "vibetrader.seal"
#: First word of the line that carries it.
MARK: Final = "vibetrader-seal"
_CTYPES: Final = str(Path(os.__file__).with_name("ctypes"))
_IMMUTABLE: Final = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE
_FLAGS_OFFSET: Final = 168  # tp_flags in PyTypeObject on 64-bit builds; checked against __flags__ before use
#: Audit events with which code looks into other code's frames, objects and memory.
_PRYING: Final = frozenset(
    [
        "gc.get_objects",
        "gc.get_referrers",
        "gc.get_referents",
        "sys._getframe",
        "sys._current_frames",
        "sys._current_exceptions",
        "sys.settrace",
        "sys.setprofile",
        "code.__new__",
        "object.__setattr__",
        "object.__delattr__",
        "ctypes.dlopen",
        "ctypes.dlsym",
        "ctypes.dlsym/handle",
        "ctypes.cdata",
        "ctypes.cdata/buffer",
        "ctypes.addressof",
        "ctypes.string_at",
        "ctypes.wstring_at",
        "ctypes.call_function",
        "ctypes.set_errno",
        "ctypes.PyObj_FromPtr",
        "sys.addaudithook",
        "cpython.PyInterpreterState_New",
        "_xxsubinterpreters.create",
    ]
)
#: Modules whose objects take another class when they are made, which immutable classes do not allow.
_CHANGING: Final = ("vibetrader.marketdata.zones",)
#: Parts of the standard library whose functions the engine's results rest on.
_WATCHED: Final = (
    "builtins",
    "math",
    "json",
    "json.encoder",
    "decimal",
    "statistics",
    "os",
    "posixpath",
    "io",
    "pathlib",
)


def seal_of(secret: str, folder: Path) -> str:
    """The seal of a folder's files: what they hold, under which names, with a secret."""
    digest = hashlib.sha256(secret.encode())
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def arm(secret: str, *, project: str, give: Callable[[str], None]) -> None:
    """Freeze the engine and watch the strategy; called once, before any of its code is loaded.

    Args:
        secret: Known to the parent and, after this, to nothing that Python code can reach.
        project: The strategy's folder: what runs from a file there is not trusted.
        give: Takes the line with the seal.
    """
    modules = [module for name, module in list(sys.modules.items()) if _is_engine(name) and module is not None]
    _freeze(modules)
    watched = {id(module): (module, dict(vars(module))) for module in [*modules, *_library()]}
    codes = {function: function.__code__ for module in modules for function in _functions(module)}
    top = sys._getframe(1)
    trusted = []
    frame: FrameType | None = top
    while frame is not None:
        trusted.append(frame.f_code)
        frame = frame.f_back
    stack = tuple(trusted)
    threads = sys._current_frames
    # Bound here: what a strategy puts in their place in `builtins` does not reach the hook.
    length, error, own, listed, seal = len, PermissionError, vars, tuple, seal_of
    sealed: list[bool] = []

    def caller() -> FrameType | None:
        # By way of an exception: `sys._getframe` would ask the hook again.
        try:
            raise error
        except error as raised:
            trace = raised.__traceback__
            inside = trace.tb_frame.f_back if trace is not None else None
            return inside.f_back if inside is not None else None

    def untouched() -> str:
        for module, kept in watched.values():
            now = own(module)
            for name, value in kept.items():
                if name in now and now[name] is not value and not _may_change(name, value):
                    return f"{module.__name__}.{name}"
        for function, code in codes.items():
            if function.__code__ is not code:
                return function.__qualname__
        return ""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == SEAL:
            callers = []
            frame = caller()
            while frame is not None:
                callers.append(frame.f_code)
                frame = frame.f_back
            if sealed or listed(callers) != stack:
                raise error("only the engine seals a result")
            if length(threads()) != 1:
                raise error("a thread of the strategy is still running")
            changed = untouched()
            if changed:
                raise error(f"the strategy changed {changed}")
            sealed.append(True)
            give(f"{MARK} {seal(secret, arguments[0])}")
        elif event in prying:
            frame = caller()
            # Who asks is the innermost code that is not ctypes' own.
            while frame is not None and frame.f_code.co_filename.startswith(machinery):
                frame = frame.f_back
            if frame is not None and frame.f_code.co_filename.startswith(project):
                raise error(f"a strategy may not look into the engine ({event})")

    prying, machinery = _PRYING, (_CTYPES, "<frozen")
    del top, frame, trusted
    sys.addaudithook(hook)


def _is_engine(name: str) -> bool:
    return name.startswith(("vibetrader.engine", "vibetrader.metrics", "vibetrader.marketdata", "vibetrader._util"))


def _library() -> Iterator[ModuleType]:
    for name in _WATCHED:
        module = sys.modules.get(name)
        if module is not None:
            yield module


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    for value in list(vars(module).values()):
        if isinstance(value, FunctionType) and value.__module__ == module.__name__:
            yield value
        elif isinstance(value, type) and value.__module__ == module.__name__:
            for member in list(vars(value).values()):
                inner = getattr(member, "fget", None) or getattr(member, "__func__", member)
                if isinstance(inner, FunctionType):
                    yield inner


def _may_change(name: str, value: object) -> bool:
    """A module's own variable rather than a function or class of it: caches and counters live there."""
    return not callable(value) or name in ("_",)


def _freeze(modules: list[ModuleType]) -> None:
    """Make the engine's classes refuse every change, `type.__setattr__` included."""
    import ctypes

    for module in modules:
        for value in list(vars(module).values()):
            if isinstance(value, type) and _is_engine(value.__module__) and value.__module__ not in _CHANGING:
                flags = ctypes.c_ulong.from_address(id(value) + _FLAGS_OFFSET)
                if flags.value == value.__flags__:
                    flags.value |= _IMMUTABLE

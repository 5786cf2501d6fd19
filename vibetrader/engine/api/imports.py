"""Binds the modules a strategy imports: AlgorithmImports, QuantConnect, System, clr.

A star import brings the names that the project's text mentions and no others, so that nothing is loaded that nobody
uses (pandas and numpy above all).
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from vibetrader.engine.api import exports

_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

#: What LEAN's AlgorithmImports brings besides its own names → where it comes from.
_PYTHON: Final = {
    "date": "datetime:date",
    "time": "datetime:time",
    "datetime": "datetime:datetime",
    "timedelta": "datetime:timedelta",
    "math": "math",
    "json": "json",
    "np": "numpy",
    "pd": "pandas",
    "plt": "matplotlib.pyplot",
    "sys": "sys",
    "os": "os",
    "Exception": "builtins:Exception",
}
#: LEAN's own Python modules of framework models.
_MODEL_PACKAGES: Final = ("Alphas", "Execution", "Orders", "Portfolio", "Risk", "Selection")
_ROOTS: Final = ("AlgorithmImports", "QuantConnect", "System", "clr", "Python", "Microsoft", "Newtonsoft", *_MODEL_PACKAGES)


def words_of(project: Path) -> frozenset[str]:
    """All words of a project's Python files, those within texts too (programs evaluate texts)."""
    found: set[str] = set()
    for file in sorted(project.rglob("*.py")):
        try:
            found.update(_WORD.findall(file.read_text(encoding="utf-8", errors="replace")))
        except OSError:
            continue
    return frozenset(found)


def _python_object(name: str) -> Any:
    module, _, attribute = _PYTHON[name].partition(":")
    if module == "pandas":
        from vibetrader.engine.history.frames import load_pandas

        return load_pandas()
    loaded = importlib.import_module(module)
    return getattr(loaded, attribute) if attribute else loaded


class _LeanModule(ModuleType):
    """A module whose names are looked up when somebody wants them.

    Args:
        name: Name of the module.
        words: Words of the project; a star import brings no others.
    """

    def __init__(self, name: str, words: frozenset[str]) -> None:
        super().__init__(name)
        self._words = words
        self.__path__: list[str] = []
        if name == "AlgorithmImports":
            # LEAN's is a file: it shows in the text of a failed import
            self.__file__ = "AlgorithmImports.py"

    @property
    def __all__(self) -> list[str]:
        return sorted(name for name in self._words if not name.startswith("_") and self._has(name))

    def _has(self, name: str) -> bool:
        own = self.__name__
        if own == "AlgorithmImports":
            if name == "plt":
                return importlib.util.find_spec("matplotlib") is not None
            return name in _PYTHON or _typing(name) or name in exports.star_names() or _dotnet_name("System", name) or (
                name in ("AddReference",)
            )
        if own in _MODEL_PACKAGES or own.split(".")[0] in _MODEL_PACKAGES:
            return name in exports.homes()
        if own == "clr":
            return name == "AddReference"
        if own.split(".")[0] in ("System", "Microsoft", "Python", "Newtonsoft"):
            return _dotnet_name(own, name)
        return name in exports.lean_namespaces().get(own, frozenset())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or not self._has(name):
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")
        value = self._find(name)
        setattr(self, name, value)
        return value

    def _find(self, name: str) -> Any:
        own = self.__name__
        if own == "clr" or name == "AddReference":
            return lambda reference: None
        if own == "AlgorithmImports":
            if name in _PYTHON:
                return _python_object(name)
            if _typing(name):
                import typing

                return getattr(typing, name)
            if name in exports.star_names():
                return exports.find(name)
            return _dotnet(name)
        if own.split(".")[0] in ("System", "Microsoft", "Python", "Newtonsoft"):
            return _dotnet(name)
        return exports.find(name)


def _typing(name: str) -> bool:
    import typing

    return name in typing.__all__


def _dotnet_name(space: str, name: str) -> bool:
    from vibetrader.engine.api import dotnet

    return name in dotnet.NAMESPACES.get(space, ())


def _dotnet(name: str) -> Any:
    from vibetrader.engine.api import dotnet

    return getattr(dotnet, name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds LEAN's modules; a folder or file of the project with such a name goes first."""

    def __init__(self, project: Path, words: frozenset[str]) -> None:
        self._project = project
        self._words = words

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        root = fullname.split(".")[0]
        if root not in _ROOTS or not self._known(fullname, root):
            return None
        if (self._project / f"{root}.py").exists() or (self._project / root).is_dir():
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    @staticmethod
    def _known(fullname: str, root: str) -> bool:
        if root in ("AlgorithmImports", "clr"):
            return fullname == root
        if root in _MODEL_PACKAGES:
            # `Orders.Slippage.VolumeShareSlippageModel` lies one folder deeper than `Alphas.EmaCrossAlphaModel`
            model = fullname.rpartition(".")[2]
            return fullname in (root, "Orders.Slippage") or model in exports.homes()
        if root == "QuantConnect":
            return any(space == fullname or space.startswith(f"{fullname}.") for space in exports.lean_namespaces())
        from vibetrader.engine.api import dotnet

        return any(space == fullname or space.startswith(f"{fullname}.") for space in dotnet.NAMESPACES)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _LeanModule(spec.name, self._words)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


def _purge() -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name.split(".")[0] in _ROOTS]
    return {name: sys.modules.pop(name) for name in names}


@contextmanager
def install(project: Path) -> Iterator[None]:
    """Bind LEAN's modules within a with-block; what was loaded under their names comes back afterwards.

    Args:
        project: Folder of the strategy.
    """
    before = _purge()
    finder = _Finder(project, words_of(project))
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        _purge()
        sys.modules.update(before)

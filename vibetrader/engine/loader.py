"""Imports a strategy and finds its algorithm class. LEAN: AlgorithmFactory/Loader.cs, AlgorithmPythonWrapper.cs."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


class NoAlgorithmError(Exception):
    """The module has no subclass of QCAlgorithm."""


def import_strategy(main: Path) -> ModuleType:
    """Import a strategy file as module `main`."""
    name = main.stem
    spec = importlib.util.spec_from_file_location(name, main)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot import {main}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def find_algorithm(module: ModuleType) -> type:
    """The algorithm class of a module; of several the last by name, as LEAN's search over `dir` leaves it.

    Raises:
        NoAlgorithmError: There is none.
    """
    from vibetrader.engine.api.algorithm import QCAlgorithm

    found: list[type] = []
    for name in dir(module):
        value = getattr(module, name)
        if isinstance(value, type) and issubclass(value, QCAlgorithm) and value.__module__.startswith(module.__name__):
            found.append(value)
    if not found:
        raise NoAlgorithmError("Please ensure that one class inherits from QCAlgorithm.")
    return found[-1]

"""The API strategies are written against: `QCAlgorithm` and the names of `AlgorithmImports`."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """Names of LEAN, loaded when somebody wants them."""
    if name.startswith("_"):
        raise AttributeError(name)
    if name == "QCAlgorithm":
        from vibetrader.engine.api.algorithm import QCAlgorithm

        return QCAlgorithm
    import importlib

    exports = importlib.import_module("vibetrader.engine.api.exports")

    if name in exports.star_names() or name in exports.homes():
        return exports.find(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

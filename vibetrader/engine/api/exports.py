"""Where the engine keeps each name of LEAN: name → module. Nothing is imported until a strategy mentions it."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from vibetrader.engine import leanmembers
from vibetrader.engine.api.support import placeholder

_ENGINE: Final = "vibetrader.engine"
#: Names that more than one module defines, or that have another name there.
_SPECIAL: Final = {
    "QCAlgorithmFramework": f"{_ENGINE}.api.algorithm:QCAlgorithm",
    "QCAlgorithmFrameworkBridge": f"{_ENGINE}.api.algorithm:QCAlgorithm",
    "Market": f"{_ENGINE}.data.symbol:Market",
    "UniverseManager": f"{_ENGINE}.universe.manager:UniverseManager",
    "CoarseFundamental": f"{_ENGINE}.universe.fundamental:Fundamental",
    "FineFundamental": f"{_ENGINE}.universe.fundamental:Fundamental",
    "Fundamentals": f"{_ENGINE}.universe.fundamental:FundamentalUniverse",
    "ETFConstituentData": f"{_ENGINE}.universe.etf:ETFConstituentUniverse",
    "FuncUniverse": f"{_ENGINE}.universe.custom:CustomUniverse",
    "FineFundamentalFilteredUniverse": f"{_ENGINE}.universe.fundamental:FilteredUniverse",
    "FundamentalFilteredUniverse": f"{_ENGINE}.universe.fundamental:FilteredUniverse",
    "SecurityTransactionManager": f"{_ENGINE}.execution.transactions:TransactionHandler",
    "MarketHoursDatabase": f"{_ENGINE}.api.statics:MarketHoursDatabase",
    "SymbolPropertiesDatabase": f"{_ENGINE}.api.statics:SymbolPropertiesDatabase",
    "SecurityExchangeHours": "vibetrader.marketdata.hours:ExchangeHours",
    "LocalMarketHours": "vibetrader.marketdata.hours:DayHours",
}


@cache
def lean_namespaces() -> dict[str, frozenset[str]]:
    """Names of each .NET namespace of LEAN."""
    return {space: names for space, names, _ in _rows()}


@cache
def star_names() -> frozenset[str]:
    """Names of LEAN that `from AlgorithmImports import *` brings."""
    found: set[str] = {"QCAlgorithmFramework", "QCAlgorithmFrameworkBridge"}
    for _, names, starred in _rows():
        if starred:
            found |= names
    return frozenset(found)


@cache
def _rows() -> tuple[tuple[str, frozenset[str], bool], ...]:
    text = (files(__package__) / "leannames.txt").read_text(encoding="utf-8")
    rows = []
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        space, _, names = line.partition(":")
        rows.append((space.rstrip("*"), frozenset(names.split()), space.endswith("*")))
    return tuple(rows)


@cache
def homes() -> dict[str, str]:
    """Name → module of every public class the engine's modules define at top level."""
    root = Path(__file__).resolve().parents[1]
    found: dict[str, str] = {}
    for path in sorted(root.rglob("*.py")):
        if path.name == "__init__.py":
            continue
        parts = path.relative_to(root).with_suffix("").parts
        module = ".".join((_ENGINE, *parts))
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("class "):
                name = line[6:].split("(")[0].split("[")[0].rstrip(": ")
                if not name.startswith("_"):
                    found.setdefault(name, module)
    return found


def engine_classes() -> list[str]:
    """Names of LEAN's classes that the engine has, also those it names otherwise."""
    return sorted({*homes(), *_SPECIAL, *_indicator_names()})


def find(name: str) -> Any:
    """The engine's object of a name of LEAN; a placeholder for what it lacks.

    Raises:
        AttributeError: LEAN has no such name either.
    """
    found = _find(name)
    return placeholder_of(name) if found is None else leanmembers.guard(found)


def _find(name: str) -> Any:
    special = _SPECIAL.get(name)
    if special is not None:
        module, _, attribute = special.partition(":")
        return getattr(import_module(module), attribute)
    home = homes().get(name)
    if home is not None:
        return getattr(import_module(home), name)
    return _indicator(name)


def _indicator(name: str) -> Any:
    """Indicators and patterns that are made by a table, not by a class statement."""
    if name not in _indicator_names():
        return None
    from vibetrader.engine.indicators import registry

    return registry.EXPORTS.get(name) or registry.PATTERNS.get(name)


@cache
def _indicator_names() -> frozenset[str]:
    spaces = lean_namespaces()
    return frozenset().union(*(names for space, names in spaces.items() if space.startswith("QuantConnect.Indicators")))


@cache
def placeholder_of(name: str) -> Any:
    """One placeholder per name; interfaces are empty bases, since strategies only mention them."""
    if len(name) > 2 and name[0] == "I" and name[1].isupper() and name[2].islower():
        return type(name, (), {"__doc__": f"LEAN's {name}."})
    return placeholder(name)



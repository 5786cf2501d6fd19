"""Universes: which securities an algorithm has, and when that changes."""

from __future__ import annotations

from vibetrader.engine.universe.base import UNCHANGED, Member, Universe
from vibetrader.engine.universe.manager import UniverseManager
from vibetrader.engine.universe.settings import Schedule, UniverseSettings
from vibetrader.engine.universe.userdefined import UserDefinedUniverse, user_defined_symbol

__all__ = [
    "UNCHANGED",
    "Member",
    "Schedule",
    "Universe",
    "UniverseManager",
    "UniverseSettings",
    "UserDefinedUniverse",
    "user_defined_symbol",
]

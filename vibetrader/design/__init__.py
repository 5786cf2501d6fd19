"""A strategy spec as a LEAN project that runs unchanged in LEAN."""

from vibetrader.design.emit import Project, design

__all__ = ["Project", "design"]

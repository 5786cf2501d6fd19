"""Repairs of known mistakes, without a model: placeholder until the rules are written below."""

from __future__ import annotations

from collections.abc import Sequence

from vibetrader.results.findings import Finding


def repair(source: str, findings: Sequence[Finding]) -> str | None:
    """The program with one mistake mended, or None when no rule knows how."""
    return None

"""Filters of incoming data. LEAN: Common/Securities/SecurityDataFilter.cs and one class per kind."""

from __future__ import annotations

from typing import Any

from vibetrader.engine.naming import LeanOverrides, lean_names


@lean_names
class SecurityDataFilter(LeanOverrides):
    """Keeps everything; users derive from it and override `filter`."""

    __clr_name__ = "QuantConnect.Securities.SecurityDataFilter"

    def filter(self, vehicle: Any, data: Any) -> bool:
        """Whether a point is kept."""
        return True


class EquityDataFilter(SecurityDataFilter):
    """Keeps everything."""


class ForexDataFilter(SecurityDataFilter):
    """Keeps everything."""


class CfdDataFilter(SecurityDataFilter):
    """Keeps everything."""


class CryptoDataFilter(SecurityDataFilter):
    """Keeps everything."""

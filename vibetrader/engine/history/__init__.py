"""History: requests, reading them, and the frames made of them."""

from __future__ import annotations

from vibetrader.engine.history.provider import HistoryProvider, Series
from vibetrader.engine.history.requests import HistoryRequest, RequestFactory

__all__ = ["HistoryProvider", "HistoryRequest", "RequestFactory", "Series"]

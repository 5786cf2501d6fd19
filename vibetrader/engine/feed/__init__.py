"""Data subscriptions: reading, filling, synchronising."""

from __future__ import annotations

from vibetrader.engine.feed.columns import Columns, ObjectColumns, QuoteColumns, TradeColumns
from vibetrader.engine.feed.config import SubscriptionDataConfig
from vibetrader.engine.feed.manager import SubscriptionManager
from vibetrader.engine.feed.reader import DataReader, Stream
from vibetrader.engine.feed.subscription import NEVER, Subscription

__all__ = [
    "NEVER",
    "Columns",
    "DataReader",
    "ObjectColumns",
    "QuoteColumns",
    "Stream",
    "Subscription",
    "SubscriptionDataConfig",
    "SubscriptionManager",
    "TradeColumns",
]

"""Funding of crypto perpetuals. LEAN: Common/Securities/CryptoFuture/*MarginInterestRateModel.cs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vibetrader.engine import money
from vibetrader.engine.naming import LeanOverrides, lean_names
from vibetrader.engine.orders.order import utc_datetime
from vibetrader.engine.timekeeping import DAY, HOUR, Nanoseconds, from_datetime


@lean_names
class MarginInterestRateParameters:
    """Argument of `apply_margin_interest_rate`."""

    __slots__ = ("security", "utc_ns")

    def __init__(self, security: Any, time: datetime | Nanoseconds) -> None:
        self.security = security
        self.utc_ns = from_datetime(time) if isinstance(time, datetime) else time

    @property
    def time(self) -> datetime | None:
        """Now, UTC."""
        return utc_datetime(self.utc_ns)


class NullMarginInterestRateModel(LeanOverrides):
    """No funding."""

    def apply_margin_interest_rate(self, parameters: Any) -> None:
        """Nothing."""


@lean_names
class BinanceFutureMarginInterestRateModel(LeanOverrides):
    """Every eight hours the position pays (or earns) its worth times the funding rate."""

    __clr_name__ = "QuantConnect.Securities.CryptoFuture.BinanceFutureMarginInterestRateModel"

    def __init__(self) -> None:
        self._next: Nanoseconds | None = None

    def apply_margin_interest_rate(self, parameters: Any) -> None:
        """LEAN: BinanceFutureMarginInterestRateModel.cs, ApplyMarginInterestRate."""
        security, now = parameters.security, parameters.utc_ns
        if not security.invested:
            self._next = None
            return
        if self._next is None:
            self._next = _next_funding(now)
        rate = security.cache.margin_interest_rate
        if rate is None:
            return
        while now >= self._next:
            holdings = security.holdings
            worth, cash = holdings.quantity_value(holdings.quantity_decimal, security.price_decimal)
            cash.add_amount_decimal(-(money.dec(rate.interest_rate) * worth))
            self._next = _next_funding(self._next)


def _next_funding(ns: Nanoseconds) -> Nanoseconds:
    """0, 8 or 16 o'clock UTC, whichever comes next."""
    return ns // DAY * DAY + (ns % DAY // (8 * HOUR) + 1) * 8 * HOUR


class BybitFutureMarginInterestRateModel(BinanceFutureMarginInterestRateModel):
    """The same on Bybit."""


class DYDXFutureMarginInterestRateModel(BinanceFutureMarginInterestRateModel):
    """The same on dYdX."""

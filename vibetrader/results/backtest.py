"""A backtest's result as the rooms use it; LEAN's files hold the same and more.

Times are UTC seconds since 1970 as LEAN writes them in JSON (float where LEAN has fractions). Display strings
(`statistics`) are LEAN's, character for character; numbers are parsed from LEAN's decimals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """A line of LEAN's order-events file."""

    order_id: int
    event_id: int
    symbol: str
    time: float
    status: str  # submitted, filled, partiallyFilled, canceled, invalid …
    direction: str  # buy, sell, hold
    fill_price: float
    fill_quantity: float
    quantity: float
    fee: float
    fee_currency: str
    message: str


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order with its last state. `type` is LEAN's number (0 market, 1 limit, 2 stop market, 3 stop limit, 4 at the
    open, 5 at the close …), `status` too (1 submitted, 2 part filled, 3 filled, 5 cancelled, 7 invalid)."""

    id: int
    symbol: str
    type: int
    status: int
    direction: int  # 0 buy, 1 sell, 2 hold
    quantity: float
    price: float
    time: str  # ISO 8601, UTC
    last_fill_time: str | None
    tag: str
    limit_price: float | None = None
    stop_price: float | None = None
    created: str | None = None  # ISO 8601, UTC; when it was sent
    last_price: float | None = None  # of the security when it was sent


@dataclass(frozen=True, slots=True)
class ClosedTrade:
    """A round trip as LEAN's trade builder sees it; `mae` and `mfe` are in account currency."""

    symbols: tuple[str, ...]
    entry_time: str  # ISO 8601, UTC
    exit_time: str
    direction: Literal["long", "short"]
    entry_price: float
    exit_price: float
    quantity: float
    profit_loss: float
    total_fees: float
    mae: float
    mfe: float
    is_win: bool
    order_ids: tuple[int, ...]
    duration: str


@dataclass(frozen=True, slots=True)
class BacktestResult:
    """One finished or failed backtest.

    Attributes:
        status: LEAN's: Completed, RuntimeError, or NoResult when there is no result file.
        error: LEAN's error text with its stack trace, "" without error.
        equity: (time, open, high, low, close) per sample.
        charts: LEAN's charts as in the file: chart → series → points.
        trading_days: Trading days of a year, by which LEAN annualises.
        data_points: Bars and ticks processed, from the log; None when the log does not say.
        parameters: The LEAN parameters used.
    """

    status: str
    error: str = ""
    engine: str = "embedded"
    folder: str = "backtest"
    id: str = ""
    start: str | None = None
    end: str | None = None
    account_currency: str = ""
    statistics: Mapping[str, str] = field(default_factory=dict)
    runtime_statistics: Mapping[str, str] = field(default_factory=dict)
    trade_statistics: Mapping[str, Any] = field(default_factory=dict)
    portfolio_statistics: Mapping[str, Any] = field(default_factory=dict)
    orders: tuple[OrderRecord, ...] = ()
    order_events: tuple[OrderEvent, ...] = ()
    closed_trades: tuple[ClosedTrade, ...] = ()
    equity: tuple[tuple[float, float, float, float, float], ...] = ()
    benchmark: tuple[tuple[float, float], ...] = ()
    drawdown: tuple[tuple[float, float], ...] = ()
    charts: Mapping[str, Mapping[str, list[list[float | None]]]] = field(default_factory=dict)
    analysis: tuple[Mapping[str, Any], ...] = ()
    log: tuple[str, ...] = ()
    data_points: int | None = None
    trading_days: int = 252  # per year, as LEAN annualises
    order_list_hash: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    protections: tuple[str, ...] = ()  # what contained the strategy's process
    duration_s: float = 0.0

    @property
    def completed(self) -> bool:
        """The algorithm ran to its end."""
        return self.status == "Completed"

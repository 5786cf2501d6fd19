"""Bars that keep to the exchange's sessions. LEAN: MarketHourAwareConsolidator.cs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from vibetrader.engine import clr
from vibetrader.engine.consolidators.base import ConsolidatorBase, Surroundings
from vibetrader.engine.consolidators.periods import (
    NsCalendars,
    QuoteBarConsolidator,
    TickConsolidator,
    TickQuoteBarConsolidator,
    TradeBarConsolidator,
)
from vibetrader.engine.data.bars import MIN_NS, QuoteBar, Tick, TradeBar
from vibetrader.engine.data.enums import RESOLUTION_SPAN, Resolution, SecurityType, TickType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import DAY, HOUR, from_timedelta


def use_strict_end_time(enabled: bool, symbol: Symbol, increment: int, hours: Any) -> bool:
    """Whether daily bars end at the close. LEAN: Common/Util/LeanData.cs, UseStrictEndTime."""
    if (
        hours.is_market_always_open
        or increment <= HOUR
        or (symbol.security_type == SecurityType.CFD and symbol.market == "oanda")
        or symbol.security_type in (SecurityType.FOREX, SecurityType.BASE)
    ):
        return False
    return enabled


@lean_names
class MarketHourAwareConsolidator(ConsolidatorBase):
    """Consolidates data of the sessions only; daily bars run from open to close.

    Args:
        daily_strict_end_time_enabled: Daily bars end at the close, not at midnight.
        resolution: Resolution or span of the bars.
        data_type: Class of the data it takes.
        tick_type: Kind of ticks.
        extended_market_hours: Take data outside the regular session too.
    """

    def __init__(
        self,
        daily_strict_end_time_enabled: bool,
        resolution: Resolution | timedelta,
        data_type: type,
        tick_type: TickType,
        extended_market_hours: bool,
    ) -> None:
        self._strict = daily_strict_end_time_enabled
        self._extended = extended_market_hours
        span = resolution if isinstance(resolution, timedelta) else RESOLUTION_SPAN[Resolution(resolution)]
        self.period = span
        self._period = from_timedelta(span)
        self._use_strict = False
        self._hours: Any = None
        daily = self._period == DAY
        known = isinstance(resolution, Resolution) or span in RESOLUTION_SPAN.values()
        specification: Any = span
        if daily:
            specification = NsCalendars(self._daily)
        elif not known:
            specification = NsCalendars(self._intraday if self._period < DAY else self._daily)
        self._inner = self._make(specification, data_type, tick_type)
        self.input_type, self.output_type = self._inner.input_type, self._inner.output_type
        self._inner.emitted += lambda sender, data: self.emit(data)

    @staticmethod
    def _make(specification: Any, data_type: type, tick_type: TickType) -> Any:
        if data_type is Tick:
            kind: Any = TickConsolidator if tick_type == TickType.TRADE else TickQuoteBarConsolidator
            return kind(specification)
        if data_type is TradeBar:
            return TradeBarConsolidator(specification)
        if data_type is QuoteBar:
            return QuoteBarConsolidator(specification)
        raise clr.ArgumentNullException(f"{data_type.__name__} not supported", "dataType")

    @property
    def working_data(self) -> Any:
        """A copy of the unfinished bar."""
        return self._inner.working_data

    def _initialize(self, symbol: Symbol) -> Any:
        if self._hours is None:
            self._hours = Surroundings.exchange_hours(symbol)
            self._use_strict = use_strict_end_time(self._strict, symbol, self._period, self._hours)
        return self._hours

    def _daily(self, time: int) -> tuple[int, int]:
        if not self._use_strict or self._period > DAY:
            return (
                time if self._period > DAY else (time - MIN_NS) // self._period * self._period + MIN_NS
            ), self._period
        start = self._hours.first_daily_open(time, self._extended)
        return start, self._hours.last_daily_close(start, self._extended) - start

    def _intraday(self, time: int) -> tuple[int, int]:
        hours, period = self._hours, self._period
        if hours is None or hours.is_market_always_open:
            return (time - MIN_NS) // period * period + MIN_NS, period
        # LEAN: LeanData.cs, GetIntradayCalendar: counted from the open, cut at the close
        opened = hours.previous_open(time + 100 if hours.is_open_at(time, self._extended) else time, self._extended)
        start = opened + (time - opened) // period * period
        return start, min(start + period, hours.next_close(opened, self._extended)) - start

    def feed(self, data: Any) -> None:
        """Take data of the session."""
        hours = self._initialize(data.symbol)
        start, end = data.start_ns, data.end_ns
        if (
            self._extended
            or hours.is_open_at(start, False)
            or (self._period == DAY and end - start >= HOUR and hours.is_open_during(start, end, False))
        ):
            self._inner.update(data)

    def check_input(self, data: Any) -> None:
        """The inner consolidator decides."""

    def scan_ns(self, local_ns: int) -> None:
        """Emit what is due."""
        self._inner.scan_ns(local_ns)

    def reset(self) -> None:
        """Forget everything but the listeners."""
        self._use_strict, self._hours = False, None
        self._inner.reset()
        super().reset()

    def dispose(self) -> None:
        """Forget the listeners."""
        self._inner.dispose()
        super().dispose()

"""The exchange of a security. LEAN: Common/Securities/SecurityExchange.cs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import MINUTE, Nanoseconds, from_datetime, to_datetime


@lean_names
class SecurityExchange:
    """Hours of an exchange at the algorithm's time.

    Attributes:
        hours: Its market hours.
    """

    __slots__ = ("_state", "hours")
    __clr_name__ = "QuantConnect.Securities.SecurityExchange"

    def __init__(self, hours: Any, state: Any) -> None:
        self.hours = hours
        self._state = state

    @property
    def local_ns(self) -> Nanoseconds:
        """Clock time of the exchange."""
        return self.hours.time_zone.to_local(self._state.utc_ns)  # type: ignore[no-any-return]

    @property
    def time_zone(self) -> Any:
        """Zone of the exchange."""
        return self.hours.time_zone

    @property
    def local_time(self) -> datetime:
        """Clock time of the exchange."""
        return to_datetime(self.local_ns)

    @property
    def exchange_open(self) -> bool:
        """Whether regular hours are on."""
        return bool(self.hours.is_open_at(self.local_ns, False))

    @property
    def closing_soon(self) -> bool:
        """Whether regular hours end within ten minutes."""
        return self.is_closing_soon(10)

    @property
    def trading_days_per_year(self) -> int:
        """Trading days per year."""
        return 365 if self.hours.is_market_always_open else 252

    def is_closing_soon(self, minutes_to_close: int) -> bool:
        """Whether regular hours end within that many minutes."""
        return not self.hours.is_open_at(self.local_ns + minutes_to_close * MINUTE, False)

    def date_is_open(self, date_to_check: datetime, extended_market_hours: bool = False) -> bool:
        """Whether the exchange opens on a date."""
        return bool(self.hours.is_date_open(date_to_check, extended_market_hours))

    def date_time_is_open(self, date_time: datetime) -> bool:
        """Whether regular hours are on at a clock time of the exchange."""
        return bool(self.hours.is_open_at(from_datetime(date_time), False))

    def is_open_during_bar(self, bar_start_time: datetime, bar_end_time: datetime, is_extended_market_hours: bool) -> bool:
        """Whether the exchange is open at any moment of a bar."""
        return bool(
            self.hours.is_open_during(
                from_datetime(bar_start_time), from_datetime(bar_end_time), is_extended_market_hours
            )
        )

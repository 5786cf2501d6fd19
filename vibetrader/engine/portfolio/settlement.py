"""When money from trades becomes cash. LEAN: Common/Securities/*SettlementModel.cs."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from vibetrader.engine.money import ZERO
from vibetrader.engine.naming import LeanOverrides, lean_names
from vibetrader.engine.orders.fees import CashAmount
from vibetrader.engine.orders.order import utc_datetime
from vibetrader.engine.timekeeping import DAY, HOUR, Nanoseconds, from_datetime, from_timedelta

#: LEAN: Equity.cs, DefaultSettlementDays, DefaultSettlementTime
EQUITY_DAYS: Final = 1
EQUITY_TIME: Final = 6 * HOUR


def _moment(time: datetime | Nanoseconds) -> tuple[Nanoseconds, datetime | None]:
    """A moment, and the user's own object where one gave it: it is handed on as it came."""
    return (from_datetime(time), time) if isinstance(time, datetime) else (time, None)


@lean_names
class ApplyFundsSettlementModelParameters:
    """Argument of `apply_funds`."""

    __slots__ = ("_time", "cash_amount", "fill", "portfolio", "security", "utc_ns")

    def __init__(
        self,
        portfolio: Any,
        security: Any,
        application_time_utc: datetime | Nanoseconds,
        cash_amount: CashAmount,
        fill: Any = None,
    ) -> None:
        self.portfolio = portfolio
        self.security = security
        self.utc_ns, self._time = _moment(application_time_utc)
        self.cash_amount = cash_amount
        self.fill = fill

    @property
    def utc_time(self) -> datetime | None:
        """Time of the fill, UTC."""
        return self._time or utc_datetime(self.utc_ns)


@lean_names
class ScanSettlementModelParameters:
    """Argument of `scan`."""

    __slots__ = ("_time", "portfolio", "security", "utc_ns")

    def __init__(self, portfolio: Any, security: Any, time_utc: datetime | Nanoseconds) -> None:
        self.portfolio = portfolio
        self.security = security
        self.utc_ns, self._time = _moment(time_utc)

    @property
    def utc_time(self) -> datetime | None:
        """Now, UTC."""
        return self._time or utc_datetime(self.utc_ns)


@lean_names
class ImmediateSettlementModel(LeanOverrides):
    """Money is cash at once."""

    __clr_name__ = "QuantConnect.Securities.ImmediateSettlementModel"

    def apply_funds(self, parameters: Any) -> None:
        """Book an amount."""
        amount = parameters.cash_amount
        parameters.portfolio.cash_book[amount.currency].add_amount_decimal(amount.amount_decimal)

    def scan(self, parameters: Any) -> None:
        """Nothing waits."""

    def get_unsettled_cash(self) -> CashAmount:
        """Nothing."""
        return CashAmount(ZERO, "")


class AccountCurrencyImmediateSettlementModel(ImmediateSettlementModel):
    """Money is cash of the account currency at once."""

    __clr_name__ = "QuantConnect.Securities.AccountCurrencyImmediateSettlementModel"

    def apply_funds(self, parameters: Any) -> None:
        """Convert and book an amount."""
        book = parameters.portfolio.cash_book
        book[book.account_currency].add_amount_decimal(book.convert_amount(parameters.cash_amount))


@lean_names
class DelayedSettlementModel(LeanOverrides):
    """Proceeds of sales become cash some trading days later.

    Args:
        number_of_days: Days on which the exchange opens.
        time_of_day: Time of that day at the exchange.
    """

    __clr_name__ = "QuantConnect.Securities.DelayedSettlementModel"

    def __init__(self, number_of_days: int, time_of_day: timedelta | Nanoseconds) -> None:
        self._days = number_of_days
        self._time = time_of_day if isinstance(time_of_day, int) else from_timedelta(time_of_day)
        self._waiting: deque[tuple[Nanoseconds, str, Decimal]] = deque()
        self._book: Any = None

    def apply_funds(self, parameters: Any) -> None:
        """Book a payment at once, proceeds later."""
        portfolio, amount = parameters.portfolio, parameters.cash_amount
        if amount.amount_decimal > 0:
            portfolio.unsettled_cash_book[amount.currency].add_amount_decimal(amount.amount_decimal)
            hours = parameters.security.exchange.hours
            day = hours.time_zone.to_local(parameters.utc_ns) // DAY * DAY
            left = self._days
            while left:
                day += DAY
                if hours.is_date_open(day, False):
                    left -= 1
            self._waiting.append((hours.time_zone.to_utc(day + self._time), amount.currency, amount.amount_decimal))
        else:
            portfolio.cash_book[amount.currency].add_amount_decimal(amount.amount_decimal)
        self._book = portfolio.unsettled_cash_book

    def scan(self, parameters: Any) -> None:
        """Release what is due."""
        while self._waiting and parameters.utc_ns >= self._waiting[0][0]:
            _, currency, amount = self._waiting.popleft()
            parameters.portfolio.unsettled_cash_book[currency].add_amount_decimal(-amount)
            parameters.portfolio.cash_book[currency].add_amount_decimal(amount)

    def get_unsettled_cash(self) -> CashAmount:
        """What waits, in account currency."""
        if not self._waiting:
            return CashAmount(ZERO, "")
        total = sum((self._book.to_account_currency(amount, currency) for _, currency, amount in self._waiting), ZERO)
        return CashAmount(total, self._book.account_currency)


"""How much may be sold short, and at what rate. LEAN: Common/Data/Shortable/*.cs, ShortMarginInterestRateModel.cs."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.money import ZERO, double
from vibetrader.engine.naming import LeanOverrides, lean_names
from vibetrader.engine.timekeeping import DAY, Nanoseconds


@lean_names
class NullShortableProvider(LeanOverrides):
    """Everything may be sold short."""

    __clr_name__ = "QuantConnect.Data.Shortable.NullShortableProvider"

    def shortable_quantity(self, symbol: Symbol, local_time: datetime) -> int | None:
        """No limit."""
        return None

    def fee_rate(self, symbol: Symbol, local_time: datetime) -> float:
        """No fee."""
        return 0.0

    def rebate_rate(self, symbol: Symbol, local_time: datetime) -> float:
        """No rebate."""
        return 0.0


class _Day(NamedTuple):
    quantity: int | None
    rebate: Decimal
    fee: Decimal


_NOTHING = _Day(None, ZERO, ZERO)


@lean_names
class LocalDiskShortableProvider(LeanOverrides):
    """Limits and rates of a broker from `<kind>/<market>/shortable/<broker>/symbols/<ticker>.csv` of the data folder.

    Lines are `yyyyMMdd,quantity[,rebate %[,fee %]]`; a date without a line has no limit.

    Args:
        brokerage: Name of the broker's folder.
    """

    __clr_name__ = "QuantConnect.Data.Shortable.LocalDiskShortableProvider"

    #: LEAN's reader of files, which `Extensions.read_lines` is given.
    data_provider: Any = "DefaultDataProvider"

    def __init__(self, brokerage: str) -> None:
        self.brokerage = brokerage.lower()
        self.data_folder: Path | None = None
        self._days: dict[str, dict[date, _Day]] = {}

    def shortable_quantity(self, symbol: Symbol, local_time: datetime) -> int | None:
        """Most that may be sold short on a date; None without a limit."""
        return self._day(symbol, local_time).quantity

    def fee_rate(self, symbol: Symbol, local_time: datetime) -> float:
        """Yearly fee of a date, as a fraction."""
        return double(self._day(symbol, local_time).fee)

    def rebate_rate(self, symbol: Symbol, local_time: datetime) -> float:
        """Yearly rebate of a date, as a fraction."""
        return double(self._day(symbol, local_time).rebate)

    def _day(self, symbol: Symbol | None, local_time: date) -> _Day:
        if symbol is None:
            return _NOTHING
        day = local_time.date() if isinstance(local_time, datetime) else local_time
        days = self._days.get(symbol.value)
        if days is None:
            days = self._days[symbol.value] = self._read(symbol)
        return days.get(day, _NOTHING)

    def _read(self, symbol: Symbol) -> dict[date, _Day]:
        if self.data_folder is None:
            return {}
        kind, name = str(symbol.security_type).lower(), f"{symbol.value.lower()}.csv"
        path = self.data_folder / kind / symbol.market / "shortable" / self.brokerage / "symbols" / name
        if not path.is_file():
            return {}
        found = {}
        for line in path.read_text(encoding="utf-8-sig").splitlines():
            if line and not line.startswith("#"):
                day, quantity, rebate, fee, *_ = (*line.split(","), "", "", "")
                found[date(int(day[:4]), int(day[4:6]), int(day[6:8]))] = _Day(
                    int(quantity) if quantity else None, Decimal(rebate or 0) / 100, Decimal(fee or 0) / 100
                )
        return found


class InteractiveBrokersShortableProvider(LocalDiskShortableProvider):
    """Limits and rates of Interactive Brokers."""

    __clr_name__ = "QuantConnect.Data.Shortable.InteractiveBrokersShortableProvider"

    def __init__(self) -> None:
        super().__init__("interactivebrokers")


@lean_names
class ShortMarginInterestRateModel(LeanOverrides):
    """Each day a short position pays the fee rate of its shortable provider, a long one earns the rebate rate.

    Attributes:
        amount: Sum so far.
    """

    __clr_name__ = "QuantConnect.Securities.Equity.ShortMarginInterestRateModel"

    def __init__(self) -> None:
        self.amount_decimal = ZERO
        self._since: Nanoseconds | None = None
        self._short = False

    @property
    def amount(self) -> float:
        """Sum so far: earned if positive."""
        return double(self.amount_decimal)

    def apply_margin_interest_rate(self, parameters: Any) -> None:
        """LEAN: ShortMarginInterestRateModel.cs, ApplyMarginInterestRate."""
        security, now = parameters.security, parameters.utc_ns
        holdings = security.holdings
        if not holdings.invested:
            self._since = None
            return
        if self._since is None or self._short != holdings.is_short:
            self._short, self._since = holdings.is_short, now
            return
        days = now // DAY - self._since // DAY
        if not days:
            return
        provider, today = security.shortable_provider, security.local_time
        rate = (provider.fee_rate if self._short else provider.rebate_rate)(security.symbol, today)
        if not rate:
            self._since = None
            return
        fee = Decimal(repr(rate)) * holdings.holdings_value_decimal / 360 * days
        self.amount_decimal += fee
        security.quote_currency.add_amount_decimal(fee)
        self._since = now

"""Benchmarks. LEAN: Common/Benchmarks/*.cs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from vibetrader.engine import money
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.naming import lean_names
from vibetrader.engine.orders.order import utc_datetime


@lean_names
class SecurityBenchmark:
    """The price of a security, in account currency."""

    __clr_name__ = "QuantConnect.Benchmarks.SecurityBenchmark"

    def __init__(self, security: Any) -> None:
        self.security = security

    def evaluate_decimal(self, utc_ns: int) -> Decimal:
        """The value now, exact."""
        rate: Decimal = self.security.quote_currency.conversion_rate_decimal
        return self.security.price_decimal * rate  # type: ignore[no-any-return]

    def evaluate(self, time: datetime) -> float:
        """The value now."""
        return money.double(self.evaluate_decimal(0))

    @staticmethod
    def create_instance(securities: Any, symbol: Symbol) -> SecurityBenchmark:
        """Benchmark of a symbol."""
        return security_benchmark(securities, symbol)

    def __str__(self) -> str:
        return self.__clr_name__


@lean_names
class FuncBenchmark:
    """A function of the UTC time, which has a zone."""

    __clr_name__ = "QuantConnect.Benchmarks.FuncBenchmark"

    def __init__(self, benchmark: Callable[[Any], Any]) -> None:
        self._function = benchmark

    def evaluate_decimal(self, utc_ns: int) -> Decimal:
        """The value at a time, exact."""
        return money.dec(self._function(utc_datetime(utc_ns)))

    def evaluate(self, time: datetime) -> float:
        """The value at a time."""
        return float(self._function(time))

    def __str__(self) -> str:
        return self.__clr_name__


def security_benchmark(securities: Any, symbol: Symbol) -> SecurityBenchmark:
    """Benchmark of a symbol. LEAN: SecurityBenchmark.cs, CreateInstance: its security is not one of the algorithm's."""
    return SecurityBenchmark(securities.create_benchmark_security(symbol))

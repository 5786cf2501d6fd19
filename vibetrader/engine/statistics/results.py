"""What `self.statistics` shows. LEAN: Common/Statistics/StatisticsResults.cs."""

from __future__ import annotations

from typing import Any

from vibetrader.engine.clr import ArgumentNullException
from vibetrader.engine.data.dictionary import LeanDictionary, pair_type
from vibetrader.engine.data.symbolcache import KeyNotFoundException
from vibetrader.engine.naming import lean_names
from vibetrader.engine.statistics.builder import Performance


class NameDictionary(LeanDictionary[str, Any]):
    """A .NET dictionary by name."""

    _pair = pair_type("str,str")

    def __init__(self, entries: dict[str, Any]) -> None:
        self._entries = entries

    def _find(self, key: Any) -> Any:
        return self._entries.get(key)

    def _get(self, key: Any) -> Any:
        if key is None:
            raise ArgumentNullException("Value cannot be null.", "key")
        if key not in self._entries:
            raise KeyNotFoundException(f"The given key '{key}' was not present in the dictionary.")
        return self._entries[key]

    def _pairs(self) -> list[tuple[str, Any]]:
        return list(self._entries.items())

    def __setitem__(self, key: str, value: Any) -> None:
        self._entries[key] = value


@lean_names
class AlgorithmPerformance:
    """Statistics of a period.

    Attributes:
        trade_statistics: Of the closed trades.
        portfolio_statistics: Of the account value.
        closed_trades: The trades.
    """

    def __init__(self, performance: Performance) -> None:
        self.trade_statistics = performance.trade_statistics
        self.portfolio_statistics = performance.portfolio_statistics
        self.closed_trades = list(performance.closed_trades)
        self.TradeStatistics = self.trade_statistics
        self.PortfolioStatistics = self.portfolio_statistics
        self.ClosedTrades = self.closed_trades


@lean_names
class StatisticsResults:
    """Statistics of a run so far.

    Attributes:
        total_performance: Of the whole.
        rolling_performances: Of the windows by name (`M3_20240131`).
        summary: LEAN's titles and texts.
    """

    def __init__(self, total: Performance, rolling: dict[str, Performance], summary: dict[str, str]) -> None:
        self.total_performance = AlgorithmPerformance(total)
        self.rolling_performances = NameDictionary(
            {name: AlgorithmPerformance(window) for name, window in rolling.items()}
        )
        self.summary = NameDictionary(summary)
        self.TotalPerformance = self.total_performance
        self.RollingPerformances = self.rolling_performances
        self.Summary = self.summary

"""What `self.statistics` shows. LEAN: Common/Statistics/StatisticsResults.cs."""

from __future__ import annotations

from typing import Any

from vibetrader.engine.naming import lean_names
from vibetrader.engine.statistics.builder import Performance


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
        self.rolling_performances: dict[str, Any] = {
            name: AlgorithmPerformance(window) for name, window in rolling.items()
        }
        self.summary = summary
        self.TotalPerformance = self.total_performance
        self.RollingPerformances = self.rolling_performances
        self.Summary = self.summary

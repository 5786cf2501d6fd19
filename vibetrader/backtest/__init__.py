"""One Protocol, three engines, LEAN's result files."""

from vibetrader.backtest.protocol import Backtester, BacktestRequest, Unavailable

__all__ = ["BacktestRequest", "Backtester", "Unavailable"]

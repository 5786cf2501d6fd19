"""VibeTrader: a trading idea in plain words becomes a LEAN algorithm, a backtest and a report."""

__version__ = "0.1.0"

"""Cash, positions as a whole, buying power."""

from vibetrader.engine.portfolio.manager import SecurityPortfolioManager

__all__ = ["SecurityPortfolioManager"]

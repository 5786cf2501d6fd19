"""Securities: prices, positions, exchanges, and the interfaces of their models."""

from vibetrader.engine.securities.manager import SecurityManager
from vibetrader.engine.securities.security import Security

__all__ = ["Security", "SecurityManager"]

"""Plain models handed between nodes. No behaviour beyond their own form."""

from vibetrader.results.outcome import Outcome, Status

__all__ = ["Outcome", "Status"]

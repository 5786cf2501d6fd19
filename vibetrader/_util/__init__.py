"""Part of VibeTrader."""

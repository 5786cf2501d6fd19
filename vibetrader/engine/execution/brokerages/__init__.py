"""Brokerage models: what a brokerage accepts, charges and lends."""

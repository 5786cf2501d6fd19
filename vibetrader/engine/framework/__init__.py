"""LEAN's algorithm framework: alpha, portfolio construction, risk, execution, universe selection."""

"""Specs on columns: signals and trades without code and without the engine, for sweeps and as an independent judge."""

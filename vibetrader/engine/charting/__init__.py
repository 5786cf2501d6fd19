"""Charts: what users plot and what the engine samples, and thinning of long series."""

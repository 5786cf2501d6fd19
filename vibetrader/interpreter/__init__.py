"""The spec on arrays: what its expressions were on every bar."""

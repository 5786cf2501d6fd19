"""Scores the idea compiler against a corpus of texts with expected answers: `python -m tests.corpus [FILE] [--json]`."""

"""Dictionaries as LEAN shows them to Python; they live one floor down, beside the slice that uses them too."""

from __future__ import annotations

from vibetrader.engine.data.dictionary import KeyValuePair, LeanDictionary, pair_type

__all__ = ["KeyValuePair", "LeanDictionary", "pair_type"]

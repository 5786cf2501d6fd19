"""The strategy language: model, expressions, indicators, checks, YAML. No prices, no run.

`docs/spec.md` is the reference.
"""

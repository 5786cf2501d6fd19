"""`vibetrader schema`: the JSON Schema of the spec."""

from __future__ import annotations

from vibetrader.cli import options as o


def schema(as_json: o.Json = False) -> None:
    """Print the JSON Schema of spec.yaml (it is JSON with or without --json).

    Example: vibetrader schema > spec.schema.json
    """
    from vibetrader.cli import render
    from vibetrader.spec.strategy import json_schema

    render.out_json(json_schema())

"""`vibetrader schema`: the JSON Schema of the spec or of the report."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from vibetrader.cli import options as o

Which = Annotated[Literal["spec", "report"], typer.Argument(help="spec.yaml or report.json.")]


def schema(which: Which = "spec", as_json: o.Json = False) -> None:
    """Print the JSON Schema of spec.yaml or of report.json (it is JSON with or without --json).

    Example: vibetrader schema > spec.schema.json
    """
    from vibetrader.cli import render

    if which == "report":
        from vibetrader.report.schema import json_schema as report_schema

        render.out_json(report_schema())
        return
    from vibetrader.spec.strategy import json_schema

    render.out_json(json_schema())

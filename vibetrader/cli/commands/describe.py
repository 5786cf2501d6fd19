"""`vibetrader describe`: a spec as one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vibetrader.cli import options as o
from vibetrader.errors import UsageError

Where = Annotated[Path, typer.Argument(metavar="RUN|SPEC", help="A run directory or a spec file.")]


def describe(where: Where, as_json: o.Json = False) -> None:
    """Say in one sentence what a spec does; `clarify` of that sentence gives the spec again.

    Example: vibetrader describe runs/20261124T164218Z-rsi-30-buy-1a2b3c
    """
    from vibetrader.clarify.describe import describe as sentence_of
    from vibetrader.cli import render
    from vibetrader.rundir import RunDir
    from vibetrader.rundir.layout import SPEC
    from vibetrader.spec import yamlio

    if where.is_file():
        try:
            text = where.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{str(where)!r} cannot be read: {error}") from error
        spec = yamlio.load(text, file=str(where))
    else:
        spec = yamlio.load(RunDir.open(where).read(SPEC), file=SPEC.path)
    sentence = sentence_of(spec)
    if as_json:
        render.out_json({"sentence": sentence})
    else:
        render.out(sentence)

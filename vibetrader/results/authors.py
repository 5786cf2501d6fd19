"""Who wrote `main.py` when it was not the template."""

from __future__ import annotations

from typing import Literal

from vibetrader.results.model import FileModel


class Author(FileModel):
    """`author.json`: a model's hand in the program.

    Attributes:
        task: What it was asked for.
        keeps_trades: The change must leave the trades of the parent run as they were; compile holds it to that.
        notes: What it said it did.
    """

    schema_version: int = 1
    task: Literal["write_code", "repair_code", "modify_code"]
    provider: str
    model: str
    keeps_trades: bool = False
    notes: str = ""

"""`vibetrader data`: what is in the data folder."""

from __future__ import annotations

import typer

from vibetrader.errors import UsageError

app = typer.Typer(help="Fetch, import, check and make market data.", no_args_is_help=True, rich_markup_mode=None)
_REST = {"allow_extra_args": True, "ignore_unknown_options": True}


@app.command(context_settings=_REST)
def fetch(context: typer.Context) -> None:
    """Fetch bars from an exchange (not in this version yet)."""
    raise _missing("fetch")


@app.command("import", context_settings=_REST)
def import_(context: typer.Context) -> None:
    """Import CSV or Parquet (not in this version yet)."""
    raise _missing("import")


@app.command(context_settings=_REST)
def check(context: typer.Context) -> None:
    """Audit the bars in a folder (not in this version yet)."""
    raise _missing("check")


def _missing(what: str) -> UsageError:
    return UsageError(
        f"data {what} is not in this version yet",
        hint="Runs use a LEAN data folder (--data-folder) or the synthetic market (--data synthetic).",
    )

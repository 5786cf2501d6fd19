"""The `vibetrader` command: parse, call, render, exit."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from vibetrader.cli.commands import (
    compare,
    data,
    describe,
    doctor,
    indicators,
    iterate,
    lean_support,
    nodes,
    replay,
    report,
    run,
    runs,
    schema,
    sweep,
    test,
)
from vibetrader.cli.exits import run_app

app = typer.Typer(
    name="vibetrader",
    help=(
        "Turn a trading idea into a LEAN algorithm, backtest it, improve it with feedback.\n\n"
        "Examples:\n\n"
        '  vibetrader run "RSI <30 buy"\n\n'
        "  printf 'stop 3%\\ndone\\n' | vibetrader iterate runs/LATEST\n\n"
        "  vibetrader compile my-lean-project --data-folder data"
    ),
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from vibetrader.rundir.manifest import tool_version

        sys.stdout.write(f"vibetrader {tool_version()}\n")
        raise typer.Exit


@app.callback()
def vibetrader(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """Options before the command."""


app.command("run")(run.run)
app.command("clarify")(nodes.clarify)
app.command("design")(nodes.design)
app.command("compile")(nodes.compile_)
app.command("backtest")(nodes.backtest)
app.command("report")(report.report)
app.command("iterate")(iterate.iterate)
app.command("sweep")(sweep.sweep)
app.add_typer(data.app, name="data")
app.add_typer(runs.app, name="runs")
app.command("compare")(compare.compare)
app.command("test")(test.test)
app.command("describe")(describe.describe)
app.command("indicators")(indicators.indicators)
app.command("schema")(schema.schema)
app.command("doctor")(doctor.doctor)
app.command("status", hidden=True)(doctor.doctor)
app.command("lean-support")(lean_support.lean_support)
app.command("replay")(replay.replay)


def main() -> None:
    """Entry point of the `vibetrader` script."""
    sys.exit(run_app(app, sys.argv[1:]))

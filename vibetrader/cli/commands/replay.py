"""`vibetrader replay`: a run once more, and are the bytes the same?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vibetrader.cli import options as o

Into = Annotated[Path | None, typer.Option("--into", help="Keep the new run below this folder.")]


def replay(run: o.RunPath, into: Into = None, as_json: o.Json = False) -> None:
    """Make a run and its iterations again from what its directory holds, without a network, and compare every file.

    Example: vibetrader replay runs/20261124T164218Z-rsi-30-buy-1a2b3c
    """
    import tempfile

    from vibetrader.cli import render
    from vibetrader.errors import ExitCode
    from vibetrader.graph.replay import replay as make_again
    from vibetrader.rundir import RunDir

    with tempfile.TemporaryDirectory(prefix="vibetrader-replay-") as scratch:
        settings = o.settings_from(runs_dir=into or Path(scratch))
        done = make_again(RunDir.open(run), settings)
    differing = [file for file in done.files if file.state != "same"]
    if as_json:
        render.out_json(
            {
                "same": done.is_same,
                "outcome": done.outcome.status.value,
                "run": str(done.run.path) if into else None,
                "files": {file.path: file.state for file in done.files},
            }
        )
    else:
        for file in differing:
            render.out(f"{file.state:10} {file.path}")
        verdict = "the same bytes" if done.is_same else f"{len(differing)} of {len(done.files)} files differ"
        render.out(f"{verdict}: {len(done.files)} files; the run ends with {done.outcome.status.value}")
        if into:
            render.out(f"run directory: {done.run.path}")
    raise typer.Exit(int(ExitCode.DONE if done.is_same else ExitCode.RUN_DIRECTORY))

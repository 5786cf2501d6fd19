"""`vibetrader sweep`: many variants, honestly chosen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vibetrader.cli import options as o
from vibetrader.errors import UsageError

if TYPE_CHECKING:
    from vibetrader.spec.strategy import StrategySpec

Target = Annotated[Path, typer.Argument(metavar="SPEC|RUN", help="A spec.yaml, or a run directory.")]
Vary = Annotated[
    list[str] | None,
    typer.Option("-p", "--parameter", help="name=from:to:step, name=a,b,c; symbol=… and timeframe=… too."),
]
Where = Annotated[
    list[str] | None, typer.Option("--where", help='Only cells for which this holds, e.g. "fast < slow".')
]
Random = Annotated[int | None, typer.Option("--random", min=1, help="So many cells of the grid, drawn with the seed.")]
Objective = Annotated[str, typer.Option("--objective", help="The figure to choose by.")]
Forward = Annotated[
    int, typer.Option("--walk-forward", min=0, help="Stretches that are traded on what was chosen before.")
]
Anchored = Annotated[
    bool, typer.Option("--anchored", help="Learn from everything before, not only the stretch before.")
]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes (one for each core).")]
Shard = Annotated[str | None, typer.Option("--shard", help="Only part i of n, as i/n; a last call without it merges.")]
Out = Annotated[Path | None, typer.Option("--out", help="Folder of the cells and the table (beside the spec).")]


def sweep(
    target: Target,
    parameter: Vary = None,
    where: Where = None,
    random: Random = None,
    objective: Objective = "sharpe_ratio",
    walk_forward: Forward = 4,
    anchored: Anchored = False,
    jobs: Jobs = 0,
    shard: Shard = None,
    out: Out = None,
    data: o.Data = None,
    data_folder: o.DataFolder = None,
    seed: o.Seed = None,
    as_json: o.Json = False,
) -> None:
    """Run many variants of a spec and say what choosing the best of them cost.

    Cells are kept as they are done: a sweep that was stopped goes on where it was, and only what is missing is run.

    Example: vibetrader sweep RUN -p rsi_period=7:21:1 -p oversold=20:40:2
    """
    from vibetrader._util import jsonio
    from vibetrader._util.files import atomic_write
    from vibetrader.cli import render
    from vibetrader.sweep import axes as x
    from vibetrader.sweep.outcome import FIGURES
    from vibetrader.sweep.run import Sweep, run
    from vibetrader.sweep.summary import summary, table, words

    settings = o.settings_from(data=data, data_folder=data_folder, seed=seed)
    spec = _spec(target)
    if objective not in FIGURES:
        raise UsageError(f"--objective {objective!r} is no figure", hint=f"One of {', '.join(FIGURES)}.")
    if not parameter:
        raise UsageError(
            "nothing varies", hint=f"-p name=from:to:step; parameters: {', '.join(spec.parameters) or 'none'}"
        )
    axes = [x.axis(text, spec) for text in parameter]
    if x.size(axes) > x.MOST_CELLS:
        raise UsageError(f"{x.size(axes):,} cells are too many", hint=f"At most {x.MOST_CELLS:,}; use larger steps.")
    cells = x.sample(axes, where or [], random, settings.seed) if random else list(x.cells(axes, where or []))
    if not cells:
        raise UsageError("no cell fulfils --where", hint="Loosen the conditions.")
    mine = _part(cells, shard)
    folder = out or (target if target.is_dir() else target.parent) / "sweep"
    work = Sweep(spec, axes, folder, settings, settings.today)
    with render.counting(len(mine), "cells") as on_done:
        results = run(work, mine, jobs=jobs, on_done=on_done)
    if shard is not None:
        render.note(f"part {shard}: {len(mine)} cells in {folder}; a call without --shard merges")
        return
    answer = summary(axes, results, objective, windows=walk_forward, anchored=anchored)
    answer["synthetic"] = work.data.synthetic
    atomic_write(folder / "table.csv", table(axes, results))
    atomic_write(folder / "sweep.json", jsonio.dumps(answer, indent=1) + "\n")
    if as_json:
        render.out_json({**answer, "folder": str(folder)})
    else:
        render.show_sweep(answer, words(answer), folder)
    raise typer.Exit(0 if answer["best"] is not None else 6)


def _spec(target: Path) -> StrategySpec:
    from vibetrader.rundir.layout import SPEC
    from vibetrader.spec import yamlio
    from vibetrader.spec.parameters import parameterized

    path = target / SPEC.path if target.is_dir() else target
    if not path.is_file():
        raise UsageError(f"{str(path)!r} does not exist", hint="Give a spec.yaml, or a run directory that has one.")
    spec = yamlio.read(path)
    return spec if spec.parameters else parameterized(spec)


def _part(cells: list[tuple[float | str, ...]], shard: str | None) -> list[tuple[float | str, ...]]:
    if shard is None:
        return cells
    number, slash, count = shard.partition("/")
    if not slash or not number.isdigit() or not count.isdigit() or not 1 <= int(number) <= int(count):
        raise UsageError(f"--shard {shard!r} is not i/n", hint="For example --shard 2/4.")
    return cells[int(number) - 1 :: int(count)]

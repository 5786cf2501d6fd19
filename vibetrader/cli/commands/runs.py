"""`vibetrader runs`: the run directories."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vibetrader.cli import options as o

if TYPE_CHECKING:
    from vibetrader.rundir import RunDir

app = typer.Typer(help="List, show and remove run directories.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_(runs_dir: o.RunsDir = None, as_json: o.Json = False) -> None:
    """List the runs, newest first.

    Example: vibetrader runs list
    """
    from vibetrader.cli import render

    rows = [_row(run) for run in reversed(_all(o.settings_from(runs_dir=runs_dir).runs_dir))]
    if as_json:
        render.out_json(rows)
        return
    for row in rows:
        render.out(f"{row['run']}  {row['status']:16} {row['total_return'] or '':>10}  {row['idea']}")
    if not rows:
        render.note('no runs yet; vibetrader run "RSI <30 buy" makes one')


@app.command()
def show(run: o.RunPath, as_json: o.Json = False) -> None:
    """Show the report of a run once more.

    Example: vibetrader runs show runs/20261124T164218Z-rsi-30-buy-1a2b3c
    """
    from vibetrader.cli import render
    from vibetrader.results import Outcome, Status
    from vibetrader.rundir import RunDir

    directory = RunDir.open(run)
    nodes = directory.manifest().nodes
    last = nodes.get("compile") or next(reversed(nodes.values()), None)
    outcome = Outcome(Status(last.status), last.message) if last else Outcome(Status.OK, "nothing has run yet")
    raise typer.Exit(render.show_outcome(directory, outcome, as_json=as_json))


@app.command()
def log(
    run: o.RunPath,
    graph: Annotated[bool, typer.Option("--graph", help="Show the lineage instead of the journal.")] = False,
    as_json: o.Json = False,
) -> None:
    """Show the journal of a run, or the lineage of its iterations.

    Example: vibetrader runs log RUN --graph
    """
    from vibetrader.cli import render
    from vibetrader.rundir import RunDir
    from vibetrader.rundir.layout import JOURNAL

    directory = RunDir.open(run)
    if graph:
        root = directory.root
        rows = [_row(one) for one in [root, *root.iterations()]]
        if as_json:
            render.out_json(rows)
            return
        for number, row in enumerate(rows):
            mark = "●" if number == 0 else "└─"
            render.out(f"{mark} {Path(row['run']).name}  {row['status']}  {row['total_return'] or ''}  {row['idea']}")
        return
    lines = directory.lines(JOURNAL)
    if as_json:
        render.out_json([line.model_dump(mode="json", exclude_defaults=True) for line in lines])
        return
    for line in lines:
        took = f" {line.duration_s:.3f} s" if line.duration_s is not None else ""
        to = f" → {line.to}" if line.to else ""
        render.out(f"{line.time} {line.event:6}{line.node}{to} {line.status} {line.message}{took}".rstrip())


@app.command()
def gc(
    keep: Annotated[int, typer.Option("--keep", min=0, help="Runs to keep, newest first.")] = 20,
    yes: Annotated[bool, typer.Option("--yes", help="Remove; without it only say what would go.")] = False,
    runs_dir: o.RunsDir = None,
    as_json: o.Json = False,
) -> None:
    """Remove old runs.

    Example: vibetrader runs gc --keep 50 --yes
    """
    import shutil

    from vibetrader.cli import render

    old = _all(o.settings_from(runs_dir=runs_dir).runs_dir)[: -keep or None]
    for run in old:
        if yes:
            with run.lock(0):
                shutil.rmtree(run.path)
    paths = [str(run.path) for run in old]
    if as_json:
        render.out_json({"removed" if yes else "would_remove": paths})
        return
    for path in paths:
        render.out(f"{'removed' if yes else 'would remove'} {path}")


def _all(folder: Path) -> list[RunDir]:
    from vibetrader.rundir import RunDir
    from vibetrader.rundir.layout import MANIFEST

    if not folder.is_dir():
        return []
    return [RunDir(path) for path in sorted(folder.iterdir()) if (path / MANIFEST.path).is_file()]


def _row(run: RunDir) -> dict[str, Any]:
    from vibetrader.errors import RunDirError
    from vibetrader.rundir.layout import IDEA, METRICS

    row: dict[str, Any] = {"run": str(run.path), "status": "", "idea": "", "total_return": None}
    try:
        nodes = run.manifest().nodes
        failed = [record.status for record in nodes.values() if record.status != "ok"]
        row["status"] = failed[-1] if failed else ("ok" if "report" in nodes else "unfinished")
        if run.has(IDEA):
            idea = run.read(IDEA)
            row["idea"] = " ".join((idea.feedback[-1] if idea.feedback else idea.text).split())[:60]
        if run.has(METRICS):
            row["total_return"] = (run.read(METRICS).get("total_return") or {}).get("display")
    except RunDirError as error:
        row["status"] = f"invalid: {error}"
    return row

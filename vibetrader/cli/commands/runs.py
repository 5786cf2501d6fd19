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
def list_(
    failed: Annotated[bool, typer.Option("--failed", help="Only runs that did not end well.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1, help="At most so many.")] = None,
    runs_dir: o.RunsDir = None,
    as_json: o.Json = False,
) -> None:
    """List the runs, newest first.

    Example: vibetrader runs list -n 10
    """
    from vibetrader.cli import render

    rows = [_row(run) for run in reversed(_all(o.settings_from(runs_dir=runs_dir).runs_dir))]
    rows = [row for row in rows if not failed or row["status"] != "ok"][:limit]
    if as_json:
        render.out_json(rows)
        return
    if not rows:
        render.note('no runs yet; vibetrader run "RSI <30 buy" makes one')
        return
    wide = max(len(row["run"]) for row in rows)
    render.out(f"{'run':{wide}}  {'status':12}{'return':>11}{'drawdown':>10}{'Sharpe':>8}{'trades':>8}  idea")
    for row in rows:
        cells = "".join(f"{row[key] or '–':>{size}}" for key, size in _COLUMNS)
        more = f" +{row['iterations']}" if row["iterations"] else ""
        mark = " (synthetic)" if row["synthetic"] else ""
        render.out(f"{row['run']:{wide}}  {row['status']:12}{cells}  {row['idea']}{more}{mark}")


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
        lineage = [root, *root.iterations()]
        rows = [{**_row(one), "parent": _parent_of(one)} for one in lineage]
        if as_json:
            render.out_json(rows)
            return
        render.out("\n".join(_tree(rows, str(root.path), here=str(directory.path))))
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
    older_than_days: Annotated[int | None, typer.Option(min=0, help="Only those made longer ago.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only runs that did not end well.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove; without it only say what would go.")] = False,
    runs_dir: o.RunsDir = None,
    as_json: o.Json = False,
) -> None:
    """Remove old runs; a run that is in use stays.

    Example: vibetrader runs gc --keep 50 --yes
    """
    import shutil
    from datetime import datetime, timedelta

    from vibetrader._util.clock import utc_now
    from vibetrader.cli import render
    from vibetrader.errors import RunDirError

    chosen = _all(o.settings_from(runs_dir=runs_dir).runs_dir)[: -keep or None]
    if failed:
        chosen = [run for run in chosen if _row(run)["status"] != "ok"]
    if older_than_days is not None:
        edge = utc_now() - timedelta(days=older_than_days)
        chosen = [run for run in chosen if datetime.fromisoformat(run.manifest().created) < edge]
    gone: list[dict[str, Any]] = []
    for run in chosen:
        size = sum(file.stat().st_size for file in run.path.rglob("*") if file.is_file() and not file.is_symlink())
        if yes:
            try:
                with run.lock(0):
                    shutil.rmtree(run.path)
            except RunDirError as error:
                render.note(f"kept {run.path}: {error}")
                continue
        gone.append({"run": str(run.path), "bytes": size})
    if as_json:
        key = "removed" if yes else "would_remove"
        render.out_json({key: [row["run"] for row in gone], "bytes": sum(row["bytes"] for row in gone)})
        return
    for row in gone:
        render.out(f"{'removed' if yes else 'would remove'} {row['run']}  {row['bytes'] / 1e6:.1f} MB")
    total = sum(row["bytes"] for row in gone) / 1e6
    more = "" if yes or not gone else "; --yes removes them"
    render.note(f"{len(gone)} runs, {total:.1f} MB{more}")


_COLUMNS = (("total_return", 11), ("max_drawdown", 10), ("sharpe_ratio", 8), ("round_trips", 8))


def _parent_of(run: RunDir) -> str | None:
    from vibetrader.errors import RunDirError

    try:
        parent = run.parent
    except RunDirError:
        return None
    return str(parent.path) if parent is not None else None


def _tree(rows: list[dict[str, Any]], root: str, *, here: str) -> list[str]:
    """The lineage as lines: each run below the one it is a change of."""
    below: dict[str | None, list[dict[str, Any]]] = {}
    known = {row["run"] for row in rows}
    for row in rows:
        if row["run"] != root:
            below.setdefault(row["parent"] if row["parent"] in known else root, []).append(row)
    lines: list[str] = []

    def draw(row: dict[str, Any], stem: str, branch: str) -> None:
        name = Path(row["run"]).name
        figures = "  ".join(
            f"{word} {row[key]}"
            for key, word in (("total_return", "return"), ("max_drawdown", "drawdown"), ("sharpe_ratio", "Sharpe"))
            if row[key]
        )
        mark = "●" if row["status"] == "ok" else "✗"
        told = "" if row["status"] == "ok" else f"  {row['status']}"
        mine = "  ← this run" if row["run"] == here and len(rows) > 1 else ""
        lines.append(f"{stem}{branch}{mark} {name}{told}  {figures}  {row['idea']}{mine}".rstrip())
        children = below.get(row["run"], [])
        deeper = stem + {"": "", "├─": "│ ", "└─": "  "}[branch]
        for place, child in enumerate(children):
            draw(child, deeper, "└─" if place == len(children) - 1 else "├─")

    draw(next(row for row in rows if row["run"] == root), "", "")
    return lines


def _all(folder: Path) -> list[RunDir]:
    from vibetrader.rundir import RunDir
    from vibetrader.rundir.layout import MANIFEST

    if not folder.is_dir():
        return []
    return [RunDir(path) for path in sorted(folder.iterdir()) if (path / MANIFEST.path).is_file()]


def _row(run: RunDir) -> dict[str, Any]:
    from vibetrader.errors import RunDirError
    from vibetrader.rundir.layout import IDEA, METRICS

    row: dict[str, Any] = {"run": str(run.path), "status": "", "idea": "", "synthetic": False, "iterations": 0}
    row |= {key: None for key, _ in _COLUMNS}
    try:
        manifest = run.manifest()
        nodes = manifest.nodes
        row["synthetic"] = (manifest.data_receipt or {}).get("source") == "synthetic"
        row["iterations"] = len(run.iteration_numbers())
        failed = [record.status for record in nodes.values() if record.status != "ok"]
        row["status"] = failed[-1] if failed else ("ok" if "report" in nodes else "unfinished")
        if run.has(IDEA):
            idea = run.read(IDEA)
            row["idea"] = " ".join((idea.feedback[-1] if idea.feedback else idea.text).split())[:60]
        if run.has(METRICS):
            table = run.read(METRICS)
            for key, _ in _COLUMNS:
                entry = table.get(key) or {}
                row[key] = entry.get("display") if entry.get("value") is not None else None
    except RunDirError as error:
        row["status"] = f"invalid: {error}"
    return row

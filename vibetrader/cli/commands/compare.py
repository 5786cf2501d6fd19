"""`vibetrader compare`: runs beside each other."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from vibetrader.cli import options as o
from vibetrader.errors import UsageError

Runs = Annotated[list[Path], typer.Argument(metavar="RUN RUN…", help="Two or more run directories.")]
All = Annotated[bool, typer.Option("--all", help="Show all figures, also those that are equal.")]

_KEY = (
    "total_return", "buy_and_hold_return", "compounding_annual_return", "max_drawdown", "sharpe_ratio", "sortino_ratio",
    "round_trips", "win_rate", "profit_factor", "expectancy", "total_fees", "time_in_market", "end_equity",
    "deflated_sharpe_ratio",
)  # fmt: skip
_TONE = {"better": "\x1b[32m", "worse": "\x1b[31m"}
_MARK = {"better": "▲", "worse": "▼"}


def compare(runs: Runs, all_: All = False, as_json: o.Json = False) -> None:
    """Compare runs with the first: spec, figures, trades, and whether the difference is more than chance.

    Example: vibetrader compare runs/A runs/B
    """
    from vibetrader.cli import render
    from vibetrader.report.compare import compare as beside
    from vibetrader.rundir import RunDir

    if len(runs) < 2:
        raise UsageError("two runs are needed to compare", hint="vibetrader compare RUN RUN")
    found = beside([RunDir.open(path) for path in runs])
    if as_json:
        render.out_json(found)
        return
    _show(found, all_)


def _show(found: dict[str, Any], everything: bool) -> None:
    from vibetrader.cli import render

    color = render.colored(sys.stdout)
    letters = [chr(ord("A") + n) if n < 26 else f"#{n + 1}" for n in range(len(found["runs"]))]
    for letter, path in zip(letters, found["runs"], strict=True):
        render.out(f"{letter}  {path}")
    rows = [row for row in found["metrics"] if everything or row["id"] in _KEY]
    name = max(len(row["name"]) for row in rows)
    wide = [max(12, *(len(row["display"][n]) + 2 for row in rows)) for n in range(len(letters))]
    render.out("")
    render.out(" " * name + "".join(f"{letter:>{size}}" for letter, size in zip(letters, wide, strict=True)))
    for row in rows:
        cells = []
        for n, (text, size) in enumerate(zip(row["display"], wide, strict=True)):
            verdict = row["against_first"][n] if n else ""
            cell = f"{_MARK.get(verdict, '')}{text}".rjust(size)
            cells.append(f"{_TONE[verdict]}{cell}\x1b[0m" if color and verdict in _TONE else cell)
        render.out(f"{row['name']:{name}}" + "".join(cells))
    for letter, other in zip(letters[1:], found["against_first"], strict=True):
        render.out(f"\n{letter} against {letters[0]}")
        for change in other["spec"]:
            old, new = ("–" if value is None else value for value in (change["old"], change["new"]))
            render.out(f"  spec    {change['name']}: {old} → {new}")
        if not other["spec"]:
            render.out("  spec    the same")
        t = other["trades"]
        render.out(
            f"  trades  {t['same']} the same, {t['other_exit']} with another exit, {t['only_first']} only in {letters[0]}, "
            f"{t['only_this']} only in {letter}"
        )
        for kind, words in (("only_first", f"only in {letters[0]}"), ("only_this", f"only in {letter}")):
            for trade in t["examples"][kind][:3]:
                render.out(
                    f"          {words}: {trade['direction']} {trade['symbol']} {trade['entry'][:16].replace('T', ' ')} "
                    f"→ {trade['exit'][:16].replace('T', ' ')}  {trade['profit']:+,.2f}"
                )
        render.out(f"  chance  {other['significance']['words']}")
    best = found["best"]
    if len(letters) > 2:
        named = dict(zip(found["runs"], letters, strict=True))
        picked = [f"{key.replace('_', ' ')} {named[path]}" for key, path in best.items() if path is not None]
        render.out(f"\nbest: {', '.join(picked)}")

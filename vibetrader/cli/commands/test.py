"""`vibetrader test`: strategy tests as code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from vibetrader.cli import options as o
from vibetrader.errors import ExitCode

Files = Annotated[
    list[Path] | None, typer.Argument(metavar="[FILE|FOLDER]…", help="Test files, or folders of *.test.yaml (.).")
]
Only = Annotated[str, typer.Option("--only", "-k", help="Only tests whose name holds these words.")]


def test(
    files: Files = None,
    only: Only = "",
    engine: o.Engine = None,
    sandbox: o.Sandbox = None,
    junit: o.Junit = None,
    as_json: o.Json = False,
) -> None:
    """Run strategies on candles written down in *.test.yaml, and check what they do; exit 10 when a test fails.

    Example: vibetrader test specs
    """
    from vibetrader._util.clock import stopwatch
    from vibetrader.cli import render
    from vibetrader.cli.gating import write_file
    from vibetrader.graph.scenarios import Tested, find, run_file
    from vibetrader.report import ci

    settings = o.settings_from(engine=engine, sandbox=sandbox)
    color = render.colored(sys.stdout)
    done: list[Tested] = []
    elapsed = stopwatch()
    for path in find(files or []):
        if not as_json:
            render.out(str(path))
        for one in run_file(path, settings, only=only):
            done.append(one)
            if as_json:
                continue
            word, tone = ("ok", "\x1b[32m") if one.passed else ("FAILED", "\x1b[31m")
            render.out(f"  {f'{tone}{word}{chr(27)}[0m' if color else word} {one.name}")
            for line in one.failures:
                render.out(f"      {line}")
            for line in one.log:
                render.out(f"      · {line}")
    failed = [one for one in done if not one.passed]
    if junit is not None:
        cases = [
            (f"{one.file}: {one.name}", "; ".join(one.failures), "\n".join((*one.failures, *one.log))) for one in done
        ]
        write_file(junit, ci.junit("vibetrader test", cases, seconds=elapsed()))
    if as_json:
        rows = [
            {
                "file": one.file,
                "name": one.name,
                "passed": one.passed,
                "failures": list(one.failures),
                "log": list(one.log),
            }
            for one in done
        ]
        render.out_json({"passed": len(done) - len(failed), "failed": len(failed), "tests": rows})
    else:
        render.out(f"{len(done) - len(failed)} passed, {len(failed)} failed in {elapsed():.1f} s")
    raise typer.Exit(int(ExitCode.THRESHOLD if failed else ExitCode.DONE))

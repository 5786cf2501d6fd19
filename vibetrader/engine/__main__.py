"""`python -m vibetrader.engine PROJECT --data-folder D --output OUT --id NAME [-p name=value …]`."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path

from vibetrader.engine.runner import EngineRun, run_project
from vibetrader.errors import UnsupportedLeanFeature, VibeTraderError


def main(arguments: list[str] | None = None) -> int:
    """Run a LEAN project; 0 when it completed, 1 when it failed, 8 when the engine lacks something it needs."""
    parser = argparse.ArgumentParser(prog="python -m vibetrader.engine", description=__doc__)
    parser.add_argument("project", type=Path, help="folder with main.py")
    parser.add_argument("--data-folder", type=Path, required=True, help="LEAN data folder")
    parser.add_argument("--output", type=Path, required=True, help="folder of the result files")
    parser.add_argument("--id", default="", help="name of the run (default: the project's)")
    parser.add_argument("--columns", type=Path, help="cache of columns read before")
    parser.add_argument("-p", "--parameter", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--now", type=datetime.fromisoformat, help="moment that the result files tell as the run's")
    given = parser.parse_args(arguments)
    parameters = _configured(given.project)
    for text in given.parameter:
        name, equals, value = text.partition("=")
        if not equals:
            parser.error(f"-p wants NAME=VALUE, got {text!r}")
        parameters[name] = value
    name = given.id or given.project.resolve().name
    try:
        run = EngineRun(
            given.project, given.data_folder, given.output, name, parameters, given.now, columns=given.columns
        )
        outcome = run_project(run)
    except UnsupportedLeanFeature as error:
        sys.stderr.write(f"{error}\n")
        if error.hint:
            sys.stderr.write(f"{error.hint}\n")
        return int(error.exit_code)
    except VibeTraderError as error:
        sys.stderr.write(f"{error}\n")
        return int(error.exit_code)
    for note in outcome.notes:
        sys.stderr.write(f"note: {note}\n")
    if outcome.runtime_error:
        sys.stderr.write(f"{outcome.runtime_error}\n")
    return 0 if outcome.status == "Completed" else 1


def _configured(project: Path) -> dict[str, str]:
    """Parameters of the project's config.json."""
    path = (project if project.is_dir() else project.parent) / "config.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig")).get("parameters") or {}
    except (OSError, ValueError, AttributeError):
        return {}
    return {str(name): str(value) for name, value in found.items()}


if __name__ == "__main__":
    sys.exit(main())

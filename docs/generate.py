"""Writes docs/reference from the program itself: `python docs/generate.py`. A test fails when a page is stale."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

HEAD = "<!-- Made by docs/generate.py; change the program, not this page. -->\n\n"


def pages() -> dict[str, str]:
    """Name of each reference page and its text."""
    return {
        "exit-codes.md": _exit_codes(),
        "run-files.md": _run_files(),
        "routes.md": _routes(),
        "settings.md": _settings(),
        "metrics.md": _metrics(),
        "indicators.md": _indicators(),
        "lean-support.md": _lean_support(),
    }


def _exit_codes() -> str:
    from vibetrader.errors import ExitCode, VibeTraderError
    from vibetrader.results import Status

    def classes(base: type[VibeTraderError]) -> Iterable[type[VibeTraderError]]:
        for sub in base.__subclasses__():
            yield sub
            yield from classes(sub)

    rows = []
    for code in ExitCode:
        errors = ", ".join(f"`{cls.__name__}`" for cls in classes(VibeTraderError) if cls.exit_code is code)
        statuses = ", ".join(f"`{s.value}`" for s in Status if s.exit_code is code and code is not ExitCode.DONE)
        rows.append((str(int(code)), code.name.lower().replace("_", " "), errors, statuses))
    return _page("Exit codes", ("code", "meaning", "errors", "outcomes of a node"), rows)


def _run_files() -> str:
    from vibetrader.rundir import LAYOUT

    rows = [
        (
            f"`{a.path}`",
            a.about,
            ", ".join(a.written_by),
            ", ".join(a.read_by),
            "line by line" if a.appended else "whole",
        )
        for a in LAYOUT
    ]
    more = (
        "\nBeside them: `attempts/NN/` (each repair: code, diff, errors), `backtest/` (LEAN's result files), `llm/NNN.json` (each\n"
        "model call), `iterations/NN/` (a child run per feedback, same layout), `answers.yaml` (answers given at a terminal).\n"
    )
    return _page("Files of a run directory", ("file", "holds", "written by", "read by", "written"), rows) + more


def _routes() -> str:
    from vibetrader.graph.routes import ROUTES

    rows = [(node, status.value, target) for (node, status), target in ROUTES.items()]
    return _page("Routes", ("from", "outcome", "to"), rows)


def _settings() -> str:
    from vibetrader.settings import Settings

    rows = []
    for name, field in Settings.model_fields.items():
        default = (
            ""
            if field.is_required() or field.get_default(call_default_factory=True) in (None, "", {})
            else (f"`{field.get_default(call_default_factory=True)}`")
        )
        rows.append((f"`{name}`", f"`VIBETRADER_{name.upper()}`", default, field.description or ""))
    return _page("Settings", ("in vibetrader.toml", "in the environment", "default", "meaning"), rows)


def _metrics() -> str:
    from vibetrader.metrics.catalog import ALIASES, CATALOG

    short: dict[str, list[str]] = {}
    for alias, key in ALIASES.items():
        short.setdefault(key, []).append(f"`{alias}`")
    rows = [
        (f"`{key}`", row.name, row.unit, row.formula, row.source, row.lean, ", ".join(short.get(key, ())))
        for key, row in CATALOG.items()
    ]
    head = ("id", "name", "unit", "formula", "source", "in LEAN's statistics", "short names in gates")
    return _page("Figures in metrics.json", head, rows)


def _indicators() -> str:
    from vibetrader.spec.indicators import INDICATORS

    rows = []
    for indicator in INDICATORS.values():
        given = ", ".join(
            p.name if p.default is None else f"{p.name}={_plain(p.default)}" for p in indicator.parameters
        )
        outputs = "" if indicator.outputs == ("value",) else ", ".join(f"`.{name}`" for name in indicator.outputs)
        rows.append((f"`{indicator.name}`", indicator.title, given, outputs, f"`{indicator.lean}`"))
    return _page("Indicators of the spec language", ("name", "title", "parameters", "outputs", "LEAN"), rows)


def _lean_support() -> str:
    from vibetrader.engine.api import survey

    rows = [
        (row["feature"], row["level"], ", ".join(f"`{member}`" for member in row["members"]), row["note"])
        for row in survey.rows()
    ]
    return _page("What the embedded engine has of LEAN", ("feature", "support", "members", "note"), rows)


def _plain(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _page(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    table = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
    return f"{HEAD}# {title}\n\n{table}\n"


if __name__ == "__main__":
    folder = Path(__file__).parent / "reference"
    folder.mkdir(exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")

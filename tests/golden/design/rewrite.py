"""Writes the golden LEAN projects anew: `python -m tests.golden.design.rewrite`. Look at the difference before it stays."""

from __future__ import annotations

from pathlib import Path

from vibetrader.design import Project, design
from vibetrader.spec import yamlio

HERE = Path(__file__).parent
CASES = sorted(path.stem for path in HERE.glob("*.yaml"))


def project_of(case: str) -> Project:
    """The project that a case's spec gives now."""
    return design(yamlio.read(HERE / f"{case}.yaml"))


if __name__ == "__main__":
    for name in CASES:
        (HERE / f"{name}.py").write_text(project_of(name).main, encoding="utf-8")

"""The command line as a user meets it, in a folder of its own."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vibetrader.cli.app import app
from vibetrader.cli.exits import run_app


@dataclass(frozen=True)
class Told:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its answer on stdout, as JSON."""
        return json.loads(self.out)


Cli = Callable[..., Told]


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all tests: the synthetic market is drawn once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def cli(
    tmp_path: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Cli:
    """Run a command line in an empty folder; nobody is at the terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIBETRADER_CACHE_DIR", str(cache_dir))
    monkeypatch.setenv("VIBETRADER_TODAY", "2026-11-24")

    def run(*arguments: str | Path, stdin: str = "") -> Told:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        code = run_app(app, [str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Told(code, out, err)

    return run

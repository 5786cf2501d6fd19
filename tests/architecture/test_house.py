"""The house holds its shape: start-up cost, names, README against the program."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vibetrader.errors import ExitCode

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "vibetrader").rglob("*.py"))


def imported_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(' '.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(done.stdout.split())


def test_the_command_line_starts_without_heavy_packages() -> None:
    loaded = imported_by("import vibetrader.cli.app")
    for heavy in ("pandas", "numpy", "pydantic", "rich", "jinja2", "lark", "yaml", "openai", "anthropic"):
        assert heavy not in loaded, heavy


def test_help_answers_at_once() -> None:
    command = [sys.executable, "-m", "vibetrader", "--help"]
    times = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        times.append(time.perf_counter() - started)
    # Measured 0.07 s on an idle machine; the promise is 0.3 s, and the best of three stands for a busy one.
    assert min(times) < 0.3, times


def test_only_settings_reads_the_environment() -> None:
    allowed = {"vibetrader/settings/load.py"}
    for path in SOURCES:
        name = path.relative_to(ROOT).as_posix()
        if name in allowed:
            continue
        assert not re.search(r"os\.(environ|getenv)", path.read_text(encoding="utf-8")), name


def test_no_path_of_a_workplace_is_in_the_package_or_its_docs() -> None:
    texts = [*SOURCES, ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for path in texts:
        text = path.read_text(encoding="utf-8")
        for word in ("/work" + "/", "../" + "shared", "/opt" + "/pypi"):
            assert word not in text, f"{path.relative_to(ROOT)} names {word}"


def test_every_package_has_a_docstring() -> None:
    for path in SOURCES:
        if path.name == "__init__.py":
            assert path.read_text(encoding="utf-8").strip(), path


def test_the_readme_shows_the_exit_codes() -> None:
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("## Exit codes")[1].split("##")[0]
    shown = {int(number) for number in re.findall(r"\| (\d+) \|", table)}
    assert shown == {int(code) for code in ExitCode}


@pytest.mark.parametrize(
    "block", re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
)
def test_every_command_in_the_readme_exists(block: str) -> None:
    import typer

    from vibetrader.cli.app import app

    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # it is a group
    for name, rest in re.findall(r"vibetrader ([a-z-]+)(.*)", block):
        assert name in commands, name
        options = {opt for parameter in commands[name].params for opt in parameter.opts}
        for option in re.findall(r"(?<!\S)(--[a-z-]+|-[a-z])(?!\S)", re.sub(r"\"[^\"]*\"", "", rest)):
            assert option in options, option


def test_the_reference_pages_are_fresh() -> None:
    import runpy

    made = runpy.run_path(str(ROOT / "docs" / "generate.py"))["pages"]()
    for name, text in made.items():
        page = ROOT / "docs" / "reference" / name
        assert page.is_file() and page.read_text(encoding="utf-8") == text, f"{name}: run `python docs/generate.py`"

"""Runs one of LEAN's own Python algorithms on the engine and says what equals LEAN's published and recorded results."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.conftest import shared_dir

#: Parameters of LEAN's own Launcher/config.json.
PARAMETERS = {"intrinio-username": "", "intrinio-password": "", "ema-fast": "10", "ema-slow": "20"}

TIMEOUT_S = 400

_RUN = """
import json, sys
from pathlib import Path
from vibetrader.engine.runner import EngineRun, run_project
from vibetrader.errors import UnsupportedLeanFeature
project, data, name, parameters = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4])
try:
    o = run_project(EngineRun(project, data, project.parent / "out", name, parameters))
except UnsupportedLeanFeature as lacking:
    print(json.dumps(dict(status="Unsupported", error=f"{lacking} ({lacking.hint})")))
else:
    print(json.dumps(dict(status=o.status, error=o.runtime_error, points=o.points, history=o.history_points,
        statistics=dict(o.statistics), hash=o.order_list_hash, seconds=o.seconds)))
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one algorithm's run gave.

    Attributes:
        name: Class of the algorithm.
        tier: Its tier in `features.json`.
        reproducible: LEAN itself reaches the published numbers with the data here.
        why: Why it does not.
        points: Data points found and published.
        points_equal: They are equal, or not published.
        history_equal: The same for the points of history requests.
        hash_equal: The list of orders has LEAN's hash.
        equal: How many of `total` published statistics are equal.
        different: Statistic, published and found.
        recorded: Aspect of the recording (`golden/check.py`) and its differences; empty without a recording.
        error: What stopped the run, "" when nothing did.
        seconds: Wall time of the loop.
    """

    name: str
    tier: str
    reproducible: bool
    why: str
    points: str
    points_equal: bool
    history_equal: bool
    hash_equal: bool
    equal: int
    total: int
    different: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    recorded: dict[str, list[str]] = field(default_factory=dict)
    error: str = ""
    seconds: float = 0.0

    @property
    def published_equal(self) -> bool:
        """All published numbers are equal."""
        return (
            self.points_equal
            and self.history_equal
            and self.hash_equal
            and self.equal == self.total
            and not self.unsupported
        )

    @property
    def recorded_equal(self) -> bool:
        """Every aspect of the recording is equal."""
        return not any(self.recorded.values()) and not self.unsupported

    @property
    def unsupported(self) -> bool:
        """The engine says that it lacks something."""
        return self.error.startswith("Unsupported")

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return dataclasses.asdict(self)


def lean_folder() -> Path:
    """The recordings' `lean` folder.

    Raises:
        FileNotFoundError: They are not here.
    """
    folder = shared_dir()
    if folder is None:
        raise FileNotFoundError("needs LEAN's recordings: set VIBETRADER_SHARED")
    return folder / "lean"


@cache
def _table(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((lean_folder() / name).read_text())
    return loaded


@cache
def checker() -> ModuleType:
    """The recordings' own comparison, `golden/check.py`."""
    spec = importlib.util.spec_from_file_location("golden_check", lean_folder() / "golden" / "check.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tier_of(name: str) -> str:
    """Its tier, such as "1a"."""
    return str(_table("features.json").get(name, {}).get("tier", "")).split(" ")[0]


def algorithms(tiers: list[str], names: list[str]) -> list[str]:
    """The Python algorithms of these tiers whose name contains one of `names`; an empty list means all."""
    return [
        name
        for name, entry in _table("expected_statistics.json").items()
        if "Python" in entry["languages"]
        and (not names or any(text in name for text in names))
        and (not tiers or any(tier_of(name).startswith(tier) for tier in tiers))
    ]


def measure(name: str, lean: Path, data: Path, scratch: Path) -> Measured:
    """Run one algorithm of a checkout of LEAN in a process of its own and compare."""
    expected = _table("expected_statistics.json")[name]
    project = scratch / name
    if project.exists():
        shutil.rmtree(project)
    project.mkdir()
    main = project / f"{name}.py"  # stack traces name it
    shutil.copy2(lean / expected["python_path"], main)
    _copy_imports(main, lean / "Algorithm.Python", project)
    if "fundamental provider" not in _table("golden/lean_algorithms/index.json").get(name, {}).get("why", ""):
        return judge(name, expected, _run(name, main, data), project / "out")
    # the published numbers come from LEAN's test figures, the recording from its usual provider, which has none
    published = _run(name, main, _with_figures(data, scratch))
    shutil.rmtree(project / "out", ignore_errors=True)
    recorded = _run(name, main, data)
    result = judge(name, expected, published, project / "out")
    return dataclasses.replace(result, error=result.error or str(recorded.get("error") or ""))


_making = threading.Lock()


def _with_figures(data: Path, scratch: Path) -> Path:
    """The data folder with the company figures that LEAN's regression run serves."""
    folder = scratch / "data with figures"
    with _making:
        if folder.exists():
            return folder
        made = Path(tempfile.mkdtemp(dir=scratch))
        inner = made
        for part in ("equity", "usa", "fundamental", ""):
            source = data / inner.relative_to(made)
            for entry in source.iterdir():
                if entry.name != part:
                    (inner / entry.name).symlink_to(entry.resolve())
            inner = inner / part
            inner.mkdir(exist_ok=True)
        (inner / "figures.json").write_text(json.dumps(_table("test_fundamentals.json")))
        made.rename(folder)
        return folder


def _run(name: str, main: Path, data: Path) -> dict[str, Any]:
    project = main.parent
    try:
        done = subprocess.run(
            [sys.executable, "-c", _RUN, str(main), str(data), name, json.dumps(PARAMETERS)],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            env=os.environ | {"PYTHONHASHSEED": "0"},
        )
        (project / "stderr.txt").write_text(done.stderr)
        found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        found = {"status": "Timeout", "error": f"not done after {TIMEOUT_S} s"}
    except (IndexError, ValueError):
        found = {"status": "Crash", "error": (done.stderr.strip().splitlines() or ["no output"])[-1]}
    if found["status"] in ("Unsupported", "Timeout", "Crash"):
        found["error"] = f"{found['status']}: {found['error']}"
    return found


def _copy_imports(file: Path, folder: Path, project: Path) -> None:
    """Algorithms that derive from another one need its file beside them."""
    for name in re.findall(r"^\s*from (\w+) import", file.read_text(encoding="utf-8-sig"), re.MULTILINE):
        sibling = folder / f"{name}.py"
        if sibling.is_file() and not (project / sibling.name).exists():
            shutil.copy2(sibling, project)
            _copy_imports(sibling, folder, project)


def judge(name: str, expected: dict[str, Any], found: dict[str, Any], output: Path) -> Measured:
    """Which numbers are equal."""
    wanted = dict(expected["statistics"])
    hash_wanted = wanted.pop("OrderListHash", None)
    got = found.get("statistics", {})
    different = {
        key: (value, got.get(key)) for key, value in wanted.items() if _plain(value) != _plain(str(got.get(key, "")))
    }
    points = expected.get("data_points", -1)
    history = expected.get("algorithm_history_data_points", -1)
    index = _table("golden/lean_algorithms/index.json").get(name, {})
    return Measured(
        name=name,
        tier=tier_of(name),
        reproducible=bool(index.get("reproducible")),
        why=str(index.get("why", "" if index.get("reproducible") else "not run by LEAN here")),
        points=f"{found.get('points')}/{points}",
        points_equal=points == -1 or found.get("points") == points,
        history_equal=history == -1 or found.get("history") == history,
        hash_equal=hash_wanted is None or found.get("hash") == hash_wanted,
        equal=len(wanted) - len(different),
        total=len(wanted),
        different=different,
        recorded=_against_recording(name, output),
        error=str(found.get("error") or ""),
        seconds=float(found.get("seconds") or 0.0),
    )


def _against_recording(name: str, output: Path) -> dict[str, list[str]]:
    recording = lean_folder() / "golden" / "lean_algorithms" / f"{name}.json"
    if not recording.is_file():
        return {}
    check = checker()
    wanted = json.loads(recording.read_text())
    try:
        result: dict[str, list[str]] = check.compare(wanted, check.extract(output))
    except (AttributeError, KeyError, TypeError) as broken:
        return {"result": [f"{type(broken).__name__}: {broken}"]}
    return result


def _plain(text: str) -> str:
    return "0" if text == "-0" else text

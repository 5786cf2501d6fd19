"""LEAN's own Python algorithms against their published numbers.

    python -m tests.parity --lean-repo DIR [--names TEXT …] [--tier 1a …] [--data-folder D]

`DIR` is a checkout of LEAN (its Algorithm.Python); nothing of it is copied here. Prints per algorithm: name, data points,
orders, hash, statistics equal of all.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.conftest import shared_dir

#: Parameters of LEAN's own Launcher/config.json.
PARAMETERS = {"ema-fast": "10", "ema-slow": "20"}


def run_one(name: str, expected: dict[str, Any], lean: Path, data: Path, scratch: Path) -> dict[str, Any]:
    """Run one algorithm in a process of its own and compare."""
    project = scratch / name
    project.mkdir()
    shutil.copy2(lean / expected["python_path"], project / "main.py")
    _copy_imports(project / "main.py", lean / "Algorithm.Python", project)
    code = (
        "import json,sys;from pathlib import Path;from vibetrader.engine.runner import EngineRun,run_project;"
        f"o=run_project(EngineRun(Path({str(project)!r}),Path({str(data)!r}),Path({str(project / 'out')!r}),{name!r},{PARAMETERS!r}));"
        "print(json.dumps(dict(status=o.status,error=o.runtime_error,points=o.points,history=o.history_points,"
        "statistics=dict(o.statistics),hash=o.order_list_hash,seconds=o.seconds)))"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, env=os.environ | {"PYTHONHASHSEED": "0"}
        )
        found = json.loads(done.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        found = {"status": "timeout", "error": "timeout"}
    except (IndexError, ValueError):
        found = {"status": "crash", "error": (done.stderr.strip().splitlines() or ["no output"])[-1]}
    return judge(name, expected, found)


def _copy_imports(file: Path, folder: Path, project: Path) -> None:
    """Algorithms that derive from another one need its file beside them."""
    for name in re.findall(r"^from (\w+) import", file.read_text(encoding="utf-8-sig"), re.MULTILINE):
        sibling = folder / f"{name}.py"
        if sibling.is_file() and not (project / sibling.name).exists():
            shutil.copy2(sibling, project)
            _copy_imports(sibling, folder, project)


def judge(name: str, expected: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Which numbers are equal."""
    wanted = dict(expected["statistics"])
    hash_wanted = wanted.pop("OrderListHash", None)
    got = found.get("statistics", {})
    different = {
        key: (value, got.get(key)) for key, value in wanted.items() if _plain(value) != _plain(str(got.get(key, "")))
    }
    points = expected.get("data_points", -1)
    history = expected.get("algorithm_history_data_points", -1)
    return {
        "name": name,
        "points": points == -1 or found.get("points") == points,
        "points_text": f"{found.get('points')}/{points}",
        "history": history == -1 or found.get("history") == history,
        "orders": f"{got.get('Total Orders')}/{wanted.get('Total Orders')}",
        "hash": hash_wanted is None or found.get("hash") == hash_wanted,
        "equal": len(wanted) - len(different),
        "total": len(wanted),
        "different": different,
        "error": found.get("error") or "",
    }


def _plain(text: str) -> str:
    return "0" if text == "-0" else text


def main() -> int:
    """Run the chosen algorithms; 0 when all are equal."""
    parser = argparse.ArgumentParser(prog="python -m tests.parity", description=__doc__)
    parser.add_argument("--lean-repo", type=Path, required=True)
    parser.add_argument("--names", nargs="*", default=[])
    parser.add_argument("--tier", nargs="*", default=[])
    parser.add_argument("--data-folder", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    shared = shared_dir() / "lean"
    expected = json.loads((shared / "expected_statistics.json").read_text())
    features = json.loads((shared / "features.json").read_text())
    data = given.data_folder or shared / "Data"
    names = [
        name
        for name, entry in expected.items()
        if "Python" in entry["languages"]
        and (not given.names or any(text in name for text in given.names))
        and (not given.tier or str(features.get(name, {}).get("tier")).split(" ")[0] in given.tier)
    ]
    good = 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(given.jobs) as pool:
        jobs = [pool.submit(run_one, name, expected[name], given.lean_repo, data, Path(folder)) for name in names]
        for job in jobs:
            result = job.result()
            complete = result["points"] and result["hash"] and result["equal"] == result["total"]
            good += complete
            mark = "ok " if complete else "-- "
            hash_text = "hash" if result["hash"] else "HASH!"
            print(
                f"{mark}{result['name']} · {result['points_text']}{'' if result['points'] else '!'} · {result['orders']} · "
                f"{hash_text} · {result['equal']}/{result['total']}"
            )
            if given.verbose and not complete:
                if result["error"]:
                    print(f"      {result['error'][:300]}")
                for key, (want, got) in list(result["different"].items())[:6]:
                    print(f"      {key}: {want} != {got}")
            sys.stdout.flush()
    print(f"{good} of {len(names)} equal")
    return 0 if good == len(names) else 1


if __name__ == "__main__":
    sys.exit(main())

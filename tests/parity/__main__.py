"""LEAN's own Python algorithms against their published numbers and their recordings.

    python -m tests.parity --lean-repo DIR [--names TEXT …] [--tier 1 2a …] [--json FILE] [--table docs/parity.md]

`DIR` is a checkout of LEAN (its Algorithm.Python); nothing of it is copied here. Prints per algorithm: data points, hash,
statistics equal of all, and the aspects of the recording that differ. `--table` writes the page of a JSON file or of this run.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

from tests.parity.measure import Measured, algorithms, lean_folder, measure
from tests.parity.table import page


def _line(result: Measured) -> str:
    mark = "ok " if result.published_equal and result.recorded_equal else "== " if result.published_equal else "-- "
    aspects = [aspect for aspect, bad in result.recorded.items() if bad]
    return (
        f"{mark}{result.tier} {result.name} · {result.points}{'' if result.points_equal else '!'}"
        f"{'' if result.history_equal else ' history!'} · {'hash' if result.hash_equal else 'HASH!'} · {result.equal}/{result.total}"
        f"{' · ' + ' '.join(aspects) if aspects else ''}{'' if result.reproducible else ' · not reproducible: ' + result.why}"
    )


def _details(result: Measured) -> list[str]:
    lines = [result.error[:600]] if result.error else []
    lines += [f"{key}: {want} != {got}" for key, (want, got) in list(result.different.items())[:6]]
    lines += [line[:300] for bad in result.recorded.values() for line in bad[:3]]
    return [f"      {line}" for line in lines]


def main() -> int:
    """Run the chosen algorithms; 0 when all that LEAN reproduces are equal."""
    parser = argparse.ArgumentParser(prog="python -m tests.parity", description=__doc__)
    parser.add_argument("--lean-repo", type=Path, required=True)
    parser.add_argument("--names", nargs="*", default=[])
    parser.add_argument("--tier", nargs="*", default=[])
    parser.add_argument("--data-folder", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--keep", type=Path, help="folder that keeps every run's files")
    parser.add_argument("--json", type=Path, help="file of the results; others that are in it stay")
    parser.add_argument("--table", type=Path, help="Markdown page to write from the JSON file, or from this run alone")
    given = parser.parse_args()
    data = given.data_folder or lean_folder() / "Data"
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
    results = []
    with (
        nullcontext(given.keep) if given.keep else tempfile.TemporaryDirectory() as folder,
        ThreadPoolExecutor(given.jobs) as pool,
    ):
        names = algorithms(given.tier, given.names)
        for result in pool.map(lambda name: measure(name, given.lean_repo, data, Path(folder)), names):
            results.append(result)
            print(_line(result))
            if given.verbose and not (result.published_equal and result.recorded_equal):
                print("\n".join(_details(result)))
            sys.stdout.flush()
    wanted = [result for result in results if result.reproducible]
    equal = [result for result in wanted if result.published_equal]
    print(
        f"{len(equal)} of {len(wanted)} that LEAN reproduces equal in all published numbers, "
        f"{sum(result.recorded_equal for result in wanted)} in the whole recording"
    )
    table = {result.name: result.as_json() for result in results}
    if given.json:
        table = (json.loads(given.json.read_text()) if given.json.is_file() else {}) | table
        given.json.write_text(json.dumps(dict(sorted(table.items())), indent=1, ensure_ascii=False))
    if given.table:
        given.table.write_text(page([Measured(**entry) for _, entry in sorted(table.items())]))
    return 0 if len(equal) == len(wanted) else 1


if __name__ == "__main__":
    sys.exit(main())

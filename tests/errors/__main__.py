"""`python -m tests.errors [--json FILE]`: broken programs through `vibetrader compile`, and what came of them.

Three sets: LEAN's recorded broken programs; mutations of the recorded sound programs, a sample of them through the whole
pipeline; and more of them through the static checks alone (`--static --sample 20`).
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from tests.conftest import shared_dir
from tests.errors.bases import bases
from tests.errors.cases import Case, recorded
from tests.errors.measure import Verdict, measured, static_verdict
from tests.errors.mutations import mutations_of

#: Mistakes that only a run can show: the static checks may stay silent about them.
SHOWN_BY_RUN = frozenset({"timeout", "memory"})


def main() -> int:
    """Measure and print; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=[], help="cases whose name holds one of these")
    parser.add_argument("--sets", nargs="*", default=["recorded", "mutations"], choices=["recorded", "mutations"])
    parser.add_argument("--static", action="store_true", help="the checks alone, without a run")
    parser.add_argument("--sample", type=int, default=1, help="programs that each mutation is made in (0: all it fits)")
    parser.add_argument("--limit", type=int, default=0, help="so many mutations at most, drawn")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--data", type=Path, help="LEAN's data with the recordings' laid over it; made when not given")
    parser.add_argument("--keep", type=Path, help="folder for the compiled projects")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    shared = shared_dir()
    if shared is None:
        print("the recordings are not there: set VIBETRADER_SHARED", file=sys.stderr)
        return 2
    golden = shared / "lean" / "golden"
    cases = list(recorded(golden)) if "recorded" in args.sets and not args.static else []
    if "mutations" in args.sets:
        made = [mutant for base in bases(golden) for mutant in mutations_of(base)]
        drawn = sampled(made, args.sample, args.seed)
        cases += random.Random(args.seed).sample(drawn, min(args.limit, len(drawn))) if args.limit else drawn
    cases = [case for case in cases if not args.only or any(text in case.name for text in args.only)]
    if args.static:
        verdicts = [static_verdict(case) for case in cases]
    else:
        with tempfile.TemporaryDirectory() as scratch:
            data = {"lean": shared / "lean" / "Data", "golden": args.data or overlaid(golden, Path(scratch) / "data")}
            verdicts = measured(cases, args.keep or Path(scratch) / "cases", data, jobs=args.jobs)
    told = report(verdicts, static=args.static)
    if args.json:
        args.json.write_text(json.dumps(told, indent=1))
    return 0 if args.static or told["goals_met"] else 1


def overlaid(golden: Path, folder: Path) -> Path:
    """LEAN's data with the recordings' own bars on top."""
    shutil.copytree(golden.parent / "Data", folder, dirs_exist_ok=True)
    shutil.copytree(golden / "Data", folder, dirs_exist_ok=True)
    return folder


def sampled(cases: list[Case], count: int, seed: int) -> list[Case]:
    """So many mutations of each kind and variant, drawn; 0 keeps all."""
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups[case.name.partition("@")[0]].append(case)
    dice = random.Random(seed)
    return [
        case for group in groups.values() for case in (dice.sample(group, min(count, len(group))) if count else group)
    ]


def report(verdicts: list[Verdict], *, static: bool) -> dict[str, object]:
    """Print the misses and the totals; the totals by set."""
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    rows = []
    for verdict in verdicts:
        case = verdict.case
        name = "mutations" if "@" in case.name else "recorded"
        missed = [
            word
            for word, right in (
                ("class", verdict.class_right),
                ("line", verdict.line_right),
                ("accepted", verdict.accepted_right),
                ("repair", verdict.orders_equal is not False),
            )
            if not right and not (static and case.kind in SHOWN_BY_RUN)
        ]
        total = totals[name]
        total["cases"] += 1
        total["class"] += "class" not in missed
        total["line"] += "line" not in missed
        total["refused_though_accepted"] += "accepted" in missed
        total["repairable"] += verdict.orders_equal is not None
        total["repaired"] += verdict.orders_equal is True
        total[f"class:{case.kind}"] += 1
        rows.append({"name": case.name, "kind": case.kind, "line": case.line, "found": verdict.found,
                     "found_line": verdict.line, "missed": missed, "raw": verdict.raw[:200]})  # fmt: skip
        if missed:
            print(
                f"{case.name}: {' '.join(missed)} | {case.kind} {case.line}, found {verdict.found or 'nothing'} "
                f"{verdict.line} | {verdict.raw[:110]!r} {verdict.said[-120:]!r}".replace("\n", " ")
            )
    goals_met = True
    for name, total in totals.items():
        n, repairable = total["cases"], total["repairable"]
        print(
            f"{name}: {n} cases · class {total['class']} ({total['class'] / n:.1%}) · line {total['line']} "
            f"({total['line'] / n:.1%}) · refused though accepted {total['refused_though_accepted']}"
            + (
                f" · repaired {total['repaired']} of {repairable} ({total['repaired'] / repairable:.1%})"
                if repairable
                else ""
            )
        )
        goals_met &= total["class"] >= 0.95 * n and total["line"] >= 0.9 * n and total["repaired"] >= 0.8 * repairable
    return {"totals": {k: dict(v) for k, v in totals.items()}, "goals_met": goals_met, "cases": rows}


if __name__ == "__main__":
    sys.exit(main())

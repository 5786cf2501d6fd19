"""`python -m tests.corpus [FILE] [--json] [--id ID …]`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median

from tests.corpus.items import read_items
from tests.corpus.scoring import OUTCOMES, TODAY, Score, score
from vibetrader.clarify.rules import clarify_text


def default_file() -> Path:
    """The corpus beside the checkout, or under VIBETRADER_SHARED."""
    shared = os.environ.get("VIBETRADER_SHARED")
    root = Path(shared) if shared else Path(__file__).resolve().parents[2].parent / "shared"
    return root / "corpus" / "prompts_dev.jsonl"


def main(argv: list[str] | None = None) -> int:
    """Scores a file; exit code 1 when an answer is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="a file of the corpus's form")
    parser.add_argument("--json", action="store_true", help="print the scores as JSON")
    parser.add_argument("--id", nargs="*", default=[], help="only these items")
    arguments = parser.parse_args(argv)
    file = arguments.file or default_file()
    if not file.is_file():
        print(f"no such file: {file}", file=sys.stderr)
        return 2
    items = read_items(file)
    if arguments.id:
        items = [item for item in items if item["id"] in arguments.id or item["id"].rpartition("-")[2] in arguments.id]
    clarify_text("buy when rsi < 30", TODAY)
    scores, times = [], []
    for item in items:
        begin = time.perf_counter()
        clarify_text(item["text"], TODAY)
        times.append((time.perf_counter() - begin) * 1000)
        scores.append(score(item))
    report = summary(scores, times)
    if arguments.json:
        print(json.dumps({**report, "scores": [s.__dict__ for s in scores]}, ensure_ascii=False, indent=1))
    else:
        show(report, scores, {item["id"]: item["text"] for item in items})
    return 1 if any(s.outcome == "wrong" for s in scores) else 0


def summary(scores: list[Score], times: list[float]) -> dict[str, object]:
    """Counts in total, per kind and per difficulty, and the median time."""

    def counts(chosen: list[Score]) -> dict[str, int]:
        found = Counter(s.outcome for s in chosen)
        return {"items": len(chosen), **{name: found[name] for name in OUTCOMES}}

    kinds = sorted({s.kind for s in scores})
    return {
        "total": counts(scores),
        "kind": {kind: counts([s for s in scores if s.kind == kind]) for kind in kinds},
        "difficulty": {
            str(level): counts([s for s in scores if s.difficulty == level])
            for level in sorted({s.difficulty for s in scores})
        },
        "kind_difficulty": {
            f"{kind} {level}": counts([s for s in scores if s.kind == kind and s.difficulty == level])
            for kind in kinds
            for level in sorted({s.difficulty for s in scores if s.kind == kind})
        },
        "median_ms": round(median(times), 2) if times else 0,
    }


def show(report: dict[str, object], scores: list[Score], texts: dict[str, str]) -> None:
    """A table, then each answer that is not right."""
    print(f"{'':16}{'items':>7}" + "".join(f"{name:>17}" for name in OUTCOMES))
    for group in ("total", "kind", "difficulty", "kind_difficulty"):
        rows = {"total": report["total"]} if group == "total" else report[group]
        assert isinstance(rows, dict)
        for name, row in rows.items():
            label = name if group != "difficulty" else f"difficulty {name}"
            print(f"{label:16}{row['items']:>7}" + "".join(f"{row[o]:>17}" for o in OUTCOMES))
    print(f"median {report['median_ms']} ms per text\n")
    for item in scores:
        if item.outcome in ("wrong", "refused_wrongly"):
            print(f"{item.outcome.upper()} {item.id} ({item.kind} {item.difficulty}) {texts[item.id][:400]!r}")
            for line in item.differences:
                print(f"    {line}")
            print(f"    found: {item.found[:700]}")


if __name__ == "__main__":
    sys.exit(main())

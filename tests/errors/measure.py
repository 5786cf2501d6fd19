"""How well `compile` names, places and mends mistakes."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.errors.cases import Case

EVENT_FIELDS = (
    "orderId", "orderEventId", "symbol", "time", "status", "direction", "fillPrice", "fillPriceCurrency", "fillQuantity",
    "quantity", "orderFeeAmount", "orderFeeCurrency", "message", "limitPrice", "stopPrice", "triggerPrice",
    "trailingAmount", "trailingAsPercentage", "isAssignment",
)  # fmt: skip
#: Wall time of one run: the recordings' programs take a second or two, endless loops all of it.
TIMEOUT_S = 40


@dataclass(frozen=True)
class Verdict:
    """What `compile` made of a case."""

    case: Case
    found: str
    line: int | None
    raw: str
    refused: bool
    orders_equal: bool | None
    said: str = ""

    @property
    def class_right(self) -> bool:
        """The first finding has the class of the mistake."""
        return self.found in self.case.classes

    @property
    def line_right(self) -> bool:
        """The first finding names the line of the mistake."""
        return self.line == self.case.line

    @property
    def accepted_right(self) -> bool:
        """What LEAN runs is run."""
        return not (self.case.accepted and self.refused)


def static_verdict(case: Case) -> Verdict:
    """The verdict of the checks alone, without a run."""
    from vibetrader.compile.checks import check

    found = check(case.source)
    first = found[0] if found else None
    return Verdict(
        case,
        str(first.error_class) if first else "",
        first.line if first else None,
        first.raw if first else "",
        bool(first and first.severity == "error"),
        None,
    )


def measured(cases: list[Case], folder: Path, data: dict[str, Path], *, jobs: int = 2) -> list[Verdict]:
    """Every case through `vibetrader compile`, repairs included."""
    with ThreadPoolExecutor(jobs) as pool:
        verdicts = []
        for verdict in pool.map(lambda case: _measure(case, folder, data), cases):
            verdicts.append(verdict)
            right = verdict.class_right and verdict.line_right and verdict.orders_equal is not False
            print("." if right else f"\n{verdict.case.name} …", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        return verdicts


def _measure(case: Case, folder: Path, data: dict[str, Path]) -> Verdict:
    project = folder / case.name.replace("/", "-").replace("@", "-at-")
    if project.exists():
        shutil.rmtree(project)
    project.mkdir(parents=True)
    (project / "main.py").write_text(case.source)
    (project / "config.json").write_text(json.dumps({"parameters": case.parameters}))
    timeout = 8 if case.kind == "timeout" else TIMEOUT_S
    argv = [sys.executable, "-m", "vibetrader", "compile", str(project), "--data-folder", str(data[case.data])]
    argv += ["--backtest-timeout-s", str(timeout)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL, check=False)
    attempts = sorted((project / "attempts").glob("*/errors.jsonl")) if (project / "attempts").is_dir() else []
    first_list = attempts[0] if attempts else project / "errors.jsonl"
    findings = _lines(first_list)
    first = findings[0] if findings else {}
    return Verdict(
        case,
        first.get("class", ""),
        first.get("line"),
        first.get("raw", ""),
        any(f["severity"] == "error" for f in findings),
        None if case.events is None or not case.repairable else orders_equal(case.events, project / "backtest"),
        f"exit {done.returncode} {(done.stdout + done.stderr).strip()[-160:]}",
    )


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()] if path.is_file() else []


def orders_equal(wanted: tuple[Any, ...], output: Path) -> bool:
    """The run left the recorded order events."""
    path = next(iter(output.glob("*order-events.json")), None) if output.is_dir() else None
    found = json.loads(path.read_text()) if path else []
    return len(found) == len(wanted) and all(
        same(w.get(name), f.get(name)) for w, f in zip(wanted, found, strict=True) for name in EVENT_FIELDS
    )


def same(wanted: Any, found: Any) -> bool:
    """Equal, numbers within 1e-9."""
    if wanted == found or (wanted in (None, "", [], {}) and found in (None, "", [], {})):
        return True
    try:
        return math.isclose(float(wanted), float(found), rel_tol=1e-9, abs_tol=1e-9)
    except (TypeError, ValueError):
        return False

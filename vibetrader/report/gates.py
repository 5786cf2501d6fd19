"""Gates: whether a run may pass, by thresholds, by comparison with another run, and never on made-up data unasked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field

from vibetrader.errors import UsageError
from vibetrader.metrics.catalog import CATALOG
from vibetrader.metrics.gate import GateError, judge, parse
from vibetrader.results.model import FileModel
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import GATES, METRICS

#: What `--no-worse-than` looks at, each in its better direction.
NO_WORSE = ("total_return", "max_drawdown", "sharpe_ratio", "profit_factor")


class Gate(FileModel):
    """One gate and how it turned out; `unknown` counts as missed."""

    condition: str
    source: Literal["--fail-if", "--fail-if-file", "--no-worse-than", "synthetic data"]
    state: Literal["missed", "held", "unknown"]
    found: str = ""
    reason: str = ""

    @property
    def failed(self) -> bool:
        """It stops the build."""
        return self.state != "held"


class Gates(FileModel):
    """`gates.json`."""

    schema_version: int = 1
    passed: bool
    gates: list[Gate] = Field(default_factory=list)

    @property
    def missed(self) -> list[Gate]:
        """Those that stop the build."""
        return [gate for gate in self.gates if gate.failed]


class Wanted(FileModel):
    """What the user asked to be judged."""

    fail_if: tuple[str, ...] = ()
    fail_if_file: Path | None = None
    no_worse_than: Path | None = None

    def __bool__(self) -> bool:
        return bool(self.fail_if or self.fail_if_file or self.no_worse_than)

    def check(self) -> None:
        """Refuse what cannot be read before anything is run.

        Raises:
            UsageError: A threshold, file or run that is no such thing.
        """
        for text, _ in _conditions(self):
            _parsed(text)
        if self.no_worse_than is not None and not (self.no_worse_than / METRICS.path).is_file():
            raise UsageError(
                f"--no-worse-than {str(self.no_worse_than)!r} is no run with figures ({METRICS.path} is missing)",
                hint="Give a run directory; `vibetrader runs list` shows them.",
            )


def judge_run(run: RunDir, wanted: Wanted, *, allow_synthetic: bool) -> Gates:
    """Judge a run and keep the verdict in its directory.

    Raises:
        UsageError: A threshold that cannot be read.
    """
    table: dict[str, Any] = run.read(METRICS) if run.has(METRICS) else {}
    gates = judge_table(table, wanted, synthetic=is_synthetic(run) and not allow_synthetic)
    run.write(GATES, gates.model_dump(mode="json"))
    return gates


def judge_table(table: dict[str, Any], wanted: Wanted, *, synthetic: bool) -> Gates:
    """Judge a metrics table; `synthetic` says that its data may not pass."""
    gates: list[Gate] = []
    for text, source in _conditions(wanted):
        for node in _parsed(text):
            verdict = judge(node, table)
            gates.append(
                Gate(
                    condition=verdict.condition,
                    source="--fail-if" if source == "--fail-if" else "--fail-if-file",
                    state=verdict.state,
                    found=verdict.found,
                    reason=verdict.reason,
                )
            )
    if wanted.no_worse_than is not None:
        before: dict[str, Any] = RunDir.open(wanted.no_worse_than).read(METRICS)
        gates += _no_worse(table, before)
    if synthetic:
        gates.append(
            Gate(
                condition="synthetic data",
                source="synthetic data",
                state="missed",
                found="the bars of this run are made up",
                reason="--allow-synthetic lets it pass",
            )
        )
    return Gates(passed=not any(gate.failed for gate in gates), gates=gates)


def is_synthetic(run: RunDir) -> bool:
    """The bars of a run are made up."""
    manifest = run.manifest()
    receipt = manifest.data_receipt or {}
    return receipt.get("source") == "synthetic" or "synthetic" in manifest.label.lower()


def table(gates: Sequence[Gate]) -> list[tuple[str, str, str]]:
    """State, condition, what was found: the rows of a table."""
    return [(gate.state, gate.condition, "; ".join(t for t in (gate.found, gate.reason) if t)) for gate in gates]


def _conditions(wanted: Wanted) -> list[tuple[str, str]]:
    found = [(text, "--fail-if") for text in wanted.fail_if]
    if wanted.fail_if_file is not None:
        found += [(text, "--fail-if-file") for text in _lines(wanted.fail_if_file)]
    return found


def _lines(path: Path) -> list[str]:
    """Conditions of a file: a line each (`#` begins a remark), or a YAML list."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--fail-if-file {str(path)!r} cannot be read: {error}") from error
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        value = None
    if isinstance(value, dict) and isinstance(value.get("fail_if"), list):
        value = value["fail_if"]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    return [line.split("#")[0].strip() for line in text.splitlines() if line.split("#")[0].strip()]


def _parsed(text: str) -> list[Any]:
    try:
        return list(parse(text))
    except GateError as error:
        raise UsageError(f"--fail-if: {error}", hint=error.hint) from error


def _no_worse(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[Gate]:
    gates = []
    for key in NO_WORSE:
        old, new = (before.get(key) or {}).get("value"), (now.get(key) or {}).get("value")
        sign = "<" if CATALOG[key].better == "more" else ">"
        shown = [
            str((table.get(key) or {}).get("display") or "–") if value is not None else "–"
            for table, value in ((before, old), (now, new))
        ]
        if old is None:
            continue  # nothing to be worse than
        worse = None if new is None else (new < old if sign == "<" else new > old)
        gates.append(
            Gate(
                condition=f"{key} {sign} {shown[0]}",
                source="--no-worse-than",
                state="unknown" if worse is None else "missed" if worse else "held",
                found=f"{key} = {shown[1]}, was {shown[0]}",
                reason=""
                if new is not None
                else str((now.get(key) or {}).get("reason") or "the run has no such figure"),
            )
        )
    return gates

"""What CI systems read: JUnit XML, SARIF, a step summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from vibetrader._util import jsonio
from vibetrader.report.gates import Gates, table
from vibetrader.rundir.manifest import tool_version


def junit(name: str, cases: Sequence[tuple[str, str, str]], *, seconds: float = 0.0) -> str:
    """A JUnit file.

    Args:
        name: Of the suite.
        cases: Name, "" or the failure's message, details.
    """
    failed = sum(bool(message) for _, message, _ in cases)
    suites = ElementTree.Element("testsuites", tests=str(len(cases)), failures=str(failed), errors="0")
    suite = ElementTree.SubElement(
        suites,
        "testsuite",
        name=_clean(name),
        tests=str(len(cases)),
        failures=str(failed),
        errors="0",
        skipped="0",
        time=f"{seconds:.3f}",
    )
    for title, message, details in cases:
        case = ElementTree.SubElement(suite, "testcase", name=_clean(title), classname=_clean(name), time="0")
        if message:
            failure = ElementTree.SubElement(case, "failure", message=_clean(message), type="missed")
            failure.text = _clean(details or message)
        elif details:
            ElementTree.SubElement(case, "system-out").text = _clean(details)
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def gate_cases(gates: Gates | None, report: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The JUnit cases of a run: that it has a result, and each gate."""
    result = "" if report.get("completed") else str(report.get("headline") or "no result")
    cases = [("the backtest has a result", result, str(report.get("headline") or ""))]
    for gate in gates.gates if gates else ():
        message = f"{gate.condition}: {gate.found}" if gate.failed else ""
        cases.append((f"not {gate.condition}", message, "\n".join(t for t in (gate.found, gate.reason) if t)))
    return cases


def sarif(gates: Gates | None, report: Mapping[str, Any]) -> str:
    """A SARIF 2.1.0 file: errors of the code, missed gates, diagnoses; each with the place it speaks of."""
    rules: dict[str, dict[str, Any]] = {}
    results: list[dict[str, Any]] = []

    def add(rule: str, about: str, level: str, text: str, line: int | None = None, file: str = "main.py") -> None:
        rules.setdefault(rule, {"id": rule, "shortDescription": {"text": about}})
        place: dict[str, Any] = {"artifactLocation": {"uri": file}}
        place["region"] = {"startLine": max(1, line or 1)}
        results.append(
            {
                "ruleId": rule,
                "ruleIndex": list(rules).index(rule),
                "level": level,
                "message": {"text": text or about},
                "locations": [{"physicalLocation": place}],
            }
        )

    for error in report.get("errors", ()):
        add(
            f"code/{error['class']}",
            f"Error of class {error['class']}",
            "error",
            " ".join(
                t for t in (error["raw"].splitlines()[0] if error["raw"] else "", error["cause"], error["fix"]) if t
            ),
            error["line"],
            error["file"],
        )
    for gate in gates.missed if gates else ():
        text = f"Gate missed: {gate.condition}. {gate.found}"
        rule = gate.source.strip("-").replace(" ", "-")
        add(f"gate/{rule}", "A gate of the run was missed", "error", f"{text}. {gate.reason}" if gate.reason else text)
    for found in report.get("diagnoses", ()):
        key = found["name"].lower().replace(" ", "-")
        level = "warning" if found["severity"] in ("high", "medium") else "note"
        tries = " ".join(found["try"][:1])
        text = " ".join(t for t in (found["issue"], f"({found['evidence']})" if found["evidence"] else "", tries) if t)
        add(f"diagnosis/{key}", found["name"], level, text, (found.get("data") or {}).get("line"))
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "VibeTrader",
                        "version": tool_version(),
                        "rules": list(rules.values()),
                    }
                },
                "results": results,
            }
        ],
    }
    return jsonio.dumps(document, indent=1) + "\n"


def step_summary(gates: Gates | None, text: str) -> str:
    """The report as Markdown with the gates in front, for a job's summary page."""
    if gates is None or not gates.gates:
        return text
    marks = {"held": "✅", "missed": "❌", "unknown": "❔"}
    rows = "\n".join(
        f"| {marks[state]} | `{_code(condition)}` | {_cell(found)} |" for state, condition, found in table(gates.gates)
    )
    title = "Gates: passed" if gates.passed else f"Gates: {len(gates.missed)} of {len(gates.gates)} missed"
    return f"## {title}\n\n|  | fail if | found |\n|---|---|---|\n{rows}\n\n{text}"


def _cell(text: str) -> str:
    return _code(text).replace("<", "&lt;")


def _code(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("`", "'")


def _clean(text: str) -> str:
    """Text without the characters that XML has no way to write."""
    return "".join(c for c in text if c in "\t\n\r" or 0x20 <= ord(c) <= 0xD7FF or 0xE000 <= ord(c) <= 0x10FFFF)

"""A language model's hand in the program: what no spec can say, a change of the code itself, a repair."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from vibetrader.llm import LLM, LlmRequest, Tool
from vibetrader.llm.guides import lean_rules
from vibetrader.results import Outcome, Status
from vibetrader.results.authors import Author
from vibetrader.results.findings import Finding
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import ATTEMPTS_DIR, AUTHOR, BRIEF, CONFIG, IDEA, INSTRUCTION, LLM_DIR, MAIN, SPEC
from vibetrader.settings import Settings
from vibetrader.spec import yamlio

Task = Literal["write_code", "repair_code", "modify_code"]


class CodeReply(BaseModel):
    """A whole program."""

    model_config = ConfigDict(extra="forbid")

    code: str
    notes: str
    changes_trading: bool


def write(run: RunDir, llm: LLM, tools: Sequence[Tool]) -> Outcome:
    """The program for a brief."""
    brief = run.read(BRIEF)
    inputs = {
        "requirements": brief.requirements,
        "symbols": ", ".join(brief.symbols),
        "timeframe": brief.timeframe,
        "start": brief.start,
        "end": brief.end,
        "cash": f"{brief.cash:g}",
        "idea": run.read(IDEA).text,
    }
    code, author = _ask(llm, "write_code", inputs, tools)
    run.write(MAIN, code)
    run.write(CONFIG, {"algorithm-language": "Python", "parameters": {}, "description": brief.title[:300]})
    run.write(AUTHOR, author)
    return _said(author, code)


def modify(run: RunDir, llm: LLM, tools: Sequence[Tool]) -> Outcome:
    """The program changed as feedback asks; the trades stay as they are unless the user asked for others."""
    inputs = {"code": run.read(MAIN), "instruction": run.read(INSTRUCTION), "purpose": _purpose(run)}
    code, author = _ask(llm, "modify_code", inputs, tools)
    run.write(MAIN, code)
    run.write(AUTHOR, author)
    return _said(author, code)


def mend(run: RunDir, llm: LLM, tools: Sequence[Tool], findings: Sequence[Finding], settings: Settings) -> Outcome:
    """The program repaired, as one more attempt; no code when none is left or the last ones brought nothing new."""
    source = run.read(MAIN)
    folder = run.path / ATTEMPTS_DIR
    tried = sorted(folder.glob("*/main.py"))
    first = findings[0]
    if len(tried) >= settings.max_repairs:
        return Outcome(Status.NO_CODE, f"gave up after {len(tried)} repairs: {first.raw.splitlines()[0]}", first.fix)
    calls = _calls(run)
    known = {path.read_text(encoding="utf-8") for path in tried} | {source}
    before = run.read(AUTHOR) if run.has(AUTHOR) else None
    inputs = {
        "code": _numbered(source),
        "errors": "\n\n".join(_told(finding) for finding in findings[:5]),
        "earlier": _earlier(run),
        "purpose": _purpose(run),
    }
    code, author = _ask(llm, "repair_code", inputs, tools)
    attempt = run.next_attempt()
    diff = difflib.unified_diff(
        source.splitlines(keepends=True), code.splitlines(keepends=True), "main.py before", "main.py after"
    )
    run.write_file(f"{attempt}/main.py", source)
    run.write_file(f"{attempt}/repair.diff", "".join(diff))
    run.write_file(f"{attempt}/errors.jsonl", "".join(f.model_dump_json(by_alias=True) + "\n" for f in findings))
    for name in _calls(run)[len(calls) :]:
        run.write_file(f"{attempt}/{LLM_DIR}/{name}", (run.path / LLM_DIR / name).read_bytes())
    if code in known:
        return Outcome(
            Status.NO_CODE,
            f"no progress: {author.model} gave the same program again: {first.raw.splitlines()[0]}",
            first.fix,
        )
    run.write(MAIN, code)
    # A repair of a change that must keep the trades must keep them too.
    run.write(AUTHOR, author.model_copy(update={"keeps_trades": before is not None and before.keeps_trades}))
    return _said(author, code)


def _ask(llm: LLM, task: Task, inputs: dict[str, str], tools: Sequence[Tool]) -> tuple[str, Author]:
    reply = llm.complete(
        LlmRequest(
            task=task,
            inputs={**inputs, "lean_rules": lean_rules()},
            reply=CodeReply,
            check=_whole,
            tools=tuple(tools),
        )
    )
    author = Author(
        task=task,
        provider=reply.provider,
        model=reply.model,
        keeps_trades=task == "modify_code" and not reply.value.changes_trading,
        notes=reply.value.notes.strip(),
    )
    return _plain(reply.value.code), author


def _whole(reply: CodeReply) -> None:
    if "QCAlgorithm" not in reply.code:
        raise ValueError("code: the whole program is needed, with its class that inherits QCAlgorithm")


def _plain(code: str) -> str:
    """The program without a Markdown fence around it, ending in one newline."""
    lines = code.replace("\r\n", "\n").strip("\n").split("\n")
    if lines[0].startswith("```"):
        end = next((n for n, line in enumerate(lines) if n and line.startswith("```")), len(lines))
        lines = lines[1:end]
    return "\n".join(lines).rstrip() + "\n"


def _purpose(run: RunDir) -> str:
    if run.has(BRIEF):
        return run.read(BRIEF).requirements
    if run.has(SPEC):
        return yamlio.dump(yamlio.load(run.read(SPEC), file=SPEC.path).model_copy(update={"provenance": {}}))
    return "not told"


def _told(finding: Finding) -> str:
    place = f"line {finding.line}: {finding.source.strip()}\n" if finding.line else ""
    parts = [f"{finding.error_class}: {finding.raw}\n{place}", finding.cause, finding.fix, finding.example]
    return "\n".join(part for part in parts if part)


def _earlier(run: RunDir) -> str:
    folder = run.path / ATTEMPTS_DIR
    return "\n\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*/repair.diff")))


def _numbered(source: str) -> str:
    return "\n".join(f"{number:4}  {line}" for number, line in enumerate(source.splitlines(), 1))


def _calls(run: RunDir) -> list[str]:
    folder = run.path / LLM_DIR
    return sorted(path.name for path in folder.glob("*.json")) if folder.is_dir() else []


def _said(author: Author, code: str) -> Outcome:
    what = {"write_code": "written", "repair_code": "repaired", "modify_code": "changed"}[author.task]
    notes = f"; {author.notes}" if author.notes else ""
    return Outcome(Status.OK, f"LEAN code of {len(code.splitlines())} lines, {what} by {author.model}{notes}")

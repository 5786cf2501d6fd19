"""The node: check the program, run it contained, explain what went wrong, repair what a rule can repair."""

from __future__ import annotations

import dataclasses
import difflib
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from vibetrader.backtest.connect import backtester
from vibetrader.backtest.embedded import algorithm_id
from vibetrader.backtest.figures import figures
from vibetrader.backtest.protocol import BacktestRequest
from vibetrader.compile.checks.program import ENDLESS, FORBIDDEN, Mistake
from vibetrader.compile.enrich import explain, refusals
from vibetrader.compile.faithful import changed_trades
from vibetrader.compile.hindsight import loop_line, order_line, relocated, told_by_program
from vibetrader.compile.needs import absent_data, needs_of
from vibetrader.errors import DataError, NetworkError, NoResultError, UnsupportedLeanFeature, VibeTraderError
from vibetrader.marketdata.ledger import doubtful_trades
from vibetrader.marketdata.provide import Provided, audited, provide
from vibetrader.results import Outcome, Status
from vibetrader.results.backtest import BacktestResult
from vibetrader.results.findings import ErrorClass, Finding
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import (
    BACKTEST_DIR,
    CONFIG,
    CROSS_CHECK,
    CROSS_DIR,
    DATA_LEDGER,
    ERRORS,
    MAIN,
    METRICS,
    SPEC,
)
from vibetrader.settings import Settings

_STATUS_OF = {
    ErrorClass.SYMBOL: Status.SYMBOL_ERROR,
    ErrorClass.TIMEFRAME: Status.TIMEFRAME_ERROR,
    ErrorClass.ENVIRONMENT: Status.ENVIRONMENT_ERROR,
    ErrorClass.INFRASTRUCTURE: Status.INFRASTRUCTURE_ERROR,
    ErrorClass.DATA: Status.DATA_ERROR,
    ErrorClass.UNSUPPORTED: Status.UNSUPPORTED,
}


#: Stages in the order in which a program passes them.
_STAGES: Final = ("check", "compilation", "initialization", "execution", "result")


@dataclass(frozen=True)
class _Attempt:
    """One program, checked and run.

    Attributes:
        findings: The error first, then what is worth a look.
        mistakes: What the checks found, with the edits that mend it.
    """

    source: str
    findings: list[Finding]
    mistakes: Sequence[Mistake]
    result: BacktestResult | None = None

    @property
    def errors(self) -> list[Finding]:
        """What stopped it."""
        return [finding for finding in self.findings if finding.severity == "error"]

    @property
    def is_silent(self) -> bool:
        """The run went through and nothing was ever traded."""
        result = self.result
        return result is not None and result.completed and not any(e.fill_quantity for e in result.order_events)

    @property
    def reached(self) -> tuple[int, int]:
        """How far it got: the stage of its first error, then how few errors are left; higher is better."""
        errors = self.errors
        return (_STAGES.index(errors[0].stage) if errors else len(_STAGES), -len(errors))


def node(run: RunDir, settings: Settings) -> Outcome:
    """Project → LEAN's result files and metrics, or errors explained."""
    run.remove(ERRORS)
    run.remove(METRICS)
    run.remove(DATA_LEDGER)
    tried = [_attempt(run, settings, run.read(MAIN))]
    while settings.repair and len(tried) <= settings.max_repairs:
        mended = _mended(tried[-1])
        if mended is None or any(attempt.source == mended for attempt in tried):
            break
        _keep_attempt(run, tried[-1], mended)
        tried.append(_attempt(run, settings, mended))
    last = tried[-1]
    if last.result is not None and not last.errors and (changed := changed_trades(run, last.result)) is not None:
        last = tried[-1] = dataclasses.replace(last, findings=[changed, *last.findings])
    if last.errors:
        best = max(reversed(tried), key=lambda attempt: attempt.reached)
        return _failed(run, settings, best, is_last=best is last)
    assert last.result is not None
    return _succeeded(run, settings, last, last.result)


def _succeeded(run: RunDir, settings: Settings, attempt: _Attempt, result: BacktestResult) -> Outcome:
    told = _why_silent(run, settings, attempt, result)
    run.write_lines(ERRORS, [*attempt.findings, *told])
    run.write(METRICS, figures(run, settings, result))
    crossed = _cross_checked(run, settings, attempt, result) if settings.cross_check else []
    message = "; ".join([_said(result), *(finding.raw for finding in told[:1]), *crossed])
    no_data = not result.statistics and any(finding.error_class is ErrorClass.DATA for finding in told)
    if no_data and run.has(SPEC):
        return Outcome(Status.DATA_ERROR, told[0].raw, hint=told[0].fix)
    return Outcome(Status.OK, message, hint=told[0].fix if told else "")


def _cross_checked(run: RunDir, settings: Settings, attempt: _Attempt, result: BacktestResult) -> list[str]:
    """Run the second engine and write where the two differ; a sentence on it."""
    from vibetrader.backtest.crosscheck import differences, summary

    other = settings.cross_check
    engine = backtester(settings.model_copy(update={"engine": other}))
    absent = engine.available()
    if absent is not None:
        raise NoResultError(f"--cross-check {other}: {absent.reason}", hint=absent.hint)
    run.progress("backtest", f"Running the backtest once more ({other})")
    request = _request(run, settings, run.path, _data(run, settings, attempt.source))
    second = engine.run(dataclasses.replace(request, output=run.path / CROSS_DIR))
    found = differences(result, second)
    told = summary(found, (settings.engine, other))
    run.write(CROSS_CHECK, told)
    if not found:
        return [f"{settings.engine} and {other} agree in everything"]
    kinds = ", ".join(f"{count} {kind}" for kind, count in told["counts"].items())
    return [f"{settings.engine} and {other} differ: {kinds}"]


def _failed(run: RunDir, settings: Settings, best: _Attempt, *, is_last: bool) -> Outcome:
    if not is_last:
        run.write(MAIN, best.source)
    run.write_lines(ERRORS, best.findings)
    first = best.errors[0]
    status = _STATUS_OF.get(first.error_class, Status.CODE_ERROR)
    if not settings.repair and status in (Status.CODE_ERROR, Status.SYMBOL_ERROR, Status.TIMEFRAME_ERROR):
        status = Status.GIVE_UP
    place = f"line {first.line}: " if first.line else ""
    return Outcome(status, f"{first.error_class}: {place}{_headline(first.raw)}", hint=first.fix)


def _attempt(run: RunDir, settings: Settings, source: str) -> _Attempt:
    from vibetrader.compile.checks import mistakes

    found = mistakes(source)
    findings = [mistake.finding for mistake in found]

    def ended(first: Finding | None, rest: Sequence[Finding] = ()) -> _Attempt:
        return _Attempt(source, [*([first] if first is not None else []), *rest], found)

    forbidden = [finding for finding in findings if finding.repair == FORBIDDEN]
    if forbidden:
        return ended(None, forbidden)
    if settings.repair and found and found[0].edits and findings[0].error_class is ErrorClass.SYNTAX:
        return ended(None, findings)  # Python has said all there is to say; the mended file is what is worth a run
    try:
        data = _data(run, settings, source)
        engine = backtester(settings)
        absent = engine.available()
        if absent is not None:
            return ended(_plain(ErrorClass.ENVIRONMENT, absent.reason, absent.hint))
        run.progress("backtest", f"Running the backtest ({engine.name})")
        result = engine.run(_request(run, settings, run.path, data))
    except UnsupportedLeanFeature as error:
        return ended(_plain(ErrorClass.UNSUPPORTED, error.message, error.hint), _as_warnings(findings))
    except DataError as error:
        return ended(_plain(ErrorClass.DATA, error.message, error.hint), _as_warnings(findings))
    except NetworkError as error:
        return ended(_plain(ErrorClass.INFRASTRUCTURE, error.message, error.hint), _as_warnings(findings))
    except NoResultError as error:
        return ended(_no_result(error, findings, source), _as_warnings(findings))
    run.amend_manifest(data_receipt=data.receipt, protections=list(result.protections))
    trades = [
        {"symbol": trade.symbols[0] if trade.symbols else "", "entry_time": trade.entry_time, "exit_time": trade.exit_time}
        for trade in result.closed_trades
    ]
    run.write(DATA_LEDGER, {**data.ledger, "trades": doubtful_trades(trades, data.audits)})
    findings += absent_data(source, data.folder)
    return _Attempt(source, _merged(findings, result, source), found, result)


def _no_result(error: NoResultError, findings: Sequence[Finding], source: str) -> Finding:
    """What ended the engine's process; for a program that did not come back, what kept it."""
    kind = explain(error.message, source).error_class
    kind = kind if kind in (ErrorClass.TIMEOUT, ErrorClass.MEMORY, ErrorClass.RUNTIME) else ErrorClass.ENVIRONMENT
    told = _plain(kind, error.message, error.hint)
    if kind is not ErrorClass.TIMEOUT:
        return told
    line = loop_line(source)
    known = next((f for f in findings if f.repair == "resolution" or f.raw == ENDLESS), None)
    if line is None and known is not None:
        return known.model_copy(
            update={"severity": "error", "stage": "execution", "raw": f"{error.message}: {known.raw}"}
        )
    return _at(told, line, source)


def _as_warnings(findings: Iterable[Finding]) -> list[Finding]:
    return [finding.model_copy(update={"severity": "warning"}) for finding in findings]


def _mended(attempt: _Attempt) -> str | None:
    """The program with the next mistake mended that a rule knows; None when there is none.

    A program that runs and trades is mended only where LEAN refused its orders or a check is sure of what was meant.
    """
    from vibetrader.compile import repair

    if attempt.errors:
        return repair.repair(attempt.source, attempt.findings, attempt.mistakes)
    if attempt.is_silent:
        return repair.repair_silence(attempt.source, attempt.mistakes)
    return repair.repair_doubtful(attempt.source, attempt.findings, attempt.mistakes)


def _keep_attempt(run: RunDir, attempt: _Attempt, mended: str) -> None:
    """The program before, what was wrong with it and the difference, in a folder of its own; the mended one as main.py."""
    folder = run.next_attempt()
    diff = difflib.unified_diff(
        attempt.source.splitlines(keepends=True), mended.splitlines(keepends=True), "main.py before", "main.py after"
    )
    lines = "".join(finding.model_dump_json(by_alias=True) + "\n" for finding in attempt.findings)
    run.write_file(f"{folder}/main.py", attempt.source)
    run.write_file(f"{folder}/repair.diff", "".join(diff))
    run.write_file(f"{folder}/errors.jsonl", lines)
    run.progress("repair", f"Repairing: {_headline(attempt.findings[0].raw)}" if attempt.findings else "Repairing")
    run.write(MAIN, mended)


def _request(run: RunDir, settings: Settings, project: Path, data: Provided) -> BacktestRequest:
    return BacktestRequest(
        project=project,
        data_folder=data.folder,
        output=project / BACKTEST_DIR,
        id=algorithm_id(project),
        parameters=_parameters(run, settings),
        timeout_s=settings.backtest_timeout_s,
        memory_mb=settings.backtest_memory_mb,
        sandbox=settings.sandbox,
        now=datetime.fromisoformat(run.manifest().created),
        columns=data.columns,
    )


def _merged(findings: list[Finding], result: BacktestResult, source: str) -> list[Finding]:
    """What the checks and the run found, as one list: the error first, then what is worth a look."""
    if result.completed:
        warned = _as_warnings(findings)
        return [
            *warned,
            *(_placed(refusal, findings, source) for refusal in refusals(result.log, source)),
            *told_by_program(result.log, source),
        ]
    told = relocated(explain(result.error, source), source)
    if told.line is None and told.error_class is ErrorClass.TIMEOUT:
        told = _at(told, loop_line(source), source)
    seen = _same(told, findings)
    if seen is None:
        return [told, *_as_warnings(findings)]
    # A check that saw the same mistake knows the line that is wrong, not only the one where it showed, and the mending.
    first = seen.model_copy(update={"severity": "error", "stage": told.stage, "raw": told.raw})
    return [first, *_as_warnings(f for f in findings if f is not seen)]


def _same(told: Finding, findings: list[Finding]) -> Finding | None:
    """The check's finding that is about what the run failed on."""
    errors = [f for f in findings if f.severity == "error"]
    method = re.search(r"(\w+\(\)) (?:missing|takes) ", told.raw)
    for choice in (
        [f for f in findings if method is not None and method[1] in f.raw],
        [f for f in findings if told.line is not None and f.line == told.line],
        [f for f in errors if f.error_class == told.error_class],
        errors if told.line is None else [],
        [f for f in errors if told.line is not None and f.line is not None and f.line < told.line],
    ):
        if choice:
            return choice[0]
    return None


def _placed(refusal: Finding, findings: list[Finding], source: str) -> Finding:
    """A refused order with the line that sends it: a check's, or the only order of the program."""
    same = next((f for f in findings if f.error_class == refusal.error_class), None)
    return _at(refusal, same.line if same is not None else order_line(source), source)


def _at(finding: Finding, line: int | None, source: str) -> Finding:
    if line is None:
        return finding
    return finding.model_copy(update={"line": line, "source": source.splitlines()[line - 1].rstrip()})


def _why_silent(run: RunDir, settings: Settings, attempt: _Attempt, result: BacktestResult) -> list[Finding]:
    """Findings on what kept the program from trading, or from going on with it; may take one more run."""
    from vibetrader.compile.silence import why

    def again(text: str, folder: Path) -> Path | None:
        """The program's other files with another main.py, run in a folder that goes away; where its results are."""
        if settings.engine != "embedded":
            return None
        for path in run.path.glob("*.py"):
            shutil.copyfile(path, folder / path.name)
        (folder / "main.py").write_text(text, encoding="utf-8")
        request = _request(run, settings, folder, _data(run, settings, attempt.source))
        try:
            backtester(settings).run(request)
        except VibeTraderError:
            return None
        return request.output

    return why(attempt.source, result, attempt.findings, again)


def _data(run: RunDir, settings: Settings, source: str) -> Provided:
    needs = needs_of(source)
    end = min(needs.end or run.today() - timedelta(days=1), run.today() - timedelta(days=1))
    start = min(needs.start or end - timedelta(days=365), end)
    provided = provide(
        needs.bars, start=start, end=end, settings=settings, say=lambda text: run.progress("data", text)
    )
    # the day after today has begun somewhere: only what ends later cannot have closed
    now_ms = ((run.today() - date(1970, 1, 1)).days + 1) * 86_400_000
    return audited(provided, needs.bars, start=start, end=end, settings=settings, now_ms=now_ms)


def _parameters(run: RunDir, settings: Settings) -> dict[str, str]:
    given = run.read(CONFIG).get("parameters", {}) if run.has(CONFIG) else {}
    return {**{str(name): str(value) for name, value in given.items()}, **settings.parameters}


def _plain(error_class: ErrorClass, message: str, fix: str) -> Finding:
    return Finding(error_class=error_class, stage="result", raw=message, cause=message, fix=fix)


def _headline(raw: str) -> str:
    from vibetrader.compile.enrich import bare_text

    return bare_text(raw)[:200]


def _said(result: BacktestResult) -> str:
    orders = result.statistics.get("Total Orders", "0")
    return f"{orders} orders, net profit {result.statistics.get('Net Profit', 'unknown')}"

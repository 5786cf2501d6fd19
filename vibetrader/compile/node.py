"""The node: check the program, run it contained, explain what went wrong, repair what a rule can repair."""

from __future__ import annotations

import difflib
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from vibetrader.backtest.connect import backtester
from vibetrader.backtest.embedded import algorithm_id
from vibetrader.backtest.figures import figures
from vibetrader.backtest.protocol import BacktestRequest
from vibetrader.compile.enrich import explain, refusals
from vibetrader.compile.faithful import changed_trades
from vibetrader.compile.hindsight import loop_line, order_line
from vibetrader.compile.needs import absent_data, needs_of
from vibetrader.errors import DataError, NoResultError, UnsupportedLeanFeature, VibeTraderError
from vibetrader.marketdata.provide import Provided, provide
from vibetrader.results import Outcome, Status
from vibetrader.results.backtest import BacktestResult
from vibetrader.results.findings import ErrorClass, Finding
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import ATTEMPTS_DIR, BACKTEST_DIR, CONFIG, ERRORS, MAIN, METRICS, SPEC
from vibetrader.settings import Settings

_STATUS_OF = {
    ErrorClass.SYMBOL: Status.SYMBOL_ERROR,
    ErrorClass.TIMEFRAME: Status.TIMEFRAME_ERROR,
    ErrorClass.ENVIRONMENT: Status.ENVIRONMENT_ERROR,
    ErrorClass.INFRASTRUCTURE: Status.INFRASTRUCTURE_ERROR,
    ErrorClass.DATA: Status.DATA_ERROR,
    ErrorClass.UNSUPPORTED: Status.UNSUPPORTED,
}


def node(run: RunDir, settings: Settings) -> Outcome:
    """Project → LEAN's result files and metrics, or errors explained."""
    run.remove(ERRORS)
    run.remove(METRICS)
    source = run.read(MAIN)
    while True:
        result, findings = _attempt(run, settings, source)
        errors = [finding for finding in findings if finding.severity == "error"]
        mended = _repaired(run, settings, source, findings, silent=result is not None and _is_silent(result))
        if mended is None:
            break
        source = mended
    if result is not None and not errors and (changed := changed_trades(run, result)) is not None:
        findings, errors = [changed, *findings], [changed]
    if result is not None and not errors:
        told = _why_silent(run, settings, source, result) if _is_silent(result) else []
        findings = [*findings, *told]
        run.write_lines(ERRORS, findings)
        run.write(METRICS, figures(run, settings, result))
        message = "; ".join([_said(result), *(finding.raw for finding in told[:1])])
        no_data = any(finding.error_class is ErrorClass.DATA for finding in told)
        if no_data and run.has(SPEC):
            return Outcome(Status.DATA_ERROR, told[0].raw, hint=told[0].fix)
        return Outcome(Status.OK, message, hint=told[0].fix if told else "")
    run.write_lines(ERRORS, findings)
    first = errors[0]
    status = _STATUS_OF.get(first.error_class, Status.CODE_ERROR)
    if not settings.repair and status in (Status.CODE_ERROR, Status.SYMBOL_ERROR, Status.TIMEFRAME_ERROR):
        status = Status.GIVE_UP
    place = f"line {first.line}: " if first.line else ""
    return Outcome(status, f"{first.error_class}: {place}{_headline(first.raw)}", hint=first.fix)


def _attempt(run: RunDir, settings: Settings, source: str) -> tuple[BacktestResult | None, list[Finding]]:
    from vibetrader.compile.checks import check

    findings = list(check(source))
    try:
        data = _data(run, settings, source)
        engine = backtester(settings)
        absent = engine.available()
        if absent is not None:
            return None, [_plain(ErrorClass.ENVIRONMENT, absent.reason, absent.hint)]
        run.progress("backtest", f"Running the backtest ({engine.name})")
        result = engine.run(_request(run, settings, run.path, data))
    except UnsupportedLeanFeature as error:
        return None, [*findings, _plain(ErrorClass.UNSUPPORTED, error.message, error.hint)]
    except DataError as error:
        return None, [*findings, _plain(ErrorClass.DATA, error.message, error.hint)]
    except NoResultError as error:
        kind = explain(error.message, source).error_class
        kind = kind if kind in (ErrorClass.TIMEOUT, ErrorClass.MEMORY) else ErrorClass.ENVIRONMENT
        line = loop_line(source) if kind is ErrorClass.TIMEOUT else None
        return None, [_at(_plain(kind, error.message, error.hint), line, source), *findings]
    run.amend_manifest(data_receipt=data.receipt, protections=list(result.protections))
    findings += absent_data(source, data.folder)
    return result, _merged(findings, result, source)


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
    )


def _merged(findings: list[Finding], result: BacktestResult, source: str) -> list[Finding]:
    """What the checks and the run found, as one list: the error first, then what is worth a look."""
    if result.completed:
        warned = [finding.model_copy(update={"severity": "warning"}) for finding in findings]
        return [*warned, *(_placed(refusal, findings, source) for refusal in refusals(result.log, source))]
    told = explain(result.error, source)
    if told.line is None and told.error_class is ErrorClass.TIMEOUT:
        told = _at(told, loop_line(source), source)
    seen = _same(told, findings)
    if seen is None:
        return [told, *(f.model_copy(update={"severity": "warning"}) for f in findings)]
    # A check that saw the same mistake knows the line that is wrong, not only the one where it showed, and the mending.
    first = seen.model_copy(update={"severity": "error", "stage": told.stage, "raw": told.raw})
    return [first, *(f.model_copy(update={"severity": "warning"}) for f in findings if f is not seen)]


def _same(told: Finding, findings: list[Finding]) -> Finding | None:
    """The check's finding that is about what the run failed on."""
    errors = [f for f in findings if f.severity == "error"]
    for choice in (
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


def _why_silent(run: RunDir, settings: Settings, source: str, result: BacktestResult) -> list[Finding]:
    """Findings on what kept the program from trading; one more run, in a folder that goes away."""
    from vibetrader.compile.silence import RECORD, explain_silence, instrument, no_bars, read

    if not result.statistics:
        return [no_bars(source)]
    if settings.engine != "embedded" or not any(
        mark in source for mark in ("_order(", "set_holdings", "SetHoldings", "Order(")
    ):
        return []
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "watched"
        output = project / BACKTEST_DIR
        output.mkdir(parents=True)
        text, conditions = instrument(source, output / RECORD)
        (project / "main.py").write_text(text)
        data = _data(run, settings, source)
        try:
            backtester(settings).run(_request(run, settings, project, data))
        except VibeTraderError:
            return []
        return explain_silence(read(output / RECORD, conditions), source)


def _is_silent(result: BacktestResult) -> bool:
    """The run went through and nothing was ever traded."""
    return result.completed and not any(event.fill_quantity for event in result.order_events)


def _repaired(run: RunDir, settings: Settings, source: str, findings: list[Finding], *, silent: bool) -> str | None:
    """The program with the first repair that a rule knows, written to the run; None when there is none or no more.

    A program that runs is left alone, whatever the checks think of it, unless it never trades.
    """
    from vibetrader.compile.repair import repair, repair_silence

    failed = any(finding.severity == "error" for finding in findings)
    if not settings.repair or not (failed or silent):
        return None
    number = len(list((run.path / ATTEMPTS_DIR).glob("*"))) if (run.path / ATTEMPTS_DIR).is_dir() else 0
    if number >= settings.max_repairs:
        return None
    mended = repair(source, findings) if failed else repair_silence(source)
    if mended is None:
        return None
    attempt = run.next_attempt()
    diff = difflib.unified_diff(
        source.splitlines(keepends=True), mended.splitlines(keepends=True), "main.py before", "main.py after"
    )
    run.write_file(f"{attempt}/main.py", source)
    run.write_file(f"{attempt}/repair.diff", "".join(diff))
    run.write_file(f"{attempt}/errors.jsonl", "".join(f.model_dump_json(by_alias=True) + "\n" for f in findings))
    run.progress("repair", f"Repairing: {_headline(findings[0].raw)}")
    run.write(MAIN, mended)
    return mended


def _data(run: RunDir, settings: Settings, source: str) -> Provided:
    needs = needs_of(source)
    end = min(needs.end or run.today() - timedelta(days=1), run.today() - timedelta(days=1))
    start = min(needs.start or end - timedelta(days=365), end)
    return provide(
        needs.bars,
        start=start,
        end=end,
        data_folder=settings.data_folder,
        source=settings.data,
        cache_dir=settings.cache_dir,
        seed=settings.seed,
    )


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

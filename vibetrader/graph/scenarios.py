"""Strategy tests as code: candles somebody wrote down, a run of the strategy on them, and what is expected of it."""

from __future__ import annotations

import operator
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import Field, ValidationError

from vibetrader.backtest.leanfiles import read_results
from vibetrader.backtest.metrics import dust, seconds
from vibetrader.errors import DataError, SpecError, UsageError, VibeTraderError
from vibetrader.graph.nodes import NODES
from vibetrader.marketdata.scenario import Candle, Slot, from_closes, path_closes, write_folder
from vibetrader.metrics.gate import GateError, judge, parse
from vibetrader.results import Outcome, Status
from vibetrader.results.backtest import BacktestResult, ClosedTrade, OrderRecord
from vibetrader.results.model import FileModel
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import BACKTEST_DIR, CONFIG, ERRORS, MAIN, METRICS, SPEC
from vibetrader.settings import Settings
from vibetrader.spec import yamlio
from vibetrader.spec.strategy import Instrument, Period, StrategySpec
from vibetrader.spec.timeframes import minutes

PATTERN: Final = "*.test.yaml"
_COUNT: Final = re.compile(r"\s*(<=|>=|==|!=|<|>)?\s*(\d+)\s*")
_OPERATORS: Final[Mapping[str, Callable[[int, int], bool]]] = {
    "<=": operator.le, ">=": operator.ge, "==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt,
}  # fmt: skip


class Candles(FileModel):
    """The market of a test: exactly one of `closes`, `path`, `bars`.

    Attributes:
        start: First day.
        symbol: Instead of the strategy's.
        timeframe: Of a candle; the strategy's when it has a spec.
        closes: One close per bar; each opens at the close before.
        path: Closes in words: `100, 80 in 20, flat in 5, +10% in 10`.
        bars: open, high, low, close and, if wanted, volume.
    """

    start: date = date(2024, 1, 1)
    symbol: str = ""
    timeframe: str = ""
    closes: list[float] | None = None
    path: str | None = None
    bars: list[list[float]] | None = None

    def candles(self) -> list[Candle]:
        """The candles."""
        given = [name for name in ("closes", "path", "bars") if getattr(self, name)]
        if len(given) != 1:
            raise DataError(f"candles need exactly one of closes, path and bars; found {', '.join(given) or 'none'}")
        if self.path:
            return from_closes(path_closes(self.path))
        if self.closes:
            return from_closes(self.closes)
        found: list[Candle] = []
        for number, row in enumerate(self.bars or ()):
            if len(row) not in (4, 5):
                raise DataError(f"bar {number} has {len(row)} numbers; open, high, low, close[, volume] are expected")
            o, h, low, c = row[:4]
            if h < max(o, c) or low > min(o, c):
                raise DataError(f"bar {number}: high {h} and low {low} do not hold open {o} and close {c}")
            found.append((o, h, low, c, row[4] if len(row) == 5 else 1000.0))
        return found


class Event(FileModel):
    """An entry or exit: the bar (counted from 0) at whose close it was ordered, and what else is said of it."""

    bar: int
    side: Literal["long", "short"] | None = None
    price: float | None = None
    tolerance: float = 1e-6
    reason: str | None = None


class Expect(FileModel):
    """What must hold after the run; what is left out is not looked at.

    Attributes:
        trades: Number of closed trades: `2`, `">= 1"`.
        orders: Number of orders that were accepted.
        entries: All entries, in order.
        exits: All exits of closed trades, in order.
        position: What is held at the end.
        holds: Conditions on figures that must be true: `total_return > 0`.
        error: Class of the error that must stop the run.
    """

    trades: int | str | None = None
    orders: int | str | None = None
    refused: int | str | None = None
    no_trades: bool | None = None
    entries: list[Event] | None = None
    exits: list[Event] | None = None
    position: Literal["long", "short", "none"] | None = None
    holds: list[str] = Field(default_factory=list)
    error: str | None = None


class Scenario(FileModel):
    """One test."""

    name: str
    candles: Candles
    parameters: dict[str, float] = Field(default_factory=dict)
    cash: float | None = None
    expect: Expect


class Suite(FileModel):
    """A `strategy.test.yaml`.

    Attributes:
        strategy: A spec file, a run directory or a folder with a LEAN main.py, relative to this file.
        idea: Words instead.
        spec: A spec written right here instead.
    """

    schema_: int = Field(1, alias="schema")
    strategy: str = ""
    idea: str = ""
    spec: dict[str, Any] | None = None
    tests: list[Scenario]


@dataclass(frozen=True, slots=True)
class Tested:
    """How one test ended.

    Attributes:
        failures: What was not as expected; empty when it passed.
        log: What helps to understand a failure.
    """

    file: str
    name: str
    failures: tuple[str, ...]
    log: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Everything was as expected."""
        return not self.failures


def find(paths: Sequence[Path]) -> list[Path]:
    """The test files named, and those below the folders named.

    Raises:
        UsageError: A path that is not there, or no test at all.
    """
    found: list[Path] = []
    for path in paths or [Path()]:
        if path.is_dir():
            found += sorted(p for p in path.rglob(PATTERN) if not any(part.startswith(".") for part in p.parts))
        elif path.is_file():
            found.append(path)
        else:
            raise UsageError(f"test file {str(path)!r} does not exist", hint=f"Tests are files named {PATTERN}.")
    if not found:
        raise UsageError(
            f"no {PATTERN} below {', '.join(map(str, paths)) or 'this folder'}", hint="docs/testing.md shows one."
        )
    return list(dict.fromkeys(found))


def load(path: Path) -> Suite:
    """A test file.

    Raises:
        SpecError: It is no such file; names the field.
    """
    try:
        return Suite.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{str(path)!r} cannot be read: {error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else None
        raise SpecError(str(getattr(error, "problem", error)), file=str(path), line=line) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise SpecError(f"{first['msg']}, found {first['input']!r:.80}", file=str(path), field=field) from error


def run_file(path: Path, settings: Settings, *, only: str = "") -> Iterator[Tested]:
    """Run the tests of a file, one after the other."""
    suite = load(path)
    for scenario in suite.tests:
        if only and only.lower() not in scenario.name.lower():
            continue
        with tempfile.TemporaryDirectory(prefix="vibetrader-test-") as scratch:
            try:
                failures, log = _run(suite, scenario, path.parent, Path(scratch), settings)
            except GateError as error:
                failures, log = [f"{error}. {error.hint}".rstrip()], []
            except VibeTraderError as error:
                failures, log = [f"{error}{f' ({error.hint})' if error.hint else ''}"], []
        yield Tested(str(path), scenario.name, tuple(failures), tuple(log))


def _run(
    suite: Suite, scenario: Scenario, beside: Path, scratch: Path, settings: Settings
) -> tuple[list[str], list[str]]:
    for text in scenario.expect.holds:
        parse(text)  # a condition that cannot be read is told before anything runs
    candles = scenario.candles.candles()
    settings = settings.model_copy(
        update={
            "runs_dir": scratch / "runs",
            "data_folder": scratch / "data",
            "data": "folder",
            "repair": False,
            "parameters": {name: f"{value:g}" for name, value in scenario.parameters.items()},
        }
    )
    run, spec = _prepared(suite, scenario, beside, settings)
    instrument = spec.symbols[0] if spec else Instrument.model_validate(scenario.candles.symbol or "BTCUSDT")
    timeframe = scenario.candles.timeframe or (spec.timeframe if spec else "1h")
    if timeframe not in ("1M", "1w") and spec and minutes(timeframe) != minutes(spec.timeframe):
        raise UsageError(f"candles of {timeframe} for a strategy on {spec.timeframe}", hint="Leave timeframe away.")
    times = write_folder(
        scratch / "data",
        instrument.type,
        instrument.market,
        instrument.ticker,
        candles,
        scenario.candles.start,
        seconds=minutes(timeframe) * 60,
    )
    if spec is not None:
        last = datetime.fromtimestamp(times[-1].end - 1, UTC).date()
        changed: dict[str, Any] = {"period": Period(start=scenario.candles.start, end=last)}
        if scenario.cash is not None:
            changed["cash"] = scenario.cash
        run.write(SPEC, yamlio.dump(spec.model_copy(update=changed)))
        outcome = run.visit("design", NODES["design"], settings)
        if outcome.status is not Status.OK:
            return [f"no code: {outcome.message}"], []
    outcome = run.visit("compile", NODES["compile"], settings)
    return _judge(run, scenario.expect, outcome, times)


def _prepared(suite: Suite, scenario: Scenario, beside: Path, settings: Settings) -> tuple[RunDir, StrategySpec | None]:
    """A run directory with the strategy in it, and its spec if it has one."""
    given = [name for name in ("strategy", "idea", "spec") if getattr(suite, name)]
    if len(given) != 1:
        raise UsageError(
            f"a test file needs exactly one of strategy, idea and spec; found {', '.join(given) or 'none'}"
        )
    run = RunDir.create(suite.idea or scenario.name, settings)
    text = ""
    if suite.idea:
        outcome = run.visit("clarify", NODES["clarify"], settings.model_copy(update={"assume_defaults": True}))
        if outcome.status is not Status.OK:
            raise SpecError(f"the idea cannot be used: {outcome.message}")
        text = run.read(SPEC)
    elif suite.spec is not None:
        text = yaml.safe_dump(suite.spec, sort_keys=False)
    else:
        place = (beside / suite.strategy).resolve()
        if place.is_file() and place.suffix in (".yaml", ".yml"):
            text = place.read_text(encoding="utf-8")
        elif (place / SPEC.path).is_file():
            text = (place / SPEC.path).read_text(encoding="utf-8")
        elif (place if place.is_file() else place / MAIN.path).is_file():
            folder = place.parent if place.is_file() else place
            for source in folder.glob("*.py"):
                shutil.copy(source, run.path)
            if (folder / CONFIG.path).is_file():
                shutil.copy(folder / CONFIG.path, run.path)
            if place.is_file():
                shutil.copy(place, run.file(MAIN))
            return run, None
        else:
            raise UsageError(f"strategy {suite.strategy!r} is no spec, run directory or LEAN project")
    spec = yamlio.load(text, file=suite.strategy or SPEC.path)
    if scenario.candles.symbol:
        spec = spec.model_copy(update={"symbols": (Instrument.model_validate(scenario.candles.symbol),)})
    if len(spec.symbols) > 1:
        spec = spec.model_copy(update={"symbols": spec.symbols[:1]})
    return run, spec


# -- judging ----------------------------------------------------------------------------------------------------------


def _judge(run: RunDir, expect: Expect, outcome: Outcome, times: Sequence[Slot]) -> tuple[list[str], list[str]]:
    errors = [finding for finding in run.lines(ERRORS) if finding.severity == "error"]
    if expect.error is not None:
        found = [str(error.error_class) for error in errors]
        if expect.error not in found:
            return [f"error: expected {expect.error}, found {', '.join(found) or 'none'}"], []
        return [], []
    if outcome.status is not Status.OK:
        return [f"the run failed: {outcome.message}"], [error.raw.splitlines()[0] for error in errors[:3] if error.raw]
    result = read_results(run.path / BACKTEST_DIR)
    table = run.read(METRICS) if run.has(METRICS) else {}
    failures = list(_differences(result, table, expect, times))
    return failures, _story(result, times) if failures else []


def _differences(
    result: BacktestResult, table: Mapping[str, Any], expect: Expect, times: Sequence[Slot]
) -> Iterator[str]:
    crumbs = dust(result)
    closed = [trade for place, trade in enumerate(result.closed_trades) if place not in crumbs]
    refused = {event.order_id for event in result.order_events if event.status == "invalid"}
    accepted = [order for order in result.orders if order.id not in refused]
    if expect.no_trades and any(event.fill_quantity for event in result.order_events):
        yield "no_trades: orders were filled"
    for name, wanted, number in (
        ("trades", expect.trades, len(closed)),
        ("orders", expect.orders, len(accepted)),
        ("refused", expect.refused, len(refused)),
    ):
        if wanted is not None and not _count_is(wanted, number):
            yield f"{name}: expected {wanted}, found {number}"
    entries, exits = _entries(result, closed), [(trade, result) for trade in closed]
    if expect.entries is not None:
        found = [(_bar(_sent(order), times), side, price, order.tag) for order, side, price in entries]
        yield from _events("entries", expect.entries, found)
    if expect.exits is not None:
        orders = {order.id: order for order in result.orders}
        left = []
        for trade, _ in exits:
            order = orders.get(trade.order_ids[-1]) if trade.order_ids else None
            moment = _sent(order) if order is not None else seconds(trade.exit_time)
            left.append((_bar(moment, times), trade.direction, trade.exit_price, order.tag if order else ""))
        yield from _events("exits", expect.exits, left)
    if expect.position is not None:
        held = _position(result)
        if held != expect.position:
            yield f"position: expected {expect.position} at the end, found {held}"
    for text in expect.holds:
        for node in parse(text):
            verdict = judge(node, table)
            # A condition that a gate calls "missed" is one that is true.
            if verdict.state != "missed":
                yield f"holds: {verdict.condition} is {'not known' if verdict.state == 'unknown' else 'false'}: " + (
                    verdict.reason or verdict.found
                )


def _count_is(wanted: int | str, number: int) -> bool:
    found = _COUNT.fullmatch(str(wanted))
    if found is None:
        raise UsageError(f"{wanted!r} is no count", hint='For example: 2, ">= 1"')
    return _OPERATORS[found[1] or "=="](number, int(found[2]))


_Found = tuple[int | None, str, float, str]


def _events(kind: str, wanted: Sequence[Event], found: Sequence[_Found]) -> Iterator[str]:
    if len(wanted) != len(found):
        bars = ", ".join(str(bar) for bar, *_ in found) or "none"
        yield f"{kind}: expected {len(wanted)} at bars {', '.join(str(e.bar) for e in wanted) or 'none'}, found {len(found)} at bars {bars}"
        return
    for number, (event, (bar, side, price, tag)) in enumerate(zip(wanted, found, strict=True), 1):
        if event.bar != bar:
            yield f"{kind} {number}: expected bar {event.bar}, found {bar}"
        if event.side is not None and event.side != side:
            yield f"{kind} {number}: expected {event.side}, found {side}"
        if event.price is not None and abs(event.price - price) > max(event.tolerance, 1e-9):
            yield f"{kind} {number}: expected a price of {event.price:g}, found {price:g}"
        if event.reason is not None and event.reason.lower() not in tag.lower():
            yield f"{kind} {number}: expected {event.reason!r} as the reason, found {tag!r}"


def _entries(result: BacktestResult, closed: Sequence[ClosedTrade]) -> list[tuple[OrderRecord, str, float]]:
    """Orders that opened a position or added to one, by their fills in order."""
    orders = {order.id: order for order in result.orders}
    held: dict[str, float] = {}
    usual: dict[str, float] = {}
    found: dict[int, tuple[OrderRecord, str, float]] = {}
    for event in result.order_events:
        if not event.fill_quantity:
            continue
        before = held.get(event.symbol, 0.0)
        largest = usual[event.symbol] = max(usual.get(event.symbol, 0.0), abs(event.fill_quantity))
        if abs(before) < 0.02 * largest:
            before = 0.0  # crumbs that fees left over are no position
        after = held[event.symbol] = held.get(event.symbol, 0.0) + event.fill_quantity
        grows = abs(after) > abs(before) and abs(after) >= 0.02 * largest
        if grows and event.order_id not in found:
            found[event.order_id] = (orders[event.order_id], "long" if after > 0 else "short", event.fill_price)
    return list(found.values())


def _position(result: BacktestResult) -> str:
    held: dict[str, float] = {}
    largest: dict[str, float] = {}
    for event in result.order_events:
        held[event.symbol] = held.get(event.symbol, 0.0) + event.fill_quantity
        largest[event.symbol] = max(largest.get(event.symbol, 0.0), abs(event.fill_quantity))
    sides = {
        "long" if quantity > 0 else "short"
        for symbol, quantity in held.items()
        if abs(quantity) >= 0.02 * (largest[symbol] or 1.0)
    }
    return sides.pop() if len(sides) == 1 else "none" if not sides else "long and short"


def _sent(order: OrderRecord) -> float:
    return seconds(order.created or order.time)


def _bar(moment: float, times: Sequence[Slot]) -> int | None:
    """The bar at whose close, or within which, something happened."""
    for number, slot in enumerate(times):
        if slot.start < moment <= slot.end:
            return number
    return None


def _story(result: BacktestResult, times: Sequence[Slot]) -> list[str]:
    """What the strategy did, in a line per fill."""
    lines = []
    for event in result.order_events[:40]:
        if event.fill_quantity:
            side = "bought" if event.fill_quantity > 0 else "sold"
            lines.append(f"bar {_bar(event.time, times)}: {side} {abs(event.fill_quantity):g} at {event.fill_price:g}")
        elif event.status == "invalid":
            lines.append(f"bar {_bar(event.time, times)}: order refused: {event.message[:120]}")
    return lines or ["nothing was filled"]

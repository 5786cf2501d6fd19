"""Interpreter and engine give the same fills on the same bars: time, purpose, quantity, price, fee."""

from __future__ import annotations

import json
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import needs_shared
from tests.spec_draw import drawn
from vibetrader.design import design
from vibetrader.engine.runner import EngineRun, run_project
from vibetrader.errors import CannotInterpret
from vibetrader.interpreter.bars import MINUTE, Bars, filled
from vibetrader.interpreter.interpret import Fill, Interpreter, Market, native_timeframe
from vibetrader.spec.strategy import StrategySpec
from vibetrader.spec.timeframes import minutes

MARKETS = {"BTCUSDT": Market(0.00001, 0.01, 5.0), "ETHUSDT": Market(0.0001, 0.01, 5.0)}
FOLDERS = {"1h": "hour", "1d": "daily"}


@cache
def _interpreter(folder: Path, ticker: str, native: str) -> Interpreter:
    path = folder / "crypto" / "binance" / FOLDERS[native] / f"{ticker.lower()}_trade.zip"
    with zipfile.ZipFile(path) as archive:
        rows = [line.split(",") for line in archive.read(archive.namelist()[0]).decode().splitlines()]
    start = np.array(
        [int(datetime.strptime(row[0], "%Y%m%d %H:%M").replace(tzinfo=UTC).timestamp()) for row in rows], dtype=np.int64
    )
    start *= 1_000_000_000
    columns = np.array([[float(cell) for cell in row[1:6]] for row in rows]).T
    length = minutes(native) * MINUTE
    bars = Bars(start, start + length, *(np.ascontiguousarray(c) for c in columns), np.zeros(len(rows), dtype=np.int8))
    return Interpreter(filled(bars, length), MARKETS[ticker], native)


def _engine(spec: StrategySpec, data: Path) -> list[Fill]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = design(spec)
        (folder / "main.py").write_text(project.main)
        (folder / "config.json").write_text(project.config_text)
        parameters = {key: str(value) for key, value in project.config["parameters"].items()}
        outcome = run_project(EngineRun(folder, data, folder / "out", "run", parameters))
        assert not outcome.runtime_error, outcome.runtime_error
        events_file = folder / "out" / "run-order-events.json"
        events = json.loads(events_file.read_text()) if events_file.is_file() else []
        orders = json.loads((folder / "out" / "run.json").read_text())["orders"].values()
    tags = {order["id"]: order.get("tag", "") for order in orders}
    return [
        Fill(
            round(event["time"]) * 1_000_000_000, tags[event["orderId"]], event["fillQuantity"], event["fillPrice"],
            event.get("orderFeeAmount", 0.0),
        )
        for event in events
        if event.get("fillQuantity")
    ]  # fmt: skip


@dataclass
class Tally:
    """What a series of comparisons saw."""

    equal: int = 0
    fills: int = 0
    refused: int = 0


def compare(spec: StrategySpec, data: Path, tally: Tally) -> None:
    """Hold the interpreter's fills against the engine's."""
    ticker = spec.symbols[0].ticker
    try:
        mine = _interpreter(data, ticker, native_timeframe(spec)).run(spec)
    except CannotInterpret:
        tally.refused += 1
        return
    theirs = _engine(spec, data)
    for number, (a, b) in enumerate(zip(mine, theirs)):
        assert (a.time, a.tag) == (b.time, b.tag), (number, a, b)
        assert (a.quantity, a.price, a.fee) == pytest.approx((b.quantity, b.price, b.fee), rel=1e-9), (number, a, b)
    assert len(mine) == len(theirs)
    tally.equal += 1
    tally.fills += len(mine)


def _series(seeds: range, ticker: str, start: str, end: str) -> Tally:
    data = needs_shared("lean/golden/Data")
    tally = Tally()
    for seed in seeds:
        compare(drawn(seed, ticker, start=start, end=end), data, tally)
    return tally


def test_a_few_drawn_specs() -> None:
    tally = _series(range(500, 504), "BTCUSDT", "2023-04-01", "2023-05-15")
    assert tally.equal >= 3 and tally.fills > 20


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ticker", "start", "end"),
    [("BTCUSDT", "2023-03-01", "2023-06-30"), ("ETHUSDT", "2023-07-01", "2023-10-31"), ("BTCUSDT", "2024-02-01", "2024-05-31")],
)
def test_many_drawn_specs(ticker: str, start: str, end: str) -> None:
    tally = _series(range(300), ticker, start, end)
    assert tally.refused < 30, tally
    assert tally.equal + tally.refused == 300


def test_what_cannot_be_interpreted_is_named() -> None:
    spec = StrategySpec.model_validate({"symbols": ["SPY"], "long": {"entry": "rsi(2) < 10", "exit": "rsi(2) > 70"}})
    empty = np.zeros(1, dtype=np.int64)
    zeros = np.zeros(1)
    bars = Bars(empty, empty, zeros, zeros, zeros, zeros, zeros, np.zeros(1, dtype=np.int8))
    with pytest.raises(CannotInterpret, match="equity on usa"):
        Interpreter(bars, Market(1, 0.01), "1d").run(spec)

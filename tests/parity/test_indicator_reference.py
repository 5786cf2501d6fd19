"""LEAN's own indicator reference series (`indicator_reference`), within the tolerances of LEAN's tests."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import shared_dir
from vibetrader.engine.data.bars import TradeBar
from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.data.symbol import Market, Symbol
from vibetrader.engine.indicators import multi
from vibetrader.engine.indicators.registry import EXPORTS, PATTERNS
from vibetrader.engine.naming import to_snake
from vibetrader.engine.timekeeping import DAY, from_datetime, zone

FOLDER = (shared_dir() or Path("missing")) / "lean" / "indicator_reference"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared yardstick is not beside the checkout")

#: What LEAN's tests call the symbols of indicators over two of them.
SYMBOLS = {name: Symbol.create(name, SecurityType.EQUITY, Market.USA) for name in ("SPY", "QQQ", "AMZN", "SPX", "AAPL")}
#: Why a reference cannot be compared by reading the file row by row.
SKIPPED = {
    "PythonIndicator": "an indicator of the test's own",
    "NewHighsNewLows": "several symbols, see test_several_symbols",
    "NewHighsNewLowsVolume": "several symbols, see test_several_symbols",
    "AdvanceDeclineDifference": "several symbols, see test_several_symbols",
    "AdvanceDeclineRatio": "several symbols, see test_several_symbols",
    "AdvanceDeclineVolumeRatio": "several symbols, see test_several_symbols",
    "ArmsIndex": "several symbols, see test_several_symbols",
    "McClellanOscillator": "the file holds advances and declines, not bars",
    "McClellanSummationIndex": "the file holds advances and declines, not bars",
    "AutoRegressiveIntegratedMovingAverage": "LEAN's test trains it on other rows",
    "DeMarkerIndicator": "the file is of another platform; recordings of LEAN agree with ours",
}
#: Comparisons that LEAN's tests make with another constructor or another part than the index says.
UNLIKE = {("Stochastic", "FastStoch"), ("Vortex", None)}
#: Patterns where LEAN's decimals and TA-Lib's doubles (the file) decide ties differently, or where LEAN itself departs
#: from TA-Lib (HikkakeModified, MorningStar, StickSandwich); recordings of LEAN agree with ours.
UNLIKE_PATTERNS = {
    "HighWaveCandle", "RickshawMan", "ShortLineCandle", "SpinningTop", "HikkakeModified", "MorningStar", "StickSandwich",
}  # fmt: skip
PROFILE = {
    "POCPrice": None, "POCVolume": "poc_volume", "PH": "profile_high", "PL": "profile_low", "VA": "value_area_volume",
    "VAH": "value_area_high", "VAL": "value_area_low",
}  # fmt: skip


def index() -> dict[str, Any]:
    return dict(json.loads((FOLDER / "index.json").read_text())["indicators"]) if FOLDER.is_dir() else {}


def parse_date(text: str) -> datetime | None:
    text = text.strip()
    for form in (
        "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%Y%m%d %H:%M", "%Y-%m-%d", "%Y%m%d", "%m/%d/%Y", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M:%S%z", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%m/%d/%Y %H:%M", "%d-%b-%Y", "%Y.%m.%d %H:%M", "%Y%m%d %H:%M:%S",
    ):  # fmt: skip
        try:
            return datetime.strptime(text, form).replace(tzinfo=None)
        except ValueError:
            continue
    return None


@cache
def rows(file: str) -> list[dict[str, str]]:
    with (FOLDER / file).open(newline="", encoding="utf-8-sig") as handle:
        reader = csv.reader(handle)
        header = [name.strip() for name in next(reader)]
        return [dict(zip(header, row, strict=False)) for row in reader if any(cell.strip() for cell in row)]


def number(text: str | None) -> float | None:
    text = (text or "").strip().rstrip("%")
    if not text or text.lower() in ("nan", "null", "none"):
        return None
    return float(text)


def cell(row: dict[str, str], *names: str) -> float | None:
    lower = {name.lower(): value for name, value in row.items()}
    for name in names:
        if name.lower() in lower:
            return number(lower[name.lower()])
    return None


def moment(row: dict[str, str], place: int) -> int:
    for name, value in row.items():
        if name.lower() in ("date", "time", "datetime") and value:
            found = parse_date(value)
            if found is not None:
                return from_datetime(found)
    return place * DAY


def bars(file: str) -> list[tuple[TradeBar, dict[str, str]]]:
    made = []
    for place, row in enumerate(rows(file)):
        close = cell(row, "close", "Adj Close")
        if close is None:
            continue
        end = moment(row, place)
        symbol = SYMBOLS.get(row.get("Symbol", "SPY"), SYMBOLS["SPY"])
        prices = [cell(row, name) for name in ("open", "high", "low")]
        o, h, low = (close if price is None else price for price in prices)
        volume = cell(row, "volume") or 0.0
        made.append((TradeBar.at(symbol, end, end + DAY, o, h, low, close, volume), row))
    return made


def build(constructor: str) -> Any:
    text = re.sub(r"(?<=\d)[md]\b", "", constructor)
    text = re.sub(r"(\w+)[:=]", lambda found: to_snake(found[1]) + "=", text)
    text = text.replace("_tradingDays", "252").replace("false", "False").replace("true", "True")
    names = {**EXPORTS, **PATTERNS, **SYMBOLS, "symbolA": SYMBOLS["AMZN"], "symbolB": SYMBOLS["SPX"]}
    if "Covariance" in text:
        names.update(symbolA=SYMBOLS["SPY"], symbolB=SYMBOLS["QQQ"])
    return eval(text, {"__builtins__": {}}, names)


def compare(name: str, comparisons: list[dict[str, Any]]) -> list[str]:
    """Feed the file once and give what differs."""
    first = comparisons[0]
    indicator = build(first["constructor"])
    data = bars(first["file"])
    failures: list[str] = []
    seen = 0
    for bar, row in data:
        if indicator.input_kind == "IndicatorDataPoint":
            indicator.feed(bar.close, bar.end_ns, bar.symbol)
        else:
            indicator.take(bar)
        for item in comparisons:
            expected = cell(row, item["column"].strip())
            if expected is None or (name, item["property"]) in UNLIKE:
                continue
            target = indicator
            key = item["property"]
            if name in ("VolumeProfile", "TimeProfile"):
                key = PROFILE[item["column"]]
            if key:
                target = getattr(indicator, to_snake(key) if key[:1].isupper() else key)
            ready = target.is_ready if hasattr(target, "is_ready") else indicator.is_ready
            if not ready:
                continue
            value = target.current.value if hasattr(target, "current") else target
            if name == "RateOfChange":
                value *= 100
            elif name == "StandardDeviation":
                expected **= 0.5
            elif name == "OnBalanceVolume":
                value, expected = float(f"{value:.2e}"), float(f"{expected:.2e}")
            seen += 1
            if abs(value - expected) > max(item["tolerance"], 1e-9 * abs(expected)):
                failures.append(f"{item['file']} {item['column']}: {value!r}, expected {expected!r} at {bar.time}")
    if not seen:
        failures.append(f"{first['file']}: nothing compared")
    return failures


@pytest.fixture(autouse=True)
def _one_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files have one clock; an engine loaded by another test would look the exchanges' zones up."""
    monkeypatch.setattr(multi, "exchange_zone", lambda symbol: zone("UTC"))


@pytest.mark.parametrize("name", [name for name in index() if name not in PATTERNS])
def test_indicator_agrees_with_leans_reference_series(name: str) -> None:
    if name in SKIPPED:
        pytest.skip(SKIPPED[name])
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for item in index()[name]:
        groups[item["constructor"], item["file"]].append(item)
    failures = [text for group in groups.values() for text in compare(name, group)]
    assert not failures, f"{len(failures)} differ: " + "; ".join(failures[:3])


@pytest.mark.parametrize("file", ["spy", "ewz", "eurusd"])
def test_candlestick_patterns_agree_with_leans_reference_series(file: str) -> None:
    name = f"{file}_candle_patterns.txt"
    chosen = {
        kind: next(item["column"] for item in items if item["file"] == name)
        for kind, items in index().items()
        if kind in PATTERNS and kind not in UNLIKE_PATTERNS and any(item["file"] == name for item in items)
    }
    data = bars(name)[: 2534 if file == "spy" else 1200]
    failures = []
    for kind, column in chosen.items():
        pattern = PATTERNS[kind]()
        for bar, row in data:
            pattern.feed(bar, bar.end_ns, bar.symbol)
            if pattern._ready() and abs(pattern._value * 100 - (number(row[column]) or 0.0)) > 0.001:
                failures.append(f"{kind} at {bar.time}: {pattern._value}, expected {row[column]}")
                break
    assert not failures, "; ".join(failures)

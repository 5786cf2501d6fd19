"""Items of a corpus file: JSON lines as given, or the shorter YAML of `own.yaml`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from vibetrader.spec.strategy import StrategySpec

Item = dict[str, Any]

_EMPTY: Final[Item] = {
    "symbols": [], "timeframe": None, "entry": None, "exit": None, "direction": "long", "stop_loss_pct": None,
    "take_profit_pct": None, "trailing_stop_pct": None, "size": None, "start": None, "end": None, "cash": None,
    "indicators": [], "unsupported": [], "defaults": [],
}  # fmt: skip
CONTEXTS: Final[dict[str, Item]] = {
    name: {"take_profit_pct": None, "trailing_stop_pct": None, "stop_loss_pct": None, "size": "100%", "cash": 10000, **context}
    for name, context in {
        "btc": {"symbols": ["BTCUSDT"], "timeframe": "4h", "direction": "long", "entry": "rsi(14) < 30",
                "exit": "rsi(14) > 70", "stop_loss_pct": 2, "start": "2022-01-01", "end": "2023-12-31"},
        "eth": {"symbols": ["ETHUSDT"], "timeframe": "1h", "direction": "long", "entry": "ema(9) crosses_above ema(21)",
                "exit": "ema(9) crosses_below ema(21)", "stop_loss_pct": 3, "take_profit_pct": 6, "start": "2023-01-01",
                "end": "2023-12-31"},
        "spy": {"symbols": ["SPY"], "timeframe": "1d", "direction": "long", "entry": "sma(50) crosses_above sma(200)",
                "exit": "sma(50) crosses_below sma(200)", "start": "2010-01-01", "end": "2020-12-31"},
        "aapl": {"symbols": ["AAPL"], "timeframe": "1d", "direction": "long",
                 "entry": "macd(12,26,9).line crosses_above macd(12,26,9).signal and close > sma(200)",
                 "exit": "macd(12,26,9).line crosses_below macd(12,26,9).signal", "stop_loss_pct": 5,
                 "take_profit_pct": 10, "start": "2015-01-01", "end": "2024-12-31"},
        "nifty": {"symbols": ["NIFTY"], "timeframe": "5m", "direction": "long", "entry": "close crosses_above supertrend(10,3)",
                  "exit": "close crosses_below supertrend(10,3)", "stop_loss_pct": 1, "start": "2024-01-01",
                  "end": "2024-06-30"},
        "eur": {"symbols": ["EURUSD"], "timeframe": "15m", "direction": "both", "entry": "close < bb(20,2).lower",
                "exit": "close >= bb(20,2).middle", "short_entry": "close > bb(20,2).upper",
                "short_exit": "close <= bb(20,2).middle", "stop_loss_pct": 0.5, "start": "2023-01-01", "end": "2023-12-31"},
        "turtle": {"symbols": ["BTCUSDT"], "timeframe": "1d", "direction": "long", "entry": "close > highest(high,20)[1]",
                   "exit": "close < lowest(low,10)[1]", "size": "50%", "start": "2018-01-01", "end": "2023-12-31",
                   "extra": {"stop_loss": "entry - 2*atr(20)"}},
    }.items()
}  # fmt: skip


def read_items(file: Path) -> list[Item]:
    """The items of a file, whole."""
    text = file.read_text(encoding="utf-8")
    if file.suffix in (".yaml", ".yml"):
        return [_whole(short, number) for number, short in enumerate(yaml.safe_load(text), 1)]
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def _whole(short: Item, number: int) -> Item:
    """An item of the short form with everything that is left out there.

    `k` kind (new), `d` difficulty, `c` name of a context, `e` what is expected.
    """
    kind = short.get("k", "new")
    expect = dict(short["e"])
    if kind == "new":
        expect = {**_EMPTY, **expect}
        if expect["direction"] == "both":
            expect = {"short_entry": None, "short_exit": None, **expect}
    item = {
        "id": short.get("id", f"own-{number:03d}"), "text": short["text"], "lang": short.get("lang", "en"), "kind": kind,
        "difficulty": short["d"], "expect": expect,
    }  # fmt: skip
    for dates in (expect, expect.get("changes") or {}):
        for key in ("start", "end"):
            if dates.get(key) is not None:
                dates[key] = str(dates[key])
    if "c" in short:
        item["context"] = CONTEXTS[short["c"]]
    if "before" in short:
        item["before"] = CONTEXTS[short["before"]]
    return item


def spec_of_item(item: Item) -> StrategySpec | None:
    """The spec that a text compiles to when nothing is open, with named numbers as values."""
    from vibetrader.clarify.rules import clarify_text
    from vibetrader.spec.parameters import resolved

    if item["kind"] != "new":
        return None
    result = clarify_text(item["text"], date(2026, 11, 24))
    return resolved(result.spec) if result.verdict == "ok" and result.spec is not None else None

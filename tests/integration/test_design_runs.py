"""Generated code in the embedded engine: it orders where the rule holds, by another reading of the rule."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import needs_shared
from tests.integration.small_evaluator import read_hours, trades
from vibetrader.design import design
from vibetrader.spec.strategy import StrategySpec

RULES: dict[str, dict[str, Any]] = {
    "level": {"long": {"entry": "rsi(n) < oversold", "exit": "rsi(n) > 70"}, "parameters": {"n": 14, "oversold": 40}},
    "cross": {"long": {"entry": "sma(5) crosses_above sma(20)", "exit": "sma(5) crosses_below sma(20)"}},
    "breakout both ways": {"long": {"entry": "close > highest(high,20)[1]"}, "short": "mirror"},
    "turns where the exit holds too": {"long": {"entry": "rsi(14) < 30", "exit": "rsi(14) > 60"}, "short": "mirror"},
    "macd and volume": {
        "long": {
            "entry": "macd(12,26,9).histogram > 0 and volume > 1.2 * sma(volume,20)",
            "exit": "macd(12,26,9).line crosses_below macd(12,26,9).signal",
        }
    },
    "windows and lags": {
        "long": {
            "entry": "any(rsi(14) < 35,5) and all(close > open,2) and not (close[3] > close)",
            "exit": "count(close < close[1],10) >= 6 or weekday == 4",
        }
    },
    "indicators of mixtures": {
        "long": {
            "entry": "stdev(close / close[1] - 1,20) > 0.003 and sma(rsi(14),6) < 50",
            "exit": "highest(rsi(14) - sma(rsi(14),6),5) > 10",
        }
    },
    "other timeframes": {
        "long": {
            "entry": "rsi(14)@4h < 60 and close crosses_above sma(10)@4h and close@1d > open@1d",
            "exit": "(ema(5) crosses_below ema(10))@4h or close < lowest(low,3)@1d",
        }
    },
    "four hours": {"timeframe": "4h", "long": {"entry": "close > ema(10)", "exit": "atr(14) > 1.05 * atr(14)[3]"}},
    "stop and target": {
        "long": {
            "entry": "close > sma(20)", "exit": "rsi(14) > 75", "stop_loss": {"percent": 1}, "take_profit": {"percent": 2}
        }
    },
}  # fmt: skip


def _run(spec: StrategySpec, data: Path, folder: Path) -> list[dict[str, Any]]:
    project = design(spec)
    (folder / "main.py").write_text(project.main, encoding="utf-8")
    (folder / "config.json").write_text(project.config_text, encoding="utf-8")
    command = [sys.executable, "-m", "vibetrader.engine", str(folder), "--data-folder", str(data)]
    done = subprocess.run(
        [*command, "--output", str(folder / "out"), "--id", "run"],
        capture_output=True, text=True, timeout=120, check=False, env=dict(os.environ),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    result = json.loads((folder / "out" / "run.json").read_text(encoding="utf-8"))
    return sorted(result["orders"].values(), key=lambda order: int(order["id"]))


@pytest.mark.parametrize("name", list(RULES))
def test_orders_are_where_the_rule_holds(name: str, tmp_path: Path) -> None:
    data = needs_shared("lean/golden/Data")
    fields = {
        "symbols": ["BTCUSDT"], "timeframe": "1h", "warmup_bars": 250,
        "period": {"start": "2023-02-01", "end": "2023-02-28"}, **RULES[name],
    }  # fmt: skip
    spec = StrategySpec.model_validate(fields)
    orders = _run(spec, data, tmp_path)
    assert [order["tag"] for order in orders if order["status"] == 7] == []
    filled = [
        (datetime.strptime(order["lastFillTime"][:19], "%Y-%m-%dT%H:%M:%S"), str(order["tag"]))
        for order in orders
        if order["status"] == 3
    ]
    expected = list(trades(spec, read_hours(data, "BTCUSDT"), datetime(2023, 2, 1), datetime(2023, 3, 1)))
    assert len(expected) > 3, "a rule that never holds proves nothing"
    assert sorted(filled) == sorted(expected)

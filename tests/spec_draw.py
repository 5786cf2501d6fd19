"""Strategies drawn at random from what the interpreter can run; the same seed draws the same ones."""

from __future__ import annotations

import random
from typing import Any

from vibetrader.spec.strategy import StrategySpec

_ENTRIES = (
    ("rsi({p}) < {low}", "rsi({p}) > {high}"),
    ("rsi({p}) crosses_above {low}", "rsi({p}) crosses_below {high}"),
    ("sma({f}) crosses_above sma({s})", "sma({f}) crosses_below sma({s})"),
    ("ema({f}) > ema({s}) and close > open", "ema({f}) < ema({s})"),
    ("close > highest(high,{s})[1]", "close < lowest(low,{f})[1]"),
    ("close crosses_below bb({s},2).lower", "close > bb({s},2).middle"),
    ("macd(12,26,9).histogram > 0 and roc({p}) > 0", "macd(12,26,9).line crosses_below macd(12,26,9).signal"),
    ("close > donchian({s}).middle and volume > sma(volume,{p})", "close < donchian({s}).lower[1] or weekday == 4"),
    ("count(close > close[1],{p}) >= {f}", "all(close < open,2)"),
    ("lwma({f}) > wwma({s}) and hour >= 8 and hour < 20", "stdev(close,{p}) > 1.5 * stdev(close,{p})[{f}]"),
    ("rsi({p})@{other} < {high} and close crosses_above sma({f})", "close < ema({s})@{other}"),
    ("atr({p}) > atr({p})[{f}] and close > close[{f}]", "mom({p}) < 0"),
    ("not (close < sma({s})) and any(rsi({p}) < {low},{f})", "close < sma({s}) - 1.5 * atr({p})"),
)
_STOPS: tuple[dict[str, Any] | None, ...] = (
    None, None, {"percent": 2}, {"percent": 5}, {"atr": 2}, {"atr": 3, "atr_period": 20}, {"bar_extreme": 3},
    {"price": "entry - 1.5 * atr(14)"},
)  # fmt: skip
_TARGETS: tuple[dict[str, Any] | None, ...] = (None, None, {"percent": 3}, {"percent": 8}, {"atr": 3}, {"points": 150})
_SIZES: tuple[dict[str, Any], ...] = (
    {"percent": 100}, {"percent": 100}, {"percent": 50}, {"cash": 2500}, {"units": 0.05}, {"risk_percent": 1},
    {"risk_cash": 75},
)  # fmt: skip


def drawn(seed: int, ticker: str, *, start: str, end: str) -> StrategySpec:
    """One strategy on a coin."""
    dice = random.Random(seed)
    timeframe = dice.choice(("1h", "1h", "2h", "4h", "6h", "1d"))
    numbers = {
        "p": dice.randint(5, 21), "f": dice.randint(2, 8), "s": dice.randint(10, 40), "low": dice.randint(25, 45),
        "high": dice.randint(55, 75), "other": "1d" if timeframe != "1d" else "1w",
    }  # fmt: skip
    entry, leave = (rule.format(**numbers) for rule in dice.choice(_ENTRIES))
    stop = dice.choice(_STOPS)
    side: dict[str, Any] = {"entry": entry}
    if dice.random() < 0.8 or stop is None:
        side["exit"] = leave
    if stop is not None:
        side["stop_loss"] = stop
    target = dice.choice(_TARGETS)
    if stop is not None and dice.random() < 0.3:
        target = {"reward_risk": dice.choice((1, 1.5, 3))}
    if target is not None:
        side["take_profit"] = target
    if dice.random() < 0.2:
        side["trailing_stop"] = dice.choice(({"percent": 3}, {"distance": "2 * atr(14)"}, {"points": 200}))
    if dice.random() < 0.15:
        side["break_even"] = {"after_percent": dice.choice((1, 2))}
    size = dice.choice(_SIZES)
    if "risk_percent" in size or "risk_cash" in size:
        if stop is None:
            size = {"percent": 100}
    fields: dict[str, Any] = {
        "symbols": [ticker], "timeframe": timeframe, "long": side, "size": size, "cash": dice.choice((1000, 10_000, 50_000)),
        "period": {"start": start, "end": end},
    }  # fmt: skip
    if dice.random() < 0.35 and "price" not in (stop or {}):
        fields["short"] = "mirror"
        if dice.random() < 0.2:
            fields["reverse"] = True
    limits: dict[str, Any] = {}
    for name, values in (("max_hold_bars", (5, 20)), ("cooldown_bars", (1, 4)), ("max_trades_per_day", (1, 2)),
                         ("entry_every_bars", (3, 10))):  # fmt: skip
        if dice.random() < 0.12:
            limits[name] = dice.choice(values)
    if limits:
        fields["limits"] = limits
    return StrategySpec.model_validate(fields)

"""A spec as one sentence of plain words that the offline compiler reads back as the same spec."""

from __future__ import annotations

from typing import Final

from vibetrader.spec import expressions as ex
from vibetrader.spec.indicators import INDICATORS
from vibetrader.spec.parameters import resolved
from vibetrader.spec.strategy import Level, Side, StrategySpec, Trailing

_ORDER: Final = {"<": "below", ">": "above", "<=": "at most", ">=": "at least"}


def describe(spec: StrategySpec) -> str:
    """One sentence that says what the strategy does; `clarify_text(describe(spec))` gives its meaning again.

    Conditions outside plain wording stand as expressions, which the compiler reads as well.
    """
    plain = resolved(spec)
    parts = [f"{', '.join(s.ticker for s in plain.symbols)} on {plain.timeframe} bars"]
    sides = plain.sides
    for name, side in sides.items():
        parts.append(f"{'go long' if name == 'long' else 'go short'} when {condition(side.entry)}")
        if side.exit is not None:
            parts.append(f"exit {name} when {condition(side.exit)}")
    parts += _levels(next(iter(sides.values()))) if sides else []
    if len(sides) == 1:
        parts.append("long only" if "long" in sides else "short only")
    parts += _rest(plain)
    return "; ".join(parts) + "."


def condition(node: ex.Expression) -> str:
    """A condition in words where there are plain ones."""
    match node:
        case ex.And(parts=parts):
            return " and ".join(f"({condition(p)})" if isinstance(p, ex.Or) else condition(p) for p in parts)
        case ex.Or(parts=parts):
            return " or ".join(f"({condition(p)})" if isinstance(p, ex.And) else condition(p) for p in parts)
        case ex.Compare(operator=operator, left=left, right=right) if operator in _ORDER:
            return f"{value(left)} is {_ORDER[operator]} {value(right)}"
        case ex.Cross(above=above, left=left, right=right):
            return f"{value(left)} crosses {'above' if above else 'below'} {value(right)}"
        case _:
            return str(node)


def value(node: ex.Expression) -> str:
    """A value in words where there are plain ones."""
    match node:
        case ex.Call(indicator=name, arguments=arguments, output=output, series=series):
            row = INDICATORS[name]
            numbers = ",".join(str(a) for a in arguments if isinstance(a, ex.Number))
            if series is not None or name in ("highest", "lowest", "stdev"):
                return str(node)
            text = f"{name.upper()}({numbers})" if numbers else name.upper()
            return text if row.outputs == ("value",) or output == "value" else f"{text}.{output}"
        case _:
            return str(node)


def _levels(side: Side) -> list[str]:
    found = []
    if side.stop_loss is not None:
        found.append(f"stop loss {_level(side.stop_loss)}")
    if side.take_profit is not None:
        found.append(f"take profit {_level(side.take_profit)}")
    if side.trailing_stop is not None:
        found.append(f"trailing stop {_trail(side.trailing_stop)}")
    if side.break_even is not None and side.break_even.after_percent is not None:
        found.append(f"move the stop to breakeven after {_number(side.break_even.after_percent)}%")
    return found


def _number(amount: float | str | None) -> str:
    return amount if isinstance(amount, str) else ex.number_text(float(amount or 0))


def _level(level: Level) -> str:
    match level.kind:
        case "percent":
            return f"{_number(level.percent)}%"
        case "pips" | "points":
            return f"{_number(getattr(level, level.kind))} {level.kind}"
        case "atr":
            return f"{_number(level.atr)} ATR({_number(level.atr_period or 14)})"
        case "reward_risk":
            return f"{_number(level.reward_risk)}R"
        case "money":
            return f"${_number(level.money)}"
        case "bar_extreme":
            return f"at the low of the last {_number(level.bar_extreme)} bars"
        case _:
            return f"at {level.price}"


def _trail(trail: Trailing) -> str:
    match trail.kind:
        case "percent":
            return f"{_number(trail.percent)}%"
        case "pips" | "points":
            return f"{_number(getattr(trail, trail.kind))} {trail.kind}"
        case "distance":
            return str(trail.distance).replace("atr(", "ATR(").replace(" * ", " ")
        case _:
            return f"at {trail.line}"


def _rest(spec: StrategySpec) -> list[str]:
    found = []
    size = spec.size
    match size.kind:
        case "percent":
            found.append(f"size {_number(size.percent)}% of equity")
        case "cash":
            found.append(f"size ${_number(size.cash)} per trade")
        case "units":
            found.append(f"size {_number(size.units)} shares")
        case "lots":
            found.append(f"size {_number(size.lots)} lots")
        case "risk_percent":
            found.append(f"risk {_number(size.risk_percent)}% per trade")
        case _:
            found.append(f"size {size.kind} {_number(getattr(size, size.kind))}")
    limits = spec.limits
    if limits.max_hold_bars is not None:
        found.append(f"hold at most {_number(limits.max_hold_bars)} bars")
    if limits.exit_at is not None and ":" in limits.exit_at:
        found.append(f"close all positions at {limits.exit_at}")
    elif limits.exit_at == "session_close":
        found.append("no overnight positions")
    if limits.max_trades_per_day is not None:
        found.append(f"max {_number(limits.max_trades_per_day)} trades per day")
    if limits.cooldown_bars is not None:
        found.append(f"wait {_number(limits.cooldown_bars)} bars after exit")
    if spec.leverage != 1:
        found.append(f"leverage {_number(spec.leverage)}x")
    period = spec.period
    if period.start is not None and period.end is not None:
        found.append(f"backtest from {period.start} to {period.end}")
    elif period.start is not None:
        found.append(f"backtest since {period.start}")
    elif period.last is not None:
        unit = {"D": "days", "W": "weeks", "M": "months", "Y": "years"}[period.last[-1]]
        found.append(f"backtest the last {period.last[1:-1]} {unit}")
    found.append(f"starting cash {_number(spec.cash)}")
    if spec.fees is not None and spec.fees.percent is not None:
        found.append(f"commission {_number(spec.fees.percent)}%")
    if spec.slippage_percent is not None:
        found.append(f"slippage {_number(spec.slippage_percent)}%")
    return found

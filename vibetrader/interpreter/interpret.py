"""A spec on columns: the fills that the generated code makes in the engine, without code and without the engine."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

import numpy as np

from vibetrader.errors import CannotInterpret
from vibetrader.interpreter import machine as m
from vibetrader.interpreter.bars import DAY, MINUTE, Bars, Floats
from vibetrader.interpreter.signals import Columns
from vibetrader.spec import expressions as ex
from vibetrader.spec.check import side_expressions, warmup_by_timeframe
from vibetrader.spec.parameters import resolved
from vibetrader.spec.strategy import Direction, Level, Side, StrategySpec
from vibetrader.spec.timeframes import minutes

_REASONS: Final = {m.STALE: "an order in a hole of the market", m.MARGIN_CALL: "a margin call"}
_NATIVE: Final = {1: "1m", 60: "1h", 1440: "1d"}


@dataclass(frozen=True, slots=True)
class Market:
    """What the exchange asks of orders.

    Attributes:
        lot: Smallest step of quantities.
        tick: Smallest step of prices.
        least: Smallest worth of an order, in the price's currency.
    """

    lot: float
    tick: float
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Fill:
    """One fill; `quantity` is signed and without what was paid as a fee in coins, `fee` in the currency it is paid in."""

    time: int  # nanoseconds by the exchange's clock: the end of the bar
    tag: str
    quantity: float
    price: float
    fee: float


def interpret(spec: StrategySpec, bars: Bars, market: Market, *, today: date | None = None) -> list[Fill]:
    """The fills of a spec on its symbol's bars.

    Args:
        bars: Bars of `native_timeframe(spec)`, without holes, from before the warm-up to at least the end of the period.
        today: The day a relative period counts from.

    Raises:
        CannotInterpret: The spec has something that only the engine can run.
    """
    return Interpreter(bars, market, native_timeframe(spec)).run(spec, today=today)


def native_timeframe(spec: StrategySpec) -> str:
    """The timeframe of the bars to read: minutes, hours or days."""
    length = minutes(spec.timeframe)
    return _NATIVE[1440 if length >= 1440 else 60 if length >= 60 else 1]


class Interpreter:
    """Runs specs of one symbol on the same bars; columns that several specs share are computed once."""

    def __init__(self, bars: Bars, market: Market, native: str) -> None:
        self._bars = bars
        self._market = market
        self._native = native
        self._columns: dict[tuple[int, int, str], Columns] = {}

    def run(self, spec: StrategySpec, *, today: date | None = None) -> list[Fill]:
        """See `interpret`."""
        fills, bars, _ = self.fills(spec, today=today)
        return [
            Fill(int(bars.end[i]), m.TAGS[tag], float(quantity), float(price), float(fee))
            for i, tag, quantity, price, fee in zip(
                fills.bar, fills.tag, fills.quantity, fills.price, fills.fee, strict=True
            )
        ]

    def fills(self, spec: StrategySpec, *, today: date | None = None) -> tuple[m.Fills, Bars, int]:
        """The fills as columns, the bars that they index, and the first of these after the warm-up."""
        refuse(spec)
        plain = resolved(spec)
        columns, bars, first = self._window(plain, today)
        own = columns.frame(plain.timeframe)
        sides = {name: _side(plain, name, side, columns) for name, side in plain.sides.items()}
        known = np.ones(len(own), dtype=np.int8)
        for side in plain.sides.values():
            for _, node in side_expressions(side):
                known &= ~np.isnan(columns.value(_without_entry(node)))
        empty = _empty(len(own))
        found = m.walk(
            bars.high, bars.low, bars.close, bars.stale, columns.index, own.high, own.low, own.days, known, first,
            sides.get("long", empty), sides.get("short", empty), self._rules(plain), self._account(plain),
        )  # fmt: skip
        if found[-1] != m.FINE:
            raise CannotInterpret(_REASONS[found[-1]])
        return m.Fills(*found[:-1]), bars, first

    def _window(self, spec: StrategySpec, today: date | None) -> tuple[Columns, Bars, int]:
        """Columns from the first bar of the warm-up to the end of the period."""
        start_day, end_day = spec.period.dates(today or date(1970, 1, 1))
        start, end = (_midnight(day) for day in (start_day, end_day))
        warm = start - _warm_up(spec)
        # LEAN's warm-up begins with the bar that ends at its start, and a longer bar may begin with that one alone.
        low = np.searchsorted(self._bars.end, warm, side="left")
        high = np.searchsorted(self._bars.end, end + DAY, side="right")
        key = (int(low), int(high), spec.timeframe)
        if key not in self._columns:
            self._columns[key] = Columns(self._bars.part(slice(low, high)), spec.timeframe, self._native)
        columns = self._columns[key]
        bars = columns.frame(self._native)
        return columns, bars, int(np.searchsorted(bars.end, start, side="left"))

    def _rules(self, spec: StrategySpec) -> m.Rules:
        limits = spec.limits
        size = spec.size
        kind = {"percent": m.PERCENT, "cash": m.CASH, "units": m.UNITS, "risk_percent": m.RISK_PERCENT,
                "risk_cash": m.RISK_CASH}[size.kind]  # fmt: skip
        amount = spec.number(getattr(size, size.kind))
        return m.Rules(
            reverse=spec.reverse,
            size_kind=kind,
            size=amount / 100 if kind in (m.PERCENT, m.RISK_PERCENT) else amount,
            leverage=spec.number(spec.leverage),
            max_hold=_or(limits.max_hold_bars, m.NEVER),
            cooldown=_or(limits.cooldown_bars, -1),
            every=_or(limits.entry_every_bars, -m.NEVER),
            per_day=_or(limits.max_trades_per_day, m.NEVER),
            native=spec.timeframe == self._native,
            targets_rest=any(side.take_profit for side in spec.sides.values()),
        )

    def _account(self, spec: StrategySpec) -> m.Account:
        margin = "short" in spec.sides or spec.number(spec.leverage) > 1
        return m.Account(
            cash=spec.number(spec.cash),
            margin=margin,
            most=3.0 if margin else 1.0,
            lot=self._market.lot,
            tick=self._market.tick,
            least=self._market.least,
            fee=0.001,
            fee_in_base=True,
            dust=0.01 if "short" in spec.sides else 0.0,
        )


def refuse(spec: StrategySpec) -> None:
    """Raise for what the walk has no rule for.

    Raises:
        CannotInterpret: Naming the part.
    """
    first = spec.symbols[0]
    limits = spec.limits
    beyond = {
        "several symbols": len(spec.symbols) > 1,
        f"{first.type} on {first.market}": first.type != "crypto" or first.market != "binance",
        "another brokerage": spec.brokerage not in (None, "binance"),
        "another account": spec.account is not None,
        "another account currency": spec.account_currency != first.currency,
        f"{spec.order.type} orders": spec.order.type != "market" or spec.order.fill not in ("next_open", "close"),
        "several entries": spec.max_entries != 1,
        "fees of its own": spec.fees is not None,
        "slippage": spec.slippage_percent is not None,
        f"a size in {spec.size.kind}": spec.size.kind in ("lots", "volatility_percent"),
        "a size in another currency": spec.size.currency not in (None, first.currency),
        "clock exits": limits.exit_at is not None,
        "a longest holding time": limits.max_hold_time is not None,
        "an equity guard": limits.max_drawdown_pct is not None or limits.max_daily_loss_pct is not None,
        "another time zone": spec.timezone not in (None, "UTC"),
        "resting exits": any(side.exit_price is not None for side in spec.sides.values()),
        "unsupported parts": bool(spec.unsupported),
    }
    for what, is_so in beyond.items():
        if is_so:
            raise CannotInterpret(what)


def _side(spec: StrategySpec, name: Direction, side: Side, columns: Columns) -> m.SideRules:
    size = len(columns.frame(spec.timeframe))
    entry = columns.value(side.entry) == 1
    leave = np.zeros(size, dtype=bool) if side.exit is None else columns.value(side.exit) == 1
    stop = _level(side.stop_loss, name, "stop", columns, size)
    target = _level(side.take_profit, name, "target", columns, size)
    trail, even = side.trailing_stop, side.break_even
    sign = 1 if name == "long" else -1
    factor, distance = 0.0, np.zeros(size)
    if trail is not None:
        if trail.after_percent is not None or trail.after_pips is not None or trail.after_r is not None:
            raise CannotInterpret("a trailing stop that starts later")
        match trail.kind:
            case "percent":
                factor = 1 - sign * float(trail.percent or 0) / 100
            case "points":
                factor, distance = 1.0, np.full(size, float(trail.points or 0))
            case "distance":
                assert trail.distance is not None
                factor, distance = 1.0, columns.value(trail.distance)
            case _:
                raise CannotInterpret(f"a trailing stop by {trail.kind}")
    trigger = place = 0.0
    if even is not None:
        if even.after_percent is None or even.offset_pips is not None:
            raise CannotInterpret("break-even by other than percent")
        trigger = 1 + sign * float(even.after_percent) / 100
        place = 1 + sign * float(even.offset_percent or 0) / 100
    reward = 0.0
    if side.take_profit is not None and side.take_profit.kind == "reward_risk":
        reward = float(side.take_profit.reward_risk or 0)
    return m.SideRules(
        True, entry.astype(np.int8), leave.astype(np.int8), side.exit is not None, *stop, *target, reward,
        factor, distance, trigger, place,
    )  # fmt: skip


def _level(level: Level | None, name: Direction, role: str, columns: Columns, size: int) -> tuple[Floats, Floats]:
    """A level as factor on the fill price and offset, over the strategy's bars."""
    nothing = np.full(size, np.nan), np.zeros(size)
    if level is None or level.kind == "reward_risk":
        return nothing
    if level.kind == "money":
        raise CannotInterpret("a level in money")
    node = level.as_price(name, "stop" if role == "stop" else "target")
    assert node is not None
    # The level is linear in the fill price: what it is at 0 and at 1 says all.
    at_zero, at_one = (columns.value(ex.rewrite(node, partial(_entry_as, value=v))) for v in (0.0, 1.0))
    if not _is_linear(node):
        raise CannotInterpret(f"the level {node}")
    if level.kind == "percent":
        # Rounded as the code writes the factor.
        turn = -1 if (name == "long") == (role == "stop") else 1
        return np.full(size, round(1 + turn * float(level.percent or 0) / 100, 8)), np.zeros(size)
    return at_one - at_zero, at_zero


def _entry_as(part: ex.Expression, value: float) -> ex.Expression:
    return ex.Number(value) if isinstance(part, ex.EntryPrice) else part


def _without_entry(node: ex.Expression) -> ex.Expression:
    return ex.rewrite(node, partial(_entry_as, value=1.0))


def _is_linear(node: ex.Expression) -> bool:
    """The fill price enters by sums and products with other things only."""
    match node:
        case ex.EntryPrice():
            return True
        case ex.Negative(operand=operand):
            return _is_linear(operand)
        case ex.Arithmetic(operator=operator, left=left, right=right):
            inside = [any(isinstance(p, ex.EntryPrice) for p in ex.walk(side)) for side in (left, right)]
            if operator == "*" and all(inside):
                return False
            if operator == "/" and inside[1]:
                return False
            return all(_is_linear(side) for side, has in zip((left, right), inside, strict=True) if has)
        case _:
            return not any(isinstance(p, ex.EntryPrice) for p in ex.walk(node))


def _warm_up(spec: StrategySpec) -> int:
    """Nanoseconds before the start from which the generated code sees bars."""
    needed = warmup_by_timeframe(spec)
    native = native_timeframe(spec)
    if set(needed) == {spec.timeframe} and spec.timeframe == native:
        bars = needed[spec.timeframe]
        return bars * minutes(native) * MINUTE if bars > 1 else 0
    return max(_days(timeframe, bars) for timeframe, bars in needed.items()) * DAY


def _days(timeframe: str, bars: int) -> int:
    """Calendar days that hold so many bars and the one they begin in, on a market that never closes."""
    length = minutes(timeframe)
    if length >= 10080:
        return (bars + 1) * (31 if timeframe == "1M" else 7)
    if length >= 1440:
        return max((bars + 1) * length // 1440, 1)
    return max(math.ceil((bars + 1) / max(1, math.ceil(1440 / length))), 1)


def _midnight(day: date) -> int:
    return (day.toordinal() - date(1970, 1, 1).toordinal()) * DAY


def _or(value: float | str | None, otherwise: int) -> int:
    return otherwise if value is None else int(value)


def _empty(size: int) -> m.SideRules:
    nothing, zeros, never = np.full(size, np.nan), np.zeros(size), np.zeros(size, dtype=np.int8)
    return m.SideRules(False, never, never, False, nothing, zeros, nothing, zeros, 0.0, 0.0, zeros, 0.0, 0.0)

"""Judges a spec without running it: contradictions, impossible conditions, stops that cannot work.

Intervals: a comparison with a constant narrows the range of what it measures (RSI is 0…100); a conjunction whose ranges
do not overlap can never hold, and a condition whose opposite can never hold always does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import product
from math import inf
from typing import Final, Literal

from vibetrader.errors import SpecError
from vibetrader.spec import expressions as ex
from vibetrader.spec.indicators import ANY, INDICATORS, Range
from vibetrader.spec.parameters import resolved
from vibetrader.spec.strategy import Level, ParameterRef, Side, StrategySpec
from vibetrader.spec.timeframes import minutes

_CLOCK_RANGES: Final[dict[str, Range]] = {
    "weekday": (0, 6),
    "hour": (0, 23),
    "minute": (0, 59),
    "time": (0, 2359),
    "day": (1, 31),
    "month": (1, 12),
    "trading_day": (-31, 31),
}
_BRANCHES: Final = 256


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark about a spec; an error makes it unusable."""

    severity: Literal["error", "warning"]
    field: str
    message: str
    hint: str = ""
    suggestion: str = ""


# -- ranges -----------------------------------------------------------------------------------------------------------


def value_range(node: ex.Expression) -> Range:
    """Lowest and highest value an expression can take."""
    match node:
        case ex.Number(value=value):
            return value, value
        case ex.Price():
            return 0.0, inf
        case ex.Clock(field=name):
            return _CLOCK_RANGES[name]
        case ex.Call(indicator=name, output=output, series=series):
            low, high = INDICATORS[name].ranges[output]
            if (low, high) == ANY and series is not None and INDICATORS[name].nature.value == "price" and name != "sum":
                return value_range(series)
            return low, high
        case ex.Lag(operand=operand) | ex.At(operand=operand):
            return value_range(operand)
        case ex.Negative(operand=operand):
            low, high = value_range(operand)
            return -high, -low
        case ex.Function(name="count", arguments=(_, bars)):
            return 0.0, value_range(bars)[1]
        case ex.Function(name="abs", arguments=(argument,)):
            low, high = value_range(argument)
            return (0.0 if low <= 0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))
        case ex.Function(name="max" | "min", arguments=arguments):
            ranges = [value_range(a) for a in arguments]
            pick = max if node.name == "max" else min
            return pick(r[0] for r in ranges), pick(r[1] for r in ranges)
        case ex.Arithmetic(operator="-", left=ex.Price(field=a), right=ex.Price(field=b)) if (
            "volume" not in (a, b) and a != b
        ):
            if a == "high" or b == "low":
                return 0.0, inf
            return (-inf, 0.0) if a == "low" or b == "high" else ANY
        case ex.Arithmetic(operator=operator, left=left, right=right):
            return _combined(operator, value_range(left), value_range(right))
        case _:
            return ANY


def _combined(operator: str, left: Range, right: Range) -> Range:
    if operator == "+":
        return left[0] + right[0], left[1] + right[1]
    if operator == "-":
        return left[0] - right[1], left[1] - right[0]
    if operator == "/" and right[0] <= 0 <= right[1]:
        return (0.0, inf) if left[0] >= 0 and right[0] >= 0 else ANY
    corners = []
    for a, b in product(left, right):
        if operator == "*":
            corners.append(0.0 if 0 in (a, b) else a * b)
        else:
            corners.append(0.0 if abs(b) == inf else a / b)
    return min(corners), max(corners)


# -- truth ------------------------------------------------------------------------------------------------------------

_OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_TURNED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def never_holds(node: ex.Expression) -> bool:
    """True when the condition is provably false on every bar."""
    branches = _branches(node, negated=False)
    return branches is not None and all(not _possible(branch) for branch in branches)


def always_holds(node: ex.Expression) -> bool:
    """True when the condition is provably true on every bar."""
    branches = _branches(node, negated=True)
    return branches is not None and all(not _possible(branch) for branch in branches)


_Atoms = tuple[ex.Expression, ...]


def _branches(node: ex.Expression, *, negated: bool) -> list[_Atoms] | None:
    """Disjunctive normal form; None when it grows beyond what is worth reading."""
    match node:
        case ex.And(parts=parts) | ex.Or(parts=parts):
            lists = [_branches(part, negated=negated) for part in parts]
            if any(item is None for item in lists):
                return None
            known = [item for item in lists if item is not None]
            if isinstance(node, ex.Or) != negated:
                joined = [branch for item in known for branch in item]
                return joined if len(joined) <= _BRANCHES else None
            size = 1
            for item in known:
                size *= max(1, len(item))
                if size > _BRANCHES:
                    return None
            return [tuple(atom for branch in combination for atom in branch) for combination in product(*known)]
        case ex.Not(operand=operand):
            return _branches(operand, negated=not negated)
        case ex.Truth(value=value):
            return [()] if value != negated else []
        case ex.Compare(operator=operator, left=left, right=right):
            return [(ex.Compare(_OPPOSITE[operator] if negated else operator, left, right),)]
        case _:
            return [(ex.Not(node) if negated else node,)]


def _possible(atoms: _Atoms) -> bool:
    """Whether all atoms can hold at once, as far as intervals tell."""
    ranges: dict[str, tuple[float, bool, float, bool]] = {}
    excluded: dict[str, set[float]] = {}
    pool: list[ex.Expression] = []
    for atom in atoms:
        match atom:
            case ex.Cross(above=above, left=left, right=right):
                pool.append(ex.Compare(">" if above else "<", left, right))
                before_left, before_right = ex.lagged(left, ex.Number(1)), right
                if not isinstance(right, ex.Number):
                    before_right = ex.lagged(right, ex.Number(1))
                if not isinstance(left, ex.Number):
                    pool.append(ex.Compare("<=" if above else ">=", before_left, before_right))
            case ex.Function(name="all", arguments=(condition, _)):
                inner = _branches(condition, negated=False)
                if inner is not None and len(inner) == 1:
                    pool.extend(inner[0])
            case ex.At(operand=operand) if ex.is_condition(operand):
                if never_holds(operand):
                    return False
            case ex.Lag(operand=operand) if ex.is_condition(operand):
                if never_holds(operand):
                    return False
            case ex.Function(name="any", arguments=(condition, _)):
                if never_holds(condition):
                    return False
            case (
                ex.Not(operand=ex.Function(name="any", arguments=(condition, _)))
                | ex.Not(operand=ex.Function(name="all", arguments=(condition, _)))
            ):
                if always_holds(condition):
                    return False
            case _:
                pool.append(atom)
    for atom in pool:
        if not isinstance(atom, ex.Compare):
            continue
        measured, operator, level = _measured(atom)
        natural = value_range(measured)
        key = str(measured)
        low, low_open, high, high_open = ranges.get(key, (natural[0], False, natural[1], False))
        if operator in (">", ">=", "==") and (level > low or (level == low and operator == ">")):
            low, low_open = level, operator == ">"
        if operator in ("<", "<=", "==") and (level < high or (level == high and operator == "<")):
            high, high_open = level, operator == "<"
        if operator == "==" and (level < natural[0] or level > natural[1]):
            return False
        if operator == "!=":
            excluded.setdefault(key, set()).add(level)
        if low > high or (low == high and (low_open or high_open)):
            return False
        if low == high and low in excluded.get(key, set()):
            return False
        if isinstance(measured, ex.Clock) and not _whole_number_between(low, low_open, high, high_open):
            return False
        ranges[key] = (low, low_open, high, high_open)
    return True


def _whole_number_between(low: float, low_open: bool, high: float, high_open: bool) -> bool:
    first = int(low) + 1 if low_open and low == int(low) else -int(-low // 1)
    last = int(high) - 1 if high_open and high == int(high) else int(high // 1)
    return first <= last


def _measured(atom: ex.Compare) -> tuple[ex.Expression, str, float]:
    """A comparison as `something operator constant`."""
    left, right, operator = atom.left, atom.right, atom.operator
    if isinstance(left, ex.Number) and isinstance(right, ex.Number):
        return ex.Number(left.value - right.value), operator, 0.0
    if isinstance(right, ex.Number):
        return left, operator, right.value
    if isinstance(left, ex.Number):
        return right, _TURNED[operator], left.value
    if left == right:
        return ex.Number(0), operator, 0.0
    if str(left) > str(right):
        left, right, operator = right, left, _TURNED[operator]
    return ex.Arithmetic("-", left, right), operator, 0.0


# -- warm-up ----------------------------------------------------------------------------------------------------------


def warmup_bars(node: ex.Expression) -> int:
    """Bars (of the node's own timeframe) before it has a value; every name must be a number."""
    match node:
        case ex.Call(indicator=name, arguments=arguments, series=series):
            numbers = [a.value if isinstance(a, ex.Number) else a for a in arguments]
            own = max(1, INDICATORS[name].warmup(*numbers))
            return own + (warmup_bars(series) - 1 if series is not None else 0)
        case ex.Lag(operand=operand, bars=ex.Number(value=bars)):
            return warmup_bars(operand) + int(bars)
        case ex.Function(name="any" | "all" | "count", arguments=(condition, ex.Number(value=bars))):
            return warmup_bars(condition) + int(bars) - 1
        case ex.Cross():
            return max(map(warmup_bars, ex.children(node))) + 1
        case ex.At():
            return 1
        case _:
            return max(map(warmup_bars, ex.children(node)), default=1)


def warmup_by_timeframe(spec: StrategySpec) -> dict[str, int]:
    """Bars needed before the first signal, for the spec's timeframe and each other one it names."""
    plain = resolved(spec)
    needed: dict[str, int] = {spec.timeframe: 1}
    for side in plain.sides.values():
        for _, node in side_expressions(side):
            needed[spec.timeframe] = max(needed[spec.timeframe], warmup_bars(node))
            for part in ex.walk(node):
                if isinstance(part, ex.At):
                    frame = part.timeframe
                    needed[frame] = max(needed.get(frame, 1), warmup_bars(part.operand))
    if isinstance(plain.warmup_bars, int):
        needed[spec.timeframe] = max(needed[spec.timeframe], plain.warmup_bars)
    return needed


def side_expressions(side: Side) -> Iterator[tuple[str, ex.Expression]]:
    """Every expression of a side with its field; ATR levels as the prices they mean."""
    yield "entry", side.entry
    if side.exit is not None:
        yield "exit", side.exit
    for name, level in (("stop_loss", side.stop_loss), ("take_profit", side.take_profit)):
        if level is not None:
            price = level.as_price("long", "stop", 0.0001)
            if price is not None:
                yield f"{name}.{level.kind}", price
    if side.trailing_stop is not None:
        for name in ("distance", "line"):
            node = getattr(side.trailing_stop, name)
            if node is not None:
                yield f"trailing_stop.{name}", node
    for name in ("entry_price", "exit_price"):
        node = getattr(side, name)
        if node is not None:
            yield name, node


# -- the whole spec --------------------------------------------------------------------------------------------------


def check(spec: StrategySpec) -> list[Finding]:
    """Everything wrong or doubtful, errors first."""
    found = list(_names(spec))
    if any(item.severity == "error" for item in found):
        return found
    plain = resolved(spec)
    for direction, side in plain.sides.items():
        found += _side(direction, side, plain)
    found += _whole(plain)
    return sorted(found, key=lambda item: item.severity != "error")


def require(spec: StrategySpec, *, file: str = "") -> list[Finding]:
    """The warnings of a usable spec.

    Raises:
        SpecError: The first error found.
    """
    found = check(spec)
    for item in found:
        if item.severity == "error":
            raise SpecError(item.message, hint=item.hint, file=file, field=item.field, suggestion=item.suggestion)
    return found


def _references(spec: StrategySpec) -> Iterator[tuple[str, str]]:
    for direction in ("long", "short"):
        side = getattr(spec, direction)
        if isinstance(side, Side):
            for field, node in side_expressions(side):
                for name in ex.names(node):
                    yield f"{direction}.{field}", name
            for part in ("stop_loss", "take_profit", "trailing_stop", "break_even"):
                model = getattr(side, part)
                if model is not None:
                    for name in type(model).model_fields:
                        if isinstance(getattr(model, name), ParameterRef):
                            yield f"{direction}.{part}.{name}", str(getattr(model, name))
    for group in ("size", "limits", "order", "fees"):
        model = getattr(spec, group)
        if model is not None:
            for name in type(model).model_fields:
                if isinstance(getattr(model, name), ParameterRef):
                    yield f"{group}.{name}", str(getattr(model, name))
    for name in ("leverage", "max_entries", "warmup_bars", "cash", "slippage_percent"):
        if isinstance(getattr(spec, name), ParameterRef):
            yield name, str(getattr(spec, name))


def _names(spec: StrategySpec) -> Iterator[Finding]:
    used = set()
    known = (*spec.parameters, *INDICATORS, *ex.PRICE_FIELDS, *ex.CLOCK_FIELDS)
    for field, name in _references(spec):
        used.add(name)
        if name not in spec.parameters:
            near = get_close_matches(name.lower(), known, 1, 0.6)
            yield Finding(
                "error", field, f"unknown name {name!r}", "declare it under parameters, or write a known name",
                near[0] if near else "",
            )  # fmt: skip
    reserved = {*INDICATORS, *ex.PRICE_FIELDS, *ex.CLOCK_FIELDS, *ex.FUNCTIONS, "entry", "true", "false"}
    for name in spec.parameters:
        if name.lower() in reserved or not name.isidentifier():
            yield Finding("error", f"parameters.{name}", f"{name!r} is a word of the language", "give it another name")
        elif name not in used:
            yield Finding("warning", f"parameters.{name}", f"parameter {name!r} is used nowhere")


def _side(direction: Literal["long", "short"], side: Side, spec: StrategySpec) -> Iterator[Finding]:
    for field in ("entry", "exit"):
        node: ex.Expression | None = getattr(side, field)
        if node is None:
            continue
        where = f"{direction}.{field}"
        if never_holds(node):
            culprit = next((part for part in _parts(node) if never_holds(part)), node)
            yield Finding("error", where, f"can never hold: {culprit}", _range_hint(culprit))
        elif node != ex.Truth(True) and always_holds(node):
            yield Finding("error", where, f"always holds: {node}", "write true if that is meant")
        for part in ex.walk(node):
            if isinstance(part, ex.EntryPrice):
                yield Finding("error", where, "`entry` (the fill price) is known only in stops and targets",
                              "use stop_loss or take_profit")  # fmt: skip
                break
        yield from _dead_parts(where, node)
    for field, node in side_expressions(side):
        for frame in ex.timeframes(node):
            if minutes(frame) < minutes(spec.timeframe):
                yield Finding("error", f"{direction}.{field}", f"@{frame} is finer than the {spec.timeframe} bars it runs on",
                              f"set timeframe: {frame}")  # fmt: skip
    if side.exit is not None and side.exit == side.entry and side.entry != ex.Truth(True):
        yield Finding("error", f"{direction}.exit", f"entry and exit are the same: {side.entry}", "change one of them")
    yield from _levels(direction, side, spec)


def _parts(node: ex.Expression) -> tuple[ex.Expression, ...]:
    return node.parts if isinstance(node, ex.And | ex.Or) else (node,)


def _dead_parts(where: str, node: ex.Expression) -> Iterator[Finding]:
    if isinstance(node, ex.And | ex.Or):
        for part in node.parts:
            if always_holds(part) and isinstance(node, ex.And):
                yield Finding("warning", where, f"always holds and changes nothing: {part}", _range_hint(part))
            elif never_holds(part) and isinstance(node, ex.Or):
                yield Finding("warning", where, f"can never hold and changes nothing: {part}", _range_hint(part))


def _range_hint(node: ex.Expression) -> str:
    for part in ex.walk(node):
        if isinstance(part, ex.Call):
            low, high = INDICATORS[part.indicator].ranges[part.output]
            if (low, high) != ANY:
                top = "any height" if high == inf else ex.number_text(high)
                return f"{part.indicator} lies between {ex.number_text(low)} and {top}"
        if isinstance(part, ex.Clock):
            low, high = _CLOCK_RANGES[part.field]
            return f"{part.field} lies between {ex.number_text(low)} and {ex.number_text(high)}"
    return ""


def _levels(direction: Literal["long", "short"], side: Side, spec: StrategySpec) -> Iterator[Finding]:
    stop, target = side.stop_loss, side.take_profit
    for name, level in (("stop_loss", stop), ("take_profit", target)):
        if level is None:
            continue
        where = f"{direction}.{name}"
        if level.kind == "pips" or level.offset_pips is not None:
            yield from _pips(where, spec)
        if name == "stop_loss" and level.kind == "reward_risk":
            yield Finding("error", where, "reward_risk sets a target, not a stop", "use take_profit")
        if level.kind == "percent" and isinstance(level.percent, float | int):
            falls = (name == "stop_loss") == (direction == "long")
            if falls and level.percent >= 100:
                yield Finding(
                    "error", where, f"a price cannot fall {ex.number_text(level.percent)} %", "use less than 100"
                )
    if target is not None and target.kind == "reward_risk" and stop is None and side.trailing_stop is None:
        yield Finding("error", f"{direction}.take_profit", "a reward:risk target needs a stop loss", "add stop_loss")
    if side.break_even is not None and side.break_even.after_r is not None and stop is None:
        yield Finding("error", f"{direction}.break_even", "break-even after R needs a stop loss", "add stop_loss")
    if spec.size.kind in ("risk_percent", "risk_cash") and not _stop_distance(stop, side):
        yield Finding("error", "size", f"sizing by risk needs a stop loss on the {direction} side", "add stop_loss")
    if spec.size.kind in ("risk_percent",) and isinstance(spec.size.risk_percent, float | int):
        if spec.size.risk_percent > 20:
            yield Finding(
                "warning", "size", f"risks {ex.number_text(spec.size.risk_percent)} % of equity on each trade"
            )


def _stop_distance(stop: Level | None, side: Side) -> bool:
    return stop is not None or side.trailing_stop is not None


def _pips(where: str, spec: StrategySpec) -> Iterator[Finding]:
    for symbol in spec.symbols:
        if symbol.pip is None:
            yield Finding("error", where, f"a pip has no meaning for {symbol.ticker} ({symbol.type})",
                          "use percent, points or atr")  # fmt: skip
            return


def _whole(spec: StrategySpec) -> Iterator[Finding]:
    for item in spec.unsupported:
        yield Finding("error", "unsupported", f"{item.what}: {item.reason or 'goes beyond a rule on one position'}",
                      f"you wrote: {item.words!r}" if item.words else "")  # fmt: skip
    start, end = spec.period.start, spec.period.end
    if start is not None and end is not None:
        for frame, bars in warmup_by_timeframe(spec).items():
            days = (end - start).days + 1
            if bars * minutes(frame) > days * 1440:
                text = f"warm-up of {bars} bars of {frame} is longer than the period ({days} days)"
                yield Finding("warning", "warmup_bars", text,
                              "choose a longer period or shorter indicators")  # fmt: skip
    spot = [s for s in spec.symbols if s.type == "crypto"]
    if spot and "short" in spec.sides and spec.account == "cash":
        yield Finding("error", "account", f"a cash account cannot sell {spot[0].ticker} short", "set account: margin")
    if spec.account == "cash" and isinstance(spec.leverage, float | int) and spec.leverage > 1:
        yield Finding("error", "leverage", "a cash account has no leverage", "set account: margin")
    if isinstance(spec.leverage, float | int) and not 0 < spec.leverage <= 500:
        yield Finding("error", "leverage", f"leverage {ex.number_text(float(spec.leverage))} is outside 0…500")
    if isinstance(spec.cash, float | int) and spec.cash <= 0:
        yield Finding("error", "cash", f"starting cash must be above 0, not {ex.number_text(float(spec.cash))}")
    if isinstance(spec.max_entries, int) and spec.max_entries < 1:
        yield Finding("error", "max_entries", "at least one entry must be allowed", "1 is no pyramiding")
    if spec.order.type != "market" and all(side.entry_price is None for side in spec.sides.values()):
        yield Finding("error", "order.type", f"a {spec.order.type} order needs a price", "set entry_price on the side")
    if spec.brokerage == "binance" and spec.order.type == "stop":
        yield Finding(
            "error", "order.type", "Binance spot refuses stop-market orders", "use type: limit or another brokerage"
        )
    for direction, side in spec.sides.items():
        if not _has_way_out(side, spec) and side.entry != ex.Truth(True):
            yield Finding(
                "warning",
                f"{direction}.exit",
                "nothing closes a position: it is held to the end",
                "add an exit or a stop",
            )


def _has_way_out(side: Side, spec: StrategySpec) -> bool:
    limits = spec.limits
    return (
        side.exit is not None
        or side.stop_loss is not None
        or side.take_profit is not None
        or side.trailing_stop is not None
        or len(spec.sides) == 2
        or any(v is not None for v in (limits.max_hold_bars, limits.max_hold_time, limits.exit_at))
    )

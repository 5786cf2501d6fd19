"""What the grammar asks of expressions: kinds, lengths, sides, opposites; and how conditions join."""

from __future__ import annotations

from collections.abc import Iterable

from vibetrader.spec import expressions as ex
from vibetrader.spec.indicators import INDICATORS, Nature
from vibetrader.spec.mirror import nature
from vibetrader.spec.timeframes import TIMEFRAMES, minutes
from vibetrader.spec.words.lexing import Item


def normal_frame(number: int, letter: str) -> str:
    """`60m` is `1h`, `24h` is `1d`, `7d` is `1w`; others stay as said."""
    total = {"m": 1, "h": 60, "d": 1440, "w": 10080, "M": 43200}[letter] * number
    if letter != "M":
        for frame in TIMEFRAMES:
            if frame != "1M" and minutes(frame) == total:
                return frame
    return f"{number}{letter}"


def joined(parts: Iterable[tuple[str, ex.Expression]]) -> ex.Expression:
    """Conditions with their connectors; `and` binds tighter than `or`."""
    groups: list[list[ex.Expression]] = [[]]
    for connector, part in parts:
        if connector == "or" and groups[-1]:
            groups.append([])
        groups[-1].append(part)
    return ex.disjunction(*(ex.conjunction(*group) for group in groups if group))


def negated(node: ex.Expression) -> ex.Expression:
    """The opposite truth, pushed into a comparison where that reads better."""
    flip = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
    if isinstance(node, ex.Compare):
        return ex.Compare(flip[node.operator], node.left, node.right)
    if isinstance(node, ex.Not):
        return node.operand
    return ex.Not(node)


def repeated(condition: ex.Expression, count: int) -> ex.Expression:
    """True on each of the last `count` bars."""
    return condition if count <= 1 else ex.Function("all", (condition, ex.Number(count)))


def comparable(left: ex.Expression, right: ex.Expression) -> bool:
    """False for a price beside an oscillator: nobody means that, so the words were read wrongly."""
    left, right = of_same_kind(left, right), of_same_kind(right, left)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, ex.Number) and one.value <= 0 and is_level(other):
            return False
        if (
            isinstance(one, ex.Number)
            and one.value <= 0
            and isinstance(other, ex.Call)
            and other.indicator in ("sma", "ema")
            and other.series is None
        ):
            return False
    if any(isinstance(node, ex.EntryPrice) for side in (left, right) for node in ex.walk(side)):
        return False  # the fill price is known to stops and targets only
    kinds = {nature(side)[0] for side in (left, right) if not isinstance(side, ex.Number)}
    if Nature.PRICE in kinds and Nature.OSCILLATOR in kinds:
        return False
    names = {c.indicator for side in (left, right) for c in ex.calls(side)}
    bounded = names & {"rsi", "stoch", "stochrsi", "cci", "williams_r", "mfi", "adx"}
    if bounded and Nature.PRICE in kinds:
        return False
    # A distance beside a price: 3 ATR is no level.
    return not any(is_distance(a) and is_level(b) for a, b in ((left, right), (right, left)))


def is_distance(node: ex.Expression) -> bool:
    base = node.right if isinstance(node, ex.Arithmetic) and node.operator == "*" else node
    return isinstance(base, ex.Call) and base.indicator in ("atr", "tr", "stdev")


def is_level(node: ex.Expression) -> bool:
    base = node.operand if isinstance(node, ex.Lag | ex.At) else node
    return (isinstance(base, ex.Price) and base.field != "volume") or (
        isinstance(base, ex.Call)
        and base.indicator in ("highest", "lowest", "bb", "kc", "donchian", "vwap")
        and base.series in (None, ex.CLOSE)
    )


def is_pattern(node: ex.Expression) -> bool:
    parts = node.parts if isinstance(node, ex.Or) else (node,)
    return all(
        isinstance(p, ex.Compare)
        and isinstance(p.left, ex.Call)
        and INDICATORS[p.left.indicator].helper.startswith("candlestick")
        for p in parts
    )


def turned_round(before: list[ex.Expression], after: ex.Expression) -> tuple[ex.Expression, ex.Cross] | None:
    """A comparison that turns an earlier one round: both together are a cross."""
    if not isinstance(after, ex.Compare) or after.operator not in ("<", ">"):
        return None
    for part in before:
        if isinstance(part, ex.Compare) and (part.left, part.right) == (after.left, after.right):
            if part.operator[0] in "<>" and part.operator[0] != after.operator:
                return part, ex.Cross(after.operator == ">", after.left, after.right)
    return None


def times(factor: float, value: ex.Expression) -> ex.Expression:
    return value if factor == 1 else ex.Arithmetic("*", ex.Number(factor), value)


def hhmm(clock: str) -> float:
    return float(clock.replace(":", ""))


def is_indicator(node: ex.Expression) -> bool:
    return isinstance(node, ex.Call)


def is_average(node: ex.Expression) -> bool:
    base = node.operand if isinstance(node, ex.At | ex.Lag) else node
    return isinstance(base, ex.Call) and base.indicator in (
        "sma",
        "ema",
        "lwma",
        "hma",
        "dema",
        "tema",
        "kama",
        "vwma",
        "zlema",
        "trima",
        "wwma",
        "vwap",
        "alma",
    )


def ma_name(node: ex.Expression) -> str:
    base = node.operand if isinstance(node, ex.At | ex.Lag) else node
    return base.indicator if isinstance(base, ex.Call) else ""


def length_of(node: ex.Expression) -> float:
    base = node.operand if isinstance(node, ex.At | ex.Lag) else node
    if isinstance(base, ex.Call) and base.arguments and isinstance(base.arguments[0], ex.Number):
        return base.arguments[0].value
    return 20.0


def is_ratio(node: ex.Expression) -> bool:
    """A share of the price, written in percent by people and as a fraction in expressions."""
    return (
        isinstance(node, ex.Arithmetic)
        and node.operator in ("/", "-")
        and any(isinstance(p, ex.Arithmetic) and p.operator == "/" for p in ex.walk(node))
    )


def is_lower(node: ex.Expression) -> bool:
    base = node.operand if isinstance(node, ex.At | ex.Lag) else node
    return isinstance(base, ex.Call) and (base.output in ("lower", "low", "cloud_bottom") or base.indicator == "lowest")


def is_upper(node: ex.Expression) -> bool:
    base = node.operand if isinstance(node, ex.At | ex.Lag) else node
    return isinstance(base, ex.Call) and (base.output in ("upper", "high", "cloud_top") or base.indicator == "highest")


def past_extreme(value: ex.Expression, other: ex.Expression) -> ex.Expression:
    """A highest or lowest that includes the bar it is compared with can never be passed: the bar before's is meant."""
    base = value.operand if isinstance(value, ex.At) else value
    if isinstance(base, ex.Call) and (
        base.indicator in ("highest", "lowest") or (base.indicator == "donchian" and base.output in ("upper", "lower"))
    ):
        if not isinstance(other, ex.Number) and not isinstance(value, ex.At):
            return ex.Lag(base, ex.Number(1))
    return value


def of_same_kind(value: ex.Expression, other: ex.Expression) -> ex.Expression:
    """An average beside an oscillator, volume or balance is an average of that, not of the price."""
    base = other
    while isinstance(base, ex.Lag | ex.At):
        base = base.operand
    scaled = isinstance(base, ex.Call) and (
        base.indicator in ("obv", "ad", "atr", "adx", "stdev", "sobv") or nature(base)[0] is Nature.OSCILLATOR
    )
    if not scaled and base != ex.Price("volume") and not _is_width(base):
        return value
    match value:
        case ex.Call(indicator="sma" | "ema" | "wwma" | "lwma" | "hma" | "dema" | "tema", series=None):
            return ex.Call(value.indicator, value.arguments, value.output, base)
        case ex.Arithmetic(operator="*", left=ex.Number() as factor, right=right):
            return ex.Arithmetic("*", factor, of_same_kind(right, other))
        case _:
            return value


def _is_width(node: ex.Expression) -> bool:
    """How far apart the bands stand, written out or as the output of the bands."""
    match node:
        case ex.Call(indicator="bb", output="width"):
            return True
        case ex.Arithmetic(
            operator="/", left=ex.Arithmetic(operator="-", left=ex.Call() as upper, right=ex.Call() as lower)
        ):
            return upper.indicator == lower.indicator and (upper.output, lower.output) == ("upper", "lower")
        case _:
            return False


def compared_with(node: ex.Expression | None) -> ex.Expression | None:
    """The right side of the last comparison."""
    match node:
        case ex.Compare(right=right) | ex.Cross(right=right):
            return right
        case _:
            return None


def has_side(node: ex.Expression) -> bool:
    return sided(node, True) is not None


def sided(node: ex.Expression, up: bool) -> ex.Compare | None:
    """What bullish means for an indicator."""
    operator = ">" if up else "<"
    match node:
        case ex.Call(indicator="supertrend" | "psar" | "vwap" | "sma" | "ema" | "hma"):
            if node.indicator in ("sma", "ema", "hma"):
                return None
            return ex.Compare(operator, ex.CLOSE, node)
        case ex.Call(indicator="macd", arguments=arguments, series=series):
            return ex.Compare(
                operator, ex.Call("macd", arguments, "line", series), ex.Call("macd", arguments, "signal", series)
            )
        case ex.Call(indicator="ha"):
            return ex.Compare(operator, ex.call("ha", output="close"), ex.call("ha", output="open"))
        case ex.Call(indicator="dmi", arguments=arguments):
            return ex.Compare(operator, ex.Call("dmi", arguments, "plus"), ex.Call("dmi", arguments, "minus"))
        case ex.Price(field="close"):
            return ex.Compare(operator, ex.CLOSE, ex.Price("open"))
        case _:
            return None


def without_others(bracket: tuple[list[float], list[Item], int] | None) -> tuple[list[float], int] | None:
    if bracket is None or bracket[1] or not bracket[0]:
        return None
    return bracket[0], bracket[2]

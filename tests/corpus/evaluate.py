"""Evaluates expressions on random price series, to compare what they mean rather than how they are written.

Exact indicator values do not matter here, only that equal expressions give equal results and different ones do not;
indicators without a formula below get a series drawn from their name, parameters and input.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from vibetrader.spec import expressions as ex
from vibetrader.spec.indicators import INDICATORS
from vibetrader.spec.timeframes import minutes

Array = np.ndarray[Any, Any]


class Market:
    """A random market: bars, their times, and the fill price of a position."""

    def __init__(self, seed: int, *, step_minutes: int, bars: int) -> None:
        random = np.random.default_rng(seed)
        returns = random.normal(0, 0.012, bars) + 0.01 * np.sin(np.arange(bars) / 37)
        self.close = 100 * np.exp(np.cumsum(returns))
        self.open = np.concatenate([[100.0], self.close[:-1]]) * np.exp(random.normal(0, 0.006, bars))
        top, bottom = np.maximum(self.open, self.close), np.minimum(self.open, self.close)
        self.high = top * np.exp(np.abs(random.normal(0, 0.004, bars)))
        self.low = bottom * np.exp(-np.abs(random.normal(0, 0.004, bars)))
        self.volume = np.exp(random.normal(13.8, 0.8, bars))
        start = np.datetime64("2021-01-04T00:00", "m")
        self.time = start + np.arange(1, bars + 1) * step_minutes
        self.step = step_minutes
        self.entry = self.close * np.exp(random.normal(0, 0.02, bars))
        self.seed = seed


@lru_cache
def markets() -> tuple[Market, ...]:
    """Series on which meanings are compared: minutes for clocks, days for calendars."""
    return (
        Market(1, step_minutes=5, bars=1500),
        Market(2, step_minutes=1440, bars=1200),
        Market(3, step_minutes=60, bars=1500),
    )


def same_meaning(left: ex.Expression, right: ex.Expression) -> bool:
    """Whether two expressions give the same on every bar of every market."""
    if left == right:
        return True
    if ex.is_condition(left) != ex.is_condition(right):
        return False
    told = False
    for market in markets():
        a, b = evaluate(left, market), evaluate(right, market)
        begin = 260
        a, b = a[begin:], b[begin:]
        if ex.is_condition(left):
            if np.any(a.astype(bool) != b.astype(bool)):
                return False
            told |= bool(a.any()) and not bool(a.all())
        else:
            both = np.isnan(a) & np.isnan(b)
            if not np.all(both | np.isclose(a, b, rtol=1e-9, atol=1e-9)):
                return False
            told = True
    if told:
        return True
    return _same_parts(left, right)


def _same_parts(left: ex.Expression, right: ex.Expression) -> bool:
    """For conditions that never or always held here: each part has its twin."""
    if type(left) is type(right) and isinstance(left, ex.And | ex.Or) and isinstance(right, ex.And | ex.Or):
        rest = list(right.parts)
        for part in left.parts:
            twin = next((p for p in rest if same_meaning(part, p)), None)
            if twin is None:
                return False
            rest.remove(twin)
        return not rest
    return (isinstance(left, ex.Truth) and left == right) or _looser(left, right)


def _looser(left: ex.Expression, right: ex.Expression) -> bool:
    """Two rare comparisons of equal sides: the same operator and equal values on both sides."""
    for kind in (ex.Compare, ex.Cross):
        if isinstance(left, kind) and isinstance(right, kind):
            same = (
                left.operator == right.operator
                if isinstance(left, ex.Compare) and isinstance(right, ex.Compare)
                else left.above == right.above
            )  # type: ignore[union-attr]
            return same and same_meaning(left.left, right.left) and same_meaning(left.right, right.right)
    return False


def evaluate(node: ex.Expression, market: Market) -> Array:
    """The values of an expression on every bar; conditions as booleans."""
    n = len(market.close)
    match node:
        case ex.Number(value=value):
            return np.full(n, value)
        case ex.Truth(value=value):
            return np.full(n, value)
        case ex.Price(field=name):
            return np.asarray(getattr(market, name), dtype=float)
        case ex.EntryPrice():
            return market.entry
        case ex.Clock(field=name):
            return _clock(name, market)
        case ex.Negative(operand=operand):
            return -evaluate(operand, market)
        case ex.Not(operand=operand):
            return ~evaluate(operand, market).astype(bool)
        case ex.And(parts=parts):
            return np.logical_and.reduce([evaluate(p, market).astype(bool) for p in parts])
        case ex.Or(parts=parts):
            return np.logical_or.reduce([evaluate(p, market).astype(bool) for p in parts])
        case ex.Arithmetic(operator=operator, left=left, right=right):
            a, b = evaluate(left, market), evaluate(right, market)
            with np.errstate(all="ignore"):
                return {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}[operator](a, b)
        case ex.Compare(operator=operator, left=left, right=right):
            a, b = evaluate(left, market), evaluate(right, market)
            gap = a - b
            near = np.abs(gap) <= 1e-9 * np.maximum(1.0, np.abs(a))
            with np.errstate(invalid="ignore"):
                return {
                    "<": (gap < 0) & ~near, "<=": (gap < 0) | near, ">": (gap > 0) & ~near, ">=": (gap > 0) | near,
                    "==": near, "!=": ~near,
                }[operator]  # fmt: skip
        case ex.Cross(above=above, left=left, right=right):
            with np.errstate(invalid="ignore"):
                gap = evaluate(left, market) - evaluate(right, market)
                gap = np.where(np.abs(gap) < 1e-9, 0.0, gap if above else -gap)
                return np.concatenate([[False], (gap[1:] > 0) & (gap[:-1] <= 0)])
        case ex.Lag(operand=operand, bars=ex.Number(value=bars)):
            return _shift(evaluate(operand, market), int(bars))
        case ex.At(operand=operand, timeframe=timeframe):
            return _at(operand, timeframe, market)
        case ex.Function(name=name, arguments=arguments):
            return _function(name, arguments, market)
        case ex.Call():
            return _call(node, market)
        case _:
            raise TypeError(f"{type(node).__name__} has no value here: {node}")


def _shift(values: Array, bars: int) -> Array:
    if bars == 0:
        return values
    fill = np.zeros(bars, bool) if values.dtype == bool else np.full(bars, np.nan)
    return np.concatenate([fill, values[:-bars]])


def _clock(name: str, market: Market) -> Array:
    time = market.time
    days = time.astype("datetime64[D]")
    months = time.astype("datetime64[M]")
    minute_of_day = (time - days).astype(int)
    match name:
        case "weekday":
            return (days.astype(int) + 3) % 7 * 1.0
        case "hour":
            return minute_of_day // 60 * 1.0
        case "minute":
            return minute_of_day % 60 * 1.0
        case "time":
            return minute_of_day // 60 * 100.0 + minute_of_day % 60
        case "month":
            return months.astype(int) % 12 + 1.0
        case "day":
            return (days - months.astype("datetime64[D]")).astype(int) + 1.0
        case _:
            day = (days - months.astype("datetime64[D]")).astype(int) + 1.0
            nxt = (months + 1).astype("datetime64[D]")
            return np.where((nxt - days).astype(int) == 1, -1.0, day)


def _function(name: str, arguments: tuple[ex.Expression, ...], market: Market) -> Array:
    if name in ("any", "all", "count"):
        values = evaluate(arguments[0], market).astype(float)
        assert isinstance(arguments[1], ex.Number)
        total = _rolling(values, int(arguments[1].value), np.sum)
        if name == "count":
            return total
        with np.errstate(invalid="ignore"):
            return total >= (1 if name == "any" else arguments[1].value)
    values_ = [evaluate(a, market) for a in arguments]
    if name == "abs":
        return np.abs(values_[0])
    return np.maximum.reduce(values_) if name == "max" else np.minimum.reduce(values_)


def _at(operand: ex.Expression, timeframe: str, market: Market) -> Array:
    """On bars of another length, the last finished one; a finer one counts as the bars themselves."""
    size = minutes(timeframe) // market.step
    n = len(market.close)
    if size <= 1:
        return evaluate(operand, market)
    whole = n // size
    if whole < 3:
        return np.full(n, np.nan) if not ex.is_condition(operand) else np.zeros(n, bool)
    coarse = object.__new__(Market)
    cut = whole * size

    def fold(values: Array, how: Any) -> Array:
        return np.asarray(how(values[:cut].reshape(whole, size), axis=1))

    coarse.close = market.close[:cut].reshape(whole, size)[:, -1]
    coarse.open = market.open[:cut].reshape(whole, size)[:, 0]
    coarse.high, coarse.low = fold(market.high, np.max), fold(market.low, np.min)
    coarse.volume, coarse.time = fold(market.volume, np.sum), market.time[:cut].reshape(whole, size)[:, -1]
    coarse.step, coarse.entry, coarse.seed = minutes(timeframe), coarse.close, market.seed
    values = evaluate(operand, coarse)
    spread = np.repeat(values, size)
    finished = _shift(spread, size - 1) if size > 1 else spread
    tail = np.repeat(finished[-1:], n - cut)
    return np.concatenate([finished, tail])


def _rolling(values: Array, n: int, how: Any) -> Array:
    n = max(1, min(n, len(values)))
    out = np.full(len(values), np.nan)
    out[n - 1 :] = how(sliding_window_view(values, n), axis=1)
    return out


def _ema(values: Array, alpha: float) -> Array:
    out = np.empty(len(values))
    last = np.nan
    for i, value in enumerate(values):
        last = value if np.isnan(last) else (last if np.isnan(value) else last + alpha * (value - last))
        out[i] = last
    return out


def _average(values: Array, n: int, kind: str = "sma") -> Array:
    if kind == "sma":
        return _rolling(values, n, np.mean)
    return _ema(values, 1 / n if kind == "wilders" else 2 / (n + 1))


def _call(node: ex.Call, market: Market) -> Array:
    name, output = node.indicator, node.output
    numbers = [a.value if isinstance(a, ex.Number) else a for a in node.arguments]
    row = INDICATORS[name]
    series = evaluate(node.series, market) if node.series is not None else (
        np.asarray(getattr(market, row.default_series), dtype=float) if row.default_series in ex.PRICE_FIELDS else market.close
    )  # fmt: skip
    first = int(numbers[0]) if numbers and not isinstance(numbers[0], str) else 0
    close, high, low = market.close, market.high, market.low
    with np.errstate(all="ignore"):
        match name:
            case "sma":
                return _average(series, first)
            case "ema":
                return _average(series, first, "ema")
            case "wwma" | "rma":
                return _average(series, first, "wilders")
            case "highest":
                return _rolling(series, first, np.max)
            case "lowest":
                return _rolling(series, first, np.min)
            case "donchian":
                top, bottom = _rolling(high, first, np.max), _rolling(low, first, np.min)
                return {"upper": top, "lower": bottom, "middle": (top + bottom) / 2}[output]
            case "stdev":
                return _rolling(series, first, np.std)
            case "zscore":
                return (series - _rolling(series, first, np.mean)) / _rolling(series, first, np.std)
            case "bb":
                middle, spread = (
                    _average(series, first, str(numbers[2])),
                    float(numbers[1]) * _rolling(series, first, np.std),
                )
                lower, upper = middle - spread, middle + spread
                return {"middle": middle, "upper": upper, "lower": lower, "width": (upper - lower) / middle * 100,
                        "percent_b": (series - lower) / (upper - lower)}[output]  # fmt: skip
            case "roc":
                return (series / _shift(series, first) - 1) * 100
            case "mom":
                return series - _shift(series, first)
            case "rsi":
                change = np.diff(series, prepend=np.nan)
                up, down = _ema(np.maximum(change, 0), 1 / first), _ema(np.maximum(-change, 0), 1 / first)
                return 100 - 100 / (1 + up / down)
            case "macd":
                line = _average(series, first, "ema") - _average(series, int(numbers[1]), "ema")
                signal = _average(line, int(numbers[2]), "ema")
                return {"line": line, "signal": signal, "histogram": line - signal}[output]
            case "stoch":
                raw = (
                    100
                    * (close - _rolling(low, first, np.min))
                    / (_rolling(high, first, np.max) - _rolling(low, first, np.min))
                )
                k = _rolling(raw, int(numbers[1]), np.mean)
                return k if output == "k" else _rolling(k, int(numbers[2]), np.mean)
            case "atr":
                return _average(_true_range(market), first, str(numbers[1]))
            case "tr":
                return _true_range(market)
            case "cci":
                typical = (high + low + close) / 3
                return (typical - _rolling(typical, first, np.mean)) / (0.015 * _rolling(typical, first, np.std))
            case "williams_r":
                top, bottom = _rolling(high, first, np.max), _rolling(low, first, np.min)
                return -100 * (top - close) / (top - bottom)
            case "obv":
                return np.cumsum(np.sign(np.diff(close, prepend=close[0])) * market.volume)
            case "vwap" if first:
                typical = (high + low + close) / 3
                return _rolling(typical * market.volume, first, np.sum) / _rolling(market.volume, first, np.sum)
            case "ichimoku":

                def middle_of(n: float) -> Array:
                    return (_rolling(high, int(n), np.max) + _rolling(low, int(n), np.min)) / 2

                tenkan, kijun = middle_of(float(numbers[0])), middle_of(float(numbers[1]))
                a, b = _shift((tenkan + kijun) / 2, 26), _shift(middle_of(float(numbers[2])), 26)
                return {"tenkan": tenkan, "kijun": kijun, "senkou_a": a, "senkou_b": b, "cloud_top": np.maximum(a, b),
                        "cloud_bottom": np.minimum(a, b), "chikou": close}[output]  # fmt: skip
            case "ha":
                ha_close = (market.open + high + low + close) / 4
                ha_open = _ema((market.open + close) / 2, 0.5)
                return {"close": ha_close, "open": ha_open, "high": np.maximum(high, ha_open),
                        "low": np.minimum(low, ha_open), "volume": market.volume}[output]  # fmt: skip
            case _:
                return _drawn(node, series, market)


def _true_range(market: Market) -> Array:
    before = _shift(market.close, 1)
    return np.fmax(market.high, before) - np.fmin(market.low, before)


def _drawn(node: ex.Call, series: Array, market: Market) -> Array:
    """A stand-in for an indicator without a formula: on its own scale, the same for equal calls only."""
    key = zlib.crc32(
        f"{node.indicator}{[str(a) for a in node.arguments]}{node.output}{market.seed}{float(np.nansum(series)):.6g}".encode()
    )
    random = np.random.default_rng(key)
    noise = random.normal(0, 1, len(series))
    swing = np.convolve(noise, np.ones(9) / 3, "same")
    row = INDICATORS[node.indicator]
    low, high = row.ranges[node.output]
    if row.nature.value == "price":
        return series * (1 + 0.02 * swing)
    if np.isfinite(low) and np.isfinite(high):
        return low + (high - low) / (1 + np.exp(-1.2 * swing))
    return np.abs(swing) if low == 0 else swing * 50

"""What a rule of a spec says on bars, computed the plain way: the other opinion that generated code is held against.

Values are arrays over bars, oldest first; not a number where there is no value yet. It knows nothing of LEAN's classes
and nothing of `vibetrader.design`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vibetrader.spec import expressions as ex
from vibetrader.spec.strategy import StrategySpec

Array = npt.NDArray[np.float64]
Fold = Callable[[Array], Any]
_MINUTES = {"m": 1, "h": 60, "d": 1440}


@dataclass
class Bars:
    """Bars of one length."""

    start: list[datetime]
    end: list[datetime]
    prices: dict[str, Array]

    def __len__(self) -> int:
        return len(self.start)


def read_hours(folder: Path, ticker: str) -> Bars:
    """The hour bars of a Binance pair in a LEAN data folder, holes filled with the last bar at volume 0."""
    with zipfile.ZipFile(folder / "crypto" / "binance" / "hour" / f"{ticker.lower()}_trade.zip") as archive:
        lines = archive.read(archive.namelist()[0]).decode().splitlines()
    rows: list[tuple[datetime, list[float]]] = []
    for line in lines:
        cells = line.split(",")
        at = datetime.strptime(cells[0], "%Y%m%d %H:%M")
        while rows and rows[-1][0] + timedelta(hours=1) < at:
            rows.append((rows[-1][0] + timedelta(hours=1), [*rows[-1][1][:4], 0.0]))
        rows.append((at, [float(cell) for cell in cells[1:6]]))
    return _bars([(at, at + timedelta(hours=1), values) for at, values in rows])


def _bars(rows: list[tuple[datetime, datetime, list[float]]]) -> Bars:
    columns = np.array([values for _, _, values in rows], dtype=np.float64).T
    names = ("open", "high", "low", "close", "volume")
    return Bars([row[0] for row in rows], [row[1] for row in rows], dict(zip(names, columns, strict=True)))


def resampled(bars: Bars, timeframe: str) -> Bars:
    """Longer bars; the clock begins at midnight, the week on Monday."""
    rows: list[tuple[datetime, datetime, list[float]]] = []
    for index, at in enumerate(bars.start):
        midnight = datetime(at.year, at.month, at.day)
        if timeframe == "1w":
            begin, length = midnight - timedelta(days=at.weekday()), timedelta(days=7)
        else:
            count = int(timeframe[:-1]) * _MINUTES[timeframe[-1]]
            passed = int((at - midnight).total_seconds() // 60) // count * count
            begin, length = midnight + timedelta(minutes=passed), timedelta(minutes=count)
        o, h, lo, c, v = (float(bars.prices[name][index]) for name in ("open", "high", "low", "close", "volume"))
        if rows and rows[-1][0] == begin:
            last = rows[-1][2]
            rows[-1] = (begin, begin + length, [last[0], max(last[1], h), min(last[2], lo), c, last[4] + v])
        else:
            rows.append((begin, begin + length, [o, h, lo, c, v]))
    return _bars([row for row in rows if row[1] <= bars.end[-1]])


def rolling(values: Array, count: int, fold: Fold) -> Array:
    """A fold over the last `count` values."""
    out = np.full(len(values), np.nan)
    for index in range(count - 1, len(values)):
        window = values[index - count + 1 : index + 1]
        if not np.isnan(window).any():
            out[index] = fold(window)
    return out


def earlier(values: Array, count: int) -> Array:
    """The values so many bars before."""
    out = np.full(len(values), np.nan)
    if count < len(values):
        out[count:] = values[: len(values) - count]
    return out


def smoothed(values: Array, count: int, weight: float) -> Array:
    """An exponential average that begins with the plain average of its first values."""
    out = np.full(len(values), np.nan)
    known = np.flatnonzero(~np.isnan(values))
    if len(known) < count:
        return out
    first = int(known[0]) + count - 1
    value = float(values[known[0] : first + 1].mean())
    out[first] = value
    for index in range(first + 1, len(values)):
        value = float(values[index]) * weight + value * (1 - weight)
        out[index] = value
    return out


class Evaluator:
    """Values of expressions of a spec."""

    def __init__(self, spec: StrategySpec, bars: Bars) -> None:
        self.spec = spec
        wanted: set[str] = {spec.timeframe}
        for side in spec.sides.values():
            for node in (side.entry, side.exit):
                wanted |= set(ex.timeframes(node)) if node is not None else set()
        self.frames: dict[str, Bars] = {name: bars if name == "1h" else resampled(bars, name) for name in wanted}

    def value(self, node: ex.Expression, frame: str = "") -> Array:
        """The value at each bar of a frame, the strategy's own by default."""
        frame = frame or self.spec.timeframe
        bars = self.frames[frame]
        match node:
            case ex.Number(value=number):
                return np.full(len(bars), number)
            case ex.Named(name=name):
                return np.full(len(bars), float(self.spec.parameters[name]))
            case ex.Price(field=name):
                return bars.prices[name]
            case ex.Clock(field=name):
                read = {"weekday": "%w", "hour": "%H", "day": "%d"}[name]
                found = np.array([float(at.strftime(read)) for at in bars.start])
                return (found - 1) % 7 if name == "weekday" else found  # %w counts from Sunday
            case ex.Call():
                return self._indicator(node, frame)
            case ex.Lag(operand=operand, bars=count):
                return earlier(self.value(operand, frame), self._whole(count))
            case ex.At():
                return self._other(node, frame)
            case ex.Arithmetic(operator=operator, left=left, right=right):
                a, b = self.value(left, frame), self.value(right, frame)
                return {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}[operator](a, b)
            case ex.Compare(operator=operator, left=left, right=right):
                a, b = self.value(left, frame), self.value(right, frame)
                test = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal}[
                    operator
                ]
                return _known(test(a, b), a, b)
            case ex.Cross(above=above, left=left, right=right):
                a, b = self.value(left, frame), self.value(right, frame)
                was_a, was_b = earlier(a, 1), earlier(b, 1)
                crossed = (a > b) & (was_a <= was_b) if above else (a < b) & (was_a >= was_b)
                return _known(crossed, a, b, was_a, was_b)
            case ex.Not(operand=operand):
                return 1 - self.value(operand, frame)
            case ex.And(parts=parts):
                return np.array([self.value(part, frame) for part in parts]).min(axis=0)
            case ex.Or(parts=parts):
                return np.array([self.value(part, frame) for part in parts]).max(axis=0)
            case ex.Function(name="any" | "all" | "count", arguments=(condition, ex.Number() | ex.Named() as count)):
                folds: dict[str, Fold] = {"any": np.max, "all": np.min, "count": np.sum}
                return rolling(self.value(condition, frame), self._whole(count), folds[node.name])
            case _:
                raise NotImplementedError(str(node))

    def _whole(self, scalar: ex.Scalar) -> int:
        return int(scalar.value if isinstance(scalar, ex.Number) else self.spec.parameters[scalar.name])

    def _other(self, node: ex.At, frame: str) -> Array:
        values, other, own = self.value(node.operand, node.timeframe), self.frames[node.timeframe], self.frames[frame]
        out, last = np.full(len(own), np.nan), -1
        for index, end in enumerate(own.end):
            while last + 1 < len(other) and other.end[last + 1] <= end:
                last += 1
            if last >= 0:
                out[index] = values[last]
        return out

    def _indicator(self, node: ex.Call, frame: str) -> Array:
        prices = self.frames[frame].prices
        source = prices["close"] if node.series is None else self.value(node.series, frame)
        numbers = [self._whole(a) for a in node.arguments if not isinstance(a, str)]
        count = numbers[0] if numbers else 0
        match node.indicator:
            case "sma":
                return rolling(source, count, np.mean)
            case "ema":
                return smoothed(source, count, 2 / (count + 1))
            case "stdev":
                return rolling(source, count, np.std)
            case "highest":
                return rolling(prices["high"] if node.series is None else source, count, np.max)
            case "lowest":
                return rolling(prices["low"] if node.series is None else source, count, np.min)
            case "roc":
                return (source / earlier(source, count) - 1) * 100
            case "rsi":
                change = source - earlier(source, 1)
                gain = smoothed(np.where(np.isnan(change), np.nan, np.maximum(change, 0)), count, 1 / count)
                loss = smoothed(np.where(np.isnan(change), np.nan, np.maximum(-change, 0)), count, 1 / count)
                return 100 - 100 / (1 + gain / loss)
            case "macd":
                fast, slow, signal = numbers
                line = smoothed(source, fast, 2 / (fast + 1)) - smoothed(source, slow, 2 / (slow + 1))
                trigger = smoothed(line, signal, 2 / (signal + 1))
                return {"line": line, "signal": trigger, "histogram": line - trigger}[node.output]
            case "atr":
                before = earlier(prices["close"], 1)
                span = prices["high"] - prices["low"]
                true_range = np.maximum(span, np.maximum(abs(prices["high"] - before), abs(prices["low"] - before)))
                return smoothed(true_range, count, 1 / count)
            case _:
                raise NotImplementedError(node.indicator)


def _known(test: npt.NDArray[np.bool_], *values: Array) -> Array:
    return np.where(np.isnan(np.sum(values, axis=0)), np.nan, test.astype(np.float64))


def trades(spec: StrategySpec, bars: Bars, start: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    """When a position is opened and closed by the rules, and by the stop and target in percent of a long-only spec.

    Entries and rule exits at the close of the bar; a target that a bar reaches, then a stop, at that bar's end.
    """
    judge = Evaluator(spec, bars)
    own = judge.frames[spec.timeframe]
    rules = {
        name: (judge.value(side.entry), None if side.exit is None else judge.value(side.exit))
        for name, side in spec.sides.items()
    }
    everything = [values for pair in rules.values() for values in pair if values is not None]
    held, price = "", 0.0
    for index, at in enumerate(own.end):
        if not start <= at <= end or any(np.isnan(values[index]) for values in everything):
            continue
        if held:
            side = spec.sides["long" if held == "long" else "short"]
            target = (
                None if side.take_profit is None else price * (1 + spec.number(side.take_profit.percent or 0) / 100)
            )
            stop = None if side.stop_loss is None else price * (1 - spec.number(side.stop_loss.percent or 0) / 100)
            if target is not None and own.prices["high"][index] > target:
                held = ""
                yield at, "take profit"
            elif stop is not None and own.prices["low"][index] <= stop:
                held = ""
                yield at, "stop loss"
        other = {"long": "short", "short": "long"}.get(held, "")
        turns = other in spec.sides and rules[other][0][index] == 1  # type: ignore[index]  # a Direction by now
        leave = rules[held][1] if held else None  # type: ignore[index]
        if not held:
            held = next((name for name in rules if rules[name][0][index] == 1), "")
            if held:
                price = float(own.prices["close"][index])
                yield at, f"{held} entry"
        elif turns and (leave is None or leave[index] == 1):
            held, price = other, float(own.prices["close"][index])
            yield at, f"{held} entry"
        elif leave is not None and leave[index] == 1:
            held = ""
            yield at, "exit"

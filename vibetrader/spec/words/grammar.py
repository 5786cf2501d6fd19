"""Values and conditions in people's words: concepts to expression trees.

`Grammar` reads from a list of items at a position and answers with what it found and where it ended, or None. It never
guesses past a word it does not know: what it cannot read stays for the caller to report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from vibetrader.spec import expressions as ex
from vibetrader.spec.indicators import INDICATORS, Nature
from vibetrader.spec.mirror import nature
from vibetrader.spec.timeframes import TIMEFRAMES, minutes
from vibetrader.spec.words.lexing import Item

MA_KINDS: Final = ("ma", "sma", "ema", "lwma", "hma", "dema", "tema", "kama", "vwma", "alma", "zlema", "trima", "wwma")
_PLAIN: Final = ("fill", "strategy", "since", "period")
_UNIT_FRAME: Final = {"minute": "m", "hour": "h", "day": "d", "week": "w", "month": "M"}
LEVELS: Final[dict[str, tuple[float, float]]] = {
    "rsi": (30, 70), "mfi": (20, 80), "stoch": (20, 80), "stochrsi": (20, 80), "cci": (-100, 100),
    "williams_r": (-80, -20), "crsi": (10, 90), "ultosc": (30, 70), "demarker": (0.3, 0.7), "ibs": (0.2, 0.8),
    "cmo": (-50, 50), "zscore": (-2, 2), "bb": (0, 1),
}  # fmt: skip


_RANGE: Final = ex.Arithmetic("-", ex.Price("high"), ex.Price("low"))
_ORDINALS: Final = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5}


class Found(NamedTuple):
    """A value and the position after it."""

    expression: ex.Expression
    end: int


@dataclass(slots=True)
class Memory:
    """What was said so far that later words refer to."""

    parameters: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """Parameters an indicator was introduced with."""
    moving_averages: list[ex.Expression] = field(default_factory=list)
    subject: ex.Expression | None = None
    last: ex.Expression | None = None
    """Last condition read."""
    frames: list[str] = field(default_factory=list)
    base: str | None = None
    indicator: str = ""
    definitions: dict[str, tuple[ex.Expression, ...]] = field(default_factory=dict)
    assumed: dict[str, str] = field(default_factory=dict)
    """Assumption key → its text."""
    questions: list[tuple[str, str]] = field(default_factory=list)
    """(field, question) for what a value lacks."""
    range_minutes: float | None = None
    any_cross: bool = False
    """A cross without a direction was read since the caller last looked."""
    ma_cloud: bool = False
    price_target: ex.Expression | None = None
    """Last price level something was compared with: what "it" may mean."""
    group: list[ex.Expression] = field(default_factory=list)
    """Values that stood together under one comparison: what "all three" means."""
    last_cross: ex.Cross | None = None
    value_symbols: list[str] = field(default_factory=list)
    """Symbols whose price or indicator a condition reads."""


class Grammar:
    """Reads values and conditions."""

    def __init__(self, items: list[Item], memory: Memory) -> None:
        self.items = items
        self.memory = memory
        self._depth = 0
        self._modifiers = 0
        self._last_percent = False
        self._in_comparison = False
        self._edge = ""
        """Which end of a range a comparison speaks of: high for above, low for below."""
        self._bodies: list[ex.Expression] = []
        self.context = ""
        """What the sentence speaks of so far: buy, long, exit …"""

    # -- looking ------------------------------------------------------------------------------------------------------

    def kind(self, i: int) -> str:
        """Kind of the item at i, "" beyond the ends."""
        return self.items[i].kind if 0 <= i < len(self.items) else ""

    def value(self, i: int) -> object:
        """Value of the item at i."""
        return self.items[i].value if 0 <= i < len(self.items) else None

    def norm(self, i: int) -> str:
        """Compared text of the item at i."""
        return self.items[i].norm if 0 <= i < len(self.items) else ""

    def is_sign(self, i: int, *signs: str) -> bool:
        """Whether a given sign stands at i."""
        if self.kind(i) == "div":
            return "/" in signs and self.norm(i) == "/"
        if self.kind(i) == "mul":
            return "*" in signs and self.norm(i) == "*"
        return self.kind(i) in ("sign", "till") and self.norm(i) in signs

    def skip(self, i: int, *more: str) -> int:
        """Position after filler words (and other kinds given)."""
        while self.kind(i) in _PLAIN or (more and self.kind(i) in more):
            i += 1
        return i

    # -- lengths, frames, parameters -------------------------------------------------------------------------------------

    def frame(self, i: int) -> tuple[str, int] | None:
        """A bar length: `15 min`, `4h candles`, `H4`, `daily`. The text may name one outside the list (`10m`)."""
        kind = self.kind(i)
        if kind == "frame":
            return str(self.value(i)), self._after_frame(i + 1)
        if kind == "tf":
            return str(self.value(i)), self._after_frame(i + 1)
        if kind == "tfhint" and self.kind(i + 1) == "frame":
            return str(self.value(i + 1)), i + 2
        if kind == "unit" and self.norm(i) in ("minute", "hour", "day", "week") and self.kind(i + 1) == "tfhint":
            return f"1{_UNIT_FRAME[str(self.value(i))]}", self._after_frame(i + 1)
        if (
            kind == "num"
            and self.kind(i + 1) == "tf"
            and self.norm(i + 1).startswith(
                ("minute", "hour", "day", "week", "小", "日", "周", "stunden", "tages", "wochen")
            )
        ):
            number = self.items[i].number
            if number == int(number) and number >= 1 and not self.items[i].percent:
                return normal_frame(int(number), str(self.value(i + 1))[-1]), self._after_frame(i + 2)
        if (
            kind == "num"
            and self.kind(i + 1) == "unit"
            and self.value(i + 1) in _UNIT_FRAME
            and not self.items[i].percent
        ):
            unit, number = str(self.value(i + 1)), self.items[i].number
            if number != int(number) or number < 1:
                return f"{number:g}{_UNIT_FRAME[unit]}", self._after_frame(i + 2)
            text = self.items[i + 1].text
            letter = _UNIT_FRAME[unit]
            if text == "M" and number == 1 and not self._speaks_of_minutes():
                letter = "M"
            return normal_frame(int(number), letter), self._after_frame(i + 2)
        return None

    def _speaks_of_minutes(self) -> bool:
        return any(item.kind == "unit" and item.value == "minute" and item.text != "M" for item in self.items)

    def _after_frame(self, i: int) -> int:
        while self.kind(i) == "tfhint" or (self.kind(i) == "unit" and self.value(i) == "bar"):
            i += 1
        return i

    def numbers(self, i: int) -> tuple[list[float], int]:
        """A run of numbers joined by commas, slashes or nothing: `12, 26, 9`, `12/26/9`, `20 2`."""
        found: list[float] = []
        while self.kind(i) == "num" and not self.items[i].currency:
            found.append(self.items[i].number)
            i += 1
            if self.kind(i) == "num" and self.kind(i + 1) not in ("unit", "tf"):
                continue
            if (
                (self.kind(i) == "comma" or self.is_sign(i, "/", "-"))
                and self.kind(i + 1) == "num"
                and self.kind(i + 2) not in ("unit", "tf")
            ):
                i += 1
                continue
            break
        return found, i

    def bracket(self, i: int) -> tuple[list[float], list[Item], int] | None:
        """`(14)`, `(12, 26, 9)`, `(200, Day, Close)`, `(length 14)`: numbers and the other items inside."""
        if not self.is_sign(i, "("):
            return None
        numbers: list[float] = []
        others: list[Item] = []
        j = i + 1
        while j < len(self.items) and not self.is_sign(j, ")"):
            if self.kind(j) == "num":
                numbers.append(self.items[j].number)
            elif self.kind(j) in ("end", "if", "act", "cmp", "cross", "stop", "target"):
                return None
            elif self.kind(j) not in ("comma", "fill", "param", "div") and not self.is_sign(j, "=", "/"):
                others.append(self.items[j])
            j += 1
        if j >= len(self.items) or not (numbers or others):
            return None
        return numbers, others, j + 1

    # -- values ------------------------------------------------------------------------------------------------------------

    def operand(self, i: int) -> Found | None:
        """A value: sums and products of terms."""
        self._depth += 1
        try:
            if self._depth > 24:
                return None
            return self._sum(i)
        finally:
            self._depth -= 1

    def _sum(self, i: int) -> Found | None:
        left = self._product(i)
        if left is None:
            return None
        expression, j = left
        for _ in range(8):  # no person writes a longer sum
            if self.is_sign(j, "+", "-") or self.kind(j) == "sub":
                right = self._product(j + 1)
                if right is None or isinstance(expression, ex.Number):
                    return Found(expression, j)
                if self.norm(j) == "-" and isinstance(right.expression, ex.Number):
                    return Found(expression, j)
                operator = "+" if self.norm(j) == "+" else "-"
                expression, j = self._subtract(expression, operator, right.expression), right.end
                continue
            return Found(expression, j)
        return Found(expression, j)

    @staticmethod
    def _subtract(left: ex.Expression, operator: str, right: ex.Expression) -> ex.Expression:
        return ex.Arithmetic(operator, left, right)

    def _product(self, i: int) -> Found | None:
        left = self.primary(i)
        if left is None:
            return None
        expression, j = left
        for _ in range(8):
            if not (self.is_sign(j, "*", "/") or self.kind(j) in ("div", "mul")):
                break
            if isinstance(expression, ex.Number) and self.is_sign(j, "/"):
                return Found(expression, j)
            right = self.primary(self.skip(j + 1))
            if right is None:
                return Found(expression, j)
            divide = self.is_sign(j, "/") or self.kind(j) == "div"
            expression = ex.Arithmetic("/" if divide else "*", expression, _of_same_kind(right.expression, expression))
            j = right.end
        return Found(expression, j)

    def primary(self, i: int) -> Found | None:
        """One value with what modifies it: lag, timeframe, parameters."""
        self._modifiers += 1
        try:
            return self._primary(i) if self._modifiers <= 16 else None
        finally:
            self._modifiers -= 1

    def _primary(self, i: int) -> Found | None:
        i = self.skip(i)
        for reader in (
            self._formula, self._bracketed, self._symbol_value, self._function, self._factor, self._lagged, self._framed, self._multi_average,
            self._counted, self._span, self._indicator, self._output, self._aggregate, self._average, self._price,
            self._pattern, self._entry, self._number,
        ):  # fmt: skip
            found = reader(i)
            if found is not None:
                return self._suffixes(found)
        return None

    def _formula(self, i: int) -> Found | None:
        """A value written in the expression language itself."""
        if self.kind(i) != "expr":
            return None
        node: ex.Expression = self.value(i)  # type: ignore[assignment]  # the lexer puts a tree there
        if ex.is_condition(node):
            return None
        for call in ex.calls(node):
            self.memory.indicator = call.indicator
            if _is_average(call) and call not in self.memory.moving_averages:
                self.memory.moving_averages.append(call)
        for frame in ex.timeframes(node):
            if frame not in self.memory.frames:
                self.memory.frames.append(frame)
        return Found(node, i + 1)

    def _nests(self, i: int) -> bool:
        """More brackets in a row than a person opens: not read, so that no text takes long."""
        return all(self.is_sign(i + k, "(", "[") for k in range(6))

    def _bracketed(self, i: int) -> Found | None:
        if not self.is_sign(i, "(") or self._nests(i):
            return None
        inner = self.operand(i + 1)
        if inner is not None and self.is_sign(inner.end, ")"):
            return Found(inner.expression, inner.end + 1)
        return None

    def _symbol_value(self, i: int) -> Found | None:
        """`AAPL is above …`, `NVDA MA(200)`: the symbol's own price or indicator."""
        if self.kind(i) != "symbol":
            return None
        after = self._verb(i + 1)
        kind = self.kind(after)
        share = kind == "num" and self.items[after].percent and self.kind(self.skip(after + 1)) == "cmp"
        if share or kind in ("cmp", "cross", "drop", "touch", "dip", "gainmove", "between"):
            found: Found | None = Found(ex.CLOSE, i + 1)
        elif kind in ("ind", "price", "out", "agg") or (
            kind == "num" and self.kind(self.skip(after + 1, "unit")) == "ind"
        ):
            if kind == "ind" and after != i + 1 and self.kind(i + 1) != "fill":
                return None
            found = self.primary(after)
            if found is None or isinstance(found.expression, ex.Number):
                return None
            if (
                self.kind(self._verb(found.end)) not in ("cmp", "cross", "drop", "touch", "state", "between")
                and not self._in_comparison
            ):
                return None
        else:
            return None
        if found is not None and str(self.value(i)) not in self.memory.value_symbols:
            self.memory.value_symbols.append(str(self.value(i)))
        return found

    def _function(self, i: int) -> Found | None:
        """abs(x), max(a, b), min(a, b), highest(high, 20) in formula style."""
        if self.norm(i) in ("highest", "lowest", "max", "min", "hhv", "llv") and self.is_sign(i + 1, "("):
            first = self.operand(i + 2)
            if (
                first is not None
                and self.kind(first.end) == "comma"
                and self.kind(first.end + 1) == "num"
                and self.is_sign(first.end + 2, ")")
            ):
                if isinstance(first.expression, ex.Number):
                    return None
                name = "highest" if self.norm(i) in ("highest", "max", "hhv") else "lowest"
                length = self.items[first.end + 1].number
                return Found(ex.call(name, length, series=first.expression), first.end + 3)
        if self.norm(i) in ("sma", "ema", "stdev") and self.is_sign(i + 1, "("):
            first = self.operand(i + 2)
            if first is not None and not isinstance(first.expression, ex.Number) and self.kind(first.end) == "comma":
                if self.kind(first.end + 1) == "num" and self.is_sign(first.end + 2, ")"):
                    length = self.items[first.end + 1].number
                    return Found(ex.call(self.norm(i), length, series=first.expression), first.end + 3)
        return None

    def _factor(self, i: int) -> Found | None:
        """`1.5x the average volume`, `2 times ATR`, `twice its average`, `150% of the average`, `2 ATR`."""
        if self.kind(i) == "twice":
            inner = self.primary(self.skip(i + 1))
            factor = float(str(self.value(i)))
            return None if inner is None else Found(ex.Arithmetic("*", ex.Number(factor), inner.expression), inner.end)
        if self.kind(i) != "num":
            return None
        item = self.items[i]
        if self.kind(i + 1) == "mul" or self.is_sign(i + 1, "*"):
            inner = self.primary(self.skip(i + 2))
            if inner is None or isinstance(inner.expression, ex.Number):
                return None
            return Found(_times(item.number, inner.expression), inner.end)
        if item.percent and self.norm(i + 1) in ("of", "de", "del", "der", "des", "von", "do", "da"):
            inner = self.primary(i + 2)
            if inner is not None and not isinstance(inner.expression, ex.Number):
                return Found(_times(item.number / 100, inner.expression), inner.end)
        if self.norm(i + 1) == "n" and self.items[i + 1].glued and self.items[i + 1].text == "N":
            length = self.memory.parameters.get("atr", (20.0,))[0]
            if "atr" not in self.memory.parameters:
                self.memory.assumed["atr_n"] = "N is ATR(20), as the Turtles used it"
            return Found(_times(item.number, ex.call("atr", length)), i + 2)
        if (
            self.value(i + 1) == "atr"
            and self.kind(i + 1) == "ind"
            and (item.number < 10 or self.is_sign(i + 2, "(") or item.number != int(item.number))
        ):
            inner = self._indicator(i + 1)
            if inner is not None:
                return Found(_times(item.number, inner.expression), inner.end)
        return None

    def _lagged(self, i: int) -> Found | None:
        """`yesterday's close`, `the previous candle's high`; alone it is the subject one bar before."""
        if self.kind(i) != "lag":
            return None
        after = self.skip(i + 1)
        if self.kind(after) == "unit" and self.value(after) in ("bar", "day"):
            after = self.skip(after + 1)
        # "previous 20 bar high": the lag of a window
        inner = self.primary(after) if self.kind(after) in ("price", "ind", "out", "agg", "num", "avg", "tf", "expr", "span") else None
        if self.norm(i) in ("previous close", "last close"):
            return Found(ex.CLOSE if self.norm(i) == "last close" else ex.Lag(ex.CLOSE, ex.Number(1)), i + 1)
        if inner is not None and not isinstance(inner.expression, ex.Number):
            if self.norm(i).startswith(
                ("yesterday", "previous day", "prior day", "ayer", "ontem", "gestern", "hier", "昨")
            ):
                base = self.memory.base
                if (
                    base is not None
                    and base in TIMEFRAMES
                    and minutes(base) < 1440
                    and not isinstance(inner.expression, ex.At)
                ):
                    return Found(self.at(inner.expression, "1d"), inner.end)
            if self.norm(i).startswith(
                (
                    "previous",
                    "prior",
                    "last",
                    "preceding",
                    "yesterday",
                    "anterior",
                    "prev",
                    "vor",
                    "ayer",
                    "ontem",
                    "gestern",
                    "hier",
                    "上",
                    "前",
                    "昨",
                    "the day",
                    "one bar",
                    "a bar",
                )
            ):
                return Found(ex.lagged(inner.expression, ex.Number(1)), inner.end)
        if self.memory.subject is not None and not isinstance(self.memory.subject, ex.Number):
            end = after if self.kind(i + 1) == "unit" else i + 1
            if self.kind(i + 1) == "num" and self.norm(i + 1) == "one":
                end = i + 2  # "above the previous one"
            return Found(ex.lagged(self.memory.subject, ex.Number(1)), end)
        return None

    def _framed(self, i: int) -> Found | None:
        """`daily RSI(14)`, `the 1h EMA 50`, `weekly close`."""
        if self.kind(i) not in ("tf", "frame", "num"):
            return None
        if self.kind(i) == "num" and not (self.kind(i + 1) == "unit" and self.value(i + 1) in ("minute", "hour")):
            return None
        frame = self.frame(i)
        if frame is None or frame[0] not in TIMEFRAMES:
            return None
        after = self.skip(frame[1])
        if self.kind(i) == "num" and self.items[i].number >= 12 and self.value(i + 1) == "hour" and self.value(after) in ("high", "low"):
            return None  # "48 hour high": a window of hours
        if self.kind(after) not in ("ind", "price", "out", "num", "agg", "avg") or (
            self.kind(after) == "num" and self.kind(after + 1) not in ("ind", "unit")
        ):
            return None
        inner = self.primary(after)
        if inner is None or isinstance(inner.expression, ex.Number):
            return None
        return Found(self.at(inner.expression, frame[0]), inner.end)

    def at(self, expression: ex.Expression, frame: str) -> ex.Expression:
        """The value on another timeframe; on the strategy's own it stays as it is."""
        if frame not in self.memory.frames:
            self.memory.frames.append(frame)
        if isinstance(expression, ex.At):
            return expression
        return ex.At(expression, frame)

    def _multi_average(self, i: int) -> Found | None:
        """The highest or lowest of several averages as a cloud: `the top of the cloud` once it was defined."""
        cloud = self.memory.definitions.get("cloud")
        if cloud is None:
            return None
        above: bool | None = None
        if self.kind(i) == "out" and self.value(i) in ("cloud_top", "cloud_bottom"):
            above = self.value(i) == "cloud_top"
            return Found(ex.Function("max" if above else "min", cloud), i + 1)
        if self.kind(i) == "ind" and self.value(i) == "cloud":
            after = self.skip(i + 1)
            if self.norm(after) in ("top", "bottom", "high", "low"):
                return Found(ex.Function("max" if self.norm(after) in ("top", "high") else "min", cloud), after + 1)
        if (
            self.norm(i) in ("top", "bottom")
            and self.kind(self.skip(i + 1)) == "ind"
            and self.value(self.skip(i + 1)) == "cloud"
        ):
            return Found(ex.Function("max" if self.norm(i) == "top" else "min", cloud), self.skip(i + 1) + 1)
        return None

    def _counted(self, i: int) -> Found | None:
        """A length before its noun: `50-day moving average`, `14 period RSI`, `20 day high`, `its 20 avg`."""
        if self.kind(i) != "num" or self.items[i].percent or self.items[i].currency:
            return None
        number = self.items[i].number
        if number != int(number) or number < 1:
            return None
        j, unit = i + 1, ""
        if self.norm(j) in ("er", "ter", "iger", "period") and self.items[j].glued:
            j += 1  # "50er EMA"
        if self.kind(j) == "unit":
            unit, j = str(self.value(j)), j + 1
        elif self.kind(j) == "tf" and self.norm(j) in ("daily", "weekly"):
            return None
        noun = self.skip(j) if unit else j
        kind, value = self.kind(noun), self.value(noun)
        if kind == "ind" and value == "avgvol":
            return Found(ex.call("sma", number, series=ex.Price("volume")), noun + 1)
        if kind == "ind" and value == "avg":
            return self._average_of(noun + 1, number, unit, "sma")
        if kind == "ind" and number <= 4 and not unit and self.norm(noun) in ("moving averages", "emas", "mas", "moving avgs", "medias moviles", "medias moveis", "moyennes mobiles"):
            return None  # "2 moving averages": how many there are
        if kind == "ind" and str(value) in MA_KINDS:
            return self._moving_average(str(value), noun + 1, number, unit)
        if kind == "ind" and value == "stdev":
            return Found(ex.call("stdev", number), noun + 1)
        if kind == "ind" and str(value) not in ("opening_range", "ha", "cloud", "pivot", "bbwidth"):
            return self._indicator(noun, (number,))
        if kind == "ind" and value == "bbwidth":
            return self._indicator(noun, (number,))
        if kind == "price" and value in ("high", "low"):
            return self._window("highest" if value == "high" else "lowest", number, unit, noun + 1)
        if kind == "agg":
            return self._window(str(value), number, unit, noun + 1)
        if kind == "price" and value == "volume":
            after = self.skip(noun + 1)
            if self.kind(after) == "ind" and self.value(after) in ("avg", "ma", "sma", "ema"):
                name = "ema" if self.value(after) == "ema" else "sma"
                return Found(ex.call(name, number, series=ex.Price("volume")), after + 1)
        if kind == "lag" and unit and self.kind(noun + 1) in ("price", "agg"):
            return None
        return None

    def _window(self, name: str, number: float, unit: str, j: int) -> Found | None:
        """`20 day high [of close|of the RSI]`; a longer unit than the bars is kept in the other timeframe."""
        series: ex.Expression | None = None
        norm = self.norm(j - 1)
        if "close" in norm:
            series = ex.CLOSE
        after = self.skip(j)
        if (
            self.kind(after) == "price"
            and self.value(after) in ("close", "high", "low", "open", "volume")
            and self.kind(after + 1) not in ("cmp", "cross", "drop")
        ):
            series, j = ex.Price(str(self.value(after))), after + 1
        elif self.kind(after) == "ind" and after > j and self.norm(j) in ("of", "in", "de", "del"):
            inner = self.primary(after)
            if inner is not None:
                series, j = inner.expression, inner.end
        subject = self.memory.subject
        if (
            series is None
            and subject is not None
            and _is_indicator(subject)
            and nature(subject)[0] is not Nature.NEUTRAL
        ):
            if isinstance(subject, ex.Call) and subject.indicator in (
                "obv",
                "rsi",
                "cci",
                "mfi",
                "macd",
                "roc",
                "ad",
                "cmf",
            ):
                series = subject
        elif series is None and subject == ex.Price("volume"):
            series = subject
        return Found(self._scaled(ex.call(name, number, series=series), unit), j)

    def _scaled(self, call: ex.Expression, unit: str) -> ex.Expression:
        """A window counted in days on minute bars belongs to the daily bars."""
        base = self.memory.base
        if unit in ("hour", "minute") and base in TIMEFRAMES and base is not None:
            call_bars = _length_of(call) * (60 if unit == "hour" else 1) / minutes(base)
            if isinstance(call, ex.Call) and call_bars == int(call_bars) and call_bars >= 1:
                return ex.call(call.indicator, call_bars, series=call.series, output=call.output)
        if unit in ("day", "week", "month") and base in TIMEFRAMES:
            frame = {"day": "1d", "week": "1w", "month": "1M"}[unit]
            if minutes(base) < minutes(frame):
                return self.at(call, frame)
        return call

    def _moving_average(self, name: str, j: int, number: float, unit: str) -> Found | None:
        """After `<number> [unit] MA`: what it is of."""
        series: ex.Expression | None = None
        bracket = self.bracket(j)
        if bracket is not None and not bracket[0]:
            j = bracket[2]
        after = self.skip(j)
        if self.norm(j) in ("of", "on", "de", "del", "da", "do") or (self.kind(j) == "if" and self.norm(j) == "on"):
            after = self.skip(j + 1)
            if self.kind(after) == "price" or (
                self.kind(after) == "ind" and self.value(after) not in (*MA_KINDS, "avg")
            ):
                if not (self.kind(after) == "ind" and self._starts_condition(after)):
                    inner = self.primary(after)
                    if inner is not None:
                        series, j = inner.expression, inner.end
        if self.value(j) in MA_KINDS and self.kind(j) == "ind" and name in ("ma", "avg"):
            name, j = str(self.value(j)), j + 1
        return Found(self.average_call(name, number, series, unit), j)

    def average_call(
        self, name: str, number: float, series: ex.Expression | None = None, unit: str = ""
    ) -> ex.Expression:
        """A moving average; the kind is simple when none is named, and that is noted."""
        if name in ("ma", "avg"):
            if name == "ma":
                self.memory.assumed["ma_type"] = "moving average: simple (SMA)"
            name = "sma"
        if name in ("vwma", "frama"):
            series = None
        call = self._scaled(ex.call(name, number, series=series), unit)
        if call not in self.memory.moving_averages:
            self.memory.moving_averages.append(call)
        return call

    def _starts_condition(self, i: int) -> bool:
        found = self.primary(i)
        return found is not None and self.kind(self.skip(found.end)) in ("cmp", "cross", "drop")

    def _span(self, i: int) -> Found | None:
        """`yesterday's range (high - low)`: from the low to the high of a bar."""
        if self.kind(i) != "span" or self.memory.range_minutes is not None:
            return None
        end = i + 1
        if self.is_sign(end, "("):
            inner = self.operand(end + 1)
            if inner is not None and inner.expression == _RANGE and self.is_sign(inner.end, ")"):
                end = inner.end + 1
        return Found(_RANGE, end)

    # -- indicators ------------------------------------------------------------------------------------------------------

    def _indicator(self, i: int, leading: tuple[float, ...] = ()) -> Found | None:
        if self.kind(i) != "ind":
            return None
        name = str(self.value(i))
        if name == "avgvol":
            length = self.bracket(i + 1)
            k = self.skip(i + 1, "within")
            if length is not None and length[0]:
                return Found(ex.call("sma", length[0][0], series=ex.Price("volume")), length[2])
            if self.kind(k) == "num" and self.kind(k + 1) == "unit" and not self.items[k].percent:
                return Found(ex.call("sma", self.items[k].number, series=ex.Price("volume")), k + 2)
            self.memory.assumed["volume_average"] = "average volume: over 20 bars"
            return Found(ex.call("sma", 20, series=ex.Price("volume")), i + 1)
        if name == "avg":
            return None if leading else self._average(i)
        j = i + 1
        # MA kinds named by two words: "simple MA", "MA exponential"
        if name in MA_KINDS:
            return self._named_average(name, j, leading)
        numbers: list[float] = list(leading)
        output = self._named_output(i)
        explicit = bool(leading)
        series: ex.Expression | None = None
        frame: str | None = None
        while True:
            k = self.skip(j) if self.norm(j) in ("with", "of", "de", "line", "indicator", "value") else j
            bracket = self.bracket(j)
            if (
                bracket is not None
                and not bracket[0]
                and len(bracket[1]) == 1
                and bracket[1][0].kind == "out"
                and output == ""
                and self._belongs(name, str(bracket[1][0].value))
            ):
                output, j = str(bracket[1][0].value), bracket[2]
                continue
            if bracket is not None and not explicit:
                numbers, j, explicit = bracket[0] or numbers, bracket[2], bool(bracket[0])
                for other in bracket[1]:
                    if other.kind in ("tf", "frame"):
                        frame = str(other.value)
                    elif other.kind == "unit" and other.value in _UNIT_FRAME and len(bracket[0]) == 1:
                        self.memory.assumed.setdefault("unit", f"{name}: {bracket[0][0]:g} {other.text} read as bars")
                continue
            if name == "aroon" and self.kind(j) == "dir" and output == "":
                output, j = str(self.value(j)), j + 1
                continue
            if self.kind(j) in ("out", "streak_down") and output == "" and self._belongs(name, str(self._out_value(j))):
                output, j = str(self._out_value(j)), j + 1
                continue
            if self.kind(j) == "filter" and self.norm(j) in ("with", "con", "com", "mit", "avec") and not explicit:
                step = self._spelled(self.skip(j + 1), name)
                if step is not None:
                    numbers, j, explicit = step[0], step[1], True
                    continue
            step = self._spelled(j, name) if not explicit else None
            if step is not None:
                numbers, j, explicit = step[0], step[1], True
                continue
            if (
                self.kind(j) == "price"
                and self.value(j) == "close"
                and self.norm(j + 1) in ("on", "of")
                and self.kind(self.skip(j + 1, "if")) == "lag"
            ):
                return self._built_lag(name, numbers, output, self.skip(j + 1, "if") + 1)
            if self.norm(j) in (
                "line",
                "indicator",
                "value",
                "values",
                "linea",
                "linha",
                "linie",
                "线",
                "值",
                "level",
                "oscillator",
                "candle",
                "candles",
            ) and self.kind(j) in ("fill", "out", "word", "unit"):
                if self.kind(j) == "out" and name == "macd":
                    output = output or "line"
                j += 1
                continue
            if (
                self.kind(k) == "out"
                and k > j
                and output == ""
                and self._belongs(name, str(self.value(k)))
                and name not in ("rsi", "cci", "adx", "atr")
            ):
                output, j = str(self.value(k)), k + 1
                continue
            break
        return self._build(name, numbers, output, series, frame, j)

    def _built_lag(self, name: str, numbers: list[float], output: str, j: int) -> Found | None:
        """`RSI 2 close on previous candle`: the value at the previous candle's close."""
        found = self._build(name, numbers, output, None, None, j)
        return None if found is None else Found(ex.lagged(found.expression, ex.Number(1)), j)

    def _out_value(self, i: int) -> str:
        if self.kind(i) == "streak_down":
            return "lower" if self.norm(i) == "lower" else ""
        return str(self.value(i))

    def _named_output(self, i: int) -> str:
        """An output word before the name: `lower Bollinger band` is one phrase already; `upper keltner`."""
        before = i - 1
        while self.kind(before) == "fill" and self.norm(before) in (
            "of",
            "the",
            "de",
            "del",
            "la",
            "las",
            "da",
            "das",
            "der",
            "des",
        ):
            before -= 1
        return ""

    def _belongs(self, name: str, output: str) -> bool:
        row = INDICATORS.get(name)
        if row is None:
            return name == "cloud" and output in ("cloud_top", "cloud_bottom")
        if name == "macd" and output in ("line", "signal", "histogram"):
            return True
        if name == "stochrsi" or name == "stoch":
            return output in ("k", "d")
        return output in row.outputs

    def _spelled(self, j: int, name: str) -> tuple[list[float], int] | None:
        """Parameters in words after the name: `14`, `period 14`, `of 9 periods`, `fast=12, slow=26, signal=9`, `20 day, 2 std`."""
        start = j
        if self.kind(j) == "comma" and self.kind(j + 1) == "param":
            j += 1
        if self.kind(j) == "colon" and self.kind(j + 1) == "param":
            j += 1
        if self.kind(j) == "param" or (self.kind(j) == "fill" and self.kind(self.skip(j)) == "param"):
            named = self._named_parameters(self.skip(j), name)
            if named is not None:
                return named
        k = self.skip(j)
        if self.kind(k) == "ind" and self.value(k) == "atr" and name == "supertrend":
            k = self.skip(k + 1)
        if self.kind(k) == "unit" and self.value(k) == "bar" and self.kind(self._equals(k + 1)) == "num":
            k = self._equals(k + 1)
            numbers, k = self.numbers(k)
            return self._more_parameters(numbers, k, name)
        if self.kind(k) != "num" or self.items[k].percent or self.items[k].currency:
            return None
        if k > start and self.norm(start) not in (
            "of",
            "de",
            "von",
            "with",
            "com",
            "con",
            "mit",
            "avec",
            "a",
            "à",
            "set",
            "para",
            "des",
            "du",
            "line",
        ):
            if not any(self.norm(x) in ("of", "de", "von", "with") for x in range(start, k)):
                return None
        numbers, after = self.numbers(k)
        if not self._is_length(numbers, after, name, start == k):
            return None
        return self._more_parameters(numbers, after, name)

    def _equals(self, i: int) -> int:
        i = self.skip(i)
        if self.kind(i) == "cmp" and self.norm(i) in ("=", "=="):
            i += 1
        if self.kind(i) == "colon":
            i += 1
        return self.skip(i)

    def _is_length(self, numbers: list[float], after: int, name: str, adjacent: bool) -> bool:
        """Whether numbers after a name are its parameters, not a level or a bar length."""
        if any(n <= 0 for n in numbers) or numbers[0] != int(numbers[0]):
            return False
        if self.kind(after) == "unit":
            return self.value(after) not in ("minute", "hour", "second")
        if self.kind(after) in ("pips", "points", "lots", "shares", "mul", "equity", "leverage", "rr"):
            return False
        if self.is_sign(after, "%", "x"):
            return False
        if not adjacent:
            return True
        nxt = self.skip(after)
        if name == "atr":
            return True
        if len(numbers) > 1:
            return True
        # "RSI 30" followed by nothing comparable may be a level: "buy at RSI 30"
        return self.kind(nxt) in (
            "cmp", "cross", "drop", "touch", "state", "out", "and", "comma", "dir", "price", "or", "lag", "between",
            "mul", "div", "sub", "sign", "ind", "filter", "end", "if", "word", "not", "till", "colon", "", "strategy", "tfhint", "act", "row", "agg", "then", "only", "tf", "period", "frame", "num", "symbol", "both", "pattern",
        ) and not (self.kind(nxt) in ("", "end", "act", "comma", "then") and self._before_is("if", after))  # fmt: skip

    def _before_is(self, kind: str, i: int) -> bool:
        return any(self.norm(k) == "at" for k in range(max(0, i - 4), i))

    def _more_parameters(self, numbers: list[float], j: int, name: str) -> tuple[list[float], int]:
        """After the first number: `day`, `, 2 std`, `multiplier 3`, `smoothed by 3`."""
        if self.kind(j) == "unit" and self.value(j) in ("bar", "day", "week", "hour", "month"):
            j += 1
        if name in ("bb", "kc", "supertrend") and len(numbers) == 1:
            k = self.skip(j, "comma", "and", "filter")
            while self.is_sign(k, "+", "/", "-", "±") or self.kind(k) in ("div", "till"):
                k += 1
            if self.kind(k) == "param" and self.value(k) == "width":
                width = self._equals(k + 1)
                if self.kind(width) == "num":
                    return [*numbers, self.items[width].number], self._after_deviation(width + 1)
            if (
                self.kind(k) == "num"
                and self.kind(self.skip(k + 1)) == "ind"
                and self.value(self.skip(k + 1)) == "stdev"
            ):
                return [*numbers, self.items[k].number], self.skip(k + 1) + 1
            if self.kind(k) == "num" and self.kind(k + 1) == "mul" and name == "kc" and self.value(k + 2) == "atr":
                return [*numbers, self.items[k].number], k + 3
            if self.kind(k) == "ind" and self.value(k) == "stdev":
                width = self._equals(k + 1)
                if self.kind(width) == "num":
                    return [*numbers, self.items[width].number], width + 1
        return numbers, j

    def _after_deviation(self, j: int) -> int:
        after = self.skip(j)
        return after + 1 if self.kind(after) == "ind" and self.value(after) == "stdev" else j

    def _named_parameters(self, j: int, name: str) -> tuple[list[float], int] | None:
        """`fast=12, slow=26, signal=9`; `multiplier 3`."""
        named: dict[str, float] = {}
        end = j
        while self.kind(j) in ("param", "out"):
            key = str(self.value(j))
            k = self._equals(j + 1)
            if self.kind(k) != "num":
                break
            named[key] = self.items[k].number
            end = k + 1
            if self.kind(end) == "unit" and self.value(end) in ("bar", "day"):
                end += 1
            j = self.skip(end, "comma", "and")
        if name in ("stoch", "stochrsi") and "k" in named:
            if name == "stoch":
                return [named["k"], named.get("slow", 1.0), named.get("d", 3.0)], end
        if name in ("macd", "ppo", "apo", "ao") and "fast" in named and "slow" in named:
            numbers = [named["fast"], named["slow"]]
            if name == "macd":
                numbers.append(named.get("signal", 9.0))
            return numbers, end
        return None

    def _build(
        self, name: str, numbers: list[float], output: str, series: ex.Expression | None, frame: str | None, j: int
    ) -> Found | None:
        memory = self.memory
        memory.indicator = name
        if name == "cloud" or name in ("tenkan", "kijun", "chikou", "senkou_a", "senkou_b"):
            parameters = memory.parameters.get("ichimoku", (9.0, 26.0, 52.0))
            if "ichimoku" not in memory.parameters:
                memory.assumed.setdefault("ichimoku", "ichimoku(9,26,52)")
            return Found(
                ex.call("ichimoku", *parameters, output=output or ("cloud_top" if name == "cloud" else name)), j
            )
        if name == "pivot":
            return None
        if name == "bbwidth":
            parameters = tuple(numbers) or memory.parameters.get("bb", (20.0, 2.0))
            bands = [ex.call("bb", *parameters, output=o) for o in ("upper", "lower", "middle")]
            width = ex.Arithmetic("/", ex.Arithmetic("-", bands[0], bands[1]), bands[2])
            return Found(width, j)
        if name == "opening_range":
            return self._range(numbers, output, j)
        if name == "ha":
            return Found(ex.call("ha", output=output if output in ("open", "high", "low", "close") else "close"), j)
        row = INDICATORS[name]
        if numbers:
            limit = len([p for p in row.parameters if not p.choices])
            if len(numbers) > limit:
                if name != "roc":
                    given = ", ".join(ex.number_text(n) for n in numbers)
                    memory.questions.append(
                        (f"{name}.parameters", f"{row.title} takes {limit} parameters, not {given}: which?")
                    )
                return None
            memory.parameters[name] = tuple(numbers)
        elif name in memory.parameters:
            numbers = list(memory.parameters[name])[: sum(not p.choices for p in row.parameters)]
        elif row.required:
            if name == "roc":
                numbers = [1.0]
                memory.assumed["roc"] = "change over one bar"
            else:
                memory.questions.append((name, f"Which length has the {row.title}?"))
                return None
        elif row.parameters and any(p.default not in (0, None) and not p.choices for p in row.parameters):
            defaults = ",".join(
                ex.number_text(float(p.default))
                for p in row.parameters
                if not p.choices and isinstance(p.default, int | float)
            )
            memory.assumed.setdefault(name, f"{name}({defaults})")
        arguments = self._arguments(name, numbers)
        if arguments is None:
            return None
        if not output:
            output = row.default_output or self._customary_output(name)
        if output not in row.outputs:
            return None
        expression: ex.Expression = ex.call(name, *arguments, series=series, output=output)
        if frame is not None and frame in TIMEFRAMES:
            expression = self.at(expression, frame)
        return Found(expression, j)

    @staticmethod
    def _arguments(name: str, numbers: list[float]) -> list[float] | None:
        if name == "psar" and len(numbers) == 3:
            numbers = [numbers[0], numbers[2]]
        if name == "stoch" and len(numbers) == 2:
            numbers = [numbers[0], 1.0, numbers[1]]
        row = INDICATORS[name]
        for parameter, number in zip(row.parameters, numbers):
            if parameter.whole and (number != int(number) or number < parameter.least):
                return None
        return numbers

    @staticmethod
    def _customary_output(name: str) -> str:
        return {"macd": "line", "stoch": "k", "stochrsi": "k", "bb": "middle", "kc": "middle", "donchian": "middle",
                "ichimoku": "cloud_top", "dmi": "plus", "vortex": "plus"}.get(name, "")  # fmt: skip

    def _range(self, numbers: list[float], output: str, j: int) -> Found | None:
        """The session's opening range: `opening range high`, `the first candle's low`."""
        after = self.skip(j)
        if not output and self.kind(after) == "price" and self.value(after) in ("high", "low"):
            output, j = str(self.value(after)), after + 1
        if output not in ("high", "low"):
            if not self._edge:
                return None
            output = self._edge
        return Found(ex.call("opening_range", self.range_length(), output=output), j)

    def range_length(self) -> float:
        """Minutes of the opening range: as said, else one bar."""
        if self.memory.range_minutes is not None:
            return self.memory.range_minutes
        if self.memory.base is not None and self.memory.base in TIMEFRAMES and minutes(self.memory.base) <= 60:
            return float(minutes(self.memory.base))
        self.memory.assumed["opening_range"] = "opening range: the session's first 30 minutes"
        return 30.0

    def _named_average(self, name: str, j: int, leading: tuple[float, ...]) -> Found | None:
        """`SMA(50)`, `EMA 9`, `moving average of 20 days`, `EMA de 9 períodos`, `MA(200, Day, Close)`, `SMA of volume (20)`."""
        if leading:
            return self._moving_average(name, j, leading[0], "")
        series: ex.Expression | None = None
        frame: str | None = None
        number: float | None = None
        unit = ""
        if self.kind(j) == "ind" and self.value(j) in MA_KINDS:
            name, j = str(self.value(j)), j + 1
        bracket = self.bracket(j)
        if bracket is not None:
            for other in bracket[1]:
                if other.kind == "price":
                    series = ex.Price(str(other.value)) if other.value != "close" else None
                elif other.kind in ("tf", "frame"):
                    frame = str(other.value)
                elif other.kind == "unit" and other.value in ("day", "week"):
                    unit = str(other.value)
                elif other.kind == "ind" and other.value in ("rsi", "obv", "macd", "atr", "cci", "mfi", "stoch"):
                    inner = self._build(str(other.value), [], "", None, None, 0)
                    series = inner.expression if inner else None
                elif other.kind == "ind" and other.value in MA_KINDS:
                    name = str(other.value)
            j = bracket[2]
            if bracket[0]:
                number = bracket[0][0]
        if number is None:
            k = self.skip(j)
            if (
                self.norm(j) in ("of", "de", "da", "do", "del")
                and self.kind(k) == "price"
                and self.value(k) == "volume"
            ):
                series, j = ex.Price("volume"), k + 1
                k = self.skip(j)
                again = self.bracket(j)
                if again is not None and again[0]:
                    number, j = again[0][0], again[2]
            if number is None and self.kind(k) == "filter":
                k = self.skip(k + 1)
            if number is None and self.kind(k) == "unit" and self.value(k) == "bar":
                k = self._equals(k + 1)
            elif number is None and self.kind(k) == "cmp" and self.norm(k) == "=":
                k += 1
            if number is None and self.kind(k) == "num" and not self.items[k].percent and not self.items[k].currency:
                if self.kind(k + 1) == "unit" and self.value(k + 1) in ("minute", "hour"):
                    return None
                number, j = self.items[k].number, k + 1
                if self.kind(j) == "unit":
                    unit, j = str(self.value(j)), j + 1
        if number is None:
            return self._remembered_average(name, j)
        if number != int(number) or number < 1:
            return None
        found = self._moving_average(name, j, number, unit)
        if found is not None and series is not None:
            found = Found(self.average_call(name, number, series, unit), found.end)
        if found is not None and frame in TIMEFRAMES and frame is not None:
            found = Found(self.at(found.expression, frame), found.end)
        return found

    def _remembered_average(self, name: str, j: int) -> Found | None:
        """`the MA` after `20 MA` was said: the only one of its kind."""
        known = [m for m in self.memory.moving_averages if _ma_name(m) == name or name == "ma"]
        if len(known) == 1:
            return Found(known[0], j)
        if not known:
            self.memory.questions.append((name, f"Which length has the moving average ({name})?"))
        return None

    def _average_of(self, j: int, number: float, unit: str, name: str) -> Found | None:
        """After `<number> [unit] average`: of volume, of true ranges, of the close, or of the subject."""
        after = self.skip(j)
        series: ex.Expression | None = None
        if self.kind(after) == "price":
            series, j = ex.Price(str(self.value(after))), after + 1
        elif (
            self.kind(after) == "ind"
            and self.value(after) not in (*MA_KINDS, "avg")
            and (after > j or self.value(after) in ("atr", "rsi", "obv"))
        ):
            if self.value(after) == "atr":
                return self._indicator(after, (number,))
            inner = self.primary(after)
            if inner is not None:
                series, j = inner.expression, inner.end
        elif self._refers_back(j) is not None:
            series = self._refers_back(j)
        if series == ex.CLOSE:
            series = None
        return Found(self.average_call("avg" if series is not None else "ma", number, series, unit), j)

    def _refers_back(self, j: int) -> ex.Expression | None:
        """What an average without `of` is of: volume when volume is the subject, an oscillator when that is."""
        subject = self.memory.subject
        while isinstance(subject, ex.Lag | ex.At):
            subject = subject.operand
        if subject == ex.Price("volume"):
            return subject
        if isinstance(subject, ex.Call) and subject.indicator in (
            "rsi",
            "obv",
            "atr",
            "mfi",
            "cci",
            "adx",
            "macd",
            "roc",
            "cmf",
        ):
            return subject
        if isinstance(subject, ex.Call) and subject.indicator == "sma" and subject.series == ex.Price("volume"):
            return subject.series
        return None

    def _average(self, i: int) -> Found | None:
        """`average volume (20)`, `average of the last 20 volumes`, `the average volume over 20 bars`."""
        if not (self.kind(i) == "ind" and self.value(i) == "avg"):
            return None
        j = self.skip(i + 1)
        if self.kind(j) == "price":
            series: ex.Expression | None = ex.Price(str(self.value(j)))
            j += 1
        elif self.kind(j) in ("num", "within"):
            series = self._refers_back(j)
        else:
            series = self._refers_back(j)
            if series is None:
                known = self.memory.moving_averages
                return Found(known[0], i + 1) if len(known) == 1 and self.norm(j) not in ("of", "volume") else None
        k = self.skip(j, "within")
        bracket = self.bracket(j)
        if bracket is not None and bracket[0]:
            number, j = bracket[0][0], bracket[2]
        elif self.kind(k) == "num" and not self.items[k].percent:
            number, j = self.items[k].number, k + 1
            if self.kind(j) == "unit":
                j += 1
        elif (
            self.kind(k) == "cmp"
            and self.norm(k) == "over"
            and self.kind(k + 1) == "num"
            and self.kind(k + 2) == "unit"
        ):
            number, j = self.items[k + 1].number, k + 3
        else:
            if series != ex.Price("volume"):
                return None
            number = 20.0
            self.memory.assumed["volume_average"] = "average volume: over 20 bars"
        if number != int(number) or number < 1:
            return None
        after = self.skip(j)
        if series is None and self.kind(after) == "price":
            series, j = ex.Price(str(self.value(after))), after + 1
        return Found(
            self.average_call("avg" if series is not None else "ma", number, None if series == ex.CLOSE else series), j
        )

    def _output(self, i: int) -> Found | None:
        """A band, signal line or %K named alone: of the indicator last spoken of."""
        if (
            self.kind(i) == "streak_down"
            and self.norm(i) == "lower"
            and self.norm(i - 1) in ("the", "its", "la", "el", "das", "le", "a")
            and self._last_bands()
        ):
            return self._band("lower", i + 1)
        if self.kind(i) != "out":
            return None
        output = str(self.value(i))
        if output in ("upper", "lower", "middle"):
            return self._band(output, i + 1)
        if output in ("k", "d"):
            name = "stochrsi" if self.memory.indicator == "stochrsi" or "stochrsi" in self.norm(i) or (
                "stochrsi" in self.memory.parameters and "stoch" not in self.memory.parameters) or self._names_ahead(i, "stochrsi") else "stoch"  # fmt: skip
            step = self._spelled(i + 1, name) or _without_others(self.bracket(i + 1))
            numbers, j = step if step is not None else ([], i + 1)
            return self._build(name, numbers, output, None, None, j)
        if output in ("signal", "histogram", "line"):
            if output == "line" and self.memory.indicator not in ("macd", "") and self.norm(i) == "line":
                return None
            if (
                output == "line"
                and self.norm(i) == "line"
                and "macd" not in self.memory.parameters
                and self.memory.indicator != "macd"
            ):
                return None
            other = self.memory.indicator if self.memory.indicator in ("tsi", "kst", "kvo", "rvi", "wto") else "macd"
            named = "macd" in self.norm(i) or any("macd" in item.norm for item in self.items)
            if other == "macd" and not named and "macd" not in self.memory.parameters:
                self.memory.questions.append(("line", f"{self.items[i].text!r}: of which indicator?"))
                return None
            j, numbers = i + 1, []
            k = self.skip(j)
            if output == "histogram" and self.kind(k) == "ind" and self.value(k) == "macd":
                j = k + 1
            return self._build(other, numbers, output, None, None, j)
        if output in ("plus", "minus"):
            step = _without_others(self.bracket(i + 1))
            numbers, j = step if step is not None else ([], i + 1)
            return self._build("dmi", numbers or list(self.memory.parameters.get("adx", ())), output, None, None, j)
        if output in ("cloud_top", "cloud_bottom"):
            return self._build("cloud", [], output, None, None, i + 1)
        if output in ("or_high", "or_low"):
            return Found(ex.call("opening_range", self.range_length(), output=output[3:]), i + 1)
        return None

    def _names_ahead(self, i: int, name: str) -> bool:
        return any(item.kind == "ind" and item.value == name for item in self.items) and not any(
            item.kind == "ind" and item.value == "stoch" for item in self.items
        )

    def _last_bands(self) -> str:
        for name in (
            self.memory.indicator,
            *reversed(list(self.memory.parameters)),
            *(str(i.value) for i in self.items if i.kind == "ind"),
        ):
            if name in ("bb", "kc", "donchian", "accbands", "regression"):
                return name
        return ""

    def _band(self, output: str, j: int) -> Found | None:
        k = self.skip(j)
        name = ""
        words = self.norm(j - 1)
        if "keltner" in words:
            name = "kc"
        elif "donchian" in words:
            name = "donchian"
        elif "bollinger" in words or "bb" in words.split():
            name = "bb"
        if self.kind(k) == "ind" and self.value(k) in ("bb", "kc", "donchian") and (k == j or self.kind(j) == "fill"):
            name, j = str(self.value(k)), k + 1
        name = name or self._last_bands()
        if not name:
            if output == "middle":
                return None
            name = "bb"
            self.memory.assumed["band"] = "band: Bollinger"
        step = self._spelled(j, name) or _without_others(self.bracket(j))
        bracket = self.bracket(j)
        if step is None and bracket is not None and bracket[0]:
            # "(20 jours, écart type 2)"
            step = (bracket[0], bracket[2])
        numbers, j = step if step is not None else ([], j)
        return self._build(name, numbers, output, None, None, j)

    def _aggregate(self, i: int) -> Found | None:
        """`highest high of the last 20 bars`, `the lowest low in 10 days`, `new 20-day high`."""
        if self.kind(i) != "agg":
            return None
        name = str(self.value(i))
        norm = self.norm(i)
        series: ex.Expression | None = ex.CLOSE if "close" in norm else None
        if "price" in norm and "close" not in norm:
            series = None
        j = i + 1
        k = self.skip(j)
        lag = 0
        if self.kind(k) == "price":
            series, j = ex.Price(str(self.value(k))), k + 1
        elif self.kind(k) == "ind" and self.norm(j) in ("of",):
            inner = self.primary(k)
            if inner is not None:
                series, j = inner.expression, inner.end
        k = self.skip(j, "within")
        if k == j and self.kind(k) == "unit" and self.value(k) == "bar" and norm.startswith(("low of", "high of")):
            return Found(
                ex.Lag(ex.Price("low" if name == "lowest" else "high"), ex.Number(1))
                if "previous" in norm
                else ex.Price("low" if name == "lowest" else "high"),
                k + 1,
            )
        if self.kind(k) == "lag":
            lag, k = 1, self.skip(k + 1)
        if self.kind(k) == "cmp" and self.norm(k) == "over":
            k = self.skip(k + 1, "within")
        if self.kind(k) != "num" or self.items[k].percent:
            return None
        number = self.items[k].number
        if number != int(number) or number < 1:
            return None
        j, unit = k + 1, ""
        if self.kind(j) == "unit":
            unit, j = str(self.value(j)), j + 1
        elif self.kind(j) == "price" and self.value(j) in ("high", "low", "close"):
            series, j = (None if self.value(j) in ("high", "low") else ex.CLOSE), j + 1
        elif self.is_sign(j, ")") or k > i + 1:
            pass
        if series is None and name == "highest":
            series = None
        call = self._scaled(ex.call(name, number, series=series), unit)
        return Found(ex.lagged(call, ex.Number(lag)), j)

    def _price(self, i: int) -> Found | None:
        if self.kind(i) != "price":
            return None
        value = str(self.value(i))
        base = self.memory.base
        if self.norm(i) == "opening price" and base is not None and base in TIMEFRAMES and minutes(base) < 1440:
            self.memory.questions.append(("long.entry", "'opening price': of the bar or of the day?"))
            return None
        j = i + 1
        # "price close", "candle closes": doubled words
        while self.kind(j) == "price" and self.value(j) == "close" and value == "close":
            j += 1
        k = self.skip(j)
        if value in ("high", "low") and self.kind(k) == "within" and self.kind(self.skip(k + 1)) == "num":
            return self._aggregate_price(value, self.skip(k + 1))
        if value in ("high", "low") and self.kind(j) == "fill" and self.norm(j) in ("of", "de", "del"):
            if self.kind(k) == "ind" and self.value(k) == "opening_range":
                return Found(ex.call("opening_range", self.range_length(), output=value), k + 1)
            if self.kind(k) == "num" and self.kind(k + 1) == "unit":
                return self._aggregate_price(value, k)
        if value in ("high", "low") and self.kind(i - 1) == "ind" and self.value(i - 1) == "opening_range":
            return Found(ex.call("opening_range", self.range_length(), output=value), j)
        if value == "volume":
            avg = self.skip(j)
            if self.kind(avg) == "ind" and self.value(avg) in ("avg", "ma", "sma", "ema") and avg == j:
                name = "ema" if self.value(avg) == "ema" else "sma"
                found = self._named_average(name, avg + 1, ())
                if found is not None:
                    number = _length_of(found.expression)
                    return Found(ex.call(name, number, series=ex.Price("volume")), found.end)
        if value in ("high", "low") and self._in_comparison and j - 1 == i and self.norm(i) in ("high", "low"):
            if (
                any(item.kind == "ind" and item.value == "opening_range" for item in self.items)
                or self.memory.range_minutes is not None
            ):
                if self.kind(k) != "lag" and self.norm(j) not in ("of",):
                    return Found(ex.call("opening_range", self.range_length(), output=value), j)
        return Found(ex.Price(value), j)

    def _aggregate_price(self, value: str, k: int) -> Found | None:
        number = self.items[k].number
        if number != int(number) or number < 1 or self.items[k].percent:
            return None
        unit = str(self.value(k + 1)) if self.kind(k + 1) == "unit" else ""
        name = "highest" if value == "high" else "lowest"
        return Found(self._scaled(ex.call(name, number), unit), k + (2 if unit else 1))

    def _pattern(self, i: int) -> Found | None:
        return None

    def _entry(self, i: int) -> Found | None:
        return Found(ex.EntryPrice(), i + 1) if self.kind(i) == "entryprice" else None

    def _number(self, i: int) -> Found | None:
        if self.kind(i) != "num":
            return None
        number, j = self.items[i].number, i + 1
        if self.kind(j) == "million":
            number, j = number * float(str(self.value(j))), j + 1
        return Found(ex.Number(number), j)

    def _suffixes(self, found: Found) -> Found:
        """What follows a value: `[1]`, `two bars ago`, `of the previous candle`, `on the 1h`, `yesterday`."""
        expression, j = found
        if isinstance(expression, ex.Number):
            return found
        while True:
            if self.is_sign(j, "[") and self.kind(j + 1) == "num" and self.is_sign(j + 2, "]"):
                expression, j = ex.lagged(expression, ex.Number(self.items[j + 1].number)), j + 3
                continue
            if self.is_sign(j, "@"):
                frame = self.frame(j + 1)
                if frame is not None and frame[0] in TIMEFRAMES:
                    expression, j = self.at(expression, frame[0]), frame[1]
                    continue
            k = self.skip(j)
            if self.kind(j) == "if" and self.norm(j) == "on" and self.kind(self.skip(j + 1)) == "lag":
                k = self.skip(j + 1)
            if self.kind(k) == "num" and self.kind(k + 1) == "unit" and self.kind(k + 2) == "ago":
                expression, j = ex.lagged(expression, ex.Number(self.items[k].number)), k + 3
                continue
            if self.kind(k) == "num" and self.kind(k + 1) == "ago" and "ago" in self.norm(k + 1):
                expression, j = ex.lagged(expression, ex.Number(self.items[k].number)), k + 2
                continue
            if self.kind(k) == "lag" and (
                k > j
                or self.norm(k).startswith(("yesterday", "previous", "anterior", "the day before", "the candle", "the bar", "ayer", "ontem", "gestern", "hier"))
            ):
                after = k + 1
                if (
                    self.kind(self.skip(after)) == "price"
                    and self.value(self.skip(after)) == "close"
                    and k > j
                    and self.norm(j) in ("at", "on", "al")
                ):
                    expression, j = ex.lagged(expression, ex.Number(1)), self.skip(after) + 1
                    continue
                if self.norm(k) in ("yesterday's", "previous close", "last close") or self.kind(self.skip(after)) in (
                    "ind",
                    "out",
                ):
                    break
                if self.kind(self.skip(after)) == "price":
                    # "at yesterday's close": the lag of a daily value
                    if self.value(self.skip(after)) == "close" and k > j and self.norm(j) in ("at", "on", "al"):
                        expression, j = ex.lagged(expression, ex.Number(1)), self.skip(after) + 1
                        continue
                    break
                if self.kind(after) == "unit" and self.value(after) in ("bar", "day"):
                    after += 1
                expression, j = ex.lagged(expression, ex.Number(1)), after
                continue
            frame_at = self._frame_suffix(j)
            if frame_at is not None:
                expression, j = self.at(expression, frame_at[0]), frame_at[1]
                continue
            break
        return Found(expression, j)

    def _frame_suffix(self, j: int) -> tuple[str, int] | None:
        """`on the 4h`, `(1h)`, `in the daily chart`, but not a list of them."""
        k = j
        if self.is_sign(j, "("):
            frame = self.frame(self.skip(j + 1))
            if frame is not None and frame[0] in TIMEFRAMES and self.is_sign(frame[1], ")"):
                return frame[0], frame[1] + 1
            return None
        if not (
            self.norm(j) in ("on", "in", "at", "auf", "im", "en", "no", "na", "em", "sur", "of")
            or (self.kind(j) == "if" and self.norm(j) == "on")
        ):
            return None
        k = self.skip(j + 1)
        frame = self.frame(k)
        if frame is None or frame[0] not in TIMEFRAMES:
            return None
        end = frame[1]
        if (
            self.kind(self.skip(end, "comma", "and", "if")) in ("num", "frame", "tf")
            and self.frame(self.skip(end, "comma", "and", "if")) is not None
        ):
            return None
        if self.kind(self.skip(end)) not in ("cmp", "cross", "drop", "state", "touch", "between", "not", "div", "mul"):
            return None
        return frame[0], end

    # -- conditions ---------------------------------------------------------------------------------------------------------

    def conditions(self, i: int) -> Found | None:
        """Atoms joined by and, or, commas: as far as each connector is followed by an atom."""
        self._depth += 1
        try:
            return self._conditions(i) if self._depth <= 24 else None
        finally:
            self._depth -= 1

    def _conditions(self, i: int) -> Found | None:
        first = self.atom(i)
        if first is None:
            return None
        parts: list[tuple[str, ex.Expression]] = [("and", first.expression)]
        j = first.end
        while True:
            connector, k = self._connector(j)
            if not connector:
                break
            ahead = self._next_bar(k)
            nxt = self.atom(ahead if ahead else k)
            if nxt is None:
                break
            if ahead and connector == "and":
                # "… and the next candle closes back inside": what came before is one bar old
                parts = [(c, ex.lagged(p, ex.Number(1))) for c, p in parts]
            turned = _turned_round([p for _, p in parts], nxt.expression)
            if turned is not None:
                # "dips below the EMA, then closes back above it"
                parts = [(c, p) for c, p in parts if p != turned[0]] or [("and", ex.Truth(True))]
                parts = [*(x for x in parts if x[1] != ex.Truth(True)), ("and", turned[1])]
                self.memory.last_cross = turned[1]
                j = nxt.end
                continue
            if (
                self.norm(k - 1) in ("with", "con", "mit", "com")
                and isinstance(parts[-1][1], ex.Compare)
                and isinstance(parts[-1][1].left, ex.Lag)
                and isinstance(nxt.expression, ex.Compare)
                and nxt.expression.left == _RANGE
            ):
                # "previous candle bearish with range > 1.5 ATR": of that candle
                nxt = Found(ex.lagged(nxt.expression, parts[-1][1].left.bars), nxt.end)
            if connector == "then":
                if not isinstance(nxt.expression, ex.Cross):
                    break
                parts = [(c, ex.lagged(p, ex.Number(1))) for c, p in parts]
                connector = "and"
            if connector == "or" and _is_pattern(parts[-1][1]) and _is_pattern(nxt.expression):
                parts[-1] = (parts[-1][0], ex.disjunction(parts[-1][1], nxt.expression))  # "a hammer or an engulfing"
            else:
                parts.append((connector, nxt.expression))
            j = nxt.end
        return self._at_band(Found(joined(parts), j))

    def _next_bar(self, k: int) -> int:
        """Position after `the next candle` when it is the subject of a condition, else 0."""
        k = self.skip(k)
        if self.kind(k) != "next_open" or self.norm(k) not in ("next candle", "next bar", "next day"):
            return 0
        after = self.skip(k + 1)
        return after if self.kind(after) in ("price", "state", "cross", "drop") else 0

    def _connector(self, j: int) -> tuple[str, int]:
        k, found = j, ""
        while True:
            kind = self.kind(k)
            if kind == "then" and (found or self.norm(k) in ("and then", "then", "dann", "luego", "puis", "depois")) and self.kind(self.skip(k + 1)) in ("cross", "ind", "price"):
                found, k = "then", k + 1
                continue
            if kind == "only" and self.kind(k - 1) == "comma" and (self.context == "sell" or self.context.startswith("exit")):
                return "", j  # "sell at 70, but only if …": the entry's, as `_entry_filters` decides
            if kind == "or":
                found, k = "or", k + 1
            elif kind in ("and", "filter") or kind == "comma":
                found, k = found or "and", k + 1
            elif kind in ("fill", "if", "only") and found:
                k += 1
            elif kind == "only":
                found, k = "and", k + 1
            elif kind == "fill" and self.kind(self.skip(k)) in ("and", "or", "filter"):
                k = self.skip(k)
            elif (
                kind == "if"
                and self.norm(k)
                in ("when", "if", "where", "provided", "given", "wenn", "cuando", "quand", "quando", "lorsque")
                and k > 0
            ):
                found, k = "and", k + 1
            else:
                return found, k

    def atom(self, i: int) -> Found | None:
        """One condition."""
        self._depth += 1
        try:
            return self._atom(i) if self._depth <= 24 else None
        finally:
            self._depth -= 1

    def _atom(self, i: int) -> Found | None:
        start = i
        i = self.skip(i)
        if self.kind(i) in ("if", "only", "filter") and self.kind(i + 1) != "":
            i = self.skip(i + 1, "if", "only")
        if self.kind(i) == "not" and self.kind(i + 1) not in ("stop", "target", "sign"):
            when = self.skip(i + 1, "trades", "if", "act", "only")
            calendar = self._calendar(when) or self._clock_condition(when)
            inner = calendar or self.atom(i + 1)
            if inner is None:
                return None
            parts, end = [negated(inner.expression)], inner.end
            while calendar is not None and self.kind(end) in ("or", "and"):
                # "no trading before 8 or after 18"
                more = self._clock_condition(self.skip(end + 1)) or self._calendar(self.skip(end + 1))
                if more is None:
                    break
                parts.append(negated(more.expression))
                end = more.end
            return Found(ex.conjunction(*parts), end)
        if self.kind(i) == "expr" and ex.is_condition(self.value(i)):  # type: ignore[arg-type]
            node: ex.Expression = self.value(i)  # type: ignore[assignment]
            return self._windowed(Found(node, i + 1))
        if self.is_sign(i, "(", "[") and not self._nests(i):
            inner = self.conditions(i + 1)
            if inner is not None and self.is_sign(inner.end, ")", "]"):
                return self._windowed(Found(inner.expression, inner.end + 1))
        for reader in (
            self._clock_condition,
            self._calendar,
            self._in_range,
            self._each_of,
            self._gap,
            self._ribbon,
            self._streak,
            self._move,
            self._candle,
            self._breakout,
            self._event_extreme,
            self._cross_level,
            self._at_level,
            self._comparison,
            self._cross_noun,
            self._elided,
        ):
            found = reader(i)
            if found is not None and any(isinstance(node, ex.EntryPrice) for node in ex.walk(found.expression)):
                continue  # the fill price is known to stops and targets only
            if found is not None:
                self.memory.last = found.expression
                if reader == self._candle:
                    self._bodies.append(found.expression)
                if isinstance(found.expression, ex.Cross):
                    self.memory.last_cross = found.expression
                return self._windowed(found)
        del start
        return None

    # -- comparisons --------------------------------------------------------------------------------------------------------

    def _comparison(self, i: int) -> Found | None:
        subjects = self._subjects(i)
        if subjects is None:
            return None
        lefts, j = subjects
        if all(isinstance(left, ex.Number) for left in lefts) and not self._symbolic(j):
            return None
        pair = self._pair_crossing(lefts, j)
        if pair is not None:
            return pair
        found = self._compared(lefts, j, i)
        return found or self._verb_last(lefts, j) or self._postfixed(lefts, j)

    def _postfixed(self, lefts: list[ex.Expression], j: int) -> Found | None:
        """`收盘价在EMA200上方`: the comparison stands after its right side."""
        if self.norm(j) not in ("在", "于", "位于", "处于"):
            return None
        right = self.operand(self.skip(j))
        if right is None:
            return None
        k = self.skip(right.end)
        if self.kind(k) != "cmp" or self.norm(k).replace(" ", "") not in ("上方", "之上", "以上", "下方", "之下", "以下"):
            return None
        if not all(comparable(left, right.expression) for left in lefts):
            return None
        self.memory.subject = lefts[0]
        operator = str(self.value(k))
        return Found(ex.conjunction(*(self._fit(operator, left, right.expression) for left in lefts)), k + 1)

    def _pair_crossing(self, lefts: list[ex.Expression], j: int) -> Found | None:
        """`EMA12和EMA26金叉`, `EMA 12 and EMA 26 cross`: the second crosses the first's way."""
        if self.kind(j) not in ("and", "comma") or isinstance(lefts[0], ex.Number):
            return None
        second = self.operand(self.skip(j + 1))
        if second is None or isinstance(second.expression, ex.Number):
            return None
        k = self._verb(second.end)
        if self.kind(k) != "cross":
            return None
        after = self.skip(k + 1)
        if self.kind(after) not in ("", "end", "comma", "act", "then", "and", "or", "dir"):
            return None
        direction, end = str(self.value(k)), k + 1
        if self.kind(after) == "dir":
            direction, end = str(self.value(after)), after + 1
        first, other = lefts[0], second.expression
        if "叉" in self.norm(k) and _length_of(first) > _length_of(other):
            first, other = other, first
        if direction == "any":
            self.memory.any_cross, direction = True, "up"
        self.memory.subject = first
        return Found(ex.Cross(direction == "up", first, other), end)

    def _verb_last(self, lefts: list[ex.Expression], j: int) -> Found | None:
        """German word order: `der SMA 50 den SMA 200 von unten nach oben kreuzt`."""
        right = self.operand(self.skip(j))
        if (
            right is None
            or right.end == j
            or (isinstance(right.expression, ex.Number) and self.kind(self.skip(j)) != "num")
        ):
            return None
        k, direction = self.skip(right.end), ""
        while self.kind(k) == "dir" or self.norm(k) in ("von", "nach"):
            if self.kind(k) == "dir":
                direction = str(self.value(k))
            k = self.skip(k + 1)
        if self.kind(k) != "cross" or not any(w in self.norm(k) for w in ("kreuzt", "schneidet", "durchbricht")):
            return None
        direction = direction or str(self.value(k))
        if direction == "any":
            self.memory.any_cross, direction = True, "up"
        target = _of_same_kind(right.expression, lefts[0])
        return Found(ex.Cross(direction == "up", lefts[0], target), k + 1)

    def _symbolic(self, j: int) -> bool:
        return self.kind(j) == "cmp" and self.norm(j) in ("<", ">", "<=", ">=")

    def _breakout(self, i: int) -> Found | None:
        """`20 day breakout`, `eleven-week (55 day) breakout`, `20-bar high breakout`, `the other way` turns it."""
        k = self.skip(i)
        if self.kind(k) != "num" or self.items[k].percent:
            return None
        number, j = self.items[k].number, k + 1
        unit = ""
        if self.kind(j) == "unit":
            unit, j = str(self.value(j)), j + 1
        if self.is_sign(j, "(") and self.kind(j + 1) == "num":
            bracket = self.bracket(j)
            if bracket is not None and len(bracket[0]) == 1:
                number, j = bracket[0][0], bracket[2]
                unit = next((str(o.value) for o in bracket[1] if o.kind == "unit"), unit)
        down = False
        if self.kind(j) == "price" and self.value(j) in ("high", "low"):
            down, j = self.value(j) == "low", j + 1
        if self.kind(self.skip(j)) != "breakout_idea" or number != int(number) or number < 1:
            return None
        j = self.skip(j) + 1
        if self.kind(self.skip(j)) == "mirror":
            down, j = not down, self.skip(j) + 1
        elif self.kind(self.skip(j)) == "dir":
            down, j = self.value(self.skip(j)) == "down", self.skip(j) + 1
        call = self._scaled(ex.call("lowest" if down else "highest", number), unit)
        return Found(ex.Compare("<" if down else ">", ex.CLOSE, ex.lagged(call, ex.Number(1))), j)

    def _event_extreme(self, i: int) -> Found | None:
        """`on a new 20-day high`, `at a 10-day low` as an event of its own."""
        k = self.skip(i)
        new = self.kind(k) == "agg" and self.norm(k).startswith("new")
        if not new and not (
            self.kind(k) == "num"
            and (
                self.norm(i) in ("a", "an", "new", "on")
                or self.norm(i - 1) in ("a", "an", "new", "on", "at", "un", "uma", "ein", "einem", "neuem", "neuen", "nuevo", "nova", "nouveau", "bei", "neues")
            )
        ):
            return None
        found = self.operand(k)
        if found is None or self.kind(self._verb(found.end)) in (
            "cmp",
            "cross",
            "drop",
            "touch",
            "state",
            "div",
            "mul",
            "sub",
            "ind",
        ):
            return None
        base = found.expression.operand if isinstance(found.expression, ex.Lag) else found.expression
        inner = base.operand if isinstance(base, ex.At) else base
        if not (isinstance(inner, ex.Call) and inner.indicator in ("highest", "lowest")):
            return None
        up = inner.indicator == "highest"
        return Found(ex.Compare(">" if up else "<", ex.CLOSE, ex.lagged(base, ex.Number(1))), found.end)

    def _cross_level(self, i: int) -> Found | None:
        """`the crossover happens below 0`: where the line that crossed stands."""
        k = self.skip(i)
        if self.kind(k) not in ("cross", "crossover_strategy") or not isinstance(self.memory.last, ex.Cross):
            return None
        after = self.skip(k + 1)
        seen = False
        while self.kind(after) in ("quietly", "fill") or self.norm(after) in ("occurs", "takes", "is"):
            seen, after = True, after + 1
        if not seen or self.kind(after) != "cmp":
            return None
        level = self.operand(self.skip(after + 1))
        if level is None or not isinstance(level.expression, ex.Number):
            return None
        last = self.memory.last
        return Found(ex.Compare(str(self.value(after)), last.left, level.expression), level.end)

    def _cross_noun(self, i: int) -> Found | None:
        """`a crossing of the stoch from below`, `cruce de la EMA 9 y la EMA 21 al alza`, `crosses level 30 of the RSI upwards`."""
        k = self.skip(i)
        if self.kind(k) not in ("cross", "crossover_strategy"):
            return None
        direction = str(self.value(k)) if self.kind(k) == "cross" else "any"
        j = self.skip(k + 1)
        level: float | None = None
        if self.kind(j) == "num" and not self.items[j].percent:
            level, j = self.items[j].number, self.skip(j + 1)
        elif self.norm(k).split()[-1] not in ("of", "de") and self.norm(k + 1) not in (
            "of", "de", "del", "da", "do", "der", "des", "von", "between", "entre", "zwischen",
        ):  # fmt: skip
            return None
        if self.kind(j) == "between":
            j = self.skip(j + 1)
        line = self.operand(j)
        if line is None or isinstance(line.expression, ex.Number):
            return None
        end = line.end
        target: ex.Expression | None = ex.Number(level) if level is not None else None
        joint = self.skip(end)
        if target is None and (self.kind(joint) in ("and", "filter", "cmp", "div") or self.norm(end) in ("over", "with", "con")):
            right = self.operand(self.skip(joint + 1))
            if right is not None and not isinstance(right.expression, ex.Number):
                if self.kind(joint) == "cmp" and direction == "any":
                    direction = "up" if self.value(joint) in (">", ">=") else "down"
                target, end = right.expression, right.end
        tail = self.skip(end)
        if self.kind(tail) == "dir":
            direction, end = (str(self.value(tail)) if direction == "any" else direction), tail + 1
        first = line.expression
        if target is None:
            target = self._cross_partner(first)
        if target is None or not comparable(first, target):
            return None
        if direction == "any":
            if level is not None:
                return None
            self.memory.any_cross, direction = True, "up"
        self.memory.subject = first
        return Found(ex.Cross(direction == "up", first, _of_same_kind(target, first)), end)

    def _subjects(self, i: int) -> tuple[list[ex.Expression], int] | None:
        """One value, or several under one comparison: `both 25 and 50 EMA`, `RSI and MFI`, `SMA 9, 26 and 52`."""
        both = False
        if self.kind(i) in ("both", "all_tf"):
            again = self.skip(i + 1, "num", "trades")
            if self.kind(again) in ("cmp", "state", "cross", "drop"):
                return (list(self.memory.group), again) if self.memory.group else None
            both, i = True, self.skip(i + 1)
        if (
            self.kind(i) == "num"
            and self.kind(i + 1) in ("and", "comma")
            and self.kind(i + 2) == "num"
            and self.kind(i + 3) == "ind"
        ):
            name = str(self.value(i + 3))
            if name in MA_KINDS:
                found = [self.average_call(name, self.items[k].number) for k in (i, i + 2)]
                return found, i + 4
        first = self.operand(i)
        if first is None:
            return None
        lefts, j = [first.expression], first.end
        while both or self._several_follow(j):
            if self.kind(j) not in ("and", "comma"):
                break
            nxt = self.operand(self.skip(j + 1))
            if nxt is None or isinstance(nxt.expression, ex.Number):
                break
            lefts.append(nxt.expression)
            j = nxt.end
        if len(lefts) > 1:
            self.memory.group = list(lefts)
        return lefts, j

    def _several_follow(self, j: int) -> bool:
        """`RSI and MFI are both below 30`."""
        if self.kind(j) != "and":
            return False
        nxt = self.operand(self.skip(j + 1))
        if nxt is None or isinstance(nxt.expression, ex.Number):
            return False
        k = nxt.end
        seen = False
        while self.kind(k) in ("fill", "both"):
            seen |= self.kind(k) == "both" or self.norm(k) in ("are", "sind", "son", "estan", "estao", "sont")
            k += 1
        return seen

    def _compared(self, lefts: list[ex.Expression], j: int, start: int) -> Found | None:
        left = lefts[0]
        distance = self._apart(left, j)
        if distance is not None:
            return distance
        gap = self.skip(j)
        if (left == ex.Price("open") and self.kind(gap) == "dir") or (left == ex.Price("open") and self.norm(gap) in ("lower", "higher") and self.kind(gap + 1) in ("", "end", "comma", "and", "act")):
            down = self.value(gap) == "down" if self.kind(gap) == "dir" else self.norm(gap) == "lower"
            return Found(ex.Compare("<" if down else ">", left, ex.Lag(ex.CLOSE, ex.Number(1))), gap + 1)
        apart = self._verb(j)
        percent = self.kind(apart) == "num" and self.items[apart].percent
        extreme = (
            self._at_extreme(left, j) if isinstance(left, ex.Price) and left.field != "volume" and not percent else None
        )
        if extreme is not None:
            return extreme
        k = self._verb(j)
        denied = False
        if self.kind(k) == "not":
            denied, k = True, self._verb(k + 1)
        kind = self.kind(k)
        if kind not in (
            "cmp",
            "drop",
            "cross",
            "touch",
            "state",
            "between",
            "dip",
            "gainmove",
            "dir",
            "agg",
            "streak_up",
            "streak_down",
            "mirror",
            "inside",
            "outside",
            "num",
        ):
            frames = self._frame_list(j)
            if frames is not None:
                k = self._verb(frames[1])
                inner = self._compared(lefts, k, start) if self.kind(k) in ("cmp", "cross", "state", "drop") else None
                if inner is not None:
                    self.memory.group = [self._value_on(left, f) for f in frames[0]]
                    return Found(ex.conjunction(*(self._on_frame(inner.expression, f) for f in frames[0])), inner.end)
            return None
        if not isinstance(left, ex.Number):
            self.memory.subject = left
        found: Found | None
        if kind in ("cmp", "drop"):
            found = self._ordered(lefts, k)
        elif kind == "cross":
            found = self._crossing(lefts, k)
        elif kind == "touch":
            found = self._touching(left, k)
        elif kind == "between":
            found = self._between(left, k)
        elif kind in ("inside", "outside"):
            found = self._banded(left, kind, k)
        elif kind == "num":
            factor = self._factor(k)
            found = None
            if factor is not None and k > j and not isinstance(left, ex.Number) and not _is_distance(factor.expression):
                # "volume is 3 times the average"
                found = Found(ex.Compare(">=", left, _of_same_kind(factor.expression, left)), factor.end)
        else:
            found = self._in_state(lefts, k)
        if found is None and kind == "agg":
            window = self._aggregate(k)
            if window is not None and isinstance(window.expression, ex.Call) and not isinstance(left, ex.Number):
                series = None if left == ex.CLOSE else left
                call = ex.call(window.expression.indicator, _length_of(window.expression), series=series or ex.CLOSE)
                found = Found(ex.Compare("<=" if call.indicator == "lowest" else ">=", left, call), window.end)
        if found is None:
            return None
        if denied:
            found = Found(negated(found.expression), found.end)
        return self._on_frames(found)

    def _verb(self, j: int) -> int:
        """Skips is, goes, has been, the value of …"""
        k = self.skip(j)
        while self.kind(k) in ("both", "then") or (
            self.kind(k) == "price"
            and self.norm(k) in ("closes", "closed", "close", "closing", "trades", "cierra", "fecha")
            and self.kind(self.skip(k + 1)) in ("cmp", "cross", "drop")
        ):
            k = self.skip(k + 1)
        return k

    def _target(self, j: int, left: ex.Expression | None = None) -> Found | None:
        """The right side of a comparison."""
        self._in_comparison = True
        try:
            found = self._bare_target(j, left)
        finally:
            self._in_comparison = False
        if (
            found is not None
            and not isinstance(found.expression, ex.Number)
            and nature(found.expression)[0] is Nature.PRICE
        ):
            self.memory.price_target = found.expression
        return found

    def _bare_target(self, j: int, left: ex.Expression | None) -> Found | None:
        if self.norm(j) in ("it", "that", "them") and self.memory.price_target is not None:
            after = self.skip(j + 1)
            if self.kind(after) in ("", "end", "comma", "and", "or", "act", "then", "stop", "target", "slot", "num"):
                return Found(self.memory.price_target, j + 1)
        k = self.skip(j, "colon")
        if self.kind(k) == "cmp" and self.norm(k) in ("the", "its"):
            k += 1
        if self.kind(k) == "streak_down" and self.norm(k) == "lower" and self.kind(k - 1) == "touch" and self._last_bands():
            return self._band("lower", k + 1)
        self._last_percent = self.kind(k) == "num" and self.items[k].percent
        percent_off = self._offset(k)
        if percent_off is not None:
            return percent_off
        found = self.operand(k)
        if found is None:
            return None
        if (
            isinstance(found.expression, ex.Number)
            and left is not None
            and _is_average(left)
            and self.kind(found.end) == "unit"
            and not self._last_percent
        ):
            number = found.expression.value
            if number == int(number) and number >= 1:
                return Found(self.average_call(_ma_name(left), number, None, str(self.value(found.end))), found.end + 1)
        return found

    def _offset(self, k: int) -> Found | None:
        """`2% below MA(10)`, `5% above the 20 day high` as a price."""
        if self.kind(k) == "num" and self.items[k].percent and self.kind(self.skip(k + 1)) == "cmp":
            sign = self.value(self.skip(k + 1))
            inner = self.operand(self.skip(k + 1) + 1)
            if inner is not None and not isinstance(inner.expression, ex.Number) and sign in ("<", ">"):
                share = self.items[k].number / 100
                factor = 1 - share if sign == "<" else 1 + share
                return Found(_times(round(factor, 10), inner.expression), inner.end)
        if (
            self.kind(k) == "num"
            and not self.items[k].percent
            and self.kind(self.skip(k + 1)) in ("pips", "points")
            and self.kind(self.skip(self.skip(k + 1) + 1)) == "cmp"
        ):
            unit = self.skip(k + 1)
            side = self.skip(unit + 1)
            inner = self.operand(self.skip(side + 1))
            if inner is not None and not isinstance(inner.expression, ex.Number) and self.value(side) in ("<", ">"):
                distance = ex.Number(self.items[k].number * (0.0001 if self.kind(unit) == "pips" else 1))
                return Found(ex.Arithmetic("-" if self.value(side) == "<" else "+", inner.expression, distance), inner.end)
        return None

    def _ordered(self, lefts: list[ex.Expression], k: int) -> Found | None:
        operator = str(self.value(k))
        j = k + 1
        # "more than 2% below MA(10)": the comparison is the second word
        nxt = self.skip(j)
        if (
            self.kind(nxt) == "num"
            and self.items[nxt].percent
            and self.kind(self.skip(nxt + 1)) == "cmp"
            and operator in (">", ">=")
        ):
            offset = self._offset(nxt)
            if offset is not None:
                below = self.value(self.skip(nxt + 1)) == "<"
                return Found(
                    ex.conjunction(*(ex.Compare("<" if below else ">", left, offset.expression) for left in lefts)),
                    offset.end,
                )
        if (
            operator in ("<", ">")
            and self.kind(self.skip(j)) == "or"
            and self.kind(self.skip(self.skip(j) + 1)) == "cmp"
            and self.value(self.skip(self.skip(j) + 1)) == "=="
        ):
            operator, j = operator + "=", self.skip(self.skip(j) + 1) + 1
        if self.kind(self.skip(j)) == "cmp" and self.norm(self.skip(j)) in ("=", "=="):
            operator, j = (operator + "=" if operator in "<>" else operator), self.skip(j) + 1
        several = self._both_averages(j)
        if several is not None:
            join = ex.disjunction if self.norm(self.skip(j)) in ("either", "one of") else ex.conjunction
            parts_ = [ex.Compare(operator, lefts[0], line) for line in several[0]]
            self.memory.group = list(several[0])
            return Found(join(*parts_), several[1])
        beyond = self._beyond_range(operator, j)
        if beyond is not None:
            return Found(ex.conjunction(*(ex.Compare(operator, left, beyond.expression) for left in lefts)), beyond.end)
        oscillator = self._level_of_oscillator(j, lefts[0])
        if oscillator is not None:
            level = ex.Number(self.items[oscillator.end].number)
            return Found(ex.Compare(operator, oscillator.expression, level), oscillator.end + 1)
        right = self._target(j, lefts[0])
        if right is None and self.kind(k) == "drop" and (is_lower(lefts[0]) or is_upper(lefts[0])):
            return Found(ex.Compare(operator, ex.CLOSE, lefts[0]), j)  # "上轨突破": the price breaks the band
        if right is None:
            return self._elided_target(lefts, operator, j)
        expression, end = right
        if not all(comparable(left, expression) for left in lefts):
            return None
        if self._last_percent and isinstance(expression, ex.Number) and nature(lefts[0])[0] is Nature.PRICE and not is_ratio(lefts[0]):
            return None  # a price is no percentage
        if (
            self.kind(k) == "drop"
            and (self.norm(k) in ("breaks", "break out of", "breaks out of", "rompe", "突破", "casse", "il casse", "franchit", "perce", "rompt") or self.norm(k).split()[-1] in ("of", "de", "da", "do"))
            and (is_lower(expression) or any(n == ex.Price("low") for n in ex.walk(expression)))
        ):
            operator = "<"
        operator, end = self._or_more(operator, end)
        if isinstance(expression, ex.Number) and self.kind(end) == "unit" and not self._last_percent:
            return None  # "for 5 bars" is no level
        if self.norm(end) in (
            "fallt",
            "sinkt",
            "steigt",
            "liegt",
            "ist",
            "steht",
            "schliesst",
            "notiert",
            "geht",
            "rutscht",
            "klettert",
            "sind",
            "gefallen",
            "gestiegen",
            "gesunken",
            "ist",
            "war",
        ):
            end += 1  # the German verb closes the clause
        parts = []
        for left in lefts:
            parts.append(self._fit(operator, left, expression))
        chain = expression
        # chains: close > MA(10) > MA(20)
        while self._symbolic(end):
            more = self.operand(end + 1)
            if more is None:
                break
            parts.append(ex.Compare(str(self.value(end)), chain, more.expression))
            chain, end = more.expression, more.end
        # "is above the 50 and the 200 EMA"
        extra = self._second_target(end)
        if extra is not None:
            parts.extend(self._fit(operator, left, extra.expression) for left in lefts)
            end = extra.end
        return Found(ex.conjunction(*parts), end)

    def _second_target(self, end: int) -> Found | None:
        if self.kind(end) == "and" and self.kind(self.skip(end + 1)) in ("num", "ind"):
            nxt = self.operand(self.skip(end + 1))
            if nxt is not None and not isinstance(nxt.expression, ex.Number):
                after = self.kind(self._verb(nxt.end))
                if after in ("", "end", "comma", "act", "then", "if", "stop", "target", "or") and _is_average(
                    nxt.expression
                ):
                    return nxt
        return None

    def _or_more(self, operator: str, end: int) -> tuple[str, int]:
        k = self.skip(end)
        if self.kind(k) == "cmp" and self.norm(k) in (
            "or more",
            "or higher",
            "or above",
            "or less",
            "or lower",
            "or below",
        ):
            return (">=" if self.value(k) == ">=" else "<="), k + 1
        return operator, end

    def _elided_target(self, lefts: list[ex.Expression], operator: str, j: int) -> Found | None:
        """`exit when below`: what it was compared with before."""
        other = _compared_with(self.memory.last)
        if other is None and len(self.memory.moving_averages) == 1 and lefts[0] == ex.CLOSE:
            other = self.memory.moving_averages[0]
        if nature(lefts[0])[0] is Nature.PRICE and (other is None or nature(other)[0] is not Nature.PRICE):
            other = self.memory.price_target
        k = self.skip(j)
        if (
            other is None
            or self.kind(k) not in ("", "end", "comma", "and", "or", "act", "stop", "target", "then", "fill")
            or isinstance(other, ex.Number)
        ):
            return None
        return Found(ex.conjunction(*(ex.Compare(operator, left, other) for left in lefts)), j)

    def _both_averages(self, j: int) -> tuple[list[ex.Expression], int] | None:
        """`above both the 50 and 200 day SMA`."""
        k = self.skip(j)
        if self.kind(k) != "both" and self.norm(k) != "either":
            return None
        k, numbers = self.skip(k + 1, "colon"), []
        while self.kind(k) == "num" and not self.items[k].percent:
            numbers.append(self.items[k].number)
            k = self.skip(k + 1, "unit")
            if self.kind(k) in ("and", "comma", "or"):
                k = self.skip(k + 1)
        name = str(self.value(k))
        if len(numbers) < 2 or self.kind(k) != "ind" or name not in MA_KINDS or any(n != int(n) or n < 1 for n in numbers):
            return None
        return [self.average_call(name, n) for n in numbers], k + 1

    def _beyond_range(self, operator: str, j: int) -> Found | None:
        """`closes above the opening range`, `closes above it` after the range was spoken of."""
        edge = "high" if operator in (">", ">=") else "low"
        k = self.skip(j)
        if self.kind(k) == "ind" and self.value(k) == "opening_range":
            self._edge = edge
            try:
                return self._indicator(k)
            finally:
                self._edge = ""
        if self.memory.range_minutes is None:
            return None
        if self.norm(j) in ("it", "that") or self.norm(k) == "range":
            after = k + 1 if self.norm(k) == "range" else j + 1
            if self.kind(self.skip(after)) in ("", "end", "comma", "and", "or", "act", "then", "stop", "target", "if"):
                return Found(ex.call("opening_range", self.range_length(), output=edge), after)
        return None

    def _level_of_oscillator(self, j: int, left: ex.Expression) -> Found | None:
        """`closes above rsi 70`: the level stands after the oscillator's name, the price before it means nothing."""
        k = self.skip(j)
        if self.kind(k) != "ind" or self.kind(k + 1) != "num" or str(self.value(k)) not in LEVELS or self.value(k) == "bb":
            return None
        if nature(left)[0] is not Nature.PRICE:
            return None
        known = self.memory.parameters.get(str(self.value(k)), ())
        if known == (self.items[k + 1].number,):
            del self.memory.parameters[str(self.value(k))]
        built = self._build(str(self.value(k)), [], "", None, None, k + 1)
        return None if built is None else Found(built.expression, k + 1)

    def _fit(self, operator: str, left: ex.Expression, right: ex.Expression) -> ex.Expression:
        """A comparison in which percents become fractions, and an unreachable extreme is taken from the bar before."""
        left, right = _past_extreme(left, right), _past_extreme(right, left)
        left, right = _of_same_kind(left, right), _of_same_kind(right, left)
        if isinstance(left, ex.Call) and left.output == "chikou":
            # The lagging span is the close drawn 26 bars back: it is compared with what stood there.
            if isinstance(right, ex.Lag):
                return ex.Compare(operator, ex.CLOSE, right)
            return ex.Compare(
                operator,
                ex.CLOSE,
                ex.lagged(right, left.arguments[1] if isinstance(left.arguments[1], ex.Number) else ex.Number(26)),
            )
        if isinstance(right, ex.Number) and is_ratio(left):
            if self._last_percent:
                right = ex.Number(right.value / 100)
        return ex.Compare(operator, left, right)

    def _crossing(self, lefts: list[ex.Expression], k: int) -> Found | None:
        direction = str(self.value(k))
        j = k + 1
        if direction == "any":
            after = self.skip(j)
            if self.kind(after) == "dir":
                direction, j = str(self.value(after)), after + 1
            elif self.kind(after) in ("cmp", "drop") and self.value(after) in ("<", ">"):
                direction, j = ("up" if self.value(after) == ">" else "down"), after + 1
        elif self.kind(self.skip(j)) == "cmp" and self.value(self.skip(j)) in ("<", ">"):
            if self.value(self.skip(j)) == (">" if direction == "down" else "<"):
                return self._crossing_at(lefts[0], direction, self.skip(j))
            j = self.skip(j) + 1
        right = self._target(j, lefts[0])
        end = j
        if right is None:
            other = _compared_with(self.memory.last)
            only = self._cross_partner(lefts[0])
            if only is not None:
                noun = "叉" in self.norm(k) or self.norm(k) in ("crossover", "cross", "crossunder", "cruce", "cruzamento")
                if noun and _is_average(only) and _length_of(lefts[0]) > _length_of(only):
                    lefts, only = [only], lefts[0]
                right = Found(only, j)
            elif other is not None and not isinstance(other, ex.Number):
                right = Found(other, j)
            else:
                return None
        target, end = right
        tail = self.skip(end)
        if (
            self.kind(tail) == "dir"
            and self.kind(tail + 1) == "num"
            and self.norm(tail) in ("from below", "from above")
            and end == j
        ):
            # "crosses up from below 20": the line still stands below 20
            bound = ex.Compare(
                "<" if self.norm(tail) == "from below" else ">", lefts[0], ex.Number(self.items[tail + 1].number)
            )
            up = direction == "up" or (direction == "any" and self.norm(tail) == "from below")
            return Found(ex.conjunction(ex.Cross(up, lefts[0], target), bound), tail + 2)
        if self.kind(tail) == "dir":
            if direction == "any":
                direction = str(self.value(tail))
            end = tail + 1
        if direction == "any":
            self.memory.any_cross = True
            direction = "up"
        target = _of_same_kind(_past_extreme(target, lefts[0]), lefts[0])
        if not all(comparable(left, target) for left in lefts):
            return None
        if not isinstance(target, ex.Number):
            self.memory.group = [lefts[0], target]
        return Found(ex.conjunction(*(ex.Cross(direction == "up", left, target) for left in lefts)), end)

    def _crossing_at(self, left: ex.Expression, direction: str, k: int) -> Found | None:
        """`crossunder above 0`: the cross downwards, while the line stands above 0."""
        last = self.memory.last
        cross = next((p for p in ex.walk(last) if isinstance(p, ex.Cross)), None) if last is not None else None
        if self.memory.last_cross is not None:
            cross = self.memory.last_cross
        line, partner = (cross.left, cross.right) if cross is not None else (left, self._cross_partner(left))
        level = self.operand(self.skip(k + 1))
        if partner is None or level is None or not isinstance(level.expression, ex.Number):
            return None
        above = direction == "up"
        return Found(
            ex.conjunction(ex.Cross(above, line, partner), ex.Compare(str(self.value(k)), line, level.expression)),
            level.end,
        )

    def _cross_partner(self, left: ex.Expression) -> ex.Expression | None:
        """What a line crosses when the words do not say: its signal line, the other average."""
        if isinstance(left, ex.Call) and left.indicator == "macd":
            return ex.Call("macd", left.arguments, "signal" if left.output == "line" else "line", left.series)
        if isinstance(left, ex.Call) and left.indicator in ("stoch", "stochrsi"):
            return ex.Call(left.indicator, left.arguments, "d" if left.output == "k" else "k", left.series)
        others = [m for m in self.memory.moving_averages if m != left]
        if _is_average(left) and len(self.memory.moving_averages) == 2 and len(others) == 1:
            return others[0]
        return None

    def _banded(self, left: ex.Expression, kind: str, k: int) -> Found | None:
        """`starts outside and ends inside the Bollinger Band`: of the lower band for a rising bar, the upper for a falling."""
        body = next((c for c in reversed(self._bodies) if isinstance(c, ex.Compare)), None)
        j = self.skip(k + 1)
        edge = self._target(j, left)
        if edge is not None and (is_lower(edge.expression) or is_upper(edge.expression)):
            below = is_lower(edge.expression) == (kind == "outside")
            return Found(ex.Compare("<" if below else ">", left, edge.expression), edge.end)
        last = _compared_with(self.memory.last)
        if kind == "inside" and edge is None and last is not None and (is_lower(last) or is_upper(last)):
            # "and closes back inside": of the band the bar before was outside of
            return Found(ex.Compare(">" if is_lower(last) else "<", left, last), k + 1)
        if body is None:
            return None
        ahead = j
        while self.kind(ahead) not in ("ind", "", "end") and ahead < k + 8:
            ahead += 1
        if not (self.kind(ahead) == "ind" and self.value(ahead) in ("bb", "kc", "donchian")):
            return None
        rising = (body.operator == ">") == (body.left == ex.CLOSE)
        name = str(self.value(ahead))
        band = self._build(
            name, list(self.memory.parameters.get(name, ())), "lower" if rising else "upper", None, None, ahead + 1
        )
        if band is None:
            return None
        end = ahead + 1 if ahead == j else k + 1
        outside = kind == "outside"
        return Found(ex.Compare("<" if rising == outside else ">", left, band.expression), end)

    def _apart(self, left: ex.Expression, j: int) -> Found | None:
        """`is 3% above the 20 EMA`, `2 standard deviations below the mean`, `1 ATR under the VWAP`."""
        k = self._verb(j)
        if self.kind(k) in ("dip", "gainmove") and self.kind(self.skip(k + 1)) == "num" and self._factor(self.skip(k + 1)) is not None:
            k = self.skip(k + 1)
        while self.kind(k) == "cmp" and self.value(k) in (">", ">=") and self.kind(self.skip(k + 1)) == "num":
            k = self.skip(k + 1)
        if self.kind(k) != "num":
            return None
        item = self.items[k]
        share = item.percent
        measure = self.skip(k + 1)
        deviations = self.kind(measure) == "ind" and self.value(measure) == "stdev"
        atr = None if share or deviations else self._factor(k)
        if not (share or deviations or atr):
            return None
        if share and self.kind(self.skip(k + 1)) == "cmp" and self.norm(self.skip(k + 1)) in ("or more", "or higher"):
            k = self.skip(k + 1)
        self.memory.subject = left
        side = self.skip(k + 1 if share else measure + 1 if deviations else atr.end if atr else k)
        if self.kind(side) != "cmp" or self.value(side) not in ("<", ">"):
            return None
        base = self.operand(self.skip(side + 1))
        if base is None or isinstance(base.expression, ex.Number):
            return None
        extreme = isinstance(base.expression, ex.Call) and base.expression.indicator in ("highest", "lowest")
        if nature(base.expression)[0] is not Nature.PRICE and not extreme:
            return None
        below = self.value(side) == "<"
        target: ex.Expression
        if share:
            factor = 1 - abs(item.number) / 100 if below else 1 + abs(item.number) / 100
            target = _times(round(factor, 10), base.expression)
        elif deviations:
            spread = _times(item.number, ex.call("stdev", _length_of(base.expression)))
            target = ex.Arithmetic("-" if below else "+", base.expression, spread)
        else:
            assert atr is not None
            target = ex.Arithmetic("-" if below else "+", base.expression, atr.expression)
        if isinstance(base.expression, ex.EntryPrice):
            return None
        self.memory.price_target = base.expression
        return Found(ex.Compare("<" if below else ">", left, target), base.end)

    def _at_extreme(self, left: ex.Expression, j: int) -> Found | None:
        """`opens at a 5-day low`, `makes a new 20 day high`: beyond the extreme of the bars before."""
        k = j
        while self.kind(k) == "fill":
            k += 1
        if k == j or self.kind(k) not in ("num", "agg"):
            return None
        found = self.operand(k)
        if found is None:
            return None
        base = found.expression.operand if isinstance(found.expression, ex.Lag) else found.expression
        if not (isinstance(base, ex.Call) and base.indicator in ("highest", "lowest")):
            return None
        up = base.indicator == "highest"
        return Found(ex.Compare(">" if up else "<", left, ex.Lag(base, ex.Number(1))), found.end)

    def _touching(self, left: ex.Expression, k: int) -> Found | None:
        right = self._target(k + 1)
        if right is None:
            return None
        target = right.expression
        if isinstance(left, ex.Call) and left.indicator in ("bb", "kc", "donchian") and left.output == "middle":
            left = ex.CLOSE  # "BB touches upper": the price does
        lower = is_lower(target)
        upper = is_upper(target)
        subject: ex.Expression = left
        if lower:
            subject = ex.Price("low") if left in (ex.CLOSE,) else left
            return Found(ex.Compare("<=", subject, target), right.end)
        if upper:
            subject = ex.Price("high") if left in (ex.CLOSE,) else left
            return Found(ex.Compare(">=", subject, target), right.end)
        if isinstance(target, ex.Number):
            if nature(left)[0] is Nature.OSCILLATOR:
                centre = nature(left)[1]
                return Found(ex.Compare(">=" if target.value > centre else "<=", left, target), right.end)
            return None
        if left == ex.CLOSE:
            beyond = self.comes_from() if self.context.startswith("exit") or self.context == "sell" else ""
            if beyond:
                up = beyond == "below"
                return Found(ex.Compare(">=" if up else "<=", ex.Price("high" if up else "low"), target), right.end)
            return Found(
                ex.conjunction(ex.Compare("<=", ex.Price("low"), target), ex.Compare(">=", ex.Price("high"), target)),
                right.end,
            )
        return None

    def _between(self, left: ex.Expression, k: int) -> Found | None:
        low = self.operand(self.skip(k + 1))
        if low is None:
            return None
        j = low.end
        if self.kind(j) in ("and", "till") or self.is_sign(j, "-"):
            high = self.operand(self.skip(j + 1))
            if high is not None:
                a, b = low.expression, high.expression
                if isinstance(a, ex.Number) and isinstance(b, ex.Number) and a.value > b.value:
                    a, b = b, a
                return Found(ex.And((ex.Compare(">=", left, a), ex.Compare("<=", left, b))), high.end)
        return None

    def _in_state(self, lefts: list[ex.Expression], k: int) -> Found | None:
        kind, state = self.kind(k), str(self.value(k))
        j = k + 1
        if kind == "dip" or (kind == "streak_down"):
            state = "falling"
        elif kind in ("gainmove", "streak_up"):
            state = "rising"
        elif kind == "dir":
            state = "rising" if state == "up" else "falling"
        elif kind == "agg":
            state = f"at_{state}"
        parts: list[ex.Expression] = []
        for left in lefts:
            if kind in ("dip", "gainmove") and (left == ex.CLOSE or nature(left)[0] is Nature.PRICE):
                moved = self._move_of(left, k)
                if moved is not None:
                    parts.append(moved.expression)
                    j = moved.end
                    continue
            part = self._state(left, state, k)
            if part is None:
                return None
            parts.append(part)
        if state in ("highest", "lowest"):
            return None
        if state in ("oversold", "overbought") and len(parts) == 1 and isinstance(parts[0], ex.Compare):
            at = self._equals(j)
            if self.kind(at) == "cmp" and self.value(at) in ("<", ">", "<=", ">="):
                at = self.skip(at + 1)
            if (
                self.kind(at) == "num"
                and not self.items[at].percent
                and self.kind(at + 1) not in ("unit", "act", "ind", "mul", "row")
            ):
                if at == j or self.norm(j) in (
                    "at",
                    "=",
                    "is",
                    "of",
                    "below",
                    "above",
                    "en",
                    "bei",
                    "a",
                    "to",
                    "level",
                    "<",
                    ">",
                    "under",
                    "over",
                    ":",
                ):
                    return Found(ex.Compare(parts[0].operator, lefts[0], ex.Number(self.items[at].number)), at + 1)
        if (
            state in ("oversold", "overbought")
            and len(parts) == 1
            and self.is_sign(j, "(")
            and self.kind(self.skip(j + 1)) == "cmp"
            and self.kind(self.skip(self.skip(j + 1) + 1)) == "num"
            and self.is_sign(self.skip(self.skip(j + 1) + 1) + 1, ")")
        ):
            at = self.skip(self.skip(j + 1) + 1)
            return Found(ex.Compare(str(self.value(self.skip(j + 1))), lefts[0], ex.Number(self.items[at].number)), at + 2)
        level = self.bracket(j)
        if level is not None and state in ("oversold", "overbought") and len(level[0]) == 1 and len(parts) == 1:
            operator = "<" if state == "oversold" else ">"
            return Found(ex.Compare(operator, lefts[0], ex.Number(level[0][0])), level[2])
        return Found(ex.conjunction(*parts), j)

    def _state(self, left: ex.Expression, state: str, k: int) -> ex.Expression | None:
        base = left.operand if isinstance(left, ex.Lag | ex.At) else left
        one = ex.Number(1)
        norm = self.norm(k)
        turned = (
            norm.startswith("turn")
            or "turns" in norm
            or self.norm(k - 1) in ("turns", "turn", "flips", "changes", "becomes")
        )
        if state in ("oversold", "overbought"):
            name = base.indicator if isinstance(base, ex.Call) else ""
            if name not in LEVELS:
                return None
            low, high = LEVELS[name]
            level = low if state == "oversold" else high
            key = f"{name}_{state}"
            self.memory.assumed.setdefault(
                key, f"{state}: {name} {'below' if state == 'oversold' else 'above'} {level:g}"
            )
            return ex.Compare("<" if state == "oversold" else ">", left, ex.Number(level))
        if state in ("turns_up", "turns_down") or (
            turned and state in ("bullish", "bearish", "rising", "falling", "positive", "negative", "green", "red")
        ):
            up = state in ("turns_up", "bullish", "rising", "positive", "green")
            steady = self._state(left, "bullish" if up else "bearish", -1) if _has_side(base) else None
            if steady is not None and isinstance(steady, ex.Compare):
                if isinstance(base, ex.Call) and base.indicator == "ha":
                    return ex.conjunction(
                        steady,
                        ex.Compare("<=" if up else ">=", ex.lagged(steady.left, one), ex.lagged(steady.right, one)),
                    )
                return ex.Cross(up, steady.left, steady.right)
            if ("positive" in norm or "negative" in norm or state in ("positive", "negative")) and nature(left)[
                0
            ] is Nature.OSCILLATOR:
                return ex.Cross(up, left, ex.Number(nature(left)[1] if nature(left)[1] == 0 else 0))
            before, earlier = ex.lagged(left, one), ex.lagged(left, ex.Number(2))
            return ex.conjunction(
                ex.Compare(">" if up else "<", left, before), ex.Compare("<=" if up else ">=", before, earlier)
            )
        if state in ("rising", "falling"):
            return ex.Compare(">" if state == "rising" else "<", left, ex.lagged(left, one))
        if state in ("positive", "negative"):
            return ex.Compare(">" if state == "positive" else "<", left, ex.Number(0))
        if state in ("bullish", "bearish", "green", "red"):
            up = state in ("bullish", "green")
            sided = _sided(base, up)
            if sided is None:
                return None
            if isinstance(left, ex.Lag):
                return ex.lagged(sided, left.bars)
            return self.at(sided, left.timeframe) if isinstance(left, ex.At) else sided
        return None

    # -- lists of timeframes -------------------------------------------------------------------------------------------------

    def _frame_list(self, j: int) -> tuple[list[str], int] | None:
        """`on the 15 min, the 30 min and the 1 hour`, `on all three timeframes`."""
        if self.kind(j) == "fill" or (self.kind(j) == "if" and self.norm(j) == "on"):
            k = self.skip(j, "if")
        else:
            k = j
        if self.kind(k) == "all_tf" or (self.kind(k) == "both" and self.kind(self.skip(k + 1, "num")) == "tfhint"):
            end = k + 1 if self.kind(k) == "all_tf" else self.skip(k + 1, "num") + 1
            while self.kind(end) in ("tfhint", "both", "num", "fill"):
                end += 1
            frames = list(self.memory.frames)
            return (frames, end) if len(frames) > 1 else None
        if k == j and self.kind(j) not in ("tf", "frame"):
            return None
        frames, end = [], k
        while True:
            frame = self.frame(self.skip(k))
            if frame is None or frame[0] not in TIMEFRAMES:
                break
            frames.append(frame[0])
            end = frame[1]
            k = self.skip(end, "comma", "and", "if", "both")
            if k == end:
                break
        return (frames, end) if frames else None

    def _on_frames(self, found: Found) -> Found:
        frames = self._frame_list(found.end) if self.kind(found.end) in ("fill", "if", "both", "all_tf") else None
        if frames is None or not any(
            self.norm(x) in ("on", "auf", "en", "in", "sur", "no", "na", "em", "at", "nos", "nas")
            for x in range(found.end, min(found.end + 2, len(self.items)))
        ):
            return found
        if isinstance(found.expression, ex.Compare):
            self.memory.group = [self._value_on(found.expression.left, f) for f in frames[0]]
        if len(frames[0]) == 1 and frames[0][0] == self.memory.base:
            return Found(found.expression, frames[1])
        for frame in frames[0]:
            if frame not in self.memory.frames:
                self.memory.frames.append(frame)
        return Found(ex.conjunction(*(self._on_frame(found.expression, f) for f in frames[0])), frames[1])

    def _on_frame(self, expression: ex.Expression, frame: str) -> ex.Expression:
        """Every indicator and price of a condition on another timeframe."""

        def change(node: ex.Expression) -> ex.Expression:
            return node

        del change
        match expression:
            case ex.Compare(operator=operator, left=left, right=right):
                return ex.Compare(operator, self._value_on(left, frame), self._value_on(right, frame))
            case ex.Cross(above=above, left=left, right=right):
                return ex.At(ex.Cross(above, left, right), frame)
            case ex.And(parts=parts):
                return ex.conjunction(*(self._on_frame(p, frame) for p in parts))
            case ex.Or(parts=parts):
                return ex.disjunction(*(self._on_frame(p, frame) for p in parts))
            case _:
                return ex.At(expression, frame)

    def _value_on(self, value: ex.Expression, frame: str) -> ex.Expression:
        return value if isinstance(value, ex.Number | ex.At | ex.Clock) else self.at(value, frame)

    # -- other conditions ------------------------------------------------------------------------------------------------------

    def _elided(self, i: int) -> Found | None:
        """A condition without its subject: `> 20`, `crosses below`, `also greater than the previous`."""
        i = self.skip(i, "and")
        if self.kind(i) in ("price",) and self.norm(i) in ("closes", "closed"):
            i = self.skip(i + 1)
        again = self._again(i)
        if again is not None:
            return again
        if self.kind(i) not in ("cmp", "cross", "drop", "state", "between", "touch") or self.norm(i) == "=":
            return None
        if (
            self.kind(i) == "state"
            and self.value(i) in ("green", "red", "bullish", "bearish")
            and self.memory.subject is None
        ):
            return None
        subject = self.memory.subject
        if subject is None:
            if self.kind(i) in ("cross",) and len(self.memory.moving_averages) == 2 and self.norm(i - 1) != "it":
                subject = self.memory.moving_averages[0]
            elif self.kind(i) in ("cmp", "drop", "cross", "touch"):
                subject = ex.CLOSE
                nxt = self._target(i + 1)
                alone = nxt is None and self.kind(i) == "cmp" and len(self.memory.moving_averages) == 1
                if not alone and (
                    nxt is None
                    or isinstance(nxt.expression, ex.Number)
                    or nature(nxt.expression)[0] is not Nature.PRICE
                ):
                    return None
            else:
                return None
        if self.kind(i - 1) == "act" and self.kind(i) in ("cmp", "drop") and _is_average(subject):
            ahead = self._target(i + 1)
            if ahead is not None and nature(ahead.expression)[0] is Nature.PRICE:
                subject = ex.CLOSE  # "short below the range low": the price
        if nature(subject)[0] is not Nature.PRICE and self.kind(i) in ("cmp", "drop", "cross", "touch"):
            right = self._target(i + 1)
            if (
                right is not None
                and nature(subject)[0] is Nature.OSCILLATOR
                and _is_average(right.expression)
                and isinstance(right.expression, ex.Call)
                and right.expression.series is None
            ):
                # "RSI is below 15 and it's above its 200-day average": a long average is the price's
                if _length_of(right.expression) < 50:
                    return None
                subject = ex.CLOSE
            elif (
                right is not None
                and not isinstance(right.expression, ex.Number)
                and nature(right.expression)[0] is Nature.PRICE
                and not _is_average(right.expression)
                and not (isinstance(right.expression, ex.Lag) and right.expression.operand == subject)
            ):
                subject = ex.CLOSE
        found = self._compared([subject], i, i)
        if (
            found is not None
            and isinstance(found.expression, ex.Compare)
            and self.kind(i - 1) == "colon"
            and self.is_sign(i - 3, "(")
            and isinstance(self.memory.last_cross, ex.Cross)
        ):
            # "crosses below 50 (shorts: above 50)"
            turned = found.expression
            if turned.left == self.memory.last_cross.left and turned.operator in ("<", ">"):
                return Found(ex.Cross(turned.operator == ">", turned.left, turned.right), found.end)
        return found

    def _at_level(self, i: int) -> Found | None:
        """`buy at RSI 30`, `sell at RSI 70`: the level an order waits for."""
        k = self.skip(i)
        bare = self._bare_level(k)
        if bare is not None:
            return bare
        if self.kind(k) != "ind" or str(self.value(k)) not in LEVELS or self.kind(k + 1) != "num" or self.items[k + 1].percent:
            return None
        if self.norm(k - 1) not in ("at", "a", "en", "bei", "em", "con", "mit"):
            return None
        if self.norm(k + 2) not in ("instead", "rather") and self.kind(self.skip(k + 2)) not in (
            "", "end", "comma", "and", "act", "or", "then", "fill", "not", "stop", "target",
        ):  # fmt: skip
            return None
        below = {"buy": True, "long": True, "exit_short": True, "sell": False, "short": False, "exit": False, "exit_long": False}
        if self.context not in below or self.value(k) == "bb":
            return None
        name, level = str(self.value(k)), self.items[k + 1].number
        if self.memory.parameters.get(name) == (level,):
            del self.memory.parameters[name]
        built = self._build(name, [], "", None, None, k + 1)
        if built is None:
            return None
        return Found(ex.Compare("<" if below[self.context] else ">", built.expression, ex.Number(level)), k + 2)

    def _bare_level(self, k: int) -> Found | None:
        """`RSI 14: buy at 30, sell at 70`: the level of the one oscillator that was named."""
        if self.kind(k) != "num" or self.items[k].percent or self.items[k].currency or self.norm(k - 1) != "at" or self.kind(k - 2) != "act":
            return None
        named = {str(item.value) for item in self.items if item.kind == "ind"} | set(self.memory.parameters)
        if len(named) != 1 or not named <= {"rsi", "mfi", "cci", "stoch", "williams_r", "stochrsi", "crsi"}:
            return None
        if self.kind(self.skip(k + 1)) not in ("", "end", "comma", "and", "act", "or", "then", "stop", "target"):
            return None
        below = {"buy": True, "long": True, "exit_short": True, "sell": False, "short": False, "exit": False, "exit_long": False}
        built = self._build(next(iter(named)), [], "", None, None, k)
        if built is None or self.context not in below:
            return None
        return Found(ex.Compare("<" if below[self.context] else ">", built.expression, ex.Number(self.items[k].number)), k + 1)

    def _again(self, i: int) -> Found | None:
        """`exit when it's lower`, `平仓 on 死叉`: the comparison or cross read before, the other way."""
        after = self.kind(self.skip(i + 1))
        if after not in ("", "end", "comma", "act", "or", "and", "then", "stop", "target"):
            return None
        last, cross = self.memory.last, self.memory.last_cross
        if self.kind(i) in ("streak_down", "streak_up") and self.norm(i) in ("lower", "higher"):
            if isinstance(last, ex.Compare) and not isinstance(last.right, ex.Number):
                return Found(ex.Compare("<" if self.norm(i) == "lower" else ">", last.left, last.right), i + 1)
        if self.kind(i) == "cross" and self.value(i) in ("up", "down") and cross is not None:
            return Found(ex.Cross(self.value(i) == "up", cross.left, cross.right), i + 1)
        return None

    def _clock_condition(self, i: int) -> Found | None:
        """`between 9:15 and 15:15`, `after 10:00`, `before 3 pm`, `time > 9:30`."""
        k = self.skip(i)
        if self.kind(k) == "word" and self.norm(k) in ("time", "hora", "uhrzeit", "heure", "zeit"):
            k = self.skip(k + 1)
        k = self.skip(k, "if", "only")
        if self.kind(k) == "between" or self.kind(k) == "clock":
            first = self.skip(k + 1) if self.kind(k) == "between" else k
            if (
                self.kind(first) == "clock"
                and (
                    self.kind(first + 1) in ("and", "till")
                    or self.is_sign(first + 1, "-")
                    or self.norm(first + 1) in ("a", "as", "a las", "hasta", "bis", "ate", "et", "y", "e")
                )
                and self.kind(self.skip(first + 2)) == "clock"
            ):
                second = self.skip(first + 2)
                low, high = _hhmm(str(self.value(first))), _hhmm(str(self.value(second)))
                if high < low and high < 1200:
                    high += 1200
                time = ex.Clock("time")
                return Found(
                    ex.And((ex.Compare(">=", time, ex.Number(low)), ex.Compare("<", time, ex.Number(high)))), second + 1
                )
        if (
            self.kind(k) == "clock"
            and self.norm(k - 1) in ("at", "a", "um", "as", "las")
            and self.context in ("buy", "long", "short")
        ):
            return Found(ex.Compare("==", ex.Clock("time"), ex.Number(_hhmm(str(self.value(k))))), k + 1)
        if self.kind(k) in ("after", "beforeend", "cmp", "ago", "till") and self.kind(self.skip(k + 1)) == "clock":
            clock = self.skip(k + 1)
            before = (
                self.kind(k) in ("beforeend", "till")
                or self.norm(k) in ("before", "antes de", "vor", "avant")
                or self.value(k) in ("<", "<=")
            )
            return Found(
                ex.Compare("<" if before else ">=", ex.Clock("time"), ex.Number(_hhmm(str(self.value(clock))))),
                clock + 1,
            )
        return None

    def _calendar(self, i: int) -> Found | None:
        """Weekdays, months, first and last trading days."""
        k = self.skip(i)
        if self.kind(k) in ("if", "every"):
            k = self.skip(k + 1)
        if self.kind(k) == "now" and self.kind(self.skip(k + 1)) == "weekday":
            k = self.skip(k + 1)
        if self.kind(k) == "weekdays" and self.norm(self.skip(k + 1)) in ("except", "excluding", "excepto", "salvo", "ausser", "sauf", "exceto"):
            day = self.skip(self.skip(k + 1) + 1)
            if self.kind(day) == "weekday":
                clock = ex.Clock("weekday")
                week = ex.Compare("<=", clock, ex.Number(4))
                return Found(ex.conjunction(week, ex.Compare("!=", clock, ex.Number(float(str(self.value(day)))))), day + 1)
        if self.kind(k) == "weekdays":
            return Found(ex.Compare("<=", ex.Clock("weekday"), ex.Number(4)), k + 1)
        if self.kind(k) == "weekend":
            return Found(ex.Compare(">=", ex.Clock("weekday"), ex.Number(5)), k + 1)
        if self.kind(k) == "weekday":
            lower = self._fell_since(k)
            if lower is not None:
                return lower
            days, end = [int(str(self.value(k)))], k + 1
            while self.kind(self.skip(end, "comma", "and", "or", "if")) == "weekday":
                end = self.skip(end, "comma", "and", "or", "if")
                days.append(int(str(self.value(end))))
                end += 1
            clock = ex.Clock("weekday")
            found: ex.Expression = ex.disjunction(*(ex.Compare("==", clock, ex.Number(d)) for d in days))
            if self.norm(end - 1).endswith("'s") and self.kind(end) == "price" and self.value(end) == "close":
                self.closing(end)
                return Found(found, end + 1)
            at = self.skip(end, "if")
            if self.kind(at) == "clock" and self.context.startswith("exit"):
                # "close Friday 3pm"
                hour = ex.Compare(">=", ex.Clock("time"), ex.Number(_hhmm(str(self.value(at)))))
                return Found(ex.conjunction(found, hour), at + 1)
            return Found(found, end)
        if (
            self.kind(k) == "num"
            and self.norm(k + 1) in ("st", "nd", "rd", "th")
            and self.norm(self.skip(k + 2)) in ("trading day", "business day", "trading days")
        ):
            nth = ex.Compare("==", ex.Clock("trading_day"), ex.Number(self.items[k].number))
            end = self.skip(k + 2) + 1
            if self.kind(self.skip(end)) == "unit" and self.value(self.skip(end)) == "month":
                end = self.skip(end) + 1
            return Found(nth, end)
        if self.kind(k) == "trading_day":
            day = ex.Compare("==", ex.Clock("trading_day"), ex.Number(float(str(self.value(k)))))
            end = k + 1
            nxt = self.skip(end)
            if self.kind(nxt) == "every":
                nxt = self.skip(nxt + 1)
            if self.kind(nxt) == "month":
                month = ex.Compare("==", ex.Clock("month"), ex.Number(float(str(self.value(nxt)))))
                return Found(ex.conjunction(month, day), nxt + 1)
            if self.kind(nxt) == "unit" and self.value(nxt) == "month":
                return Found(day, nxt + 1)
            return Found(day, end)
        if (
            self.kind(k) == "month"
            and self.kind(k + 1) != "num"
            and (
                self.norm(k - 1) in ("in", "during", "en", "em", "im")
                or self.norm(k) not in ("may", "mar", "dec", "ago", "march", "dic", "set", "mai", "sept")
            )
        ):
            if self.norm(k - 1) in ("in", "during", "en", "em", "im", "of") or self.kind(k - 1) in (
                "filter",
                "only",
                "if",
            ):
                return Found(ex.Compare("==", ex.Clock("month"), ex.Number(float(str(self.value(k))))), k + 1)
        return None

    def comes_from(self) -> str:
        """Where the entry stood beside the line an exit touches: below, above, or unknown."""
        return ""

    def closing(self, i: int) -> None:
        """The order is filled at the close of a day that is named; the slot reader keeps it."""

    def _each_of(self, i: int) -> Found | None:
        """`two days in a row where …`, `the last 3 candles open above …`, `7 of the last 10 days …`."""
        k = self.skip(i, "within")
        counted = any(self.kind(x) == "within" for x in range(i, k))
        if self.kind(k) != "num" or self.items[k].percent:
            return None
        number, j = self.items[k].number, k + 1
        if self.kind(j) != "unit" or self.value(j) not in ("bar", "day", "week") or number != int(number) or not 1 <= number <= 500:
            return None
        j += 1
        if self.kind(self.skip(j)) == "row":
            j = self.skip(self.skip(j) + 1, "if", "filter")
        elif counted and self.kind(self.skip(j, "both")) in ("price", "ind"):
            j = self.skip(j, "both")
        else:
            return None
        each = self.atom(j)
        if each is None:
            return None
        return Found(repeated(each.expression, int(number)), each.end)

    def _gap(self, i: int) -> Found | None:
        """`it gaps down more than 2%`: the open beside the close before."""
        k = self.skip(i)
        if self.kind(k) in ("price", "symbol"):
            k = self._verb(k + 1)
        if self.kind(k) != "gap":
            return None
        down = self.value(k) == "down"
        before: ex.Expression = ex.Lag(ex.CLOSE, ex.Number(1))
        j = self.skip(k + 1)
        operator = "<" if down else ">"
        if self.kind(j) == "cmp" and self.value(j) in (">", ">="):
            operator, j = operator + ("=" if self.value(j) == ">=" else ""), self.skip(j + 1)
        if self.kind(j) == "num" and self.items[j].percent:
            share = abs(self.items[j].number) / 100
            end = j + 1
            if self.kind(self.skip(end)) == "cmp" and self.norm(self.skip(end)) in ("or more", "or higher"):
                operator, end = operator[0] + "=", self.skip(end) + 1
            target = _times(round(1 - share if down else 1 + share, 10), before)
            return Found(ex.Compare(operator, ex.Price("open"), target), end)
        self.memory.assumed["gap"] = "a gap: the open beyond the close before"
        return Found(ex.Compare("<" if down else ">", ex.Price("open"), before), k + 1)

    def _ribbon(self, i: int) -> Found | None:
        """`5 > 8 > 13 > 21 EMA`: lengths of one kind of average."""
        k, numbers, signs = self.skip(i), [], []
        while self.kind(k) == "num" and not self.items[k].percent and not self.items[k].currency:
            numbers.append(self.items[k].number)
            k += 1
            if self._symbolic(k):
                signs.append(str(self.value(k)))
                k += 1
        name = str(self.value(k))
        if len(numbers) < 2 or len(signs) != len(numbers) - 1 or self.kind(k) != "ind" or name not in MA_KINDS:
            return None
        if any(n != int(n) or n < 1 for n in numbers):
            return None
        lines = [self.average_call(name, n) for n in numbers]
        parts = [ex.Compare(sign, a, b) for sign, a, b in zip(signs, lines, lines[1:])]
        return Found(ex.conjunction(*parts), k + 1)

    def _fell_since(self, k: int) -> Found | None:
        """`Monday closed lower than Friday`: that weekday, and its close beside the one before."""
        day = int(str(self.value(k)))
        after = self.skip(k + 1)
        down: bool | None = None
        if self.kind(after) in ("streak_down", "streak_up"):
            down, after = self.kind(after) == "streak_down", self.skip(after + 1)
        elif self.kind(after) == "price" and self.value(after) == "close" and self.kind(self.skip(after + 1)) in ("cmp", "streak_down", "streak_up"):
            verb = self.skip(after + 1)
            if self.kind(verb) == "cmp" and self.value(verb) not in ("<", ">"):
                return None
            down = self.value(verb) == "<" if self.kind(verb) == "cmp" else self.kind(verb) == "streak_down"
            after = self.skip(verb + 1)
        if down is None or self.kind(after) != "weekday" or int(str(self.value(after))) != (day - 1 if day else 4):
            return None
        end = after + 1
        if self.kind(self.skip(end)) == "price" and self.value(self.skip(end)) == "close":
            end = self.skip(end) + 1
        fell = ex.Compare("<" if down else ">", ex.CLOSE, ex.Lag(ex.CLOSE, ex.Number(1)))
        return Found(ex.conjunction(ex.Compare("==", ex.Clock("weekday"), ex.Number(day)), fell), end)

    def _streak(self, i: int) -> Found | None:
        """`three red candles in a row`, `close is lower for two days in a row`, `2 consecutive higher closes`."""
        k = self.skip(i, "within")
        number: float | None = None
        if self.kind(k) == "row" and self.kind(self.skip(k + 1)) == "num":
            k = self.skip(k + 1)
        if self.kind(k) == "num" and not self.items[k].percent:
            number, k = self.items[k].number, self.skip(k + 1)
        if self.kind(k) == "row":
            k = self.skip(k + 1)
        if (
            number is not None
            and self.kind(self.skip(k, "within")) == "unit"
            and self.value(self.skip(k, "within")) == "bar"
        ):
            told = self.skip(self.skip(k, "within") + 1, "both")
            if self.kind(told) == "state" and self.value(told) in ("green", "red", "bullish", "bearish"):
                rising = self.value(told) in ("green", "bullish")
                candle_body = ex.Compare(">" if rising else "<", ex.CLOSE, ex.Price("open"))
                if number == int(number) and 1 <= number <= 500:
                    return Found(repeated(candle_body, int(number)), told + 1)
        if self.kind(k) == "unit" and number is not None and self.kind(self.skip(k + 1)) == "row":
            k = self.skip(self.skip(k + 1) + 1)
        elif self.kind(k) == "unit" and number is not None and any(self.kind(x) == "row" for x in range(i, k)):
            k = self.skip(k + 1)
        if self.kind(k) == "state" and self.kind(self.skip(k + 1)) == "ind" and self.value(self.skip(k + 1)) == "ha":
            coloured_ha = _sided(ex.call("ha", output="close"), self.value(k) in ("green", "bullish"))
            if coloured_ha is not None and self.value(k) in ("green", "red", "bullish", "bearish"):
                end = self.skip(k + 1) + 1
                if self.kind(self.skip(end)) == "row":
                    end = self.skip(end) + 1
                return Found(repeated(coloured_ha, int(number or 1)), end)
        kind, norm = self.kind(k), self.norm(k)
        if number is not None and any(self.kind(x) == "row" for x in range(i, k)) and (
            kind in ("dip", "gainmove") or (kind == "state" and self.value(k) in ("falling", "rising"))
        ):
            after = self.skip(k + 1)
            if not (self.kind(after) == "num" and self.items[after].percent):
                kind = "streak_down" if kind == "dip" or self.value(k) == "falling" else "streak_up"
        coloured = kind == "state" and self.value(k) in ("green", "red", "bullish", "bearish")
        if kind not in ("streak_up", "streak_down") and not coloured:
            return None
        candle = coloured and any(w in norm for w in ("candle", "bar", "vela", "kerze", "bougie")) and number is None
        down = kind == "streak_down" or (coloured and self.value(k) in ("red", "bearish"))
        end = k + 1
        if self.kind(end) == "unit" and self.value(end) in ("bar", "day"):
            end += 1
        if (
            self.kind(self.skip(end)) == "price"
            and self.norm(self.skip(end)) in ("close", "closes")
            and kind != "state"
        ):
            end = self.skip(end) + 1
        if number is None:
            nxt = self.skip(end, "within")
            if self.kind(nxt) == "num" and self.kind(nxt + 1) in ("unit", "row"):
                number = self.items[nxt].number
                end = nxt + 1 + (self.kind(nxt + 1) == "unit")
        if number is None and (coloured or norm in ("lower", "higher")) and not candle:
            return None
        nxt = self.skip(end)
        if self.kind(nxt) == "row":
            end = nxt + 1
        if number is not None and (number != int(number) or not 1 <= number <= 500):
            return None
        body = coloured or any(
            w in norm
            for w in (
                "red",
                "green",
                "candle",
                "bar",
                "roja",
                "verde",
                "vermelh",
                "rote",
                "grun",
                "rouge",
                "vert",
                "阳",
                "阴",
            )
        )
        operator = "<" if down else ">"
        condition: ex.Expression = ex.Compare(
            operator, ex.CLOSE, ex.Price("open") if body else ex.Lag(ex.CLOSE, ex.Number(1))
        )
        if number is not None and number > 1:
            condition = repeated(condition, int(number))
        return Found(condition, end)

    def _move(self, i: int) -> Found | None:
        """`price drops 5% [in 3 bars]`, `went up 3% or more over the last 5 bars`, `drops 5% from its 20 day high`."""
        k = self.skip(i)
        subject: ex.Expression = ex.CLOSE
        if self.kind(k) == "lag" and self.norm(k) in ("yesterday", "previous day", "the day before", "ayer", "gestern", "hier", "ontem"):
            nxt = self._verb(k + 1)
            moved = self._move(nxt) if self.kind(nxt) in ("dir", "dip", "gainmove", "state") else None
            if moved is None:
                return None
            today = any(item.norm in ("today", "at today's open") for item in self.items[k:])
            return moved if today else Found(ex.lagged(moved.expression, ex.Number(1)), moved.end)
        if (self.kind(k) == "price" and self.value(k) == "close") or self.kind(k) == "symbol":
            named = str(self.value(k)) if self.kind(k) == "symbol" else ""
            k = self._verb(k + 1)
            if named and self.kind(k) in ("dip", "gainmove", "dir", "state") and named not in self.memory.value_symbols:
                self.memory.value_symbols.append(named)
        if self.kind(k) == "dir" or (self.kind(k) == "state" and self.norm(k) in ("is up", "is down")):
            number = self.skip(k + 1)
            if self.kind(number) == "cmp":
                number = self.skip(number + 1)
            if self.kind(number) == "num" and self.items[number].percent:
                return self._move_of(subject, k, self.norm(k) in ("down", "is down"))
            return None
        if self.kind(k) not in ("dip", "gainmove"):
            return None
        return self._move_of(subject, k)

    def _move_of(self, subject: ex.Expression, k: int, falls: bool | None = None) -> Found | None:
        down = self.kind(k) == "dip" if falls is None else falls
        j = self.skip(k + 1)
        if self.kind(j) == "num" and self.kind(j + 1) == "unit" and self.kind(self.skip(j + 2)) == "row" and not self.items[j].percent:
            count = self.items[j].number  # "has risen 4 days in a row"
            if count == int(count) and 1 <= count <= 500:
                step = ex.Compare("<" if down else ">", subject, ex.lagged(subject, ex.Number(1)))
                return Found(repeated(step, int(count)), self.skip(j + 2) + 1)
        operator = "<=" if down else ">="
        if self.kind(j) == "cmp":
            if self.value(j) in (">", ">="):
                operator = operator if self.value(j) == ">=" else operator[0]
            else:
                return None
            j = self.skip(j + 1)
        if self.kind(j) != "num" or not self.items[j].percent:
            return None
        share, j = abs(self.items[j].number), j + 1
        k = self.skip(j)
        if self.kind(k) == "cmp" and self.value(k) in (">=",):
            j = k + 1
        # "3% or more": lexed as or + more
        if self.kind(k) == "or" and self.norm(self.skip(k + 1)) in ("more", "greater", "mas", "mehr", "plus", "mais"):
            j = self.skip(k + 1) + 1
        frm = self.skip(j)
        if (
            self.kind(frm) in ("since", "cmp")
            or self.norm(j) in ("from", "below", "off", "above", "desde", "vom")
            or self.kind(frm) == "agg"
        ):
            target = self.operand(self.skip(frm + 1) if self.kind(frm) in ("since", "cmp") else frm)
            if (
                target is not None
                and nature(target.expression)[0] is Nature.PRICE
                and not isinstance(target.expression, ex.EntryPrice)
            ):
                factor = 1 - share / 100 if down else 1 + share / 100
                return Found(ex.Compare(operator, subject, _times(round(factor, 10), target.expression)), target.end)
            if target is not None or self.kind(self.skip(frm + 1)) in ("agg", "price", "entryprice"):
                return None
        window = self.skip(j, "within")
        bars: float | None = None
        if self.kind(window) == "cmp" and self.norm(window) == "over":
            window = self.skip(window + 1, "within")
        if self.kind(window) == "num" and self.kind(window + 1) == "unit":
            unit, number = str(self.value(window + 1)), self.items[window].number
            bars = self.bars(number, unit)
            if bars is None:
                return None
            j = window + 2
        elif self.kind(window) == "unit" and window > j:
            bars = self.bars(1, str(self.value(window)))
            if bars is None:
                return None
            j = window + 1
        elif self.kind(window) == "tf" or self.norm(window) in ("today", "intraday"):
            bars, j = 1.0, window + 1
        if bars is None:
            bars = 1.0
            self.memory.assumed["move_window"] = f"a {'fall' if down else 'rise'} of {share:g}% within one bar"
        change = ex.call("roc", bars)
        return Found(ex.Compare(operator, change, ex.Number(-share if down else share)), j)

    def bars(self, number: float, unit: str) -> float | None:
        """A duration as bars of the strategy's timeframe."""
        if unit == "bar":
            return number
        base = self.memory.base
        if base not in TIMEFRAMES or base is None:
            if unit == "hour":
                self.memory.base = base = "1h"
                self.memory.frames.append("1h")
            else:
                return number if unit == "day" else None
        length = {"minute": 1, "hour": 60, "day": 1440, "week": 10080, "month": 43200}.get(unit)
        if length is None:
            return None
        total = number * length / minutes(base)
        return total if total == int(total) and total >= 1 else None

    def _candle(self, i: int) -> Found | None:
        """`the last candle was red`, `a hammer forms`, `HA candle turns green`."""
        k = self.skip(i)
        if self.kind(k) == "pattern":
            return self._candle_pattern(k, None)
        if self.kind(k) == "state" and self.kind(self.skip(k + 1)) == "pattern":
            return self._candle_pattern(self.skip(k + 1), self.value(k) in ("bullish", "green"))
        lag = 0
        if self.kind(k) == "lag" and (
            "candle" in self.norm(k)
            or "bar" in self.norm(k)
            or "vela" in self.norm(k)
            or "kerze" in self.norm(k)
            or "bougie" in self.norm(k)
            or self.norm(k) in ("previous", "prior", "last")
        ):
            lag, k = 1, self.skip(k + 1)
            if self.norm(i).startswith("last") and not any(item.kind == "following" for item in self.items):
                lag = 0
            if self.kind(k) == "unit" and self.value(k) == "bar":
                k = self.skip(k + 1)
        elif (
            self.kind(k) == "following"
            or (
                self.kind(k) == "unit"
                and self.value(k) == "bar"
                and self.norm(k) in ("candle", "bar", "candlestick", "vela", "kerze", "bougie")
            )
            or (self.kind(k) == "price" and self.value(k) == "close")
        ):
            k = self.skip(k + 1)
        else:
            return None
        k = self.skip(k)
        if self.kind(k) == "state" and self.value(k) in ("green", "red", "bullish", "bearish"):
            up = self.value(k) in ("green", "bullish")
            condition: ex.Expression = ex.Compare(">" if up else "<", ex.CLOSE, ex.Price("open"))
            end = k + 1
            nested = self.bracket(end)
            if nested is None and self.is_sign(end, "("):
                close = next((x for x in range(end, len(self.items)) if self.is_sign(x, ")")), None)
                inner = self.conditions(end + 1)
                if close is not None and inner is not None and inner.end == close:
                    same = inner.expression
                    if isinstance(same, ex.Compare) and {same.left, same.right} == {ex.CLOSE, ex.Price("open")}:
                        falls = (same.operator == "<") == (same.left == ex.CLOSE)
                        if falls != up:
                            end = close + 1
            if lag:
                condition = ex.Compare(
                    ">" if up else "<", ex.Lag(ex.CLOSE, ex.Number(1)), ex.Lag(ex.Price("open"), ex.Number(1))
                )
            return Found(condition, end)
        return None

    def _in_range(self, i: int) -> Found | None:
        """`closes in the bottom 20% of its daily range`."""
        k = self.skip(i)
        if self.kind(k) == "price" and self.value(k) == "close":
            k = self.skip(k + 1)
        if self.norm(k) not in ("bottom", "lower", "top", "upper", "lowest", "highest"):
            return None
        low = self.norm(k) in ("bottom", "lower", "lowest")
        n = self.skip(k + 1)
        if self.kind(n) != "num" or not self.items[n].percent:
            return None
        share = self.items[n].number / 100
        end = self.skip(n + 1, "tf")
        if self.kind(end) == "span":
            end += 1
        elif n + 1 != end or self.kind(end) not in ("", "end", "comma", "and", "act", "or") or not any("range" in x.norm for x in self.items):
            return None
        ibs = ex.call("ibs")
        return Found(ex.Compare("<" if low else ">", ibs, ex.Number(round(share if low else 1 - share, 10))), end)

    def _candle_pattern(self, k: int, bullish: bool | None) -> Found | None:
        name = str(self.value(k))
        norm = self.norm(k)
        if bullish is None:
            bullish = "bearish" not in norm
            if name in ("shooting_star", "evening_star", "three_black_crows", "hanging_man", "dark_cloud_cover"):
                bullish = False
            elif name in ("doji", "engulfing", "harami") and "bull" not in norm and "bear" not in norm:
                if name != "doji":
                    self.memory.assumed[name] = f"{name}: the bullish form"
        end = k + 1
        nxt = self.skip(end)
        if self.kind(nxt) == "unit" and self.value(nxt) == "bar":
            end = nxt + 1
        while self.norm(end) in ("forms", "appears", "pattern", "candle", "form", "printed", "prints", "shows"):
            end += 1
        return Found(ex.Compare(">" if bullish else "<", ex.call(name), ex.Number(0)), end)

    def _counted_of(self, expression: ex.Expression, k: int) -> Found | None:
        """`7 or more of the last 10 days` after a condition."""
        if self.kind(k) != "num" or self.items[k].percent or self.items[k].number != int(self.items[k].number):
            return None
        least, j = self.items[k].number, k + 1
        if self.kind(j) == "cmp" and self.value(j) == ">=":
            j += 1
        if self.kind(j) == "unit":
            j += 1
        if self.norm(j) == "out":
            j += 1
        j = self.skip(j)
        if self.kind(j) != "within" or self.kind(self.skip(j + 1)) != "num":
            return None
        n = self.skip(j + 1)
        span = self.items[n].number
        if self.kind(n + 1) != "unit" or span != int(span) or not 1 <= least <= span <= 500:
            return None
        return Found(ex.Compare(">=", ex.Function("count", (expression, ex.Number(span))), ex.Number(least)), n + 2)

    def _at_band(self, found: Found) -> Found:
        """`a hammer at the lower band`: the candle touches it."""
        candle = [p for p in ex.walk(found.expression) if isinstance(p, ex.Call) and INDICATORS[p.indicator].helper.startswith("candlestick")]
        if not candle or self.norm(found.end) not in ("at", "on", "near", "en", "am", "an"):
            return found
        band = self._output(self.skip(found.end)) or self._indicator(self.skip(found.end))
        if band is None or not (is_lower(band.expression) or is_upper(band.expression)):
            return found
        low = is_lower(band.expression)
        touch = ex.Compare("<=" if low else ">=", ex.Price("low" if low else "high"), band.expression)
        return Found(ex.conjunction(found.expression, touch), band.end)

    def _windowed(self, found: Found) -> Found:
        """What follows a condition: `for 3 bars in a row`, `within the last 5 bars`, `at a level below 30`."""
        expression, j = found
        k = self.skip(j)
        if self.kind(k) == "not":
            return found
        ordinal = _ORDINALS.get(self.norm(k - 1)) if self.kind(k) == "unit" else None
        if ordinal is not None and self.value(k) in ("bar", "day", "week") and self.kind(self.skip(k + 1)) == "row":
            return Found(repeated(expression, ordinal), self.skip(k + 1) + 1)  # "for the third day in a row"
        counted = self._counted_of(expression, k)
        if counted is not None:
            return counted
        number = -1
        if (
            self.kind(k) == "num"
            and not self.items[k].percent
            and self.kind(k + 1) == "unit"
            and self.value(k + 1) in ("bar", "day", "hour", "week")
        ):
            number, after = k, k + 2
        elif self.kind(k) == "num" and self.kind(k + 1) == "row" and not self.items[k].percent:
            number, after = k, k + 1
        else:
            after = k
        if number >= 0:
            count = self.items[number].number
            row = self.kind(self.skip(after)) == "row"
            if (
                count == int(count)
                and 1 <= count <= 500
                and (
                    row
                    or (
                        self.norm(j) in ("for", "durante", "por", "fur", "pendant", "since")
                        and self.value(number + 1) == "bar"
                    )
                )
            ):
                end = self.skip(after) + 1 if row else after
                return Found(repeated(expression, int(count)), end)
        if self.kind(k) == "within" and self.kind(self.skip(k + 1)) == "num":
            n = self.skip(k + 1)
            if self.kind(n + 1) == "unit" and self.value(n + 1) == "bar" and not self.items[n].percent:
                count = self.items[n].number
                if self.norm(j) in ("for", "durante") or self.norm(k).startswith("for "):
                    return Found(repeated(expression, int(count)), n + 2)
                return Found(ex.Function("any", (expression, ex.Number(count))), n + 2)
        if (
            self.kind(k) == "num"
            and not self.items[k].percent
            and isinstance(expression, ex.Compare)
            and isinstance(expression.right, ex.Number)
            and self.items[k].number == int(self.items[k].number)
        ):
            # "was below 60 three days ago"
            ago = k + 2 if self.kind(k + 1) == "unit" and self.kind(k + 2) == "ago" else 0
            if self.kind(k + 1) == "ago" and "ago" in self.norm(k + 1):
                ago = k + 1
            if ago:
                left = ex.lagged(expression.left, ex.Number(self.items[k].number))
                return Found(ex.Compare(expression.operator, left, expression.right), ago + 1)
        # "crosses below its 6 SMA at a level below 30"
        if (
            self.norm(j) in ("at", "a", "en", "bei")
            and isinstance(expression, ex.Cross)
            and self.kind(k) == "cmp"
            and self.value(k) in ("<", ">")
        ):
            level = self.operand(self.skip(k + 1))
            if level is not None and isinstance(level.expression, ex.Number):
                return Found(
                    ex.conjunction(expression, ex.Compare(str(self.value(k)), expression.left, level.expression)),
                    level.end,
                )
        return found


# -- helpers ----------------------------------------------------------------------------------------------------------------


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
    for one, other in ((left, right), (right, left)):
        if isinstance(one, ex.Number) and one.value <= 0 and _is_level(other):
            return False
        if isinstance(one, ex.Number) and one.value <= 0 and isinstance(other, ex.Call) and other.indicator in ("sma", "ema") and other.series is None:
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
    return not any(_is_distance(a) and _is_level(b) for a, b in ((left, right), (right, left)))


def _is_distance(node: ex.Expression) -> bool:
    base = node.right if isinstance(node, ex.Arithmetic) and node.operator == "*" else node
    return isinstance(base, ex.Call) and base.indicator in ("atr", "tr", "stdev")


def _is_level(node: ex.Expression) -> bool:
    base = node.operand if isinstance(node, ex.Lag | ex.At) else node
    return (isinstance(base, ex.Price) and base.field != "volume") or (
        isinstance(base, ex.Call) and base.indicator in ("highest", "lowest", "bb", "kc", "donchian", "vwap") and base.series in (None, ex.CLOSE)
    )


def _is_pattern(node: ex.Expression) -> bool:
    parts = node.parts if isinstance(node, ex.Or) else (node,)
    return all(
        isinstance(p, ex.Compare) and isinstance(p.left, ex.Call) and INDICATORS[p.left.indicator].helper.startswith("candlestick")
        for p in parts
    )


def _turned_round(before: list[ex.Expression], after: ex.Expression) -> tuple[ex.Expression, ex.Cross] | None:
    """A comparison that turns an earlier one round: both together are a cross."""
    if not isinstance(after, ex.Compare) or after.operator not in ("<", ">"):
        return None
    for part in before:
        if isinstance(part, ex.Compare) and (part.left, part.right) == (after.left, after.right):
            if part.operator[0] in "<>" and part.operator[0] != after.operator:
                return part, ex.Cross(after.operator == ">", after.left, after.right)
    return None


def _times(factor: float, value: ex.Expression) -> ex.Expression:
    return value if factor == 1 else ex.Arithmetic("*", ex.Number(factor), value)


def _hhmm(clock: str) -> float:
    return float(clock.replace(":", ""))


def _is_indicator(node: ex.Expression) -> bool:
    return isinstance(node, ex.Call)


def _is_average(node: ex.Expression) -> bool:
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


def _ma_name(node: ex.Expression) -> str:
    base = node.operand if isinstance(node, ex.At | ex.Lag) else node
    return base.indicator if isinstance(base, ex.Call) else ""


def _length_of(node: ex.Expression) -> float:
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


def _past_extreme(value: ex.Expression, other: ex.Expression) -> ex.Expression:
    """A highest or lowest that includes the bar it is compared with can never be passed: the bar before's is meant."""
    base = value.operand if isinstance(value, ex.At) else value
    if isinstance(base, ex.Call) and (
        base.indicator in ("highest", "lowest") or (base.indicator == "donchian" and base.output in ("upper", "lower"))
    ):
        if not isinstance(other, ex.Number) and not isinstance(value, ex.At):
            return ex.Lag(base, ex.Number(1))
    return value


def _of_same_kind(value: ex.Expression, other: ex.Expression) -> ex.Expression:
    """An average beside an oscillator, volume or balance is an average of that, not of the price."""
    base = other
    while isinstance(base, ex.Lag | ex.At):
        base = base.operand
    scaled = isinstance(base, ex.Call) and (
        base.indicator in ("obv", "ad", "atr", "adx", "stdev", "sobv") or nature(base)[0] is Nature.OSCILLATOR
    )
    if not scaled and base != ex.Price("volume"):
        return value
    match value:
        case ex.Call(indicator="sma" | "ema" | "wwma" | "lwma" | "hma" | "dema" | "tema", series=None):
            return ex.Call(value.indicator, value.arguments, value.output, base)
        case ex.Arithmetic(operator="*", left=ex.Number() as factor, right=right):
            return ex.Arithmetic("*", factor, _of_same_kind(right, other))
        case _:
            return value


def _compared_with(node: ex.Expression | None) -> ex.Expression | None:
    """The right side of the last comparison."""
    match node:
        case ex.Compare(right=right) | ex.Cross(right=right):
            return right
        case _:
            return None


def _has_side(node: ex.Expression) -> bool:
    return _sided(node, True) is not None


def _sided(node: ex.Expression, up: bool) -> ex.Compare | None:
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


def _without_others(bracket: tuple[list[float], list[Item], int] | None) -> tuple[list[float], int] | None:
    if bracket is None or bracket[1] or not bracket[0]:
        return None
    return bracket[0], bracket[2]


Reader = Callable[[int], Found | None]

"""Where the grammar stands in the text, and what it remembers of it: items, bar lengths, runs of numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from vibetrader.spec import expressions as ex
from vibetrader.spec.timeframes import TIMEFRAMES, minutes
from vibetrader.spec.words.lexing import Item
from vibetrader.spec.words.shapes import (
    normal_frame,
)

MA_KINDS: Final = ("ma", "sma", "ema", "lwma", "hma", "dema", "tema", "kama", "vwma", "alma", "zlema", "trima", "wwma")
PLAIN: Final = ("fill", "strategy", "since", "period")
UNIT_FRAME: Final = {"minute": "m", "hour": "h", "day": "d", "week": "w", "month": "M"}
LEVELS: Final[dict[str, tuple[float, float]]] = {
    "rsi": (30, 70), "mfi": (20, 80), "stoch": (20, 80), "stochrsi": (20, 80), "cci": (-100, 100),
    "williams_r": (-80, -20), "crsi": (10, 90), "ultosc": (30, 70), "demarker": (0.3, 0.7), "ibs": (0.2, 0.8),
    "cmo": (-50, 50), "zscore": (-2, 2), "bb": (0, 1),
}  # fmt: skip
RANGE: Final = ex.Arithmetic("-", ex.Price("high"), ex.Price("low"))
ORDINALS: Final = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5}


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


class Cursor:
    """Looks at the items of a text; what reads them builds on it."""

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
        while self.kind(i) in PLAIN or (more and self.kind(i) in more):
            i += 1
        return i

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
            return f"1{UNIT_FRAME[str(self.value(i))]}", self._after_frame(i + 1)
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
            and self.value(i + 1) in UNIT_FRAME
            and not self.items[i].percent
        ):
            unit, number = str(self.value(i + 1)), self.items[i].number
            if number != int(number) or number < 1:
                return f"{number:g}{UNIT_FRAME[unit]}", self._after_frame(i + 2)
            text = self.items[i + 1].text
            letter = UNIT_FRAME[unit]
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

    def _equals(self, i: int) -> int:
        i = self.skip(i)
        if self.kind(i) == "cmp" and self.norm(i) in ("=", "=="):
            i += 1
        if self.kind(i) == "colon":
            i += 1
        return self.skip(i)

    def _symbolic(self, j: int) -> bool:
        return self.kind(j) == "cmp" and self.norm(j) in ("<", ">", "<=", ">=")

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

    def _nests(self, i: int) -> bool:
        """More brackets in a row than a person opens: not read, so that no text takes long."""
        return all(self.is_sign(i + k, "(", "[") for k in range(6))

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

    def comes_from(self) -> str:
        """Where the entry stood beside the line an exit touches: below, above, or unknown."""
        return ""

    def closing(self, i: int) -> None:
        """The order is filled at the close of a day that is named; the slot reader keeps it."""

    def at(self, expression: ex.Expression, frame: str) -> ex.Expression:
        """The value on another timeframe; on the strategy's own it stays as it is."""
        if frame not in self.memory.frames:
            self.memory.frames.append(frame)
        if isinstance(expression, ex.At):
            return expression
        return ex.At(expression, frame)

    def range_length(self) -> float:
        """Minutes of the opening range: as said, else one bar."""
        if self.memory.range_minutes is not None:
            return self.memory.range_minutes
        if self.memory.base is not None and self.memory.base in TIMEFRAMES and minutes(self.memory.base) <= 60:
            return float(minutes(self.memory.base))
        self.memory.assumed["opening_range"] = "opening range: the session's first 30 minutes"
        return 30.0

    # -- what is read further up ----------------------------------------------------------------------------------------

    def _build(
        self, name: str, numbers: list[float], output: str, series: ex.Expression | None, frame: str | None, j: int
    ) -> Found | None:
        raise NotImplementedError  # further up the grammar

    def _crossing(self, lefts: list[ex.Expression], k: int) -> Found | None:
        raise NotImplementedError  # further up the grammar

    def _indicator(self, i: int, leading: tuple[float, ...] = ()) -> Found | None:
        raise NotImplementedError  # further up the grammar

    def _move_of(self, subject: ex.Expression, k: int, falls: bool | None = None) -> Found | None:
        raise NotImplementedError  # further up the grammar

    def _pair_crossing(self, lefts: list[ex.Expression], j: int) -> Found | None:
        raise NotImplementedError  # further up the grammar

    def _verb_last(self, lefts: list[ex.Expression], j: int) -> Found | None:
        raise NotImplementedError  # further up the grammar

    def atom(self, i: int) -> Found | None:
        raise NotImplementedError  # further up the grammar

    def conditions(self, i: int) -> Found | None:
        raise NotImplementedError  # further up the grammar

    def primary(self, i: int) -> Found | None:
        raise NotImplementedError  # further up the grammar

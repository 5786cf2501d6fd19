"""A text to a draft: sentences to units, units to rules and slots."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Final

from vibetrader.spec import expressions as ex
from vibetrader.spec.indicators import INDICATORS, Nature
from vibetrader.spec.mirror import nature
from vibetrader.spec.timeframes import TIMEFRAMES, minutes
from vibetrader.spec.words.draft import Draft, Rule, Slot, Span, Unit
from vibetrader.spec.words.lexing import Item, Reading
from vibetrader.spec.words.reading import LEVELS, MA_KINDS, Found, Memory
from vibetrader.spec.words.shapes import is_upper
from vibetrader.spec.words.slots import SlotReader

_QUIET: Final = frozenset(
    [
        "fill",
        "quietly",
        "intraday",
        "all_tf",
        "then",
        "if",
        "since",
        "till",
        "period",
        "strategy",
        "trades",
        "unit",
        "tfhint",
        "colon",
        "comma",
        "report",
        "for_report",
        "both",
        "only",
        "every",
        "dir",
        "also",
        "universe_word",
        "now",
        "per_day",
        "cur",
        "entryprice",
        "after",
        "equity",
        "filter",
        "param",
        "within",
        "following",
        "first",
        "size",
        "beforeend",
    ]
)
"""Kinds that carry no rule of their own: skipped, where nothing read them as part of something."""

_IDEAS: Final = (
    "golden",
    "death",
    "crossover_strategy",
    "momentum_idea",
    "meanrev_idea",
    "breakout_idea",
    "dca_idea",
    "buyhold",
)


_CLAUSE_ENDS: Final = ("comma", "and", "or", "if", "only", "filter", "then", "end")
WEIGHTY_STEMS: Final = tuple(
    """consolid retest bounc reject squeez spik revers trend swing confirm breakout pullback sideway chop volat liquid sweep imbalanc
    exhaust climax pinbar wick shadow body marubozu gap zone level pattern london tokyo asia york sydney frankfurt session timezone
    utc gmt est cet ist unless except without until beyond again twice half third double triple slope angle steep accelerat diverg
    converg compress expan contract correlat ratio spread hedge neutral rebalanc rotat rank weight averag median percentil optimi
    learn predict forecast model news sentiment gann fib elliott wyckoff harmonic support resist trendline channel cycle season
    moon lunar profit loss drawdown slippage limit market order maker taker stop target trail partial scale pyramid martingal grid
    sin excepto menos salvo ausser ohne sauf jusqu solange bevor nachdem avant apres sombra mecha docht meche""".split()
)
"""Beginnings of words that may change a rule: never set aside unread."""


@dataclass(slots=True)
class Group:
    """The units between two actions."""

    conditions: list[tuple[str, Unit]] = field(default_factory=list)
    mirror: Unit | None = None
    opens_rule: bool = False
    after_comma: bool = False
    slot_first: bool = False
    """A time or duration stands between the action and the first condition."""
    """A comma stands between the action and the first condition."""
    """The group begins with if, a colon or a filter word: it explains the action before it."""
    tail_start: int | None = None
    """Index of the first condition after a new if or sentence-like break."""
    next_is_bare: bool = False
    """The next action has no conditions of its own after it."""


def _groups(units: list[Unit]) -> tuple[list[Group], list[Unit]]:
    """The units of a sentence cut at its actions: one group more than there are actions."""
    groups, acts = [Group()], []
    connector, fresh, opened = "and", True, False
    for unit in units:
        group = groups[-1]
        if unit.kind == "act":
            acts.append(unit)
            groups.append(Group(opens_rule=unit.opens))
            connector, fresh, opened = "and", True, False
        elif unit.kind == "or":
            connector = "or"
        elif unit.kind in ("if", "only", "filter") or (unit.kind == "quiet" and unit.value == "colon"):
            if fresh:
                group.opens_rule = True
            opened = True
        elif (
            unit.kind == "slot"
            and unit.value in ("clock", "hold", "after", "session_close", "next_close")
            and not group.conditions
        ):
            group.slot_first = True
        elif unit.kind == "comma":
            opened = True
            if fresh:
                fresh = False
            if not group.conditions:
                group.after_comma = True
        elif unit.kind == "mirror":
            group.mirror = unit
            fresh = False
        elif unit.kind in ("cond", "same"):
            if group.conditions and opened:
                group.tail_start = len(group.conditions)
            group.conditions.append((connector, unit))
            connector, fresh, opened = "and", False, False
        elif unit.kind in ("and", "then"):
            fresh = False if unit.kind == "then" and not groups[-1].conditions and acts else fresh
            if unit.kind == "and":
                fresh = False if not group.conditions else fresh
    for index, group in enumerate(groups[1:], 1):
        nxt = groups[index + 1] if index + 1 < len(groups) else None
        group.next_is_bare = nxt is not None and not nxt.conditions and nxt.mirror is None
    return groups, acts


class Compiler(SlotReader):
    """Reads a whole text into a draft."""

    def __init__(self, reading: Reading, today: date) -> None:
        draft = Draft()
        memory = Memory()
        super().__init__(reading.items, memory, draft, today)
        self.reading = reading
        self.units: list[Unit] = []
        self.declared: list[tuple[str, int]] = []
        """Indicators introduced without a condition, with the index of their item."""
        self.ideas: dict[str, Span] = {}

    # -- first look -------------------------------------------------------------------------------------------------------

    def compile(self) -> Draft:
        """The draft of the whole text."""
        self._scan_frames()
        self._scan_declarations()
        self._units()
        self._assign()
        self.draft.assumed.update(self.memory.assumed)
        self.draft.questions.extend(self.memory.questions)
        return self.draft

    def _scan_frames(self) -> None:
        """The strategy's own timeframe, so that lengths in days can be told from lengths in bars."""
        found: list[tuple[str, int, int, bool]] = []
        i = 0
        while i < len(self.items):
            frame = self._frame_here(i)
            if frame is not None:
                found.append((frame[0], i, frame[1], self._belongs_to_value(i, frame[1])))
                i = frame[1]
            else:
                i += 1
        own = [f for f in found if not f[3]]
        chosen: tuple[str, int, int, bool] | None = None
        if own:
            strong = [f for f in own if self._is_strong_frame(f[1], f[2])] or own
            chosen = strong[0]
            if len({f[0] for f in strong}) > 1 and all(f[0] in TIMEFRAMES for f in strong):
                chosen = min(strong, key=lambda f: minutes(f[0]))
            if len(own) > 1 and self._is_list(own):
                ranked = [f for f in own if f[0] in TIMEFRAMES]
                chosen = min(ranked or own, key=lambda f: minutes(f[0]) if f[0] in TIMEFRAMES else 0)
                self.memory.frames = [f[0] for f in own if f[0] in TIMEFRAMES]
                self.draft.inferred["timeframe"] = "the finest timeframe named"
        if chosen is not None:
            span = self.span(chosen[1], chosen[2])
            if chosen[0] in TIMEFRAMES:
                self.memory.base = chosen[0]
                self.draft.timeframe, self.draft.timeframe_span = chosen[0], span
            else:
                self.draft.odd_timeframe = (chosen[0], span)
        self.frame_items = {k for f in own for k in range(f[1], f[2])}

    def _frame_here(self, i: int) -> tuple[str, int] | None:
        kind = self.kind(i)
        if kind == "tf" and self.norm(i) in ("monthly", "weekly", "daily") and self.kind(i - 1) in ("unsupported",):
            return None
        frame = self.frame(i)
        if frame is None:
            return None
        if kind != "num" or self.kind(i + 1) == "tf":
            return frame
        unit_index = i + 1
        unit, number, end = str(self.value(unit_index)), self.items[i].number, frame[1]
        glued = self.items[unit_index].glued
        hinted = (
            end > i + 2
            or self.kind(self.skip(end)) == "tfhint"
            or self.kind(i - 1) == "tfhint"
            or self.kind(self.skip(i - 1)) == "tfhint"
        )
        before = self.norm(i - 1)
        if self.kind(self.skip(end)) in ("beforeend", "ago", "row", "after") and not hinted:
            return None
        if self.kind(i - 1) in ("within", "hold", "after", "cooldown", "first", "every") or (
            self.norm(i - 1) in ("first", "over", "for") and not (hinted or glued)
        ):
            return None
        if self.kind(self.skip(i - 1)) == "within" or (
            self.kind(self.skip(end)) == "ind"
            and self.value(self.skip(end)) == "opening_range"
            and not hinted
            and self.norm(self.skip(end)) not in ("first candle", "first bar")
        ):
            return None
        if self.norm(end) == "first":
            pass
        compact = glued and self.norm(unit_index) in ("m", "h", "d", "w", "min", "hr", "mins", "mo")
        if unit in ("minute", "hour"):
            if number > 1000 or (self.kind(i - 1) == "or" and not (hinted or glued)):
                return None
            return frame
        if compact and (hinted or self.kind(self.skip(end)) not in ("ind", "price", "agg", "row")):
            if unit in ("day", "week", "month") and self.kind(self.skip(end)) in ("ind", "price", "agg", "stop"):
                return None
            return frame
        if hinted and unit in ("day", "week", "month") and number == 1:
            return frame
        if before in ("tf", "timeframe"):
            return frame
        return None

    def _belongs_to_value(self, i: int, end: int) -> bool:
        """`daily RSI(14)`, `RSI on the 1h`: the frame of one value, when another is the strategy's."""
        nxt = self.skip(end)
        if (
            self.kind(i) in ("tf",)
            and (
                self.kind(nxt) in ("ind", "price", "out", "agg")
                or (self.kind(nxt) == "num" and self.kind(self.skip(nxt + 1, "unit")) == "ind")
            )
            and self.norm(i) in ("daily", "weekly", "hourly", "monthly")
        ):
            if (self.kind(nxt) == "price" and self.norm(nxt) in ("volume",)) or (
                nxt > end and self.kind(end) != "fill"
            ):
                return False
            others = any(
                k != i
                and self._frame_here(k) is not None
                and not (self.kind(k) == "tf" and self.kind(self.skip(k + 1)) in ("ind", "price", "out", "agg", "num"))
                for k in range(len(self.items))
                if self.kind(k) in ("num", "frame", "tf", "unit")
            )
            several = len({self.value(k) for k in range(len(self.items)) if self.kind(k) == "tf"}) > 1
            if several and self.value(i) == "1d" and not others:
                self.draft.inferred["timeframe"] = "the finest timeframe named"
                self.memory.base = self.memory.base or "1d"
                self.draft.timeframe = self.draft.timeframe or "1d"
                self.draft.timeframe_span = self.draft.timeframe_span or self.span(i, i + 1)
            return others or several or self.kind(nxt) in ("ind", "num")
        if (
            self.kind(i) in ("frame", "num")
            and self.kind(nxt) == "ind"
            and nxt == end
            and self.value(nxt) not in (*MA_KINDS, "opening_range")
        ):
            return any(
                k < i or k >= end
                for k in range(len(self.items))
                if self.kind(k) == "frame"
                or (self.kind(k) == "num" and self.kind(k + 1) == "unit" and self.value(k + 1) in ("minute", "hour"))
            )
        return False

    def _is_strong_frame(self, i: int, end: int) -> bool:
        return (
            self.kind(end - 1) == "tfhint"
            or self.kind(i) == "frame"
            or self.kind(i - 1) == "tfhint"
            or (self.kind(end - 1) == "unit" and self.value(end - 1) == "bar")
        )

    def _is_list(self, own: list[tuple[str, int, int, bool]]) -> bool:
        return all(self.skip(a[2], "comma", "and", "if", "both") == b[1] for a, b in pairwise(own))

    def _scan_declarations(self) -> None:
        """Parameters an indicator is introduced with anywhere: `Indicators: 5 EMA, 21 RSI`, `bbands period 8 band 1:`."""
        for i, item in enumerate(self.items):
            if (
                item.kind == "ind"
                and item.value not in MA_KINDS
                and item.value not in ("avg", "opening_range", "ha", "cloud", "pivot", "bbwidth")
            ):
                if (
                    self.kind(i - 1) == "num"
                    and not self.items[i - 1].percent
                    and self.items[i - 1].number == int(self.items[i - 1].number)
                    and self.value(i) not in ("atr", "roc", "stdev")
                ):
                    if (
                        str(item.value) not in self.memory.parameters
                        and self.kind(i - 2) in ("comma", "colon", "", "and", "fill", "if", "end")
                        and not self.is_sign(i + 1, "(")
                    ):
                        self.memory.parameters[str(item.value)] = (self.items[i - 1].number,)
                step = None
                if item.value not in ("roc", "stdev"):
                    k = i + 1
                    if self.kind(k) == "out" and self.value(k) in (
                        "upper",
                        "lower",
                        "middle",
                        "k",
                        "d",
                        "line",
                        "signal",
                    ):
                        k += 1
                    bracket = self.bracket(k)
                    step = (
                        (bracket[0], bracket[2])
                        if bracket is not None and bracket[0]
                        else self._spelled(k, str(item.value))
                    )
                row = INDICATORS.get(str(item.value))
                if (
                    self.kind(self._back(i)) in ("cmp", "drop", "cross")
                    and not self.is_sign(i + 1, "(")
                    and item.value in LEVELS
                ):
                    step = None  # "closes above rsi 70": a level
                if step is not None and row is not None and len(step[0]) > sum(not p.choices for p in row.parameters):
                    step = None
                if step is not None and str(item.value) not in self.memory.parameters:
                    self.memory.parameters[str(item.value)] = tuple(step[0])
            if (
                item.kind == "out"
                and item.value in ("k", "d", "upper", "lower", "middle")
                and (
                    "stoch" in item.norm
                    or item.value in ("k", "d")
                    or "bb" in item.norm
                    or "band" in item.norm
                    or "boll" in item.norm
                )
            ):
                bracket = self.bracket(i + 1)
                if bracket is not None and bracket[0]:
                    name = (
                        ("stochrsi" if self._names_ahead(i, "stochrsi") else "stoch")
                        if item.value in ("k", "d")
                        else "bb"
                        if "boll" in item.norm or "bb" in item.norm
                        else (self._last_bands() or "bb")
                    )
                    if len(bracket[0]) <= sum(not p.choices for p in INDICATORS[name].parameters):
                        self.memory.parameters.setdefault(name, tuple(bracket[0]))
        self._scan_bands()
        self._scan_cloud()

    def _back(self, i: int) -> int:
        """The item before i that is no filler."""
        i -= 1
        while self.kind(i) == "fill":
            i -= 1
        return i

    def _scan_bands(self) -> None:
        """`SMA20 with bands of one 20-period standard deviation` is a Bollinger band."""
        for i, item in enumerate(self.items):
            if item.kind == "param" and item.norm == "bands of" and self.kind(self.skip(i + 1)) == "num":
                width = self.items[self.skip(i + 1)].number
                k = self.skip(i + 1) + 1
                length: float | None = None
                if self.kind(k) == "num" and self.kind(k + 1) == "unit":
                    length, k = self.items[k].number, k + 2
                if self.kind(self.skip(k)) == "ind" and self.value(self.skip(k)) == "stdev":
                    before = next((x.number for x in reversed(self.items[:i]) if x.kind == "num"), None)
                    self.memory.parameters["bb"] = (length or before or 20.0, width)
                    self.memory.indicator = "bb"
                    self.average_call("sma", length or before or 20.0)
                    self.band_span = (self._back_to_average(i), self.skip(k) + 1)

    band_span: tuple[int, int] = (-1, -1)

    def _back_to_average(self, i: int) -> int:
        k = i - 1
        while k > 0 and self.kind(k) in ("filter", "num", "ind", "fill", "unit"):
            k -= 1
        return k + 1

    def _scan_cloud(self) -> None:
        """`MA cloud = SMA 9, 26 and 52`."""
        for i, item in enumerate(self.items):
            if item.kind == "ind" and item.value == "cloud" and self.norm(i + 1) == "=":
                k = i + 2
                if self.kind(k) == "ind" and self.value(k) in MA_KINDS:
                    name, numbers, end = str(self.value(k)), [], k + 1
                    while self.kind(end) in ("num", "comma", "and"):
                        if self.kind(end) == "num":
                            numbers.append(self.items[end].number)
                        end += 1
                    if len(numbers) > 1:
                        self.memory.definitions["cloud"] = tuple(self.average_call(name, n) for n in numbers)
                        start = i - 1 if self.kind(i - 1) == "ind" else i
                        self.band_span = (start, end)

    # -- units ------------------------------------------------------------------------------------------------------------

    def _units(self) -> None:
        i = 0
        while i < len(self.items):
            i = self._unit(i)

    def _add(self, kind: str, value: object, start: int, end: int) -> int:
        opens = kind == "act" and self.norm(start).split()[-1] in (
            "when",
            "if",
            "condition",
            "conditions",
            "rule",
            "rules",
            "wenn",
            "cuando",
            "quando",
            "quand",
        )
        self.units.append(Unit(kind, value, start, end, self.memory.any_cross, opens))
        self.memory.any_cross = False
        return end

    def _unit(self, i: int) -> int:
        if self.kind(i) in ("long_only", "short_only") and self.kind(self.skip(i + 1)) in (
            "if",
            "filter",
            "ind",
            "price",
            "only",
            "symbol",
            "cmp",
        ):
            self.context = str(self.value(i))
            return self._add("act", "long" if self.kind(i) == "long_only" else "short", i, i + 1)
        same = self._same_filter(i) if self.kind(i) in ("filter", "fill") else None
        if same is not None:
            return same
        if self.band_span[0] <= i < self.band_span[1]:
            return self._add("slot", "definition", i, self.band_span[1])
        kind = self.kind(i)
        if kind == "end":
            self.context = ""
            return self._add("end", self.value(i), i, i + 1)
        if kind == "unsupported":
            return self._unsupported(i)
        definition = self._definition(i)
        if definition is not None:
            return definition
        act = self._action(i)
        if act is not None:
            return act
        if (
            kind in ("limit_order", "stop_order")
            and {"buy", "sell"} & set(self.norm(i).split())
            and self.context not in ("buy", "long", "short")
        ):
            side = "buy" if "buy" in self.norm(i).split() else "short"
            self.context = side
            self._add("act", side, i, i)
        if kind == "zone":
            told = (
                any(self.kind(x) == "clock" for x in range(max(0, i - 4), i)) or self.kind(self.skip(i + 1)) == "clock"
            )
            if told:
                self.draft.slots.setdefault("timezone", Slot((self.value(i),), self.span(i, i + 1)))
            return self._add("slot" if told else "quiet", kind, i, i + 1)
        if kind == "span" and self.memory.range_minutes is not None:
            return self._add("quiet", kind, i, i + 1)
        if kind == "shares" and (self.kind(i - 1) == "symbol" or self.kind(i + 1) == "symbol"):
            return self._add("quiet", kind, i, i + 1)
        if self.is_sign(i, "(") and self._pair_in_brackets(i):
            return self._add("slot", "parameters", i, i + 5)
        if kind == "num" and self.norm(i - 1) in ("setup", "setups"):
            return self._add("quiet", kind, i, i + 1)
        if (
            kind == "num"
            and self.items[i].number <= 4
            and self.kind(i + 1) == "ind"
            and self.norm(i + 1)
            in ("moving averages", "emas", "mas", "medias moviles", "medias moveis", "moyennes mobiles")
        ):
            return self._add("quiet", kind, i, i + 2)
        if kind == "num" and self.norm(i + 1) in (
            "indicator",
            "indicators",
            "step",
            "steps",
            "rule",
            "rules",
            "condition",
            "conditions",
        ):
            return self._add("quiet", kind, i, i + 2)
        if kind == "else" and self.units and self.units[-1].kind == "act" and self.units[-1].value == "exit":
            return self._add("mirror", "else", i, i + 1)  # "flat otherwise"
        if kind == "else":
            after = self.skip(i + 1, "comma")
            if self.kind(after) == "act" and self.value(after) in ("sell", "exit", "exit_long"):
                self._add("act", str(self.value(after)), after, after + 1)
                return self._add("mirror", True, i, after + 1)
            if not any(what == "rotation" for what, _ in self.draft.unsupported):
                self.draft.unsupported.append(("rotation", self.span(i, i + 1)))
            return self._add("unsupported", "rotation", i, i + 1)
        slot = self.read_slot(i)
        if slot is not None and slot > i:
            return self._add("slot", kind, i, slot)
        if kind == "mirror":
            return self._add("mirror", self.value(i), i, i + 1)
        if kind == "cmp" and self.norm(i) == "=" and self.kind(self.skip(i + 1)) == "act":
            return self._add("then", True, i, i + 1)
        if kind == "param":
            name = self.memory.indicator or (self.declared[-1][0] if self.declared else "")
            named = self._named_parameters(i, name)
            if named is not None:
                self.memory.parameters[name] = tuple(named[0])
                return self._add("slot", "parameters", i, named[1])
            number = self._equals(i + 1)
            if self.kind(number) == "num" and self._both_lengths():
                return self._add("slot", "parameters", i, number + 1 + (self.kind(number + 1) == "unit"))
        if (
            kind == "num"
            and self.kind(i + 1) == "and"
            and self.kind(i + 2) == "num"
            and self.kind(self.skip(i + 3, "unit")) == "ind"
            and self.value(self.skip(i + 3, "unit")) in MA_KINDS
            and self.kind(self._verb(self.skip(i + 3, "unit") + 1)) not in ("cmp", "cross", "drop", "state")
        ):
            return self._add("slot", "parameters", i, self.skip(i + 3, "unit") + 1)
        if (
            kind == "num"
            and self.kind(i + 2) == "num"
            and (self.is_sign(i + 1, "/", "-") or self.kind(i + 1) == "till")
        ):
            noun = self.skip(i + 3, "unit")
            if self.kind(i - 1) in ("crossover_strategy", "golden") or (
                self.kind(i - 1) == "ind" and self.value(i - 1) in MA_KINDS and "crossover_strategy" in self.ideas
            ):
                return self._add("slot", "parameters", i, i + 3)
            if self.kind(noun) in ("ind", "crossover_strategy", "golden") and (
                self.value(noun) in MA_KINDS or self.kind(noun) != "ind"
            ):
                return self._add("slot", "parameters", i, noun + 1)
        if kind in _IDEAS:
            found = self._condition(i)
            if found is not None:
                return found
            self.ideas.setdefault(kind, self.span(i, i + 1))
            return self._add("idea", kind, i, i + 1)
        if kind not in ("and", "or", "comma", "colon"):
            found = self._condition(i)
            if found is not None:
                return found
        if i in self.frame_items:
            frame = self.frame(i)
            if frame is not None:
                return self._add("slot", "timeframe", i, frame[1])
        if kind == "symbol":
            return self._symbol(i)
        if kind in ("and", "or"):
            return self._add(kind, True, i, i + 1)
        if kind == "comma":
            return self._add("comma", True, i, i + 1)
        if kind in ("only", "filter", "if"):
            return self._add(kind, True, i, i + 1)
        if kind == "cmp" and self.norm(i) == "=" and self.kind(self.skip(i + 1)) == "act":
            return self._add("then", True, i, i + 1)
        touched = self._at_price(i)
        if touched is not None:
            return touched
        declared = self._declaration(i)
        if declared is not None:
            return declared
        if (kind == "sign" and self.norm(i) in "()[]'/+|{}") or (
            kind == "not"
            and self.norm(i) in ("no", "na")
            and self.kind(self.skip(i + 1)) in ("num", "frame", "tf", "tfhint")
        ):
            return self._add("quiet", kind, i, i + 1)
        if kind == "word" and len(self.norm(i)) == 1 and self.is_sign(i + 1, ")"):
            return self._add("quiet", "list", i, i + 2)
        if kind == "drawdown" and self.kind(i + 1) in ("", "end", "comma", "and", "report"):
            return self._add("quiet", kind, i, i + 1)
        if kind == "div" and self.norm(i) == "/":
            return self._add("quiet", kind, i, i + 1)
        if kind in ("tf", "frame") and self.value(i) == self.memory.base:
            return self._add("quiet", kind, i, i + 1)
        if kind == "dir" and self.units and self.units[-1].kind == "cond" and self.units[-1].any_cross:
            return self._add("unknown", kind, i, i + 1)  # a cross lost its direction
        if kind in _QUIET or (kind in ("ind", "price") and self._only_names(i)):
            return self._add("quiet", kind, i, i + 1)
        return self._add("unknown", kind, i, i + 1)

    def _condition(self, i: int) -> int | None:
        memory = self.memory
        questions = len(memory.questions)
        if self.kind(i) in ("cmp", "cross", "drop", "touch", "state", "between") and self._after_unknown():
            return None  # "the flurbometer is above 7": nothing says what is compared
        found = self.conditions(i)
        if found is not None and self.kind(i) in ("if", "only", "filter"):
            self.units.append(Unit(self.kind(i), True, i, i + 1))
        if found is None:
            if self.kind(i) in ("num",) or not self._begins_comparison(i):
                del memory.questions[questions:]
            return None
        return self._add("cond", found.expression, i, found.end)

    def _after_unknown(self) -> bool:
        """Whether the last unit that is more than a filler is a word without a reading."""
        last = next((u for u in reversed(self.units) if u.kind not in ("quiet", "idea")), None)
        return last is not None and last.kind == "unknown"

    def _begins_comparison(self, i: int) -> bool:
        """Whether a comparison follows that failed only for a missing length: the question then stands."""
        for k in range(i, min(i + 6, len(self.items))):
            if self.kind(k) in ("cmp", "cross", "drop", "touch"):
                return True
            if self.kind(k) in ("end", "comma", "act"):
                return False
        return False

    def _unsupported(self, i: int) -> int:
        what = str(self.value(i))
        if not any(w == what for w, _ in self.draft.unsupported):
            self.draft.unsupported.append((what, self.span(i, i + 1)))
        return self._add("unsupported", what, i, i + 1)

    def _definition(self, i: int) -> int | None:
        """`momentum = % change over 10 bars` gives the word its parameters."""
        if (
            self.kind(i) in ("word", "strategy", "momentum_idea")
            and self.norm(i) in ("trend", "filter", "trend filter", "direction", "bias")
            and self.norm(i + 1) == "="
            and self.kind(self.skip(i + 2)) == "ind"
        ):
            return self._add("quiet", "definition", i, i + 2)
        if self.kind(i) == "ind" and self.norm(i + 1) == "=" and self.kind(i + 1) == "cmp":
            k = self.skip(i + 2)
            name = str(self.value(i))
            if self.kind(k) == "ind" and name == "roc":
                at = self.skip(k + 1, "within", "cmp")
                if self.kind(at) == "num" and self.kind(at + 1) == "unit":
                    self.memory.parameters["roc"] = (self.items[at].number,)
                    return self._add("slot", "definition", i, at + 2)
        if self.norm(i) == "n" and self.norm(self.skip(i + 1, "fill")) and self.kind(i) == "word":
            k = self.skip(i + 1)
            if self.norm(i + 1) in ("is", "=", "ist", "es") and self.kind(self.skip(i + 1)) in ("num", "ind", "cmp"):
                k = k + 1 if self.kind(k) == "cmp" else k
                end = k
                number: float | None = None
                while end < len(self.items) and self.kind(end) in (
                    "num",
                    "unit",
                    "ind",
                    "fill",
                    "word",
                    "price",
                    "cmp",
                ):
                    if self.kind(end) == "num":
                        number = self.items[end].number
                    end += 1
                    if self.kind(end - 1) == "word" and self.norm(end - 1) == "ranges":
                        break
                if number is not None:
                    self.memory.parameters["atr"] = (number,)
                    start = i - 1 if self.kind(i - 1) == "if" else i
                    return self._add("slot", "definition", start, end)
        return None

    def _action(self, i: int) -> int | None:
        kind = self.kind(i)
        if kind == "hold" and self.kind(self.skip(i + 1)) == "session_close":
            self.context = "exit"
            return self._add("act", "exit", i, i + 1)
        if (
            kind == "hold"
            and self.kind(self.skip(i + 1)) in ("if", "till")
            and self.norm(self.skip(i + 1)) in ("until", "bis", "hasta", "hasta que", "ate que", "jusqu", "upon")
        ):
            self.context = "exit"
            return self._add("act", "exit", i, i + 1)
        if (kind == "hold" and self.kind(self.skip(i + 1)) in ("symbol", "filter")) or (
            kind == "hold"
            and self.kind(self.skip(i + 1)) == "if"
            and self.norm(self.skip(i + 1)) in ("when", "while", "if", "as long as")
        ):
            self.context = "buy"
            return self._add("act", "buy", i, i + 1)
        if kind == "else":
            end = self.skip(i + 1, "hold", "comma")
            while self.norm(end) in ("stay", "stays", "be", "in", "sit", "remain", "hold", "go", "is", "keep"):
                end += 1
            if self.norm(end) in ("cash", "flat", "out", "exit", "go flat", "sell", "usd", "nothing", "in cash"):
                self._add("act", "exit", i, i)
                return self._add("mirror", "else", i, end + 1)
        if kind == "target" and self.kind(self.skip(i + 1)) == "if":
            begin = self.skip(self.skip(i + 1) + 1)
            if self.kind(begin) in ("ind", "price", "out") and self.norm(begin) not in ("price",):
                self.context = "exit"
                return self._add("act", "exit", i, i + 1)
        if (
            kind == "stop"
            and self.kind(i + 1) == "if"
            and self.norm(i + 1) in ("if", "when", "wenn", "si", "cuando", "se", "quand")
        ):
            begin = self.skip(i + 2)
            if self.kind(begin) in ("ind", "out") or (
                self.kind(begin) == "price" and self.kind(self._verb(begin + 1)) in ("cmp", "cross", "drop")
            ):
                self.context = "exit"
                return self._add("act", "exit", i, i + 1)  # "stop if the z-score is below -3"
        if kind == "price" and self.norm(i) in ("close", "closes", "closing") and self._closes_position(i):
            self.context = "exit"
            return self._add("act", "exit", i, i + 1)
        if (
            kind == "till"
            and self.context in ("buy", "long", "short")
            and self.kind(self.skip(i + 1)) in ("trading_day", "weekday")
            and any(u.kind == "cond" for u in self.units[-4:])
        ):
            self.context = "exit"
            return self._add("act", "exit", i, i + 1)
        if kind == "entryprice" and self.norm(i) in ("entry", "the entry"):
            nxt = self.skip(i + 1)
            if self.norm(i - 1) in ("for", "an", "as") or self.norm(i - 2) == "for":
                self.context = "buy"
                return self._add("act", "buy", i, i + 1)
            if (
                self.kind(nxt) in ("if", "colon", "lots", "num", "cond", "price", "ind", "at_open", "next_open", "only")
                or self.kind(i + 1) == "colon"
                or (self.kind(nxt) == "cmp" and self.norm(nxt) == "=")
            ):
                self.context = "buy"
                return self._add("act", "buy", i, nxt + 1 if self.norm(nxt) == "=" else i + 1)
            return None
        if kind != "act":
            return None
        value = str(self.value(i))
        norm = self.norm(i)
        if (
            value in ("exit",)
            and norm == "out"
            and self.kind(self.skip(i + 1))
            not in ("if", "at_close", "session_close", "clock", "next_close", "next_open", "fill", "end", "")
        ):
            return None
        if (
            norm in ("rise", "call", "put", "bid")
            and value in ("long", "short", "buy")
            and self.kind(i + 1) in ("ind",)
        ):
            return None
        if value in ("long", "short") and self.norm(i + 1) in ("term", "-term"):
            return self._add("quiet", "fill", i, i + 2)
        if value == "long" and norm == "rise":
            if self.kind(self.skip(i + 1)) == "num" or self.kind(i - 1) in ("price", "ind"):
                return None
        if value in ("long", "short") and self._exit_of(i):
            value = f"exit_{value}"
        self.context = value
        return self._add("act", value, i, i + 1)

    def _exit_of(self, i: int) -> bool:
        """`exit long when …, short when …`: the second word still closes."""
        for unit in reversed(self.units):
            if unit.kind == "end":
                return False
            if unit.kind == "act":
                bracketed = self.kind(i - 1) == "sign" and self.norm(i - 1) == "("
                return str(unit.value) in ("exit_long", "exit_short") or (unit.value == "exit" and bracketed)
        return False

    def _closes_position(self, i: int) -> bool:
        """`close when …`, `close long`, `close if` as an order, not as a price."""
        nxt = self.kind(i + 1)
        before = self.kind(i - 1)
        if (
            nxt in ("", "end", "comma")
            and self.norm(i) == "close"
            and self.context in ("buy", "long", "short")
            and before == "num"
        ):
            return bool(self.units) and self.units[-1].kind == "cond"  # "…, crosses below -20 close"
        after = self.skip(i + 1, "if")
        if self.kind(after) == "first":
            after = self.skip(after + 1)
        if (
            self.kind(after) in ("mirror", "weekday", "trading_day", "state")
            and (self.kind(after) != "state" or nxt == "if")
            and before in ("", "end", "comma", "and", "or", "slot")
        ):
            return self.norm(i) in ("close", "closes")
        if nxt == "if" and before in ("", "end", "comma", "and", "then", "or", "slot", "num", "fill", "colon"):
            return (
                self.norm(i + 1) not in ("on",) or self.kind(self.skip(i + 2)) in ("trading_day", "weekday", "mirror")
            ) or self.kind(self.skip(i + 2)) in (
                "trading_day",
                "weekday",
                "mirror",
            )
        if nxt == "clock" or (
            self.norm(i + 1) == "at" and self.kind(i + 2) in ("clock", "num", "target", "session_close")
        ):
            return before in ("", "end", "comma", "and", "or")
        return bool(
            nxt in ("after",)
            or (self.kind(self.skip(i + 1)) == "after" and before in ("", "end", "comma", "and", "or"))
        )

    def _symbol(self, i: int) -> int:
        ticker = str(self.value(i))
        if ticker not in self.draft.symbols:
            self.draft.symbols.append(ticker)
            self.draft.symbol_spans.append(self.span(i, i + 1))
        return self._add("symbol", ticker, i, i + 1)

    def _at_price(self, i: int) -> int | None:
        """`sell at the middle line`, `buy at the lower band`: the order's level."""
        if (
            self.kind(i) not in ("out", "ind", "num", "agg")
            or not self.units
            or self.norm(i - 1) not in ("at", "the", "on", "en", "am", "a", "na", "no")
        ):
            return None
        before = next((u for u in reversed(self.units) if u.kind not in ("quiet", "if", "symbol")), None)
        if before is None or before.kind != "act":
            return None
        found = self.operand(i)
        if found is None or isinstance(found.expression, ex.Number) or nature(found.expression)[0] is not Nature.PRICE:
            return None
        base = found.expression.operand if isinstance(found.expression, ex.Lag) else found.expression
        inner = base.operand if isinstance(base, ex.At) else base
        if isinstance(inner, ex.Call) and inner.indicator in ("highest", "lowest"):
            # "exit on the 20 day low": when that low is broken
            side = "<" if inner.indicator == "lowest" else ">"
            return self._add("cond", ex.Compare(side, ex.CLOSE, ex.lagged(base, ex.Number(1))), i, found.end)
        opens = before.value in ("buy", "long", "exit_short")
        operator = "<=" if opens else ">="
        if not opens and str(before.value).startswith(("exit", "sell")) and self._broke_out():
            operator = "<="
        self.draft.inferred["at_price"] = f"at {found.expression}: when the close reaches it"
        return self._add("cond", ex.Compare(operator, ex.CLOSE, found.expression), i, found.end)

    def _from_its_side(self, expression: ex.Expression) -> ex.Expression:
        """A line that an exit touches is reached from the side the entry stood on."""
        side = self.comes_from()
        match expression:
            case ex.And(
                parts=(ex.Compare("<=", ex.Price("low"), first), ex.Compare(">=", ex.Price("high"), second))
            ) if first == second and side:
                return (
                    ex.Compare(">=", ex.Price("high"), first)
                    if side == "below"
                    else ex.Compare("<=", ex.Price("low"), first)
                )
            case _:
                return expression

    def comes_from(self) -> str:
        for unit in self.units:
            if unit.kind == "cond" and isinstance(unit.value, ex.Node):
                for part in ex.walk(unit.value):  # type: ignore[arg-type]
                    if (
                        isinstance(part, ex.Compare)
                        and part.left in (ex.CLOSE, ex.Price("low"), ex.Price("high"))
                        and nature(part.right)[0] is Nature.PRICE
                    ):
                        return "below" if part.operator in ("<", "<=") else "above"
        return ""

    def _broke_out(self) -> bool:
        """Whether the long opens beyond an upper edge, so that a level of its exit lies below."""
        for unit in self.units:
            if unit.kind == "cond" and isinstance(unit.value, ex.Node):
                for part in ex.walk(unit.value):  # type: ignore[arg-type]
                    if isinstance(part, ex.Compare | ex.Cross) and part.left == ex.CLOSE and is_upper(part.right):
                        return part.above if isinstance(part, ex.Cross) else part.operator in (">", ">=")
        return False

    def _declaration(self, i: int) -> int | None:
        """An indicator named without a condition: kept, and asked about when nothing uses it."""
        if self.kind(i) in ("num", "ind", "out", "agg", "expr"):
            questions = len(self.memory.questions)
            found = self.operand(i)
            del self.memory.questions[questions:]
            if found is not None and not isinstance(found.expression, ex.Number) and found.end > i:
                kind = nature(found.expression)[0]
                if kind is Nature.OSCILLATOR or (
                    self.memory.subject is None and isinstance(found.expression, ex.Arithmetic)
                ):
                    self.memory.subject = found.expression
                self.declared.append((_name_of(found.expression), i))
                return self._add("decl", found.expression, i, found.end)
        if self.kind(i) == "ind":
            self.declared.append((str(self.value(i)), i))
            return self._add("decl", None, i, i + 1)
        return None

    def _only_names(self, i: int) -> bool:
        return self.kind(self.skip(i + 1)) in ("strategy", "colon", "end", "", "comma", "and")

    def _both_lengths(self) -> bool:
        """`fast 5 … slow 20`: both lengths of a pair of averages are named."""
        found = {
            str(x.value)
            for k, x in enumerate(self.items)
            if x.kind == "param" and self.kind(self._equals(k + 1)) == "num"
        }
        return {"fast", "slow"} <= found

    def _same_filter(self, i: int) -> int | None:
        """`with the same volume filter`: the other side's condition on it."""
        k = i
        while self.kind(k) in ("filter", "fill") and self.norm(k) != "same":
            k += 1
        if self.norm(k) != "same":
            return None
        name = self.skip(k + 1)
        if self.kind(name) not in ("ind", "price") or self.kind(self.skip(name + 1)) not in ("filter", "if"):
            return None
        return self._add(
            "same", "volume" if self.value(name) == "volume" else str(self.value(name)), i, self.skip(name + 1) + 1
        )

    # -- units to rules ---------------------------------------------------------------------------------------------------

    def _assign(self) -> None:
        segment: list[Unit] = []
        last: str | None = None
        pending: list[tuple[str, Unit]] = []
        for unit in [*self.units, Unit("end", "", len(self.items), len(self.items))]:
            if unit.kind != "end":
                segment.append(unit)
                continue
            last, pending = self._sentence(segment, last, pending)
            segment = []
        if pending:
            target = "entry_pending"
            for connector, unit in pending:
                self._give(target, connector, unit)
            self.draft.flags["pending"] = self._unit_span(pending[0][1])

    def _unit_span(self, unit: Unit) -> Span:
        return self.span(unit.start, unit.end)

    def _sentence(
        self, units: list[Unit], last: str | None, pending: list[tuple[str, Unit]]
    ) -> tuple[str | None, list[tuple[str, Unit]]]:
        """Gives the conditions of one sentence to their targets; returns the last target and what still waits."""
        self._unknown_words(units)
        groups, acts = _groups(units)
        waiting = pending
        first = groups[0]
        if not acts:
            return last, self._without_action(units, first, last, waiting)
        style_first = bool(first.conditions) or bool(waiting)
        owners: list[list[tuple[str, Unit]]] = [[] for _ in acts]
        entries = [a for a in acts if str(a.value) in ("buy", "long", "short")]
        opened = bool(entries) or any(
            self.draft.rules[n].parts for n in ("buy", "long", "short") if n in self.draft.rules
        )
        if str(acts[0].value).startswith(("exit", "sell")) and waiting and not first.conditions:
            pass
        elif (
            str(acts[0].value).startswith("exit")
            and first.conditions
            and not first.opens_rule
            and not opened
            and not waiting
            and groups[1].conditions
        ):
            # "breakout above the high, …, exit below the low": what stands first is the entry
            waiting = list(first.conditions)
            first.conditions = []
        else:
            owners[0] += waiting
            waiting = []
        owners[0] += first.conditions
        for index, group in enumerate(groups[1:]):
            own, following = self._split(group, index, acts, style_first)
            owners[index] += own
            if following:
                owners[index + 1] += following
        self._entry_filters(units, acts, owners)
        self._share_clocks(acts, owners)
        for index, group in enumerate(groups[1:]):
            entry = any(str(a.value) in ("buy", "long", "short") for a in acts[:index])
            if group.slot_first and str(acts[index].value).startswith(("exit", "sell")) and entry and owners[index]:
                if owners[index][0][0] != "or":
                    self.draft.unknown.extend(self._unit_span(unit) for _, unit in owners[index])
                    owners[index] = []
        target = last
        for index, act in enumerate(acts):
            name = str(act.value)
            before = str(acts[index - 1].value) if index else ""
            if before and not owners[index - 1] and _same_side(before, name) and not groups[index].mirror:
                name = _stronger(before, name)
                acts[index] = Unit(act.kind, name, act.start, act.end, act.any_cross, act.opens)
            rule = self.draft.rules.setdefault(name, Rule())
            rule.spans.append(self._unit_span(act))
            again = name.startswith(("exit", "sell")) and bool(rule.parts)
            for number, (connector, unit) in enumerate(owners[index]):
                # a second way out is another way out
                self._give(name, "or" if again and number == 0 else connector, unit)
            target = name
        self._mirrors(groups, acts, last)
        self._bare_exits(units, acts, owners, groups)
        return target, waiting

    def _entry_filters(self, units: list[Unit], acts: list[Unit], owners: list[list[tuple[str, Unit]]]) -> None:
        """`buy at 30, sell at 70, but only if the 1h RSI is over 50`: the last part is a condition of the entry."""
        if (
            len(acts) < 2
            or not str(acts[-1].value).startswith(("sell", "exit"))
            or str(acts[0].value) not in ("buy", "long")
        ):
            return
        own = owners[-1]
        for number, (_, unit) in enumerate(own):
            at = units.index(unit) if unit in units else 0
            only = at > 1 and units[at - 1].kind == "only" and units[at - 2].kind == "comma"
            if number and only:
                owners[0] += [("and", moved) for _, moved in own[number:]]
                del own[number:]
                return

    def _bare_exits(
        self, units: list[Unit], acts: list[Unit], owners: list[list[tuple[str, Unit]]], groups: list[Group]
    ) -> None:
        """An exit is named, and nothing that says when: asked about, lest it be lost."""
        for index, act in enumerate(acts):
            name = str(act.value)
            if not name.startswith("exit") or owners[index] or groups[index + 1].mirror or groups[index].mirror:
                continue
            at = next((k for k, u in enumerate(units) if u.start == act.start and u.kind == "act"), len(units))
            around = units[max(0, at - 3) : at] + units[at + 1 :]
            told = any(u.kind in ("slot", "cond", "mirror", "same", "unsupported", "act", "decl") for u in around)
            lost = any(u.kind == "unknown" for u in units[at + 1 :])
            if lost or not told:
                side = "short" if name == "exit_short" else "long"
                self.draft.questions.append((f"{side}.exit", f"{self.text(self._unit_span(act))!r}: when exactly?"))

    def _share_clocks(self, acts: list[Unit], owners: list[list[tuple[str, Unit]]]) -> None:
        """`from 8:00 to 10:00 buy if …, sell if …`: the hours stand before both actions and hold for both."""
        for index, act in enumerate(acts):
            if str(act.value) in ("buy", "long", "short"):
                for _, unit in owners[index]:
                    at = self.units.index(unit)
                    if (
                        isinstance(unit.value, ex.Node)
                        and _only_clock(unit.value)
                        and at
                        and self.units[at - 1].kind == "only"
                    ):
                        self.draft.session.append(unit.value)  # type: ignore[arg-type]  # a tree, as tested above
        if len(acts) < 2 or str(acts[0].value) not in ("buy", "long") or str(acts[1].value) not in ("sell", "short"):
            return
        before = [unit for _, unit in owners[0] if unit.start < acts[0].start]
        if before and all(isinstance(unit.value, ex.Node) and _only_clock(unit.value) for unit in before):
            self.draft.session.extend(unit.value for unit in before)  # type: ignore[misc]  # trees, as tested above

    def _unknown_words(self, units: list[Unit]) -> None:
        """Words without a reading: in a rule they are asked about; a title or a sentence off the subject is only listed."""
        colon = next((k for k, u in enumerate(units) if u.kind == "quiet" and u.value == "colon"), -1)
        rule_kinds = ("act", "cond", "mirror", "unsupported", "same")
        head, body = units[: colon + 1], units[colon + 1 :]
        title = (
            colon > 0
            and any(u.kind == "cond" for u in body)
            and not any(u.kind in ("cond", "mirror", "unsupported") for u in head)
        )
        parts = [head, body] if title else [units]
        if title:
            self.declared = [d for d in self.declared if not head[0].start <= d[1] < head[-1].end]
        for part in parts:
            unknown = [u for u in part if u.kind == "unknown"]
            if not unknown:
                continue
            weighty = (part is not head and any(u.kind in rule_kinds for u in part)) or (
                part is not head
                and any(u.kind == "slot" and u.value not in ("timeframe", "num", "tf", "frame") for u in part)
            )
            said = {str(v) for slot in self.draft.slots.values() for v in slot.value}
            heavy = [
                u
                for u in unknown
                if u.value in ("num", "clock", "date")
                and not (part is head and self.items[u.start].text.isalpha())
                and str(self.items[u.start].value) not in said
            ]
            title_only = any(u.kind == "idea" for u in part)
            if (
                part is not head
                and not title_only
                and any(u.kind in ("decl", "quiet") and self._is_weighty(u) for u in part)
            ):
                weighty = True
            if weighty or heavy:
                for u in unknown:
                    harmless = u not in heavy and self._is_harmless(u, part)
                    (self.draft.unused if harmless else self.draft.unknown).append(self._unit_span(u))
            else:
                self.draft.ignored.append(self.span(part[0].start, part[-1].end))

    def _pair_in_brackets(self, i: int) -> bool:
        """`(8 and 34)`, `(8/34)` after a crossover was named."""
        return (
            "crossover_strategy" in self.ideas
            and self.kind(i + 1) == self.kind(i + 3) == "num"
            and (self.kind(i + 2) in ("and", "comma", "div") or self.is_sign(i + 2, "/", "-"))
            and self.is_sign(i + 4, ")")
        )

    def _is_harmless(self, unit: Unit, part: list[Unit]) -> bool:
        """A plain word in a clause whose every word of weight is read: it is set aside, and said so."""
        word = self.norm(unit.start)
        if unit.value != "word" or len(word) < 4 or not word.isalpha() or word.startswith(WEIGHTY_STEMS):
            return False
        at = part.index(unit)
        first = last = at
        while first > 0 and part[first - 1].kind not in _CLAUSE_ENDS:
            first -= 1
        while last + 1 < len(part) and part[last + 1].kind not in _CLAUSE_ENDS:
            last += 1
        clause = part[first : last + 1]
        following = next((u for u in part[at + 1 :] if u.kind not in ("quiet", "unknown")), None)
        if following is not None and following.kind == "cond" and self.kind(self.skip(following.start)) in (
            "cmp", "cross", "drop", "touch", "state", "between", "dip", "gainmove", "not",
        ):  # fmt: skip
            return False  # "the flurbometer is above 7": the word is what is compared
        if any(
            u.kind == "unknown" and (u.value != "word" or self.norm(u.start).startswith(WEIGHTY_STEMS)) for u in clause
        ):
            return False
        return any(u.kind in ("cond", "slot", "symbol", "idea", "mirror") for u in clause)

    def _is_weighty(self, unit: Unit) -> bool:
        """A price, indicator or length that nothing reads: the sentence is about the rule."""
        return any(self.kind(k) in ("ind", "out", "agg", "price", "lots", "pips") for k in range(unit.start, unit.end))

    def _without_action(
        self, units: list[Unit], group: Group, last: str | None, waiting: list[tuple[str, Unit]]
    ) -> list[tuple[str, Unit]]:
        conditions = group.conditions
        if group.mirror:
            self.draft.flags.setdefault("mirror", self._unit_span(group.mirror))
            if group.mirror.value == "short":
                self.draft.mirrors.add("short")
            else:
                self.draft.mirrors.add("sell" if last in (None, "buy", "long") else "exit")
        if last is None or not conditions:
            return [*waiting, *conditions]
        where = self._entry_target(last)
        for _, unit in conditions:
            if isinstance(unit.value, ex.Node) and _only_clock(unit.value):
                self.draft.session.append(unit.value)  # type: ignore[arg-type]  # a tree, as tested above
        for connector, unit in conditions:
            self._give(where, "and" if unit is conditions[0][1] else connector, unit)
        self.draft.inferred[f"filter_{conditions[0][1].start}"] = (
            f"also required for the entry: {self.text(self.span(conditions[0][1].start, conditions[-1][1].end))}"
        )
        return waiting

    def _split(
        self, group: Group, index: int, acts: list[Unit], style_first: bool
    ) -> tuple[list[tuple[str, Unit]], list[tuple[str, Unit]]]:
        """Which conditions after an action are its own, and which begin the next action's."""
        conditions = group.conditions
        if not conditions:
            return [], []
        last_act = index == len(acts) - 1
        if last_act:
            return conditions, []
        if group.opens_rule:
            tail = group.tail_start
            if group.next_is_bare and tail is not None and 0 < tail < len(conditions):
                return conditions[:tail], conditions[tail:]
            return conditions, []
        if style_first or (group.next_is_bare and group.after_comma):
            return [], conditions
        return conditions, []

    def _mirrors(self, groups: list[Group], acts: list[Unit], last: str | None) -> None:
        for index, group in enumerate(groups):
            if group.mirror is None:
                continue
            self.draft.flags.setdefault("mirror", self._unit_span(group.mirror))
            if group.mirror.value == "short":
                self.draft.mirrors.add("short")
                continue
            if group.mirror.value == "else":
                self.draft.flags["else"] = self._unit_span(group.mirror)
            if index == 0 and acts:
                where = str(acts[0].value)
            elif index > 0 and not group.conditions:
                where = str(acts[index - 1].value)
                after = str(acts[index].value) if index < len(acts) else ""
                if self.draft.rules.get(where, Rule()).parts and after:
                    where = after
            else:
                where = str(acts[index].value) if index < len(acts) else "sell"
            if self.draft.rules.get(where, Rule()).parts and where in ("buy", "long"):
                where = "sell"
            self.draft.mirrors.add(where)

    def _entry_target(self, last: str) -> str:
        for name in ("long", "buy", "short"):
            if name in self.draft.rules and self.draft.rules[name].parts:
                return name
        return last

    def _copy_condition(self, target: str, name: str, unit: Unit) -> None:
        """The part of the other side's rule that speaks of a name, for `the same volume filter`."""
        for other in ("long", "buy", "short"):
            rule = self.draft.rules.get(other)
            if other == target or rule is None:
                continue
            for _, part in rule.parts:
                pieces = part.parts if isinstance(part, ex.And) else (part,)
                found = [p for p in pieces if _mentions(p, name)]
                if found:
                    own = self.draft.rules.setdefault(target, Rule())
                    own.parts.append(("and", ex.conjunction(*found)))
                    own.spans.append(self._unit_span(unit))
                    return
        self.draft.unknown.append(self._unit_span(unit))

    def _give(self, target: str, connector: str, unit: Unit) -> None:
        rule = self.draft.rules.setdefault(target, Rule())
        if unit.kind == "same":
            self._copy_condition(target, str(unit.value), unit)
            return
        assert isinstance(unit.value, ex.Node)
        expression: ex.Expression = unit.value  # type: ignore[assignment]  # Node is the base of the union
        if unit.any_cross and target in ("sell", "short", "exit_long", "exit"):
            expression = ex.rewrite(
                expression,
                lambda node: ex.Cross(not node.above, node.left, node.right) if isinstance(node, ex.Cross) else node,
            )
        if target.startswith(("sell", "exit")):
            if isinstance(expression, ex.Compare) and expression.operator == "!=" and _only_clock(expression):
                self.draft.session.append(expression)  # "no entries on Sunday" closes nothing
                return
            expression = self._from_its_side(expression)
        rule.parts.append((connector, expression))
        rule.spans.append(self._unit_span(unit))
        rule.any_cross |= unit.any_cross


def _only_clock(node: ex.Node) -> bool:
    """Whether a condition speaks of nothing but the time."""
    leaves = [n for n in ex.walk(node) if isinstance(n, ex.Clock | ex.Price | ex.Call)]  # type: ignore[arg-type]
    return bool(leaves) and all(isinstance(n, ex.Clock) for n in leaves)


def _mentions(node: ex.Expression, name: str) -> bool:
    return any(
        (isinstance(p, ex.Price) and p.field == name) or (isinstance(p, ex.Call) and p.indicator == name)
        for p in ex.walk(node)
    )


def _name_of(expression: ex.Expression) -> str:
    for node in ex.walk(expression):
        if isinstance(node, ex.Call):
            return node.indicator
    return ""


def _same_side(first: str, second: str) -> bool:
    sides = {
        "buy": "long",
        "long": "long",
        "short": "short",
        "sell": "sell",
        "exit": "exit",
        "exit_long": "exit",
        "exit_short": "exit",
    }
    return sides.get(first) == sides.get(second) or {first, second} in (
        {"sell", "short"},
        {"buy", "exit_short"},
        {"sell", "exit_long"},
        {"sell", "exit"},
    )


def _stronger(first: str, second: str) -> str:
    return second if first in ("buy", "sell", "exit") else first


__all__ = ["Compiler", "Found", "Item"]

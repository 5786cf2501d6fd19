"""A text to a draft: sentences to units, units to rules and slots."""

from __future__ import annotations

from datetime import date
from typing import Final

from vibetrader.clarify.draft import Draft, Rule, Span, Unit
from vibetrader.clarify.grammar import MA_KINDS, Found, Memory
from vibetrader.clarify.lexing import Item, Reading
from vibetrader.clarify.slots import SlotReader
from vibetrader.spec import expressions as ex
from vibetrader.spec.timeframes import TIMEFRAMES, minutes

_QUIET: Final = frozenset(
    [
        "fill",
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
            strong = [f for f in own if self._is_strong_frame(f[1], f[2])]
            chosen = (strong or own)[0]
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
        if kind != "num":
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
            if number > 1000:
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
            and self.kind(nxt) in ("ind", "price", "out", "agg")
            and self.norm(i) in ("daily", "weekly", "hourly", "monthly")
        ):
            if (self.kind(nxt) == "price" and self.norm(nxt) in ("volume",)) or (
                nxt > end and self.kind(end) != "fill"
            ):
                return False
            others = any(
                k != i
                and self._frame_here(k) is not None
                and not (self.kind(k) == "tf" and self.kind(self.skip(k + 1)) in ("ind", "price", "out", "agg"))
                for k in range(len(self.items))
                if self.kind(k) in ("num", "frame", "tf", "unit")
            )
            several = len({self.value(k) for k in range(len(self.items)) if self.kind(k) == "tf"}) > 1
            if several and self.value(i) == "1d" and not others:
                self.draft.inferred["timeframe"] = "the finest timeframe named"
                self.memory.base = self.memory.base or "1d"
                self.draft.timeframe = self.draft.timeframe or "1d"
                self.draft.timeframe_span = self.draft.timeframe_span or self.span(i, i + 1)
            return others or several or self.kind(nxt) == "ind"
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
        return all(self.skip(a[2], "comma", "and", "if", "both") == b[1] for a, b in zip(own, own[1:]))

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
                        else (self._last_bands() or "bb")
                    )
                    self.memory.parameters.setdefault(name, tuple(bracket[0]))
        self._scan_bands()
        self._scan_cloud()

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
        self.units.append(Unit(kind, value, start, end, self.memory.any_cross))
        self.memory.any_cross = False
        return end

    def _unit(self, i: int) -> int:
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
        if kind in ("else",):
            return self._add("else", True, i, i + 1)
        slot = self.read_slot(i)
        if slot is not None and slot > i:
            return self._add("slot", kind, i, slot)
        if kind == "mirror":
            return self._add("mirror", True, i, i + 1)
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
        declared = self._declaration(i)
        if declared is not None:
            return declared
        if kind in _QUIET or (kind in ("ind", "price") and self._only_names(i)):
            return self._add("quiet", kind, i, i + 1)
        return self._add("unknown", kind, i, i + 1)

    def _condition(self, i: int) -> int | None:
        memory = self.memory
        questions = len(memory.questions)
        found = self.conditions(i)
        if found is None:
            if self.kind(i) in ("num",) or not self._begins_comparison(i):
                del memory.questions[questions:]
            return None
        return self._add("cond", found.expression, i, found.end)

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
        if self.kind(i) == "ind" and self.norm(i + 1) == "=" and self.kind(i + 1) == "cmp":
            k = self.skip(i + 2)
            name = str(self.value(i))
            if self.kind(k) == "ind" and name == "roc":
                number = self.skip(k + 1, "within", "cmp")
                if self.kind(number) == "num" and self.kind(number + 1) == "unit":
                    self.memory.parameters["roc"] = (self.items[number].number,)
                    return self._add("slot", "definition", i, number + 2)
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
        if kind == "price" and self.norm(i) in ("close", "closes", "closing") and self._closes_position(i):
            self.context = "exit"
            return self._add("act", "exit", i, i + 1)
        if kind == "entryprice" and self.norm(i) in ("entry", "the entry"):
            nxt = self.skip(i + 1)
            if (
                self.kind(nxt) in ("if", "colon", "lots", "num", "cond", "price", "ind", "at_open", "next_open", "only")
                or self.kind(i + 1) == "colon"
            ):
                self.context = "buy"
                return self._add("act", "buy", i, i + 1)
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
        if (value == "long" and norm == "rise") or (norm == "entrada" and False):
            if self.kind(self.skip(i + 1)) == "num" or self.kind(i - 1) in ("price", "ind"):
                return None
        if value in ("long", "short") and self._exit_of(i):
            value = f"exit_{value}"
        if value == "sell" and self._exit_word_near(i):
            value = "sell"
        self.context = value
        return self._add("act", value, i, i + 1)

    def _exit_of(self, i: int) -> bool:
        """`exit long when …, short when …`: the second word still closes."""
        for unit in reversed(self.units):
            if unit.kind == "end":
                return False
            if unit.kind == "act":
                if str(unit.value) in ("exit_long", "exit_short"):
                    return True
                if str(unit.value) == "exit" and self.kind(i - 1) == "sign" and self.norm(i - 1) == "(":
                    return True
                return False
        return False

    def _exit_word_near(self, i: int) -> bool:
        return False

    def _closes_position(self, i: int) -> bool:
        """`close when …`, `close long`, `close if` as an order, not as a price."""
        nxt = self.kind(i + 1)
        before = self.kind(i - 1)
        if nxt == "if" and before in ("", "end", "comma", "and", "then", "or", "slot", "num", "fill", "colon"):
            return self.norm(i + 1) not in ("on",)
        if nxt == "clock" or (
            self.norm(i + 1) == "at" and self.kind(i + 2) in ("clock", "num", "target", "session_close")
        ):
            return before in ("", "end", "comma", "and", "or")
        if nxt in ("after",) or (
            self.kind(self.skip(i + 1)) == "after" and before in ("", "end", "comma", "and", "or")
        ):
            return True
        return False

    def _symbol(self, i: int) -> int:
        ticker = str(self.value(i))
        if ticker not in self.draft.symbols:
            self.draft.symbols.append(ticker)
            self.draft.symbol_spans.append(self.span(i, i + 1))
        return self._add("symbol", ticker, i, i + 1)

    def _declaration(self, i: int) -> int | None:
        """An indicator named without a condition: kept, and asked about when nothing uses it."""
        if self.kind(i) in ("num", "ind", "out", "agg"):
            questions = len(self.memory.questions)
            found = self.operand(i)
            del self.memory.questions[questions:]
            if found is not None and not isinstance(found.expression, ex.Number) and found.end > i:
                self.declared.append((_name_of(found.expression), i))
                return self._add("decl", found.expression, i, found.end)
        if self.kind(i) == "ind":
            self.declared.append((str(self.value(i)), i))
            return self._add("decl", None, i, i + 1)
        return None

    def _only_names(self, i: int) -> bool:
        return self.kind(self.skip(i + 1)) in ("strategy", "colon", "end", "", "comma", "and")

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
        """Gives the conditions of one sentence to their targets."""
        meaningful = [
            u for u in units if u.kind in ("act", "cond", "mirror", "slot", "idea", "symbol", "decl", "unsupported")
        ]
        unknown = [u for u in units if u.kind == "unknown"]
        if unknown:
            weighty = [
                u for u in meaningful if u.kind in ("act", "cond", "mirror", "unsupported", "idea") or u.kind == "slot"
            ]
            words = [u for u in unknown if u.value == "word"]
            if (
                not weighty
                and not any(u.kind == "unknown" and u.value == "num" for u in unknown)
                and len(words) == len(unknown)
            ):
                self.draft.ignored.append(self.span(units[0].start, units[-1].end))
            else:
                self.draft.unknown.extend(self._unit_span(u) for u in unknown)
        acts = [k for k, u in enumerate(units) if u.kind == "act"]
        target: str | None = None
        connector = "and"
        index = 0
        only = False
        gathered = pending
        while index < len(units):
            unit = units[index]
            later_act = any(k > index for k in acts)
            if unit.kind == "or":
                connector = "or"
            elif unit.kind == "only":
                only = True
            elif unit.kind == "else":
                self.draft.unsupported.append(("rotation", self._unit_span(unit)))
            elif unit.kind == "act":
                name = str(unit.value)
                if gathered:
                    for link, cond in gathered:
                        self._give(name, link, cond)
                    gathered = []
                    last, target = name, None
                    nxt = self._next_meaning(units, index)
                    if nxt is not None and units[nxt].kind == "act" and _same_side(name, str(units[nxt].value)):
                        pass
                    after_if = self._followed_by_rule(units, index)
                    if after_if:
                        target = name
                else:
                    previous = target or (last if self._just_named(units, index) else None)
                    if (
                        previous is not None
                        and _same_side(previous, name)
                        and not self.draft.rules.get(previous, Rule()).parts
                    ):
                        name = _stronger(previous, name)
                    target = name
                    last = name
                    self.draft.rules.setdefault(name, Rule()).spans.append(self._unit_span(unit))
                connector = "and"
            elif unit.kind == "mirror":
                where = target or (self._next_act(units, index) if later_act and target is None else None) or last
                self.draft.flags.setdefault("mirror", self._unit_span(unit))
                if where is not None:
                    self.draft.mirrors.add(where)
                    if target is None and later_act:
                        nxt_act = self._next_act(units, index)
                        if nxt_act:
                            self.draft.rules.setdefault(nxt_act, Rule())
                else:
                    self.draft.mirrors.add("sell")
            elif unit.kind == "cond":
                if target is not None:
                    if only and str(target).startswith(("exit",)) is False:
                        connector = "and"
                    self._give(target, connector, unit)
                elif later_act and not only:
                    gathered = [*gathered, (connector, unit)]
                elif last is not None and (acts or not gathered):
                    where = last if acts and not only else self._entry_target(last)
                    self._give(where, "and" if not acts else connector, unit)
                    if not acts:
                        self.draft.inferred[f"filter_{unit.start}"] = (
                            f"filter for the entry: {self.text(self._unit_span(unit))}"
                        )
                else:
                    gathered = [*gathered, (connector, unit)]
                connector = "and"
            index += 1
        return last, gathered

    def _entry_target(self, last: str) -> str:
        for name in ("long", "buy", "short"):
            if name in self.draft.rules and self.draft.rules[name].parts:
                return name
        return last

    def _next_meaning(self, units: list[Unit], index: int) -> int | None:
        return next((k for k in range(index + 1, len(units)) if units[k].kind in ("act", "cond", "mirror")), None)

    def _just_named(self, units: list[Unit], index: int) -> bool:
        return False

    def _next_act(self, units: list[Unit], index: int) -> str | None:
        return next((str(u.value) for u in units[index + 1 :] if u.kind == "act"), None)

    def _followed_by_rule(self, units: list[Unit], index: int) -> bool:
        """After `A then buy`, whether more conditions belong to buy: joined by and, only or while, with no act after them."""
        rest = units[index + 1 :]
        for k, unit in enumerate(rest):
            if unit.kind == "act":
                return False
            if unit.kind == "cond":
                if any(u.kind == "act" for u in rest[k:]):
                    return False
                return any(u.kind in ("and", "only", "filter", "if") for u in rest[:k])
        return False

    def _give(self, target: str, connector: str, unit: Unit) -> None:
        rule = self.draft.rules.setdefault(target, Rule())
        assert isinstance(unit.value, ex.Node)
        rule.parts.append((connector, unit.value))  # type: ignore[arg-type]  # Node is the base of the union
        rule.spans.append(self._unit_span(unit))
        rule.any_cross |= unit.any_cross


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

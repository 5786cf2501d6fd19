"""A draft to a spec: sides, levels, sizes, dates, customary defaults, and what is still open."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, Literal

from pydantic import ValidationError

from vibetrader.errors import SpecError
from vibetrader.results.ideas import Choice, Question
from vibetrader.spec import expressions as ex
from vibetrader.spec.check import check, side_expressions
from vibetrader.spec.indicators import Nature
from vibetrader.spec.instruments import kind_of
from vibetrader.spec.mirror import mirrored, nature
from vibetrader.spec.parser import parse
from vibetrader.spec.strategy import Origin, StrategySpec, Unsupported, before
from vibetrader.spec.timeframes import TIMEFRAMES, minutes
from vibetrader.spec.words.compiler import Compiler
from vibetrader.spec.words.draft import Draft, Rule, Slot, Span
from vibetrader.spec.words.result import Assumption, ClarifyResult, Verdict
from vibetrader.spec.words.shapes import joined, negated, normal_frame

DEFAULT_SYMBOL: Final = "BTCUSDT"
_NO_EXIT: Final = "nothing says when a position is closed"

WHY_UNSUPPORTED: Final[dict[str, str]] = {
    "pairs": "a rule trades one symbol; two legs against each other are beyond it",
    "rotation": "choosing which symbol to hold is beyond one rule per symbol",
    "ranking": "comparing symbols with each other is beyond one rule per symbol",
    "universe screening": "symbols must be named; a universe is not searched",
    "portfolio weighting": "weights across symbols are not kept",
    "several positions at once": "each symbol holds one position",
    "signal on another symbol": "a rule sees the bars of the symbol it trades",
    "grid": "a net of resting orders is beyond one position",
    "martingale sizing": "the size does not depend on earlier results",
    "repeated buys": "buying more of an open position by its own rule is beyond one position",
    "partial exits": "a position is closed as a whole",
    "machine learning": "a trained model is no rule",
    "divergence": "divergences between swings are not read",
    "options": "options are not traded",
    "factor ranking": "ranking by factors needs many symbols at once",
    "fundamental data": "bars hold prices and volume only",
    "news and sentiment": "bars hold prices and volume only",
    "chart patterns": "figures drawn by eye are not read",
}


class Assembler:
    """Turns one draft into a result."""

    def __init__(self, compiler: Compiler, draft: Draft, text: str, today: date) -> None:
        self.compiler = compiler
        self.draft = draft
        self.source = text
        self.today = today
        self.provenance: dict[str, Origin] = {}
        self.questions: list[Question] = []
        self.assumptions: list[Assumption] = []
        self.sides: dict[str, dict[str, Any]] = {}
        self.data: dict[str, Any] = {}
        self.extra_unsupported: list[tuple[str, str]] = []

    # -- notes ------------------------------------------------------------------------------------------------------------

    def words(self, *spans: Span) -> str:
        """The text's own words of some spans."""
        return " … ".join(self.source[s.start : s.end].strip() for s in spans)

    def said(self, field: str, *spans: Span) -> None:
        """Notes that the text states a field."""
        self.provenance[field] = Origin(source="said", words=self.words(*spans)[:300])

    def assume(self, field: str, text: str, *, inferred: bool = False) -> None:
        """Notes a default (custom) or an inference (a choice between readings)."""
        source: Literal["inferred", "default"] = "inferred" if inferred else "default"
        if field not in self.provenance or self.provenance[field].source != "said":
            self.provenance[field] = Origin(source=source, reason=text)
        else:
            self.provenance[f"{field}:{len(self.assumptions)}"] = Origin(source=source, reason=text)
        self.assumptions.append(Assumption(field, text, "inferred" if inferred else "default"))

    def ask(
        self, field: str, text: str, choices: tuple[str, ...] = (), default: str | None = None, reason: str = ""
    ) -> None:
        """Opens a question, once per field."""
        if any(q.field == field and q.text == text for q in self.questions):
            return
        number = len(self.questions) + 1
        self.questions.append(
            Question(
                id=f"q{number}",
                field=field,
                text=text,
                choices=tuple(Choice(value=c) for c in choices),
                default=default,
                reason=reason,
            )
        )

    # -- the whole ----------------------------------------------------------------------------------------------------------

    def result(self) -> ClarifyResult:
        """The answer to the text."""
        self._market()
        has_rule = self._rules()
        self._own_frame()
        unsupported = self._unsupported()
        if not has_rule and not unsupported and not self._open_idea():
            return self._refused()
        if "long" in self.sides and ("dca_idea" in self.compiler.ideas or self._repeats()):
            self._dca(None)
        if self.sides:
            self._levels()
        self._slots()
        self._open_questions()
        spec, problem = self._spec(unsupported)
        verdict: Verdict = "ok"
        if problem:
            verdict = "refused"
        if self.questions or self.draft.unknown:
            verdict = "needs_answers"
        if unsupported:
            verdict = "unsupported"
        if problem and verdict == "ok":
            verdict = "refused"
        return ClarifyResult(
            verdict,
            spec=spec,
            questions=tuple(self.questions),
            unsupported=unsupported,
            assumptions=tuple(self.assumptions),
            not_understood=tuple(self.words(s) for s in self.draft.unknown),
            ignored=tuple(self.words(s) for s in self.draft.ignored),
            corrections=tuple(self.compiler.reading.corrections),
            readings=self._readings(),
            considered=self._considered(),
            message=problem,
        )

    def _readings(self) -> tuple[tuple[str, str], ...]:
        found = []
        for unit in self.compiler.units:
            if unit.kind in ("end", "comma", "quiet"):
                continue
            meaning = str(unit.value) if unit.kind in ("cond", "act", "decl", "symbol", "unsupported") else ""
            found.append(
                (
                    self.words(self.compiler.span(unit.start, unit.end)),
                    f"{unit.kind}{': ' + meaning if meaning else ''}",
                )
            )
        return tuple(found)

    def _considered(self) -> tuple[tuple[str, str, str], ...]:
        """Words with two readings: the one that was taken, and the other."""
        compiler, found = self.compiler, []
        for unit in compiler.units:
            if unit.kind != "cond" or not isinstance(unit.value, ex.Node):
                continue
            kinds = [compiler.kind(k) for k in range(unit.start, unit.end)]
            words = self.words(compiler.span(unit.start, unit.end))
            taken = str(unit.value)
            if "drop" in kinds and isinstance(unit.value, ex.Compare):
                other = ex.Cross(unit.value.operator in (">", ">="), unit.value.left, unit.value.right)
                found.append((words, taken, f"the moment only: {other}"))
            if "touch" in kinds:
                found.append((words, taken, "the close only, not the bar's extreme"))
            if unit.any_cross:
                found.append((words, taken, "a cross the other way; the words name no direction"))
            if "dip" in kinds or "gainmove" in kinds:
                found.append((words, taken, "the move over another number of bars"))
        if any(u.kind == "act" and u.value == "sell" for u in compiler.units):
            opens = "short" in self.sides
            found.append(
                (
                    "sell",
                    "opens a short" if opens else "closes the long",
                    "closes the long" if opens else "opens a short",
                )
            )
        for key, text in self.draft.assumed.items():
            if key == "ma_type":
                found.append(("moving average", text, "an exponential one (EMA)"))
        for wrong, right in compiler.reading.corrections:
            found.append((wrong, right, "a word of its own"))
        return tuple(dict.fromkeys(found))

    def _refused(self) -> ClarifyResult:
        readable = [self.words(s) for s in self.draft.unknown]
        message = "no trading rule found in the text"
        if readable:
            message += f"; not understood: {', '.join(repr(r) for r in readable[:5])}"
        return ClarifyResult(
            "refused", questions=(), not_understood=tuple(readable), ignored=tuple(self.words(s) for s in self.draft.ignored),
            corrections=tuple(self.compiler.reading.corrections), readings=self._readings(), message=message,
        )  # fmt: skip

    def _open_idea(self) -> bool:
        """A text that speaks of trading but gives no rule yet: asked about, not refused."""
        draft = self.draft
        talk = bool(draft.questions) or any(
            u.kind in ("act", "cond", "idea", "decl", "mirror") for u in self.compiler.units
        )
        acts = [u for u in self.compiler.units if u.kind == "act" and u.value != "exit"]
        named = [u for u in self.compiler.units if u.kind in ("decl", "idea", "cond")]
        move = any(i.kind in ("dip", "gainmove", "streak_up", "streak_down", "state") for i in self.compiler.items)
        if not (named or draft.questions or (acts and (draft.symbols or move or draft.slots))):
            return False
        if not talk:
            return False
        self.ask(
            "long.entry",
            "When exactly is a position opened (indicator, level, bars)?",
            reason="the text gives no exact condition",
        )
        self.ask("long.exit", "When is it closed?", reason=_NO_EXIT)
        return True

    # -- market ---------------------------------------------------------------------------------------------------------------

    def _market(self) -> None:
        draft = self.draft
        symbols = list(draft.symbols)
        read = self.compiler.memory.value_symbols
        foreign = [s for s in read if symbols and s not in symbols]
        if foreign:
            span = next(
                Span(i.start, i.end) for i in self.compiler.items if i.kind == "symbol" and i.value == foreign[0]
            )
            draft.unsupported.append(("signal on another symbol", span))
        elif not symbols and read:
            symbols = list(read)
            draft.symbols = symbols
            draft.symbol_spans = [Span(i.start, i.end) for i in self.compiler.items if i.kind == "symbol"]
        if symbols:
            self.said("symbols", *draft.symbol_spans)
        else:
            symbols = [DEFAULT_SYMBOL]
            self.assume("symbols", f"no symbol named: {DEFAULT_SYMBOL}")
        self.data["symbols"] = symbols
        if draft.timeframe is not None:
            self.data["timeframe"] = draft.timeframe
            assert draft.timeframe_span is not None
            self.said("timeframe", draft.timeframe_span)
            if "timeframe" in draft.inferred:
                self.assume("timeframe", draft.inferred["timeframe"], inferred=True)
            return
        frame = self._named_frame() or self._implied_frame(symbols)
        if draft.odd_timeframe is not None:
            odd, span = draft.odd_timeframe
            near = sorted(TIMEFRAMES, key=lambda f: abs(minutes(f) - _odd_minutes(odd)))[:2]
            self.ask(
                "timeframe", f"The timeframe {odd} ({self.words(span)!r}) is not available; which one?",
                tuple(sorted(near, key=minutes)), near[0], f"bars can be {', '.join(TIMEFRAMES)}",
            )  # fmt: skip
            frame = near[0]
        self.data["timeframe"] = frame

    def _named_frame(self) -> str | None:
        """The finest timeframe any value is read on, when the text names none for the strategy."""
        frames = sorted(set(self.compiler.memory.frames), key=minutes)
        if not frames or self.draft.odd_timeframe is not None:
            return None
        for item in self.compiler.items:
            if item.kind in ("tf", "frame") and item.value == frames[0]:
                self.said("timeframe", Span(item.start, item.end))
        self.assume("timeframe", f"the finest timeframe named: {frames[0]}", inferred=True)
        return frames[0]

    def _implied_frame(self, symbols: list[str]) -> str:
        items = self.compiler.items
        units = {
            str(item.value) for i, item in enumerate(items)
            if item.kind == "unit" and item.value in ("day", "week") and i > 0 and items[i - 1].kind in ("num", "row", "lag")
            and not self._in_slot(i)
        }  # fmt: skip
        clocks = [str(i.value) for i in items if i.kind == "clock"]
        if clocks:
            step = next(f for f in ("30m", "15m", "5m", "1m") if all(int(c[3:]) % minutes(f) == 0 for c in clocks))
            self.assume("timeframe", f"times of day need bars within the day: {step}", inferred=True)
            return step
        calendar = any(i.kind in ("trading_day", "weekday", "at_close", "next_close") for i in items)
        day_words = any(
            i.norm.startswith(("yesterday", "daily", "golden", "next day", "tomorrow")) or i.norm in ("日均线",)
            for i in items
        )
        if units == {"week"}:
            self.assume("timeframe", "lengths in weeks: weekly bars", inferred=True)
            return "1w"
        if "day" in units or calendar or day_words:
            self.assume("timeframe", "lengths and dates in days: daily bars", inferred=True)
            return "1d"
        frame = "1d"
        self.assume("timeframe", f"no timeframe named: {frame}")
        return frame

    def _in_slot(self, i: int) -> bool:
        return any(
            u.kind == "slot" and u.start <= i < u.end and u.value in ("hold", "after", "within", "period", "num", "cmp")
            for u in self.compiler.units
        )

    # -- rules ----------------------------------------------------------------------------------------------------------------

    def _expression(self, *targets: str) -> tuple[ex.Expression | None, list[Span]]:
        parts: list[ex.Expression] = []
        spans: list[Span] = []
        for target in targets:
            rule = self.draft.rules.get(target)
            if rule is not None and rule.parts:
                parts.append(joined(rule.parts))
                spans += rule.spans
        if not parts:
            return None, spans
        return ex.conjunction(*parts), spans

    def _rules(self) -> bool:
        """Fills `sides`; False when no rule was found."""
        draft = self.draft
        long, long_spans = self._expression("buy", "long")
        short, short_spans = self._expression("short")
        sell, sell_spans = self._expression("sell")
        exit_, exit_spans = self._expression("exit")
        exit_long, exit_long_spans = self._expression("exit_long")
        exit_short, exit_short_spans = self._expression("exit_short")
        waiting, waiting_spans = self._expression("entry_pending")
        mirrors = draft.mirrors
        if waiting is not None:
            if long is None and short is None:
                if "short_only" in draft.flags or (
                    "short" in draft.rules and "buy" not in draft.rules and "long" not in draft.rules
                ):
                    short, short_spans = waiting, waiting_spans
                else:
                    long, long_spans = waiting, waiting_spans
                    if not any(u.kind == "act" for u in self.compiler.units):
                        self.assume("long.entry", "a condition without an action: a buy", inferred=True)
            elif long is not None:
                long = ex.conjunction(waiting, long)
                long_spans = [*waiting_spans, *long_spans]
        if "short_only" in draft.flags and short is None and long is not None and "long" not in draft.rules:
            short, short_spans, long = long, long_spans, None
        if long is None and short is None:
            long, long_spans = self._from_idea(), []
            if long is None and self.sides:
                return True
            if long is None and "short" not in mirrors and sell is None:
                return False
            if long is None and sell is not None:
                bounded = {"hold", "stop", "target", "trailing"} & set(draft.slots)
                if exit_ is None and not bounded and "long_only" not in draft.flags:
                    self.ask(
                        "short.entry",
                        "Is this a short entry or the exit of a long position?",
                        ("short entry", "exit of a long"),
                        "short entry",
                    )
                short, short_spans, sell = sell, sell_spans, None
        if long is None and short is not None and ("buy" in mirrors or "long" in mirrors):
            long, long_spans = mirrored(short), [draft.flags["mirror"]]
        if sell is not None or "sell" in mirrors:
            as_short = self._sell_is_short(
                long, sell, exit_ is not None or exit_long is not None or exit_short is not None, short is not None
            )
            if sell is None and long is not None:
                sell, sell_spans = mirrored(long), [draft.flags["mirror"]]
            if as_short and short is None:
                short, short_spans = sell, sell_spans
                self.assume("short.entry", "sell opens a short position", inferred=True)
            elif exit_long is None and exit_ is None:
                exit_long, exit_long_spans = sell, sell_spans
            elif sell is not None:
                exit_long = sell if exit_long is None else ex.disjunction(exit_long, sell)
                exit_long_spans = [*exit_long_spans, *sell_spans]
        if "short" in mirrors and short is None and long is not None:
            short, short_spans = mirrored(long), [draft.flags["mirror"]]
            if exit_long is not None and exit_short is None:
                exit_short = mirrored(exit_long)
        if "both_sides" in draft.flags and long is not None and short is None and "long_only" not in draft.flags:
            short, short_spans = mirrored(long), [draft.flags["both_sides"]]
            self.assume("short.entry", "both directions: the short is the mirror of the long", inferred=True)
        if "else" in draft.flags and exit_ is None and exit_long is None and long is not None:
            exit_long, exit_long_spans = _otherwise(long), [draft.flags["else"]]
        if "exit" in mirrors or "exit_long" in mirrors:
            if exit_ is None and exit_long is None and long is not None:
                exit_long, exit_long_spans = _opposite(long), [draft.flags["mirror"]]
                if short is not None:
                    exit_short = _opposite(short)
            elif exit_ is None and exit_long is None and short is not None:
                exit_short = _opposite(short)
        if "exit_short" in mirrors and exit_long is not None and exit_short is None:
            exit_short = mirrored(exit_long)
        if "long_only" in draft.flags:
            short = None
        if long is not None:
            self._side("long", long, long_spans, exit_long, exit_long_spans, exit_, exit_spans, both=short is not None)
        if short is not None:
            self._side(
                "short", short, short_spans, exit_short, exit_short_spans, exit_, exit_spans, both=long is not None
            )
        if (
            long is not None
            and short is not None
            and ("short" in mirrors or "sell" in mirrors)
            and exit_ is None
            and exit_long is not None
            and exit_short is None
        ):
            self.sides["short"]["exit"] = mirrored(exit_long)
        return bool(self.sides)

    def _sell_is_short(self, long: ex.Expression | None, sell: ex.Expression | None, closes: bool, short: bool) -> bool:
        draft = self.draft
        if "long_only" in draft.flags or short:
            return False
        if "both_sides" in draft.flags or "reverse" in draft.flags or long is None:
            return True
        if closes:
            return True
        hold = draft.slots.get("hold")
        first = next((str(u.value) for u in self.compiler.units if u.kind == "act"), "")
        buys = any(u.kind == "act" and u.value in ("buy", "long") for u in self.compiler.units)
        if hold is not None and ("expir" in self.words(hold.span) or (first == "sell" and buys)):
            return True
        if (
            "exit_at" in draft.slots
            and sell is not None
            and _equal(mirrored(long), sell)
            and any(u.kind == "act" and u.value == "exit" for u in self.compiler.units)
        ):
            return True
        conjuncts = len(long.parts) if isinstance(long, ex.And) else 1
        if "sell" in draft.mirrors and sell is None:
            return conjuncts >= 2
        if sell is not None and _equal(mirrored(long), sell) and conjuncts >= 3:
            return True
        if sell is not None and conjuncts >= 3 and isinstance(sell, ex.And) and len(sell.parts) == conjuncts:
            return True
        levels = [draft.slots.get(name) for name in ("stop", "target", "trailing")]
        forex = any(level is not None and level.value[0] in ("pips", "points") for level in levels)
        stop = draft.slots.get("stop")
        near = stop is not None and stop.value[0] in ("bar", "pips", "points", "beyond")
        if sell is not None and ((near and conjuncts >= 2) or (forex and _equal(mirrored(long), sell))):
            return True
        names = {i.value for i in self.compiler.items if i.kind == "act"}
        return bool(names & {"short", "exit_short"})

    def _side(
        self, name: str, entry: ex.Expression, spans: list[Span], own: ex.Expression | None, own_spans: list[Span],
        shared: ex.Expression | None, shared_spans: list[Span], *, both: bool,
    ) -> None:  # fmt: skip
        side: dict[str, Any] = {"entry": entry}
        if spans:
            self.said(f"{name}.entry", *spans)
        if own is not None:
            side["exit"] = own
            if own_spans:
                self.said(f"{name}.exit", *own_spans)
        if shared is not None:
            if _is_any_cross(self.draft.rules.get("exit")) and _starts_below(
                self.sides["long"]["entry"] if "long" in self.sides else entry, shared, name
            ):
                shared = mirrored(shared)
            common = shared
            if name == "short":
                common = mirrored(shared) if both or _is_any_cross(self.draft.rules.get("exit")) else shared
                if both and common != shared:
                    self.assume("short.exit", f"the exit for shorts is the opposite: {common}", inferred=True)
            side["exit"] = common if own is None else ex.disjunction(own, common)
            self.said(f"{name}.exit", *shared_spans)
        for clock in self.draft.session:
            parts = entry.parts if isinstance(entry, ex.And) else (entry,)
            if not any(isinstance(n, ex.Clock) for p in parts for n in ex.walk(p)):
                side["entry"] = ex.conjunction(clock, side["entry"])
        self.sides[name] = side

    def _own_frame(self) -> None:
        """Values on the strategy's own timeframe need no mark."""
        own = str(self.data["timeframe"])

        def change(node: ex.Expression) -> ex.Expression:
            return node.operand if isinstance(node, ex.At) and node.timeframe == own else node

        for side in self.sides.values():
            for key in ("entry", "exit"):
                if key in side:
                    side[key] = ex.rewrite(side[key], change)

    # -- ideas ------------------------------------------------------------------------------------------------------------------

    def _from_idea(self) -> ex.Expression | None:
        """The customary rule of a strategy that is only named; each is listed as an assumption."""
        ideas = self.compiler.ideas
        draft = self.draft
        declared = [name for name, _ in self.compiler.declared]
        averages = self._two_averages()
        if "buyhold" in ideas:
            self.said("long.entry", ideas["buyhold"])
            return ex.Truth(True)
        if "dca_idea" in ideas:
            return self._dca(None)
        every = draft.slots.get("every")
        if every is not None and ("buy" in draft.rules or "long" in draft.rules or "short" in draft.rules):
            if "short" in draft.rules and "buy" not in draft.rules:
                draft.rules["short"].parts.append(("and", ex.Truth(True)))
                self.sides["short"] = {"entry": ex.Truth(True)}
                self.said("short.entry", every.span)
                return None
            return ex.Truth(True)
        if "golden" in ideas or "death" in ideas or averages is not None or "crossover_strategy" in ideas:
            if averages is None:
                if "golden" not in ideas and "death" not in ideas:
                    return None
                averages = (ex.call("sma", 50), ex.call("sma", 200))
                self.assume("long.entry", "golden cross: SMA(50) over SMA(200)")
            return self._customary(
                ex.Cross(True, *averages),
                ex.Cross(False, *averages),
                "averages: buy on the cross up, sell on the cross down",
            )
        numbers = self.compiler.memory.parameters
        if "macd" in declared:
            line = ex.call("macd", *numbers.get("macd", ()), output="line")
            signal = ex.call("macd", *numbers.get("macd", ()), output="signal")
            return self._customary(
                ex.Cross(True, line, signal),
                ex.Cross(False, line, signal),
                "MACD: buy when the line crosses above its signal, sell on the opposite cross",
            )
        if "supertrend" in declared:
            line = ex.call("supertrend", *numbers.get("supertrend", ()))
            return self._customary(
                ex.Cross(True, ex.CLOSE, line),
                ex.Cross(False, ex.CLOSE, line),
                "Supertrend: buy when the close crosses above it, sell below",
            )
        if "rsi" in declared:
            rsi = ex.call("rsi", *numbers.get("rsi", ()))
            return self._customary(
                ex.Compare("<", rsi, ex.Number(30)),
                ex.Compare(">", rsi, ex.Number(70)),
                "RSI: buy below 30, sell above 70",
            )
        if "bb" in declared and "breakout_idea" not in ideas:
            bands = numbers.get("bb", (20.0, 2.0))
            return self._customary(
                ex.Compare("<", ex.CLOSE, ex.call("bb", *bands, output="lower")),
                ex.Compare(">", ex.CLOSE, ex.call("bb", *bands, output="middle")),
                "Bollinger bands: buy below the lower, sell above the middle",
            )
        if declared and not ideas:
            return None
        if "momentum_idea" in ideas:
            change = ex.call("roc", 20)
            return self._customary(
                ex.Compare(">", change, ex.Number(2)),
                ex.Compare("<", change, ex.Number(-1)),
                "momentum: buy when the price is up more than 2% over 20 bars, sell when down more than 1%",
            )
        if "meanrev_idea" in ideas:
            score = ex.call("zscore", 20)
            return self._customary(
                ex.Compare("<", score, ex.Number(-2)),
                ex.Compare(">", score, ex.Number(0)),
                "mean reversion: buy two standard deviations below the 20 bar average, sell at the average",
            )
        if "breakout_idea" in ideas:
            top, bottom = ex.call("highest", 20), ex.call("lowest", 20)
            return self._customary(
                ex.Compare(">", ex.CLOSE, ex.Lag(top, ex.Number(1))), ex.Compare("<", ex.CLOSE, ex.Lag(bottom, ex.Number(1))),
                "breakout: buy above the highest high of the last 20 bars, sell below their lowest low",
            )  # fmt: skip
        return None

    def _customary(self, entry: ex.Expression, exit_: ex.Expression, text: str) -> ex.Expression:
        self.draft.rules.setdefault("exit_long", Rule())
        rule = self.draft.rules["exit_long"]
        if not rule.parts and "sell" not in self.draft.rules and "exit" not in self.draft.rules:
            self.sides["long"] = {"entry": entry, "exit": exit_}
            self._idea_exit = exit_
        self.assume("long.entry", text, inferred=True)
        return entry

    _idea_exit: ex.Expression | None = None

    def _dca(self, entry: ex.Expression | None) -> ex.Expression:
        """Repeated buys: each signal adds a part of the cash, up to twenty times."""
        self.data["max_entries"] = 20
        if "size" not in self.draft.slots:
            self.data["size"] = {"percent": 5}
            self.assume("size", "each buy is 5% of equity")
        self.assume("max_entries", "repeated buys: up to 20 entries stay open together, none is sold", inferred=True)
        return entry or ex.Truth(True)

    def _repeats(self) -> bool:
        """Buys by the clock that nothing sells: a savings plan."""
        draft = self.draft
        side = self.sides["long"]
        ends = {"hold", "exit_at", "stop", "target", "trailing"} & set(draft.slots)
        return (
            "every" in draft.slots
            and side["entry"] == ex.Truth(True)
            and "exit" not in side
            and not ends
            and "one_position" not in draft.flags
        )

    def _two_averages(self) -> tuple[ex.Expression, ex.Expression] | None:
        """`20/50 moving average`, `EMA 9 and EMA 21 crossover`, `短期5日长期20日`."""
        compiler, items = self.compiler, self.compiler.items
        numbers: list[float] = []
        kind = "ma"
        for i, item in enumerate(items):
            if item.kind == "num" and compiler.is_sign(i + 1, "/", "-") and compiler.kind(i + 2) == "num":
                k = i + 3
                while compiler.kind(k) in ("unit", "fill"):
                    k += 1
                left = i - 1
                if compiler.kind(k) not in ("ind", "crossover_strategy", "golden") and compiler.kind(left) in (
                    "ind",
                    "crossover_strategy",
                    "golden",
                ):
                    k = left
                if compiler.kind(k) in ("ind", "crossover_strategy", "golden"):
                    numbers = [item.number, items[i + 2].number]
                    kind = (
                        str(compiler.value(k))
                        if compiler.kind(k) == "ind"
                        else ("ema" if "ema" in compiler.norm(k) else "ma")
                    )
        if not numbers:
            for i, item in enumerate(items):
                k = compiler.skip(i + 3, "unit")
                if (
                    item.kind == "num"
                    and compiler.kind(i + 1) == "and"
                    and compiler.kind(i + 2) == "num"
                    and compiler.kind(k) == "ind"
                ):
                    numbers, kind = [item.number, items[i + 2].number], str(compiler.value(k))
                    break
        if not numbers:
            named = {
                str(i.value): items[k + 1].number
                for k, i in enumerate(items[:-1])
                if i.kind == "param" and items[k + 1].kind == "num"
            }
            if "fast" in named and "slow" in named and not any(n == "macd" for n, _ in compiler.declared):
                numbers = [named["fast"], named["slow"]]
        if not numbers and "crossover_strategy" in compiler.ideas:
            for i in range(len(items) - 4):
                if compiler.is_sign(i, "(") and compiler._pair_in_brackets(i):
                    numbers = [items[i + 1].number, items[i + 3].number]
                    idea = next(x.norm for x in items if x.kind == "crossover_strategy")
                    kind = "ema" if "ema" in idea else "sma" if "sma" in idea else "ma"
        if numbers and kind in ("ma", "sma", "ema", "hma", "lwma", "dema", "tema", "wwma", "avg"):
            pair = sorted(numbers)
            if any(n != int(n) or n < 1 for n in pair) or pair[0] == pair[1]:
                return None
            fast, slow = (compiler.average_call(kind, n) for n in pair)
            self.draft.assumed.update(compiler.memory.assumed)
            return fast, slow
        known = compiler.memory.moving_averages
        if (
            len(known) == 2
            and all(isinstance(m, ex.Call) for m in known)
            and (
                "crossover_strategy" in compiler.ideas
                or "golden" in compiler.ideas
                or "momentum_idea" in compiler.ideas
            )
        ):
            fast, slow = sorted(known, key=_length)
            return fast, slow
        return None

    # -- levels ---------------------------------------------------------------------------------------------------------------

    def _levels(self) -> None:
        slots = self.draft.slots
        if self._idea_exit is not None and "long" in self.sides and "exit" not in self.sides["long"]:
            self.sides["long"]["exit"] = self._idea_exit
        for name, side in self.sides.items():
            for slot_name, field in (("stop", "stop_loss"), ("target", "take_profit")):
                slot = slots.get(slot_name)
                if slot is None:
                    continue
                level = self._level(slot, field, name)
                if level is not None:
                    side[field] = level
                    self.said(f"{name}.{field}", slot.span)
            trailing = slots.get("trailing")
            if trailing is not None:
                side["trailing_stop"] = self._trailing(trailing, name)
                self.said(f"{name}.trailing_stop", trailing.span)
            even = slots.get("break_even")
            if even is not None:
                kind, value = even.value
                key = {"percent": "after_percent", "pips": "after_pips", "points": "after_points", "r": "after_r"}.get(
                    str(kind)
                )
                if kind == "atr":
                    assert isinstance(value, tuple)
                    side["break_even"] = {"after_atr": value[0]}
                elif key is not None:
                    side["break_even"] = {key: value}
                self.said(f"{name}.break_even", even.span)
        order = slots.get("order")
        if order is not None and order.value[0] != "market":
            self.data["order"] = {"type": order.value[0]}
            for name, side in self.sides.items():
                price = order.value[1]
                side["entry_price"] = mirrored(price) if name == "short" and "long" in self.sides else price  # type: ignore[arg-type]
            self.said("order.type", order.span)
        elif order is not None:
            self.said("order.type", order.span)

    def _level(self, slot: Slot, field: str, side: str) -> dict[str, Any] | None:
        kind = slot.value[0]
        value: Any = slot.value[1] if len(slot.value) > 1 else None
        if kind == "plain":
            if isinstance(value, float) and value <= 100:
                self.assume(f"{side}.{field}", f"{self.words(slot.span)!r} read as percent", inferred=True)
                return {"percent": value}
            self.ask(
                f"{side}.{field}", f"{self.words(slot.span)!r}: percent, pips or points?", ("percent", "pips", "points")
            )
            return None
        if kind in ("percent", "pips", "points"):
            return {str(kind): value}
        if kind == "atr":
            factor, period = value
            level: dict[str, Any] = {"atr": factor}
            if period != 14:
                level["atr_period"] = int(period)
            return level
        if kind == "r":
            if field == "stop_loss":
                self.ask(f"{side}.{field}", f"{self.words(slot.span)!r}: a multiple of which distance?")
                return None
            return {"reward_risk": value}
        if kind == "money":
            return {"money": value[0]}
        if kind == "bar":
            return {"bar_extreme": int(value)}
        if kind == "price":
            return {"price": self._for_side(value, side, field)}
        if kind == "beyond":
            return self._beyond(slot, field, side)
        return None

    def _for_side(self, price: ex.Expression, side: str, field: str) -> ex.Expression:
        """A stop price written for the long is mirrored for the short; one written for the other end is turned."""
        wanted_low = (side == "long") == (field == "stop_loss")
        low = _points_down(price)
        if low is None or low == wanted_low:
            return price
        return mirrored(price)

    def _beyond(self, slot: Slot, field: str, side: str) -> dict[str, Any]:
        base: Any = slot.value[1]
        kind, value = str(slot.value[2]), slot.value[3]
        base = self._for_side(base, side, field)
        down = (side == "long") == (field == "stop_loss")
        extreme = {ex.Price("low"): 1, ex.Price("high"): 1}.get(base)
        if (
            isinstance(base, ex.Call)
            and base.indicator in ("lowest", "highest")
            and isinstance(base.arguments[0], ex.Number)
        ):
            extreme = int(base.arguments[0].value)
        if isinstance(base, ex.Lag):
            extreme = None
        if extreme is not None and kind in ("pips", "percent", "atr"):
            level: dict[str, Any] = {"bar_extreme": extreme}
            if kind == "atr":
                assert isinstance(value, tuple)
                level["offset_atr"] = value[0]
                if value[1] != 14:
                    level["atr_period"] = int(value[1])
            else:
                level[f"offset_{kind}"] = value
            return level
        sign = "-" if down else "+"
        if kind == "atr":
            assert isinstance(value, tuple)
            distance: ex.Expression = ex.Arithmetic("*", ex.Number(value[0]), ex.call("atr", value[1]))
        elif kind == "percent":
            share = float(str(value)) / 100
            return {"price": ex.Arithmetic("*", ex.Number(round(1 - share if down else 1 + share, 10)), base)}
        else:
            distance = ex.Number(float(str(value)) * (0.0001 if kind == "pips" else 1))
        return {"price": ex.Arithmetic(sign, base, distance)}

    def _trailing(self, slot: Slot, side: str) -> dict[str, Any]:
        kind, value = slot.value[0], slot.value[1]
        after = self.draft.slots.get("trailing_after")
        extra: dict[str, Any] = {}
        if after is not None:
            extra[{"percent": "after_percent", "pips": "after_pips", "r": "after_r"}[str(after.value[0])]] = (
                after.value[1]
            )
        if kind == "atr":
            assert isinstance(value, tuple)
            factor, period = value
            atr = ex.call("atr", period)
            return {"distance": atr if factor == 1 else ex.Arithmetic("*", ex.Number(factor), atr), **extra}
        if kind == "line":
            line = value
            assert isinstance(line, ex.Node)
            return {"line": mirrored(line) if side == "short" and "long" in self.sides else line, **extra}  # type: ignore[arg-type]
        if kind == "money":
            assert isinstance(value, tuple)
            return {"points": value[0], **extra}
        return {str(kind): value, **extra}

    # -- other slots ------------------------------------------------------------------------------------------------------------

    def _slots(self) -> None:
        slots, data, draft = self.draft.slots, self.data, self.draft
        limits: dict[str, Any] = {}
        hold = slots.get("hold")
        if hold is not None:
            self._hold(hold, limits)
        exit_at = slots.get("exit_at")
        if exit_at is not None:
            limits["exit_at"] = exit_at.value[0]
            self.said("limits.exit_at", exit_at.span)
        per_day = slots.get("per_day")
        if per_day is not None:
            limits["max_trades_per_day"] = int(float(str(per_day.value[0])))
            self.said("limits.max_trades_per_day", per_day.span)
        for name, key in (("every", "entry_every_bars"), ("cooldown", "cooldown_bars")):
            slot = slots.get(name)
            if slot is not None:
                bars = self._to_bars(float(str(slot.value[0])), str(slot.value[1]))
                if bars is None:
                    self.ask(
                        f"limits.{key}", f"{self.words(slot.span)!r}: how many bars of {data['timeframe']} is that?"
                    )
                elif bars > 1 or key != "entry_every_bars":
                    limits[key] = bars
                    self.said(f"limits.{key}", slot.span)
        for name, key in (("drawdown", "max_drawdown_pct"), ("dailyloss", "max_daily_loss_pct")):
            slot = slots.get(name)
            if slot is not None:
                limits[key] = slot.value[0]
                self.said(f"limits.{key}", slot.span)
        if limits:
            data["limits"] = limits
        self._size()
        self._simple("leverage", "leverage")
        self._simple("timezone", "timezone")
        pyramid = slots.get("pyramid")
        if pyramid is not None:
            data["max_entries"] = max(1, int(float(str(pyramid.value[0]))))
            self.said("max_entries", pyramid.span)
        if "one_position" in draft.flags:
            self.said("max_entries", draft.flags["one_position"])
        cash = slots.get("cash")
        if cash is not None:
            data["cash"] = cash.value[0]
            self.said("cash", cash.span)
            currency = str(cash.value[1])
            if (
                currency
                and currency != _currency(data["symbols"][0])
                and not (currency == "USD" and _currency(data["symbols"][0]) in ("USDT", "USDC"))
            ):
                # Another currency would need its exchange rate as data: the account is kept in the instrument's.
                kept = _currency(data["symbols"][0])
                self.assume(
                    "currency",
                    f"{cash.value[0]:g} {currency} kept as {cash.value[0]:g} {kept}: the account is in {kept}",
                )
        fee = slots.get("fee")
        if fee is not None:
            data["fees"] = {str(fee.value[0]): fee.value[1]}
            self.said("fees", fee.span)
        slippage = slots.get("slippage")
        if slippage is not None:
            if slippage.value[0] == "percent":
                data["slippage_percent"] = slippage.value[1]
                self.said("slippage_percent", slippage.span)
            else:
                self.ask("slippage_percent", f"{self.words(slippage.span)!r}: how many percent is that?")
        fill = slots.get("fill")
        if fill is not None:
            data["order"] = {**data.get("order", {}), "fill": fill.value[0]}
            self.said("order.fill", fill.span)
        if "reverse" in draft.flags:
            data["reverse"] = len(self.sides) == 2
            self.said("reverse", draft.flags["reverse"])
        self._period()

    def _hold(self, hold: Slot, limits: dict[str, Any]) -> None:
        number, unit = float(str(hold.value[0])), str(hold.value[1])
        bars = self._to_bars(number, unit)
        if bars is not None:
            limits["max_hold_bars"] = bars
            self.said("limits.max_hold_bars", hold.span)
        elif unit in ("minute", "hour", "day", "week", "month", "year"):
            letter = {"minute": "M", "hour": "H", "day": "D", "week": "W", "month": "M", "year": "Y"}[unit]
            if number == int(number):
                limits["max_hold_time"] = f"P{'T' if unit in ('minute', 'hour') else ''}{int(number)}{letter}"
                self.said("limits.max_hold_time", hold.span)
        else:
            self.ask("limits.max_hold_bars", f"{self.words(hold.span)!r}: how many bars?")

    def _to_bars(self, number: float, unit: str) -> int | None:
        if number < 1 or number != int(number):
            return None
        frame = str(self.data["timeframe"])
        if unit == "bar":
            return int(number)
        own = {"m": "minute", "h": "hour", "d": "day", "w": "week", "M": "month"}
        if frame == f"1{frame[-1]}" and own[frame[-1]] == unit:
            return int(number)
        if unit not in ("minute", "hour", "day", "week"):
            return None
        total = number * {"minute": 1, "hour": 60, "day": 1440, "week": 10080}[unit]
        crypto = kind_of(self.data["symbols"][0]).type in ("crypto", "crypto_future")
        if not crypto and unit in ("day", "week") and minutes(frame) < 1440:
            return None
        if frame == "1d" and unit == "week":
            return int(number) * (7 if crypto else 5)
        bars = total / minutes(frame)
        return int(bars) if bars == int(bars) and bars >= 1 else None

    def _size(self) -> None:
        slot = self.draft.slots.get("size")
        if slot is None:
            if "size" not in self.data:
                self.assume("size", "the whole equity in each position")
                if len(self.data["symbols"]) > 1:
                    share = round(100 / len(self.data["symbols"]), 2)
                    self.data["size"] = {"percent": share}
                    self.assumptions[-1] = Assumption(
                        "size", f"equity divided equally: {share:g}% for each symbol", "default"
                    )
            return
        kind, value = str(slot.value[0]), slot.value[1]
        if kind == "bare":
            self.data["size"] = self._bare(float(str(value)), slot)
            if self.data["size"] is None:
                del self.data["size"]
        elif kind in ("cash", "risk_cash"):
            self.data["size"] = {kind: value}
            currency = str(slot.value[2])
            if (
                currency
                and not (currency == "USD" and _currency(self.data["symbols"][0]) in ("USD", "USDT", "USDC"))
                and currency != _currency(self.data["symbols"][0])
            ):
                self.data["size"]["currency"] = currency
        else:
            self.data["size"] = {kind: value}
        self.said("size", slot.span)

    def _bare(self, value: float, slot: Slot) -> dict[str, Any] | None:
        kind = kind_of(self.data["symbols"][0]).type
        if kind == "forex" and value < 1000:
            self.assume("size", f"{self.words(slot.span)!r} read as lots", inferred=True)
            return {"lots": value}
        if value >= 100:
            self.assume("size", f"{self.words(slot.span)!r} read as money for each position", inferred=True)
            return {"cash": value}
        self.ask(
            "size",
            f"{self.words(slot.span)!r}: percent of equity, money or units?",
            ("percent", "money", "units"),
            "units",
        )
        return None

    def _simple(self, name: str, field: str) -> None:
        slot = self.draft.slots.get(name)
        if slot is not None:
            self.data[field] = slot.value[0]
            self.said(field, slot.span)

    def _period(self) -> None:
        dates, period = self.draft.slots.get("dates"), self.draft.slots.get("period")
        if dates is not None:
            start, end = dates.value
            self.data["period"] = {"start": start, "end": end}
            if end is None:
                self.data["period"]["as_of"] = self.today
            if start is None and isinstance(end, date):
                self.data["period"]["start"] = before(end, "P1Y")
                self.assume("period.start", "one year before the end")
            if isinstance(start, date) and start > self.today:
                self.ask("period.start", f"The period starts on {start}, after today: which dates are meant?")
            self.said("period", dates.span)
            if period is not None:
                self.draft.conflicts.append(("period", self.words(dates.span), self.words(period.span)))
            return
        if period is not None:
            self.data["period"] = {"last": period.value[0], "as_of": self.today}
            self.said("period", period.span)
            return
        year = self.today.year - 1
        self.data["period"] = {"start": date(year - 1, 1, 1), "end": date(year, 12, 31)}
        self.assume("period", f"no period named: the years {year - 1} and {year}")

    # -- what is open -----------------------------------------------------------------------------------------------------------

    def _unsupported(self) -> tuple[Unsupported, ...]:
        found: dict[str, Unsupported] = {}
        for what, span in self.draft.unsupported:
            found.setdefault(what, Unsupported(what=what, words=self.words(span), reason=WHY_UNSUPPORTED.get(what, "")))
        return tuple(found.values())

    def _open_questions(self) -> None:
        draft = self.draft
        for field, text in draft.questions:
            if not self._answered(field):
                self.ask(
                    field if "." in field or field in ("size", "period", "fee", "slippage") else "long.entry", text
                )
        for name, first, second in draft.conflicts:
            self.ask(name, f"{first!r} and {second!r} contradict each other: which is meant?", (first, second), first)
        for span in draft.unknown:
            self.ask(
                "idea",
                f"What does {self.words(span)!r} mean here?",
                ("leave it out",),
                "leave it out",
                "the words have no reading",
            )
        for span in draft.unused:
            self.assume("rules:unused", f"{self.words(span)!r} is not used", inferred=True)
        for key, text in draft.assumed.items():
            self.assume(f"rules:{key}", text, inferred=key in ("move_window", "atr_n", "band", "opening_range"))
        for key, text in draft.inferred.items():
            if key != "timeframe":
                self.assume(f"rules:{key}", text, inferred=True)
        for wrong, right in self.compiler.reading.corrections:
            self.assume("rules:spelling", f"{wrong!r} read as {right!r}", inferred=True)
        self._unused_declarations()
        self._missing_exit()
        if draft.slots.get("size") is not None and str(draft.slots["size"].value[0]).startswith("risk"):
            for name, side in self.sides.items():
                if "stop_loss" not in side and "trailing_stop" not in side:
                    self.ask(
                        f"{name}.stop_loss", "Sizing by risk needs a stop loss: where is it?", ("2%", "2 ATR"), "2%"
                    )
                    break
        if any(s.get("take_profit", {}).get("reward_risk") for s in self.sides.values()):
            for name, side in self.sides.items():
                if "stop_loss" not in side:
                    self.ask(
                        f"{name}.stop_loss",
                        "A target in multiples of the risk needs a stop loss: where is it?",
                        ("2%", "2 ATR"),
                        "2%",
                    )
                    break

    def _answered(self, name: str) -> bool:
        return name in self.compiler.memory.parameters and bool(self.sides)

    def _unused_declarations(self) -> None:
        used: set[str] = set()
        for side in self.sides.values():
            for value in side.values():
                for node in _expressions_in(value):
                    used |= {c.indicator for c in ex.calls(node)}  # type: ignore[arg-type]
        if any(
            "atr" in str(s.get(k, ""))
            for s in self.sides.values()
            for k in ("stop_loss", "take_profit", "trailing_stop")
        ):
            used.add("atr")
        if used:
            self._unused_levels()
            for name, index in self.compiler.declared:
                if self.compiler.norm(index) in ("return", "returns", "change"):
                    continue
                family = {name, {"dmi": "adx", "ma": "sma", "avg": "sma", "cloud": "ichimoku"}.get(name, name)}
                if name in ("ma", "avg", "ha"):
                    bare = any(u.start == index and u.value is None for u in self.compiler.units)
                    acted = any(u.kind == "act" and u.start < index for u in self.compiler.units)
                    if not (bare and acted and name in ("ma", "avg")):
                        continue
                    family = {"?"}
                if not family & used and name:
                    span = self.compiler.span(index, index + 1)
                    self.ask(
                        "idea",
                        f"{self.words(span)!r} is named but no condition uses it: how does it enter the rule?",
                        ("leave it out",),
                        "leave it out",
                    )

    def _unused_levels(self) -> None:
        """`at the lower band`, `20 day high`: a level named in a rule that no condition reads."""
        expressions: set[str] = set()
        for side in self.sides.values():
            for value in side.values():
                for node in _expressions_in(value):
                    expressions |= {str(p) for p in ex.walk(node)}  # type: ignore[arg-type]
        units = self.compiler.units
        for index, unit in enumerate(units):
            if unit.kind != "decl" or not isinstance(unit.value, ex.Node) or str(unit.value) in expressions:
                continue
            if not any(self.compiler.kind(k) in ("out", "agg", "lag") for k in range(unit.start, unit.end)):
                continue
            sentence = [u for u in units[max(0, index - 6) : index + 6] if u.kind in ("act", "cond")]
            if sentence:
                span = self.compiler.span(unit.start, unit.end)
                self.ask(
                    "idea",
                    f"{self.words(span)!r} is named but no condition uses it: how does it enter the rule?",
                    ("leave it out",),
                    "leave it out",
                )

    def _missing_exit(self) -> None:
        if not self.sides or len(self.sides) == 2:
            return
        name, side = next(iter(self.sides.items()))
        limits = self.data.get("limits", {})
        closes = any(k in side for k in ("exit", "stop_loss", "take_profit", "trailing_stop")) or any(
            k in limits for k in ("max_hold_bars", "max_hold_time", "exit_at")
        )
        if closes or "buyhold" in self.compiler.ideas or self.data.get("max_entries", 1) > 1:
            return
        entry = side["entry"]
        opposite = _customary_exit(entry)
        if opposite is None:
            self.ask(
                f"{name}.exit",
                "When is the position closed?",
                ("hold to the end", "after 10 bars", "2% stop"),
                "hold to the end",
                _NO_EXIT,
            )
            return
        side["exit"] = opposite
        self.assume(f"{name}.exit", f"no exit named: the customary opposite, {opposite}", inferred=True)

    # -- the spec -----------------------------------------------------------------------------------------------------------------

    def _spec(self, unsupported: tuple[Unsupported, ...]) -> tuple[StrategySpec | None, str]:
        if not self.sides and not unsupported:
            return None, ""
        data = {**self.data, **self.sides}
        data["name"] = _title(self.source)
        data["unsupported"] = unsupported
        data["provenance"] = self.provenance
        try:
            spec = StrategySpec.model_validate(data)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            field = ".".join(str(p) for p in problem["loc"])
            return None, f"{field}: {problem['msg']}"
        for name, side in spec.sides.items():
            for field, node in side_expressions(side):
                try:
                    parse(str(node))
                except SpecError as error:
                    return None, f"{name}.{field}: {error.message}"
        errors = [f for f in check(spec) if f.severity == "error" and f.field != "unsupported"]
        if errors:
            first = errors[0]
            pips = [f for f in errors if "pip" in f.message]
            if pips and "symbols" in self.provenance and self.provenance["symbols"].source == "default":
                data["symbols"] = ["EURUSD"]
                self.assumptions = [a for a in self.assumptions if a.field != "symbols"]
                self.provenance["symbols"] = Origin(source="inferred", reason="no symbol named, pips: EURUSD")
                self.assumptions.append(Assumption("symbols", "no symbol named, pips: EURUSD", "inferred"))
                again = StrategySpec.model_validate(data)
                errors = [f for f in check(again) if f.severity == "error" and f.field != "unsupported"]
                if not errors:
                    return again, ""
                first = errors[0]
            if first.field == "size" or "stop" in first.message:
                return spec, ""
            return spec, f"{first.field}: {first.message}"
        return spec, ""


# -- helpers ---------------------------------------------------------------------------------------------------------------------


def _title(text: str) -> str:
    line = " ".join(text.split())
    return (line[:77] + "…") if len(line) > 78 else (line or "Strategy")


def _currency(ticker: str) -> str:
    from vibetrader.spec.instruments import quote_currency

    kind = kind_of(ticker)
    return quote_currency(ticker, kind.type, kind.market)


def _odd_minutes(frame: str) -> float:
    digits = "".join(c for c in frame if c.isdigit() or c == ".")
    unit = {"m": 1, "h": 60, "d": 1440, "w": 10080, "M": 43200}.get(frame[-1], 1)
    return float(digits or 1) * unit


def _equal(left: ex.Expression, right: ex.Expression) -> bool:
    def parts(node: ex.Expression) -> set[str]:
        return {str(p) for p in node.parts} if isinstance(node, ex.And) else {str(node)}

    return parts(left) == parts(right)


def _starts_below(entry: ex.Expression, exit_: ex.Expression, name: str) -> bool:
    """Whether a long begins on the lower side of the level its exit crosses, so that it must cross upwards."""
    for cross in ex.walk(exit_):
        if not (isinstance(cross, ex.Cross) and isinstance(cross.right, ex.Number)):
            continue
        for part in ex.walk(entry):
            if isinstance(part, ex.Compare) and part.left == cross.left and isinstance(part.right, ex.Number):
                if part.operator in ("<", "<=") and part.right.value <= cross.right.value:
                    return True
    return False


def _is_any_cross(rule: Rule | None) -> bool:
    return rule is not None and rule.any_cross


def _length(node: ex.Expression) -> float:
    if isinstance(node, ex.Call) and node.arguments and isinstance(node.arguments[0], ex.Number):
        return node.arguments[0].value
    return 0.0


def _points_down(price: ex.Expression) -> bool | None:
    """True for a low-like price, False for a high-like one, None when it has no end."""
    for node in ex.walk(price):
        match node:
            case ex.Price(field="low") | ex.Call(indicator="lowest"):
                return True
            case ex.Price(field="high") | ex.Call(indicator="highest"):
                return False
            case ex.Call(output="lower" | "low" | "cloud_bottom"):
                return True
            case ex.Call(output="upper" | "high" | "cloud_top"):
                return False
    return None


def _opposite(entry: ex.Expression) -> ex.Expression:
    """The opposite signal: of the crosses when there are any, of everything otherwise."""
    crosses = [part for part in (entry.parts if isinstance(entry, ex.And) else (entry,)) if isinstance(part, ex.Cross)]
    return mirrored(ex.conjunction(*crosses)) if crosses else mirrored(entry)


def _otherwise(entry: ex.Expression) -> ex.Expression:
    """Whenever the entry does not hold; of a single comparison the plain opposite."""
    if isinstance(entry, ex.Compare):
        return mirrored(entry)
    if isinstance(entry, ex.And):
        return ex.disjunction(*(negated(part) for part in entry.parts))
    return negated(entry)


def _customary_exit(entry: ex.Expression) -> ex.Expression | None:
    """The exit a trader would expect when none is named, for entries that have a plain opposite."""
    if entry == ex.Truth(True):
        return None
    parts = entry.parts if isinstance(entry, ex.And) else (entry,)
    crosses = [p for p in parts if isinstance(p, ex.Cross)]
    if crosses:
        return mirrored(crosses[0])
    swings = [p for p in parts if isinstance(p, ex.Compare) and nature(p.left)[0] is Nature.OSCILLATOR]
    if len(parts) == len(swings) and len(parts) <= 2:
        turned = mirrored(entry)
        return turned if turned != entry else None
    prices = [p for p in parts if isinstance(p, ex.Compare) and nature(p.left)[0] is Nature.PRICE]
    if prices and prices[0].left == ex.CLOSE:
        turned = mirrored(prices[0])
        return turned if turned != entry else None
    if swings:
        turned = mirrored(swings[0])
        return turned if turned != entry else None
    return None


__all__ = ["Assembler", "normal_frame"]


def _expressions_in(value: object) -> list[ex.Node]:
    """The expressions of a side's field: itself, or those of a stop or target."""
    if isinstance(value, ex.Node):
        return [value]
    return [part for part in value.values() if isinstance(part, ex.Node)] if isinstance(value, dict) else []

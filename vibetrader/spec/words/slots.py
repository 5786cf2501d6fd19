"""Everything outside the rules: stops, targets, sizes, dates, cash, costs, holding times, order timing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from vibetrader.spec import expressions as ex
from vibetrader.spec.strategy import before
from vibetrader.spec.words.draft import Draft, Slot, Span
from vibetrader.spec.words.grammar import Grammar
from vibetrader.spec.words.lexing import Item
from vibetrader.spec.words.reading import Found

_ISO_UNIT: Final = {"day": "D", "week": "W", "month": "M", "year": "Y"}

Amount = tuple[str, object, int]
"""Kind (percent, pips, points, atr, r, money, plain, price, bar), its value, the position after it."""


class SlotReader(Grammar):
    """Reads one slot at a position; `read_slot` answers with the position after it, or None."""

    def __init__(self, items: list[Item], memory: object, draft: Draft, today: date) -> None:
        super().__init__(items, memory)  # type: ignore[arg-type]  # Memory, imported by the caller
        self.draft = draft
        self.today = today

    def read_slot(self, i: int) -> int | None:
        """The position after the slot that starts at i."""
        readers: tuple[Callable[[int], int | None], ...] = (
            self._no_stops, self._guard, self._flat_eod, self._moved, self._break_even, self._trailing, self._reward_risk, self._stops, self._costs, self._leverage,
            self._risk, self._hold, self._exit_time, self._fill, self._per_day, self._every, self._cooldown,
            self._pyramid, self._order_type, self._money, self._size, self._dates, self._flags, self._opening,
        )  # fmt: skip
        for reader in readers:
            end = reader(i)
            if end is not None:
                return end
        return None

    # -- storing ------------------------------------------------------------------------------------------------------

    def span(self, start: int, end: int) -> Span:
        """Characters from item start to item end (exclusive)."""
        last = min(max(end - 1, start), len(self.items) - 1)
        return Span(self.items[start].start, self.items[last].end)

    def put(self, name: str, start: int, end: int, *value: object) -> int:
        """Stores a slot; a second, different value is kept as a contradiction."""
        slot = Slot(tuple(value), self.span(start, end))
        old = self.draft.slots.get(name)
        if old is not None and old.value != slot.value:
            first, second = (self.text(old.span), self.text(slot.span))
            self.draft.conflicts.append((name, first, second))
        elif old is None:
            self.draft.slots[name] = slot
        return end

    def closing(self, i: int) -> None:
        """`at Monday's close`: orders fill at the close."""
        self.draft.slots.setdefault("fill", Slot(("close",), self.span(i, i + 1)))

    def text(self, span: Span) -> str:
        """The words of a span."""
        return " ".join(item.text for item in self.items if span.start <= item.start < span.end)

    # -- amounts ----------------------------------------------------------------------------------------------------------

    def amount(self, i: int) -> Amount | None:
        """A distance or size: `2%`, `20 pips`, `50 points`, `1.5x ATR(14)`, `2R`, `$100`, `3`."""
        k = self.skip(i)
        if self.kind(k) == "twice" and self.kind(self.skip(k + 1)) == "stop":
            return "r", float(str(self.value(k))), self.skip(k + 1) + 1
        if self.kind(k) == "ind" and self.value(k) == "atr":
            found = self._indicator(k)
            if found is not None and isinstance(found.expression, ex.Call):
                j = found.end
                if (self.kind(j) == "mul" or self.is_sign(j, "*")) and self.kind(j + 1) == "num":
                    return "atr", (self.items[j + 1].number, _period(found.expression)), j + 2
                return "atr", (1.0, _period(found.expression)), j
        if self.kind(k) == "between" and self.kind(self.skip(k + 1)) == "num":
            k = self.skip(k + 1)
        if self.kind(k) != "num":
            return None
        item = self.items[k]
        value = abs(item.number)
        after = self.skip(k + 1)
        if (
            (self.kind(k + 1) == "till" or self.is_sign(k + 1, "-") or (self.kind(k + 1) == "and"))
            and self.kind(k + 2) == "num"
            and (self.kind(self.skip(k + 3)) in ("pips", "points") or self.items[k + 2].percent)
        ):
            last = self.items[k + 2]
            if last.percent and item.percent:
                return "range", ("percent", value, abs(last.number)), k + 3
            if not last.percent:
                unit = "pips" if self.kind(self.skip(k + 3)) == "pips" else "points"
                return "range", (unit, value, abs(last.number)), self.skip(k + 3) + 1
        if item.percent:
            return "percent", value, k + 1
        if item.currency:
            return "money", (value, item.currency), k + 1
        if self.kind(after) == "pips":
            return "pips", value, after + 1
        if self.kind(after) == "points":
            return "points", value, after + 1
        scaled = self._factor(k)
        if scaled is not None:
            atr = _atr_multiple(scaled.expression)
            if atr is not None:
                return "atr", atr, scaled.end
            return None
        if self.kind(after) == "mul" and self.kind(self.skip(after + 1)) in ("stop", "risk"):
            return "r", value, self.skip(after + 1) + 1
        if self.kind(after) == "rr":
            return "r", value, after + 1
        if self.norm(k + 1) == "r" and self.items[k + 1].glued:
            return "r", value, k + 2
        if (self.kind(k + 1) == "unit" and self.value(k + 1) != "bar") or self.kind(k + 1) in ("ind", "tf"):
            return None  # "the 1h EMA", "the 20 SMA": a length, no distance
        return "plain", value, k + 1

    def _lead(self, i: int) -> int:
        """Skips `at`, `of`, `=`, `:`, `is`, `to`, `when hit` before an amount."""
        while True:
            k = self.skip(i, "colon", "touch", "then", "size")
            if (
                (self.kind(k) == "cmp" and self.norm(k) in ("=", "==", ">=", "at least", "equals", "gleich", "igual a"))
                or (
                    self.kind(k) == "if"
                    and self.norm(k)
                    in (
                        "on",
                        "when",
                        "wenn",
                        "cuando",
                        "quando",
                        "quand",
                        "once",
                        "if",
                        "until",
                    )
                )
                or (self.kind(k) in ("till", "since") and self.norm(k) in ("to", "bis", "from", "a", "auf"))
                or (self.is_sign(k, "(") and self.kind(k + 1) == "num")
                or (self.kind(k) == "stop" and self.norm(k) in ("stop", "loss"))
                or (self.kind(k) == "price" and self.norm(k) in ("price",))
            ):
                k += 1
            if k == i:
                return k
            i = k

    def _close_bracket(self, j: int) -> int:
        return j + 1 if self.is_sign(j, ")") else j

    # -- stops and targets --------------------------------------------------------------------------------------------------

    def _no_stops(self, i: int) -> int | None:
        """`no stop loss`, `no SL/TP`, `without a target`."""
        if self.kind(i) != "not":
            return None
        k = self.skip(i + 1)
        last = -1
        while self.kind(k) in ("stop", "target", "trail", "div", "or", "and", "fill") or self.is_sign(k, "/"):
            if self.kind(k) in ("stop", "target", "trail"):
                self.draft.flags[f"no_{self.kind(k)}"] = self.span(i, k + 1)
                last = k
            elif self.kind(k) in ("and", "or") and self.kind(self.skip(k + 1)) not in ("stop", "target", "trail"):
                break
            k += 1
        return last + 1 if last >= 0 else None

    def _flat_eod(self, i: int) -> int | None:
        """`no overnight positions`."""
        if self.kind(i) != "flat_eod":
            return None
        return self.put("exit_at", i, i + 1, "session_close")

    def _moved(self, i: int) -> int | None:
        """`sell when it is up 5%`, `exit at +5%`, `get out if it drops 3% below entry` as target and stop."""
        if not (self.context.startswith("exit") or self.context == "sell"):
            return None
        k = self.skip(i)
        up = {"gainmove": True, "dip": False}.get(self.kind(k))
        if self.kind(k) == "state" and self.norm(k) in ("is up", "is down"):
            up = self.norm(k) == "is up"
        elif self.kind(k) == "dir":
            up = self.value(k) == "up"
        if up is None:
            if (
                self.kind(k) == "num"
                and self.items[k].percent
                and self.items[k].text[:1] in "+-"
                and self.kind(self.skip(k + 1)) in ("", "end", "comma", "or", "and")
            ):
                return self.put(
                    "target" if self.items[k].number > 0 else "stop", i, k + 1, "percent", abs(self.items[k].number)
                )
            return None
        j = self.skip(k + 1)
        if self.kind(j) == "cmp":
            j = self.skip(j + 1)
        if self.kind(j) != "num" or not self.items[j].percent:
            return None
        end = j + 1
        after = self.skip(end, "cmp", "since")
        if self.kind(after) == "entryprice" or (
            self.kind(after) == "act" and self.norm(after) in ("entry", "buying", "entrada")
        ):
            end = after + 1
        elif self.kind(self.skip(end)) in ("within", "unit", "tf", "agg") or (
            self.kind(after) in ("agg", "num", "price") and after > end
        ):
            return None
        short = any(item.kind == "act" and item.value == "short" for item in self.items) and not any(
            item.kind == "act" and item.value in ("buy", "long") for item in self.items
        )
        return self.put("target" if up != short else "stop", i, end, "percent", abs(self.items[j].number))

    def _trailing(self, i: int) -> int | None:
        if self.kind(i) == "trail" or (self.kind(i) == "stop" and self.kind(self.skip(i + 1)) == "trail"):
            k = i + 1 if self.kind(i) == "trail" else self.skip(i + 1) + 1
            while self.kind(k) in ("stop", "trail"):
                k += 1
            lead = self._lead(k)
            found = self.amount(lead)
            if found is None:
                line = self.operand(lead)
                if line is not None and not isinstance(line.expression, ex.Number | ex.EntryPrice):
                    return self.put("trailing", i, line.end, "line", line.expression)
                self.draft.questions.append(
                    ("trailing_stop", "How far does the trailing stop follow (percent, ATR, pips)?")
                )
                return k
            kind, value, end = found
            if kind in ("plain", "range", "r"):
                if kind == "plain":
                    self.draft.inferred["trailing_stop"] = f"trailing stop {value:g} read as percent"
                    kind = "percent"
                else:
                    return None
            end = self._close_bracket(end)
            end = self.put("trailing", i, end, kind, value)
            after = self.skip(end)
            if self.kind(after) in ("after", "if") and self.kind(self.skip(after + 1)) in ("num", "target", "gainmove"):
                start = self.amount(self.skip(after + 1, "target", "gainmove"))
                if start is not None and start[0] in ("percent", "pips", "r"):
                    end = start[2]
                    if self.kind(self.skip(end)) == "target":
                        end = self.skip(end) + 1
                    return self.put("trailing_after", after, end, start[0], start[1])
            return end
        found = self.amount(i) if self.kind(i) in ("num", "ind") else None
        if found is not None and found[0] in ("percent", "pips", "points", "atr"):
            k = self.skip(found[2])
            if self.kind(k) == "trail":
                end = k + 1
                while self.kind(end) in ("stop", "trail"):
                    end += 1
                return self.put("trailing", i, end, found[0], found[1])
        return None

    def _break_even(self, i: int) -> int | None:
        if self.kind(i) != "breakeven":
            if self.kind(i) == "stop" and self.kind(self.skip(i + 1, "till")) == "breakeven":
                i = self.skip(i + 1, "till")
            else:
                return None
        k = self.skip(
            i + 1, "if", "after", "target", "gainmove", "touch", "entryprice", "price", "cmp", "act", "trades"
        )
        found = self.amount(k)
        if found is None or found[0] not in ("percent", "pips", "points", "r", "atr"):
            self.draft.questions.append(("break_even", "After which profit does the stop move to break-even?"))
            return i + 1
        end = found[2]
        while self.kind(self.skip(end)) in ("target", "gainmove"):
            end = self.skip(end) + 1
        if self.kind(self.skip(end)) == "fill":
            end = self.skip(end)
        return self.put("break_even", i, end, found[0], found[1])

    def _reward_risk(self, i: int) -> int | None:
        """`reward:risk 2`, `RR 1:3`, `1:2 risk reward`, `2R target`."""
        if self.kind(i) == "rr":
            k = self._lead(i + 1)
            ratio = self._ratio(k)
            return None if ratio is None else self.put("target", i, ratio[1], "r", ratio[0])
        if self.kind(i) == "num":
            ratio = self._ratio(i)
            if ratio is not None and self.kind(self.skip(ratio[1])) == "rr":
                return self.put("target", i, self.skip(ratio[1]) + 1, "r", ratio[0])
        if self.kind(i) == "target":
            k = self._lead(i + 1)
            ratio = self._ratio(k)
            if ratio is not None and self.kind(self.skip(ratio[1])) == "rr":
                return self.put("target", i, self.skip(ratio[1]) + 1, "r", ratio[0])
            if ratio is not None and (self.kind(k) == "clock" or self.kind(k + 1) == "colon"):
                return self.put("target", i, ratio[1], "r", ratio[0])  # "TP 2:1"
        return None

    def _ratio(self, k: int) -> tuple[float, int] | None:
        if self.kind(k) == "clock":
            first, second = (float(p) for p in str(self.value(k)).split(":"))
            return (max(first, second) / max(1.0, min(first, second)), k + 1) if first and second else None
        if self.kind(k) != "num" or self.items[k].percent:
            return None
        if (self.kind(k + 1) == "colon" or self.is_sign(k + 1, "/") or self.kind(k + 1) == "till") and self.kind(
            k + 2
        ) == "num":
            first, second = self.items[k].number, self.items[k + 2].number
            return (max(first, second) / min(first, second), k + 3) if first > 0 and second > 0 else None
        return self.items[k].number, k + 1

    def _stops(self, i: int) -> int | None:
        kind = self.kind(i)
        if kind == "agg" and self.norm(i) in ("max", "maximum") and self.kind(i + 1) == "num":
            return self._amount_first(i + 1)
        if kind in ("num", "ind"):
            return self._amount_first(i)
        if kind == "other_end":
            return self._other_end(i)
        if kind not in ("stop", "target"):
            return None
        k = self._lead(i + 1)
        if kind == "target" and self.kind(k) == "if":
            return None
        if self.kind(k) == "sign" and self.norm(k) == "%":
            k = self._lead(k + 1)
        if self.kind(k) == "other_end":
            return self._other_end(k)
        found = self.amount(k)
        if found is not None:
            return self._level(kind, i, found)
        return self._price_level(kind, i, k)

    def _amount_first(self, i: int) -> int | None:
        """`2% stop`, `-8% stop`, `2N stop`, `20% target`, `5% profit`."""
        found = self.amount(i)
        if found is None or (found[0] in ("plain",) and self.kind(self.skip(found[2])) not in ("stop", "target")):
            return None
        k = found[2]
        while self.kind(k) == "fill" and self.norm(k) not in ("from", "of", "below", "above", "in", "and"):
            k += 1
        if self.norm(k) == "in":
            k += 1
        if self.kind(k) not in ("stop", "target"):
            return None
        which = self.kind(k)
        after = k + 1
        while self.kind(after) == which:
            after += 1
        # "5% stop 10%": the amount belongs to the word after it when that word has its own number and this one does not
        kind, value, _ = found
        return self._level(which, i, (kind, value, after))

    def _level(self, which: str, i: int, found: Amount) -> int:
        kind, value, end = found
        end = self._close_bracket(end)
        relation = self.skip(end)
        if self.kind(relation) in ("cmp", "since") and kind in ("percent", "pips", "points", "atr", "range"):
            base = self.operand(self.skip(relation + 1))
            word = self.kind(self.skip(relation + 1))
            if word in ("entryprice", "act") and self.norm(self.skip(relation + 1)).startswith(
                ("entry", "my entry", "the entry", "buy", "einstieg", "entrada", "fill", "purchase", "precio", "preco")
            ):
                end = self.skip(relation + 1) + 1
            elif base is not None and not isinstance(base.expression, ex.Number):
                if isinstance(base.expression, ex.EntryPrice):
                    end = base.end
                else:
                    end = self._offset_level(which, i, kind, value, base)
                    return self._for_shorts(end)
        while self.kind(self.skip(end)) == "touch":
            end = self.skip(end) + 1
        if kind == "range":
            assert isinstance(value, tuple)
            self.draft.inferred[f"{which}_range"] = f"{which}: the wider of {value[1]:g} and {value[2]:g} {value[0]}"
            kind, value = str(value[0]), float(str(value[2]))
        return self._for_shorts(self.put(which, i, end, kind, value))

    def _offset_level(self, which: str, i: int, kind: str, value: object, base: Found) -> int:
        """`2 ATR below the low`, `2-5 pips below the low of the candle`."""
        end = self._after_extreme(base.end)
        if kind == "range":
            assert isinstance(value, tuple)
            self.draft.inferred[f"{which}_range"] = (
                f"{which}: {value[2]:g} {value[0]} beyond, the wider of {value[1]:g} to {value[2]:g}"
            )
            kind, value = str(value[0]), float(str(value[2]))
        return self.put(which, i, end, "beyond", base.expression, kind, value)

    def _after_extreme(self, end: int) -> int:
        """Words that only say which candle: `of the signal candle`, `of the cross-over candlestick`."""
        k = end
        while self.kind(k) in ("fill", "unit", "cross", "crossover_strategy", "lag") and self.kind(k) != "comma":
            if self.kind(k) == "unit" and self.value(k) != "bar":
                break
            k += 1
        return k if k > end and (self.kind(k - 1) == "unit" or "candle" in self.norm(k - 1)) else end

    def _for_shorts(self, end: int) -> int:
        """`(above the high for shorts)` after a stop says what mirroring gives anyway."""
        if not self.is_sign(end, "("):
            return end
        close = next((x for x in range(end, min(end + 14, len(self.items))) if self.is_sign(x, ")")), None)
        if close is None:
            return end
        inside = self.items[end + 1 : close]
        if any(item.kind == "act" and item.value == "short" for item in inside) and not any(
            item.kind == "num" for item in inside
        ):
            return close + 1
        return end

    def _price_level(self, which: str, i: int, k: int) -> int | None:
        """`stop at the kijun`, `stop below the low of the signal candle`, `SL at the nearest pivot low or high`."""
        if self.kind(k) == "word" and self.norm(k) in ("nearest", "last", "recent"):
            k = self.skip(k + 1)
        k = self.skip(k)
        if self.kind(k) == "cmp":
            k = self.skip(k + 1)
        if self.kind(k) == "ind" and self.value(k) == "pivot":
            end = k + 1
            while self.kind(end) in ("price", "or", "agg", "fill") and self.kind(end) != "end":
                end += 1
            self.draft.inferred["pivot"] = "pivot: the extreme of the last 5 bars"
            return self.put(which, i, end, "bar", 5.0)
        if self.kind(k) == "agg" and self.norm(k).startswith("recent"):
            self.draft.inferred["pivot"] = "recent extreme: of the last 5 bars"
            return self.put(which, i, k + 1, "bar", 5.0)
        base = self.operand(k)
        if base is None or isinstance(base.expression, ex.Number | ex.EntryPrice):
            return None
        end = self._after_extreme(base.end)
        if self.kind(self.skip(end)) in ("cmp", "cross", "drop", "state"):
            return None
        if self.kind(end) == "or" and self.kind(self.skip(end + 1)) == "price":
            end = self.skip(end + 1) + 1
        expression = base.expression
        if expression in (ex.Price("low"), ex.Price("high")):
            return self._for_shorts(self.put(which, i, end, "bar", 1.0))
        return self._for_shorts(self.put(which, i, end, "price", expression))

    def _other_end(self, k: int) -> int | None:
        """`the other end of the first candle acts as stoploss`."""
        j = self.skip(k + 1)
        if self.kind(j) == "ind" and self.value(j) == "cloud":
            return self.put("stop", k, j + 1, "price", ex.call("ichimoku", 9, 26, 52, output="cloud_bottom"))
        named = self.kind(j) == "ind" and self.value(j) == "opening_range"
        if not named and not (self.norm(j) == "range" and self.memory.range_minutes is not None):
            return None
        end = j + 1
        nxt = self.skip(end)
        while self.norm(nxt) in ("acts", "act", "serves", "works", "range", "as", "is"):
            nxt += 1
        nxt = self.skip(nxt)
        if self.kind(nxt) == "stop":
            end = nxt + 1
        return self.put("stop", k, end, "price", ex.call("opening_range", self.range_length(), output="low"))

    # -- holding, clocks ------------------------------------------------------------------------------------------------------

    def _duration(self, i: int) -> tuple[float, str, int] | None:
        """`10 bars`, `one day`, `3 weeks`, `a week`."""
        k = self.skip(i, "within", "only")
        if self.kind(k) == "cmp" and self.value(k) in ("<=", "<", ">=", ">"):
            k = self.skip(k + 1)
        if self.kind(k) == "agg":
            k = self.skip(k + 1)
        if self.kind(k) == "tf" and self.norm(k) in ("half an hour", "half hour"):
            return 30.0, "minute", k + 1
        if self.kind(k) == "num" and not self.items[k].percent and not self.items[k].currency:
            number = self.items[k].number
            if self.kind(k + 1) == "unit":
                return number, str(self.value(k + 1)), k + 2
            return None
        if (
            self.kind(k) == "unit"
            and k > i
            and self.value(k) in _ISO_UNIT
            and self.norm(k - 1) in ("a", "un", "uma", "une", "ein", "eine", "einen", "one")
        ):
            return 1.0, str(self.value(k)), k + 1
        return None

    def _hold(self, i: int) -> int | None:
        kind = self.kind(i)
        if kind == "hold":
            found = self._duration(self.skip(i + 1, "colon", "trades", "act", "only")) or self._duration(i + 1)
            if found is None:
                return None
            end = found[2]
            if self.kind(end) == "only":
                end += 1
            return self.put("hold", i, end, found[0], found[1])
        if kind == "agg" and self.norm(i) in ("max", "maximum"):
            found = self._duration(self.skip(i + 1))
            if found is not None and self.kind(self.skip(found[2])) in ("trades", "", "end", "comma"):
                end = self.skip(found[2]) + 1 if self.kind(self.skip(found[2])) == "trades" else found[2]
                return self.put("hold", i, end, found[0], found[1])
            return None
        if kind == "after" and (
            self.context.startswith("exit")
            or self._exit_before(i)
            or (self.context == "sell" and self.kind(i - 1) in ("or", "comma"))
        ):
            found = self._duration(i + 1)
            if found is not None:
                return self.put("hold", i, found[2], found[0], found[1])
        if kind == "num" or (kind == "tf" and self.norm(i) in ("half an hour", "half hour")):
            found = self._duration(i)
            if (
                found is not None
                and self.norm(i - 1) in ("for", "durante", "por", "pendant", "fur", "per")
                and self.kind(i - 2) in ("act", "symbol", "lots", "shares")
                and self.context in ("buy", "long", "short", "sell")
                and self.kind(self.skip(found[2])) != "row"
            ):
                return self.put("hold", i, found[2], found[0], found[1])
            if (
                found is not None
                and self.context.startswith("exit")
                and self.kind(i - 1) == "or"
                and self.kind(found[2]) in ("", "end", "comma")
            ):
                return self.put("hold", i, found[2], found[0], found[1])
            if found is not None and self.norm(found[2]) in ("call", "put", "rise", "fall"):
                return self.put("hold", i, found[2], found[0], found[1])
            if (
                found is not None
                and self.kind(found[2]) == "after"
                and (
                    "entry" in self.norm(found[2])
                    or self.kind(self.skip(found[2] + 1)) in ("entryprice", "act")
                    or self.norm(found[2]) in ("later", "afterwards", "despues")
                )
            ):
                end = found[2] + 1
                if self.kind(self.skip(end)) in ("entryprice",) or (
                    self.kind(self.skip(end)) == "act"
                    and self.norm(self.skip(end)) in ("entry", "entrada", "einstieg", "buying")
                ):
                    end = self.skip(end) + 1
                if self.norm(found[2]) == "afterwards":
                    return None
                return self.put("hold", i, end, found[0], found[1])
            if found is not None and self.context.startswith("exit") and self.norm(self.skip(found[2])) in ("after",):
                return self.put("hold", i, self.skip(found[2]) + 1, found[0], found[1])
        return None

    def _exit_before(self, i: int) -> bool:
        k = i - 1
        while k >= 0 and self.kind(k) in ("fill", "or", "comma", "and", "only"):
            k -= 1
        return self.kind(k) == "act" and str(self.value(k)).startswith(("exit", "sell"))

    def _exit_time(self, i: int) -> int | None:
        """`at 3:15`, `at session close`, `15 minutes before the close`, `tomorrow's close` while an exit is spoken of."""
        exits = self.context.startswith("exit") or self.context == "sell"
        if self.kind(i) == "num":
            found = self._duration(i)
            if (
                found is not None
                and found[1] in ("minute", "hour")
                and self.kind(self.skip(found[2])) == "session_close"
                and "before" in self.norm(self.skip(found[2]))
            ):
                minutes = found[0] * (60 if found[1] == "hour" else 1)
                return self.put("exit_at", i, self.skip(found[2]) + 1, f"session_close-{minutes:g}m")
            if (
                found is not None
                and found[1] in ("minute", "hour")
                and self.kind(self.skip(found[2])) in ("beforeend", "ago")
            ):
                k = self.skip(self.skip(found[2]) + 1)
                if self.kind(k) in ("session_close", "at_close") or self.norm(k) == "close":
                    minutes = found[0] * (60 if found[1] == "hour" else 1)
                    return self.put("exit_at", i, k + 1, f"session_close-{minutes:g}m")
        k = i
        if self.kind(k) == "session_close":
            if exits or self._exit_before(i):
                return self.put("exit_at", i, k + 1, "session_close")
            return None
        if (self.kind(i) == "clock" and exits and self.context != "sell") or (
            self.kind(i) == "clock" and self._exit_before(i)
        ):
            return self.put("exit_at", i, i + 1, self._afternoon(str(self.value(i))))
        if self.kind(i) == "next_close" and (exits or self._exit_before(i)):
            end = self.put("hold", i, i + 1, 1.0, "bar")
            self.draft.slots.setdefault("fill", Slot(("close",), self.span(i, i + 1)))
            return end
        bare = ("next candle", "next bar", "on the next bar", "on the next candle")
        if self.kind(i) == "next_open" and self.norm(i) in bare and self._exit_before(i):
            if self.kind(self.skip(i + 1)) in ("", "end", "comma"):
                return self.put("hold", i, i + 1, 1.0, "bar")
        if (
            self.kind(i) == "next_open"
            and (exits or self._exit_before(i))
            and self.norm(i) not in ("next candle", "next bar", "on the next candle", "on the next bar")
        ):
            if (
                "hold" not in self.draft.slots
                and "exit_cond" not in self.draft.flags
                and not self._condition_in_sentence(i)
            ):
                return self.put("exit_at", i, i + 1, "next_open")
            return self.put("fill", i, i + 1, "next_open")
        if self.kind(i) == "at_close" and (exits or self._exit_before(i)) and not self._condition_in_sentence(i):
            return self.put("exit_at", i, i + 1, "session_close")
        if self.kind(i) == "weekday" and self._exit_before(i):
            return None
        return None

    def _condition_in_sentence(self, i: int) -> bool:
        k = i
        while k >= 0 and self.kind(k) != "end":
            if self.kind(k) in ("act",):
                return any(
                    self.kind(x) in ("cmp", "cross", "drop", "state", "touch")
                    for x in range(k, min(i + 12, len(self.items)))
                    if self.kind(x) != "end"
                ) and any(self.kind(x) in ("cmp", "cross", "drop", "state", "touch") for x in range(k, i))
            k -= 1
        return False

    def _afternoon(self, clock: str) -> str:
        """3:15 means 15:15 when the text says 3:15 PM elsewhere, or lies before any market opens."""
        hour = int(clock[:2])
        later = f"{hour + 12:02d}{clock[2:]}"
        if hour < 8 and (
            any(item.kind == "clock" and item.value == later for item in self.items)
            or (hour < 6 and "m" not in self._clock_text(clock))
        ):
            return later
        return clock

    def _clock_text(self, clock: str) -> str:
        return next((item.norm for item in self.items if item.kind == "clock" and item.value == clock), "")

    def _fill(self, i: int) -> int | None:
        """`at the close`, `at the next bar's open` for an entry."""
        kind = self.kind(i)
        if kind == "at_close":
            return self.put("fill", i, i + 1, "close")
        if kind == "next_open":
            end = i + 1
            if self.kind(self.skip(end)) == "at_open":
                end = self.skip(end) + 1
            return self.put("fill", i, end, "next_open")
        if (
            kind == "price"
            and self.norm(i) == "open"
            and self._bought_before(i)
            and self.kind(self.skip(i + 1)) in ("after", "if", "end", "")
        ):
            return self.put("fill", i, i + 1, "next_open")  # "buy the open after 4 down days"
        if (
            kind == "at_open"
            and self.norm(self._before(i)) == "today"
            and any(item.kind == "lag" and item.norm.startswith("yesterday") for item in self.items[:i])
        ):
            return self.put("fill", i, i + 1, "next_open")  # yesterday's bar is the signal, today's open the fill
        if kind == "at_open":
            end = i + 1
            nxt = self.skip(end)
            if self.norm(nxt) in ("next", "following") and self.kind(nxt + 1) == "unit":
                return self.put("fill", i, nxt + 2, "next_open")
            return self.put("fill", i, end, "open")
        return None

    def _before(self, i: int) -> int:
        i -= 1
        while self.kind(i) == "fill" and self.norm(i) not in ("today",):
            i -= 1
        return i

    def _per_day(self, i: int) -> int | None:
        """`max 3 trades per day`, `one entry per session`."""
        if self.kind(i) == "per_day":
            n = self.skip(i + 1, "cmp", "agg", "only")
            if self.kind(n) == "num" and self.kind(self.skip(n + 1)) in ("trades", "act") and not self.items[n].percent:
                return self.put("per_day", i, self.skip(n + 1) + 1, self.items[n].number)
        k = i
        while self.kind(k) in ("agg", "cmp", "only", "limit_order") and self.norm(k) in (
            "max",
            "maximum",
            "at most",
            "no more than",
            "only",
            "up to",
            "not more than",
            "hochstens",
            "como maximo",
            "nur",
            "solo",
            "<=",
            "limit",
        ):
            k = self.skip(k + 1)
        if (
            self.kind(k) == "num"
            and not self.items[k].percent
            and self.kind(self.skip(k + 1)) in ("trades", "act", "entryprice")
        ):
            number, j = self.items[k].number, self.skip(k + 1) + 1
            if self.kind(self.skip(j)) == "agg":
                j = self.skip(j) + 1
            j = self.skip(j)
            if self.is_sign(j, "/") and self.kind(j + 1) == "unit" and self.value(j + 1) == "day":
                return self.put("per_day", i, j + 2, number)
            if self.kind(j) == "per_day" or (self.kind(j) == "every" and self.value(j + 1) == "day"):
                end = j + 1 if self.kind(j) == "per_day" else j + 2
                return self.put("per_day", i, end, number)
        return None

    def _every(self, i: int) -> int | None:
        """`every 7 trading days`, `every week`, `once a month`: a clockwork of entries."""
        if self.kind(i) == "every":
            k = self.skip(i + 1)
            if self.kind(k) == "num" and self.kind(k + 1) == "unit" and not self.items[k].percent:
                return self.put("every", i, k + 2, self.items[k].number, str(self.value(k + 1)))
            if self.kind(k) == "unit" and self.value(k) in ("day", "week", "month", "hour"):
                return self.put("every", i, k + 1, 1.0, str(self.value(k)))
        if (
            self.kind(i) == "per_day"
            and self.norm(i) in ("every day", "each day", "cada dia", "jeden tag", "每天", "每日")
            and self.context in ("buy", "long", "short")
        ):
            return self.put("every", i, i + 1, 1.0, "day")
        if self.norm(i) in ("once",) and self.kind(self.skip(i + 1)) == "unit":
            k = self.skip(i + 1)
            return self.put("every", i, k + 1, 1.0, str(self.value(k)))
        return None

    def _cooldown(self, i: int) -> int | None:
        if self.kind(i) != "cooldown":
            return None
        found = self._duration(self._lead(i + 1))
        if found is None:
            return None
        end = found[2]
        k = self.skip(end)
        while self.kind(k) in ("after", "act", "trades", "between", "beforeend", "ago", "stop", "fill", "entryprice"):
            k += 1
        return self.put("cooldown", i, k, found[0], found[1])

    def _pyramid(self, i: int) -> int | None:
        if self.kind(i) != "pyramid":
            return None
        k = self._lead(i + 1)
        if self.kind(k) == "cmp":
            k = self.skip(k + 1)
        if self.kind(k) == "num" and not self.items[k].percent:
            end = k + 1
            nxt = self.skip(end)
            if self.kind(nxt) in ("trades", "mul", "act"):
                end = nxt + 1
            return self.put("pyramid", i, end, self.items[k].number)
        return None

    def _order_type(self, i: int) -> int | None:
        kind = self.kind(i)
        if kind == "market_order":
            end = i + 1
            if self.kind(end) == "only":
                end += 1
            return self.put("order", i, end, "market")
        if kind in ("limit_order", "stop_order"):
            k = self.skip(i + 1, "colon")
            offset = self._offset(k)
            if offset is None and self.kind(k) == "if":
                offset = self._offset(self.skip(k + 1))
            if offset is not None:
                return self.put("order", i, offset.end, kind.removesuffix("_order"), offset.expression)
            base = self.operand(k)
            if base is not None and not isinstance(base.expression, ex.Number):
                return self.put("order", i, base.end, kind.removesuffix("_order"), base.expression)
            if (
                base is not None
                and isinstance(base.expression, ex.Number)
                and base.expression.value > 0
                and not self.items[k].percent
            ):
                return self.put("order", i, base.end, kind.removesuffix("_order"), base.expression)
            self.draft.questions.append(("long.entry_price", "At which price does the order rest?"))
            return i + 1
        return None

    # -- money ----------------------------------------------------------------------------------------------------------------

    def _costs(self, i: int) -> int | None:
        if self.kind(i) in ("fee", "slippage"):
            name = self.kind(i)
            k = self._lead(i + 1)
            while self.kind(k) == "fee":
                k = self._lead(k + 1)
            if self.kind(k) != "num":
                return None
            return self._cost(name, i, k)
        if self.kind(i) == "num" and (self.items[i].percent or self.items[i].currency):
            k = self.skip(i + 1)
            if self.kind(k) in ("fee", "slippage"):
                self._cost(self.kind(k), i, i)
                end = k + 1
                tail = self.skip(end)
                return self._per_trade(tail) or end
        return None

    def _cost(self, name: str, start: int, k: int) -> int:
        item = self.items[k]
        end = k + 1
        tail = self._per_trade(self.skip(end))
        end = tail or end
        if item.percent:
            return self.put(name, start, end, "percent", item.number)
        if item.currency:
            per_unit = self.kind(self.skip(k + 1)) == "shares" or (
                self.norm(k + 1) == "per" and self.kind(k + 2) == "shares"
            )
            return self.put(
                name,
                start,
                end + (1 if per_unit and tail is None else 0),
                "per_unit" if per_unit else "per_trade",
                item.number,
            )
        if self.norm(k + 1) in ("bps", "bp"):
            return self.put(name, start, max(end, k + 2), "percent", item.number / 100)
        self.draft.questions.append((name, f"{name} {item.text}: percent or money per trade?"))
        return end

    def _per_trade(self, k: int) -> int | None:
        """`per trade`, `each side`, `per order`."""
        if self.kind(k) in ("trades", "every") or (self.kind(k) == "unit" and self.norm(k) == "per"):
            j = k + 1
            if self.kind(self.skip(j)) in ("trades", "shares"):
                j = self.skip(j) + 1
            return j
        return None

    def _leverage(self, i: int) -> int | None:
        if self.kind(i) == "leverage":
            k = self._lead(i + 1)
            ratio = self._ratio(k)
            if ratio is None:
                return None
            end = ratio[1] + (1 if self.kind(ratio[1]) == "mul" else 0)
            return self.put("leverage", i, end, ratio[0])
        if self.kind(i) in ("num", "clock"):
            ratio = self._ratio(i)
            if ratio is None:
                return None
            k = ratio[1] + (1 if self.kind(ratio[1]) == "mul" else 0)
            if (
                self.kind(ratio[1]) == "mul"
                and self.norm(ratio[1]) == "x"
                and self.items[ratio[1]].glued
                and self.kind(k) in ("", "end", "comma")
                and self.kind(i - 1) in ("comma", "end", "and", "equity")
            ):
                return self.put("leverage", i, k, ratio[0])  # "…, 3x"
            if self.kind(self.skip(k)) == "leverage" and not (self.kind(i) == "num" and self.items[i].percent):
                return self.put("leverage", i, self.skip(k) + 1, ratio[0])
        return None

    def _guard(self, i: int) -> int | None:
        """`stop trading at 20% drawdown`, `max daily loss 3%`."""
        k = i
        while self.kind(k) in ("stop", "fill", "if", "agg", "act", "hold", "trades", "cmp") and k < i + 6:
            k += 1
        if (
            k > i
            and self.kind(k) == "num"
            and self.items[k].percent
            and self.kind(self.skip(k + 1)) in ("drawdown", "dailyloss")
        ):
            return self.put(self.kind(self.skip(k + 1)), i, self.skip(k + 1) + 1, abs(self.items[k].number))
        if self.kind(k) not in ("drawdown", "dailyloss"):
            if (
                self.kind(i) == "num"
                and self.items[i].percent
                and self.kind(self.skip(i + 1)) in ("drawdown", "dailyloss")
            ):
                name = self.kind(self.skip(i + 1))
                return self.put(name, i, self.skip(i + 1) + 1, abs(self.items[i].number))
            return None
        name = self.kind(k)
        j = self._lead(k + 1)
        if self.kind(j) in ("cmp", "drop"):
            j = self._lead(j + 1)
        if self.kind(j) == "num" and self.items[j].percent:
            return self.put(name, i, j + 1, abs(self.items[j].number))
        return None

    def _risk(self, i: int) -> int | None:
        """`risk 1% per trade`, `risking 1% of capital`, `1% risk`."""
        if self.kind(i) == "size" and self.kind(self.skip(i + 1)) == "risk":
            i = self.skip(i + 1)
        if self.kind(i) == "risk":
            k = self._lead(i + 1)
            while self.kind(k) in ("trades", "every", "only", "agg"):
                k = self._lead(k + 1)
            if self.kind(k) == "unit" and self.norm(k) == "per":
                k = self._lead(k + 1)
                if self.kind(k) == "trades":
                    k = self._lead(k + 1)
            if self.kind(k) != "num":
                return None
            item, end = self.items[k], self._of_equity(k + 1)
            if item.percent:
                return self.put("size", i, end, "risk_percent", item.number)
            if item.currency:
                return self.put("size", i, end, "risk_cash", item.number, item.currency)
            return None
        if (
            self.norm(i) in ("lose", "loses")
            and self.kind(self.skip(i + 1)) == "num"
            and self.items[self.skip(i + 1)].percent
        ):
            # "sized so that we lose 1% if stopped out"
            k = self.skip(i + 1)
            end = self._of_equity(k + 1)
            tail = self.skip(end, "if")
            if self.norm(tail) in ("stopped", "stopped out") or self.kind(tail) in ("stop", "touch"):
                while self.norm(tail) in ("stopped", "stopped out", "out", "is", "hit") or self.kind(tail) in (
                    "stop",
                    "touch",
                ):
                    tail += 1
                return self.put("size", i, tail, "risk_percent", self.items[k].number)
        if self.kind(i) == "num" and self.items[i].percent:
            k = self.skip(i + 1)
            if self.kind(k) == "equity" and self.kind(self.skip(k + 1)) == "risk":
                k = self.skip(k + 1)
            if self.kind(k) == "risk" and self.kind(self.skip(k + 1)) != "num":
                return self.put("size", i, self._of_equity(k + 1), "risk_percent", self.items[i].number)
        return None

    def _of_equity(self, j: int) -> int:
        """`of the account`, `per trade`, `each`."""
        end = j
        k = self.skip(j)
        while (
            self.kind(k) in ("equity", "trades", "every", "size", "per_day")
            or (self.kind(k) == "unit" and self.norm(k) == "per")
            or (self.kind(k) == "price" and self.norm(k) == "market")
            or (self.kind(k) == "risk" and k > j)
            or (self.norm(k) in ("if", "when") and self.norm(self.skip(k + 1)) == "x")
        ):
            if self.kind(k) == "per_day" or (
                self.kind(k) == "every"
                and self.kind(self.skip(k + 1)) in ("unit", "num", "tf", "weekday", "trading_day")
            ):
                break
            end = k + 1
            k = self.skip(end)
        return end

    def _money(self, i: int) -> int | None:
        """Starting cash."""
        if self.kind(i) == "startcash" or (
            self.kind(i) == "equity"
            and self.norm(i).replace(" ", "")
            in ("capital", "cash", "equity", "balance", "account", "kapital", "资金", "本金", "portfolio")
        ):
            k = self._lead(i + 1)
            while self.kind(k) == "equity":
                k = self._lead(k + 1)
            if self.kind(k) != "num" or self.items[k].percent:
                return None
            if self.kind(i) == "equity" and k > i + 2:
                return None
            end = k + 1
            if self.kind(end) == "million":
                value = self.items[k].number * float(str(self.value(end)))
                end += 1
            else:
                value = self.items[k].number
            if self.kind(end) == "cur":
                end += 1
            if self.kind(self.skip(end)) in ("startcash", "equity"):
                end = self.skip(end) + 1
            return self.put("cash", i, end, value, self.items[k].currency)
        if (
            self.kind(i) == "num"
            and not self.items[i].percent
            and self.items[i].number >= 1000
            and self.norm(i + 1) in ("start", "starting", "initial", "to start")
            and self.kind(i - 1) in ("", "comma", "end", "and", "filter")
        ):
            return self.put("cash", i, i + 2, self.items[i].number, self.items[i].currency)
        if (
            self.kind(i) == "num"
            and not self.items[i].percent
            and self.items[i].text.lower().endswith("k")
            and self.items[i].number >= 1000
            and self.norm(i - 1) in ("with", "con", "com", "mit", "avec", "using")
            and self.kind(self.skip(i + 1))
            in (
                "",
                "end",
                "comma",
                "and",
                "startcash",
                "equity",
                "till",
                "between",
                "month",
                "num",
                "date",
                "filter",
                "report",
                "year_phrase",
                "within",
            )
        ):
            end = i + 1
            if self.kind(self.skip(end)) in ("startcash", "equity"):
                end = self.skip(end) + 1
            return self.put("cash", i, end, self.items[i].number, self.items[i].currency)
        if self.kind(i) == "num" and not self.items[i].percent:
            k = self.skip(i + 1)
            if self.kind(k) in ("startcash", "equity") and (
                k == i + 1 or self.norm(i + 1) in ("in", "as", "of", "de", "usd")
            ):
                if self.items[i].number >= 10 and self._not_size_before(i):
                    return self.put("cash", i, k + 1, self.items[i].number, self.items[i].currency)
        return None

    def _not_size_before(self, i: int) -> bool:
        return self.kind(i - 1) not in ("size",)

    def _size(self, i: int) -> int | None:
        kind = self.kind(i)
        if kind == "allin":
            return self.put("size", i, i + 1, "percent", 100.0)
        if kind == "lots":
            k = self._lead(i + 1)
            k = self._lead(k + 1) if self.kind(k) == "size" else k
            if self.kind(k) == "num" and not self.items[k].percent and (k > i + 1 or self.kind(i - 1) != "num"):
                return self.put("size", i, k + 1, "lots", self.items[k].number)
            return None
        if kind == "size":
            k = self._lead(i + 1)
            if self.kind(k) == "agg" or self.kind(k) == "cmp":
                k = self._lead(k + 1)
            if self.kind(k) == "equity":
                k = self._lead(k + 1)
            if self.kind(k) == "allin":
                return self.put("size", i, k + 1, "percent", 100.0)
            if self.kind(k) == "num":
                return self._sized(i, k)
            return None
        if kind == "equity" and self.kind(i + 1) == "num" and self.items[i + 1].percent:
            end = i + 2
            while self.norm(end) in ("in", "invested"):
                end += 1
            return self.put("size", i, end, "percent", self.items[i + 1].number)
        if kind == "agg" and self.norm(i) in ("max", "maximum") and self.kind(self.skip(i + 1)) == "num":
            k = self.skip(i + 1)
            if self.items[k].percent and self.kind(self.skip(k + 1)) == "equity":
                return self.put("size", i, self._of_equity(k + 1), "percent", self.items[k].number)
            return None
        if kind != "num":
            return None
        item, nxt = self.items[i], self.skip(i + 1)
        if item.percent:
            if self.kind(nxt) in ("equity", "size") or (
                self.kind(nxt) in ("trades", "every")
                or (self.kind(nxt) == "unit" and self.norm(nxt) == "per" and self.kind(self.skip(nxt + 1)) == "trades")
            ):
                return self.put("size", i, self._of_equity(i + 1), "percent", item.number)
            return None
        if self.kind(nxt) in ("lots",) and not (self.kind(nxt + 1) == "cmp" and self.kind(nxt + 2) == "num"):
            return self.put("size", i, self._of_equity(nxt + 1), "lots", item.number)
        if self.kind(nxt) == "shares" and nxt == i + 1:
            return self.put("size", i, self._of_equity(nxt + 1), "units", item.number)
        if item.currency:
            bought = self._bought_before(i)
            if (
                bought
                or self.kind(nxt) in ("size", "every")
                or (self.kind(nxt) == "unit" and self.norm(nxt) == "per")
                or self.kind(nxt) == "trades"
            ):
                end = self._of_equity(i + 1)
                return self.put("size", i, end, "cash", item.number, item.currency)
            return self.put("cash", i, i + 1, item.number, item.currency)
        if self._bought_before(i) and self.kind(i + 1) == "symbol":
            return self.put("size", i, i + 1, "units", item.number)
        return None

    def _bought_before(self, i: int) -> bool:
        k = i - 1
        while k >= 0 and self.kind(k) == "fill":
            k -= 1
        if (
            self.kind(k) == "filter"
            and self.norm(k) in ("with", "con", "com", "mit", "avec")
            and self.kind(k - 1) == "symbol"
        ):
            k -= 1
        if self.kind(k) == "symbol":
            k -= 1
            while k >= 0 and self.kind(k) in ("fill", "symbol", "and", "comma"):
                k -= 1
        return (self.kind(k) == "act" and self.value(k) in ("buy", "long", "short", "sell")) or self.kind(
            k
        ) == "dca_idea"

    def _sized(self, i: int, k: int) -> int | None:
        item = self.items[k]
        nxt = self.skip(k + 1)
        if item.percent:
            if self.kind(self.skip(k + 1)) in ("stop", "target", "trail"):
                return None  # "use a 2% stop"
            return self.put("size", i, self._of_equity(k + 1), "percent", item.number)
        if item.currency:
            return self.put("size", i, self._of_equity(k + 1), "cash", item.number, item.currency)
        if self.kind(nxt) == "lots":
            return self.put("size", i, self._of_equity(nxt + 1), "lots", item.number)
        if self.kind(nxt) == "shares":
            return self.put("size", i, self._of_equity(nxt + 1), "units", item.number)
        return self.put("size", i, self._of_equity(k + 1), "bare", item.number)

    # -- dates ------------------------------------------------------------------------------------------------------------------

    def _dates(self, i: int) -> int | None:
        k = i
        lead = False
        while (
            self.kind(k) in ("period", "since", "between")
            or (self.kind(k) == "fill" and lead)
            or (self.kind(k) == "colon" and lead)
        ):
            lead = True
            k += 1
        since = any(self.kind(x) == "since" for x in range(i, k))
        if self.norm(k) in ("start", "begin", "starts") and self._day(self.skip(k + 1)) is not None:
            since, lead, k = True, True, self.skip(k + 1)
        elif self.norm(k) == "end" and self._day(self.skip(k + 1)) is not None:
            last = self._day(self.skip(k + 1))
            assert last is not None
            return self._put_dates(i, last[2], None, last[1])
        first = self._day(k)
        if first is not None:
            join = (
                self.skip(first[2])
                if self.kind(self.skip(first[2])) in ("till", "and", "since") or self.is_sign(self.skip(first[2]), "-")
                else -1
            )
            if join >= 0:
                second = self._day(self.skip(join + 1, "if"))
                if second is not None:
                    start, end = first[0], second[1]
                    if second[1] < first[0] and self.items[k].kind == "month":
                        return None
                    return self._put_dates(i, second[2], start, end)
                if self.kind(self.skip(join + 1)) == "now":
                    return self._put_dates(i, self.skip(join + 1) + 1, first[0], None)
            stop = first[2]
            nxt = self.skip(stop)
            if self.kind(nxt) == "now":
                return self._put_dates(i, nxt + 1, first[0], None)
            if since or self.norm(nxt) in ("onwards", "onward", "forward", "on"):
                if self.norm(nxt) in ("onwards", "onward", "forward"):
                    stop = nxt + 1
                return self._put_dates(i, stop, first[0], None)
            if self.kind(i - 1) == "till" or (self.kind(k) == "till"):
                return self._put_dates(i, stop, None, first[1])
            if lead or self._year_may_stand(k):
                return self._put_dates(i, stop, first[0], first[1])
            return None
        if self.kind(k) == "till" and self._day(self.skip(k + 1)) is not None:
            last = self._day(self.skip(k + 1))
            assert last is not None
            return self._put_dates(i, last[2], None, last[1])
        if self.kind(k) == "year_phrase":
            year = self.today.year - 1
            return self._put_dates(i, k + 1, date(year, 1, 1), date(year, 12, 31))
        if self.kind(k) == "this_year":
            return self._put_dates(i, k + 1, date(self.today.year, 1, 1), None)
        return self._relative(i, k, lead)

    def _relative(self, i: int, k: int, lead: bool) -> int | None:
        """`last 3 years`, `over 2 years`, `past 6 months`, `3 years of data`."""
        marked = lead
        while self.kind(k) in ("within", "cmp", "fill", "after") and (
            self.kind(k) != "cmp" or self.norm(k) in ("over",)
        ):
            marked |= self.kind(k) != "fill"
            k += 1
        if self.kind(k) == "num" and self.kind(k + 1) == "unit" and not self.items[k].percent:
            unit, number = str(self.value(k + 1)), self.items[k].number
            end = k + 2
            if unit not in _ISO_UNIT or number != int(number) or number < 1:
                return None
            alone = self._stands_alone(i, end)
            if self.kind(self.skip(end)) in ("high", "price", "ind", "agg", "ago", "row"):
                return None
            if self.norm(self.skip(end)) in ("data", "history", "backtest", "datos", "daten"):
                end = self.skip(end) + 1
                marked = True
            if not (marked or (unit in ("year", "month") and alone)):
                return None
            if unit in ("day", "week") and not (marked and alone):
                return None
            if number > 200 * {"day": 366, "week": 53, "month": 12, "year": 1}[unit]:
                return None
            return self.put("period", i, end, f"P{int(number)}{_ISO_UNIT[unit]}")
        if (
            marked
            and self.kind(k) == "unit"
            and self.value(k) in ("month", "week", "year")
            and self._stands_alone(i, k + 1)
        ):
            return self.put("period", i, k + 1, f"P1{_ISO_UNIT[str(self.value(k))]}")
        return None

    def _stands_alone(self, i: int, end: int) -> bool:
        left = i - 1
        while left >= 0 and self.kind(left) in (
            "fill",
            "period",
            "strategy",
            "symbol",
            "if",
            "and",
            "act",
            "universe_word",
            "unsupported",
        ):
            left -= 1
        before_ok = left < 0 or self.kind(left) in (
            "end",
            "comma",
            "colon",
            "slot",
            "period",
            "num",
            "price",
            "stop",
            "equity",
            "tf",
            "trades",
            "out",
            "word",
            "clock",
            "clock",
            "mirror",
            "unsupported",
            "target",
            "dir",
            "state",
            "unit",
            "ind",
            "cur",
        )
        after = self.skip(end)
        return before_ok and self.kind(after) in (
            "",
            "end",
            "comma",
            "and",
            "symbol",
            "report",
            "period",
            "filter",
            "startcash",
            "equity",
            "num",
            "cmp",
            "if",
            "fee",
            "tf",
            "slippage",
            "stop",
            "leverage",
        )

    def _year_may_stand(self, k: int) -> bool:
        """A bare year or date between commas is the period."""
        if self.kind(k) == "date":
            return True
        if self.kind(k) == "month":
            return self.kind(k + 1) == "num"
        left, right = self.kind(k - 1), self.kind(k + 1)
        return (
            left in ("", "comma", "end", "fill", "colon", "symbol", "strategy", "frame", "tf", "tfhint", "unit")
            or self.norm(k - 1) in ("in", "for", "on", "en", "em", "sur", "auf", "fur", "im", "para", "nur", "only")
        ) and right in ("only", "", "comma", "end", "and", "report", "filter", "fill", "startcash", "colon", "symbol")

    def _put_dates(self, i: int, end: int, first: date | None, last: date | None) -> int:
        if first is not None and last is not None and first > last:
            self.draft.questions.append(
                ("period", f"The period starts ({first}) after it ends ({last}): which dates are meant?")
            )
            return end
        if self.kind(self.skip(end)) == "period" and self.norm(self.skip(end)) in ("backtest", "test"):
            end = self.skip(end) + 1
        old = self.draft.slots.get("dates")
        if old is not None and (first is None or last is None):
            start_old, end_old = old.value
            if (first is None) != (start_old is None) or (last is None) != (end_old is None):
                merged = (first or start_old, last or end_old)
                self.draft.slots["dates"] = Slot(
                    merged, Span(min(old.span.start, self.items[i].start), self.span(i, end).end)
                )
                return end
        return self.put("dates", i, end, first, last)

    def _day(self, k: int) -> tuple[date, date, int] | None:
        """A day, month or year as its first and last day: `2020-01-01`, `Jan 2016`, `June 5, 2020`, `2020`, `Q1 2024`."""
        kind = self.kind(k)
        if kind == "date":
            day = _parse_date(str(self.value(k)))
            return None if day is None else (*day, k + 1)
        if kind == "month":
            month = int(str(self.value(k)))
            j = self.skip(k + 1, "comma") if self.kind(k + 1) in ("comma", "fill") else k + 1
            if self.kind(j) == "num" and self._is_year(j):
                return (*_month(int(self.items[j].number), month), j + 1)
            if self.kind(j) == "num" and 1 <= self.items[j].number <= 31 and not self.items[j].percent:
                y = self.skip(j + 1, "comma")
                if self.kind(y) == "num" and self._is_year(y):
                    return _one_day(int(self.items[y].number), month, int(self.items[j].number), y + 1)
            joined_year = self._year_ahead(k)
            if joined_year is not None and (self.kind(k + 1) in ("till", "and") or self.is_sign(k + 1, "-")):
                return (*_month(joined_year, month), k + 1)
            return None
        if (
            kind == "num"
            and self.kind(self.skip(k + 1)) == "month"
            and 1 <= self.items[k].number <= 31
            and not self.items[k].percent
        ):
            m = self.skip(k + 1)
            y = self.skip(m + 1, "comma")
            if self.kind(y) == "num" and self._is_year(y):
                return _one_day(int(self.items[y].number), int(str(self.value(m))), int(self.items[k].number), y + 1)
            return None
        quarter = re.fullmatch(r"q([1-4])", self.norm(k) + (self.norm(k + 1) if self.norm(k) == "q" else ""))
        if quarter:
            j = k + (2 if self.norm(k) == "q" else 1)
            if self.kind(j) == "num" and self._is_year(j):
                year, month = int(self.items[j].number), 3 * int(quarter[1]) - 2
                return date(year, month, 1), _month(year, month + 2)[1], j + 1
            return None
        if kind == "num" and self._is_year(k):
            year = int(self.items[k].number)
            end = k + 1
            if self.kind(end) == "unit" and self.value(end) == "year" and self.norm(end) in ("年", "year"):
                end += 1
            return date(year, 1, 1), date(year, 12, 31), end
        return None

    def _is_year(self, k: int) -> bool:
        item = self.items[k]
        return not item.percent and not item.currency and re.fullmatch(r"(19[89]|20[0-4])\d", item.text) is not None

    def _year_ahead(self, k: int) -> int | None:
        """`Jan to June 2024`: the year stands after the second month."""
        for j in range(k + 1, min(k + 5, len(self.items))):
            if self.kind(j) == "num" and self._is_year(j):
                return int(self.items[j].number)
        return None

    # -- flags --------------------------------------------------------------------------------------------------------------------

    def _flags(self, i: int) -> int | None:
        kind = self.kind(i)
        if kind in ("long_only", "short_only") and self.kind(self.skip(i + 1)) in (
            "if",
            "filter",
            "ind",
            "price",
            "only",
        ):
            return None
        if kind in ("both_sides", "long_only", "short_only", "one_position", "reverse"):
            self.draft.flags[kind] = self.span(i, i + 1)
            return i + 1
        if kind == "if" and self.kind(i + 1) == "one_position":
            self.draft.flags["one_position"] = self.span(i, i + 2)
            return i + 2
        return None

    def _opening(self, i: int) -> int | None:
        """`opening range = first 60 minutes`, `after the first hour from the open`, `first 5 min candle`."""
        k = i
        while (
            self.kind(k) == "after"
            or (self.kind(k) == "ind" and self.value(k) == "opening_range")
            or (k > i and (self.kind(k) in ("fill", "colon") or self.norm(k) == "="))
        ):
            k += 1
        if self.kind(k) == "first" or (self.kind(k) == "fill" and self.norm(k) == "first"):
            j = self.skip(k + 1)
            minutes: float | None = None
            if self.kind(j) == "num" and self.kind(j + 1) == "unit" and self.value(j + 1) in ("minute", "hour"):
                minutes = self.items[j].number * (60 if self.value(j + 1) == "hour" else 1)
                j += 2
            elif self.kind(j) == "unit" and self.value(j) == "hour":
                minutes, j = 60.0, j + 1
            elif self.kind(j) == "tf" and self.value(j) == "30m":
                minutes, j = 30.0, j + 1
            if minutes is None:
                return None
            self.memory.range_minutes = minutes
            end = j
            nxt = self.skip(end, "since")
            if (self.kind(nxt) == "price" and self.value(nxt) == "open") or self.kind(nxt) in ("at_open",):
                end = nxt + 1
            elif self.kind(self.skip(end)) == "ind" and self.value(self.skip(end)) == "opening_range":
                return end
            return end
        if (
            self.kind(i) == "num"
            and self.kind(i + 1) == "unit"
            and self.value(i + 1) == "minute"
            and self.kind(self.skip(i + 2)) == "ind"
            and self.value(self.skip(i + 2)) == "opening_range"
            and self.norm(self.skip(i + 2)) not in ("first candle", "first bar")
        ):
            self.memory.range_minutes = self.items[i].number
            return i + 2
        return None


def _period(call: ex.Call) -> float:
    first = call.arguments[0]
    return first.value if isinstance(first, ex.Number) else 14.0


def _atr_multiple(expression: ex.Expression) -> tuple[float, float] | None:
    match expression:
        case ex.Arithmetic(operator="*", left=ex.Number(value=factor), right=ex.Call(indicator="atr") as call):
            return factor, _period(call)
        case ex.Call(indicator="atr"):
            return 1.0, _period(expression)
        case _:
            return None


def _parse_date(text: str) -> tuple[date, date] | None:
    chinese = re.fullmatch(r"(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})[日号])?)?", text)
    try:
        if chinese:
            year, month, day = int(chinese[1]), chinese[2], chinese[3]
            if day:
                one = date(year, int(month), int(day))
                return one, one
            return _month(year, int(month)) if month else (date(year, 1, 1), date(year, 12, 31))
        parts = [int(p) for p in re.split(r"[-/.]", text)]
        if parts[0] > 31:
            one = date(*parts)
        else:
            # 13/05/2020 can only be day first, 05/13/2020 only month first; otherwise the world's habit, day first,
            # except with slashes, which Americans write month first: that stays ambiguous and is refused.
            first, second, year = parts
            if first > 12:
                one = date(year, second, first)
            elif second > 12:
                one = date(year, first, second)
            elif first == second or "." in text:
                one = date(year, second, first)
            else:
                return None
        return one, one
    except ValueError:
        return None


def _month(year: int, month: int) -> tuple[date, date]:
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return date(year, month, 1), last


def _one_day(year: int, month: int, day: int, end: int) -> tuple[date, date, int] | None:
    try:
        one = date(year, month, day)
    except ValueError:
        return None
    return one, one, end


__all__ = ["SlotReader", "before"]

"""Moves and shapes of bars in words: drops, gaps, streaks, breakouts, candle patterns."""

from __future__ import annotations

from vibetrader.spec import expressions as ex
from vibetrader.spec.indicators import Nature
from vibetrader.spec.mirror import nature
from vibetrader.spec.words.clocks import Clocks
from vibetrader.spec.words.reading import MA_KINDS, Found
from vibetrader.spec.words.shapes import (
    repeated,
    sided,
    times,
)


class Moves(Clocks):
    """Reads what the last bars did."""

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
                or self.norm(i - 1)
                in (
                    "a",
                    "an",
                    "new",
                    "on",
                    "at",
                    "un",
                    "uma",
                    "ein",
                    "einem",
                    "neuem",
                    "neuen",
                    "nuevo",
                    "nova",
                    "nouveau",
                    "bei",
                    "neues",
                )
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

    def _each_of(self, i: int) -> Found | None:
        """`two days in a row where …`, `the last 3 candles open above …`, `7 of the last 10 days …`."""
        k = self.skip(i, "within")
        counted = any(self.kind(x) == "within" for x in range(i, k))
        if self.kind(k) != "num" or self.items[k].percent:
            return None
        number, j = self.items[k].number, k + 1
        if (
            self.kind(j) != "unit"
            or self.value(j) not in ("bar", "day", "week")
            or number != int(number)
            or not 1 <= number <= 500
        ):
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
            target = times(round(1 - share if down else 1 + share, 10), before)
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
            coloured_ha = sided(ex.call("ha", output="close"), self.value(k) in ("green", "bullish"))
            if coloured_ha is not None and self.value(k) in ("green", "red", "bullish", "bearish"):
                end = self.skip(k + 1) + 1
                if self.kind(self.skip(end)) == "row":
                    end = self.skip(end) + 1
                return Found(repeated(coloured_ha, int(number or 1)), end)
        kind, norm = self.kind(k), self.norm(k)
        if (
            number is not None
            and any(self.kind(x) == "row" for x in range(i, k))
            and (kind in ("dip", "gainmove") or (kind == "state" and self.value(k) in ("falling", "rising")))
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
        if self.kind(k) == "lag" and self.norm(k) in (
            "yesterday",
            "previous day",
            "the day before",
            "ayer",
            "gestern",
            "hier",
            "ontem",
        ):
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
        if (
            self.kind(j) == "num"
            and self.kind(j + 1) == "unit"
            and self.kind(self.skip(j + 2)) == "row"
            and not self.items[j].percent
        ):
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
                return Found(ex.Compare(operator, subject, times(round(factor, 10), target.expression)), target.end)
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
        elif (
            n + 1 != end
            or self.kind(end) not in ("", "end", "comma", "and", "act", "or")
            or not any("range" in x.norm for x in self.items)
        ):
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

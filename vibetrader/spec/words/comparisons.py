"""Comparisons in words: above, between, at least, 2% below, touching, inside a band."""

from __future__ import annotations

from vibetrader.spec import expressions as ex
from vibetrader.spec.indicators import Nature
from vibetrader.spec.mirror import nature
from vibetrader.spec.words.reading import LEVELS, MA_KINDS, Found
from vibetrader.spec.words.shapes import (
    comparable,
    compared_with,
    is_average,
    is_distance,
    is_lower,
    is_ratio,
    is_upper,
    length_of,
    ma_name,
    negated,
    of_same_kind,
    past_extreme,
    times,
)
from vibetrader.spec.words.states import States


class Comparisons(States):
    """Reads comparisons."""

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
        if self.kind(k) != "cmp" or self.norm(k).replace(" ", "") not in (
            "上方",
            "之上",
            "以上",
            "下方",
            "之下",
            "以下",
        ):
            return None
        if not all(comparable(left, right.expression) for left in lefts):
            return None
        self.memory.subject = lefts[0]
        operator = str(self.value(k))
        return Found(ex.conjunction(*(self._fit(operator, left, right.expression) for left in lefts)), k + 1)

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
        if (left == ex.Price("open") and self.kind(gap) == "dir") or (
            left == ex.Price("open")
            and self.norm(gap) in ("lower", "higher")
            and self.kind(gap + 1) in ("", "end", "comma", "and", "act")
        ):
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
            if factor is not None and k > j and not isinstance(left, ex.Number) and not is_distance(factor.expression):
                # "volume is 3 times the average"
                found = Found(ex.Compare(">=", left, of_same_kind(factor.expression, left)), factor.end)
        else:
            found = self._in_state(lefts, k)
        if found is None and kind == "agg":
            window = self._aggregate(k)
            if window is not None and isinstance(window.expression, ex.Call) and not isinstance(left, ex.Number):
                series = None if left == ex.CLOSE else left
                call = ex.call(window.expression.indicator, length_of(window.expression), series=series or ex.CLOSE)
                found = Found(ex.Compare("<=" if call.indicator == "lowest" else ">=", left, call), window.end)
        if found is None:
            return None
        if denied:
            found = Found(negated(found.expression), found.end)
        return self._on_frames(found)

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
        if (
            self.kind(k) == "streak_down"
            and self.norm(k) == "lower"
            and self.kind(k - 1) == "touch"
            and self._last_bands()
        ):
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
            and is_average(left)
            and self.kind(found.end) == "unit"
            and not self._last_percent
        ):
            number = found.expression.value
            if number == int(number) and number >= 1:
                return Found(self.average_call(ma_name(left), number, None, str(self.value(found.end))), found.end + 1)
        return found

    def _offset(self, k: int) -> Found | None:
        """`2% below MA(10)`, `5% above the 20 day high` as a price."""
        if self.kind(k) == "num" and self.items[k].percent and self.kind(self.skip(k + 1)) == "cmp":
            sign = self.value(self.skip(k + 1))
            inner = self.operand(self.skip(k + 1) + 1)
            if inner is not None and not isinstance(inner.expression, ex.Number) and sign in ("<", ">"):
                share = self.items[k].number / 100
                factor = 1 - share if sign == "<" else 1 + share
                return Found(times(round(factor, 10), inner.expression), inner.end)
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
                return Found(
                    ex.Arithmetic("-" if self.value(side) == "<" else "+", inner.expression, distance), inner.end
                )
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
        if (
            self._last_percent
            and isinstance(expression, ex.Number)
            and nature(lefts[0])[0] is Nature.PRICE
            and not is_ratio(lefts[0])
        ):
            return None  # a price is no percentage
        if (
            self.kind(k) == "drop"
            and (
                self.norm(k)
                in (
                    "breaks",
                    "break out of",
                    "breaks out of",
                    "rompe",
                    "突破",
                    "casse",
                    "il casse",
                    "franchit",
                    "perce",
                    "rompt",
                )
                or self.norm(k).split()[-1] in ("of", "de", "da", "do")
            )
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
                if after in ("", "end", "comma", "act", "then", "if", "stop", "target", "or") and is_average(
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
        other = compared_with(self.memory.last)
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
        if (
            len(numbers) < 2
            or self.kind(k) != "ind"
            or name not in MA_KINDS
            or any(n != int(n) or n < 1 for n in numbers)
        ):
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
        if (
            self.kind(k) != "ind"
            or self.kind(k + 1) != "num"
            or str(self.value(k)) not in LEVELS
            or self.value(k) == "bb"
        ):
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
        left, right = past_extreme(left, right), past_extreme(right, left)
        left, right = of_same_kind(left, right), of_same_kind(right, left)
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

    def _banded(self, left: ex.Expression, kind: str, k: int) -> Found | None:
        """`starts outside and ends inside the Bollinger Band`: of the lower band for a rising bar, the upper for a falling."""
        body = next((c for c in reversed(self._bodies) if isinstance(c, ex.Compare)), None)
        j = self.skip(k + 1)
        edge = self._target(j, left)
        if edge is not None and (is_lower(edge.expression) or is_upper(edge.expression)):
            below = is_lower(edge.expression) == (kind == "outside")
            return Found(ex.Compare("<" if below else ">", left, edge.expression), edge.end)
        last = compared_with(self.memory.last)
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
        if (
            self.kind(k) in ("dip", "gainmove")
            and self.kind(self.skip(k + 1)) == "num"
            and self._factor(self.skip(k + 1)) is not None
        ):
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
            target = times(round(factor, 10), base.expression)
        elif deviations:
            spread = times(item.number, ex.call("stdev", length_of(base.expression)))
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

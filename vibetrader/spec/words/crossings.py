"""Crosses in words, and comparisons whose subject was named before."""

from __future__ import annotations

from vibetrader.spec import expressions as ex
from vibetrader.spec.indicators import Nature
from vibetrader.spec.mirror import nature
from vibetrader.spec.words.comparisons import Comparisons
from vibetrader.spec.words.reading import LEVELS, Found
from vibetrader.spec.words.shapes import (
    comparable,
    compared_with,
    is_average,
    length_of,
    of_same_kind,
    past_extreme,
)


class Crossings(Comparisons):
    """Reads crosses and comparisons without a subject of their own."""

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
        if "叉" in self.norm(k) and length_of(first) > length_of(other):
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
        target = of_same_kind(right.expression, lefts[0])
        return Found(ex.Cross(direction == "up", lefts[0], target), k + 1)

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
        if target is None and (
            self.kind(joint) in ("and", "filter", "cmp", "div") or self.norm(end) in ("over", "with", "con")
        ):
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
        return Found(ex.Cross(direction == "up", first, of_same_kind(target, first)), end)

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
            other = compared_with(self.memory.last)
            only = self._cross_partner(lefts[0])
            if only is not None:
                noun = "叉" in self.norm(k) or self.norm(k) in (
                    "crossover",
                    "cross",
                    "crossunder",
                    "cruce",
                    "cruzamento",
                )
                if noun and is_average(only) and length_of(lefts[0]) > length_of(only):
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
        target = of_same_kind(past_extreme(target, lefts[0]), lefts[0])
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
        if is_average(left) and len(self.memory.moving_averages) == 2 and len(others) == 1:
            return others[0]
        return None

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
        if self.kind(i - 1) == "act" and self.kind(i) in ("cmp", "drop") and is_average(subject):
            ahead = self._target(i + 1)
            if ahead is not None and nature(ahead.expression)[0] is Nature.PRICE:
                subject = ex.CLOSE  # "short below the range low": the price
        if nature(subject)[0] is not Nature.PRICE and self.kind(i) in ("cmp", "drop", "cross", "touch"):
            right = self._target(i + 1)
            if (
                right is not None
                and nature(subject)[0] is Nature.OSCILLATOR
                and is_average(right.expression)
                and isinstance(right.expression, ex.Call)
                and right.expression.series is None
            ):
                # "RSI is below 15 and it's above its 200-day average": a long average is the price's
                if length_of(right.expression) < 50:
                    return None
                subject = ex.CLOSE
            elif (
                right is not None
                and not isinstance(right.expression, ex.Number)
                and nature(right.expression)[0] is Nature.PRICE
                and not is_average(right.expression)
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
        if (
            self.kind(k) != "ind"
            or str(self.value(k)) not in LEVELS
            or self.kind(k + 1) != "num"
            or self.items[k + 1].percent
        ):
            return None
        if self.norm(k - 1) not in ("at", "a", "en", "bei", "em", "con", "mit"):
            return None
        if self.norm(k + 2) not in ("instead", "rather") and self.kind(self.skip(k + 2)) not in (
            "", "end", "comma", "and", "act", "or", "then", "fill", "not", "stop", "target",
        ):  # fmt: skip
            return None
        below = {
            "buy": True,
            "long": True,
            "exit_short": True,
            "sell": False,
            "short": False,
            "exit": False,
            "exit_long": False,
        }
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
        if (
            self.kind(k) != "num"
            or self.items[k].percent
            or self.items[k].currency
            or self.norm(k - 1) != "at"
            or self.kind(k - 2) != "act"
        ):
            return None
        named = {str(item.value) for item in self.items if item.kind == "ind"} | set(self.memory.parameters)
        if len(named) != 1 or not named <= {"rsi", "mfi", "cci", "stoch", "williams_r", "stochrsi", "crsi"}:
            return None
        if self.kind(self.skip(k + 1)) not in ("", "end", "comma", "and", "act", "or", "then", "stop", "target"):
            return None
        below = {
            "buy": True,
            "long": True,
            "exit_short": True,
            "sell": False,
            "short": False,
            "exit": False,
            "exit_long": False,
        }
        built = self._build(next(iter(named)), [], "", None, None, k)
        if built is None or self.context not in below:
            return None
        return Found(
            ex.Compare("<" if below[self.context] else ">", built.expression, ex.Number(self.items[k].number)), k + 1
        )

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

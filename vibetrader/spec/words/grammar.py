"""Conditions in people's words: concepts to expression trees.

`Grammar` reads from a list of items at a position and answers with what it found and where it ended, or None. It never
guesses past a word it does not know: what it cannot read stays for the caller to report. Its parts stand one on the other:
`reading` looks, `averages` and `calls` read indicators, `values` prices and sums, `states`, `comparisons` and `crossings` what
is compared, `clocks` times, `moves` bars.
"""

from __future__ import annotations

from vibetrader.spec import expressions as ex
from vibetrader.spec.indicators import INDICATORS
from vibetrader.spec.words.moves import Moves
from vibetrader.spec.words.reading import ORDINALS, RANGE, Found
from vibetrader.spec.words.shapes import (
    is_lower,
    is_pattern,
    is_upper,
    joined,
    negated,
    repeated,
    turned_round,
)


class Grammar(Moves):
    """Reads conditions joined by and, or and commas."""

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
            turned = turned_round([p for _, p in parts], nxt.expression)
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
                and nxt.expression.left == RANGE
            ):
                # "previous candle bearish with range > 1.5 ATR": of that candle
                nxt = Found(ex.lagged(nxt.expression, parts[-1][1].left.bars), nxt.end)
            if connector == "then":
                if not isinstance(nxt.expression, ex.Cross):
                    break
                parts = [(c, ex.lagged(p, ex.Number(1))) for c, p in parts]
                connector = "and"
            if connector == "or" and is_pattern(parts[-1][1]) and is_pattern(nxt.expression):
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
            if (
                kind == "then"
                and (found or self.norm(k) in ("and then", "then", "dann", "luego", "puis", "depois"))
                and self.kind(self.skip(k + 1)) in ("cross", "ind", "price")
            ):
                found, k = "then", k + 1
                continue
            if (
                kind == "only"
                and self.kind(k - 1) == "comma"
                and (self.context == "sell" or self.context.startswith("exit"))
            ):
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
        candle = [
            p
            for p in ex.walk(found.expression)
            if isinstance(p, ex.Call) and INDICATORS[p.indicator].helper.startswith("candlestick")
        ]
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
        ordinal = ORDINALS.get(self.norm(k - 1)) if self.kind(k) == "unit" else None
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

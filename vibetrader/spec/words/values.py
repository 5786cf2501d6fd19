"""Values in words: sums and products of prices, indicators, lags, other timeframes."""

from __future__ import annotations

from vibetrader.spec import expressions as ex
from vibetrader.spec.timeframes import TIMEFRAMES, minutes
from vibetrader.spec.words.calls import Calls
from vibetrader.spec.words.reading import RANGE, Found
from vibetrader.spec.words.shapes import (
    is_average,
    length_of,
    of_same_kind,
    times,
)


class Values(Calls):
    """Reads values."""

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
            expression = ex.Arithmetic("/" if divide else "*", expression, of_same_kind(right.expression, expression))
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
            self._entry, self._number,
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
            if is_average(call) and call not in self.memory.moving_averages:
                self.memory.moving_averages.append(call)
        for frame in ex.timeframes(node):
            if frame not in self.memory.frames:
                self.memory.frames.append(frame)
        return Found(node, i + 1)

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
            return Found(times(item.number, inner.expression), inner.end)
        if item.percent and self.norm(i + 1) in ("of", "de", "del", "der", "des", "von", "do", "da"):
            inner = self.primary(i + 2)
            if inner is not None and not isinstance(inner.expression, ex.Number):
                return Found(times(item.number / 100, inner.expression), inner.end)
        if self.norm(i + 1) == "n" and self.items[i + 1].glued and self.items[i + 1].text == "N":
            length = self.memory.parameters.get("atr", (20.0,))[0]
            if "atr" not in self.memory.parameters:
                self.memory.assumed["atr_n"] = "N is ATR(20), as the Turtles used it"
            return Found(times(item.number, ex.call("atr", length)), i + 2)
        if (
            self.value(i + 1) == "atr"
            and self.kind(i + 1) == "ind"
            and (item.number < 10 or self.is_sign(i + 2, "(") or item.number != int(item.number))
        ):
            inner = self._indicator(i + 1)
            if inner is not None:
                return Found(times(item.number, inner.expression), inner.end)
        return None

    def _lagged(self, i: int) -> Found | None:
        """`yesterday's close`, `the previous candle's high`; alone it is the subject one bar before."""
        if self.kind(i) != "lag":
            return None
        after = self.skip(i + 1)
        if self.kind(after) == "unit" and self.value(after) in ("bar", "day"):
            after = self.skip(after + 1)
        # "previous 20 bar high": the lag of a window
        inner = (
            self.primary(after)
            if self.kind(after) in ("price", "ind", "out", "agg", "num", "avg", "tf", "expr", "span")
            else None
        )
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
        if (
            self.kind(i) == "num"
            and self.items[i].number >= 12
            and self.value(i + 1) == "hour"
            and self.value(after) in ("high", "low")
        ):
            return None  # "48 hour high": a window of hours
        if self.kind(after) not in ("ind", "price", "out", "num", "agg", "avg") or (
            self.kind(after) == "num" and self.kind(after + 1) not in ("ind", "unit")
        ):
            return None
        inner = self.primary(after)
        if inner is None or isinstance(inner.expression, ex.Number):
            return None
        return Found(self.at(inner.expression, frame[0]), inner.end)

    def _span(self, i: int) -> Found | None:
        """`yesterday's range (high - low)`: from the low to the high of a bar."""
        if self.kind(i) != "span" or self.memory.range_minutes is not None:
            return None
        end = i + 1
        if self.is_sign(end, "("):
            inner = self.operand(end + 1)
            if inner is not None and inner.expression == RANGE and self.is_sign(inner.end, ")"):
                end = inner.end + 1
        return Found(RANGE, end)

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
                    number = length_of(found.expression)
                    return Found(ex.call(name, number, series=ex.Price("volume")), found.end)
        if value in ("high", "low") and self._in_comparison and j - 1 == i and self.norm(i) in ("high", "low"):
            if (
                any(item.kind == "ind" and item.value == "opening_range" for item in self.items)
                or self.memory.range_minutes is not None
            ):
                if self.kind(k) != "lag" and self.norm(j) not in ("of",):
                    return Found(ex.call("opening_range", self.range_length(), output=value), j)
        return Found(ex.Price(value), j)

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
                or self.norm(k).startswith(
                    (
                        "yesterday",
                        "previous",
                        "anterior",
                        "the day before",
                        "the candle",
                        "the bar",
                        "ayer",
                        "ontem",
                        "gestern",
                        "hier",
                    )
                )
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

"""Indicators in words, with their parameters and outputs: `RSI of 9 periods`, `fast=12, slow=26`, `the lower band`."""

from __future__ import annotations

from vibetrader.spec import expressions as ex
from vibetrader.spec.indicators import INDICATORS
from vibetrader.spec.timeframes import TIMEFRAMES
from vibetrader.spec.words.averages import Averages
from vibetrader.spec.words.reading import MA_KINDS, UNIT_FRAME, Found
from vibetrader.spec.words.shapes import (
    without_others,
)


class Calls(Averages):
    """Reads indicators."""

    def _indicator(self, i: int, leading: tuple[float, ...] = ()) -> Found | None:
        if self.kind(i) != "ind":
            return None
        name = str(self.value(i))
        if name == "avgvol":
            length = self.bracket(i + 1)
            k = self.skip(i + 1, "within")
            if length is not None and length[0]:
                return Found(ex.call("sma", length[0][0], series=ex.Price("volume")), length[2])
            if self.kind(k) == "num" and self.kind(k + 1) == "unit" and not self.items[k].percent:
                return Found(ex.call("sma", self.items[k].number, series=ex.Price("volume")), k + 2)
            self.memory.assumed["volume_average"] = "average volume: over 20 bars"
            return Found(ex.call("sma", 20, series=ex.Price("volume")), i + 1)
        if name == "avg":
            return None if leading else self._average(i)
        j = i + 1
        # MA kinds named by two words: "simple MA", "MA exponential"
        if name in MA_KINDS:
            return self._named_average(name, j, leading)
        numbers: list[float] = list(leading)
        output = self._named_output(i)
        explicit = bool(leading)
        series: ex.Expression | None = None
        frame: str | None = None
        while True:
            k = self.skip(j) if self.norm(j) in ("with", "of", "de", "line", "indicator", "value") else j
            bracket = self.bracket(j)
            if (
                bracket is not None
                and not bracket[0]
                and len(bracket[1]) == 1
                and bracket[1][0].kind == "out"
                and output == ""
                and self._belongs(name, str(bracket[1][0].value))
            ):
                output, j = str(bracket[1][0].value), bracket[2]
                continue
            if bracket is not None and not explicit:
                numbers, j, explicit = bracket[0] or numbers, bracket[2], bool(bracket[0])
                for other in bracket[1]:
                    if other.kind in ("tf", "frame"):
                        frame = str(other.value)
                    elif other.kind == "unit" and other.value in UNIT_FRAME and len(bracket[0]) == 1:
                        self.memory.assumed.setdefault("unit", f"{name}: {bracket[0][0]:g} {other.text} read as bars")
                continue
            if name == "aroon" and self.kind(j) == "dir" and output == "":
                output, j = str(self.value(j)), j + 1
                continue
            if self.kind(j) in ("out", "streak_down") and output == "" and self._belongs(name, str(self._out_value(j))):
                output, j = str(self._out_value(j)), j + 1
                continue
            if self.kind(j) == "filter" and self.norm(j) in ("with", "con", "com", "mit", "avec") and not explicit:
                step = self._spelled(self.skip(j + 1), name)
                if step is not None:
                    numbers, j, explicit = step[0], step[1], True
                    continue
            step = self._spelled(j, name) if not explicit else None
            if step is not None:
                numbers, j, explicit = step[0], step[1], True
                continue
            if (
                self.kind(j) == "price"
                and self.value(j) == "close"
                and self.norm(j + 1) in ("on", "of")
                and self.kind(self.skip(j + 1, "if")) == "lag"
            ):
                return self._built_lag(name, numbers, output, self.skip(j + 1, "if") + 1)
            if self.norm(j) in (
                "line",
                "indicator",
                "value",
                "values",
                "linea",
                "linha",
                "linie",
                "线",
                "值",
                "level",
                "oscillator",
                "candle",
                "candles",
            ) and self.kind(j) in ("fill", "out", "word", "unit"):
                if self.kind(j) == "out" and name == "macd":
                    output = output or "line"
                j += 1
                continue
            if (
                self.kind(k) == "out"
                and k > j
                and output == ""
                and self._belongs(name, str(self.value(k)))
                and name not in ("rsi", "cci", "adx", "atr")
            ):
                output, j = str(self.value(k)), k + 1
                continue
            break
        return self._build(name, numbers, output, series, frame, j)

    def _built_lag(self, name: str, numbers: list[float], output: str, j: int) -> Found | None:
        """`RSI 2 close on previous candle`: the value at the previous candle's close."""
        found = self._build(name, numbers, output, None, None, j)
        return None if found is None else Found(ex.lagged(found.expression, ex.Number(1)), j)

    def _out_value(self, i: int) -> str:
        if self.kind(i) == "streak_down":
            return "lower" if self.norm(i) == "lower" else ""
        return str(self.value(i))

    def _named_output(self, i: int) -> str:
        """An output word before the name: `lower Bollinger band` is one phrase already; `upper keltner`."""
        before = i - 1
        while self.kind(before) == "fill" and self.norm(before) in (
            "of",
            "the",
            "de",
            "del",
            "la",
            "las",
            "da",
            "das",
            "der",
            "des",
        ):
            before -= 1
        return ""

    def _belongs(self, name: str, output: str) -> bool:
        row = INDICATORS.get(name)
        if row is None:
            return name == "cloud" and output in ("cloud_top", "cloud_bottom")
        if name == "macd" and output in ("line", "signal", "histogram"):
            return True
        if name == "stochrsi" or name == "stoch":
            return output in ("k", "d")
        return output in row.outputs

    def _spelled(self, j: int, name: str) -> tuple[list[float], int] | None:
        """Parameters in words after the name: `14`, `period 14`, `of 9 periods`, `fast=12, slow=26, signal=9`, `20 day, 2 std`."""
        start = j
        if self.kind(j) == "comma" and self.kind(j + 1) == "param":
            j += 1
        if self.kind(j) == "colon" and self.kind(j + 1) == "param":
            j += 1
        if self.kind(j) == "param" or (self.kind(j) == "fill" and self.kind(self.skip(j)) == "param"):
            named = self._named_parameters(self.skip(j), name)
            if named is not None:
                return named
        k = self.skip(j)
        if self.kind(k) == "ind" and self.value(k) == "atr" and name == "supertrend":
            k = self.skip(k + 1)
        if self.kind(k) == "unit" and self.value(k) == "bar" and self.kind(self._equals(k + 1)) == "num":
            k = self._equals(k + 1)
            numbers, k = self.numbers(k)
            return self._more_parameters(numbers, k, name)
        if self.kind(k) != "num" or self.items[k].percent or self.items[k].currency:
            return None
        if k > start and self.norm(start) not in (
            "of",
            "de",
            "von",
            "with",
            "com",
            "con",
            "mit",
            "avec",
            "a",
            "à",
            "set",
            "para",
            "des",
            "du",
            "line",
        ):
            if not any(self.norm(x) in ("of", "de", "von", "with") for x in range(start, k)):
                return None
        numbers, after = self.numbers(k)
        if not self._is_length(numbers, after, name, start == k):
            return None
        return self._more_parameters(numbers, after, name)

    def _is_length(self, numbers: list[float], after: int, name: str, adjacent: bool) -> bool:
        """Whether numbers after a name are its parameters, not a level or a bar length."""
        if any(n <= 0 for n in numbers) or numbers[0] != int(numbers[0]):
            return False
        if self.kind(after) == "unit":
            return self.value(after) not in ("minute", "hour", "second")
        if self.kind(after) in ("pips", "points", "lots", "shares", "mul", "equity", "leverage", "rr"):
            return False
        if self.is_sign(after, "%", "x"):
            return False
        if not adjacent:
            return True
        nxt = self.skip(after)
        if name == "atr":
            return True
        if len(numbers) > 1:
            return True
        # "RSI 30" followed by nothing comparable may be a level: "buy at RSI 30"
        return self.kind(nxt) in (
            "cmp", "cross", "drop", "touch", "state", "out", "and", "comma", "dir", "price", "or", "lag", "between",
            "mul", "div", "sub", "sign", "ind", "filter", "end", "if", "word", "not", "till", "colon", "", "strategy", "tfhint", "act", "row", "agg", "then", "only", "tf", "period", "frame", "num", "symbol", "both", "pattern",
        ) and not (self.kind(nxt) in ("", "end", "act", "comma", "then") and self._before_is("if", after))  # fmt: skip

    def _before_is(self, kind: str, i: int) -> bool:
        return any(self.norm(k) == "at" for k in range(max(0, i - 4), i))

    def _more_parameters(self, numbers: list[float], j: int, name: str) -> tuple[list[float], int]:
        """After the first number: `day`, `, 2 std`, `multiplier 3`, `smoothed by 3`."""
        if self.kind(j) == "unit" and self.value(j) in ("bar", "day", "week", "hour", "month"):
            j += 1
        if name in ("bb", "kc", "supertrend") and len(numbers) == 1:
            k = self.skip(j, "comma", "and", "filter")
            while self.is_sign(k, "+", "/", "-", "±") or self.kind(k) in ("div", "till"):
                k += 1
            if self.kind(k) == "param" and self.value(k) == "width":
                width = self._equals(k + 1)
                if self.kind(width) == "num":
                    return [*numbers, self.items[width].number], self._after_deviation(width + 1)
            if (
                self.kind(k) == "num"
                and self.kind(self.skip(k + 1)) == "ind"
                and self.value(self.skip(k + 1)) == "stdev"
            ):
                return [*numbers, self.items[k].number], self.skip(k + 1) + 1
            if self.kind(k) == "num" and self.kind(k + 1) == "mul" and name == "kc" and self.value(k + 2) == "atr":
                return [*numbers, self.items[k].number], k + 3
            if self.kind(k) == "ind" and self.value(k) == "stdev":
                width = self._equals(k + 1)
                if self.kind(width) == "num":
                    return [*numbers, self.items[width].number], width + 1
        return numbers, j

    def _after_deviation(self, j: int) -> int:
        after = self.skip(j)
        return after + 1 if self.kind(after) == "ind" and self.value(after) == "stdev" else j

    def _named_parameters(self, j: int, name: str) -> tuple[list[float], int] | None:
        """`fast=12, slow=26, signal=9`; `multiplier 3`."""
        named: dict[str, float] = {}
        end = j
        while self.kind(j) in ("param", "out"):
            key = str(self.value(j))
            k = self._equals(j + 1)
            if self.kind(k) != "num":
                break
            named[key] = self.items[k].number
            end = k + 1
            if self.kind(end) == "unit" and self.value(end) in ("bar", "day"):
                end += 1
            j = self.skip(end, "comma", "and")
        if name in ("stoch", "stochrsi") and "k" in named:
            if name == "stoch":
                return [named["k"], named.get("slow", 1.0), named.get("d", 3.0)], end
        if name in ("macd", "ppo", "apo", "ao") and "fast" in named and "slow" in named:
            numbers = [named["fast"], named["slow"]]
            if name == "macd":
                numbers.append(named.get("signal", 9.0))
            return numbers, end
        return None

    def _build(
        self, name: str, numbers: list[float], output: str, series: ex.Expression | None, frame: str | None, j: int
    ) -> Found | None:
        memory = self.memory
        memory.indicator = name
        if name == "cloud" or name in ("tenkan", "kijun", "chikou", "senkou_a", "senkou_b"):
            parameters = memory.parameters.get("ichimoku", (9.0, 26.0, 52.0))
            if "ichimoku" not in memory.parameters:
                memory.assumed.setdefault("ichimoku", "ichimoku(9,26,52)")
            return Found(
                ex.call("ichimoku", *parameters, output=output or ("cloud_top" if name == "cloud" else name)), j
            )
        if name == "pivot":
            return None
        if name == "bbwidth":
            parameters = tuple(numbers) or memory.parameters.get("bb", (20.0, 2.0))
            bands = [ex.call("bb", *parameters, output=o) for o in ("upper", "lower", "middle")]
            width = ex.Arithmetic("/", ex.Arithmetic("-", bands[0], bands[1]), bands[2])
            return Found(width, j)
        if name == "opening_range":
            return self._range(numbers, output, j)
        if name == "ha":
            return Found(ex.call("ha", output=output if output in ("open", "high", "low", "close") else "close"), j)
        row = INDICATORS[name]
        if numbers:
            limit = len([p for p in row.parameters if not p.choices])
            if len(numbers) > limit:
                if name != "roc":
                    given = ", ".join(ex.number_text(n) for n in numbers)
                    memory.questions.append(
                        (f"{name}.parameters", f"{row.title} takes {limit} parameters, not {given}: which?")
                    )
                return None
            memory.parameters[name] = tuple(numbers)
        elif name in memory.parameters:
            numbers = list(memory.parameters[name])[: sum(not p.choices for p in row.parameters)]
        elif row.required:
            if name == "roc":
                numbers = [1.0]
                memory.assumed["roc"] = "change over one bar"
            else:
                memory.questions.append((name, f"Which length has the {row.title}?"))
                return None
        elif row.parameters and any(p.default not in (0, None) and not p.choices for p in row.parameters):
            defaults = ",".join(
                ex.number_text(float(p.default))
                for p in row.parameters
                if not p.choices and isinstance(p.default, int | float)
            )
            memory.assumed.setdefault(name, f"{name}({defaults})")
        arguments = self._arguments(name, numbers)
        if arguments is None:
            return None
        if not output:
            output = row.default_output or self._customary_output(name)
        if output not in row.outputs:
            return None
        expression: ex.Expression = ex.call(name, *arguments, series=series, output=output)
        if frame is not None and frame in TIMEFRAMES:
            expression = self.at(expression, frame)
        return Found(expression, j)

    @staticmethod
    def _arguments(name: str, numbers: list[float]) -> list[float] | None:
        if name == "psar" and len(numbers) == 3:
            numbers = [numbers[0], numbers[2]]
        if name == "stoch" and len(numbers) == 2:
            numbers = [numbers[0], 1.0, numbers[1]]
        row = INDICATORS[name]
        for parameter, number in zip(row.parameters, numbers):
            if parameter.whole and (number != int(number) or number < parameter.least):
                return None
        return numbers

    @staticmethod
    def _customary_output(name: str) -> str:
        return {"macd": "line", "stoch": "k", "stochrsi": "k", "bb": "middle", "kc": "middle", "donchian": "middle",
                "ichimoku": "cloud_top", "dmi": "plus", "vortex": "plus"}.get(name, "")  # fmt: skip

    def _range(self, numbers: list[float], output: str, j: int) -> Found | None:
        """The session's opening range: `opening range high`, `the first candle's low`."""
        after = self.skip(j)
        if not output and self.kind(after) == "price" and self.value(after) in ("high", "low"):
            output, j = str(self.value(after)), after + 1
        if output not in ("high", "low"):
            if not self._edge:
                return None
            output = self._edge
        return Found(ex.call("opening_range", self.range_length(), output=output), j)

    def _output(self, i: int) -> Found | None:
        """A band, signal line or %K named alone: of the indicator last spoken of."""
        if (
            self.kind(i) == "streak_down"
            and self.norm(i) == "lower"
            and self.norm(i - 1) in ("the", "its", "la", "el", "das", "le", "a")
            and self._last_bands()
        ):
            return self._band("lower", i + 1)
        if self.kind(i) != "out":
            return None
        output = str(self.value(i))
        if output in ("upper", "lower", "middle"):
            return self._band(output, i + 1)
        if output in ("k", "d"):
            name = "stochrsi" if self.memory.indicator == "stochrsi" or "stochrsi" in self.norm(i) or (
                "stochrsi" in self.memory.parameters and "stoch" not in self.memory.parameters) or self._names_ahead(i, "stochrsi") else "stoch"  # fmt: skip
            step = self._spelled(i + 1, name) or without_others(self.bracket(i + 1))
            numbers, j = step if step is not None else ([], i + 1)
            return self._build(name, numbers, output, None, None, j)
        if output in ("signal", "histogram", "line"):
            if output == "line" and self.memory.indicator not in ("macd", "") and self.norm(i) == "line":
                return None
            if (
                output == "line"
                and self.norm(i) == "line"
                and "macd" not in self.memory.parameters
                and self.memory.indicator != "macd"
            ):
                return None
            other = self.memory.indicator if self.memory.indicator in ("tsi", "kst", "kvo", "rvi", "wto") else "macd"
            named = "macd" in self.norm(i) or any("macd" in item.norm for item in self.items)
            if other == "macd" and not named and "macd" not in self.memory.parameters:
                self.memory.questions.append(("line", f"{self.items[i].text!r}: of which indicator?"))
                return None
            j, numbers = i + 1, []
            k = self.skip(j)
            if output == "histogram" and self.kind(k) == "ind" and self.value(k) == "macd":
                j = k + 1
            return self._build(other, numbers, output, None, None, j)
        if output in ("plus", "minus"):
            step = without_others(self.bracket(i + 1))
            numbers, j = step if step is not None else ([], i + 1)
            return self._build("dmi", numbers or list(self.memory.parameters.get("adx", ())), output, None, None, j)
        if output in ("cloud_top", "cloud_bottom"):
            return self._build("cloud", [], output, None, None, i + 1)
        if output in ("or_high", "or_low"):
            return Found(ex.call("opening_range", self.range_length(), output=output[3:]), i + 1)
        return None

    def _names_ahead(self, i: int, name: str) -> bool:
        return any(item.kind == "ind" and item.value == name for item in self.items) and not any(
            item.kind == "ind" and item.value == "stoch" for item in self.items
        )

    def _last_bands(self) -> str:
        for name in (
            self.memory.indicator,
            *reversed(list(self.memory.parameters)),
            *(str(i.value) for i in self.items if i.kind == "ind"),
        ):
            if name in ("bb", "kc", "donchian", "accbands", "regression"):
                return name
        return ""

    def _band(self, output: str, j: int) -> Found | None:
        k = self.skip(j)
        name = ""
        words = self.norm(j - 1)
        if "keltner" in words:
            name = "kc"
        elif "donchian" in words:
            name = "donchian"
        elif "bollinger" in words or "bb" in words.split():
            name = "bb"
        if self.kind(k) == "ind" and self.value(k) in ("bb", "kc", "donchian") and (k == j or self.kind(j) == "fill"):
            name, j = str(self.value(k)), k + 1
        name = name or self._last_bands()
        if not name:
            if output == "middle":
                return None
            name = "bb"
            self.memory.assumed["band"] = "band: Bollinger"
        step = self._spelled(j, name) or without_others(self.bracket(j))
        bracket = self.bracket(j)
        if step is None and bracket is not None and bracket[0]:
            # "(20 jours, écart type 2)"
            step = (bracket[0], bracket[2])
        numbers, j = step if step is not None else ([], j)
        return self._build(name, numbers, output, None, None, j)

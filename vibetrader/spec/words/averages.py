"""Averages and extremes in words: `50-day moving average`, `its 20 bar average volume`, `highest high of the last 20 bars`."""

from __future__ import annotations

from vibetrader.spec import expressions as ex
from vibetrader.spec.indicators import Nature
from vibetrader.spec.mirror import nature
from vibetrader.spec.timeframes import TIMEFRAMES, minutes
from vibetrader.spec.words.reading import MA_KINDS, Cursor, Found
from vibetrader.spec.words.shapes import (
    is_indicator,
    length_of,
    ma_name,
)


class Averages(Cursor):
    """Reads averages, and highest and lowest values over a window."""

    def average_call(
        self, name: str, number: float, series: ex.Expression | None = None, unit: str = ""
    ) -> ex.Expression:
        """A moving average; the kind is simple when none is named, and that is noted."""
        if name in ("ma", "avg"):
            if name == "ma":
                self.memory.assumed["ma_type"] = "moving average: simple (SMA)"
            name = "sma"
        if name in ("vwma", "frama"):
            series = None
        call = self._scaled(ex.call(name, number, series=series), unit)
        if call not in self.memory.moving_averages:
            self.memory.moving_averages.append(call)
        return call

    def _moving_average(self, name: str, j: int, number: float, unit: str) -> Found | None:
        """After `<number> [unit] MA`: what it is of."""
        series: ex.Expression | None = None
        bracket = self.bracket(j)
        if bracket is not None and not bracket[0]:
            j = bracket[2]
        after = self.skip(j)
        if self.norm(j) in ("of", "on", "de", "del", "da", "do") or (self.kind(j) == "if" and self.norm(j) == "on"):
            after = self.skip(j + 1)
            if self.kind(after) == "price" or (
                self.kind(after) == "ind" and self.value(after) not in (*MA_KINDS, "avg")
            ):
                if not (self.kind(after) == "ind" and self._starts_condition(after)):
                    inner = self.primary(after)
                    if inner is not None:
                        series, j = inner.expression, inner.end
        if self.value(j) in MA_KINDS and self.kind(j) == "ind" and name in ("ma", "avg"):
            name, j = str(self.value(j)), j + 1
        return Found(self.average_call(name, number, series, unit), j)

    def _starts_condition(self, i: int) -> bool:
        found = self.primary(i)
        return found is not None and self.kind(self.skip(found.end)) in ("cmp", "cross", "drop")

    def _named_average(self, name: str, j: int, leading: tuple[float, ...]) -> Found | None:
        """`SMA(50)`, `EMA 9`, `moving average of 20 days`, `EMA de 9 períodos`, `MA(200, Day, Close)`, `SMA of volume (20)`."""
        if leading:
            return self._moving_average(name, j, leading[0], "")
        series: ex.Expression | None = None
        frame: str | None = None
        number: float | None = None
        unit = ""
        if self.kind(j) == "ind" and self.value(j) in MA_KINDS:
            name, j = str(self.value(j)), j + 1
        bracket = self.bracket(j)
        if bracket is not None:
            for other in bracket[1]:
                if other.kind == "price":
                    series = ex.Price(str(other.value)) if other.value != "close" else None
                elif other.kind in ("tf", "frame"):
                    frame = str(other.value)
                elif other.kind == "unit" and other.value in ("day", "week"):
                    unit = str(other.value)
                elif other.kind == "ind" and other.value in ("rsi", "obv", "macd", "atr", "cci", "mfi", "stoch"):
                    inner = self._build(str(other.value), [], "", None, None, 0)
                    series = inner.expression if inner else None
                elif other.kind == "ind" and other.value in MA_KINDS:
                    name = str(other.value)
            j = bracket[2]
            if bracket[0]:
                number = bracket[0][0]
        if number is None:
            k = self.skip(j)
            if (
                self.norm(j) in ("of", "de", "da", "do", "del")
                and self.kind(k) == "price"
                and self.value(k) == "volume"
            ):
                series, j = ex.Price("volume"), k + 1
                k = self.skip(j)
                again = self.bracket(j)
                if again is not None and again[0]:
                    number, j = again[0][0], again[2]
            if number is None and self.kind(k) == "filter":
                k = self.skip(k + 1)
            if number is None and self.kind(k) == "unit" and self.value(k) == "bar":
                k = self._equals(k + 1)
            elif number is None and self.kind(k) == "cmp" and self.norm(k) == "=":
                k += 1
            if number is None and self.kind(k) == "num" and not self.items[k].percent and not self.items[k].currency:
                if self.kind(k + 1) == "unit" and self.value(k + 1) in ("minute", "hour"):
                    return None
                number, j = self.items[k].number, k + 1
                if self.kind(j) == "unit":
                    unit, j = str(self.value(j)), j + 1
        if number is None:
            return self._remembered_average(name, j)
        if number != int(number) or number < 1:
            return None
        found = self._moving_average(name, j, number, unit)
        if found is not None and series is not None:
            found = Found(self.average_call(name, number, series, unit), found.end)
        if found is not None and frame in TIMEFRAMES and frame is not None:
            found = Found(self.at(found.expression, frame), found.end)
        return found

    def _remembered_average(self, name: str, j: int) -> Found | None:
        """`the MA` after `20 MA` was said: the only one of its kind."""
        known = [m for m in self.memory.moving_averages if ma_name(m) == name or name == "ma"]
        if len(known) == 1:
            return Found(known[0], j)
        if not known:
            self.memory.questions.append((name, f"Which length has the moving average ({name})?"))
        return None

    def _average_of(self, j: int, number: float, unit: str, name: str) -> Found | None:
        """After `<number> [unit] average`: of volume, of true ranges, of the close, or of the subject."""
        after = self.skip(j)
        series: ex.Expression | None = None
        if self.kind(after) == "price":
            series, j = ex.Price(str(self.value(after))), after + 1
        elif (
            self.kind(after) == "ind"
            and self.value(after) not in (*MA_KINDS, "avg")
            and (after > j or self.value(after) in ("atr", "rsi", "obv"))
        ):
            if self.value(after) == "atr":
                return self._indicator(after, (number,))
            inner = self.primary(after)
            if inner is not None:
                series, j = inner.expression, inner.end
        elif self._refers_back(j) is not None:
            series = self._refers_back(j)
        if series == ex.CLOSE:
            series = None
        return Found(self.average_call("avg" if series is not None else "ma", number, series, unit), j)

    def _refers_back(self, j: int) -> ex.Expression | None:
        """What an average without `of` is of: volume when volume is the subject, an oscillator when that is."""
        subject = self.memory.subject
        while isinstance(subject, ex.Lag | ex.At):
            subject = subject.operand
        if subject == ex.Price("volume"):
            return subject
        if isinstance(subject, ex.Call) and subject.indicator in (
            "rsi",
            "obv",
            "atr",
            "mfi",
            "cci",
            "adx",
            "macd",
            "roc",
            "cmf",
        ):
            return subject
        if isinstance(subject, ex.Call) and subject.indicator == "sma" and subject.series == ex.Price("volume"):
            return subject.series
        return None

    def _average(self, i: int) -> Found | None:
        """`average volume (20)`, `average of the last 20 volumes`, `the average volume over 20 bars`."""
        if not (self.kind(i) == "ind" and self.value(i) == "avg"):
            return None
        j = self.skip(i + 1)
        if self.kind(j) == "price":
            series: ex.Expression | None = ex.Price(str(self.value(j)))
            j += 1
        elif self.kind(j) in ("num", "within"):
            series = self._refers_back(j)
        else:
            series = self._refers_back(j)
            if series is None:
                known = self.memory.moving_averages
                return Found(known[0], i + 1) if len(known) == 1 and self.norm(j) not in ("of", "volume") else None
        k = self.skip(j, "within")
        bracket = self.bracket(j)
        if bracket is not None and bracket[0]:
            number, j = bracket[0][0], bracket[2]
        elif self.kind(k) == "num" and not self.items[k].percent:
            number, j = self.items[k].number, k + 1
            if self.kind(j) == "unit":
                j += 1
        elif (
            self.kind(k) == "cmp"
            and self.norm(k) == "over"
            and self.kind(k + 1) == "num"
            and self.kind(k + 2) == "unit"
        ):
            number, j = self.items[k + 1].number, k + 3
        else:
            if series != ex.Price("volume"):
                return None
            number = 20.0
            self.memory.assumed["volume_average"] = "average volume: over 20 bars"
        if number != int(number) or number < 1:
            return None
        after = self.skip(j)
        if series is None and self.kind(after) == "price":
            series, j = ex.Price(str(self.value(after))), after + 1
        return Found(
            self.average_call("avg" if series is not None else "ma", number, None if series == ex.CLOSE else series), j
        )

    def _scaled(self, call: ex.Expression, unit: str) -> ex.Expression:
        """A window counted in days on minute bars belongs to the daily bars."""
        base = self.memory.base
        if unit in ("hour", "minute") and base in TIMEFRAMES and base is not None:
            call_bars = length_of(call) * (60 if unit == "hour" else 1) / minutes(base)
            if isinstance(call, ex.Call) and call_bars == int(call_bars) and call_bars >= 1:
                return ex.call(call.indicator, call_bars, series=call.series, output=call.output)
        if unit in ("day", "week", "month") and base in TIMEFRAMES:
            frame = {"day": "1d", "week": "1w", "month": "1M"}[unit]
            if minutes(base) < minutes(frame):
                return self.at(call, frame)
        return call

    def _window(self, name: str, number: float, unit: str, j: int) -> Found | None:
        """`20 day high [of close|of the RSI]`; a longer unit than the bars is kept in the other timeframe."""
        series: ex.Expression | None = None
        norm = self.norm(j - 1)
        if "close" in norm:
            series = ex.CLOSE
        after = self.skip(j)
        if (
            self.kind(after) == "price"
            and self.value(after) in ("close", "high", "low", "open", "volume")
            and self.kind(after + 1) not in ("cmp", "cross", "drop")
        ):
            series, j = ex.Price(str(self.value(after))), after + 1
        elif self.kind(after) == "ind" and after > j and self.norm(j) in ("of", "in", "de", "del"):
            inner = self.primary(after)
            if inner is not None:
                series, j = inner.expression, inner.end
        subject = self.memory.subject
        if (
            series is None
            and subject is not None
            and is_indicator(subject)
            and nature(subject)[0] is not Nature.NEUTRAL
        ):
            if isinstance(subject, ex.Call) and subject.indicator in (
                "obv",
                "rsi",
                "cci",
                "mfi",
                "macd",
                "roc",
                "ad",
                "cmf",
            ):
                series = subject
        elif series is None and subject == ex.Price("volume"):
            series = subject
        return Found(self._scaled(ex.call(name, number, series=series), unit), j)

    def _counted(self, i: int) -> Found | None:
        """A length before its noun: `50-day moving average`, `14 period RSI`, `20 day high`, `its 20 avg`."""
        if self.kind(i) != "num" or self.items[i].percent or self.items[i].currency:
            return None
        number = self.items[i].number
        if number != int(number) or number < 1:
            return None
        j, unit = i + 1, ""
        if self.norm(j) in ("er", "ter", "iger", "period") and self.items[j].glued:
            j += 1  # "50er EMA"
        if self.kind(j) == "unit":
            unit, j = str(self.value(j)), j + 1
        elif self.kind(j) == "tf" and self.norm(j) in ("daily", "weekly"):
            return None
        noun = self.skip(j) if unit else j
        kind, value = self.kind(noun), self.value(noun)
        if kind == "ind" and value == "avgvol":
            return Found(ex.call("sma", number, series=ex.Price("volume")), noun + 1)
        if kind == "ind" and value == "avg":
            return self._average_of(noun + 1, number, unit, "sma")
        if (
            kind == "ind"
            and number <= 4
            and not unit
            and self.norm(noun)
            in ("moving averages", "emas", "mas", "moving avgs", "medias moviles", "medias moveis", "moyennes mobiles")
        ):
            return None  # "2 moving averages": how many there are
        if kind == "ind" and str(value) in MA_KINDS:
            return self._moving_average(str(value), noun + 1, number, unit)
        if kind == "ind" and value == "stdev":
            return Found(ex.call("stdev", number), noun + 1)
        if kind == "ind" and str(value) not in ("opening_range", "ha", "cloud", "pivot", "bbwidth"):
            return self._indicator(noun, (number,))
        if kind == "ind" and value == "bbwidth":
            return self._indicator(noun, (number,))
        if kind == "price" and value in ("high", "low"):
            return self._window("highest" if value == "high" else "lowest", number, unit, noun + 1)
        if kind == "agg":
            return self._window(str(value), number, unit, noun + 1)
        if kind == "price" and value == "volume":
            after = self.skip(noun + 1)
            if self.kind(after) == "ind" and self.value(after) in ("avg", "ma", "sma", "ema"):
                name = "ema" if self.value(after) == "ema" else "sma"
                return Found(ex.call(name, number, series=ex.Price("volume")), after + 1)
        if kind == "lag" and unit and self.kind(noun + 1) in ("price", "agg"):
            return None
        return None

    def _aggregate(self, i: int) -> Found | None:
        """`highest high of the last 20 bars`, `the lowest low in 10 days`, `new 20-day high`."""
        if self.kind(i) != "agg":
            return None
        name = str(self.value(i))
        norm = self.norm(i)
        series: ex.Expression | None = ex.CLOSE if "close" in norm else None
        if "price" in norm and "close" not in norm:
            series = None
        j = i + 1
        k = self.skip(j)
        lag = 0
        if self.kind(k) == "price":
            series, j = ex.Price(str(self.value(k))), k + 1
        elif self.kind(k) == "ind" and self.norm(j) in ("of",):
            inner = self.primary(k)
            if inner is not None:
                series, j = inner.expression, inner.end
        k = self.skip(j, "within")
        if k == j and self.kind(k) == "unit" and self.value(k) == "bar" and norm.startswith(("low of", "high of")):
            return Found(
                ex.Lag(ex.Price("low" if name == "lowest" else "high"), ex.Number(1))
                if "previous" in norm
                else ex.Price("low" if name == "lowest" else "high"),
                k + 1,
            )
        if self.kind(k) == "lag":
            lag, k = 1, self.skip(k + 1)
        if self.kind(k) == "cmp" and self.norm(k) == "over":
            k = self.skip(k + 1, "within")
        if self.kind(k) != "num" or self.items[k].percent:
            return None
        number = self.items[k].number
        if number != int(number) or number < 1:
            return None
        j, unit = k + 1, ""
        if self.kind(j) == "unit":
            unit, j = str(self.value(j)), j + 1
        elif self.kind(j) == "price" and self.value(j) in ("high", "low", "close"):
            series, j = (None if self.value(j) in ("high", "low") else ex.CLOSE), j + 1
        elif self.is_sign(j, ")") or k > i + 1:
            pass
        if series is None and name == "highest":
            series = None
        call = self._scaled(ex.call(name, number, series=series), unit)
        return Found(ex.lagged(call, ex.Number(lag)), j)

    def _aggregate_price(self, value: str, k: int) -> Found | None:
        number = self.items[k].number
        if number != int(number) or number < 1 or self.items[k].percent:
            return None
        unit = str(self.value(k + 1)) if self.kind(k + 1) == "unit" else ""
        name = "highest" if value == "high" else "lowest"
        return Found(self._scaled(ex.call(name, number), unit), k + (2 if unit else 1))

    def _multi_average(self, i: int) -> Found | None:
        """The highest or lowest of several averages as a cloud: `the top of the cloud` once it was defined."""
        cloud = self.memory.definitions.get("cloud")
        if cloud is None:
            return None
        above: bool | None = None
        if self.kind(i) == "out" and self.value(i) in ("cloud_top", "cloud_bottom"):
            above = self.value(i) == "cloud_top"
            return Found(ex.Function("max" if above else "min", cloud), i + 1)
        if self.kind(i) == "ind" and self.value(i) == "cloud":
            after = self.skip(i + 1)
            if self.norm(after) in ("top", "bottom", "high", "low"):
                return Found(ex.Function("max" if self.norm(after) in ("top", "high") else "min", cloud), after + 1)
        if (
            self.norm(i) in ("top", "bottom")
            and self.kind(self.skip(i + 1)) == "ind"
            and self.value(self.skip(i + 1)) == "cloud"
        ):
            return Found(ex.Function("max" if self.norm(i) == "top" else "min", cloud), self.skip(i + 1) + 1)
        return None

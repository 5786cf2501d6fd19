"""Hours, weekdays and calendar days in words."""

from __future__ import annotations

from vibetrader.spec import expressions as ex
from vibetrader.spec.words.crossings import Crossings
from vibetrader.spec.words.reading import Found
from vibetrader.spec.words.shapes import (
    hhmm,
)


class Clocks(Crossings):
    """Reads the time a bar must have."""

    def _clock_condition(self, i: int) -> Found | None:
        """`between 9:15 and 15:15`, `after 10:00`, `before 3 pm`, `time > 9:30`."""
        k = self.skip(i)
        if self.kind(k) == "word" and self.norm(k) in ("time", "hora", "uhrzeit", "heure", "zeit"):
            k = self.skip(k + 1)
        k = self.skip(k, "if", "only")
        if self.kind(k) == "between" or self.kind(k) == "clock":
            first = self.skip(k + 1) if self.kind(k) == "between" else k
            if (
                self.kind(first) == "clock"
                and (
                    self.kind(first + 1) in ("and", "till")
                    or self.is_sign(first + 1, "-")
                    or self.norm(first + 1) in ("a", "as", "a las", "hasta", "bis", "ate", "et", "y", "e")
                )
                and self.kind(self.skip(first + 2)) == "clock"
            ):
                second = self.skip(first + 2)
                low, high = hhmm(str(self.value(first))), hhmm(str(self.value(second)))
                if high < low and high < 1200:
                    high += 1200
                time = ex.Clock("time")
                return Found(
                    ex.And((ex.Compare(">=", time, ex.Number(low)), ex.Compare("<", time, ex.Number(high)))), second + 1
                )
        if (
            self.kind(k) == "clock"
            and self.norm(k - 1) in ("at", "a", "um", "as", "las")
            and self.context in ("buy", "long", "short")
        ):
            return Found(ex.Compare("==", ex.Clock("time"), ex.Number(hhmm(str(self.value(k))))), k + 1)
        if self.kind(k) in ("after", "beforeend", "cmp", "ago", "till") and self.kind(self.skip(k + 1)) == "clock":
            clock = self.skip(k + 1)
            before = (
                self.kind(k) in ("beforeend", "till")
                or self.norm(k) in ("before", "antes de", "vor", "avant")
                or self.value(k) in ("<", "<=")
            )
            return Found(
                ex.Compare("<" if before else ">=", ex.Clock("time"), ex.Number(hhmm(str(self.value(clock))))),
                clock + 1,
            )
        return None

    def _calendar(self, i: int) -> Found | None:
        """Weekdays, months, first and last trading days."""
        k = self.skip(i)
        if self.kind(k) in ("if", "every"):
            k = self.skip(k + 1)
        if self.kind(k) == "now" and self.kind(self.skip(k + 1)) == "weekday":
            k = self.skip(k + 1)
        if self.kind(k) == "weekdays" and self.norm(self.skip(k + 1)) in (
            "except",
            "excluding",
            "excepto",
            "salvo",
            "ausser",
            "sauf",
            "exceto",
        ):
            off = self.skip(self.skip(k + 1) + 1)
            if self.kind(off) == "weekday":
                clock = ex.Clock("weekday")
                week = ex.Compare("<=", clock, ex.Number(4))
                return Found(
                    ex.conjunction(week, ex.Compare("!=", clock, ex.Number(float(str(self.value(off)))))), off + 1
                )
        if self.kind(k) == "weekdays":
            return Found(ex.Compare("<=", ex.Clock("weekday"), ex.Number(4)), k + 1)
        if self.kind(k) == "weekend":
            return Found(ex.Compare(">=", ex.Clock("weekday"), ex.Number(5)), k + 1)
        if self.kind(k) == "weekday":
            lower = self._fell_since(k)
            if lower is not None:
                return lower
            days, end = [int(str(self.value(k)))], k + 1
            while self.kind(self.skip(end, "comma", "and", "or", "if")) == "weekday":
                end = self.skip(end, "comma", "and", "or", "if")
                days.append(int(str(self.value(end))))
                end += 1
            clock = ex.Clock("weekday")
            found: ex.Expression = ex.disjunction(*(ex.Compare("==", clock, ex.Number(d)) for d in days))
            if self.norm(end - 1).endswith("'s") and self.kind(end) == "price" and self.value(end) == "close":
                self.closing(end)
                return Found(found, end + 1)
            at = self.skip(end, "if")
            if self.kind(at) == "clock" and self.context.startswith("exit"):
                # "close Friday 3pm"
                hour = ex.Compare(">=", ex.Clock("time"), ex.Number(hhmm(str(self.value(at)))))
                return Found(ex.conjunction(found, hour), at + 1)
            return Found(found, end)
        if (
            self.kind(k) == "num"
            and self.norm(k + 1) in ("st", "nd", "rd", "th")
            and self.norm(self.skip(k + 2)) in ("trading day", "business day", "trading days")
        ):
            nth = ex.Compare("==", ex.Clock("trading_day"), ex.Number(self.items[k].number))
            end = self.skip(k + 2) + 1
            if self.kind(self.skip(end)) == "unit" and self.value(self.skip(end)) == "month":
                end = self.skip(end) + 1
            return Found(nth, end)
        if self.kind(k) == "trading_day":
            day = ex.Compare("==", ex.Clock("trading_day"), ex.Number(float(str(self.value(k)))))
            end = k + 1
            nxt = self.skip(end)
            if self.kind(nxt) == "every":
                nxt = self.skip(nxt + 1)
            if self.kind(nxt) == "month":
                month = ex.Compare("==", ex.Clock("month"), ex.Number(float(str(self.value(nxt)))))
                return Found(ex.conjunction(month, day), nxt + 1)
            if self.kind(nxt) == "unit" and self.value(nxt) == "month":
                return Found(day, nxt + 1)
            return Found(day, end)
        if (
            self.kind(k) == "month"
            and self.kind(k + 1) != "num"
            and (
                self.norm(k - 1) in ("in", "during", "en", "em", "im")
                or self.norm(k) not in ("may", "mar", "dec", "ago", "march", "dic", "set", "mai", "sept")
            )
        ):
            if self.norm(k - 1) in ("in", "during", "en", "em", "im", "of") or self.kind(k - 1) in (
                "filter",
                "only",
                "if",
            ):
                return Found(ex.Compare("==", ex.Clock("month"), ex.Number(float(str(self.value(k))))), k + 1)
        return None

    def _fell_since(self, k: int) -> Found | None:
        """`Monday closed lower than Friday`: that weekday, and its close beside the one before."""
        day = int(str(self.value(k)))
        after = self.skip(k + 1)
        down: bool | None = None
        if self.kind(after) in ("streak_down", "streak_up"):
            down, after = self.kind(after) == "streak_down", self.skip(after + 1)
        elif (
            self.kind(after) == "price"
            and self.value(after) == "close"
            and self.kind(self.skip(after + 1)) in ("cmp", "streak_down", "streak_up")
        ):
            verb = self.skip(after + 1)
            if self.kind(verb) == "cmp" and self.value(verb) not in ("<", ">"):
                return None
            down = self.value(verb) == "<" if self.kind(verb) == "cmp" else self.kind(verb) == "streak_down"
            after = self.skip(verb + 1)
        if down is None or self.kind(after) != "weekday" or int(str(self.value(after))) != (day - 1 if day else 4):
            return None
        end = after + 1
        if self.kind(self.skip(end)) == "price" and self.value(self.skip(end)) == "close":
            end = self.skip(end) + 1
        fell = ex.Compare("<" if down else ">", ex.CLOSE, ex.Lag(ex.CLOSE, ex.Number(1)))
        return Found(ex.conjunction(ex.Compare("==", ex.Clock("weekday"), ex.Number(day)), fell), end)

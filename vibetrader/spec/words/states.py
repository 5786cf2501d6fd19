"""States in words: oversold, rising, bullish, turning up; and conditions over several timeframes."""

from __future__ import annotations

from vibetrader.spec import expressions as ex
from vibetrader.spec.indicators import Nature
from vibetrader.spec.mirror import nature
from vibetrader.spec.timeframes import TIMEFRAMES
from vibetrader.spec.words.reading import LEVELS, Found
from vibetrader.spec.words.shapes import (
    has_side,
    sided,
)
from vibetrader.spec.words.values import Values


class States(Values):
    """Reads what a value is said to be."""

    def _in_state(self, lefts: list[ex.Expression], k: int) -> Found | None:
        kind, state = self.kind(k), str(self.value(k))
        j = k + 1
        if kind == "dip" or (kind == "streak_down"):
            state = "falling"
        elif kind in ("gainmove", "streak_up"):
            state = "rising"
        elif kind == "dir":
            state = "rising" if state == "up" else "falling"
        elif kind == "agg":
            state = f"at_{state}"
        parts: list[ex.Expression] = []
        for left in lefts:
            if kind in ("dip", "gainmove") and (left == ex.CLOSE or nature(left)[0] is Nature.PRICE):
                moved = self._move_of(left, k)
                if moved is not None:
                    parts.append(moved.expression)
                    j = moved.end
                    continue
            if kind in ("dip", "gainmove") and self.kind(self.skip(k + 1)) in ("cmp", "ind"):
                return None  # "falls into or below the cloud": somewhere, not merely down
            part = self._state(left, state, k)
            if part is None:
                return None
            parts.append(part)
        if state in ("highest", "lowest"):
            return None
        if state in ("oversold", "overbought") and len(parts) == 1 and isinstance(parts[0], ex.Compare):
            at = self._equals(j)
            if self.kind(at) == "cmp" and self.value(at) in ("<", ">", "<=", ">="):
                at = self.skip(at + 1)
            if (
                self.kind(at) == "num"
                and not self.items[at].percent
                and self.kind(at + 1) not in ("unit", "act", "ind", "mul", "row")
            ):
                if at == j or self.norm(j) in (
                    "at",
                    "=",
                    "is",
                    "of",
                    "below",
                    "above",
                    "en",
                    "bei",
                    "a",
                    "to",
                    "level",
                    "<",
                    ">",
                    "under",
                    "over",
                    ":",
                ):
                    return Found(ex.Compare(parts[0].operator, lefts[0], ex.Number(self.items[at].number)), at + 1)
        if (
            state in ("oversold", "overbought")
            and len(parts) == 1
            and self.is_sign(j, "(")
            and self.kind(self.skip(j + 1)) == "cmp"
            and self.kind(self.skip(self.skip(j + 1) + 1)) == "num"
            and self.is_sign(self.skip(self.skip(j + 1) + 1) + 1, ")")
        ):
            at = self.skip(self.skip(j + 1) + 1)
            return Found(
                ex.Compare(str(self.value(self.skip(j + 1))), lefts[0], ex.Number(self.items[at].number)), at + 2
            )
        level = self.bracket(j)
        if level is not None and state in ("oversold", "overbought") and len(level[0]) == 1 and len(parts) == 1:
            operator = "<" if state == "oversold" else ">"
            return Found(ex.Compare(operator, lefts[0], ex.Number(level[0][0])), level[2])
        return Found(ex.conjunction(*parts), j)

    def _state(self, left: ex.Expression, state: str, k: int) -> ex.Expression | None:
        base = left.operand if isinstance(left, ex.Lag | ex.At) else left
        one = ex.Number(1)
        norm = self.norm(k)
        turned = (
            norm.startswith("turn")
            or "turns" in norm
            or self.norm(k - 1) in ("turns", "turn", "flips", "changes", "becomes")
        )
        if state in ("oversold", "overbought"):
            name = base.indicator if isinstance(base, ex.Call) else ""
            if name not in LEVELS:
                return None
            low, high = LEVELS[name]
            level = low if state == "oversold" else high
            key = f"{name}_{state}"
            self.memory.assumed.setdefault(
                key, f"{state}: {name} {'below' if state == 'oversold' else 'above'} {level:g}"
            )
            return ex.Compare("<" if state == "oversold" else ">", left, ex.Number(level))
        if state in ("turns_up", "turns_down") or (
            turned and state in ("bullish", "bearish", "rising", "falling", "positive", "negative", "green", "red")
        ):
            up = state in ("turns_up", "bullish", "rising", "positive", "green")
            steady = self._state(left, "bullish" if up else "bearish", -1) if has_side(base) else None
            if steady is not None and isinstance(steady, ex.Compare):
                if isinstance(base, ex.Call) and base.indicator == "ha":
                    return ex.conjunction(
                        steady,
                        ex.Compare("<=" if up else ">=", ex.lagged(steady.left, one), ex.lagged(steady.right, one)),
                    )
                return ex.Cross(up, steady.left, steady.right)
            if ("positive" in norm or "negative" in norm or state in ("positive", "negative")) and nature(left)[
                0
            ] is Nature.OSCILLATOR:
                return ex.Cross(up, left, ex.Number(nature(left)[1] if nature(left)[1] == 0 else 0))
            before, earlier = ex.lagged(left, one), ex.lagged(left, ex.Number(2))
            return ex.conjunction(
                ex.Compare(">" if up else "<", left, before), ex.Compare("<=" if up else ">=", before, earlier)
            )
        if state in ("rising", "falling"):
            return ex.Compare(">" if state == "rising" else "<", left, ex.lagged(left, one))
        if state in ("positive", "negative"):
            return ex.Compare(">" if state == "positive" else "<", left, ex.Number(0))
        if state in ("bullish", "bearish", "green", "red"):
            up = state in ("bullish", "green")
            known = sided(base, up)
            if known is None:
                return None
            if isinstance(left, ex.Lag):
                return ex.lagged(known, left.bars)
            return self.at(known, left.timeframe) if isinstance(left, ex.At) else known
        return None

    def _frame_list(self, j: int) -> tuple[list[str], int] | None:
        """`on the 15 min, the 30 min and the 1 hour`, `on all three timeframes`."""
        if self.kind(j) == "fill" or (self.kind(j) == "if" and self.norm(j) == "on"):
            k = self.skip(j, "if")
        else:
            k = j
        if self.kind(k) == "all_tf" or (self.kind(k) == "both" and self.kind(self.skip(k + 1, "num")) == "tfhint"):
            end = k + 1 if self.kind(k) == "all_tf" else self.skip(k + 1, "num") + 1
            while self.kind(end) in ("tfhint", "both", "num", "fill"):
                end += 1
            frames = list(self.memory.frames)
            return (frames, end) if len(frames) > 1 else None
        if k == j and self.kind(j) not in ("tf", "frame"):
            return None
        frames, end = [], k
        while True:
            frame = self.frame(self.skip(k))
            if frame is None or frame[0] not in TIMEFRAMES:
                break
            frames.append(frame[0])
            end = frame[1]
            k = self.skip(end, "comma", "and", "if", "both")
            if k == end:
                break
        return (frames, end) if frames else None

    def _on_frames(self, found: Found) -> Found:
        frames = self._frame_list(found.end) if self.kind(found.end) in ("fill", "if", "both", "all_tf") else None
        if frames is None or not any(
            self.norm(x) in ("on", "auf", "en", "in", "sur", "no", "na", "em", "at", "nos", "nas")
            for x in range(found.end, min(found.end + 2, len(self.items)))
        ):
            return found
        if isinstance(found.expression, ex.Compare):
            self.memory.group = [self._value_on(found.expression.left, f) for f in frames[0]]
        if len(frames[0]) == 1 and frames[0][0] == self.memory.base:
            return Found(found.expression, frames[1])
        for frame in frames[0]:
            if frame not in self.memory.frames:
                self.memory.frames.append(frame)
        return Found(ex.conjunction(*(self._on_frame(found.expression, f) for f in frames[0])), frames[1])

    def _on_frame(self, expression: ex.Expression, frame: str) -> ex.Expression:
        """Every indicator and price of a condition on another timeframe."""

        def change(node: ex.Expression) -> ex.Expression:
            return node

        del change
        match expression:
            case ex.Compare(operator=operator, left=left, right=right):
                return ex.Compare(operator, self._value_on(left, frame), self._value_on(right, frame))
            case ex.Cross(above=above, left=left, right=right):
                return ex.At(ex.Cross(above, left, right), frame)
            case ex.And(parts=parts):
                return ex.conjunction(*(self._on_frame(p, frame) for p in parts))
            case ex.Or(parts=parts):
                return ex.disjunction(*(self._on_frame(p, frame) for p in parts))
            case _:
                return ex.At(expression, frame)

    def _value_on(self, value: ex.Expression, frame: str) -> ex.Expression:
        return value if isinstance(value, ex.Number | ex.At | ex.Clock) else self.at(value, frame)

"""The 61 candlestick patterns. LEAN: Indicators/CandlestickPatterns/*.cs, after TA-Lib."""

from __future__ import annotations

from collections import deque

from vibetrader.engine.indicators.candles import (
    BODY_DOJI,
    BODY_LONG,
    BODY_SHORT,
    EQUAL,
    FAR,
    NEAR,
    SHADOW_LONG,
    SHADOW_SHORT,
    SHADOW_VERY_LONG,
    SHADOW_VERY_SHORT,
    Average,
    Candle,
    CandlestickPattern,
    PenetrationPattern,
    gap_down,
    gap_up,
)

Candles = deque[Candle]


class TwoCrows(CandlestickPattern):
    bars, averages = 3, ((BODY_LONG, 2),)

    def _match(self, w: Candles) -> float:
        return -(
            w[2].white
            and self.long(2)
            and w[1].black
            and gap_up(w[1], w[2])
            and w[0].black
            and w[1].close < w[0].open < w[1].open
            and w[2].open < w[0].close < w[2].close
        )


class ThreeBlackCrows(CandlestickPattern):
    bars, averages = 4, tuple((SHADOW_VERY_SHORT, place) for place in (0, 1, 2))

    def _match(self, w: Candles) -> float:
        return -(
            w[3].white
            and all(w[i].black and self.tiny_lower(i) for i in (2, 1, 0))
            and w[2].close < w[1].open < w[2].open
            and w[1].close < w[0].open < w[1].open
            and w[3].high > w[2].close > w[1].close > w[0].close
        )


class ThreeInside(CandlestickPattern):
    bars, averages = 3, ((BODY_LONG, 2), (BODY_SHORT, 1))

    def _match(self, w: Candles) -> float:
        inside = (
            self.long(2)
            and self.le(w[1].body, self.avg(BODY_SHORT, 1))
            and w[1].top < w[2].top
            and w[1].bottom > w[2].bottom
            and (
                (w[2].white and w[0].black and w[0].close < w[2].open)
                or (w[2].black and w[0].white and w[0].close > w[2].open)
            )
        )
        return -w[2].color if inside else 0


class ThreeLineStrike(CandlestickPattern):
    bars, averages = 4, ((NEAR, 3), (NEAR, 2))

    def _match(self, w: Candles) -> float:
        strike = (
            w[3].color == w[2].color == w[1].color == -w[0].color
            and self.ge(w[2].open, w[3].bottom - self.avg(NEAR, 3))
            and self.le(w[2].open, w[3].top + self.avg(NEAR, 3))
            and self.ge(w[1].open, w[2].bottom - self.avg(NEAR, 2))
            and self.le(w[1].open, w[2].top + self.avg(NEAR, 2))
            and (
                (
                    w[1].white
                    and w[1].close > w[2].close > w[3].close
                    and w[0].open > w[1].close
                    and w[0].close < w[3].open
                )
                or (
                    w[1].black
                    and w[1].close < w[2].close < w[3].close
                    and w[0].open < w[1].close
                    and w[0].close > w[3].open
                )
            )
        )
        return w[1].color if strike else 0


class ThreeOutside(CandlestickPattern):
    bars = 3

    def _match(self, w: Candles) -> float:
        outside = (
            w[1].white and w[2].black and w[1].close > w[2].open and w[1].open < w[2].close and w[0].close > w[1].close
        ) or (
            w[1].black and w[2].white and w[1].open > w[2].close and w[1].close < w[2].open and w[0].close < w[1].close
        )
        return w[1].color if outside else 0


class ThreeStarsInSouth(CandlestickPattern):
    bars = 3
    averages = (
        (BODY_LONG, 2),
        (SHADOW_LONG, 2),
        (SHADOW_VERY_SHORT, 1),
        (SHADOW_VERY_SHORT, 0),
        (BODY_SHORT, 0),
    )

    def _match(self, w: Candles) -> float:
        return float(
            w[2].black
            and w[1].black
            and w[0].black
            and self.long(2)
            and self.gt(w[2].lower, self.avg(SHADOW_LONG, 2))
            and self.lt(w[1].body, w[2].body)
            and w[2].close < w[1].open <= w[2].high
            and w[2].low <= w[1].low < w[2].close
            and self.gt(w[1].lower, self.avg(SHADOW_VERY_SHORT, 1))
            and self.short(0)
            and self.tiny_lower(0)
            and self.tiny_upper(0)
            and w[0].low > w[1].low
            and w[0].high < w[1].high
        )


class ThreeWhiteSoldiers(CandlestickPattern):
    bars = 3
    averages = (
        *((SHADOW_VERY_SHORT, place) for place in (0, 1, 2)),
        (NEAR, 2),
        (NEAR, 1),
        (FAR, 2),
        (FAR, 1),
        (BODY_SHORT, 0),
    )

    def _match(self, w: Candles) -> float:
        return float(
            all(w[i].white and self.tiny_upper(i) for i in (2, 1, 0))
            and w[0].close > w[1].close > w[2].close
            and w[1].open > w[2].open
            and self.le(w[1].open, w[2].close + self.avg(NEAR, 2))
            and w[0].open > w[1].open
            and self.le(w[0].open, w[1].close + self.avg(NEAR, 1))
            and self.gt(w[1].body, w[2].body - self.avg(FAR, 2))
            and self.gt(w[0].body, w[1].body - self.avg(FAR, 1))
            and self.gt(w[0].body, self.avg(BODY_SHORT, 0))
        )


class AbandonedBaby(PenetrationPattern):
    bars, one_more = 2, True
    # LEAN drops the 9th, 10th and 11th candle whatever the place
    averages = (Average(BODY_LONG, 2, drop=9), Average(BODY_DOJI, 1, drop=10), Average(BODY_SHORT, 0, drop=11))

    def _match(self, w: Candles) -> float:
        reach = w[2].body * self._penetration
        abandoned = (
            self.long(2)
            and self.doji(1)
            and self.gt(w[0].body, self.avg(BODY_SHORT, 0))
            and (
                (
                    w[2].white
                    and w[0].black
                    and self.lt(w[0].close, w[2].close - reach)
                    and w[1].low > w[2].high
                    and w[0].high < w[1].low
                )
                or (
                    w[2].black
                    and w[0].white
                    and self.gt(w[0].close, w[2].close + reach)
                    and w[1].high < w[2].low
                    and w[0].low > w[1].high
                )
            )
        )
        return w[0].color if abandoned else 0


class AdvanceBlock(CandlestickPattern):
    bars = 3
    averages = (
        *((SHADOW_SHORT, place) for place in (2, 1, 0)),
        (SHADOW_LONG, 1),
        (SHADOW_LONG, 0),
        (NEAR, 2),
        (NEAR, 1),
        (FAR, 2),
        (FAR, 1),
        (BODY_LONG, 2),
    )

    def _match(self, w: Candles) -> float:
        return -(
            w[2].white
            and w[1].white
            and w[0].white
            and w[0].close > w[1].close > w[2].close
            and w[1].open > w[2].open
            and self.le(w[1].open, w[2].close + self.avg(NEAR, 2))
            and w[0].open > w[1].open
            and self.le(w[0].open, w[1].close + self.avg(NEAR, 1))
            and self.long(2)
            and self.lt(w[2].upper, self.avg(SHADOW_SHORT, 2))
            and (
                (self.lt(w[1].body, w[2].body - self.avg(FAR, 2)) and self.lt(w[0].body, w[1].body + self.avg(NEAR, 1)))
                or self.lt(w[0].body, w[1].body - self.avg(FAR, 1))
                or (
                    self.lt(w[0].body, w[1].body)
                    and self.lt(w[1].body, w[2].body)
                    and (
                        self.gt(w[0].upper, self.avg(SHADOW_SHORT, 0)) or self.gt(w[1].upper, self.avg(SHADOW_SHORT, 1))
                    )
                )
                or (self.lt(w[0].body, w[1].body) and self.gt(w[0].upper, self.avg(SHADOW_LONG, 0)))
            )
        )


class BeltHold(CandlestickPattern):
    averages = ((BODY_LONG, 0), (SHADOW_VERY_SHORT, 0))

    def _match(self, w: Candles) -> float:
        hold = self.long(0) and (self.tiny_lower(0) if w[0].white else self.tiny_upper(0))
        return w[0].color if hold else 0


class Breakaway(CandlestickPattern):
    bars, averages = 5, ((BODY_LONG, 4),)

    def _match(self, w: Candles) -> float:
        broken = (
            self.long(4)
            and w[4].color == w[3].color == w[1].color == -w[0].color
            and (
                (
                    w[4].black
                    and gap_down(w[3], w[4])
                    and w[3].high > w[2].high > w[1].high
                    and w[3].low > w[2].low > w[1].low
                    and w[3].open < w[0].close < w[4].close
                )
                or (
                    w[4].white
                    and gap_up(w[3], w[4])
                    and w[3].high < w[2].high < w[1].high
                    and w[3].low < w[2].low < w[1].low
                    and w[4].close < w[0].close < w[3].open
                )
            )
        )
        return w[0].color if broken else 0


class ClosingMarubozu(CandlestickPattern):
    averages = ((BODY_LONG, 0), (SHADOW_VERY_SHORT, 0))

    def _match(self, w: Candles) -> float:
        closing = self.long(0) and (self.tiny_upper(0) if w[0].white else self.tiny_lower(0))
        return w[0].color if closing else 0


class ConcealedBabySwallow(CandlestickPattern):
    bars, averages = 4, tuple((SHADOW_VERY_SHORT, place) for place in (3, 2, 1))

    def _match(self, w: Candles) -> float:
        return float(
            all(w[i].black for i in (3, 2, 1, 0))
            and all(self.tiny_lower(i) and self.tiny_upper(i) for i in (3, 2))
            and gap_down(w[1], w[2])
            and self.gt(w[1].upper, self.avg(SHADOW_VERY_SHORT, 1))
            and w[1].high > w[2].close
            and w[0].high > w[1].high
            and w[0].low < w[1].low
        )


class Counterattack(CandlestickPattern):
    # LEAN adds the newest candle where it drops the one before the oldest
    bars, averages = 2, (Average(EQUAL, 1, add=0), (BODY_LONG, 1), (BODY_LONG, 0))

    def _match(self, w: Candles) -> float:
        counter = (
            w[1].color == -w[0].color
            and self.long(1)
            and self.long(0)
            and self.near(w[0].close, w[1].close, self.avg(EQUAL, 1))
        )
        return w[0].color if counter else 0


class DarkCloudCover(PenetrationPattern):
    default_penetration = 0.5
    bars, averages = 2, ((BODY_LONG, 1),)

    def _match(self, w: Candles) -> float:
        return -(
            w[1].white
            and self.long(1)
            and w[0].black
            and w[0].open > w[1].high
            and w[0].close > w[1].open
            and self.lt(w[0].close, w[1].close - w[1].body * self._penetration)
        )


class Doji(CandlestickPattern):
    averages = ((BODY_DOJI, 0),)

    def _match(self, w: Candles) -> float:
        return float(self.doji(0))


class DojiStar(CandlestickPattern):
    bars, averages = 2, ((BODY_LONG, 1), (BODY_DOJI, 0))

    def _match(self, w: Candles) -> float:
        gap = gap_up if w[1].white else gap_down
        return -w[1].color if self.long(1) and self.doji(0) and gap(w[0], w[1]) else 0


class DragonflyDoji(CandlestickPattern):
    averages = ((BODY_DOJI, 0), (SHADOW_VERY_SHORT, 0))

    def _match(self, w: Candles) -> float:
        return float(self.doji(0) and self.tiny_upper(0) and self.gt(w[0].lower, self.avg(SHADOW_VERY_SHORT, 0)))


class Engulfing(CandlestickPattern):
    bars = 3

    def _match(self, w: Candles) -> float:
        engulfed = (w[0].white and w[1].black and w[0].close > w[1].open and w[0].open < w[1].close) or (
            w[0].black and w[1].white and w[0].open > w[1].close and w[0].close < w[1].open
        )
        return w[0].color if engulfed else 0


class EveningDojiStar(PenetrationPattern):
    bars, averages = 3, ((BODY_LONG, 2), (BODY_DOJI, 1), (BODY_SHORT, 0))

    def _match(self, w: Candles) -> float:
        return -(
            self.long(2)
            and w[2].white
            and self.doji(1)
            and gap_up(w[1], w[2])
            and self.gt(w[0].body, self.avg(BODY_SHORT, 0))
            and w[0].black
            and self.lt(w[0].close, w[2].close - w[2].body * self._penetration)
        )


class EveningStar(PenetrationPattern):
    bars, averages = 3, ((BODY_LONG, 2), (BODY_SHORT, 1), (BODY_SHORT, 0))

    def _match(self, w: Candles) -> float:
        return -(
            self.long(2)
            and w[2].white
            and self.le(w[1].body, self.avg(BODY_SHORT, 1))
            and gap_up(w[1], w[2])
            and self.gt(w[0].body, self.avg(BODY_SHORT, 0))
            and w[0].black
            and self.lt(w[0].close, w[2].close - w[2].body * self._penetration)
        )


class GapSideBySideWhite(CandlestickPattern):
    bars, averages = 3, ((NEAR, 1), (EQUAL, 1))

    def _match(self, w: Candles) -> float:
        up = gap_up(w[1], w[2])
        side = (
            ((up and gap_up(w[0], w[2])) or (gap_down(w[1], w[2]) and gap_down(w[0], w[2])))
            and w[1].white
            and w[0].white
            and self.near(w[0].body, w[1].body, self.avg(NEAR, 1))
            and self.near(w[0].open, w[1].open, self.avg(EQUAL, 1))
        )
        return (1 if up else -1) if side else 0


class GravestoneDoji(CandlestickPattern):
    averages = ((BODY_DOJI, 0), (SHADOW_VERY_SHORT, 0))

    def _match(self, w: Candles) -> float:
        return float(self.doji(0) and self.tiny_lower(0) and self.gt(w[0].upper, self.avg(SHADOW_VERY_SHORT, 0)))


class Hammer(CandlestickPattern):
    bars, averages = 2, ((BODY_SHORT, 0), (SHADOW_LONG, 0), (SHADOW_VERY_SHORT, 0), (NEAR, 1))

    def _match(self, w: Candles) -> float:
        return float(
            self.short(0)
            and self.gt(w[0].lower, self.avg(SHADOW_LONG, 0))
            and self.tiny_upper(0)
            and self.le(w[0].bottom, w[1].low + self.avg(NEAR, 1))
        )


class HangingMan(CandlestickPattern):
    bars, averages = 2, ((BODY_SHORT, 0), (SHADOW_LONG, 0), (SHADOW_VERY_SHORT, 0), (NEAR, 1))

    def _match(self, w: Candles) -> float:
        return -(
            self.short(0)
            and self.gt(w[0].lower, self.avg(SHADOW_LONG, 0))
            and self.tiny_upper(0)
            and self.ge(w[0].bottom, w[1].high - self.avg(NEAR, 1))
        )


class Harami(CandlestickPattern):
    bars, averages = 2, ((BODY_LONG, 1), (BODY_SHORT, 0))

    def _match(self, w: Candles) -> float:
        harami = (
            self.long(1)
            and self.le(w[0].body, self.avg(BODY_SHORT, 0))
            and w[0].top < w[1].top
            and w[0].bottom > w[1].bottom
        )
        return -w[1].color if harami else 0


class HaramiCross(CandlestickPattern):
    bars, averages = 2, ((BODY_LONG, 1), (BODY_DOJI, 0))

    def _match(self, w: Candles) -> float:
        cross = self.long(1) and self.doji(0) and w[0].top < w[1].top and w[0].bottom > w[1].bottom
        return -w[1].color if cross else 0


class HighWaveCandle(CandlestickPattern):
    averages = ((BODY_SHORT, 0), (SHADOW_VERY_LONG, 0))

    def _match(self, w: Candles) -> float:
        shadow = self.avg(SHADOW_VERY_LONG, 0)
        return w[0].color if self.short(0) and self.gt(w[0].upper, shadow) and self.gt(w[0].lower, shadow) else 0


class Hikkake(CandlestickPattern):
    """±1 when it forms, ±2 when it is confirmed within three candles."""

    bars = 6
    start = 3

    def _clear(self) -> None:
        super()._clear()
        self._result = self._index = 0

    def _forms(self, w: Candles) -> bool:
        return bool(
            w[1].high < w[2].high
            and w[1].low > w[2].low
            and ((w[0].high < w[1].high and w[0].low < w[1].low) or (w[0].high > w[1].high and w[0].low > w[1].low))
        )

    def _step(self, w: Candles) -> float:
        if self._forms(w):
            self._result = 1 if w[0].high < w[1].high else -1
            self._index = self._samples - 1
            return self._result
        age = self._samples - self._index
        if age <= 4 and (
            (self._result > 0 and w[0].close > w[age].high) or (self._result < 0 and w[0].close < w[age].low)
        ):
            self._index = 0
            return self._result + (1 if self._result > 0 else -1)
        return 0

    def _fill(self, w: Candles) -> None:
        if self._samples >= self.start:
            self._step(w)

    def _match(self, w: Candles) -> float:
        return self._step(w)


class HikkakeModified(Hikkake):
    """Hikkake with one more candle inside and a close near its end."""

    # LEAN drops the tenth candle, not the seventh
    bars, averages = 6, (Average(NEAR, 2, drop=10),)

    def _forms(self, w: Candles) -> bool:
        return (
            w[2].high < w[3].high
            and w[2].low > w[3].low
            and w[1].high < w[2].high
            and w[1].low > w[2].low
            and (
                (w[0].high < w[1].high and w[0].low < w[1].low and self.le(w[2].close, w[2].low + self.avg(NEAR, 2)))
                or (
                    w[0].high > w[1].high and w[0].low > w[1].low and self.ge(w[2].close, w[2].high - self.avg(NEAR, 2))
                )
            )
        )

    def _fill(self, w: Candles) -> None:
        setting, samples = self._settings[NEAR], self._samples
        if self.period - setting.average_period - 3 <= samples < self.period - 3:
            self._totals[NEAR, 2] += w[2].part(setting.range_type)
        elif samples >= self.period - 3:
            self._tie = 1e-12 * abs(w[0].high)
            self._step(w)
            # until ready LEAN drops the very first candle each time
            self._totals[NEAR, 2] += w[2].part(setting.range_type) - w[samples - 1].part(setting.range_type)


class HomingPigeon(CandlestickPattern):
    bars, averages = 2, ((BODY_LONG, 1), (BODY_SHORT, 0))

    def _match(self, w: Candles) -> float:
        return float(
            w[1].black
            and w[0].black
            and self.long(1)
            and self.le(w[0].body, self.avg(BODY_SHORT, 0))
            and w[0].open < w[1].open
            and w[0].close > w[1].close
        )


class IdenticalThreeCrows(CandlestickPattern):
    bars, averages = 3, (*((SHADOW_VERY_SHORT, place) for place in (2, 1, 0)), (EQUAL, 2), (EQUAL, 1))

    def _match(self, w: Candles) -> float:
        return -(
            all(w[i].black and self.tiny_lower(i) for i in (2, 1, 0))
            and w[2].close > w[1].close > w[0].close
            and self.near(w[1].open, w[2].close, self.avg(EQUAL, 2))
            and self.near(w[0].open, w[1].close, self.avg(EQUAL, 1))
        )


class InNeck(CandlestickPattern):
    bars, averages = 2, ((EQUAL, 1), (BODY_LONG, 1))

    def _match(self, w: Candles) -> float:
        return -(
            w[1].black
            and self.long(1)
            and w[0].white
            and w[0].open < w[1].low
            and self.le(w[0].close, w[1].close + self.avg(EQUAL, 1))
            and w[0].close >= w[1].close
        )


class InvertedHammer(CandlestickPattern):
    bars, averages = 2, ((BODY_SHORT, 0), (SHADOW_LONG, 0), (SHADOW_VERY_SHORT, 0))

    def _match(self, w: Candles) -> float:
        return float(
            self.short(0)
            and self.gt(w[0].upper, self.avg(SHADOW_LONG, 0))
            and self.tiny_lower(0)
            and gap_down(w[0], w[1])
        )


class Kicking(CandlestickPattern):
    bars = 2
    averages = ((SHADOW_VERY_SHORT, 1), (SHADOW_VERY_SHORT, 0), (BODY_LONG, 1), (BODY_LONG, 0))

    def _kicks(self, w: Candles) -> bool:
        return (
            w[1].color == -w[0].color
            and all(self.long(i) and self.tiny_upper(i) and self.tiny_lower(i) for i in (1, 0))
            and ((w[1].black and w[0].low > w[1].high) or (w[1].white and w[0].high < w[1].low))
        )

    def _match(self, w: Candles) -> float:
        return w[0].color if self._kicks(w) else 0


class KickingByLength(Kicking):
    def _match(self, w: Candles) -> float:
        if not self._kicks(w):
            return 0
        return (w[0] if self.gt(w[0].body, w[1].body) else w[1]).color


class LadderBottom(CandlestickPattern):
    bars, averages = 5, ((SHADOW_VERY_SHORT, 1),)

    def _match(self, w: Candles) -> float:
        return float(
            w[4].black
            and w[3].black
            and w[2].black
            and w[4].open > w[3].open > w[2].open
            and w[4].close > w[3].close > w[2].close
            and w[1].black
            and self.gt(w[1].upper, self.avg(SHADOW_VERY_SHORT, 1))
            and w[0].white
            and w[0].open > w[1].open
            and w[0].close > w[1].high
        )


class LongLeggedDoji(CandlestickPattern):
    averages = ((BODY_DOJI, 0), (SHADOW_LONG, 0))

    def _match(self, w: Candles) -> float:
        shadow = self.avg(SHADOW_LONG, 0)
        return float(self.doji(0) and (self.gt(w[0].lower, shadow) or self.gt(w[0].upper, shadow)))


class LongLineCandle(CandlestickPattern):
    averages = ((BODY_LONG, 0), (SHADOW_SHORT, 0))

    def _match(self, w: Candles) -> float:
        shadow = self.avg(SHADOW_SHORT, 0)
        return w[0].color if self.long(0) and self.lt(w[0].upper, shadow) and self.lt(w[0].lower, shadow) else 0


class Marubozu(CandlestickPattern):
    averages = ((BODY_LONG, 0), (SHADOW_VERY_SHORT, 0))

    def _match(self, w: Candles) -> float:
        return w[0].color if self.long(0) and self.tiny_upper(0) and self.tiny_lower(0) else 0


class MatchingLow(CandlestickPattern):
    bars, averages = 2, ((EQUAL, 1),)

    def _match(self, w: Candles) -> float:
        return float(w[1].black and w[0].black and self.near(w[0].close, w[1].close, self.avg(EQUAL, 1)))


class MatHold(PenetrationPattern):
    default_penetration = 0.5
    bars, one_more = 5, True
    averages = ((BODY_SHORT, 3), (BODY_SHORT, 2), (BODY_SHORT, 1), (BODY_LONG, 4))

    def _match(self, w: Candles) -> float:
        floor = w[4].close - w[4].body * self._penetration
        return float(
            self.long(4)
            and all(self.short(i) for i in (3, 2, 1))
            and w[4].white
            and w[3].black
            and w[0].white
            and gap_up(w[3], w[4])
            and w[2].bottom < w[4].close
            and w[1].bottom < w[4].close
            and self.gt(w[2].bottom, floor)
            and self.gt(w[1].bottom, floor)
            and w[2].top < w[3].open
            and w[1].top < w[2].top
            and w[0].open > w[1].close
            and w[0].close > max(w[3].high, w[2].high, w[1].high)
        )


class MorningDojiStar(PenetrationPattern):
    bars, averages = 3, ((BODY_LONG, 2), (BODY_DOJI, 1), (BODY_SHORT, 0))

    def _match(self, w: Candles) -> float:
        return float(
            self.long(2)
            and w[2].black
            and self.doji(1)
            and gap_down(w[1], w[2])
            and self.gt(w[0].body, self.avg(BODY_SHORT, 0))
            and w[0].white
            and self.gt(w[0].close, w[2].close + w[2].body * self._penetration)
        )


class MorningStar(PenetrationPattern):
    # LEAN fills the last average two candles too early
    bars = 3
    averages = ((BODY_LONG, 2), (BODY_SHORT, 1), Average(BODY_SHORT, 0, fill_place=1, fill_early=1))

    def _match(self, w: Candles) -> float:
        return float(
            self.long(2)
            and w[2].black
            and self.le(w[1].body, self.avg(BODY_SHORT, 1))
            and gap_down(w[1], w[2])
            and self.gt(w[0].body, self.avg(BODY_SHORT, 0))
            and w[0].white
            and self.gt(w[0].close, w[2].close + w[2].body * self._penetration)
        )


class OnNeck(CandlestickPattern):
    bars, averages = 2, ((EQUAL, 1), (BODY_LONG, 1))

    def _match(self, w: Candles) -> float:
        return -(
            w[1].black
            and self.long(1)
            and w[0].white
            and w[0].open < w[1].low
            and self.near(w[0].close, w[1].low, self.avg(EQUAL, 1))
        )


class Piercing(CandlestickPattern):
    bars, averages = 2, ((BODY_LONG, 1), (BODY_LONG, 0))

    def _match(self, w: Candles) -> float:
        return float(
            w[1].black
            and self.long(1)
            and w[0].white
            and self.long(0)
            and w[0].open < w[1].low
            and w[0].close < w[1].open
            and self.gt(w[0].close, w[1].close + w[1].body * 0.5)
        )


class RickshawMan(CandlestickPattern):
    averages = ((BODY_DOJI, 0), (SHADOW_LONG, 0), (NEAR, 0))

    def _match(self, w: Candles) -> float:
        middle, shadow, near = w[0].low + w[0].span / 2, self.avg(SHADOW_LONG, 0), self.avg(NEAR, 0)
        return float(
            self.doji(0)
            and self.gt(w[0].lower, shadow)
            and self.gt(w[0].upper, shadow)
            and self.le(w[0].bottom, middle + near)
            and self.ge(w[0].top, middle - near)
        )


class RiseFallThreeMethods(CandlestickPattern):
    bars, one_more = 5, True
    averages = ((BODY_SHORT, 3), (BODY_SHORT, 2), (BODY_SHORT, 1), (BODY_LONG, 4), (BODY_LONG, 0))

    def _match(self, w: Candles) -> float:
        color = w[4].color
        methods = (
            self.long(4)
            and all(self.short(i) for i in (3, 2, 1))
            and self.long(0)
            and color == -w[3].color
            and w[3].color == w[2].color == w[1].color == -w[0].color
            and all(w[i].bottom < w[4].high and w[i].top > w[4].low for i in (3, 2, 1))
            and w[2].close * color < w[3].close * color
            and w[1].close * color < w[2].close * color
            and w[0].open * color > w[1].close * color
            and w[0].close * color > w[4].close * color
        )
        return color if methods else 0


class SeparatingLines(CandlestickPattern):
    bars, averages = 2, ((SHADOW_VERY_SHORT, 0), (BODY_LONG, 0), (EQUAL, 1))

    def _match(self, w: Candles) -> float:
        separate = (
            w[1].color == -w[0].color
            and self.near(w[0].open, w[1].open, self.avg(EQUAL, 1))
            and self.long(0)
            and (self.tiny_lower(0) if w[0].white else self.tiny_upper(0))
        )
        return w[0].color if separate else 0


class ShootingStar(CandlestickPattern):
    bars, averages = 2, ((BODY_SHORT, 0), (SHADOW_LONG, 0), (SHADOW_VERY_SHORT, 0))

    def _match(self, w: Candles) -> float:
        return -(
            self.short(0)
            and self.gt(w[0].upper, self.avg(SHADOW_LONG, 0))
            and self.tiny_lower(0)
            and gap_up(w[0], w[1])
        )


class ShortLineCandle(CandlestickPattern):
    averages = ((BODY_SHORT, 0), (SHADOW_SHORT, 0))

    def _match(self, w: Candles) -> float:
        shadow = self.avg(SHADOW_SHORT, 0)
        return w[0].color if self.short(0) and self.lt(w[0].upper, shadow) and self.lt(w[0].lower, shadow) else 0


class SpinningTop(CandlestickPattern):
    averages = ((BODY_SHORT, 0),)

    def _match(self, w: Candles) -> float:
        spins = self.short(0) and self.gt(w[0].upper, w[0].body) and self.gt(w[0].lower, w[0].body)
        return w[0].color if spins else 0


class StalledPattern(CandlestickPattern):
    bars = 3
    averages = ((BODY_LONG, 2), (BODY_LONG, 1), (BODY_SHORT, 0), (SHADOW_VERY_SHORT, 1), (NEAR, 2), (NEAR, 1))

    def _match(self, w: Candles) -> float:
        return -(
            w[2].white
            and w[1].white
            and w[0].white
            and w[0].close > w[1].close > w[2].close
            and self.long(2)
            and self.long(1)
            and self.tiny_upper(1)
            and w[1].open > w[2].open
            and self.le(w[1].open, w[2].close + self.avg(NEAR, 2))
            and self.short(0)
            and self.ge(w[0].open, w[1].close - w[0].body - self.avg(NEAR, 1))
        )


class StickSandwich(CandlestickPattern):
    # LEAN fills the average with bodies instead of ranges
    bars, averages = 3, (Average(EQUAL, 2, fill_kind=BODY_LONG),)

    def _match(self, w: Candles) -> float:
        return float(
            w[2].black
            and w[1].white
            and w[0].black
            and w[1].low > w[2].close
            and self.near(w[0].close, w[2].close, self.avg(EQUAL, 2))
        )


class Takuri(CandlestickPattern):
    averages = ((BODY_DOJI, 0), (SHADOW_VERY_SHORT, 0), (SHADOW_VERY_LONG, 0))

    def _match(self, w: Candles) -> float:
        return float(self.doji(0) and self.tiny_upper(0) and self.gt(w[0].lower, self.avg(SHADOW_VERY_LONG, 0)))


class TasukiGap(CandlestickPattern):
    bars, averages = 3, ((NEAR, 1),)

    def _match(self, w: Candles) -> float:
        gap = (
            gap_up(w[1], w[2])
            and w[1].white
            and w[0].black
            and w[1].open < w[0].open < w[1].close
            and w[2].top < w[0].close < w[1].open
        ) or (
            gap_down(w[1], w[2])
            and w[1].black
            and w[0].white
            and w[1].close < w[0].open < w[1].open
            and w[1].open < w[0].close < w[2].bottom
        )
        return w[1].color if gap and self.lt(abs(w[1].body - w[0].body), self.avg(NEAR, 1)) else 0


class Thrusting(CandlestickPattern):
    bars, averages = 2, ((EQUAL, 1), (BODY_LONG, 1))

    def _match(self, w: Candles) -> float:
        return -(
            w[1].black
            and self.long(1)
            and w[0].white
            and w[0].open < w[1].low
            and self.gt(w[0].close, w[1].close + self.avg(EQUAL, 1))
            and self.le(w[0].close, w[1].close + w[1].body * 0.5)
        )


class Tristar(CandlestickPattern):
    bars, averages = 3, ((BODY_DOJI, 2),)

    def _match(self, w: Candles) -> float:
        limit = self.avg(BODY_DOJI, 2)
        if not all(self.le(w[i].body, limit) for i in (2, 1, 0)):
            return 0
        if gap_down(w[1], w[2]) and w[0].bottom > w[1].bottom:
            return 1
        return -1 if gap_up(w[1], w[2]) and w[0].top < w[1].top else 0


class UniqueThreeRiver(CandlestickPattern):
    bars, averages = 3, ((BODY_LONG, 2), (BODY_SHORT, 0))

    def _match(self, w: Candles) -> float:
        return float(
            self.long(2)
            and w[2].black
            and w[1].black
            and w[1].close > w[2].close
            and w[1].open <= w[2].open
            and w[1].low < w[2].low
            and self.short(0)
            and w[0].white
            and w[0].open > w[1].low
        )


class UpDownGapThreeMethods(CandlestickPattern):
    bars = 3

    def _match(self, w: Candles) -> float:
        methods = (
            w[2].color == w[1].color == -w[0].color
            and w[1].bottom < w[0].open < w[1].top
            and w[2].bottom < w[0].close < w[2].top
            and (gap_up(w[1], w[2]) if w[2].white else gap_down(w[1], w[2]))
        )
        return w[2].color if methods else 0


class UpsideGapTwoCrows(CandlestickPattern):
    bars, averages = 3, ((BODY_LONG, 2), (BODY_SHORT, 1))

    def _match(self, w: Candles) -> float:
        return -(
            w[2].white
            and self.long(2)
            and w[1].black
            and self.le(w[1].body, self.avg(BODY_SHORT, 1))
            and gap_up(w[1], w[2])
            and w[0].black
            and w[0].open > w[1].open
            and w[2].close < w[0].close < w[1].close
        )


#: All patterns by class name.
PATTERNS: dict[str, type[CandlestickPattern]] = {
    name: value
    for name, value in list(globals().items())
    if isinstance(value, type)
    and issubclass(value, CandlestickPattern)
    and value not in (CandlestickPattern, PenetrationPattern)
}

"""Insights: what an alpha model expects of a symbol. LEAN: Common/Algorithm/Framework/Alphas/Insight.cs, InsightCollection.cs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from vibetrader.engine.clr import (
    ArgumentException,
    ArgumentNullException,
    ArgumentOutOfRangeException,
    InvalidOperationException,
    NoMatch,
    Overloads,
)
from vibetrader.engine.data.enums import InsightDirection, InsightType, Resolution
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    from_datetime,
    from_timedelta,
    to_datetime,
    to_timedelta,
)

_SPANS: Final = {Resolution.SECOND: SECOND, Resolution.MINUTE: MINUTE, Resolution.HOUR: HOUR, Resolution.DAILY: DAY}
_END_OF_TIME: Final = datetime(2050, 12, 31)

#: Sets period and close time of an insight once it is generated.
Period = Callable[["Insight", Any], None]

_REST: Final = "magnitude: Optional[float] = None, confidence: Optional[float] = None, source_model: str = None, weight: Optional[float] = None, tag: str = \"\""
_PRICE: Final = Overloads(
    "price",
    f"symbol: Symbol, period: timedelta, direction: InsightDirection, {_REST}",
    f"symbol: Symbol, close_time_local: datetime, direction: InsightDirection, {_REST}",
    f"symbol: Symbol, resolution: Resolution, bar_count: int, direction: InsightDirection, {_REST}",
    f"symbol: Symbol, expiry_func: Callable[[datetime], datetime], direction: InsightDirection, {_REST}",
)
_CONSTRUCTOR: Final = Overloads(
    ".ctor",
    "symbol: Symbol, period: timedelta, type: InsightType, direction: InsightDirection, tag: str = \"\"",
    "symbol: Symbol, expiry_func: Callable[[datetime], datetime], type: InsightType, direction: InsightDirection, tag: str = \"\"",
    "symbol: Symbol, period: timedelta, type: InsightType, direction: InsightDirection, magnitude: Optional[float], "
    "confidence: Optional[float], source_model: str = None, weight: Optional[float] = None, tag: str = \"\"",
    "symbol: Symbol, expiry_func: Callable[[datetime], datetime], type: InsightType, direction: InsightDirection, "
    "magnitude: Optional[float], confidence: Optional[float], source_model: str = None, weight: Optional[float] = None, "
    "tag: str = \"\"",
    "generated_time_utc: datetime, symbol: Symbol, period: timedelta, type: InsightType, direction: InsightDirection, "
    "magnitude: Optional[float], confidence: Optional[float], source_model: str = None, weight: Optional[float] = None, "
    "tag: str = \"\"",
)


def end_time_for_bars(hours: Any, start: int, size: int, count: int) -> int:
    """Local time by which that many bars will have passed. LEAN: Common/Time.cs, GetEndTimeForTradeBars."""
    current = start
    passed = 0
    while passed < count:
        if size == DAY:
            current += DAY
            passed += bool(hours.is_date_open(current))
        else:
            previous, current = current, current + size
            passed += bool(hours.is_open_during(previous, current, False))
    return current


def _close_after_bars(hours: Any, generated: int, resolution: Resolution, count: int) -> int:
    if count < 1:
        raise ArgumentOutOfRangeException("Insight barCount must be greater than zero.", "barCount")
    if resolution == Resolution.TICK:
        resolution = Resolution.SECOND
    if resolution == Resolution.HOUR:
        count, resolution = count * 60, Resolution.MINUTE
    zone = hours.time_zone
    result: int = zone.to_utc(end_time_for_bars(hours, zone.to_local(generated), _SPANS[resolution], count))
    return result


def _close_after_span(hours: Any, generated: int, period: int) -> int:
    """LEAN: Insight.cs, ComputeCloseTime: whole bars first, the rest in minutes of trading."""
    if period < SECOND:
        raise ArgumentOutOfRangeException("Insight period must be greater than or equal to 1 second.", "period")
    size = Resolution.DAILY if period >= DAY else Resolution.MINUTE if period >= MINUTE else Resolution.SECOND
    count = period // _SPANS[size]
    close = _close_after_bars(hours, generated, size, count)
    if close == generated:
        return _close_after_bars(hours, generated, Resolution.SECOND, 1)
    rest = period - _SPANS[size] * count
    if rest and size == Resolution.DAILY:
        rest = int(hours.regular_market_duration_ns * (rest / DAY))
    minutes = rest // MINUTE
    return _close_after_bars(hours, close, Resolution.MINUTE, minutes) if minutes > 0 else close


def _of_span(period: timedelta) -> Period:
    if not period:
        period = timedelta(seconds=1)

    def apply(insight: Insight, hours: Any) -> None:
        insight.period = period
        insight.close_ns = _close_after_span(hours, insight.generated_ns, from_timedelta(period))

    return apply


def _of_bars(resolution: Resolution, count: int) -> Period:
    def apply(insight: Insight, hours: Any) -> None:
        insight.close_ns = _close_after_bars(hours, insight.generated_ns, resolution, count)
        insight.period = to_timedelta(insight.close_ns - insight.generated_ns)

    return apply


def _of_close(moment: datetime) -> Period:
    def apply(insight: Insight, hours: Any) -> None:
        local = from_datetime(moment)
        if not hours.is_open_at(local, False):
            local = hours.next_open(local, False)
        insight.close_ns = hours.time_zone.to_utc(local)
        if insight.generated_ns > insight.close_ns:
            raise ArgumentOutOfRangeException("Insight closeTimeLocal must not be in the past.", "closeTimeLocal")
        insight.period = to_timedelta(insight.close_ns - insight.generated_ns)

    return apply


def _of_function(function: Callable[[datetime], datetime]) -> Period:
    def apply(insight: Insight, hours: Any) -> None:
        local = from_datetime(function(to_datetime(hours.time_zone.to_local(insight.generated_ns))))
        if not hours.is_open_at(local, False):
            local = hours.next_open(local, False)
        insight.close_ns = hours.time_zone.to_utc(local)
        insight.period = to_timedelta(insight.close_ns - insight.generated_ns)

    return apply


def _forever(insight: Insight, hours: Any) -> None:
    insight.period = _END_OF_TIME - datetime(1, 1, 1)
    insight.close_ns = from_datetime(_END_OF_TIME)


def _number(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, (int, float)) or hasattr(value, "dtype"):
        return float(value)
    raise NoMatch


# these are doubles in LEAN: not a number is allowed
for _overloads in (_PRICE, _CONSTRUCTOR):
    for _parameters in _overloads.overloads:
        for _parameter in _parameters:
            if _parameter.kind == "Optional[float]":
                _parameter.convert = _number

_numbers = iter(range(1, 1 << 62))


@lean_names
class InsightScore:
    """Scores of an insight; nothing scores them unless the user sets a function. LEAN: InsightScore.cs.

    Args:
        direction: Score of the direction.
        magnitude: Score of the magnitude.
        updated_time_utc: When they were given.
    """

    def __init__(
        self, direction: float = 0.0, magnitude: float = 0.0, updated_time_utc: datetime = datetime(1, 1, 1)
    ) -> None:
        self.direction = direction
        self.magnitude = magnitude
        self.updated_time_utc = updated_time_utc
        self.is_final_score = False

    def set_score(self, type: Any, value: float, algorithm_utc_time: datetime) -> None:
        """Set one score, between 0 and 1; a final one stays."""
        if self.is_final_score:
            return
        self.updated_time_utc = algorithm_utc_time
        setattr(self, "magnitude" if int(type) == 1 else "direction", max(0.0, min(1.0, value)))

    def finalize(self, algorithm_utc_time: datetime) -> None:
        """The scores are final from now on."""
        self.is_final_score = True
        self.updated_time_utc = algorithm_utc_time

    def get_score(self, type: Any) -> float:
        """One score."""
        return self.magnitude if int(type) == 1 else self.direction


@lean_names
class Insight:
    """What an alpha model expects of a symbol for a while.

    Args:
        arguments: `(symbol, period, type, direction, …)`; see also `Insight.price`.
        keywords: The same by name.
    """

    __clr_name__ = "QuantConnect.Algorithm.Framework.Alphas.Insight"

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        number, given = _CONSTRUCTOR.bind(arguments, keywords)
        span: Any = given.get("period")
        self._set(
            given["symbol"], _of_span(span) if span is not None else _of_function(given["expiry_func"]), given["type"], given
        )
        if span is not None:
            self.period = span
        if number == 4:
            self.generated_ns = from_datetime(given["generated_time_utc"])
            self.close_ns = self.generated_ns + from_timedelta(span)

    def _set(self, symbol: Symbol, specification: Period, kind: InsightType, given: dict[str, Any]) -> None:
        # LEAN gives random identifiers; a counter keeps runs equal
        self.id = UUID(int=next(_numbers))
        self.group_id: UUID | None = None
        self.symbol = symbol
        self.type = InsightType(kind)
        self.direction = InsightDirection(given["direction"])
        self.period = timedelta(0)
        self.magnitude: float | None = given.get("magnitude")
        self.confidence: float | None = given.get("confidence")
        self.weight: float | None = given.get("weight")
        self.source_model: str | None = given.get("source_model")
        self.tag: str = given.get("tag") or ""
        self.score = InsightScore()
        self.generated_ns = 0
        self.close_ns = 0
        self.reference_value = 0.0
        self.reference_value_final = 0.0
        self.estimated_value = 0.0
        self._specification = specification

    @staticmethod
    def price(*arguments: Any, **keywords: Any) -> Insight:
        """An insight on the price.

        Args:
            arguments: `(symbol, period, direction, magnitude, confidence, source_model, weight, tag)`; instead of a period
                a close time, a resolution and a number of bars, or a function from start to end.
            keywords: The same by name.
        """
        number, given = _PRICE.bind(arguments, keywords)
        specification: Period
        if number == 0:
            period = given["period"]
            if period < timedelta(seconds=1):
                raise ArgumentOutOfRangeException("Insight period must be greater than or equal to 1 second.", "period")
            specification = _of_span(period)
        elif number == 1:
            moment = given["close_time_local"]
            specification = _forever if moment == _END_OF_TIME else _of_close(moment)
        elif number == 2:
            if given["bar_count"] < 1:
                raise ArgumentOutOfRangeException("Insight barCount must be greater than zero.", "barCount")
            specification = _of_bars(given["resolution"], given["bar_count"])
        else:
            specification = _of_function(given["expiry_func"])
        insight = Insight.__new__(Insight)
        insight._set(given["symbol"], specification, InsightType.PRICE, given)
        if number == 0:
            insight.period = given["period"]
        return insight

    @staticmethod
    def group(*insights: Any) -> list[Insight]:
        """Bind insights together."""
        members: list[Insight] = []
        for item in insights:
            members += item if isinstance(item, (list, tuple)) else [item]
        group_id = UUID(int=next(_numbers))
        for insight in members:
            if insight.group_id is not None:
                raise InvalidOperationException(
                    f"Unable to set group id on insight {insight} because it has already been assigned to a group."
                )
            insight.group_id = group_id
        return members

    @property
    def generated_time_utc(self) -> datetime:
        """When it was emitted, with UTC as its zone."""
        return _utc(self.generated_ns)

    @generated_time_utc.setter
    def generated_time_utc(self, moment: datetime) -> None:
        self.generated_ns = from_datetime(moment)

    @property
    def close_time_utc(self) -> datetime:
        """When it ends, with UTC as its zone."""
        return _utc(self.close_ns)

    @close_time_utc.setter
    def close_time_utc(self, moment: datetime) -> None:
        self.close_ns = from_datetime(moment)

    def set_period_and_close_time(self, exchange_hours: Any) -> None:
        """Set period and close time by the exchange's hours, once it is generated."""
        self._specification(self, exchange_hours)

    def is_expired(self, utc_time: datetime) -> bool:
        """True after its close time."""
        return self.close_ns < _ns(utc_time)

    def is_active(self, utc_time: datetime) -> bool:
        """True until its close time."""
        return not self.is_expired(utc_time)

    def expire(self, utc_time: datetime) -> None:
        """End it now."""
        moment = _ns(utc_time)
        if self.close_ns >= moment:
            self.close_ns = moment - SECOND
            self.period = to_timedelta(self.close_ns - self.generated_ns)

    cancel = expire

    def clone(self) -> Insight:
        """A copy of the same identity."""
        copy = Insight.__new__(Insight)
        copy.__dict__.update(self.__dict__)
        return copy

    def __str__(self) -> str:
        text = f"{self.id.hex}: {self.symbol} {self.type.to_string()} {self.direction.to_string()} within {_span_text(self.period)}"
        if self.magnitude is not None:
            text += f" by {_plain(self.magnitude)}%"
        if self.confidence is not None:
            text += f" with {_plain(round(100 * self.confidence, 1))}% confidence"
        if self.weight is not None:
            text += f" and {_plain(round(100 * self.weight, 1))}% weight"
        return f"{text}: {self.tag}" if self.tag else text


def _utc(ns: int) -> datetime:
    """A time as LEAN's UTC times reach Python; one that was never set has no zone."""
    return to_datetime(ns).replace(tzinfo=UTC) if ns else datetime(1, 1, 1)


def _ns(moment: Any) -> int:
    return moment if isinstance(moment, int) else from_datetime(moment)


def _plain(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _span_text(span: timedelta) -> str:
    """.NET's text of a TimeSpan."""
    hours, rest = divmod(span.seconds, 3600)
    text = f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"
    if span.microseconds:
        text += f".{span.microseconds:06d}0"
    return f"{span.days}.{text}" if span.days else text


@lean_names
class InsightCollection:
    """Insights by symbol; those that ended stay in the full list."""

    __clr_name__ = "QuantConnect.Algorithm.Framework.Alphas.InsightCollection"

    def __init__(self) -> None:
        self._open: dict[Symbol, list[Insight]] = {}
        self._all: list[Insight] = []
        self._total = 0

    @property
    def count(self) -> int:
        """How many are open."""
        return sum(map(len, self._open.values()))

    @property
    def total_count(self) -> int:
        """How many there ever were."""
        return self._total

    def add(self, item: Insight) -> None:
        """Add one."""
        self._total += 1
        self._all.append(item)
        self._open.setdefault(item.symbol, []).append(item)

    def add_range(self, insights: Iterable[Insight]) -> None:
        """Add several."""
        for insight in insights:
            self.add(insight)

    def contains(self, item: Insight) -> bool:
        """Whether it is open."""
        return any(insight is item for insight in self._open.get(item.symbol, ()))

    def contains_key(self, symbol: Symbol) -> bool:
        """Whether the symbol has open ones."""
        return bool(self._open.get(symbol))

    def __contains__(self, item: Any) -> bool:
        return self.contains(item) if isinstance(item, Insight) else self.contains_key(item)

    def remove(self, item: Insight) -> bool:
        """Drop one; False when it is not open."""
        held = self._open.get(item.symbol, [])
        for place, insight in enumerate(held):
            if insight is item:
                del held[place]
                if not held:
                    del self._open[item.symbol]
                return True
        return False

    def __getitem__(self, symbol: Symbol) -> list[Insight]:
        return list(self._open[symbol])

    def __setitem__(self, symbol: Symbol, insights: list[Insight]) -> None:
        self._total += len(insights)
        self._open[symbol] = list(insights)

    def get(self, symbol: Symbol, default: Any = None) -> Any:
        """Open ones of a symbol, or the default."""
        return list(self._open[symbol]) if symbol in self._open else default

    def try_get_value(self, symbol: Symbol, insights: Any = None) -> tuple[bool, list[Insight] | None]:
        """Whether the symbol has open ones, and they."""
        return symbol in self._open, list(self._open[symbol]) if symbol in self._open else None

    def __iter__(self) -> Iterator[Insight]:
        return iter([insight for held in self._open.values() for insight in held])

    def __len__(self) -> int:
        return self.count

    def clear(self, symbols: Iterable[Symbol]) -> None:
        """Drop the open ones of symbols."""
        for symbol in symbols:
            self._open.pop(symbol, None)

    @property
    def next_expiry_ns(self) -> int | None:
        """Earliest close time of the open ones, UTC ns."""
        return min((insight.close_ns for insight in self), default=None)

    def get_next_expiry_time(self) -> datetime | None:
        """Earliest close time of the open ones."""
        moment = self.next_expiry_ns
        return None if moment is None else to_datetime(moment)

    def get_active_insights(self, utc_time: Any) -> list[Insight]:
        """Those that have not ended."""
        moment = _ns(utc_time)
        return [insight for insight in self if insight.close_ns >= moment]

    def has_active_insights(self, symbol: Symbol, utc_time: Any) -> bool:
        """Whether a symbol has one that has not ended."""
        moment = _ns(utc_time)
        return any(insight.close_ns >= moment for insight in self._open.get(symbol, ()))

    def remove_expired_insights(self, utc_time: Any) -> list[Insight]:
        """Drop those that ended, and give them."""
        moment = _ns(utc_time)
        gone = [insight for insight in self if insight.close_ns < moment]
        for insight in gone:
            self.remove(insight)
        return gone

    def remove_insights(self, filter: Callable[[Insight], bool]) -> None:
        """Drop those a function chooses, from the full list too."""
        self._all = [insight for insight in self._all if not filter(insight)]
        for insight in list(self):
            if filter(insight):
                self.remove(insight)

    def get_insights(self, filter: Callable[[Insight], bool] | None = None) -> list[Insight]:
        """All there ever were, or those a function chooses."""
        if filter is not None and not callable(filter):
            raise ArgumentException(f"InsightCollection.GetInsights: {filter!r} is not a valid argument.")
        return [insight for insight in self._all if filter is None or filter(insight)]

    def __str__(self) -> str:
        return self.__clr_name__


@lean_names
class InsightManager(InsightCollection):
    """The algorithm's insights.

    Args:
        state: State of the algorithm.
    """

    __clr_name__ = "QuantConnect.Algorithm.Framework.Alphas.Analysis.InsightManager"

    def __init__(self, state: Any) -> None:
        super().__init__()
        self._state = state
        self._score: Any = None

    def set_insight_score_function(self, insight_score_function: Any) -> None:
        """What scores insights at every step."""
        self._score = insight_score_function

    def step(self, utc_ns: int) -> None:
        """Score, when there is a function."""
        if self._score is not None:
            score = getattr(self._score, "score", None) or self._score.Score
            score(self, _utc(utc_ns))

    def expire(self, items: Iterable[Any] | None) -> None:
        """End insights, or those of symbols."""
        if items is None:
            return
        for item in list(items):
            chosen = [item] if isinstance(item, Insight) else self._open.get(item, [])
            for insight in chosen:
                insight.expire(self._state.utc_ns)  # ns are taken too

    cancel = expire


@lean_names
class GeneratedInsightsCollection:
    """Insights that were emitted together."""

    def __init__(self, date_time_utc: datetime, insights: list[Insight]) -> None:
        if insights is None:
            raise ArgumentNullException("Value cannot be null.", "insights")
        self.date_time_utc = date_time_utc
        self.insights = insights

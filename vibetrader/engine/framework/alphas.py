"""Alpha models. LEAN: Algorithm.Framework/Alphas/*.cs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from vibetrader.engine.data.enums import InsightDirection, InsightType, Resolution
from vibetrader.engine.framework.insight import Insight, InsightCollection, _span_text
from vibetrader.engine.framework.models import AlphaModel
from vibetrader.engine.framework.portfolio import feed_history
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import from_timedelta

_NAMESPACE: Final = "QuantConnect.Algorithm.Framework.Alphas."
_SPANS: Final = {
    Resolution.TICK: timedelta(0),
    Resolution.SECOND: timedelta(seconds=1),
    Resolution.MINUTE: timedelta(minutes=1),
    Resolution.HOUR: timedelta(hours=1),
    Resolution.DAILY: timedelta(days=1),
}


def _call(algorithm: Any, name: str, *arguments: Any) -> Any:
    """A method of the class, whatever the strategy assigned to that name."""
    from vibetrader.engine.api.algorithm import QCAlgorithm

    return getattr(QCAlgorithm, name)(algorithm, *arguments)


def _number(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


@lean_names
class ConstantAlphaModel(AlphaModel):
    """The same insight for every security, again when it ends.

    Args:
        type: Price or volatility.
        direction: Up, down or flat.
        period: How long an insight lasts.
        magnitude: Expected change.
        confidence: Between 0 and 1.
        weight: Share of the portfolio.
    """

    __clr_name__ = _NAMESPACE + "ConstantAlphaModel"

    def __init__(
        self,
        type: InsightType,
        direction: InsightDirection,
        period: timedelta,
        magnitude: float | None = None,
        confidence: float | None = None,
        weight: float | None = None,
    ) -> None:
        self._type = InsightType(type)
        self._direction = InsightDirection(direction)
        self._period = period
        self._magnitude, self._confidence, self._weight = magnitude, confidence, weight
        self._securities: dict[Any, Any] = {}
        self._emitted: dict[Any, int] = {}
        parts = [self._type.to_string(), self._direction.to_string(), _span_text(period)]
        parts += [_number(value) for value in (magnitude, confidence) if value is not None]
        self.name = f"ConstantAlphaModel({','.join(parts)})"

    def update(self, algorithm: Any, data: Any) -> Iterable[Insight]:
        """An insight for each security with a price whose last one ended."""
        now = algorithm._vt.utc_ns
        for symbol, security in list(self._securities.items()):
            if security.price != 0 and self.should_emit_insight(now, symbol):
                yield Insight(
                    symbol, self._period, self._type, self._direction, self._magnitude, self._confidence, weight=self._weight
                )

    def should_emit_insight(self, utc_time: Any, symbol: Any) -> bool:
        """Whether the last insight of a symbol ended; notes the new one."""
        emitted = self._emitted.get(symbol)
        if emitted is not None and utc_time - emitted < from_timedelta(self._period):
            return False
        self._emitted[symbol] = utc_time
        return True

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Keep the securities."""
        for security in changes.added_securities:
            self._securities[security.symbol] = security
        for security in changes.removed_securities:
            self._securities.pop(security.symbol, None)
            self._emitted.pop(security.symbol, None)


class _ConsolidatedAlpha(AlphaModel):
    """What models share that keep something per symbol."""

    _data: dict[Any, Any]
    _insights: InsightCollection

    def _cancel(self, algorithm: Any, symbol: Any) -> None:
        held = self._insights.get(symbol)
        if held is not None:
            algorithm._vt.framework.insights.cancel(held)
            self._insights.clear([symbol])

    def _drop(self, algorithm: Any, changes: Any) -> None:
        for security in changes.removed_securities:
            data = self._data.pop(security.symbol, None)
            if data is not None:
                for consolidator in data.consolidators:
                    algorithm._vt.subscriptions.remove_consolidator(security.symbol, consolidator)
            self._cancel(algorithm, security.symbol)


class _PerSymbol:
    """Indicators of one symbol and their consolidators."""

    def __init__(self, algorithm: Any, security: Any, resolution: Resolution, indicators: dict[str, Any]) -> None:
        self.security = security
        self.consolidators = []
        for name, indicator in indicators.items():
            consolidator = _call(algorithm, "resolve_consolidator", security.symbol, resolution)
            _call(algorithm, "register_indicator", security.symbol, indicator, consolidator)
            self.consolidators.append(consolidator)
            setattr(self, name, indicator)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


@lean_names
class HistoricalReturnsAlphaModel(_ConsolidatedAlpha):
    """The direction and size of the last return.

    Args:
        lookback: Bars of the return.
        resolution: Of the bars.
    """

    __clr_name__ = _NAMESPACE + "HistoricalReturnsAlphaModel"

    def __init__(self, lookback: int = 1, resolution: Resolution = Resolution.DAILY) -> None:
        self._lookback = lookback
        self._resolution = Resolution(resolution)
        self._span = _SPANS[self._resolution] * lookback
        self._data = {}
        self._insights = InsightCollection()
        self.name = f"HistoricalReturnsAlphaModel({lookback},{self._resolution.to_string()})"

    def update(self, algorithm: Any, data: Any) -> Iterable[Insight]:
        """An insight for each symbol with a new return."""
        found = []
        for symbol, held in self._data.items():
            if held.samples == held.roc.samples:
                continue
            held.samples = held.roc.samples
            if not held.roc.is_ready:
                continue
            magnitude = float(held.roc.current.value)
            if magnitude == 0:
                self._cancel(algorithm, symbol)
                continue
            direction = InsightDirection.UP if magnitude > 0 else InsightDirection.DOWN
            found.append(Insight.price(symbol, self._span, direction, magnitude, None))
        self._insights.add_range(found)
        return found

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Keep a rate of change per symbol, warmed up by history."""
        from vibetrader.engine.indicators.registry import INDICATORS

        self._drop(algorithm, changes)
        added = []
        for security in changes.added_securities:
            if security.symbol not in self._data:
                roc = INDICATORS["RateOfChange"](str(security.symbol), self._lookback)
                held = _PerSymbol(algorithm, security, self._resolution, {"roc": roc})
                held.samples = 0  # type: ignore[attr-defined]
                self._data[security.symbol] = held
                added.append(security.symbol)
        if added:
            feed_history(
                algorithm,
                added,
                self._lookback,
                self._resolution,
                lambda symbol, bar: self._data[symbol].roc.update(bar.end_time, bar.value),
            )


@lean_names
class EmaCrossAlphaModel(_ConsolidatedAlpha):
    """Up when a fast average crosses above a slow one, down below.

    Args:
        fast_period: Bars of the fast average.
        slow_period: Bars of the slow average.
        resolution: Of the bars.
    """

    __clr_name__ = _NAMESPACE + "EmaCrossAlphaModel"

    def __init__(self, fast_period: int = 12, slow_period: int = 26, resolution: Resolution = Resolution.DAILY) -> None:
        self._fast, self._slow = fast_period, slow_period
        self._resolution = Resolution(resolution)
        self._data = {}
        self._insights = InsightCollection()
        self.name = f"EmaCrossAlphaModel({fast_period},{slow_period},{self._resolution.to_string()})"

    def update(self, algorithm: Any, data: Any) -> Iterable[Insight]:
        """An insight for each symbol whose averages crossed."""
        span = _SPANS[self._resolution] * self._fast
        found = []
        for symbol, held in self._data.items():
            fast, slow = held.fast.current.value, held.slow.current.value
            if held.fast.is_ready and held.slow.is_ready:
                if held.is_over:
                    if slow > fast:
                        found.append(Insight.price(symbol, span, InsightDirection.DOWN))
                elif fast > slow:
                    found.append(Insight.price(symbol, span, InsightDirection.UP))
            held.is_over = fast > slow
        return found

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Keep two averages per symbol."""
        from vibetrader.engine.indicators.registry import INDICATORS

        average = INDICATORS["ExponentialMovingAverage"]
        for security in changes.added_securities:
            held = self._data.get(security.symbol)
            if held is None:
                fast = average(str(security.symbol), self._fast)
                slow = average(str(security.symbol), self._slow)
                held = _PerSymbol(algorithm, security, self._resolution, {"fast": fast, "slow": slow})
                held.is_over = False  # type: ignore[attr-defined]
                _call(algorithm, "warm_up_indicator", security.symbol, fast, self._resolution)
                _call(algorithm, "warm_up_indicator", security.symbol, slow, self._resolution)
                self._data[security.symbol] = held
            else:
                held.fast.reset()
                held.slow.reset()
        self._drop(algorithm, changes)


@lean_names
class MacdAlphaModel(_ConsolidatedAlpha):
    """The direction of the MACD's signal once it is beyond 1 % of the price.

    Args:
        fast_period: Bars of the fast average.
        slow_period: Bars of the slow average.
        signal_period: Bars of the signal.
        moving_average_type: Kind of the averages.
        resolution: Of the bars.
    """

    __clr_name__ = _NAMESPACE + "MacdAlphaModel"

    def __init__(
        self,
        fast_period: int = 12,
        slow_period: int = 26,
        signal_period: int = 9,
        moving_average_type: Any = None,
        resolution: Resolution = Resolution.DAILY,
    ) -> None:
        from vibetrader.engine.indicators.kinds import MovingAverageType

        self._periods = (fast_period, slow_period, signal_period)
        self._kind = MovingAverageType.EXPONENTIAL if moving_average_type is None else MovingAverageType(moving_average_type)
        self._resolution = Resolution(resolution)
        self._data = {}
        self._insights = InsightCollection()
        self.name = (
            f"MacdAlphaModel({fast_period},{slow_period},{signal_period},{self._kind.to_string()},"
            f"{self._resolution.to_string()})"
        )

    def update(self, algorithm: Any, data: Any) -> Iterable[Insight]:
        """An insight for each symbol whose direction changed."""
        for symbol, held in list(self._data.items()):
            price = held.security.price
            if price == 0:
                continue
            signal = held.macd.signal.current.value / price
            direction = InsightDirection.FLAT
            if signal > 0.01:
                direction = InsightDirection.UP
            elif signal < -0.01:
                direction = InsightDirection.DOWN
            if direction == held.direction:
                continue
            held.direction = direction
            if direction == InsightDirection.FLAT:
                self._cancel(algorithm, symbol)
                continue
            insight = Insight.price(symbol, _SPANS[self._resolution] * self._periods[0], direction)
            self._insights.add(insight)
            yield insight

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Keep a MACD per symbol."""
        from vibetrader.engine.indicators.registry import INDICATORS

        for security in changes.added_securities:
            if security.symbol in self._data:
                continue
            macd = INDICATORS["MovingAverageConvergenceDivergence"](*self._periods, self._kind)
            held = _PerSymbol(algorithm, security, self._resolution, {"macd": macd})
            held.direction = None  # type: ignore[attr-defined]
            _call(algorithm, "warm_up_indicator", security.symbol, macd, self._resolution)
            self._data[security.symbol] = held
        self._drop(algorithm, changes)


_LOW, _MIDDLE, _HIGH = "low", "middle", "high"


@lean_names
class RsiAlphaModel(_ConsolidatedAlpha):
    """Up when the RSI falls below 30, down when it rises above 70.

    Args:
        period: Bars of the RSI.
        resolution: Of the bars.
    """

    __clr_name__ = _NAMESPACE + "RsiAlphaModel"

    def __init__(self, period: int = 14, resolution: Resolution = Resolution.DAILY) -> None:
        self._period = period
        self._resolution = Resolution(resolution)
        self._data = {}
        self._insights = InsightCollection()
        self.name = f"RsiAlphaModel({period},{self._resolution.to_string()})"

    def update(self, algorithm: Any, data: Any) -> Iterable[Insight]:
        """An insight for each symbol that left the middle."""
        span = _SPANS[self._resolution] * self._period
        found = []
        for symbol, held in self._data.items():
            state = _rsi_state(held.rsi.current.value, held.state)
            if state != held.state and held.rsi.is_ready:
                if state == _LOW:
                    found.append(Insight.price(symbol, span, InsightDirection.UP))
                elif state == _HIGH:
                    found.append(Insight.price(symbol, span, InsightDirection.DOWN))
            held.state = state
        return found

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Keep an RSI per symbol, warmed up through its consolidator."""
        from vibetrader.engine.indicators.kinds import MovingAverageType
        from vibetrader.engine.indicators.registry import INDICATORS

        self._drop(algorithm, changes)
        added = []
        for security in changes.added_securities:
            if security.symbol not in self._data:
                rsi = INDICATORS["RelativeStrengthIndex"](self._period, MovingAverageType.WILDERS)
                held = _PerSymbol(algorithm, security, self._resolution, {"rsi": rsi})
                held.state = _MIDDLE  # type: ignore[attr-defined]
                self._data[security.symbol] = held
                added.append(security.symbol)
        if added:
            feed_history(
                algorithm,
                added,
                self._period,
                self._resolution,
                lambda symbol, bar: self._data[symbol].consolidators[0].update(bar),
            )


def _rsi_state(value: float, previous: str) -> str:
    if value > 70:
        return _HIGH
    if value < 30:
        return _LOW
    if previous == _LOW and value > 35:
        return _MIDDLE
    if previous == _HIGH and value < 65:
        return _MIDDLE
    return previous


@lean_names
class BasePairsTradingAlphaModel(AlphaModel):
    """Trades the ratio of two symbols back to its mean.

    Args:
        lookback: Bars of the insights' length.
        resolution: Of the bars.
        threshold: How far the ratio goes, in percent.
    """

    __clr_name__ = _NAMESPACE + "BasePairsTradingAlphaModel"

    def __init__(self, lookback: int = 1, resolution: Resolution = Resolution.DAILY, threshold: float = 1.0) -> None:
        self._lookback = lookback
        self._resolution = Resolution(resolution)
        self._threshold = threshold
        self._span = _SPANS[self._resolution] * lookback
        self._pairs: dict[tuple[Any, Any], _Pair] = {}
        self._members: dict[Any, Any] = {}
        self.name = f"BasePairsTradingAlphaModel({lookback},{self._resolution.to_string()},{_number(threshold)})"

    def update(self, algorithm: Any, data: Any) -> Iterable[Insight]:
        """Insights of pairs whose ratio left its band."""
        found: list[Insight] = []
        for pair in self._pairs.values():
            found += pair.insights(self._span)
        return found

    def has_passed_test(self, algorithm: Any, asset1: Any, asset2: Any) -> bool:
        """Whether two symbols are a pair."""
        return True

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Keep the securities and their pairs."""
        for security in changes.added_securities:
            self._members[security.symbol] = security
        for security in changes.removed_securities:
            self._members.pop(security.symbol, None)
        symbols = sorted(self._members, key=lambda symbol: str(symbol.id))
        for place, first in enumerate(symbols):
            for second in symbols[place + 1 :]:
                if (second, first) in self._pairs or (first, second) in self._pairs:
                    continue
                if self.has_passed_test(algorithm, first, second):
                    self._pairs[(first, second)] = _Pair(algorithm, first, second, self._threshold)
        for security in changes.removed_securities:
            for key in [key for key in self._pairs if security.symbol in key]:
                del self._pairs[key]


class _Pair:
    """Ratio of two symbols and its slow average."""

    def __init__(self, algorithm: Any, first: Any, second: Any, threshold: float) -> None:
        self._state: str | None = None
        self._first, self._second = first, second
        self._securities = algorithm._vt.securities
        self._threshold = threshold
        self._mean: float | None = None
        self._samples = 0
        self._last: datetime | None = None

    def _ratio(self) -> float:
        one, two = self._securities[self._first].price, self._securities[self._second].price
        return one / two if one and two else 0.0

    def insights(self, span: timedelta) -> list[Insight]:
        ratio = self._ratio()
        if not ratio:
            return []
        weight = 2 / 501
        self._samples += 1
        self._mean = ratio if self._mean is None else ratio * weight + self._mean * (1 - weight)
        if self._samples < 500:
            return []
        upper, lower = self._mean * (1 + self._threshold / 100), self._mean * (1 - self._threshold / 100)
        if self._state != "short" and ratio > upper:
            self._state = "short"
            directions = (InsightDirection.DOWN, InsightDirection.UP)
        elif self._state != "long" and ratio < lower:
            self._state = "long"
            directions = (InsightDirection.UP, InsightDirection.DOWN)
        else:
            return []
        return Insight.group(
            Insight.price(self._first, span, directions[0]), Insight.price(self._second, span, directions[1])
        )


@lean_names
class PearsonCorrelationPairsTradingAlphaModel(BasePairsTradingAlphaModel):
    """Trades the pair of symbols whose returns are most alike.

    Args:
        lookback: Bars of history.
        resolution: Of the bars.
        threshold: How far the ratio goes, in percent.
        minimum_correlation: A pair needs at least this.
    """

    __clr_name__ = _NAMESPACE + "PearsonCorrelationPairsTradingAlphaModel"

    def __init__(
        self,
        lookback: int = 15,
        resolution: Resolution = Resolution.MINUTE,
        threshold: float = 1.0,
        minimum_correlation: float = 0.5,
    ) -> None:
        super().__init__(lookback, resolution, threshold)
        self._minimum = minimum_correlation
        self._best: tuple[Any, Any] | None = None

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Find the best pair."""
        for security in changes.added_securities:
            self._members[security.symbol] = security
        for security in changes.removed_securities:
            self._members.pop(security.symbol, None)
        symbols = sorted(self._members, key=lambda symbol: str(symbol.id))
        series: dict[Any, dict[Any, float]] = {symbol: {} for symbol in symbols}
        feed_history(
            algorithm,
            symbols,
            self._lookback,
            self._resolution,
            lambda symbol, bar: series[symbol].__setitem__(bar.end_time, bar.value),
        )
        self._best = self._most_alike(symbols, series)
        super().on_securities_changed(algorithm, changes)

    def _most_alike(self, symbols: list[Any], series: dict[Any, dict[Any, float]]) -> tuple[Any, Any] | None:
        import numpy as np

        best, highest = None, self._minimum
        for place, first in enumerate(symbols):
            for second in symbols[place + 1 :]:
                times = sorted(set(series[first]) & set(series[second]))
                if len(times) < 3:
                    continue
                prices = np.array([[series[s][t] for t in times] for s in (first, second)])
                returns = np.diff(np.log(prices), axis=1)
                correlation = float(np.corrcoef(returns)[0, 1])
                if correlation >= highest:
                    best, highest = (first, second), correlation
        return best

    def has_passed_test(self, algorithm: Any, asset1: Any, asset2: Any) -> bool:
        """Whether two symbols are the best pair."""
        return self._best == (asset1, asset2)

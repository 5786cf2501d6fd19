"""Volatility models. LEAN: Common/Securities/Volatility/*.cs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import timedelta
from math import sqrt
from statistics import fmean, stdev
from typing import Any, Final

from vibetrader.engine.clr import ArgumentOutOfRangeException
from vibetrader.engine.data.enums import DataNormalizationMode, Resolution
from vibetrader.engine.naming import LeanOverrides, lean_names
from vibetrader.engine.timekeeping import DAY, HOUR, MINUTE, SECOND, Nanoseconds, from_timedelta

_SPAN: Final = {
    Resolution.TICK: 0, Resolution.SECOND: SECOND, Resolution.MINUTE: MINUTE, Resolution.HOUR: HOUR, Resolution.DAILY: DAY,
}  # fmt: skip
_PERIODS: Final = {
    Resolution.TICK: 600, Resolution.SECOND: 600, Resolution.MINUTE: 1440, Resolution.HOUR: 720, Resolution.DAILY: 30,
}  # fmt: skip


@lean_names
class BaseVolatilityModel(LeanOverrides):
    """Base of the models: `volatility`, and `update(security, data)` with every point that sets a price."""

    __clr_name__ = "QuantConnect.Securities.Volatility.BaseVolatilityModel"

    @property
    def volatility(self) -> float:
        """The volatility; 0 while unknown."""
        return 0.0

    def update(self, security: Any, data: Any) -> None:
        """A point came."""

    def set_subscription_data_config_provider(self, provider: Any) -> None:
        """Nothing: the engine reads configurations itself."""

    def get_history_requirements(self, security: Any, utc_time: Any = None, resolution: Any = None, bar_count: int = 0) -> list[Any]:
        """What to read before the start: none by itself, else that many bars."""
        return _requests(security, resolution, bar_count) if bar_count else []


def _requests(security: Any, resolution: Resolution | None, count: int) -> list[Any]:
    """LEAN: BaseVolatilityModel.cs, GetHistoryRequirements: the first subscription's data, whole days back."""
    from vibetrader.engine.history.requests import HistoryRequest, start_time_for_bars

    state, config = security._state, min(security.subscriptions, key=lambda item: int(item.tick_type))
    chosen = Resolution(resolution) if resolution is not None else Resolution.DAILY
    hours, zone = security.exchange.hours, security.exchange.hours.time_zone
    span = max(_SPAN[chosen], SECOND)
    extended = span != HOUR and config.extended_market_hours
    start = zone.to_utc(start_time_for_bars(hours, zone.to_local(state.utc_ns), span, count, extended, config.data_zone, False))
    made: HistoryRequest = state.history.factory.request(
        config, start, state.utc_ns, chosen, {"extended_market_hours": extended, "fill_forward": True}
    )
    return [made]


class IndicatorVolatilityModel(BaseVolatilityModel):
    """The value of an indicator.

    Args:
        indicator: The indicator.
        indicator_update: `(security, data, indicator)`, called with every point; without it somebody else feeds the indicator.
    """

    __clr_name__ = "QuantConnect.Securities.IndicatorVolatilityModel"

    def __init__(self, indicator: Any, indicator_update: Callable[[Any, Any, Any], Any] | None = None) -> None:
        self._indicator = indicator
        self._feed = indicator_update

    @property
    def volatility(self) -> float:
        """The indicator's value."""
        return float(self._indicator.current.value)

    def update(self, security: Any, data: Any) -> None:
        """Hand a point to the function."""
        if self._feed is not None:
            self._feed(security, data, self._indicator)


class _Sampled(BaseVolatilityModel):
    """A window of values, one a period."""

    def __init__(self, periods: int, span: Nanoseconds) -> None:
        if periods < 2:
            raise ArgumentOutOfRangeException("'periods' must be greater than or equal to 2.", "periods")
        self._window: deque[float] = deque(maxlen=periods)
        self._span = span
        self._first = 0
        self._last: Nanoseconds | None = None
        self._price = 0.0

    def reset(self) -> None:
        """Forget everything."""
        self._window.clear()
        self._last, self._price = None, 0.0

    def update(self, security: Any, data: Any) -> None:
        """Take the price when a period is over."""
        end, price = data.end_ns, float(data.price)
        if price > 0 and (self._last is None or end - self._last >= self._span):
            self._take(price)
            self._last, self._price = end, price

    def _take(self, price: float) -> None:
        raise NotImplementedError


class StandardDeviationOfReturnsVolatilityModel(_Sampled):
    """Standard deviation of returns, annualised with 252 days.

    `(periods, resolution, update_frequency)` or `(resolution, update_frequency)`.
    """

    __clr_name__ = "QuantConnect.Securities.StandardDeviationOfReturnsVolatilityModel"

    def __init__(self, periods: Any, resolution: Any = None, update_frequency: timedelta | None = None) -> None:
        if isinstance(periods, Resolution):
            periods, resolution, update_frequency = _PERIODS[periods], periods, update_frequency or resolution
        self._resolution: Resolution | None = resolution
        span = _SPAN[resolution] if resolution is not None else DAY
        super().__init__(int(periods), from_timedelta(update_frequency) if update_frequency is not None else span)

    def _take(self, price: float) -> None:
        if self._price > 0:
            self._window.append(price / self._price - 1)

    @property
    def volatility(self) -> float:
        """Yearly volatility; 0 before two returns."""
        return stdev(self._window) * sqrt(252.0) if len(self._window) > 1 else 0.0

    def get_history_requirements(self, security: Any, utc_time: Any = None, resolution: Any = None, bar_count: int = 0) -> list[Any]:
        """The window's bars; the model begins anew with them."""
        self.reset()
        return _requests(security, resolution or self._resolution, bar_count or (self._window.maxlen or 0) + 1)


class RelativeStandardDeviationVolatilityModel(_Sampled):
    """Standard deviation of prices over their mean.

    Args:
        period_span: Time between samples.
        periods: How many samples.
    """

    __clr_name__ = "QuantConnect.Securities.RelativeStandardDeviationVolatilityModel"

    def __init__(self, period_span: timedelta, periods: int) -> None:
        super().__init__(int(periods), from_timedelta(period_span))

    def _take(self, price: float) -> None:
        self._window.append(price)

    @property
    def volatility(self) -> float:
        """Relative deviation; 0 before two samples."""
        if len(self._window) < 2:
            return 0.0
        mean = abs(fmean(self._window))
        return stdev(self._window) / mean if mean else 0.0

    def get_history_requirements(self, security: Any, utc_time: Any = None, resolution: Any = None, bar_count: int = 0) -> list[Any]:
        """The window's bars; the model begins anew with them."""
        self.reset()
        return _requests(security, resolution or security.resolution, bar_count or (self._window.maxlen or 0) + 1)


@lean_names
class VolatilityModelExtensions:
    """LEAN: VolatilityModelExtensions.cs."""

    @staticmethod
    def warm_up(
        volatility_model: Any, algorithm: Any, security: Any, resolution: Any = None, bar_count: int = 0,
        data_normalization_mode: Any = None,
    ) -> None:  # fmt: skip
        """Feed a model with the bars before now; raw prices come scaled to today, or splits would be jumps."""
        warm_up(volatility_model, security, resolution, bar_count, data_normalization_mode)


def warm_up(model: Any, security: Any, resolution: Any = None, bar_count: int = 0, mode: Any = None) -> None:
    """Feed a model with history. LEAN: VolatilityModelExtensions.cs, WarmUp."""
    if not hasattr(model, "get_history_requirements"):
        return
    utc = security._state.utc_ns
    requests = model.get_history_requirements(security, utc, resolution, bar_count) if bar_count else model.get_history_requirements(security, utc)
    for request in requests or ():
        if mode == DataNormalizationMode.RAW:
            request.config.data_normalization_mode = DataNormalizationMode.SCALED_RAW
    for _, points in security._state.history.moments(requests or ()):
        for point in points:
            model.update(security, point)

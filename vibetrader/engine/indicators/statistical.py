"""Ratios, risk and time series."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from math import log, nan, sqrt
from statistics import NormalDist
from typing import Any, ClassVar, Protocol

from vibetrader.engine import clr
from vibetrader.engine.indicators import base
from vibetrader.engine.indicators.base import Indicator, Output, WindowIndicator, number_text
from vibetrader.engine.indicators.windows import RateOfChange, SimpleMovingAverage, StandardDeviation, plain_sum
from vibetrader.engine.netdecimal import ZERO, NetDecimal
from vibetrader.engine.rolling import RollingWindow
from vibetrader.engine.timekeeping import to_datetime


class InterestRateModel(Protocol):
    """Gives the risk-free rate of a day."""

    def get_interest_rate(self, date: Any) -> float:
        """Annual rate as a fraction."""


class ConstantRate:
    """The same rate every day. LEAN: ConstantRiskFreeRateInterestRateModel."""

    def __init__(self, rate: float) -> None:
        self.rate = float(rate)

    def get_interest_rate(self, date: Any) -> float:
        """The rate."""
        return self.rate


def as_rate_model(value: Any) -> Any:
    """A model from a number, None (0) or an object with `get_interest_rate`."""
    if value is None:
        return ConstantRate(0.0)
    if isinstance(value, (int, float)):
        return ConstantRate(value)
    return value


def rate_on(model: Any, ns: int) -> float:
    """Rate of a model at a clock time."""
    ask = getattr(model, "get_interest_rate", None) or model.GetInterestRate
    return float(ask(to_datetime(ns)))


def sample_variance(values: list[float]) -> float:
    """Variance of a sample in one pass, as Math.NET computes it; NaN for less than two values."""
    if len(values) < 2:
        return nan
    total, squares = values[0], 0.0
    for count, value in enumerate(values[1:], 2):
        total += value
        gap = count * value - total
        squares += gap * gap / (count * (count - 1))
    return squares / (len(values) - 1)


class SharpeRatio(Indicator):
    """LEAN: Indicators/SharpeRatio.cs."""

    constructors: ClassVar[tuple[str, ...]] = (
        "period: int, risk_free_rate: float = 0.0",
        "name: str, period: int, risk_free_rate: float = 0.0",
        "period: int, risk_free_rate_model: PyObject",
        "name: str, period: int, risk_free_rate_model: PyObject",
    )

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        _, bound = self._overloads.bind(arguments, keywords)
        period = bound["period"]
        if "risk_free_rate_model" in bound:
            default, model = f"SR({period})", bound["risk_free_rate_model"]
        else:
            default, model = f"SR({period},{number_text(bound['risk_free_rate'])})", bound["risk_free_rate"]
        self._build(bound.get("name", default), period, model)

    def _build(self, name: str, period: int, model: Any) -> None:
        self.name, self._period = name, period
        self._model = as_rate_model(model)
        self.rate_of_change = self._part(RateOfChange(1))
        self.risk_free_rate = self._part(Output(f"{name}_RiskFreeRate"))
        self._mean = self._part(SimpleMovingAverage(period))
        self._deviation = self._part(StandardDeviation(period))
        self.numerator = self._part(Output(f"COMPOSE(SMA({period}),{name}_RiskFreeRate)", self._mean._ready))
        self.ratio = self._part(Output("COMPOSE()", lambda: self._mean._ready() and self._deviation._ready()))
        self.warm_up_period = 2 + period
        self._clear()

    def _ready(self) -> bool:
        return bool(self.ratio._samples > self._period)

    def _compute(self, x: Any, end: int) -> Any:
        symbol = self._in_symbol
        rate = NetDecimal.of(rate_on(self._model, end))
        self.risk_free_rate.set(rate, end, symbol)
        change = self.rate_of_change.step(x, end)
        # LEAN: the average and the deviation wait for the rate of change to be ready
        if self.rate_of_change._ready():
            numerator, divisor = self._mean.step(change, end) - rate, self._divisor(change, end)
            self.numerator.set(numerator, end, symbol)
            self.ratio.set(numerator / divisor if divisor else None, end, symbol)
        return self.ratio._value

    def _divisor(self, change: Any, end: int) -> Any:
        return self._deviation.step(change, end)


class TargetDownsideDeviation(Indicator):
    """LEAN: Indicators/TargetDownsideDeviation.cs."""

    signatures = ("period: int, minimum_acceptable_return: float = 0",)
    default_name = "TDD({period},{minimum_acceptable_return:double})"

    def _setup(self, period: int, minimum_acceptable_return: float) -> None:
        self._period, self._target = period, float(minimum_acceptable_return)
        self._change = self._part(RateOfChange(1))
        self.warm_up_period = period + 1

    def _clear(self) -> None:
        # LEAN averages the window of the rate of change, which starts with its initial 0
        self._shortfalls: deque[float] = deque(maxlen=self._period)
        self._shortfalls.append(min(0.0, 0.0 - self._target) ** 2)

    def _ready(self) -> bool:
        return bool(self._samples >= self.warm_up_period)

    def _compute(self, x: Any, end: int) -> Any:
        self._shortfalls.append(min(0.0, float(self._change.step(x, end)) - self._target) ** 2)
        return sqrt(plain_sum(reversed(self._shortfalls)) / len(self._shortfalls))


class SortinoRatio(SharpeRatio):
    """LEAN: Indicators/SortinoRatio.cs."""

    constructors = (
        "period: int, minimum_acceptable_return: float = 0",
        "name: str, period: int, minimum_acceptable_return: float = 0",
    )

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        _, bound = self._overloads.bind(arguments, keywords)
        period, target = bound["period"], bound["minimum_acceptable_return"]
        self._downside = self._part(TargetDownsideDeviation(period, target))
        self._build(bound.get("name", f"SORTINO({period},{base.double_text(target)})"), period, target)

    def _compute(self, x: Any, end: int) -> Any:
        self._downside.step(x, end)
        return super()._compute(x, end)

    def _divisor(self, change: Any, end: int) -> Any:
        self._deviation.step(change, end)
        return self._downside._value


class ValueAtRisk(WindowIndicator):
    """LEAN: Indicators/ValueAtRisk.cs."""

    signatures = ("period: int, confidence_level: float",)
    default_name = "VaR({period}, {confidence_level:double})"

    def _setup(self, period: int, confidence_level: float) -> None:
        super()._setup(period=period)
        if period < 3:
            raise clr.ArgumentException(
                f"Period parameter for ValueAtRisk indicator must be greater than 2 but was {period}"
            )
        self._confidence = confidence_level
        self._change = self._part(RateOfChange(1))

    def _clear(self) -> None:
        self._returns: deque[float] = deque(maxlen=self.period)

    def _compute(self, x: Any, end: int) -> Any:
        returns = self._returns
        returns.append(float(self._change.step(x, end)))
        if len(returns) < 2:
            return ZERO
        newest_first = list(reversed(returns))
        mean = 0.0
        for count, item in enumerate(newest_first, 1):
            mean += (item - mean) / count
        deviation = sqrt(sample_variance(newest_first))
        return mean + deviation * NormalDist().inv_cdf(1 - self._confidence)


class HurstExponent(Indicator):
    """LEAN: Indicators/HurstExponent.cs."""

    constructors = ("period: int, max_lag: int = 20", "name: str, period: int, max_lag: int = 20")
    default_name = "HE({period},{max_lag})"

    def _setup(self, period: int, max_lag: int) -> None:
        if max_lag < 3:
            raise clr.ArgumentException(
                "The maxLag parameter must be greater than 2 to compute the Hurst Exponent.", "maxLag"
            )
        RollingWindow(period)  # refuses a bad period as LEAN does
        self.warm_up_period = self._period = period
        self._lags = [(lag, NetDecimal.cast(log(lag))) for lag in range(2, max_lag + 1)]
        self._sum_x = sum((x for _, x in self._lags), ZERO)
        self._sum_x2 = sum((x * x for _, x in self._lags), ZERO)

    def _clear(self) -> None:
        self._prices: deque[Any] = deque(maxlen=self._period)

    def _ready(self) -> bool:
        return self._samples >= self._period

    def _compute(self, x: Any, end: int) -> Any:
        self._prices.append(x)
        if not self._ready():
            return 0.0
        prices = list(self._prices)
        sum_y: Any = ZERO
        sum_xy: Any = ZERO
        for lag, log_lag in self._lags:
            mean: Any = ZERO
            squares: Any = ZERO
            changes = [old - new for old, new in zip(prices, prices[lag:], strict=False)]
            for change in reversed(changes):
                squares += change * change
                mean += change
            if not changes:
                continue
            mean /= len(changes)
            deviation = sqrt(float(squares / len(changes) - mean * mean))
            if deviation:
                tau = NetDecimal.cast(log(deviation))
                sum_y += tau
                sum_xy += log_lag * tau
        n = len(self._lags)
        return (n * sum_xy - self._sum_x * sum_y) / (n * self._sum_x2 - self._sum_x * self._sum_x)


class AutoRegressiveIntegratedMovingAverage(Indicator):
    """One-step forecast of an ARIMA model, fitted in two steps.

    LEAN: Indicators/AutoRegressiveIntegratedMovingAverage.cs; the series is newest first there, and so here.
    """

    constructors = (
        "ar_order: int, diff_order: int, ma_order: int, period: int, intercept: bool",
        "name: str, ar_order: int, diff_order: int, ma_order: int, period: int, intercept: bool = True",
    )
    default_name = "ARIMA(({ar_order}, {diff_order}, {ma_order}), {period}, {intercept})"
    figures = ("handle_exceptions", "ar_parameters", "ma_parameters", "ar_residual_error", "ma_residual_error")

    def _setup(self, ar_order: int, diff_order: int, ma_order: int, period: int, intercept: bool) -> None:
        if ar_order < 0 or ma_order < 0:
            raise clr.ArgumentException("AR/MA orders cannot be negative.")
        if ar_order == 0:
            raise clr.ArgumentException(
                "arOrder (p) must be greater than zero for all currently available fitting methods."
            )
        if period < max(ar_order, ma_order):
            raise clr.ArgumentException("Period must exceed both arOrder and maOrder")
        self._orders = (ar_order, diff_order, ma_order)
        self.warm_up_period = self._period = period
        self._with_intercept = intercept
        self.handle_exceptions = True
        self.ar_parameters: list[float] = []
        self.ma_parameters: list[float] = []
        self.intercept = 0.0
        self.ar_residual_error = self.ma_residual_error = 0.0

    def _clear(self) -> None:
        self._data: deque[float] = deque(maxlen=self._period)

    def _ready(self) -> bool:
        return self._samples >= self._period

    def _compute(self, x: Any, end: int) -> Any:
        self._data.appendleft(float(x))
        if not self._ready():
            return 0.0
        _, difference, ma = self._orders
        series = list(self._data)
        heads = []
        for _ in range(difference):
            heads.append(series[-1])
            series = [a - b for a, b in pairwise(series)]
        residuals = self._fit(series)
        forecast = sum(parameter * value for parameter, value in zip(self.ar_parameters, series, strict=False))
        for i in range(ma):
            forecast += self.ma_parameters[i] * residuals[ma + i + 1]
        forecast += self.intercept
        if difference:
            values = [forecast, *series]
            for head in reversed(heads):
                values.append(head)
                total, sums = 0.0, []
                for value in reversed(values):
                    total += value
                    sums.append(total)
                values = sums[::-1]
            forecast = values[0]
        return forecast

    def _fit(self, series: list[float]) -> list[float]:
        ar, _, ma = self._orders
        lags = [[series[t - j] for j in range(1, ar + 1)] for t in range(ar, len(series))]
        first = self._least_squares(lags, series[ar:], intercept=False)
        residuals = [0.0] * min(ar, len(series))
        for t in range(ar, len(series)):
            residuals.append(series[t] - sum(a * b for a, b in zip(lags[t - ar], first, strict=True)))
        self.ar_residual_error = sum(r * r for r in residuals) / (len(series) - ar - 1)
        if ma <= 0:
            self.ar_parameters = first
            return residuals
        errors = [[residuals[t - j] for j in range(1, ma + 1)] for t in range(ma, len(residuals))]
        if len(errors) > len(lags):
            raise clr.IndexOutOfRangeException(
                "Index was outside the bounds of the array. in AutoRegressiveIntegratedMovingAverage.cs:line 263"
            )
        rows = [[*lags[i], *error] for i, error in enumerate(errors)]
        fitted = self._least_squares(rows, series[ma:], intercept=self._with_intercept)
        slopes = fitted[1:] if self._with_intercept else fitted
        squares = 0.0
        for t in range(ma, len(series)):
            squares += (series[t] - sum(a * b for a, b in zip(rows[t - ma], slopes, strict=True))) ** 2
        self.ma_residual_error = squares / (len(series) - max(ar, ma) - 1)
        if self._with_intercept:
            self.intercept = fitted[0]
        self.ar_parameters, self.ma_parameters = slopes[:ar], slopes[ar:]
        return residuals

    def _least_squares(self, rows: list[list[float]], ys: list[float], *, intercept: bool) -> list[float]:
        """Normal equations solved by Cholesky, as Math.NET does; zeros when they are singular."""
        if len(rows) != len(ys):
            raise clr.IndexOutOfRangeException
        if intercept:
            rows = [[1.0, *row] for row in rows]
        size = len(rows[0])
        a = [[sum(row[i] * row[j] for row in rows) for j in range(size)] for i in range(size)]
        b = [sum(row[i] * y for row, y in zip(rows, ys, strict=True)) for i in range(size)]
        lower = [[0.0] * size for _ in range(size)]
        for j in range(size):
            pivot = a[j][j] - sum(lower[j][k] ** 2 for k in range(j))
            if pivot <= 0:
                if self.handle_exceptions:
                    base.log_error("AutoRegressiveIntegratedMovingAverage: Matrix must be positive definite.")
                    return [0.0] * size
                raise clr.ArgumentException("Matrix must be positive definite.")
            lower[j][j] = sqrt(pivot)
            for i in range(j + 1, size):
                lower[i][j] = (a[i][j] - sum(lower[i][k] * lower[j][k] for k in range(j))) / lower[j][j]
        half: list[float] = []
        for i in range(size):
            half.append((b[i] - sum(lower[i][k] * half[k] for k in range(i))) / lower[i][i])
        solution = [0.0] * size
        for i in reversed(range(size)):
            rest = sum(lower[k][i] * solution[k] for k in range(i + 1, size))
            solution[i] = (half[i] - rest) / lower[i][i]
        return solution

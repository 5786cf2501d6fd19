"""Mixin: charts and statistics a strategy adds. LEAN: Algorithm/QCAlgorithm.Plotting.cs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from vibetrader.engine.api.properties import overloaded
from vibetrader.engine.charting.chart import CandlestickSeries, Chart, Series
from vibetrader.engine.clr import (
    ArgumentException,
    InvalidCastException,
    NoMatch,
    NullReferenceException,
    class_text,
    register_type,
)
from vibetrader.engine.data.enums import SeriesType
from vibetrader.engine.money import dec

_EQUITY: Final = "Strategy Equity"

#: LEAN: QCAlgorithm.Plotting.cs, ReservedChartSeriesNames; an empty list reserves the whole chart
_RESERVED: Final[dict[str, tuple[str, ...]]] = {
    "Strategy Equity": ("Equity", "Return"),
    "Capacity": ("Strategy Capacity",),
    "Drawdown": ("Equity Drawdown",),
    "Benchmark": ("Benchmark",),
    "Assets Sales Volume": (),
    "Exposure": (),
    "Portfolio Margin": (),
    "Portfolio Turnover": ("Portfolio Turnover",),
}


def _is_indicator(value: Any) -> bool:
    return hasattr(value, "current") and hasattr(value, "is_ready")


def _to_indicator(value: Any) -> Any:
    if _is_indicator(value):
        return value
    raise NoMatch


def _to_chart(value: Any) -> Any:
    if isinstance(value, Chart):
        return value
    raise NoMatch


def _to_bar(value: Any) -> Any:
    if hasattr(value, "open") and hasattr(value, "close") and hasattr(value, "high"):
        return value
    raise NoMatch


register_type("IndicatorBase", _to_indicator)
register_type("Chart", _to_chart)
register_type("TradeBar", _to_bar)


class PlottingMixin:
    """`self.plot` and its relatives."""

    _vt: Any

    @overloaded("chart: Chart")
    def add_chart(self, chart: Chart) -> None:
        """Add a chart; one of the same name stays."""
        self._vt.charts.setdefault(chart.name, chart)

    def add_series(self, chart: str, series: str, series_type: Any = SeriesType.LINE, unit: str = "$") -> None:
        """Add a series to a chart, which is made when there is none."""
        found = self._vt.charts.setdefault(chart, Chart(chart))
        kind = CandlestickSeries if series_type == SeriesType.CANDLE else Series
        made = kind(series) if kind is CandlestickSeries else Series(series, SeriesType(series_type), unit)
        found.series[series] = made

    @overloaded(
        "series: str, value: float",
        "series: str, bar: TradeBar",
        "chart: str, first: IndicatorBase, second: IndicatorBase = None, third: IndicatorBase = None, fourth: IndicatorBase = None",
        "chart: str, series: str, value: float",
        "chart: str, series: str, bar: TradeBar",
        "series: str, open: float, high: float, low: float, close: float",
        "chart: str, series: str, open: float, high: float, low: float, close: float",
    )
    def _vt_plot(self, _overload: int, chart: str = _EQUITY, series: str = "", **values: Any) -> None:
        if _overload == 2:
            for name in ("first", "second", "third", "fourth"):
                indicator = values[name]
                if indicator is not None:
                    self._vt_point(chart, indicator.name, indicator.current.value)
            return
        if "value" in values:
            self._vt_point(chart, series, values["value"])
            return
        bar = values.get("bar")
        prices = [values.get(name) if bar is None else getattr(bar, name) for name in ("open", "high", "low", "close")]
        self._vt_candle(chart, series, prices)

    def plot(self, *arguments: Any, **keywords: Any) -> None:
        """Add a point to a chart.

        Args:
            arguments: `(series, value)`, `(chart, series, value)`, `(chart, indicator, …)`, `(chart, series, open, high,
                low, close)` or `(chart, series, bar)`.
            keywords: The same by name.
        """
        if arguments and arguments[-1] is None:
            raise NullReferenceException()
        try:
            self._vt_plot(*arguments, **keywords)
        except TypeError as refusal:
            if len(arguments) == 2 and not isinstance(arguments[1], (str, list, dict, tuple)):
                value = getattr(arguments[1], "value", None) or getattr(arguments[1], "Value", None)
                if value is not None:
                    self._vt_plot(arguments[0], float(value))
                    return
                raise ArgumentException(
                    "QCAlgorithm.Plot(): The last argument should be a QuantConnect Indicator object, "
                    f"{class_text(arguments[1])} was provided."
                ) from None
            raise TypeError(str(refusal).replace("_plot", "plot")) from None

    def record(self, series: str, value: Any) -> None:
        """The same as `plot(series, value)`."""
        self.plot(series, value)

    def plot_indicator(self, chart: str, *indicators: Any, **keywords: Any) -> None:
        """Plot indicators at each update; a flag in front waits until they are ready."""
        wait = keywords.pop("wait_for_ready", False)
        chosen = list(indicators)
        if chosen and isinstance(chosen[0], bool):
            wait = chosen.pop(0)
        for indicator in [*chosen, *keywords.values()]:
            if indicator is None:
                continue
            indicator.updated += self._vt_plotter(chart, indicator, wait)

    def _vt_plotter(self, chart: str, indicator: Any, wait: bool) -> Any:
        def plot(sender: Any, point: Any) -> None:
            if not wait or indicator.is_ready:
                self._vt_point(chart, indicator.name, indicator.current.value)

        return plot

    def _vt_series(self, chart: str, series: str, kind: type) -> Any:
        reserved = _RESERVED.get(chart)
        if reserved is not None:
            if not reserved:
                raise ArgumentException(f"'{chart}' is a reserved chart name.")
            if series in reserved:
                raise ArgumentException(f"'{series}' is a reserved series name for chart '{chart}'.")
        charts = self._vt.charts
        found = charts.get(chart)
        if found is None:
            found = charts[chart] = Chart(chart)
        line = found.series.get(series)
        if line is None:
            line = kind(series)
            found.add_series(line)
        if not isinstance(line, kind):
            names = {Series: "QuantConnect.Series", CandlestickSeries: "QuantConnect.CandlestickSeries"}
            raise InvalidCastException(
                f"Unable to cast object of type '{names.get(type(line), type(line).__name__)}' to type '{names[kind]}'."
            )
        return line

    def _vt_point(self, chart: str, series: str, value: Any) -> None:
        self._vt_series(chart, series, Series).add_point(self._vt.utc_ns, _decimal(value))

    def _vt_candle(self, chart: str, series: str, prices: list[Any]) -> None:
        line = self._vt_series(chart, series, CandlestickSeries)
        line.add_point(self._vt.utc_ns, *(_decimal(price) for price in prices))

    def set_runtime_statistic(self, name: str, value: Any) -> None:
        """A line of the runtime statistics."""
        self._vt.runtime_statistics[name] = _text(value)

    def set_summary_statistic(self, name: str, value: Any) -> None:
        """A line of the summary statistics, beside LEAN's own."""
        if name.strip().isdigit() and 0 <= int(name) <= 100:
            raise ArgumentException(f"'{name}' is a reserved statistic name.")
        self._vt.summary_statistics[name] = _text(value)


def _decimal(value: Any) -> Decimal:
    try:
        return dec(value)
    except ValueError:
        raise ArgumentException(
            "It is not possible to cast a non-finite floating-point value "
            f"({'NaN' if value != value else '∞' if value > 0 else '-∞'}) as decimal. "
            "Please review math operations and verify the result is valid.",
            "input",
        ) from None


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    text = repr(value)
    return text.removesuffix(".0")

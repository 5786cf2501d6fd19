"""Charts, series and their points. LEAN: Common/{Chart,BaseSeries,Series,CandlestickSeries,ChartPoint,Candlestick}.cs.

A point is a tuple `(utc_ns, value, …)` of rounded decimals; `series.values` shows points as objects.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from vibetrader.engine.clr import ArgumentException, DotNetException
from vibetrader.engine.data.enums import ChartType, ScatterMarkerSymbol, SeriesType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.money import ZERO, dec, smart_round
from vibetrader.engine.naming import LeanOverrides, lean_names
from vibetrader.engine.timekeeping import SECOND, Nanoseconds, from_datetime, to_datetime

#: `(utc_ns, y)` or `(utc_ns, open, high, low, close)`; a value that is not there is None.
Row = tuple[Any, ...]


def _ns(time: Any) -> Nanoseconds:
    """UTC ns of what users pass for a time: a datetime (UTC) or Unix seconds; the engine passes ns itself."""
    if isinstance(time, datetime):
        return int(from_datetime(time))
    number = int(time)
    return number if abs(number) > 10**14 else number * SECOND


def _value(value: Any) -> Decimal | None:
    return None if value is None else smart_round(dec(value))


@lean_names
class ChartPoint:
    """A time and a value.

    Args:
        time: UTC datetime or Unix seconds.
        value: The value, None for a gap; rounded as LEAN rounds every chart value.
    """

    __slots__ = ("_row", "tooltip")

    def __init__(self, time: Any = 0, value: Any = None, tooltip: str | None = None) -> None:
        self._row: Row = (_ns(time), _value(value))
        self.tooltip = tooltip

    @property
    def time(self) -> datetime:
        """When, in UTC."""
        return to_datetime(self._row[0])

    @property
    def x(self) -> int:
        """When, in Unix seconds."""
        seconds: float = self._row[0] / SECOND
        return round(seconds)

    @property
    def y(self) -> float | None:
        """The value."""
        return None if self._row[1] is None else float(self._row[1])

    def __str__(self) -> str:
        return f"{self.time:%Y-%m-%d %H:%M:%S} - {self.y}"


ScatterChartPoint = ChartPoint


@lean_names
class Candlestick:
    """A time and four prices."""

    __slots__ = ("_row",)

    def __init__(self, time: Any = 0, open: Any = None, high: Any = None, low: Any = None, close: Any = None) -> None:
        if hasattr(time, "end_time"):
            bar = time
            time, open, high, low, close = bar.end_time, bar.open, bar.high, bar.low, bar.close
        self._row: Row = (_ns(time), _value(open), _value(high), _value(low), _value(close))

    @property
    def time(self) -> datetime:
        """When, in UTC."""
        return to_datetime(self._row[0])

    @property
    def open(self) -> float | None:
        """First value."""
        return None if self._row[1] is None else float(self._row[1])

    @property
    def high(self) -> float | None:
        """Highest value."""
        return None if self._row[2] is None else float(self._row[2])

    @property
    def low(self) -> float | None:
        """Lowest value."""
        return None if self._row[3] is None else float(self._row[3])

    @property
    def close(self) -> float | None:
        """Last value."""
        return None if self._row[4] is None else float(self._row[4])


@lean_names
class BaseSeries(LeanOverrides):
    """A named list of points in order of time.

    Attributes:
        name: Name within its chart.
        unit: Unit of the values, e.g. "$" or "%".
        index: Pane of the chart.
        series_type: How it is drawn.
        index_name: Title of the pane.
        z_index: Drawing order.
        tooltip: Template of the tooltip.
    """

    _point: type = ChartPoint

    def __init__(self, name: str, series_type: SeriesType, unit: str, index: int) -> None:
        self.name = name
        self.series_type = series_type
        self.unit = unit
        self.index = index
        self.index_name: str | None = None
        self.z_index: int | None = None
        self.tooltip: str | None = None
        self.rows: list[Row] = []
        self._taken = 0

    @property
    def values(self) -> list[Any]:
        """The points as objects."""
        points = []
        for row in self.rows:
            point = self._point()
            point._row = row
            points.append(point)
        return points

    def add_row(self, row: Row) -> None:
        """Add a rounded point; one of the last point's time replaces it. LEAN: BaseSeries.AddPoint."""
        rows = self.rows
        if rows and rows[-1][0] == row[0]:
            rows[-1] = row
        else:
            rows.append(row)

    def take_updates(self) -> list[Row]:
        """Points since the last call. LEAN: BaseSeries.GetUpdates: a point replaced later is not taken again."""
        fresh = self.rows[self._taken :]
        self._taken = len(self.rows)
        return fresh

    def purge(self) -> None:
        """Forget the points."""
        self.rows.clear()
        self._taken = 0

    def clone(self, empty: bool = False) -> Any:
        """A copy, with or without its points."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.rows = [] if empty else list(self.rows)
        twin._taken = 0
        return twin

    def consolidate(self) -> Row | None:
        """One point with the sum of all, at the last one's time. LEAN: ConsolidateChartPoints."""
        if not self.rows:
            return None
        sums = [_total(column) for column in zip(*(row[1:] for row in self.rows), strict=True)]
        return (self.rows[-1][0], *sums)

    def to_json(self) -> dict[str, Any]:
        """LEAN's JSON object. LEAN: Common/Util/SeriesJsonConverter.cs."""
        out: dict[str, Any] = {
            "name": self.name,
            "unit": self.unit,
            "index": self.index,
            "seriesType": int(self.series_type),
        }
        for key, value in (("zIndex", self.z_index), ("indexName", self.index_name), ("tooltip", self.tooltip)):
            if value is not None:
                out[key] = value
        out["values"] = self._json_rows()
        return out

    def _json_rows(self) -> list[list[Any]]:
        return [[row[0] // SECOND, *row[1:]] for row in self.rows]


def _total(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), ZERO)


@lean_names
class Series(BaseSeries):
    """A series of single values.

    Args:
        name: Name within its chart.
        type: How it is drawn; a line when not given.
        arguments: Unit and pane in either order, then colour and marker, as LEAN's constructors take them.
    """

    def __init__(
        self,
        name: str = "",
        type: Any = SeriesType.LINE,
        *arguments: Any,
        index: int | None = None,
        unit: str | None = None,
        color: Any = None,
        symbol: Any = None,
    ) -> None:
        for argument in arguments:
            if isinstance(argument, str) and unit is None:
                unit = argument
            elif isinstance(argument, ScatterMarkerSymbol):
                symbol = argument
            elif isinstance(argument, int) and not isinstance(argument, bool):
                index = argument
            else:
                color = argument
        super().__init__(name, SeriesType(type), "$" if unit is None else unit, index or 0)
        self.color = color
        self.scatter_marker_symbol = ScatterMarkerSymbol.NONE if symbol is None else symbol

    def add_point(self, *arguments: Any) -> None:
        """Add a `ChartPoint`, or a time and a value."""
        if len(arguments) == 1:
            point = arguments[0]
            if not isinstance(point, ChartPoint):
                raise ArgumentException("Series.AddPoint requires a ChartPoint object")
            self.add_row(point._row)
            return
        time, value = arguments
        if isinstance(value, (list, tuple)):
            if len(value) > 1:
                raise ArgumentException("Series.AddPoint requires a single value")
            value = value[0] if value else 0
        self.add_row((_ns(time), _value(value)))

    def _json_rows(self) -> list[list[Any]]:
        rows = self.rows
        if self.series_type == SeriesType.PIE:
            one = self.consolidate()
            rows = [] if one is None else [one]
        # LEAN rounds a point's seconds to the nearest even, where a candle's are cut.
        return [[round(row[0] / SECOND) if row[0] % SECOND else row[0] // SECOND, row[1]] for row in rows]

    def to_json(self) -> dict[str, Any]:
        """LEAN's JSON object."""
        marker = self.scatter_marker_symbol
        return super().to_json() | {
            "color": _color(self.color),
            "scatterMarkerSymbol": str(marker).lower().replace("_", "-"),
        }


def _color(color: Any) -> str:
    """`#RRGGBB`, "" for none: the viewer chooses."""
    if color is None or getattr(color, "is_empty", False):
        return ""
    if isinstance(color, str):
        return color if color.startswith("#") else ""
    parts = [getattr(color, name, None) for name in ("r", "g", "b")]
    return "#{:02X}{:02X}{:02X}".format(*(int(part) for part in parts)) if None not in parts else ""  # type: ignore[arg-type]


@lean_names
class CandlestickSeries(BaseSeries):
    """A series of candles.

    Args:
        name: Name within its chart.
        arguments: Pane and unit in either order.
    """

    _point = Candlestick

    def __init__(self, name: str = "", *arguments: Any, index: int | None = None, unit: str | None = None) -> None:
        for argument in arguments:
            if isinstance(argument, str):
                unit = argument
            else:
                index = int(argument)
        super().__init__(name, SeriesType.CANDLE, "$" if unit is None else unit, index or 0)

    def add_point(self, *arguments: Any) -> None:
        """Add a `Candlestick`, a bar, or a time and four prices."""
        if len(arguments) == 1:
            point = arguments[0]
            if not isinstance(point, Candlestick):
                if not hasattr(point, "end_time"):
                    raise ArgumentException("CandlestickSeries.AddPoint requires a Candlestick object")
                point = Candlestick(point)
            self.add_row(point._row)
            return
        time, *prices = arguments
        if len(prices) == 1 and isinstance(prices[0], (list, tuple)):
            prices = list(prices[0])
        if len(prices) != 4:
            raise ArgumentException("CandlestickSeries.AddPoint requires 4 values (open, high, low, close)")
        self.add_row((_ns(time), *(_value(price) for price in prices)))


@lean_names
class Chart(LeanOverrides):
    """A named set of series.

    Args:
        name: Name of the chart.
        symbol: Symbol it belongs to, or LEAN's obsolete chart type.
    """

    def __init__(self, name: str = "", symbol: Any = None) -> None:
        self.name = name
        self.chart_type = symbol if isinstance(symbol, ChartType) else ChartType.OVERLAY
        self.symbol: Symbol | None = symbol if isinstance(symbol, Symbol) else None
        self.legend_disabled = False
        self.series: dict[str, Any] = {}

    def add_series(self, series: BaseSeries) -> None:
        """Add a series under its name.

        Raises:
            DuplicateNameException: There is one of that name.
        """
        if series.name in self.series:
            raise DuplicateNameException("Chart.AddSeries(): $Chart series name already exists")
        self.series[series.name] = series

    def to_json(self) -> dict[str, Any]:
        """LEAN's JSON object; series by pane, then length, then sum. LEAN: Common/ChartSeriesJsonConverter.cs."""
        ordered = sorted(self.series.items(), key=lambda item: _order(item[1]))
        out: dict[str, Any] = {
            "name": self.name,
            "chartType": int(self.chart_type),
            "series": {name: series.to_json() for name, series in ordered},
        }
        if self.symbol is not None:
            symbol = self.symbol
            out["symbol"] = {"value": symbol.value, "id": str(symbol.id), "permtick": symbol.value}
        if self.legend_disabled:
            out["legendDisabled"] = True
        return out


def _order(series: BaseSeries) -> tuple[int, int, Decimal]:
    total = ZERO if isinstance(series, CandlestickSeries) else _total(row[1] for row in series.rows)
    return series.index, len(series.rows), total


class DuplicateNameException(DotNetException):
    """.NET: System.Data.DuplicateNameException."""

"""What `indicator_history` gives. LEAN: Common/Data/IndicatorHistory.cs, Common/Indicators/InternalIndicatorValues.cs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from vibetrader.engine.data.bars import IndicatorDataPoint, PythonData
from vibetrader.engine.indicators.base import IndicatorBase
from vibetrader.engine.money import dec, smart_round, text
from vibetrader.engine.naming import LeanEnum, lean_names, to_snake
from vibetrader.engine.timekeeping import to_datetime


@lean_names
class IndicatorDataPoints(PythonData):
    """All values of an indicator at one time."""

    @property
    def current(self) -> Any:
        """The indicator's own value."""
        return self.get_property("current")

    @property
    def value(self) -> float:
        """The indicator's own value as a number."""
        return float(self.current.value)

    @value.setter
    def value(self, number: float) -> None:
        """Nothing: the current value is the value."""

    @property
    def price(self) -> float:
        """The same as `value`."""
        return self.value

    def __getitem__(self, name: str) -> Any:
        return self.get_property(name.replace("_", ""))

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_"):
            storage = self.__dict__.get("_storage", {})
            key = name.lower().replace("_", "")
            if key in storage:
                return storage[key]
            own = [item for item in storage if item not in ("current", "price")]
            known = ", ".join([*own, "price", "current"])
            raise AttributeError(f"Property with name '{key}' does not exist. Properties: Time, Symbol, Value {known}")
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __str__(self) -> str:
        parts = []
        for key, item in sorted(self.get_storage_dictionary().items()):
            shown = text(smart_round(dec(item.value))) if isinstance(item, IndicatorDataPoint) else str(item)
            parts.append(f"{key}: {shown}")
        return f"{self.end_time:%m/%d/%Y %H:%M:%S} {', '.join(parts)}"


class _Track:
    """Values of one property over time."""

    def __init__(self, indicator: IndicatorBase, name: str) -> None:
        self.indicator = indicator
        self.name = name
        self.values: list[Any] = []

    def read(self) -> Any:
        if self.name == "current":
            point = self.indicator.current
            self.values.append(point)
            return point
        point = getattr(self.indicator, self.name).current
        # LEAN: two points of one time are one
        if self.values and self.values[-1].end_ns == point.end_ns:
            self.values[-1] = point
        else:
            self.values.append(point)
        return point


def _plain(name: str) -> str:
    return name.replace("_", "")


@lean_names
class IndicatorHistory:
    """Points of an indicator in time, by property, and as a frame."""

    __clr_name__ = "QuantConnect.Data.IndicatorHistory"

    def __init__(self, points: list[IndicatorDataPoints], tracks: list[_Track], figures: dict[str, list[Any]]) -> None:
        self._points = points
        self._tracks = {track.name: track for track in tracks}
        self._figures = figures
        self._frame: Any = None

    @property
    def count(self) -> int:
        """How many times there are."""
        return len(self._points)

    @property
    def current(self) -> list[Any]:
        """Values of the indicator itself."""
        return self._tracks["current"].values

    @property
    def data_frame(self) -> Any:
        """One row per time, one column per property, in alphabetical order."""
        if self._frame is None:
            from vibetrader.engine.history.frames import load_pandas

            pandas = load_pandas()
            columns: dict[str, Any] = {}
            for name, track in self._tracks.items():
                times = [to_datetime(point.end_ns) for point in track.values]
                values = [float(point.value) for point in track.values]
                columns[_plain(name)] = _series(pandas, values, times)
            for name, pairs in self._figures.items():
                columns[_plain(name)] = _series(pandas, [item for _, item in pairs], [time for time, _ in pairs])
            frame = pandas.DataFrame(columns)
            self._frame = frame.reindex(sorted(frame.columns), axis=1)
        return self._frame

    def __getitem__(self, name: Any) -> Any:
        if isinstance(name, str):
            track = self._tracks.get(to_snake(name).lower())
            return None if track is None else track.values
        return self._points[name]

    def __iter__(self) -> Iterator[IndicatorDataPoints]:
        return iter(self._points)

    def __len__(self) -> int:
        return len(self._points)

    def __str__(self) -> str:
        return str(self.data_frame)


def _series(pandas: Any, values: list[Any], times: list[datetime]) -> Any:
    index = pandas.DatetimeIndex(times, dtype="datetime64[ns]")
    series = pandas.Series(values, index=index)
    return series[~index.duplicated(keep="last")] if index.has_duplicates else series


def _figure(value: Any) -> Any:
    return value.to_string() if isinstance(value, LeanEnum) else value


class HistoryRecorder:
    """Collects the points of an indicator while it is fed. LEAN: QCAlgorithm.Indicators.cs, IndicatorHistory."""

    def __init__(self, indicator: IndicatorBase) -> None:
        self._indicator = indicator
        names = [*indicator._subs, *getattr(indicator, "lazy_subs", ())]
        for name in getattr(indicator, "lazy_subs", ()):
            getattr(indicator, name)
        self._tracks = [_Track(indicator, name) for name in names] + [_Track(indicator, "current")]
        self._figures: dict[str, list[Any]] = {}
        self._points: list[IndicatorDataPoints] = []
        self._consumed: int | None = None
        self._last: IndicatorDataPoint | None = None
        indicator.updated += self._on_update

    def _on_update(self, sender: Any, point: IndicatorDataPoint) -> None:
        if not self._indicator._ready():
            return
        if self._last is None or self._last.end_ns != point.end_ns:
            self._consume(point)
        self._last = point

    def _consume(self, point: IndicatorDataPoint | None) -> None:
        if point is None or point.end_ns == self._consumed:
            return
        self._consumed = point.end_ns
        points = IndicatorDataPoints()
        points.start_ns, points.end_ns = point.start_ns, point.end_ns
        for track in self._tracks:
            value = track.read()
            points.get_storage_dictionary()[_plain(track.name)] = value
        self._points.append(points)
        for name in self._indicator.figures:
            value = _figure(getattr(self._indicator, name))
            self._figures.setdefault(name, []).append((to_datetime(point.end_ns), value))

    def finish(self) -> IndicatorHistory:
        """The history; stops collecting."""
        self._consume(self._last)
        self._indicator.updated -= self._on_update
        return IndicatorHistory(self._points, self._tracks, self._figures)

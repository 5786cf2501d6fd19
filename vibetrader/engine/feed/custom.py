"""Points of users' own data classes, read through their `get_source` and `reader`. LEAN: SubscriptionDataReader.cs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from vibetrader.engine.timekeeping import DAY, from_datetime, to_datetime
from vibetrader.errors import UnsupportedLeanFeature

if TYPE_CHECKING:
    from vibetrader.engine.feed.config import SubscriptionDataConfig
    from vibetrader.engine.feed.reader import DataReader
    from vibetrader.marketdata.hours import ExchangeHours


def read_custom(
    reader: DataReader, config: SubscriptionDataConfig, hours: ExchangeHours, first: int, end: int
) -> list[Any]:
    """Points of a custom subscription, oldest first, each later than the one before."""
    factory = config.type()
    if hasattr(factory, "symbol"):
        factory.symbol = config.symbol
    points: list[Any] = []
    previous_source: Any = None
    latest: int | None = None
    day = first - first % DAY
    while day <= end:
        if not hours.is_open_during(max(day, first), day + DAY, True):
            day += DAY
            continue
        date = to_datetime(day)
        source = _call(factory, "get_source", config, date, False)
        day += DAY
        if source is None or not getattr(source, "source", ""):
            continue
        key = (source.source, str(getattr(source, "transport_medium", "")))
        if key == previous_source:
            continue
        previous_source = key
        for point in _points(reader, factory, config, source, date):
            if point.end_ns < first or (latest is not None and point.end_ns < latest):
                latest = point.end_ns if latest is None else max(latest, point.end_ns)
                continue
            if point.start_ns > end:
                return points
            latest = point.end_ns
            points.append(point)
    return points


def _points(reader: DataReader, factory: Any, config: SubscriptionDataConfig, source: Any, date: Any) -> list[Any]:
    text = _content(reader, source)
    if text is None:
        return []
    found: list[Any] = []
    format_name = str(getattr(source, "format", "CSV")).upper()
    lines = [text] if format_name.startswith("UNFOLDING") else text.splitlines()
    for line in lines:
        point = _call(factory, "reader", config, line, date, False)
        if point is None:
            continue
        for item in point if isinstance(point, list) else getattr(point, "data", None) or [point]:
            _complete(item, config)
            found.append(item)
    if getattr(source, "sort", False):
        found.sort(key=lambda item: item.end_ns)
    return found


def _complete(point: Any, config: SubscriptionDataConfig) -> None:
    """What a user's `reader` may have left out."""
    if not getattr(point, "symbol", None):
        point.symbol = config.symbol
    if not hasattr(point, "end_ns"):
        point.start_ns = from_datetime(point.time)
        point.end_ns = from_datetime(getattr(point, "end_time", None) or point.time)


def _content(reader: DataReader, source: Any) -> str | None:
    """Text of a source; None when there is none."""
    medium = str(getattr(source, "transport_medium", "LOCAL_FILE")).upper()
    if "OBJECT" in medium:
        store = reader.object_store
        return store.read(source.source) if store is not None and store.contains_key(source.source) else None
    if "REMOTE" in medium or "REST" in medium:
        raise UnsupportedLeanFeature(
            f"custom data from {source.source}: the engine downloads nothing",
            hint="save the file in the data folder or the object store and read it from there",
        )
    path = Path(source.source)
    candidates = [path] if path.is_absolute() else [path, reader.data_folder / path]
    for candidate in candidates:
        if candidate.is_file():
            if candidate.suffix == ".zip":
                from vibetrader.marketdata.leanformat import read_zip

                return read_zip(candidate).decode("utf-8-sig")
            return candidate.read_text(encoding="utf-8-sig")
    return None


def _call(factory: Any, name: str, *arguments: Any) -> Any:
    """A user's method in either spelling."""
    method = getattr(factory, name, None)
    if method is None:
        method = getattr(factory, "GetSource" if name == "get_source" else "Reader")
    return method(*arguments)

"""History of universes and of companies. LEAN: Algorithm/QCAlgorithm.History.cs; PandasConverter.DataFrameGenerator.cs."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from vibetrader.engine.data.enums import Resolution, SecurityType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.timekeeping import DAY, from_datetime, from_timedelta, to_datetime
from vibetrader.engine.universe.base import Universe, universe_hours
from vibetrader.engine.universe.etf import ConstituentsUniverseData, ETFConstituentUniverse
from vibetrader.engine.universe.figures import groups
from vibetrader.engine.universe.files import tradable_days
from vibetrader.engine.universe.fundamental import Fundamental, FundamentalUniverse, provider

#: Columns of companies, beside their groups of figures.
_COMPANY: Final = (
    "adjusted_price", "dollar_volume", "has_fundamental_data", "market", "market_cap", "price_factor", "price_scale_factor",
    "split_factor", "value", "volume",
)  # fmt: skip
_HOLDING: Final = ("last_update", "market_value", "period", "shares_held", "value", "weight")

#: End of a collection by the universe's clock, and its points.
Found = list[tuple[int, list[Any]]]


def is_universe_data(kind: Any) -> bool:
    """Whether a class is the type of a universe's data or of a company."""
    return kind in (Fundamental, FundamentalUniverse, ETFConstituentUniverse, ConstituentsUniverseData)


def span_of(state: Any, universe: Universe | None, bound: dict[str, Any], number: int) -> tuple[int, int]:
    """Start and end by New York's clock of a number of days, a span, or two times; the start itself is outside.

    Args:
        state: State of the algorithm.
        universe: The universe, None for companies.
        bound: Arguments of the call.
        number: Which form of the call they are: a number, a span, two times.
    """
    from vibetrader.engine.history.requests import start_time_for_bars

    config = None if universe is None else universe.configuration
    hours = state.market_hours.entry("usa", "SPY", SecurityType.EQUITY).exchange_hours if universe is None else universe_hours(config, state.market_hours)
    clock = hours.time_zone
    now: int = clock.to_local(state.utc_ns)
    if number == 0:
        data_zone = clock if config is None else config.data_zone
        resolution = bound.get("resolution")
        if resolution is not None and Resolution(resolution) == Resolution.TICK:
            from vibetrader.engine.clr import InvalidOperationException

            raise InvalidOperationException(
                "History functions that accept a 'periods' parameter can not be used with Resolution.Tick"
            )
        return start_time_for_bars(hours, now, DAY, bound["periods"], False, data_zone, False), now
    if number == 1:
        return now - from_timedelta(bound["span"]), now
    zone = state.time_zone
    first, last = (clock.to_local(zone.to_utc(from_datetime(bound[name]))) for name in ("start", "end"))
    return first, min(last, now)


def collections(state: Any, universe: Any, start: int, end: int) -> Found:
    """Collections of a universe that end after the start and not after the end."""
    if getattr(universe, "state", state) is None:
        universe.state = state
    inner = getattr(universe, "_inner", universe)
    if not hasattr(inner, "collections"):
        clock = inner.configuration.exchange_time_zone
        made = inner.emissions(clock.to_utc(start), clock.to_utc(end)) or ()
        ends = ((clock.to_local(moment), load) for moment, load in made)
    else:
        ends = inner.collections(start - DAY, end)
    found = [(moment, points) for moment, load in ends if start < moment <= end and (points := load())]
    state.history.data_point_count += len(found)
    return found


def companies(state: Any, symbols: list[Symbol], start: int, end: int) -> list[Fundamental]:
    """Companies whose day ends after the start and not after the end, by day and then in order."""
    hours = state.market_hours.entry("usa", "SPY", SecurityType.EQUITY).exchange_hours
    found = []
    for midnight in tradable_days(hours, hours.time_zone, start - DAY, end):
        if start < midnight + DAY <= end:
            day: date = to_datetime(midnight).date()
            for symbol in symbols:
                row = provider().row(day, str(symbol.id))
                if row is not None:
                    found.append(Fundamental(to_datetime(midnight), symbol, row))
    state.history.data_point_count += len(found)
    return found


def universe_history(
    state: Any, universe: Universe, given: list[Any], keywords: dict[str, Any], ranges: Any
) -> Any:
    """`self.history(universe, …)`: points by time, or a row a point with `flatten`."""
    number, bound = ranges.bind(given, keywords)
    found = collections(state, universe, *span_of(state, universe, bound, number))
    return frame(found, universe.symbol, bool(bound.get("flatten")))


def typed_frame(state: Any, kind: type, symbols: list[Symbol], given: list[Any], keywords: dict[str, Any], ranges: Any) -> Any:
    """`self.history(Fundamental, symbols, …)` and `self.history(universe.data_type, [universe.symbol], …)`."""
    from vibetrader.engine.history import frames

    number, bound = ranges.bind(given, keywords)
    pandas = frames.load_pandas()
    if kind is Fundamental:
        points = companies(state, symbols, *span_of(state, None, bound, number))
        by_symbol: dict[Symbol, list[Any]] = {}
        for point in points:
            by_symbol.setdefault(point.symbol, []).append(point)
        tables = [_table(pandas, rows, _times(pandas, symbol, rows)) for symbol, rows in by_symbol.items()]
        return frames.concatenate(pandas, tables)
    flatten = bool(bound.get("flatten"))
    parts = []
    for symbol in symbols:
        universe = state.universe_manager.get(symbol)
        if universe is not None:
            parts.append(frame(collections(state, universe, *span_of(state, universe, bound, number)), symbol, flatten))
    if not parts:
        return pandas.DataFrame()
    return parts[0] if len(parts) == 1 else pandas.concat(parts, keys=symbols, names=["collection_symbol"])


def typed_collections(
    state: Any, symbols: list[Symbol], given: list[Any], keywords: dict[str, Any], ranges: Any
) -> list[Any]:
    """`self.history[universe.data_type]([universe.symbol], …)`: a dictionary of collections a day."""
    from vibetrader.engine.api.assembly import read_only

    number, bound = ranges.bind(given, keywords)
    rows: dict[int, dict[Symbol, Any]] = {}
    for symbol in symbols:
        universe = state.universe_manager.get(symbol)
        if universe is not None:
            for moment, points in collections(state, universe, *span_of(state, universe, bound, number)):
                rows.setdefault(moment, {})[symbol] = points
    return [read_only(rows[moment]) for moment in sorted(rows)]


def frame(found: Found, symbol: Symbol, flatten: bool) -> Any:
    """LEAN: QCAlgorithm.Python.cs, TryCleanupCollectionDataFrame: the points themselves without `flatten`."""
    from vibetrader.engine.history import frames

    pandas = frames.load_pandas()
    if not found:
        return pandas.DataFrame()
    times = pandas.DatetimeIndex([to_datetime(moment) for moment, _ in found], name="time")
    if not flatten:
        return pandas.Series([points for _, points in found], index=times, name="data")
    tables = [_table(pandas, points, _symbols(pandas, points)) for _, points in found]
    joined = pandas.concat(tables, keys=list(times), names=["time"], sort=True)
    return joined.dropna(axis=1, how="all")


def _symbols(pandas: Any, points: list[Any]) -> Any:
    return pandas.Index([point.symbol for point in points], name="symbol", dtype=object)


def _times(pandas: Any, symbol: Symbol, points: list[Any]) -> Any:
    from vibetrader.engine.history.frames import symbol_time_index

    return symbol_time_index(pandas, symbol, [point.end_ns for point in points])


def _table(pandas: Any, points: list[Any], index: Any) -> Any:
    """Columns of points; those without any value are left out, as LEAN does."""
    from vibetrader.engine.history.frames import _counts, point_fields

    first = points[0]
    columns: dict[str, list[Any]] = {}
    if isinstance(first, Fundamental):
        columns = {name: [getattr(point, name) for point in points] for name in _COMPANY}
        for name in groups():
            if "." not in name:
                columns[name] = [getattr(point, name) for point in points]
    elif isinstance(first, ETFConstituentUniverse):
        columns = {name: [getattr(point, name) for point in points] for name in _HOLDING}
    else:
        rows = [point_fields(point) for point in points]
        columns = {name: [row.get(name) for row in rows] for name in sorted({name for row in rows for name in row})}
    table = {
        name.replace("_", ""): values for name, values in sorted(columns.items()) if any(_counts(value) for value in values)
    }
    return pandas.DataFrame(table, index=index)



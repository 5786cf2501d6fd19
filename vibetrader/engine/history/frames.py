"""DataFrames of history as LEAN shapes them. LEAN: Common/Python/PandasConverter.cs, PandasData.cs, Common/PandasMapper.py.

pandas is imported when the first frame is made; its look-ups then accept tickers and identifiers for symbols.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from vibetrader.engine.data import symbolcache
from vibetrader.engine.data.bars import QuoteBar, TradeBar
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.feed.columns import ObjectColumns, QuoteColumns, TradeColumns
from vibetrader.engine.history.provider import Series

if TYPE_CHECKING:
    import pandas as pd

_PRICES: Final = ("open", "high", "low", "close")
_installed: list[bool] = []


def load_pandas() -> Any:
    """pandas, with LEAN's look-ups by ticker."""
    import pandas

    if not _installed:
        _installed.append(True)
        _install(pandas)
        import numpy

        if numpy.lib.NumpyVersion(numpy.__version__) >= "2.0.0":
            # LEAN's numpy prints its scalars as plain numbers
            numpy.set_printoptions(legacy="1.25")
    return pandas


# --- look-ups by ticker ---------------------------------------------------------------------------------------------


def _mapped(key: Any) -> Any:
    if isinstance(key, tuple):
        return tuple(map(_mapped, key))
    if key.__class__ is str:
        symbol = symbolcache.find(key)
        return key if symbol is None else symbol
    if isinstance(key, list):
        return [_mapped(item) for item in key]
    return key


def _with_tickers(function: Callable[..., Any]) -> Callable[..., Any]:
    """First with tickers turned into symbols, then as it was; LEAN's words when neither is found."""

    def look_up(self: Any, *arguments: Any, **keywords: Any) -> Any:
        mapped = tuple(map(_mapped, arguments))
        try:
            return function(self, *mapped, **{name: _mapped(value) for name, value in keywords.items()})
        except KeyError:
            pass
        try:
            return function(self, *arguments, **keywords)
        except KeyError:
            tried = [str(item) for item in mapped if isinstance(item, (str, Symbol))]
            original = [str(item) for item in arguments if isinstance(item, (str, Symbol))]
            raise KeyError(
                f"No key found for either mapped or original key. Mapped Key: {tried}; Original Key: {original}"
            ) from None

    look_up.__name__ = function.__name__
    return look_up


def _or_ticker(function: Callable[..., bool]) -> Callable[..., bool]:
    def contains(self: Any, key: Any) -> bool:
        found = function(self, key)
        return found or function(self, _mapped(key))

    contains.__name__ = function.__name__
    return contains


def _install(pandas: Any) -> None:
    """LEAN: Common/PandasMapper.py wraps the same functions."""
    core = pandas.core
    for owner in (core.indexing._LocationIndexer, core.indexing._ScalarAccessIndexer, core.frame.DataFrame):
        owner.__getitem__ = _with_tickers(owner.__getitem__)
    index = core.indexes.base.Index
    index.get_loc = _with_tickers(index.get_loc)
    index.__contains__ = _or_ticker(index.__contains__)
    multi = core.indexes.multi.MultiIndex
    if "__contains__" in vars(multi):
        multi.__contains__ = _or_ticker(multi.__contains__)


# --- frames ---------------------------------------------------------------------------------------------------------


def frame_of_series(series: Iterable[Series], kind: type | None = None) -> pd.DataFrame:
    """Frame of requests: index (symbol, time of the end), columns in alphabetical order, all-empty ones left out.

    Args:
        series: Rows of requests.
        kind: Requested class; None takes trades and quotes together.
    """
    pandas = load_pandas()
    by_symbol: dict[Symbol, list[Series]] = {}
    starts: dict[Symbol, int] = {}
    for item in series:
        if len(item):
            first = item.events[0][0] if item.events else item.columns.emit[item.low]
            symbol = item.request.symbol
            by_symbol.setdefault(symbol, []).append(item)
            starts[symbol] = min(starts.get(symbol, first), first)
    frames = []
    # LEAN meets symbols in the order of its slices: by time, then by request
    for symbol in sorted(by_symbol, key=lambda known: starts[known]):
        table = _symbol_frame(pandas, symbol, by_symbol[symbol], kind)
        if table is not None:
            frames.append(table)
    return concatenate(pandas, frames)  # type: ignore[no-any-return]  # pandas is imported late


def concatenate(pandas: Any, frames: list[Any], **options: Any) -> Any:
    """LEAN: PandasConverter.cs, ConcatDataFrames."""
    if not frames:
        return pandas.DataFrame()
    result = pandas.concat(frames, sort=True, **options) if len(frames) > 1 or options else frames[0].sort_index(axis=1)
    return result.dropna(axis=1, how="all")


def _symbol_frame(pandas: Any, symbol: Symbol, series: list[Series], kind: type | None) -> Any:
    trades = next((item for item in series if isinstance(item.columns, TradeColumns) and not item.events), None)
    quotes = next((item for item in series if isinstance(item.columns, QuoteColumns) and not item.events), None)
    others = [item for item in series if item.events or isinstance(item.columns, ObjectColumns)]
    if others:
        return frame_of_points(pandas, symbol, [point for item in others for _, point in item.points()])
    times: dict[int, int] = {}
    table: dict[str, dict[int, float]] = {}
    simple = trades is not None and quotes is None
    if simple:
        assert trades is not None
        columns, low, high = trades.columns, trades.low, trades.high
        ends = columns.end[low:high]
        return _frame(
            pandas, symbol, ends, {name: getattr(columns, name)[low:high] for name in (*_PRICES, "volume")}
        )
    if quotes is not None:
        _add_quotes(table, quotes)
    if trades is not None:
        columns = trades.columns
        for name in (*_PRICES, "volume"):
            column = getattr(columns, name)
            target = table.setdefault(name, {})
            for row in range(trades.low, trades.high):
                target[columns.end[row]] = column[row]
    for entries in table.values():
        for moment in entries:
            times[moment] = 0
    order = sorted(times)
    nan = float("nan")
    return _frame(pandas, symbol, order, {name: [entries.get(t, nan) for t in order] for name, entries in table.items()})


def _add_quotes(table: dict[str, dict[int, float]], quotes: Series) -> None:
    columns: Any = quotes.columns
    for row in range(quotes.low, quotes.high):
        moment = columns.end[row]
        bar = columns.bar(row)
        for side, name in ((bar.bid, "bid"), (bar.ask, "ask")):
            if side is not None:
                for price in _PRICES:
                    table.setdefault(f"{name}{price}", {})[moment] = getattr(side, price)
            # LEAN: PandasData.cs: sizes are there even without the side
            table.setdefault(f"{name}size", {})[moment] = getattr(columns, f"{name}_size")[row]
        for price in _PRICES:
            table.setdefault(price, {})[moment] = getattr(bar, price)


def _frame(pandas: Any, symbol: Symbol, ends: Sequence[int], table: dict[str, Sequence[float]]) -> Any:
    """A frame of one symbol; columns that only have zeros or nothing are left out, as LEAN does."""
    import numpy as np

    kept = {}
    for name in sorted(table):
        values = np.asarray(table[name], dtype=np.float64)
        if np.any((values != 0) & ~np.isnan(values)):
            kept[name] = values
    index = symbol_time_index(pandas, symbol, ends)
    return pandas.DataFrame(kept, index=index)


def symbol_time_index(pandas: Any, symbol: Symbol, ends: Sequence[int]) -> Any:
    """Index of one symbol and local times."""
    import numpy as np

    times = pandas.DatetimeIndex(np.asarray(ends, dtype="int64").astype("datetime64[ns]"))
    if times.is_monotonic_increasing and times.is_unique:
        return pandas.MultiIndex(
            levels=[pandas.Index([symbol], dtype=object), times],
            codes=[np.zeros(len(times), dtype=np.int8), np.arange(len(times))],
            names=["symbol", "time"],
        )
    keys = np.empty(len(times), dtype=object)
    keys[:] = symbol
    return pandas.MultiIndex.from_arrays([keys, times], names=["symbol", "time"])


#: Columns of LEAN's own kinds of points, by class name.
_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "Dividend": ("distribution", "reference_price", "value"),
    "Split": ("reference_price", "split_factor", "type", "value"),
    "Delisting": ("type", "value"),
    "SymbolChangedEvent": ("new_symbol", "old_symbol", "value"),
    "MarginInterestRate": ("interest_rate",),
    "Tick": ("ask_price", "ask_size", "bid_price", "bid_size", "exchange", "last_price", "quantity", "suspicious"),
}


def frame_of_points(pandas: Any, symbol: Symbol, points: list[Any]) -> Any:
    """Frame of data points of any class: the properties of LEAN's, the stored names of users' own."""
    rows: list[dict[str, Any]] = []
    ends: list[int] = []
    for point in points:
        rows.append(point_fields(point))
        ends.append(point.end_ns)
    names = sorted({name for row in rows for name in row})
    table = {}
    for name in names:
        values = [row.get(name) for row in rows]
        if any(_counts(value) for value in values):
            table[name] = values
    return pandas.DataFrame(table, index=symbol_time_index(pandas, symbol, ends))


def point_fields(point: Any) -> dict[str, Any]:
    """Column → value of a data point."""
    if hasattr(point, "get_storage_dictionary"):
        stored = {
            name.lower(): value for name, value in point.get_storage_dictionary().items() if not name.startswith("__")
        }
        return {**stored, "value": point.value}
    fields = next((_FIELDS[base.__name__] for base in type(point).__mro__ if base.__name__ in _FIELDS), None)
    if fields is not None:
        return {name.replace("_", ""): getattr(point, name, None) for name in fields}
    if isinstance(point, TradeBar):
        return {name: getattr(point, name) for name in (*_PRICES, "volume")}
    if isinstance(point, QuoteBar):
        found: dict[str, Any] = {name: getattr(point, name) for name in _PRICES}
        for side in ("bid", "ask"):
            bar = getattr(point, side)
            if bar is not None:
                found.update({f"{side}{price}": getattr(bar, price) for price in _PRICES})
            found[f"{side}size"] = getattr(point, f"last_{side}_size")
        return found
    return {"value": point.value}


def _counts(value: Any) -> bool:
    """Whether a value keeps its column. LEAN: PandasData.cs, Serie.Add."""
    if value is None:
        return False
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return value == value and value != 0
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, (list, dict, tuple, set)):
        return bool(value)
    return True

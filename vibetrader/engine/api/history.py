"""Mixin: `self.history` in every call form. LEAN: Algorithm/QCAlgorithm.History.cs, QCAlgorithm.Python.cs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from vibetrader.engine.api.securities import unknown_symbol
from vibetrader.engine.clr import (
    ArgumentException,
    InvalidOperationException,
    NoMatch,
    Overloads,
    register_type,
)
from vibetrader.engine.data import symbolcache
from vibetrader.engine.data.bars import BaseData
from vibetrader.engine.data.enums import Resolution
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.history import HistoryRequest
from vibetrader.engine.timekeeping import from_datetime, from_timedelta
from vibetrader.engine.universe.base import Universe

_REST: Final = (
    "resolution: Optional[Resolution] = None, fill_forward: Optional[bool] = None, extended_market_hours: Optional[bool] = None, "
    "data_mapping_mode: Optional[DataMappingMode] = None, data_normalization_mode: Optional[DataNormalizationMode] = None, "
    "contract_depth_offset: Optional[int] = None"
)
#: Overloads Python.NET lists, in its order; the forms with Python objects are not among them.
_LISTED: Final = Overloads(
    "history",
    "requests: List[HistoryRequest]",
    "request: HistoryRequest",
    f"periods: int, {_REST}",
    f"span: timedelta, {_REST}",
    f"universe: Universe, periods: int, {_REST}",
    f"symbol: Symbol, periods: int, {_REST}",
    f"symbols: List[Symbol], periods: int, {_REST}",
    f"symbol: Symbol, span: timedelta, {_REST}",
    f"symbols: List[Symbol], span: timedelta, {_REST}",
    f"universe: Universe, span: timedelta, {_REST}",
    f"symbol: Symbol, start: datetime, end: datetime, {_REST}",
    f"symbols: List[Symbol], start: datetime, end: datetime, {_REST}",
    f"universe: Universe, start: datetime, end: datetime, {_REST}",
)
#: What follows the symbols: a number of bars, a span, or two moments.
_RANGE: Final = Overloads(
    "history",
    f"periods: int, {_REST}, flatten: bool = False",
    f"span: timedelta, {_REST}, flatten: bool = False",
    f"start: datetime, end: datetime, {_REST}, flatten: bool = False",
)


def _to_request(value: Any) -> Any:
    if isinstance(value, HistoryRequest):
        return value
    raise NoMatch


def _to_requests(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and value and all(isinstance(item, HistoryRequest) for item in value):
        return list(value)
    raise NoMatch


def _to_symbols(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and all(isinstance(item, Symbol) for item in value):
        return list(value)
    raise NoMatch


def _to_universe(value: Any) -> Any:
    if isinstance(value, Universe):
        return value
    raise NoMatch


register_type("HistoryRequest", _to_request)
register_type("List[HistoryRequest]", _to_requests)
register_type("List[Symbol]", _to_symbols)
register_type("Universe", _to_universe)


class MemoizingEnumerable(list[Any]):
    """What .NET gives for a history without a frame; iterates as often as one likes."""

    __slots__ = ()
    __clr_name__ = "QuantConnect.Util.MemoizingEnumerable"
    _typed: dict[str, type[MemoizingEnumerable]] = {}  # noqa: RUF012 (a cache shared on purpose)

    @classmethod
    def of(cls, kind: str, items: Iterable[Any]) -> MemoizingEnumerable:
        """An enumerable named after its items."""
        made = cls._typed.get(kind)
        if made is None:
            made = type(f"MemoizingEnumerable[{kind}]", (cls,), {"__slots__": ()})
            cls._typed[kind] = made
        return made(items)

    @property
    def count(self) -> Any:  # .NET's, not Python's
        """How many there are; callable too."""
        return len(self)


class HistoryCall:
    """`self.history`: callable, and `self.history[TradeBar]` is too.

    Args:
        algorithm: The algorithm.
    """

    __slots__ = ("_algorithm",)
    __clr_name__ = "Python.Runtime.MethodBinding"

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm

    def __getitem__(self, kind: Any) -> Callable[..., Any]:
        if not isinstance(kind, type) or not _is_data(kind):
            raise TypeError("No match found for given type params")
        return lambda *arguments, **keywords: self._typed(kind, arguments, keywords)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        algorithm = self._algorithm
        algorithm._vt.require_services()
        given = list(arguments)
        kind: type | None = None
        first: Any = given[0] if given else None
        if given and _is_request(first):
            return self._slices(first if isinstance(first, (list, tuple)) else [first])
        if "type" in keywords:
            kind = keywords.pop("type")
        elif isinstance(first, type) and len(given) > 1 and not isinstance(given[1], (int, timedelta, date)):
            kind = given.pop(0)
            first = given[0]
        if isinstance(first, type) and kind is None and _is_data(first):
            given.pop(0)
            return self._frame(first, self._all(), given, keywords)
        named = next((name for name in ("tickers", "symbols", "symbol", "universe") if name in keywords), None)
        if named is not None:
            subject = keywords.pop(named)
        elif given and not _is_range(first):
            subject = given.pop(0)
        else:
            return self._all_slices(arguments, keywords)
        if isinstance(subject, Universe):
            return self._universe(subject, given, keywords)
        if isinstance(subject, str) and kind is None:
            symbol = symbolcache.find(subject)
            symbol = unknown_symbol(subject) if symbol is None else symbol
            requests, _ = self._requests([symbol], None, given, keywords)
            return self._bars(requests)
        return self._frame(kind, self._symbols(subject), given, keywords)

    # --- what was asked for ----------------------------------------------------------------------------------------

    def _all(self) -> list[Symbol]:
        return [symbol for symbol, _ in self._algorithm._vt.securities.pairs()]

    def _symbols(self, subject: Any) -> list[Symbol]:
        """LEAN: Common/Extensions.cs, ConvertToSymbolEnumerable; None means all securities."""
        if subject is None:
            return self._all()
        if isinstance(subject, (Symbol, str)) or hasattr(subject, "symbol"):
            subject = [subject]
        if hasattr(subject, "keys"):
            subject = list(subject.keys())
        found = []
        try:
            items = list(subject)
        except TypeError:
            raise TypeError(self._refusal((subject,), {})) from None
        for item in items:
            if isinstance(item, Symbol):
                found.append(item)
            elif isinstance(item, str):
                symbol = symbolcache.find(item)
                found.append(unknown_symbol(item) if symbol is None else symbol)
            elif hasattr(item, "symbol"):
                found.append(item.symbol)
            elif hasattr(item, "key"):
                found.append(item.key)
            else:
                raise ArgumentException(f"{item!r} is no symbol", "symbols")
        return found

    def _refusal(self, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> str:
        try:
            _LISTED.bind(arguments, keywords)
        except TypeError as refusal:
            return str(refusal)
        return _LISTED._refusal(arguments, keywords)

    def _requests(
        self, symbols: list[Symbol], kind: type | None, given: list[Any], keywords: dict[str, Any], shown: tuple[Any, ...] = ()
    ) -> tuple[list[HistoryRequest], dict[str, Any]]:
        state = self._algorithm._vt
        try:
            if isinstance(given[0] if given else keywords.get("periods"), str):
                raise TypeError  # numeric text is a number elsewhere, but not here
            number, bound = _RANGE.bind(given, keywords)
        except TypeError:
            subject = shown or (symbols[0] if len(symbols) == 1 else list(symbols),)
            raise TypeError(self._refusal((*subject, *given), keywords)) from None
        resolution = bound["resolution"]
        if kind is None:
            kind = _custom_kind(state, symbols)
        factory = state.history.factory
        if number == 0:
            if any(factory.resolution(symbol, resolution, kind) == Resolution.TICK for symbol in symbols):
                raise InvalidOperationException(
                    "History functions that accept a 'periods' parameter can not be used with Resolution.Tick"
                )
            return factory.of_bars(symbols, kind, bound["periods"], resolution, bound), bound
        now = state.local_ns
        if number == 1:
            start, end = now - from_timedelta(bound["span"]), now
        else:
            start, end = from_datetime(bound["start"]), from_datetime(bound["end"])
        return factory.of_dates(symbols, kind, start, end, resolution, bound), bound

    # --- what comes back ---------------------------------------------------------------------------------------------

    def _frame(self, kind: type | None, symbols: list[Symbol], given: list[Any], keywords: dict[str, Any]) -> Any:
        from vibetrader.engine.history import frames
        from vibetrader.engine.universe.history import is_universe_data, typed_frame

        if kind is not None and is_universe_data(kind):
            return typed_frame(self._algorithm._vt, kind, symbols, given, keywords, _RANGE)
        requests, _ = self._requests(symbols, kind, given, keywords)
        return frames.frame_of_series(self._algorithm._vt.history.series(requests), kind)

    def _bars(self, requests: list[HistoryRequest]) -> MemoizingEnumerable:
        """LEAN: QCAlgorithm.History.cs, History(Symbol, …): trade bars only."""
        from vibetrader.engine.data.bars import TradeBar

        found: list[Any] = []
        for series in self._algorithm._vt.history.series(requests):
            if issubclass(series.request.data_type, TradeBar):
                found += [point for _, point in series.points()]
        return MemoizingEnumerable.of("TradeBar", found)

    def _all_slices(self, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> MemoizingEnumerable:
        if not arguments and not keywords:
            raise TypeError(self._refusal((), {}))
        if arguments and (isinstance(arguments[0], date)):
            raise TypeError(self._refusal(arguments, keywords))
        try:
            requests, _ = self._requests(self._all(), None, list(arguments), keywords)
        except TypeError:
            raise TypeError(self._refusal(arguments, keywords)) from None
        return self._slices(requests)

    def _slices(self, requests: Iterable[HistoryRequest]) -> MemoizingEnumerable:
        return MemoizingEnumerable.of("Slice", self._algorithm._vt.history.slices(requests))

    def _universe(self, universe: Universe, given: list[Any], keywords: dict[str, Any]) -> Any:
        from vibetrader.engine.universe.history import universe_history

        return universe_history(self._algorithm._vt, universe, given, keywords, _RANGE)

    def _typed(self, kind: type, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> MemoizingEnumerable:
        """LEAN: QCAlgorithm.History.cs, History<T>."""
        state = self._algorithm._vt
        given = list(arguments)
        named = next((name for name in ("symbols", "symbol", "tickers") if name in keywords), None)
        if named is not None:
            subject = keywords.pop(named)
        elif given and isinstance(given[0], timedelta):
            subject = None
        elif given and not isinstance(given[0], (int, float, date)):
            subject = given.pop(0)
        else:
            raise TypeError(self._refusal(arguments, keywords))
        single = isinstance(subject, (Symbol, str)) or (subject is not None and hasattr(subject, "symbol"))
        symbols = self._symbols(subject)
        from vibetrader.engine.universe.history import is_universe_data, typed_collections

        if is_universe_data(kind):
            return MemoizingEnumerable.of(
                f"DataDictionary[{kind.__name__}]", typed_collections(state, symbols, given, keywords, _RANGE)
            )
        requests, _ = self._requests(symbols, kind, given, keywords)
        if single:
            if not requests:
                raise ArgumentException(
                    "No history data could be fetched. This could be due to the specified security not being of the "
                    f"requested type. Symbol: {symbols[0]} Requested Type: {kind.__name__}"
                )
            points = [point for series in state.history.series(requests) for _, point in series.points()]
            return MemoizingEnumerable.of(kind.__name__, [point for point in points if isinstance(point, kind)])
        from vibetrader.engine.data.slice import dictionary_of

        rows = []
        for time, found in state.history.moments(requests):
            chosen = [point for point in found if isinstance(point, kind)]
            if chosen:
                rows.append(dictionary_of(kind, state.time_zone, time, chosen))
        return MemoizingEnumerable.of(f"DataDictionary[{kind.__name__}]", rows)


def _is_data(kind: Any) -> bool:
    return isinstance(kind, type) and (issubclass(kind, BaseData) or hasattr(kind, "get_source") or hasattr(kind, "reader"))


def _is_request(value: Any) -> bool:
    if isinstance(value, HistoryRequest):
        return True
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(item, HistoryRequest) for item in value)


def _is_range(value: Any) -> bool:
    """Whether an argument cannot be symbols: a number, a span, a moment."""
    return isinstance(value, (int, float, timedelta, date)) or hasattr(value, "dtype")


def _custom_kind(state: Any, symbols: list[Symbol]) -> type | None:
    """Class of custom data when all symbols have the same. LEAN: Common/Extensions.cs, GetCustomDataTypeFromSymbols."""
    kinds: list[type | None] = []
    for symbol in symbols:
        kind = next((config.type for config in state.subscriptions.get_configs(symbol, True) if config.is_custom_data), None)
        if kind not in kinds:
            kinds.append(kind)
    return kinds[0] if len(kinds) == 1 else None


class _HistoryDescriptor:
    """Gives each algorithm its `history`; may be shadowed by an attribute, as a method may."""

    __lean_base__ = True

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else HistoryCall(instance)


class HistoryMixin:
    """`self.history` and the last known prices."""

    _vt: Any

    history = _HistoryDescriptor()

    def get_last_known_prices(self, securities: Any) -> Any:
        """Last data point of each kind of data, of a security or symbol, or by symbol of several."""
        single = isinstance(securities, (Symbol, str)) or hasattr(securities, "symbol")
        symbols = HistoryCall(self)._symbols(securities)
        found = self._vt.history.last_known(symbols)
        if single:
            return MemoizingEnumerable.of("BaseData", found.get(symbols[0], []))
        from vibetrader.engine.api.assembly import read_only

        return read_only(found)

    def get_last_known_price(self, security: Any) -> Any:
        """Last data point of a security or symbol, None without."""
        points: Iterator[Any] = iter(HistoryMixin.get_last_known_prices(self, security))
        last = None
        for point in points:
            if last is None or point.end_ns >= last.end_ns:
                last = point
        return last

    def set_history_provider(self, history_provider: Any) -> None:
        """Kept for compatibility: the engine reads the data folder."""

    def set_pandas_converter(self) -> None:
        """Kept for compatibility."""

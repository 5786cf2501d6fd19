"""All data of one moment. LEAN: Common/Data/Slice.cs, DataDictionary.cs.

A slice knows the columns and rows of its bars; bars and collections are made when somebody reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol

from vibetrader.engine import clr
from vibetrader.engine.data.bars import (
    BaseData,
    Delisting,
    Dividend,
    MarginInterestRate,
    QuoteBar,
    Split,
    SymbolChangedEvent,
    Tick,
    TradeBar,
)
from vibetrader.engine.data.dictionary import KeyValuePair, LeanDictionary, pair_type
from vibetrader.engine.data.enums import MarketDataType, SecurityType, TickType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.data.symbolcache import KeyNotFoundException, find
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import TimeZone, to_datetime


class BarRows(Protocol):
    """A subscription as the slice reads it."""

    i: int
    columns: Any
    _made: Any
    _made_row: int

    def bar(self, row: int) -> Any:
        """The data point of a row."""

    def row_at(self, utc: int) -> int:
        """The last row that has arrived by a moment."""


class Layout:
    """What the slices of many moments have in common: which subscriptions have a row in each.

    Args:
        clock: Has the frontier as `utc_ns`.
        zone: The algorithm's zone.
        subscriptions: Subscriptions in order, without the engine's own.

    Attributes:
        is_simple: Trade and quote bars only, one of each kind a symbol, so that a key leads to its subscription at once.
    """

    __slots__ = ("clock", "is_simple", "main", "quotes", "subscriptions", "trades", "zone")

    def __init__(self, clock: Any, zone: TimeZone, subscriptions: Sequence[BarRows]) -> None:
        self.clock = clock
        self.zone = zone
        self.subscriptions = subscriptions
        self.trades: dict[Symbol, BarRows] = {}
        self.quotes: dict[Symbol, BarRows] = {}
        #: What `slice[symbol]` gives: the last of the symbol's kinds; quotes of equities do not count.
        self.main: dict[Symbol, BarRows] = {}
        self.is_simple = True
        for subscription in subscriptions:
            columns = subscription.columns
            found = self.trades if columns.kind == "trade" else self.quotes
            if not columns.kind or columns.symbols is not None or columns.symbol in found:
                self.is_simple = False
                return
            found[columns.symbol] = subscription
            if columns.kind == "trade" or columns.symbol.security_type != SecurityType.EQUITY:
                self.main[columns.symbol] = subscription

    def rows(self, utc: int) -> list[tuple[Any, Any]]:
        """Subscriptions and rows of a moment."""
        if self.clock.utc_ns == utc:
            return [(subscription, subscription.i) for subscription in self.subscriptions]
        return [(subscription, subscription.row_at(utc)) for subscription in self.subscriptions]

    def bar(self, subscription: BarRows, utc: int) -> Any:
        """The bar of a subscription at a moment."""
        if self.clock.utc_ns == utc:
            return subscription.bar(subscription.i)
        return subscription.columns.bar(subscription.row_at(utc))


def _key(key: Any) -> Symbol | None:
    """Symbol of a key; None for an unknown ticker."""
    if key.__class__ is Symbol:
        return key
    if isinstance(key, str):
        return find(key)
    if isinstance(key, Symbol):
        return key
    inner = getattr(key, "symbol", None)
    return inner if isinstance(inner, Symbol) else None


def in_order(entries: dict[Symbol, Any]) -> list[tuple[Symbol, Any]]:
    """Entries by ticker, as LEAN enumerates data. LEAN: Common/Data/Market/DataDictionary.cs, GetItems."""
    pairs = list(entries.items())
    if len(pairs) > 1:
        pairs.sort(key=_ticker)
    return pairs


def _ticker(pair: tuple[Symbol, Any]) -> str:
    return pair[0].value.upper()


def _missing(name: str, key: Any) -> KeyNotFoundException:
    """LEAN: Common/Messages/Messages.QuantConnect.cs, ExtendedDictionary."""
    symbol = _key(key)
    if symbol is None or symbol.market == "empty":
        ticker = key if isinstance(key, str) else symbol.id.symbol if symbol is not None else key
        return KeyNotFoundException(
            f"The ticker {ticker} was not found in the SymbolCache. Use the Symbol object as key instead. Accessing the "
            "securities collection/slice object by string ticker is only available for securities added with the "
            "add_security-family methods. For more details, please check out the documentation."
        )
    return KeyNotFoundException(
        f"'{symbol}' wasn't found in the {name} object, likely because there was no-data at this moment in time and it "
        "wasn't possible to fillforward historical data. To prevent the exception, use data.get(symbol), which returns "
        "None when the symbol is not found, or guard the access with 'if symbol in data:'."
    )


_GET = clr.Overloads("get", "key: Symbol", "key: Symbol, default_value: Any")


class DataDictionary(LeanDictionary[Symbol, Any]):
    """Data points by symbol. LEAN: Common/Data/Market/DataDictionary.cs."""

    value_name: ClassVar[str] = "BaseData"
    value_type: ClassVar[type] = BaseData
    _pair = pair_type("Symbol,BaseData")

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        cls._pair = pair_type(f"Symbol,{cls.value_name}")
        cls.__clr_name__ = f"QuantConnect.Data.Market.{cls.__name__}"  # type: ignore[attr-defined]

    #: Subscriptions whose bars are made when somebody asks for them; None once all entries are there.
    _rows: dict[Symbol, BarRows] | None = None
    _layout: Layout
    _utc: int
    time: datetime | None = None

    def __init__(self, entries: dict[Symbol, Any] | None = None, time: datetime | None = None) -> None:
        self._entries: dict[Symbol, Any] = entries if entries is not None else {}
        self.time = time

    def _find(self, key: Any) -> Any:
        if key.__class__ is not Symbol:
            key = _key(key)
            if key is None:
                return None
        rows = self._rows
        if rows is None:
            return self._entries.get(key)
        subscription = rows.get(key)
        if subscription is None:
            return None
        return self._layout.bar(subscription, self._utc)

    def get(self, key: Any, default_value: Any = None) -> Any:
        """Value of a key, or the default."""
        rows = self._rows
        if rows is not None and key.__class__ is Symbol:
            subscription = rows.get(key)
            if subscription is not None:
                if self._layout.clock.utc_ns == self._utc:
                    row = subscription.i
                    if subscription._made_row != row:
                        subscription._made = subscription.columns.bar(row)
                        subscription._made_row = row
                    return subscription._made
                return self._layout.bar(subscription, self._utc)
            return default_value
        found = self._find(key)
        return default_value if found is None else found

    def _fill(self) -> dict[Symbol, Any]:
        """All entries."""
        rows = self._rows
        if rows is not None:
            layout, utc = self._layout, self._utc
            self._entries = {symbol: layout.bar(rows[symbol], utc) for symbol in rows}
            self._rows = None
        return self._entries

    def _get(self, key: Any) -> Any:
        found = self._find(key)
        if found is None:
            if key is None:
                raise clr.ArgumentNullException("Value cannot be null.", "key")
            raise _missing(type(self).__name__, key)
        return found

    def _pairs(self) -> list[tuple[Symbol, Any]]:
        return in_order(self._fill())

    def __len__(self) -> int:
        return len(self._entries if self._rows is None else self._rows)

    def __bool__(self) -> bool:
        return bool(self._entries if self._rows is None else self._rows)

    def get_value(self, key: Any) -> Any:
        """The value of a key, None when absent."""
        return self._find(key)

    def add(self, key: Any, value: Any) -> None:
        """Put a value in."""
        symbol = _key(key)
        if symbol is not None:
            self._fill()[symbol] = value

    def __setitem__(self, key: Any, value: Any) -> None:
        self.add(key, value)

    def __str__(self) -> str:
        return type(self).__clr_name__  # type: ignore[attr-defined, no-any-return]

    GetValue = get_value
    Add = add


class TradeBars(DataDictionary):
    """Trade bars by symbol."""

    value_name = "TradeBar"
    value_type = TradeBar


class QuoteBars(DataDictionary):
    """Quote bars by symbol."""

    value_name = "QuoteBar"
    value_type = QuoteBar


class Ticks(DataDictionary):
    """Lists of ticks by symbol."""

    value_name = "List[Tick]"
    value_type = Tick


class Splits(DataDictionary):
    """Splits by symbol."""

    value_name = "Split"
    value_type = Split


class Dividends(DataDictionary):
    """Dividends by symbol."""

    value_name = "Dividend"
    value_type = Dividend


class Delistings(DataDictionary):
    """Delistings by symbol."""

    value_name = "Delisting"
    value_type = Delisting


class SymbolChangedEvents(DataDictionary):
    """Ticker changes by symbol."""

    value_name = "SymbolChangedEvent"
    value_type = SymbolChangedEvent


class MarginInterestRates(DataDictionary):
    """Funding rates by symbol."""

    value_name = "MarginInterestRate"
    value_type = MarginInterestRate


class OptionChains(DataDictionary):
    """Always empty: the engine has no options."""

    value_name = "OptionChain"


class FuturesChains(DataDictionary):
    """Always empty: the engine has no futures."""

    value_name = "FuturesChain"


_EVENT_COLLECTIONS: tuple[type[DataDictionary], ...] = (
    Splits,
    Dividends,
    Delistings,
    SymbolChangedEvents,
    MarginInterestRates,
)


class _SymbolData:
    """What a slice has of one symbol."""

    __slots__ = ("auxiliary", "bar", "custom", "kind", "quote", "ticks")

    def __init__(self) -> None:
        self.kind = "bar"
        self.bar: Any = None
        self.quote: Any = None
        self.custom: Any = None
        self.ticks: list[Any] = []
        self.auxiliary: list[Any] = []

    @property
    def data(self) -> Any:
        return getattr(self, self.kind)


class _Getter:
    """`slice.get`: callable, and `slice.get[TradeBar]` is too."""

    __slots__ = ("_slice",)

    def __init__(self, data: Slice) -> None:
        self._slice = data

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self._slice._give(*arguments, **keywords)

    def __getitem__(self, kind: type) -> Callable[..., Any]:
        return lambda *arguments, **keywords: self._slice._give(kind, *arguments, **keywords)


class _Made:
    """The parts of a slice that exist: its entries, and what was made of them."""

    __slots__ = ("collections", "data", "entries", "points", "zone")

    def __init__(self, zone: TimeZone, entries: list[tuple[Any, Any]]) -> None:
        self.zone = zone
        self.entries = entries
        self.points: list[Any] | None = None
        self.data: dict[Symbol, _SymbolData] | None = None
        self.collections: dict[Any, Any] = {}


_new = object.__new__


@lean_names
class Slice(LeanDictionary[Symbol, Any]):
    """Data of one moment: `slice.bars[symbol]`, `slice[symbol]`, `symbol in slice`.

    Args:
        zone: The algorithm's zone.
        utc_ns: The moment.
        entries: `(subscription, row)` of each bar, or `(None, point)`, in order.
    """

    __slots__ = ("_bars", "_cache", "_layout", "utc_ns")
    __clr_name__ = "QuantConnect.Data.Slice"
    _pair = pair_type("Symbol,BaseData")

    def __init__(self, zone: TimeZone, utc_ns: int, entries: list[tuple[Any, Any]]) -> None:
        self.utc_ns = utc_ns
        self._layout: Layout | None = None
        self._bars: TradeBars | None = None
        self._cache: _Made | None = _Made(zone, entries)

    @classmethod
    def plain(cls, layout: Layout, utc_ns: int) -> Slice:
        """The slice of a moment at which nothing but the layout's subscriptions has a row."""
        data = _new(cls)
        data.utc_ns = utc_ns
        data._layout = layout
        data._bars = None
        data._cache = None
        return data

    @property
    def _made(self) -> _Made:
        """What was read so far."""
        made = self._cache
        if made is None:
            layout = self._layout
            assert layout is not None
            made = self._cache = _Made(layout.zone, layout.rows(self.utc_ns))
        return made

    @classmethod
    def of_points(cls, zone: TimeZone, utc_ns: int, points: Iterable[Any]) -> Slice:
        """A slice of ready-made data points."""
        return cls(zone, utc_ns, [(None, point) for point in points])

    @property
    def time(self) -> datetime:
        """The moment by the algorithm's clock."""
        layout = self._layout
        zone = self._made.zone if layout is None else layout.zone
        return to_datetime(zone.to_local(self.utc_ns))

    @property
    def utc_time(self) -> datetime:
        """The moment in UTC, aware."""
        return to_datetime(self.utc_ns).replace(tzinfo=UTC)

    @property
    def has_data(self) -> bool:
        """Whether there is any data."""
        layout = self._layout
        return bool(self._made.entries if layout is None else layout.subscriptions)

    @property
    def all_data(self) -> list[Any]:
        """All data points in order."""
        made = self._made
        points = made.points
        if points is None:
            points = made.points = [
                point if subscription is None else subscription.bar(point) for subscription, point in made.entries
            ]
        return points

    def _by_symbol(self) -> dict[Symbol, _SymbolData]:
        made = self._made
        data = made.data
        if data is None:
            data = made.data = {}
            for point in self.all_data:
                symbol = point.symbol
                kind = point.data_type
                if symbol.security_type == SecurityType.EQUITY and (
                    kind == MarketDataType.QUOTE_BAR
                    or (kind == MarketDataType.TICK and point.tick_type == TickType.QUOTE)
                ):
                    continue  # LEAN: Common/Data/SubscriptionManager.cs, IsDefaultDataType
                entry = data.get(symbol)
                if entry is None:
                    entry = data[symbol] = _SymbolData()
                if kind == MarketDataType.TRADE_BAR:
                    entry.kind, entry.bar = "bar", point
                elif kind == MarketDataType.QUOTE_BAR:
                    entry.kind, entry.quote = "quote", point
                elif kind == MarketDataType.TICK:
                    entry.kind = "ticks"
                    entry.ticks.append(point)
                elif kind == MarketDataType.AUXILIARY:
                    entry.auxiliary.append(point)
                else:
                    entry.kind, entry.custom = "custom", point
        return data

    # -- dictionary -----------------------------------------------------------------------------------------------

    def _find(self, key: Any) -> Any:
        symbol = _key(key)
        if symbol is None:
            return None
        layout = self._layout
        if layout is not None and layout.is_simple:
            subscription = layout.main.get(symbol)
            return None if subscription is None else layout.bar(subscription, self.utc_ns)
        entry = self._by_symbol().get(symbol)
        return None if entry is None else entry.data

    def __getitem__(self, key: Any) -> Any:
        layout = self._layout
        if layout is not None and layout.is_simple and key.__class__ is Symbol:
            subscription = layout.main.get(key)
            if subscription is not None:
                return layout.bar(subscription, self.utc_ns)
        return self._get(key)

    def _get(self, key: Any) -> Any:
        if key is None:
            raise clr.ArgumentNullException("Value cannot be null.", "key")
        symbol = _key(key)
        entry = self._by_symbol().get(symbol) if symbol is not None else None
        if entry is None:
            raise _missing("Slice", key)
        return entry.data

    def _pairs(self) -> list[tuple[Symbol, Any]]:
        pairs: list[tuple[Symbol, Any]] = []
        for symbol, entry in in_order(self._by_symbol()):
            data = entry.data
            if entry.kind == "ticks":
                pairs += [(symbol, tick) for tick in data]
            elif data is not None:
                pairs.append((symbol, data))
        return pairs

    def __len__(self) -> int:
        return len(self._by_symbol())

    def contains_key(self, symbol: Any) -> bool:
        """Whether the slice has anything of a symbol, also if only a dividend or split."""
        key = _key(symbol)
        if key is None:
            return False
        layout = self._layout
        return key in (layout.main if layout is not None and layout.is_simple else self._by_symbol())

    def __contains__(self, symbol: Any) -> bool:
        return self.contains_key(symbol)

    def keys(self) -> list[Symbol]:
        """Symbols that have something."""
        return [symbol for symbol, _ in in_order(self._by_symbol())]

    @property
    def get(self) -> _Getter:
        """`get(symbol[, default])`: the symbol's data or the default; `get(type[, symbol])`, `get[type]()`: data of a class."""
        return _Getter(self)

    def _give(self, *arguments: Any, **keywords: Any) -> Any:
        given = [*arguments, *keywords.values()]
        if given and isinstance(given[0], type):
            found = self._of_type(given[0])
            return found if len(given) == 1 else found[given[1]]
        _, bound = _GET.bind(arguments, keywords)
        found = self._find(bound["key"])
        return bound.get("default_value") if found is None else found

    def __setitem__(self, key: Any, value: Any) -> None:
        raise clr.NotSupportedException("The Slice object is read-only. You cannot set data in the slice.")

    def __iter__(self) -> Iterator[KeyValuePair]:
        pair = self._pair
        return iter([pair(symbol, point) for symbol, point in self._pairs()])

    # -- collections ----------------------------------------------------------------------------------------------

    def _collection(self, kind: type[DataDictionary]) -> Any:
        collections = self._made.collections
        found = collections.get(kind)
        if found is None:
            layout = self._layout
            if layout is not None and layout.is_simple:
                found = self._lazy(kind, layout.quotes) if kind is QuoteBars else kind({})
            else:
                found = kind(self._collect(kind))
            collections[kind] = found
        return found

    def _lazy(self, kind: type[DataDictionary], rows: dict[Symbol, BarRows]) -> Any:
        """A collection whose bars are made when read."""
        found = _new(kind)
        found._rows = rows
        found._layout = self._layout  # type: ignore[assignment]
        found._utc = self.utc_ns
        return found

    def _collect(self, kind: type[DataDictionary]) -> dict[Symbol, Any]:
        entries: dict[Symbol, Any] = {}
        wanted: Any = kind.value_type
        made = self._made.entries
        if len(made) == 1 and made[0][0] is None and wanted in (TradeBar, QuoteBar):
            point = made[0][1]
            return {point.symbol: point} if isinstance(point, wanted) else entries
        for point in self.all_data:
            if not isinstance(point, wanted):
                continue
            symbol = point.symbol
            if wanted is Tick:
                entries.setdefault(symbol, []).append(point)
            elif wanted is TradeBar or wanted is QuoteBar:
                # LEAN: Engine/DataFeeds/TimeSliceFactory.cs, Create: the finer bar stays
                present = entries.get(symbol)
                if present is None or present.end_ns - present.start_ns > point.end_ns - point.start_ns:
                    entries[symbol] = point
            else:
                entries[symbol] = point
        return entries

    @property
    def bars(self) -> TradeBars:
        """Trade bars by symbol."""
        bars = self._bars
        if bars is None:
            layout = self._layout
            if layout is not None and layout.is_simple:
                bars = _new(TradeBars)
                bars._rows = layout.trades
                bars._layout = layout
                bars._utc = self.utc_ns
            else:
                bars = self._collection(TradeBars)
            self._bars = bars
        return bars

    @property
    def quote_bars(self) -> QuoteBars:
        """Quote bars by symbol."""
        return self._collection(QuoteBars)  # type: ignore[no-any-return]

    @property
    def ticks(self) -> Ticks:
        """Lists of ticks by symbol."""
        return self._collection(Ticks)  # type: ignore[no-any-return]

    @property
    def splits(self) -> Splits:
        """Splits by symbol."""
        return self._collection(Splits)  # type: ignore[no-any-return]

    @property
    def dividends(self) -> Dividends:
        """Dividends by symbol."""
        return self._collection(Dividends)  # type: ignore[no-any-return]

    @property
    def delistings(self) -> Delistings:
        """Delistings by symbol."""
        return self._collection(Delistings)  # type: ignore[no-any-return]

    @property
    def symbol_changed_events(self) -> SymbolChangedEvents:
        """Ticker changes by symbol."""
        return self._collection(SymbolChangedEvents)  # type: ignore[no-any-return]

    @property
    def margin_interest_rates(self) -> MarginInterestRates:
        """Funding rates by symbol."""
        return self._collection(MarginInterestRates)  # type: ignore[no-any-return]

    @property
    def option_chains(self) -> OptionChains:
        """Always empty."""
        return OptionChains()

    @property
    def futures_chains(self) -> FuturesChains:
        """Always empty."""
        return FuturesChains()

    @property
    def future_chains(self) -> FuturesChains:
        """Always empty."""
        return FuturesChains()

    def _of_type(self, kind: type) -> DataDictionary:
        collections: tuple[type[DataDictionary], ...] = (TradeBars, QuoteBars, *_EVENT_COLLECTIONS)
        for collection in collections:
            if collection.value_type is kind:
                return self._collection(collection)  # type: ignore[no-any-return]
        if kind is Tick:
            return DataDictionary({symbol: ticks[-1] for symbol, ticks in self.ticks.items()})
        entries: dict[Symbol, Any] = {}
        for symbol, entry in self._by_symbol().items():
            for point in (entry.custom, *entry.auxiliary):
                if isinstance(point, kind):
                    entries[symbol] = point
        return DataDictionary(entries)

    def __str__(self) -> str:
        return self.__clr_name__

    __repr__ = __str__


def dictionary_of(kind: type, zone: TimeZone, utc_ns: int, points: Iterable[Any]) -> DataDictionary:
    """Data points of a class by symbol, as history gives them."""
    return Slice.of_points(zone, utc_ns, points)._of_type(kind)

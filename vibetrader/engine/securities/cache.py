"""Last prices of a security, read from the columns of its subscriptions. LEAN: Common/Securities/SecurityCache.cs.

The loop stores where the last real bar lies (two stores a bar); everything else is looked up when somebody asks.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from vibetrader.engine import money
from vibetrader.engine.data.enums import TickType
from vibetrader.engine.money import ZERO
from vibetrader.engine.naming import lean_names
from vibetrader.engine.netdecimal import NetDecimal


class _Point:
    """Columns of one bar that did not come from a subscription (seeds, ticks)."""

    __slots__ = ("_bar", "end", "start")

    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self.start = (bar.start_ns,)
        self.end = (bar.end_ns,)

    def _read(self, field: str) -> float:
        bar = self._bar
        side, _, rest = field.partition("_")
        if side in ("bid", "ask") and rest:
            if hasattr(bar, f"{side}_price"):
                return float(getattr(bar, f"{side}_size" if rest == "size" else f"{side}_price"))
            if rest == "size":
                return float(getattr(bar, f"last_{side}_size", 0.0))
            part = getattr(bar, side, None)
            return float(getattr(part, rest)) if part is not None else 0.0
        if field == "volume":
            return float(getattr(bar, "volume", getattr(bar, "quantity", 0.0)))
        return float(getattr(bar, field, bar.value))

    def decimal(self, field: str, i: int) -> Decimal:
        return money.dec(self._read(field))

    def price(self, i: int) -> float:
        return float(self._bar.value)

    def price_decimal(self, i: int) -> Decimal:
        return money.dec(self._bar.value)

    def bar(self, i: int) -> Any:
        return self._bar


class _Seed:
    """Stands where a subscription stands."""

    __slots__ = ("columns",)

    def __init__(self, columns: Any) -> None:
        self.columns = columns


def _seed(bar: Any) -> tuple[_Seed, int]:
    """A bar of history is read from its own rows, which know all digits; any other one from itself."""
    rows = getattr(bar, "_rows", None)
    if rows is not None and rows.price(bar._row) == bar.value:
        return _Seed(rows), bar._row
    return _Seed(_Point(bar)), 0


@lean_names
class SecurityCache:
    """Where the last real bars of a security are.

    Attributes:
        quotes_count: Whether quotes set the price.
        trade_sub: Subscription of the last trade bar; None before the first.
        trade_i: Its row.
        quote_sub: Subscription of the last quote bar; None before the first.
        quote_i: Its row.
        split_factor: Product of the splits applied since the bar, which scale its prices; None without.
        margin_interest_rate: Last funding rate of a perpetual.
    """

    __slots__ = (
        "__dict__", "_stored", "margin_interest_rate", "properties", "quote_i", "quote_sub", "quotes_count", "session", "split_factor",
        "split_row", "trade_i", "trade_sub",
    )  # fmt: skip
    __clr_name__ = "QuantConnect.Securities.SecurityCache"

    def __init__(self, quotes_count: bool = True) -> None:
        self.quotes_count = quotes_count
        self.properties: dict[str, Any] = {}
        self.session: Any = None
        self.reset()

    def reset(self) -> None:
        """Forget the prices."""
        self.trade_sub: Any = None
        self.trade_i = -1
        self.quote_sub: Any = None
        self.quote_i = -1
        self.split_factor: Decimal | None = None
        self.split_row: tuple[Any, int] | None = None
        self.margin_interest_rate: Any = None
        self._stored: dict[Any, Any] = {}
        if self.session is not None:
            self.session.reset()

    def store_data(self, data: Any, data_type: Any = None) -> None:
        """Keep the last point of a class that sets no price, such as a company's or a holding's of a universe."""
        points = list(data) if isinstance(data, (list, tuple)) else [data]
        if points:
            self._stored[data_type or type(points[-1])] = points[-1]

    def add_data(self, data: Any) -> None:
        """Take one data point, e.g. a seed from history."""
        if getattr(data, "is_fill_forward", False):
            return
        kind = type(data).__name__
        if kind == "MarginInterestRate":
            self.margin_interest_rate = data
        elif kind == "QuoteBar" or getattr(data, "tick_type", None) == TickType.QUOTE:
            self.quote_sub, self.quote_i = _seed(data)
        else:
            self.trade_sub, self.trade_i = _seed(data)

    def add_data_list(self, data: Any) -> None:
        """Take several points, oldest first."""
        for point in data:
            self.add_data(point)

    def last(self) -> tuple[Any, int]:
        """Columns and row that set the price; None before the first bar.

        LEAN: SecurityCache.cs, ProcessDataPoint: at the same end the quote counts, and for equities only trades do.
        """
        trade = self.trade_sub
        if not self.quotes_count:
            return (None, -1) if trade is None else (trade.columns, self.trade_i)
        quote = self.quote_sub
        if quote is None:
            return (None, -1) if trade is None else (trade.columns, self.trade_i)
        if trade is None:
            return quote.columns, self.quote_i
        if quote.columns.end[self.quote_i] >= trade.columns.end[self.trade_i]:
            return quote.columns, self.quote_i
        return trade.columns, self.trade_i

    def _scaled(self, value: Decimal, columns: Any, i: int) -> Decimal:
        factor = self.split_factor
        if factor is None:
            return value
        if self.split_row != (columns, i):
            return value
        return value * factor

    def field_decimal(self, field: str) -> Decimal:
        """`open`, `high`, `low` or `close` of the bar that set the price, exact; 0 before the first."""
        columns, i = self.last()
        if columns is None:
            return ZERO
        if field == "close":
            value: Decimal = columns.price_decimal(i)
        else:
            value = columns.decimal(field, i)
        return value if self.split_factor is None else self._scaled(value, columns, i)

    @property
    def price_decimal(self) -> Decimal:
        """Last price, exact; 0 before the first."""
        columns, i = self.last()
        if columns is None:
            return ZERO
        value: Decimal = columns.price_decimal(i)
        return value if self.split_factor is None else self._scaled(value, columns, i)

    @property
    def price(self) -> float:
        """Last price; 0 before the first."""
        columns, i = self.last()
        if columns is None:
            return 0.0
        if self.split_factor is not None:
            return money.double(self.price_decimal)
        return columns.price(i)  # type: ignore[no-any-return]

    @property
    def trade_price_decimal(self) -> Decimal:
        """Close of the last trade bar, exact; the last price before the first."""
        trade = self.trade_sub
        if trade is None:
            return self.price_decimal
        value: Decimal = trade.columns.price_decimal(self.trade_i)
        return value if self.split_factor is None else self._scaled(value, trade.columns, self.trade_i)

    @property
    def trade_price(self) -> float:
        """Close of the last trade bar; the last price before the first."""
        trade = self.trade_sub
        if trade is None:
            return self.price
        return trade.columns.price(self.trade_i)  # type: ignore[no-any-return]

    def side_decimal(self, field: str) -> Decimal:
        """`bid_close`, `ask_size` and the like of the last quotes, exact; 0 where there never was one.

        A side that is absent from the last bar keeps its value, so look further back.
        """
        if self.quote_sub is None:
            return ZERO
        columns, i = self.quote_sub.columns, self.quote_i
        while i >= 0:
            value: Decimal = columns.decimal(field, i)
            if value:
                return value if self.split_factor is None else self._scaled(value, columns, i)
            i -= 1
        return ZERO

    @property
    def volume_decimal(self) -> Decimal:
        """Volume of the last trade bar that had any."""
        if self.trade_sub is None:
            return ZERO
        columns, i = self.trade_sub.columns, self.trade_i
        while i >= 0:
            value: Decimal = columns.decimal("volume", i)
            if value:
                return value
            i -= 1
        return ZERO

    @property
    def volume(self) -> float:
        """Volume of the last trade bar."""
        return money.double(self.volume_decimal)

    @property
    def open(self) -> float:
        """Open of the last bar."""
        return money.double(self.field_decimal("open"))

    @property
    def high(self) -> float:
        """High of the last bar."""
        return money.double(self.field_decimal("high"))

    @property
    def low(self) -> float:
        """Low of the last bar."""
        return money.double(self.field_decimal("low"))

    @property
    def close(self) -> float:
        """Close of the last bar."""
        return self.price

    @property
    def bid_price(self) -> float:
        """Last bid."""
        return money.double(self.side_decimal("bid_close"))

    @property
    def ask_price(self) -> float:
        """Last ask."""
        return money.double(self.side_decimal("ask_close"))

    def apply_split(self, factor: Decimal) -> None:
        """Scale the prices of the bars held now. LEAN: SecurityCache.cs, ApplySplit."""
        columns, i = self.last()
        self.split_row = (columns, i)
        self.split_factor = factor
        recent = getattr(columns, "recent", None)
        if recent is not None and recent.bar._row == i:
            recent.scale(NetDecimal.of(factor))

    def get_data(self, kind: Any = None) -> Any:
        """The last data point, or the last of a class; None before the first."""
        if kind is None:
            columns, i = self.last()
            return None if columns is None else columns.bar(i)
        if kind in self._stored:
            return self._stored[kind]
        name = getattr(kind, "__name__", str(kind))
        if name == "TradeBar" and self.trade_sub is not None:
            return self.trade_sub.columns.bar(self.trade_i)
        if name == "QuoteBar" and self.quote_sub is not None:
            return self.quote_sub.columns.bar(self.quote_i)
        if name == "MarginInterestRate":
            return self.margin_interest_rate
        columns, i = self.last()
        point = None if columns is None else columns.bar(i)
        return point if isinstance(kind, type) and isinstance(point, kind) else None

    def has_data(self, kind: Any) -> bool:
        """Whether there is a data point of a class."""
        return self.get_data(kind) is not None

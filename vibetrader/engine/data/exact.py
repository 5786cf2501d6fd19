"""Bars and values with all their digits: what indicators compute on.

Users' prices are floats; LEAN's are decimals. A float's shortest text gives its decimal back, but for digits beyond the
seventeenth and for zeros at the end, which the bar's own rows know (`Columns.net`).
"""

from __future__ import annotations

from typing import Any

from vibetrader.engine.data.bars import QuoteBar, Tick, TradeBar
from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.netdecimal import ZERO, NetDecimal

_of = NetDecimal.of
#: Prices stored as whole numbers of 1/10000 have four places.
_SCALED = frozenset({SecurityType.EQUITY, SecurityType.OPTION})
_TWO = NetDecimal.of(2)
_PRICES = ("open", "high", "low", "close")


class NetBar:
    """A bar in .NET decimals. `bar` is what it was made of."""

    __slots__ = (
        "bar", "candle", "close", "end_ns", "high", "is_fill_forward", "low", "open", "prices", "start_ns", "symbol", "volume",
    )  # fmt: skip

    def __init__(self, bar: Any) -> None:
        self.bar = bar
        self.symbol = bar.symbol
        self.start_ns, self.end_ns = bar.start_ns, bar.end_ns
        self.is_fill_forward = bar.is_fill_forward
        self.candle: Any = None
        self.read()

    def read(self) -> None:
        """Take the prices of the bar as they are now."""
        bar = self.bar
        self.prices = _prices(bar)
        if isinstance(bar, QuoteBar):
            self.open, self.high, self.low, self.close = (_middle(bar, name) for name in _PRICES)
            self.volume = ZERO
        else:
            self.open, self.high = exact_field(bar, "open"), exact_field(bar, "high")
            self.low, self.close = exact_field(bar, "low"), exact_field(bar, "close")
            self.volume = exact_field(bar, "volume") if isinstance(bar, TradeBar) else ZERO
        if self.candle is not None:
            self.candle.__init__(self)

    def scale(self, factor: NetDecimal) -> None:
        """Multiply the prices in place, as LEAN does to the last bar of raw data when a split comes.

        LEAN: Common/Securities/SecurityPortfolioManager.cs, ApplySplit. Indicators that keep the bar see it.
        """
        bar = self.bar
        for name in _PRICES:
            scaled = getattr(self, name) * factor
            setattr(self, name, scaled)
            if isinstance(bar, TradeBar):
                setattr(bar, name, float(scaled))
        self.prices = _prices(bar)
        if self.candle is not None:
            self.candle.__init__(self)

    @property
    def value(self) -> NetDecimal:
        """The close."""
        return self.close

    @property
    def time(self) -> Any:
        """Start of the bar."""
        return self.bar.time


def exact_field(bar: Any, name: str) -> NetDecimal:
    """A price or the volume of a bar with all digits."""
    value = getattr(bar, name)
    rows = getattr(bar, "_rows", None)
    if rows is not None:
        found: NetDecimal = rows.net(name, bar._row)
        if float(found) == value:  # else somebody has set it
            return found
    result = _of(value)
    return result.padded(4) if name != "volume" and bar.symbol.security_type in _SCALED else result


def _side(bar: Any, side: str, name: str) -> NetDecimal:
    part = getattr(bar, side)
    return ZERO if part is None else _of(getattr(part, name))


def _middle(bar: Any, name: str) -> NetDecimal:
    """LEAN: Common/Data/Market/QuoteBar.cs, Open: the middle of two prices, or the one that is not 0."""
    bid, ask = _side(bar, "bid", name), _side(bar, "ask", name)
    if bid and ask:
        return NetDecimal.of((bid + ask) / _TWO)
    return bid or ask


def net_bar(bar: Any) -> Any:
    """A bar in decimals; made once per bar, so that what LEAN does to a bar in place is seen by all who keep it."""
    if bar.__class__ is NetBar:
        return bar
    known = bar.net
    if known is None or known.prices != _prices(bar):
        known = bar.net = NetBar(bar)
        rows = getattr(bar, "_rows", None)
        if rows is not None:
            rows.recent = known
    return known


def _prices(bar: Any) -> tuple[Any, ...]:
    if isinstance(bar, TradeBar):
        return (bar.open, bar.high, bar.low, bar.close, bar.volume)
    return tuple(getattr(bar, name) for name in _PRICES)


def exact_value(point: Any) -> NetDecimal:
    """The value of a data point with all digits."""
    if isinstance(point, TradeBar):
        return exact_field(point, "close")
    if isinstance(point, QuoteBar):
        return _middle(point, "close")
    exact = getattr(point, "exact", None)
    value = point.value
    if exact is not None and float(exact) == value:
        return exact  # type: ignore[no-any-return]  # a slot of indicator points
    result = _of(value)
    return result.padded(4) if isinstance(point, Tick) and point.symbol.security_type in _SCALED else result

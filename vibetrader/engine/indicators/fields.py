"""Field: the parts of a bar an indicator may take. LEAN: Common/Field.cs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetrader.engine.data.bars import IBaseDataBar, QuoteBar, Tick, TradeBar
from vibetrader.engine.data.exact import exact_field, exact_value, net_bar
from vibetrader.engine.naming import to_pascal
from vibetrader.engine.netdecimal import NetDecimal


class FieldSelector:
    """One of LEAN's selectors; `wants` is the class of data its indicator must be fed with, None for any."""

    __slots__ = ("_function", "name", "wants")
    __clr_name__ = "System.Func[IBaseData,Decimal]"

    def __init__(self, name: str, function: Callable[[Any], NetDecimal], wants: type | None = None) -> None:
        self.name = name
        self._function = function
        self.wants = wants

    def exact(self, data: Any) -> NetDecimal:
        """The value with all digits."""
        return self._function(data)

    def __call__(self, data: Any) -> float:
        return float(self._function(data))

    def invoke(self, data: Any) -> float:
        """The value, LEAN's way of calling it."""
        return self(data)

    Invoke = invoke


def selected(selector: Any, data: Any) -> NetDecimal:
    """What a selector (one of LEAN's, a user's or none) takes from a data point."""
    if selector is None:
        return exact_value(data)
    return selector.exact(data) if isinstance(selector, FieldSelector) else NetDecimal.of(float(selector(data)))


def _bar(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda data: function(net_bar(data)) if isinstance(data, IBaseDataBar) else exact_value(data)


def _quote(side: str, part: str) -> Callable[[Any], NetDecimal]:
    def select(data: Any) -> NetDecimal:
        if isinstance(data, QuoteBar):
            return NetDecimal.of(getattr(getattr(data, side), part))
        return exact_value(data)

    return select


def _price(side: str) -> Callable[[Any], NetDecimal]:
    def select(data: Any) -> NetDecimal:
        if isinstance(data, Tick):
            return NetDecimal.of(getattr(data, f"{side}_price"))
        return NetDecimal.of(getattr(data, side).close) if isinstance(data, QuoteBar) else exact_value(data)

    return select


def _volume(data: Any) -> NetDecimal:
    if isinstance(data, TradeBar):
        return exact_field(data, "volume")
    return NetDecimal.of(data.quantity) if isinstance(data, Tick) else exact_value(data)


class Field:
    """LEAN's selectors by name: `Field.HIGH`, `Field.High`."""

    OPEN = FieldSelector("open", _bar(lambda bar: bar.open))
    HIGH = FieldSelector("high", _bar(lambda bar: bar.high))
    LOW = FieldSelector("low", _bar(lambda bar: bar.low))
    CLOSE = FieldSelector("close", exact_value)
    AVERAGE = FieldSelector("average", _bar(lambda bar: (bar.open + bar.high + bar.low + bar.close) / 4))
    MEDIAN = FieldSelector("median", _bar(lambda bar: (bar.high + bar.low) / 2))
    TYPICAL = FieldSelector("typical", _bar(lambda bar: (bar.high + bar.low + bar.close) / 3))
    WEIGHTED = FieldSelector("weighted", _bar(lambda bar: (bar.high + bar.low + 2 * bar.close) / 4))
    SEVEN_BAR = FieldSelector("seven_bar", _bar(lambda bar: (2 * bar.open + bar.high + bar.low + 3 * bar.close) / 7))
    VOLUME = FieldSelector("volume", _volume, TradeBar)
    BID_PRICE = FieldSelector("bid_price", _price("bid"), QuoteBar)
    ASK_PRICE = FieldSelector("ask_price", _price("ask"), QuoteBar)
    BID_OPEN = FieldSelector("bid_open", _quote("bid", "open"), QuoteBar)
    BID_HIGH = FieldSelector("bid_high", _quote("bid", "high"), QuoteBar)
    BID_LOW = FieldSelector("bid_low", _quote("bid", "low"), QuoteBar)
    BID_CLOSE = FieldSelector("bid_close", _quote("bid", "close"), QuoteBar)
    ASK_OPEN = FieldSelector("ask_open", _quote("ask", "open"), QuoteBar)
    ASK_HIGH = FieldSelector("ask_high", _quote("ask", "high"), QuoteBar)
    ASK_LOW = FieldSelector("ask_low", _quote("ask", "low"), QuoteBar)
    ASK_CLOSE = FieldSelector("ask_close", _quote("ask", "close"), QuoteBar)


for _name, _value in list(vars(Field).items()):
    if isinstance(_value, FieldSelector):
        setattr(Field, to_pascal(_name.lower()), _value)

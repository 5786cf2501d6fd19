"""Rows that a subscription delivers, as flat arrays: reading one costs an index, a bar is made when somebody wants it.

Python's own arrays take a fifth of a list's memory, and whole columns move between them and numpy without a loop.
Local times are clock times of the exchange. Exact decimals are read on demand from the file, scale and all.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from vibetrader.engine.data.bars import Bar, QuoteBar, TradeBar
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.netdecimal import NetDecimal
from vibetrader.marketdata.leanformat import RawBars

_ONE = Decimal(1)
_new = object.__new__


@lru_cache(maxsize=512)
def net_factor(factor: Decimal) -> NetDecimal:
    """A scaling factor as LEAN's decimal."""
    return NetDecimal.of(factor)



def middle(bid: float, ask: float) -> float:
    """Middle of two prices as the decimal it is: the float sum may miss it by its last digit."""
    return float(f"{(bid + ask) / 2:.15g}")


def floats(values: npt.NDArray[np.float64]) -> Sequence[float]:
    """A numpy column as an array whose elements read as Python floats."""
    return array("d", np.ascontiguousarray(values, dtype=np.float64).tobytes())


def integers(values: npt.NDArray[np.int64]) -> Sequence[int]:
    """A numpy column as an array whose elements read as Python integers."""
    return array("q", np.ascontiguousarray(values, dtype=np.int64).tobytes())


def flags(values: npt.NDArray[np.bool_]) -> Sequence[int]:
    """A numpy mask as bytes."""
    return np.ascontiguousarray(values, dtype=np.bool_).tobytes()


class Columns:
    """Rows of bars.

    Attributes:
        emit: UTC time at which each row arrives.
        start: Start by the exchange's clock.
        end: End by the exchange's clock (differs from the arrival of repeated coarse bars).
        filled: True for rows that repeat the one before.
        source: Row of the raw data.
    """

    #: What kind of bars these are: "trade", "quote" or "" for other points.
    kind = ""

    __slots__ = (
        "_decimals", "emit", "end", "factors", "filled", "raw", "recent", "source", "start", "symbol", "symbols",
    )  # fmt: skip

    def __init__(
        self,
        symbol: Symbol,
        emit: Sequence[int],
        start: Sequence[int],
        end: Sequence[int],
        filled: Sequence[int],
        source: Sequence[int],
        raw: RawBars | None,
        factors: list[Decimal] | None,
    ) -> None:
        self.symbol = symbol
        #: Symbol of each row, where the ticker changes in time; None where it is `symbol` throughout.
        self.symbols: list[Symbol] | None = None
        self.emit = emit
        self.start = start
        self.end = end
        self.filled = filled
        self.source = source
        self.raw = raw
        self.factors = factors
        self._decimals: dict[tuple[str, int], Decimal] = {}
        #: The last bar that an indicator has taken, in decimals.
        self.recent: Any = None

    def __len__(self) -> int:
        return len(self.emit)

    def bar(self, i: int) -> Any:
        """The data point of a row."""
        raise NotImplementedError

    def price(self, i: int) -> float:
        """The value of a row: close, or the middle of the quotes."""
        raise NotImplementedError

    def price_decimal(self, i: int) -> Decimal:
        """`price` with all digits."""
        raise NotImplementedError

    def _exact(self, field: str, source: int) -> Decimal:
        """A field of a raw row times its factor."""
        key = (field, source)
        value = self._decimals.get(key)
        if value is None:
            assert self.raw is not None
            value = self.raw.exact(field, source)
            if self.factors is not None:
                factor = self.factors[source]
                if factor != 1:
                    if field in ("volume", "bid_size", "ask_size"):
                        # LEAN: Common/Extensions.cs, Scale: sizes are whole numbers afterwards
                        value = (value * (_ONE / factor)).quantize(_ONE, ROUND_HALF_EVEN)
                    else:
                        value = value * factor
            if len(self._decimals) > 4096:
                self._decimals.clear()
            self._decimals[key] = value
        return value


class TradeColumns(Columns):
    """Rows of trade bars, prices already normalised."""

    kind = "trade"

    __slots__ = ("close", "high", "low", "open", "volume")

    def __init__(
        self,
        *rows: Any,
        open: Sequence[float],
        high: Sequence[float],
        low: Sequence[float],
        close: Sequence[float],
        volume: Sequence[float],
    ) -> None:
        super().__init__(*rows)
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume

    def bar(self, i: int) -> TradeBar:
        """The trade bar of a row; its times and its symbol are looked up when somebody reads them."""
        bar = _new(TradeBar)
        bar._rows = self
        bar._row = i
        bar.open = self.open[i]
        bar.high = self.high[i]
        bar.low = self.low[i]
        bar.close = self.close[i]
        bar.volume = self.volume[i]
        return bar

    def net(self, field: str, i: int) -> NetDecimal:
        """A field of a row as LEAN's decimal: the file's digits times the factor."""
        shown = getattr(self, field)[i]
        if self.raw is None or field == "volume":
            return NetDecimal.of(shown)
        source = self.source[i]
        raw, row = self.raw.place(source)
        value = NetDecimal.of(float(raw.columns[field][row]))
        if raw.scaled:
            value = value.padded(4)
        factor = None if self.factors is None else self.factors[source]
        return value if factor is None or factor == _ONE else value * net_factor(factor)

    def price(self, i: int) -> float:
        """The close."""
        return self.close[i]

    def price_decimal(self, i: int) -> Decimal:
        """The close with all digits."""
        return self._exact("close", self.source[i])

    def decimal(self, field: str, i: int) -> Decimal:
        """`open`, `high`, `low`, `close` or `volume` of a row with all digits; a filled row has no volume."""
        if field == "volume" and self.filled[i]:
            return Decimal(0)
        return self._exact(field, self.source[i])


class QuoteColumns(Columns):
    """Rows of quote bars; NaN where a side is absent."""

    kind = "quote"

    __slots__ = (
        "ask_close", "ask_high", "ask_low", "ask_open", "ask_size",
        "ask_source",
        "bid_close", "bid_high", "bid_low", "bid_open", "bid_size",
        "bid_source",
    )  # fmt: skip
    ask_close: Sequence[float]
    ask_high: Sequence[float]
    ask_low: Sequence[float]
    ask_open: Sequence[float]
    ask_size: Sequence[float]
    bid_close: Sequence[float]
    bid_high: Sequence[float]
    bid_low: Sequence[float]
    bid_open: Sequence[float]
    bid_size: Sequence[float]

    def __init__(self, *rows: Any, sides: dict[str, Sequence[float]], bid_source: Sequence[int], ask_source: Sequence[int]) -> None:
        super().__init__(*rows)
        for name, column in sides.items():
            setattr(self, name, column)
        self.bid_source = bid_source
        self.ask_source = ask_source

    def bar(self, i: int) -> QuoteBar:
        """The quote bar of a row."""
        bid = ask = None
        close = self.bid_close[i]
        if close == close:
            bid = Bar(self.bid_open[i], self.bid_high[i], self.bid_low[i], close)
        close = self.ask_close[i]
        if close == close:
            ask = Bar(self.ask_open[i], self.ask_high[i], self.ask_low[i], close)
        return QuoteBar.at(
            self.symbol if self.symbols is None else self.symbols[i],
            self.start[i],
            self.end[i],
            bid,
            self.bid_size[i],
            ask,
            self.ask_size[i],
            bool(self.filled[i]),
        )

    def price(self, i: int) -> float:
        """Middle of the closes, or the one there is."""
        bid, ask = self.bid_close[i], self.ask_close[i]
        if bid == bid and bid:
            return middle(bid, ask) if ask == ask and ask else bid
        return ask if ask == ask else 0.0

    def price_decimal(self, i: int) -> Decimal:
        """`price` with all digits."""
        bid, ask = self.decimal("bid_close", i), self.decimal("ask_close", i)
        if bid and ask:
            return (bid + ask) / 2
        return bid or ask

    def decimal(self, field: str, i: int) -> Decimal:
        """A field such as `bid_close` with all digits; `open` … `close` are the middle; 0 where a side is absent."""
        if field in ("open", "high", "low", "close"):
            bid, ask = self.decimal(f"bid_{field}", i), self.decimal(f"ask_{field}", i)
            return (bid + ask) / 2 if bid and ask else bid or ask
        if field == "volume":
            return Decimal(0)
        source = (self.bid_source if field.startswith("bid") else self.ask_source)[i]
        return Decimal(0) if source < 0 else self._exact(field, source)


class ObjectColumns(Columns):
    """Rows of ready-made data points: ticks and the data of users' own classes."""

    __slots__ = ("points",)

    def __init__(self, symbol: Symbol, emit: list[int], points: list[Any]) -> None:
        super().__init__(
            symbol,
            emit,
            [point.start_ns for point in points],
            [point.end_ns for point in points],
            [bool(point.is_fill_forward) for point in points],
            list(range(len(points))),
            None,
            None,
        )
        self.points = points

    def bar(self, i: int) -> Any:
        """The data point of a row."""
        return self.points[i]

    def price(self, i: int) -> float:
        """Its value."""
        return float(self.points[i].value)

    def price_decimal(self, i: int) -> Decimal:
        """Its value as a decimal."""
        from vibetrader.engine.money import dec

        return dec(self.points[i].value)

    def decimal(self, field: str, i: int) -> Decimal:
        """A property of the data point as a decimal."""
        from vibetrader.engine.money import dec

        point = self.points[i]
        return dec(getattr(point, field, None) or getattr(point, "value", 0.0))

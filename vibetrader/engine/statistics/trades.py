"""Closed trades and the builder that makes them of fills. LEAN: Common/Statistics/{Trade,TradeBuilder}.cs."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vibetrader.engine import money
from vibetrader.engine.data.enums import FillGroupingMethod, FillMatchingMethod
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.money import ONE, ZERO, round_to
from vibetrader.engine.naming import LeanEnum, alias_members, lean_names
from vibetrader.engine.timekeeping import Nanoseconds, to_datetime, to_timedelta


class TradeDirection(LeanEnum):
    """Side of a trade."""

    LONG = 0
    SHORT = 1


alias_members(TradeDirection)

#: Stable names for the ids, so that two runs of one program give the same bytes; LEAN draws random ones.
_NAMESPACE: Final = uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")


@lean_names(mae="MAE", mfe="MFE")
class Trade:
    """One closed trade. Money is in account currency, times are UTC, users see floats."""

    __slots__ = (
        "_cents", "_end_drawdown", "_entry_ns", "_entry_price", "_exit_ns", "_exit_price", "_id", "_mae", "_mfe",
        "_profit_loss", "_quantity", "_total_fees", "direction", "is_win", "order_ids", "symbols",
    )  # fmt: skip

    def __init__(
        self, symbol: Symbol, order_ids: list[int], entry_ns: Nanoseconds, entry_price: Decimal, quantity: Decimal
    ) -> None:
        self._id = ""
        self.symbols = [symbol]
        self.order_ids = order_ids
        self._entry_ns = self._exit_ns = entry_ns
        self._entry_price = entry_price
        self.direction = TradeDirection.LONG if quantity > 0 else TradeDirection.SHORT
        self._quantity = abs(quantity)
        self._exit_price = self._profit_loss = self._total_fees = self._mae = self._mfe = ZERO
        self._end_drawdown = ZERO
        #: The figures in hundredths, once they were needed.
        self._cents: tuple[int, int, int, int] | None = None
        self.is_win = False

    def _add_order(self, order_id: int) -> None:
        if order_id not in self.order_ids:
            self.order_ids.append(order_id)

    @property
    def id(self) -> str:
        """Identifier of the trade."""
        return self._id

    @property
    def symbol(self) -> Symbol:
        """The traded symbol."""
        return self.symbols[0]

    @property
    def entry_time(self) -> datetime:
        """When it was opened, in UTC."""
        return to_datetime(self._entry_ns).replace(tzinfo=UTC)

    @property
    def exit_time(self) -> datetime:
        """When it was closed, in UTC."""
        return to_datetime(self._exit_ns).replace(tzinfo=UTC)

    @property
    def duration(self) -> timedelta:
        """From entry to exit."""
        return to_timedelta(self._exit_ns - self._entry_ns)

    @property
    def entry_price(self) -> float:
        """Price at entry."""
        return money.double(self._entry_price)

    @property
    def exit_price(self) -> float:
        """Price at exit."""
        return money.double(self._exit_price)

    @property
    def quantity(self) -> float:
        """Units traded, positive."""
        return money.double(self._quantity)

    @property
    def profit_loss(self) -> float:
        """Gross profit, rounded to cents."""
        return money.double(self._profit_loss)

    @property
    def total_fees(self) -> float:
        """Fees counted to this trade."""
        return money.double(self._total_fees)

    @property
    def mae(self) -> float:
        """Maximum adverse excursion: worst open profit (≤ 0), of the position's price range."""
        return money.double(self._mae)

    @property
    def mfe(self) -> float:
        """Maximum favourable excursion: best open profit (≥ 0), of the position's price range."""
        return money.double(self._mfe)

    @property
    def end_trade_drawdown(self) -> float:
        """Deepest fall of the open profit from its best, positive."""
        return money.double(self._end_drawdown)


class _Open:
    """A piece of an open position (fill to fill)."""

    __slots__ = ("drawdown", "peak", "trade")

    def __init__(self, trade: Trade) -> None:
        self.trade = trade
        self.peak = ZERO
        self.drawdown = ZERO

    def move(self, price: Decimal) -> None:
        trade = self.trade
        entry = trade._entry_price
        profit = price - entry if trade.direction == TradeDirection.LONG else entry - price
        if profit < self.peak:
            if self.peak - profit > self.drawdown:
                self.drawdown = self.peak - profit
        else:
            self.peak = profit


class Fill:
    """What the builder keeps of a fill."""

    __slots__ = ("ns", "order_id", "price", "quantity", "symbol")

    def __init__(self, symbol: Symbol, order_id: int, ns: Nanoseconds, price: Decimal, quantity: Decimal) -> None:
        self.symbol = symbol
        self.order_id = order_id
        self.ns = ns
        self.price = price
        self.quantity = quantity

    def open(self, quantity: Decimal) -> Trade:
        return Trade(self.symbol, [self.order_id], self.ns, self.price, quantity)


class _Position:
    __slots__ = ("fees", "fills", "high", "low", "trades")

    def __init__(self, price: Decimal) -> None:
        self.trades: list[_Open] = []
        self.fills: list[Fill] = []
        self.fees = ZERO
        self.high = self.low = price


def _sign(value: Decimal) -> int:
    return (value > 0) - (value < 0)


@lean_names
class TradeBuilder:
    """Groups fills into trades.

    Args:
        grouping_method: What one trade is made of.
        matching_method: First in first out, or last in first out.
    """

    def __init__(
        self,
        grouping_method: FillGroupingMethod = FillGroupingMethod.FILL_TO_FILL,
        matching_method: FillMatchingMethod = FillMatchingMethod.FIFO,
    ) -> None:
        self._grouping = grouping_method
        self._matching = matching_method
        self._closed: list[Trade] = []
        self._positions: dict[Symbol, _Position] = {}
        #: Symbol → prices between which `set_market_price` changes nothing, as floats.
        self.quiet: dict[Symbol, tuple[float, float]] = {}
        self._charged: OrderedDict[int, None] = OrderedDict()

    @property
    def closed_trades(self) -> list[Trade]:
        """Closed trades so far, in the order of closing."""
        return list(self._closed)

    def has_open_position(self, symbol: Symbol) -> bool:
        """Is there an open position in the symbol."""
        position = self._positions.get(symbol)
        if position is None:
            return False
        return bool(position.trades if self._grouping == FillGroupingMethod.FILL_TO_FILL else position.fills)

    def set_live_mode(self, live: bool) -> None:
        """Nothing in a backtest; LEAN forgets old trades in live trading."""

    def set_security_manager(self, securities: Any) -> None:
        """Nothing here; LEAN asks it whether an exercised option won."""

    @property
    def has_positions(self) -> bool:
        """Any open position: prices matter only then."""
        return bool(self._positions)

    @property
    def open_symbols(self) -> list[Symbol]:
        """Symbols with an open position."""
        return list(self._positions)

    def set_market_price(self, symbol: Symbol, price: Decimal) -> None:
        """Tell the latest price; widens the price range of the open position."""
        position = self._positions.get(symbol)
        if position is None:
            return
        if price > position.high:
            position.high = price
        elif price < position.low:
            position.low = price
        for piece in position.trades:
            piece.move(price)
        self._note_quiet(symbol, position)

    def take_prices(self, symbol: Symbol, prices: npt.NDArray[np.float64], digits: Callable[[int], Decimal]) -> None:
        """`set_market_price` for many prices at once; only those that can matter are looked at with all digits.

        Args:
            symbol: Whose prices.
            prices: Prices in the order of time, to float precision.
            digits: All digits of one of them.
        """
        position = self._positions.get(symbol)
        if position is None or not self.has_open_position(symbol):
            return
        lowest, highest = float(prices.min()), float(prices.max())
        quiet = self.quiet.get(symbol)
        if quiet is not None and quiet[0] < lowest and highest < quiet[1]:
            return
        slack = 1e-9 * max(abs(lowest), abs(highest), 1e-300)
        if highest > float(position.high) - slack:
            position.high = max(position.high, digits(int(prices.argmax())))
        if lowest < float(position.low) + slack:
            position.low = min(position.low, digits(int(prices.argmin())))
        for piece in position.trades:
            long = piece.trade.direction == TradeDirection.LONG
            entry = piece.trade._entry_price
            gains = prices - float(entry) if long else float(entry) - prices
            before = float(piece.peak)
            peaks = np.maximum(np.maximum.accumulate(gains), before)
            falls = peaks - gains

            def gain(row: int, entry: Decimal = entry, long: bool = long) -> Decimal:
                return digits(row) - entry if long else entry - digits(row)

            deepest = float(falls.max())
            if deepest > float(piece.drawdown) - slack:
                near = np.flatnonzero(falls >= deepest - slack)
                if len(near) > 1:
                    near = near[np.unique(np.stack([peaks[near], gains[near]]), axis=1, return_index=True)[1]]
                for row in near.tolist():
                    top = piece.peak
                    if peaks[row] > before - slack:
                        top = max(top, gain(int(gains[: row + 1].argmax())))
                    piece.drawdown = max(piece.drawdown, top - gain(row))
            if peaks[-1] > before - slack:
                piece.peak = max(piece.peak, gain(int(gains.argmax())))
        self._note_quiet(symbol, position)

    def _note_quiet(self, symbol: Symbol, position: _Position) -> None:
        """Between which prices nothing changes from now on."""
        low, high = position.low, position.high
        for piece in position.trades:
            entry = piece.trade._entry_price
            if piece.trade.direction == TradeDirection.LONG:
                best, worst = entry + piece.peak, entry + piece.peak - piece.drawdown
                low, high = max(low, worst), min(high, best)
            else:
                best, worst = entry - piece.peak, entry - piece.peak + piece.drawdown
                low, high = max(low, best), min(high, worst)
        self.quiet[symbol] = (float(low), float(high))

    def apply_split(self, symbol: Symbol, factor: Decimal, raw: bool = True) -> None:
        """Restate an open position after a split; only raw prices change. LEAN: TradeBuilder.ApplySplit."""
        self.quiet.pop(symbol, None)
        position = self._positions.get(symbol)
        if position is None or not raw:
            return
        position.low *= factor
        position.high *= factor
        for piece in position.trades:
            piece.trade._quantity /= factor
            piece.trade._entry_price *= factor
            piece.trade._exit_price *= factor
            piece.peak *= factor
            piece.drawdown *= factor
        for fill in position.fills:
            fill.quantity /= factor
            fill.price *= factor

    def process_fill(
        self,
        symbol: Symbol,
        order_id: int,
        utc: Nanoseconds,
        price: Decimal,
        quantity: Decimal,
        *,
        conversion_rate: Decimal,
        fee: Decimal,
        multiplier: Decimal = ONE,
    ) -> None:
        """Take one fill.

        Args:
            symbol: Traded symbol.
            order_id: Order of the fill.
            utc: Time of the fill.
            price: Fill price.
            quantity: Signed fill quantity.
            conversion_rate: Quote to account currency.
            fee: Fee of the order in account currency; counts once, on the order's first fill.
            multiplier: Contract multiplier.
        """
        rate = conversion_rate * multiplier if multiplier != 1 else conversion_rate
        self.process(Fill(symbol, order_id, utc, price, quantity), rate, fee)

    def process(self, fill: Fill, rate: Decimal, fee: Decimal) -> None:
        """The same with bare figures; `rate` includes the multiplier."""
        charge = ZERO
        if fill.order_id not in self._charged:
            charge = fee
            self._charged[fill.order_id] = None
            if len(self._charged) > 1000:
                self._charged.popitem(last=False)
        if self._grouping == FillGroupingMethod.FILL_TO_FILL:
            self._fill_to_fill(fill, charge, rate)
        elif self._grouping == FillGroupingMethod.FLAT_TO_FLAT:
            self._flat_to_flat(fill, charge, rate)
        else:
            self._flat_to_reduced(fill, charge, rate)
        self.quiet.pop(fill.symbol, None)

    def _add(self, trade: Trade) -> None:
        trade.is_win = trade._profit_loss > 0
        trade._id = str(uuid.uuid5(_NAMESPACE, f"{len(self._closed)}-{trade.symbol.id}-{trade._entry_ns}"))
        self._closed.append(trade)

    # LEAN: TradeBuilder.ProcessFillUsingFillToFill
    def _fill_to_fill(self, fill: Fill, fee: Decimal, rate: Decimal) -> None:
        position = self._positions.get(fill.symbol)
        if position is None or not position.trades:
            position = self._positions[fill.symbol] = _Position(fill.price)
            trade = fill.open(fill.quantity)
            trade._total_fees = fee
            position.trades.append(_Open(trade))
            return
        self.set_market_price(fill.symbol, fill.price)
        fifo = self._matching == FillMatchingMethod.FIFO
        pieces = position.trades
        index = 0 if fifo else len(pieces) - 1
        if (fill.quantity > 0) == (pieces[index].trade.direction == TradeDirection.LONG):
            trade = fill.open(fill.quantity)
            trade._total_fees = fee
            pieces.append(_Open(trade))
            return
        size, done = abs(fill.quantity), ZERO
        charged = False
        while pieces and done < size:
            piece = pieces[index]
            trade = piece.trade
            left = size - done
            if left >= trade._quantity:
                done += trade._quantity
                del pieces[index]
                trade._add_order(fill.order_id)
                if index > 0 and not fifo:
                    index -= 1
                closed = trade
            else:
                done += left
                trade._quantity -= left
                closed = Trade(
                    fill.symbol,
                    [*trade.order_ids, *([] if fill.order_id in trade.order_ids else [fill.order_id])],
                    trade._entry_ns,
                    trade._entry_price,
                    left if trade.direction == TradeDirection.LONG else -left,
                )
                closed._total_fees = trade._total_fees
                trade._total_fees = ZERO
            if not charged:
                closed._total_fees += fee
                charged = True
            self._close(closed, piece, position, fill, rate)
        if done == size and not pieces:
            del self._positions[fill.symbol]
        elif done < size:
            rest = size - done
            position.trades = [_Open(fill.open(rest if fill.quantity > 0 else -rest))]
            position.high = position.low = fill.price

    def _close(self, trade: Trade, piece: _Open, position: _Position, fill: Fill, rate: Decimal) -> None:
        entry, quantity = trade._entry_price, trade._quantity
        trade._exit_ns = fill.ns
        trade._exit_price = fill.price
        if trade.direction == TradeDirection.LONG:
            gain, worst, best = fill.price - entry, position.low - entry, position.high - entry
        else:
            gain, worst, best = entry - fill.price, entry - position.high, entry - position.low
        trade._profit_loss = round_to(gain * quantity * rate, 2)
        trade._mae = round_to(worst * quantity * rate, 2)
        trade._mfe = round_to(best * quantity * rate, 2)
        trade._end_drawdown = round_to(piece.drawdown * quantity * rate, 2)
        self._add(trade)

    # LEAN: TradeBuilder.ProcessFillUsingFlatToFlat
    def _flat_to_flat(self, fill: Fill, fee: Decimal, rate: Decimal) -> None:
        position = self._positions.get(fill.symbol)
        if position is None or not position.fills:
            self._restart(fill, fee)
            return
        self.set_market_price(fill.symbol, fill.price)
        fills = position.fills
        held = sum((each.quantity for each in fills), ZERO)
        fills.append(fill)
        position.fees += fee
        same_side = _sign(fills[0].quantity) == _sign(fill.quantity)
        if same_side or (held + fill.quantity != 0 and abs(fill.quantity) <= abs(held)):
            return
        rest = held + fill.quantity
        fifo = self._matching == FillMatchingMethod.FIFO
        entry_ns = fills[0].ns
        bought = sold = entry = leave = ZERO
        orders: list[int] = []
        for each in fills if fifo else reversed(fills):
            if _sign(each.quantity) != _sign(fill.quantity):
                bought += each.quantity
                entry += (each.price - entry) * each.quantity / bought
            else:
                sold += each.quantity
                leave += (each.price - leave) * each.quantity / sold
            if each.order_id not in orders:
                orders.append(each.order_id)
        trade = Trade(fill.symbol, orders, entry_ns, entry, abs(bought) if fill.quantity < 0 else -abs(bought))
        trade._exit_ns, trade._exit_price = fill.ns, leave
        trade._profit_loss = round_to((leave - entry) * abs(bought) * _sign(bought) * rate, 2)
        trade._total_fees = position.fees
        self._add(trade)
        del self._positions[fill.symbol]
        if rest:
            fill.quantity = rest
            self._restart(fill, ZERO)

    # LEAN: TradeBuilder.ProcessFillUsingFlatToReduced
    def _flat_to_reduced(self, fill: Fill, fee: Decimal, rate: Decimal) -> None:
        position = self._positions.get(fill.symbol)
        if position is None or not position.fills:
            self._restart(fill, fee)
            return
        self.set_market_price(fill.symbol, fill.price)
        fifo = self._matching == FillMatchingMethod.FIFO
        fills = position.fills
        index = 0 if fifo else len(fills) - 1
        position.fees += fee
        if _sign(fill.quantity) == _sign(fills[index].quantity):
            fills.append(fill)
            return
        entry_ns = fills[index].ns
        size, done, entry = abs(fill.quantity), ZERO, ZERO
        orders = [fill.order_id]
        while fills and abs(done) < size:
            each = fills[index]
            left = size - abs(done)
            if left >= abs(each.quantity):
                if not fifo:
                    entry_ns = each.ns
                done -= each.quantity
                entry -= (each.price - entry) * each.quantity / done
                del fills[index]
                if not fifo and index > 0:
                    index -= 1
            else:
                executed = left * _sign(fill.quantity)
                done += executed
                entry += (each.price - entry) * executed / done
                each.quantity += executed
            if each.order_id not in orders:
                orders.append(each.order_id)
        trade = Trade(fill.symbol, orders, entry_ns, entry, -done)
        trade._exit_ns, trade._exit_price = fill.ns, fill.price
        trade._profit_loss = round_to((fill.price - entry) * abs(done) * _sign(-done) * rate, 2)
        trade._total_fees = position.fees
        self._add(trade)
        if abs(done) < size:
            fill.quantity -= done
            position.fills = [fill]
            position.fees = ZERO
            position.high = position.low = fill.price
        elif not fills:
            del self._positions[fill.symbol]
        else:
            position.fees = ZERO

    def _restart(self, fill: Fill, fee: Decimal) -> None:
        position = self._positions[fill.symbol] = _Position(fill.price)
        position.fills.append(fill)
        position.fees = fee

"""How much money a strategy could trade. LEAN: Common/{CapacityEstimate,SymbolCapacity}.cs."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from vibetrader.engine.data.bars import TradeBar
from vibetrader.engine.data.enums import OrderStatus, Resolution, SecurityType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.money import ONE, ZERO, dec
from vibetrader.engine.timekeeping import DAY, HOUR, MINUTE, SECOND, Nanoseconds

_EFFECT: Final = 30 * DAY
_FOREX_VOLUME: Final = 25_000_000.0
_CFD_VOLUME: Final = 200.0
_DOLLARS_PER_MINUTE: Final = 6_000_000
_THOUSAND: Final = Decimal("1000.00")
_SHARE: Final[dict[Resolution, Decimal]] = {
    Resolution.DAILY: Decimal("0.02"),
    Resolution.HOUR: Decimal("0.05"),
    Resolution.MINUTE: Decimal("0.20"),
    Resolution.SECOND: Decimal("0.50"),
    Resolution.TICK: Decimal("0.50"),
}


def _resolution(period: Nanoseconds) -> Resolution:
    """LEAN: Extensions.ToHigherResolutionEquivalent, without exact match."""
    for limit, resolution in (
        (SECOND, Resolution.TICK),
        (MINUTE, Resolution.SECOND),
        (HOUR, Resolution.MINUTE),
        (DAY, Resolution.HOUR),
    ):
        if period < limit:
            return resolution
    return Resolution.DAILY


def _round_up(time: Nanoseconds, span: Nanoseconds) -> Nanoseconds:
    return -(-time // span) * span


class Bar:
    """What the estimate needs of a bar of the present slice."""

    __slots__ = ("close", "period", "volume")

    def __init__(self, close: float, volume: float, period: Nanoseconds) -> None:
        self.close = close
        self.volume = volume
        self.period = period


class SymbolCapacity:
    """Traded and tradable dollar volume of one symbol between two snapshots.

    The market's volume is summed in floats: the estimate is shown in whole thousands.
    """

    def __init__(self, security: Any) -> None:
        self.security = security
        self.trades = 0
        self.sale_volume = ZERO
        self._volume = 0.0
        self._time: Nanoseconds | None = None
        self._dollars_per_minute = 0.0
        self._scale = ZERO
        self._market = 0.0
        self._reset = False
        self._discount = 0.0
        self._order_time: Nanoseconds | None = None
        self._last = (0.0, 0.0, 0.0, 0.0)

    @property
    def market_volume(self) -> Decimal:
        """Dollar volume the market can take."""
        return dec(self._market) * self._scale

    def on_fill(self, utc: Nanoseconds, price: Decimal, quantity: Decimal) -> None:
        """Count a fill; fills in quick succession discount the volume that follows."""
        security = self.security
        rate, multiplier = conversion_rate(security), contract_multiplier(security)
        self.sale_volume += rate * price * abs(quantity) * multiplier
        before = self._order_time if self._order_time is not None else utc - DAY
        discount = 2 * (dec((utc - before) / MINUTE) / 390)
        self._discount = 1.0 if discount > 1 else float(max(Decimal("0.20"), discount))
        if self._reset:
            self._market, self.trades, self._reset = 0.0, 0, False
        self.trades += 1
        self._order_time = utc

    def _includes(self, resolution: Resolution, utc: Nanoseconds) -> bool:
        order = self._order_time
        if order is None:
            return False
        if resolution == Resolution.HOUR:
            return utc == _round_up(order, HOUR)
        if resolution == Resolution.DAILY:
            return utc == order or utc // DAY * DAY == _round_up(order, DAY)
        quick = resolution != Resolution.MINUTE
        budget = _DOLLARS_PER_MINUTE // 60 if quick else _DOLLARS_PER_MINUTE
        span = budget / self._dollars_per_minute if self._dollars_per_minute else 10.0
        whole = round(span) if span < 121 else 121
        if abs(span - whole) < 1e-9:
            span = whole + 1e-6 if self._is_within(budget, whole) else whole - 1e-6
        minutes = 120 if span > 120 else int(max(5 if quick else 1, span))
        return utc <= order + minutes * MINUTE

    def _is_within(self, budget: int, whole: int) -> bool:
        """Whether the budget lasts that many minutes, exactly: floats cannot tell there."""
        close, volume, rate, minutes = self._last
        dollars = dec(close) * dec(rate) * dec(volume)
        return budget >= whole * (dollars / dec(minutes) if minutes else dollars)

    def update(self, utc: Nanoseconds, bar: Bar | None) -> bool:
        """Collect the volume of a bar; True when the symbol needs no more bars."""
        if bar is None or bar.volume == 0:
            return False
        resolution = _resolution(bar.period)
        rate = float(self.security.quote_currency.conversion_rate_decimal)
        minutes = (utc - (self._time if self._time is not None else utc)) / MINUTE
        volume = bar.volume + self._volume if minutes else bar.volume
        self._dollars_per_minute = bar.close * rate * volume / (minutes or 1)
        self._last = (bar.close, volume, rate, minutes)
        self._time, self._volume = utc, bar.volume
        included = self._includes(resolution, utc)
        if included:
            self._scale = _SHARE[resolution]
            self._market += bar.close * self._discount * bar.volume * rate * float(contract_multiplier(self.security))
        return not included

    def reset(self) -> None:
        """Begin a new snapshot; the collected volume stays until the next fill."""
        self._reset = True
        self.sale_volume = ZERO

    def is_stale(self, utc: Nanoseconds) -> bool:
        """Not held and last filled over 30 days ago."""
        return not self.security.invested and self._order_time is not None and utc >= self._order_time + _EFFECT


def conversion_rate(security: Any) -> Decimal:
    """Quote to account currency, as a decimal."""
    return dec(security.quote_currency.conversion_rate)


def contract_multiplier(security: Any) -> Decimal:
    """Units of one contract."""
    return dec(security.symbol_properties.contract_multiplier)


class CapacityEstimate:
    """Capacity of a strategy in account currency.

    Args:
        state: The algorithm's state.
    """

    def __init__(self, state: Any) -> None:
        self._state = state
        days = (state.end_ns - state.start_ns) / DAY
        self._span = round(max(min(days - 1, 7), 1) * DAY)
        self._next = state.start_ns + self._span
        self._symbols: dict[Symbol, SymbolCapacity] = {}
        self._monitored: list[SymbolCapacity] = []
        self._value = ZERO
        self.lowest: Symbol | None = None

    @property
    def capacity(self) -> Decimal:
        """Capacity, rounded to 1000 (halves away from zero)."""
        return _THOUSAND * (self._value / _THOUSAND).quantize(ONE, rounding=ROUND_HALF_UP)

    def on_order_event(self, event: Any) -> None:
        """Take a fill; other events don't count."""
        if event.status not in (OrderStatus.FILLED, OrderStatus.PARTIALLY_FILLED):
            return
        found = self._symbols.get(event.symbol)
        if found is None:
            found = self._symbols[event.symbol] = SymbolCapacity(self._state.securities[event.symbol])
        found.on_fill(event.utc_ns, event.fill_price_decimal, event.fill_quantity_decimal)
        if found not in self._monitored:
            self._monitored.append(found)

    @property
    def is_monitoring(self) -> bool:
        """Whether the volume of some bars counts."""
        return bool(self._monitored)

    @property
    def next_snapshot(self) -> Nanoseconds:
        """First moment of which a snapshot would be taken; far away without fills."""
        return -(-self._next // DAY) * DAY if self._symbols else 1 << 62

    def can_replay(self, sources: dict[int, Any], is_even: bool) -> bool:
        """Whether `replay` finds all it needs in columns.

        Args:
            sources: Security (by id) → the subscription that sets its price; None where several do.
            is_even: All subscriptions have a row at each moment.
        """
        for each in self._monitored:
            security = each.security
            source = sources.get(id(security))
            if source is None or getattr(security.quote_currency.conversion, "steps", None):
                return False
            if not is_even and len([config for config in security.subscriptions if not config.is_internal_feed]) != 1:
                return False
        return True

    def replay(self, first: Nanoseconds, last: Nanoseconds, sources: dict[int, Any]) -> None:
        """`update` for all moments between two, both included, without a snapshot."""
        left: list[SymbolCapacity] = []
        for each in self._monitored:
            source = sources[id(each.security)]
            columns, times = source.columns, source.times
            for row in range(source.row_at(first - 1) + 1, source.row_at(last) + 1):
                if each.update(times[row], self._bar_of(columns.bar(row))):
                    break
            else:
                left.append(each)
        self._monitored = left

    def is_busy(self, utc: Nanoseconds) -> bool:
        """Whether `update` would do anything at a moment."""
        return bool(self._symbols) and (bool(self._monitored) or utc // DAY * DAY >= self._next)

    def update(self, force: bool) -> None:
        """Collect volume after each time step, and take a snapshot when one is due."""
        state = self._state
        if not self._symbols:
            return
        utc = state.utc_ns
        if self._monitored:
            self._monitored = [each for each in self._monitored if not each.update(utc, self._bar(each.security))]
        if not force and utc // DAY * DAY < self._next:
            return
        total = _decimal(state.portfolio, "total_portfolio_value")
        if not total:
            return
        sales = sum((each.sale_volume for each in self._symbols.values()), ZERO)
        smallest = min(self._symbols.values(), key=lambda each: each.market_volume)
        self.lowest = smallest.security.symbol
        share = smallest.sale_volume / sales if sales else ZERO
        security = smallest.security
        used = _reserved_buying_power(security) * dec(security.leverage)
        scaling = max(share, used / total)
        fresh = smallest.market_volume / smallest.trades / scaling if scaling else self._value
        if self._value:
            fresh = Decimal("0.33") * fresh + self._value * Decimal("0.66")
        self._value = fresh
        for symbol, each in list(self._symbols.items()):
            if each.is_stale(utc):
                del self._symbols[symbol]
                if each in self._monitored:
                    self._monitored.remove(each)
            else:
                each.reset()
        self._next = utc // DAY * DAY + self._span

    def _bar(self, security: Any) -> Bar | None:
        """The symbol's bar in the present slice; quotes count their sizes, Forex and CFD a fixed volume."""
        current = self._state.current_slice
        if current is None:
            return None
        symbol = security.symbol
        bar = current.bars.get_value(symbol)
        if bar is None:
            bar = current.quote_bars.get_value(symbol)
        return None if bar is None else self._bar_of(bar)

    @staticmethod
    def _bar_of(bar: Any) -> Bar:
        """Close and volume of a trade or quote bar."""
        if isinstance(bar, TradeBar):
            return Bar(bar.close, bar.volume, bar.end_ns - bar.start_ns)
        quote = bar
        kind = quote.symbol.security_type
        if kind == SecurityType.FOREX:
            volume = _FOREX_VOLUME
        elif kind == SecurityType.CFD:
            volume = _CFD_VOLUME
        else:
            volume = (quote.last_bid_size + quote.last_ask_size) / 2
        return Bar(quote.close, volume, quote.end_ns - quote.start_ns)


def _reserved_buying_power(security: Any) -> Decimal:
    """Money the security's position holds back, by its own model. LEAN: Security.MarginModel."""
    from vibetrader.engine.portfolio.buyingpower import ReservedBuyingPowerForPositionParameters

    parameters = ReservedBuyingPowerForPositionParameters(security)
    found = security.buying_power_model.get_reserved_buying_power_for_position(parameters)
    return dec(getattr(found, "absolute_used_buying_power", found))


def _decimal(owner: Any, name: str) -> Decimal:
    """A money figure as a decimal: `name_decimal` where the room gives it, else the figure itself."""
    exact = getattr(owner, f"{name}_decimal", None)
    return exact if isinstance(exact, Decimal) else dec(getattr(owner, name))

"""A security's trading day so far, and the days before. LEAN: Common/Data/Market/Session.cs, SessionBar.cs, SessionConsolidator.cs.

Off until its size is set (`security.session.size = 3`): nothing is collected for strategies that never ask.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from vibetrader.engine.money import dec, smart_round, text
from vibetrader.engine.naming import lean_names
from vibetrader.engine.rolling import RollingWindow
from vibetrader.engine.timekeeping import DAY, Nanoseconds, to_datetime

#: Start of a bar that has none yet; LEAN: DateTime.MaxValue
_NO_START: Nanoseconds = 2**63 - 1


@lean_names
class SessionBar:
    """One trading day: prices of trades (of quotes where there are no trades) and volume of regular hours."""

    __clr_name__ = "QuantConnect.Data.Market.SessionBar"

    def __init__(self, symbol: Any, start_ns: Nanoseconds, by_quotes: bool, previous: SessionBar | None = None) -> None:
        self.symbol = symbol
        self.start_ns = start_ns
        self.volume = 0.0
        self.open_interest = 0.0
        self._by_quotes = by_quotes
        self._sides: dict[str, list[float]] = {}
        self._previous = previous
        self._last = 0
        self._counted = 0

    def take(self, bar: Any) -> None:
        """Add a bar of a smaller resolution."""
        if not self._sides and self._by_quotes and self._previous is not None:
            # quotes go on from where they were yesterday
            for side, (_, _, _, close) in self._previous._sides.items():
                self._sides[side] = [close] * 4
        if bar.start_ns < self._last:
            return
        if type(bar).__name__ == "TradeBar":
            if self._counted <= bar.start_ns:
                self._counted = bar.end_ns
                self.volume += bar.volume
            if not self._by_quotes:
                self._add("bid", bar)
                self._last = bar.end_ns
        elif self._by_quotes:
            for side in ("bid", "ask"):
                quote = getattr(bar, side)
                if quote is not None:
                    self._add(side, quote)
            self._last = bar.end_ns

    def _add(self, side: str, bar: Any) -> None:
        known = self._sides.get(side)
        if known is None:
            self._sides[side] = [bar.open, bar.high, bar.low, bar.close]
        else:
            known[1] = max(known[1], bar.high)
            known[2] = min(known[2], bar.low)
            known[3] = bar.close

    def _price(self, place: int) -> float:
        sides = [side[place] for side in self._sides.values()]
        return float(sum(sides) / len(sides)) if sides else 0.0

    @property
    def open(self) -> float:
        """Open; 0 before the first bar of the day."""
        return self._price(0)

    @property
    def high(self) -> float:
        """High; 0 before the first bar of the day."""
        return self._price(1)

    @property
    def low(self) -> float:
        """Low; 0 before the first bar of the day."""
        return self._price(2)

    @property
    def close(self) -> float:
        """Close; 0 before the first bar of the day."""
        return self._price(3)

    @property
    def value(self) -> float:
        """The same as `close`."""
        return self.close

    price = value

    @property
    def time(self) -> datetime:
        """Midnight of its day; the year 9999 before the first bar."""
        return datetime.max if self.start_ns == _NO_START else to_datetime(self.start_ns)

    @property
    def end_time(self) -> datetime:
        """Midnight after its day."""
        return datetime.max if self.start_ns == _NO_START else to_datetime(self.start_ns + DAY)

    def __str__(self) -> str:
        shown = [(name, getattr(self, name)) for name in ("open", "high", "low", "close", "volume")]
        prices = " ".join(f"{name[0].upper()}: {text(smart_round(dec(value)))}" for name, value in shown)
        return f"{prices} OI: {text(dec(self.open_interest))}"


@lean_names
class Session(RollingWindow[SessionBar]):
    """The day so far as a bar, and a window of days: `session[1]` is the day before.

    Args:
        symbol: Whose days.
        hours: Its exchange's hours.
        by_quotes: The security has no trades.
        on_start: Called once when a size is set: from then on bars are wanted.
    """

    __clr_name__ = "QuantConnect.Data.Market.Session"

    def __init__(self, symbol: Any, hours: Any, by_quotes: bool, on_start: Callable[[Session], None]) -> None:
        super().__init__(0)
        self.symbol = symbol
        self._hours = hours
        self._by_quotes = by_quotes
        self._on_start = on_start
        self._working: SessionBar | None = None
        self._finished: SessionBar | None = None
        self._begun = False

    @property
    def size(self) -> int:
        """How many days it keeps, today among them; 0 collects nothing."""
        return self._size

    @size.setter
    def size(self, value: int) -> None:
        RollingWindow.size.fset(self, value)  # type: ignore[attr-defined]
        if value > 0 and self._working is None:
            self._renew()
            self._on_start(self)

    Size = size

    def _renew(self) -> None:
        start = _NO_START
        if self._finished is not None and self._finished.start_ns != _NO_START:
            start = self._hours.next_open(self._finished.start_ns + DAY) // DAY * DAY
        self._working = SessionBar(self.symbol, start, self._by_quotes, self._finished)
        self._begun = False
        self.add(self._working)

    def update(self, bar: Any) -> None:
        """A bar came. LEAN: SessionConsolidator.cs, AggregateBar."""
        working = self._working
        if working is None:
            return
        if bar.start_ns - working.start_ns >= DAY:
            working = self._finish()
        if not self._begun:
            if working.start_ns == _NO_START or bar.start_ns // DAY > working.start_ns // DAY:
                working.start_ns = bar.start_ns // DAY * DAY
            self._begun = True
        if self._hours.is_open_during(bar.start_ns, bar.end_ns, False):
            working.take(bar)

    def scan(self, local_ns: Nanoseconds) -> None:
        """The exchange's clock moved: a new date ends the day."""
        working = self._working
        if working is not None and self._begun and local_ns - working.start_ns >= DAY:
            self._finish()

    def _finish(self) -> SessionBar:
        self._finished = self._working
        self._renew()
        assert self._working is not None
        return self._working

    def reset(self) -> None:
        """Forget all days."""
        if self._working is not None:
            super().reset()
            self._finished = None
            self._renew()

    @property
    def open(self) -> float:
        """Open of the day; 0 before its first bar."""
        return self._working.open if self._working else 0.0

    @property
    def high(self) -> float:
        """High of the day so far; 0 before its first bar."""
        return self._working.high if self._working else 0.0

    @property
    def low(self) -> float:
        """Low of the day so far; 0 before its first bar."""
        return self._working.low if self._working else 0.0

    @property
    def close(self) -> float:
        """Last price of the day; 0 before its first bar."""
        return self._working.close if self._working else 0.0

    @property
    def volume(self) -> float:
        """Volume of the day so far."""
        return self._working.volume if self._working else 0.0

    @property
    def open_interest(self) -> float:
        """Open interest; 0 for what has none."""
        return self._working.open_interest if self._working else 0.0

    @property
    def end_time(self) -> datetime:
        """End of the day."""
        return self._working.end_time if self._working else datetime.min

    def __str__(self) -> str:
        return str(self._working) if self._working else ""

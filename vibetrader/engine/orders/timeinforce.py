"""How long orders live. LEAN: Common/Orders/TimeInForce.cs, Common/Orders/TimeInForces/*.cs."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.naming import LeanOverrides, lean_names
from vibetrader.engine.timekeeping import DAY, HOUR, NEW_YORK, Nanoseconds, from_datetime, to_datetime, zone

if TYPE_CHECKING:
    from vibetrader.engine.orders.event import OrderEvent
    from vibetrader.engine.orders.order import Order

#: Forex and CFD orders end at 17:00 New York. LEAN: DayTimeInForce.cs, IsOrderExpired
_FOREX_CUT_OFF: Final = 17 * HOUR


@lean_names
class TimeInForce(LeanOverrides):
    """Base of the times in force, and their names: `GOOD_TIL_CANCELED`, `DAY`, `GOOD_TIL_DATE(date)`."""

    __clr_name__ = "QuantConnect.Orders.TimeInForce"
    GOOD_TIL_CANCELED: ClassVar[TimeInForce]
    DAY: ClassVar[TimeInForce]

    def is_order_expired(self, security: Any, order: Order) -> bool:
        """True when the order's time is over."""
        return False

    def is_fill_valid(self, security: Any, order: Order, fill: OrderEvent) -> bool:
        """True when the fill may be taken."""
        return True

    @staticmethod
    def good_til_date(expiry: datetime) -> GoodTilDateTimeInForce:
        """Until the end of the given day."""
        return GoodTilDateTimeInForce(expiry)

    GOOD_TIL_DATE = good_til_date

    def __str__(self) -> str:
        return self.__clr_name__


class GoodTilCanceledTimeInForce(TimeInForce):
    """Until filled or cancelled."""

    __clr_name__ = "QuantConnect.Orders.TimeInForces.GoodTilCanceledTimeInForce"


class DayTimeInForce(TimeInForce):
    """Until the end of the exchange's day."""

    __clr_name__ = "QuantConnect.Orders.TimeInForces.DayTimeInForce"

    def is_order_expired(self, security: Any, order: Order) -> bool:
        """LEAN: DayTimeInForce.cs, IsOrderExpired."""
        hours = security.exchange.hours
        kind = order.security_type
        if kind in (SecurityType.FOREX, SecurityType.CFD):
            new_york = zone(NEW_YORK)
            ordered = new_york.to_local(order.time_ns)
            expiry = ordered // DAY * DAY + _FOREX_CUT_OFF
            if ordered % DAY > _FOREX_CUT_OFF:
                expiry += DAY
            return bool(new_york.to_local(security.utc_ns) >= expiry)
        local: Nanoseconds = security.local_ns
        ordered = hours.time_zone.to_local(order.time_ns)
        if kind in (SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE):
            return bool(local // DAY > ordered // DAY)
        return bool(local >= hours.last_daily_close(ordered, False))


@lean_names
class GoodTilDateTimeInForce(TimeInForce):
    """Until the end of a given day.

    Attributes:
        expiry: The day; its clock time does not matter.
    """

    __clr_name__ = "QuantConnect.Orders.TimeInForces.GoodTilDateTimeInForce"

    def __init__(self, expiry: datetime) -> None:
        given: Any = expiry
        if not isinstance(given, datetime) and isinstance(given, date):
            given = datetime(given.year, given.month, given.day)
        self.expiry_ns = from_datetime(given.replace(tzinfo=None))

    @property
    def expiry(self) -> datetime:
        """The day."""
        return to_datetime(self.expiry_ns)

    def is_order_expired(self, security: Any, order: Order) -> bool:
        """LEAN: GoodTilDateTimeInForce.cs, IsOrderExpired."""
        kind = order.security_type
        day = self.expiry_ns // DAY * DAY
        if kind in (SecurityType.FOREX, SecurityType.CFD):
            return bool(security.utc_ns >= self.forex_expiry(order))
        local: Nanoseconds = security.local_ns
        if kind in (SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE):
            return local // DAY * DAY > day
        return bool(local >= security.exchange.hours.last_daily_close(day, False))

    def forex_expiry(self, order: Order) -> Nanoseconds:
        """UTC of the cut-off. LEAN: GoodTilDateTimeInForce.cs, GetForexOrderExpiryDateTime."""
        new_york = zone(NEW_YORK)
        day = self.expiry_ns // DAY * DAY
        expiry = day + _FOREX_CUT_OFF
        if order.time_ns // DAY * DAY == day and new_york.to_local(order.time_ns) % DAY > _FOREX_CUT_OFF:
            expiry += DAY
        return new_york.to_utc(expiry)


TimeInForce.GOOD_TIL_CANCELED = GoodTilCanceledTimeInForce()
TimeInForce.DAY = DayTimeInForce()
TimeInForce.GoodTilCanceled = TimeInForce.GOOD_TIL_CANCELED  # type: ignore[attr-defined]  # C# spelling
TimeInForce.Day = TimeInForce.DAY  # type: ignore[attr-defined]
TimeInForce.GoodTilDate = TimeInForce.good_til_date  # type: ignore[attr-defined]

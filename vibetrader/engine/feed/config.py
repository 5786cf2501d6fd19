"""What a subscription asks for. LEAN: Common/Data/SubscriptionDataConfig.cs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from vibetrader.engine.data.bars import QuoteBar, Tick, TradeBar
from vibetrader.engine.data.enums import DataNormalizationMode, Resolution, SecurityType, TickType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import DAY, HOUR, MINUTE, SECOND, TimeZone, to_timedelta

#: Length of a bar by resolution, nanoseconds.
SPAN: Final = {
    Resolution.TICK: 0,
    Resolution.SECOND: SECOND,
    Resolution.MINUTE: MINUTE,
    Resolution.HOUR: HOUR,
    Resolution.DAILY: DAY,
}

# LEAN: Common/Data/SubscriptionManager.cs, DefaultDataTypes
TICK_TYPES: Final[dict[SecurityType, tuple[TickType, ...]]] = {
    SecurityType.BASE: (TickType.TRADE,),
    SecurityType.INDEX: (TickType.TRADE,),
    SecurityType.FOREX: (TickType.QUOTE,),
    SecurityType.EQUITY: (TickType.TRADE, TickType.QUOTE),
    SecurityType.CFD: (TickType.QUOTE,),
    SecurityType.COMMODITY: (TickType.TRADE,),
    SecurityType.CRYPTO: (TickType.TRADE, TickType.QUOTE),
    SecurityType.CRYPTO_FUTURE: (TickType.TRADE, TickType.QUOTE),
}


def is_valid_configuration(security_type: SecurityType, resolution: Resolution, tick_type: TickType) -> bool:
    """Daily and hourly equity data has no quotes. LEAN: Common/Util/LeanData.cs, IsValidConfiguration."""
    if security_type == SecurityType.EQUITY and resolution in (Resolution.DAILY, Resolution.HOUR):
        return tick_type != TickType.QUOTE
    return True


def data_types(security_type: SecurityType, resolution: Resolution) -> list[tuple[type, TickType]]:
    """Types of data a security of a kind subscribes to. LEAN: DataManager.cs, LookupSubscriptionConfigDataTypes."""
    found: list[tuple[type, TickType]] = [
        (Tick if resolution == Resolution.TICK else QuoteBar if tick_type == TickType.QUOTE else TradeBar, tick_type)
        for tick_type in TICK_TYPES.get(security_type, (TickType.TRADE,))
        if is_valid_configuration(security_type, resolution, tick_type)
    ]
    if security_type == SecurityType.CRYPTO_FUTURE:
        from vibetrader.engine.data.bars import MarginInterestRate

        found.append((MarginInterestRate, TickType.QUOTE))
    return found


class Consolidators(list[Any]):
    """What bars feed, in order: .NET's set as Python sees it."""

    __slots__ = ()

    @classmethod
    def of(cls, consolidators: list[Any]) -> Consolidators:
        """The same list if it is one already: copies of a configuration share it."""
        return consolidators if isinstance(consolidators, cls) else cls(consolidators)

    @property
    def count(self) -> Any:  # .NET's, not Python's
        """How many there are."""
        return len(self)


@lean_names
class SubscriptionDataConfig:
    """One kind of data of one symbol at one resolution.

    Attributes:
        type: Class of the data points.
        increment_ns: Length of a bar, 0 for ticks.
        is_filtered_subscription: Bars outside the sessions are dropped.
        consolidators: What the bars feed, in order.
        mapped_symbol: Ticker of the day.
    """

    def __init__(
        self,
        type: type,
        symbol: Symbol,
        resolution: Resolution,
        data_time_zone: TimeZone,
        exchange_time_zone: TimeZone,
        *,
        fill_forward: bool = True,
        extended_hours: bool = False,
        is_internal_feed: bool = False,
        is_custom: bool = False,
        tick_type: TickType = TickType.TRADE,
        is_filtered_subscription: bool = True,
        normalization: DataNormalizationMode = DataNormalizationMode.ADJUSTED,
        consolidators: list[Any] | None = None,
    ) -> None:
        self.type = type
        self.symbol = symbol
        self.resolution = Resolution(resolution)
        self.data_zone = data_time_zone
        self.exchange_zone = exchange_time_zone
        self.fill_data_forward = bool(fill_forward) and resolution != Resolution.TICK
        self.extended_market_hours = bool(extended_hours)
        self.is_internal_feed = is_internal_feed
        self.is_custom_data = is_custom
        self.tick_type = tick_type
        self.is_filtered_subscription = is_filtered_subscription
        self.data_normalization_mode = normalization
        self.increment_ns = SPAN[self.resolution]
        self.consolidators: Consolidators = Consolidators() if consolidators is None else Consolidators.of(consolidators)
        self.mapped_symbol = symbol.value
        self.price_scale_factor = 1.0
        self.sum_of_dividends = 0.0
        self.data_mapping_mode: Any = None
        self.contract_depth_offset = 0

    def copy(self, **changes: Any) -> SubscriptionDataConfig:
        """Another one that shares the consolidators."""
        given: dict[str, Any] = {
            "fill_forward": self.fill_data_forward,
            "extended_hours": self.extended_market_hours,
            "is_internal_feed": self.is_internal_feed,
            "is_custom": self.is_custom_data,
            "tick_type": self.tick_type,
            "is_filtered_subscription": self.is_filtered_subscription,
            "normalization": self.data_normalization_mode,
            "consolidators": self.consolidators,
        }
        resolution = changes.pop("resolution", None)
        given.update(changes)
        return SubscriptionDataConfig(
            self.type,
            self.symbol,
            self.resolution if resolution is None else resolution,
            self.data_zone,
            self.exchange_zone,
            **given,
        )

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes two configurations the same one. LEAN: SubscriptionDataConfig.cs, Equals."""
        return (
            self.symbol.id,
            self.type,
            self.tick_type,
            self.resolution,
            self.fill_data_forward,
            self.extended_market_hours,
            self.is_internal_feed,
            self.is_custom_data,
            self.is_filtered_subscription,
        )

    @property
    def security_type(self) -> SecurityType:
        """Kind of the security."""
        return self.symbol.security_type

    @property
    def market(self) -> str:
        """Market of the symbol."""
        return self.symbol.market

    @property
    def increment(self) -> timedelta:
        """Length of a bar."""
        return to_timedelta(self.increment_ns)

    @property
    def data_time_zone(self) -> TimeZone:
        """Zone of the files."""
        return self.data_zone

    @property
    def exchange_time_zone(self) -> TimeZone:
        """Zone of the bars."""
        return self.exchange_zone

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, SubscriptionDataConfig) and other.key == self.key)

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        # LEAN: Common/Messages/Messages.Common…, SubscriptionDataConfig.ToString
        mapped = f",{self.mapped_symbol}" if self.mapped_symbol else ""
        internal = ",Internal" if self.is_internal_feed else ""
        return (
            f"{self.symbol.value},#0{mapped},{self.resolution.to_string()},{self.type.__name__},"
            f"{self.tick_type.to_string()},{self.data_normalization_mode.to_string()}{internal}"
        )

"""Consolidators: small bars to larger ones. LEAN: Common/Data/Consolidators."""

from __future__ import annotations

from vibetrader.engine.consolidators.base import (
    ConsolidatorBase,
    FilteredIdentityDataConsolidator,
    IdentityDataConsolidator,
    SequentialConsolidator,
    Surroundings,
)
from vibetrader.engine.consolidators.markethours import MarketHourAwareConsolidator
from vibetrader.engine.consolidators.periods import (
    BaseDataConsolidator,
    Calendar,
    CalendarInfo,
    CalendarType,
    DynamicDataConsolidator,
    OpenInterestConsolidator,
    QuoteBarConsolidator,
    TickConsolidator,
    TickQuoteBarConsolidator,
    TradeBarConsolidator,
)
from vibetrader.engine.consolidators.renko import (
    ClassicRangeConsolidator,
    ClassicRenkoConsolidator,
    DollarVolumeRenkoConsolidator,
    RangeConsolidator,
    RenkoConsolidator,
    VolumeRenkoConsolidator,
    WickedRenkoConsolidator,
)

#: What users may name.
EXPORTS: dict[str, object] = {
    kind.__name__: kind
    for kind in (
        BaseDataConsolidator,
        Calendar,
        CalendarInfo,
        CalendarType,
        ClassicRangeConsolidator,
        ClassicRenkoConsolidator,
        DollarVolumeRenkoConsolidator,
        DynamicDataConsolidator,
        FilteredIdentityDataConsolidator,
        IdentityDataConsolidator,
        MarketHourAwareConsolidator,
        OpenInterestConsolidator,
        QuoteBarConsolidator,
        RangeConsolidator,
        RenkoConsolidator,
        SequentialConsolidator,
        TickConsolidator,
        TickQuoteBarConsolidator,
        TradeBarConsolidator,
        VolumeRenkoConsolidator,
        WickedRenkoConsolidator,
    )
}

__all__ = [
    "EXPORTS",
    "BaseDataConsolidator",
    "Calendar",
    "CalendarInfo",
    "CalendarType",
    "ClassicRangeConsolidator",
    "ClassicRenkoConsolidator",
    "ConsolidatorBase",
    "DollarVolumeRenkoConsolidator",
    "DynamicDataConsolidator",
    "FilteredIdentityDataConsolidator",
    "IdentityDataConsolidator",
    "MarketHourAwareConsolidator",
    "OpenInterestConsolidator",
    "QuoteBarConsolidator",
    "RangeConsolidator",
    "RenkoConsolidator",
    "SequentialConsolidator",
    "Surroundings",
    "TickConsolidator",
    "TickQuoteBarConsolidator",
    "TradeBarConsolidator",
    "VolumeRenkoConsolidator",
    "WickedRenkoConsolidator",
]

"""How securities that universes select are subscribed. LEAN: Common/Data/UniverseSelection/UniverseSettings.cs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from vibetrader.engine.data.enums import DataMappingMode, DataNormalizationMode, Resolution
from vibetrader.engine.naming import lean_names


@lean_names
class Schedule:
    """Dates a universe selects on: `universe_settings.schedule.on(date_rule)`."""

    def __init__(self, date_rule: Any = None) -> None:
        self._rule = date_rule

    @property
    def initialized(self) -> bool:
        """True once a rule was given."""
        return self._rule is not None

    def on(self, date_rule: Any) -> None:
        """Select on the dates of a rule only."""
        self._rule = date_rule

    @property
    def rule(self) -> Any:
        """The rule, None without."""
        return self._rule


@lean_names
class UniverseSettings:
    """Settings of the securities a universe selects.

    Args:
        resolution: Of the subscriptions, or the settings to copy.
        leverage: 0 takes the default of the security.
        fill_forward: Fill holes with the last bar.
        extended_market_hours: Data outside regular hours too.
        minimum_time_in_universe: How long a security stays at least.
        data_normalization_mode: Adjustment of prices.
        data_mapping_mode: Of continuous futures.
        contract_depth_offset: Of continuous futures.
        asynchronous: Kept for compatibility.
        selection_date_rule: Dates of selection.
    """

    __slots__ = (
        "asynchronous", "contract_depth_offset", "data_mapping_mode", "data_normalization_mode", "extended_market_hours",
        "fill_forward", "leverage", "minimum_time_in_universe", "resolution", "schedule", "subscription_data_types",
    )  # fmt: skip
    __clr_name__ = "QuantConnect.Data.UniverseSelection.UniverseSettings"

    def __init__(
        self,
        resolution: Resolution | UniverseSettings = Resolution.MINUTE,
        leverage: float = 0.0,
        fill_forward: bool = True,
        extended_market_hours: bool = False,
        minimum_time_in_universe: timedelta = timedelta(days=1),
        data_normalization_mode: DataNormalizationMode = DataNormalizationMode.ADJUSTED,
        data_mapping_mode: DataMappingMode = DataMappingMode.OPEN_INTEREST,
        contract_depth_offset: int = 0,
        asynchronous: bool | None = None,
        selection_date_rule: Any = None,
    ) -> None:
        if isinstance(resolution, UniverseSettings):
            for slot in self.__slots__:
                setattr(self, slot, getattr(resolution, slot))
            self.schedule: Schedule = Schedule(resolution.schedule.rule)
            return
        self.resolution = resolution
        self.leverage = float(leverage)
        self.fill_forward = fill_forward
        self.extended_market_hours = extended_market_hours
        self.minimum_time_in_universe = minimum_time_in_universe
        self.data_normalization_mode = data_normalization_mode
        self.data_mapping_mode = data_mapping_mode
        self.contract_depth_offset = contract_depth_offset
        self.asynchronous = asynchronous
        self.schedule = Schedule(selection_date_rule)
        self.subscription_data_types: list[Any] | None = None

"""`self.settings`. LEAN: Common/AlgorithmSettings.cs."""

from __future__ import annotations

from datetime import timedelta

from vibetrader.engine.data.enums import Resolution
from vibetrader.engine.naming import lean_names


@lean_names
class AlgorithmSettings:
    """Settings of an algorithm; every name is LEAN's."""

    __slots__ = (
        "automatic_indicator_warm_up", "daily_consolidation_use_extended_market_hours", "daily_precise_end_time",
        "data_subscription_limit", "databases_refresh_period", "free_portfolio_value", "free_portfolio_value_percentage",
        "ignore_unknown_asset_holdings", "liquidate_enabled", "max_absolute_portfolio_target_percentage",
        "min_absolute_portfolio_target_percentage", "minimum_order_margin_portfolio_percentage",
        "performance_sample_period", "rebalance_portfolio_on_insight_changes",
        "rebalance_portfolio_on_security_changes", "seed_initial_prices", "stale_price_time_span",
        "trading_days_per_year", "warmup_resolution",
    )  # fmt: skip
    __clr_name__ = "QuantConnect.AlgorithmSettings"

    def __init__(self) -> None:
        self.automatic_indicator_warm_up = False
        self.rebalance_portfolio_on_security_changes: bool | None = None
        self.rebalance_portfolio_on_insight_changes: bool | None = None
        self.max_absolute_portfolio_target_percentage = 1_000_000_000.0
        self.min_absolute_portfolio_target_percentage = 1e-10
        self.minimum_order_margin_portfolio_percentage = 0.001
        self.data_subscription_limit = 2**31 - 1
        self.free_portfolio_value: float | None = None
        self.free_portfolio_value_percentage = 0.0025
        self.liquidate_enabled = True
        self.stale_price_time_span = timedelta(hours=1)
        self.warmup_resolution: Resolution | None = None
        self.trading_days_per_year: int | None = None
        self.daily_precise_end_time = True
        self.daily_consolidation_use_extended_market_hours = False
        self.databases_refresh_period = timedelta(days=1)
        self.ignore_unknown_asset_holdings = True
        self.performance_sample_period = timedelta(0)
        self.seed_initial_prices = False

    @property
    def warm_up_resolution(self) -> Resolution | None:
        """The same as `warmup_resolution`."""
        return self.warmup_resolution

    @warm_up_resolution.setter
    def warm_up_resolution(self, resolution: Resolution | None) -> None:
        self.warmup_resolution = resolution

    def __str__(self) -> str:
        return self.__clr_name__

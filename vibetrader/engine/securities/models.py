"""Interfaces of a security's models, as the engine calls them; users write their own in Python.

Numbers may come back as floats, decimals or LEAN's result objects; the engine converts.
"""

from __future__ import annotations

from typing import Any, Protocol


class FeeModel(Protocol):
    """What an order costs."""

    def get_order_fee(self, parameters: Any) -> Any:
        """`OrderFee` for `OrderFeeParameters`; may raise, which refuses the order."""


class SlippageModel(Protocol):
    """How far market prices move against an order."""

    def get_slippage_approximation(self, asset: Any, order: Any) -> Any:
        """A price difference, not negative."""


class FillModel(Protocol):
    """Whether, where and how much of an order fills."""

    def fill(self, parameters: Any) -> Any:
        """Order events for `FillModelParameters`, filled or not."""


class SettlementModel(Protocol):
    """When proceeds become cash."""

    def apply_funds(self, parameters: Any) -> None:
        """Book an amount."""

    def scan(self, parameters: Any) -> None:
        """Release what is due."""


class BuyingPowerModel(Protocol):
    """What may be bought."""

    def has_sufficient_buying_power_for_order(self, parameters: Any) -> Any:
        """A `HasSufficientBuyingPowerForOrderResult`."""

    def get_maximum_order_quantity_for_target_buying_power(self, parameters: Any) -> Any:
        """A `GetMaximumOrderQuantityResult`."""


class PriceVariationModel(Protocol):
    """The tick."""

    def get_minimum_price_variation(self, parameters: Any) -> Any:
        """Tick size, 0 for none."""

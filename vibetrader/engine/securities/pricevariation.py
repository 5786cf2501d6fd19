"""Tick sizes. LEAN: Common/Securities/*PriceVariationModel.cs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from vibetrader.engine import money
from vibetrader.engine.money import ZERO
from vibetrader.engine.naming import LeanOverrides, lean_names


@lean_names
class GetMinimumPriceVariationParameters:
    """Argument of `get_minimum_price_variation`."""

    __slots__ = ("reference_price_decimal", "security")

    def __init__(self, security: Any, reference_price: Decimal) -> None:
        self.security = security
        self.reference_price_decimal = reference_price

    @property
    def reference_price(self) -> float:
        """Price that decides."""
        return money.double(self.reference_price_decimal)


@lean_names
class SecurityPriceVariationModel(LeanOverrides):
    """The tick of the symbol properties."""

    def get_minimum_price_variation(self, parameters: Any) -> Any:
        """Tick size."""
        return parameters.security.symbol_properties.minimum_price_variation_decimal


class AdjustedPriceVariationModel(SecurityPriceVariationModel):
    """No tick: adjusted prices lie between ticks."""

    def get_minimum_price_variation(self, parameters: Any) -> Any:
        """Zero."""
        return ZERO


class EquityPriceVariationModel(SecurityPriceVariationModel):
    """Cents, hundredths of cents below one dollar."""

    def get_minimum_price_variation(self, parameters: Any) -> Any:
        """Tick size."""
        if parameters.reference_price_decimal < 1:
            return Decimal("0.0001")
        return super().get_minimum_price_variation(parameters)

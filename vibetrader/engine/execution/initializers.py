"""What sets up new securities. LEAN: Common/Securities/BrokerageModelSecurityInitializer.cs, SecuritySeeder.cs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from vibetrader.engine.naming import LeanOverrides, lean_names


@lean_names
class BrokerageModelSecurityInitializer(LeanOverrides):
    """Gives a security the models of a brokerage; base of users' own initializers.

    Args:
        brokerage_model: The brokerage.
        security_seeder: Gives the last known price, or nothing.
    """

    __clr_name__ = "QuantConnect.Securities.BrokerageModelSecurityInitializer"

    def __init__(self, brokerage_model: Any = None, security_seeder: Any = None) -> None:
        self._model = brokerage_model
        self._seeder = security_seeder

    def initialize(self, security: Any) -> None:
        """LEAN: BrokerageModelSecurityInitializer.cs, Initialize."""
        model = self._model
        security.set_fill_model(model.get_fill_model(security))
        security.set_fee_model(model.get_fee_model(security))
        security.set_slippage_model(model.get_slippage_model(security))
        security.set_settlement_model(model.get_settlement_model(security))
        security.set_buying_power_model(model.get_buying_power_model(security))
        security.set_margin_interest_rate_model(model.get_margin_interest_rate_model(security))
        security.set_leverage(model.get_leverage(security))
        security.set_shortable_provider(model.get_shortable_provider(security))
        if self._seeder is not None:
            self._seeder.seed_security(security)


@lean_names
class FuncSecuritySeeder:
    """Seeds prices with what a function gives. LEAN: Common/Securities/FuncSecuritySeeder.cs."""

    __clr_name__ = "QuantConnect.Securities.FuncSecuritySeeder"

    def __init__(self, seed_function: Callable[[Any], Any]) -> None:
        self._function = seed_function

    def seed_security(self, security: Any) -> bool:
        """Give a security the last known prices."""
        points = self._function(security)
        if points is None:
            return False
        if not isinstance(points, (list, tuple)) and not hasattr(points, "__iter__"):
            points = [points]
        seeded = False
        for point in points:
            security.set_market_price(point)
            seeded = True
        return seeded


class NullSecuritySeeder:
    """Seeds nothing."""

    def seed_security(self, security: Any) -> bool:
        """Nothing."""
        return True


class SecuritySeeder:
    """`SecuritySeeder.NULL`."""

    NULL: ClassVar[NullSecuritySeeder] = NullSecuritySeeder()
    Null = NULL

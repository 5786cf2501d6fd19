"""Portfolio targets and order sizes. LEAN: Common/Algorithm/Framework/Portfolio/PortfolioTarget.cs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from vibetrader.engine import money
from vibetrader.engine.clr import ArgumentOutOfRangeException
from vibetrader.engine.data.enums import InsightDirection
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.data.symbolcache import to_symbol
from vibetrader.engine.money import ZERO
from vibetrader.engine.naming import lean_names
from vibetrader.engine.portfolio.buyingpower import (
    GetMaximumOrderQuantityForTargetBuyingPowerParameters,
    quantity_of,
)
from vibetrader.engine.portfolio.messages import zero_price_text


@lean_names
class PortfolioTarget:
    """A symbol and the quantity (or part of the portfolio) wanted.

    Attributes:
        symbol: What is wanted.
        tag: Note.
    """

    __slots__ = ("quantity_decimal", "symbol", "tag")
    __clr_name__ = "QuantConnect.Algorithm.Framework.Portfolio.PortfolioTarget"

    def __init__(self, symbol: Any, quantity: Any, tag: str = "") -> None:
        self.symbol: Symbol = to_symbol(symbol)
        if isinstance(quantity, InsightDirection):
            directions = {InsightDirection.UP: 1, InsightDirection.DOWN: -1, InsightDirection.FLAT: 0}
            if quantity not in directions:
                raise ArgumentOutOfRangeException(f"Invalid insight direction {quantity}", "insightDirection")
            quantity = directions[quantity]
        self.quantity_decimal = money.dec(quantity)
        self.tag = tag

    @property
    def quantity(self) -> float:
        """Wanted quantity."""
        return money.double(self.quantity_decimal)

    @staticmethod
    def percent(
        algorithm: Any, symbol: Any, percent: Any, return_delta_quantity: Any = False, tag: str = ""
    ) -> PortfolioTarget | None:
        """Target of a part of the portfolio value; None when it cannot be computed.

        Args:
            algorithm: The algorithm.
            symbol: What is wanted.
            percent: Part of the portfolio value, negative for a short position.
            return_delta_quantity: Give the order instead of the position.
            tag: Note.
        """
        if isinstance(return_delta_quantity, str):
            return_delta_quantity, tag = False, return_delta_quantity
        wanted = to_symbol(symbol)
        quantity = target_quantity(algorithm._vt, wanted, money.dec(percent), bool(return_delta_quantity))
        return None if quantity is None else PortfolioTarget(wanted, quantity, tag)

    def __str__(self) -> str:
        text = f"{self.symbol}: {money.text(self.quantity_decimal)}"
        return f"{text} ({self.tag})" if self.tag else text


def target_quantity(state: Any, symbol: Symbol, percent: Decimal, delta: bool) -> Decimal | None:
    """Order (or position) that gives a symbol a part of the portfolio value. LEAN: PortfolioTarget.cs, Percent."""
    settings, portfolio = state.settings, state.portfolio
    size = abs(percent)
    largest = money.dec(settings.max_absolute_portfolio_target_percentage)
    smallest = money.dec(settings.min_absolute_portfolio_target_percentage)
    if size > largest or (size and size < smallest):
        state.error(
            f"The portfolio target percent: {money.text(percent)}, does not comply with the current "
            f"'self.settings.max_absolute_portfolio_target_percentage': {money.text(largest)} or "
            f"'self.settings.min_absolute_portfolio_target_percentage': {money.text(smallest)}. Skipping"
        )
        return None
    security = state.securities.find(symbol)
    if security is None:
        state.error(f"{symbol} not found in portfolio. Request this data when initializing the algorithm.")
        return None
    if not security.price_decimal:
        state.error(zero_price_text(symbol))
        return None
    adjusted = percent * portfolio.total_value_less_free_buffer / portfolio.total_value
    target = adjusted / security.leverage_decimal
    result = security.buying_power_model.get_maximum_order_quantity_for_target_buying_power(
        GetMaximumOrderQuantityForTargetBuyingPowerParameters(
            portfolio, security, target, money.dec(settings.minimum_order_margin_portfolio_percentage)
        )
    )
    lot = security.symbol_properties.lot_size_decimal
    lots = quantity_of(result) / lot
    if result.is_error:
        state.error(
            f"Unable to compute order quantity of {symbol}. Reason: {result.reason} Returning null."
        )
        return None
    if portfolio.take_small_target_warning():
        state.debug(
            "Warning: Portfolio rebalance result ignored as it resulted in a single share trade recommendation which can "
            "generate high fees. To disable minimum order size checks please set "
            "self.settings.minimum_order_margin_portfolio_percentage = 0."
        )
    return lots * lot + (ZERO if delta else security.holdings.quantity_decimal)  # type: ignore[no-any-return]

"""Fees and minimum sizes that execution models ask for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from vibetrader.engine.money import dec
from vibetrader.engine.portfolio.buyingpower import BuyingPowerModelExtensions
from vibetrader.engine.securities.holding import market_order_fees


def market_order_fee(algorithm: Any, security: Any, quantity: Decimal) -> tuple[Decimal, str]:
    """Amount and currency of a market order's fee. LEAN: Common/Extensions.cs, GetMarketOrderFees."""
    fee = market_order_fees(security, quantity)
    return dec(fee.amount_decimal), fee.currency


def above_minimum_order_margin(algorithm: Any, security: Any, quantity: Decimal) -> bool:
    """Whether an order is worth the minimum share of the portfolio.

    LEAN: BuyingPowerModelExtensions.cs, AboveMinimumOrderMarginPortfolioPercentage: without free margin any order passes.
    """
    state = algorithm._vt
    return BuyingPowerModelExtensions.above_minimum_order_margin_portfolio_percentage(
        security.buying_power_model,
        security,
        quantity,
        state.portfolio,
        state.settings.minimum_order_margin_portfolio_percentage,
    )

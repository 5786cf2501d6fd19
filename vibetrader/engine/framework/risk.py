"""Risk management models. LEAN: Algorithm.Framework/Risk/*.cs."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from vibetrader.engine.clr import ArgumentOutOfRangeException, DotNetException
from vibetrader.engine.framework.models import RiskManagementModel
from vibetrader.engine.framework.targets import PortfolioTargetCollection, quantity_of
from vibetrader.engine.money import dec
from vibetrader.engine.naming import lean_names
from vibetrader.engine.portfolio.target import PortfolioTarget

_NAMESPACE: Final = "QuantConnect.Algorithm.Framework.Risk."


def _flatten(algorithm: Any, symbol: Any) -> PortfolioTarget:
    """Ends the insights of a symbol and closes it."""
    algorithm._vt.framework.insights.cancel([symbol])
    return PortfolioTarget(symbol, 0)


@lean_names
class MaximumDrawdownPercentPerSecurity(RiskManagementModel):
    """Closes positions that lost more than a share of their cost.

    Args:
        maximum_drawdown_percent: The share, 0.05 is 5 %.
    """

    __clr_name__ = _NAMESPACE + "MaximumDrawdownPercentPerSecurity"

    def __init__(self, maximum_drawdown_percent: float = 0.05) -> None:
        self._limit = -abs(float(maximum_drawdown_percent))

    def manage_risk(self, algorithm: Any, targets: list[Any]) -> Iterable[Any]:
        """Targets of zero."""
        for symbol, security in algorithm._vt.securities.pairs():
            if security.invested and security.holdings.unrealized_profit_percent < self._limit:
                yield _flatten(algorithm, symbol)


@lean_names
class MaximumUnrealizedProfitPercentPerSecurity(RiskManagementModel):
    """Closes positions that gained more than a share of their cost.

    Args:
        maximum_unrealized_profit_percent: The share, 0.05 is 5 %.
    """

    __clr_name__ = _NAMESPACE + "MaximumUnrealizedProfitPercentPerSecurity"

    def __init__(self, maximum_unrealized_profit_percent: float = 0.05) -> None:
        self._limit = abs(float(maximum_unrealized_profit_percent))

    def manage_risk(self, algorithm: Any, targets: list[Any]) -> Iterable[Any]:
        """Targets of zero."""
        for symbol, security in algorithm._vt.securities.pairs():
            if security.invested and security.holdings.unrealized_profit_percent > self._limit:
                yield _flatten(algorithm, symbol)


@lean_names
class MaximumDrawdownPercentPortfolio(RiskManagementModel):
    """Closes everything when the portfolio lost more than a share.

    Args:
        maximum_drawdown_percent: The share, 0.05 is 5 %.
        is_trailing: Measured from the highest value instead of the first one.
    """

    __clr_name__ = _NAMESPACE + "MaximumDrawdownPercentPortfolio"

    def __init__(self, maximum_drawdown_percent: float = 0.05, is_trailing: bool = False) -> None:
        self._limit = -abs(dec(maximum_drawdown_percent))
        self._trailing = is_trailing
        self._high: Decimal | None = None

    def manage_risk(self, algorithm: Any, targets: list[Any]) -> Iterable[Any]:
        """Targets of zero for all targets."""
        value = algorithm._vt.portfolio.total_value
        if self._high is None:
            self._high = value
        if self._trailing and self._high < value:
            self._high = value
            return
        if value / self._high - 1 < self._limit and targets:
            self._high = None
            for target in targets:
                yield _flatten(algorithm, target.symbol)


@lean_names
class TrailingStopRiskManagementModel(RiskManagementModel):
    """Closes positions that fell by a share from their best value.

    Args:
        maximum_drawdown_percent: The share, 0.05 is 5 %.
    """

    __clr_name__ = _NAMESPACE + "TrailingStopRiskManagementModel"

    def __init__(self, maximum_drawdown_percent: float = 0.05) -> None:
        self._limit = abs(float(maximum_drawdown_percent))
        self._best: dict[Any, tuple[bool, float]] = {}

    def manage_risk(self, algorithm: Any, targets: list[Any]) -> Iterable[Any]:
        """Targets of zero."""
        for symbol, security in algorithm._vt.securities.pairs():
            if not security.invested:
                self._best.pop(symbol, None)
                continue
            holdings = security.holdings
            is_long, value = holdings.is_long, holdings.absolute_holdings_value
            held = self._best.get(symbol)
            if held is None or held[0] != is_long:
                held = self._best[symbol] = (is_long, holdings.absolute_holdings_cost)
            best = held[1]
            if (is_long and best < value) or (not is_long and best > value):
                self._best[symbol] = (is_long, value)
                continue
            if abs((best - value) / best) > self._limit:
                del self._best[symbol]
                yield _flatten(algorithm, symbol)


@lean_names
class MaximumSectorExposureRiskManagementModel(RiskManagementModel):
    """Limits the share of each sector; needs securities with fundamental data.

    Args:
        maximum_sector_exposure: The share, 0.2 is 20 %.
    """

    __clr_name__ = _NAMESPACE + "MaximumSectorExposureRiskManagementModel"

    def __init__(self, maximum_sector_exposure: float = 0.20) -> None:
        if maximum_sector_exposure <= 0:
            raise ArgumentOutOfRangeException(
                "MaximumSectorExposureRiskManagementModel: the maximum sector exposure cannot be a non-positive value."
            )
        self._limit = dec(maximum_sector_exposure)
        self._targets = PortfolioTargetCollection()

    def manage_risk(self, algorithm: Any, targets: list[Any]) -> Iterable[Any]:
        """Smaller targets for sectors beyond the limit."""
        state = algorithm._vt
        most = state.portfolio.total_value * self._limit
        self._targets.add_range(targets)
        sectors: dict[Any, list[Any]] = {}
        for security in state.universe_manager.active_securities.values():
            fundamentals = security.fundamentals
            if fundamentals is not None and fundamentals.has_fundamental_data:
                sectors.setdefault(fundamentals.company_reference.industry_template_code, []).append(security)
        for securities in sectors.values():
            total = sum((self._value(security) for security in securities), Decimal(0))
            ratio = total / most
            if ratio <= 1:
                continue
            for security in securities:
                target = self._targets.get(security.symbol)
                quantity = security.holdings.quantity_decimal if target is None else quantity_of(target)
                if quantity:
                    yield PortfolioTarget(security.symbol, quantity / ratio)

    def _value(self, security: Any) -> Decimal:
        target = self._targets.get(security.symbol)
        if target is None:
            return dec(security.holdings.absolute_holdings_value)
        rate = security.quote_currency.conversion_rate_decimal
        multiplier = dec(security.symbol_properties.contract_multiplier)
        return security.price_decimal * abs(quantity_of(target)) * multiplier * rate  # type: ignore[no-any-return]

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Refuses universes without fundamental data."""
        held = algorithm._vt.universe_manager.active_securities.values()
        if not any(item.fundamentals is not None and item.fundamentals.has_fundamental_data for item in held):
            raise DotNetException(
                "MaximumSectorExposureRiskManagementModel.OnSecuritiesChanged: Please select a portfolio selection model "
                "that selects securities with fundamental data."
            )

"""Execution models. LEAN: Algorithm/Execution/*.cs, Algorithm.Framework/Execution/*.cs."""

from __future__ import annotations

from typing import Any, Final

from vibetrader.engine.framework.models import ExecutionModel
from vibetrader.engine.framework.targets import PortfolioTarget, PortfolioTargetCollection, unordered_quantity
from vibetrader.engine.naming import lean_names

_NAMESPACE: Final = "QuantConnect.Algorithm.Framework.Execution."


@lean_names
class ImmediateExecutionModel(ExecutionModel):
    """Market orders at once. LEAN: Algorithm/Execution/ImmediateExecutionModel.cs."""

    __clr_name__ = _NAMESPACE + "ImmediateExecutionModel"
    _collection: PortfolioTargetCollection | None = None

    @property
    def targets_collection(self) -> PortfolioTargetCollection:
        """Targets that are not reached yet."""
        if self._collection is None:
            self._collection = PortfolioTargetCollection()
        return self._collection

    def execute(self, algorithm: Any, targets: list[Any]) -> None:
        """Order what is missing, reductions first; changes below the minimum share of the portfolio are left out."""
        collection = self.targets_collection
        collection.add_range(targets)
        if collection.is_empty:
            return
        for target in collection.order_by_margin_impact(algorithm):
            security = algorithm._vt.securities[target.symbol]
            quantity = unordered_quantity(algorithm, target, security, account_for_fees=True)
            if quantity == 0:
                continue
            if above_minimum(algorithm, security, quantity):
                market_order(algorithm, security, quantity, self.asynchronous, getattr(target, "tag", ""))
            elif PortfolioTarget.minimum_order_margin_percentage_warning_sent is None:
                PortfolioTarget.minimum_order_margin_percentage_warning_sent = False
        collection.clear_fulfilled(algorithm)

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Nothing to do."""


def above_minimum(algorithm: Any, security: Any, quantity: Any) -> bool:
    """Whether an order is above the minimum share of the portfolio."""
    from vibetrader.engine.framework.sizing import above_minimum_order_margin

    return above_minimum_order_margin(algorithm, security, quantity)


def market_order(algorithm: Any, security: Any, quantity: Any, asynchronous: bool = False, tag: str = "") -> Any:
    """A market order of the class's own method, whatever the strategy assigned to that name."""
    from vibetrader.engine.api.algorithm import QCAlgorithm

    return QCAlgorithm.market_order(algorithm, security.symbol, quantity, asynchronous, tag)

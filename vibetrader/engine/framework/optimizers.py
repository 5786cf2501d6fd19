"""Portfolio optimizers. LEAN: Algorithm.Framework/Portfolio/*Optimizer.{cs,py}, ReturnsSymbolData.cs."""

from __future__ import annotations

import math
import sys
from datetime import datetime
from typing import Any, Final

from vibetrader.engine.naming import LeanOverrides, lean_names
from vibetrader.errors import UnsupportedLeanFeature

_NAMESPACE: Final = "QuantConnect.Algorithm.Framework.Portfolio."


class ReturnsMatrix:
    """Returns of one symbol over a window, newest first.

    Args:
        symbol: The symbol.
        lookback: Bars of one return.
        period: Number of returns kept.
    """

    def __init__(self, symbol: Any, lookback: int, period: int) -> None:
        self.symbol = symbol
        self._lookback = lookback
        self._period = period
        self._prices: list[float] = []
        self._returns: list[tuple[datetime, float]] = []

    def update(self, time: datetime, price: float) -> None:
        """Take a price."""
        self._prices.append(price)
        del self._prices[: -self._lookback - 1]
        if len(self._prices) > self._lookback:
            before = self._prices[0]
            self.add(time, 0.0 if before == 0 else (price - before) / before)

    def add(self, time: datetime, value: float) -> None:
        """Take a return; one of the same time stays."""
        if self._returns and self._returns[0][0] == time:
            return
        self._returns.insert(0, (time, value))
        del self._returns[self._period :]

    @staticmethod
    def rows(held: dict[Any, ReturnsMatrix], symbols: list[Any]) -> list[list[float]]:
        """One row per date, one column per symbol. LEAN: ReturnsSymbolData.cs, FormReturnsMatrix."""
        series = [dict(held[symbol]._returns) for symbol in symbols if symbol in held]
        dates = list(dict.fromkeys(date for entries in series for date in entries))
        most = max((len(item._returns) for item in held.values()), default=0)
        nan = float("nan")
        if most == len(dates):
            rows = [[entries.get(date, nan) for entries in series] for date in dates]
        else:
            lists = [list(entries.values()) for entries in series]
            rows = [[values[place] if place < len(values) else nan for values in lists] for place in range(most)]
        return [row for row in rows if not math.isnan(total := sum(map(abs, row))) and total != 0]


def _minimize(function: Any, start: Any, **options: Any) -> Any:
    try:
        from scipy.optimize import minimize
    except ImportError as error:
        raise UnsupportedLeanFeature(
            "this portfolio optimizer needs scipy, which is not installed", hint="pip install 'vibetrader[framework]'"
        ) from error
    return minimize(function, start, **options)


@lean_names
class MinimumVariancePortfolioOptimizer(LeanOverrides):
    """Least variance for a wanted return; absolute weights sum to 1.

    Args:
        minimum_weight: Lower bound of a weight.
        maximum_weight: Upper bound of a weight.
        target_return: Wanted return.
    """

    __clr_name__ = _NAMESPACE + "MinimumVariancePortfolioOptimizer"

    def __init__(self, minimum_weight: float = -1, maximum_weight: float = 1, target_return: float = 0.02) -> None:
        self.minimum_weight = minimum_weight
        self.maximum_weight = maximum_weight
        self.target_return = target_return

    def optimize(self, historical_returns: Any, expected_returns: Any = None, covariance: Any = None) -> Any:
        """Weights; equal ones when the problem has no solution."""
        import numpy as np

        returns = np.asarray(historical_returns, dtype=float)
        matrix = np.cov(returns, rowvar=False).reshape(returns.shape[1], -1) if covariance is None else np.asarray(covariance)
        expected = returns.mean(axis=0) if expected_returns is None else np.asarray(expected_returns)
        size = len(expected)
        start = np.full(size, 1.0 / size)
        # scaled so that the solver's tolerance does not stop it at once: daily variances are tiny
        scale = 1.0 / max(float(np.abs(matrix).max()), 1e-300)
        found = _minimize(
            lambda weights: float(weights @ matrix @ weights) * scale,
            start,
            jac=lambda weights: 2 * scale * (matrix @ weights),
            bounds=[(self.minimum_weight, self.maximum_weight)] * size,
            constraints=[
                {"type": "eq", "fun": lambda weights: float(np.sum(weights)) - 1},
                {"type": "eq", "fun": lambda weights: float(expected @ weights) - self.target_return},
            ],
            method="SLSQP",
            options={"ftol": 1e-12, "maxiter": 500},
        )
        if not found.success:
            return start
        total = float(np.sum(np.abs(found.x)))
        return start if not total or math.isnan(total) else found.x / total


@lean_names
class MaximumSharpeRatioPortfolioOptimizer(LeanOverrides):
    """Best Sharpe ratio; weights sum to 1.

    Args:
        minimum_weight: Lower bound of a weight.
        maximum_weight: Upper bound of a weight.
        risk_free_rate: Return without risk.
    """

    __clr_name__ = _NAMESPACE + "MaximumSharpeRatioPortfolioOptimizer"

    def __init__(self, minimum_weight: float = -1, maximum_weight: float = 1, risk_free_rate: float = 0.0) -> None:
        self.minimum_weight = minimum_weight
        self.maximum_weight = maximum_weight
        self.risk_free_rate = risk_free_rate

    def optimize(self, historical_returns: Any, expected_returns: Any = None, covariance: Any = None) -> Any:
        """Weights; equal ones when the problem has no solution."""
        import numpy as np

        returns = np.asarray(historical_returns, dtype=float)
        matrix = np.cov(returns, rowvar=False) if covariance is None else np.asarray(covariance)
        expected = (returns.mean(axis=0) if expected_returns is None else np.asarray(expected_returns)) - self.risk_free_rate
        size = len(expected)
        start = np.full(size, 1.0 / size)
        found = _minimize(
            lambda weights: -float(expected @ weights) / math.sqrt(float(weights @ matrix @ weights)),
            start,
            bounds=[(self.minimum_weight, self.maximum_weight)] * size,
            constraints=[{"type": "eq", "fun": lambda weights: float(np.sum(weights)) - 1}],
            method="SLSQP",
        )
        return found.x if found.success else start


@lean_names
class UnconstrainedMeanVariancePortfolioOptimizer(LeanOverrides):
    """Expected returns times the inverse covariance."""

    __clr_name__ = _NAMESPACE + "UnconstrainedMeanVariancePortfolioOptimizer"

    def optimize(self, historical_returns: Any, expected_returns: Any = None, covariance: Any = None) -> Any:
        """Weights."""
        import numpy as np

        returns = np.asarray(historical_returns, dtype=float)
        matrix = np.cov(returns, rowvar=False) if covariance is None else np.asarray(covariance)
        expected = returns.mean(axis=0) if expected_returns is None else np.asarray(expected_returns)
        return expected @ np.linalg.inv(np.atleast_2d(matrix))


@lean_names
class RiskParityPortfolioOptimizer(LeanOverrides):
    """The same share of the risk for each symbol; weights are positive and sum to 1.

    Args:
        minimum_weight: Lower bound of a weight.
        maximum_weight: Upper bound of a weight.
    """

    __clr_name__ = _NAMESPACE + "RiskParityPortfolioOptimizer"

    def __init__(self, minimum_weight: float = 1e-05, maximum_weight: float = sys.float_info.max) -> None:
        self.minimum_weight = max(minimum_weight, 1e-05)
        self.maximum_weight = max(maximum_weight, minimum_weight)

    def optimize(self, historical_returns: Any, budget: Any = None, covariance: Any = None) -> Any:
        """Weights by Newton's method on ½xᵀΣx − bᵀlog(x)."""
        import numpy as np

        returns = np.asarray(historical_returns, dtype=float)
        matrix = np.atleast_2d(np.cov(returns, rowvar=False) if covariance is None else np.asarray(covariance))
        size = matrix.shape[0]
        equal = np.full(size, 1.0 / size)
        wanted = equal if budget is None else np.asarray(budget, dtype=float)
        point = equal.copy()
        for _ in range(1000):
            gradient = matrix @ point - wanted / point
            step = np.linalg.solve(matrix + np.diag(wanted / point**2), gradient)
            length = 1.0
            while np.any(point - length * step <= 0):
                length /= 2
            point = point - length * step
            if np.max(np.abs(length * step)) < 1e-12 * np.max(point):
                break
        return np.clip(point / point.sum(), self.minimum_weight, self.maximum_weight)

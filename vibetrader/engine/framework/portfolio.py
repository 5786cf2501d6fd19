"""Portfolio construction models. LEAN: Algorithm.Framework/Portfolio/*.cs."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from vibetrader.engine.clr import ArgumentNullException, DotNetException
from vibetrader.engine.data.enums import InsightDirection, PortfolioBias, Resolution
from vibetrader.engine.framework.insight import Insight
from vibetrader.engine.framework.models import PortfolioConstructionModel, direction_of, respects
from vibetrader.engine.framework.optimizers import (
    MaximumSharpeRatioPortfolioOptimizer,
    MinimumVariancePortfolioOptimizer,
    ReturnsMatrix,
    RiskParityPortfolioOptimizer,
)
from vibetrader.engine.money import dec
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import to_datetime

_NAMESPACE: Final = "QuantConnect.Algorithm.Framework.Portfolio."


@lean_names
class EqualWeightingPortfolioConstructionModel(PortfolioConstructionModel):
    """The same share for every symbol with an insight.

    Args:
        rebalance: When to rebalance: a resolution, a span, a date rule, a function or None for always.
        portfolio_bias: Directions that are allowed.
    """

    __clr_name__ = _NAMESPACE + "EqualWeightingPortfolioConstructionModel"
    _bias = PortfolioBias.LONG_SHORT

    def __init__(self, rebalance: Any = Resolution.DAILY, portfolio_bias: PortfolioBias = PortfolioBias.LONG_SHORT, **names: Any) -> None:
        super().__init__(_rebalance(rebalance, names))
        self._bias = PortfolioBias(portfolio_bias)

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """1 divided by the number of symbols, with the sign of the direction."""
        count = sum(1 for insight in active_insights if insight.direction != InsightDirection.FLAT and self.respect_portfolio_bias(insight))
        percent = 0 if count == 0 else dec(1) / count
        return {insight: float(direction_of(self._bias, insight) * percent) for insight in active_insights}

    def respect_portfolio_bias(self, insight: Insight) -> bool:
        """Whether the direction is allowed."""
        return respects(self._bias, insight)


def _rebalance(rebalance: Any, names: dict[str, Any]) -> Any:
    for name in ("rebalancing_func", "rebalancing_date_rules", "time_span", "resolution", "rebalance_resolution"):
        if name in names:
            return names[name]
    return rebalance


@lean_names
class InsightWeightingPortfolioConstructionModel(EqualWeightingPortfolioConstructionModel):
    """The weight of each insight; scaled down where their sum is above 1."""

    __clr_name__ = _NAMESPACE + "InsightWeightingPortfolioConstructionModel"

    def should_create_target_for_insight(self, insight: Insight) -> bool:
        """Only those with a weight."""
        return insight.weight is not None

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """Weights with the sign of the direction."""
        total = sum(self.get_value(insight) for insight in active_insights if self.respect_portfolio_bias(insight))
        factor = 1 / total if total > 1 else 1.0
        return {
            insight: direction_of(self._bias, insight) * self.get_value(insight) * factor for insight in active_insights
        }

    def get_value(self, insight: Insight) -> float:
        """What counts of an insight."""
        return abs(insight.weight) if insight.weight is not None else 0.0


@lean_names
class ConfidenceWeightedPortfolioConstructionModel(InsightWeightingPortfolioConstructionModel):
    """The confidence of each insight; scaled down where their sum is above 1."""

    __clr_name__ = _NAMESPACE + "ConfidenceWeightedPortfolioConstructionModel"

    def should_create_target_for_insight(self, insight: Insight) -> bool:
        """Only those with a confidence."""
        return insight.confidence is not None

    def get_value(self, insight: Insight) -> float:
        """The confidence."""
        return abs(insight.confidence) if insight.confidence is not None else 0.0


@lean_names
class SectorWeightingPortfolioConstructionModel(EqualWeightingPortfolioConstructionModel):
    """The same share for every sector, and within it for every symbol."""

    __clr_name__ = _NAMESPACE + "SectorWeightingPortfolioConstructionModel"

    def __init__(self, rebalance: Any = Resolution.DAILY, portfolio_bias: PortfolioBias = PortfolioBias.LONG_SHORT, **names: Any) -> None:
        super().__init__(rebalance, portfolio_bias, **names)
        self._sectors: dict[Any, str] = {}

    def should_create_target_for_insight(self, insight: Insight) -> bool:
        """Only symbols with a sector."""
        return insight.symbol in self._sectors

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """Equal shares of equal shares."""
        groups: dict[str, list[Insight]] = {}
        for insight in active_insights:
            if self.respect_portfolio_bias(insight):
                groups.setdefault(self._sectors[insight.symbol], []).append(insight)
        result = dict.fromkeys(active_insights, 0.0)
        sectors = [group for group in groups.values() if any(item.direction != InsightDirection.FLAT for item in group)]
        if not sectors:
            return result
        for group in sectors:
            members = sum(1 for insight in group if insight.direction != InsightDirection.FLAT)
            share = dec(1) / len(sectors) / members
            for insight in group:
                result[insight] = float(int(insight.direction) * share)
        return result

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Note the sectors."""
        super().on_securities_changed(algorithm, changes)
        for security in changes.removed_securities:
            self._sectors.pop(security.symbol, None)
        for security in changes.added_securities:
            code = self.get_sector_code(security)
            if code:
                self._sectors[security.symbol] = code

    def get_sector_code(self, security: Any) -> str:
        """Sector of a security."""
        fundamentals = getattr(security, "fundamentals", None)
        return "" if fundamentals is None else str(fundamentals.company_reference.industry_template_code or "")


@lean_names
class AccumulativeInsightPortfolioConstructionModel(PortfolioConstructionModel):
    """A small share per insight, added up per symbol.

    Args:
        rebalance: When to rebalance; None for always.
        portfolio_bias: Directions that are allowed.
        percent: Share of one insight.
    """

    __clr_name__ = _NAMESPACE + "AccumulativeInsightPortfolioConstructionModel"

    def __init__(self, rebalance: Any = None, portfolio_bias: PortfolioBias = PortfolioBias.LONG_SHORT, percent: float = 0.03, **names: Any) -> None:
        super().__init__(_rebalance(rebalance, names))
        self._bias = PortfolioBias(portfolio_bias)
        self._percent = abs(percent)

    def get_target_insights(self) -> list[Insight]:
        """All active insights, oldest first."""
        state = self.algorithm._vt
        active = state.framework.insights.get_active_insights(state.utc_ns)
        return sorted(active, key=lambda insight: insight.generated_ns)

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """Sums of shares; a flat insight takes one share back."""
        sums: dict[Any, float] = {}
        for insight in active_insights:
            target = sums.get(insight.symbol)
            if target is not None and insight.direction == InsightDirection.FLAT:
                if abs(target) < self._percent:
                    target = 0.0
                else:
                    target += -self._percent if target > 0 else self._percent
            target = (target or 0.0) + self._percent * int(insight.direction)
            if self._bias != PortfolioBias.LONG_SHORT and (target > 0) - (target < 0) != int(self._bias):
                target = 0.0
            sums[insight.symbol] = target
        first: dict[Any, Insight] = {}
        for insight in active_insights:
            first.setdefault(insight.symbol, insight)
        return {insight: sums[symbol] for symbol, insight in first.items()}


class _OptimizedModel(PortfolioConstructionModel):
    """What models with an optimizer share: returns of each symbol over a window."""

    _optimizer: Any
    _lookback: int
    _period: int
    _resolution: Resolution

    def _set_up(self, lookback: int, period: int, resolution: Resolution) -> None:
        self._lookback, self._period, self._resolution = lookback, period, resolution
        self._returns: dict[Any, ReturnsMatrix] = {}

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Keep the returns of the securities."""
        super().on_securities_changed(algorithm, changes)
        for security in changes.removed_securities:
            self._returns.pop(security.symbol, None)
        added = [security.symbol for security in changes.added_securities]
        if not added:
            return
        for symbol in added:
            self._returns.setdefault(symbol, ReturnsMatrix(symbol, self._lookback, self._period))
        feed_history(algorithm, added, self._lookback * self._period, self._resolution, self._push)

    def _push(self, symbol: Any, bar: Any) -> None:
        held = self._returns.get(symbol)
        if held is not None:
            held.update(bar.end_time, bar.value)

    def _weights(self, symbols: list[Any], expected: Any = None, covariance: Any = None) -> list[float]:
        """The optimizer's answer; users' own are given all three arguments, as LEAN's wrapper does."""
        frame = self._frame(symbols)
        optimize = getattr(self._optimizer, "optimize", None) or self._optimizer.Optimize
        return [float(weight) for weight in optimize(frame, expected, covariance)]

    def _frame(self, symbols: list[Any]) -> Any:
        import pandas as pd

        return pd.DataFrame(ReturnsMatrix.rows(self._returns, symbols), columns=list(range(len(symbols))))

    @staticmethod
    def _distrust(bias: PortfolioBias, weight: float) -> float:
        if bias != PortfolioBias.LONG_SHORT and (weight > 0) - (weight < 0) != int(bias):
            return 0.0
        return weight


def feed_history(algorithm: Any, symbols: list[Any], periods: int, resolution: Resolution, push: Any) -> None:
    """Bars of a history request, oldest first, one at a time. LEAN: SliceExtensions.cs, PushThrough."""
    provider = algorithm._vt.history
    requests = provider.factory.of_bars(symbols, None, periods, resolution, {})
    for _, points in provider.moments(requests):
        seen: dict[Any, Any] = {}
        for point in points:
            held = seen.get(point.symbol)
            if held is None or type(point).__name__ == "TradeBar":
                seen[point.symbol] = point
        for symbol, point in seen.items():
            push(symbol, point)


@lean_names
class MeanVarianceOptimizationPortfolioConstructionModel(_OptimizedModel):
    """Weights of least variance for a wanted return.

    Args:
        rebalance: When to rebalance.
        portfolio_bias: Directions that are allowed.
        lookback: Bars of one return.
        period: Number of returns.
        resolution: Of the bars.
        target_return: Wanted return.
        optimizer: Another optimizer.
    """

    __clr_name__ = _NAMESPACE + "MeanVarianceOptimizationPortfolioConstructionModel"

    def __init__(self, rebalance: Any = Resolution.DAILY, portfolio_bias: PortfolioBias = PortfolioBias.LONG_SHORT,
                 lookback: int = 1, period: int = 63, resolution: Resolution = Resolution.DAILY,
                 target_return: float = 0.02, optimizer: Any = None, **names: Any) -> None:  # fmt: skip
        super().__init__(_rebalance(rebalance, names))
        self._set_up(lookback, period, resolution)
        self._bias = PortfolioBias(portfolio_bias)
        lower = 0 if self._bias == PortfolioBias.LONG else -1
        upper = 0 if self._bias == PortfolioBias.SHORT else 1
        self._optimizer = optimizer if optimizer is not None else MinimumVariancePortfolioOptimizer(lower, upper, target_return)

    def should_create_target_for_insight(self, insight: Insight) -> bool:
        """Only those with a magnitude, which joins the returns."""
        if not self.filter_invalid_insight_magnitude(self.algorithm, [insight]):
            return False
        held = self._returns.get(insight.symbol)
        if held is not None:
            if insight.magnitude is None:
                self.algorithm._vt.run_time_error = ArgumentNullException(
                    "MeanVarianceOptimizationPortfolioConstructionModel does not accept 'null' as Insight.Magnitude. "
                    f"Please checkout the selected Alpha Model specifications: {insight.source_model}",
                    insight.symbol.value,
                )
                return False
            held.add(self.algorithm._vt.time, insight.magnitude)
        return True

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """The optimizer's weights."""
        if not active_insights:
            return {}
        weights = self._weights([insight.symbol for insight in active_insights])
        return {
            insight: self._distrust(self._bias, weight)
            for insight, weight in zip(active_insights, weights, strict=False)
        }


@lean_names
class RiskParityPortfolioConstructionModel(_OptimizedModel):
    """Weights that give each symbol the same share of the risk.

    Args:
        rebalance: When to rebalance.
        portfolio_bias: Only long is possible.
        lookback: Bars of one return.
        period: Number of returns.
        resolution: Of the bars.
        optimizer: Another optimizer.
    """

    __clr_name__ = _NAMESPACE + "RiskParityPortfolioConstructionModel"

    def __init__(self, rebalance: Any = Resolution.DAILY, portfolio_bias: PortfolioBias = PortfolioBias.LONG_SHORT,
                 lookback: int = 1, period: int = 252, resolution: Resolution = Resolution.DAILY,
                 optimizer: Any = None, **names: Any) -> None:  # fmt: skip
        super().__init__(_rebalance(rebalance, names))
        if PortfolioBias(portfolio_bias) == PortfolioBias.SHORT:
            raise DotNetException("Long position must be allowed in RiskParityPortfolioConstructionModel.")
        self._set_up(lookback, period, resolution)
        self._optimizer = optimizer if optimizer is not None else RiskParityPortfolioOptimizer()
        self._rates: dict[Any, Any] = {}

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Keep the returns of the securities: those of history, then those of every new bar."""
        from vibetrader.engine.indicators.registry import INDICATORS

        PortfolioConstructionModel.on_securities_changed(self, algorithm, changes)
        for security in changes.removed_securities:
            self._returns.pop(security.symbol, None)
            rate = self._rates.pop(security.symbol, None)
            if rate is not None:
                algorithm.unregister_indicator(rate)
        added = [security.symbol for security in changes.added_securities if security.symbol not in self._returns]
        for symbol in added:
            self._returns[symbol] = ReturnsMatrix(symbol, self._lookback, self._period)
            self._rates[symbol] = INDICATORS["RateOfChange"](f"{symbol}.roc({self._lookback})", self._lookback)
            self._rates[symbol].updated += partial(self._note, symbol)
        if added:
            feed_history(
                algorithm,
                added,
                self._lookback * self._period,
                self._resolution,
                lambda symbol, bar: self._rates[symbol].update(bar.end_time, bar.value),
            )
        for symbol in added:
            algorithm.register_indicator(symbol, self._rates[symbol], self._resolution)

    def _note(self, symbol: Any, rate: Any, point: Any) -> None:
        held = self._returns.get(symbol)
        if held is not None and rate.is_ready:
            held.add(point.end_time, point.value)

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """The optimizer's weights with the sign of the direction."""
        if not active_insights:
            return {}
        chosen = [insight for insight in active_insights if insight.symbol in self._returns]
        weights = self._weights([insight.symbol for insight in chosen])
        return {insight: weight * int(insight.direction) for insight, weight in zip(chosen, weights, strict=False)}


@lean_names
class BlackLittermanOptimizationPortfolioConstructionModel(_OptimizedModel):
    """Weights of the best Sharpe ratio, from market returns and the insights' views.

    Source: F. Black, R. Litterman (1992), "Global Portfolio Optimization"; T. Idzorek (2005) for the formulas.

    Args:
        rebalance: When to rebalance.
        portfolio_bias: Directions that are allowed.
        lookback: Bars of one return.
        period: Number of returns.
        resolution: Of the bars.
        risk_free_rate: A year's.
        delta: Risk aversion.
        tau: Trust in the views.
        optimizer: Another optimizer.
    """

    __clr_name__ = _NAMESPACE + "BlackLittermanOptimizationPortfolioConstructionModel"

    def __init__(self, rebalance: Any = Resolution.DAILY, portfolio_bias: PortfolioBias = PortfolioBias.LONG_SHORT,
                 lookback: int = 1, period: int = 63, resolution: Resolution = Resolution.DAILY,
                 risk_free_rate: float = 0.0, delta: float = 2.5, tau: float = 0.05, optimizer: Any = None,
                 **names: Any) -> None:  # fmt: skip
        super().__init__(_rebalance(rebalance, names))
        self._set_up(lookback, period, resolution)
        self._bias = PortfolioBias(portfolio_bias)
        self._risk_free, self._delta, self._tau = risk_free_rate, delta, tau
        lower = 0 if self._bias == PortfolioBias.LONG else -1
        upper = 0 if self._bias == PortfolioBias.SHORT else 1
        self._optimizer = optimizer if optimizer is not None else MaximumSharpeRatioPortfolioOptimizer(lower, upper, risk_free_rate)

    def should_create_target_for_insight(self, insight: Insight) -> bool:
        """Only those whose magnitude is allowed."""
        return bool(self.filter_invalid_insight_magnitude(self.algorithm, [insight]))

    def _push(self, symbol: Any, bar: Any) -> None:
        held = self._returns.get(symbol)
        if held is not None:
            zone = self.algorithm._vt.securities[symbol].exchange.hours.time_zone
            held.update(to_datetime(zone.to_utc(bar.end_ns)).replace(tzinfo=UTC), bar.value)

    def get_target_insights(self) -> list[Insight]:
        """The last active insight of each model and symbol."""
        state = self.algorithm._vt
        latest: dict[Any, Insight] = {}
        for insight in state.framework.insights.get_active_insights(state.utc_ns):
            if self.should_create_target_for_insight(insight):
                key = (insight.source_model or "", insight.symbol.value)
                if key not in latest or latest[key].generated_ns <= insight.generated_ns:
                    latest[key] = insight
        return [latest[key] for key in sorted(latest)]

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """The optimizer's weights of the blended returns."""
        views = self._views(active_insights)
        if views is None:
            return {}
        for insight in active_insights:
            if insight.magnitude is None:
                self.algorithm._vt.run_time_error = ArgumentNullException(
                    "BlackLittermanOptimizationPortfolioConstructionModel does not accept 'None' as Insight.magnitude. Please "
                    "make sure your Alpha Model is generating Insights with the Magnitude property set."
                )
                return {}
            held = self._returns.setdefault(insight.symbol, ReturnsMatrix(insight.symbol, self._lookback, self._period))
            held.add(insight.generated_time_utc, insight.magnitude)
        symbols = list(dict.fromkeys(insight.symbol for insight in active_insights))
        frame = self._frame(symbols)
        pi, sigma = self._blended(*self._equilibrium(frame), *views)
        optimize = getattr(self._optimizer, "optimize", None) or self._optimizer.Optimize
        found: dict[Insight, float] = {}
        for symbol, weight in zip(symbols, optimize(frame, pi, sigma), strict=False):
            insight = next(item for item in active_insights if item.symbol == symbol)
            found[insight] = self._distrust(self._bias, float(weight))
        return found

    def _equilibrium(self, returns: Any) -> tuple[Any, Any]:
        """Returns the market implies at equal weights, and the covariance; both of a year of 252 days."""
        import numpy as np

        size = returns.shape[1]
        weights = np.full(size, 1.0 / size)
        covariance = returns.cov().to_numpy() * 252
        annual = float(np.sum(((1 + returns.mean().to_numpy()) ** 252 - 1) * weights))
        aversion = (annual - self._risk_free) / float(weights @ covariance @ weights)
        return aversion * covariance @ weights, covariance

    def _blended(self, pi: Any, sigma: Any, p: Any, q: Any) -> tuple[Any, Any]:
        """The master formula: market returns corrected by the views."""
        import numpy as np

        scaled = self._tau * sigma
        omega = np.diag(np.diag(p @ scaled @ p.T))
        if np.linalg.det(omega) == 0:
            return pi, sigma
        gain = scaled @ p.T @ np.linalg.inv(p @ scaled @ p.T + omega)
        return pi + gain @ (q - p @ pi), (sigma + scaled - gain @ p @ scaled) * self._delta

    def _views(self, insights: list[Insight]) -> Any:
        """One row a model: the share of each symbol, its own first; and the size of each view."""
        import numpy as np

        symbols = list(dict.fromkeys(insight.symbol for insight in insights))
        p_rows, q_values = [], []
        for model in dict.fromkeys(insight.source_model for insight in insights):
            own = [insight for insight in insights if insight.source_model == model]
            if any(insight.magnitude is None for insight in own):
                return None
            sizes = {insight.symbol: abs(insight.magnitude or 0.0) for insight in own}
            ups = sum(sizes[insight.symbol] for insight in own if insight.direction == InsightDirection.UP)
            downs = sum(sizes[insight.symbol] for insight in own if insight.direction == InsightDirection.DOWN)
            q = max(ups, downs)
            if q == 0:
                continue
            directions = {insight.symbol: int(insight.direction) for insight in own}
            order = [*sizes, *(symbol for symbol in symbols if symbol not in sizes)]
            q_values.append(q)
            p_rows.append([directions.get(symbol, 0) * sizes.get(symbol, 0.0) / q for symbol in order])
        return (np.array(p_rows), np.array(q_values)) if q_values else None


@lean_names
class MeanReversionPortfolioConstructionModel(_OptimizedModel):
    """On-line moving average reversion: weights move towards symbols below their mean.

    Source: B. Li, S. Hoi (2012), "On-Line Portfolio Selection with Moving Average Reversion", ICML.

    Args:
        rebalance: When to rebalance.
        portfolio_bias: Directions that are allowed.
        reversion_threshold: Wanted reversion.
        window_size: Bars of the mean.
        resolution: Of the bars.
    """

    __clr_name__ = _NAMESPACE + "MeanReversionPortfolioConstructionModel"

    def __init__(self, rebalance: Any = Resolution.DAILY, portfolio_bias: PortfolioBias = PortfolioBias.LONG_SHORT,
                 reversion_threshold: float = 1.0, window_size: int = 20, resolution: Resolution = Resolution.DAILY,
                 **names: Any) -> None:  # fmt: skip
        super().__init__(_rebalance(rebalance, names))
        if PortfolioBias(portfolio_bias) == PortfolioBias.SHORT:
            raise DotNetException("Long position must be allowed in MeanReversionPortfolioConstructionModel.")
        self._threshold = reversion_threshold
        self._window = window_size
        self._set_up(1, window_size, resolution)
        self._prices: dict[Any, list[tuple[datetime, float]]] = {}
        self._vector: Any = None

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Keep the last prices of the securities."""
        PortfolioConstructionModel.on_securities_changed(self, algorithm, changes)
        for security in changes.removed_securities:
            self._prices.pop(security.symbol, None)
        added = [security.symbol for security in changes.added_securities]
        for symbol in added:
            self._prices.setdefault(symbol, [])
        feed_history(algorithm, added, self._window, self._resolution, self._push)

    def _push(self, symbol: Any, bar: Any) -> None:
        held = self._prices.get(symbol)
        if held is not None:
            held.append((bar.end_time, bar.value))
            del held[: -self._window]

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """Weights on the simplex."""
        import numpy as np

        if not active_insights or any(not self._prices.get(insight.symbol) for insight in active_insights):
            return {}
        count = len(active_insights)
        if self._vector is None or len(self._vector) != count:
            self._vector = np.full(count, 1.0 / count)
        relatives = np.array([self._relative(insight) for insight in active_insights])
        mean = relatives.mean()
        deviations = relatives - mean
        norm = float(np.linalg.norm(deviations))
        step = 0.0 if norm == 0 else max(0.0, (self._threshold - float(self._vector @ relatives)) / norm**2)
        self._vector = _on_simplex(self._vector + step * deviations)
        return {insight: float(weight) for insight, weight in zip(active_insights, self._vector, strict=True)}

    def _relative(self, insight: Insight) -> float:
        if insight.magnitude is not None:
            return 1 + insight.magnitude * int(insight.direction)
        prices = [price for _, price in self._prices[insight.symbol]]
        return (sum(prices) / len(prices)) / prices[-1]


def _on_simplex(vector: Any) -> Any:
    """Nearest weights that are not negative and sum to 1. Source: J. Duchi et al. (2008), ICML."""
    import numpy as np

    ordered = np.sort(vector)[::-1]
    sums = np.cumsum(ordered) - 1
    places = np.arange(1, len(vector) + 1)
    rho = places[ordered - sums / places > 0][-1]
    return np.maximum(vector - sums[rho - 1] / rho, 0)



"""Bases of the five kinds of framework models, the models that do nothing, and those made of several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from vibetrader.engine.clr import ArgumentException, NotImplementedException
from vibetrader.engine.data.enums import InsightDirection, PortfolioBias, Resolution
from vibetrader.engine.framework.insight import Insight
from vibetrader.engine.naming import LeanOverrides, lean_names
from vibetrader.engine.portfolio.target import PortfolioTarget
from vibetrader.engine.timekeeping import from_datetime, to_datetime

_FRAMEWORK: Final = "QuantConnect.Algorithm.Framework."
_FAR: Final = datetime.max
#: LEAN: Common/Time.cs, EndOfTime
_LAST: Final = datetime(2050, 12, 31)
_END: Final = from_datetime(_LAST)


def method(model: Any, name: str, pascal: str) -> Callable[..., Any]:
    """A model's method in either spelling; users' models need not derive from ours."""
    found: Callable[..., Any] | None = getattr(model, name, None) or getattr(model, pascal, None)
    if found is None:
        raise NotImplementedException(
            f"{pascal} must be implemented. Please implement this missing method on {type(model)}"
        )
    return found


def optional_method(model: Any, name: str, pascal: str) -> Callable[..., Any] | None:
    """The same, None when there is none."""
    return getattr(model, name, None) or getattr(model, pascal, None)


def model_name(model: Any) -> str:
    """Name of a model: its own, else its class's."""
    name = getattr(model, "name", None) or getattr(model, "Name", None)
    return name if isinstance(name, str) and name else type(model).__name__


class _Model(LeanOverrides):
    """Prints as .NET does."""

    def __str__(self) -> str:
        name = type(self).__dict__.get("__clr_name__")
        return str(name) if name else super().__str__()


@lean_names
class AlphaModel(_Model):
    """Emits insights. LEAN: Algorithm/Alphas/AlphaModel.cs."""

    _name: str | None = None

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._name if self._name is not None else type(self).__name__

    @name.setter
    def name(self, value: str) -> None:
        self._name = value

    def update(self, algorithm: Any, data: Any) -> Iterable[Insight]:
        """Insights of this time step."""
        raise NotImplementedException(
            "Types deriving from 'AlphaModel' must implement the 'IEnumerable<Insight> Update(QCAlgorithm, Slice) method."
        )

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Securities came or went."""


@lean_names
class NullAlphaModel(AlphaModel):
    """Emits nothing."""

    __clr_name__ = _FRAMEWORK + "Alphas.NullAlphaModel"

    def update(self, algorithm: Any, data: Any) -> Iterable[Insight]:
        """Nothing."""
        return []


@lean_names
class CompositeAlphaModel(AlphaModel):
    """Insights of several models. LEAN: Algorithm/Alphas/CompositeAlphaModel.cs."""

    __clr_name__ = _FRAMEWORK + "Alphas.CompositeAlphaModel"

    def __init__(self, *alpha_models: Any) -> None:
        models = _flatten(alpha_models)
        if not models:
            raise ArgumentException("Must specify at least 1 alpha model for the CompositeAlphaModel")
        self._models = models

    def update(self, algorithm: Any, data: Any) -> Iterable[Insight]:
        """Insights of all models; each is named after its model."""
        for model in self._models:
            name = model_name(model)
            for insight in method(model, "update", "Update")(algorithm, data) or []:
                if not insight.source_model:
                    insight.source_model = name
                yield insight

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Pass on to all models."""
        for model in self._models:
            _call_changed(model, algorithm, changes)

    def add_alpha(self, alpha_model: Any) -> None:
        """One more model."""
        self._models.append(alpha_model)


@lean_names
class PortfolioConstructionModel(_Model):
    """Makes targets of insights. LEAN: Algorithm/Portfolio/PortfolioConstructionModel.cs.

    Args:
        rebalancing_func: When to rebalance: a date rule, a resolution, a span, or a function from a UTC time to the next one;
            None rebalances whenever it is asked.
    """

    rebalance_on_security_changes = True
    rebalance_on_insight_changes = True
    algorithm: Any = None
    _rebalancing: Callable[[datetime], Any] | None = None
    _next: int | None = None
    _changed = False

    def __init__(self, rebalancing_func: Any = None) -> None:
        self._rebalancing = to_rebalancing(rebalancing_func)

    def set_rebalancing_func(self, rebalance: Any) -> None:
        """When to rebalance."""
        self._rebalancing = to_rebalancing(rebalance)

    def create_targets(self, algorithm: Any, insights: list[Insight]) -> Iterable[Any]:
        """Targets of the active insights, and flat ones of symbols whose insights ended."""
        self.algorithm = algorithm
        state = algorithm._vt
        if not self.is_rebalance_due(insights, to_datetime(state.utc_ns).replace(tzinfo=UTC)):
            return []
        targets: list[Any] = []
        active = list(self.get_target_insights())
        percents = self.determine_target_percent(active)
        failed = []
        for insight in active:
            percent = _percent_of(percents, insight)
            if percent is None:
                continue
            target = PortfolioTarget.percent(algorithm, insight.symbol, percent)
            if target is not None:
                targets.append(target)
            else:
                failed.append(insight.symbol)
        manager = state.framework.insights
        expired = manager.remove_expired_insights(state.utc_ns)
        for symbol in dict.fromkeys(insight.symbol for insight in expired):
            if not manager.has_active_insights(symbol, state.utc_ns) and symbol not in failed:
                targets.append(PortfolioTarget(symbol, 0))
        return targets

    def get_target_insights(self) -> list[Insight]:
        """The latest active insight of each symbol."""
        state = self.algorithm._vt
        latest: dict[Any, Insight] = {}
        for insight in state.framework.insights.get_active_insights(state.utc_ns):
            if not self.should_create_target_for_insight(insight):
                continue
            held = latest.get(insight.symbol)
            if held is None or insight.generated_ns >= held.generated_ns:
                latest[insight.symbol] = insight
        return list(latest.values())

    def should_create_target_for_insight(self, insight: Insight) -> bool:
        """Whether an insight counts."""
        return True

    def determine_target_percent(self, active_insights: list[Insight]) -> dict[Insight, float]:
        """Share of the portfolio of each insight."""
        raise NotImplementedException(
            "Types deriving from 'PortfolioConstructionModel' must implement the 'Dictionary<Insight, double> "
            "DetermineTargetPercent(ICollection<Insight>)' method."
        )

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Ends the insights of securities that left."""
        if self.algorithm is None:
            self.algorithm = algorithm
        self._changed = bool(changes.added_securities or changes.removed_securities)
        algorithm._vt.framework.insights.expire([security.symbol for security in changes.removed_securities])

    def is_rebalance_due(self, insights: list[Insight], algorithm_utc: datetime) -> bool:
        """LEAN: PortfolioConstructionModel.cs, IsRebalanceDue."""
        now = from_datetime(algorithm_utc)
        if self._rebalancing is None:
            self._changed = False
            return True
        expiry = self.algorithm._vt.framework.insights.next_expiry_ns
        if self._next is None:
            self._next = self._ask(now)
            if self._next is not None and self._next <= now:
                # asked again in the next step: the function may keep a state of its own
                self._next = None
                self._changed = False
                return True
        if (
            (self._next is not None and self._next <= now)
            or (self.rebalance_on_security_changes and self._changed)
            or (self.rebalance_on_insight_changes and (len(insights) != 0 or (expiry is not None and expiry < now)))
        ):
            self.refresh_rebalance(algorithm_utc)
            return True
        return False

    def refresh_rebalance(self, algorithm_utc: datetime) -> None:
        """Ask for the next time."""
        if self._rebalancing is not None:
            self._next = self._ask(from_datetime(algorithm_utc))
        self._changed = False

    def _ask(self, now: int) -> int | None:
        assert self._rebalancing is not None
        moment = self._rebalancing(to_datetime(now).replace(tzinfo=UTC))
        return None if moment is None else from_datetime(moment)

    @staticmethod
    def filter_invalid_insight_magnitude(algorithm: Any, insights: list[Insight]) -> list[Insight]:
        """Without those whose magnitude no target may have."""
        settings = algorithm._vt.settings
        most = settings.max_absolute_portfolio_target_percentage
        least = settings.min_absolute_portfolio_target_percentage
        kept = []
        for insight in insights:
            if not insight.magnitude or least <= abs(insight.magnitude) <= most:
                kept.append(insight)
                continue
            algorithm._vt.error(
                f"PortfolioConstructionModel.FilterInvalidInsightMagnitude():The insight target Magnitude: {insight.magnitude}"
                ", will not comply with the current 'Algorithm.Settings' 'MaxAbsolutePortfolioTargetPercentage': "
                f"{most:.0f} or 'MinAbsolutePortfolioTargetPercentage': {least:.10f}. Skipping insight."
            )
        return kept


def _percent_of(percents: Any, insight: Insight) -> Any:
    for key, value in percents.items():
        if key is insight:
            return value
    return None


def to_rebalancing(rebalance: Any) -> Callable[[datetime], Any] | None:
    """Function from a UTC time to the next rebalancing. LEAN: PortfolioConstructionModel.cs, SetRebalancingFunc."""
    if rebalance is None:
        return None
    if hasattr(rebalance, "dates") or hasattr(rebalance, "get_dates"):
        return date_rule_function(rebalance)
    if isinstance(rebalance, Resolution):
        span = {Resolution.TICK: timedelta(0), Resolution.SECOND: timedelta(seconds=1), Resolution.MINUTE: timedelta(minutes=1),
                Resolution.HOUR: timedelta(hours=1), Resolution.DAILY: timedelta(days=1)}[rebalance]  # fmt: skip
        return lambda moment: moment + span
    if isinstance(rebalance, timedelta):
        return (lambda moment: moment + rebalance) if rebalance else None
    if callable(rebalance):
        return rebalance  # type: ignore[no-any-return]
    if isinstance(rebalance, (int, float)):
        return to_rebalancing(Resolution(int(rebalance)))
    return None


def date_rule_function(rule: Any) -> Callable[[datetime], datetime]:
    """Next date of a date rule, as UTC. LEAN: Common/Extensions.cs, ToFunc(IDateRule)."""
    dates: Iterator[int] | None = None
    current = 0

    def ask(moment: datetime) -> datetime:
        nonlocal dates, current
        now = from_datetime(moment)
        if dates is None:
            found = (
                rule.dates(now, _END)
                if hasattr(rule, "dates")
                else map(from_datetime, rule.get_dates(moment.replace(tzinfo=None), _LAST))
            )
            dates = iter(found)
            current = next(dates, _END)
        if now >= current:
            current = next(dates, _END)
        return to_datetime(current)

    return ask


@lean_names
class NullPortfolioConstructionModel(PortfolioConstructionModel):
    """Makes no targets."""

    __clr_name__ = _FRAMEWORK + "Portfolio.NullPortfolioConstructionModel"

    def create_targets(self, algorithm: Any, insights: list[Insight]) -> Iterable[Any]:
        """Nothing."""
        return []

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Ends the insights of securities that left."""
        super().on_securities_changed(algorithm, changes)


def respects(bias: PortfolioBias, insight: Insight) -> bool:
    """Whether a direction is allowed under a bias."""
    return bias == PortfolioBias.LONG_SHORT or int(insight.direction) == int(bias)


def direction_of(bias: PortfolioBias, insight: Insight) -> int:
    """1, 0 or -1; flat where the bias forbids the direction."""
    return int(insight.direction) if respects(bias, insight) else int(InsightDirection.FLAT)


@lean_names
class RiskManagementModel(_Model):
    """Changes targets. LEAN: Algorithm/Risk/RiskManagementModel.cs."""

    def manage_risk(self, algorithm: Any, targets: list[Any]) -> Iterable[Any]:
        """Targets that replace others."""
        raise NotImplementedException(
            "Types deriving from 'RiskManagementModel' must implement the 'IEnumerable<IPortfolioTarget> "
            "ManageRisk(QCAlgorithm, IPortfolioTarget[]) method."
        )

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Securities came or went."""


@lean_names
class NullRiskManagementModel(RiskManagementModel):
    """Changes nothing."""

    __clr_name__ = _FRAMEWORK + "Risk.NullRiskManagementModel"

    def manage_risk(self, algorithm: Any, targets: list[Any]) -> Iterable[Any]:
        """Nothing."""
        return []


@lean_names
class CompositeRiskManagementModel(RiskManagementModel):
    """Several models one after the other. LEAN: Algorithm/Risk/CompositeRiskManagementModel.cs."""

    __clr_name__ = _FRAMEWORK + "Risk.CompositeRiskManagementModel"

    def __init__(self, *risk_management_models: Any) -> None:
        self._models = _flatten(risk_management_models)
        if not self._models:
            raise ArgumentException("Must specify at least 1 risk management model for the CompositeRiskManagementModel")

    def manage_risk(self, algorithm: Any, targets: list[Any]) -> Iterable[Any]:
        """Each model sees the targets of the ones before."""
        for model in self._models:
            adjusted = list(method(model, "manage_risk", "ManageRisk")(algorithm, targets) or [])
            targets = distinct_targets([*adjusted, *targets])
        return targets

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Pass on to all models."""
        for model in self._models:
            _call_changed(model, algorithm, changes)

    def add_risk_management(self, risk_management_model: Any) -> None:
        """One more model."""
        self._models.append(risk_management_model)


@lean_names
class ExecutionModel(_Model):
    """Makes orders of targets. LEAN: Algorithm/Execution/ExecutionModel.cs.

    Args:
        asynchronous: Whether orders are sent without waiting; a backtest fills them all the same.
    """

    asynchronous = True

    def __init__(self, asynchronous: bool = True) -> None:
        self.asynchronous = asynchronous

    def execute(self, algorithm: Any, targets: list[Any]) -> None:
        """Send orders."""
        raise NotImplementedException(
            "Types deriving from 'ExecutionModel' must implement the 'void Execute(QCAlgorithm, IPortfolioTarget[]) method."
        )

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Securities came or went."""

    def on_order_event(self, algorithm: Any, order_event: Any) -> None:
        """An order changed its state."""


@lean_names
class NullExecutionModel(ExecutionModel):
    """Sends nothing."""

    __clr_name__ = _FRAMEWORK + "Execution.NullExecutionModel"

    def execute(self, algorithm: Any, targets: list[Any]) -> None:
        """Nothing."""


@lean_names
class UniverseSelectionModel(_Model):
    """Makes universes. LEAN: Algorithm/Selection/UniverseSelectionModel.cs."""

    def get_next_refresh_time_utc(self) -> datetime:
        """When universes are made anew; never, by default."""
        return _FAR

    def create_universes(self, algorithm: Any) -> Iterable[Any]:
        """The universes."""
        raise NotImplementedException(
            "Types deriving from 'UniverseSelectionModel' must implement the 'IEnumerable<Universe> "
            "CreateUniverses(QCAlgorithm) method."
        )


@lean_names
class NullUniverseSelectionModel(UniverseSelectionModel):
    """Makes none."""

    __clr_name__ = _FRAMEWORK + "Selection.NullUniverseSelectionModel"

    def create_universes(self, algorithm: Any) -> Iterable[Any]:
        """Nothing."""
        return []


@lean_names
class CompositeUniverseSelectionModel(UniverseSelectionModel):
    """Universes of several models. LEAN: Algorithm/Selection/CompositeUniverseSelectionModel.cs."""

    __clr_name__ = _FRAMEWORK + "Selection.CompositeUniverseSelectionModel"

    def __init__(self, *universe_selection_models: Any) -> None:
        self._models = _flatten(universe_selection_models)
        self._called = False
        if not self._models:
            raise ArgumentException(
                "Must specify at least 1 universe selection model for the CompositeUniverseSelectionModel"
            )

    def add_universe_selection(self, universe_selection_model: Any) -> None:
        """One more model."""
        self._models.append(universe_selection_model)

    def get_next_refresh_time_utc(self) -> datetime:
        """The earliest of all models."""
        return min(refresh_time(model) for model in self._models)

    def create_universes(self, algorithm: Any) -> Iterable[Any]:
        """Universes of the models that are due, of all the first time."""
        now = to_datetime(algorithm._vt.utc_ns)
        for model in self._models:
            refresh = refresh_time(model)
            if not self._called or now >= refresh or refresh == _FAR:
                yield from method(model, "create_universes", "CreateUniverses")(algorithm)
        self._called = True


def refresh_time(model: Any) -> datetime:
    """When a model makes universes anew."""
    ask = optional_method(model, "get_next_refresh_time_utc", "GetNextRefreshTimeUtc")
    moment = ask() if ask is not None else None
    return _FAR if moment is None else moment.replace(tzinfo=None)


def distinct_targets(targets: Iterable[Any]) -> list[Any]:
    """The first target of each symbol."""
    found: dict[Any, Any] = {}
    for target in targets:
        found.setdefault(target.symbol, target)
    return list(found.values())


def _flatten(models: tuple[Any, ...]) -> list[Any]:
    found: list[Any] = []
    for model in models:
        if isinstance(model, (list, tuple)):
            found += model
        else:
            found.append(model)
    return found


def _call_changed(model: Any, algorithm: Any, changes: Any) -> None:
    changed = optional_method(model, "on_securities_changed", "OnSecuritiesChanged")
    if changed is not None:
        changed(algorithm, changes)

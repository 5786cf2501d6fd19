"""Mixin: the algorithm framework, and its part of a time step. LEAN: Algorithm/QCAlgorithm.Framework.cs."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from vibetrader.engine.clr import Event, NotImplementedException
from vibetrader.engine.data.enums import InsightType
from vibetrader.engine.framework.execution import ImmediateExecutionModel
from vibetrader.engine.framework.insight import GeneratedInsightsCollection, Insight, InsightManager
from vibetrader.engine.framework.models import (
    CompositeAlphaModel,
    CompositeRiskManagementModel,
    CompositeUniverseSelectionModel,
    NullAlphaModel,
    NullPortfolioConstructionModel,
    NullRiskManagementModel,
    NullUniverseSelectionModel,
    PortfolioConstructionModel,
    distinct_targets,
    method,
    model_name,
    optional_method,
    refresh_time,
)
from vibetrader.engine.timekeeping import to_datetime


class FrameworkState:
    """The models of an algorithm and their part of a time step.

    Args:
        algorithm: The algorithm.
        state: Its state.
    """

    def __init__(self, algorithm: Any, state: Any) -> None:
        self._algorithm = algorithm
        self._state = state
        self.alpha: Any = NullAlphaModel()
        self.portfolio_construction: Any = NullPortfolioConstructionModel()
        self.execution: Any = ImmediateExecutionModel()
        self.risk_management: Any = NullRiskManagementModel()
        self.universe_selection: Any = NullUniverseSelectionModel()
        self.insights: Any = InsightManager(state)
        self.insights_generated = Event()
        self._universes: dict[Any, None] = {}
        self._warned_of_warmup = False
        self._warned_of_delisted = False

    @property
    def idle(self) -> bool:
        """True when no model has anything to do in a time step."""
        return (
            type(self.alpha) is NullAlphaModel
            and type(self.portfolio_construction) is NullPortfolioConstructionModel
            and type(self.risk_management) is NullRiskManagementModel
            and type(self.universe_selection) is NullUniverseSelectionModel
            and type(self.execution) is ImmediateExecutionModel
            and self.execution.targets_collection.is_empty
        )

    def post_initialize(self) -> None:
        """LEAN: QCAlgorithm.cs, PostInitialize, and QCAlgorithm.Framework.cs, FrameworkPostInitialize."""
        settings, model = self._state.settings, self.portfolio_construction
        on_securities = settings.rebalance_portfolio_on_security_changes
        on_insights = settings.rebalance_portfolio_on_insight_changes
        if isinstance(model, PortfolioConstructionModel):
            if on_securities is not None:
                model.rebalance_on_security_changes = on_securities
            if on_insights is not None:
                model.rebalance_on_insight_changes = on_insights
        elif on_securities is not None or on_insights is not None:
            self._state.debug(
                "Warning: rebalance portfolio settings are set but not supported by the current IPortfolioConstructionModel "
                f"type: {type(model).__name__}"
            )
        self._create_universes()

    def _create_universes(self) -> list[Any]:
        made = []
        create = method(self.universe_selection, "create_universes", "CreateUniverses")
        for universe in create(self._algorithm):
            self._state.universes.add(universe)
            self._universes[universe.symbol] = None
            made.append(universe.symbol)
        return made

    def on_data(self, slice: Any) -> None:
        """LEAN: QCAlgorithm.Framework.cs, OnFrameworkData."""
        state = self._state
        if type(self.universe_selection) is not NullUniverseSelectionModel:
            self._refresh_universes()
        self.insights.step(state.utc_ns)
        if not slice.has_data:
            return
        emitted = method(self.alpha, "update", "Update")(self._algorithm, slice)
        insights = list(emitted) if emitted is not None else []
        if insights:
            insights = self._prepare(insights)
            self._announce(insights)
        self._process(insights)

    def _refresh_universes(self) -> None:
        state = self._state
        if to_datetime(state.utc_ns) < refresh_time(self.universe_selection):
            return
        for symbol, universe in state.universe_manager.items():
            if universe.dispose_requested:
                state.universe_manager.remove(symbol)
                self._universes.pop(symbol, None)
        before = list(self._universes)
        made = self._create_universes()
        for symbol in before:
            if symbol not in made:
                state.universe_manager[symbol].dispose()

    def on_securities_changed(self, changes: Any) -> None:
        """LEAN: QCAlgorithm.Framework.cs, OnFrameworkSecuritiesChanged."""
        if self._state.debug_mode:
            self._state.debug(f"{self._state.time}: {changes}")
        for model in (self.alpha, self.portfolio_construction, self.execution, self.risk_management):
            changed = optional_method(model, "on_securities_changed", "OnSecuritiesChanged")
            if changed is not None:
                changed(self._algorithm, changes)

    def on_order_event(self, order_event: Any) -> None:
        """The execution model's part of an order event."""
        if type(self.execution) is ImmediateExecutionModel:
            return
        react = optional_method(self.execution, "on_order_event", "OnOrderEvent")
        if react is not None:
            react(self._algorithm, order_event)

    def emit(self, insights: list[Insight]) -> None:
        """LEAN: QCAlgorithm.Framework.cs, EmitInsights."""
        if self._state.is_warming_up:
            if not self._warned_of_warmup:
                self._warned_of_warmup = True
                self._state.error("Warning: insights emitted during algorithm warmup are ignored.")
            return
        insights = self._prepare(insights)
        self._announce(insights)
        self._process(insights)

    def _prepare(self, insights: list[Insight]) -> list[Insight]:
        state = self._state
        kept = []
        for insight in insights:
            security = state.securities[insight.symbol]
            if security.is_delisted:
                if not self._warned_of_delisted:
                    self._warned_of_delisted = True
                    state.error(
                        "QCAlgorithm.EmitInsights(): Warning: cannot emit insights for delisted securities, these will be "
                        "discarded"
                    )
                continue
            insight.generated_ns = state.utc_ns
            if insight.type == InsightType.PRICE:
                insight.reference_value = security.price
            else:
                insight.reference_value = security.volatility_model.volatility
            insight.source_model = insight.source_model or model_name(self.alpha)
            symbol = insight.symbol
            hours = state.market_hours.entry(symbol.market, symbol.value, symbol.security_type).exchange_hours
            insight.set_period_and_close_time(hours)
            kept.append(insight)
        return kept

    def _announce(self, insights: list[Insight]) -> None:
        state = self._state
        if state.debug_mode:
            state.log(f"{state.time}: ALPHA: {' | '.join(sorted(map(str, insights)))}")
        self.insights.add_range(insights)
        if self.insights_generated:
            self.insights_generated(self._algorithm, GeneratedInsightsCollection(to_datetime(state.utc_ns).replace(tzinfo=UTC), insights))

    def _process(self, insights: list[Insight]) -> None:
        """LEAN: QCAlgorithm.Framework.cs, ProcessInsights."""
        algorithm, state = self._algorithm, self._state
        create = method(self.portfolio_construction, "create_targets", "CreateTargets")
        targets = self._targets("PORTFOLIO", create(algorithm, insights))
        manage = method(self.risk_management, "manage_risk", "ManageRisk")
        overrides = self._targets("RISK", manage(algorithm, targets))
        adjusted = distinct_targets([*overrides, *targets])
        if state.debug_mode and overrides:
            state.log(f"{state.time}: RISK ADJUSTED TARGETS: {' | '.join(sorted(map(str, adjusted)))}")
        method(self.execution, "execute", "Execute")(algorithm, adjusted)

    def _targets(self, stage: str, given: Any) -> list[Any]:
        state = self._state
        targets = [target for target in given if target is not None] if given is not None else []
        for target in targets:
            state.securities[target.symbol].holdings.target = target
        if state.debug_mode and targets:
            state.log(f"{state.time}: {stage}: {' | '.join(sorted(map(str, targets)))}")
        return targets


class FrameworkMixin:
    """`self.set_alpha` and its relatives."""

    _vt: Any

    def set_alpha(self, alpha: Any) -> None:
        """The alpha model."""
        _check("set_alpha", "alpha", "IAlphaModel", alpha)
        self._vt.framework.alpha = alpha

    def add_alpha(self, alpha: Any) -> None:
        """One more alpha model."""
        framework = self._vt.framework
        if type(framework.alpha) is NullAlphaModel:
            framework.alpha = alpha
        elif isinstance(framework.alpha, CompositeAlphaModel):
            framework.alpha.add_alpha(alpha)
        else:
            framework.alpha = CompositeAlphaModel(framework.alpha, alpha)

    def set_portfolio_construction(self, portfolio_construction: Any) -> None:
        """The portfolio construction model."""
        _check("set_portfolio_construction", "portfolio_construction", "IPortfolioConstructionModel", portfolio_construction)
        self._vt.framework.portfolio_construction = portfolio_construction

    def set_execution(self, execution: Any) -> None:
        """The execution model."""
        _check("set_execution", "execution", "IExecutionModel", execution)
        self._vt.framework.execution = execution

    def set_risk_management(self, risk_management: Any) -> None:
        """The risk management model."""
        _check("set_risk_management", "risk_management", "IRiskManagementModel", risk_management)
        self._vt.framework.risk_management = risk_management

    def add_risk_management(self, risk_management: Any) -> None:
        """One more risk management model."""
        framework = self._vt.framework
        if type(framework.risk_management) is NullRiskManagementModel:
            framework.risk_management = risk_management
        elif isinstance(framework.risk_management, CompositeRiskManagementModel):
            framework.risk_management.add_risk_management(risk_management)
        else:
            framework.risk_management = CompositeRiskManagementModel(framework.risk_management, risk_management)

    def set_universe_selection(self, universe_selection: Any) -> None:
        """The universe selection model."""
        if universe_selection is None:
            raise NotImplementedException(
                "UniverseSelectionModel.CreateUniverses must be implemented. Please implement this missing method on "
                f"{type(None)}"
            )
        self._vt.framework.universe_selection = universe_selection

    def add_universe_selection(self, universe_selection: Any) -> None:
        """One more universe selection model."""
        framework = self._vt.framework
        if type(framework.universe_selection) is NullUniverseSelectionModel:
            framework.universe_selection = universe_selection
        elif isinstance(framework.universe_selection, CompositeUniverseSelectionModel):
            framework.universe_selection.add_universe_selection(universe_selection)
        else:
            framework.universe_selection = CompositeUniverseSelectionModel(
                framework.universe_selection, universe_selection
            )

    def emit_insights(self, *insights: Any) -> None:
        """Emit insights outside an alpha model."""
        chosen: list[Any] = []
        for item in insights:
            chosen += item if isinstance(item, (list, tuple)) else [item]
        self._vt.framework.emit(chosen)


def _check(name: str, parameter: str, interface: str, model: Any) -> None:
    if isinstance(model, (bool, int, float, str, list, dict, tuple)) or model is None:
        raise TypeError(
            f"No method matches given arguments for {name}: ({type(model)}). The following overloads are available:\n"
            f"  {name}({parameter}: PyObject)\n  {name}({parameter}: {interface})"
        )

"""Framework models: scores, optimizers, counts of .NET sets, texts of symbols."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from vibetrader.engine.clr import Overloads
from vibetrader.engine.data import symbolcache
from vibetrader.engine.data.enums import InsightDirection, InsightType, SecurityType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.feed.config import Consolidators
from vibetrader.engine.framework.insight import Insight, InsightScore
from vibetrader.engine.framework.models import PortfolioConstructionModel
from vibetrader.engine.framework.optimizers import RiskParityPortfolioOptimizer, _minimize
from vibetrader.engine.portfolio.buyingpower import SecurityMarginModel
from vibetrader.engine.universe.base import SymbolSet
from vibetrader.errors import UnsupportedLeanFeature

NOW = datetime(2014, 1, 6, 15, tzinfo=UTC)


def _insight() -> Insight:
    symbol = Symbol.create("SPY", SecurityType.EQUITY, "usa")
    return Insight(symbol, timedelta(hours=1), InsightType.PRICE, InsightDirection.UP)


def test_a_final_score_stays() -> None:
    score = InsightScore()
    score.set_score(0, 0.7, NOW)
    score.finalize(NOW)
    score.set_score(0, 0.1, NOW)
    assert (score.direction, score.is_final_score) == (0.7, True)


def test_scores_lie_between_0_and_1() -> None:
    score = InsightScore()
    score.set_score(0, -3, NOW)
    score.set_score(1, 3, NOW)
    assert (score.direction, score.magnitude) == (0.0, 1.0)


def test_utc_times_of_an_emitted_insight_carry_their_zone() -> None:
    insight = _insight()
    assert insight.generated_time_utc.tzinfo is None
    insight.generated_time_utc = NOW
    assert insight.generated_time_utc == NOW


def test_a_rebalancing_function_is_asked_with_utc() -> None:
    asked: list[datetime] = []
    model = PortfolioConstructionModel(lambda moment: asked.append(moment))
    model.refresh_rebalance(NOW)
    assert asked == [NOW]


def test_missing_scipy_is_said() -> None:
    known = sys.modules.get("scipy.optimize")
    sys.modules["scipy.optimize"] = None  # type: ignore[assignment]  # how Python marks a module that is not there
    try:
        with pytest.raises(UnsupportedLeanFeature, match="needs scipy"):
            _minimize(sum, [1.0])
    finally:
        if known is None:
            del sys.modules["scipy.optimize"]
        else:
            sys.modules["scipy.optimize"] = known


def test_risk_parity_gives_each_symbol_the_same_share_of_the_risk() -> None:
    draws = np.random.default_rng(1).normal(size=(250, 3)) * np.array([0.01, 0.02, 0.04])
    weights = RiskParityPortfolioOptimizer().optimize(draws)
    shares = weights * (np.cov(draws, rowvar=False) @ weights)
    assert np.allclose(shares, shares[0], rtol=1e-6)
    assert weights.sum() == pytest.approx(1)


def test_sets_of_dotnet_have_a_count() -> None:
    assert SymbolSet([]).count == 0
    assert Consolidators([1, 2]).count == 2


def test_copies_of_a_configuration_share_their_consolidators() -> None:
    own = Consolidators()
    assert Consolidators.of(own) is own


def test_leverage_is_a_float_for_strategies_and_exact_for_the_engine() -> None:
    leverage = SecurityMarginModel(2).get_leverage(None)
    assert 3.5 * leverage == 7.0
    assert str(leverage.value_decimal) == "2"


def test_a_symbol_is_a_text_where_only_a_text_fits() -> None:
    symbolcache.clear()
    symbol = Symbol.create("SPY", SecurityType.EQUITY, "usa")
    takes_text = Overloads("add", "ticker: str")
    symbolcache.set_symbol("SPY", symbol)
    assert takes_text.bind([symbol], {})[1]["ticker"] == "SPY"
    symbolcache.clear()
    assert symbolcache.find(str(symbol.id)) == symbol

"""Insights."""

from __future__ import annotations

from datetime import timedelta
from math import isnan, nan

import pytest

from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.data.symbol import Market, Symbol
from vibetrader.engine.framework.insight import Insight, InsightDirection, InsightType

SPY = Symbol.create("SPY", SecurityType.EQUITY, Market.USA)


def test_price_insight_keeps_period_and_direction() -> None:
    insight = Insight.price(SPY, timedelta(days=3), InsightDirection.UP, 0.02, 0.5, "mine", 0.25)
    assert (insight.type, insight.direction) == (InsightType.PRICE, InsightDirection.UP)
    assert insight.period == timedelta(days=3)
    assert (insight.magnitude, insight.confidence, insight.weight) == (0.02, 0.5, 0.25)


def test_magnitude_may_be_not_a_number() -> None:
    insight = Insight(SPY, timedelta(days=7), InsightType.PRICE, InsightDirection.FLAT, nan, 1.0, "x", 0)
    assert insight.magnitude is not None
    assert isnan(insight.magnitude)


def test_wrong_types_name_the_overloads() -> None:
    with pytest.raises(TypeError, match="The following overloads are available"):
        Insight(SPY, "seven days", InsightType.PRICE, InsightDirection.UP)


def test_a_group_shares_its_identifier() -> None:
    members = Insight.group(
        Insight.price(SPY, timedelta(days=1), InsightDirection.UP),
        Insight.price(SPY, timedelta(days=1), InsightDirection.DOWN),
    )
    assert members[0].group_id == members[1].group_id is not None

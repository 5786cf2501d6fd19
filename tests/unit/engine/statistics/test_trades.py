"""Trades from fills, by each grouping and matching."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibetrader.engine.data.enums import FillGroupingMethod, FillMatchingMethod, SecurityType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.statistics.trades import Fill, Trade, TradeBuilder
from vibetrader.engine.statistics.tradestatistics import TradeStatistics
from vibetrader.engine.timekeeping import MINUTE

SPY = Symbol.create("SPY", SecurityType.EQUITY, "usa")
ONE = Decimal(1)


def trades(fills: list[tuple[int, str]], grouping: int = 0, matching: int = 0, prices: str = "") -> list[Trade]:
    """Trades of `(quantity, price)` fills, a minute and a dollar of fee each; `prices` come before the last."""
    builder = TradeBuilder(FillGroupingMethod(grouping), FillMatchingMethod(matching))
    for number, (quantity, price) in enumerate(fills, 1):
        if number == len(fills):
            for seen in prices.split():
                builder.set_market_price(SPY, Decimal(seen))
        builder.process(Fill(SPY, number, number * MINUTE, Decimal(price), Decimal(quantity)), ONE, ONE)
    return builder.closed_trades


def shown(closed: list[Trade]) -> list[tuple[float, float, float, float, float, list[int]]]:
    return [(t.quantity, t.entry_price, t.exit_price, t.profit_loss, t.total_fees, t.order_ids) for t in closed]


def test_a_round_trip_is_one_trade_with_excursions() -> None:
    one: Any
    (one,) = trades([(10, "100"), (-10, "110")], prices="95 120")
    assert (one.profit_loss, one.mae, one.mfe, one.end_trade_drawdown) == (100, -50, 200, 100)
    assert one.is_win and one.total_fees == 2 and one.mae == one.MAE


def test_fill_to_fill_splits_a_partly_closed_piece() -> None:
    closed = trades([(10, "100"), (-4, "110"), (-6, "120")])
    assert shown(closed) == [(4, 100, 110, 40, 2, [1, 2]), (6, 100, 120, 120, 1, [1, 3])]


@pytest.mark.parametrize(("matching", "entry"), [(0, 100.0), (1, 104.0)])
def test_fifo_and_lifo_choose_the_first_and_the_last_piece(matching: int, entry: float) -> None:
    closed = trades([(10, "100"), (10, "104"), (-10, "110")], matching=matching)
    assert [t.entry_price for t in closed] == [entry]


def test_a_reversal_closes_and_opens_the_rest() -> None:
    closed = trades([(10, "100"), (-15, "110"), (5, "100")])
    assert shown(closed) == [(10, 100, 110, 100, 2, [1, 2]), (5, 110, 100, 50, 1, [2, 3])]
    assert closed[1].direction == 1


def test_flat_to_flat_is_one_trade_at_average_prices() -> None:
    closed = trades([(10, "100"), (10, "110"), (-5, "120"), (-15, "124")], grouping=1)
    assert shown(closed) == [(20, 105, 123, 360, 4, [1, 2, 3, 4])]


def test_flat_to_reduced_is_a_trade_for_each_reduction() -> None:
    closed = trades([(10, "100"), (10, "110"), (-15, "120"), (-5, "124")], grouping=2)
    assert [(t.quantity, t.profit_loss, t.order_ids) for t in closed] == [(15, 250, [3, 1, 2]), (5, 70, [4, 2])]


def test_a_split_restates_open_pieces() -> None:
    builder = TradeBuilder()
    builder.process(Fill(SPY, 1, 0, Decimal(100), Decimal(10)), ONE, ONE)
    builder.apply_split(SPY, Decimal("0.5"))
    builder.process(Fill(SPY, 2, MINUTE, Decimal(60), Decimal(-20)), ONE, ONE)
    assert shown(builder.closed_trades) == [(20, 50, 60, 200, 2, [1, 2])]


@given(st.lists(st.tuples(st.sampled_from([-7, -3, 2, 5]), st.sampled_from(["9", "10", "12"])), max_size=30))
def test_closed_profits_are_the_cash_of_a_flat_account(fills: list[tuple[int, str]]) -> None:
    held = sum(quantity for quantity, _ in fills)
    fills = [*fills, (-held, "11")] if held else fills
    cash = -sum(quantity * Decimal(price) for quantity, price in fills)
    # Flat to flat is left out: LEAN weighs a reversing fill with its whole quantity.
    for grouping in (0, 2):
        for matching in range(2):
            closed = trades(fills, grouping, matching)
            assert sum(t._profit_loss for t in closed) == pytest.approx(cash, abs=Decimal("0.01") * (len(closed) + 1))


def test_statistics_of_no_trades_are_zero_and_none() -> None:
    statistics = TradeStatistics()
    assert statistics.start_date_time is None and statistics.StartDateTime is None
    assert statistics.win_rate == 0 and statistics.total_number_of_trades == 0
    assert statistics.average_mae == statistics.AverageMAE == 0


def test_median_of_an_even_number_is_the_upper_one() -> None:
    statistics = TradeStatistics(trades([(1, "10"), (-1, "12"), (1, "10"), (1, "10"), (-2, "12")]))
    assert statistics.to_json()["medianWinningTradeDuration"] == "00:01:00"
    assert statistics.to_json()["winLossRatio"] == "10"

"""Statistics of many trades are summed at once; the figures are those of LEAN's running order."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from vibetrader.engine import money
from vibetrader.engine.data.bars import EMPTY_SYMBOL
from vibetrader.engine.statistics import tradestatistics
from vibetrader.engine.statistics.trades import Trade
from vibetrader.engine.timekeeping import MINUTE


def _trades(seed: int, count: int) -> list[Trade]:
    dice = random.Random(seed)
    found = []
    now = 0
    whole = dice.random() < 0.3
    worst = 1 if seed % 10 == 9 else -500  # now and then nothing is lost
    for _ in range(count):
        entry = now + dice.randrange(1, 500) * MINUTE
        now = entry + dice.randrange(0, 900) * MINUTE
        trade = Trade(EMPTY_SYMBOL, [1], entry, Decimal("10.00"), Decimal(dice.choice((1, -1))))
        trade._exit_ns = now
        profit = dice.randrange(worst, 520) * (100 if whole else 1)
        trade._profit_loss = Decimal(profit).scaleb(-2)
        trade._mae = Decimal(-dice.randrange(0, 700)).scaleb(-2)
        trade._mfe = Decimal(dice.randrange(0, 700)).scaleb(-2)
        trade._end_drawdown = Decimal(dice.randrange(0, 700)).scaleb(-2)
        trade._total_fees = Decimal(dice.randrange(0, 99999)).scaleb(-dice.randrange(2, 6))
        trade.is_win = profit > 0
        found.append(trade)
    return found


@pytest.mark.parametrize("seed", range(60))
def test_many_trades_give_the_figures_of_the_running_order(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    money.install()
    trades = _trades(seed, 30 + seed * 7)
    at_once = tradestatistics.TradeStatistics(trades).to_json()
    monkeypatch.setattr(tradestatistics, "_MANY", 10**9)
    assert at_once == tradestatistics.TradeStatistics(trades).to_json()


def test_most_lists_are_summed_at_once() -> None:
    money.install()
    fields = [name for name, _ in tradestatistics._FIELDS]
    done = [tradestatistics._collect_many(dict.fromkeys(fields, Decimal(0)), _trades(seed, 211)) for seed in range(20)]
    assert sum(done) > 15

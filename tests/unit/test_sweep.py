"""Axes, outcomes and the honesty of sweeps."""

from __future__ import annotations

import numpy as np
import pytest

from vibetrader.errors import UsageError
from vibetrader.interpreter.machine import Fills
from vibetrader.spec.strategy import StrategySpec
from vibetrader.sweep import honesty
from vibetrader.sweep.axes import Axis, axis, cells, sample, size, variant
from vibetrader.sweep.outcome import round_trips

SPEC = StrategySpec.model_validate(
    {"symbols": ["BTCUSDT"], "long": {"entry": "sma(fast) > sma(slow)", "exit": "sma(fast) < sma(slow)"},
     "parameters": {"fast": 5, "slow": 20}}
)  # fmt: skip


def test_ranges_include_both_ends() -> None:
    assert axis("fast=5:9:2", SPEC).values == (5.0, 7.0, 9.0)
    assert axis("fast=0.1:0.3:0.1", SPEC).values == (0.1, 0.2, 0.3)
    assert axis("slow=20,30", SPEC).values == (20.0, 30.0)
    assert axis("timeframe=1h,4h", SPEC).values == ("1h", "4h")
    assert axis("symbol=btc/usdt,ETHUSDT", SPEC).values == ("BTCUSDT", "ETHUSDT")


@pytest.mark.parametrize("text", ["fast", "fast=", "fast=a:b", "fast=9:5", "fast=1:2:0", "quick=1:2", "timeframe=90m", "fast=1:2:3:4"])
def test_what_is_no_axis_is_named(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        axis(text, SPEC)
    assert text.partition("=")[0] in caught.value.message


def test_conditions_cut_the_grid() -> None:
    axes = [axis("fast=5:25:5", SPEC), axis("slow=10:30:10", SPEC)]
    assert size(axes) == 15
    assert all(fast < slow for fast, slow in cells(axes, ["fast < slow"]))
    assert len(list(cells(axes, ["fast < slow and slow / fast >= 2"]))) == 6
    with pytest.raises(UsageError, match="no axis"):
        list(cells(axes, ["medium < 3"]))
    assert sample(axes, [], 6, 1) == sample(axes, [], 6, 1) != sample(axes, [], 6, 2)


def test_a_variant_carries_the_cell() -> None:
    axes = [axis("fast=5,6", SPEC), axis("symbol=BTCUSDT,ETHUSDT", SPEC), axis("timeframe=1h", SPEC)]
    made = variant(SPEC, axes, (6.0, "ETHUSDT", "1h"))
    assert (made.parameters["fast"], made.symbols[0].ticker, made.timeframe) == (6.0, "ETHUSDT", "1h")


def test_round_trips_split_a_turn() -> None:
    fills = Fills(
        np.array([0, 1, 2]), np.array([0, 1, 2]), np.array([1.0, -2.0, 1.0]), np.array([100.0, 110.0, 105.0]),
        np.zeros(3), np.array([1.0, -1.0, 0.0]),
    )  # fmt: skip
    assert list(round_trips(fills)) == pytest.approx([10.0, 5.0])


def noise(days: int, variants: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.01, (days, variants))


def test_the_best_of_noise_is_luck_and_skill_is_not() -> None:
    luck = noise(750, 100, 1)
    best = int(np.argmax(luck.mean(axis=0) / luck.std(axis=0)))
    found = honesty.overfitting(luck)
    assert found is not None and 0.2 < found < 0.9
    deflated = honesty.deflated(luck, best)
    assert deflated is not None and deflated < 0.95
    skill = luck.copy()
    skill[:, 7] += 0.003
    assert (honesty.overfitting(skill) or 0) < 0.02
    assert (honesty.deflated(skill, 7) or 0) > 0.95


@pytest.mark.slow
def test_noise_with_a_thousand_trials_is_called_not_significant() -> None:
    called = 0
    for seed in range(100):
        returns = noise(500, 1000, seed)
        best = int(np.argmax(returns.mean(axis=0) / returns.std(axis=0)))
        called += (honesty.deflated(returns, best) or 0) >= 0.95
    assert called <= 5


def test_neighbours_prefer_a_plateau() -> None:
    axes = [Axis("a", (1.0, 2.0, 3.0, 4.0, 5.0))]
    scores = {(1.0,): 1.0, (2.0,): 1.1, (3.0,): 1.0, (4.0,): -2.0, (5.0,): 2.0}
    around = honesty.neighbours(axes, scores)
    assert max(around, key=lambda cell: around[cell]) in {(1.0,), (2.0,)}


def test_walk_forward_earns_only_what_follows() -> None:
    returns = noise(400, 20, 3)
    forward = honesty.walk_forward(returns, 4)
    assert forward is not None
    inside, outside = forward["in_sample_sharpe"], forward["out_of_sample_sharpe"]
    assert isinstance(inside, float) and isinstance(outside, float) and inside > outside
    assert honesty.walk_forward(returns[:30], 4) is None

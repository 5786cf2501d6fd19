"""A spec described in one sentence compiles to the same spec."""

from __future__ import annotations

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vibetrader.clarify.describe import describe
from vibetrader.clarify.rules import clarify_text
from vibetrader.spec.check import check
from vibetrader.spec.diff import diff
from vibetrader.spec.parameters import parameterized, resolved
from vibetrader.spec.strategy import StrategySpec
from vibetrader.spec.yamlio import dump, load

TODAY = date(2026, 11, 24)

periods = st.integers(2, 250)
percents = st.sampled_from([0.5, 1, 1.5, 2, 3, 5, 8, 12.5])
levels = st.integers(1, 99)


@st.composite
def conditions(draw: st.DrawFn) -> str:
    """One condition of the kinds people use."""
    kind = draw(st.integers(0, 7))
    n, m, level = draw(periods), draw(periods), draw(levels)
    above = draw(st.sampled_from(["<", ">"]))
    cross = draw(st.sampled_from(["crosses_above", "crosses_below"]))
    return [
        f"rsi({n}) {above} {level}",
        f"rsi({n}) {cross} {level}",
        f"ema({n}) {cross} sma({m})",
        f"close {above} sma({n})",
        f"close {above} bb({n},2).{'lower' if above == '<' else 'upper'}",
        f"macd(12,26,9).line {cross} macd(12,26,9).signal",
        f"adx({n}) > {level}",
        f"close {above} {'lowest(low' if above == '<' else 'highest(high'},{n})[1]",
    ][kind]


rules = st.lists(conditions(), min_size=1, max_size=3, unique=True).map(" and ".join)


@st.composite
def specs(draw: st.DrawFn) -> StrategySpec:
    """A valid spec of the kinds the compiler speaks."""
    side: dict[str, object] = {"entry": draw(rules)}
    if draw(st.booleans()):
        side["exit"] = draw(rules)
    side["stop_loss"] = draw(
        st.sampled_from([{"percent": 2}, {"percent": 3.5}, {"atr": 2}, {"atr": 1.5, "atr_period": 20}])
    )
    if draw(st.booleans()):
        side["take_profit"] = draw(st.sampled_from([{"percent": 4}, {"atr": 3}, {"reward_risk": 2}]))
    if draw(st.booleans()):
        side["trailing_stop"] = {"percent": draw(percents)}
    data: dict[str, object] = {
        "symbols": draw(st.sampled_from([["BTCUSDT"], ["AAPL"], ["EURUSD"], ["BTCUSDT", "ETHUSDT"]])),
        "timeframe": draw(st.sampled_from(["5m", "15m", "30m", "1h", "4h", "1d"])),
        "size": draw(st.sampled_from([{"percent": 25}, {"cash": 500}, {"risk_percent": 1}])),
        "period": draw(
            st.sampled_from([{"start": "2022-01-01", "end": "2023-12-31"}, {"last": "P6M", "as_of": "2026-11-24"}])
        ),
        "cash": draw(st.sampled_from([5000, 25000])),
    }
    data["long" if draw(st.booleans()) else "short"] = side
    if draw(st.booleans()):
        data["limits"] = {"max_hold_bars": draw(st.integers(1, 50))}
    if draw(st.booleans()):
        data["fees"] = {"percent": 0.1}
    return StrategySpec.model_validate(data)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(specs())
def test_a_described_spec_compiles_to_itself(spec: StrategySpec) -> None:
    if any(f.severity == "error" for f in check(spec)):
        return
    sentence = describe(spec)
    result = clarify_text(sentence, TODAY)
    assert result.verdict == "ok", (sentence, result.questions, result.message)
    assert result.spec is not None
    assert not diff(spec, result.spec), (sentence, [str(c) for c in diff(spec, result.spec)])


@settings(max_examples=100, deadline=None)
@given(specs())
def test_yaml_and_parameters_lose_nothing(spec: StrategySpec) -> None:
    named = parameterized(spec)
    assert load(dump(named)) == named
    assert resolved(named) == resolved(spec)
    assert parameterized(spec) == named

"""The spec model, its YAML, checks, parameters and differences."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from vibetrader.errors import SpecError
from vibetrader.spec.check import always_holds, check, never_holds, require, warmup_by_timeframe
from vibetrader.spec.diff import diff
from vibetrader.spec.parameters import parameterized, resolved, with_values
from vibetrader.spec.parser import parse
from vibetrader.spec.strategy import Period, StrategySpec, before, json_schema
from vibetrader.spec.yamlio import dump, load


def spec(**changes: Any) -> StrategySpec:
    data: dict[str, Any] = {
        "symbols": "BTCUSDT",
        "timeframe": "4h",
        "long": {"entry": "rsi(14) < 30", "exit": "rsi(14) > 70"},
    }
    return StrategySpec.model_validate(data | changes)


def test_short_forms_are_read() -> None:
    made = spec(
        size="risk 1%",
        long={"entry": "rsi(14) < 30", "stop_loss": "2%", "take_profit": "entry + 3*atr(14)"},
        short="mirror",
    )
    assert made.size.risk_percent == 1
    assert made.long is not None and made.long.stop_loss is not None and made.long.stop_loss.percent == 2
    assert str(made.sides["short"].entry) == "rsi(14) > 70"
    assert [s.type for s in spec(symbols=["BTC-USDT", "EUR/USD", "AAPL", "XAUUSD", "NIFTY", "000001.SZ"]).symbols] == [
        "crypto", "forex", "equity", "cfd", "index", "equity",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "place", "part"),
    [
        ("symbols: X\ntimeframe: 10m\nlong: {entry: close > 1}", (2, 12), "did you mean '1m'"),
        ("symbols: X\nlong:\n  entry: rsii(14) < 30", (3, 10), "did you mean 'rsi'"),
        ("symbols: X\nlong:\n  entry: close > 1\n  stop_los: 2%", (4, 3), "did you mean 'stop_loss'"),
        ("symbols: X\nlong: {entry: close > 1}\nlong: {entry: close > 2}", (3, 1), "stands twice"),
        ("symbols: [X\nlong", (3, 1), "broken YAML"),
        ("schema: 2\nsymbols: X", (1, 9), "schema 2"),
        ("symbols: X\nlong: {entry: !!python/object:os.system x}", (2, 15), "is not read"),
        ("symbols: X\nlong: {entry: close > 1, stop_loss: {percent: 1, pips: 2}}", (2, 37), "exactly one"),
        ("symbols: X", (1, 1), "needs a long or a short side"),
    ],
)
def test_an_error_in_yaml_has_its_place(text: str, place: tuple[int, int], part: str) -> None:
    with pytest.raises(SpecError) as caught:
        load(text, file="s.yaml")
    assert part in str(caught.value)
    assert (caught.value.line, caught.value.column) == place


def test_yaml_is_lossless_and_stable() -> None:
    made = parameterized(spec(short="mirror", period={"last": "P6M", "as_of": "2026-01-31"}))
    assert load(dump(made)) == made
    assert dump(load(dump(made))) == dump(made)


@pytest.mark.parametrize(
    "text",
    ["rsi(14) > 120", "rsi(14) < 30 and rsi(14) > 70", "close > high", "close crosses_above sma(10) and close < sma(10)",
     "weekday == 7", "hour > 22 and hour < 23", "not rsi(14) < 101", "stoch(14,3,3).k crosses_above 100",
     "all(rsi(14) < 30,3) and rsi(14) > 50", "sma(rsi(14),5) > 101"],
)  # fmt: skip
def test_impossible_conditions_are_found(text: str) -> None:
    assert never_holds(parse(text))
    assert any(f.severity == "error" and "never" in f.message for f in check(spec(long={"entry": text})))


def test_conditions_that_always_hold_are_found() -> None:
    assert always_holds(parse("rsi(14) < 50 or rsi(14) >= 50"))
    assert always_holds(parse("high >= low"))
    assert not always_holds(parse("macd(12,26,9).line > 0"))


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"long": {"entry": "rsi(n) < 30"}}, "unknown name 'n'"),
        ({"long": {"entry": "rsi(14) < 30", "exit": "rsi(14) < 30"}}, "are the same"),
        ({"long": {"entry": "rsi(14) < 30", "stop_loss": {"pips": 5}}}, "a pip has no meaning"),
        ({"size": "risk 1%"}, "needs a stop loss"),
        ({"long": {"entry": "rsi(14)@1h < 30"}}, "finer than"),
        ({"long": {"entry": "close > 2 * entry"}}, "only in stops"),
        ({"account": "cash", "short": "mirror"}, "cannot sell"),
        ({"unsupported": [{"what": "grid", "words": "grid"}]}, "grid"),
    ],
)
def test_a_spec_that_cannot_work_is_refused(changes: dict[str, Any], part: str) -> None:
    with pytest.raises(SpecError, match=part):
        require(spec(**changes))


def test_parameters_name_every_number_and_give_it_back() -> None:
    made = parameterized(spec(long={"entry": "ema(9) crosses_above ema(21) and rsi(14) < 30", "stop_loss": "2%"}))
    assert made.parameters == {
        "ema_fast_period": 9,
        "ema_slow_period": 21,
        "rsi_period": 14,
        "oversold": 30,
        "stop_loss_pct": 2,
    }
    assert (
        resolved(made, {"oversold": 25}).long
        == spec(long={"entry": "ema(9) crosses_above ema(21) and rsi(14) < 25", "stop_loss": "2%"}).long
    )
    assert with_values(made, {"rsi_period": 7}).parameters["rsi_period"] == 7
    with pytest.raises(SpecError, match="no parameter"):
        resolved(made, {"nope": 1})


def test_warm_up_counts_each_timeframe() -> None:
    made = spec(long={"entry": "rsi(14)[2] < 30 and sma(rsi(14),6) > 20 and close > ema(200)@1d"})
    assert warmup_by_timeframe(made) == {"4h": 20, "1d": 200}


def test_periods_count_back_from_the_day_written_down() -> None:
    assert before(date(2024, 2, 29), "P1Y") == date(2023, 2, 28)
    assert before(date(2024, 3, 31), "P1M") == date(2024, 2, 29)
    period = Period.model_validate({"last": "P6M", "as_of": "2026-11-24"})
    assert period.dates(date(2030, 1, 1)) == (date(2026, 5, 24), date(2026, 11, 24))


def test_diff_shows_meaning_not_names() -> None:
    changed = spec(long={"entry": "rsi(14) < 25", "exit": "rsi(14) > 70"})
    assert [str(c) for c in diff(parameterized(spec()), changed)] == ["~ long.entry: rsi(14) < 30 → rsi(14) < 25"]


def test_json_schema_is_published() -> None:
    schema = json_schema()
    assert schema["properties"]["schema"]["const"] == 1
    assert "stop_loss" in schema["$defs"]["Side"]["properties"]

"""How a spec's fields show in the code."""

from __future__ import annotations

import ast
from datetime import date
from typing import Any

import pytest

from vibetrader.design import Project, design
from vibetrader.errors import SpecError
from vibetrader.spec.indicators import INDICATORS
from vibetrader.spec.strategy import StrategySpec

PERIOD = {"start": "2023-01-01", "end": "2023-12-31"}


def project(**fields: Any) -> Project:
    """A project of a spec of which only the fields that matter are named."""
    spec: dict[str, Any] = {"symbols": ["BTCUSDT"], "timeframe": "1h", "period": PERIOD}
    if "long" not in fields and "short" not in fields:
        spec["long"] = {"entry": "rsi(14) < 30", "exit": "rsi(14) > 70"}
    made = design(StrategySpec.model_validate({**spec, **fields}))
    ast.parse(made.main)
    return made


def code(**fields: Any) -> str:
    return project(**fields).main


def rule(entry: str, **fields: Any) -> str:
    return code(long={"entry": entry, "exit": "close < open"}, **fields)


def test_plain_idea_gives_a_page_of_code() -> None:
    assert len(code().splitlines()) < 50


def test_named_numbers_are_parameters_of_the_project() -> None:
    made = project(long={"entry": "rsi(n) < low_level"}, parameters={"n": 14, "low_level": 30})
    assert 'self._n = self.get_parameter("n", 14)' in made.main
    assert 'self._low_level = self.get_parameter("low_level", 30.0)' in made.main
    assert made.config["parameters"] == {"n": "14", "low_level": "30"}


def test_parameter_named_like_an_attribute_of_the_code_gets_another_name() -> None:
    source = rule("close > sma(stop)", parameters={"stop": 20})
    assert 'self._stop_value = self.get_parameter("stop", 20)' in source


def test_coins_run_on_utc_and_in_their_own_currency() -> None:
    source = code()
    assert 'self.set_time_zone("UTC")' in source
    assert source.index("set_account_currency") < source.index("set_cash")
    assert "BrokerageName.BINANCE, AccountType.CASH" in source


def test_short_side_needs_a_margin_account() -> None:
    assert "BrokerageName.BINANCE, AccountType.MARGIN" in code(long={"entry": "close > open"}, short="mirror")


def test_binance_spot_gets_no_stop_order() -> None:
    source = code(long={"entry": "rsi(14) < 30", "stop_loss": "2%"})
    assert "stop_market_order" not in source
    assert "bar.low <= self._stop_price" in source


def test_stocks_get_stop_orders() -> None:
    source = code(symbols=["SPY"], long={"entry": "rsi(14) < 30", "stop_loss": "2%"})
    assert 'self.stop_market_order(self._symbol, -quantity, stop, tag="stop loss")' in source


def test_cash_account_of_coins_rests_one_exit_only() -> None:
    side = {"entry": "rsi(14) < 30", "stop_loss": "2%", "take_profit": "4%"}
    source = code(symbols=[{"ticker": "BTCUSD", "type": "crypto", "market": "kraken"}], long=side)
    assert "stop_market_order" in source
    assert "limit_order(" not in source
    assert "bar.high >= self._target_price" in source


def test_tags_are_named_arguments() -> None:
    # LEAN reads the argument behind the quantity as `asynchronous`.
    source = code(long={"entry": "rsi(14) < 30", "stop_loss": "2%", "take_profit": "4%"}, size="$1000", symbols=["SPY"])
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr.endswith("_order"):
            assert any(keyword.arg == "tag" for keyword in call.keywords)


def test_indicator_of_an_indicator_is_chained() -> None:
    assert "IndicatorExtensions.of(SimpleMovingAverage(6), self._rsi)" in rule("sma(rsi(14),6) < 40")


def test_indicator_of_one_bar_is_fed_by_a_selector() -> None:
    assert "selector=lambda bar: bar.high - bar.low" in rule("ema(high - low,10) > 5")
    assert "selector=Field.VOLUME" in rule("volume > sma(volume,20)")


def test_indicator_of_a_mixture_is_fed_by_hand_once_its_parts_exist() -> None:
    source = rule("stdev(close / close[1] - 1,20) > 0.01")
    assert "if self._bars.count > 1:" in source
    assert "self._stdev.update(bar.end_time, bar.close / self._bars[1].close - 1)" in source


def test_cross_compares_this_bar_and_the_one_before() -> None:
    source = rule("sma(5) crosses_above sma(20)")
    assert "self._sma_5.current.value > self._sma_20.current.value" in source
    assert "self._sma_5.previous.value <= self._sma_20.previous.value" in source
    assert "self._sma_20.samples > self._sma_20.warm_up_period" in source


def test_cross_with_another_timeframe_compares_what_was_seen_one_bar_ago() -> None:
    source = rule("close crosses_above sma(20)@4h")
    assert "self._sma_4h_seen.add(self._sma.current.value)" in source
    assert "self._bars[1].close <= self._sma_4h_seen[1]" in source


def test_lag_beyond_one_enlarges_the_window() -> None:
    assert "self._rsi.window.size = 4" in rule("rsi(14) > rsi(14)[3]")


def test_windows_are_generators_over_past_bars() -> None:
    source = rule("any(rsi(14) < 30, n) and count(close > open, 5) >= 3", parameters={"n": 4})
    assert "any(self._rsi[i].value < 30 for i in range(self._n))" in source
    assert "sum(self._bars[i].close > self._bars[i].open for i in range(5)) >= 3" in source
    assert "self._rsi.window.size = self._n" in source


def test_division_by_what_may_be_zero_does_not_stop_the_program() -> None:
    assert "ratio(bar.volume, self._sma.current.value)" in rule("volume / sma(volume,20) > 1.5")
    assert "ratio(" not in rule("atr(14) / close > 0.01")


@pytest.mark.parametrize(
    ("timeframe", "made"),
    [
        ("5m", "TradeBarConsolidator(timedelta(minutes=5))"),
        ("4h", "TradeBarConsolidator(timedelta(hours=4))"),
        ("3d", "TradeBarConsolidator(three_days)"),
        ("1w", "TradeBarConsolidator(Calendar.WEEKLY)"),
        ("1M", "TradeBarConsolidator(Calendar.MONTHLY)"),
    ],
)
def test_bars_that_lean_lacks_are_consolidated(timeframe: str, made: str) -> None:
    assert made in code(timeframe=timeframe)


@pytest.mark.parametrize(("timeframe", "resolution"), [("1m", "MINUTE"), ("1h", "HOUR"), ("1d", "DAILY")])
def test_bars_that_lean_has_are_subscribed_to(timeframe: str, resolution: str) -> None:
    source = code(timeframe=timeframe)
    assert f"Resolution.{resolution}" in source
    assert "Consolidator" not in source


def test_last_trading_day_counts_from_the_end() -> None:
    source = code(symbols=["SPY"], timeframe="1d", long={"entry": "trading_day == 1", "exit": "trading_day == -1"})
    assert "self._trading_day(bar.time) == 1" in source
    assert "self._trading_days_left(bar.time) == -1" in source


def test_frozen_values_are_noted_when_the_order_is_sent() -> None:
    source = code(symbols=["SPY"], long={"entry": "rsi(14) < 30", "stop_loss": {"price": "entry - 2 * atr(14)"}})
    assert "self._signal_atr = self._atr.current.value" in source
    assert "stop = price - 2 * self._signal_atr" in source


def test_several_symbols_have_state_of_their_own_and_share_the_account() -> None:
    made = project(symbols=["BTCUSDT", "ETHUSDT"])
    assert "class SymbolTrader:" in made.main
    assert "set_holdings(self._symbol, 0.5," in made.main
    assert "each takes 50 % of equity" in made.notes[0]


def test_users_words_stay_words() -> None:
    evil = 'x"""\nimport os\nos.system("echo")\n"""\\'
    tree = ast.parse(code(name=evil[:100], description=evil))
    assert not any(isinstance(node, ast.Import) for node in ast.walk(tree))
    assert len(tree.body) == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"symbols": ["ES"]}, "future"),
        ({"symbols": ["SPY", "EURUSD"]}, "quotes"),
        ({"symbols": ["EURUSD"], "long": {"entry": "volume > 1000"}}, "volume"),
        ({"brokerage": "binanse"}, "binance"),
        ({"size": {"cash": 100, "currency": "INR"}}, "INR"),
        ({"order": {"type": "limit"}}, "price"),
    ],
)
def test_what_lean_cannot_do_is_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecError) as told:
        code(**fields)
    assert words in f"{told.value} {told.value.hint}"


def test_relative_period_needs_a_day_to_count_from() -> None:
    spec = StrategySpec.model_validate(
        {"symbols": ["SPY"], "long": {"entry": "close > open"}, "period": {"last": "P6M"}}
    )
    assert "self.set_start_date(2023, 7, 1)" in design(spec, today=date(2024, 1, 1)).main
    with pytest.raises(SpecError):
        design(spec)


def _call(name: str, output: str) -> str:
    row = INDICATORS[name]
    given = ",".join("12" for parameter in row.parameters if parameter.default is None)
    return name + (f"({given})" if given else "") + ("" if row.outputs == ("value",) else f".{output}")


@pytest.mark.parametrize("name", list(INDICATORS))
def test_every_indicator_can_be_written(name: str) -> None:
    for output in INDICATORS[name].outputs:
        value = _call(name, output)
        for timeframe in ("1h", "4h"):
            code(
                timeframe=timeframe, long={"entry": f"{value} > {value}[2] and {value}@1d > 0", "exit": "close < open"}
            )

"""The expression language: reading, writing, errors."""

from __future__ import annotations

import pytest

from vibetrader.errors import SpecError
from vibetrader.spec import expressions as ex
from vibetrader.spec.indicators import INDICATORS, REFUSED
from vibetrader.spec.mirror import mirrored
from vibetrader.spec.parser import parse


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("RSI(14)<30", "rsi(14) < 30"),
        ("macd(12,26).hist > 0", "macd(12,26,9).histogram > 0"),
        (
            "ichimoku.tenkan crosses_above ichimoku.kijun",
            "ichimoku(9,26,52).tenkan crosses_above ichimoku(9,26,52).kijun",
        ),
        ("close[1][2] > close", "close[3] > close"),
        ("rsi(14)[1]@1d < 30", "rsi(14)@1d[1] < 30"),
        ("a > 1 and b > 2 or c > 3", "a > 1 and b > 2 or c > 3"),
        ("a > 1 and (b > 2 or c > 3)", "a > 1 and (b > 2 or c > 3)"),
        ("not (close > open)", "not close > open"),
        ("(close - open) / atr(14) > -1.5", "(close - open) / atr(14) > -1.5"),
        ("close - (open - 1) > 0", "close - (open - 1) > 0"),
        ("any(rsi(14) < 30, 5)", "any(rsi(14) < 30,5)"),
        ("sma(volume,20) > 1e6", "sma(volume,20) > 1000000"),
        ("highest(20) < close", "highest(high,20) < close"),
    ],
)
def test_text_is_read_and_written_in_one_form(text: str, canonical: str) -> None:
    tree = parse(text)
    assert str(tree) == canonical
    assert parse(str(tree)) == tree


@pytest.mark.parametrize(
    ("text", "column", "part"),
    [
        ("rsii(14) < 30", 1, "did you mean 'rsi'"),
        ("close > sma(14", 14, "ends too early"),
        ("rsi(14,2,3) < 30", 1, "takes 0 to 2 parameters, not 3"),
        ("close > open > low", 14, "unexpected '>'"),
        ("bb(20,2) > close", 1, "has several values"),
        ("close@10m > 1", 7, "unknown timeframe"),
        ("rsi(14) and close > 1", None, "is a value, not a condition"),
        ("beta(20) > 1", 1, "compares two securities"),
        ("close / 0 > 1", 7, "division by zero"),
        ("sma(1.5) > 1", 1, "must be whole"),
        ("", None, "is empty"),
    ],
)
def test_an_error_says_where_and_what(text: str, column: int | None, part: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse(text)
    assert part in str(caught.value)
    if column is not None:
        assert caught.value.column == column


def test_deep_and_long_texts_are_refused() -> None:
    for text in ("(" * 3000, "close > 1 and " * 400 + "close > 1", "-" * 200 + "close > 1"):
        with pytest.raises(SpecError):
            parse(text)


@pytest.mark.parametrize(
    ("rule", "opposite"),
    [
        ("rsi(14) < 30", "rsi(14) > 70"),
        ("cci(20) crosses_above -100", "cci(20) crosses_below 100"),
        ("close > highest(high,20)[1]", "close < lowest(low,20)[1]"),
        ("close crosses_above bb(20,2).upper", "close crosses_below bb(20,2).lower"),
        ("volume > 2 * sma(volume,20) and close > open", "volume > 2 * sma(volume,20) and close < open"),
        ("dmi(14).plus > dmi(14).minus", "dmi(14).minus > dmi(14).plus"),
        ("adx(14) > 25 and time < 1500", "adx(14) > 25 and time < 1500"),
        ("roc(10) > 5", "roc(10) < -5"),
        ("close < 0.98 * sma(10)", "close > 1.02 * sma(10)"),
        ("macd(12,26,9).line@1d > 0", "macd(12,26,9).line@1d < 0"),
        ("hammer > 0", "shooting_star < 0"),
    ],
)
def test_the_opposite_of_a_rule(rule: str, opposite: str) -> None:
    assert str(mirrored(parse(rule))) == opposite
    assert mirrored(mirrored(parse(rule))) == parse(rule)


def test_every_indicator_reads_back_with_all_its_outputs() -> None:
    for name, row in INDICATORS.items():
        arguments = [p.default if p.default is not None else 10 for p in row.parameters]
        for output in row.outputs:
            call = ex.call(name, *arguments, output=output)  # type: ignore[arg-type]
            assert parse(str(call)) == call, str(call)
            numbers = [a.value if isinstance(a, ex.Number) else a for a in call.arguments]
            assert row.warmup(*numbers) >= 1
            assert output in row.ranges
    assert not set(REFUSED) & set(INDICATORS)

"""The parser of the expression language: averages as parameters."""

from __future__ import annotations

import pytest

from vibetrader.errors import SpecError
from vibetrader.spec.parser import parse


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("rsi(14,sma)", "rsi(14,sma)"),
        ("bb(20,2,exponential).upper", "bb(20,2,ema).upper"),
        ("macd(12,26,9,SMA).line", "macd(12,26,9,sma).line"),
        ("ema(rsi(14,sma),5)", "ema(rsi(14,sma),5)"),
        ("rsi(14,wilders)", "rsi(14)"),
    ],
)
def test_the_kind_of_average_is_a_parameter(text: str, canonical: str) -> None:
    assert str(parse(text)) == canonical
    assert parse(canonical) == parse(text)


@pytest.mark.parametrize("text", ["close > sma", "sma(ema,20)", "sma + 1 > 2"])
def test_an_average_without_its_length_is_refused(text: str) -> None:
    with pytest.raises(SpecError, match="takes 1 parameter, not 0"):
        parse(text)

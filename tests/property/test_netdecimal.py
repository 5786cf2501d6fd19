"""The compiled .NET decimal and the one in Python are one: same digits, places and doubles; known values of .NET."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vibetrader.engine.netdecimal import NetDecimal, PureNetDecimal

digits = st.one_of(
    st.integers(-(2**96) + 1, 2**96 - 1),
    st.integers(-(10**9), 10**9),
    st.integers(2**96 - 20, 2**96 - 1),
    st.integers(-9, 9),
)
numbers = st.tuples(digits, st.integers(0, 28))
OPERATIONS = (operator.add, operator.sub, operator.mul, operator.truediv)


def outcome(operation: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    try:
        made = operation(a, b)
    except (OverflowError, ZeroDivisionError) as error:
        return type(error)
    return made.mantissa, made.scale, bool(made.negative)


@pytest.mark.skipif(NetDecimal is PureNetDecimal, reason="not compiled here")
@settings(max_examples=400, deadline=None)
@given(numbers, numbers)
@example((2**96 - 1, 0), (1, 28))
@example((0, 5), (-3, 2))
def test_the_compiled_decimal_agrees_with_the_one_in_python(a: tuple[int, int], b: tuple[int, int]) -> None:
    for operation in OPERATIONS:
        compiled = outcome(operation, NetDecimal.raw(*a), NetDecimal.raw(*b))
        assert compiled == outcome(operation, PureNetDecimal.raw(*a), PureNetDecimal.raw(*b)), operation
    x, y = NetDecimal.raw(*a), PureNetDecimal.raw(*a)
    assert (str(x), float(x), round(x), int(x)) == (str(y), float(y), round(y), int(y))
    assert (x < NetDecimal.raw(*b)) is (y < PureNetDecimal.raw(*b))


@pytest.mark.skipif(NetDecimal is PureNetDecimal, reason="not compiled here")
@settings(max_examples=400, deadline=None)
@given(st.floats(-7e28, 7e28))
def test_doubles_become_the_same_decimals(x: float) -> None:
    for way in ("of", "cast"):
        compiled, plain = getattr(NetDecimal, way)(x), getattr(PureNetDecimal, way)(x)
        assert (compiled.mantissa, compiled.scale, bool(compiled.negative)) == (
            plain.mantissa,
            plain.scale,
            plain.negative,
        )


@pytest.mark.parametrize("kind", [NetDecimal, PureNetDecimal])
def test_known_results_of_dotnet(kind: Any) -> None:
    of = kind.of
    assert str(of(10) / 3) == "3.3333333333333333333333333333"
    assert str(of(800) / 9) == "88.88888888888888888888888889"
    assert str(of("4.20") / 2) == "2.10"
    assert str(of("1.0") / of("0.1")) == "10"
    assert str(of(1) / 4) == "0.25"
    assert str(of("2.50") * of("-0.0")) == "-0.000"
    assert str(kind.cast(0.1 + 0.2)) == "0.3"
    assert str(of(0.1 + 0.2)) == "0.30000000000000004"
    assert str(round(of("2.345"), 2)) == "2.34"
    assert str(of(20.5).padded(4)) == "20.5000"
    with pytest.raises(OverflowError, match="too large or too small"):
        of(2**96 - 1) + 1


@pytest.mark.parametrize("kind", [NetDecimal, PureNetDecimal])
def test_a_decimal_is_not_always_the_nearest_double(kind: Any) -> None:
    assert float(kind.of("30.54790587")) == 30.54790587
    assert float(kind.of("21438.363333333333333333333333")) == 21438.363333333335


@pytest.mark.parametrize("text", ["", "x", "1.2.3", "1e", "--1"])
def test_what_is_no_number_is_refused(text: str) -> None:
    for kind in (NetDecimal, PureNetDecimal):
        with pytest.raises(ValueError, match="not a decimal number"):
            kind.of(text)

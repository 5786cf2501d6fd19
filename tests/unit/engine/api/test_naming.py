"""Names as LEAN's Python users write them."""

from __future__ import annotations

import pytest

from vibetrader.engine.clr import ArgumentException
from vibetrader.engine.data.enums import Resolution
from vibetrader.engine.naming import lean_names, missing_attribute, to_pascal, to_snake


@lean_names
class Thing:
    """Something with one method."""

    def last_price(self) -> int:
        """A number."""
        return 3


def test_both_spellings_of_a_method() -> None:
    assert Thing().LastPrice() == Thing().last_price() == 3


@pytest.mark.parametrize(("snake", "pascal"), [("set_start_date", "SetStartDate"), ("last_price", "LastPrice")])
def test_spellings_are_inverse(snake: str, pascal: str) -> None:
    assert to_pascal(snake) == pascal
    assert to_snake(pascal) == snake


def test_members_of_enumerations_in_both_spellings() -> None:
    assert Resolution.Daily is Resolution.DAILY
    assert str(Resolution.DAILY.value) == "4"


def test_missing_attribute_names_the_class() -> None:
    assert "'Thing' object has no attribute 'lastprise'" in missing_attribute(Thing, "lastprise")


def test_dotnet_argument_text() -> None:
    assert str(ArgumentException("Bad.", "value")) == "Bad. (Parameter 'value')"

"""Decimals as .NET has them."""

from decimal import Decimal

import pytest

from vibetrader.engine import money


def test_whole_floats_have_no_scale() -> None:
    assert str(money.dec(5000.0)) == "5000"
    assert str(money.dec(0.1)) == "0.1"
    assert str(money.dec(1e30)) == "1" + "0" * 30


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("319.85003158200", "319.85"), ("27123.45678", "27123.4568"), ("1.3922403159999999", "1.39224"), ("0", "0")],
)
def test_smart_rounding(value: str, rounded: str) -> None:
    assert str(money.smart_round(Decimal(value))) == rounded


def test_texts_stop_at_28_places() -> None:
    assert money.text(Decimal("0E-32")) == "0." + "0" * 28


def test_multiples_keep_the_step_s_scale() -> None:
    assert str(money.to_multiple(Decimal("1.392240316"), Decimal("0.00001"))) == "1.39224"
    assert str(money.to_multiple(Decimal("5000"), Decimal("0.01"))) == "5000.00"

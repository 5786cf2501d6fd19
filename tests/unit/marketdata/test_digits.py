"""Fast parsing of tables gives what `float` gives, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibetrader.marketdata.digits import parse

plain = st.from_regex(r"\A([0-9]{1,8}(\.[0-9]{0,7})?|\.[0-9]{1,9})\Z")
strange = st.sampled_from(["-1.5", "1e-7", "2E+3", "123456789012345678901", "0.00000000000000000012", "007.50", "1234567890.123456"])


@given(st.lists(st.tuples(plain, plain | strange, plain), min_size=1, max_size=30))
def test_every_number_is_the_float_of_its_text(rows: list[tuple[str, str, str]]) -> None:
    text = "\n".join(",".join(row) for row in rows)
    found = parse(text.encode())
    assert found is not None
    assert found.tolist() == [float(field) for row in rows for field in row]


def test_more_digits_than_a_double_holds_come_as_from_nets_decimal() -> None:
    """LEAN reads decimals: all digits as a double, over a power of ten, which is not always the nearest double."""
    found = parse(b"200000000.00000110,1")
    assert found is not None and found[0] == 20000000000000110.0 / 1e8


def test_long_tables_are_read_in_pieces_without_losing_a_row() -> None:
    rows = [f"{i * 60000},{i / 7:.5f},{i / 3:.2f}" for i in range(40_000)]
    found = parse("\n".join(rows).encode())
    assert found is not None
    assert found.reshape(-1, 3)[:, 0].tolist() == [i * 60000.0 for i in range(40_000)]
    assert found.reshape(-1, 3)[:, 1].tolist() == [float(f"{i / 7:.5f}") for i in range(40_000)]


def test_an_empty_field_is_nan() -> None:
    found = parse(b"1,,3\n,5,6")
    assert found is not None
    assert np.isnan(found[[1, 3]]).all() and found[[0, 2, 4, 5]].tolist() == [1.0, 3.0, 5.0, 6.0]


@pytest.mark.parametrize("text", [b"1,abc,3", b"1.2.3,4", b"1,0x10", b"1,2;3", b"..", b"1,<html>"])
def test_what_is_no_number_is_refused(text: bytes) -> None:
    assert parse(text) is None

"""Dates and cash put into code that somebody wrote."""

from __future__ import annotations

from vibetrader.compile.carry import carried

OWN = """class Mine(QCAlgorithm):
    def Initialize(self):
        self.SetStartDate(2020, 1, 1)  # kept
        self.SetEndDate(datetime(2020, 6, 1))
        self.SetCash(1000)
        self.AddCrypto("BTCUSDT", Resolution.Daily)
"""
LIKE = """class Made(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2023, 2, 3)
        self.set_end_date(2023, 12, 31)
        self.set_cash(50000)
"""


def test_dates_and_cash_are_carried_and_the_rest_stays() -> None:
    new = carried(OWN, LIKE)
    assert "self.SetStartDate(2023, 2, 3)  # kept" in new
    assert "self.SetEndDate(2023, 12, 31)" in new and "self.SetCash(50000)" in new
    assert new.count("\n") == OWN.count("\n")


def test_a_date_that_is_not_set_is_put_in() -> None:
    new = carried(OWN.replace("        self.SetEndDate(datetime(2020, 6, 1))\n", ""), LIKE)
    assert "        self.set_end_date(2023, 12, 31)\n" in new


def test_code_that_cannot_be_read_stays() -> None:
    assert carried("def (", LIKE) == "def ("

"""The reference system's cases of error classes and symbols, in our terms (REFERENCE 3.3, 3.15)."""

from __future__ import annotations

import pytest

from vibetrader.compile.checks import check
from vibetrader.compile.enrich import explain

PROGRAM = """from AlgorithmImports import *

class S(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2023, 1, 1)
        self.set_end_date(2023, 2, 1)
        self.set_account_currency("USDT")
        self.set_cash(1000)
        self.set_brokerage_model(BrokerageName.BINANCE, AccountType.CASH)
        self._symbol = self.add_crypto("{ticker}", Resolution.HOUR).symbol

    def on_data(self, data):
        self.set_holdings(self._symbol, 0.5)
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Invalid symbol: code=-1121", "symbol"),
        ("Crypto 'XYZUSDT' symbol could not be found in the database for binance market", "symbol"),
        ("Invalid timeframe: 7m", "timeframe"),
        ("'7h' is not a valid BinanceInterval", "timeframe"),
        ("SyntaxError: invalid syntax", "syntax"),
        ("'S' object has no attribute 'SetHolding'", "attribute"),
        ("No data found for the requested period", "data"),
        ("something nobody has seen before", "runtime"),
        ("Unable to create BTCUSDT consolidator because BTCUSDT is registered for Daily data. Consolidators require higher resolution "
         "data to produce lower resolution data.", "consolidator"),
        ("No module named 'talib2'", "import"),
    ],
)  # fmt: skip
def test_error_texts_have_their_class(text: str, expected: str) -> None:
    assert explain(text, "").error_class == expected


@pytest.mark.parametrize("ticker", ["BTC/USDT", "BTC-USDT", "BTC_USDT", "BTC", "BTCUSTD"])
def test_a_symbol_in_a_wrong_form_is_named_with_the_right_one(ticker: str) -> None:
    first = check(PROGRAM.format(ticker=ticker))[0]
    assert (first.error_class, first.line) == ("symbol", 10) and "BTCUSDT" in first.fix


@pytest.mark.parametrize("ticker", ["BTCUSDT", "ETHUSDT", "BNBUSDT", "SOLUSDT"])
def test_a_symbol_in_the_right_form_is_taken(ticker: str) -> None:
    assert not [f for f in check(PROGRAM.format(ticker=ticker)) if f.error_class == "symbol"]


def test_the_consolidator_on_daily_data_reads_like_a_colleagues_explanation() -> None:
    source = PROGRAM.format(ticker="ETHUSDT").replace("Resolution.HOUR", "Resolution.DAILY").replace(
        "    def on_data", "        self.consolidate(self._symbol, timedelta(hours=4), self.on_four)\n\n    def on_four(self, bar):\n"
        "        pass\n\n    def on_data",
    )  # fmt: skip
    first = check(source)[0]
    assert first.error_class == "consolidator" and first.line == 10 and first.repair
    assert "shorter ones" in first.cause and "Resolution.HOUR" in first.fix and "add_crypto" in first.example

"""yfinance and ccxt: their answers become LEAN's lines, and what they get wrong is said."""

from __future__ import annotations

import sys
import types
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from vibetrader.errors import NetworkError, ProviderError, UsageError
from vibetrader.marketdata.importing import store_rows
from vibetrader.marketdata.libraries import from_ccxt, from_yfinance
from vibetrader.marketdata.store import Store

JAN_1 = 1704067200000


def yahoo(monkeypatch: pytest.MonkeyPatch, frame: Any) -> list[dict[str, Any]]:
    asked: list[dict[str, Any]] = []

    class Ticker:
        def __init__(self, name: str) -> None:
            self.name = name

        def history(self, **arguments: Any) -> Any:
            asked.append({"name": self.name, **arguments})
            if isinstance(frame, Exception):
                raise frame
            return frame

    monkeypatch.setitem(sys.modules, "yfinance", types.SimpleNamespace(Ticker=Ticker))
    return asked


def frame(index: pd.DatetimeIndex) -> pd.DataFrame:
    values = {"Open": 10.25, "High": 11.0, "Low": 10.0, "Close": 10.5, "Adj Close": 9.9, "Volume": 1200}
    return pd.DataFrame(dict.fromkeys(values, 0.0) | values, index=index)


def test_stocks_come_as_they_traded_by_new_yorks_clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = yahoo(monkeypatch, frame(pd.date_range("2024-01-02 14:30", periods=2, freq="h", tz="UTC")))
    bars = from_yfinance("AAPL", "hour", date(2024, 1, 2), date(2024, 1, 2))
    assert asked[0]["auto_adjust"] is False and asked[0]["end"] == "2024-01-03"
    assert next(iter(bars.rows.items())) == (JAN_1 + 86_400_000 + 9 * 3_600_000 + 30 * 60_000, "102500,110000,100000,105000,1200")
    store = Store(tmp_path)
    with store.alone(1):
        store_rows(store, bars.key, bars.rows, source="yfinance", name="x", today="2026-11-24", known_defects=bars.known_defects)
    told = " ".join(store.receipt(bars.key).known_defects)
    assert "survivorship" in told and "splits" in told and "dividends" in told


def test_currency_pairs_come_as_quotes_without_a_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = yahoo(monkeypatch, frame(pd.date_range("2024-01-02", periods=1, freq="D")))
    bars = from_yfinance("EURUSD", "daily", date(2024, 1, 2), date(2024, 1, 2))
    assert asked[0]["name"] == "EURUSD=X" and str(bars.key) == "forex/oanda/eurusd/daily/quote"
    assert list(bars.rows.values()) == ["10.25,11,10,10.5,0,10.25,11,10,10.5,0"]


def test_what_yahoo_has_not_or_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    yahoo(monkeypatch, frame(pd.date_range("2024-01-02", periods=0, freq="D")))
    with pytest.raises(ProviderError, match="no 1m bars of 'AAPL'"):
        from_yfinance("AAPL", "minute", date(2024, 1, 2), date(2024, 1, 2))
    yahoo(monkeypatch, RuntimeError("too many requests"))
    with pytest.raises(NetworkError, match="too many requests"):
        from_yfinance("AAPL", "minute", date(2024, 1, 2), date(2024, 1, 2))


class Kraken:
    def __init__(self, options: dict[str, Any]) -> None:
        assert options["enableRateLimit"]

    def load_markets(self) -> dict[str, Any]:
        return {"BTC/USDT": {}, "ETH/USDT": {}}

    def milliseconds(self) -> int:
        return JAN_1 + 5 * 3_600_000 + 1

    def fetch_ohlcv(self, pair: str, interval: str, since: int, limit: int) -> list[list[float]]:
        assert (pair, interval) == ("BTC/USDT", "1h")
        first = -(-since // 3_600_000) * 3_600_000
        return [[first + i * 3_600_000, 1.5, 2.0, 1e-05, 1.25, 3.0] for i in range(4)]


def test_other_exchanges_come_through_ccxt_without_the_open_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ccxt", types.SimpleNamespace(exchanges=["kraken"], kraken=Kraken))
    bars = from_ccxt("kraken", "BTCUSDT", "hour", JAN_1, JAN_1 + 86_400_000)
    assert str(bars.key) == "crypto/kraken/btcusdt/hour/trade" and len(bars.rows) == 5
    assert bars.rows[JAN_1] == "1.5,2,0.00001,1.25,3"
    with pytest.raises(UsageError, match="no pair 'BTCUSD'") as told:
        from_ccxt("kraken", "BTCUSD", "hour", JAN_1, JAN_1 + 86_400_000)
    assert "BTCUSDT" in told.value.hint
    with pytest.raises(UsageError, match="no exchange 'karken'"):
        from_ccxt("karken", "BTCUSDT", "hour", JAN_1, JAN_1 + 86_400_000)


@pytest.mark.parametrize(("package", "extra"), [("yfinance", "stocks"), ("ccxt", "exchanges")])
def test_a_package_that_is_missing_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch, package: str, extra: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageError, match=f"needs the package {package}") as told:
        if package == "ccxt":
            from_ccxt("kraken", "BTCUSDT", "hour", 0, 1)
        else:
            from_yfinance("AAPL", "hour", date(2024, 1, 2), date(2024, 1, 2))
    assert f"vibetrader[{extra}]" in told.value.hint

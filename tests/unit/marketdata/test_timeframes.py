"""Fifteen timeframes: what is built of the stored bars is what the exchange publishes."""

from __future__ import annotations

import numpy as np
import pytest

from tests.binance_server import LENGTHS, BinanceServer, Row, ms
from vibetrader.errors import UsageError
from vibetrader.marketdata.timeframes import Bars, build, source_of
from vibetrader.spec.timeframes import TIMEFRAMES

NATIVE = {"minute": "1m", "hour": "1h", "daily": "1d"}


def columns(rows: list[Row]) -> Bars:
    times = np.array([row[0] for row in rows], dtype=np.int64)
    o, h, low, c, v = (np.array([float(row[i]) for row in rows]) for i in range(1, 6))
    return Bars(times, o, h, low, c, v)


def test_there_are_fifteen() -> None:
    assert set(TIMEFRAMES) == set(LENGTHS) and len(TIMEFRAMES) == 15


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
def test_built_bars_are_those_of_the_exchange(timeframe: str) -> None:
    source = source_of(timeframe)
    start, end = {"minute": ("2024-02-28", "2024-03-01"), "hour": ("2024-02-05", "2024-03-04"), "daily": ("2024-01-01", "2024-06-01")}[source.resolution]
    with BinanceServer() as server:
        stored = server.rows("BTCUSDT", NATIVE[source.resolution], ms(start), ms(end))
        wanted = server.rows("BTCUSDT", timeframe, ms(start), ms(end))
    built = build(columns(stored), timeframe)
    first = int(np.searchsorted(built.times, wanted[0][0]))  # the span may begin within a bar
    whole = len(wanted) - (timeframe in ("3d", "1w"))  # and end within one
    for mine, theirs in zip(built, columns(wanted), strict=True):
        np.testing.assert_allclose(mine[first : first + whole], theirs[:whole], rtol=1e-12)
    assert source.native == (timeframe in ("1m", "1h", "1d"))


@pytest.mark.parametrize(("text", "meant"), [("7m", "'5m'"), ("4H", "'4h'"), ("90m", "'30m'"), ("month", "")])
def test_what_is_no_timeframe_gets_the_nearest(text: str, meant: str) -> None:
    with pytest.raises(UsageError, match="is no timeframe") as told:
        source_of(text)
    assert meant in told.value.hint and "1M" in told.value.hint

"""Files of one day, read by the month."""

from __future__ import annotations

import zipfile
from pathlib import Path

from vibetrader.marketdata.columnar import DayFiles, Series


def test_trades_are_found_after_quotes_were_asked_for_in_the_same_folder(tmp_path: Path) -> None:
    folder = tmp_path / "crypto" / "binance" / "minute" / "btcusdt"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "20240102_trade.zip", "w") as file:
        file.writestr("20240102_btcusdt_minute_trade.csv", "0,1.5,2,1,1.7,3\n")
    files = DayFiles()
    days = [("BTCUSDT", "20240102")]
    assert files.read(Series(tmp_path, "crypto", "binance", "minute", "quote"), days) == []
    (bars,) = files.read(Series(tmp_path, "crypto", "binance", "minute", "trade"), days)
    assert bars.columns["close"].tolist() == [1.7]

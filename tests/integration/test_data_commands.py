"""list, import, convert, synth and cache, for people and for machines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.conftest import Cli

HOURS = ("data", "synth", "BTCUSDT", "-t", "1h", "--start", "2024-01-01", "--end", "2024-02-01", "--data-folder", "made")


def test_made_up_bars_are_labelled_wherever_they_go(cli: Cli, tmp_path: Path) -> None:
    told = cli(*HOURS)
    assert told.code == 0 and told.out.startswith("SYNTHETIC DATA")
    listed = cli("data", "list", "--data-folder", "made", "--json").json["series"]
    assert [row["synthetic"] for row in listed] == [True]
    assert "SYNTHETIC" in cli("data", "list", "--data-folder", "made").out
    assert cli("data", "check", "--data-folder", "made").code == 0
    run = cli("run", "buy BTCUSDT at RSI 14 below 40 on 1h, exit above 60, from 2024-01-10 to 2024-01-31", "--data-folder", "made", "--json")
    assert run.code == 0 and run.json["synthetic"] is True


def test_convert_gives_any_timeframe_as_csv_and_back(cli: Cli, tmp_path: Path) -> None:
    cli(*HOURS)
    told = cli("data", "convert", "BTCUSDT", "-t", "4h", "--to", "out/4h.csv", "--data-folder", "made", "--json")
    assert told.json["bars"] == 32 * 6
    lines = (tmp_path / "out/4h.csv").read_text().splitlines()
    assert lines[0] == "time,open,high,low,close,volume" and lines[1].startswith("2024-01-01T00:00Z,") and len(lines) == 193
    cli("data", "convert", "BTCUSDT", "--to", "1h.csv", "--data-folder", "made")
    assert cli("data", "import", "1h.csv", "--symbol", "BTCUSDT", "--data-folder", "back").code == 0
    cli("data", "convert", "BTCUSDT", "--to", "again.csv", "--data-folder", "back")
    assert (tmp_path / "again.csv").read_text() == (tmp_path / "1h.csv").read_text()
    assert cli("data", "convert", "BTCUSDT", "--to", "x.xlsx", "--data-folder", "back").code == 2
    assert cli("data", "convert", "ETHUSDT", "--to", "x.csv", "--data-folder", "back").code == 6
    assert not list(tmp_path.glob(".*.part"))


def test_import_shows_a_preview_and_refuses_what_is_wrong(cli: Cli, tmp_path: Path) -> None:
    rows = [f"{1704067200 + i * 3600},10,12,9,{10 + i % 2},5" for i in range(48)]
    (tmp_path / "b.csv").write_text("time,open,high,low,close,volume\n" + "\n".join(rows))
    shown = cli("data", "import", "b.csv", "-s", "BTC/USDT", "--preview", "--data-folder", "d")
    assert shown.code == 0 and "48 bars of 60 minutes" in shown.out and "nothing was written" in shown.out
    assert not (tmp_path / "d").exists()
    body = cli("data", "import", "b.csv", "-s", "BTCUSDT", "--data-folder", "d", "--json").json
    assert (body["stored"], body["new_bars"], body["layout"]["time"]) == (48, 48, "s")
    receipt = cli("data", "list", "--data-folder", "d", "--json").json["series"][0]
    assert receipt["origin"][0]["source"] == "import"
    (tmp_path / "b.csv").write_text("time,open,high,low,close,volume\n" + "\n".join(rows).replace("12,9", "8,9", 1))
    refused = cli("data", "import", "b.csv", "-s", "BTCUSDT", "--data-folder", "d", "--json")
    assert refused.code == 6 and "ohlc" in refused.json["error"]["message"]
    assert cli("data", "import", "b.csv", "-s", "BTCUSDT", "--data-folder", "d", "--accept-doubtful").code == 0
    assert cli("data", "check", "--data-folder", "d").code == 6


def test_the_cache_is_filled_shown_and_cleared(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIBETRADER_CACHE_DIR", str(tmp_path / "own"))
    cli("data", "synth", "BTCUSDT", "-t", "1m", "--start", "2024-01-01", "--end", "2024-01-08", "--data-folder", "made")
    assert cli("data", "cache", "--warm", "--data-folder", "made", "--json").json["made"] == 1
    shown = cli("data", "cache", "--json").json
    assert shown["entries"] == 1 and shown["bytes"] > 8 * 1440 * 48
    assert cli("data", "cache", "--clear", "--json").json["entries"] == 0


@pytest.mark.parametrize("regime", ["trend", "range", "decline", "crash", "gap", "volatile"])
def test_a_regime_is_the_same_market_in_every_timeframe(cli: Cli, tmp_path: Path, regime: str) -> None:
    command = ("data", "synth", "BTCUSDT", "-t", "1m", "-t", "1h", "-t", "1d", "--start", "2024-01-01", "--end", "2024-01-04")
    assert cli(*command, "--regime", regime, "--data-folder", regime).code == 0
    checked = cli("data", "check", "--data-folder", regime, "--json").json
    assert "disagreement" not in {finding["kind"] for finding in checked["findings"]}
    assert [one["bars"] for one in checked["series"]] == [4, 96, 5760]


def test_an_unknown_regime_is_named(cli: Cli) -> None:
    told = cli(*HOURS[:3], "--regime", "boom", "--data-folder", "made")
    assert told.code == 6 and "no regime 'boom'" in told.err and "crash" in told.err


@pytest.mark.parametrize(
    "command",
    [
        ("data", "fetch", "BTCUSDT", "-t", "7m"),
        ("data", "fetch", "BTC!USDT"),
        ("data", "fetch", "BTCUSDT", "--start", "yesterday"),
        ("data", "fetch", "BTCUSDT", "--start", "2024-02-01", "--end", "2024-01-01"),
        ("data", "fetch", "BTCUSDT", "--source", "bloomberg"),
        ("data", "check", "--policy", "gaps=fail", "--data-folder", "."),
        ("data", "synth", "BTCUSDT"),
        ("data", "import", "x.csv", "-s", "X", "--time-is", "noon"),
    ],
)
def test_wrong_words_are_usage_errors(cli: Cli, command: tuple[str, ...]) -> None:
    told = cli(*command, "--json")
    assert told.code == 2 and told.json["error"]["message"], told.err


def test_without_a_network_a_fetch_says_so(cli: Cli) -> None:
    told = cli("data", "fetch", "BTCUSDT", "--start", "2024-01-01", "--end", "2024-01-02", "--json")
    assert told.code == 7 and "no connection" in told.json["error"]["message"]
    assert cli("data", "fetch", "BTCUSDT", "--offline").code == 7

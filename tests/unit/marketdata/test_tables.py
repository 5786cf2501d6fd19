"""Files as other programs write them: columns, units, zones and forms of time are found, or asked for."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from vibetrader.errors import DataError, UsageError
from vibetrader.marketdata.importing import Imported, read_bars
from vibetrader.marketdata.tables import guess, read_table

JAN_1 = 1704067200  # 2024-01-01T00:00Z


def rows(count: int, time: Any, *, step: int = 3600, joined: str = ",") -> str:
    return "\n".join(joined.join((time(JAN_1 + i * step), "100.5", "101.25", "99.75", f"{100 + i % 3 / 4}", "12.5")) for i in range(count))


def iso(zone: str = "") -> Any:
    from datetime import UTC, datetime

    return lambda s: datetime.fromtimestamp(s, UTC).strftime("%Y-%m-%d %H:%M:%S") + zone


def formatted(pattern: str) -> Any:
    from datetime import UTC, datetime

    return lambda s: datetime.fromtimestamp(s, UTC).strftime(pattern)


def imported(tmp_path: Path, text: str, *, kind: str = "crypto", market: str = "binance", **said: Any) -> Imported:
    file = tmp_path / "bars.csv"
    file.write_text(text)
    resolution = said.pop("resolution", None)
    table = read_table(file)
    layout = guess(table, default_zone="America/New_York" if kind == "equity" else "UTC", **said)
    return read_bars(
        table, layout, security_type=kind, market=market, ticker="X", resolution=resolution, data_folder=tmp_path
    )


HEAD = "time,open,high,low,close,volume\n"


@pytest.mark.parametrize(
    "text",
    [
        HEAD + rows(48, str),
        HEAD + rows(48, lambda s: str(s * 1000)),
        HEAD + rows(48, lambda s: str(s * 1_000_000)),
        HEAD + rows(48, lambda s: str(s * 10**9)),
        "Open time,Open,High,Low,Close,Volume\n" + rows(48, iso()),
        "Date;Open;High;Low;Last;Vol.\n" + rows(48, iso("+00:00"), joined=";"),
        "timestamp\tO\tH\tL\tC\tV\n" + rows(48, formatted("%Y.%m.%d %H:%M"), joined="\t"),
        "<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<TICKVOL>\n" + rows(48, formatted("%Y.%m.%d,%H:%M")),
        "https://exchange.example\nUnix,Date,Symbol,Open,High,Low,Close,Volume BTC\n"
        + "\n".join(f"{line.split(',')[0]},2024,X,{','.join(line.split(',')[1:])}" for line in rows(48, str).splitlines()),
        rows(48, str),
        rows(48, formatted("%Y%m%d %H:%M")),
        HEAD + "\n".join(reversed(rows(48, str).splitlines())),
        "\ufeff" + HEAD + rows(48, iso("Z")),
    ],
)
def test_the_same_bars_come_out_of_every_form(tmp_path: Path, text: str) -> None:
    found = imported(tmp_path, text)
    assert found.key.resolution == "hour" and found.findings == []
    assert list(found.rows) == [(JAN_1 + i * 3600) * 1000 for i in range(48)]
    assert found.rows[JAN_1 * 1000] == "100.5,101.25,99.75,100,12.5"


def test_a_decimal_comma_is_read_where_semicolons_separate(tmp_path: Path) -> None:
    text = "time;open;high;low;close;volume\n" + rows(24, str, joined=";").replace(".", ",")
    assert imported(tmp_path, text).rows[JAN_1 * 1000] == "100.5,101.25,99.75,100,12.5"


def test_a_unit_that_changes_within_the_file_is_noticed(tmp_path: Path) -> None:
    lines = rows(48, lambda s: str(s * 1000 if s < JAN_1 + 86400 else s * 1_000_000))
    found = imported(tmp_path, HEAD + lines)
    assert len(found.rows) == 48 and any("change their unit" in note for note in found.notes)


def test_a_zone_moves_naive_times_and_not_others(tmp_path: Path) -> None:
    berlin = imported(tmp_path, HEAD + rows(24, iso()), zone="Europe/Berlin")
    assert next(iter(berlin.rows)) == (JAN_1 - 3600) * 1000
    offset = imported(tmp_path, HEAD + rows(24, iso("+02:00")), zone="Europe/Berlin")
    assert next(iter(offset.rows)) == (JAN_1 - 7200) * 1000
    assert any("taken as UTC" in note for note in imported(tmp_path, HEAD + rows(24, iso())).notes)
    with pytest.raises(UsageError, match="no time zone 'Europa/Berlin'") as told:
        imported(tmp_path, HEAD + rows(24, iso()), zone="Europa/Berlin")
    assert "Europe/Berlin" in told.value.hint


def test_times_of_the_close_are_moved_to_the_open(tmp_path: Path) -> None:
    text = "close time,open,high,low,close,volume\n" + rows(24, lambda s: str((s + 3600) * 1000 - 1))
    assert next(iter(imported(tmp_path, text).rows)) == JAN_1 * 1000


def test_a_date_that_can_be_read_two_ways_is_asked_for(tmp_path: Path) -> None:
    ambiguous = HEAD + "\n".join(f"0{i}/0{i}/2024,1,1,1,1,1" for i in range(1, 9))
    with pytest.raises(UsageError, match="can be read two ways") as told:
        imported(tmp_path, ambiguous)
    assert "--time-format" in told.value.hint
    in_order = HEAD + rows(10, formatted("%m/%d/%Y"), step=86400)
    assert list(imported(tmp_path, in_order).rows)[1] == (JAN_1 + 86400) * 1000


def test_bars_of_a_length_that_lean_has_not_are_built_or_refused(tmp_path: Path) -> None:
    text = HEAD + rows(48, str, step=900)
    with pytest.raises(DataError, match="15 minutes long") as told:
        imported(tmp_path, text)
    assert "--timeframe 1h" in told.value.hint
    found = imported(tmp_path, text, resolution="hour")
    assert len(found.rows) == 12 and found.rows[JAN_1 * 1000] == "100.5,101.25,99.75,100,50"


def test_equities_are_scaled_and_their_zone_is_checked(tmp_path: Path) -> None:
    inside = "\n".join(f"2024-01-03 {h:02d}:{m:02d}:00,1.25,1.5,1,1.25,100" for h in range(10, 15) for m in range(60))
    found = imported(tmp_path, HEAD + inside, kind="equity", market="usa")
    assert next(iter(found.rows.values())) == "12500,15000,10000,12500,100" and not found.grave
    utc = "\n".join(f"2024-01-03 {h:02d}:{m:02d}:00,1.25,1.5,1,1.25,100" for h in range(16, 21) for m in range(60))
    doubted = imported(tmp_path, HEAD + utc, kind="equity", market="usa")
    told = next(f for f in doubted.findings if f.kind == "closed_market" and "--tz" in f.detail)
    assert "--tz UTC" in told.detail


def test_wrong_bars_are_told_before_anything_is_written(tmp_path: Path) -> None:
    text = HEAD + rows(24, str).replace("99.75", "109.75", 1)
    assert [finding.kind for finding in imported(tmp_path, text).grave] == ["ohlc"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no rows"),
        (HEAD, "only a line of names"),
        (HEAD + "1704067200,1,2\n1704070800,1,2,1,1,1", "row 2: 3 fields"),
        ("moment,a,b\n1,2,3\n2,3,4", "no column was found for time, open"),
        (HEAD + rows(3, str).replace("12.5", "many", 1), "row 2: the volume 'many'"),
        ("1,2,3\n4,5,6", "names no columns and has 3"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_row(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DataError) as told:
        imported(tmp_path, text)
    assert words in f"{told.value.message} {told.value.hint}"


def test_columns_can_be_named(tmp_path: Path) -> None:
    text = "when,a,b,c,d,e\n" + rows(24, str)
    said = dict(zip(("time", "open", "high", "low", "close", "volume"), ("when", "a", "3", "c", "d", "e"), strict=True))
    assert len(imported(tmp_path, text, columns=said).rows) == 24
    with pytest.raises(UsageError, match="no column 'wen'"):
        imported(tmp_path, text, columns={"time": "wen"})


def test_gzip_and_parquet_are_read(tmp_path: Path) -> None:
    file = tmp_path / "bars.csv.gz"
    file.write_bytes(gzip.compress((HEAD + rows(24, str)).encode()))
    assert len(read_table(file).rows) == 24
    file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(DataError, match="no readable gzip"):
        read_table(file)
    pytest.importorskip("pyarrow")
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.table({"time": [JAN_1 * 1000, (JAN_1 + 3600) * 1000], **{n: [1.0, 1.0] for n in ("open", "high", "low", "close", "volume")}})
    pyarrow.parquet.write_table(table, tmp_path / "bars.parquet")
    found = read_table(tmp_path / "bars.parquet")
    bars = read_bars(
        found, guess(found), security_type="crypto", market="binance", ticker="X", resolution=None, data_folder=tmp_path
    )
    assert list(bars.rows.values()) == ["1,1,1,1,1", "1,1,1,1,1"]

"""Files written whole, JSON without NaN, children that end."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vibetrader._util import clock, files, jsonio, processes, suggest


def test_atomic_write_replaces_the_whole_content(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.txt"
    files.atomic_write(path, "long " * 1000)
    digest = files.atomic_write(path, "short")
    assert path.read_text() == "short"
    assert digest == files.sha256_file(path) == files.sha256_bytes(b"short")
    assert [entry.name for entry in path.parent.iterdir()] == ["a.txt"]


def test_a_failed_write_leaves_the_old_content_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    files.atomic_write(path, "old")
    with pytest.raises(TypeError):
        files.atomic_write(path, None)  # type: ignore[arg-type]  # a caller's bug in the middle of a write
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_append_line_closes_a_torn_line_first(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_text('{"a": 1}\n{"b"')
    files.append_line(path, '{"c": 3}')
    assert path.read_text().splitlines() == ['{"a": 1}', '{"b"', '{"c": 3}']


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [1, {"a": float("-inf")}]])
def test_nan_never_reaches_a_file(value: object) -> None:
    with pytest.raises(ValueError):
        jsonio.dumps(value)


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "{'a': 1}", ""])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        jsonio.loads(text)


def test_a_byte_order_mark_is_read_as_lean_writes_it() -> None:
    assert jsonio.loads(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_a_child_that_outlives_its_time_is_killed_with_its_own_children(tmp_path: Path) -> None:
    mark = tmp_path / "grandchild"
    code = (
        "import subprocess, sys, time\n"
        "late = 'import time, sys; time.sleep(1.2); open(sys.argv[1], chr(119))'\n"
        f"subprocess.Popen([sys.executable, '-c', late, {str(mark)!r}])\n"
        "time.sleep(30)"
    )
    done = processes.run([sys.executable, "-c", code], timeout_s=0.4)
    assert done.timed_out
    time.sleep(1.2)
    assert not mark.exists()


def test_of_a_flood_of_output_head_and_tail_are_kept() -> None:
    done = processes.run(
        [sys.executable, "-c", "print('start' + 'x' * 100_000 + 'end')"], timeout_s=20, max_output=2000
    )
    assert done.stdout.startswith("start") and done.stdout.rstrip().endswith("end")
    assert len(done.stdout) < 3000 and "bytes left out" in done.stdout


def test_a_child_gets_only_the_environment_it_is_given() -> None:
    os.environ["HOUSE_SECRET"] = "x"
    try:
        done = processes.run(
            [sys.executable, "-c", "import os; print(sorted(os.environ))"], timeout_s=20, env={"A": "1"}
        )
    finally:
        del os.environ["HOUSE_SECRET"]
    assert "HOUSE_SECRET" not in done.stdout


def test_suggestions_ignore_case() -> None:
    assert suggest.closest("btcusd", ["BTCUSDT", "ETHUSDT"])[0] == "BTCUSDT"
    assert suggest.did_you_mean("xyz", ["abc"]) == ""


def test_times_are_written_in_utc() -> None:
    moment = datetime(2026, 11, 24, 16, 42, 18, 123456, tzinfo=UTC)
    assert clock.compact(moment) == "20261124T164218Z"
    assert clock.iso(moment) == "2026-11-24T16:42:18.123Z"
    assert clock.fixed(moment)() == moment

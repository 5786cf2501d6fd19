"""LEAN's result files read back, from recordings of the real LEAN."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import needs_shared
from vibetrader.backtest.embedded import algorithm_id, child_environment
from vibetrader.backtest.leanfiles import read_results
from vibetrader.backtest.metrics import flat_metrics, parse_number
from vibetrader.errors import NoResultError


def test_a_real_leans_files_are_read_whole() -> None:
    result = read_results(needs_shared("lean/golden/raw/03_ema_cross"))
    assert result.completed and result.id == "03_ema_cross"
    assert (len(result.orders), len(result.order_events), len(result.closed_trades)) == (27, 54, 25)
    assert result.order_list_hash == "c572232152c189d3337e8b578cac46e2"
    assert result.data_points == 2149
    first = result.closed_trades[0]
    assert (first.symbols, first.direction, first.entry_price, first.order_ids) == (
        ("ETHUSDT",),
        "long",
        220.84,
        (1, 2),
    )
    metrics = flat_metrics(result)
    assert metrics["total_return"]["value"] == 968.242 and metrics["total_return"]["display"] == "968.242%"
    assert metrics["total_fees"]["value"] == 3463.76
    assert all("reason" in entry for entry in metrics.values() if entry["value"] is None)


def test_a_failed_run_keeps_leans_words() -> None:
    result = read_results(needs_shared("lean/golden/raw/93_fail_unknown_attribute"))
    assert result.status == "RuntimeError" and not result.completed
    assert "object has no attribut" in result.error


def test_a_folder_without_a_result_says_so(tmp_path: Path) -> None:
    (tmp_path / "x-log.txt").write_text("one line\n")
    (tmp_path / "mine.json").write_text('{"left": "by the strategy"}')
    result = read_results(tmp_path)
    assert result.status == "NoResult" and result.log == ("one line",)


def test_a_torn_or_foreign_result_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"statistics": {')
    with pytest.raises(NoResultError, match=r"a\.json"):
        read_results(tmp_path)
    (tmp_path / "a.json").write_text(json.dumps({"statistics": {"x": "1"}, "orders": {"one": {}}}))
    with pytest.raises(NoResultError, match="not a result file"):
        read_results(tmp_path)


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        ("12.5%", 12.5),
        ("-13.81%", -13.81),
        ("$1,234.50", 1234.5),
        ("-$3.00", -3.0),
        ("0", 0.0),
        ("∞", None),
        (None, None),
    ],
)
def test_numbers_in_leans_display_strings(shown: str | None, value: float | None) -> None:
    assert parse_number(shown) == value


def test_a_strategys_process_gets_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    assert "secret" not in child_environment().values()


def test_an_algorithm_id_is_a_file_name(tmp_path: Path) -> None:
    odd = tmp_path / "my run (1)"
    odd.mkdir()
    assert algorithm_id(odd) == "my-run-1"

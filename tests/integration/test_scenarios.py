"""Strategy tests as code."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.integration.conftest import Cli
from vibetrader.errors import DataError
from vibetrader.marketdata.scenario import path_closes

GOOD = """\
schema: 1
idea: "buy BTCUSDT 1h when RSI(3) < 20, sell when RSI(3) > 80, 3% stop loss"
tests:
- name: stops
  candles: {path: "100, flat in 20, 101 in 3, 100, 101, 96 in 4, 92 in 2, flat in 10"}
  expect:
    entries: [{bar: 27, side: long, price: 98.5}, {bar: 30}]
    exits: [{bar: 30, side: long, reason: stop loss}]
    trades: 1
    position: long
    holds: ["end_equity < 10000", "trade_profit < 0"]
- name: takes nothing in a rise
  candles: {path: "100, 200 in 30"}
  expect: {no_trades: true, position: none, orders: 0}
"""


def test_expectations_that_hold_pass(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.test.yaml").write_text(GOOD)
    told = cli("test", "--junit", tmp_path / "j.xml")
    assert told.code == 0, told.out
    assert "2 passed, 0 failed" in told.out
    assert ElementTree.parse(tmp_path / "j.xml").getroot().get("tests") == "2"


def test_expectations_that_do_not_hold_fail_with_what_was_found(cli: Cli, tmp_path: Path) -> None:
    text = (
        GOOD.replace("bar: 27", "bar: 25")
        .replace("position: long", "position: short")
        .replace("trades: 1", 'trades: "> 5"')
    )
    (tmp_path / "a.test.yaml").write_text(text)
    told = cli("test", "a.test.yaml", "--only", "stops", "--json")
    assert told.code == 10 and told.json["failed"] == 1
    failures = " ".join(told.json["tests"][0]["failures"])
    for words in (
        "expected bar 25, found 27",
        "expected short at the end, found long",
        "trades: expected > 5, found 1",
    ):
        assert words in failures
    assert any("bought" in line for line in told.json["tests"][0]["log"])


def test_a_lean_project_is_tested_too(cli: Cli, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "main.py").write_text(
        "from AlgorithmImports import *\n\n\nclass A(QCAlgorithm):\n    def initialize(self) -> None:\n"
        "        self.set_start_date(2024, 1, 2)\n        self.set_end_date(2024, 1, 12)\n        self.set_cash(10000)\n"
        '        self.spy = self.add_equity("SPY", Resolution.DAILY).symbol\n\n    def on_data(self, data: Slice) -> None:\n'
        '        if not self.portfolio.invested:\n            self.market_order(self.spy, 10, tag="first")\n'
    )
    (tmp_path / "p.test.yaml").write_text(
        "schema: 1\nstrategy: project\ntests:\n- name: buys once\n"
        "  candles: {closes: [100, 101, 102, 103, 104], symbol: SPY, timeframe: 1d, start: 2024-01-02}\n"
        "  expect: {orders: 1, position: long, entries: [{bar: 0, side: long, reason: first}]}\n"
        "- name: an error is expected\n"
        "  candles: {closes: [100, 101], symbol: SPY, timeframe: 1d, start: 2024-01-02}\n  expect: {error: attribute}\n"
    )
    told = cli("test", "--json").json
    assert [test["passed"] for test in told["tests"]] == [True, False], told
    assert "expected attribute, found none" in told["tests"][1]["failures"][0]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("schema: 1\ntests:\n- nam: x\n", 4, "tests.0.name"),
        ("a: [", 4, "bad.test.yaml"),
        ("schema: 1\nidea: x\nspec: {}\ntests: []\n", 0, "0 passed"),
    ],
)
def test_a_broken_test_file_is_named(cli: Cli, tmp_path: Path, text: str, code: int, words: str) -> None:
    (tmp_path / "bad.test.yaml").write_text(text)
    told = cli("test", "bad.test.yaml")
    assert told.code == code and words in told.out + told.err


def test_nothing_to_test_is_a_usage_error(cli: Cli) -> None:
    assert cli("test").code == 2
    assert cli("test", "absent").code == 2


def test_a_path_in_words() -> None:
    assert path_closes("100, 80 in 2, flat in 2, +10%, -8, 88") == [100, 90, 80, 80, 80, 88, 80, 88]
    for wrong in ("", "abc", "flat in 3", "+5%", "100, 5 bars"):
        with pytest.raises(DataError):
            path_closes(wrong)


def test_the_tests_of_the_examples_pass(cli: Cli) -> None:
    told = cli("test", Path(__file__).parents[2] / "specs" / "tests", "--json")
    assert told.code == 0 and told.json["passed"] >= 2, json.dumps(told.json)

"""The static checks: what they must see, and what they must leave alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import shared_dir
from vibetrader.compile.checks import check, mistakes
from vibetrader.compile.repair import apply, repair

HEAD = "from AlgorithmImports import *\n\n\nclass Strategy(QCAlgorithm):\n    def initialize(self):\n"
CRYPTO = (
    "        self.set_start_date(2023, 1, 1)\n        self.set_end_date(2023, 12, 31)\n"
    '        self.set_account_currency("USDT")\n        self.set_cash(10000)\n'
    "        self.set_brokerage_model(BrokerageName.BINANCE, AccountType.CASH)\n"
    '        self._symbol = self.add_crypto("BTCUSDT", Resolution.DAILY).symbol\n'
    "        self._rsi = self.rsi(self._symbol, 14)\n"
    "        self.set_warm_up(30)\n"
)
ON_DATA = (
    "\n    def on_data(self, data: Slice):\n"
    "        if self.is_warming_up or not self._rsi.is_ready:\n            return\n"
)
GOOD = (
    HEAD
    + CRYPTO
    + ON_DATA
    + "        if self._rsi.current.value < 30:\n            self.set_holdings(self._symbol, 0.9)\n"
)


def classes(source: str) -> list[tuple[str, str]]:
    return [(finding.error_class.value, finding.severity) for finding in check(source)]


def test_a_sound_program_has_no_findings() -> None:
    assert check(GOOD) == []


@pytest.mark.parametrize(
    ("wrong", "right", "error_class", "mended"),
    [
        ("from AlgorithmImports import *\n", "", "import", "from AlgorithmImports import *"),
        ('"BTCUSDT"', '"BTC-USDT"', "symbol", '"BTCUSDT"'),
        ('"BTCUSDT"', '"BTCUTSD"', "symbol", '"BTCUSDT"'),
        ("Resolution.DAILY", "Resolution.FOUR_HOUR", "timeframe", "Resolution.HOUR"),
        ("Resolution.DAILY", '"1d"', "timeframe", "Resolution.DAILY"),
        ("self.set_holdings", "self.setHoldings", "attribute", "self.set_holdings"),
        ("self._rsi.current.value", "self._rsi.value", "attribute", "self._rsi.current.value"),
        ("self._rsi.current.value", "self._rsi", "attribute", "self._rsi.current.value"),
        ("self._rsi.is_ready", "self._rsi.is_ready()", "attribute", "self._rsi.is_ready:"),
        ("self.rsi(self._symbol, 14)", "self.rsi(self._symbol, length=14)", "argument", "period=14"),
        (
            "self.rsi(self._symbol, 14)",
            "self.rsi(self._symbol, 14, Resolution.DAILY)",
            "argument",
            "resolution=Resolution",
        ),
        ("2023, 12, 31", "2023, 11, 31", "data", "2023, 11, 30"),
        (
            "def on_data(self, data: Slice):",
            "def on_data(self, data: Slice)",
            "syntax",
            "def on_data(self, data: Slice):",
        ),
        ("class Strategy(QCAlgorithm):", "class Strategy:", "runtime", "class Strategy(QCAlgorithm):"),
        ("def initialize", "def initialise", "runtime", "def initialize"),
    ],
)
def test_a_mistake_is_seen_and_mended(wrong: str, right: str, error_class: str, mended: str) -> None:
    broken = GOOD.replace(wrong, right, 1)
    assert (error_class, "error") in classes(broken)
    repaired = repair(broken, check(broken), mistakes(broken))
    assert repaired is not None
    assert mended in repaired
    assert [f for f in check(repaired) if f.severity == "error"] == []


def test_a_consolidator_on_daily_data_is_explained_like_a_colleague_would() -> None:
    broken = GOOD.replace(
        "        self.set_warm_up(30)\n",
        "        self.consolidate(self._symbol, timedelta(hours=4), self.on_four_hours)\n",
    )
    broken += "\n    def on_four_hours(self, bar):\n        pass\n"
    finding = next(f for f in check(broken) if f.error_class == "consolidator")
    assert finding.line == 11
    assert "Resolution.HOUR" in finding.fix
    assert "longer bars" in finding.cause


def test_binance_stops_become_stop_limits() -> None:
    broken = GOOD + "            self.stop_market_order(self._symbol, -1, 20000)\n"
    found = next(m for m in mistakes(broken) if m.finding.error_class == "order")
    assert "self.stop_limit_order(self._symbol, -1, 20000, round((20000) * 0.995, 2))" in apply(broken, found.edits)


@pytest.mark.parametrize("text", ["closes.shift(-1)", "closes.rolling(5, center=True).mean()"])
def test_looking_ahead_is_pointed_out(text: str) -> None:
    source = GOOD + f"        closes = self.history(self._symbol, 20)['close']\n        after = {text}\n"
    assert any("ahead" in f.raw for f in check(source))


def _cases() -> list[Path]:
    root = shared_dir()
    return sorted((root / "lean" / "golden" / "errors").glob("*/strategy.json")) if root else []


@pytest.mark.skipif(not _cases(), reason="the recorded programs are not beside the checkout")
def test_recorded_sound_programs_have_no_errors() -> None:
    wrong = {}
    for case in _cases():
        source = (case.parent / "fixed.py").read_text()
        errors = [f.raw for f in check(source) if f.severity == "error"]
        if errors:
            wrong[case.parent.name] = errors
    assert wrong == {}


@pytest.mark.skipif(not _cases(), reason="the recorded programs are not beside the checkout")
def test_recorded_mistakes_are_seen_before_the_run() -> None:
    """Most mistakes show without running; the rest need the engine's words."""
    seen = 0
    for case in _cases():
        meta = json.loads(case.read_text())
        lines = {f.line for f in check((case.parent / "main.py").read_text())}
        seen += meta["line"] in lines
    assert seen >= 100


@pytest.mark.parametrize("topic", ["strategies", "programs", "fuzz"])
def test_recorded_strategies_have_no_errors(topic: str) -> None:
    root = shared_dir()
    if root is None:
        pytest.skip("the recorded programs are not beside the checkout")
    wrong = {}
    for main in sorted((root / "lean" / "golden" / topic).glob("*/main.py")):
        meta = json.loads((main.parent / "strategy.json").read_text())
        errors = [(f.line, f.raw) for f in check(main.read_text()) if f.severity == "error"]
        if errors and "fail" not in main.parent.name and "error" not in str(meta.get("expect", "")):
            wrong[main.parent.name] = errors[:3]
    assert wrong == {}

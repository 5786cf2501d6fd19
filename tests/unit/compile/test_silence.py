"""Programs that never trade, or stop: the explanation names what kept them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import needs_shared
from vibetrader.backtest.leanfiles import read_results
from vibetrader.compile.enrich import refusals
from vibetrader.compile.silence import why
from vibetrader.engine.runner import EngineRun, run_project
from vibetrader.results.findings import Finding

PROGRAM = """from AlgorithmImports import *

class Silent(QCAlgorithm):
    def initialize(self):
        self.set_start_date({start})
        self.set_end_date(2022, 3, 31)
        self.set_account_currency("USDT")
        self.set_cash(10000)
        self.set_brokerage_model(BrokerageName.BINANCE, AccountType.{account})
        self._symbol = self.add_crypto("BTCUSDT", Resolution.DAILY).symbol
        self._rsi = self.rsi(self._symbol, 14, MovingAverageType.WILDERS, Resolution.DAILY)
        self._fast = self.ema(self._symbol, 5, Resolution.DAILY)
        self._slow = self.ema(self._symbol, 10, Resolution.DAILY)
        self.set_warm_up(20, Resolution.DAILY)
        self._n = 0
        {more}

    {method}(self, data):
        if self.is_warming_up:
            return
        self._n += 1
        rsi = self._rsi.current.value
        price = self.securities[self._symbol].price
        {body}

    def buy_it(self):
        self.set_holdings(self._symbol, 0.5)

    def is_cheap(self, rsi):
        return rsi < 2 and rsi > 0
"""
BUY = "self.set_holdings(self._symbol, 0.5)"
#: name → (body, words of the explanation, the line's text)
CASES: dict[str, tuple[str, str, str]] = {
    "a threshold never met": (f"if rsi < 3: {BUY}", "`rsi < 3` never held", "if rsi < 3"),
    "a threshold above the range": (f"if rsi > 101: {BUY}", "`rsi > 101` never held", "if rsi > 101"),
    "one of two never holds": (f"if rsi > 1 and price > 1e9: {BUY}", "`price > 1000000000.0` never held", "price > 1e9"),
    "two that exclude each other": (f"if rsi < 45 and rsi > 55: {BUY}", "never together", "rsi < 45"),
    "the readiness test is the wrong way round": (
        f"if self._rsi.is_ready: return\n        if rsi < 60: {BUY}", "held every time", "if self._rsi.is_ready",
    ),
    "an early return": (f"if price > 0: return\n        if rsi < 60: {BUY}", "`price > 0` on line", "if price > 0"),
    "equality of floats": (
        f"if self._fast.current.value == self._slow.current.value: {BUY}", "never held", "self._fast.current.value ==",
    ),
    "an hour that never is": (f"if self.time.hour == 9: {BUY}", "`self.time.hour == 9` never held", "self.time.hour == 9"),
    "a weekday that never is": (f"if self.time.weekday() == 7: {BUY}", "`self.time.weekday() == 7` never held", "weekday"),
    "always invested": (f"if not self.portfolio.invested is False: {BUY}", "never held", "invested"),
    "only sells when flat": ("if self.portfolio.invested: self.liquidate(); self.market_order(self._symbol, 1)",
                             "`self.portfolio.invested` never held", "invested"),
    "the order is in a helper": ("if rsi < 3: self.buy_it()", "`rsi < 3` never held", "if rsi < 3"),
    "the condition is in a helper": ("if self.is_cheap(rsi): self.buy_it()", "`rsi < 2` never held", "return rsi < 2"),
    "the condition has a name": (f"signal = rsi < 3 and price > 0\n        if signal: {BUY}", "`rsi < 3` never held", "signal ="),
    "the outer of two": (f"if rsi < 3:\n            if price > 0: {BUY}", "`rsi < 3` never held", "if rsi < 3"),
    "an elif": (f"if rsi > 0: pass\n        elif rsi < 30: {BUY}", "`rsi < 30` was never reached", "rsi"),
    "a counter": (f"if self._n > 5000: {BUY}", "nearest: 91 against 5000", "self._n > 5000"),
    "quotes of trades": (f"if data.quote_bars.contains_key(self._symbol): {BUY}", "never held", "quote_bars"),
    "nothing sends an order": ("if rsi < 30: self.log('buy')", "the orders are in buy_it, which nothing calls", "def buy_it"),
    "orders too small": ("if not self.portfolio.invested: self.market_order(self._symbol, 0.0000001)",
                         "every order was refused", ""),
    "orders of a refused kind": ("if price > 0 and self._n > 30: self.stop_market_order(self._symbol, 0.01, price * 1.2)",
                                 "every order was refused", ""),
    "no money for it": ("if price > 0 and self._n > 30: self.market_order(self._symbol, 100)", "every order was refused", ""),
}  # fmt: skip


def explained(body: str, tmp_path: Path, *, start: str = "2022, 1, 1", account: str = "MARGIN", more: str = "pass",
              method: str = "def on_data") -> tuple[list[Finding], str]:  # fmt: skip
    source = PROGRAM.format(body=body, start=start, account=account, more=more, method=method)
    data = tmp_path / "data"
    shutil.copytree(needs_shared("lean/golden/Data/crypto/binance/daily"), data / "crypto/binance/daily")
    for name in ("market-hours", "symbol-properties"):
        shutil.copytree(needs_shared(f"lean/Data/{name}"), data / name)

    def run(text: str, folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        (folder / "main.py").write_text(text)
        run_project(EngineRun(folder, data, folder / "out", "x"))
        return folder / "out"

    result = read_results(run(source, tmp_path / "first"))
    assert result.completed, result.error
    return why(source, result, list(refusals(result.log, source)), run), source


@pytest.mark.parametrize("name", list(CASES))
def test_a_program_that_never_trades_is_told_why(name: str, tmp_path: Path) -> None:
    body, words, place = CASES[name]
    found, source = explained(body, tmp_path)
    assert found and words in found[0].raw, [f.raw for f in found]
    assert found[0].raw.startswith("no trades") and found[0].cause and found[0].fix
    if place:
        assert place in source.splitlines()[(found[0].line or 1) - 1], found[0]


def test_no_data_is_told(tmp_path: Path) -> None:
    source_dates = "2015, 1, 1"
    found, _ = explained(
        f"if rsi < 60: {BUY}",
        tmp_path,
        start=source_dates.replace("2015", "2015"),
        more="self.set_end_date(2015, 6, 1)",
    )
    assert found[0].error_class == "data" and "not a single bar" in found[0].raw


def test_a_method_that_lean_never_calls_is_told(tmp_path: Path) -> None:
    found, _ = explained(f"if rsi < 60: {BUY}", tmp_path, method="def on_bar")
    assert "the orders are in on_bar, which nothing calls" in found[0].raw


def test_trades_that_stop_are_told_with_what_never_held_after(tmp_path: Path) -> None:
    body = f"if self._n == 25: {BUY}\n        elif self._n == 27: self.liquidate()\n        elif rsi < 3 and self._n > 27: {BUY}"
    found, _ = explained(body, tmp_path)
    assert found[0].raw.startswith("no trades after 2022-01-"), found
    assert any("`rsi < 3` never held" in f.raw for f in found)


def test_a_program_that_trades_is_not_explained(tmp_path: Path) -> None:
    assert explained(f"if rsi > 0 and not self.portfolio.invested: {BUY}", tmp_path)[0] == []

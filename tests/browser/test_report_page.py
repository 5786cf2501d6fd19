"""The report page in a real browser: charts, zoom, replay, tables; no error on the console, no request to anywhere."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.made import many_trades
from tests.conftest import needs_shared
from vibetrader.report.node import node
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import MAIN, REPORT_HTML, SPEC
from vibetrader.settings import load_settings

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)

SPEC_TEXT = """\
schema: 1
name: EMA cross
symbols: [{ticker: ETHUSDT, type: crypto, market: binance}]
timeframe: 1d
long:
  entry: ema(fast) crosses_above ema(slow) and rsi(14) > 40
  exit: ema(fast) crosses_below ema(slow)
parameters: {fast: 20, slow: 50}
period: {start: '2019-06-01', end: '2024-12-31'}
cash: 25000
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install -e '.[dev]'")
    if CHROMIUM is None:
        pytest.skip("needs Chromium: install chromium")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A real run of LEAN with bars and spec, and one of 5,000 trades."""
    folder = tmp_path_factory.mktemp("reports")
    data = folder / "data"
    raw = needs_shared("lean/golden/raw/03_ema_cross")
    hours = needs_shared("lean/golden/Data/crypto/binance/daily/ethusdt_trade.zip")
    (data / "crypto/binance/daily").mkdir(parents=True)
    shutil.copy(hours, data / "crypto/binance/daily")
    settings = load_settings({"runs_dir": folder / "runs", "data_folder": data}, environ={}, folder=folder)
    found: dict[str, Path] = {}
    for name in ("real", "many", "failed"):
        run = RunDir.create(f"{name} run", settings)
        if name == "real":
            shutil.copytree(raw, run.path / "backtest")
            run.write(SPEC, SPEC_TEXT)
            run.write(MAIN, "from AlgorithmImports import *\n\n\nclass A(QCAlgorithm):\n    pass\n")
        elif name == "many":
            many_trades(run.path / "backtest", data, trades=5000)
        else:
            shutil.copytree(needs_shared("lean/golden/raw/93_fail_unknown_attribute"), run.path / "backtest")
        run.visit("report", node, settings)
        found[name] = run.file(REPORT_HTML)
    return found


class Page:
    """A page with everything it said and asked for."""

    def __init__(self, browser: Any, file: Path, **options: Any) -> None:
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(file.as_uri())
        if self.page.query_selector("#data"):
            self.page.wait_for_selector("html[data-ready]", timeout=20_000)

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector))

    def value(self, script: str) -> Any:
        return self.page.evaluate(script)

    def until(self, script: str, *, seconds: float = 20.0) -> None:
        """Wait for something; by asking, since the page's own policy forbids to run text as code."""
        for _ in range(int(seconds / 0.05)):
            if self.value(script):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never happened: {script}")

    def close(self, file: Path) -> None:
        """It was quiet, and read nothing but itself."""
        assert self.said == []
        assert [url for url in self.asked if url != file.as_uri() and not url.startswith(("blob:", "data:"))] == []
        self.context.close()


RANGE = "report.market.chart.timeScale().getVisibleLogicalRange()"


def width(page: Page) -> float:
    # The library applies a range with the next frame.
    page.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found = page.value(RANGE)
    return float(found["to"] - found["from"])


def test_charts_zoom_by_button_wheel_and_key(browser: Any, reports: dict[str, Path]) -> None:
    page = Page(browser, reports["real"])
    page.page.click("text=All")
    whole = width(page)
    assert whole > 1500
    page.page.click("text=1M")
    assert 25 < width(page) < 45
    page.page.click("[aria-label='Zoom out']")
    assert width(page) > 50
    before = width(page)
    page.page.hover("#market")
    page.page.mouse.wheel(0, -400)
    page.page.wait_for_timeout(100)
    assert width(page) < before
    page.page.focus("#market")
    page.page.keyboard.press("Home")
    assert width(page) > 1500
    page.page.keyboard.press("+")
    assert width(page) < whole
    # The account's chart follows.
    page.page.click("text=1Y")
    page.page.wait_for_timeout(150)
    seen = page.value("report.account.chart.timeScale().getVisibleRange()")
    assert 250 < (seen["to"] - seen["from"]) / 86400 < 420
    legend = page.text("#legend")
    assert "ETHUSDT" in legend and "ema(20)" in legend and "ema(50)" in legend
    assert page.value("report.market.chart.panes().length") == 2
    page.close(reports["real"])


def test_replay_plays_pauses_steps_skips_and_resets(browser: Any, reports: dict[str, Path]) -> None:
    page = Page(browser, reports["real"])
    fills = page.value("report.replay.total")
    assert fills == 27
    page.page.click("#step")
    assert page.text("#r-order") == "1 of 27" and page.text("#r-fill").startswith("BUY 101.43616 ETHUSDT @ 220.84")
    assert page.text("#r-win") == "no trade closed" and page.text("#r-pnl") == "0.00"
    # Nothing of the future is drawn.
    assert page.value("report.market.row") < page.value("report.market.symbol.t.length") - 1000
    page.page.click("#step")
    assert page.text("#r-order") == "2 of 27" and "-7,037.64" in page.text("#r-pnl")
    assert page.text("#r-win") == "0 % (0W/1L)"
    page.page.click("#skip")
    assert page.text("#r-order") == "12 of 27"
    page.page.click("#reset")
    assert page.text("#r-order") == "0 of 27"
    assert page.value("report.market.row") == page.value("report.market.symbol.t.length") - 1
    page.page.select_option("#speed", "0.5")
    page.page.click("#play")
    page.until("report.replay.now >= 1")
    assert page.page.get_attribute("#play", "aria-pressed") == "true"
    page.page.click("#play")
    held = page.value("report.replay.now")
    page.page.wait_for_timeout(700)
    assert page.value("report.replay.now") == held and page.value("report.replay.playing") is False
    page.page.select_option("#speed", "10")
    page.page.click("#play")
    page.until("report.replay.now === 27 && !report.replay.playing")
    won = list(json.loads(reports["real"].with_name("report.json").read_text())["trades"])
    won = [trade for trade in won if not trade["dust"]]
    good = sum(trade["profit_loss"] > 0 for trade in won)
    assert page.text("#r-win") == f"{good / len(won) * 100:.0f} % ({good}W/{len(won) - good}L)"
    assert "190,387.87" in page.text("#r-pnl")
    page.page.fill("#progress", "5")
    assert page.text("#r-order") == "5 of 27"
    page.close(reports["real"])


def test_thousands_of_trades_are_sorted_filtered_and_paged(browser: Any, reports: dict[str, Path]) -> None:
    page = Page(browser, reports["many"])
    rows = "#trade-table tbody tr"
    assert len(page.page.query_selector_all(rows)) == 25
    assert "of 5,000" in page.text("#trade-table .pager")
    page.page.click("#trade-table th:has-text('P&L') button")
    assert page.page.get_attribute("#trade-table th:has-text('P&L')", "aria-sort") == "descending"
    column = "[...document.querySelectorAll('#trade-table thead th')].findIndex(th => th.textContent === 'P&L') + 1"
    place = page.value(column)
    shown = [
        float(cell.inner_text().replace(",", ""))
        for cell in page.page.query_selector_all(f"{rows} td:nth-child({place})")
    ]
    assert shown == sorted(shown, reverse=True)
    page.page.click("#trade-table th:has-text('P&L') button")
    least = float(page.text(f"{rows}:first-child td:nth-child({place})").replace(",", ""))
    assert least == min(page.value("report.data.trades.profit_loss.map(v => +v.toFixed(2))"))
    page.page.click("#trade-table .pager button:has-text('Last')")
    assert "4,976–5,000 of 5,000" in page.text("#trade-table .pager")
    page.page.fill("#trade-filter", "short")
    page.page.wait_for_timeout(50)
    assert "of 2,500" in page.text("#trade-table .pager")
    assert all("short" in row.inner_text() for row in page.page.query_selector_all(rows))
    assert "of 10,000" in page.text("#order-table .pager")
    page.page.focus(f"{rows}:first-child")
    page.page.keyboard.press("Enter")
    page.page.wait_for_timeout(200)
    assert width(page) < 200
    page.close(reports["many"])


def test_it_fits_a_phone_and_the_dark(browser: Any, reports: dict[str, Path]) -> None:
    page = Page(browser, reports["real"], color_scheme="dark")
    page.page.set_viewport_size({"width": 390, "height": 844})
    assert page.value("document.documentElement.scrollWidth <= innerWidth")
    assert page.value("getComputedStyle(document.body).backgroundColor") == "rgb(13, 16, 23)"
    page.page.click("#theme")
    assert page.value("getComputedStyle(document.body).backgroundColor") == "rgb(245, 246, 248)"
    page.close(reports["real"])


def test_everything_that_is_worked_has_a_name(browser: Any, reports: dict[str, Path]) -> None:
    page = Page(browser, reports["real"])
    nameless = page.value(
        """[...document.querySelectorAll('button, select, input, svg[role=img], [role=region], [role=img]')].filter(e =>
        !(e.getAttribute('aria-label') || e.textContent.trim() || e.closest('label'))).map(e => e.outerHTML.slice(0, 120))"""
    )
    assert nameless == []
    assert page.value("document.querySelectorAll('h1').length") == 1
    order = page.value("[...document.querySelectorAll('h1, h2, h3')].map(h => h.textContent.trim().slice(0, 24))")
    assert order[1] == "Before you read on"  # warnings come first
    page.close(reports["real"])


def test_a_failed_run_has_a_page_with_its_error_first(browser: Any, reports: dict[str, Path]) -> None:
    page = Page(browser, reports["failed"])
    assert "No result" in page.text("h1")
    assert "object has no attribut" in page.text("article.bad")
    page.close(reports["failed"])

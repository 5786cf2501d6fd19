"""Common mistakes, made in sound programs: each mutation knows its class, its line and whether a rule can mend it.

A mutation is a small rewrite that a person or a language model could have made. It is made in every recorded program
that it fits, so the programs and the mistakes meet in combinations nobody wrote by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.errors.cases import Case

Mutation = Callable[[Case], Iterator[Case]]
MUTATIONS: dict[str, Mutation] = {}
HEADER = "from AlgorithmImports import *"


def mutations_of(base: Case) -> Iterator[Case]:
    """Every mutation of one program."""
    for name, mutation in MUTATIONS.items():
        for number, case in enumerate(mutation(base)):
            if case.source != base.source and (case.kind == "syntax" or _reads(case.source)):
                yield replace(case, name=f"{name}.{number}@{base.name}")


def _reads(source: str) -> bool:
    try:
        compile(source, "main.py", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _named(mutation: Mutation) -> Mutation:
    MUTATIONS[mutation.__name__] = mutation
    return mutation


def _swap(
    base: Case, kind: str, pattern: str, new: str, *, nth: int = 0, repairable: bool = True, accepted: bool = False
) -> Iterator[Case]:
    """The nth line that a pattern fits, rewritten."""
    lines = base.source.split("\n")
    hits = [i for i, line in enumerate(lines) if re.search(pattern, line) and not line.lstrip().startswith("#")]
    if nth >= len(hits):
        return
    at = hits[nth]
    lines[at] = re.sub(pattern, new, lines[at], count=1)
    yield replace(base, source="\n".join(lines), kind=kind, line=at + 1, repairable=repairable, accepted=accepted)


def _insert(
    base: Case,
    kind: str,
    line: int,
    text: str,
    *,
    repairable: bool = True,
    accepted: bool = False,
    at: int | None = None,
) -> Iterator[Case]:
    """Lines put before a 1-based line."""
    lines = base.source.split("\n")
    new = text.split("\n")
    lines[line - 1 : line - 1] = new
    yield replace(base, source="\n".join(lines), kind=kind, line=at or line, repairable=repairable, accepted=accepted)


def _cut(base: Case, kind: str, pattern: str, *, line: int | None = None, repairable: bool = True) -> Iterator[Case]:
    """The first line that a pattern fits, taken away."""
    lines = base.source.split("\n")
    for at, text in enumerate(lines):
        if re.search(pattern, text):
            del lines[at]
            yield replace(base, source="\n".join(lines), kind=kind, line=line or at + 1, repairable=repairable)
            return


def _find(base: Case, pattern: str) -> int:
    """1-based line of the first match, 0 when there is none."""
    return next((i for i, line in enumerate(base.source.split("\n"), 1) if re.search(pattern, line)), 0)


def _end_of(base: Case, method: str) -> int:
    """1-based line after a method's last line, 0 when there is none."""
    lines = base.source.split("\n")
    start = _find(base, rf"^    def {method}\(")
    if not start:
        return 0
    at = start
    while at < len(lines) and (not lines[at].strip() or lines[at].startswith("        ")):
        at += 1
    while not lines[at - 1].strip():
        at -= 1
    return at + 1


def _is_one_liner(base: Case, pattern: str) -> bool:
    line = _find(base, pattern)
    text = base.source.split("\n")[line - 1] if line else ""
    return bool(line) and text.count("(") == text.count(")")


# ---------------------------------------------------------------------------------------------- import
@_named
def header_missing(base: Case) -> Iterator[Case]:
    if base.source.startswith(HEADER + "\n"):
        yield replace(
            base, source=base.source.removeprefix(HEADER + "\n").lstrip("\n"), kind="import", line=1, repairable=True
        )


@_named
def header_misspelt(base: Case) -> Iterator[Case]:
    for wrong in ("AlgorithmImport", "AlgoImports", "algorithmimports", "AlgorithmImportss", "Algorithm_Imports"):
        yield from _swap(base, "import", rf"^{re.escape(HEADER)}", f"from {wrong} import *")


@_named
def package_not_there(base: Case) -> Iterator[Case]:
    for line in ("import pandas_ta as ta", "import backtrader as bt", "from ta.momentum import RSIIndicator",
                 "import ccxt", "from binance.client import Client", "import yfinance as yf", "import vectorbt as vbt"):  # fmt: skip
        yield from _insert(base, "import", 2, line)


@_named
def namespace_not_there(base: Case) -> Iterator[Case]:
    for line in ("from QuantConnect.Indicator import *", "from QuantConnect.Algorithms import QCAlgorithm",
                 "from QuantConnect.Data.Markets import TradeBar", "from QuantConnect.Brokerage import *"):  # fmt: skip
        yield from _insert(base, "import", 2, line)


@_named
def datetime_hidden(base: Case) -> Iterator[Case]:
    if re.search(r"(?<![\w.])datetime\(", base.source) and "import datetime" not in base.source:
        yield from _insert(base, "import", 2, "import datetime")


@_named
def name_not_exported(base: Case) -> Iterator[Case]:
    for name in ("RelativeStrength", "MovingAverage", "BinanceBrokerage", "Bollinger"):
        yield from _insert(base, "import", 2, f"from AlgorithmImports import {name}")


@_named
def relative_import(base: Case) -> Iterator[Case]:
    for line in ("from .helpers import size", "from . import config"):
        yield from _insert(base, "import", 2, line, repairable=False)


@_named
def old_header(base: Case) -> Iterator[Case]:
    old = "from QuantConnect import *\nfrom QuantConnect.Algorithm import QCAlgorithm"
    if base.source.startswith(HEADER + "\n") and re.search(
        r"Slice|RollingWindow|TradeBar\b|BrokerageName|OrderStatus|MovingAverageType", base.source
    ):
        yield replace(base, source=base.source.replace(HEADER, old, 1), kind="import", line=1, repairable=True)


# ---------------------------------------------------------------------------------------------- symbol
@_named
def ticker_misspelt(base: Case) -> Iterator[Case]:
    for wrong in ("BTC-USDT", "BTC/USDT", "BTC_USDT", "BTCUSTD", "BTCUSDTT", "XBTUSDT"):
        meant = wrong != "XBTUSDT"
        yield from _swap(
            base, "symbol", r"(add_crypto|AddCrypto)\(['\"]BTCUSDT['\"]", rf'\1("{wrong}"', repairable=meant
        )
    for wrong in ("ETH-USDT", "ETH/USDT", "ETHUSTD", "ETHUSD_T", "ETHUSDTT"):
        yield from _swap(base, "symbol", r"(add_crypto|AddCrypto)\(['\"]ETHUSDT['\"]", rf'\1("{wrong}"')
    for wrong in ("EUR/USD", "EUR-USD", "EUR_USD", "EURUSDD"):
        yield from _swap(base, "symbol", r"(add_forex|AddForex)\(['\"]EURUSD['\"]", rf'\1("{wrong}"')


@_named
def wrong_kind(base: Case) -> Iterator[Case]:
    yield from _swap(base, "symbol", r"add_crypto\((['\"](?:BTC|ETH)USDT['\"])", r"add_forex(\1")
    yield from _swap(base, "symbol", r"add_equity\((['\"](?:SPY|AAPL)['\"])", r"add_crypto(\1")
    if base.source.count("add_crypto(") == 1:
        yield from _swap(base, "symbol", r"add_crypto\((['\"](?:BTC|ETH)USDT['\"])", r"add_equity(\1", accepted=True)


@_named
def wrong_market(base: Case) -> Iterator[Case]:
    for market in ("Market.USA", '"oanda"', "Market.FXCM"):
        yield from _swap(
            base, "symbol", r"(add_crypto\(['\"](?:BTC|ETH)USDT['\"], Resolution\.\w+)\)", rf"\1, {market})"
        )


@_named
def not_added(base: Case) -> Iterator[Case]:
    if base.source.count("add_crypto(") + base.source.count("add_equity(") + base.source.count("add_forex(") != 1:
        return
    for nth in (0, 1):
        yield from _swap(base, "symbol", r"self\.securities\[self\._symbol\]", 'self.securities["DOGEUSDT"]', nth=nth)
        yield from _swap(base, "symbol", r"self\.portfolio\[self\._symbol\]", 'self.portfolio["XRPUSDT"]', nth=nth)
        yield from _swap(
            base,
            "symbol",
            r"self\.(market_order|set_holdings|limit_order)\(self\._symbol,",
            r'self.\1("BTCUSD",',
            nth=nth,
        )


@_named
def list_of_tickers(base: Case) -> Iterator[Case]:
    yield from _swap(
        base, "symbol", r"self\._symbol = self\.add_crypto\((['\"]\w+['\"]), (Resolution\.\w+)\)\.symbol",
        r"self._symbol = self.add_crypto([\1], \2)[0].symbol", repairable=False,
    )  # fmt: skip


@_named
def symbol_not_kept(base: Case) -> Iterator[Case]:
    at = _find(base, r"^        self\._symbol = self\.add_\w+\(.*\)\.symbol$")
    if at:
        lines = base.source.split("\n")
        call = lines[at - 1].split(" = ", 1)[1].removesuffix(".symbol")
        lines[at - 1 : at] = ["        self._symbol = None", f"        {call}"]
        yield replace(base, source="\n".join(lines), kind="symbol", line=at, repairable=True)


# ---------------------------------------------------------------------------------------------- timeframe
_RES = r"((?:add_crypto|add_equity|add_forex)\([^,()]+, )Resolution\."


@_named
def resolution_not_there(base: Case) -> Iterator[Case]:
    for right, wrongs in (
        ("DAILY", ("DAY", "DAYS", "WEEKLY", "D1", "ONE_DAY", "daily", "MONTHLY")),
        ("HOUR", ("HOURLY", "HOURS", "FOUR_HOUR", "H4", "H1", "ONE_HOUR", "Hours")),
        ("MINUTE", ("MINUTES", "FIVE_MINUTE", "M15", "MIN", "FIFTEEN_MINUTES", "MINUTE_5")),
    ):
        for wrong in wrongs:
            yield from _swap(base, "timeframe", rf"{_RES}{right}\b", rf"\1Resolution.{wrong}")


@_named
def resolution_as_text(base: Case) -> Iterator[Case]:
    for right, wrongs in (
        ("DAILY", ('"1d"', '"daily"', '"1D"', "1440", '"day"')),
        ("HOUR", ('"1h"', '"hour"', "60", '"4h"', '"hourly"')),
        ("MINUTE", ('"1m"', '"minute"', '"5m"', "15", '"15min"')),
    ):
        for wrong in wrongs:
            yield from _swap(base, "timeframe", rf"{_RES}{right}\b", rf"\1{wrong}")


@_named
def resolution_left_out(base: Case) -> Iterator[Case]:
    if (
        set(re.findall(r"Resolution\.(\w+)", base.source)) == {"DAILY"}
        and len(re.findall(r"Resolution\.", base.source)) > 1
    ):
        yield from _swap(base, "timeframe", r"(add_crypto\(['\"]\w+['\"]), Resolution\.DAILY\)", r"\1)", accepted=True)


# ---------------------------------------------------------------------------------------------- attribute
@_named
def member_of_algorithm(base: Case) -> Iterator[Case]:
    for right, wrongs in (
        ("set_holdings", ("setHoldings", "set_holding", "Set_Holdings", "set_holdings_")),
        ("market_order", ("marketOrder", "market_oder", "place_market_order")),
        ("liquidate", ("liquidates", "Liquidate_", "liqidate")),
        ("limit_order", ("limitOrder", "limit_orders")),
        ("portfolio", ("portfolo", "portofolio", "Portfolios")),
        ("securities", ("securites", "security")),
        ("is_warming_up", ("isWarmingUp", "is_warmingup", "is_warm_up")),
        ("set_cash", ("setCash", "set_initial_cash")),
        ("set_start_date", ("setStartDate", "set_startdate")),
        ("set_warm_up", ("setWarmUp", "set_warm_upp")),
        ("set_brokerage_model", ("setBrokerageModel", "set_brokerage")),
        ("add_crypto", ("addCrypto", "add_cryto")),
        ("add_equity", ("addEquity", "add_equities")),
        ("debug", ("Debugg",)),
    ):
        for wrong in wrongs:
            yield from _swap(
                base, "attribute", rf"self\.{right}\b", f"self.{wrong}",
                repairable=wrong not in ("security", "place_market_order", "set_initial_cash", "set_brokerage"),
            )  # fmt: skip


@_named
def member_of_bar(base: Case) -> Iterator[Case]:
    if re.search(r"\bbar = data(?:\.bars)?(?:\[|\.get\()", base.source) or "bar: TradeBar" in base.source:
        for right, wrongs in (("close", ("close_price", "Close_", "closing")), ("high", ("high_price", "highest")),
                              ("low", ("low_price", "lowest")), ("open", ("open_price",)), ("volume", ("vol", "volumes"))):  # fmt: skip
            for wrong in wrongs:
                yield from _swap(
                    base,
                    "attribute",
                    rf"\bbar\.{right}\b",
                    f"bar.{wrong}",
                    repairable=wrong not in ("closing", "highest", "lowest", "vol"),
                )


@_named
def indicator_value(base: Case) -> Iterator[Case]:
    pattern = r"(self\._\w+)\.current\.value"
    for nth in (0, 1):
        yield from _swap(base, "attribute", pattern, r"\1.value", nth=nth)
        yield from _swap(base, "attribute", pattern, r"\1.current_value", nth=nth)
    yield from _swap(base, "attribute", rf"(\w+) = {pattern}$", r"\1 = \2.last")


@_named
def indicator_as_number(base: Case) -> Iterator[Case]:
    for nth in (0, 1):
        yield from _swap(
            base,
            "attribute",
            r"(if [^:]*)(self\._\w+)\.current\.value( [<>]=? (?:\d|self\._\w+\b(?!\.))[\w.]*)",
            r"\1\2\3",
            nth=nth,
        )
        yield from _swap(
            base, "attribute", r"(if [^:]*)(self\._\w+)\.current\.value( [<>]=? \d[\d.]*)", r"\1\2.current\3", nth=nth
        )


@_named
def part_of_indicator(base: Case) -> Iterator[Case]:
    for right, wrong in (("upper_band", "upper"), ("lower_band", "lower"), ("middle_band", "middle"),
                         ("stoch_k", "k"), ("stoch_d", "d"), ("stoch_k", "fast_k_"), ("positive_directional_index", "plus_di"),
                         ("upper_band", "upperband"), ("lower_band", "low_band"), ("signal", "signal_line"), ("average", "avg")):  # fmt: skip
        meant = wrong not in ("plus_di", "fast_k_")
        yield from _swap(
            base, "attribute", rf"(self\._\w+)\.{right}\.(current|is_ready)", rf"\1.{wrong}.\2", repairable=meant
        )


@_named
def property_called(base: Case) -> Iterator[Case]:
    for member in ("is_ready", "is_warming_up", "invested", "total_portfolio_value", "quantity"):
        yield from _swap(base, "attribute", rf"(self\.[\w.\[\]]*\b{member})\b(?!\()", r"\1()")
    yield from _swap(base, "attribute", r"self\.time\.", "self.time().")


@_named
def is_ready_misspelt(base: Case) -> Iterator[Case]:
    for wrong in ("isReady", "isready", "ready", "is_redy"):
        yield from _swap(base, "attribute", r"(self\._\w+)\.is_ready\b", rf"\1.{wrong}")


@_named
def holding_member(base: Case) -> Iterator[Case]:
    for right, wrongs in (("invested", ("is_invested", "invest")), ("quantity", ("qty", "amount", "size")),
                          ("average_price", ("avg_price", "entry_price")), ("unrealized_profit", ("unrealised_profit", "pnl"))):  # fmt: skip
        for wrong in wrongs:
            meant = wrong not in ("pnl", "amount", "entry_price", "qty")
            yield from _swap(
                base, "attribute", rf"(self\.portfolio\[\S+?\])\.{right}\b", rf"\1.{wrong}", repairable=meant
            )


@_named
def enum_member(base: Case) -> Iterator[Case]:
    for right, wrong, meant in (
        ("OrderStatus.FILLED", "OrderStatus.FILL", True), ("OrderStatus.FILLED", "OrderStatus.COMPLETED", False),
        ("OrderDirection.BUY", "OrderDirection.LONG", True), ("BrokerageName.BINANCE", "BrokerageName.BINANCE_SPOT", True),
        ("AccountType.CASH", "AccountType.SPOT", False), ("AccountType.MARGIN", "AccountType.MARGINS", True),
        ("MovingAverageType.EXPONENTIAL", "MovingAverageType.EMA", True), ("MovingAverageType.SIMPLE", "MovingAverageType.SMA", True),
        ("BrokerageName.BINANCE", "BrokerageName.Binanse", True), ("MovingAverageType.WILDERS", "MovingAverageType.WILDER", True),
        ("InsightDirection.UP", "InsightDirection.LONG", True),
    ):  # fmt: skip
        yield from _swap(base, "attribute", rf"\b{re.escape(right)}\b", wrong, repairable=meant)


@_named
def history_column(base: Case) -> Iterator[Case]:
    if "history" in base.source:
        for name in ("close", "high", "low"):
            yield from _swap(base, "attribute", rf"\[\"{name}\"\]", f'["{name.title()}"]')


@_named
def field_never_set(base: Case) -> Iterator[Case]:
    lines = base.source.split("\n")
    end = _end_of(base, "initialize")
    for at, text in enumerate(lines):
        match = re.match(r"^        self\.(_\w+) = (None|0|0\.0|\[\]|\{\}|False)$", text)
        if match and at < end and len(re.findall(rf"self\.{match[1]}\b", base.source)) > 1:
            rest = lines[:at] + lines[at + 1 :]
            yield replace(base, source="\n".join(rest), kind="attribute", line=at + 1, repairable=match[2] != "False")
            return


# ---------------------------------------------------------------------------------------------- argument
@_named
def indicator_arguments(base: Case) -> Iterator[Case]:
    yield from _swap(
        base,
        "argument",
        r"self\.rsi\((\S+), (\d+), MovingAverageType\.\w+, (Resolution\.\w+)\)",
        r"self.rsi(\1, \2, \3)",
    )
    yield from _swap(base, "argument", r"self\.(sma|ema)\((\S+), (\d+)(\)|, Resolution)", r"self.\1(\3, \2\4")
    yield from _swap(base, "argument", r"self\.(sma|ema|rsi|atr)\((self\._symbol), (\d+)\)", r"self.\1(\2, length=\3)")
    yield from _swap(base, "argument", r"self\.(sma|ema|rsi|atr)\((self\._symbol), (\d+)\)", r"self.\1(\2, window=\3)")
    yield from _swap(
        base, "argument", r"self\.(sma|ema|rsi|atr|adx)\((self\._symbol), (\d+)\)", r"self.\1(\2)", repairable=False
    )
    yield from _swap(
        base,
        "argument",
        r"self\.(sma|ema|rsi|atr|std|max|min|roc)\((self\._symbol), (\d+)",
        r"self.\1(\2, 0",
        repairable=False,
    )
    yield from _swap(
        base,
        "argument",
        r"self\.macd\((\S+), 12, 26, 9[^)]*\)",
        r"self.macd(\1, 12, 26)",
        repairable="EXPONENTIAL" not in base.source,
    )
    yield from _swap(
        base, "argument", r"self\.bb\((\S+), (\d+), ([\d.]+)\)", r"self.bb(\1, \2, deviation=\3)", repairable=False
    )


@_named
def date_as_text(base: Case) -> Iterator[Case]:
    pattern = r"self\.(set_start_date|set_end_date)\((\d+), (\d+), (\d+)\)"
    yield from _swap(base, "argument", pattern, r'self.\1("\2-\3-\4")')
    yield from _swap(base, "argument", pattern, r'self.\1("\2/\3/\4")', nth=1)


@_named
def arguments_swapped(base: Case) -> Iterator[Case]:
    yield from _swap(
        base, "argument", r"self\.set_holdings\((self\._symbol), (-?[\d.]+)\)", r"self.set_holdings(\2, \1)"
    )
    yield from _swap(base, "argument", r"self\.market_order\((self\._symbol), (\w+)\)", r"self.market_order(\2, \1)")
    yield from _swap(
        base, "argument", r"self\.history\((self\._symbol), (\d+), (Resolution\.\w+)\)", r"self.history(\2, \1, \3)"
    )


@_named
def argument_missing(base: Case) -> Iterator[Case]:
    yield from _swap(
        base,
        "argument",
        r"self\.(market_order|set_holdings)\((self\._symbol), [^(),]+\)",
        r"self.\1(\2)",
        repairable=False,
    )
    yield from _swap(
        base,
        "argument",
        r"self\.limit_order\((self\._symbol), ([^(),]+), [^(),]+\)",
        r"self.limit_order(\1, \2)",
        repairable=False,
    )


@_named
def unknown_keyword(base: Case) -> Iterator[Case]:
    yield from _swap(
        base,
        "argument",
        r"self\.(market_order|set_holdings|limit_order|liquidate)\((.*), tag=",
        r"self.\1(\2, label=",
        repairable=False,
    )
    yield from _swap(
        base,
        "argument",
        r"self\.(market_order|set_holdings)\((self\._symbol), ([^(),]+)\)",
        r'self.\1(\2, \3, comment="entry")',
        repairable=False,
    )


@_named
def handler_called(base: Case) -> Iterator[Case]:
    yield from _swap(base, "argument", r"(self\.schedule\.on\(.*, self\.\w+)\)$", r"\1())")


# ---------------------------------------------------------------------------------------------- syntax
@_named
def colon_missing(base: Case) -> Iterator[Case]:
    yield from _swap(base, "syntax", r"^(    def on_data\(.*\)):", r"\1")
    yield from _swap(base, "syntax", r"^(\s+(?:if|for|while) .*\w\)?):$", r"\1")
    yield from _swap(base, "syntax", r"^(\s+else):$", r"\1")
    yield from _swap(base, "syntax", r"^(class \w+\(QCAlgorithm\)):", r"\1")


@_named
def bracket_missing(base: Case) -> Iterator[Case]:
    yield from _swap(base, "syntax", r"^(\s+self\.set_cash\(\d+)\)$", r"\1")
    yield from _swap(base, "syntax", r"^(\s+self\.set_start_date\(\d+, \d+, \d+)\)$", r"\1")
    yield from _swap(base, "syntax", r"^(\s+self\.(?:set_holdings|market_order)\([^()]*)\)$", r"\1")
    yield from _swap(base, "syntax", r"^(\s+self\.set_cash\(\d+)\)$", r"\1))")


@_named
def quotes_wrong(base: Case) -> Iterator[Case]:
    yield from _swap(base, "syntax", r"\((\"\w+)\"(, Resolution)", r"(\1\2")
    yield from _swap(base, "syntax", r"\(\"(\w+)\"(, Resolution)", r"(“\1”\2")
    yield from _swap(base, "syntax", r"\(\"(\w+)\"(, Resolution)", r"(‘\1’\2")


@_named
def other_languages(base: Case) -> Iterator[Case]:
    yield from _swap(base, "syntax", r"^(\s+if .*) and (not )?(.*:)$", r"\1 && \2\3")
    yield from _swap(base, "syntax", r"^(\s+if .*) or (.*:)$", r"\1 || \2")
    yield from _swap(base, "syntax", r"^(\s+)elif ", r"\1else if ")
    yield from _swap(base, "syntax", r"^(\s+if )not (self\.is_warming_up|self\.portfolio.*:)", r"\1!\2")
    yield from _swap(base, "syntax", r"^(\s+self\.set_cash\(\d+\))$", r"\1;}", repairable=False)


@_named
def assignment_in_condition(base: Case) -> Iterator[Case]:
    yield from _swap(base, "syntax", r"^(\s+(?:if|elif) [^=]*) == ", r"\1 = ")


@_named
def leading_zero(base: Case) -> Iterator[Case]:
    yield from _swap(base, "syntax", r"set_start_date\((\d+), (\d), (\d)\)", r"set_start_date(\1, 0\2, 0\3)")
    yield from _swap(base, "syntax", r"set_end_date\((\d+), (\d), (\d+)\)", r"set_end_date(\1, 0\2, \3)")


@_named
def fenced(base: Case) -> Iterator[Case]:
    yield replace(base, source=f"```python\n{base.source.rstrip()}\n```\n", kind="syntax", line=1, repairable=True)
    yield replace(
        base,
        source=f"Here is the strategy:\n\n```python\n{base.source.rstrip()}\n```\n",
        kind="syntax",
        line=1,
        repairable=True,
    )


@_named
def indentation(base: Case) -> Iterator[Case]:
    yield from _swap(base, "syntax", r"^        (self\.set_cash)", r"\t\1")
    yield from _swap(base, "syntax", r"^        (self\.set_cash)", r"      \1")
    yield from _swap(base, "syntax", r"^        (self\.set_cash)", r"          \1")


@_named
def comma_missing(base: Case) -> Iterator[Case]:
    yield from _swap(base, "syntax", r"(set_start_date\(\d+), (\d+), ", r"\1 \2, ")
    yield from _swap(base, "syntax", r"(set_holdings\(self\._symbol), ([\d.]+)", r"\1 \2")
    yield from _swap(base, "syntax", r"(add_\w+\(\"\w+\"), Resolution", r"\1 Resolution")


# ---------------------------------------------------------------------------------------------- consolidator
@_named
def consolidator_of_daily(base: Case) -> Iterator[Case]:
    if re.search(r"consolidate\(.*timedelta\(hours=|TradeBarConsolidator\(timedelta\(hours=", base.source):
        yield from _swap(base, "consolidator", rf"{_RES}(?:HOUR|MINUTE)\b", r"\1Resolution.DAILY")
    if re.search(r"consolidate\(.*timedelta\(minutes=|TradeBarConsolidator\(timedelta\(minutes=", base.source):
        yield from _swap(base, "consolidator", rf"{_RES}MINUTE\b", r"\1Resolution.HOUR")


@_named
def handler_parameters(base: Case) -> Iterator[Case]:
    match = re.search(r"self\.consolidate\(.*, self\.(\w+)\)", base.source)
    if match:
        yield from _swap(base, "consolidator", rf"def {match[1]}\(self, (\w+)", rf"def {match[1]}(self, sender, \1")
        yield from _swap(
            base, "consolidator", rf"def {match[1]}\(self, (\w+)(: \w+)?\)", rf"def {match[1]}(self)", repairable=False
        )
    match = re.search(r"data_consolidated \+= self\.(\w+)", base.source)
    if match:
        yield from _swap(base, "consolidator", rf"def {match[1]}\(self, \w+, (\w+)", rf"def {match[1]}(self, \1")


@_named
def event_assigned(base: Case) -> Iterator[Case]:
    yield from _swap(base, "consolidator", r"\.data_consolidated \+= ", ".data_consolidated = ")


@_named
def quote_consolidator(base: Case) -> Iterator[Case]:
    if "add_crypto" in base.source:
        yield from _swap(base, "consolidator", r"TradeBarConsolidator\(", "QuoteBarConsolidator(", accepted=True)


# ---------------------------------------------------------------------------------------------- warm-up
@_named
def warm_up_too_late(base: Case) -> Iterator[Case]:
    at = _find(base, r"^    def on_data\(")
    if at:
        yield from _insert(base, "warmup", at + 1, "        self.set_warm_up(10)")


@_named
def order_in_initialize(base: Case) -> Iterator[Case]:
    end = _end_of(base, "initialize")
    if end and "self._symbol = " in base.source:
        yield from _insert(base, "warmup", end, "        self.market_order(self._symbol, 1)")
        yield from _insert(base, "warmup", end, "        self.set_holdings(self._symbol, 0.5)")


@_named
def warm_up_guard_missing(base: Case) -> Iterator[Case]:
    if "set_warm_up" in base.source and base.source.count("is_warming_up") == 1:
        yield from _swap(base, "warmup", r"if self\.is_warming_up or ", "if ", accepted=False)


# ---------------------------------------------------------------------------------------------- order
@_named
def never_closing_market(base: Case) -> Iterator[Case]:
    if re.search(r"add_crypto", base.source) and not re.search(r"add_(equity|forex)", base.source):
        for wrong in ("market_on_open_order", "market_on_close_order"):
            yield from _swap(base, "order", r"self\.market_order\(", f"self.{wrong}(")


@_named
def stop_market_on_binance(base: Case) -> Iterator[Case]:
    if "BrokerageName.BINANCE" in base.source and "add_crypto" in base.source:
        yield from _swap(
            base,
            "order",
            r"self\.stop_limit_order\((\S+), (.+?), ([\w.]+), .+\)$",
            r"self.stop_market_order(\1, \2, \3)",
        )


@_named
def quantity_wrong(base: Case) -> Iterator[Case]:
    pattern = r"self\.market_order\((self\._symbol), [\w.]+"
    yield from _swap(base, "order", pattern, r"self.market_order(\1, 0", repairable=False)
    yield from _swap(base, "order", pattern, r'self.market_order(\1, float("nan")', repairable=False)
    yield from _swap(base, "order", pattern, r"self.market_order(\1, 100000000", repairable=False)
    if "add_crypto" in base.source:
        yield from _swap(base, "order", pattern, r"self.market_order(\1, 0.0000001", repairable=False)


@_named
def weight_in_cash(base: Case) -> Iterator[Case]:
    if "AccountType.CASH" in base.source:
        yield from _swap(
            base, "order", r"self\.set_holdings\((\S+), 0?\.\d+", r"self.set_holdings(\1, 1.5", repairable=False
        )
        yield from _swap(
            base, "order", r"self\.set_holdings\((\S+), 0?\.\d+", r"self.set_holdings(\1, -0.5", repairable=False
        )


# ---------------------------------------------------------------------------------------------- currency
@_named
def currency_late(base: Case) -> Iterator[Case]:
    lines = base.source.split("\n")
    at = _find(base, r"^        self\.set_account_currency\(")
    end = _find(base, r"^        (self\._symbol|\w+) = self\.add_\w+\(.*\)")
    if at and end > at and _is_one_liner(base, r"^        (self\._symbol|\w+) = self\.add_\w+\("):
        moved = lines[: at - 1] + lines[at:end] + [lines[at - 1]] + lines[end:]
        yield replace(base, source="\n".join(moved), kind="currency", line=end, repairable=True)


@_named
def currency_unknown(base: Case) -> Iterator[Case]:
    for wrong in ("DOLLAR", "TETHER", "US"):
        yield from _swap(base, "currency", r"set_account_currency\(\"\w+\"\)", f'set_account_currency("{wrong}")')


@_named
def cash_swapped(base: Case) -> Iterator[Case]:
    if 'set_account_currency("USDT")' in base.source:
        yield from _swap(base, "currency", r"set_cash\((\d+)\)", r'set_cash(\1, "USDT")')


@_named
def cash_book(base: Case) -> Iterator[Case]:
    if 'set_account_currency("USDT")' in base.source:
        yield from _swap(base, "currency", r"self\.portfolio\.cash\b(?!_)", 'self.portfolio.cash_book["USD"].amount')


# ---------------------------------------------------------------------------------------------- data
@_named
def dates_swapped(base: Case) -> Iterator[Case]:
    start = re.search(r"set_start_date\((\d[^)]*)\)", base.source)
    end = re.search(r"set_end_date\((\d[^)]*)\)", base.source)
    if start and end:
        source = base.source.replace(start[0], f"set_start_date({end[1]})").replace(
            end[0], f"set_end_date({start[1]})", 1
        )
        if source.count("set_end_date") == 1:
            line = min(_find(base, r"set_start_date\("), _find(base, r"set_end_date\("))
            yield replace(base, source=source, kind="data", line=line, repairable=True)


@_named
def impossible_day(base: Case) -> Iterator[Case]:
    for month, day in ((2, 30), (11, 31), (4, 31), (13, 1)):
        yield from _swap(
            base, "data", r"set_end_date\((\d+), \d+, \d+\)", rf"set_end_date(\1, {month}, {day})", repairable=False
        )


@_named
def period_without_data(base: Case) -> Iterator[Case]:
    lines = base.source
    start = re.search(r"set_start_date\((\d+), (\d+), (\d+)\)", lines)
    end = re.search(r"set_end_date\((\d+), (\d+), (\d+)\)", lines)
    if start and end:
        line = _find(base, r"set_start_date\(")
        old = lines.replace(start[0], "set_start_date(1985, 1, 1)").replace(end[0], "set_end_date(1985, 6, 1)")
        yield replace(base, source=old, kind="data", line=line, accepted=True)
        new = lines.replace(start[0], "set_start_date(2033, 1, 1)").replace(end[0], "set_end_date(2034, 6, 1)")
        yield replace(base, source=new, kind="data", line=line)


@_named
def file_not_there(base: Case) -> Iterator[Case]:
    end = _end_of(base, "initialize")
    if end:
        for text in (
            '        self._levels = open("levels.csv").read()',
            '        self._frame = pd.read_csv("signals.csv")',
        ):
            yield from _insert(base, "data", end, text, repairable=False)


# ---------------------------------------------------------------------------------------------- structure
@_named
def no_base_class(base: Case) -> Iterator[Case]:
    yield from _swap(base, "structure", r"^(class \w+)\(QCAlgorithm\):", r"\1:")
    yield from _swap(base, "structure", r"^(class \w+)\(QCAlgorithm\):", r"\1(object):")
    yield from _swap(base, "structure", r"^(class \w+)\(QCAlgorithm\):", r"\1(QCAlgoritm):")


@_named
def method_name(base: Case) -> Iterator[Case]:
    for wrong in ("initialise", "init", "Initialise", "setup", "initalize"):
        yield from _swap(base, "structure", r"^    def initialize\(", f"    def {wrong}(")
    for wrong in ("onData", "on_bar", "ondata", "on_dat", "handle_data"):
        yield from _swap(base, "structure", r"^    def on_data\(", f"    def {wrong}(", accepted=True)


@_named
def method_arguments(base: Case) -> Iterator[Case]:
    yield from _swap(base, "structure", r"^    def initialize\(self\)", "    def initialize()")
    yield from _swap(base, "structure", r"^    def on_data\(self, data[^)]*\)", "    def on_data(self)")
    yield from _swap(
        base, "structure", r"^    def on_data\(self, (data[^)]*)\)", r"    def on_data(\1)", repairable=False
    )
    yield from _swap(
        base,
        "structure",
        r"^    def on_order_event\(self, (\w+)[^)]*\)",
        r"    def on_order_event(self)",
        repairable=False,
    )


@_named
def member_hidden(base: Case) -> Iterator[Case]:
    end = _end_of(base, "initialize")
    if end:
        for name, value in (("time", "0"), ("portfolio", "{}"), ("securities", "[]"), ("transactions", "[]")):
            yield from _insert(base, "structure", end, f"        self.{name} = {value}")
        for name, value in (("log", "[]"), ("debug", "True"), ("liquidate", "False"), ("set_holdings", "0.5")):
            if len(re.findall(rf"self\.{name}\(", base.source)):
                yield from _insert(base, "structure", end, f"        self.{name} = {value}")


@_named
def own_instance(base: Case) -> Iterator[Case]:
    match = re.search(r"^class (\w+)\(QCAlgorithm\)", base.source, re.MULTILINE)
    if match:
        body = base.source.rstrip("\n")
        line = body.count("\n") + 4
        for tail in (f"algo = {match[1]}()\nalgo.initialize()", f"{match[1]}().initialize()"):
            yield replace(base, source=f"{body}\n\n\n{tail}\n", kind="structure", line=line, repairable=True)


@_named
def several_bases(base: Case) -> Iterator[Case]:
    yield from _swap(base, "structure", r"^(class \w+)\(QCAlgorithm\):", r"\1(QCAlgorithm, AlphaModel):")


# ---------------------------------------------------------------------------------------------- python
@_named
def self_forgotten(base: Case) -> Iterator[Case]:
    yield from _swap(base, "python", r"self\.(set_holdings|market_order|liquidate)\(self\._symbol", r"self.\1(symbol")
    yield from _swap(base, "python", r"(?<=\W)self\.(set_holdings|market_order|liquidate)\(", r"\1(")
    yield from _swap(base, "python", r"self\.securities\[self\._symbol\]", "securities[self._symbol]")
    yield from _swap(base, "python", r"not self\.portfolio\[", "not portfolio[")


@_named
def variable_misspelt(base: Case) -> Iterator[Case]:
    match = re.search(r"^        (price|close|value|quantity|holding) = ", base.source, re.MULTILINE)
    if match:
        name = match[1]
        yield from _swap(base, "python", rf"^(\s+(?:if|elif|self\.).*(?<![\w.])){name}\b(?! =)", rf"\1{name[:-1]}")


@_named
def other_literals(base: Case) -> Iterator[Case]:
    yield from _swap(base, "python", r"= None$", "= null")
    yield from _swap(base, "python", r"= True$", "= true")
    yield from _swap(base, "python", r"= False$", "= false")


@_named
def decimal_and_float(base: Case) -> Iterator[Case]:
    yield from _swap(base, "python", r"(self\.portfolio\.\w+) \* (0\.\d+)", r'\1 * Decimal("\2")')


@_named
def text_plus_number(base: Case) -> Iterator[Case]:
    at = _find(base, r"^        price = ")
    if at:
        yield from _insert(base, "python", at + 1, '        self.log("price " + price)')


@_named
def parameter_without_default(base: Case) -> Iterator[Case]:
    yield from _swap(
        base, "python", r"self\.(ema|sma|rsi)\((self\._symbol), (12|14)\b", r'self.\1(\2, int(self.get_parameter("period-x"))',
        repairable=False,
    )  # fmt: skip


@_named
def endless_loop(base: Case) -> Iterator[Case]:
    at = _find(base, r"^    def on_data\(")
    if at and "self._symbol = " in base.source:
        yield from _insert(
            base, "timeout", at + 1, "        while not self.portfolio.invested:\n            pass", repairable=False
        )
    yield from _insert(base, "timeout", 2, "while True:\n    pass", repairable=False)


@_named
def too_much_memory(base: Case) -> Iterator[Case]:
    end = _end_of(base, "initialize")
    if end:
        yield from _insert(base, "memory", end, "        self._grid = np.zeros((3000000, 3000000))", repairable=False)
        yield from _insert(base, "memory", end, '        self._text = "x" * 10**14', repairable=False)


@_named
def quote_bars_of_trades(base: Case) -> Iterator[Case]:
    if "add_crypto" in base.source:
        yield from _swap(base, "silent", r"data\.bars\.(contains_key|get)", r"data.quote_bars.\1", accepted=True)


@_named
def swallowed(base: Case) -> Iterator[Case]:
    at = _find(base, r"^        (\w+) = (self\._\w+)\.current\.value$")
    if at:
        lines = base.source.split("\n")
        text = lines[at - 1].strip().replace(".current.value", ".value")
        lines[at - 1 : at] = ["        try:", f"            {text}", "        except Exception:", "            return"]
        yield replace(base, source="\n".join(lines), kind="silent", line=at, repairable=True, accepted=True)

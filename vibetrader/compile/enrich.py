"""LEAN's and Python's error texts, explained: class, cause in LEAN's terms, what to write instead, an example.

One table, most telling rule first. A rule is tried on the whole text; its words may use the groups of its pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from vibetrader.results.findings import ErrorClass, Finding

Stage = Literal["check", "compilation", "initialization", "execution", "result"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of error text."""

    pattern: re.Pattern[str]
    error_class: ErrorClass
    cause: str
    fix: str
    example: str = ""


def _rule(pattern: str, error_class: ErrorClass, cause: str, fix: str, example: str = "") -> Rule:
    return Rule(re.compile(pattern, re.IGNORECASE | re.DOTALL), error_class, cause, fix, example)


_DAILY_CONSOLIDATOR = (
    "Subscribe to a resolution finer than the bars you want, then consolidate; or drop the consolidator and give the "
    "indicator `Resolution.DAILY`."
)

RULES: Final[tuple[Rule, ...]] = (
    _rule(
        r"Unable to create (?P<symbol>\S+) consolidator because \S+ is registered for (?P<resolution>\w+) data",
        ErrorClass.CONSOLIDATOR,
        "{symbol} is subscribed with {resolution} bars, and a consolidator can only build longer bars out of shorter ones: "
        "there is nothing inside a {resolution} bar to make a finer one from.",
        _DAILY_CONSOLIDATOR,
        'self._symbol = self.add_crypto("{symbol}", Resolution.HOUR).symbol\n'
        "self.consolidate(self._symbol, timedelta(hours=4), self.on_four_hours)",
    ),
    _rule(
        r"For Symbol (?P<symbol>\S+) can not consolidate bars of period: (?P<period>[\d.:]+)",
        ErrorClass.CONSOLIDATOR,
        "The bars that reach the consolidator of {symbol} are as long as or longer than the {period} it should build.",
        _DAILY_CONSOLIDATOR,
        'self._symbol = self.add_crypto("{symbol}", Resolution.HOUR).symbol',
    ),
    _rule(
        r"Type mismatch found between consolidator and indicator",
        ErrorClass.CONSOLIDATOR,
        "The indicator wants another kind of bar than the consolidator makes (trade bars against quote bars or single values).",
        "Use TradeBarConsolidator for indicators of trades; forex and CFD data here are quotes, so use indicators that take a "
        "price, such as self.sma or self.rsi.",
    ),
    _rule(
        r"cannot set event attributes",
        ErrorClass.CONSOLIDATOR,
        "`data_consolidated` is an event: handlers are added to it, it cannot be replaced.",
        "Write `+=` instead of `=`.",
        "consolidator.data_consolidated += self.on_bar",
    ),
    _rule(
        r"(?P<method>\w+)\(\) (?:missing|takes) .*positional argument",
        ErrorClass.RUNTIME,
        "LEAN calls this handler with another number of arguments than it takes: `self.consolidate` gives the bar only, an event "
        "(`data_consolidated +=`) gives the sender and the bar, `on_data` gives the slice.",
        "Give `{method}` the parameters that LEAN passes.",
        "def on_four_hours(self, bar):           # self.consolidate(...)\n"
        "def on_consolidated(self, sender, bar):  # consolidator.data_consolidated += ...",
    ),
    _rule(
        r"symbol could not be found in the database for (?P<market>\w+) market|"
        r"Unable to locate exchange hours for|Failed to resolve base currency for|Invalid symbol|code=-1121",
        ErrorClass.SYMBOL,
        "The ticker is not one that this market trades, or it is written in a form LEAN does not read (a dash or slash in it).",
        "Write the ticker without separators, as the exchange does, and add it with the method of its kind.",
        'self._symbol = self.add_crypto("BTCUSDT", Resolution.HOUR).symbol\n'
        'self._pair = self.add_forex("EURUSD", Resolution.HOUR).symbol',
    ),
    _rule(
        r"The ticker (?P<ticker>\S+) was not found in the SymbolCache",
        ErrorClass.SYMBOL,
        "{ticker} was never added to the algorithm, so LEAN has no data, no security and no holding for it.",
        "Add it in initialize and use the Symbol that comes back.",
        'self._symbol = self.add_crypto("{ticker}", Resolution.HOUR).symbol',
    ),
    _rule(
        r"(?P<ticker>\S+) \d+ not found in portfolio|ignored symbol '(?P<other>\S+)[^']*' because it has not been added|"
        r"You haven't requested \S+ data",
        ErrorClass.SYMBOL,
        "The order names a security that was never added to the algorithm; LEAN ignores it and goes on.",
        "Add it in initialize, or use the Symbol of the security that was added.",
        "self.set_holdings(self._symbol, 0.9)",
    ),
    _rule(
        r"not a valid BinanceInterval|Invalid timeframe|type object 'Resolution' has no attribute '(?P<name>\w+)'",
        ErrorClass.TIMEFRAME,
        "LEAN stores bars of five lengths only: TICK, SECOND, MINUTE, HOUR and DAILY.",
        "Subscribe to the next finer one and consolidate to the length you want.",
        'self._symbol = self.add_crypto("BTCUSDT", Resolution.MINUTE).symbol\n'
        "self.consolidate(self._symbol, timedelta(minutes=15), self.on_fifteen_minutes)",
    ),
    _rule(
        r"No module named '(?P<module>[\w.]+)'",
        ErrorClass.IMPORT,
        "LEAN's Python has no module {module}: only its own library, the standard library and the usual scientific packages.",
        "Use LEAN's built-in indicators, or take the import out. The algorithm's header is `from AlgorithmImports import *`.",
        "from AlgorithmImports import *\n\nself._rsi = self.rsi(self._symbol, 14)",
    ),
    _rule(
        r"attempted relative import|cannot import name '(?P<name>\w+)'|Unable to import python module|"
        r"Unable to find py file",
        ErrorClass.IMPORT,
        "The import names something that is not there when LEAN loads the file on its own.",
        "Import LEAN's names with `from AlgorithmImports import *`; a helper module lies beside main.py and is imported by its name.",
        "from AlgorithmImports import *",
    ),
    _rule(
        r"name '(?P<name>(?-i:[A-Z])\w+)' is not defined",
        ErrorClass.IMPORT,
        "{name} is one of LEAN's names (or a library's), and nothing in the file imports it.",
        "Begin the file with LEAN's header.",
        "from AlgorithmImports import *",
    ),
    _rule(
        r"'module' object is not callable",
        ErrorClass.IMPORT,
        "A later `import datetime` hides the class of that name which LEAN's header brings.",
        "Take the `import datetime` line out: the header already brings datetime and timedelta.",
    ),
    _rule(
        r"(?:SyntaxError|IndentationError|TabError|invalid syntax|invalid character|unterminated string|expected ':'|"
        r"unindent does not match|inconsistent use of tabs|invalid token|unexpected indent|was never closed|"
        r"expected an indented block|invalid decimal literal|leading zeros|f-string|unmatched|EOL while|cannot assign to)",
        ErrorClass.SYNTAX,
        "Python cannot read the file, so LEAN never gets to see the algorithm.",
        "Mend the line that is named; the mistake may stand at the end of the line before it.",
    ),
    _rule(
        r"Cannot change AccountCurrency after adding a Security",
        ErrorClass.CURRENCY,
        "The account currency decides how every security is converted, so it must be known before the first one is added.",
        "Move `set_account_currency` to the top of initialize, before set_cash and every add_… call.",
        'self.set_account_currency("USDT")\nself.set_cash(10000)',
    ),
    _rule(
        r"No conversion path found between|No tradeable pair was found for currency|conversion rate for \S+ is not available|"
        r"cash symbol \((?P<code>\w+)\) was not found in your cash book|does not have an accurate price.*conversion",
        ErrorClass.CURRENCY,
        "LEAN finds no pair that turns one currency of the account into the other, or the cash book has no such currency.",
        "Hold the account in the currency that the pairs are quoted in.",
        'self.set_account_currency("USDT")\nself.set_cash(100000)',
    ),
    _rule(
        r"This operation is not allowed in initialize or during warm up|ALGORITHM_WARMING_UP",
        ErrorClass.WARM_UP,
        "LEAN calls on_data during warm-up too, and refuses every order until it is over.",
        "Return early while warming up; send first orders from on_warmup_finished.",
        "if self.is_warming_up or not self._rsi.is_ready:\n    return",
    ),
    _rule(
        r"set_warmup\(\): This method cannot be used after algorithm initialized",
        ErrorClass.WARM_UP,
        "The warm-up is planned before the data starts to flow.",
        "Call set_warm_up in initialize.",
        "self.set_warm_up(30, Resolution.DAILY)",
    ),
    _rule(
        r"Insufficient buying power to complete orders",
        ErrorClass.ORDER,
        "The order costs more than the account may spend: in a cash account the quote currency it holds, in a margin account the "
        "free margin.",
        "Size it by `set_holdings` with a weight below 1, or by `self.portfolio.margin_remaining` or cash.",
        "self.set_holdings(self._symbol, 0.95)",
    ),
    _rule(
        r"(?P<type>\w+) orders are not supported for this symbol|does not support (?P<other>\w+) order type|"
        r"does not support update|Market never closes for this symbol|minimum order size \(in quote currency\)|"
        r"declared unable to submit order|less than lot size|has zero quantity|rounded to the nearest lot size|"
        r"non-finite floating-point value|cash model does not allow shorting|submission time is invalid|ORDER_QUANTITY",
        ErrorClass.ORDER,
        "The brokerage model refuses the order: its type, its size or its time is not one that this market takes.",
        "Binance spot takes market, limit and stop-limit orders above the minimum size and no updates; a market that never closes "
        "takes no market-on-open or market-on-close orders; a cash account cannot go short.",
        "self.stop_limit_order(self._symbol, -quantity, stop_price, limit_price)",
    ),
    _rule(
        r"Please select (?:an algorithm end date|start date)|Date Invalid|un-representable DateTime|Insufficient data|No data\b",
        ErrorClass.DATA,
        "The period cannot be run: a date does not exist, lies in the future, or the end comes before the start.",
        "Give a start and an end in the past for which there is data.",
        "self.set_start_date(2023, 1, 1)\nself.set_end_date(2023, 12, 31)",
    ),
    _rule(
        r"PermissionError|Operation not permitted|Permission denied|Function not implemented|may not look into the engine|"
        r"can't start new thread|Temporary failure in name resolution|cannot set '\w+' attribute of immutable type|"
        r"tampered with its own result|ended its own process|process crashed|wrote more files or bytes|File too large|"
        r"Too many open files|object layout differs|__class__ assignment only supported",
        ErrorClass.RUNTIME,
        "A strategy runs contained: it reads its code and the market data, writes its object store, and reaches no other file, no "
        "network, no other process and nothing inside the engine. What tries to is stopped.",
        "Take it out; market data comes from subscriptions and history, and what is to be kept goes to the object store.",
        'self.object_store.save("levels", text)',
    ),
    _rule(
        r"No such file or directory: '(?P<file>[^']*)'",
        ErrorClass.DATA,
        "The program reads {file} from the disk; LEAN runs it elsewhere, without that file.",
        "Keep such values in the object store, in parameters, or in the program itself.",
        'levels = self.object_store.read("levels")',
    ),
    _rule(
        r"Operation timed out|took longer than [\d.]+ minutes|took longer than .* s and was stopped",
        ErrorClass.TIMEOUT,
        "The program did not come back to LEAN: a loop that waits for something which only the next bar can change.",
        "Leave the loop to LEAN: return from the method and look again at the next bar.",
    ),
    _rule(
        r"Memory Usage Maxed Out|MemoryError|Unable to allocate|dtype\('|cannot allocate memory",
        ErrorClass.MEMORY,
        "The program asks for more memory than it may have.",
        "Keep windows of the length you need (RollingWindow) instead of everything seen so far.",
    ),
    _rule(
        r"Trying to dynamically access a method that does not exist|No method matche?s given arguments|"
        r"Got an unexpected keyword argument|RollingWindow must have size|"
        r"value of type .* cannot be converted|expected \w+, got \w+",
        ErrorClass.ARGUMENT,
        "LEAN has no form of this method that takes these arguments: their number, order, names or types do not fit.",
        "Compare the call with the forms listed in the text; the resolution is an enumeration, tags are given by name.",
        "self.rsi(self._symbol, 14, MovingAverageType.WILDERS, Resolution.DAILY)",
    ),
    _rule(
        r"value cannot be converted to|property is read-only|cannot inherit from multiple classes|"
        r"Please ensure that one class inherits from QCAlgorithm|Please override the Initialize|"
        r"Algorithm type name not found|Object reference not set to an instance",
        ErrorClass.RUNTIME,
        "The class does not have the form LEAN expects, or a name of its own hides one of QCAlgorithm's.",
        "One class derives from QCAlgorithm, has `initialize` and `on_data`, and gives its own attributes a leading underscore.",
        "class Strategy(QCAlgorithm):\n    def initialize(self):\n        self._closes = []",
    ),
    _rule(
        r"wasn't found in the Slice object|'NoneType' object has no attribute",
        ErrorClass.RUNTIME,
        "The slice holds no bar of this symbol at this moment: a gap in the data, or a slice that carries only a dividend.",
        "Ask for the bar and go on without it.",
        "bar = data.bars.get(self._symbol)\nif bar is None:\n    return",
    ),
    _rule(
        r"object has no attribute '(?P<name>\w+)'(?: Did you mean: '(?P<meant>\w+)')?",
        ErrorClass.ATTRIBUTE,
        "The object has no member `{name}`.",
        "Look the member up; LEAN's Python names are snake_case.",
        "self.set_holdings(self._symbol, 0.9)\nvalue = self._rsi.current.value",
    ),
    _rule(
        r"Object must be of type (?P<type>\w+)|unsupported format string passed to|"
        r"'(?:bool|datetime\.datetime|datetime|float)' object is not callable|type object '\w+' has no attribute",
        ErrorClass.ATTRIBUTE,
        "An indicator is an object, not a number, and LEAN's properties are read without brackets.",
        "Read `.current.value` for the number, and leave the brackets of a property away.",
        "value = self._rsi.current.value\nif self._rsi.is_ready: ...",
    ),
)

_FALLBACK: Final = Rule(
    re.compile(""),
    ErrorClass.RUNTIME,
    "Python stopped the algorithm with this exception.",
    "Look at the values on the line that is named.",
)

_LINE_OF_LEAN = re.compile(r"in main\.py: line (\d+)")
_LINE_OF_SYNTAX = re.compile(r"\(main\.py, line (\d+)\)")
_INITIALIZATION = "During the algorithm initialization"
_LOADING = ("Unable to import python module", "Loader.TryCreatePythonAlgorithm", "AlgorithmPythonWrapper()")
_PREFIXES = re.compile(
    r"^(?:Algorithm\.Initialize\(\) Error: )?(?:[\d\- :]+ )?(?:During the algorithm initialization, the following exception has "
    r"occurred: )?(?:[\d\- :]+ )?(?:Runtime Error: )?(?:Loader\.TryCreatePythonAlgorithm\(\): )?"
    r"(?:Unable to import python module \S+ )?(?:AlgorithmPythonWrapper\(\): )?"
)


def rule_for(text: str) -> Rule:
    """The rule that explains a text; a general one when none knows it."""
    return next((rule for rule in RULES if rule.pattern.search(text)), _FALLBACK)


def stage_of(text: str) -> Stage:
    """Where LEAN was when it failed with this text."""
    if any(mark in text for mark in _LOADING):
        return "compilation"
    if _INITIALIZATION in text or "Algorithm.Initialize() Error" in text or "initialize" in text.split("\n", 1)[0]:
        return "initialization"
    return "execution"


def line_of(text: str) -> int | None:
    """The line of main.py that failed: of a stack, which LEAN lists from the inside out, the innermost."""
    syntax = _LINE_OF_SYNTAX.search(text)
    if syntax:
        return int(syntax[1])
    stack = _LINE_OF_LEAN.findall(text)
    return int(stack[0]) if stack else None


def bare_text(text: str) -> str:
    """The first line without LEAN's time stamps and prefixes."""
    first = text.strip().splitlines()[0] if text.strip() else ""
    if "AlgorithmPythonWrapper(): " in first:
        return first.rsplit("AlgorithmPythonWrapper(): ", 1)[1].strip()
    return _PREFIXES.sub("", first).strip()


def explain(text: str, source: str, *, stage: Stage | None = None, error_class: ErrorClass | None = None) -> Finding:
    """A finding for an error text of LEAN, of the engine or of Python.

    Args:
        text: The whole text, stack included.
        source: The program, to quote the line from.
        stage: Where it happened, when known better than from the text.
        error_class: Wins over the rule's.
    """
    raw = bare_text(text)
    rule = rule_for(raw)
    if rule is _FALLBACK:
        rule = rule_for(text)
    match = rule.pattern.search(raw) or rule.pattern.search(text)
    words = _Words(match.groupdict() if match else {})
    number = line_of(text)
    lines = source.splitlines()
    return Finding(
        error_class=error_class or rule.error_class,
        stage=stage or stage_of(text),
        raw=text.strip(),
        line=number,
        source=lines[number - 1].rstrip() if number and number <= len(lines) else "",
        cause=rule.cause.format_map(words),
        fix=rule.fix.format_map(words),
        example=rule.example.format_map(words),
    )


class _Words(dict[str, str]):
    """Groups of a match; one that took no part reads as "it"."""

    def __init__(self, groups: dict[str, str | None]) -> None:
        super().__init__({name: text for name, text in groups.items() if text is not None})

    def __missing__(self, name: str) -> str:
        return "it"


_REFUSALS = re.compile(
    r"This operation is not allowed in initialize|Unable to submit order|Order Error|declared unable to submit|"
    r"not found in portfolio|Unable to compute order quantity|does not support update|ignored symbol"
)


def refusals(log: Iterable[str], source: str) -> Sequence[Finding]:
    """Warnings for orders that LEAN refused without stopping the run: one per kind of text, the first of each."""
    found: dict[str, Finding] = {}
    for line in log:
        text = line[20:] if line[4:5] == "-" and line[19:20] == " " else line
        # That orders will be rounded to lots is a notice that LEAN gives once; nothing is refused by it.
        if not _REFUSALS.search(text) or "will be rounded to the nearest lot size" in text:
            continue
        kind = re.sub(r"[\d.,]+", "#", text)[:80]
        if kind not in found:
            found[kind] = explain(text, source, stage="execution").model_copy(update={"severity": "warning"})
    return list(found.values())

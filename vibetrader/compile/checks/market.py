"""Symbols, resolutions, currencies, dates and what a brokerage refuses."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, Final

from vibetrader._util.suggest import closest
from vibetrader.compile.checks.program import Edit, Mistake, Program, argument, last_name, literal
from vibetrader.marketdata.symbolproperties import SymbolPropertiesDatabase
from vibetrader.results.findings import ErrorClass

_KIND: Final = {"add_crypto": "crypto", "add_equity": "equity", "add_forex": "forex", "add_cfd": "cfd",
                "add_crypto_future": "cryptofuture"}  # fmt: skip
_CRYPTO_MARKET: Final = {
    "binance": "binance", "binance_us": "binanceus", "coinbase": "coinbase", "gdax": "coinbase", "kraken": "kraken",
    "bitfinex": "bitfinex", "bybit": "bybit", "ftx": "ftx", "": "coinbase", "default": "coinbase",
}  # fmt: skip
_STABLE: Final = ("USDT", "USDC", "USD", "BUSD", "FDUSD", "EUR", "BTC", "ETH")
_CURRENCY: Final = re.compile(r"^[A-Z]{3,5}$")
_SPAN: Final = re.compile(
    r"^\s*(\d+)?\s*(m|min|minutes?|h|hours?|hourly|d|days?|daily|s|sec|seconds?)\s*$", re.IGNORECASE
)
_MEMBERS: Final = {"TICK": 0, "SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAILY": 86_400}
_NUMBER_WORDS: Final = {"TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5, "SIX": 6, "EIGHT": 8, "TEN": 10, "TWELVE": 12,
                        "FIFTEEN": 15, "THIRTY": 30, "ONE": 1}  # fmt: skip


@cache
def _database() -> SymbolPropertiesDatabase:
    return SymbolPropertiesDatabase()


def check(program: Program) -> Iterator[Mistake]:
    """Mistakes about what is traded and how."""
    yield from _subscriptions(program)
    yield from _resolutions(program)
    yield from _currency(program)
    yield from _dates(program)
    yield from _orders(program)


def crypto_market(program: Program) -> str:
    """The market that a crypto ticker without a market belongs to."""
    return _CRYPTO_MARKET.get(program.brokerage[0], "coinbase")


# ------------------------------------------------------------------------------------------ symbols
def _subscriptions(program: Program) -> Iterator[Mistake]:
    added: set[str] = set()
    open_ended = False
    for name, call in program.calls:
        if name not in _KIND and name not in ("add_security", "add_data", "add_universe", "add_index", "add_future"):
            continue
        ticker = argument(call, 0, "ticker", "symbol")
        value = literal(ticker)
        if name not in _KIND or not isinstance(value, str):
            open_ended = True
            if name in _KIND and isinstance(ticker, ast.List | ast.Tuple):
                yield program.mistake(
                    ErrorClass.SYMBOL, call.lineno, f"{name} takes one ticker, not a list",
                    cause="LEAN adds one security a call.", fix="Call it in a loop.",
                    example=f"self._symbols = [self.{name}(t, Resolution.DAILY).symbol for t in tickers]",
                )  # fmt: skip
            continue
        added.add(value.upper())
        yield from _ticker(program, name, call, ticker, value)
        yield from _default_market(program, name, call, value)
        yield from _security_kept(program, call)
    yield from _not_assigned(program)
    if added and not open_ended:
        yield from _not_added(program, added)


def _ticker(program: Program, name: str, call: ast.Call, node: ast.expr | None, ticker: str) -> Iterator[Mistake]:
    assert node is not None
    kind = _KIND[name]
    if kind == "equity":
        yield from _equity(program, call, node, ticker)
        return
    market_node = argument(call, 2, "market")
    market = last_name(market_node).replace("_", "") or (crypto_market(program) if kind == "crypto" else "oanda")
    database = _database()
    if not database.tickers(market, kind):
        right = crypto_market(program) if kind == "crypto" else "oanda"
        edits = []
        if market_node is not None and database.contains(right, ticker.upper(), kind):
            edits = [_without_argument(program, call, market_node)]
        yield program.mistake(
            ErrorClass.SYMBOL, call.lineno, f"Unable to locate exchange hours for {kind.title()}-{market}-{ticker}.",
            cause=f"The market {market} trades no {kind}.", fix="Leave the market out, or name the one of the brokerage.",
            example=f'self.{name}("{ticker}", Resolution.DAILY)', repair="market", edits=edits,
        )  # fmt: skip
        return
    if database.contains(market, ticker.upper(), kind):
        if ticker != ticker.upper():
            yield program.mistake(
                ErrorClass.SYMBOL, call.lineno, f"{ticker!r} is written in lower case", severity="warning",
                cause="LEAN takes it, but its texts and dictionary keys show upper case.",
                fix=f"Write {ticker.upper()!r}.", example=f'"{ticker.upper()}"', repair="ticker",
                edits=[program.replace(node, f'"{ticker.upper()}"')],
            )  # fmt: skip
        return
    meant = _meant(ticker, market, kind)
    yield program.mistake(
        ErrorClass.SYMBOL, call.lineno,
        f"{kind.title()} '{ticker}' symbol could not be found in the database for {market} market",
        cause=f"{market} has no {kind} pair {ticker!r}" + (f"; {meant} is the nearest." if meant else "."),
        fix=f"Write {meant!r}." if meant else "Write the ticker as the exchange does, without separators.",
        example=f'self.{name}("{meant or "BTCUSDT"}", Resolution.DAILY)', repair="ticker",
        edits=[program.replace(node, f'"{meant}"')] if meant else [],
    )  # fmt: skip


def _meant(ticker: str, market: str, kind: str) -> str:
    database = _database()
    bare = re.sub(r"[^A-Z0-9]", "", ticker.upper())
    names = [bare] + ([bare + quote for quote in _STABLE] if kind == "crypto" else [])
    for name in names:
        if database.contains(market, name, kind):
            return name
    # A slip of the finger: the nearest pair, those quoted in the usual currency first.
    tickers = database.tickers(market, kind)
    near = closest(bare, tickers, count=8, cutoff=0.8)
    usual = [name for name in near if name.endswith(("USDT", "USD"))]
    return ([name for name in usual if sorted(name) == sorted(bare)] or usual or near or [""])[0]


def _equity(program: Program, call: ast.Call, node: ast.expr, ticker: str) -> Iterator[Mistake]:
    market = crypto_market(program)
    for name in dict.fromkeys((market, "binance", "coinbase")):
        if _database().contains(name, ticker.upper(), "crypto") and len(ticker) > 5:
            assert isinstance(call.func, ast.Attribute)
            _, end = program.span(call.func)
            yield program.mistake(
                ErrorClass.SYMBOL, call.lineno, f"{ticker!r} is a crypto pair, added as a share", severity="warning",
                cause="LEAN takes any ticker for a share, finds no data for it, and ends without a single bar.",
                fix="Add it with add_crypto.", example=f'self.add_crypto("{ticker}", Resolution.DAILY)', repair="adder",
                edits=[Edit(end - len(call.func.attr), end, "add_crypto")],
            )  # fmt: skip
            return
    if "/" in ticker or "-" in ticker:
        yield program.mistake(
            ErrorClass.SYMBOL, call.lineno, f"{ticker!r} is no ticker of a share", severity="warning",
            cause="US tickers are letters, with a dot before a share class.", fix="Write the ticker as the exchange does.",
        )  # fmt: skip


def _without_argument(program: Program, call: ast.Call, node: ast.expr) -> Edit:
    """Take an argument away, with the comma before it."""
    start, end = program.span(node)
    for keyword in call.keywords:
        if keyword.value is node:
            start = program.span(keyword)[0]
    while start > 0 and program.source[start - 1] in " ,\n":
        start -= 1
    return Edit(start, end, "")


def _default_market(program: Program, name: str, call: ast.Call, ticker: str) -> Iterator[Mistake]:
    if name != "add_crypto" or argument(call, 2, "market") is not None or program.brokerage[0]:
        return
    if _database().contains("coinbase", ticker.upper(), "crypto") and not ticker.upper().endswith("USDT"):
        return
    if not _database().contains("binance", ticker.upper(), "crypto"):
        return
    first = min((c.lineno for n, c in program.calls if n.startswith("add_")), default=call.lineno)
    cash = [c.end_lineno or c.lineno for n, c in program.calls if n in ("set_cash", "set_account_currency")]
    if cash and max(cash) < first:  # the model is usually named after the account
        first = max(cash) + 1
    start = program.offset(first, 0)
    indent = re.match(r"\s*", program.lines[(max(cash) if cash else call.lineno) - 1])
    model = f"{indent[0] if indent else ''}self.set_brokerage_model(BrokerageName.BINANCE, AccountType.MARGIN)\n"
    yield program.mistake(
        ErrorClass.SYMBOL, first, f"{ticker} without a brokerage model is a pair of Coinbase", severity="warning",
        cause="LEAN's default model takes crypto from Coinbase, where this pair has no data: the run ends without a bar.",
        fix="Set the Binance model before the first security is added.",
        example="self.set_brokerage_model(BrokerageName.BINANCE, AccountType.MARGIN)", repair="brokerage_model",
        edits=[Edit(start, start, model)],
    )  # fmt: skip


def _security_kept(program: Program, call: ast.Call) -> Iterator[Mistake]:
    """`self._symbol = self.add_crypto(…)`: a field called symbol that holds the security."""
    for name, values in program.fields.items():
        if len(values) == 1 and values[0] is call and "symbol" in name.lower():
            if re.search(rf"self\.{name}\.(?:symbol|Symbol|price|Price|holdings|set_|Set|exchange)", program.source):
                return
            end = program.span(call)[1]
            yield program.mistake(
                ErrorClass.SYMBOL, call.lineno, f"self.{name} holds a Security, not a Symbol", severity="warning",
                cause="An add_… call returns the security; LEAN takes it where a Symbol is meant, dictionaries and texts do not.",
                fix="Keep its symbol.", example=f"self.{name} = {ast.unparse(call)}.symbol", repair="keep_symbol",
                edits=[Edit(end, end, ".symbol")],
            )  # fmt: skip


def _not_assigned(program: Program) -> Iterator[Mistake]:
    """`self._symbol = None` followed by an add_… call whose result is thrown away."""
    if program.initialize is None:
        return
    body = program.initialize.body
    for node, following in itertools.pairwise(body):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and node.value.value is None
            and isinstance(following, ast.Expr)
            and isinstance(following.value, ast.Call)
            and isinstance(following.value.func, ast.Attribute)
            and following.value.func.attr in _KIND
        ):
            target = ast.unparse(node.targets[0])
            if len(program.fields.get(target.removeprefix("self."), ())) > 1 or "symbol" not in target.lower():
                continue
            call = program.source[slice(*program.span(following.value))]
            yield program.mistake(
                ErrorClass.SYMBOL, node.lineno, f"{target} stays None",
                cause="The security's symbol is what the add_… call returns, and here the result is thrown away.",
                fix="Keep it.", example=f"{target} = {call}.symbol", repair="keep_symbol",
                edits=[Edit(program.span(node)[0], program.span(following)[1], f"{target} = {call}.symbol")],
            )  # fmt: skip


_BY_SYMBOL: Final = frozenset(
    [
        "set_holdings",
        "market_order",
        "limit_order",
        "stop_market_order",
        "stop_limit_order",
        "buy",
        "sell",
        "liquidate",
        "order",
        "history",
        "rsi",
        "sma",
        "ema",
        "macd",
        "bb",
        "atr",
        "adx",
        "sto",
        "cci",
        "roc",
        "mom",
        "dch",
        "kch",
        "std",
        "max",
        "min",
        "wilr",
        "mfi",
        "obv",
        "vwap",
        "hma",
    ]
)


_KEYED_BY_SYMBOL: Final = ("SecurityManager", "SecurityPortfolioManager", "Slice", "TradeBars", "QuoteBars")
_BY_KEY: Final = frozenset({"get", "get_value", "contains_key", "try_get_value"})


def _not_added(program: Program, added: set[str]) -> Iterator[Mistake]:
    symbol = _own_symbol(program)
    for node in ast.walk(program.algorithm or program.tree):
        where: ast.expr | None = None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if isinstance(node.func.value, ast.Name) and node.func.value.id == "self" and node.func.attr in _BY_SYMBOL:
                where = argument(node, 0, "symbol")
            elif node.func.attr in _BY_KEY and program.in_algorithm(node) and node.args:
                owner = program.type_of(node.func.value, program.function_of(node))
                where = node.args[0] if owner in _KEYED_BY_SYMBOL else None
        elif isinstance(node, ast.Subscript) and program.in_algorithm(node):
            owner = program.type_of(node.value, program.function_of(node))
            if owner in _KEYED_BY_SYMBOL:
                where = node.slice
        value = literal(where)
        if where is None or not isinstance(value, str) or value.upper() in added:
            known = isinstance(value, str) and symbol and isinstance(node, ast.Call | ast.Subscript)
            if known and where is not None:
                yield program.mistake(
                    ErrorClass.SYMBOL, where.lineno, f"{value!r} is given as a text", severity="warning",
                    cause="LEAN takes the ticker of a security that was added, but a Symbol is exact in every market.",
                    fix=f"Use {symbol}.", example=f"{symbol}", repair="symbol",
                    edits=[program.replace(where, symbol)],
                )  # fmt: skip
            continue
        yield program.mistake(
            ErrorClass.SYMBOL, where.lineno, f"the ticker {value!r} was never added",
            cause=f"The algorithm subscribes to {', '.join(sorted(added))} only, so LEAN has no data and no holding for {value}.",
            fix=f"Use {symbol}." if symbol else "Add it in initialize and use the Symbol that comes back.",
            example=symbol or f'self._other = self.add_crypto("{value}", Resolution.DAILY).symbol', repair="symbol",
            edits=[program.replace(where, symbol)] if symbol else [],
        )  # fmt: skip


def _own_symbol(program: Program) -> str:
    """The one field that holds a Symbol, "" when there are several or none."""
    found = [
        name
        for name, values in program.fields.items()
        if len(values) == 1 and isinstance(values[0], ast.Attribute) and values[0].attr in ("symbol", "Symbol")
    ]
    return f"self.{found[0]}" if len(found) == 1 else ""


# ------------------------------------------------------------------------------------------ resolutions
def _resolutions(program: Program) -> Iterator[Mistake]:
    for node in ast.walk(program.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Resolution":
            if program.index.member("Resolution", node.attr) is None:
                near = _nearest_resolution(node.attr)
                yield program.mistake(
                    ErrorClass.TIMEFRAME, node.lineno, f"type object 'Resolution' has no attribute '{node.attr}'",
                    cause="LEAN stores bars of five lengths only: TICK, SECOND, MINUTE, HOUR and DAILY.",
                    fix=f"Subscribe to {near} bars and consolidate them to the length you want.",
                    example=f"Resolution.{near}\nself.consolidate(self._symbol, timedelta(minutes=15), self.on_bar)",
                    repair="resolution", edits=[Edit(program.span(node)[1] - len(node.attr), program.span(node)[1], near)],
                )  # fmt: skip
    for name, call in program.calls:
        if name not in _KIND:
            continue
        node2 = argument(call, 1, "resolution")
        value = literal(node2)
        if node2 is None:
            yield from _no_resolution(program, call)
        elif isinstance(value, str | int | float):
            near = _resolution_of(value)
            yield program.mistake(
                ErrorClass.TIMEFRAME, node2.lineno, f"{value!r} is no Resolution",
                cause="LEAN takes the resolution as a member of the enumeration Resolution.",
                fix=f"Write Resolution.{near}." if near else "Write Resolution.MINUTE, HOUR or DAILY, and consolidate.",
                example=f"Resolution.{near or 'HOUR'}", repair="resolution",
                edits=[program.replace(node2, f"Resolution.{near}")] if near else [],
            )  # fmt: skip
        elif last_name(node2) == "second":
            yield program.mistake(
                ErrorClass.DATA, call.lineno, "second bars are rarely there", severity="warning",
                cause="Few data sets have second bars; without them the run has no data and no orders.",
                fix="Subscribe to minute bars.", example="Resolution.MINUTE", repair="resolution",
                edits=[program.replace(node2, "Resolution.MINUTE")],
            )  # fmt: skip


def _no_resolution(program: Program, call: ast.Call) -> Iterator[Mistake]:
    used = [last_name(leaf) for leaf in ast.walk(program.tree) if isinstance(leaf, ast.Attribute)
            and isinstance(leaf.value, ast.Name) and leaf.value.id == "Resolution"]  # fmt: skip
    one = used[0].upper() if used and len(set(used)) == 1 and used[0].upper() in _MEMBERS else ""
    edits = []
    if call.args or call.keywords:
        last = call.keywords[-1].value if call.keywords else call.args[-1]
        _, end = program.span(last)
        edits = [Edit(end, end, f", resolution=Resolution.{one or 'DAILY'}" if call.keywords else
                      f", Resolution.{one or 'DAILY'}")]  # fmt: skip
    yield program.mistake(
        ErrorClass.TIMEFRAME, call.lineno, "no resolution is given", severity="warning",
        cause="LEAN then subscribes to minute bars: without minute data the run has no prices and no orders.",
        fix=f"Say the resolution, e.g. Resolution.{one or 'DAILY'}.", example=f"Resolution.{one or 'DAILY'}",
        repair="resolution", edits=edits if one or not used else [],
    )  # fmt: skip


def _nearest_resolution(name: str) -> str:
    upper = re.sub(r"[^A-Z0-9]", "", name.upper())
    direct = closest(upper, _MEMBERS, count=1, cutoff=0.8)
    if direct and not any(character.isdigit() for character in upper):
        exact = direct[0]
        if not any(upper.startswith(word) for word in _NUMBER_WORDS):
            return exact
    for unit, size in (("MIN", "MINUTE"), ("HOUR", "HOUR"), ("HR", "HOUR"), ("H", "HOUR"), ("SEC", "SECOND")):
        if unit in upper:
            return size
    if re.fullmatch(r"M\d+|\d+M", upper):
        return "MINUTE"
    return "DAILY"


def _resolution_of(value: Any) -> str:
    if isinstance(value, str):
        match = _SPAN.match(value)
        if not match:
            return _nearest_resolution(value)
        return {"m": "MINUTE", "h": "HOUR", "d": "DAILY", "s": "SECOND"}[match[2][0].lower()]
    if value in (1, 5, 15, 30):
        return "MINUTE"
    if value in (60, 120, 240, 3600):
        return "HOUR"
    return "DAILY" if value in (1440, 86_400) else ""


# ------------------------------------------------------------------------------------------ currency
def _currency(program: Program) -> Iterator[Mistake]:
    account = program.calls_of("set_account_currency")
    adds = [call for name, call in program.calls if name.startswith("add_") and name != "add_alpha"]
    cash = program.calls_of("set_cash")
    quotes = [str(v).upper() for v in (literal(argument(c, 0, "ticker")) for c in adds) if isinstance(v, str)]
    quote = next((q for q in ("USDT", "USDC", "BUSD", "USD", "EUR") if quotes and quotes[0].endswith(q)), "USD")
    for call in account:
        yield from _unknown_currency(program, call, quote)
        late = adds and call.lineno > adds[0].lineno
        after_cash = cash and call.lineno > cash[0].lineno
        if late or after_cash:
            yield _move_up(program, call, adds[0] if late and not after_cash else (cash or adds)[0], late=bool(late))
    for call in cash:
        first, second = literal(argument(call, 0)), literal(argument(call, 1))
        if isinstance(first, int | float) and isinstance(second, str) and len(call.args) >= 2:
            same = account and literal(argument(account[0], 0)) == second
            text = (
                f"{ast.unparse(call.args[0])}" if same else f"{ast.unparse(call.args[1])}, {ast.unparse(call.args[0])}"
            )
            yield program.mistake(
                ErrorClass.CURRENCY, call.lineno, "the arguments of set_cash are the wrong way round",
                cause="set_cash takes the currency first, then the amount; the account currency needs the amount only.",
                fix=f"Write self.set_cash({text}).", example=f"self.set_cash({text})", repair="set_cash",
                edits=[Edit(program.span(call.args[0])[0], program.span(call.args[1])[1], text)],
            )  # fmt: skip
        elif isinstance(first, str) and re.fullmatch(r"[\d_,.]+", first):
            yield program.mistake(
                ErrorClass.ARGUMENT, call.lineno, "the cash is a text", severity="warning",
                cause="LEAN reads the number out of it; a number is plain.", fix=f"Write {first}.",
                example=f"self.set_cash({first})", repair="set_cash", edits=[program.replace(call.args[0], first)],
            )  # fmt: skip
    yield from _quote_not_held(program, account, cash, adds)
    yield from _cash_book(program, account)


def _unknown_currency(program: Program, call: ast.Call, quote: str) -> Iterator[Mistake]:
    node = argument(call, 0, "account_currency")
    value = literal(node)
    if not isinstance(value, str) or node is None or value.upper() in _known_currencies():
        return
    yield program.mistake(
        ErrorClass.CURRENCY, call.lineno, f"{value!r} is no currency",
        cause=f"No pair of any market leads to {value}, so nothing could be valued in it.",
        fix=f"Write the code of a currency, e.g. {quote}.", example=f'self.set_account_currency("{quote}")',
        repair="currency", edits=[program.replace(node, f'"{quote}"')],
    )  # fmt: skip


@cache
def _known_currencies() -> frozenset[str]:
    found = {"USD", "EUR", "GBP", "JPY", "USDT", "USDC", "BTC", "ETH", "CHF", "AUD", "CAD", "NZD", "INR", "BNB"}
    for market, kind in (("binance", "crypto"), ("coinbase", "crypto"), ("oanda", "forex")):
        found |= {row.quote_currency for row in _database().rows(market, kind)}
    return frozenset(found)


def _move_up(program: Program, call: ast.Call, before: ast.Call, *, late: bool) -> Mistake:
    statement = _statement(program, call)
    edits = []
    if statement is not None:
        text = program.source[program.offset(statement.lineno, 0) : program.span(statement)[1]] + "\n"
        at = program.offset(before.lineno, 0)
        edits = [Edit(at, at, text), program.drop_lines(statement)]
    if late:
        return program.mistake(
            ErrorClass.CURRENCY, call.lineno, "Cannot change AccountCurrency after adding a Security.",
            cause="The account currency decides how every security is converted, so it must be known before the first one.",
            fix="Move set_account_currency to the top of initialize.", example="self.set_account_currency(\"USDT\")",
            repair="account_currency_first", edits=edits,
        )  # fmt: skip
    return program.mistake(
        ErrorClass.CURRENCY, before.lineno, "set_account_currency comes after set_cash", severity="warning",
        cause="Cash set before the account currency may be dropped or counted in another currency.",
        fix="Set the account currency first.", repair="account_currency_first", edits=edits,
    )  # fmt: skip


def _statement(program: Program, node: ast.AST) -> ast.stmt | None:
    found = None
    for statement in ast.walk(program.algorithm or program.tree):
        if isinstance(statement, ast.Expr | ast.Assign) and any(leaf is node for leaf in ast.walk(statement)):
            found = statement
    return found


def _quote_not_held(
    program: Program, account: list[ast.Call], cash: list[ast.Call], adds: list[ast.Call]
) -> Iterator[Mistake]:
    if account or program.brokerage[0] or any(isinstance(literal(argument(c, 0)), str) for c in cash):
        return
    for call in adds:
        ticker = literal(argument(call, 0, "ticker"))
        market = last_name(argument(call, 2, "market"))
        if isinstance(ticker, str) and ticker.upper().endswith("USDT") and market == "binance":
            line = cash[0].lineno if cash else call.lineno
            indent = " " * (len(program.lines[line - 1]) - len(program.lines[line - 1].lstrip()))
            at = program.offset(line, 0)
            text = (
                f'{indent}self.set_account_currency("USDT")\n'
                f"{indent}self.set_brokerage_model(BrokerageName.BINANCE, AccountType.MARGIN)\n"
            )
            yield program.mistake(
                ErrorClass.CURRENCY, line, "a USD account with LEAN's default model has no rate for USDT",
                severity="warning",
                cause="Only models of exchanges that take stable coins as dollars give USDT a rate; without it every order is refused.",
                fix="Hold the account in USDT and set the Binance model.",
                example='self.set_account_currency("USDT")', repair="account_currency", edits=[Edit(at, at, text)],
            )  # fmt: skip
            return


def _cash_book(program: Program, account: list[ast.Call]) -> Iterator[Mistake]:
    currency = str(literal(argument(account[0], 0))) if account else "USD"
    for node in ast.walk(program.tree):
        if not (isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("cash_book")):
            continue
        key = literal(node.slice)
        if isinstance(key, str) and key.upper() == "USD" and currency != "USD":
            yield program.mistake(
                ErrorClass.CURRENCY, node.lineno, f"This cash symbol ({key}) was not found in your cash book.",
                cause=f"The account is held in {currency}; the book has no {key}.",
                fix="Read the account's cash.", example="self.portfolio.cash", repair="cash_book",
                edits=_plain_cash(program, node, currency),
            )  # fmt: skip


def _plain_cash(program: Program, node: ast.Subscript, currency: str) -> list[Edit]:
    """`portfolio.cash_book["USD"].amount` → `portfolio.cash`; another use names the account's currency."""
    for parent in ast.walk(program.tree):
        if isinstance(parent, ast.Attribute) and parent.value is node and parent.attr == "amount":
            owner = ast.unparse(node.value).removesuffix(".cash_book")
            return [program.replace(parent, f"{owner}.cash")]
    return [program.replace(node.slice, f'"{currency}"')]


# ------------------------------------------------------------------------------------------ dates
def _dates(program: Program) -> Iterator[Mistake]:
    days: dict[str, tuple[date, ast.Call]] = {}
    for name, call in program.calls:
        if name not in ("set_start_date", "set_end_date"):
            continue
        numbers = [literal(node) for node in call.args]
        if len(numbers) == 1 and isinstance(numbers[0], str):
            yield from _date_text(program, name, call, numbers[0])
        if len(numbers) != 3 or not all(isinstance(n, int) for n in numbers):
            continue
        year, month, day = (int(str(n)) for n in numbers)
        try:
            days[name] = (date(year, month, day), call)
        except ValueError:
            yield from _impossible_date(program, call, year, month, day)
    start, end = days.get("set_start_date"), days.get("set_end_date")
    if start and end and start[0] > end[0]:
        first, second = start[1], end[1]
        swap = [
            Edit(program.span(a.args[0])[0], program.span(a.args[-1])[1], _words(program, b))
            for a, b in ((first, second), (second, first))
        ]
        yield program.mistake(
            ErrorClass.DATA, min(first.lineno, second.lineno), "Please select an algorithm end date greater than start date.",
            cause="The end comes before the start.", fix="Swap the two dates.", repair="swap_dates", edits=swap,
        )  # fmt: skip
    if start and not end and not program.calls_of("set_end_date") and program.initialize is not None:
        line = start[1].lineno
        yield program.mistake(
            ErrorClass.DATA, line + 1 if line < len(program.lines) else line, "there is no end date", severity="warning",
            cause="LEAN then runs to yesterday; the result changes with the day of the run.",
            fix="Say the end.", example="self.set_end_date(2023, 12, 31)",
        )  # fmt: skip


def _words(program: Program, call: ast.Call) -> str:
    return program.source[program.span(call.args[0])[0] : program.span(call.args[-1])[1]]


def _date_text(program: Program, name: str, call: ast.Call, text: str) -> Iterator[Mistake]:
    match = re.fullmatch(r"\s*(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})\s*", text)
    new = f"{int(match[1])}, {int(match[2])}, {int(match[3])}" if match else ""
    yield program.mistake(
        ErrorClass.ARGUMENT, call.lineno, f"{name} takes numbers or a datetime, not the text {text!r}",
        cause="LEAN has no form of this method that reads a date out of a text.",
        fix=f"Write self.{name}({new or 'year, month, day'}).", example=f"self.{name}({new or '2023, 1, 1'})",
        repair="date", edits=[program.replace(call.args[0], new)] if new else [],
    )  # fmt: skip


def _impossible_date(program: Program, call: ast.Call, year: int, month: int, day: int) -> Iterator[Mistake]:
    import calendar

    edits = []
    meant = ""
    if 1 <= month <= 12 and day > 28 and 1 <= year <= 9999:
        meant = f"{year}, {month}, {calendar.monthrange(year, month)[1]}"
        edits = [Edit(program.span(call.args[0])[0], program.span(call.args[-1])[1], meant)]
    yield program.mistake(
        ErrorClass.DATA, call.lineno,
        "Date Invalid: Year, Month, and Day parameters describe an un-representable DateTime.",
        cause=f"There is no day {year}-{month}-{day}.", fix=f"Write {meant or 'a day that exists'}.",
        example=meant, repair="date", edits=edits,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------ orders
#: Below this no crypto pair can be traded whose coin costs more than a dollar.
_LEAST_LOT: Final = 0.00001
_CLOSING_TYPES: Final = frozenset({"market_on_open_order", "market_on_close_order"})


def _orders(program: Program) -> Iterator[Mistake]:
    broker, account = program.brokerage
    added = {name for name, _ in program.calls if name in _KIND}
    only_crypto = added == {"add_crypto"}
    for name, call in program.calls:
        if name in _CLOSING_TYPES and only_crypto:
            assert isinstance(call.func, ast.Attribute)
            _, end = program.span(call.func)
            yield program.mistake(
                ErrorClass.ORDER, call.lineno, f"{name} on a market that never closes",
                cause="A crypto market has no open and no close; LEAN stops the algorithm at this order.",
                fix="Send a market order.", example="self.market_order(self._symbol, quantity)", repair="market_order",
                edits=[Edit(end - len(call.func.attr), end, "market_order")],
            )  # fmt: skip
        if name in ("stop_market_order", "trailing_stop_order") and broker in ("binance", "binance_us") and only_crypto:
            yield _stop_on_binance(program, name, call)
        if name == "set_holdings" and account == "cash" and broker not in ("",):
            yield from _weight_in_cash(program, call)
    if broker in ("binance", "binance_us") and only_crypto:
        yield from _updates_on_binance(program)
    yield from _fractions(program, added)
    yield from _daily_forex(program, broker)
    yield from _quantities(program, only_crypto=only_crypto)


def _quantities(program: Program, *, only_crypto: bool) -> Iterator[Mistake]:
    """Quantities that are written down and cannot be traded: none, not a number, less than any lot."""
    for name, call in program.calls:
        if name not in ("market_order", "limit_order", "stop_limit_order", "buy", "sell", "order"):
            continue
        value = _assigned(program, argument(call, 1, "quantity"), call)
        number = literal(value)
        if value is None or isinstance(number, bool):
            continue
        if ast.unparse(value).startswith(("float('nan')", "np.nan", "math.nan")):
            said = "a quantity that is not a number"
        elif number == 0:
            said = "a quantity of zero"
        elif only_crypto and isinstance(number, float) and abs(number) < _LEAST_LOT:
            said = f"a quantity of {number:g}, less than the smallest lot"
        else:
            continue
        yield program.mistake(
            ErrorClass.ORDER, value.lineno, said, severity="warning",
            cause="LEAN sends no such order: it logs an error, once, and goes on without it.",
            fix="Compute the quantity from an amount and the price, rounded to the lot size.",
            example="quantity = round(100 / price, 4)",
        )  # fmt: skip


def _daily_forex(program: Program, broker: str) -> Iterator[Mistake]:
    """Market orders on daily forex bars wait for an open or close, and Oanda's model takes no such orders."""
    if not broker.startswith("oanda") or not program.calls_of(
        "market_order", "set_holdings", "liquidate", "buy", "sell"
    ):
        return
    for call in program.calls_of("add_forex", "add_cfd"):
        if last_name(argument(call, 1, "resolution")) == "daily":
            yield program.mistake(
                ErrorClass.ORDER, call.lineno, "market orders on daily forex bars become market-on-open and -close orders",
                severity="warning",
                cause="LEAN turns market orders on daily bars into orders for the open or close; Oanda's model refuses them all.",
                fix="Subscribe to hours; indicators may stay daily.", example='self.add_forex("EURUSD", Resolution.HOUR)',
            )  # fmt: skip
            return


def _stop_on_binance(program: Program, name: str, call: ast.Call) -> Mistake:
    edits = []
    stop = argument(call, 2, "stop_price")
    if name == "stop_market_order" and stop is not None and isinstance(call.func, ast.Attribute):
        text = program.source[slice(*program.span(stop))]
        quantity = ast.unparse(argument(call, 1, "quantity") or ast.Constant(0))
        down = quantity.lstrip("(").startswith("-")
        _, end = program.span(call.func)
        stop_end = program.span(stop)[1]
        limit = _beyond(program, stop, down=down) or f"round(({text}) * {'0.995' if down else '1.005'}, 2)"
        edits = [
            Edit(end - len(call.func.attr), end, "stop_limit_order"),
            Edit(stop_end, stop_end, f", {limit}" if stop in call.args else f", limit_price={limit}"),
        ]
    return program.mistake(
        ErrorClass.ORDER, call.lineno, f"{name} is refused by Binance spot",
        severity="warning",
        cause="Binance's spot market takes market, limit and stop-limit orders only; LEAN's model refuses the rest, "
        "so the position would stay without its stop.",
        fix="Send a stop-limit order with the limit a little beyond the stop, or close in on_data.",
        example="self.stop_limit_order(self._symbol, -quantity, stop, round(stop * 0.995, 2))",
        repair="stop_limit", edits=edits,
    )  # fmt: skip


def _beyond(program: Program, stop: ast.expr, *, down: bool) -> str:
    """`round(price * 0.97, 2)` → `round(price * 0.965, 2)`: the same with half a percent of the price more; "" if not so."""
    for node in ast.walk(stop):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            factor = literal(node.right)
            if isinstance(factor, float) and 0.5 < factor < 1.5:
                start, end = program.span(node.right)
                whole = program.span(stop)
                text = f"{round(factor + (-0.005 if down else 0.005), 6):g}"
                return program.source[whole[0] : start] + text + program.source[end : whole[1]]
    return ""


def _weight_in_cash(program: Program, call: ast.Call) -> Iterator[Mistake]:
    node = argument(call, 1, "percentage")
    value = literal(node)
    if not isinstance(value, int | float) or node is None:
        return
    if value > 1:
        yield program.mistake(
            ErrorClass.ORDER, call.lineno, f"a weight of {value} in a cash account", severity="warning",
            cause="A cash account has no leverage: every such order is refused for lack of buying power.",
            fix="Use a weight of at most 1.", example="self.set_holdings(self._symbol, 0.95)", repair="weight",
            edits=[program.replace(node, "0.95")],
        )  # fmt: skip
    elif value < 0:
        yield program.mistake(
            ErrorClass.ORDER, call.lineno, f"a weight of {value} in a cash account", severity="warning",
            cause="A cash account cannot go short: LEAN computes no order.",
            fix="Go flat, or use a margin account.", example="self.set_holdings(self._symbol, 0)", repair="weight",
            edits=[program.replace(node, "0")],
        )  # fmt: skip


def _updates_on_binance(program: Program) -> Iterator[Mistake]:
    for node in ast.walk(program.algorithm or program.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.startswith("update"):
            if program.type_of(node.func.value, program.function_of(node)) == "OrderTicket":
                yield program.mistake(
                    ErrorClass.ORDER, node.lineno, "Brokerage does not support update.", severity="warning",
                    cause="Binance has no order updates; LEAN's model refuses them.",
                    fix="Cancel the order and send a new one.", example="ticket.cancel()",
                )  # fmt: skip


def _fractions(program: Program, added: set[str]) -> Iterator[Mistake]:
    """Order quantities of shares that are not cut to whole ones; quantities cut to whole coins."""
    for name, call in program.calls:
        if name not in ("market_order", "limit_order", "buy", "sell", "market_on_open_order", "market_on_close_order"):
            continue
        node = argument(call, 1, "quantity")
        value = _assigned(program, node, call)
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div) and added == {"add_equity"}:
            text = program.source[slice(*program.span(value))]
            yield program.mistake(
                ErrorClass.ORDER, value.lineno, "a fraction of a share", severity="warning",
                cause="Shares are traded whole: LEAN cuts the quantity and warns.", fix="Cut it yourself.",
                example=f"int({text})", repair="whole_shares", edits=[program.replace(value, f"int({text})")],
            )  # fmt: skip
        if (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Name)
            and value.func.id == "int"
            and added == {"add_crypto"}
            and value.args
            and any(isinstance(leaf, ast.Div) for leaf in ast.walk(value.args[0]))
        ):
            text = program.source[slice(*program.span(value.args[0]))]
            yield program.mistake(
                ErrorClass.ORDER, value.lineno, "a quantity cut to whole coins", severity="warning",
                cause="A coin that costs more than the amount gives a quantity of zero, which LEAN refuses.",
                fix="Round to the lot size instead.", example=f"round({text}, 4)", repair="fraction_of_coin",
                edits=[program.replace(value, f"round({text}, 4)")],
            )  # fmt: skip


def _assigned(program: Program, node: ast.expr | None, near: ast.AST) -> ast.expr | None:
    """The value of a local name, when it is assigned once in the function."""
    scope = program.function_of(near)
    if not isinstance(node, ast.Name) or scope is None:
        return node
    values = [
        item.value
        for item in ast.walk(scope)
        if isinstance(item, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == node.id for target in item.targets)
    ]
    return values[0] if len(values) == 1 else None

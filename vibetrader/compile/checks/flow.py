"""What goes wrong in time: warm-up, consolidators, bars that are not there, looking ahead, conditions that cannot hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from vibetrader.compile.checks.program import ENDLESS, Edit, Mistake, Program, argument, last_name, literal
from vibetrader.results.findings import ErrorClass

#: What a check calls a `try` that hides every error.
SWALLOWED: Final = "errors are swallowed"
_SECONDS: Final = {"tick": 0, "second": 1, "minute": 60, "hour": 3600, "daily": 86_400}
_ORDERS: Final = frozenset(
    [
        "market_order",
        "limit_order",
        "stop_market_order",
        "stop_limit_order",
        "set_holdings",
        "liquidate",
        "buy",
        "sell",
        "order",
        "market_on_open_order",
        "market_on_close_order",
    ]
)


def check(program: Program) -> Iterator[Mistake]:
    """Mistakes of time and order."""
    yield from _consolidators(program)
    yield from _handlers(program)
    yield from _events(program)
    yield from _warm_up(program)
    yield from _missing_bars(program)
    yield from _quotes_of_crypto(program)
    yield from _ahead(program)
    yield from _silent(program)
    yield from _filled_forward(program)
    yield from _endless(program)
    yield from _hoards(program)


# ------------------------------------------------------------------------------------------ consolidators
def _subscribed(program: Program) -> tuple[int, ast.expr] | None:
    """Seconds and node of the one resolution that the program subscribes to."""
    found = [
        (last_name(node), node)
        for name, call in program.calls
        if name in ("add_crypto", "add_equity", "add_forex", "add_cfd")
        and (node := argument(call, 1, "resolution")) is not None
    ]
    if len({name for name, _ in found}) != 1 or found[0][0] not in _SECONDS:
        return None
    return _SECONDS[found[0][0]], found[0][1]


def _span_of(node: ast.expr | None) -> int | None:
    """Seconds of a `timedelta(...)` or a Resolution; None when it cannot be told."""
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("timedelta"):
        units = {"days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1, "weeks": 604_800}
        total = 0.0
        for unit, value in [*zip(("days", "seconds"), node.args), *((k.arg or "", k.value) for k in node.keywords)]:
            number = literal(value)
            if unit not in units or not isinstance(number, int | float):
                return None
            total += units[unit] * number
        return int(total)
    return _SECONDS.get(last_name(node)) if node is not None else None


def _consolidators(program: Program) -> Iterator[Mistake]:
    subscribed = _subscribed(program)
    if subscribed is None:
        return
    size, node = subscribed
    for call in ast.walk(program.algorithm or program.tree):
        if not isinstance(call, ast.Call):
            continue
        name = ast.unparse(call.func).rsplit(".", 1)[-1]
        if name in ("consolidate", "Consolidate", "resolve_consolidator"):
            span = _span_of(argument(call, 1, "period", "resolution"))
        elif name in ("TradeBarConsolidator", "QuoteBarConsolidator") and call.args:
            span = _span_of(call.args[0])
        else:
            continue
        if span is None or span >= size or size < 60:
            continue
        finer = "HOUR" if span >= 3600 and span % 3600 == 0 else "MINUTE"
        resolution = ast.unparse(node).rsplit(".", 1)[-1]
        yield program.mistake(
            ErrorClass.CONSOLIDATOR, node.lineno,
            f"bars of {span // 60} minutes cannot be made of {resolution} bars",
            cause=f"The symbol is subscribed with {resolution} bars, and a consolidator can only build longer bars out of "
            "shorter ones: there is nothing inside a day to make a four-hour bar from.",
            fix=f"Subscribe to Resolution.{finer}, or drop the consolidator and use the {resolution} bars as they are.",
            example=f'self._symbol = self.add_crypto("BTCUSDT", Resolution.{finer}).symbol', repair="finer_data",
            edits=[program.replace(node, f"Resolution.{finer}")],
        )  # fmt: skip
        return


def _handlers(program: Program) -> Iterator[Mistake]:
    """Handlers of `consolidate` take the bar, handlers of the event take sender and bar."""
    for node in ast.walk(program.algorithm or program.tree):
        handler: ast.expr | None = None
        wanted: tuple[str, ...] = ()
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("self.consolidate", "self.Consolidate"):
            handler, wanted = (node.args[-1] if node.args else None), ("bar",)
        elif isinstance(node, ast.AugAssign | ast.Assign):
            target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
            if isinstance(target, ast.Attribute) and target.attr in ("data_consolidated", "DataConsolidated"):
                handler, wanted = node.value, ("sender", "bar")
        if not (isinstance(handler, ast.Attribute) and ast.unparse(handler.value) == "self"):
            continue
        method = program.methods.get(handler.attr)
        if method is None or method.args.vararg is not None:
            continue
        own = [a.arg for a in method.args.args]
        optional = len(method.args.defaults)
        if len(own) - optional <= 1 + len(wanted) <= len(own):
            continue
        yield _handler(program, method, own, wanted)


def _handler(program: Program, method: ast.FunctionDef, own: list[str], wanted: tuple[str, ...]) -> Mistake:
    bar = method.args.args[-1] if len(own) > 1 else None
    bar_text = program.source[slice(*_argument_span(program, bar))] if bar is not None else "bar"
    text = ", ".join([own[0] if own else "self", *wanted[:-1], bar_text])
    line = program.lines[method.lineno - 1]
    start = program.offset(method.lineno, 0)
    edits = []
    if "(" in line and ")" in line:
        opening = line.index("(")
        edits.append(Edit(start + opening + 1, start + line.index(")", opening), text))
    count = len(own)
    verb = "missing 1 required positional argument" if count > len(wanted) + 1 else "takes too few positional arguments"
    return program.mistake(
        ErrorClass.CONSOLIDATOR, method.lineno, f"{method.name}() {verb}",
        cause="LEAN gives the bar alone to a handler of self.consolidate, and the sender and the bar to a handler of the "
        "data_consolidated event.",
        fix=f"Write `def {method.name}({text}):`.", example=f"def {method.name}({text}):", repair="handler_arguments",
        edits=edits,
    )  # fmt: skip


def _argument_span(program: Program, node: ast.arg) -> tuple[int, int]:
    assert node.end_lineno is not None and node.end_col_offset is not None
    return program.offset(node.lineno, node.col_offset), program.offset(node.end_lineno, node.end_col_offset)


def _events(program: Program) -> Iterator[Mistake]:
    for node in ast.walk(program.tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            target = node.targets[0]
            if target.attr in ("data_consolidated", "DataConsolidated", "updated", "Updated"):
                start = program.span(target)[1]
                end = program.span(node.value)[0]
                yield program.mistake(
                    ErrorClass.CONSOLIDATOR, node.lineno, "cannot set event attributes",
                    cause=f"{target.attr} is an event: handlers are added to it, it cannot be replaced.",
                    fix="Write += instead of =.", example=f"{ast.unparse(target)} += {ast.unparse(node.value)}",
                    repair="event", edits=[Edit(start, end, " += ")],
                )  # fmt: skip


# ------------------------------------------------------------------------------------------ warm-up
def _warm_up(program: Program) -> Iterator[Mistake]:
    init = program.initialize
    warm = program.calls_of("set_warm_up", "set_warmup")
    for call in warm:
        function = program.function_of(call)
        if function is not None and function is program.on_data:
            statement = next((s for s in ast.walk(function) if isinstance(s, ast.Expr) and s.value is call), None)
            yield program.mistake(
                ErrorClass.WARM_UP, call.lineno,
                "self.set_warmup(): This method cannot be used after algorithm initialized",
                cause="The warm-up is planned before the data starts to flow.", fix="Call it in initialize.",
                example="self.set_warm_up(30, Resolution.DAILY)", repair="drop_warm_up",
                edits=[program.drop_lines(statement)] if statement is not None else [],
            )  # fmt: skip
    if init is not None:
        for line in init.body:
            if isinstance(line, ast.Expr) and isinstance(line.value, ast.Call):
                name = ast.unparse(line.value.func)
                if name.removeprefix("self.") in _ORDERS and name.startswith("self."):
                    yield program.mistake(
                        ErrorClass.WARM_UP, line.lineno,
                        "This operation is not allowed in initialize or during warm up", severity="warning",
                        cause="In initialize there is no price yet; LEAN refuses the order and goes on.",
                        fix="Send it from on_warmup_finished or on_data.", example="def on_warmup_finished(self): ...",
                        repair="drop_order", edits=[program.drop_lines(line)],
                    )  # fmt: skip
    yield from _missing_guard(program, bool(warm))


def _missing_guard(program: Program, has_warm_up: bool) -> Iterator[Mistake]:
    method = program.on_data
    if method is None or program.initialize is None or program.algorithm is None:
        return
    fields = _indicator_fields(program)
    text = ast.unparse(program.algorithm)
    read = [name for name in fields if f"self.{name}." in ast.unparse(method)]
    sends = any(f"self.{order}(" in ast.unparse(method) for order in _ORDERS)
    if not read or not sends or not method.body:
        return
    guarded_ready = "is_ready" in text or "IsReady" in text
    guarded_warm = "is_warming_up" in text or "IsWarmingUp" in text
    if (has_warm_up and guarded_warm) or (not has_warm_up and guarded_ready):
        return
    first = _first_statement(method)
    indent = " " * first.col_offset
    tests = [*(["self.is_warming_up"] if has_warm_up else []), *(f"not self.{n}.is_ready" for n in read)]
    rule = "warm_up_guard"
    if has_warm_up:
        ready = _early_return(method)
        line = ready.lineno if ready else method.body[0].lineno
        cause = "LEAN calls on_data while warming up; an order sent then is refused."
        edits = [Edit(program.span(ready)[0], program.span(ready)[0], "self.is_warming_up or ")] if ready else []
    else:
        line = method.body[0].lineno
        cause = f"{', '.join(f'self.{n}' for n in read)} gives values before it has seen enough bars, and they are traded on."
        edits = []
        length = _warm_up_length(program, read)
        if length and not _warmed_otherwise(program, text):
            rule = "warm_up"
            tests.insert(0, "self.is_warming_up")
            last = program.initialize.body[-1]
            start = " " * last.col_offset
            edits.append(
                program.insert_before((last.end_lineno or last.lineno) + 1, f"{start}self.set_warm_up({length})\n")
            )
    if not (has_warm_up and edits):
        edits.append(program.insert_before(first.lineno, f"{indent}if {' or '.join(tests)}:\n{indent}    return\n"))
    yield program.mistake(
        ErrorClass.WARM_UP, line, "indicators are read before they are ready", severity="warning", cause=cause,
        fix="Return early until the indicators are ready and the warm-up is over.",
        example=f"if self.is_warming_up or not self.{read[0]}.is_ready:\n    return", repair=rule, edits=edits,
    )  # fmt: skip


#: Bars that an indicator wants before it is ready, beyond its longest period.
_EXTRA: Final = {"rsi": 1, "atr": 1, "roc": 1, "mom": 1, "momp": 1, "rocp": 1, "macd": 9, "mfi": 1, "natr": 1}


def _warm_up_length(program: Program, fields: list[str]) -> str:
    """Arguments of the warm-up that makes indicators ready: bars, and the resolution that all of them name; "" if untold."""
    longest, names = 0, set()
    for field in fields:
        call = program.fields[field][0]
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            return ""
        numbers = [literal(node) for node in (*call.args, *(k.value for k in call.keywords))]
        whole = [n for n in numbers if isinstance(n, int) and not isinstance(n, bool)]
        name = call.func.attr.lower()
        if not whole:
            return ""
        longest = max(longest, max(whole) * (2 if name in ("adx", "adxr") else 1) + _EXTRA.get(name, 0))
        names |= {
            ast.unparse(node)
            for node in (*call.args, *(k.value for k in call.keywords))
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Resolution"
        }
    if len(names) > 1:
        return ""
    return ", ".join([str(longest), *sorted(names)])


def _warmed_otherwise(program: Program, text: str) -> bool:
    """The program fills its indicators itself, or counts bars before it trades on them."""
    return bool(
        re.search(r"warm_up_indicator|WarmUpIndicator|automatic_indicator_warm_up|\.samples|\.count\b|\.update\(", text)
    ) or bool(program.calls_of("history"))


def _early_return(method: ast.FunctionDef) -> ast.expr | None:
    """The test of the first early return, that of readiness before others."""
    ready = _ready_test(method)
    if ready is not None:
        return ready
    for node in method.body:
        if (
            isinstance(node, ast.If)
            and len(node.body) == 1
            and isinstance(node.body[0], ast.Return)
            and not node.orelse
        ):
            return node.test
    return None


def _first_statement(method: ast.FunctionDef) -> ast.stmt:
    first = method.body[0]
    is_doc = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return method.body[1] if is_doc and len(method.body) > 1 else first


def _ready_test(method: ast.FunctionDef) -> ast.expr | None:
    for node in ast.walk(method):
        if isinstance(node, ast.If) and "is_ready" in ast.unparse(node.test) and "not" in ast.unparse(node.test):
            return node.test
    return None


def _indicator_fields(program: Program) -> list[str]:
    found = []
    for name, values in program.fields.items():
        kind = program.type_of(values[0]) if len(values) == 1 and values[0] is not None else ""
        if kind == "" and len(values) == 1 and values[0] is not None and program.initialize is not None:
            kind = program.type_of(values[0], program.initialize)
        if kind and "IndicatorBase" in set(program.index.bases(kind)):
            found.append(name)
    return found


# ------------------------------------------------------------------------------------------ bars that are not there
def _missing_bars(program: Program) -> Iterator[Mistake]:
    """`data[symbol].close`, `data.bars.get(symbol)` without a test for None."""
    for function in program.methods.values():
        text = ast.unparse(function)
        for node in ast.walk(function):
            if not (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)):
                continue
            value = node.value
            if isinstance(value, ast.Subscript) and program.type_of(value.value, function) == "Slice":
                key = ast.unparse(value.slice)
                name = ast.unparse(value.value)
                safe = any(f"{name}.{test}({key})" in text for test in ("bars.contains_key", "quote_bars.contains_key",
                           "bars.ContainsKey", "Bars.ContainsKey")) or f"{key} in {name}.bars" in text  # fmt: skip
                if not safe and "try:" not in text:
                    yield _subscripted(program, function, value, key, name)
                    break
            elif isinstance(value, ast.Name):
                yield from _got(program, function, value, text)


def _subscripted(program: Program, function: ast.FunctionDef, node: ast.Subscript, key: str, name: str) -> Mistake:
    keys = list(
        dict.fromkeys(
            ast.unparse(leaf.slice)
            for leaf in ast.walk(function)
            if isinstance(leaf, ast.Subscript) and program.type_of(leaf.value, function) == "Slice"
        )
    )
    first = _first_statement(function)
    indent = " " * first.col_offset
    tests = " or ".join(f"not {name}.bars.contains_key({k})" for k in keys)
    usable = all(k.startswith("self.") for k in keys)
    edits = [program.insert_before(first.lineno, f"{indent}if {tests}:\n{indent}    return\n")] if usable else []
    return program.mistake(
        ErrorClass.RUNTIME, node.lineno, f"'{key}' may not be in the slice", severity="warning",
        cause="A slice holds no bar of a symbol in a gap of its data, and only a dividend at the midnight of an ex-date.",
        fix="Ask for the bar, and go on without it.", example=f"bar = {name}.bars.get({key})\nif bar is None:\n    return",
        repair="missing_bar", edits=edits,
    )  # fmt: skip


def _got(program: Program, function: ast.FunctionDef, node: ast.Name, text: str) -> Iterator[Mistake]:
    assigned = [
        item
        for item in ast.walk(function)
        if isinstance(item, ast.Assign)
        and isinstance(item.targets[0], ast.Name)
        and item.targets[0].id == node.id
        and isinstance(item.value, ast.Call)
        and isinstance(item.value.func, ast.Attribute)
        and item.value.func.attr in ("get", "get_value")
    ]
    if len(assigned) != 1 or not isinstance(assigned[0].value, ast.Call):
        return
    func = assigned[0].value.func
    assert isinstance(func, ast.Attribute)
    owner = program.type_of(func.value, function)
    name = node.id
    tests = (f"{name} is None", f"{name} is not None", f"not {name}:", f"not {name} ", f"if {name}:", f"if {name} and",
             f"and {name}", f"or not {name}")  # fmt: skip
    if owner not in ("TradeBars", "QuoteBars", "Slice") or any(test in text for test in tests):
        return
    if any(f.lineno < node.lineno for f in ast.walk(function) if isinstance(f, ast.Attribute)
           and isinstance(f.value, ast.Name) and f.value.id == name):  # fmt: skip
        return
    statement = assigned[0]
    indent = " " * statement.col_offset
    after = (statement.end_lineno or statement.lineno) + 1
    yield program.mistake(
        ErrorClass.RUNTIME, node.lineno, "'NoneType' object has no attribute", severity="warning",
        cause=f"{name} is None when the slice holds no bar of the symbol.",
        fix="Go on without it.", example=f"if {name} is None:\n    return", repair="missing_bar",
        edits=[program.insert_before(after, f"{indent}if {name} is None:\n{indent}    return\n")],
    )  # fmt: skip


def _quotes_of_crypto(program: Program) -> Iterator[Mistake]:
    """Quote bars of data that has trades only."""
    kinds = {name for name, _ in program.calls if name in ("add_crypto", "add_equity", "add_forex", "add_cfd")}
    if kinds != {"add_crypto"} and kinds != {"add_equity"}:
        return
    for node in ast.walk(program.algorithm or program.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "QuoteBarConsolidator":
            yield program.mistake(
                ErrorClass.CONSOLIDATOR, node.lineno, "a consolidator of quote bars", severity="warning",
                cause="The data of this market usually has trades only; a consolidator of quotes then never gives a bar.",
                fix="Use TradeBarConsolidator.", example="TradeBarConsolidator(timedelta(hours=4))",
                repair="trade_consolidator", edits=[program.replace(node.func, "TradeBarConsolidator")],
            )  # fmt: skip
        elif isinstance(node, ast.Attribute) and node.attr == "quote_bars" and isinstance(node.ctx, ast.Load):
            if program.type_of(node.value, program.function_of(node)) != "Slice":
                continue
            end = program.span(node)[1]
            yield program.mistake(
                ErrorClass.DATA, node.lineno, "quote bars of a market whose data has trades", severity="warning",
                cause="Without quote data `quote_bars` stays empty, and what waits for it never happens.",
                fix="Read data.bars.", example="data.bars.get(self._symbol)", repair="trade_bars",
                edits=[Edit(end - len("quote_bars"), end, "bars")],
            )  # fmt: skip


# ------------------------------------------------------------------------------------------ looking ahead, silence
def _ahead(program: Program) -> Iterator[Mistake]:
    for node in ast.walk(program.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr == "shift":
            value = literal(argument(node, 0, "periods"))
            if isinstance(value, int) and value < 0:
                yield _look(program, node, f"shift({value})", "A negative shift moves later values to earlier rows.")
        if node.func.attr == "rolling":
            if literal(next((k.value for k in node.keywords if k.arg == "center"), None)) is True:
                yield _look(program, node, "rolling(center=True)", "A centred window holds values that come later.")


def _look(program: Program, node: ast.Call, raw: str, cause: str) -> Mistake:
    return program.mistake(
        ErrorClass.RUNTIME, node.lineno, f"{raw} looks ahead", severity="warning",
        cause=cause + " The backtest then knows what a trader could not.",
        fix="Use past values only: shift by a positive number, windows that end at the row.", example="closes.shift(1)",
    )  # fmt: skip


def _silent(program: Program) -> Iterator[Mistake]:
    """Conditions that seem to work and never hold."""
    subscribed = _subscribed(program)
    for node in ast.walk(program.algorithm or program.tree):
        scope = program.function_of(node)
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
            if all(_is_price(program, side, scope) for side in (node.left, node.comparators[0])):
                yield program.mistake(
                    ErrorClass.RUNTIME, node.lineno, "two computed numbers are compared with ==", severity="warning",
                    cause="Averages and prices are almost never equal to the last digit, so the condition does not hold.",
                    fix="Compare with < or >, or with the values of the bar before for a cross.",
                    example="if fast > slow:",
                )  # fmt: skip
        if (
            isinstance(node, ast.Compare)
            and subscribed is not None
            and subscribed[0] == 86_400
            and ast.unparse(node.left) in ("self.time.hour", "self.time.minute")
            and scope is program.on_data
        ):
            hour = literal(node.comparators[0])
            if isinstance(hour, int) and hour not in (0, 16, 19, 20):
                yield program.mistake(
                    ErrorClass.RUNTIME, node.lineno, f"{ast.unparse(node.left)} is never {hour} on daily data",
                    severity="warning",
                    cause="Daily bars arrive once a day, at their end: midnight for crypto, the close for shares.",
                    fix="Test the weekday, schedule a method, or subscribe to hours.",
                    example="self.schedule.on(self.date_rules.every_day(), self.time_rules.at(9, 0), self.rebalance)",
                )  # fmt: skip
        if isinstance(node, ast.ExceptHandler):
            bare = node.type is None or (
                isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")
            )
            quiet = all(isinstance(s, ast.Pass | ast.Return | ast.Continue) for s in node.body)
            if bare and quiet:
                yield program.mistake(
                    ErrorClass.RUNTIME, _try_line(program, node), SWALLOWED, severity="warning",
                    cause="A mistake inside the try shows only as a strategy that never trades.",
                    fix="Take the try away, or log the exception.", example="except ValueError as error:\n    self.log(str(error))",
                )  # fmt: skip
    yield from _lost_locals(program)


def _try_line(program: Program, handler: ast.ExceptHandler) -> int:
    return next(n.lineno for n in ast.walk(program.tree) if isinstance(n, ast.Try) and handler in n.handlers)


def quiet_spans(program: Program) -> list[tuple[int, int]]:
    """First and last line of each `try` whose handler swallows every error."""
    return [
        (node.lineno, node.body[-1].end_lineno or node.body[-1].lineno)
        for node in ast.walk(program.tree)
        if isinstance(node, ast.Try)
        and any(
            (h.type is None or (isinstance(h.type, ast.Name) and h.type.id in ("Exception", "BaseException")))
            and all(isinstance(s, ast.Pass | ast.Return | ast.Continue) for s in h.body)
            for h in node.handlers
        )
    ]


def _filled_forward(program: Program) -> Iterator[Mistake]:
    """Daily bars kept in a window or list beside a finer subscription, which repeats the last one at each of its bars."""
    added = [
        (_SECONDS.get(last_name(argument(call, 1, "resolution")), 0), call)
        for name, call in program.calls
        if name in ("add_crypto", "add_equity", "add_forex", "add_cfd")
    ]
    method = program.on_data
    if method is None or len(added) < 2 or any(k.arg == "fill_forward" for _, call in added for k in call.keywords):
        return
    daily = [call for size, call in added if size == 86_400]
    keeps = [
        node
        for node in ast.walk(method)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("add", "append", "Add")
        and ast.unparse(node.func.value).startswith("self._")
    ]
    dated = re.search(r"\.(?:end_time|date\(\)|day)\b|is_market_open|\.hour\b", ast.unparse(method))
    if len(daily) != 1 or not keeps or dated or not any(60 <= size < 86_400 for size, _ in added):
        return
    end = program.span(daily[0])[1] - 1
    yield program.mistake(
        ErrorClass.RUNTIME, daily[0].lineno, "daily bars are repeated at every bar of the finer subscription",
        severity="warning",
        cause="LEAN fills forward at the finest resolution that is subscribed: between two daily bars on_data gets copies of "
        "the last one, and what keeps them holds the same bar many times.",
        fix="Subscribe with fill_forward=False, or keep a bar only when its end time is new.",
        example='self.add_crypto("BTCUSDT", Resolution.DAILY, fill_forward=False)', repair="fill_forward",
        edits=[Edit(end, end, ", fill_forward=False")],
    )  # fmt: skip


def _endless(program: Program) -> Iterator[Mistake]:
    """A method that calls itself with nothing in front of it that could end it."""
    for method in program.methods.values():
        for node in method.body:
            if isinstance(node, ast.Return | ast.Expr | ast.Assign) and node.value is not None:
                for leaf in ast.walk(node.value):
                    if isinstance(leaf, ast.Call) and ast.unparse(leaf.func) == f"self.{method.name}":
                        yield program.mistake(
                            ErrorClass.RUNTIME, leaf.lineno, ENDLESS, severity="warning",
                            cause=f"{method.name} calls itself whatever happens, until Python gives up.",
                            fix="Take the call out, or put a condition before it.",
                        )  # fmt: skip
                        return


def _hoards(program: Program) -> Iterator[Mistake]:
    """An array of thousands of values kept at every bar."""
    for node in ast.walk(program.on_data or ast.Pass()):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "append"
            and ast.unparse(node.func.value).startswith("self.")
            and node.args
            and isinstance(node.args[0], ast.Call)
            and re.fullmatch(r"(np|numpy)\.(ones|zeros|empty|full|random\.\w+)", ast.unparse(node.args[0].func))
        ):
            size = literal(node.args[0].args[0]) if node.args[0].args else None
            if isinstance(size, int) and size >= 10_000:
                yield program.mistake(
                    ErrorClass.MEMORY, node.lineno, f"{size} numbers are kept at every bar", severity="warning",
                    cause="The list grows with every bar and is never cut; over a long run it takes all memory.",
                    fix="Keep the last few only: a RollingWindow, or a deque with maxlen.",
                    example="self._store = deque(maxlen=100)",
                )  # fmt: skip


def _is_price(program: Program, node: ast.expr, scope: ast.FunctionDef | None) -> bool:
    text = ast.unparse(node)
    if isinstance(node, ast.Name) and scope is not None:
        values = [
            ast.unparse(item.value)
            for item in ast.walk(scope)
            if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name) and item.targets[0].id == node.id
        ]
        text = values[0] if len(values) == 1 else ""
    return bool(re.search(r"\.current\.value$|\.close$|\.price$", text))


def _lost_locals(program: Program) -> Iterator[Mistake]:
    """A local that is set like a field that is read elsewhere: `entry_price = price` for `self._entry_price`."""
    for function in program.methods.values():
        for node in ast.walk(function):
            if not (isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)):
                continue
            name = node.targets[0].id
            field = f"_{name}"
            uses = [leaf for leaf in ast.walk(function) if isinstance(leaf, ast.Name) and leaf.id == name]
            if field in program.fields and len(uses) == 1 and function is not program.initialize:
                yield program.mistake(
                    ErrorClass.RUNTIME, node.lineno, f"{name} is set and never read", severity="warning",
                    cause=f"The local variable {name} ends with the method; self.{field} keeps its old value.",
                    fix=f"Write self.{field}.", example=f"self.{field} = {ast.unparse(node.value)}", repair="field",
                    edits=[program.replace(node.targets[0], f"self.{field}")],
                )  # fmt: skip

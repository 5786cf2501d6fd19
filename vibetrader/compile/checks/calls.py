"""Calls of LEAN's methods against their signatures."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from vibetrader._util.suggest import closest
from vibetrader.compile.checks.program import Edit, Mistake, Program, argument, literal, plain_type
from vibetrader.compile.leanindex import Member, Parameter, Signature
from vibetrader.results.findings import ErrorClass

#: Methods whose own checks say more.
_CHECKED_ELSEWHERE: Final = frozenset(
    {"set_cash", "add_crypto", "add_equity", "add_forex", "add_cfd", "set_start_date", "set_end_date", "set_warm_up"}
)


def check(program: Program) -> Iterator[Mistake]:
    """Mistakes in the arguments of calls on `self`."""
    for name, call in program.calls:
        member = program.member_of_self(name)
        if name == "history" and name not in program.fields:
            yield from _history(program, call)
        if member is None or not member.is_method or name in program.methods or name in program.fields:
            continue
        if name not in _CHECKED_ELSEWHERE:
            yield from _signature(program, name, call, member)
        yield from _period(program, name, call, member)
    yield from _schedule(program)
    yield from _loose(program)
    yield from _parameters(program)


def _signature(program: Program, name: str, call: ast.Call, member: Member) -> Iterator[Mistake]:
    if any(isinstance(node, ast.Starred) for node in call.args) or any(k.arg is None for k in call.keywords):
        return
    if any(_fits(program, call, form) for form in member.forms):
        return
    unknown = _unknown_keyword(program, call, member)
    if unknown is not None:
        keyword, meant = unknown
        start, _ = program.span(keyword)
        edits = [Edit(start, start + len(keyword.arg or ""), meant)] if meant else []
        yield program.mistake(
            ErrorClass.ARGUMENT, call.lineno, f"{name}() got an unexpected keyword argument {keyword.arg!r}",
            cause=f"No form of {name} has a parameter {keyword.arg!r}" + (f"; it is called {meant!r}." if meant else "."),
            fix=f"Write {meant}=…" if meant else "Give the value by position.",
            example=f"self.{name}({member.forms[0]})", repair="keyword", edits=edits,
        )  # fmt: skip
        return
    edits = _mended(program, name, call, member)
    yield program.mistake(
        ErrorClass.ARGUMENT, call.lineno, f"No method matches given arguments for {name}",
        cause=f"LEAN has these forms of {name}: " + "; ".join(f"({form})" for form in member.forms[:3]),
        fix="Give the arguments in that order; a resolution or a tag by its name.",
        example=_example(program, call, edits) or f"self.{name}({member.forms[0]})", repair="arguments", edits=edits,
    )  # fmt: skip


def _fits(program: Program, call: ast.Call, form: Signature) -> bool:
    if form.is_open:
        return True
    names = [p.name for p in form.parameters]
    if len(call.args) > len(names):
        return False
    given = dict(zip(names, call.args))
    for keyword in call.keywords:
        if keyword.arg not in names or keyword.arg in given:
            return False
        given[keyword.arg] = keyword.value
    for parameter in form.parameters:
        if parameter.name not in given:
            if not parameter.optional:
                return False
        elif not _may_be(program, given[parameter.name], parameter):
            return False
    return True


def _may_be(program: Program, node: ast.expr, parameter: Parameter) -> bool:
    """False only where the argument certainly cannot be converted to the parameter's type."""
    wanted = parameter.type
    enum = plain_type(wanted)
    if program.index.is_enum(enum):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and program.index.is_enum(node.value.id)
        ):
            return node.value.id == enum
        return not (isinstance(node, ast.Constant) and isinstance(node.value, str)) and not isinstance(node, ast.Lambda)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and program.index.is_enum(node.value.id):
        return not any(plain in wanted for plain in ("bool", "timedelta", "Callable", "datetime")) and wanted != "str"
    value = literal(node)
    if "Symbol" in wanted and not any(number in wanted for number in ("int", "float", "timedelta")):
        return not isinstance(value, int | float)
    if wanted == "bool":
        return not isinstance(value, str)
    if wanted in ("int", "float") and isinstance(value, str):
        return value.strip().lstrip("-").replace(".", "", 1).isdigit()
    return True


def _unknown_keyword(program: Program, call: ast.Call, member: Member) -> tuple[ast.keyword, str] | None:
    known = {p.name for form in member.forms for p in form.parameters}
    for keyword in call.keywords:
        if keyword.arg is not None and keyword.arg not in known:
            near = closest(keyword.arg, known, count=1, cutoff=0.6)
            if (
                keyword.arg in ("length", "window", "timeperiod", "n", "lookback", "span", "periods")
                and "period" in known
            ):
                return keyword, "period"
            return keyword, near[0] if near else ""
    return None


def _mended(program: Program, name: str, call: ast.Call, member: Member) -> list[Edit]:
    """Edits that make a call fit: an enumeration given by position moves to the keyword of its type; a lone text becomes
    the tag; missing numbers take their customary values."""
    edits: list[Edit] = _swapped(program, call, member)
    if edits:
        return edits
    for form in member.forms:
        by_type = {plain_type(p.type): p.name for p in form.parameters}
        used = {k.arg for k in call.keywords}
        moved: dict[int, str] = {}
        for i, node in enumerate(call.args):
            fits = i < len(form.parameters) and _may_be(program, node, form.parameters[i])
            if fits:
                continue
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                keyword = by_type.get(node.value.id, "")
            else:
                keyword = "tag" if isinstance(literal(node), str) and "tag" in {p.name for p in form.parameters} else ""
            if not keyword or keyword in used:
                break
            moved[i] = keyword
        else:
            if moved and min(moved) == len(call.args) - len(moved):
                trial = ast.Call(
                    func=call.func,
                    args=[node for i, node in enumerate(call.args) if i not in moved],
                    keywords=[*call.keywords, *(ast.keyword(k, call.args[i]) for i, k in moved.items())],
                )
                if _fits(program, trial, form):
                    for i, keyword in moved.items():
                        start, _ = program.span(call.args[i])
                        edits.append(Edit(start, start, f"{keyword}="))
                    return edits
    return _customary(program, name, call)


def _swapped(program: Program, call: ast.Call, member: Member) -> list[Edit]:
    """`sma(20, symbol)`: the first two arguments the wrong way round."""
    if len(call.args) < 2:
        return []
    first, second, *rest = call.args
    trial = ast.Call(func=call.func, args=[second, first, *rest], keywords=call.keywords)
    if isinstance(literal(first), int | float) and any(_fits(program, trial, form) for form in member.forms):
        a, b = (program.source[slice(*program.span(node))] for node in (first, second))
        return [program.replace(first, b), program.replace(second, a)]
    return []


_CUSTOMARY: Final = {"macd": (None, "12", "26", "9"), "bb": (None, "20", "2"), "sto": (None, "14", "3", "3"),
                     "rsi": (None, "14"), "atr": (None, "14"), "adx": (None, "14"), "kch": (None, "20", "1.5")}  # fmt: skip


def _customary(program: Program, name: str, call: ast.Call) -> list[Edit]:
    wanted = _CUSTOMARY.get(name)
    if wanted is None or call.keywords or not call.args or len(call.args) >= len(wanted):
        return []
    if not all(isinstance(literal(node), int | float) for node in call.args[1:]):
        return []
    _, end = program.span(call.args[-1])
    return [Edit(end, end, "".join(f", {text}" for text in wanted[len(call.args) :] if text))]


def _example(program: Program, call: ast.Call, edits: list[Edit]) -> str:
    if not edits:
        return ""
    start, end = program.span(call)
    text = program.source[start:end]
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start - start] + edit.text + text[edit.end - start :]
    return text


def _period(program: Program, name: str, call: ast.Call, member: Member) -> Iterator[Mistake]:
    names = {p.name: i for form in member.forms[:1] for i, p in enumerate(form.parameters)}
    if "period" not in names or "resolution" not in names:
        return
    node = argument(call, names["period"], "period")
    value = literal(node)
    if isinstance(value, int | float) and not isinstance(value, bool) and value <= 0:
        yield program.mistake(
            ErrorClass.ARGUMENT, call.lineno, f"a period of {value}",
            cause="An indicator looks back over at least one bar.", fix="Give a period above 0.",
            example=f"self.{name}(self._symbol, 14)",
        )  # fmt: skip
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        yield program.mistake(
            ErrorClass.ARGUMENT, call.lineno, "a period that is a fraction", severity="warning",
            cause="Division gives a float in Python; LEAN takes a whole one and refuses the rest.",
            fix="Use // or int().", example=ast.unparse(node).replace("/", "//"), repair="whole_period",
            edits=[program.replace(node, ast.unparse(node).replace(" / ", " // "))],
        )  # fmt: skip


def _history(program: Program, call: ast.Call) -> Iterator[Mistake]:
    """`history(25, symbol, …)`: the count and the symbol the wrong way round."""
    if len(call.args) < 2:
        return
    first, second = call.args[0], call.args[1]
    count = literal(first)
    symbolic = isinstance(second, ast.Attribute) and ("symbol" in second.attr.lower() or program.type_of(
        second, program.function_of(call)) == "Symbol")  # fmt: skip
    if isinstance(count, int) and not isinstance(count, bool) and symbolic:
        a, b = program.source[slice(*program.span(first))], program.source[slice(*program.span(second))]
        yield program.mistake(
            ErrorClass.ARGUMENT, call.lineno, "No method matches given arguments for History",
            cause="The history of a symbol takes the symbol first, then the number of bars.",
            fix=f"Write self.history({b}, {a}, …).", example=f"self.history({b}, {a}, Resolution.DAILY)",
            repair="history_order", edits=[program.replace(first, b), program.replace(second, a)],
        )  # fmt: skip


def _schedule(program: Program) -> Iterator[Mistake]:
    """A handler that is called where it should be named."""
    for node in ast.walk(program.algorithm or program.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name = ast.unparse(node.func)
        if name not in ("self.schedule.on", "self.train", "self.consolidate", "self.Schedule.On", "self.Consolidate"):
            continue
        last = node.args[-1] if node.args else None
        if (
            isinstance(last, ast.Call)
            and isinstance(last.func, ast.Attribute)
            and isinstance(last.func.value, ast.Name)
            and last.func.value.id == "self"
            and last.func.attr in program.methods
        ):
            handler = ast.unparse(last.func)
            yield program.mistake(
                ErrorClass.ARGUMENT, last.lineno, f"{handler}() is called instead of handed over",
                cause="The call runs now and hands its result, None, to LEAN, which fails when the event is due.",
                fix="Leave the brackets away.", example=f"{handler}", repair="handler",
                edits=[program.replace(last, handler)] if not last.args else [],
            )  # fmt: skip


def _parameters(program: Program) -> Iterator[Mistake]:
    """`int(self.get_parameter("x"))` fails when the parameter is not set."""
    for node in ast.walk(program.algorithm or program.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("int", "float")):
            continue
        inner = node.args[0] if len(node.args) == 1 else None
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and len(inner.args) == 1:
            if inner.func.attr in ("get_parameter", "GetParameter"):
                name = str(literal(inner.args[0]) or "")
                default = _default_for(name)
                text = f"self.{inner.func.attr}({ast.unparse(inner.args[0])}, {default})"
                yield program.mistake(
                    ErrorClass.RUNTIME, node.lineno, "a parameter without a default",
                    cause=f"When the parameter {name!r} is not set, get_parameter gives None, and {node.func.id}(None) fails.",
                    fix="Give the default as the second argument.", example=text, repair="parameter_default",
                    edits=[program.replace(node, text)],
                )  # fmt: skip


def _loose(program: Program) -> Iterator[Mistake]:
    """What LEAN takes although it is not meant that way."""
    for name, call in program.calls:
        first = call.args[0] if call.args else None
        if name in ("log", "debug", "error") and isinstance(first, ast.Attribute) and program.in_algorithm(call):
            yield program.mistake(
                ErrorClass.ARGUMENT, call.lineno, f"{name} is given a value, not a text", severity="warning",
                cause="LEAN turns it into a text as it likes.", fix="Say it in words.",
                example=f'self.{name}(f"{{{ast.unparse(first)}}}")',
            )  # fmt: skip
        if name in ("market_order", "limit_order", "buy", "sell") and len(call.args) > 1:
            if isinstance(call.args[1], ast.JoinedStr) or isinstance(literal(call.args[1]), str):
                yield program.mistake(
                    ErrorClass.ORDER, call.lineno, "the quantity is a text", severity="warning",
                    cause="LEAN reads the number out of it.", fix="Give the number.", example="self.market_order(symbol, 1)",
                )  # fmt: skip
        if name in ("set_warm_up", "set_warmup") and isinstance(first, ast.BinOp) and "." in ast.unparse(first):
            if "timedelta" not in ast.unparse(first) and "max" not in ast.unparse(first):
                yield program.mistake(
                    ErrorClass.ARGUMENT, call.lineno, "a warm-up that may be a fraction of bars", severity="warning",
                    cause="The warm-up is a whole number of bars.", fix="Use int().", example=f"int({ast.unparse(first)})",
                )  # fmt: skip
    for node in ast.walk(program.algorithm or program.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "RollingWindow":
            yield program.mistake(
                ErrorClass.ARGUMENT, node.lineno, "a RollingWindow without a type", severity="warning",
                cause="It holds any Python object then, and empty places read as None.", fix="Say what it holds.",
                example="RollingWindow[TradeBar](5)",
            )  # fmt: skip


def _default_for(name: str) -> str:
    words = name.replace("_", "-").split("-")
    for word, value in (("fast", "12"), ("slow", "26"), ("signal", "9"), ("rsi", "14"), ("oversold", "30"),
                        ("overbought", "70"), ("stop", "0.02"), ("period", "14")):  # fmt: skip
        if word in words:
            return value
    return "14"

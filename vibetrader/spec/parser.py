"""Text of the expression language to a tree, with errors that say where and what was meant."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final, NoReturn

from lark import Lark, Token, UnexpectedCharacters, UnexpectedEOF, UnexpectedInput
from lark.visitors import Transformer, v_args

from vibetrader.errors import SpecError
from vibetrader.spec.expressions import (
    CLOCK_FIELDS,
    FUNCTIONS,
    PRICE_FIELDS,
    And,
    Arithmetic,
    At,
    Call,
    Clock,
    Compare,
    Cross,
    EntryPrice,
    Expression,
    Function,
    Named,
    Negative,
    Not,
    Number,
    Or,
    Price,
    Scalar,
    Truth,
    conjunction,
    depth,
    disjunction,
    is_condition,
    lagged,
    number_text,
    walk,
)
from vibetrader.spec.indicators import (
    ALIASES,
    INDICATORS,
    MOVING_AVERAGES,
    REFUSED,
    Indicator,
    Parameter,
    find_indicator,
)
from vibetrader.spec.timeframes import TIMEFRAMES

LONGEST: Final = 4000
"""Characters an expression may have; beyond it is no rule a person wrote."""

DEEPEST: Final = 60

_WORDS: Final = ("true", "false", "entry", *PRICE_FIELDS, *CLOCK_FIELDS, *FUNCTIONS, *INDICATORS)


class _Problem(Exception):  # noqa: N818 (internal: becomes a SpecError with its place)
    def __init__(self, message: str, column: int | None = None, *, hint: str = "", suggestion: str = "") -> None:
        super().__init__(message)
        self.message, self.column, self.hint, self.suggestion = message, column, hint, suggestion


def parse(text: str, *, field: str = "", file: str = "", line: int | None = None, column: int = 1) -> Expression:
    """The tree for an expression.

    Args:
        text: The expression.
        field: Spec field it stands in, for the error.
        file: File it stands in.
        line: 1-based line it stands on.
        column: 1-based column its first character stands in.

    Raises:
        SpecError: The text is no expression; place and suggestion are filled in.
    """
    try:
        return _parse(text)
    except _Problem as problem:
        at = None if problem.column is None else problem.column + column - 1
        raise SpecError(
            problem.message,
            hint=problem.hint,
            file=file,
            line=line,
            column=at if at is not None else (column if line is not None else None),
            field=field,
            suggestion=problem.suggestion,
        ) from None


@lru_cache(maxsize=4096)
def _parse(text: str) -> Expression:
    if len(text) > LONGEST:
        raise _Problem(f"the expression has {len(text)} characters; at most {LONGEST} are read")
    if not text.strip():
        raise _Problem("the expression is empty", hint="write a condition such as rsi(14) < 30")
    try:
        tree: Expression = _lark().parse(text)  # type: ignore[assignment]  # the transformer returns our nodes
    except UnexpectedEOF:
        raise _Problem(f"the expression ends too early: {text!r}", len(text)) from None
    except UnexpectedCharacters as error:
        raise _Problem(f"unexpected character {error.char!r} in {text!r}", error.column) from None
    except UnexpectedInput as error:
        found = getattr(error, "token", "")
        if getattr(found, "type", "") == "$END":
            raise _Problem(f"the expression ends too early: {text!r}", len(text)) from None
        hint = "a comparison holds between two values; join several with and" if found in ("<", ">", "<=", ">=") else ""
        raise _Problem(
            f"unexpected {str(found)!r} in {text!r}", error.column, hint=hint, suggestion=_keyword(str(found))
        ) from None
    _stray_averages(tree, text)
    if depth(tree) > DEEPEST:
        raise _Problem(f"the expression nests more than {DEEPEST} levels")
    return tree


def _stray_averages(tree: Expression, text: str) -> None:
    """`sma > 3`: an average's name where no indicator takes it as a parameter."""
    for node in walk(tree):
        row = find_indicator(node.name) if isinstance(node, Named) and node.name in MOVING_AVERAGES else None
        if row is not None:
            found = re.search(rf"\b{row.name}\b(?!\s*[(.])", text, re.IGNORECASE)
            raise _Problem(_arity(row, 0), found.start() + 1 if found else None, hint=_usage(row))


def _keyword(word: str) -> str:
    lowered = word.lower()
    for wrong, right in (
        ("cross", "crosses_above"), ("over", ">"), ("above", ">"), ("under", "<"), ("below", "<"), ("=", "=="),
    ):  # fmt: skip
        if lowered.startswith(wrong):
            return right
    return ""


@cache
def _lark() -> Lark:
    grammar = files("vibetrader.spec").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", transformer=_Builder(), propagate_positions=False, maybe_placeholders=True)


def _constant(node: Expression) -> Scalar | None:
    return node if isinstance(node, Number | Named) else None


@v_args(inline=True)
class _Builder(Transformer[Token, Expression]):
    """Builds nodes while the text is parsed."""

    def number(self, token: Token) -> Expression:
        value = float(token.replace("_", ""))
        if value > 1e15:
            _fail(f"the number {token} is too large", token)
        return Number(value)

    def name(self, token: Token) -> Expression:
        return _resolve(token)

    def output(self, token: Token, output: Token) -> Expression:
        return _call(token, [], output)

    def call(self, token: Token, arguments: list[Expression] | None) -> Expression:
        return _function_or_call(token, arguments or [], None)

    def call_output(self, token: Token, arguments: list[Expression] | None, output: Token) -> Expression:
        return _function_or_call(token, arguments or [], output)

    def arguments(self, *items: Expression) -> Any:
        return list(items)

    def lag(self, operand: Expression, bars: Expression) -> Expression:
        scalar = _constant(bars)
        if scalar is None or (isinstance(scalar, Number) and (scalar.value < 0 or scalar.value != int(scalar.value))):
            raise _Problem(f"a lag counts bars back and must be a whole number: {operand}[{bars}]")
        if isinstance(operand, Number):
            raise _Problem(f"a number has no past: {operand}[{bars}]")
        return lagged(operand, scalar)

    def at(self, operand: Expression, token: Token) -> Expression:
        text = str(token)
        timeframe = text if text in TIMEFRAMES else text.lower()
        if timeframe not in TIMEFRAMES:
            near = get_close_matches(text, TIMEFRAMES, 1, 0.5)
            _fail(f"unknown timeframe {text!r}", token, f"one of {', '.join(TIMEFRAMES)}", near[0] if near else "")
        if isinstance(operand, At):
            _fail(f"two timeframes on one value: {operand}@{timeframe}", token)
        return At(operand, timeframe)

    def negative(self, sign: Token, operand: Expression) -> Expression:
        return Number(-operand.value) if isinstance(operand, Number) else Negative(_value(operand, "-"))

    def positive(self, sign: Token, operand: Expression) -> Expression:
        return _value(operand, "+")

    def arithmetic(self, left: Expression, operator: Token, right: Expression) -> Expression:
        if operator == "/" and right == Number(0):
            _fail("division by zero", operator)
        return Arithmetic(str(operator), _value(left, operator), _value(right, operator))

    def comparison(self, left: Expression, operator: Token, right: Expression) -> Expression:
        return Compare(str(operator), _value(left, operator), _value(right, operator))

    def cross(self, left: Expression, word: Token, right: Expression) -> Expression:
        return Cross(word.lower().endswith("above"), _value(left, word), _value(right, word))

    def negation(self, operand: Expression) -> Expression:
        return Not(_truth(operand, "not"))

    def conjunction(self, *parts: Expression) -> Expression:
        return parts[0] if len(parts) == 1 else _join(And, "and", parts)

    def disjunction(self, *parts: Expression) -> Expression:
        return parts[0] if len(parts) == 1 else _join(Or, "or", parts)


def _join(kind: type[And] | type[Or], word: str, parts: tuple[Expression, ...]) -> Expression:
    for part in parts:
        _truth(part, word)
    return conjunction(*parts) if kind is And else disjunction(*parts)


def _fail(message: str, token: Token | None, hint: str = "", suggestion: str = "") -> NoReturn:
    raise _Problem(message, None if token is None else token.column, hint=hint, suggestion=suggestion)


def _value(node: Expression, operator: str) -> Expression:
    if is_condition(node):
        raise _Problem(
            f"a condition cannot stand beside {str(operator)!r}: {node}",
            hint="compare numbers; join conditions with and/or",
        )
    return node


def _truth(node: Expression, word: str) -> Expression:
    if not is_condition(node):
        raise _Problem(
            f"{str(node)!r} is a value, not a condition; {word!r} joins conditions",
            hint=f"write {node} > 0 or another comparison",
        )
    return node


def _resolve(token: Token) -> Expression:
    text = str(token)
    lowered = text.lower()
    if lowered in PRICE_FIELDS:
        return Price(lowered)
    if lowered in CLOCK_FIELDS:
        return Clock(lowered)
    if lowered in ("true", "false"):
        return Truth(lowered == "true")
    if lowered == "entry":
        return EntryPrice()
    if lowered in FUNCTIONS:
        _fail(f"{text} needs arguments", token, FUNCTIONS[lowered])
    row = find_indicator(lowered)
    if row is not None and row.required and lowered in MOVING_AVERAGES:
        return Named(lowered)  # the kind of average inside another indicator; elsewhere `_stray_averages` refuses it
    if row is not None:
        return _call(token, [], None)
    if lowered in REFUSED:
        _fail(f"{text} {REFUSED[lowered]}", token)
    return Named(text)


def _function_or_call(token: Token, arguments: list[Expression], output: Token | None) -> Expression:
    name = token.lower()
    if name not in FUNCTIONS:
        return _call(token, arguments, output)
    if output is not None:
        _fail(f"{name} has no output {output}", output)
    if name in ("any", "all", "count"):
        if len(arguments) != 2 or _constant(arguments[1]) is None:
            _fail(f"{name} takes a condition and a number of bars, not {len(arguments)} values", token, FUNCTIONS[name])
        _truth(arguments[0], name)
    elif name == "abs" and len(arguments) != 1:
        _fail(f"abs takes 1 value, not {len(arguments)}", token, FUNCTIONS[name])
    elif name in ("max", "min") and len(arguments) < 2:
        _fail(f"{name} takes 2 or more values, not {len(arguments)}", token, FUNCTIONS[name])
    if name in ("abs", "max", "min"):
        for argument in arguments:
            _value(argument, name)
    return Function(name, tuple(arguments))


def _call(token: Token, arguments: list[Expression], output: Token | None) -> Call:
    row = find_indicator(token)
    if row is None:
        lowered = token.lower()
        if lowered in REFUSED:
            _fail(f"{token} {REFUSED[lowered]}", token)
        near = get_close_matches(lowered, (*_WORDS, *ALIASES), 1, 0.6)
        _fail(f"unknown indicator {str(token)!r}", token, "`vibetrader indicators` lists them", near[0] if near else "")
    series: Expression | None = None
    if arguments and row.takes_series and not _is_parameter(arguments[0], row, len(arguments)):
        series, arguments = arguments[0], arguments[1:]
        if is_condition(series):
            _fail(f"{row.name} needs a value, not the condition {series}", token)
        if str(series) == row.default_series:
            series = None
    if not row.required <= len(arguments) <= len(row.parameters):
        _fail(_arity(row, len(arguments)), token, _usage(row))
    scalars: list[Scalar | str] = []
    for parameter, argument in zip(row.parameters, arguments):
        scalars.append(_argument(row, parameter, argument, token))
    for parameter in row.parameters[len(arguments) :]:
        default = parameter.default
        scalars.append(default if isinstance(default, str) else Number(float(default or 0)))
    return Call(row.name, tuple(scalars), _output(row, output, token), series)


def _is_parameter(node: Expression, row: Indicator, count: int) -> bool:
    """Whether a first argument is a parameter rather than a series; a bare name is one unless there are too many."""
    if isinstance(node, Number):
        return True
    if isinstance(node, Named):
        return count <= len(row.parameters)
    return False


def _argument(row: Indicator, parameter: Parameter, node: Expression, token: Token) -> Scalar | str:
    if parameter.choices:
        word = _word(node)
        if word not in parameter.choices:
            near = get_close_matches(word, parameter.choices, 1, 0.5)
            _fail(f"{row.name}: {parameter.name} {word!r} is none of {', '.join(parameter.choices)}", token,
                  suggestion=near[0] if near else "")  # fmt: skip
        return word
    scalar = _constant(node)
    if scalar is None:
        extra = "" if row.takes_series else f"; {row.name} reads the whole bar and takes no series"
        _fail(
            f"{row.name}: {parameter.name} must be a number or a named parameter, not {node}{extra}", token, _usage(row)
        )
    if isinstance(scalar, Number):
        if parameter.whole and scalar.value != int(scalar.value):
            _fail(f"{row.name}: {parameter.name} counts bars and must be whole, not {scalar}", token)
        if scalar.value < parameter.least or (not parameter.whole and scalar.value < 0):
            _fail(f"{row.name}: {parameter.name} must be at least {number_text(parameter.least)}, not {scalar}", token)
        if parameter.whole and scalar.value > 100_000:
            _fail(f"{row.name}: {parameter.name} {scalar} is beyond 100000 bars", token)
    return scalar


def _word(node: Expression) -> str:
    match node:
        case Named(name=name):
            return {"simple": "sma", "exponential": "ema", "wilder": "wilders"}.get(name.lower(), name.lower())
        case Call(indicator=name):
            return name
        case _:
            return str(node)


def _output(row: Indicator, output: Token | None, token: Token) -> str:
    if output is None:
        if not row.default_output:
            _fail(
                f"{row.name} has several values; name one: {', '.join(f'{row.name}.{o}' for o in row.outputs)}", token
            )
        return row.default_output
    name = output.lower()
    if name not in row.outputs:
        name = {"hist": "histogram", "mid": "middle", "percent_k": "k", "percent_d": "d"}.get(name, name)
    if name not in row.outputs:
        near = get_close_matches(name, row.outputs, 1, 0.4)
        _fail(f"{row.name} has no value {str(output)!r}; it has {', '.join(row.outputs)}", output,
              suggestion=near[0] if near else "")  # fmt: skip
    return name


def _arity(row: Indicator, count: int) -> str:
    most = len(row.parameters)
    wanted = str(most) if row.required == most else f"{row.required} to {most}"
    return f"{row.name} takes {wanted} parameter{'s' if most != 1 else ''}, not {count}"


def _usage(row: Indicator) -> str:
    parts = [p.name if p.default is None else f"{p.name}={p.default}" for p in row.parameters]
    if row.takes_series:
        parts.insert(0, f"[series={row.default_series}]")
    return f"{row.name}({', '.join(parts)})"

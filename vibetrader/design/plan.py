"""What a strategy needs of LEAN: frames of bars, indicators, windows of past values; and its expressions as Python.

A `Frame` is one bar length. The strategy's own frame decides; others (`x@1d`) only keep values that it reads. A value
is read from LEAN's indicator where LEAN defines the same, at a lag from the indicator's own window. What no indicator
can be fed with directly (a mixture of indicators, lags and prices) is written to it bar by bar.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from vibetrader.design.shift import Reach, Shift
from vibetrader.errors import SpecError
from vibetrader.spec import expressions as ex
from vibetrader.spec.check import side_expressions
from vibetrader.spec.indicators import INDICATORS
from vibetrader.spec.lean import Recipe, recipe, word
from vibetrader.spec.strategy import Side, StrategySpec
from vibetrader.spec.timeframes import minutes

Feed = Literal["bars", "chain", "by_hand"]

_FIELDS: Final = {"open": "Field.OPEN", "high": "Field.HIGH", "low": "Field.LOW", "volume": "Field.VOLUME"}
_BUILT: Final = ("opening_range", "zscore", "pivots")
# Bands of these are indicators of bars, not of values, and cannot be chained.
_UNCHAINED: Final = frozenset({"kc", "pivots", "opening_range", "zscore"})
_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _UNARY, _ATOM = 1, 2, 3, 4, 5, 6, 7, 9

RESERVED: Final = frozenset(
    {
        "algorithm",
        "bar_count",
        "bars",
        "best_price",
        "consolidator",
        "day",
        "day_equity",
        "entries",
        "entry_bar",
        "entry_price",
        "entry_quantity",
        "entry_time",
        "equity_day",
        "exit_bar",
        "exit_order",
        "flat_date",
        "on_bar",
        "opening_range",
        "order_bar",
        "paused_on",
        "peak_equity",
        "pending",
        "security",
        "stop",
        "stop_distance",
        "stop_price",
        "stopped",
        "symbol",
        "target",
        "target_price",
        "traders",
        "trades_today",
    }
)
"""Attributes of the emitted classes that no parameter or indicator may take."""


@dataclass(slots=True)
class Indicator:
    """One LEAN indicator object of the program."""

    attribute: str
    recipe: Recipe
    arguments: tuple[str, ...]
    feed: Feed
    selector: str = ""
    """What it reads of a bar, "" for its usual input."""
    source: str = ""
    """`chain`: the indicator it is computed of; `by_hand`: the value it is fed with."""
    condition: str = ""
    """`by_hand`: when there is a value to feed, "" for always."""
    reach: dict[str, Reach] = field(default_factory=dict)
    """How far back each of its values ("" or an attribute) is read."""
    warm_up: str = ""
    """Python source of the samples it needs where other indicators come before it."""

    @property
    def furthest(self) -> Reach:
        """How far back any of its values is read."""
        found = Reach()
        for reach in self.reach.values():
            for names, number in reach.most.items():
                found.note(Shift(most_number=number, most_names=names))
        return found

    def ready(self) -> str:
        """Python source of "it has every value that is read"."""
        return self.ready_for(self.furthest)

    def ready_for(self, reach: Reach) -> str:
        """Python source of "it has values that far back"."""
        name = f"self.{self.attribute}"
        if reach.is_zero or not self.recipe.has_warm_up:
            return f"{name}.is_ready"
        if not reach.has_names and reach.number == 1:
            return f"{name}.samples > {name}.warm_up_period"
        return f"{name}.samples >= {name}.warm_up_period + {reach.size(0)}"


@dataclass(slots=True)
class Window:
    """Values that the program keeps itself, bar by bar."""

    attribute: str
    value: str
    condition: str
    reach: Reach = field(default_factory=Reach)


@dataclass(slots=True)
class Frame:
    """Bars of one length."""

    timeframe: str
    is_own: bool
    """The strategy's own bars, on which it decides."""
    is_native: bool
    """The subscription delivers them; otherwise a consolidator builds them."""
    indicators: list[Indicator] = field(default_factory=list)
    updates: list[Indicator | Window] = field(default_factory=list)
    """What the program itself updates at each bar, in order."""
    bars: Reach = field(default_factory=Reach)
    """How far back bars are read."""
    keeps_bars: bool = False

    @property
    def name(self) -> str:
        """Its length inside a Python name."""
        return self.timeframe.replace("M", "mo")

    @property
    def bars_attribute(self) -> str:
        """Window of its bars."""
        return "_bars" if self.is_own else f"_bars_{self.name}"

    @property
    def needs_handler(self) -> bool:
        """Something is done at each of its bars beside feeding indicators."""
        return self.is_own or self.keeps_bars or bool(self.updates)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an expression stands: the frame it speaks of, how far back, and the frame whose bar is at hand."""

    frame: Frame
    shift: Shift
    here: Frame | None
    loops: int = 0


class _Trace:
    """Which values a piece of code reads, to tell when it can be computed."""

    def __init__(self) -> None:
        self.indicators: dict[str, tuple[Indicator, Reach]] = {}
        self.windows: dict[str, Reach] = {}

    def condition(self) -> str:
        """Python source of "its parts have values", "" when they always have."""
        parts = [f"self.{name}.count > {reach.size(0)}" for name, reach in self.windows.items()]
        parts += [indicator.ready_for(reach) for indicator, reach in self.indicators.values()]
        return " and ".join(parts)


_Key = tuple[str, str, tuple[str, ...], str]


class Plan:
    """Frames, indicators and windows for all expressions of a spec; turns expressions into Python as it goes."""

    def __init__(
        self, spec: StrategySpec, *, subscription_minutes: int, quotes: bool, extra: Sequence[ex.Expression] = ()
    ) -> None:
        self.spec = spec
        self.quotes = quotes
        self.parameters = {name: _parameter_name(name) for name in spec.parameters}
        self.whole_parameters: set[str] = set()
        self.opening_ranges: dict[str, str] = {}
        """Minutes (Python source) to attribute."""
        self.needs: set[str] = set()
        """Module-level helpers: ratio, last_pivot, zone, trading_day, trading_days_left, three_days."""
        self.session_frames = subscription_minutes
        expressions = [*(node for side in spec.sides.values() for node in _expressions(side)), *extra]
        expressions = [_expanded(node) for node in expressions]
        names = [t for node in expressions for t in ex.timeframes(node)]
        order = sorted(dict.fromkeys(t for t in names if t != spec.timeframe), key=minutes, reverse=True)
        self.frames: dict[str, Frame] = {
            timeframe: Frame(timeframe, False, minutes(timeframe) == subscription_minutes) for timeframe in order
        }
        self.own = Frame(spec.timeframe, True, minutes(spec.timeframe) == subscription_minutes)
        self.frames[spec.timeframe] = self.own
        self._names = self._choose_names(expressions)
        self._objects: dict[_Key, Indicator] = {}
        self._windows: dict[tuple[str, str], Window] = {}
        self._traces: list[_Trace] = []
        self._taken = {f"_{name}" for name in RESERVED} | set(self.parameters.values())

    # -- what emit asks for ------------------------------------------------------------------------------------------

    def code(self, node: ex.Expression, *, level: int = 0, here: bool = True) -> str:
        """Python source of an expression at the strategy's own bar.

        Args:
            level: Precedence of what surrounds it; 0 needs no brackets.
            here: A variable `bar` holds the own frame's newest bar; otherwise it is read from the window.
        """
        place = _Place(self.own, Shift(), self.own if here else None)
        return self._wrapped(_expanded(node), place, level)

    def scalar(self, amount: float | str, *, whole: bool = False) -> str:
        """Python source of a number field."""
        if isinstance(amount, str):
            if amount not in self.parameters:
                raise SpecError(f"no parameter {str(amount)!r}", field="parameters", hint="declare it under parameters")
            if whole:
                self.whole_parameters.add(str(amount))
            return f"self.{self.parameters[amount]}"
        return ex.number_text(float(amount))

    def ready(self) -> list[str]:
        """Python sources that all hold once every value that is read exists."""
        found: list[str] = []
        for frame in self.frames.values():
            if frame.keeps_bars:
                found.append(f"self.{frame.bars_attribute}.is_ready")
            found += [indicator.ready() for indicator in frame.indicators]
            found += [f"self.{w.attribute}.is_ready" for w in frame.updates if isinstance(w, Window)]
        # A chain is ready after what it is made of.
        inner = {i.source for f in self.frames.values() for i in f.indicators if i.feed == "chain" and i.reach}
        return [text for text in found if not any(text == f"{source}.is_ready" for source in inner)]

    def keep_bars(self, frame: Frame, shift: Shift) -> None:
        """Have the frame keep its bars that far back."""
        frame.keeps_bars = True
        frame.bars.note(shift)

    # -- expressions -------------------------------------------------------------------------------------------------

    def _wrapped(self, node: ex.Expression, place: _Place, outer: int) -> str:
        text, level = self._code(node, place)
        return f"({text})" if level < outer else text

    def _code(self, node: ex.Expression, place: _Place) -> tuple[str, int]:
        match node:
            case ex.Number(value=value):
                return ex.number_text(value), _UNARY if value < 0 else _ATOM
            case ex.Named(name=name):
                return self.scalar(name), _ATOM
            case ex.Truth(value=value):
                return str(value), _ATOM
            case ex.Price(field=name):
                return f"{self._bar(place)}.{name}" if self._has(name) else "", _ATOM
            case ex.Clock(field=name):
                return self._clock(name, place)
            case ex.EntryPrice():
                return "price", _ATOM
            case ex.Call():
                return self._call(node, place)
            case ex.Function():
                return self._function(node, place)
            case ex.Lag(operand=operand, bars=bars):
                return self._code(operand, replace(place, shift=self._further(place.shift, bars)))
            case ex.At():
                return self._at(node, place)
            case ex.Negative(operand=operand):
                return f"-{self._wrapped(operand, place, _UNARY)}", _UNARY
            case ex.Arithmetic():
                return self._arithmetic(node, place)
            case ex.Compare(operator=operator, left=left, right=right):
                return self._compare(operator, left, right, place)
            case ex.Cross(above=above, left=left, right=right):
                now, before = (">", "<=") if above else ("<", ">=")
                past = replace(place, shift=place.shift.plus(1))
                return (
                    f"{self._wrapped(left, place, _SUM)} {now} {self._wrapped(right, place, _SUM)} and "
                    f"{self._wrapped(left, past, _SUM)} {before} {self._wrapped(right, past, _SUM)}"
                ), _AND
            case ex.Not(operand=operand):
                return f"not {self._wrapped(operand, place, _COMPARE)}", _NOT
            case ex.And(parts=parts):
                return " and ".join(self._wrapped(p, place, _AND) for p in parts), _AND
            case ex.Or(parts=parts):
                return " or ".join(self._wrapped(p, place, _OR) for p in parts), _OR

    def _has(self, field_name: str) -> bool:
        if field_name == "volume" and self.quotes:
            raise SpecError(
                f"{self.spec.symbols[0].ticker} has quotes without a volume; volume cannot be used",
                hint="drop the volume condition, or trade a market with volume",
            )
        return True

    def _bar(self, place: _Place) -> str:
        if place.shift.is_zero and place.here is place.frame:
            return "bar"
        self.keep_bars(place.frame, place.shift)
        self._trace_window(place.frame.bars_attribute, place.shift)
        return f"self.{place.frame.bars_attribute}[{place.shift.text}]"

    def _further(self, shift: Shift, bars: ex.Scalar) -> Shift:
        if isinstance(bars, ex.Number):
            return shift.plus(int(bars.value))
        text = self.scalar(bars.name, whole=True)
        return shift.plus_name(text, most_number=0, most_name=text)

    def _clock(self, name: str, place: _Place) -> tuple[str, int]:
        time = f"{self._bar(place)}.time"
        if self.needs_zone:
            self.needs.add("zone")
            time = f"self._local({time})"
        if name == "weekday":
            return f"{time}.weekday()", _ATOM
        if name == "time":
            return f"{time}.hour * 100 + {time}.minute", _SUM
        if name in ("trading_day", "trading_days_left"):
            self.needs.add(name)
            return f"self._{name}({time})", _ATOM
        return f"{time}.{name}", _ATOM

    @property
    def needs_zone(self) -> bool:
        """Clock fields speak of another zone than the exchange's."""
        return self.spec.timezone is not None and any(
            self.spec.timezone != exchange_zone(s.type, s.market) for s in self.spec.symbols
        )

    def _compare(self, operator: str, left: ex.Expression, right: ex.Expression, place: _Place) -> tuple[str, int]:
        sides = []
        for one, other in ((left, right), (right, left)):
            # -1 is the last trading day of the month, -2 the one before.
            if isinstance(one, ex.Clock) and one.field == "trading_day" and _is_negative(other):
                sides.append(self._clock("trading_days_left", place)[0])
            else:
                sides.append(self._wrapped(one, place, _SUM))
        return f"{sides[0]} {operator} {sides[1]}", _COMPARE

    def _arithmetic(self, node: ex.Arithmetic, place: _Place) -> tuple[str, int]:
        level = _SUM if node.operator in "+-" else _PRODUCT
        if node.operator == "/" and not _never_zero(node.right):
            self.needs.add("ratio")
            return f"ratio({self._wrapped(node.left, place, 0)}, {self._wrapped(node.right, place, 0)})", _ATOM
        left = self._wrapped(node.left, place, level)
        return f"{left} {node.operator} {self._wrapped(node.right, place, level + 1)}", level

    def _function(self, node: ex.Function, place: _Place) -> tuple[str, int]:
        if node.name in ("abs", "max", "min"):
            return f"{node.name}({', '.join(self._wrapped(a, place, 0) for a in node.arguments)})", _ATOM
        condition, bars = node.arguments
        variable = "ijkmn"[place.loops]
        if isinstance(bars, ex.Number):
            count, most, name = str(int(bars.value)), int(bars.value) - 1, ""
        else:
            assert isinstance(bars, ex.Named)
            count = name = self.scalar(bars.name, whole=True)
            most = -1
        shift = place.shift.plus_name(variable, most_number=most, most_name=name)
        text = self._wrapped(condition, replace(place, shift=shift, loops=place.loops + 1), _OR)
        verb = "sum" if node.name == "count" else node.name
        return f"{verb}({text} for {variable} in range({count}))", _ATOM

    def _at(self, node: ex.At, place: _Place) -> tuple[str, int]:
        frame = self.frames[node.timeframe]
        if frame is place.frame:
            return self._code(node.operand, place)
        if place.shift.is_zero:
            return self._code(node.operand, replace(place, frame=frame, shift=Shift()))
        # What the other frame showed at an earlier bar of this one: remembered, as its own past has other steps.
        return self._remembered(node, place)

    def _remembered(self, node: ex.Expression, place: _Place) -> tuple[str, int]:
        key = (place.frame.timeframe, str(node))
        is_condition = ex.is_condition(node)
        window = self._windows.get(key)
        if window is None:
            at_bar = _Place(place.frame, Shift(), place.frame)
            with self._tracing() as trace:
                value = self._wrapped(node, at_bar, 0)
            attribute = self._free(_hint(node) + "_seen")
            window = Window(attribute, f"float({value})" if is_condition else value, trace.condition())
            self._windows[key] = window
            place.frame.updates.append(window)
        window.reach.note(place.shift)
        self._trace_window(window.attribute, place.shift)
        text = f"self.{window.attribute}[{place.shift.text}]"
        return (f"{text} > 0", _COMPARE) if is_condition else (text, _ATOM)

    # -- indicators --------------------------------------------------------------------------------------------------

    def _call(self, node: ex.Call, place: _Place) -> tuple[str, int]:
        name, output = node.indicator, node.output
        # LEAN's zigzag adds to a pivot's window when there is a new pivot, not at each bar.
        by_pivot = name == "pivots" or (name == "zigzag" and output != "value")
        if (by_pivot or name == "opening_range") and not place.shift.is_zero:
            return self._remembered(node, place)
        if name in ("opening_range", "pivots"):
            return self._built(node, place), _ATOM
        if name == "ichimoku" and output.startswith("cloud"):
            edges = (replace(node, output="senkou_a"), replace(node, output="senkou_b"))
            texts = ", ".join(self._wrapped(edge, place, 0) for edge in edges)
            return f"{'max' if output == 'cloud_top' else 'min'}({texts})", _ATOM
        indicator = self._object(node, place.frame)
        path = indicator.recipe.outputs.get(output, "")
        indicator.reach.setdefault(path, Reach()).note(place.shift)
        self._trace_indicator(indicator, place.shift)
        owner = f"self.{indicator.attribute}" + (f".{path}" if path else "")
        if place.shift.is_zero:
            return f"{owner}.current.value", _ATOM
        if place.shift.text == "1":
            return f"{owner}.previous.value", _ATOM
        return f"{owner}[{place.shift.text}].value", _ATOM

    def _built(self, node: ex.Call, place: _Place) -> str:
        if node.indicator == "opening_range":
            scalar = node.arguments[0]
            assert not isinstance(scalar, str)
            text = self._argument(scalar, whole=True)
            if text not in self.opening_ranges:
                wish = "_opening_range" if not self.opening_ranges else f"_opening_range_{_slug(text)}"
                self.opening_ranges[text] = wish
            return f"self.{self.opening_ranges[text]}.{node.output}"
        self.needs.add("last_pivot")
        indicator = self._object(replace(node, output="high"), place.frame)
        indicator.reach.setdefault("", Reach()).note(Shift())
        self._trace_indicator(indicator, Shift())
        return f"last_pivot(self.{indicator.attribute}.get_{node.output}_pivot_points_array())"

    def _argument(self, value: ex.Scalar | str, *, whole: bool, name: str = "") -> str:
        if isinstance(value, str):
            return word(value, name)
        if isinstance(value, ex.Named):
            return self.scalar(value.name, whole=whole)
        return ex.number_text(value.value)

    def _rolling(self, node: ex.Call) -> bool:
        """`vwap(n)` with n above 0."""
        if node.indicator != "vwap":
            return False
        period = node.arguments[0]
        if isinstance(period, ex.Named):
            return self.spec.number(period.name) > 0
        return isinstance(period, ex.Number) and period.value > 0

    def _object(self, node: ex.Call, frame: Frame) -> Indicator:
        way = recipe(node.indicator, rolling_vwap=self._rolling(node))
        row = INDICATORS[node.indicator]
        if row.inputs == "volume":
            self._has("volume")
        series = None if node.series == ex.CLOSE and row.default_series == "close" else node.series
        key = _key(node, frame.timeframe)
        known = self._objects.get(key)
        if known is not None:
            return known
        arguments = [
            self._argument(argument, whole=parameter.whole, name=parameter.name)
            for parameter, argument in zip(row.parameters, node.arguments)
        ]
        arguments = way.arguments(arguments)
        if way.omitted and arguments and arguments[-1] == way.omitted:
            arguments.pop()
        attribute = self._free(self._names.get(key, f"_{way.kind}"))
        made = Indicator(attribute, way, tuple(arguments), "bars")
        if series is None:
            made.selector = _FIELDS.get(row.default_series, "") if row.takes_series else ""
        elif isinstance(series, ex.Price):
            self._has(series.field)
            made.selector = _FIELDS.get(series.field, "Field.CLOSE")
        elif _is_bar_arithmetic(series):
            bar = Frame("", True, True)
            made.selector = f"lambda bar: {self._wrapped(series, _Place(bar, Shift(), bar), 0)}"
        elif (
            isinstance(series, ex.Call) and series.indicator not in _UNCHAINED and not series.output.startswith("cloud")
        ):
            inner = self._object(series, frame)
            path = inner.recipe.outputs.get(series.output, "")
            inner.reach.setdefault(path, Reach()).note(Shift())
            made.feed = "chain"
            made.source = f"self.{inner.attribute}" + (f".{path}" if path else "")
            made.warm_up = f"self.{inner.attribute}"
        else:
            made.feed = "by_hand"
            with self._tracing() as trace:
                made.source = self._wrapped(series, _Place(frame, Shift(), frame), 0)
            made.condition = trace.condition()
            frame.updates.append(made)
        self._objects[key] = made
        frame.indicators.append(made)
        return made

    # -- traces ------------------------------------------------------------------------------------------------------

    @contextmanager
    def _tracing(self) -> Iterator[_Trace]:
        trace = _Trace()
        self._traces.append(trace)
        try:
            yield trace
        finally:
            self._traces.pop()

    def _trace_indicator(self, indicator: Indicator, shift: Shift) -> None:
        for trace in self._traces:
            trace.indicators.setdefault(indicator.attribute, (indicator, Reach()))[1].note(shift)

    def _trace_window(self, attribute: str, shift: Shift) -> None:
        for trace in self._traces:
            trace.windows.setdefault(attribute, Reach()).note(shift)

    # -- names -------------------------------------------------------------------------------------------------------

    def _free(self, wish: str) -> str:
        name, count = wish, 2
        while name in self._taken:
            name, count = f"{wish}_{count}", count + 1
        self._taken.add(name)
        return name

    def _choose_names(self, expressions: Iterable[ex.Expression]) -> dict[_Key, str]:
        """A short attribute for each indicator: its kind, and what tells it from others of the kind."""
        calls: dict[str, dict[_Key, tuple[str, str, str]]] = {}

        def visit(node: ex.Expression, timeframe: str) -> None:
            if isinstance(node, ex.At):
                visit(node.operand, node.timeframe)
                return
            if isinstance(node, ex.Call) and node.indicator not in ("opening_range",):
                way = recipe(node.indicator, rolling_vwap=self._rolling(node))
                kind = re.sub(r"_session$", "", way.kind)
                row = INDICATORS[node.indicator]
                default = node.series is None or node.series == ex.CLOSE
                series = "" if default else _hint(node.series).strip("_") if node.series is not None else ""
                words = [
                    _slug(str(a))
                    for p, a in zip(row.parameters, node.arguments)
                    if not (isinstance(a, str) and a == p.default) and str(a) != "0"
                ]
                arguments = "_".join(words)
                arguments = re.sub(rf"^{kind}_|_period$", "", re.sub(r"_period$", "", arguments))
                frame = "" if timeframe == self.spec.timeframe else timeframe.replace("M", "mo")
                calls.setdefault(kind, {}).setdefault(_key(node, timeframe), (series, arguments, frame))
            for child in ex.children(node):
                visit(child, timeframe)

        for node in expressions:
            visit(node, self.spec.timeframe)
        names: dict[_Key, str] = {}
        for kind, variants in calls.items():
            for scheme in ("", "s", "f", "a", "sa", "af", "sf", "saf"):
                made = {key: _name(kind, parts, scheme) for key, parts in variants.items()}
                if len(set(made.values())) == len(made) or scheme == "saf":
                    names |= made
                    break
        return names


def _key(node: ex.Call, timeframe: str) -> _Key:
    kind = "adx" if node.indicator == "dmi" else node.indicator
    default = INDICATORS[node.indicator].default_series
    series = "" if node.series is None or str(node.series) == default else str(node.series)
    return kind, timeframe, tuple(str(a) for a in node.arguments), series


def _name(kind: str, parts: tuple[str, str, str], scheme: str) -> str:
    series, arguments, frame = parts
    name = kind
    if "s" in scheme and series:
        name = f"{series}_{name}"
    if "a" in scheme and arguments:
        name = f"{name}_{arguments}"
    if "f" in scheme and frame:
        name = f"{name}_{frame}"
    return f"_{name}"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower().replace("self.", "")).strip("_")


def _hint(node: ex.Expression | None) -> str:
    """A word for a value: its first indicator or price."""
    if node is None:
        return ""
    timeframe = next(iter(ex.timeframes(node)), "")
    for part in ex.walk(node):
        word_ = part.indicator if isinstance(part, ex.Call) else part.field if isinstance(part, ex.Price) else ""
        if word_:
            if isinstance(node, ex.Arithmetic):
                word_ = f"{word_}_{'change' if node.operator == '-' else 'ratio' if node.operator == '/' else 'mix'}"
            return f"_{word_}{'_' + timeframe.replace('M', 'mo') if timeframe else ''}"
    return "_value"


def _parameter_name(name: str) -> str:
    lowered = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return f"_{lowered}_value" if lowered in RESERVED else f"_{lowered}"


def _is_negative(node: ex.Expression) -> bool:
    return isinstance(node, ex.Negative) or (isinstance(node, ex.Number) and node.value < 0)


def _is_bar_arithmetic(node: ex.Expression) -> bool:
    """Made of one bar's prices and numbers only, so that a selector can compute it."""
    allowed = ex.Price | ex.Number | ex.Named | ex.Arithmetic | ex.Negative
    return all(
        isinstance(part, allowed) or (isinstance(part, ex.Function) and part.name in ("abs", "max", "min"))
        for part in ex.walk(node)
    )


def _never_zero(node: ex.Expression) -> bool:
    """Prices and averages of prices are above zero; dividing by them is safe."""
    match node:
        case ex.Number(value=value):
            return value != 0
        case ex.Price(field=name):
            return name != "volume"
        case ex.EntryPrice():
            return True
        case ex.Lag(operand=operand) | ex.At(operand=operand):
            return _never_zero(operand)
        case ex.Call(indicator="sma" | "ema" | "wwma" | "highest" | "lowest" | "vwap", series=series):
            return series is None or _never_zero(series)
        case ex.Function(name="max" | "min", arguments=arguments):
            return all(map(_never_zero, arguments))
        case _:
            return False


def _expanded(node: ex.Expression) -> ex.Expression:
    """The expression without indicators that LEAN lacks and others can express."""

    def change(part: ex.Expression) -> ex.Expression:
        if isinstance(part, ex.Call) and part.indicator == "zscore":
            series = part.series or ex.CLOSE
            period = part.arguments[0]
            given = None if part.series is None else part.series
            mean = ex.Call("sma", (period,), "value", given)
            spread = ex.Call("stdev", (period,), "value", given)
            return ex.Arithmetic("/", ex.Arithmetic("-", series, mean), spread)
        return part

    return ex.rewrite(node, change)


def _expressions(side: Side) -> list[ex.Expression]:
    return [node for _, node in side_expressions(side)]


def exchange_zone(security_type: str, market: str) -> str:
    """IANA zone of an exchange's clock in LEAN's market hours database."""
    if security_type in ("crypto", "crypto_future"):
        return "UTC"
    return {
        "india": "Asia/Kolkata",
        "hkex": "Asia/Hong_Kong",
        "hkfe": "Asia/Hong_Kong",
        "sgx": "Asia/Singapore",
        "eurex": "Europe/Berlin",
        "cme": "America/New_York",
    }.get(market, "America/New_York")

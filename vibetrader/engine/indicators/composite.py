"""Indicators made of other indicators or of functions, and LEAN's IndicatorExtensions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from vibetrader.engine import clr
from vibetrader.engine.data.bars import EMPTY_SYMBOL, IndicatorDataPoint
from vibetrader.engine.data.exact import exact_value
from vibetrader.engine.indicators.averages import ExponentialMovingAverage
from vibetrader.engine.indicators.base import (
    BAR,
    DATA,
    TRADE_BAR,
    VALUE,
    Indicator,
    IndicatorBase,
    IndicatorResult,
    number_text,
)
from vibetrader.engine.indicators.kinds import IndicatorStatus
from vibetrader.engine.indicators.windows import Maximum, Minimum, SimpleMovingAverage, Sum, WindowIdentity
from vibetrader.engine.naming import lean_names
from vibetrader.engine.netdecimal import ZERO, NetDecimal

_KINDS = {"IndicatorDataPoint": VALUE, "TradeBar": TRADE_BAR, "IBaseDataBar": BAR, "IBaseData": DATA, "BaseData": DATA}


class _Typed(IndicatorBase):
    """A generic LEAN class: `FunctionalIndicator[IndicatorDataPoint]`."""

    _made: ClassVar[dict[tuple[type, str], type]] = {}

    def __class_getitem__(cls, kind: Any) -> Any:
        name = getattr(kind, "__name__", str(kind))
        key = (cls, name)
        if key not in cls._made:
            made = type(f"{cls.__name__}[{name}]", (cls,), {"input_kind": _KINDS.get(name, DATA)})
            cls._made[key] = made
        return cls._made[key]


class FunctionalIndicator(_Typed):
    """An indicator made of functions. LEAN: Indicators/FunctionalIndicator.cs."""

    constructors = (
        "name: str, compute_next_value: Callable[[T], float], is_ready: Callable[[IndicatorBase[T]], bool]",
        "name: str, compute_next_value: Callable[[T], float], is_ready: Callable[[IndicatorBase[T]], bool], "
        "reset: Callable[[], None]",
    )
    has_warm_up_period = False

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        _, bound = self._overloads.bind(arguments, keywords)
        self.name = bound["name"]
        self._function, self._is_ready = bound["compute_next_value"], bound["is_ready"]
        self._reset = bound.get("reset")

    def _ready(self) -> bool:
        return bool(self._is_ready(self))

    def _compute(self, x: Any, end: int) -> Any:
        if self.input_kind == VALUE:
            x = IndicatorDataPoint.at(self._in_symbol or EMPTY_SYMBOL, end, x)
        return NetDecimal.of(self._function(x))

    def reset(self) -> None:
        """Back to the state before the first sample."""
        if self._reset is not None:
            self._reset()
        super().reset()


class ConstantIndicator(_Typed):
    """Always the same value. LEAN: Indicators/ConstantIndicator.cs."""

    constructors = ("name: str, value: float",)
    has_warm_up_period = False

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        _, bound = self._overloads.bind(arguments, keywords)
        self.name = bound["name"]
        self._constant = self._value = NetDecimal.of(bound["value"])
        self._point = None
        self._updates = 1  # the value set at construction follows the initial zero

    def _clear(self) -> None:
        self._value = self._constant
        self._updates = 1

    def _ready(self) -> bool:
        return True

    def _compute(self, x: Any, end: int) -> Any:
        return self._constant


class FilteredIdentity(IndicatorBase):
    """The last value that passed a filter. LEAN: Indicators/FilteredIdentity.cs."""

    input_kind = DATA
    constructors = ("filter: Callable[[IBaseData], bool]", "name: str, filter: Callable[[IBaseData], bool]")
    has_warm_up_period = False

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        _, bound = self._overloads.bind(arguments, keywords)
        self.name = bound.get("name") or ""
        self._filter = bound["filter"] or (lambda data: True)
        self._last: Any = None

    def _ready(self) -> bool:
        return self._samples > 0 and self._value > 0

    def _compute(self, x: Any, end: int) -> Any:
        if self._filter(x):
            self._last = exact_value(x)
        elif self._last is None:
            self._last = ZERO
        return self._last


class CompositeIndicator(Indicator):
    """Two indicators joined by a function. LEAN: Indicators/CompositeIndicator.cs.

    It is computed when both have a new value; the function gives an `IndicatorResult`.
    """

    constructors = (
        "left: IndicatorBase, right: IndicatorBase, "
        "composer: Callable[[IndicatorBase, IndicatorBase], IndicatorResult]",
        "name: str, left: IndicatorBase, right: IndicatorBase, "
        "composer: Callable[[IndicatorBase, IndicatorBase], IndicatorResult]",
    )
    has_warm_up_period = False

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        _, bound = self._overloads.bind(arguments, keywords)
        self._join(bound.get("name"), bound["left"], bound["right"], bound["composer"])

    def _join(self, name: str | None, left: Any, right: Any, composer: Callable[[Any, Any], Any]) -> None:
        if left is None or right is None:
            raise clr.NullReferenceException
        self.left, self.right = as_managed(left), as_managed(right)
        self._subs.update(left=self.left, right=self.right)
        self.name = f"COMPOSE({self.left.name},{self.right.name})" if name is None else name
        self._composer = composer
        self._new_left = self._new_right = False
        self._left_constant = isinstance(self.left, ConstantIndicator)
        self._right_constant = isinstance(self.right, ConstantIndicator)
        self.left.updated += self._on_left
        self.right.updated += self._on_right

    def _on_left(self, sender: Any, point: IndicatorDataPoint) -> None:
        self._new_left = True
        if self._new_right or self._right_constant:
            self._both(point)

    def _on_right(self, sender: Any, point: IndicatorDataPoint) -> None:
        self._new_right = True
        if self._new_left or self._left_constant:
            self._both(point)

    def _both(self, point: IndicatorDataPoint) -> None:
        self.feed(ZERO, max(point.end_ns, self.left._end, self.right._end), EMPTY_SYMBOL)
        self._new_left = self._new_right = False

    def _ready(self) -> bool:
        return bool(self.left._ready() and self.right._ready())

    def _compute(self, x: Any, end: int) -> Any:
        result = self._composer(self.left, self.right)
        if not isinstance(result, IndicatorResult):
            raise TypeError(
                f"'{type(result).__name__}' value cannot be converted to QuantConnect.Indicators.IndicatorResult"
            )
        return result.exact if result.status == IndicatorStatus.SUCCESS else None

    def reset(self) -> None:
        """Reset both parts and itself."""
        self.left.reset()
        self.right.reset()
        super().reset()


class ResetCompositeIndicator(CompositeIndicator):
    """A composite with something more to reset. LEAN: Indicators/ResetCompositeIndicator.cs."""

    extra_reset: Callable[[], None] | None = None

    def reset(self) -> None:
        """Reset all parts."""
        super().reset()
        if self.extra_reset is not None:
            self.extra_reset()


class PythonIndicator(IndicatorBase):
    """Base of indicators users write in Python: they give `update(input)`, `value` and, if they like, `is_ready`.

    LEAN: Indicators/PythonIndicator.cs. The engine feeds it through `feed`, which calls the user's `update`.
    """

    input_kind = DATA
    warm_up_period = 0

    def __init__(self, *arguments: Any) -> None:
        if arguments and not self.name:
            self.name = _python_name(arguments[0])

    def _begin(self) -> None:
        super()._begin()
        self._python_ready = False

    def _user(self) -> Any:
        return self

    def _ready(self) -> bool:
        if self._python_ready:
            return True
        own = type(self).__dict__.get("is_ready") or next(
            (vars(base)["is_ready"] for base in type(self).__mro__ if "is_ready" in vars(base)), None
        )
        if own is not None and own is not vars(IndicatorBase)["is_ready"]:
            return bool(self.is_ready)
        return self._python_ready

    def _compute(self, x: Any, end: int) -> Any:
        result = self._user().update(x)
        self._python_ready = bool(self._user().is_ready) if result is None else bool(result)
        return NetDecimal.of(float(self._user().value))


class PythonAdapter(PythonIndicator):
    """A Python object without LEAN's base that acts as an indicator."""

    def __init__(self, instance: Any) -> None:
        self._instance = instance
        self.name = _python_name(instance)
        self.warm_up_period = int(getattr(instance, "warm_up_period", getattr(instance, "WarmUpPeriod", 0)))

    def _user(self) -> Any:
        return self._instance

    def _ready(self) -> bool:
        return self._python_ready or bool(self._instance.is_ready)


def _python_name(instance: Any) -> str:
    for attribute in ("Name", "name"):
        if hasattr(instance, attribute):
            return str(getattr(instance, attribute))
    return type(instance).__name__


def check_python_indicator(instance: Any) -> None:
    """Refuse an object that lacks what LEAN needs of a Python indicator. LEAN: PythonIndicator.cs, SetIndicator."""
    name = _python_name(instance) if not isinstance(instance, PythonIndicator) else type(instance).__name__
    if instance is None:
        name = "NoneType"
    for member, pascal in (("is_ready", "IsReady"), ("update", "Update"), ("value", "Value")):
        if hasattr(instance, member) or hasattr(instance, pascal):
            continue
        message = f"Indicator.{member} must be implemented. Please implement this missing method in {name}"
        if member == "is_ready":
            message += f" or use PythonIndicator as base:\nclass {name}(PythonIndicator):"
        raise clr.NotImplementedException(message)


def as_managed(indicator: Any) -> Any:
    """The indicator an extension works on; a Python object without LEAN's base is refused."""
    if isinstance(indicator, IndicatorBase):
        return indicator
    if indicator is None:
        raise clr.NullReferenceException
    raise clr.InvalidCastException(
        "cannot convert object to target type\n"
        " ---> Python.Runtime.PythonException: value cannot be converted to Type\n"
        "   --- End of inner exception stack trace ---"
    )


def _to_indicator(value: Any) -> Any:
    if value is None or isinstance(value, IndicatorBase) or hasattr(value, "update"):
        return value
    raise clr.NoMatch


def _to_anything_but_numbers(value: Any) -> Any:
    if isinstance(value, (int, float, str)):
        raise clr.NoMatch
    return value


clr.register_type("IndicatorBase", _to_indicator)
clr.register_type("PyObject", _to_anything_but_numbers)


def _of(second: Any, first: Any, wait: bool = True) -> Any:
    second, first = as_managed(second), as_managed(first)

    def forward(sender: Any, point: IndicatorDataPoint) -> None:
        if not wait or first._ready():
            second.take(point)

    first.updated += forward
    return second


def _over(left: IndicatorBase, right: IndicatorBase) -> IndicatorResult:
    divisor = right._value
    if not divisor:
        return IndicatorResult(ZERO, IndicatorStatus.MATH_ERROR)
    return IndicatorResult(left._value / divisor)


_ARITHMETIC: dict[str, Callable[[IndicatorBase, IndicatorBase], IndicatorResult]] = {
    "plus": lambda left, right: IndicatorResult(left._value + right._value),
    "minus": lambda left, right: IndicatorResult(left._value - right._value),
    "times": lambda left, right: IndicatorResult(left._value * right._value),
    "over": _over,
}


def _binary(key: str) -> Any:
    overloads = clr.Overloads(
        key, "left: PyObject, constant: float", "left: PyObject, right: PyObject, name: str = None"
    )

    def combine(*arguments: Any, **keywords: Any) -> CompositeIndicator:
        number, bound = overloads.bind(arguments, keywords)
        left = as_managed(bound["left"])
        if number == 0:
            constant = bound["constant"]
            right: Any = ConstantIndicator(number_text(constant), constant)
        else:
            right = as_managed(bound["right"])
        composite: Any = CompositeIndicator.__new__(CompositeIndicator)
        composite._join(bound.get("name"), left, right, _ARITHMETIC[key])
        return composite  # type: ignore[no-any-return]  # made without its constructor

    combine.__name__ = key
    combine.__doc__ = f"`{key}` of two indicators, or of an indicator and a number, as an indicator."
    return staticmethod(combine)


_SMOOTHERS = {"sma": SimpleMovingAverage, "max": Maximum, "min": Minimum}


def _smoother(key: str) -> Any:
    overloads = clr.Overloads(key, "left: IndicatorBase, period: int, wait_for_first_to_ready: bool = True")

    def smooth(*arguments: Any, **keywords: Any) -> Any:
        bound = _bind_left(overloads, arguments, keywords)
        left, period = as_managed(bound["left"]), bound["period"]
        made = _SMOOTHERS[key](f"{key.upper()}{period}_Of_{left.name}", period)
        return _of(made, left, bound["wait_for_first_to_ready"])

    smooth.__name__ = key
    smooth.__doc__ = f"`{key}` of another indicator's values."
    return staticmethod(smooth)


def _bind_left(overloads: clr.Overloads, arguments: Any, keywords: Any) -> dict[str, Any]:
    try:
        return overloads.bind(arguments, keywords)[1]
    except TypeError as refusal:
        left = arguments[0] if arguments else keywords.get("left")
        if not isinstance(left, (int, float, str, type(None))):
            as_managed(left)  # LEAN's overload for Python objects takes it, and fails on it
        # LEAN's two overloads (IndicatorBase, PyObject) print as one, and the second one's type in the mismatch
        text = str(refusal).replace("('left') expected IndicatorBase", "('left') expected Any")
        raise TypeError(text) from None


_OF = clr.Overloads("of", "second: PyObject, first: PyObject, wait_for_first_to_ready: bool = True")
_EMA = clr.Overloads(
    "ema",
    "left: IndicatorBase, period: int, smoothing_factor: Optional[float] = None, wait_for_first_to_ready: bool = True",
)
_WEIGHTED_BY = clr.Overloads("weighted_by", "value: PyObject, weight: PyObject, period: int")


@lean_names(sma="SMA", ema="EMA", max="MAX", min="MIN")
class IndicatorExtensions:
    """Indicators of indicators; functions only. LEAN: Indicators/IndicatorExtensions.cs."""

    plus, minus, times, over = _binary("plus"), _binary("minus"), _binary("times"), _binary("over")
    sma, max, min = _smoother("sma"), _smoother("max"), _smoother("min")

    @staticmethod
    def of(*arguments: Any, **keywords: Any) -> Any:
        """Feed the first indicator's values to the second: `of(second, first, wait_for_first_to_ready=True)`."""
        bound = _OF.bind(arguments, keywords)[1]
        return _of(bound["second"], bound["first"], bound["wait_for_first_to_ready"])

    @staticmethod
    def ema(*arguments: Any, **keywords: Any) -> Any:
        """`ema(left, period, smoothing_factor=None, wait_for_first_to_ready=True)`."""
        bound = _bind_left(_EMA, arguments, keywords)
        left, period, factor = as_managed(bound["left"]), bound["period"], bound["smoothing_factor"]
        name = f"EMA{period}_Of_{left.name}"
        factor = ExponentialMovingAverage.smoothing_factor_default(period) if factor is None else factor
        return _of(ExponentialMovingAverage(name, period, factor), left, bound["wait_for_first_to_ready"])

    @staticmethod
    def weighted_by(*arguments: Any, **keywords: Any) -> CompositeIndicator:
        """Average of a value weighted by another: `weighted_by(value, weight, period)`."""
        bound = _WEIGHTED_BY.bind(arguments, keywords)[1]
        value, weight, period = as_managed(bound["value"]), as_managed(bound["weight"]), bound["period"]
        x, y = WindowIdentity(period), WindowIdentity(period)
        numerator, denominator = Sum("Sum_xy", period), Sum("Sum_y", period)

        def on_value(sender: Any, point: IndicatorDataPoint) -> None:
            x.take(point)
            if x._samples == y._samples:
                numerator.feed(point.value * y._value, point.end_ns, EMPTY_SYMBOL)

        def on_weight(sender: Any, point: IndicatorDataPoint) -> None:
            y.take(point)
            if x._samples == y._samples:
                numerator.feed(point.value * x._value, point.end_ns, EMPTY_SYMBOL)
            denominator.take(point)

        value.updated += on_value
        weight.updated += on_weight

        def reset_windows() -> None:
            x.reset()
            y.reset()

        composite: Any = ResetCompositeIndicator.__new__(ResetCompositeIndicator)
        composite._join(f"RESET_COMPOSE({numerator.name},{denominator.name})", numerator, denominator, _over)
        composite.extra_reset = reset_windows
        return composite  # type: ignore[no-any-return]  # made without its constructor

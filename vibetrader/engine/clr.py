"""What LEAN's Python users see of .NET: its exceptions, events, type names and "No method matches" refusals.

The texts are those of Python.NET as LEAN ships it. `Overloads` binds a call to one of several C# signatures in their
Python spelling, with the conversions Python.NET makes (5.0 and "5" are the integer 5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any, Final


class DotNetException(Exception):
    """Base of the .NET exceptions that reach user code."""


class ArgumentException(DotNetException):
    """.NET: System.ArgumentException; `parameter` is appended as .NET does."""

    def __init__(self, message: str, parameter: str = "") -> None:
        super().__init__(f"{message} (Parameter '{parameter}')" if parameter else message)


class ArgumentNullException(ArgumentException):
    """.NET: System.ArgumentNullException."""


class ArgumentOutOfRangeException(ArgumentException):
    """.NET: System.ArgumentOutOfRangeException; the offending value goes on a second line."""

    def __init__(self, message: str, parameter: str = "", value: object = None) -> None:
        super().__init__(message, parameter)
        if value is not None:
            self.args = (f"{self.args[0]}\nActual value was {value}.",)


class InvalidOperationException(DotNetException):
    """.NET: System.InvalidOperationException."""


class InvalidCastException(DotNetException):
    """.NET: System.InvalidCastException."""


class NotSupportedException(DotNetException):
    """.NET: System.NotSupportedException."""


class NotImplementedException(DotNetException):
    """.NET: System.NotImplementedException."""


class NullReferenceException(DotNetException):
    """.NET: System.NullReferenceException."""

    def __init__(self, message: str = "Object reference not set to an instance of an object.") -> None:
        super().__init__(message)


class DivideByZeroException(DotNetException):
    """.NET: System.DivideByZeroException."""

    def __init__(self, message: str = "Attempted to divide by zero.") -> None:
        super().__init__(message)


class OverflowException(DotNetException):
    """.NET: System.OverflowException."""

    def __init__(self, message: str = "Value was either too large or too small for a Decimal.") -> None:
        super().__init__(message)


class KeyNotFoundException(DotNetException, KeyError):
    """.NET: System.Collections.Generic.KeyNotFoundException; also caught as KeyError."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class IndexOutOfRangeException(DotNetException):
    """.NET: System.IndexOutOfRangeException."""

    def __init__(self, message: str = "Index was outside the bounds of the array.") -> None:
        super().__init__(message)


class Event:
    """A .NET event: `+=` subscribes, `-=` unsubscribes; handlers run in the order of subscription.

    Args:
        on_first: Called when the first handler subscribes (engines that work on demand then start pushing).
    """

    __slots__ = ("_handlers", "_on_first")

    def __init__(self, on_first: Callable[[], None] | None = None) -> None:
        self._handlers: list[Callable[..., Any]] = []
        self._on_first = on_first

    def __iadd__(self, handler: Callable[..., Any]) -> Event:
        first = not self._handlers
        self._handlers = [*self._handlers, handler]
        if first and self._on_first is not None:
            self._on_first()
        return self

    def __isub__(self, handler: Callable[..., Any]) -> Event:
        for place in range(len(self._handlers) - 1, -1, -1):
            if self._handlers[place] == handler:
                self._handlers = self._handlers[:place] + self._handlers[place + 1 :]
                break
        return self

    def __bool__(self) -> bool:
        return bool(self._handlers)

    def __len__(self) -> int:
        return len(self._handlers)

    def __iter__(self) -> Iterator[Callable[..., Any]]:
        return iter(self._handlers)

    def __call__(self, *arguments: Any) -> None:
        for handler in self._handlers:
            handler(*arguments)


#: Class name → .NET namespace; anything not here prints as the Python type it is.
_NAMESPACES: Final[dict[str, str]] = {
    **dict.fromkeys(
        (
            "Symbol",
            "SecurityIdentifier",
            "Resolution",
            "TickType",
            "SecurityType",
            "DataNormalizationMode",
            "AccountType",
        ),
        "QuantConnect.",
    ),
    "TradeBar": "QuantConnect.Data.Market.",
    "QuoteBar": "QuantConnect.Data.Market.",
    "Tick": "QuantConnect.Data.Market.",
    "Bar": "QuantConnect.Data.Market.",
    "RenkoBar": "QuantConnect.Data.Market.",
    "RangeBar": "QuantConnect.Data.Market.",
    "VolumeRenkoBar": "QuantConnect.Data.Market.",
    "IBaseDataBar": "QuantConnect.Data.Market.",
    "IBaseData": "QuantConnect.Data.",
    "Slice": "QuantConnect.Data.",
    "IndicatorDataPoint": "QuantConnect.Indicators.",
    "MovingAverageType": "QuantConnect.Indicators.",
    "RiskFreeInterestRateModel": "QuantConnect.Data.",
}


_HEAP_TYPE: Final = 1 << 9  # CPython's Py_TPFLAGS_HEAPTYPE


def clr_name(kind: type) -> str:
    """Full name Python.NET prints for a type: `QuantConnect.Symbol`; "" when it is a plain Python type."""
    own = kind.__dict__.get("__clr_name__")
    if own is not None:
        return str(own)
    if kind.__module__.startswith("vibetrader.engine.indicators"):
        return f"QuantConnect.Indicators.{kind.__name__}"
    if kind.__module__.startswith("vibetrader.engine.") and kind.__name__ in _NAMESPACES:
        return _NAMESPACES[kind.__name__] + kind.__name__
    return ""


def class_text(value: object) -> str:
    """`<class 'QuantConnect.Symbol'>`, as Python.NET shows an argument's type."""
    name = clr_name(type(value))
    if isinstance(value, type) and type(value) is not type:
        name = "clr._internal.CLRMetatype"
    return f"<class '{name}'>" if name else str(type(value))


def short_name(value: object) -> str:
    """Type of an argument in a mismatch text: `Resolution`, `int`, `datetime.timedelta`."""
    kind = type(value)
    name = clr_name(kind)
    if name.startswith("System.Func["):
        return name.removeprefix("System.")
    if name:
        return name.rsplit(".", 1)[-1]
    if kind.__module__ == "builtins" or kind.__flags__ & _HEAP_TYPE:
        return kind.__name__  # a class written in Python has no module in its C name
    return f"{kind.__module__}.{kind.__name__}"


class NoMatch(Exception):
    """An argument cannot become the wanted type."""


def _to_int(value: Any) -> int:
    if isinstance(value, Enum):
        raise NoMatch
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            raise NoMatch from None
    if hasattr(value, "dtype") and getattr(value, "ndim", 1) == 0 and float(value).is_integer():
        return int(value)
    raise NoMatch


def _to_float(value: Any) -> float:
    if isinstance(value, Enum) or value is None or isinstance(value, (datetime, timedelta)):
        raise NoMatch
    if isinstance(value, (int, float)):
        if not isfinite(value):
            raise NoMatch
        return value
    if isinstance(value, (str, Decimal)) or (hasattr(value, "dtype") and getattr(value, "ndim", 1) == 0):
        try:
            number = float(value)
        except ValueError:
            raise NoMatch from None
        if not isfinite(number):
            raise NoMatch
        return number
    raise NoMatch


def _to_str(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise NoMatch


def _to_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and not isinstance(value, Enum):
        return bool(value)
    raise NoMatch


def _to_timedelta(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    raise NoMatch


def _to_datetime(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    raise NoMatch


def _to_callable(value: Any) -> Any:
    if value is None or callable(value):
        return value
    raise NoMatch


def _anything(value: Any) -> Any:
    return value


def nullable(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A converter that also accepts None."""
    return lambda value: None if value is None else convert(value)


def enumeration(kind: type[Enum]) -> Callable[[Any], Any]:
    """A converter to an enumeration: members and plain integers pass."""

    def convert(value: Any) -> Any:
        if isinstance(value, kind):
            return value
        if isinstance(value, int) and not isinstance(value, (bool, Enum)):
            try:
                return kind(value)
            except ValueError:
                return value
        raise NoMatch

    return convert


#: Python spelling of a C# type → converter. Rooms add their own with `register_type`.
CONVERTERS: Final[dict[str, Callable[[Any], Any]]] = {
    "int": _to_int,
    "Optional[int]": nullable(_to_int),
    "float": _to_float,
    "Optional[float]": nullable(_to_float),
    "str": _to_str,
    "bool": _to_bool,
    "timedelta": _to_timedelta,
    "Optional[timedelta]": nullable(_to_timedelta),
    "datetime": _to_datetime,
    "Optional[datetime]": nullable(_to_datetime),
    "Any": _anything,
}


def register_type(name: str, convert: Callable[[Any], Any]) -> None:
    """Teach `Overloads` the type `name`, and `Optional[name]`."""
    CONVERTERS[name] = convert
    CONVERTERS.setdefault(f"Optional[{name}]", nullable(convert))


_REQUIRED: Final = object()


class Parameter:
    """One parameter of a signature."""

    __slots__ = ("convert", "default", "kind", "name")

    def __init__(self, name: str, kind: str, default: object) -> None:
        self.name = name
        self.kind = kind
        self.default = default
        self.convert: Callable[[Any], Any] | None = None


def _split(signature: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for place, character in enumerate(signature):
        if character in "[(":
            depth += 1
        elif character in "])":
            depth -= 1
        elif character == "," and depth == 0:
            parts.append(signature[start:place].strip())
            start = place + 1
    parts.append(signature[start:].strip())
    return [part for part in parts if part]


def _parse(signature: str, names: Mapping[str, object]) -> list[Parameter]:
    parameters = []
    for part in _split(signature):
        head, _, default_text = part.partition(" = ")
        name, _, kind = head.partition(": ")
        default: object = _REQUIRED
        if default_text:
            default = eval(default_text, {"__builtins__": {}}, dict(names))
        parameters.append(Parameter(name, kind, default))
    return parameters


class Overloads:
    """The C# overloads of one member.

    Args:
        name: Member name in refusals; `.ctor` for constructors.
        signatures: Parameter lists in Python spelling, e.g. `"period: int, k: float = 2"`.
        names: What default values may refer to (`MovingAverageType`, `Resolution`).
    """

    __slots__ = ("name", "overloads", "signatures")

    def __init__(self, name: str, *signatures: str, names: Mapping[str, object] | None = None) -> None:
        self.name = name
        self.signatures = signatures
        self.overloads = [_parse(signature, names or {}) for signature in signatures]

    def bind(self, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """Number of the matching overload and its converted arguments.

        Raises:
            TypeError: No overload takes these arguments; the text is Python.NET's.
        """
        for number, parameters in enumerate(self.overloads):
            bound = self._try(parameters, arguments, keywords)
            if bound is not None:
                return number, bound
        # LEAN: Common/Symbol.cs: a symbol is a text, but only where no overload takes a symbol
        if any(_is_text(value) for value in (*arguments, *keywords.values())):
            for number, parameters in enumerate(self.overloads):
                bound = self._try(parameters, arguments, keywords, symbols_are_texts=True)
                if bound is not None:
                    return number, bound
        raise TypeError(self._refusal(arguments, keywords))

    def _try(
        self,
        parameters: list[Parameter],
        arguments: Sequence[Any],
        keywords: Mapping[str, Any],
        *,
        symbols_are_texts: bool = False,
    ) -> dict[str, Any] | None:
        if len(arguments) + len(keywords) > len(parameters):
            return None
        bound: dict[str, Any] = {}
        used = 0
        given = len(arguments)
        for place, parameter in enumerate(parameters):
            if place < given:
                value = arguments[place]
            elif parameter.name in keywords:
                value = keywords[parameter.name]
                used += 1
            elif parameter.default is _REQUIRED:
                return None
            else:
                bound[parameter.name] = parameter.default
                continue
            if symbols_are_texts and _is_text(value):
                value = value.value if parameter.name == "ticker" else str(value)
            try:
                bound[parameter.name] = _convert(parameter, value)
            except NoMatch:
                return None
        return bound if used == len(keywords) else None

    def _refusal(self, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> str:
        kinds = ", ".join(class_text(value) for value in arguments)
        if len(arguments) == 1:
            kinds = kinds.rstrip(",")
        text = f"No method matches given arguments for {self.name}: ({kinds})."
        known = {parameter.name for parameters in self.overloads for parameter in parameters}
        unknown = next((name for name in keywords if name not in known), None)
        if unknown is not None:
            text += f" Got an unexpected keyword argument '{unknown}'."
        if len(self.signatures) == 1:
            text += f" The expected signature is:\n  {self.name}({self.signatures[0]})"
        else:
            lines = "\n".join(f"  {self.name}({signature})" for signature in self.signatures[:10])
            if len(self.signatures) > 10:
                lines += f"\n  ... and {len(self.signatures) - 10} more"
            text += f" The following overloads are available:\n{lines}"
        if unknown is None:
            mismatch = self._mismatch(arguments, keywords)
            if mismatch:
                text += f"\n{mismatch}"
        return text

    def _mismatch(self, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> str:
        given = len(arguments) + len(keywords)
        # overloads with room for all arguments are blamed first
        for parameters in sorted(self.overloads, key=lambda parameters: len(parameters) < given):
            for place, value in enumerate(arguments[: len(parameters)]):
                parameter = parameters[place]
                try:
                    _convert(parameter, value)
                except NoMatch:
                    return (
                        f"Argument mismatch: argument {place + 1} ('{parameter.name}') "
                        f"expected {parameter.kind}, got {short_name(value)}."
                    )
            for name, value in keywords.items():
                found = next((item for item in parameters if item.name == name), None)
                if found is None:
                    continue
                try:
                    _convert(found, value)
                except NoMatch:
                    return (
                        f"Argument mismatch: keyword argument '{name}' expected {found.kind}, got {short_name(value)}."
                    )
        return ""


def _is_text(value: Any) -> bool:
    """A symbol, which converts to a text by itself."""
    return bool(getattr(value, "is_implicit_text", False))


def _convert(parameter: Parameter, value: Any) -> Any:
    convert = parameter.convert
    if convert is None:
        convert = CONVERTERS.get(parameter.kind)
        if convert is None:
            convert = _to_callable if parameter.kind.startswith(("Callable[", "Func[")) else _anything
        parameter.convert = convert
    return convert(value)

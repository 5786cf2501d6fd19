"""Numbers and times as .NET and Newtonsoft write them, where LEAN's files and texts show them."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Final

from vibetrader.engine.money import plain, text
from vibetrader.engine.timekeeping import DAY, HOUR, MINUTE, SECOND, Nanoseconds, to_datetime

_TICK: Final = 100  # ns
_MAXIMUM: Final = Decimal(2**96 - 1)


_WIDE: Final = Context(prec=70, rounding=ROUND_HALF_EVEN)


def fit(value: Decimal) -> Decimal:
    """The nearest .NET decimal: at most 28 decimals and a mantissa below 2^96 (28 or 29 digits), half to even."""
    shown = str(value)
    if len(shown) <= 29 and "E" not in shown:
        return value
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    if exponent >= -28 and len(digits) <= 28:
        return value
    scale = min(28, 28 - value.adjusted(), -exponent)
    fitted = value.quantize(Decimal(1).scaleb(-scale), context=_WIDE)
    if abs(fitted.scaleb(scale, context=_WIDE)) > _MAXIMUM and scale:
        fitted = value.quantize(Decimal(1).scaleb(1 - scale), context=_WIDE)
    return fitted


def divide(value: Decimal, by: Decimal | int) -> Decimal:
    """Quotient with .NET's 28 or 29 digits; Python's context stops at 28."""
    return fit(_WIDE.divide(value, Decimal(by)))


def add(first: Decimal, second: Decimal) -> Decimal:
    """Sum with .NET's 28 or 29 digits."""
    return fit(_WIDE.add(first, second))


def to_double(value: Decimal) -> float:
    """C#'s `(double)decimal`: the two halves of the mantissa, then one division by the power of ten."""
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    mantissa = int("".join(map(str, digits)))
    low, high = mantissa & 0xFFFF_FFFF_FFFF_FFFF, mantissa >> 64
    number = float(low) + float(high) * 18446744073709551616.0
    number = number / 10.0**-exponent if exponent <= 0 else number * 10.0**exponent
    return -number if sign else number


def cast(value: float) -> Decimal:
    """C#'s `(decimal)double`: at most 15 significant digits, no trailing zeros.

    Raises:
        OverflowError: Not finite, or beyond a decimal's range.
    """
    if not math.isfinite(value) or abs(value) > 7.9e28:
        raise OverflowError(f"{value!r} is outside the range of a .NET decimal")
    found = Decimal(f"{value:.14e}")
    if not found or found.adjusted() < -28:
        return Decimal(0)
    found = plain(found.normalize())
    exponent = found.as_tuple().exponent
    assert isinstance(exponent, int)
    return plain(found.quantize(Decimal(1).scaleb(-28)).normalize()) if exponent < -28 else found


def safe_cast(value: float) -> Decimal:
    """LEAN's `SafeDecimalCast`: `cast`, with values out of range cut to the decimal's limits.

    Raises:
        ValueError: Not finite.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value!r} is not a finite number")
    if abs(value) > 7.9e28:
        return _MAXIMUM.copy_sign(Decimal(value))
    return cast(value)


def round_double(value: float, digits: int) -> float:
    """`Math.Round(double, digits)`: scaled, half to even, scaled back."""
    if abs(value) >= 1e16:
        return value
    power = 10.0**digits
    scaled = value * power
    return math.copysign(round(scaled) / power, value) if math.isfinite(scaled) else value


def double_text(value: float) -> str:
    """Shortest text of a double: "0.06", "2", "-0", "1E-05", "1E+16"."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    out = repr(value)
    if "e" not in out:
        return out.removesuffix(".0")
    mantissa, exponent = out.split("e")
    power = int(exponent)
    if 0 <= power < 15:
        return text(Decimal(out))
    return f"{mantissa}E{'-' if power < 0 else '+'}{abs(power):02d}"


def fixed(value: Decimal, digits: int) -> str:
    """Custom format "0.00": half away from zero, padded, no sign on zero."""
    return format(plain(value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)), "f")


def grouped(value: Decimal, digits: int = 2) -> str:
    """Format "N2": thousands separators, half away from zero."""
    return format(plain(value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)), f",.{digits}f")


def percent(value: Decimal) -> str:
    """Format "P" of the invariant culture: 0.5 → "50.00 %"."""
    return f"{grouped(value * 100)} %"


def json_number(value: Decimal) -> str:
    """A decimal as Newtonsoft writes it: scale kept, ".0" appended to whole numbers."""
    out = format(value if value else abs(value), "f")
    return out if "." in out else out + ".0"


def json_double(value: float) -> str:
    """A double as Newtonsoft writes it: shortest text with a decimal place."""
    out = double_text(value)
    return out if any(mark in out for mark in ".EN") else out + ".0"


def iso_time(utc: Nanoseconds) -> str:
    """`2024-01-31T14:30:00Z`, with up to seven decimals of a second where there are any."""
    moment = to_datetime(utc // SECOND * SECOND)
    rest = utc % SECOND // _TICK
    fraction = f".{rest:07d}".rstrip("0") if rest else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z" if moment.year >= 1000 else f"{moment.isoformat()}{fraction}Z"


def timespan(span: Nanoseconds) -> str:
    """A `TimeSpan` in format "c": `26.00:00:00`, `00:04:42.8571430`."""
    sign = "-" if span < 0 else ""
    span = abs(span)
    days, rest = divmod(span, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds, rest = divmod(rest, SECOND)
    fraction = f".{rest // _TICK:07d}" if rest // _TICK else ""
    return f"{sign}{f'{days}.' if days else ''}{hours:02d}:{minutes:02d}:{seconds:02d}{fraction}"

"""Decimal arithmetic as .NET's `decimal` does it, and how .NET prints it.

As many digits as 96 bits mostly hold, 29, and 28 places, half-even; scale is kept ("2.200", not "2.2"), since it shows in LEAN's texts and in the order hash.
"""

from __future__ import annotations

import decimal
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

#: One context for all money; `install` makes it the thread's.
CONTEXT: Final = Context(prec=29, rounding=ROUND_HALF_EVEN, Emin=0, traps=[decimal.InvalidOperation, decimal.DivisionByZero])

_STEPS: Final = tuple(Decimal(1).scaleb(-digits) for digits in range(29))

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)


def install() -> None:
    """Use .NET-like decimal arithmetic in this thread."""
    decimal.setcontext(CONTEXT)


_LOW: Final = 2**64 - 1
_HIGH: Final = 2.0**64
#: .NET's decimal has at most so many digits after the point.
_MOST_SCALE: Final = 28


def dec(value: object) -> Decimal:
    """Decimal of a number as LEAN converts it: floats by their shortest text.

    LEAN: Common/Extensions.cs, SafeDecimalCast; verified by the order hashes of the reference runs.

    Raises:
        ValueError: The value is no finite number.
    """
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        return Decimal(int(value))
    number = float(value)  # type: ignore[arg-type]  # numpy scalars and numeric text come this way
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError(f"{value!r} is not a finite number")
    text = repr(number)
    found = Decimal(text[:-2] if text.endswith(".0") else text)
    return plain(found) if "e" in text or not found else found


def double(value: object) -> float:
    """A decimal as a double the way .NET converts it: its integer as a double, over a power of ten.

    That is not always the nearest double, and the last digit shows in texts: the lower 64 bits and the rest become
    doubles one by one. Whatever is no decimal is taken as it is.
    """
    if not isinstance(value, Decimal):
        return float(value)  # type: ignore[arg-type]  # numpy scalars and numbers of models
    sign, digits, exponent = value.as_tuple()
    if len(digits) < 16 or not isinstance(exponent, int) or exponent >= 0:
        return float(value)
    # .NET: Decimal.DecCalc.cs, VarR8FromDec: the low 64 bits and the rest are converted one by one
    whole = int("".join(map(str, digits)))
    number = (float(whole & _LOW) + float(whole >> 64) * _HIGH) / float(10**-exponent)
    return -number if sign else number


def plain(value: Decimal) -> Decimal:
    """The same number without a positive exponent (1E+2 → 100) and without "-0"."""
    if "E" in str(value):  # cheaper than asking for its parts
        sign, digits, exponent = value.as_tuple()
        if not isinstance(exponent, int) or exponent <= 0:
            return value if value else abs(value)
        value = Decimal((sign, digits + (0,) * int(exponent), 0))  # of any size, unlike `quantize`
    return value if value else abs(value)


def round_to(value: Decimal, digits: int) -> Decimal:
    """.NET's `Math.Round`: half-even, cuts a longer scale, never pads a shorter one."""
    if _scale(value) <= digits:
        return value
    return value.quantize(_STEPS[digits] if 0 <= digits < 29 else Decimal(1).scaleb(-digits), context=CONTEXT)


def _scale(value: Decimal) -> int:
    """Digits after the point; the text tells them sooner than the parts."""
    shown = str(value)
    if "E" in shown:
        exponent = value.as_tuple().exponent
        return -exponent if isinstance(exponent, int) else 0
    dot = shown.find(".")
    return len(shown) - dot - 1 if dot >= 0 else 0


def normalize(value: Decimal) -> Decimal:
    """Without trailing zeros and without exponent. LEAN: Common/Extensions.cs, Normalize."""
    return plain(value.normalize(CONTEXT))


def smart_round(value: Decimal) -> Decimal:
    """Rounding for display and charts: over 1000 four decimals, else seven significant digits.

    Negative values below -1000 also keep seven significant digits. LEAN: Common/Extensions.cs, SmartRounding.
    """
    value = normalize(value)
    if value > 1000:
        return round_to(value, 4)
    return normalize(round_significant(value, 7))


def round_significant(value: Decimal, digits: int) -> Decimal:
    """Rounded to a number of significant digits. LEAN: Common/Extensions.cs, RoundToSignificantDigits."""
    if not value:
        return value
    places = digits - 1 - value.adjusted()
    if places >= 0:
        return round_to(value, places)
    scale = Decimal(10) ** -places
    return plain(round_to(value / scale, 0) * scale)


def text(value: Decimal) -> str:
    """.NET's invariant text of a decimal: all digits, scale kept, no exponent."""
    value = plain(value)
    if _scale(value) > _MOST_SCALE:
        value = round_to(value, _MOST_SCALE)
    return format(value, "f")


def remainder(value: Decimal, step: Decimal) -> Decimal:
    """What is left of a value after whole steps, with the value's sign; of any size, unlike Decimal's own `%`."""
    return value - (value / step).to_integral_value(decimal.ROUND_DOWN) * step if abs(value) >= step * 10**27 else value % step


def to_multiple(value: Decimal, step: Decimal) -> Decimal:
    """The nearest multiple of a step, halves to even, with the step's scale as .NET's product has it."""
    return plain(round_to(plain(value / step), 0)) * step

""".NET's `System.Decimal`: 96 bits of digits, 0 to 28 places, halves to even.

LEAN's prices and indicators are such numbers, and their last digits show in texts. `NetDecimal` is the compiled type
where it could be built (`_netdecimal.c`), else `PureNetDecimal`, which gives the same results at a twentieth of the speed.

A double mixed into arithmetic is taken as C#'s cast takes it, with fifteen digits; `NetDecimal.of` takes the shortest
text of a double, as the bridge between Python and .NET does. `float(x)` is .NET's own conversion, which is not always
the nearest double.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import frexp, isfinite
from typing import TYPE_CHECKING, Any, Final

_NUMBER: Final = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(?:\.(?P<decimals>[0-9]*))?(?:[eE](?P<power>[+-]?[0-9]+))?"
)
_LIMIT: Final = 1 << 96
_MOST: Final = 28
_TENS: Final[list[int]] = [10**n for n in range(60)]
_DOUBLE_TENS: Final[list[float]] = [float(10**n) for n in range(60)]
_TOO_LARGE: Final = "Value was either too large or too small for a Decimal."


def _fit(mantissa: int, scale: int) -> tuple[int, int]:
    """As few digits off the end as make it fit 96 bits and 28 places; halves to even."""
    drop = max(scale - _MOST, 0)
    while (mantissa // _TENS[drop]) >= _LIMIT:
        drop += 1
    while True:
        if drop > scale:
            raise OverflowError(_TOO_LARGE)
        if not drop:
            return mantissa, scale
        quotient, rest = divmod(mantissa, _TENS[drop])
        half = _TENS[drop] // 2
        if rest > half or (rest == half and quotient & 1):
            quotient += 1
        if quotient < _LIMIT:
            return quotient, scale - drop
        mantissa, scale, drop = quotient, scale - drop, 1


class PureNetDecimal:
    """A .NET decimal in Python."""

    __slots__ = ("mantissa", "negative", "scale")

    #: Digits as a whole number, without sign.
    mantissa: int
    #: Places after the point.
    scale: int
    #: True below zero, and for a negative zero.
    negative: bool

    def __new__(cls, value: Any) -> PureNetDecimal:
        return cls.of(value)

    @classmethod
    def _make(cls, mantissa: int, scale: int, negative: bool) -> PureNetDecimal:
        self = object.__new__(cls)
        self.mantissa, self.scale, self.negative = mantissa, scale, negative
        return self

    @classmethod
    def of(cls, value: Any) -> PureNetDecimal:
        """A number with the digits of its shortest text."""
        if isinstance(value, PureNetDecimal):
            return value
        if isinstance(value, int):
            if abs(value) >= _LIMIT:
                raise OverflowError(_TOO_LARGE)
            return cls._make(abs(value), 0, value < 0)
        if isinstance(value, float):
            if not isfinite(value):
                raise OverflowError(_TOO_LARGE)
            text = repr(value or 0.0).removesuffix(".0")
        else:
            text = str(value).strip(" ")
        return cls._parsed(text)

    @classmethod
    def _parsed(cls, text: str) -> PureNetDecimal:
        parts = _NUMBER.fullmatch(text)
        if parts is None or not (parts["whole"] or parts["decimals"]):
            raise ValueError("not a decimal number")
        negative, decimals = parts["sign"] == "-", parts["decimals"] or ""
        mantissa, scale = int(parts["whole"] + decimals), len(decimals) - int(parts["power"] or 0)
        if scale < 0:
            mantissa, scale = mantissa * 10**-scale, 0
        if scale >= 60:
            cut = scale - 59
            mantissa, scale = mantissa // 10**cut | bool(mantissa % 10**cut), 59
        return cls._make(*_fit(mantissa, scale), negative)

    @classmethod
    def cast(cls, value: Any) -> PureNetDecimal:
        """C#'s `(decimal)` of a double: fifteen digits."""
        if isinstance(value, PureNetDecimal):
            return value
        x = float(value)
        if not isfinite(x):
            raise OverflowError(_TOO_LARGE)
        zero = cls._make(0, 0, False)
        if x == 0:
            return zero
        exponent = frexp(x)[1]
        if exponent < -94:
            return zero
        if exponent > 96:
            raise OverflowError(_TOO_LARGE)
        d = abs(x)
        power = 14 - ((exponent * 19728) >> 16)
        if power >= 0:
            power = min(power, _MOST)
            d *= _DOUBLE_TENS[power]
        elif power != -1 or d >= 1e15:
            d /= _DOUBLE_TENS[-power]
        else:
            power = 0
        if d < 1e14 and power < _MOST:
            d *= 10
            power += 1
        mantissa = round(d)
        if not mantissa:
            return zero
        if power < 0:
            mantissa *= _TENS[-power]
            if mantissa >= _LIMIT:
                raise OverflowError(_TOO_LARGE)
            power = 0
        while power > 0 and mantissa % 10 == 0:
            mantissa //= 10
            power -= 1
        return cls._make(mantissa, power, x < 0)

    @classmethod
    def raw(cls, mantissa: int, scale: int) -> PureNetDecimal:
        """From digits and places."""
        if not 0 <= scale <= _MOST:
            raise ValueError("a decimal has 0 to 28 places")
        if abs(mantissa) >= _LIMIT:
            raise OverflowError(_TOO_LARGE)
        return cls._make(abs(mantissa), scale, mantissa < 0)

    def padded(self, places: int) -> PureNetDecimal:
        """The same number with at least so many places."""
        places = min(places, _MOST)
        if self.scale >= places:
            return self
        mantissa = self.mantissa * _TENS[places - self.scale]
        return self if mantissa >= _LIMIT else self._make(mantissa, places, self.negative)

    @classmethod
    def _operand(cls, value: Any) -> PureNetDecimal | None:
        if isinstance(value, PureNetDecimal):
            return value
        if isinstance(value, int):
            return cls.of(value)
        return cls.cast(value) if isinstance(value, float) else None

    def _plus(self, other: PureNetDecimal, flip: bool) -> PureNetDecimal:
        scale = max(self.scale, other.scale)
        a = self.mantissa * _TENS[scale - self.scale]
        b = other.mantissa * _TENS[scale - other.scale]
        theirs = other.negative ^ flip
        if self.negative == theirs:
            return self._make(*_fit(a + b, scale), self.negative)
        if self.scale <= other.scale:  # a difference of nothing keeps the sign of the coarser one
            negative = self.negative if a >= b else theirs
        else:
            negative = theirs if b >= a else self.negative
        return self._make(*_fit(abs(a - b), scale), negative)

    def __add__(self, value: Any) -> Any:
        other = self._operand(value)
        return NotImplemented if other is None else self._plus(other, False)

    def __radd__(self, value: Any) -> Any:
        other = self._operand(value)
        return NotImplemented if other is None else other._plus(self, False)

    def __sub__(self, value: Any) -> Any:
        other = self._operand(value)
        return NotImplemented if other is None else self._plus(other, True)

    def __rsub__(self, value: Any) -> Any:
        other = self._operand(value)
        return NotImplemented if other is None else other._plus(self, True)

    def __mul__(self, value: Any) -> Any:
        other = self._operand(value)
        if other is None:
            return NotImplemented
        scale = self.scale + other.scale
        if self.mantissa < 1 << 32 and other.mantissa < 1 << 32:
            if scale > _MOST + 19:
                return self._make(0, 0, False)
        elif not self.mantissa or not other.mantissa:
            return self._make(0, 0, False)
        return self._make(*_fit(self.mantissa * other.mantissa, scale), self.negative ^ other.negative)

    __rmul__ = __mul__

    def _over(self, other: PureNetDecimal) -> PureNetDecimal:
        divisor = other.mantissa
        if not divisor:
            raise ZeroDivisionError("Attempted to divide by zero.")
        negative = self.negative ^ other.negative
        scale = self.scale - other.scale
        quotient, rest = divmod(self.mantissa, divisor)
        if not rest:
            if scale < 0:
                quotient, scale = quotient * _TENS[-scale], 0
                if quotient >= _LIMIT:
                    raise OverflowError(_TOO_LARGE)
            return self._make(quotient, scale, negative)
        more = _MOST - scale
        while self.mantissa * _TENS[more] // divisor >= _LIMIT:
            more -= 1
        scale += more
        if scale < 0:
            raise OverflowError(_TOO_LARGE)
        numerator, divisor = (
            (self.mantissa * _TENS[more], divisor) if more >= 0 else (self.mantissa, divisor * _TENS[-more])
        )
        quotient, rest = divmod(numerator, divisor)
        if 2 * rest > divisor or (2 * rest == divisor and quotient & 1):
            quotient += 1
            if quotient >= _LIMIT:
                quotient, scale = _fit(quotient, scale)
        while scale > 0:
            shorter, digit = divmod(quotient, 10)
            if digit:
                break
            quotient, scale = shorter, scale - 1
        return self._make(quotient, scale, negative)

    def __truediv__(self, value: Any) -> Any:
        other = self._operand(value)
        return NotImplemented if other is None else self._over(other)

    def __rtruediv__(self, value: Any) -> Any:
        other = self._operand(value)
        return NotImplemented if other is None else other._over(self)

    def __neg__(self) -> PureNetDecimal:
        return self._make(self.mantissa, self.scale, not self.negative)

    def __pos__(self) -> PureNetDecimal:
        return self

    def __abs__(self) -> PureNetDecimal:
        return self._make(self.mantissa, self.scale, False)

    def __bool__(self) -> bool:
        return self.mantissa != 0

    def __float__(self) -> float:
        m = self.mantissa
        value = (float(m & 0xFFFFFFFFFFFFFFFF) + float(m >> 64) * 18446744073709551616.0) / _DOUBLE_TENS[self.scale]
        return -value if self.negative else value

    def __int__(self) -> int:
        value = self.mantissa // _TENS[self.scale]
        return -value if self.negative else value

    __trunc__ = __int__

    def __floor__(self) -> int:
        signed = -self.mantissa if self.negative else self.mantissa
        return signed // _TENS[self.scale]

    def __ceil__(self) -> int:
        signed = -self.mantissa if self.negative else self.mantissa
        return -(-signed // _TENS[self.scale])

    def __round__(self, places: int | None = None) -> Any:
        digits = 0 if places is None else places
        if not 0 <= digits <= _MOST:
            raise ValueError("Decimal can only round to between 0 and 28 digits of precision.")
        result = self
        if self.scale > digits:
            power = _TENS[self.scale - digits]
            quotient, rest = divmod(self.mantissa, power)
            if 2 * rest > power or (2 * rest == power and quotient & 1):
                quotient += 1
            result = self._make(quotient, digits, self.negative)
        return result.__int__() if places is None else result

    def _compared(self, value: Any, test: Callable[[int, int], bool]) -> Any:
        if isinstance(value, float):
            if value != value:
                return False
            if abs(value) > 7e28:
                return test(-1 if value > 0 else 1, 0)
        other = self._operand(value)
        if other is None:
            return NotImplemented
        a = self.mantissa * _TENS[other.scale] * (-1 if self.negative else 1)
        b = other.mantissa * _TENS[self.scale] * (-1 if other.negative else 1)
        return test((a > b) - (a < b), 0)

    def __lt__(self, value: Any) -> Any:
        return self._compared(value, int.__lt__)

    def __le__(self, value: Any) -> Any:
        return self._compared(value, int.__le__)

    def __gt__(self, value: Any) -> Any:
        return self._compared(value, int.__gt__)

    def __ge__(self, value: Any) -> Any:
        return self._compared(value, int.__ge__)

    def __eq__(self, value: object) -> Any:
        return self._compared(value, int.__eq__)

    def __ne__(self, value: object) -> Any:
        equal = self == value
        return equal if equal is NotImplemented else not equal

    def __hash__(self) -> int:
        return hash(float(self))

    def __str__(self) -> str:
        digits = str(self.mantissa).rjust(self.scale + 1, "0")
        sign = "-" if self.negative else ""
        return f"{sign}{digits[: -self.scale]}.{digits[-self.scale :]}" if self.scale else sign + digits

    def __repr__(self) -> str:
        return f"NetDecimal('{self}')"

    def __reduce__(self) -> Any:
        return PureNetDecimal, (str(self),)


if TYPE_CHECKING:
    NetDecimal = PureNetDecimal
else:
    try:
        from _vibetrader_netdecimal import NetDecimal
    except ImportError:  # no C compiler when it was installed
        NetDecimal = PureNetDecimal

ZERO: Final = NetDecimal.of(0)
ONE: Final = NetDecimal.of(1)

"""Tables of decimal numbers from CSV text, many times faster than number by number, and rounded exactly as `float` does.

Runs of digits are read as words of eight bytes whose digits are summed in parallel inside the word. A number is then
`digits / 10**decimals` of two floats that are exact (the digits stay below 2**53), which is the float nearest to the
decimal, as `float(text)` gives it. Whatever is longer, or no plain decimal, is left to `float` itself.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_Words = npt.NDArray[np.uint64]

_PAD: Final = b"0" * 16
_POWERS: Final = 10.0 ** np.arange(23)
_INT_POWERS: Final = 10 ** np.arange(19, dtype=np.int64)
#: Keeps the last n characters of eight, which are a little-endian word's highest bytes.
_KEEP: Final = np.array([((1 << 64) - 1) ^ ((1 << (64 - 8 * n)) - 1) for n in range(9)], dtype=np.uint64)
_MOST_DIGITS: Final = 15  # 10**15 < 2**53
_PIECE: Final = 1 << 17  # what the arrays of a piece take stays in the processor's cache


def parse(text: bytes) -> Floats | None:
    """All numbers of a text whose fields end with a comma or a line feed, in reading order; empty fields are NaN.

    Returns:
        None when something in it is no number.
    """
    if len(text) <= 2 * _PIECE:
        return _parse(text)
    parts: list[Floats] = []
    start = 0
    while start < len(text):
        end = text.find(b"\n", start + _PIECE)
        end = len(text) if end < 0 else end
        part = _parse(text[start:end])
        if part is None:
            return None
        parts.append(part)
        start = end + 1
    return np.concatenate(parts)


def _parse(text: bytes) -> Floats | None:
    if not text:
        return np.empty(0)
    padded = np.frombuffer(_PAD + text + b"\n", dtype=np.uint8)
    ends = np.flatnonzero((padded - np.uint8(ord("0"))) > 9)  # everything below "0" wraps around
    marks = padded[ends]
    dots = marks == ord(".")
    known = dots | (marks == ord(",")) | (marks == ord("\n"))
    if not known.all():
        return _by_hand(text)
    lengths = np.diff(ends, prepend=len(_PAD) - 1) - 1
    words = np.ndarray((len(padded) - 7,), np.uint64, buffer=padded, strides=(1,))
    digits = _eight_digits(words[ends - 8] & _KEEP[np.minimum(lengths, 8)])
    long = np.flatnonzero(lengths > 8)
    if len(long):
        if int(lengths[long].max()) > _MOST_DIGITS:
            return _by_hand(text)
        upper = _eight_digits(words[ends[long] - 16] & _KEEP[lengths[long] - 8])
        digits[long] += upper * np.int64(100_000_000)
    number_ends = np.flatnonzero(~dots)
    values: Floats = digits[number_ends].astype(np.float64)
    sizes = lengths[number_ends]
    with_fraction = np.flatnonzero(dots[number_ends - 1]) if len(ends) > 1 else number_ends[:0]
    if len(with_fraction) and with_fraction[0] == 0 and number_ends[0] == 0:
        with_fraction = with_fraction[1:]  # index -1 is the last token, not the one before the first
    if len(with_fraction) != int(np.count_nonzero(dots)):
        return None  # a number with two dots
    if len(with_fraction):
        at = number_ends[with_fraction]
        decimals = lengths[at]
        total = decimals + lengths[at - 1]
        if int(total.max()) > _MOST_DIGITS or int(total.min()) == 0:
            return _by_hand(text)
        mantissa = digits[at - 1] * _INT_POWERS[decimals] + digits[at]
        values[with_fraction] = mantissa / _POWERS[decimals]
        sizes[with_fraction] = total
    values[sizes == 0] = np.nan
    return values


def _eight_digits(words: _Words) -> npt.NDArray[np.int64]:
    """Value of eight ASCII digits per word, the first character in the lowest byte; a zero byte is digit 0."""
    words &= np.uint64(0x0F0F0F0F0F0F0F0F)
    words = (words * np.uint64(10) + (words >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    words = (words * np.uint64(100) + (words >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    words = (words * np.uint64(10_000) + (words >> np.uint64(32))) & np.uint64(0xFFFFFFFF)
    return words.view(np.int64)


def _number(field: bytes) -> float:
    """A number as .NET's decimal turns into a double: all digits as a double, over a power of ten."""
    whole, dot, decimals = field.strip().partition(b".")
    if dot and len(whole) + len(decimals) > _MOST_DIGITS and (whole + decimals).isdigit() and len(decimals) < len(_POWERS):
        return float(int(whole + decimals)) / float(_POWERS[len(decimals)])
    return float(field)


def _by_hand(text: bytes) -> Floats | None:
    """Signs, exponents, long numbers: the slow way."""
    try:
        return np.array(
            [_number(field) if field.strip() else np.nan for line in text.split(b"\n") for field in line.split(b",")]
        )
    except ValueError:
        return None

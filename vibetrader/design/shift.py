"""How many bars back a value is read: a number, a parameter, a loop variable, or a sum of them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Shift:
    """A sum of a number and Python names, with the largest value it can take.

    Attributes:
        number: The plain part.
        names: Python expressions to add (`i`, `self._lookback`).
        most_number: The plain part of the largest value.
        most_names: What to add to it; a loop variable over `range(n)` has the largest value n - 1.
    """

    number: int = 0
    names: tuple[str, ...] = ()
    most_number: int = 0
    most_names: tuple[str, ...] = ()

    @property
    def is_zero(self) -> bool:
        """This bar."""
        return not self.names and self.number == 0

    def plus(self, number: int) -> Shift:
        """So many bars further back."""
        return Shift(self.number + number, self.names, self.most_number + number, self.most_names)

    def plus_name(self, text: str, *, most_number: int, most_name: str = "") -> Shift:
        """Further back by a Python expression whose largest value is given."""
        most = (*self.most_names, most_name) if most_name else self.most_names
        return Shift(self.number, (*self.names, text), self.most_number + most_number, most)

    @property
    def text(self) -> str:
        """Python source of the shift."""
        return sum_text(self.number, self.names)


def sum_text(number: int, names: tuple[str, ...]) -> str:
    """`i + self._n + 1`; a number alone when there are no names."""
    if not names:
        return str(number)
    tail = "" if number == 0 else f" + {number}" if number > 0 else f" - {-number}"
    return " + ".join(names) + tail


@dataclass(slots=True)
class Reach:
    """The furthest shift asked of something, as numbers and as sums with names."""

    most: dict[tuple[str, ...], int] = field(default_factory=dict)

    def note(self, shift: Shift) -> None:
        """Remember a shift that is read."""
        known = self.most.get(shift.most_names)
        self.most[shift.most_names] = shift.most_number if known is None else max(known, shift.most_number)

    @property
    def is_zero(self) -> bool:
        """Only the newest value is read."""
        return all(not names and number == 0 for names, number in self.most.items())

    def size(self, extra: int = 1) -> str:
        """Python source of the furthest shift plus `extra`."""
        texts = [sum_text(number + extra, names) for names, number in sorted(self.most.items())]
        if not texts:
            return str(extra)
        return texts[0] if len(texts) == 1 else f"max({', '.join(texts)})"

    @property
    def number(self) -> int:
        """The furthest plain shift; sums with names count as -1."""
        return max((number for names, number in self.most.items() if not names), default=-1)

    @property
    def has_names(self) -> bool:
        """A name takes part."""
        return any(self.most)

"""Company figures: who knows them, and the groups users read them through. LEAN: Common/Data/Fundamental/Generated/*.

LEAN ships prices and volumes of companies (its coarse files) and no figures: `PERatio` of everything is not a number, and no
company "has fundamental data". Figures of one's own go into `equity/usa/fundamental/figures.json` of the data folder:

    {"has_fundamental_data": true,
     "tables": {"valuation_ratios.pe_ratio": {"default": 0, "values": {"AAPL R735QTJ8XC9X": 13.0, "IBM": [["2014-01-02", 12.4]]}}}}

A value is one for all days, or a list of days and the values known from them on; companies go by identifier or ticker.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from math import inf, isfinite, isnan, nan
from pathlib import Path
from typing import Any, Final

from vibetrader.engine.naming import lean_names, missing_attribute, to_snake
from vibetrader.errors import DataError

#: Code of a type → what LEAN gives where nobody knows. LEAN: BaseFundamentalDataProvider.cs, GetDefault
_DEFAULTS: Final[dict[str, Any]] = {"d": nan, "i": 0, "l": 0, "s": None, "t": datetime(1, 1, 1), "b": False}

#: LEAN: Common/Data/Fundamental/Period.cs
_PERIODS: Final[dict[str, tuple[str, str]]] = {
    "a": ("1M", "OneMonth"), "b": ("2M", "TwoMonths"), "c": ("3M", "ThreeMonths"), "d": ("6M", "SixMonths"),
    "e": ("9M", "NineMonths"), "f": ("12M", "TwelveMonths"), "g": ("1Y", "OneYear"), "h": ("2Y", "TwoYears"),
    "i": ("3Y", "ThreeYears"), "j": ("5Y", "FiveYears"), "k": ("10Y", "TenYears"),
}  # fmt: skip


class FundamentalProvider:
    """Prices of companies by day from the coarse files, and figures if the data folder has any.

    Args:
        data_folder: LEAN data folder.
        market: Market in lower case.
    """

    def __init__(self, data_folder: Path, market: str = "usa") -> None:
        self.folder = Path(data_folder) / "equity" / market / "fundamental"
        self._day: date | None = None
        self._rows: dict[str, list[str]] = {}
        self._figures: dict[str, Any] | None = None
        self.asked_in_vain = False

    def path(self, day: date) -> Path:
        """The coarse file of a day."""
        return self.folder / "coarse" / f"{day:%Y%m%d}.csv"

    def lines(self, day: date) -> list[list[str]]:
        """Fields of every line of a day: identifier, ticker, price, volume, …"""
        path = self.path(day)
        if not path.is_file():
            return []
        return [line.split(",") for line in path.read_text().splitlines() if line]

    def row(self, day: date, identifier: str) -> list[str] | None:
        """Fields of a company after its ticker; None without."""
        if day != self._day:
            self._rows = {fields[0]: fields[2:] for fields in self.lines(day)}
            self._day = day
        return self._rows.get(identifier)

    @property
    def has_figures(self) -> bool:
        """Whether there is a file of figures that says its companies have data."""
        return bool(self._tables().get("has_fundamental_data"))

    def figure(self, day: date, identifier: str, ticker: str, path: str, code: str) -> Any:
        """A figure as known on a day; LEAN's default where nobody knows."""
        table = self._tables().get("tables", {}).get(path)
        if table is None:
            self.asked_in_vain = True
            return _DEFAULTS[code]
        values = table.get("values", {})
        found = values.get(identifier, values.get(ticker, table.get("by_ticker", {}).get(ticker)))
        if isinstance(found, list):
            known = [value for since, value in found if date.fromisoformat(since) <= day]
            found = known[-1] if known else None
        if found is None:
            found = table.get("default")
        if found is None:
            return _DEFAULTS[code]
        if code == "t" and isinstance(found, str):
            return datetime.fromisoformat(found)
        return found

    def _tables(self) -> dict[str, Any]:
        if self._figures is None:
            path = self.folder / "figures.json"
            try:
                self._figures = json.loads(path.read_text()) if path.is_file() else {}
            except ValueError as error:
                raise DataError(f"{path} is no JSON: {error}", hint="correct it or move it away") from error
        return self._figures


class _Clock:
    """The time a point is of, as LEAN's points carry it."""

    def __init__(self, time: datetime) -> None:
        self._time = time

    def get_utc_now(self) -> datetime:
        """That time."""
        return self._time


class Field:
    """A name in a group: its type, and its periods if it has several.

    Args:
        text: How `figures.txt` writes it.
    """

    __slots__ = ("code", "name", "periods")

    def __init__(self, text: str) -> None:
        head, _, self.periods = text.partition("*")
        self.name, _, code = head.partition(":")
        self.code = code or "d"


@cache
def groups() -> dict[str, dict[str, Field]]:
    """Fields of each group by snake_case name; the groups by path, `financial_statements.balance_sheet`."""
    text = (files(__package__) / "figures.txt").read_text(encoding="utf-8")
    found: dict[str, dict[str, Field]] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        path, *names = line.split()
        fields = [Field(name) for name in names]
        found[".".join(map(to_snake, path.split(".")))] = {to_snake(field.name): field for field in fields}
    return found


@cache
def _group_class(path: str) -> type[Group]:
    name = "".join(part.title() for part in path.rpartition(".")[2].split("_"))
    return type(name, (Group,), {"__slots__": (), "__module__": "QuantConnect.Data.Fundamental"})


class Group:
    """A group of figures of a company: `fundamental.valuation_ratios`."""

    __slots__ = ("_owner", "_path")

    def __init__(self, owner: Any, path: str) -> None:
        self._owner = owner
        self._path = path

    @property
    def _time_provider(self) -> _Clock:
        return _Clock(self._owner.time)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        snake = to_snake(name) if name[:1].isupper() else name
        inner = f"{self._path}.{snake}"
        field = groups()[self._path].get(snake)
        if field is not None:
            return MultiPeriodField(self._owner, inner, field) if field.periods else self._owner.figure(inner, field.code)
        if inner in groups():
            return group(self._owner, inner)
        raise AttributeError(missing_attribute(type(self), name))

    def __dir__(self) -> list[str]:
        return list(groups()[self._path])

    def __str__(self) -> str:
        return f"QuantConnect.Data.Fundamental.{type(self).__name__}"


def group(owner: Any, path: str) -> Group:
    """A group of a company's figures."""
    return _group_class(path)(owner, path)


def _is_none(value: Any) -> bool:
    """LEAN: BaseFundamentalDataProvider.cs, IsNone."""
    return value is None or (isinstance(value, float) and not isfinite(value)) or value == _DEFAULTS["t"]


@lean_names
class MultiPeriodField:
    """A figure of several periods; its value is that of the usual period. LEAN: MultiPeriodField.cs.

    Args:
        owner: The company.
        path: Path of the figure.
        field: Its name and periods.
    """

    __slots__ = ("_field", "_owner", "_path")

    def __init__(self, owner: Any, path: str, field: Field) -> None:
        self._owner, self._path, self._field = owner, path, field

    def _of(self, letter: str) -> Any:
        return self._owner.figure(f"{self._path}.{to_snake(_PERIODS[letter][1])}", self._field.code)

    @property
    def value(self) -> Any:
        """The usual period's, else the first there is."""
        usual = self._of(self._field.periods[0])
        if not _is_none(usual):
            return usual
        return next(iter(self.get_period_values().values()), _DEFAULTS[self._field.code])

    @property
    def has_value(self) -> bool:
        """Whether the usual period is known."""
        return not _is_none(self._of(self._field.periods[0]))

    def has_values(self) -> bool:
        """Whether any period is known."""
        return bool(self.get_period_values())

    def get_period_values(self) -> dict[str, Any]:
        """Known periods, `3M` and so on, and their values."""
        found = {_PERIODS[letter][0]: self._of(letter) for letter in self._field.periods[1:]}
        return {period: value for period, value in found.items() if not _is_none(value)}

    def get_period_names(self) -> list[str]:
        """Known periods."""
        return list(self.get_period_values())

    def get_period_value(self, period: str) -> Any:
        """Value of a period: `3M`, `ThreeMonths`, or "" for the usual one."""
        letter = next((key for key, names in _PERIODS.items() if period in names), self._field.periods[0])
        return self._of(letter)

    def has_period_value(self, period: str) -> bool:
        """Whether a period is known."""
        return not _is_none(self.get_period_value(period))

    def __getattr__(self, name: str) -> Any:
        snake = to_snake(name)
        for letter, (_, period) in _PERIODS.items():
            if to_snake(period) == snake and letter in self._field.periods[1:]:
                return self._of(letter)
        raise AttributeError(missing_attribute(type(self), name))

    def __float__(self) -> float:
        return float(self.value)

    def __add__(self, other: Any) -> float:
        return float(self) + float(other)

    def __sub__(self, other: Any) -> float:
        return float(self) - float(other)

    def __mul__(self, other: Any) -> float:
        return float(self) * float(other)

    def __truediv__(self, other: Any) -> float:
        divisor = float(other)
        return float(self) / divisor if divisor else (nan if isnan(float(self)) else inf)

    def __radd__(self, other: Any) -> float:
        return float(other) + float(self)

    def __rsub__(self, other: Any) -> float:
        return float(other) - float(self)

    def __rmul__(self, other: Any) -> float:
        return float(other) * float(self)

    def __rtruediv__(self, other: Any) -> float:
        return float(other) / float(self)

    def __str__(self) -> str:
        return ";".join(f"{period}:{value}" for period, value in self.get_period_values().items())

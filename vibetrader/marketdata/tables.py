"""Tables of bars from CSV and Parquet files: which column is what, which unit and zone the times have.

Nothing is guessed in silence: the layout says what was taken for what and why, and what could be read two ways is an
error that names the option to settle it.
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vibetrader._util.suggest import did_you_mean
from vibetrader.errors import DataError, UsageError

FIELDS: Final = ("open", "high", "low", "close", "volume")

#: Names of columns as other programs write them, by what they are; compared without case, spaces and signs.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "time": (
        "time", "timestamp", "date", "datetime", "opentime", "unix", "unixtime", "ts", "t", "gmttime", "localtime", "index",
        "bartime", "starttime", "dateutc", "unixtimestamp", "closetime", "endtime",
    ),
    "clock": ("time", "hour", "clock"),
    "open": ("open", "o", "openprice", "first", "1open"),
    "high": ("high", "h", "highprice", "max", "2high"),
    "low": ("low", "l", "lowprice", "min", "3low"),
    "close": ("close", "c", "closeprice", "last", "price", "closelast", "4close"),
    "volume": ("volume", "v", "vol", "volumebase", "basevolume", "tickvolume", "qty", "quantity", "5volume", "tickvol"),
}  # fmt: skip
_TIME_OF_CLOSE: Final = frozenset({"closetime", "endtime"})
_FORMATS: Final = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y.%m.%d %H:%M:%S", "%Y.%m.%d %H:%M", "%Y.%m.%d", "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y%m%d %H:%M:%S", "%Y%m%d %H:%M", "%Y%m%d %H%M%S", "%Y%m%d %H%M", "%Y%m%d",
    "%d.%m.%Y %H:%M:%S.%f", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d-%b-%Y", "%b %d, %Y", "%d %b %Y",
)  # fmt: skip
#: Written with either the day or the month first.
_AMBIGUOUS: Final = ("{}/{}/%Y %H:%M:%S", "{}/{}/%Y %H:%M", "{}/{}/%Y", "{}-{}-%Y %H:%M:%S", "{}-{}-%Y %H:%M", "{}-{}-%Y",
                     "{}/{}/%y", "{}/{}/%Y %I:%M:%S %p", "{}/{}/%Y %I:%M %p")  # fmt: skip
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_UNITS: Final = {"s": 1000.0, "ms": 1.0, "us": 1e-3, "ns": 1e-6}
_SAMPLE: Final = 2000


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows as texts.

    Attributes:
        names: Of the columns; "" for all where the file names none.
    """

    names: tuple[str, ...]
    rows: list[list[str]]
    delimiter: str = ","
    has_header: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of a table are.

    Attributes:
        columns: time, open … volume → number of the column; `clock` where the time of day has its own.
        time_format: `s`, `ms`, `us`, `ns`, `mixed` (s to ns, row by row), `iso`, or a strptime format.
        zone: IANA name of the zone of times that name none.
        at_close: The times are those of the bars' ends.
        decimal_comma: Numbers have a comma where others have a point.
        notes: What was taken for what, and why.
    """

    columns: Mapping[str, int]
    time_format: str
    zone: str = "UTC"
    at_close: bool = False
    decimal_comma: bool = False
    notes: tuple[str, ...] = field(default=())

    def to_json(self, table: Table) -> dict[str, Any]:
        """As a preview shows it."""
        named = {what: table.names[i] or f"column {i + 1}" for what, i in self.columns.items()}
        return {
            "columns": named, "time": self.time_format, "zone": self.zone, "at": "close" if self.at_close else "open",
            "delimiter": table.delimiter, "notes": list(self.notes),
        }  # fmt: skip


def read_table(path: Path) -> Table:
    """A CSV (also gzipped) or Parquet file.

    Raises:
        DataError: It cannot be read, or holds no rows.
        UsageError: Parquet without pyarrow.
    """
    if not path.is_file():
        raise DataError(f"the file {str(path)!r} is not there", hint="Check its name.")
    if path.suffix.lower() in (".parquet", ".pq"):
        return _parquet(path)
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError) as error:
            raise DataError(f"{path.name} is no readable gzip file: {error}") from error
    if data[:4] == b"PK\x03\x04":
        raise DataError(f"{path.name} is a zip", hint="Unpack it first; LEAN's own zips need no import: use --data-folder.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1")
    lines = [line for line in text.splitlines() if line.strip()]
    delimiter = max(",;\t|", key=lambda mark: (min((line.count(mark) for line in lines[:20]), default=0), mark == ","))
    rows = [[field.strip() for field in row] for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)]
    # some exchanges put a line of their own above the names
    while rows and len(rows) > 2 and len(rows[0]) < len(rows[2]) - 1:
        rows = rows[1:]
    if not rows:
        raise DataError(f"{path.name} holds no rows", hint="It is empty.")
    numeric = sum(_is_number(cell) or _looks_like_time(cell) for cell in rows[0])
    has_header = numeric < len(rows[0]) / 2
    names = tuple(rows[0]) if has_header else ("",) * len(rows[0])
    body = rows[1:] if has_header else rows
    if not body:
        raise DataError(f"{path.name} holds no rows", hint="It has only a line of names.")
    short = next((i for i, row in enumerate(body) if len(row) < len(names)), None)
    if short is not None:
        number = short + 1 + has_header
        raise DataError(f"{path.name}, row {number}: {len(body[short])} fields where the others have {len(names)}")
    return Table(names, body, delimiter, has_header)


def _parquet(path: Path) -> Table:
    try:
        import pyarrow.parquet
    except ImportError:
        raise UsageError(
            "Parquet needs the package pyarrow, which is not installed", hint="pip install 'vibetrader[parquet]'"
        ) from None
    try:
        found = pyarrow.parquet.read_table(path)
    except (OSError, ValueError) as error:  # pyarrow's own errors are of these
        raise DataError(f"{path.name} is no readable Parquet file: {error}") from error
    if not found.num_rows:
        raise DataError(f"{path.name} holds no rows")
    columns = [[_text(value) for value in column.to_pylist()] for column in found.columns]
    return Table(tuple(found.column_names), [list(row) for row in zip(*columns)], "")


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat(sep=" ") if hasattr(value, "isoformat") else str(value)


# --------------------------------------------------------------------------------------------- guessing


def guess(
    table: Table,
    *,
    columns: Mapping[str, str] | None = None,
    zone: str = "",
    default_zone: str = "UTC",
    time_format: str = "",
    at_close: bool | None = None,
) -> Layout:
    """What the columns are, with the user's word before any guess.

    Args:
        columns: time, open … volume → name or number (from 1) of the column.
        zone: IANA zone of the times; "" takes `default_zone`, and says so.
        time_format: As in `Layout`; "" is guessed.
        at_close: The times are those of the bars' ends; None is guessed from the column's name.

    Raises:
        UsageError: A column that is not there, or a time that could be read two ways.
        DataError: Columns that cannot be found.
    """
    notes: list[str] = []
    found = _columns_by_name(table) if table.has_header else _columns_by_place(table, notes)
    for what, said in (columns or {}).items():
        if what not in (*FIELDS, "time", "clock"):
            raise UsageError(f"column {what!r} is none of time, open, high, low, close, volume")
        found[what] = _column(table, said)
    missing = [what for what in ("time", *FIELDS[:4]) if what not in found]
    if missing:
        there = ", ".join(name or f"column {i + 1}" for i, name in enumerate(table.names))
        raise DataError(
            f"no column was found for {', '.join(missing)}", hint=f"Say --column {missing[0]}=NAME; there are {there}."
        )
    if "volume" not in found:
        notes.append("no column of volumes was found: they are taken as 0")
    if any(_plain(name) in ("adjclose", "adjustedclose") for name in table.names):
        notes.append("the adjusted close was left aside: the bars are taken as they traded")
    if at_close is None:
        at_close = _plain(table.names[found["time"]]) in _TIME_OF_CLOSE
        if at_close:
            notes.append("the times are those of the bars' ends, as the column's name says")
    decimal_comma = table.delimiter != "," and any("," in row[found["close"]] for row in table.rows[:50])
    layout = Layout(found, time_format or "iso", zone or default_zone, at_close, decimal_comma)
    _zone_of(layout.zone)
    texts = _time_texts(table, layout)
    if not _is_number(texts[0]):
        texts = texts[:_SAMPLE]
    if not time_format:
        layout = replace(layout, time_format=_time_format(texts, notes))
    elif time_format not in (*_UNITS, "mixed", "iso") and "%" not in time_format:
        raise UsageError(f"time format {time_format!r}", hint="Say s, ms, us, ns, iso, or a format such as %d/%m/%Y %H:%M.")
    if not zone and not _names_a_zone(texts[0], layout.time_format):
        notes.append(f"the times name no zone: taken as {layout.zone} (--tz says another)")
    return replace(layout, notes=tuple(notes))


def _columns_by_name(table: Table) -> dict[str, int]:
    plain = [_plain(name) for name in table.names]
    found: dict[str, int] = {}
    for what, names in _NAMES.items():
        if what == "clock":
            continue
        for name in names:
            if name in plain:
                found[what] = plain.index(name)
                break
        else:
            # "Volume BTC", "open (USD)": the first that begins so
            starting = [i for i, name in enumerate(plain) if what != "time" and name.startswith(what)]
            if starting:
                found[what] = starting[0]
    # a date of its own, and a time of day beside it
    for day, clock in (("date", "time"), ("date", "hour")):
        if day in plain and clock in plain:
            sample = table.rows[0][plain.index(day)]
            if ":" not in sample:
                found["time"], found["clock"] = plain.index(day), plain.index(clock)
                break
    if "unix" in plain and "date" in plain and "clock" not in found:
        found["time"] = plain.index("unix")  # the number is the plainer of the two
    return found


def _columns_by_place(table: Table, notes: list[str]) -> dict[str, int]:
    width = len(table.names)
    if width == 12:
        notes.append("no names: twelve columns are taken for Binance's klines")
        return dict(zip(("time", *FIELDS), range(6)))
    first = table.rows[0]
    if width == 7 and _looks_like_time(first[0]) and ":" in first[1] and ":" not in first[0]:
        notes.append("no names: taken for date, time, open, high, low, close, volume")
        return dict(zip(("time", "clock", *FIELDS), range(7)))
    if width in (5, 6):
        notes.append("no names: taken for time, open, high, low, close, volume")
        return dict(zip(("time", *FIELDS), range(width)))
    raise DataError(
        f"the file names no columns and has {width}", hint="Say which is which: --column time=1 --column open=2 …"
    )


def _column(table: Table, said: str) -> int:
    if said in table.names:
        return table.names.index(said)
    if said.isdigit() and 1 <= int(said) <= len(table.names):
        return int(said) - 1
    near = did_you_mean(said, [name for name in table.names if name])
    raise UsageError(f"there is no column {said!r}", hint=near or f"Columns are numbered from 1 to {len(table.names)}.")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text.replace(",", ".")) is not None


def _looks_like_time(text: str) -> bool:
    return bool(re.match(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{8}(\D|$)|\d{10,19}$", text))


# --------------------------------------------------------------------------------------------- times


def _time_texts(table: Table, layout: Layout, at_most: int | None = None) -> list[str]:
    time, clock = layout.columns["time"], layout.columns.get("clock")
    rows = table.rows[:at_most]
    if clock is None:
        return [row[time] for row in rows]
    return [f"{row[time]} {row[clock]}" for row in rows]


def _time_format(texts: list[str], notes: list[str]) -> str:
    if all(_is_number(text) for text in texts):
        numbers = [float(text) for text in texts]
        if all(len(text) == 8 and 19000101 <= number <= 22001231 for text, number in zip(texts, numbers)):
            return "%Y%m%d"
        units = {_unit(number) for number in numbers}
        if len(units) > 1:
            notes.append(f"the times change their unit within the file ({', '.join(sorted(units))}): taken row by row")
            return "mixed"
        return units.pop()
    if _all_parse(texts, "iso"):
        return "iso"
    for pattern in _FORMATS:
        if _all_parse(texts, pattern):
            return pattern
    for pattern in _AMBIGUOUS:
        month_first, day_first = pattern.format("%m", "%d"), pattern.format("%d", "%m")
        either = [one for one in (month_first, day_first) if _all_parse(texts, one)]
        if len(either) == 2:
            either = _in_order(texts, either)
            if len(either) == 1:
                notes.append(f"dates taken as {either[0]}: only so are they in order and evenly spaced")
        if len(either) == 2:
            raise UsageError(
                f"the date {texts[0]!r} can be read two ways", hint=f"Say --time-format '{month_first}' or '{day_first}'."
            )
        if either:
            return either[0]
    raise UsageError(f"the time {texts[0]!r} is in no form that is known", hint="Say --time-format, as of strptime.")


def _in_order(texts: list[str], patterns: list[str]) -> list[str]:
    """Those patterns under which the times run one way in the evenest steps."""
    even: dict[str, int] = {}
    for pattern in patterns:
        moments = [_parse(text, pattern) for text in texts]
        steps = [(b - a).total_seconds() for a, b in itertools.pairwise(moments)]
        if steps and (all(step > 0 for step in steps) or all(step < 0 for step in steps)):
            even[pattern] = int(max(abs(step) for step in steps))
    if not even:
        return patterns
    least = min(even.values())
    return [pattern for pattern, widest in even.items() if widest == least]


def _unit(number: float) -> str:
    size = abs(number)
    return "s" if size < 1e11 else "ms" if size < 1e14 else "us" if size < 1e17 else "ns"


def _all_parse(texts: Sequence[str], pattern: str) -> bool:
    try:
        for text in texts:
            _parse(text, pattern)
    except ValueError:
        return False
    return True


def _parse(text: str, pattern: str) -> datetime:
    return datetime.fromisoformat(text) if pattern == "iso" else datetime.strptime(text, pattern)


def _names_a_zone(text: str, time_format: str) -> bool:
    if time_format in (*_UNITS, "mixed"):
        return True  # numbers count from 1970 in UTC
    return time_format == "iso" and _parse(text, "iso").tzinfo is not None


def _zone_of(name: str) -> tzinfo:
    try:
        return UTC if name.upper() == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        from zoneinfo import available_timezones

        near = did_you_mean(name, sorted(available_timezones()))
        raise UsageError(f"there is no time zone {name!r}", hint=near or "For example UTC or America/New_York.") from None


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)


def times_utc(table: Table, layout: Layout) -> list[int]:
    """Times of the rows, milliseconds since 1970 in UTC, as the file has them (open or close).

    Raises:
        DataError: A row whose time cannot be read.
    """
    zone = _zone_of(layout.zone)
    found: list[int] = []
    for number, text in enumerate(_time_texts(table, layout), 1 + table.has_header):
        try:
            if layout.time_format in (*_UNITS, "mixed"):
                value = float(text)
                unit = _unit(value) if layout.time_format == "mixed" else layout.time_format
                found.append(round(value * _UNITS[unit]))
            else:
                moment = _parse(text, layout.time_format)
                moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
                found.append((moment - _EPOCH) // _MS)
        except (ValueError, OverflowError):
            raise DataError(f"row {number}: the time {text!r} is not in the form {layout.time_format!r}") from None
    return found


def decimals(table: Table, layout: Layout, what: str) -> list[str]:
    """A field of all rows as plain decimals, digits as in the file.

    Raises:
        DataError: A row with something else.
    """
    column = layout.columns.get(what)
    if column is None:
        return ["0"] * len(table.rows)
    found: list[str] = []
    for number, row in enumerate(table.rows, 1 + table.has_header):
        text = row[column].replace("_", "").removeprefix("$")
        text = text.replace(".", "").replace(",", ".") if layout.decimal_comma else text.replace(",", "")
        if _NUMBER.fullmatch(text) is None:
            if what == "volume" and text.lower() in ("", "nan", "null", "none", "-", "n/a"):
                text = "0"
            else:
                raise DataError(f"row {number}: the {what} {row[column]!r} is no number", hint="Mend or remove that row.")
        found.append(plain_decimal(text))
    return found


def plain_decimal(text: str) -> str:
    """A number without exponent and without zeros at its end."""
    if "e" in text or "E" in text:
        from decimal import Decimal

        text = format(Decimal(text), "f")
    text = text.removeprefix("+")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text or "0"

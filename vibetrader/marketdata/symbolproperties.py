"""LEAN's symbol properties: tick size, lot, quote currency of each pair. LEAN: Common/Securities/SymbolPropertiesDatabase.cs."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

from vibetrader.errors import DataError

_OWN_COPY: Final = Path(__file__).parent / "reference" / "symbol-properties-database.csv"
_ONE: Final = Decimal(1)


class PropertiesRow(NamedTuple):
    """One line of the database.

    Attributes:
        minimum_order_size: None where the market has none.
    """

    market: str
    ticker: str
    security_type: str
    description: str
    quote_currency: str
    contract_multiplier: Decimal
    minimum_price_variation: Decimal
    lot_size: Decimal
    market_ticker: str = ""
    minimum_order_size: Decimal | None = None
    price_magnifier: Decimal = _ONE
    strike_multiplier: Decimal = _ONE


class SymbolPropertiesDatabase:
    """The database; lines are parsed when asked for.

    Args:
        data_folder: A LEAN data folder; without one, or if it has no such file, the copy that ships with us serves.
    """

    def __init__(self, data_folder: Path | None = None) -> None:
        path = (
            data_folder / "symbol-properties" / "symbol-properties-database.csv" if data_folder is not None else _OWN_COPY
        )
        if not path.is_file():
            path = _OWN_COPY
        self._path = path
        self._lines: dict[tuple[str, str, str], str] = {}
        self._rows: dict[tuple[str, str, str], PropertiesRow] = {}
        self._set: list[tuple[str, str, str]] = []
        try:
            text = path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise DataError(f"cannot read the symbol properties in {path}: {error}") from error
        for line in text.splitlines():
            if not line or line[0] == "#":
                continue
            parts = line.split(",", 3)
            if len(parts) == 4 and parts[0] != "market":
                self._lines[parts[0].lower(), parts[1].upper(), parts[2].lower()] = line

    def find(self, market: str, ticker: str, security_type: Any) -> PropertiesRow | None:
        """Row of a ticker, else the wildcard row of its market, else None."""
        kind = _type_key(security_type)
        return self._row((market.lower(), ticker.upper(), kind)) or self._row((market.lower(), "[*]", kind))

    def get(self, market: str, ticker: str, security_type: Any, quote_currency: str) -> PropertiesRow:
        """`find`, and LEAN's defaults where there is no row: a tick of 0.01 and a lot of 1."""
        found = self.find(market, ticker, security_type)
        if found is None:
            kind = _type_key(security_type)
            found = PropertiesRow(market, ticker, kind, "", quote_currency, _ONE, Decimal("0.01"), _ONE)
        return found

    def find_exact(self, market: str, ticker: str, security_type: Any) -> PropertiesRow | None:
        """Row of a ticker, without the wildcard."""
        return self._row((market.lower(), ticker.upper(), _type_key(security_type)))

    def rows(self, market: str, security_type: Any | None = None) -> Iterator[PropertiesRow]:
        """Rows of a market, in the order of the file."""
        kind = None if security_type is None else _type_key(security_type)
        for key in self._lines:
            if key[0] == market.lower() and (kind is None or key[2] == kind):
                row = self._row(key)
                assert row is not None
                yield row

    def markets(self, security_type: Any) -> list[str]:
        """Markets that list a security type, in the order of the file."""
        kind = _type_key(security_type)
        return list(dict.fromkeys(key[0] for key in self._lines if key[2] == kind))

    def contains(self, market: str, ticker: str, security_type: Any) -> bool:
        """True when the ticker has a row of its own."""
        return (market.lower(), ticker.upper(), _type_key(security_type)) in self._lines

    def tickers(self, market: str, security_type: Any) -> list[str]:
        """Tickers of a market, without the wildcard."""
        kind = _type_key(security_type)
        return [key[1] for key in self._lines if key[0] == market.lower() and key[2] == kind and key[1] != "[*]"]

    def get_symbol_properties(self, market: str, symbol: Any, security_type: Any, default_quote_currency: str) -> Any:
        """`get` under LEAN's name; users give symbols or tickers, and see floats."""
        row = self.get(market, str(getattr(symbol, "value", symbol) or "[*]"), security_type, default_quote_currency)
        shown = {name: float(value) if isinstance(value, Decimal) else value for name, value in row._asdict().items()}
        return SimpleNamespace(**shown)

    def set_entry(self, market: str, symbol: str, security_type: Any, properties: Any) -> bool:
        """Put a row in, for this run; "" is the wildcard. LEAN: SymbolPropertiesDatabase.cs, SetEntry."""
        kind, ticker = _type_key(security_type), (symbol or "[*]").upper()
        key = (market.lower(), ticker, kind)
        least = properties.minimum_order_size

        def number(name: str) -> Decimal:
            return Decimal(str(getattr(properties, name)))

        self._lines[key] = ""
        self._set.append(key)
        self._rows[key] = PropertiesRow(
            market.lower(), ticker, kind, properties.description, properties.quote_currency, number("contract_multiplier"),
            number("minimum_price_variation"), number("lot_size"), properties.market_ticker,
            None if least is None else Decimal(str(least)), number("price_magnifier"), number("strike_multiplier"),
        )  # fmt: skip
        return True

    def is_set(self, market: str, security_type: Any) -> bool:
        """True when this run set a row for a whole market."""
        return (market.lower(), "[*]", _type_key(security_type)) in self._set

    GetSymbolProperties, SetEntry = get_symbol_properties, set_entry

    def _row(self, key: tuple[str, str, str]) -> PropertiesRow | None:
        row = self._rows.get(key)
        if row is None:
            line = self._lines.get(key)
            if line is None:
                return None
            row = self._rows[key] = self._parse(line)
        return row

    def _parse(self, line: str) -> PropertiesRow:
        parts = line.split(",")
        parts += [""] * (12 - len(parts))
        try:
            return PropertiesRow(
                parts[0],
                parts[1],
                parts[2].lower(),
                parts[3],
                parts[4],
                Decimal(parts[5]),
                Decimal(format(Decimal(parts[6]), "f")),
                Decimal(parts[7]),
                parts[8],
                Decimal(parts[9]) if parts[9] else None,
                Decimal(parts[10]) if parts[10] else _ONE,
                Decimal(parts[11]) if parts[11] else _ONE,
            )
        except ArithmeticError as error:
            raise DataError(f"{self._path}: no number in {line!r}", hint="repair that line") from error


def _type_key(security_type: Any) -> str:
    name = getattr(security_type, "name", None) or str(security_type)
    return str(name).replace("_", "").lower()

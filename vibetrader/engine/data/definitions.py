"""Identifiers of the industry (CUSIP, ISIN, …) of securities. LEAN: Common/Securities/SecurityDefinition.cs, SecurityDefinitionSymbolResolver.cs.

Read from `symbol-properties/security-database.csv` of the data folder: identifier, CUSIP, composite FIGI, SEDOL, ISIN, CIK.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple


class Definition(NamedTuple):
    """Identifiers of one security; None where there is none."""

    sid: str = ""
    cusip: str | None = None
    composite_figi: str | None = None
    sedol: str | None = None
    isin: str | None = None
    cik: int | None = None


_NOTHING = Definition()
_folder: Path | None = None


def use(data_folder: Path | None) -> None:
    """Take the table of this data folder from now on; None ends it. A run begins so."""
    global _folder
    _folder = data_folder


@cache
def _read(folder: Path) -> dict[str, Definition]:
    path = folder / "symbol-properties" / "security-database.csv"
    if not path.is_file():
        return {}
    found = {}
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        if line.strip() and not line.startswith("#"):
            sid, *fields = (field.strip() for field in line.split(","))
            cusip, figi, sedol, isin, cik = [field or None for field in (*fields, "", "", "", "", "")][:5]
            found[sid] = Definition(sid, cusip, figi, sedol, isin, int(cik) if cik else None)
    return found


def rows() -> list[Definition]:
    """All securities of the table."""
    return [] if _folder is None else list(_read(_folder).values())


def of(sid: str) -> Definition:
    """Identifiers of a security by its identifier's text; an empty row when the table has none."""
    return _NOTHING if _folder is None else _read(_folder).get(sid, _NOTHING)

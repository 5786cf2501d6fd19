"""Look-up of securities by CUSIP, ISIN and the like. LEAN: Algorithm/QCAlgorithm.cs, ISIN, CUSIP, SEDOL, CompositeFIGI, CIK."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from vibetrader.engine.data import definitions
from vibetrader.engine.data.symbol import SecurityIdentifier, Symbol

if TYPE_CHECKING:
    from vibetrader.engine.api.state import AlgorithmState


class IdentifierMixin:
    """Identifiers to symbols and back."""

    _vt: AlgorithmState

    def _identify(self, field: str, value: Any, trading_date: datetime | None) -> list[Symbol]:
        day = (trading_date or self._vt.time).date()
        found = []
        for row in definitions.rows():
            if str(getattr(row, field)).upper() == str(value).upper():
                sid = SecurityIdentifier.parse(row.sid)
                mapping = self._vt.context.map_files.resolve(sid.market, sid.symbol, sid.date.date())
                found.append(Symbol(sid, mapping.ticker_at(day, sid.symbol)))
        return found

    def _one(self, field: str, value: Any, trading_date: datetime | None) -> Any:
        if isinstance(value, Symbol):
            return getattr(value, field)
        found = self._identify(field, value, trading_date)
        return found[0] if found else None

    def cusip(self, cusip: Any, trading_date: datetime | None = None) -> Any:
        """CUSIP of a symbol, or symbol of a CUSIP on a date; None when unknown."""
        return self._one("cusip", cusip, trading_date)

    def composite_figi(self, composite_figi: Any, trading_date: datetime | None = None) -> Any:
        """Composite FIGI of a symbol, or symbol of one on a date; None when unknown."""
        return self._one("composite_figi", composite_figi, trading_date)

    def sedol(self, sedol: Any, trading_date: datetime | None = None) -> Any:
        """SEDOL of a symbol, or symbol of one on a date; None when unknown."""
        return self._one("sedol", sedol, trading_date)

    def isin(self, isin: Any, trading_date: datetime | None = None) -> Any:
        """ISIN of a symbol, or symbol of one on a date; None when unknown."""
        return self._one("isin", isin, trading_date)

    def cik(self, cik: Any, trading_date: datetime | None = None) -> Any:
        """Central index key of a symbol, or symbols of one on a date."""
        return cik.cik if isinstance(cik, Symbol) else self._identify("cik", cik, trading_date)

    CUSIP, CompositeFIGI, SEDOL, ISIN, CIK = cusip, composite_figi, sedol, isin, cik

"""Exchanges. LEAN: Common/Exchange.cs, Common/ExchangeExtensions in Common/Extensions.cs."""

from __future__ import annotations

from typing import Any, Final

from vibetrader.engine.naming import lean_names

#: LEAN's name of the member → name, code, market.
_TABLE: Final = {
    "MEMX": ("MEMX", "MM", "usa"),
    "LTSE": ("LTSE", "L", "usa"),
    "NASDAQ": ("NASDAQ", "Q", "usa"),
    "NASDAQ_SC": ("NASDAQ_SC", "S", "usa"),
    "NASDAQ_OPTIONS": ("XNDQ", "XNDQ", "usa"),
    "BATS": ("BATS", "Z", "usa"),
    "ARCA": ("ARCA", "P", "usa"),
    "ARCA_OPTIONS": ("ARCX", "ARCX", "usa"),
    "NYSE": ("NYSE", "N", "usa"),
    "SMART": ("SMART", "SMART", "usa"),
    "OTCX": ("OTCX", "OTCX", "usa"),
    "IEX": ("IEX", "IEX", "usa"),
    "NSX": ("NSE", "C", "usa"),
    "FINRA": ("FINRA", "D", "usa"),
    "ISE": ("ISE", "I", "usa"),
    "CSE": ("CSE", "M", "usa"),
    "CBOE": ("CBOE", "W", "usa"),
    "C2": ("C2", "W", "usa"),
    "NASDAQ_BX": ("NASDAQ_BX", "B", "usa"),
    "SIAC": ("SIAC", "SIAC", "usa"),
    "EDGA": ("EDGA", "J", "usa"),
    "EDGX": ("EDGX", "K", "usa"),
    "EDGO": ("EDGO", "EDGO", "usa"),
    "NASDAQ_PSX": ("NASDAQ_PSX", "X", "usa"),
    "BATS_Y": ("BATS_Y", "Y", "usa"),
    "BOSTON": ("BOSTON", "BB", "usa"),
    "BOX": ("BOX", "B", "usa"),
    "AMEX": ("AMEX", "A", "usa"),
    "BSE": ("BSE", "BSE", "india"),
    "NSE": ("NSE", "NSE", "india"),
    "AMEX_OPTIONS": ("AMEX", "A", "usa"),
    "OPRA": ("OPRA", "O", "usa"),
    "MIAX": ("MIAX", "M", "usa"),
    "MIAX_PEARL": ("MIAX_PEARL", "MP", "usa"),
    "MIAX_EMERALD": ("MIAX_EMERALD", "ME", "usa"),
    "MIAX_SAPPHIRE": ("MIAX_SAPPHIRE", "SPHR", "usa"),
    "ISE_GEMINI": ("ISE_GEMINI", "H", "usa"),
    "ISE_MERCURY": ("ISE_MERCURY", "J", "usa"),
    "CME": ("CME", "CME", "cme"),
    "EUREX": ("EUREX", "EUREX", "eurex"),
    "CBOT": ("CBOT", "CBOT", "cbot"),
    "CFE": ("CFE", "CFE", "cfe"),
    "COMEX": ("COMEX", "COMEX", "comex"),
    "ICE": ("ICE", "ICE", "ice"),
    "NYMEX": ("NYMEX", "NYMEX", "nymex"),
    "NYSELIFFE": ("NYSELIFFE", "NYSELIFFE", "nyseliffe"),
    "CSFB": ("CSFB", "CSFB", "usa"),
    "PHLX": ("PHLX", "X", "usa"),
}


_MEMBERS: Final[dict[str, Exchange]] = {}


class _Members(type):
    def __getattr__(cls, name: str) -> Any:
        found = None if name.startswith("_") else _MEMBERS.get(name.upper())
        if found is None:
            raise AttributeError(f"type object 'Exchange' has no attribute '{name}'")
        return found


@lean_names
class Exchange(metaclass=_Members):
    """A trading venue, such as `Exchange.NSE`.

    Attributes:
        name: Its name.
        code: The letter of the consolidated tape.
        market: LEAN's market.
    """

    __clr_name__ = "QuantConnect.Exchange"

    def __init__(self, name: str, code: str, market: str) -> None:
        self.name = name
        self.code = code
        self.market = market

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Exchange):
            return (other.code, other.market, other.name) == (self.code, self.market, self.name)
        return other == self.name

    def __hash__(self) -> int:
        return hash((self.code, self.market, self.name))

    def __str__(self) -> str:
        return self.name


_MEMBERS.update({name: Exchange(*row) for name, row in _TABLE.items()} | {"UNKNOWN": Exchange("", "", "")})

"""Exchanges. LEAN: Common/Exchange.cs, Common/ExchangeExtensions in Common/Extensions.cs."""

from __future__ import annotations

from typing import Any, Final

from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.naming import lean_names

#: LEAN's name of the member → name, code, market, kinds of securities by their numbers.
_TABLE: Final[dict[str, tuple[Any, ...]]] = {
    "MEMX": ("MEMX", "MM", "usa", 1),
    "LTSE": ("LTSE", "L", "usa", 1),
    "NASDAQ": ("NASDAQ", "Q", "usa", 1),
    "NASDAQ_SC": ("NASDAQ_SC", "S", "usa", 1),
    "NASDAQ_OPTIONS": ("XNDQ", "XNDQ", "usa", 2, 10),
    "BATS": ("BATS", "Z", "usa", 1),
    "ARCA": ("ARCA", "P", "usa", 1),
    "ARCA_OPTIONS": ("ARCX", "ARCX", "usa", 2),
    "NYSE": ("NYSE", "N", "usa", 1),
    "SMART": ("SMART", "SMART", "usa", 1),
    "OTCX": ("OTCX", "OTCX", "usa", 1),
    "IEX": ("IEX", "IEX", "usa", 1),
    "NSX": ("NSE", "C", "usa", 1),
    "FINRA": ("FINRA", "D", "usa", 1),
    "ISE": ("ISE", "I", "usa", 1),
    "CSE": ("CSE", "M", "usa", 1),
    "CBOE": ("CBOE", "W", "usa", 1, 2, 10),
    "C2": ("C2", "W", "usa", 2),
    "NASDAQ_BX": ("NASDAQ_BX", "B", "usa", 1),
    "SIAC": ("SIAC", "SIAC", "usa", 1),
    "EDGA": ("EDGA", "J", "usa", 1),
    "EDGX": ("EDGX", "K", "usa", 1),
    "EDGO": ("EDGO", "EDGO", "usa", 2, 10),
    "NASDAQ_PSX": ("NASDAQ_PSX", "X", "usa", 1),
    "BATS_Y": ("BATS_Y", "Y", "usa", 1),
    "BOSTON": ("BOSTON", "BB", "usa", 1),
    "BOX": ("BOX", "B", "usa", 2, 10),
    "AMEX": ("AMEX", "A", "usa", 1),
    "BSE": ("BSE", "BSE", "india", 1),
    "NSE": ("NSE", "NSE", "india", 1),
    "AMEX_OPTIONS": ("AMEX", "A", "usa", 2),
    "OPRA": ("OPRA", "O", "usa", 2),
    "MIAX": ("MIAX", "M", "usa", 2),
    "MIAX_PEARL": ("MIAX_PEARL", "MP", "usa", 2, 1),
    "MIAX_EMERALD": ("MIAX_EMERALD", "ME", "usa", 2),
    "MIAX_SAPPHIRE": ("MIAX_SAPPHIRE", "SPHR", "usa", 2, 10),
    "ISE_GEMINI": ("ISE_GEMINI", "H", "usa", 2),
    "ISE_MERCURY": ("ISE_MERCURY", "J", "usa", 2),
    "CME": ("CME", "CME", "cme", 5, 8),
    "EUREX": ("EUREX", "EUREX", "eurex", 5, 9),
    "CBOT": ("CBOT", "CBOT", "cbot", 5, 8),
    "CFE": ("CFE", "CFE", "cfe", 5),
    "COMEX": ("COMEX", "COMEX", "comex", 5),
    "ICE": ("ICE", "ICE", "ice", 5),
    "NYMEX": ("NYMEX", "NYMEX", "nymex", 5, 8),
    "NYSELIFFE": ("NYSELIFFE", "NYSELIFFE", "nyseliffe", 5, 8),
    "CSFB": ("CSFB", "CSFB", "usa", 1),
    "PHLX": ("PHLX", "X", "usa", 2, 10),
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
        security_types: Kinds that trade there.
    """

    __clr_name__ = "QuantConnect.Exchange"

    def __init__(self, name: str, code: str, market: str, *security_types: int) -> None:
        self.name = name
        self.code = code
        self.market = market
        self.security_types = [SecurityType(number) for number in security_types]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Exchange):
            return (other.code, other.market, other.name) == (self.code, self.market, self.name)
        return other == self.name

    def __hash__(self) -> int:
        return hash((self.code, self.market, self.name))

    def __str__(self) -> str:
        return self.name


_MEMBERS.update({name: Exchange(*row) for name, row in _TABLE.items()} | {"UNKNOWN": Exchange("", "", "")})

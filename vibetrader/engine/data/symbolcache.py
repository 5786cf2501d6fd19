"""Tickers of the securities an algorithm added. LEAN: Common/SymbolCache.cs; one cache for the running algorithm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetrader.engine.clr import DotNetException, InvalidOperationException
from vibetrader.engine.data.symbol import TICKERS, SecurityIdentifier, Symbol
from vibetrader.engine.naming import lean_names


class KeyNotFoundException(DotNetException, KeyError):
    """.NET: System.Collections.Generic.KeyNotFoundException; also a Python KeyError."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


_symbols: dict[str, Symbol | None] = {}


def clear() -> None:
    """Forget everything; a run begins so."""
    _symbols.clear()
    TICKERS.clear()


def set_symbol(ticker: str, symbol: Symbol) -> None:
    """Note the ticker of a symbol."""
    key = ticker.upper()
    _symbols[key] = symbol
    TICKERS[symbol] = ticker
    head, dot, _ = key.partition(".")
    if dot and _symbols.get(head, symbol) is None:
        del _symbols[head]  # a miss that was noted before `BTC.Weather` came


def find(ticker: str) -> Symbol | None:
    """Symbol of a ticker in any case, of `BTC` for `BTC.Weather` too; None when unknown.

    Raises:
        InvalidOperationException: Several symbols begin with the ticker and a dot.
    """
    key = ticker.upper()
    if key in _symbols:
        return _symbols[key]
    for symbol in TICKERS:
        if str(symbol.id) == ticker:
            return symbol
    if " " in ticker:
        try:
            sid = SecurityIdentifier.parse(ticker)
        except ValueError:
            pass
        else:
            return Symbol(sid, sid.symbol)
    found = [name for name, symbol in _symbols.items() if symbol is not None and name.startswith(f"{key}.")]
    if len(found) > 1:
        raise InvalidOperationException(
            "We located multiple potentially matching tickers. For custom data, be sure to append a dot followed by the "
            f"custom data type name. For example: 'BTC.Bitcoin'. Potential Matches: {', '.join(found)}"
        )
    _symbols[key] = _symbols[found[0]] if found else None
    return _symbols[key]


def get(ticker: str) -> Symbol:
    """`find`, refusing an unknown ticker as `self.symbol("NOPE")` does."""
    symbol = find(ticker)
    if symbol is None:
        raise InvalidOperationException(
            f"We were unable to locate the ticker '{ticker}'. Make sure it has been added to the algorithm."
        )
    return symbol


def ticker_of(symbol: Symbol) -> str:
    """Ticker a symbol was added under, else its identifier."""
    return str(symbol)


def to_symbol(key: Any) -> Symbol:
    """Symbol of what users index collections with: a symbol, a ticker, a security.

    Raises:
        KeyNotFoundException: The ticker was never added.
    """
    if key.__class__ is Symbol:
        return key
    if isinstance(key, str):
        symbol = find(key)
        if symbol is None:
            raise KeyNotFoundException(
                f"The ticker {key} was not found in the SymbolCache. Use the Symbol object as key instead. Accessing the "
                "securities collection/slice object by string ticker is only available for securities added with the "
                "add_security-family methods. For more details, please check out the documentation."
            )
        return symbol
    inner = getattr(key, "symbol", None)
    if isinstance(inner, Symbol):
        return inner
    if isinstance(key, Symbol):
        return key
    raise KeyNotFoundException(f"{key!r} is no symbol")


def try_symbol(key: Any) -> Symbol | None:
    """`to_symbol` with None instead of an exception."""
    try:
        return to_symbol(key)
    except KeyNotFoundException:
        return None


@lean_names
class SymbolCache:
    """The cache as users see it."""

    set: Callable[[str, Symbol], None] = staticmethod(set_symbol)
    get_symbol: Callable[[str], Symbol] = staticmethod(get)
    get_ticker: Callable[[Symbol], str] = staticmethod(ticker_of)
    clear: Callable[[], None] = staticmethod(clear)

    @staticmethod
    def try_get_symbol(ticker: str, symbol: Any = None) -> tuple[bool, Symbol | None]:
        """Whether the ticker is known, and its symbol."""
        found = find(ticker)
        return found is not None, found

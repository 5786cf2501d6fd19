"""`self.add_data`: subscriptions to users' own data classes. LEAN: Algorithm/QCAlgorithm.Python.cs, AddData."""

from __future__ import annotations

from typing import Any

from vibetrader.engine.clr import ArgumentException, InvalidOperationException
from vibetrader.engine.data import symbolcache
from vibetrader.engine.data.enums import Resolution, SecurityType
from vibetrader.engine.data.symbol import Market, SecurityIdentifier, Symbol
from vibetrader.engine.scheduling.timerules import to_time_zone
from vibetrader.marketdata.hours import ExchangeHours, always_open


def add_data(
    algorithm: Any, kind: Any, ticker: Any, resolution: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]
) -> Any:
    """Subscribe to a class of custom data; see `SecuritiesMixin.add_data`.

    Raises:
        ArgumentException: The first argument is no class.
    """
    state = algorithm._vt
    if not isinstance(kind, type):
        raise ArgumentException(
            "add_data: the first argument must be a custom data type (a Python class deriving from python_data or a CLR "
            f"base_data type), but received {kind!r}. To subscribe to built-in asset classes use, for example, add_equity or "
            "add_crypto."
        )
    given = list(arguments)
    options: dict[str, Any] = dict(keywords)
    if resolution is not None and not isinstance(resolution, (int, Resolution)):
        given.insert(0, resolution)
        resolution = options.get("resolution")
    names: tuple[str, ...]
    if given and hasattr(given[0], "lot_size"):
        names = ("properties", "exchange_hours", "resolution", "fill_forward", "leverage")
    elif given and isinstance(given[0], bool):
        names = ("fill_forward", "leverage")
    else:
        names = ("time_zone", "fill_forward", "leverage")
    options.update(zip(names, given, strict=False))
    if resolution is None:
        resolution = options.get("resolution")
    symbol = _symbol(state, kind, ticker)
    symbolcache.set_symbol(symbol.id.symbol, symbol)
    hours, data_zone = _hours(state, symbol, options)
    if resolution is None:
        resolution = _default_resolution(kind)
    configs = state.subscriptions.add(
        symbol,
        Resolution(resolution),
        bool(options.get("fill_forward", False)),
        True,
        is_custom=True,
        object_type=kind,
        data_time_zone=data_zone,
        exchange_hours=hours,
    )
    security = state.securities.create_security(
        symbol,
        configs,
        options.get("leverage", 1),
        add_to_symbol_cache=False,
        symbol_properties=options.get("properties"),
        hours=hours,
    )
    return state.universes.add_manually(security, configs)


def _symbol(state: Any, kind: type, ticker: Any) -> Symbol:
    name = getattr(kind, "__name__", "Custom")
    if not isinstance(ticker, str):
        underlying = getattr(ticker, "symbol", ticker)
        return _of_underlying(name, underlying)
    needs_mapping = False
    try:
        needs_mapping = bool(kind().requires_mapping())
    except Exception:
        needs_mapping = False
    if needs_mapping:
        known = symbolcache.find(ticker)
        if known is None:
            raise InvalidOperationException(
                f"The custom data type {name} requires mapping, but the provided ticker is not in the cache. Please add this "
                "custom data type using a Symbol or perform this call after a Security has been added using AddEquity, "
                "AddForex, AddCfd, AddCrypto, AddFuture, AddOption or AddSecurity. An example use case can be found in "
                "CustomDataAddDataRegressionAlgorithm"
            )
        return _of_underlying(name, known)
    sid = SecurityIdentifier(f"{ticker.upper()}.{name}", SecurityType.BASE, Market.USA)
    return Symbol(sid, ticker)


def _of_underlying(name: str, underlying: Symbol) -> Symbol:
    first = underlying.id.date.date() if underlying.security_type == SecurityType.EQUITY else None
    sid = SecurityIdentifier(f"{underlying.id.symbol}.{name}", SecurityType.BASE, underlying.market, first)
    return Symbol(sid, underlying.value, underlying)


def _hours(state: Any, symbol: Symbol, options: dict[str, Any]) -> tuple[ExchangeHours, Any]:
    hours = options.get("exchange_hours")
    if hours is not None:
        return hours, hours.time_zone
    time_zone = options.get("time_zone")
    if time_zone is not None:
        zone = to_time_zone(time_zone)
        return always_open(zone), zone
    entry = state.market_hours.find(symbol.market, symbol.id.symbol, SecurityType.BASE)
    if entry is None:
        # LEAN: MarketHoursDatabase.cs, GetEntry: custom data without an entry is always open, in New York
        zone = to_time_zone("America/New_York")
        return always_open(zone), zone
    return entry.exchange_hours, entry.data_time_zone


def _default_resolution(kind: type) -> Resolution:
    try:
        return Resolution(kind().default_resolution())
    except Exception:
        return Resolution.MINUTE

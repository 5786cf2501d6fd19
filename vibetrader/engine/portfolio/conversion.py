"""How currencies of the cash book get a rate. LEAN: Common/Securities/Cash.cs, EnsureCurrencyDataFeed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any, Final

from vibetrader.engine import currencies
from vibetrader.engine.data.enums import Resolution, SecurityType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.portfolio.cash import Cash, ConstantConversion, SecurityConversion

_RATED: Final = (SecurityType.FOREX, SecurityType.CRYPTO, SecurityType.CFD)
_PAIRS: Final = (SecurityType.FOREX, SecurityType.CFD, SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE)
_ONE: Final = Decimal(1)
_ZERO: Final = Decimal(0)
#: LEAN: CurrencyPairUtil.cs, PotentialStableCoins
_STABLE_SLOTS: Final = ((1, 3), (1, 2), (0, 3), (0, 2))


def decompose(symbol: Symbol, properties: Any) -> tuple[str, str] | None:
    """Base and quote currency of a pair; None for what is no pair. LEAN: CurrencyPairUtil.cs, DecomposeCurrencyPair."""
    ticker = symbol.value
    if symbol.security_type == SecurityType.FOREX:
        return (ticker[:3], ticker[3:]) if len(ticker) == 6 else None
    if symbol.security_type not in _PAIRS:
        return None
    row = properties.find(symbol.market, ticker, symbol.security_type)
    quote = row.quote_currency if row is not None else "USD"
    if not ticker.endswith(quote):
        return None
    return ticker[: len(ticker) - len(quote)], quote


def _compare(pair: tuple[str, str], market: str, source: str, destination: str) -> bool | None:
    """Whether the pair inverts to the wanted one; None when it is another. LEAN: CurrencyPairUtil.cs, ComparePair."""
    names = [pair[0], pair[1], source, destination]
    for own, other in _STABLE_SLOTS:
        if currencies.is_stable_pair(names[own] + names[other], market) or currencies.is_stable_pair(
            names[other] + names[own], market
        ):
            names[own] = names[other]
    if (names[0], names[1]) == (source, destination):
        return False
    if (names[0], names[1]) == (destination, source):
        return True
    return None


class ConversionFinder:
    """Gives every currency of the cash book a source of its rate; adds internal feeds where none exists.

    Args:
        state: The algorithm's state (subscriptions, securities, brokerage model, symbol properties, portfolio).
    """

    def __init__(self, state: Any) -> None:
        self._state = state

    def ensure_feeds(self, added: Iterable[Any] = (), default_resolution: Resolution = Resolution.MINUTE) -> list[Any]:
        """Look for the rates that are missing.

        Args:
            added: Securities about to be added.
            default_resolution: Of a feed when nothing is subscribed.

        Returns:
            Configurations of the internal feeds that were added.
        """
        configs: list[Any] = []
        extra = list(added)
        for cash in self._state.portfolio.cash_book.cashes:
            if cash.conversion.destination is None:
                configs += self._ensure(cash, extra, default_resolution)
        return configs

    def _ensure(self, cash: Cash, added: list[Any], default_resolution: Resolution) -> list[Any]:
        state = self._state
        account = state.portfolio.cash_book.account_currency
        if cash.symbol == account:
            cash.conversion = ConstantConversion(account, _ONE)
            return []
        markets = dict(state.brokerage_model.default_markets)
        crypto_market = markets.get(SecurityType.CRYPTO)
        entries = self._entries(markets)
        if crypto_market is not None and currencies.is_stable_without_pair(account, cash.symbol, crypto_market):
            cash.conversion = ConstantConversion(account, _ONE)
            return []
        if not any(cash.symbol in pair for _, pair in entries):
            cash.conversion = ConstantConversion(account, _ZERO)
            return []
        configs: list[Any] = []
        resolution = min((config.resolution for config in state.subscriptions.all_configs()), default=default_resolution)

        def make(symbol: Symbol) -> Any:
            config = state.subscriptions.add_internal(symbol, resolution)
            security = state.securities.service.create_security(symbol, [config], 0, add_to_symbol_cache=False)
            state.securities.put(symbol, security)
            configs.append(config)
            return security

        existing = [security for _, security in state.securities.pairs()]
        existing += [security for security in added if security not in existing]
        existing = [security for security in existing if security.type in _RATED]
        cash.conversion = self._search(cash.symbol, account, existing, entries, make)
        return configs

    def _entries(self, markets: Mapping[SecurityType, str]) -> list[tuple[Symbol, tuple[str, str]]]:
        """Pairs that could be subscribed: of the brokerage's markets and of those already used."""
        used: dict[SecurityType, list[str]] = {}
        for symbol, _ in self._state.securities.pairs():
            known = used.setdefault(symbol.security_type, [])
            if symbol.market not in known:
                known.append(symbol.market)
        # LEAN: Cash.cs: forex and CFD markets stand for each other
        if SecurityType.CFD in used and SecurityType.FOREX not in used:
            used[SecurityType.FOREX] = used[SecurityType.CFD]
        if SecurityType.FOREX in used and SecurityType.CFD not in used:
            used[SecurityType.CFD] = used[SecurityType.FOREX]
        kinds = list(_RATED_ORDER)
        if markets.get(SecurityType.CRYPTO_FUTURE) == "dydx":
            kinds.insert(2, SecurityType.CRYPTO_FUTURE)
        found = []
        for kind in kinds:
            names = [markets[kind]] if kind in markets else []
            names += [market for market in used.get(kind, []) if market not in names]
            for market in names:
                found += self._rows(market, kind)
        return found

    def _rows(self, market: str, kind: SecurityType) -> list[tuple[Symbol, tuple[str, str]]]:
        cache = self._state.context.extra.setdefault("currency_pairs", {})
        key = (market, kind)
        if key not in cache:
            rows = []
            for row in self._state.symbol_properties.rows(market, kind):
                if row.ticker == "[*]":
                    continue
                symbol = Symbol.create(row.ticker, kind, market)
                if kind == SecurityType.FOREX:
                    pair = (row.ticker[:3], row.ticker[3:]) if len(row.ticker) == 6 else None
                else:
                    quote = row.quote_currency
                    pair = (row.ticker[: len(row.ticker) - len(quote)], quote) if row.ticker.endswith(quote) else None
                if pair is not None:
                    rows.append((symbol, pair))
            cache[key] = rows
        return cache[key]  # type: ignore[no-any-return]

    def _search(
        self,
        source: str,
        destination: str,
        existing: list[Any],
        entries: list[tuple[Symbol, tuple[str, str]]],
        make: Callable[[Symbol], Any],
    ) -> Any:
        """One pair, else two in a row. LEAN: SecurityCurrencyConversion.cs, LinearSearch."""
        by_symbol: dict[Symbol, Any] = {}
        known = []
        for security in existing:
            by_symbol.setdefault(security.symbol, security)
            pair = decompose(security.symbol, self._state.symbol_properties)
            if pair is not None:
                known.append((security.symbol, pair))
        candidates = list(chain(known, entries))

        def step(symbol: Symbol, inverted: bool) -> tuple[Any, bool]:
            security = by_symbol.get(symbol)
            if security is None:
                security = by_symbol[symbol] = make(symbol)
            return security, inverted

        for symbol, pair in candidates:
            inverted = _compare(pair, symbol.market, source, destination)
            if inverted is not None:
                return SecurityConversion(destination, [step(symbol, inverted)])
        for symbol, pair in candidates:
            if source not in pair:
                continue
            middle = pair[1] if pair[0] == source else pair[0]
            for other, other_pair in candidates:
                inverted = _compare(other_pair, other.market, middle, destination)
                if inverted is not None:
                    first = step(symbol, source == pair[1])
                    return SecurityConversion(destination, [first, step(other, inverted)])
        from vibetrader.engine.clr import ArgumentException

        raise ArgumentException(
            f"No conversion path found between source currency {source} and destination currency {destination}"
        )


_RATED_ORDER: Final = (SecurityType.FOREX, SecurityType.CFD, SecurityType.CRYPTO)


def seed_prices(state: Any, securities: Iterable[Any]) -> None:
    """Give securities without a price their last known one. LEAN: Common/AlgorithmUtils.cs, SeedSecurities."""
    wanted = [security for security in securities if not security.price]
    if wanted:
        found = state.history.last_known([security.symbol for security in wanted])
        for security in wanted:
            for point in found.get(security.symbol, []):
                security.set_market_price(point)


def seed_rates(state: Any, seed: Callable[[list[Any]], None], only: Iterable[str] | None = None) -> None:
    """Give rates that are still zero the last known prices. LEAN: Common/AlgorithmUtils.cs, SeedCurrencyConversionRates.

    Args:
        state: The algorithm's state.
        seed: Gives securities without a price their last known one.
        only: Currencies to seed whatever their rate is.
    """
    book = state.portfolio.cash_book
    wanted = None if only is None else set(only)
    cashes = [
        cash
        for cash in book.cashes
        if (not cash.conversion_rate_decimal if wanted is None else cash.symbol in wanted)
    ]
    securities: list[Any] = []
    for cash in cashes:
        for security in cash.conversion.securities:
            if security not in securities:
                securities.append(security)
    if not cashes:
        return
    seed([security for security in securities if not security.price_decimal])
    for cash in cashes:
        cash.update()
    state.portfolio.invalidate()

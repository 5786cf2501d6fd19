"""Collections of portfolio targets, and what is still to be ordered for them. LEAN: PortfolioTargetCollection.cs, OrderSizing.cs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.framework.sizing import market_order_fee
from vibetrader.engine.money import ZERO, dec
from vibetrader.engine.naming import lean_names
from vibetrader.engine.portfolio.target import PortfolioTarget


@lean_names
class PortfolioTargetCollection:
    """Targets by symbol; iteration gives the targets."""

    __clr_name__ = "QuantConnect.Algorithm.Framework.Portfolio.PortfolioTargetCollection"

    def __init__(self) -> None:
        self._targets: dict[Symbol, Any] = {}

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._targets)

    @property
    def is_empty(self) -> bool:
        """True without any."""
        return not self._targets

    @property
    def is_read_only(self) -> bool:
        """Always False."""
        return False

    def keys(self) -> list[Symbol]:
        """The symbols."""
        return list(self._targets)

    def values(self) -> list[Any]:
        """The targets."""
        return list(self._targets.values())

    def items(self) -> list[tuple[Symbol, Any]]:
        """Symbols and targets."""
        return list(self._targets.items())

    def add(self, *target: Any) -> None:
        """Add a target; it replaces the symbol's."""
        chosen = target[-1]
        if chosen is not None:
            self._targets[chosen.symbol] = chosen

    def add_range(self, targets: Iterable[Any]) -> None:
        """Add several."""
        for target in targets:
            self._targets[target.symbol] = target

    def clear(self) -> None:
        """Drop all."""
        self._targets.clear()

    def clear_fulfilled(self, algorithm: Any) -> None:
        """Drop those that the holdings reached."""
        securities = algorithm._vt.securities
        for target in self.values():
            security = securities[target.symbol]
            if abs(quantity_of(target) - dec(security.holdings.quantity)) < dec(security.symbol_properties.lot_size):
                del self._targets[target.symbol]

    def contains(self, target: Any) -> bool:
        """Whether the target's symbol has one."""
        return target is not None and target.symbol in self._targets

    def contains_key(self, symbol: Symbol) -> bool:
        """Whether a symbol has one."""
        return symbol in self._targets

    def __contains__(self, item: Any) -> bool:
        return getattr(item, "symbol", item) in self._targets

    def remove(self, item: Any) -> bool:
        """Drop a target or a symbol's; False when there is none."""
        if isinstance(item, Symbol):
            return self._targets.pop(item, None) is not None
        if item is not None and self._targets.get(item.symbol) is item:
            del self._targets[item.symbol]  # type: ignore[union-attr]  # not None by the test above
            return True
        return False

    def try_get_value(self, symbol: Symbol, target: Any = None) -> tuple[bool, Any]:
        """Whether a symbol has one, and it."""
        return symbol in self._targets, self._targets.get(symbol)

    def get(self, symbol: Symbol, default: Any = None) -> Any:
        """Target of a symbol, or the default."""
        return self._targets.get(symbol, default)

    def __getitem__(self, symbol: Symbol) -> Any:
        return self._targets[symbol]

    def __setitem__(self, symbol: Symbol, target: Any) -> None:
        self._targets[symbol] = target

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values())

    def __len__(self) -> int:
        return len(self._targets)

    def order_by_margin_impact(self, algorithm: Any) -> list[Any]:
        """Reductions first, then the larger values; targets without data or below a lot are left out."""
        return order_by_margin_impact(self.values(), algorithm)

    def __str__(self) -> str:
        return self.__clr_name__


def quantity_of(target: Any) -> Decimal:
    """Quantity of a target, of the user's own class too."""
    return target.quantity_decimal if isinstance(target, PortfolioTarget) else dec(target.quantity)


def adjust_by_lot_size(security: Any, quantity: Decimal) -> Decimal:
    """Cut to whole lots; a millionth of a lot short of one counts as one. LEAN: Common/Orders/OrderSizing.cs."""
    lot = dec(security.symbol_properties.lot_size)
    size = abs(quantity)
    remainder = size % lot
    if lot - remainder < lot / 1_000_000:
        remainder -= lot
    size -= remainder
    return size if quantity > 0 else -size if quantity < 0 else ZERO


def unordered_quantity(algorithm: Any, target: Any, security: Any, account_for_fees: bool = False) -> Decimal:
    """What is still to be ordered for a target. LEAN: Common/Orders/OrderSizing.cs, GetUnorderedQuantity."""
    quantity = quantity_of(target) - projected_quantity(algorithm, security)
    if account_for_fees and security.symbol.security_type == SecurityType.CRYPTO and quantity > 0:
        amount, currency = market_order_fee(algorithm, security, quantity)
        if currency == security.base_currency.symbol:
            quantity += amount
    return adjust_by_lot_size(security, quantity)


def projected_quantity(algorithm: Any, security: Any) -> Decimal:
    """Holdings with all open orders filled. LEAN: SecurityTransactionManager.cs, GetProjectedHoldings."""
    return dec(algorithm._vt.transactions.get_projected_holdings(security).projected_quantity)


def order_by_margin_impact(targets: Iterable[Any], algorithm: Any, target_is_delta: bool = False) -> list[Any]:
    """LEAN: Common/Extensions.cs, OrderTargetsByMarginImpact."""
    state = algorithm._vt
    if state.is_warming_up:
        return []
    found = []
    for target in targets:
        security = state.securities[target.symbol]
        wanted = adjust_by_lot_size(security, quantity_of(target))
        existing = projected_quantity(algorithm, security)
        change = wanted if target_is_delta else wanted - existing
        lot = dec(security.symbol_properties.lot_size)
        if not (security.has_data and security.is_tradable and abs(change) >= lot):
            continue
        final = wanted + existing if target_is_delta else wanted
        reducing = existing != 0 and abs(final) < abs(existing)
        found.append((not reducing, -abs(change * dec(security.price)), target))
    found.sort(key=lambda entry: entry[:2])
    return [target for _, _, target in found]

"""The position in a security. LEAN: Common/Securities/SecurityHolding.cs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from vibetrader.engine import money
from vibetrader.engine.clr import Event
from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.money import ZERO
from vibetrader.engine.naming import lean_names
from vibetrader.engine.orders.fees import CashAmount, ConvertibleCashAmount
from vibetrader.engine.orders.order import MarketOrder
from vibetrader.engine.securities.parameters import fee_of

if TYPE_CHECKING:
    from vibetrader.engine.securities.security import Security


def market_order_fees(security: Security, quantity: Decimal) -> CashAmount:
    """Fee of a market order now. LEAN: Common/Extensions.cs, GetMarketOrderFees."""
    order = MarketOrder(security.symbol, quantity, security.utc_ns)
    return fee_of(security, order).value


@lean_names
class SecurityHolding:
    """The position in a security.

    `quantity`, `average_price`, `invested`, `is_long` and `is_short` are plain attributes kept up to date with the exact
    figures beside them, since strategies read them on every bar.
    """

    __slots__ = (
        "_profit_decimal", "average_price", "average_price_decimal", "dividends_decimal", "invested", "is_long",
        "is_short", "last_trade_profit_decimal", "on_change", "quantity", "quantity_changed", "quantity_decimal", "security",
        "target", "total_fees_decimal", "total_sale_volume_decimal",
    )  # fmt: skip
    __clr_name__ = "QuantConnect.Securities.SecurityHolding"

    def __init__(self, security: Security) -> None:
        self.security = security
        self.quantity = 0.0
        self.quantity_decimal = ZERO
        self.average_price = 0.0
        self.average_price_decimal = ZERO
        self.invested = False
        self.is_long = False
        self.is_short = False
        self.total_fees_decimal = ZERO
        self.total_sale_volume_decimal = ZERO
        self.dividends_decimal = ZERO
        self.last_trade_profit_decimal = ZERO
        self._profit_decimal = ZERO
        self.target: Any = None
        self.quantity_changed = Event()
        self.on_change: Any = None

    # --- changes --------------------------------------------------------------------------------------------------

    def set_holdings_decimal(self, average_price: Decimal, quantity: Decimal) -> None:
        """New position. LEAN: SecurityHolding.cs, SetHoldings: less than a lot does not count as invested."""
        state = self.security._state
        if state is not None:
            state.disturb()
        self.quantity_decimal = quantity
        self.quantity = float(quantity)
        self.average_price_decimal = average_price
        self.average_price = money.double(average_price)
        self.invested = abs(quantity) >= self.security.symbol_properties.lot_size_decimal
        self.is_long = quantity > 0
        self.is_short = quantity < 0
        if self.on_change is not None:
            self.on_change()
        if self.quantity_changed:
            self.quantity_changed(self, self)

    def set_holdings(self, average_price: float, quantity: float) -> None:
        """Set the position by hand."""
        self.set_holdings_decimal(money.dec(average_price), money.dec(quantity))

    def add_profit(self, profit: Decimal) -> None:
        """Add realised profit."""
        self._profit_decimal += profit

    # --- exact figures --------------------------------------------------------------------------------------------

    def quantity_value(self, quantity: Decimal, price: Decimal) -> tuple[Decimal, Any]:
        """Worth of a quantity and the cash it is in. LEAN: SecurityHolding.cs, GetQuantityValue."""
        security = self.security
        multiplier = security.symbol_properties.contract_multiplier_decimal
        return price * quantity * multiplier, security.quote_currency

    def value_in_account_currency(self, quantity: Decimal, price: Decimal) -> Decimal:
        """Worth of a quantity in account currency."""
        amount, cash = self.quantity_value(quantity, price)
        rate: Decimal = cash.conversion_rate_decimal
        return amount * rate

    @property
    def holdings_value_decimal(self) -> Decimal:
        """Signed market value in account currency, exact."""
        if not self.quantity_decimal:
            return ZERO
        return self.value_in_account_currency(self.quantity_decimal, self.security.price_decimal)

    @property
    def holdings_cost_decimal(self) -> Decimal:
        """Signed cost in account currency, exact."""
        if not self.quantity_decimal:
            return ZERO
        return self.value_in_account_currency(self.quantity_decimal, self.average_price_decimal)

    @property
    def unrealized_profit_decimal(self) -> Decimal:
        """Profit if closed now, fees included, exact."""
        return self.total_close_profit_decimal()

    def total_close_profit_decimal(
        self,
        include_fees: bool = True,
        exit_price: Decimal | None = None,
        entry_price: Decimal | None = None,
        quantity: Decimal | None = None,
    ) -> Decimal:
        """LEAN: SecurityHolding.cs, TotalCloseProfit: longs sell at the bid, shorts buy at the ask."""
        if quantity is None:
            if not self.invested:
                return ZERO
            quantity = self.quantity_decimal
        security = self.security
        fees = ZERO
        if include_fees:
            fees = security.cash_book.convert_amount(market_order_fees(security, -quantity))
        if exit_price is None:
            exit_price = security.bid_price_decimal if self.is_long else security.ask_price_decimal
            exit_price = exit_price or security.price_decimal
        if entry_price is None:
            entry_price = self.average_price_decimal
        entry = self.value_in_account_currency(quantity, entry_price)
        return self.value_in_account_currency(quantity, exit_price) - entry - fees

    @property
    def profit_decimal(self) -> Decimal:
        """Realised profit and dividends, exact."""
        return self._profit_decimal + self.dividends_decimal

    @property
    def net_profit_decimal(self) -> Decimal:
        """Realised profit less fees, exact."""
        return self.profit_decimal - self.total_fees_decimal

    # --- what users see -------------------------------------------------------------------------------------------

    @property
    def symbol(self) -> Symbol:
        """What is held."""
        return self.security.symbol

    @property
    def type(self) -> SecurityType:
        """Kind of the security."""
        return self.security.symbol.security_type

    @property
    def leverage(self) -> float:
        """Leverage of the security."""
        return self.security.leverage

    @property
    def hold_stock(self) -> bool:
        """The same as `invested`."""
        return self.invested

    @property
    def price(self) -> float:
        """Last price."""
        return self.security.price

    @property
    def absolute_quantity(self) -> float:
        """Unsigned quantity."""
        return abs(self.quantity)

    @property
    def holdings_cost(self) -> float:
        """Signed cost in account currency."""
        return money.double(self.holdings_cost_decimal)

    @property
    def unlevered_holdings_cost(self) -> float:
        """Cost by leverage."""
        return money.double(self.holdings_cost_decimal / self.security.leverage_decimal)

    @property
    def absolute_holdings_cost(self) -> float:
        """Unsigned cost."""
        return abs(self.holdings_cost)

    @property
    def unlevered_absolute_holdings_cost(self) -> float:
        """Unsigned cost by leverage."""
        return abs(self.unlevered_holdings_cost)

    @property
    def holdings_value(self) -> float:
        """Signed market value in account currency."""
        return money.double(self.holdings_value_decimal)

    @property
    def absolute_holdings_value(self) -> float:
        """Unsigned market value."""
        return abs(self.holdings_value)

    @property
    def unrealized_profit(self) -> float:
        """Profit if closed now, fees included."""
        return money.double(self.total_close_profit_decimal())

    @property
    def unrealized_profit_percent(self) -> float:
        """The same as a fraction of the cost."""
        cost = abs(self.holdings_cost_decimal)
        return money.double(self.total_close_profit_decimal() / cost) if cost else 0.0

    @property
    def profit(self) -> float:
        """Realised profit, dividends included."""
        return money.double(self.profit_decimal)

    @property
    def net_profit(self) -> float:
        """Realised profit less fees."""
        return money.double(self.net_profit_decimal)

    @property
    def total_fees(self) -> float:
        """Fees so far, account currency."""
        return money.double(self.total_fees_decimal)

    @property
    def total_sale_volume(self) -> float:
        """Traded value so far, account currency."""
        return money.double(self.total_sale_volume_decimal)

    @property
    def total_dividends(self) -> float:
        """Dividends so far, account currency."""
        return money.double(self.dividends_decimal)

    @property
    def last_trade_profit(self) -> float:
        """Profit of the last closing trade."""
        return money.double(self.last_trade_profit_decimal)

    def total_close_profit(self, include_fees: bool = True, *prices: Any) -> float:
        """Profit if closed now, with or without fees."""
        return money.double(self.total_close_profit_decimal(include_fees))

    def get_quantity_value(self, quantity: float, price: float | None = None) -> ConvertibleCashAmount:
        """Worth of a quantity, in its own currency."""
        at = self.security.price_decimal if price is None else money.dec(price)
        return ConvertibleCashAmount(*self.quantity_value(money.dec(quantity), at))

    def update_market_price(self, closing_price: float) -> None:
        """Nothing: the price is always the security's."""

    def __str__(self) -> str:
        return (
            f"{self.symbol.value}: {money.text(self.quantity_decimal)} @ {money.text(self.average_price_decimal)}"
        )


class EquityHolding(SecurityHolding):
    """LEAN: Common/Securities/Equity/EquityHolding.cs."""

    __slots__ = ()


class ForexHolding(SecurityHolding):
    """LEAN: Common/Securities/Forex/ForexHolding.cs."""

    __slots__ = ()

    def total_close_profit_pips(self) -> float:
        """Profit if closed now, in pips."""
        security = self.security
        pip = security.symbol_properties.minimum_price_variation_decimal * 10
        worth = pip * abs(self.quantity_decimal) * security.quote_currency.conversion_rate_decimal
        return money.double(money.round_to(self.total_close_profit_decimal() / worth, 1))


class CryptoHolding(SecurityHolding):
    """LEAN: Common/Securities/Crypto/CryptoHolding.cs."""

    __slots__ = ()


class CfdHolding(SecurityHolding):
    """LEAN: Common/Securities/Cfd/CfdHolding.cs."""

    __slots__ = ()


class CryptoFutureHolding(SecurityHolding):
    """LEAN: Common/Securities/CryptoFuture/CryptoFutureHolding.cs."""

    __slots__ = ()

    def quantity_value(self, quantity: Decimal, price: Decimal) -> tuple[Decimal, Any]:
        """Coin-margined contracts are worth coins: contracts × size / price."""
        security: Any = self.security
        if security.symbol.market != "dydx" and security.is_crypto_coin_future:
            return quantity * security.symbol_properties.contract_multiplier_decimal / price, security.base_currency
        return super().quantity_value(quantity, price)


for _kind in (EquityHolding, ForexHolding, CryptoHolding, CfdHolding, CryptoFutureHolding):
    _kind.__clr_name__ = f"QuantConnect.Securities.{_kind.__name__.removesuffix('Holding')}.{_kind.__name__}"

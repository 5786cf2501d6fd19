"""`algorithm.portfolio`. LEAN: Common/Securities/SecurityPortfolioManager.cs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from vibetrader.engine import money
from vibetrader.engine.clr import InvalidOperationException, NotImplementedException, OverflowException
from vibetrader.engine.data.enums import DataNormalizationMode, OrderDirection, SecurityType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.money import ZERO
from vibetrader.engine.naming import lean_names
from vibetrader.engine.orders.event import OrderEvent
from vibetrader.engine.portfolio.buyingpower import (
    HasSufficientBuyingPowerForOrderParameters,
    HasSufficientBuyingPowerForOrderResult,
    InitialMarginParameters,
    MaintenanceMarginParameters,
    number,
)
from vibetrader.engine.portfolio.cash import Cash, CashBook
from vibetrader.engine.portfolio.margincall import DefaultMarginCallModel
from vibetrader.engine.securities.dictionary import LeanDictionary, pair_type
from vibetrader.engine.securities.holding import SecurityHolding

#: These do not count at market value: their money is in the cash book already.
_NOT_AT_VALUE: Final = (
    SecurityType.FOREX,
    SecurityType.CRYPTO,
    SecurityType.FUTURE,
    SecurityType.CFD,
    SecurityType.CRYPTO_FUTURE,
)
#: .NET's largest decimal.
_HUGE: Final = Decimal(2) ** 96 - 1
_ADAPTOR: Final = "Portfolio object is an adaptor for Security Manager"


@lean_names
class SecurityPortfolioManager(LeanDictionary[Symbol, SecurityHolding]):
    """Holdings by symbol or ticker, cash, and what it all is worth.

    Attributes:
        invested: Whether any position of at least one lot is held; a plain attribute kept up to date.
        cash_book: Cash by currency.
        unsettled_cash_book: Proceeds that are not cash yet.
        margin_call_model: What happens without margin.
    """

    __clr_name__ = "QuantConnect.Securities.SecurityPortfolioManager"
    _pair = pair_type("Symbol,SecurityHolding")

    def __init__(self, algorithm: Any) -> None:
        state = algorithm._vt
        self._state = state
        self.securities = state.securities
        self.transactions = state.transactions
        self.invested = False
        self._valid = False
        self._valued_at = -1
        self._value = ZERO
        self.cash_book: CashBook
        self.unsettled_cash_book = CashBook(on_update=self.invalidate)
        self.cash_book = CashBook(self._mirror, self.invalidate)
        self.cash_book.before_update = self.unsettled_cash_book.before_update = state.disturb
        self._base = self.cash_book[self.cash_book.account_currency]
        self._base.set_amount_decimal(Decimal(100_000))
        self._account_currency_called = False
        self._cash_called = False
        self._cash_symbol_explicit = False
        self._small_target: bool | None = None
        self.margin_call_model: Any = DefaultMarginCallModel(self, state.default_order_properties)
        self.securities.on_change.append(self.refresh_invested)

    # --- upkeep ---------------------------------------------------------------------------------------------------

    def _mirror(self, cash: Cash) -> None:
        """New currencies also appear in the unsettled book, with the same rate."""
        twin = Cash(cash.symbol, ZERO, cash.conversion_rate_decimal)
        self.unsettled_cash_book.put(twin)

    def _rate_of_unsettled(self, symbol: str) -> Decimal:
        cash: Cash | None = self.cash_book.get(symbol)
        return ZERO if cash is None else cash.conversion_rate_decimal

    def invalidate(self) -> None:
        """Prices, rates or cash moved: the total value is computed anew when asked for."""
        self._valid = False

    def refresh_invested(self) -> None:
        """Look at all positions again; called whenever one changes."""
        self.invested = False
        for security in self.securities.active.values():
            security.holdings.on_change = self.refresh_invested
            if security.holdings.invested:
                self.invested = True
        self._valid = False

    # --- dictionary -----------------------------------------------------------------------------------------------

    def _find(self, key: Any) -> SecurityHolding | None:
        security = self.securities.find(key)
        return None if security is None else security.holdings

    def _get(self, key: Any) -> SecurityHolding:
        return self.securities[key].holdings  # type: ignore[no-any-return]

    def __getitem__(self, key: Any) -> SecurityHolding:
        if key.__class__ is Symbol:
            security = self.securities.all.get(key)
            if security is not None:
                return security.holdings  # type: ignore[no-any-return]
        return self.securities[key].holdings  # type: ignore[no-any-return]

    def _pairs(self) -> list[tuple[Symbol, SecurityHolding]]:
        return [(symbol, security.holdings) for symbol, security in self.securities.active.items()]

    def add(self, *arguments: Any) -> None:
        """Refused."""
        raise NotImplementedException(f"{_ADAPTOR}. To add a new asset add the required data during initialization.")

    def clear(self) -> None:
        """Refused."""
        raise NotImplementedException(f"{_ADAPTOR} and cannot be cleared.")

    def remove(self, key: Any) -> bool:
        """Refused."""
        raise NotImplementedException(f"{_ADAPTOR} and objects cannot be removed.")

    # --- value ----------------------------------------------------------------------------------------------------

    @property
    def unsettled_value(self) -> Decimal:
        """Worth of unsettled cash, exact."""
        total = ZERO
        for cash in self.unsettled_cash_book.cashes:
            total += cash.amount_decimal * self._rate_of_unsettled(cash.symbol)
        return total

    @property
    def total_value(self) -> Decimal:
        """Portfolio value, exact and cached. LEAN: TotalPortfolioValue."""
        now = self._state.utc_ns
        if not self._valid or now != self._valued_at:
            holdings = margined = ZERO
            for security in self.securities.active.values():
                position = security.holdings
                if position.invested:
                    kind = security.type
                    if kind not in _NOT_AT_VALUE:
                        holdings += position.holdings_value_decimal
                    elif kind in (SecurityType.CFD, SecurityType.CRYPTO_FUTURE):
                        margined += position.unrealized_profit_decimal
            self._value = self.cash_book.total_value_decimal + self.unsettled_value + holdings + margined
            self._valid = True
            self._valued_at = now
        return self._value

    total_portfolio_value_decimal = total_value

    @property
    def total_portfolio_value(self) -> float:
        """Cash and positions in account currency."""
        return money.double(self.total_value)

    @property
    def total_value_less_free_buffer(self) -> Decimal:
        """Portfolio value without the part that stays free, exact."""
        settings = self._state.settings
        if settings.free_portfolio_value is not None:
            free = money.dec(settings.free_portfolio_value)
        else:
            free = self.total_value * money.dec(settings.free_portfolio_value_percentage)
        return self.total_value - free

    @property
    def total_portfolio_value_less_free_buffer(self) -> float:
        """Portfolio value without the part that stays free."""
        return money.double(self.total_value_less_free_buffer)

    @property
    def cash_decimal(self) -> Decimal:
        """Worth of the cash book, exact."""
        return self.cash_book.total_value_decimal

    @property
    def cash(self) -> float:
        """Worth of the cash book in account currency, coins included."""
        return money.double(self.cash_book.total_value_decimal)

    @property
    def unsettled_cash(self) -> float:
        """Worth of unsettled cash in account currency."""
        return money.double(self.unsettled_value)

    @property
    def hold_stock(self) -> bool:
        """The same as `invested`."""
        return self.invested

    def _sum(self, name: str, total: bool = False, absolute: bool = False) -> Decimal:
        result = ZERO
        for security in (self.securities.all if total else self.securities.active).values():
            value = getattr(security.holdings, name)
            result += abs(value) if absolute else value
        return result

    @property
    def total_holdings_value_decimal(self) -> Decimal:
        """Sum of unsigned market values, exact."""
        return self._sum("holdings_value_decimal", absolute=True)

    @property
    def total_holdings_value(self) -> float:
        """Sum of unsigned market values."""
        return money.double(self.total_holdings_value_decimal)

    @property
    def total_absolute_holdings_cost(self) -> float:
        """Sum of unsigned costs."""
        return money.double(self._sum("holdings_cost_decimal", absolute=True))

    @property
    def total_unlevered_absolute_holdings_cost(self) -> float:
        """Sum of unsigned costs by leverage."""
        held = self.securities.active.values()
        total: float = sum(security.holdings.unlevered_absolute_holdings_cost for security in held)
        return total

    @property
    def total_unrealized_profit_decimal(self) -> Decimal:
        """Profit if everything were closed now, exact."""
        return self._sum("unrealized_profit_decimal")

    @property
    def total_unrealized_profit(self) -> float:
        """Profit if everything were closed now."""
        return money.double(self.total_unrealized_profit_decimal)

    @property
    def total_unrealised_profit(self) -> float:
        """The same in the other spelling."""
        return money.double(self.total_unrealized_profit_decimal)

    @property
    def total_fees_decimal(self) -> Decimal:
        """Fees so far, exact."""
        return self._sum("total_fees_decimal", total=True)

    @property
    def total_fees(self) -> float:
        """Fees so far."""
        return money.double(self.total_fees_decimal)

    @property
    def total_profit_decimal(self) -> Decimal:
        """Realised profit, exact."""
        return self._sum("profit_decimal", total=True)

    @property
    def total_profit(self) -> float:
        """Realised profit."""
        return money.double(self.total_profit_decimal)

    @property
    def total_net_profit_decimal(self) -> Decimal:
        """Realised profit less fees, exact."""
        return self._sum("net_profit_decimal", total=True)

    @property
    def total_net_profit(self) -> float:
        """Realised profit less fees."""
        return money.double(self.total_net_profit_decimal)

    @property
    def total_sale_volume_decimal(self) -> Decimal:
        """Traded value so far, exact."""
        return self._sum("total_sale_volume_decimal", total=True)

    @property
    def total_sale_volume(self) -> float:
        """Traded value so far."""
        return money.double(self.total_sale_volume_decimal)

    # --- margin ---------------------------------------------------------------------------------------------------

    def margin_of(self, security: Any) -> Decimal:
        """Margin a position uses. LEAN: SecurityPositionGroupBuyingPowerModel.cs, GetMaintenanceMargin."""
        parameters = MaintenanceMarginParameters.for_quantity_at_current_price(
            security, security.holdings.quantity_decimal
        )
        return number(security.buying_power_model.get_maintenance_margin(parameters))

    @property
    def total_margin_used_decimal(self) -> Decimal:
        """Margin of all positions, exact."""
        total = ZERO
        for security in self.securities.active.values():
            if security.holdings.invested:
                total += self.margin_of(security)
        return total

    @property
    def total_margin_used(self) -> float:
        """Margin of all positions."""
        return money.double(self.total_margin_used_decimal)

    def margin_remaining_of(self, total: Decimal) -> Decimal:
        """Free margin at a portfolio value."""
        return total - self.unsettled_value - self.total_margin_used_decimal

    @property
    def margin_remaining_decimal(self) -> Decimal:
        """Free margin, exact."""
        return self.margin_remaining_of(self.total_value)

    @property
    def margin_remaining(self) -> float:
        """Free margin."""
        return money.double(self.margin_remaining_decimal)

    def get_margin_remaining(self, symbol: Any, direction: OrderDirection = OrderDirection.BUY) -> float:
        """Free margin for an order in a direction; of a portfolio value when a number is given.

        LEAN: PositionGroupBuyingPowerModel.cs, GetPositionGroupBuyingPower: closing frees the position's margin twice.
        """
        if isinstance(symbol, (int, float, Decimal)):
            return money.double(self.margin_remaining_of(money.dec(symbol)))
        security = self.securities[symbol]
        power = self.margin_remaining_decimal
        held = security.holdings.quantity_decimal
        if not security.holdings.invested:
            return money.double(power)
        if (held > 0 and direction == OrderDirection.SELL) or (held < 0 and direction == OrderDirection.BUY):
            initial = security.buying_power_model.get_initial_margin_requirement(InitialMarginParameters(security, held))
            power += self.margin_of(security) + abs(number(initial))
        return money.double(power)

    def get_buying_power(self, symbol: Any, direction: OrderDirection = OrderDirection.BUY) -> float:
        """The same as `get_margin_remaining`."""
        return self.get_margin_remaining(symbol, direction)

    def has_sufficient_buying_power(self, orders: list[Any]) -> HasSufficientBuyingPowerForOrderResult:
        """Whether all orders may be sent. LEAN: SecurityPortfolioManager.cs, HasSufficientBuyingPowerForOrder."""
        for order in orders:
            security = self.securities[order.symbol]
            if abs(order.quantity_decimal) > _HUGE and abs(order.quantity_decimal * security.price_decimal) > _HUGE:
                raise OverflowException("Value was either too large or too small for a Decimal.")
            result: HasSufficientBuyingPowerForOrderResult = (
                security.buying_power_model.has_sufficient_buying_power_for_order(
                    HasSufficientBuyingPowerForOrderParameters(self, security, order)
                )
            )
            if not result.is_sufficient:
                return result
        return HasSufficientBuyingPowerForOrderResult(True)

    def warn_of_small_target(self) -> None:
        """A target was too small for an order; says so once. LEAN: PortfolioTarget.cs, MinimumOrderMarginPercentageWarningSent."""
        if self._small_target is None:
            self._small_target = False

    def take_small_target_warning(self) -> bool:
        """True once after the first small target."""
        if self._small_target is False:
            self._small_target = True
            return True
        return False

    def set_margin_call_model(self, model: Any) -> None:
        """What happens without margin."""
        from vibetrader.engine.securities.security import spell

        self.margin_call_model = spell(model, "get_margin_call_orders", "execute_margin_call")

    # --- cash -----------------------------------------------------------------------------------------------------

    def set_account_currency(self, account_currency: str, starting_cash: Any = None) -> None:
        """Change the currency of the account; only before securities are added, and once.

        LEAN: SecurityPortfolioManager.cs, SetAccountCurrency.
        """
        currency = account_currency.upper()
        if self._account_currency_called:
            return
        self._account_currency_called = True
        if self.securities.active:
            raise InvalidOperationException(
                "SecurityPortfolioManager.SetAccountCurrency(): Cannot change AccountCurrency after adding a Security. "
                "Please move set_account_currency() before add_security()."
            )
        previous = self._base if self._cash_called else None
        amount = None if previous is None else previous.amount_decimal
        self.unsettled_cash_book.set_account_currency(currency)
        self.cash_book.set_account_currency(currency)
        self._base = self.cash_book[currency]
        if self._cash_symbol_explicit and previous is not None and previous.symbol != currency:
            assert amount is not None
            self._base.set_amount_decimal(ZERO)
            self.cash_book.put(Cash(previous.symbol, amount, previous.conversion_rate_decimal))
        if starting_cash is not None:
            self.set_cash(starting_cash)

    def set_cash(self, *arguments: Any) -> None:
        """`set_cash(amount)`, or `set_cash(currency, amount, rate)`."""
        self._cash_called = True
        if len(arguments) == 1:
            self._cash_symbol_explicit = False
            self._base.set_amount_decimal(money.dec(_number(arguments[0])))
            return
        symbol, amount, *rest = arguments
        self._cash_symbol_explicit = True
        rate = money.dec(_number(rest[0])) if rest else ZERO
        cash: Cash | None = self.cash_book.get(symbol.upper())
        if cash is not None:
            cash.set_amount_decimal(money.dec(_number(amount)))
            cash.conversion_rate_decimal = rate
        else:
            self.cash_book.put(Cash(symbol, money.dec(_number(amount)), rate))

    # --- events ---------------------------------------------------------------------------------------------------

    def process_fills(self, fills: list[OrderEvent]) -> None:
        """Book fills. LEAN: SecurityPortfolioManager.cs, ProcessFills."""
        for fill in fills:
            security = self.securities[fill.symbol]
            security.portfolio_model.process_fill(self, security, fill)
        self.invalidate()

    def apply_dividend(self, dividend: Any, mode: DataNormalizationMode) -> None:
        """Pay a dividend, where prices do not contain it. LEAN: SecurityPortfolioManager.cs, ApplyDividend."""
        if mode in (DataNormalizationMode.RAW, DataNormalizationMode.SPLIT_ADJUSTED):
            security = self.securities[dividend.symbol]
            distribution = getattr(dividend, "distribution_decimal", None)
            if distribution is None:
                distribution = money.dec(dividend.distribution)
            total = (
                security.holdings.quantity_decimal * distribution * security.quote_currency.conversion_rate_decimal
            )
            self._base.add_amount_decimal(total)
            security.holdings.dividends_decimal += total

    def apply_split(self, split: Any, mode: DataNormalizationMode) -> None:
        """Split a position of raw prices; fractions are paid. LEAN: SecurityPortfolioManager.cs, ApplySplit."""
        security = self.securities[split.symbol]
        if security.type != SecurityType.EQUITY or mode != DataNormalizationMode.RAW:
            return
        factor = money.dec(split.split_factor)
        holdings = security.holdings
        quantity = holdings.quantity_decimal / factor
        whole = Decimal(int(quantity))
        rest = quantity - whole
        holdings.set_holdings_decimal(holdings.average_price_decimal * factor, whole)
        if not security.has_data:
            self._base.add_amount_decimal(rest * money.dec(split.reference_price) * factor)
            return
        security.cache.apply_split(factor)
        self._base.add_amount_decimal(rest * security.price_decimal)
        self.invalidate()
        if mode == DataNormalizationMode.RAW:
            # LEAN: AlgorithmManager.cs, HandleSplits: other modes are adjusted already
            tickets = self.transactions.get_open_order_tickets(security.symbol)
            if tickets:
                self._state.brokerage_model.apply_split(tickets, split)

    def scan_settlements(self) -> None:
        """Release proceeds that are due, and pay funding; once an hour. LEAN: AlgorithmManager.cs, Run."""
        from vibetrader.engine.portfolio.interest import MarginInterestRateParameters
        from vibetrader.engine.portfolio.settlement import ScanSettlementModelParameters

        now = self._state.utc_ns
        for _, security in self.securities.pairs():
            security.margin_interest_rate_model.apply_margin_interest_rate(MarginInterestRateParameters(security, now))
            security.settlement_model.scan(ScanSettlementModelParameters(self, security, now))

    def __str__(self) -> str:
        return self.__clr_name__


def _number(value: Any) -> Any:
    """Texts are numbers too."""
    return Decimal(value) if isinstance(value, str) else value

"""How a fill changes cash and position. LEAN: Common/Securities/SecurityPortfolioModel.cs, ProcessFill."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from vibetrader.engine.data.enums import OrderDirection, SecurityType
from vibetrader.engine.money import ZERO
from vibetrader.engine.orders.event import OrderEvent
from vibetrader.engine.orders.fees import CashAmount, OrderFee
from vibetrader.engine.portfolio.settlement import ApplyFundsSettlementModelParameters

#: No money changes hands when these are bought; profit does when they are closed.
MARGINED: Final = (SecurityType.FUTURE, SecurityType.CFD, SecurityType.CRYPTO_FUTURE)


class SecurityPortfolioModel:
    """Books fills of one security."""

    __clr_name__ = "QuantConnect.Securities.SecurityPortfolioModel"

    def process_fill(self, portfolio: Any, security: Any, fill: OrderEvent) -> None:
        """Book a fill: fee, money, profit, then quantity and average price."""
        holdings = security.holdings
        held, average = holdings.quantity_decimal, holdings.average_price_decimal
        price, quantity = fill.fill_price_decimal, fill.fill_quantity_decimal
        buying = fill.direction == OrderDirection.BUY
        was_long, was_short = held > 0, held < 0
        holdings.total_sale_volume_decimal += holdings.value_in_account_currency(abs(quantity), price)
        fee = ZERO
        if fill.order_fee is not OrderFee.ZERO and fill.order_fee.value.amount_decimal:
            fee = portfolio.cash_book.convert_amount(fill.order_fee.value)
            holdings.total_fees_decimal += fee
            fill.order_fee.apply_to_portfolio(portfolio, fill)
        if security.type not in MARGINED:
            multiplier = security.symbol_properties.contract_multiplier_decimal
            self._settle(portfolio, security, fill, -quantity * price * multiplier, security.quote_currency.symbol)
        if security.type in (SecurityType.FOREX, SecurityType.CRYPTO):
            # LEAN: a fill of a pair is a swap of currencies
            self._settle(portfolio, security, fill, quantity, security.base_currency.symbol)
        if (was_long and not buying) or (was_short and buying):
            self._book_profit(portfolio, security, fill, fee)
        if not held:
            average, held = price, quantity
        elif was_long == buying:
            average = (average * held + quantity * price) / (held + quantity)
            held += quantity
        else:
            held += quantity
            if (was_long and held < 0) or (was_short and held > 0):
                average = price
            elif not held:
                average = ZERO
        holdings.set_holdings_decimal(average, held)

    def _settle(self, portfolio: Any, security: Any, fill: OrderEvent, amount: Decimal, currency: str) -> None:
        security.settlement_model.apply_funds(
            ApplyFundsSettlementModelParameters(portfolio, security, fill.utc_ns, CashAmount(amount, currency), fill)
        )

    def _book_profit(self, portfolio: Any, security: Any, fill: OrderEvent, fee: Decimal) -> None:
        """LEAN: ProcessCloseTradeProfit; the record counts the fee of the closing fill twice."""
        holdings = security.holdings
        quantity = fill.fill_quantity_decimal
        closed = min(abs(quantity), abs(holdings.quantity_decimal))
        if quantity > 0:
            closed = -closed
        cost, _ = holdings.quantity_value(closed, holdings.average_price_decimal)
        worth, cash = holdings.quantity_value(closed, fill.fill_price_decimal)
        amount = worth - cost
        if security.type in MARGINED:
            self._settle(portfolio, security, fill, amount, cash.symbol)
        profit = amount * cash.conversion_rate_decimal
        holdings.add_profit(profit)
        holdings.last_trade_profit_decimal = profit
        record = profit - 2 * fee
        portfolio.transactions.add_transaction_record(security.utc_ns, record, record > 0)

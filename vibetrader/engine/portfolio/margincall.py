"""Margin calls. LEAN: Common/Securities/DefaultMarginCallModel.cs, Engine/AlgorithmManager.cs (the check)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Final

from vibetrader.engine import money
from vibetrader.engine.data.enums import OrderType
from vibetrader.engine.money import ZERO
from vibetrader.engine.naming import LeanOverrides, lean_names
from vibetrader.engine.orders.order import is_open
from vibetrader.engine.orders.requests import SubmitOrderRequest
from vibetrader.engine.orders.ticket import OrderTicket
from vibetrader.engine.portfolio.buyingpower import (
    GetMaximumOrderQuantityForDeltaBuyingPowerParameters,
    quantity_of,
)
from vibetrader.engine.timekeeping import MINUTE

#: LEAN: AlgorithmManager.cs, marginCallFrequency
INTERVAL: Final = 5 * MINUTE
_WARNING_LEVEL: Final = Decimal("0.05")


@lean_names
class DefaultMarginCallModel(LeanOverrides):
    """Sells part of every position when the margin is used up.

    Args:
        portfolio: The portfolio.
        default_order_properties: Properties of the orders.
        margin_buffer: How far used margin may exceed the portfolio value.
    """

    __clr_name__ = "QuantConnect.Securities.DefaultMarginCallModel"

    def __init__(self, portfolio: Any, default_order_properties: Any = None, margin_buffer: object = Decimal("0.10")) -> None:
        self.portfolio = portfolio
        self.default_order_properties = default_order_properties
        self._buffer = money.dec(margin_buffer)

    def get_margin_call_orders(self, issue_margin_call_warning: bool = False) -> tuple[list[SubmitOrderRequest], bool]:
        """Orders a margin call needs, and whether to warn. LEAN: DefaultMarginCallModel.cs, GetMarginCallOrders."""
        portfolio = self.portfolio
        used = portfolio.total_margin_used_decimal
        if used <= 0:
            return [], False
        total = portfolio.total_value
        remaining = portfolio.margin_remaining_of(total)
        warn = remaining <= total * _WARNING_LEVEL
        orders: list[SubmitOrderRequest] = []
        if remaining <= 0:
            if used > total * (1 + self._buffer):
                for _, security in portfolio.securities.pairs():
                    if security.holdings.invested:
                        request = self._request(security, total, used)
                        if request is not None and request.quantity_decimal:
                            orders.append(request)
            warn = bool(orders)
        return orders, warn

    def _request(self, security: Any, total: Decimal, used: Decimal) -> SubmitOrderRequest | None:
        """LEAN: DefaultMarginCallModel.cs, GenerateMarginCallOrders."""
        portfolio = self.portfolio
        if not security.quote_currency.conversion_rate_decimal:
            return None
        excess = used - total
        margin = portfolio.margin_of(security)
        keep = max(ZERO, margin - excess)
        # LEAN works on position groups: the position's own direction counts as up, so the change is always a reduction
        held = security.holdings.quantity_decimal
        delta = (margin - keep) * (-1 if held > 0 else 1)
        result = security.buying_power_model.get_maximum_order_quantity_for_delta_buying_power(
            GetMaximumOrderQuantityForDeltaBuyingPowerParameters(portfolio, security, delta, 0)
        )
        lot = security.symbol_properties.lot_size_decimal
        lots = abs(quantity_of(result) / lot)
        quantity = lots * lot * (-1 if held > 0 else 1)
        properties = self.default_order_properties
        return SubmitOrderRequest(
            OrderType.MARKET,
            security.type,
            security.symbol,
            quantity,
            time=security.utc_ns,
            tag="Margin Call",
            properties=properties.clone() if properties is not None else None,
        )

    def execute_margin_call(self, generated_margin_call_orders: list[SubmitOrderRequest]) -> list[OrderTicket]:
        """Send the orders, losers first, until there is margin. LEAN: DefaultMarginCallModel.cs, ExecuteMarginCall."""
        portfolio = self.portfolio
        if portfolio.margin_remaining_decimal >= 0:
            return []
        executed: list[OrderTicket] = []
        requests = sorted(
            generated_margin_call_orders,
            key=lambda request: portfolio.securities[request.symbol].holdings.unrealized_profit_decimal,
        )
        for request in requests:
            ticket = portfolio.transactions.add_order(request)
            if is_open(ticket.status):
                portfolio.transactions.wait_for_order(ticket.order_id)
            executed.append(ticket)
            if portfolio.margin_remaining_decimal >= 0:
                break
        return executed


class NullMarginCallModel(LeanOverrides):
    """Never calls. LEAN: Common/Securities/MarginCallModel.cs, NullMarginCallModel."""

    def get_margin_call_orders(self, issue_margin_call_warning: bool = False) -> tuple[list[SubmitOrderRequest], bool]:
        """Nothing."""
        return [], False

    def execute_margin_call(self, generated_margin_call_orders: list[SubmitOrderRequest]) -> list[OrderTicket]:
        """Nothing."""
        return []


class MarginCallModel:
    """`MarginCallModel.NULL`."""

    NULL: ClassVar[NullMarginCallModel] = NullMarginCallModel()
    Null = NULL


def check_margin(state: Any) -> None:
    """Warn or call, as the time step does every five minutes. LEAN: Engine/AlgorithmManager.cs, Run.

    Exceptions of the user's `on_margin_call` and `on_margin_call_warning` pass through.
    """
    portfolio, algorithm = state.portfolio, state.algorithm
    result = portfolio.margin_call_model.get_margin_call_orders(False)
    orders, warn = result if isinstance(result, tuple) else (result, False)
    orders = list(orders)
    executed: list[OrderTicket] = []
    if orders and all(portfolio.securities[order.symbol].exchange.exchange_open for order in orders):
        changed = algorithm.on_margin_call(orders)
        if changed is not None:
            orders = list(changed)
        executed = list(portfolio.margin_call_model.execute_margin_call(orders))
        for ticket in executed:
            state.error(
                f"{state.time.strftime('%m/%d/%Y %H:%M:%S')} - Executed MarginCallOrder: {ticket.symbol} - "
                f"Quantity: {money.text(ticket.quantity_decimal)} @ {money.text(money.dec(ticket.average_fill_price))}"
            )
    if not executed and warn:
        algorithm.on_margin_call_warning()

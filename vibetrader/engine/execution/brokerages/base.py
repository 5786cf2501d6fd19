"""The default brokerage model and the pieces the others share. LEAN: Common/Brokerages/DefaultBrokerageModel.cs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Final

from vibetrader.engine import money
from vibetrader.engine.clr import KeyNotFoundException
from vibetrader.engine.data.enums import AccountType, BrokerageMessageType, OrderType, SecurityType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.execution.benchmarks import security_benchmark
from vibetrader.engine.execution.fees.base import ConstantFeeModel
from vibetrader.engine.execution.fees.interactivebrokers import InteractiveBrokersFeeModel
from vibetrader.engine.execution.fills import EquityFillModel, ImmediateFillModel
from vibetrader.engine.execution.slippage import NullSlippageModel
from vibetrader.engine.money import ZERO
from vibetrader.engine.naming import LeanOverrides, lean_names
from vibetrader.engine.orders.requests import UpdateOrderFields
from vibetrader.engine.portfolio.buyingpower import CashBuyingPowerModel, CryptoFutureMarginModel, SecurityMarginModel
from vibetrader.engine.portfolio.interest import NullMarginInterestRateModel
from vibetrader.engine.portfolio.settlement import (
    EQUITY_DAYS,
    EQUITY_TIME,
    DelayedSettlementModel,
    ImmediateSettlementModel,
)
from vibetrader.engine.securities.shortable import NullShortableProvider
from vibetrader.engine.timekeeping import DAY, MINUTE

DEFAULT_MARKETS: Final[dict[SecurityType, str]] = {
    SecurityType.BASE: "usa",
    SecurityType.EQUITY: "usa",
    SecurityType.OPTION: "usa",
    SecurityType.FUTURE: "cme",
    SecurityType.FUTURE_OPTION: "cme",
    SecurityType.FOREX: "oanda",
    SecurityType.CFD: "oanda",
    SecurityType.CRYPTO: "coinbase",
    SecurityType.CRYPTO_FUTURE: "binance",
    SecurityType.INDEX: "usa",
    SecurityType.INDEX_OPTION: "usa",
}
NO_UPDATES: Final = "Brokerage does not support update. You must cancel and re-create instead."


@lean_names
class BrokerageMessageEvent:
    """What a brokerage says. LEAN: Common/Brokerages/BrokerageMessageEvent.cs."""

    __slots__ = ("code", "message", "type")
    __clr_name__ = "QuantConnect.Brokerages.BrokerageMessageEvent"

    def __init__(self, type: BrokerageMessageType, code: object, message: str) -> None:
        self.type = type
        self.code = str(code)
        self.message = message

    @classmethod
    def warning(cls, code: object, message: str) -> BrokerageMessageEvent:
        """A warning."""
        return cls(BrokerageMessageType.WARNING, code, message)

    def __str__(self) -> str:
        return f"{self.type.to_string()} - Code: {self.code} - {self.message}"


def verdict(result: Any) -> tuple[bool, BrokerageMessageEvent | None]:
    """What a model answered: a flag, or a flag and a message."""
    if isinstance(result, (tuple, list)):
        return bool(result[0]), result[1] if len(result) > 1 else None
    return bool(result), None


Verdict = tuple[bool, BrokerageMessageEvent | None]
ACCEPTED: Final[Verdict] = (True, None)


def refused(text: str, code: object = "NotSupported") -> Verdict:
    """A refusal."""
    return False, BrokerageMessageEvent.warning(code, text)


def type_refused(model: Any, security: Any) -> Verdict:
    """The kind of security is not supported."""
    return refused(f"The {type(model).__name__} does not support {security.type.to_string()} security type.")


def order_refused(model: Any, order: Any, supported: Iterable[OrderType]) -> Verdict:
    """The kind of order is not supported."""
    names = ",".join(item.to_string() for item in supported)
    return refused(
        f"The {type(model).__name__} does not support {order.type.to_string()} order type. Only supports [{names}]"
    )


def time_refused(model: Any, order: Any) -> Verdict:
    """The time in force is not supported."""
    return refused(f"The {type(model).__name__} does not support {type(order.time_in_force).__name__} time in force.")


def quantity_text(security: Any, quantity: Decimal) -> str:
    """LEAN: Messages.Brokerages.cs, InvalidOrderQuantity."""
    least = security.symbol_properties.minimum_order_size_decimal
    return (
        f"The minimum order size (in quote currency) for {security.symbol.value} is {money.text(least)}. "
        f"Order quantity was {money.text(quantity)}."
    )


def check_size(security: Any, quantity: Decimal) -> Verdict:
    """At least the minimum order size. LEAN: DefaultBrokerageModel.cs, IsValidOrderSize."""
    least = security.symbol_properties.minimum_order_size_decimal
    if least is not None and abs(quantity) < least:
        return refused(quantity_text(security, quantity))
    return ACCEPTED


def crosses_zero(held: Decimal, quantity: Decimal) -> bool:
    """The order turns the position around. LEAN: BrokerageExtensions.cs, OrderCrossesZero."""
    return (held > 0 and held + quantity < 0) or (held < 0 and held + quantity > 0)


def check_cross_zero(
    model: Any,
    security: Any,
    order: Any,
    unsupported: Iterable[OrderType] = (OrderType.MARKET_ON_OPEN, OrderType.MARKET_ON_CLOSE),
) -> Verdict:
    """Some orders may not turn a position around. LEAN: BrokerageExtensions.cs, ValidateCrossZeroOrder."""
    if order.type in unsupported and crosses_zero(security.holdings.quantity_decimal, order.quantity_decimal):
        return refused(
            f"Order type '{order.type.to_string()}' is not supported for orders that cross the zero holdings threshold in the "
            f"{type(model).__name__}. This means you cannot change a position from positive to negative or vice versa using "
            "this order type. Please close the existing position first."
        )
    return ACCEPTED


def check_market_on_open(
    security: Any,
    order: Any,
    window: Callable[[int, int], tuple[int, int]],
    supported: Iterable[SecurityType],
) -> Verdict:
    """Market on open within a window of the day. LEAN: BrokerageExtensions.cs, ValidateMarketOnOpenOrder.

    Args:
        security: The security.
        order: The order.
        window: Gives the window from open and close of the regular session, all times of day.
        supported: Kinds of securities that have an opening auction.
    """
    if order.type != OrderType.MARKET_ON_OPEN:
        return ACCEPTED
    if security.type not in supported:
        return refused(
            f"The broker does not support Market-on-Open orders for security type {security.type.to_string()}",
            "UnsupportedSecurityType",
        )
    now = security.local_ns % DAY
    session = regular_session(security)
    start, end = (0, DAY - 100) if session is None else window(*session)
    inside = start <= now < end if start <= end else now >= start or now < end
    if not inside:
        return refused(
            f"MarketOnOpen submission time is invalid. Valid local times are {_clock(start)}–{_clock(end)}. Consider setting "
            "daily_precise_end_time = false or using self.schedule.on."
        )
    return ACCEPTED


def regular_session(security: Any) -> tuple[int, int] | None:
    """Open and close of today's regular session as times of day; None on a closed day."""
    for segment in security.exchange.hours.day(security.local_ns).segments:
        if segment.state == "market":
            return segment.start, segment.end
    return None


def _clock(time: int) -> str:
    # .NET's format " hh\:mm" writes a blank before the hours
    minutes = time // MINUTE
    return f" {minutes // 60 % 24:02d}:{minutes % 60:02d}"


@lean_names
class Markets(dict[SecurityType, str]):
    """Market by kind of security, with .NET's words for a kind that is missing."""

    def __missing__(self, key: Any) -> str:
        name = key.to_string() if isinstance(key, SecurityType) else key
        raise KeyNotFoundException(f"The given key '{name}' was not present in the dictionary.")


class DefaultBrokerageModel(LeanOverrides):
    """No brokerage in particular: accepts everything; base of the others and of users' own.

    Args:
        account_type: Margin or cash.
    """

    __clr_name__ = "QuantConnect.Brokerages.DefaultBrokerageModel"
    markets: ClassVar[Mapping[SecurityType, str]] = DEFAULT_MARKETS

    def __init__(self, account_type: AccountType = AccountType.MARGIN) -> None:
        self._account_type = AccountType(account_type)

    @property
    def account_type(self) -> AccountType:
        """Margin or cash."""
        # users' models may forget super().__init__()
        return getattr(self, "_account_type", AccountType.MARGIN)

    @property
    def required_free_buying_power_percent(self) -> Any:
        """Part of the buying power that stays free."""
        return ZERO

    @property
    def default_markets(self) -> Mapping[SecurityType, str]:
        """Market of each kind of security when none is named."""
        return Markets(self.markets)

    def can_submit_order(self, security: Any, order: Any, message: Any = None) -> Any:
        """Whether the brokerage takes an order, and why not."""
        return ACCEPTED

    def can_update_order(self, security: Any, order: Any, request: Any, message: Any = None) -> Any:
        """Whether the brokerage changes an order, and why not."""
        return ACCEPTED

    def can_execute_order(self, security: Any, order: Any) -> bool:
        """Whether an order could be executed now."""
        return True

    def apply_split(self, tickets: list[Any], split: Any) -> None:
        """Restate open orders. LEAN: DefaultBrokerageModel.cs, ApplySplit."""
        factor = money.dec(split.split_factor)
        for ticket in tickets:
            order = ticket.order
            fields = UpdateOrderFields(quantity=Decimal(int(ticket.quantity_decimal / factor)))
            for name in ("limit_price", "stop_price", "trigger_price"):
                price = getattr(order, f"{name}_decimal", None)
                if price is not None:
                    setattr(fields, name, price * factor)
            if ticket.order_type == OrderType.TRAILING_STOP and not order.trailing_as_percentage:
                fields.trailing_amount = order.trailing_amount_decimal * factor
            ticket.update(fields)

    def get_leverage(self, security: Any) -> Any:
        """Leverage of a security."""
        if self.account_type == AccountType.CASH:
            return 1
        return {
            SecurityType.CRYPTO_FUTURE: 25,
            SecurityType.EQUITY: 2,
            SecurityType.FOREX: 50,
            SecurityType.CFD: 50,
        }.get(security.type, 1)

    def get_benchmark(self, securities: Any) -> Any:
        """Benchmark of a run that sets none."""
        return self._benchmark(securities, "SPY", SecurityType.EQUITY, "usa")

    def _benchmark(self, securities: Any, ticker: str, kind: SecurityType, market: str) -> Any:
        symbol: Symbol = securities.make_symbol(ticker, kind, market)
        return security_benchmark(securities, symbol)

    def get_fill_model(self, security: Any) -> Any:
        """Fills."""
        return EquityFillModel() if security.type == SecurityType.EQUITY else ImmediateFillModel()

    def get_fee_model(self, security: Any) -> Any:
        """Fees."""
        return InteractiveBrokersFeeModel() if security.type == SecurityType.EQUITY else ConstantFeeModel(0)

    def get_slippage_model(self, security: Any) -> Any:
        """Slippage."""
        return NullSlippageModel.INSTANCE

    def get_settlement_model(self, security: Any) -> Any:
        """Settlement: stocks of cash accounts take a day."""
        if self.account_type == AccountType.CASH and security.type == SecurityType.EQUITY:
            return DelayedSettlementModel(EQUITY_DAYS, EQUITY_TIME)
        return ImmediateSettlementModel()

    def get_buying_power_model(self, security: Any) -> Any:
        """Buying power: pairs of cash accounts are paid in full."""
        kind = security.type
        if self.account_type == AccountType.CASH and kind in (SecurityType.CRYPTO, SecurityType.FOREX):
            return CashBuyingPowerModel()
        if kind == SecurityType.CRYPTO_FUTURE:
            return CryptoFutureMarginModel(self.get_leverage(security))
        return SecurityMarginModel(self.get_leverage(security), self.required_free_buying_power_percent)

    def get_shortable_provider(self, security: Any) -> Any:
        """Limits of short selling."""
        return NullShortableProvider()

    def get_margin_interest_rate_model(self, security: Any) -> Any:
        """Funding."""
        return NullMarginInterestRateModel()

    def __str__(self) -> str:
        return self.__clr_name__


def with_market(**changes: str) -> dict[SecurityType, str]:
    """The default markets with some replaced, by the name of the kind."""
    markets = dict(DEFAULT_MARKETS)
    for name, market in changes.items():
        markets[SecurityType[name.upper()]] = market
    return markets

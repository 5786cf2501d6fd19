"""What may be bought. LEAN: Common/Securities/BuyingPowerModel.cs and relatives.

Users subclass these in Python: arguments and results are LEAN's objects, numbers may be floats; inside it is decimals.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, ClassVar

from vibetrader.engine import money
from vibetrader.engine.clr import (
    ArgumentException,
    InvalidOperationException,
    NotImplementedException,
    OverflowException,
)
from vibetrader.engine.data.enums import OrderDirection, OrderType, SecurityType
from vibetrader.engine.money import ONE, ZERO, dec, normalize, text
from vibetrader.engine.naming import LeanOverrides, lean_names
from vibetrader.engine.orders.order import MarketOrder, Order
from vibetrader.engine.portfolio.messages import zero_price_text
from vibetrader.engine.securities.parameters import fee_of

_LARGEST = Decimal(2**96 - 1)


class _Number:
    """A result that is one figure in account currency."""

    __slots__ = ("value_decimal",)

    def __init__(self, value: object = 0) -> None:
        self.value_decimal = number(value)

    @property
    def value(self) -> float:
        """The figure."""
        return money.double(self.value_decimal)

    Value = value

    def __float__(self) -> float:
        return money.double(self.value_decimal)

    def __str__(self) -> str:
        return text(self.value_decimal)


class Leverage(float):
    """A leverage as strategies compute with it, with its exact value for the engine."""

    __slots__ = ("value_decimal",)
    value_decimal: Decimal

    def __new__(cls, exact: Decimal) -> Leverage:
        made = super().__new__(cls, exact)
        made.value_decimal = exact
        return made


def number(value: Any) -> Decimal:
    """Decimal of what a model gave: a result object, a float, a decimal."""
    if isinstance(value, Decimal):
        return value
    inner = getattr(value, "value_decimal", None)
    if inner is not None:
        return inner  # type: ignore[no-any-return]
    if hasattr(value, "value"):
        return money.dec(value.value)
    return money.dec(value)


class InitialMargin(_Number):
    """Margin to open a position."""

    __slots__ = ()
    __clr_name__ = "QuantConnect.Securities.InitialMargin"


class MaintenanceMargin(_Number):
    """Margin to keep a position."""

    __slots__ = ()
    __clr_name__ = "QuantConnect.Securities.MaintenanceMargin"


class BuyingPower(_Number):
    """Money that may be used."""

    __slots__ = ()
    __clr_name__ = "QuantConnect.Securities.BuyingPower"


@lean_names
class ReservedBuyingPowerForPosition(_Number):
    """Margin a position uses."""

    __slots__ = ()
    __clr_name__ = "QuantConnect.Securities.ReservedBuyingPowerForPosition"

    @property
    def absolute_used_buying_power(self) -> float:
        """The figure."""
        return self.value


@lean_names
class HasSufficientBuyingPowerForOrderResult:
    """Whether an order may be sent, and why not."""

    __slots__ = ("is_sufficient", "reason")
    __clr_name__ = "QuantConnect.Securities.HasSufficientBuyingPowerForOrderResult"

    def __init__(self, is_sufficient: bool, reason: str | None = None) -> None:
        self.is_sufficient = is_sufficient
        self.reason = reason


@lean_names
class GetMaximumOrderQuantityResult:
    """The largest order that meets a target."""

    __slots__ = ("is_error", "quantity_decimal", "reason")
    __clr_name__ = "QuantConnect.Securities.GetMaximumOrderQuantityResult"

    def __init__(self, quantity: object, reason: str | None = None, is_error: bool | None = None) -> None:
        self.quantity_decimal = number(quantity)
        self.reason = reason or ""
        self.is_error = bool(self.reason) if is_error is None else is_error

    @property
    def quantity(self) -> float:
        """Signed quantity."""
        return money.double(self.quantity_decimal)


def quantity_of(result: Any) -> Decimal:
    """Quantity of a result, exact where there is one."""
    exact = getattr(result, "quantity_decimal", None)
    return exact if exact is not None else money.dec(result.quantity)


@lean_names
class InitialMarginParameters:
    """Argument of `get_initial_margin_requirement`."""

    __slots__ = ("quantity_decimal", "security")

    def __init__(self, security: Any, quantity: object) -> None:
        self.security = security
        self.quantity_decimal = number(quantity)

    @property
    def quantity(self) -> float:
        """Signed quantity."""
        return money.double(self.quantity_decimal)


@lean_names
class MaintenanceMarginParameters:
    """Argument of `get_maintenance_margin`."""

    __slots__ = ("holdings_cost_decimal", "holdings_value_decimal", "quantity_decimal", "security")

    def __init__(self, security: Any, quantity: object, holdings_cost: object, holdings_value: object) -> None:
        self.security = security
        self.quantity_decimal = number(quantity)
        self.holdings_cost_decimal = number(holdings_cost)
        self.holdings_value_decimal = number(holdings_value)

    @classmethod
    def for_current_holdings(cls, security: Any) -> MaintenanceMarginParameters:
        """Of the position."""
        holdings = security.holdings
        return cls(
            security, holdings.quantity_decimal, holdings.holdings_cost_decimal, holdings.holdings_value_decimal
        )

    @classmethod
    def for_quantity_at_current_price(cls, security: Any, quantity: object) -> MaintenanceMarginParameters:
        """Of a quantity at the last price."""
        amount = number(quantity)
        value = security.holdings.value_in_account_currency(amount, security.price_decimal)
        return cls(security, amount, value, value)

    @property
    def quantity(self) -> float:
        """Signed quantity."""
        return money.double(self.quantity_decimal)

    @property
    def absolute_quantity(self) -> float:
        """Unsigned quantity."""
        return abs(self.quantity)

    @property
    def holdings_cost(self) -> float:
        """Signed cost."""
        return money.double(self.holdings_cost_decimal)

    @property
    def absolute_holdings_cost(self) -> float:
        """Unsigned cost."""
        return abs(self.holdings_cost)

    @property
    def holdings_value(self) -> float:
        """Signed value."""
        return money.double(self.holdings_value_decimal)

    @property
    def absolute_holdings_value(self) -> float:
        """Unsigned value."""
        return abs(self.holdings_value)


@lean_names
class InitialMarginRequiredForOrderParameters:
    """Argument of `get_initial_margin_required_for_order`."""

    __slots__ = ("currency_converter", "order", "security")

    def __init__(self, currency_converter: Any, security: Any, order: Order) -> None:
        self.currency_converter = currency_converter
        self.security = security
        self.order = order


@lean_names
class HasSufficientBuyingPowerForOrderParameters:
    """Argument of `has_sufficient_buying_power_for_order`."""

    __slots__ = ("order", "portfolio", "security")

    def __init__(self, portfolio: Any, security: Any, order: Order) -> None:
        self.portfolio = portfolio
        self.security = security
        self.order = order

    def sufficient(self) -> HasSufficientBuyingPowerForOrderResult:
        """It may be sent."""
        return HasSufficientBuyingPowerForOrderResult(True)

    def insufficient(self, reason: str) -> HasSufficientBuyingPowerForOrderResult:
        """It may not."""
        return HasSufficientBuyingPowerForOrderResult(False, reason)


@lean_names
class GetMaximumOrderQuantityForTargetBuyingPowerParameters:
    """Argument of `get_maximum_order_quantity_for_target_buying_power`."""

    __slots__ = ("minimum_order_margin_decimal", "portfolio", "security", "silence_non_error_reasons", "target_decimal")

    def __init__(
        self,
        portfolio: Any,
        security: Any,
        target_buying_power: object,
        minimum_order_margin_portfolio_percentage: object = 0,
        silence_non_error_reasons: bool = False,
    ) -> None:
        self.portfolio = portfolio
        self.security = security
        self.target_decimal = number(target_buying_power)
        self.minimum_order_margin_decimal = number(minimum_order_margin_portfolio_percentage)
        self.silence_non_error_reasons = silence_non_error_reasons

    @property
    def target_buying_power(self) -> float:
        """Target as a fraction of the portfolio value."""
        return money.double(self.target_decimal)

    @property
    def minimum_order_margin_portfolio_percentage(self) -> float:
        """Smallest change that is worth an order."""
        return money.double(self.minimum_order_margin_decimal)


@lean_names
class GetMaximumOrderQuantityForDeltaBuyingPowerParameters:
    """Argument of `get_maximum_order_quantity_for_delta_buying_power`."""

    __slots__ = ("delta_decimal", "minimum_order_margin_decimal", "portfolio", "security", "silence_non_error_reasons")

    def __init__(
        self,
        portfolio: Any,
        security: Any,
        delta_buying_power: object,
        minimum_order_margin_portfolio_percentage: object = 0,
        silence_non_error_reasons: bool = False,
    ) -> None:
        self.portfolio = portfolio
        self.security = security
        self.delta_decimal = number(delta_buying_power)
        self.minimum_order_margin_decimal = number(minimum_order_margin_portfolio_percentage)
        self.silence_non_error_reasons = silence_non_error_reasons

    @property
    def delta_buying_power(self) -> float:
        """Wanted change."""
        return money.double(self.delta_decimal)


@lean_names
class ReservedBuyingPowerForPositionParameters:
    """Argument of `get_reserved_buying_power_for_position`."""

    __slots__ = ("security",)

    def __init__(self, security: Any) -> None:
        self.security = security

    def result_in_account_currency(self, value: object) -> ReservedBuyingPowerForPosition:
        """The result."""
        return ReservedBuyingPowerForPosition(value)


@lean_names
class BuyingPowerParameters:
    """Argument of `get_buying_power`."""

    __slots__ = ("direction", "portfolio", "security")

    def __init__(self, portfolio: Any, security: Any, direction: OrderDirection) -> None:
        self.portfolio = portfolio
        self.security = security
        self.direction = direction

    def result_in_account_currency(self, value: object) -> BuyingPower:
        """The result."""
        return BuyingPower(value)


def _margin(model: Any, security: Any, quantity: Decimal) -> Decimal:
    """Initial margin of a quantity, by whatever model."""
    return number(model.get_initial_margin_requirement(InitialMarginParameters(security, quantity)))


def maintenance_margin(security: Any) -> Decimal:
    """Margin the position uses, by whatever model. LEAN: BuyingPowerModelExtensions.cs, GetMaintenanceMargin."""
    parameters = MaintenanceMarginParameters.for_current_holdings(security)
    return number(security.buying_power_model.get_maintenance_margin(parameters))


def _above_minimum(portfolio: Any, minimum: Decimal, margin: Decimal) -> bool:
    """LEAN: BuyingPowerModelExtensions.cs, AboveMinimumOrderMarginPortfolioPercentage."""
    return not (portfolio.total_value * minimum > margin and portfolio.margin_remaining_decimal > 0)


def _checked(value: Decimal) -> Decimal:
    """.NET's decimals overflow."""
    if abs(value) > _LARGEST:
        raise OverflowException
    return value


@lean_names
class BuyingPowerModel(LeanOverrides):
    """Margin: a position ties up a part of its value.

    Args: a leverage (and a part of the portfolio to keep free), or initial margin, maintenance margin and that part.
    """

    __clr_name__ = "QuantConnect.Securities.BuyingPowerModel"
    NULL: ClassVar[Any] = None

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        values = [money.dec(value) for value in arguments]
        named = {key: money.dec(value) for key, value in keywords.items()}
        free = named.pop("required_free_buying_power_percent", None)
        if len(values) == 3 or "initial_margin_requirement" in named:
            initial = named["initial_margin_requirement"] if not values else values[0]
            maintenance = named["maintenance_margin_requirement"] if len(values) < 2 else values[1]
            free = free if len(values) < 3 else values[2]
        else:
            leverage = named.get("leverage", values[0] if values else ONE)
            if leverage < 1:
                raise ArgumentException("Leverage must be greater than or equal to 1.")
            initial = maintenance = ONE / leverage
            free = free if len(values) < 2 else values[1]
        free = ZERO if free is None else free
        for value, name in (
            (initial, "Initial margin requirement"),
            (maintenance, "Maintenance margin requirement"),
            (free, "Free Buying Power Percent requirement"),
        ):
            if not 0 <= value <= 1:
                raise ArgumentException(f"{name} must be between 0 and 1")
        self._initial_requirement = initial
        self._maintenance_requirement = maintenance
        self._required_free = free

    @property
    def required_free_buying_power_percent(self) -> float:
        """Part of the portfolio that stays free."""
        return money.double(self._required_free)

    @required_free_buying_power_percent.setter
    def required_free_buying_power_percent(self, value: float) -> None:
        self._required_free = money.dec(value)

    def get_leverage(self, security: Any) -> Any:
        """Leverage."""
        return Leverage(ONE / self._initial_requirement)

    def set_leverage(self, security: Any, leverage: Any) -> None:
        """Set the leverage."""
        value = money.dec(leverage)
        if value < 1:
            raise ArgumentException("Leverage must be greater than or equal to 1.")
        self._initial_requirement = self._maintenance_requirement = ONE / value

    def get_initial_margin_requirement(self, parameters: Any) -> Any:
        """Margin to open a quantity."""
        security = parameters.security
        return InitialMargin(
            _checked(
                security.quote_currency.conversion_rate_decimal
                * security.symbol_properties.contract_multiplier_decimal
                * security.price_decimal
                * parameters.quantity_decimal
                * self._initial_requirement
            )
        )

    def get_maintenance_margin(self, parameters: Any) -> Any:
        """Margin to keep a position."""
        return MaintenanceMargin(abs(parameters.holdings_value_decimal) * self._maintenance_requirement)

    def get_initial_margin_required_for_order(self, parameters: Any) -> Any:
        """Margin of an order, its fee included."""
        security, order = parameters.security, parameters.order
        fee = fee_of(security, order).value
        fees = parameters.currency_converter.convert_amount(fee)
        margin = _margin(self, security, order.quantity_decimal)
        return InitialMargin(margin + (fees if margin > 0 else -fees if margin < 0 else ZERO))

    def _margin_remaining(self, portfolio: Any, security: Any, direction: OrderDirection) -> Decimal:
        """LEAN: BuyingPowerModel.cs, GetMarginRemaining: a reversal frees the position's margin twice."""
        result: Decimal = portfolio.margin_remaining_decimal
        holdings = security.holdings
        if (holdings.is_long and direction == OrderDirection.SELL) or (
            holdings.is_short and direction == OrderDirection.BUY
        ):
            result += number(
                self.get_maintenance_margin(MaintenanceMarginParameters.for_current_holdings(security))
            ) + _margin(self, security, abs(holdings.quantity_decimal))
        result -= portfolio.total_value * self._required_free
        return max(result, ZERO)

    def has_sufficient_buying_power_for_order(self, parameters: Any) -> Any:
        """Whether an order may be sent. LEAN: BuyingPowerModel.cs, HasSufficientBuyingPowerForOrder."""
        order, security, portfolio = parameters.order, parameters.security, parameters.portfolio
        quantity = order.quantity_decimal
        if not quantity:
            return parameters.sufficient()
        ticket = portfolio.transactions.get_order_ticket(order.id)
        if ticket is None:
            return parameters.insufficient(f"Null order ticket for id: {order.id}")
        held = security.holdings.quantity_decimal
        if held * quantity < 0 and abs(held) >= abs(quantity):
            return parameters.sufficient()
        free = self._margin_remaining(portfolio, security, order.direction)
        required = number(
            self.get_initial_margin_required_for_order(
                InitialMarginRequiredForOrderParameters(portfolio.cash_book, security, order)
            )
        )
        unfilled = (abs(quantity) - abs(ticket.quantity_filled_decimal)) / abs(quantity)
        margin = unfilled * required
        if abs(margin) > free:
            return parameters.insufficient(
                f"Id: {order.id}, Initial Margin: {text(normalize(margin))}, Free Margin: {text(normalize(free))}"
            )
        return parameters.sufficient()

    def get_maximum_order_quantity_for_delta_buying_power(self, parameters: Any) -> Any:
        """The order that changes the used margin by an amount."""
        security, portfolio = parameters.security, parameters.portfolio
        used = number(
            security.buying_power_model.get_reserved_buying_power_for_position(
                ReservedBuyingPowerForPositionParameters(security)
            )
        )
        signed = used if security.holdings.is_long else -used
        wanted = signed + parameters.delta_decimal
        total = portfolio.total_value
        return self.get_maximum_order_quantity_for_target_buying_power(
            GetMaximumOrderQuantityForTargetBuyingPowerParameters(
                portfolio,
                security,
                wanted / total if total else ZERO,
                parameters.minimum_order_margin_decimal,
                parameters.silence_non_error_reasons,
            )
        )

    def get_maximum_order_quantity_for_target_buying_power(self, parameters: Any) -> Any:
        """The order that brings the used margin to a part of the portfolio value.

        LEAN: BuyingPowerModel.cs, GetMaximumOrderQuantityForTargetBuyingPower.
        """
        security, portfolio = parameters.security, parameters.portfolio
        total = portfolio.total_value
        target = parameters.target_decimal * (total - total * self._required_free)
        if not target:
            return GetMaximumOrderQuantityResult(-security.holdings.quantity_decimal, "", False)
        used = _margin(self, security, security.holdings.quantity_decimal)
        unit = _margin(self, security, ONE)
        if not unit:
            return GetMaximumOrderQuantityResult(ZERO, zero_price_text(security.symbol))
        difference = abs(target - used)
        minimum = parameters.minimum_order_margin_decimal
        if not _above_minimum(portfolio, minimum, difference):
            reason = None
            if not parameters.silence_non_error_reasons:
                reason = (
                    f"The target order margin {text(difference)} is less than the minimum {text(total * minimum)}."
                )
            portfolio.warn_of_small_target()
            return GetMaximumOrderQuantityResult(ZERO, reason, False)
        last = ZERO
        while True:
            quantity, margin = self._amount_to_order(security, target, unit)
            if not quantity:
                reason = None
                if not parameters.silence_non_error_reasons:
                    reason = (
                        f"The order quantity is less than the lot size of {text(security.symbol_properties.lot_size_decimal)} "
                        f"and has been rounded to zero. Target order margin {text(target - used)}. "
                    )
                return GetMaximumOrderQuantityResult(ZERO, reason, False)
            order = MarketOrder(security.symbol, quantity, security.utc_ns)
            fee = fee_of(security, order).value
            fees = portfolio.cash_book.convert_amount(fee)
            target = (total - fees - total * self._required_free) * parameters.target_decimal
            if last == quantity:
                holdings = security.holdings
                raise ArgumentException(
                    "GetMaximumOrderQuantityForTargetBuyingPower failed to converge on the target margin: "
                    f"{text(target)}; the following information can be used to reproduce the issue. Total Portfolio Cash: "
                    f"{text(portfolio.cash_book.total_value_decimal)}; Security : {security.symbol.id}; Price : "
                    f"{text(security.price_decimal)}; Leverage: {text(security.leverage_decimal)}; Order Fee: {text(fees)}; "
                    f"Lot Size: {text(security.symbol_properties.lot_size_decimal)}; Current Holdings: "
                    f"{text(holdings.quantity_decimal)} @ {text(holdings.average_price_decimal)}; Target Percentage: "
                    f"%{text(parameters.target_decimal * 100)};"
                )
            last = quantity
            if abs(margin) <= abs(target):
                return GetMaximumOrderQuantityResult(quantity)

    def _amount_to_order(self, security: Any, target: Decimal, unit: Decimal) -> tuple[Decimal, Decimal]:
        """Quantity towards a target margin, and the margin it gives. LEAN: BuyingPowerModel.cs, GetAmountToOrder."""
        lot = security.symbol_properties.lot_size_decimal
        held = security.holdings.quantity_decimal
        size = -held + target / unit
        rounding = ROUND_CEILING if target < 0 else ROUND_FLOOR
        size = lot * (size / lot).quantize(ONE, rounding)
        margin = _margin(self, security, size + held)
        difference = margin - target
        while (target < 0 and difference < 0) or (target > 0 and difference > 0):
            size += lot if target < 0 else -lot
            margin = _margin(self, security, size + held)
            changed = margin - target
            if abs(changed) > abs(difference) and (changed > 0) == (difference > 0):
                raise ArgumentException(
                    "BuyingPowerModel().GetAmountToOrder(): Margin is being adjusted in the wrong direction. Reproduce this "
                    f"issue with the following variables, Target Margin: {text(target)}; MarginForOneUnit: {text(unit)}; "
                    f"Security Holdings: {text(held)} @ {text(security.holdings.average_price_decimal)}; LotSize: {text(lot)}; "
                    f"Price: {text(security.price_decimal)}; Leverage: {text(security.leverage_decimal)}"
                )
            difference = changed
        return size, margin

    def get_amount_to_order(self, security: Any, target_margin: float, margin_for_one_unit: float, *_: Any) -> float:
        """Quantity towards a target margin."""
        return money.double(self._amount_to_order(security, money.dec(target_margin), money.dec(margin_for_one_unit))[0])

    def get_reserved_buying_power_for_position(self, parameters: Any) -> Any:
        """Margin the position uses."""
        return ReservedBuyingPowerForPosition(
            number(
                self.get_maintenance_margin(MaintenanceMarginParameters.for_current_holdings(parameters.security))
            )
        )

    def get_buying_power(self, parameters: Any) -> Any:
        """Money that may be used in a direction."""
        return BuyingPower(self._margin_remaining(parameters.portfolio, parameters.security, parameters.direction))


class SecurityMarginModel(BuyingPowerModel):
    """LEAN: Common/Securities/SecurityMarginModel.cs."""

    __clr_name__ = "QuantConnect.Securities.SecurityMarginModel"


class ConstantBuyingPowerModel(BuyingPowerModel):
    """A fixed margin per unit. LEAN: Common/Securities/ConstantBuyingPowerModel.cs."""

    __clr_name__ = "QuantConnect.Securities.ConstantBuyingPowerModel"

    def __init__(self, margin_requirement_per_unit_in_account_currency: float) -> None:
        super().__init__()
        self._per_unit = money.dec(margin_requirement_per_unit_in_account_currency)

    def set_leverage(self, security: Any, leverage: Any) -> None:
        """Ignored."""

    def get_initial_margin_requirement(self, parameters: Any) -> Any:
        """Quantity × margin per unit."""
        return InitialMargin(parameters.quantity_decimal * self._per_unit)

    def get_maintenance_margin(self, parameters: Any) -> Any:
        """Unsigned quantity × margin per unit."""
        return MaintenanceMargin(abs(parameters.quantity_decimal) * self._per_unit)


class NullBuyingPowerModel(BuyingPowerModel):
    """No limits. LEAN: Common/Securities/NullBuyingPowerModel.cs."""

    __clr_name__ = "QuantConnect.Securities.NullBuyingPowerModel"

    def get_maintenance_margin(self, parameters: Any) -> Any:
        """Nothing."""
        return MaintenanceMargin(ZERO)

    def has_sufficient_buying_power_for_order(self, parameters: Any) -> Any:
        """Always."""
        return parameters.sufficient()


@lean_names
class CashBuyingPowerModel(BuyingPowerModel):
    """Pairs are bought with cash and sold from the balance. LEAN: Common/Securities/CashBuyingPowerModel.cs."""

    __clr_name__ = "QuantConnect.Securities.CashBuyingPowerModel"

    def __init__(self) -> None:
        super().__init__(1, 0, 0)

    def get_leverage(self, security: Any) -> Any:
        """Always 1."""
        return Leverage(ONE)

    def set_leverage(self, security: Any, leverage: Any) -> None:
        """Only 1 is allowed."""
        if leverage != 1:
            raise InvalidOperationException(
                "CashBuyingPowerModel does not allow setting leverage. Cash accounts have no leverage."
            )

    def get_initial_margin_requirement(self, parameters: Any) -> Any:
        """The full value."""
        security = parameters.security
        return InitialMargin(
            _checked(
                security.quote_currency.conversion_rate_decimal
                * security.symbol_properties.contract_multiplier_decimal
                * security.price_decimal
                * parameters.quantity_decimal
            )
        )

    def has_sufficient_buying_power_for_order(self, parameters: Any) -> Any:
        """LEAN: CashBuyingPowerModel.cs, HasSufficientBuyingPowerForOrder."""
        order, security, portfolio = parameters.order, parameters.security, parameters.portfolio
        if security.base_currency is None:
            return parameters.insufficient(
                f"The '{security.symbol.value}' security is not supported by this cash model. Currently only Crypto and "
                "Forex are supported."
            )
        base, quote = security.base_currency, security.quote_currency
        quantity = abs(order.quantity_decimal)
        if order.direction == OrderDirection.BUY:
            total, wanted = quote.amount_decimal, quantity * order_price(security, order)
        else:
            total, wanted = base.amount_decimal, quantity
        reserved = self._reserved(portfolio, security, order)
        if order.direction == OrderDirection.SELL:
            if wanted <= total - reserved:
                return parameters.sufficient()
            return parameters.insufficient(
                f"Your portfolio holds {text(normalize(total))} {base.symbol}, {text(normalize(reserved))} {base.symbol} of "
                f"which are reserved for open orders, but your Sell order is for {text(normalize(wanted))} {base.symbol}. "
                "Cash Modeling trading does not permit short holdings so ensure you only sell what you have, including any "
                "additional open orders."
            )
        if order.type == OrderType.MARKET:
            book = portfolio.cash_book
            held = book.convert_decimal(base.amount_decimal, base.symbol, quote.symbol)
            target = book.to_account_currency(total - reserved + held, quote.symbol)
            value = portfolio.total_value
            found = self.get_maximum_order_quantity_for_target_buying_power(
                GetMaximumOrderQuantityForTargetBuyingPowerParameters(
                    portfolio, security, target / value if value else ZERO, 0
                )
            )
            maximum = quantity_of(found) * order_price(security, order)
            sufficient = wanted <= abs(maximum)
        else:
            fee = ZERO
            if order.type == OrderType.LIMIT:
                cost = fee_of(security, order).value
                fee = portfolio.cash_book.convert_decimal(cost.amount_decimal, cost.currency, quote.symbol)
            maximum = total - reserved - fee
            sufficient = wanted <= maximum
        if sufficient:
            return parameters.sufficient()
        return parameters.insufficient(
            f"Your portfolio holds {text(normalize(total))} {quote.symbol}, {text(normalize(reserved))} {quote.symbol} of "
            f"which are reserved for open orders, but your Buy order is for {text(normalize(quantity))} {base.symbol}. Your "
            f"order requires a total value of {text(normalize(wanted))} {quote.symbol}, but only a total value of "
            f"{text(normalize(abs(maximum)))} {quote.symbol} is available."
        )

    def get_maximum_order_quantity_for_delta_buying_power(self, parameters: Any) -> Any:
        """Never needed: cash accounts get no margin calls."""
        raise NotImplementedException(
            "The CashBuyingPowerModel does not require 'GetMaximumOrderQuantityForDeltaBuyingPower'."
        )

    def get_maximum_order_quantity_for_target_buying_power(self, parameters: Any) -> Any:
        """LEAN: CashBuyingPowerModel.cs, GetMaximumOrderQuantityForTargetBuyingPower."""
        security, portfolio = parameters.security, parameters.portfolio
        target_value = parameters.target_decimal * portfolio.total_value
        if target_value < 0:
            return GetMaximumOrderQuantityResult(ZERO, "The cash model does not allow shorting.")
        base = security.base_currency
        if base is None:
            return GetMaximumOrderQuantityResult(ZERO, "The security type must be Cryptoor Forex.")
        if not target_value:
            return GetMaximumOrderQuantityResult(-base.amount_decimal)
        book = portfolio.cash_book
        position = book.to_account_currency(base.amount_decimal, base.symbol)
        order_value = abs(target_value - position)
        buying = target_value > position
        rate = security.quote_currency.conversion_rate_decimal
        multiplier = security.symbol_properties.contract_multiplier_decimal
        unit = (security.ask_price_decimal if buying else security.bid_price_decimal) * (rate * multiplier)
        if not unit:
            if not rate:
                return GetMaximumOrderQuantityResult(
                    ZERO,
                    f"The internal cash feed required for converting {security.quote_currency.symbol} to "
                    f"{book.account_currency} does not have any data yet (or market may be closed).",
                )
            return GetMaximumOrderQuantityResult(ZERO, zero_price_text(security.symbol))
        lot = security.symbol_properties.lot_size_decimal
        too_small = f"The order quantity is less than the lot size of {text(lot)} and has been rounded to zero."
        quantity = order_value / unit
        quantity -= quantity % lot
        if not quantity:
            return GetMaximumOrderQuantityResult(
                ZERO, None if parameters.silence_non_error_reasons else too_small, False
            )
        fees = current = last = ZERO
        while True:
            if current > order_value:
                per_unit = current / quantity
                excess = (current - order_value) / per_unit
                quantity -= max(excess, lot)
            quantity -= quantity % lot
            if quantity <= 0:
                return GetMaximumOrderQuantityResult(
                    ZERO,
                    f"{too_small}Target order value {text(order_value)}. Order fees {text(fees)}. "
                    f"Order quantity {text(quantity)}.",
                )
            if last == quantity:
                raise ArgumentException(
                    "GetMaximumOrderQuantityForTargetBuyingPower failed to converge to target order value "
                    f"{text(order_value)}. Current order value is {text(current)}. Order quantity {text(quantity)}. Lot size is "
                    f"{text(lot)}. Order fees {text(fees)}. Security symbol {security.symbol}"
                )
            last = quantity
            order = MarketOrder(security.symbol, quantity, security.utc_ns)
            fee = fee_of(security, order).value
            fees = book.convert_amount(fee)
            current = quantity * unit + fees
            if current <= order_value:
                return GetMaximumOrderQuantityResult(quantity if buying else -quantity)

    def get_reserved_buying_power_for_position(self, parameters: Any) -> Any:
        """Nothing: what is bought is paid."""
        return ReservedBuyingPowerForPosition(ZERO)

    def get_buying_power(self, parameters: Any) -> Any:
        """What may be bought or sold, in units of the base currency."""
        security, portfolio = parameters.security, parameters.portfolio
        if security.base_currency is None:
            return BuyingPower(ZERO)
        quote = portfolio.cash_book[security.quote_currency.symbol].amount_decimal
        order = MarketOrder(security.symbol, 1, security.utc_ns)
        rate = security.quote_currency.conversion_rate_decimal
        unit = order.get_value_decimal(security) / rate if rate else ZERO
        if not unit:
            return BuyingPower(ZERO)
        if parameters.direction == OrderDirection.BUY:
            return BuyingPower(quote / unit)
        if parameters.direction == OrderDirection.SELL:
            return BuyingPower(security.base_currency.amount_decimal)
        return BuyingPower(ZERO)

    def _reserved(self, portfolio: Any, security: Any, order: Order) -> Decimal:
        """What open limit and stop orders will need. LEAN: CashBuyingPowerModel.cs, GetOpenOrdersReservedQuantity."""
        buying = order.direction == OrderDirection.BUY
        target = security.quote_currency.symbol if buying else security.base_currency.symbol
        sides: dict[Any, OrderDirection] = {}
        for symbol, other in portfolio.securities.pairs():
            if other.base_currency is None:
                continue
            if other.base_currency.symbol == target:
                sides[symbol] = OrderDirection.SELL
            elif other.quote_currency.symbol == target:
                sides[symbol] = OrderDirection.BUY
        reserved = ZERO
        for open_order in portfolio.transactions.pending_orders():
            if (
                open_order.id == order.id
                or open_order.type not in (OrderType.LIMIT, OrderType.STOP_MARKET)
                or sides.get(open_order.symbol) != open_order.direction
            ):
                continue
            amount = abs(open_order.quantity_decimal)
            if portfolio.securities[open_order.symbol].quote_currency.symbol == target:
                amount *= order_price(security, open_order)
            reserved += amount
        return reserved


def order_price(security: Any, order: Any) -> Decimal:
    """Price an order counts with. LEAN: CashBuyingPowerModel.cs, GetOrderPrice."""
    if order.type == OrderType.MARKET:
        return security.price_decimal  # type: ignore[no-any-return]
    for name in ("limit_price_decimal", "stop_price_decimal"):
        value = getattr(order, name, None)
        if value is not None:
            return value  # type: ignore[no-any-return]
    return ZERO


class CryptoFutureMarginModel(SecurityMarginModel):
    """Margin of perpetuals, in their collateral. LEAN: Common/Securities/CryptoFuture/CryptoFutureMarginModel.cs."""

    __clr_name__ = "QuantConnect.Securities.CryptoFuture.CryptoFutureMarginModel"

    def __init__(self, leverage: object = 25, *_: Any) -> None:
        super().__init__(leverage, 0)

    def get_maintenance_margin(self, parameters: Any) -> Any:
        """The same as the initial margin."""
        margin = _margin(self, parameters.security, parameters.quantity_decimal)
        return MaintenanceMargin(margin)

    def get_initial_margin_requirement(self, parameters: Any) -> Any:
        """Worth in collateral by leverage."""
        security, quantity = parameters.security, parameters.quantity_decimal
        if not security.has_data or not quantity:
            return InitialMargin(ZERO)
        worth, cash = security.holdings.quantity_value(quantity, security.price_decimal)
        return InitialMargin(abs(worth) / number(self.get_leverage(security)) * cash.conversion_rate_decimal)

    def _margin_remaining(self, portfolio: Any, security: Any, direction: OrderDirection) -> Decimal:
        collateral = self._collateral(security)
        total = self._total_collateral(portfolio, collateral)
        result = total
        for symbol, other in portfolio.securities.pairs():
            if (
                other.type == SecurityType.CRYPTO_FUTURE
                and other.holdings.invested
                and symbol != security.symbol
                and self._shares(portfolio, collateral, other)
            ):
                result -= maintenance_margin(other)
        holdings = security.holdings
        if (holdings.is_long and direction == OrderDirection.SELL) or (
            holdings.is_short and direction == OrderDirection.BUY
        ):
            result += maintenance_margin(security) + _margin(self, security, abs(holdings.quantity_decimal))
        result -= total * self._required_free
        result *= collateral.conversion_rate_decimal
        return max(result, ZERO)  # type: ignore[no-any-return]  # decimals

    def _collateral(self, security: Any) -> Any:
        return security.base_currency if security.is_crypto_coin_future else security.quote_currency

    def _total_collateral(self, portfolio: Any, collateral: Any) -> Decimal:
        return collateral.amount_decimal  # type: ignore[no-any-return]

    def _shares(self, portfolio: Any, collateral: Any, other: Any) -> bool:
        return collateral is self._collateral(other)


class BinanceCryptoFutureMarginModel(CryptoFutureMarginModel):
    """Accounts in credits mode pool all their assets. LEAN: BinanceCryptoFutureMarginModel.cs."""

    __clr_name__ = "QuantConnect.Securities.CryptoFuture.BinanceCryptoFutureMarginModel"

    def _total_collateral(self, portfolio: Any, collateral: Any) -> Decimal:
        book = portfolio.cash_book
        if "BNFCR" not in book:
            return super()._total_collateral(portfolio, collateral)
        total = ZERO
        for cash in book.cashes:
            if cash.amount_decimal:
                total += book.convert_decimal(cash.amount_decimal, cash.symbol, collateral.symbol)
        return total

    def _shares(self, portfolio: Any, collateral: Any, other: Any) -> bool:
        return "BNFCR" in portfolio.cash_book or super()._shares(portfolio, collateral, other)


BuyingPowerModel.NULL = NullBuyingPowerModel()
BuyingPowerModel.Null = BuyingPowerModel.NULL  # type: ignore[attr-defined]


@lean_names
class BuyingPowerModelExtensions:
    """Short forms of buying power models' methods. LEAN: Common/Securities/BuyingPowerModelExtensions.cs."""

    @staticmethod
    def get_reserved_buying_power_for_position(model: Any, security: Any) -> float:
        """Buying power a position takes."""
        given = model.get_reserved_buying_power_for_position(ReservedBuyingPowerForPositionParameters(security))
        return money.double(given.absolute_used_buying_power)

    @staticmethod
    def has_sufficient_buying_power_for_order(
        model: Any, portfolio: Any, security: Any, order: Order
    ) -> HasSufficientBuyingPowerForOrderResult:
        """Whether an order may go through."""
        parameters = HasSufficientBuyingPowerForOrderParameters(portfolio, security, order)
        return model.has_sufficient_buying_power_for_order(parameters)  # type: ignore[no-any-return]

    @staticmethod
    def get_maximum_order_quantity_for_target_buying_power(
        model: Any, portfolio: Any, security: Any, target: Any, minimum_order_margin_portfolio_percentage: Any
    ) -> GetMaximumOrderQuantityResult:
        """Quantity of an order for a share of the portfolio."""
        parameters = GetMaximumOrderQuantityForTargetBuyingPowerParameters(
            portfolio, security, target, minimum_order_margin_portfolio_percentage
        )
        return model.get_maximum_order_quantity_for_target_buying_power(parameters)  # type: ignore[no-any-return]

    @staticmethod
    def get_buying_power(model: Any, portfolio: Any, security: Any, direction: OrderDirection) -> float:
        """Free buying power."""
        return money.double(model.get_buying_power(BuyingPowerParameters(portfolio, security, direction)).value)

    @staticmethod
    def get_maintenance_margin(model: Any, security: Any) -> float:
        """Margin the present position takes."""
        return money.double(number(model.get_maintenance_margin(MaintenanceMarginParameters.for_current_holdings(security))))

    @staticmethod
    def get_initial_margin_requirement(model: Any, security: Any, quantity: Any) -> float:
        """Margin a quantity takes."""
        return money.double(number(model.get_initial_margin_requirement(InitialMarginParameters(security, quantity))))

    @staticmethod
    def above_minimum_order_margin_portfolio_percentage(*arguments: Any) -> bool:
        """Whether an order is worth the minimum share of the portfolio; without free margin any order passes.

        Args:
            arguments: `(model, security, quantity, portfolio, share)` or `(portfolio, share, margin)`.
        """
        if len(arguments) == 3:
            portfolio, share, margin = arguments
            least, given = dec(share), dec(margin)
        else:
            model, security, quantity, portfolio, share = arguments
            least = dec(share)
            if not least:
                return True
            given = abs(number(model.get_initial_margin_requirement(InitialMarginParameters(security, quantity))))
        return not (portfolio.total_value * least > given and portfolio.margin_remaining_decimal > 0)

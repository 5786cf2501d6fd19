"""Fees of further stock brokers. LEAN: Common/Orders/Fees/*FeeModel.cs of the same names."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, ClassVar, Final

from vibetrader.engine import money
from vibetrader.engine.data.enums import OrderDirection, OrderType, SecurityType
from vibetrader.engine.execution.fees.base import FeeModel, base_and_quote, fee_of, unsupported
from vibetrader.engine.money import ZERO
from vibetrader.engine.orders.fees import OrderFee


class AlpacaFeeModel(FeeModel):
    """Crypto 0.15 % for makers, 0.25 % for takers; everything else free."""

    __clr_name__ = "QuantConnect.Orders.Fees.AlpacaFeeModel"

    def get_order_fee(self, parameters: Any) -> Any:
        """Fee of an order."""
        security, order = parameters.security, parameters.order
        if security.type != SecurityType.CRYPTO:
            return fee_of(ZERO, "USD")
        making = order.type == OrderType.LIMIT and not order.is_marketable
        rate = Decimal("0.0015") if making else Decimal("0.0025")
        base, quote = base_and_quote(security)
        quantity = abs(order.quantity_decimal)
        if order.direction == OrderDirection.BUY:
            return fee_of(quantity * rate, base)
        return fee_of(quantity * security.price_decimal * rate, quote)


class TastytradeFeeModel(FeeModel):
    """Free but for derivatives."""

    __clr_name__ = "QuantConnect.Orders.Fees.TastytradeFeeModel"

    def get_order_fee(self, parameters: Any) -> Any:
        """Nothing."""
        return fee_of(abs(parameters.order.quantity_decimal) * 0, "USD")


class WebullFeeModel(FeeModel):
    """Free but for index options."""

    __clr_name__ = "QuantConnect.Orders.Fees.WebullFeeModel"

    def get_order_fee(self, parameters: Any) -> Any:
        """Nothing."""
        return OrderFee.ZERO


class CharlesSchwabFeeModel(WebullFeeModel):
    """Free but for options."""

    __clr_name__ = "QuantConnect.Orders.Fees.CharlesSchwabFeeModel"


class PublicFeeModel(FeeModel):
    """Stocks outside regular hours 2.99; crypto in steps, then 1.25 %."""

    __clr_name__ = "QuantConnect.Orders.Fees.PublicFeeModel"
    _STEPS: ClassVar = (
        (10, Decimal("0.49")), (25, Decimal("0.69")), (50, Decimal("1.19")), (100, Decimal("1.69")),
        (250, Decimal("3.29")), (500, Decimal("6.29")),
    )  # fmt: skip

    def get_order_fee(self, parameters: Any) -> Any:
        """Fee of an order."""
        security, order = parameters.security, parameters.order
        if security.type == SecurityType.EQUITY:
            hours = security.exchange.hours
            regular = hours.is_open_at(hours.time_zone.to_local(order.time_ns), False)
            return fee_of(ZERO if regular else Decimal("2.99"), "USD")
        if security.type == SecurityType.CRYPTO:
            amount = (
                security.price_decimal
                * security.symbol_properties.contract_multiplier_decimal
                * abs(order.quantity_decimal)
            )
            for limit, fee in self._STEPS:
                if amount <= limit:
                    return fee_of(fee, "USD")
            return fee_of(amount * Decimal("0.0125"), "USD")
        return OrderFee.ZERO


class TradeStationFeeModel(FeeModel):
    """Free for US residents, 5 dollars a trade for others."""

    __clr_name__ = "QuantConnect.Orders.Fees.TradeStationFeeModel"

    def __init__(self, us_resident: bool = True) -> None:
        self.us_resident = us_resident

    def get_order_fee(self, parameters: Any) -> Any:
        """Fee of an order."""
        return fee_of(ZERO if self.us_resident else Decimal("5.0"), "USD")


class _PerShareFeeModel(FeeModel):
    """A fee per share."""

    per_share: ClassVar[Decimal] = Decimal("0.005")

    def __init__(self, fees_per_share: Any = None) -> None:
        self._per_share = self.per_share if fees_per_share is None else money.dec(fees_per_share)

    def get_order_fee(self, parameters: Any) -> Any:
        """Fee of an order."""
        return fee_of(self._per_share * abs(parameters.order.quantity_decimal), "USD")


class AxosFeeModel(_PerShareFeeModel):
    """0.0035 per share."""

    __clr_name__ = "QuantConnect.Orders.Fees.AxosFeeModel"
    per_share = Decimal("0.0035")


class RBIFeeModel(FeeModel):
    """Free: LEAN's class hides the base method instead of overriding it, so the engine calls the base's."""

    __clr_name__ = "QuantConnect.Orders.Fees.RBIFeeModel"

    def __init__(self, fees_per_share: Any = None) -> None:
        self._per_share = fees_per_share


class WolverineFeeModel(RBIFeeModel):
    """Free, for the same reason."""

    __clr_name__ = "QuantConnect.Orders.Fees.WolverineFeeModel"


class EzeFeeModel(FeeModel):
    """Free."""

    __clr_name__ = "QuantConnect.Orders.Fees.EzeFeeModel"


class TDAmeritradeFeeModel(FeeModel):
    """Free: hides the base method too."""

    __clr_name__ = "QuantConnect.Orders.Fees.TDAmeritradeFeeModel"


class ExanteFeeModel(FeeModel):
    """Stocks 0.02 a share, currencies a part of the value."""

    __clr_name__ = "QuantConnect.Orders.Fees.ExanteFeeModel"

    def __init__(self, forex_commission_rate: Any = Decimal("0.25")) -> None:
        self._forex = money.dec(forex_commission_rate)

    def get_order_fee(self, parameters: Any) -> Any:
        """Fee of an order."""
        security, order = parameters.security, parameters.order
        if security.type == SecurityType.FOREX:
            return fee_of(abs(self._forex * order.get_value_decimal(security)), "USD")
        if security.type == SecurityType.EQUITY:
            quantity = abs(order.quantity_decimal)
            if security.symbol.market == "usa":
                return fee_of(quantity * Decimal("0.02"), "USD")
            return fee_of(quantity * order.price_decimal * Decimal("0.02"), "USD")
        raise unsupported(security)


class FxcmFeeModel(FeeModel):
    """Currencies 0.04 or 0.06 per thousand; CFD free."""

    __clr_name__ = "QuantConnect.Orders.Fees.FxcmFeeModel"
    _CHEAP: ClassVar = ("EURUSD", "GBPUSD", "USDJPY", "USDCHF", "AUDUSD", "EURJPY", "GBPJPY")

    def __init__(self, currency: str = "USD") -> None:
        self._currency = currency

    def get_order_fee(self, parameters: Any) -> Any:
        """Fee of an order."""
        security = parameters.security
        fee = ZERO
        if security.type == SecurityType.FOREX:
            cheap = security.symbol.value in self._CHEAP and security.symbol.market == "fxcm"
            rate = Decimal("0.04") if cheap else Decimal("0.06")
            fee = abs(rate * abs(parameters.order.quantity_decimal) / 1000)
        return fee_of(fee, self._currency)


_CENT: Final = Decimal("0.01")


class IndiaFeeModel(FeeModel):
    """Indian brokers: brokerage, taxes and charges, each rounded."""

    __clr_name__ = "QuantConnect.Orders.Fees.IndiaFeeModel"
    brokerage: ClassVar[Decimal] = ZERO
    max_brokerage: ClassVar[Decimal] = Decimal(20)
    transaction_tax: ClassVar[Decimal] = Decimal("0.00025")
    exchange_charge: ClassVar[Decimal] = Decimal("0.0000345")
    state_tax: ClassVar[Decimal] = Decimal("0.18")
    sebi: ClassVar[Decimal] = Decimal("0.000001")
    stamp: ClassVar[Decimal] = Decimal("0.00003")
    stamp_on_order_value: ClassVar[bool] = False

    def get_order_fee(self, parameters: Any) -> Any:
        """Fee of an order."""

        def cents(value: Decimal) -> Decimal:
            return value.quantize(_CENT, ROUND_HALF_EVEN)

        value = parameters.order.get_value_decimal(parameters.security)
        selling, value = value < 0, abs(value)
        multiplied = value * self.brokerage
        brokerage = self.max_brokerage if multiplied > self.max_brokerage else cents(multiplied)
        turnover = cents(value)
        tax = cents(value * self.transaction_tax) if selling else ZERO
        exchange = cents(turnover * self.exchange_charge)
        state = cents(self.state_tax * (brokerage + exchange))
        sebi = cents(turnover * self.sebi)
        stamp = ZERO if selling else cents((value if self.stamp_on_order_value else turnover) * self.stamp)
        return fee_of(cents(brokerage + tax + exchange + stamp + state + sebi), "INR")


class ZerodhaFeeModel(IndiaFeeModel):
    """LEAN: ZerodhaFeeModel.cs."""

    __clr_name__ = "QuantConnect.Orders.Fees.ZerodhaFeeModel"
    brokerage = Decimal("0.0003")
    stamp_on_order_value = True


class SamcoFeeModel(IndiaFeeModel):
    """LEAN: SamcoFeeModel.cs."""

    __clr_name__ = "QuantConnect.Orders.Fees.SamcoFeeModel"
    brokerage = Decimal("0.0002")


"""Fees of users' models."""

from types import SimpleNamespace

import pytest

from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.orders.fees import CashAmount, OrderFee
from vibetrader.engine.orders.order import MarketOrder
from vibetrader.engine.securities.parameters import fee_of

ORDER = MarketOrder(Symbol.create("BTCUSDT", SecurityType.CRYPTO, "binance"), 1, 0)


class _Old:
    def get_order_fee(self, security: object, order: object) -> float:
        return 2.5


class _Broken:
    def get_order_fee(self, parameters: object) -> float:
        raise ZeroDivisionError


def test_old_models_take_security_and_order_and_return_dollars() -> None:
    fee = fee_of(SimpleNamespace(fee_model=_Old()), ORDER)
    assert isinstance(fee, OrderFee)
    assert (fee.value.amount, fee.value.currency) == (2.5, "USD")


def test_a_failing_model_is_called_the_old_way() -> None:
    # golden orders/304: the second failure is the one users see
    with pytest.raises(TypeError, match="takes 2 positional arguments but 3 were given"):
        fee_of(SimpleNamespace(fee_model=_Broken()), ORDER)


def test_amounts_are_exact_inside() -> None:
    assert CashAmount(0.1, "USD").amount_decimal.as_tuple().exponent == -1

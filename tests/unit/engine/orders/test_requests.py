"""Requests as users make them."""

from datetime import datetime

from vibetrader.engine.data.enums import OrderType, SecurityType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.orders.requests import SubmitOrderRequest

BTC = Symbol.create("BTCUSDT", SecurityType.CRYPTO, "binance")


def test_the_short_form_has_the_time_after_the_limit() -> None:
    # golden orders/227
    request = SubmitOrderRequest(
        OrderType.MARKET, SecurityType.CRYPTO, BTC, -0.5, 0, 0, datetime(2023, 6, 6, 3), "half"
    )
    assert request.tag == "half"
    assert request.quantity == -0.5
    assert request.trigger_price == 0


def test_the_long_form_has_a_trigger() -> None:
    request = SubmitOrderRequest(
        OrderType.LIMIT_IF_TOUCHED, SecurityType.CRYPTO, BTC, 1, 0, 99, 100, datetime(2023, 6, 6), "touched"
    )
    assert (request.limit_price, request.trigger_price, request.tag) == (99.0, 100.0, "touched")

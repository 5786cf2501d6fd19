"""Order properties, one class per brokerage. LEAN: Common/Orders/*OrderProperties.cs."""

from __future__ import annotations

from copy import copy
from typing import Any, Self

from vibetrader.engine.naming import LeanEnum, lean_names, to_snake
from vibetrader.engine.orders.timeinforce import TimeInForce


@lean_names
class OrderProperties:
    """What an order carries beside its terms.

    Attributes:
        time_in_force: How long it lives.
        exchange: Exchange to route to; unused in backtests.
    """

    __clr_name__ = "QuantConnect.Orders.OrderProperties"

    def __init__(self, exchange: Any = None) -> None:
        self.time_in_force: TimeInForce = TimeInForce.GOOD_TIL_CANCELED
        self.exchange = exchange

    def clone(self) -> Self:
        """A copy."""
        return copy(self)

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, _SPELLING.get(name) or (to_snake(name) if name[:1].isupper() else name), value)

    def __getattr__(self, name: str) -> Any:
        snake = _SPELLING.get(name) or (to_snake(name) if name[:1].isupper() else None)
        if snake is None or snake not in vars(self):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return getattr(self, snake)


_SPELLING = {
    "TimeInForce": "time_in_force",
    "Exchange": "exchange",
    "PostOnly": "post_only",
    "ReduceOnly": "reduce_only",
    "Hidden": "hidden",
    "OutsideRegularTradingHours": "outside_regular_trading_hours",
    "FeeInBase": "fee_in_base",
    "FeeInQuote": "fee_in_quote",
    "Leverage": "leverage",
}


class BinanceOrderProperties(OrderProperties):
    """LEAN: Common/Orders/BinanceOrderProperties.cs."""

    def __init__(self) -> None:
        super().__init__()
        self.post_only = False
        self.reduce_only: bool | None = None


class BitfinexOrderProperties(OrderProperties):
    """LEAN: Common/Orders/BitfinexOrderProperties.cs."""

    def __init__(self) -> None:
        super().__init__()
        self.post_only = False
        self.hidden = False


class BybitOrderProperties(OrderProperties):
    """LEAN: Common/Orders/BybitOrderProperties.cs."""

    def __init__(self) -> None:
        super().__init__()
        self.post_only = False
        self.reduce_only: bool | None = None


class CoinbaseOrderProperties(OrderProperties):
    """LEAN: Common/Orders/CoinbaseOrderProperties.cs."""

    def __init__(self) -> None:
        super().__init__()
        self.post_only = False
        self.self_trade_prevention_id = False


class GDAXOrderProperties(CoinbaseOrderProperties):
    """LEAN: Common/Orders/GDAXOrderProperties.cs."""


class KrakenOrderProperties(OrderProperties):
    """LEAN: Common/Orders/KrakenOrderProperties.cs."""

    def __init__(self) -> None:
        super().__init__()
        self.post_only = False
        self.fee_in_base = False
        self.fee_in_quote = False
        self.no_market_price_protection = False
        self.conditional_order: Any = None


class FTXOrderProperties(OrderProperties):
    """LEAN: Common/Orders/FTXOrderProperties.cs."""

    def __init__(self) -> None:
        super().__init__()
        self.post_only = False
        self.reduce_only = False


class DYDXOrderProperties(OrderProperties):
    """LEAN: Common/Orders/dYdXOrderProperties.cs."""

    def __init__(self) -> None:
        super().__init__()
        self.post_only = False
        self.reduce_only = False


class _OutsideHours(OrderProperties):
    def __init__(self) -> None:
        super().__init__()
        self.outside_regular_trading_hours = False


class InteractiveBrokersOrderProperties(_OutsideHours):
    """LEAN: Common/Orders/InteractiveBrokersOrderProperties.cs."""

    def __init__(self) -> None:
        super().__init__()
        self.account = ""
        self.fa_group = ""
        self.fa_method = ""
        self.fa_percentage = 0
        self.fa_profile = ""


class TradierOrderProperties(_OutsideHours):
    """LEAN: Common/Orders/TradierOrderProperties.cs."""


class AlpacaOrderProperties(_OutsideHours):
    """LEAN: Common/Orders/AlpacaOrderProperties.cs."""


class TradeStationOrderProperties(_OutsideHours):
    """LEAN: Common/Orders/TradeStationOrderProperties.cs."""


class WebullOrderProperties(_OutsideHours):
    """LEAN: Common/Orders/WebullOrderProperties.cs."""


class PublicOrderProperties(_OutsideHours):
    """LEAN: Common/Orders/PublicOrderProperties.cs."""

    def __init__(self) -> None:
        super().__init__()
        self.use_margin: bool | None = None


class IndiaOrderProperties(OrderProperties):
    """LEAN: Common/Orders/IndiaOrderProperties.cs."""

    class IndiaProductType(LeanEnum):
        """How a position is meant to be held."""

        MIS = 0
        CNC = 1
        NRML = 2

    def __init__(self, exchange: Any, product_type: Any = None) -> None:
        super().__init__(exchange)
        self.product_type: str | None = None if product_type is None else str(product_type)


class CharlesSchwabOrderProperties(OrderProperties):
    """LEAN: Common/Orders/CharlesSchwabOrderProperties.cs."""

    def __init__(self) -> None:
        super().__init__()
        self.extended_regular_trading_hours = False


class EzeOrderProperties(OrderProperties):
    """LEAN: Common/Orders/EzeOrderProperties.cs."""

    def __init__(
        self, route: str | None = None, account: str | None = None, notes: str | None = None, account_type: str | None = None
    ) -> None:
        super().__init__()
        self.route = route
        self.account = account
        self.notes = notes
        self.account_type = account_type


class FixOrderProperties(OrderProperties):
    """LEAN: Common/Orders/FixOrderProperties.cs."""

    def __init__(self) -> None:
        super().__init__()
        self.handle_instruction: str | None = None
        self.notes: str | None = None


class BloombergFixOrderProperties(FixOrderProperties):
    """LEAN: Common/Orders/BloombergFixOrderProperties.cs."""


class TradingTechnologiesOrderProperties(FixOrderProperties):
    """LEAN: Common/Orders/TradingTechnologiesOrderProperties.cs."""


class InteractiveBrokersFixOrderProperties(OrderProperties):
    """LEAN: Common/Orders/InteractiveBrokersFixOrderProperties.cs."""

    def __init__(self) -> None:
        super().__init__()
        self.account: str | None = None


class RBIOrderProperties(OrderProperties):
    """LEAN: Common/Orders/RBIOrderProperties.cs."""


class TDAmeritradeOrderProperties(OrderProperties):
    """LEAN: Common/Orders/TDAmeritradeOrderProperties.cs."""


class TastytradeOrderProperties(OrderProperties):
    """LEAN: Common/Orders/TastytradeOrderProperties.cs."""


class TerminalLinkOrderProperties(OrderProperties):
    """LEAN: Common/Orders/TerminalLinkOrderProperties.cs."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: str | None = None
        self.handling_instruction: str | None = None
        self.execution_instruction: str | None = None
        self.account: str | None = None
        self.broker: str | None = None


class WolverineOrderProperties(OrderProperties):
    """LEAN: Common/Orders/WolverineOrderProperties.cs."""

    def __init__(self) -> None:
        super().__init__()
        self.exchange_post_fix: str | None = None
        self.locate_broker: str | None = None


for _kind in (
    CharlesSchwabOrderProperties, EzeOrderProperties, FixOrderProperties, BloombergFixOrderProperties,
    TradingTechnologiesOrderProperties, InteractiveBrokersFixOrderProperties, RBIOrderProperties, TDAmeritradeOrderProperties,
    TastytradeOrderProperties, TerminalLinkOrderProperties, WolverineOrderProperties, IndiaOrderProperties, BinanceOrderProperties, BitfinexOrderProperties, BybitOrderProperties, CoinbaseOrderProperties, GDAXOrderProperties,
    KrakenOrderProperties, FTXOrderProperties, DYDXOrderProperties, InteractiveBrokersOrderProperties,
    TradierOrderProperties, AlpacaOrderProperties, TradeStationOrderProperties, WebullOrderProperties, PublicOrderProperties,
):  # fmt: skip
    _kind.__clr_name__ = f"QuantConnect.Orders.{_kind.__name__}"

"""Slippage. LEAN: Common/Orders/Slippage/*.cs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from vibetrader.engine import money
from vibetrader.engine.clr import InvalidOperationException
from vibetrader.engine.data.enums import MarketDataType, OrderDirection, SecurityType
from vibetrader.engine.money import ZERO
from vibetrader.engine.naming import LeanOverrides, lean_names


@lean_names
class NullSlippageModel(LeanOverrides):
    """None."""

    __clr_name__ = "QuantConnect.Orders.Slippage.NullSlippageModel"
    INSTANCE: ClassVar[NullSlippageModel]
    Instance: ClassVar[NullSlippageModel]

    def get_slippage_approximation(self, asset: Any, order: Any) -> Any:
        """Zero."""
        return ZERO

    def __str__(self) -> str:
        return self.__clr_name__


NullSlippageModel.INSTANCE = NullSlippageModel.Instance = NullSlippageModel()


class ConstantSlippageModel(NullSlippageModel):
    """A part of the last price."""

    __clr_name__ = "QuantConnect.Orders.Slippage.ConstantSlippageModel"

    def __init__(self, slippage_percent: Any) -> None:
        self._part = money.dec(slippage_percent)

    def get_slippage_approximation(self, asset: Any, order: Any) -> Any:
        """Last price × part."""
        return asset.price_decimal * self._part if asset.has_data else ZERO


class AlphaStreamsSlippageModel(NullSlippageModel):
    """A hundredth of a percent of stocks. LEAN: AlphaStreamsSlippageModel.cs."""

    __clr_name__ = "QuantConnect.Orders.Slippage.AlphaStreamsSlippageModel"

    def get_slippage_approximation(self, asset: Any, order: Any) -> Any:
        """Last price × 0.0001."""
        if asset.type != SecurityType.EQUITY or not asset.has_data:
            return ZERO
        return asset.price_decimal * Decimal("0.0001")


class VolumeShareSlippageModel(NullSlippageModel):
    """Grows with the square of the order's share of the bar's volume.

    Args:
        volume_limit: Largest share that counts.
        price_impact: Impact of the whole volume.
    """

    __clr_name__ = "QuantConnect.Orders.Slippage.VolumeShareSlippageModel"

    def __init__(self, volume_limit: Any = Decimal("0.025"), price_impact: Any = Decimal("0.1")) -> None:
        self._limit = money.dec(volume_limit)
        self._impact = money.dec(price_impact)

    def get_slippage_approximation(self, asset: Any, order: Any) -> Any:
        """LEAN: VolumeShareSlippageModel.cs, GetSlippageApproximation."""
        columns, i = asset.cache.last()
        if columns is None:
            return ZERO
        kind = columns.bar(i).data_type
        if kind == MarketDataType.TRADE_BAR:
            volume = columns.decimal("volume", i)
        elif kind == MarketDataType.QUOTE_BAR:
            volume = columns.decimal("bid_size" if order.direction == OrderDirection.BUY else "ask_size", i)
        else:
            raise InvalidOperationException(
                f"VolumeShareSlippageModel.GetSlippageApproximation: Cannot use this model with market data type {kind}"
            )
        part = self._limit * self._limit * self._impact
        if volume <= 0:
            if asset.type in (SecurityType.CFD, SecurityType.FOREX, SecurityType.CRYPTO):
                return ZERO
        else:
            share = min(abs(order.quantity_decimal) / volume, self._limit)
            part = share * share * self._impact
        return part * asset.price_decimal

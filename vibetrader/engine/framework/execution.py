"""Execution models. LEAN: Algorithm/Execution/*.cs, Algorithm.Framework/Execution/*.cs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from vibetrader.engine.data.bars import TradeBar
from vibetrader.engine.data.enums import Resolution
from vibetrader.engine.framework.models import ExecutionModel
from vibetrader.engine.framework.targets import PortfolioTargetCollection, adjust_by_lot_size, unordered_quantity
from vibetrader.engine.money import ZERO, dec
from vibetrader.engine.naming import lean_names

_NAMESPACE: Final = "QuantConnect.Algorithm.Framework.Execution."


@lean_names
class ImmediateExecutionModel(ExecutionModel):
    """Market orders at once. LEAN: Algorithm/Execution/ImmediateExecutionModel.cs."""

    __clr_name__ = _NAMESPACE + "ImmediateExecutionModel"
    _collection: PortfolioTargetCollection | None = None

    @property
    def targets_collection(self) -> PortfolioTargetCollection:
        """Targets that are not reached yet."""
        if self._collection is None:
            self._collection = PortfolioTargetCollection()
        return self._collection

    def execute(self, algorithm: Any, targets: list[Any]) -> None:
        """Order what is missing, reductions first; changes below the minimum share of the portfolio are left out."""
        collection = self.targets_collection
        collection.add_range(targets)
        if collection.is_empty:
            return
        for target in collection.order_by_margin_impact(algorithm):
            security = algorithm._vt.securities[target.symbol]
            quantity = unordered_quantity(algorithm, target, security, account_for_fees=True)
            if quantity == 0:
                continue
            if above_minimum(algorithm, security, quantity):
                market_order(algorithm, security, quantity, self.asynchronous, getattr(target, "tag", ""))
            else:
                algorithm._vt.portfolio.warn_of_small_target()
        collection.clear_fulfilled(algorithm)

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Nothing to do."""


def above_minimum(algorithm: Any, security: Any, quantity: Any) -> bool:
    """Whether an order is above the minimum share of the portfolio."""
    from vibetrader.engine.framework.sizing import above_minimum_order_margin

    return above_minimum_order_margin(algorithm, security, quantity)


def market_order(algorithm: Any, security: Any, quantity: Any, asynchronous: bool = False, tag: str = "") -> Any:
    """A market order of the class's own method, whatever the strategy assigned to that name."""
    from vibetrader.engine.api.algorithm import QCAlgorithm

    return QCAlgorithm.market_order(algorithm, security.symbol, quantity, asynchronous, tag)


class _PatientModel(ExecutionModel):
    """What models share that wait for a good price."""

    _collection: PortfolioTargetCollection | None = None

    @property
    def targets_collection(self) -> PortfolioTargetCollection:
        """Targets that are not reached yet."""
        if self._collection is None:
            self._collection = PortfolioTargetCollection()
        return self._collection

    def execute(self, algorithm: Any, targets: list[Any]) -> None:
        """Order what is missing where the price is good."""
        collection = self.targets_collection
        collection.add_range(targets)
        if collection.is_empty:
            return
        for target in collection.order_by_margin_impact(algorithm):
            security = algorithm._vt.securities[target.symbol]
            size = self._size(security, unordered_quantity(algorithm, target, security))
            if size:
                market_order(algorithm, security, size, self.asynchronous, getattr(target, "tag", ""))
        collection.clear_fulfilled(algorithm)

    def _size(self, security: Any, quantity: Decimal) -> Decimal:
        raise NotImplementedError

    def is_safe_to_remove(self, algorithm: Any, symbol: Any) -> bool:
        """Whether no universe holds a symbol."""
        return not any(universe.contains_member(symbol) for universe in algorithm._vt.universe_manager.values())


@lean_names
class SpreadExecutionModel(_PatientModel):
    """Waits for a small spread. LEAN: SpreadExecutionModel.cs.

    Args:
        accepting_spread_percent: Largest spread as a share of the price.
        asynchronous: Whether orders are sent without waiting.
    """

    __clr_name__ = _NAMESPACE + "SpreadExecutionModel"

    def __init__(self, accepting_spread_percent: float = 0.005, asynchronous: bool = True) -> None:
        super().__init__(asynchronous)
        self._limit = abs(dec(accepting_spread_percent))

    def _size(self, security: Any, quantity: Decimal) -> Decimal:
        return quantity if quantity and self.price_is_favorable(security) else ZERO

    def price_is_favorable(self, security: Any) -> bool:
        """Whether the market is open and the spread small."""
        if not security.exchange.exchange_open:
            return False
        price, ask, bid = dec(security.price), dec(security.ask_price), dec(security.bid_price)
        return price > 0 and ask > 0 and bid > 0 and (ask - bid) / price <= self._limit


class _SymbolData:
    """Indicators of one symbol."""

    def __init__(self, security: Any, consolidator: Any, **indicators: Any) -> None:
        self.security = security
        self.consolidator = consolidator
        for name, indicator in indicators.items():
            setattr(self, name, indicator)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


class _IndicatorModel(_PatientModel):
    """What models share that keep indicators per symbol."""

    _data: dict[Any, _SymbolData]

    def _make(self, algorithm: Any, security: Any) -> _SymbolData:
        raise NotImplementedError

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Keep the indicators."""
        for security in changes.added_securities:
            if security.symbol not in self._data:
                self._data[security.symbol] = self._make(algorithm, security)
        for security in changes.removed_securities:
            held = self._data.get(security.symbol)
            if held is not None and self.is_safe_to_remove(algorithm, security.symbol):
                del self._data[security.symbol]
                algorithm._vt.subscriptions.remove_consolidator(security.symbol, held.consolidator)


def _capped(security: Any, most: Decimal, quantity: Decimal) -> Decimal:
    """A quantity of at most so much, in whole lots."""
    size = adjust_by_lot_size(security, min(most, abs(quantity)))
    return size if quantity > 0 else -size


@lean_names
class StandardDeviationExecutionModel(_IndicatorModel):
    """Waits for a price some deviations off its mean. LEAN: StandardDeviationExecutionModel.cs.

    Args:
        period: Bars of the mean.
        deviations: How many deviations.
        resolution: Of the bars.
        asynchronous: Whether orders are sent without waiting.
    """

    __clr_name__ = _NAMESPACE + "StandardDeviationExecutionModel"

    def __init__(
        self, period: int = 60, deviations: float = 2, resolution: Resolution = Resolution.MINUTE, asynchronous: bool = True
    ) -> None:
        super().__init__(asynchronous)
        self._period, self._deviations, self._resolution = period, float(deviations), Resolution(resolution)
        self._data = {}
        self.maximum_order_value = 20_000.0

    def _make(self, algorithm: Any, security: Any) -> _SymbolData:
        from vibetrader.engine.api.algorithm import QCAlgorithm
        from vibetrader.engine.indicators.registry import INDICATORS

        symbol = security.symbol
        consolidator = QCAlgorithm.resolve_consolidator(algorithm, symbol, self._resolution)
        sma = INDICATORS["SimpleMovingAverage"](self._period)
        std = INDICATORS["StandardDeviation"](self._period)
        QCAlgorithm.register_indicator(algorithm, symbol, sma, consolidator)
        QCAlgorithm.register_indicator(algorithm, symbol, std, consolidator)
        provider = algorithm._vt.history
        # LEAN: History(Symbol, …) gives trade bars
        requests = provider.factory.of_bars([symbol], None, self._period, self._resolution, {})
        for series in provider.series(requests):
            if issubclass(series.request.data_type, TradeBar):
                for _, bar in series.points():
                    sma.update(bar.end_time, bar.value)
                    std.update(bar.end_time, bar.value)
        return _SymbolData(security, consolidator, sma=sma, std=std)

    def _size(self, security: Any, quantity: Decimal) -> Decimal:
        data = self._data.get(security.symbol)
        if data is None or not data.std.is_ready or not self.price_is_favorable(data, quantity):
            return ZERO
        rate = security.quote_currency.conversion_rate_decimal
        price = security.price_decimal * rate * dec(security.symbol_properties.contract_multiplier)
        return _capped(security, dec(self.maximum_order_value) / price, quantity) if price else ZERO

    def price_is_favorable(self, data: Any, unordered_quantity: Any) -> bool:
        """Whether the price is far enough below the mean to buy, above it to sell."""
        band = self._deviations * data.std.current.value
        mean = data.sma.current.value
        if unordered_quantity > 0:
            return bool(data.security.bid_price < mean - band)
        return bool(data.security.ask_price > mean + band)


@lean_names
class VolumeWeightedAveragePriceExecutionModel(_IndicatorModel):
    """Waits for a price better than the day's VWAP. LEAN: VolumeWeightedAveragePriceExecutionModel.cs."""

    __clr_name__ = _NAMESPACE + "VolumeWeightedAveragePriceExecutionModel"

    def __init__(self, asynchronous: bool = True) -> None:
        super().__init__(asynchronous)
        self._data = {}
        self.maximum_order_quantity_percent_volume = 0.01

    def _make(self, algorithm: Any, security: Any) -> _SymbolData:
        from vibetrader.engine.api.algorithm import QCAlgorithm
        from vibetrader.engine.indicators.registry import INDICATORS

        symbol = security.symbol
        consolidator = QCAlgorithm.resolve_consolidator(algorithm, symbol, security.resolution)
        vwap = INDICATORS["IntradayVwap"]("VWAP")
        QCAlgorithm.register_indicator(algorithm, symbol, vwap, consolidator, lambda bar: bar)
        return _SymbolData(security, consolidator, vwap=vwap)

    def _size(self, security: Any, quantity: Decimal) -> Decimal:
        data = self._data.get(security.symbol)
        if data is None or not self.price_is_favorable(data, quantity):
            return ZERO
        most = dec(self.maximum_order_quantity_percent_volume) * dec(security.volume)
        return _capped(security, most, quantity)

    def price_is_favorable(self, data: Any, unordered_quantity: Any) -> bool:
        """Whether the price is below the VWAP to buy, above it to sell."""
        vwap = data.vwap.current.value
        if unordered_quantity > 0:
            return bool(data.security.bid_price < vwap)
        return bool(data.security.ask_price > vwap)

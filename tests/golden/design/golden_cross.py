from AlgorithmImports import *


class GoldenCrossStrategy(QCAlgorithm):
    """Golden cross on SPY, 1d bars.

    Long entry: sma(50) crosses_above sma(200)
    Long exit: sma(50) crosses_below sma(200)
    """

    def initialize(self) -> None:
        self.set_start_date(2023, 1, 1)
        self.set_end_date(2023, 12, 31)
        self.set_cash(10000)
        self.set_brokerage_model(BrokerageName.INTERACTIVE_BROKERS_BROKERAGE, AccountType.MARGIN)

        self._symbol = self.add_equity("SPY", Resolution.DAILY, Market.USA).symbol
        self.set_benchmark(self._symbol)

        self._sma_50 = self.sma(self._symbol, 50)
        self._sma_200 = self.sma(self._symbol, 200)

        self.set_warm_up(201)

    def on_data(self, data: Slice) -> None:
        bar = data.bars.get(self._symbol)
        if bar is None or self.is_warming_up or not self._is_ready():
            return
        holding = self.portfolio[self._symbol]
        if holding.invested:
            if self._long_exit(bar):
                self.liquidate(self._symbol, tag="exit")
        elif self._long_entry(bar):
            self.set_holdings(self._symbol, 1, tag="long entry")

    def _is_ready(self) -> bool:
        """Whether every value that the rules read exists."""
        return (
            self._sma_50.samples > self._sma_50.warm_up_period
            and self._sma_200.samples > self._sma_200.warm_up_period
        )

    def _long_entry(self, bar: TradeBar) -> bool:
        """Long entry: sma(50) crosses_above sma(200)"""
        return (
            self._sma_50.current.value > self._sma_200.current.value
            and self._sma_50.previous.value <= self._sma_200.previous.value
        )

    def _long_exit(self, bar: TradeBar) -> bool:
        """Long exit: sma(50) crosses_below sma(200)"""
        return (
            self._sma_50.current.value < self._sma_200.current.value
            and self._sma_50.previous.value >= self._sma_200.previous.value
        )

from AlgorithmImports import *


class BuyAndHoldStrategy(QCAlgorithm):
    """Buy and hold on SPY, 1d bars.

    Long entry: true
    """

    def initialize(self) -> None:
        self.set_start_date(2023, 1, 1)
        self.set_end_date(2023, 12, 31)
        self.set_cash(10000)
        self.set_brokerage_model(BrokerageName.INTERACTIVE_BROKERS_BROKERAGE, AccountType.MARGIN)

        self._symbol = self.add_equity("SPY", Resolution.DAILY, Market.USA).symbol
        self.set_benchmark(self._symbol)

    def on_data(self, data: Slice) -> None:
        bar = data.bars.get(self._symbol)
        if bar is None:
            return
        holding = self.portfolio[self._symbol]
        if not holding.invested:
            self.set_holdings(self._symbol, 1, tag="long entry")

from AlgorithmImports import *


class VolatilityTargetStrategy(QCAlgorithm):
    """Volatility target on QQQ, 1d bars.

    Long entry: close > sma(200)
    Long exit: close < sma(200)
    """

    def initialize(self) -> None:
        self.set_start_date(2023, 1, 1)
        self.set_end_date(2023, 12, 31)
        self.set_cash(10000)
        self.set_brokerage_model(BrokerageName.INTERACTIVE_BROKERS_BROKERAGE, AccountType.MARGIN)

        self._target_value = self.get_parameter("target", 15.0)

        security = self.add_equity("QQQ", Resolution.DAILY, Market.USA)
        self._symbol = security.symbol
        security.set_leverage(2)
        self.set_benchmark(self._symbol)

        self._sma = self.sma(self._symbol, 200)
        self._roc = self.rocp(self._symbol, 1)
        self._stdev = IndicatorExtensions.of(StandardDeviation(20), self._roc)

        self.set_warm_up(200)

    def on_data(self, data: Slice) -> None:
        bar = data.bars.get(self._symbol)
        if bar is None or self.is_warming_up or not (self._sma.is_ready and self._stdev.is_ready):
            return
        holding = self.portfolio[self._symbol]
        if holding.invested:
            if bar.close < self._sma.current.value:
                self.liquidate(self._symbol, tag="exit")
        elif bar.close > self._sma.current.value:
            self._enter_long(bar)

    def _enter_long(self, bar: TradeBar) -> None:
        """Buy at the close of a bar."""
        volatility = self._stdev.current.value * 15.8745  # percent a year
        weight = min(self._target_value / volatility, 2) if volatility > 0 else 0
        self.set_holdings(self._symbol, weight, tag="long entry")

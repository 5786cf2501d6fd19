from AlgorithmImports import *


class RSIReversalStrategy(QCAlgorithm):
    """RSI reversal on BTCUSDT, 1h bars.

    Long entry: rsi(rsi_period) < oversold
    Long exit: rsi(rsi_period) > overbought
    """

    def initialize(self) -> None:
        self.set_start_date(2023, 1, 1)
        self.set_end_date(2023, 12, 31)
        self.set_time_zone("UTC")
        self.set_account_currency("USDT")
        self.set_cash(10000)
        self.set_brokerage_model(BrokerageName.BINANCE, AccountType.CASH)

        self._rsi_period = self.get_parameter("rsi_period", 14)
        self._oversold = self.get_parameter("oversold", 30.0)
        self._overbought = self.get_parameter("overbought", 70.0)

        self._symbol = self.add_crypto("BTCUSDT", Resolution.HOUR, Market.BINANCE).symbol
        self.set_benchmark(self._symbol)

        self._rsi = self.rsi(self._symbol, self._rsi_period)

        self.set_warm_up(self._rsi.warm_up_period)

    def on_data(self, data: Slice) -> None:
        bar = data.bars.get(self._symbol)
        if bar is None or self.is_warming_up or not self._rsi.is_ready:
            return
        holding = self.portfolio[self._symbol]
        if holding.invested:
            if self._rsi.current.value > self._overbought:
                self.liquidate(self._symbol, tag="exit")
        elif self._rsi.current.value < self._oversold:
            self.set_holdings(self._symbol, 1, tag="long entry")

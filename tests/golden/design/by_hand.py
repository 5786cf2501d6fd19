from AlgorithmImports import *


class MixturesStrategy(QCAlgorithm):
    """Mixtures on BTCUSDT, 1h bars.

    Long entry: sma(rsi(14),6) < 40 and stdev(close / close[1] - 1,20) > ema(high - low,10) /
        close and close crosses_above sma(20)@4h
    Long exit: highest(rsi(14) - sma(rsi(14),6),5) > 10
    """

    def initialize(self) -> None:
        self.set_start_date(2023, 1, 1)
        self.set_end_date(2023, 12, 31)
        self.set_time_zone("UTC")
        self.set_account_currency("USDT")
        self.set_cash(10000)
        self.set_brokerage_model(BrokerageName.BINANCE, AccountType.CASH)

        self._symbol = self.add_crypto("BTCUSDT", Resolution.HOUR, Market.BINANCE).symbol
        self.set_benchmark(self._symbol)

        consolidator_4h = TradeBarConsolidator(timedelta(hours=4))
        self._sma = SimpleMovingAverage(20)
        self.register_indicator(self._symbol, self._sma, consolidator_4h)

        self._rsi = self.rsi(self._symbol, 14)
        self._rsi_sma = IndicatorExtensions.of(SimpleMovingAverage(6), self._rsi)
        self._stdev = StandardDeviation(20)
        self._ema = self.ema(self._symbol, 10, selector=lambda bar: bar.high - bar.low)
        self._highest = Maximum(5)
        self._bars = RollingWindow[TradeBar](2)
        self._sma_4h_seen = RollingWindow[float](2)

        self.set_warm_up(timedelta(days=4))

    def on_data(self, data: Slice) -> None:
        bar = data.bars.get(self._symbol)
        if bar is None:
            return
        self._bars.add(bar)
        if self._bars.count > 1:
            self._stdev.update(bar.end_time, bar.close / self._bars[1].close - 1)
        if self._sma.is_ready:
            self._sma_4h_seen.add(self._sma.current.value)
        if self._rsi.is_ready and self._rsi_sma.is_ready:
            self._highest.update(
                bar.end_time, self._rsi.current.value - self._rsi_sma.current.value
            )
        if self.is_warming_up or not self._is_ready():
            return
        holding = self.portfolio[self._symbol]
        if holding.invested:
            if self._highest.current.value > 10:
                self.liquidate(self._symbol, tag="exit")
        elif self._long_entry(bar):
            self.set_holdings(self._symbol, 1, tag="long entry")

    def _is_ready(self) -> bool:
        """Whether every value that the rules read exists."""
        return (
            self._sma.is_ready
            and self._bars.is_ready
            and self._rsi_sma.is_ready
            and self._stdev.is_ready
            and self._ema.is_ready
            and self._highest.is_ready
            and self._sma_4h_seen.is_ready
        )

    def _long_entry(self, bar: TradeBar) -> bool:
        """Whether the rule for a long entry holds."""
        return (
            self._rsi_sma.current.value < 40
            and self._stdev.current.value > self._ema.current.value / bar.close
            and bar.close > self._sma.current.value
            and self._bars[1].close <= self._sma_4h_seen[1]
        )

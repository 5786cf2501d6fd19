from AlgorithmImports import *


def ratio(dividend: float, divisor: float) -> float:
    """The quotient; not a number, which compares as false, where the divisor is 0."""
    return dividend / divisor if divisor else float("nan")


class WindowsStrategy(QCAlgorithm):
    """Windows on ETHUSDT, 1h bars.

    Long entry: any(rsi(14) < 30,within) and all(ha.close > ha.open,2) and count(close >
        close[1],10) >= 6
    Long exit: zscore(20) > 2 or obv < sma(obv,20)
    """

    def initialize(self) -> None:
        self.set_start_date(2023, 1, 1)
        self.set_end_date(2023, 12, 31)
        self.set_time_zone("UTC")
        self.set_account_currency("USDT")
        self.set_cash(10000)
        self.set_brokerage_model(BrokerageName.BINANCE, AccountType.CASH)

        self._within = self.get_parameter("within", 5)

        self._symbol = self.add_crypto("ETHUSDT", Resolution.HOUR, Market.BINANCE).symbol
        self.set_benchmark(self._symbol)

        self._rsi = self.rsi(self._symbol, 14)
        self._ha = self.heikin_ashi(self._symbol)
        self._sma = self.sma(self._symbol, 20)
        self._stdev = self.std(self._symbol, 20)
        self._obv = self.obv(self._symbol)
        self._obv_sma = IndicatorExtensions.of(SimpleMovingAverage(20), self._obv)
        self._rsi.window.size = self._within
        self._bars = RollingWindow[TradeBar](11)
        self._bar_count = 0
        self._entry_bar = 0

        self.set_warm_up(
            max(
                self._rsi.warm_up_period + self._within - 1,
                self._ha.warm_up_period + 1,
                self._sma.warm_up_period,
                self._stdev.warm_up_period,
                self._obv.warm_up_period,
                self._obv.warm_up_period + self._obv_sma.warm_up_period,
                20,
            )
        )

    def on_data(self, data: Slice) -> None:
        bar = data.bars.get(self._symbol)
        if bar is None:
            return
        self._bar_count += 1
        self._bars.add(bar)
        if self.is_warming_up or not self._is_ready():
            return
        holding = self.portfolio[self._symbol]
        if holding.invested:
            if self._long_exit(bar):
                self.liquidate(self._symbol, tag="exit")
            elif self._bar_count - self._entry_bar >= 48:
                self.liquidate(self._symbol, tag="time exit")
        elif self._long_entry(bar):
            self.set_holdings(self._symbol, 1, tag="long entry")

    def on_order_event(self, order_event: OrderEvent) -> None:
        if order_event.status != OrderStatus.FILLED:
            return
        tag = self.transactions.get_order_by_id(order_event.order_id).tag
        if tag == "long entry":
            self._entry_bar = self._bar_count

    def _is_ready(self) -> bool:
        """Whether every value that the rules read exists."""
        return (
            self._bars.is_ready
            and self._rsi.samples >= self._rsi.warm_up_period + self._within - 1
            and self._ha.samples > self._ha.warm_up_period
            and self._sma.is_ready
            and self._stdev.is_ready
            and self._obv_sma.is_ready
        )

    def _long_entry(self, bar: TradeBar) -> bool:
        """Whether the rule for a long entry holds."""
        return (
            any(self._rsi[i].value < 30 for i in range(self._within))
            and all(self._ha.close[i].value > self._ha.open[i].value for i in range(2))
            and sum(self._bars[i].close > self._bars[i + 1].close for i in range(10)) >= 6
        )

    def _long_exit(self, bar: TradeBar) -> bool:
        """Long exit: zscore(20) > 2 or obv < sma(obv,20)"""
        return (
            ratio(bar.close - self._sma.current.value, self._stdev.current.value) > 2
            or self._obv.current.value < self._obv_sma.current.value
        )

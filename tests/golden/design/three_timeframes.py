from AlgorithmImports import *


class ThreeTimeframesStrategy(QCAlgorithm):
    """Three timeframes on BTCUSDT, 15m bars.

    Long entry: macd(12,26,9).histogram@1d > 0 and rsi(14)@1h < 40 and close crosses_above
        ema(20)
    Long exit: close crosses_below ema(20)
    """

    def initialize(self) -> None:
        self.set_start_date(2023, 1, 1)
        self.set_end_date(2023, 12, 31)
        self.set_time_zone("UTC")
        self.set_account_currency("USDT")
        self.set_cash(10000)
        self.set_brokerage_model(BrokerageName.BINANCE, AccountType.CASH)

        self._symbol = self.add_crypto("BTCUSDT", Resolution.MINUTE, Market.BINANCE).symbol
        self.set_benchmark(self._symbol)

        consolidator_1d = TradeBarConsolidator(timedelta(days=1))
        self._macd = MovingAverageConvergenceDivergence(12, 26, 9)
        self.register_indicator(self._symbol, self._macd, consolidator_1d)

        consolidator_1h = TradeBarConsolidator(timedelta(hours=1))
        self._rsi = RelativeStrengthIndex(14)
        self.register_indicator(self._symbol, self._rsi, consolidator_1h)

        consolidator = TradeBarConsolidator(timedelta(minutes=15))
        self._ema = ExponentialMovingAverage(20)
        self.register_indicator(self._symbol, self._ema, consolidator)
        self._bars = RollingWindow[TradeBar](2)
        consolidator.data_consolidated += self._on_bar

        self._entry_time = self.time
        self._stop_price = 0.0

        self.set_warm_up(timedelta(days=35))

    def on_data(self, data: Slice) -> None:
        bar = data.bars.get(self._symbol)
        if bar is None:
            return
        self._check_levels(bar)

    def on_order_event(self, order_event: OrderEvent) -> None:
        if order_event.status != OrderStatus.FILLED:
            return
        tag = self.transactions.get_order_by_id(order_event.order_id).tag
        if tag == "long entry":
            self._entry_time = self.time
            self._protect_long(order_event.fill_price)

    def _on_bar(self, sender: object, bar: TradeBar) -> None:
        """Decide at a finished bar."""
        self._bars.add(bar)
        if self.is_warming_up or not self._is_ready():
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
            self._macd.is_ready
            and self._rsi.is_ready
            and self._bars.is_ready
            and self._ema.samples > self._ema.warm_up_period
        )

    def _long_entry(self, bar: TradeBar) -> bool:
        """Whether the rule for a long entry holds."""
        return (
            self._macd.histogram.current.value > 0
            and self._rsi.current.value < 40
            and bar.close > self._ema.current.value
            and self._bars[1].close <= self._ema.previous.value
        )

    def _long_exit(self, bar: TradeBar) -> bool:
        """Long exit: close crosses_below ema(20)"""
        return (
            bar.close < self._ema.current.value and self._bars[1].close >= self._ema.previous.value
        )

    def _protect_long(self, price: float) -> None:
        """Place the stop and target of a long filled at a price."""
        quantity = self.portfolio[self._symbol].quantity
        target = price * 1.04
        self._stop_price = price * 0.98
        self.limit_order(self._symbol, -quantity, target, tag="take profit")

    def _check_levels(self, bar: TradeBar) -> None:
        """Close once a bar has reached a level: this brokerage takes no stop orders."""
        if self.time == self._entry_time:
            return  # the bar ended as the position was opened
        holding = self.portfolio[self._symbol]
        if holding.invested:
            if bar.low <= self._stop_price:
                self.liquidate(self._symbol, tag="stop loss")

from AlgorithmImports import *


class RestingOrdersStrategy(QCAlgorithm):
    """Resting orders on AAPL, 1d bars.

    Long entry: rsi(2) < 10
    Long exit: rsi(2) > 60
    """

    def initialize(self) -> None:
        self.set_start_date(2023, 1, 1)
        self.set_end_date(2023, 12, 31)
        self.set_cash(10000)
        self.set_brokerage_model(BrokerageName.INTERACTIVE_BROKERS_BROKERAGE, AccountType.MARGIN)

        self._symbol = self.add_equity("AAPL", Resolution.DAILY, Market.USA).symbol
        self.set_benchmark(self._symbol)

        self._rsi = self.rsi(self._symbol, 2)
        self._atr = self.atr(self._symbol, 10, MovingAverageType.WILDERS)
        self._bar_count = 0
        self._order_bar = None

        self.set_warm_up(11)

    def on_data(self, data: Slice) -> None:
        bar = data.bars.get(self._symbol)
        if bar is None:
            return
        self._bar_count += 1
        if self.is_warming_up or not (self._rsi.is_ready and self._atr.is_ready):
            return
        holding = self.portfolio[self._symbol]
        if (
            not holding.invested
            and self._order_bar is not None
            and self._bar_count - self._order_bar >= 3
        ):
            self.transactions.cancel_open_orders(self._symbol, "expired")
        if holding.invested:
            if self._rsi.current.value > 60:
                self.liquidate(self._symbol, tag="exit")
        elif self._rsi.current.value < 10:
            self._enter_long(bar)

    def on_order_event(self, order_event: OrderEvent) -> None:
        if order_event.status != OrderStatus.FILLED:
            return
        tag = self.transactions.get_order_by_id(order_event.order_id).tag
        if tag == "long entry":
            self._protect_long(order_event.fill_price)

    def _enter_long(self, bar: TradeBar) -> None:
        """Place a resting order to go long."""
        self.transactions.cancel_open_orders(self._symbol)
        price = bar.close - self._atr.current.value
        quantity = 100
        if quantity > 0:
            self.limit_order(self._symbol, quantity, price, tag="long entry")
            self._order_bar = self._bar_count

    def _protect_long(self, price: float) -> None:
        """Place the stop of a long filled at a price."""
        quantity = self.portfolio[self._symbol].quantity
        stop = price * 0.95
        self.stop_market_order(self._symbol, -quantity, stop, tag="stop loss")

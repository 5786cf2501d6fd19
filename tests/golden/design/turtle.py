from AlgorithmImports import *


class TurtleBreakoutStrategy(QCAlgorithm):
    """Turtle breakout on SPY, 1d bars.

    Long entry: close > highest(high,55)[1]
    Long exit: close < lowest(low,20)[1]
    Short entry: close < lowest(low,55)[1]
    Short exit: close > highest(high,20)[1]
    """

    def initialize(self) -> None:
        self.set_start_date(2023, 1, 1)
        self.set_end_date(2023, 12, 31)
        self.set_cash(100000)
        self.set_brokerage_model(BrokerageName.INTERACTIVE_BROKERS_BROKERAGE, AccountType.MARGIN)

        self._symbol = self.add_equity("SPY", Resolution.DAILY, Market.USA).symbol
        self.set_benchmark(self._symbol)

        self._highest_55 = self.max(self._symbol, 55, selector=Field.HIGH)
        self._lowest_20 = self.min(self._symbol, 20, selector=Field.LOW)
        self._lowest_55 = self.min(self._symbol, 55, selector=Field.LOW)
        self._highest_20 = self.max(self._symbol, 20, selector=Field.HIGH)
        self._atr = self.atr(self._symbol, 20, MovingAverageType.WILDERS)
        self._signal_atr = 0.0

        self.set_warm_up(56)

    def on_data(self, data: Slice) -> None:
        bar = data.bars.get(self._symbol)
        if bar is None or self.is_warming_up or not self._is_ready():
            return
        holding = self.portfolio[self._symbol]
        if holding.is_long:
            if bar.close < self._lowest_20.previous.value:
                if bar.close < self._lowest_55.previous.value:
                    self._enter_short(bar)
                else:
                    self.liquidate(self._symbol, tag="exit")
        elif holding.is_short:
            if bar.close > self._highest_20.previous.value:
                if bar.close > self._highest_55.previous.value:
                    self._enter_long(bar)
                else:
                    self.liquidate(self._symbol, tag="exit")
        elif bar.close > self._highest_55.previous.value:
            self._enter_long(bar)
        elif bar.close < self._lowest_55.previous.value:
            self._enter_short(bar)

    def on_order_event(self, order_event: OrderEvent) -> None:
        if order_event.status != OrderStatus.FILLED:
            return
        tag = self.transactions.get_order_by_id(order_event.order_id).tag
        if tag == "long entry":
            self._protect_long(order_event.fill_price)
        elif tag == "short entry":
            self._protect_short(order_event.fill_price)

    def _is_ready(self) -> bool:
        """Whether every value that the rules read exists."""
        return (
            self._highest_55.samples > self._highest_55.warm_up_period
            and self._lowest_20.samples > self._lowest_20.warm_up_period
            and self._lowest_55.samples > self._lowest_55.warm_up_period
            and self._highest_20.samples > self._highest_20.warm_up_period
            and self._atr.is_ready
        )

    def _enter_short(self, bar: TradeBar) -> None:
        """Sell short at the close of a bar."""
        self.transactions.cancel_open_orders(self._symbol)
        self._signal_atr = self._atr.current.value
        price = bar.close
        stop = price + 2 * self._signal_atr
        risk = 0.02 * self.portfolio.total_portfolio_value
        quantity = risk / abs(price - stop) if price != stop else 0
        # No more than the account affords.
        quantity = int(min(quantity, abs(self.calculate_order_quantity(self._symbol, -1))))
        if quantity > 0:
            self.market_order(
                self._symbol, -quantity - self.portfolio[self._symbol].quantity, tag="short entry"
            )

    def _enter_long(self, bar: TradeBar) -> None:
        """Buy at the close of a bar."""
        self.transactions.cancel_open_orders(self._symbol)
        self._signal_atr = self._atr.current.value
        price = bar.close
        stop = price - 2 * self._signal_atr
        risk = 0.02 * self.portfolio.total_portfolio_value
        quantity = risk / abs(price - stop) if price != stop else 0
        # No more than the account affords.
        quantity = int(min(quantity, abs(self.calculate_order_quantity(self._symbol, 1))))
        if quantity > 0:
            self.market_order(
                self._symbol, quantity - self.portfolio[self._symbol].quantity, tag="long entry"
            )

    def _protect_long(self, price: float) -> None:
        """Place the stop of a long filled at a price."""
        quantity = self.portfolio[self._symbol].quantity
        stop = price - 2 * self._signal_atr
        self.stop_market_order(self._symbol, -quantity, stop, tag="stop loss")

    def _protect_short(self, price: float) -> None:
        """Place the stop of a short filled at a price."""
        quantity = self.portfolio[self._symbol].quantity
        stop = price + 2 * self._signal_atr
        self.stop_market_order(self._symbol, -quantity, stop, tag="stop loss")

from AlgorithmImports import *


class PyramidStrategy(QCAlgorithm):
    """Pyramid on BTCUSDT, 1d bars.

    Long entry: close > highest(high,20)[1]
    Long exit: close < lowest(low,10)
    """

    def initialize(self) -> None:
        self.set_start_date(2023, 1, 1)
        self.set_end_date(2023, 12, 31)
        self.set_time_zone("UTC")
        self.set_account_currency("USDT")
        self.set_cash(10000)
        self.set_brokerage_model(BrokerageName.BINANCE, AccountType.CASH)

        self._symbol = self.add_crypto("BTCUSDT", Resolution.DAILY, Market.BINANCE).symbol
        self.set_benchmark(self._symbol)

        self._highest = self.max(self._symbol, 20, selector=Field.HIGH)
        self._lowest = self.min(self._symbol, 10, selector=Field.LOW)
        self._supertrend = self.str(self._symbol, 10, 3)
        self._entries = 0
        self._stop_price = 0.0
        self._signal_supertrend = 0.0

        self.set_warm_up(21)

    def on_data(self, data: Slice) -> None:
        bar = data.bars.get(self._symbol)
        if bar is None:
            return
        self._check_levels(bar)
        if self.is_warming_up or not self._is_ready():
            return
        holding = self.portfolio[self._symbol]
        if holding.invested:
            self._trail_long(bar)
            if bar.close < self._lowest.current.value:
                self.liquidate(self._symbol, tag="exit")
            elif self._entries < 4 and bar.close > self._highest.previous.value:
                self._enter_long(bar)
        elif bar.close > self._highest.previous.value:
            self._enter_long(bar)

    def on_order_event(self, order_event: OrderEvent) -> None:
        if order_event.status != OrderStatus.FILLED:
            return
        tag = self.transactions.get_order_by_id(order_event.order_id).tag
        if tag == "long entry":
            self._entries += 1
            self._protect_long(self.portfolio[self._symbol].average_price)
        else:
            self._entries = 0

    def _is_ready(self) -> bool:
        """Whether every value that the rules read exists."""
        return (
            self._highest.samples > self._highest.warm_up_period
            and self._lowest.is_ready
            and self._supertrend.is_ready
        )

    def _enter_long(self, bar: TradeBar) -> None:
        """Buy at the close of a bar."""
        self._signal_supertrend = self._supertrend.current.value
        quantity = 0.25 * self.portfolio.total_portfolio_value / bar.close
        # No more than the account still affords.
        quantity = min(quantity, max(0, self.calculate_order_quantity(self._symbol, 1)))
        if quantity > 0:
            self.market_order(self._symbol, quantity, tag="long entry")

    def _protect_long(self, price: float) -> None:
        """Note the stop of a long filled at a price."""
        self._stop_price = self._signal_supertrend

    def _trail_long(self, bar: TradeBar) -> None:
        """Move the stop of a long position, in its favour only."""
        stop = self._supertrend.current.value
        if stop > self._stop_price:
            self._move_stop(stop)

    def _move_stop(self, stop: float) -> None:
        """Put the stop at another price."""
        self._stop_price = stop

    def _check_levels(self, bar: TradeBar) -> None:
        """Close once a bar has reached a level: this brokerage takes no stop orders."""
        holding = self.portfolio[self._symbol]
        if holding.invested:
            if bar.low <= self._stop_price:
                self.liquidate(self._symbol, tag="stop loss")

from AlgorithmImports import *


class PipsStrategy(QCAlgorithm):
    """Pips on EURUSD, 1h bars.

    Long entry: close > ema(28) and stoch(5,3,3).d < 20
    Short entry: close < ema(28) and stoch(5,3,3).d > 80
    """

    def initialize(self) -> None:
        self.set_start_date(2023, 1, 1)
        self.set_end_date(2023, 12, 31)
        self.set_cash(10000)

        self._symbol = self.add_forex("EURUSD", Resolution.HOUR, Market.OANDA).symbol
        self.set_benchmark(self._symbol)

        self._ema = self.ema(self._symbol, 28)
        self._stoch = self.sto(self._symbol, 5, 3, 3)
        self._stop_price = 0.0
        self._stop = None
        self._entry_price = 0.0

        self.set_warm_up(28)

    def on_data(self, data: Slice) -> None:
        bar = data.quote_bars.get(self._symbol)
        if bar is None or self.is_warming_up or not (self._ema.is_ready and self._stoch.is_ready):
            return
        holding = self.portfolio[self._symbol]
        if holding.is_long:
            self._trail_long(bar)
            if self._short_entry(bar):
                self._enter_short(bar)
        elif holding.is_short:
            self._trail_short(bar)
            if self._long_entry(bar):
                self._enter_long(bar)
        elif self._long_entry(bar):
            self._enter_long(bar)
        elif self._short_entry(bar):
            self._enter_short(bar)

    def on_order_event(self, order_event: OrderEvent) -> None:
        if order_event.status != OrderStatus.FILLED:
            return
        tag = self.transactions.get_order_by_id(order_event.order_id).tag
        if tag == "long entry":
            self._protect_long(order_event.fill_price)
        elif tag == "short entry":
            self._protect_short(order_event.fill_price)
        else:
            self._stop = None
            if tag in ("stop loss", "take profit"):
                self.transactions.cancel_open_orders(self._symbol)
                if self.portfolio[self._symbol].invested:
                    # A backtest can fill both exits inside one bar; take the second one back.
                    self.liquidate(self._symbol, tag="second exit")

    def _long_entry(self, bar: QuoteBar) -> bool:
        """Long entry: close > ema(28) and stoch(5,3,3).d < 20"""
        return bar.close > self._ema.current.value and self._stoch.stoch_d.current.value < 20

    def _short_entry(self, bar: QuoteBar) -> bool:
        """Short entry: close < ema(28) and stoch(5,3,3).d > 80"""
        return bar.close < self._ema.current.value and self._stoch.stoch_d.current.value > 80

    def _enter_short(self, bar: QuoteBar) -> None:
        """Sell short at the close of a bar."""
        self.transactions.cancel_open_orders(self._symbol)
        price = bar.close
        stop = price + 0.005
        risk = 0.01 * self.portfolio.total_portfolio_value
        quantity = risk / abs(price - stop) if price != stop else 0
        # No more than the account affords.
        quantity = min(
            quantity,
            abs(
                self.calculate_order_quantity(self._symbol, -self.securities[self._symbol].leverage)
            ),
        )
        if quantity > 0:
            self.market_order(
                self._symbol, -quantity - self.portfolio[self._symbol].quantity, tag="short entry"
            )

    def _enter_long(self, bar: QuoteBar) -> None:
        """Buy at the close of a bar."""
        self.transactions.cancel_open_orders(self._symbol)
        price = bar.close
        stop = price - 0.005
        risk = 0.01 * self.portfolio.total_portfolio_value
        quantity = risk / abs(price - stop) if price != stop else 0
        # No more than the account affords.
        quantity = min(
            quantity,
            abs(
                self.calculate_order_quantity(self._symbol, self.securities[self._symbol].leverage)
            ),
        )
        if quantity > 0:
            self.market_order(
                self._symbol, quantity - self.portfolio[self._symbol].quantity, tag="long entry"
            )

    def _protect_long(self, price: float) -> None:
        """Place the stop and target of a long filled at a price."""
        quantity = self.portfolio[self._symbol].quantity
        stop = price - 0.005
        target = price + 2 * abs(price - stop)
        self._entry_price = price
        self._stop_price = stop
        self._stop = self.stop_market_order(self._symbol, -quantity, stop, tag="stop loss")
        self.limit_order(self._symbol, -quantity, target, tag="take profit")

    def _trail_long(self, bar: QuoteBar) -> None:
        """Move the stop of a long position, in its favour only."""
        stop = self._stop_price
        if bar.high >= self._entry_price + 0.003:
            stop = max(stop, self._entry_price)
        if stop > self._stop_price:
            self._move_stop(stop)

    def _protect_short(self, price: float) -> None:
        """Place the stop and target of a short filled at a price."""
        quantity = self.portfolio[self._symbol].quantity
        stop = price + 0.005
        target = price - 2 * abs(price - stop)
        self._entry_price = price
        self._stop_price = stop
        self._stop = self.stop_market_order(self._symbol, -quantity, stop, tag="stop loss")
        self.limit_order(self._symbol, -quantity, target, tag="take profit")

    def _trail_short(self, bar: QuoteBar) -> None:
        """Move the stop of a short position, in its favour only."""
        stop = self._stop_price
        if bar.low <= self._entry_price - 0.003:
            stop = min(stop, self._entry_price)
        if stop < self._stop_price:
            self._move_stop(stop)

    def _move_stop(self, stop: float) -> None:
        """Put the stop at another price."""
        self._stop_price = stop
        if self._stop is not None:
            # Replaced, not updated: LEAN holds an updated stop against the bar that has just ended.
            self._stop.cancel()
        quantity = self.portfolio[self._symbol].quantity
        self._stop = self.stop_market_order(self._symbol, -quantity, stop, tag="stop loss")

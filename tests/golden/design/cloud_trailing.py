from AlgorithmImports import *


class CloudWithTrailingStopStrategy(QCAlgorithm):
    """Cloud with trailing stop on BTCUSD, 4h bars.

    Long entry: close crosses_above ichimoku(9,26,52).cloud_top and close > close[26]
    Short entry: close crosses_below ichimoku(9,26,52).cloud_bottom and close < close[26]
    """

    def initialize(self) -> None:
        self.set_start_date(2023, 1, 1)
        self.set_end_date(2023, 12, 31)
        self.set_time_zone("UTC")
        self.set_cash(10000)
        self.set_brokerage_model(BrokerageName.BITFINEX, AccountType.MARGIN)

        self._symbol = self.add_crypto("BTCUSD", Resolution.HOUR, Market.BITFINEX).symbol
        self.set_benchmark(self._symbol)

        consolidator = TradeBarConsolidator(timedelta(hours=4))
        self._ichimoku = IchimokuKinkoHyo(9, 26, 26, 52, 26, 26)
        self.register_indicator(self._symbol, self._ichimoku, consolidator)
        self._atr = AverageTrueRange(14, MovingAverageType.WILDERS)
        self.register_indicator(self._symbol, self._atr, consolidator)
        self._bars = RollingWindow[TradeBar](27)
        consolidator.data_consolidated += self._on_bar

        self._stop_price = 0.0
        self._stop = None
        self._entry_price = 0.0
        self._best_price = 0.0
        self._signal_ichimoku = 0.0
        self._signal_atr = 0.0

        self.set_warm_up(timedelta(days=14))

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

    def _on_bar(self, sender: object, bar: TradeBar) -> None:
        """Decide at a finished bar."""
        self._bars.add(bar)
        if self.is_warming_up or not self._is_ready():
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

    def _is_ready(self) -> bool:
        """Whether every value that the rules read exists."""
        return (
            self._bars.is_ready
            and self._ichimoku.samples > self._ichimoku.warm_up_period
            and self._atr.is_ready
        )

    def _long_entry(self, bar: TradeBar) -> bool:
        """Long entry: close crosses_above ichimoku(9,26,52).cloud_top and close > close[26]"""
        return (
            bar.close
            > max(self._ichimoku.senkou_a.current.value, self._ichimoku.senkou_b.current.value)
            and self._bars[1].close
            <= max(self._ichimoku.senkou_a.previous.value, self._ichimoku.senkou_b.previous.value)
            and bar.close > self._bars[26].close
        )

    def _short_entry(self, bar: TradeBar) -> bool:
        """Short entry: close crosses_below ichimoku(9,26,52).cloud_bottom and close < close[26]"""
        return (
            bar.close
            < min(self._ichimoku.senkou_a.current.value, self._ichimoku.senkou_b.current.value)
            and self._bars[1].close
            >= min(self._ichimoku.senkou_a.previous.value, self._ichimoku.senkou_b.previous.value)
            and bar.close < self._bars[26].close
        )

    def _enter_short(self, bar: TradeBar) -> None:
        """Sell short at the close of a bar."""
        self.transactions.cancel_open_orders(self._symbol)
        self._signal_ichimoku = self._ichimoku.kijun.current.value
        self._signal_atr = self._atr.current.value
        self.set_holdings(self._symbol, -1, tag="short entry")

    def _enter_long(self, bar: TradeBar) -> None:
        """Buy at the close of a bar."""
        self.transactions.cancel_open_orders(self._symbol)
        self._signal_ichimoku = self._ichimoku.kijun.current.value
        self._signal_atr = self._atr.current.value
        self.set_holdings(self._symbol, 1, tag="long entry")

    def _protect_long(self, price: float) -> None:
        """Place the stop of a long filled at a price."""
        quantity = self.portfolio[self._symbol].quantity
        stop = self._signal_ichimoku
        self._entry_price = price
        self._best_price = price
        self._stop_price = stop
        self._stop = self.stop_market_order(self._symbol, -quantity, stop, tag="stop loss")

    def _trail_long(self, bar: TradeBar) -> None:
        """Move the stop of a long position, in its favour only."""
        self._best_price = max(self._best_price, bar.high)
        stop = self._stop_price
        if self._best_price >= self._entry_price * 1.01:
            stop = max(stop, self._best_price - 1.5 * self._signal_atr)
        if stop > self._stop_price:
            self._move_stop(stop)

    def _protect_short(self, price: float) -> None:
        """Place the stop of a short filled at a price."""
        quantity = self.portfolio[self._symbol].quantity
        stop = self._signal_ichimoku
        self._entry_price = price
        self._best_price = price
        self._stop_price = stop
        self._stop = self.stop_market_order(self._symbol, -quantity, stop, tag="stop loss")

    def _trail_short(self, bar: TradeBar) -> None:
        """Move the stop of a short position, in its favour only."""
        self._best_price = min(self._best_price, bar.low)
        stop = self._stop_price
        if self._best_price <= self._entry_price * 0.99:
            stop = min(stop, self._best_price + 1.5 * self._signal_atr)
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

from AlgorithmImports import *


class OpeningRange:
    """High and low of the first minutes of each session; not a number until they are over."""

    def __init__(self, minutes: int) -> None:
        self._length = timedelta(minutes=minutes)
        self._end = None
        self._high = self._low = float("nan")
        self.high = self.low = float("nan")

    def update(self, bar: TradeBar) -> None:
        """Take in a bar of the subscription."""
        if self._end is None or bar.time.date() != (self._end - self._length).date():
            self._end = bar.time + self._length
            self._high, self._low = bar.high, bar.low
            self.high = self.low = float("nan")
        elif bar.end_time <= self._end:
            self._high, self._low = max(self._high, bar.high), min(self._low, bar.low)
        if bar.end_time >= self._end:
            self.high, self.low = self._high, self._low


class OpeningRangeBreakoutStrategy(QCAlgorithm):
    """Opening range breakout on SPY, 5m bars.

    Long entry: close > opening_range(30).high
    Short entry: close < opening_range(30).low
    """

    def initialize(self) -> None:
        self.set_start_date(2023, 1, 1)
        self.set_end_date(2023, 12, 31)
        self.set_cash(10000)
        self.set_brokerage_model(BrokerageName.INTERACTIVE_BROKERS_BROKERAGE, AccountType.MARGIN)

        self._symbol = self.add_equity("SPY", Resolution.MINUTE, Market.USA).symbol
        self.set_benchmark(self._symbol)

        consolidator = TradeBarConsolidator(timedelta(minutes=5))
        consolidator.data_consolidated += self._on_bar
        self.subscription_manager.add_consolidator(self._symbol, consolidator)

        self._opening_range = OpeningRange(30)
        self._trades_today = 0
        self._day = None
        self._flat_date = None
        self._signal_opening_range = 0.0
        self._signal_opening_range_2 = 0.0

        self.schedule.on(
            self.date_rules.every_day(self._symbol),
            self.time_rules.before_market_close(self._symbol, 16),
            self._flatten,
        )

        self.set_warm_up(timedelta(days=6))

    def on_data(self, data: Slice) -> None:
        bar = data.bars.get(self._symbol)
        if bar is None:
            return
        self._opening_range.update(bar)

    def on_order_event(self, order_event: OrderEvent) -> None:
        if order_event.status != OrderStatus.FILLED:
            return
        tag = self.transactions.get_order_by_id(order_event.order_id).tag
        if tag == "long entry":
            self._protect_long(order_event.fill_price)
        elif tag == "short entry":
            self._protect_short(order_event.fill_price)

    def _on_bar(self, sender: object, bar: TradeBar) -> None:
        """Decide at a finished bar."""
        if self.is_warming_up:
            return
        if bar.time.date() != self._day:
            self._day = bar.time.date()
            self._trades_today = 0
        holding = self.portfolio[self._symbol]
        if holding.is_long:
            if self._may_enter() and bar.close < self._opening_range.low:
                self._enter_short(bar)
        elif holding.is_short:
            if self._may_enter() and bar.close > self._opening_range.high:
                self._enter_long(bar)
        elif self._may_enter() and bar.close > self._opening_range.high:
            self._enter_long(bar)
        elif self._may_enter() and bar.close < self._opening_range.low:
            self._enter_short(bar)

    def _flatten(self) -> None:
        """Close what is open; nothing new is opened on this day."""
        if self.is_warming_up:
            return
        self._flat_date = self._session()
        self.transactions.cancel_open_orders(self._symbol)
        quantity = self.portfolio[self._symbol].quantity
        if quantity != 0:
            self.market_on_close_order(self._symbol, -quantity, tag="time exit")

    def _session(self) -> date:
        """Day of the bar that ends now."""
        return (self.time - timedelta(minutes=1)).date()

    def _may_enter(self) -> bool:
        """Whether a new entry is allowed now."""
        return self._trades_today < 1 and self._flat_date != self._session()

    def _enter_short(self, bar: TradeBar) -> None:
        """Sell short at the close of a bar."""
        self.transactions.cancel_open_orders(self._symbol)
        self._signal_opening_range = self._opening_range.high
        self.set_holdings(self._symbol, -1, tag="short entry")
        self._trades_today += 1

    def _enter_long(self, bar: TradeBar) -> None:
        """Buy at the close of a bar."""
        self.transactions.cancel_open_orders(self._symbol)
        self._signal_opening_range_2 = self._opening_range.low
        self.set_holdings(self._symbol, 1, tag="long entry")
        self._trades_today += 1

    def _protect_long(self, price: float) -> None:
        """Place the stop of a long filled at a price."""
        quantity = self.portfolio[self._symbol].quantity
        stop = self._signal_opening_range_2
        self.stop_market_order(self._symbol, -quantity, stop, tag="stop loss")

    def _protect_short(self, price: float) -> None:
        """Place the stop of a short filled at a price."""
        quantity = self.portfolio[self._symbol].quantity
        stop = self._signal_opening_range
        self.stop_market_order(self._symbol, -quantity, stop, tag="stop loss")

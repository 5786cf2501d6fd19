from AlgorithmImports import *


def three_days(time: datetime) -> CalendarInfo:
    """The three-day bar that holds a time; bars are counted from 1970-01-01."""
    first = datetime(1970, 1, 1)
    start = first + timedelta(days=(time - first).days // 3 * 3)
    return CalendarInfo(start, timedelta(days=3))


class CalendarBarsStrategy(QCAlgorithm):
    """Calendar bars on SPY, 1d bars.

    Long entry: rsi(14)@1w >= rsi(14)[1] and close > sma(5)@1M
    Long exit: close < lowest(low,3)@3d or trading_day == -1
    """

    def initialize(self) -> None:
        self.set_start_date(2023, 1, 1)
        self.set_end_date(2023, 12, 31)
        self.set_cash(10000)
        self.set_brokerage_model(BrokerageName.INTERACTIVE_BROKERS_BROKERAGE, AccountType.MARGIN)

        self._symbol = self.add_equity("SPY", Resolution.DAILY, Market.USA).symbol
        self.set_benchmark(self._symbol)

        consolidator_1mo = TradeBarConsolidator(Calendar.MONTHLY)
        self._sma = SimpleMovingAverage(5)
        self.register_indicator(self._symbol, self._sma, consolidator_1mo)

        consolidator_1w = TradeBarConsolidator(Calendar.WEEKLY)
        self._rsi_1w = RelativeStrengthIndex(14)
        self.register_indicator(self._symbol, self._rsi_1w, consolidator_1w)

        consolidator_3d = TradeBarConsolidator(three_days)
        self._lowest = Minimum(3)
        self.register_indicator(self._symbol, self._lowest, consolidator_3d, Field.LOW)

        self._rsi = self.rsi(self._symbol, 14)

        self.set_warm_up(timedelta(days=186))

    def on_data(self, data: Slice) -> None:
        bar = data.bars.get(self._symbol)
        if bar is None or self.is_warming_up or not self._is_ready():
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
            self._sma.is_ready
            and self._rsi_1w.is_ready
            and self._lowest.is_ready
            and self._rsi.samples > self._rsi.warm_up_period
        )

    def _long_entry(self, bar: TradeBar) -> bool:
        """Long entry: rsi(14)@1w >= rsi(14)[1] and close > sma(5)@1M"""
        return (
            self._rsi_1w.current.value >= self._rsi.previous.value
            and bar.close > self._sma.current.value
        )

    def _long_exit(self, bar: TradeBar) -> bool:
        """Long exit: close < lowest(low,3)@3d or trading_day == -1"""
        return bar.close < self._lowest.current.value or self._trading_days_left(bar.time) == -1

    def _trading_days_left(self, day: datetime) -> int:
        """Number of a day among the trading days of its month, -1 for the last."""
        hours = self.securities[self._symbol].exchange.hours
        each, count = datetime(day.year, day.month, day.day), 0
        while each.month == day.month:
            count += hours.is_date_open(each)
            each += timedelta(days=1)
        return -count

from AlgorithmImports import *

from zoneinfo import ZoneInfo


class LondonHoursStrategy(QCAlgorithm):
    """London hours on SPY, 5m bars.

    Long entry: weekday < 4 and time >= 1500 and close crosses_above vwap
    Long exit: hour >= 20
    """

    def initialize(self) -> None:
        self.set_start_date(2023, 1, 1)
        self.set_end_date(2023, 12, 31)
        self.set_time_zone("Europe/London")
        self.set_cash(10000)
        self.set_brokerage_model(BrokerageName.INTERACTIVE_BROKERS_BROKERAGE, AccountType.MARGIN)

        self._symbol = self.add_equity("SPY", Resolution.MINUTE, Market.USA).symbol
        self.set_benchmark(self._symbol)

        consolidator = TradeBarConsolidator(timedelta(minutes=5))
        self._vwap = IntradayVwap()
        self.register_indicator(self._symbol, self._vwap, consolidator)
        self._bars = RollingWindow[TradeBar](2)
        consolidator.data_consolidated += self._on_bar

        self._flat_date = None
        self.paused_on = None
        self._equity_day = None
        self._day_equity = 0.0

        self.schedule.on(
            self.date_rules.every_day(self._symbol),
            self.time_rules.at(20, 30),
            self._flatten,
        )

        self.set_warm_up(timedelta(days=6))

    def on_data(self, data: Slice) -> None:
        self._guard_equity()

    def _on_bar(self, sender: object, bar: TradeBar) -> None:
        """Decide at a finished bar."""
        self._bars.add(bar)
        if self.is_warming_up or not (self._bars.is_ready and self._vwap.is_ready):
            return
        holding = self.portfolio[self._symbol]
        if holding.invested:
            if self._local(bar.time).hour >= 20:
                self.liquidate(self._symbol, tag="exit")
        elif self._may_enter() and self._long_entry(bar):
            self.set_holdings(self._symbol, 1, tag="long entry")

    def _guard_equity(self) -> None:
        """Close everything when the account has lost too much."""
        if self.is_warming_up:
            return
        equity = self.portfolio.total_portfolio_value
        if self.time.date() != self._equity_day:
            self._equity_day, self._day_equity = self.time.date(), equity
        lowest = self._day_equity * (1 - 2 / 100)
        if equity <= lowest and self.paused_on != self.time.date():
            self.paused_on = self.time.date()
            self.liquidate(tag="daily loss limit")

    def _long_entry(self, bar: TradeBar) -> bool:
        """Long entry: weekday < 4 and time >= 1500 and close crosses_above vwap"""
        return (
            self._local(bar.time).weekday() < 4
            and self._local(bar.time).hour * 100 + self._local(bar.time).minute >= 1500
            and bar.close > self._vwap.current.value
            and self._bars[1].close <= self._vwap.previous.value
        )

    def _flatten(self) -> None:
        """Close what is open; nothing new is opened on this day."""
        if self.is_warming_up:
            return
        self._flat_date = self._session()
        self.liquidate(self._symbol, tag="time exit")

    def _session(self) -> date:
        """Day of the bar that ends now."""
        return (self.time - timedelta(minutes=1)).date()

    def _may_enter(self) -> bool:
        """Whether a new entry is allowed now."""
        return self.paused_on != self.time.date() and self._flat_date != self._session()

    def _local(self, time: datetime) -> datetime:
        """A time of the exchange in Europe/London."""
        exchange = time.replace(tzinfo=ZoneInfo("America/New_York"))
        return exchange.astimezone(ZoneInfo("Europe/London"))

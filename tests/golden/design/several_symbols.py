from AlgorithmImports import *


class PercentFeeModel(FeeModel):
    """Fees as part of the order's value."""

    def __init__(self, rate: float) -> None:
        self._rate = rate

    def get_order_fee(self, parameters: OrderFeeParameters) -> OrderFee:
        """Fee of an order, in the currency of its price."""
        order, security = parameters.order, parameters.security
        multiplier = security.symbol_properties.contract_multiplier
        value = order.absolute_quantity * security.price * multiplier
        fee = value * self._rate
        return OrderFee(CashAmount(fee, security.quote_currency.symbol))


class SymbolTrader:
    """Indicators, state and orders of one symbol."""

    def __init__(self, algorithm: QCAlgorithm, symbol: Symbol) -> None:
        self._algorithm = algorithm
        self._symbol = symbol
        security = algorithm.securities[symbol]
        security.set_fee_model(PercentFeeModel(0.001))
        security.set_slippage_model(ConstantSlippageModel(0.0005))

        consolidator = TradeBarConsolidator(timedelta(minutes=30))
        self._supertrend = SuperTrend(10, 3)
        algorithm.register_indicator(self._symbol, self._supertrend, consolidator)
        self._bars = RollingWindow[TradeBar](2)
        consolidator.data_consolidated += self._on_bar

        self._bar_count = 0
        self._exit_bar = None

    def on_filled(self, order_event: OrderEvent) -> None:
        """Follow up on a filled order."""
        tag = self._algorithm.transactions.get_order_by_id(order_event.order_id).tag
        self._exit_bar = self._bar_count

    def _on_bar(self, sender: object, bar: TradeBar) -> None:
        """Decide at a finished bar."""
        self._bar_count += 1
        self._bars.add(bar)
        if self._algorithm.is_warming_up or not self._is_ready():
            return
        holding = self._algorithm.portfolio[self._symbol]
        if holding.invested:
            if self._long_exit(bar):
                self._algorithm.liquidate(self._symbol, tag="exit")
        elif self._may_enter() and self._long_entry(bar):
            self._algorithm.set_holdings(self._symbol, 0.333333, tag="long entry")

    def _is_ready(self) -> bool:
        """Whether every value that the rules read exists."""
        return self._bars.is_ready and self._supertrend.samples > self._supertrend.warm_up_period

    def _long_entry(self, bar: TradeBar) -> bool:
        """Long entry: close crosses_above supertrend(10,3)"""
        return (
            bar.close > self._supertrend.current.value
            and self._bars[1].close <= self._supertrend.previous.value
        )

    def _long_exit(self, bar: TradeBar) -> bool:
        """Long exit: close crosses_below supertrend(10,3)"""
        return (
            bar.close < self._supertrend.current.value
            and self._bars[1].close >= self._supertrend.previous.value
        )

    def _may_enter(self) -> bool:
        """Whether a new entry is allowed now."""
        return (
            not self._algorithm.trading_stopped
            and (self._exit_bar is None or self._bar_count - self._exit_bar > 4)
        )


class SeveralSymbolsStrategy(QCAlgorithm):
    """Several symbols on BTCUSDT, ETHUSDT, SOLUSDT, 30m bars.

    Long entry: close crosses_above supertrend(10,3)
    Long exit: close crosses_below supertrend(10,3)
    Note: 3 symbols of 100 % each exceed the account; each takes 33.33 % of equity.
    """

    def initialize(self) -> None:
        self.set_start_date(2023, 1, 1)
        self.set_end_date(2023, 12, 31)
        self.set_time_zone("UTC")
        self.set_account_currency("USDT")
        self.set_cash(10000)
        self.set_brokerage_model(BrokerageName.BINANCE, AccountType.CASH)

        tickers = ["BTCUSDT", "ETHUSDT", "SOLUSDT"]
        symbols = [
            self.add_crypto(ticker, Resolution.MINUTE, Market.BINANCE).symbol
            for ticker in tickers
        ]
        self.set_benchmark(symbols[0])
        self.trading_stopped = False
        self._peak_equity = 0.0
        self._traders = {symbol: SymbolTrader(self, symbol) for symbol in symbols}

        self.set_warm_up(timedelta(days=1))

    def on_data(self, data: Slice) -> None:
        self._guard_equity()

    def on_order_event(self, order_event: OrderEvent) -> None:
        if order_event.status == OrderStatus.FILLED:
            self._traders[order_event.symbol].on_filled(order_event)

    def _guard_equity(self) -> None:
        """Close everything when the account has lost too much."""
        if self.is_warming_up:
            return
        equity = self.portfolio.total_portfolio_value
        self._peak_equity = max(self._peak_equity, equity)
        lowest = self._peak_equity * (1 - 25 / 100)
        if equity <= lowest and not self.trading_stopped:
            self.trading_stopped = True
            self.liquidate(tag="maximum drawdown")
            self.log(f"Stopped trading: equity {equity:.2f} is down from {self._peak_equity:.2f}")

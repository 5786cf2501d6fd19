"""What a run tells: log lines, chart samples, statistics, analyses and LEAN's result files.

LEAN: Engine/Results/{BaseResultsHandler,BacktestingResultHandler}.cs. LEAN sends packets from a thread as well; here is
only what reaches the files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vibetrader._util.clock import Clock, utc_now
from vibetrader.engine import currencies
from vibetrader.engine.analysis import Inputs, analyze
from vibetrader.engine.analysis.curves import read_curves
from vibetrader.engine.analysis.finding import Curve
from vibetrader.engine.charting.chart import CandlestickSeries, Chart, Row, Series
from vibetrader.engine.charting.sampler import sample_candles
from vibetrader.engine.data.enums import OrderStatus, SeriesType
from vibetrader.engine.money import ZERO, dec, round_significant, round_to, smart_round
from vibetrader.engine.statistics.builder import Performance, RunRecord, build, empty_performance
from vibetrader.engine.statistics.capacity import CapacityEstimate
from vibetrader.engine.statistics.dotnet import grouped, iso_time, percent
from vibetrader.engine.statistics.interestrates import InterestRateProvider, ModelRates
from vibetrader.engine.statistics.jsonwriter import Compact, compact, indented
from vibetrader.engine.statistics.orderjson import event_json, order_json, order_list_hash
from vibetrader.engine.statistics.results import StatisticsResults
from vibetrader.engine.statistics.trades import TradeBuilder
from vibetrader.engine.timekeeping import DAY, HOUR, MINUTE, TimeZone, to_datetime

_EQUITY: Final = "Strategy Equity"
_TURNOVER: Final = "Portfolio Turnover"
_MARGIN: Final = "Portfolio Margin"
_DELISTING: Final = "liquidate from delisting"
#: LEAN's defaults: samples of a backtest, shortest distance, chart limits of a local run.
_SAMPLES: Final = 4000
_MAXIMUM_SERIES: Final = 30
_MAXIMUM_POINTS: Final = 1_000_000
_MARGIN_SERIES: Final = 40
_TOP_SALES: Final = 30
_VERSION: Final = "v2.5.0.0"


def figure(owner: Any, name: str) -> Decimal:
    """A money figure as a decimal: `name_decimal` where the object gives one, else the figure itself."""
    exact = getattr(owner, f"{name}_decimal", None)
    return exact if isinstance(exact, Decimal) else dec(getattr(owner, name))


class ResultHandler:
    """Collects what a run shows and writes it down.

    Args:
        output: Folder of the result files.
        algorithm_id: Name of the run; the files begin with it.
        data_folder: LEAN data folder (risk-free rates, SPY for the analyses).
        clock: For the start and end times in the result's state.

    Attributes:
        next_equity: UTC ns after which the next time step takes an equity sample.
        log_lines: Lines of `<id>-log.txt` so far.
    """

    def __init__(self, output: Path, algorithm_id: str, data_folder: Path, *, clock: Clock = utc_now) -> None:
        self.output = output
        self.algorithm_id = algorithm_id
        self.data_folder = data_folder
        self.next_equity = -(1 << 62)
        self.log_lines: list[str] = []
        self._clock = clock
        self._started = clock()
        self._algorithm: Any = None
        self._state: Any = None
        self._ready = False
        self._queues: dict[str, list[str]] = {"debug": [], "error": [], "log": []}
        self._previous: dict[str, str] = {"debug": "", "error": ""}
        self._trade_builder = TradeBuilder()
        self._engine_lines: list[str] = []
        self._runtime: dict[str, str] = {}
        self._summary: dict[str, str] = {}
        self._error = ""
        self._stack_trace = ""
        self._rates = InterestRateProvider(data_folder)
        self.charts: dict[str, Chart] = {}
        equity = self.charts[_EQUITY] = Chart(_EQUITY)
        equity.add_series(CandlestickSeries("Equity", 0, "$"))
        equity.add_series(Series("Return", SeriesType.BAR, 1, "%"))
        self._chart_series: set[str] = set()
        self._warned_of_series = False
        self._warned_of_points: set[str] = set()
        self._capacity: CapacityEstimate | None = None
        self._sign = "$"
        self._value = self._benchmark = ZERO
        self._starting = self._daily = self._peak = ZERO
        #: A fee model of the user was asked: LEAN asks it again at every sample of the account.
        self.has_user_fee_model = False
        self._bar: list[Decimal] | None = None
        self._sales = [ZERO, ZERO]
        self._turnover_time = -1
        self._resample = 4 * MINUTE
        self._first_day: tuple[list[Row], list[Row]] = ([], [])
        self._first_day_time = -(1 << 62)
        self.statistics: dict[str, str] = {}
        self.order_list_hash = ""

    # --- the algorithm ------------------------------------------------------------------------------------------------

    def bind(self, algorithm: Any) -> None:
        """Know the algorithm, for its clock; before set-up."""
        self._algorithm = algorithm
        self._state = algorithm._vt
        if self._state.trade_builder is None:
            self._state.trade_builder = self._trade_builder

    @property
    def trade_builder(self) -> Any:
        """The algorithm's trade builder; users may replace it."""
        found = self._state.trade_builder if self._state is not None else None
        return self._trade_builder if found is None else found

    def set_algorithm(self, algorithm: Any, starting_portfolio_value: Decimal) -> None:
        """Begin: called after set-up, failed ones too. LEAN: SetAlgorithm.

        Args:
            algorithm: The user's algorithm.
            starting_portfolio_value: Account value at the start.
        """
        self.bind(algorithm)
        state = self._state
        self._ready = True
        self._sign = currencies.sign(state.portfolio.cash_book.account_currency)
        self._starting = self._daily = self._peak = self._value = starting_portfolio_value
        self._benchmark = ZERO
        self._capacity = CapacityEstimate(state)
        length = state.end_ns - state.start_ns
        self._resample = 4 * MINUTE if length < 4 * MINUTE * _SAMPLES else length // _SAMPLES
        self._resample -= self._resample % 100

    def on_warmup_finished(self) -> None:
        """Take the account value at the end of warm-up for the starting one. LEAN: OnWarmupFinished."""
        self._update_values()
        value = self._value
        # An unchanged value keeps its scale, which shows in the statistics.
        if self._peak != value:
            self._peak = value
        if self._daily != value:
            self._daily = value
        if self._starting != value:
            self._starting = value
            self._bar = None

    # --- messages -----------------------------------------------------------------------------------------------------

    def debug(self, text: str) -> None:
        """The algorithm's debug line; the same text twice in a row is dropped."""
        self._queue("debug", text)

    def error(self, text: str) -> None:
        """The algorithm's error line; the same text twice in a row is dropped."""
        self._queue("error", text)

    def log(self, text: str) -> None:
        """The algorithm's log line."""
        self._queue("log", text)

    def _queue(self, kind: str, text: str) -> None:
        if not text or self._previous.get(kind) == text:
            return
        self._queues[kind].append(self._stamped(text))
        if kind in self._previous:
            self._previous[kind] = text

    def _stamped(self, text: str) -> str:
        if self._state is None:
            return text
        return f"{to_datetime(self._state.local_ns):%Y-%m-%d %H:%M:%S} {text}"

    def debug_message(self, text: str) -> None:
        """A line of the engine, written at once."""
        self._store(text)

    system_debug = system_debug_message = debug_message
    log_message = debug_message

    def _store(self, text: str) -> None:
        self.log_lines.append(self._stamped(text) if self._ready else f"Algorithm Initialization: {text}")

    def _flush_messages(self) -> None:
        """Debug lines, then errors, then logs. LEAN: ProcessAlgorithmLogs."""
        for kind in ("debug", "error", "log"):
            self.log_lines.extend(self._queues[kind])
            self._queues[kind].clear()

    @property
    def pending_errors(self) -> list[str]:
        """Error lines of the algorithm that were not written yet."""
        return list(self._queues["error"])

    def runtime_error(self, message: str, stack_trace: str = "") -> None:
        """The error that ends the run. LEAN: RuntimeError, SetAlgorithmState."""
        self._error = self._stamped(message) if self._ready else message
        self._stack_trace = stack_trace

    def runtime_statistic(self, key: str, value: str) -> None:
        """A line of the runtime statistics."""
        self._runtime[key] = value

    def summary_statistic(self, name: str, value: str) -> None:
        """A line of the summary beside LEAN's own."""
        self._summary[name] = value

    def engine_error(self, text: str) -> None:
        """A line of the engine's own log, not of the algorithm's."""
        self._engine_lines.append(f"ERROR:: {text}")

    def order_event(self, event: Any) -> None:
        """Every order event, for the capacity."""
        if self._capacity is not None:
            self._capacity.on_order_event(event)

    # --- sampling -----------------------------------------------------------------------------------------------------

    def process_synchronous_events(self, force: bool = False) -> None:
        """End of a time step: account value, capacity, and when due a sample. LEAN: ProcessSynchronousEvents."""
        if not self._ready:
            return
        assert self._capacity is not None
        self._update_values()
        self._capacity.update(force)
        self._update_bar()
        time = self._state.utc_ns
        if time > self.next_equity or force:
            self.next_equity = time + self._resample
            self._sample_equity(time)
            self._collect_charts()
            self._flush_messages()
            self._runtime.update(self._state.runtime_statistics)

    @property
    def capacity(self) -> CapacityEstimate:
        """The capacity estimate of the run."""
        assert self._capacity is not None
        return self._capacity

    def take_value(self, value: Decimal) -> None:
        """The account value at the end of steps that did not change it."""
        self._widen(round_to(value, 4))

    def take_values(self, values: npt.NDArray[np.float64], exact: Callable[[int], Decimal]) -> None:
        """Account values at the ends of steps: the first after a sample, the highest and the lowest count.

        Args:
            values: To float precision.
            exact: All digits of one of them.
        """
        if self._bar is None:
            self._widen(_four_decimals(float(values[0]), exact, 0))
        assert self._bar is not None
        for side, place in ((1, int(values.argmax())), (2, int(values.argmin()))):
            extreme, bound = float(values[place]), float(self._bar[side])
            # the candle has four decimals
            if extreme > bound + 4e-5 if side == 1 else extreme < bound - 4e-5:
                self._widen(_four_decimals(extreme, exact, place))

    def is_due(self, time: int, value: float) -> bool:
        """Whether this time step needs `process_synchronous_events`; an idle one costs some comparisons.

        Args:
            time: UTC ns.
            value: Account value, to float precision: only a new high or low since the last sample matters.
        """
        bar, capacity = self._bar, self._capacity
        if bar is None or capacity is None or time > self.next_equity or capacity.is_busy(time):
            return True
        if self.has_user_fee_model:
            return True
        margin = abs(value) * 1e-9 + 1e-4
        return value > float(bar[1]) - margin or value < float(bar[2]) + margin

    def sample(self, time: int) -> None:
        """Daily sample, and the last of the run. LEAN: BaseResultsHandler.Sample.

        Args:
            time: UTC ns.
        """
        self._update_values()
        benchmark = self._state.benchmark
        if benchmark is not None:
            self._benchmark = smart_round(_evaluate(benchmark, time))
        value = self._value
        performance = self._performance(value)
        self._peak = max(value, self._peak)
        self._update_bar()
        self._sample_equity(time)
        self._sample("Benchmark", "Benchmark", SeriesType.LINE, time, self._benchmark)
        self._sample(_EQUITY, "Return", SeriesType.BAR, time, performance, "%", 1)
        if self._peak:
            fall = round_to((value / self._peak - 1) * 100, 2)
            self._sample("Drawdown", "Equity Drawdown", SeriesType.LINE, time, fall, "%")
        self._sample_sales(time)
        self._sample_exposure(time, value)
        assert self._capacity is not None
        self._sample("Capacity", "Strategy Capacity", SeriesType.LINE, time, self._capacity.capacity, self._sign)
        self._sample_turnover(time, value)
        self._sample_margin(time, value)
        self._daily = value

    sample_daily = sample

    def _update_values(self) -> None:
        portfolio = self._state.portfolio
        self._value = portfolio.total_portfolio_value_decimal
        if self.has_user_fee_model:
            # LEAN: BaseResultsHandler.cs, UpdatePortfolioValues: the open profit counts the fees of closing, so the models are asked
            portfolio.total_unrealized_profit_decimal  # noqa: B018

    def _performance(self, value: Decimal) -> Decimal:
        """Return since the last daily sample in percent."""
        return round_to((value - self._daily) * 100 / self._daily, 10) if self._daily else ZERO

    def _update_bar(self) -> None:
        self._widen(round_to(self._value, 4))

    def _widen(self, value: Decimal) -> None:
        bar = self._bar
        if bar is None:
            self._bar = [value, value, value, value]
            return
        if value > bar[1]:
            bar[1] = value
        elif value < bar[2]:
            bar[2] = value
        bar[3] = value

    def _sample_equity(self, time: int) -> None:
        if self._bar is None:
            self._update_bar()
        assert self._bar is not None
        if not self._state.is_warming_up:
            series = self.charts[_EQUITY].series["Equity"]
            series.unit = self._sign if not series.rows else series.unit
            if not series.rows or time > series.rows[-1][0]:
                series.add_row((time, *(smart_round(price) for price in self._bar)))
        self._bar = None

    def _sample(
        self, chart: str, series: str, kind: SeriesType, time: int, value: Decimal, unit: str = "$", index: int = 0
    ) -> None:
        """A point that is later than the last; turnover replaces one of the same time. LEAN: Sample."""
        if self._state.is_warming_up:
            return
        found = self.charts.get(chart)
        if found is None:
            found = self.charts[chart] = Chart(chart)
        line = found.series.get(series)
        if line is None:
            line = Series(series, kind, index, unit)
            found.series[series] = line
        if not line.rows or time > line.rows[-1][0] or chart == _TURNOVER:
            line.add_row((time, smart_round(value)))

    def _holdings(self) -> list[Any]:
        return [security.holdings for security in self._state.securities.values()]

    def _sample_sales(self, time: int) -> None:
        sold = [
            (figure(holding, "total_sale_volume"), holding)
            for holding in self._holdings()
            if figure(holding, "total_sale_volume")
        ]
        for volume, holding in sorted(sold, key=lambda item: -item[0])[:_TOP_SALES]:
            name = holding.symbol.value
            self._sample("Assets Sales Volume", name, SeriesType.TREEMAP, time, volume, self._sign)

    def _sample_exposure(self, time: int, value: Decimal) -> None:
        """Long and short holdings by type of security over the account value."""
        if not value:
            return
        sides: dict[str, dict[str, Decimal]] = {"Long": {}, "Short": {}}
        for holding in self._holdings():
            kind = holding.symbol.security_type.to_string()
            for side in sides.values():
                side.setdefault(kind, ZERO)
            worth = figure(holding, "holdings_value")
            if worth:
                sides["Long" if worth > 0 else "Short"][kind] += worth
        for name, worths in sides.items():
            for kind, worth in worths.items():
                ratio = round_to(worth / value, 4)
                self._sample("Exposure", f"{kind} - {name} Ratio", SeriesType.LINE, time, ratio, "")

    def _sample_turnover(self, time: int, value: Decimal) -> None:
        state = self._state
        if not value or state.time_zone.to_local(time) == state.start_ns:
            return
        total = figure(state.portfolio, "total_sale_volume")
        # The last sample may come at the time of a daily one: it replaces that and counts from the one before.
        before = self._sales[1 if self._turnover_time == time else 0]
        self._sales = [total, self._sales[0]]
        self._turnover_time = time
        self._sample(_TURNOVER, _TURNOVER, SeriesType.LINE, time, (total - before) / value, "%")

    def _sample_margin(self, time: int, value: Decimal) -> None:
        """Margin of each position over the account value. LEAN: PortfolioMarginChart.AddSample."""
        chart = self.charts.get(_MARGIN)
        if chart is None:
            chart = self.charts[_MARGIN] = Chart(_MARGIN)
            chart.legend_disabled = True
        shares: list[tuple[str, Decimal]] = []
        for security in self._state.securities.values():
            if not security.holdings.invested:  # dust below the lot size makes no position group
                continue
            used: Decimal = self._state.portfolio.margin_of(security)
            share = round_significant(used / value, 4) if value else ZERO
            shares.append((security.symbol.value, share))
        if not shares:
            return
        names = dict.fromkeys(name for name, _ in sorted(shares, key=lambda item: -item[1]))
        top = set(list(names)[:_MARGIN_SERIES])
        totals: dict[str, Decimal] = {}
        for name, share in shares:
            if name in top:
                self._margin_series(chart, name).add_row((time, smart_round(share * 100)))
            else:
                totals["OTHERS"] = totals.get("OTHERS", ZERO) + share * 100
        for name, total in totals.items():
            self._margin_series(chart, name).add_row((time, smart_round(total)))
        for series in chart.series.values():
            last = series.rows[-1] if series.rows else None
            if last is None or (last[0] != time and last[1] is not None):
                series.add_row((time, None))

    @staticmethod
    def _margin_series(chart: Chart, name: str) -> Series:
        series = chart.series.get(name)
        if series is None:
            series = chart.series[name] = Series(name, SeriesType.BAR, 0, "%")
            series.tooltip = "{SERIES_NAME}: {VALUE}%"
            series.index_name = "Margin Used (%)"
            if name == "OTHERS":
                series.color = "#808080"
        found: Series = series
        return found

    def _collect_charts(self) -> None:
        """Take over what the strategy plotted since the last time. LEAN: SampleRange."""
        for update in list(self._state.charts.values()):
            chart = self.charts.get(update.name)
            if chart is None:
                chart = self.charts[update.name] = Chart(update.name)
                chart.symbol, chart.legend_disabled = update.symbol, update.legend_disabled
            for series in list(update.series.values()):
                rows = series.take_updates()
                if len(self._chart_series) < _MAXIMUM_SERIES:
                    self._chart_series.add(series.name)
                elif series.name not in self._chart_series:
                    self._warn_of_series()
                    continue
                if rows:
                    self._extend(chart, series, rows)

    def _extend(self, chart: Chart, series: Any, rows: list[Row]) -> None:
        mine = chart.series.get(series.name)
        if mine is None:
            mine = chart.series[series.name] = series.clone(empty=True)
        if series.series_type == SeriesType.PIE:
            part = series.clone(empty=True)
            part.rows = rows
            mine.add_row(part.consolidate())
        elif len(mine.rows) + len(rows) <= _MAXIMUM_POINTS:
            mine.rows.extend(rows)
        elif chart.name + series.name not in self._warned_of_points:
            self._warned_of_points.add(chart.name + series.name)
            self.debug_message(
                "Exceeded maximum data points per series for organization tier, chart update skipped. "
                f"Chart Name {chart.name}. Series name {series.name}. https://qnt.co/docs-charting-quotas"
                f"Limit is currently set at {_MAXIMUM_POINTS}"
            )

    def _warn_of_series(self) -> None:
        if not self._warned_of_series:
            self._warned_of_series = True
            self.debug_message(
                "Exceeded maximum chart series count for organization tier, new series will be ignored. "
                f"Limit is currently set at {_MAXIMUM_SERIES}. https://qnt.co/docs-charting-quotas"
            )

    # --- statistics ---------------------------------------------------------------------------------------------------

    def statistics_results(self) -> StatisticsResults:
        """Statistics of the run so far, for `self.statistics`."""
        self._state.catch_up()
        return StatisticsResults(*self._generate())

    def _rows(self, chart: str, series: str) -> list[Row]:
        found = self.charts.get(chart)
        line = found.series.get(series) if found is not None else None
        return line.rows if line is not None else []

    def _generate(self) -> tuple[Performance, dict[str, Performance], dict[str, str]]:
        """LEAN: GenerateStatisticsResults; a figure without a value costs all statistics."""
        trades = self.trade_builder.closed_trades
        equity = self._rows(_EQUITY, "Equity")
        total: Performance = empty_performance()
        rolling: dict[str, Performance] = {}
        summary: dict[str, str] = {}
        if equity and self._ready:
            returns, benchmark = self._rows(_EQUITY, "Return"), self._rows("Benchmark", "Benchmark")
            if "Benchmark" not in self.charts:
                returns, benchmark = self._first_day_samples()
            if returns:
                try:
                    results = build(self._record(trades, equity, returns, benchmark), self._rate_model())
                    total, rolling, summary = results.total, results.rolling, dict(results.summary)
                except (ValueError, ArithmeticError):
                    pass
            else:
                total = empty_performance(trades)
        for name, value in (self._state.summary_statistics if self._state is not None else {}).items():
            self._summary[name] = value
        for name, value in self._summary.items():
            summary.setdefault(name, value)
        return total, rolling, summary

    def _rate_model(self) -> InterestRateProvider:
        """The data folder's rates, or those of the model that the strategy set."""
        model = getattr(self._state, "risk_free_interest_rate_model", None)
        return self._rates if model is None or type(model).__name__ == "InterestRateProvider" else ModelRates(model)

    def _first_day_samples(self) -> tuple[list[Row], list[Row]]:
        """Before the first midnight LEAN makes a sample of its own, once an hour and only after a gain or loss."""
        time = self._state.utc_ns
        returns, benchmark = self._first_day
        if time - self._first_day_time >= HOUR:
            performance = self._performance(self._value)
            if performance:
                returns.append((time, smart_round(performance)))
                benchmark.append((time, smart_round(self._benchmark)))
                self._first_day_time = time
        return returns, benchmark

    def _record(self, trades: Sequence[Any], equity: list[Row], returns: list[Row], benchmark: list[Row]) -> RunRecord:
        state = self._state
        transactions = state.transactions
        capacity = self._capacity
        assert capacity is not None
        return RunRecord(
            trades=trades,
            profit_loss=self._profit_loss(),
            equity=[(row[0], row[4]) for row in equity],
            returns=[(row[0], row[1]) for row in returns],
            benchmark=[(row[0], row[1]) for row in benchmark],
            turnover=[(row[0], row[1]) for row in self._rows(_TURNOVER, _TURNOVER)],
            starting_capital=self._starting,
            total_fees=figure(state.portfolio, "total_fees"),
            total_orders=transactions.orders_count,
            currency_symbol=self._sign,
            wins=sorted(time for time, (_, won) in transactions.records.items() if won),
            losses=sorted(time for time, (_, won) in transactions.records.items() if not won),
            trading_days=int(state.settings.trading_days_per_year or 252),
            capacity=capacity.capacity,
            lowest_capacity_asset=str(capacity.lowest.id) if capacity.lowest is not None else "",
        )

    def _profit_loss(self) -> list[tuple[int, Decimal]]:
        return sorted((time, profit) for time, (profit, _) in self._state.transactions.records.items())

    def _runtime_statistics(self, summary: dict[str, str]) -> dict[str, str]:
        """LEAN: GetAlgorithmRuntimeStatistics."""
        portfolio, sign = self._state.portfolio, self._sign
        gain = (self._value - self._starting) / self._starting if self._starting > 0 else ZERO
        own = {
            "Probabilistic Sharpe Ratio": summary.get("Probabilistic Sharpe Ratio", "0%"),
            "Unrealized": sign + grouped(figure(portfolio, "total_unrealized_profit")),
            "Fees": f"-{sign}{grouped(figure(portfolio, 'total_fees'))}",
            "Net Profit": sign + grouped(figure(portfolio, "total_net_profit")),
            "Return": percent(gain),
            "Equity": sign + grouped(self._value),
            "Holdings": sign + grouped(figure(portfolio, "total_holdings_value")),
            "Volume": sign + grouped(figure(portfolio, "total_sale_volume")),
        }
        return dict(sorted((self._runtime | own).items()))

    # --- the end ------------------------------------------------------------------------------------------------------

    def finish(self, data_points: int = 0, seconds: float | None = None) -> None:
        """Write all files. LEAN: the end of Engine.Run, Exit, SendFinalResult.

        Args:
            data_points: Points that the run and its history requests read.
            seconds: Wall time of the run, negative when it did not run; None writes zeros, so that the same run
                writes the same bytes.
        """
        if self._ready and (seconds is None or seconds >= 0):
            speed = data_points / 1000 / seconds if seconds else 0.0
            # Whoever reads the line finds LEAN's form of it, with zeros where no time is told.
            self.debug_message(
                f"Algorithm Id:({self.algorithm_id}) completed in {seconds or 0.0:.2f} seconds at {speed:.0f}k data points per "
                f"second. Processing total of {data_points:,} data points."
            )
            reader = getattr(getattr(self._state, "subscriptions", None), "reader", None)
            for words in reader.closing_words() if reader is not None else ():
                self.debug_message(words)
        lines = list(self.log_lines)
        if self._ready:
            self.process_synchronous_events(force=True)
        self.output.mkdir(parents=True, exist_ok=True)
        self._write(f"{self.algorithm_id}-log.txt", "".join(f"{line}\n" for line in lines))
        self.debug_message(f"Your log was successfully created and can be retrieved from: {self.algorithm_id}-log.txt")
        document = self._document()
        self._write(f"{self.algorithm_id}-summary.json", indented(self._short(document)))
        document["analysis"] = [finding.to_json() for finding in self._analyze(document)]
        self._write(f"{self.algorithm_id}.json", indented(document))
        self._write_orders()
        self._write_engine_log(lines)

    def _write(self, name: str, text: str) -> None:
        (self.output / name).write_text(text, encoding="utf-8", newline="\n")

    def _document(self) -> dict[str, Any]:
        """The result file, without the analyses."""
        if not self._ready:
            return self._empty_document()
        state = self._state
        total, rolling, summary = self._generate()
        self.statistics = summary
        orders = state.transactions.orders
        return {
            "rollingWindow": {name: window.to_json(with_trades=False) for name, window in rolling.items()},
            "charts": {name: _chart_json(chart) for name, chart in self.charts.items()},
            "orders": {str(number): order_json(order) for number, order in sorted(orders.items())},
            "profitLoss": {iso_time(time): profit for time, profit in self._profit_loss()},
            "statistics": dict(summary),
            "runtimeStatistics": self._runtime_statistics(summary),
            "state": self._state_json(),
            "serverStatistics": self._server_statistics(),
            "algorithmConfiguration": self._configuration(),
            "totalPerformance": total.to_json(),
        }

    def _empty_document(self) -> dict[str, Any]:
        """LEAN's result of a run whose algorithm could not be made. LEAN: BacktestResultPacket.CreateEmpty."""
        return {
            "rollingWindow": {},
            "charts": {},
            "orders": {},
            "profitLoss": {},
            "statistics": {},
            "runtimeStatistics": {},
            "state": self._state_json(),
            "serverStatistics": self._server_statistics(),
            "algorithmConfiguration": {
                "name": None,
                "tags": None,
                "brokerage": 0,
                "accountType": 0,
                "parameters": None,
                "outOfSampleMaxEndDate": None,
                "outOfSampleDays": 0,
                "startDate": "0001-01-01T00:00:00Z",
                "endDate": "0001-01-01T00:00:00Z",
                "tradingDaysPerYear": 252,
            },
            "totalPerformance": empty_performance().to_json(),
        }

    def _state_json(self) -> dict[str, str]:
        """LEAN: GetAlgorithmState."""
        state = self._state
        status = "RuntimeError" if not self._ready or self._error else state.status.to_string()
        transactions = state.transactions if state is not None else None
        framework = getattr(state, "framework", None)
        insights = getattr(getattr(framework, "insights", None), "total_count", 0) if framework is not None else 0
        return {
            "StartTime": _clock_text(self._started),
            "EndTime": _clock_text(self._clock()),
            "RuntimeError": self._error,
            "StackTrace": self._stack_trace,
            "LogCount": str(len(self.log_lines)),
            "OrderCount": str(transactions.orders_count if transactions is not None and self._ready else 0),
            "InsightCount": str(insights),
            "Name": state.name if self._ready else self.algorithm_id,
            "Status": status,
        }

    def _server_statistics(self) -> dict[str, str]:
        """LEAN fills this with figures of its machine; ours are not a fact of the run."""
        span = int((self._clock() - self._started).total_seconds())
        hours, rest = divmod(span, 3600)
        up = f"{hours // 24}d {hours % 24:02d}:{rest // 60:02d}:{rest % 60:02d}"
        return {"LEAN Version": _VERSION, "Up Time": up}

    def _configuration(self) -> dict[str, Any]:
        """LEAN: AlgorithmConfiguration.Create."""
        state = self._state
        model = state.brokerage_model
        return {
            "name": state.name,
            "tags": list(state.tag_set or ()),
            "accountCurrency": state.portfolio.cash_book.account_currency,
            "brokerage": int(getattr(model, "brokerage_name", 0) or 0),
            "accountType": int(getattr(model, "account_type", 0) or 0),
            "parameters": dict(sorted(state.parameters.items())),
            "outOfSampleMaxEndDate": None,
            "outOfSampleDays": 0,
            "startDate": f"{to_datetime(state.start_ns):%Y-%m-%dT%H:%M:%SZ}",
            "endDate": f"{to_datetime(state.end_ns):%Y-%m-%dT%H:%M:%SZ}",
            "tradingDaysPerYear": int(state.settings.trading_days_per_year or 252),
        }

    def _short(self, document: dict[str, Any]) -> dict[str, Any]:
        """The summary file: thinned equity, no orders, no trades. LEAN: CreateResultSummary."""
        charts: dict[str, Any] = {}
        if self._ready:
            full = self.charts[_EQUITY]
            series = full.series["Equity"]
            days = min(7, len(series.rows) // 100)
            if days > 1:
                rows = sample_candles(series.rows, days * DAY, truncate=True)
                series = series.clone(empty=True)
                series.rows = rows
            thin = Chart(_EQUITY)
            thin.add_series(series)
            charts[_EQUITY] = _chart_json(thin)
        kept = ("statistics", "runtimeStatistics", "state", "serverStatistics", "algorithmConfiguration")
        return {
            "rollingWindow": {},
            "charts": charts,
            **{key: document[key] for key in kept},
            "totalPerformance": document["totalPerformance"] | {"closedTrades": []},
        }

    def _write_orders(self) -> None:
        events = self._state.transactions.order_events if self._ready else []
        if events:
            texts = compact([event_json(event, self.algorithm_id) for event in events])
            self._write(f"{self.algorithm_id}-order-events.json", texts)
        orders = list(self._state.transactions.orders.values()) if self._ready else []
        self.order_list_hash = order_list_hash(orders)

    def _write_engine_log(self, lines: list[str]) -> None:
        """`log.txt`: the run's lines, its error, and the statistics LEAN prints last. LEAN: Messaging.Send."""
        text = "".join(f"{line}\n" for line in (*self._engine_lines, *(f"TRACE:: {line}" for line in lines)))
        if self._error:
            text += f"ERROR:: {self._error}\n {self._stack_trace}\n"
        statistics = self.statistics | {"OrderListHash": self.order_list_hash}
        text += "TRACE:: \n" + "".join(f"STATISTICS:: {name} {value}\n" for name, value in statistics.items())
        self._write("log.txt", text)

    # --- analyses -----------------------------------------------------------------------------------------------------

    def _analyze(self, document: dict[str, Any]) -> list[Any]:
        if not self._ready:
            return []
        state = self._state
        zone: TimeZone = state.time_zone
        rows = self._rows(_EQUITY, "Equity")
        own, benchmark = Curve(), Curve()
        if rows:
            start = zone.to_utc(state.start_ns - 3 * DAY)
            end = min(zone.to_utc(state.end_ns + DAY), state.utc_ns)
            own, benchmark = read_curves(rows, self.data_folder, state.market_hours, start, end)
        margin = self.charts.get(_MARGIN)
        transactions = state.transactions
        return analyze(
            Inputs(
                state=document["state"],
                logs=self.log_lines,
                order_events=transactions.order_events,
                orders=list(transactions.orders.values()),
                end_equity=Decimal(document["totalPerformance"]["portfolioStatistics"]["endEquity"]),
                margin=[dict(series.rows) for series in margin.series.values()] if margin is not None else [],
                parameters=len(state.parameters),
                equity=own,
                benchmark=benchmark,
                rates=self._rate_model(),
                fills_outside_hours=self._fills_outside_hours(),
                event_json=lambda event: event_json(event, self.algorithm_id),
                order_json=order_json,
            )
        )

    def _fills_outside_hours(self) -> list[Any]:
        """LEAN: OrderFillsDuringExtendedMarketHoursAnalysis: the very close counts as open, daily midnights too."""
        state = self._state
        found: list[Any] = []
        for event in state.transactions.order_events:
            if event.status != OrderStatus.FILLED or _DELISTING in (event.message or "").lower():
                continue
            security = state.securities.get(event.symbol)
            if security is None:
                continue
            hours = security.exchange.hours
            local = hours.time_zone.to_local(event.utc_ns)
            if hours.is_open_at(local, False) or hours.is_open_at(local - 100, False):
                continue
            last = security.get_last_data()
            daily = last is not None and last.end_ns - last.start_ns > HOUR
            if daily and not state.settings.daily_precise_end_time and hours.is_date_open(local - DAY):
                continue
            found.append(event)
        return found


def _four_decimals(value: float, exact: Callable[[int], Decimal], place: int) -> Decimal:
    """An account value with four decimals; its digits are asked for only where the float cannot tell them."""
    scaled = value * 1e4
    if abs(scaled) < 1e12 and abs(scaled % 1 - 0.5) > 0.01:
        return Decimal(round(scaled)).scaleb(-4)
    return round_to(exact(place), 4)


def _chart_json(chart: Chart) -> dict[str, Any]:
    """A chart with each series on one line, as LEAN writes them."""
    out = chart.to_json()
    out["series"] = {name: Compact(series) for name, series in out["series"].items()}
    return out


def _evaluate(benchmark: Any, time: int) -> Decimal:
    """A benchmark's value: exact where the engine made it, from a float where the user did."""
    exact = getattr(benchmark, "evaluate_decimal", None)
    if exact is not None:
        found: Decimal = exact(time)
        return found
    return dec(benchmark.evaluate(to_datetime(time)))


def _clock_text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"

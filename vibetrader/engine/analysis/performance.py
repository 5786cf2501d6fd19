"""Findings about the account's course: flat stretches, unused margin, crises, luck, the benchmark, order pairs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

import numpy as np

from vibetrader.engine.analysis.finding import Curve, Finding, Inputs, several
from vibetrader.engine.data.enums import OrderStatus, OrderType
from vibetrader.engine.statistics.dotnet import iso_time
from vibetrader.engine.timekeeping import DAY, from_date
from vibetrader.metrics.moments import Array, mean, standard_deviation
from vibetrader.metrics.significance import mean_p_value

_SHOWN_SEGMENTS: Final = 5

#: LEAN: CrisisEventsAnalysis.CrisisEvents; its last one lasts to the present day and so never lies inside a run.
_CRISES: Final = (
    ("DotCom Bubble 2000", date(2000, 2, 26), date(2000, 9, 10)),
    ("September 11, 2001", date(2001, 9, 5), date(2001, 10, 10)),
    ("U.S. Housing Bubble 2003", date(2003, 1, 1), date(2003, 2, 20)),
    ("Global Financial Crisis 2007", date(2007, 10, 1), date(2011, 12, 1)),
    ("Flash Crash 2010", date(2010, 5, 1), date(2010, 5, 22)),
    ("Fukushima Meltdown 2011", date(2011, 3, 1), date(2011, 4, 22)),
    ("U.S. Credit Downgrade 2011", date(2011, 8, 5), date(2011, 9, 1)),
    ("ECB IR Event 2012", date(2012, 9, 5), date(2012, 10, 12)),
    ("European Debt Crisis 2014", date(2014, 10, 1), date(2014, 10, 29)),
    ("Market Sell-Off 2015", date(2015, 8, 10), date(2015, 10, 10)),
    ("Recovery 2010-2012", date(2010, 1, 1), date(2012, 10, 1)),
    ("New Normal 2014-2019", date(2014, 1, 1), date(2019, 1, 1)),
    ("COVID-19 Pandemic 2020", date(2020, 2, 10), date(2020, 9, 20)),
    ("Post-COVID Run-up 2020-2021", date(2020, 4, 1), date(2022, 1, 1)),
    ("Meme Season 2021", date(2021, 1, 1), date(2021, 5, 15)),
    ("Russia Invades Ukraine 2022-2023", date(2022, 2, 1), date(2024, 1, 1)),
)

_TAKE_PROFIT: Final = (OrderType.LIMIT, OrderType.LIMIT_IF_TOUCHED)
_STOP_LOSS: Final = (OrderType.STOP_MARKET, OrderType.TRAILING_STOP, OrderType.STOP_LIMIT)
_BEAT_BENCHMARK: Final = ("Change the rules or the securities until the strategy beats buying and holding.",)


def timeout(run: Inputs) -> Iterator[Finding]:
    """The run was ended from outside."""
    patterns = (
        ("took longer than", "single time loop"),
        ("operation timed out", "minutes max"),
        ("failed to complete algorithm within",),
        ("operation was canceled",),
    )
    texts = [run.state.get("RuntimeError", "")] + [line for line in run.logs if "runtime error" in line.lower()]
    for text in texts:
        if any(all(fragment in text.lower() for fragment in fragments) for fragments in patterns):
            yield Finding(
                "SingleTimeLoopTimeoutRuntimeErrorAnalysis",
                "The run was stopped because a time step or the whole of it took too long.",
                text,
                None,
                ("Keep `on_data` light: update values instead of recomputing them, and ask for less history.",),
            )
            return


def portfolio_value(run: Inputs) -> Iterator[Finding]:
    """The account fell to zero, or was never sampled."""
    if run.end_equity <= 0:
        yield Finding(
            "PortfolioValueIsNotPositiveAnalysis",
            "The account is worth nothing, or the run ended before it was valued.",
            True,
            None,
            ("Use smaller positions.", "Leave margin calls on.", "Check the data for wrong prices."),
        )


def flat_equity(run: Inputs) -> Iterator[Finding]:
    """Stretches of days without any change of the account."""
    times, values = run.equity.times, run.equity.values
    segments: list[tuple[int, int, int]] = []
    first = 0
    while first < len(values):
        following = first + 1
        while following < len(values) and values[following] == values[first]:
            following += 1
        if following - first > 1:
            segments.append((first, following - 1, following - first))
        first = following
    if not segments:
        return
    longest = sorted(segments, key=lambda segment: -segment[2])[:_SHOWN_SEGMENTS]

    def moment(place: int) -> str:
        text = iso_time(times[place])
        return text if place == 0 and run.equity.marked else text.removesuffix("Z")

    sample = [{"start": moment(a), "end": moment(b), "trading_days": days} for a, b, days in longest]
    yield Finding(
        "FlatEquityCurveAnalysis",
        "The account did not change for days in a row.",
        sample,
        len(segments) if len(segments) > _SHOWN_SEGMENTS else None,
        (
            "Log how often each entry condition holds on its own, and loosen the one that holds least.",
            "Check that indicators become ready and that the securities have data for the whole period.",
            "Check that the cash is enough for the smallest order.",
        ),
    )


def stale_fills(run: Inputs) -> Iterator[Finding]:
    """Fills at prices over an hour old."""
    found = [e for e in run.order_events if e.message and "warning: fill at stale price" in e.message.lower()]
    if found:
        yield Finding(
            "StaleOrderFillsAnalysis",
            "Orders filled at prices that were long out of date.",
            run.event_json(found[0]),
            several(found),
            (
                "Trade when data arrives or use a finer resolution: between daily bars orders fill at old prices.",
                "`self.settings.stale_price_time_span` sets what counts as old.",
            ),
        )


def fills_outside_hours(run: Inputs) -> Iterator[Finding]:
    """Fills outside regular market hours."""
    found = run.fills_outside_hours
    if found:
        yield Finding(
            "OrderFillsDuringExtendedMarketHoursAnalysis",
            "Orders filled outside regular market hours, where there is little to trade with.",
            run.event_json(found[0]),
            several(found),
            ("Test `self.is_market_open(symbol)` before ordering.",),
        )


def margin_usage(run: Inputs) -> Iterator[Finding]:
    """Days on which less than half of the margin was used (mean of three days)."""
    if not run.margin:
        return
    moments = sorted({time for series in run.margin for time in series})
    used = [sum(float(series.get(time) or 0) for series in run.margin) for time in moments]
    low = sum(1 for i in range(len(used)) if sum(used[max(0, i - 2) : i + 1]) / min(i + 1, 3) < 50)
    if low:
        yield Finding(
            "PortfolioMarginUsageAnalysis",
            "On many days the strategy used less than half of its margin.",
            f"Number of days when the 3-day SMA of the margin usage drops below 50%: {low}",
            None,
            ("Use larger positions, or hold something safe while waiting.",),
        )


def parameter_count(run: Inputs) -> Iterator[Finding]:
    """Many parameters fit the past and not the future."""
    if run.parameters > 10:
        yield Finding(
            "ParameterCountAnalysis",
            "So many parameters invite overfitting.",
            f"{run.parameters} Parameters Detected",
            None,
            ("Fix or drop some of them.",),
        )


def _changes(curve: Curve) -> Array:
    values = np.array([float(value) for value in curve.values])
    return values[1:] / values[:-1] - 1.0 if len(values) > 1 else np.empty(0)


def _sharpes(own: Curve, market: Curve, run: Inputs) -> tuple[float, float]:
    """Mean daily return less the *yearly* risk-free rate, over its deviation, as LEAN has it."""
    if not own.values or not market.values:
        return 0.0, 0.0
    first, last = own.times[0] // DAY * DAY, own.times[-1] // DAY * DAY
    rate = float(run.rates.average(np.arange(first, last + DAY, DAY)))
    return _sharpe(_changes(own), rate), _sharpe(_changes(market), rate)


def _sharpe(changes: Array, rate: float) -> float:
    average, deviation = mean(changes), standard_deviation(changes)
    if average is None or deviation is None:
        return math.nan
    return (average - rate) / deviation if deviation else 0.0


def _part(curve: Curve, first: date, last: date) -> Curve:
    low, high = from_date(first), from_date(last)
    places = [i for i, time in enumerate(curve.times) if low <= time <= high]
    return Curve([curve.times[i] for i in places], [curve.values[i] for i in places])


def relative_to_benchmark(run: Inputs) -> Iterator[Finding]:
    """Less return for its risk than SPY."""
    own, market = _sharpes(run.equity, run.benchmark, run)
    if own < market:
        yield Finding(
            "PerformanceRelativeToBenchmarkAnalysis",
            "The strategy's Sharpe ratio is below the benchmark's.",
            {"backtestSharpe": own, "benchmarkSharpe": market},
            None,
            _BEAT_BENCHMARK,
        )


def crisis_events(run: Inputs) -> Iterator[Finding]:
    """Crises in which it did worse than SPY."""
    times = run.equity.times
    if not times or not run.benchmark.times:
        return
    found: list[dict[str, Any]] = []
    for name, first, last in _CRISES:
        if from_date(first) < times[0] or from_date(last) > times[-1]:
            continue
        own, market = _sharpes(_part(run.equity, first, last), _part(run.benchmark, first, last), run)
        if own < market:
            found.append({"crisisEvent": name, "backtestSharpe": own, "benchmarkSharpe": market})
    if found:
        yield Finding(
            "CrisisEventsAnalysis",
            "In times of crisis the strategy did worse than the benchmark for its risk.",
            found[0],
            several(found),
            ("Limit losses: stops, smaller positions, more securities, a rule for stormy markets.",),
        )


def significance(run: Inputs) -> Iterator[Finding]:
    """Daily returns beyond SPY's could be luck."""
    excess = (_changes(run.equity) - _changes(run.benchmark))[1:]
    p = mean_p_value(excess) / 2.0
    if p > 0.05:
        yield Finding(
            "StatisticalSignificanceOfDailyReturnsAnalysis",
            "The daily returns beyond the benchmark's may be luck: the p-value is above 0.05.",
            {"pValue": p},
            None,
            _BEAT_BENCHMARK,
        )


def order_pairs(run: Inputs) -> Iterator[Finding]:
    """Take-profit and stop-loss orders of one position that both filled, or of which one was left behind."""
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for order in run.orders:
        groups.setdefault((order.symbol, order.quantity_decimal, order.time_ns), []).append(order)
    pairs = [
        group[:2]
        for group in groups.values()
        if len(group) > 1
        and any(order.type in _TAKE_PROFIT for order in group[:2])
        and any(order.type in _STOP_LOSS for order in group[:2])
    ]
    both = [pair for pair in pairs if all(order.status == OrderStatus.FILLED for order in pair)]
    left = [pair for pair in pairs if _is_left_behind(pair)]
    for name, issue, found in (
        ("TakeProfitAndStopLossBothFilledAnalysis", "Take-profit and stop-loss of one position both filled.", both),
        ("TakeProfitOrStopLossNotCanceledAnalysis", "One of a pair of exits filled, the other stayed open.", left),
    ):
        if found:
            yield Finding(
                f"TakeProfitAndStopLossOrdersAnalysis / {name}",
                issue,
                [run.order_json(order) for order in found[0]],
                several(found),
                ("Cancel the other exit in `on_order_event` as soon as one fills.",),
            )


def _is_left_behind(pair: Sequence[Any]) -> bool:
    filled = [order for order in pair if order.status == OrderStatus.FILLED]
    if len(filled) != 1:
        return False
    cancelled = [order for order in pair if order.status == OrderStatus.CANCELED]
    return not cancelled or cancelled[0].canceled_ns != filled[0].last_fill_ns

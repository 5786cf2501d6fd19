"""What there is to doubt about a result, each with its evidence and what to try."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from vibetrader.backtest.metrics import monthly_returns, seconds
from vibetrader.report.signals import Signals
from vibetrader.results.backtest import BacktestResult, ClosedTrade

Severity = Literal["high", "medium", "note"]

#: LEAN's names of its analyses as people read them.
_LEAN_WORDS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Case:
    """What the analyses read.

    Attributes:
        signals: Per symbol, as far as bars and spec are there.
        code: The program.
        ledger: Entries of the data ledger.
        crumbs: Places of closed trades that are no trades, see `dust`.
    """

    result: BacktestResult
    metrics: Mapping[str, Any]
    signals: Sequence[Signals]
    code: str
    ledger: Sequence[Mapping[str, Any]]
    synthetic: bool
    crumbs: frozenset[int] = frozenset()

    @property
    def trades(self) -> list[ClosedTrade]:
        """Closed trades without the crumbs."""
        return [trade for place, trade in enumerate(self.result.closed_trades) if place not in self.crumbs]

    def value(self, key: str) -> float | None:
        """A figure by its id."""
        found = (self.metrics.get(key) or {}).get("value")
        return None if found is None else float(found)


Analysis = Callable[[Case], Iterator[dict[str, Any]]]


def diagnoses(case: Case) -> list[dict[str, Any]]:
    """LEAN's findings and ours, the gravest first."""
    found = [entry for analysis in _ANALYSES for entry in analysis(case)] if case.result.completed else []
    found += [_from_lean(entry) for entry in case.result.analysis]
    order = {"high": 0, "medium": 1, "note": 2}
    return sorted(found, key=lambda entry: order[entry["severity"]])


def _entry(
    name: str, severity: Severity, issue: str, evidence: str, *to_try: str, source: str = "VibeTrader", **data: Any
) -> dict[str, Any]:
    return {
        "name": name,
        "source": source,
        "severity": severity,
        "issue": issue,
        "evidence": evidence,
        "try": list(to_try),
        "data": data,
    }


def _from_lean(raw: Mapping[str, Any]) -> dict[str, Any]:
    title = _LEAN_WORDS.sub(" ", str(raw.get("name") or "").removesuffix("Analysis"))
    sample, count = raw.get("sample"), raw.get("count")
    evidence = _told(sample)
    if count:
        evidence = f"{count} times; first: {evidence}"
    grave = ("Margin Calls", "Portfolio Value", "Order Response", "Error", "Stale")
    return _entry(
        title,
        "medium" if any(word in title for word in grave) else "note",
        str(raw.get("issue") or title),
        evidence,
        *(str(text) for text in raw.get("solutions") or ()),
        source="LEAN",
        sample=sample,
    )


def _told(sample: Any) -> str:
    if isinstance(sample, Mapping):
        return ", ".join(f"{key} {_told(value)}" for key, value in list(sample.items())[:8])
    if isinstance(sample, (list, tuple)):
        more = f" and {len(sample) - 1} more" if len(sample) > 1 else ""
        return (_told(sample[0]) if sample else "") + more
    return f"{sample:.4g}" if isinstance(sample, float) else str(sample if sample is not None else "")[:300]


# -- ours -------------------------------------------------------------------------------------------------------------


def _dead_conditions(case: Case) -> Iterator[dict[str, Any]]:
    counted: dict[tuple[str, str, str], list[int]] = {}
    for signals in case.signals:
        for test in signals.tests:
            truth = signals.truths.get(test.text)
            if truth is None:
                continue
            counts = counted.setdefault((test.side, test.role, test.text), [0, 0])
            counts[0] += int((truth == 1).sum())
            counts[1] += int(np.isfinite(truth).sum())
    alone = {(side, role): sum(1 for s, r, _ in counted if (s, r) == (side, role)) for side, role, _ in counted}
    for (side, role, text), (held, looked) in counted.items():
        if looked < 10:
            continue
        where = f"{side} {role}"
        if held == 0:
            yield _entry(
                "Dead condition",
                "high",
                f"`{text}` ({where}) never held.",
                f"true on 0 of {looked:,} bars",
                f"Loosen `{text}`, or leave it out.",
                condition=text,
                held=held,
                bars=looked,
            )
        elif held == looked and alone[side, role] > 1:
            yield _entry(
                "Condition without effect",
                "note",
                f"`{text}` ({where}) held on every bar: it filters nothing.",
                f"true on {held:,} of {looked:,} bars",
                f"Tighten `{text}`, or leave it out.",
                condition=text,
                held=held,
                bars=looked,
            )


_FUTURE: Final = (
    (re.compile(r"\.shift\(\s*-\s*\d"), "a negative shift reads later rows"),
    (re.compile(r"center\s*=\s*True"), "a centred window reads later rows"),
    (re.compile(r"\.(bfill|backfill)\(|method\s*=\s*['\"]bfill"), "filling backwards copies later values"),
    (re.compile(r"\[::-1\]\.(cum|rolling|ewm)"), "a running figure over reversed rows reads later ones"),
)


def _look_ahead(case: Case) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(case.code.splitlines(), 1):
        for pattern, why in _FUTURE:
            if pattern.search(line.split("#")[0]):
                yield _entry(
                    "Look-ahead suspected",
                    "high",
                    f"Line {number} may use what was not known yet: {why}.",
                    line.strip()[:160],
                    "Use only rows up to the current bar.",
                    line=number,
                )
    closed, rate, sharpe = case.trades, case.value("win_rate"), case.value("sharpe_ratio")
    if len(closed) >= 20:
        never = sum(trade.mae >= 0 for trade in closed) / len(closed)
        if rate is not None and rate >= 95:
            yield _too_good(f"{rate:g} % of {len(closed)} trades won")
        elif sharpe is not None and sharpe > 5:
            yield _too_good(f"a yearly Sharpe ratio of {sharpe:g}")
        elif never > 0.8:
            yield _too_good(f"{never:.0%} of the trades were never under water")
    edges = [place for signals in case.signals for place in _places_in_bar(case.result, signals)]
    if len(edges) >= 20:
        middle = float(np.mean(edges))
        if middle < 0.1:
            yield _entry(
                "Look-ahead suspected",
                "high",
                "Market orders are filled close to the best price of their bar.",
                f"on average {middle:.0%} of the bar's range away from its best price, over {len(edges)} fills; 50 % is usual",
                "Check that signals are computed on finished bars, and on which price orders are filled.",
                mean_place=middle,
            )


def _too_good(evidence: str) -> dict[str, Any]:
    return _entry(
        "Too good to be true",
        "high",
        "Results like this are nearly always a mistake in data or program.",
        evidence,
        "Look for values that were not known at the time, and for prices that nobody could trade at.",
        "Run another period and another symbol.",
    )


def _places_in_bar(result: BacktestResult, signals: Signals) -> list[float]:
    """How far market fills are from the best price of the bar they fell into, 0 best, 1 worst."""
    market = {order.id for order in result.orders if order.type == 0}
    fills = [
        (event.time, event.fill_price, event.fill_quantity)
        for event in result.order_events
        if event.fill_quantity and event.symbol == signals.symbol and event.order_id in market
    ]
    if not fills or not len(signals.bars):
        return []
    times, prices, quantities = np.array(fills).T
    bars = signals.bars
    rows = np.searchsorted(bars.start, times, side="right") - 1
    spans = bars.high[rows] - bars.low[rows]
    inside = (rows >= 0) & (times < bars.end[rows]) & (spans > 0)
    places = (prices[inside] - bars.low[rows][inside]) / spans[inside]
    found: list[float] = np.clip(np.where(quantities[inside] > 0, places, 1 - places), 0, 1).tolist()
    return found


def _costs(case: Case) -> Iterator[dict[str, Any]]:
    fees, gross, part = case.value("total_fees"), case.value("gross_profit"), case.value("fees_to_gross_profit")
    start, end = case.value("start_equity"), case.value("end_equity")
    if not fees or start is None or end is None:
        return
    currency = case.result.account_currency
    if end < start <= end + fees:
        yield _entry(
            "Cost drag",
            "high",
            "Without fees the strategy would have gained; with them it lost.",
            f"fees of {fees:,.2f} {currency} against a loss of {start - end:,.2f}",
            "Trade less often: a longer timeframe, a cooldown, stricter entries.",
            "Look for a cheaper way to trade (limit orders, another brokerage).",
            fees=fees,
        )
    elif part is not None and part > 25:
        yield _entry(
            "Cost drag",
            "medium",
            "Fees eat a large part of what the trades earn.",
            f"fees of {fees:,.2f} {currency} are {part:.0f} % of a gross profit of {gross:,.2f}",
            "Trade less often, or aim for larger moves per trade.",
            fees=fees,
            part_pct=part,
        )
    slip = case.value("slippage_cost")
    if slip is not None and gross and slip > 0.1 * gross:
        yield _entry(
            "Cost drag",
            "medium",
            "Orders are filled well away from the price they were sent at.",
            f"{slip:,.2f} {currency} between the price at submission and the fill",
            "Act earlier in the bar, trade more liquid symbols, or use limit orders.",
            slippage=slip,
        )


def _concentration(case: Case) -> Iterator[dict[str, Any]]:
    profits = sorted((trade.profit_loss for trade in case.trades), reverse=True)
    total = sum(profits)
    if len(profits) < 8 or total <= 0:
        return
    few = max(1, len(profits) // 20)
    best = sum(profits[:few])
    if best >= total:
        yield _entry(
            "Concentration in few trades",
            "high" if few <= 2 or best > 1.5 * total else "medium",
            f"Without its best {'trade' if few == 1 else f'{few} trades'} the strategy would not have gained.",
            f"{few} of {len(profits)} trades made {best:,.2f} of {total:,.2f}",
            "Look at these trades in the chart: is it the rule, or one event?",
            "Run another period in which that event is missing.",
            trades=few,
            profit=best,
        )
    elif best > 0.5 * total:
        yield _entry(
            "Concentration in few trades",
            "note",
            "A few trades carry most of the profit.",
            f"{few} of {len(profits)} trades made {best / total:.0%} of the profit",
            "See whether the result holds without them.",
            trades=few,
            profit=best,
        )


def _one_month(case: Case) -> Iterator[dict[str, Any]]:
    months = monthly_returns(case.result)
    gain = case.value("total_return")
    if len(months) < 4 or gain is None or gain <= 0:
        return
    month = max(months, key=lambda key: months[key])
    rest = (1 + gain / 100) / (1 + months[month]) - 1
    if rest <= 0.2 * gain / 100:
        yield _entry(
            "Dependence on one month",
            "medium" if rest <= 0 else "note",
            "One month made most of the gain.",
            f"{month // 100}-{month % 100:02d} gained {months[month]:.1%}; all other months together {rest:.1%}",
            "Run the periods before and after that month on their own.",
            month=f"{month // 100}-{month % 100:02d}",
            rest_pct=rest * 100,
        )


def _data_doubts(case: Case) -> Iterator[dict[str, Any]]:
    if case.synthetic:
        yield _entry(
            "Made-up market",
            "high",
            "The bars are synthetic: good for seeing a strategy work, worthless as evidence.",
            "the data receipt says so",
            "Run it on real data: `--data-folder DIR`.",
        )
    for entry in case.ledger:
        yield _entry(
            "Data doubt",
            "medium" if str(entry.get("severity")) in ("error", "high", "fail") else "note",
            str(entry.get("text") or entry.get("kind") or "the data is doubtful"),
            str(entry.get("evidence") or entry.get("policy") or ""),
            "`vibetrader data check` shows the bars.",
        )
    for signals in case.signals:
        gaps = _gaps(signals)
        if gaps is not None and not case.ledger:
            count, longest = gaps
            yield _entry(
                "Data doubt",
                "note",
                f"{signals.symbol} has {count} hole{'' if count == 1 else 's'} in a market that never closes.",
                f"the longest lasts {longest / 3600:.1f} hours",
                "Fetch the data again, or keep out of these days.",
                gaps=count,
            )


def _gaps(signals: Signals) -> tuple[int, float] | None:
    """Missing bars of a market that trades through weekends; None where there are none or it closes."""
    bars = signals.bars
    if len(bars) < 50 or bars.seconds > 86400:
        return None
    if ((bars.start // 86400 + 3) % 7 >= 5).mean() < 0.2:
        return None
    # Filled forward or missing: a bar in which nothing happened, or no bar.
    still = (bars.volume == 0) & (bars.high == bars.low) & bool(bars.volume.any())
    edges = np.flatnonzero(np.diff(np.concatenate(([False], still, [False]))))
    lengths = [
        float(bars.start[last - 1] - bars.start[first]) + bars.seconds
        for first, last in zip(edges[::2], edges[1::2], strict=True)
    ]
    lengths += [float(step) - bars.seconds for step in np.diff(bars.start) if step > bars.seconds * 1.5]
    return (len(lengths), max(lengths)) if lengths else None


def _refusals(case: Case) -> Iterator[dict[str, Any]]:
    messages = [event.message for event in case.result.order_events if event.status == "invalid"]
    if messages:
        yield _entry(
            "Refused orders",
            "medium",
            f"{len(messages)} order{' was' if len(messages) == 1 else 's were'} refused: signals that were never traded.",
            messages[0][:300] or "the log says why",
            "Read the reason: not enough cash, a size below the lot, or an order type the brokerage does not take.",
            count=len(messages),
        )


def _few_trades(case: Case) -> Iterator[dict[str, Any]]:
    count = len(case.trades)
    if 0 < count < 30:
        yield _entry(
            "Few trades",
            "medium" if count < 10 else "note",
            "There are too few trades to tell skill from luck.",
            f"{count} closed trade{'' if count == 1 else 's'}; 30 are the least to say anything",
            "Run a longer period, more symbols, or a shorter timeframe.",
            trades=count,
        )


def _against_holding(case: Case) -> Iterator[dict[str, Any]]:
    excess, held, own = case.value("excess_return"), case.value("buy_and_hold_return"), case.value("total_return")
    if excess is not None and held is not None and own is not None and excess < 0 and case.result.closed_trades:
        fall, other = case.value("max_drawdown"), case.value("buy_and_hold_max_drawdown")
        safer = fall is not None and other is not None and fall < 0.7 * other
        yield _entry(
            "Behind buy and hold",
            "note" if safer else "medium",
            "Buying at the start and doing nothing gained more" + (", at a deeper drawdown." if safer else "."),
            f"{own:.1f} % against {held:.1f} %"
            + (f", drawdown {fall:.1f} % against {other:.1f} %" if fall is not None and other is not None else ""),
            "Ask what the rule is for: less risk, or more return?",
        )


def _still_open(case: Case) -> Iterator[dict[str, Any]]:
    start, end, closed = case.value("start_equity"), case.value("end_equity"), case.value("trade_profit")
    fees = case.value("total_fees") or 0.0
    if start is None or end is None or closed is None or not case.result.equity:
        return
    hanging = (end - start) - (closed - fees)
    if start and abs(hanging) > 0.05 * start and abs(hanging) > 0.25 * abs(end - start):
        yield _entry(
            "Result of an open position",
            "note",
            "A good part of the result is not yet realised: a position was open at the end.",
            f"{hanging:,.2f} {case.result.account_currency} of {end - start:,.2f} come from what is still open",
            "Let the period end after the position is closed, or judge by closed trades.",
            open_profit=hanging,
        )


def _stopped_trading(case: Case) -> Iterator[dict[str, Any]]:
    result = case.result
    fills = [event.time for event in result.order_events if event.fill_quantity]
    if len(fills) < 6 or len(result.equity) < 2:
        return
    first, last = result.equity[0][0], result.equity[-1][0]
    silent = last - fills[-1]
    open_now = result.closed_trades and seconds(result.closed_trades[-1].exit_time) < fills[-1] - 1
    longest = max(np.diff(fills))
    if silent > 0.33 * (last - first) and silent > 3 * longest and not open_now:
        yield _entry(
            "Trades stop",
            "medium",
            "The strategy stopped trading long before the end.",
            f"the last fill is {silent / 86400:.0f} days before the end; before that no pause was longer than {longest / 86400:.0f} days",
            "Look at the log after the last fill: refused orders, a drawdown guard, or a state that never resets.",
        )


_ANALYSES: Final[tuple[Analysis, ...]] = (
    _data_doubts,
    _look_ahead,
    _dead_conditions,
    _costs,
    _concentration,
    _one_month,
    _refusals,
    _stopped_trading,
    _few_trades,
    _still_open,
    _against_holding,
)

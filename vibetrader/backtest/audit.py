"""Does a result agree with itself? Checked by the parent, from the result's own parts.

A strategy shares its process with the engine. Should it find a way past `guard`, its numbers still have to add up: the
fills must make the orders, the fees and the equity, and the equity must make the statistics. What does not is refused.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict

from vibetrader.backtest.metrics import daily_returns, parse_number
from vibetrader.results.backtest import BacktestResult

#: Statistics are shown with two decimals, some as percent with three.
_MONEY_TOLERANCE = 0.011
#: An order's quantity in the result file is rounded for display.
_SHOWN_QUANTITY = 1e-6
#: Conversions of other currencies at the start and the end move the equity a little without a trade.
_TOLERANCE = 5e-3


def contradictions(result: BacktestResult, source: str = "") -> list[str]:
    """What in a result contradicts what else in it; empty for a sound one.

    Args:
        source: The strategy: one that pays in or out by LEAN's own methods ends with more than its fills make.
    """
    if not result.completed or not result.statistics:
        return []
    found = [*_of_orders(result), *_of_fees(result), *_of_equity(result)]
    if not re.search(
        r"(?i)\b(add_?amount|set_?amount|set_?cash|settlement|conversion)\w*\(", _after_initialize(source)
    ):
        found += _of_cash(result)
    return found


def _after_initialize(source: str) -> str:
    """The source without the first setting of cash, which is where every run starts."""
    return re.sub(r"(?i)set_?cash\(", "start(", source, count=1)


def _of_orders(result: BacktestResult) -> list[str]:
    found = []
    filled: dict[int, float] = defaultdict(float)
    for event in result.order_events:
        filled[event.order_id] += event.fill_quantity
    known = {order.id: order for order in result.orders}
    strange = sorted(number for number in filled if number not in known)
    if strange:
        found.append(f"events of order {strange[0]}, which is not among the orders")
    for number, quantity in filled.items():
        order = known.get(number)
        if order is not None and abs(quantity) > abs(order.quantity) * (1 + 1e-9) + _SHOWN_QUANTITY:
            found.append(f"order {number} of {order.quantity:g} was filled with {quantity:g}")
            break
    return found


def _of_fees(result: BacktestResult) -> list[str]:
    shown = parse_number(result.statistics.get("Total Fees"))
    if shown is None or any(e.fee and e.fee_currency != result.account_currency for e in result.order_events):
        return []
    total = math.fsum(event.fee or 0.0 for event in result.order_events)
    return [] if _near(total, shown) else [f"fees of {total:.2f} were paid, {shown:.2f} are shown"]


def _of_equity(result: BacktestResult) -> list[str]:
    start, end = (parse_number(result.statistics.get(name)) for name in ("Start Equity", "End Equity"))
    net = parse_number(result.statistics.get("Net Profit"))
    found = []
    # LEAN works net profit out from two full days of returns on; below that it shows 0.
    if start and end is not None and net is not None and (net or len(daily_returns(result)) >= 2):
        change = end / start - 1
        if abs(change - net / 100) > _TOLERANCE * max(1.0, abs(change)) + _MONEY_TOLERANCE / abs(start):
            found.append(f"equity went from {start:.2f} to {end:.2f}, the net profit shown is {net:.3f} %")
    if result.equity and end is not None and not _near(result.equity[-1][4], end):
        found.append(f"the equity curve ends at {result.equity[-1][4]:.2f}, the end equity shown is {end:.2f}")
    return found


def _of_cash(result: BacktestResult) -> list[str]:
    """A run of pairs quoted in the account's currency that ends without a position: cash is start, fills and fees."""
    start, end = (parse_number(result.statistics.get(name)) for name in ("Start Equity", "End Equity"))
    if start is None or end is None or not result.order_events:
        return []
    positions: dict[str, float] = defaultdict(float)
    cash = start
    for event in result.order_events:
        if not event.fill_quantity:
            continue
        if not _is_pair_of(event.symbol, result.account_currency):
            return []
        if event.fee and event.fee_currency != result.account_currency:
            return []
        positions[event.symbol] += event.fill_quantity
        cash -= event.fill_quantity * event.fill_price + (event.fee or 0.0)
    if any(abs(quantity) > 1e-9 for quantity in positions.values()):
        return []
    return [] if _near(cash, end) else [f"the fills make {cash:.2f}, the end equity shown is {end:.2f}"]


def _is_pair_of(symbol: str, currency: str) -> bool:
    """A crypto or forex pair quoted in a currency: those have short identifiers, shares have their listing date in it."""
    ticker, _, identifier = symbol.partition(" ")
    return 0 < len(identifier) <= 4 and bool(currency) and ticker.endswith(currency)


def _near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=_TOLERANCE, abs_tol=_MONEY_TOLERANCE)

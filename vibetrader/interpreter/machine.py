"""One position walked over the bars: signals, levels and account in, fills out.

The order of things at a bar is that of the generated code in the engine (docs/trading.md). Everything is numbers, so that
the walk can be machine code; without numba it is the same walk, slowly.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from vibetrader.interpreter.bars import Floats, Ints
from vibetrader.interpreter.jit import compiled

Flags = npt.NDArray[np.int8]

# What a fill was for; the generated code's tags.
LONG_ENTRY, SHORT_ENTRY, EXIT, STOP, TARGET, TIME_EXIT, SECOND_EXIT = range(7)
TAGS: Final = ("long entry", "short entry", "exit", "stop loss", "take profit", "time exit", "second exit")

# How much an entry buys.
PERCENT, CASH, UNITS, RISK_PERCENT, RISK_CASH = range(5)

NEVER: Final = 1 << 40

# Why a walk ended early.
FINE, STALE, MARGIN_CALL = range(3)


class SideRules(NamedTuple):
    """One direction, each column over the strategy's bars.

    A level is `factor × fill price + offset`; a factor that is not a number means that there is none.

    Attributes:
        entry, exit: 1 where the rule holds.
        stop_factor, stop_offset, target_factor, target_offset: Levels as of the signal bar.
        reward: Target as a multiple of the stop's distance, 0 for none.
        trail_factor: The trailing stop as a factor on the best price, 0 for none.
        trail_distance: The trailing stop as a distance from the best price, frozen at the signal bar; used with factor 1.
        even_trigger: Factor on the fill price at which the stop moves to break-even, 0 for never.
        even_place: Factor on the fill price where it moves to.
    """

    active: bool
    entry: Flags
    exit: Flags
    has_exit: bool
    stop_factor: Floats
    stop_offset: Floats
    target_factor: Floats
    target_offset: Floats
    reward: float
    trail_factor: float
    trail_distance: Floats
    even_trigger: float
    even_place: float


class Rules(NamedTuple):
    """What both directions share."""

    reverse: bool
    size_kind: int
    size: float
    leverage: float
    max_hold: int
    cooldown: int
    every: int
    per_day: int
    native: bool
    targets_rest: bool


class Account(NamedTuple):
    """The account and what the market asks of orders.

    Attributes:
        margin: Shorting and leverage are possible.
        most: Leverage that the account offers.
        lot: Smallest step of quantities.
        tick: Smallest step of the prices of resting orders.
        least: Smallest worth of an order.
        fee: Part of an order's worth.
        fee_in_base: Bought coins are less by the fee.
        dust: What is left of a closed short, as a part of the entry, that counts as no position; 0 for one lot.
    """

    cash: float
    margin: bool
    most: float
    lot: float
    tick: float
    least: float
    fee: float
    fee_in_base: bool
    dust: float


class Fills(NamedTuple):
    """Fills in order; `bar` is the index of the subscription's bar at whose end it happened."""

    bar: Ints
    tag: Ints
    quantity: Floats
    price: Floats
    fee: Floats
    position: Floats


@compiled
def _floor(value: float, step: float) -> float:
    """Whole steps towards zero; a value that is whole but for its last bits is whole."""
    steps: float = np.floor(abs(value) / step + 1e-9) * step
    return steps if value >= 0 else -steps


@compiled
def _rounded(price: float, tick: float) -> float:
    """The nearest tick, halves to even, told by the price itself and not by its quotient."""
    steps: float = np.floor(price / tick + 1e-7)
    middle = (steps + 0.5) * tick
    if price > middle or (price == middle and steps % 2 == 1):
        steps += 1
    return steps * tick


@compiled
def _target_cash(part: float, equity: float, position: float, price: float, lot: float, fee: float) -> float:
    """Order towards a part of equity on a cash account. LEAN: CashBuyingPowerModel.cs, GetMaximumOrderQuantityFor…"""
    wanted = part * equity
    if wanted < 0:
        return 0.0
    difference = abs(wanted - position * price)
    buying = wanted > position * price
    quantity = _floor(difference / price, lot)
    if quantity <= 0:
        return 0.0
    current = 0.0
    for _ in range(100):
        if current > difference:
            per_unit = current / quantity
            quantity -= max((current - difference) / per_unit, lot)
            quantity = _floor(quantity, lot)
            if quantity <= 0:
                return 0.0
        current = quantity * price * (1 + fee)
        if current <= difference:
            break
    return quantity if buying else -quantity


@compiled
def _target_margin(
    part: float, equity: float, position: float, price: float, lot: float, fee: float, most: float
) -> float:
    """Order towards a part of equity on margin. LEAN: BuyingPowerModel.cs, GetMaximumOrderQuantityForTargetBuyingPower."""
    unit = price / most
    target = part * equity
    if target == 0:
        return -position
    quantity = 0.0
    for _ in range(100):
        size = -position + target / unit
        steps = size / lot
        whole: float = np.ceil(steps - 1e-9) if target < 0 else np.floor(steps + 1e-9)
        quantity = whole * lot
        if quantity == 0:
            return 0.0
        margin = (quantity + position) * unit
        fees = abs(quantity) * price * fee
        target = (equity - fees) * part
        if abs(margin) <= abs(target) * (1 + 1e-15):
            return quantity
    return quantity


@compiled
def walk(
    high: Floats,
    low: Floats,
    close: Floats,
    stale: Flags,
    own: Ints,
    own_high: Floats,
    own_low: Floats,
    own_day: Ints,
    known: Flags,
    first: int,
    long: SideRules,
    short: SideRules,
    rules: Rules,
    account: Account,
) -> tuple[Ints, Ints, Floats, Floats, Floats, Floats, int]:
    """Walk one position over the bars.

    Args:
        high, low, close: The subscription's bars.
        stale: Where LEAN would hold a market order back for fresh prices.
        own: For each of them the strategy's bar that ends with it, or -1.
        own_high, own_low, own_day, known: Over the strategy's bars: extremes, day number, and whether every value that
            any rule reads exists.
        first: The first subscription bar after the warm-up.

    Returns:
        The columns of `Fills`, and `FINE` or why the engine has to be asked.
    """
    # Three fills a bar at most; what is not written costs nothing. Growing arrays would cost more than the walk.
    room = 3 * len(close)
    bars = np.empty(room, np.int64)
    tags = np.empty(room, np.int64)
    quantities = np.empty(room)
    prices = np.empty(room)
    fees = np.empty(room)
    positions = np.empty(room)
    n = 0

    quote = account.cash
    position = 0.0
    entered = 0.0  # quantity right after the last entry
    stop = 0.0
    target = 0.0
    best = 0.0
    filled_at = 0.0
    distance = 0.0
    resting = 0.0  # quantity of the target that rests at the brokerage, 0 for none
    signal = -1  # the strategy's bar of the last entry
    count = 0
    entry_count = 0
    exit_count = -NEVER
    order_count = -NEVER
    entry_index = -1
    day = -1
    today = 0
    both = long.active and short.active
    # Nothing follows the price while a position is open. A margin account may be called at any bar.
    plain = not account.margin and long.trail_factor == 0 and long.even_trigger == 0
    why = FINE

    for i in range(len(close)):
        j = own[i]
        # Most bars change nothing, and are told from the columns alone.
        if resting == 0 and stop == 0 and target == 0:
            if j < 0:
                continue
            if i < first or known[j] == 0:
                count += 1
                continue
            least = account.dust * abs(entered) if account.dust > 0 else account.lot
            if abs(position) < least or position == 0:
                if long.entry[j] == 0 and short.entry[j] == 0:
                    count += 1
                    continue
            elif plain and count + 1 - entry_count < rules.max_hold:
                if position > 0:
                    if long.exit[j] == 0 and short.entry[j] == 0:
                        count += 1
                        continue
                elif short.exit[j] == 0 and long.entry[j] == 0:
                    count += 1
                    continue
        if account.margin and abs(position) * close[i] / account.most >= quote + position * close[i]:
            if position != 0:
                why = MARGIN_CALL
                break
        # Up to three orders at one bar: a resting target, a watched level, and what the rules decide.
        for step in range(3):
            wanted = 0.0
            tag = -1
            price = close[i]
            at = price
            side = 0
            least = account.dust * abs(entered) if account.dust > 0 else account.lot
            if position > 0 and position >= least:
                side = 1
            elif position < 0 and -position >= least:
                side = -1
            if step == 0:
                if resting > 0 and high[i] > target:
                    wanted, tag, at = -resting, TARGET, max(low[i], target)
                    price = target  # fees of limit orders go by their limit
                elif resting < 0 and low[i] < target:
                    wanted, tag, at = -resting, TARGET, min(high[i], target)
                    price = target
            elif (step == 1) == rules.native:
                # Watched levels: before the decision where the bars are the strategy's own, else after it.
                if side != 0 and not (entry_index == i and not rules.native):
                    if side > 0:
                        if stop > 0 and low[i] <= stop:
                            wanted, tag = -position, STOP
                        elif not rules.targets_rest and target > 0 and high[i] >= target:
                            wanted, tag = -position, TARGET
                    else:
                        if stop > 0 and high[i] >= stop:
                            wanted, tag = -position, STOP
                        elif not rules.targets_rest and target > 0 and low[i] <= target:
                            wanted, tag = -position, TARGET
            elif j >= 0:
                count += 1
                if i < first or known[j] == 0:
                    continue
                if own_day[j] != day:
                    day = own_day[j]
                    today = 0
                may = (
                    count - exit_count > rules.cooldown and count - order_count >= rules.every and today < rules.per_day
                )
                if side != 0:
                    up = side > 0
                    trail_factor = long.trail_factor if up else short.trail_factor
                    even_trigger = long.even_trigger if up else short.even_trigger
                    has_exit = long.has_exit if up else short.has_exit
                    leaves = (long.exit[j] if up else short.exit[j]) == 1
                    opposite = (short.entry[j] if up else long.entry[j]) == 1
                    if trail_factor > 0 or even_trigger > 0:
                        best = max(best, own_high[j]) if side > 0 else min(best, own_low[j])
                        follow = stop
                        if even_trigger > 0:
                            reached = (
                                own_high[j] >= filled_at * even_trigger
                                if side > 0
                                else own_low[j] <= filled_at * even_trigger
                            )
                            if reached:
                                place = filled_at * (long.even_place if up else short.even_place)
                                if follow == 0:
                                    follow = place
                                else:
                                    follow = max(follow, place) if side > 0 else min(follow, place)
                        if trail_factor > 0:
                            line = best * trail_factor - side * (
                                long.trail_distance[signal] if up else short.trail_distance[signal]
                            )
                            if follow == 0:
                                follow = line
                            else:
                                follow = max(follow, line) if side > 0 else min(follow, line)
                        if stop == 0 or (side > 0 and follow > stop) or (side < 0 and follow < stop):
                            stop = follow
                    turns = both and may and opposite
                    reverses = turns and (not has_exit or rules.reverse)
                    if reverses:
                        tag = SHORT_ENTRY if side > 0 else LONG_ENTRY
                    elif has_exit and leaves:
                        if turns:
                            tag = SHORT_ENTRY if side > 0 else LONG_ENTRY
                        else:
                            wanted, tag = -position, EXIT
                    elif count - entry_count >= rules.max_hold:
                        wanted, tag = -position, TIME_EXIT
                elif may:
                    if long.active and long.entry[j] == 1:
                        tag = LONG_ENTRY
                    elif short.active and short.entry[j] == 1:
                        tag = SHORT_ENTRY
                if 0 <= tag <= SHORT_ENTRY:
                    sign = 1.0 if tag == LONG_ENTRY else -1.0
                    up = tag == LONG_ENTRY
                    trail_factor = long.trail_factor if up else short.trail_factor
                    equity = quote + position * price
                    signal = j
                    if rules.size_kind == PERCENT:
                        part = sign * rules.size * rules.leverage * 0.9975
                        if account.margin:
                            wanted = _target_margin(
                                part / account.most, equity, position, price, account.lot, account.fee, account.most
                            )
                        else:
                            wanted = _target_cash(part, equity, position, price, account.lot, account.fee)
                    else:
                        if rules.size_kind == CASH:
                            wanted = rules.size * rules.leverage / price
                        elif rules.size_kind == UNITS:
                            wanted = rules.size
                        else:
                            risk = rules.size * equity if rules.size_kind == RISK_PERCENT else rules.size
                            level = price * (long.stop_factor[j] if up else short.stop_factor[j]) + (
                                long.stop_offset[j] if up else short.stop_offset[j]
                            )
                            if trail_factor > 0:
                                line = price * trail_factor - sign * (
                                    long.trail_distance[j] if up else short.trail_distance[j]
                                )
                                if np.isnan(level):
                                    level = line
                                else:
                                    level = max(level, line) if sign > 0 else min(level, line)
                            wanted = risk / abs(price - level) if price != level else 0.0
                            part = sign * rules.leverage * 0.9975
                            if account.margin:
                                cap = _target_margin(
                                    part / account.most, equity, position, price, account.lot, account.fee, account.most
                                )
                            else:
                                cap = _target_cash(part, equity, position, price, account.lot, account.fee)
                            wanted = min(wanted, abs(cap))
                        if wanted <= 0:
                            continue
                        wanted = sign * wanted - (position if both else 0.0)
                    today += 1
                    order_count = count
            if tag < 0:
                continue
            if step > 0:
                # `liquidate` cancels what rests, and so does an entry that may turn the position.
                if resting != 0 and (tag > SHORT_ENTRY or both):
                    resting = 0.0
                wanted = _floor(wanted, account.lot)
            if wanted == 0 or abs(wanted) * at <= account.least:
                continue
            if tag <= SHORT_ENTRY and not _affords(wanted, position, quote, price, account):
                continue
            if step > 0 and stale[i] == 1:
                why = STALE
                break
            # The fill.
            rate = abs(wanted) * account.fee
            fee = rate if (account.fee_in_base and wanted > 0) else rate * price
            got = wanted
            quote -= wanted * at
            if account.fee_in_base and wanted > 0:
                got = wanted - fee
            else:
                quote -= fee
            position += got
            bars[n] = i
            tags[n] = tag
            quantities[n] = got
            prices[n] = at
            fees[n] = fee
            positions[n] = position
            n += 1
            if tag <= SHORT_ENTRY:
                entry_count = count
                entry_index = i
                entered = position
                filled_at = at
                best = at
                up = tag == LONG_ENTRY
                trail_factor = long.trail_factor if up else short.trail_factor
                reward = long.reward if up else short.reward
                stop_factor = long.stop_factor[signal] if up else short.stop_factor[signal]
                stop_offset = long.stop_offset[signal] if up else short.stop_offset[signal]
                target_factor = long.target_factor[signal] if up else short.target_factor[signal]
                target_offset = long.target_offset[signal] if up else short.target_offset[signal]
                trail_distance = long.trail_distance[signal] if up else short.trail_distance[signal]
                sign = 1.0 if tag == LONG_ENTRY else -1.0
                stop = 0.0
                if not np.isnan(stop_factor):
                    stop = at * stop_factor + stop_offset
                if trail_factor > 0:
                    line = at * trail_factor - sign * trail_distance
                    if stop == 0:
                        stop = line
                    else:
                        stop = max(stop, line) if sign > 0 else min(stop, line)
                distance = abs(at - stop)
                target = 0.0
                if reward > 0:
                    target = at + sign * reward * distance
                elif not np.isnan(target_factor):
                    target = at * target_factor + target_offset
                resting = 0.0
                if rules.targets_rest and target > 0:
                    target = _rounded(target, account.tick)
                    resting = _floor(position, account.lot)
            else:
                exit_count = count
                resting = 0.0
                stop = 0.0
                target = 0.0
        if why != FINE:
            break
    return bars[:n], tags[:n], quantities[:n], prices[:n], fees[:n], positions[:n], why


@compiled
def _affords(wanted: float, position: float, quote: float, price: float, account: Account) -> bool:
    """The buying-power check of an entry. LEAN: CashBuyingPowerModel.cs, BuyingPowerModel.cs, HasSufficient…"""
    equity = quote + position * price
    if not account.margin:
        if wanted < 0:
            return -wanted <= position
        most = _target_cash(1.0, quote, 0.0, price, account.lot, account.fee)
        return wanted <= most + 1e-12
    if position * wanted < 0 and abs(position) >= abs(wanted):
        return True
    used = abs(position) * price / account.most
    free = equity - used
    if position * wanted < 0:
        free += 2 * used
    required = abs(wanted) * price * (1 / account.most + account.fee)
    return required <= max(free, 0.0) * (1 + 1e-12)

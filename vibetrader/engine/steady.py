"""The steady state: moments at which nothing but bars arrive and nothing but the user's `on_data` runs.

Between two interesting moments (an event of the schedule, a sample, a margin check that could matter, …) a step moves the
cursors, makes a slice and calls `on_data`. What LEAN does beside that at each step is done afterwards for all steps at
once, from the columns: the account value's highs and lows (`ResultHandler`), the price range of open trades
(`TradeBuilder`), the volume after a fill (`CapacityEstimate`). Whatever changes money or positions calls
`AlgorithmState.catch_up` first, so these are complete before the change, and `AlgorithmState.attention` is raised by
everything that makes the next step another one.

Floats decide where the exact figure can matter; it is then computed as at that moment (`_exact_value`). Both ways give
the same files: set `Loop.plain = False` and compare.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from decimal import Decimal
from typing import Any, Final

import numpy as np

from vibetrader.engine.data.enums import SecurityType
from vibetrader.engine.data.slice import Slice
from vibetrader.engine.feed.subscription import Subscription
from vibetrader.engine.indicators.ahead import run_ahead
from vibetrader.engine.portfolio.buyingpower import CashBuyingPowerModel
from vibetrader.engine.portfolio.margincall import INTERVAL
from vibetrader.engine.timekeeping import HOUR
from vibetrader.engine.timetable import Floats, Pattern, Timetable, next_table, view

#: Kinds whose worth is quantity x price.
_KINDS: Final = (SecurityType.EQUITY, SecurityType.CRYPTO, SecurityType.FOREX)
#: Share of the account value from which on margin is looked at.
_TIGHT: Final = 0.9
_new = object.__new__


class Term:
    """A part of the account value that moves with prices: weight x product of prices, and the margin it uses.

    Attributes:
        weight: Account currency per unit of the product; 0 where the money is counted as cash.
        used: Margin per unit of the product.
        path: Subscriptions whose price is a factor, and whether it divides.
    """

    __slots__ = ("path", "used", "weight")

    def __init__(self, weight: float, used: float, path: list[tuple[Subscription, bool]]) -> None:
        self.weight = weight
        self.used = used
        self.path = path


class Unsteady(Exception):
    """The account's worth is not to be had from columns."""


def prices_of(source: Subscription, low: int, high: int) -> Floats:
    """Prices of rows low … high - 1."""
    columns: Any = source.columns
    if columns.kind == "trade":
        return view(columns.close)[low:high]
    return np.array([columns.price(row) for row in range(low, high)], np.float64)


class Steady:
    """Runs the plain moments of a run.

    Args:
        loop: The loop.
    """

    def __init__(self, loop: Any) -> None:
        self._loop = loop
        self._state = loop._state
        self._table: Timetable = Timetable([], 0, self._state)
        self._began = 0  # first moment of this stretch
        self._done = 0  # moments whose values and volumes were taken
        self._priced = 0  # moments whose prices the trades have seen
        self._terms: list[Term] = []
        self._constant = 0.0

    # -- what the account is worth --------------------------------------------------------------------------------------

    def _source(self, security: Any) -> Subscription | None:
        """The subscription that sets a security's price; None where the price stays as it is.

        Raises:
            Unsteady: There are several, or it has not delivered yet.
        """
        sources = self._table.sources
        if id(security) not in sources:
            return None
        found = sources[id(security)]
        cache = security.cache
        if found is None or (cache.quote_sub if found.is_quote else cache.trade_sub) is not found:
            raise Unsteady
        if cache.quotes_count and (cache.trade_sub if found.is_quote else cache.quote_sub) is not None:
            raise Unsteady
        if cache.split_factor is not None and cache.split_row == cache.last():
            raise Unsteady
        return found

    def _term(self, weight: float, used: float, path: list[tuple[Any, bool]]) -> float:
        """Note a term; gives what of it is constant."""
        moving: list[tuple[Subscription, bool]] = []
        for security, inverted in path:
            source = self._source(security)
            if source is not None:
                moving.append((source, inverted))
                continue
            price = security.price
            factor = (1.0 / price if price else 0.0) if inverted else price
            weight *= factor
            used *= factor
        if not moving and not used:
            return weight
        self._terms.append(Term(weight, used, moving))
        return 0.0

    def _revalue(self) -> None:
        """Take amounts and positions.

        Raises:
            Unsteady: The worth is no simple function of prices.
        """
        state, portfolio = self._state, self._state.portfolio
        self._terms = []
        constant = 0.0
        for book in (portfolio.cash_book, portfolio.unsettled_cash_book):
            for cash in book.cashes:
                amount = float(cash.amount_decimal)
                if not amount:
                    continue
                source = portfolio.cash_book.get(cash.symbol) or cash
                steps = getattr(source.conversion, "steps", None)
                if steps:
                    constant += self._term(amount, 0.0, steps)
                else:
                    constant += amount * float(source.conversion_rate_decimal)
        for security in state.securities.active.values():
            held = float(security.holdings.quantity_decimal)
            if not held:
                continue
            kind = security.type
            if kind not in _KINDS:
                raise Unsteady
            cash_account = security.buying_power_model.__class__ is CashBuyingPowerModel
            share = 0.0 if cash_account else 1.0 / max(float(security.leverage), 1e-9)
            path = [(security, False)]
            steps = getattr(security.quote_currency.conversion, "steps", None)
            if steps:
                path += steps
            else:
                held *= float(security.quote_currency.conversion_rate_decimal)
            constant += self._term(held if kind == SecurityType.EQUITY else 0.0, abs(held) * share, path)
        self._constant = constant

    def _products(self, term: Term, low: int, high: int) -> Any:
        """A term's product of prices at moments low … high - 1."""
        table = self._table
        result: Any = 1.0
        for source, inverted in term.path:
            last = source.row_at(table.moments[high - 1])
            if table.marks is None:
                prices = prices_of(source, last - (high - low) + 1, last + 1)
            else:
                first = source.row_at(table.moments[low])
                rows = np.searchsorted(view(source.times), view(table.moments)[low:high], side="right") - 1 - first
                prices = prices_of(source, first, last + 1)[rows]
            result = result / prices if inverted else result * prices
        return result

    def _values(self, low: int, high: int) -> tuple[Floats, Floats]:
        """Account value and margin in use at moments low … high - 1, to float precision."""
        value = np.full(high - low, self._constant)
        margin = np.zeros(high - low)
        for term in self._terms:
            product = self._products(term, low, high)
            if term.weight:
                value += term.weight * product
            if term.used:
                margin += term.used * product
        return value, margin

    def _exact_value(self, k: int) -> Decimal:
        """Account value after moment k, all digits, with the present amounts."""
        portfolio = self._state.portfolio
        utc = self._table.moments[k]
        kept: list[tuple[Any, str, int]] = []
        for source in dict.fromkeys(source for term in self._terms for source, _ in term.path):
            cache = source.security.cache
            name = "quote_i" if source.is_quote else "trade_i"
            kept.append((cache, name, getattr(cache, name)))
            row = source.row_at(utc)
            filled = source.columns.filled
            while row > 0 and filled[row]:
                row -= 1
            setattr(cache, name, row)
        portfolio.cash_book.update()
        portfolio.invalidate()
        value: Decimal = portfolio.total_portfolio_value_decimal
        for cache, name, row in kept:
            setattr(cache, name, row)
        portfolio.cash_book.update()
        portfolio.invalidate()
        return value

    # -- catching up ----------------------------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Bring values, volumes and trades up to the frontier, before something changes them."""
        state = self._state
        moments, now = self._table.moments, state.utc_ns
        state.catch_up = state.nothing  # until the next moment is run
        self._settle(bisect_left(moments, now))
        self._move_trades(bisect_right(moments, now))

    def _settle(self, upto: int) -> None:
        """The ends of the steps before a moment: high and low of the account value, volume after fills."""
        low = self._done
        if upto <= low:
            return
        self._done = upto
        results = self._loop._results
        if self._terms:
            results.take_values(self._values(low, upto)[0], lambda place: self._exact_value(low + place))
        else:
            results.take_value(self._state.portfolio.total_portfolio_value_decimal)
        capacity = results.capacity
        if capacity.is_monitoring:
            moments = self._table.moments
            capacity.replay(moments[low], moments[upto - 1], self._table.sources)

    def _move_trades(self, upto: int) -> None:
        """The prices of the moments before one, for the range of open trades."""
        low = self._priced
        if upto <= low:
            return
        self._priced = upto
        trades, moments = self._loop._trades, self._table.moments
        if not trades.has_positions:
            return
        for symbol in trades.open_symbols:
            parts = []
            for source in self._sources_of(symbol):
                first = source.row_at(moments[low] - 1) + 1
                last = source.row_at(moments[upto - 1]) + 1
                if first < last:
                    parts.append((source, first, last))
            if len(parts) == 1:
                source, first, last = parts[0]
                trades.take_prices(
                    symbol,
                    prices_of(source, first, last),
                    lambda row, columns=source.columns, first=first: columns.price_decimal(first + row),
                )
            elif parts:
                self._move_by_several(symbol, parts)

    def _move_by_several(self, symbol: Any, parts: list[tuple[Subscription, int, int]]) -> None:
        """Prices of several securities of a symbol (a benchmark has its own), in the order of their arrival."""
        times = np.concatenate([view(source.times)[first:last] for source, first, last in parts])
        rows = np.concatenate([np.arange(first, last) for _, first, last in parts])
        owners = np.repeat(np.arange(len(parts)), [last - first for _, first, last in parts])
        order = np.lexsort((owners, times))
        prices = np.concatenate([prices_of(*part) for part in parts])[order]

        def digits(place: int) -> Decimal:
            found: Decimal = parts[owners[order[place]]][0].columns.price_decimal(int(rows[order[place]]))
            return found

        self._loop._trades.take_prices(symbol, prices, digits)

    def _sources_of(self, symbol: Any) -> list[Subscription]:
        """Subscriptions that tell the trades the prices of a symbol.

        Raises:
            Unsteady: One of them does not stand alone.
        """
        found: list[Subscription] = []
        for subscription in self._table.subscriptions:
            security = subscription.security
            if security is None or security.symbol != symbol or id(security) not in self._table.sources:
                continue
            source = self._source(security)
            if source is not None and source not in found:
                found.append(source)
        return found

    # -- running --------------------------------------------------------------------------------------------------------

    def run(self, frontier: int, subscriptions: list[Subscription]) -> int:
        """Run plain moments, the first of which is the frontier.

        Returns:
            The last moment that was run; something earlier than the frontier when there was none.
        """
        state = self._state
        table = self._table
        if table.subscriptions is not subscriptions or frontier >= table.limit:
            table = self._table = next_table(table, subscriptions, state)
            for subscription in subscriptions:
                if not subscription.is_internal and subscription.config.consolidators:
                    run_ahead(subscription, state.subscriptions.wake)
        moments = table.moments
        k = table.k if table.k < len(moments) and moments[table.k] == frontier else bisect_left(moments, frontier)
        if k >= len(moments) or moments[k] != frontier:
            return frontier - 1
        try:
            self._revalue()
            stop = self._stop(k)
        except Unsteady:
            return frontier - 1
        self._began = self._done = self._priced = table.k = k
        try:
            while stop > table.k:
                self._segment(table.k, stop)
                if not self._finish_step():
                    break
                stop = self._stop(table.k)
            self._settle(table.k)
        except Unsteady:
            self._settle(table.k)
        except BaseException:
            # the step that failed has no end
            self._settle(table.k - 1)
            raise
        finally:
            self._move_trades(table.k)
            state.catch_up = state.nothing
            self._leave()
        return moments[table.k - 1] if table.k > k else frontier - 1

    def _stop(self, k: int) -> int:
        """The moment after the last that may be run before something else is to be done.

        Raises:
            Unsteady: Something must be looked at in each step.
        """
        loop, state, table = self._loop, self._state, self._table
        moments, results = table.moments, loop._results
        capacity = results.capacity
        # the step of a sample is the last of a segment
        sample = min(results.next_equity, capacity.next_snapshot - 1)
        stop = min(bisect_left(moments, state.schedule.next_due, k), bisect_right(moments, sample, k) + 1, len(moments))
        if loop._has_settlements:
            stop = min(stop, bisect_left(moments, loop._next_scan, k))
        if capacity.is_monitoring and not capacity.can_replay(table.sources, table.marks is None):
            raise Unsteady
        if loop._trades.has_positions:
            for symbol in loop._trades.open_symbols:
                self._sources_of(symbol)
        if stop <= k:
            return k
        if not self._terms:
            return stop if self._constant > 1.0 else k
        if self._constant < 0 or any(term.used or term.weight < 0 for term in self._terms):
            values, margin = self._values(k, stop)
            if values.min() <= 1.0:
                stop = k + int(np.argmax(values <= 1.0))
            tight = margin > _TIGHT * values
            if tight.any():
                place = bisect_left(moments, loop._next_margin_call, k, stop)
                while place < stop:
                    if tight[place - k]:
                        return place
                    place = bisect_left(moments, moments[place] + INTERVAL, place, stop)
        return stop

    def _segment(self, k: int, stop: int) -> None:
        """Call `on_data` at moments k … stop - 1, or until something wants attention; `table.k` is then the next."""
        from vibetrader.engine.loop import AlgorithmFailure

        loop, state, table = self._loop, self._state, self._table
        moments, marks, patterns = table.moments, table.marks, table.patterns
        manager = state.subscriptions
        on_data = loop._algorithm.on_data
        stale = [
            cash.conversion for cash in state.portfolio.cash_book.cashes if getattr(cash.conversion, "steps", None)
        ]
        feeding = any(
            consolidator.ahead is None
            for subscription in table.subscriptions
            for consolidator in subscription.config.consolidators
        )
        state.attention = False
        state.catch_up = self.catch_up
        new, slice_type = _new, Slice
        pattern = patterns[0]
        place = k - 1
        try:
            plain = None if feeding or marks is not None else self._plain_movers(pattern, stop - k)
            if plain is not None:
                layout, has_data = pattern.layout, pattern.has_data
                for place in range(k, stop):
                    utc = state.utc_ns = moments[place]
                    for subscription, cache in plain:
                        subscription.i = subscription.seen = cache.trade_i = subscription.i + 1
                    for conversion in stale:
                        conversion._stale = True
                    data = state.current_slice = new(slice_type)
                    data.utc_ns = utc
                    data._layout = layout
                    data._bars = data._cache = None
                    if has_data:
                        on_data(data)
                    if state.attention:
                        break
                return
            for place in range(k, stop):
                utc = moments[place]
                if feeding and manager.next_scan < utc:
                    manager.scan_past(utc)
                    if state.attention:
                        place -= 1
                        break
                if marks is not None:
                    pattern = patterns[marks[place]]
                state.utc_ns = utc
                for subscription in pattern.movers:
                    row = subscription.i = subscription.i + 1
                    if not feeding:
                        subscription.seen = row
                    if not subscription.columns.filled[row]:
                        cache = subscription.security.cache
                        if subscription.is_quote:
                            cache.quote_sub = subscription
                            cache.quote_i = row
                        else:
                            cache.trade_sub = subscription
                            cache.trade_i = row
                for conversion in stale:
                    conversion._stale = True
                data = new(slice_type)
                data.utc_ns = utc
                data._layout = pattern.layout
                data._bars = None
                data._cache = None
                state.current_slice = data
                if feeding:
                    for subscription in pattern.movers:
                        consolidators = subscription.config.consolidators
                        if consolidators and not subscription.is_internal:
                            row = subscription.i
                            loop._feed_consolidators(subscription, row, row + 1, consolidators, utc)
                if pattern.has_data:
                    on_data(data)
                if state.attention:
                    break
        except AlgorithmFailure:
            raise
        except Exception as error:
            raise AlgorithmFailure(error, "OnData") from error
        finally:
            table.k = place + 1

    @staticmethod
    def _plain_movers(pattern: Pattern, count: int) -> list[tuple[Subscription, Any]] | None:
        """Subscriptions of trades with their caches, where all of the next rows set the price; None where not."""
        found: list[tuple[Subscription, Any]] = []
        for subscription in pattern.movers:
            cache, row = subscription.security.cache, subscription.i + 1
            if subscription.is_quote or cache.trade_sub is not subscription:
                return None
            if 1 in subscription.columns.filled[row : row + count]:
                return None
            found.append((subscription, cache))
        return found

    def _finish_step(self) -> bool:
        """The rest of the step that ended a segment; True when plain moments may follow."""
        loop, state, table = self._loop, self._state, self._table
        transactions, results = state.transactions, loop._results
        utc = state.utc_ns
        if table.k == self._began or utc != table.moments[table.k - 1]:
            return False  # a consolidator wanted attention between two moments
        steady = True
        if state.attention:
            if transactions.has_work:
                loop._guard("OnOrderEvent", transactions.scan)
            steady = self._is_still_steady()
            if not steady:
                results.process_synchronous_events()
                self._done = table.k
        if utc > results.next_equity or utc >= results.capacity.next_snapshot:
            self._settle(table.k - 1)
            results.process_synchronous_events()
            self._done = table.k
        if state.attention:
            if state.universes.has_pending or state.universe_manager.has_pending:
                loop._guard("OnEndOfTimeStep", state.end_of_time_step)
                loop._selection.take_changes()
                loop._plain = False
                return False
            return not (
                not steady
                or transactions.has_work
                or not loop.may_be_plain()
                or state.subscriptions.has_new
                or table.subscriptions is not loop._feed.in_order()
            )
        return True

    def _is_still_steady(self) -> bool:
        """Whether the account may be left to columns after a change; takes the amounts anew."""
        try:
            self._revalue()
        except Unsteady:
            return False
        capacity, table = self._loop._results.capacity, self._table
        return not capacity.is_monitoring or bool(capacity.can_replay(table.sources, table.marks is None))

    def _leave(self) -> None:
        """Bring the loop's own notes up to date."""
        loop, table = self._loop, self._table
        low, high = self._began, table.k
        if high <= low:
            return
        moments = table.moments
        last = moments[high - 1]
        loop._last_time = last
        loop.data_points += table.count(low, high)
        if last >= loop._next_scan:
            loop._next_scan = last // HOUR * HOUR + HOUR
        due = loop._next_margin_call
        step = moments[low + 1] - moments[low] if high - low > 1 else 0
        if step and last - moments[low] == step * (high - 1 - low) and moments[low] >= due:
            # evenly spaced: a check every so many moments
            every = max(-(-INTERVAL // step), 1)
            due = moments[low + (high - 1 - low) // every * every] + INTERVAL
        else:
            place = bisect_left(moments, due, low, high)
            while place < high:
                due = moments[place] + INTERVAL
                place = bisect_left(moments, due, place, high)
        loop._next_margin_call = due
        for subscription in table.subscriptions:
            if not subscription.is_universe:
                subscription.note_next()

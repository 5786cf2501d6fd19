"""The run: one time step after another, in LEAN's order. LEAN: Engine/AlgorithmManager.cs, Run; DataFeeds/SubscriptionSynchronizer.cs.

`STEPS` is the order of a full step. Most steps are plainer: nothing but new bars, so that a step costs a few stores and the
user's `on_data`; `Loop.run` handles those itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from vibetrader.engine.data.bars import BaseData, Delisting, Dividend, MarginInterestRate, Split, SymbolChangedEvent
from vibetrader.engine.data.enums import AlgorithmStatus, DataNormalizationMode, DelistingType, SecurityType, SplitType
from vibetrader.engine.data.slice import Slice
from vibetrader.engine.feed.subscription import NEVER, Subscription
from vibetrader.engine.money import dec
from vibetrader.engine.portfolio.interest import NullMarginInterestRateModel
from vibetrader.engine.portfolio.margincall import check_margin
from vibetrader.engine.portfolio.settlement import AccountCurrencyImmediateSettlementModel, ImmediateSettlementModel
from vibetrader.engine.securities.volatility import warm_up
from vibetrader.engine.steady import Steady
from vibetrader.engine.timekeeping import HOUR, MINUTE
from vibetrader.engine.universe.selection import SecurityChanges, UniverseSelection
from vibetrader.engine.universe.userdefined import UserDefinedUniverse

_MARGIN_CALL_INTERVAL: Final = 5 * MINUTE
#: Models that have nothing to do as time passes.
_NO_INTEREST: Final = (NullMarginInterestRateModel,)
_NO_SETTLEMENT: Final = (ImmediateSettlementModel, AccountCurrencyImmediateSettlementModel)

#: A subscription, its first new row, the row after the last, its events.
Packet = tuple[Subscription, int, int, "list[Any] | None"]


class AlgorithmFailure(Exception):
    """An exception of the strategy (or of the engine on its behalf) that ends the run.

    Args:
        error: The exception.
        context: Where it came from, LEAN's word for it.
    """

    def __init__(self, error: BaseException, context: str) -> None:
        super().__init__(str(error))
        self.error = error
        self.context = context


class TimeSlice:
    """What happens at one moment. LEAN: Engine/DataFeeds/TimeSlice.cs."""

    __slots__ = ("changes", "delistings_done", "entries", "events", "has_universe_data", "packets", "points", "slice", "time", "universe_data")

    def __init__(self, time: int) -> None:
        self.time = time
        self.packets: list[Packet] = []
        self.events: list[tuple[Subscription, Any]] = []
        self.entries: list[tuple[Any, Any]] = []
        self.changes = SecurityChanges()
        self.points = 0
        #: Points that each universe selected on.
        self.universe_data: list[list[Any]] = []
        self.has_universe_data = False
        self.delistings_done = True
        self.slice: Slice = None  # type: ignore[assignment]


class Loop:
    """Runs an algorithm that is set up.

    Args:
        algorithm: The algorithm.
        results: Result handler.
        selection: Universe selection.

    Attributes:
        data_points: Data points so far, as LEAN counts them.
        plain: False makes every step a full one; the files must be the same.
    """

    plain = True

    def __init__(self, algorithm: Any, results: Any, selection: UniverseSelection) -> None:
        self._algorithm = algorithm
        self._state = algorithm._vt
        self._results = results
        self._selection = selection
        self._feed = self._state.subscriptions.feed
        self._transactions = self._state.transactions
        self._portfolio = self._state.portfolio
        self._schedule = self._state.schedule
        self._subscriptions = self._state.subscriptions
        self._trades = results.trade_builder
        self.data_points = 0
        self._was_warming_up = False
        self._next_margin_call = 0
        self._next_scan = 0
        self._stop = False
        self._split_warnings: list[Any] = []
        self._last_time = 0
        self._plain = False
        self._constant = 0.0
        self._terms: list[tuple[float, float, list[tuple[Any, bool]]]] = []
        self._orders_seen = -1
        self._gated_margin = False
        self._has_settlements = True
        self._steady = Steady(self)
        self._rest = self._pause = 0
        self._margin_now = 0.0
        self._last_value = 0.0

    # -- the run ------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Stream all data through the algorithm, then end it.

        Raises:
            AlgorithmFailure: The strategy failed.
        """
        state = self._state
        self._was_warming_up = state.is_warming_up
        self._next_scan = state.utc_ns // HOUR * HOUR + HOUR
        self._last_time = state.start_ns
        self._guard("Daily Sampling", self._schedule_sampling)
        if state.is_warming_up:
            state.debug("Algorithm starting warm up...")
        else:
            self._guard("OnWarmupFinished", lambda: self._algorithm.on_warmup_finished())
        self._selection.take_changes()
        self._stream()
        self._finish()

    def _schedule_sampling(self) -> None:
        schedule, state = self._schedule, self._state
        schedule.on(
            "Daily Sampling",
            schedule.date_rules.every_day(),
            schedule.time_rules.midnight,
            lambda: self._results.sample(state.utc_ns),
        )

    def _finish(self) -> None:
        """LEAN: AlgorithmManager.cs, Run, after the loop."""
        state = self._state
        self._guard("OnEndOfAlgorithm", lambda: self._algorithm.on_end_of_algorithm())
        self._results.process_synchronous_events(force=True)
        if state.status == AlgorithmStatus.STOPPED:
            self._results.log_message("Algorithm Stopped")
        elif state.status == AlgorithmStatus.DELETED:
            self._results.debug_message(
                f"Algorithm Id:({state.context.algorithm_id}) Deleted by request."
            )
        state.status = AlgorithmStatus.COMPLETED
        self._results.sample(self._last_time)

    def _guard(self, context: str, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except AlgorithmFailure:
            raise
        except Exception as error:
            raise AlgorithmFailure(error, context) from error

    def _stream(self) -> None:
        """One step per moment that has data. LEAN: Synchronizer.cs, StreamData."""
        feed, state = self._feed, self._state
        warmup_end = state.time_zone.to_utc(state.start_ns)
        frontier = state.utc_ns
        previous = -1
        while not self._stop:
            subscriptions = feed.in_order()
            following = NEVER
            for subscription in subscriptions:
                if subscription.next_emit < following:
                    following = subscription.next_emit
            if following != NEVER and following > frontier:
                frontier = following
                if self._plain:
                    if not self._transactions.has_work and self._may_be_steady():
                        last = self._steady.run(frontier, subscriptions)
                        if last >= frontier:
                            frontier = previous = last
                            self._rest = 0
                            if not self.may_be_plain():
                                self._plain = False
                            self._orders_seen = -1
                            continue
                        # not now: try again later, and later still
                        self._rest = self._pause = min(2 * self._rest + 1, 31)
                    if self._plain_step(frontier, subscriptions):
                        previous = frontier
                        continue
            time_slice = self._collect(frontier)
            if self._stop:
                return  # type: ignore[unreachable]  # the call may stop
            if state.is_warming_up and state.locked and frontier > warmup_end:
                self._pulse(warmup_end)
                if self._stop:
                    return  # type: ignore[unreachable]  # the call may stop
            if frontier == previous and not time_slice.has_universe_data:
                return
            previous = frontier
            self._step(time_slice)
            self._plan()

    # -- plain steps ----------------------------------------------------------------------------------------------------

    def _plan(self) -> None:
        """After a full step: may plain ones follow, and what is the account worth as a function of prices.

        Value = constant + sum of coefficient x price; margin likewise. Floats decide only whether exact figures are
        needed.
        """
        self._plain = self.plain and self.may_be_plain()
        if self._plain:
            self._revalue()
            self._has_settlements = any(
                security.margin_interest_rate_model.__class__ not in _NO_INTEREST
                or security.settlement_model.__class__ not in _NO_SETTLEMENT
                for security in self._state.securities.active.values()
            )

    def may_be_plain(self) -> bool:
        """Whether the next step can do without the full order of things."""
        state = self._state
        return (
            not state.is_warming_up
            and state.framework.idle
            and state.status == AlgorithmStatus.RUNNING
            and state.run_time_error is None
            and not self._split_warnings
            and not state.sessions
            and not state.volatile
            and hasattr(self._trades, "quiet")
        )

    def _may_be_steady(self) -> bool:
        if self._pause:
            self._pause -= 1
            return False
        return True

    def _revalue(self) -> None:
        """Take the present amounts and holdings for `_value_now`."""
        portfolio, state = self._portfolio, self._state
        self._orders_seen = len(self._transactions.order_events)
        constant = 0.0
        terms: list[tuple[float, float, list[tuple[Any, bool]]]] = []
        for book in (portfolio.cash_book, portfolio.unsettled_cash_book):
            for cash in book.cashes:
                amount = float(cash.amount_decimal)
                if not amount:
                    continue
                source = portfolio.cash_book.get(cash.symbol) or cash
                steps = getattr(source.conversion, "steps", None)
                if steps:
                    terms.append((amount, 0.0, [(security.cache, inverted) for security, inverted in steps]))
                else:
                    constant += amount * float(source.conversion_rate_decimal)
        self._gated_margin = True
        for _, security in state.securities.pairs():
            held = float(security.holdings.quantity_decimal)
            if not held:
                continue
            kind = security.type
            if kind not in (SecurityType.EQUITY, SecurityType.CRYPTO, SecurityType.FOREX):
                self._plain = False
                return
            leverage = float(security.leverage)
            if leverage < 1:
                self._gated_margin = False
                leverage = 1.0
            steps = getattr(security.quote_currency.conversion, "steps", None)
            factor = held
            path = [(security.cache, False)]
            if steps:
                path += [(other.cache, inverted) for other, inverted in steps]
            else:
                factor *= float(security.quote_currency.conversion_rate_decimal)
            terms.append((factor if kind == SecurityType.EQUITY else 0.0, abs(factor) / leverage, path))
        self._constant, self._terms = constant, terms

    def _value_now(self) -> float:
        """Account value by the last prices, and `_margin_now` beside it."""
        value, margin = self._constant, 0.0
        for weight, used, path in self._terms:
            rate = 1.0
            for cache, inverted in path:
                price = cache.price
                rate = rate / price if inverted and price else rate * price
            value += weight * rate
            margin += used * rate
        self._margin_now = margin
        return value

    def _plain_step(self, utc: int, subscriptions: list[Subscription]) -> bool:
        """A step of nothing but one new row of some subscriptions; False when it is more than that.

        The order is that of `STEPS`.
        """
        state = self._state
        if (
            state.status != AlgorithmStatus.RUNNING
            or self._schedule.next_due <= utc
            or state.run_time_error is not None
            or (self._subscriptions.next_scan < utc and self._subscriptions.has_new)
        ):
            return False
        due: list[Subscription] = []
        for subscription in subscriptions:
            if subscription.next_emit <= utc:
                row = subscription.i + 1
                times = subscription.times
                if subscription.is_universe or times[row] > utc or times[row + 1] <= utc or times[row + 1] == NEVER:
                    return False
                if subscription.events and subscription.next_event <= utc:
                    return False
                due.append(subscription)
            elif subscription.next_emit == NEVER:
                return False
        transactions = self._transactions
        if len(transactions.order_events) != self._orders_seen:
            self._revalue()
            if not self._plain:
                return False
        if self._last_value <= 1.0 and self._portfolio.total_portfolio_value_decimal <= 0:
            return False
        self._last_time = utc
        self.data_points += len(due)
        if self._subscriptions.next_scan < utc:
            self._guard("Consolidators scan", lambda: self._subscriptions.scan_past(utc))
        state.utc_ns = utc
        entries: list[tuple[Any, Any]] = []
        quiet = self._trades.quiet
        watch = self._trades.has_positions
        for subscription in due:
            row = subscription.i = subscription.i + 1
            subscription.next_emit = subscription.times[row + 1]
            if subscription.events:
                subscription.note_next()
            columns = subscription.columns
            if not columns.filled[row]:
                cache = subscription.security.cache
                if subscription.config.type is MarginInterestRate:
                    cache.margin_interest_rate = subscription.columns.bar(row)
                elif subscription.is_quote:
                    cache.quote_sub = subscription
                    cache.quote_i = row
                else:
                    cache.trade_sub = subscription
                    cache.trade_i = row
            if watch:
                # LEAN: AlgorithmManager.cs, Run: repeats are told too
                symbol = subscription.security.symbol
                price = subscription.security.price
                bounds = quiet.get(symbol)
                if (bounds is None or not bounds[0] < price < bounds[1]) and self._trades.has_open_position(symbol):
                    self._trades.set_market_price(symbol, subscription.security.price_decimal)
            if not subscription.is_internal:
                entries.append((subscription, row))
        data = Slice(state.time_zone, utc, entries)
        state.current_slice = data
        if utc >= self._next_scan:
            self._portfolio.scan_settlements()
            self._next_scan = utc // HOUR * HOUR + HOUR
            self._portfolio.cash_book.update()
            self._revalue()
        else:
            self._portfolio.cash_book.update()
        self._portfolio.invalidate()
        if transactions.has_work:
            self._guard("OnOrderEvent", transactions.scan)
            if state.run_time_error is not None:
                raise AlgorithmFailure(state.run_time_error, "") from state.run_time_error
        if utc >= self._next_margin_call:
            self._next_margin_call = utc + _MARGIN_CALL_INTERVAL
            value = self._value_now()
            if not self._gated_margin or self._margin_now > 0.9 * value:
                self._guard("OnMarginCall", lambda: check_margin(state))
        for subscription in due:
            consolidators = subscription.config.consolidators
            if consolidators and not subscription.is_internal:
                self._feed_consolidators(subscription, subscription.i, subscription.i + 1, consolidators, utc)
        if entries:
            try:
                self._algorithm.on_data(data)
            except Exception as error:
                raise AlgorithmFailure(error, "OnData") from error
        if transactions.has_work:
            self._guard("OnOrderEvent", transactions.scan)
        if len(transactions.order_events) != self._orders_seen:
            self._revalue()
        value = self._last_value = self._value_now()
        if self._results.is_due(utc, value):
            self._results.process_synchronous_events()
        if state.universes.has_pending or state.universe_manager.has_pending:
            self._guard("OnEndOfTimeStep", state.end_of_time_step)
            self._selection.take_changes()
            self._plain = False
        return True

    # -- full steps -----------------------------------------------------------------------------------------------------

    def _collect(self, frontier: int) -> TimeSlice:
        """Everything that arrives up to the frontier. LEAN: SubscriptionSynchronizer.cs, Sync."""
        feed, selection = self._feed, self._selection
        result = TimeSlice(frontier)
        packets = result.packets
        finished: list[Subscription] = []
        changes = SecurityChanges()
        selected_on: dict[int, list[Any]] = {}
        while True:
            universes: list[tuple[Any, Any]] = []
            for subscription in feed.in_order():
                if subscription.is_universe:
                    self._take_universe(subscription, frontier, universes, finished)
                    continue
                if subscription.next_emit > frontier:
                    if subscription.next_emit == NEVER:
                        finished.append(subscription)
                    continue
                packet = subscription.take(frontier)
                if packet is not None:
                    packets.append(packet)
                    for event in packet[3] or ():
                        if event.__class__ is Delisting and event.type == DelistingType.DELISTED:
                            changes += selection.handle_delisting(event.symbol)
                if subscription.next_emit == NEVER:
                    finished.append(subscription)
            for subscription in finished:
                feed.finish(subscription)
            finished = []
            new = SecurityChanges()
            if universes:
                self._pulse(frontier)
                if self._stop:
                    return result
                universes.sort(key=lambda item: (int(item[0].configuration.resolution), str(item[0].symbol.id)))
                for universe, data in universes:
                    selected_on[id(universe)] = data
                    new += self._guard("Synchronizer", partial(selection.apply, universe, frontier, data))
                changes += new
            if not new and not selection.add_internal_feeds(frontier):
                break
        result.has_universe_data = bool(selected_on)
        result.universe_data = list(selected_on.values())
        result.changes = changes
        self._make_slice(result)
        return result

    @staticmethod
    def _take_universe(
        subscription: Subscription, frontier: int, universes: list[tuple[Any, Any]], finished: list[Subscription]
    ) -> None:
        """What a universe selects on now; one that ends selects a last time. LEAN: SubscriptionSynchronizer.cs, Sync."""
        universe = subscription.universes[0]
        if subscription.next_emit <= frontier:
            universes.append((universe, subscription.take_triggers(frontier)))
        elif universe.dispose_requested:
            universes.append((universe, []))
        if subscription.next_emit == NEVER or universe.dispose_requested:
            finished.append(subscription)

    def _make_slice(self, time_slice: TimeSlice) -> None:
        """LEAN: TimeSliceFactory.cs, Create."""
        entries = time_slice.entries
        points = sum(map(len, time_slice.universe_data))
        packets: list[Packet] = []
        for packet in time_slice.packets:
            subscription, low, high, events = packet
            if subscription.removed:
                continue
            packets.append(packet)
            points += high - low + (len(events) if events else 0)
            internal = subscription.config.is_internal_feed
            if events:
                for event in events:
                    if not internal or event.__class__ is Delisting:
                        time_slice.events.append((subscription, event))
                    if event.__class__ is Delisting:
                        time_slice.delistings_done = False
                    if not internal:
                        entries.append((None, event))
            if not internal:
                for row in range(low, high):
                    entries.append((subscription, row))
        time_slice.packets = packets
        time_slice.points = points
        time_slice.slice = Slice(self._state.time_zone, time_slice.time, entries)

    # -- one step -----------------------------------------------------------------------------------------------------

    def _pulse(self, utc: int) -> None:
        """A moment without data: past events and consolidators, then the clock."""
        state = self._state
        if state.utc_ns == utc:
            return
        self._begin(utc)
        if not self._stop:
            self._check_warmup()

    def _begin(self, utc: int, points: int = 0) -> None:
        """Steps 1 to 3: stop conditions, past events, past scans, the clock."""
        state = self._state
        if state.status != AlgorithmStatus.RUNNING and state.run_time_error is None:
            self._stop = True
            return
        self._last_time = utc
        self.data_points += points
        if self._portfolio.total_portfolio_value_decimal <= 0:
            self._results.system_debug_message(
                "AlgorithmManager.Run(): Portfolio value is less than or equal to zero, stopping algorithm."
            )
            self._stop = True
            return
        if self._schedule.next_due < utc:
            self._run_events(self._schedule.run_past, utc)
        if self._subscriptions.next_scan < utc:
            self._guard("Consolidators scan", lambda: self._subscriptions.scan_past(utc))
        state.set_date_time(utc)

    def _run_events(self, run: Callable[[int], None], utc: int) -> None:
        try:
            run(utc)
        except (Exception, SystemExit) as error:
            # LEAN: BacktestingRealTimeHandler.cs: noted, and the step goes on up to its check
            self._state.run_time_error = error
            self._state.status = AlgorithmStatus.RUNTIME_ERROR

    def _check_warmup(self) -> None:
        state = self._state
        if self._was_warming_up and not state.is_warming_up:
            self._was_warming_up = False
            self._results.on_warmup_finished()
            self._guard("OnWarmupFinished", lambda: self._algorithm.on_warmup_finished())
            state.debug("Algorithm finished warming up.")

    def _step(self, time_slice: TimeSlice) -> None:
        for step in STEPS:
            step(self, time_slice)
            if self._stop:
                return

    def _clock(self, time_slice: TimeSlice) -> None:
        self._begin(time_slice.time, time_slice.points)
        if not self._stop:
            self._state.current_slice = time_slice.slice

    def _changes(self, time_slice: TimeSlice) -> None:
        """LEAN: IAlgorithm.ProcessSecurityChanges and the handlers that watch securities."""
        changes = time_slice.changes
        if changes:
            for security in changes.all_added:
                if not security.is_internal:
                    # LEAN: Common/Extensions.cs, MakeTradable: an index only where the algorithm said so itself.
                    security.is_tradable = security.is_tradable or security.symbol.security_type != SecurityType.INDEX
            self._schedule.on_securities_changed(changes.all_added, changes.all_removed)

    def _prices(self, time_slice: TimeSlice) -> None:
        """Last prices; repeats never set one. LEAN: Common/Securities/Security.cs, Update; SecurityCache.cs."""
        trades, sessions, volatile = self._trades, self._state.sessions, self._state.volatile
        for subscription, low, high, _ in time_slice.packets:
            if sessions and subscription.security in sessions and not subscription.is_internal:
                for row in range(low, high):
                    subscription.security.session.update(subscription.columns.bar(row))
            filled = subscription.columns.filled
            row = high - 1
            while row >= low and filled[row]:
                row -= 1
            if row >= low:
                cache = subscription.security.cache
                if subscription.config.type is MarginInterestRate:
                    cache.margin_interest_rate = subscription.columns.bar(row)
                elif subscription.is_quote:
                    cache.quote_sub = subscription
                    cache.quote_i = row
                else:
                    cache.trade_sub = subscription
                    cache.trade_i = row
            if volatile and subscription.security in volatile:
                for row in range(low, high):
                    point = subscription.columns.bar(row)
                    if getattr(point, "price", 0):
                        subscription.security.volatility_model.update(subscription.security, point)
            # Each packet moves the open trades: with trades and quotes of one moment both prices are seen.
            if trades.has_positions:
                security = subscription.security
                if trades.has_open_position(security.symbol):
                    trades.set_market_price(security.symbol, security.price_decimal)
        for subscription, event in time_slice.events:
            if event.__class__ is MarginInterestRate:
                subscription.security.cache.add_data(event)

    def _settle(self, time_slice: TimeSlice) -> None:
        """Funding and settlement each hour, conversion rates, value of the portfolio."""
        utc = time_slice.time
        if utc >= self._next_scan:
            self._portfolio.scan_settlements()
            self._next_scan = utc // HOUR * HOUR + HOUR
        for points in time_slice.universe_data:
            if points and isinstance(points[0], BaseData):
                for point in points:
                    security = self._state.securities.find(point.symbol)
                    if security is not None:
                        security.cache.store_data(point)
        self._portfolio.cash_book.update()
        self._portfolio.invalidate()
        self._check_warmup()

    def _symbol_changes(self, time_slice: TimeSlice) -> None:
        changed = [event for _, event in time_slice.events if event.__class__ is SymbolChangedEvent]
        if not changed:
            return
        events = time_slice.slice.symbol_changed_events
        self._guard("OnSymbolChangedEvents", lambda: self._algorithm.on_symbol_changed_events(events))
        for event in changed:
            for ticket in self._transactions.get_open_order_tickets(event.symbol):
                ticket.cancel("Open order cancelled on symbol changed event")

    def _fills(self, time_slice: TimeSlice) -> None:
        if self._transactions.has_work:
            self._guard("OnOrderEvent", self._transactions.scan)
        if not time_slice.delistings_done:
            time_slice.delistings_done = True
            for delisting in list(time_slice.slice.delistings.values()):
                if delisting.type == DelistingType.DELISTED:
                    self._guard("OnOrderEvent", partial(self._delist, delisting.symbol))

    def _delist(self, symbol: Any) -> None:
        """Close the position and take the security out of all universes. LEAN: BacktestingBrokerage.cs, ProcessDelistings."""
        state = self._state
        security = state.securities[symbol]
        self._transactions.close_delisted(symbol)
        for universe in state.universe_manager.values():
            if universe.contains_member(symbol):
                if not isinstance(universe, UserDefinedUniverse):
                    universe.remove_member(state.utc_ns, security)
                elif universe.remove(symbol):
                    state.universe_manager.update(universe.symbol, universe)
        self._selection.take_changes()
        if not state.is_warming_up:
            self._transactions.cancel_open_orders(symbol)

    def _events(self, time_slice: TimeSlice) -> None:
        if self._schedule.next_due <= time_slice.time:
            self._run_events(self._schedule.run_exactly, time_slice.time)

    def _quit(self, time_slice: TimeSlice) -> None:
        error = self._state.run_time_error
        if error is not None:
            raise AlgorithmFailure(error, "") from error
        if self._state.status != AlgorithmStatus.RUNNING:
            self._stop = True

    def _margin_calls(self, time_slice: TimeSlice) -> None:
        if time_slice.time < self._next_margin_call:
            return
        self._next_margin_call = time_slice.time + _MARGIN_CALL_INTERVAL
        self._guard("OnMarginCall", lambda: check_margin(self._state))

    def _on_changes(self, time_slice: TimeSlice) -> None:
        changes = time_slice.changes
        if not changes:
            return
        self._guard("OnSecuritiesChanged", lambda: self._algorithm.on_securities_changed(changes))
        self._guard("OnSecuritiesChanged", lambda: self._state.framework.on_securities_changed(changes))

    def _corporate_actions(self, time_slice: TimeSlice) -> None:
        """Cash of dividends, holdings after splits. LEAN: AlgorithmManager.cs, HandleDividends, HandleSplits."""
        state = self._state
        for subscription, event in time_slice.events:
            if event.__class__ is Dividend and not state.is_warming_up:
                mode = subscription.config.data_normalization_mode
                self._guard("Dividend event", partial(self._portfolio.apply_dividend, event, mode))
        for subscription, event in time_slice.events:
            if event.__class__ is Split and event.type == SplitType.SPLIT_OCCURRED and not state.is_warming_up:
                mode = subscription.config.data_normalization_mode
                self._guard("Split event", partial(self._portfolio.apply_split, event, mode))
                self._trades.apply_split(event.symbol, dec(event.split_factor), mode == DataNormalizationMode.RAW)
        if state.volatile:
            self._warm_up_volatility(time_slice)

    def _warm_up_volatility(self, time_slice: TimeSlice) -> None:
        """Raw prices jump: their models begin anew. LEAN: AlgorithmManager.cs, ApplySplitOrDividendToVolatilityModel."""
        for kind in (Dividend, Split):
            for subscription, event in time_slice.events:
                security, mode = subscription.security, subscription.config.data_normalization_mode
                if event.__class__ is not kind or security not in self._state.volatile or mode != DataNormalizationMode.RAW:
                    continue
                if isinstance(event, Dividend) or event.type == SplitType.SPLIT_OCCURRED:
                    warm_up(security.volatility_model, security, mode=mode)

    def _consolidate(self, time_slice: TimeSlice) -> None:
        for subscription, low, high, _ in time_slice.packets:
            consolidators = subscription.config.consolidators
            if consolidators:
                self._feed_consolidators(subscription, low, high, consolidators, time_slice.time)

    def _feed_consolidators(
        self, subscription: Subscription, low: int, high: int, consolidators: list[Any], utc: int
    ) -> None:
        if subscription.config.is_internal_feed:
            return
        local = subscription.config.exchange_zone.to_local(utc)
        subscription.seen = high - 1
        try:
            bars: list[Any] = []
            for consolidator in list(consolidators):
                ahead = consolidator.ahead
                if ahead is not None:
                    if ahead.source is subscription:
                        continue
                    ahead.restore()
                if not bars:
                    bars = [subscription.bar(row) for row in range(low, high)]
                for bar in bars:
                    consolidator.feed(bar)
                consolidator.scan_ns(local)
        except AlgorithmFailure:
            raise
        except Exception as error:
            raise AlgorithmFailure(error, "Consolidators update") from error

    def _on_corporate_actions(self, time_slice: TimeSlice) -> None:
        if not time_slice.events:
            return
        data, algorithm = time_slice.slice, self._algorithm
        if any(event.__class__ is Split for _, event in time_slice.events) and data.splits.count:
            self._guard("OnSplits", lambda: algorithm.on_splits(data.splits))
        if any(event.__class__ is Dividend for _, event in time_slice.events) and data.dividends.count:
            self._guard("OnDividends", lambda: algorithm.on_dividends(data.dividends))
        if any(event.__class__ is Delisting for _, event in time_slice.events):
            delistings = data.delistings
            if delistings.count:
                self._guard("OnDelistings", lambda: algorithm.on_delistings(delistings))

    def _on_data(self, time_slice: TimeSlice) -> None:
        if time_slice.entries:
            try:
                self._algorithm.on_data(time_slice.slice)
            except Exception as error:
                raise AlgorithmFailure(error, "OnData") from error
        framework = self._state.framework
        if not framework.idle:
            self._guard("OnData", lambda: framework.on_data(time_slice.slice))

    def _sample(self, time_slice: TimeSlice) -> None:
        self._results.process_synchronous_events()

    def _end(self, time_slice: TimeSlice) -> None:
        """LEAN: QCAlgorithm.Universe.cs, OnEndOfTimeStep; delistings: BrokerageTransactionHandler.cs."""
        self._guard("OnEndOfTimeStep", self._state.end_of_time_step)
        self._selection.take_changes()


#: A time step. LEAN: Engine/AlgorithmManager.cs, Run
STEPS: Final[tuple[Callable[[Loop, TimeSlice], None], ...]] = (
    Loop._clock,
    Loop._changes,
    Loop._prices,
    Loop._settle,
    Loop._symbol_changes,
    Loop._fills,
    Loop._events,
    Loop._quit,
    Loop._margin_calls,
    Loop._on_changes,
    Loop._corporate_actions,
    Loop._consolidate,
    Loop._on_corporate_actions,
    Loop._on_data,
    Loop._fills,
    Loop._sample,
    Loop._end,
)

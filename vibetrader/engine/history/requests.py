"""What a history call asks for. LEAN: Common/Data/HistoryRequest.cs, HistoryRequestFactory.cs, QCAlgorithm.History.cs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from vibetrader.engine.data.bars import QuoteBar, Tick, TradeBar
from vibetrader.engine.data.enums import DataNormalizationMode, Resolution, SecurityType, TickType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.feed.config import SPAN, SubscriptionDataConfig, data_types
from vibetrader.engine.feed.reader import use_strict_end_times
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import DAY, SECOND, TimeZone, to_datetime

_COMMON: Final = (TradeBar, QuoteBar, Tick)


@lean_names
class HistoryRequest:
    """Data of one symbol over a span.

    Attributes:
        config: Configuration the data is read with.
        start: First moment, UTC ns; data must end after it.
        end: Last moment, UTC ns.
        fill_step: Fill-forward resolution in nanoseconds, None for none.
        hours: Sessions of the exchange.
    """

    def __init__(
        self, config: SubscriptionDataConfig, start: int, end: int, fill_step: int | None, hours: Any
    ) -> None:
        self.config = config
        self.start = start
        self.end = end
        self.fill_step = fill_step
        self.hours = hours

    @property
    def symbol(self) -> Symbol:
        """The symbol."""
        return self.config.symbol

    @property
    def resolution(self) -> Resolution:
        """Size of the bars."""
        return self.config.resolution

    @property
    def data_type(self) -> type:
        """Class of the data."""
        return self.config.type

    @property
    def tick_type(self) -> TickType:
        """Trades or quotes."""
        return self.config.tick_type

    @property
    def start_time_utc(self) -> datetime:
        """First moment."""
        return to_datetime(self.start)

    @property
    def end_time_utc(self) -> datetime:
        """Last moment."""
        return to_datetime(self.end)

    @property
    def include_extended_market_hours(self) -> bool:
        """Whether data outside the regular session counts."""
        return self.config.extended_market_hours


class RequestFactory:
    """Makes requests from what a call says and what the algorithm subscribes to.

    Args:
        algorithm: The algorithm.
    """

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm

    @property
    def _state(self) -> Any:
        return self._algorithm._vt

    # --- resolutions and configurations --------------------------------------------------------------------------

    def resolution(self, symbol: Symbol, resolution: Resolution | None, kind: type | None) -> Resolution:
        """LEAN: QCAlgorithm.History.cs, GetResolution: the finest of the subscriptions, users' own before internal ones."""
        if resolution is not None:
            return resolution
        configs = self._configs(symbol)
        own = [config for config in configs if not config.is_internal_feed] or configs
        finest: Resolution | None = min((config.resolution for config in own), default=None)
        if finest is not None and (finest != Resolution.TICK or kind is Tick or (kind is not None and kind not in _COMMON)):
            return finest
        if kind is None or kind in _COMMON:
            return self._state.universe_settings.resolution  # type: ignore[no-any-return]
        try:
            return kind().default_resolution()  # type: ignore[no-any-return]
        except Exception:
            return self._state.universe_settings.resolution  # type: ignore[no-any-return]

    def _configs(self, symbol: Symbol) -> list[Any]:
        found: list[Any] = self._state.subscriptions.get_configs(symbol, True)
        return found

    def matching(
        self, symbol: Symbol, kind: type | None, resolution: Resolution | None, use_all: bool = False
    ) -> list[SubscriptionDataConfig]:
        """Configurations of a symbol that fit, or new ones. LEAN: QCAlgorithm.History.cs, GetMatchingSubscriptions."""
        order = _tick_order(symbol.security_type)
        subscriptions = sorted(
            self._configs(symbol), key=lambda config: (-int(config.resolution), -order.get(config.tick_type, 9))
        )
        matching = [config for config in subscriptions if _fits(kind, config.type)]
        own = [config for config in matching if not config.is_internal_feed]
        internal = [config for config in matching if config.is_internal_feed]
        configs = own or []
        if (use_all or not own) and internal:
            configs = configs + internal
        if configs:
            if resolution is not None and symbol.security_type == SecurityType.EQUITY:
                if resolution in (Resolution.DAILY, Resolution.HOUR):
                    return [config for config in configs if config.tick_type != TickType.QUOTE]
                if (kind is None or kind is Tick) and not any(c.tick_type == TickType.QUOTE for c in configs):
                    first = configs[0]
                    quote = SubscriptionDataConfig(
                        Tick if resolution == Resolution.TICK else QuoteBar,
                        symbol,
                        resolution,
                        first.data_zone,
                        first.exchange_zone,
                        fill_forward=first.fill_data_forward,
                        extended_hours=first.extended_market_hours,
                        tick_type=TickType.QUOTE,
                        normalization=first.data_normalization_mode,
                    )
                    return sorted([*configs, quote], key=lambda config: -order.get(config.tick_type, 9))
            return configs
        return self._new_configs(symbol, kind, resolution, subscriptions, order)

    def _new_configs(
        self, symbol: Symbol, kind: type | None, resolution: Resolution | None, subscriptions: list[Any], order: dict[Any, int]
    ) -> list[SubscriptionDataConfig]:
        state = self._state
        settings = state.universe_settings
        present = next((c for c in subscriptions if c.type in _COMMON and not c.is_internal_feed), None)
        entry = state.hours_entry(symbol)
        common: dict[str, Any] = {
            "fill_forward": settings.fill_forward,
            "extended_hours": present.extended_market_hours if present else settings.extended_market_hours,
            "is_internal_feed": True,
            "normalization": present.data_normalization_mode if present else settings.data_normalization_mode,
        }
        if kind is not None and kind not in _COMMON and not _is_base(kind):
            return [
                SubscriptionDataConfig(
                    kind,
                    symbol,
                    self.resolution(symbol, resolution, kind),
                    entry.data_time_zone,
                    entry.exchange_hours.time_zone,
                    is_custom=_is_custom(symbol, kind),
                    **common,
                )
            ]
        if symbol.market == "empty" or not state.knows_market(symbol):
            return []
        chosen = self.resolution(symbol, resolution, kind)
        made = [
            SubscriptionDataConfig(
                data_type,
                symbol,
                self.resolution(symbol, resolution, data_type),
                entry.data_time_zone,
                entry.exchange_hours.time_zone,
                tick_type=tick_type,
                **common,
            )
            for data_type, tick_type in data_types(symbol.security_type, chosen)
            if _fits(kind, data_type)
        ]
        return sorted(made, key=lambda config: -order.get(config.tick_type, 9))

    # --- requests --------------------------------------------------------------------------------------------------

    def request(
        self, config: SubscriptionDataConfig, start: int, end: int, resolution: Resolution | None, options: dict[str, Any]
    ) -> HistoryRequest:
        """LEAN: HistoryRequestFactory.cs, CreateHistoryRequest; times in UTC."""
        resolution = config.resolution if resolution is None else resolution
        kind = config.type
        if resolution != config.resolution and kind in _COMMON:
            kind = Tick if resolution == Resolution.TICK else QuoteBar if config.tick_type == TickType.QUOTE else TradeBar
        fill = config.fill_data_forward
        if options.get("fill_forward") is not None:
            fill = options["fill_forward"]
        extended = config.extended_market_hours
        if options.get("extended_market_hours") is not None:
            extended = options["extended_market_hours"]
        mode = config.data_normalization_mode
        if options.get("data_normalization_mode") is not None:
            mode = DataNormalizationMode(options["data_normalization_mode"])
        made = SubscriptionDataConfig(
            kind,
            config.symbol,
            resolution,
            config.data_zone,
            config.exchange_zone,
            fill_forward=bool(fill),
            extended_hours=extended,
            is_custom=config.is_custom_data,
            tick_type=config.tick_type,
            normalization=mode,
        )
        hours = self._state.exchange_hours(config.symbol)
        return HistoryRequest(made, start, end, SPAN[resolution] if fill else None, hours)

    def of_dates(
        self, symbols: Iterable[Symbol], kind: type | None, start: int, end: int, resolution: Any, options: dict[str, Any]
    ) -> list[HistoryRequest]:
        """Requests between two moments, by the algorithm's clock."""
        zone: TimeZone = self._state.time_zone
        first, last = zone.to_utc(start), zone.to_utc(end)
        return [
            self.request(config, first, last, resolution, options)
            for symbol in symbols
            for config in self.matching(symbol, kind, resolution)
        ]

    def of_bars(
        self, symbols: Iterable[Symbol], kind: type | None, periods: int, resolution: Any, options: dict[str, Any],
        use_all: bool = False,
    ) -> list[HistoryRequest]:  # fmt: skip
        """Requests of a number of bars up to now."""
        state = self._state
        requests = []
        for symbol in symbols:
            for config in self.matching(symbol, kind, resolution, use_all):
                chosen = config.resolution if resolution is None else resolution
                start = self.start_of_bars(symbol, periods, chosen, config.data_zone, config.type, options.get("extended_market_hours"))
                requests.append(self.request(config, start, state.utc_ns, chosen, options))
        return requests

    def start_of_bars(
        self, symbol: Symbol, periods: int, resolution: Resolution, data_zone: TimeZone, kind: type, extended: bool | None
    ) -> int:
        """UTC start that gives that many bars by now. LEAN: HistoryRequestFactory.cs, GetStartTimeAlgoTz."""
        state = self._state
        hours = state.exchange_hours(symbol)
        outside = False
        if resolution < Resolution.HOUR:
            outside = extended if extended is not None else any(c.extended_market_hours for c in self._configs(symbol))
        span = max(SPAN[resolution], SECOND)
        zone = hours.time_zone
        strict = kind in _COMMON and use_strict_end_times(state.settings.daily_precise_end_time, symbol, span, hours)
        local = start_time_for_bars(hours, zone.to_local(state.utc_ns), span, periods, outside, data_zone, strict)
        # LEAN keeps the start by the algorithm's clock and converts it back
        algorithm_zone: TimeZone = state.time_zone
        return algorithm_zone.to_utc(algorithm_zone.to_local(zone.to_utc(local)))


def start_time_for_bars(
    hours: Any, end: int, span: int, count: int, extended: bool, data_zone: TimeZone, strict: bool
) -> int:
    """Local time from which there are that many bars. LEAN: Common/Time.cs, GetStartTimeForTradeBars."""
    current = end
    if strict and span == DAY:
        midnight = current - current % DAY
        if not hours.is_date_open(current) or hours.next_close(midnight, extended) > current:
            current = _round_down(end, span, hours.time_zone, data_zone)
    else:
        current = _round_down(end, span, hours.time_zone, data_zone)
    if hours.is_market_always_open:
        return current - max(count, 0) * span
    found = 0
    while found < count:
        previous, current = current, current - span
        if hours.is_open_during(current, previous, extended):
            found += 1
        elif span < DAY and not hours.is_date_open(current, extended) and current % DAY >= span:
            # nothing to find on a closed date: go to its midnight in one step, on the same grid
            current -= current % DAY // span * span
    return current


def _round_down(local: int, span: int, zone: TimeZone, data_zone: TimeZone) -> int:
    """LEAN: Common/Extensions.cs, RoundDownInTimeZone."""
    moment = data_zone.to_local(zone.to_utc(local))
    return zone.to_local(data_zone.to_utc(moment - moment % span))


def _fits(kind: type | None, data_type: type) -> bool:
    return kind is None or issubclass(data_type, kind)


def _is_base(kind: type) -> bool:
    return kind.__name__ in ("BaseData", "IBaseData", "IBaseDataBar", "IBar")


def _is_custom(symbol: Symbol, kind: type) -> bool:
    return symbol.security_type == SecurityType.BASE or kind.__module__.split(".")[0] != "vibetrader"


def _tick_order(security_type: SecurityType) -> dict[TickType, int]:
    """Place of each tick type. LEAN: QCAlgorithm.History.cs, GetTickTypeOrder."""
    from vibetrader.engine.feed.config import TICK_TYPES

    return {tick_type: place for place, tick_type in enumerate(TICK_TYPES.get(security_type, (TickType.TRADE,)))}


def grouped(points: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, list[Any]]]:
    """Points of one moment together; they come sorted by time."""
    moment: int | None = None
    held: list[Any] = []
    for time, point in points:
        if moment is not None and time != moment:
            yield moment, held
            held = []
        moment = time
        held.append(point)
    if moment is not None:
        yield moment, held

"""Reads history requests. LEAN: Engine/HistoricalData/SubscriptionDataReaderHistoryProvider.cs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from heapq import merge
from typing import Any, Final

from vibetrader.engine.data.bars import BaseData, QuoteBar, Tick, TradeBar
from vibetrader.engine.data.enums import Resolution, TickType
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.feed.columns import Columns
from vibetrader.engine.feed.reader import Stream
from vibetrader.engine.history.requests import HistoryRequest, RequestFactory, grouped, start_time_for_bars
from vibetrader.engine.naming import lean_names
from vibetrader.engine.timekeeping import from_timedelta

_LOOKBACK: Final = 5
_RETRY: Final = {Resolution.DAILY: 10, Resolution.HOUR: 24, Resolution.MINUTE: 1440, Resolution.SECOND: 1440, Resolution.TICK: 1440}


class Series:
    """Rows of one request that lie in its span.

    Attributes:
        request: The request.
        columns: Its rows.
        low: First row that counts.
        high: Row after the last.
        events: Auxiliary points that were asked for, with the UTC time of each.
    """

    __slots__ = ("columns", "events", "high", "low", "request")

    def __init__(self, request: HistoryRequest, columns: Columns, low: int, high: int, events: list[tuple[int, Any]]) -> None:
        self.request = request
        self.columns = columns
        self.low = low
        self.high = high
        self.events = events

    def points(self) -> Iterator[tuple[int, Any]]:
        """UTC time and data point of each row."""
        if self.events:
            yield from self.events
            return
        columns = self.columns
        for row in range(self.low, self.high):
            yield columns.emit[row], columns.bar(row)

    def __len__(self) -> int:
        return len(self.events) or max(self.high - self.low, 0)


@lean_names
class HistoryProvider:
    """History of an algorithm.

    Args:
        algorithm: The algorithm.
    """

    __clr_name__ = "QuantConnect.Lean.Engine.HistoricalData.HistoryProviderManager"

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm
        self.factory = RequestFactory(algorithm)
        self.data_point_count = 0

    @property
    def _state(self) -> Any:
        return self._algorithm._vt

    def read(self, request: HistoryRequest) -> Series:
        """Rows of a request; future ones are cut off."""
        config = request.config
        start, end = request.start, request.end
        empty = Series(request, _NO_ROWS, 0, 0, [])
        if start >= end:
            return empty
        auxiliary = not issubclass(config.type, (TradeBar, QuoteBar, Tick)) and not config.is_custom_data
        stream: Stream = self._state.subscriptions.reader.stream(
            self._source_config(config) if auxiliary else config,
            request.hours,
            start,
            end,
            request.fill_step,
            events=auxiliary,
            history=True,
        )
        zone = request.hours.time_zone
        first, last = zone.to_local(start), zone.to_local(end)
        if auxiliary:
            found = [
                (time, point)
                for time, point in stream.events
                if isinstance(point, config.type) and first < point.end_ns <= last  # type: ignore[attr-defined]
            ]
            if not found and not issubclass(config.type, BaseData):
                return empty
            self.data_point_count += len(found)
            return Series(request, _NO_ROWS, 0, 0, found)
        columns = stream.columns
        ends = columns.end
        low = bisect_right(ends, first)
        high = max(low, bisect_right(ends, last))
        self.data_point_count += high - low
        return Series(request, columns, low, high, [])

    @staticmethod
    def _source_config(config: Any) -> Any:
        """Dividends and splits come with the trades of the symbol."""
        copy = config.copy()
        copy.type = TradeBar
        return copy

    def checked(self, requests: Iterable[HistoryRequest]) -> list[HistoryRequest]:
        """Requests cut at now. LEAN: QCAlgorithm.History.cs, GetFilterestRequests."""
        now = self._state.utc_ns
        found = []
        told = False
        for request in requests:
            if request.end > now:
                start = min(request.start, request.end)
                request = HistoryRequest(request.config, start, now, request.fill_step, request.hours)
                if not told:
                    told = True
                    self._state.debug("Request for future history modified to end now.")
            found.append(request)
        return found

    def series(self, requests: Iterable[HistoryRequest]) -> list[Series]:
        """Rows of requests."""
        return [self.read(request) for request in self.checked(requests)]

    def moments(self, requests: Iterable[HistoryRequest]) -> Iterator[tuple[int, list[Any]]]:
        """UTC time and data points of each moment, oldest first."""
        streams = [
            ((time, order, point) for time, point in series.points()) for order, series in enumerate(self.series(requests))
        ]
        merged = merge(*streams, key=lambda entry: entry[:2])
        return grouped((time, point) for time, _, point in merged)

    def slices(self, requests: Iterable[HistoryRequest]) -> list[Any]:
        """Slices of requests, in the algorithm's time."""
        from vibetrader.engine.data.slice import Slice

        zone = self._state.time_zone
        return [Slice.of_points(zone, time, points) for time, points in self.moments(requests)]

    def get_history(self, requests: Any, slice_time_zone: Any = None) -> list[Any]:
        """Slices of requests: LEAN's name."""
        return self.slices(requests if isinstance(requests, (list, tuple)) else [requests])

    # --- last known prices -------------------------------------------------------------------------------------

    def last_known(self, symbols: Iterable[Symbol]) -> dict[Symbol, list[Any]]:
        """The last point of each kind of data of each symbol. LEAN: QCAlgorithm.History.cs, GetLastKnownPrices."""
        found: dict[tuple[Symbol, type, TickType], Any] = {}
        symbols = list(symbols)
        requests = self._first_requests(symbols)
        for attempt in range(3):
            missing = []
            for request in requests:
                series = self.read(request)
                key = (request.symbol, request.data_type, request.tick_type)
                point = None
                for _, last in series.points():
                    point = last
                if point is not None:
                    found[key] = point
                elif key not in found:
                    missing.append(request)
            if not missing or attempt == 2:
                break
            requests = self._retry_requests(missing, attempt)
        result: dict[Symbol, list[Any]] = {}
        for symbol in symbols:
            points = [point for (owner, _, _), point in found.items() if owner == symbol]
            if points:
                result[symbol] = sorted(points, key=lambda point: point.time)
        return result

    def _first_requests(self, symbols: list[Symbol]) -> list[HistoryRequest]:
        requests = []
        for request in self.factory.of_bars(symbols, None, _LOOKBACK, None, {"fill_forward": False}, use_all=True):
            if request.resolution < Resolution.MINUTE:
                kind = QuoteBar if request.tick_type == TickType.QUOTE else TradeBar
                requests += self.factory.of_bars(
                    [request.symbol], kind, _LOOKBACK, Resolution.MINUTE, {"fill_forward": False}, use_all=True
                )
            else:
                requests.append(request)
        return _unique(requests)

    def _retry_requests(self, missing: list[HistoryRequest], attempt: int) -> list[HistoryRequest]:
        if attempt == 0:
            retried = []
            for symbol in dict.fromkeys(request.symbol for request in missing):
                own = [request for request in missing if request.symbol == symbol]
                resolution = own[0].resolution
                made = self.factory.of_bars(
                    [symbol], None, _RETRY[resolution], resolution, {"fill_forward": False}, use_all=True
                )
                retried += [request for request in made if any(request.data_type is item.data_type for item in own)]
            return _unique(retried)
        symbols = list(dict.fromkeys(request.symbol for request in missing))
        days = min(60, 5 * _RETRY[Resolution.DAILY])
        return _unique(self.factory.of_bars(symbols, None, days, Resolution.DAILY, {"fill_forward": False}, use_all=True))

    # --- warm-up -----------------------------------------------------------------------------------------------

    def warmup_start(self, bars: int, resolution: Resolution | None) -> int:
        """Start of warm-up by the algorithm's clock. LEAN: QCAlgorithm.History.cs, TryGetWarmupHistoryStartTime."""
        state = self._state
        zone = state.time_zone
        symbols = [symbol for symbol, _ in state.securities.pairs()]
        if symbols:
            requests = self.factory.of_bars(symbols, None, bars, resolution, {})
            if requests:
                return zone.to_local(min(request.start for request in requests))  # type: ignore[no-any-return]
        default = state.universe_settings.resolution if resolution is None else resolution
        from vibetrader.engine.feed.config import SPAN

        result: int = state.local_ns - bars * SPAN[default]
        for universe in state.universe_manager.values():
            config = universe.configuration
            chosen = config.resolution if resolution is None else resolution
            hours = state.exchange_hours(config.symbol)
            local = start_time_for_bars(
                hours, hours.time_zone.to_local(state.utc_ns), max(SPAN[chosen], 10**9), bars, False, config.data_zone, False
            )
            result = min(result, zone.to_local(hours.time_zone.to_utc(local)))
        return result


def _unique(requests: list[HistoryRequest]) -> list[HistoryRequest]:
    seen: dict[Any, HistoryRequest] = {}
    for request in requests:
        seen.setdefault((request.config.key, request.start, request.end), request)
    return list(seen.values())


_NO_ROWS: Final = Columns(None, [], [], [], [], [], None, None)  # type: ignore[arg-type]


def local_range(start: datetime | None, end: datetime | None, span: timedelta | None, now: int) -> tuple[int, int]:
    """Start and end by the algorithm's clock of `span` or of two datetimes."""
    from vibetrader.engine.timekeeping import from_datetime

    if span is not None:
        return now - from_timedelta(span), now
    assert start is not None and end is not None
    return from_datetime(start), from_datetime(end)

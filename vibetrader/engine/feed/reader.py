"""From the files of a data folder to the rows of a subscription.

LEAN passes each point through a chain of enumerators; here whole columns are read, cut, filled and filtered once, with
the same result. LEAN: Engine/DataFeeds/SubscriptionDataReader.cs, SubscriptionUtils.cs, SubscriptionData.cs, Enumerators/*.cs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vibetrader.engine.data.bars import (
    Delisting,
    Dividend,
    MarginInterestRate,
    QuoteBar,
    Split,
    SymbolChangedEvent,
    Tick,
    TradeBar,
)
from vibetrader.engine.data.enums import (
    DataNormalizationMode,
    DelistingType,
    Resolution,
    SecurityType,
    SplitType,
    TickType,
)
from vibetrader.engine.data.symbol import Symbol
from vibetrader.engine.feed.columns import (
    Columns,
    ObjectColumns,
    QuoteColumns,
    TradeColumns,
    flags,
    floats,
    integers,
    net_factor,
)
from vibetrader.engine.feed.config import SubscriptionDataConfig
from vibetrader.engine.feed.fillforward import FillForward
from vibetrader.engine.money import round_to
from vibetrader.engine.netdecimal import NetDecimal
from vibetrader.engine.timekeeping import DAY, HOUR, from_date, to_datetime
from vibetrader.marketdata import leanformat
from vibetrader.marketdata.columnar import DayFiles, Series
from vibetrader.marketdata.factorfiles import FactorFile, FactorFiles
from vibetrader.marketdata.hours import ExchangeHours
from vibetrader.marketdata.leanformat import QUOTE_FIELDS, SCALED_TYPES, TRADE_FIELDS, RawBars
from vibetrader.marketdata.mapfiles import MapFile, MapFiles

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_EPOCH: Final = date(1970, 1, 1).toordinal()
#: Symbols named in a closing message.
_MOST_TOLD: Final = 10
#: Modes whose prices carry the split factor only.
_SPLITS_ONLY: Final = (DataNormalizationMode.SPLIT_ADJUSTED, DataNormalizationMode.TOTAL_RETURN)


def use_strict_end_times(enabled: bool, symbol: Symbol, span: int, hours: ExchangeHours) -> bool:
    """True for daily bars that run from open to close. LEAN: Common/Util/LeanData.cs, UseStrictEndTime."""
    kind = symbol.security_type
    if hours.is_market_always_open or span <= HOUR or kind in (SecurityType.FOREX, SecurityType.BASE):
        return False
    if kind == SecurityType.CFD and symbol.market == "oanda":
        return False
    return enabled


@dataclass(slots=True)
class LastPoint:
    """Where the rows of warm-up ended, which the rows after it repeat.

    Attributes:
        columns: Rows of warm-up.
        row: The last of them.
    """

    columns: Columns
    row: int


@dataclass(slots=True)
class Stream:
    """What a subscription delivers.

    Attributes:
        columns: Bars (or other points), oldest first.
        events: Dividends, splits and other events with the UTC time they arrive, oldest first.
    """

    columns: Columns
    events: list[tuple[int, Any]]


class DataReader:
    """Reads the rows of subscriptions.

    Args:
        data_folder: LEAN data folder.
        map_files: Its map files.
        factor_files: Its factor files.
        precise_daily_end: Daily bars end at the close.
        columns: Cache of columns read before; None reads the zips.
    """

    def __init__(
        self,
        data_folder: Path,
        map_files: MapFiles,
        factor_files: FactorFiles,
        precise_daily_end: bool = True,
        columns: Path | None = None,
    ) -> None:
        self.data_folder = data_folder
        #: Symbols whose data begin later than asked for, with the words for the log.
        self.precision_limited: dict[Symbol, str] = {}
        self.start_limited: dict[Symbol, str] = {}
        self.map_files = map_files
        self.factor_files = factor_files
        self.precise_daily_end = precise_daily_end
        #: The algorithm's object store, for custom data.
        self.object_store: Any = None
        self._days = DayFiles(columns)

    def closing_words(self) -> list[str]:
        """What LEAN says at the end about data that begin later than asked for.

        LEAN: SubscriptionDataReaderSubscriptionEnumeratorFactory.cs, Dispose.
        """
        words = (
            ("Due to numerical precision issues in the factor file, data for the following symbols was adjust to a later "
             "starting date: ", self.precision_limited),
            ("The starting dates for the following symbols have been adjusted to match their map files first date: ",
             self.start_limited),
        )  # fmt: skip
        return [
            head + ", ".join(list(found.values())[:_MOST_TOLD]) + ("..." if len(found) >= _MOST_TOLD else "")
            for head, found in words
            if found
        ]

    # -- map and factor files -----------------------------------------------------------------------------------

    def map_file(self, symbol: Symbol) -> MapFile:
        """Map file of an equity; an empty one for the rest."""
        if symbol.security_type != SecurityType.EQUITY:
            return MapFile(symbol.value, [])
        return self.map_files.resolve(symbol.market, symbol.id.symbol, symbol.id.date.date())

    def factor_file(self, symbol: Symbol) -> FactorFile:
        """Factor file of an equity; an empty one for the rest."""
        if symbol.security_type != SecurityType.EQUITY:
            return FactorFile([])
        return self.factor_files.get(symbol.market, self.map_file(symbol).permtick)

    # -- rows ----------------------------------------------------------------------------------------------------

    def stream(
        self,
        config: SubscriptionDataConfig,
        hours: ExchangeHours,
        start: int,
        end: int,
        step: int | None,
        *,
        last: LastPoint | None = None,
        events: bool = True,
        since: int | None = None,
        data_filter: Any = None,
        history: bool = False,
    ) -> Stream:
        """Rows of a subscription.

        Args:
            config: What is asked for.
            hours: Sessions of the exchange.
            start: First moment, UTC.
            end: Last moment, UTC.
            step: Fill-forward resolution in nanoseconds; None for none.
            last: Point that the first missing rows repeat.
            events: Also dividends, splits, delistings, ticker changes.
            since: Drop rows that end before this clock time.
            data_filter: Security's own filter `(point) -> bool`; None keeps all.
            history: For a history request: normalisation follows its own dates.
        """
        zone = hours.time_zone
        start_local, end_local = zone.to_local(start), zone.to_local(end)
        mapping = self.map_file(config.symbol)
        factors = self.factor_file(config.symbol)
        first = start_local
        if config.security_type == SecurityType.EQUITY and not config.is_custom_data:
            told = not history and config.data_normalization_mode != DataNormalizationMode.RAW
            if factors.minimum_date is not None and first < from_date(factors.minimum_date):
                first = from_date(factors.minimum_date)
                if told:
                    shown = f"[{config.symbol.value}, {factors.minimum_date:%m/%d/%Y}]"
                    self.precision_limited.setdefault(config.symbol, shown)
            if mapping.rows and first < from_date(mapping.first_date):
                first = from_date(mapping.first_date)
                if told:
                    self.start_limited.setdefault(config.symbol, f"[{config.symbol.value}, {mapping.first_date}]")
        if config.is_custom_data or config.type not in (TradeBar, QuoteBar):
            columns: Columns = self._objects(config, hours, first, end_local, mapping)
            raw_close: Any = None
        elif first - first % DAY > from_date(mapping.delisting_date):
            columns = self._empty(config)
            raw_close = None
        else:
            columns, raw_close = self._bars(config, hours, first, start_local, end_local, step, mapping, factors, last)
        if since is not None:
            columns = _cut(columns, _first_at_least(columns.emit, since), len(columns))
        found: list[tuple[int, Any]] = []
        if events and config.type is not QuoteBar and not config.is_custom_data:
            found = self._events(config, hours, start_local, end_local, mapping, factors, raw_close)
            if since is not None:
                found = [item for item in found if item[0] >= since]
        if data_filter is not None:
            columns = keep(columns, [i for i in range(len(columns)) if data_filter(columns.bar(i))])
        return Stream(columns, found)

    def _empty(self, config: SubscriptionDataConfig) -> Columns:
        none = np.empty(0, np.int64)
        return _make(config, none, none, none, none.astype(bool), none, None, None, {}, none, none)

    def _bars(
        self,
        config: SubscriptionDataConfig,
        hours: ExchangeHours,
        first: int,
        start: int,
        end: int,
        step: int | None,
        mapping: MapFile,
        factors: FactorFile,
        last: LastPoint | None,
    ) -> tuple[Columns, tuple[Ints, npt.NDArray[np.float64]]]:
        zone, span = hours.time_zone, config.increment_ns
        names = QUOTE_FIELDS if config.type is QuoteBar else TRADE_FIELDS
        raw, raw_rows = self._raw(config, hours, first, end, mapping, names)
        if config.data_zone == zone:
            starts = raw.times[raw_rows]
        else:
            starts = zone.to_local_array(config.data_zone.to_utc_array(raw.times[raw_rows]))
        ends = starts + span
        # LEAN: SubscriptionDataReader.cs, MoveNext: the order of the conditions matters little to sorted files
        keep = (ends >= first) & (starts <= end)
        if len(ends) and not keep.all():
            starts, ends, raw_rows = starts[keep], ends[keep], raw_rows[keep]
        if len(ends):
            newer = np.ones(len(ends), dtype=bool)
            newer[1:] = ends[1:] > np.maximum.accumulate(ends)[:-1]
            if not newer.all():
                starts, ends, raw_rows = starts[newer], ends[newer], raw_rows[newer]
        raw_close = (starts, raw.columns["close" if config.type is TradeBar else "bid_close"][raw_rows])
        strict = use_strict_end_times(self.precise_daily_end, config.symbol, span, hours)
        if strict and len(ends):
            starts, ends, raw_rows = _strict_times(starts, ends, raw_rows, hours, start)
        scaling = self._scaling(config, factors, starts, ends, raw_rows, len(raw.times), end)
        if mapping.rows:
            # LEAN: Enumerators/FillForwardEnumerator.cs, MoveNext: nothing is repeated after the delisting
            end = min(end, from_date(mapping.delisting_date) + DAY)
        columns = self._fill(config, hours, starts, ends, raw_rows, raw, scaling, step, strict, start, end, last)
        columns.symbols = _symbols_of_rows(config.symbol, mapping, columns)
        return columns, raw_close

    def _raw(
        self,
        config: SubscriptionDataConfig,
        hours: ExchangeHours,
        first: int,
        end: int,
        mapping: MapFile,
        names: tuple[str, ...],
    ) -> tuple[RawBars, Ints]:
        """Files of the days between two clock times of the exchange, and which of their rows count."""
        symbol = config.symbol
        kind = "quote" if config.type is QuoteBar else "trade"
        type_name = str(symbol.security_type).lower()
        scaled = type_name in SCALED_TYPES
        resolution = str(config.resolution).lower()
        zone, data_zone = hours.time_zone, config.data_zone
        first_day = data_zone.to_local(zone.to_utc(first)) // DAY
        last_day = data_zone.to_local(zone.to_utc(end)) // DAY

        def ticker_at(day: int) -> str:
            return mapping.ticker_at(date.fromordinal(_EPOCH + day), symbol.value) if mapping.rows else symbol.value

        if config.resolution in (Resolution.HOUR, Resolution.DAILY):
            parts: list[RawBars] = []
            rows: list[Ints] = []
            offset = 0
            for ticker, low, high in _ticker_spans(mapping, symbol.value, first_day, last_day):
                path, entry = leanformat.data_path(
                    self.data_folder, type_name, symbol.market, resolution, ticker, kind
                )
                part = leanformat.read_all(path, entry, names, scaled)
                if part is None or not len(part.times):
                    continue
                lower = np.searchsorted(part.times, (low - 1) * DAY) if low == first_day else np.searchsorted(part.times, low * DAY)
                upper = np.searchsorted(part.times, (high + 1) * DAY)
                parts.append(part)
                rows.append(np.arange(lower, upper, dtype=np.int64) + offset)
                offset += len(part.times)
            raw = leanformat.concatenate(parts, names, scaled)
            return raw, np.concatenate(rows) if rows else np.empty(0, np.int64)
        wanted: list[tuple[str, str]] = []
        for day in range(first_day, last_day + 1):
            number = date.fromordinal(_EPOCH + day)
            if mapping.rows and not mapping.has_data(number):
                continue
            if _is_tradable(hours, config, day):
                wanted.append((ticker_at(day), number.strftime("%Y%m%d")))
        parts = self._days.read(Series(self.data_folder, type_name, symbol.market, resolution, kind), wanted)
        raw = leanformat.concatenate(parts, names, scaled)
        return raw, np.arange(len(raw.times), dtype=np.int64)

    def _scaling(
        self,
        config: SubscriptionDataConfig,
        factors: FactorFile,
        starts: Ints,
        ends: Ints,
        raw_rows: Ints,
        raw_count: int,
        end: int,
    ) -> list[Decimal] | None:
        """Factor of each raw row, None where all are 1."""
        mode = config.data_normalization_mode
        if config.security_type != SecurityType.EQUITY or mode == DataNormalizationMode.RAW or not factors.rows:
            return None
        # LEAN: Common/Extensions.cs, GetUpdatePriceScaleFrontier
        crossing = (starts // DAY != ends // DAY) & (ends % DAY > 0)
        days = np.where(crossing, ends, starts) // DAY
        result = [Decimal(1)] * raw_count
        if not len(days):
            return result
        splits_only = mode in _SPLITS_ONLY
        cuts = np.array([row.day.toordinal() - _EPOCH for row in factors.rows], dtype=np.int64)
        places = np.searchsorted(cuts, days, side="left")
        values = [row.split_factor if splits_only else row.scale for row in factors.rows] + [Decimal(1)]
        if mode == DataNormalizationMode.SCALED_RAW:
            # LEAN: Common/Extensions.cs, GetPriceScaleFactor: relative to the end of the request
            today = values[int(np.searchsorted(cuts, end // DAY, side="left"))]
            values = [value / today for value in values]
        for row, place in zip(raw_rows.tolist(), places.tolist(), strict=True):
            result[row] = values[place]
        return result

    def _fill(
        self,
        config: SubscriptionDataConfig,
        hours: ExchangeHours,
        starts: Ints,
        ends: Ints,
        raw_rows: Ints,
        raw: RawBars,
        scaling: list[Decimal] | None,
        step: int | None,
        strict: bool,
        start: int,
        end: int,
        last: LastPoint | None,
    ) -> Columns:
        zone, span = hours.time_zone, config.increment_ns
        extended = config.extended_market_hours
        fill = config.fill_data_forward and step is not None and config.resolution != Resolution.TICK
        count = len(starts)
        inserts: list[tuple[int, int, int, int]] = []  # row it follows, emit, start, end
        if fill:
            assert step is not None
            filler = FillForward(hours, config.data_zone, span, step, extended, strict, end)
            inserts, count = _gaps(filler, hours, starts, ends, min(step, span), extended, last, start, span)
            starts, ends, raw_rows = starts[:count], ends[:count], raw_rows[:count]
        if config.is_filtered_subscription and not hours.is_market_always_open and count:
            kept = _open_mask(hours, starts, ends, extended)
        else:
            kept = np.ones(count, dtype=bool)
        kept &= starts <= end
        if not inserts:
            chosen = np.flatnonzero(kept)
            return _make(
                config, starts[chosen], ends[chosen], zone.to_utc_array(ends[chosen]), np.zeros(len(chosen), bool),
                raw_rows[chosen], raw, scaling, *_sides(config, raw, raw_rows[chosen], fill),
            )  # fmt: skip
        # merge the repeats in: real row i comes at place i of its own, a repeat of row i right after it
        fill_rows = np.array([item[0] for item in inserts], dtype=np.int64)
        fill_starts = np.array([item[2] for item in inserts], dtype=np.int64)
        fill_ends = np.array([item[3] for item in inserts], dtype=np.int64)
        if config.is_filtered_subscription and not hours.is_market_always_open:
            fill_kept = _open_mask(hours, fill_starts, fill_ends, extended)
        else:
            fill_kept = np.ones(len(inserts), dtype=bool)
        fill_kept &= fill_starts <= end
        fill_emits = zone.to_utc_array(fill_ends)
        fill_starts, fill_ends = _rounded(config, hours, fill_starts, fill_ends, span, strict)
        all_rows = np.concatenate([np.arange(count, dtype=np.int64), fill_rows])
        is_fill = np.concatenate([np.zeros(count, dtype=bool), np.ones(len(inserts), dtype=bool)])
        all_starts = np.concatenate([starts, fill_starts])
        all_ends = np.concatenate([ends, fill_ends])
        all_emits = np.concatenate([zone.to_utc_array(ends), fill_emits])
        all_kept = np.concatenate([kept, fill_kept])
        order = np.lexsort((np.arange(len(all_rows)), is_fill, all_rows))
        order = order[all_kept[order]]
        if last is not None and (all_rows[order] < 0).any():
            return _with_last_point(
                config, last, order, all_rows, all_starts, all_ends, all_emits, is_fill, raw_rows, raw, scaling, fill
            )
        rows = raw_rows[all_rows[order]]
        columns = _make(
            config, all_starts[order], all_ends[order], all_emits[order], is_fill[order], rows, raw, scaling,
            *_sides(config, raw, rows, fill),
        )  # fmt: skip
        return columns

    # -- other points ---------------------------------------------------------------------------------------------

    def _objects(
        self, config: SubscriptionDataConfig, hours: ExchangeHours, first: int, end: int, mapping: MapFile
    ) -> ObjectColumns:
        if config.is_custom_data:
            from vibetrader.engine.feed.custom import read_custom

            points = read_custom(self, config, hours, first, end)
        elif config.type is Tick:
            points = self._ticks(config, hours, first, end, mapping)
        elif config.type is MarginInterestRate:
            points = self._margin_interest(config, first, end)
        else:
            points = []
        zone = hours.time_zone
        points = [point for point in points if first <= point.end_ns and point.start_ns <= end]
        if config.is_filtered_subscription and config.type is Tick:
            points = [p for p in points if hours.is_open_during(p.start_ns, p.end_ns, config.extended_market_hours)]
        return ObjectColumns(config.symbol, [zone.to_utc(point.end_ns) for point in points], points)

    def _ticks(
        self, config: SubscriptionDataConfig, hours: ExchangeHours, first: int, end: int, mapping: MapFile
    ) -> list[Any]:
        symbol, zone, data_zone = config.symbol, hours.time_zone, config.data_zone
        kind = "quote" if config.tick_type == TickType.QUOTE else "trade"
        type_name = str(symbol.security_type).lower()
        factors = self.factor_file(symbol)
        points: list[Any] = []
        first_day = data_zone.to_local(zone.to_utc(first)) // DAY
        last_day = data_zone.to_local(zone.to_utc(end)) // DAY
        for day in range(first_day, last_day + 1):
            number = date.fromordinal(_EPOCH + day)
            ticker = mapping.ticker_at(number, symbol.value) if mapping.rows else symbol.value
            path, entry = leanformat.data_path(
                self.data_folder, type_name, symbol.market, "tick", ticker, kind, number.strftime("%Y%m%d")
            )
            if not path.is_file() or not _is_tradable(hours, config, day):
                continue
            factor = Decimal(1)
            mode = config.data_normalization_mode
            if mode != DataNormalizationMode.RAW:
                factor = factors.factor(number, splits_only=mode in _SPLITS_ONLY)
            scale = factor * (Decimal("0.0001") if type_name in SCALED_TYPES else 1)
            for line in leanformat.read_zip(path, entry).decode("ascii").splitlines():
                if line.strip():
                    points.append(_tick(config, line, day * DAY, float(scale), float(1 / factor), zone, data_zone))
        return points

    def _margin_interest(self, config: SubscriptionDataConfig, first: int, end: int) -> list[Any]:
        symbol = config.symbol
        folder = leanformat.market_folder(self.data_folder, str(symbol.security_type), symbol.market)
        path = folder / "margin_interest" / f"{symbol.value.lower()}.csv"
        points: list[Any] = []
        if path.is_file():
            for line in path.read_text().splitlines():
                stamp, _, rate = line.partition(",")
                if not rate:
                    continue
                day, _, clock = stamp.partition(" ")
                hour, minute, second = [*clock.split(":"), "0", "0", "0"][:3] if clock else ("0", "0", "0")
                ns = from_date(date(int(day[:4]), int(day[4:6]), int(day[6:8]))) + (
                    int(hour or 0) * 3600 + int(minute) * 60 + int(second)
                ) * 10**9
                points.append(MarginInterestRate(symbol, to_datetime(ns), float(rate.split(",")[0])))
        return points

    # -- events ---------------------------------------------------------------------------------------------------

    def _events(
        self,
        config: SubscriptionDataConfig,
        hours: ExchangeHours,
        start: int,
        end: int,
        mapping: MapFile,
        factors: FactorFile,
        raw_close: tuple[Ints, npt.NDArray[np.float64]] | None,
    ) -> list[tuple[int, Any]]:
        """Corporate actions of an equity, in the order LEAN's providers make them. LEAN: Enumerators/*EventProvider.cs."""
        if config.security_type != SecurityType.EQUITY or (config.type is Tick and config.tick_type != TickType.TRADE):
            return []
        symbol, zone = config.symbol, hours.time_zone
        splits_and_dividends = not config.is_internal_feed
        delisting = mapping.delisting_date
        changes = {row.day.toordinal() - _EPOCH for row in factors.rows}
        first_day, last_day = start // DAY, end // DAY
        delisted_day = delisting.toordinal() - _EPOCH
        # most days have no event: only those near a row of the factor or map file can
        interesting = {day + shift for day in changes for shift in range(9)}
        interesting |= {row.day.toordinal() - _EPOCH + shift for row in mapping.rows for shift in range(-1, 9)}
        interesting.add(first_day)
        found: list[tuple[int, Any]] = []
        split: tuple[Decimal, Decimal] | None = None
        dividend: tuple[Decimal, Decimal] | None = None
        ticker = ""
        warned = False
        first_date = date.fromordinal(_EPOCH + first_day)
        if mapping.rows:
            # LEAN: MappingEventProvider.cs, Initialize: before its first day a share has the ticker it was asked by
            known = mapping.has_data(first_date)
            ticker = mapping.ticker_at(first_date, symbol.value) if known else symbol.value

        def close_before(day: int) -> float:
            if raw_close is None:
                return 0.0
            place = int(np.searchsorted(raw_close[0], day * DAY))
            return float(raw_close[1][place - 1]) if place else 0.0

        for day in range(first_day, last_day + 1):
            if day not in interesting and split is None and dividend is None:
                continue
            midnight = day * DAY
            if not hours.is_open_during(max(midnight, start), midnight + DAY, config.extended_market_hours):
                continue
            this = date.fromordinal(_EPOCH + day)
            if ticker and ticker != symbol.value:
                symbol = Symbol(symbol.id, ticker)
            moment = to_datetime(midnight)
            emit = zone.to_utc(midnight)
            if mapping.has_data(this):
                if splits_and_dividends:
                    if split is not None:
                        found.append((emit, Split(symbol, moment, float(split[1]), float(split[0]), SplitType.SPLIT_OCCURRED)))
                        split = None
                    split = factors.split_after(this)
                    if split is not None:
                        found.append((emit, Split(symbol, moment, close_before(day), float(split[0]), SplitType.WARNING)))
                    if dividend is not None:
                        ratio, reference = dividend
                        amount = round_to(reference - reference * ratio, 2)
                        found.append((emit, Dividend(symbol, moment, float(amount), float(reference))))
                    dividend = factors.dividend_after(this)
                if mapping.rows:
                    now = mapping.ticker_at(this, ticker)
                    if now != ticker:
                        if ticker:
                            symbol = Symbol(symbol.id, now)
                            found.append((emit, SymbolChangedEvent(symbol, moment, ticker, now)))
                        ticker = now
            if not warned and day >= delisted_day:
                warned = True
                point = Delisting(symbol, to_datetime(delisted_day * DAY), close_before(day), DelistingType.WARNING)
                found.append((max(zone.to_utc(delisted_day * DAY), zone.to_utc(start)), point))
            if day > delisted_day:
                point = Delisting(symbol, to_datetime((delisted_day + 1) * DAY), close_before(day), DelistingType.DELISTED)
                found.append((zone.to_utc((delisted_day + 1) * DAY), point))
                break
        return found


def until(stream: Stream, utc: int) -> Stream:
    """What arrives up to a moment."""
    columns = _cut(stream.columns, 0, _first_at_least(stream.columns.emit, utc + 1))
    return Stream(columns, [item for item in stream.events if item[0] <= utc])


# -- helpers on columns -------------------------------------------------------------------------------------------


def _first_at_least(values: Sequence[int], bound: int) -> int:
    from bisect import bisect_left

    return bisect_left(values, bound)


def _ticker_spans(mapping: MapFile, ticker: str, first: int, last: int) -> list[tuple[str, int, int]]:
    """Tickers between two days (numbers since 1970) with the days they hold."""
    if not mapping.rows:
        return [(ticker, first, last)]
    spans: list[tuple[str, int, int]] = []
    low = first
    for row in mapping.rows:
        day = row.day.toordinal() - _EPOCH
        if day < low:
            continue
        high = min(day, last)
        if spans and spans[-1][0] == row.ticker:
            spans[-1] = (row.ticker, spans[-1][1], high)
        else:
            spans.append((row.ticker, low, high))
        low = high + 1
        if low > last:
            break
    return spans


def _is_tradable(hours: ExchangeHours, config: SubscriptionDataConfig, day: int) -> bool:
    """True when the exchange is open at some time of a day of the data's clock."""
    if hours.is_market_always_open:
        return True
    zone, data_zone = hours.time_zone, config.data_zone
    if zone == data_zone:
        return hours.is_open_during(day * DAY, day * DAY + DAY, config.extended_market_hours)
    low = zone.to_local(data_zone.to_utc(day * DAY))
    high = zone.to_local(data_zone.to_utc(day * DAY + DAY))
    return hours.is_open_during(low, high, config.extended_market_hours)


def _strict_times(
    starts: Ints, ends: Ints, rows: Ints, hours: ExchangeHours, local_start: int
) -> tuple[Ints, Ints, Ints]:
    """Daily bars from the first open to the last close. LEAN: Enumerators/StrictDailyEndTimesEnumerator.cs."""
    opens, closes = [], []
    keep = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        first, last = hours.daily_calendar(end)
        opens.append(first)
        closes.append(last)
        keep.append(last >= start and last >= local_start)
    mask = np.array(keep, dtype=bool)
    return np.array(opens, dtype=np.int64)[mask], np.array(closes, dtype=np.int64)[mask], rows[mask]


def _sessions(hours: ExchangeHours, low: int, high: int, extended: bool) -> tuple[Ints, Ints]:
    """Opens and closes of the sessions between two clock times, touching ones apart."""
    opens, closes = [], []
    for midnight in range(low - low % DAY - DAY, high + 2 * DAY, DAY):
        for segment in hours.day(midnight).segments:
            if segment.regular or extended:
                opens.append(midnight + segment.start)
                closes.append(midnight + segment.end)
    return np.array(opens, dtype=np.int64), np.array(closes, dtype=np.int64)


def _open_mask(hours: ExchangeHours, starts: Ints, ends: Ints, extended: bool) -> Mask:
    """Which bars overlap a session. LEAN: Enumerators/SubscriptionFilterEnumerator.cs, MoveNext."""
    if not len(starts):
        return np.zeros(0, dtype=bool)
    opens, closes = _sessions(hours, int(starts.min()), int(ends.max()), extended)
    if not len(opens):
        return np.zeros(len(starts), dtype=bool)
    place = np.searchsorted(closes, starts, side="right")
    inside = place < len(opens)
    place = np.minimum(place, len(opens) - 1)
    # a bar that ends at midnight is cut one tick short there, which no session notices
    mask: Mask = inside & (opens[place] < ends)
    points = starts == ends
    if points.any():
        mask |= points & inside & (opens[place] <= starts)
    return mask


def _gaps(
    filler: FillForward,
    hours: ExchangeHours,
    starts: Ints,
    ends: Ints,
    small: int,
    extended: bool,
    last: LastPoint | None,
    start: int,
    span: int,
) -> tuple[list[tuple[int, int, int, int]], int]:
    """Repeats as (row they follow, arrival, start, end), and how many rows come before the end.

    Row -1 stands for the point before the first.
    """
    found: list[tuple[int, int, int, int]] = []
    count = len(starts)
    if last is not None and len(last.columns):
        before_start = start - span
        before_end = before_start + (last.columns.end[last.row] - last.columns.start[last.row])
        if count:
            found += [
                (-1, fill.end, fill.start, fill.end)
                for fill in filler.between(before_start, before_end, True, int(starts[0]), int(ends[0]))
            ]
        else:
            found += [(-1, fill.end, fill.start, fill.end) for fill in filler.after(before_start, before_end, True)]
    if not count:
        return found, 0
    # a repeat needs a session with room for it before the next bar ends
    zone = hours.time_zone
    utc = zone.to_utc_array(starts)
    wide = (utc[1:] - utc[:-1]) > small
    if not hours.is_market_always_open and wide.any():
        opens, closes = _sessions(hours, int(starts[0]), int(ends[-1]), extended)
        place = np.minimum(np.searchsorted(closes, ends[:-1], side="right"), len(opens) - 1)
        earliest = np.maximum(opens[place], ends[:-1])
        # an hour's tolerance: bars of other lengths than the step are judged by the rules themselves
        wide &= earliest < ends[1:]
    start_list, end_list = starts.tolist(), ends.tolist()
    for row in np.flatnonzero(wide).tolist():
        fill = None
        for fill in filler.between(start_list[row], end_list[row], False, start_list[row + 1], end_list[row + 1]):
            found.append((row, fill.end, fill.start, fill.end))
        if fill is not None and filler.ends_within(fill, start_list[row + 1], end_list[row + 1]):
            return found, row + 1
    found += [
        (count - 1, fill.end, fill.start, fill.end) for fill in filler.after(start_list[-1], end_list[-1], False)
    ]
    return found, count


def _rounded(
    config: SubscriptionDataConfig, hours: ExchangeHours, starts: Ints, ends: Ints, span: int, strict: bool
) -> tuple[Ints, Ints]:
    """Times that repeats show: those of a whole bar. LEAN: Engine/DataFeeds/SubscriptionData.cs, Create."""
    if strict:
        pairs = [hours.daily_calendar(moment) for moment in starts.tolist()]
        return np.array([p[0] for p in pairs], dtype=np.int64), np.array([p[1] for p in pairs], dtype=np.int64)
    zone, data_zone = hours.time_zone, config.data_zone
    if zone == data_zone:
        begins = starts - starts % span
    else:
        local = data_zone.to_local_array(zone.to_utc_array(starts))
        begins = zone.to_local_array(data_zone.to_utc_array(local - local % span))
    if not hours.is_market_always_open:
        closed = np.flatnonzero(~_open_mask(hours, begins, begins + span, config.extended_market_hours))
        for place in closed.tolist():
            begins[place] = _last_open_bar(config, hours, int(starts[place]), span)
    return begins, begins + (ends - starts)


def _last_open_bar(config: SubscriptionDataConfig, hours: ExchangeHours, local: int, span: int) -> int:
    """Start of the last bar in a session. LEAN: Common/Extensions.cs, ExchangeRoundDownInTimeZone."""
    zone, data_zone = hours.time_zone, config.data_zone
    moment = data_zone.to_local(zone.to_utc(local))
    for _ in range(24 * 3600 * 15):
        begin = zone.to_local(data_zone.to_utc(moment - moment % span))
        if hours.is_open_during(begin, begin + span, config.extended_market_hours):
            return begin
        moment -= span
    return local


def _sides(config: SubscriptionDataConfig, raw: RawBars, rows: Ints, fill: bool) -> tuple[dict[str, Any], Any, Any]:
    """Columns of the chosen rows; a quote without one side takes the last one, where rows are filled forward."""
    if config.type is not QuoteBar:
        return {name: raw.columns[name][rows] for name in TRADE_FIELDS} if len(rows) else {}, _NONE, _NONE
    table: dict[str, Any] = {}
    sources: list[Ints] = []
    for side in ("bid", "ask"):
        if not len(rows):
            sources.append(_NONE)
            continue
        opens, closes = raw.columns[f"{side}_open"][rows], raw.columns[f"{side}_close"][rows]
        absent = np.isnan(closes) | ((closes == 0) & (opens == 0))
        source = np.where(absent, -1, rows)
        if fill and absent.any():
            # LEAN: Enumerators/QuoteBarFillForwardEnumerator.cs
            place = np.maximum.accumulate(np.where(absent, -1, np.arange(len(rows))))
            source = np.where(place >= 0, rows[np.maximum(place, 0)], -1)
        safe = np.maximum(source, 0)
        for field in ("open", "high", "low", "close"):
            column = raw.columns[f"{side}_{field}"][safe]
            table[f"{side}_{field}"] = np.where(source < 0, np.nan, column)
        table[f"{side}_size"] = np.nan_to_num(raw.columns[f"{side}_size"][rows])
        sources.append(source)
    return table, sources[0], sources[1]


def _symbols_of_rows(symbol: Symbol, mapping: MapFile, columns: Columns) -> list[Symbol] | None:
    """The symbol of each row under the ticker of its day; None where that is the symbol's own throughout.

    LEAN: Common/Data/SubscriptionDataConfig.cs, MappedSymbol: the configuration's symbol takes the ticker of the day.
    """
    if not mapping.rows or not len(columns):
        return None
    first, last = columns.start[0] // DAY, columns.start[-1] // DAY
    spans = _ticker_spans(mapping, symbol.value, first, last)
    if all(ticker == symbol.value for ticker, _, _ in spans):
        return None
    named = [(Symbol(symbol.id, ticker), high) for ticker, _, high in spans]
    place = 0
    found = []
    for row, start in enumerate(columns.start):
        if not columns.filled[row]:
            while place < len(named) - 1 and start // DAY > named[place][1]:
                place += 1
        found.append(named[place][0])
    return found


_NO_SCALING: Final = Decimal(1)
_ROW_COLUMNS: Final = ("emit", "start", "end", "filled")
_NONE: Final = np.empty(0, np.int64)
_NO_FLOATS: Final = np.empty(0, np.float64)


def _make(
    config: SubscriptionDataConfig,
    starts: Ints,
    ends: Ints,
    emits: Ints,
    filled: Mask,
    rows: Ints,
    raw: RawBars | None,
    scaling: list[Decimal] | None,
    table: dict[str, Any],
    bid_source: Ints,
    ask_source: Ints,
) -> Columns:
    """Columns of everything; prices times their factor."""
    base = (config.symbol, integers(emits), integers(starts), integers(ends), flags(filled), integers(rows), raw, scaling)
    names = QUOTE_FIELDS if config.type is QuoteBar else TRADE_FIELDS
    if scaling is not None and len(rows):
        # .NET sees a decimal as a double by dividing its integer, as a double, by a power of ten
        factors = [scaling[row] for row in rows.tolist()]
        parts = {factor: factor.as_tuple() for factor in set(factors)}
        whole = {f: np.longdouble("".join(map(str, part.digits))) for f, part in parts.items()}
        places = {f: -int(part.exponent) for f, part in parts.items()}
        column = np.array([whole[factor] for factor in factors], dtype=np.longdouble)
        powers = np.array([10.0 ** places[factor] for factor in factors])
        adjusted = np.array([factor != 1 for factor in factors])
        # beyond 19 digits an extended double rounds, and beyond 28 places so does .NET
        long = {f for f, part in parts.items() if len(part.digits) > 10 or -int(part.exponent) > 18}
        many_digits = [place for place, factor in enumerate(factors) if factor in long] if long else []
        for name in names:
            values = table[name]
            if name in ("volume", "bid_size", "ask_size"):
                table[name] = np.where(adjusted, np.rint((values / (column / powers)).astype(np.float64)), values)
            else:
                exact = np.rint(values * 10000).astype(np.longdouble)
                product = (exact * column).astype(np.float64) / (powers * 10000.0)
                for row in many_digits:
                    if values[row] == values[row]:
                        price = NetDecimal.raw(int(exact[row]), 4) * net_factor(factors[row])
                        product[row] = float(price)
                table[name] = np.where(np.isnan(values) | ~adjusted, values, product)
    if config.type is not QuoteBar and "volume" in table and filled.any():
        # Repeats have no volume. LEAN: Common/Data/Market/TradeBar.cs, Clone(fillForward)
        table["volume"] = np.where(filled, 0.0, table["volume"])
    columns = {name: floats(table.get(name, _NO_FLOATS)) for name in names}
    if config.type is QuoteBar:
        return QuoteColumns(*base, sides=columns, bid_source=integers(bid_source), ask_source=integers(ask_source))
    return TradeColumns(*base, **columns)


def _with_last_point(
    config: SubscriptionDataConfig,
    last: LastPoint,
    order: Ints,
    all_rows: Ints,
    starts: Ints,
    ends: Ints,
    emits: Ints,
    is_fill: Mask,
    raw_rows: Ints,
    raw: RawBars,
    scaling: list[Decimal] | None,
    fill: bool,
) -> Columns:
    """Rows whose first ones repeat a point of other rows: as ready-made points, since digits come from another file."""
    own = all_rows[order] >= 0
    rows = raw_rows[all_rows[order][own]]
    real = _make(
        config, starts[order][own], ends[order][own], emits[order][own], is_fill[order][own], rows,
        raw, scaling, *_sides(config, raw, rows, fill),
    )  # fmt: skip
    repeats = order[~own]
    before = _repeat(last, starts[repeats], ends[repeats], emits[repeats])
    return concatenate([before, real])


def _repeat(last: LastPoint, starts: Ints, ends: Ints, emits: Ints) -> Columns:
    """The last row of other columns, repeated at new times."""
    count = len(starts)
    old, row = last.columns, last.row
    base = (
        old.symbol, integers(emits), integers(starts), integers(ends), flags(np.ones(count, bool)),
        integers(np.full(count, old.source[row], np.int64)), old.raw, old.factors,
    )  # fmt: skip

    def repeated(value: float) -> Sequence[float]:
        return floats(np.full(count, value))

    if isinstance(old, TradeColumns):
        prices = {name: repeated(getattr(old, name)[row]) for name in TRADE_FIELDS}
        return TradeColumns(*base, **prices | {"volume": repeated(0.0)})
    assert isinstance(old, QuoteColumns)
    return QuoteColumns(
        *base,
        sides={name: repeated(getattr(old, name)[row]) for name in QUOTE_FIELDS},
        bid_source=integers(np.full(count, old.bid_source[row], np.int64)),
        ask_source=integers(np.full(count, old.ask_source[row], np.int64)),
    )


class JoinedBars:
    """Raw rows of several columns as one, for exact digits only."""

    def __init__(self, parts: list[tuple[int, RawBars]]) -> None:
        self._parts = parts
        self.scaled = False

    def place(self, row: int) -> tuple[RawBars, int]:
        """The rows a row is among, and its number there."""
        place = len(self._parts) - 1
        while self._parts[place][0] > row:
            place -= 1
        first, raw = self._parts[place]
        return raw.place(row - first)

    def exact(self, field: str, row: int) -> Decimal:
        """The number of a row with all digits."""
        raw, row = self.place(row)
        return raw.exact(field, row)


def concatenate(parts: list[Columns]) -> Columns:
    """Rows of several columns of the same symbol as one."""
    parts = [part for part in parts if len(part)]
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    if isinstance(first, ObjectColumns):
        return ObjectColumns(
            first.symbol, [e for part in parts for e in part.emit], [p for part in parts for p in part.points]  # type: ignore[attr-defined]
        )
    offset = 0
    joined: list[tuple[int, RawBars]] = []
    sources: list[Ints] = []
    factors: list[Decimal] | None = [] if any(part.factors is not None for part in parts) else None
    bid_sources: list[Ints] = []
    ask_sources: list[Ints] = []
    for part in parts:
        raw = part.raw
        length = 0
        if raw is not None:
            joined.append((offset, raw))
            length = (
                len(raw.times) if isinstance(raw, RawBars) else max(part.source, default=-1) + 1  # type: ignore[redundant-expr]
            )
        sources.append(np.asarray(part.source, np.int64) + offset)
        if factors is not None:
            factors += part.factors if part.factors is not None else [_NO_SCALING] * length
        if isinstance(part, QuoteColumns):
            for shifted, own in ((bid_sources, part.bid_source), (ask_sources, part.ask_source)):
                rows = np.asarray(own, np.int64)
                shifted.append(np.where(rows >= 0, rows + offset, -1))
        offset += length
    def joined_column(name: str) -> Any:
        column = getattr(first, name)[:0]
        for part in parts:
            column = column + getattr(part, name)
        return column

    base: Any = (
        first.symbol, *(joined_column(name) for name in _ROW_COLUMNS), integers(np.concatenate(sources)), JoinedBars(joined), factors,
    )  # fmt: skip
    result: Columns
    if isinstance(first, TradeColumns):
        result = TradeColumns(*base, **{name: joined_column(name) for name in TRADE_FIELDS})
    else:
        result = QuoteColumns(
            *base,
            sides={name: joined_column(name) for name in QUOTE_FIELDS},
            bid_source=integers(np.concatenate(bid_sources)),
            ask_source=integers(np.concatenate(ask_sources)),
        )
    if any(part.symbols is not None for part in parts):
        result.symbols = [
            symbol for part in parts for symbol in (part.symbols or [part.symbol] * len(part))
        ]
    return result


def keep(columns: Columns, rows: list[int] | range) -> Columns:
    """Some of the rows."""
    if len(rows) == len(columns):
        return columns
    if isinstance(columns, ObjectColumns):
        return ObjectColumns(columns.symbol, [columns.emit[i] for i in rows], [columns.points[i] for i in rows])
    chosen = np.asarray(rows, np.int64)

    def kept_of(name: str) -> Any:
        column = getattr(columns, name)
        if isinstance(rows, range):
            return column[rows.start : rows.stop]
        if isinstance(column, bytes):
            return np.frombuffer(column, np.uint8)[chosen].tobytes()
        return type(column)(column.typecode, np.asarray(column)[chosen].tobytes())

    base: Any = (
        columns.symbol, *(kept_of(name) for name in _ROW_COLUMNS), kept_of("source"), columns.raw, columns.factors
    )  # fmt: skip
    kept: Columns
    if isinstance(columns, TradeColumns):
        kept = TradeColumns(*base, **{name: kept_of(name) for name in TRADE_FIELDS})
    else:
        assert isinstance(columns, QuoteColumns)
        kept = QuoteColumns(
            *base,
            sides={name: kept_of(name) for name in QUOTE_FIELDS},
            bid_source=kept_of("bid_source"),
            ask_source=kept_of("ask_source"),
        )
    kept.symbols = None if columns.symbols is None else [columns.symbols[i] for i in rows]
    return kept


def _cut(columns: Columns, low: int, high: int) -> Columns:
    return keep(columns, range(low, high))


def _tick(
    config: SubscriptionDataConfig, line: str, midnight: int, scale: float, size_scale: float, zone: Any, data_zone: Any
) -> Tick:
    """A tick from a line. LEAN: Common/Data/Market/Tick.cs, constructor from a line."""
    parts = line.split(",")
    tick = Tick()
    tick.symbol = config.symbol
    local = midnight + round(float(parts[0]) * 1e6)
    tick.start_ns = tick.end_ns = zone.to_local(data_zone.to_utc(local)) if zone != data_zone else local
    tick.tick_type = config.tick_type
    if config.tick_type == TickType.TRADE:
        tick.value = float(parts[1]) * scale
        tick.quantity = float(parts[2]) * size_scale if size_scale != 1 else float(parts[2])
        if len(parts) > 3:
            tick.exchange = parts[3]
            tick.sale_condition = parts[4] if len(parts) > 4 else ""
            tick.suspicious = len(parts) > 5 and parts[5] == "1"
    else:
        tick.bid_price = float(parts[1] or 0) * scale
        tick.bid_size = float(parts[2] or 0)
        tick.ask_price = float(parts[3] or 0) * scale
        tick.ask_size = float(parts[4] or 0) if len(parts) > 4 else 0.0
        if len(parts) > 5:
            tick.exchange = parts[5]
            tick.sale_condition = parts[6] if len(parts) > 6 else ""
            tick.suspicious = len(parts) > 7 and parts[7] == "1"
        tick.set_value()
    return tick


def days_between(first: date, last: date) -> list[date]:
    """Dates from one to another, both included."""
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]

"""The built-in synthetic market: seeded, endless, the same bars in every resolution, and labelled everywhere.

A day-by-day chain of regimes (trend, range, crash, gap, volatile) gives each day its close; within a day the minutes are
a Brownian bridge between those closes with the usual shape of volatility over the session. Hours and days are the
minutes summed up, so a daily bar of one run is exactly the 1,440 minutes of another. Every day depends only on seed, symbol and
date: any period can be made at any time, and gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from vibetrader._util.files import atomic_write
from vibetrader.errors import DataError
from vibetrader.marketdata.leanformat import zip_of

#: Changes when the generator changes, so that old folders are not taken for new ones.
VERSION: Final = 1
LABEL: Final = "SYNTHETIC DATA: a made-up market, not real prices"

FIRST_DAY: Final = date(2010, 1, 1)
_ANCHOR_DAYS: Final = 30 * 366
_STEPS_PER_DAY: Final = 1440

Floats = npt.NDArray[np.float64]


class Regime(NamedTuple):
    """Daily drift and volatility of a state of the market, and how many days it lasts on average."""

    drift: float
    volatility: float
    days: float
    jump: float


#: Parameters for a crypto coin; other kinds are calmer by `_CALM`.
REGIMES: Final = {
    "trend": Regime(0.0035, 0.025, 40, 0.0),
    "range": Regime(0.0, 0.018, 45, 0.0),
    "decline": Regime(-0.003, 0.03, 25, 0.0),
    "volatile": Regime(0.0005, 0.05, 12, 0.02),
    "crash": Regime(-0.03, 0.06, 3, 0.0),
    "gap": Regime(0.0, 0.02, 2, 0.06),
}
_CALM: Final = {"crypto": 1.0, "equity": 0.38, "forex": 0.16, "cfd": 0.3, "index": 0.3}
#: Regimes that come in episodes, with quiet days between them.
_EPISODES: Final = frozenset({"crash", "gap"})
_WEIGHTS: Final = np.array([0.3, 0.34, 0.18, 0.1, 0.04, 0.04])

#: Price on the first day, where a familiar size helps the reader.
_FIRST_PRICE: Final = {
    "BTC": 9200.0, "ETH": 420.0, "SOL": 40.0, "BNB": 60.0, "XRP": 0.35, "ADA": 0.25, "DOGE": 0.04, "LTC": 70.0,
    "SPY": 120.0, "QQQ": 60.0, "AAPL": 30.0, "MSFT": 40.0, "EURUSD": 1.2, "GBPUSD": 1.4, "USDJPY": 105.0,
    "XAUUSD": 1250.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class SyntheticNeed:
    """Bars wanted of one symbol.

    Attributes:
        security_type: LEAN folder name: crypto, equity, forex or cfd.
        market: LEAN market name, e.g. binance, usa, oanda.
        ticker: Upper-case ticker.
        resolution: minute, hour or daily.
        start, end: First and last day, inclusive, in the exchange's data zone.
        regime: One state of the market for good, or again and again where it cannot last; "" is the usual mix.
    """

    security_type: str
    market: str
    ticker: str
    resolution: str
    start: date
    end: date
    regime: str = ""


def ensure_synthetic(folder: Path, needs: Iterable[SyntheticNeed], *, seed: int) -> dict[str, object]:
    """Write what is missing of the wanted bars into a LEAN data folder; the receipt says what is there.

    Args:
        folder: The LEAN data folder; made when it is not there.
        seed: Chooses the market.

    Returns:
        A receipt: label, generator version, seed, and per symbol and resolution the first and last day on disk.

    Raises:
        DataError: A security type or resolution that the generator does not make.
    """
    book = _Book(folder, seed)
    for need in sorted(needs):
        if need.security_type not in _CALM or need.resolution not in ("minute", "hour", "daily"):
            raise DataError(
                f"the synthetic market has no {need.resolution} bars for {need.security_type} {need.ticker!r}",
                hint="It makes minute, hour and daily bars of crypto, equity, index, forex and cfd.",
            )
        if need.regime and need.regime not in REGIMES:
            raise DataError(f"there is no regime {need.regime!r}", hint=f"There are {', '.join(REGIMES)}.")
        book.add(need)
    book.close()
    return {"label": LABEL, "version": VERSION, "seed": seed, "bars": book.receipt()}


class _Book:
    """What a folder holds, kept in a small file beside the bars."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder, self._seed = folder, seed
        self._file = folder / "synthetic.json"
        self._held: dict[str, list[str]] = {}
        self._changed = False
        if self._file.is_file():
            try:
                kept = json.loads(self._file.read_text())
                if kept["version"] == VERSION and kept["seed"] == seed:
                    self._held = dict(kept["bars"])
            except (ValueError, KeyError, TypeError):
                self._held = {}  # a torn book: the bars are made again, with the same bytes

    def add(self, need: SyntheticNeed) -> None:
        key = f"{need.security_type}/{need.market}/{need.ticker}/{need.resolution}"
        if need.regime:
            key += f" ({need.regime})"
        # one folder holds one market of a ticker: what another regime wrote is made anew
        others = [other for other in self._held if other.partition(" ")[0] == key.partition(" ")[0] and other != key]
        for other in others:
            del self._held[other]
            self._changed = True
        first, last = need.start, need.end
        if key in self._held:
            held_first, held_last = (date.fromisoformat(text) for text in self._held[key])
            if held_first <= first and last <= held_last:
                return
            first, last = min(first, held_first), max(last, held_last)
        whole = replace(need, start=first, end=last)
        _write(self._folder, whole, self._seed)
        self._held[key] = [first.isoformat(), last.isoformat()]
        self._changed = True

    def close(self) -> None:
        if self._changed:
            content = {"label": LABEL, "version": VERSION, "seed": self._seed, "bars": self._held}
            atomic_write(self._file, json.dumps(content, indent=1, sort_keys=True))

    def receipt(self) -> dict[str, list[str]]:
        return dict(sorted(self._held.items()))


# --------------------------------------------------------------------------------------------- the market
def _rng(seed: int, ticker: str, *parts: object) -> np.random.Generator:
    text = "/".join(map(str, (VERSION, seed, ticker, *parts)))
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))


@dataclass(slots=True)
class _Anchors:
    """Per day since `FIRST_DAY`: log close, overnight jump and volatility of one symbol."""

    close: Floats
    jump: Floats
    volatility: Floats


def _anchors(need: SyntheticNeed, seed: int) -> _Anchors:
    rng = _rng(seed, need.ticker, "days")
    calm = _CALM[need.security_type]
    regimes = list(REGIMES.values())
    state = np.empty(_ANCHOR_DAYS, dtype=np.int64)
    day = 0
    names = list(REGIMES)
    calm_turn = False
    while day < _ANCHOR_DAYS:
        kind = int(rng.choice(len(regimes), p=_WEIGHTS))
        if need.regime:
            kind = names.index(need.regime)
            # a crash that never ended would leave no price: quiet days come between
            if calm_turn and need.regime in _EPISODES:
                kind = names.index("range")
            calm_turn = not calm_turn
        length = 1 + int(rng.geometric(1.0 / regimes[kind].days))
        state[day : day + length] = kind
        day += length
    table = np.array(regimes)[state]
    shocks = rng.standard_t(5, _ANCHOR_DAYS) / np.sqrt(5 / 3)
    jumps = table[:, 3] * rng.standard_normal(_ANCHOR_DAYS) * calm
    steps = calm * (table[:, 0] + table[:, 1] * shocks) + jumps
    # A weak pull back to the long-run path keeps thirty years of prices within reason.
    level, pulled = 0.0, np.empty(_ANCHOR_DAYS)
    trend = 0.0 if need.security_type in ("forex", "cfd") else 0.0004 * calm
    pull = 0.004 if need.security_type in ("crypto", "equity") else 0.02
    for i, step in enumerate(steps.tolist()):
        level += step - pull * (level - trend * i)
        pulled[i] = level
    base = np.log(_first_price(need.ticker))
    return _Anchors(base + pulled, jumps, calm * table[:, 1])


def _first_price(ticker: str) -> float:
    for name, price in _FIRST_PRICE.items():
        if ticker.startswith(name):
            return price
    return float(5 + 195 * _rng(0, ticker, "price").random())


@dataclass(slots=True)
class _Day:
    """One day's minutes: start in ms since the data zone's midnight, prices and volume."""

    day: date
    start_ms: npt.NDArray[np.int64]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


#: Minutes of the trading day in the exchange's zone, where it is not New York's: first and last (exclusive).
_SESSIONS: Final = {
    "india": (555, 930), "eurex": (540, 1050), "hkfe": (570, 960), "krx": (540, 930), "ose": (540, 900),
}  # fmt: skip


def _session(kind: str, day: date, market: str = "usa") -> tuple[int, int] | None:
    """First and last minute (exclusive) of a day's trading in the data zone; None on a day without any."""
    if kind == "crypto":
        return 0, _STEPS_PER_DAY
    weekday = day.weekday()
    if kind in ("equity", "index") and market in _SESSIONS:
        return _SESSIONS[market] if weekday < 5 else None
    if kind in ("equity", "index"):
        return (570, 960) if weekday < 5 and not _us_holiday(day) else None
    # Forex and CFD trade from Sunday 17:00 to Friday 17:00 New York; their data zone is UTC.
    if weekday == 5:
        return None
    change = 1260 if _new_york_summer(day) else 1320
    if weekday == 6:
        return change + 5, _STEPS_PER_DAY
    return (0, change - 5) if weekday == 4 else (0, _STEPS_PER_DAY)


def _new_york_summer(day: date) -> bool:
    offset = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("America/New_York")).dst()
    return bool(offset)


def _us_holiday(day: date) -> bool:
    """The exchange holidays with a fixed rule; days that merely close early trade in full here."""
    month, number, weekday = day.month, day.day, day.weekday()
    fixed = {(1, 1), (6, 19), (7, 4), (12, 25)}
    if month == 6 and day.year < 2022:
        fixed -= {(6, 19)}
    if (month, number) in fixed:
        return True
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    if weekday == 0 and (before.month, before.day) in fixed:
        return True
    if weekday == 4 and (after.month, after.day) in fixed - {(1, 1)}:
        return True
    nth = (number - 1) // 7 + 1
    if weekday == 0 and (month, nth) in {(1, 3), (2, 3), (9, 1)}:
        return True
    if weekday == 0 and month == 5 and number > 24:
        return True
    if weekday == 3 and (month, nth) == (11, 4):
        return True
    return day == _easter(day.year) - timedelta(days=2)


def _easter(year: int) -> date:
    """Gregorian Easter Sunday (Meeus/Jones/Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month = (h + m - 7 * n + 114) // 31
    return date(year, month, (h + m - 7 * n + 114) % 31 + 1)


def _days(need: SyntheticNeed, seed: int) -> Iterable[_Day]:
    anchors = _anchors(need, seed)
    kind = need.security_type
    day = need.start
    while day <= need.end:
        hours = _session(kind, day, need.market)
        if hours is not None:
            yield _one_day(need, anchors, seed, day, *hours)
        day += timedelta(days=1)


def _one_day(need: SyntheticNeed, anchors: _Anchors, seed: int, day: date, first: int, last: int) -> _Day:
    index = (day - FIRST_DAY).days
    if not 1 <= index < _ANCHOR_DAYS:
        raise DataError(
            f"the synthetic market has no bars on {day.isoformat()}",
            hint=f"It runs from {FIRST_DAY + timedelta(days=1)} for thirty years.",
        )
    previous = _last_trading_index(need, index)
    rng = _rng(seed, need.ticker, day.isoformat())
    count = last - first
    start = anchors.close[previous] + anchors.jump[index]
    end = anchors.close[index]
    # Volatility over the day: a smile, high at both ends of the session.
    x = np.linspace(-1.0, 1.0, count)
    shape = 0.7 + 0.6 * x * x
    noise = rng.standard_normal(count * 4) * np.repeat(shape, 4)
    path = np.cumsum(noise)
    fraction = np.arange(1, count * 4 + 1) / (count * 4)
    bridge = path - fraction * path[-1]
    scale = 0.75 * anchors.volatility[index] / np.sqrt(count * 4)
    points = np.concatenate(([start], start + fraction * (end - start) + scale * bridge)).reshape(-1)
    prices = _to_tick(np.exp(points), need)
    ticks = np.lib.stride_tricks.sliding_window_view(prices, 5)[::4]
    volume = np.exp(rng.normal(0.0, 0.6, count)) * shape * (1 + 12 * anchors.volatility[index])
    minutes = np.arange(first, last, dtype=np.int64) * 60_000
    size = _volume_unit(need) / max(float(prices[0]), 1e-9)
    return _Day(
        day, minutes, ticks[:, 0], ticks.max(axis=1), ticks.min(axis=1), ticks[:, -1], _to_lot(volume * size, need)
    )


def _last_trading_index(need: SyntheticNeed, index: int) -> int:
    previous = index - 1
    while previous > 0 and _session(need.security_type, FIRST_DAY + timedelta(days=previous), need.market) is None:
        previous -= 1
    return previous


def _decimals(need: SyntheticNeed) -> int:
    price = _first_price(need.ticker)
    if need.security_type in ("equity", "index"):
        return 2
    if need.security_type == "crypto":
        return 2 if price >= 20 else 4
    return 5 if price < 20 else 3


def _to_tick(prices: Floats, need: SyntheticNeed) -> Floats:
    digits = _decimals(need)
    return np.maximum(np.round(prices, digits), 10.0**-digits)


def _volume_unit(need: SyntheticNeed) -> float:
    return {"crypto": 900_000.0, "equity": 6_000_000.0, "index": 0.0, "forex": 0.0, "cfd": 0.0}[need.security_type]


def _to_lot(volume: Floats, need: SyntheticNeed) -> Floats:
    return np.round(volume, 5 if need.security_type == "crypto" else 0)


# --------------------------------------------------------------------------------------------- LEAN's files
def _write(folder: Path, need: SyntheticNeed, seed: int) -> None:
    quotes = need.security_type in ("forex", "cfd")
    root = folder / need.security_type / need.market / need.resolution
    name = need.ticker.lower()
    if need.resolution == "minute":
        side = "quote" if quotes else "trade"
        for bars in _days(need, seed):
            stamp = f"{bars.day:%Y%m%d}"
            entry = f"{stamp}_{name}_minute_{side}.csv"
            _put(root / name / f"{stamp}_{side}.zip", entry, _rows(bars, need, bars.start_ms.tolist()))
        return
    span = 3_600_000 if need.resolution == "hour" else 86_400_000
    lines: list[str] = []
    for bars in _days(need, seed):
        grouped = _grouped(bars, span)
        stamp = f"{bars.day:%Y%m%d}"
        times = [f"{stamp} {ms // 3_600_000:02d}:00" for ms in grouped.start_ms.tolist()]
        lines += _rows(grouped, need, times)
    suffix = "_trade" if need.security_type == "crypto" else ""
    _put(root / f"{name}{suffix}.zip", f"{name}.csv", lines)


def _grouped(bars: _Day, span_ms: int) -> _Day:
    slots = bars.start_ms // span_ms
    edges = np.concatenate(([0], np.flatnonzero(np.diff(slots)) + 1))
    last = np.concatenate((edges[1:], [len(slots)])) - 1
    return _Day(
        bars.day,
        slots[edges] * span_ms,
        bars.open[edges],
        np.maximum.reduceat(bars.high, edges),
        np.minimum.reduceat(bars.low, edges),
        bars.close[last],
        np.add.reduceat(bars.volume, edges),
    )


def _rows(bars: _Day, need: SyntheticNeed, times: list[int] | list[str]) -> list[str]:
    columns = [bars.open, bars.high, bars.low, bars.close]
    if need.security_type == "equity":
        whole = [np.rint(column * 10_000).astype(np.int64).tolist() for column in columns]
        volume = bars.volume.astype(np.int64).tolist()
        return [f"{t},{o},{h},{l},{c},{v}" for t, o, h, l, c, v in zip(times, *whole, volume)]
    digits = _decimals(need)
    if need.security_type in ("forex", "cfd"):
        half = 10.0**-digits * (7 if digits == 5 else 15)
        bid = [[f"{p:.{digits}f}" for p in (column - half).tolist()] for column in columns]
        ask = [[f"{p:.{digits}f}" for p in (column + half).tolist()] for column in columns]
        return [f"{t},{','.join(b)},0,{','.join(a)},0" for t, b, a in zip(times, zip(*bid), zip(*ask))]
    text = [[f"{p:.{digits}f}" for p in column.tolist()] for column in columns]
    return [f"{t},{o},{h},{l},{c},{v:.5f}" for t, o, h, l, c, v in zip(times, *text, bars.volume.tolist())]


def _put(path: Path, entry: str, lines: list[str]) -> None:
    atomic_write(path, zip_of(entry, lines), durable=False)

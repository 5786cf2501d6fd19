"""What is doubtful about bars: found in columns, told with times and counts, and kept, refused, filled or masked.

The checks look at arrays alone, so that they serve files (`audit.py`), imports and runs alike. Times are milliseconds
since 1970 by the clock of the data's zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from vibetrader._util.suggest import did_you_mean
from vibetrader.errors import UsageError
from vibetrader.marketdata.spans import DAY_MS, Span, stamp

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

Policy = Literal["keep", "fail", "fill", "mask"]
POLICIES: Final[tuple[Policy, ...]] = ("keep", "fail", "fill", "mask")


class Kind(NamedTuple):
    """A kind of doubt.

    Attributes:
        grave: The bars are wrong, not merely odd.
        policy: What a run does unless told otherwise. `keep` leaves the bars as LEAN would read them.
        meaning: What it says about the bars.
    """

    grave: bool
    policy: Policy
    meaning: str


#: Every kind, in the order of reports. The policy `fill` stands for what LEAN's fill-forward does with a gap anyway.
KINDS: Final[Mapping[str, Kind]] = {
    "unreadable_file": Kind(True, "fail", "a zip that is truncated or damaged"),
    "wrong_entry": Kind(True, "fail", "a zip whose entry is not named as LEAN expects it"),
    "misnamed_file": Kind(True, "keep", "a file that LEAN will not find under this name"),
    "empty_file": Kind(True, "keep", "a file without a row"),
    "bad_text": Kind(True, "fail", "a row with something that is no number"),
    "wrong_columns": Kind(True, "fail", "rows of another number of columns than LEAN's"),
    "empty_field": Kind(True, "keep", "a row with an empty field"),
    "time_unit": Kind(True, "fail", "times in another unit than milliseconds since midnight"),
    "time_outside": Kind(True, "keep", "times outside the day that the file is named for"),
    "off_grid": Kind(True, "keep", "bars that begin between two bars"),
    "out_of_order": Kind(True, "keep", "bars after a later one; LEAN drops them"),
    "duplicate": Kind(True, "keep", "two bars of one time; LEAN takes the first"),
    "nonpositive_price": Kind(True, "fail", "prices of zero or below"),
    "ohlc": Kind(True, "keep", "a high below or a low above another price of its bar"),
    "negative_volume": Kind(True, "keep", "a volume below zero"),
    "crossed_quote": Kind(False, "keep", "a bid above its ask"),
    "price_unit": Kind(True, "keep", "prices that go to another scale and stay there"),
    "volume_unit": Kind(False, "keep", "volumes that go to another scale and stay there"),
    "outlier": Kind(False, "keep", "a price far from its neighbours, gone with the next bar"),
    "frozen": Kind(False, "keep", "the same bar many times in a row"),
    "zero_volume": Kind(False, "keep", "bars without a trade"),
    "gap": Kind(False, "fill", "bars that should be there and are not"),
    "closed_market": Kind(False, "keep", "bars outside the hours of the market"),
    "late_start": Kind(False, "keep", "the bars begin after the start: a late listing, or data that are missing"),
    "early_end": Kind(False, "keep", "the bars end before the end: a delisting, or data that are missing"),
    "open_bar": Kind(True, "keep", "a last bar that had not closed when it was stored"),
    "disagreement": Kind(False, "keep", "hours or days that are not made of the finer bars"),
    "changed_file": Kind(False, "keep", "a file that is not as its receipt says"),
    "missing_file": Kind(True, "keep", "a file that the receipt names and that is not there"),
    "no_receipt": Kind(False, "keep", "bars without a receipt"),
    "leftover": Kind(False, "keep", "a temporary file of a writer that was killed"),
    "replaced_archive": Kind(False, "keep", "an archive that the exchange replaced later"),
}

#: A robust standard deviation is this many times the median absolute deviation.
_SIGMA: Final = 1.4826
_OUTLIER_SIGMAS: Final = 12.0
_OUTLIER_LEAST: Final = 0.04
_SCALE_JUMP: Final = np.log(5.0)
_VOLUME_JUMP: Final = np.log(300.0)
_WINDOW: Final = 200
_FROZEN_BARS: Final = 30
#: A finding of more stretches than this tells only the first and the last moment.
_TOLD_SPANS: Final = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """A doubt about bars of a series.

    Attributes:
        kind: A key of `KINDS`.
        series: `crypto/binance/btcusdt/minute/trade`.
        span: First and last (exclusive) moment concerned; None where it is about a file.
        count: Bars (or files) concerned.
        detail: What exactly, with a value.
        file: The file, relative to the data folder, "" where it is about the series.
        spans: The very bars, where they do not fill the span.
    """

    kind: str
    series: str
    span: Span | None
    count: int
    detail: str
    file: str = ""
    spans: tuple[Span, ...] = ()

    @property
    def bars(self) -> tuple[Span, ...]:
        """Where the bars concerned are; nothing where it is about a file."""
        return self.spans or (() if self.span is None else (self.span,))

    @property
    def grave(self) -> bool:
        """The bars are wrong, not merely odd."""
        return KINDS[self.kind].grave

    def to_json(self) -> dict[str, Any]:
        """As ledgers and `--json` show it."""
        body: dict[str, Any] = {"kind": self.kind, "severity": "wrong" if self.grave else "odd", "series": self.series}
        if self.span is not None:
            body |= {"from": stamp(self.span[0]), "to": stamp(self.span[1])}
        if self.spans and len(self.spans) <= _TOLD_SPANS:
            body["spans"] = [[stamp(start), stamp(end)] for start, end in self.spans]
        body |= {"count": self.count, "detail": self.detail}
        return body | ({"file": self.file} if self.file else {})


@dataclass(frozen=True, slots=True)
class Columns:
    """Bars to be checked; for quotes the prices are those of the bid, and `ask` holds the other side's."""

    times: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    ask: tuple[Floats, Floats, Floats, Floats] | None = None

    def __len__(self) -> int:
        return len(self.times)

    def only(self, mask: Mask) -> Columns:
        """Some of the bars."""
        ask = None if self.ask is None else tuple(column[mask] for column in self.ask)
        return Columns(
            self.times[mask], self.open[mask], self.high[mask], self.low[mask], self.close[mask], self.volume[mask],
            ask,  # type: ignore[arg-type]  # four again
        )  # fmt: skip


def policies(text: str) -> dict[str, Policy]:
    """The policy of each kind: the defaults, changed by `kind=policy,…`; the kind `all` stands for every one.

    Raises:
        UsageError: No such kind or policy.
    """
    found: dict[str, Policy] = {name: kind.policy for name, kind in KINDS.items()}
    for part in (piece.strip() for piece in text.split(",")):
        if not part:
            continue
        name, equals, value = (word.strip() for word in part.partition("="))
        if not equals or (name not in KINDS and name != "all"):
            near = did_you_mean(name, KINDS) or f"The kinds are {', '.join(KINDS)}."
            raise UsageError(f"data policy {part!r}: no such kind of doubt", hint=near[:1].upper() + near[1:])
        policy = next((one for one in POLICIES if one == value), None)
        if policy is None:
            raise UsageError(f"data policy {part!r}: {value!r} is none of {', '.join(POLICIES)}")
        for kind in KINDS if name == "all" else (name,):
            found[kind] = policy
    return found


def check_times(times: Ints, step_ms: int, series: str, file: str = "") -> tuple[list[Finding], Mask]:
    """Doubts about order and grid, and the bars that LEAN would read: later than all before, one of each time."""
    found: list[Finding] = []
    if not len(times):
        return found, np.zeros(0, dtype=bool)
    best = np.maximum.accumulate(times)
    newer = np.ones(len(times), dtype=bool)
    newer[1:] = times[1:] > best[:-1]
    again = np.zeros(len(times), dtype=bool)
    later = ~newer
    if later.any():
        again[later] = np.isin(times[later], times[newer]) & _seen_before(times, later)
    for kind, mask, what in (
        ("duplicate", again, "bars whose time was there before"),
        ("out_of_order", later & ~again, "bars after a later one"),
        ("off_grid", times % step_ms != 0, "bars that do not begin on a multiple of their length"),
    ):
        if mask.any():
            found.append(_finding(kind, series, times, mask, step_ms, what, file))
    return found, newer


def _seen_before(times: Ints, later: Mask) -> Mask:
    """Of the bars that are not newer than all before: which have the time of one before."""
    seen: set[int] = set()
    told = []
    wanted = later.tolist()
    for time, is_later in zip(times.tolist(), wanted, strict=True):
        if is_later:
            told.append(time in seen)
        seen.add(time)
    return np.array(told, dtype=bool)


def check_bars(bars: Columns, step_ms: int, series: str, *, volumes: bool = True) -> list[Finding]:
    """Doubts about prices and volumes of bars in order.

    Args:
        volumes: The series has volumes; quotes and forex have none.
    """
    if not len(bars):
        return []
    times = bars.times
    found: list[Finding] = []

    def add(kind: str, mask: Mask, what: str) -> None:
        if mask.any():
            found.append(_finding(kind, series, times, mask, step_ms, what))

    sides = [(bars.open, bars.high, bars.low, bars.close)]
    if bars.ask is not None:
        sides.append(bars.ask)
    with np.errstate(invalid="ignore"):
        bad = np.zeros(len(bars), dtype=bool)
        inconsistent = np.zeros(len(bars), dtype=bool)
        for o, h, low, c in sides:
            bad |= (o <= 0) | (h <= 0) | (low <= 0) | (c <= 0)
            inconsistent |= (h < o) | (h < c) | (low > o) | (low > c) | (h < low)
        add("nonpositive_price", bad, "bars with a price of zero or below")
        add("ohlc", inconsistent & ~bad, "bars whose high or low is not their highest or lowest price")
        if bars.ask is not None:
            add("crossed_quote", bars.close > bars.ask[3], "bars whose bid closes above the ask")
        if volumes:
            add("negative_volume", bars.volume < 0, "bars with a volume below zero")
            add("zero_volume", bars.volume == 0, "bars without a trade")
    sound = ~bad & np.isfinite(bars.close)
    found += _scale_changes(bars, sound, step_ms, series, volumes=volumes)
    found += _outliers(bars, sound, step_ms, series)
    found += _frozen(bars, step_ms, series)
    return found


def _scale_changes(bars: Columns, sound: Mask, step_ms: int, series: str, *, volumes: bool) -> list[Finding]:
    """Prices or volumes that go to another scale and stay there: another unit, a redenomination, a split."""
    found: list[Finding] = []
    times = bars.times[sound]
    columns = [("price_unit", bars.close[sound], _SCALE_JUMP)]
    if volumes and (bars.volume > 0).any():
        columns.append(("volume_unit", bars.volume[sound], _VOLUME_JUMP))
    for kind, values, least in columns:
        positive = values > 0
        if positive.sum() < 4:
            continue
        logs, at = np.log(values[positive]), times[positive]
        if kind == "price_unit":
            steps = np.flatnonzero(np.abs(np.diff(logs)) > least) + 1
        else:
            # volumes leap by themselves: only the level of many bars counts
            if len(logs) < 2 * _WINDOW:
                continue
            sums = np.concatenate(([0.0], np.cumsum(logs)))
            means = (sums[_WINDOW:] - sums[:-_WINDOW]) / _WINDOW
            leaps = np.abs(means[_WINDOW:] - means[:-_WINDOW])
            peak = int(leaps.argmax())
            steps = np.array([peak + _WINDOW]) if leaps[peak] > least else np.empty(0, np.int64)
        for step in steps.tolist():
            before, after = logs[max(step - _WINDOW, 0) : step], logs[step : step + _WINDOW]
            if min(len(before), len(after)) < 2:
                continue
            ratio = float(np.exp(np.median(after) - np.median(before)))
            if abs(np.log(ratio)) > least * 0.8:
                start = int(at[step])
                found.append(
                    Finding(kind, series, (start, int(at[-1]) + step_ms), 1, f"from {stamp(start)} on {ratio:.4g} times as large")
                )
                break
    return found


def _outliers(bars: Columns, sound: Mask, step_ms: int, series: str) -> list[Finding]:
    """Closes that come back with the next bar, and highs and lows far from every other price around."""
    chosen = bars.only(sound)
    if len(chosen) < 20:
        return []
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(chosen.close)
        steps = np.diff(logs)
        # the usual size of a step around each bar, by the median of blocks: robust and fast
        usual = _block_medians(np.abs(steps)) * _SIGMA
        limit = np.maximum(_OUTLIER_SIGMAS * usual, _OUTLIER_LEAST)
        far = np.abs(steps) > limit
        spike = np.zeros(len(chosen), dtype=bool)
        spike[1:-1] = far[:-1] & far[1:] & (np.abs(steps[:-1] + steps[1:]) < 0.4 * np.abs(steps[:-1]))
        around = np.concatenate(([limit[0]], limit))
        body_high, body_low = np.maximum(chosen.open, chosen.close), np.minimum(chosen.open, chosen.close)
        previous = np.concatenate(([chosen.close[0]], chosen.close[:-1]))
        wick = np.log(chosen.high / np.maximum(body_high, previous)) > around
        wick |= np.log(np.minimum(body_low, previous) / chosen.low) > around
    mask = spike | (wick & ~spike)
    if not mask.any():
        return []
    worst = int(np.flatnonzero(mask)[0])
    detail = f"bars far from their neighbours, the first with high {chosen.high[worst]:g}, low {chosen.low[worst]:g}, close {chosen.close[worst]:g} after {previous[worst]:g}"
    return [_finding("outlier", series, chosen.times, mask, step_ms, detail)]


def _block_medians(sizes: Floats, block: int = 500) -> Floats:
    count = -(-len(sizes) // block)
    medians = np.array([np.median(sizes[i * block : (i + 1) * block]) for i in range(count)])
    if count > 1 and len(sizes) % block and len(sizes) % block < block // 4:
        medians[-1] = medians[-2]
    floor = np.median(sizes) * 0.25
    return np.repeat(np.maximum(medians, floor), block)[: len(sizes)]


def _frozen(bars: Columns, step_ms: int, series: str) -> list[Finding]:
    if len(bars) <= _FROZEN_BARS:
        return []
    same = np.ones(len(bars) - 1, dtype=bool)
    for column in (bars.open, bars.high, bars.low, bars.close, bars.volume):
        same &= column[1:] == column[:-1]
    same &= bars.volume[1:] != 0
    edges = np.flatnonzero(np.diff(np.concatenate(([0], same.astype(np.int8), [0]))))
    found = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if end - start >= _FROZEN_BARS:
            span = (int(bars.times[start]), int(bars.times[end]) + step_ms)
            found.append(Finding("frozen", series, span, end - start + 1, f"the same bar {end - start + 1} times, volume and all"))
    return found


def check_gaps(times: Ints, expected: Ints, step_ms: int, series: str) -> list[Finding]:
    """Bars that should be there between the first and the last, a finding for each stretch."""
    if not len(times):
        return []
    expected = expected[(expected >= times[0]) & (expected <= times[-1])]
    missing = expected[~np.isin(expected, times, assume_unique=False)]
    if not len(missing):
        return []
    place = np.searchsorted(expected, missing)
    breaks = np.flatnonzero(np.diff(place) > 1) + 1
    found = []
    for part in np.split(missing, breaks):
        span = (int(part[0]), int(part[-1]) + step_ms)
        found.append(Finding("gap", series, span, len(part), f"{len(part)} bars missing from {stamp(span[0])} to {stamp(span[1])}"))
    return found


def spans_of(times: Ints, mask: Mask, step_ms: int) -> list[Span]:
    """Stretches of bars that a mask marks."""
    chosen = times[mask]
    if not len(chosen):
        return []
    breaks = np.flatnonzero(np.diff(chosen) > step_ms) + 1
    return [(int(part[0]), int(part[-1]) + step_ms) for part in np.split(chosen, breaks)]


def _finding(kind: str, series: str, times: Ints, mask: Mask, step_ms: int, what: str, file: str = "") -> Finding:
    chosen = times[mask]
    count = len(chosen)
    first = stamp(int(chosen[0]))
    span = (int(chosen.min()), int(chosen.max()) + step_ms)
    spans = tuple(spans_of(np.sort(times), mask[np.argsort(times, kind="stable")], step_ms))
    return Finding(kind, series, span, count, f"{count} {what}, first {first}", file, spans)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """In the order of reports: by gravity, kind and time."""
    order = {name: place for place, name in enumerate(KINDS)}
    return sorted(findings, key=lambda f: (not f.grave, order[f.kind], f.series, f.span or (0, 0), f.file))


def summed(findings: list[Finding], *, at_most: int) -> list[Finding]:
    """Many findings of one kind and series as the first few and one that counts the rest."""
    kept: list[Finding] = []
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.kind, finding.series), []).append(finding)
    for (kind, series), group in groups.items():
        kept += group[:at_most]
        rest = group[at_most:]
        if rest:
            spans = [finding.span for finding in rest if finding.span is not None]
            span = (min(s[0] for s in spans), max(s[1] for s in spans)) if spans else None
            count = sum(finding.count for finding in rest)
            where = tuple(span for finding in rest for span in finding.bars)
            kept.append(Finding(kind, series, span, count, f"{len(rest)} more like these, {count} in all", spans=where))
    return kept


__all__ = [
    "DAY_MS", "KINDS", "POLICIES", "Columns", "Finding", "Kind", "Policy", "check_bars", "check_gaps", "check_times",
    "policies", "spans_of", "summed", "worst_first",
]  # fmt: skip

"""Figures of closed trades, in decimals and in LEAN's running order. LEAN: Common/Statistics/TradeStatistics.cs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from vibetrader.engine.money import ZERO, round_to, text
from vibetrader.engine.naming import lean_names
from vibetrader.engine.statistics.dotnet import add, cast, divide, iso_time, timespan
from vibetrader.engine.statistics.trades import Trade
from vibetrader.engine.timekeeping import Nanoseconds, to_datetime, to_timedelta

_TICKS = 10_000_000  # a second
_CENT, _LONG = Decimal("0.01"), Decimal("0.0000000001")
#: From so many trades on whole lists are summed at once.
_MANY = 30


def _running_mean(mean_ticks: int, ticks: int, count: int) -> int:
    """New mean of durations. LEAN works on seconds as doubles and cuts to whole ticks."""
    mean = mean_ticks / _TICKS
    return mean_ticks + int((ticks / _TICKS - mean) / count * _TICKS)


def _median(ticks: list[int]) -> int:
    """Middle value; of an even number the upper of the two middle ones. LEAN: LinqExtensions.Median."""
    return sorted(ticks)[len(ticks) // 2] if ticks else 0


def _mean(mean: Decimal, value: Decimal, count: int) -> Decimal:
    """Running mean, with .NET's digits: a 28-digit mean shows in the fourth decimal now and then."""
    return add(mean, divide(add(value, mean.copy_negate()), count))


#: Attribute → kind, in the order of the result file.
_FIELDS: tuple[tuple[str, str], ...] = (
    ("start_date_time", "time"),
    ("end_date_time", "time"),
    ("total_number_of_trades", "count"),
    ("number_of_winning_trades", "count"),
    ("number_of_losing_trades", "count"),
    ("total_profit_loss", "money"),
    ("total_profit", "money"),
    ("total_loss", "money"),
    ("largest_profit", "money"),
    ("largest_loss", "money"),
    ("average_profit_loss", "money"),
    ("average_profit", "money"),
    ("average_loss", "money"),
    ("average_trade_duration", "span"),
    ("average_winning_trade_duration", "span"),
    ("average_losing_trade_duration", "span"),
    ("median_trade_duration", "span"),
    ("median_winning_trade_duration", "span"),
    ("median_losing_trade_duration", "span"),
    ("max_consecutive_winning_trades", "count"),
    ("max_consecutive_losing_trades", "count"),
    ("profit_loss_ratio", "money"),
    ("win_loss_ratio", "money"),
    ("win_rate", "money"),
    ("loss_rate", "money"),
    ("average_mae", "money"),
    ("average_mfe", "money"),
    ("largest_mae", "money"),
    ("largest_mfe", "money"),
    ("maximum_closed_trade_drawdown", "money"),
    ("maximum_intra_trade_drawdown", "money"),
    ("profit_loss_standard_deviation", "money"),
    ("profit_loss_downside_deviation", "money"),
    ("profit_factor", "money"),
    ("sharpe_ratio", "money"),
    ("sortino_ratio", "money"),
    ("profit_to_max_drawdown_ratio", "money"),
    ("maximum_end_trade_drawdown", "money"),
    ("average_end_trade_drawdown", "money"),
    ("maximum_drawdown_duration", "span"),
    ("total_fees", "money"),
)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join({"mae": "MAE", "mfe": "MFE"}.get(word, word.capitalize()) for word in rest)


_JSON_NAMES = {name: _camel(name) for name, _ in _FIELDS}
#: Both spellings of an attribute → its snake_case name.
_ATTRIBUTES = {spelling: name for name, json in _JSON_NAMES.items() for spelling in (name, json[0].upper() + json[1:])}
_KINDS = dict(_FIELDS)


def four_digits(value: Decimal) -> str:
    """Text of a figure in result files: at most four decimals. LEAN: JsonRoundingConverter."""
    return text(round_to(value, 4))


@lean_names
class TradeStatistics:
    """Figures of a list of trades; users see floats, dates and spans.

    Args:
        trades: Closed trades in the order of closing.
    """

    def __init__(self, trades: Iterable[Trade] = ()) -> None:
        values: dict[str, Any] = {
            name: ZERO if kind == "money" else (None if kind == "time" else 0) for name, kind in _FIELDS
        }
        self._values = values
        listed = list(trades)
        if len(listed) < _MANY or not _collect_many(values, listed):
            _collect(values, listed)

    def __getattr__(self, name: str) -> Any:
        known = _ATTRIBUTES.get(name)
        if known is None:
            raise AttributeError(f"'TradeStatistics' object has no attribute '{name}'")
        kind, value = _KINDS[known], self._values[known]
        if kind == "money":
            return float(value)
        if kind == "span":
            return to_timedelta(value * 100)
        if kind == "time":
            return None if value is None else to_datetime(value)
        return value

    def to_json(self) -> dict[str, Any]:
        """The object of LEAN's result file."""
        out: dict[str, Any] = {}
        for name, kind in _FIELDS:
            value = self._values[name]
            if kind == "money":
                value = four_digits(value)
            elif kind == "span":
                value = timespan(value * 100)
            elif kind == "time" and value is not None:
                value = iso_time(value)
            out[_JSON_NAMES[name]] = value
        return out


def _collect(v: dict[str, Any], trades: Iterable[Trade]) -> None:
    peak = peak_with_mfe = squares = downside_squares = ZERO
    wins_in_row = losses_in_row = exceptional_wins = 0
    last_peak: Nanoseconds | None = None
    falling = False
    spans: list[int] = []
    winning_spans: list[int] = []
    losing_spans: list[int] = []
    for trade in trades:
        profit, mae, mfe = trade._profit_loss, trade._mae, trade._mfe
        ticks = (trade._exit_ns - trade._entry_ns) // 100
        if last_peak is None:
            last_peak = trade._entry_ns
        if v["start_date_time"] is None or trade._entry_ns < v["start_date_time"]:
            v["start_date_time"] = trade._entry_ns
        if v["end_date_time"] is None or trade._exit_ns > v["end_date_time"]:
            v["end_date_time"] = trade._exit_ns
        v["total_number_of_trades"] += 1
        count = v["total_number_of_trades"]
        total = v["total_profit_loss"]
        peak_with_mfe = max(peak_with_mfe, total + mfe)
        v["maximum_intra_trade_drawdown"] = min(v["maximum_intra_trade_drawdown"], total + mae - peak_with_mfe)
        v["total_profit_loss"] = total = total + profit
        if profit > 0:
            v["number_of_winning_trades"] += 1
            number = v["number_of_winning_trades"]
            v["total_profit"] += profit
            v["average_profit"] = _mean(v["average_profit"], profit, number)
            name = "average_winning_trade_duration"
            v[name] = _running_mean(v[name], ticks, number)
            winning_spans.append(ticks)
            v["largest_profit"] = max(v["largest_profit"], profit)
            wins_in_row, losses_in_row = wins_in_row + 1, 0
            v["max_consecutive_winning_trades"] = max(v["max_consecutive_winning_trades"], wins_in_row)
            if total > peak:
                peak = total
                if falling:
                    v["maximum_drawdown_duration"] = max(
                        v["maximum_drawdown_duration"], (trade._exit_ns - last_peak) // 100
                    )
                last_peak, falling = trade._exit_ns, False
        else:
            v["number_of_losing_trades"] += 1
            number = v["number_of_losing_trades"]
            v["total_loss"] += profit
            before = v["average_loss"]
            v["average_loss"] = average = _mean(before, profit, number)
            downside_squares += (profit - before) * (profit - average)
            v["profit_loss_downside_deviation"] = (
                cast(math.sqrt(downside_squares / (number - 1))) if number > 1 else ZERO
            )
            name = "average_losing_trade_duration"
            v[name] = _running_mean(v[name], ticks, number)
            losing_spans.append(ticks)
            v["largest_loss"] = min(v["largest_loss"], profit)
            if trade.is_win:
                # An option exercised in the money wins although its premium was lost.
                exceptional_wins += 1
                wins_in_row, losses_in_row = wins_in_row + 1, 0
                v["max_consecutive_winning_trades"] = max(v["max_consecutive_winning_trades"], wins_in_row)
            else:
                wins_in_row, losses_in_row = 0, losses_in_row + 1
                v["max_consecutive_losing_trades"] = max(v["max_consecutive_losing_trades"], losses_in_row)
            v["maximum_closed_trade_drawdown"] = min(v["maximum_closed_trade_drawdown"], total - peak)
            falling = True
        before = v["average_profit_loss"]
        v["average_profit_loss"] = average = _mean(before, profit, count)
        squares += (profit - before) * (profit - average)
        v["profit_loss_standard_deviation"] = cast(math.sqrt(squares / (count - 1))) if count > 1 else ZERO
        v["average_trade_duration"] = _running_mean(v["average_trade_duration"], ticks, count)
        spans.append(ticks)
        v["average_mae"] = _mean(v["average_mae"], mae, count)
        v["average_mfe"] = _mean(v["average_mfe"], mfe, count)
        v["largest_mae"] = min(v["largest_mae"], mae)
        v["largest_mfe"] = max(v["largest_mfe"], mfe)
        v["maximum_end_trade_drawdown"] = max(v["maximum_end_trade_drawdown"], trade._end_drawdown)
        v["total_fees"] += trade._total_fees
    v["number_of_winning_trades"] += exceptional_wins
    v["number_of_losing_trades"] -= exceptional_wins
    _ratios(v)
    v["median_trade_duration"] = _median(spans)
    v["median_winning_trade_duration"] = _median(winning_spans)
    v["median_losing_trade_duration"] = _median(losing_spans)


def _cents(trade: Trade) -> tuple[int, int, int, int] | None:
    """Profit, excursions and final drawdown in hundredths; None where one has not two decimals."""
    found = trade._cents
    if found is None:
        values = (trade._profit_loss, trade._mae, trade._mfe, trade._end_drawdown)
        if any(not value.same_quantum(_CENT) for value in values):
            return None
        found = trade._cents = (int(values[0] * 100), int(values[1] * 100), int(values[2] * 100), int(values[3] * 100))
    return found


def _long_mean(values: list[int]) -> Decimal | None:
    """Mean of hundredths as the running one shows with four decimals; None where its last digits could show.

    The running mean has 28 digits as soon as one of its steps does not end; it then differs from this in the last ones.
    """
    total, endless = 0, False
    for count, value in enumerate(values[:14], 1):
        total += value
        if count in (3, 7, 9, 11, 13) and total % count:
            endless = True
            break
    count, total = len(values), sum(values)
    rest = total * 1000 % (10 * count) / count  # of the fourth decimal, in tenths of it
    if not endless or abs(rest - 5) < 1e-9:
        return None
    mean = divide(Decimal(total).scaleb(-2), count)
    return mean.quantize(_LONG) if mean == mean.quantize(_LONG) else mean


def _collect_many(v: dict[str, Any], trades: list[Trade]) -> bool:
    """`_collect` in hundredths, which are exact; False where only the running order of decimals gives LEAN's digits."""
    rows = [_cents(trade) for trade in trades]
    if None in rows:
        return False
    profits, maes, mfes, wins, losses = [], [], [], [], []
    total = peak = peak_with_mfe = intra = closed = most_drawdown = 0
    in_row = lost_in_row = most_in_row = most_lost_in_row = 0
    last_peak, falling, longest = trades[0]._entry_ns, False, 0
    spans: list[int] = []
    winning_spans: list[int] = []
    losing_spans: list[int] = []
    mean_span = mean_winning = mean_losing = 0
    for trade, row in zip(trades, rows, strict=True):
        assert row is not None
        profit, mae, mfe, drawdown = row
        exit_ns = trade._exit_ns
        ticks = (exit_ns - trade._entry_ns) // 100
        if total + mfe > peak_with_mfe:
            peak_with_mfe = total + mfe
        if total + mae - peak_with_mfe < intra:
            intra = total + mae - peak_with_mfe
        total += profit
        if profit > 0:
            wins.append(profit)
            mean_winning = _running_mean(mean_winning, ticks, len(wins))
            winning_spans.append(ticks)
            in_row, lost_in_row = in_row + 1, 0
            most_in_row = max(most_in_row, in_row)
            if total > peak:
                peak = total
                if falling:
                    longest = max(longest, (exit_ns - last_peak) // 100)
                last_peak, falling = exit_ns, False
        elif trade.is_win:
            return False
        else:
            losses.append(profit)
            mean_losing = _running_mean(mean_losing, ticks, len(losses))
            losing_spans.append(ticks)
            in_row, lost_in_row = 0, lost_in_row + 1
            most_lost_in_row = max(most_lost_in_row, lost_in_row)
            closed = min(closed, total - peak)
            falling = True
        profits.append(profit)
        maes.append(mae)
        mfes.append(mfe)
        spans.append(ticks)
        mean_span = _running_mean(mean_span, ticks, len(spans))
        most_drawdown = max(most_drawdown, drawdown)
    if len(wins) < 2 or len(losses) < 2:
        return False
    means = [_long_mean(values) for values in (profits, wins, losses, maes, mfes)]
    if any(mean is None for mean in means):
        return False
    average, average_win, average_loss, average_mae, average_mfe = means

    def money(hundredths: int) -> Decimal:
        return Decimal(hundredths).scaleb(-2) if hundredths else ZERO

    v.update(
        start_date_time=min(trade._entry_ns for trade in trades),
        end_date_time=max(trade._exit_ns for trade in trades),
        total_number_of_trades=len(trades),
        number_of_winning_trades=len(wins),
        number_of_losing_trades=len(losses),
        total_profit_loss=Decimal(total).scaleb(-2),
        total_profit=money(sum(wins)),
        total_loss=Decimal(sum(losses)).scaleb(-2),
        largest_profit=money(max(wins)),
        largest_loss=money(min(losses)),
        average_profit_loss=average,
        average_profit=average_win,
        average_loss=average_loss,
        average_trade_duration=mean_span,
        average_winning_trade_duration=mean_winning,
        average_losing_trade_duration=mean_losing,
        median_trade_duration=_median(spans),
        median_winning_trade_duration=_median(winning_spans),
        median_losing_trade_duration=_median(losing_spans),
        max_consecutive_winning_trades=most_in_row,
        max_consecutive_losing_trades=most_lost_in_row,
        average_mae=average_mae,
        average_mfe=average_mfe,
        largest_mae=money(min(0, min(maes))),
        largest_mfe=money(max(0, max(mfes))),
        maximum_closed_trade_drawdown=money(closed),
        maximum_intra_trade_drawdown=money(intra),
        maximum_end_trade_drawdown=money(most_drawdown),
        maximum_drawdown_duration=longest,
        profit_loss_standard_deviation=_deviation(profits),
        profit_loss_downside_deviation=_deviation(losses),
        total_fees=sum((trade._total_fees for trade in trades), ZERO),
    )
    _ratios(v)
    return True


def _deviation(values: list[int]) -> Decimal:
    """Sample deviation of hundredths."""
    count, total = len(values), sum(values)
    squares = count * sum(value * value for value in values) - total * total
    return cast(math.sqrt(squares / (count * (count - 1)) / 10_000))


def _ratios(v: dict[str, Any]) -> None:
    """LEAN's conventions: 0 where there is nothing to divide, 10 where nothing was lost."""
    count, wins, losses = v["total_number_of_trades"], v["number_of_winning_trades"], v["number_of_losing_trades"]
    ten, one = Decimal(10), Decimal(1)
    average = v["average_profit_loss"]
    if v["average_loss"]:
        v["profit_loss_ratio"] = divide(v["average_profit"], v["average_loss"].copy_abs())
    if count:
        v["win_loss_ratio"] = divide(Decimal(wins), losses) if losses > 0 else ten
        v["win_rate"] = divide(Decimal(wins), count)
        v["loss_rate"] = one - v["win_rate"]
    if v["total_profit"]:
        v["profit_factor"] = divide(v["total_profit"], abs(v["total_loss"])) if v["total_loss"] < 0 else ten
    if v["profit_loss_standard_deviation"] > 0:
        v["sharpe_ratio"] = divide(average, v["profit_loss_standard_deviation"])
    if v["profit_loss_downside_deviation"] > 0:
        v["sortino_ratio"] = divide(average, v["profit_loss_downside_deviation"])
    if v["total_profit_loss"]:
        fall = v["maximum_closed_trade_drawdown"]
        v["profit_to_max_drawdown_ratio"] = divide(v["total_profit_loss"], abs(fall)) if fall < 0 else ten
    v["average_end_trade_drawdown"] = add(average, v["average_mfe"].copy_negate())

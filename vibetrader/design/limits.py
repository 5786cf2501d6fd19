"""What forbids an entry or ends a position beside the rules: days, hours, bars and losses."""

from __future__ import annotations

import re

from vibetrader.design.facts import if_lines
from vibetrader.design.layout import Method, statement
from vibetrader.design.protection import Protection


class Limits(Protection):
    """The limits of a spec."""

    __slots__ = ()

    def _may_enter(self) -> str:
        """Python source of "a new entry is allowed", "" when it always is."""
        limits = self.spec.limits
        parts: list[str] = []
        if limits.max_drawdown_pct is not None:
            parts.append(f"not {self.owner}.trading_stopped")
        if limits.max_daily_loss_pct is not None:
            parts.append(f"{self.owner}.paused_on != {self.owner}.time.date()")
        if limits.max_trades_per_day is not None:
            self.state["_trades_today"] = "0"
            self.state["_day"] = "None"
            parts.append(f"self._trades_today < {self.plan.scalar(limits.max_trades_per_day, whole=True)}")
        if limits.cooldown_bars is not None:
            bars = self.plan.scalar(limits.cooldown_bars, whole=True)
            parts.append(f"(self._exit_bar is None or self._bar_count - self._exit_bar > {bars})")
        if limits.entry_every_bars is not None:
            bars = self.plan.scalar(limits.entry_every_bars, whole=True)
            parts.append(f"(self._order_bar is None or self._bar_count - self._order_bar >= {bars})")
        if self.exits_by_clock:
            self._clock_exit()
            parts.append("self._flat_date != self._session()")
        if not parts:
            return ""
        text = " and ".join(parts)
        if len(parts) == 1 and len(text) <= 50:
            return text
        self.methods.append(
            Method("_may_enter", "", "bool", "Whether a new entry is allowed now.", statement("return ", text))
        )
        return "self._may_enter()"

    def _new_day(self) -> list[str]:
        if self.spec.limits.max_trades_per_day is None:
            return []
        return [
            "if bar.time.date() != self._day:",
            "    self._day = bar.time.date()",
            "    self._trades_today = 0",
        ]

    def _expire(self) -> list[str]:
        bars = self.spec.order.valid_bars
        assert bars is not None
        test = (
            f"{self._is_flat()} and self._order_bar is not None and "
            f"self._bar_count - self._order_bar >= {self.plan.scalar(bars, whole=True)}"
        )
        return if_lines(test, [f'{self.owner}.transactions.cancel_open_orders(self._symbol, "expired")'])

    def _expiries(self) -> list[str]:
        """Tests that end a position by time."""
        limits = self.spec.limits
        tests = []
        bars: float | str | None = limits.max_hold_bars
        if bars is None and limits.exit_at in ("next_open", "close"):
            bars = 1
        if bars is not None:
            tests.append(f"self._bar_count - self._entry_bar >= {self.plan.scalar(bars, whole=True)}")
        if limits.max_hold_time is not None:
            tests.append(f"{self.owner}.time - self._entry_time >= {duration_text(limits.max_hold_time)}")
        return tests

    def _clock_exit(self) -> None:
        """Schedules the exit by the clock."""
        at = self.spec.limits.exit_at
        assert at is not None
        kind = self.spec.symbols[0].type
        always_open = kind in ("crypto", "crypto_future")
        dates = f"{self.owner}.date_rules.every_day(self._symbol)"
        rules = f"{self.owner}.time_rules"
        on_close = False
        if re.fullmatch(r"\d\d:\d\d", at):
            time = f"{rules}.at({int(at[:2])}, {int(at[3:])})"
        else:
            early = int(at.partition("-")[2].removesuffix("m") or 0)
            if at == "week_close":
                dates = f"{self.owner}.date_rules.week_end(self._symbol)"
            if always_open:
                if at == "week_close":
                    dates = f"{self.owner}.date_rules.every(DayOfWeek.MONDAY)"
                minute = (24 * 60 - early) % (24 * 60)
                if early and at == "week_close":
                    dates = f"{self.owner}.date_rules.every(DayOfWeek.SUNDAY)"
                time = f"{rules}.at({minute // 60}, {minute % 60})"
            elif kind in ("forex", "cfd"):
                minute = 17 * 60 - max(early, 5)
                time = f"{rules}.at({minute // 60}, {minute % 60}, TimeZones.NEW_YORK)"
            else:
                # A market-on-close order must be in 15.5 minutes before the close.
                on_close = early == 0
                time = f"{rules}.before_market_close(self._symbol, {early or 16})"
        self.state["_flat_date"] = "None"
        self.setup += [
            f"{self.owner}.schedule.on(",
            f"    {dates},",
            f"    {time},",
            "    self._flatten,",
            ")",
        ]
        lines = [
            f"if {self.owner}.is_warming_up:",
            "    return",
            "self._flat_date = self._session()",
        ]
        if on_close:
            lines += [
                f"{self.owner}.transactions.cancel_open_orders(self._symbol)",
                f"quantity = {self.owner}.portfolio[self._symbol].quantity",
                "if quantity != 0:",
                f'    {self.owner}.market_on_close_order(self._symbol, -quantity, tag="time exit")',
            ]
        else:
            close = [f'{self.owner}.liquidate(self._symbol, tag="time exit")']
            lines += if_lines("self._position() != 0", close) if self.leaves_dust else close
        self.methods.append(
            Method("_flatten", "", "None", "Close what is open; nothing new is opened on this day.", lines)
        )
        self.methods.append(
            Method(
                "_session",
                "",
                "date",
                "Day of the bar that ends now.",
                [f"return ({self.owner}.time - timedelta(minutes=1)).date()"],
            )
        )


def duration_text(iso: str) -> str:
    """`timedelta(…)` of an ISO 8601 duration; a month counts 30 days, a year 365."""
    found = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", iso)
    assert found is not None
    years, months, weeks, days, hours, mins = (int(part or 0) for part in found.groups())
    days += years * 365 + months * 30 + weeks * 7
    parts = [f"{name}={value}" for name, value in (("days", days), ("hours", hours), ("minutes", mins)) if value]
    return f"timedelta({', '.join(parts) or 'days=0'})"

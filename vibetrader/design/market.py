"""What the symbols of a spec mean for its project."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from vibetrader.errors import SpecError
from vibetrader.spec import expressions as ex
from vibetrader.spec.check import side_expressions
from vibetrader.spec.markets import MARKETS, why_untradable
from vibetrader.spec.strategy import Instrument, StrategySpec
from vibetrader.spec.timeframes import minutes

ADD: Final = {
    "equity": "add_equity",
    "crypto": "add_crypto",
    "forex": "add_forex",
    "cfd": "add_cfd",
    "index": "add_index",
    "crypto_future": "add_crypto_future",
}

__all__ = ["ADD", "MARKETS", "Market"]


@dataclass(slots=True)
class Market:
    """A spec's symbols, bars and account, and what the code will do otherwise than the spec says.

    Attributes:
        today: The day a relative period without `as_of` counts from.
        notes: Deviations from the spec, for the user.
    """

    spec: StrategySpec
    today: date | None
    notes: list[str] = field(default_factory=list)

    @property
    def many(self) -> bool:
        return len(self.spec.symbols) > 1

    @property
    def owner(self) -> str:
        return "self._algorithm" if self.many else "self"

    @property
    def first(self) -> Instrument:
        return self.spec.symbols[0]

    @property
    def quotes(self) -> bool:
        """Bars are of quotes: these markets have no trades."""
        return self.first.type in ("forex", "cfd")

    @property
    def bar_type(self) -> str:
        return "QuoteBar" if self.quotes else "TradeBar"

    @property
    def always_open(self) -> bool:
        return self.first.type in ("crypto", "crypto_future")

    def refuse(self) -> None:
        spec = self.spec
        if spec.unsupported:
            item = spec.unsupported[0]
            raise SpecError(
                f"{item.what} cannot be written as one rule",
                field="unsupported",
                hint=item.reason or "remove that part",
            )
        if not spec.sides:
            raise SpecError("there is no rule to write", field="long", hint="give a long or a short side")
        untradable = why_untradable(spec.symbols)
        if untradable is not None:
            raise SpecError(untradable[0], field="symbols", hint=untradable[1])

    def subscription(self) -> int:
        """Minutes of the bars to subscribe to."""
        spec = self.spec
        length = minutes(spec.timeframe)
        native = 1440 if length >= 1440 else 60 if length >= 60 else 1
        expressions = [node for side in spec.sides.values() for _, node in side_expressions(side)]
        for call in (c for node in expressions for c in ex.calls(node)):
            if call.indicator == "opening_range":
                scalar = call.arguments[0]
                wanted = spec.number(scalar.name) if isinstance(scalar, ex.Named) else getattr(scalar, "value", 0)
                if self.always_open and wanted % 60 == 0 and length % 60 == 0:
                    native = min(native, 60)
                else:
                    native = 1
        at = spec.limits.exit_at
        if at is not None and length >= 1440 and at not in ("next_open", "close"):
            on_the_hour = at in ("session_close", "week_close") or at.endswith(":00")
            native = 60 if on_the_hour else 1
        return native

    def share(self) -> float:
        """Part of its size that each symbol gets when all together would exceed the account."""
        size, count = self.spec.size, len(self.spec.symbols)
        if count == 1 or size.kind not in ("percent", "volatility_percent"):
            return 1.0
        percent = 100.0 if size.percent is None else self.spec.number(size.percent)
        if percent * count <= 100:
            return 1.0
        share = round(100 / (percent * count), 6)
        self.notes.append(
            f"{count} symbols of {ex.number_text(percent)} % each exceed the account; each takes "
            f"{ex.number_text(round(percent * share, 2))} % of equity"
        )
        return share

    def note_fill(self) -> None:
        fill = self.spec.order.fill
        sessions = not self.always_open and self.first.type not in ("forex", "cfd")
        daily = minutes(self.spec.timeframe) >= 1440
        if fill == "close" and sessions and daily:
            self.notes.append(
                "a rule on a daily bar is judged when the bar is finished, after the close; LEAN fills at the next open"
            )
        if fill == "open" and not daily:
            self.notes.append(
                "entries are sent at the close of the signal bar, not held back for the next session's open"
            )
        if self.spec.limits.exit_at == "close" and sessions and daily:
            self.notes.append(
                "positions close at the first price after the bar's close; LEAN fills daily orders at the next open"
            )

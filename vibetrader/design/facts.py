"""What a spec asks of the trading half of a program, and how its two directions read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from vibetrader.design.brokers import Broker
from vibetrader.design.layout import WIDTH, Method, indented, statement
from vibetrader.design.plan import Plan
from vibetrader.spec.strategy import Direction, StrategySpec


@dataclass(frozen=True, slots=True)
class Ways:
    """How one direction reads: signs, comparisons and the extremes that count."""

    name: Direction
    sign: str
    further: str
    """Moves a price into profit."""
    nearer: str
    better: str
    """`stop > self._stop_price` holds when a stop is better placed."""
    best: str
    worst: str
    gain: str
    """Extreme of a bar on the side of profit."""
    loss: str
    reached_target: str
    reached_stop: str
    none: str
    """A stop price that no bar reaches."""
    no_target: str


LONG: Final = Ways("long", "", "+", "-", ">", "max", "min", "high", "low", ">=", "<=", "0.0", 'float("inf")')
SHORT: Final = Ways("short", "-", "-", "+", "<", "min", "max", "low", "high", "<=", ">=", 'float("inf")', "0.0")


@dataclass(slots=True)
class Frozen:
    """A value of the signal bar that stops and targets read after the fill."""

    code: str
    directions: set[Direction]


@dataclass(slots=True)
class Facts:
    """What the trading half of a program knows of its spec, and what it has written so far.

    Attributes:
        owner: What sends orders, `self` or `self._algorithm`.
        share: Part of the account that one symbol may take when several are traded.
        state: Assignments that start a symbol's state.
        setup: Statements of the set-up beside indicators.
        methods: Methods of the symbol's class.
    """

    spec: StrategySpec
    plan: Plan
    broker: Broker
    owner: str
    share: float = 1.0
    state: dict[str, str] = field(default_factory=dict)
    setup: list[str] = field(default_factory=list)
    methods: list[Method] = field(default_factory=list)
    frozen: dict[str, Frozen] = field(default_factory=dict)
    counts_bars: bool = False

    @property
    def ways(self) -> list[Ways]:
        """The directions traded."""
        return [LONG if name == "long" else SHORT for name in self.spec.sides]

    @property
    def both(self) -> bool:
        """Long and short."""
        return len(self.spec.sides) == 2

    def _any(self, *fields: str) -> bool:
        return any(getattr(side, name) is not None for side in self.spec.sides.values() for name in fields)

    @property
    def moves_stops(self) -> bool:
        """Stops change while a position is open."""
        return self._any("trailing_stop", "break_even")

    @property
    def has_stops(self) -> bool:
        """Some position has a stop at some time."""
        return self._any("stop_loss", "trailing_stop", "break_even")

    @property
    def one_resting_exit(self) -> bool:
        """A cash account of coins reserves them for the first sale that rests; a second one is refused."""
        return self.broker.account == "cash" and self.spec.symbols[0].type == "crypto"

    @property
    def stops_rest(self) -> bool:
        """Stops are orders at the brokerage rather than checks in the code."""
        if self.exits_in_code or not self.broker.takes_stops:
            return False
        # A stop that moves is replaced, and until the old one is gone its coins are reserved.
        return self.has_stops and not (self.moves_stops and self.one_resting_exit)

    @property
    def targets_rest(self) -> bool:
        """Targets are limit orders at the brokerage."""
        return self._any("take_profit") and not (self.one_resting_exit and (self.stops_rest or self.exits_in_code))

    @property
    def stops_in_code(self) -> bool:
        """The code watches stops."""
        return self.has_stops and not self.stops_rest

    @property
    def targets_in_code(self) -> bool:
        """The code watches targets."""
        return self._any("take_profit") and not self.targets_rest

    @property
    def watches(self) -> bool:
        """Each bar of the subscription is compared with a stop or target."""
        return self.stops_in_code or self.targets_in_code or self.exits_in_code

    @property
    def exits_in_code(self) -> bool:
        """The code watches exit prices."""
        return self._any("exit_price") and self.one_resting_exit

    @property
    def protects(self) -> bool:
        """Something is placed or noted when an entry fills."""
        return self.has_stops or self._any("take_profit")

    @property
    def leaves_dust(self) -> bool:
        """Covering a short leaves a rest as large as the fee, which is no position."""
        return self.broker.fee_in_base and "short" in self.spec.sides

    @property
    def pyramids(self) -> bool:
        """Several entries in one direction."""
        return isinstance(self.spec.max_entries, str) or self.spec.max_entries > 1

    @property
    def handles_fills(self) -> bool:
        """`on_order_event` has something to do."""
        limits = self.spec.limits
        return (
            self.protects
            or self.leaves_dust
            or self.pyramids
            or self._any("exit_price")
            or any(value is not None for value in (limits.max_hold_bars, limits.max_hold_time, limits.cooldown_bars))
            or limits.exit_at in ("next_open", "close")
        )

    @property
    def exits_by_clock(self) -> bool:
        """Positions are closed at a time of day."""
        return self.spec.limits.exit_at not in (None, "next_open", "close")

    @property
    def bar_type(self) -> str:
        """LEAN's class of the bars."""
        return "QuoteBar" if self.plan.quotes else "TradeBar"

    @property
    def _leverage(self) -> str:
        leverage = self.spec.leverage
        return self.plan.scalar(leverage) if isinstance(leverage, str) or leverage != 1 else ""

    def _holds(self, way: Ways) -> str:
        if self.leaves_dust:
            return f"position {'>' if way.name == 'long' else '<'} 0"
        return f"holding.is_{way.name}" if self.both else "holding.invested"

    def _is_flat(self) -> str:
        return "position == 0" if self.leaves_dust else "not holding.invested"


def if_lines(test: str, body: list[str], word: str = "if") -> list[str]:
    return [*statement(f"{word} ", test, ":", room=WIDTH - 16), *indented(body)]


def joined(left: str, right: str) -> str:
    """`left and right`; what is always true is left out."""
    if not left:
        return right
    if right == "True":
        return left
    return f"{left} and ({right})" if " or " in right else f"{left} and {right}"

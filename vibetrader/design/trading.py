"""Entries, exits, stops, sizes and limits of one symbol as Python: the half of a program that sends orders."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from vibetrader.design.brokers import Broker
from vibetrader.design.layout import WIDTH, Method, indented, statement
from vibetrader.design.plan import Plan
from vibetrader.errors import SpecError
from vibetrader.spec import expressions as ex
from vibetrader.spec.strategy import Direction, Level, Side, StrategySpec, Trailing
from vibetrader.spec.timeframes import minutes

_INLINE: Final = 72
"""A longer condition gets a method with a name of its own."""

_STANDARD_LOT: Final = 100_000


def volatility_of(spec: StrategySpec) -> ex.Call | None:
    """The standard deviation of returns that sizing by volatility needs."""
    if spec.size.kind != "volatility_percent":
        return None
    bars = 20 if spec.size.lookback_bars is None else spec.size.lookback_bars
    period: ex.Scalar = ex.Named(str(bars)) if isinstance(bars, str) else ex.Number(float(bars))
    return ex.call("stdev", period, series=ex.call("roc", 1))


@dataclass(frozen=True, slots=True)
class _Ways:
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


_LONG: Final = _Ways("long", "", "+", "-", ">", "max", "min", "high", "low", ">=", "<=", "0.0", 'float("inf")')
_SHORT: Final = _Ways("short", "-", "-", "+", "<", "min", "max", "low", "high", "<=", ">=", 'float("inf")', "0.0")


@dataclass(slots=True)
class _Frozen:
    """A value of the signal bar that stops and targets read after the fill."""

    code: str
    directions: set[Direction]


@dataclass(slots=True)
class Trading:
    """Writes the trading half for every symbol of a spec.

    Attributes:
        owner: What sends orders, `self` or `self._algorithm`.
        share: Part of the account that one symbol may take when several are traded.
        state: Assignments that start a symbol's state.
        setup: Statements of the set-up beside indicators.
        methods: Methods of the symbol's class.
        notes: What the code does otherwise than the spec says, for the user.
    """

    spec: StrategySpec
    plan: Plan
    broker: Broker
    owner: str
    share: float = 1.0
    state: dict[str, str] = field(default_factory=dict)
    setup: list[str] = field(default_factory=list)
    methods: list[Method] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    frozen: dict[str, _Frozen] = field(default_factory=dict)
    counts_bars: bool = False

    # -- what the spec asks for ----------------------------------------------------------------------------------------

    @property
    def ways(self) -> list[_Ways]:
        """The directions traded."""
        return [_LONG if name == "long" else _SHORT for name in self.spec.sides]

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
        return self.has_stops and self.broker.takes_stops and (self.broker.takes_updates or not self.moves_stops)

    @property
    def targets_rest(self) -> bool:
        """Targets are limit orders at the brokerage."""
        return self._any("take_profit") and not (self.one_resting_exit and self.stops_rest)

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
        return self.stops_in_code or self.targets_in_code

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

    # -- building ------------------------------------------------------------------------------------------------------

    def decision(self) -> list[str]:
        """Statements for a finished bar, once everything is ready."""
        self._note_fills()
        conditions = {way.name: self._conditions(way) for way in self.ways}
        may = self._may_enter()
        lines = self._new_day()
        lines += [f"holding = {self.owner}.portfolio[self._symbol]"]
        if self.leaves_dust:
            lines[-1] = "position = self._position()"
        if self.spec.order.valid_bars is not None and self.spec.order.type != "market":
            lines += self._expire()
        branches: list[tuple[str, list[str]]] = []
        for way in self.ways:
            inside = self._inside(way, conditions, may)
            if inside:
                branches.append((self._holds(way), inside))
        flat = self._flat(conditions, may)
        if not branches:
            lines += _if(self._is_flat(), flat)
            return lines
        for index, (test, inside) in enumerate(branches):
            word = "if" if index == 0 else "elif"
            lines += [f"{word} {test}:", *indented(inside)]
        holds_all = len(branches) == len(self.ways)
        if len(flat) > 1 and flat[0].startswith("if ") and holds_all:
            lines += ["el" + flat[0], *flat[1:]]
        elif holds_all:
            lines += ["else:", *indented(flat)]
        else:
            lines += [f"elif {self._is_flat()}:", *indented(flat)]
        return lines

    def _holds(self, way: _Ways) -> str:
        if self.leaves_dust:
            return f"position {'>' if way.name == 'long' else '<'} 0"
        return f"holding.is_{way.name}" if self.both else "holding.invested"

    def _is_flat(self) -> str:
        return "position == 0" if self.leaves_dust else "not holding.invested"

    def _conditions(self, way: _Ways) -> tuple[str, str]:
        side = self.spec.sides[way.name]
        entry = self._condition(f"_{way.name}_entry", side.entry)
        leave = "" if side.exit is None else self._condition(f"_{way.name}_exit", side.exit)
        return entry, leave

    def _condition(self, name: str, node: ex.Expression) -> str:
        text = self.plan.code(node)
        if len(text) <= _INLINE:
            return text
        words = f"{name.strip('_').replace('_', ' ').capitalize()}: {node}"
        doc = (
            words if len(words) <= WIDTH - 14 else f"Whether the rule for a {name.strip('_').replace('_', ' ')} holds."
        )
        self.methods.append(Method(name, f"bar: {self.bar_type}", "bool", doc, statement("return ", text)))
        return f"self.{name}(bar)"

    @property
    def bar_type(self) -> str:
        """LEAN's class of the bars."""
        return "QuoteBar" if self.plan.quotes else "TradeBar"

    def _inside(self, way: _Ways, conditions: dict[Direction, tuple[str, str]], may: str) -> list[str]:
        """What is done at a finished bar while a position of that direction is open."""
        side = self.spec.sides[way.name]
        other = _SHORT if way.name == "long" else _LONG
        lines: list[str] = []
        if side.trailing_stop is not None or side.break_even is not None:
            lines.append(f"self._trail_{way.name}(bar)")
        if side.exit_price is not None:
            lines += self._resting_exit(way, side)
        entry, leave = conditions[way.name]
        opposite = conditions[other.name][0] if self.both else ""
        if opposite:
            opposite = _joined(may, opposite)
        choices: list[tuple[str, list[str]]] = []
        reverses = bool(opposite) and (side.exit is None or self.spec.reverse)
        close = [f'{self.owner}.liquidate(self._symbol, tag="exit")']
        if reverses:
            choices.append((opposite, self._turn(other)))
        if leave:
            if opposite and not reverses:
                same = _joined(may, leave) == opposite
                turn = self._turn(other)
                body = turn if same and not may else [*_if(opposite, turn), "else:", *indented(close)]
                choices.append((leave, body))
            else:
                choices.append((leave, close))
        choices += [(test, [f'{self.owner}.liquidate(self._symbol, tag="time exit")']) for test in self._expiries()]
        if self.pyramids:
            more = f"self._entries < {self.plan.scalar(self.spec.max_entries, whole=True)}"
            choices.append((_joined(more, _joined(may, entry)), self._enter(way)))
        for index, (test, body) in enumerate(choices):
            lines += _if(test, body, "if" if index == 0 else "elif")
        return lines

    def _turn(self, other: _Ways) -> list[str]:
        """From one direction into the other."""
        lines = ["self._entries = 0"] if self.pyramids else []
        if self.spec.order.type != "market":
            lines.append(f'{self.owner}.liquidate(self._symbol, tag="exit")')
        return lines + self._enter(other)

    def _flat(self, conditions: dict[Direction, tuple[str, str]], may: str) -> list[str]:
        """What is done at a finished bar while nothing is held."""
        lines: list[str] = []
        for index, way in enumerate(self.ways):
            test = _joined(may, conditions[way.name][0])
            body = self._enter(way)
            if test == "True":
                return [*lines, "else:", *indented(body)] if index else body
            lines += _if(test, body, "elif" if index else "if")
        return lines

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

    # -- entries -------------------------------------------------------------------------------------------------------

    def _enter(self, way: _Ways) -> list[str]:
        """Statements of an entry; a method when there is more than one order to it."""
        name = f"_enter_{way.name}"
        if any(method.name == name for method in self.methods):
            return [f"self.{name}(bar)"]
        lines = self._entry_lines(way)
        if len(lines) == 1:
            return lines
        doc = f"{'Buy' if way.name == 'long' else 'Sell short'} at the close of a bar."
        if self.spec.order.type != "market":
            doc = f"Place a resting order to go {way.name}."
        self.methods.append(Method(name, f"bar: {self.bar_type}", "None", doc, lines))
        return [f"self.{name}(bar)"]

    def _entry_lines(self, way: _Ways) -> list[str]:
        side = self.spec.sides[way.name]
        order = self.spec.order.type
        lines: list[str] = []
        rests = self.stops_rest or self.targets_rest or self._any("exit_price")
        if order != "market" or (rests and self.both and not self.pyramids):
            lines.append(f"{self.owner}.transactions.cancel_open_orders(self._symbol)")
        levels = self._freeze_levels(way, side)
        lines += [f"self.{name} = {item.code}" for name, item in self.frozen.items() if way.name in item.directions]
        tag = f"{way.name} entry"
        book = self._book()
        weight = self._weight()
        if weight and order == "market" and not self.pyramids:
            if self.spec.size.kind == "volatility_percent":
                lines += weight.split("\n")
                weight = "weight"
            sent = f'{self.owner}.set_holdings(self._symbol, {way.sign}{weight}, tag="{tag}")'
            return [*lines, sent, *book]
        price = "bar.close"
        needs_price = order != "market" or self.spec.size.kind.startswith("risk")
        if needs_price:
            if order != "market":
                if side.entry_price is None:
                    raise SpecError(
                        f"a {order} order needs a price", field=f"{way.name}.entry_price", hint="give entry_price"
                    )
                price = self.plan.code(side.entry_price)
            lines.append(f"price = {price}")
            price = "price"
        lines += self._quantity_lines(way, price, levels)
        quantity = f"{way.sign}quantity"
        match order:
            case "market":
                turning = self.both and not self.pyramids
                holding = f"{self.owner}.portfolio[self._symbol].quantity"
                send = f"market_order(self._symbol, {quantity}{f' - {holding}' if turning else ''}, tag="
            case "limit":
                send = f"limit_order(self._symbol, {quantity}, price, tag="
            case _ if self.broker.takes_stops:
                send = f"stop_market_order(self._symbol, {quantity}, price, tag="
            case _:
                slack = f"price * {'1.01' if way.name == 'long' else '0.99'}"
                send = f"stop_limit_order(self._symbol, {quantity}, price, {slack}, tag="
        if all(s.type in ("equity", "index") for s in self.spec.symbols):
            lines[-1] = _whole(lines[-1])
        return [*lines, *_if("quantity > 0", [f'{self.owner}.{send}"{tag}")', *book])]

    def _book(self) -> list[str]:
        lines = []
        limits = self.spec.limits
        if limits.max_trades_per_day is not None:
            lines.append("self._trades_today += 1")
        if limits.entry_every_bars is not None or (
            self.spec.order.valid_bars is not None and self.spec.order.type != "market"
        ):
            lines.append("self._order_bar = self._bar_count")
        return lines

    @property
    def _leverage(self) -> str:
        leverage = self.spec.leverage
        return self.plan.scalar(leverage) if isinstance(leverage, str) or leverage != 1 else ""

    def _weight(self) -> str:
        """Python source of the part of equity one entry takes; "" for sizes that are no part of it."""
        size = self.spec.size
        if size.kind == "percent":
            assert size.percent is not None
            if isinstance(size.percent, str) or isinstance(self.spec.leverage, str):
                text = f"{self.plan.scalar(size.percent)} / 100"
                text += f" * {self._leverage}" if self._leverage else ""
                return text + (f" * {ex.number_text(self.share)}" if self.share != 1 else "")
            return ex.number_text(round(size.percent / 100 * float(self.spec.leverage) * self.share, 6))
        node = volatility_of(self.spec)
        if node is None:
            return ""
        assert size.volatility_percent is not None
        year = ex.number_text(round(bars_per_year(self.spec) ** 0.5, 4))
        cap = self._leverage or "1"
        cap = cap if self.share == 1 else f"{cap} * {ex.number_text(self.share)}"
        yearly = f"volatility = {self.plan.code(node)} * {year}  # percent a year"
        wanted = self.plan.scalar(size.volatility_percent)
        return f"{yearly}\nweight = min({wanted} / volatility, {cap}) if volatility > 0 else 0"

    def _unit(self) -> str:
        """Value of one unit per unit of price in account currency, "" where that is 1."""
        plain = all(
            s.currency == self.spec.account_currency and s.type in ("equity", "crypto", "forex", "crypto_future")
            for s in self.spec.symbols
        )
        if plain:
            return ""
        if not any(method.name == "_unit_value" for method in self.methods):
            self.methods.append(
                Method(
                    "_unit_value",
                    "",
                    "float",
                    "What a price change of 1 makes of one unit, in account currency.",
                    [
                        f"security = {self.owner}.securities[self._symbol]",
                        "rate = security.quote_currency.conversion_rate",
                        "return security.symbol_properties.contract_multiplier * rate",
                    ],
                )
            )
        return "self._unit_value()"

    def _largest(self, sign: str) -> str:
        """Python source of the most units that the account can hold."""
        leverage = self._leverage
        if not leverage:
            many = all(s.type in ("forex", "cfd", "future") for s in self.spec.symbols)
            leverage = f"{self.owner}.securities[self._symbol].leverage" if many else "1"
        share = f" * {ex.number_text(self.share)}" if self.share != 1 else ""
        return f"abs({self.owner}.calculate_order_quantity(self._symbol, {sign}{leverage}{share}))"

    def _quantity_lines(self, way: _Ways, price: str, levels: dict[str, str]) -> list[str]:
        size = self.spec.size
        unit = self._unit()
        worth = f"({price} * {unit})" if unit else price
        lines: list[str] = []
        equity = f"{self.owner}.portfolio.total_portfolio_value"
        match size.kind:
            case "percent" | "volatility_percent":
                weight = self._weight()
                if size.kind == "volatility_percent":
                    lines += weight.split("\n")
                    weight = "weight"
                if not self.pyramids:
                    wanted = f"{self.owner}.calculate_order_quantity(self._symbol, {way.sign}{weight})"
                    return [*lines, f"quantity = abs({wanted})"]
                lines.append(f"quantity = {_factor(weight)} * {equity} / {worth}")
                room = f"{self.owner}.calculate_order_quantity(self._symbol, {way.sign}{self._leverage or '1'})"
                room = f"max(0, {way.sign}{room})"
                return [*lines, "# No more than the account still affords.", f"quantity = min(quantity, {room})"]
            case "cash":
                assert size.cash is not None
                amount = self.plan.scalar(size.cash)
                if self._leverage:
                    amount += f" * {self._leverage}"
                if size.currency and size.currency != self.spec.account_currency:
                    if any(s.currency != size.currency for s in self.spec.symbols):
                        raise SpecError(
                            f"a size in {size.currency} needs an account or a price in {size.currency}",
                            field="size.currency",
                            hint=f"set currency: {size.currency}, or give the size in {self.spec.account_currency}",
                        )
                    worth = price
                return [f"quantity = {amount} / {worth}"]
            case "units":
                assert size.units is not None
                return [f"quantity = {self.plan.scalar(size.units)}"]
            case "lots":
                assert size.lots is not None
                lots = self.plan.scalar(size.lots)
                if all(s.type == "forex" for s in self.spec.symbols):
                    text = (
                        str(int(size.lots * _STANDARD_LOT))
                        if not isinstance(size.lots, str)
                        else f"{lots} * {_STANDARD_LOT}"
                    )
                    return [f"quantity = {text}"]
                return [f"quantity = {lots}"]
            case _:
                stop = levels.get("stop")
                if stop is None:
                    raise SpecError(
                        f"sizing by risk needs a stop whose distance is known at the entry of the {way.name} side",
                        field="size",
                        hint="give the side a stop_loss as percent, price, points, pips, atr or bar_extreme",
                    )
                if size.kind == "risk_percent":
                    assert size.risk_percent is not None
                    percent = size.risk_percent
                    share = (
                        self.plan.scalar(percent) + " / 100"
                        if isinstance(percent, str)
                        else ex.number_text(round(percent / 100, 8))
                    )
                    risk = f"{share} * {equity}"
                else:
                    assert size.risk_cash is not None
                    risk = self.plan.scalar(size.risk_cash)
                distance = f"abs(price - stop) * {unit}" if unit else "abs(price - stop)"
                divisor = f"({distance})" if unit else distance
                return [
                    f"stop = {stop}",
                    f"risk = {risk}",
                    f"quantity = risk / {divisor} if price != stop else 0",
                    "# No more than the account affords.",
                    f"quantity = min(quantity, {self._largest(way.sign)})",
                ]

    # -- stops and targets ---------------------------------------------------------------------------------------------

    def _freeze(self, node: ex.Expression, way: _Ways) -> ex.Expression:
        """The expression with everything of the signal bar replaced by what is noted when the order is sent."""

        def visit(part: ex.Expression) -> ex.Expression:
            if not _reads_market(part):
                return part
            parts = ex.children(part)
            fixed = any(not _reads_market(child) for child in parts) and len(parts) > 1
            match part:
                # A multiple of an indicator is noted as the indicator, so that the formula stays readable.
                case ex.Arithmetic(operator=operator, left=left, right=right) if fixed or _reads_entry(part):
                    return ex.Arithmetic(operator, visit(left), visit(right))
                case ex.Function(name=name, arguments=arguments) if _reads_entry(part):
                    return ex.Function(name, tuple(visit(a) for a in arguments))
                case ex.Negative(operand=operand):
                    return ex.Negative(visit(operand))
                case _:
                    return ex.Named(self._frozen_name(part, way))

        return visit(node)

    def _frozen_name(self, part: ex.Expression, way: _Ways) -> str:
        code = self.plan.code(part)
        for name, item in self.frozen.items():
            if item.code == code:
                item.directions.add(way.name)
                return name
        word = next((p.indicator for p in ex.walk(part) if isinstance(p, ex.Call)), "")
        word = word or next((p.field for p in ex.walk(part) if isinstance(p, ex.Price)), "value")
        wish = f"_signal_{word}"
        name, count = wish, 2
        while name in self.frozen:
            name, count = f"{wish}_{count}", count + 1
        self.frozen[name] = _Frozen(code, {way.name})
        self.plan.parameters.setdefault(name, name)
        return name

    def _level_text(self, level: Level, way: _Ways, role: str) -> str:
        """Python source of a level's price; `price` is the fill price, `quantity` the position."""
        pip = self.spec.symbols[0].pip
        if level.kind == "money":
            assert level.money is not None
            sign = way.nearer if role == "stop" else way.further
            unit = self._unit()
            worth = f"(abs(quantity) * {unit})" if unit else "abs(quantity)"
            return f"price {sign} {self.plan.scalar(level.money)} / {worth}"
        if level.kind == "reward_risk":
            assert level.reward_risk is not None
            return f"price {way.further} {self.plan.scalar(level.reward_risk)} * abs(price - stop)"
        node = level.as_price(way.name, "stop" if role == "stop" else "target", pip)
        assert node is not None
        if level.kind == "percent" and not isinstance(level.percent, str):
            assert level.percent is not None
            turn = -1 if (way.name == "long") == (role == "stop") else 1
            return f"price * {ex.number_text(round(1 + turn * level.percent / 100, 8))}"
        return self.plan.code(self._freeze(ex.rewrite(node, _folded), way))

    def _percent_away(self, amount: float | str, sign: str) -> str:
        """Python source of the factor that moves a price by so many percent."""
        if isinstance(amount, str):
            return f"(1 {sign} {self.plan.scalar(amount)} / 100)"
        return ex.number_text(round(1 - amount / 100 if sign == "-" else 1 + amount / 100, 10))

    def _pips(self, amount: float | str) -> str:
        """Python source of a number of pips in price units."""
        pip = self.spec.symbols[0].pip or 0.0001
        if isinstance(amount, str):
            return f"{self.plan.scalar(amount)} * {pip}"
        return ex.number_text(round(amount * pip, 10))

    def _freeze_levels(self, way: _Ways, side: Side) -> dict[str, str]:
        """Stop and target as Python of `price`; notes what they need of the signal bar."""
        levels: dict[str, str] = {}
        if side.stop_loss is not None:
            levels["stop"] = self._level_text(side.stop_loss, way, "stop")
        trail = side.trailing_stop
        if trail is not None and not _delayed(trail):
            start = self._trail_start(trail, way)
            levels["stop"] = f"{way.best}({levels['stop']}, {start})" if "stop" in levels else start
        if side.take_profit is not None:
            levels["target"] = self._level_text(side.take_profit, way, "target")
        if trail is not None and trail.distance is not None:
            self._freeze(trail.distance, way)
        if side.break_even is not None and side.break_even.after_atr is not None:
            self._frozen_name(ex.call("atr", 14), way)
        return levels

    def _distance(self, trail: Trailing, way: _Ways, start: str) -> str:
        """Python source of a trailing stop below (above) a price."""
        if trail.percent is not None:
            return f"{start} * {self._percent_away(trail.percent, way.nearer)}"
        if trail.pips is not None:
            return f"{start} {way.nearer} {self._pips(trail.pips)}"
        if trail.points is not None:
            return f"{start} {way.nearer} {self.plan.scalar(trail.points)}"
        assert trail.distance is not None
        return f"{start} {way.nearer} {self.plan.code(self._freeze(trail.distance, way), level=6)}"

    def _trail_start(self, trail: Trailing, way: _Ways) -> str:
        if trail.line is not None:
            return self.plan.code(self._freeze(trail.line, way))
        return self._distance(trail, way, "price")

    def protect(self, way: _Ways) -> Method:
        """What is done when an entry has filled at a price."""
        side = self.spec.sides[way.name]
        levels = self._freeze_levels(way, side)
        lines: list[str] = []
        if self.pyramids and (self.stops_rest or self.targets_rest):
            lines.append(f"{self.owner}.transactions.cancel_open_orders(self._symbol)")
        places = ("stop" in levels and self.stops_rest) or ("target" in levels and self.targets_rest)
        money = any(level is not None and level.kind == "money" for level in (side.stop_loss, side.take_profit))
        if places or money:
            lines.append(f"quantity = {self.owner}.portfolio[self._symbol].quantity")
        named = self.stops_rest or self._uses("_stop_distance") or "stop" in levels.get("target", "").split("(")[-1]
        if "stop" in levels and named:
            lines.append(f"stop = {levels['stop']}")
        if "target" in levels and self.targets_rest:
            lines.append(f"target = {levels['target']}")
        if self._uses("_entry_price"):
            lines.append("self._entry_price = price")
        if self._uses("_best_price"):
            lines.append("self._best_price = price")
        if self._uses("_stop_distance") and "stop" in levels:
            lines.append("self._stop_distance = abs(price - stop)")
        if self.moves_stops or self.stops_in_code:
            stop = "stop" if named else levels.get("stop", "")
            lines.append(f"self._stop_price = {stop if 'stop' in levels else way.none}")
        if self.targets_in_code:
            lines.append(f"self._target_price = {levels.get('target', way.no_target)}")
        if "stop" in levels and self.stops_rest:
            kept = "self._stop = " if self.moves_stops else ""
            lines.append(f'{kept}{self.owner}.stop_market_order(self._symbol, -quantity, stop, tag="stop loss")')
        elif self.moves_stops and self.stops_rest:
            lines.append("self._stop = None")
        if "target" in levels and self.targets_rest:
            lines.append(f'{self.owner}.limit_order(self._symbol, -quantity, target, tag="take profit")')
        what = " and ".join(name for name in ("stop", "target") if name in levels) or "starting point of the stop"
        verb = "Place" if places else "Note"
        return Method(
            f"_protect_{way.name}",
            "price: float",
            "None",
            f"{verb} the {what} of a {way.name} filled at a price.",
            lines,
        )

    def _uses(self, name: str) -> bool:
        for side in self.spec.sides.values():
            trail, even = side.trailing_stop, side.break_even
            follows = trail is not None and trail.line is None
            match name:
                case "_best_price":
                    if follows or (trail is not None and _delayed(trail)):
                        return True
                case "_stop_distance":
                    if (trail is not None and trail.after_r is not None) or (
                        even is not None and even.after_r is not None
                    ):
                        return True
                case _:
                    if even is not None or (trail is not None and _delayed(trail)):
                        return True
        return False

    def trail(self, way: _Ways) -> Method:
        """Moves the stop of an open position at a finished bar."""
        side = self.spec.sides[way.name]
        lines: list[str] = []
        if self._uses("_best_price"):
            lines.append(f"self._best_price = {way.best}(self._best_price, bar.{way.gain})")
        trail = side.trailing_stop
        simple = side.break_even is None and trail is not None and not _delayed(trail)
        if not simple:
            lines.append("stop = self._stop_price")
        if side.break_even is not None:
            even = side.break_even
            trigger = self._trigger(
                way, even.after_percent, even.after_pips, even.after_points, even.after_r, even.after_atr
            )
            place = "self._entry_price"
            if even.offset_percent is not None:
                place += f" * {self._percent_away(even.offset_percent, way.further)}"
            elif even.offset_pips is not None:
                place += f" {way.further} {self._pips(even.offset_pips)}"
            lines += _if(f"bar.{way.gain} {way.reached_target} {trigger}", [f"stop = {way.best}(stop, {place})"])
        if trail is not None:
            if trail.line is not None:
                follow = self.plan.code(trail.line)
            else:
                follow = self._distance(trail, way, "self._best_price")
            move = [f"stop = {follow}" if simple else f"stop = {way.best}(stop, {follow})"]
            if _delayed(trail):
                trigger = self._trigger(way, trail.after_percent, trail.after_pips, None, trail.after_r, None)
                move = _if(f"self._best_price {way.reached_target} {trigger}", move)
            lines += move
        lines += _if(f"stop {way.better} self._stop_price", ["self._move_stop(stop)"])
        doc = f"Move the stop of a {way.name} position, in its favour only."
        return Method(f"_trail_{way.name}", f"bar: {self.bar_type}", "None", doc, lines)

    def _trigger(
        self,
        way: _Ways,
        percent: float | str | None,
        pips: float | str | None,
        points: float | str | None,
        r: float | str | None,
        atr: float | str | None,
    ) -> str:
        start = "self._entry_price"
        scalar = self.plan.scalar
        if percent is not None:
            return f"{start} * {self._percent_away(percent, way.further)}"
        if pips is not None:
            return f"{start} {way.further} {self._pips(pips)}"
        if points is not None:
            return f"{start} {way.further} {scalar(points)}"
        if r is not None:
            return f"{start} {way.further} {scalar(r)} * self._stop_distance"
        assert atr is not None
        frozen = self._frozen_name(ex.call("atr", 14), way)
        return f"{start} {way.further} {scalar(atr)} * self.{frozen}"

    def move_stop(self) -> Method:
        """Puts the stop at another price."""
        lines = ["self._stop_price = stop"]
        if self.stops_rest:
            place = f"{self.owner}.stop_market_order("
            lines += [
                "if self._stop is not None:",
                "    self._stop.update_stop_price(stop)",
                "    return",
                f"quantity = {self.owner}.portfolio[self._symbol].quantity",
                f'self._stop = {place}self._symbol, -quantity, stop, tag="stop loss")',
            ]
        return Method("_move_stop", "stop: float", "None", "Put the stop at another price.", lines)

    @property
    def watcher(self) -> str:
        """Method that compares bars with levels."""
        return "_check_levels" if self.owner == "self" else "check_levels"

    def watch(self) -> Method:
        """Compares a bar of the subscription with stop and target."""
        close = f"{self.owner}.liquidate(self._symbol, tag="
        lines = [f"holding = {self.owner}.portfolio[self._symbol]"]
        if self.leaves_dust:
            lines = ["position = self._position()"]
        if not self.plan.own.is_native:
            lines.insert(0, f"if {self.owner}.time == self._entry_time:")
            lines.insert(1, "    return  # the bar ended as the position was opened")
        for index, way in enumerate(self.ways):
            inside: list[str] = []
            if self.stops_in_code:
                inside += _if(f"bar.{way.loss} {way.reached_stop} self._stop_price", [f'{close}"stop loss")'])
            if self.targets_in_code:
                test = f"bar.{way.gain} {way.reached_target} self._target_price"
                inside += _if(test, [f'{close}"take profit")'], "elif" if inside else "if")
            lines += [f"{'elif' if index else 'if'} {self._holds(way)}:", *indented(inside)]
        why = "this brokerage takes no stop orders" if self.stops_in_code else "one resting sale at a time"
        if self.stops_in_code and self.broker.takes_stops:
            why = "this brokerage does not change resting orders"
        return Method(
            self.watcher, f"bar: {self.bar_type}", "None", f"Close once a bar has reached a level: {why}.", lines
        )

    def _resting_exit(self, way: _Ways, side: Side) -> list[str]:
        assert side.exit_price is not None
        self.state["_exit_order"] = "None"
        kind = "limit_order" if self.spec.order.type == "limit" else "stop_market_order"
        extra = ""
        if kind == "stop_market_order" and not self.broker.takes_stops:
            kind, extra = "stop_limit_order", f", exit_price * {'0.99' if way.name == 'long' else '1.01'}"
        quantity = f"-{self.owner}.portfolio[self._symbol].quantity"
        return [
            "if self._exit_order is not None:",
            "    self._exit_order.cancel()",
            f"exit_price = {self.plan.code(side.exit_price)}",
            f"self._exit_order = {self.owner}.{kind}(",
            f'    self._symbol, {quantity}, exit_price{extra}, tag="exit"',
            ")",
        ]

    # -- fills ---------------------------------------------------------------------------------------------------------

    def _note_fills(self) -> None:
        limits = self.spec.limits
        if limits.max_hold_bars is not None or limits.exit_at in ("next_open", "close"):
            self.state["_entry_bar"] = "0"
            self.counts_bars = True
        if limits.max_hold_time is not None or (self.watches and not self.plan.own.is_native):
            self.state["_entry_time"] = f"{self.owner}.time"
        if limits.cooldown_bars is not None:
            self.state["_exit_bar"] = "None"
            self.counts_bars = True
        if limits.entry_every_bars is not None or (
            self.spec.order.valid_bars is not None and self.spec.order.type != "market"
        ):
            self.state["_order_bar"] = "None"
            self.counts_bars = True
        if self.pyramids:
            self.state["_entries"] = "0"
        if self.leaves_dust:
            self.state["_entry_quantity"] = "0"
            self.methods.append(
                Method(
                    "_position",
                    "",
                    "float",
                    "Quantity held, negative when short; what fees leave behind of a closed one is none.",
                    [
                        f"quantity = {self.owner}.portfolio[self._symbol].quantity",
                        "return 0 if abs(quantity) < 0.01 * abs(self._entry_quantity) else quantity",
                    ],
                )
            )
        if self.moves_stops or self.stops_in_code:
            self.state["_stop_price"] = self.ways[0].none
        if self.targets_in_code:
            self.state["_target_price"] = self.ways[0].no_target
        if self.moves_stops and self.stops_rest:
            self.state["_stop"] = "None"
        for name in ("_entry_price", "_best_price", "_stop_distance"):
            if self.moves_stops and self._uses(name):
                self.state[name] = "0.0"

    def fill_lines(self) -> list[str]:
        """Body of `on_order_event`, after the test that the order is filled."""
        limits = self.spec.limits
        lines = [f"tag = {self.owner}.transactions.get_order_by_id(order_event.order_id).tag"]
        entered: list[str] = []
        if "_entry_bar" in self.state:
            entered.append("self._entry_bar = self._bar_count")
        if "_entry_time" in self.state:
            entered.append(f"self._entry_time = {self.owner}.time")
        if self.pyramids:
            entered.append("self._entries += 1")
        if self.leaves_dust:
            entered.append(f"self._entry_quantity = {self.owner}.portfolio[self._symbol].quantity")
        price = "order_event.fill_price"
        if self.pyramids:
            price = f"{self.owner}.portfolio[self._symbol].average_price"
        shielded = [way for way in self.ways if self._shields(way)]
        by_side = len(shielded) < len(self.ways) or self.both
        if shielded and not by_side:
            entered.append(f"self._protect_{shielded[0].name}({price})")
        if by_side and shielded:
            common, entered = entered, []
            if common:
                entered = [*common]
                for index, way in enumerate(shielded):
                    test = f'tag == "{way.name} entry"'
                    entered += _if(test, [f"self._protect_{way.name}({price})"], "elif" if index else "if")
                lines += _if('tag.endswith("entry")', entered)
            else:
                for index, way in enumerate(shielded):
                    test = f'tag == "{way.name} entry"'
                    lines += _if(test, [f"self._protect_{way.name}({price})"], "elif" if index else "if")
        elif entered:
            test = 'tag.endswith("entry")' if self.both else f'tag == "{self.ways[0].name} entry"'
            lines += _if(test, entered)
        left: list[str] = []
        if limits.cooldown_bars is not None:
            left.append("self._exit_bar = self._bar_count")
        if self.pyramids:
            left.append("self._entries = 0")
        if self.moves_stops and self.stops_rest:
            left.append("self._stop = None")
        if "_exit_order" in self.state:
            left.append("self._exit_order = None")
        rests = self.stops_rest or self.targets_rest or "_exit_order" in self.state
        word = "elif" if len(lines) > 1 else "if"
        if rests:
            left.append(f"{self.owner}.transactions.cancel_open_orders(self._symbol)")
        if self.stops_rest and self.targets_rest:
            invested = "self._position() != 0" if self.leaves_dust else f"{self.owner}.portfolio[self._symbol].invested"
            left += [
                f"if {invested}:",
                "    # A backtest can fill both exits inside one bar; take the second one back.",
                f'    {self.owner}.liquidate(self._symbol, tag="second exit")',
            ]
            lines += _if('tag != "second exit"', left, word)
        elif left:
            lines += [f"{'else' if word == 'elif' else 'if True'}:", *indented(left)]
        return lines

    def _shields(self, way: _Ways) -> bool:
        side = self.spec.sides[way.name]
        return any(
            part is not None for part in (side.stop_loss, side.take_profit, side.trailing_stop, side.break_even)
        ) or (self.protects and self.both)

    def finish(self) -> None:
        """Adds the methods that depend on what the rest came to need."""
        for way in self.ways:
            side = self.spec.sides[way.name]
            if self._shields(way):
                self.methods.append(self.protect(way))
            if side.trailing_stop is not None or side.break_even is not None:
                self.methods.append(self.trail(way))
        if self.moves_stops:
            self.methods.append(self.move_stop())
        if self.watches:
            self.methods.append(self.watch())
        for name in self.frozen:
            self.state.setdefault(name, "0.0")

    # -- limits --------------------------------------------------------------------------------------------------------

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
        return _if(test, [f'{self.owner}.transactions.cancel_open_orders(self._symbol, "expired")'])

    @property
    def exits_by_clock(self) -> bool:
        """Positions are closed at a time of day."""
        return self.spec.limits.exit_at not in (None, "next_open", "close")

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
            lines.append(f'{self.owner}.liquidate(self._symbol, tag="time exit")')
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


def _delayed(trail: Trailing) -> bool:
    return any(value is not None for value in (trail.after_percent, trail.after_pips, trail.after_r))


def _folded(node: ex.Expression) -> ex.Expression:
    """A product of two numbers as one."""
    match node:
        case ex.Arithmetic(operator="*", left=ex.Number(value=left), right=ex.Number(value=right)):
            return ex.Number(round(left * right, 10))
        case _:
            return node


def _reads_market(node: ex.Expression) -> bool:
    return any(isinstance(part, ex.Price | ex.Call | ex.Clock) for part in ex.walk(node))


def _reads_entry(node: ex.Expression) -> bool:
    return any(isinstance(part, ex.EntryPrice) for part in ex.walk(node))


def _if(test: str, body: list[str], word: str = "if") -> list[str]:
    return [*statement(f"{word} ", test, ":", room=WIDTH - 16), *indented(body)]


def _joined(left: str, right: str) -> str:
    """`left and right`; what is always true is left out."""
    if not left:
        return right
    if right == "True":
        return left
    return f"{left} and ({right})" if " or " in right else f"{left} and {right}"


def _whole(line: str) -> str:
    """`quantity = …` cut to whole shares."""
    value = line.removeprefix("quantity = ")
    if re.fullmatch(r"[0-9.]+", value):
        return f"quantity = {int(float(value))}"
    return line if value.startswith("abs(") else f"quantity = int({value})"


def _factor(text: str) -> str:
    return f"({text})" if " + " in text or " - " in text else text


def duration_text(iso: str) -> str:
    """`timedelta(…)` of an ISO 8601 duration; a month counts 30 days, a year 365."""
    found = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", iso)
    assert found is not None
    years, months, weeks, days, hours, mins = (int(part or 0) for part in found.groups())
    days += years * 365 + months * 30 + weeks * 7
    parts = [f"{name}={value}" for name, value in (("days", days), ("hours", hours), ("minutes", mins)) if value]
    return f"timedelta({', '.join(parts) or 'days=0'})"


def bars_per_year(spec: StrategySpec) -> float:
    """Bars of the strategy in a year: 365 days for coins, 252 sessions of 390 minutes for stocks, else 260 days."""
    kind = spec.symbols[0].type
    length = minutes(spec.timeframe)
    if length >= minutes("1w"):
        return 365 * 1440 / length
    if kind in ("crypto", "crypto_future"):
        return 365 * 1440 / length
    days = 252 if kind in ("equity", "index") else 260
    if length >= 1440:
        return days * 1440 / length
    return days * (390 if kind in ("equity", "index") else 1440) / length

"""Stops, targets, trailing and break-even of a position."""

from __future__ import annotations

from vibetrader.design.facts import Frozen, Ways, if_lines
from vibetrader.design.layout import Method, indented
from vibetrader.design.sizing import Sizing
from vibetrader.spec import expressions as ex
from vibetrader.spec.strategy import Level, Side, Trailing


class Protection(Sizing):
    """What closes a position at a price."""

    __slots__ = ()

    def _freeze(self, node: ex.Expression, way: Ways) -> ex.Expression:
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

    def _frozen_name(self, part: ex.Expression, way: Ways) -> str:
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
        self.frozen[name] = Frozen(code, {way.name})
        self.plan.parameters.setdefault(name, name)
        return name

    def _level_text(self, level: Level, way: Ways, role: str) -> str:
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

    def _freeze_levels(self, way: Ways, side: Side) -> dict[str, str]:
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

    def _distance(self, trail: Trailing, way: Ways, start: str) -> str:
        """Python source of a trailing stop below (above) a price."""
        if trail.percent is not None:
            return f"{start} * {self._percent_away(trail.percent, way.nearer)}"
        if trail.pips is not None:
            return f"{start} {way.nearer} {self._pips(trail.pips)}"
        if trail.points is not None:
            return f"{start} {way.nearer} {self.plan.scalar(trail.points)}"
        assert trail.distance is not None
        return f"{start} {way.nearer} {self.plan.code(self._freeze(trail.distance, way), level=6)}"

    def _trail_start(self, trail: Trailing, way: Ways) -> str:
        if trail.line is not None:
            return self.plan.code(self._freeze(trail.line, way))
        return self._distance(trail, way, "price")

    def protect(self, way: Ways) -> Method:
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

    def trail(self, way: Ways) -> Method:
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
            lines += if_lines(f"bar.{way.gain} {way.reached_target} {trigger}", [f"stop = {way.best}(stop, {place})"])
        if trail is not None:
            if trail.line is not None:
                follow = self.plan.code(trail.line)
            else:
                follow = self._distance(trail, way, "self._best_price")
            move = [f"stop = {follow}" if simple else f"stop = {way.best}(stop, {follow})"]
            if _delayed(trail):
                trigger = self._trigger(way, trail.after_percent, trail.after_pips, None, trail.after_r, None)
                move = if_lines(f"self._best_price {way.reached_target} {trigger}", move)
            lines += move
        lines += if_lines(f"stop {way.better} self._stop_price", ["self._move_stop(stop)"])
        doc = f"Move the stop of a {way.name} position, in its favour only."
        return Method(f"_trail_{way.name}", f"bar: {self.bar_type}", "None", doc, lines)

    def _trigger(
        self,
        way: Ways,
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
                "    # Replaced, not updated: LEAN holds an updated stop against the bar that has just ended.",
                "    self._stop.cancel()",
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
                inside += if_lines(f"bar.{way.loss} {way.reached_stop} self._stop_price", [f'{close}"stop loss")'])
            if self.targets_in_code:
                test = f"bar.{way.gain} {way.reached_target} self._target_price"
                inside += if_lines(test, [f'{close}"take profit")'], "elif" if inside else "if")
            if self.exits_in_code and self.spec.sides[way.name].exit_price is not None:
                extreme, reached = (
                    (way.gain, way.reached_target) if self.spec.order.type == "limit" else (way.loss, way.reached_stop)
                )
                test = f"self._exit_price is not None and bar.{extreme} {reached} self._exit_price"
                inside += if_lines(test, [f'{close}"exit order")'], "elif" if inside else "if")
            if inside:
                lines += [f"{'elif' if index else 'if'} {self._holds(way)}:", *indented(inside)]
        why = "this brokerage takes no stop orders" if self.stops_in_code else "one resting sale at a time"
        if self.stops_in_code and self.broker.takes_stops and not self.exits_in_code:
            why = "a cash account cannot replace a resting sale"
        return Method(
            self.watcher, f"bar: {self.bar_type}", "None", f"Close once a bar has reached a level: {why}.", lines
        )

    def _resting_exit(self, way: Ways, side: Side) -> list[str]:
        assert side.exit_price is not None
        if self.exits_in_code:
            self.state["_exit_price"] = "None"
            return [f"self._exit_price = {self.plan.code(side.exit_price)}"]
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
            f'    self._symbol, {quantity}, exit_price{extra}, tag="exit order"',
            ")",
        ]

    def _shields(self, way: Ways) -> bool:
        side = self.spec.sides[way.name]
        return any(
            part is not None for part in (side.stop_loss, side.take_profit, side.trailing_stop, side.break_even)
        ) or (self.protects and self.both)


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

"""Entries, exits and what follows a fill, for one symbol: the half of a program that sends orders."""

from __future__ import annotations

from typing import Final

from vibetrader.design.facts import LONG, SHORT, Ways, if_lines, joined
from vibetrader.design.layout import WIDTH, Method, indented, statement
from vibetrader.design.limits import Limits
from vibetrader.design.sizing import whole
from vibetrader.errors import SpecError
from vibetrader.spec import expressions as ex
from vibetrader.spec.strategy import Direction

_INLINE: Final = 72
"""A longer condition gets a method with a name of its own."""


class Trading(Limits):
    """Writes the trading half for every symbol of a spec."""

    __slots__ = ()

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
            lines += if_lines(self._is_flat(), flat)
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

    def _conditions(self, way: Ways) -> tuple[str, str]:
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

    def _inside(self, way: Ways, conditions: dict[Direction, tuple[str, str]], may: str) -> list[str]:
        """What is done at a finished bar while a position of that direction is open."""
        side = self.spec.sides[way.name]
        other = SHORT if way.name == "long" else LONG
        lines: list[str] = []
        if side.trailing_stop is not None or side.break_even is not None:
            lines.append(f"self._trail_{way.name}(bar)")
        if side.exit_price is not None:
            lines += self._resting_exit(way, side)
        entry, leave = conditions[way.name]
        opposite = conditions[other.name][0] if self.both else ""
        if opposite:
            opposite = joined(may, opposite)
        choices: list[tuple[str, list[str]]] = []
        reverses = bool(opposite) and (side.exit is None or self.spec.reverse)
        close = [f'{self.owner}.liquidate(self._symbol, tag="exit")']
        if reverses:
            choices.append((opposite, self._turn(other)))
        if leave:
            if opposite and not reverses:
                same = joined(may, leave) == opposite
                turn = self._turn(other)
                body = turn if same and not may else [*if_lines(opposite, turn), "else:", *indented(close)]
                choices.append((leave, body))
            else:
                choices.append((leave, close))
        choices += [(test, [f'{self.owner}.liquidate(self._symbol, tag="time exit")']) for test in self._expiries()]
        if self.pyramids:
            more = f"self._entries < {self.plan.scalar(self.spec.max_entries, whole=True)}"
            choices.append((joined(more, joined(may, entry)), self._enter(way)))
        for index, (test, body) in enumerate(choices):
            lines += if_lines(test, body, "if" if index == 0 else "elif")
        return lines

    def _turn(self, other: Ways) -> list[str]:
        """From one direction into the other."""
        lines = ["self._entries = 0"] if self.pyramids else []
        if self.spec.order.type != "market":
            # The order rests: what is held closes now.
            lines.append(f'{self.owner}.liquidate(self._symbol, tag="exit")')
        return lines + self._enter(other)

    def _flat(self, conditions: dict[Direction, tuple[str, str]], may: str) -> list[str]:
        """What is done at a finished bar while nothing is held."""
        lines: list[str] = []
        for index, way in enumerate(self.ways):
            test = joined(may, conditions[way.name][0])
            body = self._enter(way)
            if test == "True":
                return [*lines, "else:", *indented(body)] if index else body
            lines += if_lines(test, body, "elif" if index else "if")
        return lines

    def _enter(self, way: Ways) -> list[str]:
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

    def _entry_lines(self, way: Ways) -> list[str]:
        side = self.spec.sides[way.name]
        order = self.spec.order.type
        lines: list[str] = []
        rests = self.stops_rest or self.targets_rest or self._any("exit_price")
        if self.pyramids and rests and self.both:
            lines += if_lines("self._entries == 0", [f"{self.owner}.transactions.cancel_open_orders(self._symbol)"])
        elif order != "market" or (rests and self.both):
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
                holding = f"{self.owner}.portfolio[self._symbol].quantity"
                if self.both and self.pyramids:
                    # The other direction is closed by the same order.
                    holding = f"{'min' if way.name == 'long' else 'max'}(0, {holding})"
                send = f"market_order(self._symbol, {quantity}{f' - {holding}' if self.both else ''}, tag="
            case "limit":
                send = f"limit_order(self._symbol, {quantity}, price, tag="
            case _ if self.broker.takes_stops:
                send = f"stop_market_order(self._symbol, {quantity}, price, tag="
            case _:
                slack = f"price * {'1.01' if way.name == 'long' else '0.99'}"
                send = f"stop_limit_order(self._symbol, {quantity}, price, {slack}, tag="
        if all(s.type in ("equity", "index") for s in self.spec.symbols):
            lines[-1] = whole(lines[-1])
        return [*lines, *if_lines("quantity > 0", [f'{self.owner}.{send}"{tag}")', *book])]

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
                    entered += if_lines(test, [f"self._protect_{way.name}({price})"], "elif" if index else "if")
                lines += if_lines('tag.endswith("entry")', entered)
            else:
                for index, way in enumerate(shielded):
                    test = f'tag == "{way.name} entry"'
                    lines += if_lines(test, [f"self._protect_{way.name}({price})"], "elif" if index else "if")
        elif entered:
            test = 'tag.endswith("entry")' if self.both else f'tag == "{self.ways[0].name} entry"'
            lines += if_lines(test, entered)
        left: list[str] = []
        if limits.cooldown_bars is not None:
            left.append("self._exit_bar = self._bar_count")
        if self.pyramids:
            left.append("self._entries = 0")
        if self.moves_stops and self.stops_rest:
            left.append("self._stop = None")
        for name in ("_exit_order", "_exit_price"):
            if name in self.state:
                left.append(f"self.{name} = None")
        resting = [
            f'"{tag}"'
            for tag, rests in (
                ("stop loss", self.stops_rest),
                ("take profit", self.targets_rest),
                ("exit order", "_exit_order" in self.state),
            )
            if rests
        ]
        word = "elif" if len(lines) > 1 else "if"
        if len(resting) > 1:
            # `liquidate` cancels what rests; a resting order that fills leaves the others.
            invested = "self._position() != 0" if self.leaves_dust else f"{self.owner}.portfolio[self._symbol].invested"
            test = f"tag in ({', '.join(resting)})"
            release = [
                f"{self.owner}.transactions.cancel_open_orders(self._symbol)",
                f"if {invested}:",
                "    # A backtest can fill both exits inside one bar; take the second one back.",
                f'    {self.owner}.liquidate(self._symbol, tag="second exit")',
            ]
            if not left:
                return [*lines, *if_lines(test, release, word)]
            left += if_lines(test, release)
        if not left:
            return lines
        if word == "if":
            return [*lines, *left]
        return [*lines, "else:", *indented(left)]

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

"""Classes and methods of a project's file."""

from __future__ import annotations

from vibetrader.design.layout import WIDTH, Class, Method, indented, statement
from vibetrader.design.plan import Frame, Window, exchange_zone
from vibetrader.design.setup import Setup
from vibetrader.design.templates import render


class Body(Setup):
    """Writes the classes of the file."""

    __slots__ = ()

    @property
    def on_subscription(self) -> bool:
        """Something is done with each bar of the subscription."""
        return self.plan.own.is_native or self.trading.watches or bool(self.plan.opening_ranges) or self.guards_equity

    def imports(self) -> list[str]:
        lines = []
        if self.plan.needs_zone and "zone" in self.plan.needs:
            lines.append("from zoneinfo import ZoneInfo")
        return ["", *lines] if lines else []

    def blocks(self) -> list[str]:
        """Helper functions and classes, in the order of the alphabet."""
        found = [render(name) for name in ("last_pivot", "ratio", "three_days") if name in self.plan.needs]
        if self.plan.opening_ranges:
            found.append(render("opening_range", bar_type=self.market.bar_type))
        fees = self.spec.fees
        if fees is not None and (fees.percent is not None or fees.per_unit is not None):
            found.append(self._fee_class())
        return [block.rstrip("\n") for block in found]

    def classes(self) -> list[Class]:
        setup = self._symbol_setup()
        methods = self._symbol_methods()
        if not self.many:
            main = Class(self._class_name(), "QCAlgorithm", self._doc())
            lines = [*self._head(), *self._parameters(), "", *self._securities(), *self._benchmark("self._symbol")]
            lines += ["", *setup, *self._warm_up()]
            main.methods = [Method("initialize", lines=_tidy(lines))]
            main.methods += self._equity_methods() + [self._on_data()] * self.on_subscription + methods
            return [_ordered(main)]
        trader = Class("SymbolTrader", "", ["Indicators, state and orders of one symbol."])
        lines = [
            "self._algorithm = algorithm",
            "self._symbol = symbol",
            *self._models(),
            "",
            *self._parameters(),
            "",
            *setup,
        ]
        trader.methods = [Method("__init__", "algorithm: QCAlgorithm, symbol: Symbol", lines=_tidy(lines)), *methods]
        main = Class(self._class_name(), "QCAlgorithm", self._doc())
        lines = [*self._head(), "", *self._securities(), *self._benchmark("symbols[0]"), *self._equity_state()]
        lines += ["self._traders = {symbol: SymbolTrader(self, symbol) for symbol in symbols}", *self._warm_up()]
        main.methods = [Method("initialize", lines=_tidy(lines))]
        main.methods += self._equity_methods()
        if self.on_subscription:
            main.methods.append(self._on_data())
        if self.trading.handles_fills:
            main.methods.append(
                Method(
                    "on_order_event",
                    "order_event: OrderEvent",
                    lines=[
                        "if order_event.status == OrderStatus.FILLED:",
                        "    self._traders[order_event.symbol].on_filled(order_event)",
                    ],
                )
            )
        return [_ordered(trader), _ordered(main)]

    def _fee_class(self) -> str:
        fees = self.spec.fees
        assert fees is not None
        parts = [
            (fees.percent, "rate", "value * self._rate", "part of the order's value"),
            (fees.per_trade, "per_order", "self._per_order", "amount per order"),
            (fees.per_unit, "per_unit", "order.absolute_quantity * self._per_unit", "amount per unit"),
        ]
        used = [(name, formula, words) for value, name, formula, words in parts if value is not None]
        text = render(
            "percent_fee",
            doc="Fees as " + " plus ".join(words for _, _, words in used) + ".",
            arguments=", ".join(f"{name}: float" for name, _, _ in used),
            assignments=[f"self._{name} = {name}" for name, _, _ in used],
            formula=" + ".join(formula for _, formula, _ in used),
        )
        if fees.percent is None:
            lines = [line for line in text.splitlines() if "multiplier" not in line]
            text = "\n".join(lines)
        return text

    def _symbol_methods(self) -> list[Method]:
        methods: list[Method] = []
        plan, bar = self.plan, f"bar: {self.market.bar_type}"
        inline = plan.own.is_native and not self.many
        if not inline:
            body = self._bar_body()
            if not plan.own.is_native:
                methods.append(Method("_on_bar", f"sender: object, {bar}", "None", "Decide at a finished bar.", body))
            else:
                methods.append(Method("on_bar", bar, "None", "Decide at a finished bar.", body))
        for frame in plan.frames.values():
            if frame.is_own or frame.is_native or not frame.needs_handler:
                continue
            doc = f"Keep what is read of the {frame.timeframe} bars."
            name = f"_on_{frame.name}_bar"
            methods.append(Method(name, f"sender: object, {bar}", "None", doc, self._updates(frame)))
        ready = plan.ready()
        if self._needs_ready_method(ready):
            test = " and ".join(ready)
            methods.append(
                Method(
                    "_is_ready",
                    "",
                    "bool",
                    "Whether every value that the rules read exists.",
                    statement("return ", test),
                )
            )
        if self.trading.handles_fills:
            fills = self.trading.fill_lines()
            if self.many:
                methods.append(
                    Method("on_filled", "order_event: OrderEvent", "None", "Follow up on a filled order.", fills)
                )
            else:
                guard = ["if order_event.status != OrderStatus.FILLED:", "    return"]
                methods.append(Method("on_order_event", "order_event: OrderEvent", lines=[*guard, *fills]))
        methods += self.trading.methods
        if plan.opening_ranges and self.many:
            lines = [f"self.{attribute}.update(bar)" for attribute in plan.opening_ranges.values()]
            methods.append(Method("update_ranges", bar, "None", "Take in a bar of the subscription.", lines))
        if "zone" in plan.needs:
            exchange = exchange_zone(self.market.first.type, self.market.first.market)
            methods.append(
                Method(
                    "_local",
                    "time: datetime",
                    "datetime",
                    f"A time of the exchange in {self.spec.timezone}.",
                    [
                        f'exchange = time.replace(tzinfo=ZoneInfo("{exchange}"))',
                        f'return exchange.astimezone(ZoneInfo("{self.spec.timezone}"))',
                    ],
                )
            )
        hours = f"hours = {self.owner}.securities[self._symbol].exchange.hours"
        if "trading_day" in plan.needs:
            methods.append(
                Method(
                    "_trading_day",
                    "day: datetime",
                    "int",
                    "Number of a day among the trading days of its month, 1 for the first.",
                    [
                        hours,
                        "days = [datetime(day.year, day.month, number + 1) for number in range(day.day)]",
                        "return sum(1 for each in days if hours.is_date_open(each))",
                    ],
                )
            )
        if "trading_days_left" in plan.needs:
            methods.append(
                Method(
                    "_trading_days_left",
                    "day: datetime",
                    "int",
                    "Number of a day among the trading days of its month, -1 for the last.",
                    [
                        hours,
                        "each, count = datetime(day.year, day.month, day.day), 0",
                        "while each.month == day.month:",
                        "    count += hours.is_date_open(each)",
                        "    each += timedelta(days=1)",
                        "return -count",
                    ],
                )
            )
        return methods

    def _bar_body(self) -> list[str]:
        lines = self._updates(self.plan.own)
        ready = self.plan.ready()
        parts = [f"{self.owner}.is_warming_up"] if self._warm_up() or self.trading.exits_by_clock else []
        if not parts and not ready:
            return [*lines, *self.decision]
        if self._needs_ready_method(ready):
            parts.append("not self._is_ready()")
        elif ready:
            parts.append(f"not ({' and '.join(ready)})" if len(ready) > 1 else _negated(ready[0]))
        return [*lines, *statement("if ", " or ".join(parts), ":"), "    return", *self.decision]

    @staticmethod
    def _needs_ready_method(ready: list[str]) -> bool:
        return len(ready) > 2 or len(" and ".join(ready)) > 60

    def _updates(self, frame: Frame) -> list[str]:
        lines: list[str] = []
        if frame.is_own and self.trading.counts_bars:
            lines.append("self._bar_count += 1")
        if frame.keeps_bars:
            lines.append(f"self.{frame.bars_attribute}.add(bar)")
        for update in frame.updates:
            if isinstance(update, Window):
                done = [f"self.{update.attribute}.add({update.value})"]
            else:
                done = [f"self.{update.attribute}.update(bar.end_time, {update.source})"]
                if len(done[0]) > WIDTH - 8:
                    # Brackets round both arguments would make them one.
                    done = [
                        *statement("value = ", update.source),
                        f"self.{update.attribute}.update(bar.end_time, value)",
                    ]
            if update.condition:
                done = [*statement("if ", update.condition, ":"), *indented(done)]
            lines += done
        return lines

    def _on_data(self) -> Method:
        bars = "data.quote_bars" if self.market.quotes else "data.bars"
        lines: list[str] = []
        if self.guards_equity:
            lines.append("self._guard_equity()")
        native, watches, ranges = self.plan.own.is_native, self.trading.watches, self.plan.opening_ranges
        if not (native or watches or ranges):
            return Method("on_data", "data: Slice", lines=lines)
        if self.many:
            inside = [f"bar = {bars}.get(symbol)", "if bar is None:", "    continue"]
            inside += ["trader.check_levels(bar)"] if watches else []
            inside += ["trader.update_ranges(bar)"] if ranges else []
            inside += ["trader.on_bar(bar)"] if native else []
            lines += ["for symbol, trader in self._traders.items():", *indented(inside)]
            return Method("on_data", "data: Slice", lines=lines)
        lines += [f"bar = {bars}.get(self._symbol)", "if bar is None:", "    return"]
        lines += [f"self.{attribute}.update(bar)" for attribute in ranges.values()]
        if watches:
            lines.append("self._check_levels(bar)")
        if native:
            body = self._bar_body()
            if not ranges and not watches and body[0].startswith("if ") and body[1] == "    return":
                # One guard is easier to read than two.
                lines[-2:] = [body[0].replace("if ", "if bar is None or ", 1), "    return"]
                body = body[2:]
                if len(lines[-2]) > WIDTH - 8:
                    text = lines[-2].removeprefix("if ").removesuffix(":")
                    lines[-2:] = [*statement("if ", text, ":"), "    return"]
            lines += body
        return Method("on_data", "data: Slice", lines=lines)

    def _equity_methods(self) -> list[Method]:
        limits = self.spec.limits
        if not self.guards_equity:
            return []
        lines = ["if self.is_warming_up:", "    return", "equity = self.portfolio.total_portfolio_value"]
        scalar = self.plan.scalar
        if limits.max_drawdown_pct is not None:
            lines += [
                "self._peak_equity = max(self._peak_equity, equity)",
                f"lowest = self._peak_equity * (1 - {scalar(limits.max_drawdown_pct)} / 100)",
                "if equity <= lowest and not self.trading_stopped:",
                "    self.trading_stopped = True",
                '    self.liquidate(tag="maximum drawdown")',
                '    self.log(f"Stopped trading: equity {equity:.2f} is down from {self._peak_equity:.2f}")',
            ]
        if limits.max_daily_loss_pct is not None:
            lines += [
                "if self.time.date() != self._equity_day:",
                "    self._equity_day, self._day_equity = self.time.date(), equity",
                f"lowest = self._day_equity * (1 - {scalar(limits.max_daily_loss_pct)} / 100)",
                "if equity <= lowest and self.paused_on != self.time.date():",
                "    self.paused_on = self.time.date()",
                '    self.liquidate(tag="daily loss limit")',
            ]
        return [Method("_guard_equity", "", "None", "Close everything when the account has lost too much.", lines)]


def _negated(test: str) -> str:
    if " >= " in test:
        return test.replace(" >= ", " < ", 1)
    if " > " in test:
        return test.replace(" > ", " <= ", 1)
    return f"not {test}"


def _ordered(item: Class) -> Class:
    """Methods in the order a reader meets them: set-up, events, decisions, orders."""
    first = ["__init__", "initialize", "on_data", "on_order_event", "on_bar", "on_filled", "_on_bar"]
    rank = {name: index for index, name in enumerate(first)}
    item.methods.sort(key=lambda method: rank.get(method.name, len(first)))
    return item


def _tidy(lines: list[str]) -> list[str]:
    """Without blank lines at the ends and doubled ones."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    while kept and not kept[-1]:
        kept.pop()
    return kept

"""A strategy spec as a LEAN project: a pure function of the spec."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Final

from vibetrader.design.brokers import Broker, broker_for
from vibetrader.design.layout import WIDTH, Class, Method, fitted, indented, statement
from vibetrader.design.plan import Frame, Indicator, Plan, Window, exchange_zone
from vibetrader.design.sizing import volatility_of
from vibetrader.design.trading import Trading
from vibetrader.errors import SpecError
from vibetrader.spec import expressions as ex
from vibetrader.spec.check import warmup_bars, warmup_by_timeframe
from vibetrader.spec.instruments import kind_of
from vibetrader.spec.parameters import resolved
from vibetrader.spec.strategy import Instrument, StrategySpec
from vibetrader.spec.timeframes import minutes

_ADD: Final = {
    "equity": "add_equity",
    "crypto": "add_crypto",
    "forex": "add_forex",
    "cfd": "add_cfd",
    "index": "add_index",
    "crypto_future": "add_crypto_future",
}
_RESOLUTIONS: Final = {1: "MINUTE", 60: "HOUR", 1440: "DAILY"}
_SESSION_MINUTES: Final = {"equity": 390, "index": 390}


@dataclass(frozen=True, slots=True)
class Project:
    """A LEAN project.

    Attributes:
        main: `main.py`.
        config: `config.json`.
        notes: What the code does otherwise than the spec says; shown to the user.
    """

    main: str
    config: dict[str, Any]
    notes: tuple[str, ...] = ()

    @property
    def config_text(self) -> str:
        """`config.json` as text."""
        return json.dumps(self.config, indent=4, ensure_ascii=False) + "\n"


def design(spec: StrategySpec, *, today: date | None = None) -> Project:
    """The LEAN project of a spec; the same spec gives the same bytes.

    Args:
        today: The day a relative period without `as_of` counts from.

    Raises:
        SpecError: The spec asks for what LEAN cannot do; names the field.
    """
    return _Emitter(spec, today).project()


@cache
def _environment() -> Any:
    # jinja2 is heavy for a command that only prints help.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("vibetrader.design"),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _render(name: str, **values: Any) -> str:
    text: str = _environment().get_template(f"{name}.py.j2").render(**values)
    return text


@dataclass(slots=True)
class _Emitter:
    spec: StrategySpec
    today: date | None
    notes: list[str] = field(default_factory=list)

    # -- facts -------------------------------------------------------------------------------------------------------

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

    def _refuse(self) -> None:
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
        for symbol in spec.symbols:
            if symbol.type not in _ADD:
                raise SpecError(
                    f"{symbol.ticker} is a {symbol.type}: its contracts expire and must be rolled, which no spec says",
                    field="symbols",
                    hint="use an index fund, a CFD or a perpetual on the same market",
                )
        if len({s.type in ("forex", "cfd") for s in spec.symbols}) > 1:
            raise SpecError(
                "markets with trades and markets with quotes under one rule",
                field="symbols",
                hint="run forex and CFDs apart from stocks and coins",
            )

    def _subscription(self) -> int:
        """Minutes of the bars to subscribe to."""
        spec = self.spec
        length = minutes(spec.timeframe)
        native = 1440 if length >= 1440 else 60 if length >= 60 else 1
        expressions = [node for side in spec.sides.values() for node in _all_expressions(side)]
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

    # -- the file ----------------------------------------------------------------------------------------------------

    def project(self) -> Project:
        self._refuse()
        spec = self.spec
        volatility = volatility_of(spec)
        subscription = self._subscription()
        plan = Plan(
            spec, subscription_minutes=subscription, quotes=self.quotes, extra=[volatility] if volatility else []
        )
        broker = broker_for(spec)
        trading = Trading(spec, plan, broker, self.owner, share=self._share(), notes=self.notes)
        decision = trading.decision()
        trading.finish()
        self._note_fill()
        body = _Body(self, plan, trading, broker, subscription, decision)
        classes = body.classes()
        for method in (m for item in classes for m in item.methods):
            method.lines = [part for line in method.lines for part in fitted(line, WIDTH - 8)]
        main = _render("main", imports=body.imports(), blocks=body.blocks(), classes=classes)
        main = re.sub(r"[ \t]+\n", "\n", main)
        main = re.sub(r"\n{4,}", "\n\n\n", main).rstrip("\n") + "\n"
        return Project(main, self._config(), tuple(dict.fromkeys(self.notes)))

    def _config(self) -> dict[str, Any]:
        return {
            "algorithm-language": "Python",
            "parameters": {name: ex.number_text(value) for name, value in self.spec.parameters.items()},
            "description": plain_text(self.spec.description or self.spec.name, 300),
        }

    def _share(self) -> float:
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

    def _note_fill(self) -> None:
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


@dataclass(slots=True)
class _Body:
    """Writes the classes of the file from what plan and trading came to need."""

    emitter: _Emitter
    plan: Plan
    trading: Trading
    broker: Broker
    subscription: int
    decision: list[str]

    @property
    def spec(self) -> StrategySpec:
        return self.emitter.spec

    @property
    def many(self) -> bool:
        return self.emitter.many

    @property
    def owner(self) -> str:
        return self.emitter.owner

    @property
    def resolution(self) -> str:
        return f"Resolution.{_RESOLUTIONS[self.subscription]}"

    @property
    def guards_equity(self) -> bool:
        limits = self.spec.limits
        return limits.max_drawdown_pct is not None or limits.max_daily_loss_pct is not None

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
        found = [_render(name) for name in ("last_pivot", "ratio", "three_days") if name in self.plan.needs]
        if self.plan.opening_ranges:
            found.append(_render("opening_range", bar_type=self.emitter.bar_type))
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

    # -- initialize --------------------------------------------------------------------------------------------------

    def _class_name(self) -> str:
        words = re.findall(r"[A-Za-z0-9]+", self.spec.name)
        name = "".join(word if word.isupper() and len(word) <= 4 else word.capitalize() for word in words)[:60]
        if not name or not name[0].isalpha():
            name = f"Strategy{name}" if name else ""
        # LEAN's own classes (BollingerBands, Momentum …) are imported with a star and must not be hidden.
        return name if name.endswith(("Strategy", "Algorithm")) else f"{name}Strategy"

    def _doc(self) -> list[str]:
        spec = self.spec
        tickers = [s.ticker for s in spec.symbols]
        where = ", ".join(tickers[:5]) + (" …" if len(tickers) > 5 else "")
        title = plain_text(spec.name, 60).rstrip(".")
        lines = [f"{title} on {where}, {spec.timeframe} bars.", ""]
        width = WIDTH - 8
        for name, side in spec.sides.items():
            for part, node in (("entry", side.entry), ("exit", side.exit)):
                if node is not None:
                    lines += _wrapped_words(f"{name.capitalize()} {part}: {node}", width)
        for note in self.emitter.notes:
            lines += _wrapped_words(f"Note: {note}.", width)
        return lines

    def _head(self) -> list[str]:
        spec = self.spec
        today = self.emitter.today
        period = spec.period
        if today is None:
            if period.end is None and period.as_of is None:
                raise SpecError(
                    "the period has no end", field="period", hint="give period.end, or as_of for a relative period"
                )
            today = period.end or period.as_of
        assert today is not None
        start, end = period.dates(today)
        lines = [
            f"self.set_start_date({start.year}, {start.month}, {start.day})",
            f"self.set_end_date({end.year}, {end.month}, {end.day})",
        ]
        zone = self._zone()
        if zone:
            lines.append(f'self.set_time_zone("{zone}")')
        currency = spec.account_currency
        quote = self.emitter.first.currency
        cash = ex.number_text(spec.number(spec.cash))
        if currency != "USD":
            lines.append(f'self.set_account_currency("{currency}")')
        if self.broker.account == "cash" and self.emitter.first.type == "crypto" and quote != currency:
            lines += [
                f"# A cash account buys with the coin of the price: the money is held in {quote}.",
                f'self.set_cash("{currency}", 0)',
                f'self.set_cash("{quote}", {cash})',
            ]
        else:
            lines.append(f"self.set_cash({cash})")
        account = f"AccountType.{self.broker.account.upper()}"
        if self.broker.name:
            lines.append(f"self.set_brokerage_model(BrokerageName.{self.broker.name.upper()}, {account})")
        elif self.broker.account == "cash":
            lines.append(f"self.set_brokerage_model(BrokerageName.DEFAULT, {account})")
        return lines

    def _zone(self) -> str:
        if self.spec.timezone is not None:
            return self.spec.timezone
        zone = exchange_zone(self.emitter.first.type, self.emitter.first.market)
        return "" if zone == "America/New_York" else zone

    def _parameters(self) -> list[str]:
        spec = self.spec
        if not spec.parameters:
            return []
        source = "algorithm" if self.many else "self"
        lines = [""]
        for name, value in spec.parameters.items():
            whole = name in self.plan.whole_parameters
            default = str(int(value)) if whole else repr(float(value))
            attribute = self.plan.parameters[name]
            lines.append(f'self.{attribute} = {source}.get_parameter("{name}", {default})')
        return lines

    def _add(self, symbol: Instrument) -> str:
        market = f"Market.{symbol.market.upper()}"
        return f'self.{_ADD[symbol.type]}("{symbol.ticker}", {self.resolution}, {market})'

    def _securities(self) -> list[str]:
        if not self.many:
            models = self._models()
            if not models:
                return [f"self._symbol = {self._add(self.emitter.first)}.symbol"]
            return [f"security = {self._add(self.emitter.first)}", "self._symbol = security.symbol", *models]
        symbols = self.spec.symbols
        kinds = {(s.type, s.market) for s in symbols}
        if len(kinds) == 1 and len(symbols) > 2:
            tickers = ", ".join(f'"{s.ticker}"' for s in symbols)
            rows = [f"tickers = [{tickers}]"]
            if len(rows[0]) > WIDTH - 8:
                rows = ["tickers = [", *(f'    "{s.ticker}",' for s in symbols), "]"]
            add = self._add(symbols[0]).replace(f'"{symbols[0].ticker}"', "ticker")
            loop = f"symbols = [{add}.symbol for ticker in tickers]"
            if len(loop) <= WIDTH - 8:
                return [*rows, loop]
            return [*rows, "symbols = [", f"    {add}.symbol", "    for ticker in tickers", "]"]
        return ["symbols = [", *(f"    {self._add(s)}.symbol," for s in symbols), "]"]

    def _models(self) -> list[str]:
        """Fees, slippage, leverage of the security."""
        spec = self.spec
        lines: list[str] = []
        if spec.fees is not None:
            lines.append(f"security.set_fee_model({self._fee_model()})")
        if spec.slippage_percent is not None:
            value = ex.number_text(round(spec.number(spec.slippage_percent) / 100, 10))
            lines.append(f"security.set_slippage_model(ConstantSlippageModel({value}))")
        if spec.number(spec.leverage) != 1:
            lines.append(f"security.set_leverage({ex.number_text(spec.number(spec.leverage))})")
        if any(s.type == "index" for s in spec.symbols):
            lines.append("security.is_tradable = True  # an index itself has no shares; its price is traded")
        if lines and self.many:
            lines.insert(0, "security = algorithm.securities[symbol]")
        return lines

    def _fee_model(self) -> str:
        fees = self.spec.fees
        assert fees is not None
        number = self.spec.number
        if fees.percent is None and fees.per_unit is None:
            amount = 0.0 if fees.per_trade is None else number(fees.per_trade)
            return f'ConstantFeeModel({ex.number_text(amount)}, "{self.spec.account_currency}")'
        given = [(fees.percent, 100.0), (fees.per_trade, 1.0), (fees.per_unit, 1.0)]
        values = [ex.number_text(round(number(v) / scale, 10)) for v, scale in given if v is not None]
        return f"PercentFeeModel({', '.join(values)})"

    def _fee_class(self) -> str:
        fees = self.spec.fees
        assert fees is not None
        parts = [
            (fees.percent, "rate", "value * self._rate", "part of the order's value"),
            (fees.per_trade, "per_order", "self._per_order", "amount per order"),
            (fees.per_unit, "per_unit", "order.absolute_quantity * self._per_unit", "amount per unit"),
        ]
        used = [(name, formula, words) for value, name, formula, words in parts if value is not None]
        text = _render(
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

    def _benchmark(self, symbol: str) -> list[str]:
        ticker = self.spec.benchmark
        if ticker is None or ticker.upper() == self.emitter.first.ticker:
            return [f"self.set_benchmark({symbol})"]
        kind = kind_of(ticker.upper())
        types = {"crypto_future": "CRYPTO_FUTURE"}
        type_name = types.get(kind.type, kind.type.upper())
        made = f'Symbol.create("{ticker.upper()}", SecurityType.{type_name}, Market.{kind.market.upper()})'
        return [f"self.set_benchmark({made})"]

    def _warm_up(self) -> list[str]:
        spec = self.spec
        needed = dict(warmup_by_timeframe(spec))
        node = volatility_of(resolved(spec))
        if node is not None:
            needed[spec.timeframe] = max(needed[spec.timeframe], warmup_bars(node))
        for frame in self.plan.frames.values():
            for update in (u for u in frame.updates if isinstance(u, Window)):
                needed[frame.timeframe] = max(needed.get(frame.timeframe, 1), update.reach.number + 1)
        own = self.plan.own
        only_native = len(self.plan.frames) == 1 and own.is_native and not self.plan.opening_ranges
        if only_native:
            dynamic = [i for i in own.indicators if any("self._" in a for a in i.arguments) or i.furthest.has_names]
            if dynamic and not self.many:
                return ["", *self._dynamic_warm_up(own, needed[spec.timeframe])]
            bars = needed[spec.timeframe]
            return ["", f"self.set_warm_up({bars})"] if bars > 1 else []
        days = max(self._days(timeframe, bars) for timeframe, bars in needed.items())
        return ["", f"self.set_warm_up(timedelta(days={days}))"]

    def _dynamic_warm_up(self, frame: Frame, bars: int) -> list[str]:
        """Warm-up that follows the parameters."""
        sizes: list[str] = []
        for indicator in frame.indicators:
            if not indicator.recipe.has_warm_up or indicator.feed == "by_hand":
                continue
            text = f"self.{indicator.attribute}.warm_up_period"
            if indicator.feed == "chain":
                text = f"{indicator.warm_up}.warm_up_period + {text}"
            furthest = indicator.furthest
            if not furthest.is_zero:
                text += f" + {furthest.size(0)}"
            sizes.append(text)
        others = [i for i in frame.indicators if i.feed == "by_hand" or not i.recipe.has_warm_up]
        if others or frame.keeps_bars or any(isinstance(u, Window) for u in frame.updates):
            sizes.append(str(bars))
        sizes = list(dict.fromkeys(sizes))
        if len(sizes) == 1:
            return [f"self.set_warm_up({sizes[0]})"]
        whole = f"self.set_warm_up(max({', '.join(sizes)}))"
        if len(whole) <= WIDTH - 8:
            return [whole]
        return ["self.set_warm_up(", "    max(", *(f"        {s}," for s in sizes), "    )", ")"]

    def _days(self, timeframe: str, bars: int) -> int:
        """Calendar days that hold so many bars and the one they begin in."""
        length = minutes(timeframe)
        session = _SESSION_MINUTES.get(self.emitter.first.type, 1440)
        if length >= 10080:
            return (bars + 1) * (31 if timeframe == "1M" else 7)
        if length >= 1440:
            days = (bars + 1) * length // 1440
        else:
            days = math.ceil((bars + 1) / max(1, math.ceil(session / length)))
        if self.emitter.always_open:
            return max(days, 1)
        return math.ceil(days * 7 / 5) + 4

    # -- a symbol ----------------------------------------------------------------------------------------------------

    def _symbol_setup(self) -> list[str]:
        lines: list[str] = []
        for frame in self.plan.frames.values():
            lines += self._frame_setup(frame)
        for text, attribute in self.plan.opening_ranges.items():
            lines.append(f"self.{attribute} = OpeningRange({text})")
        state = dict(self.trading.state)
        if self.trading.counts_bars:
            state = {"_bar_count": "0", **state}
        lines += [f"self.{name} = {value}" for name, value in state.items()]
        if not self.many:
            lines += self._equity_state()
        if self.trading.setup:
            lines += ["", *self.trading.setup]
        return [line.replace("self._algorithm.", "algorithm.") if self.many else line for line in lines]

    def _frame_setup(self, frame: Frame) -> list[str]:
        lines: list[str] = []
        native = frame.is_native
        variable = "consolidator" if frame.is_own else f"consolidator_{frame.name}"
        registered = False
        if not native:
            lines.append(f"{variable} = {self._consolidator(frame)}")
        for indicator in frame.indicators:
            lines += self._indicator(indicator, variable, native=native)
            registered = registered or (not native and indicator.feed == "bars")
        for indicator in frame.indicators:
            for path, reach in indicator.reach.items():
                if reach.has_names or reach.number > 1:
                    owner = f"self.{indicator.attribute}" + (f".{path}" if path else "")
                    lines.append(f"{owner}.window.size = {reach.size()}")
        if frame.keeps_bars:
            lines.append(f"self.{frame.bars_attribute} = RollingWindow[{self.emitter.bar_type}]({frame.bars.size()})")
        for update in frame.updates:
            if isinstance(update, Window):
                lines.append(f"self.{update.attribute} = RollingWindow[float]({update.reach.size()})")
        if not native:
            if frame.needs_handler:
                handler = "_on_bar" if frame.is_own else f"_on_{frame.name}_bar"
                lines.append(f"{variable}.data_consolidated += self.{handler}")
            if not registered:
                lines.append(f"{self.owner}.subscription_manager.add_consolidator(self._symbol, {variable})")
            lines.append("")
        return lines

    def _consolidator(self, frame: Frame) -> str:
        kind = f"{self.emitter.bar_type}Consolidator"
        length = minutes(frame.timeframe)
        if frame.timeframe == "1w":
            return f"{kind}(Calendar.WEEKLY)"
        if frame.timeframe == "1M":
            return f"{kind}(Calendar.MONTHLY)"
        if frame.timeframe == "3d":
            self.plan.needs.add("three_days")
            return f"{kind}(three_days)"
        if frame.timeframe == "1d" and not self.emitter.always_open:
            # Ends at the close of the session, not at midnight.
            return f"{self.owner}.resolve_consolidator(self._symbol, Resolution.DAILY)"
        unit, size = ("days", 1440) if length >= 1440 else ("hours", 60) if length >= 60 else ("minutes", 1)
        return f"{kind}(timedelta({unit}={length // size}))"

    def _indicator(self, indicator: Indicator, consolidator: str, *, native: bool) -> list[str]:
        name = f"self.{indicator.attribute}"
        arguments = list(indicator.arguments)
        way = indicator.recipe
        if indicator.feed == "bars" and native:
            parts = ["self._symbol", *arguments]
            if way.kind in ("si", "asi", "rdv"):
                parts.append(f"resolution={self.resolution}")
            if indicator.selector:
                parts.append(f"selector={indicator.selector}")
            return [f"{name} = {self.owner}.{way.helper}({', '.join(parts)})"]
        made = f"{way.lean}({', '.join(arguments)})"
        if indicator.feed == "chain":
            return [f"{name} = IndicatorExtensions.of({made}, {indicator.source})"]
        if indicator.feed == "by_hand":
            return [f"{name} = {made}"]
        selector = f", {indicator.selector}" if indicator.selector else ""
        return [
            f"{name} = {made}",
            f"{self.owner}.register_indicator(self._symbol, {name}, {consolidator}{selector})",
        ]

    def _symbol_methods(self) -> list[Method]:
        methods: list[Method] = []
        plan, bar = self.plan, f"bar: {self.emitter.bar_type}"
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
            exchange = exchange_zone(self.emitter.first.type, self.emitter.first.market)
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
                done = statement(f"self.{update.attribute}.update(", f"bar.end_time, {update.source}", ")")
            if update.condition:
                done = [*statement("if ", update.condition, ":"), *indented(done)]
            lines += done
        return lines

    # -- on_data -----------------------------------------------------------------------------------------------------

    def _on_data(self) -> Method:
        bars = "data.quote_bars" if self.emitter.quotes else "data.bars"
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

    # -- the account -------------------------------------------------------------------------------------------------

    def _equity_state(self) -> list[str]:
        limits = self.spec.limits
        lines = []
        if limits.max_drawdown_pct is not None:
            lines += ["self.trading_stopped = False", "self._peak_equity = 0.0"]
        if limits.max_daily_loss_pct is not None:
            lines += ["self.paused_on = None", "self._equity_day = None", "self._day_equity = 0.0"]
        if self.many:
            for amount in (limits.max_drawdown_pct, limits.max_daily_loss_pct):
                if isinstance(amount, str):
                    value = self.spec.number(amount)
                    lines.insert(0, f'self.{self.plan.parameters[amount]} = self.get_parameter("{amount}", {value!r})')
        return lines

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


def _all_expressions(side: Any) -> list[ex.Expression]:
    from vibetrader.spec.check import side_expressions

    return [node for _, node in side_expressions(side)]


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


def _wrapped_words(text: str, width: int) -> list[str]:
    lines, current = [], ""
    for word in text.split():
        if current and len(current) + 1 + len(word) > width:
            lines.append(current)
            current = f"    {word}"
        else:
            current = f"{current} {word}".strip() if not current.startswith("    ") else f"{current} {word}"
    return [*lines, current]


def plain_text(text: str, limit: int) -> str:
    """A user's words, safe inside a docstring: one line, printable, no quotes and backslashes that could end it."""
    words = " ".join(text.replace("\\", "/").replace('"', "'").split())
    words = "".join(c for c in words if c.isprintable())
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"

"""Statements of `initialize`: dates, account, symbols, indicators, windows, state, warm-up."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

from vibetrader.design.brokers import Broker
from vibetrader.design.layout import WIDTH
from vibetrader.design.market import ADD, MARKETS, Market
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

_RESOLUTIONS: Final = {1: "MINUTE", 60: "HOUR", 1440: "DAILY"}

_SESSION_MINUTES: Final = {"equity": 390, "index": 390}


@dataclass(slots=True)
class Setup:
    """Writes the set-up of a project from what plan and trading came to need."""

    market: Market
    plan: Plan
    trading: Trading
    broker: Broker
    subscription: int
    decision: list[str]

    @property
    def spec(self) -> StrategySpec:
        return self.market.spec

    @property
    def many(self) -> bool:
        return self.market.many

    @property
    def owner(self) -> str:
        return self.market.owner

    @property
    def resolution(self) -> str:
        return f"Resolution.{_RESOLUTIONS[self.subscription]}"

    @property
    def guards_equity(self) -> bool:
        limits = self.spec.limits
        return limits.max_drawdown_pct is not None or limits.max_daily_loss_pct is not None

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
        for note in self.market.notes:
            lines += _wrapped_words(f"Note: {note}.", width)
        return lines

    def _head(self) -> list[str]:
        spec = self.spec
        today = self.market.today
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
        quote = self.market.first.currency
        cash = ex.number_text(spec.number(spec.cash))
        if currency != "USD":
            lines.append(f'self.set_account_currency("{currency}")')
        if self.broker.account == "cash" and self.market.first.type == "crypto" and quote != currency:
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
        zone = exchange_zone(self.market.first.type, self.market.first.market)
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
        market = f"Market.{MARKETS[symbol.type][symbol.market]}"
        return f'self.{ADD[symbol.type]}("{symbol.ticker}", {self.resolution}, {market})'

    def _securities(self) -> list[str]:
        if not self.many:
            models = self._models()
            if not models:
                return [f"self._symbol = {self._add(self.market.first)}.symbol"]
            return [f"security = {self._add(self.market.first)}", "self._symbol = security.symbol", *models]
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

    def _benchmark(self, symbol: str) -> list[str]:
        ticker = self.spec.benchmark
        if ticker is None or ticker.upper() == self.market.first.ticker:
            return [f"self.set_benchmark({symbol})"]
        kind = kind_of(ticker.upper())
        if kind.market not in MARKETS.get(kind.type, {}):
            raise SpecError(
                f"LEAN knows no trading hours of {ticker} ({kind.type} on {kind.market})",
                field="benchmark",
                hint="compare with a symbol of another market, e.g. SPY or BTCUSDT",
            )
        types = {"crypto_future": "CRYPTO_FUTURE"}
        type_name = types.get(kind.type, kind.type.upper())
        made = f'Symbol.create("{ticker.upper()}", SecurityType.{type_name}, Market.{MARKETS[kind.type][kind.market]})'
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
            if dynamic and not self.many and spec.warmup_bars is None:
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
        session = _SESSION_MINUTES.get(self.market.first.type, 1440)
        if length >= 10080:
            return (bars + 1) * (31 if timeframe == "1M" else 7)
        if length >= 1440:
            days = (bars + 1) * length // 1440
        else:
            days = math.ceil((bars + 1) / max(1, math.ceil(session / length)))
        if self.market.always_open:
            return max(days, 1)
        return math.ceil(days * 7 / 5) + 4

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
            lines.append(f"self.{frame.bars_attribute} = RollingWindow[{self.market.bar_type}]({frame.bars.size()})")
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
        kind = f"{self.market.bar_type}Consolidator"
        length = minutes(frame.timeframe)
        if frame.timeframe == "1w":
            return f"{kind}(Calendar.WEEKLY)"
        if frame.timeframe == "1M":
            return f"{kind}(Calendar.MONTHLY)"
        if frame.timeframe == "3d":
            self.plan.needs.add("three_days")
            return f"{kind}(three_days)"
        if frame.timeframe == "1d" and not self.market.always_open:
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

"""How much an entry buys or sells."""

from __future__ import annotations

import re
from typing import Final

from vibetrader.design.facts import Facts, Ways
from vibetrader.design.layout import Method
from vibetrader.errors import SpecError
from vibetrader.spec import expressions as ex
from vibetrader.spec.strategy import StrategySpec
from vibetrader.spec.timeframes import minutes

_STANDARD_LOT: Final = 100_000


class Sizing(Facts):
    """Quantities and weights of entries."""

    __slots__ = ()

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

    def _quantity_lines(self, way: Ways, price: str, levels: dict[str, str]) -> list[str]:
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
                if self.spec.order.type != "market" and not self.pyramids:
                    limit = price
                    if self.spec.order.type == "stop" and not self.broker.takes_stops:
                        limit = f"{price} * {'1.01' if way.name == 'long' else '0.99'}"
                    reserved = f"max({limit}, bar.close)"
                    reserved = f"({reserved} * {unit})" if unit else reserved
                    return [
                        *lines,
                        "# LEAN keeps 0.25 % of the account free, and reserves at the market price at least.",
                        f"quantity = {_factor(weight)} * 0.9975 * {equity} / {reserved}",
                    ]
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


def volatility_of(spec: StrategySpec) -> ex.Call | None:
    """The standard deviation of returns that sizing by volatility needs."""
    if spec.size.kind != "volatility_percent":
        return None
    bars = 20 if spec.size.lookback_bars is None else spec.size.lookback_bars
    period: ex.Scalar = ex.Named(str(bars)) if isinstance(bars, str) else ex.Number(float(bars))
    return ex.call("stdev", period, series=ex.call("roc", 1))


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


def whole(line: str) -> str:
    """`quantity = …` cut to whole shares."""
    value = line.removeprefix("quantity = ")
    if re.fullmatch(r"[0-9.]+", value):
        return f"quantity = {int(float(value))}"
    return line if value.startswith("abs(") else f"quantity = int({value})"


def _factor(text: str) -> str:
    return f"({text})" if " + " in text or " - " in text else text

"""Named parameters: giving every number of a strategy a name, and putting numbers back for names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from vibetrader.errors import SpecError
from vibetrader.spec import expressions as ex
from vibetrader.spec.indicators import INDICATORS, Nature
from vibetrader.spec.mirror import nature
from vibetrader.spec.strategy import Instrument, Origin, ParameterRef, Period, Side, StrategySpec, Unsupported

M = TypeVar("M", bound=BaseModel)

_UNTOUCHED: Final = (Instrument, Origin, Unsupported, Period)

# -- names to numbers -----------------------------------------------------------------------------------------------


def resolved(spec: StrategySpec, overrides: Mapping[str, float] | None = None) -> StrategySpec:
    """The same strategy with every name replaced by its number and no parameters left.

    Args:
        overrides: Values in place of the declared ones, as a sweep gives them.

    Raises:
        SpecError: An override names no parameter.
    """
    values = dict(spec.parameters)
    for name, value in (overrides or {}).items():
        if name not in values:
            raise SpecError(
                f"no parameter {name!r}", field="parameters", hint=f"there are: {', '.join(values) or 'none'}"
            )
        values[name] = float(value)
    return _put(spec, values).model_copy(update={"parameters": {}})


def with_values(spec: StrategySpec, overrides: Mapping[str, float]) -> StrategySpec:
    """The same strategy with other values of its parameters."""
    resolved(spec, overrides)
    return spec.model_copy(update={"parameters": {**spec.parameters, **{k: float(v) for k, v in overrides.items()}}})


def _put(model: M, values: dict[str, float]) -> M:
    changed: dict[str, Any] = {}
    for name in type(model).model_fields:
        old = getattr(model, name)
        new: Any = old
        if isinstance(old, ParameterRef):
            if old in values:
                number = values[old]
                new = int(number) if number == int(number) and _is_count(type(model), name) else number
        elif isinstance(old, ex.Node):
            new = ex.substitute(old, values)  # type: ignore[arg-type]  # Node is the base of the union
        elif isinstance(old, BaseModel) and not isinstance(old, _UNTOUCHED):
            new = _put(old, values)
        if (new is not old and new != old) or type(new) is not type(old):
            changed[name] = new
    return model.model_copy(update=changed) if changed else model


def _is_count(model: type[BaseModel], name: str) -> bool:
    return "int" in str(model.model_fields[name].annotation)


# -- numbers to names -----------------------------------------------------------------------------------------------

_LEVELS: Final = ("rsi", "stoch", "stochrsi", "mfi", "crsi", "williams_r", "cci", "ultosc", "demarker", "stc", "ibs")
_FIELD_NAMES: Final = {
    "stop_loss.percent": "stop_loss_pct", "stop_loss.pips": "stop_loss_pips", "stop_loss.points": "stop_loss_points",
    "stop_loss.atr": "stop_loss_atr", "stop_loss.atr_period": "stop_atr_period", "stop_loss.money": "stop_loss_money",
    "take_profit.percent": "take_profit_pct", "take_profit.pips": "take_profit_pips",
    "take_profit.points": "take_profit_points", "take_profit.atr": "take_profit_atr",
    "take_profit.atr_period": "target_atr_period", "take_profit.reward_risk": "reward_risk",
    "take_profit.money": "take_profit_money", "trailing_stop.percent": "trailing_stop_pct",
    "trailing_stop.pips": "trailing_stop_pips", "trailing_stop.points": "trailing_stop_points",
    "break_even.after_percent": "break_even_after_pct", "break_even.after_pips": "break_even_after_pips",
    "break_even.after_r": "break_even_after_r",
}  # fmt: skip
_TOP_NAMES: Final = {
    "size.percent": "size_pct", "size.cash": "size_cash", "size.units": "size_units", "size.lots": "size_lots",
    "size.risk_percent": "risk_pct", "size.risk_cash": "risk_cash", "size.volatility_percent": "volatility_pct",
    "limits.max_hold_bars": "max_hold_bars", "limits.cooldown_bars": "cooldown_bars",
    "limits.max_trades_per_day": "max_trades_per_day", "limits.entry_every_bars": "entry_every_bars",
    "limits.max_drawdown_pct": "max_drawdown_pct", "limits.max_daily_loss_pct": "max_daily_loss_pct",
}  # fmt: skip


class _Names:
    """Hands out one name per role and value, in order of first use."""

    def __init__(self, taken: Mapping[str, float]) -> None:
        self.values: dict[str, float] = dict(taken)
        self._given: dict[tuple[str, float], str] = {}

    def take(self, wish: str, value: float) -> str:
        key = (wish, value)
        if key not in self._given:
            name, count = wish, 2
            while name in self.values:
                name, count = f"{wish}_{count}", count + 1
            self._given[key] = name
            self.values[name] = value
        return self._given[key]


def parameterized(spec: StrategySpec) -> StrategySpec:
    """The same strategy with a named parameter for every number worth sweeping.

    Deterministic: names follow roles (`rsi_period`, `oversold`, `stop_loss_pct`), doubles are numbered in order of use.
    Names already declared stay.
    """
    book = _Names(spec.parameters)
    plans = _period_plans(spec)
    sides: dict[str, Any] = {}
    for direction in ("long", "short"):
        side = getattr(spec, direction)
        if isinstance(side, Side):
            sides[direction] = _name_side(side, book, plans)
    updates: dict[str, Any] = dict(sides)
    for path, wish in _TOP_NAMES.items():
        group, name = path.split(".")
        model = updates.get(group, getattr(spec, group))
        value = getattr(model, name)
        if value is not None and not isinstance(value, str) and (path, value) != ("size.percent", 100):
            updates[group] = model.model_copy(update={name: ParameterRef(book.take(wish, float(value)))})
    return spec.model_copy(update={**updates, "parameters": book.values})


def _period_plans(spec: StrategySpec) -> dict[tuple[str, str, float], str]:
    """Names for indicator parameters: `sma_fast`/`sma_slow` for two lengths of one kind, numbered for more."""
    found: dict[tuple[str, str], list[float]] = {}
    for direction in ("long", "short"):
        side = getattr(spec, direction)
        if not isinstance(side, Side):
            continue
        for node in _side_expressions(side):
            for call in ex.calls(node):
                for parameter, argument in zip(INDICATORS[call.indicator].parameters, call.arguments):
                    if isinstance(argument, ex.Number):
                        values = found.setdefault((call.indicator, parameter.name), [])
                        if argument.value not in values:
                            values.append(argument.value)
    plans: dict[tuple[str, str, float], str] = {}
    for (indicator, name), values in found.items():
        base = f"{indicator}_{name}"
        for index, value in enumerate(values):
            if len(values) == 1:
                plans[indicator, name, value] = base
            elif len(values) == 2:
                plans[indicator, name, value] = f"{indicator}_{'fast' if value == min(values) else 'slow'}_{name}"
            else:
                plans[indicator, name, value] = f"{base}_{index + 1}"
    return plans


def _side_expressions(side: Side) -> list[ex.Expression]:
    found: list[ex.Expression | None] = [side.entry, side.exit]
    for level in (side.stop_loss, side.take_profit):
        found.append(None if level is None else level.price)
    if side.trailing_stop is not None:
        found += [side.trailing_stop.distance, side.trailing_stop.line]
    found += [side.entry_price, side.exit_price]
    return [node for node in found if node is not None]


def _name_side(side: Side, book: _Names, plans: dict[tuple[str, str, float], str]) -> Side:
    updates: dict[str, Any] = {}
    for name in type(side).model_fields:
        value = getattr(side, name)
        if isinstance(value, ex.Node):
            updates[name] = _name_expression(value, book, plans)  # type: ignore[arg-type]
        elif isinstance(value, BaseModel):
            inner: dict[str, Any] = {}
            for part in type(value).model_fields:
                old = getattr(value, part)
                if isinstance(old, ex.Node):
                    inner[part] = _name_expression(old, book, plans)  # type: ignore[arg-type]
                elif part == "atr_period" and getattr(value, "atr", None) is None:
                    continue
                elif isinstance(old, int | float) and f"{name}.{part}" in _FIELD_NAMES:
                    inner[part] = ParameterRef(book.take(_FIELD_NAMES[f"{name}.{part}"], float(old)))
            updates[name] = value.model_copy(update=inner)
    return side.model_copy(update=updates)


def _name_expression(node: ex.Expression, book: _Names, plans: dict[tuple[str, str, float], str]) -> ex.Expression:
    def change(part: ex.Expression) -> ex.Expression:
        match part:
            case ex.Call(indicator=indicator, arguments=arguments):
                row = INDICATORS[indicator]
                named: list[ex.Scalar | str] = []
                for parameter, argument in zip(row.parameters, arguments):
                    if isinstance(argument, ex.Number) and not (parameter.default == 0 and argument.value == 0):
                        wish = plans.get((indicator, parameter.name, argument.value), f"{indicator}_{parameter.name}")
                        argument = ex.Named(book.take(wish, argument.value))
                    named.append(argument)
                return ex.Call(indicator, tuple(named), part.output, part.series)
            case ex.Compare(left=left, right=right, operator=operator):
                return ex.Compare(operator, *_name_levels(left, right, book))
            case ex.Cross(left=left, right=right, above=above):
                return ex.Cross(above, *_name_levels(left, right, book))
            case ex.Arithmetic(operator="*", left=ex.Number(value=value), right=right) if value not in (0, 1, 100):
                return ex.Arithmetic("*", ex.Named(book.take(f"{_subject(right)}_factor", value)), right)
            case ex.Function(name="any" | "all" | "count", arguments=(condition, ex.Number(value=value))):
                return ex.Function(part.name, (condition, ex.Named(book.take("within_bars", value))))
            case ex.Lag(operand=operand, bars=ex.Number(value=value)) if value > 2:
                return ex.Lag(operand, ex.Named(book.take("lag_bars", value)))
            case _:
                return part

    return ex.rewrite(node, change)


def _name_levels(left: ex.Expression, right: ex.Expression, book: _Names) -> tuple[ex.Expression, ex.Expression]:
    if isinstance(right, ex.Number):
        return left, _level(left, right, book)
    if isinstance(left, ex.Number):
        return _level(right, left, book), right
    return left, right


def _level(measured: ex.Expression, level: ex.Number, book: _Names) -> ex.Expression:
    subject = _subject(measured)
    if level.value == 0 or subject in ("clock", "pattern"):
        return level
    if subject in _LEVELS:
        centre = nature(measured)[1]
        wish = "oversold" if level.value < centre else "overbought" if level.value > centre else f"{subject}_level"
        if subject != "rsi":
            wish = f"{subject}_{wish}" if wish in ("oversold", "overbought") else wish
        return ex.Named(book.take(wish, level.value))
    return ex.Named(book.take(f"{subject}_level", level.value))


def _subject(node: ex.Expression) -> str:
    """A word for what a value measures: the first indicator in it."""
    for part in ex.walk(node):
        match part:
            case ex.Call(indicator=indicator):
                row = INDICATORS[indicator]
                return "pattern" if row.lean and row.helper.startswith("candlestick") else indicator
            case ex.Clock():
                return "clock"
            case ex.Price(field="volume"):
                return "volume"
    return "change" if nature(node)[0] is Nature.OSCILLATOR else "price"

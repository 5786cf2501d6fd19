"""The strategy spec: everything a strategy says, typed, frozen, and with the origin of each field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from vibetrader.errors import SpecError
from vibetrader.spec import expressions as ex
from vibetrader.spec.instruments import kind_of, pip_size, quote_currency
from vibetrader.spec.mirror import mirrored, mirrored_value
from vibetrader.spec.parser import parse
from vibetrader.spec.timeframes import Timeframe

SecurityType = Literal["equity", "crypto", "forex", "cfd", "index", "future", "crypto_future"]
Source = Literal["said", "default", "inferred", "answer", "flag", "feedback"]
Direction = Literal["long", "short"]


class Model(BaseModel):
    """Base of all spec models: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ParameterRef(str):
    """The name of a parameter, standing where a number may stand."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=60)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "description": "name of a parameter"}


Amount: TypeAlias = Annotated[float, Field(allow_inf_nan=False)] | ParameterRef
"""A number, or the name of the parameter that holds it."""
Count: TypeAlias = Annotated[int, Field(ge=0, le=1_000_000)] | ParameterRef
"""A whole number, or the name of the parameter that holds it."""


class _ExpressionType:
    """Pydantic glue: text in, tree inside, canonical text out."""

    def __init__(self, *, condition: bool) -> None:
        self.condition = condition

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._validate, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        example = "rsi(14) < 30" if self.condition else "entry - 2 * atr(14)"
        kind = "condition" if self.condition else "value"
        return {"type": "string", "description": f"a {kind} in the expression language", "examples": [example]}

    def _validate(self, value: Any) -> ex.Expression:
        if isinstance(value, bool):
            value = "true" if value else "false"
        if isinstance(value, int | float):
            value = ex.number_text(float(value))
        if isinstance(value, str):
            try:
                value = parse(value)
            except SpecError as error:
                context = {"column": error.column or 0, "hint": error.hint, "suggestion": error.suggestion}
                raise PydanticCustomError("expression", "{text}", {"text": error.message, **context}) from None
        if not isinstance(value, ex.Node):
            raise PydanticCustomError("expression", "must be an expression, not {type}", {"type": type(value).__name__})
        if ex.is_condition(value) != self.condition:  # type: ignore[arg-type]  # Node is the base of the union
            wanted = "a condition (something that is true or false)" if self.condition else "a value, not a condition"
            raise PydanticCustomError("expression", "must be {wanted}: {text}", {"wanted": wanted, "text": str(value)})
        return value  # type: ignore[return-value]


Condition: TypeAlias = Annotated[ex.Expression, _ExpressionType(condition=True)]
Value: TypeAlias = Annotated[ex.Expression, _ExpressionType(condition=False)]


def _one_of(model: Model, names: tuple[str, ...]) -> str:
    given = [name for name in names if getattr(model, name) is not None]
    if len(given) != 1:
        what = "none is given" if not given else f"not {' and '.join(given)}"
        raise PydanticCustomError(
            "one_of", "needs exactly one of {names}; {what}", {"names": ", ".join(names), "what": what}
        )
    return given[0]


# -- market ---------------------------------------------------------------------------------------------------------


class Instrument(Model):
    """One symbol with its security type and market."""

    ticker: str = Field(pattern=r"^[\^A-Z0-9][A-Z0-9.\-_$=]{0,19}$")
    type: SecurityType
    market: str = Field(pattern=r"^[a-z0-9_]{2,20}$")

    @model_validator(mode="before")
    @classmethod
    def _from_ticker(cls, data: Any) -> Any:
        if isinstance(data, str):
            data = {"ticker": data}
        if isinstance(data, dict) and isinstance(data.get("ticker"), str):
            data = {**data, "ticker": re.sub(r"(?<=[A-Za-z])[/_-](?=[A-Za-z])|\s", "", data["ticker"]).upper()}
            kind = kind_of(data["ticker"])
            data.setdefault("type", kind.type)
            data.setdefault("market", kind.market)
        return data

    @property
    def currency(self) -> str:
        """Currency of its price."""
        return quote_currency(self.ticker, self.type, self.market)

    @property
    def pip(self) -> float | None:
        """One pip in price units; None where pips have no meaning."""
        return pip_size(self.ticker, self.type)


# -- stops and targets ------------------------------------------------------------------------------------------------

LEVEL_KINDS: Final = ("percent", "pips", "points", "price", "atr", "bar_extreme", "reward_risk", "money")


class Level(Model):
    """A stop loss or take profit: exactly one of the kinds.

    Distances are positive and measured from the entry's fill price; indicator values in them are those of the signal
    bar and do not move afterwards.
    """

    percent: Amount | None = None
    """Percent of the fill price (2 is 2 %)."""
    pips: Amount | None = None
    points: Amount | None = None
    """Price units."""
    price: Value | None = None
    """A price; `entry` is the fill price."""
    atr: Amount | None = None
    """Multiple of ATR(`atr_period`)."""
    bar_extreme: Count | None = None
    """Low (a long's stop) or high (a short's stop) of the last so many bars, the signal bar included."""
    reward_risk: Amount | None = None
    """Targets only: multiple of the stop's distance."""
    money: Amount | None = None
    """Profit or loss of the whole position in account currency."""
    atr_period: Count | None = None
    """None is 14."""
    offset_pips: Amount | None = None
    """With `bar_extreme`: pips beyond the extreme."""
    offset_percent: Amount | None = None
    offset_atr: Amount | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        if isinstance(data, str):
            percent = re.fullmatch(r"\s*([0-9.]+)\s*%\s*", data)
            return {"percent": float(percent[1])} if percent else {"price": data}
        return data

    @model_validator(mode="after")
    def _check(self) -> Level:
        kind = _one_of(self, LEVEL_KINDS)
        if kind != "price":
            amount = getattr(self, kind)
            if not isinstance(amount, str) and amount <= 0:
                raise PydanticCustomError(
                    "level", "{kind} must be above 0, not {amount}", {"kind": kind, "amount": amount}
                )
        return self

    @property
    def kind(self) -> str:
        """Which of LEVEL_KINDS is set."""
        return _one_of(self, LEVEL_KINDS)

    def as_price(
        self, side: Direction, role: Literal["stop", "target"], pip: float | None = None
    ) -> ex.Expression | None:
        """The same level as a price expression in `entry` and signal bar values.

        None for `reward_risk` (needs the stop) and `money` (needs the quantity).
        """
        below = (side == "long") == (role == "stop")
        sign = "-" if below else "+"
        entry = ex.EntryPrice()
        match self.kind:
            case "percent":
                part = ex.Arithmetic("/", _scalar(self.percent), ex.Number(100))
                return ex.Arithmetic("*", entry, ex.Arithmetic(sign, ex.Number(1), part))
            case "points":
                return ex.Arithmetic(sign, entry, _scalar(self.points))
            case "pips":
                return ex.Arithmetic(sign, entry, ex.Arithmetic("*", _scalar(self.pips), ex.Number(pip or 0.0001)))
            case "atr":
                atr = ex.Call("atr", (_scalar(self.atr_period or 14), "wilders"), "value")
                return ex.Arithmetic(sign, entry, ex.Arithmetic("*", _scalar(self.atr), atr))
            case "price":
                return self.price
            case "bar_extreme":
                return self._extreme(below, sign, pip)
            case _:
                return None

    def _extreme(self, below: bool, sign: str, pip: float | None) -> ex.Expression:
        bars = _scalar(self.bar_extreme)
        base: ex.Expression
        if bars == ex.Number(1):
            base = ex.Price("low" if below else "high")
        else:
            base = ex.Call("lowest" if below else "highest", (bars,), "value")
        if self.offset_pips is not None:
            return ex.Arithmetic(sign, base, ex.Arithmetic("*", _scalar(self.offset_pips), ex.Number(pip or 0.0001)))
        if self.offset_percent is not None:
            part = ex.Arithmetic("/", _scalar(self.offset_percent), ex.Number(100))
            return ex.Arithmetic("*", base, ex.Arithmetic(sign, ex.Number(1), part))
        if self.offset_atr is not None:
            atr = ex.Call("atr", (_scalar(self.atr_period or 14), "wilders"), "value")
            return ex.Arithmetic(sign, base, ex.Arithmetic("*", _scalar(self.offset_atr), atr))
        return base

    def mirrored(self) -> Level:
        """The same level for the other side."""
        return self if self.price is None else self.model_copy(update={"price": mirrored_value(self.price)})


class Trailing(Model):
    """A stop that follows the best price since entry, or a line (exactly one of the kinds)."""

    percent: Amount | None = None
    pips: Amount | None = None
    points: Amount | None = None
    distance: Value | None = None
    """Price distance, frozen at the signal bar, e.g. `1.5 * atr(14)`."""
    line: Value | None = None
    """A price to follow bar by bar in the favourable direction only, e.g. `supertrend(10,3)` or `lowest(low,10)`."""
    after_percent: Amount | None = None
    """Starts once the position is so many percent in profit."""
    after_pips: Amount | None = None
    after_r: Amount | None = None
    """Starts at this multiple of the stop's distance."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        if isinstance(data, str):
            percent = re.fullmatch(r"\s*([0-9.]+)\s*%\s*", data)
            return {"percent": float(percent[1])} if percent else {"distance": data}
        return data

    @model_validator(mode="after")
    def _check(self) -> Trailing:
        _one_of(self, ("percent", "pips", "points", "distance", "line"))
        return self

    @property
    def kind(self) -> str:
        """Which one is set."""
        return _one_of(self, ("percent", "pips", "points", "distance", "line"))

    def mirrored(self) -> Trailing:
        """The same trail for the other side."""
        return self if self.line is None else self.model_copy(update={"line": mirrored_value(self.line)})


class BreakEven(Model):
    """Moves the stop to the fill price once the position is so far in profit (exactly one of the kinds)."""

    after_percent: Amount | None = None
    after_pips: Amount | None = None
    after_points: Amount | None = None
    after_r: Amount | None = None
    """Multiple of the stop's distance."""
    after_atr: Amount | None = None
    offset_percent: Amount | None = None
    """Puts the stop so much beyond the fill price, in profit."""
    offset_pips: Amount | None = None

    @model_validator(mode="after")
    def _check(self) -> BreakEven:
        _one_of(self, ("after_percent", "after_pips", "after_points", "after_r", "after_atr"))
        return self


class Side(Model):
    """The rules of one direction."""

    entry: Condition
    exit: Condition | None = None
    """None: the opposite entry closes and reverses when there is one; else only stops, targets and limits close."""
    stop_loss: Level | None = None
    take_profit: Level | None = None
    trailing_stop: Trailing | None = None
    break_even: BreakEven | None = None
    entry_price: Value | None = None
    """Price of a limit or stop entry order; None for a market order."""
    exit_price: Value | None = None
    """Price of a resting exit order."""

    def mirrored(self) -> Side:
        """The same rules for the other direction."""
        return Side(
            entry=mirrored(self.entry),
            exit=None if self.exit is None else mirrored(self.exit),
            stop_loss=None if self.stop_loss is None else self.stop_loss.mirrored(),
            take_profit=None if self.take_profit is None else self.take_profit.mirrored(),
            trailing_stop=None if self.trailing_stop is None else self.trailing_stop.mirrored(),
            break_even=self.break_even,
            entry_price=None if self.entry_price is None else mirrored_value(self.entry_price),
            exit_price=None if self.exit_price is None else mirrored_value(self.exit_price),
        )


# -- size, orders, limits, money -------------------------------------------------------------------------------------

SIZE_KINDS: Final = ("percent", "cash", "units", "lots", "risk_percent", "risk_cash", "volatility_percent")


class Size(Model):
    """How much one entry buys: exactly one of the kinds."""

    percent: Amount | None = None
    """Percent of equity."""
    cash: Amount | None = None
    """Amount of money in `currency` (account currency when None)."""
    units: Amount | None = None
    """Shares, coins, units, contracts."""
    lots: Amount | None = None
    """Standard lots: 100 000 units of a currency pair, one contract elsewhere."""
    risk_percent: Amount | None = None
    """Sized so that the stop costs this percent of equity."""
    risk_cash: Amount | None = None
    """Sized so that the stop costs this much money."""
    volatility_percent: Amount | None = None
    """Sized so that the position's annual volatility is this percent of equity."""
    currency: str | None = None
    lookback_bars: Count | None = None
    """With `volatility_percent`: bars of returns used; None is 20."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        return _size_from_text(data) if isinstance(data, str) else data

    @model_validator(mode="after")
    def _check(self) -> Size:
        kind = _one_of(self, SIZE_KINDS)
        amount = getattr(self, kind)
        if not isinstance(amount, str) and amount <= 0:
            raise PydanticCustomError("size", "{kind} must be above 0, not {amount}", {"kind": kind, "amount": amount})
        return self

    @property
    def kind(self) -> str:
        """Which of SIZE_KINDS is set."""
        return _one_of(self, SIZE_KINDS)


def _size_from_text(text: str) -> Any:
    """`100%`, `$1000`, `10 shares`, `0.1 lots`, `risk 1%`, `10000 INR`."""
    lowered = text.strip().lower().replace(",", "")
    for pattern, key in (
        (r"risk\s*([0-9.]+)\s*%", "risk_percent"),
        (r"risk\s*\$\s*([0-9.]+)", "risk_cash"),
        (r"([0-9.]+)\s*%", "percent"),
        (r"\$\s*([0-9.]+)", "cash"),
        (r"([0-9.]+)\s*lots?", "lots"),
        (r"([0-9.]+)\s*(?:shares?|units?|coins?|contracts?)?", "units"),
    ):
        found = re.fullmatch(pattern, lowered)
        if found:
            return {key: float(found[1])}
    found = re.fullmatch(r"([0-9.]+)\s*([a-z]{3,5})", lowered)
    if found:
        return {"cash": float(found[1]), "currency": found[2].upper()}
    raise PydanticCustomError(
        "size", "unknown size {text!r}; write 100%, $1000, 10 shares, 0.1 lots or risk 1%", {"text": text}
    )


class Order(Model):
    """How entries and exits are sent.

    A rule is judged at its bar's close. `next_open` fills at the first price after it, `close` asks for the close of
    the bar itself (a market-on-close order), `open` for the open of the next session.
    """

    type: Literal["market", "limit", "stop"] = "market"
    fill: Literal["next_open", "close", "open"] = "next_open"
    valid_bars: Count | None = None
    """Cancels a resting entry order after so many bars; None keeps it until the next signal."""


class Limits(Model):
    """What ends a trade or forbids one beside the rules."""

    max_hold_bars: Count | None = None
    max_hold_time: str | None = Field(default=None, pattern=r"^P(T?\d+[YMWDH])+$")
    """ISO 8601 duration."""
    exit_at: str | None = Field(
        default=None, pattern=r"^(([01]\d|2[0-3]):[0-5]\d|session_close(-\d{1,3}m)?|next_open|close|week_close)$"
    )
    """`15:15`, `session_close`, `session_close-15m`, `week_close`, or the next bar's `next_open` or `close`."""
    cooldown_bars: Count | None = None
    """Bars to wait after an exit."""
    max_trades_per_day: Count | None = None
    entry_every_bars: Count | None = None
    """At most one entry in so many bars, counted from the last entry."""
    max_drawdown_pct: Amount | None = None
    """Closes everything and stops when equity has fallen so many percent from its peak."""
    max_daily_loss_pct: Amount | None = None
    """Closes everything and pauses until the next day at this loss since the day's start."""


class Fees(Model):
    """Fees in place of the brokerage's own; several add up."""

    percent: Amount | None = None
    """Percent of an order's value."""
    per_trade: Amount | None = None
    """Money per order."""
    per_unit: Amount | None = None
    """Money per share, coin or contract."""


class Period(Model):
    """What time the backtest covers: dates (both inclusive), or the last so much before `as_of`."""

    start: date | None = None
    end: date | None = None
    last: str | None = Field(default=None, pattern=r"^P(\d+[YMWD])+$")
    """ISO 8601 duration counted back from `as_of`."""
    as_of: date | None = None
    """The day `last` counts back from, written down so that a rerun covers the same days."""

    @model_validator(mode="after")
    def _check(self) -> Period:
        if self.start is not None and self.end is not None and self.start > self.end:
            raise PydanticCustomError(
                "period", "start {start} lies after end {end}", {"start": str(self.start), "end": str(self.end)}
            )
        if self.last is not None and self.start is not None:
            raise PydanticCustomError("period", "give either start and end, or last, not both", {})
        return self

    def dates(self, today: date) -> tuple[date, date]:
        """First and last day, both inclusive.

        Args:
            today: Stands in for `as_of`, and is the end when none is given.
        """
        end = self.end or self.as_of or today
        if self.start is not None:
            return self.start, max(end, self.start)
        return before(end, self.last or "P1Y"), end


def before(day: date, duration: str) -> date:
    """The day an ISO 8601 duration of years, months, weeks and days earlier."""
    found = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?", duration)
    if found is None:
        raise SpecError(f"unknown duration {duration!r}", hint="write it as ISO 8601, e.g. P6M")
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    total = day.year * 12 + day.month - 1 - years * 12 - months
    year, month = divmod(total, 12)
    if year < 1:
        raise SpecError(f"the duration {duration} reaches back beyond the year 1")
    last = [31, 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28, 31, 30, 31, 30,
            31, 31, 30, 31, 30, 31][month]  # fmt: skip
    ordinal = date(year, month + 1, min(day.day, last)).toordinal() - weeks * 7 - days
    if ordinal < 1:
        raise SpecError(f"the duration {duration} reaches back beyond the year 1")
    return date.fromordinal(ordinal)


class Unsupported(Model):
    """Something the idea asks for that a spec cannot hold."""

    what: str
    """One of the known kinds (`grid`, `options`, …)."""
    words: str = ""
    reason: str = ""


class Origin(Model):
    """Where a field came from."""

    source: Source
    words: str = ""
    """The user's words, for `said`, `answer` and `feedback`."""
    reason: str = ""
    """Why, for `inferred` and `default`."""


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | dict | Instrument) else value


class StrategySpec(Model):
    """A strategy, complete enough to be written as code and run."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    name: str = Field(default="Strategy", min_length=1, max_length=120)
    description: str = ""
    symbols: Annotated[tuple[Instrument, ...], BeforeValidator(_as_list)] = Field(min_length=1, max_length=500)
    timeframe: Timeframe = "1d"
    timezone: str | None = None
    """Zone of clock fields and clock exits; None is exchange time (UTC for crypto)."""
    long: Side | None = None
    short: Side | Literal["mirror"] | None = None
    reverse: bool = False
    """True: an opposite entry closes and reverses even though exits are given."""
    size: Size = Size(percent=100)
    leverage: Amount = 1.0
    max_entries: Count = 1
    """Entries that may be open in one direction at once (1 = no pyramiding); `size` is the size of each."""
    order: Order = Order()
    limits: Limits = Limits()
    period: Period = Period()
    warmup_bars: Count | None = None
    """None derives it from the indicators; taken from before the start."""
    cash: Amount = 10_000.0
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3,6}$")
    """Account currency; None is the currency of the first symbol's price."""
    brokerage: str | None = None
    """LEAN brokerage name in lower case (`binance`, `interactive_brokers_brokerage`); None picks one by symbol."""
    account: Literal["cash", "margin"] | None = None
    """None is margin when the spec goes short or uses leverage, cash for spot crypto otherwise."""
    fees: Fees | None = None
    """None is the brokerage's own."""
    slippage_percent: Amount | None = None
    benchmark: str | None = None
    """Ticker to compare with; None is buying and holding the first symbol."""
    parameters: dict[str, float] = Field(default_factory=dict)
    """Named numbers; usable in every expression and number field, and what a sweep varies."""
    unsupported: tuple[Unsupported, ...] = ()
    provenance: dict[str, Origin] = Field(default_factory=dict)
    """Origin by dotted field; `field:detail` for an assumption inside a field."""

    @model_validator(mode="after")
    def _check(self) -> StrategySpec:
        if self.long is None and self.short == "mirror":
            raise PydanticCustomError("short", "short: mirror needs a long side to mirror", {})
        if self.long is None and self.short is None and not self.unsupported:
            raise PydanticCustomError("sides", "needs a long or a short side", {})
        tickers = [s.ticker for s in self.symbols]
        double = next((t for t in tickers if tickers.count(t) > 1), None)
        if double:
            raise PydanticCustomError("symbols", "{ticker} stands twice in symbols", {"ticker": double})
        return self

    @property
    def sides(self) -> Mapping[Direction, Side]:
        """The sides to trade, `mirror` written out."""
        found: dict[Direction, Side] = {}
        if self.long is not None:
            found["long"] = self.long
        if self.short == "mirror":
            assert self.long is not None
            found["short"] = self.long.mirrored()
        elif isinstance(self.short, Side):
            found["short"] = self.short
        return found

    @property
    def account_currency(self) -> str:
        """Currency of the account."""
        return self.currency or self.symbols[0].currency

    def number(self, amount: float | str) -> float:
        """The value of a number field, looked up when it names a parameter.

        Raises:
            SpecError: No such parameter.
        """
        if isinstance(amount, str):
            if amount not in self.parameters:
                raise SpecError(f"no parameter {amount!r}", field="parameters", hint="declare it under parameters")
            return self.parameters[amount]
        return float(amount)


def _scalar(amount: float | str | None) -> ex.Scalar:
    assert amount is not None
    return ex.Named(str(amount)) if isinstance(amount, str) else ex.Number(float(amount))


def json_schema() -> dict[str, Any]:
    """JSON Schema of the spec file (draft 2020-12)."""
    schema = StrategySpec.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "VibeTrader strategy spec", **schema}

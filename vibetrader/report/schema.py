"""`report.json`: its form, published by `vibetrader schema report`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from vibetrader.results.model import FileModel

SCHEMA_VERSION = 2


class Figure(FileModel):
    """One figure of the metrics table; `value` is null with a `reason` where it is not defined."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)

    value: float | None = None
    unit: str = ""
    display: str | None = None
    name: str = ""
    formula: str = ""
    source: str = ""
    sample: int | None = None
    interval_95: list[float] | None = None
    reason: str = ""


class Assumption(FileModel):
    """A field of the spec that nobody said."""

    field: str
    value: str
    source: str
    reason: str


class Diagnosis(FileModel):
    """Something to doubt, with its evidence and what to try."""

    name: str
    source: Literal["LEAN", "VibeTrader"]
    severity: Literal["high", "medium", "note"]
    issue: str
    evidence: str
    try_: list[str] = Field(alias="try")
    data: dict[str, Any] = Field(default_factory=dict)


class Condition(FileModel):
    """A test of the spec, counted over the bars of the period."""

    symbol: str
    side: str
    role: Literal["entry", "exit"]
    text: str
    held: int | None = Field(description="Bars on which it was true; null when it could not be worked out.")
    bars: int


class Moment(FileModel):
    """What the spec's conditions were when an order was sent."""

    values: dict[str, float] = Field(default_factory=dict, description="Value → number at the newest finished bar.")
    held: dict[str, bool] = Field(default_factory=dict, description="Test → whether it held.")


class Trade(FileModel):
    """A closed trade; times are UTC, money is in account currency."""

    number: int
    symbol: str
    direction: Literal["long", "short"]
    entry_time: str
    entry_price: float
    exit_time: str
    exit_price: float
    quantity: float
    profit_loss: float
    return_pct: float | None = Field(description="Profit of the position's value at entry.")
    fees: float
    slippage: float | None = Field(description="Fills of its market orders against the price at submission.")
    mae: float
    mfe: float
    mae_bars: float | None = Field(description="The same from the bars it was open in; LEAN's may cover more.")
    mfe_bars: float | None
    duration: str
    duration_hours: float
    entry_reason: str = Field(description="Tag of the entry order.")
    exit_reason: str = Field(description="Tag of the exit order.")
    order_ids: list[int]
    at_entry: Moment | None = None
    at_exit: Moment | None = None
    dust: bool = Field(False, description="A leftover of fees taken in the bought coin, which LEAN pairs like a trade.")
    doubtful: bool = Field(False, description="It touches bars that the data ledger doubts.")


class FieldChange(FileModel):
    """A field or figure that differs from the parent run; null is "not there"."""

    name: str
    old: Any = None
    new: Any = None


class ParentDiff(FileModel):
    """What changed since the run that this one is a change of."""

    path: str
    spec: list[FieldChange]
    metrics: list[FieldChange]
    code: str = Field(description="Unified diff of main.py.")


class Luck(FileModel):
    """How likely the result is luck."""

    probability_pct: float | None
    grade: str
    trials: int
    words: str
    limits: list[str]


class Report(FileModel):
    """`report.json`."""

    schema_version: int = SCHEMA_VERSION
    headline: str
    name: str
    completed: bool
    idea: dict[str, Any]
    symbols: list[str]
    timeframe: str
    synthetic: bool
    label: str
    warnings: list[str]
    assumptions: list[Assumption]
    errors: list[dict[str, Any]]
    period: dict[str, str | None]
    account_currency: str
    engine: str
    trial: int
    data: dict[str, Any]
    ledger: list[dict[str, Any]] = Field(description="What the data ledger doubts.")
    protections: list[str]
    luck: Luck
    rating: list[str] = Field(description="The rating in sentences.")
    metrics: dict[str, Figure]
    lean_statistics: dict[str, str]
    lean_runtime_statistics: dict[str, str]
    order_list_hash: str | None
    data_points: int | None
    diagnoses: list[Diagnosis]
    conditions: list[Condition]
    conditions_note: str = Field(description="Why conditions or their values are missing, or how far they agree.")
    monthly_returns: dict[str, float] = Field(description="Month → percent.")
    trade_count: int
    dust_count: int
    trades: list[Trade] = Field(description="The first 5,000.")
    order_count: int
    equity: list[list[float]] = Field(description="UTC seconds, account value; thinned.")
    buy_and_hold: list[list[float]] = Field(description="UTC seconds, account value; thinned.")
    parent: ParentDiff | None = None


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `report.json`."""
    schema = Report.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}

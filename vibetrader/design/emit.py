"""A strategy spec as a LEAN project: a pure function of the spec."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from vibetrader.design.body import Body
from vibetrader.design.brokers import broker_for
from vibetrader.design.extras import Extra, with_extras
from vibetrader.design.layout import WIDTH, fitted
from vibetrader.design.market import Market
from vibetrader.design.plan import Plan
from vibetrader.design.setup import plain_text
from vibetrader.design.sizing import volatility_of
from vibetrader.design.templates import render
from vibetrader.design.trading import Trading
from vibetrader.spec import expressions as ex
from vibetrader.spec.strategy import StrategySpec


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


def design(spec: StrategySpec, *, today: date | None = None, extras: Sequence[Extra] = ()) -> Project:
    """The LEAN project of a spec; the same spec gives the same bytes.

    Args:
        today: The day a relative period without `as_of` counts from.
        extras: What the program tells besides: log lines, plots, comments.

    Raises:
        SpecError: The spec asks for what LEAN cannot do; names the field.
    """
    market = Market(spec, today)
    market.refuse()
    volatility = volatility_of(spec)
    subscription = market.subscription()
    extra = [volatility] if volatility else []
    plan = Plan(spec, subscription_minutes=subscription, quotes=market.quotes, extra=extra)
    broker = broker_for(spec)
    trading = Trading(spec, plan, broker, market.owner, share=market.share())
    decision = trading.decision()
    trading.finish()
    market.note_fill()
    body = Body(market, plan, trading, broker, subscription, decision)
    classes = body.classes()
    if extras:
        plotted = [i.attribute for i in plan.own.indicators if i.feed != "by_hand"]
        with_extras(classes, extras, plotted)
    for method in (m for item in classes for m in item.methods):
        method.lines = [part for line in method.lines for part in fitted(line, WIDTH - 8)]
    main = render("main", imports=body.imports(), blocks=body.blocks(), classes=classes)
    main = re.sub(r"[ \t]+\n", "\n", main)
    main = re.sub(r"\n{4,}", "\n\n\n", main).rstrip("\n") + "\n"
    return Project(main, _config(spec), tuple(dict.fromkeys(market.notes)))


def _config(spec: StrategySpec) -> dict[str, Any]:
    return {
        "algorithm-language": "Python",
        "parameters": {name: ex.number_text(value) for name, value in spec.parameters.items()},
        "description": plain_text(spec.description or spec.name, 300),
    }

"""`vibetrader indicators`: what conditions may name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vibetrader.cli import options as o
from vibetrader.errors import UsageError

if TYPE_CHECKING:
    from vibetrader.spec.indicators import Indicator

Name = Annotated[str | None, typer.Argument(help="Show this one only.")]


def indicators(name: Name = None, as_json: o.Json = False) -> None:
    """List the indicators of the spec language with their parameters.

    Example: vibetrader indicators rsi
    """
    from vibetrader._util.suggest import did_you_mean
    from vibetrader.cli import render
    from vibetrader.spec.indicators import INDICATORS, find_indicator

    chosen = list(INDICATORS.values())
    if name is not None:
        found = find_indicator(name.lower())
        if found is None:
            hint = did_you_mean(name, INDICATORS)
            raise UsageError(f"no indicator is called {name!r}", hint=hint[:1].upper() + hint[1:])
        chosen = [found]
    rows = [_row(indicator) for indicator in chosen]
    if as_json:
        render.out_json(rows)
        return
    for row in rows:
        outputs = "" if row["outputs"] == ["value"] else "  ." + " .".join(row["outputs"])
        render.out(f"{row['form']:34} {row['title']}{outputs}")


def _row(indicator: Indicator) -> dict[str, Any]:
    defaults = [f"{p.name}" if p.default is None else _number(p.default) for p in indicator.parameters]
    return {
        "name": indicator.name,
        "form": f"{indicator.name}({','.join(defaults)})" if defaults else indicator.name,
        "title": indicator.title,
        "lean": indicator.lean,
        "outputs": list(indicator.outputs),
        "parameters": [{"name": p.name, "default": p.default} for p in indicator.parameters],
    }


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"

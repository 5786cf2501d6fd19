"""The report as one HTML file that opens offline."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from vibetrader._util import jsonio

ORDER_TYPES = {0: "market", 1: "limit", 2: "stop market", 3: "stop limit", 4: "at open", 5: "at close", 11: "trailing"}
ORDER_STATES = {0: "new", 1: "submitted", 2: "part filled", 3: "filled", 5: "cancelled", 7: "refused", 8: "cancelling"}


def page(report: Mapping[str, Any], series: Mapping[str, Any]) -> str:
    """The whole file: style, script and data inside."""
    drawn = {key: series[key] for key in ("symbol", "price", "fills", "equity", "benchmark", "drawdown")}
    folder = files("vibetrader.report") / "templates"
    return _template().render(
        report=report,
        series=series,
        order_types=ORDER_TYPES,
        order_states=ORDER_STATES,
        style=Markup((folder / "report.css").read_text(encoding="utf-8")),
        script=Markup((folder / "report.js").read_text(encoding="utf-8")),
        # "<" cannot occur inside a script, or a strategy's text could end it.
        data=Markup(jsonio.dumps(_rounded(drawn)).replace("<", "\\u003c").replace("\u2028", "\\u2028")),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("vibetrader.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("report.html.j2")


def _rounded(value: Any) -> Any:
    """Numbers with the digits a chart can show."""
    if isinstance(value, float):
        return float(f"{value:.7g}") if abs(value) < 1e9 else round(value)
    if isinstance(value, Mapping):
        return {key: _rounded(below) for key, below in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return value

"""What people ask of the program itself and the template can give: logging, plotted indicators, comments.

The trades stay the same; only what the program tells changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from vibetrader.design.layout import Class, Method, indented

Extra = Literal["log", "plot", "comments"]

_ASKS: Final[dict[Extra, str]] = {
    "log": r"\b(?:log|logs|logging|print|prints|printing|printout|logge|loggen|protokoll|protokolliere|registra|registrar|registro)\b|日志|打印",
    "plot": r"\b(?:plot|plots|plotting|chart|charts|draw|grafica|graficar|zeichne|zeichnen|trace|tracer)\b|画图|绘图",
    "comments": r"\b(?:comment|comments|commented|docstring|docstrings|comenta|comentarios|comentários|kommentiere|kommentare|commente|commentaires)\b|注释",
}
_REMOVES: Final = re.compile(r"\b(?:remove|without|no|drop|delete|less|quita|sin|ohne|entferne|enlève|sans)\b|去掉|删除", re.IGNORECASE)
_COMMENTS: Final[tuple[tuple[str, str], ...]] = (
    (r"self\.set_start_date\(", "Period of the backtest."),
    (r"self\.set_cash\(", "Starting cash."),
    (r"self\.set_brokerage_model\(", "Fees, order types and margin are this brokerage's."),
    (r"self\.\w+ = self\.get_parameter\(", "Numbers of the strategy; each can be set from outside and swept."),
    (r"self\._symbol = self\.add_\w+\(", "The instrument and its bars."),
    (r"self\.set_benchmark\(", "What the result is compared with."),
    (r"self\.set_warm_up\(", "Bars before the start fill the indicators."),
    (r"if .*is_warming_up", "Nothing is decided before every value exists."),
    (r"holding = ", "What is held now decides whether to look for an exit or an entry."),
    (r'self\.liquidate\(.*"exit"', "The exit rule holds: close the position."),
    (r'self\.(?:set_holdings|market_order|limit_order|stop_market_order)\(.*entry"', "The entry rule holds: open a position."),
)


def requested(messages: Iterable[str]) -> tuple[Extra, ...]:
    """The extras that a row of feedback asks for, later messages winning; in a fixed order."""
    wanted: dict[Extra, bool] = {}
    for message in messages:
        for name, pattern in _ASKS.items():
            if re.search(pattern, message, re.IGNORECASE):
                wanted[name] = _REMOVES.search(message) is None
    return tuple(name for name in _ASKS if wanted.get(name))


def with_extras(classes: Sequence[Class], extras: Sequence[Extra], indicators: Sequence[str]) -> None:
    """Puts the extras into the emitted classes.

    Args:
        indicators: Attributes of the strategy's own indicators that LEAN can plot.
    """
    main = next(c for c in classes if c.base == "QCAlgorithm")
    if "log" in extras:
        _log_orders(main)
    if "plot" in extras:
        _plot(classes, indicators)
    if "comments" in extras:
        for item in classes:
            for method in item.methods:
                method.lines = _commented(method.lines)


def _log_orders(main: Class) -> None:
    """A line in the log for each filled order, entries and exits alike."""
    filled = [
        "filled = order_event.fill_quantity",
        'self.log(f"{order_event.symbol.value}: {filled:+g} at {order_event.fill_price:g}")',
    ]
    handler = next((m for m in main.methods if m.name == "on_order_event"), None)
    if handler is None:
        lines = ["if order_event.status == OrderStatus.FILLED:", *indented(filled)]
        main.methods.append(Method("on_order_event", "order_event: OrderEvent", lines=lines))
    elif handler.lines[0].startswith("if order_event.status != OrderStatus.FILLED"):
        handler.lines[2:2] = filled
    else:
        handler.lines[1:1] = indented(filled)


def _plot(classes: Sequence[Class], indicators: Sequence[str]) -> None:
    """The strategy's indicators in a chart of their own."""
    if not indicators:
        return
    single = len(classes) == 1
    target = classes[0]
    first = target.methods[0]
    owner = "self" if single else "self._algorithm"
    names = ", ".join(f"self.{name}" for name in indicators)
    chart = '"Indicators"' if single else 'f"Indicators {self._symbol.value}"'
    first.lines += ["", f"{owner}.plot_indicator({chart}, {names})"]


def _commented(lines: Sequence[str]) -> list[str]:
    found: list[str] = []
    last = ""
    for line in lines:
        text = line.strip()
        said = next((words for pattern, words in _COMMENTS if re.match(pattern, text)), "")
        if said and said != last:
            found.append(f"{line[: len(line) - len(line.lstrip())]}# {said}")
            last = said
        found.append(line)
    return found
